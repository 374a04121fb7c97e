//! A responder of our own on one interface (RFC 6762 §5 to §8 and §10): when our records are said, to whom, and when not.
//!
//! mdns-sd does that where few are. In a crowd it costs too much: it takes every record of everybody into its cache, with
//! timers, and looks through all of it at each datagram. Whoever only answers for itself needs none of that.
//!
//! Pure but for its random delays. Inputs: [`Responder::publish`], [`Responder::asked`], [`Responder::overheard`],
//! [`Responder::withdraw`], [`Responder::tick`] when [`Responder::next`] is over. Outputs: [`Answer`]s to be sent.
//!
//! Whether a name is ours is decided elsewhere ([`super::discovery`]): nothing is published here before it was probed for,
//! and conflicts that are heard (RFC 6762 §9) are not judged here.

use std::net::SocketAddr;
use std::ops::BitOr;
use std::time::{Duration, Instant};

use super::crowd::up_to;
use super::message::Heard;
use super::multicast::PORT;
use super::query::Query;
use super::records::{Kind, Kinds, Names, Records};

/// A record is not said to everybody more often than that (RFC 6762 §6) …
const GAP: Duration = Duration::from_secs(1);
/// … but to whoever asks whether our name is free (same place).
const DEFENCE_GAP: Duration = Duration::from_millis(250);
/// Where others may answer as well, each waits a little (RFC 6762 §6): the least, and what is added at random.
const SHARED: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(100));
/// Whoever knows more than fits into a datagram says the rest within this (RFC 6762 §7.2), likewise.
const MORE: (Duration, Duration) = (Duration::from_millis(400), Duration::from_millis(100));
/// So many may have more to say at one time; who comes then is answered as if it had none.
const MOST_WITH_MORE: usize = 32;
/// Between the two announcements (RFC 6762 §8.3).
pub(super) const AGAIN: Duration = Duration::from_secs(1);
/// A goodbye is said again after this, as mdns-sd does.
pub(super) const FAREWELL: Duration = Duration::from_millis(120);
/// Answers that one host alone gets: so many at once, when a hall comes in, and so many a second from then on. Whoever gets
/// none asks in such a way that all hear the answer, and that is said once a second at most.
const ALONE: (u32, u32) = (1024, 100);

/// What is sent over IPv4, and what over IPv6, is sent to different people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// That of an address.
    pub(super) fn of(address: SocketAddr) -> Family {
        if address.is_ipv4() {
            Family::V4
        } else {
            Family::V6
        }
    }

    fn of_both<T>(self, [v4, v6]: &[T; 2]) -> &T {
        match self {
            Family::V4 => v4,
            Family::V6 => v6,
        }
    }

    fn of_both_mut<T>(self, [v4, v6]: &mut [T; 2]) -> &mut T {
        match self {
            Family::V4 => v4,
            Family::V6 => v6,
        }
    }
}

/// To be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The datagram.
    pub datagram: Vec<u8>,
    /// To whom.
    pub to: To,
}

/// To whom an answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// Everybody, over both families.
    All,
    /// Everybody, over the family by which it was asked.
    Group(Family),
    /// One host.
    Alone(SocketAddr),
}

/// Somebody whose list of known answers goes on.
#[derive(Debug)]
struct Waiting {
    from: SocketAddr,
    due: Instant,
    all: Kinds,
    alone: Kinds,
}

/// When a record was said to everybody, of each family.
#[derive(Debug, Default)]
struct Said([[Option<Instant>; Kind::ALL.len()]; 2]);

impl Said {
    fn at(&self, kind: Kind, family: Family) -> Option<Instant> {
        let said = family.of_both(&self.0).get(kind as usize);
        said.copied().flatten()
    }

