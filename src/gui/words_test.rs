#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use fluent_bundle::FluentResource;

use super::*;

#[test]
fn the_language_is_the_wanted_one_else_the_first_of_the_system_that_we_have() {
    let system = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    assert_eq!(choose("sv", system(&["de-DE"])), "sv");
    assert_eq!(choose("", system(&["de_AT.UTF-8", "en-US"])), "de");
    assert_eq!(choose("", system(&["fr-FR", "sv-SE"])), "sv");
    assert_eq!(choose("", system(&["C", "POSIX"])), "en");
    assert_eq!(choose("xx", system(&[])), "en");
}

#[test]
fn numbers_and_plurals_are_those_of_the_language() {
    let say = |code: &str, count: u32| {
        let words = Arc::new(Words::of(code));
        t!(words, "note-many", count = count, name = "Zoë")
    };
    assert_eq!(say("en", 1), "1 message from Zoë");
    assert_eq!(say("en", 12345), "12,345 messages from Zoë");
    assert_eq!(say("de", 1), "1 Nachricht von Zoë");
    assert_eq!(say("de", 12345), "12.345 Nachrichten von Zoë");
    assert_eq!(say("sv", 12345), "12\u{a0}345 meddelanden från Zoë");
    assert_eq!(say("xx", 2), "2 messages from Zoë");
}

#[test]
fn every_language_says_its_name() {
    let names: Vec<&str> = languages().map(|(_, name)| name).collect();
    assert_eq!(names, ["Deutsch", "English", "Svenska"]);
}

/// The variables of each message of a file.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            key = line.split(" =").next().unwrap().to_owned();
            let again = found.insert(key.clone(), BTreeSet::new());
            assert!(again.is_none(), "{key} stands there twice");
        }
        for rest in line.split('$').skip(1) {
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap();
            found.get_mut(&key).unwrap().insert(rest[..end].to_owned());
        }
    }
    found
}

#[test]
fn every_language_has_the_same_messages_with_the_same_variables() {
    let (_, _, english) = LANGUAGES.iter().find(|(code, ..)| *code == "en").unwrap();
    let english = messages(english);
    assert!(english.len() > 100);
    for (code, _, source) in LANGUAGES {
        let parsed = FluentResource::try_new((*source).to_owned());
        if let Err((_, errors)) = parsed {
            panic!("{code}.ftl: {errors:?}");
        }
        let other = messages(source);
        let missing: Vec<_> = english
            .keys()
            .filter(|key| !other.contains_key(*key))
            .collect();
        let extra: Vec<_> = other
            .keys()
            .filter(|key| !english.contains_key(*key))
            .collect();
        assert!(missing.is_empty(), "{code}.ftl lacks {missing:?}");
        assert!(extra.is_empty(), "{code}.ftl alone has {extra:?}");
        for (key, variables) in &english {
            assert_eq!(&other[key], variables, "{code}.ftl: {key}");
        }
    }
}

/// A string in the code.
pub(in super::super) struct Literal {
    pub(in super::super) file: String,
    pub(in super::super) text: String,
    /// The code before it, strings and comments blanked.
    pub(in super::super) before: String,
}

/// What may hold words that nobody reads in the window: names of ids, notes for the log, reasons for a lint, and errors
/// that end on the terminal.
const NOT_SHOWN: [&str; 18] = [
    "Id::unique(",
    "Id::unique((",
    "Id::new(",
    "Id::new((",
    "IdSalt::new(",
    "id_salt(",
    "id_source(",
    ".with(",
    ".with((",
    "Grid::new(",
    "Panel::top(",
    "Panel::bottom(",
    "Panel::left(",
    "Panel::right(",
    "reason = ",
    "request_discard(",
    "anyhow!(",
    "expect(",
];

/// Names are the same in every language.
const NAMES: [&str; 12] = [
    "Get",
    "Read",
    "Balcony",
    "() Balcony",
    "Ctrl",
    "Shift",
    "Comma",
    "Escape",
    "Esc",
    "Down",
    "Up",
    "Left",
];

