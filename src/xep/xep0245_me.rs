//! The /me Command (XEP-0245): nothing on the wire; [`crate::wire::text::action`] tells the faces how to show it.

use super::{Extension, Spec};

/// See the module.
#[derive(Default)]
pub struct Me;

impl Extension for Me {
    fn spec(&self) -> Spec {
        Spec {
            number: 245,
            title: "The /me Command",
            version: "1.0",
            features: &[],
            scope: "shown as an action in every face",
        }
    }
}
