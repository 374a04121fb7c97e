//! Between a disk and a connection: threads and a few blocks of memory between them, so that all work at once and none
//! runs ahead. Of a large file the hash is made on a third thread, of the same blocks.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::ops::{Deref, Range};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;

use aws_lc_rs::digest::Context;

use super::{broken_thread, network};
use crate::net::bytestream::Pace;
use crate::node::files::ask::Fault;

/// One block.
const BLOCK: usize = 256 << 10;
/// Blocks between two threads.
const BLOCKS: usize = 4;
/// Blocks that wait to be filled again; further ones are given back to the system.
const SPARE: usize = 2 * BLOCKS + 2;
/// Of a file of at least this size the hash is made beside.
const HASHED_BESIDE: u64 = 1 << 20;

/// A filled block. It goes back to be filled again when nobody needs it any more.
struct Block {
    bytes: Vec<u8>,
    filled: usize,
    home: SyncSender<Vec<u8>>,
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // There are enough, or nobody fills blocks any more.
        let _ = self.home.try_send(std::mem::take(&mut self.bytes));
    }
}

/// A part of a block, to be hashed.
struct Piece(Arc<Block>, Range<usize>);

/// Hashes on a thread of its own what `work` is given to send there: of a large file. Of a small one `work` gets nothing
/// and hashes by itself. The hash is as far as the pieces were when `work` is over.
fn beside<T>(
    bytes: Option<u64>,
    hash: &mut Context,
    work: impl FnOnce(Hashing<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    if bytes.is_some_and(|bytes| bytes < HASHED_BESIDE) {
        return work(Hashing::Here(hash));
    }
    let (give, pieces) = sync_channel::<Piece>(BLOCKS);
    thread::scope(|scope| {
        let hashing = move || {
            for Piece(block, range) in pieces {
                hash.update(block.get(range).unwrap_or_default());
            }
        };
        let hashing = thread::Builder::new()
            .name("balcony-hash".into())
            .spawn_scoped(scope, hashing)
            .map_err(|error| Fault::Stuck(error.to_string()))?;
        let done = work(Hashing::Beside(&give));
        drop(give);
        hashing.join().map_err(|_| broken_thread())?;
        done
    })
}

/// Where a file is hashed.
enum Hashing<'a> {
    Here(&'a mut Context),
    Beside(&'a SyncSender<Piece>),
}

/// Takes what a disk gives, block by block.
pub(in crate::node::files) struct Spout {
    block: Vec<u8>,
    filled: usize,
    /// What of the block is still to be hashed beside.
    unhashed: Range<usize>,
    full: SyncSender<Arc<Block>>,
    empty: Receiver<Vec<u8>>,
    home: SyncSender<Vec<u8>>,
}

impl Spout {
    /// Reads so many bytes, and hashes them.
    pub(in crate::node::files) fn read_from(
        &mut self,
        file: &mut impl Read,
        bytes: u64,
        hash: Option<&mut Context>,
        moved: &mut dyn FnMut(u64),
    ) -> Result<(), Fault> {
        let Some(hash) = hash else {
            return self.read_and(file, bytes, None, moved);
        };
        let rest = beside(Some(bytes), hash, |hashing| {
            self.unhashed = self.filled..self.filled;
            self.read_and(file, bytes, Some(hashing), moved)
        });
        // The end of it is in a block that has room still.
        let unhashed = std::mem::take(&mut self.unhashed);
        if bytes >= HASHED_BESIDE {
            hash.update(self.block.get(unhashed).unwrap_or_default());
        }
        rest
    }

    fn read_and(
        &mut self,
        file: &mut impl Read,
        bytes: u64,
        mut hashing: Option<Hashing<'_>>,
        moved: &mut dyn FnMut(u64),
    ) -> Result<(), Fault> {
        let mut sent = 0;
        while sent < bytes {
            let most = usize::try_from(bytes - sent).unwrap_or(usize::MAX);
            let end = self.block.len().min(self.filled.saturating_add(most));
            let room = self.block.get_mut(self.filled..end).unwrap_or_default();
            let read = file
                .read(room)
                .map_err(|error| Fault::Final(format!("the file cannot be read: {error}")))?;
            if read == 0 {
                return Err(Fault::Final(
                    "the file became shorter while it was being sent".to_owned(),
                ));
            }
            let beside = match &mut hashing {
                None => None,
                Some(Hashing::Here(hash)) => {
                    hash.update(room.get(..read).unwrap_or_default());
                    None
                }
                Some(Hashing::Beside(pieces)) => {
                    self.unhashed.end += read;
                    Some(*pieces)
                }
            };
            self.filled += read;
            if self.filled == self.block.len() {
                self.pass_on(beside).map_err(|error| network(&error))?;
            }
            sent += read as u64;
            moved(sent);
        }
        Ok(())
    }

    fn pass_on(&mut self, hashed: Option<&SyncSender<Piece>>) -> io::Result<()> {
        let next = match self.empty.try_recv() {
            Ok(block) => block,
            Err(TryRecvError::Empty) => vec![0; BLOCK],
            Err(TryRecvError::Disconnected) => return Err(ErrorKind::BrokenPipe.into()),
        };
        let block = Arc::new(Block {
            bytes: std::mem::replace(&mut self.block, next),
            filled: std::mem::take(&mut self.filled),
            home: self.home.clone(),
        });
        if let Some(pieces) = hashed {
            let range = std::mem::take(&mut self.unhashed);
            // It ends only after all that is sent to it.
            let _ = pieces.send(Piece(Arc::clone(&block), range));
        }
        self.full
            .send(block)
            .map_err(|_| ErrorKind::BrokenPipe.into())
    }
}

impl Write for Spout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.block.get_mut(self.filled..).unwrap_or_default();
        let count = room.len().min(bytes.len());
        if let (Some(room), Some(bytes)) = (room.get_mut(..count), bytes.get(..count)) {
            room.copy_from_slice(bytes);
        }
        self.filled += count;
        if self.filled == self.block.len() {
            self.pass_on(None)?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.filled == 0 {
            Ok(())
        } else {
            self.pass_on(None)
        }
    }
}

/// Writes to `out` what `produce` gives, which runs on a thread of its own.
pub(in crate::node::files) fn pour<T: Send>(
    out: &mut impl Write,
    produce: impl FnOnce(&mut Spout) -> Result<T, Fault> + Send,
) -> Result<T, Fault> {
    let (full, blocks) = sync_channel::<Arc<Block>>(BLOCKS);
    let (home, empty) = sync_channel(SPARE);
    thread::scope(|scope| {
        let producer = scope.spawn(move || {
            let mut spout = Spout {
                block: vec![0; BLOCK],
                filled: 0,
                unhashed: 0..0,
                full,
                empty,
                home,
            };
            let made = produce(&mut spout)?;
            spout.flush().map_err(|error| network(&error))?;
            Ok(made)
        });
        let mut written = Ok(());
        for block in &blocks {
            written = out.write_all(&block);
            if written.is_err() {
                break;
            }
        }
        drop(blocks);
        let made = producer.join().unwrap_or_else(|_| Err(broken_thread()));
        match (made, written) {
            // The disk's own trouble is said; that nobody takes what it gives is the network's.
            (Err(Fault::Passing(_)) | Ok(_), Err(error)) => Err(network(&error)),
            (made, _) => made,
        }
    })
}

/// Gives what a connection brought, block by block.
pub(in crate::node::files) struct Sink {
    block: Option<Arc<Block>>,
    taken: usize,
    full: Receiver<Block>,
}

impl Sink {
    /// Takes so many bytes, or all that come, and hashes them; how many.
    pub(in crate::node::files) fn write_to(
        &mut self,
        file: &mut impl Write,
        bytes: Option<u64>,
        hash: &mut Context,
        moved: &mut dyn FnMut(u64),
    ) -> Result<u64, Fault> {
        beside(bytes, hash, |mut hashing| {
            let most = bytes.unwrap_or(u64::MAX);
            let mut taken = 0;
            while taken < most {
                let have = self.fill_buf().map_err(|error| network(&error))?;
                if have.is_empty() {
                    break;
                }
                let rest = usize::try_from(most - taken).unwrap_or(usize::MAX);
                let count = have.len().min(rest);
                let range = self.taken..self.taken + count;
                let Some(block) = &self.block else { break };
                let piece = block.get(range.clone()).unwrap_or_default();
                match &mut hashing {
                    Hashing::Here(hash) => hash.update(piece),
                    // It ends only after all that is sent to it.
                    Hashing::Beside(pieces) => {
                        let _ = pieces.send(Piece(Arc::clone(block), range));
                    }
                }
                file.write_all(piece).map_err(|error| super::disk(&error))?;
                self.consume(count);
                taken += count as u64;
                moved(taken);
            }
            Ok(taken)
        })
    }
}

impl BufRead for Sink {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let used_up = |block: &Arc<Block>| self.taken >= block.len();
        if self.block.as_ref().is_none_or(used_up)
            && let Ok(block) = self.full.recv()
        {
            self.block = Some(Arc::new(block));
            self.taken = 0;
        }
        let block = self.block.as_deref();
        Ok(block
            .and_then(|block| block.get(self.taken..))
            .unwrap_or_default())
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
pub(in crate::node::files) fn drink<T: Send>(
    from: &mut impl Read,
    most: Option<u64>,
    mut pace: Pace,
    consume: impl FnOnce(&mut Sink) -> Result<T, Fault> + Send,
) -> Result<T, Fault> {
    let (pass_on, full) = sync_channel(BLOCKS);
    let (home, spare) = sync_channel::<Vec<u8>>(SPARE);
    thread::scope(|scope| {
        let consumer = scope.spawn(move || {
            let mut sink = Sink {
                block: None,
                taken: 0,
                full,
            };
            consume(&mut sink)
        });
        let mut left = most.unwrap_or(u64::MAX);
        let mut read = Ok(());
        while left > 0 {
            let mut bytes = spare.try_recv().unwrap_or_default();
            bytes.resize(BLOCK, 0);
            match fill(from, &mut bytes, left, &mut pace) {
                Ok(0) => break,
                Ok(filled) => {
                    left -= filled as u64;
                    let home = home.clone();
                    let block = Block {
                        bytes,
                        filled,
                        home,
                    };
                    if pass_on.send(block).is_err() {
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
