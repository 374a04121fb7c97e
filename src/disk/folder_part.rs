//! A folder that comes in: a `.part` folder, and beside it a list of what of it is whole, so that it goes on after a crash
//! from the byte where it was.
//!
//! The list has a line (JSON) for every entry that is whole, with its hash, and one for every larger file that was begun.
//! Every file that is said to be whole is read and compared before that is believed.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use rustix::fs::{Mode, OFlags, mkdirat, openat};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::downloads::{NAMES, hash_of_beginning, open_part};
use super::sources::nofollow;
use crate::model::roster::hex;
use crate::wire::text::CleanPath;

/// A file of at least this size goes on from where it was; smaller ones begin again.
const WORTH_RESUMING: u64 = 256 << 10;
/// So many entries may have to come again after a crash.
const UNWRITTEN: u32 = 64;

/// A line of the list, as it is written.
#[derive(Serialize)]
struct Line<'a> {
    /// Where it is here.
    path: &'a [String],
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
    /// Of one that was begun: the path that the sender said.
    #[serde(skip_serializing_if = "Option::is_none")]
    begun: Option<&'a [String]>,
    /// Of which state of the sender's file it is, where that is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    validator: Option<&'a str>,
}

/// A line of the list, as it is read.
#[derive(Deserialize)]
struct Item {
    path: Vec<String>,
    size: u64,
    sha256: Option<String>,
    begun: Option<Vec<String>>,
    validator: Option<String>,
}

/// A folder that is coming in.
pub struct FolderPart {
    root: PathBuf,
    way: Way,
    list: BufWriter<File>,
    whole: u64,
    bytes: u64,
    unwritten: u32,
    /// The places of those that are whole: two names may be cleaned to one.
    used: HashSet<String>,
    half: Option<Half>,
}

/// A file of it that is not whole.
pub struct Half {
    asked: CleanPath,
    /// The path that it has here, for [`FolderPart::done`].
    pub path: CleanPath,
    /// Opened, at the end of what is there.
    pub file: File,
    /// How many bytes are there.
    pub bytes: u64,
    /// Their hash.
    pub hash: digest::Context,
    /// As [`FolderPart::begun`] was told.
    pub validator: Option<String>,
}

/// The folders on the way to the entry that came last, opened: the next one is mostly beside it.
struct Way {
    root: OwnedFd,
    below: Vec<(String, OwnedFd)>,
}

impl Way {
    fn new(root: &Path) -> io::Result<Way> {
        Ok(Way {
            root: openat(rustix::fs::CWD, root, FOLDER, Mode::empty())?,
            below: Vec::new(),
        })
    }

    /// The innermost of these folders, made if it is not there. No link is followed.
    fn to(&mut self, folders: &[String]) -> io::Result<BorrowedFd<'_>> {
        let open = self.below.iter().zip(folders);
        let same = open
            .take_while(|((name, _), wanted)| name == *wanted)
            .count();
        self.below.truncate(same);
        for name in folders.get(same..).unwrap_or_default() {
            let here = self.below.last().map_or(&self.root, |(_, folder)| folder);
            match mkdirat(here, name, Mode::from_bits_truncate(0o777)) {
                Err(error) if error != Errno::EXIST => return Err(error.into()),
                _ => {}
            }
            let folder = openat(here, name, FOLDER, Mode::empty())?;
            self.below.push((name.clone(), folder));
        }
        let innermost = self.below.last().map_or(&self.root, |(_, folder)| folder);
        Ok(innermost.as_fd())
    }
}

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);
/// A file that nobody has.
const FRESH: OFlags = OFlags::RDWR
    .union(OFlags::CREATE)
    .union(OFlags::EXCL)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Where the list of a folder is kept.
pub fn list_path(root: &Path) -> PathBuf {
    let mut name = root.as_os_str().to_owned();
    name.push(".list");
    PathBuf::from(name)
}

