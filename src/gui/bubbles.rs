//! One message as a bubble: laid out first, so that its height is known, and drawn where the list puts it.

use std::sync::Arc;

use egui::text_selection::LabelSelectionState;
use egui::{
    Color32, CornerRadius, Galley, Id, OpenUrl, Pos2, Rect, Role, Sense, Stroke, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::icons::Icon;
use super::links;
use super::scene::Scene;
use super::text::{self, Body};
use super::theme::{self, Palette, size, space};
use super::words::{Speaks, t};
use crate::event::{Message, MessageState};
use crate::wire::text::Terms;

/// What was clicked in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Click {
    /// Send this one again.
    Resend(String),
    /// Show more of this long one.
    Unfold(String),
}

/// Where a message stands among its neighbours.
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
    /// It was searched for: these words are marked.
    pub found: Option<&'a Terms>,
}

/// A message laid out. All positions are relative to the row.
pub struct Row {
    /// Of everything, in points.
    pub height: f32,
    above: Vec<Line>,
    bubble: Rect,
    fill: Color32,
    body: Body,
    body_at: Vec2,
    meta: Arc<Galley>,
    meta_at: Vec2,
    mark: Option<(Icon, Color32)>,
    chips: Vec<(Arc<Galley>, Vec2, String)>,
    more: Option<(Arc<Galley>, Vec2)>,
    failure: Option<(Arc<Galley>, Vec2, String)>,
    spoken: String,
    details: String,
    id: String,
    found: bool,
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

/// Messages of one person within so many seconds stand close together.
const GROUP_SECONDS: i64 = 300;

impl Row {
    /// Lays out `message` for the width of `ui`.
    pub fn new(
        ui: &mut Ui,
        scene: &Scene<'_>,
        nick: &str,
        message: &Message,
        place: Place<'_>,
    ) -> Row {
        let palette = theme::palette(ui);
        let own = message.is_own();
        let pane = ui.available_width();
        let column = pane.min(COLUMN);
        let left = (pane - column) / 2.0 + space::L;
        let right = (pane + column) / 2.0 - space::L;
        let widest = (right - left - 2.0 * PAD.x)
            .min(WIDEST)
            .min((right - left) * 0.84)
            .max(80.0);

        let mut row = Row {
            height: 0.0,
            above: Vec::new(),
            bubble: Rect::ZERO,
            fill: if own { palette.ours } else { palette.theirs },
            body: Body::new(
                ui,
                message,
                nick,
                widest,
                place.unfolded.max(text::FOLD),
                place.found,
            ),
            found: place.found.is_some(),
            body_at: Vec2::ZERO,
            meta: small(ui, meta_words(scene, message), palette.weak),
            meta_at: Vec2::ZERO,
            mark: message.state.map(|state| mark(state, palette)),
            chips: Vec::new(),
            more: None,
            failure: None,
            spoken: spoken(scene, nick, message),
            details: details(scene, message),
            id: message.id.clone(),
        };
        row.lay_above(ui, scene, message, place);
        let inner = row.lay_inside(ui, widest);
        let bubble = inner + 2.0 * PAD;
        let x = if own { right - bubble.x } else { left };
        row.bubble = Rect::from_min_size(pos2(x, row.height), bubble);
        row.height += bubble.y;
        row.lay_failure(ui, message, left, right);
        row
    }

    /// Where the message itself begins, below what separates it from the one before.
    pub fn head(&self) -> f32 {
        self.bubble.top()
    }

    /// Separators, and the space to the message before.
    fn lay_above(&mut self, ui: &Ui, scene: &Scene<'_>, message: &Message, place: Place<'_>) {
        let palette = theme::palette(ui);
        let mut add = |words: String, color, ruled, gap: f32| {
            let words = small(ui, words, color);
            let y = self.height + gap;
            self.height = y + words.size().y + gap;
            self.above.push(Line {
                words,
                y,
                color,
                ruled,
            });
        };
        if let Some(intro) = place.intro {
            add(intro.to_owned(), palette.weak, false, space::L);
        }
        let day = place
            .before
            .is_none_or(|before| scene.now.date(before.time) != scene.now.date(message.time));
        if day {
            add(scene.now.day(message.time), palette.weak, true, space::M);
        }
        if place.first_new {
            add(t!(ui, "message-new"), palette.accent, true, space::S);
        }
        if !day && !place.first_new {
            let close = place.before.is_some_and(|before| {
                before.is_own() == message.is_own()
                    && message.time.as_second() - before.time.as_second() < GROUP_SECONDS
            });
            self.height += if close { 2.0 } else { space::M };
        }
    }

