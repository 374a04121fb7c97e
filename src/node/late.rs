//! What is said about an earlier message: to the disk, to the faces, and once more when that message comes later or its page
//! of the history was read before.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::core::Core;
use super::store::{After, Kept};
use crate::disk::store::Op;
use crate::event::{About, Change, Event, Message, MessageState, Told};
use crate::model::outbox::Pending;
use crate::net::ConnId;
use crate::wire::jid::Jid;

/// Changes that are remembered for messages that may still come, of all conversations together.
const MOST: usize = 2000;
/// Bytes of text in them.
const MOST_BYTES: usize = 4 << 20;
/// Of one conversation: a chatterbox does not push out the others.
const MOST_EACH: usize = 200;

/// The latest changes, oldest first: for a message that is overtaken by what is said about it, and for pages of history
/// that were read from the disk just before.
#[derive(Debug, Default)]
pub(super) struct Late {
    told: VecDeque<(Jid, Told)>,
    bytes: usize,
    each: HashMap<Jid, usize>,
}

impl Late {
    pub(super) fn remember(&mut self, with: &Jid, told: &Told) {
        if told.about.change == Change::Displayed {
            return;
        }
        if self.each.get(with).is_some_and(|count| *count >= MOST_EACH)
            && let Some(at) = self.told.iter().position(|(of, _)| of == with)
        {
            self.forget(at);
        }
        self.bytes += bytes(told);
        *self.each.entry(with.clone()).or_default() += 1;
        self.told.push_back((with.clone(), told.clone()));
        while self.told.len() > MOST || (self.bytes > MOST_BYTES && self.told.len() > 1) {
            self.forget(0);
        }
    }

    fn forget(&mut self, at: usize) {
        let Some((with, told)) = self.told.remove(at) else {
            return;
        };
        self.bytes = self.bytes.saturating_sub(bytes(&told));
        if let Some(count) = self.each.get_mut(&with) {
            *count -= 1;
            if *count == 0 {
                self.each.remove(&with);
            }
        }
    }

    /// What was said about this message, in order.
    pub(super) fn about<'a>(
        &'a self,
        with: &'a Jid,
        id: &'a str,
    ) -> impl Iterator<Item = &'a Told> {
        let none = !self.each.contains_key(with);
        let all = if none { None } else { Some(self.told.iter()) };
        all.into_iter()
            .flatten()
            .filter(move |(of, told)| of == with && told.about.target == id)
            .map(|(_, told)| told)
    }
}

fn bytes(told: &Told) -> usize {
    match &told.about.change {
        Change::Correct { body, .. } => body.len(),
        _ => 0,
    }
}

impl Core {
    /// Something about an earlier message came in: to the disk; it is shown and acknowledged once it is there.
    pub(super) fn keep_told(
        &mut self,
        conn: ConnId,
        from: Jid,
        id: Option<String>,
        about: About,
        time: jiff::Timestamp,
        receipt: bool,
    ) {
        let told = Told {
            id: id.unwrap_or_else(|| self.rng.uuid()),
            from: from.clone(),
            own: false,
            time,
            about,
        };
        let again = receipt || self.has_acks(conn);
        let op = self.ops.len();
        self.ops.push(Op::Told {
            with: from.clone(),
            told: Box::new(told.clone()),
            outbox: false,
        });
        self.afters.push(After::Received {
            op,
            conn,
            kept: Kept::Told(from, Box::new(told)),
            receipt,
            again,
        });
    }

    /// Tells the peer that its messages were seen up to this one: once, if it wants to know and our user lets it.
    pub(super) fn mark_displayed(&mut self, with: &Jid, id: &str) {
        let knows = self.roster.get(with).is_some_and(|known| {
            known.facts.has(crate::wire::ns::MARKERS) || known.facts.is_balcony()
        });
        let contact = self.model.contacts.get(with);
        let news = contact.is_some_and(|contact| contact.conversation.unread > 0);
        if knows && news && self.model.settings.send_displayed {
            let about = About {
                target: id.to_owned(),
                change: Change::Displayed,
            };
            self.enqueue_about(with.clone(), about, None);
        }
    }

