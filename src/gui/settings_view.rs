//! The settings, a section at a time or as the search finds them. Every change is asked for at once; what is shown is what
//! the node says is so.
//!
//! The page is data: one [`Item`] a setting, with its section, the keys of its words (what the search looks at) and the
//! function that draws it. A new setting is a line in [`ITEMS`].

mod items;

use egui::{Align, Key, Layout, Modifiers, RichText, Role, TextEdit, Ui, WidgetInfo, vec2};
use serde_json::{Value, json};

use self::items::{
    away_ui, card_ui, density_ui, desktop_ui, downloads_ui, history_ui, language_ui,
    notifications_ui, plaintext_ui, private_ui, published_ui, theme_ui, traces_ui, zoom_ui,
};
use super::icons::Icon;
use super::interfaces;
use super::keys;
use super::scene::{Scene, Wish};
use super::theme::{self, size, space};
use super::trust_view;
use super::words::{Speaks, t};
use crate::command::Command;
use crate::model::settings::Settings;

/// The page, with the text field that is being edited.
#[derive(Default)]
pub struct SettingsView {
    section: Section,
    search: String,
    edited: Option<(Field, String)>,
}

/// What belongs together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Section {
    #[default]
    You,
    Published,
    Privacy,
    Files,
    History,
    Notifications,
    Presence,
    Look,
    Desktop,
    Interfaces,
}

/// The sections in their order, with the keys of their names.
const SECTIONS: [(Section, &str); 10] = [
    (Section::You, "settings-you"),
    (Section::Published, "settings-published"),
    (Section::Privacy, "settings-privacy"),
    (Section::Files, "settings-files"),
    (Section::History, "settings-history"),
    (Section::Notifications, "settings-notifications"),
    (Section::Presence, "settings-presence"),
    (Section::Look, "settings-look"),
    (Section::Desktop, "settings-desktop"),
    (Section::Interfaces, "settings-interfaces"),
];

/// One setting, or a few that make no sense apart.
struct Item {
    section: Section,
    /// The members of the settings that it changes (for what an administrator has locked).
    members: &'static [&'static str],
    /// The keys of its words.
    words: &'static [&'static str],
    ui: fn(&mut SettingsView, &mut Ui, &Scene<'_>, &mut Vec<Wish>),
}

#[rustfmt::skip]
const ITEMS: [Item; 21] = [
    Item { section: Section::You, members: &["nick"], words: &["settings-name"], ui: |view, ui, scene, wishes| view.field_ui(ui, scene, Field::Nick, wishes) },
    Item { section: Section::You, members: &["card"], words: &["settings-first", "settings-last", "settings-mail", "settings-xmpp"], ui: card_ui },
    Item { section: Section::Published, members: &["publish"], words: &PUBLISHED, ui: published_ui },
    Item { section: Section::Privacy, members: &["publish"], words: &["settings-invisible", "settings-private"], ui: private_ui },
    Item { section: Section::Privacy, members: &["plaintext"], words: &["settings-plaintext", "settings-plaintext-allow", "settings-plaintext-ask", "settings-plaintext-never"], ui: plaintext_ui },
    Item { section: Section::Privacy, members: &["send_typing"], words: &["settings-send-typing"], ui: |_, ui, scene, wishes| switch(ui, scene, |settings| settings.send_typing, "settings-send-typing", "send_typing", wishes) },
    Item { section: Section::Privacy, members: &["send_displayed"], words: &["settings-send-displayed"], ui: |_, ui, scene, wishes| switch(ui, scene, |settings| settings.send_displayed, "settings-send-displayed", "send_displayed", wishes) },
    Item { section: Section::Privacy, members: &["send_details"], words: &["settings-send-details"], ui: |_, ui, scene, wishes| switch(ui, scene, |settings| settings.send_details, "settings-send-details", "send_details", wishes) },
    Item { section: Section::Privacy, members: &[], words: &["settings-privacy"], ui: |_, ui, scene, wishes| { trust_view::own_ui(ui, scene); trust_view::blocked_ui(ui, scene, wishes); } },
    Item { section: Section::Files, members: &["downloads"], words: &["settings-downloads", "settings-downloads-hint"], ui: downloads_ui },
    Item { section: Section::Files, members: &["keep_traces"], words: &["settings-keep-traces", "settings-keep-traces-hint"], ui: traces_ui },
    Item { section: Section::History, members: &["retention_days"], words: &["settings-keep", "settings-export", "settings-delete"], ui: history_ui },
    Item { section: Section::Notifications, members: &["notifications", "notification_text", "notification_sound"], words: &["settings-notify", "settings-notify-text", "settings-notify-sound"], ui: notifications_ui },
    Item { section: Section::Presence, members: &["away_after_minutes"], words: &["settings-away"], ui: away_ui },
    Item { section: Section::Look, members: &["theme"], words: &["settings-theme", "settings-theme-system", "settings-theme-light", "settings-theme-dark"], ui: theme_ui },
    Item { section: Section::Look, members: &["density"], words: &["settings-density", "settings-density-comfortable", "settings-density-compact"], ui: density_ui },
    Item { section: Section::Look, members: &["zoom_percent"], words: &["settings-zoom"], ui: zoom_ui },
    Item { section: Section::Look, members: &["reduced_motion"], words: &["settings-still"], ui: |_, ui, scene, wishes| switch(ui, scene, |settings| settings.reduced_motion, "settings-still", "reduced_motion", wishes) },
    Item { section: Section::Look, members: &["language"], words: &["settings-language", "settings-language-system"], ui: language_ui },
    Item { section: Section::Desktop, members: &["tray", "close_to_tray"], words: &["settings-tray", "settings-close-to-tray", "settings-autostart"], ui: desktop_ui },
    Item { section: Section::Interfaces, members: &["interfaces"], words: &["settings-interfaces"], ui: |_, ui, scene, wishes| wishes.extend(interfaces::ui(ui, scene)) },
];

