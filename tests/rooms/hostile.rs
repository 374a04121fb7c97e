//! Members that do not play by the rules: each bounded, each visible where it matters.

use std::sync::Arc;

use balcony::model::room::body::{Body, Cut, Role};
use balcony::model::room::engine::WriteError;
use balcony::model::room::entry::{Author, Draft, Entry, EntryId, MAX_ENTRY};
use balcony::model::room::packet::{Packet, Refusal, Since};

use super::checks::hold;
use super::with_seeds;
use super::world::{MS, SEC, World};

/// What the member signs if it does as it likes.
fn forge(
    world: &World,
    at: usize,
    seq: u32,
    previous: EntryId,
    clock: u64,
    grant: EntryId,
    body: Body,
) -> Arc<Entry> {
    let incarnation = own(world, at)
        .last()
        .map_or(1, |entry| entry.draft.incarnation);
    let draft = Draft {
        room: world.room,
        incarnation,
        seq,
        previous,
        clock,
        time: clock,
        grant,
        body,
    };
    Arc::new(Entry::sign(&world.seats[at].key, draft).unwrap())
}

fn own(world: &World, at: usize) -> Vec<Arc<Entry>> {
    let me = Author::from(world.seats[at].key.public());
    world
        .room(0)
        .log()
        .ordered()
        .filter(|entry| entry.author == me)
        .cloned()
        .collect()
}

fn push(entries: &[Arc<Entry>]) -> Packet {
    let entries = entries.iter().map(|entry| entry.octets().clone()).collect();
    Packet::Entries {
        start: None,
        reply: false,
        whole: true,
        entries,
    }
}

fn text(text: &str) -> Body {
    Body::Message {
        text: text.into(),
        reply_to: None,
        guest: None,
    }
}

fn room_with_a_traitor(seed: u64) -> World {
    let mut world = World::new(seed, 6, false, false);
    world.everybody_joins();
    world.say(5, "I am one of you").unwrap();
    world.run_for(5 * SEC);
    world
}

/// The last of the room writes three things in one place, each to somebody else.
pub fn two_in_one_place(world: &mut World) {
    let last = own(world, 5).last().unwrap().clone();
    let (seq, clock) = (last.draft.seq + 1, last.draft.clock + 1);
    world.seats[5].honest = false;
    let one = forge(
        world,
        5,
        seq,
        last.id,
        clock,
        EntryId::default(),
        text("yes"),
    );
    let two = forge(
        world,
        5,
        seq,
        last.id,
        clock,
        EntryId::default(),
        text("no"),
    );
    let three = forge(
        world,
        5,
        seq,
        last.id,
        clock,
        EntryId::default(),
        text("perhaps"),
    );
    let next = forge(
        world,
        5,
        seq + 1,
        one.id,
        clock + 1,
        EntryId::default(),
        text("as I said"),
    );
    world.inject(5, 1, push(&[one.clone(), next]));
    world.inject(5, 3, push(&[two]));
    let late = world.rng.span(&(MS..10 * SEC));
    world.run_for(late);
    world.inject(5, 4, push(&[three]));
}

#[test]
fn two_entries_in_one_place_are_found_out_everywhere() {
    with_seeds(16, |seed| {
        let mut world = room_with_a_traitor(seed);
        two_in_one_place(&mut world);
        world.run_for(120 * SEC);
        hold(&world);
        for at in 0..5 {
            assert!(
                !world
                    .texts(at)
                    .iter()
                    .any(|text| ["yes", "no", "as I said"].contains(&text.as_str()))
            );
            assert!(world.texts(at).contains(&"I am one of you".into()));
            assert_eq!(world.room(at).log().forks().count(), 1);
            assert!(!world.troubles(at).is_empty(), "{at} was not told");
        }
    });
}

#[test]
fn a_banned_one_that_backdates_is_not_heard() {
    with_seeds(12, |seed| {
        let mut world = room_with_a_traitor(seed);
        let key = Author::from(world.seats[5].key.public());
        world
            .act(0, |room, clock| room.set_role(clock, key, Role::Admin))
            .unwrap();
        world.run_for(5 * SEC);
        let grant = world.room(0).state().rules.grant_of(key);
        let last = own(&world, 5).last().unwrap().clone();
        world
            .act(0, |room, clock| room.ban(clock, key, "traitor".into()))
            .unwrap();
        world.run_for(5 * SEC);
        world.seats[5].honest = false;
        let victim = Author::from(world.seats[2].key.public());
        // Dated before the ban, citing the grant that it had.
        let clock = last.draft.clock + 1;
        let ban = Body::Ban {
            target: victim,
            reason: String::new(),
            cut: Vec::new(),
        };
        let bad = forge(&world, 5, last.draft.seq + 1, last.id, clock, grant, ban);
        let worse = forge(
            &world,
            5,
            last.draft.seq + 2,
            bad.id,
            clock + 1,
            grant,
            text("I was here before"),
        );
        world.inject(5, 1, push(&[bad, worse]));
        world.run_for(60 * SEC);
        hold(&world);
        for at in 0..5 {
            let rules = &world.room(at).state().rules;
            assert_eq!(
                (rules.role(victim), rules.role(key)),
                (Role::None, Role::Outcast)
            );
            assert!(!world.texts(at).contains(&"I was here before".into()));
        }
    });
}

