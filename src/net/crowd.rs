//! A crowd on one interface, kept by listening (RFC 6762 §5.2, §7.3, §10).
//!
//! mdns-sd looks through all that it knows at every datagram, and each of its browsers asks for every record before it
//! ends: with hundreds of peers that is most of what a computer does. So where many are seen ([`GATHERS`]) it only
//! publishes, and their records are kept here: a datagram costs the same however many there are, and what one asks all
//! hear, so that nobody asks what somebody else has just asked.
//!
//! Before that, records are kept here, too, in silence: when a crowd gathers, nobody is forgotten.
//!
//! Pure but for its random delays. Inputs: [`Crowd::heard`], [`Crowd::verify`], [`Crowd::tick`] when [`Crowd::next`] is
//! over. Outputs: what [`Browsed`] tells of them, and questions to be sent.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::time::{Duration, Instant};

use super::mdns::Browsed;
use super::message::{self, Heard};
use super::multicast::is_dialable;
use super::sightings::{MAX_PEERS, OnLink};
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
/// What mdns-sd told us was heard at some time before.
const HANDED_OVER: Duration = Duration::from_secs(120);
/// Whose records are incomplete is asked again after this, twice this, four times this …
const INCOMPLETE: Duration = Duration::from_millis(200);
/// … so many times, and forgotten with the last.
const MOST_ASKED: u8 = 5;
/// A goodbye is believed a second later (RFC 6762 §10.1).
const GOODBYE: Duration = Duration::from_secs(1);
/// Everybody is asked now and then, by one for all. Who is not known is heard when others ask for it, too …
const LOOK_AGAIN: Duration = Duration::from_secs(600);
/// … and soon, if the last time somebody asked brought news to us within this: many come at once, and datagrams are lost.
const NEWS: Duration = Duration::from_secs(1);
const LOOK_SOON: Duration = Duration::from_secs(2);
const LOOK_SOON_SPREAD: Duration = Duration::from_secs(4);
/// Who was confirmed within this share of its records' life, in percent, needs no confirmation.
const FRESH: u32 = 40;

/// Who is there, by the name in small letters.
#[derive(Debug)]
pub(super) struct Crowd {
    interface: String,
    link: u32,
    /// Reaches this computer only.
    loopback: bool,
    members: BTreeMap<String, Member>,
    hosts: BTreeMap<String, Host>,
    due: BTreeSet<(Instant, String)>,
    look: Instant,
    /// When everybody was asked last, by whomever.
    looked: Option<Instant>,
    /// We tell who is there; else mdns-sd browses, and we only listen.
    leads: bool,
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
    whose: BTreeSet<String>,
}

impl Crowd {
    /// Begins to listen on an interface.
    pub(super) fn new(interface: &str, link: u32, loopback: bool, now: Instant) -> Crowd {
        Crowd {
            interface: interface.to_owned(),
            link,
            loopback,
            members: BTreeMap::new(),
            hosts: BTreeMap::new(),
            due: BTreeSet::new(),
            look: now + LOOK_AGAIN + up_to(LOOK_AGAIN),
            looked: None,
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
        let all: Vec<String> = self.members.keys().cloned().collect();
        all.iter().filter_map(|key| self.complete(key)).collect()
    }

    /// mdns-sd had seen this one when we took the lead.
    pub(super) fn take_over(&mut self, jid: Jid, seen: OnLink, now: Instant) {
        let key = jid.as_str().to_ascii_lowercase();
        let known = self.members.get(&key);
        if known.is_some_and(|member| member.place.is_some()) || !self.meet(&key, &jid, now) {
            return;
        }
        self.place(&key, &seen.host, seen.port, HANDED_OVER, now);
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
            return due.into_iter().chain([self.look]).min();
        }
        let told = self.members.values().filter(|member| member.told.is_some());
        told.map(|member| member.until).min()
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
        let key = jid.as_str().to_ascii_lowercase();
        if !self.leads
            && let Some(member) = self.members.get_mut(&key)
        {
            member.told = None;
        }
    }

