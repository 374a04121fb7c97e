//! What is being written: a message, an answer, a new text for an old message.

use std::sync::Arc;

use egui::{Galley, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use super::icons::Icon;
use super::text;
use super::theme::{self, size, space};
use super::words::t;

/// What the text in the field will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// An answer to this message.
    Reply {
        /// Which.
        id: String,
        /// Who wrote it.
        who: String,
        /// How it begins.
        words: String,
    },
    /// The new text of this message of ours.
    Edit {
        /// Which.
        id: String,
        /// What was in the field before.
        draft: String,
        /// What the message says.
        words: String,
    },
}

/// The line above the field that says so; true if it is to be given up.
pub fn ui(ui: &mut Ui, aim: &Aim) -> bool {
    let palette = theme::palette(ui);
    let (title, words, spoken) = match aim {
        Aim::Reply { who, words, .. } => {
            let title = t!(ui, "aim-reply", name = who);
            (title.clone(), words, format!("{title}: {words}"))
        }
        Aim::Edit { words, .. } => {
            let title = t!(ui, "aim-edit");
            (title.clone(), words, format!("{title}: {words}"))
        }
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &spoken));
    let bar = Rect::from_min_max(
        rect.min + vec2(2.0, 3.0),
        rect.left_bottom() + vec2(5.0, -3.0),
    );
    ui.painter().rect_filled(bar, 1.5, palette.accent);
    let room = rect.width() - 2.0 * space::TARGET - space::M;
    let title = text::fitted(ui, &title, theme::bold(size::SMALL), palette.accent, room);
    let words: Arc<Galley> = text::one_line(ui, words, size::SMALL + 1.0, palette.weak, room);
    let at = rect.min + vec2(14.0, 3.0);
    let below = at + vec2(0.0, title.size().y + 1.0);
    ui.painter().galley(at, title, palette.accent);
    ui.painter().galley(below, words, palette.weak);
    let corner = rect.right_top() + vec2(-space::TARGET, 4.0);
    let place = Rect::from_min_size(corner, vec2(space::TARGET, space::TARGET));
    let builder = egui::UiBuilder::new().max_rect(place);
    ui.scope_builder(builder, |ui| {
        Icon::Close.button(ui, &t!(ui, "aim-cancel")).clicked()
    })
    .inner
}

/// The line above the field that says that the message will be hidden, with a field for its hint; true if it is to be given
/// up.
pub fn spoiler_ui(ui: &mut Ui, hint: &mut String) -> bool {
    let mut closed = false;
    ui.horizontal(|ui| {
        let words = t!(ui, "aim-spoiler");
        ui.label(
            egui::RichText::new(words)
                .font(theme::bold(size::SMALL))
                .color(theme::palette(ui).accent),
        );
        let name = t!(ui, "aim-spoiler-hint");
        let field = egui::TextEdit::singleline(hint)
            .hint_text(name.clone())
            .char_limit(200)
            .desired_width((ui.available_width() - 2.0 * space::TARGET).clamp(60.0, 320.0));
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        closed = Icon::Close.button(ui, &t!(ui, "aim-cancel")).clicked();
    });
    closed
}
