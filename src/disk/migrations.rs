//! The database's schema, version by version. `PRAGMA user_version` counts the steps taken; a step is never changed
//! once released, a new need is a new step at the end.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::open::OpenError;

/// `PRAGMA application_id` of our files: "Blcy". Tells them from anybody else's SQLite files.
pub const APPLICATION_ID: i32 = 0x426c_6379;

/// The steps. `user_version` n means that the first n were taken.
pub const STEPS: &[&str] = &[
    V1,
    CHANGES,
    SEARCH,
    super::keys::TABLE,
    super::rooms::TABLES,
];

/// Messages in the order in which they came (`row`); `peer` is the conversation. Ids of our own messages are UUIDs and
/// unique; those of a peer are unique within its conversation (see `writer`). Times are microseconds since 1970, states
/// the numbers of `queries::state_number`, `spans` is JSON.
///
/// `seen` remembers which message of a peer was taken, for longer than the history may be kept.
const V1: &str = "
CREATE TABLE messages (
    row       INTEGER PRIMARY KEY,
    peer      TEXT    NOT NULL,
    from_me   INTEGER NOT NULL,
    id        TEXT    NOT NULL,
    author    TEXT    NOT NULL,
    addressee TEXT    NOT NULL,
    body      TEXT    NOT NULL,
    spans     TEXT,
    time      INTEGER NOT NULL,
    encrypted INTEGER NOT NULL,
    delayed   INTEGER NOT NULL,
    state     INTEGER,
    reason    TEXT,
    outbox    INTEGER NOT NULL DEFAULT 0,
    read      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX messages_by_id ON messages (id, from_me, peer);
CREATE INDEX messages_by_peer ON messages (peer, row);
CREATE INDEX messages_unread ON messages (peer) WHERE from_me = 0 AND read = 0;
CREATE INDEX messages_outbox ON messages (row) WHERE outbox = 1;
CREATE TABLE contacts (
    jid    TEXT    PRIMARY KEY,
    nick   TEXT    NOT NULL DEFAULT '',
    avatar TEXT    NOT NULL DEFAULT '',
    seen   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE seen (
    peer TEXT    NOT NULL,
    id   TEXT    NOT NULL,
    time INTEGER NOT NULL,
    PRIMARY KEY (peer, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_by_time ON seen (time);
";

/// What belongs to a message beyond its text (`extra`, JSON), and what was said about messages: by us and still to be sent
/// (`outbox`), or by a peer about a message that has not come. `after` is the newest message at that time: what is to be sent
/// goes out behind it.
const CHANGES: &str = "
ALTER TABLE messages ADD COLUMN extra TEXT;
CREATE TABLE changes (
    row     INTEGER PRIMARY KEY,
    peer    TEXT    NOT NULL,
    from_me INTEGER NOT NULL,
    id      TEXT    NOT NULL,
    target  TEXT    NOT NULL,
    author  TEXT    NOT NULL,
    content TEXT    NOT NULL,
    time    INTEGER NOT NULL,
    after   INTEGER NOT NULL,
    outbox  INTEGER NOT NULL
) STRICT;
CREATE INDEX changes_by_id ON changes (id);
CREATE INDEX changes_by_target ON changes (peer, target);
";

/// See [`super::search`]: `last_row` and `first_row` are those of the messages in a block. A row that is in no block yet
/// needs no note when it changes.
const SEARCH: &str = "
CREATE TABLE search_filters (
    last_row  INTEGER PRIMARY KEY,
    first_row INTEGER NOT NULL,
    filter    BLOB    NOT NULL
) STRICT;
CREATE TABLE search_blocks (
    last_row INTEGER PRIMARY KEY,
    entries  BLOB    NOT NULL,
    text     BLOB    NOT NULL
) STRICT;
CREATE TABLE search_stale (row INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER search_changed AFTER UPDATE OF body, peer, author ON messages
WHEN old.row <= (SELECT coalesce(max(last_row), 0) FROM search_filters)
BEGIN INSERT OR IGNORE INTO search_stale VALUES (old.row); END;
CREATE TRIGGER search_deleted AFTER DELETE ON messages
WHEN old.row <= (SELECT coalesce(max(last_row), 0) FROM search_filters)
BEGIN INSERT OR IGNORE INTO search_stale VALUES (old.row); END;
";

/// Brings the database to the newest version, keeping a copy of the file as it was if it held anything.
///
/// # Errors
/// If the file is newer than this program, is not ours, the copy cannot be written, or a step fails; the file is then
/// as it was.
pub fn migrate(
    db: &mut Connection,
    path: &Path,
    steps: &[&str],
) -> Result<Option<PathBuf>, OpenError> {
    let sql = |error| OpenError::of(path, &error);
    let version: i64 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(sql)?;
    let tables: i64 = db
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(sql)?;
    let application: i32 = db
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(sql)?;
    if application != APPLICATION_ID && (tables > 0 || application != 0) {
        return Err(OpenError::NotOurs {
            path: path.to_owned(),
        });
    }
    let Ok(version) = usize::try_from(version) else {
        return Err(OpenError::NotOurs {
            path: path.to_owned(),
        });
    };
    if version > steps.len() {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            found: version,
            known: steps.len(),
        });
    }
    let pending = steps.get(version..).unwrap_or_default();
    if pending.is_empty() {
        return Ok(None);
    }
    let backup = if tables > 0 {
        Some(back_up(db, path, version)?)
    } else {
        None
    };
    let transaction = db.transaction().map_err(sql)?;
    for step in pending {
        transaction.execute_batch(step).map_err(sql)?;
    }
    transaction
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(sql)?;
    transaction
        .pragma_update(
            None,
            "user_version",
            i64::try_from(steps.len()).unwrap_or(i64::MAX),
        )
        .map_err(sql)?;
    transaction.commit().map_err(sql)?;
    Ok(backup)
}

/// Copies the database beside itself under a name that no file has yet.
fn back_up(db: &Connection, path: &Path, version: usize) -> Result<PathBuf, OpenError> {
    let name = |n: u32| {
        let number = if n == 0 {
            String::new()
        } else {
            format!(".{n}")
        };
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".v{version}{number}.bak"));
        PathBuf::from(name)
    };
    let target = (0..1000)
        .map(name)
        .find(|path| !path.exists())
        .unwrap_or_else(|| name(1000));
    db.backup("main", &target, None::<fn(rusqlite::backup::Progress)>)
        .map_err(|error| {
            let _ = std::fs::remove_file(&target);
            OpenError::of(&target, &error)
        })?;
    Ok(target)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]
    use super::*;

    #[test]
    fn a_later_step_keeps_what_was_there_and_leaves_a_copy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("balcony.db");
        let mut db = Connection::open(&path).unwrap();
        assert_eq!(
            migrate(&mut db, &path, STEPS).unwrap(),
            None,
            "a new file needs no copy"
        );
        db.execute("INSERT INTO settings VALUES ('nick', '\"Ann\"')", [])
            .unwrap();
        let steps = [
            STEPS,
            &["ALTER TABLE settings ADD COLUMN extra TEXT NOT NULL DEFAULT 'x'"],
        ]
        .concat();
        let copy = migrate(&mut db, &path, &steps)
            .unwrap()
            .expect("a copy of the old file");
        let read = |db: &Connection, column: &str| {
            db.query_row(&format!("SELECT {column} FROM settings"), [], |row| {
                row.get::<_, String>(0)
            })
        };
        assert_eq!(read(&db, "value || extra").unwrap(), "\"Ann\"x");
        let old = Connection::open(&copy).unwrap();
        assert_eq!(read(&old, "value").unwrap(), "\"Ann\"");
        assert!(read(&old, "extra").is_err(), "the copy is the old version");
    }

    #[test]
    fn a_step_that_fails_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("balcony.db");
        let mut db = Connection::open(&path).unwrap();
        migrate(&mut db, &path, STEPS).unwrap();
        let steps = [STEPS, &["CREATE TABLE more (x)", "this is no SQL"]].concat();
        assert!(migrate(&mut db, &path, &steps).is_err());
        assert!(
            db.prepare("SELECT * FROM more").is_err(),
            "the first new step was taken back"
        );
        assert_eq!(
            migrate(&mut db, &path, STEPS).unwrap(),
            None,
            "the version is still the old one"
        );
    }
}
