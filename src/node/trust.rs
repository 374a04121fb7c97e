//! Who somebody is by key: what a handshake proved, what is pinned and kept, what stands in the way, and what the user
//! decides about it. The rules themselves are in [`crate::model::trust`].

use std::time::Duration;

use serde_json::Value;

use super::core::Core;
use super::links::Secured;
use crate::disk::store::Op;
use crate::event::{Cause, Event, OfflineReason, Security, Trust};
use crate::model::trust::{Alarm, KnownKey, Verdict};
use crate::net::{ConnId, Request as Net};
use crate::stream::ReadyStream;
use crate::wire::jid::Jid;
use crate::wire::key::{Fingerprint, PublicKey};
use crate::wire::nonza::{Condition, StreamError};

mod decisions;

pub(in crate::node) use decisions::{TAKING, taking};

impl Core {
    /// The key that a peer announces, if it does. Anybody can announce anything.
    pub(super) fn hint(&self, jid: &Jid) -> Option<Fingerprint> {
        self.roster.get(jid).and_then(|known| known.advert.tlsfp)
    }

    /// Must a stream with this peer be encrypted before anything is said?
    pub(super) fn must_encrypt(&self, jid: &Jid) -> bool {
        self.hint(jid).is_some()
            || self.book.pinned(jid).is_some()
            || matches!(self.book.alarm(jid), Some(Alarm::CodesDiffer(_)))
    }

    /// Both have agreed: what is written so far goes out, and then only TLS.
    pub(super) fn begin_tls(&mut self, conn: ConnId) {
        self.flush_link(conn);
        let Some(link) = self.links.get(&conn) else {
            return;
        };
        let client = link.ours;
        self.ask(Net::StartTls { conn, client });
    }

    /// The handshake is over. Nothing is said on the stream before it is known whom the key belongs to.
    pub(super) fn on_secured(&mut self, conn: ConnId, key: PublicKey, exporter: [u8; 32]) {
        let now = self.clock.now;
        let Some(link) = self.links.get_mut(&conn) else {
            return self.ask(Net::Close { conn, flush: false });
        };
        link.secured = Some(Secured { key, exporter });
        let Some(stream) = &mut link.stream else {
            return;
        };
        let peer = stream.peer().cloned();
        stream.handle_tls(now);
        let fingerprint = key.fingerprint();
        let refusal = match peer {
            // Somebody sends us our own words back.
            _ if fingerprint == self.key.fingerprint() => Some("this is my own key"),
            None => Some("nobody in particular"),
            Some(jid) => match self.book.judge(&jid, fingerprint, self.hint(&jid)) {
                Verdict::Known | Verdict::New | Verdict::Elsewhere(_) => None,
                Verdict::Blocked => Some("not wanted here"),
                Verdict::Changed(alarm) => {
                    if self.is_evidence(conn, &jid) {
                        self.raise(&jid, Some(alarm));
                    }
                    let pinned = self.book.pinned(&jid).map(|known| known.fingerprint);
                    if pinned == Some(fingerprint) {
                        // It has the right key, and only the announcement says otherwise: whose is that, now? Perhaps of
                        // somebody who had taken the name and has left, and what they said ended without anybody else's word.
                        self.ask_anew(&jid);
                    }
                    self.retry_later(&jid);
                    Some("another key is expected under this name")
                }
            },
        };
        if let Some(why) = refusal {
            tracing::info!(conn = conn.0, why, "a secured stream is refused");
            if let Some(link) = self.links.get_mut(&conn) {
                link.closing = true;
                if let Some(stream) = &mut link.stream {
                    stream.fail(StreamError::new(Condition::PolicyViolation, why));
                }
            }
        }
        self.dirty.push(conn);
        self.drain_events(conn);
    }

    /// The peer does not speak TLS as we do, or somebody touched the bytes.
    pub(super) fn on_tls_failed(&mut self, conn: ConnId, error: &str) {
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        link.broken = true;
        let (jid, early) = (link.peer.clone(), link.ours && link.secured.is_none());
        tracing::info!(?jid, error, early, "TLS failed");
        if let Some(jid) = &jid {
            if early && self.book.pinned(jid).is_some() {
                self.raise(jid, Some(Alarm::NoEncryption));
            }
            self.retry_later(jid);
        }
        self.drop_link(conn, false);
    }

