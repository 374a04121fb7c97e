//! Dialling on the pretend LAN: addresses with a head start each, refusals, silence (RFC 8305).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::host::socket;
use super::pipe::{End, Segment};
use super::queue::Plan;
use super::tcp::{Link, Side};
use super::{HostId, Lan};
use crate::net::{ConnId, Report};

/// The head start of each address over the next one (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_millis(250);
/// After this time a dial has failed.
const DIAL_LIMIT: Duration = Duration::from_secs(5);
/// A lost SYN is sent again after this time (RFC 6298 §2).
const SYN_AGAIN: Duration = Duration::from_secs(1);
/// Addresses that are tried.
const MAX_ADDRESSES: usize = 16;

/// A dial under way.
#[derive(Debug)]
pub(super) struct Dial {
    ticket: u64,
    addresses: Vec<SocketAddr>,
    /// Attempts that have begun.
    begun: usize,
    refused: usize,
}

impl Lan {
    pub(super) fn dial(&mut self, id: HostId, conn: ConnId, mut addresses: Vec<SocketAddr>) {
        addresses.truncate(MAX_ADDRESSES);
        if addresses.is_empty() {
            self.tell(
                id,
                Report::DialFailed {
                    conn,
                    error: "no address is known".to_owned(),
                },
            );
            return;
        }
        let ticket = self.number();
        if let Some(host) = self.hosts.get_mut(id.0) {
            host.dials.insert(
                conn,
                Dial {
                    ticket,
                    addresses,
                    begun: 0,
                    refused: 0,
                },
            );
            self.attempt(id, conn, ticket, 0);
            self.plan(
                DIAL_LIMIT,
                Plan::DialDeadline {
                    host: id,
                    conn,
                    ticket,
                },
            );
        }
    }

    pub(super) fn dial_name(&mut self, id: HostId, conn: ConnId, address: &str) {
        let (name, port) = match address.parse::<SocketAddr>() {
            Ok(address) => return self.dial(id, conn, vec![address]),
            Err(_) => address.rsplit_once(':').unwrap_or((address, "5298")),
        };
        let Ok(port) = port.parse::<u16>() else {
            self.tell(
                id,
                Report::DialFailed {
                    conn,
                    error: format!("{address}: not a host and a port"),
                },
            );
            return;
        };
        let label = name.strip_suffix(".local").unwrap_or(name);
        let addresses: Vec<SocketAddr> = match name.parse::<IpAddr>() {
            Ok(ip) => vec![socket(ip, port)],
            Err(_) => {
                let named = self
                    .hosts
                    .iter()
                    .find(|host| host.running && host.name.eq_ignore_ascii_case(label));
                named.map_or_else(Vec::new, |host| {
                    host.addresses.iter().map(|ip| socket(*ip, port)).collect()
                })
            }
        };
        if addresses.is_empty() {
            self.tell(
                id,
                Report::DialFailed {
                    conn,
                    error: format!("{name}: no such host"),
                },
            );
        } else {
            self.dial(id, conn, addresses);
        }
    }

    pub(super) fn attempt(&mut self, id: HostId, conn: ConnId, ticket: u64, turn: usize) {
        let lost = self.rng.chance(self.weather.loss);
        let delay = self.latency() + if lost { SYN_AGAIN } else { Duration::ZERO };
        let Some(dial) = self
            .dial_mut(id, conn, ticket)
            .filter(|dial| dial.begun == turn)
        else {
            return;
        };
        let Some(to) = dial.addresses.get(turn).copied() else {
            return;
        };
        dial.begun += 1;
        self.plan(
            delay,
            Plan::Syn {
                host: id,
                conn,
                ticket,
                to,
            },
        );
        self.plan(
            HEAD_START,
            Plan::Attempt {
                host: id,
                conn,
                ticket,
                turn: turn + 1,
            },
        );
    }

