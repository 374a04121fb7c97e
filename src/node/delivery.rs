//! Our messages on their way: the outbox of each peer, what is known of each message, and when to try again.

use std::time::Duration;

use serde_json::Value;

use super::core::{Core, Timer};
use super::store::After;
use crate::disk::store::Op;
use crate::event::{ChatState, Content, Event, Message, MessageState};
use crate::model::outbox::{Pending, Settled, UNCERTAIN};
use crate::model::settings::PlaintextPolicy;
use crate::net::ConnId;
use crate::stream::SendError;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::xep::Outgoing;

/// Bytes given to a connection and not yet taken by the kernel, above which no more messages are written to it.
const ENOUGH_IN_FLIGHT: u64 = 512 * 1024;
/// Messages that only the user may send again are remembered for that, so many.
const MOST_PARKED: usize = 1000;
/// Acknowledged stanzas that are gone through at once.
const ACKS_AT_ONCE: usize = 8;
/// Or, where there are very many, this part of what is left.
const PART: usize = 64;
/// How long a peer that is known by its stream only has to say what it understands.
const GETTING_KNOWN: Duration = Duration::from_secs(3);
/// Between two attempts to reach a peer because the user wrote to it: a script may write much.
const HURRY_PAUSE: Duration = Duration::from_secs(1);
/// Why something about an earlier message was not sent: an extension has no form for it that the peer would understand.
const NO_FORM: &str = "the other program has no way to show it, so it is not seen there";

impl Core {
    pub(super) fn on_acked(&mut self, conn: ConnId, count: u32) {
        if let Some(link) = self.links.get_mut(&conn) {
            let acked = link.acked.saturating_add(count as usize);
            link.acked = acked.min(link.unacked.len());
        }
        self.go_through_acks(conn);
    }

    /// Many at once are gone through in steps, so that what comes meanwhile need not wait for all of them.
    pub(super) fn go_through_acks(&mut self, conn: ConnId) {
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        let step = link.acked.min(ACKS_AT_ONCE.max(link.acked / PART));
        link.acked -= step;
        let rest = link.acked > 0;
        let at = rest.then_some(self.clock.now);
        self.timers.set(Timer::Acks(conn), at);
        self.acked(conn, step);
        if let Some(jid) = self.links.get(&conn).and_then(|link| link.peer.clone()) {
            self.pump(&jid);
        }
    }

    /// All that is left: the stream is over.
    pub(super) fn go_through_all_acks(&mut self, conn: ConnId) {
        if let Some(link) = self.links.get_mut(&conn) {
            let all = std::mem::take(&mut link.acked);
            if all == 0 {
                return;
            }
            self.timers.set(Timer::Acks(conn), None);
            self.acked(conn, all);
        }
    }

    fn acked(&mut self, conn: ConnId, count: usize) {
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        let Some(jid) = link.peer.clone() else { return };
        let count = link.unacked.len().min(count);
        let ids: Vec<String> = link.unacked.drain(..count).flatten().collect();
        let mut settled = Vec::new();
        if let Some(outbox) = self.outboxes.get_mut(&jid) {
            settled.extend(ids.iter().filter_map(|id| outbox.acked(id)));
        }
        let receipts = self.gives_receipts(&jid);
        let on_its_disk = self
            .roster
            .get(&jid)
            .is_some_and(|known| known.facts.acks_are_receipts());
        for mut one in settled {
            if on_its_disk {
                one.state = MessageState::Delivered;
            } else if !receipts {
                // Nothing more will be heard of it.
                let id = one.id.clone();
                self.ops.push(Op::Settled { id });
            }
            self.set_state(one, &jid);
        }
        self.resettle(&jid);
    }

    /// A message has left the outbox: those behind it may be the next to be believed to have arrived.
    pub(super) fn resettle(&mut self, jid: &Jid) {
        let next = self
            .outboxes
            .get(jid)
            .and_then(|outbox| outbox.settles_at());
        self.timers.set(Timer::Settle(jid.clone()), next);
    }

    /// A message of ours is now in this state: on disk, and to the faces.
    pub(super) fn set_state(&mut self, settled: Settled, to: &Jid) {
        let Settled {
            id,
            reference,
            state,
            reason,
            pending,
            about,
            unheard,
        } = settled;
        if unheard {
            return self.ops.push(Op::Settled { id });
        }
        if matches!(state, MessageState::Sent | MessageState::Delivered) {
            self.attempts.remove(to);
        }
        if let Some(pending) = pending {
            self.park(to.clone(), *pending);
        }
        self.ops.push(Op::State {
            id: id.clone(),
            state,
            reason: reason.clone(),
        });
        let under_way = matches!(state, MessageState::Sent | MessageState::Delivered);
        let stream = self.active(to).filter(|_| under_way);
        let encrypted = stream.map(|conn| self.is_secure(conn));
        self.emit(Event::MessageState {
            id,
            reference,
            to: to.clone(),
            state,
            reason,
            body: None,
            time: None,
            encrypted,
            extra: None,
            about,
        });
    }

