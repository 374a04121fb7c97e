//! Words looked for in what was said in rooms.
//!
//! All of it is in memory, so nothing is asked of the disk. What has to be read of the room's lines is read in steps, each
//! the work of a few milliseconds, with everything else that the node has to do between them: a window asks at each letter
//! that is typed, and a room may hold two hundred thousand entries.
//!
//! A line counts as it reads now: after corrections, and not at all if it was taken back. A room's own order is that of who
//! had seen what; here the time shown counts, because lines of several rooms stand below each other.

use std::collections::BTreeMap;
use std::time::Duration;

use memchr::memmem::Finder;
use serde_json::Value;

use super::{Core, Hosted};
use crate::event::Event;
use crate::event::room::{RoomEvent, RoomHit};
use crate::model::room::entry::{Author, EntryId, Order, RoomId};
use crate::model::room::state::Said;
use crate::node::core::Timer;
use crate::wire::jid::Jid;
use crate::wire::key::Fingerprint;
use crate::wire::text::{Terms, fold_into};

/// Lines looked at in one step.
const STEP_LINES: usize = 4000;
/// Bytes of text read in one step; the line that passes it is still read.
const STEP_BYTES: usize = 64 << 10;
/// Between two steps: none, but what else is due comes first.
const PAUSE: Duration = Duration::from_micros(1);
/// Searches that wait for those before them.
const MAX_SEARCHES: usize = 100;
/// The text of all hits of one answer; the one that passes it is still part of it.
const ANSWER_BYTES: usize = 8 << 20;

/// What is looked for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// As it was typed.
    pub text: String,
    /// Only in this room, by address or id.
    pub room: Option<String>,
    /// Only what this one wrote.
    pub from: Option<Jid>,
    /// Only older than the line with this id.
    pub before: Option<String>,
    /// At most so many, 1 to 1000.
    pub limit: u32,
}

/// Where a line stands among those of all rooms: by the time shown, in ms since 1970.
type Place = (u64, RoomId, Order);

/// A search on its way.
pub(super) struct Search {
    wanted: Wanted,
    reference: Option<Value>,
    terms: Terms,
    authors: Option<Who>,
    /// Lines from here on are not wanted.
    end: Option<Place>,
    /// The rooms that are not gone through yet, the last one first.
    rooms: Vec<RoomId>,
    /// In that one only what stands before this is left.
    left: Option<Order>,
    /// The newest that were found, one more than wanted: that one tells whether there are more.
    found: BTreeMap<Place, EntryId>,
}

/// What may still be done in this step.
struct Budget {
    lines: usize,
    bytes: usize,
}

impl Budget {
    fn is_spent(&self) -> bool {
        self.lines == 0 || self.bytes == 0
    }
}

impl Core {
    pub(super) fn search_rooms(
        &mut self,
        mut wanted: Wanted,
        reference: Option<Value>,
    ) -> Result<(), String> {
        wanted.limit = wanted.limit.clamp(1, 1000);
        let failed = |why: String| format!("The search failed: {why}.");
        if self.rooms.searches.len() >= MAX_SEARCHES {
            return Err(failed("too many others are not done yet".to_owned()));
        }
        let only = wanted.room.as_deref();
        let only = only.map(|room| self.find_room(room)).transpose()?;
        let end = wanted.before.as_deref().map(|id| self.place_of(id));
        let end = end.transpose().map_err(failed)?;
        let inside = |(id, hosted): (&RoomId, &Hosted)| hosted.room.is_inside().then_some(*id);
        let mut rooms: Vec<RoomId> = self.rooms.all.iter().filter_map(inside).collect();
        rooms.retain(|id| only.is_none_or(|only| only == *id));
        if let (Some(room), true) = (&wanted.room, rooms.is_empty()) {
            return Err(format!("you are in no room {room}"));
        }
        let terms = Terms::parse(&wanted.text);
        if terms.is_empty() {
            rooms.clear();
        }
        let authors = wanted.from.as_ref().map(|from| self.who(from));
        self.rooms.searches.push_back(Search {
            wanted,
            reference,
            terms,
            authors,
            end,
            rooms,
            left: None,
            found: BTreeMap::new(),
        });
        if self.timers.get(&Timer::RoomSearch).is_none() {
            self.timers.set(Timer::RoomSearch, Some(self.clock.now));
        }
        Ok(())
    }

