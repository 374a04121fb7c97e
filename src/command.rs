//! What a face asks for: everything that a user can do, and the input half of the JSON lines.

pub mod room;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::{ChatState, Show};
use crate::wire::jid::Jid;
use crate::wire::key::Fingerprint;

/// To whom a broadcast goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Recipients {
    /// These.
    Chosen(Vec<Jid>),
    /// Everybody who is here.
    All(All),
}

/// The word `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum All {
    /// Everybody who is here.
    All,
}

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

/// A place in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The end.
    #[default]
    Newest,
    /// Next older than the message with this id.
    Before(String),
    /// Next newer than it.
    After(String),
    /// Around it, with it in the middle.
    Around(String),
}

impl Place {
    /// Whether this is the message meant.
    pub fn is(&self, id: &str) -> bool {
        match self {
            Place::Newest => false,
            Place::Before(at) | Place::After(at) | Place::Around(at) => at == id,
        }
    }

    /// The members of `history`; `None` if there is more than one.
    pub fn of(
        before: Option<String>,
        after: Option<String>,
        around: Option<String>,
    ) -> Option<Place> {
        match (before, after, around) {
            (None, None, None) => Some(Place::Newest),
            (Some(id), None, None) => Some(Place::Before(id)),
            (None, Some(id), None) => Some(Place::After(id)),
            (None, None, Some(id)) => Some(Place::Around(id)),
            _ => None,
        }
    }
}

