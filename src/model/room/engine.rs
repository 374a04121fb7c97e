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

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::body::Body;
use super::entry::{Author, ChainId, Entry, EntryId, RoomId};
use super::fault::Fault;
use super::log::Log;
use super::packet::{Level, Packet, Refusal};
use super::state::State;
use crate::wire::jid::Jid;
use crate::wire::key::SecretKey;
use crate::wire::time::{Clock, Moment};

/// Members of a room who are in it at once.
pub const MAX_MEMBERS: usize = 1000;
/// A clock may jump ahead so far, in ms: two years. Clocks order; they are not believed.
pub(super) const LEAP: u64 = 2 * 366 * 24 * 3600 * 1000;
/// Our own entries at once, and a second.
pub(super) const BURST: f64 = 40.0;
pub(super) const PER_SECOND: f64 = 10.0;
/// An entry that takes its place before others that are this much later came late, in ms.
pub(super) const LATE: u64 = 10_000;
/// Who finds nobody within this is alone.
pub(super) const ALONE: Duration = Duration::from_secs(3);

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
    /// Who may speak or enter, or who is banned.
    Rules,
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
    /// Somebody misbehaves: for who moderates.
    Trouble(Trouble),
    /// A member refuses to serve us.
    Refused(Refusal),
    /// Older entries came in.
    Older {
        /// There are no more.
        complete: bool,
    },
}

