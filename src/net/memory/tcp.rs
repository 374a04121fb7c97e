//! The life of a pretended connection and its ends: FIN, RST, keep-alive, crashes. What flows on it is in `pipe`.

use std::time::Duration;

use super::pipe::{End, Segment};
use super::queue::Plan;
use super::{HostId, Lan};
use crate::net::{CloseReason, ConnId, Report};

/// A dead host is found out by keep-alive or unacknowledged data after this time, and up to a second more.
const KEEP_ALIVE: Duration = Duration::from_secs(6);
/// The same where nothing is in flight on a connection that is not closely watched.
const SELDOM: Duration = Duration::from_secs(90);

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

    /// This end is gone without a word, by a crash or a time-out, with everything that it had not sent yet. Whatever
    /// still reaches it is answered with RST.
    pub(super) fn vanish(&mut self, number: u64, side: Side) {
        self.let_go(number, side);
        if let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) {
            end.discard_pending();
            end.finishing = false;
            end.forget_flight();
            end.gone = true;
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
                        let soon = self
                            .links
                            .get_mut(&number)
                            .is_some_and(|link| link.end(side).is_watched());
                        self.plan_death(number, side, ticket, soon);
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

    /// This end will find out that the other one is dead.
    pub(super) fn plan_death(&mut self, link: u64, side: Side, ticket: u64, soon: bool) {
        let extra = self.rng.span(&(Duration::ZERO..Duration::from_secs(1)));
        let time = if soon { KEEP_ALIVE } else { SELDOM };
        self.plan(time + extra, Plan::Dead { link, side, ticket });
    }

    /// A host answers the next packet of a connection that it no longer knows with RST.
    fn look_for_amnesia(&mut self, number: u64) {
        for side in [Side::Dialler, Side::Listener] {
            if self
                .links
                .get_mut(&number)
                .is_some_and(|link| link.end(side).gone)
            {
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
            self.vanish(number, side);
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
