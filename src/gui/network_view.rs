//! The network as Balcony sees it: interfaces, who is seen where, and a way to reach somebody by address.

use egui::{RichText, Role, TextEdit, Ui, WidgetInfo};

use super::header::fact_ui;
use super::icons::Icon;
use super::interfaces;
use super::scene::{Page, Scene, Wish};
use super::settings_view::section;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::event::{Peer, Trust};
use crate::model::Contact;

/// The page.
#[derive(Default)]
pub struct NetworkView {
    address: String,
    measured: bool,
}

impl NetworkView {
    /// The page is opened anew: the latencies are measured again.
    pub fn enter(&mut self) {
        self.measured = false;
    }

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
        let hint = RichText::new(t!(ui, "network-doctor")).color(weak);
        ui.add(egui::Label::new(hint).wrap());
        if ui.button(t!(ui, "network-to-doctor")).clicked() {
            wishes.push(Wish::Show(Page::Doctor));
        }
        ui.add_space(space::XS);
        let hint = RichText::new(t!(ui, "network-missing-hint")).color(weak);
        ui.add(egui::Label::new(hint).wrap());
        self.connect_ui(ui, &mut wishes);
        self.peers_ui(ui, scene, &mut wishes);
        wishes
    }

    fn connect_ui(&mut self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut self.address)
                .hint_text("192.168.1.20:5298")
                .margin(egui::Margin::symmetric(10, 6))
                .char_limit(100)
                .desired_width((ui.available_width() - 130.0).clamp(80.0, 300.0));
            let response = ui.add(edit);
            let name = t!(ui, "network-address");
            response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
            let entered =
                response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let ready = !self.address.trim().is_empty();
            let button = egui::Button::new(t!(ui, "network-connect"));
            if (ui.add_enabled(ready, button).clicked() || entered) && ready {
                let address = std::mem::take(&mut self.address).trim().to_owned();
                wishes.push(Wish::Ask(Command::Connect { address }));
            }
        });
    }

    fn peers_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        let here: Vec<(&Contact, &Peer)> = scene
            .model
            .contacts
            .values()
            .filter_map(|contact| Some((contact, contact.peer.as_ref()?)))
            .collect();
        section(ui, &t!(ui, "network-seen", count = here.len()));
        if here.is_empty() {
            let weak = theme::palette(ui).weak;
            ui.label(RichText::new(t!(ui, "network-nobody")).color(weak));
            return;
        }
        let again = ui.button(t!(ui, "network-measure")).clicked();
        if again || !std::mem::replace(&mut self.measured, true) {
            let ask = |(contact, _): &(&Contact, &Peer)| {
                Wish::Ask(Command::Ping {
                    to: contact.jid.clone(),
                })
            };
            wishes.extend(here.iter().map(ask));
        }
        for (contact, peer) in here {
            peer_ui(ui, scene, contact, peer);
        }
    }
}

/// One peer as a card: its name, then a line a fact.
fn peer_ui(ui: &mut Ui, scene: &Scene<'_>, contact: &Contact, peer: &Peer) {
    let palette = theme::palette(ui);
    let (icon, color, encryption) = match peer.trust {
        Trust::Plaintext => (Icon::Open, palette.away, t!(scene, "network-plaintext")),
        Trust::Unknown => (Icon::Lock, palette.weak, t!(scene, "network-unknown")),
        Trust::Pinned => (Icon::Lock, palette.available, t!(scene, "network-pinned")),
        Trust::Verified => (Icon::Lock, palette.available, t!(scene, "network-verified")),
        Trust::Changed => (Icon::Warning, palette.bad, t!(scene, "network-changed")),
    };
    let frame = egui::Frame::new()
        .fill(palette.side)
        .corner_radius(f32::from(theme::ROUND))
        .inner_margin(egui::Margin::symmetric(12, 8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(egui::vec2(16.0, 18.0), egui::Sense::hover());
            icon.paint(ui.painter(), rect.center(), 14.0, color);
            let name = RichText::new(&peer.nick).font(theme::bold(size::BODY));
            ui.add(egui::Label::new(name).truncate());
        });
        let addresses: Vec<String> = peer
            .addresses
            .iter()
            .take(4)
            .map(ToString::to_string)
            .collect();
        let latency = contact.latency.map(|latency| {
            let tenths = (latency.as_micros() + 50) / 100;
            t!(
                scene,
                "network-milliseconds",
                whole = (tenths / 10) as u64,
                tenth = (tenths % 10) as u64
            )
        });
        for (key, value) in [
            ("fact-address", peer.jid.as_str().to_owned()),
            ("fact-reached-at", addresses.join("\n")),
            ("fact-seen-on", peer.interfaces.join(", ")),
            ("fact-program", peer.client.clone()),
            ("fact-encryption", encryption),
            ("fact-latency", latency.unwrap_or_default()),
        ] {
            if !value.is_empty() {
                fact_ui(ui, &t!(scene, key), &value);
            }
        }
    });
}
