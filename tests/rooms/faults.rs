//! Scenes of everything that goes wrong, each for many seeds, each ending with all invariants.

use std::collections::BTreeMap;

use balcony::model::room::body::{Body, Role};
use balcony::model::room::engine::Happened;
use balcony::model::room::entry::Author;
use balcony::net::memory::Rng;

use super::checks::{few_copies, hold, same_trace};
use super::with_seeds;
use super::world::{MS, SEC, World};

/// Quiet for long enough that every timer has had its turn.
pub fn rest(world: &mut World) {
    world.run_for(120 * SEC);
}

pub fn chatter(world: &mut World, dice: &mut Rng, lines: usize) {
    for line in 0..lines {
        let living: Vec<usize> = world
            .living()
            .into_iter()
            .filter(|at| world.seats[*at].honest)
            .collect();
        if let Some(at) = living.get(dice.index(living.len())) {
            world.say(*at, &format!("line {line} of {at}"));
        }
        world.run_for(dice.span(&(MS..300 * MS)));
    }
}

fn people(seed: u64) -> usize {
    [2, 3, 4, 5, 8, 12, 17, 20][seed as usize % 8]
}

#[test]
fn everybody_hears_everything_without_too_many_copies() {
    with_seeds(16, |seed| {
        let people = people(seed);
        let mut world = World::new(seed, people, false, false);
        world.everybody_joins();
        world.copies.clear();
        chatter(&mut world, &mut Rng::new(seed), 20);
        world.run_for(10 * SEC);
        let copies: BTreeMap<_, _> = world.copies.clone().into_iter().collect();
        rest(&mut world);
        hold(&world);
        few_copies(&copies, people).unwrap();
        assert_eq!(world.texts(people - 1).len(), 20);
    });
}

#[test]
fn the_same_seed_is_the_same_play() {
    with_seeds(3, |seed| {
        let run = || {
            let mut world = World::new(seed, 6, false, false);
            world.everybody_joins();
            let mut dice = Rng::new(seed);
            troubles(&mut world, &mut dice, 10);
            world.trace
        };
        same_trace(run(), run()).unwrap();
    });
}

/// Kills, restarts, resets, splits, in the middle of talk.
fn troubles(world: &mut World, dice: &mut Rng, count: usize) {
    for _ in 0..count {
        let living = world.living();
        let at = dice.index(world.seats.len());
        match dice.index(7) {
            0 if living.len() > 1 && world.seats[at].room.is_some() => {
                world.kill(at, dice.chance(500))
            }
            1 if world.seats[at].room.is_none() => world.restart(at),
            2 => world.reset_links(at),
            3 => {
                let by = dice.index(world.seats.len());
                world.split(|n| usize::from(n > by));
            }
            4 => world.heal(),
            5 => {
                // A hub says something and dies at once.
                if let Some(first) = living.first().filter(|_| living.len() > 1).copied() {
                    world.say(first, "last words");
                    world.run_for(dice.span(&(MS..4 * MS)));
                    world.kill(first, true);
                }
            }
            _ => {}
        }
        chatter(world, dice, 3);
        let pause = dice.span(&(MS..8 * SEC));
        world.run_for(pause);
    }
    world.heal();
    for at in 0..world.seats.len() {
        if world.seats[at].room.is_none() {
            world.restart(at);
        }
    }
}

#[test]
fn after_any_troubles_all_are_whole_again() {
    with_seeds(60, |seed| {
        let mut world = World::new(seed, people(seed), false, false);
        world.everybody_joins();
        let mut dice = Rng::new(seed ^ 0xACE);
        troubles(&mut world, &mut dice, 12);
        rest(&mut world);
        hold(&world);
    });
}

