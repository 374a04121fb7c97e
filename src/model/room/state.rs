//! What the room is, worked out from its entries: who is in it, what was said, what is voted on. Built from scratch in their
//! order, or carried on by one more at the end: the result is the same.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::body::{Body, Role};
use super::entry::{Author, Entry, EntryId, Order};
use super::fault::Fault;
use super::log::Log;
use super::roles::Rules;
use crate::wire::jid::Jid;
use crate::wire::text::{clean_body, clean_line, clean_name};

/// Somebody who is or was in the room.
#[derive(Clone, Debug, PartialEq)]
pub struct Occupant {
    /// The nick shown: as wanted, or with a number behind it if somebody had it before.
    pub nick: String,
    /// The nick wanted.
    pub wanted: String,
    /// Since when it wants that one: nobody takes another's by having been here longer.
    pub wanted_since: Order,
    /// Where it said it can be reached.
    pub jid: Jid,
    /// In the room by its own word.
    pub joined: bool,
    /// A good hub.
    pub steady: bool,
    /// Since when.
    pub since: Order,
    /// What it is.
    pub role: Role,
    /// May speak.
    pub voice: bool,
    /// Its hand is up, since.
    pub hand: Option<Order>,
}

impl Occupant {
    fn want(&mut self, nick: String, now: Order) {
        if self.wanted != nick {
            (self.wanted, self.wanted_since) = (nick, now);
        }
    }
}

/// A poll.
#[derive(Clone, Debug, PartialEq)]
pub struct Poll {
    /// Who asks.
    pub by: Author,
    /// The question.
    pub question: String,
    /// The answers.
    pub answers: Vec<String>,
    /// The answer of each.
    pub votes: BTreeMap<Author, u8>,
    /// Over.
    pub closed: bool,
    /// How it ended, if it was said; else the votes say.
    pub result: Option<Vec<u32>>,
}

impl Poll {
    /// How many chose each answer.
    pub fn counts(&self) -> Vec<u32> {
        if let Some(result) = &self.result {
            return result.clone();
        }
        let mut counts = vec![0; self.answers.len()];
        for vote in self.votes.values() {
            if let Some(count) = counts.get_mut(usize::from(*vote)) {
                *count += 1;
            }
        }
        counts
    }
}

/// Something said, as it is to be shown now.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Who.
    pub author: Author,
    /// What, after corrections; empty if it was taken back.
    pub text: String,
    /// When by its author's clock, ms since 1970.
    pub time: u64,
    /// Stands out.
    pub announcement: bool,
    /// To which.
    pub reply_to: Option<EntryId>,
    /// By a guest of this nick, whom the author passes on.
    pub guest: Option<String>,
    /// Was changed.
    pub corrected: bool,
    /// Was taken back, by whom.
    pub retracted: Option<Author>,
    /// Who reacted how.
    pub reactions: BTreeMap<Author, Vec<String>>,
}

/// See the module's documentation.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Who may do what.
    pub rules: Rules,
    /// What it is called.
    pub name: String,
    /// What is talked about, and who set it.
    pub subject: Option<(String, Author)>,
    /// Everybody who ever joined.
    pub occupants: BTreeMap<Author, Occupant>,
    /// So many of them are [`State::present`]: nobody counts three hundred for each packet.
    pub here: usize,
    /// Everything that is shown, in order.
    pub timeline: BTreeMap<Order, EntryId>,
    /// The same by id.
    pub said: HashMap<EntryId, Said>,
    /// Polls, the oldest first.
    pub polls: BTreeMap<EntryId, Poll>,
    /// The room's polls in order.
    pub poll_order: Vec<EntryId>,
    last: Option<Order>,
    /// Somebody came, went or became something else since this was last taken.
    pub(super) moved: bool,
    /// The last entry in order that had to do with each: by it, or about it.
    concerned: BTreeMap<Author, Order>,
    founder: Author,
    pub(super) fault: Option<Fault>,
}

/// Polls remembered; older ones go.
const MAX_POLLS: usize = 100;

impl State {
    /// From scratch.
    pub fn of(founder: Author, log: &Log) -> State {
        State::built(founder, log, None)
    }

