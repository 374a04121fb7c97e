//! What goes into the core and what comes out.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::command::Request;
pub use crate::disk::avatars::OwnAvatar;
use crate::disk::store::{Op, Stored};
use crate::event::{Event, Message};
use crate::net;
use crate::wire::jid::Jid;

/// What happened outside of the core.
#[derive(Debug)]
pub enum Input {
    /// A face asks for something.
    Request(Request),
    /// The network reports.
    Net(net::Report),
    /// Answer to [`Effect::Store`], in the order of `seq`.
    Stored(Stored),
    /// What was stored up to this `seq` survives a power cut, too.
    Synced(u64),
    /// Answer to [`Effect::History`].
    History {
        /// The conversation.
        with: Jid,
        /// As asked.
        before: Option<String>,
        /// The caller's reference.
        reference: Option<Value>,
        /// Oldest first, and whether that is all; or why not.
        result: Result<(Vec<Message>, bool), String>,
    },
    /// Answer to [`Effect::FindMessage`].
    FoundMessage {
        /// As asked.
        request: Box<Request>,
        /// The message, if there is one; or why not.
        result: Result<Option<Box<Message>>, String>,
    },
    /// Answer to [`Effect::FindAvatar`] and [`Effect::SaveAvatar`]: the file, if there is (now) one.
    AvatarFile {
        /// Its hash.
        sha1: [u8; 20],
        /// The file.
        path: Option<PathBuf>,
    },
    /// Answer to [`Effect::LoadOwnAvatar`].
    OwnAvatar {
        /// The caller's reference.
        reference: Option<Value>,
        /// Our picture; or why it cannot be.
        result: Result<OwnAvatar, String>,
    },
    /// The time that [`super::core::Core::poll_timeout`] named has come.
    Timeout,
}

/// What the core wants done.
#[derive(Debug)]
pub enum Effect {
    /// Ask the network.
    Net(net::Request),
    /// Tell all faces.
    Emit(Arc<Event>),
    /// Keep these; answer [`Input::Stored`].
    Store {
        /// Counts up by one.
        seq: u64,
        /// In order.
        ops: Vec<Op>,
    },
    /// Read older messages; answer [`Input::History`].
    History {
        /// The conversation.
        with: Jid,
        /// At most so many.
        limit: u32,
        /// Only older than this one.
        before: Option<String>,
        /// The caller's reference.
        reference: Option<Value>,
    },
    /// Read one message; answer [`Input::FoundMessage`].
    FindMessage {
        /// Its id.
        id: String,
        /// What it is needed for; comes back in the answer.
        request: Box<Request>,
    },
    /// Is this picture on the disk? Answer [`Input::AvatarFile`].
    FindAvatar {
        /// Its hash.
        sha1: [u8; 20],
    },
    /// Keep this picture if it is one; answer [`Input::AvatarFile`].
    SaveAvatar {
        /// Its hash.
        sha1: [u8; 20],
        /// Its bytes.
        image: Bytes,
    },
    /// Read our own picture from a file of the user's; answer [`Input::OwnAvatar`].
    LoadOwnAvatar {
        /// The file.
        path: PathBuf,
        /// The caller's reference.
        reference: Option<Value>,
    },
    /// All is said: flush what is queued, say goodbye on the network, end.
    Quit,
}
