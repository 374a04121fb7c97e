//! Deadlines by key: one a key, the earliest at hand. No clock in it.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use crate::wire::time::Moment;

/// A set of deadlines.
#[derive(Debug)]
pub struct Timers<K> {
    by_time: BTreeSet<(Moment, K)>,
    by_key: HashMap<K, Moment>,
}

impl<K> Default for Timers<K> {
    fn default() -> Timers<K> {
        Timers {
            by_time: BTreeSet::new(),
            by_key: HashMap::new(),
        }
    }
}

impl<K: Ord + Hash + Clone> Timers<K> {
    /// Sets, moves or (with `None`) clears the deadline of a key.
    pub fn set(&mut self, key: K, at: Option<Moment>) {
        let before = match at {
            Some(at) => self.by_key.insert(key.clone(), at),
            None => self.by_key.remove(&key),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.by_time.remove(&(before, key.clone()));
        }
        if let Some(at) = at {
            self.by_time.insert((at, key));
        }
    }

    /// The deadline of a key.
    pub fn get(&self, key: &K) -> Option<Moment> {
        self.by_key.get(key).copied()
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Moment> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes one key whose time has come.
    pub fn due(&mut self, now: Moment) -> Option<K> {
        let (at, key) = self.by_time.first().filter(|(at, _)| *at <= now)?.clone();
        self.by_time.remove(&(at, key.clone()));
        self.by_key.remove(&key);
        Some(key)
    }
}
