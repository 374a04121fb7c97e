//! A crowd on one interface, kept by listening (RFC 6762 §5.2, §7.3, §10).
//!
//! mdns-sd looks through all that it knows at every datagram, and each of its browsers asks for every record before it
//! ends: with hundreds of peers that is most of what a computer does. So where many are seen ([`GATHERS`]) it ends (what it
//! published is answered by [`super::responder`]), and their records are kept here: a datagram costs the same however many
//! there are, and what one asks all hear, so that nobody asks what somebody else has just asked ([`super::looks`]).
//!
//! Before that, records are kept here, too, in silence: when a crowd gathers, nobody is forgotten.
//!
//! Pure but for its random delays. Inputs: [`Crowd::heard`], [`Crowd::answered`], [`Crowd::verify`], [`Crowd::tick`] when [`Crowd::next`] is
//! over. Outputs: what [`Browsed`] tells of them, and questions to be sent.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::looks::Looks;
use super::mdns::Browsed;
use super::message::{self, Heard};
use super::multicast::is_dialable;
use super::sightings::{MAX_PEERS, OnLink, at_port};
use crate::wire::jid::Jid;
use crate::wire::txt::Advert;

/// So many peers on an interface are a crowd.
pub(super) const GATHERS: usize = 24;
/// So few are none any more.
const SCATTERED: usize = 12;
/// Addresses of a host that are kept, of each family.
const MAX_ADDRESSES: usize = 8;
/// Records live so many seconds, whatever they say: the least and the most.
const LIFE: (u32, u32) = (1, 4500);
/// What mdns-sd told us was heard at some time before; and who answers us alone says that it is for 10 s at most, so that
/// nobody relies on it who does not listen. Seconds.
const HANDED_OVER: u32 = 120;
/// Whose records are incomplete is asked again after this, twice this, four times this …
const INCOMPLETE: Duration = Duration::from_millis(200);
/// … so many times, and forgotten with the last.
const MOST_ASKED: u8 = 5;
/// A goodbye is believed a second later (RFC 6762 §10.1).
const GOODBYE: Duration = Duration::from_secs(1);
/// Whoever is heard of and not known is asked for after a while that grows with the number of those who may ask as well.
const EACH: Duration = Duration::from_millis(10);
/// Whoever is doubted is asked for within this.
const DOUBTED: Duration = Duration::from_millis(400);
/// Of two hosts that have one name the one that said so lately has it.
const LATELY: Duration = Duration::from_secs(3);
/// Who was confirmed within this share of its records' life, in percent, needs no confirmation.
const FRESH: u32 = 40;

/// A name in small letters.
type Key = Arc<str>;

/// Who is there.
#[derive(Debug)]
pub(super) struct Crowd {
    interface: String,
    link: u32,
    /// Reaches this computer only.
    loopback: bool,
    members: HashMap<Key, Member>,
    hosts: HashMap<String, Host>,
    due: BTreeSet<(Instant, Key)>,
    looks: Looks,
    /// We tell who is there; else mdns-sd browses, and we only listen.
    leads: bool,
}

/// To be sent.
#[derive(Debug)]
pub(super) struct Question {
    /// The datagram.
    pub datagram: Vec<u8>,
    /// How it is sent.
    pub way: Way,
}

/// How a question is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Over both families; all hear the answers.
    All,
    /// One family is enough: IPv4 where we have it.
    One,
    /// Over both families; the answers come to us alone, see [`Crowd::answered`].
    Alone,
}

impl Question {
    fn new(way: Way, datagram: Option<Vec<u8>>) -> Option<Question> {
        datagram.map(|datagram| Question { datagram, way })
    }
}

#[derive(Debug)]
struct Member {
    jid: Jid,
    /// Host name and port.
    place: Option<(String, u16)>,
    advert: Option<Advert>,
    heard: Instant,
    until: Instant,
    /// Asked for so many times since it was heard, and to be asked for then.
    asked: u8,
    ask: Option<Instant>,
    told: Option<OnLink>,
    /// It said goodbye: if it is here all the same, that is news.
    leaves: bool,
}

#[derive(Debug, Default)]
struct Host {
    v4: Vec<IpAddr>,
    v6: Vec<IpAddr>,
    /// Members on it.
    whose: BTreeSet<Key>,
}

