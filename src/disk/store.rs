//! The store: what the node asks to be kept, in order, and hears back when it is.
//!
//! One SQLite file, one thread. [`Store::submit`] hands over operations; whatever waits together becomes one
//! transaction (group commit), so that under load the cost of reaching the disk is shared. Every submission is answered
//! by one [`Stored`] with its number, in order, once its transaction is on disk or has failed.
//!
//! What "on disk" means: a commit is handed to the system's cache (WAL, `synchronous=NORMAL`), so it outlives every end of
//! the process, kill -9 included; and within a second of it the files are synced, so that a power failure takes one
//! second of messages at most, and never the consistency of the file. Waiting for the platter at every commit (`FULL`)
//! cost 316 µs instead of 27 µs, and 20 ms instead of 0.5 ms for one in a hundred, on the disk that it was measured on:
//! more than a whole round trip between two peers.
//!
//! Limits: 1024 submissions wait at most, then `submit` waits; 4096 operations or 8 MiB of text a transaction; a history
//! page has at most 1000 messages and about 8 MiB of text; ids are remembered for 30 days.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::open::{self, OpenError};
use super::{queries, writer};
use crate::event::{ConversationSummary, Message, MessageState};
use crate::model::settings::Settings;
use crate::wire::jid::Jid;

/// A change to be kept. Operations are applied in order; those that wait together are committed together.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A new message of ours (it has a state) or of a peer (it has none; its id is made unique by the node if the peer
    /// sent none). A message of a peer that was taken before is not taken again: see [`Stored::duplicates`]. A peer's
    /// id that comes again with another text is another message; the older one is then kept under a changed id.
    Message {
        /// With whom.
        with: Jid,
        /// The message.
        message: Box<Message>,
        /// Still to be sent.
        outbox: bool,
    },
    /// The state of a message of ours changed. `queued` puts it (back) into the outbox, states past `sent` take it out,
    /// `sent` leaves it as it is: the peer's program may not have it on its disk yet.
    State {
        /// Its id.
        id: String,
        /// The state.
        state: MessageState,
        /// Why, for `failed` and `uncertain`.
        reason: Option<String>,
    },
    /// A message of ours leaves the outbox whatever its state: nothing more will be heard of it (`sent` to a peer that
    /// knows no receipts).
    Settled {
        /// Its id.
        id: String,
    },
    /// Everything in the conversation up to this message was read.
    Read {
        /// With whom.
        with: Jid,
        /// The newest one read.
        id: String,
    },
    /// What a contact was called and looked like last.
    Contact {
        /// Who.
        jid: Jid,
        /// Nick.
        nick: String,
        /// `phsh` of its picture, lower-case hex, empty if none.
        avatar: String,
        /// When.
        seen: Timestamp,
    },
    /// One setting, as JSON.
    Setting {
        /// Its key.
        key: String,
        /// Its value.
        value: serde_json::Value,
    },
}

/// The answer to a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The number that it was submitted with.
    pub seq: u64,
    /// Which of its operations (by position) were messages of a peer that had been taken before: not to be shown, but
    /// to be acknowledged again.
    pub duplicates: Vec<usize>,
    /// Whether it is on disk; if not, none of it is, and this is a sentence for people.
    pub result: Result<(), String>,
}

/// What was kept from last time.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The settings; members never stored, or that no longer read, have their defaults.
    pub settings: Settings,
    /// Everything that was stored by [`Op::Setting`], also under keys that are no member of the settings.
    pub values: BTreeMap<String, Value>,
    /// Contacts as last seen, with and without a conversation.
    pub contacts: Vec<StoredContact>,
    /// Conversations: the last message and how many are unread.
    pub conversations: BTreeMap<Jid, ConversationSummary>,
    /// Messages of ours that are still to be sent or acknowledged, with whom, oldest first.
    pub outbox: Vec<(Jid, Message)>,
    /// The copy of the database that was made before bringing it to this version.
    pub backup: Option<PathBuf>,
}

/// A contact as last seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredContact {
    /// Who.
    pub jid: Jid,
    /// Nick, may be empty.
    pub nick: String,
    /// SHA-1 of its picture, lower-case hex, empty if none.
    pub avatar: String,
    /// When it was last here.
    pub seen: Timestamp,
}

/// A page of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Nothing older exists.
    pub complete: bool,
}

/// The store is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store is closed")]
pub struct StoreClosed;

/// A handle on the store. The thread ends, and the folder's lock is released, after [`Store::close`] or when the last
/// handle is gone; everything submitted before is still written.
#[derive(Clone, Debug)]
pub struct Store {
    jobs: mpsc::Sender<Job>,
}

