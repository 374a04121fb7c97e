//! The store: what the node asks to be kept, in order, and hears back when it is.
//!
//! One SQLite file with a thread of its own, and a journal in front of it. [`Store::submit`] appends to the journal before it
//! returns: what it said to be kept survives the end of our process at any moment. Some milliseconds later the thread syncs
//! the journal and tells so ([`Answers`]): what was kept survives a power cut, too, and may be acknowledged. What nobody waits
//! for (what others wrote in rooms) is synced within a second or so. In quiet moments
//! the thread brings all of it into the database in one transaction, and before it answers any question.
//!
//! Limits: 8192 submissions wait at most for the thread, then `submit` waits; a transaction is begun at 16384 operations or
//! 8 MiB of text; 64 searches wait at most; a history page has at most 1000 messages and about 8 MiB of text; ids are remembered for 30 days.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::future::Future;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::journal::Journal;
use super::known::{Fresh, Known, names};
use super::open::{self, OpenError};
use super::reader::Reader;
use super::rest::Rest;
use super::search::{self, Found, Wanted};
use super::writer::Writer;
use super::{late, queries, writer};
use crate::command::Place;
use crate::event::{ConversationSummary, Hit, Message, MessageState, Told};
use crate::model::outbox::Pending;
use crate::model::settings::Settings;
use crate::model::trust::KnownKey;
use crate::wire::jid::Jid;
use crate::wire::key::Fingerprint;

/// A change to be kept. Operations are applied in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// Something was said about an earlier message: by us (then it may be still to be sent) or by a peer (the same twice is
    /// taken once, see [`Stored::duplicates`]). If the message is there it is changed; if it is a peer's and has not come,
    /// that is done when it does: at most 200 changes of a peer wait for that, for at most 30 days. The state of a change
    /// of ours is kept as that of a message is.
    Told {
        /// In the conversation with whom.
        with: Jid,
        /// What was said.
        told: Box<Told>,
        /// Still to be sent.
        outbox: bool,
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
    /// Messages are deleted: the one with this id in the conversation with this one, else all with this one, else all.
    /// They leave the search index, the outbox and the files with it. Which ids were taken from peers is remembered all
    /// the same, so that a late second copy does not bring one back.
    Forget {
        /// The conversation.
        with: Option<Jid>,
        /// The message.
        id: Option<String>,
    },
    /// A key of somebody's, as it is known now.
    Key {
        /// The key.
        key: Box<KnownKey>,
    },
    /// That key is no longer known.
    ForgetKey {
        /// Which.
        fingerprint: Fingerprint,
    },
    /// The conversation with one name goes on under another; if there is one already, they become one.
    MoveContact {
        /// The name so far.
        from: Jid,
        /// The name from now on.
        to: Jid,
    },
    /// A message of ours left on an encrypted stream.
    Encrypted {
        /// Its id.
        id: String,
    },
    /// An entry of a room, in the order in which entries are to be read again. Its id is the room's own matter; one that
    /// is there is not kept twice.
    RoomEntry {
        /// The room's id.
        room: String,
        /// Its own id.
        id: String,
        /// Its exact octets, base64.
        octets: String,
        /// We wrote it: others may have nothing of it yet.
        #[serde(default)]
        own: bool,
    },
    /// A room is deleted with its entries.
    ForgetRoom {
        /// The room's id.
        room: String,
    },
    /// What is kept of a room beside its entries.
    Room {
        /// The room's id.
        room: String,
        /// As the node wrote it.
        about: Value,
    },
    /// One setting, as JSON; null forgets it.
    Setting {
        /// Its key.
        key: String,
        /// Its value.
        value: serde_json::Value,
    },
}

impl Op {
    /// Is this synced soon enough within [`LATER`]? What others wrote in a room they have on their disks, and so have those
    /// who pass it on; nobody is told before that time that it is on ours.
    fn can_wait(&self) -> bool {
        matches!(self, Op::RoomEntry { own: false, .. })
    }
}

