//! Stanzas that come in over ready streams: messages to the disk first, then to the faces; receipts.

use jiff::{SignedDuration, Timestamp};

use super::core::Core;
use super::store::{After, Kept};
use crate::disk::store::Op;
use crate::event::{ChatState, Event, Message, MessageState};
use crate::model::outbox::Settled;
use crate::model::sas::Word;
use crate::net::ConnId;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::xep::{Incoming, Outgoing};

impl Core {
    pub(super) fn on_stanza(&mut self, conn: ConnId, stanza: &Element) {
        let admitted = |link: &super::links::Link| link.ready.is_some();
        if !self.links.get(&conn).is_some_and(admitted) {
            return;
        }
        self.touch(conn);
        let before = self.afters.len();
        match &*stanza.name {
            "message" => self.on_message(conn, stanza),
            "presence" if self.on_guest_presence(conn, stanza) => {}
            "presence" => self.on_presence(conn, stanza),
            "iq" if self.on_room_iq(conn, stanza) => {}
            "iq" => self.on_iq(conn, stanza),
            _ => {}
        }
        // Stream management counts in order: what comes after a message that is not on disk yet waits with it.
        let kept = self.afters.get(before..).is_some_and(|new| {
            new.iter()
                .any(|after| matches!(after, After::Received { .. }))
        });
        if kept {
            return;
        }
        if let Some(After::Handled { conn: on, count }) = self.afters.last_mut()
            && *on == conn
        {
            *count += 1;
        } else if self.has_unstored(conn) {
            self.afters_or_waiting(After::Handled { conn, count: 1 });
        } else {
            self.handled(conn, 1);
        }
    }

    fn has_unstored(&self, conn: ConnId) -> bool {
        let pending =
            |after: &After| matches!(after, After::Received { conn: on, .. } if *on == conn);
        self.afters.iter().any(pending)
            || self.links.get(&conn).is_some_and(|link| link.unstored > 0)
    }

    fn afters_or_waiting(&mut self, after: After) {
        match self.waiting.back_mut() {
            _ if !self.afters.is_empty() => self.afters.push(after),
            Some((_, afters)) => afters.push(after),
            None => self.acknowledge_later(after),
        }
    }

    fn on_message(&mut self, conn: ConnId, stanza: &Element) {
        let Some(from) = self.links.get(&conn).and_then(|link| link.peer.clone()) else {
            return;
        };
        if stanza.attr("type") == Some("error") {
            return self.on_message_error(&from, stanza);
        }
        if self.on_file_message(conn, stanza) {
            return;
        }
        if self.on_room_stanza(conn, stanza) {
            return;
        }
        if let Some(word) = Word::read(stanza) {
            return self.on_word(conn, &from, word);
        }
        let mut incoming = Incoming::read(stanza);
        self.with_extensions(conn, |extension, cx| {
            extension.receive(cx, stanza, &mut incoming);
            None::<()>
        });
        if incoming.drop {
            return;
        }
        for id in std::mem::take(&mut incoming.receipts) {
            self.on_receipt(&from, &id);
        }
        if let Some(state) = incoming.chat_state
            && incoming.body.is_none()
            && self.is_news(&from, state)
        {
            self.emit(Event::Typing {
                from: from.clone(),
                state,
            });
        }
        if self.must_ask(conn, &from) {
            // Corrections and the like of what was not shown would only puzzle; old programs send none.
            incoming.about = None;
        } else if incoming.about.is_none()
            && let Some(body) = &incoming.body
            && self.on_repeated(conn, &from, body)
        {
            return;
        }
        if incoming.about.is_some() || incoming.body.as_ref().is_some_and(|body| !body.is_empty()) {
            self.keep_message(conn, from, incoming);
        }
    }

    fn is_news(&self, from: &Jid, state: ChatState) -> bool {
        let contact = self.model.contacts.get(from);
        contact.is_some_and(|contact| contact.typing != state)
    }

