//! XMPP Ping (XEP-0199 §4.3): are you there, and how far away? Asked when the user wants to know, on a stream that stands.

use super::{Answer, Cx, Extension, Spec};
use crate::event::Event;
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::stanza::{ErrorKind, StanzaError};

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
            scope: "answers; asks when the user wants to know the latency, and where a message is outstanding on a stream without acks",
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

    fn probe(&mut self, cx: &mut Cx<'_>) {
        if !cx.peer.legacy {
            // The token is the time, in microseconds; that it wraps after an hour is longer than an answer may take.
            let asked = cx.clock.now.0 as u32;
            cx.ask(false, Element::new("ping", NS), asked);
        }
    }

    /// An error is an answer too (XEP-0199 §4.1), unless it was made up here because none came.
    fn answered(
        &mut self,
        cx: &mut Cx<'_>,
        asked: u32,
        answer: Result<Option<&Element>, StanzaError>,
    ) {
        let none = answer.is_err_and(|error| error.condition == "remote-server-timeout");
        if !none {
            let micros = (cx.clock.now.0 as u32).wrapping_sub(asked);
            let jid = cx.peer.jid.clone();
            cx.emit(Event::Latency { jid, micros });
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
    use crate::wire::time::Moment;
    use crate::xep::Output;
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

    #[test]
    fn what_is_asked_tells_how_long_the_answer_took_also_if_it_is_an_error() {
        let mut scene = Scene::default();
        scene.clock.now = Moment(u64::from(u32::MAX));
        scene.with(|cx| Ping.probe(cx));
        let [Output::Ask { token, payload, .. }] = &scene.out[..] else {
            panic!("{:?}", scene.out);
        };
        assert!(payload.is("ping", NS));
        let token = *token;
        scene.out.clear();
        scene.clock.now = scene.clock.now + std::time::Duration::from_micros(1500);
        scene.with(|cx| Ping.answered(cx, token, Ok(None)));
        let refused = StanzaError::new("service-unavailable");
        scene.with(|cx| Ping.answered(cx, token, Err(refused)));
        let none = StanzaError::new("remote-server-timeout");
        scene.with(|cx| Ping.answered(cx, token, Err(none)));
        let told = Output::Emit(Event::Latency {
            jid: scene.peer.jid.clone(),
            micros: 1500,
        });
        assert_eq!(scene.out, [told.clone(), told]);
    }

    #[test]
    fn a_peer_that_answers_no_iq_is_not_asked() {
        let mut scene = Scene::default();
        scene.peer.legacy = true;
        scene.with(|cx| Ping.probe(cx));
        assert!(scene.out.is_empty());
    }
}