    /// Was it heard of lately, so that nobody needs to ask?
    pub(super) fn is_fresh(&self, jid: &Jid, now: Instant) -> bool {
        let member = self.members.get(&jid.as_str().to_ascii_lowercase());
        member.is_some_and(|member| {
            let life = member.until.saturating_duration_since(member.heard);
            now.saturating_duration_since(member.heard) * 100 < life * FRESH
        })
    }

    /// It is gone unless it is heard within `patience`.
    pub(super) fn verify(&mut self, jid: &Jid, patience: Duration, now: Instant) {
        let key = jid.as_str().to_ascii_lowercase();
        if let Some(member) = self.members.get_mut(&key) {
            let before = member.due();
            member.until = member.until.min(now + patience);
            self.reschedule(&key, before);
        }
    }

    /// A datagram was heard.
    pub(super) fn heard(&mut self, heard: &[Heard], now: Instant) -> Vec<Browsed> {
        if !self.leads {
            self.drop_expired(now);
        }
        let mut touched = BTreeSet::new();
        for one in heard {
            let key = match one {
                Heard::Offered { instance } | Heard::Told { instance, .. } => {
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
                    self.looked = Some(now);
                    self.look = now + LOOK_AGAIN + up_to(LOOK_AGAIN);
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
        if !self.leads {
            return Vec::new();
        }
        touched
            .iter()
            .filter_map(|key| self.complete(key))
            .collect()
    }

    /// What is due: questions, and who is gone.
    pub(super) fn tick(&mut self, now: Instant) -> (Vec<Vec<u8>>, Vec<Browsed>) {
        let mut questions = Vec::new();
        let browsed = self.drop_expired(now);
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
            questions.extend(member.question());
            member.ask_later(now);
            self.reschedule(&key, before);
        }
        if self.look <= now {
            self.look = now + LOOK_AGAIN + up_to(LOOK_AGAIN);
            questions.extend(message::ask_everybody());
        }
        (questions, browsed)
    }

    fn drop_expired(&mut self, now: Instant) -> Vec<Browsed> {
        let link = self.link;
        let due = self.due.iter().take_while(|(at, _)| *at <= now);
        let expired = |key: &&String| self.members.get(*key).is_some_and(|it| it.until <= now);
        let expired: Vec<String> = due.map(|(_, key)| key).filter(expired).cloned().collect();
        let gone = expired.iter().filter_map(|key| self.forget(key));
        gone.filter(|member| member.told.is_some())
            .map(|member| Browsed::Removed {
                link,
                jid: member.jid,
            })
            .collect()
    }

    /// Whoever is heard of is a member, unless there are too many.
    fn met(&mut self, instance: &str, now: Instant) -> Option<String> {
        let key = instance.to_ascii_lowercase();
        let known = self.members.contains_key(&key);
        (known || self.meet(&key, &Jid::new(instance).ok()?, now)).then_some(key)
    }

    fn meet(&mut self, key: &str, jid: &Jid, now: Instant) -> bool {
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
            until: now + INCOMPLETE * (1 << MOST_ASKED),
            asked: 0,
            ask: Some(now + INCOMPLETE + up_to(INCOMPLETE)),
            told: None,
            leaves: false,
        };
        self.due.insert((member.due(), key.to_owned()));
        self.members.insert(key.to_owned(), member);
        if self.looked.is_some_and(|looked| now < looked + NEWS) {
            self.look = self.look.min(now + LOOK_SOON + up_to(LOOK_SOON_SPREAD));
        }
        true
    }

    fn place(&mut self, key: &str, host: &str, port: u16, life: Duration, now: Instant) {
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let before = member.due();
        member.heard = now;
        member.until = now + life;
        member.asked = 0;
        // mdns-sd would ask at 80 %; all at that moment.
        member.ask = Some(now + life * 3 / 4 + up_to(life / 5));
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
            host.whose.insert(key.to_owned());
        }
        self.reschedule(key, before);
    }

