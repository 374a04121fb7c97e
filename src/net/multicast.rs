//! A second ear on UDP port 5353, beside mdns-sd's (RFC 6762 §15.1 allows sharing), for what mdns-sd cannot do: NULL
//! records, our own probing, and telling a goodbye from a timeout.
//!
//! One socket an interface and family. It is bound to the *group address*, not to the wildcard: so it receives the
//! multicast and never the unicast answers that are meant for mdns-sd or avahi-daemon on the same port.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::sync::{Arc, Mutex, PoisonError};

use socket2::{Domain, InterfaceIndexOrAddress, Protocol, SockAddr, SockRef, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::interfaces::Used;
use super::message::{self, Heard};

const PORT: u16 = 5353;
const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);

/// The biggest datagram there is: pictures of 59 KB in one datagram were seen.
const MAX_DATAGRAM: usize = 65_535;

/// Bytes that may wait to be read, with what the system needs beside them: some hundred datagrams.
const BUFFER: usize = 256 << 10;

/// Room for one datagram, shared by all sockets.
pub(super) type Scratch = Arc<Mutex<Box<[u8]>>>;

/// Makes the room that all sockets share.
pub(super) fn scratch() -> Scratch {
    Arc::new(Mutex::new(vec![0; MAX_DATAGRAM].into()))
}

/// Something heard, and on which interface.
#[derive(Debug)]
pub(super) struct Overheard {
    /// Index of the interface.
    pub link: u32,
    /// What; nothing if that was said to others.
    pub heard: Vec<Heard>,
    /// Whoever sent it was not heard here before.
    pub newcomer: bool,
}

/// Who was heard before. A table that is full is emptied: then everybody is new once more, which costs a question.
#[derive(Debug, Default)]
struct Sources(HashSet<IpAddr>);

impl Sources {
    const MOST: usize = 1024;

    fn is_new(&mut self, source: IpAddr) -> bool {
        if self.0.len() >= Self::MOST {
            self.0.clear();
        }
        self.0.insert(source)
    }
}

/// The sockets of one interface.
#[derive(Debug)]
pub(super) struct Multicast {
    sockets: Vec<(Arc<UdpSocket>, SocketAddr)>,
    _readers: Vec<AbortOnDropHandle<()>>,
}

impl Multicast {
    /// Joins the groups on an interface and reports what is heard there; if the reader of `overheard` is behind, what
    /// is heard is lost, as on any busy network.
    ///
    /// # Errors
    /// If neither family can be had.
    pub(super) fn join(
        used: &Used,
        scratch: &Scratch,
        overheard: &mpsc::Sender<Overheard>,
    ) -> io::Result<Multicast> {
        let v4 = used.v4.map(|address| open_v4(used, address));
        let v6 = used.v6.map(|_| open_v6(used));
        let mut sockets = Vec::new();
        let mut failed = None;
        for opened in [v4, v6].into_iter().flatten() {
            match opened {
                Ok((socket, group)) => {
                    sockets.push((Arc::new(UdpSocket::from_std(socket.into())?), group))
                }
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if sockets.is_empty() => return Err(error),
            Some(error) => {
                tracing::debug!(interface = used.name, %error, "one family without multicast")
            }
            None => {}
        }
        let readers = sockets
            .iter()
            .map(|(socket, _)| {
                listen(
                    used.index,
                    socket.clone(),
                    scratch.clone(),
                    overheard.clone(),
                )
            })
            .map(|reader| AbortOnDropHandle::new(tokio::spawn(reader)))
            .collect();
        Ok(Multicast {
            sockets,
            _readers: readers,
        })
    }

    /// Sends a datagram to everyone on this interface, over both families.
    pub(super) fn send(&self, datagram: &[u8]) {
        for (socket, group) in &self.sockets {
            send(socket, group, datagram);
        }
    }

    /// Sends a datagram over one family, IPv4 where there is one.
    pub(super) fn send_once(&self, datagram: &[u8]) {
        if let Some((socket, group)) = self.sockets.first() {
            send(socket, group, datagram);
        }
    }
}

fn send(socket: &UdpSocket, group: &SocketAddr, datagram: &[u8]) {
    // Not by way of tokio: it does not know yet that a new socket can be written to, and would refuse.
    if let Err(error) = SockRef::from(socket).send_to(datagram, &SockAddr::from(*group)) {
        tracing::debug!(%group, %error, "multicast not sent");
    }
}

async fn listen(
    link: u32,
    socket: Arc<UdpSocket>,
    scratch: Scratch,
    overheard: mpsc::Sender<Overheard>,
) {
    let mut sources = Sources::default();
    while socket.readable().await.is_ok() {
        let mut newcomer = false;
        let heard = {
            let mut buffer = scratch.lock().unwrap_or_else(PoisonError::into_inner);
            match socket.try_recv_from(&mut buffer) {
                Ok((length, source)) => {
                    newcomer = sources.is_new(source.ip());
                    buffer.get(..length).map(message::read).unwrap_or_default()
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                // Pending errors of earlier sends; reading them clears them.
                Err(_) => Vec::new(),
            }
        };
        let overheard_now = Overheard {
            link,
            heard,
            newcomer,
        };
        if (newcomer || !overheard_now.heard.is_empty())
            && overheard.try_send(overheard_now).is_err()
        {
            tracing::debug!(link, "too much multicast, some was not read");
        }
        // A flood must not starve the rest of the runtime.
        tokio::task::yield_now().await;
    }
}

fn open_v4(used: &Used, address: Ipv4Addr) -> io::Result<(Socket, SocketAddr)> {
    let group = SocketAddr::from(SocketAddrV4::new(GROUP_V4, PORT));
    let socket = shared(Domain::IPV4, used)?;
    socket.bind(&group.into())?;
    socket.join_multicast_v4_n(&GROUP_V4, &InterfaceIndexOrAddress::Index(used.index))?;
    socket.set_multicast_if_v4(&address)?;
    socket.set_multicast_ttl_v4(255)?;
    Ok((socket, group))
}

fn open_v6(used: &Used) -> io::Result<(Socket, SocketAddr)> {
    let group = SocketAddr::from(SocketAddrV6::new(GROUP_V6, PORT, 0, used.index));
    let socket = shared(Domain::IPV6, used)?;
    socket.set_only_v6(true)?;
    socket.bind(&group.into())?;
    socket.join_multicast_v6(&GROUP_V6, used.index)?;
    socket.set_multicast_if_v6(used.index)?;
    socket.set_multicast_hops_v6(255)?;
    Ok((socket, group))
}

fn shared(domain: Domain, used: &Used) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    // A crowd answers in one breath. More than the system allows is cut to that.
    if let Err(error) = socket.set_recv_buffer_size(BUFFER) {
        tracing::debug!(%error, "the buffer stays as it is");
    }
    // Without this a socket hears the group on every interface where any program joined it.
    if let Err(error) = socket.bind_device(Some(used.name.as_bytes())) {
        tracing::debug!(interface = used.name, %error, "socket not bound to its interface");
    }
    Ok(socket)
}

/// Is this address of any use as a peer's?
pub(super) fn is_dialable(ip: IpAddr, on_loopback: bool) -> bool {
    !ip.is_unspecified() && !ip.is_multicast() && (on_loopback || !ip.is_loopback())
}
