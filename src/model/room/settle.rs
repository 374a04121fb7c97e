//! The half of [`Room`] that follows: the state as the entries have it, and what of it has changed, for faces.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::body::{Body, Role};
use super::engine::{Happened, LATE, Output, Room};
use super::entry::{Author, Entry, EntryId, Order};
use super::fault::Fault;
use super::state::State;

/// So many who come in within [`CALM`] are a rush.
const RUSH: usize = 4;
/// How long it has to be calm.
pub(super) const CALM: Duration = Duration::from_secs(2);
/// A join that was written longer ago, in ms, is told us as history.
const JUST: u64 = 5_000;

impl Room {
    /// After every input: the state follows the entries, and what changed is told.
    pub(super) fn finish(&mut self) {
        self.settle_state();
        if std::mem::take(&mut self.stale) {
            self.retarget();
        }
        if self.ruled && self.keeping.is_empty() {
            self.ruled = false;
            self.turn_away();
        }
        self.flush_pushes(false);
    }

    pub(super) fn settle_state(&mut self) {
        let Some(founder) = self.founder else { return };
        let fresh = std::mem::take(&mut self.fresh);
        if fresh.is_empty() && !self.dirty {
            return;
        }
        self.note_joins(&fresh);
        let latest = self.state.timeline.keys().next_back().copied();
        let matters = self.dirty
            || fresh.iter().any(|entry| {
                entry.draft.body.is_state() || matches!(entry.draft.body, Body::Hand { .. })
            });
        let before = matters.then(|| Before::of(&self.state));
        let mut touched = Vec::new();
        let rebuilt = std::mem::take(&mut self.dirty)
            || !fresh.iter().all(|entry| {
                touch(&mut touched, entry);
                self.state.add(entry)
            });
        let mut moved = false;
        if rebuilt {
            let new = State::built(founder, &self.log, self.fault);
            let old = std::mem::replace(&mut self.state, new);
            self.cut_off();
            touched.extend(self.differences(&old));
            self.state.moved = old.moved;
            moved = !self.state.has_members_of(&old);
        }
        self.tell_said(&touched, &fresh, latest);
        if let Some(before) = before {
            self.state.settle();
            self.stale = true;
            moved |= std::mem::take(&mut self.state.moved);
            self.tell_rest(&before, moved);
        }
        self.ruled |= rebuilt;
        self.watch_own_place(&fresh);
    }

    /// Who has just come in, for [`Room::rushes`]; history is no rush.
    fn note_joins(&mut self, fresh: &[Arc<Entry>]) {
        if self.loading {
            return;
        }
        let wall = u64::try_from(self.clock.wall.as_millisecond()).unwrap_or(0);
        let joins = fresh.iter().filter(|entry| {
            matches!(entry.draft.body, Body::Join { .. })
                && entry.author != self.me
                && entry.draft.time.abs_diff(wall) < JUST
        });
        for _ in 0..joins.count().min(RUSH) {
            self.joins.push_back(self.clock.now);
        }
        let spare = self.joins.len().saturating_sub(RUSH);
        self.joins.drain(..spare);
    }

    /// Several come in at once, and there may be many more behind them: a lecture begins. Until it is calm nobody opens
    /// streams to all of what looks like a small room, and the first hubs pass on to everybody as if it were a large one.
    pub(super) fn rushes(&self) -> bool {
        let first = self.joins.front();
        self.joins.len() >= RUSH && first.is_some_and(|at| self.clock.now.since(*at) < CALM)
    }

    /// What banned authors wrote behind the cut goes, so that everybody has the same.
    pub(super) fn cut_off(&mut self) {
        if self.errs(Fault::HearsAll) {
            return;
        }
        let banned: Vec<Author> = self
            .state
            .rules
            .banned()
            .filter(|who| *who != self.me)
            .collect();
        let rules = &self.state.rules;
        for who in banned {
            self.log.truncate(who, |entry| rules.lets_in(entry));
        }
    }

