//! Files and folders of ours that are sent: only plain ones, looked at before, and found unchanged after each was read.
//!
//! No symbolic link is followed, no device, pipe or socket opened. A folder's files are listed in the order of their
//! names, so that the list is the same every time; links and special files in it are left out.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;

use crate::model::roster::hex;

/// The most files of a folder: their list is held in memory.
pub const MOST_FILES: usize = 100_000;
/// The deepest folder in a folder.
const DEEPEST: usize = 60;

/// What is to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The last component of its path.
    pub name: String,
    /// In bytes; of a folder the sum of its files.
    pub size: u64,
    /// How many entries it has, if it is a folder.
    pub folder: Option<u64>,
    /// By the ending of its name.
    pub media_type: Option<&'static str>,
    /// What it looks like: another one with the same stamp has the same bytes, as far as sizes and times tell. Of a file
    /// that was only touched see [`is_same_file`].
    pub stamp: String,
    /// The files, and the folders that are empty. Of a file: itself.
    pub entries: Vec<Entry>,
}

/// One file of it, or one empty folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its path in the folder; of a single file its name.
    pub path: Vec<String>,
    /// Where it is here.
    pub from: PathBuf,
    /// In bytes.
    pub size: u64,
    /// An empty folder.
    pub is_folder: bool,
    /// May be executed by its owner.
    pub executable: bool,
    /// When it was changed last, in nanoseconds since 1970.
    modified: i128,
}

/// Why something cannot be sent: for people.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Not there, or not readable.
    #[error("{}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A link, a device, a pipe.
    #[error("{} is {what}: only plain files and folders can be sent", path.display())]
    NotPlain {
        /// Which.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// Too much.
    #[error("{} holds more than {MOST_FILES} files or is too deep: pack it into one file first", path.display())]
    TooMany {
        /// Which.
        path: PathBuf,
    },
    /// While it was read.
    #[error("{} was changed while it was being sent", path.display())]
    Changed {
        /// Which.
        path: PathBuf,
    },
}

/// Looks at what is to be sent.
///
/// # Errors
/// If it is not there, cannot be read, is no plain file or folder, or holds too many.
pub fn look(path: &Path) -> Result<Source, SourceError> {
    let found = fs::symlink_metadata(path).map_err(|error| failed(path, error))?;
    let name = path.file_name().map_or("folder".to_owned(), |name| {
        name.to_string_lossy().into_owned()
    });
    plain(path, &found)?;
    if found.is_dir() {
        return look_into(path, name);
    }
    let entry = entry(path.to_owned(), vec![name.clone()], &found);
    // Opened once: a file that may not be read is refused now, not when somebody has taken it.
    drop(open(&entry)?);
    Ok(Source {
        media_type: media_type(&name),
        name,
        size: found.len(),
        folder: None,
        stamp: stamp(&found, entry.modified),
        entries: vec![entry],
    })
}

/// Behind a plus when anything at all was done to it last: whoever writes other bytes and gives the file its old time back
/// cannot set that.
fn stamp(found: &Metadata, modified: i128) -> String {
    let (size, inode) = (found.len(), found.ino());
    let (seconds, rest) = (found.ctime(), found.ctime_nsec());
    format!("{size}.{modified}.{inode}+{seconds}.{rest:09}")
}

/// Do these two stamps belong to one file, which may have got another name or other rights between? Enough to go on sending
/// it: the receiver compares. Not enough to believe a hash.
pub fn is_same_file(one: &str, other: &str) -> bool {
    let file = |stamp: &str| stamp.split('+').next().map(str::to_owned);
    file(one) == file(other)
}

/// Opens a file as it was looked at.
///
/// # Errors
/// If it is not that file any more, or cannot be read.
pub fn open(entry: &Entry) -> Result<File, SourceError> {
    let file = open_unseen(entry)?;
    unchanged(entry, &file)?;
    Ok(file)
}

/// Opens what is there now. Only for small files, for which it is enough to ask after the last byte whether it is
/// [`unchanged`]: what is none any more cannot be read, or is found out then.
///
/// # Errors
/// If it cannot be opened.
pub fn open_unseen(entry: &Entry) -> Result<File, SourceError> {
    OpenOptions::new()
        .read(true)
        .custom_flags(nofollow())
        .open(&entry.from)
        .map_err(|error| failed(&entry.from, error))
}

/// Is the opened file still what was looked at? Ask before the first byte and after the last.
///
/// # Errors
/// [`SourceError::Changed`].
pub fn unchanged(entry: &Entry, file: &File) -> Result<(), SourceError> {
    let now = file
        .metadata()
        .map_err(|error| failed(&entry.from, error))?;
    if now.is_file() && now.len() == entry.size && modified(&now) == entry.modified {
        Ok(())
    } else {
        Err(SourceError::Changed {
            path: entry.from.clone(),
        })
    }
}

/// Do not follow a link in the last component, and do not wait for the other end of a pipe.
pub(super) fn nofollow() -> i32 {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    i32::try_from(flags.bits()).unwrap_or_default()
}

fn failed(path: &Path, error: io::Error) -> SourceError {
    SourceError::Io {
        path: path.to_owned(),
        error,
    }
}

fn plain(path: &Path, found: &Metadata) -> Result<(), SourceError> {
    let kind = found.file_type();
    let what = match () {
        () if kind.is_file() || kind.is_dir() => return Ok(()),
        () if kind.is_symlink() => "a symbolic link",
        () if kind.is_fifo() => "a pipe",
        () if kind.is_socket() => "a socket",
        () => "a device",
    };
    Err(SourceError::NotPlain {
        path: path.to_owned(),
        what,
    })
}

