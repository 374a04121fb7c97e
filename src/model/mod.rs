//! Floor 1: what the node knows, changed by events only. The node has one [`Model`], and so does each face.

mod apply;
mod late;
pub mod outbox;
pub mod room;
pub mod rooms;
pub mod roster;
pub mod sas;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod transfer;
pub mod trust;

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use crate::command::Place;
use crate::event::{
    BroadcastProgress, ChatState, ConversationSummary, Interface, KnownKey, Me, Message,
    OfflineReason, Peer, Security, Show, Verification,
};
use crate::wire::jid::Jid;
use settings::Settings;

/// What is known now. Faces read it and ask by [`crate::command::Command`]; nothing else changes it but
/// [`Model::apply`].
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Ourselves.
    pub me: Me,
    /// Everybody who is here, and everybody with whom there is a conversation.
    pub contacts: BTreeMap<Jid, Contact>,
    /// Network interfaces.
    pub interfaces: Vec<Interface>,
    /// The settings.
    pub settings: Settings,
    /// Keys from which nothing is wanted.
    pub blocked_keys: Vec<KnownKey>,
    /// Names from which nothing is wanted.
    pub blocked_names: Vec<Jid>,
    /// What the user has said about who cannot encrypt, where the settings ask.
    pub plaintext: BTreeMap<Jid, Unencrypted>,
    /// Files on their way and those that came or went lately, by their transfer's id.
    pub files: BTreeMap<String, transfer::File>,
    /// Our latest broadcasts, oldest first, at most [`Model::MAX_BROADCASTS`].
    pub broadcasts: VecDeque<Broadcast>,
    /// What was written and not sent, by whom it is for; at most [`Model::MAX_DRAFTS`].
    pub drafts: BTreeMap<Jid, String>,
    /// Things that the user should know, oldest first, at most [`Model::MAX_NOTICES`]; a face removes what it has shown.
    pub notices: VecDeque<String>,
    /// Rooms that we are in, by address.
    pub rooms: BTreeMap<String, rooms::RoomView>,
    /// Rooms that there are, as last asked.
    pub directory: Vec<crate::event::room::RoomAbout>,
    /// Who asks us to come where, the latest last.
    pub invitations: VecDeque<rooms::Invitation>,
    /// A sentence that a view says already.
    told: Option<String>,
}

impl Model {
    /// Broadcasts kept.
    pub const MAX_BROADCASTS: usize = 20;
    /// Drafts kept.
    pub const MAX_DRAFTS: usize = 500;
    /// Notices kept; the oldest go first.
    pub const MAX_NOTICES: usize = 20;

    /// Knows ourselves and nobody else.
    pub fn new(me: Me, settings: Settings) -> Model {
        Model {
            me,
            contacts: BTreeMap::new(),
            interfaces: Vec::new(),
            settings,
            blocked_keys: Vec::new(),
            blocked_names: Vec::new(),
            plaintext: BTreeMap::new(),
            files: BTreeMap::new(),
            broadcasts: VecDeque::new(),
            drafts: BTreeMap::new(),
            notices: VecDeque::new(),
            rooms: BTreeMap::new(),
            directory: Vec::new(),
            invitations: VecDeque::new(),
            told: None,
        }
    }

    /// Messages not yet read, of all conversations together.
    pub fn unread(&self) -> u32 {
        let people = self.contacts.values().fold(0u32, |sum, contact| {
            sum.saturating_add(contact.conversation.unread)
        });
        people.saturating_add(self.rooms_unread())
    }

    /// Contacts in the order of a list: who is here first, the latest conversation on top, the rest by name.
    pub fn by_recency(&self) -> Vec<&Contact> {
        let mut sorted: Vec<&Contact> = self.contacts.values().collect();
        sorted.sort_by_cached_key(|contact| {
            (
                Reverse(contact.is_online()),
                Reverse(contact.last_time()),
                contact.nick.to_lowercase(),
                &contact.jid,
            )
        });
        sorted
    }

    /// Takes up a conversation that the disk remembers.
    pub fn remember(&mut self, with: Jid, summary: ConversationSummary) {
        let contact = self
            .contacts
            .entry(with.clone())
            .or_insert_with(|| Contact::new(with));
        if contact.peer.is_none() && !summary.nick.is_empty() {
            contact.nick = summary.nick;
        }
        contact.conversation.resume(summary.last, summary.unread);
    }

    /// Adds something that the user should know.
    pub fn notice(&mut self, text: String) {
        if self.notices.len() >= Self::MAX_NOTICES {
            self.notices.pop_front();
        }
        self.notices.push_back(text);
    }
}

