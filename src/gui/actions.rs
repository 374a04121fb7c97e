//! What can be done with a message: the small bar above it, the menu behind it, and its keys.

use egui::{Key, Modifiers, Popup, Rect, Response, RichText, Ui, pos2, vec2};

use super::icons::Icon;
use super::theme::{self, size, space};
use super::words::{Speaks, t};
use crate::event::Message;

/// What is to be done with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Add this reaction, or take it back.
    React(String),
    /// Choose a reaction.
    ChooseReaction,
    /// Answer it.
    Reply,
    /// Change its text.
    Edit,
    /// Put its text into the clipboard.
    Copy,
    /// Pass it on.
    Forward,
    /// Say everything that is known of it.
    Details,
    /// Take it back.
    Retract,
    /// Forget it on this computer.
    Delete,
}

/// The reactions that are a click away.
pub const QUICK: [&str; 6] = ["👍", "❤️", "😂", "🎉", "😮", "👀"];

/// The keys that do something with the chosen message, with the key of their words.
pub const KEYS: [(Key, Act); 9] = [
    (Key::R, Act::Reply),
    (Key::E, Act::Edit),
    (Key::Plus, Act::ChooseReaction),
    (Key::S, Act::ChooseReaction),
    (Key::C, Act::Copy),
    (Key::F, Act::Forward),
    (Key::I, Act::Details),
    (Key::Delete, Act::Retract),
    (Key::D, Act::Delete),
];

/// What may be done with a message beyond what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rights {
    /// It is of a conversation with one person.
    #[default]
    Talk,
    /// It is a line of a room.
    Room {
        /// We may speak there.
        speaks: bool,
        /// We may take back this line of somebody else's.
        moderates: bool,
    },
}

/// Can this be done with that message?
pub fn allowed(act: &Act, message: &Message, rights: Rights) -> bool {
    let retracted = message
        .extra
        .as_ref()
        .is_some_and(|extra| extra.retracted.is_some());
    if let Rights::Room { speaks, moderates } = rights {
        return !retracted
            && match act {
                Act::Edit => message.is_own() && speaks,
                Act::Retract => message.is_own() || moderates,
                Act::React(_) | Act::ChooseReaction | Act::Reply => speaks,
                Act::Copy | Act::Forward | Act::Details => true,
                Act::Delete => false,
            };
    }
    match act {
        Act::Edit | Act::Retract => message.is_own() && !retracted,
        Act::Details | Act::Delete => true,
        _ => !retracted,
    }
}

/// What was asked by key for the chosen message.
pub fn pressed(ui: &Ui, message: &Message, rights: Rights) -> Option<Act> {
    ui.input_mut(|input| {
        let found = KEYS
            .iter()
            .find(|(key, _)| input.consume_key(Modifiers::NONE, *key))?;
        // The same key is not a letter for the field.
        input
            .events
            .retain(|event| !matches!(event, egui::Event::Text(_)));
        Some(found.1.clone())
    })
    .filter(|act| allowed(act, message, rights))
}

/// The width of a bar with so many icons.
fn bar_width(icons: usize) -> f32 {
    icons as f32 * space::TARGET + 4.0
}

/// How many icons have room beside `bubble`, so that the bar covers nothing of what is said, nor when: one at least, the
/// menu, behind which is all the rest.
fn bar_room(bubble: Rect, pane: Rect, own: bool) -> usize {
    let room = match own {
        true => bubble.left() - pane.left(),
        false => pane.right() - bubble.right(),
    };
    let icons = (room - space::XS - BAR_EDGE - bar_width(0)) / space::TARGET;
    (icons.max(0.0) as usize).max(1)
}

/// What stays free between the bar and the edge of the pane.
const BAR_EDGE: f32 = 2.0;

