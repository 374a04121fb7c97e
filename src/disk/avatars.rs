//! Pictures of peers, and our own, as files in `avatars/` of the data folder, named by the SHA-1 of their bytes
//! (XEP-0174 §12: look them up by hash, fetch what is missing, expire).
//!
//! Nothing is decoded here: kind and size are read from the header. Limits: 64 KiB and 1024×1024 a picture of a peer,
//! 8 KiB for our own (it has to fit one mDNS answer), 64 MiB in all; pictures not asked for in 90 days are removed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use sha1::{Digest, Sha1};

use super::picture::{self, Kind};

/// The most bytes that a peer's picture may have.
pub const MAX_BYTES: usize = 64 << 10;
/// The most bytes that our own may have.
pub const MAX_OWN_BYTES: usize = 8 << 10;
/// The most that all of them may have together.
const MAX_TOTAL: u64 = 64 << 20;
const EXPIRE: Duration = Duration::from_secs(90 * 24 * 3600);
/// How old a file's time may grow before a look-up renews it.
const RENEW: Duration = Duration::from_secs(24 * 3600);
/// Our own pictures start so, and do not expire; the newest two are kept.
const OWN: &str = "own-";

/// The folder with the pictures. Cheap to clone; all calls block on the disk.
#[derive(Clone, Debug)]
pub struct Avatars {
    dir: PathBuf,
}

/// Our own picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAvatar {
    /// SHA-1 of the bytes.
    pub sha1: [u8; 20],
    /// The copy in our data folder.
    pub path: PathBuf,
    /// At most 8 KiB.
    pub image: Bytes,
}

/// Why a picture was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AvatarError {
    /// The file cannot be read, or the copy not be written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Too many bytes.
    #[error("the picture has {} KiB, {} KiB are allowed: make it smaller (64×64 is a good size)", bytes.div_ceil(1024), most >> 10)]
    TooBig {
        /// So many, or more.
        bytes: usize,
        /// So many would be allowed.
        most: usize,
    },
    /// No picture, or none of the kinds that we take, or too wide or high.
    #[error(transparent)]
    Picture(#[from] picture::PictureError),
}

impl Avatars {
    /// The pictures in this data folder. Makes and reads nothing yet.
    pub fn new(data: &Path) -> Avatars {
        Avatars {
            dir: data.join("avatars"),
        }
    }

    /// The file of the picture with this hash, if we have it.
    pub fn find(&self, sha1: &[u8; 20]) -> Option<PathBuf> {
        let name = hex(sha1);
        let path = Kind::ALL
            .iter()
            .map(|kind| self.dir.join(format!("{name}.{}", kind.suffix())))
            .find(|path| path.is_file())?;
        renew(&path);
        Some(path)
    }

    /// Checks and keeps a peer's picture; the file. Older ones make room.
    ///
    /// # Errors
    /// If it is none or too big, or the disk does not take it.
    pub fn save(&self, image: &[u8]) -> Result<PathBuf, AvatarError> {
        let kind = check(image, MAX_BYTES)?;
        let path = self
            .dir
            .join(format!("{}.{}", hex(&hash(image)), kind.suffix()));
        self.write(&path, image)?;
        self.expire();
        Ok(path)
    }

    /// Takes a picture file of the user's as our own: checked and copied into the data folder.
    ///
    /// # Errors
    /// If it cannot be read, is none or too big, or the disk does not take the copy.
    pub fn adopt(&self, path: &Path) -> Result<OwnAvatar, AvatarError> {
        let image = read(path, MAX_OWN_BYTES)?;
        let kind = check(&image, MAX_OWN_BYTES)?;
        let sha1 = hash(&image);
        let copy = self
            .dir
            .join(format!("{OWN}{}.{}", hex(&sha1), kind.suffix()));
        self.write(&copy, &image)?;
        self.drop_old_own();
        Ok(OwnAvatar {
            sha1,
            path: copy,
            image: image.into(),
        })
    }

    /// Our own picture of last time by its hash in hex, if it is still there and whole.
    pub fn own(&self, sha1: &str) -> Option<OwnAvatar> {
        if sha1.len() != 40 || !sha1.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut paths = Kind::ALL
            .iter()
            .map(|kind| self.dir.join(format!("{OWN}{sha1}.{}", kind.suffix())));
        let path = paths.find(|path| path.is_file())?;
        let image = read(&path, MAX_OWN_BYTES).ok()?;
        let found = hash(&image);
        (hex(&found) == sha1).then(|| OwnAvatar {
            sha1: found,
            path,
            image: image.into(),
        })
    }

