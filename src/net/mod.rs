//! Floor 2: the network. Everything above speaks to it by [`Request`] and hears of it by [`Report`], so that the real
//! network (`lan`: mDNS and TCP) and the pretend one (`memory`: virtual time and faults) are interchangeable.

pub mod bytestream;
pub mod carrier;
mod connections;
mod crowd;
mod dial;
mod discovery;
mod driver;
mod entropy;
pub mod http;
mod interfaces;
pub mod lan;
mod link_watch;
mod listen;
mod looks;
mod mdns;
pub mod memory;
mod message;
mod multicast;
mod null_record;
mod query;
mod records;
mod responder;
mod sightings;
mod tcp;
mod tls;

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;

use crate::event::Interface;
use crate::model::settings::InterfaceChoice;
use crate::wire::jid::Jid;
use crate::wire::key::PublicKey;
use crate::wire::txt::Advert;

/// One TCP connection, numbered by whoever starts it: even numbers are dialled (chosen by the node), odd numbers are
/// accepted (chosen by the network).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// What the node asks of the network. No request is answered by a return value; see [`Report`].
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Publish us, or what changed of us. The same `jid` and `port` as before: only TXT changes (no new probing).
    Advertise {
        /// The instance name that we want.
        jid: Jid,
        /// The TCP port for SRV and `port.p2pj`.
        port: u16,
        /// The TXT record.
        advert: Box<Advert>,
    },
    /// Say goodbye (TTL 0 for the PTR and the rest, XEP-0174 §7).
    Withdraw,
    /// Ask whether this peer's records still stand. Answer: [`Report::Verified`] within about 3 s. If it has none, it is
    /// asked for some all the same.
    Verify {
        /// Whom.
        jid: Jid,
    },
    /// Serve this picture as our NULL record, or none.
    ServeAvatar {
        /// The instance name that owns the record.
        jid: Jid,
        /// At most 8 KB.
        image: Option<Bytes>,
    },
    /// Ask for a peer's NULL record, until an answer has this hash or about 10 s are over.
    FetchAvatar {
        /// Whose.
        jid: Jid,
        /// The `phsh` of its TXT record.
        sha1: [u8; 20],
    },
    /// The answer is no longer wanted (XEP-0174 §12: cancel the query; also on Remove).
    CancelAvatar {
        /// Whose.
        jid: Jid,
    },
    /// Use these interfaces from now on.
    Interfaces {
        /// The user's choice.
        choice: InterfaceChoice,
    },
    /// Open a connection: try all addresses with a head start each (RFC 8305), from an address that we publish on that
    /// interface. Answer: [`Report::Connected`] or [`Report::DialFailed`].
    Dial {
        /// The number for it, even.
        conn: ConnId,
        /// Candidates, best first, IPv6 link-local ones with their scope.
        addresses: Vec<SocketAddr>,
    },
    /// Resolve a name or address typed by hand and open a connection to it.
    DialName {
        /// The number for it, even.
        conn: ConnId,
        /// `host:port`.
        address: String,
    },
    /// Write bytes. Answer: [`Report::Written`] when the kernel has them.
    Write {
        /// On which connection.
        conn: ConnId,
        /// What.
        bytes: Bytes,
    },
    /// Encrypt this connection: what was asked to be written before goes out as it is, everything after it by TLS, and
    /// only TLS is understood from the peer. Write nothing before the answer: [`Report::Secured`] or
    /// [`Report::TlsFailed`]. How long a handshake may take is the caller's to watch.
    StartTls {
        /// Which.
        conn: ConnId,
        /// We begin the handshake; otherwise the peer does.
        client: bool,
    },
    /// Do not read from this connection until [`Request::Resume`]: back-pressure to a peer that sends faster than the
    /// disk takes.
    Pause {
        /// Which.
        conn: ConnId,
    },
    /// Read on.
    Resume {
        /// Which.
        conn: ConnId,
    },
    /// How soon a peer that vanished is noticed while nothing is sent to it. A connection begins closely watched.
    Watch {
        /// Which.
        conn: ConnId,
        /// Within 6 s, for two packets every 3 s; otherwise within a minute and a half, for two packets a minute.
        closely: bool,
    },
    /// End a connection. Unknown numbers are ignored. No [`Report::Closed`] follows.
    Close {
        /// Which.
        conn: ConnId,
        /// True: write what is queued (at most 5 s), then FIN. False: reset.
        flush: bool,
    },
}

