//! Rooms in the node: each [`Room`] gets its clock, its disk, its streams and its timer here, and what happens in it becomes
//! events. Streams are those that there are between two peers anyhow; only encrypted ones carry rooms, because an entry's author
//! and the key behind the stream are the same key.

mod commands;
mod entering;
mod guests;
mod history;
mod leaving;
mod repeat;
mod search;
mod tell;
mod wire;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::core::{Core, Timer};
use super::store::After;
use crate::disk::rooms::KeptRoom;
use crate::disk::store::Op;
use crate::event::room::{Notify, RoomMember};
use crate::model::room::engine::{Output, Room};
use crate::model::room::entry::{Author, Entry, EntryId, RoomId};
use crate::net::{ConnId, Request as Net};
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::room_ad::RoomAd;
use crate::wire::time::Moment;

/// Rooms that a node is in or remembers.
pub(super) const MAX_ROOMS: usize = 200;
/// Lines of a room in our own copy of the model.
const NEWEST_LINES: usize = 50;
/// Invitations that wait for a stream.
const MAX_INVITES: usize = 100;
/// Faces are told of the members when nobody has come or gone for so long …
const MEMBERS_PAUSE: Duration = Duration::from_millis(250);
/// … and for so long for each of them: whoever passes on waits for company, too …
const MEMBER_PAUSE: Duration = Duration::from_micros(1500);
/// … but after so long for each of them at the latest: all are told each time, and while a hall of 300 fills that is much
/// to write and to read, for everybody, of what will be different in a moment.
const MEMBER_WAIT: Duration = Duration::from_millis(10);
/// What we advertise of rooms changes at most this often.
const AD_PAUSE: Duration = Duration::from_secs(10);
/// Who has just come in has heard of few, and takes itself for one of the first three. What others advertise already it
/// advertises after so long, if it is one then: else everybody in a hall that fills announces itself twice to everybody.
const AD_SETTLE: Duration = Duration::from_secs(3);
/// Who has more than so many bytes on the way to it is told how far we have come later, instead of every entry now.
const TOO_SLOW: u64 = 4 << 20;
/// And keeps up again below this.
const FAST_AGAIN: u64 = 256 << 10;

/// What is kept of a room beside its entries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct About {
    pub nick: String,
    /// To be entered at the next start.
    pub inside: bool,
    pub notify: Notify,
    /// Programs without a key may take part through us.
    pub guests: bool,
    /// Who has neither a key nor XEP-0045 may take part through us.
    pub repeat: bool,
    /// When we left it, in seconds since 1970.
    pub left: Option<i64>,
    /// Whom to ask for it.
    pub contacts: Vec<Jid>,
}

/// One room with what the node needs for it.
pub(super) struct Hosted {
    pub room: Room,
    pub about: About,
    /// The answer to these waits for our being in.
    pub asked: Option<Value>,
    /// Whoever waits to be let in is told by then that nobody does.
    pub(super) enter_due: Option<Moment>,
    /// The name under which it was advertised when we wanted in.
    pub(super) advertised: String,
    pub members: Vec<RoomMember>,
    pub members_due: Option<Moment>,
    /// The first who came or went since they were told did so then.
    pub members_since: Option<Moment>,
    /// When we have been in it for [`AD_SETTLE`].
    pub(super) settled: Option<Moment>,
    pub delivered: HashMap<EntryId, (u16, u16)>,
    pub(super) guests: Vec<guests::Guest>,
    /// The id and the nick under which a guest of ours said something.
    pub guest_ids: HashMap<EntryId, (String, String)>,
    /// Older lines that others are asked for.
    awaited: Option<history::Awaited>,
    /// Who takes part by ordinary messages to us.
    pub(super) repeated: Vec<repeat::Repeated>,
    pub repeat_due: Option<Moment>,
    /// The corrections told to them.
    pub(super) corrections: HashMap<EntryId, String>,
    /// Is to be deleted as soon as our leaving is told.
    pub deleting: bool,
}

/// All rooms.
#[derive(Default)]
pub(super) struct Rooms {
    pub all: BTreeMap<RoomId, Hosted>,
    /// Streams or presence changed: to be told to the rooms at the end of this turn.
    pub links_changed: bool,
    pub presence: Vec<(Jid, bool)>,
    streams: BTreeMap<Jid, ConnId>,
    slow: BTreeSet<Jid>,
    pub ads: BTreeMap<Jid, Vec<RoomAd>>,
    advertised: Vec<RoomAd>,
    ad_after: Option<Moment>,
    pub invites: VecDeque<(Jid, RoomId, Element)>,
    /// Faces are to be told who may do what, at the end of this turn.
    pub rules_changed: BTreeSet<RoomId>,
    /// What is being looked for, the first of them now.
    searches: VecDeque<search::Search>,
}

