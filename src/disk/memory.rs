//! A session of which nothing is kept: its data folder is in memory and goes with it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::identity;

/// What the folders are called; the process id follows.
const PREFIX: &str = "balcony-memory-";

/// The folder of such a session. It is removed when this is dropped; one that a crash has left, by the next such session
/// of the same user, or by the system when the user logs out.
#[derive(Debug)]
pub struct InMemory {
    path: PathBuf,
    known: bool,
}

impl InMemory {
    /// Makes the folder, with a copy of the key in `data`, if there is one that can be read: then contacts know us.
    /// Nothing else of `data` is read, and nothing is written there.
    ///
    /// # Errors
    /// If there is no place in memory that may be written: neither `$XDG_RUNTIME_DIR` nor `/dev/shm`.
    pub fn make(data: Option<&Path>) -> io::Result<InMemory> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let places = runtime.into_iter().chain([PathBuf::from("/dev/shm")]);
        let mut refused = io::Error::from(io::ErrorKind::NotFound);
        for place in places.filter(|place| place.is_absolute()) {
            tidy(&place);
            let path = place.join(format!("{PREFIX}{}", std::process::id()));
            // Never one that is there already: somebody else may have made it.
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    let mut session = InMemory { path, known: false };
                    session.known = data.is_some_and(|data| session.copy_key(data).is_ok());
                    return Ok(session);
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// The data folder of the session.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Contacts know us by the key.
    pub fn has_known_key(&self) -> bool {
        self.known
    }

    fn copy_key(&self, data: &Path) -> io::Result<()> {
        // Checked as at any start; a damaged one is not taken along.
        if !data.join(identity::FILE).exists() {
            return Err(io::ErrorKind::NotFound.into());
        }
        identity::load_or_make(data).map_err(io::Error::other)?;
        let key = zeroize::Zeroizing::new(fs::read(data.join(identity::FILE))?);
        let mut copy = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(self.path.join(identity::FILE))?;
        copy.write_all(&key)
    }
}

impl Drop for InMemory {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "what was in memory is still there");
        }
    }
}

/// Removes what processes that are no more have left.
fn tidy(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let pid = pid.and_then(|pid| pid.parse::<u32>().ok());
        let gone = |pid| !Path::new("/proc").join(u32::to_string(&pid)).exists();
        if pid.is_some_and(gone) {
            // Another user's stays, as it must.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
