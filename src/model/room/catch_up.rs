//! The half of [`Room`] that closes gaps: who subscribes, what is missing there and here, and who gives more or worse than it
//! should.

use std::sync::Arc;

use super::body::Role;
use super::engine::{Happened, Output, Peer, Room, Trouble};
use super::entry::{Author, Entry, Order};
use super::fault::Fault;
use super::log::{Head, Insert};
use super::packet::{BATCH_OCTETS, Level, MAX_BATCH, Packet, Refusal, Since};
use super::sync::{CREDIT, CREDIT_A_SECOND, MOST, MOST_BAD, REDIAL, SHUN};
use crate::wire::jid::Jid;
use crate::wire::time::Moment;

/// An answer with so many entries is read …
const LONG: usize = 32;
/// … in so many parts, on as many threads.
const PARTS: usize = 4;

impl Room {
    pub(super) fn on_subscribe(
        &mut self,
        from: &Jid,
        author: Author,
        level: Level,
        since: Since,
        vector: &[Head],
    ) {
        if level != Level::None && self.turned_away(from, author) {
            return;
        }
        if let Some(peer) = self.peers.get_mut(from) {
            peer.here = level;
            self.serves |= level == Level::Primary;
        }
        if level >= Level::Digest {
            self.pushes.remove(from);
            self.answer(from, since, vector);
            self.ask_back(from, vector, false);
        }
    }

    /// Why nobody with this key is told what is said here; `None`: it is.
    pub(super) fn refuses(&self, author: Author) -> Option<Refusal> {
        let unknown = self.log.is_empty() && !self.entering;
        self.bars(author).or(unknown.then_some(Refusal::Unknown))
    }

    /// Why the rules let nobody in who has this key.
    pub(super) fn bars(&self, author: Author) -> Option<Refusal> {
        let rules = &self.state.rules;
        match rules.role(author) {
            Role::Outcast => Some(Refusal::Banned),
            role if rules.members_only && role < Role::Member => Some(Refusal::MembersOnly),
            _ => None,
        }
    }

    /// Says so to whoever is not told what is said here.
    pub(super) fn turned_away(&mut self, from: &Jid, author: Author) -> bool {
        let Some(why) = self.refuses(author) else {
            return false;
        };
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
        self.send(from, Packet::Refused(why));
        true
    }

    /// The rules have changed: who may not hear any more what is said here is told what is on its way, that with it, and then
    /// nothing.
    pub(super) fn turn_away(&mut self) {
        let refused = |peer: &Peer| peer.key.is_some_and(|key| self.refuses(key).is_some());
        let out: Vec<Jid> = self
            .peers
            .iter()
            .filter(|(_, peer)| refused(peer))
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in out {
            if let Some(entries) = self.pushes.remove(&jid) {
                self.send_entries(&jid, None, entries, false, true);
            }
            if let Some(peer) = self.peers.get_mut(&jid) {
                peer.here = Level::None;
            }
        }
    }

