//! What goes into the core and what comes out.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use crate::command::{Place, Request};
pub use crate::disk::avatars::OwnAvatar;
use crate::disk::export::Export;
use crate::disk::search::{Found, Wanted};
use crate::disk::store::{Op, Page, Stored};
use crate::event::{Event, Message, MessageState};
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
        place: Place,
        /// The caller's reference.
        reference: Option<Value>,
        /// The page; or why not.
        result: Result<Page, String>,
    },
    /// Answer to [`Effect::Search`].
    Found {
        /// As asked.
        search: Box<Search>,
        /// The hits; or why not.
        result: Result<Found, String>,
    },
    /// Answer to [`Effect::Expire`], if something was deleted.
    Expired {
        /// As asked.
        before: Timestamp,
    },
    /// Answer to [`Effect::Export`].
    Exported {
        /// The file.
        path: PathBuf,
        /// The caller's reference.
        reference: Option<Value>,
        /// How many messages are in it; or why not.
        result: Result<u64, String>,
    },
    /// Answer to [`Effect::Newest`].
    Newest {
        /// The conversation.
        with: Jid,
        /// As asked.
        deleted: String,
        /// The caller's reference.
        reference: Option<Value>,
        /// The message, if one is left.
        last: Option<Box<Message>>,
    },
    /// Answer to [`Effect::FindMessage`].
    FoundMessage {
        /// As asked.
        request: Box<Request>,
        /// The message, if there is one; or why not.
        result: Result<Option<Box<Message>>, String>,
    },
    /// Answer to [`Effect::FindSent`].
    FoundSent {
        /// As asked.
        heard: Box<Heard>,
        /// The message with that id, if there is one and the disk reads.
        message: Option<Box<Message>>,
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
    /// The mover of files tells something.
    File(super::files::ask::Told),
    /// The time that [`super::core::Core::poll_timeout`] named has come.
    Timeout,
}

/// A search on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// As typed.
    pub text: String,
    /// The rest of what is looked for.
    pub wanted: Wanted,
    /// The caller's reference.
    pub reference: Option<Value>,
}

/// What a peer says of a message that may be an earlier one of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Who says it.
    pub from: Jid,
    /// The id of the message.
    pub id: String,
    /// What it came to.
    pub state: MessageState,
    /// Why, where it failed.
    pub reason: Option<String>,
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
    /// Read messages of a conversation; answer [`Input::History`].
    History {
        /// The conversation.
        with: Jid,
        /// At most so many.
        limit: u32,
        /// Which.
        place: Place,
        /// The caller's reference.
        reference: Option<Value>,
    },
    /// Look for messages; answer [`Input::Found`].
    Search(Box<Search>),
    /// Write messages to a file; answer [`Input::Exported`].
    Export {
        /// Which, how and where.
        export: Export,
        /// The caller's reference.
        reference: Option<Value>,
    },
    /// Read the newest message that is left where one was deleted; answer [`Input::Newest`].
    Newest {
        /// The conversation.
        with: Jid,
        /// The one that was deleted.
        deleted: String,
        /// The caller's reference.
        reference: Option<Value>,
    },
    /// Delete what came before this time, when there is nothing else to do. No answer.
    Expire {
        /// The time.
        before: Timestamp,
    },
    /// Read one message; answer [`Input::FoundMessage`].
    FindMessage {
        /// Its id.
        id: String,
        /// What it is needed for; comes back in the answer.
        request: Box<Request>,
    },
    /// Read the message that a peer says something about; answer [`Input::FoundSent`].
    FindSent(Box<Heard>),
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
    /// Ask the mover of files; answers are [`Input::File`].
    File(super::files::ask::Ask),
    /// All is said: flush what is queued, say goodbye on the network, end.
    Quit,
}