impl Crowd {
    /// Begins to listen on an interface.
    pub(super) fn new(interface: &str, link: u32, loopback: bool, now: Instant) -> Crowd {
        Crowd {
            interface: interface.to_owned(),
            link,
            loopback,
            members: HashMap::new(),
            hosts: HashMap::new(),
            due: BTreeSet::new(),
            looks: Looks::new(now),
            leads: false,
        }
    }

    /// Do we tell who is there?
    pub(super) fn leads(&self) -> bool {
        self.leads
    }

    /// From now on we do. `known` are those who are known there otherwise.
    pub(super) fn lead(
        &mut self,
        known: impl Iterator<Item = (Jid, OnLink)>,
        now: Instant,
    ) -> Vec<Browsed> {
        self.drop_expired(now);
        known.for_each(|(jid, seen)| self.take_over(jid, seen, now));
        self.leads = true;
        let all: Vec<Key> = self.members.keys().cloned().collect();
        all.iter().filter_map(|key| self.complete(key)).collect()
    }

    /// mdns-sd had seen this one when we took the lead.
    pub(super) fn take_over(&mut self, jid: Jid, seen: OnLink, now: Instant) {
        let key = key(jid.as_str());
        let known = self.members.get(&key);
        if known.is_some_and(|member| member.place.is_some()) || !self.meet(&key, &jid, now) {
            return;
        }
        let life = Duration::from_secs(HANDED_OVER.into());
        self.place(&key, &seen.host, seen.port, life, now);
        if let Some(host) = self.hosts.get_mut(&seen.host.to_ascii_lowercase()) {
            let addresses = || seen.addresses.iter().map(SocketAddr::ip);
            host.v4 = addresses().filter(IpAddr::is_ipv4).collect();
            host.v6 = addresses().filter(IpAddr::is_ipv6).collect();
        }
        if let Some(member) = self.members.get_mut(&key) {
            member.advert = Some(seen.advert.clone());
            member.told = Some(seen);
        }
    }

    /// When there is something to be done.
    pub(super) fn next(&self) -> Option<Instant> {
        if self.leads {
            let due = self.due.first().map(|(at, _)| *at);
            return due.into_iter().chain(self.looks.next(true)).min();
        }
        let told = self.members.values().filter(|member| member.told.is_some());
        let asks = self.looks.next(false);
        told.map(|member| member.until).chain(asks).min()
    }

    /// So few that mdns-sd may browse again?
    pub(super) fn is_scattered(&self) -> bool {
        self.leads && self.members.len() < SCATTERED
    }

    /// mdns-sd browses again. Who was told by us, and is not seen by it until its records end, is gone.
    pub(super) fn scatter(&mut self) {
        self.leads = false;
    }

    /// mdns-sd browses, and has seen this one, or forgotten it.
    pub(super) fn seen_elsewhere(&mut self, jid: &Jid) {
        let key = key(jid.as_str());
        if !self.leads
            && let Some(member) = self.members.get_mut(&key)
        {
            member.told = None;
        }
    }

    /// What it said itself in the last seconds, unless it said since that it goes.
    pub(super) fn said(&self, jid: &Jid, now: Instant) -> Option<OnLink> {
        let member = self.members.get(&key(jid.as_str()))?;
        let lately = now.saturating_duration_since(member.heard) < LATELY;
        self.seen(member).filter(|_| lately && !member.goes())
    }

    /// The same, if that is not what is seen of it, or one of its addresses is missing there.
    pub(super) fn otherwise(&self, jid: &Jid, seen: &OnLink, now: Instant) -> Option<OnLink> {
        let mut said = self.said(jid, now)?;
        let same_host = said.host.eq_ignore_ascii_case(&seen.host);
        let all_seen = said
            .addresses
            .iter()
            .all(|one| seen.addresses.contains(one));
        if same_host && all_seen && said.port == seen.port && said.advert == seen.advert {
            return None;
        }
        if same_host && said.port == seen.port {
            let others = seen.addresses.iter().copied();
            let more: Vec<_> = others.filter(|one| !said.addresses.contains(one)).collect();
            said.addresses.extend(more);
        }
        Some(said)
    }

    /// Was it heard of lately, so that nobody needs to ask?
    pub(super) fn is_fresh(&self, jid: &Jid, now: Instant) -> bool {
        let member = self.members.get(&key(jid.as_str()));
        member.is_some_and(|member| {
            let life = member.until.saturating_duration_since(member.heard);
            now.saturating_duration_since(member.heard) * 100 < life * FRESH
        })
    }

