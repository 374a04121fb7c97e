//! A ready stream: whose stanzas are taken, how many, and what was acknowledged (RFC 6120 §8, XEP-0198 §4).

use std::time::Duration;

use super::StreamEvent;
use super::negotiation::Agreed;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::nonza::{Condition, Nonza, StreamError};
use crate::wire::ns;
use crate::wire::time::Moment;

/// What is known and counted while stanzas flow.
#[derive(Debug)]
pub(super) struct Session {
    peer: Jid,
    legacy: bool,
    /// Bytes of a stanza that the peer takes (XEP-0478).
    pub(super) max_bytes: Option<usize>,
    pub(super) acks: Option<Acks>,
    bucket: Bucket,
}

impl Session {
    pub(super) fn new(peer: Jid, agreed: &Agreed) -> Session {
        Session {
            peer,
            legacy: agreed.legacy,
            max_bytes: agreed.max_bytes,
            acks: agreed.acks.then(Acks::default),
            bucket: Bucket::default(),
        }
    }

    /// So many stanzas were asked for: they do not count.
    pub(super) fn allow(&mut self, stanzas: u32) {
        let granted = self.bucket.granted.saturating_add(stanzas);
        self.bucket.granted = granted.min(Bucket::MOST_GRANTED);
    }

    /// A first-level element of the peer.
    pub(super) fn element(
        &mut self,
        element: Element,
        now: Moment,
    ) -> Result<Option<StreamEvent>, StreamError> {
        if element.ns == ns::CLIENT && matches!(&*element.name, "message" | "presence" | "iq") {
            return self.stanza(element, now).map(Some);
        }
        match (Nonza::parse(&element), &mut self.acks) {
            (Some(Nonza::Request), Some(acks)) => acks.requested(now),
            (Some(Nonza::Ack(handled)), Some(acks)) => {
                let newly = acks.acknowledged(handled)?;
                return Ok((newly > 0).then_some(StreamEvent::Acked(newly)));
            }
            (Some(Nonza::Enabled), Some(_)) => {}
            (Some(Nonza::SmFailed), Some(_)) => {
                return Err(StreamError::new(
                    Condition::Undefined,
                    "stream management was offered and then refused",
                ));
            }
            // Quirk `features-from-initiator`.
            (Some(Nonza::Features(_)), _) => {}
            // Quirk `unknown-element-ignored`.
            _ if self.legacy => {}
            _ if matches!(&*element.name, "message" | "presence" | "iq") => {
                return Err(Condition::InvalidNamespace.into());
            }
            _ => return Err(Condition::UnsupportedStanzaType.into()),
        }
        Ok(None)
    }

    fn stanza(&mut self, mut stanza: Element, now: Moment) -> Result<StreamEvent, StreamError> {
        if stanza.name != "message" && !self.bucket.take(now) {
            return Err(StreamError::new(
                Condition::PolicyViolation,
                "too many stanzas a second",
            ));
        }
        match stanza.attr("from") {
            Some(from) if from == self.peer.as_str() => {}
            // Quirk `stanza-from-ignored`: there a stream belongs to whom it was opened with, whatever stanzas say.
            Some(_) if !self.legacy => return Err(Condition::InvalidFrom.into()),
            _ => stanza.set_attr("from", self.peer.as_str()),
        }
        if let Some(acks) = &mut self.acks {
            acks.received = acks.received.wrapping_add(1);
        }
        Ok(StreamEvent::Stanza(stanza))
    }
}

/// How long an answer to `<r/>` waits for stanzas that are still on their way to the disk (XEP-0198 §4 allows to
/// withhold it for a time-out).
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// So many stanzas whose arrival nobody waits for go without an `<r/>`.
const UNASKED: u32 = 64;

