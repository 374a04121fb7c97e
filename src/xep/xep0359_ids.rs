//! Unique and Stable Stanza IDs (XEP-0359 §3): the origin-id, under which a message is known for life. A `stanza-id` is
//! an archive's to give (§5); on a link there is none, so whatever a peer puts there counts for nothing.

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::SID;
/// An id is a key on our disk for a month: longer ones are not kept.
const MAX_ID: usize = 255;

/// See the module.
#[derive(Default)]
pub struct Ids;

impl Extension for Ids {
    fn spec(&self) -> Spec {
        Spec {
            number: 359,
            title: "Unique and Stable Stanza IDs",
            version: "0.7.0",
            features: &[NS],
            scope: "origin-id; a resent message keeps it",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        // The attribute comes first: receipts refer to it (XEP-0184 §5.3).
        let origin = stanza.child("origin-id", NS).and_then(|id| id.attr("id"));
        let attribute = message.id.take();
        message.id = [attribute.as_deref(), origin]
            .into_iter()
            .flatten()
            .find(|id| is_sound(id))
            .map(str::to_owned);
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        if message.body.is_some() && !cx.peer.legacy {
            stanza.push(Element::new("origin-id", NS).with_attr("id", &*message.id));
        }
    }
}

fn is_sound(id: &str) -> bool {
    !id.trim().is_empty() && id.len() <= MAX_ID && !id.chars().any(char::is_control)
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
    use crate::xep::testing::Scene;
    use crate::xep::testing::{said, saying};

    fn id(stanza: &Element) -> Option<String> {
        Scene::default().receive(&mut Ids, stanza).id
    }

    #[test]
    fn the_id_of_a_message_is_known_on_the_other_side() {
        let stanza = Scene::default().compose(&mut Ids, &saying("hi"));
        assert_eq!(id(&stanza).as_deref(), Some("b2f1"));
    }

    #[test]
    fn the_attribute_counts_first_and_a_peers_stanza_id_never() {
        let origin = Element::new("origin-id", NS).with_attr("id", "origin");
        assert_eq!(
            id(&said("hi").with_attr("id", "attribute").with_child(origin)).as_deref(),
            Some("attribute")
        );
        let forged = Element::new("stanza-id", NS)
            .with_attr("id", "forged")
            .with_attr("by", "juliet@pronto");
        assert_eq!(id(&said("hi").with_child(forged)), None);
    }

    #[test]
    fn monstrous_ids_are_not_kept() {
        for bad in ["x".repeat(256), " ".into(), "a\nb".into()] {
            assert_eq!(id(&said("hi").with_attr("id", bad)), None);
        }
    }

    #[test]
    fn legacy_peers_get_no_element_that_they_cannot_read() {
        let mut scene = Scene::default();
        scene.peer.legacy = true;
        assert!(scene.compose(&mut Ids, &saying("hi")).children.is_empty());
    }
}
