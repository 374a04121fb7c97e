//! The half of [`Room`] that talks to other members' programs: who is asked for what, what is pushed to whom, and how gaps close.

use std::time::Duration;

use super::digest::FEW;
use super::engine::{Output, Peer, Room};
use super::entry::Author;
use super::fault::Fault;
use super::hubs::{Candidate, HUBS, hubs, preference, share};
use super::packet::{Level, Packet, Since};
use super::settle::CALM;
use crate::wire::jid::Jid;
use crate::wire::time::{Clock, Moment};

/// Entries that who comes new is given.
pub(super) const HISTORY: u16 = 50;
/// Who is told how far we have come is told after so long, in a small room and in a hall.
pub(super) const DIGEST: Duration = Duration::from_secs(2);
pub(super) const DIGEST_HALL: Duration = Duration::from_secs(5);
/// A gap that does not close by itself within this is closed by asking.
pub(super) const GAP: Duration = Duration::from_millis(500);
/// With one other member now and then: is everything the same?
pub(super) const IDLE: Duration = Duration::from_secs(30);
/// A question that was not answered for so long may be put again.
pub(super) const ANSWER: Duration = Duration::from_secs(5);
/// Whom we could not reach is tried again after this.
pub(super) const REDIAL: Duration = Duration::from_secs(5);
/// Who comes in turns to one first, and after this to one more, while nobody answers: each who is asked shakes hands and
/// answers with all that there is, and where three hundred come at once nobody has the time to do that three times.
pub(super) const HEAD_START: Duration = Duration::from_secs(1);
/// When a rush is over its people turn to their second and third hub within so long for each of them, not all at once.
const NOT_AT_ONCE: Duration = Duration::from_millis(10);
/// Who failed us is not relied on for so long.
pub(super) const SHUN: Duration = Duration::from_secs(60);
/// Entries that can wait for company wait so long …
pub(super) const COMPANY: Duration = Duration::from_millis(100);
/// … and after so long for each who is or was in the room: three hundred who come in at once would be brought to each of the
/// three hundred in too many packets.
pub(super) const COMPANY_EACH: Duration = Duration::from_millis(1);
/// Entries in answer to one question.
pub(super) const MOST: usize = 5000;
/// What an author gives us of its own is taken at this speed.
pub(super) const CREDIT: f64 = 400.0;
pub(super) const CREDIT_A_SECOND: f64 = 40.0;
/// Entries that wait to be pushed to one member, at most: then it is told to catch up.
pub(super) const MOST_PUSHES: usize = 2000;
/// Bad entries of one member, after which nothing of it is checked for [`SHUN`].
pub(super) const MOST_BAD: u32 = 200;
/// Members looked at.
pub(super) const MAX_PEERS: usize = 2000;

impl Room {
    pub(super) fn peer(&mut self, jid: &Jid) -> Option<&mut Peer> {
        if !self.peers.contains_key(jid) && self.peers.len() >= MAX_PEERS {
            return None;
        }
        Some(self.peers.entry(jid.clone()).or_default())
    }

    /// Somebody is, or is no more, on the network.
    pub fn handle_presence(&mut self, clock: Clock, jid: &Jid, present: bool) {
        self.clock = clock;
        if *jid == self.jid {
            self.stale = true;
            return;
        }
        if let Some(peer) = self.peer(jid) {
            let tried = peer.dialled.take().is_some();
            let changed = std::mem::replace(&mut peer.present, present) != present;
            self.stale |= changed || tried;
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
            (peer.withheld, peer.suspected) = (0, None);
            (peer.here, peer.there, peer.asked, peer.gap) = (Level::None, Level::None, None, None);
        }
        self.greet_beyond(jid);
        self.finish();
    }

