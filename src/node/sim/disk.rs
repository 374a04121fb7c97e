//! A pretend disk, as the real one is: what was stored is *kept* first, and survives the end of the process; it is *synced* a
//! little later, and survives a power cut. A power cut in between leaves any whole beginning of what was on its way. The disk may
//! be full, and it may be broken on purpose, for tests of the tests.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;

use crate::command::Place;
use crate::disk::avatars::Avatars;
use crate::disk::broadcasts::KeptBroadcast;
use crate::disk::search::{Found, Wanted};
use crate::disk::store::{Op, Page, Stored};
use crate::event::{Change, Content, ConversationSummary, Extra, Hit, Message, MessageState, Told};
use crate::model::outbox::Pending;
use crate::model::trust::KnownKey;
use crate::net::memory::Rng;
use crate::node::effect::{Effect, Input, OwnAvatar};
use crate::wire::jid::Jid;
use crate::wire::key::Fingerprint;
use crate::wire::time::Moment;

/// How long a commit takes.
const COMMIT: Range<Duration> = Duration::from_micros(50)..Duration::from_millis(3);

/// How much later it is synced.
const SYNC: Range<Duration> = Duration::from_millis(1)..Duration::from_millis(8);

/// What one simulated node keeps.
#[derive(Debug, Default)]
pub struct Disk {
    /// While true, nothing can be stored.
    pub full: bool,
    /// A rule that it does not hold, so that whoever looks for broken promises has something to find.
    pub broken: Option<Broken>,
    /// As the process sees it.
    kept: Kept,
    /// As it would be after a power cut; the same as `kept` until something was stored.
    durable: Option<Box<Kept>>,
    /// What is between the two, with the moment when it is synced.
    unsynced: VecDeque<(Moment, u64, Vec<Op>)>,
    /// Pictures by hash. The paths given out for them lead nowhere.
    pub pictures: HashMap<[u8; 20], Bytes>,
    /// A real folder for the pictures, for runs that people watch: `pictures` and `files` are not used then.
    pub avatars: Option<Avatars>,
    /// Files of the user's that a picture may be taken from.
    pub files: HashMap<PathBuf, Bytes>,
    jobs: VecDeque<Job>,
}

/// A rule that a disk does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A second copy of a message is taken for a new one.
    ForgetsWhatItTook,
    /// Everything is said to be synced before it is even kept.
    AcknowledgesTooEarly,
    /// What comes in while two streams to one peer stand is said to be kept, and is not.
    DropsOnGlare,
}

/// What a node has stored.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Conversations, oldest message first.
    pub conversations: BTreeMap<Jid, Vec<Message>>,
    /// Ids of messages of ours (or of what we said about some) that are still to be sent or acknowledged, in order.
    pub outbox: Vec<(Jid, String)>,
    /// What was said about messages, in order: ours by id of the change, those of peers once each.
    pub told: Vec<(Jid, Told)>,
    /// The newest message that was read, by conversation.
    pub read: BTreeMap<Jid, String>,
    /// Rooms by id.
    pub rooms: BTreeMap<String, crate::disk::rooms::KeptRoom>,
    /// The keys of others.
    pub keys: BTreeMap<Fingerprint, KnownKey>,
    /// Names from which nothing is wanted.
    pub blocked: Vec<Jid>,
    /// With whom codes were compared and were different.
    pub differing: Vec<(Jid, Fingerprint)>,
    /// What nodes keep by name besides.
    pub values: BTreeMap<String, serde_json::Value>,
    /// What contacts were called last.
    pub nicks: BTreeMap<Jid, String>,
    /// Files on their way, by key.
    pub transfers: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug)]
struct Job {
    due: Moment,
    /// When it is synced, if it is something to be stored.
    synced: Moment,
    /// The disk has no room for it.
    refused: bool,
    effect: Effect,
}

fn refused(seq: u64, ops: Vec<Op>) -> Stored {
    Stored {
        seq,
        duplicates: Vec::new(),
        result: Err("the disk is full".to_owned()),
        synced: false,
        refused: ops,
    }
}

impl std::ops::Deref for Disk {
    type Target = Kept;

