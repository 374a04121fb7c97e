//! How events change a [`Model`]: the only way it changes.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;

use super::{Contact, Conversation, Model, Unencrypted};
use crate::command::Place;
use crate::event::{
    ChatState, ConversationSummary, Event, Extra, File, Message, MessageState, OfflineReason, Peer,
};
use crate::wire::jid::Jid;

impl Model {
    /// Takes in what happened. Events that contradict what is known (a receipt overtaken by a later one, a message seen
    /// before, a page of history that joins nothing) change nothing.
    ///
    /// A node that serves several faces need not apply `history` answers to its own copy: they are the asker's to keep.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Ready { jid, port, .. } => {
                self.me.jid = jid.clone();
                self.me.port = *port;
                self.me.online = true;
            }
            Event::Me { me } => self.me = me.clone(),
            Event::PeerOnline { peer } | Event::PeerChanged { peer } => self.present(peer),
            Event::PeerOffline { jid, reason } => self.absent(jid, *reason),
            Event::TrustChanged { peer, security } => {
                if let Some(contact) = self.contacts.get_mut(peer) {
                    contact.security = security.clone();
                }
            }
            Event::Plaintext {
                peer,
                allowed,
                held,
            } => self.unencrypted(peer, *allowed, *held),
            Event::Verification { peer, verification } => {
                if let Some(contact) = self.contacts.get_mut(peer) {
                    contact.verification = Some(verification.clone());
                }
            }
            Event::ContactMoved { from, to } => self.moved(from, to),
            Event::Blocked { keys, names } => {
                self.blocked_keys.clone_from(keys);
                self.blocked_names.clone_from(names);
            }
            Event::MessageReceived { message } => self.received(message),
            Event::MessageState {
                id,
                to,
                state,
                reason,
                body,
                time,
                encrypted,
                extra,
                about,
                ..
            } => {
                if let Some(target) = about {
                    return self.change_state(to, target, *state, reason.as_deref());
                }
                let written = body
                    .as_ref()
                    .zip(*time)
                    .map(|(body, time)| (body, time, extra));
                self.state(
                    id,
                    to,
                    Progress {
                        state: *state,
                        reason,
                        encrypted: *encrypted,
                    },
                    written,
                );
            }
            Event::MessageCorrected { .. }
            | Event::MessageRetracted { .. }
            | Event::MessageReactions { .. } => self.told(event),
            Event::Latency { jid, micros } => {
                if let Some(contact) = self.contacts.get_mut(jid) {
                    contact.latency = Some(Duration::from_micros(u64::from(*micros)));
                }
            }
            Event::Typing { from, state } => {
                if let Some(contact) = self.contacts.get_mut(from) {
                    contact.typing = *state;
                }
            }
            Event::History {
                with,
                before,
                after,
                around,
                messages,
                complete,
                newest,
                ..
            } => {
                let contact = self
                    .contacts
                    .entry(with.clone())
                    .or_insert_with(|| Contact::new(with.clone()));
                let place = Place::of(before.clone(), after.clone(), around.clone());
                contact.conversation.page(
                    &place.unwrap_or_default(),
                    Page {
                        messages,
                        complete: *complete,
                        newest: *newest,
                    },
                );
            }
            Event::Draft { with, text } if text.is_empty() => drop(self.drafts.remove(with)),
            Event::Draft { with, text } => drop(self.drafts.insert(with.clone(), text.clone())),
            Event::Deleted { with, id, last, .. } => {
                self.deleted(with.as_ref(), id.as_deref(), last.as_deref());
            }
            Event::Expired { before } => self.expired(*before),
            Event::Read { with, id } => {
                if let Some(contact) = self.contacts.get_mut(with) {
                    contact.conversation.read(id);
                }
            }
            Event::NameChanged { jid, was } => {
                self.me.jid = jid.clone();
                self.notice(format!(
                    "The name “{was}” is taken on this network. You are now “{jid}”."
                ));
            }
            Event::FileOffered { file, .. } | Event::FileState { file, .. } => self.file(file),
            Event::FileProgress {
                transfer, bytes, ..
            } => {
                if let Some(file) = self.files.get_mut(transfer) {
                    file.bytes = *bytes;
                }
            }
            Event::FileForgotten { transfer } => {
                self.files.remove(transfer);
            }
            // What became of it was told by `file-state` already.
            Event::FileDone { .. } | Event::FileFailed { .. } => {}
            Event::Network { interfaces } => self.interfaces.clone_from(interfaces),
            Event::Room(event) => self.apply_room(event),
            Event::Settings { settings } => self.settings = (**settings).clone(),
            Event::Snapshot {
                me,
                peers,
                interfaces,
                conversations,
                files,
                ..
            } => {
                self.me = me.clone();
                self.interfaces.clone_from(interfaces);
                self.files = files
                    .iter()
                    .map(|file| (file.transfer.clone(), file.clone()))
                    .collect();
                self.restart(peers, conversations);
            }
            // An error with a `ref` is the answer to whoever asked; without one it concerns everybody.
            Event::Error {
                reference: None,
                message,
            } => {
                if self.told.take().as_ref() != Some(message) {
                    self.notice(message.clone());
                }
            }
            Event::Broadcast { id, body, to, .. } => self.broadcast_begins(id, body, to),
            Event::BroadcastState { id, progress } => {
                if let Some(known) = self.broadcasts.iter_mut().find(|known| known.id == *id) {
                    known.progress = *progress;
                }
            }
            Event::Error { .. }
            | Event::Done { .. }
            | Event::Attention { .. }
            | Event::SearchResult { .. }
            | Event::Exported { .. } => {}
        }
    }

    fn unencrypted(&mut self, peer: &Jid, allowed: bool, held: u32) {
        if held > 0 {
            // Somebody of whom nothing else is known may wait for an answer.
            self.contacts
                .entry(peer.clone())
                .or_insert_with(|| Contact::new(peer.clone()));
        }
        match (allowed, held) {
            (false, 0) => drop(self.plaintext.remove(peer)),
            (allowed, held) => {
                let said = Unencrypted { allowed, held };
                self.plaintext.insert(peer.clone(), said);
            }
        }
    }

    fn file(&mut self, file: &File) {
        self.files.insert(file.transfer.clone(), file.clone());
    }

    fn broadcast_begins(&mut self, id: &str, body: &str, to: &[Jid]) {
        if self.broadcasts.len() >= Self::MAX_BROADCASTS {
            self.broadcasts.pop_front();
        }
        let people = u32::try_from(to.len()).unwrap_or(u32::MAX);
        self.broadcasts.push_back(super::Broadcast {
            id: id.to_owned(),
            body: body.to_owned(),
            to: to.to_vec(),
            progress: crate::event::BroadcastProgress {
                people,
                ..Default::default()
            },
        });
    }

    fn present(&mut self, peer: &Peer) {
        let contact = self
            .contacts
            .entry(peer.jid.clone())
            .or_insert_with(|| Contact::new(peer.jid.clone()));
        contact.nick.clone_from(&peer.nick);
        contact.security.trust = peer.trust;
        contact.peer = Some(peer.clone());
        contact.gone = None;
    }

    fn absent(&mut self, jid: &Jid, reason: OfflineReason) {
        let Some(contact) = self.contacts.get_mut(jid) else {
            return;
        };
        if contact.conversation.is_empty() {
            self.contacts.remove(jid);
            return;
        }
        contact.peer = None;
        contact.gone = Some(reason);
        contact.typing = ChatState::Active;
        contact.latency = None;
    }

    fn expired(&mut self, before: Timestamp) {
        for contact in self.contacts.values_mut() {
            contact.conversation.expire(before);
        }
        self.contacts
            .retain(|_, contact| contact.is_online() || !contact.conversation.is_empty());
    }

    fn deleted(&mut self, with: Option<&Jid>, id: Option<&str>, last: Option<&Message>) {
        match (with, id) {
            (Some(with), Some(id)) => {
                if let Some(contact) = self.contacts.get_mut(with) {
                    contact.conversation.without(id, last);
                }
            }
            (Some(with), None) => {
                if let Some(contact) = self.contacts.get_mut(with) {
                    contact.conversation = Conversation::empty();
                }
            }
            (None, _) => {
                for contact in self.contacts.values_mut() {
                    contact.conversation = Conversation::empty();
                }
            }
        }
        self.contacts
            .retain(|_, contact| contact.is_online() || !contact.conversation.is_empty());
    }

    /// One conversation goes on as another. What is here of both is put together; the disk has the rest.
    fn moved(&mut self, from: &Jid, to: &Jid) {
        let Some(old) = self.contacts.get_mut(from) else {
            return;
        };
        let conversation = std::mem::take(&mut old.conversation);
        let (nick, here) = (old.nick.clone(), old.is_online());
        if !here {
            self.contacts.remove(from);
        }
        let contact = self
            .contacts
            .entry(to.clone())
            .or_insert_with(|| Contact::new(to.clone()));
        if contact.peer.is_none() {
            contact.nick = nick;
        }
        contact.conversation.take_over(conversation, from, to);
    }

    fn received(&mut self, message: &Message) {
        let from = message.from.clone();
        let contact = self
            .contacts
            .entry(from.clone())
            .or_insert_with(|| Contact::new(from));
        contact.typing = ChatState::Active;
        let conversation = &mut contact.conversation;
        if conversation.knows(&message.id) {
            return;
        }
        conversation.unread = conversation.unread.saturating_add(1);
        if conversation.unread == 1 {
            conversation.first_unread = Some(message.id.clone());
        }
        conversation.push(message.clone());
    }

    fn state(
        &mut self,
        id: &str,
        to: &Jid,
        progress: Progress<'_>,
        written: Option<(&String, Timestamp, &Option<Box<Extra>>)>,
    ) {
        let known = self
            .contacts
            .get_mut(to)
            .is_some_and(|contact| contact.conversation.progress(id, &progress));
        let Some((body, time, extra)) = written.filter(|_| !known) else {
            return;
        };
        let contact = self
            .contacts
            .entry(to.clone())
            .or_insert_with(|| Contact::new(to.clone()));
        contact.conversation.push(Message {
            id: id.to_owned(),
            from: self.me.jid.clone(),
            to: to.clone(),
            body: body.clone(),
            spans: Vec::new(),
            extra: extra.clone(),
            time,
            encrypted: progress.encrypted.unwrap_or(false),
            delayed: false,
            state: Some(progress.state),
            reason: progress.reason.clone(),
        });
    }

    /// Begins anew from a snapshot and keeps of the loaded messages what still joins it.
    fn restart(
        &mut self,
        peers: &[Peer],
        conversations: &std::collections::BTreeMap<Jid, ConversationSummary>,
    ) {
        for contact in self.contacts.values_mut() {
            contact.peer = None;
            contact.typing = ChatState::Active;
        }
        self.contacts
            .retain(|jid, _| conversations.contains_key(jid));
        for (jid, summary) in conversations {
            self.remember(jid.clone(), summary.clone());
        }
        for peer in peers {
            self.present(peer);
        }
    }
}

