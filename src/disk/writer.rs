//! The store's thread: takes what waits, commits it together, answers in order, and syncs within a second.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, ErrorCode, params};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::lock::DataLock;
use super::open::write_failed;
use super::queries::{row_of, state_number};
use super::store::{Job, Op, Stored};
use crate::event::{Message, MessageState};
use crate::wire::jid::Jid;

/// Operations and text of one transaction at most; the submission that passes it is still part of it.
const GROUP_OPS: usize = 4096;
const GROUP_BYTES: usize = 8 << 20;
/// The files are synced so long after the first commit that is not: what a power failure may take.
const SYNC_WITHIN: Duration = Duration::from_secs(1);
/// How long the ids of received messages are remembered (the peer may send again what it thinks lost).
const REMEMBER: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Contacts without a conversation are forgotten after so long.
const FORGET_CONTACTS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Old ids are cleared away at the start and again after so many transactions.
const SWEEP_EVERY: u32 = 10_000;

type Submission = (u64, Vec<Op>);

/// Serves jobs until told to close or no one is left to ask. The lock goes last.
pub fn run(
    mut db: Connection,
    lock: DataLock,
    timer: &Runtime,
    mut inbox: mpsc::Receiver<Job>,
    tell: &mpsc::UnboundedSender<Stored>,
) {
    let (mut commits, mut closed, mut next) = (0_u32, None, None);
    let mut unsynced: Option<Instant> = None;
    loop {
        let waited = match next.take() {
            Some(job) => Ok(Some(job)),
            None => wait(timer, &mut inbox, unsynced.map(|since| since + SYNC_WITHIN)),
        };
        match waited {
            Ok(Some(Job::Query(ask))) => ask(&db),
            Ok(Some(Job::Write { seq, ops })) => {
                if commits.is_multiple_of(SWEEP_EVERY) {
                    sweep(&db);
                }
                commits = commits.wrapping_add(1);
                let mut group = vec![(seq, ops)];
                next = gather(&mut inbox, &mut group);
                for answer in commit(&mut db, group) {
                    let _ = tell.send(answer);
                }
                unsynced.get_or_insert_with(Instant::now);
            }
            Ok(Some(Job::Close(tell))) => {
                closed = Some(tell);
                break;
            }
            Ok(None) => break,
            Err(Due) => {}
        }
        if unsynced.is_some_and(|since| since.elapsed() >= SYNC_WITHIN) {
            sync(&db);
            unsynced = None;
        }
    }
    if let Err((_, error)) = db.close() {
        tracing::warn!(%error, "the database did not close cleanly");
    }
    drop(lock);
    if let Some(tell) = closed {
        let _ = tell.send(());
    }
}

/// Time to sync.
struct Due;

/// The next job, `None` when nobody is left to give one. No timer runs while everything is synced.
fn wait(
    timer: &Runtime,
    inbox: &mut mpsc::Receiver<Job>,
    until: Option<Instant>,
) -> Result<Option<Job>, Due> {
    match until {
        None => Ok(inbox.blocking_recv()),
        Some(until) => {
            timer.block_on(async { timeout_at(until, inbox.recv()).await.map_err(|_| Due) })
        }
    }
}

/// Makes everything committed outlive a power failure: a checkpoint syncs the log before it copies, and the file after.
fn sync(db: &Connection) {
    if let Err(error) = db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
        tracing::warn!(%error, "the database could not be synced");
    }
}

/// Adds what is already waiting to the group; returns a job that is no submission, to be done after it.
fn gather(inbox: &mut mpsc::Receiver<Job>, group: &mut Vec<Submission>) -> Option<Job> {
    let weigh = |ops: &[Op]| {
        let bytes: usize = ops
            .iter()
            .map(|op| {
                if let Op::Message { message, .. } = op {
                    message.body.len()
                } else {
                    0
                }
            })
            .sum();
        (ops.len(), bytes)
    };
    let (mut count, mut bytes) = group.first().map_or((0, 0), |(_, ops)| weigh(ops));
    while count < GROUP_OPS && bytes < GROUP_BYTES {
        match inbox.try_recv() {
            Ok(Job::Write { seq, ops }) => {
                let (more, heavier) = weigh(&ops);
                (count, bytes) = (count + more, bytes + heavier);
                group.push((seq, ops));
            }
            Ok(other) => return Some(other),
            Err(_) => break,
        }
    }
    None
}

/// One transaction for the whole group. If one submission is to blame, the others are kept without it; if the disk is,
/// all fail, so that no later message is kept where an earlier one was not.
fn commit(db: &mut Connection, group: Vec<Submission>) -> Vec<Stored> {
    match transact(db, &group) {
        Ok(duplicates) => group
            .into_iter()
            .zip(duplicates)
            .map(|((seq, _), duplicates)| Stored {
                seq,
                duplicates,
                result: Ok(()),
            })
            .collect(),
        Err(error) if group.len() > 1 && !is_disk(&error) => group
            .into_iter()
            .flat_map(|submission| commit(db, vec![submission]))
            .collect(),
        Err(error) => {
            tracing::error!(%error, "not kept");
            let sentence = write_failed(&error);
            let fail = |(seq, _)| Stored {
                seq,
                duplicates: Vec::new(),
                result: Err(sentence.clone()),
            };
            group.into_iter().map(fail).collect()
        }
    }
}

fn is_disk(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::DatabaseCorrupt
        )
    )
}

