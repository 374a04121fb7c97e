//! vcard-temp (XEP-0054 §3.1): who asks gets what our TXT record tells anyway, the nick.

use super::{Answer, Cx, Extension, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::stanza::ErrorKind;

const NS: &str = ns::VCARD;

/// See the module.
#[derive(Default)]
pub struct Vcard;

impl Extension for Vcard {
    fn spec(&self) -> Spec {
        Spec {
            number: 54,
            title: "vcard-temp",
            version: "1.3.0",
            features: &[NS],
            scope: "answers with the nick, if it is published",
        }
    }

    fn request(&mut self, cx: &mut Cx<'_>, set: bool, payload: &Element) -> Option<Answer> {
        if !payload.is("vCard", NS) {
            return None;
        }
        if set {
            return Some(Answer::error(ErrorKind::Cancel, "not-allowed"));
        }
        let mut card = Element::new("vCard", NS);
        if !cx.me.nick.is_empty() {
            card.push(Element::new("NICKNAME", NS).with_text(&*cx.me.nick));
        }
        Some(Answer::Result(Some(card)))
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
    use crate::model::settings::Settings;
    use crate::xep::testing::Scene;

    #[test]
    fn the_published_nick_is_told_and_nothing_else() {
        let mut scene = Scene::default();
        let vcard = || Element::new("vCard", NS);
        let told = scene.ask(&mut Vcard, vcard()).unwrap();
        assert_eq!(told.child("NICKNAME", NS).unwrap().text(), "Juliet");
        assert_eq!(told.children.len(), 1);
        let mut settings = Settings {
            nick: "Juliet".into(),
            ..Settings::default()
        };
        settings.publish.nick = false;
        scene.me.follow(&settings);
        let told = scene.ask(&mut Vcard, vcard()).unwrap();
        assert!(told.children.is_empty());
        let set = scene.request(&mut Vcard, true, &vcard());
        assert!(matches!(set, Some(Answer::Error(_))));
    }
}
