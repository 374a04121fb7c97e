#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use proptest::prelude::*;

use super::*;
use crate::wire::element::{Element, Node};
use crate::wire::ns;

const HEADER: &str = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='a@b' version='1.0'>";

fn limits() -> XmlLimits {
    XmlLimits {
        stanza_bytes: 64 << 10,
        depth: 32,
        attributes: 64,
    }
}

/// Everything that comes out, whatever the pieces; checks after each that nothing is kept but an unfinished token.
fn items<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Result<Item, StreamError>> {
    let mut parser = XmlStream::new(limits());
    let mut items = Vec::new();
    for piece in pieces {
        parser.feed(piece);
        loop {
            match parser.next() {
                Ok(Some(item)) => items.push(Ok(item)),
                Ok(None) => break,
                Err(error) => items.push(Err(error)),
            }
        }
        assert!(
            parser.pending() <= limits().stanza_bytes,
            "{} bytes kept",
            parser.pending()
        );
    }
    items
}

fn name() -> impl Strategy<Value = String> + Clone {
    "[a-zA-Z_][a-zA-Z0-9._-]{0,8}"
}

fn namespace() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        Just(ns::CLIENT.to_owned()),
        Just(ns::XHTML.to_owned()),
        Just(String::new()),
        "[a-z:&'\"<]{1,12}"
    ]
}

/// Text of legal characters, carriage returns and what must be escaped included.
fn text() -> impl Strategy<Value = String> + Clone {
    "[ -~\t\r\n\u{7f}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]{0,20}"
}

fn element() -> impl Strategy<Value = Element> {
    let attrs = proptest::collection::btree_map(name(), text(), 0..4);
    let leaf = (name(), namespace(), attrs.clone())
        .prop_map(|(name, ns, attrs)| build(name, ns, attrs, Vec::new()));
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let child = prop_oneof![inner.prop_map(Ok), text().prop_map(Err)];
        (
            name(),
            namespace(),
            attrs.clone(),
            proptest::collection::vec(child, 0..4),
        )
            .prop_map(|(name, ns, attrs, children)| build(name, ns, attrs, children))
    })
}

fn build(
    name: String,
    ns: String,
    attrs: std::collections::BTreeMap<String, String>,
    children: Vec<Result<Element, String>>,
) -> Element {
    let mut element = Element::new(name, ns);
    for (name, value) in attrs.into_iter().filter(|(name, _)| name != "xmlns") {
        element.set_attr(name, value);
    }
    for child in children {
        match (child, element.children.last_mut()) {
            (Ok(child), _) => element.push(child),
            (Err(text), Some(Node::Text(before))) => before.push_str(&text), // Parsed text comes in one piece.
            (Err(text), _) if !text.is_empty() => element.children.push(Node::Text(text)),
            (Err(_), _) => {}
        }
    }
    element
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 2000 }))]

    #[test]
    fn what_is_written_is_read_back(elements in proptest::collection::vec(element(), 1..4)) {
        let mut xml = HEADER.to_owned();
        for element in &elements {
            element.write(&mut xml, ns::CLIENT);
        }
        let read: Vec<Element> = items([xml.as_bytes()]).into_iter().skip(1).map(|item| match item {
            Ok(Item::Element(element)) => element,
            other => panic!("{other:?} of {xml}"),
        }).collect();
        prop_assert_eq!(read, elements);
    }

    #[test]
    fn it_does_not_matter_how_the_bytes_arrive(
        elements in proptest::collection::vec(element(), 1..4),
        garbage in proptest::collection::vec(any::<u8>(), 0..8),
        at in any::<prop::sample::Index>(),
        cuts in proptest::collection::vec(1usize..40, 1..60),
    ) {
        let mut xml = HEADER.to_owned();
        for element in &elements {
            element.write(&mut xml, ns::CLIENT);
        }
        let mut bytes = xml.into_bytes();
        bytes.splice(at.index(bytes.len()).., garbage); // Cut off and spoiled somewhere.
        let mut pieces = Vec::new();
        let mut rest = bytes.as_slice();
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        let whole = items([bytes.as_slice()]);
        prop_assert_eq!(&items(pieces), &whole);
        prop_assert_eq!(&items(bytes.chunks(1)), &whole);
    }

    #[test]
    fn garbage_is_answered_and_nothing_of_it_kept(
        opened in any::<bool>(),
        pieces in proptest::collection::vec("[<>/!?&;#x='\" a:\\[\\]\\-\u{0}-\u{20}é]{0,40}", 0..20),
    ) {
        let start = if opened { HEADER.as_bytes() } else { b"" };
        let items = items(std::iter::once(start).chain(pieces.iter().map(|piece| piece.as_bytes())));
        // At most one error, and nothing after it.
        let errors = items.iter().position(Result::is_err);
        prop_assert!(errors.is_none_or(|at| at + 1 == items.len()));
    }
}

#[test]
fn a_body_of_a_megabyte_is_looked_at_once() {
    let body = "x&amp;".repeat(200_000);
    let xml = format!("{HEADER}<message><body>{body}</body></message>");
    let mut parser = XmlStream::new(XmlLimits {
        stanza_bytes: 2 << 20,
        ..limits()
    });
    let mut element = None;
    for byte in xml.as_bytes().chunks(1) {
        parser.feed(byte);
        while let Some(item) = parser.next().unwrap() {
            element = Some(item);
        }
        assert!(
            parser.pending() <= HEADER.len(),
            "text is taken as it comes, not kept for later"
        );
    }
    let Some(Item::Element(message)) = element else {
        panic!("{element:?}")
    };
    assert_eq!(
        message.child("body", ns::CLIENT).unwrap().text().len(),
        400_000
    );
}
