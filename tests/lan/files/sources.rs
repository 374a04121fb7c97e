//! One file that two people offer.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{LONG, done, failed, moves, no_parts, offered, send, sha256, take, written};
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON};
use crate::lab::{Host, Lab};

/// Romeo and Benvolio have the file, Juliet is to get it.
struct Three {
    forza: Host,
    mantua: Host,
    pronto: Host,
    romeo: Peer,
    benvolio: Peer,
    juliet: Peer,
}

impl Three {
    fn on(lab: &Lab) -> Three {
        let [forza, mantua, pronto] = ["forza", "mantua", "pronto"].map(|name| lab.host(name));
        let romeo = balcony(&forza, "romeo").start();
        let benvolio = balcony(&mantua, "benvolio").start();
        let juliet = balcony(&pronto, "juliet").start();
        for peer in [&romeo, &benvolio] {
            peer.shows("juliet@pronto", SOON, |_| true);
        }
        Three {
            forza,
            mantua,
            pronto,
            romeo,
            benvolio,
            juliet,
        }
    }

    /// One file at Romeo's, and at Benvolio's under another name.
    fn copies(&self, bytes: u64) -> [PathBuf; 2] {
        let path = written(&self.forza.folder("sent").join("rose.bin"), bytes);
        let copy = self.mantua.folder("sent").join("flower.bin");
        fs::copy(&path, &copy).unwrap();
        [path, copy]
    }

    /// So that what happens falls into the transfer.
    fn slow_links(&self) {
        for host in [&self.forza, &self.mantua] {
            host.slow_link("eth0", "40mbit");
        }
    }
}

fn sent(host: &Host) -> u64 {
    // Of this network namespace: /sys is that of the machine.
    let bytes = host.sh("sed -n 's/^ *eth0: *//p' /proc/net/dev | awk '{print $9}'");
    bytes.trim().parse().unwrap()
}

fn state<'a>(transfer: &'a Value, wanted: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |event| event["transfer"] == *transfer && event["state"] == wanted
}

#[test]
fn when_the_sender_is_killed_the_file_goes_on_from_another_who_offers_it() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let mut three = Three::on(&lab);
    let mib = super::counted("BALCONY_FILES_MIB", 48);
    let [path, copy] = three.copies(mib << 20);
    three.forza.slow_link("eth0", "40mbit");
    let juliet = &three.juliet;
    let received = three.pronto.folder("received");
    send(&three.romeo, "juliet@pronto", &path);
    let first = offered(juliet, 0);
    take(juliet, &first, &received);
    let first = &first["transfer"];
    let mark = juliet.mark();
    let theirs = send(&three.benvolio, "juliet@pronto", &copy);
    // It is the same: he waits behind Romeo, and nothing comes from him.
    let joined = juliet.event_after(mark, "file-state", LONG, |event| {
        event["peer"] == "benvolio@mantua" && event["state"] == "waiting"
    });
    let second = joined.line["transfer"].clone();
    moves(juliet, 0, first.as_str().unwrap(), mib << 19);
    let before = sent(&three.mantua);
    assert!(before < 1 << 20, "{before} bytes came from him already");
    let mark = juliet.mark();
    three.romeo.kill();
    let goes_on = juliet.event_after(mark, "file-state", LONG, |event| {
        event["transfer"] == *first && event["source"] == "benvolio@mantua"
    });
    // It is his turn from the byte where it was.
    assert!(goes_on.line["bytes"].as_u64().unwrap() >= mib << 19);
    let got = done(juliet, first.as_str().unwrap(), LONG);
    assert_eq!(got["sha256"], json!(sha256(&path)));
    assert_eq!(got["path"], json!(received.join("rose.bin")));
    juliet.event_after(mark, "file-done", SOON, |event| event["transfer"] == second);
    done(&three.benvolio, &theirs, LONG);
    let from_him = sent(&three.mantua) - before;
    assert!(
        from_him < (mib << 19) + (4 << 20),
        "{from_him} bytes came from him of a half of {mib} MiB"
    );
    assert_eq!(fs::read_dir(&received).unwrap().count(), 1, "one copy");
    no_parts(&received);
    // The first one hears of it when he is back.
    three.romeo = balcony(&three.forza, "romeo").start();
    three.romeo.until("his file to be done", LONG, |seen, _| {
        seen.iter()
            .any(|seen| seen.line["event"] == "file-done")
            .then_some(())
    });
}