    fn within(
        &self,
        kinds: Kinds,
        family: Family,
        time: impl Fn(Kind) -> Duration,
        now: Instant,
    ) -> Kinds {
        let lately = |kind: &Kind| {
            let at = self.at(*kind, family);
            at.is_some_and(|at| now.saturating_duration_since(at) < time(*kind))
        };
        kinds.iter().filter(lately).collect()
    }

    fn note(&mut self, kinds: Kinds, family: Family, now: Instant) {
        let said = family.of_both_mut(&mut self.0);
        for kind in kinds.iter() {
            if let Some(at) = said.get_mut(kind as usize) {
                *at = Some(now);
            }
        }
    }
}

/// What may be sent to one host alone: a bucket that fills by time.
#[derive(Debug, Default)]
struct Budget {
    spent: u32,
    since: Option<Instant>,
}

impl Budget {
    fn take(&mut self, now: Instant) -> bool {
        let (most, rate) = ALONE;
        let since = *self.since.get_or_insert(now);
        let filled = now.saturating_duration_since(since).as_millis() * u128::from(rate) / 1000;
        if filled > 0 {
            self.spent = self
                .spent
                .saturating_sub(u32::try_from(filled).unwrap_or(most));
            self.since = Some(now);
        }
        let left = self.spent < most;
        self.spent += u32::from(left);
        left
    }
}

/// Answers for us on one interface, see the module.
#[derive(Debug, Default)]
pub(super) struct Responder {
    records: Option<Records>,
    said: Said,
    /// Answers that wait a little, and so may join: over IPv4, over IPv6.
    soon: [Option<(Instant, Kinds)>; 2],
    waiting: Vec<Waiting>,
    again: Option<Instant>,
    farewell: Option<(Instant, Vec<u8>)>,
    alone: Budget,
}

impl Responder {
    /// The names that are answered for.
    pub(super) fn names(&self) -> Option<&Names> {
        self.records.as_ref().map(Records::names)
    }

    /// Publishes records, or what changed of them: at once, and once more (RFC 6762 §8.3, §8.4). Whoever calls has probed,
    /// and does not change them more than once a second.
    pub(super) fn publish(&mut self, records: Records, now: Instant) -> Vec<Answer> {
        let before = self.records.as_ref();
        let changed = before.map_or(Kinds::ANNOUNCED, |before| records.changed(before));
        self.farewell = None;
        self.records = Some(records);
        self.again = Some(now + AGAIN);
        self.announce(changed, now)
    }

    /// Answers from now on for what another responder has published, and says it at `again`, if that one would have said it
    /// then.
    pub(super) fn take_over(&mut self, records: Records, again: Option<Instant>) {
        self.records = Some(records);
        self.again = again;
    }

    /// All that is published, but for what was said within a second as it is now.
    fn announce(&mut self, changed: Kinds, now: Instant) -> Vec<Answer> {
        let mut answers = Vec::new();
        let Some(records) = &self.records else {
            return answers;
        };
        for family in [Family::V4, Family::V6] {
            let kinds = Kinds::ANNOUNCED;
            let kinds = kinds - (self.said.within(kinds, family, |_| GAP, now) - changed);
            if kinds.is_empty() {
                continue;
            }
            if let Some(datagram) = records.answer(kinds, Kinds::NONE) {
                self.said.note(kinds, family, now);
                let to = To::Group(family);
                answers.push(Answer { datagram, to });
            }
        }
        answers
    }

    /// Says goodbye, and once more a moment later (RFC 6762 §10.1). Nothing is answered from now on.
    pub(super) fn withdraw(&mut self, now: Instant) -> Option<Answer> {
        let goodbye = self.records.take()?.goodbye()?;
        *self = Responder {
            farewell: Some((now + FAREWELL, goodbye.clone())),
            alone: std::mem::take(&mut self.alone),
            ..Responder::default()
        };
        Some(Answer {
            datagram: goodbye,
            to: To::All,
        })
    }

