//! Rooms through the whole node: encrypted streams, the disk, the commands and events of the JSON lines.

use balcony::command::Command;
use balcony::command::room::RoomCommand;
use balcony::event::Event;
use balcony::event::room::RoomEvent;
use balcony::model::rooms::RoomView;
use balcony::net::memory::{Fault, HostId, Link};
use balcony::node::sim::Sim;
use balcony::node::sim::legacy::Make;
use balcony::wire::jid::Jid;

use super::stage::{MS, SEC, jid, with_seeds};

fn ask(sim: &mut Sim, host: HostId, command: RoomCommand) {
    sim.command(host, Command::Room(command));
}

fn view(sim: &Sim, host: HostId) -> Option<&RoomView> {
    sim.model(host)?.rooms.values().next()
}

fn texts(sim: &Sim, host: HostId) -> Vec<String> {
    view(sim, host)
        .map(|room| room.lines.iter().map(|line| line.body.clone()).collect())
        .unwrap_or_default()
}

fn errors(sim: &Sim, host: HostId) -> Vec<String> {
    let error = |event: &Event| match event {
        Event::Error { message, .. } => Some(message.clone()),
        _ => None,
    };
    sim.events(host)
        .iter()
        .filter_map(|(_, event)| error(event))
        .collect()
}

fn say(sim: &mut Sim, host: HostId, body: &str) {
    let room = view(sim, host).unwrap().about.room.clone();
    ask(
        sim,
        host,
        RoomCommand::RoomSend {
            room,
            body: body.into(),
            reply_to: None,
            announcement: false,
        },
    );
}

/// So many people, all in one room that the first has made and advertises.
fn room_of(seed: u64, people: usize, moderated: bool) -> (Sim, Vec<(HostId, Jid)>, String) {
    room_in(Sim::new(seed), people, moderated)
}

fn room_in(mut sim: Sim, people: usize, moderated: bool) -> (Sim, Vec<(HostId, Jid)>, String) {
    let names: Vec<Jid> = (0..people)
        .map(|n| jid(&format!("guest{n}@seat{n}")))
        .collect();
    let all: Vec<(HostId, Jid)> = names
        .into_iter()
        .map(|name| (sim.node(&name), name))
        .collect();
    sim.run_for(3 * SEC);
    let create = RoomCommand::RoomCreate {
        name: "balcony".into(),
        nick: None,
        members_only: false,
        moderated,
    };
    ask(&mut sim, all[0].0, create);
    assert!(
        sim.run_until(5 * SEC, 50 * MS, |sim| view(sim, all[0].0).is_some()),
        "{:?}",
        errors(&sim, all[0].0)
    );
    let room = view(&sim, all[0].0).unwrap().about.room.clone();
    sim.run_for(3 * SEC);
    for (host, _) in &all[1..] {
        // By its address: who advertises it is asked.
        ask(
            &mut sim,
            *host,
            RoomCommand::RoomJoin {
                room: room.clone(),
                nick: None,
                via: None,
            },
        );
    }
    let whole = |sim: &Sim| {
        all.iter()
            .all(|(host, _)| view(sim, *host).is_some_and(|room| room.members.len() == people))
    };
    assert!(
        sim.run_until(20 * SEC, 50 * MS, whole),
        "{:?}",
        all.iter()
            .map(|(host, _)| errors(&sim, *host))
            .collect::<Vec<_>>()
    );
    (sim, all, room)
}

#[test]
fn a_hall_that_fills_is_announced_by_few() {
    with_seeds(2, |seed| {
        let mut sim = Sim::new(seed);
        let pidgin = sim.legacy(Make::Libpurple, &jid("paris@verona"));
        let told = |sim: &Sim| sim.legacy_peer(pidgin).unwrap().told;
        sim.run_for(SEC);
        let people = 40;
        let (mut sim, all, room) = room_in(sim, people, false);
        let by_then = told(&sim);
        sim.run_for(30 * SEC);
        // Each was told of once, the founder again with its room, and then the three who serve it.
        let told = told(&sim);
        assert!(told < people + 20, "{by_then} and then {told} for {people}");
        // Who serves it is not its founder alone: it is still found when that one is gone.
        sim.inflict(Fault::Link(all[0].0, Link::Silent));
        sim.run_for(200 * SEC);
        let late = sim.node(&jid("late@door"));
        sim.run_for(5 * SEC);
        let join = RoomCommand::RoomJoin {
            room,
            nick: None,
            via: None,
        };
        ask(&mut sim, late, join);
        sim.run_for(10 * SEC);
        assert!(view(&sim, late).is_some(), "{:?}", errors(&sim, late));
    });
}

