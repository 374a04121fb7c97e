//! A bounded memory of ids: whose receipts we believe, and which messages of a peer we have had.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;

use crate::wire::jid::Jid;

/// At most this many of each are remembered in memory; the disk remembers received ids for longer.
const MOST: usize = 20_000;

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Recent {
    sent: HashMap<String, (Jid, Option<Value>)>,
    sent_order: VecDeque<String>,
    had: HashSet<(Jid, String)>,
    had_order: VecDeque<(Jid, String)>,
}

impl Recent {
    /// A message of ours to `to` exists.
    pub fn sent(&mut self, id: &str, to: &Jid, reference: Option<Value>) {
        if self
            .sent
            .insert(id.to_owned(), (to.clone(), reference))
            .is_none()
        {
            self.sent_order.push_back(id.to_owned());
        }
        if self.sent_order.len() > MOST
            && let Some(oldest) = self.sent_order.pop_front()
        {
            self.sent.remove(&oldest);
        }
    }

    /// The sender's reference of a message that was sent to this peer, if one with that id was.
    pub fn was_sent_to(&self, id: &str, to: &Jid) -> Option<Option<Value>> {
        self.sent
            .get(id)
            .filter(|(jid, _)| jid == to)
            .map(|(_, reference)| reference.clone())
    }

    /// A message with this id came from this peer; true if it is the first time.
    pub fn first_time(&mut self, from: &Jid, id: &str) -> bool {
        let key = (from.clone(), id.to_owned());
        if !self.had.insert(key.clone()) {
            return false;
        }
        self.had_order.push_back(key);
        if self.had_order.len() > MOST
            && let Some(oldest) = self.had_order.pop_front()
        {
            self.had.remove(&oldest);
        }
        true
    }

    /// The message could not be kept: let the next copy of it be the first again.
    pub fn forget(&mut self, from: &Jid, id: &str) {
        self.had.remove(&(from.clone(), id.to_owned()));
    }
}
