//! What is kept of our broadcasts: to whom each went, and under which ids. How far they got stands with the messages; a broadcast
//! of which no message is there any more is not remembered, and its text is kept nowhere else.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::queries::state_of;
use crate::event::MessageState;
use crate::wire::jid::Jid;

/// The stored value's name, before the broadcast's id.
pub const KEY: &str = "broadcast:";

/// One broadcast.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptBroadcast {
    /// Its id.
    #[serde(skip)]
    pub id: String,
    /// When it was begun, in microseconds since 1970.
    pub time: i64,
    /// To so many people it went.
    pub people: u32,
    /// Its messages: to whom, and under which id. Not those of conversations that were deleted.
    pub messages: Vec<(Jid, String)>,
    /// The text, from one of them.
    #[serde(skip)]
    pub body: String,
    /// How far each that is still here got.
    #[serde(skip)]
    pub states: BTreeMap<String, MessageState>,
}

impl KeptBroadcast {
    /// Out of stored values, the oldest first, without what stands with the messages.
    pub fn all(values: &BTreeMap<String, Value>) -> Vec<KeptBroadcast> {
        let read = |(key, value): (&String, &Value)| {
            let id = key.strip_prefix(KEY)?.to_owned();
            let kept = serde_json::from_value(value.clone()).ok()?;
            Some(KeptBroadcast { id, ..kept })
        };
        let mut all: Vec<KeptBroadcast> = values.iter().filter_map(read).collect();
        all.sort_by(|one, other| (one.time, &one.id).cmp(&(other.time, &other.id)));
        all
    }
}

/// Out of stored values, with how far each message got.
///
/// # Errors
/// If the database cannot be read.
pub fn load(
    db: &Connection,
    values: &BTreeMap<String, Value>,
) -> rusqlite::Result<Vec<KeptBroadcast>> {
    let mut all = KeptBroadcast::all(values);
    let mut find =
        db.prepare("SELECT state, body FROM messages WHERE id = ?1 AND from_me = 1 LIMIT 1")?;
    for kept in &mut all {
        for (_, id) in &kept.messages {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            let found: Option<(Option<i64>, String)> =
                find.query_row(params![id], row).optional()?;
            if let Some((Some(state), body)) = found
                && let Some(state) = state_of(state)
            {
                kept.states.insert(id.clone(), state);
                kept.body = body;
            }
        }
    }
    Ok(all)
}