    fn deref(&self) -> &Kept {
        &self.kept
    }
}

impl std::ops::DerefMut for Disk {
    fn deref_mut(&mut self) -> &mut Kept {
        &mut self.kept
    }
}

impl Disk {
    /// Takes an effect that is the disk's business; its answer is due at the moment that is given back. `glare`: two streams to
    /// one peer stand.
    pub fn submit(&mut self, now: Moment, rng: &mut Rng, effect: Effect, glare: bool) -> Moment {
        let ready = self.jobs.back().map_or(now, |job| now.max(job.due));
        let mut due = ready + rng.span(&COMMIT);
        let last = self.unsynced.back().map(|(at, ..)| *at);
        let waiting = self.jobs.back().map(|job| job.synced);
        let before = [last, waiting].into_iter().flatten().max();
        // One sync takes along all that came before it.
        let synced = due + rng.span(&SYNC);
        let synced = before.map_or(synced, |before| before.max(synced));
        let effect = match (effect, self.broken) {
            (Effect::Store { seq, ops }, Some(Broken::AcknowledgesTooEarly)) => {
                self.push(
                    ready,
                    ready,
                    Effect::Store {
                        seq,
                        ops: Vec::new(),
                    },
                );
                due = ready + Duration::from_millis(20);
                Effect::Store { seq: 0, ops }
            }
            (Effect::Store { seq, ops }, Some(Broken::DropsOnGlare)) if glare => {
                let ours =
                    |op: &Op| !matches!(op, Op::Message { message, .. } if !message.is_own());
                let ops = ops.into_iter().filter(ours).collect();
                Effect::Store { seq, ops }
            }
            (effect, _) => effect,
        };
        self.push(due, synced.max(due), effect);
        due
    }

    fn push(&mut self, due: Moment, synced: Moment, effect: Effect) {
        // The real disk says at once that it has no room, so that nobody hands it what comes behind without knowing.
        let refused = self.full || self.jobs.iter().any(|job| job.refused);
        let stores = matches!(effect, Effect::Store { .. });
        self.jobs.push_back(Job {
            due,
            synced,
            refused: refused && stores,
            effect,
        });
    }

    /// When the next answer is due.
    pub fn next_time(&self) -> Option<Moment> {
        let job = self.jobs.front().map(|job| job.due);
        let synced = self.unsynced.front().map(|(at, ..)| *at);
        [job, synced].into_iter().flatten().min()
    }

    /// The next answer that is due.
    pub fn poll(&mut self, now: Moment) -> Option<Input> {
        if let Some((at, ..)) = self.unsynced.front()
            && *at <= now
            && self.jobs.front().is_none_or(|job| *at <= job.due)
        {
            let (_, seq, ops) = self.unsynced.pop_front()?;
            self.sync(ops);
            return Some(Input::Synced(seq));
        }
        if self.jobs.front()?.due > now {
            return None;
        }
        let job = self.jobs.pop_front()?;
        self.answer(job)
    }

    /// Now it survives a power cut, too.
    fn sync(&mut self, ops: Vec<Op>) {
        if let Some(durable) = &mut self.durable {
            for op in ops {
                durable.apply(op, self.broken);
            }
        }
    }

    /// The process was killed: what was not yet kept never will be, what was is in the kernel's hands.
    pub fn crash(&mut self) {
        self.jobs.clear();
        while let Some((_, _, ops)) = self.unsynced.pop_front() {
            self.sync(ops);
        }
    }

    /// The power went: of what was not synced, some beginning is there.
    pub fn power_cut(&mut self, rng: &mut Rng) {
        self.jobs.clear();
        let whole = rng.index(self.unsynced.len() + 1);
        for (at, (_, _, ops)) in std::mem::take(&mut self.unsynced).into_iter().enumerate() {
            if at < whole {
                self.sync(ops);
            }
        }
        if let Some(durable) = &self.durable {
            self.kept = (**durable).clone();
        }
    }