    pub(super) fn syn(&mut self, id: HostId, conn: ConnId, ticket: u64, to: SocketAddr) {
        if self.dial_mut(id, conn, ticket).is_none() {
            return;
        }
        let owners = self.by_address.get(&to.ip()).cloned().unwrap_or_default();
        let Some(source) = self.hosts.get(id.0).and_then(|host| host.source_for(to)) else {
            return self.refused(id, conn, ticket);
        };
        // Off, unplugged, or nobody's address: silence.
        let Some(first) = owners
            .iter()
            .copied()
            .find(|owner| self.reaches(id, *owner))
        else {
            return;
        };
        let listens = |owner: &HostId| {
            self.hosts
                .get(owner.0)
                .is_some_and(|host| host.is_on() && host.port == Some(to.port()))
        };
        let Some(target) = owners
            .iter()
            .copied()
            .find(listens)
            .filter(|target| self.reaches(id, *target))
        else {
            let delay = if first == id {
                Duration::ZERO
            } else {
                self.latency()
            };
            self.plan(
                delay,
                Plan::Refused {
                    host: id,
                    conn,
                    ticket,
                },
            );
            return;
        };
        let port = 32_768 + u16::try_from(self.rng.in_range(0..28_000)).unwrap_or(0);
        self.open(id, conn, socket(source, port), target, to);
    }

    /// The handshake succeeds; the dialler hears of it by the first segment.
    fn open(&mut self, id: HostId, conn: ConnId, from: SocketAddr, target: HostId, to: SocketAddr) {
        let number = self.number();
        let (Some(life), Some(target_life)) = (self.life(id), self.life(target)) else {
            return;
        };
        let Some(listener) = self.hosts.get_mut(target.0) else {
            return;
        };
        listener.accepted += 1;
        let accepted = ConnId(listener.accepted * 2 - 1);
        listener.conns.insert(accepted, (number, Side::Listener));
        if let Some(host) = self.hosts.get_mut(id.0) {
            host.dials.remove(&conn);
            host.conns.insert(conn, (number, Side::Dialler));
        }
        let link = Link {
            dialler: End::new(id, life, conn, from),
            listener: End::new(target, target_life, accepted, to),
            broken: None,
        };
        self.links.insert(number, link);
        self.tell(
            target,
            Report::Accepted {
                conn: accepted,
                local: to,
                remote: from,
            },
        );
        self.send_segment(number, Side::Listener, Segment::SynAck);
        self.plan(
            DIAL_LIMIT,
            Plan::DialDeadline {
                host: id,
                conn,
                ticket: number,
            },
        );
    }

    pub(super) fn refused(&mut self, id: HostId, conn: ConnId, ticket: u64) {
        let Some(dial) = self.dial_mut(id, conn, ticket) else {
            return;
        };
        dial.refused += 1;
        let (begun, finished) = (dial.begun, dial.refused == dial.addresses.len());
        if finished {
            self.fail_dial(id, conn, "connection refused");
        } else {
            self.attempt(id, conn, ticket, begun);
        }
    }

    pub(super) fn dial_deadline(&mut self, id: HostId, conn: ConnId, ticket: u64) {
        if self.dial_mut(id, conn, ticket).is_some() {
            return self.fail_dial(id, conn, "timed out");
        }
        // The answer to the SYN never came.
        if self
            .links
            .get_mut(&ticket)
            .is_some_and(|link| !link.dialler.connected && link.dialler.open)
        {
            self.close(id, conn, false);
            self.tell(
                id,
                Report::DialFailed {
                    conn,
                    error: "timed out".to_owned(),
                },
            );
        }
    }

    fn fail_dial(&mut self, id: HostId, conn: ConnId, error: &str) {
        if let Some(host) = self.hosts.get_mut(id.0) {
            host.dials.remove(&conn);
            self.tell(
                id,
                Report::DialFailed {
                    conn,
                    error: error.to_owned(),
                },
            );
        }
    }

    fn dial_mut(&mut self, id: HostId, conn: ConnId, ticket: u64) -> Option<&mut Dial> {
        let dial = self.hosts.get_mut(id.0)?.dials.get_mut(&conn)?;
        (dial.ticket == ticket).then_some(dial)
    }
}
