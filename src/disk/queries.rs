//! Reading the database.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, RowIndex, params};
use serde_json::{Map, Value};

use super::late;
use super::store::{Loaded, Page, StoredContact, read_failed};
use crate::command::Place;
use crate::event::{ConversationSummary, Hit, Message, MessageState};
use crate::model::settings::Settings;
use crate::wire::jid::Jid;

/// The text of one history page; the message that passes it is still part of it.
const PAGE_BYTES: usize = 8 << 20;

/// The columns that [`message_of`] reads.
pub const COLUMNS: &str =
    "id, author, addressee, body, spans, time, encrypted, delayed, state, peer, reason, extra";

/// Everything that the node needs at its start.
pub fn load(db: &Connection) -> rusqlite::Result<Loaded> {
    let values = values(db)?;
    Ok(Loaded {
        settings: settings(&values),
        broadcasts: super::broadcasts::load(db, &values)?,
        values,
        contacts: contacts(db)?,
        keys: super::keys::load(db)?,
        conversations: conversations(db)?,
        outbox: late::outbox(db)?,
        early: late::early(db)?,
        rooms: super::rooms::load(db)?,
        backup: None,
    })
}

/// See [`super::store::peek`].
pub fn peek(db: &Connection) -> rusqlite::Result<Settings> {
    values(db).map(|values| settings(&values))
}

fn values(db: &Connection) -> rusqlite::Result<BTreeMap<String, Value>> {
    let mut statement = db.prepare("SELECT key, value FROM settings")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    rows.map(|row| row.map(|(key, json)| (key, serde_json::from_str(&json).unwrap_or(Value::Null))))
        .collect()
}

/// The settings out of their stored members; one that no longer reads does not spoil the others.
fn settings(values: &BTreeMap<String, Value>) -> Settings {
    let mut good = Map::new();
    for (key, value) in values {
        let alone = Value::Object(Map::from_iter([(key.clone(), value.clone())]));
        match serde_json::from_value::<Settings>(alone) {
            Ok(_) => drop(good.insert(key.clone(), value.clone())),
            Err(error) => {
                tracing::warn!(key, %error, "a stored setting does not read; its default is used")
            }
        }
    }
    serde_json::from_value(Value::Object(good)).unwrap_or_default()
}

fn contacts(db: &Connection) -> rusqlite::Result<Vec<StoredContact>> {
    let mut statement = db.prepare("SELECT jid, nick, avatar, seen FROM contacts ORDER BY jid")?;
    let rows = statement.query_map([], |row| {
        Ok(StoredContact {
            jid: jid(row, 0)?,
            nick: row.get(1)?,
            avatar: row.get(2)?,
            seen: time(row.get(3)?),
        })
    })?;
    rows.collect()
}

/// All conversations in one line each. Every conversation has a row in `contacts`.
pub fn conversations(db: &Connection) -> rusqlite::Result<BTreeMap<Jid, ConversationSummary>> {
    let mut statement = db.prepare(&format!(
        "SELECT {COLUMNS}, c.nick, (SELECT count(*) FROM messages u WHERE u.peer = c.jid AND u.from_me = 0 AND u.read = 0)
         FROM contacts c JOIN messages m ON m.row = (SELECT max(l.row) FROM messages l WHERE l.peer = c.jid)"
    ))?;
    let rows = statement.query_map([], |row| {
        let summary = ConversationSummary {
            last: Some(message_of(row)?),
            nick: row.get(12)?,
            unread: row.get(13)?,
        };
        Ok((jid(row, 9)?, summary))
    })?;
    rows.collect()
}

/// See [`super::store::Store::history`].
pub fn history(db: &Connection, with: &Jid, limit: u32, place: &Place) -> Result<Page, String> {
    let failed = |error: rusqlite::Error| read_failed(&error);
    let row = |id: &str| {
        row_of(db, with, id)
            .map_err(failed)?
            .ok_or_else(|| format!("there is no message {id} in the conversation with {with}"))
    };
    let page = match place {
        Place::Newest => page_before(db, with, limit, i64::MAX),
        Place::Before(id) => page_before(db, with, limit, row(id)?),
        Place::After(id) => page_after(db, with, limit, row(id)?),
        Place::Around(id) => {
            let row = row(id)?;
            // The message itself is one of the newer half.
            let older = page_before(db, with, limit / 2, row).map_err(failed)?;
            page_after(db, with, limit - limit / 2, row - 1).map(|newer| Page {
                messages: [older.messages, newer.messages].concat(),
                complete: older.complete,
                newest: newer.newest,
            })
        }
    };
    page.map_err(failed)
}

/// The newest message with this id in a conversation.
pub fn row_of(db: &Connection, with: &Jid, id: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached(
        "SELECT max(row) FROM messages WHERE id = ?1 AND from_me IN (0, 1) AND peer = ?2",
    )?
    .query_row(params![id, with.as_str()], |row| row.get(0))
}

/// Messages before this row. `limit` may be 0.
fn page_before(db: &Connection, with: &Jid, limit: u32, end: i64) -> rusqlite::Result<Page> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM messages WHERE peer = ?1 AND row < ?2 ORDER BY row DESC LIMIT ?3"
    ))?;
    let rows = statement.query(params![with.as_str(), end, i64::from(limit) + 1])?;
    let (mut messages, complete) = take_page(rows, limit)?;
    messages.reverse();
    let newest = end == i64::MAX || !exists_from(db, with, end)?;
    Ok(Page {
        messages,
        complete,
        newest,
    })
}

