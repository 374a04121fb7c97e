//! The text of a message with its formats and links, laid out.

use std::sync::Arc;

use egui::text::{CCursor, LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, Galley, Rect, Stroke, Ui, pos2};
use unicode_segmentation::UnicodeSegmentation;

use super::fonts;
use super::links;
use super::theme::{self, size};
use super::words::t;
use crate::event::Message;
use crate::wire::text::{Style, Terms};

/// Characters of a long message that are shown before "Show more", and added by each click on it. Laying out a
/// megabyte would stop the window for a while, and nobody reads it there.
pub const FOLD: usize = 1500;

/// Lines that are shown of it.
const FOLD_LINES: usize = 24;

/// A text laid out.
pub struct Body {
    /// The glyphs.
    pub galley: Arc<Galley>,
    /// Links in it, by character.
    pub links: Vec<Shown>,
    /// `/me` (XEP-0245): somebody does something.
    pub is_action: bool,
    /// Characters not shown.
    pub folded: usize,
    /// Everything, for copying.
    pub whole: String,
}

/// A link in a shown text.
pub struct Shown {
    chars: std::ops::Range<usize>,
    /// Where it leads.
    pub target: String,
    /// The text says where it leads. Otherwise the target is shown below: because the sender gave it another text, or
    /// because right-to-left letters around it may have put it in disorder.
    pub is_plain: bool,
}

impl Body {
    /// Lays out a message for a width, at most `most` characters of it. `found`: words to be marked.
    pub fn new(
        ui: &Ui,
        message: &Message,
        nick: &str,
        width: f32,
        most: usize,
        found: Option<&Terms>,
    ) -> Body {
        let action = message.body.strip_prefix("/me ");
        let shift = if action.is_some() { 4 } else { 0 };
        let (name, said) = match action {
            Some(deed) if message.is_own() => (t!(ui, "you"), deed),
            Some(deed) => (nick.to_owned(), deed),
            None => (String::new(), message.body.as_str()),
        };
        let shown = cut_lines(cut(said, most), FOLD_LINES.max(most / 60));
        fonts::prepare(ui.ctx(), shown);
        let mut marks = Marks::of(message, shown, shift);
        marks.found = found.map_or_else(Vec::new, |terms| terms.places(shown));
        let large = action.is_none() && is_few_emoji(shown);
        let job = marks.job(
            ui,
            &name,
            shown,
            if large { 34.0 } else { size::BODY },
            width,
        );
        let name_chars = if name.is_empty() {
            0
        } else {
            name.chars().count() + 1
        };
        let rtl = links::is_rtl(shown);
        let links = marks.links.drain(..).map(|(link, named)| {
            let start = name_chars
                + shown
                    .get(..link.range.start)
                    .map_or(0, |text| text.chars().count());
            let length = shown
                .get(link.range.clone())
                .map_or(0, |text| text.chars().count());
            Shown {
                chars: start..start + length,
                target: link.target,
                is_plain: !named && !rtl,
            }
        });
        Body {
            links: links.collect(),
            galley: ui.painter().layout_job(job),
            is_action: action.is_some(),
            folded: if shown.len() < said.len() {
                said.get(shown.len()..)
                    .map_or(0, |rest| rest.chars().count())
            } else {
                0
            },
            whole: message.body.clone(),
        }
    }

    /// Where a link stands, a rectangle for each line that it touches, relative to the text.
    pub fn rects(&self, link: &Shown) -> Vec<Rect> {
        let start = self
            .galley
            .layout_from_cursor(CCursor::new(link.chars.start))
            .row;
        let end = self
            .galley
            .layout_from_cursor(CCursor::new(link.chars.end))
            .row;
        let x = |at: usize| self.galley.pos_from_cursor(CCursor::new(at)).left();
        let rows = self
            .galley
            .rows
            .iter()
            .enumerate()
            .skip(start)
            .take(end.saturating_sub(start) + 1);
        let rects = rows.map(|(n, row)| {
            let rect = row.rect();
            let left = if n == start {
                x(link.chars.start)
            } else {
                rect.left()
            };
            let right = if n == end {
                x(link.chars.end)
            } else {
                rect.right()
            };
            Rect::from_min_max(
                pos2(left.min(right), rect.top()),
                pos2(right.max(left), rect.bottom()),
            )
        });
        rects.filter(|rect| rect.width() > 0.5).collect()
    }
}

/// Formats by byte of the shown text.
struct Marks {
    spans: Vec<(std::ops::Range<usize>, Style)>,
    links: Vec<(links::Link, bool)>,
    /// What was searched for.
    found: Vec<std::ops::Range<usize>>,
}

