//! A small window with one sentence, for when the program cannot start: who opened it from a menu sees no terminal.

use std::sync::Arc;

use egui::{CentralPanel, RichText, vec2};

use super::theme::{self, size, space};
use super::words::{Words, speak, t};

struct Trouble {
    sentence: String,
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

/// Shows the sentence until the user closes it. Needs the process's main thread.
///
/// # Errors
/// If no window can be opened.
pub fn tell(ctx: &egui::Context, sentence: &str) -> Result<(), eframe::Error> {
    let code = super::words::choose("", sys_locale::get_locales());
    speak(ctx, Arc::new(Words::of(code)));
    let viewport = egui::ViewportBuilder::default()
        .with_title("Balcony")
        .with_app_id("balcony")
        .with_inner_size(vec2(460.0, 220.0));
    let native = eframe::NativeOptions {
        viewport,
        ..eframe::NativeOptions::default()
    };
    let trouble = Trouble {
        sentence: sentence.to_owned(),
    };
    let creator = |_: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        Ok(Box::new(trouble))
    };
    eframe::run_native_ext("balcony", native, Some(ctx.clone()), Box::new(creator))
}
