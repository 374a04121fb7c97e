//! A crowd on one network: mdns-sd ends, everybody answers for itself, and where few are left it is the other way round.
//! Nobody may see the one or the other.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::ear;
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, poll};
use crate::lab::{Avahi, Host, Lab, or_skip};

/// Enough for a crowd: each of them sees 24 others at least.
const GUESTS: usize = 24;
/// So few guests are left that there is none any more.
const LEFT: usize = 6;
/// More than two dozen programs start and talk at once.
const LATER: Duration = Duration::from_secs(60);

const SERVICE: [&str; 3] = ["_presence", "_tcp", "local"];

/// Does mdns-sd run in this program?
fn has_daemon(peer: &Peer) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", peer.pid())).expect("its threads");
    tasks.flatten().any(|task| {
        let name = std::fs::read_to_string(task.path().join("comm"));
        name.is_ok_and(|name| name.trim() == "mDNS_daemon")
    })
}

/// Waits until all of these answer for themselves, or by mdns-sd.
fn all_answer(peers: &[&Peer], by_mdns_sd: bool) {
    for peer in peers {
        let what = format!("{} to answer by mdns-sd: {by_mdns_sd}", peer.name());
        poll(&what, LATER, || {
            (has_daemon(peer) == by_mdns_sd).then_some(())
        });
    }
}

fn goodbyes(ear: &Peer) -> BTreeSet<String> {
    let seen = ear.seen();
    let heard = seen.iter().map(|seen| &seen.line);
    heard
        .filter(|line| line["event"] == "heard" && line["ttl"] == 0)
        .map(Value::to_string)
        .collect()
}

fn left(peer: &Peer, mark: usize) -> BTreeSet<String> {
    let seen = peer.seen().into_iter().skip(mark);
    seen.filter(|seen| seen.line["event"] == "peer-offline")
        .map(|seen| seen.line["jid"].as_str().unwrap().to_owned())
        .collect()
}

struct Hall {
    guests: Vec<Peer>,
    romeo: Peer,
    juliet: Peer,
    ear: Peer,
}

impl Hall {
    fn of(hosts: &[Host; 2], listener: &Host) -> Hall {
        let ear = ear::listen(listener);
        let guest = |n: usize| {
            balcony(&hosts[n % 2], &format!("guest-{n}"))
                .log("warn")
                .start()
        };
        let hall = Hall {
            guests: (0..GUESTS).map(guest).collect(),
            romeo: balcony(&hosts[0], "romeo").start(),
            juliet: balcony(&hosts[1], "juliet").start(),
            ear,
        };
        for one in hall.all() {
            hall.is_seen_by(one);
        }
        hall
    }

    fn all(&self) -> Vec<&Peer> {
        let guests = self.guests.iter();
        guests.chain([&self.romeo, &self.juliet]).collect()
    }

    fn is_seen_by(&self, one: &Peer) {
        for other in self.all() {
            if other.name() != one.name() {
                one.shows(&other.jid(), LATER, |_| true);
            }
        }
    }
}

#[test]
fn a_crowd_gathers_answers_and_scatters_and_nobody_flickers() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Some(()) = or_skip(Avahi::available()) else {
        return;
    };
    let hosts = [lab.host("forza"), lab.host("pronto")];
    let (listener, desk) = (lab.host("listener"), lab.host("desk"));
    let _avahi = desk.start_avahi();
    let mut hall = Hall::of(&hosts, &listener);
    all_answer(&hall.all(), false);
    assert_eq!(goodbyes(&hall.ear), BTreeSet::new(), "mdns-sd ended aloud");
    for one in hall.all() {
        assert_eq!(
            left(one, 0),
            BTreeSet::new(),
            "{} has seen that",
            one.name()
        );
    }

    plain_dns_is_answered(&hall);
    avahi_finds_all(&hall, &desk);

    // Who comes sees all, and is seen by all.
    let mercutio = balcony(&hosts[0], "mercutio").start();
    hall.is_seen_by(&mercutio);
    for one in hall.all() {
        one.shows("mercutio@forza", LATER, |_| true);
    }

    // Whose name is taken hears so, and takes another one.
    let twin = balcony(&hosts[0], "romeo")
        .data(&hosts[0].folder("twin"))
        .start();
    assert_eq!(twin.jid(), "romeo-1@forza");
    assert_eq!(hall.romeo.jid(), "romeo@forza");
    assert!(twin.quit().success());

    // What changes reaches all.
    hall.romeo
        .tell(&json!({"command": "status", "show": "dnd", "message": "Busy"}));
    for one in hall.all().into_iter().filter(|it| it.name() != "romeo") {
        one.shows("romeo@forza", LATER, |peer| peer["show"] == "dnd");
    }

    hosts[1].change_ipv4("eth0", "10.77.1.99/24");
    let has = |peer: &Value, address: &str| {
        let addresses = peer["addresses"].as_array().unwrap();
        let of = |it: &Value| it.as_str().unwrap().starts_with(address);
        addresses.iter().any(of)
    };
    hall.romeo.shows("juliet@pronto", LATER, |peer| {
        has(peer, "10.77.1.99:") && !has(peer, &hosts[1].ipv4(1))
    });

    // Who leaves says so.
    assert!(mercutio.quit().success());
    for one in hall.all() {
        let offline = one.event("peer-offline", LATER, |it| it["jid"] == "mercutio@forza");
        assert_eq!(offline.line["reason"], "goodbye", "at {}", one.name());
    }
    let said: Vec<String> = goodbyes(&hall.ear).into_iter().collect();
    assert!(said.iter().any(|line| line.contains("mercutio@forza")));

    // Who was killed is missed by whoever wants to write.
    let guest = hall.guests.pop().unwrap();
    guest.kill();
    hall.juliet.send(&guest.jid(), "Are you there?", "question");
    hall.juliet.misses(&guest.jid(), LATER);

    scatters(hall);
}

