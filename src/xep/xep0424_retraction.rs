//! Message Retraction (XEP-0424 §3): a message is taken back. Nobody can be made to forget; a program that knows this shows a
//! tombstone. One of our age that does not say so gets the document's words beside it; a plain one (Pidgin, iChat) would
//! only show these words, so nothing goes there, and our user is told that it stays readable.

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::event::{About, Change};
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::RETRACT;
/// What others read (§3 asks for words like these).
pub const FALLBACK: &str =
    "/me took back a message, but your program does not know how to remove it.";

/// See the module.
#[derive(Default)]
pub struct Retraction;

impl Extension for Retraction {
    fn spec(&self) -> Spec {
        Spec {
            number: 424,
            title: "Message Retraction",
            version: "0.4.2",
            features: &[NS],
            scope: "a tombstone stays; the user is told where a message stays readable",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let retract = stanza.child("retract", NS);
        if let Some(target) = retract.and_then(|retract| super::target(retract, "id")) {
            message.body = None;
            message.about = Some(About {
                target,
                change: Change::Retract,
            });
        }
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        if let Some(about) = &message.about
            && about.change == Change::Retract
            && !cx.peer.legacy
        {
            stanza.push(Element::new("retract", NS).with_attr("id", &*about.target));
            stanza.push(Element::new("fallback", ns::FALLBACK).with_attr("for", NS));
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

    #[test]
    fn what_is_taken_back_is_named_and_the_words_beside_it_are_not_shown() {
        let stanza = Scene::default().compose(&mut Retraction, &about(Change::Retract));
        let retract = stanza.child("retract", NS).unwrap().clone();
        let got = Scene::default().receive(&mut Retraction, &said(FALLBACK).with_child(retract));
        assert_eq!(got.body, None);
        let about = got.about.unwrap();
        assert_eq!(
            (about.target.as_str(), about.change),
            ("m1", Change::Retract)
        );
    }

    #[test]
    fn plain_programs_get_nothing_at_all() {
        let mut scene = Scene::default();
        scene.peer.legacy = true;
        let stanza = scene.compose(&mut Retraction, &about(Change::Retract));
        assert!(stanza.children.is_empty());
    }
}
