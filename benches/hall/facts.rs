//! Figures, and how they are summed up.

use std::time::{Duration, Instant};

/// Milliseconds of a duration.
pub fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

/// Milliseconds between two instants.
pub fn between(from: Instant, to: Instant) -> f64 {
    ms(to.saturating_duration_since(from))
}

/// Figures of one kind.
#[derive(Clone, Debug, Default)]
pub struct Figures(pub Vec<f64>);

impl Figures {
    /// The smallest that is not below that share of them (nearest rank); not a number if there are none.
    pub fn at(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
        sorted.get(rank).copied().unwrap_or(f64::NAN)
    }

    /// The largest.
    pub fn most(&self) -> f64 {
        self.at(100)
    }

    /// Their mean.
    pub fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }
}

/// What a room of so many costs.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// From the first process's start until everybody sees everybody, ms.
    pub all_seen: Option<f64>,
    /// From the first request to enter until everybody is in, ms.
    pub entered: f64,
    /// The same until everybody also has the whole list of members, ms.
    pub all_listed: f64,
    /// From an announcement's sending until the last member has it, ms: by the room's founder.
    pub last: Figures,
    /// The same by somebody else.
    pub last_by_other: Figures,
    /// From sending until each member has it, ms: all members, all of the founder's announcements.
    pub each: Figures,
    /// From a late joiner's request until it is in and has the latest messages, ms.
    pub late: Figures,
    /// Resident memory of each process, MiB.
    pub rss: Figures,
    /// The same with shared pages shared out, MiB.
    pub pss: Figures,
    /// Octets that all clients were given while everybody entered.
    pub entering_octets: Option<f64>,
    /// A minute of rest, without and with the room.
    pub idle: Vec<Idle>,
}

/// What happens in a minute in which nobody does anything.
#[derive(Clone, Debug)]
pub struct Idle {
    /// When.
    pub when: &'static str,
    /// Packets on the bridge.
    pub packets: f64,
    /// Octets on the bridge.
    pub octets: f64,
    /// Processor time of all, seconds.
    pub busy: f64,
}
