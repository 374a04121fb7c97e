//! Copies that are made for sending: pictures without traces, and what was pasted. Each has a folder of its own in one
//! folder, and stays as long as its transfer may need it: the file that is offered must be there until it is through,
//! also after a restart. What nobody needs is removed when its transfer is over, and at the next start after a crash.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::event::{File, FileState};

/// A place for a copy of this name.
pub fn place(outgoing: &Path, name: &OsStr) -> Option<PathBuf> {
    let folder = outgoing.join(uuid::Uuid::new_v4().to_string());
    std::fs::create_dir_all(&folder)
        .inspect_err(|error| tracing::warn!(%error, "no place for a copy"))
        .ok()?;
    Some(folder.join(name))
}

/// Removes a copy of ours; leaves everything else alone.
pub fn remove(outgoing: &Path, copy: &Path) {
    let Some(folder) = copy
        .parent()
        .filter(|folder| folder.parent() == Some(outgoing))
    else {
        return;
    };
    if let Err(error) = std::fs::remove_dir_all(folder) {
        tracing::info!(%error, "a copy could not be removed");
    }
}

/// Whether the copy that this file may be is still needed.
pub fn is_needed(file: &File) -> bool {
    file.outgoing && file.state != FileState::Done
}

/// Removes all that an earlier life has left and no file needs. True of the beginning only: later, copies are made before
/// their transfers are known.
pub fn tidy<'a>(outgoing: &Path, files: impl Iterator<Item = &'a File>) {
    let needed: Vec<&Path> = files
        .filter(|file| is_needed(file))
        .filter_map(|file| file.path.as_deref()?.parent())
        .collect();
    // There is no such folder before the first copy.
    for entry in std::fs::read_dir(outgoing).into_iter().flatten().flatten() {
        let folder = entry.path();
        let is_ours = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_ours
            && !needed.contains(&folder.as_path())
            && let Err(error) = std::fs::remove_dir_all(&folder)
        {
            tracing::info!(%error, "a copy could not be removed");
        }
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

    fn of(path: &Path, outgoing: bool, state: FileState) -> File {
        File {
            transfer: "t".into(),
            peer: crate::wire::jid::Jid::new("juliet@pronto").unwrap(),
            outgoing,
            name: "rose.jpg".into(),
            size: 1,
            media_type: None,
            folder: None,
            state,
            bytes: 0,
            encrypted: true,
            path: Some(path.to_owned()),
            source: None,
            sha256: None,
            reason: None,
            time: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_a_crash_has_left_goes_and_what_waits_stays() {
        let folder = tempfile::tempdir().unwrap();
        let outgoing = folder.path().join("outgoing");
        tidy(&outgoing, std::iter::empty());
        let copies: Vec<PathBuf> = (0..4)
            .map(|_| {
                let copy = place(&outgoing, OsStr::new("rose.jpg")).unwrap();
                std::fs::write(&copy, b"rose").unwrap();
                copy
            })
            .collect();
        let files = [
            of(&copies[0], true, FileState::Waiting),
            of(&copies[1], true, FileState::Failed),
            of(&copies[2], true, FileState::Done),
        ];
        tidy(&outgoing, files.iter());
        let left: Vec<bool> = copies.iter().map(|copy| copy.exists()).collect();
        assert_eq!(left, [true, true, false, false]);
        let elsewhere = folder.path().join("mine/rose.jpg");
        std::fs::create_dir_all(elsewhere.parent().unwrap()).unwrap();
        std::fs::write(&elsewhere, b"rose").unwrap();
        remove(&outgoing, &elsewhere);
        remove(&outgoing, &outgoing);
        assert!(elsewhere.exists() && outgoing.exists(), "only copies go");
        remove(&outgoing, &copies[0]);
        assert!(!copies[0].exists());
    }
}
