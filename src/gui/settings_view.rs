//! The settings. Every change is asked for at once; what is shown is what the node says is so.

use egui::{Align, Key, Layout, Modifiers, RichText, Role, TextEdit, Ui, WidgetInfo, vec2};
use serde_json::{Value, json};

use super::interfaces;
use super::keys;
use super::scene::{Scene, Wish};
use super::theme::{self, size, space};
use crate::command::Command;
use crate::model::settings::{PlaintextPolicy, Settings, Theme};

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
    fn words(self) -> &'static str {
        match self {
            Field::Nick => "Name",
            Field::First => "First name",
            Field::Last => "Last name",
            Field::Email => "Mail",
            Field::Jid => "XMPP address",
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
        section(ui, "You");
        self.field_ui(ui, settings, Field::Nick, &mut asked);
        section(ui, "What others on the network can see");
        self.personal_ui(ui, settings, &mut asked);
        section(ui, "Privacy");
        privacy_ui(ui, settings, &mut asked);
        section(ui, "Notifications");
        notifications_ui(ui, settings, &mut asked);
        section(ui, "Presence");
        away_ui(ui, settings, &mut asked);
        section(ui, "Look");
        theme_ui(ui, settings, &mut asked);
        section(ui, "Network interfaces");
        let mut wishes: Vec<Wish> = asked
            .into_iter()
            .map(|settings| Wish::Ask(Command::Configure { settings }))
            .collect();
        wishes.extend(interfaces::ui(ui, scene));
        wishes
    }

    fn personal_ui(&mut self, ui: &mut Ui, settings: &Settings, asked: &mut Vec<Value>) {
        let weak = theme::palette(ui).weak;
        let hint =
            "Everybody on the network can read what is switched on here, not only your contacts.";
        ui.add(egui::Label::new(RichText::new(hint).color(weak)).wrap());
        let mut publish = settings.publish;
        for (name, on) in [
            ("Publish my name", &mut publish.nick),
            (
                "Publish whether I am available or away",
                &mut publish.status,
            ),
            ("Publish my status text", &mut publish.message),
            ("Publish my picture", &mut publish.avatar),
            ("Publish first and last name", &mut publish.name),
        ] {
            ui.checkbox(on, name);
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
        ui.checkbox(&mut publish.email, "Publish mail addresses");
        if publish.email || !settings.card.email.is_empty() {
            self.field_ui(ui, settings, Field::Email, asked);
        }
        ui.checkbox(&mut publish.jid, "Publish XMPP addresses");
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
        ui.horizontal(|ui| {
            let cell = ui.allocate_ui_with_layout(
                vec2(110.0, 32.0),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_min_width(110.0);
                    ui.label(field.words())
                },
            );
            let label = cell.inner;
            let edit = TextEdit::singleline(&mut text)
                .id(egui::Id::unique(("setting", field.words())))
                .event_filter(keys::KEEP_ESCAPE)
                .char_limit(200)
                .margin(egui::Margin::symmetric(10, 6))
                .desired_width((ui.available_width() - space::S).clamp(80.0, 320.0));
            let response = ui.add(edit).labelled_by(label.id);
            response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, field.words()));
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
    ui.label("People whose program cannot encrypt:");
    for (policy, words) in [
        (PlaintextPolicy::Allow, "Talk to them, with a mark"),
        (PlaintextPolicy::Ask, "Ask before the first message"),
        (PlaintextPolicy::SecureOnly, "Do not talk to them"),
    ] {
        if ui.radio(settings.plaintext == policy, words).clicked() && settings.plaintext != policy {
            asked.push(json!({ "plaintext": policy }));
        }
    }
    ui.add_space(space::XS);
    switch(
        ui,
        settings.send_typing,
        "Tell others when I am typing",
        "send_typing",
        asked,
    );
}

fn notifications_ui(ui: &mut Ui, settings: &Settings, asked: &mut Vec<Value>) {
    switch(
        ui,
        settings.notifications,
        "Show notifications for new messages",
        "notifications",
        asked,
    );
    ui.add_enabled_ui(settings.notifications, |ui| {
        switch(
            ui,
            settings.notification_text,
            "Show the text in them",
            "notification_text",
            asked,
        );
    });
    let weak = theme::palette(ui).weak;
    let hint = "None while you look at the conversation, and none while “Do not disturb” is on.";
    ui.add(egui::Label::new(RichText::new(hint).size(size::SMALL + 0.5).color(weak)).wrap());
}

fn away_ui(ui: &mut Ui, settings: &Settings, asked: &mut Vec<Value>) {
    const CHOICES: [u32; 6] = [0, 5, 10, 15, 30, 60];
    let words = |minutes: u32| {
        if minutes == 0 {
            "Never".to_owned()
        } else {
            format!("After {minutes} minutes")
        }
    };
    ui.horizontal(|ui| {
        let label = ui.label("Go away by itself");
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
            (Theme::System, "As the desktop"),
            (Theme::Light, "Light"),
            (Theme::Dark, "Dark"),
        ] {
            if ui.radio(settings.theme == theme, words).clicked() && settings.theme != theme {
                asked.push(json!({ "theme": theme }));
            }
        }
    });
}

fn switch(ui: &mut Ui, on: bool, words: &str, key: &str, asked: &mut Vec<Value>) {
    let mut now = on;
    if ui.checkbox(&mut now, words).changed() {
        asked.push(Value::Object(
            [(key.to_owned(), Value::Bool(now))].into_iter().collect(),
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