/// What nobody waits for is synced after so long at most: in a hall a message comes to hundreds of disks, and none of them
/// makes it any safer than its author's does.
pub(super) const LATER: Duration = Duration::from_secs(1);

/// How long this time. Many of us may share a machine, a terminal server's users do: they do not all turn to its disk at the
/// same instant after each message.
fn later() -> Duration {
    let part = RandomState::new().build_hasher().finish() % 512;
    LATER / 2 + LATER / 1024 * u32::try_from(part).unwrap_or(0)
}

/// So many such submissions are handed to the thread before.
const MOST_PUT_OFF: usize = 256;

/// The answer to a submission.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The number that it was submitted with.
    pub seq: u64,
    /// Which of its operations (by position) were messages of a peer that had been taken before: not to be shown, but
    /// to be acknowledged again.
    pub duplicates: Vec<usize>,
    /// Whether it is kept; if not, none of it is, and this is a sentence for people.
    pub result: Result<(), String>,
    /// Whether a power cut would leave it, too. If not yet, that is told later.
    pub synced: bool,
    /// The operations, if they were refused.
    pub refused: Vec<Op>,
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
    /// The keys of others.
    pub keys: Vec<KnownKey>,
    /// Conversations: the last message and how many are unread.
    pub conversations: BTreeMap<Jid, ConversationSummary>,
    /// Messages of ours that are still to be sent or acknowledged, with whom, oldest first.
    pub outbox: Vec<(Jid, Pending)>,
    /// What peers said about messages that have not come, with whom.
    pub early: Vec<(Jid, Told)>,
    /// Rooms with their entries.
    pub rooms: Vec<super::rooms::KeptRoom>,
    /// Our latest broadcasts, with how far they got.
    pub broadcasts: Vec<super::broadcasts::KeptBroadcast>,
    /// The copy of the database that was made before bringing it to this version.
    pub backup: Option<PathBuf>,
}

/// A contact as last seen.
#[derive(Clone, Debug, PartialEq)]
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
    /// Nothing newer exists.
    pub newest: bool,
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
    shared: Arc<Shared>,
}

/// What the handles and the thread have in common.
#[derive(Debug)]
pub(super) struct Shared {
    /// Held while a submission is appended and handed over, so that the thread has exactly what is in the file.
    pub journal: Mutex<Journal>,
    /// Why nothing can be kept at the moment.
    pub trouble: Mutex<Option<String>>,
    /// Messages of peers that are in the journal and not in the database.
    pub fresh: Mutex<Fresh>,
    /// Messages of peers that may be in the database or in the journal.
    pub known: Mutex<Known>,
    /// For looking up what was taken before; the thread closes it before its own, which then tidies up.
    pub reader: Mutex<Option<Connection>>,
    /// Wakes the thread, behind each job.
    pub rest: Rest,
    /// Submissions that are in the journal and that the thread was not told of yet: see [`LATER`]. Taken under the lock of
    /// the journal, so that they keep their place between the others.
    pub put_off: Mutex<Vec<Submission>>,
}

/// What was submitted, and the number under which it was.
#[derive(Debug)]
pub(super) struct Submission {
    pub seq: u64,
    pub ops: Vec<Op>,
}

/// Takes a lock; nothing that is done under ours can leave it half done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A question to the database, which answers by itself.
pub(super) type Ask = Box<dyn FnOnce(&Connection) + Send>;

