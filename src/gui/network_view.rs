//! The network as Balcony sees it: interfaces, who is seen where, and a way to reach somebody by address.

use egui::{RichText, Role, TextEdit, Ui, WidgetInfo};

use super::interfaces;
use super::scene::{Scene, Wish};
use super::settings_view::section;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::event::{Peer, Trust};

/// The page.
#[derive(Default)]
pub struct NetworkView {
    address: String,
}

impl NetworkView {
    /// Draws it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let me = &scene.model.me;
        section(ui, &t!(ui, "network-you"));
        let state = if me.online {
            let port = me.port.to_string();
            t!(ui, "network-announced", name = me.jid.as_str(), port = port)
        } else {
            t!(ui, "network-not-announced")
        };
        ui.add(egui::Label::new(state).wrap().selectable(true));
        section(ui, &t!(ui, "network-interfaces"));
        wishes.extend(interfaces::ui(ui, scene));
        section(ui, &t!(ui, "network-missing"));
        let weak = theme::palette(ui).weak;
        let hint = t!(ui, "network-missing-hint");
        ui.add(egui::Label::new(RichText::new(hint).color(weak)).wrap());
        self.connect_ui(ui, &mut wishes);
        ui.add_space(space::XS);
        let hint = t!(ui, "network-doctor");
        ui.add(egui::Label::new(RichText::new(hint).color(weak)).wrap());
        peers_ui(ui, scene);
        wishes
    }

    fn connect_ui(&mut self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut self.address)
                .hint_text("192.168.1.20:5298")
                .margin(egui::Margin::symmetric(10, 6))
                .char_limit(100)
                .desired_width((ui.available_width() - 110.0).clamp(80.0, 300.0));
            let response = ui.add(edit);
            let name = t!(ui, "network-address");
            response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
            let entered =
                response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let ready = !self.address.trim().is_empty();
            if (ui
                .add_enabled(ready, egui::Button::new(t!(ui, "network-connect")))
                .clicked()
                || entered)
                && ready
            {
                let address = std::mem::take(&mut self.address).trim().to_owned();
                wishes.push(Wish::Ask(Command::Connect { address }));
            }
        });
    }
}

fn peers_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let here: Vec<_> = scene
        .model
        .contacts
        .values()
        .filter_map(|contact| contact.peer.as_ref())
        .collect();
    section(ui, &t!(ui, "network-seen", count = here.len()));
    let weak = theme::palette(ui).weak;
    if here.is_empty() {
        ui.label(RichText::new(t!(ui, "network-nobody")).color(weak));
    }
    for peer in here {
        ui.label(RichText::new(&peer.nick).font(theme::bold(size::BODY)));
        let words = RichText::new(peer_words(scene, peer))
            .size(size::SMALL + 0.5)
            .color(weak);
        ui.add(egui::Label::new(words).wrap().selectable(true));
        ui.add_space(space::XS);
    }
}

fn peer_words(scene: &Scene<'_>, peer: &Peer) -> String {
    let addresses: Vec<String> = peer
        .addresses
        .iter()
        .take(4)
        .map(ToString::to_string)
        .collect();
    let encryption = match peer.trust {
        Trust::Plaintext => t!(scene, "network-plaintext"),
        Trust::Unknown => t!(scene, "network-unknown"),
        Trust::Pinned => t!(scene, "network-pinned"),
        Trust::Verified => t!(scene, "network-verified"),
        Trust::Changed => t!(scene, "network-changed"),
    };
    let parts = [
        peer.jid.as_str(),
        &addresses.join(", "),
        &peer.interfaces.join(", "),
        &peer.client,
        &encryption,
    ];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}
