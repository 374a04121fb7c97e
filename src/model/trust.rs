//! Whom we know by key: what was pinned at first use, what two people compared, who is blocked, and what stands in the way
//! of trust at the moment.
//!
//! A name on this network is only a name. What makes somebody the same person as yesterday is the key; [`Book::judge`] says
//! what a proven key means under the name that it came with, and everything else follows from that. A key that has a place
//! in the book keeps it until the user says otherwise: it is never replaced in silence.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::Trust;
use crate::wire::jid::Jid;
use crate::wire::key::Fingerprint;

/// A key that was seen in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownKey {
    /// The key's name.
    pub fingerprint: Fingerprint,
    /// Under which name its owner is known: the conversation.
    pub jid: Jid,
    /// What the person was called last.
    #[serde(default)]
    pub nick: String,
    /// The two people have compared it.
    #[serde(default)]
    pub verified: bool,
    /// Nothing is wanted from its owner.
    #[serde(default)]
    pub blocked: bool,
    /// When it was first seen.
    pub first: Timestamp,
}

/// What stands between a name and the key that is pinned for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alarm {
    /// Somebody proved another key.
    OtherKey(Fingerprint),
    /// It does not encrypt any more.
    NoEncryption,
    /// It announces another key than the pinned one, or than the one that it showed.
    OtherAnnounced(Fingerprint),
    /// The user compared codes, and they were different: somebody stood between. This is the key that was in use.
    CodesDiffer(Fingerprint),
}

impl Alarm {
    /// What has happened, for people. `pinned`: the name had a key before; `verified`: and the two people had compared it.
    pub fn words(self, name: &str, pinned: bool, verified: bool) -> String {
        let (what, maybe) = match self {
            Alarm::OtherKey(_) if pinned => (
                format!("{name} shows another key than before."),
                "a new computer or a fresh installation",
            ),
            Alarm::OtherAnnounced(_) if pinned => (
                format!("{name} announces another key than before."),
                "a new computer or a fresh installation",
            ),
            Alarm::OtherKey(_) | Alarm::OtherAnnounced(_) => (
                format!("{name} announces one key and shows another."),
                "a program that was just set up anew",
            ),
            Alarm::CodesDiffer(_) => {
                return format!(
                    "The codes that you compared with {name} were different: somebody stands between you, or one of you misread them. Nothing is sent, and nothing taken, until you decide. Compare again in person, or compare the fingerprints."
                );
            }
            Alarm::NoEncryption => (
                format!("{name} was encrypted before and is not any more."),
                "another program on the same computer",
            ),
        };
        let advice = if verified {
            "You had compared keys with them: ask in person before you decide."
        } else {
            "Ask them if you can."
        };
        format!(
            "{what} It may be {maybe}, or somebody who wants to be taken for them. Nothing is sent, and nothing taken, until you decide. {advice}"
        )
    }
}

/// A fingerprint as people paste it: bare, or in a link `xmpp:juliet@pronto?trust-message;…` (XEP-0434 §3), where it is hex.
pub fn read_fingerprint(text: &str) -> Option<Fingerprint> {
    let text = text.trim();
    if let Ok(fingerprint) = text.parse() {
        return Some(fingerprint);
    }
    let (_, query) = text.strip_prefix("xmpp:")?.split_once('?')?;
    let mut fields = query.split(';');
    if fields.next()? != "trust-message" {
        return None;
    }
    let value = fields.find_map(|field| field.strip_prefix("trust="))?;
    value.parse().ok()
}

/// The link that names a key, for a QR code or to be pasted (XEP-0434 §3: `encryption`, and the fingerprints in hex).
pub fn link(jid: &Jid, fingerprint: &Fingerprint) -> String {
    let digits: String = fingerprint.spelled().split(' ').collect();
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '-' | '.' | '_' | '~');
    let mut address = String::new();
    for c in jid.as_str().chars() {
        if safe(c) {
            address.push(c);
        } else {
            let mut bytes = [0; 4];
            let bytes = c.encode_utf8(&mut bytes).bytes();
            address.extend(bytes.map(|byte| format!("%{byte:02X}")));
        }
    }
    format!("xmpp:{address}?trust-message;encryption=urn:xmpp:balcony:tls:0;trust={digits}")
}

