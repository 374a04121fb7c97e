//! Several messages chosen together, to be copied: by dragging from one to another, by Shift and a click, or by Shift and the
//! arrows. They are whole messages; a part of one is selected within it.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use egui::text_selection::LabelSelectionState;
use egui::{Context, Pos2, Rect, Ui};

use super::bubbles::Row;
use crate::event::Message;

/// At the edges of the pane the list follows the pointer.
const EDGE: f32 = 28.0;

/// So far the pointer moves from beside a text before that counts as dragging, in points.
const SLACK: f32 = 6.0;

/// See the module's documentation.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Where it began, and where it goes to.
    ends: Option<(String, String)>,
    /// The message that the button went down on, where, and whether a part of its text may be selected there.
    press: Option<(String, Pos2, bool)>,
}

impl Selection {
    /// Whether there is one.
    pub fn is_made(&self) -> bool {
        self.ends.is_some()
    }

    /// None any more; true if there was one.
    pub fn clear(&mut self) -> bool {
        self.ends.take().is_some()
    }

    /// Which of the loaded messages.
    pub fn range(&self, messages: &VecDeque<Message>) -> Option<RangeInclusive<usize>> {
        let (from, to) = self.ends.as_ref()?;
        let find = |id: &str| messages.iter().rposition(|message| message.id == id);
        let (from, to) = (find(from)?, find(to)?);
        Some(from.min(to)..=from.max(to))
    }

    /// From where it began, else from `chosen`, to this one.
    pub fn extend(&mut self, chosen: &str, to: &str) {
        let from = self.ends.take().map_or(chosen.to_owned(), |ends| ends.0);
        self.ends = Some((from, to.to_owned()));
    }

    /// What the pointer does over the messages; gives the points to move them down by.
    pub fn pointer(
        &mut self,
        ui: &Ui,
        pane: Rect,
        messages: &VecDeque<Message>,
        rows: &VecDeque<(usize, f32, Row)>,
    ) -> f32 {
        let (pressed, down, shift, at) = ui.input(|input| {
            let pointer = &input.pointer;
            let at = pointer.interact_pos();
            let (pressed, down) = (pointer.primary_pressed(), pointer.primary_down());
            (pressed, down, input.modifiers.shift, at)
        });
        let Some(at) = at.filter(|_| down || pressed) else {
            self.press = None;
            return 0.0;
        };
        let under = row_at(pane, rows, at);
        let id_of = |index: usize| messages.get(index).map(|message| message.id.clone());
        let Some((id, text)) = under.and_then(|(index, text)| Some((id_of(index)?, text))) else {
            return 0.0;
        };
        if pressed {
            let bar = at.x > pane.right() - 12.0;
            let ours = pane.contains(at) && !bar && ui.ctx().layer_id_at(at) == Some(ui.layer_id());
            self.press = ours.then(|| (id.clone(), at, text));
            if ours
                && shift
                && let Some((from, _)) = self.ends.take()
            {
                self.ends = Some((from, id));
                self.press = None;
            } else if ours {
                self.clear();
            }
            return 0.0;
        }
        let Some((from, begun, text)) = &self.press else {
            return 0.0;
        };
        let beside = !text && begun.distance(at) > SLACK;
        if id == *from && !beside && self.ends.is_none() {
            return 0.0;
        }
        self.ends = Some((from.clone(), id));
        let_go_of_text(ui.ctx());
        let drift = follow(pane, at);
        if drift != 0.0 {
            ui.ctx().request_repaint();
        }
        drift
    }
}

/// egui's own selection ends: it knows only what is in sight.
fn let_go_of_text(ctx: &Context) {
    let plugin = ctx.plugin::<LabelSelectionState>();
    plugin.lock().clear_selection();
}

/// The message at this height, and whether its text is under the pointer.
fn row_at(pane: Rect, rows: &VecDeque<(usize, f32, Row)>, at: Pos2) -> Option<(usize, bool)> {
    let y = at.y.clamp(pane.top(), pane.bottom()) - pane.top();
    let inside = |(_, top, row): &&(usize, f32, Row)| y < top + row.height;
    let (index, top, row) = rows.iter().find(inside).or_else(|| rows.back())?;
    let text = row.has_text_at(Pos2::new(at.x - pane.left(), y - top));
    Some((*index, text))
}

/// How fast the list follows a pointer that is at its edge.
fn follow(pane: Rect, at: Pos2) -> f32 {
    let above = (pane.top() + EDGE - at.y).clamp(0.0, 90.0);
    let below = (at.y - pane.bottom() + EDGE).clamp(0.0, 90.0);
    (above - below) * 0.35
}
