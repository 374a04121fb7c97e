//! A second ear on UDP port 5353, beside mdns-sd's (RFC 6762 §15.1 allows sharing), for what mdns-sd cannot do: NULL
//! records, our own probing, telling a goodbye from a timeout, and, in a crowd, all the rest ([`super::responder`]).
//!
//! One socket an interface and family. It is bound to the *group address*, not to the wildcard: so it receives the
//! multicast and never the unicast answers that are meant for mdns-sd or avahi-daemon on the same port. A question that
//! comes to this port by unicast (RFC 6762 §5.5) is theirs, too; where no other program listens there, nobody answers it.
//!
//! What only we want to know is asked from a port of its own ([`Multicast::ask_alone`], RFC 6762 §5.1 and §6.7): the answers
//! come to us and trouble nobody else, however many there are.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use socket2::{Domain, InterfaceIndexOrAddress, Protocol, SockAddr, SockRef, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::interfaces::Used;
use super::message::{self, Heard};
use super::query::Query;
use super::records::Names;
use super::responder::{Answer, Family, To};

/// Multicast DNS (RFC 6762 §3).
pub(super) const PORT: u16 = 5353;
const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);

/// The biggest datagram there is: pictures of 59 KB in one datagram were seen.
const MAX_DATAGRAM: usize = 65_535;

/// Bytes that may wait to be read, with what the system needs beside them: some hundred datagrams.
const BUFFER: usize = 256 << 10;

/// So long answers to us alone are waited for.
const ANSWERS: Duration = Duration::from_secs(3);

/// Room for one datagram, shared by all sockets.
pub(super) type Scratch = Arc<Mutex<Box<[u8]>>>;

/// Makes the room that all sockets share.
pub(super) fn scratch() -> Scratch {
    Arc::new(Mutex::new(vec![0; MAX_DATAGRAM].into()))
}

/// The names that are answered for on one interface, none while another responder does that.
type Ours = Arc<Mutex<Option<Names>>>;

