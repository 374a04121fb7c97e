//! Each invariant finds an error that was put into the engine itself. The same scene without the error passes all of them, so
//! that it is the error that is found. (What the checks themselves overlook is tried at the foot of `checks`.)

use std::collections::BTreeMap;

use balcony::model::room::body::{Body, Role};
use balcony::model::room::entry::{Author, EntryId};
use balcony::model::room::fault::Fault;

use super::checks::{CHECKS, few_copies, hold, same_trace, views};
use super::faults::{chatter, rest};
use super::hostile::two_in_one_place;
use super::world::{SEC, World};
use balcony::net::memory::Rng;

/// A scene in which the error shows.
type Scene = fn(u64, Option<Fault>) -> World;

fn talk(seed: u64, people: usize, fault: Option<Fault>) -> World {
    let mut world = World::with_fault(seed, people, false, false, fault);
    world.everybody_joins();
    chatter(&mut world, &mut Rng::new(seed), 10);
    world.run_for(5 * SEC);
    world
}

/// One member does not keep up for a while.
fn slow_reader(seed: u64, fault: Option<Fault>) -> World {
    let mut world = talk(seed, 6, fault);
    let slow = world.seats[5].jid.clone();
    for on in [true, false] {
        for at in 0..5 {
            world.act(at, |room, clock| room.handle_slow(clock, &slow, on));
        }
        if on {
            chatter(&mut world, &mut Rng::new(seed), 20);
        }
    }
    rest(&mut world);
    world
}

/// Both halves of a split network talk, and set the topic.
fn split_talk(seed: u64, fault: Option<Fault>) -> World {
    let mut world = talk(seed, 6, fault);
    world.split(|at| usize::from(at >= 3));
    world.run_for(20 * SEC);
    for (at, text) in [(1, "tea"), (4, "coffee"), (2, "cake")] {
        world.say(at, text);
        world
            .write(at, Body::Subject { text: text.into() })
            .unwrap();
        world.run_for(2 * SEC);
    }
    world.heal();
    rest(&mut world);
    world
}

/// Somebody becomes a moderator, another a member.
fn promotions(seed: u64, fault: Option<Fault>) -> World {
    let mut world = talk(seed, 5, fault);
    for (at, role) in [(1, Role::Admin), (2, Role::Member)] {
        let target = world.room(at).me();
        let set = world.act(0, |room, clock| room.set_role(clock, target, role));
        set.unwrap();
        world.run_for(SEC);
    }
    rest(&mut world);
    world
}

/// Somebody is sent out on one side of a split, and talks on on the other.
fn ban_and_talk(seed: u64, fault: Option<Fault>) -> World {
    let mut world = talk(seed, 6, fault);
    let victim: Author = world.room(5).me();
    world.split(|at| usize::from(at >= 3));
    world.run_for(20 * SEC);
    let ban = world.act(0, |room, clock| room.ban(clock, victim, "enough".into()));
    ban.unwrap();
    world.say(5, "behind the cut");
    world.run_for(10 * SEC);
    world.heal();
    rest(&mut world);
    world
}

/// Somebody speaks and is gone before anything has left.
fn last_words(seed: u64, fault: Option<Fault>) -> World {
    let mut world = talk(seed, 5, fault);
    world.say(4, "nobody hears this").unwrap();
    world.run_for(std::time::Duration::from_micros(900));
    world.kill(4, true);
    rest(&mut world);
    world
}

fn forks(seed: u64, fault: Option<Fault>) -> World {
    let mut world = talk(seed, 6, fault);
    world.say(5, "I am one of you").unwrap();
    world.run_for(5 * SEC);
    two_in_one_place(&mut world);
    rest(&mut world);
    world
}

fn hall(seed: u64, fault: Option<Fault>) -> World {
    let mut world = talk(seed, 24, fault);
    rest(&mut world);
    world
}

fn quiet(seed: u64, fault: Option<Fault>) -> World {
    let mut world = World::with_fault(seed, 8, false, false, fault);
    world.everybody_joins();
    world.copies.clear();
    chatter(&mut world, &mut Rng::new(seed), 20);
    world.run_for(10 * SEC);
    world
}

fn copies(world: &World) -> Result<(), String> {
    let copies: BTreeMap<EntryId, u32> = world.copies.clone().into_iter().collect();
    few_copies(&copies, world.seats.len())
}

/// Finds the error with this check within a few seeds, and nothing without it.
fn finds(check: usize, scene: Scene, fault: Fault) {
    let (name, check) = CHECKS[check];
    let seen = (0..6).any(|seed| {
        hold(&scene(seed, None));
        let world = scene(seed, Some(fault));
        check(&views(&world), &world).is_err()
    });
    assert!(seen, "{name} does not find {fault:?}");
}

#[test]
fn each_invariant_finds_an_error_in_the_engine() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: this build has no seeded errors");
        return;
    }
    let seeded: [(usize, Scene, Fault); 9] = [
        (0, slow_reader, Fault::ForgetsToAsk),
        (1, split_talk, Fault::OrderOfArrival),
        (2, split_talk, Fault::LateIsLast),
        (3, promotions, Fault::OldRoles),
        (4, ban_and_talk, Fault::HearsAll),
        (5, last_words, Fault::DeliveredAtOnce),
        (6, forks, Fault::IgnoresForks),
        (7, split_talk, Fault::HidesLate),
        (8, hall, Fault::HoldsOnToAll),
    ];
    for (check, scene, fault) in seeded {
        finds(check, scene, fault);
    }
    assert_eq!(seeded.len(), CHECKS.len());
    // 10 and 11 look at a whole run.
    copies(&quiet(1, None)).unwrap();
    assert!(copies(&quiet(1, Some(Fault::PassesOnToAll))).is_err());
    let trace = |fault| hall(2, fault).trace;
    same_trace(trace(None), trace(None)).unwrap();
    let dice = Some(Fault::OtherDice);
    assert!(same_trace(trace(dice), trace(dice)).is_err());
}
