//! A list of messages that can be very long: only what is in sight is laid out, so a hundred thousand are as smooth as
//! ten. Heights are never estimated: the list hangs on an anchor, one message at one place of the pane (or the end),
//! and grows from there in both directions until the pane is full. That is why nothing jumps when older messages are
//! put in front, the window is resized, or a text above is unfolded.

use std::collections::VecDeque;

use egui::{Id, Key, Modifiers, Rect, Sense, Ui, pos2, vec2};

use super::bubbles::{Click, Row};
use super::selection::Selection;
use super::theme;
use crate::event::Message;

/// The list's place, kept from frame to frame.
#[derive(Clone, Debug, Default, PartialEq)]
enum Anchor {
    /// The newest message stands at the foot.
    #[default]
    End,
    /// The bubble of this message begins so many points below the top of the pane. (Not its row: the day above it goes
    /// when an older message of the same day comes in front.)
    At { id: String, offset: f32 },
}

/// A message list.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    anchor: Anchor,
    /// Index of the anchored message when last seen: found again at once unless messages came in front.
    hint: usize,
    first_seen: usize,
    last_seen: usize,
    /// What was wholly in sight in the last frame.
    seen: Vec<String>,
    /// Newer messages exist that are not loaded: the last one here is not the end.
    goes_on: bool,
    /// The list follows a pointer at its edge that selects, by so many points a frame.
    drift: f32,
}

impl Feed {
    /// Goes to the newest message and stays with it.
    pub fn to_end(&mut self) {
        self.anchor = Anchor::End;
    }

    /// Puts a message near the top.
    pub fn to(&mut self, id: &str) {
        self.anchor = Anchor::At {
            id: id.to_owned(),
            offset: 56.0,
        };
    }

    /// Puts a message where its neighbours are seen on both sides.
    pub fn to_among_others(&mut self, id: &str) {
        self.anchor = Anchor::At {
            id: id.to_owned(),
            offset: 160.0,
        };
    }

    /// The message that the list hangs on, unless that is the newest.
    pub fn place(&self) -> Option<&str> {
        match &self.anchor {
            Anchor::End => None,
            Anchor::At { id, .. } => Some(id),
        }
    }

    /// Moves as little as is needed for this message to be in sight.
    pub fn into_sight(&mut self, id: &str) {
        if !self.seen.iter().any(|seen| seen == id) {
            self.to(id);
        }
    }

    /// Whether the newest message is in sight.
    pub fn is_at_end(&self) -> bool {
        self.anchor == Anchor::End
    }

    /// Whether the oldest loaded message is close.
    pub fn is_near_start(&self) -> bool {
        self.first_seen < 20
    }

    /// Whether the newest loaded message is close, of `all`.
    pub fn is_near_end(&self, all: usize) -> bool {
        self.last_seen + 20 > all
    }

