//! One [`Station`] a used interface: taken up when the interface comes, left when it goes, moved when its addresses
//! change.

use std::time::{Duration, Instant};

use super::Discovery;
use super::publisher::Publisher;
use crate::net::Report;
use crate::net::connections::Surroundings;
use crate::net::crowd::Crowd;
use crate::net::interfaces::{self, Used};
use crate::net::mdns::{Daemon, Ear};
use crate::net::message;
use crate::net::multicast::Multicast;

/// Bursts of interface changes are looked at once.
const SETTLE: Duration = Duration::from_millis(100);
/// How long mdns-sd needs to notice that an address is gone: it looks once a second when told to.
const ADDRESS_CHECK: Duration = Duration::from_millis(2500);

/// We ask ourselves who is there at first; mdns-sd, which does not know how many there are, asks from then on.
const ASK: Duration = Duration::from_secs(1);

/// Everything on one interface.
#[derive(Debug)]
pub(super) struct Station {
    pub(super) used: Used,
    pub(super) publisher: Publisher,
    pub(super) multicast: Option<Multicast>,
    pub(super) phase: Phase,
    /// Where many are seen, they are told by this and not by mdns-sd.
    pub(super) crowd: Crowd,
}

/// How far our claim to the name is on an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing to claim.
    Idle,
    /// So many probes are out; the next, or the end of probing, is due then.
    Probing { sent: u8, next: Instant },
    /// Ours, and announced.
    Published,
}

impl Discovery {
    pub(super) fn interfaces_changed(&mut self, now: Instant) {
        self.look_due.get_or_insert(now + SETTLE);
    }

    /// Takes up interfaces that came, leaves those that went, follows addresses that changed.
    pub(super) fn look_at_interfaces(&mut self, now: Instant) {
        let links = match interfaces::list() {
            Ok(links) => links,
            Err(error) => {
                return self.trouble(format!("the network interfaces cannot be listed: {error}"));
            }
        };
        let judged = interfaces::judge(&links, &self.choice);
        let before: Vec<Used> = self
            .stations
            .values()
            .map(|station| station.used.clone())
            .collect();
        let used = interfaces::used(&links, &judged, &before);
        self.connections.set_surroundings(Surroundings {
            links,
            used: used.clone(),
        });
        let gone: Vec<u32> = self
            .stations
            .values()
            .filter(|station| {
                !used
                    .iter()
                    .any(|used| used.index == station.used.index && used.name == station.used.name)
            })
            .map(|station| station.used.index)
            .collect();
        gone.into_iter().for_each(|link| self.close_station(link));
        for used in used {
            match self.stations.get(&used.index) {
                None => self.open_station(used, now),
                Some(station) if station.used != used => self.move_station(used, now),
                Some(_) => {}
            }
        }
        if judged != self.interfaces {
            self.interfaces.clone_from(&judged);
            self.report(Report::Interfaces(judged));
        }
        self.tick(now);
    }

    pub(super) fn open_station(&mut self, used: Used, now: Instant) {
        let daemon = Daemon::start(&used, self.browsed_to.clone())
            .inspect_err(|error| {
                self.trouble(format!("mDNS does not work on {}: {error}", used.name))
            })
            .ok();
        let multicast = Multicast::join(&used, &self.datagram, &self.overheard_to)
            .inspect_err(|error| {
                self.trouble(format!(
                    "multicast does not work on {}: {error}. If another program holds UDP port 5353 for itself alone, end it",
                    used.name
                ));
            })
            .ok();
        let phase = match &self.claim {
            Some(_) => Phase::Probing { sent: 0, next: now },
            None => Phase::Idle,
        };
        if let Some(daemon) = &daemon
            && multicast.is_none()
        {
            daemon.wants(Ear::Asks);
        }
        self.ask_due.get_or_insert(now + ASK);
        let link = used.index;
        let crowd = Crowd::new(&used.name, link, used.loopback, now);
        self.stations.insert(
            link,
            Station {
                used,
                publisher: Publisher::MdnsSd(daemon.map(Box::new)),
                multicast,
                phase,
                crowd,
            },
        );
    }

    pub(super) fn close_station(&mut self, link: u32) {
        self.peers.link_lost(link);
        if let Some(mut station) = self.stations.remove(&link) {
            match station.publisher {
                Publisher::MdnsSd(None) => {}
                Publisher::MdnsSd(Some(daemon)) => drop(tokio::spawn(daemon.stop())),
                Publisher::Ours(_) => station.withdraw(Instant::now()),
            }
        }
    }

    /// The addresses of an interface changed: the same name, told anew.
    pub(super) fn move_station(&mut self, used: Used, now: Instant) {
        let link = used.index;
        let multicast = Multicast::join(&used, &self.datagram, &self.overheard_to);
        let Some(station) = self.stations.get_mut(&link) else {
            return;
        };
        if let Ok(multicast) = multicast {
            station.multicast = Some(multicast);
        }
        let before = std::mem::replace(&mut station.used, used);
        if station.phase == Phase::Published
            && let Some(multicast) = &station.multicast
            && let Some(goodbye) =
                message::withdraw_addresses(&self.host, &before.lost(&station.used))
        {
            multicast.send(&goodbye);
        }
        if let Some(daemon) = station.publisher.daemon() {
            daemon.refresh_addresses(true);
        }
        self.check_until = Some(now + ADDRESS_CHECK);
        if station.phase == Phase::Published {
            self.announce_due = Some(now);
        }
    }

    /// Goodbye, and the end of all daemons.
    pub(super) async fn leave(&mut self) {
        if let Some(goodbye) = self.pictures.goodbye() {
            self.send_where_published(&goodbye);
        }
        let mut goodbyes = tokio::task::JoinSet::new();
        for station in std::mem::take(&mut self.stations).into_values() {
            goodbyes.spawn(station.leave());
        }
        while goodbyes.join_next().await.is_some() {}
    }

    pub(super) fn published(&self) -> Vec<u32> {
        let published = self
            .stations
            .iter()
            .filter(|(_, station)| station.phase == Phase::Published);
        published.map(|(link, _)| *link).collect()
    }

    pub(super) fn send_where_published(&self, datagram: &[u8]) {
        for station in self
            .stations
            .values()
            .filter(|station| station.phase == Phase::Published)
        {
            if let Some(multicast) = &station.multicast {
                multicast.send(datagram);
            }
        }
    }

    pub(super) fn send_everywhere(&self, datagram: &[u8]) {
        for multicast in self
            .stations
            .values()
            .filter_map(|station| station.multicast.as_ref())
        {
            multicast.send(datagram);
        }
    }
}
