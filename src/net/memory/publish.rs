//! The publishing half of mDNS: probing, defence and tie-break, announcements, updates and goodbyes (RFC 6762 §8–10).

use std::sync::Arc;
use std::time::Duration;

use super::host::{INTERFACE_NAME, Publication, Record, Stage, socket};
use super::queue::Plan;
use super::{HostId, Lan, NameId};
use crate::net::{Report, Sighting};
use crate::wire::jid::Jid;
use crate::wire::time::Moment;
use crate::wire::txt::Advert;

/// Three probes, so far apart (RFC 6762 §8.1).
const PROBE_INTERVAL: Duration = Duration::from_millis(250);
/// A record goes out at most once in this time (RFC 6762 §6).
const ANNOUNCE_INTERVAL: Duration = Duration::from_secs(1);
/// 80 % of the 120 s that SRV and addresses live: somebody asks again then (RFC 6762 §5.2).
const REFRESH: Duration = Duration::from_secs(96);

impl Lan {
    pub(super) fn advertise(&mut self, id: HostId, jid: Jid, port: u16, advert: Advert) {
        let name = self.name_id(jid.as_str());
        let same = |old: &Publication| old.name == name && old.port == port && old.jid == jid;
        if self
            .hosts
            .get(id.0)
            .and_then(|host| host.publication.as_ref())
            .is_some_and(same)
        {
            self.update(id, |publication| publication.advert = advert);
            return;
        }
        self.withdraw(id);
        let ticket = self.number();
        let record = Arc::new(Record {
            name,
            owner: id,
            version: ticket,
            sighting: Sighting {
                jid: jid.clone(),
                host: String::new(),
                port,
                addresses: Vec::new(),
                interfaces: Vec::new(),
                advert: Advert::default(),
            },
        });
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        let stage = Stage::Probing(0);
        host.publication = Some(Publication {
            name,
            jid,
            port,
            advert,
            ticket,
            stage,
            announced: Moment(0),
            planned: false,
            record,
        });
        if let Some(holders) = self.holders.get_mut(name.0) {
            holders.push(id);
        }
        self.remake_record(id);
        self.start_probing(id);
    }

    /// Changes what is published and announces it when the interval allows.
    pub(super) fn update(&mut self, id: HostId, change: impl FnOnce(&mut Publication)) {
        let Some(publication) = self
            .hosts
            .get_mut(id.0)
            .and_then(|host| host.publication.as_mut())
        else {
            return;
        };
        change(publication);
        self.remake_record(id);
        self.plan_announcement(id);
    }

    /// From the first probe, after the random delay of RFC 6762 §8.1. Without a network it waits for one.
    pub(super) fn start_probing(&mut self, id: HostId) {
        let ticket = self.number();
        let delay = self.rng.span(&(Duration::ZERO..PROBE_INTERVAL));
        let Some(publication) = self
            .hosts
            .get_mut(id.0)
            .and_then(|host| host.publication.as_mut())
        else {
            return;
        };
        publication.stage = Stage::Probing(0);
        publication.ticket = ticket;
        publication.planned = false;
        self.plan(delay, Plan::Probe { host: id, ticket });
    }

    pub(super) fn probe(&mut self, id: HostId, ticket: u64) {
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        if host.link == super::Link::Down {
            return; // Probing starts again when the link is back.
        }
        let Some(publication) = host
            .publication
            .as_mut()
            .filter(|publication| publication.ticket == ticket)
        else {
            return;
        };
        let Stage::Probing(sent) = publication.stage else {
            return;
        };
        if sent == 3 {
            publication.stage = Stage::Announced;
            publication.planned = true;
            let jid = publication.jid.clone();
            self.tell(id, Report::Advertised { jid });
            self.announce(id, ticket, true);
            self.plan(REFRESH, Plan::Refresh { host: id, ticket });
            return;
        }
        publication.stage = Stage::Probing(sent + 1);
        let name = publication.name;
        for to in self.holders_of(name) {
            if to != id && self.reaches(id, to) {
                for delay in self.datagram() {
                    self.plan(
                        delay,
                        Plan::HearProbe {
                            to,
                            from: id,
                            ticket,
                        },
                    );
                }
            }
        }
        self.plan(PROBE_INTERVAL, Plan::Probe { host: id, ticket });
    }

    /// A probe for our own name: defend it if it is ours, or the later claim wins and the other one waits a second
    /// (RFC 6762 §8.2).
    pub(super) fn hear_probe(&mut self, to: HostId, from: HostId, ticket: u64) {
        let (Some(mine), Some(theirs)) = (self.publication(to), self.publication(from)) else {
            return;
        };
        if mine.name != theirs.name || theirs.ticket != ticket {
            return;
        }
        match mine.stage {
            Stage::Announced => {
                for delay in self.datagram() {
                    self.plan(delay, Plan::Defended { to: from, ticket });
                }
            }
            Stage::Probing(_) if theirs.record.claim() > mine.record.claim() => {
                let ticket = self.number();
                if let Some(mine) = self
                    .hosts
                    .get_mut(to.0)
                    .and_then(|host| host.publication.as_mut())
                {
                    mine.stage = Stage::Probing(0);
                    mine.ticket = ticket;
                }
                self.plan(Duration::from_secs(1), Plan::Probe { host: to, ticket });
            }
            Stage::Probing(_) => {}
        }
    }

