//! What is still to be sent to one peer, in order (the life of a message: `queued → sent → delivered → displayed`).
//!
//! Inputs: [`Outbox::push`], [`Outbox::departed`], [`Outbox::acked`], [`Outbox::written`], [`Outbox::stream_lost`],
//! [`Outbox::settle`]. Messages on their way are always a prefix of the queue, and all on one stream: the next stream
//! is used only when nothing is in flight on another one. That keeps the order of one sender.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::event::{Content, MessageState};
use crate::wire::time::Moment;

/// A message that the peer does not have for certain.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// Its id for life.
    pub id: String,
    /// The sender's own reference.
    pub reference: Option<Value>,
    /// What it says.
    pub content: Content,
    /// When it was written.
    pub time: Timestamp,
    /// It has been tried before, or waited: it goes out with its time.
    pub delayed: bool,
    /// When it was put into an outbox, counted over all outboxes.
    turn: u64,
    flight: Flight,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flight {
    /// Not on its way.
    Waiting,
    /// Given to the stream. `end` = the stream's byte count after it; `confirmed`: the peer will say that it has it.
    Given {
        conn: u64,
        end: u64,
        confirmed: bool,
    },
    /// The kernel has it since then.
    Written {
        conn: u64,
        since: Moment,
        confirmed: bool,
    },
}

/// The queue to one peer.
#[derive(Debug, Default)]
pub struct Outbox {
    queue: VecDeque<Pending>,
}

/// A message that changed its state for good, with the reason if it is a bad one.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// Which.
    pub id: String,
    /// The sender's own reference.
    pub reference: Option<Value>,
    /// What it is now.
    pub state: MessageState,
    /// Why, if it did not get there.
    pub reason: Option<String>,
    /// The message itself where it can be sent again by hand.
    pub pending: Option<Box<Pending>>,
    /// It is no message but something about this one.
    pub about: Option<String>,
    /// It is a marker: nobody wants to know how far it got.
    pub unheard: bool,
}

/// A peer without acknowledgements is believed to have what was written to a stream that is still open this much later:
/// longer than it takes to notice a pulled cable (TCP keep-alive and user time-out, 6 to 7 s).
pub const LEGACY_WINDOW: Duration = Duration::from_secs(8);

/// Why the state of a message is not known.
pub const UNCERTAIN: &str = "the connection ended before it could be told whether this arrived";

impl Pending {
    /// A new message.
    pub fn new(id: String, reference: Option<Value>, content: Content, time: Timestamp) -> Pending {
        Pending {
            id,
            reference,
            content,
            time,
            delayed: false,
            turn: 0,
            flight: Flight::Waiting,
        }
    }
}

impl Outbox {
    /// Appends a message. `turn` grows with each that is put into any outbox.
    pub fn push(&mut self, mut pending: Pending, turn: u64) {
        pending.turn = turn;
        self.queue.push_back(pending);
    }

    /// Both in one: two names were one person. The order is that in which was written, whichever of the two names it was
    /// written to. What was on its way waits again.
    pub fn joined(self, other: Outbox) -> Outbox {
        let mut queue = VecDeque::with_capacity(self.queue.len() + other.queue.len());
        let (mut one, mut other) = (
            self.queue.into_iter().peekable(),
            other.queue.into_iter().peekable(),
        );
        while let Some(next) = match (one.peek(), other.peek()) {
            (Some(this), Some(that)) if that.turn < this.turn => other.next(),
            (None, _) => other.next(),
            _ => one.next(),
        } {
            queue.push_back(next);
        }
        for pending in &mut queue {
            pending.flight = Flight::Waiting;
            pending.delayed = true;
        }
        Outbox { queue }
    }

