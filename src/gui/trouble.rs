//! The window with one sentence, for when the program cannot start: who opened it from a menu sees no terminal.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use egui::{CentralPanel, RichText, Ui};

use super::theme::{self, size, space};
use super::words::{Words, speak, t};

/// As wide as a sentence is read well, in points.
const COLUMN: f32 = 520.0;

/// What the user wants, now that the program cannot start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Nothing more.
    #[default]
    Close,
    /// A session of which nothing is kept.
    KeepNothing,
}

/// The one sentence.
pub(super) struct Trouble {
    sentence: String,
    /// A session of which nothing is kept would be possible.
    offer: bool,
    answer: Rc<Cell<Answer>>,
}

impl Trouble {
    /// In the language of the system: there may be no settings.
    pub(super) fn new(
        ctx: &egui::Context,
        sentence: String,
        offer: bool,
        answer: Rc<Cell<Answer>>,
    ) -> Trouble {
        let code = super::words::choose("", sys_locale::get_locales());
        let words = Arc::new(Words::of(code));
        speak(ctx, words.clone());
        Trouble {
            sentence: words.said(&sentence).into_owned(),
            offer,
            answer,
        }
    }

    fn buttons_ui(&self, ui: &mut Ui) {
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
            let weak = theme::palette(ui).weak;
            ui.label(RichText::new(t!(ui, "trouble-keep-nothing-hint")).color(weak));
        }
        if let Some(answer) = answer {
            self.answer.set(answer);
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }
}

impl eframe::App for Trouble {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        CentralPanel::default().show(ui, |ui| {
            ui.set_max_width(COLUMN.min(ui.available_width()));
            ui.add_space(space::L);
            ui.label(RichText::new(t!(ui, "trouble-title")).font(theme::bold(size::HEADING)));
            ui.add_space(space::S);
            ui.add(egui::Label::new(&self.sentence).wrap().selectable(true));
            ui.add_space(space::L);
            self.buttons_ui(ui);
        });
    }
}
