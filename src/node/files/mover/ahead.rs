//! The hashes of what is offered are made before its receiver is asked, where that takes a moment only, else while it is
//! being asked: so sending is nothing but reading and encrypting, and the receiver can tell early that somebody else offers
//! the same file. Who takes one file faster than that gets its bytes at once, and its hash, which is made meanwhile, behind
//! them; of folders, of what is too large to be in memory still and of what waits for its turn it is made on the way.
//!
//! A file that changes between its hash and its last byte is found out by its stamp, and if not by that, by the receiver.

use std::collections::VecDeque;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{Context, SHA256};

use super::Shared;
use crate::disk::sources::{self, Entry, Source};
use crate::model::roster::hex;
use crate::model::transfer::unhex;
use crate::node::files::ask::{Gate, Serve, Told};

/// A file of at most this size is hashed when it is looked at: that takes some milliseconds.
const AT_ONCE: u64 = 4 << 20;
/// Folders and larger files are hashed on the way: the system would read them twice from the disk.
const LARGEST: u64 = 1 << 30;
/// Offers that wait for the one that is being hashed; further ones are hashed on the way.
const MOST_WAITING: usize = 64;
/// What is read at a time.
const BLOCK: usize = 256 << 10;
/// What takes longer to send is hashed beside.
const LONG_SEND: Duration = Duration::from_secs(1);
/// Hashes that are remembered: one file may be offered to many.
const MOST: usize = 32;

/// Entries of folders that are remembered: a few megabytes.
const MOST_ENTRIES: usize = 20_000;

/// What is known of files before they are sent.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    known: Mutex<VecDeque<Known>>,
    /// Folders that were looked at, the newest first: what is in them is sent as it was offered, each file if it is
    /// unchanged.
    folders: Mutex<VecDeque<Folder>>,
    /// One at a time.
    queue: Mutex<Queue>,
    /// Another one is being hashed, or none.
    turned: Condvar,
}

/// What is to be hashed while its receiver is being asked.
#[derive(Debug, Default)]
struct Queue {
    busy: bool,
    /// The file that is being hashed, and what it looks like: to the end, also when its receiver has come.
    file: Option<(PathBuf, String)>,
    waiting: VecDeque<Serve>,
}

/// A folder that was looked at.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    source: Arc<Source>,
    /// Of the first of its entries.
    hashes: Vec<[u8; 32]>,
}

#[derive(Debug)]
struct Known {
    path: PathBuf,
    stamp: String,
    sha256: [u8; 32],
}

