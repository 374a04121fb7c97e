//! Messages, receipts, typing and presence over ready streams.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::core::{Core, Timer};
use super::store::After;
use crate::disk::store::Op;
use crate::event::{ChatState, Event, Message, MessageState, Show};
use crate::model::outbox::Settled;
use crate::model::settings::PlaintextPolicy;
use crate::net::ConnId;
use crate::stream::SendError;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::xep::{Incoming, Outgoing, Presence};

/// Bytes given to a connection and not yet taken by the kernel, above which no more messages are written to it.
const ENOUGH_IN_FLIGHT: u64 = 512 * 1024;
/// Messages that only the user may send again are remembered for that, so many.
const MOST_PARKED: usize = 1000;

impl Core {
    pub(super) fn on_stanza(&mut self, conn: ConnId, stanza: &Element) {
        self.touch(conn);
        let before = self.afters.len();
        match &*stanza.name {
            "message" => self.on_message(conn, stanza),
            "presence" => self.on_presence(conn, stanza),
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
            None => self.afters.push(after),
        }
    }

    fn on_message(&mut self, conn: ConnId, stanza: &Element) {
        let Some(from) = self.links.get(&conn).and_then(|link| link.peer.clone()) else {
            return;
        };
        if stanza.attr("type") == Some("error") {
            return self.on_message_error(&from, stanza);
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
        {
            self.emit(Event::Typing {
                from: from.clone(),
                state,
            });
        }
        if incoming.body.as_ref().is_some_and(|body| !body.is_empty()) {
            self.keep_message(conn, from, incoming);
        }
    }

    /// To the disk; it is shown and acknowledged once it is there.
    fn keep_message(&mut self, conn: ConnId, from: Jid, incoming: Incoming) {
        let usable = |id: &String| !id.is_empty() && id.len() <= 256;
        let known_id = incoming.id.filter(usable);
        if let Some(id) = &known_id
            && !self.recent.first_time(&from, id)
        {
            // A second copy: shown no more, but its receipt was lost, or it would not have come.
            if incoming.wants_receipt {
                self.send_receipts(conn, vec![id.clone()]);
            }
            return;
        }
        let time = self.plausible(incoming.delayed);
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
        };
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
            message: Box::new(message),
            receipt,
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
        let Some(reference) = self.recent.was_sent_to(id, from) else {
            return;
        };
        let error = crate::wire::stanza::StanzaError::parse(stanza);
        if let Some(outbox) = self.outboxes.get_mut(from) {
            outbox.acked(id);
        }
        let reason = format!("the other program refused it ({})", error.condition);
        self.set_state(
            Settled {
                id: id.to_owned(),
                reference,
                state: MessageState::Failed,
                reason: Some(reason),
                pending: None,
            },
            from,
        );
    }

    fn on_receipt(&mut self, from: &Jid, id: &str) {
        let Some(reference) = self.recent.was_sent_to(id, from) else {
            return;
        };
        if let Some(outbox) = self.outboxes.get_mut(from) {
            outbox.acked(id);
        }
        let settled = Settled {
            id: id.to_owned(),
            reference,
            state: MessageState::Delivered,
            reason: None,
            pending: None,
        };
        self.set_state(settled, from);
    }

    pub(super) fn on_acked(&mut self, conn: ConnId, count: u32) {
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        let Some(jid) = link.peer.clone() else { return };
        let count = link.unacked.len().min(count as usize);
        let ids: Vec<String> = link.unacked.drain(..count).flatten().collect();
        let mut settled = Vec::new();
        if let Some(outbox) = self.outboxes.get_mut(&jid) {
            settled.extend(ids.iter().filter_map(|id| outbox.acked(id)));
        }
        for one in settled {
            self.set_state(one, &jid);
        }
        self.pump(&jid);
    }

    /// A message of ours is now in this state: on disk, and to the faces.
    fn set_state(&mut self, settled: Settled, to: &Jid) {
        let Settled {
            id,
            reference,
            state,
            reason,
            pending,
        } = settled;
        if matches!(state, MessageState::Sent | MessageState::Delivered) {
            self.attempts.remove(to);
        }
        if let Some(pending) = pending {
            self.parked.push_back((to.clone(), *pending));
            if self.parked.len() > MOST_PARKED {
                self.parked.pop_front();
            }
        }
        self.ops.push(Op::State {
            id: id.clone(),
            state,
            reason: reason.clone(),
        });
        let encrypted = None;
        self.emit(Event::MessageState {
            id,
            reference,
            to: to.clone(),
            state,
            reason,
            body: None,
            time: None,
            encrypted,
        });
    }

    /// Messages to a peer that acknowledges nothing, written a while ago to a stream that still stands.
    pub(super) fn settle(&mut self, jid: &Jid) {
        let now = self.clock.now;
        if self.active(jid).is_some_and(|conn| self.confirms(conn)) {
            return;
        }
        let Some(outbox) = self.outboxes.get_mut(jid) else {
            return;
        };
        let settled = outbox.settle(now);
        let next = outbox.settles_at();
        self.timers.set(Timer::Settle(jid.clone()), next);
        for one in settled {
            self.set_state(one, jid);
        }
    }

