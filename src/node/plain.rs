//! Who cannot encrypt, where the user wants to be asked first (`plaintext: ask`).
//!
//! What such a peer writes is kept and not shown: the user sees that something waits, from whom, and that anybody on the
//! network could have read it, and says whether to talk without encryption. Yes holds for this contact from then on, also
//! after a restart, in both directions; no deletes what waits, and the next message asks again. Nothing is lost meanwhile:
//! old programs say everything once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::core::Core;
use super::store::{After, Kept};
use crate::disk::store::Op;
use crate::event::{Event, Message};
use crate::model::settings::PlaintextPolicy;
use crate::net::ConnId;
use crate::wire::jid::Jid;
use crate::wire::nonza::Condition;

/// Under this name the disk keeps with whom the user talks without encryption.
const ALLOWED: &str = "plaintext-allowed";
/// And under such names what waits, one a contact.
const HELD: &str = "plaintext-held.";

/// Contacts that are allowed; the first in the alphabet would go, but nobody has so many.
const MOST_ALLOWED: usize = 2000;
/// Contacts of whom something waits, messages of one that do, and bytes of text of one: a name costs nothing.
const MOST_PEERS: usize = 64;
const MOST_EACH: usize = 200;
const MOST_BYTES: usize = 256 << 10;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Plain {
    allowed: BTreeSet<Jid>,
    /// To whom something was sent again after it had been refused for this: until the end of the program.
    for_now: BTreeSet<Jid>,
    held: BTreeMap<Jid, Vec<Message>>,
}

impl Plain {
    /// From what the disk has kept.
    pub(super) fn read(values: &BTreeMap<String, Value>) -> Plain {
        let mut plain = Plain::default();
        for (key, value) in values {
            if key == ALLOWED {
                plain.allowed = serde_json::from_value(value.clone()).unwrap_or_default();
            } else if let Some(jid) = key.strip_prefix(HELD)
                && let Ok(jid) = Jid::new(jid)
                && let Ok(held) = serde_json::from_value::<Vec<Message>>(value.clone())
                && !held.is_empty()
            {
                plain.held.insert(jid, held);
            }
        }
        plain
    }

    /// Is this name of a setting one of ours?
    pub(super) fn owns(key: &str) -> bool {
        key == ALLOWED || key.starts_with(HELD)
    }

    pub(super) fn is_allowed(&self, jid: &Jid) -> bool {
        self.allowed.contains(jid) || self.for_now.contains(jid)
    }

    fn held(&self, jid: &Jid) -> u32 {
        let held = self.held.get(jid).map_or(0, Vec::len);
        u32::try_from(held).unwrap_or(u32::MAX)
    }

    fn has_room(&self, message: &Message) -> bool {
        match self.held.get(&message.from) {
            None => self.held.len() < MOST_PEERS && message.body.len() <= MOST_BYTES,
            Some(held) => {
                let bytes: usize = held.iter().map(|message| message.body.len()).sum();
                held.len() < MOST_EACH && bytes + message.body.len() <= MOST_BYTES
            }
        }
    }
}

impl Core {
    /// Is what this peer says on this stream not to be shown before the user has been asked?
    pub(super) fn must_ask(&self, conn: ConnId, jid: &Jid) -> bool {
        let ready = self.links.get(&conn).and_then(|link| link.ready.as_ref());
        self.model.settings.plaintext == PlaintextPolicy::Ask
            && ready.is_some_and(|ready| !ready.secure)
            && !self.plain.is_allowed(jid)
    }

    /// Keeps it for when the user has decided. What is too much is refused, so that the other program knows.
    pub(super) fn hold_back(&mut self, conn: ConnId, message: Message) {
        let from = message.from.clone();
        if !self.plain.has_room(&message) {
            return self.fail_link(conn, Condition::ResourceConstraint);
        }
        self.remember_contact(&from);
        self.plain
            .held
            .entry(from.clone())
            .or_default()
            .push(message);
        self.store_held(&from);
        self.tell_plain(&from);
    }

