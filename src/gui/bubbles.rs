//! One message as a bubble: laid out first, so that its height is known, and drawn where the list puts it.

use std::sync::Arc;

use egui::text_selection::LabelSelectionState;
use egui::{
    Color32, CornerRadius, Galley, Id, Pos2, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2,
    vec2,
};

use super::actions::{self, Act, Rights};
use super::body::{self, Body};
use super::choice::Choice;
use super::icons::{Icon, focus_ring};
use super::links;
use super::message_words::{details, meta_words, spoken};
use super::quote::Quoted;
use super::reactions::Chips;
use super::room_lines::{self, Line as RoomWords};
use super::scene::Scene;
use super::text;
use super::theme::{self, Palette, size, space};
use super::words::t;
use crate::event::{Message, MessageState};
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
        let author = if own {
            scene.my_name()
        } else {
            nick.to_owned()
        };
        let extra = message.extra.as_deref();
        let retracted = extra.is_some_and(|extra| extra.retracted.is_some());
        let most = place.unfolded.max(body::FOLD);
        let fill = match &place.room {
            Some(room) if room.line.announcement => palette.notice,
            _ if own => palette.ours,
            _ => palette.theirs,
        };
        let mut row = Row {
            height: 0.0,
            above: Vec::new(),
            bubble: Rect::ZERO,
            fill,
            name: None,
            rights: place.room.as_ref().map_or(Rights::Talk, |room| room.rights),
            mark_line: None,
            quoted: Quoted::of(ui, scene, nick, message, place.origin, widest),
            body: match retracted {
                false => Body::new(ui, message, &author, widest, most, place.found),
                true => tombstone(ui, message, place.room.as_ref(), widest),
            },
            body_at: Vec2::ZERO,
            covered: None,
            spoiler: extra.is_some_and(|extra| extra.spoiler.is_some()),
            meta: match &place.room {
                Some(room) => small(ui, room_lines::meta_words(scene, room.line), palette.weak),
                None => small(ui, meta_words(scene, message), palette.weak),
            },
            meta_at: Vec2::ZERO,
            mark: message
                .state
                .filter(|_| !retracted)
                .map(|state| mark(state, palette)),
            targets: Vec::new(),
            more: None,
            reactions: Chips::new(ui, message, nick, widest),
            reactions_at: Vec2::ZERO,
            below: None,
            failure: None,
            spoken: match &place.room {
                Some(room) => room_lines::spoken(scene, room.line, message),
                None => spoken(scene, nick, message, place.revealed),
            },
            details: match &place.room {
                Some(room) => room_lines::details(scene, room.line),
                None => details(scene, message),
            },
            chosen: place.chosen,
            found: place.found.is_some(),
            close: false,
            message: message.clone(),
        };
        row.lay_above(ui, scene, message, place);
        if place.room.is_some() && !own && !row.close {
            let font = theme::bold(size::SMALL + 1.0);
            let color = room_lines::name_color(ui, nick);
            row.name = Some(text::fitted(ui, nick, font, color, widest));
        }
        let inner = row.lay_inside(ui, scene, place, widest);
        let bubble = inner + 2.0 * PAD;
        let x = if own { right - bubble.x } else { left };
        row.bubble = Rect::from_min_size(pos2(x, row.height), bubble);
        row.height += bubble.y;
        row.lay_below(ui, left, right);
        row.lay_failure(ui, left, right);
        row
    }

    /// Where the message itself begins, below what separates it from the one before.
    pub fn head(&self) -> f32 {
        self.bubble.top()
    }

    /// Whether a part of its text could be selected there.
    pub fn has_text_at(&self, at: Pos2) -> bool {
        let rtl = self.body.parts.iter().any(|part| part.seen.is_some());
        self.bubble.contains(at) && !rtl
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
                    && before.from == message.from
                    && message.time.as_second() - before.time.as_second() < GROUP_SECONDS
            });
            self.close = close
                && place
                    .room
                    .as_ref()
                    .is_none_or(|room| !room.line.announcement);
            self.height += if self.close { 2.0 } else { space::M };
        }
    }

    /// What is in the bubble, from its top; gives the size of it all.
    fn lay_inside(&mut self, ui: &Ui, scene: &Scene<'_>, place: Place<'_>, widest: f32) -> Vec2 {
        let palette = theme::palette(ui);
        let mut inner = self.name.as_ref().map_or(Vec2::ZERO, |name| name.size());
        let announced = place.room.is_some_and(|room| room.line.announcement);
        let mark = match announced {
            true => Some(t!(ui, "room-announce")),
            false => mark_line(ui, scene, &self.message),
        };
        if let Some(words) = mark {
            let words = text::one_line(ui, &words, size::SMALL, palette.weak, widest);
            let at = vec2(0.0, inner.y);
            inner = vec2(
                inner.x.max(words.size().x),
                inner.y + words.size().y + space::XS,
            );
            self.mark_line = Some((words, at));
        }
        if let Some(quoted) = &mut self.quoted {
            quoted.at = vec2(0.0, inner.y);
            inner = vec2(
                inner.x.max(quoted.size.x),
                inner.y + quoted.size.y + space::XS,
            );
        }
        self.body_at = vec2(0.0, inner.y);
        let mut last_line = self.body.last_line;
        if self.spoiler && !place.revealed {
            let words = t!(ui, "spoiler-show");
            let words = small(ui, words, palette.link);
            let cover = Rect::from_min_size(
                self.body_at.to_pos2(),
                vec2(words.size().x + 20.0, words.size().y + 12.0),
            );
            inner = vec2(inner.x.max(cover.width()), cover.bottom());
            last_line = cover.width();
            self.covered = Some((words, cover));
        } else {
            inner = vec2(inner.x.max(self.body.size.x), inner.y + self.body.size.y);
            let hidden = self.body.links.iter().filter(|link| !link.is_plain);
            for body::Shown { target, .. } in hidden {
                let words = text::one_line(ui, target, size::SMALL, palette.link, widest);
                let at = vec2(0.0, inner.y + space::XS);
                inner = vec2(inner.x.max(words.size().x), at.y + words.size().y);
                last_line = words.size().x;
                self.targets.push((words, at, target.clone()));
            }
            if self.body.folded > 0 {
                let words = t!(ui, "message-more", count = self.body.folded);
                let words = small(ui, words, palette.link);
                let at = vec2(0.0, inner.y + space::XS);
                inner = vec2(inner.x.max(words.size().x), at.y + words.size().y);
                last_line = words.size().x;
                self.more = Some((words, at));
            }
        }
        self.lay_meta(inner, last_line, widest)
    }

    /// The time and the state in the lower right corner, beside the last line where there is room.
    fn lay_meta(&mut self, mut inner: Vec2, last_line: f32, widest: f32) -> Vec2 {
        let mark = if self.mark.is_some() {
            MARK + space::XS
        } else {
            0.0
        };
        let meta = self.meta.size() + vec2(mark, 0.0);
        if last_line + space::M + meta.x <= widest {
            inner.x = inner.x.max(last_line + space::M + meta.x);
        } else {
            inner = vec2(inner.x.max(meta.x), inner.y + meta.y);
        }
        self.meta_at = vec2(inner.x - meta.x, inner.y - meta.y + 1.0);
        inner
    }

    /// Reactions, and what the other one does not see.
    fn lay_below(&mut self, ui: &Ui, left: f32, right: f32) {
        let own = self.message.is_own();
        if self.reactions.size.y > 0.0 {
            // They overlap the bubble a little: they belong to it.
            let x = if own {
                self.bubble.right() - self.reactions.size.x - space::S
            } else {
                self.bubble.left() + space::S
            };
            let x = x.max(left);
            self.reactions_at = vec2(x, self.height - 5.0);
            self.height += self.reactions.size.y - 3.0;
        }
        let unseen = self
            .message
            .extra
            .as_ref()
            .and_then(|extra| extra.unseen_there.as_deref());
        if let Some(reason) = unseen {
            let palette = theme::palette(ui);
            let words = t!(ui, "message-unseen-there", reason = reason);
            let words = text::wrapped(
                ui,
                &words,
                size::SMALL,
                palette.weak,
                (right - left).min(420.0),
            );
            let x = if own { right - words.size().x } else { left };
            let at = vec2(x, self.height + 2.0);
            self.height += words.size().y + space::XS;
            self.below = Some((words, at));
        }
    }

    fn lay_failure(&mut self, ui: &Ui, left: f32, right: f32) {
        let palette = theme::palette(ui);
        let retracted = self
            .message
            .extra
            .as_ref()
            .is_some_and(|extra| extra.retracted.is_some());
        let words = match (self.message.state, self.message.reason.as_deref()) {
            _ if retracted => return,
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
        let name = small(ui, action.clone(), palette.text);
        let button = vec2(
            name.size().x + 2.0 * (ui.spacing().button_padding.x + space::XS),
            ui.spacing().interact_size.y,
        );
        let words = text::wrapped(
            ui,
            &words,
            size::SMALL,
            palette.bad,
            (right - left - button.x - space::S).max(100.0),
        );
        let high = words.size().y.max(button.y);
        let middle = self.height + space::XS + high / 2.0;
        let button = Rect::from_min_size(pos2(right - button.x, middle - button.y / 2.0), button);
        let at = vec2(
            button.left() - space::S - words.size().x,
            middle - words.size().y / 2.0,
        );
        self.height += space::XS + high;
        self.failure = Some((words, at, action, button));
    }

    /// Draws it at `place`, whose size is the pane's width and our height.
    pub fn show(mut self, ui: &mut Ui, place: Rect) -> Option<Click> {
        let origin = place.min;
        for line in &self.above {
            line.paint(ui, place);
        }
        let bubble = self.bubble.translate(origin.to_vec2());
        let id = ui.scope_id().with("text");
        self.paint_bubble(ui, bubble);
        let inside = bubble.min + PAD;
        let mut clicked = self.show_inside(ui, inside, id);
        self.show_meta(ui, inside, bubble, id);
        let reactions = std::mem::take(&mut self.reactions);
        let chip = reactions.show(ui, origin + self.reactions_at, id.with("reaction"));
        let message_id = || self.message.id.clone();
        if let Some(emoji) = chip {
            clicked = Some(Click::Act(message_id(), Act::React(emoji)));
        }
        if let Some((words, at)) = &self.below {
            let color = theme::palette(ui).weak;
            ui.painter().galley(origin + *at, words.clone(), color);
        }
        if self.show_failure(ui, origin) {
            clicked = Some(Click::Resend(message_id()));
        }
        self.choose_ui(ui, bubble);
        if let Some(act) = self.bar_ui(ui, bubble, place) {
            clicked = Some(Click::Act(message_id(), act));
        }
        clicked
    }

    fn paint_bubble(&self, ui: &Ui, bubble: Rect) {
        let palette = theme::palette(ui);
        let corner = CornerRadius::same(theme::ROUND + 4);
        let hollow = self.body.is_action
            || self
                .message
                .extra
                .as_ref()
                .is_some_and(|extra| extra.retracted.is_some());
        if hollow {
            let line = Stroke::new(1.0, palette.line);
            ui.painter().rect(
                bubble,
                corner,
                palette.ground,
                line,
                egui::StrokeKind::Inside,
            );
        } else {
            ui.painter().rect_filled(bubble, corner, self.fill);
        }
        if self.found {
            let line = Stroke::new(2.0, palette.accent);
            ui.painter()
                .rect_stroke(bubble, corner, line, egui::StrokeKind::Outside);
        }
        let named = self
            .message
            .extra
            .as_ref()
            .is_some_and(|extra| extra.mentions_me);
        if named {
            let line = Stroke::new(1.5, palette.accent);
            ui.painter()
                .rect_stroke(bubble, corner, line, egui::StrokeKind::Inside);
        }
    }

    fn show_inside(&self, ui: &mut Ui, inside: Pos2, id: Id) -> Option<Click> {
        let palette = theme::palette(ui);
        let mut clicked = None;
        let message_id = || self.message.id.clone();
        if let Some(name) = &self.name {
            ui.painter().galley(inside, name.clone(), palette.text);
        }
        if let Some((words, at)) = &self.mark_line {
            ui.painter()
                .galley(inside + *at, words.clone(), palette.weak);
        }
        if let Some(quoted) = &self.quoted
            && quoted.show(ui, inside, id.with("quote"))
        {
            clicked = quoted.target.clone().map(Click::Jump);
        }
        if let Some((words, cover)) = &self.covered {
            let rect = cover.translate(inside.to_vec2());
            let response = ui.interact(rect, id.with("cover"), Sense::click());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &self.spoken));
            let fill = if response.hovered() {
                palette.selected
            } else {
                palette.hover
            };
            ui.painter().rect_filled(rect, 6.0, fill);
            ui.painter()
                .galley(rect.min + vec2(10.0, 6.0), words.clone(), palette.link);
            focus_ring(ui, &response, rect);
            if response.clicked() {
                clicked = Some(Click::Reveal(message_id()));
            }
            if let Some(act) = actions::context_menu(&response, &self.message, self.rights) {
                clicked = Some(Click::Act(message_id(), act));
            }
            return clicked;
        }
        let text_at = inside + self.body_at;
        self.body.paint_ground(ui, text_at);
        clicked = self.show_text(ui, text_at, id).or(clicked);
        clicked = self.show_links(ui, inside, text_at, id).or(clicked);
        let name = t!(ui, "message-more-spoken");
        if let Some((words, at)) = &self.more
            && link_like(ui, id.with("more"), inside + *at, words, &name).clicked()
        {
            clicked = Some(Click::Unfold(message_id()));
        }
        clicked
    }

    /// The words, to be selected part by part.
    fn show_text(&self, ui: &mut Ui, text_at: Pos2, id: Id) -> Option<Click> {
        let palette = theme::palette(ui);
        let mut clicked = None;
        for (n, part) in self.body.parts.iter().enumerate() {
            let rect = part.rect.translate(text_at.to_vec2());
            let id = if n == 0 { id } else { id.with(("part", n)) };
            let response = ui.interact(rect, id, Sense::click_and_drag() - Sense::FOCUSABLE);
            if n == 0 {
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &self.spoken));
            }
            if part.seen.is_some() {
                // What is selected would come in the order in which it is seen: such a message is selected whole.
                ui.painter()
                    .galley(text_at + part.at, part.galley.clone(), palette.text);
            } else {
                LabelSelectionState::label_text_selection(
                    ui,
                    &response,
                    text_at + part.at,
                    part.galley.clone(),
                    palette.text,
                    Stroke::NONE,
                );
            }
            if let Some(act) = actions::context_menu(&response, &self.message, self.rights) {
                clicked = Some(Click::Act(self.message.id.clone(), act));
            }
            if self.spoiler && n == 0 && response.double_clicked() {
                clicked = Some(Click::Reveal(self.message.id.clone()));
            }
        }
        clicked
    }

    fn show_links(&self, ui: &mut Ui, inside: Pos2, text_at: Pos2, id: Id) -> Option<Click> {
        let mut clicked = None;
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
                clicked = follow(ui, response, &link.target).or(clicked);
            }
        }
        for (n, (words, at, target)) in self.targets.iter().enumerate() {
            let response = link_like(ui, id.with(("target", n)), inside + *at, words, target);
            clicked = follow(ui, response, target).or(clicked);
        }
        clicked
    }

    fn show_meta(&self, ui: &mut Ui, inside: Pos2, bubble: Rect, id: Id) {
        let palette = theme::palette(ui);
        let at = inside + self.meta_at;
        ui.painter().galley(at, self.meta.clone(), palette.weak);
        if let Some((icon, color)) = self.mark {
            let right = self.meta.size().x + space::XS + MARK / 2.0;
            let center = at + vec2(right, self.meta.size().y / 2.0);
            icon.paint(ui.painter(), center, MARK, color);
        }
        let meta = Rect::from_min_max(at, bubble.max);
        ui.interact(meta, id.with("details"), Sense::hover())
            .on_hover_text(&self.details);
    }

    fn show_failure(&self, ui: &mut Ui, origin: Pos2) -> bool {
        let Some((words, at, action, button)) = &self.failure else {
            return false;
        };
        ui.painter()
            .galley(origin + *at, words.clone(), theme::palette(ui).bad);
        let words = egui::RichText::new(action).size(size::SMALL);
        let button = button.translate(origin.to_vec2());
        ui.put(button, egui::Button::new(words)).clicked()
    }

    /// The frame around the message that the keys are about; it has the keyboard.
    fn choose_ui(&self, ui: &mut Ui, bubble: Rect) {
        let Some(fresh) = self.chosen else { return };
        let sense = Sense::focusable_noninteractive();
        let response = ui.interact(bubble, Choice::widget(), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &self.spoken));
        if fresh {
            response.request_focus();
        }
        let stroke = Stroke::new(2.0, theme::palette(ui).accent);
        ui.painter().rect_stroke(
            bubble.expand(2.0),
            CornerRadius::same(theme::ROUND + 6),
            stroke,
            egui::StrokeKind::Outside,
        );
    }

    /// The bar of icons, while the pointer is near or the keys are about this one.
    fn bar_ui(&self, ui: &mut Ui, bubble: Rect, place: Rect) -> Option<Act> {
        let open = ui.data(|data| data.get_temp::<bool>(bar_id(ui)).unwrap_or_default());
        let near = Rect::from_x_y_ranges(place.x_range(), bubble.y_range());
        let hovered = ui.rect_contains_pointer(near) && !ui.input(|input| input.pointer.any_down());
        if !(hovered || self.chosen.is_some() || open) {
            return None;
        }
        let act = actions::bar_ui(ui, bubble, place, &self.message, self.rights);
        // While its menu is open the pointer is elsewhere.
        let open = egui::Popup::is_any_open(ui.ctx()) && (hovered || open);
        ui.data_mut(|data| data.insert_temp(bar_id(ui), open));
        act
    }
}

