//! Attention (XEP-0224): a knock on the door. Not kept and not repeated: one that comes late is ignored (§3), and so is one
//! less than 30 seconds after the last of the same peer, and any while our user does not want to be disturbed.

use std::collections::HashMap;
use std::time::Duration;

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::event::{Event, Show};
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::wire::time::Moment;

const NS: &str = ns::ATTENTION;
/// Between two knocks of a peer, and between two of ours at one door.
pub const PAUSE: Duration = Duration::from_secs(30);
/// Peers whose last knock is remembered.
const MOST: usize = 512;

/// See the module.
#[derive(Default)]
pub struct Attention {
    last: HashMap<Jid, Moment>,
}

impl Extension for Attention {
    fn spec(&self) -> Spec {
        Spec {
            number: 224,
            title: "Attention",
            version: "1.0",
            features: &[NS],
            scope: "one in 30 s from each, none while not to be disturbed",
        }
    }

    fn receive(&mut self, cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        if stanza.child("attention", NS).is_none() || stanza.child("delay", ns::DELAY).is_some() {
            return;
        }
        // A text beside it is shown in any case.
        if message.body.is_none() {
            message.chat_state = None;
        }
        let now = cx.clock.now;
        let soon = self
            .last
            .get(&cx.peer.jid)
            .is_some_and(|last| now < *last + PAUSE);
        if soon || cx.me.show == Show::Dnd {
            return;
        }
        if self.last.len() >= MOST {
            self.last.retain(|_, last| now < *last + PAUSE);
        }
        if self.last.len() < MOST {
            self.last.insert(cx.peer.jid.clone(), now);
            let from = cx.peer.jid.clone();
            cx.emit(Event::Attention { from });
        }
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        if message.attention && knows(cx.peer) {
            stanza.set_attr("type", "headline");
            stanza.push(Element::new("attention", NS));
        }
    }
}

/// Can this peer be knocked at?
pub fn knows(peer: &super::PeerFacts) -> bool {
    peer.has(NS) || peer.is_balcony()
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

    use crate::xep::Output;
    use crate::xep::testing::Scene;

    fn knock() -> Element {
        Element::new("message", ns::CLIENT).with_child(Element::new("attention", NS))
    }

    fn heard(scene: &mut Scene, attention: &mut Attention) -> bool {
        scene.receive(attention, &knock());
        matches!(
            scene.out.drain(..).next(),
            Some(Output::Emit(Event::Attention { .. }))
        )
    }

    #[test]
    fn one_knock_in_thirty_seconds_is_heard() {
        let (mut scene, mut attention) = (Scene::default(), Attention::default());
        assert!(heard(&mut scene, &mut attention));
        assert!(!heard(&mut scene, &mut attention));
        scene.peer.jid = Jid::new("paris@verona").unwrap();
        assert!(heard(&mut scene, &mut attention), "somebody else");
        scene.clock.now = scene.clock.now + PAUSE;
        assert!(heard(&mut scene, &mut attention));
    }

    #[test]
    fn not_while_not_to_be_disturbed_and_not_late() {
        let (mut scene, mut attention) = (Scene::default(), Attention::default());
        scene.me.show = Show::Dnd;
        assert!(!heard(&mut scene, &mut attention));
        scene.me.show = Show::Available;
        let late = knock().with_child(
            Element::new("delay", ns::DELAY).with_attr("stamp", "2026-11-22T11:00:00Z"),
        );
        scene.receive(&mut attention, &late);
        assert!(scene.out.is_empty());
        assert!(heard(&mut scene, &mut attention), "neither counted");
    }
}
