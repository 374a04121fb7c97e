//! Rooms on disk: their entries as they were signed, in the order in which they were kept, and what else is kept of each.

use rusqlite::{Connection, params};

/// A room's entries are told apart by their ids; one that is kept twice is kept once.
pub const TABLES: &str = "
CREATE TABLE rooms (
    room  TEXT PRIMARY KEY,
    about TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE room_entries (
    row    INTEGER PRIMARY KEY,
    room   TEXT NOT NULL,
    id     TEXT NOT NULL UNIQUE,
    octets BLOB NOT NULL
) STRICT;
CREATE INDEX room_entries_by_room ON room_entries (room, row);
";

/// A room as it was kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptRoom {
    /// Its id.
    pub room: String,
    /// What else is kept of it, as the node wrote it.
    pub about: serde_json::Value,
    /// Octets of its entries, in the order in which they were kept.
    pub entries: Vec<Vec<u8>>,
}

/// The octets of [`super::store::Op::RoomEntry`]; none if they are no base64.
pub fn decode(octets: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD
        .decode(octets)
        .unwrap_or_default()
}

/// Keeps an entry.
pub fn keep_entry(db: &Connection, room: &str, id: &str, octets: &[u8]) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR IGNORE INTO room_entries (room, id, octets) VALUES (?1, ?2, ?3)")?
        .execute(params![room, id, octets])?;
    Ok(())
}

/// Keeps what else belongs to a room.
pub fn keep_about(db: &Connection, room: &str, about: &serde_json::Value) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO rooms (room, about) VALUES (?1, ?2)")?
        .execute(params![room, about.to_string()])?;
    Ok(())
}

/// Forgets a room and its entries. What they were is overwritten, as with everything that is deleted.
pub fn forget(db: &Connection, room: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM room_entries WHERE room = ?1")?
        .execute([room])?;
    db.prepare_cached("DELETE FROM rooms WHERE room = ?1")?
        .execute([room])?;
    Ok(())
}

/// All of it.
pub fn load(db: &Connection) -> rusqlite::Result<Vec<KeptRoom>> {
    let mut statement = db.prepare("SELECT room, about FROM rooms")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let mut rooms = Vec::new();
    for row in rows {
        let (room, about): (String, String) = row?;
        let mut entries =
            db.prepare_cached("SELECT octets FROM room_entries WHERE room = ?1 ORDER BY row")?;
        let entries = entries
            .query_map([&room], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        rooms.push(KeptRoom {
            room,
            about: serde_json::from_str(&about).unwrap_or_default(),
            entries,
        });
    }
    Ok(rooms)
}