/// A `history` answer.
struct Page<'a> {
    messages: &'a [Message],
    complete: bool,
    newest: bool,
}

/// The news about one message of ours.
struct Progress<'a> {
    state: MessageState,
    reason: &'a Option<String>,
    encrypted: Option<bool>,
}

impl Conversation {
    /// Newest first, because that is where the one looked for nearly always is.
    fn knows(&self, id: &str) -> bool {
        self.last.as_ref().is_some_and(|last| last.id == id)
            || self.messages.iter().rev().any(|known| known.id == id)
    }

    /// A live message. The window slides, so a conversation that runs for weeks takes no more memory.
    fn push(&mut self, message: Message) {
        let bound = self.messages.len().max(Self::WINDOW);
        let bytes = self.bytes().max(Self::WINDOW_BYTES);
        // With nothing loaded there is a gap before this one: only `last` moves, and the face loads the newest page.
        if self.detached {
            // It is loaded when the user comes there.
        } else if self.messages.is_empty() && self.last.is_some() {
            self.complete = false;
        } else {
            if self.messages.is_empty() {
                self.complete = true;
            }
            self.messages.push_back(message.clone());
            self.cut(bound, bytes);
        }
        self.last = Some(message);
    }

    /// Drops the oldest until there are at most so many with so much text; the newest stays in any case.
    pub(super) fn cut(&mut self, bound: usize, bytes: usize) {
        let mut held = self.bytes();
        while self.messages.len() > bound || (held > bytes && self.messages.len() > 1) {
            let dropped = self.messages.pop_front();
            held = held.saturating_sub(dropped.map_or(0, |message| message.body.len()));
            self.complete = false;
        }
    }

