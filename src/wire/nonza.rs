//! What is sent on a stream and is no stanza: features (RFC 6120 §4.3.2), StartTLS (§5), SASL (§6), acks (XEP-0198),
//! limits (XEP-0478) and stream errors (§4.9).

use super::element::Element;
use super::ns;

/// A stream error (RFC 6120 §4.9).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stream error: {condition}{}", text.as_deref().map(|t| format!(" ({t})")).unwrap_or_default())]
pub struct StreamError {
    /// The defined condition (`not-well-formed`, `policy-violation`, …).
    pub condition: Condition,
    /// Text for people, if any.
    pub text: Option<String>,
    /// An application-specific condition, as (name, namespace), e.g. `stanza-too-big`, `urn:xmpp:errors`.
    pub app: Option<(&'static str, &'static str)>,
}

/// Declares the enum, its names on the wire and the list of them together.
macro_rules! conditions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// The stream error conditions of RFC 6120 §4.9.3.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Condition {
            $($(#[$doc])* $variant,)*
        }

        impl Condition {
            /// All of them.
            pub const ALL: &'static [Condition] = &[$(Condition::$variant),*];

            /// The element's name on the wire.
            pub fn name(self) -> &'static str {
                match self {
                    $(Condition::$variant => $name,)*
                }
            }
        }
    };
}

conditions! {
    /// XML that cannot be processed.
    BadFormat = "bad-format";
    /// Another prefix than `stream` for the header.
    BadNamespacePrefix = "bad-namespace-prefix";
    /// A second stream of the same peer takes this one's place.
    Conflict = "conflict";
    /// No sign of progress or life.
    ConnectionTimeout = "connection-timeout";
    /// The `to` of the header is no longer served here.
    HostGone = "host-gone";
    /// The `to` of the header is not us.
    HostUnknown = "host-unknown";
    /// `to` or `from` missing where one is needed.
    ImproperAddressing = "improper-addressing";
    /// Something broke on the sender's side.
    InternalServerError = "internal-server-error";
    /// The `from` is not the peer's.
    InvalidFrom = "invalid-from";
    /// The stream's or the content's namespace is wrong.
    InvalidNamespace = "invalid-namespace";
    /// XML that fails validation.
    InvalidXml = "invalid-xml";
    /// Data before the peer was authenticated, or before the policy was met.
    NotAuthorized = "not-authorized";
    /// Not XML.
    NotWellFormed = "not-well-formed";
    /// Against local policy: too big, too fast.
    PolicyViolation = "policy-violation";
    /// A connection to another entity, needed for this, failed.
    RemoteConnectionFailed = "remote-connection-failed";
    /// The stream needs new credentials or features.
    Reset = "reset";
    /// Out of memory, sockets or the like.
    ResourceConstraint = "resource-constraint";
    /// Comment, processing instruction, DTD or an entity beyond the five.
    RestrictedXml = "restricted-xml";
    /// Go to another host.
    SeeOtherHost = "see-other-host";
    /// The sender ends.
    SystemShutdown = "system-shutdown";
    /// None of the others.
    Undefined = "undefined-condition";
    /// Another encoding than UTF-8.
    UnsupportedEncoding = "unsupported-encoding";
    /// A mandatory feature is not understood.
    UnsupportedFeature = "unsupported-feature";
    /// An unknown first-level element.
    UnsupportedStanzaType = "unsupported-stanza-type";
    /// The `version` is not supported.
    UnsupportedVersion = "unsupported-version";
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Application-specific conditions that we know. Others are read as none.
const APP_CONDITIONS: &[(&str, &str)] = &[
    ("stanza-too-big", ns::ERRORS),
    ("handled-count-too-high", ns::SM),
];

impl From<Condition> for StreamError {
    fn from(condition: Condition) -> StreamError {
        StreamError {
            condition,
            text: None,
            app: None,
        }
    }
}

impl StreamError {
    /// Longest text that is taken from a peer, in characters.
    const MAX_TEXT: usize = 500;

    /// An error with a text for people.
    pub fn new(condition: Condition, text: impl Into<String>) -> StreamError {
        StreamError {
            condition,
            text: Some(text.into()),
            app: None,
        }
    }

    /// `policy-violation` with `<stanza-too-big/>`: a stanza passed our limit.
    pub fn stanza_too_big() -> StreamError {
        StreamError {
            condition: Condition::PolicyViolation,
            text: None,
            app: Some(("stanza-too-big", ns::ERRORS)),
        }
    }

    /// Reads the content of a `<stream:error/>`. An unknown condition is read as `undefined-condition`, as RFC 6120
    /// §4.9.3 leaves no other place for it.
    pub fn parse(error: &Element) -> StreamError {
        let condition = error
            .elements()
            .filter(|child| child.ns == ns::STREAM_ERROR)
            .find_map(|child| {
                Condition::ALL
                    .iter()
                    .copied()
                    .find(|known| known.name() == child.name)
            });
        let text = error
            .child("text", ns::STREAM_ERROR)
            .map(|text| text.text());
        let app = error.elements().find_map(|child| {
            APP_CONDITIONS
                .iter()
                .copied()
                .find(|(name, ns)| child.is(name, ns))
        });
        StreamError {
            condition: condition.unwrap_or(Condition::Undefined),
            text: text.map(|text| text.chars().take(Self::MAX_TEXT).collect()),
            app,
        }
    }

    /// Appends `<stream:error>…</stream:error>`, with the prefix that the header declared.
    pub fn write(&self, out: &mut String) {
        out.push_str("<stream:error>");
        Element::new(self.condition.name(), ns::STREAM_ERROR).write(out, ns::CLIENT);
        if let Some(text) = &self.text {
            Element::new("text", ns::STREAM_ERROR)
                .with_attr("xml:lang", "en")
                .with_text(text.as_str())
                .write(out, ns::CLIENT);
        }
        if let Some((name, ns)) = self.app {
            Element::new(name, ns).write(out, ns::CLIENT);
        }
        out.push_str("</stream:error>");
    }
}

/// The stream features that Balcony knows (RFC 6120 §4.3.2); everything else in them is skipped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// STARTTLS is offered.
    pub starttls: bool,
    /// SASL mechanisms.
    pub mechanisms: Vec<String>,
    /// Stream management is offered (XEP-0198).
    pub sm: bool,
    /// disco#info of the responder (XEP-0174 §8).
    pub disco: Option<Element>,
    /// Bytes of a first-level element that the responder takes (XEP-0478).
    pub max_bytes: Option<usize>,
}

