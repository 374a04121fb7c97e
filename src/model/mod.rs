//! Floor 1: what the node knows, changed by events only. The node has one [`Model`], and so does each face.

pub mod settings;

use std::collections::{BTreeMap, VecDeque};

use crate::event::{ChatState, ConversationSummary, Event, Interface, Me, Message, MessageState, OfflineReason, Peer};
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
    /// Things that the user should know, oldest first, at most [`Model::MAX_NOTICES`]; a face removes what it has shown.
    pub notices: VecDeque<String>,
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
    /// The conversation.
    pub conversation: Conversation,
}

/// The loaded part of the messages with one contact: a window at the newest end, older ones by the `history` command.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    /// Oldest first. At most [`Conversation::WINDOW`] are kept after a live message; a `history` answer puts older ones
    /// in front.
    pub messages: VecDeque<Message>,
    /// Received and not displayed.
    pub unread: u32,
    /// The id of the oldest unread message: where the "new" line goes.
    pub first_unread: Option<String>,
    /// Nothing older exists on disk.
    pub complete: bool,
    /// The newest message, kept also when `messages` is empty because none was loaded.
    pub last: Option<Message>,
}

impl Conversation {
    /// Messages kept in memory a conversation unless the user scrolls back.
    pub const WINDOW: usize = 500;
}
