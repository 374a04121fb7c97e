//! Where many are seen, mdns-sd ends: [`crate::net::crowd::Crowd`] tells who is there, and we answer for ourselves
//! ([`super::publisher`]). Where few are left, mdns-sd does both again.

use std::time::Instant;

use super::Discovery;
use crate::net::crowd::{GATHERS, Question, Way};
use crate::net::mdns::{Browsed, Ear};
use crate::net::message::Heard;
use crate::net::multicast::Overheard;
use crate::net::sightings::{OnLink, same_name};
use crate::wire::jid::Jid;

impl Discovery {
    /// mdns-sd tells. A station that is gone may still have spoken, and a browser that is stopped has something to say.
    pub(super) fn browsed(&mut self, browsed: Browsed, now: Instant) {
        let (link, jid) = browsed.of();
        let Some(station) = self.stations.get_mut(&link) else {
            return;
        };
        if !station.crowd.leads() {
            station.crowd.seen_elsewhere(jid);
            // Where two hosts have one name for a moment, mdns-sd takes some from the one and some from the other.
            let browsed = match browsed {
                Browsed::Resolved { link, jid, seen } => {
                    let said = station.crowd.otherwise(&jid, &seen, now);
                    let seen = said.map_or(seen, Box::new);
                    Browsed::Resolved { link, jid, seen }
                }
                other => other,
            };
            self.seen(browsed);
            return self.gather(link, now);
        }
        if let Browsed::Resolved { jid, seen, .. } = &browsed
            && !self.peers.is_here(jid)
        {
            station
                .crowd
                .take_over(jid.clone(), OnLink::clone(seen), now);
            self.seen(browsed);
        }
    }

    /// Somebody more was seen on an interface: is that a crowd now?
    fn gather(&mut self, link: u32, now: Instant) {
        let Some(station) = self.stations.get_mut(&link) else {
            return;
        };
        // Who cannot hear the others must leave it to mdns-sd.
        if self.peers.count_on(link) < GATHERS || station.multicast.is_none() {
            return;
        }
        let all = station.crowd.lead(self.peers.on_link(link), now);
        station.answer_ourselves(self.claim.as_ref(), &self.host, self.announced, now);
        all.into_iter().for_each(|browsed| self.seen(browsed));
    }

    pub(super) fn heard_by_crowd(&mut self, overheard: &Overheard, now: Instant) {
        let link = overheard.link;
        // Whoever hears its own probes has not heard others come.
        if overheard.heard.iter().all(|heard| self.is_own_probe(heard)) {
            return;
        }
        let Some(station) = self.stations.get_mut(&link) else {
            return;
        };
        let browsed = if overheard.to_us {
            station.crowd.answered(overheard.heard.clone(), now)
        } else {
            station.crowd.heard(&overheard.heard, now)
        };
        let leads = station.crowd.leads();
        let news = !browsed.is_empty();
        let changed = if leads {
            Vec::new()
        } else {
            let owners = overheard.heard.iter().filter_map(|heard| match heard {
                Heard::Owner { instance, .. } => Jid::new(instance).ok(),
                _ => None,
            });
            let changed = owners.filter_map(|jid| {
                let said = match self.peers.seen_on(&jid, link) {
                    Some(seen) => station.crowd.otherwise(&jid, seen, now),
                    // mdns-sd took its records for ours, and does not tell of them once they are not.
                    None if self
                        .given_up
                        .as_ref()
                        .is_some_and(|was| same_name(was, &jid)) =>
                    {
                        let said = station.crowd.said(&jid, now);
                        said.filter(|said| !said.host.eq_ignore_ascii_case(&self.host))
                    }
                    None => None,
                };
                let seen = Box::new(said?);
                Some(Browsed::Resolved { link, jid, seen })
            });
            changed.collect()
        };
        for browsed in browsed.into_iter().chain(changed) {
            self.seen(browsed);
        }
        match (news, leads) {
            (false, _) => {}
            (true, true) => self.scatter(link, now),
            (true, false) => self.gather(link, now),
        }
    }

    fn is_own_probe(&self, heard: &Heard) -> bool {
        let Heard::Probe { instance, place } = heard else {
            return false;
        };
        let claim = self.claim.as_ref();
        claim.is_some_and(|claim| {
            claim.jid.as_str().eq_ignore_ascii_case(instance) && place.same_host(&claim.place)
        })
    }

    pub(super) fn tend_crowds(&mut self, now: Instant) {
        let mut all = Vec::new();
        for station in self.stations.values_mut() {
            if station.crowd.next().is_none_or(|due| due > now) {
                continue;
            }
            let (questions, browsed) = station.crowd.tick(now);
            all.extend(browsed);
            if let Some(multicast) = &mut station.multicast {
                for Question { datagram, way } in questions {
                    match way {
                        Way::All => multicast.send(&datagram),
                        Way::One => multicast.send_once(&datagram),
                        Way::Alone => multicast.ask_alone(&datagram),
                    }
                }
            }
        }
        for browsed in all {
            self.seen(browsed);
        }
        let links: Vec<u32> = self.stations.keys().copied().collect();
        links.into_iter().for_each(|link| self.scatter(link, now));
    }

    /// Somebody may have gone from an interface: are few left?
    fn scatter(&mut self, link: u32, now: Instant) {
        if let Some(station) = self.stations.get_mut(&link)
            && station.crowd.is_scattered()
            && station.leave_it_to_mdns_sd(self.claim.as_ref(), &self.host, &self.browsed_to, now)
        {
            station.crowd.scatter();
        }
    }

    /// Where no crowd has gathered, mdns-sd asks from now on.
    pub(super) fn ask_where_few(&mut self) {
        for station in self.stations.values() {
            if let Some(daemon) = station.publisher.daemon()
                && !station.crowd.leads()
            {
                daemon.wants(Ear::Asks);
            }
        }
    }

    /// Is nothing gained by asking for it?
    pub(super) fn is_fresh(&self, jid: &Jid, now: Instant) -> bool {
        let mut stations = self.stations.values();
        stations.all(|station| station.crowd.leads() && station.crowd.is_fresh(jid, now))
    }

    /// A question that somebody will answer: in a crowd that is known by IPv4, over that alone.
    pub(super) fn send_to_member(&self, jid: &Jid, datagram: &[u8]) {
        for station in self.stations.values() {
            let Some(multicast) = &station.multicast else {
                continue;
            };
            if station.used.v4.is_some() && station.crowd.leads() && station.crowd.has_v4(jid) {
                multicast.send_once(datagram);
            } else {
                multicast.send(datagram);
            }
        }
    }

    /// To everybody on interfaces where mdns-sd browses.
    pub(super) fn send_where_few(&self, datagram: &[u8]) {
        let few = self.stations.values().filter(|it| !it.crowd.leads());
        few.filter_map(|station| station.multicast.as_ref())
            .for_each(|multicast| multicast.send(datagram));
    }
}
