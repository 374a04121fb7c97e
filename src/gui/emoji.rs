//! Emoji by name: for the picker, and for `:name:` in the field. The English names are those of Unicode and of GitHub's
//! shortcodes, and are understood in every language; those of other languages are the annotations of Unicode's CLDR, one
//! file a language in `assets/emoji` (a line: emoji, tab, name, tab, other words for it).

use std::collections::HashMap;
use std::sync::OnceLock;

/// Names by the code of their language.
const NAMES: [(&str, &str); 2] = [
    ("de", include_str!("../../assets/emoji/de.tsv")),
    ("sv", include_str!("../../assets/emoji/sv.tsv")),
];

/// The emoji of a language's file, with their names and the other words for them.
fn named(language: &str) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let file = NAMES.iter().find(|(code, _)| *code == language);
    let lines = file.map_or("", |(_, names)| names).lines();
    lines.filter_map(|line| {
        let mut fields = line.split('\t');
        Some((fields.next()?, fields.next()?, fields.next()?))
    })
}

/// The name of an emoji in a language of the window, for who cannot see it.
pub fn name(language: &str, emoji: &str) -> String {
    // A page of the picker asks for a hundred in each frame.
    static INDEX: OnceLock<HashMap<(&str, &str), &str>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let languages = NAMES
            .iter()
            .flat_map(|(code, _)| named(code).map(|of| (*code, of)));
        languages
            .map(|(code, (emoji, name, _))| ((code, emoji), name))
            .collect()
    });
    if let Some(name) = index.get(&(language, emoji)) {
        return (*name).to_owned();
    }
    emojis::get(emoji).map_or_else(|| emoji.to_owned(), |found| found.name().to_owned())
}

/// The groups of the picker: the key of its name, and the emoji that stands for it.
pub const GROUPS: [(emojis::Group, &str); 9] = [
    (emojis::Group::SmileysAndEmotion, "😀"),
    (emojis::Group::PeopleAndBody, "👋"),
    (emojis::Group::AnimalsAndNature, "🐢"),
    (emojis::Group::FoodAndDrink, "🍎"),
    (emojis::Group::TravelAndPlaces, "🚀"),
    (emojis::Group::Activities, "🎉"),
    (emojis::Group::Objects, "💡"),
    (emojis::Group::Symbols, "❤️"),
    (emojis::Group::Flags, "🏁"),
];

/// The emoji whose names hold these words, in the language, in English or as shortcodes; those that begin with them first,
/// then the shorter names.
pub fn search(language: &str, words: &str, most: usize) -> Vec<&'static emojis::Emoji> {
    let words = words
        .trim()
        .trim_matches(':')
        .to_lowercase()
        .replace('_', " ");
    if words.is_empty() {
        return Vec::new();
    }
    // By the emoji's own order where nothing else decides.
    let mut best: HashMap<&'static str, (usize, usize, usize)> = HashMap::new();
    let english = emojis::iter().enumerate().filter_map(|(order, emoji)| {
        let names = std::iter::once(emoji.name().to_owned())
            .chain(emoji.shortcodes().map(|code| code.replace('_', " ")));
        let (rank, length) = names.filter_map(|name| rank(&name, &words)).min()?;
        Some((emoji.as_str(), (rank, length, order)))
    });
    best.extend(english);
    for (order, (emoji, name, others)) in named(language).enumerate() {
        let others = others.split(", ").filter_map(|other| {
            // A word for it is less than its name.
            rank(other, &words).map(|(rank, length)| (rank + 1, length))
        });
        let Some((rank, length)) = rank(name, &words).into_iter().chain(others).min() else {
            continue;
        };
        let entry = best.entry(emoji).or_insert((rank, length, order));
        *entry = (*entry).min((rank, length, order));
    }
    let mut found: Vec<(usize, usize, usize, &emojis::Emoji)> = best
        .into_iter()
        .filter_map(|(emoji, (rank, length, order))| {
            Some((rank, length, order, emojis::get(emoji)?))
        })
        .collect();
    found.sort_by_key(|(rank, length, order, _)| (*rank, *length, *order));
    found
        .into_iter()
        .take(most)
        .map(|(.., emoji)| emoji)
        .collect()
}

/// How well a name fits what is looked for, and how long it is; the least is the best.
fn rank(name: &str, words: &str) -> Option<(usize, usize)> {
    let name = name.to_lowercase();
    let at = name.find(words)?;
    let word = at == 0 || name.get(..at).is_some_and(|head| head.ends_with(' '));
    let rank = match (name == words, at, word) {
        (true, ..) => 0,
        (_, 0, _) => 1,
        (_, _, true) => 2,
        _ => 3,
    };
    Some((rank, name.len()))
}

