//! `:na` in the field: emoji whose names begin so; in a room `@na`: who is there. To be taken with Tab or Enter.

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
    /// Where the colon or the @ is, and what follows it.
    begun: Option<(usize, String)>,
    offers: Vec<Offer>,
    chosen: usize,
    /// This one was refused with Escape.
    refused: Option<(usize, String)>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Offer {
    Emoji(&'static emojis::Emoji),
    /// Somebody in the room.
    Nick(String),
}

impl Offer {
    /// What stands in the text then.
    fn text(&self) -> String {
        match self {
            Offer::Emoji(emoji) => emoji.as_str().to_owned(),
            Offer::Nick(nick) => format!("@{nick} "),
        }
    }
}

/// The @ before the cursor that begins a nick, and what follows it. It stands at the beginning or behind a blank: what is in
/// the middle of a word is an address.
fn nick_begun(text: &str, cursor: usize) -> Option<(usize, &str)> {
    let head = text.get(..cursor)?;
    let at = head.rfind('@')?;
    let free = head.get(..at)?.chars().next_back();
    let begun = head.get(at + 1..)?;
    let fits = free.is_none_or(|before| before.is_whitespace() || "([{\"'".contains(before));
    (fits && begun.len() < 64 && !begun.contains('\n')).then_some((at, begun))
}

/// Nicks that begin so: the whole one first, then the shorter ones.
fn nicks_like(nicks: &[String], begun: &str) -> Vec<Offer> {
    let begun = begun.to_lowercase();
    let mut found: Vec<&String> = nicks
        .iter()
        .filter(|nick| nick.to_lowercase().starts_with(&begun))
        .collect();
    found.sort_by_key(|nick| (nick.len(), nick.to_lowercase()));
    // Who has typed all of it needs no list.
    if let [only] = found[..]
        && only.to_lowercase() == begun
    {
        return Vec::new();
    }
    let found = found.into_iter().take(MOST).cloned();
    found.map(Offer::Nick).collect()
}

impl Completion {
    /// Looks at the text before the cursor, and takes the keys that are meant for the list. `nicks`: who can be named here.
    /// Gives the bytes of the text to replace and what was taken.
    pub fn keys(
        &mut self,
        ui: &Ui,
        text: &str,
        cursor: usize,
        nicks: &[String],
    ) -> Option<(std::ops::Range<usize>, String)> {
        self.look(ui.words().code(), text, cursor, nicks);
        let (at, _) = self.begun.clone().filter(|_| self.is_open())?;
        let count = self.offers.len();
        let take = ui.input_mut(|input| {
            if input.consume_key(Modifiers::NONE, Key::ArrowDown) {
                self.chosen = (self.chosen + 1) % count;
            }
            if input.consume_key(Modifiers::NONE, Key::ArrowUp) {
                self.chosen = (self.chosen + count - 1) % count;
            }
            if input.consume_key(Modifiers::NONE, Key::Escape) {
                self.refused.clone_from(&self.begun);
            }
            input.consume_key(Modifiers::NONE, Key::Tab)
                || input.consume_key(Modifiers::NONE, Key::Enter)
        });
        let taken = self.offers.get(self.chosen).filter(|_| take)?.text();
        Some((at..cursor, taken))
    }

    fn look(&mut self, language: &str, text: &str, cursor: usize, nicks: &[String]) {
        let emoji = emoji::beginning(text, cursor);
        let named = nick_begun(text, cursor).filter(|_| !nicks.is_empty());
        // Whichever begins later.
        let named = named.filter(|(at, _)| emoji.is_none_or(|(other, _)| *at > other));
        let begun = named.or(emoji).map(|(at, code)| (at, code.to_owned()));
        if begun != self.begun {
            self.chosen = 0;
            self.begun = begun;
        }
        self.offers = match (&self.begun, named) {
            (Some(_), Some((_, begun))) => nicks_like(nicks, begun),
            (Some((_, code)), None) => {
                let found = emoji::search(language, code, MOST).into_iter();
                found.map(Offer::Emoji).collect()
            }
            (None, _) => Vec::new(),
        };
    }

    /// Where what is begun stands, up to the cursor.
    pub fn range(&self, cursor: usize) -> Option<std::ops::Range<usize>> {
        let (at, _) = self.begun.as_ref()?;
        (*at <= cursor).then_some(*at..cursor)
    }

    /// Whether a list is shown: then Escape belongs to it.
    pub fn is_open(&self) -> bool {
        !self.offers.is_empty() && self.refused != self.begun
    }

    /// Draws the list above the field; gives what was clicked.
    pub fn ui(&self, ui: &Ui, field: Rect) -> Option<String> {
        if !self.is_open() {
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
                    for (n, offer) in self.offers.iter().enumerate() {
                        let taken = match offer {
                            Offer::Emoji(emoji) => row_ui(ui, emoji, n == self.chosen),
                            Offer::Nick(nick) => nick_ui(ui, nick, n == self.chosen),
                        };
                        if taken {
                            clicked = Some(offer.text());
                        }
                    }
                });
            });
        clicked
    }
}

fn nick_ui(ui: &mut Ui, nick: &str, chosen: bool) -> bool {
    let palette = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(250.0, ROW), Sense::click());
    let name = format!("@{nick}");
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &name));
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, 5.0, palette.selected);
    }
    let font = theme::bold(size::BODY - 1.0);
    let words = super::text::fitted(
        ui,
        &name,
        font,
        super::room_lines::name_color(ui, nick),
        230.0,
    );
    let at = rect.left_center() + vec2(space::S, -words.size().y / 2.0);
    ui.painter().galley(at, words, palette.text);
    response.clicked()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_nick_begins_behind_a_blank_and_an_address_does_not() {
        assert_eq!(nick_begun("hello @an", 9), Some((6, "an")));
        assert_eq!(nick_begun("@", 1), Some((0, "")));
        assert_eq!(nick_begun("(@bob", 5), Some((1, "bob")));
        assert_eq!(nick_begun("mail anna@pc", 12), None);
        assert_eq!(nick_begun("no", 2), None);
    }

    #[test]
    fn the_whole_nick_comes_before_longer_ones_and_alone_needs_no_list() {
        let nicks = ["Anna B".to_owned(), "Ann".to_owned(), "Bob".to_owned()];
        let nick = |nick: &str| Offer::Nick(nick.to_owned());
        assert_eq!(nicks_like(&nicks, "ann"), [nick("Ann"), nick("Anna B")]);
        assert_eq!(nicks_like(&nicks, "anna "), [nick("Anna B")]);
        assert!(nicks_like(&nicks, "bob").is_empty() && nicks_like(&nicks, "x").is_empty());
    }
}
