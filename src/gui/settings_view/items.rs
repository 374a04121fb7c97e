//! What each setting looks like.

use egui::Ui;
use serde_json::json;

use super::{Field, SettingsView, change, combo_ui, hint_ui, switch};
use crate::command::Command;
use crate::gui::scene::{Scene, Wish};
use crate::gui::theme::space;
use crate::gui::words::{self, Speaks, t};
use crate::model::settings::{Density, PlaintextPolicy, Publish, Settings, Theme};

pub(super) fn downloads_ui(
    view: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    view.field_ui(ui, scene, Field::Downloads, wishes);
    ui.horizontal_wrapped(|ui| {
        if ui.button(t!(ui, "settings-downloads-choose")).clicked() {
            wishes.push(Wish::ChooseDownloads);
        }
        let usual = scene.model.settings.downloads.is_empty();
        let words = t!(ui, "settings-downloads-usual");
        if ui.add_enabled(!usual, egui::Button::new(words)).clicked() {
            wishes.push(change(json!({ "downloads": "" })));
        }
    });
    hint_ui(ui, t!(ui, "settings-downloads-hint"));
}

pub(super) fn traces_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    switch(
        ui,
        scene,
        |settings| settings.keep_traces,
        "settings-keep-traces",
        "keep_traces",
        wishes,
    );
    hint_ui(ui, t!(ui, "settings-keep-traces-hint"));
}

pub(super) fn card_ui(
    view: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    hint_ui(ui, t!(ui, "settings-card-hint"));
    for field in [Field::First, Field::Last, Field::Email, Field::Jid] {
        view.field_ui(ui, scene, field, wishes);
    }
}

pub(super) fn published_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    hint_ui(ui, t!(ui, "settings-published-hint"));
    let old: Publish = scene.model.settings.publish;
    let mut publish = old;
    for (name, on) in [
        ("settings-publish-nick", &mut publish.nick),
        ("settings-publish-status", &mut publish.status),
        ("settings-publish-message", &mut publish.message),
        ("settings-publish-avatar", &mut publish.avatar),
        ("settings-publish-name", &mut publish.name),
        ("settings-publish-mail", &mut publish.email),
        ("settings-publish-xmpp", &mut publish.jid),
        ("settings-publish-fingerprint", &mut publish.fingerprint),
    ] {
        ui.checkbox(on, t!(ui, name));
    }
    if publish != old {
        wishes.push(change(json!({ "publish": publish })));
    }
}

pub(super) fn private_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    let now = scene.model.settings.publish;
    let mut invisible = !now.anything;
    let words = t!(ui, "settings-invisible");
    if ui.checkbox(&mut invisible, words).changed() {
        let publish = Publish {
            anything: !invisible,
            ..now
        };
        wishes.push(change(json!({ "publish": publish })));
    }
    let mut private = now == Publish::private();
    if ui
        .checkbox(&mut private, t!(ui, "settings-private"))
        .changed()
    {
        let publish = match private {
            true => Publish::private(),
            false => Publish::default(),
        };
        wishes.push(change(json!({ "publish": publish })));
    }
}

pub(super) fn plaintext_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    let now = scene.model.settings.plaintext;
    ui.label(t!(ui, "settings-plaintext"));
    for (policy, words) in [
        (PlaintextPolicy::Allow, "settings-plaintext-allow"),
        (PlaintextPolicy::Ask, "settings-plaintext-ask"),
        (PlaintextPolicy::SecureOnly, "settings-plaintext-never"),
    ] {
        if ui.radio(now == policy, t!(ui, words)).clicked() && now != policy {
            wishes.push(change(json!({ "plaintext": policy })));
        }
    }
}

/// How long messages are kept, and ways to take them along or be rid of them.
pub(super) fn history_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    const CHOICES: [u32; 6] = [0, 7, 30, 90, 365, 730];
    let now = scene.model.settings.retention_days;
    let speaks = ui.words();
    let words = |days: u32| match days {
        0 => t!(speaks, "settings-keep-all"),
        days => t!(speaks, "settings-keep-days", count = days),
    };
    let choices = CHOICES.map(|days| (days, words(days)));
    let name = t!(ui, "settings-keep");
    if let Some(days) = combo_ui(ui, &name, now, &words(now), &choices) {
        wishes.push(change(json!({ "retention_days": days })));
    }
    ui.horizontal_wrapped(|ui| {
        if ui.button(t!(ui, "settings-export")).clicked() {
            wishes.push(Wish::Export(None));
        }
        ui.menu_button(t!(ui, "settings-delete"), |ui| {
            ui.set_max_width(260.0);
            crate::gui::text::in_menu(ui, &t!(ui, "settings-delete-explained"));
            if ui.button(t!(ui, "settings-delete-really")).clicked() {
                wishes.push(Wish::Ask(Command::Delete {
                    id: None,
                    with: None,
                    everything: true,
                }));
                ui.close();
            }
        });
    });
}

