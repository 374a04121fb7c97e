//! The journal: what was handed to the store and is not in the database yet.
//!
//! An append to a file costs some microseconds where a commit costs some hundred, so what is to be kept goes here first,
//! from the node's own thread. From then on it survives the end of our process at any moment. Some milliseconds later
//! the store's thread syncs the file, and what was appended survives a power cut too; only then is it acknowledged to
//! who sent it. When there is time (or much has come together) the store's thread brings it into the database.
//!
//! Two files take turns: one is written to, the other is being brought into the database and emptied then. A line is a
//! hash of the rest and of the turn's number (a power cut may leave half a line, or lines of an earlier turn behind the
//! new ones), a space and JSON: first the number of this turn, then the operations of a submission each. The database
//! remembers the turn that it took in last, so that after a crash none is taken in twice.
//!
//! An emptied file keeps its length, filled with zeros: where octets are written over, a sync is the disk's time and no more.
//! A file that grows has the file system commit a transaction of its own, and whoever appends meanwhile waits for it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use sha1::{Digest, Sha1};

use super::store::Op;

/// The names of the two files in the data folder.
pub const FILES: [&str; 2] = ["balcony.journal.0", "balcony.journal.1"];
/// Hexadecimal digits of a line's hash, and the space.
const PREFIX: usize = 17;
/// A line may hold a body of a mebibyte, and that escaped.
const USUAL_LINE: usize = 1 << 16;
/// An emptied file keeps so many octets at least: some hundred messages …
const LEAST_ROOM: u64 = 1 << 16;
/// … and at most.
const MOST_ROOM: u64 = 1 << 20;
/// The number of a turn stands in its first line, which is hashed as if it were this one's.
const NO_TURN: u64 = 0;

/// One turn of a file: its number, and the submissions in it.
#[derive(Debug, PartialEq)]
pub struct Turn {
    pub number: u64,
    pub submissions: Vec<Vec<Op>>,
}

/// The two files.
#[derive(Debug)]
pub struct Journal {
    files: [Arc<File>; 2],
    current: usize,
    turn: u64,
    /// Bytes of the current file that are whole lines.
    length: u64,
    line: Vec<u8>,
}

impl Journal {
    /// Opens or makes the files, and gives what is in them, oldest first. Nothing may be appended before that is in the
    /// database and [`Journal::restart`] was called.
    pub fn open(dir: &Path) -> io::Result<(Journal, Vec<Turn>)> {
        let mut turns = Vec::new();
        let mut open = |name: &str| -> io::Result<Arc<File>> {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(dir.join(name))?;
            let mut text = Vec::new();
            file.read_to_end(&mut text)?;
            turns.extend(read(&text));
            Ok(Arc::new(file))
        };
        let files = [open(FILES[0])?, open(FILES[1])?];
        turns.sort_by_key(|turn| turn.number);
        let journal = Journal {
            files,
            current: 0,
            turn: 0,
            length: 0,
            line: Vec::new(),
        };
        Ok((journal, turns))
    }

    /// Begins anew with empty files; `last` is the turn that the database took in last.
    pub fn restart(&mut self, last: u64) -> io::Result<()> {
        for file in &self.files {
            // The first sync has to wait for the room that is made, not the start.
            empty(file, file.metadata()?.len())?;
        }
        self.turn = last + 1;
        self.length = 0;
        Ok(())
    }

    /// Keeps a submission. It survives our process from here on. On failure nothing of it is in the file.
    pub fn append(&mut self, ops: &[Op]) -> io::Result<()> {
        self.line.clear();
        if self.length == 0 {
            push_line(&mut self.line, NO_TURN, &self.turn)?;
        }
        push_line(&mut self.line, self.turn, ops)?;
        // What a write that fails leaves behind is no whole line, and the next one is written over it.
        let written = self.file().write_all_at(&self.line, self.length);
        if written.is_ok() {
            self.length += self.line.len() as u64;
        }
        self.line.shrink_to(USUAL_LINE);
        written
    }

    /// The file that is appended to now, to be synced.
    pub fn file(&self) -> Arc<File> {
        self.files
            .get(self.current)
            .unwrap_or(&self.files[0])
            .clone()
    }

