//! TCP on the pretend LAN: dialling, and the life of a connection. What flows on it is in `pipe`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::host::socket;
use super::pipe::{End, Segment};
use super::queue::Plan;
use super::{HostId, Lan};
use crate::net::{CloseReason, ConnId, Report};

/// The head start of each address over the next one (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_millis(250);
/// After this time a dial has failed.
const DIAL_LIMIT: Duration = Duration::from_secs(5);
/// A lost SYN is sent again after this time (RFC 6298 §2).
const SYN_AGAIN: Duration = Duration::from_secs(1);
/// Addresses that are tried.
const MAX_ADDRESSES: usize = 16;
/// A dead host is found out by keep-alive or unacknowledged data after this time, and up to a second more.
const KEEP_ALIVE: Duration = Duration::from_secs(6);

/// Which end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Who opened it.
    Dialler,
    /// Who took it.
    Listener,
}

impl Side {
    pub(super) fn other(self) -> Side {
        match self {
            Side::Dialler => Side::Listener,
            Side::Listener => Side::Dialler,
        }
    }
}

/// A dial under way.
#[derive(Debug)]
pub(super) struct Dial {
    ticket: u64,
    addresses: Vec<SocketAddr>,
    /// Attempts that have begun.
    begun: usize,
    refused: usize,
}

/// An open connection, or what is left of it.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) dialler: End,
    pub(super) listener: End,
    /// The ticket of the current break, while no packet passes.
    pub(super) broken: Option<u64>,
}

impl Link {
    pub(super) fn end(&mut self, side: Side) -> &mut End {
        match side {
            Side::Dialler => &mut self.dialler,
            Side::Listener => &mut self.listener,
        }
    }

    /// This end, and the other one.
    pub(super) fn ends(&mut self, side: Side) -> (&mut End, &mut End) {
        match side {
            Side::Dialler => (&mut self.dialler, &mut self.listener),
            Side::Listener => (&mut self.listener, &mut self.dialler),
        }
    }
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

    pub(super) fn close(&mut self, id: HostId, conn: ConnId, flush: bool) {
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        host.dials.remove(&conn);
        let Some((number, side)) = host.conns.get(&conn).copied() else {
            return;
        };
        self.let_go(number, side);
        let Some(link) = self.links.get_mut(&number) else {
            return;
        };
        let end = link.end(side);
        if flush {
            end.finishing = true;
            self.pump(number, side);
            self.plan(
                Duration::from_secs(5),
                Plan::LingerOver { link: number, side },
            );
        } else {
            end.discard_pending();
            self.send_segment(number, side, Segment::Reset);
        }
        self.tidy(number);
    }

    pub(super) fn linger_over(&mut self, number: u64, side: Side) {
        let Some(link) = self.links.get_mut(&number) else {
            return;
        };
        let end = link.end(side);
        if end.finishing {
            end.finishing = false;
            end.discard_pending();
            self.send_segment(number, side, Segment::Reset);
        }
        self.tidy(number);
    }

