//! Which message the keys are about: chosen with Ctrl+Up and the arrows, or by a jump.

use std::collections::VecDeque;

use egui::Id;

use crate::event::Message;

/// See the module's documentation.
#[derive(Default)]
pub struct Choice {
    id: Option<String>,
    /// It was chosen just now: it takes the keyboard.
    fresh: bool,
}

impl Choice {
    /// The widget of the chosen message.
    pub fn widget() -> Id {
        Id::unique("chosen message")
    }

    /// The chosen message, and whether it takes the keyboard in this frame.
    pub fn now(&self) -> (Option<&String>, bool) {
        (self.id.as_ref(), self.fresh)
    }

    /// The frame with it was drawn; whether it took the keyboard in that.
    pub fn drawn(&mut self) -> (Option<String>, bool) {
        (self.id.clone(), std::mem::take(&mut self.fresh))
    }

    /// Chooses this one.
    pub fn to(&mut self, id: &str) {
        self.id = Some(id.to_owned());
        self.fresh = true;
    }

    /// None is chosen any more; true if one was.
    pub fn leave(&mut self) -> bool {
        self.id.take().is_some()
    }

    /// Whether one is chosen.
    pub fn is_made(&self) -> bool {
        self.id.is_some()
    }

    /// So many further down (or up, below zero); behind the newest none is chosen any more. Gives the one chosen now.
    pub fn step(&mut self, messages: &VecDeque<Message>, by: isize) -> Option<String> {
        let newest = messages.len().checked_sub(1)?;
        let at = self.id.as_ref();
        let at = at.and_then(|id| messages.iter().rposition(|message| message.id == *id));
        let next = match at {
            Some(at) => at.saturating_add_signed(by),
            None if by < 0 => newest,
            None => return None,
        };
        match messages.get(next) {
            Some(message) => self.to(&message.id),
            None => drop(self.leave()),
        }
        self.id.clone()
    }
}
