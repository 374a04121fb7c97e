//! First the disk, then the rest: what is to be done once an operation is kept, and what once it is synced.
//!
//! Kept means that it survives the end of our process: then it is shown, and what is ours is sent. Synced means that it
//! survives a power cut, too: then it is acknowledged, and may be forgotten by who sent it.

use std::time::Duration;

use serde_json::Value;

use super::core::{Core, Timer};
use super::effect::Effect;
use super::files::ask::Ask;
use super::former::Former;
use crate::disk::store::{Op, Stored};
use crate::event::{Change, Content, Event, Message, MessageState, Told};
use crate::model::outbox::Pending;
use crate::net::{ConnId, Request as Net};
use crate::wire::jid::Jid;

/// Something that waits for a commit. `op` is the position of its operation in that commit.
#[derive(Debug)]
pub(super) enum After {
    /// A message of ours is kept: show it and send it.
    Queued { to: Jid, pending: Box<Pending> },
    /// A message of a peer, or what it says about one, is kept: show it, acknowledge it.
    Received {
        op: usize,
        conn: ConnId,
        kept: Kept,
        receipt: bool,
        /// The peer hears what arrived, and sends again what did not.
        again: bool,
    },
    /// Messages are deleted: tell it.
    Deleted {
        with: Option<Jid>,
        id: Option<String>,
        reference: Option<Value>,
    },
    /// Entries of a room are kept.
    RoomKept {
        room: crate::model::room::entry::RoomId,
        count: usize,
    },
    /// It is remembered that a file came.
    FileKept {
        transfer: String,
        folder: std::path::PathBuf,
        name: String,
    },
    /// So many stanzas that came after one that had to be kept are handled with it (XEP-0198 counts in order).
    Handled { conn: ConnId, count: u32 },
}

/// What of a peer was kept.
#[derive(Debug)]
pub(super) enum Kept {
    Message(Box<Message>),
    /// In the conversation with.
    Told(Jid, Box<Told>),
}

impl Kept {
    /// The id that it came under.
    fn id(&self) -> &str {
        match self {
            Kept::Message(message) => &message.id,
            Kept::Told(_, told) => &told.id,
        }
    }

    /// Of text in it.
    fn bytes(&self) -> usize {
        match self {
            Kept::Message(message) => message.body.len(),
            Kept::Told(_, told) => match &told.about.change {
                Change::Correct { body, .. } => body.len(),
                _ => 0,
            },
        }
    }
}

/// An acknowledgement that waits for the disk to be synced.
#[derive(Debug)]
pub(super) enum Acknowledge {
    /// A message, with a receipt under this id if one is wanted.
    Message {
        conn: ConnId,
        receipt: Option<String>,
        /// Of text in it.
        bytes: usize,
    },
    /// So many stanzas behind it.
    Handled { conn: ConnId, count: u32 },
}

/// A stream with more than this many messages waiting for the disk (by then only their ids) is not read from.
const PAUSE_AT: u32 = 10_000;
/// Nor one with more than so many bytes of text that wait.
const PAUSE_AT_BYTES: usize = 8 << 20;

/// What the disk refused is offered to it again after so long.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// So much of it is held.
const MOST_UNKEPT: usize = 20_000;

impl Core {
    /// Hands over what `handle` collected, as one commit.
    pub(super) fn flush_store(&mut self) {
        if self.quitting {
            self.ops.append(&mut self.notes);
        }
        if self.ops.is_empty() {
            return;
        }
        self.ops.append(&mut self.notes);
        self.forget_unkept();
        if self.disk_refuses {
            self.flush_moves();
        } else {
            self.flush_unkept();
        }
        self.seq += 1;
        let (ops, afters) = (
            std::mem::take(&mut self.ops),
            std::mem::take(&mut self.afters),
        );
        for after in &afters {
            if let After::Received { conn, kept, .. } = after {
                self.held_up(*conn, kept.bytes());
            }
        }
        self.waiting.push_back((self.seq, afters));
        self.effects.push_back(Effect::Store { seq: self.seq, ops });
    }

    /// What the disk refused and nobody will say again: states of messages, settings, what was read.
    fn keep_for_later(&mut self, refused: &[Op]) {
        let said_again =
            |op: &&Op| !matches!(op, Op::Message { .. } | Op::Told { .. } | Op::Forget { .. });
        self.unkept
            .extend(refused.iter().filter(said_again).cloned());
        let much = self.unkept.len().saturating_sub(MOST_UNKEPT);
        self.unkept.drain(..much);
        if !self.unkept.is_empty() {
            let at = self.after(TRY_AGAIN);
            self.timers.set(Timer::Keep, at);
        }
    }

