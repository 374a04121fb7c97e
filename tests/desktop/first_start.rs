//! From nothing to the first message.

use super::desktop::Desktop;
use super::reader::LIST_ITEM;
use super::window::{Window, command, data};
use crate::lab::headless::{BALCONY, balcony};
use crate::lab::peer::SOON;
use crate::lab::{self, Lab};

#[test]
fn a_name_a_part_of_a_name_and_a_message() {
    if lab::or_skip(Desktop::available()).is_none() {
        return;
    }
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let juliet = balcony(&pronto, "juliet").with("--nick", "Juliet").start();
    let desktop = Desktop::start(&forza);
    let window = Window::start(&desktop, &[]);
    window.has_keyboard();
    window.focuses("What should others call you?");

    // Who comes to the same host's network after the question is up is seen; who is being asked is not.
    let mercutio = balcony(&forza, "mercutio").start();
    juliet.shows("mercutio@forza", SOON, |_| true);
    drop(mercutio);
    let known: Vec<String> = juliet
        .here()
        .into_keys()
        .filter(|jid| jid.starts_with("romeo"))
        .collect();
    assert_eq!(
        known,
        Vec::<String>::new(),
        "published before the name was said"
    );
    assert_eq!(window.title(), "Balcony");

    desktop.types("Romeo M.");
    desktop.key("Return");
    juliet.shows("romeo@forza", SOON, |peer| peer["nick"] == "Romeo M.");
    window.reads("Juliet in the list", |screen| {
        screen.has(LIST_ITEM, "Juliet")
    });

    // No click, no shortcut: a part of the name is enough.
    desktop.types("jul");
    window.has_typed("jul");
    desktop.key("Return");
    window.focuses("Message to Juliet");
    window.says("But soft, what light?");
    assert_eq!(
        juliet.receives("romeo@forza", 1, SOON),
        ["But soft, what light?"]
    );
    window.reads("the message as delivered", |screen| {
        screen.says("But soft, what light?")
    });

    juliet.send("romeo@forza", "Ay me!", "answer");
    juliet.reaches("answer", &["delivered", "displayed"], SOON);
    window.reads("the answer", |screen| screen.says("Ay me!"));

    let peers = desktop
        .command(BALCONY)
        .args(["peers", "--json", "--data"])
        .arg(data(&desktop))
        .output()
        .expect("balcony peers");
    let peers: serde_json::Value = serde_json::from_slice(&peers.stdout).expect("JSON");
    assert_eq!(peers[0]["jid"], "juliet@pronto", "{peers}");
    assert_eq!(peers[0]["nick"], "Juliet", "{peers}");
}

#[test]
fn no_display_is_said_in_words() {
    if lab::or_skip(Desktop::available()).is_none() {
        return;
    }
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let forza = lab.host("forza");
    let desktop = Desktop::start_plain(&forza);
    let ended = command(&desktop, &[])
        .env("DISPLAY", ":4711")
        .output()
        .expect("balcony");
    let said = String::from_utf8_lossy(&ended.stderr);
    let complaint = said.lines().last().unwrap_or_default();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(
        complaint.contains("window") && complaint.contains("terminal"),
        "{said}"
    );
    assert!(!said.contains("panicked"), "{said}");
}
