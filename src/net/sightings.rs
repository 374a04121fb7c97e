//! Peers as seen on each interface, joined to one [`Sighting`] a name (XEP-0174 §5: one entry a presence name across
//! interfaces). Pure: what was heard goes in, reports come out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};

use super::{Report, Sighting};
use crate::wire::jid::Jid;
use crate::wire::txt::Advert;

/// The most peers that are kept; more are not shown.
pub(super) const MAX_PEERS: usize = 512;

/// The most addresses that are kept of a peer.
const MAX_ADDRESSES: usize = 16;

/// A peer as resolved on one interface.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OnLink {
    /// Name of the interface.
    pub interface: String,
    /// Host name of the SRV record.
    pub host: String,
    /// Port of the SRV record.
    pub port: u16,
    /// Addresses with port and scope.
    pub addresses: Vec<SocketAddr>,
    /// The TXT record.
    pub advert: Advert,
}

#[derive(Debug, Default)]
struct Peer {
    /// By index of the interface, the latest last.
    on: Vec<(u32, OnLink)>,
    /// Interfaces on which it said goodbye, while mdns-sd still keeps its records for a second.
    left: BTreeSet<u32>,
    /// Whether the last departure was announced.
    goodbye: bool,
    /// What was reported last.
    reported: Option<Sighting>,
}

/// All peers. Changes make a name due; [`Sightings::next_report`] says what to report of the names that are due, so
/// that a burst of changes of one peer costs one report.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    peers: BTreeMap<Jid, Peer>,
    due: VecDeque<Jid>,
    own: Option<Jid>,
    overflowed: bool,
    /// Has somebody said goodbye whose records were still kept?
    leaving: bool,
}

impl Sightings {
    /// Our own name from now on: not reported. Whoever was hidden by the name before appears.
    pub(super) fn set_own(&mut self, own: Option<Jid>) {
        let before = std::mem::replace(&mut self.own, own);
        for name in [before, self.own.clone()].into_iter().flatten() {
            let same: Vec<Jid> = self
                .peers
                .keys()
                .filter(|jid| same_name(jid, &name))
                .cloned()
                .collect();
            same.into_iter().for_each(|jid| self.make_due(jid));
        }
    }

    /// A peer was resolved on an interface. False if there are too many peers already (said once).
    pub(super) fn resolved(&mut self, jid: &Jid, link: u32, seen: OnLink) -> bool {
        if !self.peers.contains_key(jid) && self.peers.len() >= MAX_PEERS {
            return std::mem::replace(&mut self.overflowed, true);
        }
        let peer = self.peers.entry(jid.clone()).or_default();
        peer.on.retain(|(index, _)| *index != link);
        peer.on.push((link, seen));
        peer.left.remove(&link);
        self.make_due(jid.clone());
        true
    }

    /// A peer's records are gone on an interface.
    pub(super) fn removed(&mut self, jid: &Jid, link: u32) {
        let Some(peer) = self.peers.get_mut(jid) else {
            return;
        };
        peer.on.retain(|(index, _)| *index != link);
        peer.goodbye = peer.left.remove(&link);
        self.make_due(jid.clone());
    }

    /// A peer said goodbye on an interface; its records go a second later. Names compare as DNS does.
    pub(super) fn said_goodbye(&mut self, instance: &str, link: u32) {
        self.leaving = true;
        self.mark(instance, link, true);
    }

    /// A peer's PTR was announced again.
    pub(super) fn offered(&mut self, instance: &str, link: u32) {
        // Of a crowd many are heard, and few leave.
        if self.leaving {
            self.mark(instance, link, false);
            self.leaving = self.peers.values().any(|peer| !peer.left.is_empty());
        }
    }

    fn mark(&mut self, instance: &str, link: u32, gone: bool) {
        let Ok(jid) = Jid::new(instance) else { return };
        let Some(peer) = self.peers.get_mut(&jid) else {
            return;
        };
        let changed = if gone {
            peer.left.insert(link)
        } else {
            peer.left.remove(&link)
        };
        if changed {
            peer.goodbye = gone;
            self.make_due(jid);
        }
    }

    /// An interface is not used any more: nothing is seen there.
    pub(super) fn link_lost(&mut self, link: u32) {
        let seen_there = |peer: &Peer| peer.on.iter().any(|(index, _)| *index == link);
        let lost: Vec<Jid> = self
            .peers
            .iter()
            .filter(|(_, peer)| seen_there(peer))
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in lost {
            self.removed(&jid, link);
        }
    }

    /// Is this peer here, on any interface?
    pub(super) fn is_here(&self, jid: &Jid) -> bool {
        self.peers.get(jid).is_some_and(|peer| !peer.on.is_empty())
    }

