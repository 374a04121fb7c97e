//! The store's thread: syncs the journal, and brings what is in it into the database.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use tokio::sync::{mpsc, oneshot};

use super::journal::Turn;
use super::keys;
use super::late;
use super::lock::DataLock;
use super::open::write_failed;
use super::queries::{row_of, says_something_else, state_number};
use super::reader::Reader;
use super::search;
use super::store::{Ask, Job, LATER, Op, Shared, Submission, lock};
use crate::event::{Change, Message, MessageState};
use crate::wire::jid::Jid;

/// Operations and text of one transaction: with so much it is begun.
const GROUP_OPS: usize = 16_384;
const GROUP_BYTES: usize = 8 << 20;
/// How long the first submission waits for others to be synced with it: what a person writes is synced soon.
const GATHER: Duration = Duration::from_millis(3);
/// So many submissions within such a span are a flood.
const FLOOD: usize = 16;
/// As long as it lasts it is looked less often: each look takes the processor from whoever writes.
const FLOOD_SPANS: u32 = 4;
/// And the sync waits, at most so many spans: it costs the disk the same for one message as for hundreds.
const MOST_SPANS: u32 = 32;
/// Operations and text that do not wait: far below what makes a stream pause until they are synced.
const ENOUGH_OPS: usize = 4096;
const ENOUGH_BYTES: usize = 2 << 20;
/// When nothing new has come for so long, what was gathered goes into the database.
const QUIET: Duration = Duration::from_millis(500);
/// While the disk does not take anything, it is tried again so often.
const RETRY: Duration = Duration::from_millis(500);
/// Messages that the search has to read one by one, at most.
const MOST_UNGATHERED: usize = 32_768;
/// Old messages deleted in one transaction.
const EXPIRE_AT_ONCE: u32 = 512;
/// The setting in which the database remembers which turn of the journal it took in last.
const LAST_TURN: &str = "journal-turn";
/// How long the ids of received messages are remembered (the peer may send again what it thinks lost).
const REMEMBER: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Contacts without a conversation are forgotten after so long.
const FORGET_CONTACTS: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Old ids are cleared away at the start and again after so many transactions.
const SWEEP_EVERY: u32 = 10_000;

/// The thread and what it holds.
pub struct Writer {
    db: Connection,
    shared: Arc<Shared>,
    inbox: mpsc::Receiver<Job>,
    tell: mpsc::UnboundedSender<u64>,
    /// Submissions that are in the journal and not in the database.
    gathered: Vec<Vec<Op>>,
    ops: usize,
    bytes: usize,
    /// The number of the last of them.
    last: u64,
    /// What is asked once those are in the database, and whether the other thread answers.
    queries: Vec<(Ask, bool)>,
    closing: Option<oneshot::Sender<()>>,
    commits: u32,
    reader: Reader,
    chores: Chores,
}

/// What is done when there is nothing else to do.
#[derive(Debug, Default)]
struct Chores {
    /// Messages may have come that the search does not know yet; so many since it was last looked.
    ungathered: Option<usize>,
    /// Delete what came before this.
    expire: Option<Expiry>,
    /// Something was deleted: clear the files of it.
    scrub: bool,
}

/// Old messages are being deleted.
#[derive(Debug)]
struct Expiry {
    before: Timestamp,
    /// Something was.
    deleted: bool,
    tell: oneshot::Sender<bool>,
}

impl Writer {
    pub fn new(
        db: Connection,
        shared: Arc<Shared>,
        inbox: mpsc::Receiver<Job>,
        tell: mpsc::UnboundedSender<u64>,
        reader: Reader,
    ) -> Writer {
        Writer {
            db,
            shared,
            inbox,
            tell,
            gathered: Vec::new(),
            ops: 0,
            bytes: 0,
            last: 0,
            queries: Vec::new(),
            closing: None,
            commits: 0,
            reader,
            chores: Chores {
                ungathered: Some(0),
                ..Chores::default()
            },
        }
    }