#[test]
fn nobody_makes_itself_more_than_it_is() {
    with_seeds(8, |seed| {
        let mut world = room_with_a_traitor(seed);
        let last = own(&world, 5).last().unwrap().clone();
        let founder = Author::from(world.seats[0].key.public());
        let me = Author::from(world.seats[5].key.public());
        let create = world.room(0).log().ordered().next().unwrap().id;
        let cut: Vec<Cut> = Vec::new();
        let tries = [
            Body::Role {
                target: me,
                role: Role::Owner,
                cut: cut.clone(),
            },
            Body::Role {
                target: founder,
                role: Role::None,
                cut: cut.clone(),
            },
            Body::Ban {
                target: founder,
                reason: String::new(),
                cut: cut.clone(),
            },
            Body::Moderated {
                on: true,
                cut: cut.clone(),
            },
            Body::Kick {
                target: founder,
                reason: String::new(),
            },
            Body::Announcement {
                text: "listen to me".into(),
            },
            Body::Poll {
                question: "am I king?".into(),
                answers: vec!["yes".into(), "of course".into()],
            },
            Body::Create {
                nonce: "mine".into(),
                name: "my room".into(),
                members_only: true,
                moderated: true,
            },
        ];
        let (mut previous, mut seq, mut clock) = (last.id, last.draft.seq, last.draft.clock);
        world.seats[5].honest = false;
        let mut all = Vec::new();
        for body in tries {
            (seq, clock) = (seq + 1, clock + 1);
            // Whatever it cites.
            let grant = [EntryId::default(), create, previous][seq as usize % 3];
            let entry = forge(&world, 5, seq, previous, clock, grant, body);
            previous = entry.id;
            all.push(entry);
        }
        world.inject(5, 1, push(&all));
        world.run_for(60 * SEC);
        hold(&world);
        for at in 0..5 {
            let state = world.room(at).state();
            assert_eq!(state.rules.role(me), Role::None);
            assert_eq!(state.rules.role(founder), Role::Founder);
            assert!(!state.rules.moderated && !state.rules.members_only && state.polls.is_empty());
            assert_eq!(state.name, "lecture");
            assert!(!world.texts(at).contains(&"listen to me".into()));
        }
    });
}

#[test]
fn forged_oversized_reordered_and_unknown_entries() {
    with_seeds(8, |seed| {
        let mut world = room_with_a_traitor(seed);
        let last = own(&world, 5).last().unwrap().clone();
        world.seats[5].honest = false;
        let (seq, clock) = (last.draft.seq, last.draft.clock);
        let a = forge(
            &world,
            5,
            seq + 1,
            last.id,
            clock + 1,
            EntryId::default(),
            Body::Unknown(b"{\"kind\":\"hologram\"}".to_vec()),
        );
        let b = forge(
            &world,
            5,
            seq + 2,
            a.id,
            clock + 2,
            EntryId::default(),
            text("after the unknown"),
        );
        // The signature of somebody else's words.
        let mut forged = b.octets().to_vec();
        let at = forged.len() - 70;
        forged[at] ^= 1;
        let forged: Vec<Arc<[u8]>> = (0..20).map(|_| forged.clone().into()).collect();
        world.inject(
            5,
            1,
            Packet::Entries {
                start: None,
                reply: false,
                whole: true,
                entries: forged,
            },
        );
        // The later one first.
        world.inject(5, 1, push(std::slice::from_ref(&b)));
        world.inject(5, 1, push(&[a, b]));
        world.run_for(60 * SEC);
        hold(&world);
        for at in 0..5 {
            assert!(
                world.texts(at).contains(&"after the unknown".into()),
                "{at}"
            );
        }
        assert!(world.troubles(1).iter().any(|what| what.contains("forged")));
        let draft = last.draft.clone();
        let big = Draft {
            body: Body::Unknown(vec![b'x'; MAX_ENTRY]),
            ..draft
        };
        assert!(Entry::sign(&world.seats[5].key, big).is_err());
    });
}

