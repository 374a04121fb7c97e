//! Delayed Delivery (XEP-0203 §4): when a message was written that could not be sent at once.

use jiff::Timestamp;

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::DELAY;

/// See the module.
#[derive(Default)]
pub struct Delay;

impl Extension for Delay {
    fn spec(&self) -> Spec {
        Spec {
            number: 203,
            title: "Delayed Delivery",
            version: "2.0",
            features: &[NS],
            scope: "the original time of what waited in the outbox",
        }
    }

    fn receive(&mut self, cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let stamp = stanza
            .child("delay", NS)
            .and_then(|delay| delay.attr("stamp"));
        // A time to come, or before there was a network, is a clock that is wrong: the time of arrival says more.
        message.delayed = stamp
            .and_then(parse)
            .filter(|time| (Timestamp::UNIX_EPOCH..=cx.clock.wall).contains(time));
    }

    fn compose(&mut self, _cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        let says =
            message.body.is_some() || (message.about.is_some() && !stanza.children.is_empty());
        if message.delayed && says {
            stanza.push(Element::new("delay", NS).with_attr("stamp", stamp(message.time)));
        }
    }
}

/// A time as XEP-0082 writes it: UTC, milliseconds.
pub fn stamp(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// A time of XEP-0082 in any zone.
pub fn parse(stamp: &str) -> Option<Timestamp> {
    if stamp.len() > 64 {
        None
    } else {
        stamp.trim().parse().ok()
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
    use crate::xep::testing::{said, saying};

    fn at(stamp: &str) -> Option<Timestamp> {
        let stanza = said("hi").with_child(Element::new("delay", NS).with_attr("stamp", stamp));
        Scene::default().receive(&mut Delay, &stanza).delayed
    }

    #[test]
    fn the_original_time_arrives() {
        let mut message = saying("hi");
        message.delayed = true;
        let stanza = Scene::default().compose(&mut Delay, &message);
        assert_eq!(
            stanza.child("delay", NS).unwrap().attr("stamp"),
            Some("2026-11-22T11:00:00.000Z")
        );
        assert_eq!(
            Scene::default().receive(&mut Delay, &stanza).delayed,
            Some(message.time)
        );
    }

    #[test]
    fn what_goes_out_at_once_tells_no_time() {
        assert!(
            Scene::default()
                .compose(&mut Delay, &saying("hi"))
                .children
                .is_empty()
        );
    }

    #[test]
    fn times_in_other_zones_are_read_and_impossible_ones_ignored() {
        assert_eq!(
            at("2026-11-22T05:00:00-06:00"),
            Some("2026-11-22T11:00:00Z".parse().unwrap())
        );
        for bad in [
            "2026-11-22T12:00:01Z",
            "1492-10-12T00:00:00Z",
            "yesterday",
            "",
            &"9".repeat(1000),
        ] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }
}
