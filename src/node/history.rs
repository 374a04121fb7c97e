//! What was said: reading it, looking for something in it, taking it along, and deleting it.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use super::core::{Core, Timer};
use super::effect::{Effect, Search};
use super::store::After;
use crate::command::{Command, Place};
use crate::disk::export::Export;
use crate::disk::search::{Found, Wanted};
use crate::disk::store::{Op, Page};
use crate::event::{Event, Message};
use crate::wire::jid::Jid;

/// How often messages are deleted that were kept for long enough.
const EXPIRE_EVERY: Duration = Duration::from_secs(3600);

impl Core {
    pub(super) fn history(
        &mut self,
        with: Jid,
        limit: Option<u32>,
        place: Place,
        reference: Option<Value>,
    ) {
        let limit = limit.unwrap_or(50).clamp(1, 1000);
        self.effects.push_back(Effect::History {
            with,
            limit,
            place,
            reference,
        });
    }

    pub(super) fn on_history(
        &mut self,
        with: Jid,
        place: Place,
        reference: Option<Value>,
        result: Result<Page, String>,
    ) {
        let mut page = match result {
            Ok(page) => page,
            Err(why) => {
                return self.error(reference, format!("The history could not be read: {why}"));
            }
        };
        self.bring_up_to_date(&with, &mut page.messages);
        let (mut before, mut after, mut around) = (None, None, None);
        match place {
            Place::Newest => {}
            Place::Before(id) => before = Some(id),
            Place::After(id) => after = Some(id),
            Place::Around(id) => around = Some(id),
        }
        self.emit(Event::History {
            with,
            before,
            after,
            around,
            messages: page.messages,
            complete: page.complete,
            newest: page.newest,
            reference,
        });
    }

    pub(super) fn search(&mut self, text: String, wanted: Wanted, reference: Option<Value>) {
        self.effects.push_back(Effect::Search(Box::new(Search {
            text,
            wanted,
            reference,
        })));
    }

    pub(super) fn on_found(&mut self, search: Search, result: Result<Found, String>) {
        let Search {
            text,
            wanted,
            reference,
        } = search;
        match result {
            Ok(found) => self.emit(Event::SearchResult {
                text,
                with: wanted.with,
                from: wanted.from,
                before: wanted.before,
                hits: found.hits,
                complete: found.complete,
                reference,
            }),
            Err(why) => self.error(reference, format!("The search failed: {why}.")),
        }
    }

    pub(super) fn export(&mut self, export: Export, reference: Option<Value>) {
        self.effects.push_back(Effect::Export { export, reference });
    }

    pub(super) fn on_exported(
        &mut self,
        path: PathBuf,
        reference: Option<Value>,
        result: Result<u64, String>,
    ) {
        match result {
            Ok(messages) => self.emit(Event::Exported {
                path,
                messages,
                reference,
            }),
            Err(why) => self.error(reference, format!("Nothing was exported: {why}.")),
        }
    }

    /// A message was seen: it and all older ones of its conversation are read.
    pub(super) fn displayed(&mut self, id: String, reference: Option<Value>) {
        let has_it = |contact: &&crate::model::Contact| {
            let conversation = &contact.conversation;
            let mut loaded = conversation.messages.iter().rev();
            conversation.last.as_ref().is_some_and(|last| last.id == id)
                || loaded.any(|message| message.id == id)
        };
        match self.model.contacts.values().find(has_it) {
            Some(contact) => self.read_up_to(contact.jid.clone(), id, reference),
            None => self.find(Command::Displayed { id: id.clone() }, id, reference),
        }
    }

    pub(super) fn read_up_to(&mut self, with: Jid, id: String, reference: Option<Value>) {
        self.ops.push(Op::Read {
            with: with.clone(),
            id: id.clone(),
        });
        self.mark_displayed(&with, &id);
        self.emit(Event::Read { with, id });
        self.done(reference);
    }

    pub(super) fn delete(
        &mut self,
        with: Option<Jid>,
        id: Option<String>,
        everything: bool,
        reference: Option<Value>,
    ) {
        if everything != with.is_none() || (id.is_some() && with.is_none()) {
            let message = "Say what to delete: with (and id for one message), or everything.";
            return self.error(reference, message);
        }
        self.ops.push(Op::Forget {
            with: with.clone(),
            id: id.clone(),
        });
        self.afters.push(After::Deleted {
            with,
            id,
            reference,
        });
    }

    /// The disk has forgotten them: nothing of them is sent any more, and the faces learn it.
    pub(super) fn on_deleted(
        &mut self,
        with: Option<Jid>,
        id: Option<String>,
        reference: Option<Value>,
    ) {
        self.parked.retain(|(to, pending)| {
            with.as_ref().is_some_and(|with| with != to)
                || id.as_ref().is_some_and(|id| *id != pending.id)
        });
        match (with, id) {
            (Some(with), Some(id)) => {
                if let Some(outbox) = self.outboxes.get_mut(&with) {
                    outbox.forget(&id);
                }
                self.resettle(&with);
                self.effects.push_back(Effect::Newest {
                    with,
                    deleted: id,
                    reference,
                });
            }
            (with, id) => {
                self.forget_drafts(with.as_ref());
                self.forget_in_broadcasts(with.as_ref());
                self.outboxes
                    .retain(|to, _| with.as_ref().is_some_and(|with| with != to));
                self.emit(Event::Deleted {
                    with,
                    id,
                    last: None,
                    reference,
                });
            }
        }
    }

    pub(super) fn on_newest(
        &mut self,
        with: Jid,
        deleted: String,
        reference: Option<Value>,
        last: Option<Box<Message>>,
    ) {
        self.emit(Event::Deleted {
            with: Some(with),
            id: Some(deleted),
            last,
            reference,
        });
    }

    /// Deletes what is older than the setting says, now and from time to time.
    pub(super) fn expire(&mut self) {
        let days = self.model.settings.retention_days;
        let next = (days > 0).then(|| self.clock.now + EXPIRE_EVERY);
        self.timers.set(Timer::Expire, next);
        let span = SignedDuration::from_hours(i64::from(days) * 24);
        if let Ok(before) = self.clock.wall.checked_sub(span)
            && days > 0
        {
            self.effects.push_back(Effect::Expire { before });
        }
    }
}
