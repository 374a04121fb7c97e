//! Texts in which some letters run from right to left. egui shapes such letters, but puts the words of a line, and the lines
//! of a paragraph, in the order of the left-to-right ones. So lines are broken here, in the order in which one reads, and each
//! line goes to egui in the order in which it is seen (UAX #9, by the crate `unicode-bidi`).

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use egui::epaint::text::ByteRangeExt as _;
use egui::text::{ByteIndex, LayoutJob, LayoutSection, TextFormat};
use egui::{Galley, Rect, Ui};
use unicode_bidi::{BidiClass, BidiInfo, Level, ParagraphInfo, bidi_class};
use unicode_segmentation::UnicodeSegmentation;

use super::links::is_rtl;

/// A text laid out in the order in which it is seen.
pub struct Seen {
    /// Its glyphs.
    pub galley: Arc<Galley>,
    /// Which bytes of the original are seen where, relative to the galley.
    pub places: Vec<(Range<usize>, Rect)>,
}

/// Whether a text has to be laid out here.
pub fn is_needed(text: &str) -> bool {
    !text.is_ascii() && is_rtl(text)
}

/// Breaks lines at `width` and lays them out; paragraphs that begin from right to left stand at the right.
pub fn wrapped(ui: &Ui, job: &LayoutJob, width: f32) -> Seen {
    let text = harmless(&job.text);
    let info = BidiInfo::new(&text, None);
    let mut lines: Vec<(Vec<Piece>, bool)> = Vec::new();
    for paragraph in &info.paragraphs {
        let end = paragraph.range.clone();
        let bare = text.get(end.clone()).unwrap_or_default();
        let bare = end.start..end.start + bare.trim_end_matches(['\n', '\r']).len();
        for line in broken(ui, job, bare, width) {
            let rtl = paragraph.level.is_rtl();
            lines.push((pieces(&info, paragraph, job, line), rtl));
        }
    }
    lay(ui, job, lines)
}

/// One line, with "…" at its end where the room ends.
pub fn one_line(ui: &Ui, job: &LayoutJob, width: f32) -> Seen {
    if measured(ui, job, 0..job.text.len()) <= width {
        return line_of(ui, job);
    }
    let ends: Vec<usize> = job.text.grapheme_indices(true).map(|(at, _)| at).collect();
    let shortened = |end: usize| {
        let mut short = slice(job, 0..end);
        let format = job.sections.first().map(|section| section.format.clone());
        short.append("…", 0.0, format.unwrap_or_default());
        short
    };
    let fits = ends.partition_point(|end| {
        let short = shortened(*end);
        measured(ui, &short, 0..short.text.len()) <= width
    });
    let end = fits.checked_sub(1).and_then(|last| ends.get(last));
    line_of(ui, &shortened(end.copied().unwrap_or(0)))
}

/// A sentence of ours with a name in it: it runs from left to right whatever the name begins with.
pub fn sentence(ui: &Ui, job: &LayoutJob) -> Seen {
    lay(ui, job, vec![(seen_line(job, Some(Level::ltr())), false)])
}

/// The same for a widget that lays out itself: a line in the order in which it is seen.
pub fn job(job: &LayoutJob) -> LayoutJob {
    let mut seen = LayoutJob::default();
    for piece in seen_line(job, Some(Level::ltr())) {
        apart(&mut seen, &piece.text, 0.0, piece.format);
    }
    seen
}

fn line_of(ui: &Ui, job: &LayoutJob) -> Seen {
    lay(ui, job, vec![(seen_line(job, None), false)])
}

fn seen_line(job: &LayoutJob, base: Option<Level>) -> Vec<Piece> {
    let text = harmless(&job.text);
    let info = BidiInfo::new(&text, base);
    let mut line = Vec::new();
    for paragraph in &info.paragraphs {
        line.extend(pieces(&info, paragraph, job, paragraph.range.clone()));
    }
    line
}

/// The marks that force a direction upon letters of the other one are only good for deceiving: they do nothing here. (As
/// long as what they are replaced by.)
fn harmless(text: &str) -> String {
    text.replace(
        ['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}'],
        "\u{200b}",
    )
}

