//! The text of a message laid out: its parts one below the other (plain lines, quotations, blocks of code), with formats,
//! links and the dimmed marks of its styling.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{CCursor, LayoutJob, TextFormat, TextWrapping};
use egui::{Galley, Rect, Stroke, Ui, Vec2, pos2, vec2};
use unicode_segmentation::UnicodeSegmentation;

use super::bidi;
use super::fonts;
use super::links;
use super::text::{cut, cut_lines};
use super::theme::{self, size, space};
use crate::event::Message;
use crate::wire::text::styling::{self, Part};
use crate::wire::text::{Style, Terms};

/// Characters of a long message that are shown before "Show more", and added by each click on it. Laying out a
/// megabyte would stop the window for a while, and nobody reads it there.
pub const FOLD: usize = 1500;

/// Lines that are shown of it.
const FOLD_LINES: usize = 24;
/// A quotation begins so far to the right of what is around it.
const INDENT: f32 = 11.0;
/// Around a block of code.
const CODE_PAD: f32 = 8.0;

/// A text laid out.
pub struct Body {
    /// From the top.
    pub parts: Vec<Laid>,
    /// Links in it.
    pub links: Vec<Shown>,
    /// Of all parts together.
    pub size: Vec2,
    /// Where the last line ends: the time may stand beside it.
    pub last_line: f32,
    /// `/me` (XEP-0245): somebody does something.
    pub is_action: bool,
    /// Characters not shown.
    pub folded: usize,
}

/// A part laid out.
pub struct Laid {
    /// The glyphs.
    pub galley: Arc<Galley>,
    /// Where they are painted, relative to the body.
    pub at: Vec2,
    /// It has letters from right to left: which bytes of the text are seen where.
    pub seen: Option<Vec<(Range<usize>, Rect)>>,
    /// The whole part, relative to the body.
    pub rect: Rect,
    /// How many quotations deep.
    pub depth: u8,
    /// A block of code.
    pub code: bool,
}

/// A link in a shown text.
pub struct Shown {
    part: usize,
    chars: Range<usize>,
    bytes: Range<usize>,
    /// Where it leads.
    pub target: String,
    /// The text says where it leads. Otherwise the target is shown below: because the sender gave it another text, or
    /// because right-to-left letters around it may have put it in disorder.
    pub is_plain: bool,
}

impl Body {
    /// Lays out a message for a width, at most `most` characters of it. `name` says who wrote it, for `/me`; `found` are words
    /// to be marked.
    pub fn new(
        ui: &Ui,
        message: &Message,
        name: &str,
        width: f32,
        most: usize,
        found: Option<&Terms>,
    ) -> Body {
        let action = crate::wire::text::action(&message.body);
        let shift = message.body.len() - action.map_or(message.body.len(), str::len);
        let said = action.unwrap_or(&message.body);
        let shown = cut_lines(cut(said, most), FOLD_LINES.max(most / 60));
        fonts::prepare(ui.ctx(), shown);
        let mut body = Body {
            parts: Vec::new(),
            links: Vec::new(),
            size: Vec2::ZERO,
            last_line: 0.0,
            is_action: action.is_some(),
            folded: said
                .get(shown.len()..)
                .map_or(0, |rest| rest.chars().count()),
        };
        let name = action.map(|_| name);
        for part in parts(message, shown, shift) {
            let name = name.filter(|_| body.parts.is_empty());
            let found = found.map_or_else(Vec::new, |terms| terms.places(&part.part.text));
            body.add(ui, &part, &found, name, width);
        }
        body
    }

