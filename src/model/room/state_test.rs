#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use super::super::entry::{Draft, RoomId};
use super::*;
use crate::wire::key::SecretKey;

/// Somebody, and how far its chain has come.
struct Writer {
    key: SecretKey,
    last: (u32, EntryId),
}

impl Writer {
    fn new(seed: u8) -> Writer {
        Writer {
            key: SecretKey::from_seed(&[seed; 32]).unwrap(),
            last: (0, EntryId::default()),
        }
    }

    fn author(&self) -> Author {
        Author::from(self.key.public())
    }

    fn writes(&mut self, clock: u64, body: Body) -> Arc<Entry> {
        let draft = Draft {
            room: RoomId([1; 32]),
            incarnation: 1,
            seq: self.last.0 + 1,
            previous: self.last.1,
            clock,
            time: clock,
            grant: EntryId::default(),
            body,
        };
        let entry = Arc::new(Entry::sign(&self.key, draft).unwrap());
        self.last = (self.last.0 + 1, entry.id);
        entry
    }

    fn comes(&mut self, clock: u64, nick: &str) -> Arc<Entry> {
        let (nick, jid) = (nick.to_owned(), Jid::new("guest@desk").unwrap());
        let steady = true;
        self.writes(clock, Body::Join { nick, jid, steady })
    }
}

fn founding(founder: &mut Writer) -> Arc<Entry> {
    founder.writes(
        1,
        Body::Create {
            nonce: "n".into(),
            name: "hall".into(),
            members_only: false,
            moderated: false,
        },
    )
}

/// What somebody has to whom they come in this order, and how often it had to begin from scratch.
fn taken(founder: Author, entries: &[Arc<Entry>]) -> (State, State, usize) {
    let (mut log, mut rebuilt) = (Log::default(), 0);
    let mut state = State::of(founder, &log);
    for entry in entries {
        log.insert(entry.clone());
        if !state.add(entry) {
            state = State::of(founder, &log);
            rebuilt += 1;
        }
        state.settle();
    }
    (state, State::of(founder, &log), rebuilt)
}

#[test]
fn a_hall_that_comes_in_all_at_once_is_taken_in_one_by_one() {
    let mut founder = Writer::new(0);
    let mut entries = vec![founding(&mut founder)];
    let mut guests: Vec<Writer> = (1..=100).map(Writer::new).collect();
    // Whoever is heard of first wrote last.
    for (n, guest) in guests.iter_mut().enumerate() {
        let clock = 1000 - n as u64;
        entries.push(guest.comes(clock, &format!("guest{}", n % 90)));
    }
    let (state, scratch, rebuilt) = taken(founder.author(), &entries);
    assert_eq!(state.occupants, scratch.occupants);
    assert_eq!(rebuilt, 1, "for the room's beginning alone");
    // Of two with one nick the one that wrote first has it, whoever was heard of first.
    assert_eq!(state.occupants[&guests[95].author()].nick, "guest5");
    assert_eq!(state.occupants[&guests[5].author()].nick, "guest5 (2)");
}

#[test]
fn whoever_was_sent_out_after_it_came_is_out_although_its_coming_is_heard_of_later() {
    let (mut founder, mut guest) = (Writer::new(0), Writer::new(1));
    let target = guest.author();
    let create = founding(&mut founder);
    let come = guest.comes(5, "guest");
    let reason = String::new();
    let kick = founder.writes(9, Body::Kick { target, reason });
    let (state, scratch, _) = taken(founder.author(), &[create.clone(), kick.clone(), come]);
    assert!(!state.occupants[&target].joined);
    assert_eq!(state.occupants, scratch.occupants);
    // Its coming back is heard of before something that everybody else wrote later.
    let back = guest.comes(20, "guest");
    let other = Writer::new(2).comes(30, "other");
    let come = Writer::new(1).comes(5, "guest");
    let (state, scratch, _) = taken(founder.author(), &[create, kick, come, other, back]);
    assert!(state.occupants[&target].joined);
    assert_eq!(state.occupants, scratch.occupants);
}

#[test]
fn the_order_in_which_comings_and_goings_are_heard_of_makes_no_difference() {
    let mut founder = Writer::new(0);
    let create = founding(&mut founder);
    let mut guests: Vec<Writer> = (1..=4).map(Writer::new).collect();
    let mut entries = Vec::new();
    for round in 0..3u64 {
        for (n, guest) in guests.iter_mut().enumerate() {
            let clock = 10 + round * 40 + n as u64;
            entries.push(guest.comes(clock, if n < 2 { "same" } else { "other" }));
            entries.push(guest.writes(clock + 10, Body::Hand { up: true }));
            if (n as u64 + round).is_multiple_of(2) {
                entries.push(guest.writes(clock + 20, Body::Leave));
            }
        }
        let target = guests[round as usize].author();
        let reason = String::new();
        entries.push(founder.writes(12 + round * 40, Body::Kick { target, reason }));
    }
    let mut dice = 7u64;
    for _ in 0..300 {
        for at in (1..entries.len()).rev() {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            entries.swap(at, (dice >> 33) as usize % (at + 1));
        }
        // As a room does: whatever names one before it that is not there waits for that.
        let (mut ready, mut waiting) = (vec![create.clone()], entries.clone());
        let mut log = Log::default();
        log.insert(create.clone());
        while !waiting.is_empty() {
            waiting.retain(|entry| {
                let new = log.insert(entry.clone()) == super::super::log::Insert::New;
                if new {
                    ready.push(entry.clone());
                }
                !new
            });
        }
        let (state, scratch, _) = taken(founder.author(), &ready);
        assert_eq!(state.occupants, scratch.occupants);
    }
}
