//! Floor 2: the disk. One SQLite file with a thread of its own, pictures, and where things are kept.
//!
//! The data folder (mode 0700) holds `balcony.db` (with `-wal` and `-shm` beside it while running),
//! `balcony.journal.0` and `.1` (what is not in the database yet), `balcony.lock`
//! (advisory lock with the process id of the instance that runs), `identity.pem` (the key), `avatars/`, and
//! `balcony.db.vN.bak` from before a migration. One instance a folder.
//!
//! Files of people's are elsewhere: [`sources`] reads those that are sent, [`downloads`] and [`folder_part`] write those that come in.

pub mod avatars;
pub mod broadcasts;
pub mod downloads;
pub mod export;
pub mod folder_part;
pub mod identity;
mod journal;
mod keys;
mod known;
mod late;
mod lock;
pub mod memory;
pub(crate) mod migrations;
pub mod open;
pub mod paths;
pub mod picture;
pub mod policy;
mod queries;
mod reader;
mod rest;
pub mod rooms;
pub mod search;
pub mod sources;
pub mod store;
mod writer;

pub use lock::{DataLock, LockError};
pub use open::OpenError;
