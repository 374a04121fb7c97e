//! A bounded memory of ids: whose receipts we believe. Which messages of a peer we have had is the disk's to know.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use crate::wire::jid::Jid;

/// At most this many are remembered.
const MOST: usize = 20_000;

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Recent {
    /// A tree: no message waits until a full table is a larger one.
    sent: BTreeMap<String, (Jid, Option<Value>)>,
    sent_order: VecDeque<String>,
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
}
