//! What a face asks for: everything that a user can do, and the input half of the JSON lines.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::{ChatState, Show};
use crate::wire::jid::Jid;

/// A command with the caller's own reference, which comes back in the answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What is asked.
    #[serde(flatten)]
    pub command: Command,
    /// The caller's reference: any JSON value.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Value>,
}

impl From<Command> for Request {
    fn from(command: Command) -> Request {
        Request {
            command,
            reference: None,
        }
    }
}

/// Something that a face asks for. See the module's documentation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Send a text. Answers: `message-state` events, or `error`.
    Send {
        /// Recipient, known or not, here or not.
        to: Jid,
        /// The text; control characters are left out; at most 1 MiB of UTF-8.
        body: String,
    },
    /// Set availability and the text beside it.
    Status {
        /// Availability.
        show: Show,
        /// Free text, may be empty.
        #[serde(default)]
        message: String,
    },
    /// Set our picture (scaled down to 64×64 and at most 8 KB by the face if need be), or remove it.
    Avatar {
        /// An image file; null removes the picture.
        path: Option<PathBuf>,
    },
    /// Tell the peer what we do (XEP-0085); throttled.
    Typing {
        /// To whom.
        to: Jid,
        /// What.
        state: ChatState,
    },
    /// A message was seen by the user: it and all older ones of its conversation are read.
    Displayed {
        /// The message.
        id: String,
    },
    /// Ask for older messages. Answer: `history`.
    History {
        /// The conversation.
        with: Jid,
        /// At most so many, 1 to 1000; 50 if absent.
        #[serde(default)]
        limit: Option<u32>,
        /// Only older than the message with this id.
        #[serde(default)]
        before: Option<String>,
    },
    /// Send an `uncertain` or `failed` message again, by hand.
    Resend {
        /// The message.
        id: String,
    },
    /// Connect to an address typed by hand: for networks that do not carry multicast.
    Connect {
        /// `host:port`, `[v6%scope]:port`; 5298 if the port is absent.
        address: String,
    },
    /// End the stream to a peer, not the conversation.
    Close {
        /// The peer.
        to: Jid,
    },
    /// Change settings: only the members given are changed. Answer: `settings`.
    Configure {
        /// A part of [`crate::model::settings::Settings`] as JSON.
        settings: Value,
    },
    /// The person at this machine went idle or came back (from the desktop's idle service).
    Idle {
        /// Seconds since the last input; 0 = back.
        seconds: u64,
    },
    /// Ask for everything as it is now. Answer: `snapshot`.
    Snapshot,
    /// Say goodbye on the network and end.
    Quit,
}