    /// What a node finds when it starts.
    pub fn load(&self) -> (BTreeMap<Jid, ConversationSummary>, Vec<(Jid, Pending)>) {
        let summary = |(with, messages): (&Jid, &Vec<Message>)| {
            let last = messages.last().cloned();
            let nick = self.nicks.get(with).cloned().unwrap_or_default();
            let summary = ConversationSummary {
                last,
                unread: self.unread(with),
                nick,
            };
            (with.clone(), summary)
        };
        let conversations = self.conversations.iter().map(summary).collect();
        let pending = |(to, id): &(Jid, String)| {
            let message = self
                .conversations
                .get(to)
                .into_iter()
                .flatten()
                .find(|message| message.id == *id && message.is_own());
            let first = message.map(|message| Some((message.as_first_said()?, message.time)));
            let told = || {
                let (_, told) = self
                    .told
                    .iter()
                    .find(|(_, told)| told.own && told.id == *id)?;
                let about = Content::About(Box::new(told.about.clone()));
                Some(Pending::new(id.clone(), None, about, told.time))
            };
            let pending = match first {
                Some(said) => {
                    let (content, time) = said?;
                    Pending::new(id.clone(), None, content, time)
                }
                None => told()?,
            };
            Some((to.clone(), pending))
        };
        (
            conversations,
            self.outbox.iter().filter_map(pending).collect(),
        )
    }

    /// Our broadcasts, with how far they got.
    pub fn broadcasts(&self) -> Vec<KeptBroadcast> {
        let mut all = KeptBroadcast::all(&self.values);
        for kept in &mut all {
            for (_, id) in &kept.messages {
                let mut messages = self.conversations.values().flatten();
                let found = messages.find(|message| message.is_own() && message.id == *id);
                if let Some((message, state)) = found.and_then(|one| Some((one, one.state?))) {
                    kept.states.insert(id.clone(), state);
                    kept.body.clone_from(&message.body);
                }
            }
        }
        all
    }

    /// What peers said about messages that have not come.
    pub fn early(&self) -> Vec<(Jid, Told)> {
        let waits = |(with, told): &&(Jid, Told)| {
            let messages = self.conversations.get(with).map_or(&[][..], Vec::as_slice);
            !told.own
                && !messages
                    .iter()
                    .any(|message| message.id == told.about.target)
        };
        self.told.iter().filter(waits).cloned().collect()
    }

    fn unread(&self, with: &Jid) -> u32 {
        let Some(messages) = self.conversations.get(with) else {
            return 0;
        };
        let seen = self.read.get(with);
        let newer = messages
            .iter()
            .rev()
            .take_while(|message| Some(&message.id) != seen);
        u32::try_from(newer.filter(|message| message.state.is_none()).count()).unwrap_or(u32::MAX)
    }

    fn answer(&mut self, job: Job) -> Option<Input> {
        match job.effect {
            Effect::Store { seq, ops } if job.refused => Some(Input::Stored(refused(seq, ops))),
            Effect::Store { seq, ops } => self.store(job.synced, seq, ops).map(Input::Stored),
            Effect::History {
                with,
                limit,
                place,
                reference,
            } => {
                let result = Ok(self.history(&with, limit, &place));
                Some(Input::History {
                    with,
                    place,
                    reference,
                    result,
                })
            }
            Effect::Search(search) => {
                let result = Ok(self.search(&search.wanted));
                Some(Input::Found { search, result })
            }
            Effect::Newest {
                with,
                deleted,
                reference,
            } => {
                let last = self.conversations.get(&with).and_then(|all| all.last());
                Some(Input::Newest {
                    last: last.cloned().map(Box::new),
                    with,
                    deleted,
                    reference,
                })
            }
            Effect::Export { export, reference } => Some(Input::Exported {
                path: export.path,
                reference,
                result: Err("this disk is a pretended one".to_owned()),
            }),
            Effect::Expire { before } => {
                let gone = self.kept.expire(before);
                if let Some(durable) = &mut self.durable {
                    durable.expire(before);
                }
                gone.then_some(Input::Expired { before })
            }
            Effect::FindMessage { id, request } => {
                let found = self
                    .conversations
                    .values()
                    .flatten()
                    .find(|message| message.id == id);
                Some(Input::FoundMessage {
                    request,
                    result: Ok(found.cloned().map(Box::new)),
                })
            }
            Effect::FindSent(heard) => {
                let mut all = self.conversations.values().flatten();
                let found = all.find(|message| message.id == heard.id && message.is_own());
                let message = found.cloned().map(Box::new);
                Some(Input::FoundSent { heard, message })
            }
            Effect::FindAvatar { sha1 } => {
                let path = self.find_picture(&sha1);
                Some(Input::AvatarFile { sha1, path })
            }
            Effect::SaveAvatar { sha1, image } => {
                let path = self.save_picture(sha1, image);
                Some(Input::AvatarFile { sha1, path })
            }
            Effect::LoadOwnAvatar { path, reference } => {
                let result = self.adopt(&path);
                Some(Input::OwnAvatar { reference, result })
            }
            Effect::Net(_) | Effect::Emit(_) | Effect::File(_) | Effect::Quit => None,
        }
    }

