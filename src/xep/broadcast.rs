//! Broadcast, an extension of our own (`urn:xmpp:balcony:broadcast:0`): a mark on a text that went to several people, each
//! of them alone, and to how many. Who does not know it reads "[to 12 people] the text" (see [`super::wire_body`]).

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::event::Broadcast;
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::BROADCAST;

/// See the module.
#[derive(Default)]
pub struct Broadcasts;

impl Extension for Broadcasts {
    fn spec(&self) -> Spec {
        Spec {
            number: 0,
            title: "Broadcast",
            version: "0",
            features: &[NS],
            scope: "our own: `<broadcast xmlns='urn:xmpp:balcony:broadcast:0' people='12'/>` marks a text that went to so many people, each alone",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let people = stanza
            .child("broadcast", NS)
            .map(|mark| mark.attr("people"));
        message.extra.broadcast = people.map(|people| Broadcast {
            id: None,
            people: people.and_then(|number| number.parse().ok()).unwrap_or(0),
        });
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        let broadcast = message
            .extra
            .as_ref()
            .and_then(|extra| extra.broadcast.as_ref());
        if let Some(broadcast) = broadcast.filter(|_| cx.peer.is_balcony()) {
            stanza.push(
                Element::new("broadcast", NS).with_attr("people", broadcast.people.to_string()),
            );
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

    use crate::event::Extra;
    use crate::xep::testing::{Scene, said, saying};

    #[test]
    fn our_kind_sees_to_how_many_it_went_and_not_under_which_id() {
        let mut text = saying("lunch?");
        text.extra = Extra {
            broadcast: Some(Broadcast {
                id: Some("b1".into()),
                people: 12,
            }),
            ..Extra::default()
        }
        .boxed();
        let mut scene = Scene::default();
        assert!(scene.compose(&mut Broadcasts, &text).children.is_empty());
        scene.peer.caps = Some((crate::xep::NODE.into(), "x".into(), "sha-1".into()));
        let mark = scene.compose(&mut Broadcasts, &text);
        let mark = mark.child("broadcast", NS).unwrap().clone();
        let got = scene.receive(&mut Broadcasts, &said("lunch?").with_child(mark));
        let got = got.extra.broadcast.unwrap();
        assert_eq!((got.id, got.people), (None, 12));
    }
}
