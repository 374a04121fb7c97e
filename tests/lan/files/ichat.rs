//! Folders from iChat and Adium: a played old Mac with a real HTTP server.

use std::path::PathBuf;

use serde_json::json;

use super::{LONG, done, no_parts, take, tree};
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON};
use crate::lab::{Lab, need_programs};

#[test]
fn a_folder_of_an_old_mac_comes_over_http_and_goes_on_after_a_break() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    if let Err(why) = need_programs(&["python3"]) {
        let required = std::env::var("BALCONY_LAB").is_ok_and(|value| value == "required");
        assert!(!required, "{why}");
        return eprintln!("skipped: {why}");
    }
    let (forza, mac) = (lab.host("forza"), lab.host("mac"));
    let romeo = balcony(&forza, "romeo").start();
    let mut command = mac.command("python3");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lan/files/ichat.py");
    command.args([script, &mac.ipv4(1)]);
    let anna = Peer::start(&mac, "anna", command);
    anna.event("ready", SOON, |_| true);
    romeo.tell(&json!({"command": "connect", "address": format!("{}:5298", mac.ipv4(1))}));
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