    /// Somebody on this network asks.
    pub(super) fn asked(&mut self, query: &Query, from: SocketAddr, now: Instant) -> Vec<Answer> {
        let Some(records) = &self.records else {
            return Vec::new();
        };
        if from.port() != PORT {
            let answer = self.asked_plainly(query, from, now);
            return answer.into_iter().collect();
        }
        if query.goes_on() {
            // To read a long list costs something.
            if self.waiting.iter().any(|it| it.from == from) {
                self.knows(from, records.all_known(query));
            }
            return Vec::new();
        }
        let (mut all, mut alone) = (Kinds::NONE, Kinds::NONE);
        let mut only_we = true;
        for question in &query.questions {
            let answers = records.asked(question);
            only_we &= !answers.is_empty() && (answers & Kinds::SHARED).is_empty();
            if question.mdns_unicast_response() {
                alone |= answers;
            } else {
                all |= answers;
            }
        }
        if !(all | alone).is_empty() {
            let known = records.all_known(query);
            all -= known;
            alone -= known | all;
        }
        if (all | alone).is_empty() {
            return Vec::new();
        }
        if query.is_probe {
            return self.defend(all, alone, from, now);
        }
        if query.more && self.wait_for_more(all, alone, from, now) {
            return Vec::new();
        }
        self.reply(all, alone, only_we, from, now)
    }

    /// By plain DNS, from any port: at once, to that host alone (RFC 6762 §6.7).
    fn asked_plainly(&mut self, query: &Query, from: SocketAddr, now: Instant) -> Option<Answer> {
        let records = self.records.as_ref()?;
        let asked = query
            .questions
            .iter()
            .map(|question| records.asked(question));
        let mut answers = asked.fold(Kinds::NONE, Kinds::bitor);
        if !answers.is_empty() {
            answers -= records.all_known(query);
        }
        if answers.is_empty() || !self.alone.take(now) {
            return None;
        }
        Some(Answer {
            datagram: records.answer_plainly(query, answers)?,
            to: To::Alone(from),
        })
    }

    /// Whoever asks whether our name is free hears at once that it is not, and so do all (RFC 6762 §8.1).
    fn defend(&mut self, all: Kinds, alone: Kinds, from: SocketAddr, now: Instant) -> Vec<Answer> {
        let family = Family::of(from);
        let said = self.say(all | alone, family, DEFENCE_GAP, now);
        let said = said.or_else(|| self.say_alone(alone, from, now));
        said.into_iter().collect()
    }

    /// Is it waited for what else somebody knows?
    fn wait_for_more(&mut self, all: Kinds, alone: Kinds, from: SocketAddr, now: Instant) -> bool {
        if let Some(waiting) = self.waiting.iter_mut().find(|it| it.from == from) {
            waiting.all |= all;
            waiting.alone |= alone;
            return true;
        }
        if self.waiting.len() >= MOST_WITH_MORE {
            return false;
        }
        self.waiting.push(Waiting {
            from,
            due: now + MORE.0 + up_to(MORE.1),
            all,
            alone,
        });
        true
    }

    /// The list of somebody's known answers goes on (RFC 6762 §7.2). What others wait for is said all the same.
    fn knows(&mut self, from: SocketAddr, known: Kinds) {
        for waiting in self.waiting.iter_mut().filter(|it| it.from == from) {
            waiting.all -= known;
            waiting.alone -= known;
        }
        self.waiting.retain(|it| !(it.all | it.alone).is_empty());
    }