/// What the user has said about talking to somebody without encryption, where the settings ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unencrypted {
    /// Yes.
    pub allowed: bool,
    /// Messages that wait for the answer.
    pub held: u32,
}

/// One text of ours to several people.
#[derive(Clone, Debug, PartialEq)]
pub struct Broadcast {
    /// Its id, in each of its messages.
    pub id: String,
    /// The text.
    pub body: String,
    /// To whom.
    pub to: Vec<Jid>,
    /// How far its messages got.
    pub progress: BroadcastProgress,
}

/// One person.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// The address.
    pub jid: Jid,
    /// The nick last seen; the address if none ever was.
    pub nick: String,
    /// As advertised now; `None` when not here.
    pub peer: Option<Peer>,
    /// Why and that it is gone, when it is.
    pub gone: Option<OfflineReason>,
    /// What it is doing in the conversation.
    pub typing: ChatState,
    /// What is known of its key.
    pub security: Security,
    /// The comparison of keys that is under way, or how the last one ended.
    pub verification: Option<Verification>,
    /// How long it took to answer the last `ping`, while it is here.
    pub latency: Option<Duration>,
    /// The conversation.
    pub conversation: Conversation,
}

impl Contact {
    /// Somebody of whom only the address is known.
    pub fn new(jid: Jid) -> Contact {
        Contact {
            nick: jid.as_str().to_owned(),
            jid,
            peer: None,
            gone: None,
            typing: ChatState::Active,
            security: Security::default(),
            verification: None,
            latency: None,
            conversation: Conversation::default(),
        }
    }

    /// Whether it is on the network now.
    pub fn is_online(&self) -> bool {
        self.peer.is_some()
    }

    /// Its availability, `None` when it is not here.
    pub fn show(&self) -> Option<Show> {
        self.peer.as_ref().map(|peer| peer.show)
    }

    /// The conversation in one line.
    pub fn summary(&self) -> ConversationSummary {
        ConversationSummary {
            last: self.conversation.last.clone(),
            unread: self.conversation.unread,
            nick: self.nick.clone(),
        }
    }

    /// When the newest message was written, if there is one.
    pub fn last_time(&self) -> Option<Timestamp> {
        self.conversation.last.as_ref().map(|message| message.time)
    }
}

/// The loaded part of the messages with one contact: a window on them, moved by the `history` command. As a rule it is
/// at the newest end; where it is not ([`Conversation::detached`]), live messages move only `last`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    /// Oldest first. A live message never makes it longer than [`Conversation::WINDOW`] or than it was; a `history`
    /// answer puts older ones in front, and [`Conversation::shrink`] drops them again.
    pub messages: VecDeque<Message>,
    /// Received and not displayed.
    pub unread: u32,
    /// The id of the oldest unread message: where the "new" line goes. `None` also when it is not loaded.
    pub first_unread: Option<String>,
    /// Nothing older exists on disk.
    pub complete: bool,
    /// Newer messages exist than the newest of `messages`: the user went back far, or jumped to a message.
    pub detached: bool,
    /// Where the face wants to go: the next `history` answer for this place replaces what is loaded. Answers go to every
    /// face; this tells whether one is its own.
    pub jump: Option<Place>,
    /// The newest message, kept also when `messages` is empty because none was loaded.
    pub last: Option<Message>,
}

impl Conversation {
    /// Messages kept in memory a conversation unless the user scrolls back.
    pub const WINDOW: usize = 500;
    /// Bytes of text likewise: a few very long messages count for many.
    pub const WINDOW_BYTES: usize = 8 << 20;

    /// Messages kept while the user scrolls: so many around the place.
    pub const MOST: usize = 2000;

    /// Nothing was ever said.
    pub fn is_empty(&self) -> bool {
        self.last.is_none() && self.messages.is_empty()
    }

    /// The message to give as `before` when older ones are wanted; `None` loads the newest.
    pub fn oldest_id(&self) -> Option<&str> {
        self.messages.front().map(|message| message.id.as_str())
    }

    /// The message to give as `after` when newer ones are wanted that are not loaded.
    pub fn newest_id(&self) -> Option<&str> {
        let newest = self.messages.back().filter(|_| self.detached);
        newest.map(|message| message.id.as_str())
    }

    /// Drops what a look at the past has loaded. For when the user leaves the conversation.
    pub fn shrink(&mut self) {
        self.jump = None;
        if self.detached {
            self.clear();
        }
        self.cut(Self::WINDOW, Self::WINDOW_BYTES);
    }

    /// The same, for who needs only the newest few.
    pub fn shrink_to(&mut self, most: usize) {
        self.cut(most, Self::WINDOW_BYTES);
    }
}