fn look_into(folder: &Path, name: String) -> Result<Source, SourceError> {
    let mut entries = Vec::new();
    walk(folder, &mut Vec::new(), &mut entries)?;
    let mut hash = digest::Context::new(&digest::SHA256);
    for entry in &entries {
        let line = format!("{:?} {} {}\n", entry.path, entry.size, entry.modified);
        hash.update(line.as_bytes());
    }
    Ok(Source {
        name,
        size: entries.iter().map(|entry| entry.size).sum(),
        folder: Some(entries.len() as u64),
        media_type: None,
        stamp: hex(hash.finish().as_ref()),
        entries,
    })
}

fn walk(
    folder: &Path,
    above: &mut Vec<String>,
    entries: &mut Vec<Entry>,
) -> Result<(), SourceError> {
    let many = || SourceError::TooMany {
        path: folder.to_owned(),
    };
    if above.len() > DEEPEST {
        return Err(many());
    }
    let listing = fs::read_dir(folder).and_then(|listing| listing.collect::<Result<Vec<_>, _>>());
    let mut listing = listing.map_err(|error| failed(folder, error))?;
    listing.sort_by_key(fs::DirEntry::file_name);
    for item in listing {
        let path = item.path();
        let found = fs::symlink_metadata(&path).map_err(|error| failed(&path, error))?;
        above.push(item.file_name().to_string_lossy().into_owned());
        if found.is_dir() {
            let before = entries.len();
            walk(&path, above, entries)?;
            if entries.len() == before {
                entries.push(entry(path, above.clone(), &found));
            }
        } else if found.is_file() {
            entries.push(entry(path, above.clone(), &found));
        }
        above.pop();
        if entries.len() > MOST_FILES {
            return Err(many());
        }
    }
    Ok(())
}

fn entry(from: PathBuf, path: Vec<String>, found: &Metadata) -> Entry {
    Entry {
        path,
        from,
        size: if found.is_dir() { 0 } else { found.len() },
        is_folder: found.is_dir(),
        executable: found.is_file() && found.permissions().mode() & 0o100 != 0,
        modified: if found.is_dir() { 0 } else { modified(found) },
    }
}

fn modified(found: &Metadata) -> i128 {
    i128::from(found.mtime()) * 1_000_000_000 + i128::from(found.mtime_nsec())
}

/// The kinds that people send, by the ending of the name.
pub fn media_type(name: &str) -> Option<&'static str> {
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "txt" | "md" | "log" => "text/plain",
        "html" | "htm" => "text/html",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "gz" | "tgz" => "application/gzip",
        "json" => "application/json",
        "mp3" => "audio/mpeg",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "odt" => "application/vnd.oasis.opendocument.text",
        _ => return None,
    })
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
    fn only_plain_files_are_sent() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.png");
        fs::write(&file, b"four").unwrap();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            0o600.into(),
            0,
        )
        .unwrap();
        let found = look(&file).unwrap();
        assert_eq!(
            (found.size, found.media_type, found.folder),
            (4, Some("image/png"), None)
        );
        for (path, word) in [
            (&link, "symbolic link"),
            (&pipe, "pipe"),
            (&PathBuf::from("/dev/null"), "device"),
        ] {
            let error = look(path).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        assert!(matches!(
            look(&dir.path().join("none")),
            Err(SourceError::Io { .. })
        ));
    }

    #[test]
    fn a_file_that_changes_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("growing");
        fs::write(&path, b"1").unwrap();
        let found = look(&path).unwrap();
        let file = open(&found.entries[0]).unwrap();
        fs::write(&path, b"12").unwrap();
        assert!(matches!(
            unchanged(&found.entries[0], &file),
            Err(SourceError::Changed { .. })
        ));
        assert!(open(&found.entries[0]).is_err());
        assert_ne!(look(&path).unwrap().stamp, found.stamp);
        // Replaced by a link between looking and opening.
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        assert!(open(&found.entries[0]).is_err());
    }

    #[test]
    fn other_bytes_with_the_old_time_are_noticed_and_other_rights_make_no_other_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("forged");
        fs::write(&path, b"1").unwrap();
        let found = look(&path).unwrap();
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        // The kernel's clock for files is coarser than this test.
        let forged = || {
            fs::write(&path, b"2").unwrap();
            let file = OpenOptions::new().write(true).open(&path).unwrap();
            file.set_modified(time).unwrap();
            look(&path).unwrap()
        };
        let again = std::iter::repeat_with(forged).find(|again| again.stamp != found.stamp);
        let again = again.unwrap();
        assert_eq!(again.entries, found.entries);
        assert!(is_same_file(&again.stamp, &found.stamp));
        fs::write(&path, b"12").unwrap();
        assert!(!is_same_file(&look(&path).unwrap().stamp, &found.stamp));
        // As an earlier version kept it.
        let old = found.stamp.split('+').next().unwrap();
        assert!(is_same_file(old, &found.stamp) && old != found.stamp);
    }

    #[test]
    fn a_folder_is_listed_the_same_every_time_without_what_is_not_plain() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().join("übung");
        fs::create_dir_all(top.join("b/empty")).unwrap();
        fs::create_dir_all(top.join("a")).unwrap();
        fs::write(top.join("b/two"), b"22").unwrap();
        fs::write(top.join("a/one"), b"1").unwrap();
        fs::write(top.join("zero"), b"").unwrap();
        std::os::unix::fs::symlink("/etc", top.join("c")).unwrap();
        let found = look(&top).unwrap();
        let paths: Vec<String> = found
            .entries
            .iter()
            .map(|entry| entry.path.join("/"))
            .collect();
        assert_eq!(paths, ["a/one", "b/empty", "b/two", "zero"]);
        assert_eq!(
            (found.size, found.folder, found.name.as_str()),
            (3, Some(4), "übung")
        );
        assert_eq!(look(&top).unwrap(), found);
    }
}