    /// Lays out a part below the others.
    fn add(
        &mut self,
        ui: &Ui,
        part: &Shape,
        found: &[Range<usize>],
        name: Option<&str>,
        width: f32,
    ) {
        let Shape { part, links } = part;
        let indent = f32::from(part.depth) * INDENT;
        let pad = if part.code { CODE_PAD } else { 0.0 };
        let room = (width - indent - 2.0 * pad).max(40.0);
        let large = self.parts.is_empty() && name.is_none() && is_few_emoji(&part.text);
        let points = if large { 34.0 } else { size::BODY };
        let rtl = links::begins_rtl(&part.text) && !part.code;
        let mut job = job(ui, part, links, found, name, points);
        let (galley, seen) = if bidi::is_needed(&job.text) {
            let seen = bidi::wrapped(ui, &job, room);
            (seen.galley, Some(seen.places))
        } else {
            job.wrap = TextWrapping {
                max_width: room,
                ..Default::default()
            };
            (ui.painter().layout_job(job), None)
        };
        let top = self.size.y
            + if self.parts.is_empty() {
                0.0
            } else {
                space::XS
            };
        let text = galley.size();
        let extent = vec2(if part.code { room } else { text.x }, text.y) + Vec2::splat(2.0 * pad);
        let rect = Rect::from_min_size(pos2(indent, top), extent);
        let at = vec2(indent + pad, top + pad);
        self.size.x = self.size.x.max(rect.right());
        self.size.y = rect.bottom();
        // Beside code, and beside the end of a text from right to left, is no room for the time.
        let last = galley.rows.last().map_or(0.0, |row| row.rect().right());
        self.last_line = match part.code || rtl {
            true => f32::INFINITY,
            false => indent + last,
        };
        self.link(part, links, name);
        self.parts.push(Laid {
            galley,
            at,
            seen,
            rect,
            depth: part.depth,
            code: part.code,
        });
    }

    fn link(&mut self, part: &Part, links: &[(links::Link, bool)], name: Option<&str>) {
        let shift = name.map_or(0, |name| name.chars().count() + 1);
        let bytes_shift = name.map_or(0, |name| name.len() + 1);
        let rtl = links::is_rtl(&part.text);
        let chars =
            |range: Range<usize>| part.text.get(range).map_or(0, |text| text.chars().count());
        for (link, named) in links {
            let start = shift + chars(0..link.range.start);
            self.links.push(Shown {
                part: self.parts.len(),
                chars: start..start + chars(link.range.clone()),
                bytes: bytes_shift + link.range.start..bytes_shift + link.range.end,
                target: link.target.clone(),
                is_plain: !named && !rtl,
            });
        }
    }

    /// Where a link stands, a rectangle for each line that it touches, relative to the body.
    pub fn rects(&self, link: &Shown) -> Vec<Rect> {
        let Some(Laid {
            galley, at, seen, ..
        }) = self.parts.get(link.part)
        else {
            return Vec::new();
        };
        if let Some(seen) = seen {
            let rects = rects_of(seen, &link.bytes).into_iter();
            return rects.map(|rect| rect.translate(*at)).collect();
        }
        let row_of = |at: usize| galley.layout_from_cursor(CCursor::new(at)).row;
        let (start, end) = (row_of(link.chars.start), row_of(link.chars.end));
        let x = |at: usize| galley.pos_from_cursor(CCursor::new(at)).left();
        let rows = galley.rows.iter().enumerate();
        let rows = rows.skip(start).take(end.saturating_sub(start) + 1);
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
            .translate(*at)
        });
        rects.filter(|rect| rect.width() > 0.5).collect()
    }

    /// What is behind the words: the bar of a quotation, the ground of code.
    pub fn paint_ground(&self, ui: &Ui, origin: egui::Pos2) {
        let palette = theme::palette(ui);
        for laid in &self.parts {
            let rect = laid.rect.translate(origin.to_vec2());
            for level in 0..laid.depth {
                let x = origin.x + f32::from(level) * INDENT + 1.5;
                let bar =
                    Rect::from_min_max(pos2(x - 1.5, rect.top()), pos2(x + 1.5, rect.bottom()));
                ui.painter()
                    .rect_filled(bar, 1.5, palette.weak.gamma_multiply(0.6));
            }
            if laid.code {
                let line = Stroke::new(1.0, palette.line);
                ui.painter()
                    .rect(rect, 5.0, palette.ground, line, egui::StrokeKind::Inside);
            }
        }
    }
}

/// Where these bytes of the text are seen, a rectangle for each line.
fn rects_of(seen: &[(Range<usize>, Rect)], bytes: &Range<usize>) -> Vec<Rect> {
    let mut rects: Vec<Rect> = Vec::new();
    for (source, place) in seen {
        if source.start < bytes.start || source.end > bytes.end {
            continue;
        }
        match rects.last_mut() {
            Some(last) if last.y_range() == place.y_range() => *last |= *place,
            _ => rects.push(*place),
        }
    }
    rects
}

/// A part with the links in it: whether each has a text that is not its target.
struct Shape {
    part: Part,
    links: Vec<(links::Link, bool)>,
}

