//! The first start: asks for a name and nothing else.

use egui::{Align, Id, Key, Layout, RichText, Role, TextEdit, Ui, WidgetInfo, vec2};
use serde_json::json;

use super::scene::Wish;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;

/// The longest nick, in bytes: what fits in a TXT record beside the rest.
const LONGEST: usize = 100;

/// The question and its answer.
pub struct FirstRun {
    name: String,
    focus: bool,
    asked: bool,
}

impl FirstRun {
    /// With a name to start from.
    pub fn new(suggested: &str) -> FirstRun {
        FirstRun {
            name: suggested.to_owned(),
            focus: true,
            asked: false,
        }
    }

    /// Draws the question.
    pub fn ui(&mut self, ui: &mut Ui, icon: Option<&egui::TextureHandle>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let palette = theme::palette(ui);
        let height = 330.0;
        ui.add_space(((ui.available_height() - height) * 0.42).max(space::L));
        let width = (ui.available_width() - 2.0 * space::XL).clamp(120.0, 360.0);
        ui.with_layout(Layout::top_down(Align::Center), |ui| {
            ui.set_max_width(ui.available_width());
            if let Some(icon) = icon {
                ui.add(
                    egui::Image::new(icon)
                        .fit_to_exact_size(vec2(72.0, 72.0))
                        .alt_text("Balcony"),
                );
                ui.add_space(space::S);
            }
            ui.label(RichText::new(t!(ui, "first-welcome")).font(theme::bold(size::TITLE)));
            ui.allocate_ui(vec2(width, 0.0), |ui| {
                let words = t!(ui, "first-intro");
                ui.add(egui::Label::new(RichText::new(words).color(palette.weak)).wrap());
            });
            ui.add_space(space::L);
            let question = t!(ui, "first-question");
            let label = ui.label(RichText::new(&question).font(theme::bold(size::BODY)));
            let edit = TextEdit::singleline(&mut self.name)
                .id(Id::unique("own name"))
                .char_limit(LONGEST)
                .margin(egui::Margin::symmetric(12, 9))
                .align(egui::Align2::CENTER_CENTER)
                .desired_width(width);
            let response = ui.add(edit).labelled_by(label.id);
            response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &question));
            if std::mem::take(&mut self.focus) {
                response.request_focus();
                select_all(ui, response.id, &self.name);
            }
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let ready = !self.name.trim().is_empty() && !self.asked;
            ui.add_space(space::XS);
            let words = RichText::new(t!(ui, "first-start"))
                .font(theme::bold(size::BODY))
                .color(palette.on_accent);
            let button = egui::Button::new(words)
                .fill(palette.accent)
                .min_size(vec2(width, 40.0));
            let clicked = ui.add_enabled(ready, button).clicked();
            if (clicked || entered) && ready {
                self.asked = true;
                let settings = json!({ "nick": cut(self.name.trim()) });
                wishes.push(Wish::Ask(Command::Configure { settings }));
            } else if entered {
                self.focus = true;
            }
        });
        wishes
    }
}

fn cut(name: &str) -> &str {
    name.get(..name.floor_char_boundary(LONGEST))
        .unwrap_or(name)
}

/// So that typing replaces the suggestion.
fn select_all(ui: &Ui, id: Id, name: &str) {
    use egui::text::{CCursor, CCursorRange};
    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let range = CCursorRange::two(CCursor::new(0), CCursor::new(name.chars().count()));
    state.cursor.set_char_range(Some(range));
    TextEdit::store_state(ui.ctx(), id, state);
}
