//! Files whatever happens: cables, kills, firewalls, full disks, files that change.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::{
    LONG, Scene, counted, done, failed, moves, no_parts, offered, send, sha256, take, tree, written,
};
use crate::Pair;
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON, poll};
use crate::lab::{Host, Lab};

/// Pulls the cable, kills the sender, kills the receiver, in turn, while one file is on its way.
#[test]
fn one_file_survives_cables_and_kills() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let received = pronto.folder("received");
    let start = |host: &Host, name: &str| {
        balcony(host, name)
            .with("--accept-files", received.to_str().unwrap())
            .start()
    };
    let (mut romeo, mut juliet) = (start(&forza, "romeo"), start(&pronto, "juliet"));
    romeo.shows("juliet@pronto", SOON, |_| true);
    let mib = counted("BALCONY_FILES_MIB", 24);
    let cuts = counted("BALCONY_FILES_CUTS", 3);
    let path = written(&forza.folder("sent").join("one"), mib << 20);
    // So that the cuts fall into the transfer.
    let rate = counted("BALCONY_FILES_MBIT", 40);
    forza.slow_link("eth0", &format!("{rate}mbit"));
    let loss = counted("BALCONY_FILES_LOSS", 0);
    if loss > 0 {
        forza.lose_percent("eth0", u8::try_from(loss).unwrap());
    }
    let own = send(&romeo, "juliet@pronto", &path);
    let theirs = offered(&juliet, 0)["transfer"].as_str().unwrap().to_owned();
    for cut in 0..cuts {
        // At a place that is another one each time.
        let at = (mib << 20) * cut / (cuts + 1) + 1000 * cut;
        moves(&juliet, 0, &theirs, at);
        match cut % 3 {
            0 => {
                pronto.pull_cable("eth0");
                romeo.misses("juliet@pronto", LONG);
                pronto.plug_cable("eth0");
            }
            1 => {
                romeo.kill();
                romeo = start(&forza, "romeo");
            }
            _ => {
                juliet.kill();
                juliet = start(&pronto, "juliet");
            }
        }
    }
    let got = poll_done(&received.join("one"), LONG * 20);
    assert_eq!(sha256(&got), sha256(&path));
    done(&romeo, &own, LONG);
    no_parts(&received);
    let again = juliet
        .seen()
        .iter()
        .filter(|seen| seen.line["event"] == "file-offered")
        .count();
    assert!(again <= 1, "it was offered as another file");
}

fn poll_done(path: &Path, within: Duration) -> PathBuf {
    poll("the file to be whole", within, || {
        path.exists().then(|| path.to_owned())
    })
}

#[test]
fn a_full_disk_is_told_and_the_file_goes_on_when_there_is_room() {
    let Some(scene) = Scene::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        forza,
        pronto,
    } = &scene.pair;
    let small = pronto.folder("small");
    pronto.sh(&format!(
        "mount -t tmpfs -o size=40m balcony {}",
        small.display()
    ));
    let path = written(&scene.sent.join("x"), 20 << 20);
    let offer = scene.offer(&path);
    // There is room by the numbers, and then somebody else takes it.
    forza.slow_link("eth0", "60mbit");
    take(juliet, &offer.line, &small);
    moves(juliet, 0, &offer.theirs, 1);
    pronto
        .try_sh(&format!(
            "dd if=/dev/zero of={}/hog bs=1M count=39",
            small.display()
        ))
        .ok();
    let stuck = juliet
        .event("file-state", LONG, |event| event["state"] == "paused")
        .line;
    assert!(
        stuck["reason"].as_str().unwrap().contains("full"),
        "{stuck}"
    );
    romeo.event("file-state", LONG, |event| event["state"] == "paused");
    pronto.sh(&format!("rm {}/hog", small.display()));
    juliet.tell(&json!({"command": "resume-file", "transfer": offer.theirs}));
    scene.done(&offer, &path);
    // And what could never fit is not begun.
    let mark = juliet.mark();
    let offer = scene.offer(&written(&scene.sent.join("y"), 60 << 20));
    take(juliet, &offer.line, &small);
    let stuck = juliet
        .event_after(mark, "file-state", LONG, |event| event["state"] == "paused")
        .line;
    assert!(
        stuck["reason"]
            .as_str()
            .unwrap()
            .contains("not enough room"),
        "{stuck}"
    );
}

#[test]
fn a_file_that_is_changed_while_it_is_sent_is_not_taken_for_whole() {
    let Some(scene) = Scene::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        forza,
        ..
    } = &scene.pair;
    forza.slow_link("eth0", "40mbit");
    for change in ["printf more >>", "truncate -s 1000"] {
        let path = written(&scene.sent.join("x"), 20 << 20);
        let offer = scene.begin(&path);
        moves(juliet, 0, &offer.theirs, 1);
        forza.sh(&format!("{change} {}", path.display()));
        let why = failed(romeo, &offer.own);
        assert!(why.contains("changed") || why.contains("shorter"), "{why}");
        failed(juliet, &offer.theirs);
    }
    no_parts(&scene.received);
    for (path, word) in [("/dev/zero", "device"), ("/nowhere", "No such file")] {
        romeo.tell(
            &json!({"command": "send-file", "to": "juliet@pronto", "path": path, "ref": path}),
        );
        let error = romeo
            .event("error", SOON, |event| event["ref"] == path)
            .line;
        assert!(error["message"].as_str().unwrap().contains(word), "{error}");
    }
}

