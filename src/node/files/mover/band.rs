//! In-band: the bytes of a file go block by block through the stream (XEP-0047), one block under way in each direction, so
//! that what people say meanwhile waits for one block at most.
//!
//! A [`Band`] is the mover's end; what it says and takes are [`Told::Block`] and [`Ask::Block`](super::Ask::Block). An empty
//! block says that its side has said all.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::net::bytestream::SILENCE;
use crate::net::carrier::Detour;
use crate::node::effect::Input;
use crate::node::files::ask::{BLOCK, Told};

/// See the module.
#[derive(Debug)]
pub(super) struct Band {
    tell: mpsc::Sender<Input>,
    transfer: String,
    run: u32,
    blocks: Receiver<Vec<u8>>,
    block: Vec<u8>,
    used: usize,
    ended: bool,
    free: Receiver<()>,
    patience: Duration,
}

/// Where a band gets what comes. Dropped, it ends the band.
#[derive(Debug)]
pub(super) struct BandEnd {
    blocks: SyncSender<Vec<u8>>,
    free: SyncSender<()>,
}

impl Band {
    pub(super) fn new(tell: mpsc::Sender<Input>, transfer: &str, run: u32) -> (Band, BandEnd) {
        let (blocks, incoming) = sync_channel(1);
        let (free, taken) = sync_channel(1);
        // The first block waits for nothing.
        let _ = free.try_send(());
        let band = Band {
            tell,
            transfer: transfer.to_owned(),
            run,
            blocks: incoming,
            block: Vec::new(),
            used: 0,
            ended: false,
            free: taken,
            patience: SILENCE,
        };
        (band, BandEnd { blocks, free })
    }

    fn say(&self, told: Told) -> io::Result<()> {
        self.tell
            .blocking_send(Input::File(told))
            .map_err(|_| ErrorKind::BrokenPipe.into())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.free.recv_timeout(self.patience).map_err(failed)?;
        self.say(Told::Block {
            transfer: self.transfer.clone(),
            run: self.run,
            bytes: bytes.to_vec(),
        })
    }
}

impl BandEnd {
    /// False if more comes than may.
    pub(super) fn block(&self, bytes: Vec<u8>) -> bool {
        self.blocks.try_send(bytes).is_ok()
    }

    /// The last block is with the other side.
    pub(super) fn taken(&self) {
        // One is under way at a time.
        let _ = self.free.try_send(());
    }
}

fn failed(error: RecvTimeoutError) -> io::Error {
    match error {
        RecvTimeoutError::Timeout => ErrorKind::WouldBlock.into(),
        RecvTimeoutError::Disconnected => ErrorKind::UnexpectedEof.into(),
    }
}

impl Read for Band {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.used >= self.block.len() && !self.ended {
            self.block = self.blocks.recv_timeout(self.patience).map_err(failed)?;
            self.used = 0;
            self.ended = self.block.is_empty();
            self.say(Told::Taken {
                transfer: self.transfer.clone(),
                run: self.run,
            })?;
        }
        let mut rest = self.block.get(self.used..).unwrap_or_default();
        let read = rest.read(into)?;
        self.used += read;
        Ok(read)
    }
}

impl Write for Band {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let block = bytes.get(..BLOCK.min(bytes.len())).unwrap_or_default();
        if !block.is_empty() {
            self.send(block)?;
        }
        Ok(block.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Detour for Band {
    fn end_writing(&mut self) -> io::Result<()> {
        self.send(&[])
    }

    fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }
}
