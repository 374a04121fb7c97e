//! Opening the database: everything that can be wrong with a file or a folder, each with a word that helps.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::lock::{DataLock, LockError};
use super::migrations::{self, STEPS};

/// The name of the database in the data folder.
pub const FILE: &str = "balcony.db";

/// Up to this size the file's structure is checked at every start (some milliseconds), above only after a crash.
const CHECK_ALWAYS_BYTES: u64 = 8 << 20;

/// Why the store cannot be opened. Nothing was lost or overwritten.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made or written.
    #[error("the data folder {} cannot be used: {error}. Choose another one with --data, or make it writable", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another instance runs on this folder.
    #[error("Balcony is already running with the data folder {}{}. Use that one, quit it first, or start a second one with its own --data folder",
        path.display(), pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    InUse {
        /// The folder.
        path: PathBuf,
        /// Its process, if known.
        pid: Option<u32>,
    },
    /// A newer Balcony wrote this file.
    #[error("{} was written by a newer Balcony (format {found}, this one knows up to {known}). Nothing was changed; start the newer one, or choose another --data folder", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: usize,
        /// The newest that we know.
        known: usize,
    },
    /// An SQLite file of another program, or no SQLite file at all.
    #[error("{} is not a Balcony database. Nothing was changed; move it away, or choose another --data folder", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("{} is damaged ({detail}). Nothing was changed. Move it away to start afresh; `sqlite3 {} .recover` may still save what is in it", path.display(), path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
    },
    /// The file may be read but not written.
    #[error("{} cannot be written. Make it writable, or choose another --data folder", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// No room left.
    #[error("the disk with {} is full. Free some space and start again; nothing was lost", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// Another program holds the file.
    #[error("{} is in use by another program. Close it there and start again", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// Anything else that SQLite says.
    #[error("{} cannot be opened: {detail}", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
    },
}

impl OpenError {
    /// What an SQLite error on this file means.
    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> OpenError {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => OpenError::NotOurs { path },
            Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged {
                path,
                detail: error.to_string(),
            },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => OpenError::ReadOnly { path },
            Some(ErrorCode::DiskFull) => OpenError::Full { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Busy { path },
            _ => OpenError::Other {
                path,
                detail: error.to_string(),
            },
        }
    }
}

/// A sentence for people about a write that failed while running.
pub(super) fn write_failed(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            "the disk is full: nothing more can be kept until some space is freed".into()
        }
        Some(ErrorCode::ReadOnly) => "the data folder can no longer be written".into(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            format!("the database is damaged ({error}); quit, and move it away to start afresh")
        }
        Some(ErrorCode::SystemIoFailure) => {
            format!("the disk does not take what is written to it ({error})")
        }
        _ => format!("the database does not take what is written to it ({error})"),
    }
}

/// A sentence for people about a journal that cannot be appended to.
pub(super) fn append_failed(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full: nothing more can be kept until some space is freed".into()
        }
        _ => format!("the disk does not take what is written to it ({error})"),
    }
}

/// An opened, locked, migrated database.
#[derive(Debug)]
pub(super) struct Opened {
    pub db: Connection,
    pub lock: DataLock,
    /// The copy made before a migration.
    pub backup: Option<PathBuf>,
}

/// Locks the folder, opens the file in it and brings it to this version.
pub(super) fn open(dir: &Path) -> Result<Opened, OpenError> {
    let folder = |error| OpenError::Folder {
        path: dir.to_owned(),
        error,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(folder)?;
    let lock = DataLock::take(dir).map_err(|error| match error {
        LockError::Held { pid } => OpenError::InUse {
            path: dir.to_owned(),
            pid,
        },
        LockError::Io(error) => folder(error),
    })?;
    let path = dir.join(FILE);
    let crashed = fs::metadata(dir.join(format!("{FILE}-wal"))).is_ok_and(|wal| wal.len() > 0);
    writable(&path)?;
    let mut db = connect(&path)?;
    if crashed || fs::metadata(&path).is_ok_and(|file| file.len() <= CHECK_ALWAYS_BYTES) {
        check(&db, &path)?;
    }
    let backup = migrations::migrate(&mut db, &path, STEPS)?;
    settle(&db).map_err(|error| OpenError::of(&path, &error))?;
    Ok(Opened { db, lock, backup })
}

/// Makes the file, readable for its owner only, or finds that it may not be written.
fn writable(path: &Path) -> Result<(), OpenError> {
    match OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
    {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::StorageFull => Err(OpenError::Full {
            path: path.to_owned(),
        }),
        Err(error) if path.is_file() && error.kind() != io::ErrorKind::NotFound => {
            Err(OpenError::ReadOnly {
                path: path.to_owned(),
            })
        }
        Err(error) => Err(OpenError::Folder {
            path: path.to_owned(),
            error,
        }),
    }
}

fn connect(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db =
        Connection::open_with_flags(path, flags).map_err(|error| OpenError::of(path, &error))?;
    db.busy_timeout(std::time::Duration::from_secs(2))
        .map_err(|error| OpenError::of(path, &error))?;
    Ok(db)
}

/// A second connection that only looks things up. It keeps next to nothing in memory.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(std::time::Duration::from_secs(2))?;
    db.pragma_update(None, "cache_size", -128)?;
    db.set_prepared_statement_cache_capacity(4);
    Ok(db)
}

/// Looks the file's structure over.
fn check(db: &Connection, path: &Path) -> Result<(), OpenError> {
    let verdict: String = db
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| OpenError::of(path, &error))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(OpenError::Damaged {
            path: path.to_owned(),
            detail: verdict,
        })
    }
}

/// How SQLite works for us. WAL: a commit is an append. `FULL`: it is on the platter when it is done, so that the
/// [journal](super::journal) of what is in it can be emptied; nobody waits for it.
fn settle(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "journal_size_limit", 16 << 20)?;
    db.pragma_update(None, "cache_size", -2048)?;
    // What is deleted is overwritten.
    db.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.set_prepared_statement_cache_capacity(32);
    Ok(())
}
