//! Message Styling (XEP-0393): what the marks in a plain text mean. `*bold*`, `_italic_`, `~struck~`, `` `code` ``, lines
//! that begin with `>`, blocks between lines of three backticks.
//!
//! A text becomes parts, one below the other; within a part the marks stay where they are, to be dimmed, so that what is
//! seen is what was written. Only what a part shows otherwise is left out: the `>` of a quotation and the fences of a block
//! of code. No mark begins or ends inside of a link.

use std::ops::Range;

use super::{Style, links};

/// Quotations in quotations; what is deeper keeps its marks as text.
const DEEPEST: u8 = 6;
/// Spans in spans.
const NESTED: u8 = 8;

/// Some lines of a text that are shown alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// How many quotations deep; 0 is said by the sender.
    pub depth: u8,
    /// A block of code: fixed width, as it is.
    pub code: bool,
    /// What to show.
    pub text: String,
    /// Formats in it, by bytes of `text`, the marks included.
    pub spans: Vec<(Range<usize>, Style)>,
    /// The marks themselves.
    pub marks: Vec<Range<usize>>,
}

/// The parts of a text, from the top. A text without any styling is one part.
pub fn parts(body: &str) -> Vec<Part> {
    let lines: Vec<&str> = body.split('\n').collect();
    let mut parts = Vec::new();
    blocks(&lines, 0, &mut parts);
    parts
}

fn blocks(lines: &[&str], depth: u8, parts: &mut Vec<Part>) {
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = lines.get(at..).unwrap_or_default();
        if line.starts_with("```") {
            let inside = rest.get(1..).unwrap_or_default();
            let end = inside.iter().position(|line| line.trim_end() == "```");
            let inside = inside
                .get(..end.unwrap_or(inside.len()))
                .unwrap_or_default();
            // An opening alone in the last line is a text as any other.
            if !inside.is_empty() || end.is_some() {
                parts.push(Part {
                    depth,
                    code: true,
                    text: inside.join("\n"),
                    ..Part::default()
                });
                at += 1 + inside.len() + usize::from(end.is_some());
                continue;
            }
        }
        if line.starts_with('>') && depth < DEEPEST {
            let quoted: Vec<&str> = rest
                .iter()
                .map_while(|line| line.strip_prefix('>'))
                .collect();
            let inner: Vec<&str> = quoted.iter().map(|line| without_space(line)).collect();
            blocks(&inner, depth + 1, parts);
            at += quoted.len();
            continue;
        }
        plain(line, depth, parts);
        at += 1;
    }
}

/// Without the first character, if that is white.
fn without_space(line: &str) -> &str {
    line.strip_prefix(char::is_whitespace).unwrap_or(line)
}

fn plain(line: &str, depth: u8, parts: &mut Vec<Part>) {
    let joins = parts
        .last()
        .is_some_and(|last| last.depth == depth && !last.code);
    if !joins {
        parts.push(Part {
            depth,
            ..Part::default()
        });
    }
    let Some(part) = parts.last_mut() else { return };
    if joins {
        part.text.push('\n');
    }
    let shift = part.text.len();
    part.text.push_str(line);
    let closed: Vec<Range<usize>> = links(line).into_iter().map(|link| link.range).collect();
    spans(line, 0..line.len(), &closed, 0, &mut |range, style| {
        let range = range.start + shift..range.end + shift;
        part.marks.push(range.start..range.start + 1);
        part.marks.push(range.end - 1..range.end);
        part.spans.push((range, style));
    });
}

/// Finds the spans of one line, or of the inside of a span of it.
fn spans(
    line: &str,
    within: Range<usize>,
    links: &[Range<usize>],
    nested: u8,
    found: &mut dyn FnMut(Range<usize>, Style),
) {
    let bytes = line.as_bytes();
    let white = |at: Option<char>| at.is_none_or(char::is_whitespace);
    let in_link = |at: usize| links.iter().any(|link| link.contains(&at));
    let mut at = within.start;
    // Whether the character before is an opening mark of another kind, or nothing is before it.
    while at < within.end {
        let Some(mark) = bytes.get(at).copied().filter(|byte| is_mark(*byte)) else {
            at += 1;
            continue;
        };
        let before = line
            .get(within.start..at)
            .and_then(|head| head.chars().next_back());
        let after = line
            .get(at + 1..within.end)
            .and_then(|tail| tail.chars().next());
        let opens = (at == within.start || before.is_some_and(char::is_whitespace))
            && !white(after)
            && !in_link(at);
        if !opens {
            at += 1;
            continue;
        }
        let closing = (at + 1..within.end).find(|&end| {
            bytes.get(end) == Some(&mark)
                && !in_link(end)
                && !white(line.get(..end).and_then(|head| head.chars().next_back()))
        });
        match closing {
            // Nothing between them: neither is a mark.
            Some(end) if end == at + 1 => at = end + 1,
            Some(end) => {
                found(at..end + 1, style_of(mark));
                if mark != b'`' && nested < NESTED {
                    spans(line, at + 1..end, links, nested + 1, found);
                }
                at = end + 1;
            }
            None => at += 1,
        }
    }
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'*' | b'_' | b'~' | b'`')
}

