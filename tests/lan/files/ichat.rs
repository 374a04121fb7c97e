//! Folders from iChat and Adium: a played old Mac with a real HTTP server.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::{LONG, done, no_parts, take, tree};
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON, poll};
use crate::lab::{Host, Lab, need_programs};

/// The old Mac, and what to say to meet it; `None` where it cannot be played.
fn old_mac(mac: &Host) -> Option<(Peer, serde_json::Value)> {
    if let Err(why) = need_programs(&["python3"]) {
        let required = std::env::var("BALCONY_LAB").is_ok_and(|value| value == "required");
        assert!(!required, "{why}");
        eprintln!("skipped: {why}");
        return None;
    }
    let mut command = mac.command("python3");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lan/files/ichat.py");
    command.args([script, &mac.ipv4(1)]);
    let anna = Peer::start(mac, "anna", command);
    anna.event("ready", SOON, |_| true);
    let address = format!("{}:5298", mac.ipv4(1));
    Some((anna, json!({"command": "connect", "address": address})))
}

/// Balcony is ended, or killed, while the file is held back or on its way; meanwhile it may become another one.
#[test]
fn what_comes_from_an_old_mac_outlives_a_restart() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, mac) = (lab.host("forza"), lab.host("mac"));
    let bytes =
        |seed: u32| -> Vec<u8> { (0..3_000_000).map(|at| ((at * seed) >> 3) as u8).collect() };
    for (held, changed) in [(true, false), (true, true), (false, false)] {
        let Some((anna, meet)) = old_mac(&mac) else {
            return;
        };
        let mut romeo = balcony(&forza, "romeo").start();
        romeo.tell(&meet);
        anna.event("met", SOON, |_| true);
        anna.tell(&json!({"command": "letter"}));
        let offer = romeo.event("file-offered", SOON, |_| true).line;
        let received = forza.folder(&format!("received-{held}-{changed}"));
        take(&romeo, &offer, &received);
        let id = offer["transfer"].as_str().unwrap().to_owned();
        poll("some of it to be there", SOON, || {
            let all = fs::read_dir(&received).unwrap();
            let sizes = all.map(|entry| entry.unwrap().metadata().map_or(0, |found| found.len()));
            sizes.max().filter(|bytes| *bytes > 500_000)
        });
        let paused = |event: &serde_json::Value| {
            event["transfer"] == id.as_str() && event["state"] == "paused"
        };
        if held {
            romeo.tell(&json!({"command": "pause-file", "transfer": id}));
            romeo.event("file-state", SOON, paused);
            romeo.quit();
        } else {
            romeo.kill();
        }
        if changed {
            anna.tell(&json!({"command": "another-edition"}));
        }
        romeo = balcony(&forza, "romeo").start();
        romeo.tell(&meet);
        anna.tell(&json!({"command": "flow"}));
        if held {
            // It does not go on by itself.
            assert_eq!(
                fs::read_dir(&received).unwrap().count(),
                2,
                "the part and its state"
            );
            romeo.tell(&json!({"command": "snapshot"}));
            let files = romeo.event("snapshot", SOON, |_| true).line["files"].clone();
            assert!(
                files.as_array().unwrap().iter().any(paused),
                "who asks what there is hears of it: {files}"
            );
            romeo.tell(&json!({"command": "resume-file", "transfer": id, "ref": "on"}));
            romeo.event("done", SOON, |event| event["ref"] == "on");
        }
        let got = done(&romeo, &id, LONG);
        let place = PathBuf::from(got["path"].as_str().unwrap());
        assert!(
            fs::read(&place).unwrap() == bytes(if changed { 11 } else { 7 }),
            "other bytes came"
        );
        let asked: Vec<_> = anna
            .seen()
            .into_iter()
            .filter(|seen| seen.line["event"] == "asked")
            .collect();
        assert_eq!(asked.len(), 2);
        let (range, of) = (&asked[1].line["range"], &asked[1].line["of"]);
        assert!(range.is_string() && *of == "\"first\"", "{}", asked[1].line);
        let told = romeo.seen().iter().any(|seen| {
            let reason = seen.line["reason"].as_str();
            reason.is_some_and(|reason| reason.contains("changed meanwhile"))
        });
        assert_eq!(told, changed);
        assert_eq!(
            fs::read_dir(&received).unwrap().count(),
            1,
            "one file and nothing else"
        );
        romeo.quit();
        // Its port is free for the next one.
        anna.kill();
    }
}

