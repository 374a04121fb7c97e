//! Out of Band Data (XEP-0066): a file as an HTTP address on the sender's computer, in a message or an iq. iChat, Adium,
//! Salut and Gajim know this and nothing else.

use std::net::IpAddr;

use super::{Extension, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::text::clean_line;

/// See the module.
#[derive(Default)]
pub struct Oob;

impl Extension for Oob {
    fn spec(&self) -> Spec {
        Spec {
            number: 66,
            title: "Out of Band Data",
            version: "1.5",
            features: &[ns::OOB, ns::IQ_OOB],
            scope: "files over HTTP with iChat, Adium, Salut and Gajim, folders on receive; addresses of the peer itself only",
        }
    }
}

/// A file at an HTTP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The computer that serves it: an address, no name.
    pub host: IpAddr,
    /// TCP port.
    pub port: u16,
    /// What to ask of it: path and query, percent-encoded as it came.
    pub path: String,
    /// The name of the file, decoded: to be cleaned.
    pub name: String,
    /// In bytes, where told.
    pub size: Option<u64>,
    /// As told.
    pub media_type: Option<String>,
    /// iChat's folders: the address gives a listing.
    pub folder: bool,
    /// What was said of it.
    pub description: Option<String>,
}

/// Reads `<x xmlns='jabber:x:oob'/>` or `<query xmlns='jabber:iq:oob'/>`; `None` if it is no plain HTTP address of a
/// computer, which is then a link like any other.
pub fn offered(oob: &Element) -> Option<Offer> {
    let url = oob
        .elements()
        .find(|child| child.name == "url" && child.ns == oob.ns)?;
    // Quirk `url-newline`: iChat begins the address with a newline.
    let offer = at(url.text().trim())?;
    let description = oob.elements().find(|child| child.name == "desc");
    Some(Offer {
        size: url.attr("size").and_then(|size| size.trim().parse().ok()),
        media_type: url.attr("mimeType").map(str::to_owned),
        folder: url.attr("type") == Some("directory"),
        description: description.map(|description| clean_line(&description.text())),
        ..offer
    })
}

/// A file at an HTTP address of a computer, of which nothing else is known.
pub fn at(url: &str) -> Option<Offer> {
    let (host, port, path) = split(url)?;
    let last = path
        .split(['?', '#'])
        .next()?
        .trim_end_matches('/')
        .rsplit('/')
        .next()?;
    Some(Offer {
        host,
        port,
        name: decode(last),
        path,
        size: None,
        media_type: None,
        folder: false,
        description: None,
    })
}

/// Our file, for a message (`jabber:x:oob`).
pub fn offer(url: &str, size: u64, media_type: Option<&str>) -> Element {
    let mut address = Element::new("url", ns::OOB)
        .with_attr("type", "file")
        .with_attr("size", size.to_string())
        .with_attr("posixflags", "000001A4");
    if let Some(media_type) = media_type {
        address.set_attr("mimeType", media_type);
    }
    Element::new("x", ns::OOB).with_child(address.with_text(url))
}

/// Host, port and path of `http://host:port/path`.
fn split(url: &str) -> Option<(IpAddr, u16, String)> {
    let scheme = url.get(..7)?;
    let rest = url.get(7..)?;
    let plain = scheme.eq_ignore_ascii_case("http://") && url.len() <= 4096;
    if !plain || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let at = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let (host, port) = match authority.strip_prefix('[') {
        Some(v6) => {
            let (host, port) = v6.split_once(']')?;
            (host, port.strip_prefix(':'))
        }
        None => match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let host = host.split('%').next()?.parse::<IpAddr>().ok()?;
    let port = port.map_or(Some(80), |port| port.parse().ok())?;
    let path = if path.is_empty() { "/" } else { path };
    Some((host, port, path.to_owned()))
}

/// Percent-encoded to text; what is no UTF-8 becomes replacement characters.
fn decode(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let byte = tail
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = tail
            .get(if byte.is_some() { 2 } else { 0 }..)
            .unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A name as a part of an address: everything but letters, digits and `-._~` percent-encoded.
pub fn encode(name: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
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

    fn with_url(url: &str) -> Element {
        Element::new("x", ns::OOB).with_child(
            Element::new("url", ns::OOB)
                .with_attr("size", "5")
                .with_text(url),
        )
    }

    #[test]
    fn what_ichat_sends_is_read() {
        let offer = offered(&with_url("\nhttp://10.77.0.3:5297/5E2A/My%20R%C3%B6se.png")).unwrap();
        assert_eq!(offer.name, "My Röse.png");
        assert_eq!(
            (offer.host.to_string().as_str(), offer.port, offer.size),
            ("10.77.0.3", 5297, Some(5))
        );
        assert_eq!(offer.path, "/5E2A/My%20R%C3%B6se.png");
        let scoped = offered(&with_url("http://[fe80::1%25en0]:80/x")).unwrap();
        assert_eq!(scoped.host.to_string(), "fe80::1");
    }

    #[test]
    fn what_is_no_address_of_a_computer_is_no_file() {
        for url in [
            "https://10.0.0.1/x",
            "http://example.org/x",
            "ftp://10.0.0.1/x",
            "http://10.0.0.1:x/",
            "é",
            "",
            "http://10.0.0.1/a b",
        ] {
            assert_eq!(offered(&with_url(url)), None, "{url}");
        }
    }

    #[test]
    fn a_name_survives_an_address() {
        let url = format!("http://10.0.0.1:1/r/{}", encode("ü &?#%.txt"));
        assert_eq!(offered(&with_url(&url)).unwrap().name, "ü &?#%.txt");
        assert_eq!(decode("100%"), "100%");
    }
}
