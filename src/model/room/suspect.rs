//! The half of [`Room`] that tells a hub that withholds from one that was merely late. That the second hub had something
//! first shows neither: a cable that is out for a second looks the same. So the first is asked how far it has come. Its
//! stream keeps the order of what is said on it: whoever meant to pass something on has done it by the time of the answer,
//! and does it now if it had not. Whoever says that it has an entry, and has not given it, keeps it from us.

use std::time::Duration;

use super::engine::{Room, Trouble};
use super::entry::Entry;
use super::log::Head;
use super::sync::SHUN;
use crate::wire::jid::Jid;
use crate::wire::time::Moment;

/// Anybody may err once or twice; who has withheld something so often on one stream is told of …
const PATIENCE: u32 = 3;
/// … unless that was so long apart. Who withholds on purpose is shunned a minute each time, and caught again as soon as it
/// is relied on.
const FORGIVEN: Duration = Duration::from_secs(300);
/// Who says other things for so long and does not answer, withholds its answer, too. A stream over a cable that is out does
/// not live so long.
const SILENT: Duration = Duration::from_secs(60);
/// Chains asked for at once.
const MOST_ASKED: usize = 100;

/// What a member is suspected to keep from us.
#[derive(Clone, Debug)]
pub(super) struct Suspicion {
    since: Moment,
    /// How far others had come where it had brought us less.
    heads: Vec<Head>,
}

impl Room {
    /// Others have come so far, and this member, on whom we rely, has not brought it: it is not relied on for a while, and
    /// asked.
    pub(super) fn suspect(&mut self, jid: &Jid, told: &[Head]) {
        let now = self.clock.now;
        // What it wrote itself it does not pass on; a flood of that is taken later.
        let own = self.state.occupants.iter().find(|(_, one)| one.jid == *jid);
        let own = own.map(|(author, _)| author.short());
        let mut heads: Vec<Head> = told
            .iter()
            .filter(|head| !head.frozen && self.log.lacks(head) && Some(head.author) != own)
            .copied()
            .collect();
        heads.truncate(MOST_ASKED);
        let ours = heads.iter().map(|head| self.log.own_head_or_none(head));
        let ours: Vec<Head> = ours.collect();
        let Some(peer) = self.peers.get_mut(jid) else {
            return;
        };
        peer.shunned = Some(now + SHUN);
        if peer.suspected.is_some() || heads.is_empty() {
            return; // One question is open.
        }
        peer.suspected = Some(Suspicion { since: now, heads });
        self.send_digest(jid, ours, true);
    }

    /// It has given us this.
    pub(super) fn clear_of(&mut self, from: &Jid, entry: &Entry) {
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        let Some(suspicion) = &mut peer.suspected else {
            return;
        };
        let (tag, draft) = (entry.author.short(), &entry.draft);
        let given = |head: &Head| {
            (head.author, head.incarnation) == (tag, draft.incarnation) && head.seq <= draft.seq
        };
        suspicion.heads.retain(|head| !given(head));
        if suspicion.heads.is_empty() {
            peer.suspected = None;
        }
    }

    /// It says how far it has come.
    pub(super) fn judge(&mut self, from: &Jid, heads: &[Head]) {
        let Some(peer) = self.peers.get_mut(from) else {
            return;
        };
        let Some(suspicion) = &mut peer.suspected else {
            return;
        };
        let of = |chain: &Head| {
            let same =
                |head: &&Head| (head.author, head.incarnation) == (chain.author, chain.incarnation);
            heads.iter().find(same)
        };
        let has = |told: &Head| of(told).is_some_and(|head| head.seq >= told.seq && !head.frozen);
        let withholds = suspicion.heads.iter().any(has);
        // What it does not have either it cannot pass on.
        suspicion.heads.retain(|told| of(told).is_none());
        if withholds {
            self.blame(from);
        } else if suspicion.heads.is_empty() {
            peer.suspected = None;
        }
    }

    /// It says something, whatever it is.
    pub(super) fn await_answer(&mut self, from: &Jid) {
        let now = self.clock.now;
        let silent = |one: &Suspicion| now.since(one.since) > SILENT;
        let peer = self.peers.get(from);
        if peer.is_some_and(|peer| peer.suspected.as_ref().is_some_and(silent)) {
            self.blame(from);
        }
    }

    fn blame(&mut self, jid: &Jid) {
        let now = self.clock.now;
        let Some(peer) = self.peers.get_mut(jid) else {
            return;
        };
        peer.suspected = None;
        if now > peer.withheld_at + FORGIVEN {
            peer.withheld = 0;
        }
        peer.withheld += 1;
        peer.withheld_at = now;
        if peer.withheld == PATIENCE {
            let who = self.nick_at(jid);
            self.trouble(Trouble::Withheld(who));
        }
    }
}