impl Core {
    /// Takes up the rooms of an earlier life.
    pub(super) fn restore_rooms(&mut self, stored: Vec<KeptRoom>) {
        for one in stored.into_iter().take(MAX_ROOMS) {
            let Ok(id) = one.room.parse::<RoomId>() else {
                continue;
            };
            let about: About = serde_json::from_value(one.about).unwrap_or_default();
            if self.is_past_grace(&about) {
                self.ops.push(Op::ForgetRoom { room: one.room });
                continue;
            }
            let entries = one
                .entries
                .iter()
                .filter_map(|octets| Entry::read_unchecked(octets).ok());
            let entries: Vec<Entry> = entries.filter(|entry| entry.draft.room == id).collect();
            let (key, jid, seed) = (
                self.key.clone(),
                self.ourselves.jid.clone(),
                self.rng.bits(),
            );
            let room = if entries.is_empty() {
                Room::join(id, key, jid, &about.nick, &about.contacts, seed, self.clock)
            } else {
                Room::resume(
                    id,
                    key,
                    jid,
                    &about.nick,
                    entries,
                    about.inside,
                    seed,
                    self.clock,
                )
            };
            let waits = about.inside && room.log().is_empty();
            self.rooms.all.insert(id, Hosted::new(room, about));
            if waits {
                self.await_entry(id);
            }
        }
    }

    /// From now on something is done wrong in each room: for tests of what others make of it.
    pub(in crate::node) fn seed_room_fault(
        &mut self,
        fault: Option<crate::model::room::fault::Fault>,
    ) {
        for hosted in self.rooms.all.values_mut() {
            hosted.room.seed_fault(fault);
        }
    }

    /// Who is here and who is not is told to faces: rooms hear of it, too.
    pub(super) fn note_for_rooms(&mut self, event: &crate::event::Event) {
        use crate::event::Event;
        match event {
            Event::PeerOnline { peer } | Event::PeerChanged { peer } => {
                self.rooms.presence.push((peer.jid.clone(), true));
            }
            Event::PeerOffline { jid, .. } => {
                self.rooms.presence.push((jid.clone(), false));
                self.rooms.ads.remove(jid);
                self.forget_repeated(jid);
            }
            Event::Room(_) => {
                for room in self.model.rooms.values_mut() {
                    let spare = room.lines.len().saturating_sub(NEWEST_LINES);
                    room.lines.drain(..spare);
                    room.complete &= spare == 0;
                }
            }
            _ => {}
        }
    }

    /// The end of a turn: rooms hear what changed, and what they want is done.
    pub(super) fn flush_rooms(&mut self) {
        if self.rooms.all.is_empty() {
            self.rooms.presence.clear();
            return;
        }
        self.tell_presence();
        self.tell_streams();
        let ids: Vec<RoomId> = self.rooms.all.keys().copied().collect();
        for id in ids {
            self.flush_room(id);
        }
        for id in std::mem::take(&mut self.rooms.rules_changed) {
            self.tell_rules(id);
        }
        self.advertise_rooms();
    }

    fn flush_room(&mut self, id: RoomId) {
        let before = self
            .rooms
            .all
            .get(&id)
            .map(|hosted| hosted.room.is_inside());
        while let Some(output) = self
            .rooms
            .all
            .get_mut(&id)
            .and_then(|hosted| hosted.room.poll_output())
        {
            match output {
                Output::Keep(entry) => {
                    let octets = STANDARD.encode(entry.octets());
                    self.ops.push(Op::RoomEntry {
                        room: id.to_string(),
                        id: entry.id.to_string(),
                        octets,
                        own: entry.author == Author::from(self.key.public()),
                    });
                    match self.afters.last_mut() {
                        Some(After::RoomKept { room, count }) if *room == id => *count += 1,
                        _ => self.afters.push(After::RoomKept { room: id, count: 1 }),
                    }
                }
                Output::Send { to, packet } => self.send_packet(id, &to, &packet),
                Output::Connect { to } => self.dial(&to),
                Output::Happened(happened) => self.on_happened(id, happened),
            }
        }
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        if before != Some(hosted.room.is_inside()) || hosted.about.contacts.is_empty() {
            self.keep_about(id);
        }
        if self.delete_if_told(id) {
            return;
        }
        let Some(hosted) = self.rooms.all.get(&id) else {
            return;
        };
        let due = [
            hosted.room.poll_timeout(),
            hosted.enter_due,
            hosted.members_due,
            hosted.history_due(),
            hosted.repeat_due,
        ];
        let next = due.into_iter().flatten().min();
        self.timers.set(Timer::Room(id), next);
    }

