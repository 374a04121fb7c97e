//! Floor 1: the extensions, one file each, and the one list of them.
//!
//! The seam: an extension is a file with a type that implements [`Extension`], and one line in the list below. From
//! that list derive disco#info, the caps hash, the README's table and the tests.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::event::{About, ChatState, Event, Extra, Show};
use crate::model::settings::Settings;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::wire::stanza::{ErrorKind, StanzaError};
use crate::wire::text::{Span, clean_body};
use crate::wire::time::Clock;

/// Declares the module and puts the type in the list, so that an extension is one line here.
macro_rules! extensions {
    ($($module:ident :: $Type:ident),+ $(,)?) => {
        $(pub mod $module;)+

        /// Every extension, in the order in which they see a stanza. State starts empty: one set for each node.
        pub fn all() -> Vec<Box<dyn Extension>> {
            vec![$(Box::<$module::$Type>::default()),+]
        }
    };
}

// The order matters: what stands in a text for others is left out before its HTML is looked at; a correction takes the
// text as it is then; delay marks only what says something. Ids are settled before receipts refer to them, and a
// typing notice with the text typed so far loses its text after XHTML-IM has read it.
// `cargo fmt` does not see modules that a macro declares: `rustfmt src/xep/*.rs` does.
extensions! {
    xep0359_ids::Ids,
    xep0030_disco::Disco,
    xep0115_caps::Caps,
    xep0012_last::Last,
    xep0428_fallback::Fallback,
    xep0071_xhtml::Xhtml,
    xep0022_events::Events,
    xep0085_chat_states::ChatStates,
    xep0092_version::Version,
    xep0172_nick::Nick,
    xep0461_replies::Replies,
    xep0382_spoilers::Spoilers,
    broadcast::Broadcasts,
    xep0372_mentions::Mentions,
    xep0393_styling::Styling,
    xep0308_correction::Correction,
    xep0424_retraction::Retraction,
    xep0444_reactions::Reactions,
    xep0333_markers::Markers,
    xep0224_attention::Attention,
    xep0184_receipts::Receipts,
    xep0199_ping::Ping,
    xep0202_time::Time,
    xep0203_delay::Delay,
    xep0245_me::Me,
    xep0319_idle::Idle,
    xep0054_vcard::Vcard,
    xep0047_ibb::InBand,
    xep0065_socks5::Socks5,
    xep0066_oob::Oob,
    xep0096_si::Si,
    xep0234_jingle_file::JingleFile,
    xep0261_jingle_ibb::JingleInBand,
    xep0447_file_sharing::FileSharing,
}

mod words;
pub use words::wire_body;
use words::{lacks, target};

/// Our program as XEP-0115 names it: `node` of TXT record, caps and disco.
pub const NODE: &str = "urn:xmpp:balcony";
/// The hash that `ver` is made with, as `hash` names it (XEP-0115 §5.1 makes SHA-1 the one that everybody knows).
pub const HASH: &str = "sha-1";

/// Our disco#info payload without the node attribute: one identity and every feature of the list, sorted.
pub fn disco_info() -> Element {
    let features: BTreeSet<&str> = all()
        .iter()
        .flat_map(|extension| extension.spec().features)
        .copied()
        .collect();
    let identity = Element::new("identity", xep0030_disco::INFO)
        .with_attr("category", "client")
        .with_attr("type", "pc")
        .with_attr("name", "Balcony");
    let mut query = Element::new("query", xep0030_disco::INFO).with_child(identity);
    for feature in features {
        query.push(Element::new("feature", xep0030_disco::INFO).with_attr("var", feature));
    }
    query
}

/// `ver` for a disco#info payload: base64 of the SHA-1 of its canonical form (XEP-0115 §5.1).
pub fn caps_ver(disco: &Element) -> String {
    xep0115_caps::ver(disco, HASH).unwrap_or_default()
}

/// What Balcony speaks, as the README's table in Markdown: one line an extension, by number.
pub fn table() -> String {
    let mut specs: Vec<Spec> = all()
        .iter()
        .map(|extension| extension.spec())
        .chain(FOUNDATIONS)
        .collect();
    specs.sort_by_key(|spec| spec.number);
    let mut table = String::from("| XEP | Title | Version | What of it |\n|---|---|---|---|\n");
    for Spec {
        number,
        title,
        version,
        scope,
        ..
    } in specs
    {
        if number == 0 {
            let _ = writeln!(table, "| ours | {title} | {version} | {scope} |");
            continue;
        }
        let _ = writeln!(
            table,
            "| [{number:04}](https://xmpp.org/extensions/xep-{number:04}.html) | {title} | {version} | {scope} |"
        );
    }
    table
}

/// What is spoken outside of this room, by discovery and by streams.
pub const FOUNDATIONS: [Spec; 5] = [
    Spec {
        number: 45,
        title: "Multi-User Chat",
        version: "1.35.5",
        features: &[],
        scope: "for guests of a room without a server: entering, history, subject, speaking, being sent out; between Balconies rooms are signed entries",
    },
    Spec {
        number: 249,
        title: "Direct MUC Invitations",
        version: "1.2",
        features: &[],
        scope: "into rooms, both ways",
    },
    Spec {
        number: 421,
        title: "Occupant identifiers for semi-anonymous MUCs",
        version: "1.0.1",
        features: &[],
        scope: "told to guests of rooms",
    },
    Spec {
        number: 174,
        title: "Serverless Messaging",
        version: "2.0.1",
        features: &[],
        scope: "discovery, presence, streams, chat, TLS and SASL EXTERNAL between Balconies; not yet wide-area discovery",
    },
    Spec {
        number: 198,
        title: "Stream Management",
        version: "1.6.3",
        features: &[],
        scope: "acknowledgements between Balconies; no resumption",
    },
];

