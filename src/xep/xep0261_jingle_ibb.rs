//! Jingle In-Band Bytestreams Transport Method (XEP-0261): the way of last resort for the bytes of a session, asked for by
//! the receiver with `transport-replace` (XEP-0166 §7.2.14) when no connection could be made.

use super::{Extension, Spec, xep0047_ibb as ibb};
use crate::wire::element::Element;
use crate::wire::ns;

/// See the module.
#[derive(Default)]
pub struct JingleInBand;

impl Extension for JingleInBand {
    fn spec(&self) -> Spec {
        Spec {
            number: 261,
            title: "Jingle In-Band Bytestreams Transport Method",
            version: "1.0",
            features: &[ns::JINGLE_IBB],
            scope: "the last resort for files between Balconies, as encrypted as the stream",
        }
    }
}

/// The transport in a content.
pub fn transport(sid: &str) -> Element {
    Element::new("transport", ns::JINGLE_IBB)
        .with_attr("sid", sid)
        .with_attr("block-size", ibb::MOST.to_string())
}

/// The bytestream's id, of a content with this transport.
pub fn offered(content: &Element) -> Option<String> {
    let transport = content.child("transport", ns::JINGLE_IBB)?;
    let sid = transport.attr("sid")?;
    (!sid.is_empty() && sid.len() <= 256).then(|| sid.to_owned())
}
