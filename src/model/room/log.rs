//! The set of entries as chains: what is there, what is missing, and who wrote two things in one place.
//!
//! A chain is one author's entries of one incarnation, each naming the one before it. Two entries in one place are a *fork*: the
//! proof (the two with the smallest ids, at the earliest such place) is kept, the chain counts up to there and takes nothing more.
//! Whatever the order in which entries come, who has all of them ends with the same set.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::body::Cut;
use super::entry::{Author, ChainId, Entry, EntryId, Order};

/// Entries of one room, at most; then it takes no more.
pub const MAX_ENTRIES: usize = 200_000;
/// Octets of one room, at most.
pub const MAX_OCTETS: usize = 256 << 20;
/// Chains of one room.
pub const MAX_CHAINS: usize = 20_000;
/// Chains of one author: it starts a new one only after losing its memory.
pub const MAX_INCARNATIONS: usize = 64;

/// How far a chain is known, in the form in which it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Head {
    /// The beginning of the author's key.
    pub author: [u8; 8],
    /// Incarnation.
    pub incarnation: u32,
    /// The last entry.
    pub seq: u32,
    /// The beginning of its id; of both proofs together if the chain is frozen.
    pub id: [u8; 8],
    /// A fork was found behind it.
    pub frozen: bool,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insert {
    /// It is new.
    New,
    /// It was here already.
    Known,
    /// One before it is missing.
    Gap,
    /// Its author wrote something else in this place: the chain is frozen there.
    Fork,
    /// The chain is frozen before it, or the room is full.
    Refused,
}

#[derive(Clone, Debug, Default)]
struct Chain {
    /// Entries up to here are not held in order (who joined late has not all).
    base: u32,
    base_id: [u8; 8],
    ids: VecDeque<EntryId>,
    /// On disk up to here.
    kept: u32,
    /// What the room's state needs of what was before `base`: not joined to the rest yet.
    strays: BTreeMap<u32, EntryId>,
    fork: Option<Fork>,
}

#[derive(Clone, Debug)]
struct Fork {
    /// The place.
    seq: u32,
    proof: [Arc<Entry>; 2],
}

impl Chain {
    fn len(&self) -> u32 {
        self.base + u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    fn get(&self, seq: u32) -> Option<EntryId> {
        let at = usize::try_from(seq.checked_sub(self.base)?.checked_sub(1)?).ok()?;
        self.ids.get(at).copied()
    }
}

/// The set. See the module's documentation.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: HashMap<EntryId, Arc<Entry>>,
    order: BTreeMap<Order, EntryId>,
    chains: BTreeMap<ChainId, Chain>,
    tags: HashMap<([u8; 8], u32), ChainId>,
    incarnations: HashMap<Author, usize>,
    octets: usize,
    /// Entries before this clock are not all here.
    pub horizon: u64,
}

impl Log {
    /// Takes an entry that was checked.
    pub fn insert(&mut self, entry: Arc<Entry>) -> Insert {
        if self.entries.contains_key(&entry.id) {
            return Insert::Known;
        }
        let id = entry.chain();
        let known = self.chains.contains_key(&id);
        let chains = self.incarnations.get(&id.author).copied().unwrap_or(0);
        let full = self.entries.len() >= MAX_ENTRIES || self.octets >= MAX_OCTETS;
        if full || (!known && (self.chains.len() >= MAX_CHAINS || chains >= MAX_INCARNATIONS)) {
            return Insert::Refused;
        }
        let seq = entry.draft.seq;
        if !known {
            if seq != 1 {
                return Insert::Gap;
            }
            if self.tags.contains_key(&(id.author.short(), id.incarnation)) {
                return Insert::Refused; // Two keys that begin alike: nobody has that by accident.
            }
            self.add_chain(id, Chain::default());
        }
        let Some(chain) = self.chains.get_mut(&id) else {
            return Insert::Refused;
        };
        if let Some(fork) = &chain.fork {
            let proven = fork.proof.iter().any(|proof| proof.id == entry.id);
            return match seq.cmp(&fork.seq) {
                _ if proven => Insert::Known,
                std::cmp::Ordering::Greater => Insert::Refused,
                std::cmp::Ordering::Equal => self.widen(id, entry),
                std::cmp::Ordering::Less => self.beside(id, entry),
            };
        }
        if seq <= chain.len() {
            return self.beside(id, entry);
        }
        if seq > chain.len() + 1 {
            return Insert::Gap;
        }
        let last = chain
            .get(seq - 1)
            .map(|last| last.short())
            .unwrap_or(chain.base_id);
        if seq > 1 && last != entry.draft.previous.short() {
            return Insert::Gap; // What it names as the one before it is not what we have there: that one comes first.
        }
        let later = chain.ids.back().and_then(|last| self.entries.get(last));
        if later.is_some_and(|last| last.draft.clock >= entry.draft.clock) {
            return Insert::Refused; // No honest clock goes backwards.
        }
        chain.ids.push_back(entry.id);
        self.hold(entry);
        Insert::New
    }