impl FolderPart {
    /// Opens what is there, or begins it. Every file that is said to be whole is read and compared; what is not whole or
    /// was not synced comes again.
    ///
    /// # Errors
    /// If it cannot be made or read.
    pub fn open(root: &Path) -> io::Result<FolderPart> {
        match fs::DirBuilder::new().mode(0o700).create(root) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if !fs::symlink_metadata(root)?.is_dir() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = open_part(&list_path(root))?;
        let mut part = FolderPart {
            root: root.to_owned(),
            way: Way::new(root)?,
            list: BufWriter::new(file.try_clone()?),
            whole: 0,
            bytes: 0,
            unwritten: 0,
            used: HashSet::new(),
            half: None,
        };
        let good = part.read(&file)?;
        file.set_len(good)?;
        part.list.seek(io::SeekFrom::Start(good))?;
        Ok(part)
    }

    /// Reads the list as far as it is true; how many bytes of it that are.
    fn read(&mut self, file: &File) -> io::Result<u64> {
        let mut lines = BufReader::new(file);
        let (mut line, mut good, mut begun) = (String::new(), 0, None);
        while lines.read_line(&mut line).unwrap_or(0) > 0 {
            let item = serde_json::from_str::<Item>(&line).ok();
            let Some(item) = item.filter(|_| line.ends_with('\n')) else {
                break;
            };
            let Some(path) = CleanPath::kept(item.path) else {
                break;
            };
            if let Some(asked) = item.begun {
                begun = Some((path, item.size, asked, item.validator));
            } else if is_whole(&self.root, &path, item.size, item.sha256.as_deref()) {
                self.used.insert(path.joined());
                self.whole += 1;
                self.bytes += item.size;
                begun = None;
            } else {
                begun = None;
                break;
            }
            good += line.len() as u64;
            line.clear();
        }
        self.half = begun.and_then(|(path, size, asked, validator)| {
            half(&self.root, path, size, asked, validator)
        });
        Ok(good)
    }

    /// How many entries are whole, and how many bytes they have.
    pub fn whole(&self) -> (u64, u64) {
        (self.whole, self.bytes)
    }

    /// Whether something that is whole has this place.
    pub fn has(&self, path: &CleanPath) -> bool {
        self.used.contains(&path.joined())
    }

    /// How many bytes there are of the next file, and their hash.
    pub fn half(&self) -> Option<(u64, &digest::Context)> {
        self.half.as_ref().map(|half| (half.bytes, &half.hash))
    }

    /// Goes on with the file that is half there, if it is this one and comes from that byte on.
    pub fn go_on(&mut self, path: &CleanPath, from: u64) -> Option<Half> {
        self.half
            .take()
            .filter(|half| half.asked == *path && half.bytes == from)
    }

    /// Begins a file, empty; and the path that it has here, for [`FolderPart::done`].
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn file(
        &mut self,
        asked: &CleanPath,
        size: u64,
        executable: bool,
    ) -> io::Result<(File, CleanPath)> {
        let mut path = asked.clone();
        let mut number = 0;
        while self.used.contains(&path.joined()) {
            number += 1;
            if number >= NAMES {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            path = asked.numbered(number);
        }
        let (folders, name) = path.split();
        let mode = Mode::from_bits_truncate(if executable { 0o755 } else { 0o644 });
        let file = match openat(self.way.to(folders)?, name, FRESH, mode) {
            Ok(file) => File::from(file),
            // What an attempt left that was broken off.
            Err(Errno::EXIST) => {
                let file = open_part(&place_of(&self.root, &path))?;
                file.set_len(0)?;
                rustix::fs::fchmod(&file, mode)?;
                file
            }
            Err(error) => return Err(error.into()),
        };
        self.begun(&path, asked, size, None)?;
        Ok((file, path))
    }

    /// Remembers, if it is worth it, that this file was begun, here at `path`, and of which state of the sender's file it
    /// is. To be called again while it is empty if that is another one.
    ///
    /// # Errors
    /// If that cannot be written down.
    pub fn begun(
        &mut self,
        path: &CleanPath,
        asked: &CleanPath,
        size: u64,
        validator: Option<&str>,
    ) -> io::Result<()> {
        if size < WORTH_RESUMING {
            return Ok(());
        }
        self.write(&Line {
            path: path.parts(),
            size,
            sha256: None,
            begun: Some(asked.parts()),
            validator,
        })?;
        self.unwritten = 0;
        self.list.flush()
    }

    /// Makes an empty folder.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn folder(&mut self, path: &CleanPath) -> io::Result<()> {
        self.way.to(path.parts()).map(drop)
    }

