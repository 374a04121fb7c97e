//! The TXT record of `_presence._tcp` (XEP-0174 §3.1) as data, and to and from its strings (RFC 6763 §6).

use serde::{Deserialize, Serialize};

use super::jid::Jid;
use super::key::Fingerprint;
use super::room_ad::{self, RoomAd};
use super::text::{clean_line, clean_name, cut};

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
    /// `tlsfp`: the fingerprint of the key that it says it has. A hint, never a proof: anybody can publish anything.
    pub tlsfp: Option<Fingerprint>,
    /// `room1` to `room3`: rooms of which it is a hub.
    pub rooms: Vec<RoomAd>,
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

/// One string of a TXT record: a key and, unless it is a bare key, its value.
pub type Pair = (String, Option<Vec<u8>>);

/// The most bytes of one string, key and `=` included (RFC 6763 §6.1).
const MAX_STRING: usize = 255;
/// The most bytes of all strings with their length bytes: one packet (RFC 6763 §6.2).
const MAX_RECORD: usize = 1300;
/// Strings of a peer's record that are looked at.
const MAX_PAIRS: usize = 128;
/// Addresses kept of `email` and `jid`.
const MAX_ADDRESSES: usize = 8;
/// Bytes of a name that we publish: the whole record is to stay under 400 bytes as a rule (RFC 6763 §6.2).
const MAX_NAME: usize = 64;

impl Advert {
    /// The strings to publish, in order: `txtvers` first, then what programs need, then what people like to see, empty
    /// fields left out. Each string has at most 255 bytes, cut on a character boundary, and all together, with their
    /// length bytes, at most 1300.
    pub fn to_txt(&self) -> Vec<Pair> {
        let mut txt = Strings::default();
        txt.push("txtvers", "1");
        if let Some(port) = self.port {
            txt.push("port.p2pj", &port.to_string());
        }
        // Always there: Adium does not show a peer without it.
        txt.push("status", self.show.as_txt());
        for (key, token) in [
            ("node", &self.node),
            ("hash", &self.hash),
            ("ver", &self.ver),
            ("vc", &self.vc),
        ] {
            txt.push(key, cut(token, MAX_NAME));
        }
        if let Some(fingerprint) = &self.tlsfp {
            txt.push("tlsfp", &fingerprint.to_string());
        }
        if let Some(phsh) = &self.phsh {
            txt.push(
                "phsh",
                &phsh
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect::<String>(),
            );
        }
        for (key, name) in [
            ("nick", &self.nick),
            ("1st", &self.card.first),
            ("last", &self.card.last),
        ] {
            txt.push(key, cut(&clean_name(name), MAX_NAME));
        }
        txt.push("msg", &clean_line(&self.message));
        for (key, room) in ["room1", "room2", "room3"].iter().zip(&self.rooms) {
            txt.push(key, &room.to_txt());
        }
        for (key, list) in [("email", &self.card.email), ("jid", &self.card.jid)] {
            txt.push_list(key, list);
        }
        txt.0
    }