    /// Draws the messages into the rest of `ui`. `goes_on`: newer ones exist that are not loaded. `row` lays out one of them. Gives back what was clicked.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        messages: &VecDeque<Message>,
        goes_on: bool,
        selection: &mut Selection,
        row: &mut dyn FnMut(&mut Ui, usize) -> Option<Row>,
    ) -> Option<Click> {
        self.goes_on = goes_on;
        let pane = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(pane);
        let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(pane).id_salt("feed"));
        ui.set_clip_rect(pane.intersect(ui.clip_rect()));
        if messages.is_empty() {
            return None;
        }
        let scrolled = self.scrolled(&mut ui, pane);
        self.drag_bar(&mut ui, pane, messages);
        let rows = self.arrange(&mut ui, pane, messages, scrolled, row);
        self.settle(pane, messages, &rows);
        let whole =
            |(_, top, row): &&(usize, f32, Row)| *top >= 0.0 && top + row.height <= pane.height();
        let seen = rows
            .iter()
            .filter(whole)
            .filter_map(|(index, ..)| messages.get(*index));
        self.seen = seen.map(|message| message.id.clone()).collect();
        self.paint_bar(&ui, pane, messages.len(), &rows);
        self.drift = selection.pointer(&ui, pane, messages, &rows);
        let selected = selection.range(messages);
        let mut clicked = None;
        for (index, top, row) in rows {
            let place = Rect::from_min_size(
                pos2(pane.left(), pane.top() + top),
                vec2(pane.width(), row.height),
            );
            if selected
                .as_ref()
                .is_some_and(|range| range.contains(&index))
            {
                let place = place.with_min_y(place.top() + row.head() - 1.0);
                let color = theme::palette(&ui).accent.gamma_multiply(0.16);
                ui.painter().rect_filled(place, 0.0, color);
            }
            let id = messages
                .get(index)
                .map_or("", |message| message.id.as_str());
            let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(place).id_salt(id));
            clicked = row.show(&mut ui, place).or(clicked);
        }
        clicked
    }

    /// Wheel and keys, as points to move the messages down by.
    fn scrolled(&mut self, ui: &mut Ui, pane: Rect) -> f32 {
        let page = pane.height() * 0.85;
        let over = ui.rect_contains_pointer(pane);
        let (keys, home, end, wheel) = ui.input_mut(|input| {
            let up = input.consume_key(Modifiers::NONE, Key::PageUp);
            let down = input.consume_key(Modifiers::NONE, Key::PageDown);
            let home = input.consume_key(Modifiers::CTRL, Key::Home);
            let end = input.consume_key(Modifiers::CTRL, Key::End);
            let wheel = if over {
                std::mem::take(&mut input.smooth_scroll_delta.y)
            } else {
                0.0
            };
            (
                f32::from(u8::from(up)) * page - f32::from(u8::from(down)) * page,
                home,
                end,
                wheel,
            )
        });
        if end {
            self.to_end();
        }
        keys + wheel + std::mem::take(&mut self.drift) + if home { f32::INFINITY } else { 0.0 }
    }

    fn find(&self, messages: &VecDeque<Message>, id: &str) -> Option<usize> {
        if messages
            .get(self.hint)
            .is_some_and(|message| message.id == id)
        {
            return Some(self.hint);
        }
        messages.iter().rposition(|message| message.id == id)
    }

    /// Lays out what is in sight: index, top relative to the pane, row; from the oldest to the newest.
    fn arrange(
        &mut self,
        ui: &mut Ui,
        pane: Rect,
        messages: &VecDeque<Message>,
        scrolled: f32,
        row: &mut dyn FnMut(&mut Ui, usize) -> Option<Row>,
    ) -> VecDeque<(usize, f32, Row)> {
        let height = pane.height();
        let newest = messages.len().saturating_sub(1);
        let (start, offset) = match &self.anchor {
            _ if scrolled.is_infinite() => (0, Some(height)),
            Anchor::End => (newest, None),
            Anchor::At { id, offset } => self
                .find(messages, id)
                .map_or((newest, None), |at| (at, Some(*offset))),
        };
        let Some(first) = row(ui, start) else {
            return VecDeque::new();
        };
        let mut top = offset.map_or(height - first.height, |offset| offset - first.head());
        if scrolled.is_finite() {
            top += scrolled;
        }
        let mut rows = VecDeque::from([(start, top, first)]);
        // Twice: filling may show that the list ends within the pane; it is moved there and filled again.
        for _ in 0..2 {
            fill(ui, &mut rows, height, newest, row);
            let shift = overshoot(&rows, height, newest);
            if shift == 0.0 {
                break;
            }
            for (_, top, _) in &mut rows {
                *top += shift;
            }
        }
        rows.retain(|(_, top, row)| top + row.height >= 0.0 && *top <= height);
        rows
    }

    /// Remembers where the list now hangs.
    fn settle(
        &mut self,
        pane: Rect,
        messages: &VecDeque<Message>,
        rows: &VecDeque<(usize, f32, Row)>,
    ) {
        let at_end = rows.back().is_none_or(|(index, top, row)| {
            *index + 1 == messages.len() && top + row.height <= pane.height() + 1.0
        });
        self.first_seen = rows.front().map_or(0, |(index, ..)| *index);
        self.last_seen = rows.back().map_or(0, |(index, ..)| *index);
        if at_end && !self.goes_on {
            self.anchor = Anchor::End;
        } else if let Some((index, top, row)) =
            rows.iter().find(|(_, top, row)| top + row.height > 0.0)
            && let Some(message) = messages.get(*index)
        {
            self.hint = *index;
            self.anchor = Anchor::At {
                id: message.id.clone(),
                offset: top + row.head(),
            };
        }
    }

    fn drag_bar(&mut self, ui: &mut Ui, pane: Rect, messages: &VecDeque<Message>) {
        let bar = Rect::from_min_max(pos2(pane.right() - 12.0, pane.top()), pane.max);
        let response = ui.interact(
            bar,
            Id::unique("feed bar"),
            Sense::click_and_drag() - Sense::FOCUSABLE,
        );
        let Some(at) = response
            .interact_pointer_pos()
            .filter(|_| response.dragged() || response.clicked())
        else {
            return;
        };
        let share = ((at.y - bar.top()) / bar.height()).clamp(0.0, 1.0);
        let index = (share * messages.len() as f32) as usize;
        if share > 0.99 {
            self.to_end();
        } else if let Some(message) = messages.get(index) {
            self.anchor = Anchor::At {
                id: message.id.clone(),
                offset: 0.0,
            };
        }
    }

    /// The bar tells the place by number of messages, not by points: those nobody has laid out.
    fn paint_bar(&self, ui: &Ui, pane: Rect, all: usize, rows: &VecDeque<(usize, f32, Row)>) {
        if rows.len() >= all {
            return;
        }
        let seen = rows.len() as f32 / all as f32;
        let first = rows.front().map_or(0, |(index, ..)| *index) as f32;
        let progress = if self.is_at_end() {
            1.0
        } else {
            (first / (all - rows.len()) as f32).min(1.0)
        };
        let length = (seen * pane.height()).clamp(28.0, pane.height());
        let top = pane.top() + progress * (pane.height() - length);
        let hovered = ui.rect_contains_pointer(Rect::from_min_max(
            pos2(pane.right() - 12.0, pane.top()),
            pane.max,
        ));
        let width = if hovered { 8.0 } else { 4.0 };
        let handle =
            Rect::from_min_size(pos2(pane.right() - width - 2.0, top), vec2(width, length));
        ui.painter().rect_filled(
            handle,
            width / 2.0,
            theme::palette(ui).weak.gamma_multiply(0.55),
        );
    }
}

