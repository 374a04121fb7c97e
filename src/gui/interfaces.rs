//! The network interfaces with a switch each: used or left out, and why.

use egui::{RichText, Ui};
use serde_json::json;

use super::scene::{Scene, Wish};
use super::theme::{self, size, space};
use super::words::{Speaks, t};
use crate::command::Command;
use crate::event::Interface;
use crate::model::settings::InterfaceChoice;

/// Draws the list.
pub fn ui(ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let weak = theme::palette(ui).weak;
    if scene.model.interfaces.is_empty() {
        ui.add(egui::Label::new(t!(ui, "interface-none")).wrap());
    }
    for interface in &scene.model.interfaces {
        let mut used = interface.used;
        let name = RichText::new(&interface.name).font(theme::bold(size::BODY));
        if ui.checkbox(&mut used, name).changed() {
            let choice = switched(&scene.model.settings.interfaces, interface, used);
            wishes.push(Wish::Ask(Command::Configure {
                settings: json!({ "interfaces": choice }),
            }));
        }
        let addresses: Vec<String> = interface
            .addresses
            .iter()
            .take(6)
            .map(ToString::to_string)
            .collect();
        let mut words = if interface.used {
            t!(ui, "interface-used")
        } else {
            t!(ui, "interface-left-out")
        };
        let words_here = ui.words();
        let reason = words_here.said(&interface.reason);
        for part in [&*reason, &addresses.join(", ")] {
            if !part.is_empty() {
                words += &format!(" · {part}");
            }
        }
        // Close under the name, in line with it.
        ui.add_space(-space::S);
        let words = egui::Label::new(RichText::new(words).size(size::SMALL + 0.5).color(weak));
        egui::Frame::new()
            .inner_margin(egui::Margin {
                left: 26,
                ..Default::default()
            })
            .show(ui, |ui| ui.add(words.wrap().selectable(true)));
        ui.add_space(space::XS);
    }
    wishes
}

/// The choice after one switch: what Balcony would do by itself needs no entry.
fn switched(choice: &InterfaceChoice, interface: &Interface, used: bool) -> InterfaceChoice {
    let mut choice = choice.clone();
    let was_excluded = choice.exclude.contains(&interface.name);
    let was_included = choice.include.contains(&interface.name);
    for list in [&mut choice.only, &mut choice.include, &mut choice.exclude] {
        list.retain(|name| *name != interface.name);
    }
    match used {
        true if !choice.only.is_empty() => choice.only.push(interface.name.clone()),
        true if !was_excluded => choice.include.push(interface.name.clone()),
        false if !was_included => choice.exclude.push(interface.name.clone()),
        _ => {}
    }
    choice
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(name: &str, used: bool) -> Interface {
        Interface {
            name: name.into(),
            index: 1,
            addresses: Vec::new(),
            used,
            reason: String::new(),
        }
    }

    #[test]
    fn a_switch_and_back_leaves_no_trace() {
        let none = InterfaceChoice::default();
        let off = switched(&none, &interface("eth0", true), false);
        assert_eq!(off.exclude, ["eth0"]);
        assert_eq!(switched(&off, &interface("eth0", false), true), none);
        let on = switched(&none, &interface("docker0", false), true);
        assert_eq!(on.include, ["docker0"]);
        assert_eq!(switched(&on, &interface("docker0", true), false), none);
        let only = InterfaceChoice {
            only: vec!["eth0".into()],
            ..InterfaceChoice::default()
        };
        assert_eq!(
            switched(&only, &interface("eth1", false), true).only,
            ["eth0", "eth1"]
        );
    }
}
