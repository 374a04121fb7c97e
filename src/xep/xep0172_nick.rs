//! User Nickname (XEP-0172 §4.2) in presence on streams; the TXT record's `nick` tells those without one.

use super::{Cx, Extension, Presence, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::text::clean_name;

const NS: &str = ns::NICK;

/// See the module.
#[derive(Default)]
pub struct Nick;

impl Extension for Nick {
    fn spec(&self) -> Spec {
        Spec {
            number: 172,
            title: "User Nickname",
            version: "1.1",
            features: &[NS],
            scope: "in presence on streams, beside the TXT record's",
        }
    }

    fn present(&mut self, _cx: &mut Cx<'_>, stanza: &Element, presence: &mut Presence) {
        if let Some(nick) = stanza.child("nick", NS) {
            presence.nick = clean_name(&nick.text());
        }
    }

    fn announce(&mut self, _cx: &mut Cx<'_>, presence: &Presence, stanza: &mut Element) {
        if !presence.nick.is_empty() {
            stanza.push(Element::new("nick", NS).with_text(&*presence.nick));
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

    #[test]
    fn the_nick_arrives_cleaned() {
        let mut scene = Scene::default();
        let stanza = scene.announce(&mut Nick);
        assert_eq!(scene.present(&mut Nick, &stanza).nick, "Juliet");
        let hostile = Element::new("presence", "jabber:client")
            .with_child(Element::new("nick", NS).with_text("ad\u{202E}min\n"));
        assert_eq!(scene.present(&mut Nick, &hostile).nick, "admin");
        scene.me.nick.clear();
        assert!(scene.announce(&mut Nick).children.is_empty());
    }
}