/// What a proven key means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The key that is pinned for this name.
    Known,
    /// Never seen, and the name is free.
    New,
    /// Known, under this other name until now.
    Elsewhere(Jid),
    /// Not to be spoken with before the user has decided.
    Changed(Alarm),
    /// Not to be spoken with.
    Blocked,
}

/// All known keys. See the module's documentation.
#[derive(Debug, Default)]
pub struct Book {
    keys: BTreeMap<Fingerprint, KnownKey>,
    pins: BTreeMap<Jid, Fingerprint>,
    blocked_names: BTreeSet<Jid>,
    alarms: BTreeMap<Jid, Alarm>,
    /// Where two people have compared codes, and they were different, with the key that was in use. Only the user's word puts
    /// one here, and only the user's word takes it away.
    differing: BTreeMap<Jid, Fingerprint>,
    /// Whose files are taken without asking, up to so many bytes each. Counts only while the key is verified.
    files: BTreeMap<Fingerprint, u64>,
}

impl Book {
    /// The most keys that are kept: the oldest that is neither verified nor blocked nor in `kept` makes room.
    pub const MAX: usize = 4096;
    /// The most names with an alarm; a peer can only cause one for a name that is pinned or announced.
    const MAX_ALARMS: usize = 512;

    /// What the disk has kept.
    pub fn new(keys: Vec<KnownKey>, blocked: Vec<Jid>, differing: Vec<(Jid, Fingerprint)>) -> Book {
        let mut book = Book {
            blocked_names: blocked.into_iter().collect(),
            differing: differing.into_iter().collect(),
            ..Book::default()
        };
        for key in keys {
            book.put(key);
        }
        book
    }

    /// The same, with whose files are taken without asking.
    pub fn with_files_from(mut self, files: Vec<(Fingerprint, u64)>) -> Book {
        self.files = files.into_iter().collect();
        self
    }

    /// Up to how many bytes a file of this contact is taken without asking: only while it is verified, and nothing stands
    /// in the way.
    pub fn takes_files(&self, jid: &Jid) -> Option<u64> {
        let key = self.pinned(jid).filter(|key| key.verified && !key.blocked);
        let limit = *self.files.get(&key?.fingerprint)?;
        self.alarm(jid).is_none().then_some(limit)
    }

    /// Take them up to this size, or (`None`) ask. True if that is news.
    pub fn take_files(&mut self, jid: &Jid, limit: Option<u64>) -> bool {
        let Some(key) = self.pins.get(jid).copied() else {
            return false;
        };
        match limit {
            Some(limit) => self.files.insert(key, limit) != Some(limit),
            None => self.files.remove(&key).is_some(),
        }
    }

    /// Whose files are taken without asking; keys that are not known any more are left out.
    pub fn taking(&self) -> impl Iterator<Item = (&Fingerprint, u64)> {
        let known = self
            .files
            .iter()
            .filter(|(key, _)| self.keys.contains_key(*key));
        known.map(|(key, limit)| (key, *limit))
    }

    /// The key that is pinned for this name.
    pub fn pinned(&self, jid: &Jid) -> Option<&KnownKey> {
        self.keys.get(self.pins.get(jid)?)
    }

