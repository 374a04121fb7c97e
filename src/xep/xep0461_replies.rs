//! Message Replies (XEP-0461): which message this one answers. The words of that message go along as a quotation for those
//! who do not know replies, marked by XEP-0428, so that those who do leave it out.

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::event::{Extra, Quote};
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::wire::text::cut;

const NS: &str = ns::REPLY;
/// Of the quoted message so much is repeated, and so many lines.
const MOST_QUOTED: usize = 280;
const MOST_LINES: usize = 4;

/// See the module.
#[derive(Default)]
pub struct Replies;

impl Extension for Replies {
    fn spec(&self) -> Spec {
        Spec {
            number: 461,
            title: "Message Replies",
            version: "0.2.1",
            features: &[NS],
            scope: "with a quotation for those who do not know them",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let Some(reply) = stanza.child("reply", NS) else {
            return;
        };
        let Some(target) = super::target(reply, "id") else {
            return;
        };
        message.extra.reply_to = Some(target);
        let author = reply.attr("to").and_then(|to| Jid::new(to).ok());
        if let (Some(from), Some(quoted)) = (author, super::xep0428_fallback::part(stanza, NS)) {
            let body = unquote(&quoted);
            if !body.is_empty() {
                message.extra.quote = Some(Quote { from, body });
            }
        }
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        let Some((target, extra)) = reply_of(message).filter(|_| !cx.peer.legacy) else {
            return;
        };
        let mut reply = Element::new("reply", NS).with_attr("id", target);
        if let Some(quote) = &extra.quote {
            reply = reply.with_attr("to", quote.from.as_str());
        }
        stanza.push(reply);
        let prefix = quotation(extra).chars().count();
        if prefix > 0 {
            stanza.push(super::xep0428_fallback::mark(NS, 0, prefix));
        }
    }
}

fn reply_of(message: &Outgoing) -> Option<(&str, &Extra)> {
    let extra = message.extra.as_deref()?;
    Some((extra.reply_to.as_deref()?, extra))
}

/// The lines that go before the text of an answer, with their line break; empty if it is none.
pub fn quotation(extra: &Extra) -> String {
    let Some(quote) = extra.quote.as_ref().filter(|_| extra.reply_to.is_some()) else {
        return String::new();
    };
    let lines = quote.body.lines().take(MOST_LINES);
    lines.fold(String::new(), |all, line| all + "> " + line + "\n")
}

/// The words of a message as they are quoted.
pub fn shortened(body: &str) -> String {
    let short = cut(body.trim(), MOST_QUOTED);
    let lines: Vec<&str> = short.lines().take(MOST_LINES).collect();
    let mut words = lines.join("\n");
    if words.len() < body.trim().len() {
        words.push('…');
    }
    words
}

/// The words of a quotation on the wire.
fn unquote(quoted: &str) -> String {
    let lines = quoted.lines().map(|line| {
        let bare = line.strip_prefix('>').unwrap_or(line);
        bare.strip_prefix(' ').unwrap_or(bare)
    });
    shortened(&crate::wire::text::clean_body(
        &lines.collect::<Vec<_>>().join("\n"),
    ))
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

    fn answer() -> Outgoing {
        let mut answer = saying("Great idea!");
        answer.extra = Extra {
            reply_to: Some("m1".into()),
            quote: Some(Quote {
                from: Jid::new("anna@desk").unwrap(),
                body: "We should\nbake a cäke".into(),
            }),
            ..Extra::default()
        }
        .boxed();
        answer
    }

    #[test]
    fn an_answer_names_what_it_answers_and_brings_its_words() {
        let stanza = Scene::default().compose(&mut Replies, &answer());
        let text = quotation(answer().extra.as_ref().unwrap()) + "Great idea!";
        assert_eq!(text, "> We should\n> bake a cäke\nGreat idea!");
        let mut whole = said(&text);
        for child in stanza.elements() {
            whole.push(child.clone());
        }
        let got = Scene::default().receive(&mut Replies, &whole);
        assert_eq!(got.extra.reply_to.as_deref(), Some("m1"));
        let quote = got.extra.quote.unwrap();
        assert_eq!(
            (quote.from.as_str(), quote.body.as_str()),
            ("anna@desk", "We should\nbake a cäke")
        );
    }

    #[test]
    fn plain_programs_get_the_quotation_and_no_element() {
        let mut scene = Scene::default();
        scene.peer.legacy = true;
        assert!(scene.compose(&mut Replies, &answer()).children.is_empty());
    }

    #[test]
    fn long_words_are_quoted_short() {
        let long = shortened(&"word ".repeat(1000));
        assert!(long.len() < 300 && long.ends_with('…'));
        assert_eq!(shortened("a\nb\nc\nd\ne"), "a\nb\nc\nd…");
        assert_eq!(shortened(" hello "), "hello");
    }
}
