//! The pretended network: streams with a delay, in order; presence that comes and goes late; disks that keep what was kept.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use balcony::model::room::body::Body;
use balcony::model::room::engine::{Happened, Output, Room, WriteError};
use balcony::model::room::entry::{Author, Entry, EntryId, RoomId};
use balcony::model::room::fault::Fault;
use balcony::model::room::packet::Packet;
use balcony::net::memory::Rng;
use balcony::wire::jid::Jid;
use balcony::wire::key::SecretKey;
use balcony::wire::time::{Clock, Moment};
use jiff::Timestamp;

pub const MS: Duration = Duration::from_millis(1);
pub const SEC: Duration = Duration::from_secs(1);

/// How long a packet takes.
#[derive(Clone, Copy, PartialEq)]
pub enum Medium {
    /// 2 ± 1 ms each.
    Wired,
    /// One WiFi: all share 40 Mbit/s, and every packet costs its air twice (to the access point and from it).
    Air,
}

pub struct Seat {
    pub jid: Jid,
    pub key: SecretKey,
    pub room: Option<Room>,
    /// What is on disk, in the order in which it was kept.
    pub disk: Vec<Arc<Entry>>,
    keeping: VecDeque<(Moment, Arc<Entry>)>,
    /// Which part of a split network it is in.
    pub part: usize,
    /// On the network.
    pub up: bool,
    /// Its clock is off by so many ms.
    pub skew: i64,
    pub happened: Vec<(Moment, Happened)>,
    /// What it was told to be the time of: when it first had each message.
    pub heard: HashMap<EntryId, Moment>,
    /// Packets that it does not pass on: a hub that withholds this author.
    pub withholds: Option<[u8; 32]>,
    /// And says that it has nothing of it, in such a way that nobody can tell.
    pub lies: bool,
    /// Reads slowly: this much longer for each packet.
    pub drag: Duration,
    pub honest: bool,
}

enum Event {
    Packet {
        from: usize,
        to: usize,
        packet: Packet,
        link: u64,
    },
    Linked {
        a: usize,
        b: usize,
    },
    Unlinked {
        at: usize,
        other: usize,
        link: u64,
    },
    Presence {
        at: usize,
        of: usize,
        present: bool,
    },
    Kept {
        at: usize,
    },
    Timeout {
        at: usize,
    },
}

pub struct World {
    pub rng: Rng,
    pub now: Moment,
    pub seats: Vec<Seat>,
    pub room: RoomId,
    pub medium: Medium,
    queue: BTreeMap<(Moment, u64), Event>,
    count: u64,
    /// Streams that stand, with the number of each.
    links: BTreeMap<(usize, usize), u64>,
    next_link: u64,
    /// When what was sent last on a stream arrives: streams keep the order.
    last: HashMap<(usize, usize, u64), Moment>,
    air: Moment,
    wakes: Vec<Option<Moment>>,
    jids: HashMap<Jid, usize>,
    /// Packets with entries, and entries in them, for the copies.
    pub copies: HashMap<EntryId, u32>,
    pub sent: u64,
    pub octets: u64,
    /// A digest of all that happened: equal runs have equal ones.
    pub trace: u64,
    /// What every engine does wrong on purpose.
    fault: Option<Fault>,
}

fn key(n: usize) -> SecretKey {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&(n as u64).to_be_bytes());
    SecretKey::from_seed(&seed).unwrap()
}

impl World {
    /// A room that the first of so many founds, and that nobody else is in yet.
    pub fn new(seed: u64, people: usize, members_only: bool, moderated: bool) -> World {
        World::with_fault(seed, people, members_only, moderated, None)
    }

