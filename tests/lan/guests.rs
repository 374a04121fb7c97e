//! Somebody else's XMPP library takes part in a room through a member: slixmpp from PyPI, in a virtual environment of its own.

use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::lab::Lab;
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON};

/// The interpreter of an environment with slixmpp in it, made at the first use; or why there is none.
fn python() -> Result<PathBuf, String> {
    let folder = std::env::temp_dir().join("balcony-slixmpp");
    let python = folder.join("bin/python");
    let has = || {
        Command::new(&python)
            .args(["-c", "import slixmpp"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if has() {
        return Ok(python);
    }
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .output()
            .map_err(|error| format!("{program}: {error}"))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    };
    run("python3", &["-m", "venv", &folder.to_string_lossy()])?;
    let pip = folder.join("bin/pip");
    run(
        &pip.to_string_lossy(),
        &[
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "slixmpp",
        ],
    )?;
    if has() {
        Ok(python)
    } else {
        Err("slixmpp does not start".into())
    }
}

#[test]
fn slixmpp_joins_reads_history_and_subject_in_order_speaks_and_is_sent_out() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let python = match python() {
        Ok(python) => python,
        Err(why) if std::env::var("BALCONY_LAB").is_ok_and(|value| value == "required") => {
            panic!("no slixmpp: {why}")
        }
        Err(why) => return println!("skipped: no slixmpp from PyPI: {why}"),
    };
    let (forza, travel) = (lab.host("forza"), lab.host("travel"));
    let romeo = balcony(&forza, "romeo")
        .with("--plaintext", "allow")
        .start();
    let port = romeo.event("ready", SOON, |_| true).line["port"].clone();
    romeo.tell(&json!({"command": "room-create", "name": "hall"}));
    let room = romeo.event("room-joined", SOON, |_| true).line["room"]
        .as_str()
        .unwrap()
        .to_owned();
    romeo.tell(&json!({"command": "room-subject", "room": room, "subject": "balconies"}));
    for text in ["first", "second"] {
        romeo.tell(&json!({"command": "room-send", "room": room, "body": text}));
        romeo.event("room-message", SOON, |event| event["body"] == text);
    }
    romeo.tell(&json!({"command": "room-guests", "room": room, "guests": true, "ref": "open"}));
    romeo.event("done", SOON, |event| event["ref"] == "open");
    let mut command = travel.command(&python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lan/guest.py"));
    command.args([&forza.ipv4(1), &port.to_string(), "romeo@forza", &room]);
    let tourist = Peer::start(&travel, "tourist", command);
    let line = |what: &str| {
        let what = what.to_owned();
        tourist.until(&format!("says {what}"), SOON, |seen, _| {
            seen.iter()
                .find(|seen| seen.line.get(&what).is_some())
                .map(|seen| seen.line.clone())
        })
    };
    assert_eq!(line("items")["items"], json!([room]));
    // The library waits for presences, then ours, then history, then the subject: any other order and this never comes.
    let joined = line("joined");
    assert_eq!(joined["joined"], json!([100, 110]));
    assert_eq!(joined["occupants"], json!(["Tourist", "romeo"]));
    assert_eq!(joined["history"], json!(["first", "second"]));
    assert_eq!(joined["subject"], "balconies");
    let said = romeo
        .event("room-message", SOON, |event| {
            event["body"] == "where is the balcony?"
        })
        .line;
    assert_eq!(said["nick"], "Tourist (via romeo)");
    let heard = tourist.until("hears itself", SOON, |seen, _| {
        let own = seen.iter().find(|seen| seen.line["by"] == "Tourist");
        own.map(|seen| seen.line.clone())
    });
    assert_eq!(heard["heard"], "where is the balcony?");
    assert_eq!(heard["stanza"], said["id"]);
    romeo.tell(&json!({"command": "room-role", "room": room, "nick": "Tourist", "role": "none"}));
    assert!(line("out")["out"].as_array().unwrap().contains(&json!(307)));
}