impl Features {
    /// Reads the content of `<stream:features/>`.
    pub fn parse(features: &Element) -> Features {
        let mechanisms = features.child("mechanisms", ns::SASL);
        Features {
            starttls: features.child("starttls", ns::TLS).is_some(),
            mechanisms: mechanisms.map_or_else(Vec::new, |list| {
                list.elements().map(Element::text).collect()
            }),
            sm: features.child("sm", ns::SM).is_some(),
            disco: features.child("query", ns::DISCO_INFO).cloned(),
            max_bytes: features
                .child("limits", ns::LIMITS)
                .and_then(|limits| limits.child("max-bytes", ns::LIMITS))
                .and_then(|max| max.text().trim().parse().ok()),
        }
    }

    /// Appends `<stream:features>…</stream:features>`, with the prefix that the header declared.
    pub fn write(&self, out: &mut String) {
        out.push_str("<stream:features>");
        let mut children = Vec::new();
        if self.starttls {
            children.push(Element::new("starttls", ns::TLS));
        }
        if !self.mechanisms.is_empty() {
            let list =
                self.mechanisms
                    .iter()
                    .fold(Element::new("mechanisms", ns::SASL), |list, name| {
                        list.with_child(
                            Element::new("mechanism", ns::SASL).with_text(name.as_str()),
                        )
                    });
            children.push(list);
        }
        if self.sm {
            children.push(Element::new("sm", ns::SM));
        }
        if let Some(bytes) = self.max_bytes {
            let max = Element::new("max-bytes", ns::LIMITS).with_text(bytes.to_string());
            children.push(Element::new("limits", ns::LIMITS).with_child(max));
        }
        for child in children.iter().chain(&self.disco) {
            child.write(out, ns::CLIENT);
        }
        out.push_str("</stream:features>");
    }
}

/// A first-level element that is no stanza.
#[derive(Clone, Debug, PartialEq)]
pub enum Nonza {
    /// `<stream:features/>`.
    Features(Features),
    /// `<stream:error/>`.
    Error(StreamError),
    /// `<starttls/>`: the initiator wants TLS.
    StartTls,
    /// `<proceed/>`: start the handshake.
    Proceed,
    /// `<failure/>` of STARTTLS.
    TlsFailure,
    /// `<auth mechanism='…'>`, its text.
    Auth {
        /// The mechanism.
        mechanism: String,
        /// The initial response, base64; `=` is an empty one.
        response: String,
    },
    /// `<success/>` of SASL.
    Success,
    /// `<failure/>` of SASL, with its condition's name.
    SaslFailure(String),
    /// `<enable/>` (XEP-0198).
    Enable,
    /// `<enabled/>`.
    Enabled,
    /// `<failed/>`.
    SmFailed,
    /// `<r/>`: how many have you handled?
    Request,
    /// `<a h='…'/>`: so many handled, modulo 2³².
    Ack(u32),
}