/// The counters of XEP-0198 §4, all modulo 2³².
///
/// One `<r/>` is under way at a time, and it leaves with the stanzas that it asks about: one request a message when
/// people type, one a round trip when a bot pours. Stanzas that nobody waits for (presence, what is passed on in rooms) are
/// asked about with the next that somebody does, or once there are many: in a hall each of them would cost the one who
/// passes on an answer of everybody. An `<a/>` says what is on disk; asked earlier than that, it waits up to
/// a second, and says the rest unasked once it is true.
#[derive(Debug, Default)]
pub(super) struct Acks {
    sent: u32,
    /// `sent` with the last stanza that somebody waits for.
    awaited: u32,
    /// Of `sent`, acknowledged by the peer.
    acknowledged: u32,
    /// `sent` when the last `<r/>` left.
    asked: u32,
    /// An `<r/>` of ours has no answer yet.
    asking: bool,
    received: u32,
    /// Of `received`, on our disk.
    handled: u32,
    /// The last `h` that we told.
    told: u32,
    /// An `<r/>` of the peer stands: so many received by then, and when to answer at the latest.
    owed: Option<Owed>,
}

#[derive(Clone, Copy, Debug)]
struct Owed {
    received: u32,
    /// `None`: was answered with too few, the rest follows.
    deadline: Option<Moment>,
}

impl Acks {
    /// One more stanza is sent; does somebody wait for its arrival?
    pub(super) fn sent(&mut self, awaited: bool) {
        self.sent = self.sent.wrapping_add(1);
        if awaited || self.sent.wrapping_sub(self.asked) >= UNASKED {
            self.awaited = self.sent;
        }
    }

    /// So many more are on disk.
    pub(super) fn handled(&mut self, count: u32) {
        let most = self.received.wrapping_sub(self.handled);
        self.handled = self.handled.wrapping_add(count.min(most));
    }

    fn requested(&mut self, now: Moment) {
        let deadline = self
            .owed
            .and_then(|owed| owed.deadline)
            .unwrap_or(now + ANSWER_WITHIN);
        self.owed = Some(Owed {
            received: self.received,
            deadline: Some(deadline),
        });
    }

    /// The peer has handled `h`; gives how many that is more than before.
    fn acknowledged(&mut self, h: u32) -> Result<u32, StreamError> {
        let newly = h.wrapping_sub(self.acknowledged);
        if newly > self.sent.wrapping_sub(self.acknowledged) {
            let text = format!(
                "you acknowledged {h} stanzas, but I only sent you {} so far",
                self.sent
            );
            let app = Some(("handled-count-too-high", ns::SM));
            return Err(StreamError {
                condition: Condition::Undefined,
                text: Some(text),
                app,
            });
        }
        self.acknowledged = h;
        self.asking = false;
        Ok(newly)
    }

    pub(super) fn deadline(&self) -> Option<Moment> {
        self.owed.and_then(|owed| owed.deadline)
    }

    /// Appends what is due: an answer, a request.
    pub(super) fn write_due(&mut self, out: &mut String, now: Moment) {
        if let Some(owed) = self.owed {
            let whole = self.handled.wrapping_sub(owed.received) < u32::MAX / 2;
            if whole || owed.deadline.is_some_and(|deadline| now >= deadline) {
                self.tell(out);
                self.owed = (!whole).then_some(Owed {
                    deadline: None,
                    ..owed
                });
            }
        }
        let asked = self.asked.wrapping_sub(self.awaited) < u32::MAX / 2;
        if !self.asking && !asked {
            Nonza::Request.write(out);
            self.asked = self.sent;
            self.asking = true;
        }
    }

    /// Appends what the peer does not know yet, before a stream closes (XEP-0198 §4 recommends it).
    pub(super) fn write_last(&mut self, out: &mut String) {
        if self.owed.is_some() || self.told != self.handled {
            self.tell(out);
            self.owed = None;
        }
    }

    fn tell(&mut self, out: &mut String) {
        Nonza::Ack(self.handled).write(out);
        self.told = self.handled;
    }
}

/// A token bucket as one number: the moment when it will be full again (GCRA).
#[derive(Debug, Default)]
struct Bucket {
    full_at: Moment,
    /// So many are free.
    granted: u32,
}

impl Bucket {
    /// 50 a second.
    const EACH: Duration = Duration::from_millis(20);
    /// 200 at once.
    const BURST: Duration = Duration::from_secs(4);
    /// What may be asked for and has not come.
    const MOST_GRANTED: u32 = 64;

    fn take(&mut self, now: Moment) -> bool {
        if self.granted > 0 {
            self.granted -= 1;
            return true;
        }
        let full_at = self.full_at.max(now) + Self::EACH;
        let allowed = full_at - now <= Self::BURST;
        if allowed {
            self.full_at = full_at;
        }
        allowed
    }
}