    fn bytes(&self) -> usize {
        self.messages.iter().map(|message| message.body.len()).sum()
    }

    /// News of a message of ours; false if it is none that is known here.
    fn progress(&mut self, id: &str, news: &Progress<'_>) -> bool {
        let mut known = false;
        let newest = self
            .messages
            .iter_mut()
            .rev()
            .find(|message| message.id == id);
        for message in newest
            .into_iter()
            .chain(self.last.as_mut().filter(|last| last.id == id))
        {
            known = true;
            if message
                .state
                .is_some_and(|state| state.may_become(news.state))
            {
                message.state = Some(news.state);
                message.reason.clone_from(news.reason);
                message.encrypted = news.encrypted.unwrap_or(message.encrypted);
            }
        }
        if news.state == MessageState::Displayed {
            self.seen_above(id);
        }
        known
    }

    /// What stands above a message that was seen was seen with it (XEP-0333 §4.1).
    fn seen_above(&mut self, id: &str) {
        let above = self.messages.iter_mut().rev();
        let above = above.skip_while(|message| message.id != id).skip(1);
        for message in above.filter(|message| message.is_own()) {
            match message.state {
                Some(MessageState::Displayed) => break,
                Some(MessageState::Sent | MessageState::Delivered) => {
                    message.state = Some(MessageState::Displayed);
                }
                _ => {}
            }
        }
    }

