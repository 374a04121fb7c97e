//! What happened, in the past tense: everything that a face learns, and the output half of the JSON lines.
//!
//! The serialised form is the contract of `balcony headless` and of the control socket: one object a line with
//! `"event"` first. Fields may be added, none renamed. [`crate::model::Model::apply`] is how a face keeps its copy.

pub mod room;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

mod people;
mod said;
mod trust;

use crate::model::settings::Settings;
pub use crate::model::transfer::{File, FileState};
pub use crate::model::trust::KnownKey;
use crate::wire::jid::Jid;
pub use crate::wire::key::Fingerprint;
use crate::wire::text::Span;
pub use crate::wire::txt::{Card, Show};
pub use people::{Avatar, ConversationSummary, Interface, Me, Peer};
pub use said::{
    About, Broadcast, Change, Content, Extra, MOST_REACTIONS, Quote, Reactions, Told, Version,
};
pub use trust::{Cause, Emoji, NotVerified, Security, Trust, Verification, VerificationState};

/// Something that happened. See the module's documentation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// We are on the network under this name (again after a change of port or name).
    Ready {
        /// Our own instance name.
        jid: Jid,
        /// SHA-256 of our public key, base64url.
        fingerprint: Option<Fingerprint>,
        /// The TCP port that we listen on.
        port: u16,
    },
    /// Our own presence, nick or picture, as published now.
    Me {
        /// What is published.
        me: Me,
    },
    /// A peer appeared.
    PeerOnline {
        /// The peer.
        peer: Peer,
    },
    /// A peer that is here changed.
    PeerChanged {
        /// The peer, whole.
        peer: Peer,
    },
    /// A peer is gone.
    PeerOffline {
        /// Who.
        jid: Jid,
        /// How we know.
        reason: OfflineReason,
    },
    /// How far a name is trusted has changed, or is told for the first time.
    TrustChanged {
        /// Whose.
        peer: Jid,
        /// What is known, and what stands in the way.
        #[serde(flatten)]
        security: Security,
    },
    /// Two people compare their keys: how far that is.
    Verification {
        /// With whom.
        peer: Jid,
        /// The code, once both programs have it, and the state.
        #[serde(flatten)]
        verification: Verification,
    },
    /// A known key is in use under another name: the same person, and the same conversation from now on.
    ContactMoved {
        /// The name so far.
        from: Jid,
        /// The name from now on.
        to: Jid,
    },
    /// Of somebody whose program cannot encrypt, where the settings ask first: what the user has said about it, and how many
    /// messages wait for that. They come as `message-received` once the answer (`plaintext`) is yes.
    Plaintext {
        /// Who.
        peer: Jid,
        /// The user talks to this one without encryption.
        allowed: bool,
        /// Messages that are kept and not shown.
        held: u32,
    },
    /// From whom nothing is wanted, whole, after a change.
    Blocked {
        /// By key, under whatever name.
        keys: Vec<KnownKey>,
        /// By name, with whatever key.
        names: Vec<Jid>,
    },
    /// A message came in and is on disk.
    MessageReceived {
        /// The message.
        #[serde(flatten)]
        message: Message,
    },
    /// A message of ours changed its state. The first one (`queued`, on disk) carries the text.
    MessageState {
        /// The message's id, for life.
        id: String,
        /// The caller's own reference, as given in the command.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
        /// The recipient.
        to: Jid,
        /// The state now.
        state: MessageState,
        /// Why, for `failed` and `uncertain`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The text, with `queued` only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// When it was written, with `queued` only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time: Option<Timestamp>,
        /// Whether the stream that took it is encrypted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encrypted: Option<bool>,
        /// What belongs to it beyond its text, with `queued` only; as in `message-received`.
        #[serde(flatten, with = "said::extra")]
        extra: Option<Box<Extra>>,
        /// It is no message but a correction, a retraction or a reaction of ours to the message with this id, or the word
        /// that it was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<String>,
    },
    /// Who wrote a message changed its text (XEP-0308); ours too, when it is on disk.
    MessageCorrected {
        /// The message, by the id that it has for life.
        id: String,
        /// Who wrote it; ourselves for ours.
        from: Jid,
        /// The conversation.
        with: Jid,
        /// Whether it is ours.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        own: bool,
        /// The text now.
        body: String,
        /// Its formatting.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        spans: Vec<Span>,
        /// When it was corrected.
        time: Timestamp,
        /// Copied from the command, for ours.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
    },
    /// Who wrote a message took it back (XEP-0424).
    MessageRetracted {
        /// The message.
        id: String,
        /// Who wrote it; ourselves for ours.
        from: Jid,
        /// The conversation.
        with: Jid,
        /// Whether it is ours.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        own: bool,
        /// When it was taken back.
        time: Timestamp,
        /// Copied from the command, for ours.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
    },
    /// Somebody reacts to a message (XEP-0444).
    MessageReactions {
        /// The message.
        id: String,
        /// Who reacts; ourselves for ours.
        from: Jid,
        /// The conversation.
        with: Jid,
        /// Whether the reactions are ours.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        own: bool,
        /// All reactions of theirs to it; empty if they took them back.
        emoji: Vec<String>,
        /// When.
        time: Timestamp,
        /// Copied from the command, for ours.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
    },
    /// A peer is typing, or stopped (XEP-0085).
    Typing {
        /// Who.
        from: Jid,
        /// What they do.
        state: ChatState,
    },
    /// A peer wants our attention (XEP-0224): not kept, at most once in 30 seconds from each, and not while we are `dnd`.
    Attention {
        /// Who.
        from: Jid,
    },
    /// A `broadcast` of ours begins; the `message-state` events of its messages carry its id.
    Broadcast {
        /// Its id; in `broadcast.id` of each of its messages.
        id: String,
        /// The text.
        body: String,
        /// To whom.
        to: Vec<Jid>,
        /// Copied from the command.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
    },
    /// How far the messages of a `broadcast` got, all together; after each change.
    BroadcastState {
        /// Its id.
        id: String,
        /// How far.
        #[serde(flatten)]
        progress: BroadcastProgress,
    },
    /// Answer to the `ping` command: the peer answered.
    Latency {
        /// The peer.
        jid: Jid,
        /// How long question and answer took together, in microseconds.
        micros: u32,
    },
    /// Answer to the `history` command, oldest first.
    History {
        /// The conversation.
        with: Jid,
        /// Copied from the command: only older than the message with this id. Answers go to every face, and by this one
        /// tells whether a page joins what it has loaded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// Copied from the command: next newer than the message with this id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// Copied from the command: around the message with this id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        around: Option<String>,
        /// The messages, oldest first.
        messages: Vec<Message>,
        /// True if nothing older exists.
        complete: bool,
        /// True if nothing newer exists.
        #[serde(default)]
        newest: bool,
        /// The caller's reference.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
    },
    /// Answer to the `search` command.
    SearchResult {
        /// Copied from the command.
        text: String,
        /// Copied from the command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<Jid>,
        /// Copied from the command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Jid>,
        /// Copied from the command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// What was found, newest first.
        hits: Vec<Hit>,
        /// True if nothing older would be found.
        complete: bool,
        /// The caller's reference.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
    },
    /// What was written to somebody and is not sent yet; empty: nothing any more.
    Draft {
        /// To whom.
        with: Jid,
        /// All of it.
        text: String,
    },
    /// Messages were deleted here: one, a conversation, or, with neither given, everything.
    Deleted {
        /// The conversation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<Jid>,
        /// The message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// The newest message that is left in the conversation of which one was deleted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<Box<Message>>,
        /// The caller's reference.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
    },
    /// Messages that came before this time were deleted, as `retention_days` says. What is still to be sent stays.
    Expired {
        /// The time.
        before: Timestamp,
    },
    /// Answer to the `export` command.
    Exported {
        /// The file.
        path: PathBuf,
        /// How many messages are in it.
        messages: u64,
        /// The caller's reference.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
    },
    /// A conversation was read up to here, in this or another face.
    Read {
        /// The conversation.
        with: Jid,
        /// The newest message that was read.
        id: String,
    },
    /// A peer offers a file or a folder. Nothing is fetched before `accept-file`, unless this Balcony was told to take all.
    FileOffered {
        /// Who offers it.
        from: Jid,
        /// The file; `transfer` is its id, `encrypted` says whether it would travel so.
        #[serde(flatten)]
        file: File,
    },
    /// A file is now in this state; also the first word of one that we send, and of one that is offered while the same comes
    /// from somebody else: that one waits, and is done with the other.
    FileState {
        /// The file, whole.
        #[serde(flatten)]
        file: File,
        /// The caller's own reference, with the first word of one that we send.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
    },
    /// Bytes moved; a few times a second at most.
    FileProgress {
        /// Which file.
        transfer: String,
        /// So many are through.
        bytes: u64,
        /// Of so many.
        size: u64,
    },
    /// A file is through, whole and compared where the way allows it; a received one is on the disk.
    FileDone {
        /// Which.
        transfer: String,
        /// Where it is, of one that was received.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<PathBuf>,
        /// SHA-256 in lower-case hex, `null` of folders.
        sha256: Option<String>,
    },
    /// A file will not come through.
    FileFailed {
        /// Which.
        transfer: String,
        /// Why: for people.
        reason: String,
    },
    /// A file that was over is no longer listed.
    FileForgotten {
        /// Which.
        transfer: String,
    },
    /// Our name was taken; we are now called this.
    NameChanged {
        /// The new name.
        jid: Jid,
        /// The name that was taken.
        was: Jid,
    },
    /// The network interfaces, which are used and why the others are not.
    Network {
        /// All of them.
        interfaces: Vec<Interface>,
    },
    /// The settings, whole, after a change.
    Settings {
        /// All settings.
        settings: Box<Settings>,
    },
    /// Answer to the `snapshot` command.
    Snapshot {
        /// Ourselves.
        me: Me,
        /// Who is here.
        peers: Vec<Peer>,
        /// The interfaces.
        interfaces: Vec<Interface>,
        /// Conversations: whom with, and the last message if there is one.
        conversations: BTreeMap<Jid, ConversationSummary>,
        /// Files that are offered, on their way or over, the oldest first; of those that are over the latest only.
        #[serde(default)]
        files: Vec<File>,
        /// The caller's reference.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
    },
    /// A command was carried out that has no other answer; only sent if it carried a `ref`.
    Done {
        /// The caller's reference.
        #[serde(rename = "ref")]
        reference: serde_json::Value,
    },
    /// Something went wrong that the user should know; says what to do where something can be done.
    Error {
        /// The caller's reference if a command caused it.
        #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
        reference: Option<serde_json::Value>,
        /// A sentence for people.
        message: String,
    },
    /// Something happened in a room: its own `event`, see [`room`].
    #[serde(untagged)]
    Room(room::RoomEvent),
}