    fn leaves(&mut self, instance: &str, now: Instant) {
        let key = instance.to_ascii_lowercase();
        if let Some(member) = self.members.get_mut(&key) {
            let before = member.due();
            member.until = member.until.min(now + GOODBYE);
            member.ask = None;
            member.leaves = true;
            self.reschedule(&key, before);
        }
    }

    /// Somebody asks for it; the answer goes to everybody (RFC 6762 §7.3).
    fn is_asked_for(&mut self, instance: &str, now: Instant) {
        let key = instance.to_ascii_lowercase();
        if let Some(member) = self.members.get_mut(&key)
            && member.asked < MOST_ASKED
        {
            let before = member.due();
            member.ask_later(now);
            self.reschedule(&key, before);
        }
    }

    fn move_hosts(&mut self, heard: &[Heard], touched: &mut BTreeSet<String>) {
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

    /// Tells of it, if all is known of it and that is news.
    fn complete(&mut self, key: &str) -> Option<Browsed> {
        let member = self.members.get_mut(key)?;
        let (host, port) = member.place.as_ref()?;
        let known = self.hosts.get(&host.to_ascii_lowercase())?;
        let (index, loopback) = (self.link, self.loopback);
        let addresses: Vec<SocketAddr> = (known.v4.iter().chain(&known.v6))
            .filter(|ip| is_dialable(**ip, loopback))
            .map(|ip| with_port(*ip, *port, index))
            .collect();
        if addresses.is_empty() || *port == 0 {
            return None;
        }
        let seen = OnLink {
            interface: self.interface.clone(),
            host: host.clone(),
            port: *port,
            addresses,
            advert: member.advert.clone()?,
        };
        if member.leaves && member.ask.is_none() {
            return None;
        }
        let returns = std::mem::take(&mut member.leaves);
        if member.told.as_ref() == Some(&seen) && !returns {
            return None;
        }
        member.told = Some(seen.clone());
        Some(Browsed::Resolved {
            link: index,
            jid: member.jid.clone(),
            seen: Box::new(seen),
        })
    }

    fn forget(&mut self, key: &str) -> Option<Member> {
        let member = self.members.remove(key)?;
        self.due.remove(&(member.due(), key.to_owned()));
        if let Some((host, _)) = &member.place {
            self.leave_host(host, key);
        }
        Some(member)
    }

    fn leave_host(&mut self, host: &str, key: &str) {
        let name = host.to_ascii_lowercase();
        if let Some(host) = self.hosts.get_mut(&name) {
            host.whose.remove(key);
            if host.whose.is_empty() {
                self.hosts.remove(&name);
            }
        }
    }

    fn reschedule(&mut self, key: &str, before: Instant) {
        let Some(member) = self.members.get(key) else {
            return;
        };
        let due = member.due();
        if due != before {
            self.due.remove(&(before, key.to_owned()));
            self.due.insert((due, key.to_owned()));
        }
    }
}

impl Member {
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
            self.until.saturating_duration_since(self.heard) / 20
        };
        self.ask = (self.asked < MOST_ASKED).then(|| now + pause + up_to(pause));
    }
}

fn with_port(ip: IpAddr, port: u16, link: u32) -> SocketAddr {
    match ip {
        IpAddr::V4(ip) => SocketAddrV4::new(ip, port).into(),
        IpAddr::V6(ip) => {
            let scope = if ip.is_unicast_link_local() { link } else { 0 };
            SocketAddrV6::new(ip, port, 0, scope).into()
        }
    }
}

/// A random time below that.
pub(super) fn up_to(most: Duration) -> Duration {
    let most = most.as_micros().max(1);
    let random = uuid::Uuid::new_v4().as_u128() % most;
    Duration::from_micros(u64::try_from(random).unwrap_or(0))
}

#[cfg(test)]
#[path = "crowd_test.rs"]
mod tests;
