//! One signed entry of a room: its octets, what they say, and who vouches for it.
//!
//! ```text
//! "BRE1" · room 32 · author 32 · incarnation 4 · seq 4 · previous 32 · clock 8 · time 8 · grant 32 · body … · signature 64
//! ```
//! Numbers are big-endian. The signature (Ed25519, RFC 8032) covers everything before it, behind a prefix that says what it is
//! for; the id is the SHA-256 of all octets. They are kept and passed on as they came: nothing is ever written anew, so that
//! a body of a kind that we do not know survives us.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::body::Body;
use crate::wire::key::{PublicKey, SecretKey};

const MAGIC: &[u8; 4] = b"BRE1";
const PURPOSE: &[u8] = b"balcony room entry\0";
const HEADER: usize = 4 + 32 + 32 + 4 + 4 + 32 + 8 + 8 + 32;
const SIGNATURE: usize = 64;

/// The octets of one entry, at most; a larger one is refused unread.
pub const MAX_ENTRY: usize = 48 * 1024;

/// 32 bytes that are written as 43 characters of base64url.
macro_rules! name32 {
    ($(#[$doc:meta])* $Name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $Name(pub [u8; 32]);

        impl $Name {
            /// The first eight bytes.
            pub fn short(&self) -> [u8; 8] {
                let mut short = [0; 8];
                for (to, from) in short.iter_mut().zip(self.0) {
                    *to = from;
                }
                short
            }

            /// All zeros: none.
            pub fn is_none(&self) -> bool {
                self.0 == [0; 32]
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
            }
        }

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:.6}", URL_SAFE_NO_PAD.encode(self.0))
            }
        }

        impl From<$Name> for String {
            fn from(name: $Name) -> String {
                name.to_string()
            }
        }

        impl TryFrom<String> for $Name {
            type Error = NotAName;
            fn try_from(text: String) -> Result<$Name, NotAName> {
                text.parse()
            }
        }

        impl std::str::FromStr for $Name {
            type Err = NotAName;
            fn from_str(text: &str) -> Result<$Name, NotAName> {
                let mut bytes = [0; 32];
                match (text.len(), URL_SAFE_NO_PAD.decode_slice(text, &mut bytes)) {
                    (43, Ok(32)) => Ok($Name(bytes)),
                    _ => Err(NotAName),
                }
            }
        }
    };
}

/// That is no name of a room, an author or an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 43 characters of base64url")]
pub struct NotAName;

name32! {
    /// A room: SHA-256 of its founder's key and a nonce, so that the founder proves itself by signing.
    RoomId
}
name32! {
    /// Who wrote something: the 32 bytes of an Ed25519 key. (Not its fingerprint: an entry can be checked by itself.)
    Author
}
name32! {
    /// An entry: SHA-256 of its octets.
    EntryId
}

impl RoomId {
    /// The room that this founder founds with this nonce.
    pub fn of(founder: &Author, nonce: &str) -> RoomId {
        let mut hash = Sha256::new();
        hash.update(b"balcony room\0");
        hash.update(founder.0);
        hash.update(nonce.as_bytes());
        RoomId(hash.finalize().into())
    }

    /// Eight characters (a–z, 2–7; RFC 4648 §6) for addresses.
    pub fn id8(&self) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let bits = self
            .0
            .iter()
            .take(5)
            .fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let letter = |n: u32| {
            let at = usize::try_from((bits >> (35 - 5 * n)) & 31).unwrap_or(0);
            LETTERS.get(at).map_or('a', |letter| char::from(*letter))
        };
        (0..8).map(letter).collect()
    }
}

impl Author {
    /// The key.
    pub fn key(&self) -> PublicKey {
        PublicKey::from_bytes(self.0)
    }
}

impl From<PublicKey> for Author {
    fn from(key: PublicKey) -> Author {
        Author(*key.as_bytes())
    }
}

