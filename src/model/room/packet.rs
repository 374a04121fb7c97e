//! What members of a room say to each other's programs, as octets. Not signed: it is only about what to send next; entries vouch
//! for themselves.

use std::sync::Arc;

use super::entry::{Author, ChainId, MAX_ENTRY, Order, RoomId, take};
use super::log::Head;

/// A packet, at most.
pub const MAX_PACKET: usize = 1 << 20;
/// Entries in one packet.
pub const MAX_BATCH: usize = 256;
/// Octets of entries in one packet, about.
pub const BATCH_OCTETS: usize = 256 << 10;
const MAX_HEADS: usize = 20_000;

/// What somebody wants from a hub.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    #[default]
    None,
    /// To be ready.
    Warm,
    /// To be told how far it has come.
    Digest,
    /// Every entry.
    Primary,
}

/// From where on entries are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// From this clock.
    Clock(u64),
    /// So many of the latest, for who is new.
    Last(u16),
}

/// See the module's documentation.
#[derive(Clone, Debug, PartialEq)]
pub enum Packet {
    /// I am, I want, and I have this already.
    Subscribe {
        /// Who asks.
        author: Author,
        /// What it wants.
        level: Level,
        /// From where on.
        since: Since,
        /// What it has.
        vector: Vec<Head>,
    },
    /// Give me what is not in this.
    Pull {
        /// From where on.
        since: Since,
        /// What it has.
        vector: Vec<Head>,
        /// Is itself the answer to one: not to be asked back.
        back: bool,
    },
    /// Entries.
    Entries {
        /// For who is new: from which clock on, and how far each chain had come before.
        start: Option<(u64, Vec<Base>)>,
        /// These answer a question.
        reply: bool,
        /// That is all.
        whole: bool,
        /// The octets of each.
        entries: Vec<Arc<[u8]>>,
    },
    /// How far I have come.
    Digest {
        /// Chains that changed.
        heads: Vec<Head>,
        /// Of all chains.
        root: [u8; 8],
        /// To so many members I pass entries on.
        served: u16,
        /// Give me what I lack of these chains, and then tell me the same of yourself: of each, with number 0 where you have
        /// nothing.
        reply: bool,
    },
    /// Older entries, please.
    Page {
        /// Before this place.
        before: Order,
        /// At most.
        limit: u16,
    },
    /// No.
    Refused(Refusal),
}

/// How far a chain had come: itself, the number and the beginning of the id of its last entry.
pub type Base = (ChainId, u32, [u8; 8]);

/// Why somebody is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too much at once, or too many people.
    Busy,
    /// For members only.
    MembersOnly,
    /// Banned.
    Banned,
    /// No such room here.
    Unknown,
}

impl Packet {
    /// As octets.
    pub fn write(&self, room: RoomId) -> Vec<u8> {
        let mut out = room.0.to_vec();
        match self {
            Packet::Subscribe {
                author,
                level,
                since,
                vector,
            } => {
                out.push(1);
                out.extend_from_slice(&author.0);
                out.push(*level as u8);
                write_since(&mut out, *since);
                write_heads(&mut out, vector);
            }
            Packet::Pull {
                since,
                vector,
                back,
            } => {
                out.push(2);
                out.push(u8::from(*back));
                write_since(&mut out, *since);
                write_heads(&mut out, vector);
            }
            Packet::Entries {
                start,
                reply,
                whole,
                entries,
            } => {
                out.push(3);
                out.push(u8::from(*reply) | u8::from(*whole) << 1 | u8::from(start.is_some()) << 2);
                if let Some((horizon, bases)) = start {
                    out.extend_from_slice(&horizon.to_be_bytes());
                    number(&mut out, bases.len());
                    for (chain, seq, id) in bases {
                        out.extend_from_slice(&chain.author.0);
                        out.extend_from_slice(&chain.incarnation.to_be_bytes());
                        out.extend_from_slice(&seq.to_be_bytes());
                        out.extend_from_slice(id);
                    }
                }
                number(&mut out, entries.len());
                for entry in entries {
                    number(&mut out, entry.len());
                    out.extend_from_slice(entry);
                }
            }
            Packet::Digest {
                heads,
                root,
                served,
                reply,
            } => {
                out.push(4);
                out.push(u8::from(*reply));
                out.extend_from_slice(root);
                out.extend_from_slice(&served.to_be_bytes());
                write_heads(&mut out, heads);
            }
            Packet::Page { before, limit } => {
                out.push(5);
                out.extend_from_slice(&before.clock.to_be_bytes());
                out.extend_from_slice(&before.author.0);
                out.extend_from_slice(&before.incarnation.to_be_bytes());
                out.extend_from_slice(&before.seq.to_be_bytes());
                out.extend_from_slice(&limit.to_be_bytes());
            }
            Packet::Refused(why) => out.extend_from_slice(&[6, *why as u8]),
        }
        out
    }

    /// From octets; `None` if they are not of this form or beyond a limit.
    pub fn read(octets: &[u8]) -> Option<(RoomId, Packet)> {
        if octets.len() > MAX_PACKET {
            return None;
        }
        let mut rest = octets;
        let room = RoomId(take(&mut rest)?);
        let packet = Packet::read_rest(&mut rest)?;
        rest.is_empty().then_some((room, packet))
    }