#[test]
fn a_hub_that_dies_between_the_push_and_passing_on_loses_nothing_and_nobody_waits_long() {
    with_seeds(12, |seed| {
        let mut world = World::new(seed, 24, false, false);
        world.everybody_joins();
        let id = world.say(20, "to the hub").unwrap();
        let micros = world.rng.span(&(MS..3 * MS));
        world.run_for(micros);
        let hub = world.room(20).hubs()[0].clone();
        let hub = world.seats.iter().position(|seat| seat.jid == hub).unwrap();
        world.kill(hub, true);
        let all = |world: &World| {
            world
                .living()
                .iter()
                .all(|at| world.room(*at).log().get(&id).is_some())
        };
        assert!(
            world.run_until(10 * SEC, all),
            "not everybody has it after ten seconds"
        );
        rest(&mut world);
        hold(&world);
    });
}

#[test]
fn all_hubs_die_silently_and_the_talk_goes_on() {
    with_seeds(8, |seed| {
        let mut world = World::new(seed, 20, false, false);
        world.everybody_joins();
        for at in 0..3 {
            world.kill(at, true);
        }
        let mut said = Vec::new();
        for n in 0..10 {
            said.extend(world.say(5 + n, "is anybody here"));
            world.run_for(SEC);
        }
        let all = |world: &World| {
            world.living().iter().all(|at| {
                said.iter()
                    .all(|id| world.room(*at).log().get(id).is_some())
            })
        };
        assert!(world.run_until(60 * SEC, all));
        rest(&mut world);
        hold(&world);
    });
}

#[test]
fn a_ban_on_one_side_of_a_split_and_words_on_the_other() {
    with_seeds(16, |seed| {
        let mut world = World::new(seed, 6, false, false);
        world.everybody_joins();
        let victim = world.room(5).me();
        world.say(5, "before").unwrap();
        world.run_for(5 * SEC);
        world.split(|at| usize::from(at >= 3));
        world.run_for(20 * SEC);
        world
            .act(0, |room, clock| room.ban(clock, victim, "enough".into()))
            .unwrap();
        world.say(5, "behind the cut").unwrap();
        world.say(4, "innocent").unwrap();
        world.run_for(10 * SEC);
        assert!(world.texts(4).contains(&"behind the cut".into()));
        world.heal();
        rest(&mut world);
        hold(&world);
        for at in 0..5 {
            let texts = world.texts(at);
            assert!(
                texts.contains(&"before".into()) && texts.contains(&"innocent".into()),
                "{texts:?}"
            );
            assert!(!texts.contains(&"behind the cut".into()), "{at}: {texts:?}");
        }
        // Let in again, it is heard again.
        world
            .act(0, |room, clock| {
                room.write(clock, Body::Unban { target: victim })
            })
            .unwrap();
        world.run_for(5 * SEC);
        world.act(5, |room, clock| room.enter(clock));
        world.run_for(10 * SEC);
        assert!(world.say(5, "sorry").is_some(), "still out");
        rest(&mut world);
        hold(&world);
        assert!(world.texts(1).contains(&"sorry".into()));
    });
}

#[test]
fn two_admins_who_take_each_other_out_and_an_owner_above_them() {
    with_seeds(16, |seed| {
        let mut world = World::new(seed, 6, false, false);
        world.everybody_joins();
        let keys: Vec<_> = (0..6).map(|at| world.room(at).me()).collect();
        for (at, role) in [(1, Role::Owner), (2, Role::Admin), (3, Role::Admin)] {
            world
                .act(0, |room, clock| room.set_role(clock, keys[at], role))
                .unwrap();
        }
        world.run_for(5 * SEC);
        // One admin cannot touch another.
        assert!(
            world
                .act(2, |room, clock| room.ban(clock, keys[3], String::new()))
                .is_err()
        );
        world.split(|at| usize::from(at >= 3));
        world.run_for(20 * SEC);
        // On one side an owner demotes an admin, on the other that admin bans and names members.
        world
            .act(1, |room, clock| room.set_role(clock, keys[3], Role::None))
            .unwrap();
        world
            .act(3, |room, clock| room.ban(clock, keys[4], String::new()))
            .unwrap();
        world
            .act(3, |room, clock| room.set_role(clock, keys[5], Role::Member))
            .unwrap();
        world.run_for(10 * SEC);
        world.heal();
        rest(&mut world);
        hold(&world);
        let rules = &world.room(0).state().rules;
        assert_eq!(rules.role(keys[3]), Role::None);
        assert_eq!(
            rules.role(keys[4]),
            Role::None,
            "the ban came after the cut"
        );
        assert_eq!(rules.role(keys[5]), Role::None);
        assert_eq!(
            (rules.role(keys[1]), rules.role(keys[2])),
            (Role::Owner, Role::Admin)
        );
        // The room goes on without its founder.
        world.act(0, |room, clock| room.leave(clock));
        world.run_for(3 * SEC);
        world.kill(0, false);
        world
            .act(1, |room, clock| room.set_role(clock, keys[5], Role::Admin))
            .unwrap();
        world.act(4, |room, clock| room.enter(clock));
        world.run_for(10 * SEC);
        assert!(world.say(4, "it goes on").is_some());
        rest(&mut world);
        hold(&world);
        assert_eq!(world.room(2).state().rules.role(keys[5]), Role::Admin);
    });
}

