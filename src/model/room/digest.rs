//! The half of [`Room`] that compares: who has come how far, what that confirms of ours, and what is missing.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::engine::{Happened, Output, Peer, Room};
use super::entry::{ChainId, Entry};
use super::fault::Fault;
use super::hubs::{HUBS, MESH};
use super::log::Head;
use super::packet::{Level, Packet};
use super::sync::{GAP, IDLE, MOST};
use crate::wire::jid::Jid;

/// Of a hall so many are told how far we have come …
pub(super) const FEW: usize = 8;
/// … in each so long: a hundred in a quarter of a second.
const FEW_EACH: Duration = Duration::from_millis(20);
/// Own entries that are watched until all have them.
const MOST_REACHED: usize = 50;

/// A digest on its way to many.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    digest: Packet,
    to: VecDeque<Jid>,
}

impl Room {
    pub(super) fn on_digest(
        &mut self,
        from: &Jid,
        heads: &[Head],
        root: [u8; 8],
        served: u16,
        reply: bool,
    ) {
        self.confirmed_by(from, heads, served);
        self.judge(from, heads);
        let lacks = heads.iter().any(|head| self.log.lacks(head))
            || heads.is_empty() && root != self.log.root();
        let behind: Vec<Head> = heads
            .iter()
            .filter(|head| self.is_behind(head))
            .copied()
            .collect();
        let key = self.peers.get(from).and_then(|peer| peer.key);
        let serves = key.is_some_and(|key| self.refuses(key).is_none());
        if !behind.is_empty() && serves {
            let (entries, _) = self.log.missing(heads, self.log.horizon, MOST, self.me);
            let chains = |entry: &Arc<Entry>| {
                behind.iter().any(|head| {
                    head.author == entry.author.short()
                        && head.incarnation == entry.draft.incarnation
                })
            };
            let wall = u64::try_from(self.clock.wall.as_millisecond()).unwrap_or(0);
            // What is new is on its way, unless we are asked.
            let settled =
                |entry: &Arc<Entry>| reply || entry.draft.time.saturating_add(1000) < wall;
            let entries: Vec<Arc<Entry>> =
                entries.into_iter().filter(chains).filter(settled).collect();
            if !entries.is_empty() {
                self.send_entries(from, None, entries, false, true);
            }
        }
        if reply && serves {
            let ours = heads.iter().map(|head| self.log.own_head_or_none(head));
            let ours: Vec<Head> = ours.collect();
            self.send_digest(from, ours, false);
        }
        if !lacks {
            if let Some(peer) = self.peers.get_mut(from) {
                peer.gap = None;
            }
            return;
        }
        if self.errs(Fault::ForgetsToAsk) {
            return;
        }
        // In a hall it may be waiting for company there.
        let company = self.is_hall().then(|| self.company());
        let at = self.clock.now + GAP + company.unwrap_or_default();
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        if matches!(peer.there, Level::Digest | Level::Warm) && !heads.is_empty() {
            // The primary may be about to push it.
            peer.gap.get_or_insert(at);
            self.gap_at.get_or_insert(at);
            peer.told = heads.iter().take(1000).copied().collect();
        } else {
            self.pull(from, false);
        }
    }

    pub(super) fn is_behind(&self, theirs: &Head) -> bool {
        let ours = self.log.own_head(theirs);
        ours.is_some_and(|own| own.seq > theirs.seq && !own.frozen)
    }

    /// What the second hub has had for half a second has not come from the first: they change places.
    pub(super) fn on_gap(&mut self, from: &Jid) {
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        peer.gap = None;
        let told = std::mem::take(&mut peer.told);
        if !told.iter().any(|head| self.log.lacks(head)) {
            return;
        }
        let primary = |(_, peer): &(&Jid, &Peer)| peer.there == Level::Primary;
        let primaries: Vec<Jid> = self
            .peers
            .iter()
            .filter(primary)
            .map(|(jid, _)| jid.clone())
            .collect();
        for jid in primaries {
            self.suspect(&jid, &told);
        }
        self.stale = true;
        self.pull(from, false);
    }

    /// What was missed here was missed elsewhere, too: tell soon, and all who hold on to us.
    pub(super) fn digest_soon(&mut self) {
        let soon = self.clock.now + Duration::from_secs(1);
        self.digest_at = Some(self.digest_at.map_or(soon, |at| at.min(soon)));
        self.digest_wide = true;
    }

    pub(super) fn schedule_digest(&mut self) {
        if self.digest_at.is_none() {
            self.digest_at = Some(self.clock.now + self.digest_pause());
        }
    }

    pub(super) fn served(&self) -> u16 {
        let served = self
            .peers
            .values()
            .filter(|peer| peer.linked && !peer.slow && peer.here == Level::Primary);
        u16::try_from(served.count()).unwrap_or(u16::MAX)
    }

