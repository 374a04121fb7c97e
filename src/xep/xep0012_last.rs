//! Last Activity (XEP-0012 §4): for how long we have been idle. Contacts may know, strangers may not.

use super::{Answer, Cx, Extension, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::stanza::ErrorKind;

const NS: &str = ns::LAST;

/// See the module.
#[derive(Default)]
pub struct Last;

impl Extension for Last {
    fn spec(&self) -> Spec {
        Spec {
            number: 12,
            title: "Last Activity",
            version: "2.0",
            features: &[NS],
            scope: "answers contacts, where the settings say so",
        }
    }

    fn request(&mut self, cx: &mut Cx<'_>, set: bool, payload: &Element) -> Option<Answer> {
        if !payload.is("query", NS) {
            return None;
        }
        if set {
            return Some(Answer::error(ErrorKind::Cancel, "not-allowed"));
        }
        if !cx.peer.contact || !cx.me.tell {
            return Some(Answer::error(ErrorKind::Auth, "forbidden"));
        }
        let idle = cx.me.idle_since.map_or(0, |since| {
            cx.clock.wall.duration_since(since).as_secs().max(0)
        });
        Some(Answer::Result(Some(
            Element::new("query", NS).with_attr("seconds", idle.to_string()),
        )))
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

    fn seconds(scene: &mut Scene) -> Option<String> {
        let answer = scene.ask(&mut Last, Element::new("query", NS))?;
        answer.attr("seconds").map(str::to_owned)
    }

    #[test]
    fn a_contact_learns_for_how_long_we_are_idle() {
        let mut scene = Scene::default();
        scene.peer.contact = true;
        assert_eq!(seconds(&mut scene).as_deref(), Some("0"));
        scene.me.idle_since = Some("2026-11-22T11:44:57Z".parse().unwrap());
        assert_eq!(seconds(&mut scene).as_deref(), Some("903"));
        scene.me.idle_since = Some("2026-11-22T13:00:00Z".parse().unwrap());
        assert_eq!(
            seconds(&mut scene).as_deref(),
            Some("0"),
            "the clock was set back"
        );
    }

    #[test]
    fn strangers_and_who_may_not_know_are_refused() {
        let mut scene = Scene::default();
        let forbidden = Some(Answer::error(ErrorKind::Auth, "forbidden"));
        assert_eq!(
            scene.request(&mut Last, false, &Element::new("query", NS)),
            forbidden
        );
        scene.peer.contact = true;
        scene.me.tell = false;
        assert_eq!(
            scene.request(&mut Last, false, &Element::new("query", NS)),
            forbidden
        );
    }
}