    /// Serves jobs until told to close or no one is left to ask. The lock goes last.
    pub fn run(mut self, folder: DataLock) {
        self.shared.rest.is_here();
        while self.closing.is_none() {
            if self.gathered.is_empty() {
                match self.wait() {
                    Some(job) => self.take(job),
                    None => break,
                }
            }
            self.gather();
            self.bring_in();
            self.answer();
            if self
                .chores
                .ungathered
                .is_some_and(|many| many > MOST_UNGATHERED)
            {
                self.gather_for_search();
            }
        }
        self.reader.close();
        drop(lock(&self.shared.reader).take());
        if let Err((_, error)) = self.db.close() {
            tracing::warn!(%error, "the database did not close cleanly");
        }
        drop(folder);
        if let Some(tell) = self.closing {
            let _ = tell.send(());
        }
    }

    /// The next job. Until it comes, what else there is to do is done in steps of some milliseconds.
    fn wait(&mut self) -> Option<Job> {
        loop {
            match self.inbox.try_recv() {
                Ok(job) => return Some(job),
                Err(mpsc::error::TryRecvError::Disconnected) => return None,
                Err(mpsc::error::TryRecvError::Empty) if self.do_chore() => {}
                Err(mpsc::error::TryRecvError::Empty) => return self.inbox.blocking_recv(),
            }
        }
    }

    /// One step; false if there was nothing to do.
    fn do_chore(&mut self) -> bool {
        if self.chores.ungathered.is_some() {
            self.gather_for_search();
        } else if let Some(mut expiry) = self.chores.expire.take() {
            match expire(&mut self.db, expiry.before) {
                Ok(true) => {
                    self.chores.scrub = true;
                    expiry.deleted = true;
                    self.chores.expire = Some(expiry);
                }
                Ok(false) => {
                    let _ = expiry.tell.send(expiry.deleted);
                }
                Err(error) => {
                    tracing::warn!(%error, "old messages could not be deleted");
                    let _ = expiry.tell.send(expiry.deleted);
                }
            }
        } else if std::mem::take(&mut self.chores.scrub) {
            // What was deleted still stands in the write-ahead log.
            let scrubbed = self
                .db
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            if let Err(error) = scrubbed {
                tracing::warn!(%error, "the log could not be emptied");
            }
        } else {
            return false;
        }
        true
    }