    /// What is missing there goes there.
    pub(super) fn answer(&mut self, to: &Jid, since: Since, vector: &[Head]) {
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

    pub(super) fn ask_back(&mut self, from: &Jid, vector: &[Head], back: bool) {
        if !back && !self.log.is_empty() && vector.iter().any(|head| self.log.lacks(head)) {
            self.pull(from, true);
        }
    }

    pub(super) fn send_entries(
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
            if self.errs(Fault::Withholds) && entry.author != self.me {
                continue;
            }
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

    pub(super) fn on_entries(
        &mut self,
        from: &Jid,
        start: Option<(u64, Vec<super::packet::Base>)>,
        reply: bool,
        whole: bool,
        entries: &[Arc<[u8]>],
    ) {
        // What was asked for is taken however much it is, and only then: anybody can call something an answer.
        let asked = self
            .peers
            .get(from)
            .is_some_and(|peer| peer.asked.is_some());
        if let Some((horizon, bases)) = start
            && self.log.is_empty()
            && asked
        {
            self.log.start(horizon, &bases);
        }
        let (mut gap, mut stale) = (false, false);
        let (mut older, before) = (0u32, self.log.len());
        let mut oldest = u64::MAX;
        let ahead = asked && entries.len() >= LONG && !self.is_forger(from);
        let mut read = match ahead {
            true => self.read_ahead(entries),
            false => Vec::new(),
        }
        .into_iter();
        for octets in entries {
            let (entry, signed) = match read.next() {
                Some(read) => read,
                None => (Entry::read_unchecked(octets).ok(), None),
            };
            // What costs nothing comes first: a flood of what we have, or of more than we take, costs no signatures.
            let Some(entry) = entry.filter(|entry| entry.draft.room == self.id) else {
                self.misbehaves(from);
                continue;
            };
            if self.log.get(&entry.id).is_some() {
                self.clear_of(from, &entry);
                continue;
            }
            // Nobody gives unasked what was before we came: in no digest would it be seen that others have not the same there.
            let early = !asked && self.log.is_before_base(&entry);
            if early || !asked && !self.has_credit(from, &entry) {
                self.refused += 1;
                continue;
            }
            if self.is_forger(from) || !signed.unwrap_or_else(|| entry.is_signed()) {
                self.misbehaves(from);
                continue;
            }
            self.clear_of(from, &entry);
            let wall = u64::try_from(self.clock.wall.as_millisecond()).unwrap_or(0);
            stale |= entry.draft.time.saturating_add(1000) < wall;
            older += u32::from(entry.draft.clock < self.log.horizon);
            oldest = oldest.min(entry.draft.clock);
            let entry = Arc::new(entry);
            let mut outcome = self.take(entry.clone(), Some(from));
            if outcome == Insert::Gap && asked && self.log.begins_at(&entry) {
                outcome = self.take(entry, Some(from));
            }
            gap |= outcome == Insert::Gap;
        }
        if let Some(peer) = self.peers.get_mut(from)
            && reply
        {
            peer.asked = None;
        }
        let grown = older > 0 && self.log.len() > before;
        // Who has nothing older answers with nothing.
        if grown || self.paging && reply && entries.is_empty() {
            // The next page begins where this one ends.
            if std::mem::take(&mut self.paging) {
                self.log.horizon = self.log.horizon.min(oldest);
            }
            if self.log.is_whole() {
                self.log.horizon = 0;
            }
            let complete = self.log.horizon == 0;
            self.outputs
                .push_back(Output::Happened(Happened::Older { complete }));
        }
        if (reply || stale) && self.log.len() > before && self.is_hub() {
            self.digest_soon();
        }
        if stale && self.log.len() > before {
            self.find_beyond(from);
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

    /// Reads a long answer on several processors, with its signatures: they are most of what coming into a hall costs. What
    /// comes of it depends on nothing but the answer.
    fn read_ahead(&self, entries: &[Arc<[u8]>]) -> Vec<(Option<Entry>, Option<bool>)> {
        let read = |octets: &Arc<[u8]>| {
            let entry = Entry::read_unchecked(octets).ok();
            let new =
                |entry: &&Entry| entry.draft.room == self.id && self.log.get(&entry.id).is_none();
            let signed = entry.as_ref().filter(new).map(Entry::is_signed);
            (entry, signed)
        };
        let each = entries.len().div_ceil(PARTS);
        std::thread::scope(|scope| {
            let mut parts = entries.chunks(each.max(1));
            let first = parts.next().unwrap_or_default();
            let others: Vec<_> = parts
                .map(|part| scope.spawn(move || part.iter().map(read).collect::<Vec<_>>()))
                .collect();
            let mut all: Vec<_> = first.iter().map(read).collect();
            for other in others {
                all.extend(
                    other
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                );
            }
            all
        })
    }

    /// Somebody has given us everything that it has.
    pub(super) fn caught_up(&mut self) {
        self.synced = true;
        self.settle_state();
        self.enter_now();
        self.join_if_owed();
    }

    /// So many bad entries come from nobody by accident: its entries are not even checked for a while.
    pub(super) fn is_forger(&self, who: &Jid) -> bool {
        let now = self.clock.now;
        self.peers.get(who).is_some_and(|peer| {
            peer.bad > MOST_BAD && peer.shunned.is_some_and(|until| until > now)
        })
    }

    pub(super) fn misbehaves(&mut self, who: &Jid) {
        self.refused += 1;
        let now = self.clock.now;
        let Some(peer) = self.peers.get_mut(who) else {
            return;
        };
        peer.bad += 1;
        if peer.bad == 1 || peer.bad.is_multiple_of(MOST_BAD) {
            peer.shunned = Some(now + SHUN);
            let who = self.nick_at(who);
            self.trouble(Trouble::Forged(who));
        }
    }

    /// What somebody pushes of its own is taken at a certain speed only.
    pub(super) fn has_credit(&mut self, from: &Jid, entry: &Entry) -> bool {
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
            let who = self.nick_at(from);
            self.trouble(Trouble::Flood(who));
            self.send(from, Packet::Refused(Refusal::Busy));
        }
        false
    }

    pub(super) fn on_page(&mut self, from: &Jid, before: Order, limit: u16) {
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

    pub(super) fn on_refused(&mut self, from: &Jid, why: Refusal) {
        let now = self.clock.now;
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        if peer.asked.is_none() && peer.there == Level::None {
            return; // Nobody asked.
        }
        (peer.there, peer.asked) = (Level::None, None);
        (peer.shunned, peer.refused) = (Some(now + SHUN), Some(now + SHUN));
        if self.redial_at.is_none() {
            self.redial_at = Some(now + REDIAL);
        }
        if self.entering && why != Refusal::Unknown {
            // One may lag behind, or lie: the next is asked.
            let refused = |jid: &Jid| {
                let peer = self.peers.get(jid);
                peer.is_some_and(|peer| peer.refused.is_some_and(|until| until > now))
            };
            if self.targets().1.iter().any(|(jid, _)| !refused(jid)) {
                self.stale = true;
                return;
            }
            self.entering = false;
        }
        self.outputs
            .push_back(Output::Happened(Happened::Refused(why)));
    }
}

#[cfg(test)]
#[path = "catch_up_test.rs"]
mod tests;
