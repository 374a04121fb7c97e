//! Chat State Notifications (XEP-0085 §4–5): only to peers that advertise them, only if the user agrees.

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::event::ChatState;
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::CHAT_STATES;

/// Names and meanings, both ways.
const STATES: [(&str, ChatState); 5] = [
    ("active", ChatState::Active),
    ("composing", ChatState::Composing),
    ("paused", ChatState::Paused),
    ("inactive", ChatState::Inactive),
    ("gone", ChatState::Gone),
];

/// See the module.
#[derive(Default)]
pub struct ChatStates;

impl Extension for ChatStates {
    fn spec(&self) -> Spec {
        Spec {
            number: 85,
            title: "Chat State Notifications",
            version: "2.1",
            features: &[NS],
            scope: "all states, to peers that advertise them; can be switched off",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let state = stanza
            .elements()
            .filter(|child| child.ns == NS)
            .find_map(|child| {
                STATES
                    .iter()
                    .find(|(name, _)| child.name == *name)
                    .map(|(_, state)| *state)
            });
        message.chat_state = state.or(message.chat_state);
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        // A message with text says "active" by itself (§5.1): whoever was shown as typing no longer is.
        let state = message
            .chat_state
            .or(message.body.as_ref().map(|_| ChatState::Active));
        if !cx.me.send_typing || !cx.peer.has(NS) {
            return;
        }
        if let Some((name, _)) = STATES.iter().find(|(_, known)| Some(*known) == state) {
            stanza.push(Element::new(*name, NS));
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
    use crate::xep::testing::Scene;
    use crate::xep::testing::{saying, state};

    #[test]
    fn every_state_arrives_as_it_was_sent() {
        let mut scene = Scene::default().speaking(&[NS]);
        for (_, chat_state) in STATES {
            let stanza = scene.compose(&mut ChatStates, &state(chat_state));
            assert_eq!(
                scene.receive(&mut ChatStates, &stanza).chat_state,
                Some(chat_state)
            );
        }
    }

    #[test]
    fn a_message_ends_the_typing() {
        let stanza = Scene::default()
            .speaking(&[NS])
            .compose(&mut ChatStates, &saying("hi"));
        assert!(stanza.child("active", NS).is_some());
    }

    #[test]
    fn nothing_is_told_to_who_does_not_ask_or_against_the_users_will() {
        let mut scene = Scene::default();
        assert!(
            scene
                .compose(&mut ChatStates, &state(ChatState::Composing))
                .children
                .is_empty()
        );
        let mut scene = scene.speaking(&[NS]);
        scene.me.send_typing = false;
        assert!(
            scene
                .compose(&mut ChatStates, &state(ChatState::Composing))
                .children
                .is_empty()
        );
        assert!(
            scene
                .compose(&mut ChatStates, &saying("hi"))
                .children
                .is_empty()
        );
    }

    #[test]
    fn unknown_states_say_nothing() {
        let stanza =
            Element::new("message", "jabber:client").with_child(Element::new("dancing", NS));
        assert_eq!(
            Scene::default()
                .receive(&mut ChatStates, &stanza)
                .chat_state,
            None
        );
    }
}
