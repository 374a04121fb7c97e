//! Software Version (XEP-0092 §3): what we are, and on what system if the user lets it be told.

use super::{Answer, Cx, Extension, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::stanza::ErrorKind;

const NS: &str = ns::VERSION;

/// See the module.
#[derive(Default)]
pub struct Version;

impl Extension for Version {
    fn spec(&self) -> Spec {
        Spec {
            number: 92,
            title: "Software Version",
            version: "1.1",
            features: &[NS],
            scope: "answers; the operating system only where the settings say so",
        }
    }

    fn request(&mut self, cx: &mut Cx<'_>, set: bool, payload: &Element) -> Option<Answer> {
        if !payload.is("query", NS) {
            return None;
        }
        if set {
            return Some(Answer::error(ErrorKind::Cancel, "not-allowed"));
        }
        let field = |name: &'static str, text: &str| Element::new(name, NS).with_text(text);
        let mut query = Element::new("query", NS)
            .with_child(field("name", "Balcony"))
            .with_child(field("version", env!("CARGO_PKG_VERSION")));
        if cx.me.tell {
            query.push(field("os", std::env::consts::OS));
        }
        Some(Answer::Result(Some(query)))
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
    fn name_and_version_are_told_the_system_only_if_allowed() {
        let mut scene = Scene::default();
        let query = || Element::new("query", NS);
        let told = scene.ask(&mut Version, query()).unwrap();
        assert_eq!(told.child("name", NS).unwrap().text(), "Balcony");
        assert_eq!(
            told.child("version", NS).unwrap().text(),
            env!("CARGO_PKG_VERSION")
        );
        assert!(told.child("os", NS).is_some());
        scene.me.tell = false;
        assert!(
            scene
                .ask(&mut Version, query())
                .unwrap()
                .child("os", NS)
                .is_none()
        );
        assert!(matches!(
            scene.request(&mut Version, true, &query()),
            Some(Answer::Error(_))
        ));
    }
}
