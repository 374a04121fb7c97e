//! Which messages of peers the database may remember, as hashes in memory. Nearly every message that comes is new, and to find
//! that out must not cost a look into the file: two locks and a search, as much as all else that is done about it.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use rusqlite::Connection;

use crate::wire::jid::Jid;

/// With more than this many the file is asked each time: they are not read at the start, and not held, 16 bytes each.
const MOST: usize = 50_000;

/// Says no for certain, or perhaps. `None`: perhaps to all.
#[derive(Debug, Default)]
pub struct Known(Option<HashSet<u64>>);

impl Known {
    /// What the database remembers.
    pub fn load(db: &Connection) -> rusqlite::Result<Known> {
        let mut hashes = HashSet::new();
        let mut rows = db.prepare("SELECT peer, id FROM seen LIMIT ?1")?;
        let mut rows = rows.query([MOST as u32 + 1])?;
        while let Some(row) = rows.next()? {
            hashes.insert(hash(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?));
        }
        Ok(Known((hashes.len() <= MOST).then_some(hashes)))
    }

    /// False: this was not taken before.
    pub fn may_hold(&self, peer: &Jid, id: &str) -> bool {
        let Known(hashes) = self;
        hashes
            .as_ref()
            .is_none_or(|hashes| hashes.contains(&hash(peer.as_str(), id)))
    }

    /// This is taken now.
    pub fn add(&mut self, peer: &Jid, id: &str) {
        let Some(hashes) = &mut self.0 else { return };
        hashes.insert(hash(peer.as_str(), id));
        if hashes.len() > MOST {
            self.0 = None;
        }
    }
}

fn hash(peer: &str, id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (peer, id).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn it_says_no_only_to_what_was_never_taken() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE seen (peer TEXT, id TEXT); INSERT INTO seen VALUES ('a@b', '1')",
        )
        .unwrap();
        let peer = Jid::new("a@b").unwrap();
        let mut known = Known::load(&db).unwrap();
        assert!(known.may_hold(&peer, "1"));
        assert!(!known.may_hold(&peer, "2"));
        assert!(!known.may_hold(&Jid::new("b@b").unwrap(), "1"));
        known.add(&peer, "2");
        assert!(known.may_hold(&peer, "2"));
        for number in 0..=MOST {
            known.add(&peer, &number.to_string());
        }
        assert!(known.may_hold(&peer, "never"), "too many to be sure");
    }
}