    /// Reads a peer's strings. Never fails: what cannot be understood is left out (XEP-0174 §3.1, "MUST NOT fail"), of a
    /// key that occurs twice the first counts, keys match in any case (RFC 6763 §6.4), text is cleaned for display.
    pub fn from_txt<'a>(pairs: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>) -> Advert {
        let mut advert = Advert::default();
        let mut seen = Vec::new();
        for (key, value) in pairs.into_iter().take(MAX_PAIRS) {
            let key = cut(key, MAX_STRING).to_ascii_lowercase();
            if !seen.contains(&key) {
                advert.take(&key, value.unwrap_or_default());
                seen.push(key);
            }
        }
        advert
    }

    /// The name to show for the peer: its nick, else first and last name, else the instance name; never empty, without
    /// bidi, control and invisible characters.
    pub fn display_name(&self, jid: &Jid) -> String {
        let full = clean_name(&format!("{} {}", self.card.first, self.card.last));
        [clean_name(&self.nick), full, clean_name(jid.as_str())]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_else(|| "(nameless)".to_owned())
    }

    fn take(&mut self, key: &str, value: &[u8]) {
        let value = value.get(..MAX_STRING).unwrap_or(value);
        let text = String::from_utf8_lossy(value);
        match key {
            "port.p2pj" => self.port = text.trim().parse().ok().filter(|port| *port != 0),
            "nick" => self.nick = clean_name(&text),
            "status" => self.show = Show::from_txt(&text),
            "msg" => self.message = clean_line(&text),
            "1st" => self.card.first = clean_name(&text),
            "last" => self.card.last = clean_name(&text),
            "email" => self.card.email = addresses(&text),
            "jid" => self.card.jid = addresses(&text),
            "phsh" => self.phsh = hex20(text.trim()),
            "node" => self.node = token(&text),
            "hash" => self.hash = token(&text),
            "ver" => self.ver = token(&text),
            "vc" => self.vc = token(&text),
            "tlsfp" => self.tlsfp = text.parse().ok(),
            "room1" | "room2" | "room3" if self.rooms.len() < room_ad::MOST => {
                self.rooms.extend(RoomAd::from_txt(&text));
            }
            _ => {}
        }
    }
}

impl Show {
    /// The value of `status`.
    pub fn as_txt(self) -> &'static str {
        match self {
            Show::Available => "avail",
            Show::Away => "away",
            Show::Dnd => "dnd",
        }
    }

    /// Reads `status`: `xa` of other XMPP is away, everything unknown is available.
    fn from_txt(status: &str) -> Show {
        match status.trim().to_ascii_lowercase().as_str() {
            "away" | "xa" => Show::Away,
            "dnd" => Show::Dnd,
            _ => Show::Available,
        }
    }
}

/// Bytes of one string on the wire: its length byte, the key, `=`, the value.
fn string_len(key: &str, value: Option<&[u8]>) -> usize {
    1 + key.len() + value.map_or(0, |value| 1 + value.len())
}

/// Strings being collected; one that does not fit any more is left out.
#[derive(Default)]
struct Strings(Vec<Pair>);

impl Strings {
    fn push(&mut self, key: &str, value: &str) {
        let value = cut(value, MAX_STRING - key.len() - 1);
        let used = self
            .0
            .iter()
            .map(|(key, value)| string_len(key, value.as_deref()));
        let total = used.sum::<usize>() + string_len(key, Some(value.as_bytes()));
        if !value.is_empty() && total <= MAX_RECORD {
            self.0
                .push((key.to_owned(), Some(value.as_bytes().to_vec())));
        }
    }

    /// Space-separated (XEP-0174 §15.1); an address that does not fit whole is left out, half of one is no address.
    fn push_list(&mut self, key: &str, list: &[String]) {
        let mut value = String::new();
        for address in list.iter().flat_map(|entry| entry.split_whitespace()) {
            let address: String = address.chars().filter(|c| !c.is_control()).collect();
            if key.len() + 1 + value.len() + 1 + address.len() <= MAX_STRING {
                if !value.is_empty() {
                    value.push(' ');
                }
                value.push_str(&address);
            }
        }
        self.push(key, &value);
    }
}

/// Something for programs: as it stands, or nothing if it holds what no such value holds.
fn token(text: &str) -> String {
    let text = text.trim();
    let sound = text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    if sound {
        text.to_owned()
    } else {
        String::new()
    }
}

fn addresses(text: &str) -> Vec<String> {
    text.split([' ', '\t', ',', ';'])
        .map(clean_name)
        .filter(|entry| !entry.is_empty())
        .take(MAX_ADDRESSES)
        .collect()
}

/// SHA-1 in hex, in either case (Pidgin writes small letters, others capitals).
fn hex20(text: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    if text.len() != 40 || !text.is_ascii() {
        return None;
    }
    for (n, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(2 * n..2 * n + 2)?;
        // `from_str_radix` alone would take "+f".
        *byte = u8::from_str_radix(digits, 16)
            .ok()
            .filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