fn bar_id(ui: &Ui) -> Id {
    ui.scope_id().with("bar open")
}

/// What is left of a message that was taken back.
fn tombstone(ui: &Ui, message: &Message, room: Option<&RoomWords<'_>>, width: f32) -> Body {
    let by = room.and_then(|room| {
        room.line
            .retracted
            .as_ref()
            .filter(|by| **by != room.line.nick)
    });
    let words = if let Some(by) = by {
        t!(ui, "room-retracted", name = by)
    } else if message.is_own() {
        t!(ui, "message-retracted-own")
    } else {
        t!(ui, "message-retracted")
    };
    let mut stone = message.clone();
    stone.extra = None;
    stone.spans = vec![crate::wire::text::Span {
        start: 0,
        end: words.len(),
        style: crate::wire::text::Style::Italic,
    }];
    stone.body = words;
    Body::new(ui, &stone, "", width, body::FOLD, None)
}

fn mark_line(ui: &Ui, scene: &Scene<'_>, message: &Message) -> Option<String> {
    let extra = message.extra.as_ref()?;
    if let Some(broadcast) = &extra.broadcast {
        let sent = broadcast.id.as_ref().and_then(|id| {
            let known = scene.model.broadcasts.iter().find(|sent| sent.id == *id)?;
            let (delivered, people) = (known.progress.delivered, known.progress.people);
            Some(t!(
                ui,
                "broadcast-delivered",
                delivered = delivered,
                people = people
            ))
        });
        let people = broadcast.people;
        return Some(sent.unwrap_or_else(|| t!(ui, "broadcast-to", people = people)));
    }
    match extra.spoiler.as_deref()? {
        "" => Some(t!(ui, "spoiler")),
        hint => Some(t!(ui, "spoiler-hint", hint = hint)),
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

fn follow(ui: &Ui, response: egui::Response, target: &str) -> Option<Click> {
    let response = response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_text(target);
    focus_ring(ui, &response, response.rect.expand(2.0));
    let clicked = response.clicked() && links::may_open(target);
    clicked.then(|| Click::Follow(target.to_owned()))
}

fn link_like(ui: &mut Ui, id: Id, at: Pos2, words: &Arc<Galley>, name: &str) -> egui::Response {
    let response = ui.interact(Rect::from_min_size(at, words.size()), id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, name));
    ui.painter()
        .galley(at, words.clone(), theme::palette(ui).link);
    focus_ring(ui, &response, response.rect.expand(2.0));
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
