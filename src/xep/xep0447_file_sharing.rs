//! Stateless File Sharing (XEP-0447) with File metadata element (XEP-0446): what a message with the HTTP address of a file
//! says about the file. Programs that know neither see the address in the text and in XEP-0066's element.

use super::{Extension, Spec, xep0066_oob as oob};
use crate::wire::element::Element;
use crate::wire::ns;

/// See the module.
#[derive(Default)]
pub struct FileSharing;

impl Extension for FileSharing {
    fn spec(&self) -> Spec {
        Spec {
            number: 447,
            title: "Stateless file sharing",
            version: "0.3.0",
            features: &[ns::SFS],
            scope: "name, size and kind (XEP-0446) beside an HTTP address on the sender's computer, both ways; no other sources",
        }
    }
}

/// Our file at this address.
pub fn offer(url: &str, name: &str, size: u64, media_type: Option<&str>) -> Element {
    let text = |tag: &'static str, text: &str| Element::new(tag, ns::FILE_METADATA).with_text(text);
    let mut file = Element::new("file", ns::FILE_METADATA)
        .with_child(text("name", name))
        .with_child(text("size", &size.to_string()));
    if let Some(media_type) = media_type {
        file.push(text("media-type", media_type));
    }
    let source = Element::new("url-data", ns::URL_DATA).with_attr("target", url);
    Element::new("file-sharing", ns::SFS)
        .with_attr("disposition", "attachment")
        .with_child(file)
        .with_child(Element::new("sources", ns::SFS).with_child(source))
}

/// Reads a message's `<file-sharing/>`: the first source that is an HTTP address of a computer.
pub fn offered(message: &Element) -> Option<oob::Offer> {
    let shared = message.child("file-sharing", ns::SFS)?;
    let file = shared.child("file", ns::FILE_METADATA)?;
    let text = |tag: &str| file.child(tag, ns::FILE_METADATA).map(Element::text);
    let sources = shared.child("sources", ns::SFS)?;
    let mut offer = sources
        .elements()
        .filter(|source| source.is("url-data", ns::URL_DATA))
        .filter_map(|source| source.attr("target"))
        .find_map(oob::at)?;
    if let Some(name) = text("name").filter(|name| !name.is_empty()) {
        offer.name = name;
    }
    offer.size = text("size").and_then(|size| size.trim().parse().ok());
    offer.media_type = text("media-type");
    Some(offer)
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

    fn message(url: &str) -> Element {
        Element::new("message", ns::CLIENT).with_child(offer(
            url,
            "My Röse & co.png",
            5,
            Some("image/png"),
        ))
    }

    #[test]
    fn what_is_written_is_read() {
        let offer = offered(&message("http://10.0.0.1:4000/secret/x.png")).unwrap();
        assert_eq!(
            (offer.name.as_str(), offer.size),
            ("My Röse & co.png", Some(5))
        );
        assert_eq!((offer.port, offer.path.as_str()), (4000, "/secret/x.png"));
        assert_eq!(offer.media_type.as_deref(), Some("image/png"));
    }

    #[test]
    fn what_has_no_address_of_a_computer_is_no_file() {
        for url in ["https://10.0.0.1/x", "http://example.org/x", "cid:1", ""] {
            assert_eq!(offered(&message(url)), None, "{url}");
        }
        assert_eq!(offered(&Element::new("message", ns::CLIENT)), None);
    }
}