    /// Messages to a peer that acknowledges nothing, written a while ago to a stream that still stands.
    pub(super) fn settle(&mut self, jid: &Jid) {
        let now = self.clock.now;
        let Some(outbox) = self.outboxes.get_mut(jid) else {
            return;
        };
        let settled = outbox.settle(now);
        self.resettle(jid);
        for one in settled {
            self.set_state(one, jid);
        }
        self.pump(jid);
    }

    /// The stream is gone; what was on it waits again, or nobody knows.
    pub(super) fn lost(&mut self, jid: &Jid, conn: ConnId) {
        let Some(outbox) = self.outboxes.get_mut(jid) else {
            return;
        };
        let settled = outbox.stream_lost(conn.0);
        self.resettle(jid);
        for one in settled {
            self.set_state(one, jid);
        }
    }

    /// Sends what waits for this peer, or sees to it that a stream is opened for it.
    pub(super) fn pump(&mut self, jid: &Jid) {
        let messages = self
            .outboxes
            .get(jid)
            .is_some_and(|outbox| outbox.has_waiting());
        if !messages && !self.files_want(jid) {
            return;
        }
        match self.active(jid) {
            // When ours is ready, or gone, this is called again.
            Some(conn) if self.is_overtaken(jid, conn) => {}
            Some(conn) if messages => self.pump_into(jid, conn),
            Some(_) => {}
            None => {
                let reachable = self
                    .roster
                    .get(jid)
                    .is_some_and(|known| known.online || known.advertised);
                let later = self.timers.get(&Timer::Retry(jid.clone())).is_some();
                if reachable && !later {
                    self.dial(jid);
                }
            }
        }
    }

    fn pump_into(&mut self, jid: &Jid, conn: ConnId) {
        if let Some(reason) = self.forbidden(jid, conn) {
            let failed = self
                .outboxes
                .get_mut(jid)
                .map(|outbox| outbox.fail_waiting(&reason))
                .unwrap_or_default();
            for one in failed {
                self.set_state(one, jid);
            }
            return;
        }
        self.touch(conn);
        let confirms = self.confirms(conn);
        loop {
            let end = self.collect(conn);
            let busy = self
                .links
                .get(&conn)
                .is_none_or(|link| end - link.written > ENOUGH_IN_FLIGHT);
            let next = self
                .outboxes
                .get(jid)
                .and_then(|outbox| outbox.next_for(conn.0))
                .cloned();
            let (Some(pending), false) = (next, busy) else {
                return;
            };
            let id = pending.id.clone();
            let stanza = self.compose(conn, jid, &outgoing(pending));
            if stanza.children.is_empty() {
                if self.is_getting_known(jid, conn) {
                    let at = self.after(GETTING_KNOWN);
                    self.timers.set(Timer::Retry(jid.clone()), at);
                    return;
                }
                self.refuse_to_send(jid, &id, NO_FORM);
                continue;
            }
            // A peer without acknowledgements confirms only what asks for a receipt.
            let confirmed = confirms
                && (self.has_acks(conn) || stanza.child("request", ns::RECEIPTS).is_some());
            match self.send_stanza(conn, &stanza, Some(id.clone())) {
                Ok(()) => {}
                Err(SendError::NotReady) => return,
                Err(error @ SendError::TooBig { .. }) => {
                    self.refuse_to_send(jid, &id, &error.to_string());
                    continue;
                }
            }
            if self.is_secure(conn) {
                self.notes.push(Op::Encrypted { id: id.clone() });
            }
            let end = self.collect(conn);
            if let Some(outbox) = self.outboxes.get_mut(jid) {
                outbox.departed(conn.0, end, confirmed);
            }
            if !confirmed {
                // Once bytes have left, only the user may send it again: also if this program ends before it is settled.
                self.ops.push(Op::State {
                    id,
                    state: MessageState::Uncertain,
                    reason: Some(UNCERTAIN.to_owned()),
                });
            }
        }
    }

    /// Who called us and was not resolved yet says in its presence what it understands, right behind the negotiation: until
    /// then nothing is given up for its sake.
    fn is_getting_known(&self, jid: &Jid, conn: ConnId) -> bool {
        let Some(link) = self.links.get(&conn) else {
            return false;
        };
        let silent = self.roster.get(jid).is_some_and(|known| {
            let facts = &known.facts;
            facts.features.is_none() && facts.caps.is_none() && known.presence.is_none()
        });
        silent && link.acks() && self.clock.now < link.ready_since + GETTING_KNOWN
    }

    fn is_secure(&self, conn: ConnId) -> bool {
        let ready = self.links.get(&conn).and_then(|link| link.ready.as_ref());
        ready.is_some_and(|ready| ready.secure)
    }

