//! The half of [`Room`] that passes on: to whom an entry goes from here, and when.

use std::sync::Arc;

use super::engine::{Peer, Room};
use super::entry::Entry;
use super::fault::Fault;
use super::hubs::HUBS;
use super::packet::Level;
use super::sync::MOST_PUSHES;
use crate::wire::jid::Jid;

impl Room {
    /// To whom an entry goes on from here.
    pub(super) fn pass_on(&mut self, entry: &Arc<Entry>, from: Option<&Jid>) {
        let from_above = from.is_some_and(|jid| {
            self.peers
                .get(jid)
                .is_some_and(|peer| peer.there == Level::Primary)
        });
        if from_above && !self.serves && !self.errs(Fault::PassesOnToAll) {
            return;
        }
        let hubs = self.hubs();
        let is_hub = |jid: &Jid| hubs.contains(jid);
        let is_first = |jid: &Jid| hubs.iter().take(HUBS).any(|hub| hub == jid);
        let spreads = self.rushes() && is_first(&self.jid);
        let own_hub = is_hub(&self.jid);
        let from_hub = from.is_some_and(is_hub);
        let author = self
            .state
            .occupants
            .get(&entry.author)
            .map(|occupant| &occupant.jid);
        let to: Vec<Jid> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.linked && !peer.slow)
            .filter(|(jid, peer)| {
                let served = own_hub && from_hub && is_hub(jid) && (!spreads || is_first(jid));
                let down = peer.here == Level::Primary && !served;
                let up = peer.there == Level::Primary && !from_above && !(own_hub && from_hub);
                let due =
                    (down || up) && from != Some(*jid) && (from.is_none() || author != Some(*jid));
                due || self.errs(Fault::PassesOnToAll)
            })
            .map(|(jid, _)| jid.clone())
            .collect();
        let serves = |peer: &Peer| peer.linked && peer.here == Level::Primary;
        self.serves = self.serves && (!to.is_empty() || self.peers.values().any(serves));
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
        // A hall that fills is one already: its first fifty would cost it each their own packet to everybody.
        let hall = self.is_hall() || self.rushes();
        let mut due: Vec<Jid> = self
            .pushes
            .iter()
            .filter(|(_, entries)| all || !hall || !waits(entries))
            .map(|(jid, _)| jid.clone())
            .collect();
        // Those who pass it on to others begin while the rest are told.
        let hubs = self.hubs();
        due.sort_by_key(|jid| !hubs.contains(jid));
        for jid in due {
            if let Some(entries) = self.pushes.remove(&jid) {
                self.send_entries(&jid, None, entries, false, true);
            }
        }
        self.stale |= !self.inside && self.pushes.is_empty();
        if !self.pushes.is_empty() && self.push_at.is_none() {
            self.push_at = Some(self.clock.now + self.company());
        }
    }
}