    /// A key by its name.
    pub fn key(&self, fingerprint: &Fingerprint) -> Option<&KnownKey> {
        self.keys.get(fingerprint)
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &KnownKey> {
        self.keys.values()
    }

    /// Names that are blocked whatever their key.
    pub fn blocked_names(&self) -> impl Iterator<Item = &Jid> {
        self.blocked_names.iter()
    }

    /// What a proven key means under this name. `hint`: the key that the name announces, if it does.
    pub fn judge(&self, jid: &Jid, key: Fingerprint, hint: Option<Fingerprint>) -> Verdict {
        let known = self.keys.get(&key);
        if known.is_some_and(|known| known.blocked) || self.blocked_names.contains(jid) {
            return Verdict::Blocked;
        }
        if let Some(used) = self.differing.get(jid) {
            return Verdict::Changed(Alarm::CodesDiffer(*used));
        }
        if self.differing.values().any(|used| *used == key) {
            // It is not trusted under another name either.
            return Verdict::Changed(Alarm::CodesDiffer(key));
        }
        match self.pins.get(jid) {
            Some(pinned) if *pinned != key => return Verdict::Changed(Alarm::OtherKey(key)),
            _ => {}
        }
        if let Some(hint) = hint.filter(|hint| *hint != key) {
            return Verdict::Changed(Alarm::OtherAnnounced(hint));
        }
        match known {
            Some(known) if known.jid == *jid => Verdict::Known,
            Some(known) => Verdict::Elsewhere(known.jid.clone()),
            None => Verdict::New,
        }
    }

    /// What the record that a name announces means: the pinned key must stand in it, or none (who hides it still has it).
    pub fn announced(&self, jid: &Jid, hint: Option<Fingerprint>) -> Option<Alarm> {
        let pinned = self.pins.get(jid)?;
        let other = hint.filter(|hint| hint != pinned)?;
        Some(Alarm::OtherAnnounced(other))
    }

    /// How far a name is trusted. `hint`: the key that it announces.
    pub fn trust(&self, jid: &Jid, hint: Option<Fingerprint>) -> Trust {
        if self.alarm(jid).is_some() {
            return Trust::Changed;
        }
        match self.pinned(jid) {
            Some(key) if key.verified => Trust::Verified,
            Some(_) => Trust::Pinned,
            None if hint.is_some() => Trust::Unknown,
            None => Trust::Plaintext,
        }
    }

    /// Keeps a key under its name. Whatever was pinned for that name before is forgotten: ask [`Book::judge`] first.
    /// Gives the keys that are no longer kept.
    pub fn put(&mut self, key: KnownKey) -> Vec<Fingerprint> {
        let mut gone = Vec::new();
        if let Some(old) = self.keys.get(&key.fingerprint)
            && self.pins.get(&old.jid) == Some(&key.fingerprint)
        {
            self.pins.remove(&old.jid);
        }
        let before = self.pins.insert(key.jid.clone(), key.fingerprint);
        if let Some(other) = before.filter(|other| *other != key.fingerprint) {
            self.keys.remove(&other);
            gone.push(other);
        }
        self.keys.insert(key.fingerprint, key.clone());
        if self.keys.len() > Self::MAX {
            let dispensable = |known: &&KnownKey| {
                !known.verified
                    && !known.blocked
                    && known.fingerprint != key.fingerprint
                    && !self.differing.contains_key(&known.jid)
            };
            let oldest = self.keys.values().filter(dispensable);
            let oldest = oldest.min_by_key(|known| known.first);
            if let Some(oldest) = oldest.map(|known| known.fingerprint) {
                self.forget(&oldest);
                gone.push(oldest);
            }
        }
        gone
    }

    /// Forgets a key and the pin on it.
    pub fn forget(&mut self, fingerprint: &Fingerprint) {
        if let Some(key) = self.keys.remove(fingerprint)
            && self.pins.get(&key.jid) == Some(fingerprint)
        {
            self.pins.remove(&key.jid);
        }
    }

    /// Changes a key that is known; gives it as it is now.
    pub fn change(
        &mut self,
        fingerprint: &Fingerprint,
        change: impl FnOnce(&mut KnownKey),
    ) -> Option<KnownKey> {
        let key = self.keys.get_mut(fingerprint)?;
        let jid = key.jid.clone();
        change(key);
        key.jid = jid; // Only `put` moves a key.
        Some(key.clone())
    }

    /// What stands in the way of this name.
    pub fn alarm(&self, jid: &Jid) -> Option<Alarm> {
        let differing = self.differing.get(jid).copied();
        let differing = differing.map(Alarm::CodesDiffer);
        differing.or_else(|| self.alarms.get(jid).copied())
    }

    /// The codes that two people compared were different, with this key in use. That stands until [`Book::settle`].
    pub fn differ(&mut self, jid: &Jid, used: Fingerprint) {
        self.differing.insert(jid.clone(), used);
    }

    /// The user has decided about different codes: with this name, and with this key under whatever name. Gives the names
    /// that this was about.
    pub fn settle(&mut self, jid: &Jid, key: Option<Fingerprint>) -> Vec<Jid> {
        let about = |(name, used): &(&Jid, &Fingerprint)| *name == jid || Some(**used) == key;
        let settled = self.differing.iter().filter(about);
        let settled: Vec<Jid> = settled.map(|(name, _)| name.clone()).collect();
        for name in &settled {
            self.differing.remove(name);
        }
        settled
    }

    /// Where codes were different, and nothing was decided.
    pub fn differing(&self) -> impl Iterator<Item = (&Jid, &Fingerprint)> {
        self.differing.iter()
    }

    /// Something stands in the way, or no longer. True if that is news. Different codes stand in the way all the same.
    pub fn set_alarm(&mut self, jid: &Jid, alarm: Option<Alarm>) -> bool {
        let before = self.alarm(jid);
        match alarm {
            Some(_) if self.alarms.len() >= Self::MAX_ALARMS && !self.alarms.contains_key(jid) => {}
            Some(alarm) => drop(self.alarms.insert(jid.clone(), alarm)),
            None => drop(self.alarms.remove(jid)),
        }
        self.alarm(jid) != before
    }

    /// Blocks a name, or no longer. True if that is news.
    pub fn block_name(&mut self, jid: &Jid, blocked: bool) -> bool {
        if blocked {
            self.blocked_names.insert(jid.clone())
        } else {
            self.blocked_names.remove(jid)
        }
    }

    /// Is nothing wanted from this name: it is blocked itself, the key pinned for it is, or the one that it announces?
    pub fn is_blocked(&self, jid: &Jid, hint: Option<Fingerprint>) -> bool {
        let by_key = |key: &Fingerprint| self.keys.get(key).is_some_and(|key| key.blocked);
        self.blocked_names.contains(jid)
            || self.pins.get(jid).is_some_and(by_key)
            || hint.as_ref().is_some_and(by_key)
    }

    /// A verified person of this nick under another key: somebody may want to be taken for them.
    pub fn namesake(&self, nick: &str, key: Option<Fingerprint>) -> Option<&KnownKey> {
        let nick = folded(nick);
        if nick.is_empty() {
            return None;
        }
        let verified = self
            .keys
            .values()
            .filter(|known| known.verified && !known.blocked);
        let mut others = verified.filter(|known| Some(known.fingerprint) != key);
        others.find(|known| folded(&known.nick) == nick)
    }
}

/// Nicks that look the same but for case and spaces are the same.
fn folded(nick: &str) -> String {
    let visible = nick.chars().filter(|c| !c.is_whitespace());
    visible.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]
    use super::*;

