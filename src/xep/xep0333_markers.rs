//! Displayed Markers (XEP-0333): "seen up to here". Asked for with every text, given where the user allows it and the peer
//! knows them.

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::event::{About, Change};
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::MARKERS;

/// See the module.
#[derive(Default)]
pub struct Markers;

impl Extension for Markers {
    fn spec(&self) -> Spec {
        Spec {
            number: 333,
            title: "Displayed Markers",
            version: "1.0.0",
            features: &[NS],
            scope: "given unless switched off in the settings",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let displayed = stanza.child("displayed", NS);
        // A text beside it is a message as any other.
        if message.body.is_none()
            && message.about.is_none()
            && let Some(target) = displayed.and_then(|displayed| super::target(displayed, "id"))
        {
            message.about = Some(About {
                target,
                change: Change::Displayed,
            });
        }
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        let knows = cx.peer.has(NS) || cx.peer.is_balcony();
        match &message.about {
            _ if !knows => {}
            Some(about) if about.change == Change::Displayed => {
                stanza.push(Element::new("displayed", NS).with_attr("id", &*about.target));
            }
            None if message.body.is_some() => stanza.push(Element::new("markable", NS)),
            _ => {}
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

    use crate::xep::testing::{Scene, about, said, saying};

    #[test]
    fn a_text_asks_and_its_marker_names_it() {
        let mut scene = Scene::default().speaking(&[NS]);
        let text = scene.compose(&mut Markers, &saying("hi"));
        assert!(text.child("markable", NS).is_some());
        let marker = scene.compose(&mut Markers, &about(Change::Displayed));
        let got = scene.receive(&mut Markers, &marker).about.unwrap();
        assert_eq!((got.target.as_str(), got.change), ("m1", Change::Displayed));
        let text = said("hi").with_child(Element::new("displayed", NS).with_attr("id", "m1"));
        assert_eq!(scene.receive(&mut Markers, &text).about, None);
    }

    #[test]
    fn who_does_not_know_them_is_neither_asked_nor_told() {
        let mut scene = Scene::default();
        assert!(
            scene
                .compose(&mut Markers, &saying("hi"))
                .children
                .is_empty()
        );
        assert!(
            scene
                .compose(&mut Markers, &about(Change::Displayed))
                .children
                .is_empty()
        );
    }
}
