//! The journal: what was handed to the store and is not in the database yet.
//!
//! An append to a file costs some microseconds where a commit costs some hundred, so what is to be kept goes here first,
//! from the node's own thread. From then on it survives the end of our process at any moment. Some milliseconds later
//! the store's thread syncs the file, and what was appended survives a power cut too; only then is it acknowledged to
//! who sent it. When there is time (or much has come together) the store's thread brings it into the database.
//!
//! Two files take turns: one is appended to, the other is being brought into the database and emptied then. A line is a
//! hash of the rest (a power cut may leave half a line), a space and JSON: first the number of this turn, then the
//! operations of a submission each. The database remembers the turn that it took in last, so that after a crash none
//! is taken in twice.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
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
                .append(true)
                .create(true)
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
        self.files.iter().try_for_each(|file| file.set_len(0))?;
        self.turn = last + 1;
        self.length = 0;
        Ok(())
    }

    /// Keeps a submission. It survives our process from here on. On failure nothing of it is in the file.
    pub fn append(&mut self, ops: &[Op]) -> io::Result<()> {
        self.line.clear();
        if self.length == 0 {
            push_line(&mut self.line, &self.turn)?;
        }
        push_line(&mut self.line, ops)?;
        let file = self.file();
        let written = (&*file).write_all(&self.line);
        if written.is_err() {
            // Half a line would hide the ones after it.
            let _ = file.set_len(self.length);
        } else {
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

    /// From now on the other file is appended to, which must be empty. Gives the number of the turn that is over, and its
    /// file, to be emptied once its content is in the database.
    pub fn take_turn(&mut self) -> (u64, Arc<File>) {
        let over = (self.turn, self.file());
        self.current = 1 - self.current;
        self.turn += 1;
        self.length = 0;
        over
    }
}

fn push_line(out: &mut Vec<u8>, content: &(impl serde::Serialize + ?Sized)) -> io::Result<()> {
    let start = out.len();
    out.extend_from_slice(&[b' '; PREFIX]);
    serde_json::to_writer(&mut *out, content)?;
    let hash = hash(out.get(start + PREFIX..).unwrap_or_default());
    if let Some(place) = out.get_mut(start..start + PREFIX - 1) {
        place.copy_from_slice(&hash);
    }
    out.push(b'\n');
    Ok(())
}

fn hash(content: &[u8]) -> [u8; PREFIX - 1] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha1::digest(content);
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
    let mut lines = text
        .split_inclusive(|byte| *byte == b'\n')
        .map_while(|line| {
            let line = line.strip_suffix(b"\n")?;
            let (prefix, content) = line.split_at_checked(PREFIX)?;
            (prefix.get(..PREFIX - 1)? == hash(content)).then_some(content)
        });
    let number = serde_json::from_slice(lines.next()?).ok()?;
    let submissions = lines
        .map_while(|line| serde_json::from_slice(line).ok())
        .collect();
    Some(Turn {
        number,
        submissions,
    })
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
        assert_eq!(journal.take_turn().0, 7);
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
        let whole = journal.file().metadata().unwrap().len();
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

    #[test]
    fn an_emptied_file_takes_its_next_turn_from_its_beginning() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path()).unwrap();
        journal.restart(0).unwrap();
        for number in 0..5 {
            journal.append(&op(&number.to_string())).unwrap();
            let (_, file) = journal.take_turn();
            file.set_len(0).unwrap();
        }
        journal.append(&op("last")).unwrap();
        drop(journal);
        let (_, turns) = Journal::open(dir.path()).unwrap();
        assert_eq!(turns.len(), 1);
        assert_eq!(
            (turns[0].number, &turns[0].submissions),
            (6, &vec![op("last")])
        );
    }
}
