//! The half of [`Room`] that writes: what we may, our own chain, coming in and leaving.

use std::sync::Arc;

use super::body::{Body, Role};
use super::engine::{
    ALONE, BURST, Happened, LEAP, MAX_MEMBERS, Output, PER_SECOND, Room, WriteError,
};
use super::entry::{Author, ChainId, Draft, Entry, EntryId};
use super::log::{Insert, MAX_INCARNATIONS};
use super::packet::{Level, Refusal};
use crate::wire::time::Clock;

/// Chains in the cut after everybody: what fits into an entry beside the members of a hall.
const MOST_CUT: usize = 200;

impl Room {
    /// Writes an entry; it is sent once it is on disk.
    ///
    /// # Errors
    /// See [`WriteError`]; nothing was written then.
    pub fn write(&mut self, clock: Clock, body: Body) -> Result<EntryId, WriteError> {
        self.clock = clock;
        self.enter_quietly();
        if !self.inside {
            return Err(WriteError::NotIn);
        }
        self.may(&body)?;
        self.credit =
            (self.credit + clock.now.since(self.credit_at).as_secs_f64() * PER_SECOND).min(BURST);
        self.credit_at = clock.now;
        if self.credit < 1.0 {
            return Err(WriteError::Busy);
        }
        self.credit -= 1.0;
        self.join_if_owed();
        let id = self.sign(body)?;
        self.finish();
        Ok(id)
    }

