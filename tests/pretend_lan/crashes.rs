//! kill -9 and power cuts at any moment, on either side: what was on disk arrives, once and in order.

use balcony::event::MessageState;
use balcony::net::memory::{Fault, HostId};
use balcony::node::sim::legacy::Make;

use super::stage::{Lovers, MS, Partner, SEC, fates, lovers, story, with_seeds};

const LINES: usize = 12;

/// Twelve lines from Romeo to Juliet, with one crash of `victim` somewhere in between and a return a while later.
fn crash_in_between(seed: u64, victim: impl Fn(&Lovers) -> HostId) -> Lovers {
    let mut play = lovers(seed, Partner::Ours);
    let victim = victim(&play);
    let crash_before = play.rng.index(LINES);
    for line in 0..LINES {
        if line == crash_before {
            play.a_moment(3 * MS);
            // A power cut may take what its user wrote some milliseconds ago: for that there is the storm.
            let fault = if play.rng.chance(500) || victim == play.romeo {
                Fault::Kill(victim)
            } else {
                Fault::PowerOff(victim)
            };
            play.sim.inflict(fault);
            play.a_moment(if seed.is_multiple_of(3) {
                20 * SEC
            } else {
                SEC
            });
            play.sim.inflict(Fault::Restart(victim));
        }
        play.romeo_says(&format!("{line:02}"));
        play.a_moment(5 * MS);
    }
    play.sim.run_for(180 * SEC);
    play
}

#[test]
fn the_receiver_crashes() {
    with_seeds(150, |seed| {
        let mut play = crash_in_between(seed, |play| play.juliet);
        let all: Vec<String> = (0..LINES).map(|line| format!("{line:02}")).collect();
        assert_eq!(play.juliet_has(), all, "{}", story(&play.sim, play.romeo));
        let fates = fates(&play.sim, play.romeo);
        assert!(
            fates
                .iter()
                .all(|(_, state)| *state == MessageState::Delivered),
            "{fates:?}"
        );
    });
}

#[test]
fn the_sender_crashes() {
    with_seeds(150, |seed| {
        let mut play = crash_in_between(seed, |play| play.romeo);
        // What the user saw as queued was on disk; the last lines before the crash may not have got so far.
        let queued: Vec<String> = fates(&play.sim, play.romeo)
            .into_iter()
            .map(|(body, _)| body)
            .collect();
        assert!(
            queued.len() >= LINES / 2 && queued.is_sorted(),
            "{queued:?}"
        );
        assert_eq!(
            play.juliet_has(),
            queued,
            "{}",
            story(&play.sim, play.juliet)
        );
    });
}

#[test]
fn both_crash_and_both_come_back() {
    with_seeds(60, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        let mut down: Option<HostId> = None;
        for line in 0..30 {
            play.romeo_says(&format!("{line:02}"));
            play.a_moment(200 * MS);
            match down.take() {
                Some(host) => play.sim.inflict(Fault::Restart(host)),
                None if play.rng.chance(300) => {
                    let host = if play.rng.chance(500) {
                        play.romeo
                    } else {
                        play.juliet
                    };
                    play.sim
                        .inflict(if play.rng.chance(500) || host == play.romeo {
                            Fault::Kill(host)
                        } else {
                            Fault::PowerOff(host)
                        });
                    down = Some(host);
                }
                None => {}
            }
        }
        play.sim.inflict(Fault::Restart(play.romeo));
        play.sim.inflict(Fault::Restart(play.juliet));
        play.sim.run_for(240 * SEC);
        let queued: Vec<String> = fates(&play.sim, play.romeo)
            .into_iter()
            .map(|(body, _)| body)
            .collect();
        assert_eq!(
            play.juliet_has(),
            queued,
            "{}",
            story(&play.sim, play.romeo)
        );
        assert!(queued.len() > 10);
    });
}

#[test]
fn a_full_disk_is_said_and_nothing_is_shown_that_is_not_kept() {
    with_seeds(20, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        play.sim.disk(play.romeo).unwrap().full = true;
        play.romeo_says("not kept");
        play.sim.run_for(5 * SEC);
        assert_eq!(
            fates(&play.sim, play.romeo),
            [("not kept".to_owned(), MessageState::Failed)]
        );
        assert!(play.juliet_heard().is_empty());
        play.sim.disk(play.romeo).unwrap().full = false;
        // The other way round: Juliet's disk is full for a while; Romeo's message comes when there is room again.
        play.sim.disk(play.juliet).unwrap().full = true;
        play.romeo_says("kept later");
        play.sim.run_for(10 * SEC);
        play.sim.disk(play.juliet).unwrap().full = false;
        play.sim.run_for(120 * SEC);
        assert_eq!(
            play.juliet_heard(),
            ["kept later"],
            "{}",
            story(&play.sim, play.juliet)
        );
        assert_eq!(
            fates(&play.sim, play.romeo).last().unwrap().1,
            MessageState::Delivered
        );
    });
}

#[test]
fn what_pidgin_was_told_is_not_told_again_after_a_restart() {
    with_seeds(12, |seed| {
        let mut play = lovers(seed, Partner::Other(Make::Libpurple));
        play.romeo_says("once");
        // Believed to have arrived, or not yet.
        let (wait, expected) = if seed.is_multiple_of(2) {
            (20 * SEC, MessageState::Sent)
        } else {
            (SEC, MessageState::Uncertain)
        };
        play.sim.run_for(wait);
        play.sim.inflict(Fault::Kill(play.romeo));
        play.sim.run_for(SEC);
        play.sim.inflict(Fault::Restart(play.romeo));
        play.sim.run_for(60 * SEC);
        assert_eq!(
            play.juliet_heard(),
            ["once"],
            "{}",
            story(&play.sim, play.romeo)
        );
        let to = play.juliet_jid.clone();
        let kept = &play.sim.disk(play.romeo).unwrap().conversations[&to][0];
        assert_eq!(kept.state, Some(expected), "what the history says of it");
    });
}

#[test]
fn of_several_that_come_at_once_to_a_full_disk_none_is_shown() {
    with_seeds(10, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        play.sim.disk(play.juliet).unwrap().full = true;
        for line in ["1", "2", "3"] {
            play.romeo_says(line);
        }
        play.sim.run_for(10 * SEC);
        assert!(play.juliet_heard().is_empty(), "{:?}", play.juliet_heard());
        play.sim.disk(play.juliet).unwrap().full = false;
        play.sim.run_for(120 * SEC);
        assert_eq!(play.juliet_heard(), ["1", "2", "3"]);
    });
}

#[test]
fn what_became_of_a_message_is_kept_when_the_disk_takes_something_again() {
    with_seeds(10, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        play.romeo_says("hello");
        let (romeo, to) = (play.romeo, play.juliet_jid.clone());
        play.sim
            .run_until(SEC, MS, |sim| !fates(sim, romeo).is_empty());
        play.sim.disk(romeo).unwrap().full = true;
        play.sim.run_for(3 * SEC);
        assert_eq!(
            fates(&play.sim, romeo),
            [("hello".to_owned(), MessageState::Delivered)]
        );
        play.sim.disk(romeo).unwrap().full = false;
        play.sim.run_for(20 * SEC);
        let kept = &play.sim.disk(romeo).unwrap().conversations[&to][0];
        assert_eq!(kept.state, Some(MessageState::Delivered));
    });
}