    pub(super) fn differences(&self, old: &State) -> Vec<EntryId> {
        let new = &self.state;
        let changed = |(_, id): &(&Order, &EntryId)| old.said.get(*id) != new.said.get(*id);
        let gone = old
            .timeline
            .values()
            .filter(|id| !new.said.contains_key(*id));
        let mut all: Vec<EntryId> = new
            .timeline
            .iter()
            .filter(changed)
            .map(|(_, id)| *id)
            .collect();
        all.extend(gone);
        for (id, poll) in &new.polls {
            if old.polls.get(id) != Some(poll) {
                all.push(*id);
            }
        }
        all
    }

    pub(super) fn tell_said(
        &mut self,
        touched: &[EntryId],
        fresh: &[Arc<Entry>],
        latest: Option<Order>,
    ) {
        if self.loading {
            return;
        }
        let mut told = HashSet::new();
        let fresh: HashSet<EntryId> = fresh.iter().map(|entry| entry.id).collect();
        for id in touched {
            if !told.insert(*id) {
                continue;
            }
            let happened = if self.state.polls.contains_key(id) {
                Happened::Poll(*id)
            } else if fresh.contains(id) && self.state.said.contains_key(id) {
                let order = self
                    .log
                    .get(id)
                    .map(|entry| entry.order())
                    .unwrap_or_default();
                let late = latest.is_some_and(|last| last.clock > order.clock.saturating_add(LATE));
                Happened::Said {
                    id: *id,
                    history: !self.inside,
                    late: late && self.inside,
                }
            } else {
                Happened::Changed(*id)
            };
            self.outputs.push_back(Output::Happened(happened));
        }
    }

    fn tell_rest(&mut self, before: &Before, moved: bool) {
        if self.loading {
            return;
        }
        let now = Before::of(&self.state);
        let mut tell = |happened| self.outputs.push_back(Output::Happened(happened));
        if moved {
            tell(Happened::Members);
        }
        if now.rules != before.rules {
            tell(Happened::Rules);
        }
        if now.subject != before.subject {
            tell(Happened::Subject);
        }
        if now.hands != before.hands {
            tell(Happened::Hands);
        }
    }

    /// Were we sent out? By an entry that came now: what others said of our place before we came back is history.
    pub(super) fn watch_own_place(&mut self, fresh: &[Arc<Entry>]) {
        if !self.inside || self.loading {
            return;
        }
        let rules = &self.state.rules;
        let shut = rules.members_only && rules.role(self.me) < Role::Member;
        for entry in fresh {
            let (target, reason, banned) = match &entry.draft.body {
                Body::Kick { target, reason } => (*target, reason.clone(), false),
                Body::Ban { target, reason, .. } => (*target, reason.clone(), true),
                Body::MembersOnly { on: true, .. } if shut => (self.me, String::new(), false),
                Body::Role { target, .. } if shut => (*target, String::new(), false),
                _ => continue,
            };
            let out = self
                .state
                .occupants
                .get(&self.me)
                .is_some_and(|own| !own.joined)
                || shut
                || self.state.rules.is_banned(self.me);
            if target == self.me && self.state.rules.is_valid(entry) && out {
                self.inside = false;
                self.outputs.push_back(Output::Happened(Happened::Out {
                    by: Some(entry.author),
                    banned,
                    reason,
                }));
            }
        }
    }
}

/// What is compared to see what changed, beside the members: of those there are too many to be copied for each entry.
struct Before {
    rules: (bool, bool, Vec<Author>),
    subject: Option<(String, Author)>,
    hands: Vec<Author>,
}

impl Before {
    fn of(state: &State) -> Before {
        Before {
            rules: (
                state.rules.moderated,
                state.rules.members_only,
                state.rules.banned().collect(),
            ),
            subject: state.subject.clone(),
            hands: state.hands(),
        }
    }
}

/// What an entry changes in what is shown.
fn touch(touched: &mut Vec<EntryId>, entry: &Entry) {
    match &entry.draft.body {
        Body::Message { .. } | Body::Announcement { .. } | Body::Poll { .. } => {
            touched.push(entry.id)
        }
        Body::Correction { target, .. }
        | Body::Retraction { target, .. }
        | Body::Reaction { target, .. }
        | Body::Vote { poll: target, .. }
        | Body::PollClosed { poll: target, .. } => touched.push(*target),
        _ => {}
    }
}
