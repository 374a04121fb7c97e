//! What flows between Balconies, behind the [request](Request): entries, each `length of the head (4 bytes) · head (JSON) ·
//! bytes · SHA-256 (32 bytes)`, folders without the last two, and at the end four zero bytes. A file is one entry. Then
//! the receiver says one byte: 1, it is whole and on the disk.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

mod pipe;
mod place;

use super::ask::Fault;
use crate::disk::downloads;
use crate::disk::sources::{self, Source};
use crate::model::roster::hex;
use crate::net::bytestream;
pub(super) use pipe::{Sink, Spout, drink, pour};
pub(super) use place::Place;

/// The longest head of an entry.
const MAX_HEAD: usize = 64 << 10;

/// How whoever connects begins, behind a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    /// The receiver, at the sender: what it wants.
    Request(Request),
    /// The sender, at a receiver that could not connect to it: the token. The request follows from the other side.
    Back([u8; 32]),
}

impl Opened {
    const REQUEST: [u8; 2] = [b'B', 0];
    const BACK: [u8; 2] = [b'B', 1];

    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let bytes = match self {
            Opened::Request(request) => {
                let mut bytes = Self::REQUEST.to_vec();
                bytes.extend(request.token);
                bytes.extend(request.entries.to_be_bytes());
                bytes.extend(request.bytes.to_be_bytes());
                bytes.extend(request.hash);
                bytes
            }
            Opened::Back(token) => [&Self::BACK[..], token].concat(),
        };
        to.write_all(&bytes)
    }

    pub(super) fn read(from: &mut impl Read) -> io::Result<Opened> {
        match take::<2>(from)? {
            Self::REQUEST => Ok(Opened::Request(Request {
                token: take(from)?,
                entries: u64::from_be_bytes(take(from)?),
                bytes: u64::from_be_bytes(take(from)?),
                hash: take(from)?,
            })),
            Self::BACK => Ok(Opened::Back(take(from)?)),
            _ => Err(ErrorKind::InvalidData.into()),
        }
    }

    /// A request, and nothing else.
    pub(super) fn request(from: &mut impl Read) -> io::Result<Request> {
        match Opened::read(from)? {
            Opened::Request(request) => Ok(request),
            Opened::Back(_) => Err(ErrorKind::InvalidData.into()),
        }
    }
}

/// What a receiver wants: what proves it, and what it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) token: [u8; 32],
    /// Entries that it has whole.
    pub(super) entries: u64,
    /// Bytes that it has of the next.
    pub(super) bytes: u64,
    /// Their SHA-256.
    pub(super) hash: [u8; 32],
}

impl Request {
    fn have(&mut self, bytes: u64, hash: &Context) {
        self.bytes = bytes;
        self.hash.copy_from_slice(hash.clone().finish().as_ref());
    }
}

fn take<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Files of this size and less are not looked at before they are read, and are whole in memory before they are written.
const SMALL: u64 = 128 << 10;

/// The head of an entry.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Head {
    path: Vec<String>,
    size: u64,
    /// The first byte that follows.
    from: u64,
    folder: bool,
    executable: bool,
}

/// The same, to be written.
#[derive(Serialize)]
struct HeadOf<'a> {
    path: &'a [String],
    size: u64,
    from: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    folder: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    executable: bool,
}

/// Which hashes need not be made on the way.
pub(super) struct Hashes<'a> {
    /// Of the first entries, as far as they are known already.
    pub(super) known: &'a [[u8; 32]],
    /// Of the one file, which somebody else is hashing: waits for it. Nothing if it changed meanwhile.
    pub(super) later: Option<&'a (dyn Fn() -> Option<[u8; 32]> + Sync)>,
}

