//! Text as it is compared in a search: without case, accents and the difference between one kind of space and another,
//! so that "Łódź", "lodz" and "ＬÓＤＺ" are the same, in any script.
//!
//! Compatibility decomposition (Unicode NFKD) and lower case; then marks that are accents or reading aids go (Latin,
//! Greek, Cyrillic, Hebrew points, Arabic vowels), and letters that Unicode does not decompose become their base letter:
//! ł ø đ ħ ŧ ı æ œ ß þ ð. Marks that are letters of their own stay: kana with and without voicing differ, and so do
//! the vowel signs of Indic scripts. A Hangul syllable becomes its jamo, so that one that is half typed finds it.

use std::ops::Range;

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Words looked for at once; more are left out.
const MOST_TERMS: usize = 16;
/// Characters of a search; more are left out.
const MOST_CHARS: usize = 400;

/// Appends the folded form of `text`, which has no line end, tab or other control character: they become spaces.
pub fn fold_into(text: &str, out: &mut String) {
    for char in text.chars() {
        fold_char(char, |folded| out.push_str(folded));
    }
}

/// The folded form of `text`.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

fn fold_char(char: char, mut out: impl FnMut(&str)) {
    let mut buffer = [0; 4];
    match char {
        _ if char.is_control() || char.is_whitespace() => out(" "),
        '\0'..='\x7f' => out(char.to_ascii_lowercase().encode_utf8(&mut buffer)),
        // Kana and ideographs have no case, and their marks are letters.
        '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' => out(char.encode_utf8(&mut buffer)),
        _ => {
            let normalizer = const { DecomposingNormalizerBorrowed::new_nfkd() };
            for part in normalizer.normalize_iter(std::iter::once(char)) {
                for lower in part.to_lowercase() {
                    match plain(lower) {
                        Some(plain) => out(plain),
                        None => out(lower.encode_utf8(&mut buffer)),
                    }
                }
            }
        }
    }
}

/// What stands for a decomposed lower-case character; `None`: itself.
fn plain(char: char) -> Option<&'static str> {
    let plain = match char {
        // Combining accents, also for symbols and half ones.
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' => "",
        '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}' => "",
        // Cyrillic titlo, Hebrew points, Arabic vowels and the stretching of Arabic letters.
        '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}' => "",
        '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' => "",
        // Without a width: soft hyphen, joiners, directions, variation selectors.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => {
            ""
        }
        '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => "",
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'ı' => "i",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'þ' => "th",
        'ς' => "σ",
        _ if char.is_control() || char.is_whitespace() => " ",
        _ => return None,
    };
    Some(plain)
}

/// What somebody looks for: words that all have to occur, in any order and also within longer words. What stands between
/// double quotes is one such word, spaces and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms(Vec<String>);

impl Terms {
    /// Reads what was typed. At most 400 characters and 16 words count.
    pub fn parse(text: &str) -> Terms {
        let text: String = text.chars().take(MOST_CHARS).collect();
        let mut terms: Vec<String> = Vec::new();
        for (at, part) in text.split(['"', '“', '”', '„']).enumerate() {
            let folded = fold(part);
            if at % 2 == 1 {
                terms.push(folded.trim().to_owned());
            } else {
                terms.extend(folded.split(' ').map(str::to_owned));
            }
        }
        terms.retain(|term| !term.is_empty());
        terms.truncate(MOST_TERMS);
        Terms(terms)
    }

    /// Nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The folded words.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// Does this text, not folded, have them all?
    pub fn are_in(&self, text: &str) -> bool {
        let folded = fold(text);
        self.0.iter().all(|term| folded.contains(term.as_str()))
    }

    /// Where in this text, not folded, they are: ranges of bytes, in order, none touching another.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let (mut folded, mut origins) = (String::with_capacity(text.len()), Vec::new());
        for (at, char) in text.char_indices() {
            fold_char(char, |part| folded.push_str(part));
            origins.resize(folded.len(), at);
        }
        let mut places: Vec<Range<usize>> = Vec::new();
        for term in &self.0 {
            let finder = memchr::memmem::Finder::new(term);
            for start in finder.find_iter(folded.as_bytes()) {
                let last = start + term.len() - 1;
                let (Some(&from), Some(&last)) = (origins.get(start), origins.get(last)) else {
                    continue;
                };
                places.push(from..whole(text, last));
            }
        }
        places.sort_by_key(|place| place.start);
        places.dedup_by(|next, place| {
            let joins = next.start <= place.end;
            if joins {
                place.end = place.end.max(next.end);
            }
            joins
        });
        places
    }
}

/// The end of the character at `at`, with the marks on it.
fn whole(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let marks = rest.get(first..).unwrap_or_default();
    let marks = marks
        .chars()
        .take_while(|char| matches!(char, '\u{300}'..='\u{36f}'));
    at + first + marks.map(char::len_utf8).sum::<usize>()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_widths_make_no_difference() {
        for (text, folded) in [
            ("Zażółć GĘŚLĄ jaźń", "zazolc gesla jazn"),
            ("Smørrebrød, Århus", "smorrebrod, arhus"),
            ("Straße STRASSE ẞ", "strasse strasse ss"),
            ("İstanbul ılık", "istanbul ilik"),
            ("Œuvre Æther Þór", "oeuvre aether thor"),
            ("ＬＡＮ ﬁle", "lan file"),
            ("Ελλάς", "ελλασ"),
            ("ёлка Йод", "елка иод"),
            ("مُحَمَّد", "محمد"),
            ("a\nb\tc\u{a0}d", "a b c d"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn what_is_another_letter_stays_another() {
        assert_ne!(fold("か"), fold("が"));
        assert_ne!(fold("कि"), fold("कु"));
        assert!(Terms::parse("하").are_in("한국어"), "half a syllable");
    }

    #[test]
    fn words_in_any_order_and_quoted_ones_as_they_stand() {
        let found = |terms: &str, text: &str| Terms::parse(terms).are_in(text);
        assert!(found("lunch today", "Today: LUNCHbox"));
        assert!(!found("\"lunch today\"", "Today: lunch"));
        assert!(found("\"to be\" not", "or not to be"));
        assert!(found("東京", "明日東京で会いましょう"));
        assert!(found("京", "明日東京で会いましょう"));
        assert!(Terms::parse(" \t \"\" ").is_empty());
        assert!(Terms::parse(&"a ".repeat(5000)).words().len() <= 16);
    }

    #[test]
    fn places_are_those_of_the_text_as_written() {
        let text = "Straße in Łódź, e\u{301}t\u{e9}";
        let marked = |terms: &str| -> Vec<&str> {
            let places = Terms::parse(terms).places(text);
            places.into_iter().map(|place| &text[place]).collect()
        };
        assert_eq!(marked("lodz"), ["Łódź"]);
        assert_eq!(marked("strasse"), ["Straße"]);
        assert_eq!(marked("s"), ["S", "ß"]);
        assert_eq!(marked("ete"), ["e\u{301}té"]);
        assert_eq!(marked("str ras"), ["Straß"]);
    }
}
