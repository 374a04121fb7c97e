//! Entity Time (XEP-0202 §3): our clock, and our zone if the user lets it be told.

use super::xep0203_delay::stamp;
use super::{Answer, Cx, Extension, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::stanza::ErrorKind;

const NS: &str = ns::TIME;

/// See the module.
#[derive(Default)]
pub struct Time;

impl Extension for Time {
    fn spec(&self) -> Spec {
        Spec {
            number: 202,
            title: "Entity Time",
            version: "2.0",
            features: &[NS],
            scope: "answers; the time zone only where the settings say so",
        }
    }

    fn request(&mut self, cx: &mut Cx<'_>, set: bool, payload: &Element) -> Option<Answer> {
        if !payload.is("time", NS) {
            return None;
        }
        if set {
            return Some(Answer::error(ErrorKind::Cancel, "not-allowed"));
        }
        let offset = if cx.me.tell {
            zone(cx.me.utc_offset)
        } else {
            "Z".to_owned()
        };
        let time = Element::new("time", NS)
            .with_child(Element::new("tzo", NS).with_text(offset))
            .with_child(Element::new("utc", NS).with_text(stamp(cx.clock.wall)));
        Some(Answer::Result(Some(time)))
    }
}

/// An offset as XEP-0082 §3.2 writes it.
fn zone(seconds: i32) -> String {
    let minutes = seconds.unsigned_abs() / 60;
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
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

    fn time(scene: &mut Scene) -> (String, String) {
        let time = scene.ask(&mut Time, Element::new("time", NS)).unwrap();
        (
            time.child("tzo", NS).unwrap().text(),
            time.child("utc", NS).unwrap().text(),
        )
    }

    #[test]
    fn the_clock_is_told_the_zone_only_if_allowed() {
        let mut scene = Scene::default();
        assert_eq!(
            time(&mut scene),
            ("+01:00".into(), "2026-11-22T12:00:00.000Z".into())
        );
        scene.me.utc_offset = -12_600;
        assert_eq!(time(&mut scene).0, "-03:30");
        scene.me.tell = false;
        assert_eq!(time(&mut scene).0, "Z");
        assert!(matches!(
            scene.request(&mut Time, true, &Element::new("time", NS)),
            Some(Answer::Error(_))
        ));
    }
}