fn parts(message: &Message, shown: &str, shift: usize) -> Vec<Shape> {
    let unstyled = message.extra.as_ref().is_some_and(|extra| extra.unstyled);
    // Who sends HTML has said how it is to look.
    if message.spans.is_empty() && !unstyled {
        let plain = |part: Part| Shape {
            links: match part.code {
                true => Vec::new(),
                false => found(&part.text, Vec::new()),
            },
            part,
        };
        return styling::parts(shown).into_iter().map(plain).collect();
    }
    let mut spans = Vec::new();
    let mut named = Vec::new();
    for span in message.spans.iter().take(500) {
        let start = span.start.saturating_sub(shift).min(shown.len());
        let end = span.end.saturating_sub(shift).min(shown.len());
        let Some(words) = shown.get(start..end).filter(|words| !words.is_empty()) else {
            continue;
        };
        match &span.style {
            Style::Link(target) if links::may_open(target) => {
                let link = links::Link {
                    range: start..end,
                    target: target.clone(),
                };
                named.push((link, words.trim() != target));
            }
            Style::Link(_) => {}
            style => spans.push((start..end, style.clone())),
        }
    }
    vec![Shape {
        part: Part {
            text: shown.to_owned(),
            spans,
            ..Part::default()
        },
        links: found(shown, named),
    }]
}

/// With the links that stand in the text itself.
fn found(text: &str, mut all: Vec<(links::Link, bool)>) -> Vec<(links::Link, bool)> {
    for link in links::find(text) {
        let apart = |(other, _): &(links::Link, bool)| {
            link.range.end <= other.range.start || other.range.end <= link.range.start
        };
        if all.iter().all(apart) {
            all.push((link, false));
        }
    }
    all.sort_by_key(|(link, _)| link.range.start);
    all
}

/// One section for each run of equal formats.
fn job(
    ui: &Ui,
    part: &Part,
    links: &[(links::Link, bool)],
    found: &[Range<usize>],
    name: Option<&str>,
    points: f32,
) -> LayoutJob {
    let palette = theme::palette(ui);
    let mut job = LayoutJob::default();
    let plain = TextFormat {
        font_id: if part.code {
            egui::FontId::monospace(points - 1.0)
        } else {
            theme::regular(points)
        },
        color: if part.depth > 0 && !part.code {
            palette.weak
        } else {
            palette.text
        },
        italics: name.is_some(),
        ..Default::default()
    };
    if let Some(name) = name {
        let format = TextFormat {
            font_id: theme::bold(points),
            italics: false,
            ..plain.clone()
        };
        job.append(&format!("{name} "), 0.0, format);
    }
    let mut edges: Vec<usize> = vec![0, part.text.len()];
    let spans = part.spans.iter().map(|(range, _)| range);
    let links = || links.iter().map(|(link, _)| &link.range);
    for range in spans.chain(&part.marks).chain(links()).chain(found) {
        edges.extend([range.start, range.end]);
    }
    let emoji = match part.code {
        true => Vec::new(),
        false => fonts::emoji_runs(&part.text),
    };
    for run in &emoji {
        edges.extend([run.start, run.end]);
    }
    edges.sort_unstable();
    edges.dedup();
    if part.text.is_empty() {
        job.append("", 0.0, plain.clone());
    }
    for (start, end) in edges.iter().zip(edges.iter().skip(1)) {
        let covers = |range: &Range<usize>| range.start <= *start && *end <= range.end;
        let mut format = plain.clone();
        for (_, style) in part.spans.iter().filter(|(range, _)| covers(range)) {
            dress(&mut format, style, palette, points);
        }
        if emoji.iter().any(covers) {
            format.font_id = fonts::emoji(points);
            format.italics = false;
        }
        if links().any(covers) {
            format.color = palette.link;
            format.underline = Stroke::new(1.0, palette.link);
        }
        if found.iter().any(covers) {
            format.background = palette.notice;
        }
        if part.marks.iter().any(covers) {
            format.color = palette.weak.gamma_multiply(0.7);
        }
        job.append(part.text.get(*start..*end).unwrap_or_default(), 0.0, format);
    }
    job
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

/// One to three emoji and nothing else are shown large.
fn is_few_emoji(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || text.len() > 100 {
        return false;
    }
    let is_emoji = |grapheme: &str| grapheme.chars().next().is_some_and(fonts::is_emoji);
    text.graphemes(true).count() <= 3 && text.graphemes(true).all(is_emoji)
}

#[cfg(test)]
mod tests {
    use super::*;

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
