//! What faces ask for, one function a command.

use std::path::PathBuf;

use serde_json::Value;

use super::core::{Core, Timer};
use super::effect::{Effect, OwnAvatar};
use super::store::After;
use crate::command::{Command, Place, Request};
use crate::disk::export::Export;
use crate::disk::search::Wanted;
use crate::disk::store::Op;
use crate::event::{ChatState, Content, Event, Extra, Message, MessageState, Show};
use crate::model::outbox::Pending;
use crate::model::settings::Settings;
use crate::net::Request as Net;
use crate::wire::jid::Jid;
use crate::wire::text;

/// Messages waiting for one contact: more than anybody types, few enough to hold.
const MOST_WAITING: usize = 100_000;

impl Core {
    pub(super) fn on_request(&mut self, request: Request) {
        let Request { command, reference } = request;
        if self.quitting && command == Command::Quit {
            return self.done(reference);
        }
        if self.quitting {
            return self.error(reference, "Balcony is ending; this was not done.");
        }
        match command {
            Command::Send { to, body, spoiler } => self.send(to, &body, spoiler, reference),
            Command::Correct { ref id, .. }
            | Command::Retract { ref id }
            | Command::React { ref id, .. }
            | Command::Reply { ref id, .. } => {
                let id = id.clone();
                self.about_message(command, id, reference);
            }
            Command::Broadcast { body, to } => self.broadcast(&to, &body, reference),
            Command::Attention { to } => self.attention(&to, reference),
            Command::Status { show, message } => self.set_status(show, &message, reference),
            Command::Avatar { path } => self.choose_avatar(path, reference),
            Command::Draft { to, text } => self.draft(to, &text, reference),
            Command::Typing { to, state } => self.typing(&to, state, reference),
            Command::Displayed { id } => self.displayed(id, reference),
            Command::History {
                with,
                limit,
                before,
                after,
                around,
            } => match Place::of(before, after, around) {
                Some(place) => self.history(with, limit, place, reference),
                None => self.error(reference, "Only one of before, after and around."),
            },
            Command::Search {
                text,
                with,
                from,
                limit,
                before,
            } => {
                let wanted = Wanted {
                    terms: text::Terms::parse(&text),
                    with,
                    from,
                    before,
                    limit: limit.unwrap_or(50),
                };
                self.search(text, wanted, reference);
            }
            Command::Delete {
                id,
                with,
                everything,
            } => self.delete(with, id, everything, reference),
            Command::Export { with, format, path } => {
                let export = Export { with, format, path };
                self.export(export, reference);
            }
            Command::Resend { id } => self.resend(id, reference),
            files @ (Command::SendFile { .. }
            | Command::ForwardFile { .. }
            | Command::AcceptFile { .. }
            | Command::CancelFile { .. }
            | Command::PauseFile { .. }
            | Command::ResumeFile { .. }) => self.on_file_command(files, reference),
            Command::Connect { address } => self.connect(address, reference),
            Command::Ping { to } => {
                if let Some(conn) = self.active(&to) {
                    self.with_extensions(conn, |extension, cx| {
                        extension.probe(cx);
                        None::<()>
                    });
                }
                self.done(reference);
            }
            Command::Close { to } => self.close(&to, reference),
            Command::Configure { settings } => self.configure(settings, reference),
            Command::Idle { seconds } => self.idle(seconds, reference),
            Command::Plaintext { peer, allow } => {
                self.on_plaintext_command(&peer, allow, reference);
            }
            Command::Verify { peer } => self.verify_key(&peer, reference),
            Command::Confirm { peer, same } => self.confirm_key(&peer, same, reference),
            Command::CancelVerification { peer } => self.cancel_comparison(&peer, reference),
            command @ (Command::AcceptKey { .. }
            | Command::SeparateKey { .. }
            | Command::KeepWaiting { .. }
            | Command::Trust { .. }
            | Command::TakeFiles { .. }
            | Command::Block { .. }
            | Command::Unblock { .. }) => self.on_trust_command(command, reference),
            Command::Snapshot => self.snapshot(reference),
            Command::Room(command) => self.on_room_command(command, reference),
            Command::Quit => self.quit(reference),
        }
    }

