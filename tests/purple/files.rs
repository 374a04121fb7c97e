//! Files in both directions: sizes and names of all kinds, refusals, and ends in the middle.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON, poll};
use crate::lab::purple::purple;
use crate::{Pair, lab_with_purple, purple_host};

/// For megabytes on a busy machine.
const LONG: Duration = Duration::from_secs(60);

const SIZES: [usize; 5] = [0, 1, 65_536, 65_537, 3 << 20];

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at * 31 + at / 251) as u8).collect()
}

fn written(folder: &Path, name: &str, size: usize) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes(size)).unwrap();
    path
}

/// Offers it and says under which transfer the other one sees it, and the sender's own.
fn offer(from: &Peer, to: &Peer, path: &Path) -> (Value, String) {
    let marks = (from.mark(), to.mark());
    from.tell(&json!({"command": "send-file", "to": to.jid(), "path": path, "ref": "f"}));
    let own = from.event_after(marks.0, "file-state", SOON, |_| true);
    let jid = from.jid();
    let offered = to.event_after(marks.1, "file-offered", SOON, |event| {
        event["from"] == jid.as_str()
    });
    (
        offered.line,
        own.line["transfer"].as_str().unwrap().to_owned(),
    )
}

fn transfer(offered: &Value) -> &str {
    offered["transfer"].as_str().unwrap()
}

fn done(peer: &Peer, transfer: &str) -> Value {
    peer.event("file-done", LONG, |event| event["transfer"] == transfer)
        .line
}

fn failed(peer: &Peer, transfer: &str) -> String {
    let event = peer.event("file-failed", LONG, |event| event["transfer"] == transfer);
    event.line["reason"].as_str().unwrap().to_owned()
}

fn takes(peer: &Peer, offered: &Value, path: &Path) {
    peer.tell(&json!({"command": "accept-file", "transfer": transfer(offered), "path": path}));
}

#[test]
fn files_of_all_sizes_from_libpurple() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    let (theirs, ours) = (pair.pronto.folder("sent"), pair.forza.folder("received"));
    for size in SIZES {
        let path = written(&theirs, "small file ü.bin", size);
        let (offered, own) = offer(juliet, romeo, &path);
        assert_eq!(offered["name"], "small file ü.bin");
        assert_eq!(offered["size"], size);
        assert_eq!(offered["encrypted"], false, "it says so before it starts");
        takes(romeo, &offered, &ours);
        let got = done(romeo, transfer(&offered));
        assert_eq!(
            fs::read(got["path"].as_str().unwrap()).unwrap(),
            bytes(size),
            "{size}"
        );
        // An empty one libpurple sends, and waits for ever for the end of it.
        if size > 0 {
            done(juliet, &own);
        }
    }
    let mut names: Vec<_> = fs::read_dir(&ours)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "small file ü (1).bin",
            "small file ü (2).bin",
            "small file ü (3).bin",
            "small file ü (4).bin",
            "small file ü.bin"
        ]
    );
}

/// What does not fit into libpurple's `int`, by hand: `BALCONY_FILES_GIB=3`. Usually a small one, with holes all the same.
#[test]
fn a_large_file_with_holes_from_libpurple() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    let (theirs, ours) = (pair.pronto.folder("sent"), pair.forza.folder("received"));
    let gib: Option<u64> = std::env::var("BALCONY_FILES_GIB")
        .ok()
        .and_then(|count| count.parse().ok());
    let size = gib.map_or(40 << 20, |gib| gib << 30);
    let path = theirs.join("holes");
    let mut file = fs::File::create(&path).unwrap();
    file.set_len(size).unwrap();
    std::io::Write::write_all(&mut file, b"not everything is nothing").unwrap();
    let (offered, own) = offer(juliet, romeo, &path);
    assert_eq!(offered["size"], size);
    takes(romeo, &offered, &ours);
    let within = LONG * (1 + u32::try_from(size >> 28).unwrap());
    let is_it = |event: &Value| event["transfer"] == transfer(&offered);
    let got = romeo.event("file-done", within, is_it).line;
    juliet.event("file-done", within, |event| {
        event["transfer"] == own.as_str()
    });
    let sum = |path: &Path| {
        let out = std::process::Command::new("sha256sum").arg(path).output();
        String::from_utf8(out.unwrap().stdout).unwrap()[..64].to_owned()
    };
    assert_eq!(got["sha256"], sum(&path));
    assert_eq!(fs::metadata(ours.join("holes")).unwrap().len(), size);
}

#[test]
fn files_of_all_sizes_and_names_to_libpurple() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    let (ours, theirs) = (pair.forza.folder("sent"), pair.pronto.folder("received"));
    let names = [
        "plain",
        "x y&z.txt",
        "Füße 'und' \"文件\".pdf",
        "<b>.html",
        "🌹.png",
    ];
    for (size, name) in [1, 2, 65_536, 65_537, 3 << 20].into_iter().zip(names) {
        let path = written(&ours, name, size);
        let (offered, own) = offer(romeo, juliet, &path);
        assert_eq!(offered["size"], size);
        let place = theirs.join(format!("got-{size}"));
        takes(juliet, &offered, &place);
        done(juliet, transfer(&offered));
        let sent = done(romeo, &own);
        assert_eq!(sent["sha256"].as_str().unwrap().len(), 64);
        // It says so before it has written out what its C library holds back.
        let whole = bytes(size);
        poll(&format!("{name} whole"), SOON, || {
            (fs::read(&place).ok()? == whole).then_some(())
        });
    }
}

