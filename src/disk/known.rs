//! Which messages of peers the database may remember, as hashes in memory. Nearly every message that comes is new, and to find
//! that out must not cost a look into the file: two locks and a search, as much as all else that is done about it.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashSet};
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

    /// What this peer said is what that one said, from now on.
    pub fn rename(&mut self, from: &Jid, to: &Jid, id: &str) {
        if let Some(hashes) = &mut self.0 {
            hashes.remove(&hash(from.as_str(), id));
        }
        self.add(to, id);
    }

    /// Is a no for certain?
    pub fn is_sure(&self) -> bool {
        self.0.is_some()
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

/// What is in the journal and not in the database yet, with the submission that brought it.
#[derive(Debug, Default)]
pub struct Fresh {
    /// Messages of peers: by whom and id, in which submission, and a hash of the text. A tree: where a table is full, one
    /// message waits until all are in a larger one, and that is the slowest of a thousand.
    pub taken: BTreeMap<(Jid, String), (u64, u64)>,
    /// Contacts that have another name: in which submission, from, to.
    pub moved: Vec<(u64, Jid, Jid)>,
}

impl Fresh {
    /// Everything up to this submission is in the database.
    pub fn kept_up_to(&mut self, last: u64) {
        self.taken.retain(|_, (seq, _)| *seq > last);
        self.moved.retain(|(seq, ..)| *seq > last);
    }

    /// This submission came to nothing.
    pub fn refused(&mut self, seq: u64) {
        self.taken.retain(|_, (of, _)| *of != seq);
        self.moved.retain(|(of, ..)| *of != seq);
    }

    /// What is not in the database yet goes along with its contact; gives the ids.
    pub fn rename(&mut self, from: &Jid, to: &Jid) -> Vec<String> {
        let of_it = self.taken.keys().filter(|(peer, _)| peer == from);
        let ids: Vec<String> = of_it.map(|(_, id)| id.clone()).collect();
        for id in &ids {
            if let Some(taken) = self.taken.remove(&(from.clone(), id.clone())) {
                let place = self.taken.entry((to.clone(), id.clone()));
                place.or_insert(taken);
            }
        }
        ids
    }
}

/// Under which names the database may have this contact while moves wait in the journal, the oldest first.
pub fn names<'a>(moved: &'a [(u64, Jid, Jid)], with: &'a Jid) -> Vec<&'a Jid> {
    let mut names = vec![with];
    for (_, from, to) in moved.iter().rev() {
        if names.contains(&to) && !names.contains(&from) {
            names.push(from);
        }
    }
    names.reverse();
    names
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
