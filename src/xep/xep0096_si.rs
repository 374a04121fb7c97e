//! SI File Transfer (XEP-0096) over Stream Initiation (XEP-0095): how Pidgin, Finch and Salut offer and take files. The
//! bytes go by SOCKS5 ([`super::xep0065_socks5`]); the node answers, because the answer is the user's.

use super::{Extension, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::stanza::{ErrorKind, StanzaError};

/// The largest file that goes this way.
///
/// Quirk `si-size-int`: libpurple keeps the size in a C `int`.
pub const MAX_SIZE: u64 = i32::MAX as u64;

/// See the module.
#[derive(Default)]
pub struct Si;

impl Extension for Si {
    fn spec(&self) -> Spec {
        Spec {
            number: 96,
            title: "SI File Transfer",
            version: "1.3.1",
            features: &[ns::SI, ns::SI_FILE],
            scope: "both ways with Pidgin and Finch, by SOCKS5; no ranges",
        }
    }
}

/// An offer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The id of the stream initiation.
    pub sid: String,
    /// As the peer says: to be cleaned.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// As the peer says.
    pub media_type: Option<String>,
}

/// Reads `<si/>`.
///
/// # Errors
/// The stanza error to answer: another profile, or no file in it. Which methods it lists is not looked at: libpurple and
/// Salut both take SOCKS5.
pub fn offered(si: &Element) -> Result<Offer, StanzaError> {
    if si.attr("profile") != Some(ns::SI_FILE) {
        return Err(StanzaError::new("bad-request"));
    }
    let file = si.child("file", ns::SI_FILE);
    let size = file.and_then(|file| file.attr("size")?.trim().parse().ok());
    let (Some(file), Some(size), Some(sid)) = (file, size, si.attr("id")) else {
        return Err(StanzaError::new("bad-request"));
    };
    if sid.is_empty() || sid.len() > 256 {
        return Err(StanzaError::new("bad-request"));
    }
    Ok(Offer {
        sid: sid.to_owned(),
        name: file.attr("name").unwrap_or_default().to_owned(),
        size,
        media_type: si.attr("mime-type").map(str::to_owned),
    })
}

/// Our offer. The same string as SI id and iq id.
///
/// Quirk `decline-by-si-id`: libpurple declines with the id of the SI, not of the iq.
pub fn offer(sid: &str, name: &str, size: u64, media_type: Option<&str>) -> Element {
    let option = Element::new("option", ns::DATA)
        .with_child(Element::new("value", ns::DATA).with_text(ns::BYTESTREAMS));
    let field = Element::new("field", ns::DATA)
        .with_attr("var", "stream-method")
        .with_attr("type", "list-single")
        .with_child(option);
    let file = Element::new("file", ns::SI_FILE)
        .with_attr("name", name)
        .with_attr("size", size.to_string());
    let mut si = Element::new("si", ns::SI)
        .with_attr("id", sid)
        .with_attr("profile", ns::SI_FILE);
    if let Some(media_type) = media_type {
        si.set_attr("mime-type", media_type);
    }
    si.with_child(file).with_child(negotiated("form", field))
}

/// We take it, by SOCKS5.
pub fn accept() -> Element {
    let field = Element::new("field", ns::DATA)
        .with_attr("var", "stream-method")
        .with_child(Element::new("value", ns::DATA).with_text(ns::BYTESTREAMS));
    Element::new("si", ns::SI).with_child(negotiated("submit", field))
}

/// We do not take it (XEP-0095 §3.2: forbidden, "Offer Declined").
pub fn decline() -> StanzaError {
    StanzaError {
        kind: ErrorKind::Cancel,
        ..StanzaError::with_text("forbidden", "Offer Declined")
    }
}

fn negotiated(kind: &str, field: Element) -> Element {
    let form = Element::new("x", ns::DATA)
        .with_attr("type", kind)
        .with_child(field);
    Element::new("feature", ns::FEATURE_NEG).with_child(form)
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

    #[test]
    fn an_offer_is_read_as_it_was_written() {
        let written = offer("t1", "small file ü.txt", 21, None);
        let read = offered(&written).unwrap();
        assert_eq!(
            (read.sid.as_str(), read.name.as_str(), read.size),
            ("t1", "small file ü.txt", 21)
        );
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let mut other = offer("t1", "x", 1, None);
        other.set_attr("profile", "urn:else");
        assert_eq!(offered(&other).unwrap_err().condition, "bad-request");
        let empty = Element::new("si", ns::SI)
            .with_attr("profile", ns::SI_FILE)
            .with_attr("id", "1");
        assert!(offered(&empty).is_err());
        let mut negative = offer("t1", "x", 1, None);
        if let Some(crate::wire::element::Node::Element(file)) = negative.children.first_mut() {
            file.set_attr("size", "-1");
        }
        assert!(offered(&negative).is_err());
    }
}
