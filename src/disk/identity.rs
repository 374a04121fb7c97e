//! The key of this installation: who we are to everybody else, for as long as this data folder lives.
//!
//! `identity.pem` in the data folder, mode 0600, PKCS #8 with both halves (RFC 8410), made at the first start. Whoever has
//! the file can pretend to be us, and without it nobody knows us any more; so a file that cannot be read, is open to others
//! or is damaged stops the program with a word that helps, and is never replaced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::wire::key::SecretKey;

/// The name of the file in the data folder.
pub const FILE: &str = "identity.pem";

/// No key file of ours is larger.
const MAX_BYTES: u64 = 1024;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// Why there is no key. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// It cannot be read, or a new one not be written.
    #[error("the key of this installation, {}, cannot be used: {error}. Without it nobody would know you again: make it readable, or put it back from a copy", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Others may read or change it.
    #[error("the key of this installation, {}, is open to other users of this computer (mode {mode:03o}): whoever has read it can pretend to be you. If nobody has, `chmod 600` it; otherwise move it away, and tell your contacts that your key is a new one", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It belongs to another user.
    #[error("the key of this installation, {}, belongs to another user (number {owner}). Use the data folder as that user, or choose another one with --data", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// It is no key, or no longer.
    #[error("the key of this installation, {}, is damaged. Put it back from a copy; or move it away to get a new one, and your contacts will be asked whether it is still you", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

/// Reads the key of this data folder; makes one if there is none yet. The caller holds the folder's lock.
///
/// # Errors
/// See [`IdentityError`].
pub fn load_or_make(dir: &Path) -> Result<SecretKey, IdentityError> {
    let path = dir.join(FILE);
    match fs::symlink_metadata(&path) {
        Ok(_) => load(&path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(dir, &path).map_err(|error| IdentityError::Unreadable {
                path: path.clone(),
                error,
            })?;
            load(&path)
        }
        Err(error) => Err(IdentityError::Unreadable { path, error }),
    }
}

fn load(path: &Path) -> Result<SecretKey, IdentityError> {
    let unreadable = |error| IdentityError::Unreadable {
        path: path.to_owned(),
        error,
    };
    let damaged = || IdentityError::Damaged {
        path: path.to_owned(),
    };
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(damaged());
    }
    // Root may use a folder of somebody's, as it may everything else.
    let us = rustix::process::geteuid().as_raw();
    if about.uid() != us && us != 0 {
        return Err(IdentityError::Foreign {
            path: path.to_owned(),
            owner: about.uid(),
        });
    }
    let mode = about.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(IdentityError::Open {
            path: path.to_owned(),
            mode,
        });
    }
    if about.len() > MAX_BYTES {
        return Err(damaged());
    }
    let mut text = Zeroizing::new(Vec::with_capacity(MAX_BYTES as usize + 1));
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(unreadable)?;
    read(&text).ok_or_else(damaged)
}

/// The key in a PEM file (RFC 7468 §10).
fn read(text: &[u8]) -> Option<SecretKey> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let inner = text.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let inner: Zeroizing<String> =
        Zeroizing::new(inner.chars().filter(|c| !c.is_ascii_whitespace()).collect());
    let der = Zeroizing::new(STANDARD.decode(inner.as_bytes()).ok()?);
    SecretKey::from_pkcs8(&der).ok()
}

/// Writes a new key beside, syncs it and gives it its name: there is a whole file or none.
fn make(dir: &Path, path: &Path) -> io::Result<()> {
    // The system's random numbers. The cryptographic library's own take a good part of a second at first use.
    let mut seed = Zeroizing::new([0; 32]);
    File::open("/dev/urandom")?.read_exact(seed.as_mut_slice())?;
    let der = Ed25519KeyPair::from_seed_unchecked(seed.as_slice())
        .and_then(|pair| Ok(pair.to_pkcs8()?))
        .map_err(|_| io::Error::other("no key could be made"))?;
    // The document wipes itself, too.
    let text = Zeroizing::new(format!(
        "{BEGIN}\n{}\n{END}\n",
        Zeroizing::new(STANDARD.encode(der.as_ref())).as_str()
    ));
    let beside = dir.join(format!("{FILE}.new"));
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // Not over a file that has come meanwhile.
    fs::hard_link(&beside, path)?;
    fs::remove_file(&beside)?;
    File::open(dir)?.sync_all()
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
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_first_start_makes_a_key_and_the_next_finds_it() {
        let dir = tempfile::tempdir().unwrap();
        let made = load_or_make(dir.path()).unwrap();
        let file = dir.path().join(FILE);
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
        let found = load_or_make(dir.path()).unwrap();
        assert_eq!(found.fingerprint(), made.fingerprint());
        let other = tempfile::tempdir().unwrap();
        let another = load_or_make(other.path()).unwrap();
        assert_ne!(another.fingerprint(), made.fingerprint());
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        load_or_make(dir.path()).unwrap();
        let file = dir.path().join(FILE);
        for mode in [0o644, 0o640, 0o602] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            let error = load_or_make(dir.path()).unwrap_err();
            assert!(matches!(error, IdentityError::Open { .. }), "{error}");
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        load_or_make(dir.path()).unwrap();
    }

    #[test]
    fn a_damaged_key_is_refused_and_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        load_or_make(dir.path()).unwrap();
        let file = dir.path().join(FILE);
        let good = fs::read(&file).unwrap();
        let mut flipped = good.clone();
        // In the middle of the secret half: it no longer belongs to the public one.
        flipped[BEGIN.len() + 40] ^= 0x01;
        let long = vec![b'x'; 4096];
        for bad in [
            &flipped[..],
            &good[..good.len() / 2],
            b"",
            &long,
            b"\xff\xfe",
        ] {
            fs::write(&file, bad).unwrap();
            let error = load_or_make(dir.path()).unwrap_err();
            assert!(matches!(error, IdentityError::Damaged { .. }), "{error}");
            assert_eq!(fs::read(&file).unwrap(), bad, "nothing was replaced");
        }
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(load_or_make(dir.path()).is_err());
    }

    #[test]
    fn what_a_crash_has_left_beside_is_no_key() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("identity.pem.new"), b"half").unwrap();
        load_or_make(dir.path()).unwrap();
        assert!(!dir.path().join("identity.pem.new").exists());
    }
}
