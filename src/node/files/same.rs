//! One file, offered by several: it comes once, and when its source gives nothing any more it goes on from the next.
//!
//! That two offers are of one file is known by size and SHA-256, as both senders said them beforehand, over encrypted
//! streams. The first that is taken leads; the others are joined to it and wait. Only who offered the file to us is asked
//! for it, and nobody learns of the others. The receiver says what it has by its hash, as when it goes on after a broken
//! cable, and compares the whole with what was said before: a hash that comes with the last byte could have been made
//! from ours and other bytes.

use std::time::Duration;

use super::RECEIVER_WAITS;
use super::ask::Ask;
use crate::event::{Event, FileState};
use crate::model::roster::hex;
use crate::model::transfer::{MOST_SOURCES, Transfer, unhex};
use crate::node::core::{Core, Timer};
use crate::node::effect::Effect;
use crate::wire::stanza::StanzaError;
use crate::xep::xep0234_jingle_file as jingle;

/// Of a file that so often was not what it should be nobody is asked any more.
const MOST_WRONG: u8 = 4;
/// So long after the stream to its source is gone nothing may move before another one is asked.
const STILL: Duration = Duration::from_secs(5);
const JOINED: &str = "the same file is on its way already: this is another source of it";

impl Core {
    /// The SHA-256 of a file that we offer is known: whoever has the offer is told.
    pub(super) fn on_file_hashed(&mut self, id: &str, sha256: String) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        if !transfer.file.outgoing || transfer.file.folder.is_some() {
            return;
        }
        let known = transfer.file.sha256.replace(sha256.clone()) == Some(sha256.clone());
        let (sid, peer) = (transfer.sid.clone(), transfer.peer().clone());
        let offered = transfer.way == Some(crate::model::transfer::Way::Direct);
        self.keep_file(id);
        if let (Some(hash), Some(conn)) = (unhex(&sha256), self.active(&peer))
            && offered
            && !known
        {
            self.send_file_iq(conn, None, jingle::checksum(&sid, &hash));
        }
    }

    /// The sender says what will come.
    pub(super) fn on_checksum(&mut self, id: &str, hash: [u8; 32]) -> Result<(), StanzaError> {
        let unexpected = || StanzaError::new("unexpected-request");
        let transfer = self.files.all.get_mut(id).ok_or_else(unexpected)?;
        if transfer.file.outgoing || transfer.file.folder.is_some() {
            return Err(unexpected());
        }
        // What was said first counts: what comes is compared with that.
        if transfer.file.state.is_over() || transfer.same.said.is_some() {
            return Ok(());
        }
        transfer.same.said = Some(hex(&hash));
        self.keep_file(id);
        self.join_same(id);
        Ok(())
    }

    /// Looks whether somebody else offers the same file, and one of them was taken. True if this one is joined now.
    pub(super) fn join_same(&mut self, id: &str) -> bool {
        let Some(this) = self.files.all.get(id) else {
            return false;
        };
        let others: Vec<String> = self
            .files
            .all
            .iter()
            .filter(|other| other.is_same_as(this))
            .map(|other| other.file.transfer.clone())
            .collect();
        for other in others {
            let order = |id: &str| {
                let transfer = self.files.all.get(id)?;
                let leads = !self.files.all.joined_to(id).is_empty();
                Some((transfer.into.is_some(), leads, transfer.file.bytes))
            };
            let (Some(here), Some(there)) = (order(id), order(&other)) else {
                continue;
            };
            // What further sources has, or more bytes, or came first.
            let (lead, joined) = match here > there {
                true => (id, other.as_str()),
                false => (other.as_str(), id),
            };
            if self.may_join(lead, joined) {
                self.join(lead, joined);
                if joined == id {
                    return true;
                }
            }
        }
        false
    }

    fn may_join(&self, lead: &str, joined: &str) -> bool {
        let (Some(first), Some(second)) = (self.files.all.get(lead), self.files.all.get(joined))
        else {
            return false;
        };
        // Also one that gave wrong bytes: what it offers again is a file of its own.
        let of_same_peer = |other: &Transfer| {
            other.same.joined.as_deref() == Some(lead) && other.file.peer == second.file.peer
        };
        first.into.is_some()
            && second.file.state != FileState::Paused
            && self.files.all.joined_to(joined).is_empty()
            && self.files.all.joined_to(lead).len() < MOST_SOURCES
            && !self.files.all.iter().any(of_same_peer)
    }

    fn join(&mut self, lead: &str, joined: &str) {
        let Some(transfer) = self.files.all.get_mut(joined) else {
            return;
        };
        transfer.same.joined = Some(lead.to_owned());
        transfer.file.state = FileState::Waiting;
        transfer.file.reason = Some(JOINED.to_owned());
        transfer.file.bytes = 0;
        transfer.now.resume = false;
        if let Some(into) = transfer.into.take() {
            // Both were begun before it was known that they are one. Its sender offers it again.
            let remove = Some((into, transfer.file.name.clone()));
            transfer.now.run += 1;
            transfer.now.busy = false;
            transfer.now.iq = None;
            let transfer = joined.to_owned();
            self.effects
                .push_back(Effect::File(Ask::Stop { transfer, remove }));
        }
        self.timers.set(Timer::File(joined.to_owned()), None);
        tracing::info!(lead, joined, "the same file is offered by another one");
        self.tell_file(joined, None);
        self.turn_from(lead, false);
    }

    /// Takes the rest from another source if this one gives nothing (`anyhow`: it had its time); false if it stays.
    pub(super) fn turn_from(&mut self, lead: &str, anyhow: bool) -> bool {
        let Some(transfer) = self.files.all.get(lead) else {
            return false;
        };
        let waits = transfer.is_waiting() || anyhow;
        let held = transfer.file.state == FileState::Paused;
        let open = !transfer.file.outgoing && transfer.into.is_some() && !transfer.held_here;
        if transfer.file.state.is_over() || !open || !(waits || held) {
            return false;
        }
        let here = self.active(transfer.peer()).is_some();
        if here && !held && !anyhow && !transfer.same.gone {
            return false;
        }
        let Some(next) = self.next_source(lead, true) else {
            return false;
        };
        self.turn_to(lead, &next, None);
        true
    }

    /// Another source: one that is here, or, if that is not asked for, one that may come back.
    fn next_source(&self, lead: &str, here: bool) -> Option<String> {
        let joined = self.files.all.joined_to(lead);
        let is_there = |id: &&String| {
            self.files.all.get(id).is_some_and(|transfer| {
                let ready = transfer.now.source.is_some();
                !transfer.same.gone && ready && self.active(transfer.peer()).is_some()
            })
        };
        let may_come = |id: &&String| {
            self.files
                .all
                .get(id)
                .is_some_and(|transfer| !transfer.same.gone)
        };
        joined
            .iter()
            .find(is_there)
            .or_else(|| joined.iter().filter(|_| !here).find(may_come))
            .cloned()
    }

    /// It goes on from there.
    fn turn_to(&mut self, lead: &str, next: &str, why: Option<&str>) {
        self.stop_file(lead);
        for id in [lead, next] {
            self.timers.set(Timer::File(id.to_owned()), None);
        }
        self.files.all.swap_sessions(lead, next);
        if let Some(transfer) = self.files.all.get_mut(next) {
            transfer.now.resume = false;
        }
        if let Some(transfer) = self.files.all.get_mut(lead) {
            let source = transfer.peer().clone();
            tracing::info!(lead, %source, "a file goes on from another source");
            transfer.file.source.clone_from(&transfer.same.with);
            transfer.same.says_source = why.is_none();
            transfer.file.reason = Some(match why {
                Some(why) => format!("{why}; it goes on from {source}"),
                None => format!("it goes on from {source}"),
            });
            transfer.file.state = FileState::Waiting;
            transfer.same.mixed |= transfer.file.bytes > 0;
            transfer.now.broken = 0;
            transfer.now.resume = transfer.now.source.is_none();
        }
        self.keep_file(next);
        self.tell_file(lead, None);
        self.advance(lead);
    }

    /// The source of a file will not give it. True if it goes on from another one. `tell`: what that source is told.
    pub(super) fn lose_source(
        &mut self,
        lead: &str,
        why: &str,
        tell: Option<&'static str>,
    ) -> bool {
        let Some(next) = self.next_source(lead, false) else {
            return false;
        };
        self.turn_to(lead, &next, Some(why));
        if let Some(tell) = tell {
            self.end_session(&next, tell, why);
        }
        self.end_joined(&next, why);
        true
    }

    /// The session that a joined transfer holds is over: so is the transfer, if it is its own.
    fn end_joined(&mut self, id: &str, why: &str) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        transfer.same.gone = true;
        match transfer.same.with {
            None => self.fail_file(id, why, None),
            Some(_) => self.keep_file(id),
        }
    }

    /// The sender of a joined one took it back.
    pub(super) fn joined_withdrawn(&mut self, id: &str, why: &str) {
        self.end_joined(id, why);
        if let Some(transfer) = self.files.all.get_mut(id)
            && transfer.file.state.is_over()
        {
            // It may be offered again, and be a source again.
            transfer.same.joined = None;
            self.keep_file(id);
        }
    }

    /// A joined one was offered again.
    pub(super) fn on_joined_offer(&mut self, id: &str, lead: &str, offer: &jingle::Offer) {
        let said = offer.sha256.map(|hash| hex(&hash));
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        let same = transfer.file.size == offer.size && offer.folder.is_none();
        if !same || (said.is_some() && said != transfer.same.said) {
            let why = "the file was changed since it was offered";
            self.end_session(id, "cancel", why);
            return self.joined_withdrawn(id, why);
        }
        transfer.now.source = Some(crate::model::transfer::Source {
            port: offer.port,
            token: offer.token,
        });
        self.turn_from(lead, false);
    }

    /// The stream to the source is gone; bytes may be moving still.
    pub(super) fn watch_for_silence(&mut self, id: &str) {
        let Some(transfer) = self.files.all.get(id) else {
            return;
        };
        let alone = transfer.is_busy() && self.active(transfer.peer()).is_none();
        if alone && !transfer.file.outgoing && self.next_source(id, true).is_some() {
            let at = self.after(STILL);
            self.timers.set(Timer::File(id.to_owned()), at);
        }
    }

    /// All bytes came, and they are not the file. If they came from several, one of them alone is asked for all of it.
    pub(super) fn file_is_wrong(&mut self, id: &str, why: &str) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        transfer.same.wrong = transfer.same.wrong.saturating_add(1);
        transfer.file.bytes = 0;
        let mixed = std::mem::take(&mut transfer.same.mixed);
        let part = transfer.into.clone();
        let remove = part.map(|into| (into, transfer.file.name.clone()));
        let hopeless = transfer.same.wrong >= MOST_WRONG;
        if hopeless || !mixed {
            let stop = Ask::Stop {
                transfer: id.to_owned(),
                remove,
            };
            self.effects.push_back(Effect::File(stop));
            if hopeless || !self.lose_source(id, why, Some("failed-application")) {
                self.fail_file(id, why, Some("failed-application"));
            }
            return;
        }
        transfer.now.run += 1;
        transfer.now.busy = false;
        transfer.now.source = None;
        transfer.now.iq = None;
        transfer.file.state = FileState::Waiting;
        transfer.same.says_source = false;
        transfer.file.reason = Some(format!("{why}: it begins anew, from one source"));
        let stop = Ask::Stop {
            transfer: id.to_owned(),
            remove,
        };
        self.effects.push_back(Effect::File(stop));
        let at = self.after(RECEIVER_WAITS);
        self.timers.set(Timer::File(id.to_owned()), at);
        self.tell_file(id, None);
    }

    /// It is whole: so are the others.
    pub(super) fn joined_done(&mut self, lead: &str) {
        let Some(whole) = self.files.all.get(lead).cloned() else {
            return;
        };
        for id in self.files.all.joined_to(lead) {
            let Some(transfer) = self.files.all.get_mut(&id) else {
                continue;
            };
            transfer.file.state = FileState::Done;
            transfer.file.bytes = transfer.file.size;
            transfer.file.path.clone_from(&whole.file.path);
            transfer.file.sha256.clone_from(&whole.file.sha256);
            transfer.file.reason.clone_from(&whole.file.reason);
            transfer.stamp.clone_from(&whole.stamp);
            if !transfer.same.gone {
                // The sender need not send it: what it offered is here.
                self.end_session(&id, "success", "");
            }
            self.tell_file(&id, None);
            self.emit(Event::FileDone {
                transfer: id,
                path: whole.file.path.clone(),
                sha256: whole.file.sha256.clone(),
            });
        }
    }

    /// Gives a lead and those joined to it back the sessions in which they were offered.
    pub(super) fn bring_home(&mut self, lead: &str) {
        let mut all = self.files.all.joined_to(lead);
        all.push(lead.to_owned());
        for id in &all {
            let Some(own) = self.files.all.get(id).map(|known| known.file.peer.clone()) else {
                continue;
            };
            let holds = |other: &&String| {
                let other = self.files.all.get(other);
                other.is_some_and(|other| *other.peer() == own)
            };
            if let Some(holder) = all.iter().find(holds).filter(|holder| *holder != id) {
                self.files.all.swap_sessions(id, holder);
            }
        }
        if let Some(transfer) = self.files.all.get_mut(lead) {
            transfer.file.source = None;
        }
    }

    /// The lead will not come: what was joined to it is an offer again.
    pub(super) fn part_from(&mut self, lead: &str) {
        for id in self.files.all.joined_to(lead) {
            let Some(transfer) = self.files.all.get_mut(&id) else {
                continue;
            };
            transfer.same.joined = None;
            transfer.file.reason = None;
            if transfer.same.gone {
                self.fail_file(&id, "the sender does not offer it any more", None);
                continue;
            }
            transfer.file.state = FileState::Offered;
            self.ask_for(&id);
        }
    }

    /// Our user does not want it from this one. Its lead goes on without it.
    pub(super) fn decline_joined(&mut self, id: &str) {
        let transfer = self.files.all.get(id);
        let Some(lead) = transfer.and_then(|known| known.same.joined.clone()) else {
            return;
        };
        let own = transfer.map(|known| known.file.peer.clone());
        if transfer.is_some_and(|known| known.same.with.is_some()) {
            let mut others = self.files.all.joined_to(&lead);
            others.push(lead.clone());
            let holds =
                |other: &String| self.files.all.get(other).map(Transfer::peer) == own.as_ref();
            match others.into_iter().find(holds) {
                Some(holder) if holder == lead => self.turn_to(&lead, id, None),
                Some(holder) => self.files.all.swap_sessions(&holder, id),
                None => {}
            }
        }
        if let Some(transfer) = self.files.all.get_mut(id) {
            transfer.same.joined = None;
        }
        self.fail_file(id, "declined", Some("decline"));
        let gone = self.files.all.get(&lead).is_some_and(|lead| lead.same.gone);
        if gone && !self.lose_source(&lead, "", None) {
            self.fail_file(&lead, "the sender does not offer it any more", None);
        }
    }
}
