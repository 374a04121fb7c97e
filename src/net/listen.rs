//! Accepting connections: on port 5298 if it is free (XEP-0174 §9 allows any), over IPv4 and IPv6, and no more than a
//! peer may have.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

/// The port of the specification; libpurple and others take it first, too.
pub(super) const USUAL_PORT: u16 = 5298;

const BACKLOG: i32 = 1024;

/// Listening sockets on one port.
#[derive(Debug)]
pub(super) struct Listeners {
    /// The port of both.
    pub port: u16,
    /// IPv4, IPv6 or both.
    pub sockets: Vec<TcpListener>,
}

/// Why there is no port to listen on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The port that was asked for is not free.
    #[error(
        "port {0} is taken by another program: choose another port, or none to let a free one be found"
    )]
    Taken(u16),
    /// The port that was asked for is reserved.
    #[error("port {0} may only be used by the system: choose one above 1023")]
    Forbidden(u16),
    /// Not even a free port could be had.
    #[error("no connection can be accepted: {0}")]
    System(#[from] io::Error),
}

/// Listens on the port that was asked for, and on no other; or on the usual one, and if that is taken on any.
///
/// # Errors
/// If the port that was asked for cannot be had, or none at all.
pub(super) fn listen(asked: Option<u16>) -> Result<Listeners, ListenError> {
    if let Some(port) = asked.filter(|port| *port != 0) {
        return listen_on(port).map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => ListenError::Taken(port),
            io::ErrorKind::PermissionDenied => ListenError::Forbidden(port),
            _ => ListenError::System(error),
        });
    }
    let usual = if asked.is_none() {
        listen_on(USUAL_PORT)
    } else {
        listen_on(0)
    };
    // A free IPv4 port may be taken on IPv6: a few more attempts.
    let mut attempt = usual;
    for _ in 0..8 {
        if attempt.is_ok() {
            break;
        }
        attempt = listen_on(0);
    }
    Ok(attempt?)
}

