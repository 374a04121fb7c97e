//! `:na` in the field: emoji whose names begin so, to be taken with Tab or Enter.

use egui::{Id, Key, Modifiers, Order, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use super::emoji;
use super::theme::{self, size, space};
use super::words::Speaks;

/// Offered at a time.
const MOST: usize = 6;
const ROW: f32 = 28.0;

/// What is offered.
#[derive(Default)]
pub struct Completion {
    /// Where the colon is, and what follows it.
    begun: Option<(usize, String)>,
    chosen: usize,
    /// This one was refused with Escape.
    refused: Option<String>,
}

impl Completion {
    /// Looks at the text before the cursor, and takes the keys that are meant for the list. Gives the bytes of the text to
    /// replace and the emoji that was taken.
    pub fn keys(
        &mut self,
        ui: &Ui,
        text: &str,
        cursor: usize,
    ) -> Option<(std::ops::Range<usize>, &'static str)> {
        let begun = emoji::beginning(text, cursor);
        let begun = begun.map(|(at, code)| (at, code.to_owned()));
        if begun != self.begun {
            self.chosen = 0;
            self.begun = begun;
        }
        let (at, code) = self.begun.clone()?;
        let found = emoji::search(ui.words().code(), &code, MOST);
        if found.is_empty() || self.refused.as_ref() == Some(&code) {
            return None;
        }
        let take = ui.input_mut(|input| {
            if input.consume_key(Modifiers::NONE, Key::ArrowDown) {
                self.chosen = (self.chosen + 1) % found.len();
            }
            if input.consume_key(Modifiers::NONE, Key::ArrowUp) {
                self.chosen = (self.chosen + found.len() - 1) % found.len();
            }
            if input.consume_key(Modifiers::NONE, Key::Escape) {
                self.refused = Some(code.clone());
            }
            input.consume_key(Modifiers::NONE, Key::Tab)
                || input.consume_key(Modifiers::NONE, Key::Enter)
        });
        let emoji = found.get(self.chosen).filter(|_| take)?;
        Some((at..cursor, emoji.as_str()))
    }

    /// Whether a list is shown: then Escape belongs to it.
    pub fn is_open(&self) -> bool {
        self.begun
            .as_ref()
            .is_some_and(|(_, code)| self.refused.as_ref() != Some(code))
    }

    /// Draws the list above the field; gives what was clicked.
    pub fn ui(&self, ui: &Ui, field: Rect) -> Option<&'static str> {
        let (_, code) = self.begun.as_ref().filter(|_| self.is_open())?;
        let found = emoji::search(ui.words().code(), code, MOST);
        if found.is_empty() {
            return None;
        }
        let mut clicked = None;
        egui::Area::new(Id::unique("emoji completion"))
            .order(Order::Foreground)
            .fixed_pos(field.left_top() - vec2(0.0, space::XS))
            .pivot(egui::Align2::LEFT_BOTTOM)
            .show(ui.ctx(), |ui| {
                egui::Frame::popup(ui.style()).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for (n, emoji) in found.iter().enumerate() {
                        if row_ui(ui, emoji, n == self.chosen) {
                            clicked = Some(emoji.as_str());
                        }
                    }
                });
            });
        clicked
    }
}

fn row_ui(ui: &mut Ui, emoji: &emojis::Emoji, chosen: bool) -> bool {
    let palette = theme::palette(ui);
    super::fonts::prepare(ui.ctx(), emoji.as_str());
    let (rect, response) = ui.allocate_exact_size(vec2(250.0, ROW), Sense::click());
    // The shortcodes are English.
    let name = match (ui.words().code(), emoji.shortcode()) {
        ("en", Some(code)) => format!(":{code}:"),
        (language, _) => emoji::name(language, emoji.as_str()),
    };
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &name));
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, 5.0, palette.selected);
    }
    let left = rect.left_center() + vec2(space::S, 0.0);
    let align = egui::Align2::LEFT_CENTER;
    let font = super::fonts::emoji(17.0);
    ui.painter()
        .text(left, align, emoji.as_str(), font, palette.text);
    let words = super::text::one_line(ui, &name, size::BODY - 1.0, palette.text, 200.0);
    let at = left + vec2(32.0, -words.size().y / 2.0);
    ui.painter().galley(at, words, palette.text);
    response.clicked()
}