    /// From now on the other file is appended to, which must be empty. Once what is in this one is in the database, it is to
    /// be emptied.
    pub fn take_turn(&mut self) -> Over {
        let over = Over {
            number: self.turn,
            file: self.file(),
            length: self.length,
        };
        self.current = 1 - self.current;
        self.turn += 1;
        self.length = 0;
        over
    }
}

/// A turn that is over.
#[derive(Debug)]
pub struct Over {
    pub number: u64,
    file: Arc<File>,
    length: u64,
}

impl Over {
    /// Clears the turn's text away, and makes room for the next one. Waits for the disk if the file has grown.
    pub fn empty(self) -> io::Result<()> {
        if empty(&self.file, self.length)? {
            self.file.sync_data()?;
        }
        Ok(())
    }
}

/// Of this file so many octets are in use. Has it grown?
fn empty(file: &File, used: u64) -> io::Result<bool> {
    let length = file.metadata()?.len();
    let room = used
        .next_power_of_two()
        .max(length)
        .clamp(LEAST_ROOM, MOST_ROOM);
    if length > room {
        file.set_len(room)?;
    }
    // What people wrote does not stay here; were it not cleared away, it would still be known for an earlier turn's.
    clear(file, 0, used.min(room))?;
    if length >= room {
        return Ok(false);
    }
    // On a full disk it has to grow later.
    match clear(file, length, room) {
        Ok(()) => Ok(true),
        Err(_) => file.set_len(length).map(|()| false),
    }
}

fn clear(file: &File, mut from: u64, to: u64) -> io::Result<()> {
    const ZEROS: [u8; 1 << 14] = [0; 1 << 14];
    while from < to {
        let many = usize::try_from(to - from).map_or(ZEROS.len(), |left| left.min(ZEROS.len()));
        file.write_all_at(ZEROS.get(..many).unwrap_or(&ZEROS), from)?;
        from += many as u64;
    }
    Ok(())
}

fn push_line(
    out: &mut Vec<u8>,
    turn: u64,
    content: &(impl serde::Serialize + ?Sized),
) -> io::Result<()> {
    let start = out.len();
    out.extend_from_slice(&[b' '; PREFIX]);
    serde_json::to_writer(&mut *out, content)?;
    let hash = hash(turn, out.get(start + PREFIX..).unwrap_or_default());
    if let Some(place) = out.get_mut(start..start + PREFIX - 1) {
        place.copy_from_slice(&hash);
    }
    out.push(b'\n');
    Ok(())
}

fn hash(turn: u64, content: &[u8]) -> [u8; PREFIX - 1] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha1::new()
        .chain_update(turn.to_be_bytes())
        .chain_update(content)
        .finalize();
    let mut hex = [0; PREFIX - 1];
    for (pair, byte) in hex.chunks_exact_mut(2).zip(digest) {
        for (digit, half) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
            *digit = DIGITS.get(usize::from(half)).copied().unwrap_or_default();
        }
    }
    hex
}

/// The whole lines of a file; what follows a damaged one was never confirmed to anybody.
fn read(text: &[u8]) -> Option<Turn> {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let number = serde_json::from_slice(content(NO_TURN, lines.next()?)?).ok()?;
    let submissions = lines
        .map_while(|line| serde_json::from_slice(content(number, line)?).ok())
        .collect();
    Some(Turn {
        number,
        submissions,
    })
}