/// Messages after this row.
fn page_after(db: &Connection, with: &Jid, limit: u32, start: i64) -> rusqlite::Result<Page> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM messages WHERE peer = ?1 AND row > ?2 ORDER BY row LIMIT ?3"
    ))?;
    let rows = statement.query(params![with.as_str(), start, i64::from(limit) + 1])?;
    let (messages, newest) = take_page(rows, limit)?;
    let complete = !db
        .prepare_cached("SELECT 1 FROM messages WHERE peer = ?1 AND row <= ?2")?
        .exists(params![with.as_str(), start])?;
    Ok(Page {
        messages,
        complete,
        newest,
    })
}

fn exists_from(db: &Connection, with: &Jid, row: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM messages WHERE peer = ?1 AND row >= ?2")?
        .exists(params![with.as_str(), row])
}

/// So many messages and whether that is all.
fn take_page(mut rows: rusqlite::Rows<'_>, limit: u32) -> rusqlite::Result<(Vec<Message>, bool)> {
    let (mut messages, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        if messages.len() == limit as usize || bytes > PAGE_BYTES {
            return Ok((messages, false));
        }
        let message = message_of(row)?;
        bytes += message.body.len();
        messages.push(message);
    }
    Ok((messages, true))
}

/// Messages in the order in which they came, of one conversation or of all, after this row; with the row of the last.
pub fn walk(
    db: &Connection,
    with: Option<&Jid>,
    after: i64,
    limit: u32,
) -> rusqlite::Result<(Vec<Hit>, Option<i64>)> {
    let condition = if with.is_some() {
        "peer = ?3 AND"
    } else {
        "?3 IS NULL AND"
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, row FROM messages WHERE {condition} row > ?1 ORDER BY row LIMIT ?2"
    ))?;
    let mut rows = statement.query(params![after, limit, with.map(Jid::as_str)])?;
    let (mut hits, mut last, mut bytes) = (Vec::new(), None, 0);
    while bytes <= PAGE_BYTES
        && let Some(row) = rows.next()?
    {
        let message = message_of(row)?;
        bytes += message.body.len();
        last = Some(row.get("row")?);
        let with = peer_of(row)?;
        hits.push(Hit { with, message });
    }
    Ok((hits, last))
}

/// See [`super::store::Store::message`].
pub fn message(db: &Connection, id: &str) -> rusqlite::Result<Option<(Jid, Message)>> {
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM messages WHERE id = ?1 ORDER BY from_me DESC, row DESC LIMIT 1"
    ))?
    .query_row([id], |row| Ok((jid(row, 9)?, message_of(row)?)))
    .optional()
}

/// See [`super::store::Store::seen`].
pub fn seen(db: &Connection, peer: &Jid, id: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM seen WHERE peer = ?1 AND id = ?2")?
        .exists([peer.as_str(), id])
}

/// The ids of what was taken from this peer.
pub fn seen_of(db: &Connection, peer: &Jid) -> rusqlite::Result<Vec<String>> {
    let mut ids = db.prepare_cached("SELECT id FROM seen WHERE peer = ?1")?;
    ids.query_map([peer.as_str()], |row| row.get(0))?.collect()
}

/// Is there a message with this id from this peer that has another text, and had it from the beginning?
pub fn says_something_else(
    db: &Connection,
    with: &Jid,
    message: &Message,
) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT 1 FROM messages WHERE id = ?1 AND from_me = 0 AND peer = ?2 AND body <> ?3
         AND (extra IS NULL OR extra ->> 'edited' IS NULL AND extra ->> 'retracted' IS NULL)",
    )?
    .exists(params![message.id, with.as_str(), message.body])
}

pub fn message_of(row: &Row<'_>) -> rusqlite::Result<Message> {
    let spans: Option<String> = row.get(4)?;
    Ok(Message {
        id: row.get(0)?,
        from: jid(row, 1)?,
        to: jid(row, 2)?,
        body: row.get(3)?,
        spans: spans
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default(),
        time: time(row.get(5)?),
        encrypted: row.get(6)?,
        delayed: row.get(7)?,
        state: row.get::<_, Option<i64>>(8)?.and_then(state_of),
        reason: row.get(10)?,
        extra: row
            .get::<_, Option<String>>(11)?
            .and_then(|json| serde_json::from_str(&json).ok()),
    })
}

/// Whom the conversation is with.
pub fn peer_of(row: &Row<'_>) -> rusqlite::Result<Jid> {
    jid(row, "peer")
}

pub fn jid(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Jid> {
    let name: String = row.get(column)?;
    Jid::new(&name).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

pub fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// How a state is kept.
pub const fn state_number(state: MessageState) -> i64 {
    match state {
        MessageState::Queued => 0,
        MessageState::Sent => 1,
        MessageState::Delivered => 2,
        MessageState::Displayed => 3,
        MessageState::Failed => 4,
        MessageState::Uncertain => 5,
    }
}

pub(super) fn state_of(number: i64) -> Option<MessageState> {
    use MessageState::{Delivered, Displayed, Failed, Queued, Sent, Uncertain};
    [Queued, Sent, Delivered, Displayed, Failed, Uncertain]
        .into_iter()
        .find(|&state| state_number(state) == number)
}