    fn who(&self, jid: &Jid) -> Who {
        if *jid == self.ourselves.jid {
            return Who::Me;
        }
        let known = self.model.contacts.get(jid);
        let key = known.and_then(|contact| contact.security.fingerprint);
        Who::Other(jid.clone(), key)
    }

    fn place_of(&self, id: &str) -> Result<Place, String> {
        let unknown = || format!("there is no message {id}");
        let line: EntryId = id.parse().map_err(|_| unknown())?;
        let mut rooms = self.rooms.all.iter();
        rooms
            .find_map(|(room, hosted)| {
                let said = hosted.room.state().said.get(&line)?;
                Some((said.time, *room, hosted.room.log().get(&line)?.order()))
            })
            .ok_or_else(unknown)
    }

    /// One step of the search that is under way.
    pub(in crate::node) fn go_on_searching(&mut self) {
        let Some(mut search) = self.rooms.searches.pop_front() else {
            return;
        };
        let mut budget = Budget {
            lines: STEP_LINES,
            bytes: STEP_BYTES,
        };
        while !budget.is_spent()
            && let Some(id) = search.rooms.last().copied()
        {
            let hosted = self.rooms.all.get(&id);
            // It may have been left meanwhile.
            match hosted.filter(|hosted| hosted.room.is_inside()) {
                Some(hosted) => search.read(id, hosted, &mut budget),
                None => search.next_room(),
            }
        }
        if search.rooms.is_empty() {
            self.tell_found(search);
        } else {
            self.rooms.searches.push_front(search);
        }
        let next = (!self.rooms.searches.is_empty()).then(|| self.clock.now + PAUSE);
        self.timers.set(Timer::RoomSearch, next);
    }

    fn tell_found(&mut self, search: Search) {
        let most = search.wanted.limit as usize;
        let mut complete = search.found.len() <= most;
        let (mut hits, mut bytes) = (Vec::new(), 0);
        for ((_, room, _), id) in search.found.iter().rev().take(most) {
            if bytes > ANSWER_BYTES {
                complete = false;
                break;
            }
            // What was taken back since it was found, or with its room, is found no more.
            let Some(hosted) = self.rooms.all.get(room) else {
                continue;
            };
            if let Some(line) = hosted.line(id)
                && hosted.room.is_inside()
                && search.terms.are_in(&line.body)
            {
                bytes += line.body.len();
                let room = hosted.room.address();
                hits.push(RoomHit { room, line });
            }
        }
        let Wanted {
            text,
            room,
            from,
            before,
            ..
        } = search.wanted;
        self.emit(Event::Room(RoomEvent::RoomFound {
            text,
            room,
            from,
            before,
            hits,
            complete,
            reference: search.reference,
        }));
    }
}

impl Search {
    fn next_room(&mut self) {
        self.rooms.pop();
        self.left = None;
    }

    /// Goes through a room from where it was left, as far as the budget allows.
    fn read(&mut self, id: RoomId, hosted: &Hosted, budget: &mut Budget) {
        let state = hosted.room.state();
        let authors = self.authors.as_ref().map(|who| who.in_room(hosted));
        if authors.as_ref().is_some_and(Vec::is_empty) {
            return self.next_room();
        }
        let words: Vec<Finder<'_>> = self.terms.words().iter().map(Finder::new).collect();
        let longest = self.terms.words().iter().map(String::len).max();
        let (longest, most) = (longest.unwrap_or(0), self.wanted.limit as usize + 1);
        let is_wanted = |said: &Said| {
            let by = |authors: &Vec<Author>| said.guest.is_none() && authors.contains(&said.author);
            said.retracted.is_none()
                && authors.as_ref().is_none_or(by)
                // Only what is not ASCII can become longer by being folded.
                && (said.text.len() >= longest || !said.text.is_ascii())
        };
        let end = self.left.unwrap_or(Order {
            clock: u64::MAX,
            ..Order::default()
        });
        let mut folded = String::new();
        for (order, line) in state.timeline.range(..end).rev() {
            if budget.is_spent() {
                return;
            }
            (budget.lines, self.left) = (budget.lines - 1, Some(*order));
            let Some(said) = state.said.get(line) else {
                continue;
            };
            let place = (said.time, id, *order);
            let full = self.found.len() >= most;
            let oldest = self.found.keys().next().filter(|_| full);
            if self.end.is_some_and(|end| place >= end)
                || oldest.is_some_and(|oldest| place < *oldest)
                || !is_wanted(said)
            {
                continue;
            }
            budget.bytes = budget.bytes.saturating_sub(said.text.len());
            folded.clear();
            fold_into(&said.text, &mut folded);
            let folded = folded.as_bytes();
            if words.iter().all(|word| word.find(folded).is_some()) {
                self.found.insert(place, *line);
                if full {
                    self.found.pop_first();
                }
            }
        }
        self.next_room();
    }
}