    /// It must encrypt and does not.
    pub(super) fn on_unencrypted(&mut self, conn: ConnId) {
        let Some(jid) = self.links.get(&conn).and_then(|link| link.peer.clone()) else {
            return;
        };
        if self.must_encrypt(&jid) && self.is_evidence(conn, &jid) {
            self.raise(&jid, Some(Alarm::NoEncryption));
        }
    }

    /// The last look before anything is taken from a stream or given to it: whom it is with may have become known only by
    /// the peer's header (an address typed by hand). One that is not admitted is ended.
    pub(super) fn is_admitted(&mut self, conn: ConnId, ready: &ReadyStream) -> bool {
        let jid = &ready.peer;
        let unencrypted = !ready.secure && self.must_encrypt(jid);
        if !unencrypted && !self.book.is_blocked(jid, self.hint(jid)) {
            return true;
        }
        if let Some(link) = self.links.get_mut(&conn) {
            link.peer.get_or_insert_with(|| jid.clone());
        }
        if unencrypted {
            self.on_unencrypted(conn);
        }
        self.fail_link(conn, Condition::PolicyViolation);
        false
    }

    /// Is what happens on this stream evidence about the peer that it is said to be with? We dialled it, or it comes from
    /// an address of the peer's: anybody can connect to us and say a name.
    fn is_evidence(&self, conn: ConnId, jid: &Jid) -> bool {
        self.links.get(&conn).is_some_and(|link| {
            let known = self.roster.get(jid);
            link.ours
                || link.remote.is_some_and(|remote| {
                    known.is_some_and(|known| known.owns(remote.ip(), &self.our_ips))
                })
        })
    }

    /// An encrypted stream is ready, and nothing stood against its key: it is pinned now, and whatever stood in the way of
    /// this name is gone.
    pub(super) fn on_trusted(&mut self, conn: ConnId, jid: &Jid) {
        let secured = self.links.get(&conn).and_then(|link| link.secured.as_ref());
        let Some(fingerprint) = secured.map(|secured| secured.key.fingerprint()) else {
            return;
        };
        let nick = self.roster.get(jid).map(|known| known.peer.nick.clone());
        let nick = nick.unwrap_or_default();
        match self.book.judge(jid, fingerprint, None) {
            Verdict::Known => {
                let known = self.book.key(&fingerprint);
                if known.is_some_and(|known| known.nick != nick && !nick.is_empty()) {
                    let changed = self.book.change(&fingerprint, |known| known.nick = nick);
                    self.ops
                        .extend(changed.map(|key| Op::Key { key: Box::new(key) }));
                }
            }
            Verdict::New => self.pin(KnownKey {
                fingerprint,
                jid: jid.clone(),
                nick,
                verified: false,
                blocked: false,
                first: self.clock.wall,
            }),
            Verdict::Elsewhere(was) => self.same_person(&was, jid, fingerprint),
            // Judged before it came to this.
            Verdict::Changed(_) | Verdict::Blocked => return,
        }
        self.gather_former(fingerprint, jid);
        self.raise(jid, None);
        self.retrust(jid);
    }

    fn pin(&mut self, key: KnownKey) {
        for gone in self.book.put(key.clone()) {
            self.ops.push(Op::ForgetKey { fingerprint: gone });
        }
        self.ops.push(Op::Key { key: Box::new(key) });
    }

    /// A known key under another name: the same person, and the same conversation.
    fn same_person(&mut self, was: &Jid, now: &Jid, fingerprint: Fingerprint) {
        if let Some(mut key) = self.book.key(&fingerprint).cloned() {
            key.jid = now.clone();
            self.pin(key);
        }
        self.move_contact(was, now);
    }

    /// The conversation with `from` goes on as the one with `to`.
    pub(super) fn move_contact(&mut self, from: &Jid, to: &Jid) {
        self.ops.push(Op::MoveContact {
            from: from.clone(),
            to: to.clone(),
        });
        self.remember_former(from, to);
        if self.roster.get(from).is_some_and(|known| known.online) {
            // Probably nobody is called so any more, and only the record of it lives on.
            self.ask(Net::Verify { jid: from.clone() });
        }
        for conn in self.by_peer.get(from).cloned().unwrap_or_default() {
            self.close_link(conn);
        }
        if let Some(old) = self.outboxes.remove(from) {
            let new = self.outboxes.remove(to).unwrap_or_default();
            let joined = old.joined(new);
            for id in joined.ids() {
                let reference = self.recent.was_sent_to(id, from).flatten();
                self.recent.sent(id, to, reference);
            }
            self.outboxes.insert(to.clone(), joined);
        }
        for (parked, _) in self.parked.iter_mut().filter(|(jid, _)| jid == from) {
            *parked = to.clone();
        }
        self.attempts.remove(from);
        for timer in [
            super::core::Timer::Retry(from.clone()),
            super::core::Timer::Settle(from.clone()),
        ] {
            self.timers.set(timer, None);
        }
        self.raise(from, None);
        self.move_plaintext(from, to);
        self.move_draft(from, to);
        self.emit(Event::ContactMoved {
            from: from.clone(),
            to: to.clone(),
        });
        self.retrust(from);
        self.resettle(to);
    }