#[test]
fn a_room_is_found_entered_spoken_in_and_survives_crashes() {
    with_seeds(4, |seed| {
        let (mut sim, all, _) = room_of(seed, 5, false);
        for (n, (host, _)) in all.iter().enumerate() {
            say(&mut sim, *host, &format!("hello from {n}"));
            sim.run_for(SEC);
        }
        sim.run_for(10 * SEC);
        let first = texts(&sim, all[0].0);
        assert_eq!(first.len(), 5, "{first:?}");
        for (host, _) in &all {
            assert_eq!(texts(&sim, *host), first);
        }
        let delivered = view(&sim, all[2].0)
            .unwrap()
            .lines
            .iter()
            .find(|line| line.own)
            .unwrap()
            .delivered;
        assert!(
            delivered.is_some_and(|(to, of)| to >= 1 && of == 4),
            "{delivered:?}"
        );
        // Two are killed; what is said meanwhile comes when they are back, each thing once.
        for n in [0, 3] {
            sim.inflict(Fault::Kill(all[n].0));
        }
        sim.run_for(2 * SEC);
        say(&mut sim, all[1].0, "while you were out");
        sim.run_for(3 * SEC);
        for n in [0, 3] {
            sim.inflict(Fault::Restart(all[n].0));
        }
        let back = |sim: &Sim| {
            all.iter().all(|(host, _)| {
                texts(sim, *host)
                    .last()
                    .is_some_and(|text| text == "while you were out")
            })
        };
        assert!(sim.run_until(60 * SEC, 100 * MS, back));
        say(&mut sim, all[0].0, "and I am back");
        sim.run_for(10 * SEC);
        for (host, _) in &all {
            let texts = texts(&sim, *host);
            assert_eq!(texts.len(), 7, "{texts:?}");
            assert_eq!(texts[6], "and I am back");
        }
    });
}

#[test]
fn a_lecture_with_hands_a_poll_an_announcement_and_a_ban() {
    with_seeds(3, |seed| {
        let (mut sim, all, room) = room_of(seed, 4, true);
        let (speaker, hearer) = (all[0].0, all[1].0);
        let room = || room.clone();
        say(&mut sim, hearer, "may I?");
        assert!(
            errors(&sim, hearer)
                .iter()
                .any(|error| error.contains("may not")),
            "{:?}",
            errors(&sim, hearer)
        );
        ask(
            &mut sim,
            hearer,
            RoomCommand::RoomHand {
                room: room(),
                up: true,
            },
        );
        sim.run_for(3 * SEC);
        let nick = view(&sim, hearer).unwrap().about.nick.clone();
        assert_eq!(
            view(&sim, speaker).unwrap().hands,
            std::slice::from_ref(&nick)
        );
        let floor = |role: &str| RoomCommand::RoomRole {
            room: room(),
            nick: nick.clone(),
            affiliation: None,
            role: Some(role.into()),
            reason: String::new(),
        };
        ask(&mut sim, speaker, floor("participant"));
        sim.run_for(3 * SEC);
        assert!(
            view(&sim, hearer).unwrap().may_speak()
                && view(&sim, speaker).unwrap().hands.is_empty()
        );
        say(&mut sim, hearer, "thank you");
        sim.run_for(3 * SEC);
        ask(&mut sim, speaker, floor("visitor"));
        let (question, answers) = ("tea?".to_owned(), vec!["yes".to_owned(), "no".to_owned()]);
        ask(
            &mut sim,
            speaker,
            RoomCommand::RoomPoll {
                room: room(),
                question,
                answers,
                close: None,
            },
        );
        let send = RoomCommand::RoomSend {
            room: room(),
            body: "Break!".into(),
            reply_to: None,
            announcement: true,
        };
        ask(&mut sim, speaker, send);
        sim.run_for(3 * SEC);
        let poll = view(&sim, hearer).unwrap().polls[0].id.clone();
        for (n, (host, _)) in all.iter().enumerate() {
            ask(
                &mut sim,
                *host,
                RoomCommand::RoomVote {
                    room: room(),
                    poll: poll.clone(),
                    answer: u8::from(n == 3),
                },
            );
        }
        sim.run_for(5 * SEC);
        let close = RoomCommand::RoomPoll {
            room: room(),
            question: String::new(),
            answers: Vec::new(),
            close: Some(poll),
        };
        ask(&mut sim, speaker, close);
        ask(
            &mut sim,
            speaker,
            RoomCommand::RoomBan {
                room: room(),
                nick: "guest3".into(),
                reason: "noise".into(),
                ban: true,
            },
        );
        sim.run_for(5 * SEC);
        for (host, _) in &all[..3] {
            let room = view(&sim, *host).unwrap();
            assert_eq!(
                (room.polls[0].votes.clone(), room.polls[0].closed),
                (vec![3, 1], true)
            );
            assert!(
                room.lines
                    .iter()
                    .any(|line| line.announcement && line.body == "Break!")
            );
            assert!(room.lines.iter().any(|line| line.body == "thank you"));
            assert_eq!(room.members.len(), 3);
        }
        let left = |event: &Event| matches!(event, Event::Room(RoomEvent::RoomLeft { banned: true, reason, .. }) if reason == "noise");
        assert!(sim.events(all[3].0).iter().any(|(_, event)| left(event)));
        ask(
            &mut sim,
            all[3].0,
            RoomCommand::RoomJoin {
                room: room(),
                nick: None,
                via: None,
            },
        );
        sim.run_for(10 * SEC);
        assert!(
            errors(&sim, all[3].0)
                .iter()
                .any(|error| error.contains("may not come back")),
            "{:?}",
            errors(&sim, all[3].0)
        );
    });
}