#[test]
fn a_restored_backup_and_clocks_that_are_years_off() {
    with_seeds(24, |seed| {
        let mut world = World::new(seed, people(seed).max(3), false, false);
        let year = 365 * 24 * 3600 * 1000;
        world.seats[1].skew = if seed.is_multiple_of(2) { year } else { -year };
        world.everybody_joins();
        let mut dice = Rng::new(seed);
        chatter(&mut world, &mut dice, 10);
        world.run_for(10 * SEC);
        let backup = world.seats[1].disk.clone();
        world.say(1, "written after the backup").unwrap();
        world.run_for(10 * SEC);
        world.kill(1, false);
        world.seats[1].disk = backup;
        if seed.is_multiple_of(3) {
            // It comes up where nobody can tell it, and writes at once.
            world.split(|at| usize::from(at == 1));
            world.restart(1);
            world.say(1, "alone");
            world.run_for(10 * SEC);
            world.heal();
        } else {
            world.restart(1);
            world.run_for(10 * SEC);
        }
        world.run_for(20 * SEC);
        world.say(1, "back again").unwrap();
        chatter(&mut world, &mut dice, 10);
        rest(&mut world);
        hold(&world);
        for at in world.living() {
            let texts = world.texts(at);
            assert!(
                texts.contains(&"written after the backup".into()),
                "{at}: {texts:?}"
            );
            assert!(texts.contains(&"back again".into()), "{at}: {texts:?}");
        }
    });
}

#[test]
fn leaving_and_coming_back_and_a_joiner_while_a_hub_dies() {
    with_seeds(12, |seed| {
        let mut world = World::new(seed, 18, false, false);
        for at in 1..17 {
            world.join(at, &[0]);
            world.run_for(20 * MS);
        }
        world.run_for(8 * SEC);
        let mut dice = Rng::new(seed);
        chatter(&mut world, &mut dice, 80);
        world.act(3, |room, clock| room.leave(clock));
        world.run_for(2 * SEC);
        world.kill(1, true);
        world.join(17, &[0, 1]);
        chatter(&mut world, &mut dice, 10);
        world.act(3, |room, clock| room.enter(clock));
        rest(&mut world);
        hold(&world);
        assert!(world.room(17).is_inside() && world.room(3).is_inside());
        let (late, all) = (world.texts(17).len(), world.texts(0).len());
        assert!(late >= 50 && late < all, "{late} of {all}");
        // Older ones on demand, until there are no more.
        for _ in 0..10 {
            world.act(17, |room, clock| room.page(clock, 50));
            world.run_for(SEC);
        }
        assert_eq!(world.texts(17), world.texts(0));
    });
}

#[test]
fn a_slow_reader_is_dropped_to_catching_up_and_catches_up() {
    with_seeds(4, |seed| {
        let mut world = World::new(seed, 8, false, false);
        world.everybody_joins();
        let slow = world.seats[7].jid.clone();
        for at in 0..7 {
            world.act(at, |room, clock| room.handle_slow(clock, &slow, true));
        }
        let mut dice = Rng::new(seed);
        chatter(&mut world, &mut dice, 30);
        assert!(world.texts(7).len() < world.texts(0).len());
        for at in 0..7 {
            world.act(at, |room, clock| room.handle_slow(clock, &slow, false));
        }
        rest(&mut world);
        hold(&world);
    });
}