    fn gather_for_search(&mut self) {
        match search::gather(&mut self.db) {
            Ok(true) => self.chores.ungathered = Some(0),
            Ok(false) => self.chores.ungathered = None,
            Err(error) => {
                // A search reads them one by one until this works again.
                tracing::warn!(%error, "messages could not be gathered for the search");
                self.chores.ungathered = None;
            }
        }
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Write(submissions) => self.take_all(submissions),
            Job::Query(ask) => self.queries.push((ask, false)),
            Job::Look(ask) => self.queries.push((ask, true)),
            Job::Expire(before, tell) => {
                let earlier = self.chores.expire.take();
                self.chores.expire = Some(Expiry {
                    before,
                    deleted: earlier.is_some_and(|earlier| earlier.deleted),
                    tell,
                });
            }
            Job::Close(tell) => self.closing = Some(tell),
        }
    }

    fn take_all(&mut self, submissions: Vec<Submission>) {
        for Submission { seq, ops } in submissions {
            self.ops += ops.len();
            self.bytes += ops.iter().map(text_bytes).sum::<usize>();
            self.last = seq;
            self.gathered.push(ops);
        }
    }

    fn answer(&mut self) {
        for (ask, elsewhere) in self.queries.drain(..) {
            if elsewhere {
                self.reader.ask(ask);
            } else {
                ask(&self.db);
            }
        }
    }

    /// Takes what is waiting, and tells how many submissions that were.
    fn drain(&mut self) -> usize {
        let before = self.gathered.len();
        while let Ok(job) = self.inbox.try_recv() {
            self.take(job);
        }
        self.gathered.len() - before
    }

    /// Syncs what comes, until it is quiet, there is enough for a transaction, or somebody wants to know something.
    fn gather(&mut self) {
        let (mut spans, mut span) = (0, 1);
        let (mut unsynced, mut synced) = (true, (0, 0));
        while self.queries.is_empty()
            && self.closing.is_none()
            && self.ops < GROUP_OPS
            && self.bytes < GROUP_BYTES
        {
            std::thread::sleep(GATHER * span);
            let new = self.drain();
            unsynced |= new > 0;
            spans += span;
            let much = self.ops - synced.0 >= ENOUGH_OPS || self.bytes - synced.1 >= ENOUGH_BYTES;
            if new / FLOOD >= span as usize && spans < MOST_SPANS && !much {
                span = FLOOD_SPANS;
                continue;
            }
            span = 1;
            if std::mem::take(&mut unsynced) {
                self.sync();
                (spans, synced) = (0, (self.ops, self.bytes));
            } else {
                let come = || !self.inbox.is_empty();
                let mut rested = self.shared.rest.until(QUIET, come);
                // What is put off is handed over soon: it goes into the database with what is here.
                if rested && !lock(&self.shared.put_off).is_empty() {
                    rested = self.shared.rest.until(LATER, come);
                }
                if self.inbox.is_closed() {
                    return;
                }
                if rested && lock(&self.shared.put_off).is_empty() {
                    return;
                }
                unsynced |= self.drain() > 0;
            }
        }
    }

    /// All that was gathered is in the file: it was appended before it was handed over.
    fn sync(&mut self) {
        let file = lock(&self.shared.journal).file();
        match file.sync_data() {
            Ok(()) => drop(self.tell.send(self.last)),
            // It is in the database soon, or will not be acknowledged.
            Err(error) => tracing::error!(%error, "the journal cannot be synced"),
        }
    }

    /// Brings everything gathered into the database. While the disk refuses, nothing more is taken and this goes on.
    fn bring_in(&mut self) {
        let shared = self.shared.clone();
        let over = {
            let mut journal = lock(&shared.journal);
            // Under the lock nothing is added: what was gathered is what is in the file.
            self.drain();
            self.take_all(std::mem::take(&mut *lock(&shared.put_off)));
            if self.gathered.is_empty() {
                return;
            }
            journal.take_turn()
        };
        if self.commits.is_multiple_of(SWEEP_EVERY) {
            sweep(&self.db);
        }
        self.commits = self.commits.wrapping_add(1);
        let (submissions, last) = (std::mem::take(&mut self.gathered), self.last);
        (self.ops, self.bytes) = (0, 0);
        let mut told = false;
        while let Err(error) = commit(&mut self.db, &submissions, over.number) {
            if !std::mem::replace(&mut told, true) {
                tracing::error!(%error, "the database cannot be written");
            }
            *lock(&shared.trouble) = Some(write_failed(&error));
            std::thread::sleep(RETRY);
            // What still comes in is of the next turn, and in the other file.
            self.drain();
            self.answer();
            if self.closing.is_some() || self.inbox.is_closed() {
                return; // The journal has it until the next start.
            }
        }
        *lock(&shared.trouble) = None;
        let ops = submissions.iter().flatten();
        let (messages, deleted) = ops.fold((0, false), |(messages, deleted), op| match op {
            Op::Message { .. } => (messages + 1, deleted),
            Op::Forget { .. } | Op::ForgetRoom { .. } => (messages, true),
            _ => (messages, deleted),
        });
        if messages > 0 {
            *self.chores.ungathered.get_or_insert(0) += messages;
        }
        self.chores.scrub |= deleted;
        lock(&shared.fresh).kept_up_to(last);
        let _ = self.tell.send(last);
        if let Err(error) = over.empty() {
            // The database knows that it has this turn.
            tracing::warn!(%error, "the journal cannot be emptied");
        }
    }
}

fn text_bytes(op: &Op) -> usize {
    match op {
        Op::Message { message, .. } => message.body.len(),
        Op::Told { told, .. } => match &told.about.change {
            Change::Correct { body, .. } => body.len(),
            _ => 0,
        },
        _ => 0,
    }
}