    fn read_rest(rest: &mut &[u8]) -> Option<Packet> {
        Some(match byte(rest)? {
            1 => Packet::Subscribe {
                author: Author(take(rest)?),
                level: match byte(rest)? {
                    0 => Level::None,
                    1 => Level::Warm,
                    2 => Level::Digest,
                    3 => Level::Primary,
                    _ => return None,
                },
                since: read_since(rest)?,
                vector: read_heads(rest)?,
            },
            2 => Packet::Pull {
                back: byte(rest)? == 1,
                since: read_since(rest)?,
                vector: read_heads(rest)?,
            },
            3 => read_entries(rest)?,
            4 => Packet::Digest {
                reply: byte(rest)? == 1,
                root: take(rest)?,
                served: u16::from_be_bytes(take(rest)?),
                heads: read_heads(rest)?,
            },
            5 => Packet::Page {
                before: Order {
                    clock: u64::from_be_bytes(take(rest)?),
                    author: Author(take(rest)?),
                    incarnation: u32::from_be_bytes(take(rest)?),
                    seq: u32::from_be_bytes(take(rest)?),
                },
                limit: u16::from_be_bytes(take(rest)?),
            },
            6 => Packet::Refused(match byte(rest)? {
                0 => Refusal::Busy,
                1 => Refusal::MembersOnly,
                2 => Refusal::Banned,
                _ => Refusal::Unknown,
            }),
            _ => return None,
        })
    }
}

fn read_entries(rest: &mut &[u8]) -> Option<Packet> {
    let flags = byte(rest)?;
    let mut start = None;
    if flags & 4 != 0 {
        let horizon = u64::from_be_bytes(take(rest)?);
        let count = read_number(rest, MAX_HEADS)?;
        let mut bases = Vec::with_capacity(count.min(rest.len() / 48));
        for _ in 0..count {
            let chain = ChainId {
                author: Author(take(rest)?),
                incarnation: u32::from_be_bytes(take(rest)?),
            };
            bases.push((chain, u32::from_be_bytes(take(rest)?), take(rest)?));
        }
        start = Some((horizon, bases));
    }
    let count = read_number(rest, MAX_BATCH)?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let len = read_number(rest, MAX_ENTRY)?;
        let (entry, tail) = rest.split_at_checked(len)?;
        entries.push(entry.into());
        *rest = tail;
    }
    Some(Packet::Entries {
        start,
        reply: flags & 1 != 0,
        whole: flags & 2 != 0,
        entries,
    })
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    take::<1>(rest).map(|[byte]| byte)
}

fn number(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
}

fn read_number(rest: &mut &[u8], most: usize) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(take(rest)?))
        .ok()
        .filter(|n| *n <= most)
}

fn write_since(out: &mut Vec<u8>, since: Since) {
    match since {
        Since::Clock(clock) => {
            out.push(0);
            out.extend_from_slice(&clock.to_be_bytes());
        }
        Since::Last(last) => {
            out.push(1);
            out.extend_from_slice(&u64::from(last).to_be_bytes());
        }
    }
}

fn read_since(rest: &mut &[u8]) -> Option<Since> {
    let form = byte(rest)?;
    let value = u64::from_be_bytes(take(rest)?);
    match form {
        0 => Some(Since::Clock(value)),
        _ => u16::try_from(value).ok().map(Since::Last),
    }
}

fn write_heads(out: &mut Vec<u8>, heads: &[Head]) {
    number(out, heads.len());
    for head in heads {
        out.extend_from_slice(&head.author);
        out.extend_from_slice(&head.incarnation.to_be_bytes());
        out.extend_from_slice(&head.seq.to_be_bytes());
        out.extend_from_slice(&head.id);
        out.push(u8::from(head.frozen));
    }
}

fn read_heads(rest: &mut &[u8]) -> Option<Vec<Head>> {
    let count = read_number(rest, MAX_HEADS)?;
    let mut heads = Vec::with_capacity(count.min(rest.len() / 25));
    for _ in 0..count {
        heads.push(Head {
            author: take(rest)?,
            incarnation: u32::from_be_bytes(take(rest)?),
            seq: u32::from_be_bytes(take(rest)?),
            id: take(rest)?,
            frozen: byte(rest)? == 1,
        });
    }
    Some(heads)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn every_packet_is_read_as_it_was_written_and_no_piece_of_it_panics() {
        let head = Head {
            author: [1; 8],
            incarnation: 2,
            seq: 3,
            id: [4; 8],
            frozen: true,
        };
        let chain = ChainId {
            author: Author([5; 32]),
            incarnation: 6,
        };
        let packets = [
            Packet::Subscribe {
                author: Author([9; 32]),
                level: Level::Primary,
                since: Since::Last(50),
                vector: vec![head; 3],
            },
            Packet::Pull {
                since: Since::Clock(7),
                vector: vec![head],
                back: true,
            },
            Packet::Entries {
                start: Some((8, vec![(chain, 9, [10; 8])])),
                reply: true,
                whole: false,
                entries: vec![[1, 2, 3].into(), [].into()],
            },
            Packet::Digest {
                heads: vec![head],
                root: [3; 8],
                served: 299,
                reply: true,
            },
            Packet::Page {
                before: Order {
                    clock: 1,
                    author: Author([2; 32]),
                    incarnation: 3,
                    seq: 4,
                },
                limit: 50,
            },
            Packet::Refused(Refusal::Banned),
        ];
        let room = RoomId([77; 32]);
        for packet in packets {
            let octets = packet.write(room);
            assert_eq!(Packet::read(&octets), Some((room, packet)));
            for len in 0..octets.len() {
                assert_eq!(Packet::read(&octets[..len]), None);
            }
        }
    }
}
