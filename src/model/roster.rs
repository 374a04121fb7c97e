//! Who is here: sightings (DNS-SD), what peers say on streams, and what a dead connection tells, made into one
//! [`Peer`] a person (XEP-0174 §4, §8).

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use crate::event::{Avatar, OfflineReason, Peer, Trust};
use crate::wire::jid::Jid;
use crate::wire::txt::Advert;
use crate::xep::{PeerFacts, Presence};

/// Everything known about one peer of this network.
#[derive(Clone, Debug)]
pub struct Known {
    /// As shown; what [`Known::refresh`] last made of the rest.
    pub peer: Peer,
    /// Is it here?
    pub online: bool,
    /// Is it advertised (else it is known from a stream only)?
    pub advertised: bool,
    /// Its TXT record.
    pub advert: Advert,
    /// What it said on an open stream; more recent and richer than the TXT record, gone with the stream.
    pub presence: Option<Presence>,
    /// The client's name as asked for, instead of a guess from the TXT record.
    pub client: Option<String>,
    /// For the extensions.
    pub facts: PeerFacts,
    /// The picture that we wait for: its hash.
    pub wanted_avatar: Option<[u8; 20]>,
    /// It was asked for on the network: what came may be no picture, and is not asked for again.
    pub avatar_asked: bool,
    /// A [`crate::net::Request::Verify`] is under way.
    pub verifying: bool,
    /// How far it is trusted; the node says.
    pub trust: Trust,
    /// Going ahead of its answers did not work: wait for them.
    pub step_by_step: bool,
}

/// All known peers. At most [`Roster::MAX`]: who comes after that is not shown until somebody leaves.
#[derive(Debug, Default)]
pub struct Roster {
    known: BTreeMap<Jid, Known>,
}

/// A sighting reduced to what the roster needs; see [`crate::net::Sighting`].
#[derive(Debug)]
pub struct Seen {
    /// The instance name.
    pub jid: Jid,
    /// Where it listens, best first.
    pub addresses: Vec<SocketAddr>,
    /// On which interfaces.
    pub interfaces: Vec<String>,
    /// Its TXT record.
    pub advert: Advert,
}

/// What became of the roster by an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing that shows.
    None,
    /// Somebody appeared.
    Online,
    /// Somebody changed.
    Changed,
}

impl Roster {
    /// The most peers that are kept (at most 512 instances are shown).
    pub const MAX: usize = 512;

    /// Looks a peer up.
    pub fn get(&self, jid: &Jid) -> Option<&Known> {
        self.known.get(jid)
    }

    /// Looks a peer up to change it.
    pub fn get_mut(&mut self, jid: &Jid) -> Option<&mut Known> {
        self.known.get_mut(jid)
    }

    /// Everybody, also those who left but are remembered.
    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.known.values()
    }

    /// A sighting came in.
    pub fn seen(&mut self, seen: Seen) -> Change {
        if !self.known.contains_key(&seen.jid) && !self.make_room() {
            return Change::None;
        }
        let known = self
            .known
            .entry(seen.jid.clone())
            .or_insert_with(|| Known::new(seen.jid));
        let was_online = std::mem::replace(&mut known.online, true);
        known.advertised = true;
        known.verifying = false;
        known.advert = seen.advert;
        let before = known.peer.clone();
        known.peer.addresses = seen.addresses;
        known.peer.interfaces = seen.interfaces;
        known.refresh_from(&before, !was_online)
    }

    /// A peer that nobody advertises has opened a stream to us, or we have dialled it by hand.
    pub fn met(&mut self, jid: &Jid, address: SocketAddr) -> Change {
        if !self.known.contains_key(jid) && !self.make_room() {
            return Change::None;
        }
        let known = self
            .known
            .entry(jid.clone())
            .or_insert_with(|| Known::new(jid.clone()));
        let before = known.peer.clone();
        if !known.advertised {
            known.peer.addresses = vec![address];
        }
        let was_online = std::mem::replace(&mut known.online, true);
        known.refresh_from(&before, !was_online)
    }

    /// A peer is gone. False if it was not here anyway.
    pub fn gone(&mut self, jid: &Jid, reason: OfflineReason) -> bool {
        let Some(known) = self.known.get_mut(jid) else {
            return false;
        };
        // A peer that does not answer keeps its records, so that its address is known when it is back.
        known.advertised &= reason == OfflineReason::Unreachable;
        known.presence = None;
        known.facts.features = None;
        std::mem::replace(&mut known.online, false)
    }

    /// Forgets somebody who is away to make room for a newcomer.
    fn make_room(&mut self) -> bool {
        if self.known.len() < Self::MAX {
            return true;
        }
        let absent = self
            .known
            .values()
            .find(|known| !known.online)
            .map(|known| known.peer.jid.clone());
        absent.is_some_and(|jid| self.known.remove(&jid).is_some())
    }
}

impl Known {
    fn new(jid: Jid) -> Known {
        let facts = PeerFacts {
            jid: jid.clone(),
            nick: String::new(),
            legacy: false,
            libpurple: false,
            features: None,
            caps: None,
            contact: false,
            acks: false,
        };
        let peer = Peer {
            nick: jid.as_str().to_owned(),
            jid,
            show: Default::default(),
            message: String::new(),
            avatar: None,
            trust: Trust::Plaintext,
            addresses: Vec::new(),
            client: String::new(),
            interfaces: Vec::new(),
            chat_states: false,
            idle_since: None,
            card: Default::default(),
        };
        Known {
            peer,
            online: false,
            advertised: false,
            advert: Advert::default(),
            presence: None,
            client: None,
            facts,
            wanted_avatar: None,
            avatar_asked: false,
            verifying: false,
            trust: Trust::Plaintext,
            step_by_step: false,
        }
    }