#[test]
fn a_flood_is_slowed_down_and_everybody_else_is_heard() {
    with_seeds(2, |seed| {
        let mut world = room_with_a_traitor(seed);
        let last = own(&world, 5).last().unwrap().clone();
        world.seats[5].honest = false;
        let (mut previous, seq, clock) = (last.id, last.draft.seq, last.draft.clock);
        let mut flood = Vec::new();
        for n in 1..=3000u32 {
            let entry = forge(
                &world,
                5,
                seq + n,
                previous,
                clock + u64::from(n),
                EntryId::default(),
                text("noise"),
            );
            previous = entry.id;
            flood.push(entry);
        }
        for chunk in flood.chunks(200) {
            world.inject(5, 1, push(chunk));
        }
        world.run_for(SEC);
        let taken = world
            .texts(1)
            .iter()
            .filter(|text| *text == "noise")
            .count();
        assert!(taken < 1000, "{taken} at once");
        assert!(
            world
                .troubles(1)
                .iter()
                .any(|what| what.contains("more than a room can carry"))
        );
        world.say(2, "can you hear me").unwrap();
        world.run_for(SEC);
        for at in [0, 1, 3, 4] {
            assert!(world.texts(at).contains(&"can you hear me".into()), "{at}");
        }
        // The moderator sends it out, and its flood with it.
        let key = Author::from(world.seats[5].key.public());
        world
            .act(0, |room, clock| room.ban(clock, key, "flood".into()))
            .unwrap();
        world.run_for(60 * SEC);
        hold(&world);
    });
}

#[test]
fn not_even_all_hubs_together_can_hide_somebody_for_long() {
    with_seeds(8, |seed| {
        let mut world = World::new(seed, 40, false, false);
        world.everybody_joins();
        let victim = 39;
        let me = Author::from(world.seats[victim].key.public());
        let hubs = world.room(5).hubs().to_vec();
        assert_eq!(hubs.len(), 3);
        for hub in hubs {
            let hub = world.seats.iter().position(|seat| seat.jid == hub);
            let hub = &mut world.seats[hub.unwrap()];
            (hub.withholds, hub.lies, hub.honest) = (Some(me.0), true, false);
        }
        // Nobody has a stream any more with those whom it met when it came in.
        for at in 0..40 {
            world.reset_links(at);
        }
        world.run_for(10 * SEC);
        let id = world.say(victim, "let me be heard").unwrap();
        world.run_for(20 * SEC);
        let heard = |world: &World| {
            let honest = world.honest();
            let has = |at: &&usize| world.room(**at).log().get(&id).is_some();
            (honest.iter().filter(has).count(), honest.len())
        };
        assert_eq!(heard(&world).0, 1, "nobody hides anything");
        let all = |world: &World| heard(world).0 == heard(world).1;
        assert!(world.run_until(400 * SEC, all), "{:?}", heard(&world));
        hold(&world);
    });
}

#[test]
fn a_hub_that_withholds_one_author_is_found_out_by_the_second() {
    with_seeds(8, |seed| {
        let mut world = World::new(seed, 22, false, false);
        world.everybody_joins();
        let victim = 21;
        let me = Author::from(world.seats[victim].key.public());
        // Every hub could be somebody's primary: one of them withholds.
        let hub = world.room(5).hubs()[seed as usize % 3].clone();
        let hub = world.seats.iter().position(|seat| seat.jid == hub).unwrap();
        world.seats[hub].withholds = Some(me.0);
        world.seats[hub].honest = false;
        let id = world.say(victim, "let me be heard").unwrap();
        let all = |world: &World| {
            world
                .honest()
                .iter()
                .all(|at| world.room(*at).log().get(&id).is_some())
        };
        assert!(world.run_until(25 * SEC, all), "hidden for good");
        world.run_for(100 * SEC);
        hold(&world);
    });
}

#[test]
fn whose_cable_is_out_again_and_again_is_not_accused() {
    with_seeds(8, |seed| {
        let mut world = World::new(seed, 22, false, false);
        world.everybody_joins();
        let hubs = world.room(5).hubs().to_vec();
        let mut doubted = 0;
        for round in 0..12 {
            let hub = &hubs[round % 3];
            let hub = world.seats.iter().position(|seat| seat.jid == *hub);
            world.unplug(hub.unwrap(), 4500 * MS);
            let id = world.say(10 + round, &format!("word {round}")).unwrap();
            world.run_for(4 * SEC);
            // Those who rely on it have it by somebody else, unless the hub is the speaker's own.
            let heard = |at: &&usize| world.room(**at).log().get(&id).is_some();
            doubted += usize::from(world.living().iter().filter(heard).count() > 11);
            // Until it is relied on again.
            world.run_for(66 * SEC);
        }
        assert!(doubted > 4, "{doubted}");
        for at in world.living() {
            let told = world.troubles(at);
            assert!(told.is_empty(), "{at} accuses somebody: {told:?}");
        }
        hold(&world);
    });
}