/// One of our own or a received message, as faces show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The id for life (XEP-0359 origin-id; ours are UUIDs; made up locally for peers that send none).
    pub id: String,
    /// Who wrote it; ourselves for sent ones.
    pub from: Jid,
    /// The recipient.
    pub to: Jid,
    /// Plain text.
    pub body: String,
    /// Formatting of `body` that came with it (XHTML-IM, Pidgin's HTML), by byte range.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
    /// When it was written, as far as known.
    pub time: Timestamp,
    /// Whether it came or went over an encrypted stream.
    pub encrypted: bool,
    /// Whether it was held back on the way and `time` is the original one (XEP-0203).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delayed: bool,
    /// The state; only for messages of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<MessageState>,
    /// Why, for `failed` and `uncertain`: a sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What belongs to it beyond its text: its fields stand beside these.
    #[serde(flatten, with = "said::extra")]
    pub extra: Option<Box<Extra>>,
}

/// A message that was found, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Whom the conversation is with that it belongs to.
    pub with: Jid,
    /// The message.
    #[serde(flatten)]
    pub message: Message,
}

impl Message {
    /// Whether we wrote it. Not told by `from`: our name may have changed since.
    pub fn is_own(&self) -> bool {
        self.state.is_some()
    }

    /// Whom the conversation is with that it belongs to.
    pub fn with(&self) -> &Jid {
        if self.is_own() { &self.to } else { &self.from }
    }
}

