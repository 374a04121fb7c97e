//! Search in everything that was said: any part of any word, in any script, in the newest messages first.
//!
//! Messages are gathered into blocks of some hundred, in the quiet moments of the store's thread. A block holds their
//! folded text ([`crate::wire::text::fold()`]), one line each, and a filter beside it: one bit for each hash of one, two or three
//! characters in a row that occur in it. A search goes through the filters from the newest to the oldest, reads only the blocks that may
//! hold what is looked for, and ends when there are enough hits: what is frequent is found at once, what is rare is in few
//! blocks. The newest messages, not in a block yet, are read themselves.
//!
//! Compared with SQLite's own trigram index this costs a tenth at writing, and finds words of one and two characters, of
//! which some languages have little else.
//!
//! A changed or deleted message is noted by triggers in `search_stale`, and its block made anew in the same transaction.

use rusqlite::{Connection, OptionalExtension, params};

use super::queries::{COLUMNS, message_of, peer_of};
use super::store::read_failed;
use crate::event::Hit;
use crate::wire::jid::Jid;
use crate::wire::text::{Terms, fold_into};

/// Messages of a block, at most.
const BLOCK_ROWS: usize = 512;
/// Bytes of folded text with which a block is full.
const BLOCK_TEXT: usize = 16 << 10;
/// Two filters with their row numbers fill a database page.
const FILTER_BYTES: usize = 1980;
/// Blocks made in one transaction.
const BLOCKS_A_STEP: usize = 32;
/// The text of all hits of one answer; the one that passes it is still part of it.
const ANSWER_BYTES: usize = 8 << 20;
/// Of an entry: row less the block's first, and hashes of conversation and author.
const ENTRY: usize = 12;

/// What is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The words.
    pub terms: Terms,
    /// Only in the conversation with this one.
    pub with: Option<Jid>,
    /// Only what this one wrote.
    pub from: Option<Jid>,
    /// Only older than the message with this id.
    pub before: Option<String>,
    /// At most so many, 1 to 1000.
    pub limit: u32,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Newest first.
    pub hits: Vec<Hit>,
    /// There is nothing older that would also be found.
    pub complete: bool,
}

/// Looks for messages.
pub fn search(db: &Connection, wanted: &Wanted) -> Result<Found, String> {
    let failed = |error: rusqlite::Error| read_failed(&error);
    let before = match &wanted.before {
        None => i64::MAX,
        Some(id) => newest_row(db, id)
            .map_err(failed)?
            .ok_or_else(|| format!("there is no message {id}"))?,
    };
    let mut answer = Answer {
        db,
        wanted,
        found: Found {
            hits: Vec::new(),
            complete: true,
        },
        bytes: 0,
    };
    if !wanted.terms.is_empty() {
        // One state of the database for all of it.
        let _snapshot = db.unchecked_transaction().map_err(failed)?;
        answer.run(before).map_err(failed)?;
    }
    Ok(answer.found)
}

fn newest_row(db: &Connection, id: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT max(row) FROM messages WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
}

struct Answer<'a> {
    db: &'a Connection,
    wanted: &'a Wanted,
    found: Found,
    bytes: usize,
}