/// A part of a line that is shaped by itself: a word from right to left, or anything else in one format.
struct Piece {
    text: String,
    format: TextFormat,
    source: Range<usize>,
}

/// A line in the order in which it is seen.
fn pieces(
    info: &BidiInfo<'_>,
    paragraph: &ParagraphInfo,
    job: &LayoutJob,
    line: Range<usize>,
) -> Vec<Piece> {
    let mut seen = Vec::new();
    if line.is_empty() {
        return seen;
    }
    let (levels, runs) = info.visual_runs(paragraph, line);
    for run in runs {
        let rtl = levels.get(run.start).is_some_and(|level| level.is_rtl());
        let tokens = match rtl {
            true => words(&job.text, run),
            false => vec![run],
        };
        let mut parts = Vec::new();
        for token in tokens {
            for section in &job.sections {
                let bytes = section.byte_range.as_usize();
                let source = token.start.max(bytes.start)..token.end.min(bytes.end);
                let Some(text) = job.text.get(source.clone()).filter(|text| !text.is_empty())
                else {
                    continue;
                };
                let text = match rtl {
                    true => text.chars().map(mirrored).collect(),
                    false => text.to_owned(),
                };
                let format = section.format.clone();
                parts.push(Piece {
                    text,
                    format,
                    source,
                });
            }
        }
        if rtl {
            parts.reverse();
        }
        seen.extend(parts);
    }
    seen
}

/// The letters that belong together, and everything else character by character.
fn words(text: &str, run: Range<usize>) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (at, grapheme) in text
        .get(run.clone())
        .unwrap_or_default()
        .grapheme_indices(true)
    {
        let range = run.start + at..run.start + at + grapheme.len();
        let letter = grapheme.chars().next().is_some_and(|c| {
            matches!(
                bidi_class(c),
                BidiClass::R | BidiClass::AL | BidiClass::NSM | BidiClass::BN
            )
        });
        match words.last_mut() {
            Some(last) if letter && open => last.end = range.end,
            _ => words.push(range),
        }
        open = letter;
    }
    words
}

/// What stands for a character where one reads from right to left. Letters are turned by their font.
fn mirrored(c: char) -> char {
    const PAIRS: [(char, char); 8] = [
        ('(', ')'),
        ('[', ']'),
        ('{', '}'),
        ('<', '>'),
        ('«', '»'),
        ('‹', '›'),
        ('≤', '≥'),
        ('⟨', '⟩'),
    ];
    let pair = PAIRS.iter().find(|(one, other)| *one == c || *other == c);
    pair.map_or(c, |(one, other)| if *one == c { *other } else { *one })
}

/// Lines no wider than `width`, in the order in which one reads, without the spaces at their ends.
fn broken(ui: &Ui, job: &LayoutJob, paragraph: Range<usize>, width: f32) -> Vec<Range<usize>> {
    let text = job.text.get(paragraph.clone()).unwrap_or_default();
    let mut lines = Vec::new();
    let mut line = paragraph.start..paragraph.start;
    let mut used = 0.0;
    for (at, word) in unbroken(text) {
        let word = paragraph.start + at..paragraph.start + at + word.len();
        let blank = text
            .get(at..)
            .is_some_and(|rest| rest.starts_with(char::is_whitespace));
        let wide = measured(ui, job, word.clone());
        if used + wide <= width || (blank && !line.is_empty()) {
            line.end = word.end;
            used += wide;
            continue;
        }
        if !line.is_empty() {
            lines.push(line.clone());
        }
        (line, used) = (word.clone(), wide);
        if wide > width {
            let (cut, last, rest) = cut_up(ui, job, word, width);
            lines.extend(cut);
            (line, used) = (last, rest);
        }
    }
    lines.push(line);
    let trimmed = |line: Range<usize>| {
        let words = job.text.get(line.clone()).unwrap_or_default();
        line.start..line.start + words.trim_end().len()
    };
    lines.into_iter().map(trimmed).collect()
}