    /// A setting that was changed again is not put back to what it was.
    fn forget_unkept(&mut self) {
        if self.unkept.is_empty() {
            return;
        }
        for op in &self.ops {
            if let Op::Setting { key: newer, .. } = op {
                self.unkept
                    .retain(|op| !matches!(op, Op::Setting { key, .. } if key == newer));
            }
        }
    }

    /// Tries once more to have it kept, before what is newer.
    pub(super) fn flush_unkept(&mut self) {
        if self.unkept.is_empty() {
            return;
        }
        self.timers.set(Timer::Keep, None);
        self.seq += 1;
        self.waiting.push_back((self.seq, Vec::new()));
        let ops = std::mem::take(&mut self.unkept);
        self.effects.push_back(Effect::Store { seq: self.seq, ops });
    }

    /// Under which name, and by which key, somebody is known comes before what is newer also while the disk refuses: otherwise the first message that
    /// it takes again would not be known for one that came under the old name.
    fn flush_moves(&mut self) {
        let is_move = |op: &Op| match op {
            Op::MoveContact { .. } | Op::Key { .. } | Op::ForgetKey { .. } => true,
            Op::Setting { key, .. } => Former::owns(key),
            _ => false,
        };
        if !self.unkept.iter().any(is_move) {
            return;
        }
        let (ops, rest) = self.unkept.drain(..).partition(is_move);
        self.unkept = rest;
        self.seq += 1;
        self.waiting.push_back((self.seq, Vec::new()));
        self.effects.push_back(Effect::Store { seq: self.seq, ops });
    }

    fn held_up(&mut self, conn: ConnId, bytes: usize) {
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        link.unstored += 1;
        link.unstored_bytes += bytes;
        let full = link.unstored > PAUSE_AT || link.unstored_bytes > PAUSE_AT_BYTES;
        if full && !std::mem::replace(&mut link.paused, true) {
            self.ask(Net::Pause { conn });
        }
    }

    pub(super) fn on_stored(&mut self, stored: &Stored) {
        while let Some((waiting, _)) = self.waiting.front() {
            if *waiting > stored.seq {
                break;
            }
            let Some((_, afters)) = self.waiting.pop_front() else {
                break;
            };
            match &stored.result {
                Ok(()) => {
                    self.disk_refuses = false;
                    let acknowledge = self.perform(afters, &stored.duplicates);
                    if !acknowledge.is_empty() {
                        self.unsynced.push_back((stored.seq, acknowledge));
                    }
                }
                Err(why) => {
                    self.keep_for_later(&stored.refused);
                    self.give_up(afters, why);
                }
            }
        }
        if stored.synced {
            self.on_synced(stored.seq);
        }
    }

    /// Everything up to this commit survives a power cut.
    pub(super) fn on_synced(&mut self, seq: u64) {
        let mut receipts: Vec<(ConnId, Vec<String>)> = Vec::new();
        while self.unsynced.front().is_some_and(|(at, _)| *at <= seq) {
            for one in self
                .unsynced
                .pop_front()
                .into_iter()
                .flat_map(|(_, all)| all)
            {
                let (conn, count) = match one {
                    Acknowledge::Handled { conn, count } => (conn, count),
                    Acknowledge::Message {
                        conn,
                        receipt,
                        bytes,
                    } => {
                        match (receipt, receipts.last_mut()) {
                            (Some(id), Some((on, ids))) if *on == conn => ids.push(id),
                            (Some(id), _) => receipts.push((conn, vec![id])),
                            (None, _) => {}
                        }
                        self.caught_up(conn, bytes);
                        (conn, 1)
                    }
                };
                self.handled(conn, count);
            }
        }
        for (conn, ids) in receipts {
            self.send_receipts(conn, ids);
        }
    }

    /// Behind everything that is to be acknowledged already.
    pub(super) fn acknowledge_later(&mut self, after: After) {
        match (after, self.unsynced.back_mut()) {
            (After::Handled { conn, count }, Some((_, all))) => {
                all.push(Acknowledge::Handled { conn, count });
            }
            (after, _) => self.afters.push(after),
        }
    }

