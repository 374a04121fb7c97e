//! What people do on the pretend LAN of the demonstration: they come, go, write by themselves and answer the user.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::cast::{CAST, Person, ROMEO, ROMEO_JID};
use super::past;
use crate::command::room::RoomCommand;
use crate::command::{Command, Request};
use crate::disk::avatars::Avatars;
use crate::event::{ChatState, Event, Show};
use crate::model::Model;
use crate::model::settings::Settings;
use crate::net::memory::{Fault, HostId, Rng};
use crate::node::sim::Sim;
use crate::node::sim::disk::Disk;
use crate::node::sim::legacy::Make;
use crate::wire::jid::Jid;
use crate::wire::time::Moment;

/// Pause between two remarks that nobody asked for, once the opening is over.
const REMARK_PAUSE: std::ops::Range<Duration> = Duration::from_secs(40)..Duration::from_secs(110);

/// What somebody does. People are numbered as in [`CAST`].
#[derive(Clone, Debug)]
enum Act {
    Arrive,
    Leave,
    Return,
    Status(Show, &'static str),
    /// Has read what the user wrote last.
    Read(String),
    Type,
    Stop,
    Say(&'static str),
    /// Corrects what was said last.
    Correct(&'static str),
    /// Reacts to this message of the user's.
    React(String),
    /// Makes the room.
    Found,
    /// Says what the room is about.
    Topic(&'static str),
    /// Enters the room.
    Enter,
    /// Says something in the room.
    Chat(&'static str),
    /// The next of [`REMARKS`].
    Remark(usize),
}

/// The opening: seconds after the user looks, who (as in [`CAST`]), and what.
const OPENING: [(u64, usize, Act); 13] = [
    (
        1,
        0,
        Act::Say("There you are! I thought you had fallen asleep over your books."),
    ),
    (4, 0, Act::Type),
    (
        8,
        0,
        Act::Say("Nurse asks how many plates we need on Sunday 🍽️"),
    ),
    (
        11,
        0,
        Act::Correct("Nurse asks how many plates we need on *Saturday* 🍽️"),
    ),
    (
        12,
        1,
        Act::Say("Thursday is confirmed. I have told everyone that you sing."),
    ),
    (14, 2, Act::Say("Six plates or seven?")),
    (17, 1, Act::Type),
    (21, 1, Act::Say("/me hums something unprintable")),
    (26, 6, Act::Leave),
    (38, 3, Act::Status(Show::Away, "Lunch 🍝")),
    (48, 6, Act::Return),
    (
        54,
        6,
        Act::Say(
            "Sorry, that was the cable. Somebody has to tell the grey one that it is not hay.",
        ),
    ),
    (75, 4, Act::Status(Show::Available, "Back from the garden")),
];

/// The room that some of them, and the user, are in.
const ROOM: &str = "picnic";

/// What happens in it: milliseconds after the start, who (as in [`CAST`]; `None`: the user), and what.
const IN_THE_ROOM: [(u64, Option<usize>, Act); 10] = [
    (900, Some(0), Act::Found),
    (
        1500,
        Some(0),
        Act::Topic("Saturday, ten o'clock, at the gate"),
    ),
    (2000, Some(1), Act::Enter),
    (2000, Some(3), Act::Enter),
    (2000, None, Act::Enter),
    (
        4000,
        Some(0),
        Act::Chat("Here we plan Saturday. Who brings what?"),
    ),
    (4300, Some(3), Act::Chat("A chess board, and cherries 🍒")),
    (
        4600,
        Some(1),
        Act::Chat("Myself. And the lute, if somebody carries it."),
    ),
    (
        24_000,
        Some(3),
        Act::Chat("I carry the lute. The player walks by himself."),
    ),
    (
        33_000,
        Some(0),
        Act::Chat("Ten o'clock at the gate, all of you ☀️"),
    ),
];

/// Later, now and then: who, and what.
const REMARKS: [(usize, &str); 12] = [
    (4, "The basil is thirsty again, and so am I. Tea at four?"),
    (
        3,
        "I found the chess clock. It only runs forwards, sadly for you.",
    ),
    (0, "Listen: is that the nightingale or the lark? 🐦"),
    (7, "I have brought you something from Mantua. It is edible."),
    (1, "What is the opposite of a serenade?"),
    (
        6,
        "The grey one has eaten the apple already. Bring two 🍎🍎",
    ),
    (2, "Tell your friend with the lute that people sleep here."),
    (0, "The Friar says that it will be sunny on Saturday ☀️"),
    (1, "Never mind, I have got it: a fine for noise."),
    (3, "Are we still on for Sunday at four?"),
    (5, "Interval! Two minutes. It goes well 🎉"),
    (
        4,
        "A rule for the garden and for letters: water, then wait.",
    ),
];

/// The user, among the people of a plan.
const USER: usize = usize::MAX;

/// The pretend LAN, the user's node on it, and what is still to happen.
pub(super) struct Stage {
    sim: Sim,
    rng: Rng,
    romeo: HostId,
    romeo_jid: Jid,
    people: Vec<Player>,
    plans: BTreeMap<(Moment, u64), (usize, Act)>,
    planned: u64,
}

struct Player {
    person: &'static Person,
    jid: Jid,
    /// `None` before the arrival.
    host: Option<HostId>,
    answered: usize,
    /// An answer is on its way.
    busy: bool,
}

impl Stage {
    /// Everybody in place at moment 0, which is `wall`; pictures go into `folder`. `None` if a name is not usable.
    pub(super) fn new(seed: u64, wall: Timestamp, folder: &Path) -> Option<Stage> {
        let mut sim = Sim::new(seed).starting_at(wall);
        let mut disk = past::disk(wall)?;
        disk.avatars = Some(Avatars::new(folder));
        let settings = named("Romeo");
        let romeo_jid = Jid::new(ROMEO_JID).ok()?;
        let romeo = sim.node_with_disk(&romeo_jid, settings, disk);
        let picture = folder.join("romeo.png");
        // Without a picture the demonstration still goes on.
        if std::fs::write(&picture, ROMEO.png()).is_ok() {
            let path = Some(picture);
            sim.command(romeo, Command::Avatar { path });
        }
        let mut stage = Stage {
            sim,
            rng: Rng::new(seed ^ 0xDE30),
            romeo,
            romeo_jid,
            people: Vec::new(),
            plans: BTreeMap::new(),
            planned: 0,
        };
        for (who, person) in CAST.iter().enumerate() {
            stage.people.push(Player {
                person,
                jid: Jid::new(person.jid).ok()?,
                host: None,
                answered: 0,
                busy: false,
            });
            match person.arrives {
                Some(after) => stage.plan(super::BEFORE + after, who, Act::Arrive),
                None => stage.act(who, Act::Arrive),
            }
        }
        for (seconds, who, act) in OPENING {
            stage.plan(super::BEFORE + Duration::from_secs(seconds), who, act);
        }
        for (millis, who, act) in IN_THE_ROOM {
            stage.plan(Duration::from_millis(millis), who.unwrap_or(USER), act);
        }
        let mut at = super::BEFORE + Duration::from_secs(60);
        for (number, (who, _)) in REMARKS.iter().enumerate() {
            at += stage.rng.span(&REMARK_PAUSE);
            stage.plan(at, *who, Act::Remark(number));
        }
        Some(stage)
    }

    /// Lets everything happen that is due by then.
    pub(super) fn play(&mut self, until: Moment) {
        while let Some(at) = self.next_time().filter(|at| *at <= until) {
            self.sim.run_for(at.since(self.sim.now()));
            while let Some(plan) = self.plans.first_entry()
                && plan.key().0 <= at
            {
                let (who, act) = plan.remove();
                self.act(who, act);
            }
            self.listen();
        }
        self.sim.run_for(until.since(self.sim.now()));
    }

    /// When something will happen next.
    pub(super) fn next_time(&self) -> Option<Moment> {
        let plan = self.plans.first_key_value().map(|((at, _), _)| *at);
        [self.sim.next_time(), plan].into_iter().flatten().min()
    }

    /// The user asks for something.
    pub(super) fn request(&mut self, request: Request) {
        self.sim.request(self.romeo, request);
    }

    /// What the user's node knows; `None` once it has ended.
    pub(super) fn model(&self) -> Option<&Model> {
        self.sim.model(self.romeo)
    }

    /// What the user's node told since the last time.
    pub(super) fn news(&mut self) -> impl Iterator<Item = Arc<Event>> + use<> {
        let events = self.sim.take_events(self.romeo);
        events.into_iter().map(|(_, event)| event)
    }

    fn plan(&mut self, after: Duration, who: usize, act: Act) {
        let at = self.sim.now() + after;
        self.planned += 1;
        self.plans.insert((at, self.planned), (who, act));
    }

    fn act(&mut self, who: usize, act: Act) {
        if who == USER {
            self.in_the_room(self.romeo, &act);
            return;
        }
        let Some(player) = self.people.get_mut(who) else {
            return;
        };
        let Some(host) = player.host else {
            if matches!(act, Act::Arrive) {
                player.host = Some(arrive(&mut self.sim, player.person, &player.jid));
            }
            return;
        };
        let to = self.romeo_jid.clone();
        match act {
            Act::Arrive => {}
            Act::Leave => self.sim.command(host, Command::Quit),
            Act::Return => {
                self.sim.inflict(Fault::Restart(host));
                dress(&mut self.sim, host, player.person);
            }
            Act::Status(show, message) => {
                let message = message.to_owned();
                self.sim.command(host, Command::Status { show, message });
            }
            Act::Read(id) => self.sim.command(host, Command::Displayed { id }),
            Act::Type => self.typing(host, ChatState::Composing),
            Act::Stop => self.typing(host, ChatState::Paused),
            Act::Say(text) => {
                player.busy = false;
                self.sim.say(host, &to, text);
            }
            Act::Correct(text) => {
                let contact = self
                    .sim
                    .model(host)
                    .and_then(|model| model.contacts.get(&to));
                let last = contact.and_then(|contact| contact.conversation.last.as_ref());
                if let Some(last) = last.filter(|last| last.is_own()) {
                    let (id, body) = (last.id.clone(), text.to_owned());
                    self.sim.command(host, Command::Correct { id, body });
                }
            }
            Act::React(id) => {
                let emoji = vec!["👍".to_owned()];
                self.sim.command(host, Command::React { id, emoji });
            }
            Act::Found | Act::Topic(_) | Act::Enter | Act::Chat(_) => self.in_the_room(host, &act),
            Act::Remark(number) => {
                if let Some((_, text)) = REMARKS.get(number) {
                    let pause = pause_for(text);
                    self.plan(Duration::ZERO, who, Act::Type);
                    self.plan(pause, who, Act::Say(text));
                }
            }
        }
    }

    fn in_the_room(&mut self, host: HostId, act: &Act) {
        let address = |host: HostId| {
            let rooms = &self.sim.model(host)?.rooms;
            rooms.keys().next().cloned()
        };
        // It was made by the first of the cast, who knows its address; whoever advertises it is asked.
        let made = self.people.first().and_then(|player| player.host);
        let command = match act {
            Act::Found => Some(RoomCommand::RoomCreate {
                name: ROOM.to_owned(),
                nick: None,
                members_only: false,
                moderated: false,
            }),
            Act::Enter => made.and_then(address).map(|room| RoomCommand::RoomJoin {
                room,
                nick: None,
                via: None,
            }),
            Act::Topic(text) => address(host).map(|room| RoomCommand::RoomSubject {
                room,
                subject: (*text).to_owned(),
            }),
            Act::Chat(text) => address(host).map(|room| RoomCommand::RoomSend {
                room,
                body: (*text).to_owned(),
                reply_to: None,
                announcement: false,
            }),
            _ => None,
        };
        if let Some(command) = command {
            self.sim.command(host, Command::Room(command));
        }
    }

    fn typing(&mut self, host: HostId, state: ChatState) {
        let to = self.romeo_jid.clone();
        self.sim.command(host, Command::Typing { to, state });
    }

    /// Who was written to reads, thinks, types and answers; to several messages at once with one answer.
    fn listen(&mut self) {
        for who in 0..self.people.len() {
            let Some(host) = self.people.get(who).and_then(|player| player.host) else {
                continue;
            };
            let mut heard = Vec::new();
            self.sim
                .direct(host, |legacy| heard = std::mem::take(&mut legacy.heard));
            let mut last = heard.pop().map(|(_, text)| (None, text));
            for (_, event) in self.sim.take_events(host) {
                if let Event::MessageReceived { message } = &*event {
                    last = Some((Some(message.id.clone()), message.body.clone()));
                }
            }
            if let Some((id, text)) = last {
                self.answer(who, id, &text);
            }
        }
    }

    fn answer(&mut self, who: usize, id: Option<String>, text: &str) {
        let Some(player) = self.people.get_mut(who) else {
            return;
        };
        let mut after = player.person.attention;
        let answer = player.person.answer(text, player.answered);
        let busy = std::mem::replace(&mut player.busy, true);
        player.answered += usize::from(!busy);
        if let Some(id) = id {
            self.plan(after, who, Act::Read(id.clone()));
            if self.rng.chance(300) {
                self.plan(after + Duration::from_secs(1), who, Act::React(id));
            }
        }
        if busy {
            return;
        }
        after += self
            .rng
            .span(&(Duration::from_millis(300)..Duration::from_millis(1200)));
        self.plan(after, who, Act::Type);
        after += pause_for(answer);
        // Now and then somebody hesitates.
        if self.rng.chance(250) {
            self.plan(after, who, Act::Stop);
            self.plan(after + Duration::from_secs(2), who, Act::Type);
            after += Duration::from_secs(4);
        }
        self.plan(after, who, Act::Say(answer));
    }
}

fn named(nick: &str) -> Settings {
    Settings {
        nick: nick.to_owned(),
        ..Settings::default()
    }
}

/// Somebody starts their program.
fn arrive(sim: &mut Sim, person: &Person, jid: &Jid) -> HostId {
    if person.pidgin {
        let host = sim.legacy(Make::Libpurple, jid);
        sim.direct(host, |legacy| {
            legacy.publish(|advert| {
                advert.nick = person.nick.to_owned();
                advert.show = person.show;
                advert.message = person.status.to_owned();
            });
        });
        return host;
    }
    let mut disk = Disk::default();
    if let Some(portrait) = person.portrait {
        disk.files.insert(picture_of(), portrait.png().into());
    }
    let host = sim.node_with_disk(jid, named(person.nick), disk);
    dress(sim, host, person);
    host
}

/// Sets what a node of ours does not keep: status and picture.
fn dress(sim: &mut Sim, host: HostId, person: &Person) {
    let (show, message) = (person.show, person.status.to_owned());
    sim.command(host, Command::Status { show, message });
    if person.portrait.is_some() {
        let path = Some(picture_of());
        sim.command(host, Command::Avatar { path });
    }
}

/// The picture on everybody's own pretend disk.
fn picture_of() -> PathBuf {
    PathBuf::from("me.png")
}

/// How long it takes to type this.
fn pause_for(text: &str) -> Duration {
    let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    (Duration::from_millis(45) * letters).clamp(Duration::from_millis(900), Duration::from_secs(4))
}
