//! Is it still there, whom something was said to that nobody has confirmed? (XEP-0199 §4.3)
//!
//! With acks of the stream (XEP-0198) every stanza is confirmed, and the kernel finds a silent host. What neither finds is a
//! program that stands still while its kernel takes our bytes. While something is outstanding on a stream without acks, and
//! nothing at all came in on it for a while, a peer that knows pings is asked; if then still nothing comes, the stream is dead.
//! Whoever has nothing outstanding is asked nothing: an idle network stays idle.

use std::time::Duration;

use super::core::{Core, Timer};
use crate::net::{CloseReason, ConnId};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::stanza::Iq;
use crate::wire::time::Moment;

/// Nothing was heard for so long since something was said: time to ask.
const SILENCE: Duration = Duration::from_secs(3);
/// An answer takes no longer. Together with [`SILENCE`] less than ten seconds.
const ANSWER: Duration = Duration::from_secs(6);
/// Who answers, and confirms nothing all the same, is asked more and more seldom.
const SELDOM: Duration = Duration::from_secs(60);

/// The rule for one stream, sans-IO. Inputs: [`Watch::said`], [`Watch::heard`]. [`Watch::look`] says what to do next; look again
/// when it says so, and after each [`Watch::said`] at the moment that it gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Watch {
    /// Something came in.
    heard: Moment,
    /// Something that waits to be confirmed went out, the first since then.
    said: Option<Moment>,
    asked: Option<Moment>,
    pause: Duration,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing, until something is said.
    Rest,
    /// To look again then.
    Wait(Moment),
    /// To ask, and to look again then.
    Ask(Moment),
    /// Nobody is there.
    Dead,
}

impl Default for Watch {
    fn default() -> Watch {
        Watch {
            heard: Moment::default(),
            said: None,
            asked: None,
            pause: SILENCE,
        }
    }
}

impl Watch {
    /// Something went out that is to be confirmed. Gives when to look, if it is the first since something was heard.
    fn said(&mut self, now: Moment) -> Option<Moment> {
        self.pause = SILENCE;
        if self.said.is_some() {
            return None;
        }
        self.said = Some(now);
        Some(now + SILENCE)
    }

    /// Anything came in.
    pub(super) fn heard(&mut self, now: Moment) {
        self.heard = now;
        self.said = None;
        if self.asked.take().is_some() {
            self.pause = (self.pause * 2).min(SELDOM);
        }
    }

    /// Whether something is outstanding now is the caller's to know.
    fn look(&mut self, now: Moment, outstanding: bool) -> Next {
        if let Some(asked) = self.asked {
            return match now >= asked + ANSWER {
                true => Next::Dead,
                false => Next::Wait(asked + ANSWER),
            };
        }
        if !outstanding {
            self.said = None;
            self.pause = SILENCE;
            return Next::Rest;
        }
        let due = self.said.unwrap_or(self.heard).max(self.heard) + self.pause;
        if now < due {
            return Next::Wait(due);
        }
        self.asked = Some(now);
        Next::Ask(now + ANSWER)
    }
}

impl Core {
    /// A message went out on this stream, on which stanzas are not acknowledged.
    pub(super) fn await_life(&mut self, conn: ConnId) {
        let now = self.clock.now;
        let at = self
            .links
            .get_mut(&conn)
            .and_then(|link| link.watch.said(now));
        if at.is_some() {
            self.timers.set(Timer::Life(conn), at);
        }
    }

    pub(super) fn on_life_timeout(&mut self, conn: ConnId) {
        let (now, outstanding) = (self.clock.now, self.waits_for(conn));
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        match link.watch.look(now, outstanding) {
            Next::Rest => {}
            Next::Wait(at) => self.timers.set(Timer::Life(conn), Some(at)),
            Next::Ask(at) => {
                self.ping(conn);
                self.timers.set(Timer::Life(conn), Some(at));
            }
            Next::Dead => {
                tracing::info!(peer = ?link.peer, "answers no ping, the stream is given up");
                self.on_closed(conn, CloseReason::Reset);
            }
        }
    }

    /// Is something outstanding on this stream, and does who is at its other end know pings?
    fn waits_for(&self, conn: ConnId) -> bool {
        let Some(link) = self.links.get(&conn) else {
            return false;
        };
        let Some((jid, ready)) = link.peer.as_ref().zip(link.ready.as_ref()) else {
            return false;
        };
        let known = self.roster.get(jid);
        let knows = known.is_some_and(|known| known.facts.has(ns::PING));
        let waits = self
            .outboxes
            .get(jid)
            .is_some_and(|outbox| !outbox.is_empty());
        waits && knows && !ready.acks && !ready.legacy && self.active(jid) == Some(conn)
    }

    /// Any answer is life, whatever it says.
    fn ping(&mut self, conn: ConnId) {
        let to = self.links.get(&conn).and_then(|link| link.peer.clone());
        let Some(to) = to else { return };
        let id = self.rng.uuid();
        let iq = Iq::request(&id, false, Element::new("ping", ns::PING))
            .with_attr("from", self.ourselves.jid.as_str())
            .with_attr("to", to.as_str());
        self.tell_peer(conn, &iq);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(second: u64) -> Moment {
        Moment(1_000_000_000) + Duration::from_secs(second)
    }

    #[test]
    fn silence_while_something_is_outstanding_ends_within_ten_seconds() {
        let mut watch = Watch::default();
        watch.heard(at(0));
        // A long idle time before it does not count.
        assert_eq!(watch.said(at(500)), Some(at(503)));
        // More of it does not put the question off.
        assert_eq!(watch.said(at(502)), None);
        assert_eq!(watch.look(at(503), true), Next::Ask(at(509)));
        assert_eq!(watch.look(at(509), true), Next::Dead);
    }

    #[test]
    fn who_is_heard_is_there_and_who_has_nothing_outstanding_is_not_asked() {
        let mut watch = Watch::default();
        assert_eq!(watch.said(at(0)), Some(at(3)));
        watch.heard(at(1));
        assert_eq!(watch.look(at(3), true), Next::Wait(at(4)));
        assert_eq!(watch.look(at(4), false), Next::Rest);
        assert_eq!(watch.said(at(100)), Some(at(103)));
        assert_eq!(watch.look(at(103), false), Next::Rest);
    }

    #[test]
    fn who_answers_and_confirms_nothing_is_asked_more_and_more_seldom_until_more_is_said() {
        let mut watch = Watch::default();
        let (mut now, mut asked) = (at(0), 0);
        assert_eq!(watch.said(now), Some(at(3)));
        while now < at(600) {
            now = match watch.look(now, true) {
                Next::Wait(then) => then,
                Next::Ask(_) => {
                    asked += 1;
                    now = now + SECOND / 10;
                    watch.heard(now);
                    now
                }
                other => unreachable!("{other:?}"),
            };
        }
        assert!((8..16).contains(&asked), "{asked} in ten minutes");
        // Something new counts like the first time.
        assert_eq!(watch.said(now), Some(now + SILENCE));
    }

    #[test]
    fn a_question_that_is_open_is_not_forgotten_when_nothing_is_outstanding_any_more() {
        let mut watch = Watch::default();
        watch.said(at(0));
        assert_eq!(watch.look(at(3), true), Next::Ask(at(9)));
        assert_eq!(watch.look(at(8), false), Next::Wait(at(9)));
        assert_eq!(watch.look(at(9), false), Next::Dead);
    }
}