    /// Shows and sends what is kept; gives what is to be acknowledged once it is synced.
    fn perform(&mut self, afters: Vec<After>, duplicates: &[usize]) -> Vec<Acknowledge> {
        let mut acknowledge = Vec::new();
        let mut to: Vec<Jid> = Vec::new();
        for after in afters {
            match after {
                After::Queued { to: jid, pending } => {
                    let jid = self.moved_meanwhile(jid, &pending);
                    self.queued(&jid, *pending);
                    if to.last() != Some(&jid) {
                        to.push(jid);
                    }
                }
                After::Received {
                    op,
                    conn,
                    kept,
                    receipt,
                    ..
                } => {
                    let (receipt, bytes) = (receipt.then(|| kept.id().to_owned()), kept.bytes());
                    if !duplicates.contains(&op) {
                        self.show_kept(kept);
                    }
                    acknowledge.push(Acknowledge::Message {
                        conn,
                        receipt,
                        bytes,
                    });
                }
                After::Deleted {
                    with,
                    id,
                    reference,
                } => self.on_deleted(with, id, reference),
                After::RoomKept { room, count } => self.on_room_kept(room, count),
                After::FileKept {
                    transfer,
                    folder,
                    name,
                } => self.effects.push_back(Effect::File(Ask::Remembered {
                    transfer,
                    folder,
                    name,
                })),
                After::Handled { conn, count } => {
                    acknowledge.push(Acknowledge::Handled { conn, count });
                }
            }
        }
        for jid in to {
            self.pump(&jid);
        }
        acknowledge
    }

    /// While the disk was at it, it may have turned out that whom it was written to is called otherwise now.
    fn moved_meanwhile(&mut self, to: Jid, pending: &Pending) -> Jid {
        let Some(now) = self.now_called(&to) else {
            return to;
        };
        self.recent
            .sent(&pending.id, &now, pending.reference.clone());
        now
    }

    fn show_kept(&mut self, kept: Kept) {
        match kept {
            Kept::Message(message) => self.show(*message),
            Kept::Told(with, told) => self.tell(&with, &told, None),
        }
    }

    fn queued(&mut self, to: &Jid, pending: Pending) {
        let (body, extra, about) = match &pending.content {
            Content::Text { body, extra } => (Some(body.clone()), extra.clone(), None),
            Content::About(about) => {
                let told = Told {
                    id: pending.id.clone(),
                    from: self.ourselves.jid.clone(),
                    own: true,
                    time: pending.time,
                    about: (**about).clone(),
                };
                self.tell(to, &told, pending.reference.clone());
                (None, None, Some(about.target.clone()))
            }
        };
        if pending.content.is_unheard() {
            return self.put_into_outbox(to.clone(), pending);
        }
        self.emit(Event::MessageState {
            id: pending.id.clone(),
            reference: pending.reference.clone(),
            to: to.clone(),
            state: MessageState::Queued,
            reason: None,
            time: body.is_some().then_some(pending.time),
            body,
            encrypted: None,
            extra,
            about,
        });
        self.put_into_outbox(to.clone(), pending);
        self.hurry(to);
    }

    fn caught_up(&mut self, conn: ConnId, bytes: usize) {
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        link.unstored = link.unstored.saturating_sub(1);
        link.unstored_bytes = link.unstored_bytes.saturating_sub(bytes);
        let free = link.unstored < PAUSE_AT / 2 && link.unstored_bytes < PAUSE_AT_BYTES / 2;
        if free && std::mem::replace(&mut link.paused, false) {
            self.ask(Net::Resume { conn });
        }
    }

    /// The disk refused. Our own messages are not sent; those of a peer that can send them again are refused in turn,
    /// those of others are at least shown.
    fn give_up(&mut self, afters: Vec<After>, why: &str) {
        if !std::mem::replace(&mut self.disk_refuses, true) {
            self.error(None, format!("Messages cannot be kept: {why}"));
        }
        for after in afters {
            match after {
                After::Queued { to, pending } => {
                    let (body, extra) = match &pending.content {
                        Content::Text { body, extra } => (Some(body.clone()), extra.clone()),
                        Content::About(_) => (None, None),
                    };
                    self.emit(Event::MessageState {
                        id: pending.id.clone(),
                        reference: pending.reference.clone(),
                        to: to.clone(),
                        state: MessageState::Failed,
                        reason: Some(format!("not sent, because it could not be kept: {why}")),
                        time: body.is_some().then_some(pending.time),
                        body,
                        encrypted: None,
                        extra,
                        about: pending.content.target().map(str::to_owned),
                    });
                    self.park(to, *pending);
                }
                After::Received {
                    conn, kept, again, ..
                } => {
                    if again {
                        self.fail_link(conn, crate::wire::nonza::Condition::ResourceConstraint);
                    } else {
                        let bytes = kept.bytes();
                        self.show_kept(kept);
                        self.caught_up(conn, bytes);
                    }
                }
                After::Deleted { reference, .. } => {
                    self.error(reference, format!("Nothing was deleted: {why}"));
                }
                // They are not told to anybody; our own are not sent.
                After::RoomKept { .. } | After::FileKept { .. } | After::Handled { .. } => {}
            }
        }
    }
}