    fn jid(text: &str) -> Jid {
        Jid::new(text).unwrap()
    }

    fn print(n: u8) -> Fingerprint {
        Fingerprint::from_bytes([n; 32])
    }

    fn key(n: u8, name: &str) -> KnownKey {
        KnownKey {
            fingerprint: print(n),
            jid: jid(name),
            nick: "Juliet".into(),
            verified: false,
            blocked: false,
            first: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_pin_holds_until_the_user_says_otherwise() {
        let mut book = Book::default();
        let juliet = jid("juliet@pronto");
        assert_eq!(book.judge(&juliet, print(1), None), Verdict::New);
        assert_eq!(book.trust(&juliet, Some(print(1))), Trust::Unknown);
        book.put(key(1, "juliet@pronto"));
        assert_eq!(
            book.judge(&juliet, print(1), Some(print(1))),
            Verdict::Known
        );
        assert_eq!(book.judge(&juliet, print(1), None), Verdict::Known);
        let other = Verdict::Changed(Alarm::OtherKey(print(2)));
        assert_eq!(book.judge(&juliet, print(2), Some(print(2))), other);
        let lie = Verdict::Changed(Alarm::OtherAnnounced(print(2)));
        assert_eq!(book.judge(&juliet, print(1), Some(print(2))), lie);
        assert_eq!(book.announced(&juliet, None), None);
        assert_eq!(
            book.announced(&juliet, Some(print(2))),
            Some(Alarm::OtherAnnounced(print(2)))
        );
        assert!(book.set_alarm(&juliet, Some(Alarm::NoEncryption)));
        assert!(!book.set_alarm(&juliet, Some(Alarm::NoEncryption)));
        assert_eq!(book.trust(&juliet, None), Trust::Changed);
    }

    #[test]
    fn different_codes_stand_in_the_way_until_the_user_decides() {
        let mut book = Book::default();
        let (juliet, laptop) = (jid("juliet@pronto"), jid("juliet@laptop"));
        book.put(key(1, "juliet@pronto"));
        book.differ(&juliet, print(1));
        let differ = Alarm::CodesDiffer(print(1));
        // Nothing that a peer can do takes it away.
        for alarm in [
            None,
            Some(Alarm::NoEncryption),
            Some(Alarm::OtherAnnounced(print(2))),
            None,
        ] {
            assert!(!book.set_alarm(&juliet, alarm));
            assert_eq!(book.alarm(&juliet), Some(differ));
        }
        for n in 1..=2 {
            let verdict = book.judge(&juliet, print(n), None);
            assert_eq!(verdict, Verdict::Changed(differ));
        }
        let elsewhere = book.judge(&laptop, print(1), Some(print(1)));
        assert_eq!(elsewhere, Verdict::Changed(differ));
        let differing: Vec<_> = book
            .differing()
            .map(|(name, key)| (name.clone(), *key))
            .collect();
        let mut again = Book::new(book.keys().cloned().collect(), Vec::new(), differing);
        assert_eq!(again.trust(&juliet, Some(print(1))), Trust::Changed);
        assert_eq!(
            again.settle(&laptop, Some(print(1))),
            std::slice::from_ref(&juliet)
        );
        assert_eq!(again.judge(&juliet, print(1), None), Verdict::Known);
    }

    #[test]
    fn a_known_key_is_known_under_every_name() {
        let mut book = Book::default();
        book.put(key(1, "juliet@pronto"));
        let new = jid("juliet@laptop");
        let verdict = book.judge(&new, print(1), None);
        assert_eq!(verdict, Verdict::Elsewhere(jid("juliet@pronto")));
        book.put(key(1, "juliet@laptop"));
        assert_eq!(book.pinned(&jid("juliet@pronto")), None);
        assert_eq!(book.judge(&new, print(1), None), Verdict::Known);
    }

    #[test]
    fn who_is_blocked_is_blocked_under_every_name() {
        let mut book = Book::default();
        book.put(key(1, "juliet@pronto"));
        book.change(&print(1), |key| key.blocked = true);
        let new = jid("juliet@laptop");
        assert_eq!(book.judge(&new, print(1), None), Verdict::Blocked);
        assert!(book.is_blocked(&jid("juliet@pronto"), None));
        assert!(book.is_blocked(&new, Some(print(1))));
        assert!(!book.is_blocked(&new, None));
        book.block_name(&new, true);
        assert_eq!(book.judge(&new, print(3), None), Verdict::Blocked);
    }

    #[test]
    fn the_book_does_not_grow_without_end_and_keeps_what_matters() {
        let mut book = Book::default();
        let mut first = key(0, "juliet@pronto");
        first.verified = true;
        book.put(first);
        for n in 0..5000u32 {
            let mut bytes = [9; 32];
            bytes[..4].copy_from_slice(&n.to_be_bytes());
            let mut stranger = key(1, &format!("n{n}@m"));
            stranger.fingerprint = Fingerprint::from_bytes(bytes);
            stranger.first = Timestamp::from_second(i64::from(n) + 1).unwrap();
            book.put(stranger);
        }
        assert_eq!(book.keys().count(), Book::MAX);
        assert!(book.pinned(&jid("juliet@pronto")).is_some());
        assert!(book.pinned(&jid("n4999@m")).is_some());
        assert!(book.pinned(&jid("n0@m")).is_none());
    }

    #[test]
    fn a_link_names_the_key_that_it_was_made_of() {
        let link = link(&jid("julia c.@pronto"), &print(0xab));
        assert!(
            link.starts_with("xmpp:julia%20c.@pronto?trust-message;"),
            "{link}"
        );
        assert_eq!(read_fingerprint(&link), Some(print(0xab)));
        assert_eq!(read_fingerprint(&print(3).to_string()), Some(print(3)));
        assert_eq!(read_fingerprint(&print(3).spelled()), Some(print(3)));
        for wrong in [
            "",
            "xmpp:a@b",
            "xmpp:a@b?message;body=hi",
            "xmpp:a@b?trust-message;trust=zz",
        ] {
            assert_eq!(read_fingerprint(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_new_key_under_a_verified_nick_is_noticed() {
        let mut book = Book::default();
        let mut verified = key(1, "juliet@pronto");
        assert!(book.namesake("juliet", Some(print(2))).is_none());
        verified.verified = true;
        book.put(verified);
        assert!(book.namesake(" JULIET", Some(print(2))).is_some());
        assert!(book.namesake("juliet", None).is_some());
        assert!(book.namesake("Juliet", Some(print(1))).is_none());
    }
}
