//! Nodes on the pretend LAN, with a pretend disk each: whole conversations between hundreds of people in one process
//! and in virtual time, replayed by their seed.
//!
//! The grammar of [`Sim`]: bring people on stage ([`Sim::node`], [`Sim::legacy`]), let them act ([`Sim::command`],
//! [`Sim::say`], [`Sim::inflict`]), let time pass ([`Sim::run_for`], [`Sim::run_until`]), look at what they see
//! ([`Sim::model`], [`Sim::events`], [`Sim::heard`]).

pub mod disk;
mod files;
pub mod legacy;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use self::disk::Disk;
use self::files::Moving;
use self::legacy::{Legacy, Make};
use super::core::{Core, Start};
use super::effect::{Effect, Input};
use super::files::FileStart;
use crate::command::{Command, Request};
use crate::event::Event;
use crate::model::Model;
use crate::model::settings::Settings;
use crate::net::memory::{Fault, HostId, Lan, Rng};
use crate::net::{self, Report};
use crate::wire::jid::Jid;
use crate::wire::key::SecretKey;
use crate::wire::time::{Clock, Moment};

/// Events that are remembered a node; older ones are dropped.
const LOG: usize = 200_000;
/// Steps at one and the same moment after which the run counts as stuck.
const STUCK: u32 = 2_000_000;

/// A whole pretended network. See the module's documentation for its grammar.
pub struct Sim {
    /// The network, for faults and figures.
    pub lan: Lan,
    seed: u64,
    rng: Rng,
    seats: Vec<Seat>,
    /// When whom wants to be woken.
    wakes: BTreeSet<(Moment, HostId)>,
    now: Moment,
    midnight: Timestamp,
    spins: u32,
    moving: Moving,
}

/// One machine and who uses it.
struct Seat {
    who: Jid,
    settings: Settings,
    actor: Actor,
    disk: Disk,
    log: Vec<(Moment, Arc<Event>)>,
    wake: Option<Moment>,
    starts: u64,
    /// It is killed when it wants so many more things done.
    fuse: Option<u32>,
}

enum Actor {
    Node(Box<Core>),
    Legacy(Box<Legacy>),
    /// Crashed, or ended.
    Nobody,
}

impl Sim {
    /// An empty network in the year 2026.
    pub fn new(seed: u64) -> Sim {
        Sim {
            lan: Lan::new(seed),
            seed,
            rng: Rng::new(seed ^ 0x5EED),
            seats: Vec::new(),
            wakes: BTreeSet::new(),
            now: Moment(0),
            midnight: Timestamp::from_second(1_792_800_000).unwrap_or(Timestamp::UNIX_EPOCH),
            spins: 0,
            moving: Moving::default(),
        }
    }

    /// The wall clock at moment 0, for runs that people watch.
    pub fn starting_at(mut self, wall: Timestamp) -> Sim {
        self.midnight = wall;
        self
    }

    /// A node of ours appears under this name, on a machine of its own.
    pub fn node(&mut self, who: &Jid) -> HostId {
        self.node_with(who, Settings::default())
    }

    /// The same with settings of its own.
    pub fn node_with(&mut self, who: &Jid, settings: Settings) -> HostId {
        let host = self.seat(who, settings);
        self.start_core(host);
        host
    }

    /// The same with what its disk holds from an earlier life.
    pub fn node_with_disk(&mut self, who: &Jid, settings: Settings, disk: Disk) -> HostId {
        let host = self.seat(who, settings);
        if let Some(seat) = self.seats.get_mut(host.0) {
            seat.disk = disk;
        }
        self.start_core(host);
        host
    }

