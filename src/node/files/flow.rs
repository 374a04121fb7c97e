//! Between a disk and a connection: two threads and a few blocks of memory between them, so that both work at once and
//! neither runs ahead.
//!
//! What flows between Balconies, behind the [request](Request): entries, each `length of the head (4 bytes) · head (JSON) ·
//! bytes · SHA-256 (32 bytes)`, folders without the last two, and at the end four zero bytes. A file is one entry. Then
//! the receiver says one byte: 1, it is whole and on the disk.

use std::fs::File;
use std::io::{self, BufRead, ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, channel, sync_channel};
use std::thread;

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::ask::Fault;
use crate::disk::downloads::{self, FolderPart};
use crate::disk::sources::{self, Source};
use crate::model::roster::hex;
use crate::net::bytestream::{self, Pace};

/// One block.
const BLOCK: usize = 256 << 10;
/// Blocks between the two threads.
const BLOCKS: usize = 4;
/// The longest head of an entry.
const MAX_HEAD: usize = 64 << 10;

/// Takes what a disk gives, block by block.
pub(super) struct Spout {
    block: Vec<u8>,
    filled: usize,
    full: SyncSender<(Vec<u8>, usize)>,
    empty: Receiver<Vec<u8>>,
}

impl Spout {
    /// Room to read into; say with [`Spout::add`] how much was.
    fn room(&mut self) -> &mut [u8] {
        self.block.get_mut(self.filled..).unwrap_or_default()
    }

    fn add(&mut self, bytes: usize) -> io::Result<()> {
        self.filled += bytes;
        if self.filled < self.block.len() {
            return Ok(());
        }
        self.pass_on()
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let next = match self.empty.try_recv() {
            Ok(block) => block,
            Err(TryRecvError::Empty) => vec![0; BLOCK],
            Err(TryRecvError::Disconnected) => return Err(ErrorKind::BrokenPipe.into()),
        };
        let block = std::mem::replace(&mut self.block, next);
        let filled = std::mem::take(&mut self.filled);
        self.full
            .send((block, filled))
            .map_err(|_| ErrorKind::BrokenPipe.into())
    }
}

impl Write for Spout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.room();
        let count = room.len().min(bytes.len());
        if let (Some(room), Some(bytes)) = (room.get_mut(..count), bytes.get(..count)) {
            room.copy_from_slice(bytes);
        }
        self.add(count)?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.filled == 0 {
            Ok(())
        } else {
            self.pass_on()
        }
    }
}

/// Writes to `out` what `produce` gives, which runs on a thread of its own.
pub(super) fn pour<T: Send>(
    out: &mut impl Write,
    produce: impl FnOnce(&mut Spout) -> Result<T, Fault> + Send,
) -> Result<T, Fault> {
    let (full, blocks) = sync_channel::<(Vec<u8>, usize)>(BLOCKS);
    let (give_back, empty) = channel();
    thread::scope(|scope| {
        let producer = scope.spawn(move || {
            let mut spout = Spout {
                block: vec![0; BLOCK],
                filled: 0,
                full,
                empty,
            };
            let made = produce(&mut spout)?;
            spout.flush().map_err(|error| network(&error))?;
            Ok(made)
        });
        let mut written = Ok(());
        for (block, filled) in blocks {
            written = out.write_all(block.get(..filled).unwrap_or_default());
            if written.is_err() {
                break;
            }
            // The other side has ended: nobody needs the block.
            let _ = give_back.send(block);
        }
        drop(give_back);
        let made = producer.join().unwrap_or_else(|_| Err(broken_thread()));
        match (made, written) {
            // The disk's own trouble is said; that nobody takes what it gives is the network's.
            (Err(Fault::Passing(_)) | Ok(_), Err(error)) => Err(network(&error)),
            (made, _) => made,
        }
    })
}

/// Gives what a connection brought, block by block.
pub(super) struct Sink {
    block: Vec<u8>,
    filled: usize,
    taken: usize,
    full: Receiver<(Vec<u8>, usize)>,
    empty: SyncSender<Vec<u8>>,
}

impl BufRead for Sink {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken >= self.filled
            && let Ok((block, filled)) = self.full.recv()
        {
            let old = std::mem::replace(&mut self.block, block);
            (self.filled, self.taken) = (filled, 0);
            // The other side has ended: nobody needs the block.
            let _ = self.empty.try_send(old);
        }
        Ok(self.block.get(self.taken..self.filled).unwrap_or_default())
    }

    fn consume(&mut self, bytes: usize) {
        self.taken += bytes;
    }
}

