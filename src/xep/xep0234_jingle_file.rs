//! Jingle File Transfer (XEP-0234) in Jingle sessions (XEP-0166), between Balconies: one file or one folder a session.
//!
//! The bytes go over a TCP connection of their own (`urn:xmpp:balcony:jingle:transports:tls-tcp:0`): the offer holds the
//! port where the sender listens and a token of 32 bytes; the receiver connects to that port on an address of the
//! sender, proves the token, says how much it has already and by its hash that it is of the same file, and gets the
//! rest, then the SHA-256 of the whole. A resumed transfer is offered again under its session's id. Who takes an offer says
//! where it listens itself: a sender to whom nobody comes connects to there, and says the token first. If that does not
//! work either, the receiver asks for the way of XEP-0261.
//!
//! The SHA-256 of one file is in the offer (XEP-0300), if the sender knows it, or follows as a checksum (§8.1).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::{Extension, Spec, xep0261_jingle_ibb as in_band};
use crate::wire::element::Element;
use crate::wire::ns;
use crate::wire::stanza::StanzaError;

const FT: &str = ns::JINGLE_FT;

/// The media type by which a folder is offered.
pub const FOLDER_TYPE: &str = "inode/directory";

/// See the module.
#[derive(Default)]
pub struct JingleFile;

impl Extension for JingleFile {
    fn spec(&self) -> Spec {
        Spec {
            number: 234,
            title: "Jingle File Transfer",
            version: "0.19.1",
            features: &[ns::JINGLE, FT, ns::TLS_TCP, ns::FILES],
            scope: "between Balconies, over a connection of its own that either side makes: files and folders, resumed, SHA-256 checked",
        }
    }
}

/// What a session is about, and how to get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// As the peer says: to be cleaned.
    pub name: String,
    /// In bytes; of a folder the sum of its files.
    pub size: u64,
    /// As the peer says.
    pub media_type: Option<String>,
    /// How many files are in the folder, if it is one.
    pub folder: Option<u64>,
    /// SHA-256 of the whole, if the sender knows it already.
    pub sha256: Option<[u8; 32]>,
    /// What proves the connection.
    pub token: [u8; 32],
    /// Where the sender listens.
    pub port: u16,
}

/// One step of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Offered, for the first time or again.
    Initiate(Box<Offer>),
    /// Taken.
    Accept {
        /// Where the receiver listens, if the sender is to connect to it.
        port: Option<u16>,
    },
    /// No connection was made: the receiver wants it in-band, under this id.
    Replace(String),
    /// The sender goes that way.
    Replaced,
    /// Over, by whichever side.
    Terminate {
        /// A reason of XEP-0166 §7.4: success, decline, cancel, failed-application, …
        reason: String,
        /// For people.
        text: Option<String>,
    },
    /// Held back by the other side's user until further notice.
    Pause,
    /// Offer it again.
    Resume,
    /// The sender knows the SHA-256 of the whole now (§8.1).
    Checksum([u8; 32]),
}

/// Reads `<jingle/>`: the session's id and what happens to it.
///
/// # Errors
/// The stanza error to answer.
pub fn read(jingle: &Element) -> Result<(String, Action), StanzaError> {
    let bad = || StanzaError::new("bad-request");
    let sid = jingle
        .attr("sid")
        .filter(|sid| !sid.is_empty() && sid.len() <= 256);
    let sid = sid.ok_or_else(bad)?.to_owned();
    let action = match jingle.attr("action") {
        Some("session-initiate") => Action::Initiate(Box::new(offered(jingle)?)),
        Some("session-accept") => Action::Accept {
            port: accepted_at(jingle),
        },
        Some("transport-replace") => {
            let content = jingle.child("content", ns::JINGLE).ok_or_else(bad)?;
            let unknown = || StanzaError::new("feature-not-implemented");
            Action::Replace(in_band::offered(content).ok_or_else(unknown)?)
        }
        Some("transport-accept") => Action::Replaced,
        Some("session-terminate") => {
            let reason = jingle.child("reason", ns::JINGLE);
            let condition =
                reason.and_then(|reason| reason.elements().find(|child| child.name != "text"));
            let text = reason.and_then(|reason| reason.child("text", ns::JINGLE));
            Action::Terminate {
                reason: condition
                    .map_or("cancel".to_owned(), |condition| condition.name.to_string()),
                text: text.map(|text| crate::wire::text::clean_line(&text.text())),
            }
        }
        Some("session-info") if jingle.child("pause", ns::FILES).is_some() => Action::Pause,
        Some("session-info") if jingle.child("resume", ns::FILES).is_some() => Action::Resume,
        Some("session-info") if jingle.child("checksum", FT).is_some() => {
            let checksum = jingle.child("checksum", FT);
            let file = checksum.and_then(|checksum| checksum.child("file", FT));
            Action::Checksum(file.and_then(hash).ok_or_else(bad)?)
        }
        Some(_) => return Err(StanzaError::new("feature-not-implemented")),
        None => return Err(bad()),
    };
    Ok((sid, action))
}

