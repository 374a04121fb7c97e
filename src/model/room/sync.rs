//! The half of [`Room`] that talks to other members' programs: who is asked for what, what is pushed to whom, and how gaps close.

use std::sync::Arc;
use std::time::Duration;

use super::body::Role;
use super::engine::{Happened, Output, Peer, Room};
use super::entry::{Author, ChainId, Entry, Order};
use super::hubs::{Candidate, HUBS, MESH, hubs, preference};
use super::log::{Head, Insert};
use super::packet::{BATCH_OCTETS, Level, MAX_BATCH, Packet, Refusal, Since};
use crate::wire::jid::Jid;
use crate::wire::time::{Clock, Moment};

/// Entries that who comes new is given.
const HISTORY: u16 = 50;
/// Who is told how far we have come is told after so long, in a small room and in a hall.
const DIGEST: Duration = Duration::from_secs(2);
const DIGEST_HALL: Duration = Duration::from_secs(5);
/// A gap that does not close by itself within this is closed by asking.
const GAP: Duration = Duration::from_millis(500);
/// With one other member now and then: is everything the same?
const IDLE: Duration = Duration::from_secs(30);
/// A question that was not answered for so long may be put again.
const ANSWER: Duration = Duration::from_secs(5);
/// Whom we could not reach is tried again after this.
const REDIAL: Duration = Duration::from_secs(5);
/// Who failed us is not relied on for so long.
const SHUN: Duration = Duration::from_secs(60);
/// Entries that can wait for company wait so long.
const COMPANY: Duration = Duration::from_millis(100);
/// Entries in answer to one question.
const MOST: usize = 5000;
/// What an author gives us of its own is taken at this speed.
const CREDIT: f64 = 400.0;
const CREDIT_A_SECOND: f64 = 40.0;
/// Entries that wait to be pushed to one member, at most: then it is told to catch up.
const MOST_PUSHES: usize = 2000;
/// Bad entries of one member, after which nothing of it is checked for [`SHUN`].
const MOST_BAD: u32 = 200;
/// Members looked at.
const MAX_PEERS: usize = 2000;

impl Room {
    fn peer(&mut self, jid: &Jid) -> Option<&mut Peer> {
        if !self.peers.contains_key(jid) && self.peers.len() >= MAX_PEERS {
            return None;
        }
        Some(self.peers.entry(jid.clone()).or_default())
    }

    /// Somebody is, or is no more, on the network.
    pub fn handle_presence(&mut self, clock: Clock, jid: &Jid, present: bool) {
        self.clock = clock;
        self.stale = true;
        if *jid == self.jid {
            return;
        }
        if let Some(peer) = self.peer(jid) {
            peer.present = present;
            peer.dialled = None;
        }
        if !present {
            let idle = |peer: &Peer| !peer.linked && peer.shunned.is_none();
            if self.peers.get(jid).is_some_and(idle) {
                self.peers.remove(jid);
            }
        }
        self.finish();
    }

    /// A stream to somebody stands.
    pub fn handle_linked(&mut self, clock: Clock, jid: &Jid) {
        self.clock = clock;
        self.stale = true;
        if let Some(peer) = self.peer(jid)
            && !peer.linked
        {
            (peer.linked, peer.present, peer.slow) = (true, true, false);
            (peer.here, peer.there, peer.asked, peer.gap) = (Level::None, Level::None, None, None);
        }
        self.finish();
    }

    /// The stream to somebody is gone.
    pub fn handle_unlinked(&mut self, clock: Clock, jid: &Jid) {
        self.clock = clock;
        self.stale = true;
        if let Some(peer) = self.peers.get_mut(jid) {
            peer.linked = false;
            (peer.here, peer.there, peer.asked, peer.gap) = (Level::None, Level::None, None, None);
            peer.dialled = Some(clock.now);
        }
        self.pushes.remove(jid);
        self.finish();
    }

