//! Message Reactions (XEP-0444): a few emoji to a message, all of one's reactions each time. A program that does not know
//! them gets nothing, for a lone emoji would say nothing about what it belongs to; our user is told that it is not seen.

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::event::{About, Change, MOST_REACTIONS};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::text::one_emoji;

const NS: &str = ns::REACTIONS;

/// See the module.
#[derive(Default)]
pub struct Reactions;

impl Extension for Reactions {
    fn spec(&self) -> Spec {
        Spec {
            number: 444,
            title: "Message Reactions",
            version: "0.2.1",
            features: &[NS],
            scope: "the full set each time, at most 20 a person; restrictions (§2.2) are not read",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let Some(reactions) = stanza.child("reactions", NS) else {
            return;
        };
        let Some(target) = super::target(reactions, "id") else {
            return;
        };
        let mut emoji: Vec<String> = Vec::new();
        for reaction in reactions.elements().filter(|one| one.is("reaction", NS)) {
            if let Some(one) = one_emoji(&reaction.text())
                && !emoji.contains(&one)
                && emoji.len() < MOST_REACTIONS
            {
                emoji.push(one);
            }
        }
        message.body = None;
        message.about = Some(About {
            target,
            change: Change::React { emoji },
        });
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        if let Some(about) = &message.about
            && let Change::React { emoji } = &about.change
            && !super::lacks(cx.peer, NS)
        {
            let mut reactions = Element::new("reactions", NS).with_attr("id", &*about.target);
            for one in emoji {
                reactions.push(Element::new("reaction", NS).with_text(one.clone()));
            }
            stanza.push(reactions);
            stanza.push(Element::new("store", ns::HINTS));
        }
    }
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

    use crate::xep::testing::{Scene, about, said};

    fn react(emoji: &[&str]) -> Change {
        Change::React {
            emoji: emoji.iter().map(|&one| one.to_owned()).collect(),
        }
    }

    #[test]
    fn the_whole_set_goes_over_also_when_it_is_empty() {
        for change in [react(&["👋", "🐢"]), react(&[])] {
            let mut scene = Scene::default().speaking(&[NS]);
            let stanza = scene.compose(&mut Reactions, &about(change.clone()));
            let got = scene.receive(&mut Reactions, &stanza).about.unwrap();
            assert_eq!((got.target.as_str(), got.change), ("m1", change));
        }
    }

    #[test]
    fn only_emoji_count_once_each_and_not_too_many() {
        let mut reactions = Element::new("reactions", NS).with_attr("id", "m1");
        let long = "x".repeat(1000);
        for text in ["👋", "👋", "", "hello you", &long, "👩‍🚀"] {
            reactions.push(Element::new("reaction", NS).with_text(text));
        }
        let got = Scene::default().receive(&mut Reactions, &said("👋").with_child(reactions));
        assert_eq!(got.about.unwrap().change, react(&["👋", "👩‍🚀"]));
        assert_eq!(got.body, None);
    }

    #[test]
    fn who_does_not_know_them_gets_nothing() {
        let mut scene = Scene::default().speaking(&["something:else"]);
        let stanza = scene.compose(&mut Reactions, &about(react(&["👋"])));
        assert!(stanza.children.is_empty());
    }
}
