//! Floor 0: what goes over the wire, as data. No I/O, no clock, nothing of ours above it.

pub mod apple_single;
pub mod dir_listing;
pub mod element;
pub mod jid;
pub mod key;
pub mod nonza;
pub mod ns;
pub mod quirks;
pub mod room_ad;
pub mod stanza;
pub mod text;
pub mod time;
pub mod txt;
pub mod validator;
pub mod xmlstream;