    pub(super) fn send_digest(&mut self, to: &Jid, heads: Vec<Head>, reply: bool) {
        let digest = self.digest(heads, reply);
        self.send(to, digest);
    }

    fn digest(&self, heads: Vec<Head>, reply: bool) -> Packet {
        let (root, served) = (self.log.root(), self.served());
        Packet::Digest {
            heads,
            root,
            served,
            reply,
        }
    }

    /// After traffic: those who rely on us for it, and the other hubs, are told how far we have come.
    pub(super) fn spread_digest(&mut self) {
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
        let mut to: Vec<Jid> = self
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
        to.sort_by_key(|jid| !hubs.contains(jid));
        self.spread_on(usize::MAX);
        let digest = self.digest(heads, false);
        self.spread = Some(Spread {
            digest,
            to: to.into(),
        });
        self.spread_on(if self.is_hall() { FEW } else { usize::MAX });
    }

    /// The next few are told: hundreds of packets at once would be in the way of what somebody says just then.
    pub(super) fn spread_on(&mut self, most: usize) {
        let Some(mut spread) = self.spread.take() else {
            return;
        };
        for jid in spread.to.drain(..most.min(spread.to.len())) {
            let listens = |peer: &Peer| peer.linked && !peer.slow;
            if self.peers.get(&jid).is_some_and(listens) {
                self.send(&jid, spread.digest.clone());
            }
        }
        if !spread.to.is_empty() {
            self.spread = Some(spread);
            self.spread_at = Some(self.clock.now + FEW_EACH);
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
    pub(super) fn seek_confirmation(&mut self) {
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

    pub(super) fn confirmed_by(&mut self, from: &Jid, heads: &[Head], served: u16) {
        let tag = self.me.short();
        let chains: BTreeSet<u32> = self
            .log
            .chains_of(self.me)
            .map(|chain| chain.incarnation)
            .collect();
        let own = heads
            .iter()
            .filter(|head| head.author == tag && chains.contains(&head.incarnation));
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        peer.served = served;
        for head in own {
            peer.has_ours.insert(head.incarnation, head.seq);
        }
        if self.unconfirmed.is_empty() && self.reached.is_empty() {
            return;
        }
        let hubs = self.hubs().to_vec();
        let own_hub = hubs.contains(&self.jid) || hubs.len() < 2;
        let needed = if own_hub { 1 } else { 2 };
        let members = self.state.here.saturating_sub(1);
        let of = u16::try_from(members).unwrap_or(u16::MAX);
        let mut told = Vec::new();
        // It goes on after the first two: the rest is told as it is heard of, and nobody is asked for it.
        self.reached = std::mem::take(&mut self.reached)
            .into_iter()
            .filter_map(|(id, incarnation, seq, before)| {
                let to = self.reach(&hubs, incarnation, seq).1.min(of);
                if to > before {
                    told.push((id, to));
                }
                (to < of).then_some((id, incarnation, seq, to.max(before)))
            })
            .collect();
        let mut still = VecDeque::new();
        for (id, incarnation, seq) in std::mem::take(&mut self.unconfirmed) {
            let (by, to) = self.reach(&hubs, incarnation, seq);
            if by < needed {
                still.push_back((id, incarnation, seq));
                continue;
            }
            let to = to.min(of);
            told.push((id, to));
            if to < of {
                self.reached.push_back((id, incarnation, seq, to));
            }
        }
        let spare = self.reached.len().saturating_sub(MOST_REACHED);
        self.reached.drain(..spare);
        self.unconfirmed = still;
        for (id, to) in told {
            let delivered = Happened::Delivered { id, to, of };
            self.outputs.push_back(Output::Happened(delivered));
        }
        if self.unconfirmed.is_empty() {
            self.confirm_at = None;
        }
    }

    /// How many hubs beside us say that they have this entry of ours, and with how many members it is by that.
    fn reach(&self, hubs: &[Jid], incarnation: u32, seq: u32) -> (usize, u16) {
        let has = |peer: &&Peer| {
            let known = peer.has_ours.get(&incarnation);
            known.is_some_and(|has| *has >= seq)
        };
        let others = hubs.iter().filter(|jid| **jid != self.jid);
        let by = others.filter_map(|jid| self.peers.get(jid)).filter(has);
        let (mut count, mut served) = (0, 0);
        for peer in by {
            count += 1;
            served += usize::from(peer.served);
        }
        if hubs.len() > HUBS || self.state.occupants.len() <= MESH {
            served = 0;
        }
        (count, u16::try_from(count.max(served)).unwrap_or(u16::MAX))
    }

    /// Now and then, with somebody: is everything the same? Partitions grow together by this if by nothing else.
    pub(super) fn idle_round(&mut self) {
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
