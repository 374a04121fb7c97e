//! The half of [`Room`] that takes entries in: what counts, what is kept on disk, and what is told before it is.

use std::sync::Arc;

use super::body::Body;
use super::engine::{Happened, LEAP, Output, Room, Trouble};
use super::entry::{ChainId, Entry, RoomId};
use super::fault::Fault;
use super::log::Insert;
use crate::wire::jid::Jid;
use crate::wire::time::Clock;

impl Room {
    pub(super) fn keep(&mut self, entry: Arc<Entry>) {
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
                if self.errs(Fault::DeliveredAtOnce) {
                    let (id, to, of) = (entry.id, 1, 1);
                    let delivered = Happened::Delivered { id, to, of };
                    self.outputs.push_back(Output::Happened(delivered));
                }
            }
        }
        self.schedule_digest();
        self.stale |= !self.inside;
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
        if banned && !self.state.rules.lets_in(&entry) && !self.errs(Fault::HearsAll) {
            self.refused += 1;
            return Insert::Refused; // Nobody keeps what a banned author writes behind the cut.
        }
        let there = self.log.at(entry.chain(), entry.draft.seq);
        if self.errs(Fault::IgnoresForks) && there.is_some_and(|there| there.id != entry.id) {
            return Insert::Known;
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
                self.trouble(Trouble::Fork(who));
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

    pub(super) fn proofs(&self, chain: ChainId) -> Vec<Arc<Entry>> {
        self.log
            .forks()
            .filter(|(id, _)| *id == chain)
            .flat_map(|(_, proof)| proof.to_vec())
            .collect()
    }

    pub(super) fn note_founder(&mut self, entry: &Entry) {
        if let Body::Create { nonce, .. } = &entry.draft.body
            && entry.draft.seq == 1
            && RoomId::of(&entry.author, nonce) == self.id
        {
            self.founder = Some(entry.author);
            self.dirty = true;
        }
    }
}