    /// Is it known by IPv4?
    pub(super) fn has_v4(&self, jid: &Jid) -> bool {
        let member = self.members.get(&key(jid.as_str()));
        let told = member.and_then(|member| member.told.as_ref());
        told.is_some_and(|seen| seen.addresses.iter().any(SocketAddr::is_ipv4))
    }

    /// It is gone unless it is heard within `patience`. Where a crowd leads, it is asked for soon, and again while it does
    /// not answer, unless others ask: who serves many and is slow for a moment is doubted by all of them at once, and three
    /// hundred questions with as many answers would keep it, and everybody who hears them, from anything else.
    pub(super) fn verify(&mut self, jid: &Jid, patience: Duration, now: Instant) {
        let key = key(jid.as_str());
        let leads = self.leads;
        let wait = up_to(DOUBTED.min(EACH.saturating_mul(self.count())));
        if let Some(member) = self.members.get_mut(&key) {
            let before = member.due();
            member.until = member.until.min(now + patience);
            if leads {
                (member.asked, member.ask) = (0, Some(now + wait));
            }
            self.reschedule(&key, before);
        }
    }

    /// Somebody answered us alone. Nobody else tells of it, so that this does also where mdns-sd browses, which has not
    /// heard it.
    pub(super) fn answered(&mut self, mut heard: Vec<Heard>, now: Instant) -> Vec<Browsed> {
        for one in &mut heard {
            if let Heard::Owner { ttl, .. } | Heard::At { ttl, .. } = one
                && *ttl > 0
            {
                *ttl = HANDED_OVER;
            }
        }
        self.looks.answered(now);
        let (mut browsed, touched) = self.take(&heard, now);
        browsed.extend(touched.iter().filter_map(|key| self.complete(key)));
        browsed
    }

    /// A datagram was heard.
    pub(super) fn heard(&mut self, heard: &[Heard], now: Instant) -> Vec<Browsed> {
        if !heard.is_empty() {
            self.looks.heard();
        }
        let (mut browsed, touched) = self.take(heard, now);
        if self.leads {
            browsed.extend(touched.iter().filter_map(|key| self.complete(key)));
        }
        browsed
    }

    /// Whose records ended meanwhile, and of whom something was said.
    fn take(&mut self, heard: &[Heard], now: Instant) -> (Vec<Browsed>, BTreeSet<Key>) {
        let browsed = self.drop_expired(now);
        let mut touched = BTreeSet::new();
        for one in heard {
            let key = match one {
                Heard::Offered { instance, .. } | Heard::Told { instance, .. } => {
                    self.met(instance, now)
                }
                Heard::Owner {
                    instance,
                    place,
                    ttl,
                } => {
                    let life = Duration::from_secs((*ttl).clamp(LIFE.0, LIFE.1).into());
                    let key = self.met(instance, now);
                    if let Some(key) = &key {
                        self.place(key, &place.host, place.port, life, now);
                    }
                    key
                }
                Heard::Goodbye { instance } => {
                    self.leaves(instance, now);
                    None
                }
                Heard::Asked { instance } => {
                    self.is_asked_for(instance, now);
                    None
                }
                Heard::Looked => {
                    self.looks.asked(now);
                    None
                }
                _ => None,
            };
            let Some(key) = key else { continue };
            if let Heard::Told { txt, .. } = one
                && let Some(member) = self.members.get_mut(&key)
            {
                let pairs = txt.iter();
                let pairs = pairs.map(|(key, value)| (key.as_str(), value.as_deref()));
                member.advert = Some(Advert::from_txt(pairs));
            }
            touched.insert(key);
        }
        // In one datagram a host's addresses may come before or behind who is on it.
        self.move_hosts(heard, &mut touched);
        (browsed, touched)
    }

