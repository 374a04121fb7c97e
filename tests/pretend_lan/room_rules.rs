//! What ROOMS.md promises of rooms whatever a hub does, and of rooms that were left.

use std::time::Duration;

use balcony::command::Command;
use balcony::command::room::RoomCommand;
use balcony::event::Event;
use balcony::event::room::{RoomEvent, RoomTroubleKind};
use balcony::model::room::fault::Fault as Wrong;
use balcony::model::rooms::RoomView;
use balcony::net::memory::{Fault, HostId};
use balcony::node::sim::Sim;

use super::stage::{MS, SEC, jid, with_seeds};

const DAY: i64 = 24 * 3600 * 1_000_000;

/// A room with more people than a full mesh serves: three of them are hubs, and the moderator is none.
struct Hall {
    sim: Sim,
    all: Vec<HostId>,
    room: String,
}

fn view(sim: &Sim, host: HostId) -> Option<&RoomView> {
    sim.model(host)?.rooms.values().next()
}

fn texts(sim: &Sim, host: HostId) -> Vec<String> {
    let room = view(sim, host).into_iter();
    room.flat_map(|room| room.lines.iter().map(|line| line.body.clone()))
        .collect()
}

fn ask(sim: &mut Sim, host: HostId, command: RoomCommand) {
    sim.command(host, Command::Room(command));
}

impl Hall {
    fn of(seed: u64, people: usize) -> Hall {
        let mut sim = Sim::new(seed);
        let name = |n: usize| jid(&format!("guest{n}@seat{n}"));
        let all: Vec<HostId> = (0..people).map(|n| sim.node(&name(n))).collect();
        sim.run_for(3 * SEC);
        let create = RoomCommand::RoomCreate {
            name: "hall".into(),
            nick: None,
            members_only: false,
            moderated: false,
        };
        ask(&mut sim, all[0], create);
        sim.run_for(3 * SEC);
        let room = view(&sim, all[0]).unwrap().about.room.clone();
        let mut hall = Hall { sim, all, room };
        for n in 1..people {
            hall.joins(n);
        }
        hall.all_are_in(people);
        // Whoever is in longest is a hub: the founder goes, and comes back as the last.
        hall.leaves(0);
        hall.sim.run_for(3 * SEC);
        hall.joins(0);
        hall.all_are_in(people);
        hall
    }

    fn joins(&mut self, n: usize) {
        let (room, nick, via) = (self.room.clone(), None, None);
        ask(
            &mut self.sim,
            self.all[n],
            RoomCommand::RoomJoin { room, nick, via },
        );
        self.sim.run_for(SEC);
    }

    fn leaves(&mut self, n: usize) {
        let (room, delete) = (self.room.clone(), false);
        ask(
            &mut self.sim,
            self.all[n],
            RoomCommand::RoomLeave { room, delete },
        );
    }

    fn all_are_in(&mut self, people: usize) {
        let hosts = self.all.clone();
        let whole = |sim: &Sim| {
            let mut hosts = hosts.iter();
            hosts.all(|host| view(sim, *host).is_some_and(|room| room.members.len() == people))
        };
        let came = self.sim.run_until(60 * SEC, 100 * MS, whole);
        let seen = self.all.iter().map(|host| view(&self.sim, *host));
        let seen: Vec<_> = seen
            .map(|room| room.map(|room| room.members.len()))
            .collect();
        assert!(came, "{seen:?}");
        self.sim.run_for(5 * SEC);
    }

    fn says(&mut self, n: usize, body: &str) {
        let send = RoomCommand::RoomSend {
            room: self.room.clone(),
            body: body.into(),
            reply_to: None,
            announcement: false,
        };
        ask(&mut self.sim, self.all[n], send);
    }

    /// Is this read by everybody within so long?
    fn is_read(&mut self, body: &str, within: Duration) -> bool {
        let hosts = self.all.clone();
        let read = |sim: &Sim| {
            let mut hosts = hosts.iter();
            hosts.all(|host| texts(sim, *host).iter().any(|text| text == body))
        };
        self.sim.run_until(within, 100 * MS, read)
    }

    /// Whom the moderator is told of, for withholding.
    fn told_of(&self) -> Vec<String> {
        let room = view(&self.sim, self.all[0]).unwrap();
        assert!(room.moderates());
        let withheld =
            |one: &&balcony::model::rooms::Trouble| one.kind == RoomTroubleKind::Withheld;
        let told = room.troubles.iter().filter(withheld);
        told.map(|one| one.who.clone()).collect()
    }
}

/// The hubs of a room whose founder came back: who came first after it.
const HUBS: [usize; 3] = [1, 2, 3];

#[test]
fn what_one_hub_withholds_comes_by_another_and_in_its_order() {
    with_seeds(2, |seed| {
        let mut hall = Hall::of(seed, 19);
        let mut said: Vec<String> = Vec::new();
        // Not every hub is somebody's first: one that is.
        let hub = HUBS.into_iter().rev().find(|hub| {
            let host = hall.all[*hub];
            hall.sim.seed_room_fault(host, Some(Wrong::Withholds));
            let body = format!("does {hub} pass this on?");
            hall.says(8, &body);
            said.push(body.clone());
            hall.sim.run_for(400 * MS);
            let lacks = |host: &HostId| !texts(&hall.sim, *host).contains(&body);
            let found = hall.all.iter().any(lacks);
            if !found {
                hall.sim.seed_room_fault(host, None);
            }
            found
        });
        let hub = hub.expect("nothing is withheld by any");
        for n in [8, 18, hub, 0, 12] {
            let body = format!("guest {n} is heard");
            hall.says(n, &body);
            // Half a second of patience with a digest every two seconds, by way of at most two hubs.
            assert!(hall.is_read(&body, 12 * SEC), "{body}");
            said.push(body);
        }
        for host in &hall.all {
            assert_eq!(texts(&hall.sim, *host), said);
        }
        // The others serve; nobody needs to be alarmed.
        assert_eq!(hall.told_of(), [] as [String; 0]);
    });
}