    /// To the disk; it is shown and acknowledged once it is there.
    fn keep_message(&mut self, conn: ConnId, from: Jid, incoming: Incoming) {
        let usable = |id: &String| !id.is_empty() && id.len() <= 256;
        // Only who hears what arrived sends again, and under the same id: whether it is a second copy the disk knows, and
        // that copy is confirmed when the first is kept. The ids of others may begin at 1 with each start.
        let sends_again = incoming.wants_receipt || self.has_acks(conn);
        let known_id = incoming.id.filter(usable).filter(|_| sends_again);
        let time = self.plausible(incoming.delayed);
        if let Some(about) = incoming.about {
            return self.keep_told(conn, from, known_id, about, time, incoming.wants_receipt);
        }
        let link = self.links.get(&conn);
        let message = Message {
            id: known_id.unwrap_or_else(|| self.rng.uuid()),
            from: from.clone(),
            to: self.ourselves.jid.clone(),
            body: incoming.body.unwrap_or_default(),
            spans: incoming.spans,
            time,
            encrypted: link
                .and_then(|link| link.ready.as_ref())
                .is_some_and(|ready| ready.secure),
            delayed: incoming.delayed.is_some(),
            state: None,
            reason: None,
            extra: incoming.extra.boxed(),
        };
        if self.must_ask(conn, &from) {
            return self.hold_back(conn, message);
        }
        self.remember_contact(&from);
        let op = self.ops.len();
        self.ops.push(Op::Message {
            with: from,
            message: Box::new(message.clone()),
            outbox: false,
        });
        let receipt = incoming.wants_receipt;
        self.afters.push(After::Received {
            op,
            conn,
            kept: Kept::Message(Box::new(message)),
            receipt,
            again: sends_again,
        });
    }

    /// A time stamp from the wire, but never one from the future: clocks of peers go wrong.
    fn plausible(&self, delayed: Option<Timestamp>) -> Timestamp {
        let now = self.clock.wall;
        match delayed {
            Some(time) if time <= now + SignedDuration::from_mins(5) => time,
            _ => now,
        }
    }

    fn on_message_error(&mut self, from: &Jid, stanza: &Element) {
        let Some(id) = stanza.attr("id") else { return };
        let error = crate::wire::stanza::StanzaError::parse(stanza);
        let reason = format!("the other program refused it ({})", error.condition);
        let Some(reference) = self.recent.was_sent_to(id, from) else {
            return self.heard_late(from, id, MessageState::Failed, Some(reason));
        };
        if let Some(outbox) = self.outboxes.get_mut(from) {
            outbox.acked(id);
        }
        self.set_state(
            Settled {
                id: id.to_owned(),
                reference,
                state: MessageState::Failed,
                reason: Some(reason),
                pending: None,
                about: None,
                unheard: false,
            },
            from,
        );
    }

    fn on_receipt(&mut self, from: &Jid, id: &str) {
        let Some(reference) = self.recent.was_sent_to(id, from) else {
            return self.heard_late(from, id, MessageState::Delivered, None);
        };
        if let Some(outbox) = self.outboxes.get_mut(from) {
            outbox.acked(id);
        }
        // It arrived after all: nothing is left that the user could send again.
        self.unpark(id);
        let settled = Settled {
            id: id.to_owned(),
            reference,
            state: MessageState::Delivered,
            reason: None,
            pending: None,
            about: None,
            unheard: false,
        };
        self.set_state(settled, from);
        self.resettle(from);
        self.pump(from);
    }

    pub(super) fn compose(&mut self, conn: ConnId, to: &Jid, outgoing: &Outgoing) -> Element {
        let mut stanza = Element::new("message", ns::CLIENT)
            .with_attr("to", to.as_str())
            .with_attr("from", self.ourselves.jid.as_str())
            .with_attr("type", "chat")
            .with_attr("id", outgoing.id.clone());
        let mut outgoing = outgoing.clone();
        if let Some(known) = self.roster.get(to) {
            outgoing.body = crate::xep::wire_body(&known.facts, &outgoing);
        }
        if let Some(body) = &outgoing.body {
            stanza.push(Element::new("body", ns::CLIENT).with_text(body.clone()));
        }
        self.with_extensions(conn, |extension, cx| {
            extension.compose(cx, &outgoing, &mut stanza);
            None::<()>
        });
        stanza
    }

    /// Receipts for messages that are on disk now.
    pub(super) fn send_receipts(&mut self, conn: ConnId, ids: Vec<String>) {
        let Some(to) = self.links.get(&conn).and_then(|link| link.peer.clone()) else {
            return;
        };
        for id in ids {
            let outgoing = Outgoing {
                receipt_for: Some(id),
                ..Outgoing::bare(self.rng.uuid(), self.clock.wall)
            };
            let stanza = self.compose(conn, &to, &outgoing);
            if !stanza.children.is_empty() {
                self.tell_peer(conn, &stanza);
            }
        }
    }
}
