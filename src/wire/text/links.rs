//! Links in plain text (RFC 3986, RFC 6068, RFC 5122), found with care: a link is what a person sees, nothing hidden.

use std::ops::Range;

/// A link in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it stands, by bytes; the target is the text itself.
    pub range: Range<usize>,
    /// It may look like another one: a host with letters beyond ASCII (homographs), or a user part before the host
    /// (`https://bank.example@evil.example`). Show the target and ask before opening it.
    pub doubtful: bool,
}

/// The schemes that may become links.
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "xmpp:"];
/// The most links of one text; what comes after stays plain.
const MAX_LINKS: usize = 256;
/// The most bytes of a target.
const MAX_TARGET: usize = 2048;

/// The links in `text`, in order.
pub fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    let mut at = 0;
    while found.len() < MAX_LINKS {
        let Some((start, scheme)) = next_scheme(text, at) else {
            break;
        };
        at = start + scheme.len();
        let Some(tail) = text.get(start..) else { break };
        let target = trim_punctuation(tail.split(ends_link).next().unwrap_or_default());
        let inside_word = text
            .get(..start)
            .and_then(|head| head.chars().next_back())
            .is_some_and(|c| c.is_ascii_alphanumeric());
        if inside_word || !safe_target(target) {
            continue;
        }
        at = start + target.len();
        found.push(Link {
            range: start..at,
            doubtful: is_doubtful(target),
        });
    }
    found
}

/// May this be the target of a link? Only http, https, mailto and xmpp, with something after the scheme, no spaces,
/// control or bidi characters, at most 2048 bytes.
pub fn safe_target(target: &str) -> bool {
    target.len() <= MAX_TARGET
        && !target.contains(ends_link)
        && scheme_at(target)
            .and_then(|scheme| target.get(scheme.len()..))
            .is_some_and(|rest| rest.starts_with(char::is_alphanumeric) || rest.starts_with('['))
}

/// The first scheme at or after `from`. Every scheme has a colon, so only colons are looked at: linear in the text.
fn next_scheme(text: &str, from: usize) -> Option<(usize, &'static str)> {
    let mut colon = from;
    loop {
        colon += text.get(colon..)?.find(':')?;
        for scheme in SCHEMES {
            let name = scheme.trim_end_matches("://").trim_end_matches(':');
            if let Some(start) = colon.checked_sub(name.len()).filter(|start| *start >= from)
                && text.get(start..).and_then(scheme_at) == Some(scheme)
            {
                return Some((start, scheme));
            }
        }
        colon += 1;
    }
}

fn scheme_at(text: &str) -> Option<&'static str> {
    SCHEMES.into_iter().find(|scheme| {
        text.get(..scheme.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    })
}

/// What no link holds: spaces, quotes and angle brackets around it, and everything that is not seen or turns the line.
fn ends_link(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '<' | '>'
                | '"'
                | '`'
                | '«'
                | '»'
                | '“'
                | '”'
                | '„'
                | '、'
                | '。'
                | '，'
                | '「'
                | '」'
                | '）'
                | '（'
        )
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(c, '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}')
}

/// Without the punctuation of the sentence around it: `(see https://a.example/b).` links `https://a.example/b`, while
/// `https://a.example/b_(c)` keeps its bracket.
fn trim_punctuation(mut target: &str) -> &str {
    loop {
        let drop = match target.chars().next_back() {
            Some('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | '…' | '’') => {
                true
            }
            Some(')') => unbalanced(target, '(', ')'),
            Some(']') => unbalanced(target, '[', ']'),
            Some('}') => unbalanced(target, '{', '}'),
            _ => false,
        };
        let last = target.chars().next_back().map_or(0, char::len_utf8);
        match target
            .len()
            .checked_sub(last)
            .and_then(|end| target.get(..end))
        {
            Some(shorter) if drop => target = shorter,
            _ => return target,
        }
    }
}

fn unbalanced(text: &str, open: char, close: char) -> bool {
    text.matches(close).count() > text.matches(open).count()
}

fn is_doubtful(target: &str) -> bool {
    let Some((scheme, rest)) = target.split_once("://") else {
        return !target.is_ascii();
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    !scheme.is_ascii() || authority.contains('@') || !authority.is_ascii() || rest.contains('\\')
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

    fn targets(text: &str) -> Vec<&str> {
        links(text)
            .into_iter()
            .map(|link| &text[link.range])
            .collect()
    }

    #[test]
    fn the_sentence_around_a_link_is_not_part_of_it() {
        assert_eq!(
            targets("see https://a.example/b, then (http://c.example)."),
            ["https://a.example/b", "http://c.example"]
        );
        assert_eq!(
            targets("https://en.example/Foo_(bar)!"),
            ["https://en.example/Foo_(bar)"]
        );
        assert_eq!(
            targets("<https://a.example> \"http://b.example/?q=1&r=2#x\""),
            ["https://a.example", "http://b.example/?q=1&r=2#x"]
        );
        assert_eq!(
            targets("看https://a.example/路。好"),
            ["https://a.example/路"]
        );
    }

    #[test]
    fn mail_and_xmpp_addresses_are_links_and_case_does_not_matter() {
        assert_eq!(
            targets("mailto:romeo@montague.example or XMPP:juliet@capulet.example?message"),
            [
                "mailto:romeo@montague.example",
                "XMPP:juliet@capulet.example?message"
            ]
        );
    }

    #[test]
    fn nothing_active_and_nothing_empty_becomes_a_link() {
        for text in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://",
            "http://.",
            "xhttp://a.example",
            "data:text/html,x",
            "a: b",
        ] {
            assert!(targets(text).is_empty(), "{text}");
        }
        assert!(!safe_target("https://a.example/\u{202E}gpj"));
        assert!(!safe_target("https://a.example/a b"));
        assert!(!safe_target(&format!("https://{}", "a".repeat(3000))));
    }

    #[test]
    fn what_may_look_like_another_link_is_marked() {
        let doubtful = |text: &str| links(text)[0].doubtful;
        assert!(doubtful("https://раураl.com/login"), "Cyrillic letters");
        assert!(doubtful("https://bank.example@evil.example/"));
        assert!(doubtful("https://bank.example\\@evil.example/"));
        assert!(!doubtful("https://a.example/straße?x=@y"));
        assert_eq!(
            targets("https://a.example/\u{202E}txt.exe"),
            ["https://a.example/"],
            "a bidi character ends it"
        );
    }

    #[test]
    fn a_megabyte_of_colons_costs_one_pass() {
        let text = "http:// x: ".repeat(90_000);
        assert!(links(&text).is_empty());
        assert_eq!(links(&"http://a.example ".repeat(1000)).len(), MAX_LINKS);
    }
}