/// What the network tells the node.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Our records are on the network.
    Advertised {
        /// Under this name.
        jid: Jid,
    },
    /// Somebody else has this name (at probing or later); we are not published under it any more. The node chooses
    /// another one and asks to advertise that.
    NameTaken {
        /// The name.
        jid: Jid,
    },
    /// A peer is here, or its records changed. Never our own instance. May repeat.
    Seen(Box<Sighting>),
    /// A peer is gone from every interface.
    Gone {
        /// Who.
        jid: Jid,
        /// True if it said so (TTL 0), false if its records ran out.
        goodbye: bool,
    },
    /// Answer to [`Request::Verify`].
    Verified {
        /// Who.
        jid: Jid,
        /// Whether its records were confirmed.
        alive: bool,
    },
    /// A picture that was asked for.
    AvatarFetched {
        /// Whose.
        jid: Jid,
        /// At most 64 KiB; its SHA-1 is the one that was asked for.
        image: Bytes,
    },
    /// The picture could not be had.
    AvatarFailed {
        /// Whose.
        jid: Jid,
    },
    /// Interfaces changed: all of them, used and not.
    Interfaces(Vec<Interface>),
    /// Somebody connected to us.
    Accepted {
        /// The number of it, odd.
        conn: ConnId,
        /// Our end.
        local: SocketAddr,
        /// Their end.
        remote: SocketAddr,
    },
    /// A dialled connection is open.
    Connected {
        /// Which.
        conn: ConnId,
        /// Our end.
        local: SocketAddr,
        /// Their end.
        remote: SocketAddr,
    },
    /// No address could be reached.
    DialFailed {
        /// Which.
        conn: ConnId,
        /// What the last attempts said, for people.
        error: String,
    },
    /// The connection is encrypted, and the peer has proven that it has this key. Whether that is the right one is the
    /// node's to say.
    Secured {
        /// Which.
        conn: ConnId,
        /// The peer's key.
        key: PublicKey,
        /// What only the two ends of this connection know, the same at both (RFC 8446 §7.5).
        exporter: [u8; 32],
    },
    /// The peer does not speak TLS as we do, or somebody has touched the bytes. The connection is over; no
    /// [`Report::Closed`] follows.
    TlsFailed {
        /// Which.
        conn: ConnId,
        /// What was wrong, for the log.
        error: String,
    },
    /// Bytes came in.
    Received {
        /// On which connection.
        conn: ConnId,
        /// What.
        bytes: Bytes,
    },
    /// So many bytes more were taken by the kernel.
    Written {
        /// On which connection.
        conn: ConnId,
        /// How many.
        bytes: usize,
    },
    /// A connection ended by itself.
    Closed {
        /// Which.
        conn: ConnId,
        /// How.
        why: CloseReason,
    },
    /// A service cannot do its work; a sentence for people that says what to do.
    Trouble {
        /// The sentence.
        message: String,
    },
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The peer sent FIN.
    Eof,
    /// The peer reset it.
    Reset,
    /// The peer's host no longer answers (keep-alive or unacknowledged data ran out).
    Unreachable,
    /// Another error of the local system.
    Error,
}

/// A peer as resolved by DNS-SD, joined over interfaces and address families.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The instance name.
    pub jid: Jid,
    /// Host name of the SRV record.
    pub host: String,
    /// SRV port: the one to dial (XEP-0174 §9).
    pub port: u16,
    /// All addresses, best first (IPv4 private, IPv6 global, IPv6 link-local), scope kept, at most 16.
    pub addresses: Vec<SocketAddr>,
    /// Interfaces that it was seen on, by name.
    pub interfaces: Vec<String>,
    /// Its TXT record.
    pub advert: Advert,
}

impl Sighting {
    /// Does the peer own this address (scope not compared)?
    pub fn has_ip(&self, ip: IpAddr) -> bool {
        self.addresses
            .iter()
            .any(|address| address.ip().to_canonical() == ip.to_canonical())
    }
}
