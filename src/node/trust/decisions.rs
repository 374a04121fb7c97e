//! What the user decides about somebody's key: accepted, separate, verified, blocked, and from whom files are taken without
//! asking.

use serde_json::Value;

use super::BLOCKED;
use crate::command::Command;
use crate::disk::store::Op;
use crate::event::{Event, OfflineReason, Trust};
use crate::model::trust::{Alarm, KnownKey};
use crate::node::core::Core;
use crate::wire::jid::Jid;
use crate::wire::key::Fingerprint;
use crate::wire::nonza::Condition;

/// Under this name the disk keeps from whom files are taken: pairs of a fingerprint and a number of bytes.
pub(in crate::node) const TAKING: &str = "takes-files";

/// From whom files are taken without asking, out of what the disk has kept.
pub(in crate::node) fn taking(
    values: &std::collections::BTreeMap<String, Value>,
) -> Vec<(Fingerprint, u64)> {
    let pair = |pair: &Value| {
        let key = pair.get(0)?.as_str()?.parse().ok()?;
        Some((key, pair.get(1)?.as_u64()?))
    };
    let all = values.get(TAKING).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(pair).collect()
}

impl Core {
    pub(super) fn blocked(&self) -> Event {
        let keys = self.book.keys().filter(|key| key.blocked).cloned();
        Event::Blocked {
            keys: keys.collect(),
            names: self.book.blocked_names().cloned().collect(),
        }
    }

    /// The commands about trust.
    pub(in crate::node) fn on_trust_command(&mut self, command: Command, reference: Option<Value>) {
        let done = match command {
            Command::AcceptKey { peer } => self.accept_key(&peer),
            Command::SeparateKey { peer } => self.separate_key(&peer),
            Command::KeepWaiting { peer } => self.keep_waiting(&peer),
            Command::Trust { peer, fingerprint } => self.trust(&peer, &fingerprint),
            Command::TakeFiles { peer, limit } => self.take_files(&peer, limit),
            Command::Block { peer } => self.block(&peer, true),
            Command::Unblock { peer, fingerprint } => self.unblock(peer, fingerprint),
            _ => Ok(()),
        };
        match done {
            Ok(()) => self.done(reference),
            Err(why) => self.error(reference, why),
        }
    }

    /// The user says that it is the same person all the same.
    fn accept_key(&mut self, jid: &Jid) -> Result<(), String> {
        let Some(alarm) = self.book.alarm(jid) else {
            return Err(format!("There is no new key of {jid} to accept."));
        };
        let nick = self.book.pinned(jid).map(|known| known.nick.clone());
        match alarm {
            Alarm::OtherKey(fingerprint)
            | Alarm::OtherAnnounced(fingerprint)
            | Alarm::CodesDiffer(fingerprint) => {
                let known = self.book.key(&fingerprint).cloned();
                if known.as_ref().is_some_and(|known| known.blocked) {
                    return Err("You have blocked that key: unblock it first.".to_owned());
                }
                let was = known.map(|known| known.jid).filter(|was| was != jid);
                self.settle_codes(jid, Some(fingerprint));
                self.pin(KnownKey {
                    fingerprint,
                    jid: jid.clone(),
                    nick: nick.unwrap_or_default(),
                    verified: false,
                    blocked: false,
                    first: self.clock.wall,
                });
                if let Some(was) = was {
                    self.move_contact(&was, jid);
                }
            }
            Alarm::NoEncryption => {
                if let Some(fingerprint) = self.book.pinned(jid).map(|known| known.fingerprint) {
                    self.book.forget(&fingerprint);
                    self.ops.push(Op::ForgetKey { fingerprint });
                }
            }
        }
        self.decided(jid);
        Ok(())
    }

    /// The user says that this is somebody else: the conversation so far is put aside under the key that it was had with,
    /// and the name begins anew.
    fn separate_key(&mut self, jid: &Jid) -> Result<(), String> {
        let alarm = self.book.alarm(jid);
        let alarm = alarm.filter(|alarm| !matches!(alarm, Alarm::CodesDiffer(_)));
        let (Some(alarm), Some(old)) = (alarm, self.book.pinned(jid).cloned()) else {
            return Err(format!("There is no other key of {jid} to tell apart."));
        };
        let short: String = old.fingerprint.to_string().chars().take(6).collect();
        let aside = format!(
            "{} {short}@{}",
            jid.user(),
            jid.machine().unwrap_or("earlier")
        );
        let aside = Jid::new(&aside).map_err(|error| error.to_string())?;
        let mut key = old;
        key.jid = aside.clone();
        self.pin(key);
        self.move_contact(jid, &aside);
        if let Alarm::OtherKey(fingerprint) | Alarm::OtherAnnounced(fingerprint) = alarm
            && self.book.key(&fingerprint).is_none()
        {
            self.pin(KnownKey {
                fingerprint,
                jid: jid.clone(),
                nick: String::new(),
                verified: false,
                blocked: false,
                first: self.clock.wall,
            });
        }
        self.decided(jid);
        self.retrust(&aside);
        Ok(())
    }

    fn decided(&mut self, jid: &Jid) {
        self.raise(jid, None);
        self.look_at_hint(jid);
        self.attempts.remove(jid);
        self.timers
            .set(crate::node::core::Timer::Retry(jid.clone()), None);
        self.pump(jid);
    }