/// Where an entry stands in the room: by clock, then by author. The same for everybody who has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Order {
    /// Hybrid logical clock: milliseconds since 1970, always later than everything that its author had seen.
    pub clock: u64,
    /// Author.
    pub author: Author,
    /// Incarnation.
    pub incarnation: u32,
    /// Number in the chain, from 1.
    pub seq: u32,
}

/// One chain of entries: an author writes more than one after losing its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainId {
    /// Author.
    pub author: Author,
    /// Incarnation: chosen at random when it cannot be known how far the last one had come.
    pub incarnation: u32,
}

/// What an author is about to sign.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The room.
    pub room: RoomId,
    /// See [`ChainId`].
    pub incarnation: u32,
    /// From 1.
    pub seq: u32,
    /// The entry before it in this chain; zeros for the first.
    pub previous: EntryId,
    /// See [`Order::clock`].
    pub clock: u64,
    /// The author's own clock in milliseconds since 1970: for display only.
    pub time: u64,
    /// The entry that allows what this one does; zeros if it needs none.
    pub grant: EntryId,
    /// What it says.
    pub body: Body,
}

/// A signed entry that was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// SHA-256 of the octets.
    pub id: EntryId,
    /// Who signed it.
    pub author: Author,
    /// What was signed.
    pub draft: Draft,
    octets: Arc<[u8]>,
}

/// Why octets are no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    /// Larger than [`MAX_ENTRY`].
    #[error("an entry is too large")]
    TooLarge,
    /// Not of this form.
    #[error("an entry cannot be read")]
    Malformed,
    /// The signature is not of this author over these octets.
    #[error("an entry is not signed by its author")]
    Forged,
}

impl Entry {
    /// Signs.
    ///
    /// # Errors
    /// [`BadEntry::TooLarge`].
    pub fn sign(key: &SecretKey, draft: Draft) -> Result<Entry, BadEntry> {
        let author = Author::from(key.public());
        let body = draft.body.write();
        if HEADER + body.len() + SIGNATURE > MAX_ENTRY {
            return Err(BadEntry::TooLarge);
        }
        let mut octets = Vec::with_capacity(HEADER + body.len() + SIGNATURE);
        octets.extend_from_slice(MAGIC);
        octets.extend_from_slice(&draft.room.0);
        octets.extend_from_slice(&author.0);
        octets.extend_from_slice(&draft.incarnation.to_be_bytes());
        octets.extend_from_slice(&draft.seq.to_be_bytes());
        octets.extend_from_slice(&draft.previous.0);
        octets.extend_from_slice(&draft.clock.to_be_bytes());
        octets.extend_from_slice(&draft.time.to_be_bytes());
        octets.extend_from_slice(&draft.grant.0);
        octets.extend_from_slice(&body);
        let signature = key.sign(&signed(&octets));
        octets.extend_from_slice(&signature);
        Ok(Entry {
            id: EntryId(Sha256::digest(&octets).into()),
            author,
            draft,
            octets: octets.into(),
        })
    }

    /// Reads and checks: form, size and signature.
    ///
    /// # Errors
    /// See [`BadEntry`].
    pub fn read(octets: &[u8]) -> Result<Entry, BadEntry> {
        let entry = Entry::read_unchecked(octets)?;
        match entry.is_signed() {
            true => Ok(entry),
            false => Err(BadEntry::Forged),
        }
    }

    /// Reads what was checked before and has been on our own disk since.
    ///
    /// # Errors
    /// [`BadEntry::TooLarge`], [`BadEntry::Malformed`].
    pub fn read_unchecked(octets: &[u8]) -> Result<Entry, BadEntry> {
        if octets.len() > MAX_ENTRY {
            return Err(BadEntry::TooLarge);
        }
        let (author, draft) = parse(octets).ok_or(BadEntry::Malformed)?;
        Ok(Entry {
            id: EntryId(Sha256::digest(octets).into()),
            author,
            draft,
            octets: octets.into(),
        })
    }

    /// Is the signature its author's? The one check that costs something: tens of microseconds.
    pub fn is_signed(&self) -> bool {
        let at = self.octets.len().saturating_sub(SIGNATURE);
        let (text, signature) = self.octets.split_at(at);
        self.author.key().verify(&signed(text), signature)
    }