    fn find_picture(&self, sha1: &[u8; 20]) -> Option<PathBuf> {
        match &self.avatars {
            Some(avatars) => avatars.find(sha1),
            None => self.pictures.contains_key(sha1).then(|| path_of(sha1)),
        }
    }

    fn save_picture(&mut self, sha1: [u8; 20], image: Bytes) -> Option<PathBuf> {
        if let Some(avatars) = &self.avatars {
            return avatars.save(&image).ok();
        }
        self.pictures.insert(sha1, image);
        Some(path_of(&sha1))
    }

    fn adopt(&mut self, path: &PathBuf) -> Result<OwnAvatar, String> {
        use sha1::Digest;
        if let Some(avatars) = &self.avatars {
            return avatars.adopt(path).map_err(|why| why.to_string());
        }
        let image = self.files.get(path).ok_or_else(|| missing(path))?.clone();
        let sha1: [u8; 20] = sha1::Sha1::digest(&image).into();
        self.pictures.insert(sha1, image.clone());
        Ok(OwnAvatar {
            sha1,
            path: path_of(&sha1),
            image,
        })
    }

    fn history(&self, with: &Jid, limit: u32, place: &Place) -> Page {
        let all = self.conversations.get(with).map_or(&[][..], Vec::as_slice);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let at = all
            .iter()
            .position(|message| place.is(&message.id))
            .unwrap_or(all.len());
        let (start, end) = match place {
            Place::Newest | Place::Before(_) => (at.saturating_sub(limit), at),
            Place::After(_) => (at + 1, at + 1 + limit),
            Place::Around(_) => (at.saturating_sub(limit / 2), at + limit - limit / 2),
        };
        let end = end.min(all.len());
        Page {
            messages: all.get(start..end).unwrap_or_default().to_vec(),
            complete: start == 0,
            newest: end == all.len(),
        }
    }

    fn search(&self, wanted: &Wanted) -> Found {
        let right = |with: &Jid, message: &Message| {
            wanted.with.as_ref().is_none_or(|only| only == with)
                && wanted
                    .from
                    .as_ref()
                    .is_none_or(|only| *only == message.from)
                && !wanted.terms.is_empty()
                && wanted.terms.are_in(&message.body)
        };
        let mut hits: Vec<Hit> = Vec::new();
        for (with, messages) in &self.conversations {
            let found = messages.iter().filter(|message| right(with, message));
            hits.extend(found.map(|message| Hit {
                with: with.clone(),
                message: message.clone(),
            }));
        }
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.message.time));
        let before = wanted.before.as_ref();
        if let Some(at) = before.and_then(|id| hits.iter().position(|hit| hit.message.id == *id)) {
            hits.drain(..=at);
        }
        let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
        let complete = hits.len() <= limit;
        hits.truncate(limit);
        Found { hits, complete }
    }

    fn store(&mut self, synced: Moment, seq: u64, ops: Vec<Op>) -> Option<Stored> {
        // Cloned once: from here on both go their way.
        if self.durable.is_none() {
            self.durable = Some(Box::new(self.kept.clone()));
        }
        let mut duplicates = Vec::new();
        for (at, op) in ops.iter().cloned().enumerate() {
            if !self.kept.apply(op, self.broken) {
                duplicates.push(at);
            }
        }
        let early = self.broken == Some(Broken::AcknowledgesTooEarly);
        if !(early && ops.is_empty()) {
            self.unsynced.push_back((synced, seq, ops));
        }
        // The one behind an early answer has been answered.
        (!early || seq > 0).then_some(Stored {
            seq,
            duplicates,
            result: Ok(()),
            synced: early,
            refused: Vec::new(),
        })
    }
}

