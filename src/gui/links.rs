//! Links in what people write: which parts of a text lead somewhere, and which of those may be opened.

use std::ops::Range;

/// The only schemes that are opened: nothing that runs a program or reads a file.
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "xmpp:"];

/// Links looked for in one text at most: a hostile message is not worth more.
const MOST: usize = 100;

/// A part of a text that leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Where it leads.
    pub target: String,
}

/// Whether a target may be opened: http, https, mailto or xmpp, and no control character in it.
pub fn may_open(target: &str) -> bool {
    let start = target
        .get(..12.min(target.len()))
        .unwrap_or(target)
        .to_ascii_lowercase();
    SCHEMES
        .iter()
        .any(|scheme| start.starts_with(scheme) && target.len() > scheme.len())
        && !target.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// The links in a text: what starts with one of the schemes, or with `www.`, up to the next space; without the
/// punctuation that ends the sentence around it.
pub fn find(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    let mut from = 0;
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '“' | '”'))
    {
        let start = from;
        from = start
            + word.len()
            + text
                .get(start + word.len()..)
                .and_then(|rest| rest.chars().next())
                .map_or(0, char::len_utf8);
        let opening = word.len()
            - word
                .trim_start_matches(['(', '[', '{', '\'', '*', '_'])
                .len();
        let Some(bare) = word.get(opening..).map(without_end) else {
            continue;
        };
        let target = if bare.len() > 4
            && bare
                .get(..4)
                .is_some_and(|www| www.eq_ignore_ascii_case("www."))
        {
            format!("https://{bare}")
        } else {
            bare.to_owned()
        };
        if may_open(&target) {
            let start = start + opening;
            found.push(Link {
                range: start..start + bare.len(),
                target,
            });
        }
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// Drops what belongs to the sentence. A closing bracket stays if it was opened within, as in Wikipedia's addresses.
fn without_end(word: &str) -> &str {
    let mut word = word;
    while let Some(last) = word.chars().next_back() {
        let closes = match last {
            ')' => !word.contains('('),
            ']' => !word.contains('['),
            '}' => !word.contains('{'),
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '…' => true,
            _ => false,
        };
        if !closes {
            break;
        }
        word = word.get(..word.len() - last.len_utf8()).unwrap_or_default();
    }
    word
}

/// The host of a web address.
pub fn host(target: &str) -> Option<String> {
    let rest = target.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    Some(host.to_lowercase())
}

/// The host as the network knows it: letters beyond ASCII by their numbers, so that look-alikes are told apart.
pub fn plain_host(host: &str) -> String {
    let plain = |c: char| match c {
        c if c.is_ascii() => c.to_string(),
        c => format!("[U+{:04X}]", u32::from(c)),
    };
    host.chars().map(plain).collect()
}

/// May this link lead elsewhere than it seems to? Letters beyond ASCII in the host, or a name before it.
pub fn is_deceptive(target: &str) -> bool {
    let Some((scheme, rest)) = target.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let web = scheme.to_ascii_lowercase().starts_with("http");
    web && (!authority.is_ascii()
        || authority.contains('@')
        || authority.to_ascii_lowercase().contains("xn--"))
}

/// Whether the first letter of a text is written from right to left.
pub fn begins_rtl(text: &str) -> bool {
    let first = text.chars().find(|c| c.is_alphabetic());
    first.is_some_and(|c| is_rtl(c.encode_utf8(&mut [0; 4])))
}

/// Whether a text has characters that are written from right to left (Hebrew, Arabic and their neighbours).
pub fn is_rtl(text: &str) -> bool {
    text.chars().any(|c| matches!(u32::from(c), 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF | 0x1_0800..=0x1_0FFF | 0x1_E800..=0x1_EFFF))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn targets(text: &str) -> Vec<String> {
        for link in find(text) {
            assert!(text.get(link.range.clone()).is_some());
        }
        find(text).into_iter().map(|link| link.target).collect()
    }

    #[test]
    fn links_end_where_people_mean() {
        assert_eq!(
            targets("see https://a.example/b?c=d#e, or (http://x.example)."),
            ["https://a.example/b?c=d#e", "http://x.example"]
        );
        assert_eq!(
            targets("https://en.example/wiki/Ball_(toy)!"),
            ["https://en.example/wiki/Ball_(toy)"]
        );
        assert_eq!(
            targets("www.example.org and WWW.Example.org"),
            ["https://www.example.org", "https://WWW.Example.org"]
        );
        assert_eq!(
            targets("mail mailto:a@b.example xmpp:romeo@x?message"),
            ["mailto:a@b.example", "xmpp:romeo@x?message"]
        );
        assert_eq!(
            targets("日本 https://例え.jp/道 です"),
            ["https://例え.jp/道"]
        );
        let link = &find("ä https://x.example")[0];
        assert_eq!(
            &"ä https://x.example"[link.range.clone()],
            "https://x.example"
        );
    }

    #[test]
    fn what_may_deceive_is_told() {
        for bad in [
            "https://bank.example@evil.example/x",
            "https://bаnk.example/",
            "http://xn--bnk-6cd.example",
        ] {
            assert!(is_deceptive(bad), "{bad}");
        }
        for good in [
            "https://bank.example/@me",
            "mailto:a@b.example",
            "https://a.example/ä",
        ] {
            assert!(!is_deceptive(good), "{good}");
        }
        assert_eq!(
            host("https://Bank.example@EVIL.example:80/x").as_deref(),
            Some("evil.example:80")
        );
        assert_eq!(plain_host("bаnk.example"), "b[U+0430]nk.example");
        assert!(begins_rtl("  שלום hello") && !begins_rtl("hello שלום"));
    }

    #[test]
    fn nothing_dangerous_is_a_link() {
        for text in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://",
            "data:text/html,x",
            "ssh://x",
            "xhttp://y",
            "www.",
            "",
        ] {
            assert!(targets(text).is_empty(), "{text}");
        }
        assert!(!may_open("https://x\nfile:///y") && may_open("HTTPS://x.example"));
        assert_eq!(find(&"http://x ".repeat(1000)).len(), MOST);
    }
}