    pub(super) fn built(founder: Author, log: &Log, fault: Option<Fault>) -> State {
        let rules: Vec<&Arc<Entry>> = log
            .ordered()
            .filter(|entry| entry.draft.body.is_rule())
            .collect();
        let mut state = State {
            rules: Rules::of(founder, rules.iter().copied()),
            founder,
            fault,
            ..State::default()
        };
        for entry in log.ordered() {
            state.apply(entry);
        }
        state.settle();
        state
    }

    /// One more at the end; false if this needs a new start from scratch. Follow it with [`State::settle`] if the entry
    /// is of the room's state.
    pub fn add(&mut self, entry: &Entry) -> bool {
        let late = self.last.is_some_and(|last| last > entry.order());
        if late && self.errs(Fault::HidesLate) {
            return true;
        }
        let rule = entry.draft.body.is_rule() && !self.errs(Fault::OldRoles);
        let last = self.errs(Fault::LateIsLast) || self.errs(Fault::OrderOfArrival);
        if rule || late && !last && !self.is_late_alone(entry) {
            return false;
        }
        self.apply(entry);
        true
    }

    /// Is this a coming in that stands alone, so that when it is taken in makes no difference? Where hundreds come in
    /// at once, hardly one is the last in order when it is heard of, and a new start from scratch for each would be three
    /// hundred times three hundred entries for everybody. A coming in changes its author's place and nothing else, and only
    /// what concerns this author looks at that.
    fn is_late_alone(&self, entry: &Entry) -> bool {
        let concerned = self.concerned.get(&entry.author);
        matches!(entry.draft.body, Body::Join { .. })
            && concerned.is_none_or(|last| *last < entry.order())
    }

    fn note_concerned(&mut self, entry: &Entry) {
        let order = entry.order();
        let mut note = |who: Author| {
            let last = self.concerned.entry(who).or_insert(order);
            *last = order.max(*last);
        };
        note(entry.author);
        if let Some(target) = entry.draft.body.target() {
            note(target);
        }
    }

    fn errs(&self, fault: Fault) -> bool {
        cfg!(debug_assertions) && self.fault == Some(fault)
    }

    /// Who is in the room and may be, the longest first.
    pub fn present(&self) -> impl Iterator<Item = (&Author, &Occupant)> {
        let least = if self.rules.members_only {
            Role::Member
        } else {
            Role::None
        };
        self.occupants
            .iter()
            .filter(move |(_, occupant)| occupant.joined && occupant.role >= least)
    }

    /// Are those who are or were here the same, as far as faces are told of them?
    pub(super) fn has_members_of(&self, other: &State) -> bool {
        let same = |(one, theirs): (&Occupant, &Occupant)| {
            one.nick == theirs.nick
                && one.jid == theirs.jid
                && one.joined == theirs.joined
                && one.role == theirs.role
                && one.voice == theirs.voice
        };
        self.occupants.keys().eq(other.occupants.keys())
            && self
                .occupants
                .values()
                .zip(other.occupants.values())
                .all(same)
    }

    /// Who has this nick.
    pub fn by_nick(&self, nick: &str) -> Option<Author> {
        let all = self
            .occupants
            .iter()
            .filter(|(_, occupant)| occupant.nick == nick);
        all.max_by_key(|(_, occupant)| occupant.joined)
            .map(|(author, _)| *author)
    }

    /// Raised hands, the longest first.
    pub fn hands(&self) -> Vec<Author> {
        let mut hands: Vec<(Order, Author)> = self
            .present()
            .filter_map(|(author, occupant)| Some((occupant.hand?, *author)))
            .collect();
        hands.sort();
        hands.into_iter().map(|(_, author)| author).collect()
    }

