//! One message as a bubble: laid out first, so that its height is known, and drawn where the list puts it.

mod lay;
mod paint;

use std::sync::Arc;

use egui::{Color32, Galley, Pos2, Rect, Vec2, vec2};

use super::actions::{Act, Rights};
use super::body::Body;
use super::icons::Icon;
use super::quote::Quoted;
use super::reactions::Chips;
use super::room_lines::Line as RoomWords;
use crate::event::Message;
use crate::wire::text::Terms;

/// What was clicked in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Click {
    /// Send this one again.
    Resend(String),
    /// Show more of this long one.
    Unfold(String),
    /// Show or hide the text of this spoiler.
    Reveal(String),
    /// Go to this one, which was quoted.
    Jump(String),
    /// Open this link, or ask first.
    Follow(String),
    /// Something of the menu.
    Act(String, Act),
}

/// Where a message stands among its neighbours, and how it is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    /// The one before.
    pub before: Option<&'a Message>,
    /// Whether the "new" line goes above it.
    pub first_new: bool,
    /// A text above the very first message.
    pub intro: Option<&'a str>,
    /// Show so many characters of a long text.
    pub unfolded: usize,
    /// The message that it answers, if that is loaded.
    pub origin: Option<&'a Message>,
    /// A spoiler whose text was asked for.
    pub revealed: bool,
    /// It was searched for: these words are marked.
    pub found: Option<&'a Terms>,
    /// The one that the keys are about; whether it takes the keyboard now.
    pub chosen: Option<bool>,
    /// It is a line of a room.
    pub room: Option<RoomWords<'a>>,
}

/// A message laid out. All positions are relative to the row; those in the bubble to what is in it.
pub struct Row {
    /// Of everything, in points.
    pub height: f32,
    above: Vec<Line>,
    bubble: Rect,
    fill: Color32,
    /// Who said it, in a room.
    name: Option<Arc<Galley>>,
    rights: Rights,
    /// A word above the text: that it went to many, that it is a spoiler.
    mark_line: Option<(Arc<Galley>, Vec2)>,
    quoted: Option<Quoted>,
    body: Body,
    body_at: Vec2,
    /// The text of a spoiler is covered.
    covered: Option<(Arc<Galley>, Rect)>,
    spoiler: bool,
    meta: Arc<Galley>,
    meta_at: Vec2,
    mark: Option<(Icon, Color32)>,
    targets: Vec<(Arc<Galley>, Vec2, String)>,
    more: Option<(Arc<Galley>, Vec2)>,
    reactions: Chips,
    reactions_at: Vec2,
    below: Option<(Arc<Galley>, Vec2)>,
    /// Why it did not get there, where that stands, the button to send it again, and where that is.
    failure: Option<(Arc<Galley>, Vec2, String, Rect)>,
    spoken: String,
    details: String,
    chosen: Option<bool>,
    found: bool,
    /// It goes with the one above it.
    close: bool,
    message: Message,
}

/// A centred word with a rule on both sides.
struct Line {
    words: Arc<Galley>,
    y: f32,
    color: Color32,
    ruled: bool,
}

const PAD: Vec2 = vec2(12.0, 7.0);
const MARK: f32 = 14.0;
/// The widest that a line of text gets: longer ones are hard to read.
const WIDEST: f32 = 560.0;
/// The column of messages, centred in a wide pane.
pub const COLUMN: f32 = 880.0;

impl Row {
    /// Where the message itself begins, below what separates it from the one before.
    pub fn head(&self) -> f32 {
        self.bubble.top()
    }

    /// Whether a part of its text could be selected there.
    pub fn has_text_at(&self, at: Pos2) -> bool {
        let rtl = self.body.parts.iter().any(|part| part.seen.is_some());
        self.bubble.contains(at) && !rtl
    }
}
