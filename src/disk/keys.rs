//! The keys that others were seen to use, and conversations that go on under another name.

use rusqlite::{Connection, params};

use crate::model::trust::KnownKey;
use crate::wire::jid::Jid;
use crate::wire::key::Fingerprint;

/// The table; see [`super::migrations`].
pub(super) const TABLE: &str = "
CREATE TABLE keys (
    fingerprint TEXT    PRIMARY KEY,
    jid         TEXT    NOT NULL,
    nick        TEXT    NOT NULL DEFAULT '',
    verified    INTEGER NOT NULL DEFAULT 0,
    blocked     INTEGER NOT NULL DEFAULT 0,
    first       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// All of them. A row that cannot be read is left out.
pub(super) fn load(db: &Connection) -> rusqlite::Result<Vec<KnownKey>> {
    let mut statement =
        db.prepare("SELECT fingerprint, jid, nick, verified, blocked, first FROM keys")?;
    let rows = statement.query_map([], |row| {
        let (fingerprint, jid): (String, String) = (row.get(0)?, row.get(1)?);
        let first: i64 = row.get(5)?;
        let (nick, verified, blocked) = (row.get(2)?, row.get(3)?, row.get(4)?);
        Ok(Some(KnownKey {
            fingerprint: match fingerprint.parse() {
                Ok(fingerprint) => fingerprint,
                Err(_) => return Ok(None),
            },
            jid: match Jid::new(&jid) {
                Ok(jid) => jid,
                Err(_) => return Ok(None),
            },
            nick,
            verified,
            blocked,
            first: jiff::Timestamp::from_microsecond(first).unwrap_or_default(),
        }))
    })?;
    rows.filter_map(Result::transpose).collect()
}

pub(super) fn put(db: &Connection, key: &KnownKey) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO keys (fingerprint, jid, nick, verified, blocked, first)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        key.fingerprint.to_string(),
        key.jid.as_str(),
        key.nick,
        key.verified,
        key.blocked,
        key.first.as_microsecond()
    ])?;
    Ok(())
}

pub(super) fn forget(db: &Connection, fingerprint: &Fingerprint) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM keys WHERE fingerprint = ?1")?
        .execute([fingerprint.to_string()])?;
    Ok(())
}

/// The conversation with `from` is the one with `to` from now on; what both have is there once each, in the order in which
/// it came.
pub(super) fn move_contact(db: &Connection, from: &Jid, to: &Jid) -> rusqlite::Result<()> {
    let (from, to) = (from.as_str(), to.as_str());
    for statement in [
        // Two received messages may have one id; ours are unique.
        "UPDATE messages SET id = id || '~' || row WHERE peer = ?1 AND from_me = 0
         AND id IN (SELECT id FROM messages WHERE peer = ?2 AND from_me = 0)",
        "UPDATE messages SET author = ?2 WHERE peer = ?1 AND from_me = 0",
        "UPDATE messages SET addressee = ?2 WHERE peer = ?1 AND from_me = 1",
        "UPDATE changes SET author = ?2 WHERE peer = ?1 AND from_me = 0",
        "UPDATE changes SET peer = ?2 WHERE peer = ?1",
        "UPDATE OR IGNORE messages SET peer = ?2 WHERE peer = ?1",
        "UPDATE OR IGNORE seen SET peer = ?2 WHERE peer = ?1",
        "INSERT OR IGNORE INTO contacts (jid, nick, avatar, seen)
         SELECT ?2, nick, avatar, seen FROM contacts WHERE jid = ?1",
    ] {
        db.prepare_cached(statement)?.execute([from, to])?;
    }
    for statement in [
        "DELETE FROM seen WHERE peer = ?1",
        "DELETE FROM contacts WHERE jid = ?1",
    ] {
        db.prepare_cached(statement)?.execute([from])?;
    }
    Ok(())
}

/// A message of ours left on an encrypted stream.
pub(super) fn encrypted(db: &Connection, id: &str) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE messages SET encrypted = 1 WHERE id = ?1 AND from_me = 1")?
        .execute([id])?;
    Ok(())
}