    pub(super) fn on_room_timeout(&mut self, id: RoomId) {
        let clock = self.clock;
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        if hosted.members_due.is_some_and(|due| due <= clock.now) {
            (hosted.members_due, hosted.members_since) = (None, None);
            self.tell_members(id);
        }
        let due = |at: Option<Moment>| at.is_some_and(|due| due <= clock.now);
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        hosted.room.handle_timeout(clock);
        let (history, repeat) = (due(hosted.history_due()), due(hosted.repeat_due));
        if due(hosted.enter_due) {
            self.give_up_entering(id);
        }
        if history {
            self.answer_history(id, false);
        }
        if repeat {
            self.deliver_repeated(id);
        }
    }

    /// So many entries of a room are on disk.
    pub(super) fn on_room_kept(&mut self, id: RoomId, count: usize) {
        let clock = self.clock;
        if let Some(hosted) = self.rooms.all.get_mut(&id) {
            hosted.room.handle_kept(clock, count);
        }
    }

    /// What is kept of a room beside its entries, if it changed.
    pub(super) fn keep_about(&mut self, id: RoomId) {
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        let mut about = hosted.about.clone();
        let inside = hosted.room.is_inside();
        about.inside = inside || about.inside && hosted.asked.is_some();
        let others = hosted
            .room
            .state()
            .occupants
            .values()
            .map(|occupant| occupant.jid.clone());
        let me = &self.ourselves.jid;
        let contacts: Vec<Jid> = others.filter(|jid| jid != me).take(16).collect();
        if !contacts.is_empty() {
            about.contacts = contacts;
        }
        if about != hosted.about {
            hosted.about = about;
            self.write_about(id);
        }
    }

    /// What is kept of a room beside its entries.
    pub(super) fn write_about(&mut self, id: RoomId) {
        if let Some(hosted) = self.rooms.all.get(&id) {
            let about = serde_json::to_value(&hosted.about).unwrap_or_default();
            let room = id.to_string();
            self.ops.push(Op::Room { room, about });
        }
    }

    fn tell_presence(&mut self) {
        let clock = self.clock;
        for (jid, here) in std::mem::take(&mut self.rooms.presence) {
            for hosted in self.rooms.all.values_mut() {
                hosted.room.handle_presence(clock, &jid, here);
                // That puts nothing off that is due.
                if hosted.members_due.is_none()
                    && hosted
                        .members
                        .iter()
                        .any(|member| member.jid == jid.as_str())
                {
                    hosted.tell_members_soon(clock.now);
                }
            }
        }
    }

    /// Everybody who is here, for a room that has just come to be.
    pub(super) fn introduce(&mut self, id: RoomId) {
        let here: Vec<Jid> = self
            .model
            .contacts
            .values()
            .filter(|one| one.is_online())
            .map(|one| one.jid.clone())
            .collect();
        let (clock, streams) = (self.clock, self.rooms.streams.clone());
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        for jid in here {
            hosted.room.handle_presence(clock, &jid, true);
        }
        for jid in streams.keys() {
            hosted.room.handle_linked(clock, jid);
        }
    }

    pub(super) fn tell_streams(&mut self) {
        if !std::mem::take(&mut self.rooms.links_changed) {
            return;
        }
        let clock = self.clock;
        let peers: Vec<Jid> = self.by_peer.keys().cloned().collect();
        let now: BTreeMap<Jid, ConnId> = peers
            .into_iter()
            .filter_map(|jid| Some((jid.clone(), self.secure_stream(&jid)?)))
            .collect();
        let before = std::mem::replace(&mut self.rooms.streams, now.clone());
        for hosted in self.rooms.all.values_mut() {
            // Another stream to the same peer: what was on its way on the old one may be lost.
            for (jid, _) in before
                .iter()
                .filter(|(jid, conn)| now.get(*jid) != Some(conn))
            {
                hosted.room.handle_unlinked(clock, jid);
            }
            for (jid, _) in now
                .iter()
                .filter(|(jid, conn)| before.get(*jid) != Some(conn))
            {
                hosted.room.handle_linked(clock, jid);
            }
        }
        self.rooms.slow.retain(|jid| now.contains_key(jid));
        self.send_invites();
    }

    /// A peer has taken what was on the way to it.
    pub(super) fn on_room_written(&mut self, jid: &Jid, on_the_way: u64) {
        if on_the_way < FAST_AGAIN && self.rooms.slow.remove(jid) {
            let clock = self.clock;
            for hosted in self.rooms.all.values_mut() {
                hosted.room.handle_slow(clock, jid, false);
            }
        }
    }

