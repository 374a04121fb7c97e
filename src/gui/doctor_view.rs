//! `balcony doctor` as a page: each check with what it found and what to do, and the whole as text for a help desk.

use egui::{RichText, Ui, vec2};

use super::icons::Icon;
use super::scene::{Scene, Wish};
use super::services::{Checks, Finding, Level};
use super::theme::{self, size, space};
use super::words::{Speaks, t};

/// The page.
#[derive(Default)]
pub struct DoctorView {
    asked: bool,
}

impl DoctorView {
    /// Draws it. The checks run when the page is first opened, and again when asked to.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let surroundings = scene.surroundings;
        if !surroundings.can_examine() {
            wrapped(ui, t!(ui, "doctor-unavailable"));
            return wishes;
        }
        wrapped(ui, t!(ui, "doctor-intro"));
        ui.add_space(space::XS);
        if surroundings.checks == Checks::None && !std::mem::replace(&mut self.asked, true) {
            wishes.push(Wish::Examine);
        }
        ui.horizontal_wrapped(|ui| {
            let running = surroundings.checks == Checks::Running;
            let again = egui::Button::new(t!(ui, "doctor-again"));
            if ui.add_enabled(!running, again).clicked() {
                wishes.push(Wish::Examine);
            }
            if let (Checks::Done(found), Some(services)) =
                (&surroundings.checks, &surroundings.services)
                && ui.button(t!(ui, "doctor-copy")).clicked()
            {
                ui.ctx().copy_text(services.report(found));
            }
        });
        ui.add_space(space::S);
        match &surroundings.checks {
            Checks::None | Checks::Running => {
                ui.label(RichText::new(t!(ui, "doctor-running")).color(theme::palette(ui).weak));
            }
            Checks::Done(found) => {
                summary_ui(ui, found);
                for finding in found {
                    finding_ui(ui, finding);
                }
            }
        }
        wishes
    }
}

fn wrapped(ui: &mut Ui, words: String) {
    let weak = theme::palette(ui).weak;
    ui.add(egui::Label::new(RichText::new(words).color(weak)).wrap());
}

fn summary_ui(ui: &mut Ui, found: &[Finding]) {
    let faults = found.iter().filter(|one| one.level == Level::Fault).count();
    let words = match faults {
        0 => t!(ui, "doctor-no-fault"),
        count => t!(ui, "doctor-faults", count = count),
    };
    ui.add(egui::Label::new(RichText::new(words).font(theme::bold(size::BODY))).wrap());
    if faults == 0 {
        wrapped(ui, t!(ui, "doctor-no-fault-hint"));
    }
    ui.add_space(space::S);
}

/// One finding: a mark, what was found, what to do. Mark and word tell the level, not the colour alone.
pub fn finding_ui(ui: &mut Ui, finding: &Finding) {
    let palette = theme::palette(ui);
    let (icon, color, level) = match finding.level {
        Level::Fine => (Icon::Check, palette.available, t!(ui, "doctor-fine")),
        Level::Note => (Icon::Info, palette.weak, t!(ui, "doctor-note")),
        Level::Fault => (Icon::Warning, palette.bad, t!(ui, "doctor-fault")),
    };
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(20.0, 20.0), egui::Sense::hover());
        icon.paint(ui.painter(), rect.center(), 16.0, color);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let words = ui.words();
            let head = format!("{level} · {}", words.said(&finding.check));
            ui.label(RichText::new(head).size(size::SMALL).color(palette.weak));
            ui.add(
                egui::Label::new(words.said(&finding.finding))
                    .wrap()
                    .selectable(true),
            );
            for line in finding.remedy.lines() {
                let line =
                    RichText::new(format!("→ {}", words.said(line))).font(theme::bold(size::BODY));
                ui.add(egui::Label::new(line).wrap().selectable(true));
            }
        });
    });
    ui.add_space(space::XS);
}
