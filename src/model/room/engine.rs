//! One room as one of its members has it, sans-IO.
//!
//! The grammar of [`Room`]: it begins by [`Room::found`], [`Room::join`] or [`Room::resume`].
//! Inputs: [`Room::handle_presence`] (somebody is or is no more on the network), [`Room::handle_linked`] and
//! [`Room::handle_unlinked`] (a stream to somebody stands or is gone), [`Room::handle_packet`], [`Room::handle_slow`],
//! [`Room::handle_kept`] (the disk has so many more of what it was given) and [`Room::handle_timeout`].
//! Commands: [`Room::write`] and the like. After each: drain [`Room::poll_output`], and come back when
//! [`Room::poll_timeout`] says.
//!
//! Entries are on disk before anybody is told that we have them, and our own before anybody sees them.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::body::{Body, Role};
use super::entry::{Author, ChainId, Draft, Entry, EntryId, Order, RoomId};
use super::log::{Insert, Log};
use super::packet::{Level, Packet, Refusal};
use super::state::State;
use crate::wire::jid::Jid;
use crate::wire::key::SecretKey;
use crate::wire::time::{Clock, Moment};

/// Members of a room who are in it at once.
pub const MAX_MEMBERS: usize = 1000;
/// A clock may jump ahead so far, in ms: two years. Clocks order; they are not believed.
const LEAP: u64 = 2 * 366 * 24 * 3600 * 1000;
/// Our own entries at once, and a second.
const BURST: f64 = 40.0;
const PER_SECOND: f64 = 10.0;
/// An entry that takes its place before others that are this much later came late, in ms.
const LATE: u64 = 10_000;
/// Who finds nobody within this is alone.
const ALONE: Duration = Duration::from_secs(3);

/// Something for the caller to do or to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Keep this entry, in order; then [`Room::handle_kept`].
    Keep(Arc<Entry>),
    /// Send to a member to whom a stream stands.
    Send {
        /// Whom.
        to: Jid,
        /// What.
        packet: Packet,
    },
    /// Open a stream to this member.
    Connect {
        /// Whom.
        to: Jid,
    },
    /// Somebody should know.
    Happened(Happened),
}

/// What happened, for faces.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// We are in.
    Entered,
    /// We are out: left, kicked or banned, by whom and why.
    Out {
        /// By whom, if not by ourselves.
        by: Option<Author>,
        /// Banned rather than kicked.
        banned: bool,
        /// Why.
        reason: String,
    },
    /// Something was said.
    Said {
        /// The entry; see [`State::said`].
        id: EntryId,
        /// From before we came.
        history: bool,
        /// It took its place among older ones: somebody was cut off for a while.
        late: bool,
    },
    /// Something said was corrected, taken back or reacted to, or is hidden now (not in [`State::said`] any more).
    Changed(EntryId),
    /// Who is in the room, or what somebody is.
    Members,
    /// The subject.
    Subject,
    /// A poll.
    Poll(EntryId),
    /// The raised hands.
    Hands,
    /// An own entry is with a second hub; it has passed it on to so many of so many.
    Delivered {
        /// Which.
        id: EntryId,
        /// Members.
        to: u16,
        /// Of so many.
        of: u16,
    },
    /// Somebody misbehaves: a sentence for a moderator.
    Trouble(String),
    /// A member refuses to serve us.
    Refused(Refusal),
    /// Older entries came in.
    Older {
        /// There are no more.
        complete: bool,
    },
}

/// Why nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// No voice, no membership, no rank, or banned.
    #[error("you may not do this in this room")]
    NotAllowed,
    /// Larger than an entry can be.
    #[error("this is too long for a room")]
    TooLong,
    /// Faster than a room can carry.
    #[error("the room is busy: wait a moment")]
    Busy,
    /// Not in the room (any more).
    #[error("you are not in this room")]
    NotIn,
}

