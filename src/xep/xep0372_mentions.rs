//! References (XEP-0372 §3.2), the mentions of them: a text that names somebody. Read: does it name us? Written: "@nick" of
//! whom one writes to. Begin and end count code points.

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::REFERENCE;
/// References of one message that are looked at.
const MOST: usize = 100;

/// See the module.
#[derive(Default)]
pub struct Mentions;

impl Extension for Mentions {
    fn spec(&self) -> Spec {
        Spec {
            number: 372,
            title: "References",
            version: "0.5.0",
            features: &[NS],
            scope: "mentions only",
        }
    }

    fn receive(&mut self, cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let references = stanza.elements().filter(|one| one.is("reference", NS));
        message.extra.mentions_me = references.take(MOST).any(|reference| {
            let uri = reference.attr("uri").unwrap_or_default();
            reference.attr("type") == Some("mention") && uri == uri_of(cx.me.jid.as_str())
        });
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        if cx.peer.legacy || cx.peer.nick.is_empty() {
            return;
        }
        let Some(text) = &message.body else { return };
        if let Some((begin, end)) = named(text, &cx.peer.nick) {
            stanza.push(
                Element::new("reference", NS)
                    .with_attr("begin", begin.to_string())
                    .with_attr("end", end.to_string())
                    .with_attr("type", "mention")
                    .with_attr("uri", uri_of(cx.peer.jid.as_str())),
            );
        }
    }
}

/// `xmpp:` and the address, with what a URI does not hold in percents (RFC 5122 §2.2).
fn uri_of(jid: &str) -> String {
    let mut uri = String::from("xmpp:");
    for byte in jid.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                uri.push(char::from(byte));
            }
            _ => {
                use std::fmt::Write as _;
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

/// Where "@nick" stands as a word of its own, by code points.
fn named(text: &str, nick: &str) -> Option<(usize, usize)> {
    let at = format!("@{nick}");
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    let (start, _) = text.match_indices(&at).find(|(start, _)| {
        let before = text.get(..*start).and_then(|head| head.chars().next_back());
        let after = text
            .get(start + at.len()..)
            .and_then(|tail| tail.chars().next());
        !before.is_some_and(letter) && !after.is_some_and(letter)
    })?;
    let begin = text.get(..start)?.chars().count();
    Some((begin, begin + at.chars().count()))
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

    use crate::xep::testing::{Scene, said, saying};

    #[test]
    fn the_named_one_knows_that_it_was_named() {
        let mut scene = Scene::default();
        scene.peer.nick = "Romeo".into();
        let stanza = scene.compose(&mut Mentions, &saying("ö, @Romeo!"));
        let reference = stanza.child("reference", NS).unwrap();
        assert_eq!(
            (reference.attr("begin"), reference.attr("end")),
            (Some("3"), Some("9"))
        );
        let mut other = Scene::default();
        other.me.jid = scene.peer.jid.clone();
        let named = |scene: &mut Scene| {
            let whole = said("x").with_child(reference.clone());
            scene.receive(&mut Mentions, &whole).extra.mentions_me
        };
        assert!(named(&mut other) && !named(&mut scene));
    }

    #[test]
    fn a_part_of_a_word_is_no_name() {
        assert_eq!(named("mail@Romeo.example @Romeos", "Romeo"), None);
        assert_eq!(named("(@Romeo)", "Romeo"), Some((1, 7)));
        assert_eq!(uri_of("john doe@pc"), "xmpp:john%20doe@pc");
    }
}
