//! Message Events (XEP-0022 §4), obsolete elsewhere, the only typing notice of iChat and Adium.
//!
//! A notice has an `<id/>`, with `<composing/>` for typing and without for stopped. libpurple's messages carry the same
//! element without an id: there it only asks for notices that libpurple itself does not understand.

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::event::ChatState;
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::EVENT;

/// See the module.
#[derive(Default)]
pub struct Events;

impl Extension for Events {
    fn spec(&self) -> Spec {
        Spec {
            number: 22,
            title: "Message Events",
            version: "1.4",
            features: &[],
            scope: "typing to and from iChat and Adium, which know no other form",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let Some(event) = stanza
            .child("x", NS)
            .filter(|event| event.child("id", NS).is_some())
        else {
            return;
        };
        // iChat sends the text typed so far along: not a message yet.
        message.body = None;
        message.spans.clear();
        let of_other_kind = |name: &&str| event.child(name, NS).is_some();
        if !["offline", "delivered", "displayed"]
            .iter()
            .any(of_other_kind)
        {
            let composing = event.child("composing", NS).is_some();
            message.chat_state = Some(if composing {
                ChatState::Composing
            } else {
                ChatState::Active
            });
        }
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        let notice_wanted =
            cx.peer.legacy && !cx.peer.libpurple && cx.me.send_typing && message.body.is_none();
        let Some(state) = message.chat_state.filter(|_| notice_wanted) else {
            return;
        };
        let mut event = Element::new("x", NS);
        // Adium takes the last child for the state, and one without children for none: composing first, id always.
        if state == ChatState::Composing {
            event.push(Element::new("composing", NS));
        }
        stanza.push(event.with_child(Element::new("id", NS)));
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
    use crate::xep::testing::{said, saying, state};

    fn adium() -> Scene {
        let mut scene = Scene::default();
        scene.peer.legacy = true;
        scene
    }

    fn notice(children: &[&'static str]) -> Element {
        let event = children.iter().fold(Element::new("x", NS), |x, name| {
            x.with_child(Element::new(*name, NS))
        });
        said("").with_child(event)
    }

    #[test]
    fn typing_and_stopping_arrive_as_they_were_sent() {
        for (sent, shown) in [
            (ChatState::Composing, ChatState::Composing),
            (ChatState::Paused, ChatState::Active),
            (ChatState::Active, ChatState::Active),
        ] {
            let stanza = adium().compose(&mut Events, &state(sent));
            assert_eq!(
                adium().receive(&mut Events, &stanza).chat_state,
                Some(shown)
            );
        }
    }

    #[test]
    fn text_typed_so_far_is_not_shown_as_a_message() {
        let mut stanza = notice(&["composing", "id"]);
        stanza.children.splice(..1, said("half a sent").children);
        let message = adium().receive(&mut Events, &stanza);
        assert_eq!(
            (message.body, message.chat_state),
            (None, Some(ChatState::Composing))
        );
    }

    #[test]
    fn a_message_of_pidgin_is_a_message() {
        let stanza = said("hello")
            .with_child(Element::new("x", NS).with_child(Element::new("composing", NS)));
        let message = adium().receive(&mut Events, &stanza);
        assert_eq!(
            (message.body.as_deref(), message.chat_state),
            (Some("hello"), None)
        );
    }

    #[test]
    fn delivered_and_displayed_say_nothing_of_typing() {
        assert_eq!(
            adium()
                .receive(&mut Events, &notice(&["delivered", "id"]))
                .chat_state,
            None
        );
    }

    #[test]
    fn libpurple_and_modern_peers_get_none_and_texts_carry_none() {
        let mut pidgin = adium();
        pidgin.peer.libpurple = true;
        assert!(
            pidgin
                .compose(&mut Events, &state(ChatState::Composing))
                .children
                .is_empty()
        );
        assert!(
            Scene::default()
                .compose(&mut Events, &state(ChatState::Composing))
                .children
                .is_empty()
        );
        assert!(
            adium()
                .compose(&mut Events, &saying("hi"))
                .children
                .is_empty()
        );
    }
}