    /// The same, and every engine does something wrong.
    pub fn with_fault(
        seed: u64,
        people: usize,
        members_only: bool,
        moderated: bool,
        fault: Option<Fault>,
    ) -> World {
        let mut world = World {
            rng: Rng::new(seed),
            now: Moment(1_000_000),
            seats: Vec::new(),
            room: RoomId::default(),
            medium: Medium::Wired,
            queue: BTreeMap::new(),
            count: 0,
            links: BTreeMap::new(),
            next_link: 0,
            last: HashMap::new(),
            air: Moment(0),
            wakes: Vec::new(),
            jids: HashMap::new(),
            copies: HashMap::new(),
            sent: 0,
            octets: 0,
            trace: 0,
            fault,
        };
        for n in 0..people {
            world.add_seat(n);
        }
        let clock = world.clock(0);
        let bits = world.rng.bits();
        let room = Room::found(
            world.seats[0].key.clone(),
            world.seats[0].jid.clone(),
            "guest0",
            "lecture",
            members_only,
            moderated,
            format!("nonce{seed}"),
            bits,
            clock,
        );
        let mut room = room.unwrap();
        room.seed_fault(fault);
        world.room = room.id();
        world.seats[0].room = Some(room);
        world.settle(0);
        world
    }

    fn add_seat(&mut self, n: usize) {
        let jid = Jid::new(&format!("guest{n}@seat{n}")).unwrap();
        self.jids.insert(jid.clone(), n);
        self.wakes.push(None);
        self.seats.push(Seat {
            jid,
            key: key(n),
            room: None,
            disk: Vec::new(),
            keeping: VecDeque::new(),
            part: 0,
            up: true,
            skew: 0,
            happened: Vec::new(),
            heard: HashMap::new(),
            withholds: None,
            lies: false,
            drag: Duration::ZERO,
            honest: true,
        });
    }

    pub fn clock(&self, at: usize) -> Clock {
        let wall = 1_792_800_000_000 + (self.now.0 / 1000) as i64 + self.seats[at].skew;
        Clock {
            now: self.now,
            wall: Timestamp::from_millisecond(wall).unwrap(),
        }
    }

    pub fn room(&self, at: usize) -> &Room {
        self.seats[at].room.as_ref().unwrap()
    }

    /// Somebody asks the founder, or whom it is told, to be let in.
    pub fn join(&mut self, at: usize, contacts: &[usize]) {
        let contacts: Vec<Jid> = contacts
            .iter()
            .map(|n| self.seats[*n].jid.clone())
            .collect();
        let bits = self.rng.bits();
        let clock = self.clock(at);
        let nick = format!("guest{at}");
        let seat = &self.seats[at];
        let room = Room::join(
            self.room,
            seat.key.clone(),
            seat.jid.clone(),
            &nick,
            &contacts,
            bits,
            clock,
        );
        let mut room = room;
        room.seed_fault(self.fault);
        self.seats[at].room = Some(room);
        self.see_all(at);
        self.settle(at);
    }

    /// Everybody joins, one after the other, and the room comes to rest.
    pub fn everybody_joins(&mut self) {
        for at in 1..self.seats.len() {
            self.join(at, &[0]);
            self.run_for(20 * MS);
        }
        self.run_for(8 * SEC);
    }

    fn reaches(&self, a: usize, b: usize) -> bool {
        self.seats[a].up && self.seats[b].up && self.seats[a].part == self.seats[b].part
    }

    fn see_all(&mut self, at: usize) {
        for of in 0..self.seats.len() {
            if of != at && self.reaches(at, of) {
                let late = self.rng.span(&(MS..200 * MS));
                self.push(
                    late,
                    Event::Presence {
                        at,
                        of,
                        present: true,
                    },
                );
                self.push(
                    late,
                    Event::Presence {
                        at: of,
                        of: at,
                        present: true,
                    },
                );
            }
        }
    }

    pub fn write(&mut self, at: usize, body: Body) -> Result<EntryId, WriteError> {
        let clock = self.clock(at);
        let result = self.seats[at].room.as_mut().unwrap().write(clock, body);
        self.settle(at);
        result
    }

    pub fn say(&mut self, at: usize, text: &str) -> Option<EntryId> {
        self.write(
            at,
            Body::Message {
                text: text.into(),
                reply_to: None,
                guest: None,
            },
        )
        .ok()
    }

    /// A command of another kind.
    pub fn act<T>(&mut self, at: usize, act: impl FnOnce(&mut Room, Clock) -> T) -> T {
        let clock = self.clock(at);
        let result = act(self.seats[at].room.as_mut().unwrap(), clock);
        self.settle(at);
        result
    }