    fn add_chain(&mut self, id: ChainId, chain: Chain) {
        self.tags.insert((id.author.short(), id.incarnation), id);
        *self.incarnations.entry(id.author).or_default() += 1;
        self.chains.insert(id, chain);
    }

    fn hold(&mut self, entry: Arc<Entry>) {
        self.octets += entry.octets().len();
        self.order.insert(entry.order(), entry.id);
        self.entries.insert(entry.id, entry);
    }

    fn release(&mut self, id: EntryId) -> Option<Arc<Entry>> {
        let entry = self.entries.remove(&id)?;
        self.octets -= entry.octets().len();
        self.order.remove(&entry.order());
        Some(entry)
    }

    /// An entry at or before the end of what we have, and not the one that we have there.
    fn beside(&mut self, id: ChainId, entry: Arc<Entry>) -> Insert {
        let seq = entry.draft.seq;
        let Some(chain) = self.chains.get_mut(&id) else {
            return Insert::Refused;
        };
        if seq <= chain.base {
            // From before we came: the next older one, or one that the room's state needs.
            if chain.strays.contains_key(&seq) {
                return self.fork_below(id, entry);
            }
            if seq == chain.base && chain.base_id == entry.id.short() {
                chain.ids.push_front(entry.id);
                chain.base -= 1;
                chain.base_id = entry.draft.previous.short();
                // Those before it may be here already, because the room's state needs them.
                let mut before = entry.draft.previous;
                while chain.base > 0
                    && let Some(known) = self.entries.get(&before)
                {
                    chain.strays.remove(&chain.base);
                    chain.ids.push_front(before);
                    chain.base -= 1;
                    before = known.draft.previous;
                    chain.base_id = before.short();
                }
            } else if entry.draft.body.is_state() {
                chain.strays.insert(seq, entry.id);
            } else {
                return Insert::Refused; // Nothing here tells whether it belongs there.
            }
            self.hold(entry);
            return Insert::New;
        }
        let Some(ours) = chain.get(seq) else {
            return Insert::Refused;
        };
        let dropped: Vec<EntryId> = chain
            .ids
            .drain(usize::try_from(seq - chain.base - 1).unwrap_or(0)..)
            .collect();
        chain.kept = chain.kept.min(seq - 1);
        let mut first = None;
        for id in dropped {
            let entry = self.release(id);
            if id == ours {
                first = entry;
            }
        }
        self.freeze(id, first, entry)
    }

    /// A second entry in a place from before we came: nothing counts from there on, as with every fork.
    fn fork_below(&mut self, id: ChainId, entry: Arc<Entry>) -> Insert {
        let seq = entry.draft.seq;
        let Some(chain) = self.chains.get_mut(&id) else {
            return Insert::Refused;
        };
        let mut dropped: Vec<EntryId> = chain.ids.drain(..).collect();
        let mut above = chain.strays.split_off(&seq);
        let first = above.remove(&seq);
        dropped.extend(above.into_values());
        chain.base = seq.saturating_sub(1);
        chain.kept = chain.kept.min(chain.base);
        chain.base_id = entry.draft.previous.short();
        for id in dropped {
            self.release(id);
        }
        let first = first.and_then(|first| self.release(first));
        self.freeze(id, first, entry)
    }

