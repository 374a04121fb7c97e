//! Service Discovery (XEP-0030 §3–4): who we are and what we speak. We have no items and no nodes but that of our caps
//! (XEP-0115 §6.2).

use super::{Answer, Cx, Extension, Spec};
use crate::wire::element::Element;
use crate::wire::stanza::ErrorKind;

pub use crate::wire::ns::{DISCO_INFO as INFO, DISCO_ITEMS as ITEMS};

/// See the module.
#[derive(Default)]
pub struct Disco;

impl Extension for Disco {
    fn spec(&self) -> Spec {
        Spec {
            number: 30,
            title: "Service Discovery",
            version: "2.5.0",
            features: &[INFO, ITEMS],
            scope: "answers, and asks peers whose features are not known",
        }
    }

    fn request(&mut self, cx: &mut Cx<'_>, set: bool, payload: &Element) -> Option<Answer> {
        let info = payload.is("query", INFO);
        if !info && !payload.is("query", ITEMS) {
            return None;
        }
        if set {
            return Some(Answer::error(ErrorKind::Cancel, "not-allowed"));
        }
        let node = payload.attr("node");
        if node.is_some_and(|node| !info || node != cx.me.caps_node) {
            return Some(Answer::error(ErrorKind::Cancel, "item-not-found"));
        }
        let mut answer = if info {
            cx.me.disco.clone()
        } else {
            Element::new("query", ITEMS)
        };
        if let Some(node) = node {
            answer.set_attr("node", node);
        }
        Some(Answer::Result(Some(answer)))
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
    use crate::xep::testing::Scene;

    fn error(answer: Option<Answer>) -> &'static str {
        match answer {
            Some(Answer::Error(error)) => error.condition,
            other => panic!("no error: {other:?}"),
        }
    }

    #[test]
    fn we_tell_what_we_are_and_speak() {
        let mut scene = Scene::default();
        let answer = scene.ask(&mut Disco, Element::new("query", INFO)).unwrap();
        assert_eq!(
            answer.child("identity", INFO).unwrap().attr("name"),
            Some("Balcony")
        );
        let features: Vec<_> = answer
            .elements()
            .filter_map(|child| child.attr("var"))
            .collect();
        assert!(
            features.contains(&INFO) && features.is_sorted(),
            "{features:?}"
        );
    }

    #[test]
    fn the_node_of_our_caps_is_answered_and_echoed() {
        let mut scene = Scene::default();
        let node = scene.me.caps_node.clone();
        let answer = scene
            .ask(
                &mut Disco,
                Element::new("query", INFO).with_attr("node", &*node),
            )
            .unwrap();
        assert_eq!(answer.attr("node"), Some(&*node));
        let stranger = Element::new("query", INFO).with_attr("node", "http://other.example#x");
        assert_eq!(
            error(scene.request(&mut Disco, false, &stranger)),
            "item-not-found"
        );
    }

    #[test]
    fn we_have_no_items_and_nothing_can_be_set() {
        let mut scene = Scene::default();
        assert!(
            scene
                .ask(&mut Disco, Element::new("query", ITEMS))
                .unwrap()
                .children
                .is_empty()
        );
        let commands =
            Element::new("query", ITEMS).with_attr("node", "http://jabber.org/protocol/commands");
        assert_eq!(
            error(scene.request(&mut Disco, false, &commands)),
            "item-not-found"
        );
        assert_eq!(
            error(scene.request(&mut Disco, true, &Element::new("query", INFO))),
            "not-allowed"
        );
        assert_eq!(
            scene.request(&mut Disco, false, &Element::new("query", "urn:else")),
            None
        );
    }
}
