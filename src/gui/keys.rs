//! The keyboard: every shortcut as data, from which the handling and the map under F1 derive.

use egui::{Key, KeyboardShortcut, Modifiers, RichText, Ui, vec2};

use super::theme::{self, size, space};
use super::words::{Speaks, t};

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says it in words")]
pub enum Act {
    Search,
    Find,
    Switch,
    Favourite,
    Doctor,
    Next,
    Previous,
    Settings,
    Network,
    KeyMap,
    Quit,
    Back,
}

/// The shortcuts that work everywhere, with the keys of their words.
pub const SHORTCUTS: [(Act, KeyboardShortcut, &str); 15] = [
    (
        Act::Switch,
        KeyboardShortcut::new(Modifiers::CTRL, Key::K),
        "keys-switch",
    ),
    (
        Act::Find,
        KeyboardShortcut::new(Modifiers::CTRL, Key::F),
        "keys-find",
    ),
    (
        Act::Search,
        KeyboardShortcut::new(Modifiers::CTRL, Key::L),
        "keys-search",
    ),
    (
        Act::Next,
        KeyboardShortcut::new(Modifiers::ALT, Key::ArrowDown),
        "keys-next",
    ),
    (
        Act::Previous,
        KeyboardShortcut::new(Modifiers::ALT, Key::ArrowUp),
        "keys-previous",
    ),
    (
        Act::Previous,
        KeyboardShortcut::new(Modifiers::CTRL.plus(Modifiers::SHIFT), Key::Tab),
        "keys-previous",
    ),
    (
        Act::Next,
        KeyboardShortcut::new(Modifiers::CTRL, Key::Tab),
        "keys-next",
    ),
    (
        Act::Settings,
        KeyboardShortcut::new(Modifiers::CTRL, Key::Comma),
        "keys-settings",
    ),
    // Before the one without Shift, which egui takes for it.
    (
        Act::Doctor,
        KeyboardShortcut::new(Modifiers::CTRL.plus(Modifiers::SHIFT), Key::N),
        "keys-doctor",
    ),
    (
        Act::Network,
        KeyboardShortcut::new(Modifiers::CTRL, Key::N),
        "keys-network",
    ),
    (
        Act::Favourite,
        KeyboardShortcut::new(Modifiers::CTRL, Key::D),
        "keys-favourite",
    ),
    (
        Act::KeyMap,
        KeyboardShortcut::new(Modifiers::NONE, Key::F1),
        "keys-map",
    ),
    (
        Act::Quit,
        KeyboardShortcut::new(Modifiers::CTRL, Key::Q),
        "keys-quit",
    ),
    (
        Act::Back,
        KeyboardShortcut::new(Modifiers::NONE, Key::Escape),
        "keys-back-clear",
    ),
    (
        Act::Back,
        KeyboardShortcut::new(Modifiers::ALT, Key::ArrowLeft),
        "keys-back",
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

/// Takes the first Enter without Shift, and what was typed behind it in the same frame into `rest`: who types fast, or
/// while a frame takes long, means that for the next text. To be put in front of the next frame's events.
pub fn enter_first(ui: &Ui, rest: &mut Vec<egui::Event>) -> bool {
    use egui::Event;
    let found = ui.input_mut(|input| {
        let at = input.events.iter().position(|event| {
            matches!(event, Event::Key { key: Key::Enter, pressed: true, modifiers, .. } if !modifiers.shift)
        })?;
        for event in input.events.split_off(at).into_iter().skip(1) {
            match event {
                Event::Text(_) | Event::Key { .. } | Event::Paste(_) | Event::Ime(_) => {
                    rest.push(event)
                }
                other => input.events.push(other),
            }
        }
        Some(())
    });
    if !rest.is_empty() {
        ui.ctx().request_repaint();
    }
    found.is_some()
}

/// Puts the cursor of a text field behind its last character.
pub fn cursor_to_end(ui: &Ui, field: egui::Id, characters: usize) {
    cursor_at(ui.ctx(), field, characters);
}

/// Puts the cursor of a text field before this character.
pub fn cursor_at(ctx: &egui::Context, field: egui::Id, character: usize) {
    use egui::text::{CCursor, CCursorRange};
    let mut state = egui::TextEdit::load_state(ctx, field).unwrap_or_default();
    let at = CCursorRange::one(CCursor::new(character));
    state.cursor.set_char_range(Some(at));
    egui::TextEdit::store_state(ctx, field, state);
}

/// Before which character the cursor of a text field stands.
pub fn cursor_of(ctx: &egui::Context, field: egui::Id) -> Option<usize> {
    let range = egui::TextEdit::load_state(ctx, field)?
        .cursor
        .char_range()?;
    Some(range.primary.index.into())
}

/// For a text field that does something of its own with Escape; egui would take the focus away before it is asked.
pub const KEEP_ESCAPE: egui::EventFilter = egui::EventFilter {
    tab: false,
    horizontal_arrows: true,
    vertical_arrows: true,
    escape: true,
};

/// What the parts of the window do with keys themselves.
const ELSEWHERE: [(&str, &str); 12] = [
    ("keys-any-letter", "keys-any-letter-does"),
    ("keys-arrows", "keys-arrows-do"),
    ("keys-enter", "keys-enter-does"),
    ("keys-shift-enter", "keys-shift-enter-does"),
    ("keys-edit-last", "keys-edit-last-do"),
    ("keys-choose", "keys-choose-do"),
    ("keys-act", "keys-act-do"),
    ("keys-select", "keys-select-do"),
    ("keys-pages", "keys-pages-do"),
    ("keys-ends", "keys-ends-do"),
    ("keys-zoom", "keys-zoom-does"),
    ("keys-tab", "keys-tab-does"),
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
    let modal = theme::modal(ctx, egui::Id::unique("keyboard map")).show(ctx, |ui| {
        ui.set_width(560.0_f32.min(ctx.content_rect().width() - 60.0));
        ui.label(RichText::new(t!(ui, "keys-title")).font(theme::bold(size::HEADING)));
        ui.add_space(space::XS);
        super::dialogs::list((ctx.content_rect().height() - 180.0).max(120.0))
            .auto_shrink([false, true])
            .show(ui, |ui| {
                // Beside the bar, not below it.
                ui.set_max_width(ui.available_width() - space::M);
                for (_, shortcut, words) in &SHORTCUTS {
                    row_ui(ui, &shown(ui, shortcut), &t!(ui, words));
                }
                for (keys, words) in &ELSEWHERE {
                    row_ui(ui, &t!(ui, keys), &t!(ui, words));
                }
            });
        ui.add_space(space::S);
        ui.button(t!(ui, "keys-close")).clicked()
    });
    modal.inner || modal.should_close()
}

/// Keys and what they do, beside each other.
fn row_ui(ui: &mut Ui, keys: &str, words: &str) {
    ui.horizontal_top(|ui| {
        let left = vec2((ui.available_width() * 0.44).min(180.0), 0.0);
        ui.allocate_ui(left, |ui| {
            ui.set_width(left.x);
            let keys = RichText::new(keys).font(theme::bold(size::SMALL + 1.0));
            ui.vertical(|ui| {
                // Smaller letters, on the line of the larger ones beside them.
                ui.add_space(2.0);
                ui.add(egui::Label::new(keys).wrap());
            });
        });
        let words = RichText::new(words).color(theme::palette(ui).weak);
        ui.add(egui::Label::new(words).wrap());
    });
}

/// A shortcut as the keyboard of this language has it.
pub fn shown(words: &impl Speaks, shortcut: &KeyboardShortcut) -> String {
    let mac = egui::os::OperatingSystem::default() == egui::os::OperatingSystem::Mac;
    shortcut
        .format(&egui::ModifierNames::NAMES, mac)
        .replace("Ctrl", &t!(words, "keys-ctrl"))
        .replace("Shift", &t!(words, "keys-shift"))
        .replace("Comma", ",")
        .replace("Escape", "Esc")
        .replace("Down", "↓")
        .replace("Up", "↑")
        .replace("Left", "←")
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
