//! One instance a data folder: an advisory lock on `balcony.lock` that the kernel releases however the process ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The name of the lock file in the data folder.
const FILE: &str = "balcony.lock";

/// Held as long as this value lives. The file stays; only the lock on it counts.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Why the folder could not be locked.
#[derive(Debug)]
pub enum LockError {
    /// Another process has it.
    Held {
        /// Its process id, if it could be read.
        pid: Option<u32>,
    },
    /// The lock file could not be made or opened.
    Io(io::Error),
}

impl DataLock {
    /// Locks the folder and leaves our process id in the file.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn take(dir: &Path) -> Result<DataLock, LockError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(dir.join(FILE))
            .map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held {
                    pid: pid_in(&mut file),
                });
            }
            Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
        }
        // The pid is a courtesy to people; on a full disk the lock holds without it.
        let _ = file
            .set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(DataLock { _file: file })
    }

    /// The process id of the instance that uses this folder now; `None` if none does or it cannot be told.
    pub fn holder(dir: &Path) -> Option<u32> {
        let mut file = OpenOptions::new().read(true).open(dir.join(FILE)).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => pid_in(&mut file),
            _ => None,
        }
    }
}

fn pid_in(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
