//! When the node waits with open eyes.
//!
//! Who sleeps until a packet comes pays for the waking: on a virtual machine, where an idle processor is handed back to
//! the host, more than for the whole message. In a conversation of programs, where the next word comes within a fraction
//! of a millisecond, that is most of the time. So after a run of inputs that came quickly the node looks again and again for
//! a short while before it sleeps, and lets everybody else on its processor go first each time. Where somebody else always
//! wants it the processor does not sleep anyway, and the node does. People never write so quickly: for them nothing is ever
//! spent.

use std::time::Duration;

use crate::wire::time::Moment;

/// How soon the next input must come for it to be worth the looking, and how long that is done at most. Waking takes a third
/// of it where it takes long, and the other end may have slept, too.
const SOON: Duration = Duration::from_micros(400);
/// So many inputs in a row that came soon are a run.
const RUN: u32 = 8;
/// A long run outlives one that came late, not two.
const LONG_RUN: u32 = 8 * RUN;
/// Whoever was let go first took so long: we are not alone on this processor.
const TAKEN: Duration = Duration::from_micros(5);
/// So many looks in a row that somebody went before are enough of them.
const CROWDED: u32 = 4;

/// Sans-IO: is the next input worth looking for?
#[derive(Debug, Default)]
pub(super) struct Alertness {
    /// Inputs in a row that came soon.
    run: u32,
    /// Looks in a row that somebody went before.
    crowded: u32,
    /// Since when there is nothing to do.
    since: Moment,
}

impl Alertness {
    /// An input has come from outside: what the node says to itself is no sign of a dialogue.
    pub(super) fn woken(&mut self, now: Moment) {
        self.run = if now <= self.since + SOON {
            LONG_RUN.min(self.run + 1)
        } else {
            self.run / 4
        };
    }

    /// One look that brought nothing; everybody else took so long before it.
    pub(super) fn looked(&mut self, others: Duration) {
        self.crowded = if others < TAKEN { 0 } else { self.crowded + 1 };
        if self.crowded >= CROWDED {
            self.crowded = 0;
            self.run = self.run.min(RUN / 2);
        }
    }

    /// Everything is done; from now on the next input is waited for.
    pub(super) fn done(&mut self, now: Moment) {
        self.since = now;
    }

    /// Look again, instead of sleeping?
    pub(super) fn looks(&self, now: Moment) -> bool {
        self.run >= RUN && now <= self.since + SOON
    }
}

/// Nothing has come for so long: what came before is over.
const QUIET: Duration = Duration::from_secs(5);
/// Between two times that memory is handed back.
const PAUSE: Duration = Duration::from_secs(60);

/// Sans-IO: when is it quiet enough to hand back memory? Once some seconds after the start and after whatever happened
/// later, seldom, and never again while nothing happens.
#[derive(Debug)]
pub(super) struct Calm {
    /// When to look whether it is quiet; none while it is and that was used.
    at: Option<Moment>,
    last: Moment,
    used: Option<Moment>,
}

impl Calm {
    /// A node starts.
    pub(super) fn new(now: Moment) -> Calm {
        Calm {
            at: Some(now + QUIET),
            last: now,
            used: None,
        }
    }

    /// Something happened.
    pub(super) fn disturbed(&mut self, now: Moment) {
        self.last = now;
        if self.at.is_none() {
            let soonest = self.used.map_or(now, |used| used + PAUSE);
            self.at = Some(soonest.max(now + QUIET));
        }
    }

    /// When to ask [`Calm::is_quiet`].
    pub(super) fn poll_timeout(&self) -> Option<Moment> {
        self.at
    }

    /// Is it the moment? Says yes once.
    pub(super) fn is_quiet(&mut self, now: Moment) -> bool {
        if self.at.is_none_or(|at| now < at) {
            return false;
        }
        let quiet = self.last + QUIET;
        if now < quiet {
            self.at = Some(quiet);
            return false;
        }
        self.at = None;
        self.used = Some(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialogue(alertness: &mut Alertness, from: u64, pause: u64, inputs: u64) -> u64 {
        let mut now = from;
        for _ in 0..inputs {
            now += pause;
            alertness.woken(Moment(now));
            now += 40;
            alertness.done(Moment(now));
        }
        now
    }

    #[test]
    fn programs_that_answer_at_once_are_looked_out_for_and_nobody_else() {
        let mut alertness = Alertness::default();
        assert!(!alertness.looks(Moment(0)));
        let now = dialogue(&mut alertness, 1_000_000, 60, 20);
        assert!(alertness.looks(Moment(now + 300)));
        let mut now = dialogue(&mut alertness, now, 2_000_000, 20);
        assert!(!alertness.looks(Moment(now)), "people");
        // What one message brings comes close together.
        for _ in 0..20 {
            now = dialogue(&mut alertness, now + 2_000_000, 10, 6);
            assert!(!alertness.looks(Moment(now)), "people");
        }
    }

    #[test]
    fn on_a_processor_that_others_want_it_sleeps() {
        let (short, long) = (Duration::from_micros(1), Duration::from_micros(50));
        let mut alertness = Alertness::default();
        let now = dialogue(&mut alertness, 0, 60, 20);
        for took in [long, long, long, short, long, long, long] {
            alertness.looked(took);
        }
        assert!(alertness.looks(Moment(now + 10)), "somebody, now and then");
        alertness.looked(long);
        assert!(!alertness.looks(Moment(now + 10)));
        let now = dialogue(&mut alertness, now, 60, 8);
        assert!(alertness.looks(Moment(now)), "it is tried again");
    }

    #[test]
    fn memory_is_handed_back_once_it_is_quiet_seldom_and_not_while_nothing_happens() {
        let second = |count: u64| Moment(count * 1_000_000);
        let mut calm = Calm::new(second(0));
        assert!(!calm.is_quiet(second(4)));
        calm.disturbed(second(4));
        assert!(!calm.is_quiet(second(5)), "just disturbed");
        assert_eq!(calm.poll_timeout(), Some(second(9)));
        assert!(calm.is_quiet(second(9)));
        assert_eq!(calm.poll_timeout(), None, "nothing is waited for");
        calm.disturbed(second(10));
        assert_eq!(calm.poll_timeout(), Some(second(69)), "not so soon again");
        calm.disturbed(second(68));
        assert!(!calm.is_quiet(second(69)));
        assert!(calm.is_quiet(second(73)));
    }

    #[test]
    fn the_looking_ends_by_itself_and_late_inputs_end_the_run() {
        let mut alertness = Alertness::default();
        let now = dialogue(&mut alertness, 0, 60, 20);
        assert!(!alertness.looks(Moment(now + 401)));
        let now = dialogue(&mut alertness, now, 401, 1);
        assert!(!alertness.looks(Moment(now)));
        let now = dialogue(&mut alertness, now, 60, 100);
        let now = dialogue(&mut alertness, now, 2000, 1);
        assert!(alertness.looks(Moment(now)), "one in a long run");
        let now = dialogue(&mut alertness, now, 2000, 1);
        assert!(!alertness.looks(Moment(now)));
    }
}
