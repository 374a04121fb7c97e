//! Files that come in: a `.part` beside its place until it is whole, then a name that nobody has yet.
//!
//! Nothing is overwritten, no link is followed or made, nothing is written outside of the folder. What is there of a
//! file is enough to go on after a crash: its length says how far it is and its hash that it is the same file. Folders
//! are the matter of [`super::folder_part`].
//!
//! Before a file gets its name, a note beside it says which file it is (its inode). Who ends between that and the memory
//! of it finds the file again by the note, under whatever name it got, and does not take it a second time.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use rustix::fs::{CWD, RenameFlags};
use serde::{Deserialize, Serialize};

use super::folder_part::list_path;
use super::sources::nofollow;
use crate::wire::text::{clean_file_name, split_ending};

/// What must be left on the disk when a file is there: others write, too.
const SPARE: u64 = 16 << 20;
/// How many names are tried: "x", "x (1)", …
pub(super) const NAMES: u32 = 10_000;

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
    let named = into.file_name().zip(into.parent());
    let named = named.filter(|(_, folder)| folder.is_dir());
    let named = named.map(|(name, folder)| inside(folder, &name.to_string_lossy(), transfer));
    match named {
        // It may have got that name already.
        Some(named) if !into.is_dir() || note_path(&named.2).exists() => named,
        _ => inside(into, name, transfer),
    }
}

fn inside(folder: &Path, name: &str, transfer: &str) -> (PathBuf, String, PathBuf) {
    let name = clean_file_name(name);
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
    if !found.is_file() || found.nlink() != 1 {
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

/// Gives a whole file or folder its name: the first of "x", "x (1)", … that nobody has. Both are synced before. The note
/// stays until [`forget_note`].
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
    write_note(part, &opened.metadata()?)?;
    for name in names(name) {
        let place = folder.join(name);
        match rename_to_free(part, &place) {
            Ok(()) => {
                File::open(folder)?.sync_all()?;
                remove_if_there(&list_path(part))?;
                remove_if_there(&validator_path(part))?;
                return Ok(place);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The names that a file may get, in this order.
fn names(name: &str) -> impl Iterator<Item = String> {
    let (stem, ending) = split_ending(name);
    let (name, stem, ending) = (name.to_owned(), stem.to_owned(), ending.to_owned());
    (0..NAMES).map(move |number| match number {
        0 => name.clone(),
        number => format!("{stem} ({number}){ending}"),
    })
}

/// Which file it is that is about to get its name.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    device: u64,
    inode: u64,
    /// Of a file: size and time, since numbers of inodes are used again.
    size: Option<u64>,
    modified: Option<(i64, i64)>,
}

impl Note {
    fn of(found: &Metadata) -> Note {
        let is_file = found.is_file();
        Note {
            device: found.dev(),
            inode: found.ino(),
            size: is_file.then_some(found.len()),
            modified: is_file.then(|| (found.mtime(), found.mtime_nsec())),
        }
    }
}

fn note_path(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".named");
    PathBuf::from(name)
}

fn validator_path(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".state");
    PathBuf::from(name)
}

/// Remembers of which state of the sender's file this part is, or that this is not known. To be called while the part is
/// empty.
///
/// # Errors
/// If it cannot be written.
pub fn keep_validator(part: &Path, validator: Option<&str>) -> io::Result<()> {
    let path = validator_path(part);
    let Some(validator) = validator else {
        return remove_if_there(&path);
    };
    let mut file = open_part(&path)?;
    file.set_len(0)?;
    file.write_all(validator.as_bytes())
}

/// What [`keep_validator`] has remembered.
pub fn kept_validator(part: &Path) -> Option<String> {
    fs::read_to_string(validator_path(part)).ok()
}

fn write_note(part: &Path, found: &Metadata) -> io::Result<()> {
    let mut note = open_part(&note_path(part))?;
    note.set_len(0)?;
    note.write_all(&serde_json::to_vec(&Note::of(found))?)?;
    note.sync_all()
}

/// A file that got its name, although nobody remembers that: where it is. `part`, `folder`, `name`: as of [`place`].
pub fn find_named(part: &Path, folder: &Path, name: &str) -> Option<PathBuf> {
    let note = fs::read(note_path(part)).ok()?;
    let note: Note = serde_json::from_slice(&note).ok()?;
    let is_it =
        |place: &PathBuf| fs::symlink_metadata(place).is_ok_and(|found| Note::of(&found) == note);
    names(name).map(|name| folder.join(name)).find(is_it)
}

/// It is remembered elsewhere that this one has its name, or it is not the right one.
pub fn forget_note(part: &Path) {
    if let Err(error) = remove_if_there(&note_path(part)) {
        tracing::info!(%error, part = %part.display(), "a note of a file could not be removed");
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
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
    if is_part {
        forget_note(part);
        // Nothing goes wrong if it stays: it is believed only beside its part.
        let _ = fs::remove_file(validator_path(part));
    }
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
    fn what_got_its_name_is_found_again_and_nothing_else_is() {
        let dir = tempfile::tempdir().unwrap();
        let into = dir.path().join("chosen");
        // A file, and a folder, that are to get a name of their own.
        for is_folder in [false, true] {
            let (folder, name, part) = place(&into, "x", "11111111");
            match is_folder {
                false => open_part(&part).unwrap().write_all(b"it").unwrap(),
                true => fs::create_dir(&part).unwrap(),
            }
            assert_eq!(find_named(&part, &folder, &name), None);
            let got = finish(&part, &folder, &name).unwrap();
            // The next life: asked again, after the same word of the user.
            assert_eq!(
                place(&into, "x", "11111111"),
                (folder.clone(), name.clone(), part.clone())
            );
            assert_eq!(find_named(&part, &folder, &name), Some(got.clone()));
            let (_, _, other) = place(&into, "x", "22222222");
            assert_eq!(find_named(&other, &folder, &name), None);
            match is_folder {
                false => fs::write(&got, b"changed").unwrap(),
                true => fs::rename(&got, dir.path().join("elsewhere")).unwrap(),
            }
            assert_eq!(find_named(&part, &folder, &name), None);
            forget_note(&part);
            let _ = fs::remove_file(&got);
            forget_note(&part);
        }
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
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