    /// Does this member keep up with what is sent to it? While not, nothing is pushed; then it is told how far we have come.
    pub fn handle_slow(&mut self, clock: Clock, jid: &Jid, slow: bool) {
        self.clock = clock;
        let Some(peer) = self.peers.get_mut(jid) else {
            return;
        };
        let was = std::mem::replace(&mut peer.slow, slow);
        if slow {
            self.pushes.remove(jid);
        } else if was {
            self.send_digest(jid, self.log.vector(), false);
        }
        self.finish();
    }

    /// Is the stream to this member needed?
    pub fn uses(&self, jid: &Jid) -> bool {
        self.peers.get(jid).is_some_and(|peer| {
            peer.linked && (peer.here != Level::None || peer.there != Level::None)
        })
    }

    /// Our own address has changed.
    pub fn handle_renamed(&mut self, clock: Clock, jid: &Jid) {
        self.clock = clock;
        self.stale = true;
        self.jid = jid.clone();
        self.peers.remove(jid);
        if std::mem::take(&mut self.inside) {
            self.entering = true;
            self.enter_now();
        }
        self.finish();
    }

    /// A member says something.
    pub fn handle_packet(&mut self, clock: Clock, from: &Jid, packet: Packet) {
        self.clock = clock;
        let known = self.peers.get(from).is_some_and(|peer| peer.linked);
        if !known {
            self.handle_linked(clock, from);
        }
        if !self.peers.contains_key(from) {
            return;
        }
        match packet {
            Packet::Subscribe {
                author,
                level,
                since,
                vector,
            } => self.on_subscribe(from, author, level, since, &vector),
            Packet::Pull {
                since,
                vector,
                back,
            } => {
                self.answer(from, since, &vector);
                self.ask_back(from, &vector, back);
            }
            Packet::Entries {
                start,
                reply,
                whole,
                entries,
            } => self.on_entries(from, start, reply, whole, &entries),
            Packet::Digest {
                heads,
                root,
                served,
                reply,
            } => self.on_digest(from, &heads, root, served, reply),
            Packet::Page { before, limit } => self.on_page(from, before, limit),
            Packet::Refused(why) => self.on_refused(from, why),
        }
        self.finish();
    }

