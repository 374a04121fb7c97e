//! A folder that comes in: a `.part` folder, and beside it a list of what of it is whole, so that it goes on after a crash
//! from the byte where it was.
//!
//! The list has a line (JSON) for every entry that is whole, with its hash, and one for every larger file that was begun.
//! Every file that is said to be whole is read and compared before that is believed.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

use super::downloads::{NAMES, hash_of_beginning, open_part};
use super::sources::nofollow;
use crate::model::roster::hex;
use crate::wire::text::{clean_file_name, split_ending};

/// A file of at least this size goes on from where it was; smaller ones begin again.
const WORTH_RESUMING: u64 = 256 << 10;
/// So many entries may have to come again after a crash.
const UNWRITTEN: u32 = 64;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    /// Where it is here.
    path: Vec<String>,
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// Of one that was begun: the path that the sender said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    begun: Option<Vec<String>>,
}

/// A folder that is coming in.
pub struct FolderPart {
    root: PathBuf,
    list: BufWriter<File>,
    whole: u64,
    bytes: u64,
    unwritten: u32,
    /// The places of those that are whole: two names may be cleaned to one.
    used: HashSet<PathBuf>,
    half: Option<Half>,
}

/// A file of it that is not whole.
pub struct Half {
    asked: Vec<String>,
    /// The path that it has here, for [`FolderPart::done`].
    pub path: Vec<String>,
    /// Opened, at the end of what is there.
    pub file: File,
    /// How many bytes are there.
    pub bytes: u64,
    /// Their hash.
    pub hash: digest::Context,
}

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
            if item.begun.is_some() {
                begun = Some(item);
            } else if is_whole(&self.root, &item) {
                self.used.insert(place_of(&self.root, &item.path));
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
        self.half = begun.and_then(|item| half(&self.root, item));
        Ok(good)
    }

    /// How many entries are whole, and how many bytes they have.
    pub fn whole(&self) -> (u64, u64) {
        (self.whole, self.bytes)
    }

    /// How many bytes there are of the next file, and their hash.
    pub fn half(&self) -> Option<(u64, &digest::Context)> {
        self.half.as_ref().map(|half| (half.bytes, &half.hash))
    }

    /// Goes on with the file that is half there, if it is this one and comes from that byte on.
    pub fn go_on(&mut self, path: &[String], from: u64) -> Option<Half> {
        self.half
            .take()
            .filter(|half| half.asked == path && half.bytes == from)
    }

    /// Begins a file, or opens again what is there of it; and the path that it has here, for [`FolderPart::done`].
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn file(&mut self, asked: &[String], size: u64) -> io::Result<(File, Vec<String>)> {
        let mut path: Vec<String> = asked.iter().map(|part| clean_file_name(part)).collect();
        let last = path.pop().ok_or(io::ErrorKind::InvalidInput)?;
        let (stem, ending) = split_ending(&last);
        for number in 0..NAMES {
            path.push(match number {
                0 => last.clone(),
                number => format!("{stem} ({number}){ending}"),
            });
            if !self.used.contains(&place_of(&self.root, &path)) {
                let place = self.place(&path)?;
                let file = open_part(&place)?;
                if size >= WORTH_RESUMING {
                    self.begin(&path, asked, size)?;
                }
                return Ok((file, path));
            }
            path.pop();
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Makes an empty folder.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn folder(&self, path: &[String]) -> io::Result<()> {
        let mut deeper = path.to_vec();
        deeper.push(String::new());
        self.place(&deeper).map(drop)
    }

    /// That one is whole.
    ///
    /// # Errors
    /// If that cannot be written down.
    pub fn done(&mut self, path: &[String], size: u64, sha256: Option<String>) -> io::Result<()> {
        self.write(&Item {
            path: path.to_vec(),
            size,
            sha256,
            begun: None,
        })?;
        self.used.insert(place_of(&self.root, path));
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

    fn begin(&mut self, path: &[String], asked: &[String], size: u64) -> io::Result<()> {
        self.write(&Item {
            path: path.to_vec(),
            size,
            sha256: None,
            begun: Some(asked.to_vec()),
        })?;
        self.unwritten = 0;
        self.list.flush()
    }

    fn write(&mut self, item: &Item) -> io::Result<()> {
        serde_json::to_writer(&mut self.list, item)?;
        self.list.write_all(b"\n")
    }

    /// Where an entry is to be, its folders made. They are ours alone (0700) and nobody makes links in them.
    fn place(&self, path: &[String]) -> io::Result<PathBuf> {
        let mut place = self.root.clone();
        let (last, above) = path.split_last().ok_or(io::ErrorKind::InvalidInput)?;
        for part in above {
            place.push(clean_file_name(part));
            match fs::create_dir(&place) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
            if !fs::symlink_metadata(&place)?.is_dir() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
        }
        if !last.is_empty() {
            place.push(clean_file_name(last));
        }
        Ok(place)
    }
}

/// What is there of a file that was begun.
fn half(root: &Path, item: Item) -> Option<Half> {
    let place = place_of(root, &item.path);
    if !fs::symlink_metadata(&place).is_ok_and(|found| found.is_file()) {
        return None;
    }
    let mut file = open_part(&place).ok()?;
    let bytes = file.metadata().ok()?.len();
    if bytes == 0 || bytes > item.size {
        return None;
    }
    let hash = hash_of_beginning(&mut file, bytes).ok()?;
    Some(Half {
        asked: item.begun?,
        path: item.path,
        file,
        bytes,
        hash,
    })
}

fn is_whole(root: &Path, item: &Item) -> bool {
    let place = place_of(root, &item.path);
    let Some(sha256) = &item.sha256 else {
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
        .is_ok_and(|found| found.is_file() && found.len() == item.size);
    same_size
        && hash_of_beginning(&mut file, item.size)
            .is_ok_and(|hash| hex(hash.finish().as_ref()) == *sha256)
}

fn place_of(root: &Path, path: &[String]) -> PathBuf {
    let mut place = root.to_owned();
    place.extend(path.iter().map(|part| clean_file_name(part)));
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

    fn path(text: &str) -> Vec<String> {
        text.split('/').map(str::to_owned).collect()
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
            let (mut file, place) = part.file(&path(name), bytes.len() as u64).unwrap();
            file.write_all(bytes).unwrap();
            part.done(&place, bytes.len() as u64, Some(sha(bytes)))
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
        part.file(&path("../../x"), 1).unwrap();
        // Two names that are one here: neither is lost.
        assert_eq!(part.file(&path("a/one"), 1).unwrap().1, path("a/one (1)"));
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
        let (mut file, place) = part.file(&path("one"), 1).unwrap();
        file.write_all(b"1").unwrap();
        part.done(&place, 1, Some(sha(b"1"))).unwrap();
        let (mut file, _) = part.file(&path("d/large"), size).unwrap();
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
}