    /// That one is whole.
    ///
    /// # Errors
    /// If that cannot be written down.
    pub fn done(&mut self, path: &CleanPath, size: u64, sha256: Option<&str>) -> io::Result<()> {
        self.write(&Line {
            path: path.parts(),
            size,
            sha256,
            begun: None,
            validator: None,
        })?;
        self.used.insert(path.joined());
        self.whole += 1;
        self.bytes += size;
        self.unwritten += 1;
        if self.unwritten >= UNWRITTEN {
            self.unwritten = 0;
            self.list.flush()?;
        }
        Ok(())
    }

    /// All are whole: nothing more is written to the list, which [`super::downloads::finish`] removes.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn close(mut self) -> io::Result<()> {
        self.list.flush()
    }

    fn write(&mut self, line: &Line<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut self.list, line)?;
        self.list.write_all(b"\n")
    }
}

/// What is there of a file that was begun.
fn half(
    root: &Path,
    path: CleanPath,
    size: u64,
    asked: Vec<String>,
    validator: Option<String>,
) -> Option<Half> {
    let place = place_of(root, &path);
    if !fs::symlink_metadata(&place).is_ok_and(|found| found.is_file()) {
        return None;
    }
    let mut file = open_part(&place).ok()?;
    let bytes = file.metadata().ok()?.len();
    if bytes == 0 || bytes > size {
        return None;
    }
    let hash = hash_of_beginning(&mut file, bytes).ok()?;
    Some(Half {
        asked: CleanPath::kept(asked)?,
        path,
        file,
        bytes,
        hash,
        validator,
    })
}

fn is_whole(root: &Path, path: &CleanPath, size: u64, sha256: Option<&str>) -> bool {
    let place = place_of(root, path);
    let Some(sha256) = sha256 else {
        return fs::symlink_metadata(&place).is_ok_and(|found| found.is_dir());
    };
    let Ok(mut file) = OpenOptions::new()
        .read(true)
        .custom_flags(nofollow())
        .open(&place)
    else {
        return false;
    };
    let same_size = file
        .metadata()
        .is_ok_and(|found| found.is_file() && found.len() == size);
    same_size
        && hash_of_beginning(&mut file, size)
            .is_ok_and(|hash| hex(hash.finish().as_ref()) == sha256)
}

