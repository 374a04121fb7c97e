//! The TXT record of `_presence._tcp` (XEP-0174 §4) as data.

use serde::{Deserialize, Serialize};

/// A TXT record as meaning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Advert {
    /// `port.p2pj`, as published by us; of a peer only shown, never dialled.
    pub port: Option<u16>,
    /// `nick`.
    pub nick: String,
    /// `status`, absent = available.
    pub show: Show,
    /// `msg`.
    pub message: String,
    /// `1st last email jid`.
    pub card: Card,
    /// `phsh`: SHA-1 of the picture.
    pub phsh: Option<[u8; 20]>,
    /// `node`: the program (XEP-0115).
    pub node: String,
    /// `hash`: empty means that `ver` is no caps hash.
    pub hash: String,
    /// `ver`.
    pub ver: String,
    /// `vc`: conferencing flags.
    pub vc: String,
}

/// Availability, as people set it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// Here.
    #[default]
    Available,
    /// Not at the machine (`away` on the wire).
    Away,
    /// Not to be disturbed.
    Dnd,
}

/// Personal fields of a TXT record (XEP-0174 §4). All optional, all unverified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Given name.
    pub first: String,
    /// Family name.
    pub last: String,
    /// Mail addresses.
    pub email: Vec<String>,
    /// JIDs on ordinary XMPP servers.
    pub jid: Vec<String>,
}
