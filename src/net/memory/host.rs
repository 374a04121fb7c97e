//! One pretended machine: its addresses, what it publishes, what it has heard, and its connections by number.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::sync::Arc;

use bytes::Bytes;

use super::dial::Dial;
use super::tcp::Side;
use super::{HostId, NameId};
use crate::event::Interface;
use crate::net::{ConnId, Sighting};
use crate::wire::jid::Jid;
use crate::wire::key::PublicKey;
use crate::wire::time::Moment;
use crate::wire::txt::Advert;

/// The index of the one interface that every pretended machine has.
pub(super) const INTERFACE: u32 = 2;
/// Its name.
pub(super) const INTERFACE_NAME: &str = "eth0";

/// What became of a machine's cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Packets pass.
    Up,
    /// Packets vanish, and the machine does not notice: a cable pulled behind the next switch.
    Silent,
    /// The interface is gone, and the machine knows.
    Down,
}

#[derive(Debug)]
pub(super) struct Host {
    pub(super) name: String,
    /// False after a crash, until the restart.
    pub(super) running: bool,
    /// Counts restarts: what was on its way to an earlier life does not arrive in a later one.
    pub(super) life: u32,
    pub(super) link: Link,
    /// Machines of different groups do not reach each other.
    pub(super) group: usize,
    pub(super) addresses: Vec<IpAddr>,
    /// The port that is listened on.
    pub(super) port: Option<u16>,
    /// Bytes a second that it can send by TCP.
    pub(super) bandwidth: Option<u64>,
    /// Microseconds that its wall clock is wrong by.
    pub(super) wall_error: i64,
    /// The key of its program, and another one that it pretends to have.
    pub(super) key: Option<PublicKey>,
    pub(super) lie: Option<PublicKey>,
    pub(super) publication: Option<Publication>,
    pub(super) picture: Option<(Bytes, [u8; 20])>,
    pub(super) cache: BTreeMap<NameId, Cached>,
    /// When the cache is looked through next, and that plan's ticket.
    pub(super) expiry: Option<(Moment, u64)>,
    pub(super) query_ticket: u64,
    pub(super) verifying: BTreeMap<NameId, (u64, Jid)>,
    pub(super) fetching: BTreeMap<NameId, Wanted>,
    pub(super) dials: BTreeMap<ConnId, Dial>,
    pub(super) conns: BTreeMap<ConnId, (u64, Side)>,
    pub(super) accepted: u64,
}

/// What a host publishes, or is about to.
#[derive(Debug)]
pub(super) struct Publication {
    pub(super) name: NameId,
    pub(super) jid: Jid,
    pub(super) port: u16,
    pub(super) advert: Advert,
    pub(super) ticket: u64,
    pub(super) stage: Stage,
    /// When it was last announced, and whether an announcement is planned.
    pub(super) announced: Moment,
    pub(super) planned: bool,
    /// As others see it; made anew whenever something changes.
    pub(super) record: Arc<Record>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// So many probes are out.
    Probing(u8),
    /// Ours, until somebody else shows up with it.
    Announced,
}

/// All records of one instance.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) name: NameId,
    pub(super) owner: HostId,
    /// Grows with every change, over all hosts.
    pub(super) version: u64,
    pub(super) sighting: Sighting,
}

impl Record {
    /// The record data that decides between two claims of one name (RFC 6762 §8.2): the later one wins. The owner's
    /// number stands for the addresses, which differ between any two hosts.
    pub(super) fn claim(&self) -> (u16, &str, HostId) {
        (self.sighting.port, &self.sighting.host, self.owner)
    }
}

/// A picture that is asked for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) ticket: u64,
    pub(super) sha1: [u8; 20],
    pub(super) jid: Jid,
}

#[derive(Debug)]
pub(super) struct Cached {
    pub(super) record: Arc<Record>,
    pub(super) expires: Moment,
    /// The ticket of the removal, once a goodbye was heard.
    pub(super) leaving: Option<u64>,
}

impl Host {
    pub(super) fn new(name: String, addresses: Vec<IpAddr>) -> Host {
        Host {
            name,
            running: true,
            life: 0,
            link: Link::Up,
            group: 0,
            addresses,
            port: Some(5298),
            bandwidth: None,
            wall_error: 0,
            key: None,
            lie: None,
            publication: None,
            picture: None,
            cache: BTreeMap::new(),
            expiry: None,
            query_ticket: 0,
            verifying: BTreeMap::new(),
            fetching: BTreeMap::new(),
            dials: BTreeMap::new(),
            conns: BTreeMap::new(),
            accepted: 0,
        }
    }

    /// Forgets everything that lives in memory, as a crash does.
    pub(super) fn forget(&mut self) {
        self.running = false;
        self.life += 1;
        self.publication = None;
        self.picture = None;
        self.cache.clear();
        self.expiry = None;
        self.verifying.clear();
        self.fetching.clear();
        self.dials.clear();
        self.conns.clear();
    }

    pub(super) fn is_on(&self) -> bool {
        self.running && self.link == Link::Up
    }

    /// The name, if it is published for good.
    pub(super) fn announced(&self) -> Option<&Publication> {
        self.publication
            .as_ref()
            .filter(|publication| publication.stage == Stage::Announced)
    }

    /// The address of the same family that a connection to `remote` comes from.
    pub(super) fn source_for(&self, remote: SocketAddr) -> Option<IpAddr> {
        self.addresses
            .iter()
            .copied()
            .find(|address| address.is_ipv4() == remote.is_ipv4())
    }

    pub(super) fn interface(&self) -> Interface {
        let up = self.link != Link::Down;
        Interface {
            name: INTERFACE_NAME.to_owned(),
            index: INTERFACE,
            addresses: if up {
                self.addresses.clone()
            } else {
                Vec::new()
            },
            used: up,
            reason: if up {
                "local network"
            } else {
                "not connected: no cable or no Wi-Fi network"
            }
            .to_owned(),
        }
    }
}

/// A socket address on the pretended LAN, with the scope that an IPv6 link-local one needs.
pub fn socket(ip: IpAddr, port: u16) -> SocketAddr {
    match ip {
        IpAddr::V6(v6) if v6.is_unicast_link_local() => {
            SocketAddrV6::new(v6, port, 0, INTERFACE).into()
        }
        ip => SocketAddr::new(ip, port),
    }
}