    /// What is due: questions, and who is gone.
    pub(super) fn tick(&mut self, now: Instant) -> (Vec<Question>, Vec<Browsed>) {
        let mut questions = Vec::new();
        let browsed = self.drop_expired(now);
        for look in self.looks.tick(self.leads, now) {
            let complete = self.members.values().filter(|it| it.told.is_some());
            let known = complete.map(|it| it.jid.as_str());
            let known = known.take(if look.others { MAX_PEERS } else { 0 });
            questions.extend(Question::new(look.way, message::ask_everybody(known)));
        }
        if !self.leads {
            return (questions, browsed);
        }
        while let Some((at, key)) = self.due.first().cloned()
            && at <= now
        {
            let Some(member) = self.members.get_mut(&key) else {
                self.due.pop_first();
                continue;
            };
            let before = member.due();
            // Who is known by IPv4 answers there; whether there is IPv6 besides, its announcement has said.
            let host = member
                .place
                .as_ref()
                .map(|(host, _)| host.to_ascii_lowercase());
            let host = host.and_then(|host| self.hosts.get(&host));
            let one = member.told.is_some() && host.is_some_and(|host| !host.v4.is_empty());
            let way = if one { Way::One } else { Way::All };
            questions.extend(Question::new(way, member.question()));
            member.ask_later(now);
            self.reschedule(&key, before);
        }
        (questions, browsed)
    }

    fn drop_expired(&mut self, now: Instant) -> Vec<Browsed> {
        let link = self.link;
        let due = self.due.iter().take_while(|(at, _)| *at <= now);
        let expired = |key: &&Key| self.members.get(*key).is_some_and(|it| it.until <= now);
        let expired: Vec<Key> = due.map(|(_, key)| key).filter(expired).cloned().collect();
        let gone = expired.iter().filter_map(|key| self.forget(key));
        gone.filter(|member| member.told.is_some())
            .map(|member| Browsed::Removed {
                link,
                jid: member.jid,
            })
            .collect()
    }

    /// Whoever is heard of is a member, unless there are too many.
    fn met(&mut self, instance: &str, now: Instant) -> Option<Key> {
        let key = key(instance);
        let known = self.members.contains_key(&key);
        (known || self.meet(&key, &Jid::new(instance).ok()?, now)).then_some(key)
    }

    fn meet(&mut self, key: &Key, jid: &Jid, now: Instant) -> bool {
        if self.members.contains_key(key) {
            return true;
        }
        if self.members.len() >= MAX_PEERS {
            return false;
        }
        let member = Member {
            jid: jid.clone(),
            place: None,
            advert: None,
            heard: now,
            until: now + self.pause() * (2 << MOST_ASKED),
            asked: 0,
            ask: Some(now + INCOMPLETE + up_to(self.pause())),
            told: None,
            leaves: false,
        };
        self.due.insert((member.due(), key.clone()));
        self.members.insert(key.clone(), member);
        self.looks.met(now);
        true
    }

    fn place(&mut self, key: &Key, host: &str, port: u16, life: Duration, now: Instant) {
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let before = member.due();
        member.heard = now;
        member.until = now + life;
        member.asked = 0;
        // mdns-sd would ask at 80 %; all at that moment.
        member.ask = Some(now + life * 7 / 10 + up_to(life * 3 / 20));
        let moved = member
            .place
            .as_ref()
            .is_none_or(|(before, at)| *at != port || !before.eq_ignore_ascii_case(host));
        if moved {
            let from = member.place.replace((host.to_owned(), port));
            if let Some((from, _)) = from {
                self.leave_host(&from, key);
            }
            let host = self.hosts.entry(host.to_ascii_lowercase()).or_default();
            host.whose.insert(key.clone());
        }
        self.reschedule(key, before);
    }

    fn leaves(&mut self, instance: &str, now: Instant) {
        let key = key(instance);
        if let Some(member) = self.members.get_mut(&key) {
            let before = member.due();
            member.until = member.until.min(now + GOODBYE);
            member.ask = None;
            member.leaves = true;
            self.reschedule(&key, before);
        }
    }

    fn pause(&self) -> Duration {
        INCOMPLETE.max(EACH.saturating_mul(self.count()))
    }

    fn count(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }

    /// Somebody asks for it; the answer goes to everybody (RFC 6762 §7.3).
    fn is_asked_for(&mut self, instance: &str, now: Instant) {
        let key = key(instance);
        if let Some(member) = self.members.get_mut(&key)
            && member.asked < MOST_ASKED
        {
            let before = member.due();
            member.ask_later(now);
            self.reschedule(&key, before);
        }
    }