    /// What is in it, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.queue.iter().map(|pending| pending.id.as_str())
    }

    /// Is there nothing to be sent or waited for?
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many wait or are on their way.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Is anything waiting to be given to a stream?
    pub fn has_waiting(&self) -> bool {
        self.queue
            .back()
            .is_some_and(|last| last.flight == Flight::Waiting)
    }

    /// The next message to give to stream `conn`, if one waits and nothing is in flight on another stream.
    pub fn next_for(&self, conn: u64) -> Option<&Pending> {
        let elsewhere = self
            .queue
            .front()
            .and_then(Pending::conn)
            .is_some_and(|other| other != conn);
        if elsewhere {
            return None;
        }
        self.queue.get(self.in_flight())
    }

    /// Is this message here? A walk: for what a user does now and then.
    pub fn contains(&self, id: &str) -> bool {
        self.queue.iter().any(|pending| pending.id == id)
    }

    /// How many are on their way. They are a prefix: binary search instead of a walk, there may be thousands.
    fn in_flight(&self) -> usize {
        self.queue
            .partition_point(|pending| pending.flight != Flight::Waiting)
    }

    /// The message that [`Outbox::next_for`] gave is on stream `conn`, whose byte count after it is `end`. `confirmed`:
    /// the peer will say when it has it, and drops what it has already.
    pub fn departed(&mut self, conn: u64, end: u64, confirmed: bool) {
        let waiting = self.in_flight();
        if let Some(pending) = self.queue.get_mut(waiting) {
            pending.flight = Flight::Given {
                conn,
                end,
                confirmed,
            };
        }
    }

    /// The peer has this message (XEP-0198 or XEP-0184), or never will: one that is on its way, or the next. A word
    /// about any other costs no walk through all that wait.
    pub fn acked(&mut self, id: &str) -> Option<Settled> {
        let known = self.in_flight().saturating_add(1);
        let at = self
            .queue
            .iter()
            .take(known)
            .position(|pending| pending.id == id)?;
        let pending = self.queue.remove(at)?;
        Some(pending.settle(MessageState::Sent, None))
    }

    /// Takes a message out, wherever it is, and what was said about it. A walk: for what a user does now and then.
    pub fn forget(&mut self, id: &str) {
        self.queue
            .retain(|pending| pending.id != id && pending.content.target() != Some(id));
    }

    /// Takes a message out that waits and has never left us.
    pub fn withdraw(&mut self, id: &str) -> Option<Settled> {
        let given = self.in_flight();
        let waits =
            |(at, pending): (usize, &Pending)| at >= given && !pending.delayed && pending.id == id;
        let at = self.queue.iter().enumerate().position(waits)?;
        let pending = self.queue.remove(at)?;
        Some(pending.settle(MessageState::Failed, None))
    }

    /// The kernel has taken all bytes of stream `conn` up to `end`.
    pub fn written(&mut self, conn: u64, end: u64, now: Moment) {
        for pending in &mut self.queue {
            match pending.flight {
                Flight::Given {
                    conn: on,
                    end: until,
                    confirmed,
                } if on == conn && until <= end => {
                    pending.flight = Flight::Written {
                        conn,
                        since: now,
                        confirmed,
                    };
                }
                Flight::Written { .. } => {}
                _ => break,
            }
        }
    }

    /// The messages that nobody will confirm and that have been out for [`LEGACY_WINDOW`].
    pub fn settle(&mut self, now: Moment) -> Vec<Settled> {
        let mut settled = Vec::new();
        while let Some(Flight::Written {
            since,
            confirmed: false,
            ..
        }) = self.queue.front().map(|pending| pending.flight)
        {
            if now < since + LEGACY_WINDOW {
                break;
            }
            settled.extend(
                self.queue
                    .pop_front()
                    .map(|pending| pending.settle(MessageState::Sent, None)),
            );
        }
        settled
    }

    /// When [`Outbox::settle`] has something to do.
    pub fn settles_at(&self) -> Option<Moment> {
        match self.queue.front()?.flight {
            Flight::Written {
                since,
                confirmed: false,
                ..
            } => Some(since + LEGACY_WINDOW),
            _ => None,
        }
    }

    /// Stream `conn` is gone. What would have been confirmed waits again, and the peer drops what it has already; of the
    /// rest nobody can know, and only the user may send it again.
    pub fn stream_lost(&mut self, conn: u64) -> Vec<Settled> {
        let mut settled = Vec::new();
        let queue = std::mem::take(&mut self.queue);
        for mut pending in queue {
            match pending.flight {
                Flight::Waiting => self.queue.push_back(pending),
                _ if pending.conn() != Some(conn) => self.queue.push_back(pending),
                Flight::Given {
                    confirmed: true, ..
                }
                | Flight::Written {
                    confirmed: true, ..
                } => {
                    pending.flight = Flight::Waiting;
                    pending.delayed = true;
                    self.queue.push_back(pending);
                }
                _ => settled
                    .push(pending.settle(MessageState::Uncertain, Some(UNCERTAIN.to_owned()))),
            }
        }
        settled
    }

    /// Nothing can be sent to this peer: takes all that waits.
    pub fn fail_waiting(&mut self, reason: &str) -> Vec<Settled> {
        let failed = self.queue.split_off(self.in_flight());
        failed
            .into_iter()
            .map(|p| p.settle(MessageState::Failed, Some(reason.to_owned())))
            .collect()
    }
}