    fn apply(&mut self, entry: &Entry) {
        self.last = self.last.max(Some(entry.order()));
        self.note_concerned(entry);
        let author = entry.author;
        self.moved |= matches!(
            entry.draft.body,
            Body::Join { .. }
                | Body::Leave
                | Body::Nick { .. }
                | Body::Kick { .. }
                | Body::Ban { .. }
        );
        match &entry.draft.body {
            Body::Create { name, .. } if author == self.founder && entry.draft.seq == 1 => {
                self.name = clean_name(name);
            }
            Body::Kick { target, .. } | Body::Ban { target, .. } => {
                if self.rules.is_valid(entry)
                    && let Some(occupant) = self.occupants.get_mut(target)
                {
                    (occupant.joined, occupant.hand) = (false, None);
                }
            }
            Body::Join { nick, jid, steady } => self.join(entry, nick, jid, *steady),
            Body::Leave => {
                if let Some(occupant) = self.occupants.get_mut(&author) {
                    (occupant.joined, occupant.hand) = (false, None);
                }
            }
            Body::Nick { nick } => {
                if let Some(occupant) = self.occupants.get_mut(&author) {
                    occupant.want(clean_name(nick), entry.order());
                }
            }
            Body::Voice { target, on, .. } => {
                // The floor was given or taken: the hand comes down.
                if self.rules.is_valid(entry)
                    && *on
                    && let Some(occupant) = self.occupants.get_mut(target)
                {
                    occupant.hand = None;
                }
            }
            Body::Hand { up } if self.rules.lets_in(entry) => self.hand(entry, *up),
            Body::Subject { text } => {
                let allowed = match self.rules.was_moderated(entry) {
                    true => self.rules.acts(entry) >= Some(Role::Admin),
                    false => self.rules.is_heard(entry),
                };
                if allowed {
                    self.subject = Some((clean_line(text), author));
                }
            }
            Body::Vote { .. } => self.vote(entry),
            body if self.rules.is_heard(entry) || self.errs(Fault::HearsAll) => {
                self.hear(entry, body);
            }
            _ => {}
        }
    }

    fn join(&mut self, entry: &Entry, nick: &str, jid: &Jid, steady: bool) {
        let wanted = clean_name(nick);
        let fresh = Occupant {
            nick: wanted.clone(),
            wanted: wanted.clone(),
            wanted_since: entry.order(),
            jid: jid.clone(),
            joined: false,
            steady,
            since: entry.order(),
            role: Role::None,
            voice: false,
            hand: None,
        };
        let occupant = self.occupants.entry(entry.author).or_insert(fresh);
        if !occupant.joined {
            (occupant.since, occupant.wanted_since) = (entry.order(), entry.order());
        }
        (occupant.joined, occupant.steady) = (true, steady);
        occupant.want(wanted, entry.order());
        occupant.jid = jid.clone();
    }

    fn hand(&mut self, entry: &Entry, up: bool) {
        if let Some(occupant) = self.occupants.get_mut(&entry.author) {
            occupant.hand = match (up, occupant.hand) {
                (true, Some(since)) => Some(since),
                (true, None) => Some(entry.order()),
                (false, _) => None,
            };
        }
    }

    fn hear(&mut self, entry: &Entry, body: &Body) {
        let author = entry.author;
        let moderates = self.rules.acts(entry) >= Some(Role::Admin);
        match body {
            Body::Message { reply_to, .. } => self.say(entry, false, *reply_to),
            Body::Announcement { .. } if moderates => self.say(entry, true, None),
            Body::Correction { target, text } => {
                if let Some(said) = self.said.get_mut(target)
                    && said.author == author
                    && said.retracted.is_none()
                {
                    said.text = clean_body(text);
                    said.corrected = true;
                }
            }
            Body::Retraction { target, .. } => {
                let then = Some(entry.order());
                let above =
                    |of: Author| self.rules.acts(entry) > Some(self.rules.role_at(of, then));
                if let Some(by) = self.said.get(target).map(|said| said.author)
                    && (by == author || moderates && above(by))
                    && let Some(said) = self.said.get_mut(target)
                {
                    said.text.clear();
                    said.retracted = Some(author);
                    said.reactions.clear();
                }
            }
            Body::Reaction { target, emoji } => {
                if let Some(said) = self.said.get_mut(target)
                    && said.retracted.is_none()
                {
                    match emoji.is_empty() {
                        true => drop(said.reactions.remove(&author)),
                        false => drop(said.reactions.insert(author, emoji.clone())),
                    }
                }
            }
            Body::Poll { question, answers } if moderates => {
                let poll = Poll {
                    by: author,
                    question: clean_line(question),
                    answers: answers.iter().map(|answer| clean_line(answer)).collect(),
                    votes: BTreeMap::new(),
                    closed: false,
                    result: None,
                };
                self.polls.insert(entry.id, poll);
                self.poll_order.push(entry.id);
                if self.poll_order.len() > MAX_POLLS {
                    self.polls.remove(&self.poll_order.remove(0));
                }
            }
            Body::PollClosed { poll, result } => {
                if let Some(poll) = self.polls.get_mut(poll)
                    && (poll.by == author || moderates)
                    && !poll.closed
                {
                    poll.closed = true;
                    let fits = result.len() == poll.answers.len();
                    poll.result = fits.then(|| result.clone());
                }
            }
            _ => {}
        }
    }