/// What the thread is asked.
pub(super) enum Job {
    Write(Vec<Submission>),
    Query(Ask),
    /// For the thread that only reads, once everything before it is in the database.
    Look(Ask),
    /// Delete what came before this time, in small steps, when there is nothing else to do.
    Expire(Timestamp, oneshot::Sender<bool>),
    Close(oneshot::Sender<()>),
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

/// Numbers of submissions: this one and all before it survive a power cut from now on.
pub type Answers = mpsc::UnboundedReceiver<u64>;

/// The settings of a folder as its database has them, without opening it for good: for how a window begins. None if there
/// are none yet, or they cannot be read; [`Store::open`] says why.
pub fn peek(dir: &Path) -> Option<Settings> {
    let path = dir.join(open::FILE);
    let db = path.is_file().then(|| open::reader(&path))?.ok()?;
    queries::peek(&db).ok()
}

impl Store {
    /// Opens or makes `balcony.db` in this folder, makes the folder if need be, takes in what a crash has left in the
    /// journal, and starts the thread.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing was lost or overwritten then.
    pub fn open(dir: &Path) -> Result<(Store, Loaded, Answers), OpenError> {
        let mut opened = open::open(dir)?;
        let path = dir.join(open::FILE);
        let folder = |error| OpenError::Folder {
            path: dir.to_owned(),
            error,
        };
        let sql = |error| OpenError::of(&path, &error);
        let (mut journal, turns) = Journal::open(dir).map_err(folder)?;
        let last = writer::catch_up(&mut opened.db, turns).map_err(sql)?;
        journal.restart(last).map_err(folder)?;
        let mut loaded = queries::load(&opened.db).map_err(sql)?;
        loaded.backup.clone_from(&opened.backup);
        let shared = Arc::new(Shared {
            journal: Mutex::new(journal),
            trouble: Mutex::default(),
            fresh: Mutex::default(),
            known: Mutex::new(Known::load(&opened.db).map_err(sql)?),
            reader: Mutex::new(Some(open::reader(&path).map_err(sql)?)),
            rest: Rest::default(),
            put_off: Mutex::default(),
        });
        let (jobs, inbox) = mpsc::channel(8192);
        let (tell, answers) = mpsc::unbounded_channel();
        let reader = Reader::start(open::reader(&path).map_err(sql)?).map_err(folder)?;
        let writer = Writer::new(opened.db, shared.clone(), inbox, tell, reader);
        std::thread::Builder::new()
            .name("store".into())
            .spawn(move || writer.run(opened.lock))
            .map_err(folder)?;
        Ok((Store { jobs, shared }, loaded, answers))
    }

    /// Keeps changes; waits while 8192 submissions are waiting for the thread.
    ///
    /// # Errors
    /// If the store is closed.
    pub async fn submit(&self, seq: u64, ops: Vec<Op>) -> Result<Stored, StoreClosed> {
        let place = self.jobs.reserve().await.map_err(|_| StoreClosed)?;
        let refused = |why, ops| {
            // The next copy is the first again.
            lock(&self.shared.fresh).refused(seq);
            Stored {
                seq,
                duplicates: Vec::new(),
                result: Err(why),
                synced: false,
                refused: ops,
            }
        };
        if let Some(why) = lock(&self.shared.trouble).clone() {
            return Ok(refused(why, ops));
        }
        let duplicates = match self.duplicates(seq, &ops) {
            Ok(duplicates) => duplicates,
            Err(error) => return Ok(refused(read_failed(&error), ops)),
        };
        let mut journal = lock(&self.shared.journal);
        if let Err(error) = journal.append(&ops) {
            drop(journal);
            return Ok(refused(open::append_failed(&error), ops));
        }
        let can_wait = ops.iter().all(Op::can_wait);
        let mut put_off = lock(&self.shared.put_off);
        put_off.push(Submission { seq, ops });
        if can_wait && put_off.len() < MOST_PUT_OFF {
            if put_off.len() == 1 {
                self.hand_over_later();
            }
        } else {
            place.send(Job::Write(std::mem::take(&mut *put_off)));
            self.shared.rest.wake();
        }
        Ok(Stored {
            seq,
            duplicates,
            result: Ok(()),
            synced: false,
            refused: Vec::new(),
        })
    }

