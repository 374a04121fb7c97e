//! Text from and for people: HTML of other clients to text with simple spans, and what must not be shown or sent.
//!
//! - `clean`: names and bodies without what spoofs or breaks a display (bidi overrides, control characters, zalgo)
//! - `fold`: how texts are compared in a search, and where the words looked for stand
//! - `file_name`: names and paths of files that peers offer
//! - `html`: XHTML-IM (XEP-0071) and libpurple's form of it, in to text and spans, out for libpurple only
//! - `links`: where a plain text holds links, and which of them want a second look
//! - `me`: "/me waves"
//! - `styling`: `*bold*` and the other marks of XEP-0393

mod clean;
mod file_name;
mod fold;
mod html;
mod links;
mod me;
pub mod styling;

use serde::{Deserialize, Serialize};

pub use clean::{
    BodyError, MAX_BODY, clean_body, clean_line, clean_name, cut, one_emoji, outgoing_body,
};
pub use file_name::{CleanPath, MAX_FILE_NAME, clean_file_name, split_ending};
pub use fold::{Terms, fold, fold_into};
pub use html::{from_html, to_purple_html};
pub use links::{Link, links, safe_target};
pub use me::action;

/// A run of formatted text in a message's body, by byte offsets into it (always on character boundaries).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// How it looks.
    pub style: Style,
}

/// The few formats that are kept of a peer's HTML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Heavier.
    Bold,
    /// Slanted.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strike,
    /// Fixed width.
    Code,
    /// A link whose target differs from its text; the target is always shown, only http, https, mailto and xmpp.
    Link(String),
}
