//! The settings. Every change is asked for at once; what is shown is what the node says is so.

use egui::{Align, Key, Layout, Modifiers, RichText, Role, TextEdit, Ui, WidgetInfo, vec2};
use serde_json::{Value, json};

use super::interfaces;
use super::keys;
use super::scene::{Scene, Wish};
use super::theme::{self, size, space};
use super::trust_view;
use super::words::{self, Speaks, t};
use crate::command::Command;
use crate::model::settings::{PlaintextPolicy, Publish, Settings, Theme};

/// The page, with the text fields that are being edited.
#[derive(Default)]
pub struct SettingsView {
    edited: Option<(Field, String)>,
}

/// A text that can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Nick,
    First,
    Last,
    Email,
    Jid,
}

impl Field {
    fn words(self, speaks: &impl Speaks) -> String {
        match self {
            Field::Nick => t!(speaks, "settings-name"),
            Field::First => t!(speaks, "settings-first"),
            Field::Last => t!(speaks, "settings-last"),
            Field::Email => t!(speaks, "settings-mail"),
            Field::Jid => t!(speaks, "settings-xmpp"),
        }
    }

    fn read(self, settings: &Settings) -> String {
        match self {
            Field::Nick => settings.nick.clone(),
            Field::First => settings.card.first.clone(),
            Field::Last => settings.card.last.clone(),
            Field::Email => settings.card.email.join(", "),
            Field::Jid => settings.card.jid.join(", "),
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
        }
        json!({ "card": card })
    }
}

impl SettingsView {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut asked = Vec::new();
        let settings = &scene.model.settings;
        section(ui, &t!(ui, "settings-you"));
        self.field_ui(ui, settings, Field::Nick, &mut asked);
        section(ui, &t!(ui, "settings-published"));
        self.personal_ui(ui, settings, &mut asked);
        section(ui, &t!(ui, "settings-privacy"));
        privacy_ui(ui, settings, &mut asked);
        let mut wishes = Vec::new();
        trust_view::own_ui(ui, scene);
        trust_view::blocked_ui(ui, scene, &mut wishes);
        section(ui, &t!(ui, "settings-notifications"));
        notifications_ui(ui, settings, &mut asked);
        section(ui, &t!(ui, "settings-presence"));
        away_ui(ui, settings, &mut asked);
        section(ui, &t!(ui, "settings-look"));
        theme_ui(ui, settings, &mut asked);
        language_ui(ui, settings, &mut asked);
        section(ui, &t!(ui, "settings-history"));
        let export = history_ui(ui, settings, &mut asked);
        section(ui, &t!(ui, "settings-interfaces"));
        let asked = asked.into_iter();
        wishes.extend(asked.map(|settings| Wish::Ask(Command::Configure { settings })));
        wishes.extend(export);
        wishes.extend(interfaces::ui(ui, scene));
        wishes
    }

    fn personal_ui(&mut self, ui: &mut Ui, settings: &Settings, asked: &mut Vec<Value>) {
        let weak = theme::palette(ui).weak;
        let hint = t!(ui, "settings-published-hint");
        ui.add(egui::Label::new(RichText::new(hint).color(weak)).wrap());
        let mut publish = settings.publish;
        for (name, on) in [
            ("settings-publish-nick", &mut publish.nick),
            ("settings-publish-status", &mut publish.status),
            ("settings-publish-message", &mut publish.message),
            ("settings-publish-avatar", &mut publish.avatar),
            ("settings-publish-name", &mut publish.name),
            ("settings-publish-fingerprint", &mut publish.fingerprint),
        ] {
            ui.checkbox(on, t!(ui, name));
        }
        let old = settings.publish;
        if settings.publish.name
            || !settings.card.first.is_empty()
            || !settings.card.last.is_empty()
            || publish.name
        {
            self.field_ui(ui, settings, Field::First, asked);
            self.field_ui(ui, settings, Field::Last, asked);
        }
        ui.checkbox(&mut publish.email, t!(ui, "settings-publish-mail"));
        if publish.email || !settings.card.email.is_empty() {
            self.field_ui(ui, settings, Field::Email, asked);
        }
        ui.checkbox(&mut publish.jid, t!(ui, "settings-publish-xmpp"));
        if publish.jid || !settings.card.jid.is_empty() {
            self.field_ui(ui, settings, Field::Jid, asked);
        }
        if publish != old {
            asked.push(json!({ "publish": publish }));
        }
    }

    /// A labelled field; asks when it is left or Enter is pressed.
    fn field_ui(&mut self, ui: &mut Ui, settings: &Settings, field: Field, asked: &mut Vec<Value>) {
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
                .char_limit(200)
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
                let kept = field != Field::Nick || !text.trim().is_empty();
                if text.trim() != saved && kept {
                    asked.push(field.change(settings, &text));
                }
            }
        });
    }
}

fn privacy_ui(ui: &mut Ui, settings: &Settings, asked: &mut Vec<Value>) {
    let mut invisible = !settings.publish.anything;
    if ui
        .checkbox(&mut invisible, t!(ui, "settings-invisible"))
        .changed()
    {
        let anything = !invisible;
        let publish = Publish {
            anything,
            ..settings.publish
        };
        asked.push(json!({ "publish": publish }));
    }
    let mut private = settings.publish == Publish::private();
    if ui
        .checkbox(&mut private, t!(ui, "settings-private"))
        .changed()
    {
        let publish = match private {
            true => Publish::private(),
            false => Publish::default(),
        };
        asked.push(json!({ "publish": publish }));
    }
    ui.label(t!(ui, "settings-plaintext"));
    for (policy, words) in [
        (PlaintextPolicy::Allow, t!(ui, "settings-plaintext-allow")),
        (PlaintextPolicy::Ask, t!(ui, "settings-plaintext-ask")),
        (
            PlaintextPolicy::SecureOnly,
            t!(ui, "settings-plaintext-never"),
        ),
    ] {
        if ui.radio(settings.plaintext == policy, words).clicked() && settings.plaintext != policy {
            asked.push(json!({ "plaintext": policy }));
        }
    }
    ui.add_space(space::XS);
    switch(
        ui,
        settings.send_typing,
        "settings-send-typing",
        "send_typing",
        asked,
    );
    switch(
        ui,
        settings.send_displayed,
        "settings-send-displayed",
        "send_displayed",
        asked,
    );
}

