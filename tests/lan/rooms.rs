//! Rooms between real processes with real mDNS and real streams: killed, cut off, split in two, and whole again.
//!
//! Six of them with one of each trouble, or as many as one likes for as long as one likes:
//!
//! ```text
//! BALCONY_ROOM=30 BALCONY_ROOM_SECONDS=300 BALCONY_ROOM_SEED=1 cargo test --test lan rooms -- --nocapture
//! ```
//!
//! What must hold at the end is what the simulator holds (`tests/rooms/checks.rs`), seen from outside: everybody has the same
//! messages in the same order, each once; everything that an author was shown as its own is among them; everybody says the
//! same of members, ranks, nicks and the topic.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::lab::headless::balcony;
use crate::lab::lines::Seen;
use crate::lab::peer::{Peer, SOON, poll};
use crate::lab::{Host, Lab};

const LONG: Duration = Duration::from_secs(90);
/// Whoever was cut off when others came hears of them when their records are refreshed, and may look around once a minute.
const SEEN_AGAIN: Duration = Duration::from_secs(180);
/// Where the cables of the other half end while the switch is split.
const OTHER_LAN: u8 = 2;

struct Member {
    host: Host,
    name: String,
    peer: Peer,
    /// Its cable is out.
    cut: bool,
    /// It is on the other half of the switch.
    apart: bool,
}

/// A room of real processes, and what was said in it.
struct Hall {
    all: Vec<Member>,
    room: String,
    /// What authors were shown as their own: that is on their disks, and must be everywhere at the end.
    said: Vec<String>,
    subject: String,
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(usual)
}