    /// Writes the whole file or none.
    fn write(&self, path: &Path, image: &[u8]) -> Result<(), AvatarError> {
        let failed = |error| AvatarError::Io {
            path: path.to_owned(),
            error,
        };
        fs::create_dir_all(&self.dir).map_err(failed)?;
        let part = path.with_extension(format!("{}.part", std::process::id()));
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)
            .and_then(|mut file| file.write_all(image).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&part, path));
        written.map_err(|error| {
            let _ = fs::remove_file(&part);
            failed(error)
        })
    }

    /// Removes what was not asked for in a long time, then the oldest until the rest fits. Failures are left for the
    /// next time: nothing depends on it.
    fn expire(&self) {
        let now = SystemTime::now();
        let mut files = self.files(|name| !name.starts_with(OWN));
        files.sort_by_key(|file| std::cmp::Reverse(file.used));
        let mut total = 0;
        for file in files {
            total += file.bytes;
            if total > MAX_TOTAL || now.duration_since(file.used).is_ok_and(|age| age > EXPIRE) {
                let _ = fs::remove_file(file.path);
            }
        }
    }

    fn drop_old_own(&self) {
        let mut files = self.files(|name| name.starts_with(OWN));
        files.sort_by_key(|file| std::cmp::Reverse(file.used));
        for file in files.into_iter().skip(2) {
            let _ = fs::remove_file(file.path);
        }
    }

    fn files(&self, wanted: impl Fn(&str) -> bool) -> Vec<Saved> {
        let Ok(entries) = fs::read_dir(&self.dir) else {
            return Vec::new();
        };
        let saved = |entry: fs::DirEntry| {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let wanted = entry.file_name().to_str().is_some_and(&wanted);
            let used = metadata.modified().ok()?;
            wanted.then(|| Saved {
                path: entry.path(),
                used,
                bytes: metadata.len(),
            })
        };
        entries.flatten().filter_map(saved).collect()
    }
}

struct Saved {
    path: PathBuf,
    used: SystemTime,
    bytes: u64,
}

fn check(image: &[u8], most: usize) -> Result<Kind, AvatarError> {
    if image.len() > most {
        return Err(AvatarError::TooBig {
            bytes: image.len(),
            most,
        });
    }
    Ok(picture::inspect(image)?.kind)
}

/// Reads a file, but not much more of it than would be allowed.
fn read(path: &Path, most: usize) -> Result<Vec<u8>, AvatarError> {
    let failed = |error| AvatarError::Io {
        path: path.to_owned(),
        error,
    };
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let bytes = usize::try_from(size).unwrap_or(usize::MAX);
    if bytes > most {
        return Err(AvatarError::TooBig { bytes, most });
    }
    let mut image = Vec::new();
    file.take(most as u64 + 1)
        .read_to_end(&mut image)
        .map_err(failed)?;
    Ok(image)
}

/// Notes that a picture is still in use, once a day.
fn renew(path: &Path) {
    let Ok(file) = File::open(path) else { return };
    let used = file.metadata().and_then(|metadata| metadata.modified());
    if used.is_ok_and(|used| used.elapsed().is_ok_and(|age| age > RENEW)) {
        let _ = file.set_modified(SystemTime::now());
    }
}

fn hash(image: &[u8]) -> [u8; 20] {
    Sha1::digest(image).into()
}

fn hex(sha1: &[u8; 20]) -> String {
    sha1.iter().map(|byte| format!("{byte:02x}")).collect()
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
    use crate::disk::picture::tests::png;

    #[test]
    fn a_saved_picture_is_found_by_its_hash() {
        let dir = tempfile::tempdir().unwrap();
        let avatars = Avatars::new(dir.path());
        let image = png(64, 64);
        let path = avatars.save(&image).unwrap();
        assert_eq!(avatars.find(&hash(&image)), Some(path.clone()));
        assert_eq!(fs::read(path).unwrap(), image);
        assert_eq!(avatars.find(&[0; 20]), None);
    }

    #[test]
    fn what_is_no_picture_or_too_big_leaves_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let avatars = Avatars::new(dir.path());
        for bad in [
            b"hello".to_vec(),
            Vec::new(),
            png(5000, 5000),
            vec![0x89; MAX_BYTES + 1],
        ] {
            assert!(avatars.save(&bad).is_err());
        }
        assert!(fs::read_dir(dir.path()).unwrap().next().is_none());
    }

    #[test]
    fn our_own_survives_a_restart_and_tells_when_it_is_too_big() {
        let dir = tempfile::tempdir().unwrap();
        let avatars = Avatars::new(dir.path());
        let file = dir.path().join("me.png");
        fs::write(&file, png(64, 64)).unwrap();
        let own = avatars.adopt(&file).unwrap();
        assert_eq!(Avatars::new(dir.path()).own(&hex(&own.sha1)), Some(own));
        let mut big = png(64, 64);
        big.resize(20_000, 0);
        fs::write(&file, big).unwrap();
        let word = avatars.adopt(&file).unwrap_err().to_string();
        assert!(word.contains("20 KiB") && word.contains("8 KiB"), "{word}");
        assert!(avatars.own("../../etc/passwd").is_none());
    }

    #[test]
    fn pictures_unseen_for_long_are_removed_but_not_our_own() {
        let dir = tempfile::tempdir().unwrap();
        let avatars = Avatars::new(dir.path());
        let file = dir.path().join("me.png");
        fs::write(&file, png(32, 32)).unwrap();
        let own = avatars.adopt(&file).unwrap();
        let old = avatars.save(&png(16, 16)).unwrap();
        let long_ago = SystemTime::now() - EXPIRE - RENEW;
        for path in [&old, &own.path] {
            File::open(path).unwrap().set_modified(long_ago).unwrap();
        }
        avatars.save(&png(8, 8)).unwrap();
        assert!(!old.exists());
        assert!(own.path.exists());
    }
}
