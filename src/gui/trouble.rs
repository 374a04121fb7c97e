//! A small window with one sentence, for when the program cannot start: who opened it from a menu sees no terminal.

use std::sync::{Arc, Mutex, PoisonError};

use egui::{CentralPanel, RichText, vec2};

use super::theme::{self, size, space};
use super::words::{Words, speak, t};

/// What the user wants, now that the program cannot start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Nothing more.
    #[default]
    Close,
    /// A session of which nothing is kept.
    KeepNothing,
}

struct Trouble {
    sentence: String,
    /// A session of which nothing is kept would be possible.
    offer: bool,
    answer: Arc<Mutex<Answer>>,
}

impl eframe::App for Trouble {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        CentralPanel::default().show(ui, |ui| {
            ui.add_space(space::L);
            ui.label(RichText::new(t!(ui, "trouble-title")).font(theme::bold(size::HEADING)));
            ui.add_space(space::S);
            ui.add(egui::Label::new(&self.sentence).wrap().selectable(true));
            ui.add_space(space::L);
            let mut answer = None;
            ui.horizontal_wrapped(|ui| {
                let close = ui.button(t!(ui, "trouble-close"));
                if close.clicked() || ui.input(|input| input.key_pressed(egui::Key::Escape)) {
                    answer = Some(Answer::Close);
                }
                if self.offer && ui.button(t!(ui, "trouble-keep-nothing")).clicked() {
                    answer = Some(Answer::KeepNothing);
                }
            });
            if self.offer {
                ui.add_space(space::S);
                let palette = theme::palette(ui);
                ui.label(RichText::new(t!(ui, "trouble-keep-nothing-hint")).color(palette.weak));
            }
            if let Some(answer) = answer {
                *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
                ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            }
        });
    }
}

/// Shows the sentence until the user closes it, and offers a session of which nothing is kept if that would be possible.
/// Needs the process's main thread.
///
/// # Errors
/// If no window can be opened.
pub fn tell(ctx: &egui::Context, sentence: &str, offer: bool) -> Result<Answer, eframe::Error> {
    let code = super::words::choose("", sys_locale::get_locales());
    speak(ctx, Arc::new(Words::of(code)));
    let viewport = egui::ViewportBuilder::default()
        .with_title("Balcony")
        .with_app_id("balcony")
        .with_inner_size(vec2(480.0, 280.0));
    let native = eframe::NativeOptions {
        viewport,
        ..eframe::NativeOptions::default()
    };
    let answer = Arc::new(Mutex::new(Answer::default()));
    let trouble = Trouble {
        sentence: sentence.to_owned(),
        offer,
        answer: answer.clone(),
    };
    let creator = |_: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        Ok(Box::new(trouble))
    };
    eframe::run_native_ext("balcony", native, Some(ctx.clone()), Box::new(creator))?;
    let answer = *answer.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(answer)
}
