//! Files that come in: a `.part` beside its place until it is whole, then a name that nobody has yet.
//!
//! Nothing is overwritten, no link is followed or made, nothing is written outside of the folder. What is there of a
//! file is enough to go on after a crash: its length says how far it is and its hash that it is the same file. Of a
//! folder a list beside it says which files are whole, with their hashes.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use rustix::fs::{CWD, RenameFlags};
use serde::{Deserialize, Serialize};

use super::sources::nofollow;
use crate::model::roster::hex;
use crate::wire::text::{clean_file_name, split_ending};

/// What must be left on the disk when a file is there: others write, too.
const SPARE: u64 = 16 << 20;
/// How many names are tried: "x", "x (1)", …
const NAMES: u32 = 10_000;

/// Is there room for so many bytes more?
///
/// # Errors
/// A sentence for people.
pub fn check_room(folder: &Path, bytes: u64) -> Result<(), String> {
    let free = rustix::fs::statvfs(folder)
        .map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    if free < bytes.saturating_add(SPARE) {
        return Err(format!(
            "there is not enough room in {}: {} MiB are free and {} MiB would be needed",
            folder.display(),
            free >> 20,
            bytes.saturating_add(SPARE) >> 20,
        ));
    }
    Ok(())
}

/// Where a file goes: folder, name, and what is there of it.
///
/// `into` is the folder; or, if there is none of that name, the file that it is to be.
pub fn place(into: &Path, name: &str, transfer: &str) -> (PathBuf, String, PathBuf) {
    let named = into
        .file_name()
        .zip(into.parent())
        .filter(|_| !into.is_dir());
    let (folder, name) = match named {
        Some((name, folder)) if folder.is_dir() => (folder, name.to_string_lossy().into_owned()),
        _ => (into, name.to_owned()),
    };
    let name = clean_file_name(&name);
    let mark: String = transfer
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(8)
        .collect();
    let part = folder.join(format!("{name}.{mark}.part"));
    (folder.to_owned(), name, part)
}

