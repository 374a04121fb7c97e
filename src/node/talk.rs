//! What a user does with messages: answers them, corrects them, takes them back, reacts to them; one text to many; a knock.

use serde_json::Value;

use super::core::Core;
use crate::command::{Command, Recipients};
use crate::disk::store::Op;
use crate::event::{
    About, Broadcast, Change, Content, Event, Extra, MOST_REACTIONS, Message, MessageState, Quote,
};
use crate::model::outbox::Settled;
use crate::wire::jid::Jid;
use crate::wire::text;
use crate::wire::time::Moment;
use crate::xep::{xep0224_attention, xep0461_replies};

/// People of one broadcast.
const MOST_RECIPIENTS: usize = 300;
/// Between two broadcasts: so that nobody talks to a hall without end.
const BROADCAST_PAUSE: std::time::Duration = std::time::Duration::from_secs(10);

impl Core {
    /// A command about the message with this id: looked for among the newest, else on the disk.
    pub(super) fn about_message(&mut self, command: Command, id: String, reference: Option<Value>) {
        let known = self.model.contacts.values().find_map(|contact| {
            let conversation = &contact.conversation;
            let mut loaded = conversation.messages.iter().rev().chain(&conversation.last);
            loaded.find(|message| message.id == id).cloned()
        });
        match known {
            Some(message) => self.act_on(command, &message, reference),
            None => self.find(command, id, reference),
        }
    }

    /// Carries out a command about this message.
    pub(super) fn act_on(&mut self, command: Command, message: &Message, reference: Option<Value>) {
        let retracted = message
            .extra
            .as_ref()
            .is_some_and(|extra| extra.retracted.is_some());
        if retracted {
            return self.error(reference, "This message was taken back.");
        }
        let done = match command {
            Command::Correct { body, .. } => self.correct(message, &body, reference.clone()),
            Command::Retract { .. } => self.retract(message, reference.clone()),
            Command::React { emoji, .. } => self.react(message, emoji, reference.clone()),
            Command::Reply { body, .. } => self.reply(message, &body, reference.clone()),
            _ => Ok(()),
        };
        if let Err(why) = done {
            self.error(reference, why);
        }
    }

    fn correct(
        &mut self,
        message: &Message,
        body: &str,
        reference: Option<Value>,
    ) -> Result<(), String> {
        if !message.is_own() {
            return Err("Only your own messages can be corrected.".to_owned());
        }
        let body = text::outgoing_body(body).map_err(|why| why.to_string())?;
        if body == message.body {
            self.done(reference);
            return Ok(());
        }
        let spans = Vec::new();
        self.say_about(message, Change::Correct { body, spans }, reference);
        Ok(())
    }

    fn retract(&mut self, message: &Message, reference: Option<Value>) -> Result<(), String> {
        if !message.is_own() {
            return Err("Only your own messages can be taken back.".to_owned());
        }
        let withdrawn = self
            .outboxes
            .get_mut(&message.to)
            .and_then(|outbox| outbox.withdraw(&message.id));
        match withdrawn {
            None => self.say_about(message, Change::Retract, reference),
            // Nobody has it: it need not be sent, nor that it was taken back.
            Some(settled) => self.take_back_unsent(message, settled, reference),
        }
        Ok(())
    }

    fn take_back_unsent(&mut self, message: &Message, settled: Settled, reference: Option<Value>) {
        let told = crate::event::Told {
            id: self.rng.uuid(),
            from: self.ourselves.jid.clone(),
            own: true,
            time: self.clock.wall,
            about: About {
                target: message.id.clone(),
                change: Change::Retract,
            },
        };
        self.set_state(
            Settled {
                state: MessageState::Failed,
                reason: Some("taken back before it was sent".to_owned()),
                pending: None,
                ..settled
            },
            &message.to,
        );
        self.ops.push(Op::Told {
            with: message.to.clone(),
            told: Box::new(told.clone()),
            outbox: false,
        });
        self.tell(&message.to, &told, reference);
    }

    fn react(
        &mut self,
        message: &Message,
        emoji: Vec<String>,
        reference: Option<Value>,
    ) -> Result<(), String> {
        let mut chosen: Vec<String> = Vec::new();
        for one in emoji {
            let one = text::one_emoji(&one).ok_or("A reaction is one emoji.")?;
            if !chosen.contains(&one) {
                chosen.push(one);
            }
        }
        if chosen.len() > MOST_REACTIONS {
            return Err(format!(
                "More than {MOST_REACTIONS} reactions to one message."
            ));
        }
        self.say_about(message, Change::React { emoji: chosen }, reference);
        Ok(())
    }

