//! XMPP Ping (XEP-0199 §4.3): are you there, and is this stream alive?

use super::{Answer, Cx, Extension, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::stanza::ErrorKind;

const NS: &str = ns::PING;

/// See the module.
#[derive(Default)]
pub struct Ping;

impl Extension for Ping {
    fn spec(&self) -> Spec {
        Spec {
            number: 199,
            title: "XMPP Ping",
            version: "2.0.1",
            features: &[NS],
            scope: "answers",
        }
    }

    fn request(&mut self, _cx: &mut Cx<'_>, set: bool, payload: &Element) -> Option<Answer> {
        let answer = if set {
            Answer::error(ErrorKind::Cancel, "not-allowed")
        } else {
            Answer::Result(None)
        };
        payload.is("ping", NS).then_some(answer)
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
    fn a_ping_is_answered_with_an_empty_result() {
        let mut scene = Scene::default();
        assert_eq!(
            scene.request(&mut Ping, false, &Element::new("ping", NS)),
            Some(Answer::Result(None))
        );
        assert!(matches!(
            scene.request(&mut Ping, true, &Element::new("ping", NS)),
            Some(Answer::Error(_))
        ));
        assert_eq!(
            scene.request(&mut Ping, false, &Element::new("ping", "urn:else")),
            None
        );
    }
}