impl Answer<'_> {
    fn run(&mut self, before: i64) -> rusqlite::Result<()> {
        let gathered = last_gathered(self.db)?;
        if self.newest(gathered, before)? {
            return Ok(());
        }
        let bits = wanted_bits(&self.wanted.terms);
        let mut filters = self.db.prepare_cached(
            "SELECT last_row, first_row, filter FROM search_filters WHERE first_row < ?1 ORDER BY last_row DESC",
        )?;
        let mut text = self
            .db
            .prepare_cached("SELECT entries, text FROM search_blocks WHERE last_row = ?1")?;
        let mut rows = filters.query([before])?;
        while let Some(row) = rows.next()? {
            if !holds(row.get_ref(2)?.as_blob()?, &bits) {
                continue;
            }
            let (last, first): (i64, i64) = (row.get(0)?, row.get(1)?);
            let candidates = text.query_row([last], |row| {
                let (entries, text) = (row.get_ref(0)?.as_blob()?, row.get_ref(1)?.as_blob()?);
                Ok(self.candidates(first, entries, text))
            })?;
            for row in candidates.into_iter().rev().filter(|row| *row < before) {
                if self.take(row)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What is in no block yet; true if that is enough.
    fn newest(&mut self, gathered: i64, before: i64) -> rusqlite::Result<bool> {
        let mut statement = self.db.prepare_cached(
            "SELECT row, body FROM messages WHERE row > ?1 AND row < ?2 ORDER BY row DESC",
        )?;
        let mut rows = statement.query([gathered, before])?;
        while let Some(row) = rows.next()? {
            if self.wanted.terms.are_in(row.get_ref(1)?.as_str()?) && self.take(row.get(0)?)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Rows of a block with all the words, and as far as hashes tell of the right people; oldest first.
    fn candidates(&self, first: i64, entries: &[u8], text: &[u8]) -> Vec<i64> {
        let words = self.wanted.terms.words();
        // The longest is the rarest, as a rule.
        let Some(longest) = words.iter().max_by_key(|word| word.len()) else {
            return Vec::new();
        };
        let others: Vec<_> = words
            .iter()
            .filter(|word| *word != longest)
            .map(memchr::memmem::Finder::new)
            .collect();
        let finder = memchr::memmem::Finder::new(longest);
        let with = self.wanted.with.as_ref().map(hash);
        let from = self.wanted.from.as_ref().map(hash);
        let (mut rows, mut at, mut line) = (Vec::new(), 0, 0);
        while let Some(rest) = text.get(at..)
            && let Some(hit) = finder.find(rest)
        {
            let (skipped, tail) = rest.split_at(hit);
            line += memchr::memchr_iter(b'\n', skipped).count();
            let begin = memchr::memrchr(b'\n', text.get(..at + hit).unwrap_or_default());
            let end = at + hit + memchr::memchr(b'\n', tail).unwrap_or(tail.len());
            let whole = text
                .get(begin.map_or(0, |begin| begin + 1)..end)
                .unwrap_or_default();
            if others.iter().all(|other| other.find(whole).is_some())
                && let Some((delta, peer, author)) = entry(entries, line)
                && with.is_none_or(|with| with == peer)
                && from.is_none_or(|from| from == author)
            {
                rows.push(first + i64::from(delta));
            }
            // On to the next line.
            at = end + 1;
            line += 1;
        }
        rows
    }

    /// Adds the message of this row, unless it is somebody else's; true if that was enough.
    fn take(&mut self, row: i64) -> rusqlite::Result<bool> {
        let mut statement = self
            .db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM messages WHERE row = ?1"))?;
        let hit = statement
            .query_row([row], |row| {
                Ok(Hit {
                    with: peer_of(row)?,
                    message: message_of(row)?,
                })
            })
            .optional()?;
        let Wanted { with, from, .. } = self.wanted;
        let Some(hit) = hit.filter(|hit| {
            with.as_ref().is_none_or(|with| *with == hit.with)
                && from.as_ref().is_none_or(|from| *from == hit.message.from)
        }) else {
            return Ok(false);
        };
        let full = self.found.hits.len() >= self.wanted.limit as usize || self.bytes > ANSWER_BYTES;
        if full {
            self.found.complete = false;
        } else {
            self.bytes += hit.message.body.len();
            self.found.hits.push(hit);
        }
        Ok(full)
    }
}

/// The newest row that is in a block.
fn last_gathered(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT coalesce(max(last_row), 0) FROM search_filters")?
        .query_row([], |row| row.get(0))
}

/// Gathers messages into blocks, some thousand at a time; true if there are more.
pub fn gather(db: &mut Connection) -> rusqlite::Result<bool> {
    let transaction = db.transaction()?;
    let mut block = Block::default();
    let mut full = 0;
    {
        let mut statement = transaction.prepare_cached(
            "SELECT row, peer, author, body FROM messages WHERE row > ?1 ORDER BY row",
        )?;
        let mut rows = statement.query([last_gathered(&transaction)?])?;
        while full < BLOCKS_A_STEP
            && let Some(row) = rows.next()?
        {
            block.add(row)?;
            if block.is_full() {
                std::mem::take(&mut block).write(&transaction)?;
                full += 1;
            }
        }
    }
    if full > 0 {
        transaction.commit()?;
    }
    Ok(full == BLOCKS_A_STEP)
}

/// Makes blocks anew in which messages were changed or deleted.
pub fn refresh(db: &Connection) -> rusqlite::Result<()> {
    loop {
        let stale: Option<i64> = db
            .prepare_cached("SELECT min(row) FROM search_stale")?
            .query_row([], |row| row.get(0))?;
        let Some(stale) = stale else { return Ok(()) };
        let block: Option<(i64, i64)> = db
            .prepare_cached("SELECT first_row, last_row FROM search_filters WHERE last_row >= ?1 ORDER BY last_row LIMIT 1")?
            .query_row([stale], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (first, last) = block.unwrap_or((stale, stale));
        for table in ["search_filters", "search_blocks"] {
            db.prepare_cached(&format!("DELETE FROM {table} WHERE last_row = ?1"))?
                .execute([last])?;
        }
        db.prepare_cached("DELETE FROM search_stale WHERE row <= ?1")?
            .execute([last])?;
        let mut block = Block::default();
        let mut statement = db.prepare_cached(
            "SELECT row, peer, author, body FROM messages WHERE row >= ?1 AND row <= ?2 ORDER BY row",
        )?;
        let mut rows = statement.query([first, last])?;
        while let Some(row) = rows.next()? {
            block.add(row)?;
        }
        block.write(db)?;
    }
}

#[derive(Default)]
struct Block {
    first: i64,
    last: i64,
    entries: Vec<u8>,
    text: String,
}

impl Block {
    fn add(&mut self, row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
        let number: i64 = row.get(0)?;
        if self.entries.is_empty() {
            self.first = number;
        }
        self.last = number;
        let delta = u32::try_from(number - self.first).unwrap_or(u32::MAX);
        for part in [
            delta,
            hash_of(row.get_ref(1)?.as_str()?),
            hash_of(row.get_ref(2)?.as_str()?),
        ] {
            self.entries.extend_from_slice(&part.to_le_bytes());
        }
        fold_into(row.get_ref(3)?.as_str()?, &mut self.text);
        self.text.push('\n');
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.text.len() >= BLOCK_TEXT || self.entries.len() >= BLOCK_ROWS * ENTRY
    }

    fn write(self, db: &Connection) -> rusqlite::Result<()> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let mut filter = [0u8; FILTER_BYTES];
        for line in self.text.split('\n') {
            sequences(line, |bit, _| {
                if let Some(byte) = filter.get_mut(bit / 8) {
                    *byte |= 1 << (bit % 8);
                }
            });
        }
        db.prepare_cached(
            "INSERT INTO search_filters (last_row, first_row, filter) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![self.last, self.first, &filter[..]])?;
        db.prepare_cached(
            "INSERT INTO search_blocks (last_row, entries, text) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![self.last, self.entries, self.text.as_bytes()])?;
        Ok(())
    }
}

/// The bits of each one, two and three characters in a row, and how many characters they are. Short ones have two: a word of one
/// or two characters is looked for by nothing else.
fn sequences(text: &str, mut each: impl FnMut(usize, usize)) {
    let (mut older, mut old) = (0u64, 0u64);
    for (before, char) in text.chars().enumerate() {
        let char = u64::from(char);
        short(char, 1, &mut each);
        if before > 0 {
            short(old << 21 | char, 2, &mut each);
        }
        if before > 1 {
            each(bit(older << 42 | old << 21 | char), 3);
        }
        (older, old) = (old, char);
    }
}

fn short(sequence: u64, length: usize, each: &mut impl FnMut(usize, usize)) {
    each(bit(sequence), length);
    each(bit(sequence | 1 << 63), length);
}

fn bit(sequence: u64) -> usize {
    const BITS: u64 = FILTER_BYTES as u64 * 8;
    let mixed = sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    usize::try_from(mixed % BITS).unwrap_or(0)
}

/// Bits that a block with all the words has: of each word the longest sequences that are looked at.
fn wanted_bits(terms: &Terms) -> Vec<usize> {
    let mut bits = Vec::new();
    for word in terms.words() {
        let longest = word.chars().take(3).count();
        sequences(word, |bit, length| {
            if length == longest {
                bits.push(bit);
            }
        });
    }
    bits
}

fn holds(filter: &[u8], bits: &[usize]) -> bool {
    // One of another make tells nothing.
    filter.len() != FILTER_BYTES
        || bits.iter().all(|bit| {
            filter
                .get(bit / 8)
                .is_some_and(|byte| byte & (1 << (bit % 8)) != 0)
        })
}

fn entry(entries: &[u8], line: usize) -> Option<(u32, u32, u32)> {
    let entry: &[u8; ENTRY] = entries.get(line * ENTRY..)?.first_chunk()?;
    let (parts, _) = entry.as_chunks::<4>();
    let [delta, peer, author] = parts else {
        return None;
    };
    Some((
        u32::from_le_bytes(*delta),
        u32::from_le_bytes(*peer),
        u32::from_le_bytes(*author),
    ))
}

fn hash(jid: &Jid) -> u32 {
    hash_of(jid.as_str())
}

/// FNV-1a.
fn hash_of(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::disk::migrations::{STEPS, migrate};
    use crate::net::memory::Rng;

    fn database() -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db, std::path::Path::new("none"), STEPS).unwrap();
        db
    }

    fn say(db: &Connection, peer: &str, author: &str, id: &str, body: &str) {
        db.prepare_cached(
            "INSERT INTO messages (peer, from_me, id, author, addressee, body, time, encrypted, delayed)
             VALUES (?1, 0, ?2, ?3, 'me@here', ?4, 0, 0, 0)",
        )
        .unwrap()
        .execute([peer, id, author, body])
        .unwrap();
    }

    fn wanted(text: &str) -> Wanted {
        Wanted {
            terms: Terms::parse(text),
            with: None,
            from: None,
            before: None,
            limit: 1000,
        }
    }

    fn ids(db: &Connection, wanted: &Wanted) -> Vec<String> {
        let found = search(db, wanted).unwrap();
        found.hits.into_iter().map(|hit| hit.message.id).collect()
    }

    fn gather_all(db: &mut Connection) {
        while gather(db).unwrap() {}
    }

    /// Some words that share their beginnings and ends, in several scripts.
    const WORDS: [&str; 16] = [
        "Łódź",
        "lodge",
        "door",
        "DOOR",
        "straße",
        "strasse",
        "東京",
        "京都",
        "ключ",
        "ёж",
        "a",
        "an",
        "and",
        "한국어",
        "naïve",
        "été",
    ];

    #[test]
    fn it_finds_what_reading_everything_would_find_whatever_was_changed_and_deleted() {
        for seed in 0..8 {
            let (mut db, mut rng) = (database(), Rng::new(seed));
            let mut pick = |most: usize| usize::try_from(rng.bits() % most as u64).unwrap();
            let mut said: Vec<(String, String, String)> = Vec::new();
            let body = |pick: &mut dyn FnMut(usize) -> usize| -> String {
                let words = (0..=pick(60)).map(|_| WORDS[pick(16)]);
                words.collect::<Vec<_>>().join(" ")
            };
            for step in 0..4000 {
                let (peer, body) = (format!("p{}@h", pick(3)), body(&mut pick));
                say(&db, &peer, &peer, &step.to_string(), &body);
                said.push((peer, step.to_string(), body));
                if step % 700 == 699 {
                    gather_all(&mut db);
                }
                if step % 40 == 39 {
                    let at = if step % 80 == 79 {
                        said.len() - 1
                    } else {
                        pick(said.len())
                    };
                    let (_, id, _) = said.remove(at);
                    db.execute("DELETE FROM messages WHERE id = ?1", [id])
                        .unwrap();
                    let at = pick(said.len());
                    said[at].2 = "changed to lychee".to_owned();
                    db.execute(
                        "UPDATE messages SET body = ?2 WHERE id = ?1",
                        [&said[at].1, &said[at].2],
                    )
                    .unwrap();
                    refresh(&db).unwrap();
                }
            }
            for text in [
                "lodz",
                "lo",
                "京",
                "東京 京都",
                "ss",
                "oor do",
                "lychee",
                "\"a an\"",
                "ключ ёж",
                "한",
                "x",
                "naive ete and",
            ] {
                for with in [None, Some("p1@h")] {
                    let terms = Terms::parse(text);
                    let naive: Vec<_> = said
                        .iter()
                        .rev()
                        .filter(|(peer, _, body)| {
                            with.is_none_or(|with| with == peer) && terms.are_in(body)
                        })
                        .map(|(_, id, _)| id.clone())
                        .take(1000)
                        .collect();
                    let wanted = Wanted {
                        with: with.map(|with| Jid::new(with).unwrap()),
                        ..wanted(text)
                    };
                    assert_eq!(ids(&db, &wanted), naive, "{text} {with:?} seed {seed}");
                }
            }
        }
    }

    #[test]
    fn pages_follow_each_other_and_the_last_one_says_so() {
        let mut db = database();
        for at in 0..3000 {
            say(
                &db,
                "p@h",
                "p@h",
                &at.to_string(),
                if at % 3 == 0 { "one of three" } else { "other" },
            );
        }
        gather_all(&mut db);
        let mut all = Vec::new();
        let mut page = Wanted {
            limit: 300,
            ..wanted("three")
        };
        loop {
            let found = search(&db, &page).unwrap();
            all.extend(found.hits.iter().map(|hit| hit.message.id.clone()));
            if found.complete {
                break;
            }
            page.before = all.last().cloned();
        }
        let expected: Vec<_> = (0..3000)
            .rev()
            .filter(|at| at % 3 == 0)
            .map(|at: i32| at.to_string())
            .collect();
        assert_eq!(all, expected);
        assert!(
            search(
                &db,
                &Wanted {
                    before: Some("nobody".into()),
                    ..wanted("x")
                }
            )
            .is_err()
        );
        assert!(search(&db, &wanted("  ")).unwrap().hits.is_empty());
    }

    #[test]
    fn a_row_number_that_is_used_again_is_found_with_its_new_text() {
        let mut db = database();
        for at in 0..BLOCK_ROWS {
            say(&db, "p@h", "p@h", &at.to_string(), "old");
        }
        gather_all(&mut db);
        db.execute("DELETE FROM messages WHERE row > 100", [])
            .unwrap();
        refresh(&db).unwrap();
        say(&db, "p@h", "p@h", "new", "fresh");
        assert_eq!(ids(&db, &wanted("fresh")), ["new"]);
        assert_eq!(ids(&db, &wanted("old")).len(), 100);
        let text: Vec<u8> = db
            .query_row("SELECT text FROM search_blocks", [], |row| row.get(0))
            .unwrap();
        assert_eq!(text.len(), 400, "nothing of what was deleted is left");
    }

    #[test]
    fn by_author_where_several_write_in_one_conversation() {
        let mut db = database();
        for at in 0..2000 {
            let author = if at % 2 == 0 { "a@h" } else { "b@h" };
            say(&db, "room@h", author, &at.to_string(), "hello");
        }
        gather_all(&mut db);
        let from = Some(Jid::new("b@h").unwrap());
        let found = search(
            &db,
            &Wanted {
                from,
                ..wanted("hello")
            },
        )
        .unwrap();
        assert_eq!(found.hits.len(), 1000);
        assert!(
            found
                .hits
                .iter()
                .all(|hit| hit.message.from.as_str() == "b@h")
        );
    }
}
