//! Two people compare their keys: what is said on the stream for it, how long it may take, how often it may be tried. The
//! rules of the code itself are in [`crate::model::sas`].

use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::core::{Core, Timer};
use crate::disk::store::Op;
use crate::event::{Emoji, Event, NotVerified as Why, Verification, VerificationState as State};
use crate::model::sas::{Comparison, Ends, Step, Word};
use crate::net::ConnId;
use crate::wire::jid::Jid;
use crate::wire::time::Moment;

/// The programs answer each other within this time.
const PROGRAMS: Duration = Duration::from_secs(30);
/// The people within this.
const PEOPLE: Duration = Duration::from_secs(300);
/// A peer may begin so many comparisons in [`SPAN`]; so may we. Each is one guess for somebody in the middle.
const MOST: u32 = 6;
const SPAN: Duration = Duration::from_secs(600);
/// Comparisons under way, all together; and peers whose attempts are counted.
const MOST_AT_ONCE: usize = 32;
const MOST_COUNTED: usize = 512;

/// A comparison under way.
pub(super) struct UnderWay {
    /// `None` while a stream is being opened for it.
    on: Option<(ConnId, Comparison)>,
}

/// How often it was tried with somebody, and since when that is counted.
#[derive(Clone, Copy)]
pub(super) struct Tries {
    count: u32,
    since: Moment,
}

impl Core {
    /// The user wants to compare keys.
    pub(super) fn verify_key(&mut self, peer: &Jid, reference: Option<Value>) {
        if let Err(why) = self.begin_comparison(peer) {
            return self.error(reference, why);
        }
        self.done(reference);
    }

    fn begin_comparison(&mut self, peer: &Jid) -> Result<(), String> {
        if self.book.alarm(peer).is_some() {
            return Err(format!(
                "{peer} is not who it was, or does not encrypt: decide about that first."
            ));
        }
        if self.comparisons.contains_key(peer) {
            return Ok(()); // Under way: they were first, or the user asks twice.
        }
        if self.comparisons.len() >= MOST_AT_ONCE || !self.may_try(peer) {
            return Err(format!(
                "That was tried too often with {peer}. Wait some minutes; or compare the fingerprints."
            ));
        }
        match self.active(peer).filter(|conn| self.secured_on(*conn)) {
            Some(conn) => self.start_comparison(peer, conn),
            None if self.active(peer).is_some() => {
                return Err(format!(
                    "The program of {peer} does not encrypt, so there is no key to compare."
                ));
            }
            None => {
                self.comparisons.insert(peer.clone(), UnderWay { on: None });
                self.dial(peer);
            }
        }
        self.wait_for_comparison(peer, PROGRAMS);
        self.tell_comparison(peer, State::Waiting, None);
        Ok(())
    }

    /// A stream is ready: somebody may have waited for it to compare keys on.
    pub(super) fn resume_comparison(&mut self, peer: &Jid, conn: ConnId) {
        if self
            .comparisons
            .get(peer)
            .is_some_and(|under_way| under_way.on.is_none())
        {
            if self.secured_on(conn) {
                self.start_comparison(peer, conn);
            } else {
                self.end_comparison(peer, State::Failed, Why::NoEncryption);
            }
        }
    }

    fn start_comparison(&mut self, peer: &Jid, conn: ConnId) {
        let Some(ends) = self.ends(conn) else { return };
        let nonce = self.nonce(&ends);
        let (comparison, start) = Comparison::start(ends, nonce);
        let under_way = UnderWay {
            on: Some((conn, comparison)),
        };
        self.say(&under_way, peer, &start);
        self.comparisons.insert(peer.clone(), under_way);
    }

    fn secured_on(&self, conn: ConnId) -> bool {
        self.links
            .get(&conn)
            .is_some_and(|link| link.secured.is_some())
    }

    fn ends(&self, conn: ConnId) -> Option<Ends> {
        let secured = self.links.get(&conn)?.secured.as_ref()?;
        Some(Ends {
            own: self.key.public(),
            theirs: secured.key,
            exporter: secured.exporter,
        })
    }

    /// 32 bytes that nobody can foresee: ids come from a generator whose state shows in them, so that this takes the secret
    /// key to be computed.
    fn nonce(&mut self, ends: &Ends) -> [u8; 32] {
        let once = self.rng.bits().to_be_bytes();
        let message = [&b"balcony-sas-nonce"[..], &ends.exporter, &once].concat();
        Sha256::digest(self.key.sign(&message)).into()
    }