#[test]
fn an_invitation_leads_into_a_room_for_members_only_and_nothing_else_does() {
    with_seeds(3, |seed| {
        let mut sim = Sim::new(seed);
        let names: Vec<Jid> = ["romeo@forza", "juliet@pronto", "tybalt@capulet"]
            .map(jid)
            .to_vec();
        let hosts: Vec<HostId> = names.iter().map(|name| sim.node(name)).collect();
        sim.run_for(3 * SEC);
        let create = RoomCommand::RoomCreate {
            name: "garden".into(),
            nick: None,
            members_only: true,
            moderated: false,
        };
        ask(&mut sim, hosts[0], create);
        sim.run_for(5 * SEC);
        let about = view(&sim, hosts[0]).unwrap().about.clone();
        let join = || RoomCommand::RoomJoin {
            room: about.id.clone(),
            nick: None,
            via: Some(names[0].clone()),
        };
        ask(&mut sim, hosts[2], join());
        sim.run_for(10 * SEC);
        assert!(
            errors(&sim, hosts[2])
                .iter()
                .any(|error| error.contains("members only")),
            "{:?}",
            errors(&sim, hosts[2])
        );
        let invite = RoomCommand::RoomInvite {
            room: about.room.clone(),
            to: names[1].clone(),
            reason: "come".into(),
        };
        ask(&mut sim, hosts[0], invite);
        sim.run_for(5 * SEC);
        let invitation = sim.model(hosts[1]).unwrap().invitations[0].clone();
        assert_eq!((&invitation.id, &invitation.from), (&about.id, &names[0]));
        ask(&mut sim, hosts[1], join());
        sim.run_for(10 * SEC);
        say(&mut sim, hosts[1], "it is the east");
        sim.run_for(3 * SEC);
        assert_eq!(texts(&sim, hosts[0]), ["it is the east"]);
    });
}