fn place_of(root: &Path, path: &CleanPath) -> PathBuf {
    let mut place = root.to_owned();
    place.extend(path.parts());
    place
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]

    use super::*;
    use crate::disk::downloads::remove_part;

    fn path(text: &str) -> CleanPath {
        let parts: Vec<String> = text.split('/').map(str::to_owned).collect();
        CleanPath::of(&parts).unwrap()
    }

    fn sha(bytes: &[u8]) -> String {
        hex(digest::digest(&digest::SHA256, bytes).as_ref())
    }

    #[test]
    fn a_folder_goes_on_from_what_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("f.12345678.part");
        let mut part = FolderPart::open(&root).unwrap();
        for (name, bytes) in [("a/one", b"1".as_slice()), ("b", b"22"), ("c", b"333")] {
            let (mut file, place) = part.file(&path(name), bytes.len() as u64, false).unwrap();
            file.write_all(bytes).unwrap();
            part.done(&place, bytes.len() as u64, Some(&sha(bytes)))
                .unwrap();
        }
        part.folder(&path("d/empty")).unwrap();
        part.done(&path("d/empty"), 0, None).unwrap();
        drop(part);
        assert_eq!(FolderPart::open(&root).unwrap().whole(), (4, 6));
        // The last of it never reached the disk.
        fs::write(root.join("c"), b"3").unwrap();
        let mut part = FolderPart::open(&root).unwrap();
        assert_eq!(part.whole(), (2, 3));
        // A path that wants to leave stays inside.
        part.file(&path("../../x"), 1, false).unwrap();
        // Two names that are one here: neither is lost.
        assert_eq!(
            part.file(&path("a/one"), 1, false).unwrap().1,
            path("a/one (1)")
        );
        assert!(root.join("file/file/x").exists());
        drop(part);
        remove_part(&root);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_large_file_in_a_folder_goes_on_from_the_byte() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("f.12345678.part");
        let bytes = vec![7; 300 << 10];
        let size = 1 << 20;
        let mut part = FolderPart::open(&root).unwrap();
        let (mut file, place) = part.file(&path("one"), 1, false).unwrap();
        file.write_all(b"1").unwrap();
        part.done(&place, 1, Some(&sha(b"1"))).unwrap();
        let (mut file, _) = part.file(&path("d/large"), size, false).unwrap();
        file.write_all(&bytes).unwrap();
        // Ended by force: what is still in memory is lost.
        std::mem::forget(part);
        let mut part = FolderPart::open(&root).unwrap();
        assert_eq!(part.whole(), (1, 1));
        let (have, hash) = part.half().unwrap();
        assert_eq!(have, bytes.len() as u64);
        assert_eq!(hex(hash.clone().finish().as_ref()), sha(&bytes));
        // Not another one, and not from another byte.
        let mut half = part.go_on(&path("d/large"), have).unwrap();
        assert_eq!(half.path, path("d/large"));
        half.file.write_all(b"more").unwrap();
        drop((half, part));
        let place = root.join("d/large");
        assert_eq!(fs::metadata(&place).unwrap().len(), have + 4);
        for (name, from) in [("d/other", have + 4), ("d/large", have)] {
            let mut part = FolderPart::open(&root).unwrap();
            assert!(part.go_on(&path(name), from).is_none());
        }
        // More than it should be, or something else in its place: from the beginning.
        fs::write(&place, vec![7; (1 << 20) + 1]).unwrap();
        assert!(FolderPart::open(&root).unwrap().half().is_none());
        fs::remove_file(&place).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &place).unwrap();
        assert!(FolderPart::open(&root).unwrap().half().is_none());
    }

    #[test]
    fn links_in_a_folder_are_not_followed_and_long_names_do_not_meet() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("f.12345678.part");
        let mut part = FolderPart::open(&root).unwrap();
        let outside = dir.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("precious"), b"mine").unwrap();
        std::os::unix::fs::symlink(&outside, root.join("a")).unwrap();
        std::os::unix::fs::symlink(outside.join("precious"), root.join("b")).unwrap();
        assert!(part.file(&path("a/x"), 1, false).is_err());
        assert!(part.file(&path("b"), 1, false).is_err());
        assert_eq!(fs::read(outside.join("precious")).unwrap(), b"mine");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
        // The longest name there may be, twice.
        let long = path(&"n".repeat(300));
        for bytes in [b"1", b"2"] {
            let (mut file, place) = part.file(&long, 1, false).unwrap();
            file.write_all(bytes).unwrap();
            part.done(&place, 1, Some(&sha(bytes))).unwrap();
        }
        drop(part);
        assert_eq!(FolderPart::open(&root).unwrap().whole(), (2, 2));
    }

    #[test]
    fn what_a_broken_attempt_left_is_begun_again() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("f.12345678.part");
        let begin = |executable| {
            let mut part = FolderPart::open(&root).unwrap();
            let (mut file, _) = part.file(&path("d/x"), 3, executable).unwrap();
            file.write_all(b"ro").unwrap();
            let found = fs::metadata(root.join("d/x")).unwrap();
            (found.len(), found.permissions().mode() & 0o100 != 0)
        };
        assert_eq!(begin(false), (2, false));
        assert_eq!(begin(true), (2, true));
    }
}
