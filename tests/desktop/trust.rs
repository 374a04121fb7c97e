//! Somebody shows another key: what the user sees, and how it is decided without a mouse.

use serde_json::json;

use super::desktop::Desktop;
use super::reader::LIST_ITEM;
use super::{Stage, Window};
use crate::lab::headless::balcony;
use crate::lab::peer::SOON;
use crate::lab::{self, Lab};

/// More presses of Tab than there are things to go to.
const MOST_TABS: usize = 80;

#[test]
fn another_key_is_seen_and_decided_with_the_keyboard() {
    let Some(stage) = Stage::new_or_skip() else {
        return;
    };
    let Stage {
        window,
        desktop,
        juliet,
        ..
    } = &stage;
    window.opens("jul", "Juliet");
    window.says("a rose by any other name");
    juliet.receives("romeo@forza", 1, SOON);
    window.reads("the lock", |screen| screen.says("Encrypted"));
    // She has set up her computer anew.
    let pronto = juliet.host.clone();
    juliet.quit();
    let anew = balcony(&pronto, "juliet").data(&pronto.folder("data-anew"));
    let anew = anew.with("--nick", "Juliet").start();
    anew.shows("romeo@forza", SOON, |_| true);
    window.says("is it you?");
    window.reads("the alarm", |screen| {
        screen.says("key than before") && screen.says("Nothing is sent")
    });
    window.picture("keys-changed");
    assert!(anew.bodies_from("romeo@forza").is_empty());
    // Nothing is decided by what one types anyway.
    desktop.key("Return");
    desktop.types("y");
    window.reads("the alarm still", |screen| screen.says("Nothing is sent"));
    assert!(anew.bodies_from("romeo@forza").is_empty());
    let accept = "Accept the new key";
    let reached = (0..MOST_TABS).any(|_| {
        desktop.key("Tab");
        let screen = window.screen();
        screen
            .focus()
            .is_some_and(|focus| focus.starts_with(accept))
    });
    assert!(reached, "{accept} cannot be reached: {}", window.screen());
    desktop.key("Return");
    assert_eq!(anew.receives("romeo@forza", 1, SOON), ["is it you?"]);
    window.reads("no alarm any more", |screen| {
        !screen.says("Nothing is sent")
    });
}

#[test]
fn somebody_with_pidgin_waits_for_an_answer() {
    let lab_and_all = || {
        lab::or_skip(Desktop::available())?;
        lab::or_skip(lab::purple::driver())?;
        Lab::new_or_skip()
    };
    let Some(lab) = lab_and_all() else { return };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let _avahi = pronto.start_avahi();
    let desktop = Desktop::start(&forza);
    let arguments = ["--name", "romeo", "--nick", "Romeo", "--plaintext", "ask"];
    let window = Window::start(&desktop, &arguments);
    let nurse = lab::purple::purple(&pronto, "nurse");
    nurse.shows("romeo@forza", SOON, |_| true);
    window.reads("the nurse in the list", |screen| {
        screen.has(LIST_ITEM, "nurse")
    });
    nurse.send("romeo@forza", "do you hear me?", "first");
    // There is no field to write into before the answer.
    desktop.key("ctrl+k");
    window.focuses("Go to…");
    desktop.types("nurse");
    window.has_typed("nurse");
    desktop.key("Return");
    let screen = window.reads("the question", |screen| {
        screen.says("wants to write to you")
    });
    window.picture("held");
    assert!(!screen.says("do you hear me?"), "{screen}");
    window.presses("Show it and talk without encryption");
    window.reads("what she wrote", |screen| {
        screen.says("do you hear me?") && !screen.says("wants to write to you")
    });
    window.says("I hear");
    assert_eq!(nurse.receives("romeo@forza", 1, SOON), ["I hear"]);
}

#[test]
fn files_of_who_was_compared_are_taken_without_asking() {
    let Some(stage) = Stage::new_or_skip() else {
        return;
    };
    let Stage {
        window,
        desktop,
        juliet,
        ..
    } = &stage;
    window.opens("jul", "Juliet");
    window.says("shall we compare?");
    juliet.receives("romeo@forza", 1, SOON);
    window.presses("Encrypted: details of Juliet");
    window.presses("Compare keys…");
    juliet.event("verification", SOON, |event| event["state"] == "compare");
    desktop.key("Escape");
    juliet.tell(&json!({"command": "confirm", "peer": "romeo@forza", "match": true}));
    window.presses("It is the same");
    window.presses("Verified: details of Juliet");
    window.presses("Take files from Juliet without asking");
    window.reads("the sizes", |screen| screen.says("up to 100.0 MiB each"));
    window.picture("files-always");
    desktop.key("Escape");
    let rose = juliet.host.folder("garden").join("rose.txt");
    std::fs::write(&rose, "sweet").unwrap();
    juliet.tell(&json!({"command": "send-file", "to": "romeo@forza", "path": rose}));
    juliet.event("file-done", SOON, |_| true);
    window.reads("the file", |screen| screen.says("received"));
    window.picture("file-taken");
}