    /// The stream is gone; what was on it waits again, or nobody knows.
    pub(super) fn lost(&mut self, jid: &Jid, conn: ConnId, acks: bool) {
        let Some(outbox) = self.outboxes.get_mut(jid) else {
            return;
        };
        let settled = outbox.stream_lost(conn.0, acks);
        let next = outbox.settles_at();
        self.timers.set(Timer::Settle(jid.clone()), next);
        for one in settled {
            self.set_state(one, jid);
        }
    }

    /// Sends what waits for this peer, or sees to it that a stream is opened for it.
    pub(super) fn pump(&mut self, jid: &Jid) {
        if !self
            .outboxes
            .get(jid)
            .is_some_and(|outbox| outbox.has_waiting())
        {
            return;
        }
        match self.active(jid) {
            Some(conn) => self.pump_into(jid, conn),
            None => {
                let reachable = self
                    .roster
                    .get(jid)
                    .is_some_and(|known| known.online || known.advertised);
                let later = self.timers.get(&Timer::Retry(jid.clone())).is_some();
                if reachable && !later {
                    self.dial(jid);
                }
            }
        }
    }

    fn pump_into(&mut self, jid: &Jid, conn: ConnId) {
        if let Some(reason) = self.forbidden(jid, conn) {
            let failed = self
                .outboxes
                .get_mut(jid)
                .map(|outbox| outbox.fail_waiting(&reason))
                .unwrap_or_default();
            for one in failed {
                self.set_state(one, jid);
            }
            return;
        }
        self.touch(conn);
        loop {
            let end = self.collect(conn);
            let busy = self
                .links
                .get(&conn)
                .is_none_or(|link| end - link.written > ENOUGH_IN_FLIGHT);
            let next = self
                .outboxes
                .get(jid)
                .and_then(|outbox| outbox.next_for(conn.0))
                .cloned();
            let (Some(pending), false) = (next, busy) else {
                return;
            };
            let outgoing = Outgoing {
                id: pending.id.clone(),
                body: Some(pending.body),
                time: pending.time,
                delayed: pending.delayed,
                chat_state: Some(ChatState::Active),
                receipt_for: None,
            };
            let stanza = self.compose(conn, jid, &outgoing);
            match self.send_stanza(conn, &stanza, Some(pending.id.clone())) {
                Ok(()) => {}
                Err(SendError::NotReady) => return,
                Err(error @ SendError::TooBig { .. }) => {
                    self.refuse_to_send(jid, &pending.id, &error.to_string());
                    continue;
                }
            }
            let end = self.collect(conn);
            if let Some(outbox) = self.outboxes.get_mut(jid) {
                outbox.departed(conn.0, end);
            }
        }
    }

    /// This one message cannot go to this peer; the others can.
    fn refuse_to_send(&mut self, jid: &Jid, id: &str, why: &str) {
        let settled = self
            .outboxes
            .get_mut(jid)
            .and_then(|outbox| outbox.acked(id));
        if let Some(settled) = settled {
            let reason = Some(format!("not sent: {why}"));
            self.set_state(
                Settled {
                    state: MessageState::Failed,
                    reason,
                    ..settled
                },
                jid,
            );
        }
    }

    /// Why this peer must not be written to, if so.
    fn forbidden(&self, jid: &Jid, conn: ConnId) -> Option<String> {
        let secure = self.links.get(&conn)?.ready.as_ref()?.secure;
        let allowed = secure || self.plaintext_allowed.contains(jid);
        match self.model.settings.plaintext {
            _ if allowed => None,
            PlaintextPolicy::Allow => None,
            PlaintextPolicy::Ask => Some(format!(
                "not sent: the connection to {jid} is not encrypted, and your settings ask first. Send it again to send it all the same."
            )),
            PlaintextPolicy::SecureOnly => Some(format!(
                "not sent: the connection to {jid} is not encrypted, and your settings allow encrypted ones only"
            )),
        }
    }

    fn compose(&mut self, conn: ConnId, to: &Jid, outgoing: &Outgoing) -> Element {
        let mut stanza = Element::new("message", ns::CLIENT)
            .with_attr("to", to.as_str())
            .with_attr("from", self.ourselves.jid.as_str())
            .with_attr("type", "chat")
            .with_attr("id", outgoing.id.clone());
        if let Some(body) = &outgoing.body {
            stanza.push(Element::new("body", ns::CLIENT).with_text(body.clone()));
        }
        self.with_extensions(conn, |extension, cx| {
            extension.compose(cx, outgoing, &mut stanza);
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
                id: self.rng.uuid(),
                body: None,
                time: self.clock.wall,
                delayed: false,
                chat_state: None,
                receipt_for: Some(id),
            };
            let stanza = self.compose(conn, &to, &outgoing);
            if !stanza.children.is_empty() {
                self.tell_peer(conn, &stanza);
            }
        }
    }