    /// Those who come after us in the order of names, round and round. If everybody keeps the records of a few after itself
    /// fresh, everybody's are kept fresh, and nobody is asked by all at once.
    pub(super) fn next_in_ring(&self, most: usize) -> Vec<Jid> {
        let Some(own) = &self.own else {
            return Vec::new();
        };
        let others = |jid: &&Jid| !same_name(own, jid) && self.is_here(jid);
        let (before, behind): (Vec<&Jid>, Vec<&Jid>) =
            self.peers.keys().filter(others).partition(|jid| *jid < own);
        behind
            .into_iter()
            .chain(before)
            .take(most)
            .cloned()
            .collect()
    }

    /// Who is seen on an interface.
    pub(super) fn on_link(&self, link: u32) -> impl Iterator<Item = (Jid, OnLink)> + '_ {
        self.peers.iter().filter_map(move |(jid, peer)| {
            let (_, seen) = peer.on.iter().find(|(index, _)| *index == link)?;
            Some((jid.clone(), seen.clone()))
        })
    }

    /// What is seen of somebody on an interface.
    pub(super) fn seen_on(&self, jid: &Jid, link: u32) -> Option<&OnLink> {
        let mut on = self.peers.get(jid)?.on.iter();
        let (_, seen) = on.find(|(index, _)| *index == link)?;
        Some(seen)
    }

    /// How many are seen on an interface.
    pub(super) fn count_on(&self, link: u32) -> usize {
        let there = |peer: &&Peer| peer.on.iter().any(|(index, _)| *index == link);
        self.peers.values().filter(there).count()
    }

    /// How many are known.
    pub(super) fn count(&self) -> usize {
        self.peers.len()
    }

    /// Names that mdns-sd cannot ask for, because it takes the dot or backslash in them for syntax.
    pub(super) fn unaskable(&self) -> impl Iterator<Item = &Jid> {
        self.peers.keys().filter(|jid| is_unaskable(jid.as_str()))
    }

    /// Is there something to report?
    pub(super) fn has_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// The next report. `None` if a name that was due turned out to be as reported before.
    pub(super) fn next_report(&mut self) -> Option<Report> {
        let jid = self.due.pop_front()?;
        let hidden = self.own.as_ref().is_some_and(|own| same_name(own, &jid));
        let peer = self.peers.get_mut(&jid)?;
        let sighting = if hidden { None } else { join(&jid, peer) };
        let report = match (&peer.reported, &sighting) {
            (before, Some(now)) if before.as_ref() != Some(now) => {
                Some(Report::Seen(Box::new(now.clone())))
            }
            (Some(_), None) => Some(Report::Gone {
                jid: jid.clone(),
                goodbye: peer.goodbye,
            }),
            _ => None,
        };
        peer.reported = sighting;
        if peer.on.is_empty() {
            self.peers.remove(&jid);
        }
        report
    }

    fn make_due(&mut self, jid: Jid) {
        if !self.due.contains(&jid) {
            self.due.push_back(jid);
        }
    }
}

/// An address to dial; one that is the link's own carries the link along.
pub(super) fn at_port(ip: IpAddr, port: u16, link: u32) -> SocketAddr {
    match ip {
        IpAddr::V4(ip) => SocketAddrV4::new(ip, port).into(),
        IpAddr::V6(ip) => {
            let scope = if ip.is_unicast_link_local() { link } else { 0 };
            SocketAddrV6::new(ip, port, 0, scope).into()
        }
    }
}

/// DNS compares ASCII letters without case (RFC 6762 §16).
pub(super) fn same_name(one: &Jid, other: &Jid) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

/// See [`Sightings::unaskable`].
pub(super) fn is_unaskable(instance: &str) -> bool {
    instance.contains(['.', '\\'])
}

fn join(jid: &Jid, peer: &Peer) -> Option<Sighting> {
    let on = || {
        peer.on
            .iter()
            .filter(|(link, _)| !peer.left.contains(link))
            .map(|(_, seen)| seen)
    };
    let latest = on().next_back()?;
    let mut addresses: Vec<SocketAddr> = on()
        .filter(|seen| seen.host == latest.host && seen.port == latest.port)
        .flat_map(|seen| seen.addresses.iter().copied())
        .collect();
    addresses.sort_by_key(|address| (preference(address.ip()), *address));
    addresses.dedup();
    addresses.truncate(MAX_ADDRESSES);
    let mut interfaces: Vec<String> = on().map(|seen| seen.interface.clone()).collect();
    interfaces.sort();
    Some(Sighting {
        jid: jid.clone(),
        host: latest.host.clone(),
        port: latest.port,
        addresses,
        interfaces,
        advert: latest.advert.clone(),
    })
}

/// Best first: IPv4 private, other IPv4, IPv6 global, IPv6 link-local, IPv4 self-assigned, loopback.
fn preference(ip: IpAddr) -> u8 {
    match ip {
        ip if ip.is_loopback() => 5,
        IpAddr::V4(ip) if ip.is_private() => 0,
        IpAddr::V4(ip) if ip.is_link_local() => 4,
        IpAddr::V4(_) => 1,
        IpAddr::V6(ip) if ip.is_unicast_link_local() => 3,
        IpAddr::V6(_) => 2,
    }
}

#[cfg(test)]
#[path = "sightings_test.rs"]
mod tests;