    /// Text, links, time; gives the size of it all.
    fn lay_inside(&mut self, ui: &Ui, widest: f32) -> Vec2 {
        let palette = theme::palette(ui);
        let mut inner = self.body.galley.size();
        let mut last_line = self
            .body
            .galley
            .rows
            .last()
            .map_or(0.0, |row| row.rect().right());
        for text::Shown { target, .. } in self.body.links.iter().filter(|link| !link.is_plain) {
            let words = text::one_line(ui, target, size::SMALL, palette.link, widest);
            let at = vec2(0.0, inner.y + space::XS);
            inner = vec2(inner.x.max(words.size().x), at.y + words.size().y);
            last_line = words.size().x;
            self.chips.push((words, at, target.clone()));
        }
        if self.body.folded > 0 {
            let words = small(
                ui,
                t!(ui, "message-more", count = self.body.folded),
                palette.link,
            );
            let at = vec2(0.0, inner.y + space::XS);
            inner = vec2(inner.x.max(words.size().x), at.y + words.size().y);
            last_line = words.size().x;
            self.more = Some((words, at));
        }
        let meta = self.meta.size()
            + vec2(
                if self.mark.is_some() {
                    MARK + space::XS
                } else {
                    0.0
                },
                0.0,
            );
        if last_line + space::M + meta.x <= widest {
            inner.x = inner.x.max(last_line + space::M + meta.x);
        } else {
            inner = vec2(inner.x.max(meta.x), inner.y + meta.y);
        }
        self.body_at = PAD;
        self.meta_at = PAD + vec2(inner.x - meta.x, inner.y - meta.y + 1.0);
        inner
    }

    fn lay_failure(&mut self, ui: &Ui, message: &Message, left: f32, right: f32) {
        let palette = theme::palette(ui);
        let words = match (message.state, message.reason.as_deref()) {
            (Some(MessageState::Failed), Some(reason)) => {
                t!(ui, "message-not-sent-because", reason = reason)
            }
            (Some(MessageState::Failed), None) => t!(ui, "message-not-sent"),
            (Some(MessageState::Uncertain), Some(reason)) => {
                t!(ui, "message-uncertain-because", reason = reason)
            }
            (Some(MessageState::Uncertain), None) => t!(ui, "message-uncertain"),
            _ => return,
        };
        let action = t!(ui, "message-resend");
        let words = text::wrapped(
            ui,
            &words,
            size::SMALL,
            palette.bad,
            (right - left - 110.0).max(100.0),
        );
        let button = 96.0;
        let at = vec2(
            right - button - words.size().x - space::S,
            self.height + space::XS + 3.0,
        );
        self.height += words.size().y.max(24.0) + space::S;
        self.failure = Some((words, at, action));
    }

    /// Draws it at `place`, whose size is the pane's width and our height.
    pub fn show(self, ui: &mut Ui, place: Rect) -> Option<Click> {
        let palette = theme::palette(ui);
        let origin = place.min;
        for line in &self.above {
            line.paint(ui, place);
        }
        let bubble = self.bubble.translate(origin.to_vec2());
        if self.body.is_action {
            let line = Stroke::new(1.0, palette.line);
            ui.painter().rect(
                bubble,
                theme::ROUND + 4,
                palette.ground,
                line,
                egui::StrokeKind::Inside,
            );
        } else {
            ui.painter()
                .rect_filled(bubble, CornerRadius::same(theme::ROUND + 4), self.fill);
        }
        if self.found {
            let stroke = Stroke::new(2.0, palette.accent);
            ui.painter()
                .rect_stroke(bubble, theme::ROUND + 4, stroke, egui::StrokeKind::Outside);
        }
        let mut clicked = None;
        let text_at = bubble.min + self.body_at;
        let id = ui.scope_id().with("text");
        let text_rect = Rect::from_min_size(text_at, self.body.galley.size());
        let response = ui.interact(text_rect, id, Sense::click_and_drag() - Sense::FOCUSABLE);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &self.spoken));
        let galley = self.body.galley.clone();
        LabelSelectionState::label_text_selection(
            ui,
            &response,
            text_at,
            galley,
            palette.text,
            Stroke::NONE,
        );
        let whole = self.body.whole.clone();
        response.context_menu(|ui| {
            if ui.button(t!(ui, "message-copy")).clicked() {
                ui.ctx().copy_text(whole);
                ui.close();
            }
        });
        self.show_links(ui, text_at, id);
        let meta_at = bubble.min + self.meta_at;
        ui.painter()
            .galley(meta_at, self.meta.clone(), palette.weak);
        if let Some((icon, color)) = self.mark {
            let center = meta_at
                + vec2(
                    self.meta.size().x + space::XS + MARK / 2.0,
                    self.meta.size().y / 2.0,
                );
            icon.paint(ui.painter(), center, MARK, color);
        }
        let meta = Rect::from_min_max(meta_at, bubble.max);
        ui.interact(meta, id.with("details"), Sense::hover())
            .on_hover_text(&self.details);
        let name = t!(ui, "message-more-spoken");
        let more = self.more.as_ref();
        if more.is_some_and(|(words, at)| {
            link_like(ui, id.with("more"), text_at + *at, words, &name).clicked()
        }) {
            clicked = Some(Click::Unfold(self.id.clone()));
        }
        if let Some((words, at, action)) = &self.failure {
            ui.painter()
                .galley(origin + *at, words.clone(), palette.bad);
            let button = Rect::from_min_size(
                origin + *at + vec2(words.size().x + space::S, -4.0),
                vec2(92.0, 24.0),
            );
            let button_words = egui::RichText::new(action).size(size::SMALL);
            if ui.put(button, egui::Button::new(button_words)).clicked() {
                clicked = Some(Click::Resend(self.id.clone()));
            }
        }
        clicked
    }

    fn show_links(&self, ui: &mut Ui, text_at: Pos2, id: Id) {
        for (n, link) in self.body.links.iter().enumerate() {
            // A link may run over several lines: one widget a line, the first one for the keyboard.
            for (line, rect) in self.body.rects(link).into_iter().enumerate() {
                let sense = if line == 0 {
                    Sense::click()
                } else {
                    Sense::click() - Sense::FOCUSABLE
                };
                let response =
                    ui.interact(rect.translate(text_at.to_vec2()), id.with((n, line)), sense);
                if line == 0 {
                    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &link.target));
                }
                follow(ui, response, &link.target);
            }
        }
        for (n, (words, at, target)) in self.chips.iter().enumerate() {
            let response = link_like(ui, id.with(("chip", n)), text_at + *at, words, target);
            follow(ui, response, target);
        }
    }
}