fn pull() -> Packet {
    Packet::Pull {
        since: Since::Clock(0),
        vector: Vec::new(),
        back: true,
    }
}

#[test]
fn whoever_is_not_in_hears_nothing_of_what_is_said() {
    with_seeds(8, |seed| {
        let mut world = World::new(seed, 6, seed.is_multiple_of(2), false);
        for at in 1..5 {
            let member = Author::from(world.seats[at].key.public());
            world
                .act(0, |room, clock| room.set_role(clock, member, Role::Member))
                .unwrap();
            world.join(at, &[0]);
            world.run_for(20 * MS);
        }
        world.run_for(8 * SEC);
        let (left, banned) = (3, 4);
        world.act(left, |room, clock| room.leave(clock));
        let key = Author::from(world.seats[banned].key.public());
        world
            .act(0, |room, clock| room.ban(clock, key, "noise".into()))
            .unwrap();
        // An outsider of a room for members asks for all of it without having asked to come in.
        world.join(5, &[0]);
        world.run_for(10 * SEC);
        // None of them is to have what the others have.
        for outsider in [left, banned, 5] {
            world.seats[outsider].honest = false;
        }
        world.say(1, "among ourselves").unwrap();
        world.run_for(SEC);
        for to in 0..3 {
            world.inject(banned, to, pull());
            if seed.is_multiple_of(2) {
                world.inject(5, to, pull());
            }
        }
        world.run_for(40 * SEC);
        hold(&world);
        assert!(world.texts(2).contains(&"among ourselves".into()));
        let mut deaf = vec![left, banned];
        deaf.extend(seed.is_multiple_of(2).then_some(5));
        for at in deaf {
            assert_eq!(world.texts(at), Vec::<String>::new(), "{at}");
        }
    });
}

#[test]
fn nobody_lets_itself_into_a_room_for_members_and_who_steps_down_stays_in_it() {
    with_seeds(8, |seed| {
        let mut world = World::new(seed, 6, true, false);
        for at in 1..5 {
            let member = Author::from(world.seats[at].key.public());
            world
                .act(0, |room, clock| room.set_role(clock, member, Role::Member))
                .unwrap();
            world.join(at, &[0]);
            world.run_for(20 * MS);
        }
        world.run_for(8 * SEC);
        let (admin, stranger) = (
            world.room(4).me(),
            Author::from(world.seats[5].key.public()),
        );
        world
            .act(0, |room, clock| room.set_role(clock, admin, Role::Admin))
            .unwrap();
        world.run_for(SEC);
        world
            .act(4, |room, clock| room.set_role(clock, admin, Role::Member))
            .unwrap();
        let clock = world.room(0).log().last().unwrap().clock + 1;
        let in_by_itself = Body::Role {
            target: stranger,
            role: Role::Member,
            cut: Vec::new(),
        };
        let none = EntryId::default();
        let first = forge(&world, 5, 1, none, clock, none, in_by_itself);
        let second = forge(&world, 5, 2, first.id, clock + 1, none, text("here I am"));
        world.seats[5].honest = false;
        world.inject(5, 1, push(&[first, second]));
        world.run_for(20 * SEC);
        assert!(world.say(4, "a member still").is_some());
        world.run_for(20 * SEC);
        hold(&world);
        for at in 0..5 {
            assert!(world.room(at).is_inside(), "{at}");
            let rules = &world.room(at).state().rules;
            assert_eq!(
                (rules.role(admin), rules.role(stranger)),
                (Role::Member, Role::None)
            );
            assert_eq!(world.texts(at), ["a member still"], "{at}");
        }
    });
}

