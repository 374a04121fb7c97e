//! Stanzas and stanza errors (RFC 6120 §8).

use super::element::Element;
use super::ns;

/// A stanza as parsed: which of the three it is stays in the element's name.
pub type Stanza = Element;

/// Which of the three stanzas an element is (RFC 6120 §8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `<message/>`
    Message,
    /// `<presence/>`
    Presence,
    /// `<iq/>`
    Iq,
}

impl Kind {
    /// Of an element in `jabber:client`; `None` if it is no stanza.
    pub fn of(element: &Element) -> Option<Kind> {
        match &*element.name {
            _ if element.ns != ns::CLIENT => None,
            "message" => Some(Kind::Message),
            "presence" => Some(Kind::Presence),
            "iq" => Some(Kind::Iq),
            _ => None,
        }
    }
}

/// An iq of legal shape (RFC 6120 §8.2.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Iq<'a> {
    /// `type='get'` (`set` false) or `type='set'`, with exactly one child.
    Request {
        /// Its id, for the answer.
        id: &'a str,
        /// get or set.
        set: bool,
        /// What is asked.
        payload: &'a Element,
    },
    /// `type='result'`, with a child or none.
    Result {
        /// The id of the request.
        id: &'a str,
        /// The answer.
        payload: Option<&'a Element>,
    },
    /// `type='error'`.
    Error {
        /// The id of the request.
        id: &'a str,
    },
}

impl<'a> Iq<'a> {
    /// Checks the shape of an iq.
    ///
    /// # Errors
    /// `bad-request`: no id, an unknown type, not exactly one child in a request or more than one in a result. Answer it
    /// with [`reply_error`], which knows when no answer is allowed.
    pub fn parse(stanza: &'a Element) -> Result<Iq<'a>, StanzaError> {
        let id = stanza
            .attr("id")
            .ok_or_else(|| StanzaError::with_text("bad-request", "an iq needs an id"))?;
        let mut children = stanza.elements();
        let (first, second) = (children.next(), children.next());
        match (stanza.attr("type"), first, second) {
            (Some("get"), Some(payload), None) => Ok(Iq::Request {
                id,
                set: false,
                payload,
            }),
            (Some("set"), Some(payload), None) => Ok(Iq::Request {
                id,
                set: true,
                payload,
            }),
            (Some("result"), payload, None) => Ok(Iq::Result { id, payload }),
            (Some("error"), _, _) => Ok(Iq::Error { id }),
            (Some("get" | "set"), _, _) => Err(StanzaError::with_text(
                "bad-request",
                "exactly one child is wanted",
            )),
            _ => Err(StanzaError::new("bad-request")),
        }
    }

    /// An iq request of ours.
    pub fn request(id: &str, set: bool, payload: Element) -> Element {
        let kind = if set { "set" } else { "get" };
        Element::new("iq", ns::CLIENT)
            .with_attr("type", kind)
            .with_attr("id", id)
            .with_child(payload)
    }
}

/// The `type='result'` answer to an iq request.
pub fn reply_result(request: &Element, payload: Option<Element>) -> Element {
    let mut reply = reply(request, "result");
    reply
        .children
        .extend(payload.map(super::element::Node::Element));
    reply
}

/// The `type='error'` answer to a stanza, to whom it came from; `None` if that was itself an error or a result, which are
/// never answered (RFC 6120 §8.3.1).
pub fn reply_error(stanza: &Element, error: &StanzaError) -> Option<Element> {
    let unanswerable = matches!(stanza.attr("type"), Some("error" | "result"));
    (!unanswerable).then(|| reply(stanza, "error").with_child(error.to_element()))
}

/// An answer: same kind, same id, `from` and `to` exchanged.
fn reply(stanza: &Element, kind: &str) -> Element {
    let mut reply = Element::new(stanza.name.clone(), ns::CLIENT).with_attr("type", kind);
    for (theirs, ours) in [("id", "id"), ("from", "to"), ("to", "from")] {
        if let Some(value) = stanza.attr(theirs) {
            reply.set_attr(ours, value);
        }
    }
    reply
}

/// A stanza error (RFC 6120 §8.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StanzaError {
    /// What the sender should do about it.
    pub kind: ErrorKind,
    /// The defined condition (`service-unavailable`, `bad-request`, …).
    pub condition: &'static str,
    /// Text for people, if any.
    pub text: Option<String>,
}