/// The messages of a broadcast, counted by how far they got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BroadcastProgress {
    /// To so many people it goes.
    pub people: u32,
    /// Still here.
    pub queued: u32,
    /// Left us; nothing else is known.
    pub sent: u32,
    /// On the other disk, or seen.
    pub delivered: u32,
    /// Seen.
    pub displayed: u32,
    /// Failed, or perhaps lost.
    pub failed: u32,
}

/// How far a message of ours got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    /// On our disk, waiting for the peer or the stream.
    Queued,
    /// Written to the stream (legacy peer) or acknowledged by the peer's stream (XEP-0198).
    Sent,
    /// The peer's program has it on its disk (XEP-0184).
    Delivered,
    /// The peer's user has seen it (XEP-0333), and what was `sent` or `delivered` before it in the conversation.
    Displayed,
    /// It will not be sent; `reason` says why.
    Failed,
    /// It left us, the stream broke, and the peer cannot tell whether it arrived: resend by hand.
    Uncertain,
}

impl MessageState {
    /// Whether a message in this state can come to be in that one. Receipts may overtake each other and come late, but
    /// nothing that is known is taken back; only what was `failed` or `uncertain` can be queued again, by hand.
    pub fn may_become(self, next: MessageState) -> bool {
        use MessageState::{Delivered, Displayed, Failed, Queued, Sent, Uncertain};
        match self {
            Queued => next != Queued,
            Sent => matches!(next, Delivered | Displayed | Failed | Uncertain),
            Delivered => next == Displayed,
            Displayed => false,
            Failed | Uncertain => next != self,
        }
    }
}

/// A chat state (XEP-0085 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatState {
    /// Looking at the conversation, not typing.
    Active,
    /// Typing.
    Composing,
    /// Was typing, stopped for a while.
    Paused,
    /// Not looking.
    Inactive,
    /// Closed the conversation.
    Gone,
}

/// Why a peer is no longer here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OfflineReason {
    /// It said goodbye.
    Goodbye,
    /// Its records ran out.
    Expired,
    /// It does not answer.
    Unreachable,
}
