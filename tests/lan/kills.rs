//! kill -9 at random moments of either process, with twenty messages each way around each kill; a process that is stopped
//! for half a minute; and a cable that is out for a while in the middle of a talk.
//!
//! `BALCONY_KILLS=200` does as many kills as the promise was made with; a few are enough to notice that it broke.
//! A wall clock that is set back is in the pretend LAN: a network namespace shares the machine's clock.

use std::time::Duration;

use serde_json::{Value, json};

use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON};
use crate::lab::{Host, Lab};
use crate::{Pair, numbered, send_all, shown_once_in_order};

/// A restart, discovery and what waited.
const LONG: Duration = Duration::from_secs(90);
const EACH: usize = 20;

#[test]
fn kill_nine_at_random_moments_of_either_side() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let kills = std::env::var("BALCONY_KILLS").ok();
    let kills: usize = kills.and_then(|kills| kills.parse().ok()).unwrap_or(12);
    let mut pair = Pair::on(&lab);
    pair.talk();
    let mut said = (Vec::new(), Vec::new());
    for round in 0..kills {
        let bodies: Vec<String> = (0..EACH).map(|n| format!("{round:03} {n:02}")).collect();
        let victim_is_romeo = round % 2 == 0;
        // Some of the words fall before the kill, some into it, some after: it is not known which were taken.
        let moment = Duration::from_micros(u64::try_from(round * 7919 % 40_000).unwrap());
        std::thread::scope(|scope| {
            let (romeo, juliet) = (&pair.romeo, &pair.juliet);
            let prefix = format!("k{round}");
            let (to_juliet, to_romeo) = (prefix.clone(), prefix);
            let bodies = &bodies;
            scope.spawn(move || send_all(romeo, "juliet@pronto", &to_juliet, bodies));
            scope.spawn(move || send_all(juliet, "romeo@forza", &to_romeo, bodies));
            // No condition is waited for: the moment is what is tried.
            let begun = std::time::Instant::now();
            while begun.elapsed() < moment {
                std::thread::yield_now();
            }
            let victim = if victim_is_romeo { romeo } else { juliet };
            victim.kill();
        });
        let (host, name) = if victim_is_romeo {
            (&pair.forza, "romeo")
        } else {
            (&pair.pronto, "juliet")
        };
        let victim = if victim_is_romeo {
            &mut pair.romeo
        } else {
            &mut pair.juliet
        };
        let queued = queued(victim);
        // The other one lives: it has taken all.
        if victim_is_romeo {
            said.0
                .extend(bodies.iter().filter(|body| queued.contains(body)).cloned());
            said.1.extend(bodies);
        } else {
            said.1
                .extend(bodies.iter().filter(|body| queued.contains(body)).cloned());
            said.0.extend(bodies);
        }
        restart(victim, host, name);
    }
    for (from, by) in [(&pair.romeo, &pair.juliet), (&pair.juliet, &pair.romeo)] {
        from.send(&by.jid(), "the end", "fence");
        by.event("message-received", LONG, |event| event["body"] == "the end");
    }
    same(&history(&pair.juliet, "romeo@forza"), &said.0, "romeo");
    same(&history(&pair.romeo, "juliet@pronto"), &said.1, "juliet");
}

/// What this one has said to be on its disk, at any time of this life.
fn queued(peer: &Peer) -> Vec<String> {
    let seen = peer.last_words();
    let states = seen.iter().filter(|seen| seen.line["state"] == "queued");
    states
        .filter_map(|seen| seen.line["body"].as_str().map(str::to_owned))
        .collect()
}

fn restart(peer: &mut Peer, host: &Host, name: &str) {
    peer.kill();
    *peer = balcony(host, name).start();
}

/// What was said must be there once and in order. A message that was on its disk before its sender could say so may be there, too.
fn same(there: &[String], said: &[String], of: &str) {
    let mut unique = there.to_vec();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), there.len(), "twice, of {of}: {there:?}");
    let known: Vec<&String> = there.iter().filter(|body| said.contains(body)).collect();
    assert_eq!(known, said.iter().collect::<Vec<_>>(), "of {of}");
    assert!(there.is_sorted(), "order, of {of}: {there:?}");
}

/// The numbered messages of that one in the history here, as a user sees it.
fn history(of: &Peer, with: &str) -> Vec<String> {
    let mut bodies: Vec<String> = Vec::new();
    let mut before = Value::Null;
    for page in 0.. {
        let reference = format!("page {page} with {with}");
        of.tell(&json!({"command": "history", "with": with, "limit": 1000, "before": before, "ref": reference}));
        let answer = of.event("history", SOON, |event| event["ref"] == reference.as_str());
        let messages = answer.line["messages"].as_array().unwrap().clone();
        let numbered = messages
            .iter()
            .filter(|message| message["from"] == with)
            .map(|message| message["body"].as_str().unwrap().to_owned())
            .filter(|body| body.len() == 6 && body.as_bytes()[3] == b' ');
        bodies.splice(0..0, numbered);
        if answer.line["complete"] == true {
            break;
        }
        before = messages[0]["id"].clone();
    }
    bodies
}

#[test]
fn a_stopped_process_loses_nothing_and_goes_on_where_it_was() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    pair.talk();
    let bodies = numbered(30);
    pair.juliet.freeze();
    let mark = pair.romeo.mark();
    send_all(&pair.romeo, "juliet@pronto", "s", &bodies);
    // No condition: a stopped process can say nothing. What it is to survive is the time.
    std::thread::sleep(Duration::from_secs(30));
    let told = pair.romeo.seen().split_off(mark);
    let delivered = |seen: &&crate::lab::lines::Seen| {
        matches!(seen.line["state"].as_str(), Some("delivered" | "displayed"))
    };
    assert_eq!(
        told.iter().filter(delivered).count(),
        0,
        "nobody has read them"
    );
    pair.juliet.thaw();
    shown_once_in_order(&pair.juliet, &pair.romeo, &bodies);
    for number in 0..bodies.len() {
        pair.romeo
            .reaches(&format!("s-{number}"), &["delivered", "displayed"], LONG);
    }
}

#[test]
fn a_cable_that_is_out_for_a_while_in_the_middle_of_a_talk() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    pair.talk();
    let bodies = numbered(40);
    let (first, second) = bodies.split_at(20);
    send_all(&pair.romeo, "juliet@pronto", "a", first);
    send_all(&pair.juliet, "romeo@forza", "a", first);
    pair.pronto.cut_uplink("eth0");
    send_all(&pair.romeo, "juliet@pronto", "b", second);
    send_all(&pair.juliet, "romeo@forza", "b", second);
    // A dead stream is found while there is something to say.
    pair.romeo.event("peer-offline", SOON, |event| {
        event["jid"] == "juliet@pronto"
    });
    pair.pronto.mend_uplink("eth0");
    shown_once_in_order(&pair.juliet, &pair.romeo, &bodies);
    shown_once_in_order(&pair.romeo, &pair.juliet, &bodies);
}