    /// The exact octets.
    pub fn octets(&self) -> &Arc<[u8]> {
        &self.octets
    }

    /// Where it stands.
    pub fn order(&self) -> Order {
        Order {
            clock: self.draft.clock,
            author: self.author,
            incarnation: self.draft.incarnation,
            seq: self.draft.seq,
        }
    }

    /// Its chain.
    pub fn chain(&self) -> ChainId {
        ChainId {
            author: self.author,
            incarnation: self.draft.incarnation,
        }
    }
}

fn signed(text: &[u8]) -> Vec<u8> {
    [PURPOSE, text].concat()
}

fn parse(octets: &[u8]) -> Option<(Author, Draft)> {
    let mut rest = octets;
    if take::<4>(&mut rest)? != *MAGIC {
        return None;
    }
    let room = RoomId(take(&mut rest)?);
    let author = Author(take(&mut rest)?);
    let incarnation = u32::from_be_bytes(take(&mut rest)?);
    let seq = u32::from_be_bytes(take(&mut rest)?);
    let previous = EntryId(take(&mut rest)?);
    let clock = u64::from_be_bytes(take(&mut rest)?);
    let time = u64::from_be_bytes(take(&mut rest)?);
    let grant = EntryId(take(&mut rest)?);
    let (body, _) = rest.split_at_checked(rest.len().checked_sub(SIGNATURE)?)?;
    let first = seq == 1;
    if seq == 0 || clock > MAX_CLOCK || first != previous.is_none() {
        return None;
    }
    let body = Body::read(body);
    Some((
        author,
        Draft {
            room,
            incarnation,
            seq,
            previous,
            clock,
            time,
            grant,
            body,
        },
    ))
}

/// No clock is later: there is always a later one to be had.
pub const MAX_CLOCK: u64 = 1 << 62;

/// Takes so many bytes from the front.
pub(super) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    fn entry() -> Entry {
        let key = SecretKey::from_seed(&[7; 32]).unwrap();
        let draft = Draft {
            room: RoomId([1; 32]),
            incarnation: 3,
            seq: 1,
            previous: EntryId::default(),
            clock: 5,
            time: 6,
            grant: EntryId::default(),
            body: Body::Subject {
                text: "the moon".into(),
            },
        };
        Entry::sign(&key, draft).unwrap()
    }

    #[test]
    fn what_was_signed_is_read_again_and_nothing_else() {
        let entry = entry();
        assert_eq!(Entry::read(entry.octets()), Ok(entry.clone()));
        for at in 0..entry.octets().len() {
            let mut forged = entry.octets().to_vec();
            forged[at] ^= 1;
            assert!(Entry::read(&forged).is_err(), "byte {at}");
        }
        assert_eq!(
            Entry::read(&vec![0; MAX_ENTRY + 1]),
            Err(BadEntry::TooLarge)
        );
        for len in 0..entry.octets().len() {
            assert!(Entry::read(&entry.octets()[..len]).is_err());
        }
    }

    #[test]
    fn a_body_of_a_later_version_is_carried_along() {
        let key = SecretKey::from_seed(&[7; 32]).unwrap();
        let mut draft = entry().draft;
        draft.body = Body::Unknown(br#"{"kind":"hologram","size":3}"#.to_vec());
        let entry = Entry::sign(&key, draft).unwrap();
        let read = Entry::read(entry.octets()).unwrap();
        assert!(matches!(read.draft.body, Body::Unknown(_)));
        assert_eq!(read.octets(), entry.octets());
    }

    #[test]
    fn a_room_is_named_by_its_founder_and_a_nonce() {
        let founder = Author([9; 32]);
        let id = RoomId::of(&founder, "n1");
        assert_ne!(id, RoomId::of(&founder, "n2"));
        assert_ne!(id, RoomId::of(&Author([8; 32]), "n1"));
        assert_eq!(id.id8().len(), 8);
        assert_eq!(id.to_string().parse(), Ok(id));
    }
}
