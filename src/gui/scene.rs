//! What a view is given, and what it gives back.

use crate::command::Command;
use crate::model::Model;
use crate::wire::jid::Jid;

use super::avatar::Pictures;
use super::when::Now;

/// Everything that a view reads while it draws one frame.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What is known.
    pub model: &'a Model,
    /// The wall clock.
    pub now: &'a Now,
    /// Pictures of people, loaded as needed.
    pub pictures: &'a Pictures,
}

/// What a view wants to happen: views read and ask, they change nothing themselves.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Ask the node.
    Ask(Command),
    /// Show the conversation with somebody.
    Open(Jid),
    /// Show a message among its neighbours, with these words marked in it.
    Jump {
        /// In the conversation with this one.
        with: Jid,
        /// The message.
        id: String,
        /// As typed into the search.
        terms: Option<String>,
    },
    /// Load the newest messages of this conversation in place of older ones.
    Newest(Jid),
    /// Let the user choose a file and write this conversation to it, or all.
    Export(Option<Jid>),
    /// Show a room, by address.
    OpenRoom(String),
    /// Show a page in place of the conversation.
    Show(Page),
    /// Leave what is shown.
    Back,
    /// The oldest notice was read.
    ForgetNotice,
    /// Let the user choose a picture file.
    ChoosePicture,
    /// The loaded past of this conversation is no longer looked at.
    Shrink(Jid),
    /// End the program.
    Quit,
}

/// What the large pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The chosen conversation, or the hint to choose one.
    #[default]
    Talk,
    /// The settings.
    Settings,
    /// Interfaces and peers.
    Network,
    /// Rooms: find, make, enter.
    Rooms,
    /// Search in what was said.
    Search,
}