    /// Derives [`Known::peer`] and [`Known::facts`] from the rest.
    pub fn refresh(&mut self, appeared: bool) -> Change {
        let before = self.peer.clone();
        self.refresh_from(&before, appeared)
    }

    /// The same where parts of [`Known::peer`] were set already: `before` is what was shown until then.
    fn refresh_from(&mut self, before: &Peer, appeared: bool) -> Change {
        self.facts.libpurple = self.advert.node == "libpurple";
        // Without a record (met by its stream only, or not resolved yet) what its presence said stands.
        if !self.advert.hash.is_empty() {
            self.facts.caps = Some((
                self.advert.node.clone(),
                self.advert.ver.clone(),
                self.advert.hash.clone(),
            ));
        } else if self.advertised {
            self.facts.caps = None;
        }
        self.peer.trust = self.trust;
        self.peer.show = self.advert.show;
        self.peer.message.clone_from(&self.advert.message);
        self.peer.nick = self.advert.display_name(&self.peer.jid);
        self.peer.idle_since = None;
        if let Some(presence) = &self.presence {
            self.peer.show = presence.show;
            self.peer.message.clone_from(&presence.message);
            self.peer.idle_since = presence.idle_since;
            if !presence.nick.is_empty() {
                self.peer.nick.clone_from(&presence.nick);
            }
        }
        self.facts.nick = if self.peer.nick == self.peer.jid.as_str() {
            String::new()
        } else {
            self.peer.nick.clone()
        };
        self.peer.card = self.advert.card.clone();
        self.peer.chat_states = self.takes_chat_states();
        self.peer.client = self
            .client
            .clone()
            .unwrap_or_else(|| client_name(&self.advert));
        if self.advert.phsh.is_none() {
            self.peer.avatar = None;
        }
        match (appeared, self.peer == *before) {
            (true, _) => Change::Online,
            (false, false) => Change::Changed,
            (false, true) => Change::None,
        }
    }

    /// The picture that TXT names and that is not the one shown.
    pub fn missing_avatar(&self) -> Option<[u8; 20]> {
        let phsh = self.advert.phsh?;
        let have = self
            .peer
            .avatar
            .as_ref()
            .is_some_and(|avatar| avatar.sha1 == hex(&phsh));
        (!have && self.wanted_avatar != Some(phsh)).then_some(phsh)
    }

    /// The picture was found or fetched; false if it is no longer the wanted one.
    pub fn set_avatar(&mut self, sha1: [u8; 20], path: std::path::PathBuf) -> bool {
        let wanted = self.advert.phsh == Some(sha1);
        if wanted {
            self.wanted_avatar = None;
            self.peer.avatar = Some(Avatar {
                sha1: hex(&sha1),
                path,
            });
        }
        wanted
    }

    /// May a stream that claims this name come from this address? Scopes are not compared. `ours`: our own addresses;
    /// a peer on this host may use loopback.
    pub fn owns(&self, ip: IpAddr, ours: &BTreeSet<IpAddr>) -> bool {
        let ip = ip.to_canonical();
        let mut own = self
            .peer
            .addresses
            .iter()
            .map(|address| address.ip().to_canonical());
        if ip.is_loopback() || ours.contains(&ip) {
            return own.any(|address| address.is_loopback() || ours.contains(&address));
        }
        own.any(|address| address == ip)
    }

    fn takes_chat_states(&self) -> bool {
        if self.facts.libpurple {
            return false;
        }
        self.facts.legacy || self.facts.has(crate::wire::ns::CHAT_STATES)
    }
}

/// The program behind a TXT record, as far as it can be told.
fn client_name(advert: &Advert) -> String {
    match advert.node.as_str() {
        "libpurple" => format!("Pidgin or Finch (libpurple {})", advert.ver),
        crate::xep::NODE => "Balcony".to_owned(),
        node if node.contains("gajim") => "Gajim".to_owned(),
        node if node.contains("telepathy") => "Empathy".to_owned(),
        _ => String::new(),
    }
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(digit).collect()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]

    use super::*;

    fn seen(addresses: &[&str], interface: &str) -> Seen {
        Seen {
            jid: Jid::new("juliet@pronto").unwrap(),
            addresses: addresses.iter().map(|one| one.parse().unwrap()).collect(),
            interfaces: vec![interface.to_owned()],
            advert: Advert::default(),
        }
    }

    #[test]
    fn an_address_or_an_interface_more_is_a_change_that_is_told() {
        let mut roster = Roster::default();
        let (one, both) = (["10.0.0.1:5298"], ["10.0.0.1:5298", "[fe80::1%2]:5298"]);
        assert_eq!(roster.seen(seen(&one, "eth0")), Change::Online);
        assert_eq!(roster.seen(seen(&one, "eth0")), Change::None);
        assert_eq!(roster.seen(seen(&both, "eth0")), Change::Changed);
        assert_eq!(roster.seen(seen(&both, "wlan0")), Change::Changed);
        assert_eq!(roster.seen(seen(&both, "wlan0")), Change::None);
        let nurse = Jid::new("nurse@verona").unwrap();
        let met = |roster: &mut Roster, at: &str| roster.met(&nurse, at.parse().unwrap());
        assert_eq!(met(&mut roster, "10.0.0.2:5298"), Change::Online);
        assert_eq!(met(&mut roster, "10.0.0.3:5298"), Change::Changed);
    }
}
