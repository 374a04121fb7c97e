//! The emoji picker: a search field, the ones used lately, and all of them by group. Only the rows in sight are laid out.

use egui::{Id, Key, Modifiers, RichText, TextEdit, Ui, vec2};

use super::emoji;
use super::fonts;
use super::icons::focus_ring;
use super::theme::{self, size, space};
use super::words::{Speaks, t};

/// Lately used ones that are kept.
const MOST_RECENT: usize = 24;
const COLUMNS: usize = 11;
const CELL: f32 = 36.0;

/// An open picker. The ones used lately live as long as the window.
#[derive(Default)]
pub struct Picker {
    search: String,
    recent: Vec<&'static str>,
    group: usize,
    fresh: bool,
}

/// What a frame of the picker gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Picked {
    /// Nothing yet.
    Nothing,
    /// This one.
    Emoji(&'static str),
    /// It was closed.
    Closed,
}

impl Picker {
    /// Begins anew: the search is empty and has the keyboard.
    pub fn open(&mut self) {
        self.search.clear();
        self.fresh = true;
    }

    /// Draws it over everything.
    pub fn ui(&mut self, ctx: &egui::Context) -> Picked {
        fonts::prepare(ctx, "😀");
        let mut picked = None;
        let modal = theme::modal(ctx, Id::unique("emoji picker")).show(ctx, |ui| {
            ui.set_width(COLUMNS as f32 * CELL + 14.0);
            picked = self.search_ui(ui);
            ui.add_space(space::XS);
            if self.search.trim().is_empty() {
                self.groups_ui(ui);
            }
            picked = picked.or(self.cells_ui(ui));
        });
        match picked {
            Some(emoji) => {
                self.recent.retain(|known| *known != emoji);
                self.recent.insert(0, emoji);
                self.recent.truncate(MOST_RECENT);
                Picked::Emoji(emoji)
            }
            None if modal.should_close() => Picked::Closed,
            None => Picked::Nothing,
        }
    }

    /// Enter takes the first that was found.
    fn search_ui(&mut self, ui: &mut Ui) -> Option<&'static str> {
        let hint = t!(ui, "emoji-search");
        let field = TextEdit::singleline(&mut self.search)
            .hint_text(hint.clone())
            .desired_width(f32::INFINITY);
        let enter = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        let response = ui.add(field);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, &hint));
        if std::mem::take(&mut self.fresh) {
            response.request_focus();
        }
        let found = emoji::search(ui.words().code(), &self.search, 1);
        found.first().filter(|_| enter).map(|emoji| emoji.as_str())
    }

    fn groups_ui(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 1.0;
            for (at, (_, sign)) in emoji::GROUPS.iter().enumerate() {
                let chosen = self.group == at;
                let words = RichText::new(*sign).font(fonts::emoji(16.0));
                let button = egui::Button::selectable(chosen, words).min_size(vec2(31.0, 30.0));
                let name = group_name(ui, at);
                let response = ui.add(button);
                response.widget_info(|| {
                    egui::WidgetInfo::selected(egui::Role::Tab, true, chosen, &name)
                });
                if response.on_hover_text(&name).clicked() {
                    self.group = at;
                }
            }
        });
        ui.separator();
    }

    fn cells_ui(&mut self, ui: &mut Ui) -> Option<&'static str> {
        let searching = !self.search.trim().is_empty();
        // The newest are in few fonts yet: where they are not, a hole would stand in the picker, and on the other side.
        let known =
            |emoji: &&emojis::Emoji| emoji.unicode_version() <= emojis::UnicodeVersion::new(15, 1);
        let sign = |emoji: &'static emojis::Emoji| emoji.as_str();
        let shown: Vec<&'static str> = if searching {
            let found = emoji::search(ui.words().code(), &self.search, 120);
            found.into_iter().filter(known).map(sign).collect()
        } else {
            let group = emoji::GROUPS.get(self.group).map(|(group, _)| *group);
            let all = group.into_iter().flat_map(|group| group.emojis());
            all.filter(known).map(sign).collect()
        };
        let mut picked = None;
        if !searching && !self.recent.is_empty() {
            let words = t!(ui, "emoji-recent");
            ui.label(
                RichText::new(words)
                    .size(size::SMALL)
                    .color(theme::palette(ui).weak),
            );
            picked = row_ui(
                ui,
                self.recent
                    .get(..COLUMNS.min(self.recent.len()))
                    .unwrap_or_default(),
            );
            ui.add_space(space::XS);
        }
        if shown.is_empty() {
            ui.label(t!(ui, "emoji-none"));
        }
        let rows: Vec<&[&'static str]> = shown.chunks(COLUMNS).collect();
        egui::ScrollArea::vertical()
            .id_salt(("emoji", self.group, searching))
            .max_height(6.0 * CELL)
            .min_scrolled_height(6.0 * CELL)
            .auto_shrink([false, false])
            .show_rows(ui, CELL, rows.len(), |ui, range| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for row in rows.get(range).unwrap_or_default() {
                    picked = picked.or(row_ui(ui, row));
                }
            });
        picked
    }
}

fn row_ui(ui: &mut Ui, row: &[&'static str]) -> Option<&'static str> {
    let mut picked = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for emoji in row {
            let (rect, response) = ui.allocate_exact_size(vec2(CELL, CELL), egui::Sense::click());
            let name = emoji::name(ui.words().code(), emoji);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            let palette = theme::palette(ui);
            if response.hovered() || response.has_focus() {
                ui.painter()
                    .rect_filled(rect.shrink(1.0), 6.0, palette.hover);
            }
            focus_ring(ui, &response, rect.shrink(1.0));
            ui.painter().text(
                rect.center(),
                egui::Align2::CENTER_CENTER,
                emoji,
                fonts::emoji(22.0),
                palette.text,
            );
            if response.on_hover_text(&name).clicked() {
                picked = Some(*emoji);
            }
        }
    });
    picked
}

fn group_name(ui: &Ui, at: usize) -> String {
    match at {
        0 => t!(ui, "emoji-group-smileys"),
        1 => t!(ui, "emoji-group-people"),
        2 => t!(ui, "emoji-group-nature"),
        3 => t!(ui, "emoji-group-food"),
        4 => t!(ui, "emoji-group-travel"),
        5 => t!(ui, "emoji-group-activities"),
        6 => t!(ui, "emoji-group-objects"),
        7 => t!(ui, "emoji-group-symbols"),
        _ => t!(ui, "emoji-group-flags"),
    }
}