pub(super) fn notifications_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    let is_on = |settings: &Settings| settings.notifications;
    switch(ui, scene, is_on, "settings-notify", "notifications", wishes);
    ui.add_enabled_ui(scene.model.settings.notifications, |ui| {
        let is_on = |settings: &Settings| settings.notification_text;
        switch(
            ui,
            scene,
            is_on,
            "settings-notify-text",
            "notification_text",
            wishes,
        );
        let is_on = |settings: &Settings| settings.notification_sound;
        switch(
            ui,
            scene,
            is_on,
            "settings-notify-sound",
            "notification_sound",
            wishes,
        );
    });
    hint_ui(ui, t!(ui, "settings-notify-hint"));
}

pub(super) fn away_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    const CHOICES: [u32; 6] = [0, 5, 10, 15, 30, 60];
    let now = scene.model.settings.away_after_minutes;
    let speaks = ui.words();
    let words = |minutes: u32| {
        if minutes == 0 {
            t!(speaks, "settings-away-never")
        } else {
            t!(speaks, "settings-away-after", count = minutes)
        }
    };
    let choices = CHOICES.map(|minutes| (minutes, words(minutes)));
    if let Some(minutes) = combo_ui(ui, &t!(ui, "settings-away"), now, &words(now), &choices) {
        wishes.push(change(json!({ "away_after_minutes": minutes })));
    }
}

pub(super) fn theme_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    let now = scene.model.settings.theme;
    ui.label(t!(ui, "settings-theme"));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::L;
        for (theme, words) in [
            (Theme::System, "settings-theme-system"),
            (Theme::Light, "settings-theme-light"),
            (Theme::Dark, "settings-theme-dark"),
        ] {
            if ui.radio(now == theme, t!(ui, words)).clicked() && now != theme {
                wishes.push(change(json!({ "theme": theme })));
            }
        }
    });
}

pub(super) fn density_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    let now = scene.model.settings.density;
    ui.label(t!(ui, "settings-density"));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::L;
        for (density, words) in [
            (Density::Comfortable, "settings-density-comfortable"),
            (Density::Compact, "settings-density-compact"),
        ] {
            if ui.radio(now == density, t!(ui, words)).clicked() && now != density {
                wishes.push(change(json!({ "density": density })));
            }
        }
    });
}

pub(super) fn zoom_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    const CHOICES: [u16; 8] = [75, 90, 100, 110, 125, 150, 175, 200];
    let now = scene.model.settings.zoom_percent;
    let choices = CHOICES.map(|percent| (percent, t!(ui, "settings-percent", count = percent)));
    let shown = t!(ui, "settings-percent", count = now);
    if let Some(percent) = combo_ui(ui, &t!(ui, "settings-zoom"), now, &shown, &choices) {
        wishes.push(change(json!({ "zoom_percent": percent })));
    }
}

pub(super) fn language_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    let now = scene.model.settings.language.as_str();
    let system = t!(ui, "settings-language-system");
    let known = words::languages().map(|(code, name)| (code, name.to_owned()));
    let choices: Vec<_> = std::iter::once(("", system)).chain(known).collect();
    let shown = choices
        .iter()
        .find(|(code, _)| *code == now)
        .map_or(now, |(_, name)| name);
    if let Some(code) = combo_ui(ui, &t!(ui, "settings-language"), now, shown, &choices) {
        wishes.push(change(json!({ "language": code })));
    }
}

pub(super) fn desktop_ui(
    _: &mut SettingsView,
    ui: &mut Ui,
    scene: &Scene<'_>,
    wishes: &mut Vec<Wish>,
) {
    let is_on = |settings: &Settings| settings.tray;
    switch(ui, scene, is_on, "settings-tray", "tray", wishes);
    ui.add_enabled_ui(scene.model.settings.tray, |ui| {
        let is_on = |settings: &Settings| settings.close_to_tray;
        switch(
            ui,
            scene,
            is_on,
            "settings-close-to-tray",
            "close_to_tray",
            wishes,
        );
    });
    if scene.model.settings.tray && !scene.surroundings.in_tray {
        hint_ui(ui, t!(ui, "settings-no-tray"));
    }
    if let Some(on) = scene.surroundings.autostart {
        let mut now = on;
        if ui
            .checkbox(&mut now, t!(ui, "settings-autostart"))
            .changed()
        {
            wishes.push(Wish::Autostart(now));
        }
    }
}
