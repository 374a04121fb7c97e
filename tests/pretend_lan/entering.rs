//! Entering a room has an end: one is in, or is told why not, and may try again or leave it.

use balcony::command::Command;
use balcony::command::room::RoomCommand;
use balcony::event::Event;
use balcony::event::room::{RoomEvent, RoomWhy};
use balcony::net::memory::{Fault, HostId, Link};
use balcony::node::sim::Sim;
use balcony::wire::jid::Jid;

use super::stage::{MS, SEC, jid, with_seeds};

/// Romeo has made a room; Juliet and Tybalt see that it is there.
struct Verona {
    sim: Sim,
    hosts: [HostId; 3],
    names: [Jid; 3],
    room: String,
    id: String,
}

fn verona(seed: u64) -> Verona {
    let mut sim = Sim::new(seed);
    let names = ["romeo@forza", "juliet@pronto", "tybalt@capulet"].map(jid);
    let hosts = names.clone().map(|name| sim.node(&name));
    sim.run_for(3 * SEC);
    let create = RoomCommand::RoomCreate {
        name: "garden".into(),
        nick: None,
        members_only: false,
        moderated: false,
    };
    sim.command(hosts[0], Command::Room(create));
    let made = |sim: &Sim| {
        sim.model(hosts[0])
            .is_some_and(|model| !model.rooms.is_empty())
    };
    assert!(sim.run_until(5 * SEC, 50 * MS, made));
    let about = sim.model(hosts[0]).unwrap().rooms.values().next().unwrap();
    let (room, id) = (about.about.room.clone(), about.about.id.clone());
    sim.run_for(15 * SEC);
    Verona {
        sim,
        hosts,
        names,
        room,
        id,
    }
}

impl Verona {
    fn join(&mut self, who: usize, room: &str, via: Option<usize>) {
        let via = via.map(|n| self.names[n].clone());
        let room = room.to_owned();
        let (nick, host) = (None, self.hosts[who]);
        let join = RoomCommand::RoomJoin { room, nick, via };
        self.sim.command(host, Command::Room(join));
    }

    fn is_in(&self, who: usize) -> bool {
        let model = self.sim.model(self.hosts[who]).unwrap();
        model.rooms.values().any(|room| room.about.joined)
    }

    /// Why rooms were not entered, and the sentences about it.
    fn refusals(&self, who: usize) -> (Vec<(String, RoomWhy)>, Vec<String>) {
        let (mut whys, mut sentences) = (Vec::new(), Vec::new());
        for (_, event) in self.sim.events(self.hosts[who]) {
            match &**event {
                Event::Room(RoomEvent::RoomRefused { room, why, .. }) => {
                    whys.push((room.clone(), *why));
                }
                Event::Error { message, .. } => sentences.push(message.clone()),
                _ => {}
            }
        }
        (whys, sentences)
    }

    fn remembers(&self, who: usize) -> usize {
        self.sim.disk_of(self.hosts[who]).unwrap().rooms.len()
    }
}

#[test]
fn if_nobody_in_the_room_can_be_reached_that_is_said_in_time_and_a_second_try_gets_in() {
    with_seeds(4, |seed| {
        let mut verona = verona(seed);
        let (romeo, room) = (verona.hosts[0], verona.room.clone());
        // The power is out at Romeo's: what he advertised is still heard of for a while.
        verona.sim.inflict(Fault::Link(romeo, Link::Silent));
        verona.join(1, &room, None);
        let told = |verona: &Verona| !verona.refusals(1).0.is_empty();
        verona.sim.run_for(10 * SEC);
        assert!(!told(&verona), "a slow network is given its time");
        verona.sim.run_for(12 * SEC);
        let (whys, sentences) = verona.refusals(1);
        assert_eq!(whys, [(room.clone(), RoomWhy::Unreachable)]);
        let [sentence] = sentences.as_slice() else {
            panic!("once: {sentences:?}");
        };
        assert!(
            sentence.contains("garden") && sentence.contains("can be reached"),
            "{sentence}"
        );
        assert_eq!(verona.remembers(1), 0, "nothing of it is kept");
        // It does not come back by itself, and works by hand.
        verona.sim.inflict(Fault::Link(romeo, Link::Up));
        verona.sim.run_for(30 * SEC);
        assert!(!verona.is_in(1));
        let id = verona.id.clone();
        verona.join(1, &id, Some(0));
        verona.sim.run_for(10 * SEC);
        assert!(verona.is_in(1), "{:?}", verona.refusals(1));
        verona.sim.run_for(60 * SEC);
        assert_eq!(verona.refusals(1).0.len(), 1, "who is in is not told");
    });
}

#[test]
fn where_many_are_on_the_network_one_waits_longer_to_be_let_in() {
    with_seeds(2, |seed| {
        let mut verona = verona(seed);
        for n in 0..60 {
            verona.sim.node(&jid(&format!("guest{n}@desk")));
        }
        verona.sim.run_for(30 * SEC);
        verona
            .sim
            .inflict(Fault::Link(verona.hosts[0], Link::Silent));
        let room = verona.room.clone();
        verona.join(1, &room, None);
        verona.sim.run_for(24 * SEC);
        assert!(verona.refusals(1).0.is_empty(), "others may come first");
        verona.sim.run_for(4 * SEC);
        assert_eq!(verona.refusals(1).0, [(room, RoomWhy::Unreachable)]);
    });
}

#[test]
fn who_is_reached_and_does_not_let_in_is_told_apart_from_who_is_not_reached() {
    with_seeds(3, |seed| {
        let mut verona = verona(seed);
        // Juliet is not in the room and cannot let anybody in; whoever is asked nothing advertises it here.
        let stranger = "A".repeat(43);
        verona.join(2, &stranger, Some(1));
        verona.sim.run_for(25 * SEC);
        let (whys, sentences) = verona.refusals(2);
        assert_eq!(whys.len(), 1, "{whys:?}");
        assert_eq!(whys[0].1, RoomWhy::NoAnswer);
        assert!(sentences[0].contains("let you in"), "{sentences:?}");
        assert_eq!(verona.remembers(2), 0);
        // Of one that nobody knows at all it is said at once.
        verona.join(2, "attic@room-abcdefgh", None);
        verona.sim.run_for(SEC);
        let (whys, _) = verona.refusals(2);
        assert_eq!(
            whys[1],
            ("attic@room-abcdefgh".to_owned(), RoomWhy::Unreachable)
        );
    });
}

#[test]
fn who_does_not_want_to_wait_any_more_leaves_and_hears_no_more_of_it() {
    with_seeds(3, |seed| {
        let mut verona = verona(seed);
        let (romeo, room) = (verona.hosts[0], verona.room.clone());
        verona.sim.inflict(Fault::Link(romeo, Link::Silent));
        verona.join(1, &room, None);
        verona.sim.run_for(5 * SEC);
        // By the address under which it is advertised: another one is not known yet.
        let leave = RoomCommand::RoomLeave {
            room,
            delete: false,
        };
        verona.sim.command(verona.hosts[1], Command::Room(leave));
        verona.sim.run_for(SEC);
        verona.sim.inflict(Fault::Link(romeo, Link::Up));
        verona.sim.run_for(60 * SEC);
        assert_eq!(verona.refusals(1), Default::default());
        assert!(!verona.is_in(1));
        assert_eq!(verona.remembers(1), 0);
    });
}
