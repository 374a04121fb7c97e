//! What was said in rooms is found by its words, as it reads now.

use balcony::command::Command;
use balcony::command::room::RoomCommand;
use balcony::event::Event;
use balcony::event::room::{RoomEvent, RoomHit, RoomLine};
use balcony::net::memory::HostId;
use balcony::node::sim::Sim;
use balcony::wire::jid::Jid;

use super::stage::{SEC, jid, with_seeds};

/// Alice has made two rooms, and Bob is in both.
struct House {
    sim: Sim,
    alice: HostId,
    bob: HostId,
    rooms: Vec<String>,
}

/// What is looked for, and how.
fn search(text: &str) -> RoomCommand {
    RoomCommand::RoomSearch {
        text: text.into(),
        room: None,
        from: None,
        limit: None,
        before: None,
    }
}

fn page(text: &str, most: u32, older_than: Option<&RoomHit>) -> RoomCommand {
    RoomCommand::RoomSearch {
        text: text.into(),
        room: None,
        from: None,
        limit: Some(most),
        before: older_than.map(|hit| hit.line.id.clone()),
    }
}

fn in_room(text: &str, room: &str) -> RoomCommand {
    RoomCommand::RoomSearch {
        text: text.into(),
        room: Some(room.into()),
        from: None,
        limit: None,
        before: None,
    }
}

fn written_by(text: &str, from: Jid) -> RoomCommand {
    RoomCommand::RoomSearch {
        text: text.into(),
        room: None,
        from: Some(from),
        limit: None,
        before: None,
    }
}

fn bodies(hits: &[RoomHit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.line.body.as_str()).collect()
}

impl House {
    fn new(seed: u64) -> House {
        let mut sim = Sim::new(seed);
        let (alice, bob) = (
            sim.node(&jid("alice@verona")),
            sim.node(&jid("bob@verona2")),
        );
        sim.run_for(3 * SEC);
        let mut house = House {
            sim,
            alice,
            bob,
            rooms: Vec::new(),
        };
        for name in ["kitchen", "garden"] {
            let create = RoomCommand::RoomCreate {
                name: name.into(),
                nick: None,
                members_only: false,
                moderated: false,
            };
            house.ask(alice, create);
            house.sim.run_for(15 * SEC);
            let mut rooms = house.sim.model(alice).unwrap().rooms.keys();
            let room = rooms.find(|room| room.starts_with(name)).unwrap();
            let room = room.clone();
            let join = RoomCommand::RoomJoin {
                room: room.clone(),
                nick: None,
                via: None,
            };
            house.ask(bob, join);
            house.sim.run_for(10 * SEC);
            house.rooms.push(room);
        }
        assert_eq!(house.sim.model(bob).unwrap().rooms.len(), 2);
        house
    }

    fn ask(&mut self, host: HostId, command: RoomCommand) {
        self.sim.command(host, Command::Room(command));
    }

    /// Gives the id of the line.
    fn says(&mut self, host: HostId, room: usize, body: &str) -> String {
        let room = self.rooms[room].clone();
        let send = RoomCommand::RoomSend {
            room: room.clone(),
            body: body.into(),
            reply_to: None,
            announcement: false,
        };
        self.ask(host, send);
        self.sim.run_for(2 * SEC);
        let lines = &self.sim.model(self.alice).unwrap().rooms[&room].lines;
        let line = lines.iter().rev().find(|line| line.body == body);
        line.unwrap().id.clone()
    }

    /// What was found, and whether that is all.
    fn found(
        &mut self,
        host: HostId,
        command: RoomCommand,
    ) -> Result<(Vec<RoomHit>, bool), String> {
        let before = self.sim.events(host).len();
        self.ask(host, command);
        self.sim.run_for(SEC);
        let told = self.sim.events(host).iter().skip(before);
        told.map(|(_, event)| &**event)
            .find_map(|event| match event {
                Event::Room(RoomEvent::RoomFound { hits, complete, .. }) => {
                    Some(Ok((hits.clone(), *complete)))
                }
                Event::Error { message, .. } => Some(Err(message.clone())),
                _ => None,
            })
            .expect("an answer")
    }

    fn words(&mut self, host: HostId, command: RoomCommand) -> Vec<String> {
        let (hits, complete) = self.found(host, command).unwrap();
        assert!(complete);
        hits.into_iter().map(|hit| hit.line.body).collect()
    }
}

