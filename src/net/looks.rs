//! When everybody on an interface is asked who is there (RFC 6762 §5.2, §7.3), so that nobody asks what somebody else has just
//! asked.
//!
//! Who comes asks once, and the answers come to it alone: else each who comes would have hundreds of answers sent to hundreds.
//! Later one asks for all, now and then, and soon if people come of whom one hears by chance.
//!
//! Pure but for its random delays: [`super::crowd::Crowd`] hears for it, and sends what it asks.

use std::time::{Duration, Instant};

use super::crowd::{Way, up_to};

/// Everybody is asked now and then, by one for all. Who is not known is heard when others ask for it, too …
const AGAIN: Duration = Duration::from_secs(600);
/// … and sooner, if the last time somebody asked brought news to us within this: many come at once, and datagrams are lost.
const NEWS: Duration = Duration::from_secs(1);
/// Then it is waited until nobody comes any more …
pub(super) const CALM: Duration = Duration::from_millis(1500);
/// … but so long only.
const RUSH: Duration = Duration::from_secs(8);
/// Whoever is new asks everybody after this (RFC 6762 §5.2 has us wait a little) …
const FIRST: Duration = Duration::from_millis(10);
const FIRST_SPREAD: Duration = Duration::from_millis(15);
/// … in such a way that nobody else has to hear the answers; who gets none within this asks so that all hear them …
const UNANSWERED: Duration = Duration::from_millis(150);
/// … unless so much is heard meanwhile: others come, too, and will say so.
const BUSY: usize = 4;
/// Whoever came asks once more after this those whom it does not know.
const SECOND: Duration = Duration::from_secs(2);

/// See the module.
#[derive(Debug)]
pub(super) struct Looks {
    newcomer: Newcomer,
    /// When we ask for all.
    next: Instant,
    /// When somebody asked for all last, whoever that was.
    last: Option<Instant>,
    /// Since then people come whom we heard of by chance; there may be others.
    rush: Option<Instant>,
}

/// How far somebody is who has just come; each step has its time.
#[derive(Debug)]
enum Newcomer {
    /// It is to ask then. So many datagrams were heard before.
    Asks { at: Instant, heard: usize },
    /// It has asked, and waits for an answer until then.
    Waits { until: Instant, heard: usize },
    /// It is to ask then those whom it does not know.
    AsksOthers { at: Instant },
    /// It knows whom it can know by asking.
    Settled,
}

/// A question to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// How it is sent.
    pub way: Way,
    /// Those who are known need not answer.
    pub others: bool,
}

impl Looks {
    /// Of one who comes.
    pub(super) fn new(now: Instant) -> Looks {
        Looks {
            newcomer: Newcomer::Asks {
                at: now + FIRST + up_to(FIRST_SPREAD),
                heard: 0,
            },
            next: later(now),
            last: None,
            rush: None,
        }
    }

    /// When there is something to be done, where we tell who is there, and where mdns-sd does, which asks by itself.
    pub(super) fn next(&self, leads: bool) -> Option<Instant> {
        let step = match &self.newcomer {
            Newcomer::Asks { at, .. } | Newcomer::Waits { until: at, .. } => Some(*at),
            Newcomer::AsksOthers { at } => leads.then_some(*at),
            Newcomer::Settled => None,
        };
        step.into_iter().chain(leads.then_some(self.next)).min()
    }

    /// Whom we ask by now.
    pub(super) fn tick(&mut self, leads: bool, now: Instant) -> Vec<Look> {
        let mut asked = Vec::new();
        let others = false;
        match self.newcomer {
            Newcomer::Asks { at, heard } if at <= now => {
                let way = Way::Alone;
                asked.push(Look { way, others });
                let until = now + UNANSWERED;
                self.newcomer = Newcomer::Waits { until, heard };
            }
            Newcomer::Waits { until, heard } if until <= now => {
                if heard >= BUSY {
                    self.newcomer = Newcomer::Settled;
                    self.rush = Some(now);
                    self.wait_for_calm(now);
                } else {
                    let way = Way::All;
                    asked.push(Look { way, others });
                    self.newcomer = Newcomer::others(now);
                }
            }
            Newcomer::AsksOthers { at } if leads && at <= now => {
                let (way, others) = (Way::Alone, true);
                asked.push(Look { way, others });
                self.newcomer = Newcomer::Settled;
            }
            _ => {}
        }
        if leads && self.next <= now {
            // What is asked again and again in a rush is asked over one family.
            let way = if self.rush.is_some() {
                Way::One
            } else {
                Way::All
            };
            self.asked(now);
            asked.push(Look { way, others });
        }
        asked
    }

    /// Something was heard.
    pub(super) fn heard(&mut self) {
        if let Newcomer::Asks { heard, .. } | Newcomer::Waits { heard, .. } = &mut self.newcomer {
            *heard += 1;
        }
    }

    /// Somebody answered us alone.
    pub(super) fn answered(&mut self, now: Instant) {
        // Late, on a busy computer or network.
        let late = self.rush.take().is_some();
        if late {
            self.next = later(now);
        }
        if late || matches!(self.newcomer, Newcomer::Waits { .. }) {
            self.newcomer = Newcomer::others(now);
        }
    }

    /// Somebody asks for all.
    pub(super) fn asked(&mut self, now: Instant) {
        // Who is new learns by it of those who were here before; that is not what is meant by news.
        let is_settled = matches!(self.newcomer, Newcomer::Settled);
        self.last = is_settled.then_some(now);
        self.rush = None;
        self.next = later(now);
    }

    /// Somebody is heard of who was not known.
    pub(super) fn met(&mut self, now: Instant) {
        if self.last.is_some_and(|last| now < last + NEWS) {
            self.rush.get_or_insert(now);
        }
        self.wait_for_calm(now);
    }

    fn wait_for_calm(&mut self, now: Instant) {
        if let Some(since) = self.rush {
            let next = now + CALM + up_to(CALM);
            self.next = if now < since + RUSH {
                next
            } else {
                next.min(self.next)
            };
        }
    }
}

impl Newcomer {
    fn others(now: Instant) -> Newcomer {
        Newcomer::AsksOthers {
            at: now + SECOND + up_to(SECOND),
        }
    }
}

fn later(now: Instant) -> Instant {
    now + AGAIN + up_to(AGAIN)
}