    fn say_about(&mut self, message: &Message, change: Change, reference: Option<Value>) {
        let about = About {
            target: message.id.clone(),
            change,
        };
        self.enqueue_about(message.with().clone(), about, reference);
    }

    fn reply(
        &mut self,
        message: &Message,
        body: &str,
        reference: Option<Value>,
    ) -> Result<(), String> {
        let body = text::outgoing_body(body).map_err(|why| why.to_string())?;
        let extra = Extra {
            reply_to: Some(message.id.clone()),
            quote: Some(Quote {
                from: message.from.clone(),
                body: xep0461_replies::shortened(&message.body),
            }),
            ..Extra::default()
        };
        let content = Content::Text {
            body,
            extra: extra.boxed(),
        };
        self.send_content(message.with().clone(), content, reference);
        Ok(())
    }

    /// One text to many, each of them alone.
    pub(super) fn broadcast(&mut self, to: &Recipients, body: &str, reference: Option<Value>) {
        let mut people: Vec<Jid> = match to {
            Recipients::Chosen(chosen) => chosen.clone(),
            Recipients::All(_) => self
                .model
                .contacts
                .values()
                .filter(|contact| contact.is_online())
                .map(|contact| contact.jid.clone())
                .collect(),
        };
        people.sort();
        people.dedup();
        people.retain(|jid| *jid != self.ourselves.jid);
        let body = match self.may_broadcast(&people, body) {
            Ok(body) => body,
            Err(why) => return self.error(reference, why),
        };
        self.last_broadcast = Some(self.clock.now);
        let id = self.rng.uuid();
        let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
        self.emit(Event::Broadcast {
            id: id.clone(),
            body: body.clone(),
            to: people.clone(),
            reference: reference.clone(),
        });
        let mut messages = Vec::with_capacity(people.len());
        for person in people {
            let extra = Extra {
                broadcast: Some(Broadcast {
                    id: Some(id.clone()),
                    people: count,
                }),
                ..Extra::default()
            };
            let content = Content::Text {
                body: body.clone(),
                extra: extra.boxed(),
            };
            let message = self.send_content(person.clone(), content, reference.clone());
            messages.extend(message.map(|id| (person, id)));
        }
        self.keep_broadcast(&id, count, messages);
    }

    fn may_broadcast(&self, people: &[Jid], body: &str) -> Result<String, String> {
        let now = self.clock.now;
        let soon = |last: Moment| now < last + BROADCAST_PAUSE;
        if people.is_empty() {
            return Err("There is nobody to send this to.".to_owned());
        }
        if people.len() > MOST_RECIPIENTS {
            return Err(format!(
                "This would go to {} people; {MOST_RECIPIENTS} is the most.",
                people.len()
            ));
        }
        if self.last_broadcast.is_some_and(soon) {
            return Err(format!(
                "A message to many can be sent once in {} seconds.",
                BROADCAST_PAUSE.as_secs()
            ));
        }
        text::outgoing_body(body).map_err(|why| why.to_string())
    }

    /// A knock: now, or the user is told why not. It is neither kept nor repeated.
    pub(super) fn attention(&mut self, to: &Jid, reference: Option<Value>) {
        let now = self.clock.now;
        let soon = |last: &Moment| now < *last + xep0224_attention::PAUSE;
        let knows = self
            .roster
            .get(to)
            .is_some_and(|known| xep0224_attention::knows(&known.facts));
        let Some(conn) = self.active(to) else {
            return self.error(
                reference,
                "There is no connection to them now: write something first.",
            );
        };
        if !knows {
            return self.error(reference, "Their program has no way to show this.");
        }
        if self.knocked.get(to).is_some_and(soon) {
            return self.error(reference, "Once in 30 seconds is enough.");
        }
        self.knocked.retain(|_, last| soon(last));
        self.knocked.insert(to.clone(), now);
        let outgoing = crate::xep::Outgoing {
            attention: true,
            ..crate::xep::Outgoing::bare(self.rng.uuid(), self.clock.wall)
        };
        let stanza = self.compose(conn, to, &outgoing);
        self.tell_peer(conn, &stanza);
        self.done(reference);
    }
}