    /// Tells the peer what the user does, over an open stream only: typing opens none.
    pub(super) fn send_typing(&mut self, to: &Jid, state: ChatState) {
        let Some(conn) = self.active(to) else { return };
        if !self.model.settings.send_typing {
            return;
        }
        let outgoing = Outgoing {
            id: self.rng.uuid(),
            body: None,
            time: self.clock.wall,
            delayed: false,
            chat_state: Some(state),
            receipt_for: None,
        };
        let stanza = self.compose(conn, to, &outgoing);
        if !stanza.children.is_empty() {
            self.tell_peer(conn, &stanza);
        }
    }

    pub(super) fn stop_typing(&mut self, jid: &Jid) {
        let typing = self
            .model
            .contacts
            .get(jid)
            .is_some_and(|contact| contact.typing == ChatState::Composing);
        if typing {
            self.emit(Event::Typing {
                from: jid.clone(),
                state: ChatState::Paused,
            });
        }
    }

    /// Our presence on a stream of our kind (XEP-0246 §4).
    pub(super) fn send_presence(&mut self, conn: ConnId) {
        let Some(link) = self.links.get(&conn) else {
            return;
        };
        let (Some(ready), Some(to), false) = (&link.ready, link.peer.clone(), link.closing) else {
            return;
        };
        if ready.legacy {
            return;
        }
        let (me, publish) = (&self.model.me, &self.model.settings.publish);
        let presence = Presence {
            show: if publish.status {
                me.show
            } else {
                Show::Available
            },
            message: if publish.message {
                me.message.clone()
            } else {
                String::new()
            },
            nick: if publish.nick {
                me.nick.clone()
            } else {
                String::new()
            },
            idle_since: self.ourselves.idle_since,
        };
        let mut stanza = Element::new("presence", ns::CLIENT)
            .with_attr("from", self.ourselves.jid.as_str())
            .with_attr("to", to.as_str());
        let show = match presence.show {
            Show::Available => None,
            Show::Away => Some("away"),
            Show::Dnd => Some("dnd"),
        };
        if let Some(show) = show {
            stanza.push(Element::new("show", ns::CLIENT).with_text(show));
        }
        if !presence.message.is_empty() {
            stanza.push(Element::new("status", ns::CLIENT).with_text(presence.message.clone()));
        }
        self.with_extensions(conn, |extension, cx| {
            extension.announce(cx, &presence, &mut stanza);
            None::<()>
        });
        self.tell_peer(conn, &stanza);
    }

    fn on_presence(&mut self, conn: ConnId, stanza: &Element) {
        let Some(from) = self.links.get(&conn).and_then(|link| link.peer.clone()) else {
            return;
        };
        let presence = match stanza.attr("type") {
            None => {
                let text = |name: &str| {
                    stanza
                        .child(name, ns::CLIENT)
                        .map(Element::text)
                        .unwrap_or_default()
                };
                let mut presence = Presence {
                    show: match text("show").as_str() {
                        "away" | "xa" => Show::Away,
                        "dnd" => Show::Dnd,
                        _ => Show::Available,
                    },
                    message: crate::wire::text::clean_line(&text("status")),
                    nick: String::new(),
                    idle_since: None,
                };
                self.with_extensions(conn, |extension, cx| {
                    extension.present(cx, stanza, &mut presence);
                    None::<()>
                });
                Some(presence)
            }
            Some("unavailable") => None,
            Some(_) => return,
        };
        self.amend(&from, |known| known.presence = presence);
    }

    /// Try again after a while that grows: 1, 2, 4 … 30 s, less a random part so that a hall does not dial in step.
    pub(super) fn retry_later(&mut self, jid: &Jid) {
        if self
            .outboxes
            .get(jid)
            .is_none_or(|outbox| outbox.is_empty())
        {
            return;
        }
        let attempt = self.attempts.entry(jid.clone()).or_insert(0);
        let seconds = 1u64 << (*attempt).min(5);
        *attempt += 1;
        let millis = (seconds.min(30) * 1000) * (75 + self.rng.bits() % 26) / 100;
        let at = self.after(Duration::from_millis(millis));
        self.timers.set(Timer::Retry(jid.clone()), at);
    }

    /// Takes a message that only the user may send again.
    pub(super) fn unpark(&mut self, id: &str) -> Option<(Jid, crate::model::outbox::Pending)> {
        let at = self
            .parked
            .iter()
            .position(|(_, pending)| pending.id == id)?;
        self.parked.remove(at)
    }

    /// A message to `to`: kept first, sent then.
    pub(super) fn enqueue(
        &mut self,
        to: Jid,
        mut pending: crate::model::outbox::Pending,
        reference: Option<Value>,
    ) {
        pending.reference = reference;
        let message = Message {
            id: pending.id.clone(),
            from: self.ourselves.jid.clone(),
            to: to.clone(),
            body: pending.body.clone(),
            spans: Vec::new(),
            time: pending.time,
            encrypted: false,
            delayed: false,
            state: Some(MessageState::Queued),
            reason: None,
        };
        self.recent
            .sent(&pending.id, &to, pending.reference.clone());
        self.ops.push(Op::Message {
            with: to.clone(),
            message: Box::new(message),
            outbox: true,
        });
        self.afters.push(After::Queued {
            to,
            pending: Box::new(pending),
        });
    }
}