impl Line {
    fn paint(&self, ui: &Ui, place: Rect) {
        let words = Rect::from_center_size(
            pos2(
                place.center().x,
                place.top() + self.y + self.words.size().y / 2.0,
            ),
            self.words.size(),
        );
        ui.painter()
            .galley(words.min, self.words.clone(), self.color);
        if self.ruled {
            let stroke = Stroke::new(1.0, self.color.gamma_multiply(0.35));
            let column = place.width().min(COLUMN) / 2.0 - space::L;
            let (left, right) = (place.center().x - column, place.center().x + column);
            ui.painter()
                .hline(left..=words.left() - space::M, words.center().y, stroke);
            ui.painter()
                .hline(words.right() + space::M..=right, words.center().y, stroke);
        }
    }
}

fn follow(ui: &Ui, response: egui::Response, target: &str) {
    let response = response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_text(target);
    super::icons::focus_ring(ui, &response, response.rect.expand(2.0));
    if response.clicked() && links::may_open(target) {
        ui.ctx().open_url(OpenUrl::new_tab(target));
    }
}

fn link_like(ui: &mut Ui, id: Id, at: Pos2, words: &Arc<Galley>, name: &str) -> egui::Response {
    let response = ui.interact(Rect::from_min_size(at, words.size()), id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, name));
    ui.painter()
        .galley(at, words.clone(), theme::palette(ui).link);
    super::icons::focus_ring(ui, &response, response.rect.expand(2.0));
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

fn small(ui: &Ui, words: String, color: Color32) -> Arc<Galley> {
    ui.painter()
        .layout_no_wrap(words, theme::regular(size::SMALL), color)
}

fn mark(state: MessageState, palette: &Palette) -> (Icon, Color32) {
    match state {
        MessageState::Queued => (Icon::Clock, palette.weak),
        MessageState::Sent => (Icon::Check, palette.weak),
        MessageState::Delivered => (Icon::Checks, palette.weak),
        MessageState::Displayed => (Icon::Checks, palette.accent),
        MessageState::Failed | MessageState::Uncertain => (Icon::Warning, palette.bad),
    }
}

fn meta_words(scene: &Scene<'_>, message: &Message) -> String {
    let time = scene.now.time(message.time);
    if message.delayed {
        t!(scene, "message-late", time = time)
    } else {
        time
    }
}

/// The state in words.
pub fn state_words(words: &impl Speaks, state: MessageState) -> String {
    match state {
        MessageState::Queued => t!(words, "state-queued"),
        MessageState::Sent => t!(words, "state-sent"),
        MessageState::Delivered => t!(words, "state-delivered"),
        MessageState::Displayed => t!(words, "state-displayed"),
        MessageState::Failed => t!(words, "state-failed"),
        MessageState::Uncertain => t!(words, "state-uncertain"),
    }
}

/// What a screen reader says.
fn spoken(scene: &Scene<'_>, nick: &str, message: &Message) -> String {
    let time = scene.now.time(message.time);
    let text = text::cut(&message.body, text::FOLD);
    match message.state {
        Some(state) => {
            let state = state_words(scene, state);
            t!(
                scene,
                "message-spoken-own",
                time = time,
                state = state,
                text = text
            )
        }
        None => t!(
            scene,
            "message-spoken",
            name = nick,
            time = time,
            text = text
        ),
    }
}

fn details(scene: &Scene<'_>, message: &Message) -> String {
    let mut lines = vec![scene.now.full(message.time)];
    if message.delayed {
        lines.push(t!(scene, "message-late-explained"));
    }
    if let Some(state) = message.state {
        lines.push(text::capital(&state_words(scene, state)));
    }
    lines.push(if message.encrypted {
        t!(scene, "message-encrypted")
    } else {
        t!(scene, "message-plaintext")
    });
    lines.join("\n")
}