    /// A page of messages: where it joins what is loaded it is added, where the face wants to go it replaces that.
    fn page(&mut self, place: &Place, page: Page<'_>) {
        if self.jump.as_ref() == Some(place) {
            self.jump = None;
            self.messages.clear();
            self.detached = false;
        }
        let empty = self.messages.is_empty();
        let joins = match place {
            Place::Newest => {
                empty
                    || (!self.detached
                        && page.messages.iter().any(|message| self.knows(&message.id)))
            }
            Place::Before(before) => self.oldest_id() == Some(before.as_str()),
            Place::After(after) => self.newest_id() == Some(after.as_str()),
            Place::Around(_) => empty && page.messages.iter().any(|message| place.is(&message.id)),
        };
        if !joins {
            return;
        }
        let known: HashSet<&str> = self
            .messages
            .iter()
            .map(|message| message.id.as_str())
            .collect();
        let new: Vec<Message> = page
            .messages
            .iter()
            .filter(|message| !known.contains(message.id.as_str()))
            .cloned()
            .collect();
        if let Place::After(_) = place {
            self.messages.extend(new);
            self.attach(page.newest);
            self.cut(Self::MOST, Self::WINDOW_BYTES);
            return;
        }
        // A newest page may be shorter than what is loaded; then it tells nothing about the front.
        if !new.is_empty() || page.complete || *place != Place::Newest {
            self.complete = page.complete;
        }
        for message in new.into_iter().rev() {
            self.messages.push_front(message);
        }
        match place {
            Place::Before(_) => self.cut_newest(),
            Place::Around(_) => self.attach(page.newest),
            _ => self.attach(true),
        }
    }

    /// What is loaded ends where the disk ended; the newest may have come since.
    fn attach(&mut self, newest: bool) {
        self.detached = !newest;
        match (self.messages.back(), self.last.take()) {
            (_, last) if self.detached => self.last = last,
            (Some(back), Some(last)) if last.id != back.id && last.time >= back.time => {
                self.messages.push_back(last.clone());
                self.last = Some(last);
            }
            (Some(back), _) => self.last = Some(back.clone()),
            (None, last) => self.last = last,
        }
        self.find_first_unread();
    }

    /// Drops the newest of what is loaded, where the user has scrolled far up.
    fn cut_newest(&mut self) {
        let mut held = self.bytes();
        while self.messages.len() > Self::MOST
            || (held > Self::WINDOW_BYTES && self.messages.len() > 1)
        {
            let dropped = self.messages.pop_back();
            held = held.saturating_sub(dropped.map_or(0, |message| message.body.len()));
            self.detached = true;
        }
        self.find_first_unread();
    }