#[test]
fn pidgin_takes_part_through_a_member_that_wants_it_and_not_otherwise() {
    with_seeds(4, |seed| {
        let (mut sim, all, room) = room_of(seed, 3, false);
        let (moderator, me) = all[0].clone();
        let juliet = jid("juliet@pronto");
        let pidgin = sim.legacy(Make::Libpurple, &juliet);
        sim.run_for(5 * SEC);
        // Nobody has switched it on: that is an ordinary message.
        sim.say(pidgin, &me, "!join balcony");
        sim.run_for(3 * SEC);
        let messages = |sim: &Sim| {
            sim.model(moderator).unwrap().contacts[&juliet]
                .conversation
                .messages
                .len()
        };
        assert_eq!(messages(&sim), 1);
        let repeat = |repeat: bool| RoomCommand::RoomRepeat {
            room: room.clone(),
            repeat,
        };
        // Who does not moderate may not.
        ask(&mut sim, all[1].0, repeat(true));
        sim.run_for(SEC);
        assert!(
            errors(&sim, all[1].0)
                .iter()
                .any(|error| error.contains("may not"))
        );
        ask(&mut sim, moderator, repeat(true));
        say(&mut sim, all[1].0, "before she came");
        sim.run_for(3 * SEC);
        sim.say(pidgin, &me, "!join balcony");
        sim.run_for(3 * SEC);
        let heard = |sim: &Sim| -> String {
            let all = sim.heard(pidgin).into_iter().map(|(_, body)| body);
            all.collect::<Vec<_>>().join("\n")
        };
        assert!(
            heard(&sim).contains("You are in the room balcony"),
            "{}",
            heard(&sim)
        );
        assert!(
            heard(&sim).contains("guest1: before she came"),
            "{}",
            heard(&sim)
        );
        assert_eq!(view(&sim, moderator).unwrap().rules.through_us.len(), 1);
        sim.say(pidgin, &me, "Ay me");
        say(&mut sim, all[2].0, "She speaks");
        sim.run_for(5 * SEC);
        for (host, _) in &all {
            let lines = &view(&sim, *host).unwrap().lines;
            let hers = lines.iter().find(|line| line.body == "Ay me").unwrap();
            assert!(hers.nick.ends_with("(via guest0)") && !hers.own, "{hers:?}");
        }
        assert!(heard(&sim).contains("guest2: She speaks"));
        assert!(!heard(&sim).contains("Ay me"), "her own words come back");
        assert_eq!(
            messages(&sim),
            1,
            "what she says in the room is no private message"
        );
        // She writes faster than a room carries: the rest is not passed on, and she is told.
        for n in 0..20 {
            sim.say(pidgin, &me, &format!("O Romeo {n}"));
        }
        sim.run_for(5 * SEC);
        let taken = texts(&sim, all[1].0)
            .iter()
            .filter(|text| text.starts_with("O Romeo"))
            .count();
        assert!((1..12).contains(&taken), "{taken}");
        assert!(heard(&sim).contains("too fast"));
        // A program that sends back what it gets is out after three times, and nothing of it was passed on.
        sim.run_for(30 * SEC);
        for _ in 0..3 {
            sim.say(pidgin, &me, "guest2: She speaks");
            sim.run_for(SEC);
        }
        assert!(!texts(&sim, all[1].0).contains(&"guest2: She speaks".into()));
        assert!(view(&sim, moderator).unwrap().rules.through_us.is_empty());
        sim.say(pidgin, &me, "for you alone");
        sim.run_for(3 * SEC);
        assert_eq!(messages(&sim), 2);
        ask(&mut sim, moderator, repeat(false));
        sim.run_for(SEC);
        assert!(!view(&sim, moderator).unwrap().rules.repeat);
    });
}

#[test]
fn in_a_lecture_pidgin_listens_until_it_is_given_the_floor() {
    with_seeds(2, |seed| {
        let (mut sim, all, room) = room_of(seed, 2, true);
        let (moderator, me) = all[0].clone();
        let pidgin = sim.legacy(Make::Libpurple, &jid("juliet@pronto"));
        sim.run_for(5 * SEC);
        let repeat = RoomCommand::RoomRepeat {
            room: room.clone(),
            repeat: true,
        };
        ask(&mut sim, moderator, repeat);
        sim.run_for(SEC);
        sim.say(pidgin, &me, "!join");
        sim.run_for(3 * SEC);
        sim.say(pidgin, &me, "may I?");
        sim.run_for(3 * SEC);
        assert!(texts(&sim, moderator).is_empty());
        let nick = view(&sim, moderator).unwrap().rules.through_us[0].clone();
        let floor = RoomCommand::RoomRole {
            room: room.clone(),
            nick: nick.clone(),
            affiliation: None,
            role: Some("participant".into()),
            reason: String::new(),
        };
        ask(&mut sim, moderator, floor);
        sim.run_for(SEC);
        sim.say(pidgin, &me, "thank you");
        sim.run_for(3 * SEC);
        assert_eq!(texts(&sim, all[1].0), ["thank you"]);
        let kick = RoomCommand::RoomRole {
            room,
            nick,
            affiliation: None,
            role: Some("none".into()),
            reason: String::new(),
        };
        ask(&mut sim, moderator, kick);
        sim.run_for(SEC);
        assert!(view(&sim, moderator).unwrap().rules.through_us.is_empty());
        let told = sim.heard(pidgin);
        assert!(
            told.iter().any(|(_, body)| body.contains("sent out")),
            "{told:?}"
        );
    });
}

