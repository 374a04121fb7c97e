//! What is there of a file or folder that comes in, and how the rest is taken.

use std::fs::File;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use aws_lc_rs::digest::{Context, SHA256, digest};

use super::pipe::Sink;
use super::{
    Head, Request, SMALL, broken_thread, disk, lie, network, read_head, receive_file, restart, take,
};
use crate::disk::downloads;
use crate::disk::folder_part::FolderPart;
use crate::model::roster::hex;
use crate::node::files::ask::{Fault, Fetch};
use crate::wire::text::CleanPath;

/// So many bytes or so many files are passed on together to be written: each time costs what a file does.
const BATCH_BYTES: usize = 256 << 10;
const BATCH: usize = 32;
/// Batches that wait to be written.
const WAITING: usize = 3;

/// Where a file or folder goes, and what is there of it.
pub(in crate::node::files) struct Place {
    pub(in crate::node::files) folder: PathBuf,
    pub(in crate::node::files) name: String,
    pub(in crate::node::files) part: PathBuf,
    pub(in crate::node::files) have: Have,
}

/// What is there.
pub(in crate::node::files) enum Have {
    /// A part of a file, with the hash of what is there.
    File {
        file: File,
        hash: Context,
        bytes: u64,
    },
    /// A part of a folder.
    Folder(Box<FolderPart>),
    /// All of it, in its place: we ended before we could remember that.
    All { path: PathBuf, request: Request },
}

impl Place {
    /// Opens or begins it, and compares what is there.
    pub(in crate::node::files) fn open(fetch: &Fetch) -> io::Result<Place> {
        let (folder, name, part) = downloads::place(&fetch.folder, &fetch.name, &fetch.transfer);
        let named = downloads::find_named(&part, &folder, &name);
        let have = match named {
            Some(path) => all(path, fetch)?,
            None => begun(&part, fetch)?,
        };
        Ok(Place {
            folder,
            name,
            part,
            have,
        })
    }

    /// How many bytes are there.
    pub(in crate::node::files) fn bytes(&self) -> u64 {
        match &self.have {
            Have::File { bytes, .. } => *bytes,
            Have::Folder(part) => part.whole().1 + part.half().map_or(0, |half| half.0),
            Have::All { request, .. } => request.bytes,
        }
    }

    /// What to ask for.
    pub(in crate::node::files) fn request(&self, token: [u8; 32]) -> Request {
        let mut request = Request {
            token,
            ..Request::default()
        };
        match &self.have {
            Have::File { hash, bytes, .. } => request.have(*bytes, hash),
            Have::Folder(part) => {
                request.entries = part.whole().0;
                if let Some((bytes, hash)) = part.half() {
                    request.have(bytes, hash);
                }
            }
            Have::All { request: all, .. } => {
                request = Request {
                    token,
                    ..all.clone()
                };
            }
        }
        request
    }

    /// Takes what [`super::send`] sends: at most `size` bytes in at most `entries` entries. The SHA-256, if it is one file.
    pub(in crate::node::files) fn receive(
        &mut self,
        size: u64,
        entries: u64,
        from: &mut Sink,
        moved: &mut dyn FnMut(u64),
    ) -> Result<Option<String>, Fault> {
        let sha256 = match &mut self.have {
            Have::File { file, hash, bytes } => {
                Some(receive_one(file, hash, *bytes, size, from, moved)?)
            }
            Have::Folder(part) => {
                receive_entries(part, size, entries, from, moved)?;
                None
            }
            Have::All { request, .. } => {
                let compared = compare(request, entries, from);
                if compared.is_err() {
                    downloads::forget_note(&self.part);
                }
                compared?
            }
        };
        if !from.fill_buf().map_err(|error| network(&error))?.is_empty() {
            return Err(lie("more came than was said"));
        }
        Ok(sha256)
    }

    /// Gives it its name, unless it has that.
    pub(in crate::node::files) fn finish(self) -> Result<PathBuf, Fault> {
        let finished = match self.have {
            Have::All { path, .. } => return Ok(path),
            Have::Folder(part) => part.close(),
            Have::File { .. } => Ok(()),
        };
        finished
            .and_then(|()| downloads::finish(&self.part, &self.folder, &self.name))
            .map_err(|error| disk(&error))
    }
}

fn begun(part: &Path, fetch: &Fetch) -> io::Result<Have> {
    if fetch.entries.is_some() {
        return Ok(Have::Folder(Box::new(FolderPart::open(part)?)));
    }
    let mut file = downloads::open_part(part)?;
    let mut bytes = file.metadata()?.len();
    if bytes > fetch.size {
        file.set_len(0)?;
        bytes = 0;
    }
    let hash = downloads::hash_of_beginning(&mut file, bytes)?;
    Ok(Have::File { file, hash, bytes })
}

