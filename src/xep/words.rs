//! The words of a message as they go over the wire: with what stands in them for programs that do not know an extension, as
//! a person would write it.
//!
//! | what | who knows it | who does not |
//! |---|---|---|
//! | answer | the text; the quotation before it is marked and left out | `> the words` and the text below |
//! | correction | replaces the text | `* the new text` as a message of its own |
//! | retraction | a tombstone | the document's sentence to programs of our age; nothing to Pidgin and iChat |
//! | reaction, marker, attention | as such | nothing |
//! | spoiler | hidden | `(spoiler: hint)`, empty lines, the text |
//! | broadcast | marked | `[to 12 people] the text` |

use super::{Outgoing, PeerFacts, xep0424_retraction, xep0461_replies};
use crate::event::Change;
use crate::wire::element::Element;
use crate::wire::ns;

/// An id of a message is never longer.
const MAX_ID: usize = 255;

/// Is it known that this peer does not know the extension with this feature?
pub fn lacks(peer: &PeerFacts, feature: &str) -> bool {
    peer.legacy || (peer.features.is_some() && !peer.has(feature) && !peer.is_balcony())
}

/// The id of a message in this attribute, if it can be one.
pub fn target(element: &Element, attribute: &str) -> Option<String> {
    let id = element.attr(attribute)?;
    (!id.trim().is_empty() && id.len() <= MAX_ID).then(|| id.to_owned())
}

/// What stands in `<body/>` for this peer; `None` if there is to be none.
pub fn wire_body(peer: &PeerFacts, message: &Outgoing) -> Option<String> {
    let Some(body) = &message.body else {
        return match &message.about.as_ref()?.change {
            Change::Correct { body, .. } if lacks(peer, ns::CORRECT) => Some(format!("* {body}")),
            Change::Correct { body, .. } => Some(body.clone()),
            Change::Retract if !peer.legacy => Some(xep0424_retraction::FALLBACK.to_owned()),
            _ => None,
        };
    };
    let Some(extra) = &message.extra else {
        return Some(body.clone());
    };
    // The quotation is the very first: its place is counted from the beginning.
    let mut words = xep0461_replies::quotation(extra);
    if let Some(broadcast) = extra.broadcast.as_ref().filter(|_| !peer.is_balcony()) {
        words += &match broadcast.people {
            1 => "[to 1 person] ".to_owned(),
            people => format!("[to {people} people] "),
        };
    }
    match extra.spoiler.as_deref() {
        Some("") if lacks(peer, ns::SPOILER) => words += "(spoiler)\n\n\n\n",
        Some(hint) if lacks(peer, ns::SPOILER) => words += &format!("(spoiler: {hint})\n\n\n\n"),
        _ => {}
    }
    Some(words + body)
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
    use crate::event::{Broadcast, Extra, Quote};
    use crate::wire::jid::Jid;
    use crate::xep::testing::{Scene, about, saying};

    fn words(change: impl FnOnce(&mut PeerFacts), message: &Outgoing) -> Option<String> {
        let mut peer = Scene::default().peer;
        change(&mut peer);
        wire_body(&peer, message)
    }

    fn pidgin(peer: &mut PeerFacts) {
        (peer.legacy, peer.libpurple) = (true, true);
    }

    fn ours(peer: &mut PeerFacts) {
        peer.caps = Some((crate::xep::NODE.into(), "x".into(), "sha-1".into()));
        peer.features = Some(Default::default());
    }

    fn correction() -> Outgoing {
        about(Change::Correct {
            body: "hello".into(),
            spans: Vec::new(),
        })
    }

    #[test]
    fn a_correction_is_written_as_people_write_it_where_it_is_not_known() {
        assert_eq!(words(pidgin, &correction()).as_deref(), Some("* hello"));
        assert_eq!(words(ours, &correction()).as_deref(), Some("hello"));
        assert_eq!(words(|_| {}, &correction()).as_deref(), Some("hello"));
        let knows_others = |peer: &mut PeerFacts| peer.features = Some(Default::default());
        assert_eq!(
            words(knows_others, &correction()).as_deref(),
            Some("* hello")
        );
    }

    #[test]
    fn what_cannot_be_said_to_a_plain_program_is_not_said_to_it() {
        for change in [
            Change::Retract,
            Change::Displayed,
            Change::React {
                emoji: vec!["👋".into()],
            },
        ] {
            assert_eq!(words(pidgin, &about(change)), None);
        }
        assert!(
            words(ours, &about(Change::Retract))
                .unwrap()
                .starts_with("/me ")
        );
    }

    #[test]
    fn marks_of_a_text_are_words_where_they_are_not_known() {
        let mut text = saying("they marry");
        text.extra = Extra {
            reply_to: Some("m1".into()),
            quote: Some(Quote {
                from: Jid::new("anna@desk").unwrap(),
                body: "and then?".into(),
            }),
            spoiler: Some("the end".into()),
            broadcast: Some(Broadcast {
                id: None,
                people: 12,
            }),
            ..Extra::default()
        }
        .boxed();
        assert_eq!(
            words(pidgin, &text).as_deref(),
            Some("> and then?\n[to 12 people] (spoiler: the end)\n\n\n\nthey marry")
        );
        assert_eq!(
            words(ours, &text).as_deref(),
            Some("> and then?\nthey marry")
        );
    }
}