/// Blanks, and what stands between them: no line begins with the mark behind a word.
fn unbroken(text: &str) -> Vec<(usize, &str)> {
    let mut starts: Vec<usize> = Vec::new();
    let mut blank = None;
    for (at, c) in text.char_indices() {
        if blank.replace(c.is_whitespace()) != Some(c.is_whitespace()) {
            starts.push(at);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts.iter().copied().zip(ends);
    parts
        .filter_map(|(start, end)| Some((start, text.get(start..end)?)))
        .collect()
}

/// A word that is wider than a line: whole lines of it, the rest, and how wide that is.
fn cut_up(
    ui: &Ui,
    job: &LayoutJob,
    word: Range<usize>,
    width: f32,
) -> (Vec<Range<usize>>, Range<usize>, f32) {
    let (mut lines, mut used) = (Vec::new(), 0.0);
    let mut line = word.start..word.start;
    let text = job.text.get(word.clone()).unwrap_or_default();
    for (at, grapheme) in text.grapheme_indices(true) {
        let part = word.start + at..word.start + at + grapheme.len();
        let wide = measured(ui, job, part.clone());
        if used + wide > width && !line.is_empty() {
            lines.push(line);
            (line, used) = (part.start..part.start, 0.0);
        }
        line.end = part.end;
        used += wide;
    }
    (lines, line, used)
}

/// How wide a part is on one line.
fn measured(ui: &Ui, job: &LayoutJob, part: Range<usize>) -> f32 {
    ui.painter().layout_job(slice(job, part)).size().x
}

/// A part with its formats.
fn slice(job: &LayoutJob, part: Range<usize>) -> LayoutJob {
    let mut out = LayoutJob {
        break_on_newline: false,
        keep_trailing_whitespace: true,
        ..LayoutJob::default()
    };
    for section in &job.sections {
        let bytes = section.byte_range.as_usize();
        let range = part.start.max(bytes.start)..part.end.min(bytes.end);
        if let Some(text) = job.text.get(range).filter(|text| !text.is_empty()) {
            out.append(text, 0.0, section.format.clone());
        }
    }
    out
}

/// Lines one below the other.
fn lay(ui: &Ui, job: &LayoutJob, lines: Vec<(Vec<Piece>, bool)>) -> Seen {
    let wide = |piece: &Piece| {
        let mut alone = LayoutJob {
            keep_trailing_whitespace: true,
            ..LayoutJob::default()
        };
        alone.append(&piece.text, 0.0, piece.format.clone());
        ui.painter().layout_job(alone).size().x
    };
    let width = |pieces: &[Piece]| pieces.iter().map(wide).sum::<f32>();
    let widths: Vec<f32> = lines.iter().map(|(pieces, _)| width(pieces)).collect();
    let widest = widths.iter().copied().fold(0.0, f32::max);
    let plain = job.sections.first().map(|section| section.format.clone());
    let plain = plain.unwrap_or_default();
    let mut all = LayoutJob::default();
    let mut columns = Vec::new();
    for (line, ((pieces, rtl), width)) in lines.into_iter().zip(widths).enumerate() {
        if line > 0 {
            all.append("\n", 0.0, plain.clone());
        }
        let mut x = if rtl { widest - width } else { 0.0 };
        let mut before = x;
        for piece in pieces {
            let right = x + wide(&piece);
            columns.push((piece.source, line, x..=right));
            x = right;
            apart(
                &mut all,
                &piece.text,
                std::mem::take(&mut before),
                piece.format,
            );
        }
    }
    let galley = ui.painter().layout_job(all);
    let place = |(source, line, x): (Range<usize>, usize, RangeInclusive<f32>)| {
        let row = galley.rows.get(line)?.rect();
        Some((source, Rect::from_x_y_ranges(x, row.y_range())))
    };
    let places = columns.into_iter().filter_map(place).collect();
    Seen { galley, places }
}

/// A section of its own, to be shaped by itself: `append` would join it with one of the same format.
fn apart(job: &mut LayoutJob, text: &str, leading_space: f32, format: TextFormat) {
    let start = ByteIndex(job.text.len());
    job.text.push_str(text);
    job.sections.push(LayoutSection {
        leading_space,
        byte_range: start..ByteIndex(job.text.len()),
        format,
    });
}

/// A text that is being written: egui's cursor needs it in the order in which it is written, so only what runs in one
/// direction is kept from being turned with the other.
pub fn written(ui: &Ui, text: &str, format: &TextFormat, width: f32) -> Arc<Galley> {
    let info = BidiInfo::new(text, None);
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    let mut from = 0;
    for (at, _) in text.char_indices().skip(1) {
        let level = |at: usize| info.levels.get(at).map(|level| level.is_rtl());
        if level(at) != level(from) {
            let run = text.get(from..at).unwrap_or_default();
            apart(&mut job, run, 0.0, format.clone());
            from = at;
        }
    }
    let rest = text.get(from..).unwrap_or_default();
    apart(&mut job, rest, 0.0, format.clone());
    ui.painter().layout_job(job)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_name_that_runs_from_right_to_left_keeps_its_place_in_a_sentence_of_ours() {
        let of = |words: &str| {
            let font = egui::FontId::proportional(14.0);
            let color = egui::Color32::BLACK;
            job(&LayoutJob::simple_singleline(words.into(), font, color)).text
        };
        // The words of the name in the order in which they are seen; each is turned by its font.
        assert_eq!(of("Message to שרה כהן"), "Message to כהן שרה");
        assert_eq!(of("שרה כהן is typing"), "כהן שרה is typing");
        // A mark that forces a direction does not carry over to what we say.
        assert_eq!(
            of("\u{202e}gnp.exe is typing").replace('\u{202e}', ""),
            "gnp.exe is typing"
        );
    }

    /// What stands in each line, from left to right, at a width given in points; no two words from right to left may be
    /// shaped together.
    fn seen(text: &str, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let ctx = egui::Context::default();
        let output = ctx.run_ui(egui::RawInput::default(), |ui| {
            let job = LayoutJob::single_section(text.to_owned(), TextFormat::default());
            let seen = wrapped(ui, &job, width);
            for section in &seen.galley.job.sections {
                let text = section.byte_range.slice(seen.galley.text());
                let together = text.trim().contains(' ') && is_rtl(text);
                assert!(!together, "{text:?} would be turned as a whole");
            }
            lines = seen.galley.text().split('\n').map(str::to_owned).collect();
        });
        output.drop_without_applying_deltas();
        lines
    }

    #[test]
    fn words_from_right_to_left_stand_in_that_order_and_numbers_as_they_are() {
        assert_eq!(seen("שלום עולם", 1e4), ["עולם שלום"]);
        assert_eq!(seen("hello שלום עולם end", 1e4), ["hello עולם שלום end"]);
        assert_eq!(seen("שלום (abc 12) עולם!", 1e4), ["!עולם (abc 12) שלום"]);
        assert_eq!(seen("مرحبا 42", 1e4), ["42 مرحبا"]);
    }

    #[test]
    fn the_first_line_has_the_first_words() {
        let lines = seen("אחת שתיים שלוש ארבע חמש שש", 60.0);
        assert!(lines.len() > 1, "{lines:?}");
        assert!(
            lines.first().is_some_and(|line| line.ends_with("אחת")),
            "{lines:?}"
        );
        assert!(
            lines.last().is_some_and(|line| line.contains("שש")),
            "{lines:?}"
        );
    }

    #[test]
    fn paragraphs_go_each_their_own_way_and_nothing_is_forced() {
        assert_eq!(seen("abc אב\nגד abc", 1e4), ["abc אב", "abc גד"]);
        // An override that would show "evil" as "live".
        assert!(seen("א \u{202e}evil\u{202c}", 1e4)[0].contains("evil"));
    }

    #[test]
    fn long_words_are_cut_and_empty_texts_are_empty() {
        let lines = seen(&"א".repeat(100), 50.0);
        assert!(lines.len() > 2);
        assert_eq!(lines.concat().chars().count(), 100);
        assert_eq!(seen("", 50.0), [""]);
    }
}