/// What somebody does wrong; with its nick, or its address if it is in no room of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Two entries in one place.
    #[error("{0} wrote two different things in one place. What came after is not shown.")]
    Fork(String),
    /// Entries that nobody signed, or that cannot be read.
    #[error("{0} passes on entries that are forged or damaged. They were not taken.")]
    Forged(String),
    /// More than a room can carry.
    #[error("{0} writes more than a room can carry. The rest is taken later.")]
    Flood(String),
    /// Again and again it had what it should have passed on, and kept it.
    #[error("{0} does not pass on everything that it should. It is not relied on for a while.")]
    Withheld(String),
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
    /// A stream to it was asked for by [`Room::ask_beyond`].
    pub beyond: bool,
    /// The key of its stream.
    pub key: Option<Author>,
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
    /// It was asked whether it keeps something from us.
    pub suspected: Option<super::suspect::Suspicion>,
    /// How often it did.
    pub withheld: u32,
    /// When it did last.
    pub withheld_at: Moment,
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
    pub(super) nick: String,
    pub(super) steady: bool,
    pub(super) founder: Option<Author>,
    pub(super) log: Log,
    pub(super) state: State,
    pub(super) peers: BTreeMap<Jid, Peer>,
    pub(super) outputs: VecDeque<Output>,
    pub(super) keeping: VecDeque<Arc<Entry>>,
    /// The rules may have changed: some may not be told any more what is said here. Looked at when the change is on disk and on
    /// its way to them.
    pub(super) ruled: bool,
    /// Somebody may want every entry from us; if not, we need not look for whom, in a hall of hundreds, for each entry.
    pub(super) serves: bool,
    /// For each member, what is to be pushed to it.
    pub(super) pushes: BTreeMap<Jid, Vec<Arc<Entry>>>,
    pub(super) push_at: Option<Moment>,
    pub(super) digest_at: Option<Moment>,
    pub(super) digest_wide: bool,
    /// One is being told to many.
    pub(super) spread: Option<super::digest::Spread>,
    pub(super) spread_at: Option<Moment>,
    pub(super) changed: BTreeSet<ChainId>,
    pub(super) confirm_at: Option<Moment>,
    pub(super) confirm_pause: Duration,
    /// Own entries that no second hub has yet.
    pub(super) unconfirmed: VecDeque<(EntryId, u32, u32)>,
    /// Those that a second hub has, but not yet all; with how many members each was told to be.
    pub(super) reached: VecDeque<(EntryId, u32, u32, u16)>,
    pub(super) idle_at: Option<Moment>,
    /// The first gap is to be looked at, if it is still one.
    pub(super) gap_at: Option<Moment>,
    pub(super) redial_at: Option<Moment>,
    /// Somebody who passes nothing on is asked then; so many more soon after it.
    pub(super) beyond_at: Option<Moment>,
    pub(super) quick: u8,
    pub(super) dice: u64,
    /// Somebody has told us how far our own chain had come.
    pub(super) synced: bool,
    /// To write our join as soon as somebody has.
    pub(super) entering: bool,
    /// In the room by our own word.
    pub(super) inside: bool,
    /// When we began to come in, or were in.
    pub(super) came: Moment,
    /// We count as in, but nobody was here to be told.
    pub(super) owes_join: bool,
    pub(super) alone_at: Option<Moment>,
    pub(super) writing: Option<u32>,
    pub(super) credit: f64,
    pub(super) clock: Clock,
    pub(super) credit_at: Moment,
    pub(super) dirty: bool,
    pub(super) fresh: Vec<Arc<Entry>>,
    pub(super) loading: bool,
    /// Who is here may have changed: hubs and subscriptions are to be looked at.
    pub(super) stale: bool,
    pub(super) hub_cache: Vec<Jid>,
    /// When the last few came in, the latest last.
    pub(super) joins: VecDeque<Moment>,
    /// Who to turn to while nobody is known.
    pub(super) contacts: BTreeSet<Jid>,
    /// Entries that were refused or could not be read, for the bounds.
    pub refused: u64,
    /// Older entries were asked for.
    pub(super) paging: bool,
    /// Does something wrong on purpose.
    pub(super) fault: Option<Fault>,
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
            ruled: false,
            serves: false,
            pushes: BTreeMap::new(),
            push_at: None,
            digest_at: None,
            digest_wide: false,
            spread: None,
            spread_at: None,
            changed: BTreeSet::new(),
            confirm_at: None,
            confirm_pause: Duration::ZERO,
            unconfirmed: VecDeque::new(),
            reached: VecDeque::new(),
            idle_at: None,
            gap_at: None,
            redial_at: None,
            beyond_at: None,
            quick: 0,
            dice: seed | 1,
            synced: false,
            entering: false,
            inside: false,
            came: clock.now,
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
            joins: VecDeque::new(),
            contacts: BTreeSet::new(),
            refused: 0,
            paging: false,
            fault: None,
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
            // What the room's state needs of what was before is here, too, and is no beginning.
            let bases: BTreeMap<ChainId, u32> = starts
                .iter()
                .map(|(chain, base, _)| (*chain, *base))
                .collect();
            let first = |entry: &&Entry| {
                let base = bases.get(&entry.chain());
                base.is_some_and(|base| *base + 1 == entry.draft.seq)
            };
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

    /// Is this [`Room::address`]? Asked for each stanza that comes: nothing is put together for it.
    pub fn has_address(&self, address: &str) -> bool {
        address.rsplit_once("@room-").is_some_and(|(name, id)| {
            id == self.id.id8() && name == crate::wire::text::cut(&self.state.name, 40)
        })
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

    /// From now on something is done wrong: for tests of the checks. Nothing happens without debug assertions.
    pub fn seed_fault(&mut self, fault: Option<Fault>) {
        self.fault = fault.filter(|_| cfg!(debug_assertions));
        self.state.fault = self.fault;
    }

    pub(super) fn errs(&self, fault: Fault) -> bool {
        cfg!(debug_assertions) && self.fault == Some(fault)
    }

    /// Is everything that we wrote on disk and on its way?
    pub fn is_told(&self) -> bool {
        self.keeping.is_empty() && self.pushes.is_empty()
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
        [
            self.push_at,
            self.digest_at,
            self.spread_at,
            self.confirm_at,
            self.idle_at,
            self.redial_at,
            self.alone_at,
            self.gap_at,
            self.beyond_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// A number that others cannot guess before they see it.
    pub(super) fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        if self.errs(Fault::OtherDice) {
            self.dice ^= super::fault::other_dice();
        }
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn name_of(&self, author: Author) -> String {
        let occupant = self.state.occupants.get(&author);
        occupant.map_or_else(|| format!("{author:?}"), |occupant| occupant.nick.clone())
    }

    /// Who is at this address, for people.
    pub(super) fn nick_at(&self, jid: &Jid) -> String {
        let mut all = self.state.occupants.values();
        let there = all.find(|one| one.joined && one.jid == *jid);
        there.map_or_else(|| jid.to_string(), |one| one.nick.clone())
    }

    pub(super) fn trouble(&mut self, what: Trouble) {
        self.outputs
            .push_back(Output::Happened(Happened::Trouble(what)));
    }
}
