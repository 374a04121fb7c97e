//! Sentences that come from below the window, in the user's language.
//!
//! The node says one sentence a thing, in English: it stands in the JSON lines, the log and the database, and nobody has to
//! keep a number for it. The window knows these sentences by their words, as gettext does: the messages `said-…` of
//! `assets/lang/en.ftl` are the sentences with places for what changes, those of another language say the same. What is
//! not recognised (a newer node, words that a person wrote) is shown as it came.
//!
//! A place named `why` or `kind` holds a sentence itself. `said_test.rs` reads the code below the window and fails if
//! it says something that does not stand there.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::FluentArgs;

use super::words::{LANGUAGES, Words};

/// Longer texts are nobody's sentences.
const LONGEST: usize = 4096;

/// So deep are reasons of reasons looked for.
const DEEPEST: u8 = 4;

/// Fewer letters than this between the places recognise nothing by themselves: the reason in it has to be known too.
const FEWEST: usize = 4;

/// A sentence with places.
struct Pattern {
    key: &'static str,
    /// What stands before, between and behind the places: one more than these.
    around: Vec<&'static str>,
    places: Vec<&'static str>,
}

/// All that are known, those with the most words of their own first: they tell most.
static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let english = LANGUAGES.iter().find(|(code, ..)| *code == "en");
    let source = english.map_or("", |(_, _, source)| source);
    let mut patterns: Vec<Pattern> = source.lines().filter_map(Pattern::read).collect();
    patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.own()));
    patterns
});

impl Pattern {
    /// A line of the file: `said-key = words { $place } words`.
    fn read(line: &'static str) -> Option<Pattern> {
        let (key, mut rest) = line.split_once(" = ")?;
        key.strip_prefix("said")?.strip_prefix('-')?;
        let (mut around, mut places) = (Vec::new(), Vec::new());
        while let Some((before, behind)) = rest.split_once("{ $") {
            let (place, behind) = behind.split_once(" }")?;
            around.push(before);
            places.push(place);
            rest = behind;
        }
        around.push(rest);
        Some(Pattern {
            key,
            around,
            places,
        })
    }

    /// How many letters are its own.
    fn own(&self) -> usize {
        let letters = |text: &&str| text.chars().filter(|c| c.is_alphabetic()).count();
        self.around.iter().map(letters).sum()
    }

    /// What stands in its places, if the sentence is one of these.
    fn places_in<'a>(&self, sentence: &'a str) -> Option<Vec<&'a str>> {
        let (first, others) = self.around.split_first()?;
        let Some((last, between)) = others.split_last() else {
            return (sentence == *first).then(Vec::new);
        };
        let mut rest = sentence.strip_prefix(first)?.strip_suffix(last)?;
        let mut found = Vec::with_capacity(self.places.len());
        for next in between {
            let (place, behind) = rest.split_once(next)?;
            found.push(place);
            rest = behind;
        }
        found.push(rest);
        found.iter().all(|place| !place.is_empty()).then_some(found)
    }
}

impl Words {
    /// A sentence from below the window in this language; as it is, if it is not known or this is English.
    pub fn said<'a>(&self, sentence: &'a str) -> Cow<'a, str> {
        if self.code() == "en" || sentence.len() > LONGEST {
            return Cow::Borrowed(sentence);
        }
        self.known(sentence, DEEPEST)
            .map_or(Cow::Borrowed(sentence), Cow::Owned)
    }

    fn known(&self, sentence: &str, deep: u8) -> Option<String> {
        let deep = deep.checked_sub(1)?;
        PATTERNS.iter().find_map(|pattern| {
            let found = pattern.places_in(sentence)?;
            let mut args = FluentArgs::new();
            for (place, text) in pattern.places.iter().zip(found) {
                let said = match *place {
                    "why" | "kind" => self.known(text, deep),
                    _ => None,
                };
                if *place == "why" && said.is_none() && pattern.own() < FEWEST {
                    return None;
                }
                args.set(*place, said.unwrap_or_else(|| text.to_owned()));
            }
            Some(self.format(pattern.key, Some(&args)))
        })
    }
}

#[cfg(test)]
#[path = "said_test.rs"]
mod tests;