    fn send(&mut self, to: Jid, body: &str, spoiler: Option<String>, reference: Option<Value>) {
        if to == self.ourselves.jid {
            return self.error(reference, "This is your own name: choose somebody else.");
        }
        if self.book.is_blocked(&to, self.hint(&to)) {
            return self.error(reference, format!("You have blocked {to}: unblock first."));
        }
        let body = match text::outgoing_body(body) {
            Ok(body) => body,
            Err(why) => return self.error(reference, why.to_string()),
        };
        let extra = Extra {
            spoiler: spoiler.map(|hint| text::clean_line(&hint)),
            ..Extra::default()
        };
        let content = Content::Text {
            body,
            extra: extra.boxed(),
        };
        self.send_content(to, content, reference);
    }

    /// A message to somebody, unless too many wait for them already.
    /// Gives its id, if it was taken.
    pub(super) fn send_content(
        &mut self,
        to: Jid,
        content: Content,
        reference: Option<Value>,
    ) -> Option<String> {
        let to = self.now_called(&to).unwrap_or(to);
        let to = self.remember_announced(&to).unwrap_or(to);
        let waiting = self.outboxes.get(&to).map_or(0, |outbox| outbox.len());
        if waiting >= MOST_WAITING {
            let message =
                format!("{MOST_WAITING} messages wait for {to} already: this one was not taken.");
            self.error(reference, message);
            return None;
        }
        let id = self.rng.uuid();
        let pending = Pending::new(id.clone(), None, content, self.clock.wall);
        self.enqueue(to, pending, reference);
        Some(id)
    }

    fn resend(&mut self, id: String, reference: Option<Value>) {
        match self.unpark(&id) {
            Some((to, pending)) => self.send_again(to, pending, reference),
            None => self.find(Command::Resend { id: id.clone() }, id, reference),
        }
    }

    /// Asks the disk for a message that this command is about; [`Core::on_found_message`] goes on.
    pub(super) fn find(&mut self, command: Command, id: String, reference: Option<Value>) {
        let request = Box::new(Request { command, reference });
        self.effects.push_back(Effect::FindMessage { id, request });
    }

    /// Kept first, sent then: a message that the disk refused is not there yet.
    fn send_again(&mut self, to: Jid, mut pending: Pending, reference: Option<Value>) {
        if self.is_under_way(&to, &pending.id) {
            return self.done(reference); // Asked twice.
        }
        pending.delayed = true;
        // Asked and answered: this is the user's word for plaintext to this contact.
        self.allow_plaintext_for_now(&to);
        let id = pending.id.clone();
        if let Content::About(about) = pending.content {
            self.ops.push(Op::Settled { id });
            return self.enqueue_about(to, *about, reference);
        }
        self.enqueue(to, pending, reference);
        self.ops.push(Op::State {
            id,
            state: MessageState::Queued,
            reason: None,
        });
    }

    /// Does this message wait to be sent, or to be kept for that?
    fn is_under_way(&self, to: &Jid, id: &str) -> bool {
        let outbox = self.outboxes.get(to);
        let mut being_kept = self.waiting.iter().flat_map(|(_, afters)| afters);
        outbox.is_some_and(|outbox| outbox.contains(id))
            || being_kept
                .any(|after| matches!(after, After::Queued { pending, .. } if pending.id == id))
    }

    pub(super) fn on_found_message(
        &mut self,
        request: Request,
        result: Result<Option<Box<Message>>, String>,
    ) {
        let Request { command, reference } = request;
        let found = match result {
            Ok(found) => found,
            Err(why) => {
                return self.error(reference, format!("The message could not be read: {why}"));
            }
        };
        match (command, found) {
            (Command::Displayed { .. }, Some(message)) => {
                self.read_up_to(message.with().clone(), message.id, reference);
            }
            (Command::Displayed { .. }, None) => {
                self.error(reference, "No conversation has a message with that id.");
            }
            (Command::Resend { .. }, found) => self.resend_found(found, reference),
            (command, Some(message)) => self.act_on(command, &message, reference),
            (_, None) => self.error(reference, "There is no message with that id."),
        }
    }

