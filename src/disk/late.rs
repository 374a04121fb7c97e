//! What is said about an earlier message: into the message's row if it is there, else beside it until it comes. Our own wait
//! in the same table to be sent.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use sha1::{Digest, Sha1};

use super::queries::{COLUMNS, jid, message_of, state_number, time};
use crate::event::{Change, Content, Message, MessageState, Told};
use crate::model::outbox::Pending;
use crate::wire::jid::Jid;

/// Changes of one peer to messages that have not come: more than that, and the oldest go.
const MOST_EARLY: i64 = 200;
/// How long they wait for their message.
const KEEP_EARLY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Under what a change of a peer is remembered as taken. Some count their ids from 1 with each start: with what it says.
pub fn seen_as(told: &Told) -> String {
    let json = serde_json::to_vec(&told.about).unwrap_or_default();
    let hash = Sha1::digest(json);
    let hash = hash.iter().take(8).map(|byte| format!("{byte:02x}"));
    format!("{}#{}", told.id, hash.collect::<String>())
}

/// Keeps a change, and makes it if its message is there.
pub fn take(
    db: &Connection,
    with: &Jid,
    told: &Told,
    outbox: bool,
    now: Timestamp,
) -> rusqlite::Result<()> {
    if !told.own {
        let fresh = db
            .prepare_cached("INSERT OR IGNORE INTO seen (peer, id, time) VALUES (?1, ?2, ?3)")?
            .execute(params![with.as_str(), seen_as(told), now.as_second()])?;
        if fresh == 0 {
            return Ok(());
        }
    }
    let found = made(db, with, told)?;
    if told.own && told.about.change == Change::Retract {
        // What was taken back is not sent any more after a restart; that it was, is.
        db.prepare_cached("UPDATE messages SET outbox = 0 WHERE id = ?1 AND from_me = 1")?
            .execute([&told.about.target])?;
    }
    // A message that was read needs no word of ours to be remembered longer than until it is sent.
    if outbox || (!found && told.about.change != Change::Displayed) {
        db.prepare_cached(
            "INSERT OR IGNORE INTO changes (peer, from_me, id, target, author, content, time, after, outbox)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT coalesce(max(row), 0) FROM messages), ?8)",
        )?
        .execute(params![
            with.as_str(),
            told.own,
            told.id,
            told.about.target,
            told.from.as_str(),
            serde_json::to_string(&told.about).unwrap_or_default(),
            told.time.as_microsecond(),
            outbox,
        ])?;
    }
    if !found && !told.own {
        db.prepare_cached(
            "DELETE FROM changes WHERE peer = ?1 AND from_me = 0 AND row NOT IN
             (SELECT row FROM changes WHERE peer = ?1 AND from_me = 0 ORDER BY row DESC LIMIT ?2)",
        )?
        .execute(params![with.as_str(), MOST_EARLY])?;
    }
    Ok(())
}

/// Changes the message that this is about; false if it is not there.
fn made(db: &Connection, with: &Jid, told: &Told) -> rusqlite::Result<bool> {
    if told.about.change == Change::Displayed {
        let state = state_number(MessageState::Displayed);
        if !told.own {
            // Up to this one; an acknowledgement of this one may still be on its way.
            db.prepare_cached(
                // What stands above it was seen with it (XEP-0333 §4.1).
                "UPDATE messages SET state = ?3, outbox = 0 WHERE from_me = 1 AND (state IN (1, 2) OR (state = 0 AND id = ?1))
                 AND row IN (
                     SELECT row FROM messages WHERE peer = ?2
                     AND row <= (SELECT max(row) FROM messages WHERE id = ?1 AND from_me = 1 AND peer = ?2)
                     ORDER BY row DESC LIMIT 1000)",
            )?
            .execute(params![told.about.target, with.as_str(), state])?;
        }
        return Ok(true);
    }
    change(db, with, &told.about.target, |message| message.change(told))
}