    fn move_hosts(&mut self, heard: &[Heard], touched: &mut BTreeSet<Key>) {
        let mut renewed: BTreeSet<(String, bool)> = BTreeSet::new();
        for one in heard {
            let Heard::At { host, address, ttl } = one else {
                continue;
            };
            let name = host.to_ascii_lowercase();
            let Some(host) = self.hosts.get_mut(&name) else {
                continue;
            };
            let v4 = address.is_ipv4();
            let addresses = if v4 { &mut host.v4 } else { &mut host.v6 };
            if *ttl == 0 {
                addresses.retain(|known| known != address);
            } else {
                // All of a family come in one datagram (RFC 6762 §10.2).
                if renewed.insert((name, v4)) {
                    addresses.clear();
                }
                if addresses.len() < MAX_ADDRESSES && !addresses.contains(address) {
                    addresses.push(*address);
                }
            }
            touched.extend(host.whose.iter().cloned());
        }
    }

    /// All that is known of it, if that is enough to be told.
    fn seen(&self, member: &Member) -> Option<OnLink> {
        let (host, port) = member.place.as_ref()?;
        let known = self.hosts.get(&host.to_ascii_lowercase())?;
        let addresses: Vec<SocketAddr> = (known.v4.iter().chain(&known.v6))
            .filter(|ip| is_dialable(**ip, self.loopback))
            .map(|ip| at_port(*ip, *port, self.link))
            .collect();
        if addresses.is_empty() || *port == 0 {
            return None;
        }
        Some(OnLink {
            interface: self.interface.clone(),
            host: host.clone(),
            port: *port,
            addresses,
            advert: member.advert.clone()?,
        })
    }

    /// Tells of it, if all is known of it and that is news.
    fn complete(&mut self, key: &Key) -> Option<Browsed> {
        let link = self.link;
        let seen = self.seen(self.members.get(key)?)?;
        let member = self.members.get_mut(key)?;
        if member.goes() {
            return None;
        }
        let returns = std::mem::take(&mut member.leaves);
        if member.told.as_ref() == Some(&seen) && !returns {
            return None;
        }
        member.told = Some(seen.clone());
        Some(Browsed::Resolved {
            link,
            jid: member.jid.clone(),
            seen: Box::new(seen),
        })
    }

    fn forget(&mut self, key: &Key) -> Option<Member> {
        let member = self.members.remove(key)?;
        self.due.remove(&(member.due(), key.clone()));
        if let Some((host, _)) = &member.place {
            self.leave_host(host, key);
        }
        Some(member)
    }

    fn leave_host(&mut self, host: &str, key: &Key) {
        let name = host.to_ascii_lowercase();
        if let Some(host) = self.hosts.get_mut(&name) {
            host.whose.remove(key);
            if host.whose.is_empty() {
                self.hosts.remove(&name);
            }
        }
    }

    fn reschedule(&mut self, key: &Key, before: Instant) {
        let Some(member) = self.members.get(key) else {
            return;
        };
        let due = member.due();
        if due != before {
            self.due.remove(&(before, key.clone()));
            self.due.insert((due, key.clone()));
        }
    }
}

impl Member {
    /// It said goodbye, and nothing since.
    fn goes(&self) -> bool {
        self.leaves && self.ask.is_none()
    }

    fn due(&self) -> Instant {
        self.ask.map_or(self.until, |ask| ask.min(self.until))
    }

    fn question(&self) -> Option<Vec<u8>> {
        match (&self.place, &self.advert) {
            // All is known but where its host is, or it would have been told.
            (Some((host, _)), Some(_)) if self.told.is_none() => message::ask_host(host),
            _ => message::ask_instance(self.jid.as_str()),
        }
    }

    /// It was asked for: the next time is later.
    fn ask_later(&mut self, now: Instant) {
        self.asked = self.asked.saturating_add(1);
        let pause = if self.told.is_none() {
            INCOMPLETE * (1 << self.asked.min(MOST_ASKED))
        } else {
            // Whoever is doubted has less time.
            let life = self.until.saturating_duration_since(self.heard) / 20;
            life.min(self.until.saturating_duration_since(now) / 4)
        };
        self.ask = (self.asked < MOST_ASKED).then(|| now + pause + up_to(pause));
    }
}

fn key(instance: &str) -> Key {
    instance.to_ascii_lowercase().into()
}

/// A random time below that. Not from the system: every datagram wants one.
pub(super) fn up_to(most: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    thread_local!(static SEED: (RandomState, std::cell::Cell<u64>) = (RandomState::new(), 0.into()));
    let random = SEED.with(|(state, count)| {
        count.set(count.get().wrapping_add(1));
        state.hash_one(count.get())
    });
    let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX).max(1);
    Duration::from_micros(random % most)
}

#[cfg(test)]
#[path = "crowd_test.rs"]
mod tests;
