//! What tells one state of a file on an HTTP server from another: entity tags and times of the last change (RFC 9110 §8.8).

use jiff::fmt::rfc2822;

/// The longest that is remembered, in bytes: what is longer counts as not said.
const LONGEST: usize = 256;
/// How long a time is in HTTP's own form (RFC 9110 §5.6.7): the older forms count as not said.
const DATE: usize = "Sun, 06 Nov 1994 08:49:37 GMT".len();

/// As a server said it, in characters that may stand in a request again: visible ASCII, and spaces in a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator(String);

impl Validator {
    /// From the fields of an answer: the tag, and where there is none, the time. A time is strong if the answer was made
    /// at least a second later (§8.8.2.2): within that second the file may have changed once more.
    pub fn of(tag: Option<&str>, modified: Option<&str>, date: Option<&str>) -> Option<Validator> {
        if let Some(tag) = tag {
            // Who says a tag has nothing but the tag (§13.1.5).
            return Validator::kept(tag).filter(Validator::is_tag);
        }
        let modified = modified.filter(|modified| seconds(modified).is_some())?;
        let strong = date
            .and_then(seconds)
            .zip(seconds(modified))
            .is_some_and(|(made, changed)| made > changed);
        Validator::kept(&match strong {
            true => modified.to_owned(),
            false => format!("{WEAK}{modified}"),
        })
    }

    /// As [`Validator::as_str`] gave it; `None` if it is none.
    pub fn kept(text: &str) -> Option<Validator> {
        let opaque = text.strip_prefix(WEAK).unwrap_or(text);
        let inside = opaque
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let good = match inside {
            Some(inside) => inside.chars().all(|c| c.is_ascii_graphic() && c != '"'),
            None => seconds(opaque).is_some(),
        };
        (good && text.len() <= LONGEST).then(|| Validator(text.to_owned()))
    }

    /// As it is remembered and, if it is strong, asked with.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Does the same one mean the same bytes? Only such a one may stand in `If-Range` (§13.1.5).
    pub fn is_strong(&self) -> bool {
        !self.0.starts_with(WEAK)
    }

    /// Does this one show that the file is another than that of `before`? A tag and a time say nothing about each other.
    pub fn is_another_than(&self, before: &Validator) -> bool {
        self.is_tag() == before.is_tag() && self.opaque() != before.opaque()
    }

    fn is_tag(&self) -> bool {
        self.opaque().starts_with('"')
    }

    fn opaque(&self) -> &str {
        self.0.strip_prefix(WEAK).unwrap_or(&self.0)
    }
}

/// Stands before a weak tag on the wire, and before a weak time where it is remembered.
const WEAK: &str = "W/";

fn seconds(date: &str) -> Option<i64> {
    let http = date.len() == DATE && date.is_ascii() && date.ends_with(" GMT");
    let date = http.then(|| rfc2822::parse(date).ok())??;
    Some(date.timestamp().as_second())
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

    const THEN: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

    fn of(tag: Option<&str>, modified: Option<&str>, date: Option<&str>) -> Option<(String, bool)> {
        let found = Validator::of(tag, modified, date)?;
        assert_eq!(Validator::kept(found.as_str()).as_ref(), Some(&found));
        Some((found.as_str().to_owned(), found.is_strong()))
    }

    #[test]
    fn a_tag_counts_before_a_time_and_a_time_only_if_it_is_past() {
        let found = |text: &str, strong| Some((text.to_owned(), strong));
        assert_eq!(
            of(Some("\"x\""), Some(THEN), Some(LATER)),
            found("\"x\"", true)
        );
        assert_eq!(
            of(Some("W/\"x\""), Some(THEN), Some(LATER)),
            found("W/\"x\"", false)
        );
        assert_eq!(of(None, Some(THEN), Some(LATER)), found(THEN, true));
        let weak = format!("W/{THEN}");
        assert_eq!(of(None, Some(THEN), Some(THEN)), found(&weak, false));
        assert_eq!(of(None, Some(THEN), None), found(&weak, false));
        assert_eq!(of(None, None, Some(LATER)), None);
    }

    #[test]
    fn what_is_none_is_not_remembered() {
        let long = format!("\"{}\"", "x".repeat(LONGEST));
        for tag in [
            "",
            "\"",
            "x",
            "W/",
            "W/x",
            "\"a b\"",
            "\"a\rX: y\"",
            "\"a\0\"",
            "\"ü\"",
            "\"a\"b\"",
            &long,
            THEN,
        ] {
            assert_eq!(of(Some(tag), None, None), None, "{tag:?}");
        }
        for time in [
            "",
            "yesterday",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 99 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37\rGMT",
        ] {
            assert_eq!(of(None, Some(time), Some(LATER)), None, "{time:?}");
        }
    }

    #[test]
    fn another_one_is_another_file_where_they_can_be_compared() {
        let kept = |text: &str| Validator::kept(text).unwrap();
        let another = |now: &str, before: &str| kept(now).is_another_than(&kept(before));
        assert!(another("\"b\"", "\"a\"") && another("W/\"b\"", "\"a\""));
        assert!(another(LATER, THEN) && another(&format!("W/{LATER}"), THEN));
        assert!(!another("\"a\"", "\"a\"") && !another("W/\"a\"", "\"a\""));
        assert!(!another(THEN, "\"a\"") && !another("\"a\"", THEN));
    }
}
