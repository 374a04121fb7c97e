//! Three hundred in one hall.

use std::time::Instant;

use balcony::command::Command;
use balcony::event::Show;
use balcony::net::memory::{Fault, HostId, Rng, Weather};
use balcony::node::sim::Sim;
use balcony::wire::jid::Jid;

use super::stage::{MS, SEC, heard_from, jid, with_seeds};

fn everybody_sees_everybody(sim: &Sim, all: &[(HostId, Jid)]) -> bool {
    all.iter().all(|(host, _)| {
        let model = sim.model(*host).unwrap();
        model
            .contacts
            .values()
            .filter(|contact| contact.is_online())
            .count()
            == all.len() - 1
    })
}

fn hall(seed: u64, people: usize) -> (Sim, Vec<(HostId, Jid)>) {
    let mut sim = Sim::new(seed);
    let names: Vec<Jid> = (0..people)
        .map(|n| jid(&format!("guest{n}@seat{n}")))
        .collect();
    let all = names
        .into_iter()
        .map(|name| (sim.node(&name), name))
        .collect();
    (sim, all)
}

#[test]
fn three_hundred_find_each_other_within_a_second_and_a_half_and_talk() {
    let begun = Instant::now();
    let (mut sim, all) = hall(300, 300);
    assert!(
        sim.run_until(1500 * MS, 50 * MS, |sim| everybody_sees_everybody(
            sim, &all
        ))
    );
    println!(
        "300 see each other after {:?} of their time, {:?} of ours",
        sim.now(),
        begun.elapsed()
    );
    for (host, name) in all.iter().step_by(10) {
        sim.command(
            *host,
            Command::Status {
                show: Show::Dnd,
                message: format!("{name} listens"),
            },
        );
    }
    let busy = |sim: &Sim, host: HostId| {
        let model = sim.model(host).unwrap();
        model
            .contacts
            .values()
            .filter(|contact| contact.show() == Some(Show::Dnd))
            .count()
    };
    let last = all[299].0;
    assert!(sim.run_until(5 * SEC, 50 * MS, |sim| busy(sim, last) == 30));
    assert!(all.iter().all(|(host, _)| busy(&sim, *host) >= 29));
    println!("presence changed after {:?} of ours", begun.elapsed());
    for (n, (host, _)) in all.iter().enumerate() {
        for (next, line) in [(1, "hello"), (7, "you"), (1, "again")] {
            let to = all[(n + next) % 300].1.clone();
            sim.say(*host, &to, line);
        }
    }
    sim.run_for(5 * SEC);
    for (n, (_, name)) in all.iter().enumerate() {
        assert_eq!(
            heard_from(&sim, all[(n + 1) % 300].0, name),
            ["hello", "again"]
        );
        assert_eq!(heard_from(&sim, all[(n + 7) % 300].0, name), ["you"]);
    }
    println!("all has been said after {:?} of ours", begun.elapsed());
}

#[test]
fn sixty_in_bad_weather_and_falling_apart_are_whole_again_with_all_that_was_said() {
    with_seeds(3, |seed| {
        let (mut sim, all) = hall(seed, 60);
        let mut rng = Rng::new(seed);
        sim.inflict(Fault::Weather(Weather::bad()));
        sim.run_for(5 * SEC);
        let now = sim.now();
        sim.lan.schedule_troubles(seed, now, now + 60 * SEC, 25);
        let mut said: Vec<(usize, usize, String)> = Vec::new();
        for line in 0..300 {
            let (from, to) = (rng.index(60), rng.index(60));
            if from != to {
                let to_jid = all[to].1.clone();
                sim.say(all[from].0, &to_jid, &format!("{line:03}"));
                said.push((from, to, format!("{line:03}")));
            }
            sim.run_for(rng.span(&(MS..400 * MS)));
        }
        assert!(sim.run_until(300 * SEC, SEC, |sim| everybody_sees_everybody(sim, &all)));
        sim.run_for(120 * SEC);
        for from in 0..60 {
            for to in 0..60 {
                let lines = said
                    .iter()
                    .filter(|(f, t, _)| (*f, *t) == (from, to))
                    .map(|(_, _, line)| line);
                let expected: Vec<&String> = lines.collect();
                let heard = heard_from(&sim, all[to].0, &all[from].1);
                assert_eq!(
                    heard.iter().collect::<Vec<_>>(),
                    expected,
                    "{} to {}",
                    all[from].1,
                    all[to].1
                );
            }
        }
        // An hour later nothing has piled up.
        sim.run_for(60 * SEC);
        let before = sim.lan.table_sizes();
        sim.run_for(3600 * SEC);
        assert!(
            sim.lan.table_sizes() <= before + 60,
            "{} grew to {}",
            before,
            sim.lan.table_sizes()
        );
        for (host, _) in &all {
            let (links, waiting, iqs) = sim.core(*host).unwrap().held();
            assert!(
                links <= 59 && waiting == 0 && iqs == 0,
                "{links} {waiting} {iqs}"
            );
        }
    });
}

#[test]
fn the_same_seed_is_the_same_play() {
    let run = |seed| {
        let (mut sim, all) = hall(seed, 12);
        sim.inflict(Fault::Weather(Weather::bad()));
        for n in 0..12 {
            let to = all[(n + 5) % 12].1.clone();
            sim.say(all[n].0, &to, "again");
            sim.run_for(300 * MS);
        }
        sim.run_for(10 * SEC);
        (sim.lan.trace_hash(), sim.lan.delivered())
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5).0, run(6).0);
}
