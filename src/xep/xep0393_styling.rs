//! Message Styling (XEP-0393): nothing on the wire but the marks that people write anyway; [`crate::wire::text::styling`]
//! reads them for the faces. A message that must not be styled says so (§7).

use super::{Cx, Extension, Incoming, Spec};
use crate::wire::element::Element;
use crate::wire::ns;

const NS: &str = ns::STYLING;

/// See the module.
#[derive(Default)]
pub struct Styling;

impl Extension for Styling {
    fn spec(&self) -> Spec {
        Spec {
            number: 393,
            title: "Message Styling",
            version: "1.1.1",
            features: &[NS],
            scope: "bold, italic, struck, code, blocks of code, quotations; the marks are dimmed",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        message.extra.unstyled = stanza.child("unstyled", NS).is_some();
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

    use crate::xep::testing::{Scene, said};

    #[test]
    fn a_text_that_is_not_to_be_styled_says_so() {
        let marked = said("*x*").with_child(Element::new("unstyled", NS));
        assert!(
            Scene::default()
                .receive(&mut Styling, &marked)
                .extra
                .unstyled
        );
        assert!(
            !Scene::default()
                .receive(&mut Styling, &said("*x*"))
                .extra
                .unstyled
        );
    }
}
