//! Floor 1: one XML stream to one peer, without I/O (RFC 6120 §4–5, XEP-0174 §5–7).
//!
//! The grammar of [`Stream`]:
//! - **Inputs**: [`Stream::handle_bytes`], [`Stream::handle_eof`], [`Stream::handle_timeout`],
//!   [`Stream::handle_tls`]. Time comes in with each.
//! - **Commands**: [`Stream::accept`], [`Stream::refuse`], [`Stream::send`], [`Stream::close`], [`Stream::fail`].
//! - **Outputs**, to be drained after every input or command: [`Stream::poll_transmit`], [`Stream::poll_event`],
//!   [`Stream::poll_timeout`].
//!
//! A responder stops after the initiator's header with [`StreamEvent::Header`] until the node says whom it takes the
//! other end for (`accept`) or that it does not (`refuse`): the claim in `from` is worth what the node can check.

use std::time::Duration;

use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::nonza::StreamError;
use crate::wire::time::Moment;

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
}

/// What a peer can make us hold, and for how long. The answers when one is passed: PROTOCOL §8, `policy-violation`.
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
    /// The upgrade to TLS is agreed (never before the encryption issue fills this in): no byte may be read or written
    /// in the clear any more.
    StartTls,
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
