//! The keyboard: every shortcut as data, from which the handling and the map under F1 derive.

use egui::{Key, KeyboardShortcut, Modifiers, RichText, Ui};

use super::theme::{self, size, space};

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says it in words")]
pub enum Act {
    Search,
    Next,
    Previous,
    Settings,
    Network,
    KeyMap,
    Quit,
    Back,
}

/// The shortcuts that work everywhere, with their words for people.
pub const SHORTCUTS: [(Act, KeyboardShortcut, &str); 12] = [
    (
        Act::Search,
        KeyboardShortcut::new(Modifiers::CTRL, Key::K),
        "Search people",
    ),
    (
        Act::Search,
        KeyboardShortcut::new(Modifiers::CTRL, Key::F),
        "Search people",
    ),
    (
        Act::Next,
        KeyboardShortcut::new(Modifiers::ALT, Key::ArrowDown),
        "Next conversation",
    ),
    (
        Act::Previous,
        KeyboardShortcut::new(Modifiers::ALT, Key::ArrowUp),
        "Previous conversation",
    ),
    (
        Act::Previous,
        KeyboardShortcut::new(Modifiers::CTRL.plus(Modifiers::SHIFT), Key::Tab),
        "Previous conversation",
    ),
    (
        Act::Next,
        KeyboardShortcut::new(Modifiers::CTRL, Key::Tab),
        "Next conversation",
    ),
    (
        Act::Settings,
        KeyboardShortcut::new(Modifiers::CTRL, Key::Comma),
        "Settings",
    ),
    (
        Act::Network,
        KeyboardShortcut::new(Modifiers::CTRL, Key::N),
        "Network: interfaces and peers",
    ),
    (
        Act::KeyMap,
        KeyboardShortcut::new(Modifiers::NONE, Key::F1),
        "These keys",
    ),
    (
        Act::Quit,
        KeyboardShortcut::new(Modifiers::CTRL, Key::Q),
        "Quit",
    ),
    (
        Act::Back,
        KeyboardShortcut::new(Modifiers::NONE, Key::Escape),
        "Back; clear the search",
    ),
    (
        Act::Back,
        KeyboardShortcut::new(Modifiers::ALT, Key::ArrowLeft),
        "Back",
    ),
];

/// Takes an Enter without Shift. (egui's own matching takes one with Shift as well.)
pub fn enter(ui: &Ui) -> bool {
    ui.input_mut(|input| {
        let before = input.events.len();
        input.events.retain(|event| {
            !matches!(event, egui::Event::Key { key: Key::Enter, pressed: true, modifiers, .. } if !modifiers.shift)
        });
        input.events.len() < before
    })
}

/// Puts the cursor of a text field behind its last character.
pub fn cursor_to_end(ui: &Ui, field: egui::Id, characters: usize) {
    use egui::text::{CCursor, CCursorRange};
    let mut state = egui::TextEdit::load_state(ui.ctx(), field).unwrap_or_default();
    let end = CCursorRange::one(CCursor::new(characters));
    state.cursor.set_char_range(Some(end));
    egui::TextEdit::store_state(ui.ctx(), field, state);
}

/// For a text field that does something of its own with Escape; egui would take the focus away before it is asked.
pub const KEEP_ESCAPE: egui::EventFilter = egui::EventFilter {
    tab: false,
    horizontal_arrows: true,
    vertical_arrows: true,
    escape: true,
};

/// What the parts of the window do with keys themselves.
const ELSEWHERE: [(&str, &str); 8] = [
    ("Any letter", "Write in the open conversation, or search"),
    ("Up, Down, Enter", "In the search: choose and open"),
    ("Enter", "Send"),
    ("Shift+Enter", "New line"),
    ("Page Up, Page Down", "Older and newer messages"),
    ("Ctrl+Home, Ctrl+End", "First loaded and newest message"),
    ("Ctrl++, Ctrl+-, Ctrl+0", "Larger, smaller, normal size"),
    ("Tab, Shift+Tab", "From one thing to the next"),
];

/// The shortcuts pressed in this frame.
pub fn pressed(ui: &Ui) -> Vec<Act> {
    let consume = |(act, shortcut, _): &(Act, KeyboardShortcut, &str)| {
        ui.input_mut(|input| input.consume_shortcut(shortcut))
            .then_some(*act)
    };
    // Escape belongs first to what has it in hand: see `Window::back`.
    SHORTCUTS
        .iter()
        .filter(|(_, shortcut, _)| shortcut.logical_key != Key::Escape)
        .filter_map(consume)
        .collect()
}

/// The map; true if it is to be closed.
pub fn map_ui(ctx: &egui::Context) -> bool {
    let modal = egui::Modal::new(egui::Id::unique("keyboard map")).show(ctx, |ui| {
        ui.set_width(400.0_f32.min(ctx.content_rect().width() - 60.0));
        ui.label(RichText::new("Keyboard").font(theme::bold(size::HEADING)));
        ui.add_space(space::XS);
        egui::ScrollArea::vertical()
            .max_height((ctx.content_rect().height() - 180.0).max(120.0))
            .show(ui, |ui| {
                egui::Grid::new("keys")
                    .num_columns(2)
                    .spacing([space::XL, 6.0])
                    .show(ui, |ui| {
                        let weak = theme::palette(ui).weak;
                        let names =
                            egui::os::OperatingSystem::default() == egui::os::OperatingSystem::Mac;
                        let all = SHORTCUTS.iter().map(|(_, shortcut, words)| {
                            (shortcut.format(&egui::ModifierNames::NAMES, names), *words)
                        });
                        let all = all.chain(
                            ELSEWHERE
                                .iter()
                                .map(|(keys, words)| ((*keys).to_owned(), *words)),
                        );
                        for (keys, words) in all {
                            ui.label(RichText::new(keys).font(theme::bold(size::SMALL + 1.0)));
                            ui.label(RichText::new(words).color(weak));
                            ui.end_row();
                        }
                    });
            });
        ui.add_space(space::S);
        ui.button("Close").clicked()
    });
    modal.inner || modal.should_close()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things() {
        for (n, (act, shortcut, _)) in SHORTCUTS.iter().enumerate() {
            for (other, same, _) in SHORTCUTS.iter().skip(n + 1) {
                assert!(shortcut != same, "{act:?} and {other:?}");
            }
        }
    }
}
