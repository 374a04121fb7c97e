//! Spoiler Messages (XEP-0382): a text that is hidden until the reader asks for it, with an optional hint. Who does not know
//! this reads "(spoiler: hint)" and some empty lines before the text (see [`super::wire_body`]).

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::text::clean_line;

const NS: &str = ns::SPOILER;

/// See the module.
#[derive(Default)]
pub struct Spoilers;

impl Extension for Spoilers {
    fn spec(&self) -> Spec {
        Spec {
            number: 382,
            title: "Spoiler Messages",
            version: "0.2.0",
            features: &[NS],
            scope: "with a hint; to programs without it below a warning",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let spoiler = stanza.child("spoiler", NS);
        message.extra.spoiler = spoiler.map(|spoiler| clean_line(&spoiler.text()));
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        let hint = message
            .extra
            .as_ref()
            .and_then(|extra| extra.spoiler.as_ref());
        if let Some(hint) = hint.filter(|_| !super::lacks(cx.peer, NS)) {
            stanza.push(Element::new("spoiler", NS).with_text(hint.clone()));
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

    use crate::event::Extra;
    use crate::xep::testing::{Scene, said, saying};

    #[test]
    fn the_hint_goes_over_and_may_be_empty() {
        for hint in ["", "how it ends"] {
            let mut text = saying("they marry");
            text.extra = Extra {
                spoiler: Some(hint.into()),
                ..Extra::default()
            }
            .boxed();
            let stanza = Scene::default().compose(&mut Spoilers, &text);
            let spoiler = stanza.child("spoiler", NS).unwrap().clone();
            let got = Scene::default().receive(&mut Spoilers, &said("x").with_child(spoiler));
            assert_eq!(got.extra.spoiler.as_deref(), Some(hint));
        }
    }
}
