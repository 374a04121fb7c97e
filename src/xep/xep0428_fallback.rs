//! Fallback Indication (XEP-0428): which part of a text stands there only for those who do not know an extension. For those
//! that we know it is left out. Places are counted in code points of the text as it is on the wire (XEP-0426).

use super::{Cx, Extension, Incoming, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::text::clean_body;

const NS: &str = ns::FALLBACK;

/// What we know: a part that stands for one of these is not shown, if the extension itself is there.
const KNOWN: [(&str, &str); 1] = [(ns::REPLY, "reply")];

/// See the module.
#[derive(Default)]
pub struct Fallback;

impl Extension for Fallback {
    fn spec(&self) -> Spec {
        Spec {
            number: 428,
            title: "Fallback Indication",
            version: "0.2.1",
            features: &[NS],
            scope: "for replies and retractions",
        }
    }

    fn receive(&mut self, _cx: &mut Cx<'_>, stanza: &Element, message: &mut Incoming) {
        let Some(body) = stanza.child("body", ns::CLIENT) else {
            return;
        };
        for (about, name) in KNOWN {
            let there = stanza
                .child(name, about)
                .is_some_and(|one| one.attr("id").is_some());
            let Some((start, end)) = range(stanza, about).filter(|_| there) else {
                continue;
            };
            let whole = body.text();
            let kept = whole.chars().enumerate();
            let kept: String = kept
                .filter(|(at, _)| !(start..end).contains(at))
                .map(|(_, c)| c)
                .collect();
            let kept = clean_body(kept.trim_start_matches('\n'));
            // Nothing but a quotation: then that is what was meant to be said.
            if !kept.trim().is_empty() {
                message.body = Some(kept);
                message.stripped = true;
            }
            return;
        }
    }
}

/// The element that marks the code points from `start` to before `end` of the text as standing for `about`.
pub fn mark(about: &'static str, start: usize, end: usize) -> Element {
    let body = Element::new("body", NS)
        .with_attr("start", start.to_string())
        .with_attr("end", end.to_string());
    Element::new("fallback", NS)
        .with_attr("for", about)
        .with_child(body)
}

/// The words that stand for `about`.
pub fn part(stanza: &Element, about: &str) -> Option<String> {
    let (start, end) = range(stanza, about)?;
    let body = stanza.child("body", ns::CLIENT)?.text();
    Some(
        body.chars()
            .skip(start)
            .take(end.saturating_sub(start))
            .collect(),
    )
}

fn range(stanza: &Element, about: &str) -> Option<(usize, usize)> {
    let mut marks = stanza.elements().filter(|one| one.is("fallback", NS));
    let mark = marks.find(|one| one.attr("for") == Some(about))?;
    let Some(body) = mark.child("body", NS) else {
        return Some((0, usize::MAX));
    };
    let number = |name| body.attr(name).map(str::parse::<usize>);
    let start = number("start").unwrap_or(Ok(0)).ok()?;
    let end = number("end").unwrap_or(Ok(usize::MAX)).ok()?;
    (start < end).then_some((start, end))
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

    fn marked(body: &str, start: &str, end: &str) -> Element {
        let place = Element::new("body", NS)
            .with_attr("start", start)
            .with_attr("end", end);
        said(body)
            .with_child(Element::new("reply", ns::REPLY).with_attr("id", "m1"))
            .with_child(
                Element::new("fallback", NS)
                    .with_attr("for", ns::REPLY)
                    .with_child(place),
            )
    }

    fn body(stanza: &Element) -> Option<String> {
        Scene::default().receive(&mut Fallback, stanza).body
    }

    #[test]
    fn the_marked_part_is_left_out_by_code_points() {
        let stanza = marked("> 👩‍🚀 ä\nyes", "0", "8");
        assert_eq!(body(&stanza).as_deref(), Some("yes"));
        assert_eq!(part(&stanza, ns::REPLY).as_deref(), Some("> 👩‍🚀 ä\n"));
    }

    #[test]
    fn nonsense_marks_leave_the_text_as_it_is() {
        for (start, end) in [("9", "3"), ("x", "3"), ("0", "-1"), ("50", "60")] {
            assert_eq!(
                body(&marked("> a\nyes", start, end)).as_deref(),
                Some("> a\nyes")
            );
        }
        assert_eq!(
            body(&marked("> all of it", "0", "999999999")).as_deref(),
            Some("> all of it"),
            "an empty message would say less"
        );
    }

    #[test]
    fn what_stands_for_something_unknown_is_shown() {
        let stanza = said("(a poll)")
            .with_child(Element::new("fallback", NS).with_attr("for", "urn:x:poll"));
        assert_eq!(body(&stanza).as_deref(), Some("(a poll)"));
    }
}