/// What the thread is asked.
pub(super) enum Job {
    Write { seq: u64, ops: Vec<Op> },
    Query(Box<dyn FnOnce(&Connection) + Send>),
    Close(oneshot::Sender<()>),
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

/// The answers to submissions, in their order. At most as many wait as submissions are outstanding.
pub type Answers = mpsc::UnboundedReceiver<Stored>;

impl Store {
    /// Opens or makes `balcony.db` in this folder, makes the folder if need be, and starts the thread.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing was lost or overwritten then.
    pub fn open(dir: &Path) -> Result<(Store, Loaded, Answers), OpenError> {
        let opened = open::open(dir)?;
        let path = dir.join(open::FILE);
        let mut loaded = queries::load(&opened.db).map_err(|error| OpenError::of(&path, &error))?;
        loaded.backup.clone_from(&opened.backup);
        let (jobs, inbox) = mpsc::channel(1024);
        let (tell, answers) = mpsc::unbounded_channel();
        let failed = |error| OpenError::Folder {
            path: dir.to_owned(),
            error,
        };
        let timer = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(failed)?;
        std::thread::Builder::new()
            .name("store".into())
            .spawn(move || writer::run(opened.db, opened.lock, &timer, inbox, &tell))
            .map_err(failed)?;
        Ok((Store { jobs }, loaded, answers))
    }

    /// Hands over changes; waits while 1024 submissions are waiting. The answer comes as [`Stored`] with this number.
    ///
    /// # Errors
    /// If the store is closed.
    pub async fn submit(&self, seq: u64, ops: Vec<Op>) -> Result<(), StoreClosed> {
        self.jobs
            .send(Job::Write { seq, ops })
            .await
            .map_err(|_| StoreClosed)
    }

    /// The same without waiting: gives the operations back if 1024 submissions are waiting or the store is closed.
    ///
    /// # Errors
    /// The operations.
    pub fn try_submit(&self, seq: u64, ops: Vec<Op>) -> Result<(), Vec<Op>> {
        self.jobs
            .try_send(Job::Write { seq, ops })
            .map_err(|error| match error.into_inner() {
                Job::Write { ops, .. } => ops,
                Job::Query(_) | Job::Close(_) => Vec::new(),
            })
    }

    /// A page of a conversation: the newest `limit` (1 to 1000) messages, or those before the message with this id.
    /// Sees everything that was submitted before.
    ///
    /// # Errors
    /// A sentence for people: no such message, or the disk does not read.
    pub fn history(
        &self,
        with: Jid,
        limit: u32,
        before: Option<String>,
    ) -> impl Future<Output = Result<Page, String>> + Send + use<> {
        self.query(move |db| queries::history(db, &with, limit.clamp(1, 1000), before.as_deref()))
    }

    /// All conversations in one line each.
    ///
    /// # Errors
    /// A sentence for people: the disk does not read.
    pub fn conversations(
        &self,
    ) -> impl Future<Output = Result<BTreeMap<Jid, ConversationSummary>, String>> + Send + use<>
    {
        self.query(|db| queries::conversations(db).map_err(|error| read_failed(&error)))
    }

    /// Whom one of our messages, or a received one, was exchanged with, and the message itself; of several with this
    /// id, ours.
    ///
    /// # Errors
    /// A sentence for people: the disk does not read.
    pub fn message(
        &self,
        id: String,
    ) -> impl Future<Output = Result<Option<(Jid, Message)>, String>> + Send + use<> {
        self.query(move |db| queries::message(db, &id).map_err(|error| read_failed(&error)))
    }

    /// Whether a message of this peer was taken in the last 30 days.
    ///
    /// # Errors
    /// A sentence for people: the disk does not read.
    pub fn seen(
        &self,
        peer: Jid,
        id: String,
    ) -> impl Future<Output = Result<bool, String>> + Send + use<> {
        self.query(move |db| queries::seen(db, &peer, &id).map_err(|error| read_failed(&error)))
    }

    /// Writes everything submitted before, closes the file and releases the folder.
    pub async fn close(&self) {
        let (tell, told) = oneshot::channel();
        if self.jobs.send(Job::Close(tell)).await.is_ok() {
            let _ = told.await;
        }
    }

    /// Runs a query on the thread, after everything that was submitted before it.
    fn query<T, F>(&self, ask: F) -> impl Future<Output = Result<T, String>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, String> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job = Job::Query(Box::new(move |db| {
            let _ = tell.send(ask(db));
        }));
        let jobs = self.jobs.clone();
        async move {
            jobs.send(job).await.map_err(|_| StoreClosed.to_string())?;
            told.await.map_err(|_| StoreClosed.to_string())?
        }
    }
}

/// A sentence for people about a query that failed.
pub(super) fn read_failed(error: &rusqlite::Error) -> String {
    format!("the database cannot be read: {error}")
}