/// What takes a moment only to hash is offered with its hash: nobody has to send for a second before.
#[test]
fn when_the_sender_is_killed_at_once_a_small_file_goes_on_from_another() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let three = Three::on(&lab);
    let [path, copy] = three.copies(3 << 20);
    three.forza.slow_link("eth0", "4mbit");
    let (juliet, received) = (&three.juliet, three.pronto.folder("received"));
    send(&three.romeo, "juliet@pronto", &path);
    let first = offered(juliet, 0);
    let mark = juliet.mark();
    let theirs = send(&three.benvolio, "juliet@pronto", &copy);
    let second = offered(juliet, mark);
    take(juliet, &first, &received);
    juliet.event("file-state", SOON, state(&second["transfer"], "waiting"));
    three.romeo.kill();
    let got = done(juliet, first["transfer"].as_str().unwrap(), LONG);
    assert_eq!(got["sha256"], json!(sha256(&path)));
    done(&three.benvolio, &theirs, LONG);
    assert_eq!(fs::read_dir(&received).unwrap().count(), 1, "one copy");
    // Whoever sent it once offers it with its hash again, however large it is.
    no_parts(&received);
}

#[test]
fn without_a_cable_the_second_one_goes_on_and_a_pause_of_the_first_does_not_stop_it() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let three = Three::on(&lab);
    let [path, copy] = three.copies(24 << 20);
    three.slow_links();
    let (juliet, received) = (&three.juliet, three.pronto.folder("received"));
    let own = send(&three.romeo, "juliet@pronto", &path);
    send(&three.benvolio, "juliet@pronto", &copy);
    let offer = |from: &str| {
        let from = from.to_owned();
        juliet
            .event("file-offered", SOON, move |event| {
                event["from"] == from.as_str()
            })
            .line
    };
    let (first, second) = (offer("romeo@forza"), offer("benvolio@mantua"));
    take(juliet, &first, &received);
    let first = &first["transfer"];
    juliet.event("file-state", LONG, state(&second["transfer"], "waiting"));
    moves(juliet, 0, first.as_str().unwrap(), 2 << 20);
    // He does not want to send now: it comes from the other.
    let mark = juliet.mark();
    three
        .romeo
        .tell(&json!({"command": "pause-file", "transfer": own}));
    juliet.event_after(mark, "file-state", SOON, |event| {
        event["transfer"] == *first && event["source"] == "benvolio@mantua"
    });
    moves(juliet, mark, first.as_str().unwrap(), 6 << 20);
    // He goes on, and then the other one's cable is pulled.
    let mark = juliet.mark();
    three
        .romeo
        .tell(&json!({"command": "resume-file", "transfer": own}));
    moves(juliet, mark, first.as_str().unwrap(), 10 << 20);
    let mark = juliet.mark();
    three.mantua.pull_cable("eth0");
    juliet.event_after(mark, "file-state", LONG, |event| {
        event["transfer"] == *first && event["source"].is_null() && event["state"] == "running"
    });
    let got = done(juliet, first.as_str().unwrap(), LONG);
    assert_eq!(got["sha256"], json!(sha256(&path)));
    assert_eq!(fs::read_dir(&received).unwrap().count(), 1, "one copy");
    done(&three.romeo, &own, LONG);
}

/// What he offers has the hash, and what he sends has not.
#[test]
fn who_changes_the_file_behind_its_hash_does_not_poison_it() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let three = Three::on(&lab);
    let [path, copy] = three.copies(24 << 20);
    three.slow_links();
    let (juliet, received) = (&three.juliet, three.pronto.folder("received"));
    let mut romeo = three.romeo;
    send(&romeo, "juliet@pronto", &path);
    let first = offered(juliet, 0);
    take(juliet, &first, &received);
    let first = &first["transfer"];
    let mark = juliet.mark();
    let theirs = send(&three.benvolio, "juliet@pronto", &copy);
    juliet.event_after(mark, "file-state", LONG, |event| {
        event["peer"] == "benvolio@mantua" && event["state"] == "waiting"
    });
    moves(juliet, 0, first.as_str().unwrap(), 4 << 20);
    let mark = juliet.mark();
    romeo.kill();
    moves(juliet, mark, first.as_str().unwrap(), 8 << 20);
    three.mantua.sh(&format!("printf x >> {}", copy.display()));
    // His program finds it out, or hers does: no word of it being whole.
    failed(&three.benvolio, &theirs);
    assert!(!received.join("rose.bin").exists());
    romeo = balcony(&three.forza, "romeo").start();
    let got = done(juliet, first.as_str().unwrap(), LONG);
    assert_eq!(got["sha256"], json!(sha256(&path)));
    drop(romeo);
}
