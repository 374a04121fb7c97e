//! Files, whatever happens on the way: every one that was taken arrives or fails with a word, and both sides know which.

use std::path::PathBuf;

use balcony::command::Command;
use balcony::event::{File, FileState};
use balcony::net::memory::{Fault, HostId};
use balcony::node::sim::Sim;
use balcony::wire::jid::Jid;

use super::stage::{Lovers, MS, Partner, SEC, lovers, story, with_seeds};

fn send(sim: &mut Sim, from: HostId, to: &Jid, name: &str) -> PathBuf {
    let path = PathBuf::from(format!("/home/{name}"));
    if let Some(disk) = sim.disk(from) {
        disk.files.insert(path.clone(), vec![0; 1000].into());
    }
    let command = Command::SendFile {
        to: to.clone(),
        path: path.clone(),
    };
    sim.command(from, command);
    path
}

/// The files that somebody sees in this state.
fn in_state(sim: &Sim, host: HostId, outgoing: bool, state: FileState) -> Vec<String> {
    all(sim, host)
        .filter(|file| file.outgoing == outgoing && file.state == state)
        .map(|file| file.transfer.clone())
        .collect()
}

fn all(sim: &Sim, host: HostId) -> impl Iterator<Item = &File> {
    sim.model(host)
        .into_iter()
        .flat_map(|model| model.files.values())
}

/// Takes whatever is offered, and goes on with what was held back by who then died.
fn take_all(sim: &mut Sim, host: HostId, path: &str) {
    for transfer in in_state(sim, host, false, FileState::Offered) {
        let path = Some(PathBuf::from(path));
        sim.command(host, Command::AcceptFile { transfer, path });
    }
}

fn release_all(sim: &mut Sim, host: HostId) {
    for outgoing in [true, false] {
        for transfer in in_state(sim, host, outgoing, FileState::Paused) {
            sim.command(host, Command::ResumeFile { transfer });
        }
    }
}

/// Name, state and reason of each, for comparing and for the message of a failed assertion.
fn fates(sim: &Sim, host: HostId) -> Vec<(String, bool, FileState, Option<String>)> {
    let fate = |file: &File| {
        (
            file.name.clone(),
            file.outgoing,
            file.state,
            file.reason.clone(),
        )
    };
    let mut fates: Vec<_> = all(sim, host).map(fate).collect();
    fates.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    fates
}

fn told(play: &Lovers) -> String {
    let (sim, romeo, juliet) = (&play.sim, play.romeo, play.juliet);
    format!(
        "romeo: {:?}\njuliet: {:?}\n{}\n{}\n{}",
        fates(sim, romeo),
        fates(sim, juliet),
        story(sim, romeo),
        story(sim, juliet),
        sim.replay()
    )
}

/// Something goes wrong, or one of the two changes their mind for a moment.
fn trouble(play: &mut Lovers) {
    let other = play.rng.chance(500);
    let (host, to) = match other {
        true => (play.romeo, play.juliet_jid.clone()),
        false => (play.juliet, play.romeo_jid.clone()),
    };
    let sim = &mut play.sim;
    let span = play.rng.span(&(MS..4 * SEC));
    match play.rng.index(5) {
        0 => {
            sim.inflict(Fault::Kill(host));
            sim.run_for(span);
            sim.inflict(Fault::Restart(host));
        }
        1 => {
            sim.kill_after(host, play.rng.index(12) as u32);
            sim.run_for(span);
            sim.defuse(host);
            sim.inflict(Fault::Restart(host));
        }
        2 => {
            let running = [true, false].map(|out| in_state(sim, host, out, FileState::Running));
            for transfer in running.concat() {
                sim.command(host, Command::PauseFile { transfer });
            }
            sim.run_for(span);
            release_all(sim, host);
        }
        3 => {
            sim.inflict(Fault::Partition(vec![vec![play.romeo], vec![play.juliet]]));
            sim.run_for(span * 10);
            sim.inflict(Fault::Heal);
        }
        _ => sim.command(host, Command::Close { to }),
    }
}