/// Something heard, and on which interface.
#[derive(Debug)]
pub(super) struct Overheard {
    /// Index of the interface.
    pub link: u32,
    /// Who sent it.
    pub from: SocketAddr,
    /// A query that may be for us, see [`Multicast::answer_for`].
    pub query: Option<Query>,
    /// What; nothing if that was said to others.
    pub heard: Vec<Heard>,
    /// Whoever sent it was not heard here before.
    pub newcomer: bool,
    /// An answer to [`Multicast::ask_alone`]: nobody else has heard it, and its TTLs say nothing (RFC 6762 §6.7).
    pub to_us: bool,
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
    used: Used,
    scratch: Scratch,
    overheard: mpsc::Sender<Overheard>,
    ours: Ours,
    sockets: Vec<(Arc<UdpSocket>, SocketAddr)>,
    _readers: Vec<AbortOnDropHandle<()>>,
    answers: Vec<AbortOnDropHandle<()>>,
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
        let ours = Ours::default();
        let readers = sockets
            .iter()
            .map(|(socket, _)| {
                listen(
                    used.index,
                    socket.clone(),
                    scratch.clone(),
                    ours.clone(),
                    overheard.clone(),
                )
            })
            .map(|reader| AbortOnDropHandle::new(tokio::spawn(reader)))
            .collect();
        Ok(Multicast {
            used: used.clone(),
            scratch: scratch.clone(),
            overheard: overheard.clone(),
            ours,
            sockets,
            _readers: readers,
            answers: Vec::new(),
        })
    }

    /// Asks everyone on this interface, over both families; the answers of the next 3 s come to us alone.
    pub(super) fn ask_alone(&mut self, question: &[u8]) {
        let id = RandomState::new().build_hasher().finish() as u16;
        let mut question = question.to_vec();
        if let Some(place) = question.first_chunk_mut() {
            *place = id.to_be_bytes();
        }
        let v4 = self.used.v4.map(|address| alone_v4(&self.used, address));
        let v6 = self.used.v6.map(|address| alone_v6(&self.used, address));
        self.answers.clear();
        for opened in [v4, v6].into_iter().flatten() {
            let opened =
                opened.and_then(|(socket, group)| Ok((UdpSocket::from_std(socket.into())?, group)));
            let (socket, group) = match opened {
                Ok(opened) => opened,
                Err(error) => {
                    tracing::debug!(interface = self.used.name, %error, "not asked alone");
                    continue;
                }
            };
            send(&socket, &group, &question);
            let (link, scratch, overheard) = (
                self.used.index,
                self.scratch.clone(),
                self.overheard.clone(),
            );
            let answers = async move {
                let answers = hear_answers(link, &socket, id, &scratch, &overheard);
                let _ = tokio::time::timeout(ANSWERS, answers).await;
            };
            self.answers
                .push(AbortOnDropHandle::new(tokio::spawn(answers)));
        }
    }

    /// From now on queries for these names are passed on, and no others: most are for somebody else.
    pub(super) fn answer_for(&self, names: Option<&Names>) {
        let mut ours = self.ours.lock().unwrap_or_else(PoisonError::into_inner);
        *ours = names.cloned();
    }

    /// Sends an answer to whom it is for. Nobody is answered alone who is not on this network: whoever sends in another's
    /// name could have us send to anybody (RFC 6762 §11).
    pub(super) fn answer(&self, answer: &Answer) {
        let of = |family: Family| {
            let mut sockets = self.sockets.iter();
            sockets.find(move |(_, group)| Family::of(*group) == family)
        };
        match answer.to {
            To::All => self.send(&answer.datagram),
            To::Group(family) => {
                if let Some((socket, group)) = of(family) {
                    send(socket, group, &answer.datagram);
                }
            }
            To::Alone(to) => {
                if self.used.is_near(to.ip())
                    && let Some((socket, _)) = of(Family::of(to))
                {
                    send(socket, &to, &answer.datagram);
                }
            }
        }
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

fn send(socket: &UdpSocket, to: &SocketAddr, datagram: &[u8]) {
    // Not by way of tokio: it does not know yet that a new socket can be written to, and would refuse.
    if let Err(error) = SockRef::from(socket).send_to(datagram, &SockAddr::from(*to)) {
        tracing::debug!(%to, %error, "not sent");
    }
}

async fn listen(
    link: u32,
    socket: Arc<UdpSocket>,
    scratch: Scratch,
    ours: Ours,
    overheard: mpsc::Sender<Overheard>,
) {
    let mut sources = Sources::default();
    while socket.readable().await.is_ok() {
        let heard = {
            let mut buffer = scratch.lock().unwrap_or_else(PoisonError::into_inner);
            match socket.try_recv_from(&mut buffer) {
                Ok((length, from)) => {
                    let datagram = buffer.get(..length).unwrap_or_default();
                    let newcomer = sources.is_new(from.ip());
                    Some(heard_on(link, datagram, from, newcomer, &ours))
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                // Pending errors of earlier sends; reading them clears them.
                Err(_) => None,
            }
        };
        let says = |it: &Overheard| it.newcomer || it.query.is_some() || !it.heard.is_empty();
        if let Some(heard) = heard.filter(says)
            && overheard.try_send(heard).is_err()
        {
            tracing::debug!(link, "too much multicast, some was not read");
        }
        // A flood must not starve the rest of the runtime.
        tokio::task::yield_now().await;
    }
}

fn heard_on(
    link: u32,
    datagram: &[u8],
    from: SocketAddr,
    newcomer: bool,
    ours: &Ours,
) -> Overheard {
    let (mut heard, query) = message::understand(datagram);
    if from.port() != PORT {
        heard.retain(|it| !matches!(it, Heard::Asked { .. } | Heard::Looked));
    }
    let ours = ours.lock().unwrap_or_else(PoisonError::into_inner);
    let query = ours.as_ref().and_then(|ours| {
        let mut names = query.as_ref()?.questions.iter().map(|it| it.name());
        let concerns_us = names.any(|name| ours.has(name));
        query.filter(|query| concerns_us || query.goes_on())
    });
    Overheard {
        link,
        from,
        query: query.map(|query| query.with_known(datagram)),
        heard,
        newcomer,
        to_us: false,
    }
}

async fn hear_answers(
    link: u32,
    socket: &UdpSocket,
    id: u16,
    scratch: &Scratch,
    overheard: &mpsc::Sender<Overheard>,
) {
    while socket.readable().await.is_ok() {
        let (heard, from) = {
            let mut buffer = scratch.lock().unwrap_or_else(PoisonError::into_inner);
            match socket.try_recv_from(&mut buffer) {
                Ok((length, from)) => {
                    let answer = buffer.get(..length);
                    // Whoever is not on this network cannot have heard the number.
                    let answer = answer.filter(|it| it.starts_with(&id.to_be_bytes()));
                    (answer.map(message::read).unwrap_or_default(), from)
                }
                Err(_) => continue,
            }
        };
        let answer = Overheard {
            link,
            from,
            query: None,
            heard,
            newcomer: false,
            to_us: true,
        };
        if !answer.heard.is_empty() && overheard.try_send(answer).is_err() {
            tracing::debug!(link, "too many answers, some were not read");
        }
        tokio::task::yield_now().await;
    }
}

fn open_v4(used: &Used, address: Ipv4Addr) -> io::Result<(Socket, SocketAddr)> {
    let socket = shared(Domain::IPV4, used)?;
    socket.bind(&SocketAddr::from((GROUP_V4, PORT)).into())?;
    socket.join_multicast_v4_n(&GROUP_V4, &InterfaceIndexOrAddress::Index(used.index))?;
    to_group_v4(socket, address)
}

fn open_v6(used: &Used) -> io::Result<(Socket, SocketAddr)> {
    let socket = shared(Domain::IPV6, used)?;
    socket.set_only_v6(true)?;
    socket.bind(&SocketAddr::from(SocketAddrV6::new(GROUP_V6, PORT, 0, used.index)).into())?;
    socket.join_multicast_v6(&GROUP_V6, used.index)?;
    to_group_v6(socket, used)
}

fn alone_v4(used: &Used, address: Ipv4Addr) -> io::Result<(Socket, SocketAddr)> {
    let socket = on_link(Domain::IPV4, used)?;
    socket.bind(&SocketAddr::from((address, 0)).into())?;
    to_group_v4(socket, address)
}

fn alone_v6(used: &Used, address: Ipv6Addr) -> io::Result<(Socket, SocketAddr)> {
    let socket = on_link(Domain::IPV6, used)?;
    socket.set_only_v6(true)?;
    let scope = if address.is_unicast_link_local() {
        used.index
    } else {
        0
    };
    socket.bind(&SocketAddr::from(SocketAddrV6::new(address, 0, 0, scope)).into())?;
    to_group_v6(socket, used)
}

/// What is sent by this socket leaves by this address, and is believed to come from this network (RFC 6762 §11).
fn to_group_v4(socket: Socket, address: Ipv4Addr) -> io::Result<(Socket, SocketAddr)> {
    socket.set_multicast_if_v4(&address)?;
    socket.set_multicast_ttl_v4(255)?;
    socket.set_ttl_v4(255)?;
    Ok((socket, (GROUP_V4, PORT).into()))
}

fn to_group_v6(socket: Socket, used: &Used) -> io::Result<(Socket, SocketAddr)> {
    socket.set_multicast_if_v6(used.index)?;
    socket.set_multicast_hops_v6(255)?;
    socket.set_unicast_hops_v6(255)?;
    let group = SocketAddrV6::new(GROUP_V6, PORT, 0, used.index);
    Ok((socket, group.into()))
}

fn shared(domain: Domain, used: &Used) -> io::Result<Socket> {
    let socket = on_link(domain, used)?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    Ok(socket)
}

fn on_link(domain: Domain, used: &Used) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
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