const PUBLISHED: [&str; 9] = [
    "settings-published-hint",
    "settings-publish-nick",
    "settings-publish-status",
    "settings-publish-message",
    "settings-publish-avatar",
    "settings-publish-name",
    "settings-publish-mail",
    "settings-publish-xmpp",
    "settings-publish-fingerprint",
];

impl SettingsView {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        self.search_ui(ui);
        let wanted = self.search.trim().to_lowercase();
        if wanted.is_empty() {
            self.sections_ui(ui);
            self.items_ui(ui, scene, &mut wishes, |item, section| {
                item.section == section
            });
            return wishes;
        }
        let words = ui.words();
        let found = |key: &str| words.get(key).to_lowercase().contains(&wanted);
        let shown = self.items_ui(ui, scene, &mut wishes, |item, _| {
            let section = SECTIONS
                .iter()
                .find(|(section, _)| *section == item.section);
            section.is_some_and(|(_, name)| found(name)) || item.words.iter().any(|key| found(key))
        });
        if shown == 0 {
            ui.add_space(space::L);
            ui.label(RichText::new(t!(ui, "settings-no-match")).font(theme::bold(size::BODY)));
        }
        wishes
    }

    fn search_ui(&mut self, ui: &mut Ui) {
        let name = t!(ui, "settings-search");
        ui.add_space(space::M);
        let edit = TextEdit::singleline(&mut self.search)
            .id(egui::Id::unique("search settings"))
            .event_filter(keys::KEEP_ESCAPE)
            .hint_text(RichText::new(&name).color(theme::palette(ui).weak))
            .margin(egui::Margin {
                left: 32,
                right: 10,
                top: 7,
                bottom: 7,
            })
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, &name));
        let lens = response.rect.left_center() + vec2(17.0, 0.0);
        Icon::Search.paint(ui.painter(), lens, 15.0, theme::palette(ui).weak);
        if response.has_focus()
            && !self.search.is_empty()
            && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
        {
            self.search.clear();
        }
    }

    fn sections_ui(&mut self, ui: &mut Ui) {
        ui.add_space(space::XS);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(space::XS, space::XS);
            for (section, name) in SECTIONS {
                let name = t!(ui, name);
                if ui.selectable_label(self.section == section, name).clicked() {
                    self.section = section;
                }
            }
        });
    }

    /// Draws the items that are wanted, under the names of their sections; gives back how many.
    fn items_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        wishes: &mut Vec<Wish>,
        wanted: impl Fn(&Item, Section) -> bool,
    ) -> usize {
        let mut shown = 0;
        let current = self.section;
        for (of, name) in SECTIONS {
            let items: Vec<&Item> = ITEMS
                .iter()
                .filter(|item| item.section == of && wanted(item, current))
                .collect();
            if items.is_empty() {
                continue;
            }
            section(ui, &t!(ui, name));
            for item in items {
                shown += 1;
                self.item_ui(ui, scene, item, wishes);
                ui.add_space(space::XS);
            }
        }
        shown
    }

    /// One item; greyed with a word about it where an administrator has locked it.
    fn item_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, item: &Item, wishes: &mut Vec<Wish>) {
        let locked = &scene.model.settings.locked;
        let is_locked = item
            .members
            .iter()
            .any(|member| locked.iter().any(|one| one == member));
        ui.add_enabled_ui(!is_locked, |ui| (item.ui)(self, ui, scene, wishes));
        if is_locked {
            let palette = theme::palette(ui);
            ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(18.0, 18.0), egui::Sense::hover());
                Icon::Lock.paint(ui.painter(), rect.center(), 14.0, palette.weak);
                hint_ui(ui, t!(ui, "settings-locked"));
            });
        }
    }

    /// A labelled field; asks when it is left or Enter is pressed.
    fn field_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, field: Field, wishes: &mut Vec<Wish>) {
        let settings = &scene.model.settings;
        let saved = field.read(settings);
        let mut text = match &self.edited {
            Some((edited, text)) if *edited == field => text.clone(),
            _ => saved.clone(),
        };
        let name = field.words(ui);
        ui.horizontal(|ui| {
            let cell = ui.allocate_ui_with_layout(
                vec2(110.0, 32.0),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_min_width(110.0);
                    ui.label(&name)
                },
            );
            let label = cell.inner;
            let edit = TextEdit::singleline(&mut text)
                .id(egui::Id::unique(("setting", field as u8)))
                .event_filter(keys::KEEP_ESCAPE)
                .char_limit(if field == Field::Downloads { 4000 } else { 200 })
                .margin(egui::Margin::symmetric(10, 6))
                .desired_width((ui.available_width() - space::S).clamp(80.0, 320.0));
            let response = ui.add(edit).labelled_by(label.id);
            response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
            if response.changed() {
                self.edited = Some((field, text.clone()));
            }
            let escape =
                |ui: &mut Ui| ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
            if response.has_focus() && escape(ui) {
                self.edited = None;
                response.surrender_focus();
            } else if response.lost_focus()
                && self
                    .edited
                    .as_ref()
                    .is_some_and(|(edited, _)| *edited == field)
            {
                self.edited = None;
                let kept = match field {
                    Field::Nick => !text.trim().is_empty(),
                    // The desktop's own, or one that can only mean one folder.
                    Field::Downloads => text.trim().is_empty() || text.trim().starts_with('/'),
                    _ => true,
                };
                if text.trim() != saved && kept {
                    wishes.push(change(field.change(settings, &text)));
                }
            }
        });
    }
}