/// How a member looks from here.
#[derive(Clone, Debug, Default)]
pub(super) struct Peer {
    /// On the network, as far as we see.
    pub present: bool,
    /// A stream stands.
    pub linked: bool,
    /// It does not keep up: nothing is pushed to it.
    pub slow: bool,
    /// What it wants of us.
    pub here: Level,
    /// What we want of it.
    pub there: Level,
    /// A stream was asked for, then.
    pub dialled: Option<Moment>,
    /// A question to it is open since.
    pub asked: Option<Moment>,
    /// It has something that we have not, since; checked again then.
    pub gap: Option<Moment>,
    /// Not to be relied on until.
    pub shunned: Option<Moment>,
    /// It does not serve us, until.
    pub refused: Option<Moment>,
    /// Forged or malformed entries that it gave us.
    pub bad: u32,
    /// Entries of its own that we may still take at once.
    pub credit: f64,
    pub credit_at: Moment,
    /// Members that it passes on to.
    pub served: u16,
    /// How far it said to have come with each of our own chains.
    pub has_ours: BTreeMap<u32, u32>,
    /// The heads that it last told, for a gap.
    pub told: Vec<super::log::Head>,
}

/// See the module's documentation.
pub struct Room {
    pub(super) id: RoomId,
    pub(super) key: SecretKey,
    pub(super) me: Author,
    pub(super) jid: Jid,
    nick: String,
    steady: bool,
    founder: Option<Author>,
    pub(super) log: Log,
    pub(super) state: State,
    pub(super) peers: BTreeMap<Jid, Peer>,
    pub(super) outputs: VecDeque<Output>,
    keeping: VecDeque<Arc<Entry>>,
    /// For each member, what is to be pushed to it.
    pub(super) pushes: BTreeMap<Jid, Vec<Arc<Entry>>>,
    pub(super) push_at: Option<Moment>,
    pub(super) digest_at: Option<Moment>,
    pub(super) digest_wide: bool,
    pub(super) changed: BTreeSet<ChainId>,
    pub(super) confirm_at: Option<Moment>,
    pub(super) confirm_pause: Duration,
    /// Own entries that no second hub has yet.
    pub(super) unconfirmed: VecDeque<(EntryId, u32, u32)>,
    pub(super) idle_at: Option<Moment>,
    pub(super) redial_at: Option<Moment>,
    pub(super) dice: u64,
    /// Somebody has told us how far our own chain had come.
    pub(super) synced: bool,
    /// To write our join as soon as somebody has.
    pub(super) entering: bool,
    /// In the room by our own word.
    pub(super) inside: bool,
    /// We count as in, but nobody was here to be told.
    owes_join: bool,
    pub(super) alone_at: Option<Moment>,
    writing: Option<u32>,
    credit: f64,
    pub(super) clock: Clock,
    credit_at: Moment,
    dirty: bool,
    fresh: Vec<Arc<Entry>>,
    loading: bool,
    /// Who is here may have changed: hubs and subscriptions are to be looked at.
    pub(super) stale: bool,
    pub(super) hub_cache: Vec<Jid>,
    /// Who to turn to while nobody is known.
    pub(super) contacts: BTreeSet<Jid>,
    /// Entries that were refused or could not be read, for the bounds.
    pub refused: u64,
}

impl Room {
    fn new(id: RoomId, key: SecretKey, jid: Jid, nick: &str, seed: u64, clock: Clock) -> Room {
        let me = Author::from(key.public());
        Room {
            id,
            key,
            me,
            jid,
            nick: nick.to_owned(),
            steady: true,
            founder: None,
            log: Log::default(),
            state: State::default(),
            peers: BTreeMap::new(),
            outputs: VecDeque::new(),
            keeping: VecDeque::new(),
            pushes: BTreeMap::new(),
            push_at: None,
            digest_at: None,
            digest_wide: false,
            changed: BTreeSet::new(),
            confirm_at: None,
            confirm_pause: Duration::ZERO,
            unconfirmed: VecDeque::new(),
            idle_at: None,
            redial_at: None,
            dice: seed | 1,
            synced: false,
            entering: false,
            inside: false,
            owes_join: false,
            alone_at: None,
            writing: None,
            credit: BURST,
            clock,
            credit_at: clock.now,
            dirty: false,
            fresh: Vec::new(),
            loading: false,
            stale: true,
            hub_cache: Vec::new(),
            contacts: BTreeSet::new(),
            refused: 0,
        }
    }

