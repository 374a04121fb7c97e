//! Time as the rules see it: it always comes in as an argument.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A point of monotonic time, in microseconds since the node was started. It never goes backwards and says nothing
/// about the calendar; see [`Clock`] for both together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub u64);

impl Moment {
    /// The time since `earlier`, zero if `earlier` is later.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;
    fn add(self, span: Duration) -> Moment {
        Moment(
            self.0
                .saturating_add(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)),
        )
    }
}

impl Sub<Moment> for Moment {
    type Output = Duration;
    fn sub(self, earlier: Moment) -> Duration {
        self.since(earlier)
    }
}

/// What the clocks say at one instant: the monotonic one for timers, the wall one for people. The wall clock may jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// For timers and time-outs.
    pub now: Moment,
    /// For time stamps that people and peers see (XEP-0082 on the wire).
    pub wall: jiff::Timestamp,
}
