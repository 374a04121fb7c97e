//! The time zone of this machine.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Zoned;
use jiff::tz::TimeZone;

/// Who travels has the new zone after this.
const KEPT: Duration = Duration::from_secs(300);
/// A zone's rules are some kilobytes.
const LONGEST: u64 = 1 << 16;

/// The wall clock here.
pub fn now() -> Zoned {
    jiff::Timestamp::now().to_zoned(zone())
}

/// The time zone that `TZ` names, else that of `/etc/localtime` (tzfile(5)), else what the system says otherwise, else UTC.
/// It is looked at anew every five minutes.
///
/// The library would look up the zone by its name, and to that end walks through all zones of the world, which is hundreds of
/// files at the start of the program. Nobody here wants to know the name.
pub fn zone() -> TimeZone {
    static LAST: Mutex<Option<(Instant, TimeZone)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    if let Some((read, zone)) = &*last
        && now.duration_since(*read) < KEPT
    {
        return zone.clone();
    }
    let named = std::env::var_os("TZ").is_some_and(|name| !name.is_empty());
    let zone = (!named)
        .then(|| read(Path::new("/etc/localtime")))
        .flatten()
        .unwrap_or_else(TimeZone::system);
    *last = Some((now, zone.clone()));
    zone
}

/// The rules in a file; none if there is no such file, or something else in it.
fn read(path: &Path) -> Option<TimeZone> {
    use std::io::Read;
    let mut rules = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(LONGEST).read_to_end(&mut rules).ok()?;
    TimeZone::tzif("", &rules).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    /// A zone of one offset, written by hand (RFC 9636 §3: header, one local time type, its abbreviation, footer).
    fn file_of_a_zone(seconds: i32) -> Vec<u8> {
        let head = |types: u8, abbreviations: u8| {
            let mut head = b"TZif2".to_vec();
            head.extend([0; 15]);
            head.extend([0; 4 * 4]);
            head.extend([0, 0, 0, types, 0, 0, 0, abbreviations]);
            head
        };
        let block = || {
            let mut block = seconds.to_be_bytes().to_vec();
            block.extend([0, 0]);
            block.extend(b"HERE\0");
            block
        };
        let mut file = [head(1, 5), block(), head(1, 5), block()].concat();
        file.extend(b"\nHERE-3\n");
        file
    }

    #[test]
    fn the_zone_is_the_one_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("localtime");
        std::fs::write(&path, file_of_a_zone(3 * 3600)).unwrap();
        let there = Timestamp::UNIX_EPOCH.to_zoned(read(&path).unwrap());
        assert_eq!(there.hour(), 3);
    }

    #[test]
    fn what_is_no_zone_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("localtime");
        assert_eq!(read(&path), None);
        for bytes in [&b""[..], b"TZif", b"Europe/Stockholm\n", &[0; 100_000]] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read(&path), None);
        }
    }

    #[test]
    fn it_says_what_the_library_says() {
        let now = Timestamp::now();
        let ours = now.to_zoned(zone()).datetime();
        assert_eq!(ours, now.to_zoned(TimeZone::system()).datetime());
    }
}