    /// A new room, and we are in it. `nonce` and `seed` must be unpredictable.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a different thing that only the caller has"
    )]
    pub fn found(
        key: SecretKey,
        jid: Jid,
        nick: &str,
        name: &str,
        members_only: bool,
        moderated: bool,
        nonce: String,
        seed: u64,
        clock: Clock,
    ) -> Result<Room, WriteError> {
        let me = Author::from(key.public());
        let mut room = Room::new(RoomId::of(&me, &nonce), key, jid, nick, seed, clock);
        room.founder = Some(me);
        room.synced = true;
        room.inside = true;
        let name = name.to_owned();
        room.sign(Body::Create {
            nonce,
            name,
            members_only,
            moderated,
        })?;
        room.sign_join()?;
        room.outputs.push_back(Output::Happened(Happened::Entered));
        room.finish();
        Ok(room)
    }

    /// A room of others; one of `contacts` is asked for it.
    pub fn join(
        id: RoomId,
        key: SecretKey,
        jid: Jid,
        nick: &str,
        contacts: &[Jid],
        seed: u64,
        clock: Clock,
    ) -> Room {
        let mut room = Room::new(id, key, jid, nick, seed, clock);
        room.contacts.extend(contacts.iter().take(16).cloned());
        room.entering = true;
        room.finish();
        room
    }

    /// A room from our own disk: its entries in the order in which they were kept, and from which clock on it is whole.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a different thing that only the caller has"
    )]
    pub fn resume(
        id: RoomId,
        key: SecretKey,
        jid: Jid,
        nick: &str,
        entries: Vec<Entry>,
        enter: bool,
        seed: u64,
        clock: Clock,
    ) -> Room {
        let mut room = Room::new(id, key, jid, nick, seed, clock);
        room.loading = true;
        // A chain may begin in the middle, for who came late: everything that can be joined to its latest piece.
        let mut chains: BTreeMap<ChainId, Vec<&Entry>> = BTreeMap::new();
        for entry in &entries {
            chains.entry(entry.chain()).or_default().push(entry);
        }
        let mut starts = Vec::new();
        for (chain, mut pieces) in chains {
            pieces.sort_by_key(|entry| entry.draft.seq);
            let mut first = pieces.last().map_or(1, |last| last.draft.seq);
            for entry in pieces.iter().rev() {
                if entry.draft.seq + 1 < first {
                    break;
                }
                first = entry.draft.seq;
            }
            let base = pieces.iter().find(|entry| entry.draft.seq == first);
            let id = base.map_or([0; 8], |entry| entry.draft.previous.short());
            if first > 1 {
                starts.push((chain, first - 1, id));
            }
        }
        if !starts.is_empty() {
            let partial: BTreeSet<ChainId> = starts.iter().map(|(chain, _, _)| *chain).collect();
            let first = |entry: &&Entry| partial.contains(&entry.chain());
            let horizon = entries
                .iter()
                .filter(first)
                .map(|entry| entry.draft.clock)
                .min()
                .unwrap_or(0);
            room.log.start(horizon, &starts);
        }
        let mut entries: Vec<Arc<Entry>> = entries.into_iter().map(Arc::new).collect();
        entries.sort_by_key(|entry| (entry.chain(), entry.draft.seq));
        for entry in entries {
            room.note_founder(&entry);
            room.log.insert(entry.clone());
            room.log.keep(&entry);
        }
        room.entering = enter;
        room.alone_at = enter.then(|| clock.now + ALONE);
        room.dirty = true;
        room.finish();
        room.loading = false;
        room.outputs.clear();
        room
    }

    /// Its id.
    pub fn id(&self) -> RoomId {
        self.id
    }

    /// Our own key in it.
    pub fn me(&self) -> Author {
        self.me
    }

    /// Its address: `name@room-ID8`. The same whoever serves it.
    pub fn address(&self) -> String {
        let name = crate::wire::text::cut(&self.state.name, 40);
        format!("{name}@room-{}", self.id.id8())
    }

    /// What it is now.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Its entries.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// In it, as far as we know.
    pub fn is_inside(&self) -> bool {
        self.inside
    }

    /// Streams, members looked at, pushes that wait: for tests of the bounds.
    pub fn held(&self) -> (usize, usize, usize) {
        let linked = self.peers.values().filter(|peer| peer.linked).count();
        (
            linked,
            self.peers.len(),
            self.pushes.values().map(Vec::len).sum(),
        )
    }

    /// What is to be done next, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to come back at the latest.
    pub fn poll_timeout(&self) -> Option<Moment> {
        let gaps = self.peers.values().filter_map(|peer| peer.gap);
        [
            self.push_at,
            self.digest_at,
            self.confirm_at,
            self.idle_at,
            self.redial_at,
            self.alone_at,
        ]
        .into_iter()
        .flatten()
        .chain(gaps)
        .min()
    }

    /// Writes an entry; it is sent once it is on disk.
    ///
    /// # Errors
    /// See [`WriteError`]; nothing was written then.
    pub fn write(&mut self, clock: Clock, body: Body) -> Result<EntryId, WriteError> {
        self.clock = clock;
        self.enter_quietly();
        if !self.inside {
            return Err(WriteError::NotIn);
        }
        self.may(&body)?;
        self.credit =
            (self.credit + clock.now.since(self.credit_at).as_secs_f64() * PER_SECOND).min(BURST);
        self.credit_at = clock.now;
        if self.credit < 1.0 {
            return Err(WriteError::Busy);
        }
        self.credit -= 1.0;
        self.join_if_owed();
        let id = self.sign(body)?;
        self.finish();
        Ok(id)
    }

    /// Would this be taken from us?
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`].
    pub fn may(&self, body: &Body) -> Result<(), WriteError> {
        let rules = &self.state.rules;
        let rank = rules.role(self.me);
        let above = |target: &Author| rank >= Role::Admin && rank > rules.role(*target);
        let allowed = match body {
            Body::Create { .. } | Body::Unknown(_) => false,
            Body::Join { .. } | Body::Leave | Body::Nick { .. } => true,
            Body::Message { .. } | Body::Correction { .. } | Body::Reaction { .. } => {
                rules.has_voice(self.me)
            }
            Body::Hand { .. } | Body::Vote { .. } => rank != Role::Outcast,
            Body::Announcement { .. }
            | Body::Poll { .. }
            | Body::Moderated { .. }
            | Body::Unban { .. } => rank >= Role::Admin,
            Body::PollClosed { poll } => {
                rank >= Role::Admin
                    || self
                        .state
                        .polls
                        .get(poll)
                        .is_some_and(|poll| poll.by == self.me)
            }
            Body::Subject { .. } => {
                rank >= Role::Admin || !rules.moderated && rules.has_voice(self.me)
            }
            Body::Retraction { target, .. } => {
                let by = self.state.said.get(target).map(|said| said.author);
                by.is_some_and(|by| by == self.me || above(&by))
            }
            Body::Role { target, role, .. } => {
                *target == self.me && *role < rank
                    || above(target)
                        && (*role < rank || rank == Role::Owner && *role == Role::Owner)
            }
            Body::Voice { target, on, .. } => rank >= Role::Admin && (*on || above(target)),
            Body::Kick { target, .. } | Body::Ban { target, .. } => above(target),
        };
        allowed.then_some(()).ok_or(WriteError::NotAllowed)
    }

    /// Bans somebody, with everything of theirs that we know still counting.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn ban(
        &mut self,
        clock: Clock,
        target: Author,
        reason: String,
    ) -> Result<EntryId, WriteError> {
        let cut = self.log.cut(target);
        self.write(
            clock,
            Body::Ban {
                target,
                reason,
                cut,
            },
        )
    }

    /// Changes what somebody is.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn set_role(
        &mut self,
        clock: Clock,
        target: Author,
        role: Role,
    ) -> Result<EntryId, WriteError> {
        let cut = self.log.cut(target);
        self.write(clock, Body::Role { target, role, cut })
    }

    /// Gives or takes voice.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn set_voice(
        &mut self,
        clock: Clock,
        target: Author,
        on: bool,
    ) -> Result<EntryId, WriteError> {
        let cut = if on { Vec::new() } else { self.log.cut(target) };
        self.write(clock, Body::Voice { target, on, cut })
    }

    /// Makes the room moderated, or not any more.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn set_moderated(&mut self, clock: Clock, on: bool) -> Result<EntryId, WriteError> {
        let authors: Vec<Author> = self.state.occupants.keys().copied().collect();
        let cut = authors.into_iter().flat_map(|author| self.log.cut(author));
        let cut = if on {
            cut.take(super::body::MAX_CUT).collect()
        } else {
            Vec::new()
        };
        self.write(clock, Body::Moderated { on, cut })
    }

    /// Another nick from now on.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn set_nick(&mut self, clock: Clock, nick: &str) -> Result<EntryId, WriteError> {
        nick.clone_into(&mut self.nick);
        self.write(
            clock,
            Body::Nick {
                nick: nick.to_owned(),
            },
        )
    }

    /// Leaves. What is still to be sent may be drained afterwards.
    pub fn leave(&mut self, clock: Clock) {
        self.clock = clock;
        self.entering = false;
        if std::mem::take(&mut self.inside) {
            if !std::mem::take(&mut self.owes_join) {
                let _ = self.sign(Body::Leave);
            }
            self.outputs.push_back(Output::Happened(Happened::Out {
                by: None,
                banned: false,
                reason: String::new(),
            }));
        }
        self.finish();
    }

    /// Comes (back) in, once a member has told us how things stand; after a while also without.
    pub fn enter(&mut self, clock: Clock) {
        self.clock = clock;
        if !self.inside && !self.entering {
            self.entering = true;
            self.alone_at = Some(clock.now + ALONE);
            for peer in self.peers.values_mut() {
                (peer.there, peer.refused) = (Level::None, None);
            }
            self.stale = true;
            self.finish();
        }
    }

    /// Nobody is here: we are in, and write so when there is somebody, or something else to write. (A chain begun by every
    /// lonely start would be many chains.)
    pub(super) fn enter_quietly(&mut self) {
        let alone = !self
            .peers
            .values()
            .any(|peer| peer.linked && peer.refused.is_none());
        if self.entering
            && self.founder.is_some()
            && (alone || self.synced)
            && self.refusal().is_none()
        {
            (self.entering, self.inside, self.owes_join) = (false, true, true);
            self.stale = true;
            self.outputs.push_back(Output::Happened(Happened::Entered));
        }
    }

    pub(super) fn join_if_owed(&mut self) {
        if self.inside && std::mem::take(&mut self.owes_join) {
            let _ = self.sign_join();
        }
    }

    fn refusal(&self) -> Option<Refusal> {
        let rules = &self.state.rules;
        match rules.role(self.me) {
            Role::Outcast => Some(Refusal::Banned),
            role if rules.members_only && role < Role::Member => Some(Refusal::MembersOnly),
            _ if self.state.present().count() >= MAX_MEMBERS => Some(Refusal::Busy),
            _ => None,
        }
    }

    /// Somebody has told us how things stand: our join is written.
    pub(super) fn enter_now(&mut self) {
        if !self.entering || self.founder.is_none() {
            return;
        }
        self.entering = false;
        if let Some(why) = self.refusal() {
            return self
                .outputs
                .push_back(Output::Happened(Happened::Refused(why)));
        }
        self.inside = true;
        self.stale = true;
        self.outputs.push_back(Output::Happened(Happened::Entered));
        let _ = self.sign_join();
    }

    fn sign_join(&mut self) -> Result<EntryId, WriteError> {
        let (nick, jid, steady) = (self.nick.clone(), self.jid.clone(), self.steady);
        self.sign(Body::Join { nick, jid, steady })
    }

    /// Signs, and keeps; see [`Output::Keep`].
    fn sign(&mut self, body: Body) -> Result<EntryId, WriteError> {
        let incarnation = self.incarnation();
        let chain = ChainId {
            author: self.me,
            incarnation,
        };
        let (last, previous) = self.log.end(chain).unwrap_or_default();
        let latest = self.log.last().map_or(0, |order| order.clock);
        let wall = u64::try_from(self.clock.wall.as_millisecond()).unwrap_or(0);
        // A clock that is far ahead orders nothing.
        let ahead = latest > 0 && wall > latest.saturating_add(LEAP / 2);
        let clock = if ahead {
            latest + 1
        } else {
            wall.max(latest + 1)
        };
        let grant = match body.is_rule() || self.state.rules.role_at(self.me, None) >= Role::Admin {
            true => self.state.rules.grant_of(self.me),
            false => EntryId::default(),
        };
        let draft = Draft {
            room: self.id,
            incarnation,
            seq: last + 1,
            previous,
            clock,
            time: wall,
            grant,
            body,
        };
        let entry = Arc::new(Entry::sign(&self.key, draft).map_err(|_| WriteError::TooLong)?);
        if self.log.insert(entry.clone()) != Insert::New {
            return Err(WriteError::Busy);
        }
        self.keep(entry.clone());
        Ok(entry.id)
    }

    /// The chain that we write on. A disk may have been put back to an earlier state: unless somebody else has told us how far
    /// we had come, we begin another one.
    fn incarnation(&mut self) -> u32 {
        let goes_on = |room: &Room, incarnation| {
            let chain = ChainId {
                author: room.me,
                incarnation,
            };
            room.log.end(chain).is_some()
        };
        if let Some(incarnation) = self.writing
            && (goes_on(self, incarnation)
                || self
                    .log
                    .head(ChainId {
                        author: self.me,
                        incarnation,
                    })
                    .is_none())
        {
            return incarnation;
        }
        let latest = self.log.chains_of(self.me).filter_map(|chain| {
            let (seq, id) = self.log.end(chain)?;
            Some((self.log.get(&id)?.draft.clock, seq, chain.incarnation))
        });
        let latest = latest.max().filter(|_| self.synced);
        let incarnation = match latest {
            Some((_, _, incarnation)) => incarnation,
            None => u32::try_from(self.roll() >> 33).unwrap_or(1),
        };
        self.writing = Some(incarnation);
        incarnation
    }

    /// A number that others cannot guess before they see it.
    pub(super) fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn keep(&mut self, entry: Arc<Entry>) {
        self.outputs.push_back(Output::Keep(entry.clone()));
        self.keeping.push_back(entry.clone());
        self.fresh.push(entry);
    }

    /// So many more of what was given by [`Output::Keep`] are on disk.
    pub fn handle_kept(&mut self, clock: Clock, count: usize) {
        self.clock = clock;
        for _ in 0..count {
            let Some(entry) = self.keeping.pop_front() else {
                break;
            };
            self.log.keep(&entry);
            self.changed.insert(entry.chain());
            if entry.author == self.me && self.log.get(&entry.id).is_some() {
                self.pass_on(&entry, None);
                self.await_confirmation(&entry);
            }
        }
        self.schedule_digest();
        self.finish();
    }

    /// Takes an entry that was read and checked. What became of it.
    pub(super) fn take(&mut self, entry: Arc<Entry>, from: Option<&Jid>) -> Insert {
        let latest = self.log.last().map_or(0, |order| order.clock);
        let wall = u64::try_from(self.clock.wall.as_millisecond()).unwrap_or(0);
        if entry.draft.clock > latest.max(wall).saturating_add(LEAP) {
            return Insert::Refused;
        }
        let banned = self.state.rules.is_banned(entry.author) && entry.author != self.me;
        if banned && !self.state.rules.lets_in(&entry) {
            self.refused += 1;
            return Insert::Refused; // Nobody keeps what a banned author writes behind the cut.
        }
        let outcome = self.log.insert(entry.clone());
        match outcome {
            Insert::New => {
                self.note_founder(&entry);
                self.keep(entry.clone());
                self.pass_on(&entry, from);
            }
            Insert::Fork => {
                self.dirty = true;
                let who = self.name_of(entry.author);
                self.outputs.push_back(Output::Keep(entry.clone()));
                self.keeping.push_back(entry.clone());
                self.trouble(format!(
                    "{who} wrote two different things in one place. What came after is not shown."
                ));
                self.changed.insert(entry.chain());
                for proof in self.proofs(entry.chain()) {
                    self.pass_on(&proof, from);
                }
                self.schedule_digest();
            }
            Insert::Refused => self.refused += 1,
            Insert::Known | Insert::Gap => {}
        }
        outcome
    }

    fn proofs(&self, chain: ChainId) -> Vec<Arc<Entry>> {
        self.log
            .forks()
            .filter(|(id, _)| *id == chain)
            .flat_map(|(_, proof)| proof.to_vec())
            .collect()
    }

    fn note_founder(&mut self, entry: &Entry) {
        if let Body::Create { nonce, .. } = &entry.draft.body
            && entry.draft.seq == 1
            && RoomId::of(&entry.author, nonce) == self.id
        {
            self.founder = Some(entry.author);
            self.dirty = true;
        }
    }

    pub(super) fn name_of(&self, author: Author) -> String {
        let occupant = self.state.occupants.get(&author);
        occupant.map_or_else(|| format!("{author:?}"), |occupant| occupant.nick.clone())
    }

    pub(super) fn trouble(&mut self, what: String) {
        self.outputs
            .push_back(Output::Happened(Happened::Trouble(what)));
    }

    /// After every input: the state follows the entries, and what changed is told.
    pub(super) fn finish(&mut self) {
        self.settle_state();
        if std::mem::take(&mut self.stale) {
            self.hub_cache = self.compute_hubs();
            self.retarget();
        }
        self.flush_pushes(false);
    }

    pub(super) fn settle_state(&mut self) {
        let Some(founder) = self.founder else { return };
        let fresh = std::mem::take(&mut self.fresh);
        if fresh.is_empty() && !self.dirty {
            return;
        }
        let latest = self.state.timeline.keys().next_back().copied();
        let matters = self.dirty
            || fresh.iter().any(|entry| {
                entry.draft.body.is_state() || matches!(entry.draft.body, Body::Hand { .. })
            });
        let before = matters.then(|| Before::of(&self.state));
        let mut touched = Vec::new();
        let rebuilt = std::mem::take(&mut self.dirty)
            || !fresh.iter().all(|entry| {
                touch(&mut touched, entry);
                self.state.add(entry)
            });
        if rebuilt {
            let old = std::mem::replace(&mut self.state, State::of(founder, &self.log));
            self.cut_off();
            touched.extend(self.differences(&old));
        }
        self.tell_said(&touched, &fresh, latest);
        if let Some(before) = before {
            self.state.settle();
            self.stale = true;
            self.tell_rest(&before);
        }
        self.watch_own_place(&fresh);
    }

    /// What banned authors wrote behind the cut goes, so that everybody has the same.
    fn cut_off(&mut self) {
        let banned: Vec<Author> = self
            .state
            .rules
            .banned()
            .filter(|who| *who != self.me)
            .collect();
        let rules = &self.state.rules;
        for who in banned {
            self.log.truncate(who, |entry| rules.lets_in(entry));
        }
    }

    fn differences(&self, old: &State) -> Vec<EntryId> {
        let new = &self.state;
        let changed = |(_, id): &(&Order, &EntryId)| old.said.get(*id) != new.said.get(*id);
        let gone = old
            .timeline
            .values()
            .filter(|id| !new.said.contains_key(*id));
        let mut all: Vec<EntryId> = new
            .timeline
            .iter()
            .filter(changed)
            .map(|(_, id)| *id)
            .collect();
        all.extend(gone);
        for (id, poll) in &new.polls {
            if old.polls.get(id) != Some(poll) {
                all.push(*id);
            }
        }
        all
    }

    fn tell_said(&mut self, touched: &[EntryId], fresh: &[Arc<Entry>], latest: Option<Order>) {
        if self.loading {
            return;
        }
        let mut told = HashSet::new();
        let fresh: HashSet<EntryId> = fresh.iter().map(|entry| entry.id).collect();
        for id in touched {
            if !told.insert(*id) {
                continue;
            }
            let happened = if self.state.polls.contains_key(id) {
                Happened::Poll(*id)
            } else if fresh.contains(id) && self.state.said.contains_key(id) {
                let order = self
                    .log
                    .get(id)
                    .map(|entry| entry.order())
                    .unwrap_or_default();
                let late = latest.is_some_and(|last| last.clock > order.clock.saturating_add(LATE));
                Happened::Said {
                    id: *id,
                    history: !self.inside,
                    late: late && self.inside,
                }
            } else {
                Happened::Changed(*id)
            };
            self.outputs.push_back(Output::Happened(happened));
        }
    }

    fn tell_rest(&mut self, before: &Before) {
        if self.loading {
            return;
        }
        let now = Before::of(&self.state);
        let mut tell = |happened| self.outputs.push_back(Output::Happened(happened));
        if now.members != before.members {
            tell(Happened::Members);
        }
        if now.subject != before.subject {
            tell(Happened::Subject);
        }
        if now.hands != before.hands {
            tell(Happened::Hands);
        }
    }

    /// Were we sent out? By an entry that came now: what others said of our place before we came back is history.
    fn watch_own_place(&mut self, fresh: &[Arc<Entry>]) {
        if !self.inside || self.loading {
            return;
        }
        for entry in fresh {
            let (target, reason, banned) = match &entry.draft.body {
                Body::Kick { target, reason } => (target, reason, false),
                Body::Ban { target, reason, .. } => (target, reason, true),
                _ => continue,
            };
            let out = self
                .state
                .occupants
                .get(&self.me)
                .is_some_and(|own| !own.joined)
                || self.state.rules.is_banned(self.me);
            if *target == self.me && self.state.rules.is_valid(entry) && out {
                self.inside = false;
                self.outputs.push_back(Output::Happened(Happened::Out {
                    by: Some(entry.author),
                    banned,
                    reason: reason.clone(),
                }));
            }
        }
    }
}

/// What is compared to see what changed.
struct Before {
    members: BTreeMap<Author, (String, Jid, bool, Role, bool)>,
    subject: Option<(String, Author)>,
    hands: Vec<Author>,
}

impl Before {
    fn of(state: &State) -> Before {
        let member = |(author, one): (&Author, &super::state::Occupant)| {
            (
                *author,
                (
                    one.nick.clone(),
                    one.jid.clone(),
                    one.joined,
                    one.role,
                    one.voice,
                ),
            )
        };
        Before {
            members: state.occupants.iter().map(member).collect(),
            subject: state.subject.clone(),
            hands: state.hands(),
        }
    }
}

/// What an entry changes in what is shown.
fn touch(touched: &mut Vec<EntryId>, entry: &Entry) {
    match &entry.draft.body {
        Body::Message { .. } | Body::Announcement { .. } | Body::Poll { .. } => {
            touched.push(entry.id)
        }
        Body::Correction { target, .. }
        | Body::Retraction { target, .. }
        | Body::Reaction { target, .. }
        | Body::Vote { poll: target, .. }
        | Body::PollClosed { poll: target } => touched.push(*target),
        _ => {}
    }
}