/// Changes all messages with this id in a conversation; false if there is none.
fn change(
    db: &Connection,
    with: &Jid,
    id: &str,
    mut change: impl FnMut(&mut Message) -> bool,
) -> rusqlite::Result<bool> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, row FROM messages WHERE id = ?1 AND from_me IN (0, 1) AND peer = ?2"
    ))?;
    let found: Vec<(Message, i64)> = statement
        .query_map(params![id, with.as_str()], |row| {
            Ok((message_of(row)?, row.get("row")?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let there = !found.is_empty();
    for (mut message, row) in found {
        if change(&mut message) {
            db.prepare_cached(
                "UPDATE messages SET body = ?2, spans = ?3, extra = ?4 WHERE row = ?1",
            )?
            .execute(params![
                row,
                message.body,
                spans_json(&message),
                extra_json(&message)
            ])?;
        }
    }
    Ok(there)
}

/// A message has just come: what was said about it before is made now.
pub fn catch_up(db: &Connection, with: &Jid, message: &Message) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(
        "SELECT row, id, author, from_me, time, content, outbox FROM changes
         WHERE peer = ?1 AND target = ?2 ORDER BY row",
    )?;
    let early: Vec<(i64, Option<Told>, bool)> = statement
        .query_map(params![with.as_str(), message.id], |row| {
            Ok((row.get(0)?, told_of(row)?, row.get(6)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (row, told, outbox) in early {
        if let Some(told) = told {
            made(db, with, &told)?;
        }
        if !outbox {
            db.prepare_cached("DELETE FROM changes WHERE row = ?1")?
                .execute([row])?;
        }
    }
    Ok(())
}

fn told_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Told>> {
    let content: String = row.get("content")?;
    let Ok(about) = serde_json::from_str(&content) else {
        return Ok(None); // of a later version of this program
    };
    Ok(Some(Told {
        id: row.get("id")?,
        from: jid(row, "author")?,
        own: row.get("from_me")?,
        time: time(row.get("time")?),
        about,
    }))
}

/// The state of a change of ours. What the peer does not know of for certain is told with its message.
pub fn change_state(
    db: &Connection,
    id: &str,
    state: MessageState,
    reason: Option<&str>,
) -> rusqlite::Result<()> {
    let known: Option<(Jid, String, bool)> = db
        .prepare_cached("SELECT peer, target, outbox FROM changes WHERE id = ?1 AND from_me = 1")?
        .query_row([id], |row| {
            Ok((jid(row, "peer")?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((with, target, outbox)) = known else {
        return Ok(());
    };
    let unseen = match state {
        MessageState::Failed | MessageState::Uncertain => reason,
        _ => None,
    };
    let over = match state {
        MessageState::Queued | MessageState::Uncertain => false,
        MessageState::Sent => !outbox,
        MessageState::Delivered | MessageState::Displayed | MessageState::Failed => true,
    };
    if over {
        settled(db, id)?;
    } else if state == MessageState::Uncertain {
        db.prepare_cached("UPDATE changes SET outbox = 0 WHERE id = ?1 AND from_me = 1")?
            .execute([id])?;
    }
    change(db, &with, &target, |message| message.unseen_there(unseen))?;
    Ok(())
}

/// Nothing more will be heard of this change of ours.
pub fn settled(db: &Connection, id: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM changes WHERE id = ?1 AND from_me = 1")?
        .execute([id])?;
    Ok(())
}

/// Messages and changes of ours that are to be sent, in the order in which they were said.
pub fn outbox(db: &Connection) -> rusqlite::Result<Vec<(Jid, Pending)>> {
    let mut statement = db.prepare(&format!(
        "SELECT {COLUMNS}, row FROM messages WHERE outbox = 1 ORDER BY row"
    ))?;
    let texts = statement.query_map([], |row| {
        let message = message_of(row)?;
        let content = message.as_first_said();
        let pending = content.map(|content| Pending::new(message.id, None, content, message.time));
        Ok((row.get::<_, i64>("row")?, 0, jid(row, "peer")?, pending))
    })?;
    let mut all = Vec::new();
    for text in texts {
        let (row, nothing, to, pending) = text?;
        all.extend(pending.map(|pending| (row, nothing, to, pending)));
    }
    let mut statement = db.prepare("SELECT * FROM changes WHERE outbox = 1 ORDER BY row")?;
    let changes = statement.query_map([], |row| {
        let pending = told_of(row)?.map(|told| {
            Pending::new(
                told.id,
                None,
                Content::About(Box::new(told.about)),
                told.time,
            )
        });
        Ok((
            row.get::<_, i64>("after")?,
            row.get::<_, i64>("row")?,
            jid(row, "peer")?,
            pending,
        ))
    })?;
    for change in changes {
        let (after, row, to, pending) = change?;
        all.extend(pending.map(|pending| (after, row, to, pending)));
    }
    all.sort_by_key(|(after, row, ..)| (*after, *row));
    Ok(all.into_iter().map(|(_, _, to, one)| (to, one)).collect())
}

/// What was said about messages that have not come.
pub fn early(db: &Connection) -> rusqlite::Result<Vec<(Jid, Told)>> {
    let mut statement =
        db.prepare("SELECT * FROM changes WHERE from_me = 0 ORDER BY row DESC LIMIT 1000")?;
    let rows = statement.query_map([], |row| Ok((jid(row, "peer")?, told_of(row)?)))?;
    let mut early = Vec::new();
    for row in rows {
        let (with, told) = row?;
        early.extend(told.map(|told| (with, told)));
    }
    early.reverse();
    Ok(early)
}

/// Forgets what waited too long.
pub fn sweep(db: &Connection, now: Timestamp) -> rusqlite::Result<usize> {
    db.execute(
        "DELETE FROM changes WHERE from_me = 0 AND time < ?1",
        [(now - KEEP_EARLY).as_microsecond()],
    )
}

/// Formatting as it is kept.
pub fn spans_json(message: &Message) -> Option<String> {
    match message.spans.as_slice() {
        [] => None,
        spans => serde_json::to_string(spans).ok(),
    }
}

/// What belongs to a message as it is kept.
pub fn extra_json(message: &Message) -> Option<String> {
    let extra = message.extra.as_ref()?;
    serde_json::to_string(extra).ok()
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

    use std::path::Path;

    use super::super::store::{Loaded, Op, Store};
    use super::*;
    use crate::event::About;

    fn peer() -> Jid {
        Jid::new("juliet@pronto").unwrap()
    }

    fn said(id: &str, body: &str, own: bool) -> Op {
        let me = Jid::new("romeo@forza").unwrap();
        let (from, to) = if own { (me, peer()) } else { (peer(), me) };
        Op::Message {
            with: peer(),
            outbox: own,
            message: Box::new(Message {
                id: id.into(),
                from,
                to,
                body: body.into(),
                spans: Vec::new(),
                time: Timestamp::from_second(1_790_000_000).unwrap(),
                encrypted: false,
                delayed: false,
                state: own.then_some(MessageState::Queued),
                reason: None,
                extra: None,
            }),
        }
    }

    fn told(id: &str, target: &str, change: Change, own: bool) -> Op {
        let from = if own { "romeo@forza" } else { "juliet@pronto" };
        Op::Told {
            with: peer(),
            outbox: own,
            told: Box::new(Told {
                id: id.into(),
                from: Jid::new(from).unwrap(),
                own,
                time: Timestamp::now(),
                about: About {
                    target: target.into(),
                    change,
                },
            }),
        }
    }

    fn correct(body: &str) -> Change {
        Change::Correct {
            body: body.into(),
            spans: Vec::new(),
        }
    }

    fn state(id: &str, state: MessageState) -> Op {
        Op::State {
            id: id.into(),
            state,
            reason: Some("why".into()),
        }
    }

    /// Each in a submission of its own; what is a duplicate.
    async fn keep(dir: &Path, ops: Vec<Op>) -> Vec<bool> {
        let (store, ..) = Store::open(dir).unwrap();
        let mut duplicates = Vec::new();
        for (seq, op) in ops.into_iter().enumerate() {
            let stored = store.submit(seq as u64, vec![op]).await.unwrap();
            assert_eq!(stored.result, Ok(()));
            duplicates.push(!stored.duplicates.is_empty());
        }
        store.close().await;
        duplicates
    }

    async fn open(dir: &Path) -> (Loaded, Vec<Message>) {
        let (store, loaded, _) = Store::open(dir).unwrap();
        let page = store
            .history(peer(), 100, crate::command::Place::Newest)
            .await
            .unwrap();
        store.close().await;
        (loaded, page.messages)
    }

    #[tokio::test]
    async fn what_overtakes_its_message_changes_it_when_it_comes_also_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let early = vec![
            told("c1", "1", correct("hello"), false),
            told(
                "c2",
                "1",
                Change::React {
                    emoji: vec!["x".into()],
                },
                false,
            ),
        ];
        assert_eq!(keep(dir.path(), early.clone()).await, [false, false]);
        let (loaded, _) = open(dir.path()).await;
        assert_eq!(loaded.early.len(), 2, "the node must know of it, too");
        assert_eq!(keep(dir.path(), early).await, [true, true], "sent again");
        keep(dir.path(), vec![said("1", "helo", false)]).await;
        let (loaded, messages) = open(dir.path()).await;
        assert_eq!(loaded.early, []);
        let extra = messages[0].extra.as_ref().unwrap();
        assert_eq!(
            (messages[0].body.as_str(), extra.versions[0].body.as_str()),
            ("hello", "helo")
        );
        assert_eq!(extra.reactions[0].emoji, ["x"]);
        let again = keep(dir.path(), vec![said("1", "helo", false)]).await;
        assert_eq!(again, [true], "corrected or not, it is the same message");
    }

    #[tokio::test]
    async fn ours_wait_between_the_messages_that_they_were_said_between() {
        let dir = tempfile::tempdir().unwrap();
        keep(
            dir.path(),
            vec![
                said("1", "helo", true),
                told("c1", "1", correct("hello"), true),
                said("2", "world", true),
                told("c2", "2", Change::Retract, true),
                told("c3", "1", correct("hello!"), true),
            ],
        )
        .await;
        let (loaded, messages) = open(dir.path()).await;
        let ids: Vec<_> = loaded
            .outbox
            .iter()
            .map(|(_, one)| one.id.as_str())
            .collect();
        assert_eq!(ids, ["1", "c1", "c2", "c3"], "2 was taken back");
        assert_eq!(messages[0].body, "hello!");
        keep(
            dir.path(),
            vec![
                state("c1", MessageState::Delivered),
                state("c2", MessageState::Failed),
                Op::Settled { id: "c3".into() },
            ],
        )
        .await;
        let (loaded, messages) = open(dir.path()).await;
        let ids: Vec<_> = loaded
            .outbox
            .iter()
            .map(|(_, one)| one.id.as_str())
            .collect();
        assert_eq!(ids, ["1"]);
        let unseen = |at: usize| messages[at].extra.as_ref().unwrap().unseen_there.clone();
        assert_eq!((unseen(0), unseen(1)), (None, Some("why".into())));
    }

    #[tokio::test]
    async fn what_may_not_have_arrived_is_told_until_it_is_known() {
        let dir = tempfile::tempdir().unwrap();
        keep(
            dir.path(),
            vec![
                said("1", "helo", true),
                told("c1", "1", correct("hello"), true),
                state("c1", MessageState::Uncertain),
            ],
        )
        .await;
        let (loaded, messages) = open(dir.path()).await;
        assert_eq!(loaded.outbox.len(), 1, "not sent again by itself");
        assert!(messages[0].extra.as_ref().unwrap().unseen_there.is_some());
        keep(dir.path(), vec![state("c1", MessageState::Sent)]).await;
        let (_, messages) = open(dir.path()).await;
        assert_eq!(messages[0].extra.as_ref().unwrap().unseen_there, None);
    }

    #[tokio::test]
    async fn a_peer_cannot_fill_the_disk_with_words_about_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let many =
            (0..300).map(|n| told(&format!("c{n}"), &format!("m{n}"), Change::Retract, false));
        keep(dir.path(), many.collect()).await;
        let (loaded, _) = open(dir.path()).await;
        assert_eq!(loaded.early.len() as i64, MOST_EARLY);
        assert_eq!(loaded.early.last().unwrap().1.id, "c299");
    }

    #[tokio::test]
    async fn what_was_seen_was_seen_up_to_there() {
        let dir = tempfile::tempdir().unwrap();
        keep(
            dir.path(),
            vec![
                said("1", "one", true),
                said("2", "two", true),
                said("3", "three", true),
                state("1", MessageState::Delivered),
                state("3", MessageState::Delivered),
                told("c1", "2", Change::Displayed, false),
            ],
        )
        .await;
        let (loaded, messages) = open(dir.path()).await;
        let states: Vec<_> = messages
            .iter()
            .map(|message| message.state.unwrap())
            .collect();
        use MessageState::{Delivered, Displayed};
        assert_eq!(states, [Displayed, Displayed, Delivered]);
        assert!(loaded.outbox.is_empty());
    }

    #[tokio::test]
    async fn nobody_corrects_the_words_of_another() {
        let dir = tempfile::tempdir().unwrap();
        keep(
            dir.path(),
            vec![
                said("1", "mine", true),
                said("2", "theirs", false),
                told("c1", "1", correct("forged"), false),
                told("c2", "2", Change::Retract, true),
            ],
        )
        .await;
        let (_, messages) = open(dir.path()).await;
        let bodies: Vec<_> = messages
            .iter()
            .map(|message| message.body.as_str())
            .collect();
        assert_eq!(bodies, ["mine", "theirs"]);
    }
}
