//! What calls its user, and what leaves him in peace.

use serde_json::json;

use super::Stage;
use crate::lab::peer::SOON;

#[test]
fn a_message_is_told_once_and_a_click_opens_its_conversation() {
    let Some(stage) = Stage::new_or_skip() else {
        return;
    };
    let Stage {
        window,
        desktop,
        juliet,
        ..
    } = &stage;
    let mercutio = stage.joins("mercutio", "Mercutio");
    window.has_signed_on();
    window.opens("merc", "Mercutio");
    window.minimises();
    window.titled("Balcony");

    juliet.send(
        "romeo@forza",
        "Art thou <b>not</b> Romeo & a Montague?",
        "n-1",
    );
    let note = desktop.notifies("Art thou &lt;b&gt;not&lt;/b&gt; Romeo &amp; a Montague?");
    assert_eq!(
        (note.program.as_str(), note.title.as_str()),
        ("Balcony", "Juliet")
    );
    window.titled("(1) Balcony");
    // The second one takes the place of the first, and is clicked like it.
    juliet.send("romeo@forza", "Speak again", "n-2");
    assert_eq!(desktop.notifies("Speak again").title, "Juliet");
    window.titled("(2) Balcony");

    desktop.click_notification();
    window.has_keyboard();
    window.focuses("Message to Juliet");
    window.reads("the message", |screen| screen.says("Romeo & a Montague?"));
    window.titled("Balcony");

    // Looked at, it needs no word. What comes after it is the proof that nothing is still on its way.
    juliet.send("romeo@forza", "I see thee looking", "n-3");
    window.reads("what is looked at", |screen| {
        screen.says("I see thee looking")
    });
    mercutio.send("romeo@forza", "Nay, gentle Romeo", "m-1");
    assert_eq!(desktop.notifies("Nay, gentle Romeo").title, "Mercutio");
    window.titled("(1) Balcony");

    // Open, but not looked at.
    window.minimises();
    juliet.send("romeo@forza", "Turn round", "n-4");
    desktop.notifies("Turn round");
    window.titled("(2) Balcony");

    let told: Vec<String> = desktop.notes().into_iter().map(|note| note.body).collect();
    assert_eq!(
        told,
        [
            "Art thou &lt;b&gt;not&lt;/b&gt; Romeo &amp; a Montague?",
            "Speak again",
            "Nay, gentle Romeo",
            "Turn round",
        ]
    );
}

#[test]
fn nothing_is_told_while_he_does_not_want_to_be_disturbed() {
    let Some(stage) = Stage::new_or_skip() else {
        return;
    };
    let Stage {
        window,
        desktop,
        juliet,
        ..
    } = &stage;
    window.has_signed_on();
    window.presses("You: Romeo");
    window.presses("Do not disturb");
    juliet.shows("romeo@forza", SOON, |peer| peer["show"] == "dnd");
    window.minimises();
    juliet.send("romeo@forza", "Wilt thou be gone?", "n-1");
    window.titled("(1) Balcony");

    window.takes_keyboard();
    window.presses("You: Romeo");
    window.presses("Available");
    juliet.shows("romeo@forza", SOON, |peer| peer["show"] == "available");
    juliet.send("romeo@forza", "It is not yet near day", "n-2");
    desktop.notifies("It is not yet near day");
    window.titled("(2) Balcony");
    assert_eq!(desktop.notes().len(), 1, "{:?}", desktop.notes());
}

#[test]
fn what_names_him_in_a_room_is_told_and_a_click_opens_the_room() {
    let Some(stage) = Stage::new_or_skip() else {
        return;
    };
    let Stage {
        window,
        desktop,
        juliet,
        ..
    } = &stage;
    juliet.tell(&json!({"command": "room-create", "name": "orchard"}));
    let room = juliet.event("room-joined", SOON, |_| true).line["room"].clone();
    window.has_signed_on();
    window.clicks("Rooms…");
    window.reads("the room among those that are here", |screen| {
        let there = screen.called("Enter orchard").is_some();
        if !there && let Some(again) = screen.called("Look again") {
            desktop.reader().press(again);
        }
        there
    });
    window.clicks("Enter orchard");
    window.focuses("Write to orchard");
    juliet.event("room-members", SOON, |line| {
        line["members"].as_array().unwrap().len() == 2
    });
    // Looking at something else, he is told only of what names him.
    window.opens("jul", "Juliet");
    window.minimises();
    let say = |body: &str| {
        juliet.tell(&json!({"command": "room-send", "room": room, "body": body}));
    };
    say("O me");
    say("O Romeo, Romeo!");
    let note = desktop.notifies("O Romeo, Romeo!");
    assert_eq!(
        (note.program.as_str(), note.title.as_str()),
        ("Balcony", "Juliet in orchard")
    );
    desktop.click_notification();
    window.has_keyboard();
    window.focuses("Write to orchard");
    window.reads("both lines", |screen| {
        screen.says("O me") && screen.says("O Romeo, Romeo!")
    });
    assert_eq!(desktop.notes().len(), 1, "{:?}", desktop.notes());
    window.titled("Balcony");
    window.picture("room-from-notification");
}