impl Ahead {
    /// The hash of this file, if it looks like this.
    pub(super) fn of(&self, path: &Path, stamp: &str) -> Option<[u8; 32]> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .iter()
            .find(|known| known.path == path && known.stamp == stamp)
            .map(|known| known.sha256)
    }

    /// A folder was looked at.
    pub(super) fn looked(&self, path: &Path, source: &Arc<Source>) {
        if source.folder.is_none() || source.entries.len() > MOST_ENTRIES {
            return;
        }
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if folders.iter().any(|known| known.is(path, &source.stamp)) {
            return;
        }
        folders.retain(|known| known.path != path);
        folders.push_front(Folder {
            path: path.to_owned(),
            source: Arc::clone(source),
            hashes: Vec::new(),
        });
        let mut entries = 0;
        folders.retain(|known| {
            entries += known.source.entries.len();
            entries <= MOST_ENTRIES
        });
    }

    /// What was in this folder when it was offered, if that is remembered.
    pub(super) fn folder(&self, serve: &Serve) -> Option<Arc<Source>> {
        let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let known = folders
            .iter()
            .find(|known| known.is(&serve.path, &serve.stamp))?;
        Some(Arc::clone(&known.source))
    }

    /// The hashes of the first entries, as far as they are known.
    pub(super) fn known(&self, serve: &Serve, source: &Source) -> Vec<[u8; 32]> {
        if source.folder.is_none() {
            return self.of(&serve.path, &source.stamp).into_iter().collect();
        }
        let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let known = folders
            .iter()
            .find(|known| known.is(&serve.path, &serve.stamp));
        known.map(|known| known.hashes.clone()).unwrap_or_default()
    }

    fn add_all(&self, serve: &Serve, hashes: Vec<[u8; 32]>) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let known = folders
            .iter_mut()
            .find(|known| known.is(&serve.path, &serve.stamp));
        if let Some(known) = known.filter(|known| known.hashes.len() < hashes.len()) {
            known.hashes = hashes;
        }
    }

    /// The core knows the hash.
    pub(super) fn learn(&self, serve: &Serve) {
        let hash = serve.sha256.as_deref().and_then(unhex);
        if let Some(sha256) = hash.filter(|_| self.of(&serve.path, &serve.stamp).is_none()) {
            self.add(&serve.path, &serve.stamp, sha256);
        }
    }

    fn add(&self, path: &Path, stamp: &str, sha256: [u8; 32]) {
        if self.of(path, stamp).is_some() {
            return;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.push_front(Known {
            path: path.to_owned(),
            stamp: stamp.to_owned(),
            sha256,
        });
        known.truncate(MOST);
    }

    /// Of one file that was looked at just now: its hash, if that is known or made in a moment.
    pub(super) fn at_once(&self, path: &Path, source: &Source) -> Option<[u8; 32]> {
        let known = self.of(path, &source.stamp);
        let entry = source.entries.first();
        let entry = entry.filter(|entry| source.folder.is_none() && entry.size <= AT_ONCE);
        let (None, Some(entry)) = (known, entry) else {
            return known;
        };
        let sha256 = hash_of(entry, || true)?;
        self.add(path, &source.stamp, sha256);
        Some(sha256)
    }

    /// Whether somebody is to begin; else it waits for its turn, if there is room.
    fn begin(&self, serve: &Serve) -> bool {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut queue.busy, true) {
            if queue.waiting.len() < MOST_WAITING {
                queue.waiting.push_back(serve.clone());
            }
            return false;
        }
        true
    }

    /// The next one that waits.
    fn next(&self) -> Option<Serve> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let next = queue.waiting.pop_front();
        queue.busy = next.is_some();
        queue.file = None;
        self.turned.notify_all();
        next
    }

    /// This file will be hashed to its end.
    fn hashing(&self, path: &Path, stamp: &str) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.file = Some((path.to_owned(), stamp.to_owned()));
    }

    /// Is this file being hashed?
    pub(super) fn is_hashing(&self, path: &Path, stamp: &str) -> bool {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.is_about(path, stamp)
    }

    /// The hash of a file that was being hashed, when it is; nothing if that went wrong.
    pub(super) fn when_hashed(&self, path: &Path, stamp: &str) -> Option<[u8; 32]> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let hashed = self
            .turned
            .wait_while(queue, |queue| queue.is_about(path, stamp));
        drop(hashed.unwrap_or_else(PoisonError::into_inner));
        self.of(path, stamp)
    }
}

impl Queue {
    fn is_about(&self, path: &Path, stamp: &str) -> bool {
        let file = self.file.as_ref();
        file.is_some_and(|(its_path, its_stamp)| its_path == path && its_stamp == stamp)
    }
}

impl Folder {
    fn is(&self, path: &Path, stamp: &str) -> bool {
        self.path == path && self.source.stamp == stamp
    }
}

impl Shared {
    /// Hashes what is offered, unless that is known, when what was offered before it is hashed.
    pub(super) fn hash_ahead(self: &Arc<Self>, serve: &Serve) {
        let meant = matches!(serve.gate, Gate::Token(_));
        let known = self.ahead.of(&serve.path, &serve.stamp).is_some();
        if !meant || known || !self.ahead.begin(serve) {
            return;
        }
        let (shared, serve) = (Arc::clone(self), serve.clone());
        let spawned = std::thread::Builder::new()
            .name("balcony-hash".into())
            .spawn(move || {
                let mut next = Some(serve);
                while let Some(serve) = next {
                    shared.hash_while_asked(&serve);
                    next = shared.ahead.next();
                }
            });
        if spawned.is_err() {
            // What waits, too, is hashed on the way then.
            while self.ahead.next().is_some() {}
        }
    }

    /// Nothing if it is not worth it or cannot be done. Of a folder, what is done when the receiver comes.
    fn hash_while_asked(&self, serve: &Serve) {
        if let Some(folder) = self.ahead.folder(serve) {
            let first = folder.entries.first();
            let worth = folder.size <= LARGEST && first.is_some();
            let begun = self.ahead.known(serve, &folder).len();
            if !worth || begun > 0 {
                return;
            }
            let hash = |entry: &Entry| match entry.is_folder {
                // It has none, and a place in the list.
                true => Some([0; 32]),
                false => self.hash_one(serve, entry),
            };
            let hashes = folder.entries.iter().map_while(hash).collect();
            return self.ahead.add_all(serve, hashes);
        }
        if let Some(sha256) = self.ahead.of(&serve.path, &serve.stamp) {
            // While it waited for its turn the same one was hashed for somebody else.
            return self.found(serve, &serve.stamp, sha256);
        }
        let source = sources::look(&serve.path).ok();
        let worth = |source: &Source| source.folder.is_none() && source.size <= LARGEST;
        let source = source.filter(|source| worth(source) && source.stamp == serve.stamp);
        let entry = source.as_ref().and_then(|source| source.entries.first());
        let Some(entry) = entry else { return };
        self.ahead.hashing(&serve.path, &serve.stamp);
        // Not left off when its receiver comes, who would hear of it with the last byte only: whoever sends does not hash then.
        let mine = |desk: &super::Desk| desk.run == serve.run && !desk.stopped;
        let goes_on = || self.desks().get(&serve.transfer).is_some_and(mine);
        if let Some(sha256) = hash_of(entry, goes_on) {
            self.found(serve, &serve.stamp, sha256);
        }
    }