#[test]
fn who_is_sent_out_is_told() {
    with_seeds(4, |seed| {
        let mut world = World::new(seed, 4, false, seed.is_multiple_of(2));
        world.everybody_joins();
        let (three, two) = (world.room(3).me(), world.room(2).me());
        world
            .act(0, |room, clock| room.ban(clock, three, "noise".into()))
            .unwrap();
        world
            .act(0, |room, clock| {
                room.write(
                    clock,
                    Body::Kick {
                        target: two,
                        reason: "pause".into(),
                    },
                )
            })
            .unwrap();
        world.run_for(5 * SEC);
        for (at, expected) in [(3, true), (2, false)] {
            let out = world.seats[at].happened.iter().any(|(_, happened)| {
                matches!(happened, Happened::Out { banned, by: Some(_), .. } if *banned == expected)
            });
            assert!(out, "{at} was not told");
            assert!(!world.room(at).is_inside());
        }
        assert!(world.say(2, "hello?").is_none());
        world.act(2, |room, clock| room.enter(clock));
        world.run_for(10 * SEC);
        assert!(world.room(2).is_inside());
        rest(&mut world);
        hold(&world);
    });
}

#[test]
fn who_came_late_reads_everything_page_by_page_and_hears_everybody_after_a_restart() {
    with_seeds(8, |seed| {
        let mut world = World::new(seed, 5, false, false);
        for n in 0..20 {
            world.say(0, &format!("to myself {n}")).unwrap();
        }
        world.run_for(SEC);
        for at in 1..4 {
            world.join(at, &[0]);
            world.run_for(20 * MS);
        }
        world.run_for(8 * SEC);
        for n in 0..150 {
            world.say(1 + n % 3, &format!("aloud {n}")).unwrap();
            world.run_for(100 * MS);
        }
        world.run_for(5 * SEC);
        world.join(4, &[0, 1]);
        world.run_for(5 * SEC);
        world.kill(4, seed.is_multiple_of(2));
        world.run_for(20 * SEC);
        world.restart(4);
        world.run_for(20 * SEC);
        world.say(0, "do you hear me?").unwrap();
        world.run_for(20 * SEC);
        hold(&world);
        assert_eq!(world.texts(4).last().unwrap(), "do you hear me?");
        assert!(world.texts(4).len() < 100, "{}", world.texts(4).len());
        for _ in 0..12 {
            world.act(4, |room, clock| room.page(clock, 50));
            world.run_for(SEC);
        }
        assert_eq!(world.texts(4), world.texts(0));
        assert_eq!(world.troubles(4), Default::default());
    });
}

#[test]
fn who_comes_when_only_those_are_left_who_came_late_is_let_in_all_the_same() {
    with_seeds(8, |seed| {
        let mut world = World::new(seed, 4, false, true);
        for at in 1..3 {
            let speaker = Author::from(world.seats[at].key.public());
            world
                .act(0, |room, clock| room.set_role(clock, speaker, Role::Admin))
                .unwrap();
        }
        for n in 0..80 {
            world.say(0, &format!("to myself {n}")).unwrap();
            world.run_for(100 * MS);
        }
        world.join(1, &[0]);
        world.run_for(5 * SEC);
        world.join(2, &[0]);
        world.run_for(5 * SEC);
        world.act(0, |room, clock| room.leave(clock));
        world.run_for(2 * SEC);
        world.kill(0, false);
        world.run_for(10 * SEC);
        world.join(3, &[1, 2]);
        world.run_for(20 * SEC);
        assert!(world.room(3).is_inside());
        world.say(1, "welcome").unwrap();
        world.run_for(10 * SEC);
        hold(&world);
        assert_eq!(world.texts(3).last().unwrap(), "welcome");
        let role = |of: usize| world.room(3).state().rules.role(world.room(of).me());
        assert_eq!((role(1), role(2)), (Role::Admin, Role::Admin));
        assert!(world.room(3).state().rules.moderated);
    });
}