impl Read for Sink {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut have = self.fill_buf()?;
        let read = have.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// Reads from a connection, `most` bytes or to its end, and gives it to `consume`, which runs on a thread of its own.
pub(super) fn drink<T: Send>(
    from: &mut impl Read,
    most: Option<u64>,
    mut pace: Pace,
    consume: impl FnOnce(&mut Sink) -> Result<T, Fault> + Send,
) -> Result<T, Fault> {
    let (pass_on, full) = sync_channel::<(Vec<u8>, usize)>(BLOCKS);
    let (empty, spare) = sync_channel(BLOCKS + 2);
    thread::scope(|scope| {
        let consumer = scope.spawn(move || {
            let mut sink = Sink {
                block: Vec::new(),
                filled: 0,
                taken: 0,
                full,
                empty,
            };
            consume(&mut sink)
        });
        let mut left = most.unwrap_or(u64::MAX);
        let mut read = Ok(());
        while left > 0 {
            let mut block: Vec<u8> = spare.try_recv().unwrap_or_default();
            block.resize(BLOCK, 0);
            match fill(from, &mut block, left, &mut pace) {
                Ok(0) => break,
                Ok(filled) => {
                    left -= filled as u64;
                    if pass_on.send((block, filled)).is_err() {
                        break;
                    }
                }
                Err(error) => {
                    read = Err(error);
                    break;
                }
            }
        }
        drop(pass_on);
        let done = consumer.join().unwrap_or_else(|_| Err(broken_thread()));
        match (done, read) {
            (Err(Fault::Passing(_)), Err(error)) => Err(network(&error)),
            (done, _) => done,
        }
    })
}

/// One read, and further ones while they bring much: system calls cost less than blocks handed over half empty.
fn fill(from: &mut impl Read, block: &mut [u8], left: u64, pace: &mut Pace) -> io::Result<usize> {
    let most = block.len().min(usize::try_from(left).unwrap_or(usize::MAX));
    let mut filled = 0;
    while filled < most {
        let room = block.get_mut(filled..most).unwrap_or_default();
        let read = pace.read(from, room)?;
        filled += read;
        if read < 8 << 10 {
            break;
        }
    }
    Ok(filled)
}

/// How a receiver begins: what proves it, and what it has.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    const MARK: [u8; 2] = [b'B', 0];

    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let mut request = Self::MARK.to_vec();
        request.extend(self.token);
        request.extend(self.entries.to_be_bytes());
        request.extend(self.bytes.to_be_bytes());
        request.extend(self.hash);
        to.write_all(&request)
    }

    pub(super) fn read(from: &mut impl Read) -> io::Result<Request> {
        if take::<2>(from)? != Self::MARK {
            return Err(ErrorKind::InvalidData.into());
        }
        Ok(Request {
            token: take(from)?,
            entries: u64::from_be_bytes(take(from)?),
            bytes: u64::from_be_bytes(take(from)?),
            hash: take(from)?,
        })
    }
}

fn take<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The head of an entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Head {
    path: Vec<String>,
    size: u64,
    /// The first byte that follows.
    from: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    folder: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    executable: bool,
}

/// Sends what the receiver has not; the SHA-256 of the whole, if it is one file.
pub(super) fn send(
    source: &Source,
    request: &Request,
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
        let mut head = Head {
            path: entry.path.clone(),
            size: entry.size,
            from: 0,
            folder: entry.is_folder,
            executable: entry.executable && source.folder.is_some(),
        };
        if entry.is_folder {
            write_head(out, &head)?;
            continue;
        }
        let mut file = sources::open(entry).map_err(|error| Fault::Final(error.to_string()))?;
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
        write_head(out, &head)?;
        moved(before + head.from);
        send_bytes(
            &mut file,
            entry.size - head.from,
            out,
            &mut hash,
            &mut |bytes| {
                moved(before + head.from + bytes);
            },
        )?;
        sources::unchanged(entry, &file).map_err(|error| Fault::Final(error.to_string()))?;
        let sha256 = hash.finish();
        out.write_all(sha256.as_ref())
            .map_err(|error| network(&error))?;
        before += entry.size;
        last = Some(hex(sha256.as_ref()));
    }
    out.write_all(&[0; 4]).map_err(|error| network(&error))?;
    Ok(last.filter(|_| source.folder.is_none()))
}

/// Sends so many bytes of a file.
pub(super) fn send_bytes(
    file: &mut File,
    bytes: u64,
    out: &mut Spout,
    hash: &mut Context,
    moved: &mut dyn FnMut(u64),
) -> Result<(), Fault> {
    let mut sent = 0;
    while sent < bytes {
        let room = out.room();
        let most = room
            .len()
            .min(usize::try_from(bytes - sent).unwrap_or(usize::MAX));
        let room = room.get_mut(..most).unwrap_or_default();
        let read = file
            .read(room)
            .map_err(|error| Fault::Final(format!("the file cannot be read: {error}")))?;
        if read == 0 {
            return Err(Fault::Final(
                "the file became shorter while it was being sent".to_owned(),
            ));
        }
        hash.update(room.get(..read).unwrap_or_default());
        out.add(read).map_err(|error| network(&error))?;
        sent += read as u64;
        moved(sent);
    }
    Ok(())
}

fn write_head(out: &mut Spout, head: &Head) -> Result<(), Fault> {
    let json = serde_json::to_vec(head).map_err(|error| Fault::Final(error.to_string()))?;
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX).to_be_bytes();
    out.write_all(&length)
        .and_then(|()| out.write_all(&json))
        .map_err(|error| network(&error))
}