/// Nobody had answered yet when Balcony was ended, or killed.
#[test]
fn what_an_old_mac_offers_can_be_taken_after_a_restart() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, mac) = (lab.host("forza"), lab.host("mac"));
    for killed in [false, true] {
        let Some((anna, meet)) = old_mac(&mac) else {
            return;
        };
        let mut romeo = balcony(&forza, "romeo").start();
        romeo.tell(&meet);
        anna.event("met", SOON, |_| true);
        anna.tell(&json!({"command": "flow"}));
        anna.tell(&json!({"command": "letter"}));
        let offer = romeo.event("file-offered", SOON, |_| true).line;
        if killed {
            romeo.kill();
        } else {
            romeo.quit();
        }
        romeo = balcony(&forza, "romeo").start();
        romeo.tell(&meet);
        romeo.tell(&json!({"command": "snapshot"}));
        let files = romeo.event("snapshot", SOON, |_| true).line["files"].clone();
        let waits = |file: &serde_json::Value| {
            file["transfer"] == offer["transfer"] && file["state"] == "offered"
        };
        assert!(files.as_array().unwrap().iter().any(waits), "{files}");
        let received = forza.folder(&format!("taken-late-{killed}"));
        take(&romeo, &offer, &received);
        let got = done(&romeo, offer["transfer"].as_str().unwrap(), LONG);
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
        let place = PathBuf::from(got["path"].as_str().unwrap());
        assert!(fs::read(&place).unwrap() == bytes, "other bytes came");
        romeo.quit();
        anna.kill();
    }
}

#[test]
fn a_folder_of_an_old_mac_comes_over_http_and_goes_on_after_a_break() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, mac) = (lab.host("forza"), lab.host("mac"));
    let Some((anna, meet)) = old_mac(&mac) else {
        return;
    };
    let romeo = balcony(&forza, "romeo").start();
    romeo.tell(&meet);
    anna.event("met", SOON, |_| true);
    let received = forza.folder("received");
    for (number, way) in ["message", "iq"].into_iter().enumerate() {
        let mark = romeo.mark();
        anna.tell(&json!({ "command": way }));
        let offer = romeo.event_after(mark, "file-offered", SOON, |_| true).line;
        assert_eq!(
            (&offer["name"], &offer["encrypted"], &offer["size"]),
            (&json!("Urlaub"), &json!(false), &json!(600_004))
        );
        take(&romeo, &offer, &received);
        let transfer = offer["transfer"].as_str().unwrap();
        let place = PathBuf::from(done(&romeo, transfer, LONG)["path"].as_str().unwrap());
        let files = tree(&place);
        let names: Vec<_> = files.keys().map(|path| path.to_str().unwrap()).collect();
        assert_eq!(names, ["Größe/empty", "Größe/large", "rose"]);
        let large: Vec<u8> = (0..600_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
        assert_eq!(files[&PathBuf::from("Größe/large")].as_ref(), Some(&large));
        // How many things it holds was told as soon as that was known.
        romeo.event_after(mark, "file-state", SOON, |event| event["folder"] == 3);
        let name = ["Urlaub", "Urlaub (1)"][number];
        assert_eq!(place, received.join(name));
    }
    // What was cut off went on from there.
    anna.event("asked", SOON, |event| {
        event["path"].as_str().unwrap().ends_with("/large") && event["range"].is_string()
    });
    // An iq is answered when it is through; and what is said to be on another computer is nobody's.
    let hears = |word: &str| {
        anna.event("heard", SOON, |event| {
            event["text"].as_str().unwrap().contains(word)
        });
    };
    hears("id='f1'");
    let mark = romeo.mark();
    anna.tell(&json!({"command": "elsewhere"}));
    hears("not-acceptable");
    let offered = romeo
        .seen()
        .iter()
        .skip(mark)
        .any(|seen| seen.line["event"] == "file-offered");
    assert!(!offered);
    no_parts(&received);
}