impl Nonza {
    /// Reads a first-level element; `None` if it is a stanza or unknown (an `<a/>` without a legal `h` included).
    pub fn parse(element: &Element) -> Option<Nonza> {
        let nonza = match (&*element.ns, &*element.name) {
            (ns::STREAM, "features") => Nonza::Features(Features::parse(element)),
            (ns::STREAM, "error") => Nonza::Error(StreamError::parse(element)),
            (ns::TLS, "starttls") => Nonza::StartTls,
            (ns::TLS, "proceed") => Nonza::Proceed,
            (ns::TLS, "failure") => Nonza::TlsFailure,
            (ns::SASL, "auth") => Nonza::Auth {
                mechanism: element.attr("mechanism").unwrap_or_default().to_owned(),
                response: element.text(),
            },
            (ns::SASL, "success") => Nonza::Success,
            (ns::SASL, "failure") => {
                let condition = element
                    .elements()
                    .map(|child| child.name.to_string())
                    .find(|name| name != "text");
                Nonza::SaslFailure(condition.unwrap_or_default())
            }
            (ns::SM, "enable") => Nonza::Enable,
            (ns::SM, "enabled") => Nonza::Enabled,
            (ns::SM, "failed") => Nonza::SmFailed,
            (ns::SM, "r") => Nonza::Request,
            (ns::SM, "a") => Nonza::Ack(element.attr("h")?.trim().parse().ok()?),
            _ => return None,
        };
        Some(nonza)
    }

    /// Appends it as XML, on a stream whose default namespace is `jabber:client`.
    pub fn write(&self, out: &mut String) {
        let element = match self {
            Nonza::Features(features) => return features.write(out),
            Nonza::Error(error) => return error.write(out),
            Nonza::StartTls => Element::new("starttls", ns::TLS),
            Nonza::Proceed => Element::new("proceed", ns::TLS),
            Nonza::TlsFailure => Element::new("failure", ns::TLS),
            Nonza::Auth {
                mechanism,
                response,
            } => Element::new("auth", ns::SASL)
                .with_attr("mechanism", mechanism.as_str())
                .with_text(response.as_str()),
            Nonza::Success => Element::new("success", ns::SASL),
            Nonza::SaslFailure(condition) => Element::new("failure", ns::SASL)
                .with_child(Element::new(condition.clone(), ns::SASL)),
            Nonza::Enable => Element::new("enable", ns::SM),
            Nonza::Enabled => Element::new("enabled", ns::SM),
            Nonza::SmFailed => Element::new("failed", ns::SM)
                .with_child(Element::new("unexpected-request", ns::STANZA_ERROR)),
            Nonza::Request => Element::new("r", ns::SM),
            Nonza::Ack(handled) => Element::new("a", ns::SM).with_attr("h", handled.to_string()),
        };
        element.write(out, ns::CLIENT);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, missing_docs)]
    use super::*;
    use crate::wire::xmlstream::{Item, XmlLimits, XmlStream};

    /// Written on a stream and read back from it.
    fn over_the_wire(nonza: &Nonza) -> Option<Nonza> {
        let mut xml =
            "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
                .to_owned();
        nonza.write(&mut xml);
        let mut parser = XmlStream::new(XmlLimits {
            stanza_bytes: 10_000,
            depth: 8,
            attributes: 8,
        });
        parser.feed(xml.as_bytes());
        parser.next().unwrap();
        match parser.next().unwrap() {
            Some(Item::Element(element)) => Nonza::parse(&element),
            other => panic!("{xml} gives {other:?}"),
        }
    }

    #[test]
    fn every_nonza_survives_the_wire() {
        let features = Features {
            starttls: true,
            mechanisms: vec!["EXTERNAL".into()],
            sm: true,
            disco: Some(Element::new("query", ns::DISCO_INFO).with_attr("node", "n#v")),
            max_bytes: Some(65536),
        };
        let nonzas = [
            Nonza::Features(Features::default()),
            Nonza::Features(features),
            Nonza::StartTls,
            Nonza::Proceed,
            Nonza::TlsFailure,
            Nonza::Auth {
                mechanism: "EXTERNAL".into(),
                response: "=".into(),
            },
            Nonza::Success,
            Nonza::SaslFailure("invalid-mechanism".into()),
            Nonza::Enable,
            Nonza::Enabled,
            Nonza::SmFailed,
            Nonza::Request,
            Nonza::Ack(u32::MAX),
        ];
        for nonza in nonzas {
            assert_eq!(over_the_wire(&nonza), Some(nonza));
        }
    }

    #[test]
    fn every_stream_error_survives_the_wire() {
        for condition in Condition::ALL {
            let error = StreamError::new(*condition, "why & where");
            assert_eq!(
                over_the_wire(&Nonza::Error(error.clone())),
                Some(Nonza::Error(error))
            );
        }
        let too_big = Nonza::Error(StreamError::stanza_too_big());
        assert_eq!(over_the_wire(&too_big), Some(too_big));
    }
}