    /// The stream to somebody is gone.
    pub fn handle_unlinked(&mut self, clock: Clock, jid: &Jid) {
        self.clock = clock;
        self.stale = true;
        if let Some(peer) = self.peers.get_mut(jid) {
            (peer.linked, peer.beyond) = (false, false);
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

    /// Is what others write to come by this member? Then it is to be noticed soon that it is gone.
    pub fn relies_on(&self, jid: &Jid) -> bool {
        let peer = self.peers.get(jid);
        peer.is_some_and(|peer| peer.linked && peer.there == Level::Primary)
    }

    /// Our own address has changed.
    pub fn handle_renamed(&mut self, clock: Clock, jid: &Jid) {
        self.clock = clock;
        self.stale = true;
        self.jid = jid.clone();
        self.peers.remove(jid);
        if std::mem::take(&mut self.inside) {
            self.entering = true;
            self.came = clock.now;
            self.enter_now();
        }
        self.finish();
    }

    /// A member says something, on a stream that this key has proven.
    pub fn handle_packet(&mut self, clock: Clock, from: &Jid, key: Author, packet: Packet) {
        self.clock = clock;
        let known = self.peers.get(from).is_some_and(|peer| peer.linked);
        if !known {
            self.handle_linked(clock, from);
        }
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        peer.key = Some(key);
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
                if !self.turned_away(from, key) {
                    self.answer(from, since, &vector);
                }
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
        self.await_answer(from);
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
        if due(&mut self.spread_at) {
            self.spread_on(FEW);
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
        if due(&mut self.gap_at) {
            self.look_at_gaps();
        }
        if due(&mut self.beyond_at) && self.inside {
            self.ask_beyond();
        }
        self.finish();
    }

    fn look_at_gaps(&mut self) {
        let now = self.clock.now;
        let gaps: Vec<Jid> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.gap.is_some_and(|at| at <= now))
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in gaps {
            self.on_gap(&jid);
        }
        self.gap_at = self.peers.values().filter_map(|peer| peer.gap).min();
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
        self.paging = true;
        self.note_asked(&to);
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

    pub(super) fn connect(&mut self, to: Jid) {
        self.outputs.push_back(Output::Connect { to });
    }

    pub(super) fn is_hall(&self) -> bool {
        self.state.occupants.len() > 50
    }

    /// How long entries wait for company on their way.
    pub(super) fn company(&self) -> Duration {
        let many = u32::try_from(self.state.occupants.len()).unwrap_or(u32::MAX);
        COMPANY.max(COMPANY_EACH.saturating_mul(many))
    }

    pub(super) fn digest_pause(&self) -> Duration {
        if self.is_hall() { DIGEST_HALL } else { DIGEST }
    }

    /// Who is in the room.
    fn candidates(&self) -> Vec<Candidate<&Jid>> {
        let present = self.state.present();
        let all = present.map(|(author, occupant)| Candidate {
            shaky: !occupant.steady,
            since: occupant.since,
            author: *author,
            peer: &occupant.jid,
        });
        all.collect()
    }

    /// On the network, as we see it.
    pub(super) fn is_here(&self, jid: &Jid) -> bool {
        *jid == self.jid || self.peers.get(jid).is_some_and(|peer| peer.present)
    }

    /// The hubs, as we see them.
    pub fn hubs(&self) -> &[Jid] {
        &self.hub_cache
    }

    pub(super) fn is_hub(&self) -> bool {
        self.hub_cache.contains(&self.jid)
    }

    /// Who passes entries on, and whom we want what from.
    pub(super) fn targets(&self) -> (Vec<Jid>, Vec<(Jid, Level)>) {
        let mut hubs = hubs(self.candidates(), |jid| self.is_here(jid));
        let all: Vec<Jid> = hubs.iter().map(|hub| hub.peer.clone()).collect();
        if self.errs(Fault::HoldsOnToAll) {
            let here = |one: &Candidate<&Jid>| self.is_here(one.peer);
            hubs = self.candidates().into_iter().filter(here).collect();
        }
        let own = hubs.iter().any(|hub| hub.author == self.me);
        if !own {
            preference(&mut hubs, self.me);
        }
        let others: Vec<Jid> = hubs
            .into_iter()
            .map(|hub| hub.peer.clone())
            .filter(|jid| *jid != self.jid)
            .collect();
        (all, self.wanted(others, own))
    }

    /// Who of the hubs is turned to for what; `own` if we are one.
    fn wanted(&self, mut others: Vec<Jid>, own: bool) -> Vec<(Jid, Level)> {
        let now = self.clock.now;
        others.dedup();
        if others.is_empty() {
            let known = |jid: &&Jid| **jid != self.jid;
            others = self.contacts.iter().filter(known).cloned().collect();
            share(&mut others, self.me);
            others.truncate(HUBS);
        }
        let holds_on = self.errs(Fault::HoldsOnToAll);
        if own || holds_on {
            let all = holds_on || !self.rushes();
            let linked = |jid: &Jid| self.peers.get(jid).is_some_and(|peer| peer.linked);
            return others
                .into_iter()
                .enumerate()
                .filter(|(at, jid)| all || *at < HUBS || linked(jid))
                .map(|(_, jid)| (jid, Level::Primary))
                .collect();
        }
        // Who failed us once serves better than who cannot be reached, and than who will not.
        let rank = |jid: &Jid| {
            let peer = self.peers.get(jid);
            let until = |until: Option<Moment>| until.is_some_and(|until| until > now);
            let refused = peer.is_some_and(|peer| until(peer.refused));
            let shunned = peer.is_some_and(|peer| until(peer.shunned));
            let linked = peer.is_some_and(|peer| peer.linked);
            let primary = peer.is_some_and(|peer| peer.there == Level::Primary);
            (refused, !linked, shunned, !primary)
        };
        others.sort_by_key(rank);
        let levels = [Level::Primary, Level::Digest]
            .into_iter()
            .chain(std::iter::repeat(Level::Warm));
        let most = self.by_now(&others);
        let linked = |jid: &Jid| self.peers.get(jid).is_some_and(|peer| peer.linked);
        others
            .into_iter()
            .zip(levels)
            .enumerate()
            .filter(|(at, (jid, _))| *at < most || !self.entering && linked(jid))
            .map(|(_, target)| target)
            .collect()
    }

    /// To how many of those who could serve us we turn by now.
    fn by_now(&self, others: &[Jid]) -> usize {
        if self.is_settled() {
            return usize::MAX;
        }
        let now = self.clock.now;
        let first = others.first().and_then(|jid| self.peers.get(jid));
        let answers = first
            .is_some_and(|peer| peer.linked && peer.asked.is_none_or(|at| now.since(at) < ANSWER));
        if answers {
            return 1;
        }
        let steps = now.since(self.came).as_millis() / HEAD_START.as_millis();
        usize::try_from(steps)
            .unwrap_or(usize::MAX)
            .saturating_add(1)
    }

    /// In for a while, and so is everybody else.
    fn is_settled(&self) -> bool {
        !self.entering && !self.rushes() && self.clock.now.since(self.came) >= CALM
    }

    /// Subscribes where we should, and opens streams for it.
    pub(super) fn retarget(&mut self) {
        let (hubs, targets) = self.targets();
        self.hub_cache = hubs;
        if !self.inside && !self.entering {
            return self.let_go();
        }
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
                self.connect(jid.clone());
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
        if !self.is_settled() {
            let pause = match self.entering {
                true => HEAD_START,
                false => {
                    let many = u32::try_from(self.state.occupants.len()).unwrap_or(u32::MAX);
                    let spread = NOT_AT_ONCE.saturating_mul(many).as_millis().max(1);
                    let spread = u64::try_from(spread).unwrap_or(u64::MAX);
                    CALM + Duration::from_millis(self.roll() % spread)
                }
            };
            let then = now + pause;
            self.redial_at = Some(self.redial_at.map_or(then, |at| at.min(then)));
        }
        self.be_curious();
        if self.idle_at.is_none() {
            let jitter = Duration::from_millis(self.roll() % 5000);
            self.idle_at = Some(now + IDLE + jitter);
        }
    }

    /// Who is out wants nothing any more, once its own last word is on its way.
    fn let_go(&mut self) {
        if !self.keeping.is_empty() || !self.pushes.is_empty() {
            return;
        }
        let wanted = |(_, peer): &(&Jid, &mut Peer)| peer.linked && peer.there != Level::None;
        let mut old = Vec::new();
        for (jid, peer) in self.peers.iter_mut().filter(wanted) {
            peer.there = Level::None;
            old.push(jid.clone());
        }
        for jid in old {
            self.subscribe(&jid, Level::None);
        }
    }

    pub(super) fn since(&self) -> Since {
        if self.log.is_empty() {
            Since::Last(HISTORY)
        } else {
            Since::Clock(self.log.horizon)
        }
    }

    pub(super) fn subscribe(&mut self, to: &Jid, level: Level) {
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

    pub(super) fn note_asked(&mut self, to: &Jid) {
        let now = self.clock.now;
        if let Some(peer) = self.peers.get_mut(to) {
            peer.asked = Some(now);
            peer.gap = None;
        }
    }

    /// Asks for what we lack, unless that was asked just now.
    pub(super) fn pull(&mut self, from: &Jid, back: bool) {
        let now = self.clock.now;
        let waits = |peer: &Peer| peer.asked.is_some_and(|at| now.since(at) < ANSWER);
        let out = !self.inside && !self.entering;
        if out || self.peers.get(from).is_none_or(waits) {
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
}

#[cfg(test)]
#[path = "sync_test.rs"]
mod tests;
