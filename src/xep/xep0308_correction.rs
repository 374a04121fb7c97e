//! Last Message Correction (XEP-0308): the text of an earlier message is replaced, always by that message's *original* id.
//!
//! Whose message it is, is judged where it is kept ([`crate::event::Message::change`]). To a program that does not know
//! corrections the new text goes as people write it themselves: "* the new text" (see [`super::wire_body`]).

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::event::{About, Change};
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::CORRECT;

/// See the module.
#[derive(Default)]
pub struct Correction;

impl Extension for Correction {
    fn spec(&self) -> Spec {
        Spec {
            number: 308,
            title: "Last Message Correction",
            version: "1.2.1",
            features: &[NS],
            scope: "of any message of one's own, old versions stay readable; to programs without it the new text as “* text”",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let replace = stanza.child("replace", NS);
        let Some(target) = replace.and_then(|replace| super::target(replace, "id")) else {
            return;
        };
        // An empty correction says nothing; to take a message back there is XEP-0424.
        match message.body.take() {
            Some(body) => {
                message.about = Some(About {
                    target,
                    change: Change::Correct {
                        body,
                        spans: std::mem::take(&mut message.spans),
                    },
                });
            }
            None => message.drop = true,
        }
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        if let Some(about) = &message.about
            && let Change::Correct { .. } = about.change
            && !super::lacks(cx.peer, NS)
        {
            stanza.push(Element::new("replace", NS).with_attr("id", &*about.target));
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

    fn correction(body: &str) -> Outgoing {
        about(Change::Correct {
            body: body.into(),
            spans: Vec::new(),
        })
    }

    #[test]
    fn a_correction_names_the_original_and_carries_the_whole_text() {
        let stanza = Scene::default().compose(&mut Correction, &correction("hello"));
        let replace = stanza.child("replace", NS).unwrap().clone();
        let got = Scene::default().receive(&mut Correction, &said("hello").with_child(replace));
        let about = got.about.unwrap();
        assert_eq!(about.target, "m1");
        assert!(matches!(about.change, Change::Correct { body, .. } if body == "hello"));
        assert_eq!(got.body, None, "it is no message of its own");
    }

    #[test]
    fn who_cannot_correct_hears_of_no_correction() {
        let mut scene = Scene::default();
        scene.peer.legacy = true;
        assert!(
            scene
                .compose(&mut Correction, &correction("x"))
                .children
                .is_empty()
        );
        let mut scene = Scene::default().speaking(&["something:else"]);
        assert!(
            scene
                .compose(&mut Correction, &correction("x"))
                .children
                .is_empty()
        );
    }

    #[test]
    fn a_correction_to_nothing_or_of_nothing_is_none() {
        let empty = said("").with_child(Element::new("replace", NS).with_attr("id", "m1"));
        assert!(Scene::default().receive(&mut Correction, &empty).drop);
        let nameless = said("hi").with_child(Element::new("replace", NS));
        let got = Scene::default().receive(&mut Correction, &nameless);
        assert_eq!((got.about, got.body.as_deref()), (None, Some("hi")));
    }
}