#[test]
fn one_honest_hub_of_three_is_enough() {
    with_seeds(2, |seed| {
        let mut hall = Hall::of(seed, 19);
        let honest = HUBS[seed as usize % 3];
        for hub in HUBS.into_iter().filter(|hub| *hub != honest) {
            let host = hall.all[hub];
            hall.sim.seed_room_fault(host, Some(Wrong::Withholds));
        }
        let mut said: Vec<String> = Vec::new();
        for n in [8, 18, honest, 0, 12] {
            let body = format!("guest {n} is heard");
            hall.says(n, &body);
            assert!(hall.is_read(&body, 240 * SEC), "{body}");
            said.push(body);
        }
        for host in &hall.all {
            assert_eq!(texts(&hall.sim, *host), said);
        }
    });
}

#[test]
fn who_moderates_is_told_of_hubs_that_withhold_again_and_again() {
    with_seeds(2, |seed| {
        let mut hall = Hall::of(seed, 19);
        // One that withholds once is not asked any more. When all of them do, there is nobody else to ask.
        for hub in HUBS {
            let host = hall.all[hub];
            hall.sim.seed_room_fault(host, Some(Wrong::Withholds));
        }
        for n in 0..8 {
            hall.says(4 + n, &format!("word {n}"));
            hall.sim.run_for(15 * SEC);
        }
        let told = hall.told_of();
        let hubs: Vec<String> = HUBS.iter().map(|n| format!("guest{n}")).collect();
        assert!(
            !told.is_empty() && told.iter().all(|who| hubs.contains(who)),
            "{told:?}"
        );
    });
}

#[test]
fn what_was_said_is_kept_for_thirty_days_after_leaving_and_not_longer() {
    with_seeds(3, |seed| {
        for (days, kept) in [(29, 1), (31, 0)] {
            let mut hall = Hall::of(seed, 3);
            hall.says(1, "remember me");
            assert!(hall.is_read("remember me", 10 * SEC));
            hall.leaves(2);
            hall.sim.run_for(5 * SEC);
            let who = hall.all[2];
            hall.sim.inflict(Fault::Kill(who));
            // All clocks go on: only Paris' program is not running.
            for host in hall.all.clone() {
                hall.sim.inflict(Fault::ClockJump(host, days * DAY));
            }
            hall.sim.run_for(SEC);
            hall.sim.inflict(Fault::Restart(who));
            hall.sim.run_for(10 * SEC);
            let rooms = &hall.sim.disk_of(who).unwrap().rooms;
            assert_eq!(rooms.len(), kept, "after {days} days");
            if kept == 0 {
                continue;
            }
            // Back in, he finds it without asking anybody: he is alone in the network.
            for n in [0, 1] {
                let host = hall.all[n];
                hall.sim.inflict(Fault::PowerOff(host));
            }
            hall.sim.run_for(30 * SEC);
            hall.joins(2);
            hall.sim.run_for(10 * SEC);
            assert_eq!(texts(&hall.sim, who), ["remember me"]);
            let refused =
                |event: &Event| matches!(event, Event::Room(RoomEvent::RoomRefused { .. }));
            let mut events = hall.sim.events(who).iter();
            assert!(!events.any(|(_, event)| refused(event)));
        }
    });
}

#[test]
fn who_is_in_the_room_keeps_it_however_long() {
    with_seeds(2, |seed| {
        let mut hall = Hall::of(seed, 3);
        hall.says(1, "remember me");
        assert!(hall.is_read("remember me", 10 * SEC));
        // Left and entered again: what counts is that he is in.
        hall.leaves(2);
        hall.sim.run_for(5 * SEC);
        hall.joins(2);
        hall.all_are_in(3);
        let who = hall.all[2];
        hall.sim.inflict(Fault::Kill(who));
        for host in hall.all.clone() {
            hall.sim.inflict(Fault::ClockJump(host, 400 * DAY));
        }
        hall.sim.inflict(Fault::Restart(who));
        hall.all_are_in(3);
        assert_eq!(texts(&hall.sim, who), ["remember me"]);
    });
}

#[test]
fn who_was_sent_out_does_not_come_back_by_a_restart() {
    with_seeds(2, |seed| {
        let mut hall = Hall::of(seed, 3);
        let who = hall.all[2];
        let kick = RoomCommand::RoomRole {
            room: hall.room.clone(),
            nick: "guest2".into(),
            affiliation: None,
            role: Some("none".into()),
            reason: String::new(),
        };
        ask(&mut hall.sim, hall.all[0], kick);
        hall.sim.run_for(5 * SEC);
        hall.sim.inflict(Fault::Kill(who));
        hall.sim.run_for(SEC);
        hall.sim.inflict(Fault::Restart(who));
        hall.sim.run_for(20 * SEC);
        assert_eq!(view(&hall.sim, hall.all[0]).unwrap().members.len(), 2);
        assert!(view(&hall.sim, who).is_none_or(|room| !room.about.joined));
        // By hand he may.
        hall.joins(2);
        hall.all_are_in(3);
    });
}