    pub(super) fn defended(&mut self, to: HostId, ticket: u64) {
        if self
            .publication(to)
            .is_some_and(|mine| mine.ticket == ticket)
        {
            self.lose_name(to);
        }
    }

    /// Somebody else has our name.
    pub(super) fn lose_name(&mut self, id: HostId) {
        if let Some(lost) = self.unpublish(id) {
            self.tell(id, Report::NameTaken { jid: lost.jid });
        }
    }

    pub(super) fn announce(&mut self, id: HostId, ticket: u64, again: bool) {
        let now = self.now;
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        let Some(publication) = host.publication.as_mut() else {
            return;
        };
        if publication.ticket != ticket || publication.stage != Stage::Announced {
            return;
        }
        publication.announced = now;
        publication.planned = again;
        let record = Arc::clone(&publication.record);
        self.multicast(id, |to, life| Plan::Hear {
            to,
            life,
            record: Arc::clone(&record),
        });
        if again {
            self.plan(
                ANNOUNCE_INTERVAL,
                Plan::Announce {
                    host: id,
                    ticket,
                    again: false,
                },
            );
        }
    }

    /// Announces soon, but not twice in a second; what changes meanwhile goes along.
    pub(super) fn plan_announcement(&mut self, id: HostId) {
        let now = self.now;
        let Some(publication) = self
            .hosts
            .get_mut(id.0)
            .and_then(|host| host.publication.as_mut())
        else {
            return;
        };
        if publication.planned || publication.stage != Stage::Announced {
            return;
        }
        publication.planned = true;
        let earliest = (publication.announced + ANNOUNCE_INTERVAL).since(now);
        let ticket = publication.ticket;
        let plan = Plan::Announce {
            host: id,
            ticket,
            again: true,
        };
        self.plan(earliest.max(Duration::from_millis(1)), plan);
    }

    /// Caches ask again before records run out, and hear each other's answers: one exchange refreshes all of them. It
    /// fails for a cache only if all four questions (at 80, 85, 90, 95 %) are lost.
    pub(super) fn refresh(&mut self, id: HostId, ticket: u64) {
        let Some(publication) = self
            .publication(id)
            .filter(|publication| publication.ticket == ticket)
        else {
            return;
        };
        if publication.stage == Stage::Announced {
            let record = Arc::clone(&publication.record);
            for to in (0..self.hosts.len()).map(HostId).filter(|to| *to != id) {
                let heard =
                    self.reaches(id, to) && (0..4).any(|_| !self.rng.chance(self.weather.loss));
                if let Some(life) = self.life(to).filter(|_| heard) {
                    self.hear(to, life, &record);
                }
            }
        }
        self.plan(REFRESH, Plan::Refresh { host: id, ticket });
    }

    pub(super) fn withdraw(&mut self, id: HostId) {
        if let Some(old) = self
            .unpublish(id)
            .filter(|old| old.stage == Stage::Announced)
        {
            self.multicast(id, |to, life| Plan::HearGoodbye {
                to,
                life,
                name: old.name,
                from: id,
            });
        }
    }

    pub(super) fn unpublish(&mut self, id: HostId) -> Option<Publication> {
        let old = self.hosts.get_mut(id.0)?.publication.take()?;
        self.release(old.name, id);
        Some(old)
    }

    pub(super) fn release(&mut self, name: NameId, id: HostId) {
        if let Some(holders) = self.holders.get_mut(name.0) {
            holders.retain(|holder| *holder != id);
        }
    }

    /// After a change of anything published.
    pub(super) fn remake_record(&mut self, id: HostId) {
        let version = self.number();
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        let Some(publication) = host.publication.as_mut() else {
            return;
        };
        publication.record = Arc::new(Record {
            name: publication.name,
            owner: id,
            version,
            sighting: Sighting {
                jid: publication.jid.clone(),
                host: format!("{}.local.", host.name),
                port: publication.port,
                addresses: host
                    .addresses
                    .iter()
                    .map(|address| socket(*address, publication.port))
                    .collect(),
                interfaces: vec![INTERFACE_NAME.to_owned()],
                advert: publication.advert.clone(),
            },
        });
    }

    pub(super) fn publication(&self, id: HostId) -> Option<&Publication> {
        self.hosts.get(id.0)?.publication.as_ref()
    }

    pub(super) fn holders_of(&self, name: NameId) -> Vec<HostId> {
        self.holders.get(name.0).cloned().unwrap_or_default()
    }

    /// Sends one datagram to everybody, with each receiver's own luck.
    fn multicast(&mut self, from: HostId, plan: impl Fn(HostId, u32) -> Plan) {
        for to in (0..self.hosts.len()).map(HostId) {
            if to == from || !self.reaches(from, to) {
                continue;
            }
            let Some(life) = self.life(to) else { continue };
            for delay in self.datagram() {
                self.plan(delay, plan(to, life));
            }
        }
    }
}