fn plain_dns_is_answered(hall: &Hall) {
    hall.ear.tell(&json!({"ask": SERVICE, "type": "PTR"}));
    let count = hall.all().len();
    let answers = hall.ear.until("answers of all", LATER, |seen, _| {
        let answers = seen.iter().map(|seen| seen.line.clone());
        let answers: Vec<Value> = answers.filter(|it| it["event"] == "answered").collect();
        (answers.len() >= count).then_some(answers)
    });
    let expected: BTreeSet<String> = hall.all().iter().map(|it| it.jid()).collect();
    let mut names = BTreeSet::new();
    for answer in answers {
        assert_eq!(answer["ours"], true, "{answer}");
        assert!(answer["from"].as_str().unwrap().ends_with(":5353"));
        let records = answer["records"].as_array().unwrap();
        let types: Vec<&str> = records
            .iter()
            .map(|it| it["type"].as_str().unwrap())
            .collect();
        assert_eq!(types, ["PTR", "SRV", "TXT", "A", "AAAA"], "{answer}");
        for record in records {
            assert!(record["ttl"].as_u64().unwrap() <= 10, "{answer}");
            assert_eq!(record["flush"], false, "{answer}");
        }
        let name = records[1]["name"].as_str().unwrap();
        names.extend(
            name.strip_suffix("._presence._tcp.local")
                .map(str::to_owned),
        );
    }
    assert_eq!(names, expected);
}

/// Another program's browser, which has just come and knows nobody.
fn avahi_finds_all(hall: &Hall, desk: &Host) {
    // Semicolons, and names with escapes: `=;eth0;IPv4;romeo\064forza;…;10.77.1.1;5298;"txtvers=1" …`.
    let of = |line: &str, one: &Peer| {
        line.starts_with("=;eth0;IPv4;")
            && line.contains(&format!(";{}\\064", one.name()))
            && line.contains(&one.host.ipv4(1))
            && line.contains("txtvers=1")
    };
    poll("avahi-browse to find all", LATER, || {
        let found = desk.try_sh("avahi-browse -rpt _presence._tcp").ok()?;
        let is_found = |one: &&Peer| found.lines().any(|line| of(line, one));
        hall.all().iter().all(is_found).then_some(())
    });
}

/// Most go, and mdns-sd takes over again at those who stay.
fn scatters(mut hall: Hall) {
    let gone = hall.guests.split_off(LEFT);
    let names: BTreeSet<String> = gone.iter().map(Peer::jid).collect();
    let marks: Vec<usize> = hall.all().iter().map(|one| one.mark()).collect();
    for one in &gone {
        one.tell(&json!({"command": "quit"}));
    }
    for one in &gone {
        assert!(one.end_input().success());
    }
    for one in hall.all() {
        for name in &names {
            one.misses(name, LATER);
        }
    }
    all_answer(&hall.all(), true);
    // Everybody is still found, by mdns-sd now; and what changes reaches all.
    hall.juliet
        .tell(&json!({"command": "status", "show": "away", "message": "Gone to bed"}));
    for one in hall.all().into_iter().filter(|it| it.name() != "juliet") {
        one.shows("juliet@pronto", LATER, |peer| peer["show"] == "away");
    }
    for (one, mark) in hall.all().into_iter().zip(marks) {
        let here = |name: &String| hall.all().iter().any(|it| it.jid() == *name);
        let flickered: Vec<String> = left(one, mark).into_iter().filter(here).collect();
        assert_eq!(flickered, [""; 0], "{} has seen that", one.name());
    }
    for line in goodbyes(&hall.ear) {
        let of_them = hall.all().into_iter().find(|it| line.contains(&it.jid()));
        assert!(of_them.is_none(), "a goodbye of one who stayed: {line}");
    }
}
