//! The window with one sentence, for when the program cannot start: who opened it from a menu sees no terminal.

use std::sync::Arc;

use egui::{CentralPanel, RichText};

use super::theme::{self, size, space};
use super::words::{Words, speak, t};

/// The one sentence.
pub(super) struct Trouble {
    sentence: String,
}

impl Trouble {
    /// In the language of the system: there may be no settings.
    pub(super) fn new(ctx: &egui::Context, sentence: String) -> Trouble {
        let code = super::words::choose("", sys_locale::get_locales());
        speak(ctx, Arc::new(Words::of(code)));
        Trouble { sentence }
    }
}

impl eframe::App for Trouble {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        CentralPanel::default().show(ui, |ui| {
            ui.add_space(space::L);
            ui.label(RichText::new(t!(ui, "trouble-title")).font(theme::bold(size::HEADING)));
            ui.add_space(space::S);
            ui.add(egui::Label::new(&self.sentence).wrap().selectable(true));
            ui.add_space(space::L);
            let close = ui.button(t!(ui, "trouble-close"));
            if close.clicked() || ui.input(|input| input.key_pressed(egui::Key::Escape)) {
                ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            }
        });
    }
}
