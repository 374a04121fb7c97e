//! The room in figures: a hall of 300 in virtual time.

use std::time::Duration;

use balcony::model::room::entry::EntryId;

use super::checks::hold;
use super::world::{MS, Medium, SEC, World};

fn hall(seed: u64, people: usize) -> World {
    let mut world = World::new(seed, people, false, false);
    for at in 1..people {
        world.join(at, &[0]);
        world.run_for(10_000 * MS / people as u32);
    }
    world
}

/// When the last of those who live had it, after it was written.
fn last_one(world: &World, id: EntryId, written: balcony::wire::time::Moment) -> Option<Duration> {
    let had = world
        .living()
        .into_iter()
        .map(|at| world.seats[at].heard.get(&id).map(|at| at.since(written)));
    had.collect::<Option<Vec<Duration>>>()
        .and_then(|all| all.into_iter().max())
}

fn measure(world: &mut World, messages: usize, pause: Duration) -> Vec<Duration> {
    let mut said = Vec::new();
    for n in 0..messages {
        let at = world.living()[(n * 37) % world.living().len()];
        let text = "x".repeat(300);
        said.push((world.say(at, &text).unwrap(), world.now));
        world.run_for(pause);
    }
    world.run_for(20 * SEC);
    let mut times: Vec<Duration> = said
        .iter()
        .map(|(id, at)| last_one(world, *id, *at).expect("somebody missed it"))
        .collect();
    times.sort();
    times
}

fn people() -> usize {
    std::env::var("BALCONY_HALL")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(60)
}

/// `BALCONY_HALL=300 cargo test --release --test rooms hall -- --nocapture` is the hall of the figures in the documentation; as part of
/// all tests it has 60 seats.
#[test]
fn a_hall_joins_talks_loses_a_tenth_and_is_whole() {
    let people = people();
    let begun = std::time::Instant::now();
    let mut world = hall(300, people);
    assert!(world.run_until(10 * SEC, |world| {
        world
            .living()
            .iter()
            .all(|at| world.room(*at).state().present().count() == people)
    }));
    println!("{people} joined within 10 s; {:?} of ours", begun.elapsed());
    world.run_for(30 * SEC);
    let times = measure(&mut world, 40, 2 * SEC);
    println!(
        "wired: last one p50 {:?}, worst {:?}",
        times[times.len() / 2],
        times[times.len() - 1]
    );
    let sent = (world.sent, world.octets);
    world.run_for(120 * SEC);
    println!(
        "idle: {} packets, {} octets a minute",
        (world.sent - sent.0) / 2,
        (world.octets - sent.1) / 2
    );
    assert!(times[times.len() - 1] <= 15 * MS, "{times:?}");
    world.medium = Medium::Air;
    let times = measure(&mut world, 40, 2 * SEC);
    println!(
        "shared air: last one p50 {:?}, worst {:?}",
        times[times.len() / 2],
        times[times.len() - 1]
    );
    assert!(times[times.len() - 1] <= 520 * MS, "{times:?}");
    world.medium = Medium::Wired;
    silent_death_of_a_tenth(&mut world);
    println!("all of it took {:?} of ours", begun.elapsed());
    hold(&world);
}

#[test]
fn when_all_come_at_once_all_know_of_all_before_anybody_has_to_ask() {
    for seed in 1..=2 {
        let people = 80;
        let mut world = World::new(seed, people, false, false);
        world.run_for(5 * SEC);
        for at in 1..people {
            world.join(at, &[0]);
            world.run_for(2 * MS);
        }
        let begun = world.now;
        let whole = |world: &World| {
            let mut all = world.living().into_iter();
            all.all(|at| world.room(at).state().present().count() == people)
        };
        assert!(world.run_until(10 * SEC, whole), "seed {seed}");
        let took = world.now.since(begun);
        println!("seed {seed}: {took:?}");
        assert!(
            took <= 800 * MS,
            "seed {seed}: {took:?} after the last came"
        );
    }
}

fn silent_death_of_a_tenth(world: &mut World) {
    let people = world.seats.len();
    let hubs: Vec<usize> = world
        .room(0)
        .hubs()
        .iter()
        .map(|jid| {
            world
                .seats
                .iter()
                .position(|seat| seat.jid == *jid)
                .unwrap()
        })
        .collect();
    let mut dead: Vec<usize> = hubs[..2].to_vec();
    dead.extend(
        (0..people)
            .rev()
            .step_by(3)
            .filter(|at| !hubs.contains(at))
            .take(people / 10 - 2),
    );
    for at in dead {
        world.kill(at, true);
    }
    let mut said = Vec::new();
    for n in 0..20 {
        let at = world.living()[(n * 17 + 5) % world.living().len()];
        if let Some(id) = world.say(at, "who is left") {
            said.push((id, world.now));
        }
        world.run_for(SEC);
    }
    world.run_for(40 * SEC);
    let mut worst = Duration::ZERO;
    for (id, at) in &said {
        let last = last_one(world, *id, *at).expect("a living member missed a message");
        worst = worst.max(last);
    }
    println!(
        "a tenth died silently, two hubs among them: the longest that anybody waited is {worst:?}"
    );
    assert!(worst <= 10 * SEC, "{worst:?}");
}
