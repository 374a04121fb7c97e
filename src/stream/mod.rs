//! Floor 1: one XML stream to one peer, without I/O (RFC 6120 §4–6, XEP-0174 §5–7, XEP-0198 without resumption).
//!
//! The grammar of [`Stream`]:
//! - **Begin**: [`Stream::initiator`] or [`Stream::responder`].
//! - **Inputs**: [`Stream::handle_bytes`], [`Stream::handle_eof`], [`Stream::handle_timeout`],
//!   [`Stream::handle_tls`]. Time comes in with each.
//! - **Commands**: [`Stream::require_encryption`], [`Stream::accept`], [`Stream::refuse`], [`Stream::send`], [`Stream::mention`], [`Stream::handled`],
//!   [`Stream::close`], [`Stream::close_quietly`], [`Stream::fail`], [`Stream::hold_header`], [`Stream::release_header`].
//! - **Outputs**, to be drained after every input or command, in this order: [`Stream::poll_event`],
//!   [`Stream::poll_transmit`], [`Stream::poll_timeout`]. Answer events before you take the bytes, and several
//!   stanzas, their acks and the request for acks leave in one write.
//!
//! A responder stops after the initiator's header with [`StreamEvent::Header`] until the node says whom it takes the
//! other end for (`accept`) or that it does not (`refuse`): the claim in `from` is worth what the node can check.
//!
//! The order of a stream's life is in the types: a step of the negotiation (`negotiation.rs`) is consumed by what leads
//! to the next, so that none can be skipped or taken twice; what may be sent exists only when it is ready.
//!
//! ```text
//! initiator  AwaitResponse → AwaitFeatures ─────────────────────────────────────────────→ ready → closing → ended
//!                                └→ AwaitProceed → AwaitTls → (header again) → AwaitSuccess → (header again)
//! responder  AwaitOpening → AwaitVerdict → AwaitMove ───────────────────────────────────→ ready → closing → ended
//!                                              └→ AwaitTls → (header again) → AwaitMove → (header again)
//! ```
//!
//! **Rates.** At most 50 iq and presence stanzas a second are taken, in bursts of up to 200; more is
//! `policy-violation`. Messages are not counted: they are what the program is for, people's bots send
//! thousands a second, and a peer that outruns our disk is slowed by back-pressure (the node stops reading), which
//! loses nothing. What iq and presence cost us is work and not disk, so back-pressure would not bound it.

mod machine;
mod negotiation;
mod session;
#[cfg(test)]
mod tests;

pub use machine::{SendError, Stream};

use std::time::Duration;

use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::nonza::StreamError;

/// What a stream needs to know of us. Cheap to clone.
#[derive(Clone, Debug)]
pub struct StreamConfig {
    /// Our address: `from` of the header.
    pub me: Jid,
    /// disco#info to offer inside the stream features (XEP-0174 §8), with its node attribute.
    pub disco: std::sync::Arc<Element>,
    /// A fresh stream id for the responder's header: unpredictable.
    pub id: String,
    /// Limits.
    pub limits: Limits,
    /// Offer STARTTLS and take it where it is offered.
    pub tls: bool,
    /// Initiator: the peer is known to encrypt as we do, so do not wait for what it will surely say: `<starttls/>` leaves
    /// with the header, and `<auth/>` and the next header with the first encrypted one. Needs `tls`; `allow_plaintext`
    /// counts as false.
    pub ahead: bool,
    /// Go on without encryption where there is none. If false, such a peer gets `policy-violation`, and a stanza that
    /// comes before encryption `not-authorized`.
    pub allow_plaintext: bool,
}

impl StreamConfig {
    fn plaintext_allowed(&self) -> bool {
        self.allow_plaintext && !self.ahead
    }
}

/// What a peer can make us hold, and for how long. The answer when one is passed: `policy-violation`.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one stanza, at least 10 000 (RFC 6120 §13.12). 1 MiB bodies must pass, escaped.
    pub stanza_bytes: usize,
    /// Bytes before the stream is ready, 64 KiB.
    pub handshake_bytes: usize,
    /// Time until it is ready, 10 s.
    pub handshake_time: Duration,
    /// Nesting, 32.
    pub depth: usize,
    /// Attributes of one element, 64.
    pub attributes: usize,
}

impl Default for Limits {
    /// The defaults named at the fields; stanzas of 6 MiB: a body of 1 MiB in which
    /// every character is written as `&amp;`.
    fn default() -> Limits {
        Limits {
            stanza_bytes: 6 << 20,
            handshake_bytes: 64 << 10,
            handshake_time: Duration::from_secs(10),
            depth: 32,
            attributes: 64,
        }
    }
}

/// What happened on a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamEvent {
    /// Responder only: the initiator's header is in. Answer with `accept` or `refuse`.
    Header {
        /// Its `from` as it stands there, unchecked; absent from iChat.
        from: Option<String>,
        /// Its `to`; an IP from Adium.
        to: Option<String>,
        /// Has it `version='1.0'` or later?
        versioned: bool,
    },
    /// The upgrade to TLS is agreed: write what there is, then no byte may be read or written in the clear any more.
    /// Answer with [`Stream::handle_tls`], or end the stream.
    StartTls,
    /// The peer does not encrypt, and must: the stream ends with an error.
    Unencrypted,
    /// Stanzas may flow.
    Ready(ReadyStream),
    /// A stanza from the peer, its `from` checked or filled in.
    Stanza(Element),
    /// The peer's stream management (XEP-0198) took so many more of our stanzas, oldest first.
    Acked(u32),
    /// The peer sent its closing tag; ours was sent or is on its way. Late stanzas were shown before this.
    PeerClosed,
    /// Both sides have closed, or one of them failed: close TCP. The error that was sent or received, if any.
    Ended(Option<StreamError>),
}

/// What was agreed when a stream became ready.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadyStream {
    /// The peer.
    pub peer: Jid,
    /// The peer's header had no version: it takes part in no negotiation and answers no iq.
    pub legacy: bool,
    /// disco#info that stood in its features.
    pub disco: Option<Element>,
    /// Stream management without resumption is in force (XEP-0198).
    pub acks: bool,
    /// Encrypted and both ends proved their keys.
    pub secure: bool,
}