    /// In a hall most streams rest, hundreds at a hub: only by whom we hear the others is watched closely.
    pub(super) fn watch_in_rooms(&mut self, jid: &Jid) {
        let Some(conn) = self.secure_stream(jid) else {
            return;
        };
        let relies = |hosted: &Hosted| hosted.room.relies_on(jid);
        let closely = !self.rooms_use(jid) || self.rooms.all.values().any(relies);
        if let Some(link) = self.links.get_mut(&conn)
            && std::mem::replace(&mut link.closely, closely) != closely
        {
            self.ask(Net::Watch { conn, closely });
        }
    }

    /// Do rooms need the stream to this peer?
    pub(super) fn rooms_use(&self, jid: &Jid) -> bool {
        self.rooms.all.values().any(|hosted| hosted.room.uses(jid))
    }

    /// We are called something else now.
    pub(super) fn rename_in_rooms(&mut self) {
        let (clock, jid) = (self.clock, self.ourselves.jid.clone());
        for hosted in self.rooms.all.values_mut() {
            hosted.room.handle_renamed(clock, &jid);
        }
    }

    /// The rooms that we advertise: those of which we are one of the first three hubs.
    pub(super) fn room_ads(&self) -> Vec<RoomAd> {
        let ad = |hosted: &Hosted| {
            let (room, state) = (&hosted.room, hosted.room.state());
            let mut first = room.hubs().iter().take(3);
            if !room.is_inside() || !first.any(|jid| *jid == self.ourselves.jid) {
                return None;
            }
            let id = room.id().to_string();
            (!self.leaves_to_others(hosted, &id)).then(|| RoomAd {
                id,
                members_only: state.rules.members_only,
                moderated: state.rules.moderated,
                members: u16::try_from(state.here).unwrap_or(u16::MAX),
                name: state.name.clone(),
                subject: state
                    .subject
                    .as_ref()
                    .map(|(text, _)| text.clone())
                    .unwrap_or_default(),
            })
        };
        self.rooms
            .all
            .values()
            .filter_map(ad)
            .take(crate::wire::room_ad::MOST)
            .collect()
    }

    /// Have we just come into a room that others advertise?
    fn leaves_to_others(&self, hosted: &Hosted, id: &str) -> bool {
        let told = |ads: &Vec<RoomAd>| ads.iter().any(|ad| ad.id == id);
        hosted
            .settled
            .is_some_and(|settled| self.clock.now < settled)
            && !self.rooms.advertised.iter().any(|ad| ad.id == id)
            && self.rooms.ads.values().any(told)
    }

    fn advertise_rooms(&mut self) {
        let settled = self.rooms.all.values().filter_map(|hosted| hosted.settled);
        let settled = settled.filter(|settled| *settled > self.clock.now).min();
        if settled.is_some() {
            self.timers.set(Timer::Rooms, settled);
        }
        let ads = self.room_ads();
        if ads == self.rooms.advertised || self.hidden || self.quitting {
            return;
        }
        let now = self.clock.now;
        match self.rooms.ad_after {
            Some(after) if after > now => self.timers.set(Timer::Rooms, Some(after)),
            _ => {
                self.rooms.advertised = ads;
                self.rooms.ad_after = Some(now + AD_PAUSE);
                self.advertise();
            }
        }
    }
}

impl Hosted {
    pub fn new(room: Room, about: About) -> Hosted {
        Hosted {
            room,
            about,
            asked: None,
            enter_due: None,
            advertised: String::new(),
            members: Vec::new(),
            members_due: None,
            members_since: None,
            settled: None,
            delivered: HashMap::new(),
            guests: Vec::new(),
            guest_ids: HashMap::new(),
            awaited: None,
            repeated: Vec::new(),
            repeat_due: None,
            corrections: HashMap::new(),
            deleting: false,
        }
    }

    /// Who is in the room is to be told, with whatever else of that comes soon.
    fn tell_members_soon(&mut self, now: Moment) {
        let many = u32::try_from(self.room.state().occupants.len()).unwrap_or(u32::MAX);
        let pause = MEMBERS_PAUSE.max(MEMBER_PAUSE.saturating_mul(many));
        let most = MEMBERS_PAUSE.max(MEMBER_WAIT.saturating_mul(many));
        let since = *self.members_since.get_or_insert(now);
        self.members_due = Some((now + pause).min(since + most));
    }
}

impl Rooms {
    /// What a peer advertises.
    pub fn note_ads(&mut self, jid: &Jid, ads: &[RoomAd]) {
        if ads.is_empty() {
            self.ads.remove(jid);
        } else if self.ads.len() < 2000 || self.ads.contains_key(jid) {
            self.ads.insert(jid.clone(), ads.to_vec());
        }
    }
}
