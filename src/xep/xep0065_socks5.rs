//! SOCKS5 Bytestreams (XEP-0065) without proxies, as link-local clients use them: the sender listens, the receiver
//! connects to one of its addresses and names the stream by a hash.

use std::net::IpAddr;

use sha1::{Digest, Sha1};

use super::{Extension, Spec};
use crate::wire::element::Element;
use crate::wire::ns;

/// The most hosts that are read of an offer.
const MOST_HOSTS: usize = 24;

/// See the module.
#[derive(Default)]
pub struct Socks5;

impl Extension for Socks5 {
    fn spec(&self) -> Spec {
        Spec {
            number: 65,
            title: "SOCKS5 Bytestreams",
            version: "1.8.2",
            features: &[ns::BYTESTREAMS],
            scope: "for SI file transfers; only hosts that are the peer's own, no proxies, no UDP",
        }
    }
}

/// Where a stream can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name, for `streamhost-used`: libpurple sends the session's id here, echoed as it is.
    pub jid: String,
    /// Its address. Names are not looked up.
    pub address: IpAddr,
    /// TCP port.
    pub port: u16,
}

/// Reads the hosts of `<query/>`, and which session they are for.
pub fn hosts(query: &Element) -> Option<(String, Vec<Host>)> {
    let sid = query.attr("sid")?.to_owned();
    let host = |host: &Element| {
        let address = host.attr("host")?.split('%').next()?.parse().ok()?;
        let port = host
            .attr("port")?
            .trim()
            .parse()
            .ok()
            .filter(|port| *port != 0)?;
        let jid = host.attr("jid")?.to_owned();
        Some(Host { jid, address, port })
    };
    let all = query
        .elements()
        .filter(|child| child.is("streamhost", ns::BYTESTREAMS));
    Some((sid, all.take(MOST_HOSTS).filter_map(host).collect()))
}

/// Our hosts.
///
/// Quirk `streamhost-sid`: libpurple names its hosts by the session's id and compares nothing; ours are named so, too.
pub fn offer(sid: &str, addresses: &[IpAddr], port: u16) -> Element {
    let mut query = Element::new("query", ns::BYTESTREAMS)
        .with_attr("sid", sid)
        .with_attr("mode", "tcp");
    for address in addresses.iter().take(MOST_HOSTS) {
        query.push(
            Element::new("streamhost", ns::BYTESTREAMS)
                .with_attr("jid", sid)
                .with_attr("host", address.to_string())
                .with_attr("port", port.to_string()),
        );
    }
    query
}

/// We are connected to this host.
pub fn used(jid: &str) -> Element {
    let used = Element::new("streamhost-used", ns::BYTESTREAMS).with_attr("jid", jid);
    Element::new("query", ns::BYTESTREAMS).with_child(used)
}

/// What is asked of the SOCKS5 server as its destination: the hash of session, sender and receiver (§5.3.2).
pub fn destination(sid: &str, initiator: &str, target: &str) -> String {
    let mut hash = Sha1::new();
    for part in [sid, initiator, target] {
        hash.update(part.as_bytes());
    }
    crate::model::roster::hex(&hash.finalize())
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
    fn hosts_are_addresses_and_no_names() {
        let addresses: Vec<IpAddr> = vec!["10.77.0.1".parse().unwrap(), "fe80::1".parse().unwrap()];
        let mut query = offer("7", &addresses, 4000);
        for (host, port) in [
            ("evil.example.org", "80"),
            ("10.0.0.9", "0"),
            ("10.0.0.9", "x"),
        ] {
            query.push(
                Element::new("streamhost", ns::BYTESTREAMS)
                    .with_attr("jid", "7")
                    .with_attr("host", host)
                    .with_attr("port", port),
            );
        }
        let (sid, hosts) = hosts(&query).unwrap();
        assert_eq!(sid, "7");
        assert_eq!(
            hosts.iter().map(|host| host.address).collect::<Vec<_>>(),
            addresses
        );
    }

    #[test]
    fn the_destination_is_the_hash_of_the_three() {
        assert_eq!(
            destination(
                "vxf9n471bn46",
                "requester@example.com/foo",
                "target@example.org/bar"
            ),
            destination(
                "vxf9n471bn46requester@example.com/foo",
                "target@example.org/bar",
                ""
            )
        );
        assert_eq!(
            destination("a", "b", "c"),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
    }
}