/// Opens what is there of a file, or begins it, for reading and writing at its end.
///
/// # Errors
/// If it cannot be made, or something else has its name.
pub fn open_part(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(nofollow())
        .open(path)?;
    let found = file.metadata()?;
    // A hard link to a file of ours would be written into.
    if !found.is_file() || std::os::unix::fs::MetadataExt::nlink(&found) != 1 {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    Ok(file)
}

/// The hash of the first `bytes` of a file, which then stands behind them.
///
/// # Errors
/// If it is shorter, or cannot be read.
pub fn hash_of_beginning(file: &mut File, bytes: u64) -> io::Result<digest::Context> {
    let mut hash = digest::Context::new(&digest::SHA256);
    file.rewind()?;
    let mut buffer = vec![0; 256 << 10];
    let mut left = bytes;
    while left > 0 {
        let most = buffer
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        let room = buffer.get_mut(..most).unwrap_or_default();
        let read = file.read(room)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        hash.update(buffer.get(..read).unwrap_or_default());
        left -= read as u64;
    }
    Ok(hash)
}

/// Gives a whole file or folder its name: the first of "x", "x (1)", … that nobody has. Both are synced before.
///
/// # Errors
/// If it cannot be synced or renamed.
pub fn finish(part: &Path, folder: &Path, name: &str) -> io::Result<PathBuf> {
    let opened = File::open(part)?;
    if opened.metadata()?.is_dir() {
        rustix::fs::syncfs(&opened)?;
    } else {
        opened.sync_all()?;
    }
    let (stem, ending) = split_ending(name);
    for number in 0..NAMES {
        let name = match number {
            0 => name.to_owned(),
            number => format!("{stem} ({number}){ending}"),
        };
        let place = folder.join(name);
        match rename_to_free(part, &place) {
            Ok(()) => {
                File::open(folder)?.sync_all()?;
                return Ok(place);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Renames, if nothing has that name.
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            // A file system without that (some of the network): a link fails where something is.
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        done => Ok(done?),
    }
}

/// Removes what is there of a file or folder that will not come.
pub fn remove_part(part: &Path) {
    let is_part = part.extension().is_some_and(|ending| ending == "part");
    let Ok(found) = fs::symlink_metadata(part) else {
        return;
    };
    if !is_part {
        return;
    }
    let gone = if found.is_dir() {
        let _ = fs::remove_file(list_path(part));
        fs::remove_dir_all(part)
    } else {
        fs::remove_file(part)
    };
    if let Err(error) = gone {
        tracing::info!(%error, part = %part.display(), "an unfinished file could not be removed");
    }
}

/// A file of a folder that is whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Whole {
    path: Vec<String>,
    size: u64,
    sha256: Option<String>,
}

/// A folder that is coming in.
#[derive(Debug)]
pub struct FolderPart {
    root: PathBuf,
    list: BufWriter<File>,
    whole: u64,
    bytes: u64,
    unwritten: u32,
    /// The places of those that are whole: two names may be cleaned to one.
    used: HashSet<PathBuf>,
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
        let (mut good, mut whole, mut bytes) = (0, 0, 0);
        let mut used = HashSet::new();
        let mut lines = BufReader::new(&file);
        let mut line = String::new();
        while lines.read_line(&mut line).unwrap_or(0) > 0 {
            let read = serde_json::from_str::<Whole>(&line).ok();
            let Some(item) = read.filter(|item| line.ends_with('\n') && is_whole(root, item))
            else {
                break;
            };
            good += line.len() as u64;
            used.insert(place_of(root, &item.path));
            whole += 1;
            bytes += item.size;
            line.clear();
        }
        drop(lines);
        file.set_len(good)?;
        let mut list = BufWriter::new(file);
        list.seek(io::SeekFrom::Start(good))?;
        Ok(FolderPart {
            root: root.to_owned(),
            list,
            whole,
            bytes,
            unwritten: 0,
            used,
        })
    }

    /// How many entries are whole, and how many bytes they have.
    pub fn whole(&self) -> (u64, u64) {
        (self.whole, self.bytes)
    }

    /// Begins a file, or goes on with the one that was being written; and the path that it has here, for
    /// [`FolderPart::done`].
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn file(&self, path: &[String]) -> io::Result<(File, Vec<String>)> {
        let mut path: Vec<String> = path.iter().map(|part| clean_file_name(part)).collect();
        let last = path.pop().ok_or(io::ErrorKind::InvalidInput)?;
        let (stem, ending) = split_ending(&last);
        for number in 0..NAMES {
            path.push(match number {
                0 => last.clone(),
                number => format!("{stem} ({number}){ending}"),
            });
            if !self.used.contains(&place_of(&self.root, &path)) {
                let place = self.place(&path)?;
                return Ok((open_part(&place)?, path));
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
        let item = Whole {
            path: path.to_vec(),
            size,
            sha256,
        };
        serde_json::to_writer(&mut self.list, &item)?;
        self.list.write_all(b"\n")?;
        self.used.insert(place_of(&self.root, path));
        self.whole += 1;
        self.bytes += size;
        self.unwritten += 1;
        if self.unwritten >= 64 {
            self.unwritten = 0;
            self.list.flush()?;
        }
        Ok(())
    }

    /// All are whole: the list is not needed any more.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn close(self) -> io::Result<()> {
        fs::remove_file(list_path(&self.root))
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

fn is_whole(root: &Path, item: &Whole) -> bool {
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

fn list_path(root: &Path) -> PathBuf {
    let mut name = root.as_os_str().to_owned();
    name.push(".list");
    PathBuf::from(name)
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

    #[test]
    fn nothing_is_overwritten_and_no_link_followed() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        fs::write(folder.join("a.txt"), b"mine").unwrap();
        std::os::unix::fs::symlink("/nowhere/at/all", folder.join("a (1).txt")).unwrap();
        let (_, _, part) = place(folder, "a.txt", "11111111-2222");
        open_part(&part).unwrap().write_all(b"theirs").unwrap();
        let place = finish(&part, folder, "a.txt").unwrap();
        assert_eq!(place, folder.join("a (2).txt"));
        assert_eq!(fs::read(folder.join("a.txt")).unwrap(), b"mine");
        assert_eq!(fs::read(place).unwrap(), b"theirs");
        assert!(!part.exists());

        let secret = folder.join("secret");
        fs::write(&secret, b"s").unwrap();
        std::os::unix::fs::symlink(&secret, &part).unwrap();
        assert!(open_part(&part).is_err());
        fs::remove_file(&part).unwrap();
        fs::hard_link(&secret, &part).unwrap();
        assert!(open_part(&part).is_err());
    }

    #[test]
    fn two_with_one_name_and_names_of_255_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let name = clean_file_name(&format!("{}.tar", "n".repeat(251)));
        for (number, transfer) in ["aaaaaaaa", "bbbbbbbb", "cccccccc"].iter().enumerate() {
            let (_, _, part) = place(dir.path(), &name, transfer);
            open_part(&part)
                .unwrap()
                .write_all(&[number as u8])
                .unwrap();
        }
        for (number, transfer) in ["aaaaaaaa", "bbbbbbbb", "cccccccc"].iter().enumerate() {
            let (folder, name, part) = place(dir.path(), &name, transfer);
            let place = finish(&part, &folder, &name).unwrap();
            assert_eq!(fs::read(place).unwrap(), [number as u8]);
        }
    }

    #[test]
    fn a_folder_goes_on_from_what_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("f.12345678.part");
        let path = |text: &str| text.split('/').map(str::to_owned).collect::<Vec<_>>();
        let sha = |bytes: &[u8]| Some(hex(digest::digest(&digest::SHA256, bytes).as_ref()));
        let mut part = FolderPart::open(&root).unwrap();
        for (name, bytes) in [("a/one", b"1".as_slice()), ("b", b"22"), ("c", b"333")] {
            let (mut file, place) = part.file(&path(name)).unwrap();
            file.write_all(bytes).unwrap();
            part.done(&place, bytes.len() as u64, sha(bytes)).unwrap();
        }
        part.folder(&path("d/empty")).unwrap();
        part.done(&path("d/empty"), 0, None).unwrap();
        drop(part);
        assert_eq!(FolderPart::open(&root).unwrap().whole(), (4, 6));
        // The last of it never reached the disk.
        fs::write(root.join("c"), b"3").unwrap();
        let part = FolderPart::open(&root).unwrap();
        assert_eq!(part.whole(), (2, 3));
        // A path that wants to leave stays inside.
        part.file(&path("../../x")).unwrap();
        // Two names that are one here: neither is lost.
        assert_eq!(part.file(&path("a/one")).unwrap().1, path("a/one (1)"));
        assert!(root.join("file/file/x").exists());
        drop(part);
        remove_part(&root);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_place_is_a_folder_or_the_file_itself() {
        let dir = tempfile::tempdir().unwrap();
        let inside = place(dir.path(), "../x", "t");
        assert_eq!(
            inside,
            (
                dir.path().to_owned(),
                "x".into(),
                dir.path().join("x.t.part")
            )
        );
        let named = place(&dir.path().join("y.txt"), "x", "t");
        assert_eq!(
            named,
            (
                dir.path().to_owned(),
                "y.txt".into(),
                dir.path().join("y.txt.t.part")
            )
        );
    }

    #[test]
    fn only_what_is_a_part_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let precious = dir.path().join("precious");
        fs::write(&precious, b"x").unwrap();
        remove_part(&precious);
        assert!(precious.exists());
    }

    #[test]
    fn a_disk_without_room_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(check_room(dir.path(), 0), Ok(()));
        assert!(
            check_room(dir.path(), u64::MAX / 2)
                .unwrap_err()
                .contains("not enough room")
        );
    }
}