/// Sends what the receiver has not; the SHA-256 of the whole, if it is one file.
pub(super) fn send(
    source: &Source,
    request: &Request,
    hashes: &Hashes<'_>,
    out: &mut Spout,
    moved: &mut dyn FnMut(u64),
) -> Result<Option<String>, Fault> {
    let done = usize::try_from(request.entries).unwrap_or(usize::MAX);
    let mut before: u64 = source
        .entries
        .iter()
        .take(done)
        .map(|entry| entry.size)
        .sum();
    let mut last = None;
    for (number, entry) in source.entries.iter().enumerate().skip(done) {
        let mut head = HeadOf {
            path: &entry.path,
            size: entry.size,
            from: 0,
            folder: entry.is_folder,
            executable: entry.executable && source.folder.is_some(),
        };
        if entry.is_folder {
            write_head(out, &head)?;
            continue;
        }
        let opened = match entry.size {
            ..=SMALL => sources::open_unseen(entry),
            _ => sources::open(entry),
        };
        let mut file = opened.map_err(|error| Fault::Final(error.to_string()))?;
        let mut hash = Context::new(&SHA256);
        if number == done && request.bytes > 0 && request.bytes <= entry.size {
            let beginning = downloads::hash_of_beginning(&mut file, request.bytes);
            let beginning = beginning.map_err(|error| Fault::Final(error.to_string()))?;
            if beginning.clone().finish().as_ref() == request.hash {
                (hash, head.from) = (beginning, request.bytes);
            } else {
                file.rewind()
                    .map_err(|error| Fault::Final(error.to_string()))?;
            }
        }
        let known = hashes.known.get(number);
        let later = hashes.later.filter(|_| known.is_none());
        write_head(out, &head)?;
        moved(before + head.from);
        out.read_from(
            &mut file,
            entry.size - head.from,
            Some(&mut hash).filter(|_| known.is_none() && later.is_none()),
            &mut |bytes| {
                moved(before + head.from + bytes);
            },
        )?;
        sources::unchanged(entry, &file).map_err(|error| Fault::Final(error.to_string()))?;
        let sha256 = match (known, later) {
            (Some(known), _) => *known,
            (None, Some(later)) => later().ok_or_else(|| {
                // Not hashed to its end: the next attempt does that on the way.
                Fault::Passing("the file could not be read to its end".to_owned())
            })?,
            (None, None) => {
                let mut made = [0; 32];
                made.copy_from_slice(hash.finish().as_ref());
                made
            }
        };
        out.write_all(&sha256).map_err(|error| network(&error))?;
        before += entry.size;
        if source.folder.is_none() {
            last = Some(hex(&sha256));
        }
    }
    out.write_all(&[0; 4]).map_err(|error| network(&error))?;
    Ok(last)
}

fn write_head(out: &mut Spout, head: &HeadOf<'_>) -> Result<(), Fault> {
    let json = serde_json::to_vec(head).map_err(|error| Fault::Final(error.to_string()))?;
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX).to_be_bytes();
    out.write_all(&length)
        .and_then(|()| out.write_all(&json))
        .map_err(|error| network(&error))
}

fn restart(file: &mut File, hash: &mut Context) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    *hash = Context::new(&SHA256);
    Ok(())
}

fn receive_file(
    head: &Head,
    before: u64,
    file: &mut File,
    mut hash: Context,
    from: &mut Sink,
    moved: &mut dyn FnMut(u64),
) -> Result<String, Fault> {
    receive_bytes(
        from,
        Some(head.size - head.from),
        file,
        &mut hash,
        &mut |bytes| {
            moved(before + head.from + bytes);
        },
    )?;
    let said: [u8; 32] = take(from).map_err(|error| network(&error))?;
    let found = hash.finish();
    if found.as_ref() != said {
        return Err(Fault::Wrong("what came is not what was sent".to_owned()));
    }
    Ok(hex(&said))
}

/// Takes so many bytes, or all that come; how many.
pub(super) fn receive_bytes(
    from: &mut Sink,
    bytes: Option<u64>,
    file: &mut File,
    hash: &mut Context,
    moved: &mut dyn FnMut(u64),
) -> Result<u64, Fault> {
    let taken = from.write_to(file, bytes, hash, moved)?;
    if bytes.is_some_and(|bytes| taken < bytes) {
        return Err(Fault::Passing(
            "the connection ended in the middle".to_owned(),
        ));
    }
    Ok(taken)
}

fn read_head(from: &mut Sink) -> Result<Option<Head>, Fault> {
    let length: [u8; 4] = take(from).map_err(|error| network(&error))?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length == 0 {
        return Ok(None);
    }
    if length > MAX_HEAD {
        return Err(lie("its list is not understood"));
    }
    let mut json = vec![0; length];
    from.read_exact(&mut json)
        .map_err(|error| network(&error))?;
    let head: Head =
        serde_json::from_slice(&json).map_err(|_| lie("its list is not understood"))?;
    if head.from > head.size {
        return Err(lie("its list is not understood"));
    }
    Ok(Some(head))
}

/// The other side does not do what it said.
fn lie(what: &str) -> Fault {
    Fault::Final(format!("the file was refused: {what}"))
}

/// The connection's trouble.
pub(super) fn network(error: &io::Error) -> Fault {
    let text = match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "nothing came for a long time".to_owned(),
        ErrorKind::UnexpectedEof => "the connection ended in the middle".to_owned(),
        _ => error.to_string(),
    };
    if bytestream::is_passing(error) {
        Fault::Passing(text)
    } else {
        Fault::Final(text)
    }
}

/// This computer's trouble.
pub(super) fn disk(error: &io::Error) -> Fault {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Fault::Stuck("the disk is full: free some space, then go on".to_owned())
        }
        _ => Fault::Stuck(format!("the file cannot be written here: {error}")),
    }
}

pub(super) fn broken_thread() -> Fault {
    Fault::Final("an error inside of Balcony".to_owned())
}
