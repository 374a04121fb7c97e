//! Rooms between real processes with real mDNS and real streams: killed, cut off, split, and whole again.
//!
//! `BALCONY_ROOM=30 cargo test --test lan rooms` has thirty of them and five minutes of troubles.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON, poll};
use crate::lab::{Host, Lab};

const LONG: Duration = Duration::from_secs(90);

struct Member {
    host: Host,
    name: String,
    peer: Peer,
}

fn people() -> usize {
    std::env::var("BALCONY_ROOM")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(6)
}

/// What this one shows of the room, in the room's order: from the events of its present life.
fn shown(peer: &Peer) -> Vec<String> {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut put = |line: &Value| {
        let (id, body) = (
            line["id"].as_str().unwrap().to_owned(),
            line["body"].as_str().unwrap().to_owned(),
        );
        if let Some(known) = lines.iter_mut().find(|(known, _)| *known == id) {
            known.1 = body;
            return;
        }
        let after = line["after"]
            .as_str()
            .and_then(|after| lines.iter().position(|(known, _)| known == after));
        let at = match (&line["after"], after) {
            (Value::Null, _) => 0,
            (_, Some(at)) => at + 1,
            (_, None) => lines.len(),
        };
        lines.insert(at, (id, body));
    };
    for seen in peer.seen() {
        let event = &seen.line;
        match event["event"].as_str() {
            Some("room-message") => put(event),
            Some("room-joined") => event["messages"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(&mut put),
            _ => {}
        }
    }
    lines.into_iter().map(|(_, body)| body).collect()
}

fn members(peer: &Peer) -> usize {
    let seen = peer.seen();
    let latest = seen
        .iter()
        .rev()
        .find(|seen| seen.line["event"] == "room-members" || seen.line["event"] == "room-joined");
    latest.map_or(0, |seen| seen.line["members"].as_array().unwrap().len())
}

#[test]
fn a_room_of_real_processes_survives_kills_cables_and_a_split() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let count = people();
    let mut all: Vec<Member> = (0..count)
        .map(|n| {
            let host = lab.host(&format!("seat{n}"));
            let name = format!("guest{n}");
            let peer = balcony(&host, &name).start();
            Member { host, name, peer }
        })
        .collect();
    all[0]
        .peer
        .tell(&json!({"command": "room-create", "name": "hall"}));
    let room = all[0].peer.event("room-joined", SOON, |_| true).line["room"]
        .as_str()
        .unwrap()
        .to_owned();
    for member in &all[1..] {
        // It is advertised by who is in it.
        poll("the room is advertised", SOON, || {
            let mark = member.peer.mark();
            member.peer.tell(&json!({"command": "rooms"}));
            let rooms = member.peer.event_after(mark, "rooms", SOON, |_| true).line;
            rooms["rooms"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["room"] == room.as_str())
                .then_some(())
        });
        member
            .peer
            .tell(&json!({"command": "room-join", "room": room}));
        member.peer.event("room-joined", LONG, |_| true);
    }
    for member in &all {
        poll("all are in", LONG, || {
            (members(&member.peer) == count).then_some(())
        });
    }
    let say = |member: &Member, text: &str| {
        member
            .peer
            .tell(&json!({"command": "room-send", "room": room, "body": text}));
    };
    for (n, member) in all.iter().enumerate() {
        say(member, &format!("hello from {n}"));
    }
    all_show(&all, |n| format!("hello from {n}"), count);
    // One is killed, one has its cable pulled; the others go on.
    all[1].peer.kill();
    all[2].host.pull_cable("eth0");
    say(&all[0], "who is left");
    say(&all[2], "cut off");
    all[3]
        .peer
        .event("room-message", LONG, |event| event["body"] == "who is left");
    all[2].host.plug_cable("eth0");
    all[1].peer = balcony(&all[1].host, &all[1].name).start();
    all_show(&all, |n| ["who is left", "cut off"][n].to_owned(), 2);
    if count > 6 {
        troubles(&mut all, &room);
    }
    say(&all[1], "the end");
    all_show(&all, |_| "the end".to_owned(), 1);
    // All show the same in the same order.
    poll("all show the same", LONG, || {
        let first = shown(&all[0].peer);
        let same = all.iter().all(|member| {
            let shown = shown(&member.peer);
            let tail = shown.len().min(first.len()).min(40);
            shown[shown.len() - tail..] == first[first.len() - tail..]
        });
        same.then_some(())
    });
    for member in &all {
        let shown = shown(&member.peer);
        let mut once = shown.clone();
        once.sort();
        once.dedup();
        assert_eq!(
            once.len(),
            shown.len(),
            "something is shown twice: {shown:?}"
        );
    }
}

fn all_show(all: &[Member], text: impl Fn(usize) -> String, count: usize) {
    for member in all {
        poll("all show it", LONG, || {
            let shown = shown(&member.peer);
            (0..count).all(|n| shown.contains(&text(n))).then_some(())
        });
    }
}

/// Minutes of it: who does what to whom is decided by the clock, what must hold does not depend on it.
fn troubles(all: &mut [Member], room: &str) {
    let (begun, mut turn) = (Instant::now(), 0usize);
    while begun.elapsed() < Duration::from_secs(300) {
        turn += 1;
        let (at, other) = (turn * 7 % all.len(), turn * 11 % all.len());
        match turn % 4 {
            0 => {
                all[at].peer.kill();
                all[at].peer = balcony(&all[at].host, &all[at].name).start();
            }
            1 => all[at].host.pull_cable("eth0"),
            2 => all.iter().for_each(|member| member.host.plug_cable("eth0")),
            _ => {}
        }
        let text = json!({"command": "room-send", "room": room, "body": format!("turn {turn}")});
        all[other].peer.tell(&text);
        poll("something is said", LONG, || {
            let all_but = all
                .iter()
                .any(|member| shown(&member.peer).contains(&format!("turn {turn}")));
            all_but.then_some(())
        });
    }
    all.iter().for_each(|member| member.host.plug_cable("eth0"));
}