#[test]
fn who_never_came_in_has_no_vote_and_nobody_takes_a_name_that_is_in_use() {
    with_seeds(8, |seed| {
        let mut world = World::new(seed, 6, false, false);
        for at in 1..5 {
            world.join(at, &[0]);
            world.run_for(20 * MS);
        }
        world.run_for(8 * SEC);
        let question = Body::Poll {
            question: "tea?".into(),
            answers: vec!["yes".into(), "no".into()],
        };
        let poll = world.write(0, question).unwrap();
        world.run_for(2 * SEC);
        world.write(2, Body::Vote { poll, answer: 0 }).unwrap();
        let nick = "guest3".to_owned();
        world.write(1, Body::Nick { nick }).unwrap();
        let clock = world.room(0).log().last().unwrap().clock + 1;
        let none = EntryId::default();
        let vote = forge(
            &world,
            5,
            1,
            none,
            clock,
            none,
            Body::Vote { poll, answer: 1 },
        );
        world.seats[5].honest = false;
        world.inject(5, 1, push(&[vote]));
        world.run_for(30 * SEC);
        hold(&world);
        for at in 0..5 {
            let poll = &world.room(at).state().polls[&poll];
            assert_eq!((poll.closed, poll.counts()), (false, vec![1, 0]));
        }
        let open = world.room(2).log().last().unwrap().clock + 1;
        let result = world.room(0).state().polls[&poll].counts();
        world.write(0, Body::PollClosed { poll, result }).unwrap();
        world.run_for(10 * SEC);
        // Who knows the result votes as if it had been before.
        let last = own(&world, 4).last().unwrap().clone();
        let (seq, vote) = (last.draft.seq + 1, Body::Vote { poll, answer: 1 });
        let late = forge(&world, 4, seq, last.id, open, none, vote);
        world.seats[4].honest = false;
        world.inject(4, 1, push(&[late]));
        world.run_for(20 * SEC);
        for at in 0..4 {
            let poll = &world.room(at).state().polls[&poll];
            assert_eq!((poll.closed, poll.counts()), (true, vec![1, 0]));
        }
        let (taker, owner) = (world.room(1).me(), world.room(3).me());
        for at in 0..5 {
            let state = world.room(at).state();
            let nick = |who| state.occupants[&who].nick.as_str();
            assert_eq!((nick(owner), nick(taker)), ("guest3", "guest3 (2)"));
        }
    });
}

#[test]
fn who_was_not_asked_keeps_nobody_out_and_gives_nobody_a_beginning() {
    with_seeds(8, |seed| {
        let mut world = room_with_a_traitor(seed);
        world.kill(4, false);
        world.seats[4].disk.clear();
        world.seats[4].up = true;
        world.seats[5].honest = false;
        world.join(4, &[0, 1]);
        let base = (own(&world, 0)[0].chain(), 1000, [7; 8]);
        let start = Packet::Entries {
            start: Some((u64::MAX, vec![base])),
            reply: true,
            whole: true,
            entries: Vec::new(),
        };
        world.inject(5, 4, Packet::Refused(Refusal::Banned));
        world.inject(5, 4, start);
        world.run_for(20 * SEC);
        assert!(world.room(4).is_inside());
        world.say(0, "welcome").unwrap();
        world.run_for(20 * SEC);
        hold(&world);
        assert_eq!(world.texts(4), world.texts(0));
    });
}

#[test]
fn what_nobody_would_understand_is_not_written() {
    let mut world = room_with_a_traitor(1);
    let victim = world.room(5).me();
    let long = "o".repeat(40_000);
    let ban = world.act(0, |room, clock| room.ban(clock, victim, long));
    assert_eq!(ban, Err(WriteError::TooLong));
    assert!(!world.room(0).state().rules.is_banned(victim));
}

#[test]
fn who_came_late_is_told_no_other_past_than_everybody_else() {
    with_seeds(8, |seed| {
        let mut world = World::new(seed, 6, false, false);
        for at in [1, 2, 3, 5] {
            world.join(at, &[0]);
            world.run_for(20 * MS);
        }
        world.run_for(8 * SEC);
        for at in [5, 5, 5, 0, 1, 2].into_iter().chain([1; 70]) {
            world.say(at, "long ago").unwrap();
            world.run_for(100 * MS);
        }
        world.join(4, &[0]);
        world.run_for(10 * SEC);
        let chain = own(&world, 5);
        let clock = world.room(0).log().last().unwrap().clock + 1;
        let none = EntryId::default();
        world.seats[5].honest = false;
        let nick = "the founder".to_owned();
        let other = forge(&world, 5, 2, chain[0].id, clock, none, Body::Nick { nick });
        let aloud = forge(
            &world,
            5,
            3,
            other.id,
            clock + 1,
            none,
            text("heard by one"),
        );
        world.inject(5, 4, push(&[other, aloud]));
        world.run_for(120 * SEC);
        hold(&world);
        for at in 0..5 {
            assert!(!world.texts(at).contains(&"heard by one".into()), "{at}");
        }
    });
}