impl Kept {
    /// Whether there was anything so old.
    fn expire(&mut self, before: jiff::Timestamp) -> bool {
        let (outbox, mut gone) = (&self.outbox, false);
        self.conversations.retain(|_, messages| {
            let many = messages.len();
            messages.retain(|message| {
                message.time >= before || outbox.iter().any(|(_, id)| *id == message.id)
            });
            gone |= messages.len() < many;
            !messages.is_empty()
        });
        gone
    }

    fn forget(&mut self, with: Option<&Jid>, id: Option<&str>) {
        let goes = |peer: &Jid, message: &str| {
            with.is_none_or(|with| with == peer) && id.is_none_or(|id| id == message)
        };
        self.outbox.retain(|(to, id)| !goes(to, id));
        self.conversations.retain(|peer, messages| {
            messages.retain(|message| !goes(peer, &message.id));
            !messages.is_empty()
        });
    }

    /// False for a message of a peer that was taken before.
    fn apply(&mut self, op: Op, broken: Option<Broken>) -> bool {
        match op {
            Op::Message {
                with,
                message,
                outbox,
            } => {
                let known = self.conversations.entry(with.clone()).or_default();
                let same = |old: &&mut Message| old.id == message.id && old.from == message.from;
                let found = known.iter_mut().rev().find(same);
                match found.filter(|_| broken != Some(Broken::ForgetsWhatItTook)) {
                    Some(old) if says_the_same(old, &message) => return message.state.is_some(),
                    // Another message that happens to have the same id.
                    Some(old) => old.id.push_str("-older"),
                    None => {}
                }
                if outbox {
                    self.outbox.push((with.clone(), message.id.clone()));
                }
                known.push(*message);
                self.catch_up(&with);
            }
            Op::Told { with, told, outbox } => return self.tell(with, *told, outbox),
            Op::State { id, state, reason } => self.set_state(&id, state, reason.as_deref()),
            Op::Settled { id } => self.outbox.retain(|(_, pending)| *pending != id),
            Op::Read { with, id } => {
                self.read.insert(with, id);
            }
            Op::Contact { jid, nick, .. } => {
                self.nicks.insert(jid, nick);
            }
            Op::Forget { with, id } => self.forget(with.as_ref(), id.as_deref()),
            Op::Key { key } => {
                self.keys.insert(key.fingerprint, *key);
            }
            Op::ForgetKey { fingerprint } => {
                self.keys.remove(&fingerprint);
            }
            Op::MoveContact { from, to } => self.move_contact(&from, &to),
            Op::Encrypted { id } => {
                let all = self.conversations.values_mut().flatten();
                for message in all.filter(|message| message.id == id && message.is_own()) {
                    message.encrypted = true;
                }
            }
            Op::RoomEntry { room, octets, .. } => {
                let octets = crate::disk::rooms::decode(&octets);
                let kept = self.rooms.entry(room.clone()).or_default();
                kept.room = room;
                kept.entries.push(octets);
            }
            Op::ForgetRoom { room } => {
                self.rooms.remove(&room);
            }
            Op::Room { room, about } => {
                let kept = self.rooms.entry(room.clone()).or_default();
                (kept.room, kept.about) = (room, about);
            }
            Op::Setting { key, value } => {
                if let Some(all) = crate::node::trust::differing(&key, &value) {
                    self.differing = all;
                }
                if crate::node::is_kept_value(&key) {
                    match value.is_null() {
                        true => self.values.remove(&key),
                        false => self.values.insert(key, value),
                    };
                } else if key == crate::node::trust::BLOCKED {
                    self.blocked = serde_json::from_value(value).unwrap_or_default();
                } else if key.starts_with(crate::node::files::KEY) {
                    match value.is_null() {
                        true => self.transfers.remove(&key),
                        false => self.transfers.insert(key, value),
                    };
                }
            }
        }
        true
    }