/// How conversations are written to a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// One object with all that is known of each message.
    #[default]
    Json,
    /// A line a message, for people.
    Text,
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
        /// The text is to be hidden until the reader asks for it (XEP-0382): a hint, which may be empty.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spoiler: Option<String>,
    },
    /// Change the text of a message of ours (XEP-0308). Answers: `message-corrected`, then `message-state` of the change,
    /// whose `about` is the message.
    Correct {
        /// The message.
        id: String,
        /// The whole new text.
        body: String,
    },
    /// Take a message of ours back (XEP-0424). Answers: `message-retracted`, then `message-state` of the change; `failed`
    /// says that it stays readable there.
    Retract {
        /// The message.
        id: String,
    },
    /// React to a message (XEP-0444). Answers: `message-reactions`, then `message-state` of the change; `failed` says that
    /// the other program cannot show it.
    React {
        /// The message.
        id: String,
        /// All of our reactions to it, at most 20 emoji; none takes them back.
        emoji: Vec<String>,
    },
    /// Answer a message (XEP-0461). Answers: as `send`.
    Reply {
        /// The message.
        id: String,
        /// The text.
        body: String,
    },
    /// Send one text to several people, each of them alone; once in 10 seconds, to at most 300. Answers: `broadcast`,
    /// `message-state` events of each message, `broadcast-state`.
    Broadcast {
        /// The text.
        body: String,
        /// To whom: an array of JIDs, or `"all"` who are here.
        to: Recipients,
    },
    /// Knock (XEP-0224): once in 30 seconds, to a peer that is connected and knows it.
    Attention {
        /// At whose door.
        to: Jid,
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
    /// Keep what was written to somebody and is not sent yet, over a restart too. Answer: `draft`.
    Draft {
        /// To whom.
        to: Jid,
        /// All of it, at most 1 MiB; empty forgets it.
        text: String,
    },
    /// A message was seen by the user: it and all older ones of its conversation are read.
    Displayed {
        /// The message.
        id: String,
    },
    /// Ask for messages of a conversation: the newest, or those at a place in it (only one of `before`, `after` and
    /// `around`). Answer: `history`.
    History {
        /// The conversation.
        with: Jid,
        /// At most so many, 1 to 1000; 50 if absent.
        #[serde(default)]
        limit: Option<u32>,
        /// Those next older than the message with this id.
        #[serde(default)]
        before: Option<String>,
        /// Those next newer than the message with this id.
        #[serde(default)]
        after: Option<String>,
        /// The message with this id in the middle of those around it.
        #[serde(default)]
        around: Option<String>,
    },
    /// Look for messages in which all words of a text occur, also within longer words, whatever the case and the accents;
    /// what stands in double quotes counts as one word. Answer: `search-result`, newest first.
    Search {
        /// The words; at most 400 characters and 16 words of it count.
        text: String,
        /// Only in the conversation with this one.
        #[serde(default)]
        with: Option<Jid>,
        /// Only what this one wrote.
        #[serde(default)]
        from: Option<Jid>,
        /// At most so many, 1 to 1000; 50 if absent.
        #[serde(default)]
        limit: Option<u32>,
        /// Only older than the message with this id: the next page.
        #[serde(default)]
        before: Option<String>,
    },
    /// Delete messages from this computer: one (`id`), all with somebody (`with`), or all (`everything`). What waits to be
    /// sent is not sent; what others have they keep. Answer: `deleted`.
    Delete {
        /// The message.
        #[serde(default)]
        id: Option<String>,
        /// The conversation; with `id`, the one that the message is in.
        #[serde(default)]
        with: Option<Jid>,
        /// All conversations.
        #[serde(default)]
        everything: bool,
    },
    /// Write what was said to a file, which must not exist. Answer: `exported`.
    Export {
        /// The conversation; all if absent.
        #[serde(default)]
        with: Option<Jid>,
        /// `json` if absent.
        #[serde(default)]
        format: ExportFormat,
        /// The file; relative to the folder in which the node was started.
        path: PathBuf,
    },
    /// Send an `uncertain` or `failed` message again, by hand.
    Resend {
        /// The message.
        id: String,
    },
    /// Send a file or a folder. It waits for who is not here. Answers: `file-state` with the `ref`, or `error`.
    SendFile {
        /// Recipient.
        to: Jid,
        /// The file or the folder; no symbolic link, no device. It must stay as it is until it is through.
        path: PathBuf,
    },
    /// Pass a file on that came, or that was sent, to somebody else: offered as it is here, and not hashed again as long as
    /// it was not changed. Answers as for `send-file`.
    ForwardFile {
        /// Which.
        transfer: String,
        /// Recipient.
        to: Jid,
    },
    /// Take an offered file.
    AcceptFile {
        /// Which.
        transfer: String,
        /// The folder to put it into, which must exist; the downloads folder if absent. Nothing is overwritten: a name
        /// that is taken gets a number.
        #[serde(default)]
        path: Option<PathBuf>,
    },
    /// Decline an offered file, or end one that is on its way; what is there of it is removed.
    CancelFile {
        /// Which.
        transfer: String,
    },
    /// Hold a file back that is on its way, in either direction (only between Balconies).
    PauseFile {
        /// Which.
        transfer: String,
    },
    /// Go on with it from where it was; also try again what failed on our side.
    ResumeFile {
        /// Which.
        transfer: String,
    },
    /// Connect to an address typed by hand: for networks that do not carry multicast.
    Connect {
        /// `host:port`, `[v6%scope]:port`; 5298 if the port is absent.
        address: String,
    },
    /// Measure how long a peer takes to answer (XEP-0199), on the stream that stands; opens none. Answer: `latency`, or
    /// nothing within 20 seconds.
    Ping {
        /// The peer.
        to: Jid,
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
    /// A name that is `changed` shows another key: take it for the same person, with that key from now on. If it does not
    /// encrypt any more: talk to it without.
    AcceptKey {
        /// The name.
        peer: Jid,
    },
    /// A name that is `changed` is somebody else now: the conversation so far is put aside under another name, together
    /// with its key, and this one begins anew.
    SeparateKey {
        /// The name.
        peer: Jid,
    },
    /// A name that is `changed` is left as it is: what was written goes on waiting.
    KeepWaiting {
        /// The name.
        peer: Jid,
    },
    /// Compare keys with somebody by a short code. Answers: `verification` events, here and there.
    Verify {
        /// With whom.
        peer: Jid,
    },
    /// The user has compared the code of a `verification`.
    Confirm {
        /// With whom.
        peer: Jid,
        /// Whether both see the same.
        #[serde(rename = "match")]
        same: bool,
    },
    /// Give a comparison up; or, after the end, put its result away.
    CancelVerification {
        /// With whom.
        peer: Jid,
    },
    /// A fingerprint that the other person gave by another way: if it is the key in use it is verified; if none is known
    /// yet it is pinned. Otherwise `error`, and nothing changes.
    Trust {
        /// The name.
        peer: Jid,
        /// 43 characters of base64url, 64 hexadecimal digits, or an `xmpp:` link with them.
        fingerprint: String,
    },
    /// Take files of a verified contact without asking, into the folder for downloads; or ask again. It ends by itself as soon
    /// as the key is another one, or the two people no longer vouch for it. Answer: `trust-changed` with `takes_files`.
    TakeFiles {
        /// Whose. Must be verified.
        peer: Jid,
        /// The most bytes that one file, or one folder, may have; absent or null: ask for each.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u64>,
    },
    /// The user's word about a contact whose program cannot encrypt, where the settings ask: talk to it all the same, and
    /// show what waits; or not, and delete what waits. Answer: `plaintext`.
    Plaintext {
        /// Whom.
        peer: Jid,
        /// Talk to it.
        allow: bool,
    },
    /// Nothing is wanted from this name any more, nor from the key behind it: it is not shown, its streams are refused.
    Block {
        /// The name.
        peer: Jid,
    },
    /// The opposite, by name or by key. Answer to both: `blocked`.
    Unblock {
        /// The name.
        #[serde(default)]
        peer: Option<Jid>,
        /// The key.
        #[serde(default)]
        fingerprint: Option<Fingerprint>,
    },
    /// Ask for everything as it is now. Answer: `snapshot`.
    Snapshot,
    /// Something in or about a room; read by its own name, see [`room`].
    #[serde(skip)]
    Room(room::RoomCommand),
    /// Say goodbye on the network and end.
    Quit,
}