/// The content of a whole line of this turn.
fn content(turn: u64, line: &[u8]) -> Option<&[u8]> {
    let (prefix, content) = line.strip_suffix(b"\n")?.split_at_checked(PREFIX)?;
    (prefix.get(..PREFIX - 1)? == hash(turn, content)).then_some(content)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn op(key: &str) -> Vec<Op> {
        vec![Op::Setting {
            key: key.to_owned(),
            value: "\u{1}\n<&>".into(),
        }]
    }

    #[test]
    fn what_was_appended_is_there_after_a_crash_in_the_order_of_turns() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, turns) = Journal::open(dir.path()).unwrap();
        assert_eq!(turns, []);
        journal.restart(6).unwrap();
        journal.append(&op("a")).unwrap();
        journal.append(&op("b")).unwrap();
        assert_eq!(journal.take_turn().number, 7);
        journal.append(&op("c")).unwrap();
        drop(journal);
        let (_, turns) = Journal::open(dir.path()).unwrap();
        let turn = |number, submissions| Turn {
            number,
            submissions,
        };
        assert_eq!(
            turns,
            [turn(7, vec![op("a"), op("b")]), turn(8, vec![op("c")])]
        );
    }

    #[test]
    fn half_a_line_is_left_out_and_the_lines_before_it_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path()).unwrap();
        journal.restart(0).unwrap();
        journal.append(&op("a")).unwrap();
        journal.append(&op("b")).unwrap();
        let whole = journal.length;
        drop(journal);
        let path = dir.path().join(FILES[0]);
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        for cut in 1..whole {
            file.set_len(whole - cut).unwrap();
            let (_, turns) = Journal::open(dir.path()).unwrap();
            let kept = turns.first().map_or(&[][..], |turn| &turn.submissions[..]);
            assert!(
                kept.len() < 2 && [op("a")].starts_with(kept),
                "{cut}: {kept:?}"
            );
        }
    }

    /// What is in the files after a crash.
    fn left(dir: &Path) -> Vec<(u64, Vec<Vec<Op>>)> {
        let (_, turns) = Journal::open(dir).unwrap();
        turns
            .into_iter()
            .map(|turn| (turn.number, turn.submissions))
            .collect()
    }

    #[test]
    fn an_emptied_file_takes_its_next_turn_from_its_beginning() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path()).unwrap();
        journal.restart(0).unwrap();
        for number in 0..5 {
            journal.append(&op(&number.to_string())).unwrap();
            journal.take_turn().empty().unwrap();
        }
        journal.append(&op("last")).unwrap();
        drop(journal);
        assert_eq!(left(dir.path()), [(6, vec![op("last")])]);
    }

    #[test]
    fn lines_of_an_earlier_turn_behind_the_new_ones_are_not_taken_for_new() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path()).unwrap();
        journal.restart(0).unwrap();
        for key in ["a", "b", "c"] {
            journal.append(&op(key)).unwrap();
        }
        // A power cut has kept the zeros from the disk that were to be written over them.
        drop(journal.take_turn());
        journal.append(&op("d")).unwrap();
        drop(journal.take_turn());
        journal.append(&op("e")).unwrap();
        drop(journal);
        let expected = [(2, vec![op("d")]), (3, vec![op("e")])];
        assert_eq!(left(dir.path()), expected);
    }

    #[test]
    fn what_was_written_is_cleared_away_and_the_room_for_it_kept_within_bounds() {
        let dir = tempfile::tempdir().unwrap();
        let file = || std::fs::read(dir.path().join(FILES[0])).unwrap();
        let (mut journal, _) = Journal::open(dir.path()).unwrap();
        journal.restart(0).unwrap();
        assert_eq!(file().len() as u64, LEAST_ROOM);
        for (many, room) in [(1000, 1 << 17), (1, 1 << 17), (40_000, MOST_ROOM)] {
            for number in 0..many {
                journal.append(&op(&number.to_string())).unwrap();
            }
            journal.take_turn().empty().unwrap();
            let text = file();
            assert_eq!(text.len() as u64, room, "{many}");
            assert!(text.iter().all(|byte| *byte == 0), "{many}");
            journal.take_turn().empty().unwrap();
        }
    }

    #[test]
    fn a_write_that_fails_hides_nothing_that_comes_after_it() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path()).unwrap();
        journal.restart(0).unwrap();
        journal.append(&op("a")).unwrap();
        // Half of a longer line, as a full disk would leave it.
        let half = [b'x'; 300];
        journal.file().write_all_at(&half, journal.length).unwrap();
        journal.append(&op("b")).unwrap();
        drop(journal);
        assert_eq!(left(dir.path()), [(1, vec![op("a"), op("b")])]);
    }
}