/// The bar of icons beside a bubble.
pub fn bar_ui(
    ui: &mut Ui,
    bubble: Rect,
    pane: Rect,
    message: &Message,
    rights: Rights,
) -> Option<Act> {
    let room = bar_room(bubble, pane, message.is_own());
    let shown: Vec<(Icon, Act, String)> = [
        (Icon::Smile, Act::ChooseReaction, t!(ui, "act-react")),
        (Icon::Reply, Act::Reply, t!(ui, "act-reply")),
        (Icon::Edit, Act::Edit, t!(ui, "act-edit")),
    ]
    .into_iter()
    .filter(|(_, act, _)| allowed(act, message, rights))
    .take(room - 1)
    .collect();
    let width = bar_width(shown.len() + 1);
    let left = if message.is_own() {
        bubble.left() - width - space::XS
    } else {
        bubble.right() + space::XS
    };
    let left = left.clamp(
        pane.left() + BAR_EDGE,
        (pane.right() - width - BAR_EDGE).max(pane.left()),
    );
    let top = (bubble.center().y - space::TARGET / 2.0 - 2.0)
        .min(bubble.top() + 30.0)
        .max(pane.top());
    let place = Rect::from_min_size(pos2(left, top), vec2(width, space::TARGET + 4.0));
    let palette = theme::palette(ui);
    let line = egui::Stroke::new(1.0, palette.line);
    ui.painter().rect(
        place,
        theme::ROUND,
        palette.ground,
        line,
        egui::StrokeKind::Inside,
    );
    let mut asked = None;
    let builder = egui::UiBuilder::new()
        .max_rect(place.shrink(2.0))
        .id_salt("actions")
        .layout(egui::Layout::left_to_right(egui::Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (icon, act, name) in shown {
            if icon.button(ui, &name).clicked() {
                asked = Some(act);
            }
        }
        let more = Icon::More.button(ui, &t!(ui, "act-more"));
        if let Some(chosen) = Popup::menu(&more).show(|ui| menu_ui(ui, message, rights)) {
            asked = chosen.inner.or(asked.take());
        }
    });
    asked
}

/// The menu behind the right mouse button.
pub fn context_menu(response: &Response, message: &Message, rights: Rights) -> Option<Act> {
    let mut asked = None;
    response.context_menu(|ui| asked = menu_ui(ui, message, rights));
    asked
}

fn menu_ui(ui: &mut Ui, message: &Message, rights: Rights) -> Option<Act> {
    let mut asked = None;
    if allowed(&Act::ChooseReaction, message, rights) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for emoji in QUICK {
                super::fonts::prepare(ui.ctx(), emoji);
                let words = RichText::new(emoji).font(super::fonts::emoji(18.0));
                let button = ui.add(
                    egui::Button::new(words)
                        .frame(false)
                        .min_size(vec2(30.0, 30.0)),
                );
                let name = super::emoji::name(ui.words().code(), emoji);
                let button = button.on_hover_text(&name);
                if button.clicked() {
                    asked = Some(Act::React(emoji.to_owned()));
                }
            }
        });
        ui.separator();
    }
    let items = [
        (Act::ChooseReaction, t!(ui, "act-react"), Some("S")),
        (Act::Reply, t!(ui, "act-reply"), Some("R")),
        (Act::Edit, t!(ui, "act-edit"), Some("E")),
        (Act::Copy, t!(ui, "message-copy"), Some("C")),
        (Act::Forward, t!(ui, "act-forward"), Some("F")),
        (Act::Details, t!(ui, "act-details"), Some("I")),
        (Act::Retract, t!(ui, "act-retract"), None),
        (Act::Delete, t!(ui, "act-delete"), Some("D")),
    ];
    for (act, name, key) in items {
        if !allowed(&act, message, rights) {
            continue;
        }
        let key = key.map_or_else(|| t!(ui, "act-retract-key"), str::to_owned);
        let key = RichText::new(key).size(size::SMALL).weak();
        if ui.add(egui::Button::new(name).right_text(key)).clicked() {
            asked = Some(act);
        }
    }
    if asked.is_some() {
        ui.close();
    }
    asked
}

/// The reactions of ours to a message after this one was clicked.
pub fn toggled(message: &Message, emoji: &str) -> Vec<String> {
    let all = message.extra.as_ref().map(|extra| &extra.reactions);
    let ours = all.and_then(|all| all.iter().find(|one| one.own));
    let mut ours = ours.map(|one| one.emoji.clone()).unwrap_or_default();
    match ours.iter().position(|one| one == emoji) {
        Some(at) => drop(ours.remove(at)),
        None => ours.push(emoji.to_owned()),
    }
    ours
}