/// Whose lines are wanted.
enum Who {
    /// Our own.
    Me,
    /// Of this one, by this key if we know its key: what somebody in a room says of itself, anybody could say.
    Other(Jid, Option<Fingerprint>),
}

impl Who {
    /// Who that is in this room, now or before.
    fn in_room(&self, hosted: &Hosted) -> Vec<Author> {
        let (jid, key) = match self {
            Who::Me => return vec![hosted.room.me()],
            Who::Other(jid, key) => (jid, key),
        };
        let occupants = hosted.room.state().occupants.iter();
        let named = occupants.filter(|(_, occupant)| occupant.jid == *jid);
        let authors = named.map(|(author, _)| *author);
        let has_key = |author: &Author| key.is_none_or(|key| author.key().fingerprint() == key);
        authors.filter(has_key).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::About;
    use super::*;
    use crate::model::room::body::Body;
    use crate::model::room::engine::Room;
    use crate::wire::key::SecretKey;
    use crate::wire::time::{Clock, Moment};

    fn clock(second: u64) -> Clock {
        Clock {
            now: Moment(second * 1_000_000),
            wall: jiff::Timestamp::from_second(1_800_000_000 + i64::try_from(second).unwrap())
                .unwrap(),
        }
    }

    /// A room in which we have said this, a line every ten seconds.
    fn room_with(bodies: impl Iterator<Item = String>) -> Hosted {
        let key = SecretKey::from_seed(&[3; 32]).unwrap();
        let jid = Jid::new("romeo@forza").unwrap();
        let nonce = "nonce".to_owned();
        let room = Room::found(key, jid, "Romeo", "hall", false, false, nonce, 1, clock(1));
        let mut room = room.unwrap();
        for (n, text) in (1u64..).zip(bodies) {
            let body = Body::Message {
                text,
                reply_to: None,
                guest: None,
            };
            let clock = clock(10 * n);
            room.handle_timeout(clock);
            room.write(clock, body).unwrap();
            room.handle_kept(clock, 4);
            while room.poll_output().is_some() {}
        }
        Hosted::new(room, About::default())
    }

    /// Looks for this to the end; gives how many steps it took.
    fn search(hosted: &Hosted, text: &str, limit: u32) -> (Search, usize) {
        let mut search = Search {
            wanted: Wanted {
                text: text.to_owned(),
                room: None,
                from: None,
                before: None,
                limit,
            },
            reference: None,
            terms: Terms::parse(text),
            authors: None,
            end: None,
            rooms: vec![hosted.room.id()],
            left: None,
            found: BTreeMap::new(),
        };
        let mut steps = 0;
        while !search.rooms.is_empty() {
            let mut budget = Budget {
                lines: 1000,
                bytes: 64 << 10,
            };
            search.read(hosted.room.id(), hosted, &mut budget);
            steps += 1;
            assert!(steps < 100, "it comes to an end");
        }
        (search, steps)
    }

    #[test]
    fn a_large_room_is_read_in_steps_and_what_is_frequent_costs_no_more_than_looking_at_times() {
        let line = |n: usize| {
            format!(
                "line {n} with some words{}",
                if n == 2 { " NÉEDLE" } else { "" }
            )
        };
        let hosted = room_with((0..3500).map(line));
        assert_eq!(hosted.room.state().timeline.len(), 3500);
        let (rare, steps) = search(&hosted, "needle", 50);
        assert_eq!((rare.found.len(), steps), (1, 4));
        // One more than wanted, and the newest.
        let (frequent, _) = search(&hosted, "words", 50);
        let state = hosted.room.state();
        let newest: Vec<EntryId> = state.timeline.values().rev().take(51).copied().collect();
        let found: Vec<EntryId> = frequent.found.values().rev().copied().collect();
        assert_eq!(found, newest);
        assert_eq!(search(&hosted, "nothing like it", 50).0.found.len(), 0);
    }
}
