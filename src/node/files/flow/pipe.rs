//! Between a disk and a connection: two threads and a few blocks of memory between them, so that both work at once and
//! neither runs ahead.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, channel, sync_channel};
use std::thread;

use super::{broken_thread, network};
use crate::net::bytestream::Pace;
use crate::node::files::ask::Fault;

/// One block.
const BLOCK: usize = 256 << 10;
/// Blocks between the two threads.
const BLOCKS: usize = 4;
/// Takes what a disk gives, block by block.
pub(in crate::node::files) struct Spout {
    block: Vec<u8>,
    filled: usize,
    full: SyncSender<(Vec<u8>, usize)>,
    empty: Receiver<Vec<u8>>,
}

impl Spout {
    /// Room to read into; say with [`Spout::add`] how much was.
    pub(in crate::node::files) fn room(&mut self) -> &mut [u8] {
        self.block.get_mut(self.filled..).unwrap_or_default()
    }

    pub(in crate::node::files) fn add(&mut self, bytes: usize) -> io::Result<()> {
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
pub(in crate::node::files) fn pour<T: Send>(
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
pub(in crate::node::files) struct Sink {
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
pub(in crate::node::files) fn drink<T: Send>(
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