#[test]
fn the_newest_of_all_rooms_comes_first_and_one_room_can_be_asked_for() {
    with_seeds(2, |seed| {
        let mut house = House::new(seed);
        let (alice, bob) = (house.alice, house.bob);
        house.says(alice, 0, "the train to Łódź");
        house.says(bob, 1, "which TRAIN?");
        house.says(alice, 0, "a training");
        house.says(bob, 0, "no idea");
        for host in [alice, bob] {
            let (hits, complete) = house.found(host, search("train")).unwrap();
            assert!(complete);
            assert_eq!(
                bodies(&hits),
                ["a training", "which TRAIN?", "the train to Łódź"]
            );
            assert_eq!(hits[1].room, house.rooms[1]);
            assert_eq!(hits[0].line.own, host == alice);
        }
        assert_eq!(
            house.words(bob, search("lodz train")),
            ["the train to Łódź"]
        );
        let garden = house.rooms[1].clone();
        assert_eq!(
            house.words(bob, in_room("train", &garden)),
            ["which TRAIN?"]
        );
        assert!(house.words(bob, search("   ")).is_empty());
        assert!(house.words(bob, search("ship")).is_empty());
        // By whom: ourselves, somebody else, somebody who never was there.
        let by_bob = written_by("train", jid("bob@verona2"));
        assert_eq!(house.words(bob, by_bob.clone()), ["which TRAIN?"]);
        assert_eq!(house.words(alice, by_bob), ["which TRAIN?"]);
        let by_nobody = written_by("train", jid("carl@verona3"));
        assert!(house.words(alice, by_nobody).is_empty());
    });
}

#[test]
fn what_was_corrected_is_found_by_its_new_words_and_what_was_taken_back_is_not() {
    with_seeds(2, |seed| {
        let mut house = House::new(seed);
        let (alice, bob) = (house.alice, house.bob);
        let room = house.rooms[0].clone();
        let wrong = house.says(bob, 0, "we meet at nine");
        let secret = house.says(bob, 0, "my secret");
        let rude = house.says(bob, 0, "something rude");
        let correct = RoomCommand::RoomCorrect {
            room: room.clone(),
            id: wrong.clone(),
            body: "we meet at ten".into(),
        };
        house.ask(bob, correct);
        let retract = |id: String| RoomCommand::RoomRetract {
            room: room.clone(),
            id,
        };
        house.ask(bob, retract(secret));
        // She moderates.
        house.ask(alice, retract(rude));
        house.sim.run_for(3 * SEC);
        for host in [alice, bob] {
            let (hits, _) = house.found(host, search("meet ten")).unwrap();
            assert_eq!(bodies(&hits), ["we meet at ten"]);
            assert_eq!(
                (hits[0].line.id.as_str(), hits[0].line.corrected),
                (wrong.as_str(), true)
            );
            for gone in ["nine", "secret", "rude"] {
                assert!(house.words(host, search(gone)).is_empty(), "{gone}");
            }
        }
    });
}

#[test]
fn a_page_follows_another_through_both_rooms() {
    with_seeds(2, |seed| {
        let mut house = House::new(seed);
        let bob = house.bob;
        let mut said: Vec<String> = Vec::new();
        for n in 0..9 {
            let body = format!("line {n}");
            house.says(house.alice, n % 2, &body);
            said.insert(0, body);
        }
        let (mut all, mut last) = (Vec::new(), None);
        for round in 0..5 {
            let (hits, complete) = house.found(bob, page("line", 2, last.as_ref())).unwrap();
            assert_eq!(complete, round == 4, "{hits:?}");
            all.extend(hits.iter().map(|hit| hit.line.body.clone()));
            last = hits.last().cloned();
        }
        assert_eq!(all, said);
        let (hits, complete) = house.found(bob, page("line", 9, None)).unwrap();
        assert!(complete && hits.len() == 9);
        // At least one, whatever is asked for.
        let (hits, complete) = house.found(bob, page("line", 0, None)).unwrap();
        assert!(!complete && hits.len() == 1);
    });
}