    /// The time that [`Room::poll_timeout`] named has come.
    pub fn handle_timeout(&mut self, clock: Clock) {
        self.clock = clock;
        let now = clock.now;
        let due = |at: &mut Option<Moment>| at.is_some_and(|due| due <= now) && at.take().is_some();
        if due(&mut self.push_at) {
            self.flush_pushes(true);
        }
        if due(&mut self.digest_at) {
            self.spread_digest();
        }
        if due(&mut self.confirm_at) {
            self.seek_confirmation();
        }
        if due(&mut self.idle_at) {
            self.idle_round();
        }
        if due(&mut self.alone_at) {
            self.enter_quietly();
        }
        if due(&mut self.redial_at) {
            self.stale = true; // Whom we want and have not is dialled again.
        }
        let gaps: Vec<Jid> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.gap.is_some_and(|at| at <= now))
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in gaps {
            self.on_gap(&jid);
        }
        self.finish();
    }

    /// Older entries are wanted; false if there is nobody to ask, or there are none.
    pub fn page(&mut self, clock: Clock, limit: u16) -> bool {
        self.clock = clock;
        let first = self
            .log
            .ordered()
            .find(|entry| entry.draft.clock >= self.log.horizon)
            .map(|entry| entry.order());
        let linked = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.linked && self.log.horizon > 0);
        let to = linked
            .max_by_key(|(_, peer)| peer.there)
            .map(|(jid, _)| jid.clone());
        let (Some(before), Some(to)) = (first, to) else {
            return false;
        };
        self.send(
            &to,
            Packet::Page {
                before,
                limit: limit.min(500),
            },
        );
        true
    }

    pub(super) fn send(&mut self, to: &Jid, packet: Packet) {
        self.outputs.push_back(Output::Send {
            to: to.clone(),
            packet,
        });
    }

    fn is_hall(&self) -> bool {
        self.state.occupants.len() > 50
    }

    fn digest_pause(&self) -> Duration {
        if self.is_hall() { DIGEST_HALL } else { DIGEST }
    }

    /// Who could be a hub, as we see it.
    fn candidates(&self) -> Vec<Candidate<Jid>> {
        let here =
            |jid: &Jid| *jid == self.jid || self.peers.get(jid).is_some_and(|peer| peer.present);
        let one = |(author, occupant): (&Author, &super::state::Occupant)| Candidate {
            shaky: !occupant.steady,
            since: occupant.since,
            author: *author,
            peer: occupant.jid.clone(),
        };
        self.state
            .present()
            .filter(|(_, occupant)| here(&occupant.jid))
            .map(one)
            .collect()
    }

    /// The hubs, as we see them.
    pub fn hubs(&self) -> &[Jid] {
        &self.hub_cache
    }

    fn is_hub(&self) -> bool {
        self.hub_cache.contains(&self.jid)
    }

    pub(super) fn compute_hubs(&self) -> Vec<Jid> {
        hubs(self.candidates())
            .into_iter()
            .map(|hub| hub.peer)
            .collect()
    }

    /// Whom we want what from.
    fn targets(&self) -> Vec<(Jid, Level)> {
        let now = self.clock.now;
        let mut hubs = hubs(self.candidates());
        let own = hubs.iter().any(|hub| hub.author == self.me);
        if !own {
            preference(&mut hubs, self.me);
        }
        let mut others: Vec<Jid> = hubs
            .into_iter()
            .map(|hub| hub.peer)
            .filter(|jid| *jid != self.jid)
            .collect();
        others.dedup();
        if others.is_empty() {
            let known = |jid: &&Jid| **jid != self.jid;
            others = self
                .contacts
                .iter()
                .filter(known)
                .take(HUBS)
                .cloned()
                .collect();
        }
        if own {
            return others
                .into_iter()
                .map(|jid| (jid, Level::Primary))
                .collect();
        }
        let rank = |jid: &Jid| {
            let peer = self.peers.get(jid);
            let shunned = peer.is_some_and(|peer| peer.shunned.is_some_and(|until| until > now));
            let linked = peer.is_some_and(|peer| peer.linked);
            let primary = peer.is_some_and(|peer| peer.there == Level::Primary);
            (shunned, !linked, !primary)
        };
        others.sort_by_key(rank);
        let levels = [Level::Primary, Level::Digest]
            .into_iter()
            .chain(std::iter::repeat(Level::Warm));
        others.into_iter().zip(levels).collect()
    }

    /// Subscribes where we should, and opens streams for it.
    pub(super) fn retarget(&mut self) {
        if !self.inside && !self.entering {
            return;
        }
        let targets = self.targets();
        let (now, mut redial) = (self.clock.now, false);
        for (jid, level) in &targets {
            let Some(peer) = self.peer(jid) else { continue };
            if peer.refused.is_some_and(|until| until > now) {
                continue;
            }
            if peer.linked {
                if peer.there != *level {
                    peer.there = *level;
                    self.subscribe(jid, *level);
                }
                continue;
            }
            redial = true;
            let waits = peer.dialled.is_some_and(|at| now.since(at) < REDIAL);
            if !waits {
                peer.dialled = Some(now);
                self.outputs.push_back(Output::Connect { to: jid.clone() });
            }
        }
        let old: Vec<Jid> = self
            .peers
            .iter()
            .filter(|(jid, peer)| {
                peer.linked
                    && peer.there != Level::None
                    && !targets.iter().any(|(target, _)| target == *jid)
            })
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in old {
            if let Some(peer) = self.peers.get_mut(&jid) {
                peer.there = Level::None;
            }
            self.subscribe(&jid, Level::None);
        }
        if redial && self.redial_at.is_none() {
            let jitter = Duration::from_millis(self.roll() % 1000);
            self.redial_at = Some(now + REDIAL + jitter);
        }
        if self.idle_at.is_none() {
            let jitter = Duration::from_millis(self.roll() % 5000);
            self.idle_at = Some(now + IDLE + jitter);
        }
    }

    fn since(&self) -> Since {
        if self.log.is_empty() {
            Since::Last(HISTORY)
        } else {
            Since::Clock(self.log.horizon)
        }
    }

    fn subscribe(&mut self, to: &Jid, level: Level) {
        let vector = if level == Level::None {
            Vec::new()
        } else {
            self.log.vector()
        };
        let (author, since) = (self.me, self.since());
        if level >= Level::Digest {
            self.note_asked(to);
        }
        self.send(
            to,
            Packet::Subscribe {
                author,
                level,
                since,
                vector,
            },
        );
    }

    fn note_asked(&mut self, to: &Jid) {
        let now = self.clock.now;
        if let Some(peer) = self.peers.get_mut(to) {
            peer.asked = Some(now);
            peer.gap = None;
        }
    }

    /// Asks for what we lack, unless that was asked just now.
    fn pull(&mut self, from: &Jid, back: bool) {
        let now = self.clock.now;
        let waits = |peer: &Peer| peer.asked.is_some_and(|at| now.since(at) < ANSWER);
        if self.peers.get(from).is_none_or(waits) {
            return;
        }
        self.note_asked(from);
        let (since, vector) = (self.since(), self.log.vector());
        self.send(
            from,
            Packet::Pull {
                since,
                vector,
                back,
            },
        );
    }

    fn on_subscribe(
        &mut self,
        from: &Jid,
        author: Author,
        level: Level,
        since: Since,
        vector: &[Head],
    ) {
        let role = self.state.rules.role(author);
        let refusal = match role {
            Role::Outcast => Some(Refusal::Banned),
            role if self.state.rules.members_only && role < Role::Member => {
                Some(Refusal::MembersOnly)
            }
            _ if self.log.is_empty() && !self.entering => Some(Refusal::Unknown),
            _ => None,
        };
        if let Some(why) = refusal {
            // So that it can see for itself why.
            let rules = self
                .log
                .ordered()
                .filter(|entry| entry.draft.body.is_rule())
                .cloned()
                .collect();
            if why == Refusal::Banned {
                self.send_entries(from, None, rules, true, true);
            }
            if let Some(peer) = self.peers.get_mut(from) {
                peer.here = Level::None;
            }
            return self.send(from, Packet::Refused(why));
        }
        if let Some(peer) = self.peers.get_mut(from) {
            peer.here = level;
        }
        if level >= Level::Digest {
            self.pushes.remove(from);
            self.answer(from, since, vector);
            self.ask_back(from, vector, false);
        }
    }

    /// What is missing there goes there.
    fn answer(&mut self, to: &Jid, since: Since, vector: &[Head]) {
        let (horizon, start) = match since {
            Since::Clock(clock) => (clock, None),
            Since::Last(_) if self.log.is_empty() => (0, None),
            Since::Last(last) => {
                let horizon = self.log.horizon_for(usize::from(last.min(500)));
                (horizon, Some((horizon, self.log.bases(horizon))))
            }
        };
        let (entries, whole) = self.log.missing(vector, horizon, MOST, self.me);
        self.send_entries(to, start, entries, true, whole);
    }

    fn ask_back(&mut self, from: &Jid, vector: &[Head], back: bool) {
        if !back && !self.log.is_empty() && vector.iter().any(|head| self.log.lacks(head)) {
            self.pull(from, true);
        }
    }

    fn send_entries(
        &mut self,
        to: &Jid,
        mut start: Option<(u64, Vec<super::packet::Base>)>,
        entries: Vec<Arc<Entry>>,
        reply: bool,
        whole: bool,
    ) {
        let mut batch: Vec<Arc<[u8]>> = Vec::new();
        let mut octets = 0;
        let mut batches = Vec::new();
        for entry in entries {
            if batch.len() >= MAX_BATCH || octets + entry.octets().len() > BATCH_OCTETS {
                batches.push(std::mem::take(&mut batch));
                octets = 0;
            }
            octets += entry.octets().len();
            batch.push(entry.octets().clone());
        }
        batches.push(batch);
        let last = batches.len() - 1;
        for (at, entries) in batches.into_iter().enumerate() {
            let (reply, whole) = (reply && at == last, whole && at == last);
            self.send(
                to,
                Packet::Entries {
                    start: start.take(),
                    reply,
                    whole,
                    entries,
                },
            );
        }
    }

    fn on_entries(
        &mut self,
        from: &Jid,
        start: Option<(u64, Vec<super::packet::Base>)>,
        reply: bool,
        whole: bool,
        entries: &[Arc<[u8]>],
    ) {
        if let Some((horizon, bases)) = start
            && self.log.is_empty()
        {
            self.log.start(horizon, &bases);
        }
        let (mut gap, mut stale) = (false, false);
        let (mut older, before) = (0u32, self.log.len());
        for octets in entries {
            // What costs nothing comes first: a flood of what we have, or of more than we take, costs no signatures.
            let entry = match Entry::read_unchecked(octets) {
                Ok(entry) if entry.draft.room == self.id => entry,
                _ => {
                    self.misbehaves(from);
                    continue;
                }
            };
            if self.log.get(&entry.id).is_some() {
                continue;
            }
            if !reply && !self.has_credit(from, &entry) {
                self.refused += 1;
                continue;
            }
            if self.is_forger(from) || !entry.is_signed() {
                self.misbehaves(from);
                continue;
            }
            let wall = u64::try_from(self.clock.wall.as_millisecond()).unwrap_or(0);
            stale |= entry.draft.time + 1000 < wall;
            older += u32::from(entry.draft.clock < self.log.horizon);
            gap |= self.take(Arc::new(entry), Some(from)) == Insert::Gap;
        }
        if let Some(peer) = self.peers.get_mut(from)
            && reply
        {
            peer.asked = None;
        }
        if older > 0 && self.log.len() > before {
            self.outputs
                .push_back(Output::Happened(Happened::Older { complete: false }));
        }
        if (reply || stale) && self.log.len() > before && self.is_hub() {
            self.digest_soon();
        }
        if reply && !whole && !entries.is_empty() {
            return self.pull(from, true);
        }
        if gap && !reply {
            self.pull(from, true);
        }
        if reply && whole {
            self.caught_up();
        }
    }

    /// Somebody has given us everything that it has.
    fn caught_up(&mut self) {
        self.synced = true;
        self.settle_state();
        self.enter_now();
        self.join_if_owed();
    }

    /// So many bad entries come from nobody by accident: its entries are not even checked for a while.
    fn is_forger(&self, who: &Jid) -> bool {
        let now = self.clock.now;
        self.peers.get(who).is_some_and(|peer| {
            peer.bad > MOST_BAD && peer.shunned.is_some_and(|until| until > now)
        })
    }

    fn misbehaves(&mut self, who: &Jid) {
        self.refused += 1;
        let now = self.clock.now;
        let Some(peer) = self.peers.get_mut(who) else {
            return;
        };
        peer.bad += 1;
        if peer.bad == 1 || peer.bad.is_multiple_of(MOST_BAD) {
            peer.shunned = Some(now + SHUN);
            self.trouble(format!(
                "{who} passes on entries that are forged or damaged. They were not taken."
            ));
        }
    }

    /// What somebody pushes of its own is taken at a certain speed only.
    fn has_credit(&mut self, from: &Jid, entry: &Entry) -> bool {
        let now = self.clock.now;
        let own = self
            .state
            .occupants
            .get(&entry.author)
            .is_none_or(|occupant| occupant.jid == *from);
        let Some(peer) = self.peers.get_mut(from) else {
            return false;
        };
        if !own {
            return true;
        }
        if peer.credit_at == Moment::default() {
            (peer.credit, peer.credit_at) = (CREDIT, now);
        }
        peer.credit =
            (peer.credit + now.since(peer.credit_at).as_secs_f64() * CREDIT_A_SECOND).min(CREDIT);
        peer.credit_at = now.max(Moment(1));
        if peer.credit >= 1.0 {
            peer.credit -= 1.0;
            return true;
        }
        if peer.shunned.is_none_or(|until| until < now) {
            peer.shunned = Some(now + SHUN);
            self.trouble(format!(
                "{from} writes more than a room can carry. The rest is taken later."
            ));
            self.send(from, Packet::Refused(Refusal::Busy));
        }
        false
    }

    fn on_digest(&mut self, from: &Jid, heads: &[Head], root: [u8; 8], served: u16, reply: bool) {
        self.confirmed_by(from, heads, served);
        let lacks = heads.iter().any(|head| self.log.lacks(head))
            || heads.is_empty() && root != self.log.root();
        let behind: Vec<Head> = heads
            .iter()
            .filter(|head| self.is_behind(head))
            .copied()
            .collect();
        if !behind.is_empty() {
            let (entries, _) = self.log.missing(heads, self.log.horizon, MOST, self.me);
            let chains = |entry: &Arc<Entry>| {
                behind.iter().any(|head| {
                    head.author == entry.author.short()
                        && head.incarnation == entry.draft.incarnation
                })
            };
            let wall = u64::try_from(self.clock.wall.as_millisecond()).unwrap_or(0);
            let settled = |entry: &Arc<Entry>| entry.draft.time + 1000 < wall;
            let entries: Vec<Arc<Entry>> =
                entries.into_iter().filter(chains).filter(settled).collect();
            if !entries.is_empty() {
                self.send_entries(from, None, entries, false, true);
            }
        }
        if reply {
            let ours: Vec<Head> = heads
                .iter()
                .filter_map(|head| self.log.own_head(head))
                .collect();
            self.send_digest(from, ours, false);
        }
        if !lacks {
            if let Some(peer) = self.peers.get_mut(from) {
                peer.gap = None;
            }
            return;
        }
        let at = self.clock.now + GAP;
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        if matches!(peer.there, Level::Digest | Level::Warm) && !heads.is_empty() {
            // The primary may be about to push it.
            peer.gap.get_or_insert(at);
            peer.told = heads.iter().take(1000).copied().collect();
        } else {
            self.pull(from, false);
        }
    }

    fn is_behind(&self, theirs: &Head) -> bool {
        let ours = self.log.own_head(theirs);
        ours.is_some_and(|own| own.seq > theirs.seq && !own.frozen)
    }

    /// What the second hub has had for half a second has not come from the first: they change places.
    fn on_gap(&mut self, from: &Jid) {
        let now = self.clock.now;
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        peer.gap = None;
        let told = std::mem::take(&mut peer.told);
        if !told.iter().any(|head| self.log.lacks(head)) {
            return;
        }
        for peer in self
            .peers
            .values_mut()
            .filter(|peer| peer.there == Level::Primary)
        {
            peer.shunned = Some(now + SHUN);
        }
        self.stale = true;
        self.pull(from, false);
    }

    fn on_page(&mut self, from: &Jid, before: Order, limit: u16) {
        if self
            .peers
            .get(from)
            .is_none_or(|peer| peer.here == Level::None)
        {
            return;
        }
        let page: Vec<Arc<Entry>> = self
            .log
            .before(before)
            .take(usize::from(limit.clamp(1, 500)))
            .cloned()
            .collect();
        // The latest first, so that each joins what is there.
        self.send_entries(from, None, page, true, true);
    }

    fn on_refused(&mut self, from: &Jid, why: Refusal) {
        let now = self.clock.now;
        if let Some(peer) = self.peers.get_mut(from) {
            (peer.there, peer.asked) = (Level::None, None);
            (peer.shunned, peer.refused) = (Some(now + SHUN), Some(now + SHUN));
        }
        if self.redial_at.is_none() {
            self.redial_at = Some(now + REDIAL);
        }
        if self.entering && why != Refusal::Unknown {
            self.entering = false;
        }
        self.outputs
            .push_back(Output::Happened(Happened::Refused(why)));
    }

    /// To whom an entry goes on from here.
    pub(super) fn pass_on(&mut self, entry: &Arc<Entry>, from: Option<&Jid>) {
        let hubs = self.hubs().to_vec();
        let is_hub = |jid: &Jid| hubs.contains(jid);
        let own_hub = is_hub(&self.jid);
        let from_hub = from.is_some_and(is_hub);
        let from_above = from.is_some_and(|jid| {
            self.peers
                .get(jid)
                .is_some_and(|peer| peer.there == Level::Primary)
        });
        let author = self
            .state
            .occupants
            .get(&entry.author)
            .map(|occupant| occupant.jid.clone());
        let to: Vec<Jid> = self
            .peers
            .iter()
            .filter(|(jid, peer)| {
                let down = peer.here == Level::Primary && !(own_hub && from_hub && is_hub(jid));
                let up = peer.there == Level::Primary && !from_above && !(own_hub && from_hub);
                peer.linked
                    && !peer.slow
                    && (down || up)
                    && from != Some(*jid)
                    && (from.is_none() || author.as_ref() != Some(*jid))
            })
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in to {
            let waiting = self.pushes.entry(jid).or_default();
            if waiting.len() < MOST_PUSHES {
                waiting.push(entry.clone());
            }
        }
    }

    /// What waits is sent, at once if something in it is read as it comes.
    pub(super) fn flush_pushes(&mut self, all: bool) {
        if self.pushes.is_empty() {
            return;
        }
        let waits =
            |entries: &Vec<Arc<Entry>>| entries.iter().all(|entry| entry.draft.body.can_wait());
        let hall = self.is_hall();
        let due: Vec<Jid> = self
            .pushes
            .iter()
            .filter(|(_, entries)| all || !hall || !waits(entries))
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in due {
            if let Some(entries) = self.pushes.remove(&jid) {
                self.send_entries(&jid, None, entries, false, true);
            }
        }
        if !self.pushes.is_empty() && self.push_at.is_none() {
            self.push_at = Some(self.clock.now + COMPANY);
        }
    }

    /// What was missed here was missed elsewhere, too: tell soon, and all who hold on to us.
    fn digest_soon(&mut self) {
        let soon = self.clock.now + Duration::from_secs(1);
        self.digest_at = Some(self.digest_at.map_or(soon, |at| at.min(soon)));
        self.digest_wide = true;
    }

    pub(super) fn schedule_digest(&mut self) {
        if self.digest_at.is_none() {
            self.digest_at = Some(self.clock.now + self.digest_pause());
        }
    }

    fn served(&self) -> u16 {
        let served = self
            .peers
            .values()
            .filter(|peer| peer.linked && !peer.slow && peer.here == Level::Primary);
        u16::try_from(served.count()).unwrap_or(u16::MAX)
    }

    fn send_digest(&mut self, to: &Jid, heads: Vec<Head>, reply: bool) {
        let (root, served) = (self.log.root(), self.served());
        self.send(
            to,
            Packet::Digest {
                heads,
                root,
                served,
                reply,
            },
        );
    }

    /// After traffic: those who rely on us for it, and the other hubs, are told how far we have come.
    fn spread_digest(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        let least = if std::mem::take(&mut self.digest_wide) {
            Level::Warm
        } else {
            Level::Digest
        };
        let mut heads: Vec<Head> = changed
            .into_iter()
            .filter_map(|chain: ChainId| self.log.head(chain))
            .collect();
        if heads.len() > 500 {
            heads = self.log.vector();
        }
        let hubs = self.hubs().to_vec();
        if heads.is_empty() || !hubs.contains(&self.jid) {
            return;
        }
        let to: Vec<Jid> = self
            .peers
            .iter()
            .filter(|(jid, peer)| {
                peer.linked
                    && !peer.slow
                    && ((least..=Level::Digest).contains(&peer.here)
                        || peer.here == Level::Primary && hubs.contains(jid))
            })
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in to {
            self.send_digest(&jid, heads.clone(), false);
        }
    }

    pub(super) fn await_confirmation(&mut self, entry: &Entry) {
        self.unconfirmed
            .push_back((entry.id, entry.draft.incarnation, entry.draft.seq));
        if self.unconfirmed.len() > 1000 {
            self.unconfirmed.pop_front();
        }
        if self.confirm_at.is_none() {
            self.confirm_pause = self.digest_pause() + Duration::from_secs(1);
            self.confirm_at = Some(self.clock.now + self.confirm_pause);
        }
    }

    /// No second hub has told us that it has what we wrote: they are asked, ever more rarely.
    fn seek_confirmation(&mut self) {
        if self.unconfirmed.is_empty() {
            return;
        }
        let hubs = self.hubs().to_vec();
        let own: Vec<Head> = self
            .log
            .chains_of(self.me)
            .filter_map(|chain| self.log.head(chain))
            .collect();
        let to: Vec<Jid> = self
            .peers
            .iter()
            .filter(|(jid, peer)| peer.linked && hubs.contains(jid))
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in to {
            self.send_digest(&jid, own.clone(), true);
        }
        self.confirm_pause = (self.confirm_pause * 2).min(IDLE);
        self.confirm_at = Some(self.clock.now + self.confirm_pause);
    }

    fn confirmed_by(&mut self, from: &Jid, heads: &[Head], served: u16) {
        let tag = self.me.short();
        let own: Vec<&Head> = heads.iter().filter(|head| head.author == tag).collect();
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        peer.served = served;
        for head in own {
            peer.has_ours.insert(head.incarnation, head.seq);
        }
        if self.unconfirmed.is_empty() {
            return;
        }
        let hubs = self.hubs().to_vec();
        let needed = if hubs.contains(&self.jid) || hubs.len() < 2 {
            1
        } else {
            2
        };
        let members =
            u16::try_from(self.state.present().count().saturating_sub(1)).unwrap_or(u16::MAX);
        let mut still = std::collections::VecDeque::new();
        for (id, incarnation, seq) in std::mem::take(&mut self.unconfirmed) {
            let has = |jid: &&Jid| {
                let peer = self.peers.get(*jid);
                peer.is_some_and(|peer| {
                    peer.has_ours
                        .get(&incarnation)
                        .is_some_and(|has| *has >= seq)
                })
            };
            let by: Vec<&Jid> = hubs
                .iter()
                .filter(|jid| **jid != self.jid)
                .filter(has)
                .collect();
            if by.len() < needed {
                still.push_back((id, incarnation, seq));
                continue;
            }
            let served = by
                .iter()
                .filter_map(|jid| self.peers.get(*jid))
                .map(|peer| u32::from(peer.served))
                .sum::<u32>();
            let served = if hubs.len() > HUBS || self.state.occupants.len() <= MESH {
                0
            } else {
                served
            };
            let to = u32::try_from(by.len())
                .unwrap_or(0)
                .max(served)
                .min(u32::from(members));
            let to = u16::try_from(to).unwrap_or(u16::MAX);
            self.outputs
                .push_back(Output::Happened(Happened::Delivered {
                    id,
                    to,
                    of: members,
                }));
        }
        self.unconfirmed = still;
        if self.unconfirmed.is_empty() {
            self.confirm_at = None;
        }
    }

    /// Now and then, with somebody: is everything the same? Partitions grow together by this if by nothing else.
    fn idle_round(&mut self) {
        let linked: Vec<Jid> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.linked && !peer.slow)
            .map(|(jid, _)| jid.clone())
            .collect();
        let nth = usize::try_from(self.roll() >> 33).unwrap_or(0);
        let jitter = Duration::from_millis(self.roll() % 5000);
        self.idle_at = Some(self.clock.now + IDLE + jitter);
        if let Some(jid) = linked.get(nth % linked.len().max(1)).cloned()
            && self.inside
        {
            self.send_digest(&jid, Vec::new(), false);
        }
    }
}
