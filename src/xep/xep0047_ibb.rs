//! In-Band Bytestreams (XEP-0047): bytes in iq stanzas, one block under way in each direction.
//!
//! Between Balconies and only where no connection of its own can be made. Both sides send; an empty block says that a side
//! has said all (the document has no word for that, and `<close/>` ends both directions).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Extension, Spec};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::stanza::StanzaError;

/// The most bytes in one block (§2.1: an unsigned short).
pub const MOST: usize = 65_535;

/// See the module.
#[derive(Default)]
pub struct InBand;

impl Extension for InBand {
    fn spec(&self) -> Spec {
        Spec {
            number: 47,
            title: "In-Band Bytestreams",
            version: "2.0.1",
            features: &[ns::IBB],
            scope: "files between Balconies, where a firewall lets neither connect to the other; iq stanzas, one block under way",
        }
    }
}

/// What happens to a bytestream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It begins.
    Open,
    /// Its next bytes.
    Data {
        /// Counts the blocks of this side, from 0, and begins again after 65 535.
        seq: u16,
        /// They.
        bytes: Vec<u8>,
    },
    /// It is over.
    Close,
}

/// Reads a payload: the bytestream's id and what happens.
///
/// # Errors
/// The stanza error to answer.
pub fn read(payload: &Element) -> Result<(String, Step), StanzaError> {
    let bad = || StanzaError::new("bad-request");
    let sid = payload.attr("sid").filter(|sid| sid.len() <= 256);
    let sid = sid.ok_or_else(bad)?.to_owned();
    let step = match &*payload.name {
        "open" if payload.attr("stanza").is_some_and(|stanza| stanza != "iq") => {
            return Err(StanzaError::new("feature-not-implemented"));
        }
        "open" => Step::Open,
        "close" => Step::Close,
        "data" => {
            let seq = payload.attr("seq").and_then(|seq| seq.parse().ok());
            let bytes = STANDARD.decode(payload.text().trim()).ok();
            let bytes = bytes.filter(|bytes| bytes.len() <= MOST);
            Step::Data {
                seq: seq.ok_or_else(bad)?,
                bytes: bytes.ok_or_else(bad)?,
            }
        }
        _ => return Err(StanzaError::new("feature-not-implemented")),
    };
    Ok((sid, step))
}

/// Begins one.
pub fn open(sid: &str) -> Element {
    Element::new("open", ns::IBB)
        .with_attr("sid", sid)
        .with_attr("block-size", MOST.to_string())
        .with_attr("stanza", "iq")
}

/// One block.
pub fn data(sid: &str, seq: u16, bytes: &[u8]) -> Element {
    Element::new("data", ns::IBB)
        .with_attr("sid", sid)
        .with_attr("seq", seq.to_string())
        .with_text(STANDARD.encode(bytes))
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
    fn blocks_are_read_as_they_were_written() {
        for bytes in [&b""[..], b"rose", &[0xFF; MOST]] {
            let (sid, step) = read(&data("s", 65_535, bytes)).unwrap();
            let bytes = bytes.to_vec();
            assert_eq!(
                (sid.as_str(), step),
                ("s", Step::Data { seq: 65_535, bytes })
            );
        }
        assert_eq!(read(&open("s")).unwrap().1, Step::Open);
    }

    #[test]
    fn what_is_no_block_is_refused() {
        let condition = |payload: &Element| read(payload).unwrap_err().condition;
        assert_eq!(condition(&data("s", 0, &[0; MOST + 1])), "bad-request");
        assert_eq!(condition(&data(&"s".repeat(257), 0, b"")), "bad-request");
        let no_base64 = data("s", 0, b"").with_text("?");
        assert_eq!(condition(&no_base64), "bad-request");
        let messages = open("s").with_attr("stanza", "message");
        assert_eq!(condition(&messages), "feature-not-implemented");
    }
}