    /// The program is killed: what was not on disk is gone. With `silent`, nobody is told.
    pub fn kill(&mut self, at: usize, silent: bool) {
        self.seats[at].room = None;
        self.seats[at].keeping.clear();
        self.seats[at].up = false;
        self.cut_links(at, silent);
        let gone = if silent { 10 * SEC } else { Duration::ZERO };
        for other in 0..self.seats.len() {
            if other != at {
                let late = gone + self.rng.span(&(MS..SEC));
                self.push(
                    late,
                    Event::Presence {
                        at: other,
                        of: at,
                        present: false,
                    },
                );
            }
        }
    }

    /// Started again from its disk.
    pub fn restart(&mut self, at: usize) {
        self.seats[at].up = true;
        let bits = self.rng.bits();
        let clock = self.clock(at);
        let seat = &mut self.seats[at];
        let entries: Vec<Entry> = seat
            .disk
            .iter()
            .map(|entry| Entry::read_unchecked(entry.octets()).unwrap())
            .collect();
        let nick = format!("guest{at}");
        let mut room = Room::resume(
            self.room,
            seat.key.clone(),
            seat.jid.clone(),
            &nick,
            entries,
            true,
            bits,
            clock,
        );
        room.seed_fault(self.fault);
        // Whom it knew is told as present below.
        room.handle_timeout(clock);
        seat.room = Some(room);
        self.see_all(at);
        self.settle(at);
    }

    /// The network falls apart: who is in which part.
    pub fn split(&mut self, part: impl Fn(usize) -> usize) {
        for at in 0..self.seats.len() {
            self.seats[at].part = part(at);
        }
        let links: Vec<(usize, usize)> = self.links.keys().copied().collect();
        for (a, b) in links {
            if !self.reaches(a, b) {
                let link = self.links.remove(&(a, b)).unwrap();
                for (at, other) in [(a, b), (b, a)] {
                    let late = self.rng.span(&(SEC..12 * SEC));
                    self.push(late, Event::Unlinked { at, other, link });
                    self.push(
                        late,
                        Event::Presence {
                            at,
                            of: other,
                            present: false,
                        },
                    );
                }
            }
        }
        for a in 0..self.seats.len() {
            for b in 0..self.seats.len() {
                if a != b && self.reaches(a, b) {
                    let late = self.rng.span(&(MS..2 * SEC));
                    self.push(
                        late,
                        Event::Presence {
                            at: a,
                            of: b,
                            present: true,
                        },
                    );
                } else if a != b {
                    let late = self.rng.span(&(SEC..14 * SEC));
                    self.push(
                        late,
                        Event::Presence {
                            at: a,
                            of: b,
                            present: false,
                        },
                    );
                }
            }
        }
    }

    pub fn heal(&mut self) {
        self.split(|_| 0);
    }

    /// All streams of this one are reset.
    pub fn reset_links(&mut self, at: usize) {
        self.cut_links(at, false);
    }

    fn cut_links(&mut self, at: usize, silent: bool) {
        let links: Vec<(usize, usize)> = self
            .links
            .keys()
            .filter(|(a, b)| *a == at || *b == at)
            .copied()
            .collect();
        for (a, b) in links {
            let link = self.links.remove(&(a, b)).unwrap();
            for (one, other) in [(a, b), (b, a)] {
                let late = if silent {
                    self.rng.span(&(10 * SEC..20 * SEC))
                } else {
                    self.rng.span(&(MS..5 * MS))
                };
                self.push(
                    late,
                    Event::Unlinked {
                        at: one,
                        other,
                        link,
                    },
                );
            }
        }
    }

    fn push(&mut self, after: Duration, event: Event) {
        self.push_at(self.now + after, event);
    }

    fn push_at(&mut self, at: Moment, event: Event) {
        self.count += 1;
        self.queue.insert((at, self.count), event);
    }

    pub fn run_for(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some((&(at, _), _)) = self.queue.first_key_value() {
            if at > until {
                break;
            }
            let ((at, _), event) = self.queue.pop_first().unwrap();
            self.now = at;
            self.happen(event);
        }
        self.now = until;
    }

    /// Until the condition holds; false if it does not within `limit`.
    pub fn run_until(&mut self, limit: Duration, condition: impl Fn(&World) -> bool) -> bool {
        let end = self.now + limit;
        while self.now < end {
            if condition(self) {
                return true;
            }
            self.run_for(50 * MS);
        }
        condition(self)
    }

