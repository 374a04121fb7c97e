//! The head of a conversation: who it is, how to reach them, and whether others can read along.

use egui::{Align, Frame, Layout, Margin, RichText, Role, Ui, WidgetInfo, vec2};

use super::avatar;
use super::ends;
use super::icons::Icon;
use super::scene::{Scene, Wish};
use super::text;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::event::{OfflineReason, Peer, Trust};
use crate::model::Contact;

/// Draws it.
pub fn ui(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact, narrow: bool) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let palette = theme::palette(ui);
    let frame = Frame::new()
        .fill(palette.ground)
        .inner_margin(Margin::symmetric(if narrow { 6 } else { 16 }, 8));
    egui::Panel::top("conversation header")
        .frame(frame)
        .show(ui, |ui| {
            // As high as the face from the start: what stands before it is centred too.
            let room = vec2(ui.available_width(), 42.0);
            ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
                if narrow
                    && Icon::Back
                        .button(ui, &t!(ui, "pane-back-to-list"))
                        .clicked()
                {
                    wishes.push(Wish::Back);
                }
                let face = avatar::place(ui, 40.0);
                let picture = contact.peer.as_ref().and_then(|peer| peer.avatar.as_ref());
                avatar::paint(
                    ui,
                    scene.pictures,
                    face,
                    &contact.nick,
                    &contact.jid,
                    picture,
                );
                avatar::presence(ui.painter(), palette, face, contact.show(), palette.ground);
                ui.add_space(space::XS);
                let name = |ui: &mut Ui, _: &mut Vec<Wish>| name_ui(ui, scene, contact);
                ends::row(ui, "head", &mut wishes, name, |ui, wishes| {
                    security_ui(ui, scene, contact, wishes);
                    menu_ui(ui, contact, wishes);
                });
            });
        });
    wishes
}

/// What else can be done with the conversation.
fn menu_ui(ui: &mut Ui, contact: &Contact, wishes: &mut Vec<Wish>) {
    let response = Icon::More.button(ui, &t!(ui, "head-more"));
    egui::Popup::menu(&response).show(|ui| {
        if ui.button(t!(ui, "head-search")).clicked() {
            wishes.push(Wish::Show(super::scene::Page::Search));
        }
        if ui.button(t!(ui, "head-export")).clicked() {
            wishes.push(Wish::Export(Some(contact.jid.clone())));
        }
        ui.menu_button(t!(ui, "head-delete"), |ui| {
            ui.set_max_width(260.0);
            super::text::in_menu(ui, &t!(ui, "head-delete-explained", name = contact.nick));
            if ui.button(t!(ui, "head-delete-really")).clicked() {
                wishes.push(Wish::Ask(Command::Delete {
                    id: None,
                    with: Some(contact.jid.clone()),
                    everything: false,
                }));
                ui.close();
            }
        });
    });
}

fn name_ui(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact) {
    let palette = theme::palette(ui);
    let (place, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), 42.0), egui::Sense::hover());
    let presence = presence_words(scene, contact);
    let spoken = t!(
        scene,
        "head-spoken",
        name = contact.nick,
        presence = presence
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &spoken));
    let name = text::fitted(
        ui,
        &contact.nick,
        theme::bold(size::HEADING - 1.0),
        palette.text,
        place.width(),
    );
    ui.painter().galley(place.left_top(), name, palette.text);
    let words = text::one_line(
        ui,
        &presence,
        size::SMALL + 0.5,
        palette.weak,
        place.width(),
    );
    ui.painter().galley(
        place.left_bottom() - vec2(0.0, words.size().y),
        words,
        palette.weak,
    );
}

fn presence_words(scene: &Scene<'_>, contact: &Contact) -> String {
    let Some(peer) = &contact.peer else {
        let name = &contact.nick;
        return match contact.gone {
            Some(OfflineReason::Goodbye) => t!(scene, "head-signed-off", name = name),
            Some(OfflineReason::Unreachable) => t!(scene, "head-unreachable", name = name),
            Some(OfflineReason::Expired) | None => t!(scene, "head-gone", name = name),
        };
    };
    let mut words = avatar::word(scene, Some(peer.show));
    if let Some(since) = peer.idle_since {
        let time = scene.now.brief(since);
        words = t!(scene, "presence-since", presence = words, time = time);
    }
    if !peer.message.is_empty() {
        words += &format!(" · {}", peer.message);
    }
    words
}