    fn found(&self, serve: &Serve, stamp: &str, sha256: [u8; 32]) {
        self.ahead.add(&serve.path, stamp, sha256);
        self.say(Told::Hashed {
            transfer: serve.transfer.clone(),
            run: serve.run,
            sha256: hex(&sha256),
        });
    }

    /// Sends (`work`), and meanwhile hashes what is sent if that takes its time: whoever takes it can go on with the same
    /// file from somebody else only if its hash is known before the last byte.
    pub(super) fn hashing_beside<T>(
        &self,
        serve: &Serve,
        source: &Source,
        work: impl FnOnce() -> T,
    ) -> T {
        let entry = source.entries.first().filter(|entry| {
            let (path, stamp) = (&serve.path, &source.stamp);
            let known =
                || self.ahead.of(path, stamp).is_some() || self.ahead.is_hashing(path, stamp);
            source.folder.is_none() && entry.size > AT_ONCE && !known()
        });
        let Some(entry) = entry else {
            return work();
        };
        std::thread::scope(|scope| {
            let (sending, over) = channel::<()>();
            let hashing = std::thread::Builder::new()
                .name("balcony-hash".into())
                .spawn_scoped(scope, move || {
                    self.hash_slowly(serve, &source.stamp, entry, &over)
                });
            if let Err(error) = hashing {
                tracing::debug!(%error, "no thread to hash what is sent");
            }
            let done = work();
            drop(sending);
            done
        })
    }

    /// A quarter of the time, so that disk and processor are there for who sends. Ends when `over` does.
    fn hash_slowly(&self, serve: &Serve, stamp: &str, entry: &Entry, over: &Receiver<()>) {
        let goes_on = |pause| over.recv_timeout(pause) == Err(RecvTimeoutError::Timeout);
        if !goes_on(LONG_SEND) || self.ahead.of(&serve.path, stamp).is_some() {
            return;
        }
        let Ok(mut file) = sources::open(entry) else {
            return;
        };
        let mut hash = Context::new(&SHA256);
        let mut block = vec![0; 4 * BLOCK];
        loop {
            let began = Instant::now();
            match file.read(&mut block) {
                Ok(0) => break,
                Ok(read) => hash.update(block.get(..read).unwrap_or_default()),
                Err(_) => return,
            }
            if !goes_on(began.elapsed() * 3) {
                return;
            }
        }
        let sha256 = hash.finish().as_ref().try_into();
        if let (Ok(()), Ok(sha256)) = (sources::unchanged(entry, &file), sha256) {
            self.found(serve, stamp, sha256);
        }
    }

    /// Nothing if it cannot be done, or the receiver has come.
    fn hash_one(&self, serve: &Serve, entry: &Entry) -> Option<[u8; 32]> {
        let waits = |desk: &super::Desk| desk.run == serve.run && desk.serve.is_some();
        hash_of(entry, || {
            self.desks().get(&serve.transfer).is_some_and(waits)
        })
    }
}

/// The hash of a file, if it stays as it is and `goes_on` is true before every block. In a folder of many small ones each
/// system call counts: that it is still what was looked at is asked behind the last byte only.
fn hash_of(entry: &Entry, goes_on: impl Fn() -> bool) -> Option<[u8; 32]> {
    let mut file = sources::open_unseen(entry).ok()?;
    let mut hash = Context::new(&SHA256);
    let mut block = vec![0; BLOCK.min(usize::try_from(entry.size).unwrap_or(BLOCK))];
    let mut left = entry.size;
    while left > 0 {
        if !goes_on() {
            return None;
        }
        let read = file.read(&mut block).ok().filter(|read| *read > 0)?;
        hash.update(block.get(..read).unwrap_or_default());
        left = left.checked_sub(read as u64)?;
    }
    sources::unchanged(entry, &file).ok()?;
    hash.finish().as_ref().try_into().ok()
}