fn is_all_over(sim: &Sim, hosts: [HostId; 2]) -> bool {
    hosts
        .iter()
        .all(|host| all(sim, *host).all(|file| file.state.is_over()))
}

/// Time passes until nothing is open; both take what is offered.
fn settle(play: &mut Lovers) {
    let hosts = [play.romeo, play.juliet];
    for _ in 0..1200 {
        play.sim.run_for(500 * MS);
        for host in hosts {
            take_all(&mut play.sim, host, "/received");
            release_all(&mut play.sim, host);
        }
        if is_all_over(&play.sim, hosts) {
            break;
        }
    }
    // Nothing that is over comes back.
    play.sim.run_for(60 * SEC);
}

#[test]
fn every_file_arrives_through_kills_cuts_pauses_and_lost_words() {
    with_seeds(40, |seed| everything_arrives(seed, false));
}

/// Neither can connect to the other for files: they go through the stream.
#[test]
fn behind_two_walls_every_file_arrives_through_the_stream() {
    with_seeds(40, |seed| everything_arrives(seed, true));
}

fn everything_arrives(seed: u64, walls: bool) {
    let mut play = lovers(seed, Partner::Ours);
    let (romeo, juliet) = (play.romeo, play.juliet);
    for host in [romeo, juliet] {
        play.sim.wall(host, walls);
    }
    let mut paths = Vec::new();
    let (to_juliet, to_romeo) = (play.juliet_jid.clone(), play.romeo_jid.clone());
    for number in 0..4 {
        let there = send(&mut play.sim, romeo, &to_juliet, &format!("there-{number}"));
        paths.push((juliet, there));
    }
    // Both dial at once, in some seeds.
    for number in 0..2 {
        let back = send(&mut play.sim, juliet, &to_romeo, &format!("back-{number}"));
        paths.push((romeo, back));
    }
    play.sim.run_for(50 * MS);
    for _ in 0..6 {
        for _ in 0..play.rng.index(20) {
            play.sim.run_for(100 * MS);
            take_all(&mut play.sim, juliet, "/received");
            take_all(&mut play.sim, romeo, "/received");
        }
        trouble(&mut play);
        // The wall comes down, or is put up, in the middle.
        if walls && play.rng.chance(200) {
            let host = if play.rng.chance(500) { romeo } else { juliet };
            let up = play.rng.chance(500);
            play.sim.wall(host, up);
        }
    }
    settle(&mut play);
    for (host, path) in &paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_it = |one: &&(HostId, PathBuf)| one.0 == *host && one.1 == *path;
        let taken = play.sim.taken().iter().filter(is_it).count();
        // Also of who is killed between the last byte and the memory of it.
        assert_eq!(taken, 1, "{name}\n{}", told(&play));
        for host in [romeo, juliet] {
            let mut here = all(&play.sim, host).filter(|file| file.name == name);
            let state = here.next().map(|file| file.state);
            assert_eq!(state, Some(FileState::Done), "{name}\n{}", told(&play));
            assert!(here.next().is_none(), "{name} twice\n{}", told(&play));
        }
    }
}