    /// This one message cannot go to this peer; the others can.
    fn refuse_to_send(&mut self, jid: &Jid, id: &str, why: &str) {
        let settled = self
            .outboxes
            .get_mut(jid)
            .and_then(|outbox| outbox.acked(id));
        if let Some(settled) = settled {
            let reason = Some(why.to_owned());
            self.set_state(
                Settled {
                    state: MessageState::Failed,
                    reason,
                    ..settled
                },
                jid,
            );
        }
    }

    /// Why this peer must not be written to, if so.
    pub(super) fn forbidden(&self, jid: &Jid, conn: ConnId) -> Option<String> {
        let secure = self.links.get(&conn)?.ready.as_ref()?.secure;
        let allowed = secure || self.plain.is_allowed(jid);
        match self.model.settings.plaintext {
            _ if allowed => None,
            PlaintextPolicy::Allow => None,
            PlaintextPolicy::Ask => Some(format!(
                "the connection to {jid} is not encrypted, and your settings ask first. Send it again to send it all the same."
            )),
            PlaintextPolicy::SecureOnly => Some(format!(
                "the connection to {jid} is not encrypted, and your settings allow encrypted ones only"
            )),
        }
    }

    /// Try again after a while that grows: 1, 2, 4 … 60 s, less a random part so that a hall does not dial in step.
    pub(super) fn retry_later(&mut self, jid: &Jid) {
        let empty = self
            .outboxes
            .get(jid)
            .is_none_or(|outbox| outbox.is_empty());
        if empty && !self.files_want(jid) {
            return;
        }
        let attempt = self.attempts.entry(jid.clone()).or_insert(0);
        let seconds = 1u64 << (*attempt).min(6);
        *attempt += 1;
        let millis = (seconds.min(60) * 1000) * (75 + self.rng.bits() % 26) / 100;
        let at = self.after(Duration::from_millis(millis));
        self.timers.set(Timer::Retry(jid.clone()), at);
    }

    /// The user has written: whoever is waited for is tried now, or a second after the last time that this was so.
    pub(super) fn hurry(&mut self, jid: &Jid) {
        let retry = Timer::Retry(jid.clone());
        let Some(later) = self.timers.get(&retry) else {
            return;
        };
        if self.active(jid).is_some() {
            return; // It is known who is there; something else is waited for.
        }
        let now = self.clock.now;
        self.hurried.retain(|_, last| now < *last + HURRY_PAUSE);
        let last = self.hurried.get(jid);
        let at = last.map_or(now, |last| *last + HURRY_PAUSE);
        if at < later {
            self.hurried.insert(jid.clone(), at);
            self.timers.set(retry, (at > now).then_some(at));
        }
    }

    /// It is to be sent to this one, after what is to be sent already.
    pub(super) fn put_into_outbox(&mut self, to: Jid, pending: Pending) {
        self.turns += 1;
        self.outboxes
            .entry(to)
            .or_default()
            .push(pending, self.turns);
    }

    /// Remembers a message that only the user may send again.
    pub(super) fn park(&mut self, to: Jid, pending: Pending) {
        self.parked.push_back((to, pending));
        if self.parked.len() > MOST_PARKED {
            self.parked.pop_front();
        }
    }

    /// Takes a message that only the user may send again.
    pub(super) fn unpark(&mut self, id: &str) -> Option<(Jid, Pending)> {
        let at = self
            .parked
            .iter()
            .position(|(_, pending)| pending.id == id)?;
        self.parked.remove(at)
    }

    /// A message to `to`: kept first, sent then.
    pub(super) fn enqueue(&mut self, to: Jid, mut pending: Pending, reference: Option<Value>) {
        pending.reference = reference;
        let (body, extra) = match &pending.content {
            Content::Text { body, extra } => (body.clone(), extra.clone()),
            Content::About(about) => {
                return self.enqueue_about(to, (**about).clone(), pending.reference);
            }
        };
        let message = Message {
            id: pending.id.clone(),
            from: self.ourselves.jid.clone(),
            to: to.clone(),
            body,
            spans: Vec::new(),
            time: pending.time,
            encrypted: false,
            delayed: false,
            state: Some(MessageState::Queued),
            reason: None,
            extra,
        };
        self.recent
            .sent(&pending.id, &to, pending.reference.clone());
        self.ops.push(Op::Message {
            with: to.clone(),
            message: Box::new(message),
            outbox: true,
        });
        self.afters.push(After::Queued {
            to,
            pending: Box::new(pending),
        });
    }
}

/// What waits in the outbox, as the extensions compose it.
fn outgoing(pending: Pending) -> Outgoing {
    let (body, extra, about, chat_state) = match pending.content {
        Content::Text { body, extra } => (Some(body), extra, None, Some(ChatState::Active)),
        Content::About(about) => (None, None, Some(about), None),
    };
    Outgoing {
        body,
        delayed: pending.delayed,
        chat_state,
        extra,
        about,
        ..Outgoing::bare(pending.id, pending.time)
    }
}