#[test]
fn a_room_that_is_left_stays_a_while_and_one_that_is_deleted_is_gone() {
    with_seeds(4, |seed| {
        let (mut sim, all, room) = room_of(seed, 3, false);
        say(&mut sim, all[1].0, "remember me");
        sim.run_for(5 * SEC);
        let leave = |delete: bool| RoomCommand::RoomLeave {
            room: room.clone(),
            delete,
        };
        ask(&mut sim, all[1].0, leave(false));
        ask(&mut sim, all[2].0, leave(true));
        sim.run_for(5 * SEC);
        // Everybody else knows that they went.
        assert_eq!(view(&sim, all[0].0).unwrap().members.len(), 1);
        let kept = |sim: &Sim, n: usize| sim.disk_of(all[n].0).unwrap().rooms.len();
        assert_eq!((kept(&sim, 1), kept(&sim, 2)), (1, 0));
        let deleted = |(_, event): &(_, std::sync::Arc<Event>)| {
            matches!(
                &**event,
                Event::Room(RoomEvent::RoomLeft { deleted: true, .. })
            )
        };
        assert!(sim.events(all[2].0).iter().any(deleted));
        // Who left only comes back and finds it; it may delete it afterwards, too.
        let join = RoomCommand::RoomJoin {
            room: room.clone(),
            nick: None,
            via: None,
        };
        ask(&mut sim, all[1].0, join.clone());
        sim.run_for(5 * SEC);
        assert_eq!(texts(&sim, all[1].0), ["remember me"]);
        ask(&mut sim, all[1].0, leave(false));
        sim.run_for(5 * SEC);
        ask(&mut sim, all[1].0, leave(true));
        sim.run_for(5 * SEC);
        assert_eq!(kept(&sim, 1), 0);
        // And who deleted it may come back all the same, and write.
        ask(&mut sim, all[2].0, join);
        sim.run_for(10 * SEC);
        say(&mut sim, all[2].0, "here again");
        sim.run_for(5 * SEC);
        assert_eq!(texts(&sim, all[0].0), ["remember me", "here again"]);
    });
}

#[test]
fn a_room_becomes_one_for_members_and_who_is_in_it_stays() {
    with_seeds(3, |seed| {
        let (mut sim, all, room) = room_of(seed, 3, false);
        let late = jid("paris@verona");
        let stranger = sim.node(&late);
        say(&mut sim, all[2].0, "before");
        sim.run_for(5 * SEC);
        let close = |members_only: bool| RoomCommand::RoomMembersOnly {
            room: room.clone(),
            members_only,
        };
        ask(&mut sim, all[0].0, close(true));
        sim.run_for(5 * SEC);
        say(&mut sim, all[2].0, "after");
        sim.run_for(5 * SEC);
        for (host, _) in &all {
            let room = view(&sim, *host).unwrap();
            assert!(room.rules.members_only && room.about.members_only);
            assert_eq!(room.members.len(), 3);
        }
        assert_eq!(texts(&sim, all[0].0), ["before", "after"]);
        let join = || RoomCommand::RoomJoin {
            room: room.clone(),
            nick: None,
            via: None,
        };
        sim.run_for(15 * SEC);
        ask(&mut sim, stranger, join());
        sim.run_for(10 * SEC);
        assert!(
            errors(&sim, stranger)
                .iter()
                .any(|error| error.contains("members only"))
        );
        ask(&mut sim, all[0].0, close(false));
        sim.run_for(5 * SEC);
        ask(&mut sim, stranger, join());
        sim.run_for(15 * SEC);
        assert_eq!(view(&sim, all[0].0).unwrap().members.len(), 4);
    });
}