    /// The other end said something about a comparison.
    pub(super) fn on_word(&mut self, conn: ConnId, peer: &Jid, word: Word) {
        if let Word::Start(commit) = word {
            return self.asked_to_compare(conn, peer, commit);
        }
        let Some(under_way) = self.comparisons.get_mut(peer) else {
            return;
        };
        let Some((_, comparison)) = under_way.on.as_mut().filter(|(on, _)| *on == conn) else {
            return;
        };
        match comparison.hear(word) {
            Step::Say(word) => self.say_on(conn, peer, &word),
            Step::Show(_, word) => {
                if let Some(word) = word {
                    self.say_on(conn, peer, &word);
                }
                self.wait_for_comparison(peer, PEOPLE);
                self.tell_comparison(peer, State::Compare, None);
            }
            Step::TheyConfirmed => self.tell_comparison(peer, State::TheyConfirmed, None),
            Step::Verified => self.verified(peer),
            Step::Over { mismatch: true } => {
                // The same danger as if our user had seen it: what we say may go to whoever is between.
                self.end_comparison(peer, State::Failed, Why::TheyDiffer);
                self.distrust(peer);
            }
            Step::Over { mismatch: false } => {
                self.end_comparison(peer, State::Cancelled, Why::TheyGaveUp);
            }
            Step::Cheated => {
                self.say_on(conn, peer, &Word::Abort { mismatch: false });
                self.end_comparison(peer, State::Failed, Why::Cheated);
            }
        }
    }

    fn asked_to_compare(&mut self, conn: ConnId, peer: &Jid, commit: [u8; 32]) {
        let Some(ends) = self.ends(conn) else { return };
        let ours = self
            .comparisons
            .get(peer)
            .and_then(|under_way| under_way.on.as_ref());
        let both_began = ours.is_some_and(|(_, ours)| ours.is_ours() && ours.code().is_none());
        if both_began && self.key.fingerprint() < ends.theirs.fingerprint() {
            return; // Ours is answered, theirs is dropped there.
        }
        if !both_began && (self.comparisons.len() >= MOST_AT_ONCE || !self.may_try(peer)) {
            return self.say_on(conn, peer, &Word::Abort { mismatch: false });
        }
        let nonce = self.nonce(&ends);
        let (comparison, nonce) = Comparison::answer(ends, nonce, commit);
        self.say_on(conn, peer, &nonce);
        self.comparisons.insert(
            peer.clone(),
            UnderWay {
                on: Some((conn, comparison)),
            },
        );
        self.wait_for_comparison(peer, PROGRAMS);
        self.tell_comparison(peer, State::Waiting, None);
    }

    /// The user has looked at both codes.
    pub(super) fn confirm_key(&mut self, peer: &Jid, same: bool, reference: Option<Value>) {
        let said = self
            .comparisons
            .get_mut(peer)
            .and_then(|under_way| under_way.on.as_mut())
            .and_then(|(conn, comparison)| Some((*conn, comparison.confirm(same)?)));
        let Some((conn, (word, both))) = said else {
            let message = format!("There is no code to compare with {peer} now.");
            return self.error(reference, message);
        };
        self.say_on(conn, peer, &word);
        match (same, both) {
            (true, true) => self.verified(peer),
            (true, false) => {
                self.wait_for_comparison(peer, PEOPLE);
                self.tell_comparison(peer, State::Confirmed, None);
            }
            (false, _) => {
                self.end_comparison(peer, State::Failed, Why::WeDiffer);
                self.distrust(peer);
            }
        }
        self.done(reference);
    }

    /// The user gives it up.
    pub(super) fn cancel_comparison(&mut self, peer: &Jid, reference: Option<Value>) {
        if let Some(under_way) = self.comparisons.get(peer)
            && let Some((conn, _)) = under_way.on.as_ref()
        {
            self.say_on(*conn, peer, &Word::Abort { mismatch: false });
        }
        if self.comparisons.contains_key(peer) {
            self.end_comparison(peer, State::Cancelled, Why::WeGaveUp);
        } else {
            self.tell_comparison(peer, State::Cancelled, None);
        }
        self.done(reference);
    }

    fn distrust(&mut self, peer: &Jid) {
        if let Some(fingerprint) = self.book.pinned(peer).map(|known| known.fingerprint) {
            let changed = self.book.change(&fingerprint, |key| key.verified = false);
            self.ops
                .extend(changed.map(|key| Op::Key { key: Box::new(key) }));
            self.differ(peer, fingerprint);
        }
        for conn in self.by_peer.get(peer).cloned().unwrap_or_default() {
            self.close_link(conn);
        }
    }

