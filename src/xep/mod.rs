//! Floor 1: the extensions, one file each, and the one list of them.
//!
//! The seam: an extension is a file with a type that implements [`Extension`], and one line in [`all`]. From that list
//! derive disco#info, the caps hash, the README's table and the tests.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::event::{ChatState, Event, Show};
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::stanza::StanzaError;
use crate::wire::text::Span;
use crate::wire::time::Clock;

/// What an extension is, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// XEP number.
    pub number: u16,
    /// Its title.
    pub title: &'static str,
    /// The version of the document that was implemented.
    pub version: &'static str,
    /// The disco features that it advertises (XEP-0030).
    pub features: &'static [&'static str],
    /// What of it is there, for the README's table.
    pub scope: &'static str,
}

/// One protocol extension. Rules only: no clock, no I/O; all that it may touch is in [`Cx`].
///
/// Inputs, in this order for every stanza of a ready stream: `request` (an iq get or set), `answered` (a result or an
/// error of an iq that this extension sent), `receive` (a message), `present` (a presence). Outputs by [`Cx`]. For every
/// message or presence of ours that leaves, `compose` or `announce`.
pub trait Extension: Send {
    /// What it is.
    fn spec(&self) -> Spec;

    /// An iq of type get (`set` false) or set. `None`: not mine. The first extension that answers has it.
    fn request(&mut self, _cx: &mut Cx<'_>, _set: bool, _payload: &Element) -> Option<Answer> {
        None
    }

    /// The answer to an iq that this extension sent by [`Cx::ask`], or the stanza error (also made up locally at a
    /// time-out or a closed stream).
    fn answered(
        &mut self,
        _cx: &mut Cx<'_>,
        _token: u32,
        _answer: Result<Option<&Element>, StanzaError>,
    ) {
    }

    /// A message came in: read from `stanza`, write into `message`.
    fn receive(&mut self, _cx: &mut Cx<'_>, _stanza: &Element, _message: &mut Incoming) {}

    /// A message of ours leaves: add to `stanza`.
    fn compose(&mut self, _cx: &mut Cx<'_>, _message: &Outgoing, _stanza: &mut Element) {}

    /// A presence came in on a stream.
    fn present(&mut self, _cx: &mut Cx<'_>, _stanza: &Element, _presence: &mut Presence) {}

    /// A presence of ours leaves on a stream.
    fn announce(&mut self, _cx: &mut Cx<'_>, _presence: &Presence, _stanza: &mut Element) {}

    /// A stream to the peer became ready: for queries that want doing once.
    fn ready(&mut self, _cx: &mut Cx<'_>) {}
}

/// The answer to an iq request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// `type='result'` with or without a payload.
    Result(Option<Element>),
    /// `type='error'`.
    Error(StanzaError),
}

/// What an extension sees of the world, and its outputs.
pub struct Cx<'a> {
    /// The time.
    pub clock: Clock,
    /// Ourselves.
    pub me: &'a Ourselves,
    /// The peer on the other end of the stream.
    pub peer: &'a PeerFacts,
    /// Filled by [`Cx::ask`], [`Cx::emit`] and the like; performed by the node afterwards, in order.
    pub out: &'a mut Vec<Output>,
}

/// An output of an extension.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Send an iq get (`set` false) or set with this payload; the answer comes to `answered` with the token.
    Ask {
        /// get or set.
        set: bool,
        /// The payload.
        payload: Element,
        /// For `answered`.
        token: u32,
    },
    /// Tell the faces.
    Emit(Event),
    /// The peer's disco features are now known (verified by hash or asked for directly).
    Features(BTreeSet<String>),
    /// What the peer says its program is called ("Balcony 0.1.0 on Linux").
    Client(String),
}

impl Cx<'_> {
    /// Sends an iq to the peer; see [`Output::Ask`].
    pub fn ask(&mut self, set: bool, payload: Element, token: u32) {
        self.out.push(Output::Ask {
            set,
            payload,
            token,
        });
    }

    /// Tells the faces.
    pub fn emit(&mut self, event: Event) {
        self.out.push(Output::Emit(event));
    }
}

/// What extensions may know of ourselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Ourselves {
    /// Our address.
    pub jid: Jid,
    /// Our disco#info payload without the node attribute, in the canonical order of the list.
    pub disco: Element,
    /// `NODE#VER` (XEP-0115).
    pub caps_node: String,
    /// Idle since, if so.
    pub idle_since: Option<Timestamp>,
    /// The published nick, empty if none or not published.
    pub nick: String,
    /// May the time zone, the idle time and the system's name be told? (Not to strangers.)
    pub tell: bool,
    /// May typing notices be sent?
    pub send_typing: bool,
}

/// What extensions may know of the peer.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerFacts {
    /// Its address.
    pub jid: Jid,
    /// A peer whose stream header had no version (libpurple, iChat, Adium): answers no iq, send it none.
    pub legacy: bool,
    /// Advertised as libpurple (`node=libpurple`): needs its HTML form, takes no typing notices.
    pub libpurple: bool,
    /// Its disco features if known.
    pub features: Option<BTreeSet<String>>,
    /// `node`, `ver` and `hash` of its TXT record, if all three are there (XEP-0115 form).
    pub caps: Option<(String, String, String)>,
    /// A contact: somebody whom our user has written to.
    pub contact: bool,
}

impl PeerFacts {
    /// Does the peer advertise this feature?
    pub fn has(&self, feature: &str) -> bool {
        self.features
            .as_ref()
            .is_some_and(|features| features.contains(feature))
    }
}

/// A message on its way in: the extensions fill it.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The stanza's id or origin-id (XEP-0359), if any.
    pub id: Option<String>,
    /// Text, if it has any. Filled from `<body/>` before the extensions run; XEP-0071 may replace it.
    pub body: Option<String>,
    /// Formatting.
    pub spans: Vec<Span>,
    /// The original time (XEP-0203), if it was delayed.
    pub delayed: Option<Timestamp>,
    /// What the sender is doing.
    pub chat_state: Option<ChatState>,
    /// The sender wants a receipt (XEP-0184), which goes out once the message is on disk.
    pub wants_receipt: bool,
    /// It is a receipt for these ids.
    pub receipts: Vec<String>,
    /// Not to be shown, stored or answered at all.
    pub drop: bool,
}

/// A message of ours on its way out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// Its id, for life.
    pub id: String,
    /// The text, if any; `compose` runs after `<body/>` was added.
    pub body: Option<String>,
    /// When it was written.
    pub time: Timestamp,
    /// It did not go out at once: `time` is to be told (XEP-0203).
    pub delayed: bool,
    /// What the user is doing.
    pub chat_state: Option<ChatState>,
    /// A receipt for this id, and nothing else (XEP-0184).
    pub receipt_for: Option<String>,
}

/// Presence on a stream (XEP-0246 §4): what the TXT record says and more.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    /// Availability.
    pub show: Show,
    /// Free text.
    pub message: String,
    /// Nick (XEP-0172).
    pub nick: String,
    /// Idle since (XEP-0319).
    pub idle_since: Option<Timestamp>,
}