#[test]
fn a_page_of_a_room_is_told_older_newer_and_around_a_line() {
    let mut house = House::new(1);
    let (alice, room) = (house.alice, house.rooms[0].clone());
    let ids: Vec<String> = (0..9)
        .map(|n| house.says(alice, 0, &format!("line {n}")))
        .collect();
    let mut page = |before: Option<&str>, after: Option<&str>, around: Option<&str>| {
        let history = RoomCommand::RoomHistory {
            room: room.clone(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            around: around.map(str::to_owned),
            limit: Some(4),
        };
        let told = house.sim.events(alice).len();
        house.ask(alice, history);
        house.sim.run_for(SEC);
        let told = house.sim.events(alice).iter().skip(told);
        told.map(|(_, event)| &**event)
            .find_map(|event| match event {
                Event::Room(RoomEvent::RoomHistory {
                    messages,
                    complete,
                    newest,
                    ..
                }) => {
                    let end = |line: &RoomLine| line.body.replace("line ", "");
                    let all: Vec<String> = messages.iter().map(end).collect();
                    Some((all.concat(), *complete, *newest))
                }
                Event::Error { message, .. } => Some((message.clone(), false, false)),
                _ => None,
            })
            .expect("an answer")
    };
    let id = |n: usize| Some(ids[n].as_str());
    let told = |words: &str, complete, newest| (words.to_owned(), complete, newest);
    assert_eq!(page(None, None, None), told("5678", false, true));
    assert_eq!(page(id(5), None, None), told("1234", false, false));
    assert_eq!(page(id(3), None, None), told("012", true, false));
    assert_eq!(page(None, id(3), None), told("4567", false, false));
    assert_eq!(page(None, id(4), None), told("5678", false, true));
    assert_eq!(page(None, None, id(4)), told("23456", false, false));
    assert_eq!(page(None, None, id(0)), told("012", true, false));
    // One that is not here any more.
    let lost = "A".repeat(43);
    assert_eq!(page(None, None, Some(&lost)), told("5678", false, true));
    let both = page(id(1), id(2), None);
    assert_eq!(both.0, "Only one of before, after and around.");
}

#[test]
fn a_room_that_was_left_is_not_looked_through() {
    with_seeds(2, |seed| {
        let mut house = House::new(seed);
        let bob = house.bob;
        house.says(house.alice, 0, "soup in the kitchen");
        let rose = house.says(house.alice, 1, "soup in the garden");
        let garden = house.rooms[1].clone();
        let leave = RoomCommand::RoomLeave {
            room: garden.clone(),
            delete: false,
        };
        house.ask(bob, leave);
        house.sim.run_for(3 * SEC);
        assert_eq!(house.words(bob, search("soup")), ["soup in the kitchen"]);
        let why = house.found(bob, in_room("soup", &garden)).unwrap_err();
        assert_eq!(why, format!("you are in no room {garden}"));
        let why = house.found(bob, in_room("soup", "cellar")).unwrap_err();
        assert_eq!(why, "you are in no room cellar");
        let lost = RoomCommand::RoomSearch {
            text: "soup".into(),
            room: None,
            from: None,
            limit: None,
            before: Some("nothing".into()),
        };
        let why = house.found(bob, lost).unwrap_err();
        assert_eq!(why, "The search failed: there is no message nothing.");
        let alice = house.alice;
        let (hits, _) = house.found(alice, search("soup garden")).unwrap();
        assert_eq!(hits[0].line.id, rose);
    });
}

#[test]
fn more_text_than_is_read_at_once_is_read_to_its_end() {
    let mut house = House::new(1);
    let alice = house.alice;
    house.says(alice, 0, "the needle");
    for n in 0..14 {
        house.says(alice, n % 2, &format!("{n} {}", "hay ".repeat(7000)));
    }
    assert_eq!(house.words(alice, search("needle")), ["the needle"]);
    // Several that are asked for at once are answered one after the other.
    let before = house.sim.events(alice).len();
    for text in ["n", "ne", "nee", "need"] {
        house.ask(alice, search(text));
    }
    house.sim.run_for(SEC);
    let told = house.sim.events(alice).iter().skip(before);
    let answered: Vec<String> = told
        .filter_map(|(_, event)| match &**event {
            Event::Room(RoomEvent::RoomFound { text, hits, .. }) => {
                assert_eq!(bodies(hits), ["the needle"]);
                Some(text.clone())
            }
            _ => None,
        })
        .collect();
    assert_eq!(answered, ["n", "ne", "nee", "need"]);
}
