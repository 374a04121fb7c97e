//! What the core asks of the [mover](super::mover), and what that tells. The pretend LAN has a mover of its own behind
//! the same words.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::wire::key::Fingerprint;
use crate::xep::xep0065_socks5::Host;

/// The most bytes of a file in one stanza (XEP-0047 §2: the size is an unsigned short).
pub const BLOCK: usize = 65_535;

/// Asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Look at what is to be sent. Answer: [`Told::Looked`].
    Look {
        /// Which transfer.
        transfer: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// Let in who connects and proves to be meant, and send it.
    Serve(Box<Serve>),
    /// The receiver has said that it is connected: begin.
    Go {
        /// Which transfer.
        transfer: String,
    },
    /// Connect, and take it.
    Fetch(Box<Fetch>),
    /// The receiver has said that it takes it. If it has not connected in a moment, connect to it.
    Dial {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// The receiver's addresses with its file port, best first.
        addresses: Vec<SocketAddr>,
    },
    /// Bytes that came in-band ([`Gate::Band`], [`From::Band`]); none: the other side has said all. Answer: [`Told::Taken`].
    Block {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// They.
        bytes: Vec<u8>,
    },
    /// The bytes of [`Told::Block`] are with the other side.
    Taken {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
    },
    /// That a file came is remembered now: what helps to find it again is not needed any more.
    Remembered {
        /// Which transfer.
        transfer: String,
        /// Where it was to go.
        folder: PathBuf,
        /// Under which name.
        name: String,
    },
    /// End whatever goes on for this transfer, without a word.
    Stop {
        /// Which transfer.
        transfer: String,
        /// Where it was to go, if what is there of it is to be removed: folder and name.
        remove: Option<(PathBuf, String)>,
    },
}

/// To be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Serve {
    /// Which transfer.
    pub transfer: String,
    /// Which attempt.
    pub run: u32,
    /// The file or folder.
    pub path: PathBuf,
    /// What it must look like still.
    pub stamp: String,
    /// The hash of the whole, if that is known of what looks like this.
    pub sha256: Option<String>,
    /// What proves a connection.
    pub gate: Gate,
    /// Only connections from these computers are heard.
    pub from: Vec<IpAddr>,
    /// Between Balconies: it must be encrypted, and the other end have this key. `None`: the stream is open, too.
    pub key: Option<Fingerprint>,
}

/// What proves that a connection is for a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Between Balconies.
    Token([u8; 32]),
    /// A SOCKS5 destination.
    Socks(String),
    /// An HTTP path.
    Http(String),
    /// Nothing: the bytes go through the stream.
    Band,
}

/// To be fetched.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetch {
    /// Which transfer.
    pub transfer: String,
    /// Which attempt.
    pub run: u32,
    /// The folder to put it into; or, if there is none of that name, the file that it is to be.
    pub folder: PathBuf,
    /// Its name there, if that is free.
    pub name: String,
    /// Its size; 0 if not known (HTTP).
    pub size: u64,
    /// SHA-256 of the whole, lower-case hex, that it must have: as the sender said beforehand.
    pub sha256: Option<String>,
    /// How many entries it has, if it is a folder. Over HTTP that is not known before its listing came.
    pub entries: Option<u64>,
    /// Where from.
    pub from: From,
}

/// Where a file comes from. Addresses are the peer's own.
#[derive(Clone, Debug, PartialEq)]
pub enum From {
    /// Between Balconies.
    Direct {
        /// Its addresses with its file port, best first.
        addresses: Vec<SocketAddr>,
        /// What to say there.
        token: [u8; 32],
        /// Encrypted, to who has this key; `None`: the stream is open, too.
        key: Option<Fingerprint>,
    },
    /// SOCKS5.
    Socks {
        /// Each offered host that is an address of the peer, with that.
        hosts: Vec<(Host, SocketAddr)>,
        /// What to ask for.
        destination: String,
    },
    /// HTTP.
    Http {
        /// Where it is served.
        address: SocketAddr,
        /// What to ask for.
        path: String,
    },
    /// Through the stream.
    Band,
}

/// Told.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// First of all: on which port connections for files are accepted.
    Listening {
        /// TCP.
        port: u16,
    },
    /// In-band: these bytes are to go to the other side; none: that was all. No more before [`Ask::Taken`].
    Block {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// At most [`BLOCK`].
        bytes: Vec<u8>,
    },
    /// The bytes of [`Ask::Block`] are used.
    Taken {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
    },
    /// Answer to [`Ask::Look`].
    Looked {
        /// Which transfer.
        transfer: String,
        /// What it is; or why it cannot be sent.
        result: Result<Look, String>,
    },
    /// The SHA-256 of one file that is offered, lower-case hex.
    Hashed {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// It.
        sha256: String,
    },
    /// SOCKS5: connected to this host.
    Connected {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// The host's name, as it was offered.
        host: String,
    },
    /// What is in a folder that comes over HTTP.
    Listed {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// Files, and folders that are empty.
        entries: u64,
        /// The sum of the sizes that are told.
        size: u64,
    },
    /// The size of one file that comes over HTTP, where its sender did not say it.
    Sized {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// In bytes.
        size: u64,
    },
    /// The rest was asked for over HTTP, and the whole comes.
    FromStart {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// Because it is another file by now.
        changed: bool,
    },
    /// So many bytes are through.
    Progress {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// Of the whole file.
        bytes: u64,
    },
    /// It is through: the receiver has said so, or closed after the last byte where it cannot say it.
    Sent {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// SHA-256 of the whole, where it is one file.
        sha256: Option<String>,
    },
    /// It is whole, compared where that can be, synced, and has its name.
    Received {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// Where.
        path: PathBuf,
        /// Its bytes.
        size: u64,
        /// SHA-256 of the whole, where it is one file.
        sha256: Option<String>,
        /// What it looks like, where it is one file: while it looks so it need not be hashed again.
        stamp: Option<String>,
    },
    /// It did not get through this time.
    Broken {
        /// Which transfer.
        transfer: String,
        /// Which attempt.
        run: u32,
        /// Why.
        fault: Fault,
    },
}

/// What was found where [`Ask::Look`] asked to look.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Its name.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// How many entries, if it is a folder.
    pub folder: Option<u64>,
    /// What it is.
    pub media_type: Option<String>,
    /// What it looks like.
    pub stamp: String,
    /// SHA-256 of one file, lower-case hex, if that is known of what looks like this.
    pub sha256: Option<String>,
    /// The port on which files are served.
    pub port: u16,
    /// Fresh randomness, to prove a connection.
    pub token: [u8; 32],
}

/// Why it broke, for people; and what can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The network: try again.
    Passing(String),
    /// No connection was made, in neither direction: go another way, or try again.
    Unreachable(String),
    /// This computer (a full disk): again when the user says so.
    Stuck(String),
    /// All came, and it is not the file that was offered: nothing of what is there can be used.
    Wrong(String),
    /// Nothing can be done.
    Final(String),
}