#[test]
fn a_name_from_libpurple_stays_in_its_folder() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    let (theirs, ours) = (pair.pronto.folder("sent"), pair.forza.folder("received"));
    for (name, clean) in [
        ("evil\u{202e}gpj.exe", "evilgpj.exe"),
        (".profile", "profile"),
        ("nul", "_nul"),
        ("a:b|c", "a_b_c"),
    ] {
        let path = written(&theirs, name, 10);
        let (offered, _) = offer(juliet, romeo, &path);
        assert_eq!(offered["name"], clean);
        takes(romeo, &offered, &ours);
        let got = done(romeo, transfer(&offered));
        assert_eq!(Path::new(got["path"].as_str().unwrap()), ours.join(clean));
    }
}

#[test]
fn either_side_declines() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    let path = written(&pair.pronto.folder("sent"), "x", 1000);
    let (offered, own) = offer(juliet, romeo, &path);
    romeo.tell(&json!({"command": "cancel-file", "transfer": transfer(&offered)}));
    assert_eq!(failed(romeo, transfer(&offered)), "declined");
    assert_eq!(failed(juliet, &own), "remote");

    let path = written(&pair.forza.folder("sent"), "x", 1000);
    let (offered, own) = offer(romeo, juliet, &path);
    juliet.tell(&json!({"command": "decline-file", "transfer": transfer(&offered)}));
    assert_eq!(failed(romeo, &own), "declined");
    // What comes after it is not touched.
    pair.talk();
}

#[test]
fn either_side_ends_it_in_the_middle() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    // Slow enough that there is a middle.
    pair.forza.slow_link("eth0", "40mbit");
    let moves = |peer: &Peer, transfer: &str| {
        peer.event("file-progress", SOON, |event| {
            event["transfer"] == transfer && event["bytes"].as_u64() > Some(0)
        });
    };
    let ours = pair.forza.folder("received");
    let path = written(&pair.pronto.folder("sent"), "long", 200 << 20);

    let (offered, own) = offer(juliet, romeo, &path);
    takes(romeo, &offered, &ours);
    moves(romeo, transfer(&offered));
    juliet.tell(&json!({"command": "cancel-file", "transfer": own}));
    assert!(failed(romeo, transfer(&offered)).contains("sender"));

    let (offered, own) = offer(juliet, romeo, &path);
    takes(romeo, &offered, &ours);
    moves(romeo, transfer(&offered));
    romeo.tell(&json!({"command": "cancel-file", "transfer": transfer(&offered)}));
    assert_eq!(failed(romeo, transfer(&offered)), "cancelled");
    failed(juliet, &own);

    let theirs = pair.pronto.folder("received").join("got");
    let path = written(&pair.forza.folder("sent"), "long", 200 << 20);
    let (offered, own) = offer(romeo, juliet, &path);
    takes(juliet, &offered, &theirs);
    moves(romeo, &own);
    juliet.tell(&json!({"command": "cancel-file", "transfer": transfer(&offered)}));
    failed(romeo, &own);

    let (offered, own) = offer(romeo, juliet, &path);
    takes(juliet, &offered, &theirs);
    moves(romeo, &own);
    juliet.kill();
    failed(romeo, &own);
    // Nothing half is left of what was ended here.
    let left: Vec<_> = fs::read_dir(&ours)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_libpurple_cannot_take_is_not_offered_to_it() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    pair.talk();
    let ours = pair.forza.folder("sent");
    let (large, empty) = (ours.join("large"), ours.join("empty"));
    fs::write(&empty, b"").unwrap();
    fs::File::create(&large).unwrap().set_len(1 << 31).unwrap();
    for (path, word) in [(&large, "2 GiB"), (&ours, "folders"), (&empty, "empty")] {
        let mark = romeo.mark();
        romeo.tell(&json!({"command": "send-file", "to": "juliet@pronto", "path": path}));
        let event = romeo.event_after(mark, "file-failed", SOON, |_| true);
        assert!(
            event.line["reason"].as_str().unwrap().contains(word),
            "{}",
            event.line
        );
    }
    let offered = juliet
        .seen()
        .iter()
        .any(|seen| seen.line["event"] == "file-offered");
    assert!(!offered);
}

#[test]
fn a_file_waits_for_a_libpurple_that_is_not_here() {
    let Some(lab) = lab_with_purple() else { return };
    let (pronto, _avahi) = purple_host(&lab, "pronto");
    let forza = lab.host("forza");
    let romeo = balcony(&forza, "romeo").start();
    let path = written(&forza.folder("sent"), "letter", 5000);
    romeo.tell(&json!({"command": "send-file", "to": "juliet@pronto", "path": path, "ref": 1}));
    romeo.event("file-state", SOON, |event| {
        event["state"] == "waiting" && event["ref"] == 1
    });
    let juliet = purple(&pronto, "juliet");
    let offered = juliet.event("file-offered", SOON, |_| true).line;
    let place = pronto.folder("received").join("letter");
    takes(&juliet, &offered, &place);
    romeo.event("file-done", SOON, |_| true);
    juliet.event("file-done", SOON, |_| true);
    assert_eq!(fs::read(place).unwrap(), bytes(5000));
}