    fn note(&mut self, what: u64) {
        self.trace = (self.trace ^ what ^ self.now.0)
            .wrapping_mul(0x100_0000_01b3)
            .rotate_left(7);
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Packet {
                from,
                to,
                packet,
                link,
            } => {
                let pair = (from.min(to), from.max(to));
                if self.links.get(&pair) != Some(&link) || self.seats[to].room.is_none() {
                    return;
                }
                self.note((from * 1000 + to) as u64);
                let (clock, jid) = (self.clock(to), self.seats[from].jid.clone());
                let key = Author::from(self.seats[from].key.public());
                self.seats[to]
                    .room
                    .as_mut()
                    .unwrap()
                    .handle_packet(clock, &jid, key, packet);
                self.settle(to);
            }
            Event::Linked { a, b } => {
                let pair = (a.min(b), a.max(b));
                if !self.reaches(a, b) || self.links.contains_key(&pair) {
                    return;
                }
                self.next_link += 1;
                self.links.insert(pair, self.next_link);
                for (at, other) in [(a, b), (b, a)] {
                    let (clock, jid) = (self.clock(at), self.seats[other].jid.clone());
                    if let Some(room) = &mut self.seats[at].room {
                        room.handle_linked(clock, &jid);
                    }
                    self.settle(at);
                }
            }
            Event::Unlinked { at, other, link } => {
                let pair = (at.min(other), at.max(other));
                if self.links.get(&pair).is_some_and(|now| *now != link) {
                    return; // There is a new one already.
                }
                let (clock, jid) = (self.clock(at), self.seats[other].jid.clone());
                if let Some(room) = &mut self.seats[at].room {
                    room.handle_unlinked(clock, &jid);
                }
                self.settle(at);
            }
            Event::Presence { at, of, present } => {
                if present != self.reaches(at, of) {
                    return; // It has changed again meanwhile.
                }
                let (clock, jid) = (self.clock(at), self.seats[of].jid.clone());
                if let Some(room) = &mut self.seats[at].room {
                    room.handle_presence(clock, &jid, present);
                }
                self.settle(at);
            }
            Event::Kept { at } => {
                let now = self.now;
                let seat = &mut self.seats[at];
                let mut count = 0;
                while seat.keeping.front().is_some_and(|(due, _)| *due <= now) {
                    let (_, entry) = seat.keeping.pop_front().unwrap();
                    seat.disk.push(entry);
                    count += 1;
                }
                let clock = self.clock(at);
                if let (Some(room), true) = (&mut self.seats[at].room, count > 0) {
                    room.handle_kept(clock, count);
                }
                self.settle(at);
            }
            Event::Timeout { at } => {
                if self.wakes[at].is_some_and(|wake| wake <= self.now) {
                    self.wakes[at] = None;
                    let clock = self.clock(at);
                    if let Some(room) = &mut self.seats[at].room {
                        room.handle_timeout(clock);
                    }
                    self.settle(at);
                }
            }
        }
    }

    fn settle(&mut self, at: usize) {
        while let Some(output) = self.seats[at].room.as_mut().and_then(Room::poll_output) {
            match output {
                Output::Keep(entry) => {
                    let ready = self.seats[at]
                        .keeping
                        .back()
                        .map_or(self.now, |(due, _)| self.now.max(*due));
                    let due = ready
                        + self
                            .rng
                            .span(&(Duration::from_micros(50)..Duration::from_micros(300)));
                    self.seats[at].keeping.push_back((due, entry));
                    self.push_at(due, Event::Kept { at });
                }
                Output::Send { to, packet } => {
                    let to = self.jids[&to];
                    self.transmit(at, to, packet);
                }
                Output::Connect { to } => {
                    let to = self.jids[&to];
                    let late = self.rng.span(&(3 * MS..8 * MS));
                    if self.reaches(at, to) {
                        self.push(late, Event::Linked { a: at, b: to });
                    }
                }
                Output::Happened(happened) => {
                    if let Happened::Said { id, .. } = &happened {
                        let now = self.now;
                        self.seats[at].heard.entry(*id).or_insert(now);
                    }
                    let now = self.now;
                    self.seats[at].happened.push((now, happened));
                }
            }
        }
        let next = self.seats[at].room.as_ref().and_then(Room::poll_timeout);
        if let Some(next) = next
            && self.wakes[at].is_none_or(|wake| next < wake)
        {
            let next = next.max(self.now);
            self.wakes[at] = Some(next);
            self.push_at(next, Event::Timeout { at });
        }
    }

    fn transmit(&mut self, from: usize, to: usize, mut packet: Packet) {
        let pair = (from.min(to), from.max(to));
        let Some(&link) = self.links.get(&pair) else {
            return;
        };
        if let (Some(author), Packet::Entries { entries, .. }) =
            (self.seats[from].withholds, &mut packet)
        {
            entries.retain(|octets| {
                Entry::read_unchecked(octets).is_ok_and(|entry| entry.author.0 != author)
            });
        }
        if let (Some(author), Packet::Digest { heads, root, .. }) =
            (self.seats[from].withholds, &mut packet)
            && self.seats[from].lies
        {
            heads.retain(|head| head.author != author[..8]);
            *root = self.room(to).log().root();
        }
        let octets = packet.write(self.room);
        // What travels is what was written.
        let (_, packet) = Packet::read(&octets).expect("a packet that we wrote");
        if let Packet::Entries {
            entries,
            reply: false,
            ..
        } = &packet
        {
            for octets in entries {
                let id = Entry::read_unchecked(octets).unwrap().id;
                *self.copies.entry(id).or_default() += 1;
            }
        }
        self.sent += 1;
        let size = octets.len() as u64 * 4 / 3 + 250;
        self.octets += size;
        let delay = match self.medium {
            Medium::Wired => self.rng.span(&(MS..3 * MS)),
            Medium::Air => {
                // 40 Mbit/s are 5 octets a microsecond; twice.
                let air = Duration::from_micros(size * 2 / 5 + 30);
                self.air = self.air.max(self.now) + air;
                self.air.since(self.now) + self.rng.span(&(MS..2 * MS))
            }
        };
        let drag = self.seats[to].drag;
        let last = self.last.entry((from, to, link)).or_insert(self.now);
        let due = (self.now + delay).max(*last) + drag;
        *last = due;
        self.push_at(
            due,
            Event::Packet {
                from,
                to,
                packet,
                link,
            },
        );
    }

    /// The cable of this one is out for so long: its streams live, and what is said on them comes late.
    pub fn unplug(&mut self, at: usize, span: Duration) {
        let until = self.now + span;
        for ((a, b), link) in self.links.clone() {
            if a == at || b == at {
                for pair in [(a, b, link), (b, a, link)] {
                    let last = self.last.entry(pair).or_insert(until);
                    *last = until.max(*last);
                }
            }
        }
    }

    /// Anybody's octets, as if a program that is not ours sent them.
    pub fn inject(&mut self, from: usize, to: usize, packet: Packet) {
        let pair = (from.min(to), from.max(to));
        if !self.links.contains_key(&pair) {
            self.happen(Event::Linked { a: from, b: to });
        }
        self.transmit(from, to, packet);
    }

    pub fn links_of(&self, at: usize) -> usize {
        self.links
            .keys()
            .filter(|(a, b)| *a == at || *b == at)
            .count()
    }

    pub fn texts(&self, at: usize) -> Vec<String> {
        let state = self.room(at).state();
        state
            .timeline
            .values()
            .map(|id| state.said[id].text.clone())
            .collect()
    }

    pub fn living(&self) -> Vec<usize> {
        (0..self.seats.len())
            .filter(|at| self.seats[*at].room.is_some())
            .collect()
    }

    pub fn honest(&self) -> Vec<usize> {
        self.living()
            .into_iter()
            .filter(|at| self.seats[*at].honest)
            .collect()
    }

    pub fn troubles(&self, at: usize) -> BTreeSet<String> {
        let trouble = |(_, happened): &(Moment, Happened)| match happened {
            Happened::Trouble(what) => Some(what.to_string()),
            _ => None,
        };
        self.seats[at].happened.iter().filter_map(trouble).collect()
    }
}