fn all(path: PathBuf, fetch: &Fetch) -> io::Result<Have> {
    let mut request = Request::default();
    match fetch.entries {
        Some(entries) => request.entries = entries,
        None => {
            let mut file = File::open(&path)?;
            let bytes = file.metadata()?.len();
            let hash = downloads::hash_of_beginning(&mut file, bytes)?;
            request.have(bytes, &hash);
        }
    }
    Ok(Have::All { path, request })
}

/// The sender has nothing to add to what is there, and the same hash.
fn compare(have: &Request, entries: u64, from: &mut Sink) -> Result<Option<String>, Fault> {
    let other = || Fault::Passing("the file that is here is another one".to_owned());
    let mut sha256 = None;
    if have.entries == 0 || entries == 0 {
        let head = read_head(from)?.ok_or_else(|| lie("there is nothing in it"))?;
        if head.from != have.bytes || head.size != have.bytes {
            return Err(other());
        }
        let said: [u8; 32] = take(from).map_err(|error| network(&error))?;
        if said != have.hash {
            return Err(other());
        }
        sha256 = Some(hex(&said));
    }
    match read_head(from)? {
        None => Ok(sha256),
        Some(_) => Err(other()),
    }
}

fn receive_one(
    file: &mut File,
    hash: &mut Context,
    bytes: u64,
    size: u64,
    from: &mut Sink,
    moved: &mut dyn FnMut(u64),
) -> Result<String, Fault> {
    let head = read_head(from)?.ok_or_else(|| lie("there is nothing in it"))?;
    if head.size != size || (head.from != bytes && head.from != 0) {
        return Err(lie("it is not the size that was said"));
    }
    if head.from == 0 {
        restart(file, hash).map_err(|error| disk(&error))?;
    }
    let sha256 = receive_file(&head, 0, file, hash.clone(), from, moved)?;
    if read_head(from)?.is_some() {
        return Err(lie("more came than was said"));
    }
    Ok(sha256)
}

fn receive_entries(
    part: &mut FolderPart,
    size: u64,
    entries: u64,
    from: &mut Sink,
    moved: &mut dyn FnMut(u64),
) -> Result<(), Fault> {
    let mut left = Left {
        entries: entries.saturating_sub(part.whole().0),
        bytes: size.saturating_sub(part.whole().1),
        size,
    };
    let shelf = Mutex::new(part);
    thread::scope(|scope| {
        let (give, batches) = sync_channel(WAITING);
        let writing = thread::Builder::new()
            .name("balcony-write".into())
            .spawn_scoped(scope, || write_small(&shelf, batches))
            .map_err(|error| Fault::Stuck(error.to_string()))?;
        let mut batch = Batch {
            give,
            jobs: Vec::new(),
            bytes: 0,
        };
        let received = receive_each(&shelf, &mut batch, &mut left, from, moved);
        // What came before it broke off is kept.
        let passed_on = batch.pass_on();
        drop(batch);
        // The disk's own trouble comes first.
        writing.join().unwrap_or_else(|_| Err(broken_thread()))?;
        received.and(passed_on)
    })?;
    if left.entries > 0 || left.bytes > 0 {
        return Err(lie("less came than was said"));
    }
    Ok(())
}

/// What of a folder is still to come.
struct Left {
    entries: u64,
    bytes: u64,
    /// Of all.
    size: u64,
}

/// Something for the thread that writes small files.
enum Job {
    /// A file that is what was sent.
    File {
        path: CleanPath,
        bytes: Vec<u8>,
        sha256: String,
        executable: bool,
    },
    Folder(CleanPath),
    /// Say when all before this is written.
    Settle(SyncSender<()>),
}

/// Jobs that are passed on together.
struct Batch {
    give: SyncSender<Vec<Job>>,
    jobs: Vec<Job>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, job: Job) -> Result<(), Fault> {
        if let Job::File { bytes, .. } = &job {
            self.bytes += bytes.len();
        }
        self.jobs.push(job);
        if self.jobs.len() < BATCH && self.bytes < BATCH_BYTES {
            return Ok(());
        }
        self.pass_on()
    }

    fn pass_on(&mut self) -> Result<(), Fault> {
        self.bytes = 0;
        let jobs = std::mem::take(&mut self.jobs);
        self.give.send(jobs).map_err(|_| broken_thread())
    }
}