    /// `at_once`: nobody else answers.
    fn reply(
        &mut self,
        all: Kinds,
        alone: Kinds,
        at_once: bool,
        from: SocketAddr,
        now: Instant,
    ) -> Vec<Answer> {
        let family = Family::of(from);
        // What all have heard lately they know. Otherwise all hear it now (RFC 6762 §5.4).
        let quarter = |kind: Kind| Duration::from_secs((kind.ttl() / 4).into());
        let lately = self.said.within(alone, family, quarter, now);
        let mut all = all | (alone - lately);
        let mut answers = Vec::new();
        if !lately.is_empty() {
            match self.say_alone(lately, from, now) {
                Some(answer) => answers.push(answer),
                None => all |= lately,
            }
        }
        if at_once {
            answers.extend(self.say(all, family, GAP, now));
        } else if !all.is_empty() {
            let soon = family.of_both_mut(&mut self.soon);
            let (_, joined) = soon.get_or_insert_with(|| (now + SHARED.0 + up_to(SHARED.1), all));
            *joined |= all;
        }
        answers
    }

    /// To all, but for what they heard within `gap`.
    fn say(
        &mut self,
        answers: Kinds,
        family: Family,
        gap: Duration,
        now: Instant,
    ) -> Option<Answer> {
        let records = self.records.as_ref()?;
        let answers = answers - self.said.within(answers, family, |_| gap, now);
        if answers.is_empty() {
            return None;
        }
        let along = records.along(answers);
        let along = along - self.said.within(along, family, |_| gap, now);
        let datagram = records.answer(answers, along)?;
        self.said.note(answers | along, family, now);
        Some(Answer {
            datagram,
            to: To::Group(family),
        })
    }

    fn say_alone(&mut self, answers: Kinds, from: SocketAddr, now: Instant) -> Option<Answer> {
        let records = self.records.as_ref()?;
        if answers.is_empty() || !self.alone.take(now) {
            return None;
        }
        Some(Answer {
            datagram: records.answer(answers, records.along(answers))?,
            to: To::Alone(from),
        })
    }

    /// Somebody else has said to all what we were about to say (RFC 6762 §7.4).
    pub(super) fn overheard(&mut self, heard: &[Heard], from: SocketAddr) {
        let family = Family::of(from);
        let Some(records) = &self.records else { return };
        if self.soon.iter().all(Option::is_none) {
            return;
        }
        let said = heard.iter().filter_map(|heard| match heard {
            Heard::Listed { ttl } => Some((Kind::Listed, *ttl)),
            Heard::Offered { instance, ttl } if records.is_instance(instance) => {
                Some((Kind::Offer, *ttl))
            }
            _ => None,
        });
        let said: Kinds = said
            .filter(|(kind, ttl)| *ttl >= kind.ttl())
            .map(|(kind, _)| kind)
            .collect();
        if let Some((_, soon)) = family.of_both_mut(&mut self.soon) {
            *soon -= said;
        }
    }

    /// When there is something to be done.
    pub(super) fn next(&self) -> Option<Instant> {
        let soon = self.soon.iter().flatten().map(|(due, _)| *due);
        let waiting = self.waiting.iter().map(|waiting| waiting.due);
        let farewell = self.farewell.iter().map(|(due, _)| *due);
        soon.chain(waiting).chain(farewell).chain(self.again).min()
    }

    /// What is due.
    pub(super) fn tick(&mut self, now: Instant) -> Vec<Answer> {
        let mut answers = Vec::new();
        if let Some((_, datagram)) = self.farewell.take_if(|(due, _)| *due <= now) {
            let to = To::All;
            answers.push(Answer { datagram, to });
        }
        if self.again.take_if(|due| *due <= now).is_some() {
            answers.extend(self.announce(Kinds::NONE, now));
        }
        let patient = |waiting: &mut Waiting| waiting.due <= now;
        let due: Vec<Waiting> = self.waiting.extract_if(.., patient).collect();
        for waiting in due {
            answers.extend(self.reply(waiting.all, waiting.alone, true, waiting.from, now));
        }
        for family in [Family::V4, Family::V6] {
            if let Some((_, soon)) = family
                .of_both_mut(&mut self.soon)
                .take_if(|(due, _)| *due <= now)
            {
                answers.extend(self.say(soon, family, GAP, now));
            }
        }
        answers
    }
}

#[cfg(test)]
#[path = "responder_test.rs"]
mod tests;