    /// The program of this end is gone or does not want the connection any more: its number means nothing from now on.
    pub(super) fn let_go(&mut self, number: u64, side: Side) {
        let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) else {
            return;
        };
        end.open = false;
        end.held.clear();
        end.held_bytes = 0;
        let (host, life, conn) = (end.host, end.life, end.conn);
        if let Some(host) = self.hosts.get_mut(host.0).filter(|host| host.life == life) {
            host.conns.remove(&conn);
        }
    }

    /// Tells an end that the connection is over, if it does not know yet.
    pub(super) fn end_with(&mut self, number: u64, side: Side, why: CloseReason) {
        let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) else {
            return;
        };
        if !end.open {
            return;
        }
        let (host, conn, connected) = (end.host, end.conn, end.connected);
        end.discard_pending();
        end.finishing = false;
        self.let_go(number, side);
        if connected {
            self.tell(host, Report::Closed { conn, why });
        } else {
            let error = "the connection was closed during the handshake".to_owned();
            self.tell(host, Report::DialFailed { conn, error });
        }
    }

    /// The power went: this end is gone with everything that it had not sent yet.
    pub(super) fn vanish(&mut self, number: u64, side: Side) {
        self.let_go(number, side);
        if let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) {
            end.discard_pending();
            end.finishing = false;
            end.flight.clear();
        }
    }

    /// kill -9: the kernel sends what it had taken, and FIN.
    pub(super) fn hang_up(&mut self, id: HostId) {
        let Some(host) = self.hosts.get(id.0) else {
            return;
        };
        for (number, side) in host.conns.values().copied().collect::<Vec<_>>() {
            self.let_go(number, side);
            if let Some(link) = self.links.get_mut(&number) {
                link.end(side).discard_pending();
                link.end(side).orphan = true;
            }
            self.send_segment(number, side, Segment::Fin);
        }
    }

    /// After a fault: which connections are cut, which are whole again, and which are remembered by one side only?
    pub(super) fn check_links(&mut self) {
        let numbers: Vec<u64> = self.links.keys().copied().collect();
        for number in numbers {
            let passes = self.passes(number);
            let Some(link) = self.links.get_mut(&number) else {
                continue;
            };
            match (passes, link.broken) {
                (false, None) => {
                    let ticket = self.number();
                    if let Some(link) = self.links.get_mut(&number) {
                        link.broken = Some(ticket);
                    }
                    for side in [Side::Dialler, Side::Listener] {
                        let extra = self.rng.span(&(Duration::ZERO..Duration::from_secs(1)));
                        self.plan(
                            KEEP_ALIVE + extra,
                            Plan::Dead {
                                link: number,
                                side,
                                ticket,
                            },
                        );
                    }
                }
                (true, Some(_)) => {
                    link.broken = None;
                    self.resend(number, Side::Dialler);
                    self.resend(number, Side::Listener);
                }
                _ => {}
            }
            if passes {
                self.look_for_amnesia(number);
            }
            self.tidy(number);
        }
    }

    /// A restarted host answers the next packet of an old connection with RST.
    fn look_for_amnesia(&mut self, number: u64) {
        for side in [Side::Dialler, Side::Listener] {
            let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) else {
                return;
            };
            let (host, life, orphan) = (end.host, end.life, end.orphan);
            if !orphan && self.life(host) != Some(life) {
                let delay = self
                    .rng
                    .span(&(Duration::from_millis(100)..Duration::from_secs(2)));
                self.plan(
                    delay,
                    Plan::Forgotten {
                        link: number,
                        side: side.other(),
                    },
                );
            }
        }
    }

    pub(super) fn forgotten(&mut self, number: u64, side: Side) {
        if self.passes(number) {
            self.end_with(number, side, CloseReason::Reset);
            self.tidy(number);
        }
    }

    pub(super) fn dead(&mut self, number: u64, side: Side, ticket: u64) {
        if self
            .links
            .get(&number)
            .is_some_and(|link| link.broken == Some(ticket))
        {
            self.end_with(number, side, CloseReason::Unreachable);
            self.tidy(number);
        }
    }

    /// Do packets of this connection pass now?
    pub(super) fn passes(&self, number: u64) -> bool {
        let Some(link) = self.links.get(&number) else {
            return false;
        };
        let owns = |end: &End| {
            let owners = self.by_address.get(&end.local.ip());
            owners.is_some_and(|owners| owners.contains(&end.host))
        };
        // The machine of a killed program is still there to send the rest.
        let on = |end: &End| {
            self.hosts
                .get(end.host.0)
                .is_some_and(|host| host.is_on() || (end.orphan && host.link == super::Link::Up))
        };
        let group = |end: &End| self.hosts.get(end.host.0).map(|host| host.group);
        let (a, b) = (&link.dialler, &link.listener);
        on(a) && on(b) && group(a) == group(b) && owns(a) && owns(b)
    }

    /// Removes a connection that nobody knows any more.
    pub(super) fn tidy(&mut self, number: u64) {
        let Some(link) = self.links.get(&number) else {
            return;
        };
        let over = |end: &End| !end.open && !end.finishing && end.flight.is_empty();
        let lost = link.broken.is_some() && !link.dialler.open && !link.listener.open;
        if lost || (over(&link.dialler) && over(&link.listener)) {
            self.links.remove(&number);
        }
    }
}
