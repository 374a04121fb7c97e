//! What is sent on a stream and is no stanza: features, StartTLS, SASL, acks, stream errors.

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

/// The stream error conditions of RFC 6120 §4.9.3; to be completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `undefined-condition`
    Undefined,
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("undefined-condition")
    }
}