    /// These two stand in one place: nothing comes behind them any more.
    fn freeze(&mut self, id: ChainId, first: Option<Arc<Entry>>, second: Arc<Entry>) -> Insert {
        let (Some(first), Some(chain)) = (first, self.chains.get_mut(&id)) else {
            return Insert::Refused;
        };
        let seq = second.draft.seq;
        let mut proof = [first, second];
        proof.sort_by_key(|entry| entry.id);
        chain.fork = Some(Fork { seq, proof });
        Insert::Fork
    }

    /// One more in the place of a fork: the two smallest are the proof.
    fn widen(&mut self, id: ChainId, entry: Arc<Entry>) -> Insert {
        let Some(fork) = self
            .chains
            .get_mut(&id)
            .and_then(|chain| chain.fork.as_mut())
        else {
            return Insert::Refused;
        };
        let [low, high] = &mut fork.proof;
        if entry.id > high.id {
            return Insert::Refused;
        }
        *high = entry;
        if high.id < low.id {
            std::mem::swap(low, high);
        }
        Insert::Fork
    }

    /// Who joins late starts from here: how far each chain had come before `horizon`. Only for an empty log.
    pub fn start(&mut self, horizon: u64, heads: &[(ChainId, u32, [u8; 8])]) {
        if !self.chains.is_empty() {
            return;
        }
        self.horizon = horizon;
        for (id, base, base_id) in heads.iter().take(MAX_CHAINS) {
            let (base, base_id) = (*base, *base_id);
            self.add_chain(
                *id,
                Chain {
                    base,
                    base_id,
                    kept: base,
                    ..Chain::default()
                },
            );
        }
    }

    /// Was this written before this log begins, in a place of which nothing is here?
    pub fn is_before_base(&self, entry: &Entry) -> bool {
        let seq = entry.draft.seq;
        self.chains.get(&entry.chain()).is_some_and(|chain| {
            let next = seq == chain.base && chain.base_id == entry.id.short();
            let free = chain.fork.is_none() && !chain.strays.contains_key(&seq);
            seq <= chain.base && free && !next
        })
    }

    /// Who came late has of some chains only what the room's state needs, and after a restart nothing tells that more came
    /// behind it. In an answer of everything from the horizon on, this entry is the next of such a chain: it begins there.
    pub fn begins_at(&mut self, entry: &Entry) -> bool {
        let (horizon, seq) = (self.horizon, entry.draft.seq);
        let Some(chain) = self.chains.get_mut(&entry.chain()) else {
            return false;
        };
        let before = |id: &EntryId| {
            let known = self.entries.get(id);
            known.is_some_and(|known| known.draft.clock < horizon && known.draft.body.is_state())
        };
        let fits = chain.fork.is_none()
            && chain.base == 0
            && !chain.ids.is_empty()
            && chain.ids.iter().all(before)
            && entry.draft.clock >= horizon
            && seq > chain.len().saturating_add(1);
        if fits {
            chain.strays.extend((1..).zip(chain.ids.drain(..)));
            (chain.base, chain.kept) = (seq - 1, seq - 1);
            chain.base_id = entry.draft.previous.short();
        }
        fits
    }

    /// Is every chain here from its beginning?
    pub fn is_whole(&self) -> bool {
        self.chains.values().all(|chain| chain.base == 0)
    }

    /// Where somebody who wants everything from `horizon` on would start.
    pub fn bases(&self, horizon: u64) -> Vec<(ChainId, u32, [u8; 8])> {
        let mut bases = Vec::new();
        for (id, chain) in &self.chains {
            let mut base = (chain.base, chain.base_id);
            for (at, entry) in chain.ids.iter().enumerate() {
                let Some(entry) = self.entries.get(entry) else {
                    break;
                };
                if entry.draft.clock >= horizon {
                    break;
                }
                base = (
                    chain.base + 1 + u32::try_from(at).unwrap_or(0),
                    entry.id.short(),
                );
            }
            bases.push((*id, base.0, base.1));
        }
        bases
    }

    /// The clock from which on there are so many entries beside those that everybody is given anyhow: three hundred who
    /// have just come in are no reason to be told nothing of what was said.
    pub fn horizon_for(&self, last: usize) -> u64 {
        let mut spoken = self
            .ordered()
            .rev()
            .filter(|entry| !entry.draft.body.is_state());
        let nth = spoken.nth(last.saturating_sub(1));
        nth.map_or(self.horizon, |entry| entry.draft.clock)
    }