/// Applies all operations; the positions of duplicates, a submission each.
fn transact(db: &mut Connection, group: &[Submission]) -> rusqlite::Result<Vec<Vec<usize>>> {
    let now = Timestamp::now();
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut duplicates = Vec::with_capacity(group.len());
    for (_, ops) in group {
        let mut known = Vec::new();
        for (at, op) in ops.iter().enumerate() {
            if !apply(&transaction, op, now)? {
                known.push(at);
            }
        }
        duplicates.push(known);
    }
    transaction.commit()?;
    Ok(duplicates)
}

/// Applies one operation; false if it was a message taken before.
fn apply(db: &Connection, op: &Op, now: Timestamp) -> rusqlite::Result<bool> {
    match op {
        Op::Message {
            with,
            message,
            outbox,
        } => return take_message(db, with, message, *outbox, now),
        Op::State { id, state, reason } => change_state(db, id, *state, reason.as_deref())?,
        Op::Settled { id } => {
            db.prepare_cached("UPDATE messages SET outbox = 0 WHERE id = ?1 AND from_me = 1")?
                .execute([id])?;
        }
        Op::Read { with, id } => read_up_to(db, with, id)?,
        Op::Contact {
            jid,
            nick,
            avatar,
            seen,
        } => {
            db.prepare_cached(
                "INSERT OR REPLACE INTO contacts (jid, nick, avatar, seen) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![jid.as_str(), nick, avatar, seen.as_microsecond()])?;
        }
        Op::Setting { key, value } => {
            db.prepare_cached("INSERT OR REPLACE INTO settings (key, value) VALUES (?1, ?2)")?
                .execute([key, &value.to_string()])?;
        }
    }
    Ok(true)
}

fn take_message(
    db: &Connection,
    with: &Jid,
    message: &Message,
    outbox: bool,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let from_me = message.is_own();
    if !from_me {
        let fresh = db
            .prepare_cached("INSERT OR IGNORE INTO seen (peer, id, time) VALUES (?1, ?2, ?3)")?
            .execute(params![with.as_str(), message.id, now.as_second()])?;
        if fresh == 0 && !says_something_else(db, with, message)? {
            return Ok(false);
        }
    }
    db.prepare_cached("INSERT OR IGNORE INTO contacts (jid) VALUES (?1)")?
        .execute([with.as_str()])?;
    if insert(db, with, message, from_me, outbox)? == 0 {
        if from_me {
            return Ok(true); // our own, submitted twice: it is there
        }
        // The peer counts its ids from the start again: the older message makes room.
        db.prepare_cached(
            "UPDATE messages SET id = id || '~' || row WHERE id = ?1 AND from_me = 0 AND peer = ?2",
        )?
        .execute(params![message.id, with.as_str()])?;
        insert(db, with, message, from_me, outbox)?;
    }
    Ok(true)
}

/// Is there a message with this id from this peer that has another text?
fn says_something_else(db: &Connection, with: &Jid, message: &Message) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT 1 FROM messages WHERE id = ?1 AND from_me = 0 AND peer = ?2 AND body <> ?3",
    )?
    .exists(params![message.id, with.as_str(), message.body])
}

fn insert(
    db: &Connection,
    with: &Jid,
    message: &Message,
    from_me: bool,
    outbox: bool,
) -> rusqlite::Result<usize> {
    let spans = match message.spans.as_slice() {
        [] => None,
        spans => serde_json::to_string(spans).ok(),
    };
    db.prepare_cached(
        "INSERT OR IGNORE INTO messages
         (peer, from_me, id, author, addressee, body, spans, time, encrypted, delayed, state, reason, outbox)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        with.as_str(),
        from_me,
        message.id,
        message.from.as_str(),
        message.to.as_str(),
        message.body,
        spans,
        message.time.as_microsecond(),
        message.encrypted,
        message.delayed,
        message.state.map(state_number),
        message.reason,
        outbox,
    ])
}

fn change_state(
    db: &Connection,
    id: &str,
    state: MessageState,
    reason: Option<&str>,
) -> rusqlite::Result<()> {
    let outbox = match state {
        MessageState::Queued => Some(true),
        MessageState::Sent => None,
        MessageState::Delivered
        | MessageState::Displayed
        | MessageState::Failed
        | MessageState::Uncertain => Some(false),
    };
    db.prepare_cached("UPDATE messages SET state = ?2, reason = ?4, outbox = coalesce(?3, outbox) WHERE id = ?1 AND from_me = 1")?
        .execute(params![id, state_number(state), outbox, reason])?;
    Ok(())
}

fn read_up_to(db: &Connection, with: &Jid, id: &str) -> rusqlite::Result<()> {
    if let Some(row) = row_of(db, with, id)? {
        db.prepare_cached("UPDATE messages SET read = 1 WHERE peer = ?1 AND from_me = 0 AND read = 0 AND row <= ?2")?
            .execute(params![with.as_str(), row])?;
    }
    Ok(())
}

/// Clears away what need not be remembered any longer.
fn sweep(db: &Connection) {
    let now = Timestamp::now();
    let ids = db.execute(
        "DELETE FROM seen WHERE time < ?1",
        [(now - REMEMBER).as_second()],
    );
    let contacts = db.execute(
        "DELETE FROM contacts WHERE seen < ?1 AND NOT EXISTS (SELECT 1 FROM messages WHERE peer = jid)",
        [(now - FORGET_CONTACTS).as_microsecond()],
    );
    if let Err(error) = ids.and(contacts) {
        tracing::warn!(%error, "old entries could not be cleared away");
    }
}
