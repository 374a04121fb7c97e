//! Where everything in a bubble goes.

use std::sync::Arc;

use egui::{Color32, Galley, Rect, Ui, Vec2, pos2, vec2};

use super::{COLUMN, Line, MARK, PAD, Place, Row, WIDEST};
use crate::event::{Message, MessageState};
use crate::gui::actions::Rights;
use crate::gui::body::{self, Body};
use crate::gui::icons::Icon;
use crate::gui::message_words::{details, meta_words, spoken};
use crate::gui::quote::Quoted;
use crate::gui::reactions::Chips;
use crate::gui::room_lines::{self, Line as RoomWords};
use crate::gui::scene::Scene;
use crate::gui::text;
use crate::gui::theme::{self, Palette, size, space};
use crate::gui::words::{Speaks, t};

/// Messages of one person within so many seconds stand close together.
const GROUP_SECONDS: i64 = 300;

/// Points that the words of why a message failed need beside the button.
const NARROWEST: f32 = 130.0;

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
            let words = t!(ui, "message-unseen-there", reason = ui.words().said(reason));
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
                t!(
                    ui,
                    "message-not-sent-because",
                    reason = ui.words().said(reason)
                )
            }
            (Some(MessageState::Failed), None) => t!(ui, "message-not-sent"),
            (Some(MessageState::Uncertain), Some(reason)) => {
                t!(
                    ui,
                    "message-uncertain-because",
                    reason = ui.words().said(reason)
                )
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
        let beside = right - left - button.x - space::S;
        // In a narrow window it stands below them: words in a strip are not read, and must not leave the window.
        let below = beside < NARROWEST;
        let width = if below { right - left } else { beside };
        let words = text::wrapped(ui, &words, size::SMALL, palette.bad, width);
        let top = self.height + space::XS;
        let (words_at, button_top, high) = if below {
            let button_top = top + words.size().y + space::XS;
            let at = pos2(right - words.size().x, top);
            (at, button_top, words.size().y + space::XS + button.y)
        } else {
            let high = words.size().y.max(button.y);
            let x = right - button.x - space::S - words.size().x;
            let at = pos2(x, top + (high - words.size().y) / 2.0);
            (at, top + (high - button.y) / 2.0, high)
        };
        let button = Rect::from_min_size(pos2(right - button.x, button_top), button);
        let at = words_at.to_vec2();
        self.height = top + high;
        self.failure = Some((words, at, action, button));
    }
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
