//! The repeater: who has neither a key nor XEP-0045 (Pidgin, Finch and their like) takes part in a room by ordinary messages
//! to one member, which passes on what they say as "NICK (via MEMBER)" and tells them what is said there as "NICK: text".
//!
//! Both sides must want it: a moderator of the room switches it on in the own program (`room-repeat`), and the other one
//! writes `!join ROOM`. Nobody floods anybody: what one of them says is taken at a certain speed, and what it is told comes
//! in one message a second at most. Programs that answer by themselves make no loop: what only comes back is dropped, and who
//! does nothing else is put out. In a moderated room they listen until they are given the floor.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Core, Hosted};
use crate::event::Event;
use crate::event::room::{RoomEvent, RoomLine};
use crate::model::room::body::{Body, MAX_NICK, MAX_TEXT, Role};
use crate::model::room::engine::WriteError;
use crate::model::room::entry::{EntryId, RoomId};
use crate::model::settings::PlaintextPolicy;
use crate::net::ConnId;
use crate::wire::jid::Jid;
use crate::wire::text::{clean_line, clean_name, cut};
use crate::wire::time::{Clock, Moment};
use crate::xep::Outgoing;

/// Who takes part through us, a room.
const MOST: usize = 20;
/// What one of them says at once, and a second.
const BURST: f64 = 6.0;
const PER_SECOND: f64 = 0.5;
/// Lines that wait for one of them; then it is told how many it missed.
const MOST_WAITING: usize = 60;
/// Lines in one message, and their bytes.
const MOST_LINES: usize = 20;
const MOST_BYTES: usize = 8 * 1024;
/// Between two messages to one of them.
const PAUSE: Duration = Duration::from_secs(1);
/// The first of a few lines waits so long for the others.
const COMPANY: Duration = Duration::from_millis(50);
/// A stream that does not come to stand is asked for again.
const REDIAL: Duration = Duration::from_secs(5);
/// What was told to one of them and is known when it comes back.
const MOST_TOLD: usize = 100;
/// Who sends back so much of what it is told is a program.
const MOST_ECHOES: u8 = 3;
/// Lines of history for who comes in.
const HISTORY: usize = 10;

/// Somebody who takes part through us.
#[derive(Clone, Debug)]
pub(in crate::node) struct Repeated {
    pub jid: Jid,
    pub nick: String,
    /// Was given the floor.
    pub voice: bool,
    credit: f64,
    credit_at: Moment,
    waiting: VecDeque<String>,
    missed: usize,
    told: VecDeque<String>,
    echoes: u8,
    /// It was told that it is too fast, and not yet slow again.
    warned: bool,
    /// Not before.
    due: Moment,
}

impl Repeated {
    fn new(jid: Jid, nick: String, now: Moment) -> Repeated {
        Repeated {
            jid,
            nick,
            voice: false,
            credit: BURST,
            credit_at: now,
            waiting: VecDeque::new(),
            missed: 0,
            told: VecDeque::new(),
            echoes: 0,
            warned: false,
            due: now,
        }
    }

    fn is_slow_enough(&mut self, now: Moment) -> bool {
        let earned = now.since(self.credit_at).as_secs_f64() * PER_SECOND;
        (self.credit, self.credit_at) = ((self.credit + earned).min(BURST), now);
        if self.credit < 1.0 {
            return false;
        }
        self.credit -= 1.0;
        self.warned &= self.credit < BURST / 2.0;
        true
    }

    fn hear(&mut self, line: String) {
        if self.waiting.len() >= MOST_WAITING {
            self.waiting.pop_front();
            self.missed += 1;
        }
        self.waiting.push_back(line);
    }

    /// Is this nothing but what it was told, with the names before it?
    fn is_echo(&self, text: &str) -> bool {
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines().next().is_some() && lines().all(|line| self.told.iter().any(|told| told == line))
    }