    /// Would this be taken from us?
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`].
    pub fn may(&self, body: &Body) -> Result<(), WriteError> {
        let rules = &self.state.rules;
        let rank = rules.role(self.me);
        let above = |target: &Author| rank >= Role::Admin && rank > rules.role(*target);
        let allowed = match body {
            Body::Create { .. } | Body::Unknown(_) => false,
            Body::Join { .. } | Body::Leave | Body::Nick { .. } => true,
            Body::Message { .. } | Body::Correction { .. } | Body::Reaction { .. } => {
                rules.has_voice(self.me)
            }
            Body::Hand { .. } | Body::Vote { .. } => rank != Role::Outcast,
            Body::Announcement { .. }
            | Body::Poll { .. }
            | Body::Moderated { .. }
            | Body::MembersOnly { .. }
            | Body::Unban { .. } => rank >= Role::Admin,
            Body::PollClosed { poll, .. } => {
                rank >= Role::Admin
                    || self
                        .state
                        .polls
                        .get(poll)
                        .is_some_and(|poll| poll.by == self.me)
            }
            Body::Subject { .. } => {
                rank >= Role::Admin || !rules.moderated && rules.has_voice(self.me)
            }
            Body::Retraction { target, .. } => {
                let by = self.state.said.get(target).map(|said| said.author);
                by.is_some_and(|by| by == self.me || above(&by))
            }
            Body::Role { target, role, .. } => {
                *target == self.me && *role < rank
                    || above(target)
                        && (*role < rank || rank == Role::Owner && *role == Role::Owner)
            }
            Body::Voice { target, on, .. } => rank >= Role::Admin && (*on || above(target)),
            Body::Kick { target, .. } | Body::Ban { target, .. } => above(target),
        };
        allowed.then_some(()).ok_or(WriteError::NotAllowed)
    }

    /// Bans somebody, with everything of theirs that we know still counting.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn ban(
        &mut self,
        clock: Clock,
        target: Author,
        reason: String,
    ) -> Result<EntryId, WriteError> {
        let cut = self.log.cut(target);
        self.write(
            clock,
            Body::Ban {
                target,
                reason,
                cut,
            },
        )
    }

    /// Changes what somebody is.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn set_role(
        &mut self,
        clock: Clock,
        target: Author,
        role: Role,
    ) -> Result<EntryId, WriteError> {
        let cut = self.log.cut(target);
        self.write(clock, Body::Role { target, role, cut })
    }

    /// Gives or takes voice.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn set_voice(
        &mut self,
        clock: Clock,
        target: Author,
        on: bool,
    ) -> Result<EntryId, WriteError> {
        let cut = if on { Vec::new() } else { self.log.cut(target) };
        self.write(clock, Body::Voice { target, on, cut })
    }

    /// Makes the room moderated, or not any more.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn set_moderated(&mut self, clock: Clock, on: bool) -> Result<EntryId, WriteError> {
        let cut = if on { self.cut_of_all() } else { Vec::new() };
        self.write(clock, Body::Moderated { on, cut })
    }

    /// Lets only members in and be heard from now on, or everybody. Who is in the room stays, as a member.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn set_members_only(&mut self, clock: Clock, on: bool) -> Result<EntryId, WriteError> {
        let (mut cut, mut members) = (Vec::new(), Vec::new());
        if on {
            let here = self.state.present();
            let plain = here.filter(|(_, one)| one.role == Role::None);
            members = plain.map(|(author, _)| *author).collect();
            cut = self.cut_of_all();
        }
        self.write(clock, Body::MembersOnly { on, cut, members })
    }

    /// Up to where everybody was heard who has said something: who only came and went has nothing to lose by a cut.
    fn cut_of_all(&self) -> Vec<super::body::Cut> {
        let spoken = |entry: &&Arc<Entry>| !entry.draft.body.is_state();
        let all = self.log.ordered().rev().filter(spoken);
        let mut authors: Vec<Author> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for entry in all {
            if seen.insert(entry.author) {
                authors.push(entry.author);
            }
        }
        let cut = authors.into_iter().flat_map(|author| self.log.cut(author));
        cut.take(MOST_CUT).collect()
    }

    /// Another nick from now on.
    ///
    /// # Errors
    /// As [`Room::write`].
    pub fn set_nick(&mut self, clock: Clock, nick: &str) -> Result<EntryId, WriteError> {
        nick.clone_into(&mut self.nick);
        self.write(
            clock,
            Body::Nick {
                nick: nick.to_owned(),
            },
        )
    }

    /// Leaves. What is still to be sent may be drained afterwards.
    pub fn leave(&mut self, clock: Clock) {
        self.clock = clock;
        self.entering = false;
        if std::mem::take(&mut self.inside) {
            if !std::mem::take(&mut self.owes_join) {
                let _ = self.sign(Body::Leave);
            }
            self.outputs.push_back(Output::Happened(Happened::Out {
                by: None,
                banned: false,
                reason: String::new(),
            }));
        }
        self.finish();
    }

    /// Comes (back) in, once a member has told us how things stand; after a while also without.
    pub fn enter(&mut self, clock: Clock) {
        self.clock = clock;
        if !self.inside && !self.entering {
            self.entering = true;
            self.came = self.clock.now;
            self.alone_at = Some(clock.now + ALONE);
            for peer in self.peers.values_mut() {
                (peer.there, peer.refused) = (Level::None, None);
            }
            self.stale = true;
            self.finish();
        }
    }

    /// Nobody is here: we are in, and write so when there is somebody, or something else to write. (A chain begun by every
    /// lonely start would be many chains.)
    pub(super) fn enter_quietly(&mut self) {
        let alone = !self
            .peers
            .values()
            .any(|peer| peer.linked && peer.refused.is_none());
        if self.entering
            && self.founder.is_some()
            && (alone || self.synced)
            && self.refusal().is_none()
        {
            (self.entering, self.inside, self.owes_join) = (false, true, true);
            self.stale = true;
            self.outputs.push_back(Output::Happened(Happened::Entered));
        }
    }

    pub(super) fn join_if_owed(&mut self) {
        if self.inside && std::mem::take(&mut self.owes_join) {
            let _ = self.sign_join();
        }
    }

    pub(super) fn refusal(&self) -> Option<Refusal> {
        let full = self.state.here >= MAX_MEMBERS;
        self.bars(self.me).or(full.then_some(Refusal::Busy))
    }

    /// Somebody has told us how things stand: our join is written.
    pub(super) fn enter_now(&mut self) {
        if !self.entering || self.founder.is_none() {
            return;
        }
        self.entering = false;
        if let Some(why) = self.refusal() {
            return self
                .outputs
                .push_back(Output::Happened(Happened::Refused(why)));
        }
        self.inside = true;
        self.came = self.clock.now;
        self.stale = true;
        self.outputs.push_back(Output::Happened(Happened::Entered));
        let _ = self.sign_join();
    }

    pub(super) fn sign_join(&mut self) -> Result<EntryId, WriteError> {
        let (nick, jid, steady) = (self.nick.clone(), self.jid.clone(), self.steady);
        self.sign(Body::Join { nick, jid, steady })
    }

    /// Signs, and keeps; see [`Output::Keep`].
    pub(super) fn sign(&mut self, body: Body) -> Result<EntryId, WriteError> {
        let incarnation = self.incarnation();
        let chain = ChainId {
            author: self.me,
            incarnation,
        };
        let (last, previous) = self.log.end(chain).unwrap_or_default();
        let latest = self.log.last().map_or(0, |order| order.clock);
        let wall = u64::try_from(self.clock.wall.as_millisecond()).unwrap_or(0);
        // A clock that is far ahead orders nothing.
        let ahead = latest > 0 && wall > latest.saturating_add(LEAP / 2);
        let clock = if ahead {
            latest + 1
        } else {
            wall.max(latest + 1)
        };
        let grant = match body.is_rule() || self.state.rules.role_at(self.me, None) >= Role::Admin {
            true => self.state.rules.grant_of(self.me),
            false => EntryId::default(),
        };
        if matches!(Body::read(&body.write()), Body::Unknown(_)) {
            return Err(WriteError::TooLong); // Nobody else would understand it, nor we after a restart.
        }
        let draft = Draft {
            room: self.id,
            incarnation,
            seq: last + 1,
            previous,
            clock,
            time: wall,
            grant,
            body,
        };
        let entry = Arc::new(Entry::sign(&self.key, draft).map_err(|_| WriteError::TooLong)?);
        if self.log.insert(entry.clone()) != Insert::New {
            self.writing = None;
            return Err(WriteError::Busy);
        }
        self.keep(entry.clone());
        Ok(entry.id)
    }

    /// The chain that we write on. A disk may have been put back to an earlier state: unless somebody else has told us how far
    /// we had come, we begin another one.
    pub(super) fn incarnation(&mut self) -> u32 {
        let goes_on = |room: &Room, incarnation| {
            let chain = ChainId {
                author: room.me,
                incarnation,
            };
            room.log.end(chain).is_some()
        };
        if let Some(incarnation) = self.writing
            && (goes_on(self, incarnation)
                || self
                    .log
                    .head(ChainId {
                        author: self.me,
                        incarnation,
                    })
                    .is_none())
        {
            return incarnation;
        }
        let latest = self.log.chains_of(self.me).filter_map(|chain| {
            let (seq, id) = self.log.end(chain)?;
            Some((self.log.get(&id)?.draft.clock, seq, chain.incarnation))
        });
        let full = self.log.chains_of(self.me).count() >= MAX_INCARNATIONS;
        let latest = latest.max().filter(|_| self.synced || full);
        let incarnation = match latest {
            Some((_, _, incarnation)) => incarnation,
            None => u32::try_from(self.roll() >> 33).unwrap_or(1),
        };
        self.writing = Some(incarnation);
        incarnation
    }
}