    /// Something stands in the way of trust in this name, or (`None`) no longer.
    pub(super) fn raise(&mut self, jid: &Jid, alarm: Option<Alarm>) {
        if alarm.is_some() {
            self.ask_for_files_again(jid);
        }
        if self.book.set_alarm(jid, alarm) {
            tracing::info!(%jid, alarmed = alarm.is_some(), "trust in a name has changed");
            self.retrust(jid);
        }
    }

    /// The codes were different: kept, so that it stands also after a restart, until the user decides. The other alarms come
    /// again by themselves when a stream shows what the pinned key says against it.
    pub(super) fn differ(&mut self, jid: &Jid, used: Fingerprint) {
        self.ask_for_files_again(jid);
        self.book.differ(jid, used);
        self.store_differing();
        tracing::info!(%jid, "the codes were different");
        self.retrust(jid);
    }

    /// The user has decided about codes that were different.
    fn settle_codes(&mut self, jid: &Jid, key: Option<Fingerprint>) {
        let settled = self.book.settle(jid, key);
        if settled.is_empty() {
            return;
        }
        self.store_differing();
        for name in settled {
            self.retrust(&name);
        }
    }

    fn store_differing(&mut self) {
        let all = self.book.differing();
        let all = all.map(|(jid, used)| Value::from(vec![jid.to_string(), used.to_string()]));
        self.ops.push(Op::Setting {
            key: DIFFERING.to_owned(),
            value: all.collect(),
        });
    }

    /// What a name announces may be another key than the one that we know.
    pub(super) fn look_at_hint(&mut self, jid: &Jid) {
        if let Some(alarm) = self.book.announced(jid, self.hint(jid)) {
            self.raise(jid, Some(alarm));
        } else if let Some(Alarm::OtherAnnounced(_)) = self.book.alarm(jid) {
            self.raise(jid, None);
        }
        self.retrust(jid);
    }

    /// How far this name is trusted now, and why; for the faces.
    fn security(&self, jid: &Jid) -> Security {
        let pinned = self.book.pinned(jid);
        let nick = self
            .model
            .contacts
            .get(jid)
            .map(|contact| contact.nick.as_str());
        let name = nick.unwrap_or(jid.as_str());
        let hint = self.hint(jid);
        let key = pinned.map(|known| known.fingerprint);
        let alarm = self.book.alarm(jid);
        let verified = pinned.is_some_and(|known| known.verified);
        let warning = match alarm {
            Some(alarm) => Some(alarm.words(name, pinned.is_some(), verified)),
            None => self.book.namesake(name, key.or(hint)).filter(|_| !verified).map(|other| {
                format!(
                    "{name} has the name of somebody whose key you have verified ({}), but another key. Ask in person before you tell them anything.",
                    other.jid
                )
            }),
        };
        Security {
            trust: self.book.trust(jid, hint),
            fingerprint: key,
            offered: match alarm {
                Some(
                    Alarm::OtherKey(key) | Alarm::OtherAnnounced(key) | Alarm::CodesDiffer(key),
                ) => Some(key),
                _ => None,
            },
            was_verified: alarm.is_some() && verified,
            cause: match alarm {
                Some(Alarm::OtherKey(_)) => Some(Cause::OtherKey),
                Some(Alarm::OtherAnnounced(_)) => Some(Cause::OtherAnnounced),
                Some(Alarm::NoEncryption) => Some(Cause::NoEncryption),
                Some(Alarm::CodesDiffer(_)) => Some(Cause::CodesDiffer),
                None => warning.is_some().then_some(Cause::Namesake),
            },
            takes_files: self.book.takes_files(jid),
            warning,
        }
    }

    /// Tells the faces if the trust in a name is another one now.
    pub(super) fn retrust(&mut self, jid: &Jid) {
        let security = self.security(jid);
        let shown = self.model.contacts.get(jid);
        // Before the peer is told about, which takes the word of trust with it.
        let news = shown.is_some_and(|contact| contact.security != security);
        let trust = security.trust;
        self.amend(jid, |known| known.trust = trust);
        if news {
            self.emit(Event::TrustChanged {
                peer: jid.clone(),
                security,
            });
        }
    }