/// What an extension is, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// XEP number; 0 for an extension of our own.
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

    /// A message of ours leaves: add to `stanza`. One without a body that is left without any child is not sent: the
    /// peer has no form for what it was to say (a typing notice to libpurple).
    fn compose(&mut self, _cx: &mut Cx<'_>, _message: &Outgoing, _stanza: &mut Element) {}

    /// A presence came in on a stream.
    fn present(&mut self, _cx: &mut Cx<'_>, _stanza: &Element, _presence: &mut Presence) {}

    /// A presence of ours leaves on a stream.
    fn announce(&mut self, _cx: &mut Cx<'_>, _presence: &Presence, _stanza: &mut Element) {}

    /// The user wants to know how far away the peer is.
    fn probe(&mut self, _cx: &mut Cx<'_>) {}

    /// A stream to the peer became ready: for queries that want doing once. [`PeerFacts::features`] is filled by then if
    /// disco#info stood in the stream's features (by [`xep0115_caps::offered`]).
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

impl Answer {
    /// An error of this type and condition, without text.
    pub fn error(kind: ErrorKind, condition: &'static str) -> Answer {
        Answer::Error(StanzaError {
            kind,
            condition,
            text: None,
        })
    }
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
#[expect(
    clippy::large_enum_variant,
    reason = "only a few live at once, for a moment"
)]
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
    /// Seconds east of UTC, for XEP-0202.
    pub utc_offset: i32,
    /// The published nick, empty if none or not published.
    pub nick: String,
    /// May the time zone, the idle time and the system's name be told? (Not to strangers.)
    pub tell: bool,
    /// May typing notices be sent?
    pub send_typing: bool,
    /// Our availability.
    pub show: Show,
}

impl Ourselves {
    /// What the user allows to be told is told from now on, and nothing else.
    pub fn follow(&mut self, settings: &Settings) {
        self.nick = if settings.publish.nick {
            settings.nick.clone()
        } else {
            String::new()
        };
        self.tell = settings.send_details;
        self.send_typing = settings.send_typing;
    }
}

/// What extensions may know of the peer.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerFacts {
    /// Its address.
    pub jid: Jid,
    /// As it calls itself; empty if it has no nick.
    pub nick: String,
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
    /// Its stream acknowledges stanzas (XEP-0198).
    pub acks: bool,
}

impl PeerFacts {
    /// Does the peer advertise this feature?
    pub fn has(&self, feature: &str) -> bool {
        self.features
            .as_ref()
            .is_some_and(|features| features.contains(feature))
    }

    /// Does it say that it is Balcony too? A hint, no proof: good for what does no harm to others.
    pub fn is_balcony(&self) -> bool {
        // A stream may be ready before its TXT record was seen; then the features of the stream say it.
        self.caps.as_ref().is_some_and(|(node, _, _)| node == NODE) || self.has(ns::BROADCAST)
    }

    /// Do its stream's acknowledgements say what a receipt says? Balcony's do: it counts a message as handled when it is
    /// on its disk, where XEP-0198 only asks for responsibility.
    pub fn acks_are_receipts(&self) -> bool {
        self.acks && self.is_balcony()
    }
}

/// A message on its way in: the extensions fill it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incoming {
    /// The stanza's id or origin-id (XEP-0359), if any.
    pub id: Option<String>,
    /// Text, if it has any: cleaned for display, by [`Incoming::read`] and by XEP-0071, which may replace it.
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
    /// What belongs to the text.
    pub extra: Extra,
    /// It is no message to be shown but something about an earlier one; a text beside it is for who does not know that.
    pub about: Option<About>,
    /// Not to be shown, stored or answered at all.
    pub drop: bool,
    /// A part of the text was left out that stood there for others (XEP-0428): HTML beside it would bring it back.
    pub stripped: bool,
}

impl Incoming {
    /// What the stanza itself says, before the extensions run: id and text, cleaned for display.
    pub fn read(stanza: &Element) -> Incoming {
        let body = stanza.child("body", ns::CLIENT);
        let body = body.map(|body| clean_body(&body.text()));
        Incoming {
            id: stanza.attr("id").map(str::to_owned),
            body: body.filter(|body| !body.is_empty()),
            ..Incoming::default()
        }
    }
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
    /// What belongs to the text.
    pub extra: Option<Box<Extra>>,
    /// It is no message to be shown but something about an earlier one. There is no `<body/>` then but what an extension
    /// adds.
    pub about: Option<Box<About>>,
    /// A knock (XEP-0224), and nothing else.
    pub attention: bool,
}

impl Outgoing {
    /// Something without a text, said now.
    pub fn bare(id: String, time: Timestamp) -> Outgoing {
        Outgoing {
            id,
            body: None,
            time,
            delayed: false,
            chat_state: None,
            receipt_for: None,
            extra: None,
            about: None,
            attention: false,
        }
    }
}

/// Presence on a stream (XEP-0246 §4): what the TXT record says and more.
#[derive(Clone, Debug, Default, PartialEq)]
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

#[cfg(test)]
pub(crate) mod testing;