/// Takes in what a crash has left in the journal; gives the number of the last turn that the database has.
pub fn catch_up(db: &mut Connection, turns: Vec<Turn>) -> rusqlite::Result<u64> {
    let mut last: u64 = db
        .query_row(
            "SELECT value FROM settings WHERE key = ?1",
            [LAST_TURN],
            |row| row.get::<_, String>(0),
        )
        .optional()?
        .and_then(|json| json.parse().ok())
        .unwrap_or(0);
    for Turn {
        number,
        submissions,
    } in turns
    {
        if number > last {
            commit(db, &submissions, number)?;
            last = number;
        }
    }
    Ok(last)
}

/// One transaction for the whole turn. If one submission is to blame, the others are kept without it; if the disk is, none
/// is, so that no later message is kept where an earlier one was not.
fn commit(db: &mut Connection, turn: &[Vec<Op>], number: u64) -> rusqlite::Result<()> {
    match transact(db, turn, number) {
        Err(error) if !is_disk(&error) => {
            tracing::error!(%error, "not kept");
            for submission in turn {
                if let Err(error) = transact(db, std::slice::from_ref(submission), number) {
                    if is_disk(&error) {
                        return Err(error);
                    }
                    tracing::error!(%error, "this was not kept");
                }
            }
            Ok(())
        }
        other => other,
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

/// Applies all operations.
fn transact(db: &mut Connection, turn: &[Vec<Op>], number: u64) -> rusqlite::Result<()> {
    let now = Timestamp::now();
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for op in turn.iter().flatten() {
        apply(&transaction, op, now)?;
    }
    search::refresh(&transaction)?;
    transaction
        .prepare_cached("INSERT OR REPLACE INTO settings (key, value) VALUES (?1, ?2)")?
        .execute([LAST_TURN, &number.to_string()])?;
    transaction.commit()
}

fn apply(db: &Connection, op: &Op, now: Timestamp) -> rusqlite::Result<()> {
    match op {
        Op::Message {
            with,
            message,
            outbox,
        } => take_message(db, with, message, *outbox, now)?,
        Op::State { id, state, reason } => change_state(db, id, *state, reason.as_deref())?,
        Op::Settled { id } => {
            let known = db
                .prepare_cached("UPDATE messages SET outbox = 0 WHERE id = ?1 AND from_me = 1")?
                .execute([id])?;
            if known == 0 {
                late::settled(db, id)?;
            }
        }
        Op::Told { with, told, outbox } => late::take(db, with, told, *outbox, now)?,
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
        Op::Forget { with, id } => forget(db, with.as_ref(), id.as_deref())?,
        Op::Key { key } => keys::put(db, key)?,
        Op::ForgetKey { fingerprint } => keys::forget(db, fingerprint)?,
        Op::MoveContact { from, to } => keys::move_contact(db, from, to)?,
        Op::Encrypted { id } => keys::encrypted(db, id)?,
        Op::Setting { key, value } if value.is_null() => {
            db.prepare_cached("DELETE FROM settings WHERE key = ?1")?
                .execute([key])?;
        }
        Op::RoomEntry {
            room, id, octets, ..
        } => {
            super::rooms::keep_entry(db, room, id, &super::rooms::decode(octets))?;
        }
        Op::ForgetRoom { room } => super::rooms::forget(db, room)?,
        Op::Room { room, about } => super::rooms::keep_about(db, room, about)?,
        Op::Setting { key, value } => {
            db.prepare_cached("INSERT OR REPLACE INTO settings (key, value) VALUES (?1, ?2)")?
                .execute([key, &value.to_string()])?;
        }
    }
    Ok(())
}

fn take_message(
    db: &Connection,
    with: &Jid,
    message: &Message,
    outbox: bool,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let from_me = message.is_own();
    if !from_me {
        let fresh = db
            .prepare_cached("INSERT OR IGNORE INTO seen (peer, id, time) VALUES (?1, ?2, ?3)")?
            .execute(params![with.as_str(), message.id, now.as_second()])?;
        if fresh == 0 && !says_something_else(db, with, message)? {
            return Ok(()); // taken before
        }
    }
    db.prepare_cached("INSERT OR IGNORE INTO contacts (jid) VALUES (?1)")?
        .execute([with.as_str()])?;
    if insert(db, with, message, from_me, outbox)? == 0 {
        if from_me {
            return Ok(()); // our own, submitted twice: it is there
        }
        // The peer counts its ids from the start again: the older message makes room.
        db.prepare_cached(
            "UPDATE messages SET id = id || '~' || row WHERE id = ?1 AND from_me = 0 AND peer = ?2",
        )?
        .execute(params![message.id, with.as_str()])?;
        insert(db, with, message, from_me, outbox)?;
    }
    if !from_me {
        late::catch_up(db, with, message)?;
    }
    Ok(())
}

fn insert(
    db: &Connection,
    with: &Jid,
    message: &Message,
    from_me: bool,
    outbox: bool,
) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO messages
         (peer, from_me, id, author, addressee, body, spans, time, encrypted, delayed, state, reason, outbox, extra)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        with.as_str(),
        from_me,
        message.id,
        message.from.as_str(),
        message.to.as_str(),
        message.body,
        late::spans_json(message),
        message.time.as_microsecond(),
        message.encrypted,
        message.delayed,
        message.state.map(state_number),
        message.reason,
        outbox,
        late::extra_json(message),
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
    let known = db
        .prepare_cached(
            // What is known is not taken back by news that come late: see `MessageState::may_become`.
            "UPDATE messages SET state = ?2, reason = ?4, outbox = coalesce(?3, outbox) WHERE id = ?1 AND from_me = 1
             AND NOT (state = 3 OR (state = 2 AND ?2 <> 3) OR (state = 1 AND ?2 = 0))",
        )?
        .execute(params![id, state_number(state), outbox, reason])?;
    if known == 0 {
        // It is no message, or one whose state stays as it is.
        late::change_state(db, id, state, reason)?;
    }
    Ok(())
}

fn read_up_to(db: &Connection, with: &Jid, id: &str) -> rusqlite::Result<()> {
    if let Some(row) = row_of(db, with, id)? {
        db.prepare_cached("UPDATE messages SET read = 1 WHERE peer = ?1 AND from_me = 0 AND read = 0 AND row <= ?2")?
            .execute(params![with.as_str(), row])?;
    }
    Ok(())
}

fn forget(db: &Connection, with: Option<&Jid>, id: Option<&str>) -> rusqlite::Result<()> {
    match (with, id) {
        (Some(with), Some(id)) => {
            db.prepare_cached("DELETE FROM messages WHERE id = ?1 AND peer = ?2")?
                .execute([id, with.as_str()])?;
            db.prepare_cached("DELETE FROM changes WHERE target = ?1 AND peer = ?2")?
                .execute([id, with.as_str()])?;
        }
        (Some(with), None) => {
            db.execute("DELETE FROM messages WHERE peer = ?1", [with.as_str()])?;
            db.execute("DELETE FROM changes WHERE peer = ?1", [with.as_str()])?;
        }
        (None, _) => db.execute_batch(
            "DELETE FROM search_filters; DELETE FROM search_blocks; DELETE FROM search_stale;
             DELETE FROM messages; DELETE FROM changes; DELETE FROM contacts;",
        )?,
    }
    Ok(())
}

/// Deletes some of the oldest messages that came before this time; false if there is none. What is still to be sent stays.
/// A message that was on its way for long goes with those that came when it did.
fn expire(db: &mut Connection, before: Timestamp) -> rusqlite::Result<bool> {
    let transaction = db.transaction()?;
    let deleted = transaction
        .prepare_cached(
            "DELETE FROM messages WHERE outbox = 0 AND time < ?1 AND row IN (SELECT row FROM messages ORDER BY row LIMIT ?2)",
        )?
        .execute(params![before.as_microsecond(), EXPIRE_AT_ONCE])?;
    if deleted > 0 {
        search::refresh(&transaction)?;
        transaction.commit()?;
    }
    Ok(deleted > 0)
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
    if let Err(error) = ids.and(contacts).and(late::sweep(db, now)) {
        tracing::warn!(%error, "old entries could not be cleared away");
    }
}