fn fill(
    ui: &mut Ui,
    rows: &mut VecDeque<(usize, f32, Row)>,
    height: f32,
    newest: usize,
    row: &mut dyn FnMut(&mut Ui, usize) -> Option<Row>,
) {
    while let Some((index, top, last)) = rows.back()
        && *index < newest
        && top + last.height < height
    {
        let (index, top) = (index + 1, top + last.height);
        let Some(next) = row(ui, index) else { break };
        rows.push_back((index, top, next));
    }
    while let Some((index, top, _)) = rows.front()
        && *index > 0
        && *top > 0.0
    {
        let (index, bottom) = (index - 1, *top);
        let Some(next) = row(ui, index) else { break };
        rows.push_front((index, bottom - next.height, next));
    }
}

/// How far the rows must move so that the list neither ends above the foot nor begins below the top.
fn overshoot(rows: &VecDeque<(usize, f32, Row)>, height: f32, newest: usize) -> f32 {
    let bottom = rows
        .back()
        .filter(|(index, ..)| *index == newest)
        .map(|(_, top, row)| top + row.height);
    if let Some(bottom) = bottom.filter(|bottom| *bottom < height) {
        return height - bottom;
    }
    let above = rows.front().map_or(
        0.0,
        |(index, top, _)| if *index == 0 { top.max(0.0) } else { 0.0 },
    );
    // A list shorter than the pane stands at its foot.
    -above.min(bottom.map_or(f32::INFINITY, |bottom| bottom - height))
}