    /// The user's word for this contact.
    pub(super) fn on_plaintext_command(
        &mut self,
        peer: &Jid,
        allow: bool,
        reference: Option<Value>,
    ) {
        if allow {
            self.allow_plaintext(peer);
        } else {
            let was = self.plain.allowed.remove(peer);
            if was {
                self.store_allowed();
            }
            if self.plain.held.remove(peer).is_some() {
                self.store_held(peer);
            }
            self.tell_plain(peer);
        }
        self.done(reference);
    }

    /// Something is sent to this contact again: as it is, this time, but that is no word about the future.
    pub(super) fn allow_plaintext_for_now(&mut self, peer: &Jid) {
        if self.plain.for_now.len() < MOST_ALLOWED {
            self.plain.for_now.insert(peer.clone());
        }
    }

    /// From now on this contact is talked to without encryption, and what waits is shown.
    fn allow_plaintext(&mut self, peer: &Jid) {
        if !self.plain.allowed.insert(peer.clone()) {
            return;
        }
        while self.plain.allowed.len() > MOST_ALLOWED {
            let first = self.plain.allowed.iter().find(|jid| *jid != peer).cloned();
            let Some(first) = first else { break };
            self.plain.allowed.remove(&first);
        }
        self.store_allowed();
        self.show_held(peer);
        self.tell_plain(peer);
    }

    /// The settings no longer ask: everything that waits is shown.
    pub(super) fn plaintext_policy_changed(&mut self) {
        if self.model.settings.plaintext != PlaintextPolicy::Allow {
            return;
        }
        let waiting: Vec<Jid> = self.plain.held.keys().cloned().collect();
        for jid in waiting {
            self.show_held(&jid);
            self.tell_plain(&jid);
        }
    }

    /// The conversation goes on under another name.
    pub(super) fn move_plaintext(&mut self, from: &Jid, to: &Jid) {
        if self.plain.allowed.remove(from) {
            self.store_allowed();
        }
        if let Some(held) = self.plain.held.remove(from) {
            self.store_held(from);
            self.plain.held.entry(to.clone()).or_default().extend(held);
            self.store_held(to);
            self.tell_plain(to);
            self.tell_plain(from);
        }
    }

    /// To the faces at the start: what waits, and with whom the user talks so.
    pub(super) fn recall_plaintext(&mut self) {
        let known: BTreeSet<Jid> = self
            .plain
            .held
            .keys()
            .chain(&self.plain.allowed)
            .cloned()
            .collect();
        for jid in known {
            self.model.apply(&self.plain_event(&jid));
        }
    }

    fn show_held(&mut self, peer: &Jid) {
        let Some(held) = self.plain.held.remove(peer) else {
            return;
        };
        self.store_held(peer);
        for message in held {
            let op = self.ops.len();
            self.ops.push(Op::Message {
                with: peer.clone(),
                message: Box::new(message.clone()),
                outbox: false,
            });
            // No stream waits for it: nobody that is held back here sends anything twice.
            self.afters.push(After::Received {
                op,
                conn: NOBODY,
                kept: Kept::Message(Box::new(message)),
                receipt: false,
                again: false,
            });
        }
    }

    fn store_allowed(&mut self) {
        let names: Vec<&str> = self.plain.allowed.iter().map(Jid::as_str).collect();
        let value = names.into();
        self.ops.push(Op::Setting {
            key: ALLOWED.to_owned(),
            value,
        });
    }

    fn store_held(&mut self, jid: &Jid) {
        let held = self.plain.held.get(jid);
        let value = held.and_then(|held| serde_json::to_value(held).ok());
        self.ops.push(Op::Setting {
            key: format!("{HELD}{jid}"),
            value: value.unwrap_or(Value::Null),
        });
    }

    fn plain_event(&self, jid: &Jid) -> Event {
        Event::Plaintext {
            peer: jid.clone(),
            allowed: self.plain.is_allowed(jid),
            held: self.plain.held(jid),
        }
    }

    fn tell_plain(&mut self, jid: &Jid) {
        let event = self.plain_event(jid);
        self.emit(event);
    }
}

/// The number of no stream: ours begin at 2.
const NOBODY: ConnId = ConnId(0);