fn notifications_ui(ui: &mut Ui, settings: &Settings, asked: &mut Vec<Value>) {
    switch(
        ui,
        settings.notifications,
        "settings-notify",
        "notifications",
        asked,
    );
    ui.add_enabled_ui(settings.notifications, |ui| {
        switch(
            ui,
            settings.notification_text,
            "settings-notify-text",
            "notification_text",
            asked,
        );
    });
    let weak = theme::palette(ui).weak;
    let hint = t!(ui, "settings-notify-hint");
    ui.add(egui::Label::new(RichText::new(hint).size(size::SMALL + 0.5).color(weak)).wrap());
}

/// How long messages are kept, and ways to take them along or be rid of them.
fn history_ui(ui: &mut Ui, settings: &Settings, asked: &mut Vec<Value>) -> Option<Wish> {
    let mut wish = None;
    let words = |days: u32| match days {
        0 => t!(ui, "settings-keep-all"),
        days => t!(
            ui,
            "settings-keep-days",
            count = usize::try_from(days).unwrap_or(0)
        ),
    };
    let shown = words(settings.retention_days);
    let choices = [0, 7, 30, 90, 365].map(|days| (days, words(days)));
    let mut chosen = settings.retention_days;
    ui.horizontal(|ui| {
        let label = ui.label(t!(ui, "settings-keep"));
        egui::ComboBox::from_id_salt("retention")
            .selected_text(shown)
            .show_ui(ui, |ui| {
                for (days, words) in choices {
                    ui.selectable_value(&mut chosen, days, words);
                }
            })
            .response
            .labelled_by(label.id);
    });
    if chosen != settings.retention_days {
        asked.push(json!({ "retention_days": chosen }));
    }
    ui.horizontal(|ui| {
        if ui.button(t!(ui, "settings-export")).clicked() {
            wish = Some(Wish::Export(None));
        }
        ui.menu_button(t!(ui, "settings-delete"), |ui| {
            ui.set_max_width(260.0);
            ui.label(t!(ui, "settings-delete-explained"));
            if ui.button(t!(ui, "settings-delete-really")).clicked() {
                wish = Some(Wish::Ask(Command::Delete {
                    id: None,
                    with: None,
                    everything: true,
                }));
                ui.close();
            }
        });
    });
    wish
}

fn away_ui(ui: &mut Ui, settings: &Settings, asked: &mut Vec<Value>) {
    const CHOICES: [u32; 6] = [0, 5, 10, 15, 30, 60];
    let speaks = ui.words();
    let words = |minutes: u32| {
        if minutes == 0 {
            t!(speaks, "settings-away-never")
        } else {
            t!(speaks, "settings-away-after", count = minutes)
        }
    };
    ui.horizontal(|ui| {
        let label = ui.label(t!(ui, "settings-away"));
        let shown = words(settings.away_after_minutes);
        let combo = egui::ComboBox::from_id_salt("away")
            .selected_text(shown)
            .show_ui(ui, |ui| {
                for minutes in CHOICES {
                    if ui
                        .selectable_label(settings.away_after_minutes == minutes, words(minutes))
                        .clicked()
                    {
                        asked.push(json!({ "away_after_minutes": minutes }));
                    }
                }
            });
        combo.response.labelled_by(label.id);
    });
}

fn theme_ui(ui: &mut Ui, settings: &Settings, asked: &mut Vec<Value>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::L;
        for (theme, words) in [
            (Theme::System, t!(ui, "settings-theme-system")),
            (Theme::Light, t!(ui, "settings-theme-light")),
            (Theme::Dark, t!(ui, "settings-theme-dark")),
        ] {
            if ui.radio(settings.theme == theme, words).clicked() && settings.theme != theme {
                asked.push(json!({ "theme": theme }));
            }
        }
    });
}

fn language_ui(ui: &mut Ui, settings: &Settings, asked: &mut Vec<Value>) {
    let system = t!(ui, "settings-language-system");
    let known = words::languages().map(|(code, name)| (code, name.to_owned()));
    let choices = std::iter::once(("", system)).chain(known);
    ui.horizontal(|ui| {
        let label = ui.label(t!(ui, "settings-language"));
        let shown = choices
            .clone()
            .find(|(code, _)| *code == settings.language)
            .map_or_else(|| settings.language.clone(), |(_, name)| name);
        let combo = egui::ComboBox::from_id_salt("language")
            .selected_text(shown)
            .show_ui(ui, |ui| {
                for (code, name) in choices {
                    let chosen = settings.language == code;
                    if ui.selectable_label(chosen, name).clicked() && !chosen {
                        asked.push(json!({ "language": code }));
                    }
                }
            });
        combo.response.labelled_by(label.id);
    });
}

/// A switch: the key of its words and the member of the settings that it changes.
fn switch(ui: &mut Ui, on: bool, words: &str, member: &str, asked: &mut Vec<Value>) {
    let mut now = on;
    if ui.checkbox(&mut now, t!(ui, words)).changed() {
        asked.push(Value::Object(
            [(member.to_owned(), Value::Bool(now))]
                .into_iter()
                .collect(),
        ));
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