impl Marks {
    fn of(message: &Message, shown: &str, shift: usize) -> Marks {
        let mut marks = Marks {
            spans: Vec::new(),
            links: Vec::new(),
            found: Vec::new(),
        };
        for span in message.spans.iter().take(500) {
            let start = span.start.saturating_sub(shift).min(shown.len());
            let end = span.end.saturating_sub(shift).min(shown.len());
            if start >= end || !shown.is_char_boundary(start) || !shown.is_char_boundary(end) {
                continue;
            }
            match &span.style {
                Style::Link(target) if links::may_open(target) => {
                    let named = shown
                        .get(start..end)
                        .is_none_or(|text| text.trim() != target);
                    marks.links.push((
                        links::Link {
                            range: start..end,
                            target: target.clone(),
                        },
                        named,
                    ));
                }
                Style::Link(_) => {}
                style => marks.spans.push((start..end, style.clone())),
            }
        }
        for link in links::find(shown) {
            let apart = |(other, _): &(links::Link, bool)| {
                link.range.end <= other.range.start || other.range.end <= link.range.start
            };
            if marks.links.iter().all(apart) {
                marks.links.push((link, false));
            }
        }
        marks.links.sort_by_key(|(link, _)| link.range.start);
        marks
    }

    /// One section for each run of equal formats.
    fn job(&self, ui: &Ui, name: &str, shown: &str, points: f32, width: f32) -> LayoutJob {
        let palette = theme::palette(ui);
        let mut job = LayoutJob {
            wrap: TextWrapping {
                max_width: width,
                ..Default::default()
            },
            ..Default::default()
        };
        let plain = TextFormat {
            font_id: theme::regular(points),
            color: palette.text,
            ..Default::default()
        };
        if !name.is_empty() {
            let format = TextFormat {
                font_id: theme::bold(points),
                ..plain.clone()
            };
            job.append(&format!("{name} "), 0.0, format);
        }
        let mut edges: Vec<usize> = vec![0, shown.len()];
        edges.extend(
            self.spans
                .iter()
                .flat_map(|(range, _)| [range.start, range.end]),
        );
        edges.extend(
            self.links
                .iter()
                .flat_map(|(link, _)| [link.range.start, link.range.end]),
        );
        edges.extend(self.found.iter().flat_map(|range| [range.start, range.end]));
        edges.sort_unstable();
        edges.dedup();
        for (start, end) in edges.iter().zip(edges.iter().skip(1)) {
            let covers =
                |range: &std::ops::Range<usize>| range.start <= *start && *end <= range.end;
            let mut format = plain.clone();
            format.italics = !name.is_empty();
            for (_, style) in self.spans.iter().filter(|(range, _)| covers(range)) {
                dress(&mut format, style, palette, points);
            }
            if self.links.iter().any(|(link, _)| covers(&link.range)) {
                format.color = palette.link;
                format.underline = Stroke::new(1.0, palette.link);
            }
            if self.found.iter().any(covers) {
                format.background = palette.notice;
            }
            job.append(shown.get(*start..*end).unwrap_or_default(), 0.0, format);
        }
        job
    }
}

fn dress(format: &mut TextFormat, style: &Style, palette: &theme::Palette, points: f32) {
    match style {
        Style::Bold => format.font_id = theme::bold(points),
        Style::Italic => format.italics = true,
        Style::Underline => format.underline = Stroke::new(1.0, palette.text),
        Style::Strike => format.strikethrough = Stroke::new(1.0, palette.text),
        Style::Code => {
            format.font_id = egui::FontId::monospace(points - 1.0);
            format.background = palette.hover;
        }
        Style::Link(_) => {}
    }
}

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
    let mut job = LayoutJob::simple_singleline(flat, font, color);
    job.wrap = TextWrapping::truncate_at_width(width.max(10.0));
    ui.painter().layout_job(job)
}

/// Words that take as many lines as they need.
pub fn wrapped(ui: &Ui, words: &str, points: f32, color: Color32, width: f32) -> Arc<Galley> {
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

fn cut_lines(text: &str, most: usize) -> &str {
    text.match_indices('\n')
        .nth(most)
        .map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

/// One to three emoji and nothing else are shown large.
fn is_few_emoji(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || text.len() > 100 {
        return false;
    }
    let is_emoji = |grapheme: &str| grapheme.chars().next().is_some_and(fonts::is_emoji);
    text.graphemes(true).count() <= 3 && text.graphemes(true).all(is_emoji)
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
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("äöü", 2), "äö");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut_lines("a\nb\nc", 2), "a\nb\nc");
        assert_eq!(cut_lines("a\nb\nc", 1), "a\nb");
    }

    #[test]
    fn a_few_emoji_are_large_and_text_is_not() {
        assert!(
            is_few_emoji("😀")
                && is_few_emoji("👩‍🚀🎉")
                && !is_few_emoji("😀😀😀😀")
                && !is_few_emoji("ok 😀")
                && !is_few_emoji("")
        );
    }
}