/// Every string of the views, without tests.
fn literals() -> Vec<Literal> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gui");
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if file.ends_with(".rs") && !file.ends_with("_test.rs") && file != "words.rs" {
                let source = std::fs::read_to_string(&path).unwrap();
                let code = source.split("#[cfg(test)]\nmod ").next().unwrap();
                collect(&file, code, &mut found);
            }
        }
    }
    found
}

pub(in super::super) fn collect(file: &str, code: &str, found: &mut Vec<Literal>) {
    let mut before = String::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if c == '\'' {
            // A character, or the apostrophe of a lifetime.
            let inner: Vec<char> = rest.chars().skip(1).take(3).collect();
            let length = match inner[..] {
                ['\\', ..] => rest[3..].find('\'').unwrap() + 4,
                [one, '\'', ..] => 2 + one.len_utf8(),
                _ => 1,
            };
            rest = &rest[length..];
        } else if c == '"' {
            let mut text = String::new();
            let mut escaped = false;
            let mut length = rest.len();
            for (at, c) in rest.char_indices().skip(1) {
                if c == '"' && !escaped {
                    length = at + 1;
                    break;
                }
                escaped = c == '\\' && !escaped;
                text.push(c);
            }
            found.push(Literal {
                file: file.to_owned(),
                text,
                before: tail(&before),
            });
            before.push_str("\"\"");
            rest = &rest[length..];
        } else {
            before.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
}

/// Enough of the code to tell where a string stands.
fn tail(code: &str) -> String {
    let code = code.trim_end();
    let from = code.floor_char_boundary(code.len().saturating_sub(500));
    code[from..].to_owned()
}

/// A text for people: two words, or one with a capital, outside of the places in braces.
fn is_words(text: &str) -> bool {
    let mut bare = String::new();
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    let path = text.starts_with('/') || text.starts_with("C:");
    let words: Vec<&str> = bare
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| word.chars().count() > 1)
        .collect();
    let lower = |word: &str| word.chars().skip(1).all(char::is_lowercase);
    let several = words.len() > 1 && bare.contains(' ');
    let title = bare.starts_with(char::is_uppercase) && words.iter().any(|word| lower(word));
    !path && !NAMES.contains(&bare.as_str()) && (several || title)
}

#[test]
fn no_view_has_words_of_its_own() {
    let mut bad = Vec::new();
    for literal in literals() {
        let ends = |end: &&'static str| literal.before.trim_end().ends_with(end.trim_end());
        let statement = literal.before.rsplit([';', '{', '}']).next().unwrap();
        let noted = statement.contains("tracing::");
        let error = statement.contains("anyhow!(");
        if is_words(&literal.text) && !NOT_SHOWN.iter().any(ends) && !noted && !error {
            bad.push(format!("{}: {:?}", literal.file, literal.text));
        }
    }
    assert!(
        bad.is_empty(),
        "these belong into assets/lang:\n{}",
        bad.join("\n")
    );
}

#[test]
fn every_key_that_is_used_exists_and_every_key_is_used() {
    let (_, _, english) = LANGUAGES.iter().find(|(code, ..)| *code == "en").unwrap();
    let english = messages(english);
    let families: BTreeSet<&str> = english
        .keys()
        .map(|key| key.split('-').next().unwrap())
        .collect();
    let literals = literals();
    for literal in &literals {
        let text = &literal.text;
        let shaped = text.contains('-')
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && families.contains(text.split('-').next().unwrap());
        let asked = literal.before.trim_end().ends_with(',')
            && literal
                .before
                .rsplit("t!(")
                .next()
                .unwrap()
                .matches(',')
                .count()
                == 1
            && literal.before.contains("t!(")
            && !literal.before.rsplit("t!(").next().unwrap().contains(')');
        // The name of a sound, as the desktop's theme has it.
        let foreign = text == "message-new-instant";
        assert!(
            foreign || !(shaped || asked) || english.contains_key(text),
            "{}: there is no message {text:?}",
            literal.file
        );
    }
    let used: BTreeSet<&str> = literals.iter().map(|one| one.text.as_str()).collect();
    let unused: Vec<_> = english
        .keys()
        .filter(|key| {
            !used.contains(key.as_str())
                && !key.starts_with("said-")
                && !["language-name", "number-group"].contains(&key.as_str())
        })
        .collect();
    assert!(unused.is_empty(), "no view uses {unused:?}");
}