/// What is there of a file or folder.
pub(super) enum Place {
    /// A file, with the hash of what is there.
    File {
        file: File,
        hash: Context,
        bytes: u64,
    },
    /// A folder.
    Folder(FolderPart),
}

impl Place {
    /// Opens or begins it, and compares what is there.
    pub(super) fn open(part: &Path, size: u64, folder: bool) -> io::Result<Place> {
        if folder {
            return Ok(Place::Folder(FolderPart::open(part)?));
        }
        let mut file = downloads::open_part(part)?;
        let mut bytes = file.metadata()?.len();
        if bytes > size {
            file.set_len(0)?;
            bytes = 0;
        }
        let hash = downloads::hash_of_beginning(&mut file, bytes)?;
        Ok(Place::File { file, hash, bytes })
    }

    /// How many bytes are there.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Place::File { bytes, .. } => *bytes,
            Place::Folder(part) => part.whole().1,
        }
    }

    /// What to ask for.
    pub(super) fn request(&self, token: [u8; 32]) -> Request {
        let mut request = Request {
            token,
            entries: 0,
            bytes: 0,
            hash: [0; 32],
        };
        match self {
            Place::File { hash, bytes, .. } => {
                request.bytes = *bytes;
                request.hash.copy_from_slice(hash.clone().finish().as_ref());
            }
            Place::Folder(part) => request.entries = part.whole().0,
        }
        request
    }

    /// Takes what [`send`] sends: at most `size` bytes in at most `entries` entries. The SHA-256, if it is one file.
    pub(super) fn receive(
        self,
        size: u64,
        entries: u64,
        from: &mut Sink,
        moved: &mut dyn FnMut(u64),
    ) -> Result<Option<String>, Fault> {
        let mut sha256 = None;
        match self {
            Place::File {
                mut file,
                mut hash,
                bytes,
            } => {
                let head = read_head(from)?.ok_or_else(|| lie("there is nothing in it"))?;
                if head.size != size || (head.from != bytes && head.from != 0) {
                    return Err(lie("it is not the size that was said"));
                }
                if head.from == 0 {
                    restart(&mut file, &mut hash).map_err(|error| disk(&error))?;
                }
                sha256 = Some(receive_file(&head, 0, &mut file, hash, from, moved)?);
                file.sync_data().map_err(|error| disk(&error))?;
                if read_head(from)?.is_some() {
                    return Err(lie("more came than was said"));
                }
            }
            Place::Folder(mut part) => {
                while let Some(head) = read_head(from)? {
                    let (count, bytes) = part.whole();
                    if count >= entries || bytes.saturating_add(head.size) > size {
                        return Err(lie("more came than was said"));
                    }
                    receive_entry(&mut part, &head, bytes, from, moved)?;
                }
                let (count, bytes) = part.whole();
                if count != entries || bytes != size {
                    return Err(lie("less came than was said"));
                }
                part.close().map_err(|error| disk(&error))?;
            }
        }
        if !from.fill_buf().map_err(|error| network(&error))?.is_empty() {
            return Err(lie("more came than was said"));
        }
        Ok(sha256)
    }
}

fn receive_entry(
    part: &mut FolderPart,
    head: &Head,
    before: u64,
    from: &mut Sink,
    moved: &mut dyn FnMut(u64),
) -> Result<(), Fault> {
    let path = crate::wire::text::clean_path(&head.path)
        .ok_or_else(|| lie("it has a file without a name"))?;
    if head.folder {
        part.folder(&path).map_err(|error| disk(&error))?;
        return part.done(&path, 0, None).map_err(|error| disk(&error));
    }
    if head.from != 0 {
        return Err(lie("a part came that was not asked for"));
    }
    let (mut file, path) = part.file(&path).map_err(|error| disk(&error))?;
    let mut hash = Context::new(&SHA256);
    restart(&mut file, &mut hash).map_err(|error| disk(&error))?;
    let sha256 = receive_file(head, before, &mut file, hash, from, moved)?;
    let mode = if head.executable { 0o755 } else { 0o644 };
    rustix::fs::fchmod(&file, rustix::fs::Mode::from_bits_truncate(mode))
        .map_err(|error| disk(&error.into()))?;
    part.done(&path, head.size, Some(sha256))
        .map_err(|error| disk(&error))
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
        return Err(lie("what came is not what was sent"));
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
    let most = bytes.unwrap_or(u64::MAX);
    let mut taken = 0;
    while taken < most {
        let have = from.fill_buf().map_err(|error| network(&error))?;
        if have.is_empty() {
            break;
        }
        let count = have
            .len()
            .min(usize::try_from(most - taken).unwrap_or(usize::MAX));
        let block = have.get(..count).unwrap_or_default();
        hash.update(block);
        file.write_all(block).map_err(|error| disk(&error))?;
        from.consume(count);
        taken += count as u64;
        moved(taken);
    }
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

fn broken_thread() -> Fault {
    Fault::Final("an error inside of Balcony".to_owned())
}
