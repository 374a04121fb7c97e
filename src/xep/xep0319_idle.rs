//! Last User Interaction in Presence (XEP-0319 §3): since when nobody has touched the machine.

use super::xep0203_delay::{parse, stamp};
use super::{Cx, Extension, Presence, Spec};
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::IDLE;

/// See the module.
#[derive(Default)]
pub struct Idle;

impl Extension for Idle {
    fn spec(&self) -> Spec {
        Spec {
            number: 319,
            title: "Last User Interaction in Presence",
            version: "1.0.2",
            features: &[NS],
            scope: "in presence on streams, where the settings say so",
        }
    }

    fn present(&mut self, cx: &mut Cx<'_>, stanza: &Element, presence: &mut Presence) {
        let since = stanza
            .child("idle", NS)
            .and_then(|idle| idle.attr("since"))
            .and_then(parse);
        // Clocks differ a little: idle since tomorrow means idle since now.
        presence.idle_since = since.map(|since| since.min(cx.clock.wall));
    }

    fn announce(&mut self, cx: &mut Cx<'_>, presence: &Presence, stanza: &mut Element) {
        if let Some(since) = presence.idle_since.filter(|_| cx.me.tell) {
            stanza.push(Element::new("idle", NS).with_attr("since", stamp(since)));
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

    #[test]
    fn since_when_arrives_if_it_may_be_told() {
        let mut scene = Scene::default();
        scene.me.idle_since = Some("2026-11-22T11:00:00Z".parse().unwrap());
        let stanza = scene.announce(&mut Idle);
        assert_eq!(
            scene.present(&mut Idle, &stanza).idle_since,
            scene.me.idle_since
        );
        scene.me.tell = false;
        assert!(scene.announce(&mut Idle).children.is_empty());
    }

    #[test]
    fn nobody_is_idle_since_tomorrow() {
        let mut scene = Scene::default();
        let idle = Element::new("idle", NS).with_attr("since", "2030-01-01T00:00:00Z");
        let stanza = Element::new("presence", "jabber:client").with_child(idle);
        assert_eq!(
            scene.present(&mut Idle, &stanza).idle_since,
            Some(scene.clock.wall)
        );
    }
}