    fn verified(&mut self, peer: &Jid) {
        let key = self.comparisons.get(peer).and_then(|under_way| {
            let (conn, _) = under_way.on.as_ref()?;
            let secured = self.links.get(conn)?.secured.as_ref()?;
            Some(secured.key.fingerprint())
        });
        let changed = key.and_then(|key| self.book.change(&key, |key| key.verified = true));
        if let Some(key) = changed {
            self.ops.push(Op::Key { key: Box::new(key) });
            self.tell_comparison(peer, State::Verified, None);
            self.forget_comparison(peer);
            self.retrust(peer);
        } else {
            self.end_comparison(peer, State::Failed, Why::KeyGone);
        }
    }

    /// A stream is gone, and with it what was compared on it.
    pub(super) fn comparison_lost(&mut self, peer: &Jid, conn: ConnId) {
        let lost = self
            .comparisons
            .get(peer)
            .and_then(|under_way| under_way.on.as_ref())
            .is_some_and(|(on, _)| *on == conn);
        let under_way = self
            .comparisons
            .get(peer)
            .and_then(|under_way| under_way.on.as_ref());
        let Some((_, comparison)) = under_way.filter(|_| lost) else {
            return;
        };
        match (comparison.code().is_some(), comparison.is_ours()) {
            (true, _) => self.end_comparison(peer, State::Failed, Why::Disconnected),
            // Of two streams one was closed, and it was this one: on the other, or a new one.
            (false, true) => {
                self.comparisons.insert(peer.clone(), UnderWay { on: None });
                match self.active(peer) {
                    Some(conn) => self.resume_comparison(peer, conn),
                    None => self.dial(peer),
                }
            }
            // They will begin again.
            (false, false) => self.end_comparison(peer, State::Cancelled, Why::Disconnected),
        }
    }

    pub(super) fn on_comparison_timeout(&mut self, peer: &Jid) {
        if let Some(under_way) = self.comparisons.get(peer)
            && let Some((conn, _)) = under_way.on.as_ref()
        {
            self.say_on(*conn, peer, &Word::Abort { mismatch: false });
        }
        self.end_comparison(peer, State::Failed, Why::TooLate);
    }

    fn end_comparison(&mut self, peer: &Jid, state: State, why: Why) {
        if self.comparisons.contains_key(peer) {
            self.tell_comparison(peer, state, Some(why));
            self.forget_comparison(peer);
        }
    }

    fn forget_comparison(&mut self, peer: &Jid) {
        self.comparisons.remove(peer);
        self.timers.set(Timer::Comparison(peer.clone()), None);
    }

    fn wait_for_comparison(&mut self, peer: &Jid, span: Duration) {
        let at = self.after(span);
        self.timers.set(Timer::Comparison(peer.clone()), at);
    }

    fn tell_comparison(&mut self, peer: &Jid, state: State, why: Option<Why>) {
        let comparison = self
            .comparisons
            .get(peer)
            .and_then(|under_way| under_way.on.as_ref())
            .map(|(_, comparison)| comparison);
        let code = comparison.and_then(Comparison::code);
        let emoji = code.map(|code| code.emoji()).unwrap_or_default();
        let verification = Verification {
            state,
            code: code.map(|code| code.digits()),
            emoji: emoji
                .into_iter()
                .map(|(emoji, name)| Emoji {
                    emoji: emoji.to_owned(),
                    name: name.to_owned(),
                })
                .collect(),
            reason: why.map(|why| why.words().to_owned()),
            why,
        };
        self.emit(Event::Verification {
            peer: peer.clone(),
            verification,
        });
    }

    fn say(&mut self, under_way: &UnderWay, peer: &Jid, word: &Word) {
        if let Some((conn, _)) = &under_way.on {
            self.say_on(*conn, peer, word);
        }
    }

    fn say_on(&mut self, conn: ConnId, peer: &Jid, word: &Word) {
        let stanza = word.stanza(self.ourselves.jid.as_str(), peer.as_str());
        self.tell_peer(conn, &stanza);
    }

    /// Counts an attempt; false if there were too many.
    fn may_try(&mut self, peer: &Jid) -> bool {
        let now = self.clock.now;
        if self.tries.len() >= MOST_COUNTED && !self.tries.contains_key(peer) {
            self.tries.retain(|_, tries| now < tries.since + SPAN);
            if self.tries.len() >= MOST_COUNTED {
                return false;
            }
        }
        let tries = self.tries.entry(peer.clone()).or_insert(Tries {
            count: 0,
            since: now,
        });
        if now >= tries.since + SPAN {
            *tries = Tries {
                count: 0,
                since: now,
            };
        }
        tries.count += 1;
        tries.count <= MOST
    }
}
