//! Cables, addresses, clocks and weather: the conversation goes on.

use balcony::command::Command;
use balcony::event::{Event, MessageState, OfflineReason};
use balcony::net::memory::{Fault, Link, Weather};

use super::stage::{MS, Partner, SEC, fates, lovers, story, with_seeds};

#[test]
fn a_pulled_cable_shows_within_ten_seconds_and_the_message_waits() {
    with_seeds(40, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        play.romeo_says("Good night");
        play.sim.run_for(2 * SEC);
        assert_eq!(play.juliet_heard(), ["Good night"]);
        let pulled = play.sim.now();
        play.sim.inflict(Fault::Link(play.juliet, Link::Silent));
        play.sim.run_for(10 * SEC);
        let gone = play
            .sim
            .events(play.romeo)
            .iter()
            .find_map(|(at, event)| match &**event {
                Event::PeerOffline { reason, .. } if *at > pulled => Some(*reason),
                _ => None,
            });
        assert_eq!(
            gone,
            Some(OfflineReason::Unreachable),
            "{}",
            story(&play.sim, play.romeo)
        );
        play.romeo_says("Parting is such sweet sorrow");
        play.sim.run_for(30 * SEC);
        assert_eq!(fates(&play.sim, play.romeo)[1].1, MessageState::Queued);
        play.sim.inflict(Fault::Link(play.juliet, Link::Up));
        play.sim.run_for(120 * SEC);
        assert_eq!(
            play.juliet_heard(),
            ["Good night", "Parting is such sweet sorrow"],
            "{}",
            story(&play.sim, play.romeo)
        );
    });
}

#[test]
fn a_changed_address_is_followed() {
    with_seeds(40, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        play.romeo_says("1");
        play.sim.run_for(SEC);
        let elsewhere = "10.99.0.7".parse().unwrap();
        play.sim
            .inflict(Fault::Addresses(play.juliet, vec![elsewhere]));
        play.a_moment(SEC);
        play.romeo_says("2");
        play.a_moment(SEC);
        play.juliet_says("a");
        play.sim.run_for(60 * SEC);
        assert_eq!(
            play.juliet_heard(),
            ["1", "2"],
            "{}",
            story(&play.sim, play.romeo)
        );
        assert_eq!(
            play.romeo_heard(),
            ["a"],
            "{}",
            story(&play.sim, play.juliet)
        );
    });
}

#[test]
fn a_goodbye_shows_within_a_second_and_a_return_too() {
    with_seeds(40, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        let left = play.sim.now();
        play.sim.command(play.juliet, Command::Quit);
        play.sim.run_for(1200 * MS);
        let romeo = play.romeo;
        let saw = |play: &super::stage::Lovers, wanted: fn(&Event) -> bool| {
            play.sim
                .events(romeo)
                .iter()
                .any(|(at, event)| *at >= left && wanted(event))
        };
        assert!(saw(&play, |event| matches!(
            event,
            Event::PeerOffline {
                reason: OfflineReason::Goodbye,
                ..
            }
        )));
        play.romeo_says("Where art thou?");
        play.sim.run_for(30 * SEC);
        play.sim.inflict(Fault::Restart(play.juliet));
        play.sim.run_for(2 * SEC);
        assert!(
            saw(&play, |event| matches!(event, Event::PeerOnline { .. })),
            "{}",
            story(&play.sim, romeo)
        );
        assert_eq!(play.juliet_heard(), ["Where art thou?"]);
    });
}

#[test]
fn a_hundred_crossing_messages_in_bad_weather_keep_their_order() {
    with_seeds(30, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        play.sim.inflict(Fault::Weather(Weather::bad()));
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for line in 0..100 {
            if play.rng.chance(500) {
                ours.push(format!("{line:03}"));
                play.romeo_says(&format!("{line:03}"));
            } else {
                theirs.push(format!("{line:03}"));
                play.juliet_says(&format!("{line:03}"));
            }
            play.a_moment(30 * MS);
            if play.rng.chance(30) {
                // Too short for keep-alive to notice, or too long.
                let link = if play.rng.chance(500) {
                    Link::Silent
                } else {
                    Link::Down
                };
                let host = if play.rng.chance(500) {
                    play.romeo
                } else {
                    play.juliet
                };
                let back = play.sim.now() + play.rng.span(&(SEC..12 * SEC));
                play.sim.inflict(Fault::Link(host, link));
                play.sim.lan.schedule(back, Fault::Link(host, Link::Up));
            }
        }
        play.sim.run_for(200 * SEC);
        assert_eq!(
            play.juliet_heard(),
            ours,
            "{}",
            story(&play.sim, play.romeo)
        );
        assert_eq!(
            play.romeo_heard(),
            theirs,
            "{}",
            story(&play.sim, play.juliet)
        );
    });
}

#[test]
fn a_wrong_clock_does_not_disturb_the_talk() {
    with_seeds(20, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        let year = 365 * 24 * 3600 * 1_000_000;
        for (n, jump) in [year, -3 * year, 60 * year, -40 * year]
            .into_iter()
            .enumerate()
        {
            let host = if n % 2 == 0 { play.romeo } else { play.juliet };
            play.sim.inflict(Fault::ClockJump(host, jump));
            play.romeo_says(&n.to_string());
            play.juliet_says(&n.to_string());
            play.sim.run_for(5 * SEC);
        }
        assert_eq!(play.juliet_heard(), ["0", "1", "2", "3"]);
        assert_eq!(play.romeo_heard(), ["0", "1", "2", "3"]);
    });
}

#[test]
fn what_a_person_types_arrives_as_it_was() {
    let long = "O ".repeat(300_000);
    let lines = [
        "a < b && c > d \"quoted\" 'single' ]]>",
        "two\nlines\n\n  and spaces  ",
        "שלום 👩‍👩‍👧‍👦 ñandú 漢字 \u{202e}rtl",
        "&amp; is not &",
        long.as_str(),
    ];
    with_seeds(4, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        for line in lines {
            play.romeo_says(line);
        }
        play.sim.run_for(30 * SEC);
        let heard = play.juliet_heard();
        assert_eq!(heard.len(), lines.len());
        for (heard, said) in heard.iter().zip(lines) {
            // All but the override, which makes text read as what it is not.
            let said = said.replace('\u{202e}', "");
            assert!(
                *heard == said,
                "{} bytes became {}",
                said.len(),
                heard.len()
            );
        }
    });
}