    /// A peer of another make appears.
    pub fn legacy(&mut self, make: Make, who: &Jid) -> HostId {
        let host = self.seat(who, Settings::default());
        if let Some(seat) = self.seats.get_mut(host.0) {
            seat.actor = Actor::Legacy(Box::new(Legacy::new(make, who.clone())));
        }
        self.settle(host);
        host
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Who uses this machine, by the name that was asked for.
    pub fn who(&self, host: HostId) -> Option<&Jid> {
        self.seats.get(host.0).map(|seat| &seat.who)
    }

    /// A face of this node asks for something.
    pub fn command(&mut self, host: HostId, command: Command) {
        self.request(host, command.into());
    }

    /// The same with a reference.
    pub fn request(&mut self, host: HostId, request: Request) {
        self.input(host, Input::Request(request));
    }

    /// Somebody, of whatever make, types a message.
    pub fn say(&mut self, host: HostId, to: &Jid, body: &str) {
        match self.legacy_mut(host) {
            Some(legacy) => {
                legacy.say(to, body);
                self.settle(host);
            }
            None => self.command(
                host,
                Command::Send {
                    to: to.clone(),
                    body: body.to_owned(),
                    spoiler: None,
                },
            ),
        }
    }

    /// Changes what a peer of another make does.
    pub fn direct(&mut self, host: HostId, direction: impl FnOnce(&mut Legacy)) {
        if let Some(legacy) = self.legacy_mut(host) {
            direction(legacy);
            self.settle(host);
        }
    }

    /// Something goes wrong now. A crash takes what the program had in memory; a restart starts it from its disk.
    pub fn inflict(&mut self, fault: Fault) {
        let (crashed, started) = match &fault {
            Fault::Kill(host) | Fault::PowerOff(host) => (Some(*host), None),
            Fault::Restart(host) => (None, Some(*host)),
            _ => (None, None),
        };
        let power = matches!(fault, Fault::PowerOff(_));
        match (crashed, started) {
            (Some(host), _) => self.moving.crash(self.now, &mut self.rng, host),
            (None, None) => self.moving.cut(self.now, &mut self.rng),
            (None, Some(_)) => {}
        }
        self.lan.inflict(self.now, fault);
        if let Some(host) = crashed {
            self.vacate(host);
            if let Some(seat) = self.seats.get_mut(host.0) {
                seat.fuse = None;
                if power {
                    seat.disk.power_cut(&mut self.rng);
                } else {
                    seat.disk.crash();
                }
            }
        }
        // Who is up needs no start.
        let down = |seat: &Seat| matches!(seat.actor, Actor::Nobody);
        if let Some(host) = started
            && self.seats.get(host.0).is_some_and(down)
        {
            self.start_core(host);
        }
    }

    /// What this node does wrong in the rooms that it is in now; `None`: nothing any more.
    pub fn seed_room_fault(
        &mut self,
        host: HostId,
        fault: Option<crate::model::room::fault::Fault>,
    ) {
        if let Some(Actor::Node(core)) = self.seats.get_mut(host.0).map(|seat| &mut seat.actor) {
            core.seed_room_fault(fault);
        }
    }

    /// From its next start on it is called so. Its machine keeps its name.
    pub fn rename(&mut self, host: HostId, who: &Jid) {
        if let Some(seat) = self.seats.get_mut(host.0) {
            seat.who = who.clone();
        }
    }

    /// kill -9 after so many more things that the node wants done: between any two of them.
    pub fn kill_after(&mut self, host: HostId, effects: u32) {
        if let Some(seat) = self.seats.get_mut(host.0) {
            seat.fuse = Some(effects);
        }
    }

    /// Takes [`Sim::kill_after`] back.
    pub fn defuse(&mut self, host: HostId) {
        if let Some(seat) = self.seats.get_mut(host.0) {
            seat.fuse = None;
        }
    }

    /// What a face of this node shows; `None` for other makes and for who is down.
    pub fn model(&self, host: HostId) -> Option<&Model> {
        match &self.seats.get(host.0)?.actor {
            Actor::Node(core) => Some(core.model()),
            _ => None,
        }
    }

    /// The node itself, to look at its bounds.
    pub fn core(&self, host: HostId) -> Option<&Core> {
        match &self.seats.get(host.0)?.actor {
            Actor::Node(core) => Some(core),
            _ => None,
        }
    }

    /// A peer of another make.
    pub fn legacy_peer(&self, host: HostId) -> Option<&Legacy> {
        match &self.seats.get(host.0)?.actor {
            Actor::Legacy(legacy) => Some(legacy),
            _ => None,
        }
    }

    /// What the faces of this node were told, over all its lives.
    pub fn events(&self, host: HostId) -> &[(Moment, Arc<Event>)] {
        self.seats
            .get(host.0)
            .map_or(&[], |seat| seat.log.as_slice())
    }

    /// Takes the events that were told since the last time, for a driver that passes them on.
    pub fn take_events(&mut self, host: HostId) -> Vec<(Moment, Arc<Event>)> {
        self.seats
            .get_mut(host.0)
            .map(|seat| std::mem::take(&mut seat.log))
            .unwrap_or_default()
    }

    /// The messages that somebody, of whatever make, was shown, in order.
    pub fn heard(&self, host: HostId) -> Vec<(Jid, String)> {
        if let Some(legacy) = self.legacy_peer(host) {
            return legacy.heard.clone();
        }
        let message = |(_, event): &(Moment, Arc<Event>)| match &**event {
            Event::MessageReceived { message } => {
                Some((message.from.clone(), message.body.clone()))
            }
            _ => None,
        };
        self.events(host).iter().filter_map(message).collect()
    }

    /// The disk of a node, to look at.
    pub fn disk_of(&self, host: HostId) -> Option<&Disk> {
        self.seats.get(host.0).map(|seat| &seat.disk)
    }

    /// The disk of a node.
    pub fn disk(&mut self, host: HostId) -> Option<&mut Disk> {
        self.seats.get_mut(host.0).map(|seat| &mut seat.disk)
    }

    /// Lets time pass.
    pub fn run_for(&mut self, span: Duration) {
        let until = self.now + span;
        while self.step(until) {}
        self.now = until;
    }

    /// Lets time pass until the condition holds; false if it does not within `limit`. It is looked at whenever another
    /// `grain` has passed.
    pub fn run_until(
        &mut self,
        limit: Duration,
        grain: Duration,
        condition: impl Fn(&Sim) -> bool,
    ) -> bool {
        let end = self.now + limit;
        while self.now < end {
            if condition(self) {
                return true;
            }
            self.run_for(grain.min(end.since(self.now)));
        }
        condition(self)
    }

    /// When something will happen next.
    pub fn next_time(&self) -> Option<Moment> {
        let wake = self.wakes.first().map(|(at, _)| *at);
        [self.lan.next_time(), wake, self.moving.next_time()]
            .into_iter()
            .flatten()
            .min()
    }

    /// How to see this run again, for the message of a failed test.
    pub fn replay(&self) -> String {
        format!("replay with BALCONY_SEED={}", self.seed)
    }

    /// Does what comes next, if it is due by `until`.
    fn step(&mut self, until: Moment) -> bool {
        let Some(at) = self.next_time().filter(|at| *at <= until) else {
            return false;
        };
        self.spins = if at > self.now { 0 } else { self.spins + 1 };
        if self.spins > STUCK {
            tracing::error!("the simulation is stuck at {at:?}");
            return false;
        }
        self.now = self.now.max(at);
        if self.step_files() {
            return true;
        }
        let woken = self
            .wakes
            .first()
            .copied()
            .filter(|(wake, _)| *wake <= self.now);
        if let Some((at, host)) = woken {
            self.wakes.remove(&(at, host));
            self.wake(host);
        } else if let Some((_, host, report)) = self.lan.poll(self.now) {
            self.deliver(host, report);
        }
        true
    }

    fn wake(&mut self, host: HostId) {
        let now = self.now;
        let Some(seat) = self.seats.get_mut(host.0) else {
            return;
        };
        seat.wake = None;
        while let Some(input) = self
            .seats
            .get_mut(host.0)
            .and_then(|seat| seat.disk.poll(now))
        {
            self.input(host, input);
        }
        if self
            .core(host)
            .and_then(Core::poll_timeout)
            .is_some_and(|at| at <= now)
        {
            self.input(host, Input::Timeout);
        }
        self.settle(host);
    }

    fn deliver(&mut self, host: HostId, report: Report) {
        tracing::trace!(at = self.now.0, who = ?self.who(host), ?report);
        match self.legacy_mut(host) {
            Some(legacy) => {
                legacy.handle(report);
                self.settle(host);
            }
            None => self.input(host, Input::Net(report)),
        }
    }

    fn input(&mut self, host: HostId, input: Input) {
        let clock = self.clock(host);
        if let Some(Actor::Node(core)) = self.seats.get_mut(host.0).map(|seat| &mut seat.actor) {
            core.handle(clock, input);
            self.settle(host);
        }
    }

    fn clock(&self, host: HostId) -> Clock {
        let micros = i64::try_from(self.now.0)
            .unwrap_or(i64::MAX)
            .saturating_add(self.lan.wall_error(host));
        let wall = self
            .midnight
            .checked_add(SignedDuration::from_micros(micros))
            .unwrap_or(self.midnight);
        Clock {
            now: self.now,
            wall,
        }
    }

    /// Performs what somebody wants done, and notes when they want to be woken.
    fn settle(&mut self, host: HostId) {
        let now = self.now;
        while let Some(seat) = self.seats.get_mut(host.0) {
            let effect = match &mut seat.actor {
                Actor::Node(core) => core.poll_effect(),
                Actor::Legacy(legacy) => legacy.poll().map(Effect::Net),
                Actor::Nobody => None,
            };
            match (&effect, seat.fuse) {
                (Some(_), Some(0)) => return self.inflict(Fault::Kill(host)),
                (Some(_), Some(left)) => seat.fuse = Some(left - 1),
                _ => {}
            }
            match effect {
                None => break,
                Some(Effect::Net(request)) => {
                    tracing::trace!(at = now.0, who = %seat.who, ?request);
                    self.lan.perform(now, host, request);
                }
                Some(Effect::Emit(event)) => {
                    if seat.log.len() < LOG {
                        seat.log.push((now, event));
                    }
                }
                Some(Effect::Quit) => self.quit(host),
                Some(Effect::File(ask)) => {
                    let life = seat.starts;
                    self.move_file(host, life, ask);
                }
                Some(effect) => {
                    let broken = seat.disk.broken == Some(disk::Broken::DropsOnGlare);
                    let glare = broken && self.lan.has_two_to_one(host);
                    seat.disk.submit(now, &mut self.rng, effect, glare);
                }
            }
        }
        let Some(seat) = self.seats.get_mut(host.0) else {
            return;
        };
        let timeout = match &seat.actor {
            Actor::Node(core) => core.poll_timeout(),
            _ => None,
        };
        let wake = [timeout, seat.disk.next_time()].into_iter().flatten().min();
        if wake != seat.wake {
            if let Some(old) = std::mem::replace(&mut seat.wake, wake) {
                self.wakes.remove(&(old, host));
            }
            self.wakes.extend(wake.map(|at| (at.max(now), host)));
            seat.wake = wake.map(|at| at.max(now));
        }
    }

    /// The program ends of itself: goodbye, and the kernel closes what is open.
    fn quit(&mut self, host: HostId) {
        self.lan.perform(self.now, host, net::Request::Withdraw);
        self.moving.crash(self.now, &mut self.rng, host);
        self.vacate(host);
        self.lan.inflict(self.now, Fault::Kill(host));
    }

    fn vacate(&mut self, host: HostId) {
        if let Some(seat) = self.seats.get_mut(host.0) {
            seat.actor = Actor::Nobody;
            if let Some(old) = seat.wake.take() {
                self.wakes.remove(&(old, host));
            }
        }
    }

    fn seat(&mut self, who: &Jid, settings: Settings) -> HostId {
        let machine = who.machine().unwrap_or("machine");
        let host = self.lan.add_host(self.now, machine);
        self.seats.push(Seat {
            who: who.clone(),
            settings,
            actor: Actor::Nobody,
            disk: Disk::default(),
            log: Vec::new(),
            wake: None,
            starts: 0,
            fuse: None,
        });
        host
    }

    fn start_core(&mut self, host: HostId) {
        let clock = self.clock(host);
        let Some(seat) = self.seats.get_mut(host.0) else {
            return;
        };
        seat.starts += 1;
        // Each life of each node has its own row of random numbers.
        let life = (self.seed << 20) ^ (host.0 as u64) << 8 ^ seat.starts;
        let (mut bits, mut seed) = (Rng::new(life), [0; 32]);
        for place in seed.chunks_exact_mut(8) {
            place.copy_from_slice(&bits.bits().to_be_bytes());
        }
        let (conversations, outbox) = seat.disk.load();
        let Ok(key) = SecretKey::from_seed(&key_seed(self.seed, host)) else {
            return;
        };
        self.lan.identify(host, key.public());
        seat.actor = Actor::Node(Box::new(Core::new(Start {
            jid: seat.who.clone(),
            port: 5298,
            settings: seat.settings.clone(),
            avatar: None,
            conversations,
            drafts: Default::default(),
            outbox,
            keys: seat.disk.keys.values().cloned().collect(),
            blocked: seat.disk.blocked.clone(),
            differing: seat.disk.differing.clone(),
            values: seat.disk.values.clone(),
            key,
            early: seat.disk.early(),
            rooms: seat.disk.rooms.values().cloned().collect(),
            broadcasts: seat.disk.broadcasts(),
            files: FileStart {
                kept: FileStart::read(&seat.disk.transfers),
                downloads: "/received".into(),
                accept_all: None,
            },
            wait_for_name: false,
            seed,
            clock,
            utc_offset: 0,
        })));
        self.settle(host);
    }

    fn legacy_mut(&mut self, host: HostId) -> Option<&mut Legacy> {
        match &mut self.seats.get_mut(host.0)?.actor {
            Actor::Legacy(legacy) => Some(legacy),
            _ => None,
        }
    }
}

/// The key on a node's disk: the same in all its lives.
fn key_seed(seed: u64, host: HostId) -> [u8; 32] {
    let (mut bits, mut key) = (
        Rng::new((seed << 20) ^ (host.0 as u64) << 8 ^ 0xCE11),
        [0; 32],
    );
    for place in key.chunks_exact_mut(8) {
        place.copy_from_slice(&bits.bits().to_be_bytes());
    }
    key
}