    /// At the start: what is known of the keys of those with whom there are conversations.
    pub(super) fn recall_keys(&mut self) {
        let jids: Vec<Jid> = self.model.contacts.keys().cloned().collect();
        for jid in jids {
            let security = self.security(&jid);
            if security != Security::default() {
                self.model.apply(&Event::TrustChanged {
                    peer: jid,
                    security,
                });
            }
        }
        let blocked = self.blocked();
        self.model.apply(&blocked);
    }

    /// At the start, those with whom we spoke last and whose keys we hold are greeted as soon as they are seen: a stream
    /// shows us to them while our name is still being probed for, which takes most of a second (RFC 6762 §8.1).
    pub(super) fn remember_to_greet(&mut self) {
        if !self.model.settings.publish.anything || self.hidden {
            return;
        }
        let by_recency = self.model.by_recency().into_iter();
        let known = by_recency.filter(|contact| self.book.pinned(&contact.jid).is_some());
        let known = known.filter(|contact| contact.last_time().is_some());
        self.to_greet = known
            .take(MOST_GREETED)
            .map(|contact| contact.jid.clone())
            .collect();
    }

    /// Somebody is seen.
    pub(super) fn greet(&mut self, jid: &Jid) {
        let friend = self.to_greet.remove(jid) || self.seems_renamed(jid);
        if friend && self.active(jid).is_none() {
            self.dial(jid);
        }
    }

    /// Whoever announces the key of somebody with whom we spoke under another name may be the same person: a stream shows it, and
    /// brings what waits for the other name. Anybody can announce any key, so this is done a few times a minute only.
    fn seems_renamed(&mut self, jid: &Jid) -> bool {
        let announced = self.roster.get(jid).and_then(|known| known.advert.tlsfp);
        let Some(known) = announced.and_then(|key| self.book.key(&key)) else {
            return false;
        };
        let (was, fingerprint) = (known.jid.clone(), known.fingerprint);
        if was == *jid || known.blocked || !self.has_spoken(&was) {
            return false;
        }
        let now = self.clock.now;
        self.recognised
            .retain(|_, (since, _)| now < *since + RECOGNISE_PER);
        let (_, times) = self.recognised.entry(fingerprint).or_insert((now, 0));
        *times += 1;
        *times <= MOST_RECOGNISED
    }

    /// Is nothing wanted from whom this is? It is remembered for when that changes; true if so.
    pub(super) fn keep_away(&mut self, sighting: &crate::net::Sighting) -> bool {
        let jid = &sighting.jid;
        if !self.book.is_blocked(jid, sighting.advert.tlsfp) {
            self.unwanted.remove(jid);
            return false;
        }
        if self.unwanted.len() < MOST_UNWANTED || self.unwanted.contains_key(jid) {
            self.unwanted.insert(jid.clone(), sighting.clone());
        }
        self.offline(&sighting.jid.clone(), OfflineReason::Goodbye);
        true
    }

    /// The trust in the owner of this stream, as it stands.
    pub(super) fn trust_in(&self, jid: &Jid) -> Trust {
        self.book.trust(jid, self.hint(jid))
    }
}

/// Under this name the disk keeps the blocked names.
pub(in crate::node) const BLOCKED: &str = "blocked-names";
/// Under this name the disk keeps where codes were different: pairs of a name and the fingerprint that was in use.
const DIFFERING: &str = "codes-differ";

/// Takes a setting that holds one of these for what it is.
pub(in crate::node) fn differing(key: &str, value: &Value) -> Option<Vec<(Jid, Fingerprint)>> {
    if key != DIFFERING {
        return None;
    }
    let pair = |pair: &Value| {
        let name = Jid::new(pair.get(0)?.as_str()?).ok()?;
        Some((name, pair.get(1)?.as_str()?.parse().ok()?))
    };
    let pairs = value.as_array()?.iter();
    Some(pairs.filter_map(pair).collect())
}

/// Streams that are opened at the start without anything to say.
const MOST_GREETED: usize = 30;
/// Names under which a known key is announced are tried that often in such a time.
const MOST_RECOGNISED: u32 = 5;
const RECOGNISE_PER: Duration = Duration::from_secs(60);
/// Blocked peers whose sightings are kept.
const MOST_UNWANTED: usize = 256;
