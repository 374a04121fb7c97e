//! Dragging in the list: a person onto a room, or a room onto a person, is an invitation.

use egui::{Align2, CornerRadius, Order, Rect, Response, Stroke, StrokeKind, Ui, vec2};

use super::text;
use super::theme::{self, size, space};
use crate::wire::jid::Jid;

/// A person under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub jid: Jid,
    /// What it is called.
    pub nick: String,
}

/// A room under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its address.
    pub room: String,
    /// Its name.
    pub name: String,
}

/// This row can be taken along; `words` follow the pointer.
pub fn take<T: Send + Sync + 'static>(ui: &Ui, row: &Response, what: T, words: &str) {
    row.dnd_set_drag_payload(what);
    let Some(pointer) = row.ctx.pointer_interact_pos().filter(|_| row.dragged()) else {
        return;
    };
    let palette = theme::palette(ui);
    let layer = egui::LayerId::new(Order::Tooltip, egui::Id::unique("dragged"));
    let painter = ui.ctx().layer_painter(layer);
    let words = text::fitted(ui, words, theme::bold(size::BODY), palette.text, 220.0);
    let extent = words.size() + vec2(2.0 * space::M, 2.0 * space::S);
    let place = Rect::from_min_size(pointer + vec2(12.0, 6.0), extent);
    let line = Stroke::new(1.0, palette.outline);
    painter.rect(place, 6.0, palette.ground, line, StrokeKind::Inside);
    let at = Align2::CENTER_CENTER.align_size_within_rect(words.size(), place);
    painter.galley(at.min, words, palette.text);
}

/// What is let go over this row; while it is above, the row is framed. `fits` says whether it means something here.
pub fn drop<T: Clone + Send + Sync + 'static>(
    ui: &Ui,
    row: &Response,
    card: Rect,
    fits: impl Fn(&T) -> bool,
) -> Option<T> {
    row.dnd_hover_payload::<T>().filter(|what| fits(what))?;
    let line = Stroke::new(2.0, theme::palette(ui).accent);
    let corner = CornerRadius::same(theme::ROUND);
    ui.painter()
        .rect_stroke(card, corner, line, StrokeKind::Inside);
    row.dnd_release_payload::<T>().map(|what| (*what).clone())
}