impl Pending {
    fn conn(&self) -> Option<u64> {
        match self.flight {
            Flight::Waiting => None,
            Flight::Given { conn, .. } | Flight::Written { conn, .. } => Some(conn),
        }
    }

    fn settle(mut self, state: MessageState, reason: Option<String>) -> Settled {
        self.flight = Flight::Waiting;
        let again = matches!(state, MessageState::Uncertain | MessageState::Failed);
        Settled {
            id: self.id.clone(),
            reference: self.reference.clone(),
            state,
            reason,
            about: self.content.target().map(str::to_owned),
            unheard: self.content.is_unheard(),
            pending: again.then(|| Box::new(self)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn outbox(ids: &[&str]) -> Outbox {
        let mut outbox = Outbox::default();
        for (turn, id) in ids.iter().enumerate() {
            let pending = Pending::new(
                (*id).to_owned(),
                None,
                Content::text(""),
                Timestamp::UNIX_EPOCH,
            );
            outbox.push(pending, turn as u64);
        }
        outbox
    }

    fn give(outbox: &mut Outbox, conn: u64, end: u64, confirmed: bool) -> Option<String> {
        let id = outbox.next_for(conn).map(|pending| pending.id.clone())?;
        outbox.departed(conn, end, confirmed);
        Some(id)
    }

    #[test]
    fn a_second_stream_waits_until_nothing_is_in_flight_on_the_first() {
        let mut outbox = outbox(&["1", "2"]);
        assert_eq!(give(&mut outbox, 2, 10, true).as_deref(), Some("1"));
        assert_eq!(give(&mut outbox, 4, 10, true), None, "order would be lost");
        outbox.acked("1");
        assert_eq!(give(&mut outbox, 4, 10, true).as_deref(), Some("2"));
    }

    #[test]
    fn a_lost_stream_with_acks_sends_again_in_order() {
        let mut outbox = outbox(&["1", "2", "3"]);
        give(&mut outbox, 2, 10, true);
        give(&mut outbox, 2, 20, true);
        assert_eq!(outbox.stream_lost(2), vec![]);
        let again: Vec<_> = std::iter::from_fn(|| give(&mut outbox, 4, 0, true)).collect();
        assert_eq!(again, ["1", "2", "3"]);
    }

    #[test]
    fn a_lost_stream_without_acks_is_uncertain_within_the_window_only() {
        let mut outbox = outbox(&["1", "2", "3"]);
        give(&mut outbox, 2, 10, false);
        outbox.written(2, 10, Moment(0));
        give(&mut outbox, 2, 20, false);
        let sent = outbox.settle(Moment(0) + LEGACY_WINDOW);
        assert_eq!((sent.len(), sent[0].state), (1, MessageState::Sent));
        let lost = outbox.stream_lost(2);
        assert_eq!(
            (lost.len(), lost[0].id.as_str(), lost[0].state),
            (1, "2", MessageState::Uncertain)
        );
        assert!(lost[0].pending.is_some(), "it can be sent again by hand");
        assert_eq!(
            outbox.len(),
            1,
            "what was never given to the stream waits on"
        );
    }

    /// A peer whose features became known after the first message.
    #[test]
    fn each_message_is_settled_as_it_was_sent() {
        let mut outbox = outbox(&["1", "2"]);
        give(&mut outbox, 2, 10, false);
        give(&mut outbox, 2, 20, true);
        outbox.written(2, 20, Moment(0));
        let sent = outbox.settle(Moment(0) + LEGACY_WINDOW);
        assert_eq!(sent.len(), 1, "nobody will ever confirm the first");
        assert_eq!(sent[0].id, "1");
        assert_eq!(outbox.stream_lost(2), vec![]);
        assert!(outbox.has_waiting(), "the second is sent again");
    }

    #[test]
    fn what_was_written_to_two_names_of_one_person_goes_in_the_order_of_writing() {
        let (mut old, mut new) = (Outbox::default(), Outbox::default());
        let message = |id: &str| {
            let content = Content::text("");
            Pending::new(id.to_owned(), None, content, Timestamp::UNIX_EPOCH)
        };
        for (turn, id) in ["1", "2", "3", "4", "5", "6"].into_iter().enumerate() {
            let outbox = if [1, 2, 4].contains(&turn) {
                &mut new
            } else {
                &mut old
            };
            outbox.push(message(id), turn as u64);
        }
        let joined = old.joined(new);
        assert_eq!(
            joined.ids().collect::<Vec<_>>(),
            ["1", "2", "3", "4", "5", "6"]
        );
        assert_eq!(joined.in_flight(), 0);
    }
}
