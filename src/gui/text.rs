//! Short texts laid out: cut to a width, wrapped, shortened.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align, Color32, Galley, Label, Layout, Response, RichText, Role, Ui, WidgetInfo, WidgetText,
};

use super::bidi;
use super::fonts;
use super::theme;

/// A line that ends in "…" where the room ends.
pub fn one_line(ui: &Ui, words: &str, points: f32, color: Color32, width: f32) -> Arc<Galley> {
    fitted(ui, words, theme::regular(points), color, width)
}

/// The same with a font of one's choice. Line breaks become spaces.
pub fn fitted(ui: &Ui, words: &str, font: egui::FontId, color: Color32, width: f32) -> Arc<Galley> {
    fonts::prepare(ui.ctx(), words);
    let flat: String = cut(words, 300)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut job = with_emoji(&flat, font, color);
    if bidi::is_needed(&flat) {
        return bidi::one_line(ui, &job, width.max(10.0)).galley;
    }
    job.break_on_newline = false;
    job.wrap = TextWrapping::truncate_at_width(width.max(10.0));
    ui.painter().layout_job(job)
}

/// A short sentence of ours with a name in it, which stays in its place whichever way it runs.
pub fn sentence(ui: &Ui, words: &str, points: f32, color: Color32, width: f32) -> Arc<Galley> {
    if bidi::is_needed(words) {
        fonts::prepare(ui.ctx(), words);
        let seen = bidi::sentence(ui, &with_emoji(words, theme::regular(points), color));
        if seen.galley.size().x <= width {
            return seen.galley;
        }
    }
    one_line(ui, words, points, color, width)
}

/// Words for a widget, which by itself would turn names around that run from right to left.
pub fn shown(words: &str, color: Color32) -> WidgetText {
    if bidi::is_needed(words) {
        let job = with_emoji(words, theme::regular(theme::size::BODY), color);
        return bidi::job(&job).into();
    }
    match color {
        Color32::PLACEHOLDER => words.into(),
        color => RichText::new(words).color(color).into(),
    }
}

/// A sentence in a menu, whose own layout would pull the words apart to fill its lines.
pub fn in_menu(ui: &mut Ui, words: &str) {
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        ui.add(Label::new(words).wrap());
    });
}

/// A button with a name on it; a screen reader hears it as it is written.
pub fn button(ui: &mut Ui, words: &str) -> Response {
    let response = ui.button(shown(words, Color32::PLACEHOLDER));
    if bidi::is_needed(words) {
        let enabled = response.enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, words));
    }
    response
}

/// A text in one font, and the emoji in it in colour.
pub fn with_emoji(words: &str, font: egui::FontId, color: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    let mut add = |words: &str, font: &egui::FontId| {
        if !words.is_empty() {
            let format = egui::TextFormat::simple(font.clone(), color);
            job.append(words, 0.0, format);
        }
    };
    let mut at = 0;
    let colored = fonts::emoji(font.size);
    for run in fonts::emoji_runs(words) {
        add(words.get(at..run.start).unwrap_or_default(), &font);
        add(words.get(run.clone()).unwrap_or_default(), &colored);
        at = run.end;
    }
    add(words.get(at..).unwrap_or_default(), &font);
    job
}

/// Words that take as many lines as they need.
pub fn wrapped(ui: &Ui, words: &str, points: f32, color: Color32, width: f32) -> Arc<Galley> {
    if bidi::is_needed(words) {
        let job = with_emoji(words, theme::regular(points), color);
        return bidi::wrapped(ui, &job, width).galley;
    }
    ui.painter()
        .layout(words.to_owned(), theme::regular(points), color, width)
}

/// At most so many characters of a text.
pub fn cut(text: &str, most: usize) -> &str {
    // Most texts are shorter in bytes already.
    if text.len() <= most {
        return text;
    }
    text.char_indices()
        .nth(most)
        .map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

/// At most so many lines of it.
pub fn cut_lines(text: &str, most: usize) -> &str {
    text.match_indices('\n')
        .nth(most)
        .map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

/// With a capital at the beginning.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_emoji_of_a_text_are_in_the_colour_font() {
        let job = with_emoji("Tea 🍵 at 4", theme::regular(14.0), Color32::BLACK);
        assert_eq!(job.text, "Tea 🍵 at 4");
        let fonts: Vec<_> = job.sections.iter().map(|one| &one.format.font_id).collect();
        let (plain, colored) = (&theme::regular(14.0), &fonts::emoji(14.0));
        assert_eq!(fonts, [plain, colored, plain]);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("äöü", 2), "äö");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut_lines("a\nb\nc", 2), "a\nb\nc");
        assert_eq!(cut_lines("a\nb\nc", 1), "a\nb");
    }
}
