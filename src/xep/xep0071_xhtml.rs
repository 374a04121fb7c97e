//! XHTML-IM (XEP-0071) and libpurple's form of it: read from everybody, to text and simple spans; written only for
//! libpurple, which takes a plain body for HTML and would swallow `<b>` and line breaks.

use super::{Cx, Extension, Incoming, Outgoing, Spec};
use crate::wire::element::Element;
use crate::wire::ns::{self, XHTML};
use crate::wire::text::{from_html, to_purple_html};

const NS: &str = ns::XHTML_IM;

/// See the module.
#[derive(Default)]
pub struct Xhtml;

impl Extension for Xhtml {
    fn spec(&self) -> Spec {
        Spec {
            number: 71,
            title: "XHTML-IM",
            version: "1.5.4",
            features: &[NS],
            scope: "read as text with simple formatting, no images, styles or scripts; Pidgin's form written to Pidgin",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        if message.stripped {
            return;
        }
        let html = stanza
            .child("html", NS)
            .or_else(|| stanza.child("html", XHTML));
        let Some(body) = html.and_then(|html| html.child("body", XHTML)) else {
            return;
        };
        let (text, spans) = from_html(body);
        // Libpurple's HTML is empty where its text holds control characters; then the plain body has it all.
        if text.trim().is_empty() {
            return;
        }
        let plain = message.body.get_or_insert_default();
        if spans.is_empty() && plain.split_whitespace().eq(text.split_whitespace()) {
            return;
        }
        *plain = text;
        message.spans = spans;
    }

    fn compose(&mut self, cx: &mut Cx<'_>, message: &Outgoing, stanza: &mut Element) {
        if let Some(body) = message.body.as_ref().filter(|_| cx.peer.libpurple) {
            stanza.push(to_purple_html(body));
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
    use crate::wire::text::Style;
    use crate::xep::testing::Scene;
    use crate::xep::testing::{said, saying};

    fn el(name: &'static str) -> Element {
        Element::new(name, XHTML)
    }

    fn receive(html_ns: &'static str, plain: &str, content: Element) -> Incoming {
        let html = Element::new("html", html_ns).with_child(el("body").with_child(content));
        Scene::default().receive(&mut Xhtml, &said(plain).with_child(html))
    }

    #[test]
    fn formatting_of_pidgin_and_of_xhtml_im_is_shown() {
        for ns in [XHTML, NS] {
            let bold = el("span")
                .with_attr("style", "font-weight: bold;")
                .with_text("very");
            let message = receive(
                ns,
                "very good",
                el("font").with_child(bold).with_text(" good"),
            );
            assert_eq!(message.body.as_deref(), Some("very good"));
            assert_eq!(
                (message.spans[0].end, &message.spans[0].style),
                (4, &Style::Bold)
            );
        }
    }

    #[test]
    fn html_alone_is_a_message_and_plain_html_adds_nothing() {
        assert_eq!(
            receive(NS, "", el("p").with_text("only here"))
                .body
                .as_deref(),
            Some("only here")
        );
        assert_eq!(
            receive(NS, "two  spaces", el("p").with_text("two\nspaces"))
                .body
                .as_deref(),
            Some("two  spaces")
        );
    }

    #[test]
    fn empty_html_does_not_erase_the_text() {
        assert_eq!(
            receive(XHTML, "a\u{1}b", el("font")).body.as_deref(),
            Some("ab")
        );
    }

    #[test]
    fn libpurple_gets_its_form_and_nobody_else() {
        let mut scene = Scene::default();
        assert!(
            scene
                .compose(&mut Xhtml, &saying("1 < 2\n3"))
                .children
                .is_empty()
        );
        scene.peer.libpurple = true;
        let stanza = scene.compose(&mut Xhtml, &saying("1 < 2\n3"));
        assert!(
            stanza
                .to_xml("jabber:client")
                .contains("<font>1 &lt; 2<br/>3</font>")
        );
        assert_eq!(
            scene.receive(&mut Xhtml, &stanza).body.as_deref(),
            Some("1 < 2\n3")
        );
    }
}