/// RFC 6120 §8.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Retry after authenticating.
    Auth,
    /// Do not retry.
    Cancel,
    /// Was only a warning.
    Continue,
    /// Retry after changing.
    Modify,
    /// Retry after waiting.
    Wait,
}

const KINDS: [(&str, ErrorKind); 5] = [
    ("auth", ErrorKind::Auth),
    ("cancel", ErrorKind::Cancel),
    ("continue", ErrorKind::Continue),
    ("modify", ErrorKind::Modify),
    ("wait", ErrorKind::Wait),
];

/// The conditions of RFC 6120 §8.3.3, each with its usual kind and the number that came before it (XEP-0086; 0 where
/// that has none or another condition is nearer).
const CONDITIONS: [(&str, ErrorKind, u16); 22] = [
    ("bad-request", ErrorKind::Modify, 400),
    ("conflict", ErrorKind::Cancel, 409),
    ("feature-not-implemented", ErrorKind::Cancel, 501),
    ("forbidden", ErrorKind::Auth, 403),
    ("gone", ErrorKind::Cancel, 302),
    ("internal-server-error", ErrorKind::Cancel, 500),
    ("item-not-found", ErrorKind::Cancel, 404),
    ("jid-malformed", ErrorKind::Modify, 0),
    ("not-acceptable", ErrorKind::Modify, 406),
    ("not-allowed", ErrorKind::Cancel, 405),
    ("not-authorized", ErrorKind::Auth, 401),
    ("policy-violation", ErrorKind::Modify, 0),
    ("recipient-unavailable", ErrorKind::Wait, 0),
    ("redirect", ErrorKind::Modify, 0),
    ("registration-required", ErrorKind::Auth, 407),
    ("remote-server-not-found", ErrorKind::Cancel, 0),
    ("remote-server-timeout", ErrorKind::Wait, 504),
    ("resource-constraint", ErrorKind::Wait, 0),
    ("service-unavailable", ErrorKind::Cancel, 503),
    ("subscription-required", ErrorKind::Auth, 0),
    ("undefined-condition", ErrorKind::Cancel, 0),
    ("unexpected-request", ErrorKind::Wait, 0),
];

impl StanzaError {
    /// Longest text that is taken from a peer, in characters.
    const MAX_TEXT: usize = 500;

    /// An error with the usual kind of its condition.
    pub fn new(condition: &'static str) -> StanzaError {
        let known = CONDITIONS.iter().find(|(name, _, _)| *name == condition);
        StanzaError {
            kind: known.map_or(ErrorKind::Cancel, |(_, kind, _)| *kind),
            condition,
            text: None,
        }
    }

    /// The same with a text for people.
    pub fn with_text(condition: &'static str, text: impl Into<String>) -> StanzaError {
        StanzaError {
            text: Some(text.into()),
            ..StanzaError::new(condition)
        }
    }

    /// Reads the `<error/>` of a stanza of type error. Also libpurple's, whose conditions have no namespace of their
    /// own, and older ones that only have a number (quirk `error-code`). Whatever is missing is `undefined-condition`.
    pub fn parse(stanza: &Element) -> StanzaError {
        let Some(error) = stanza.elements().find(|child| child.name == "error") else {
            return StanzaError::new("undefined-condition");
        };
        let named = error
            .elements()
            .filter(|child| child.ns == ns::STANZA_ERROR || child.ns == error.ns);
        let condition = named
            .into_iter()
            .find_map(|child| CONDITIONS.iter().find(|(name, _, _)| *name == child.name));
        let code = error
            .attr("code")
            .and_then(|code| code.trim().parse::<u16>().ok())
            .filter(|code| *code != 0);
        let condition = condition.or_else(|| {
            CONDITIONS
                .iter()
                .find(|(_, _, number)| Some(*number) == code)
        });
        let (name, usual) = condition.map_or(
            ("undefined-condition", ErrorKind::Cancel),
            |(name, kind, _)| (name, *kind),
        );
        let kind = KINDS
            .iter()
            .find(|(name, _)| error.attr("type") == Some(name))
            .map(|(_, kind)| *kind);
        let text = error
            .elements()
            .find(|child| child.name == "text")
            .map(Element::text);
        // Before there were texts, the text stood in <error/> itself.
        let text = text
            .or_else(|| Some(error.text().trim().to_owned()))
            .filter(|text| !text.is_empty());
        StanzaError {
            kind: kind.unwrap_or(usual),
            condition: name,
            text: text.map(|text| text.chars().take(Self::MAX_TEXT).collect()),
        }
    }