    /// Hands over what is put off, after a while. That keeps no thread from ending; what is put off then stands in the
    /// journal.
    fn hand_over_later(&self) {
        let (jobs, shared) = (self.jobs.downgrade(), Arc::downgrade(&self.shared));
        tokio::spawn(async move {
            tokio::time::sleep(later()).await;
            let (Some(jobs), Some(shared)) = (jobs.upgrade(), shared.upgrade()) else {
                return;
            };
            let Ok(place) = jobs.reserve().await else {
                return;
            };
            let _in_order = lock(&shared.journal);
            let submissions = std::mem::take(&mut *lock(&shared.put_off));
            if !submissions.is_empty() {
                place.send(Job::Write(submissions));
                shared.rest.wake();
            }
        });
    }

    /// Which of these are messages of peers that were taken before; those that were not are remembered.
    fn duplicates(&self, seq: u64, ops: &[Op]) -> rusqlite::Result<Vec<usize>> {
        let mut duplicates = Vec::new();
        let mut fresh = lock(&self.shared.fresh);
        for (at, op) in ops.iter().enumerate() {
            let (with, message) = match op {
                Op::Message { with, message, .. } => (with, message),
                Op::Told { with, told, .. } if !told.own => {
                    if self.is_told(seq, with, told, &mut fresh)? {
                        duplicates.push(at);
                    }
                    continue;
                }
                Op::MoveContact { from, to } => {
                    self.rename(seq, from, to, &mut fresh)?;
                    continue;
                }
                _ => continue,
            };
            if message.is_own() {
                continue;
            }
            let mut text = DefaultHasher::new();
            message.body.hash(&mut text);
            let text = text.finish();
            let Fresh { taken, moved } = &mut *fresh;
            let known = match taken.entry((with.clone(), message.id.clone())) {
                Entry::Occupied(mut known) => {
                    let same = known.get().1 == text;
                    if !same {
                        known.insert((seq, text));
                    }
                    same
                }
                Entry::Vacant(place) => {
                    let known = self.is_seen(moved, with, &message.id, |db, with| {
                        Ok(!queries::says_something_else(db, with, message)?)
                    })?;
                    if !known {
                        place.insert((seq, text));
                    }
                    known
                }
            };
            if known {
                duplicates.push(at);
            }
        }
        Ok(duplicates)
    }

    /// Was this said before? If not, it is remembered.
    fn is_told(
        &self,
        seq: u64,
        with: &Jid,
        told: &Told,
        fresh: &mut Fresh,
    ) -> rusqlite::Result<bool> {
        let id = late::seen_as(told);
        let Entry::Vacant(place) = fresh.taken.entry((with.clone(), id.clone())) else {
            return Ok(true);
        };
        let known = self.is_seen(&fresh.moved, with, &id, |_, _| Ok(true))?;
        if !known {
            place.insert((seq, 0));
        }
        Ok(known)
    }

    /// What was taken from a contact is remembered under its new name.
    fn rename(&self, seq: u64, from: &Jid, to: &Jid, fresh: &mut Fresh) -> rusqlite::Result<()> {
        if from == to {
            return Ok(());
        }
        let mut known = lock(&self.shared.known);
        for id in fresh.rename(from, to) {
            known.rename(from, to, &id);
        }
        if known.is_sure()
            && let Some(db) = &*lock(&self.shared.reader)
        {
            for name in names(&fresh.moved, from) {
                for id in queries::seen_of(db, name)? {
                    known.rename(from, to, &id);
                }
            }
        }
        fresh.moved.push((seq, from.clone(), to.clone()));
        Ok(())
    }