    /// The user leaves it as it is: nothing is sent, and it is tried again now and then.
    fn keep_waiting(&mut self, jid: &Jid) -> Result<(), String> {
        match self.book.alarm(jid) {
            Some(_) => Ok(()),
            None => Err(format!("Nothing stands in the way of {jid}.")),
        }
    }

    /// The user has a fingerprint from the other person: compared with what is known, or pinned before first use.
    fn trust(&mut self, jid: &Jid, text: &str) -> Result<(), String> {
        let fingerprint = crate::model::trust::read_fingerprint(text)
            .ok_or("That is neither a fingerprint nor a link with one in it.")?;
        let known = self.book.pinned(jid).map(|known| known.fingerprint);
        if known.is_some_and(|known| known != fingerprint) {
            return Err(format!(
                "That is not the key that {jid} uses here. Nothing was changed: ask again, and if they are sure of it, somebody else answers under this name."
            ));
        }
        if let Some(known) = self.book.key(&fingerprint)
            && known.jid != *jid
        {
            let other = known.jid.clone();
            return Err(format!("That is the key of {other}."));
        }
        match self.book.change(&fingerprint, |key| key.verified = true) {
            Some(key) => self.ops.push(Op::Key { key: Box::new(key) }),
            None => self.pin(KnownKey {
                fingerprint,
                jid: jid.clone(),
                nick: String::new(),
                verified: true,
                blocked: false,
                first: self.clock.wall,
            }),
        }
        if self.book.alarm(jid) == Some(Alarm::CodesDiffer(fingerprint)) {
            // The fingerprints are the same: the codes were misread.
            self.settle_codes(jid, Some(fingerprint));
            self.decided(jid);
        }
        self.look_at_hint(jid);
        Ok(())
    }

    /// Files of this contact are taken without asking up to this size, or not any more.
    fn take_files(&mut self, jid: &Jid, limit: Option<u64>) -> Result<(), String> {
        let verified = self.book.trust(jid, self.hint(jid)) == Trust::Verified;
        if limit.is_some() && !verified {
            return Err(format!(
                "Compare keys with {jid} first: files are only taken without asking from who is verified."
            ));
        }
        if self.book.take_files(jid, limit) {
            self.store_taking();
            self.retrust(jid);
        }
        Ok(())
    }

    /// The key behind this name is not beyond doubt any more.
    pub(super) fn ask_for_files_again(&mut self, jid: &Jid) {
        if self.book.take_files(jid, None) {
            self.store_taking();
        }
    }

    fn store_taking(&mut self) {
        let all = self.book.taking();
        let all =
            all.map(|(key, limit)| Value::from(vec![key.to_string().into(), Value::from(limit)]));
        self.ops.push(Op::Setting {
            key: TAKING.to_owned(),
            value: all.collect(),
        });
    }

    /// Is a file of this size taken from this peer without asking? Its stream must be encrypted, with the verified key.
    pub(in crate::node) fn takes_file(&self, jid: &Jid, size: u64) -> bool {
        let limit = self.book.takes_files(jid);
        let key = self.active(jid).and_then(|conn| {
            let secured = self.links.get(&conn)?.secured.as_ref()?;
            Some(secured.key.fingerprint())
        });
        let pinned = self.book.pinned(jid).map(|known| known.fingerprint);
        key.is_some() && key == pinned && limit.is_some_and(|limit| size > 0 && size <= limit)
    }

    /// Nothing more is wanted from this name and the key behind it.
    fn block(&mut self, jid: &Jid, blocked: bool) -> Result<(), String> {
        if *jid == self.ourselves.jid {
            return Err("This is your own name.".to_owned());
        }
        self.book.block_name(jid, blocked);
        let key = self.book.pinned(jid).map(|known| known.fingerprint);
        if let Some(fingerprint) = key {
            let changed = self.book.change(&fingerprint, |key| key.blocked = blocked);
            self.ops
                .extend(changed.map(|key| Op::Key { key: Box::new(key) }));
        }
        self.store_blocked();
        if blocked {
            for conn in self.by_peer.get(jid).cloned().unwrap_or_default() {
                self.fail_link(conn, Condition::PolicyViolation);
            }
            self.offline(jid, OfflineReason::Goodbye);
        } else {
            self.unhide(jid);
        }
        Ok(())
    }

    fn unblock(
        &mut self,
        peer: Option<Jid>,
        fingerprint: Option<Fingerprint>,
    ) -> Result<(), String> {
        if let Some(jid) = peer {
            self.block(&jid, false)?;
        }
        if let Some(fingerprint) = fingerprint {
            let changed = self.book.change(&fingerprint, |key| key.blocked = false);
            let key = changed.ok_or("No such key is known.")?;
            let jid = key.jid.clone();
            self.ops.push(Op::Key { key: Box::new(key) });
            self.store_blocked();
            self.unhide(&jid);
        }
        Ok(())
    }

    fn store_blocked(&mut self) {
        let names: Vec<&str> = self.book.blocked_names().map(Jid::as_str).collect();
        let value = names.into();
        self.ops.push(Op::Setting {
            key: BLOCKED.to_owned(),
            value,
        });
        let event = self.blocked();
        self.emit(event);
    }

    /// Who was blocked and is here shows again.
    fn unhide(&mut self, jid: &Jid) {
        if let Some(sighting) = self.unwanted.remove(jid) {
            self.on_seen(sighting);
        }
    }
}
