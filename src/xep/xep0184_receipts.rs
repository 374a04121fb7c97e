//! Message Delivery Receipts (XEP-0184 §5): "it is on my disk". Asked for with every text to a peer that knows them;
//! answered by the node once the message is durable, not before. Where the stream's own acknowledgements say the same
//! (between ours), they are not asked for: one number for many messages instead of a stanza for each.

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::RECEIPTS;
/// Ids are never longer (see XEP-0359's file).
const MAX_ID: usize = 255;

/// See the module.
#[derive(Default)]
pub struct Receipts;

impl Extension for Receipts {
    fn spec(&self) -> Spec {
        Spec {
            number: 184,
            title: "Message Delivery Receipts",
            version: "1.4.0",
            features: &[NS],
            scope: "asked for and given, once the message is on disk",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        // A receipt for a message of type error would answer an answer.
        if stanza.attr("type") == Some("error") {
            return;
        }
        // Without an id there is nothing to refer to; a receipt never wants a receipt (§5.3).
        let receipt = stanza.child("received", NS);
        message.wants_receipt =
            message.id.is_some() && receipt.is_none() && stanza.child("request", NS).is_some();
        let id = receipt
            .and_then(|receipt| receipt.attr("id"))
            .filter(|id| (1..=MAX_ID).contains(&id.len()));
        message.receipts.extend(id.map(str::to_owned));
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        if let Some(id) = &message.receipt_for {
            stanza.push(Element::new("received", NS).with_attr("id", &**id));
        } else if message.body.is_some()
            && !cx.peer.legacy
            && !cx.peer.acks_are_receipts()
            && (cx.peer.has(NS) || cx.peer.is_balcony())
        {
            stanza.push(Element::new("request", NS));
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
    use crate::xep::testing::{receipt, said, saying};

    #[test]
    fn a_text_asks_and_its_receipt_names_it() {
        let mut scene = Scene::default().speaking(&[NS]);
        let text = scene
            .compose(&mut Receipts, &saying("hi"))
            .with_attr("id", "b2f1");
        assert!(scene.receive(&mut Receipts, &text).wants_receipt);

        let answer = scene
            .compose(&mut Receipts, &receipt("b2f1"))
            .with_attr("id", "r1");
        let answer = scene.receive(&mut Receipts, &answer);
        assert_eq!(
            (answer.receipts, answer.wants_receipt),
            (vec!["b2f1".to_owned()], false)
        );
    }

    #[test]
    fn our_own_kind_is_asked_before_its_features_are_known() {
        let mut scene = Scene::default();
        assert!(
            scene
                .compose(&mut Receipts, &saying("hi"))
                .children
                .is_empty()
        );
        scene.peer.caps = Some((crate::xep::NODE.into(), "x".into(), "sha-1".into()));
        assert!(
            scene
                .compose(&mut Receipts, &saying("hi"))
                .child("request", NS)
                .is_some()
        );
        scene.peer.legacy = true;
        assert!(
            scene
                .compose(&mut Receipts, &saying("hi"))
                .children
                .is_empty()
        );
    }

    #[test]
    fn without_an_id_or_in_an_error_nothing_is_wanted() {
        let asking = said("hi").with_child(Element::new("request", NS));
        assert!(
            !Scene::default()
                .receive(&mut Receipts, &asking)
                .wants_receipt
        );
        let bounced = asking.with_attr("id", "x").with_attr("type", "error");
        assert!(
            !Scene::default()
                .receive(&mut Receipts, &bounced)
                .wants_receipt
        );
    }
}
