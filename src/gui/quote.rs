//! The message that another one answers: a line or two with a bar beside it; a click goes there.

use std::sync::Arc;

use egui::{Galley, Id, Pos2, Rect, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use super::icons::focus_ring;
use super::scene::Scene;
use super::text;
use super::theme::{self, size, space};
use super::words::{Speaks, t};
use crate::event::Message;

/// A quotation laid out.
pub struct Quoted {
    /// Of all of it.
    pub size: Vec2,
    /// Where it stands in the bubble.
    pub at: Vec2,
    /// The message that it goes to.
    pub target: Option<String>,
    who: Option<Arc<Galley>>,
    words: Arc<Galley>,
    spoken: String,
}

const PAD: f32 = 9.0;

impl Quoted {
    /// What `message` answers. Who said it is told only of what we have ourselves: words that come with the answer may be
    /// anybody's.
    pub fn of(
        ui: &Ui,
        scene: &Scene<'_>,
        nick: &str,
        message: &Message,
        origin: Option<&Message>,
        widest: f32,
    ) -> Option<Quoted> {
        let extra = message.extra.as_ref()?;
        extra.reply_to.as_ref()?;
        let palette = theme::palette(ui);
        let (who, words) = match (origin, &extra.quote) {
            (Some(origin), _) => (Some(author(scene, nick, origin)), beginning(ui, origin)),
            (None, Some(quote)) => (None, quote.body.clone()),
            (None, None) => (None, t!(ui, "quote-unknown")),
        };
        let room = widest - PAD - space::S;
        let spoken = match &who {
            Some(who) => t!(ui, "quote-spoken", name = who, text = words),
            None => t!(ui, "quote-spoken-unknown", text = words),
        };
        let who =
            who.map(|who| text::fitted(ui, &who, theme::bold(size::SMALL), palette.accent, room));
        let words = text::one_line(ui, &words, size::BODY - 1.0, palette.weak, room);
        let width = words
            .size()
            .x
            .max(who.as_ref().map_or(0.0, |who| who.size().x));
        let height = words.size().y + who.as_ref().map_or(0.0, |who| who.size().y);
        Some(Quoted {
            size: vec2(width + PAD + space::S, height + space::XS),
            at: Vec2::ZERO,
            target: extra.reply_to.clone(),
            who,
            words,
            spoken,
        })
    }

    /// Draws it; true if it was clicked.
    pub fn show(&self, ui: &mut Ui, inside: Pos2, id: Id) -> bool {
        let palette = theme::palette(ui);
        let rect = Rect::from_min_size(inside + self.at, self.size);
        let there = self.target.is_some();
        let sense = if there {
            Sense::click()
        } else {
            Sense::hover()
        };
        let response = ui.interact(rect, id, sense);
        let role = if there { Role::Link } else { Role::Label };
        response.widget_info(|| WidgetInfo::labeled(role, true, &self.spoken));
        let fill = if response.hovered() && there {
            palette.hover
        } else {
            palette.ground.gamma_multiply(0.45)
        };
        ui.painter().rect_filled(rect, 4.0, fill);
        let bar = rect.with_max_x(rect.left() + 3.0);
        ui.painter().rect_filled(bar, 1.5, palette.accent);
        let mut at = rect.min + vec2(PAD, space::XS / 2.0);
        if let Some(who) = &self.who {
            ui.painter().galley(at, who.clone(), palette.accent);
            at.y += who.size().y;
        }
        ui.painter().galley(at, self.words.clone(), palette.weak);
        focus_ring(ui, &response, rect);
        let response = if there {
            response.on_hover_cursor(egui::CursorIcon::PointingHand)
        } else {
            response
        };
        response.clicked()
    }
}

/// The name of who wrote it.
pub fn author(scene: &Scene<'_>, nick: &str, message: &Message) -> String {
    if message.is_own() {
        t!(scene, "you")
    } else if scene.model.rooms.contains_key(message.to.as_str()) {
        // A line of a room: its nick stands there.
        message.from.as_str().to_owned()
    } else if message.from == *message.with() {
        nick.to_owned()
    } else {
        message.from.as_str().to_owned()
    }
}

/// The beginning of a message in one line; a spoiler keeps its secret.
pub fn beginning(ui: &impl Speaks, message: &Message) -> String {
    let extra = message.extra.as_deref();
    if extra.is_some_and(|extra| extra.retracted.is_some()) {
        return t!(ui, "message-retracted");
    }
    match extra.and_then(|extra| extra.spoiler.as_deref()) {
        Some("") => t!(ui, "spoiler"),
        Some(hint) => t!(ui, "spoiler-hint", hint = hint),
        None => text::cut(&message.body, 200).to_owned(),
    }
}