/// Whether others can read along, as a button that opens the details.
fn security_ui(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact, wishes: &mut Vec<Wish>) {
    let palette = theme::palette(ui);
    let trust = match &contact.peer {
        Some(peer) => peer.trust,
        None => contact.security.trust,
    };
    let (icon, words, color) = match trust {
        _ if contact.peer.is_none() && trust != Trust::Changed => {
            (Icon::Info, t!(ui, "trust-details"), palette.weak)
        }
        Trust::Plaintext => (Icon::Open, t!(ui, "trust-plaintext"), palette.away),
        Trust::Unknown => (Icon::Lock, t!(ui, "trust-unknown"), palette.weak),
        Trust::Pinned => (Icon::Lock, t!(ui, "trust-pinned"), palette.available),
        Trust::Verified => (Icon::Checks, t!(ui, "trust-verified"), palette.available),
        Trust::Changed => (Icon::Warning, t!(ui, "trust-changed"), palette.bad),
    };
    let compact = ui.available_width() < 320.0;
    let shown = if compact {
        String::new()
    } else {
        words.clone()
    };
    let shown = RichText::new(shown).size(size::SMALL).color(palette.weak);
    let padding = if compact { 34.0 } else { 0.0 };
    let label = egui::Button::new((
        egui::Atom::custom(egui::IdSalt::new("security icon"), vec2(15.0, 15.0)),
        shown,
    ))
    .frame(false)
    .min_size(vec2(padding, 32.0));
    let drawn = label.atom_ui(ui);
    if let Some(rect) = drawn.rect(egui::IdSalt::new("security icon")) {
        icon.paint(ui.painter(), rect.center(), 16.0, color);
    }
    let response = drawn.response;
    let spoken = t!(ui, "head-trust-spoken", trust = words, name = contact.nick);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    egui::Popup::from_toggle_button_response(&response)
        .width(320.0)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            let most = ui.ctx().content_rect().height() - 120.0;
            super::dialogs::list(most.clamp(120.0, 560.0)).show(ui, |ui| {
                details_ui(ui, scene, contact, trust);
                super::trust_view::keys_ui(ui, scene, contact, wishes);
            });
        });
    response.on_hover_text(words);
}

fn details_ui(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact, trust: Trust) {
    ui.set_width(320.0);
    ui.label(RichText::new(&contact.nick).font(theme::bold(size::BODY)));
    let Some(peer) = &contact.peer else {
        ui.label(RichText::new(contact.jid.as_str()).color(theme::palette(ui).weak));
        ui.add(egui::Label::new(t!(scene, "trust-offline-explained")).wrap());
        return;
    };
    let explanation = match trust {
        Trust::Plaintext => t!(ui, "trust-plaintext-explained"),
        Trust::Unknown => t!(ui, "trust-unknown-explained"),
        Trust::Pinned => t!(ui, "trust-pinned-explained"),
        Trust::Verified => t!(ui, "trust-verified-explained"),
        Trust::Changed => t!(ui, "trust-changed-explained"),
    };
    ui.add(egui::Label::new(explanation).wrap());
    ui.separator();
    let mut row = |key: &str, value: &str| {
        if !value.is_empty() {
            fact_ui(ui, &t!(scene, key), value);
        }
    };
    row("fact-address", contact.jid.as_str());
    let addresses: Vec<String> = peer
        .addresses
        .iter()
        .take(8)
        .map(ToString::to_string)
        .collect();
    row("fact-reached-at", &addresses.join("\n"));
    row("fact-seen-on", &peer.interfaces.join(", "));
    row("fact-program", &peer.client);
    card_rows(peer, &mut row);
    if let Some(since) = peer.idle_since {
        row("fact-idle-since", &scene.now.full(since));
    }
}

fn card_rows(peer: &Peer, row: &mut dyn FnMut(&str, &str)) {
    row(
        "fact-name",
        format!("{} {}", peer.card.first, peer.card.last).trim(),
    );
    row("fact-mail", &peer.card.email.join("\n"));
    row("fact-xmpp", &peer.card.jid.join("\n"));
}

/// A name and a value that can be selected.
pub fn fact_ui(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal_top(|ui| {
        let weak = theme::palette(ui).weak;
        ui.allocate_ui_with_layout(vec2(112.0, 18.0), Layout::left_to_right(Align::Min), |ui| {
            ui.set_min_width(112.0);
            ui.label(RichText::new(name).size(size::SMALL + 0.5).color(weak));
        });
        ui.add(
            egui::Label::new(RichText::new(value).size(size::SMALL + 0.5))
                .wrap()
                .selectable(true),
        );
    });
}
