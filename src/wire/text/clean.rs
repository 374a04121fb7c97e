//! What a peer's text may do to a display, and what XML lets us send (XML 1.0 §2.2, Unicode TR 36).

use unicode_segmentation::UnicodeSegmentation;

use crate::wire::element::is_xml_char;

/// The most bytes of a message's text, in and out: 1 MiB.
pub const MAX_BODY: usize = 1024 * 1024;

/// The most graphemes of a name as shown.
const MAX_NAME: usize = 64;
/// The most graphemes of a line of free text as shown (a status message).
const MAX_LINE: usize = 256;
/// Combining marks on one letter that a real language needs at most (Vietnamese, Hebrew with points); more is zalgo.
const MAX_MARKS: usize = 4;
/// Code points of one grapheme: the longest emoji families have eleven, conjuncts of Indic scripts fewer.
const MAX_CLUSTER: usize = 16;

/// Why a text cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Nothing is left to send.
    #[error("the message is empty")]
    Empty,
    /// More than [`MAX_BODY`].
    #[error("the message is too long: {0} bytes, and 1 MiB is the most; send it as a file instead")]
    TooLong(usize),
}

/// A name as it may be shown: one line of at most 64 graphemes without control, bidi and invisible characters. May be
/// empty.
pub fn clean_name(name: &str) -> String {
    one_line(name, MAX_NAME)
}

/// A line of free text (a status message) as it may be shown: as [`clean_name`], but up to 256 graphemes.
pub fn clean_line(line: &str) -> String {
    one_line(line, MAX_LINE)
}

/// A peer's text as it may be shown and stored: newlines are LF, no control characters but LF and tab, no bidi
/// overrides, no towers of combining marks, at most [`MAX_BODY`] bytes.
pub fn clean_body(body: &str) -> String {
    let body = cut(body, MAX_BODY);
    let mut clean = String::with_capacity(body.len());
    for c in unix_newlines(body) {
        // Isolates and marks stay, mixed text needs them and they end with their paragraph; overrides only deceive.
        if matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{202D}' | '\u{202E}')) {
            clean.push(c);
        }
    }
    if clean.is_ascii() {
        return clean;
    }
    clean.graphemes(true).flat_map(short_cluster).collect()
}

/// Our user's text as it may be sent: newlines are LF, characters that XML forbids are left out.
///
/// # Errors
/// If nothing but whitespace is left, or it is longer than [`MAX_BODY`].
pub fn outgoing_body(body: &str) -> Result<String, BodyError> {
    if body.len() > MAX_BODY {
        return Err(BodyError::TooLong(body.len()));
    }
    let body: String = unix_newlines(body).filter(|c| is_xml_char(*c)).collect();
    if body.trim().is_empty() {
        Err(BodyError::Empty)
    } else {
        Ok(body)
    }
}

/// A single grapheme that is seen and is neither letter nor digit, as reactions are (XEP-0444 §4): without the space around
/// it. `None` for anything else.
pub fn one_emoji(text: &str) -> Option<String> {
    let text = text.trim();
    let mut graphemes = text.graphemes(true);
    let one = graphemes.next().filter(|_| graphemes.next().is_none())?;
    let seen = one.len() <= 64
        && one.chars().count() <= MAX_CLUSTER
        && !one.chars().next().is_some_and(char::is_alphabetic)
        && !one.chars().any(|c| c.is_control() || c.is_whitespace())
        && !one.chars().all(unseen);
    seen.then(|| one.to_owned())
}

/// The longest beginning of `text` of at most `bytes` bytes that ends on a character boundary.
pub fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes))
        .unwrap_or_default()
}

fn one_line(text: &str, graphemes: usize) -> String {
    // A grapheme has at most 16 code points of 4 bytes; no need to look at more of a hostile megabyte.
    let text = cut(text, graphemes * MAX_CLUSTER * 4);
    let visible: String = text
        .chars()
        .filter_map(|c| {
            if c.is_whitespace() {
                Some(' ')
            } else {
                (!unseen(c)).then_some(c)
            }
        })
        .collect();
    let mut line = String::new();
    for word in visible.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let line: String = line
        .graphemes(true)
        .take(graphemes)
        .flat_map(short_cluster)
        .collect();
    line.trim_end().to_owned()
}