/// Kills the receiver at the moment when a file gets its name; the sender never hears that it was whole.
#[test]
fn a_file_whose_receiver_dies_before_it_remembers_it_comes_once() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let received = pronto.folder("received");
    let start = || {
        balcony(&pronto, "juliet")
            .with("--accept-files", received.to_str().unwrap())
            .start()
    };
    let (romeo, mut juliet) = (balcony(&forza, "romeo").start(), start());
    romeo.shows("juliet@pronto", SOON, |_| true);
    for round in 0..counted("BALCONY_FILES_DEATHS", 4) {
        let name = format!("letter {round}");
        let path = written(&forza.folder("sent").join(&name), 2 << 20);
        // Her last word is the only small one that goes to where files are had.
        let ports =
            [&romeo, &juliet].map(|peer| peer.event("ready", SOON, |_| true).line["port"].clone());
        pronto.sh(&format!(
            "nft -f - <<'END'\ntable inet deaf {{ chain out {{ type filter hook output priority 0; \
             tcp sport != {1} tcp dport != {0} meta length 70-100 drop; }}; }}\nEND",
            ports[0], ports[1]
        ));
        let own = send(&romeo, "juliet@pronto", &path);
        let place = received.join(&name);
        let until = std::time::Instant::now() + LONG;
        while !place.exists() {
            assert!(std::time::Instant::now() < until, "{name} never came");
            std::hint::spin_loop();
        }
        juliet.kill();
        pronto.sh("nft delete table inet deaf");
        juliet = start();
        done(&romeo, &own, LONG);
        assert_eq!(sha256(&place), sha256(&path));
        let twice = received.join(format!("{name} (1)"));
        assert!(!twice.exists(), "{name} came twice");
    }
    juliet.quit();
    let all = fs::read_dir(&received).unwrap();
    let names: Vec<_> = all.map(|entry| entry.unwrap().file_name()).collect();
    let expected = counted("BALCONY_FILES_DEATHS", 4);
    assert_eq!(names.len() as u64, expected, "{names:?}");
}

/// A firewall that lets in nothing but what mDNS announces.
fn wall(host: &Host, peer: &Peer) {
    let port = peer.event("ready", SOON, |_| true).line["port"].clone();
    host.sh(&format!(
        "nft -f - <<'END'\ntable inet wall {{ chain in {{ type filter hook input priority 0; \
         tcp flags & (syn | ack) == syn tcp dport != {port} drop; }}; }}\nEND"
    ));
}

#[test]
fn behind_firewalls_files_come_the_other_way_or_through_the_stream() {
    let Some(scene) = Scene::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        forza,
        pronto,
    } = &scene.pair;
    let path = written(&scene.sent.join("rose.bin"), 8 << 20);
    // Nobody can connect to the sender: the sender connects to the receiver.
    wall(forza, romeo);
    scene.done(&scene.begin(&path), &path);
    assert!(!romeo.complaints().contains("goes through the stream"));
    // Nor to the receiver: through the stream, and people talk meanwhile.
    wall(pronto, juliet);
    forza.slow_link("eth0", "20mbit");
    let offer = scene.begin(&path);
    moves(juliet, 0, &offer.theirs, 1);
    for number in 0..5 {
        let reference = format!("talk-{number}");
        romeo.send("juliet@pronto", "meanwhile", &reference);
        romeo.reaches(&reference, &["delivered", "displayed"], SOON);
    }
    let over = |event: &Value| event["event"] == "file-done" && event["transfer"] == offer.own;
    assert!(
        !romeo.seen().iter().any(|seen| over(&seen.line)),
        "no talk meanwhile"
    );
    scene.done(&offer, &path);
    assert!(romeo.complaints().contains("goes through the stream"));
    // It goes on where it was, with the hash of what is there.
    let offer = scene.begin(&path);
    moves(juliet, 0, &offer.theirs, 2 << 20);
    pronto.pull_cable("eth0");
    romeo.misses("juliet@pronto", LONG);
    let mark = juliet.mark();
    pronto.plug_cable("eth0");
    let again = juliet.event_after(mark, "file-progress", LONG, |event| {
        event["transfer"] == offer.theirs.as_str()
    });
    assert!(
        again.line["bytes"].as_u64().unwrap() >= 2 << 20,
        "{}",
        again.line
    );
    scene.done(&offer, &path);
    no_parts(&scene.received);
}

#[test]
fn a_large_file_in_a_folder_goes_on_where_it_was() {
    let Some(scene) = Scene::new_or_skip() else {
        return;
    };
    let Pair {
        romeo,
        juliet,
        forza,
        pronto,
    } = &scene.pair;
    let top = scene.sent.join("folder");
    fs::create_dir(&top).unwrap();
    written(&top.join("large"), 16 << 20);
    fs::write(top.join("note"), "rose").unwrap();
    forza.slow_link("eth0", "60mbit");
    let offer = scene.begin(&top);
    moves(juliet, 0, &offer.theirs, 6 << 20);
    pronto.pull_cable("eth0");
    romeo.misses("juliet@pronto", LONG);
    let mark = juliet.mark();
    pronto.plug_cable("eth0");
    let again = juliet.event_after(mark, "file-progress", LONG, |event| {
        event["transfer"] == offer.theirs.as_str()
    });
    assert!(
        again.line["bytes"].as_u64().unwrap() >= 6 << 20,
        "{}",
        again.line
    );
    assert_eq!(tree(&scene.done(&offer, &top)), tree(&top));
    no_parts(&scene.received);
}