#[test]
fn a_declined_or_cancelled_file_ends_on_both_sides_with_a_word() {
    with_seeds(60, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        let (romeo, juliet, to) = (play.romeo, play.juliet, play.juliet_jid.clone());
        send(&mut play.sim, romeo, &to, "unwanted");
        let offered = |sim: &Sim| !in_state(sim, juliet, false, FileState::Offered).is_empty();
        assert!(play.sim.run_until(10 * SEC, 10 * MS, offered));
        // What was offered is on her disk.
        play.sim.run_for(20 * MS);
        // Declined at once, or taken and cancelled at any later moment.
        if play.rng.chance(700) {
            take_all(&mut play.sim, juliet, "/received");
            play.a_moment(3 * SEC);
        }
        // In the dark, in some seeds: the other one is away, or cannot be reached.
        let (who, other) = match play.rng.chance(500) {
            true => (romeo, juliet),
            false => (juliet, romeo),
        };
        let dark = play.rng.index(3);
        match dark {
            0 => play.sim.inflict(Fault::Kill(other)),
            1 => play
                .sim
                .inflict(Fault::Partition(vec![vec![romeo], vec![juliet]])),
            _ => {}
        }
        play.a_moment(20 * SEC);
        let ids: Vec<String> = all(&play.sim, who)
            .map(|file| file.transfer.clone())
            .collect();
        let open = all(&play.sim, who).all(|file| !file.state.is_over());
        for transfer in ids {
            play.sim.command(who, Command::CancelFile { transfer });
        }
        let killed = play.rng.chance(300);
        if killed {
            let effects = play.rng.index(6) as u32;
            play.sim.kill_after(who, effects);
            play.a_moment(5 * SEC);
            play.sim.defuse(who);
            play.sim.inflict(Fault::Kill(who));
            play.sim.run_for(SEC);
            play.sim.inflict(Fault::Restart(who));
        }
        play.sim.inflict(Fault::Restart(other));
        play.sim.inflict(Fault::Heal);
        if killed {
            // It may have died before its own disk knew of the word: its user is asked again, and may take it now.
            settle(&mut play);
        } else {
            play.sim.run_for(120 * SEC);
        }
        let both = is_all_over(&play.sim, [romeo, juliet]);
        assert!(both, "{}", told(&play));
        play.sim.run_for(30 * SEC);
        let fates = [fates(&play.sim, romeo), fates(&play.sim, juliet)].concat();
        assert_eq!(fates.len(), 2, "{}", told(&play));
        for (_, _, state, reason) in &fates {
            assert!(
                *state == FileState::Done || reason.is_some(),
                "{}",
                told(&play)
            );
        }
        // A word that came when the last byte had arrived changes nothing for who has the file.
        if open && play.sim.taken().is_empty() {
            assert!(
                fates.iter().all(|fate| fate.2 == FileState::Failed),
                "{}",
                told(&play)
            );
        }
    });
}

#[test]
fn what_is_offered_to_who_is_here_is_looked_at_once() {
    let mut play = lovers(1, Partner::Ours);
    let (romeo, juliet, to) = (play.romeo, play.juliet, play.juliet_jid.clone());
    let offers = |sim: &Sim| in_state(sim, juliet, false, FileState::Offered).len();
    // The first one waits for a stream, and may be another one when there is one.
    let first = send(&mut play.sim, romeo, &to, "first");
    assert!(
        play.sim
            .run_until(10 * SEC, 10 * MS, |sim| offers(sim) == 1)
    );
    assert_eq!(play.sim.looked(), [first.clone(), first.clone()]);
    let second = send(&mut play.sim, romeo, &to, "second");
    assert!(
        play.sim
            .run_until(10 * SEC, 10 * MS, |sim| offers(sim) == 2)
    );
    assert_eq!(play.sim.looked(), [first.clone(), first, second]);
}

#[test]
fn offers_without_end_cost_a_bounded_amount_and_talk_goes_on() {
    with_seeds(2, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        let (romeo, juliet, to) = (play.romeo, play.juliet, play.juliet_jid.clone());
        for number in 0..300 {
            send(&mut play.sim, romeo, &to, &format!("flood-{number}"));
            if number % 10 == 0 {
                play.sim.run_for(2 * SEC);
            }
        }
        play.sim.run_for(60 * SEC);
        let offered = in_state(&play.sim, juliet, false, FileState::Offered).len();
        assert_eq!(offered, balcony::model::transfer::MOST_OFFERS);
        assert_eq!(all(&play.sim, juliet).count(), offered);
        play.juliet_says("enough");
        let heard = |sim: &Sim| sim.heard(romeo).iter().any(|(_, body)| body == "enough");
        assert!(play.sim.run_until(20 * SEC, 10 * MS, heard));
    });
}