/// Characters that steer the display or are not seen. The zero-width joiners stay: emoji and Persian need them.
pub(super) fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}'
                | '\u{61C}'
                | '\u{180E}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{115F}'
                | '\u{1160}'
        )
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}')
        || matches!(c, '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The characters of one grapheme, without marks beyond what a language needs.
fn short_cluster(cluster: &str) -> impl Iterator<Item = char> {
    let mut marks = 0;
    cluster.chars().take(MAX_CLUSTER).filter(move |c| {
        marks += usize::from(is_mark(*c));
        !is_mark(*c) || marks <= MAX_MARKS
    })
}

/// The blocks of combining marks that stack without end, and the marks of scripts that are abused likewise.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5BD}' | '\u{610}'..='\u{61A}')
        || matches!(c, '\u{64B}'..='\u{65F}' | '\u{E31}' | '\u{E34}'..='\u{E3A}' | '\u{E47}'..='\u{E4E}')
        || matches!(c, '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// CRLF and lone CR become LF.
fn unix_newlines(text: &str) -> impl Iterator<Item = char> {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || match chars.next()? {
        '\r' => {
            chars.next_if_eq(&'\n');
            Some('\n')
        }
        c => Some(c),
    })
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

    use super::*;

    #[test]
    fn a_name_cannot_reverse_the_line_or_break_it() {
        assert_eq!(clean_name("evil\u{202E}gpj.exe"), "evilgpj.exe");
        assert_eq!(
            clean_name("two\nlines\r\n\tand \u{2028} more"),
            "two lines and more"
        );
        assert_eq!(clean_name("\u{1B}[31mred\u{7}"), "[31mred");
        assert_eq!(
            clean_name("zero\u{200B}width\u{2066}isolate\u{2069}"),
            "zerowidthisolate"
        );
        assert_eq!(clean_name(" \u{3164}\u{202E} "), "");
    }

    #[test]
    fn a_name_in_any_script_and_an_emoji_family_survive() {
        for name in [
            "Zoë",
            "Łukasz",
            "ナディア",
            "دانیال",
            "می‌خواهم",
            "क्षत्रिय",
            "👨🏿‍👩🏿‍👧🏿‍👦🏿",
            "Nguyễn",
            "שָׁלוֹם",
        ] {
            assert_eq!(clean_name(name), name);
        }
    }

    #[test]
    fn zalgo_is_cut_to_what_a_line_can_hold() {
        let zalgo = format!("Z{}ed", "\u{335}\u{30D}".repeat(500));
        assert_eq!(
            clean_body(&zalgo).chars().filter(|c| is_mark(*c)).count(),
            MAX_MARKS
        );
        assert!(clean_name(&zalgo).chars().count() <= 3 + MAX_MARKS);
    }

    #[test]
    fn a_name_is_bounded() {
        assert_eq!(
            clean_name(&"é".repeat(100_000)).graphemes(true).count(),
            MAX_NAME
        );
        assert_eq!(clean_line(&"x".repeat(100_000)).len(), MAX_LINE);
    }

    #[test]
    fn a_body_keeps_its_lines_and_loses_what_drives_a_terminal() {
        assert_eq!(
            clean_body("a\r\nb\rc\td\u{1B}]0;title\u{7}\u{9B}31m"),
            "a\nb\nc\td]0;title31m"
        );
        assert_eq!(clean_body("safe\u{202E}desrever"), "safedesrever");
        assert_eq!(clean_body(&"ü".repeat(MAX_BODY)).len(), MAX_BODY);
    }

    #[test]
    fn what_xml_forbids_is_not_sent() {
        assert_eq!(
            outgoing_body("a\u{0}b\u{FFFF}\r\nc 👍").unwrap(),
            "ab\nc 👍"
        );
        assert_eq!(outgoing_body(" \u{1}\n "), Err(BodyError::Empty));
        assert_eq!(
            outgoing_body(&"x".repeat(MAX_BODY + 1)),
            Err(BodyError::TooLong(MAX_BODY + 1))
        );
        assert_eq!(
            outgoing_body(&"x".repeat(MAX_BODY)).unwrap().len(),
            MAX_BODY
        );
    }
}