    /// The `<error/>` child.
    pub fn to_element(&self) -> Element {
        let kind = KINDS
            .iter()
            .find(|(_, kind)| *kind == self.kind)
            .map_or("cancel", |(name, _)| name);
        let error = Element::new("error", ns::CLIENT)
            .with_attr("type", kind)
            .with_child(Element::new(self.condition, ns::STANZA_ERROR));
        match &self.text {
            Some(text) => {
                error.with_child(Element::new("text", ns::STANZA_ERROR).with_text(text.as_str()))
            }
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]
    use super::*;
    use proptest::prelude::*;

    fn iq(kind: &str) -> Element {
        Element::new("iq", ns::CLIENT)
            .with_attr("type", kind)
            .with_attr("from", "romeo@forza")
            .with_attr("to", "juliet@pronto")
    }

    fn ping() -> Element {
        Element::new("ping", ns::PING)
    }

    #[test]
    fn a_request_without_id_or_with_another_number_of_children_is_a_bad_request() {
        let with_id = |kind| iq(kind).with_attr("id", "1");
        let bad = [
            iq("get").with_child(ping()),
            with_id("get"),
            with_id("set").with_child(ping()).with_child(ping()),
            with_id("neither").with_child(ping()),
            Element::new("iq", ns::CLIENT)
                .with_attr("id", "1")
                .with_child(ping()),
        ];
        for stanza in bad {
            let error = Iq::parse(&stanza).unwrap_err();
            assert_eq!(
                (error.condition, error.kind),
                ("bad-request", ErrorKind::Modify),
                "{stanza:?}"
            );
        }
        assert!(matches!(
            Iq::parse(&with_id("set").with_child(ping())),
            Ok(Iq::Request { set: true, .. })
        ));
        assert!(matches!(
            Iq::parse(&with_id("result")),
            Ok(Iq::Result { payload: None, .. })
        ));
    }

    #[test]
    fn an_answer_goes_back_to_whom_it_came_from() {
        let request = iq("get").with_attr("id", "7").with_child(ping());
        let error = StanzaError::new("service-unavailable");
        let answer = reply_error(&request, &error).unwrap();
        assert_eq!(
            answer.to_xml(ns::CLIENT),
            "<iq type='error' id='7' to='romeo@forza' from='juliet@pronto'><error type='cancel'>\
             <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        );
        assert_eq!(StanzaError::parse(&answer), error);
        assert_eq!(reply_result(&request, None).attr("to"), Some("romeo@forza"));
    }

    #[test]
    fn results_and_errors_are_never_answered() {
        for kind in ["result", "error"] {
            assert_eq!(
                reply_error(&iq(kind), &StanzaError::new("bad-request")),
                None
            );
        }
    }

    #[test]
    fn libpurples_decline_and_bare_numbers_are_understood() {
        let child = |name: &'static str| Element::new(name, ns::CLIENT);
        let declined = iq("error").with_child(
            child("error")
                .with_attr("code", "403")
                .with_attr("type", "cancel")
                .with_child(child("forbidden"))
                .with_child(child("text").with_text("Offer Declined")),
        );
        let error = StanzaError::parse(&declined);
        assert_eq!(
            (error.condition, error.kind, error.text.as_deref()),
            ("forbidden", ErrorKind::Cancel, Some("Offer Declined"))
        );
        let bare = iq("error").with_child(child("error").with_attr("code", "404"));
        assert_eq!(
            StanzaError::parse(&bare),
            StanzaError::new("item-not-found")
        );
        assert_eq!(
            StanzaError::parse(&iq("error")),
            StanzaError::new("undefined-condition")
        );
    }

    proptest! {
        #[test]
        fn every_error_survives_the_wire(condition in 0..CONDITIONS.len(), kind in 0..KINDS.len(), text in proptest::option::of("[a-z&<]{1,20}")) {
            let error = StanzaError { kind: KINDS[kind].1, condition: CONDITIONS[condition].0, text };
            prop_assert_eq!(StanzaError::parse(&iq("error").with_child(error.to_element())), error);
        }
    }
}