fn write_small(shelf: &Mutex<&mut FolderPart>, batches: Receiver<Vec<Job>>) -> Result<(), Fault> {
    for job in batches.into_iter().flatten() {
        let mut part = shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let written = match job {
            Job::Folder(path) => part.folder(&path).and_then(|()| part.done(&path, 0, None)),
            Job::File {
                path,
                bytes,
                sha256,
                executable,
            } => part
                .file(&path, bytes.len() as u64, executable)
                .and_then(|(mut file, here)| {
                    file.write_all(&bytes)?;
                    part.done(&here, bytes.len() as u64, Some(&sha256))
                }),
            Job::Settle(settled) => {
                // Whoever asked has ended.
                let _ = settled.send(());
                Ok(())
            }
        };
        written.map_err(|error| disk(&error))?;
    }
    Ok(())
}

fn receive_each(
    shelf: &Mutex<&mut FolderPart>,
    batch: &mut Batch,
    left: &mut Left,
    from: &mut Sink,
    moved: &mut dyn FnMut(u64),
) -> Result<(), Fault> {
    while let Some(head) = read_head(from)? {
        if left.entries == 0 || head.size > left.bytes {
            return Err(lie("more came than was said"));
        }
        let before = left.size - left.bytes;
        let path = CleanPath::of(&head.path).ok_or_else(|| lie("it has a file without a name"))?;
        left.entries -= 1;
        if head.folder {
            batch.add(Job::Folder(path))?;
            continue;
        }
        left.bytes -= head.size;
        if head.size <= SMALL && head.from == 0 {
            let (bytes, sha256) = receive_small(&head, from)?;
            moved(before + head.size);
            let executable = head.executable;
            batch.add(Job::File {
                path,
                bytes,
                sha256,
                executable,
            })?;
            continue;
        }
        let (settled, wait) = sync_channel(1);
        batch.add(Job::Settle(settled))?;
        batch.pass_on()?;
        wait.recv().map_err(|_| broken_thread())?;
        let mut part = shelf.lock().unwrap_or_else(PoisonError::into_inner);
        receive_large(&mut part, &head, &path, before, from, moved)?;
    }
    Ok(())
}

/// All of a small file, compared.
fn receive_small(head: &Head, from: &mut Sink) -> Result<(Vec<u8>, String), Fault> {
    let mut bytes = vec![0; usize::try_from(head.size).unwrap_or_default()];
    from.read_exact(&mut bytes)
        .map_err(|error| network(&error))?;
    let said: [u8; 32] = take(from).map_err(|error| network(&error))?;
    if digest(&SHA256, &bytes).as_ref() != said {
        return Err(lie("what came is not what was sent"));
    }
    Ok((bytes, hex(&said)))
}

fn receive_large(
    part: &mut FolderPart,
    head: &Head,
    asked: &CleanPath,
    before: u64,
    from: &mut Sink,
    moved: &mut dyn FnMut(u64),
) -> Result<(), Fault> {
    let half = part.go_on(asked, head.from);
    let (mut file, path, hash) = match half {
        Some(half) => (half.file, half.path, half.hash),
        None if head.from != 0 => return Err(lie("a part came that was not asked for")),
        None => {
            let begun = part.file(asked, head.size, head.executable);
            let (file, path) = begun.map_err(|error| disk(&error))?;
            (file, path, Context::new(&SHA256))
        }
    };
    let sha256 = receive_file(head, before, &mut file, hash, from, moved)?;
    part.done(&path, head.size, Some(&sha256))
        .map_err(|error| disk(&error))
}

impl Place {
    /// How many bytes of a file are there by now.
    pub(in crate::node::files) fn length(&self) -> u64 {
        match &self.have {
            Have::File { file, .. } => file.metadata().map_or(0, |found| found.len()),
            _ => 0,
        }
    }

    /// All of it, if it has its name already: its bytes, and their hash; of a folder both mean nothing.
    pub(in crate::node::files) fn whole(&self) -> Option<(u64, String)> {
        match &self.have {
            Have::All { request, .. } => Some((request.bytes, hex(&request.hash))),
            _ => None,
        }
    }

    /// What is there of a folder.
    pub(in crate::node::files) fn part_of_folder(&mut self) -> Result<&mut FolderPart, Fault> {
        match &mut self.have {
            Have::Folder(part) => Ok(part),
            _ => Err(Fault::Final("it is no folder any more".to_owned())),
        }
    }

    /// The file, at its `from`th byte, with the hash of what is before that: for bytes that come without heads.
    ///
    /// A file that got its name is not found by these ways: whoever offers so cannot go on with anything.
    pub(in crate::node::files) fn raw(&mut self, from: u64) -> Result<(&mut File, Context), Fault> {
        let Have::File { file, hash, bytes } = &mut self.have else {
            return Err(Fault::Final("a folder cannot come this way".to_owned()));
        };
        if from != *bytes || from == 0 {
            file.set_len(from).map_err(|error| disk(&error))?;
            *hash = downloads::hash_of_beginning(file, from).map_err(|error| disk(&error))?;
        }
        Ok((file, hash.clone()))
    }
}
