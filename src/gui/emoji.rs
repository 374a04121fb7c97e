//! Emoji by name: for the picker, and for `:name:` in the field. The names are those of Unicode and of GitHub's shortcodes,
//! English in every language of the window.

/// The name of an emoji, for who cannot see it.
pub fn name(emoji: &str) -> String {
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

/// The emoji whose names or shortcodes hold these words; those that begin with them first, then the shorter names.
pub fn search(words: &str, most: usize) -> Vec<&'static emojis::Emoji> {
    let words = words
        .trim()
        .trim_matches(':')
        .to_lowercase()
        .replace('_', " ");
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(usize, usize, &emojis::Emoji)> = emojis::iter()
        .filter_map(|emoji| {
            let names = std::iter::once(emoji.name().to_owned())
                .chain(emoji.shortcodes().map(|code| code.replace('_', " ")));
            let rank = |name: String| {
                let name = name.to_lowercase();
                let at = name.find(&words)?;
                let word = at == 0 || name.get(..at).is_some_and(|head| head.ends_with(' '));
                let rank = match (name == words, at, word) {
                    (true, ..) => 0,
                    (_, 0, _) => 1,
                    (_, _, true) => 2,
                    _ => 3,
                };
                Some((rank, name.len()))
            };
            let (rank, length) = names.filter_map(rank).min()?;
            Some((rank, length, emoji))
        })
        .collect();
    found.sort_by_key(|(rank, length, _)| (*rank, *length));
    found
        .into_iter()
        .take(most)
        .map(|(.., emoji)| emoji)
        .collect()
}

/// A whole `:shortcode:` that ends before the cursor (a byte of the text): where it stands, and its emoji.
pub fn closed(text: &str, cursor: usize) -> Option<(std::ops::Range<usize>, &'static str)> {
    let head = text.get(..cursor)?.strip_suffix(':')?;
    let colon = head.rfind(':')?;
    let code = head.get(colon + 1..).filter(|code| is_code(code))?;
    let before = head.get(..colon)?.chars().next_back();
    // In the middle of a word (12:30:15, a://b) it is none.
    if before.is_some_and(|c| !c.is_whitespace() && c != '(') {
        return None;
    }
    Some((colon..cursor, emojis::get_by_shortcode(code)?.as_str()))
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
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn what_one_means_comes_first() {
        let first = |words: &str| search(words, 5)[0].as_str();
        assert_eq!(first("tada"), "🎉");
        assert_eq!(first("turtle"), "🐢");
        assert_eq!(first(":thumbsup:"), "👍");
        assert!(search("", 5).is_empty() && search("nothing like this", 5).is_empty());
        assert_eq!(search("face", 7).len(), 7);
    }

    #[test]
    fn shortcodes_become_emoji_and_times_stay_times() {
        let closed =
            |text: &str| closed(text, text.len()).map(|(range, emoji)| (range.start, emoji));
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