    /// False for what a peer said before.
    fn tell(&mut self, with: Jid, told: Told, outbox: bool) -> bool {
        // A second copy carries the time of the first as a delay: that is no other change.
        let same = |(of, old): &(Jid, Told)| {
            *of == with && old.own == told.own && old.id == told.id && old.about == told.about
        };
        if self.told.iter().any(same) {
            return told.own;
        }
        if told.own && told.about.change == Change::Retract {
            self.outbox.retain(|(_, id)| *id != told.about.target);
        }
        if outbox {
            self.outbox.push((with.clone(), told.id.clone()));
        }
        let messages = self.conversations.entry(with.clone()).or_default();
        for message in &mut *messages {
            message.change(&told);
        }
        if told.about.change == Change::Displayed && !told.own {
            let up_to = messages
                .iter()
                .rposition(|message| message.id == told.about.target);
            for message in messages.iter_mut().take(up_to.map_or(0, |at| at + 1)) {
                let target = message.id == told.about.target;
                let got = matches!(
                    message.state,
                    Some(MessageState::Sent | MessageState::Delivered)
                );
                if message.is_own() && (target || got) {
                    message.state = Some(MessageState::Displayed);
                    self.outbox.retain(|(_, id)| *id != message.id);
                }
            }
        }
        self.told.push((with, told));
        true
    }

    /// The newest message of this conversation has come: what was said about it before is made now.
    fn catch_up(&mut self, with: &Jid) {
        let newest = self
            .conversations
            .get_mut(with)
            .and_then(|all| all.last_mut());
        if let Some(message) = newest {
            for (_, told) in self.told.iter().filter(|(of, _)| of == with) {
                message.change(told);
            }
        }
    }

    fn move_contact(&mut self, from: &Jid, to: &Jid) {
        let mut joined = self.conversations.remove(from).unwrap_or_default();
        joined.extend(self.conversations.remove(to).unwrap_or_default());
        for message in &mut joined {
            for name in [&mut message.from, &mut message.to] {
                if name == from {
                    *name = to.clone();
                }
            }
        }
        self.conversations.insert(to.clone(), joined);
        for (jid, _) in self.outbox.iter_mut().filter(|(jid, _)| jid == from) {
            *jid = to.clone();
        }
        if let Some(nick) = self.nicks.remove(from) {
            self.nicks.entry(to.clone()).or_insert(nick);
        }
        for (jid, _) in self.told.iter_mut().filter(|(jid, _)| jid == from) {
            *jid = to.clone();
        }
        self.read.remove(from);
    }

    fn set_state(&mut self, id: &str, state: MessageState, reason: Option<&str>) {
        let mut to = None;
        for (with, messages) in &mut self.conversations {
            for message in messages
                .iter_mut()
                .filter(|message| message.id == id && message.state.is_some())
            {
                to = Some(with.clone());
                let known = message.state;
                if known.is_some_and(|known| known == state || known.may_become(state)) {
                    message.state = Some(state);
                    message.reason = reason.map(str::to_owned);
                }
            }
        }
        let waiting = self.outbox.iter().any(|(_, pending)| pending == id);
        match (state, to) {
            (MessageState::Queued, Some(to)) if !waiting => self.outbox.push((to, id.to_owned())),
            (MessageState::Queued | MessageState::Sent, _) => {}
            _ => self.outbox.retain(|(_, pending)| pending != id),
        }
    }
}

fn says_the_same(old: &Message, new: &Message) -> bool {
    let changed = |extra: &Extra| extra.edited.is_some() || extra.retracted.is_some();
    old.body == new.body || old.extra.as_deref().is_some_and(changed)
}

fn path_of(sha1: &[u8; 20]) -> PathBuf {
    PathBuf::from("/pretended").join(crate::model::roster::hex(sha1))
}

/// Said of a file that is not here, also in the demonstration, where somebody may choose one of the real computer's.
pub(super) fn missing(path: &Path) -> String {
    format!("{}: a pretended computer has no such file", path.display())
}