    /// Does the database remember this, and is it `still` the same? From now on it is known.
    fn is_seen(
        &self,
        moved: &[(u64, Jid, Jid)],
        with: &Jid,
        id: &str,
        still: impl Fn(&Connection, &Jid) -> rusqlite::Result<bool>,
    ) -> rusqlite::Result<bool> {
        let mut known = lock(&self.shared.known);
        if !known.may_hold(with, id) {
            known.add(with, id);
            return Ok(false);
        }
        let reader = lock(&self.shared.reader);
        let Some(db) = &*reader else { return Ok(false) };
        for name in names(moved, with) {
            if queries::seen(db, name, id)? && still(db, name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A page of a conversation, of `limit` (1 to 1000) messages. Sees everything that was submitted before.
    ///
    /// # Errors
    /// A sentence for people: no such message, or the disk does not read.
    pub fn history(
        &self,
        with: Jid,
        limit: u32,
        place: Place,
    ) -> impl Future<Output = Result<Page, String>> + Send + use<> {
        self.query(move |db| queries::history(db, &with, limit.clamp(1, 1000), &place))
    }

    /// Looks for messages, on a thread of its own. Sees everything that was submitted before.
    ///
    /// # Errors
    /// A sentence for people: no such message, too many searches at a time, or the disk does not read.
    pub fn search(
        &self,
        mut wanted: Wanted,
    ) -> impl Future<Output = Result<Found, String>> + Send + use<> {
        wanted.limit = wanted.limit.clamp(1, 1000);
        self.look(move |db| search::search(db, &wanted))
    }

    /// Messages as they came, of one conversation or of all, after this row (0 at first), and the row of the last; no row
    /// at the end.
    ///
    /// # Errors
    /// A sentence for people: the disk does not read.
    pub fn walk(
        &self,
        with: Option<Jid>,
        after: i64,
        limit: u32,
    ) -> impl Future<Output = Result<(Vec<Hit>, Option<i64>), String>> + Send + use<> {
        self.look(move |db| {
            queries::walk(db, with.as_ref(), after, limit).map_err(|error| read_failed(&error))
        })
    }

    /// Deletes what came before this time and needs not be sent any more, bit by bit, when there is nothing else to do.
    /// What is given tells whether anything was deleted, once that is over; never if the store is closed before.
    pub async fn expire(&self, before: Timestamp) -> oneshot::Receiver<bool> {
        let (tell, over) = oneshot::channel();
        // A closed store keeps what it has.
        let _ = self.hand_over(Job::Expire(before, tell)).await;
        over
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
        if self.hand_over(Job::Close(tell)).await.is_ok() {
            let _ = told.await;
        }
    }

    async fn hand_over(&self, job: Job) -> Result<(), StoreClosed> {
        self.jobs.send(job).await.map_err(|_| StoreClosed)?;
        self.shared.rest.wake();
        Ok(())
    }

    /// Runs a query on the thread that only reads, after everything that was submitted before it.
    fn look<T, F>(&self, ask: F) -> impl Future<Output = Result<T, String>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, String> + Send + 'static,
    {
        let unanswered = "too much is being looked for at once; try again".to_owned();
        self.answer(Job::Look, unanswered, ask)
    }

    /// Runs a query on the thread, after everything that was submitted before it.
    fn query<T, F>(&self, ask: F) -> impl Future<Output = Result<T, String>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, String> + Send + 'static,
    {
        self.answer(Job::Query, StoreClosed.to_string(), ask)
    }

    /// What a query says, or `unanswered` if nobody runs it.
    fn answer<T, F>(
        &self,
        job: fn(Ask) -> Job,
        unanswered: String,
        ask: F,
    ) -> impl Future<Output = Result<T, String>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, String> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job = job(Box::new(move |db| {
            let _ = tell.send(ask(db));
        }));
        let store = self.clone();
        async move {
            store
                .hand_over(job)
                .await
                .map_err(|error| error.to_string())?;
            told.await.map_err(|_| unanswered)?
        }
    }
}

/// A sentence for people about a query that failed.
pub(super) fn read_failed(error: &rusqlite::Error) -> String {
    format!("the database cannot be read: {error}")
}