    /// The peer's user has seen our messages up to this one; so its program has them, too.
    fn displayed_there(&mut self, with: &Jid, target: &str) {
        let Some(contact) = self.model.contacts.get(with) else {
            return;
        };
        let loaded = &contact.conversation.messages;
        let up_to = loaded.iter().rposition(|message| message.id == target);
        let seen = loaded
            .iter()
            .take(up_to.map_or(0, |at| at.saturating_add(1)));
        let is_news = |message: &&Message| {
            let state = message.state;
            state.is_some_and(|state| {
                message.id == target
                    || matches!(state, MessageState::Sent | MessageState::Delivered)
            })
        };
        let mut seen: Vec<String> = seen
            .filter(is_news)
            .map(|message| message.id.clone())
            .collect();
        if seen.is_empty() {
            seen.push(target.to_owned());
        }
        for id in seen {
            let Some(reference) = self.recent.was_sent_to(&id, with) else {
                continue;
            };
            if let Some(outbox) = self.outboxes.get_mut(with) {
                outbox.acked(&id);
            }
            self.emit(Event::MessageState {
                id,
                reference,
                to: with.clone(),
                state: MessageState::Displayed,
                reason: None,
                body: None,
                time: None,
                encrypted: None,
                extra: None,
                about: None,
            });
        }
        self.resettle(with);
        self.pump(with);
    }

    /// It is on the disk: the faces may know.
    pub(super) fn tell(&mut self, with: &Jid, told: &Told, reference: Option<Value>) {
        if told.about.change == Change::Displayed {
            if !told.own {
                self.displayed_there(with, &told.about.target);
            }
            return;
        }
        self.late.remember(with, told);
        if let Some(event) = event(with, told, reference) {
            self.emit(event);
        }
    }

    /// A message is shown; and what had been said about it before it came.
    pub(super) fn show(&mut self, message: Message) {
        let (with, id) = (message.with().clone(), message.id.clone());
        self.emit(Event::MessageReceived { message });
        let early: Vec<Event> = self
            .late
            .about(&with, &id)
            .filter_map(|told| event(&with, told, None))
            .collect();
        for event in early {
            self.emit(event);
        }
    }

    /// A page of history may have been read before the latest changes.
    pub(super) fn bring_up_to_date(&self, with: &Jid, messages: &mut [Message]) {
        for message in messages {
            for told in self.late.about(with, &message.id.clone()) {
                message.change(told);
            }
        }
    }

    /// A change of ours: kept first, sent then.
    pub(super) fn enqueue_about(&mut self, to: Jid, about: About, reference: Option<Value>) {
        let told = Told {
            id: self.rng.uuid(),
            from: self.ourselves.jid.clone(),
            own: true,
            time: self.clock.wall,
            about: about.clone(),
        };
        let pending = Pending::new(
            told.id.clone(),
            reference,
            crate::event::Content::About(Box::new(about)),
            told.time,
        );
        self.recent
            .sent(&pending.id, &to, pending.reference.clone());
        self.ops.push(Op::Told {
            with: to.clone(),
            told: Box::new(told),
            outbox: true,
        });
        self.afters.push(After::Queued {
            to,
            pending: Box::new(pending),
        });
    }
}

/// What faces are told of a change.
fn event(with: &Jid, told: &Told, reference: Option<Value>) -> Option<Event> {
    let (id, from) = (told.about.target.clone(), told.from.clone());
    let (with, own, time) = (with.clone(), told.own, told.time);
    Some(match told.about.change.clone() {
        Change::Correct { body, spans } => Event::MessageCorrected {
            id,
            from,
            with,
            own,
            body,
            spans,
            time,
            reference,
        },
        Change::Retract => Event::MessageRetracted {
            id,
            from,
            with,
            own,
            time,
            reference,
        },
        Change::React { emoji } => Event::MessageReactions {
            id,
            from,
            with,
            own,
            emoji,
            time,
            reference,
        },
        Change::Displayed => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]

    use super::*;

    #[test]
    fn what_is_remembered_has_limits_for_each_and_for_all() {
        let mut late = Late::default();
        let jid = |n: usize| Jid::new(&format!("p{n}@h")).unwrap();
        let told = |target: usize| Told {
            id: "c".into(),
            from: jid(0),
            own: false,
            time: jiff::Timestamp::UNIX_EPOCH,
            about: About {
                target: target.to_string(),
                change: Change::Retract,
            },
        };
        late.remember(&jid(1), &told(0));
        for n in 0..5000 {
            late.remember(&jid(0), &told(n));
        }
        assert_eq!(late.told.len(), MOST_EACH + 1);
        assert_eq!(late.about(&jid(1), "0").count(), 1, "of the other");
        assert_eq!(late.about(&jid(0), "0").count(), 0);
        assert_eq!(late.about(&jid(0), "4999").count(), 1);
        for n in 2..5000 {
            late.remember(&jid(n), &told(0));
        }
        assert_eq!((late.told.len(), late.each.len()), (MOST, MOST));
    }
}