    /// Votes are heard from everybody who came in and is not banned: one need not have voice for them.
    fn vote(&mut self, entry: &Entry) {
        if let Body::Vote { poll, answer } = &entry.draft.body
            && self.rules.lets_in(entry)
            && self.occupants.contains_key(&entry.author)
            && let Some(poll) = self.polls.get_mut(poll)
            && !poll.closed
            && usize::from(*answer) < poll.answers.len()
        {
            poll.votes.insert(entry.author, *answer);
        }
    }

    fn say(&mut self, entry: &Entry, announcement: bool, reply_to: Option<EntryId>) {
        let text = entry.draft.body.text();
        if text.is_empty() {
            return;
        }
        let said = Said {
            author: entry.author,
            text,
            time: entry.draft.time,
            announcement,
            reply_to,
            guest: match &entry.draft.body {
                Body::Message { guest, .. } => guest.as_deref().map(clean_name),
                _ => None,
            },
            corrected: false,
            retracted: None,
            reactions: BTreeMap::new(),
        };
        let mut order = entry.order();
        if self.errs(Fault::OrderOfArrival) {
            order.clock = u64::MAX / 2 + self.timeline.len() as u64;
        }
        self.timeline.insert(order, entry.id);
        self.said.insert(entry.id, said);
    }

    /// Roles and nicks of everybody: who moderates keeps its nick, and of the others who has wanted it longest.
    pub fn settle(&mut self) {
        let mut clash = false;
        let mut taken: HashSet<&str> = HashSet::with_capacity(self.occupants.len());
        for occupant in self.occupants.values() {
            clash |= !taken.insert(&occupant.wanted);
        }
        for (author, occupant) in &mut self.occupants {
            let now = (self.rules.role(*author), self.rules.has_voice(*author));
            self.moved |= now != (occupant.role, occupant.voice);
            (occupant.role, occupant.voice) = now;
            // Where everybody wants another one, nobody has to stand back.
            if !clash && occupant.nick != occupant.wanted {
                occupant.nick.clone_from(&occupant.wanted);
            }
        }
        if clash {
            self.share_nicks();
        }
        self.here = self.present().count();
    }

    fn share_nicks(&mut self) {
        let mut by_right: Vec<(bool, bool, Order, Author)> = self
            .occupants
            .iter()
            .map(|(author, one)| {
                let moderates = one.role >= Role::Admin;
                (!one.joined, !moderates, one.wanted_since, *author)
            })
            .collect();
        by_right.sort();
        let mut taken: HashSet<String> = HashSet::with_capacity(by_right.len());
        // From where to count on for each nick: hundreds may want the same.
        let mut next: HashMap<String, u32> = HashMap::new();
        for (_, _, _, author) in by_right {
            let Some(occupant) = self.occupants.get_mut(&author) else {
                continue;
            };
            let mut nick = occupant.wanted.clone();
            if taken.contains(&nick) {
                let n = next.entry(nick).or_insert(2);
                nick = format!("{} ({n})", occupant.wanted);
                while taken.contains(&nick) {
                    *n += 1;
                    nick = format!("{} ({n})", occupant.wanted);
                }
                *n += 1;
            }
            taken.insert(nick.clone());
            occupant.nick = nick;
        }
    }
}

#[cfg(test)]
#[path = "state_test.rs"]
mod tests;
