//! Stanzas and stanza errors (RFC 6120 §8).

use super::element::Element;

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

/// A stanza as parsed: which of the three it is stays in the element's name.
pub type Stanza = Element;
