//! The store's contract: what the node asks to be kept, in order, and hears back when it is.

use jiff::Timestamp;

use crate::event::{Message, MessageState};
use crate::wire::jid::Jid;

/// A change to be kept. Operations are applied in order; those that wait together are committed together.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A new message of ours or of a peer (whose id is made unique by the node if the peer sent none). `outbox`: it is
    /// still to be sent.
    Message {
        /// With whom.
        with: Jid,
        /// The message.
        message: Box<Message>,
        /// Still to be sent.
        outbox: bool,
    },
    /// The state of a message of ours changed. States past `sent` leave the outbox.
    State {
        /// Its id.
        id: String,
        /// The state.
        state: MessageState,
    },
    /// Everything in the conversation up to this message was read.
    Read {
        /// With whom.
        with: Jid,
        /// The newest one read.
        id: String,
    },
    /// What a contact was called and looked like last.
    Contact {
        /// Who.
        jid: Jid,
        /// Nick.
        nick: String,
        /// `phsh` of its picture, lower-case hex, empty if none.
        avatar: String,
        /// When.
        seen: Timestamp,
    },
    /// One setting, as JSON.
    Setting {
        /// Its key.
        key: String,
        /// Its value.
        value: serde_json::Value,
    },
}
