//! What a view is given, and what it gives back.

use std::path::PathBuf;
use std::sync::Arc;

use crate::command::Command;
use crate::model::Model;
use crate::wire::jid::Jid;

use super::avatar::Pictures;
use super::services::Surroundings;
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
    /// The program and the desktop around the window.
    pub surroundings: &'a Surroundings,
}

impl Scene<'_> {
    /// The name that others see of us.
    pub fn my_name(&self) -> String {
        let me = &self.model.me;
        if me.nick.is_empty() {
            me.jid.as_str().to_owned()
        } else {
            me.nick.clone()
        }
    }
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
    /// The same in a room.
    JumpInRoom {
        /// The room's address.
        room: String,
        /// The line.
        id: String,
        /// As typed into the search.
        terms: Option<String>,
    },
    /// Load the newest messages of this conversation, or room, in place of older ones.
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
    /// Let the user choose files to send, or a folder, or send the picture that was copied.
    Attach(Jid, Attachment),
    /// Send these, pictures without what they tell of place and time.
    SendFiles(Jid, Vec<PathBuf>),
    /// A picture was pasted: make a file of it, to be looked at before it is sent.
    PastePicture(Jid, Arc<egui::ColorImage>),
    /// A copy of ours is not to be sent after all.
    Discard(PathBuf),
    /// A picture file was dropped where nobody is: take it for a picture of ourselves.
    UsePicture(PathBuf),
    /// Let the user choose where to put an offered file, and take it.
    AcceptInto(String),
    /// Let the user choose where to put a copy of a received file.
    SaveElsewhere(PathBuf),
    /// Let the user choose the folder for received files.
    ChooseDownloads,
    /// Open a file or folder with the program that the desktop has for it.
    OpenPath(PathBuf),
    /// The loaded past of this conversation, or room, is no longer looked at.
    Shrink(Jid),
    /// Look for faults.
    Examine,
    /// Start with the session, or not.
    Autostart(bool),
    /// End the program.
    Quit,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// Files.
    Files,
    /// A folder.
    Folder,
    /// The picture that was copied last.
    Copied,
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
    /// What is in the way.
    Doctor,
    /// All files on their way.
    Files,
}
