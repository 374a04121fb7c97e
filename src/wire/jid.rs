//! Link-local addresses: the DNS-SD instance name, normally `user@machine` (XEP-0174 §3).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A link-local JID: exactly the instance name under which a peer is advertised. Any legal DNS-SD instance label is a
/// legal link-local JID, also one with spaces, dots or without `@` (living peers publish such), so no stringprep is
/// applied. 1 to 63 bytes of UTF-8 (RFC 6763 §4.1.1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Jid(Arc<str>);

/// Why a string is not a link-local JID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JidError {
    /// The empty string.
    #[error("a name must not be empty")]
    Empty,
    /// More than 63 bytes of UTF-8.
    #[error("the name is longer than 63 bytes")]
    TooLong,
    /// A control character, which no instance name may hold.
    #[error("the name holds a control character")]
    Control,
}

impl Jid {
    /// The most bytes that an instance name can have (one DNS label).
    pub const MAX_BYTES: usize = 63;

    /// Checks and takes an instance name.
    ///
    /// # Errors
    /// If it is empty, longer than 63 bytes, or holds a control character.
    pub fn new(name: &str) -> Result<Jid, JidError> {
        match name {
            "" => Err(JidError::Empty),
            name if name.len() > Self::MAX_BYTES => Err(JidError::TooLong),
            name if name.chars().any(char::is_control) => Err(JidError::Control),
            name => Ok(Jid(name.into())),
        }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the last `@`; the whole name if there is none.
    pub fn user(&self) -> &str {
        self.0.rsplit_once('@').map_or(&*self.0, |(user, _)| user)
    }

    /// What stands after the last `@`, if there is one.
    pub fn machine(&self) -> Option<&str> {
        self.0.rsplit_once('@').map(|(_, machine)| machine)
    }
}

impl fmt::Display for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl TryFrom<String> for Jid {
    type Error = JidError;
    fn try_from(name: String) -> Result<Jid, JidError> {
        Jid::new(&name)
    }
}

impl std::str::FromStr for Jid {
    type Err = JidError;
    fn from_str(name: &str) -> Result<Jid, JidError> {
        Jid::new(name)
    }
}

impl From<Jid> for String {
    fn from(jid: Jid) -> String {
        jid.0.as_ref().to_owned()
    }
}