fn listen_on(port: u16) -> io::Result<Listeners> {
    let v4 = bind((Ipv4Addr::UNSPECIFIED, port).into());
    let port = match &v4 {
        Ok(v4) => v4.local_addr()?.port(),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        Err(_) => port,
    };
    let v6 = bind((Ipv6Addr::UNSPECIFIED, port).into());
    match (v4, v6) {
        (Ok(v4), Ok(v6)) => Ok(Listeners {
            port,
            sockets: vec![v4, v6],
        }),
        (_, Err(error)) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        // A system without one of the families.
        (Ok(v4), Err(_)) => Ok(Listeners {
            port,
            sockets: vec![v4],
        }),
        (Err(_), Ok(v6)) => Ok(Listeners {
            port: v6.local_addr()?.port(),
            sockets: vec![v6],
        }),
        (Err(error), Err(_)) => Err(error),
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Only over connections of a previous run that linger (TIME_WAIT): Linux never shares a listening port by this.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// How many connections are let in.
///
/// Connections from this computer itself are counted more generously: several people may work on it (a terminal
/// server), and they all come from the same address.
#[derive(Debug, Default)]
pub(super) struct Admission {
    open: HashMap<IpAddr, u32>,
    total: u32,
    recent: HashMap<IpAddr, VecDeque<Instant>>,
}

/// Open connections, of everyone together: who passes on to three hundred in a hall has a stream with each of them, and for a
/// moment two where both ends opened one.
const MAX_OPEN: u32 = 1000;
/// Open connections from an address; from one of our own. Several people may work on the other host, too, and if one of
/// ours is a hub of their room each of them holds a stream to it.
const MAX_OPEN_EACH: [u32; 2] = [32, 200];
/// New connections a minute from an address; from one of our own. A libpurple user who closes the conversation after each
/// message makes one for each, and a host may have several users: what is refused here is lost there without a word.
const MAX_NEW_EACH: [usize; 2] = [240, 2000];
const MINUTE: Duration = Duration::from_secs(60);
/// Addresses whose new connections are counted.
const MAX_COUNTED: usize = 4096;

impl Admission {
    /// Lets a connection in, or says why not. Every one that is let in must be given back by [`Admission::left`].
    pub(super) fn admit(
        &mut self,
        ip: IpAddr,
        own: bool,
        now: Instant,
    ) -> Result<(), &'static str> {
        let ip = ip.to_canonical();
        let [each, own_each] = MAX_OPEN_EACH;
        let [new, own_new] = MAX_NEW_EACH;
        if self.recent.len() >= MAX_COUNTED {
            self.recent.retain(|_, times| {
                times
                    .back()
                    .is_some_and(|last| now.saturating_duration_since(*last) < MINUTE)
            });
        }
        if self.recent.len() >= MAX_COUNTED && !self.recent.contains_key(&ip) {
            return Err("too many addresses connect at once");
        }
        let recent = self.recent.entry(ip).or_default();
        while recent
            .front()
            .is_some_and(|first| now.saturating_duration_since(*first) >= MINUTE)
        {
            recent.pop_front();
        }
        if recent.len() >= if own { own_new } else { new } {
            return Err("too many new connections from this address within a minute");
        }
        recent.push_back(now);
        if self.total >= MAX_OPEN {
            return Err("too many connections are open");
        }
        let open = self.open.entry(ip).or_default();
        if *open >= if own { own_each } else { each } {
            return Err("too many connections from this address are open");
        }
        *open += 1;
        self.total += 1;
        Ok(())
    }

    /// A connection that was let in has ended.
    pub(super) fn left(&mut self, ip: IpAddr) {
        let ip = ip.to_canonical();
        if let Some(open) = self.open.get_mut(&ip) {
            *open = open.saturating_sub(1);
            self.total = self.total.saturating_sub(1);
            if *open == 0 {
                self.open.remove(&ip);
            }
        }
    }
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

    const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn one_address_cannot_take_all_connections() {
        let mut admission = Admission::default();
        let now = Instant::now();
        for _ in 0..MAX_OPEN_EACH[0] {
            admission.admit(PEER, false, now).unwrap();
        }
        admission.admit(PEER, false, now).unwrap_err();
        admission
            .admit(Ipv4Addr::new(192, 0, 2, 2).into(), false, now)
            .unwrap();
        admission.left(PEER);
        admission.admit(PEER, false, now).unwrap();
        admission
            .admit(
                Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped().into(),
                false,
                now,
            )
            .unwrap_err();
    }

    #[test]
    fn connecting_again_and_again_is_slowed_down() {
        let mut admission = Admission::default();
        let now = Instant::now();
        for _ in 0..MAX_NEW_EACH[0] {
            admission.admit(PEER, false, now).unwrap();
            admission.left(PEER);
        }
        admission.admit(PEER, false, now).unwrap_err();
        admission.admit(PEER, false, now + MINUTE).unwrap();
    }

    #[test]
    fn people_on_the_same_computer_are_not_locked_out() {
        let mut admission = Admission::default();
        for _ in 0..MAX_OPEN_EACH[1] {
            admission
                .admit(Ipv4Addr::LOCALHOST.into(), true, Instant::now())
                .unwrap();
        }
        admission
            .admit(Ipv4Addr::LOCALHOST.into(), true, Instant::now())
            .unwrap_err();
    }

    #[test]
    fn there_is_an_end_to_all_connections() {
        let mut admission = Admission::default();
        let admitted = (0..=255u8)
            .flat_map(|a| (0..5u8).map(move |b| IpAddr::from([10, 0, b, a])))
            .filter(|ip| admission.admit(*ip, false, Instant::now()).is_ok())
            .count();
        assert_eq!(admitted, MAX_OPEN as usize);
    }

    #[tokio::test]
    async fn a_taken_port_is_an_error_only_if_it_was_asked_for() {
        let first = listen(Some(0)).unwrap();
        assert_ne!(first.port, 0);
        let error = listen(Some(first.port)).unwrap_err();
        assert!(
            error.to_string().contains(&first.port.to_string()),
            "{error}"
        );
        // Whether or not 5298 is free here, both get a port of their own.
        let (one, two) = (listen(None).unwrap(), listen(None).unwrap());
        assert_ne!(one.port, two.port);
    }
}
