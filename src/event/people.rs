//! Who is here, ourselves, and the network between, as faces show them.

use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Message, Trust};
use crate::wire::jid::Jid;
use crate::wire::key::Fingerprint;
use crate::wire::txt::{Card, Show};

/// A peer as a contact in the list: one entry a person across interfaces and address families (XEP-0174 §8).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peer {
    /// The instance name.
    pub jid: Jid,
    /// The name to show: nick, else first and last name, else the instance name; bidi and control characters removed.
    pub nick: String,
    /// Availability.
    pub show: Show,
    /// Free text beside it, empty if none.
    pub message: String,
    /// The saved picture.
    pub avatar: Option<Avatar>,
    /// How far its identity is known.
    pub trust: Trust,
    /// Where it listens, IPv6 link-local ones with their scope.
    pub addresses: Vec<SocketAddr>,
    /// The program that it says it is, empty if unknown.
    pub client: String,
    /// The interfaces that it was seen on.
    #[serde(default)]
    pub interfaces: Vec<String>,
    /// Whether typing notices are sent to it and understood from it.
    #[serde(default)]
    pub chat_states: bool,
    /// Since when it is idle, if it says so (XEP-0319).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_since: Option<Timestamp>,
    /// What else its TXT record tells of the person.
    #[serde(default)]
    pub card: Card,
}

/// A picture on our disk, named by the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avatar {
    /// SHA-1 of the bytes, lower-case hex (XEP-0174 `phsh`).
    pub sha1: String,
    /// The file.
    pub path: PathBuf,
}

/// Ourselves as published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Me {
    /// Our instance name.
    pub jid: Jid,
    /// The nick that others see; may be empty.
    pub nick: String,
    /// Availability.
    pub show: Show,
    /// Free text beside it.
    pub message: String,
    /// Our picture.
    pub avatar: Option<Avatar>,
    /// SHA-256 of our public key, base64url: what others know us by.
    #[serde(default)]
    pub fingerprint: Option<Fingerprint>,
    /// The TCP port that we listen on, 0 before that is known.
    pub port: u16,
    /// Whether we are published at all: false before the first announcement and without any interface.
    pub online: bool,
}

/// A conversation in one line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// The newest message.
    pub last: Option<Message>,
    /// Received and not yet displayed here.
    pub unread: u32,
    /// The nick that the other one had last, for who is not here now.
    #[serde(default)]
    pub nick: String,
}

/// A network interface as Balcony sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// The system's name for it.
    pub name: String,
    /// The system's index of it.
    pub index: u32,
    /// Its addresses.
    pub addresses: Vec<std::net::IpAddr>,
    /// Whether Balcony publishes and browses on it.
    pub used: bool,
    /// Why (not), for people: "virtual bridge (docker)", "no multicast", "chosen in the settings".
    pub reason: String,
}