    /// Nothing is loaded; the newest page is loaded next.
    pub(super) fn clear(&mut self) {
        self.messages.clear();
        self.detached = false;
        self.complete = false;
        self.first_unread = None;
    }

    fn empty() -> Conversation {
        Conversation {
            complete: true,
            ..Conversation::default()
        }
    }

    /// One message was deleted.
    fn without(&mut self, id: &str, last: Option<&Message>) {
        let at = self.messages.iter().rposition(|message| message.id == id);
        if let Some(at) = at {
            let received = |message: &&Message| !message.is_own();
            let newer = self.messages.iter().skip(at + 1).filter(received).count();
            let gone = self.messages.remove(at);
            let unread = gone.as_ref().filter(received).is_some()
                && !self.detached
                && usize::try_from(self.unread).is_ok_and(|unread| newer < unread);
            self.unread -= u32::from(unread);
        }
        self.last = last.cloned();
        if self.last.is_none() {
            *self = Conversation::empty();
        }
        self.find_first_unread();
    }

    /// What came before this time is gone, and is no longer unread either. What is still to be sent stays.
    fn expire(&mut self, before: Timestamp) {
        let waits = |message: &Message| {
            matches!(
                message.state,
                Some(MessageState::Queued | MessageState::Sent)
            )
        };
        let stays = |message: &Message| message.time >= before || waits(message);
        let loaded = self.messages.len();
        self.messages.retain(stays);
        if self.last.as_ref().is_some_and(|last| !stays(last)) {
            self.last = self.messages.back().cloned();
        }
        if self.last.is_none() {
            *self = Conversation::empty();
            return;
        }
        if self.messages.len() < loaded {
            self.complete = true;
            let received = self.messages.iter().filter(|message| !message.is_own());
            let left = u32::try_from(received.count()).unwrap_or(u32::MAX);
            if !self.detached {
                self.unread = self.unread.min(left);
            }
        }
        self.find_first_unread();
    }

    /// Counts back from the end: a snapshot tells how many are unread, not which.
    fn find_first_unread(&mut self) {
        if self.detached {
            return;
        }
        let back = usize::try_from(self.unread)
            .unwrap_or(usize::MAX)
            .checked_sub(1);
        self.first_unread = back.and_then(|back| {
            let received = self
                .messages
                .iter()
                .rev()
                .filter(|message| !message.is_own());
            received.map(|message| message.id.clone()).nth(back)
        });
    }

    fn read(&mut self, id: &str) {
        if self.last.as_ref().is_some_and(|last| last.id == id) {
            self.unread = 0;
        } else if let Some(at) = self.messages.iter().rposition(|message| message.id == id) {
            let left = self
                .messages
                .iter()
                .skip(at.saturating_add(1))
                .filter(|message| !message.is_own())
                .count();
            // Read in another face, perhaps later than what we know: never more than before.
            self.unread = self.unread.min(u32::try_from(left).unwrap_or(u32::MAX));
        }
        self.find_first_unread();
    }

    /// Another conversation turns out to be with the same person, under the name of this one. Nothing of either is loaded
    /// any more: the newest page of both together is the disk's to give.
    fn take_over(&mut self, other: Conversation, from: &Jid, to: &Jid) {
        let mut last = other.last;
        if let Some(message) = &mut last {
            for name in [&mut message.from, &mut message.to] {
                if name == from {
                    *name = to.clone();
                }
            }
        }
        let newer = match (&self.last, &last) {
            (Some(own), Some(other)) => other.time > own.time,
            (own, _) => own.is_none(),
        };
        self.unread = self.unread.saturating_add(other.unread);
        if newer {
            self.last = last;
        }
        self.messages.clear();
        self.complete = false;
        self.find_first_unread();
    }

    pub(super) fn resume(&mut self, last: Option<Message>, unread: u32) {
        let gap = match (&last, self.messages.back()) {
            (Some(last), Some(newest)) => last.id != newest.id,
            _ => true,
        };
        if gap {
            self.clear();
        }
        self.last = last;
        self.unread = unread;
        self.find_first_unread();
    }
}