impl Hall {
    fn new(lab: &Lab, count: usize) -> Hall {
        let hosts: Vec<Host> = (0..count).map(|n| lab.host(&format!("seat{n}"))).collect();
        let start = |(n, host): (usize, Host)| {
            let name = format!("guest{n}");
            let peer = balcony(&host, &name).start();
            Member {
                host,
                name,
                peer,
                cut: false,
                apart: false,
            }
        };
        let all: Vec<Member> = hosts.into_iter().enumerate().map(start).collect();
        all[0]
            .peer
            .tell(&json!({"command": "room-create", "name": "hall"}));
        let joined = all[0].peer.event("room-joined", SOON, |_| true);
        let room = joined.line["room"].as_str().unwrap().to_owned();
        for member in &all[1..] {
            // It is advertised by who is in it.
            poll("the room is advertised", LONG, || {
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
        let hall = Hall {
            all,
            room,
            said: Vec::new(),
            subject: String::new(),
        };
        hall.all_list_each_other();
        hall
    }

    /// Says that, and waits until the author itself is shown it: from then on it must not be lost.
    fn say(&mut self, at: usize, text: &str) {
        let peer = &self.all[at].peer;
        peer.tell(&json!({"command": "room-send", "room": self.room, "body": text}));
        peer.event("room-message", LONG, |line| line["body"] == text);
        self.said.push(text.to_owned());
    }

    /// Who can hear this one shows that.
    fn hears(&self, at: usize, text: &str) {
        self.all[at]
            .peer
            .event("room-message", LONG, |line| line["body"] == text);
    }

    fn kill(&mut self, at: usize) {
        let member = &mut self.all[at];
        member.peer.kill();
        member.peer = balcony(&member.host, &member.name).start();
        // It is in again by itself.
        member.peer.event("room-joined", LONG, |_| true);
    }

    fn pull(&mut self, at: usize) {
        self.all[at].host.pull_cable("eth0");
        self.all[at].cut = true;
    }

    fn split(&mut self, half: &BTreeSet<usize>) {
        for at in half {
            self.all[*at].host.replug_uplink("eth0", OTHER_LAN);
            self.all[*at].apart = true;
        }
    }

    /// All cables in, the switch whole.
    fn mend(&mut self) {
        for member in &mut self.all {
            if std::mem::take(&mut member.apart) {
                member.host.mend_uplink("eth0");
            }
            if std::mem::take(&mut member.cut) {
                member.host.plug_cable("eth0");
            }
        }
    }

    fn all_list_each_other(&self) {
        let count = self.all.len();
        for member in &self.all {
            member
                .peer
                .until("all members, here", SEEN_AGAIN, |seen, _| {
                    let members = members(seen);
                    let here = members.iter().filter(|one| one["here"] == true);
                    (members.len() == count && here.count() == count).then_some(())
                });
        }
    }

    /// Everything that this one has, in the room's order, by the room's history.
    fn history(&self, member: &Member) -> Vec<(String, String)> {
        let mut lines: Vec<(String, String)> = Vec::new();
        loop {
            let before = lines.first().map(|(id, _)| id.clone());
            let mark = member.peer.mark();
            let ask = json!({"command": "room-history", "room": self.room, "limit": 500, "before": before});
            member.peer.tell(&ask);
            let page = member
                .peer
                .event_after(mark, "room-history", SOON, |_| true)
                .line;
            let text = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
            let page: Vec<(String, String)> = page["messages"]
                .as_array()
                .unwrap()
                .iter()
                .map(|line| (text(line, "id"), text(line, "body")))
                .filter(|(id, _)| lines.iter().all(|(known, _)| known != id))
                .collect();
            if page.is_empty() {
                return lines;
            }
            lines.splice(0..0, page);
        }
    }

    /// See the module's documentation.
    fn holds(&mut self) {
        self.mend();
        self.all_list_each_other();
        self.say(1, "the end");
        for at in 0..self.all.len() {
            self.hears(at, "the end");
        }
        // Who was told of it last may still be catching up on what was said before it.
        let first = poll("everybody has the same", LONG, || {
            let first = self.history(&self.all[0]);
            self.all[1..]
                .iter()
                .all(|member| self.history(member) == first)
                .then_some(first)
        });
        let bodies: Vec<&str> = first.iter().map(|(_, body)| body.as_str()).collect();
        let once: BTreeSet<&&str> = bodies.iter().collect();
        assert_eq!(
            once.len(),
            bodies.len(),
            "something is there twice: {bodies:?}"
        );
        for text in &self.said {
            assert!(
                once.contains(&text.as_str()),
                "“{text}” was taken and is lost: {bodies:?}"
            );
        }
        let told = |member: &Member| {
            let seen = member.peer.seen();
            let mut members: Vec<String> = members(&seen)
                .iter()
                .map(|one| {
                    format!(
                        "{} {} {} {}",
                        one["fingerprint"], one["nick"], one["affiliation"], one["role"]
                    )
                })
                .collect();
            members.sort();
            (members, subject(&seen))
        };
        poll(
            "everybody says the same of members and the topic",
            LONG,
            || {
                let first = told(&self.all[0]);
                self.all[1..]
                    .iter()
                    .all(|member| told(member) == first)
                    .then_some(())
            },
        );
        assert_eq!(told(&self.all[0]).1, self.subject);
        for member in &self.all {
            let troubles: Vec<Value> = member
                .peer
                .seen()
                .into_iter()
                .filter(|seen| seen.line["event"] == "room-trouble")
                .map(|seen| seen.line)
                .collect();
            assert!(
                troubles.is_empty(),
                "{} accuses somebody: {troubles:?}",
                member.name
            );
        }
    }
}

/// Who is in the room, as this one said last.
fn members(seen: &[Seen]) -> Vec<Value> {
    let kinds = ["room-members", "room-joined"];
    let latest = seen
        .iter()
        .rev()
        .find(|seen| kinds.iter().any(|kind| seen.line["event"] == *kind));
    latest.map_or_else(Vec::new, |seen| {
        seen.line["members"].as_array().unwrap().clone()
    })
}

fn subject(seen: &[Seen]) -> String {
    let kinds = ["room-subject", "room-joined"];
    let latest = seen
        .iter()
        .rev()
        .find(|seen| kinds.iter().any(|kind| seen.line["event"] == *kind));
    latest.map_or_else(String::new, |seen| {
        seen.line["subject"].as_str().unwrap().to_owned()
    })
}

#[test]
fn a_room_of_real_processes_survives_kills_cables_and_a_split() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let count = usize::try_from(setting("BALCONY_ROOM", 6)).unwrap().max(6);
    let mut hall = Hall::new(&lab, count);
    for n in 0..count {
        hall.say(n, &format!("hello from {n}"));
    }
    for at in 0..count {
        for n in 0..count {
            hall.hears(at, &format!("hello from {n}"));
        }
    }
    // One is killed, one has its cable pulled; the others go on.
    hall.all[1].peer.kill();
    hall.pull(2);
    hall.say(0, "who is left");
    hall.say(2, "cut off");
    hall.hears(3, "who is left");
    hall.mend();
    hall.kill(1);
    for at in 0..count {
        hall.hears(at, "cut off");
    }
    // The switch falls in two: each half goes on for itself, with the founder in one of them.
    hall.split(&(3..count).collect());
    hall.say(0, "in the first half");
    hall.say(3, "in the other half");
    hall.hears(1, "in the first half");
    hall.hears(count - 1, "in the other half");
    if count > 6 {
        troubles(&mut hall);
    }
    hall.subject = "whole again".into();
    hall.mend();
    hall.all[0]
        .peer
        .tell(&json!({"command": "room-subject", "room": hall.room, "subject": hall.subject}));
    hall.holds();
}

/// Minutes of it. A seed decides who does what to whom; what the clock makes of it must not matter.
fn troubles(hall: &mut Hall) {
    let (seconds, seed) = (
        setting("BALCONY_ROOM_SECONDS", 300),
        setting("BALCONY_ROOM_SEED", 1),
    );
    let mut dice = seed;
    let mut roll = |below: usize| {
        // SplitMix64, as everywhere in the simulators.
        dice = dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % below as u64).unwrap()
    };
    let (begun, count) = (Instant::now(), hall.all.len());
    let (mut turn, mut kills, mut cables, mut splits) = (0, 0, 0, 0);
    while begun.elapsed() < Duration::from_secs(seconds) {
        turn += 1;
        let at = roll(count);
        match roll(8) {
            0 | 1 if !hall.all[at].cut => {
                hall.kill(at);
                kills += 1;
            }
            2 | 3 if hall.all.iter().filter(|one| one.cut).count() < count / 5 => {
                hall.pull(at);
                cables += 1;
            }
            4 if hall.all.iter().all(|one| !one.apart) => {
                let half: BTreeSet<usize> = (0..count / 2).map(|_| roll(count)).collect();
                hall.split(&half);
                splits += 1;
            }
            5 => hall.mend(),
            _ => {}
        }
        // Somebody speaks, wherever it is; now and then several at once.
        for part in 0..=roll(3) {
            let speaker = roll(count);
            hall.say(speaker, &format!("turn {turn}, part {part}"));
        }
    }
    println!(
        "{count} processes, seed {seed}: {turn} turns in {:?}, {kills} killed, {cables} cables pulled, {splits} splits, {} messages",
        begun.elapsed(),
        hall.said.len()
    );
}
