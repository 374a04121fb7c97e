//! One text to several people, each of them alone.

use std::collections::BTreeSet;

use egui::{RichText, Ui};

use super::dialogs::{list, title};
use super::scene::{Scene, Wish};
use super::theme::{self, size, space};
use super::words::t;
use crate::command::{Command, Recipients};
use crate::wire::jid::Jid;

/// What is being written, and to whom.
#[derive(Default)]
pub struct Broadcasting {
    text: String,
    /// Who is left out: everybody else who is here gets it.
    without: BTreeSet<Jid>,
    begun: bool,
}

impl Broadcasting {
    /// Draws it; gives what is wished for when it is over.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Option<Vec<Wish>> {
        title(ui, &t!(ui, "broadcast-title"));
        let weak = theme::palette(ui).weak;
        ui.label(RichText::new(t!(ui, "broadcast-explained")).color(weak));
        ui.add_space(space::S);
        let name = t!(ui, "broadcast-text");
        let field = egui::TextEdit::multiline(&mut self.text)
            .hint_text(name.clone())
            .desired_rows(3)
            .desired_width(f32::INFINITY);
        let response = ui.add(field);
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::MultilineTextInput, true, &name));
        if !std::mem::replace(&mut self.begun, true) {
            response.request_focus();
        }
        ui.add_space(space::S);
        let chosen = self.people_ui(ui, scene);
        ui.add_space(space::S);
        self.sent_ui(ui, scene);
        let mut over = None;
        ui.horizontal(|ui| {
            let words = t!(ui, "broadcast-send", count = chosen.len());
            let ready = !chosen.is_empty() && !self.text.trim().is_empty();
            if ui.add_enabled(ready, egui::Button::new(words)).clicked() {
                over = Some(vec![Wish::Ask(Command::Broadcast {
                    body: self.text.trim_end().to_owned(),
                    to: Recipients::Chosen(chosen),
                })]);
            }
            if ui.button(t!(ui, "dialog-cancel")).clicked() {
                over = Some(Vec::new());
            }
        });
        over
    }

    fn people_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Jid> {
        let people: Vec<_> = scene
            .model
            .by_recency()
            .into_iter()
            .filter(|contact| contact.is_online())
            .collect();
        if people.is_empty() {
            ui.label(t!(ui, "broadcast-nobody"));
        }
        let all = people
            .iter()
            .all(|person| !self.without.contains(&person.jid));
        let mut everybody = all;
        if people.len() > 1
            && ui
                .checkbox(&mut everybody, t!(ui, "broadcast-everybody"))
                .changed()
        {
            self.without = match everybody {
                true => BTreeSet::new(),
                false => people.iter().map(|person| person.jid.clone()).collect(),
            };
        }
        list(200.0).show(ui, |ui| {
            for person in &people {
                let mut chosen = !self.without.contains(&person.jid);
                if ui
                    .checkbox(
                        &mut chosen,
                        super::text::shown(&person.nick, egui::Color32::PLACEHOLDER),
                    )
                    .changed()
                {
                    if chosen {
                        self.without.remove(&person.jid);
                    } else {
                        self.without.insert(person.jid.clone());
                    }
                }
            }
        });
        let wanted = people
            .iter()
            .filter(|person| !self.without.contains(&person.jid));
        wanted.map(|person| person.jid.clone()).collect()
    }

    /// How far the last one got.
    fn sent_ui(&self, ui: &mut Ui, scene: &Scene<'_>) {
        if let Some(last) = scene.model.broadcasts.back() {
            let (delivered, people) = (last.progress.delivered, last.progress.people);
            let words = t!(ui, "broadcast-last", delivered = delivered, people = people);
            let weak = theme::palette(ui).weak;
            ui.label(RichText::new(words).size(size::SMALL).color(weak));
            ui.add_space(space::S);
        }
    }
}