fn offered(jingle: &Element) -> Result<Offer, StanzaError> {
    let unknown = || StanzaError::new("feature-not-implemented");
    let bad = || StanzaError::new("bad-request");
    let content = jingle.child("content", ns::JINGLE).ok_or_else(bad)?;
    // §6.1 must be present, and requests of files are not answered: what is not offered is nobody's business.
    if content.attr("senders") != Some("initiator") {
        return Err(unknown());
    }
    let description = content.child("description", FT).ok_or_else(unknown)?;
    let transport = content
        .child("transport", ns::TLS_TCP)
        .ok_or_else(unknown)?;
    let file = description.child("file", FT).ok_or_else(bad)?;
    let text = |name: &str| file.child(name, FT).map(Element::text);
    let token = transport
        .attr("token")
        .and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
    let port = transport.attr("port").and_then(|port| port.parse().ok());
    let folder = file.child("folder", ns::FILES);
    Ok(Offer {
        name: text("name").unwrap_or_default(),
        size: text("size")
            .and_then(|size| size.trim().parse().ok())
            .ok_or_else(bad)?,
        media_type: text("media-type"),
        folder: folder.and_then(|folder| folder.attr("files")?.parse().ok()),
        sha256: hash(file),
        token: token
            .and_then(|token| token.try_into().ok())
            .ok_or_else(bad)?,
        port: port.filter(|port| *port != 0).ok_or_else(bad)?,
    })
}

/// The SHA-256 (XEP-0300) of a `<file/>`, if it is told in that form.
fn hash(file: &Element) -> Option<[u8; 32]> {
    let told = file
        .elements()
        .filter(|child| child.name == "hash" && child.ns == ns::HASHES)
        .find(|hash| hash.attr("algo") == Some("sha-256"))?;
    STANDARD.decode(told.text().trim()).ok()?.try_into().ok()
}

fn hashed(sha256: &[u8; 32]) -> Element {
    Element::new("hash", ns::HASHES)
        .with_attr("algo", "sha-256")
        .with_text(STANDARD.encode(sha256))
}

/// What is offered in this session has that SHA-256 (§8.1).
pub fn checksum(sid: &str, sha256: &[u8; 32]) -> Element {
    let checksum = Element::new("checksum", FT)
        .with_attr("creator", "initiator")
        .with_attr("name", "file")
        .with_child(Element::new("file", FT).with_child(hashed(sha256)));
    jingle("session-info", sid).with_child(checksum)
}

/// Our offer.
pub fn initiate(sid: &str, initiator: &str, offer: &Offer) -> Element {
    let text = |name: &'static str, text: &str| Element::new(name, FT).with_text(text);
    let mut file = Element::new("file", FT)
        .with_child(text("name", &offer.name))
        .with_child(text("size", &offer.size.to_string()));
    let media_type = match offer.folder {
        Some(_) => Some(FOLDER_TYPE),
        None => offer.media_type.as_deref(),
    };
    if let Some(media_type) = media_type {
        file.push(text("media-type", media_type));
    }
    if let Some(files) = offer.folder {
        file.push(Element::new("folder", ns::FILES).with_attr("files", files.to_string()));
    }
    if let Some(sha256) = &offer.sha256 {
        file.push(hashed(sha256));
    }
    let transport = Element::new("transport", ns::TLS_TCP)
        .with_attr("port", offer.port.to_string())
        .with_attr("token", URL_SAFE_NO_PAD.encode(offer.token));
    let content = content()
        .with_child(Element::new("description", FT).with_child(file))
        .with_child(transport);
    jingle("session-initiate", sid)
        .with_attr("initiator", initiator)
        .with_child(content)
}

/// We take it, and listen there (0: nowhere).
pub fn accept(sid: &str, responder: &str, port: u16) -> Element {
    let mut transport = Element::new("transport", ns::TLS_TCP);
    if port != 0 {
        transport.set_attr("port", port.to_string());
    }
    let content = content()
        .with_child(Element::new("description", FT))
        .with_child(transport);
    jingle("session-accept", sid)
        .with_attr("responder", responder)
        .with_child(content)
}

fn accepted_at(jingle: &Element) -> Option<u16> {
    let content = jingle.child("content", ns::JINGLE)?;
    let transport = content.child("transport", ns::TLS_TCP)?;
    let port = transport.attr("port")?.parse().ok()?;
    (port != 0).then_some(port)
}