    fn resend_found(&mut self, found: Option<Box<Message>>, reference: Option<Value>) {
        let again = |message: &Message| {
            matches!(
                message.state,
                Some(MessageState::Uncertain | MessageState::Failed)
            )
        };
        match found {
            Some(message) if again(&message) => {
                let Message {
                    id,
                    to,
                    body,
                    time,
                    extra,
                    ..
                } = *message;
                let content = Content::Text { body, extra };
                self.send_again(to, Pending::new(id, None, content, time), reference);
            }
            Some(_) => self.error(reference, "That message needs no second sending."),
            None => self.error(reference, "There is no message of yours with that id."),
        }
    }

    fn set_status(&mut self, show: Show, message: &str, reference: Option<Value>) {
        let message = text::clean_line(message);
        self.chosen_show = (show, message.clone());
        self.model.me.show = show;
        self.model.me.message = message;
        self.publish_presence();
        self.done(reference);
    }

    /// Away after a while without input, back with the first; a status that the user chose stays.
    fn idle(&mut self, seconds: u64, reference: Option<Value>) {
        let limit = u64::from(self.model.settings.away_after_minutes) * 60;
        let idle = limit > 0 && seconds >= limit;
        if idle != self.ourselves.idle_since.is_some() {
            let since = i64::try_from(seconds)
                .ok()
                .map(jiff::SignedDuration::from_secs);
            self.ourselves.idle_since = since
                .filter(|_| idle)
                .and_then(|since| self.clock.wall.checked_sub(since).ok());
            self.model.me.show = match self.chosen_show.0 {
                Show::Available if idle => Show::Away,
                chosen => chosen,
            };
            self.publish_presence();
        }
        self.done(reference);
    }

    fn choose_avatar(&mut self, path: Option<PathBuf>, reference: Option<Value>) {
        match path {
            Some(path) => self
                .effects
                .push_back(Effect::LoadOwnAvatar { path, reference }),
            None => {
                self.ops.push(Op::Setting {
                    key: "avatar".to_owned(),
                    value: Value::Null,
                });
                self.set_avatar(None);
                self.done(reference);
            }
        }
    }

    pub(super) fn on_own_avatar(
        &mut self,
        reference: Option<Value>,
        result: Result<OwnAvatar, String>,
    ) {
        match result {
            Ok(avatar) => {
                let sha1 = crate::model::roster::hex(&avatar.sha1);
                self.ops.push(Op::Setting {
                    key: "avatar".to_owned(),
                    value: Value::String(sha1),
                });
                self.set_avatar(Some(avatar));
                self.done(reference);
            }
            Err(why) => self.error(reference, why),
        }
    }

    fn typing(&mut self, to: &Jid, state: ChatState, reference: Option<Value>) {
        self.send_typing(to, state);
        self.done(reference);
    }

    fn connect(&mut self, address: String, reference: Option<Value>) {
        if address.trim().is_empty() || address.len() > 300 {
            return self.error(
                reference,
                "An address is a host and a port, like 192.168.1.20:5298.",
            );
        }
        self.dial_name(address.trim().to_owned());
        self.done(reference);
    }

    fn close(&mut self, to: &Jid, reference: Option<Value>) {
        let conns = self.by_peer.get(to).cloned().unwrap_or_default();
        for conn in conns {
            self.close_link(conn);
        }
        self.done(reference);
    }

    /// Merges the given members into the settings; a wrong one changes nothing.
    fn configure(&mut self, part: Value, reference: Option<Value>) {
        let merged = match (serde_json::to_value(&self.model.settings), part) {
            (_, Value::Object(part)) if self.locked(&part).is_some() => Err(format!(
                "\"{}\" is set by the administrator of this computer",
                self.locked(&part).unwrap_or_default()
            )),
            (Ok(Value::Object(mut all)), Value::Object(part)) => match merge(&mut all, part) {
                Ok(()) => serde_json::from_value::<Settings>(Value::Object(all))
                    .map_err(|why| why.to_string()),
                Err(unknown) => Err(format!("there is no setting \"{unknown}\"")),
            },
            _ => Err("settings are an object of names and values".to_owned()),
        };
        let settings = match merged {
            Ok(settings) => settings,
            Err(why) => {
                return self.error(reference, format!("The settings were not changed: {why}."));
            }
        };
        self.keep_settings(settings);
        self.done(reference);
    }