fn style_of(mark: u8) -> Style {
    match mark {
        b'*' => Style::Bold,
        b'_' => Style::Italic,
        b'~' => Style::Strike,
        _ => Style::Code,
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]

    use proptest::prelude::*;

    use super::*;

    /// The spans of a text of one part, as what stands in them.
    fn spans_of(body: &str) -> Vec<(String, Style)> {
        let parts = parts(body);
        assert_eq!(parts.len(), 1, "{parts:?}");
        let part = &parts[0];
        let words = |range: &Range<usize>| part.text[range.clone()].to_owned();
        part.spans
            .iter()
            .map(|(range, style)| (words(range), style.clone()))
            .collect()
    }

    fn words(body: &str) -> Vec<String> {
        spans_of(body).into_iter().map(|(words, _)| words).collect()
    }

    #[test]
    fn the_examples_of_the_document() {
        assert_eq!(
            spans_of("*strong span*"),
            [("*strong span*".into(), Style::Bold)]
        );
        assert_eq!(
            spans_of("plain _emphasis_ plain"),
            [("_emphasis_".into(), Style::Italic)]
        );
        assert_eq!(words("`pre` plain *strong*"), ["`pre`", "*strong*"]);
        assert_eq!(words("*strong*plain*"), ["*strong*"]);
        assert_eq!(words("* plain *strong*"), ["*strong*"]);
        assert_eq!(words("Everyone ~dis~likes cake."), ["~dis~"]);
        assert_eq!(words("`*monospace*`"), ["`*monospace*`"]);
        assert_eq!(
            words("*`monospace and bold`*"),
            ["*`monospace and bold`*", "`monospace and bold`"]
        );
        for nothing in [
            "not strong*",
            "*not strong",
            "*not \n strong*",
            "*not *strong",
            "**",
            "***",
            "****",
            "2*3*4",
            "snake_case_name",
        ] {
            assert!(words(nothing).is_empty(), "{nothing}");
        }
    }

    fn outline(body: &str) -> Vec<(u8, bool, String)> {
        let parts = parts(body).into_iter();
        parts
            .map(|part| (part.depth, part.code, part.text))
            .collect()
    }

    #[test]
    fn quotations_and_code_are_parts_of_their_own() {
        assert_eq!(
            outline(">> That that is, is.\n> Said the old hermit.\nWho?"),
            [
                (2, false, "That that is, is.".into()),
                (1, false, "Said the old hermit.".into()),
                (0, false, "Who?".into())
            ]
        );
        assert_eq!(
            outline("look:\n```rust\nlet *a* = 1;\n```\nnice"),
            [
                (0, false, "look:".into()),
                (0, true, "let *a* = 1;".into()),
                (0, false, "nice".into())
            ]
        );
        assert_eq!(
            outline("> ```\n> (println)\nThe end"),
            [(1, true, "(println)".into()), (0, false, "The end".into())]
        );
        assert_eq!(outline("```"), [(0, false, "```".into())]);
        assert!(parts("```\n*a*\n```")[0].spans.is_empty());
    }

    #[test]
    fn marks_in_links_are_no_marks() {
        assert!(words("https://a.example/_x_/*y*").is_empty());
        assert_eq!(
            words("*see https://a.example/*"),
            ["*see https://a.example/*"]
        );
        assert_eq!(
            words("_see https://a.example/b_c now_"),
            ["_see https://a.example/b_c now_"]
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_none_is_lost(body in "[-*_~`> \nab:/.ä😀]{0,80}|(https://[a*_]{1,8}[ *_~]|\\PC){0,30}") {
            let parts = parts(&body);
            let seen: usize = parts.iter().map(|part| part.text.chars().filter(|c| !matches!(c, '>' | '`' | ' ' | '\n')).count()).sum();
            let written = body.lines().filter(|line| !line.trim_start_matches(['>', ' ']).starts_with("```"));
            let written: usize = written.map(|line| line.chars().filter(|c| !matches!(c, '>' | '`' | ' ' | '\n')).count()).sum();
            prop_assert!(seen >= written, "{body:?} {parts:?}");
            for part in &parts {
                for (range, _) in &part.spans {
                    let inside = part.text.get(range.clone()).unwrap();
                    prop_assert!(inside.len() > 2 && !inside.contains('\n'));
                    let (first, last) = (inside.chars().next(), inside.chars().next_back());
                    prop_assert_eq!(first, last);
                    let inner = &inside[1..inside.len() - 1];
                    prop_assert!(!inner.starts_with(char::is_whitespace) && !inner.ends_with(char::is_whitespace));
                }
                let crosses = |a: &Range<usize>, b: &Range<usize>| a.start < b.start && b.start < a.end && a.end < b.end;
                for (a, _) in &part.spans {
                    for (b, _) in &part.spans {
                        prop_assert!(!crosses(a, b));
                    }
                    for link in links(&part.text) {
                        prop_assert!(!crosses(a, &link.range) && !crosses(&link.range, a));
                    }
                }
            }
        }
    }
}