/// A whole `:shortcode:`, or a name of the language, that ends before the cursor (a byte of the text): where it stands, and
/// its emoji.
pub fn closed(
    language: &str,
    text: &str,
    cursor: usize,
) -> Option<(std::ops::Range<usize>, &'static str)> {
    let head = text.get(..cursor)?.strip_suffix(':')?;
    let colon = head.rfind(':')?;
    let code = head.get(colon + 1..).filter(|code| is_code(code))?;
    let before = head.get(..colon)?.chars().next_back();
    // In the middle of a word (12:30:15, a://b) it is none.
    if before.is_some_and(|c| !c.is_whitespace() && c != '(') {
        return None;
    }
    let ours = || {
        let wanted = code.to_lowercase().replace('_', " ");
        let mut names = named(language);
        let found = names.find(|(_, name, _)| name.to_lowercase() == wanted);
        found.map(|(emoji, ..)| emoji)
    };
    let english = emojis::get_by_shortcode(code).map(emojis::Emoji::as_str);
    Some((colon..cursor, english.or_else(ours)?))
}

/// The beginning of a shortcode that stands before the cursor (a byte of the text): where its colon is, and its letters.
pub fn beginning(text: &str, cursor: usize) -> Option<(usize, &str)> {
    let head = text.get(..cursor)?;
    let colon = head.rfind(':')?;
    let code = head.get(colon + 1..)?;
    let before = head.get(..colon)?.chars().next_back();
    let apart = before.is_none_or(|c| c.is_whitespace() || c == '(');
    (apart && code.len() >= 2 && is_code(code)).then_some((colon, code))
}

fn is_code(code: &str) -> bool {
    !code.is_empty()
        && code.len() <= 40
        && code
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '+' | '-'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn what_one_means_comes_first() {
        let first = |words: &str| search("en", words, 5)[0].as_str();
        assert_eq!(first("tada"), "🎉");
        assert_eq!(first("turtle"), "🐢");
        assert_eq!(first(":thumbsup:"), "👍");
        assert!(search("en", "", 5).is_empty());
        assert!(search("en", "nothing like this", 5).is_empty());
        assert_eq!(search("en", "face", 7).len(), 7);
    }

    #[test]
    fn german_and_swedish_names_are_found_and_english_ones_too() {
        let first = |language: &str, words: &str| search(language, words, 5)[0].as_str();
        assert_eq!(first("de", "schildkröte"), "🐢");
        assert_eq!(first("sv", "sköldpadda"), "🐢");
        assert_eq!(first("de", "turtle"), "🐢");
        assert_eq!(first("sv", "tada"), "🎉");
        assert_eq!(name("de", "🐢"), "Schildkröte");
        assert_eq!(name("en", "🐢"), "turtle");
        let turtle = |language, text: &str| closed(language, text, text.len()).map(|it| it.1);
        assert_eq!(turtle("de", ":schildkröte:"), Some("🐢"));
        assert_eq!(turtle("en", ":schildkröte:"), None);
        for (code, _) in NAMES {
            let all = named(code).count();
            assert!(all > 1800, "{code}: {all}");
            assert!(
                named(code)
                    .all(|(emoji, name, _)| emojis::get(emoji).is_some() && !name.is_empty())
            );
        }
    }

    #[test]
    fn shortcodes_become_emoji_and_times_stay_times() {
        let closed =
            |text: &str| closed("en", text, text.len()).map(|(range, emoji)| (range.start, emoji));
        assert_eq!(closed("well :tada:"), Some((5, "🎉")));
        assert_eq!(closed(":turtle:"), Some((0, "🐢")));
        for same in ["12:30:", "a:tada:", ":no such thing:", "::", ":tada", ""] {
            assert_eq!(closed(same), None, "{same}");
        }
    }

    #[test]
    fn a_beginning_is_found_before_the_cursor() {
        assert_eq!(beginning("hi :tad", 7), Some((3, "tad")));
        assert_eq!(beginning("hi :tad and", 7), Some((3, "tad")));
        for none in ["12:30", ":t", "a:tad", ":ta da"] {
            assert_eq!(beginning(none, none.len()), None, "{none}");
        }
        assert_eq!(beginning("ä", 1), None);
    }
}