    /// This entry and those before it in its chain are on disk.
    pub fn keep(&mut self, entry: &Entry) {
        if let Some(chain) = self.chains.get_mut(&entry.chain()) {
            let seq = entry.draft.seq.min(chain.len());
            chain.kept = chain.kept.max(seq);
        }
    }

    /// An entry.
    pub fn get(&self, id: &EntryId) -> Option<&Arc<Entry>> {
        self.entries.get(id)
    }

    /// All entries that count, in order.
    pub fn ordered(&self) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        self.order.values().filter_map(|id| self.entries.get(id))
    }

    /// Those before this place, the latest first.
    pub fn before(&self, order: Order) -> impl Iterator<Item = &Arc<Entry>> {
        self.order
            .range(..order)
            .rev()
            .filter_map(|(_, id)| self.entries.get(id))
    }

    /// The latest place.
    pub fn last(&self) -> Option<Order> {
        self.order.keys().next_back().copied()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// None?
    pub fn is_empty(&self) -> bool {
        self.chains.is_empty()
    }

    /// Forks that were found: whose, and the two entries that prove it.
    pub fn forks(&self) -> impl Iterator<Item = (ChainId, &[Arc<Entry>; 2])> {
        self.chains
            .iter()
            .filter_map(|(id, chain)| Some((*id, &chain.fork.as_ref()?.proof)))
    }

    /// The end of a chain: number and id of its last entry; `None` if there is none or it is frozen.
    pub fn end(&self, id: ChainId) -> Option<(u32, EntryId)> {
        let chain = self.chains.get(&id).filter(|chain| chain.fork.is_none())?;
        Some((chain.len(), chain.ids.back().copied()?))
    }

    /// The chains of an author that can go on.
    pub fn chains_of(&self, author: Author) -> impl Iterator<Item = ChainId> + '_ {
        let all = ChainId {
            author,
            incarnation: 0,
        }..=ChainId {
            author,
            incarnation: u32::MAX,
        };
        self.chains.range(all).map(|(id, _)| *id)
    }

    /// The cut after everything that this author has written as far as we know.
    pub fn cut(&self, author: Author) -> Vec<Cut> {
        let cut = |chain: ChainId| {
            let held = self.chains.get(&chain)?;
            let (seq, id) = (held.len(), held.ids.back().copied().unwrap_or_default());
            let incarnation = chain.incarnation;
            Some(Cut {
                author,
                incarnation,
                seq,
                id,
            })
        };
        self.chains_of(author).filter_map(cut).collect()
    }

    /// How far everything is known and on disk.
    pub fn vector(&self) -> Vec<Head> {
        self.chains
            .iter()
            .map(|(id, chain)| head(*id, chain))
            .collect()
    }

    /// How far this chain is known and on disk.
    pub fn head(&self, id: ChainId) -> Option<Head> {
        self.chains.get(&id).map(|chain| head(id, chain))
    }

    /// How far we are with the chain that somebody else told of.
    pub fn own_head(&self, theirs: &Head) -> Option<Head> {
        let id = self.tags.get(&(theirs.author, theirs.incarnation))?;
        self.head(*id)
    }

    /// The same, with number 0 if nothing of it is here.
    pub fn own_head_or_none(&self, theirs: &Head) -> Head {
        self.own_head(theirs).unwrap_or(Head {
            seq: 0,
            id: [0; 8],
            frozen: false,
            ..*theirs
        })
    }

    /// Lets go of the ends of an author's chains that do not count: nobody keeps them, so that all have the same.
    pub fn truncate(&mut self, author: Author, counts: impl Fn(&Entry) -> bool) {
        let chains: Vec<ChainId> = self.chains_of(author).collect();
        for id in chains {
            while let Some(last) = self
                .chains
                .get(&id)
                .and_then(|chain| chain.ids.back())
                .copied()
            {
                if self.entries.get(&last).is_none_or(|entry| counts(entry)) {
                    break;
                }
                self.release(last);
                if let Some(chain) = self.chains.get_mut(&id) {
                    chain.ids.pop_back();
                    chain.kept = chain.kept.min(chain.len());
                }
            }
        }
    }

    /// Eight bytes that are equal exactly where everything is.
    pub fn root(&self) -> [u8; 8] {
        let mut hash = Sha256::new();
        for (id, chain) in &self.chains {
            let head = head(*id, chain);
            hash.update(head.author);
            hash.update(head.incarnation.to_be_bytes());
            hash.update(head.seq.to_be_bytes());
            hash.update(head.id);
            hash.update([u8::from(head.frozen)]);
        }
        EntryId(hash.finalize().into()).short()
    }

    /// Does somebody who says this have something that we do not?
    pub fn lacks(&self, theirs: &Head) -> bool {
        let Some(id) = self.tags.get(&(theirs.author, theirs.incarnation)) else {
            return theirs.seq > 0 || theirs.frozen;
        };
        let Some(chain) = self.chains.get(id) else {
            return true;
        };
        let ours = head(*id, chain);
        match (ours.frozen, theirs.frozen) {
            (true, true) => ours.id != theirs.id || theirs.seq != ours.seq,
            (true, false) => theirs.seq < ours.seq && self.differs(chain, theirs),
            (false, true) => true,
            // Entries that are on their way to our disk are not asked for again.
            (false, false) => theirs.seq > chain.len() || self.differs(chain, theirs),
        }
    }

    fn differs(&self, chain: &Chain, theirs: &Head) -> bool {
        chain
            .get(theirs.seq)
            .is_some_and(|ours| ours.short() != theirs.id)
    }

    /// What we have and somebody with this vector has not, in order, at most so many; and whether that is all. Older than
    /// `horizon` only what the room's state needs; of `own` only what is on disk.
    pub fn missing(
        &self,
        theirs: &[Head],
        horizon: u64,
        most: usize,
        own: Author,
    ) -> (Vec<Arc<Entry>>, bool) {
        let theirs: HashMap<([u8; 8], u32), &Head> = theirs
            .iter()
            .map(|head| ((head.author, head.incarnation), head))
            .collect();
        let mut found: Vec<Arc<Entry>> = Vec::new();
        for (id, chain) in &self.chains {
            let head = theirs.get(&(id.author.short(), id.incarnation));
            let mut from = head.map_or(0, |head| head.seq);
            if let Some(head) = head
                && self.differs(chain, head)
            {
                from = head.seq - 1; // Ours in that place is the proof of a fork.
            }
            if let Some(fork) = &chain.fork
                && head.is_none_or(|head| {
                    !head.frozen || head.id != proof_id(fork) || head.seq + 1 != fork.seq
                })
            {
                found.extend(fork.proof.iter().cloned());
            }
            // Nobody sees an entry of our own that is not on our disk.
            let end = if id.author == own {
                chain.kept.min(chain.len())
            } else {
                chain.len()
            };
            let early = chain.strays.range(from.saturating_add(1)..);
            found.extend(early.filter_map(|(_, id)| self.entries.get(id)).cloned());
            let wanted = from.max(chain.base).saturating_add(1)..=end;
            let wanted = wanted.filter_map(|seq| self.entries.get(&chain.get(seq)?));
            found.extend(
                wanted
                    .filter(|entry| entry.draft.clock >= horizon || entry.draft.body.is_state())
                    .cloned(),
            );
        }
        found.sort_by_key(|entry| entry.order());
        let whole = found.len() <= most;
        found.truncate(most);
        (found, whole)
    }

    /// The entry in this place, if it is here.
    pub fn at(&self, id: ChainId, seq: u32) -> Option<&Arc<Entry>> {
        self.entries.get(&self.chains.get(&id)?.get(seq)?)
    }
}

fn proof_id(fork: &Fork) -> [u8; 8] {
    let mut hash = Sha256::new();
    for proof in &fork.proof {
        hash.update(proof.id.0);
    }
    EntryId(hash.finalize().into()).short()
}

fn head(id: ChainId, chain: &Chain) -> Head {
    let seq = chain.kept.min(chain.len());
    let last = chain
        .get(seq)
        .map(|last| last.short())
        .unwrap_or(chain.base_id);
    Head {
        author: id.author.short(),
        incarnation: id.incarnation,
        seq,
        id: chain.fork.as_ref().map_or(last, proof_id),
        frozen: chain.fork.is_some(),
    }
}