/// We could not connect and want it in-band, under this id.
pub fn replace(sid: &str, band: &str) -> Element {
    jingle("transport-replace", sid).with_child(content().with_child(in_band::transport(band)))
}

/// It will come in-band.
pub fn replaced(sid: &str, band: &str) -> Element {
    jingle("transport-accept", sid).with_child(content().with_child(in_band::transport(band)))
}

/// It is over. `reason`: of XEP-0166 §7.4.
pub fn terminate(sid: &str, reason: &'static str, text: Option<&str>) -> Element {
    let mut why = Element::new("reason", ns::JINGLE).with_child(Element::new(reason, ns::JINGLE));
    if let Some(text) = text {
        why.push(Element::new("text", ns::JINGLE).with_text(text));
    }
    jingle("session-terminate", sid).with_child(why)
}

/// Our user holds it back (`true`), or wants it offered again.
pub fn hold(sid: &str, pause: bool) -> Element {
    let word = if pause { "pause" } else { "resume" };
    jingle("session-info", sid).with_child(Element::new(word, ns::FILES))
}

fn jingle(action: &str, sid: &str) -> Element {
    Element::new("jingle", ns::JINGLE)
        .with_attr("action", action)
        .with_attr("sid", sid)
}

fn content() -> Element {
    Element::new("content", ns::JINGLE)
        .with_attr("creator", "initiator")
        .with_attr("name", "file")
        .with_attr("senders", "initiator")
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

    fn an_offer() -> Offer {
        Offer {
            name: "balcony & rose.png".into(),
            size: 1 << 40,
            media_type: Some("image/png".into()),
            folder: None,
            sha256: None,
            token: [7; 32],
            port: 40_000,
        }
    }

    #[test]
    fn each_step_is_read_as_it_was_written() {
        let folder = Offer {
            folder: Some(3),
            media_type: Some(FOLDER_TYPE.into()),
            ..an_offer()
        };
        let hashed = Offer {
            sha256: Some([9; 32]),
            ..an_offer()
        };
        for offer in [an_offer(), folder, hashed] {
            let (sid, action) = read(&initiate("s1", "romeo@forza", &offer)).unwrap();
            assert_eq!(
                (sid.as_str(), action),
                ("s1", Action::Initiate(Box::new(offer)))
            );
        }
        for (said, port) in [(0, None), (4000, Some(4000))] {
            assert_eq!(
                read(&accept("s1", "juliet@pronto", said)).unwrap().1,
                Action::Accept { port }
            );
        }
        assert_eq!(
            read(&replace("s1", "b1")).unwrap().1,
            Action::Replace("b1".into())
        );
        assert_eq!(read(&replaced("s1", "b1")).unwrap().1, Action::Replaced);
        assert_eq!(read(&hold("s1", true)).unwrap().1, Action::Pause);
        assert_eq!(read(&hold("s1", false)).unwrap().1, Action::Resume);
        assert_eq!(
            read(&checksum("s1", &[9; 32])).unwrap().1,
            Action::Checksum([9; 32])
        );
        let over = read(&terminate("s1", "decline", Some("no\nroom")))
            .unwrap()
            .1;
        assert_eq!(
            over,
            Action::Terminate {
                reason: "decline".into(),
                text: Some("no room".into())
            }
        );
    }

    #[test]
    fn what_is_missing_or_unknown_is_refused() {
        let condition = |jingle: &Element| read(jingle).unwrap_err().condition;
        let mut offer = initiate("s1", "romeo@forza", &an_offer());
        offer.set_attr("sid", "");
        assert_eq!(condition(&offer), "bad-request");
        offer.set_attr("sid", "s".repeat(257));
        assert_eq!(condition(&offer), "bad-request");
        let no_port = Offer {
            port: 0,
            ..an_offer()
        };
        assert_eq!(condition(&initiate("s1", "r@f", &no_port)), "bad-request");
        assert_eq!(
            condition(&jingle("content-add", "s1")),
            "feature-not-implemented"
        );
        assert_eq!(condition(&jingle("session-initiate", "s1")), "bad-request");
        // A checksum that is none, of another kind or of another length.
        for (algo, text) in [("sha-256", "!"), ("sha-1", "AAAA"), ("sha-256", "AAAA")] {
            let hash = Element::new("hash", ns::HASHES)
                .with_attr("algo", algo)
                .with_text(text);
            let file = Element::new("file", FT).with_child(hash);
            let checksum = Element::new("checksum", FT).with_child(file);
            let info = jingle("session-info", "s1").with_child(checksum);
            assert_eq!(condition(&info), "bad-request");
        }
    }
}
