//! Names that people gave up. Whose key was proven under another name is written to there, also by who still has the old
//! name before them: a list that is a moment old, a script, a record of the old name that lives on in caches. And names that
//! were written to because they announced somebody's key, but under which nobody ever showed it: what waits there goes to
//! whoever does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::core::Core;
use crate::disk::store::Op;
use crate::wire::jid::Jid;
use crate::wire::key::Fingerprint;

/// Under this name the disk keeps them, oldest first.
const FORMER: &str = "former-names";
/// So many are remembered; the oldest go first.
const MOST: usize = 200;

/// The names.
#[derive(Debug, Default)]
pub(super) struct Former(Vec<Name>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Name {
    name: Jid,
    key: Fingerprint,
    /// The key was shown under it, not only announced.
    shown: bool,
}

impl Former {
    /// Is this one of the settings that are kept here?
    pub(super) fn owns(key: &str) -> bool {
        key == FORMER
    }

    /// What the disk has kept.
    pub(super) fn read(values: &BTreeMap<String, Value>) -> Former {
        let all = values.get(FORMER).and_then(Value::as_array);
        let names = all.into_iter().flatten();
        Former(
            names
                .filter_map(|name| Name::deserialize(name).ok())
                .collect(),
        )
    }

    /// False if it was known so.
    fn add(&mut self, new: Name) -> bool {
        let known = self.0.iter().find(|known| known.name == new.name);
        if known.is_some_and(|known| known.key == new.key && known.shown >= new.shown) {
            return false;
        }
        self.0.retain(|known| known.name != new.name);
        self.0.push(new);
        let much = self.0.len().saturating_sub(MOST);
        self.0.drain(..much);
        true
    }
}

impl Core {
    /// Whoever was called `from` has shown the same key as `to`.
    pub(super) fn remember_former(&mut self, from: &Jid, to: &Jid) {
        let Some(key) = self.book.pinned(to).map(|known| known.fingerprint) else {
            return;
        };
        self.add_former(from.clone(), key, true);
    }

    /// This name is written to. If it only announces the key of somebody who has shown it under another name and is connected
    /// so, that name is given; if nobody is connected with that key, it is remembered that it was announced.
    pub(super) fn remember_announced(&mut self, name: &Jid) -> Option<Jid> {
        let key = self.hint(name)?;
        let known = self.book.key(&key)?.jid.clone();
        if known == *name || self.active(name).is_some() || self.book.pinned(name).is_some() {
            return None;
        }
        if self.active(&known).is_some() {
            return Some(known);
        }
        self.add_former(name.clone(), key, false);
        None
    }

    fn add_former(&mut self, name: Jid, key: Fingerprint, shown: bool) {
        if self.former.add(Name { name, key, shown }) {
            self.ops.push(Op::Setting {
                key: FORMER.to_owned(),
                value: serde_json::to_value(&self.former.0).unwrap_or_default(),
            });
        }
    }

    /// Somebody has shown this key as `now`: what was said to names that only announced it, or were given up, belongs there.
    pub(super) fn gather_former(&mut self, key: Fingerprint, now: &Jid) {
        let names = self.former.0.iter().filter(|known| known.key == key);
        let names: Vec<Jid> = names.map(|known| known.name.clone()).collect();
        for name in names.iter().filter(|name| *name != now) {
            if self.has_spoken(name) && self.is_free(name, key) {
                self.move_contact(name, now);
            }
        }
    }

    /// Something was said to or by this one, or waits to be.
    pub(super) fn has_spoken(&self, name: &Jid) -> bool {
        let contact = self.model.contacts.get(name);
        contact.is_some_and(|contact| !contact.conversation.is_empty())
            || self.outboxes.contains_key(name)
    }

    /// Nobody else has taken the name since: nobody is pinned under it, and who is seen under it, if anybody is, announces the
    /// same key.
    fn is_free(&self, name: &Jid, key: Fingerprint) -> bool {
        let here = self.roster.get(name).is_some_and(|known| known.online);
        let taken = here && (self.hint(name) != Some(key) || self.active(name).is_some());
        !taken && self.book.pinned(name).is_none()
    }

    /// What whoever was called so is called now, if nobody else has taken the name.
    pub(super) fn now_called(&self, name: &Jid) -> Option<Jid> {
        let mut shown = self.former.0.iter().filter(|known| known.shown);
        let key = shown.find(|known| known.name == *name)?.key;
        let now = &self.book.key(&key)?.jid;
        (now != name && self.is_free(name, key)).then(|| now.clone())
    }

    /// At the start: what was written to a name that was given up goes where it leads to.
    pub(super) fn forward_former(&mut self) {
        let names: Vec<Jid> = self.outboxes.keys().cloned().collect();
        for name in names {
            if let Some(now) = self.now_called(&name) {
                self.move_contact(&name, &now);
            }
        }
    }
}