    /// The next message to it.
    fn next(&mut self) -> Option<String> {
        let mut lines = Vec::new();
        if self.missed > 0 {
            lines.push(format!("(… {} more)", std::mem::take(&mut self.missed)));
        }
        let mut bytes = 0;
        while lines.len() < MOST_LINES
            && let Some(line) = self.waiting.front()
            && (bytes == 0 || bytes + line.len() <= MOST_BYTES)
        {
            bytes += line.len();
            lines.extend(self.waiting.pop_front());
        }
        for line in &lines {
            self.told
                .extend(line.lines().map(|line| line.trim().to_owned()));
        }
        let spare = self.told.len().saturating_sub(MOST_TOLD);
        self.told.drain(..spare);
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

impl Hosted {
    /// Is it wanted here, and may we?
    pub(super) fn repeats(&self) -> bool {
        let rules = &self.room.state().rules;
        self.about.repeat && self.room.is_inside() && rules.role(self.room.me()) >= Role::Admin
    }

    fn names(&self) -> String {
        let state = self.room.state();
        let mut names: Vec<String> = state.present().map(|(_, one)| one.nick.clone()).collect();
        names.extend(self.repeated.iter().map(|one| one.nick.clone()));
        names.sort_by_key(|name| name.to_lowercase());
        let more = names.len().saturating_sub(50);
        names.truncate(50);
        match more {
            0 => names.join(", "),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }

    /// May somebody without a key who is here through us speak?
    pub(super) fn hears_through_us(&self, voice: bool) -> bool {
        voice || !self.room.state().rules.moderated
    }
}

/// What a line is in words; announcements stand out, and the marks of a program of ours are none of theirs.
fn words(line: &RoomLine) -> String {
    let (mark, star) = match (line.announcement, line.corrected) {
        (true, _) => ("! ", ""),
        (false, true) => ("", "* "),
        (false, false) => ("", ""),
    };
    format!("{mark}{}: {star}{}", line.nick, line.body)
}

impl Core {
    /// Switches it on or off for a room.
    pub(super) fn repeat(&mut self, id: RoomId, on: bool) -> Result<(), String> {
        if on && self.model.settings.plaintext == PlaintextPolicy::SecureOnly {
            return Err(
                "Your settings allow encrypted conversations only: Pidgin cannot encrypt.".into(),
            );
        }
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return Ok(());
        };
        hosted.about.repeat = on;
        if on && !hosted.repeats() {
            hosted.about.repeat = false;
            return Err(super::commands::sentence(&WriteError::NotAllowed));
        }
        if !on {
            for jid in hosted
                .repeated
                .iter()
                .map(|one| one.jid.clone())
                .collect::<Vec<_>>()
            {
                self.put_out(id, &jid, "The way into the room through me is closed.");
            }
        }
        self.write_about(id);
        self.tell_rules(id);
        Ok(())
    }

    /// A message of somebody without a key: is it for a room?
    pub(in crate::node) fn on_repeated(&mut self, conn: ConnId, from: &Jid, body: &str) -> bool {
        let plain = self
            .links
            .get(&conn)
            .is_some_and(|link| link.secured.is_none());
        if !plain || !self.rooms.all.values().any(Hosted::repeats) {
            return false;
        }
        let text = body.trim();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let within = self.repeated_in(from);
        match (word.to_lowercase().as_str(), within) {
            ("!join" | "/join", _) => self.join_through(from, rest.trim()),
            ("!rooms" | "/rooms", _) => self.answer_repeated(from, &self.open_rooms()),
            ("!leave" | "/leave" | "!part" | "/part", Some(id)) => {
                self.put_out(id, from, "You left the room. What you write to me now is for me alone.");
            }
            ("!who" | "/who" | "!names" | "/names", Some(id)) => {
                let names = self.rooms.all.get(&id).map(Hosted::names);
                self.answer_repeated(from, &format!("In the room: {}", names.unwrap_or_default()));
            }
            ("!help" | "/help", _) => self.answer_repeated(
                from,
                "!rooms: which rooms there are. !join ROOM: take part in one. !who: who is in it. !leave: not any more.",
            ),
            (_, Some(id)) => self.say_for(id, from, text),
            (_, None) => return false,
        }
        true
    }

    fn repeated_in(&self, jid: &Jid) -> Option<RoomId> {
        let within = |hosted: &Hosted| hosted.repeated.iter().any(|one| one.jid == *jid);
        let mut all = self.rooms.all.iter();
        all.find(|(_, hosted)| within(hosted) && hosted.repeats())
            .map(|(id, _)| *id)
    }

    fn open_rooms(&self) -> String {
        let open = self.rooms.all.values().filter(|hosted| hosted.repeats());
        let names: Vec<String> = open
            .map(|hosted| {
                let state = hosted.room.state();
                format!("{} ({})", state.name, state.here)
            })
            .collect();
        format!("Rooms that you can join through me: {}", names.join(", "))
    }

    fn join_through(&mut self, from: &Jid, wanted: &str) {
        let fits = |hosted: &Hosted| {
            let name = &hosted.room.state().name;
            wanted.is_empty()
                || name.to_lowercase() == wanted.to_lowercase()
                || hosted.room.address() == wanted
        };
        let all = self.rooms.all.iter();
        let open = all.filter(|(_, hosted)| hosted.repeats() && fits(hosted));
        let open: Vec<RoomId> = open.map(|(id, _)| *id).collect();
        let &[id] = open.as_slice() else {
            return self.answer_repeated(from, &self.open_rooms());
        };
        if let Some(before) = self.repeated_in(from) {
            if before == id {
                return self.answer_repeated(from, "You are in this room already.");
            }
            self.put_out(before, from, "You left the other room.");
        }
        self.let_in(id, from);
    }

    fn let_in(&mut self, id: RoomId, from: &Jid) {
        let known = self.model.contacts.get(from).map(|one| one.nick.as_str());
        let wanted = cut(&clean_name(known.unwrap_or(from.as_str())), MAX_NICK - 8).to_owned();
        let now = self.clock.now;
        let mine = self.ourselves.jid.clone();
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        if hosted.repeated.len() >= MOST {
            let full = "Too many take part through me already. Try again later.";
            return self.answer_repeated(from, full);
        }
        let mut nick = wanted.clone();
        let mut n = 2;
        while hosted.is_taken(&nick, from) {
            nick = format!("{wanted} ({n})");
            n += 1;
        }
        let state = hosted.room.state();
        let member = state.occupants.get(&hosted.room.me());
        let member = member.map_or(mine.as_str(), |one| &one.nick);
        let mut hello = format!(
            "You are in the room {}. What you write to me now goes there as \"{nick} (via {member})\". It is not encrypted \
             between you and me. !leave ends it, !who tells who is there.",
            state.name
        );
        if state.rules.moderated {
            hello += " You are listening: a moderator may give you the floor.";
        }
        if let Some((subject, _)) = state.subject.as_ref().filter(|(text, _)| !text.is_empty()) {
            hello += &format!("\nTopic: {subject}");
        }
        hello += &format!("\nIn the room: {}", hosted.names());
        let mut one = Repeated::new(from.clone(), nick, now);
        one.hear(hello);
        for line in hosted.newest(HISTORY) {
            if line.retracted.is_none() {
                one.hear(words(&line));
            }
        }
        hosted.repeated.push(one);
        hosted.repeat_due = Some(now);
        self.tell_rules(id);
        self.deliver_repeated(id);
    }

    fn say_for(&mut self, id: RoomId, from: &Jid, text: &str) {
        let clock = self.clock;
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        let moderated = hosted.room.state().rules.moderated;
        let Some(one) = hosted.repeated.iter_mut().find(|one| one.jid == *from) else {
            return;
        };
        if one.is_echo(text) {
            one.echoes += 1;
            if one.echoes >= MOST_ECHOES {
                let why = "You send back what I tell you: you are out of the room.";
                self.put_out(id, from, why);
            }
            return;
        }
        if !one.is_slow_enough(clock.now) {
            if !std::mem::replace(&mut one.warned, true) {
                let why = "That was too fast: this was not passed on. Wait a moment.";
                self.answer_repeated(from, why);
            }
            return;
        }
        if moderated && !one.voice {
            let why = "You are listening: this was not passed on.";
            return self.answer_repeated(from, why);
        }
        if text.len() > MAX_TEXT {
            return self
                .answer_repeated(from, "This is too long for a room: it was not passed on.");
        }
        let nick = one.nick.clone();
        let written = pass_on(hosted, clock, text, &nick);
        match written {
            Ok(entry) => {
                hosted.remember_guest(entry, entry.to_string(), nick);
            }
            Err(WriteError::Busy) => {
                self.answer_repeated(from, "The room is busy: this was not passed on.");
            }
            Err(_) => self.answer_repeated(from, "This was not passed on."),
        }
    }

    /// A word of ours, at once.
    fn answer_repeated(&mut self, to: &Jid, words: &str) {
        if let Some(conn) = self.active(to) {
            self.send_plain(conn, to, words);
        }
    }

    fn send_plain(&mut self, conn: ConnId, to: &Jid, words: &str) {
        let outgoing = Outgoing {
            body: Some(words.to_owned()),
            ..Outgoing::bare(self.rng.uuid(), self.clock.wall)
        };
        let stanza = self.compose(conn, to, &outgoing);
        self.tell_peer(conn, &stanza);
    }

    /// Something was said: it goes to who takes part through us, except to who said it.
    pub(super) fn tell_repeated(&mut self, id: RoomId, entry: EntryId, line: &RoomLine) {
        let now = self.clock.now;
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        if hosted.repeated.is_empty() || line.history && !line.corrected {
            return;
        }
        let by = hosted.guest_ids.get(&entry).map(|(_, nick)| nick.clone());
        let words = words(line);
        for one in &mut hosted.repeated {
            if by.as_ref() != Some(&one.nick) {
                one.hear(words.clone());
            }
        }
        hosted.repeat_due.get_or_insert(now + COMPANY);
    }

    /// What waits goes out, one message each.
    pub(super) fn deliver_repeated(&mut self, id: RoomId) {
        let now = self.clock.now;
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        hosted.repeat_due = None;
        if !hosted.repeats() {
            let had = !hosted.repeated.is_empty();
            hosted.repeated.clear();
            if had {
                self.tell_rules(id);
            }
            return;
        }
        let waiting = hosted.repeated.iter();
        let waiting = waiting.filter(|one| !one.waiting.is_empty());
        let due: Vec<(Jid, Moment)> = waiting.map(|one| (one.jid.clone(), one.due)).collect();
        for (jid, due) in due {
            let conn = self.active(&jid);
            if conn.is_none() {
                self.dial(&jid);
            }
            let ready = conn.filter(|_| due <= now);
            let Some(hosted) = self.rooms.all.get_mut(&id) else {
                return;
            };
            let all = &mut hosted.repeated;
            let Some(one) = all.iter_mut().find(|one| one.jid == jid) else {
                continue;
            };
            let mut message = None;
            if let Some(conn) = ready {
                message = one.next().map(|words| (conn, words));
                one.due = now + PAUSE;
            } else if conn.is_none() {
                one.due = now + REDIAL;
            }
            if !one.waiting.is_empty() {
                let next = one.due;
                let before = hosted.repeat_due.unwrap_or(next);
                hosted.repeat_due = Some(before.min(next));
            }
            if let Some((conn, words)) = message {
                self.send_plain(conn, &jid, &words);
            }
        }
    }

    /// A stream to somebody stands: what waits for it goes out.
    pub(in crate::node) fn repeated_ready(&mut self, jid: &Jid) {
        let now = self.clock.now;
        if let Some(id) = self.repeated_in(jid)
            && let Some(hosted) = self.rooms.all.get_mut(&id)
            && let Some(one) = hosted.repeated.iter_mut().find(|one| one.jid == *jid)
        {
            one.due = now;
            hosted.repeat_due = Some(now);
        }
    }

    /// Gives one of them the floor or takes it; false if there is none of this nick.
    pub(super) fn voice_through(&mut self, id: RoomId, nick: &str, on: bool) -> bool {
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return false;
        };
        let nick = bare_nick(nick);
        if let Some(guest) = hosted.guests.iter_mut().find(|guest| guest.nick == nick) {
            guest.voice = on;
            return true;
        }
        let Some(one) = hosted.repeated.iter_mut().find(|one| one.nick == nick) else {
            return false;
        };
        one.voice = on;
        let jid = one.jid.clone();
        let words = if on {
            "You have the floor: what you write is heard now."
        } else {
            "You are listening again."
        };
        self.answer_repeated(&jid, words);
        true
    }

    /// Sends one of them out by nick; false if there is none.
    pub(super) fn kick_repeated(&mut self, id: RoomId, nick: &str) -> bool {
        let nick = bare_nick(nick);
        let found = self.rooms.all.get(&id).and_then(|hosted| {
            let one = hosted.repeated.iter().find(|one| one.nick == nick)?;
            Some(one.jid.clone())
        });
        if let Some(jid) = &found {
            self.put_out(id, jid, "You were sent out of the room.");
        }
        found.is_some()
    }

    fn put_out(&mut self, id: RoomId, jid: &Jid, words: &str) {
        if let Some(hosted) = self.rooms.all.get_mut(&id) {
            hosted.repeated.retain(|one| one.jid != *jid);
        }
        self.answer_repeated(jid, words);
        self.tell_rules(id);
    }

    /// Who is not here any more takes no part.
    pub(super) fn forget_repeated(&mut self, jid: &Jid) {
        let mut changed = Vec::new();
        for (id, hosted) in &mut self.rooms.all {
            let before = hosted.repeated.len();
            hosted.repeated.retain(|one| one.jid != *jid);
            if hosted.repeated.len() < before {
                changed.push(*id);
            }
        }
        self.rooms.rules_changed.extend(changed);
    }

    /// Who may do what, for faces.
    pub(super) fn tell_rules(&mut self, id: RoomId) {
        if let Some(hosted) = self.rooms.all.get(&id) {
            let (room, rules) = (hosted.room.address(), hosted.rules());
            self.emit(Event::Room(RoomEvent::RoomRules { room, rules }));
        }
    }
}

/// `Nick (via Member)` is shown, `Nick` is known.
fn bare_nick(nick: &str) -> &str {
    nick.split_once(" (via ").map_or(nick, |(nick, _)| nick)
}

fn pass_on(
    hosted: &mut Hosted,
    clock: Clock,
    text: &str,
    nick: &str,
) -> Result<EntryId, WriteError> {
    let body = Body::Message {
        text: text.to_owned(),
        reply_to: None,
        guest: Some(clean_line(nick)),
    };
    hosted.room.write(clock, body)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn one() -> Repeated {
        Repeated::new(
            Jid::new("juliet@pronto").unwrap(),
            "juliet".into(),
            Moment(1),
        )
    }

    #[test]
    fn what_waits_is_bounded_and_what_was_missed_is_told() {
        let mut one = one();
        for n in 0..MOST_WAITING + 5 {
            one.hear(format!("romeo: line {n}"));
        }
        let first = one.next().unwrap();
        assert!(first.starts_with("(… 5 more)\nromeo: line 5\n"), "{first}");
        assert_eq!(first.lines().count(), MOST_LINES);
        let mut messages = 1;
        while one.next().is_some() {
            messages += 1;
        }
        assert_eq!(messages, 4);
    }

    #[test]
    fn what_comes_back_is_an_echo_and_an_answer_is_none() {
        let mut one = one();
        one.hear("romeo: But soft, what light".into());
        one.hear("nurse: Anon, good nurse!".into());
        one.next();
        assert!(one.is_echo("romeo: But soft, what light"));
        assert!(one.is_echo("romeo: But soft, what light\nnurse: Anon, good nurse!"));
        assert!(!one.is_echo("But soft, what light? It is the east"));
        assert!(!one.is_echo("Anon, good nurse!"), "words that two may say");
    }

    #[test]
    fn who_writes_fast_is_slowed_down() {
        let mut one = one();
        let at = |seconds: u64| Moment(1 + seconds * 1_000_000);
        let taken = (0..20).filter(|_| one.is_slow_enough(at(0))).count();
        assert_eq!(taken, 6);
        assert!(one.is_slow_enough(at(2)) && !one.is_slow_enough(at(2)));
    }
}