/// A text that can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Nick,
    First,
    Last,
    Email,
    Jid,
    Downloads,
}

impl Field {
    fn words(self, speaks: &impl Speaks) -> String {
        match self {
            Field::Nick => t!(speaks, "settings-name"),
            Field::First => t!(speaks, "settings-first"),
            Field::Last => t!(speaks, "settings-last"),
            Field::Email => t!(speaks, "settings-mail"),
            Field::Jid => t!(speaks, "settings-xmpp"),
            Field::Downloads => t!(speaks, "settings-downloads"),
        }
    }

    fn read(self, settings: &Settings) -> String {
        match self {
            Field::Nick => settings.nick.clone(),
            Field::First => settings.card.first.clone(),
            Field::Last => settings.card.last.clone(),
            Field::Email => settings.card.email.join(", "),
            Field::Jid => settings.card.jid.join(", "),
            Field::Downloads => settings.downloads.clone(),
        }
    }

    /// The part of the settings to ask for.
    fn change(self, settings: &Settings, text: &str) -> Value {
        let list = || {
            text.split([',', ' '])
                .map(str::trim)
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let mut card = settings.card.clone();
        match self {
            Field::Nick => return json!({ "nick": text.trim() }),
            Field::First => card.first = text.trim().to_owned(),
            Field::Last => card.last = text.trim().to_owned(),
            Field::Email => card.email = list(),
            Field::Jid => card.jid = list(),
            Field::Downloads => return json!({ "downloads": text.trim() }),
        }
        json!({ "card": card })
    }
}

fn change(settings: Value) -> Wish {
    Wish::Ask(Command::Configure { settings })
}

fn hint_ui(ui: &mut Ui, words: String) {
    let weak = theme::palette(ui).weak;
    ui.add(egui::Label::new(RichText::new(words).size(size::SMALL + 0.5).color(weak)).wrap());
}

/// A labelled choice of one; what was chosen anew.
fn combo_ui<T: PartialEq + Clone>(
    ui: &mut Ui,
    name: &str,
    now: T,
    shown: &str,
    choices: &[(T, String)],
) -> Option<T> {
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        let label = ui.label(name);
        let combo = egui::ComboBox::from_id_salt(name)
            .selected_text(shown)
            .show_ui(ui, |ui| {
                for (value, words) in choices {
                    if ui.selectable_label(*value == now, words).clicked() && *value != now {
                        chosen = Some(value.clone());
                    }
                }
            });
        combo.response.labelled_by(label.id);
    });
    chosen
}

/// A switch: how it stands, the key of its words, the member of the settings that it changes.
fn switch(
    ui: &mut Ui,
    scene: &Scene<'_>,
    is_on: impl Fn(&Settings) -> bool,
    words: &str,
    member: &str,
    wishes: &mut Vec<Wish>,
) {
    let mut now = is_on(&scene.model.settings);
    if ui.checkbox(&mut now, t!(ui, words)).changed() {
        let part = [(member.to_owned(), Value::Bool(now))];
        wishes.push(change(Value::Object(part.into_iter().collect())));
    }
}

/// The heading of a part of a page.
pub fn section(ui: &mut Ui, words: &str) {
    ui.add_space(space::L);
    ui.label(
        RichText::new(words)
            .font(theme::bold(size::BODY + 1.0))
            .color(theme::palette(ui).accent),
    );
    ui.add_space(2.0);
}