    /// A member that nobody may change, if there is one among these.
    fn locked(&self, part: &serde_json::Map<String, Value>) -> Option<String> {
        let locked = &self.model.settings.locked;
        let mut names = part.keys();
        names
            .find(|name| *name == "locked" || locked.contains(name))
            .cloned()
    }

    fn keep_settings(&mut self, mut settings: Settings) {
        settings.nick = text::clean_name(&settings.nick);
        settings.tidy();
        let before = std::mem::replace(&mut self.model.settings, settings.clone());
        self.ops.extend(changes(&before, &settings));
        if before.plaintext != settings.plaintext {
            self.plaintext_policy_changed();
        }
        self.model.me.nick.clone_from(&settings.nick);
        self.ourselves.follow(&settings);
        self.emit(Event::Settings {
            settings: Box::new(settings.clone()),
        });
        if before.interfaces != settings.interfaces {
            self.ask(Net::Interfaces {
                choice: settings.interfaces.clone(),
            });
        }
        if before.retention_days != settings.retention_days {
            self.expire();
        }
        if before.publish != settings.publish {
            self.serve_avatar();
        }
        if self.hidden && !settings.nick.is_empty() {
            self.hidden = false;
        }
        if before.publish != settings.publish
            || before.nick != settings.nick
            || before.card != settings.card
            || before.send_details != settings.send_details
        {
            self.publish_presence();
        }
    }

    fn snapshot(&mut self, reference: Option<Value>) {
        let model = &self.model;
        let conversations = model
            .contacts
            .values()
            .filter(|contact| contact.conversation.last.is_some())
            .map(|contact| (contact.jid.clone(), contact.summary()))
            .collect();
        let event = Event::Snapshot {
            me: model.me.clone(),
            peers: model
                .contacts
                .values()
                .filter_map(|contact| contact.peer.clone())
                .collect(),
            interfaces: model.interfaces.clone(),
            conversations,
            files: model.files.values().cloned().collect(),
            reference,
        };
        self.emit(event);
    }

    /// Says goodbye on every stream and on the network; ends when all is written, or after a moment.
    fn quit(&mut self, reference: Option<Value>) {
        self.done(reference);
        self.quitting = true;
        let conns: Vec<_> = self.links.keys().copied().collect();
        for conn in conns {
            let legacy = self
                .links
                .get(&conn)
                .and_then(|link| link.ready.as_ref())
                .is_none_or(|ready| ready.legacy);
            if legacy {
                self.close_link(conn);
            } else {
                self.fail_link(conn, crate::wire::nonza::Condition::SystemShutdown);
            }
        }
        self.ask(Net::Withdraw);
        let at = self.after(std::time::Duration::from_millis(100));
        self.timers.set(Timer::Quit, at);
    }
}

/// What of the settings is to be kept: the members that changed. What the command line chose for this run only did not.
fn changes(before: &Settings, after: &Settings) -> Vec<Op> {
    let members = |settings| match serde_json::to_value(settings) {
        Ok(Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    let before = members(before);
    members(after)
        .into_iter()
        .filter(|(key, value)| before.get(key) != Some(value))
        .map(|(key, value)| Op::Setting { key, value })
        .collect()
}

/// Puts the members of `part` into `all`, objects into objects. Names that are not there yet are refused.
fn merge(
    all: &mut serde_json::Map<String, Value>,
    part: serde_json::Map<String, Value>,
) -> Result<(), String> {
    for (name, value) in part {
        match (all.get_mut(&name), value) {
            (None, _) => return Err(name),
            (Some(Value::Object(inside)), Value::Object(part)) => merge(inside, part)?,
            (Some(slot), value) => *slot = value,
        }
    }
    Ok(())
}
