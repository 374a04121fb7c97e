//! The listening half of mDNS: browsing, and what was heard and for how long it holds (RFC 6762 §5.2, §10).

use std::sync::Arc;
use std::time::Duration;

use super::host::{Cached, Record, Stage};
use super::queue::Plan;
use super::{HostId, Lan, NameId};
use crate::net::Report;

/// How long SRV and address records live without being heard again.
const TTL: Duration = Duration::from_secs(120);
/// A goodbye is believed after this time, unless the records are heard again (RFC 6762 §10.1).
const GRACE: Duration = Duration::from_secs(1);
/// Answers to shared questions are delayed by this much (RFC 6762 §6).
const ANSWER_DELAY: std::ops::Range<Duration> =
    Duration::from_millis(20)..Duration::from_millis(120);
/// Instances that one cache holds.
const CACHE_CAP: usize = 2048;

impl Lan {
    pub(super) fn start_browsing(&mut self, id: HostId) {
        let ticket = self.number();
        let delay = self
            .rng
            .span(&(Duration::from_millis(1)..Duration::from_millis(20)));
        if let Some(host) = self.hosts.get_mut(id.0) {
            host.query_ticket = ticket;
            self.plan(
                delay,
                Plan::Query {
                    host: id,
                    ticket,
                    turn: 0,
                },
            );
        }
    }

    /// Asks who is there: at once, then after 1, 2, 4 … seconds up to an hour (RFC 6762 §5.2). Who is in the list of
    /// known answers keeps silent.
    pub(super) fn query(&mut self, id: HostId, ticket: u64, turn: u32) {
        let Some(host) = self
            .hosts
            .get(id.0)
            .filter(|host| host.running && host.query_ticket == ticket)
        else {
            return;
        };
        let life = host.life;
        for from in (0..self.hosts.len()).map(HostId) {
            if from == id || !self.reaches(id, from) || !self.answers_to(from, id) {
                continue;
            }
            for there in self.datagram() {
                for back in self.datagram() {
                    let delay = there + self.rng.span(&ANSWER_DELAY) + back;
                    self.plan(delay, Plan::HearAnswer { to: id, life, from });
                }
            }
        }
        let pause = Duration::from_secs(1 << turn.min(12)).min(Duration::from_secs(3600));
        self.plan(
            pause,
            Plan::Query {
                host: id,
                ticket,
                turn: turn + 1,
            },
        );
    }

    fn answers_to(&self, from: HostId, asker: HostId) -> bool {
        let Some(publication) = self.hosts.get(from.0).and_then(|host| host.announced()) else {
            return false;
        };
        let known = self
            .hosts
            .get(asker.0)
            .and_then(|host| host.cache.get(&publication.name));
        !known.is_some_and(|known| {
            known.record.owner == from
                && known.leaving.is_none()
                && known.expires.since(self.now) > TTL / 2
        })
    }

    pub(super) fn hear_answer(&mut self, to: HostId, life: u32, from: HostId) {
        let announced = self.hosts.get(from.0).and_then(|host| host.announced());
        if let Some(record) = announced.map(|publication| Arc::clone(&publication.record)) {
            self.hear(to, life, &record);
        }
    }

    /// Records arrive at a host: its own name in them is a conflict, a new version is a sighting.
    pub(super) fn hear(&mut self, to: HostId, life: u32, record: &Arc<Record>) {
        let expires = self.now + TTL;
        let Some(host) = self
            .hosts
            .get_mut(to.0)
            .filter(|host| host.running && host.life == life)
        else {
            return;
        };
        if let Some(mine) = host
            .publication
            .as_ref()
            .filter(|mine| mine.name == record.name)
        {
            let (stage, lost) = (mine.stage, record.claim() > mine.record.claim());
            match stage {
                Stage::Announced if !lost => self.plan_announcement(to),
                _ => self.lose_name(to),
            }
            if stage == Stage::Announced && !lost {
                return;
            }
        }
        let Some(host) = self.hosts.get_mut(to.0) else {
            return;
        };
        let room = host.cache.len() < CACHE_CAP;
        let news = match host.cache.get_mut(&record.name) {
            Some(known)
                if known.record.owner == record.owner && record.version < known.record.version =>
            {
                return;
            }
            Some(known) => {
                let news = known.record.version != record.version;
                known.expires = expires;
                known.leaving = None;
                if news {
                    known.record = Arc::clone(record);
                }
                news
            }
            None if room => {
                host.cache.insert(
                    record.name,
                    Cached {
                        record: Arc::clone(record),
                        expires,
                        leaving: None,
                    },
                );
                true
            }
            None => return,
        };
        if host.expiry.is_none() {
            let ticket = self.number();
            if let Some(host) = self.hosts.get_mut(to.0) {
                host.expiry = Some((expires, ticket));
            }
            self.plan(TTL, Plan::Expire { host: to, ticket });
        }
        if news {
            self.tell(to, Report::Seen(Box::new(record.sighting.clone())));
        }
    }

    pub(super) fn hear_goodbye(&mut self, to: HostId, life: u32, name: NameId, from: HostId) {
        let ticket = self.number();
        let Some(host) = self
            .hosts
            .get_mut(to.0)
            .filter(|host| host.running && host.life == life)
        else {
            return;
        };
        if let Some(known) = host
            .cache
            .get_mut(&name)
            .filter(|known| known.record.owner == from)
        {
            known.leaving = Some(ticket);
            self.plan(
                GRACE,
                Plan::GoodbyeDue {
                    host: to,
                    name,
                    ticket,
                },
            );
        }
    }

    pub(super) fn goodbye_due(&mut self, id: HostId, name: NameId, ticket: u64) {
        let known = self.hosts.get(id.0).and_then(|host| host.cache.get(&name));
        if known.is_some_and(|known| known.leaving == Some(ticket)) {
            self.drop_cached(id, name, true);
        }
    }

    /// Takes out what has run out, and plans the next look for when the next could.
    pub(super) fn expire(&mut self, id: HostId, ticket: u64) {
        let now = self.now;
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        if host.expiry.is_none_or(|(_, current)| current != ticket) {
            return;
        }
        let due = host
            .cache
            .iter()
            .filter(|(_, known)| known.expires <= now)
            .map(|(name, _)| *name);
        let due: Vec<NameId> = due.collect();
        host.expiry = None;
        for name in due {
            self.drop_cached(id, name, false);
        }
        let ticket = self.number();
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        if let Some(next) = host.cache.values().map(|known| known.expires).min() {
            host.expiry = Some((next, ticket));
            self.plan(next.since(now), Plan::Expire { host: id, ticket });
        }
    }

    pub(super) fn drop_cached(&mut self, id: HostId, name: NameId, goodbye: bool) {
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        if let Some(known) = host.cache.remove(&name) {
            self.tell(
                id,
                Report::Gone {
                    jid: known.record.sighting.jid.clone(),
                    goodbye,
                },
            );
        }
    }

    /// The interface is gone, and with it everything that was heard on it.
    pub(super) fn drop_cache(&mut self, id: HostId) {
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        let names: Vec<NameId> = host.cache.keys().copied().collect();
        for name in names {
            self.drop_cached(id, name, false);
        }
    }
}
