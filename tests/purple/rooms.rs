//! Pidgin in a room: real libpurple takes part by ordinary messages to a member that lets it in.

use serde_json::json;

use crate::lab::headless::balcony;
use crate::lab::peer::SOON;
use crate::{Pair, lab_with_purple};

#[test]
fn pidgin_joins_a_room_through_a_member_hears_it_and_speaks_in_it() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    let verona = lab.host("verona");
    let nurse = balcony(&verona, "nurse").start();
    nurse.shows("romeo@forza", SOON, |_| true);
    romeo.tell(&json!({"command": "room-create", "name": "balcony", "ref": 1}));
    let joined = romeo.event("room-joined", SOON, |_| true).line;
    let (room, id) = (joined["room"].clone(), joined["id"].clone());
    nurse.tell(&json!({"command": "room-join", "room": id, "via": "romeo@forza", "ref": 1}));
    nurse.event("room-joined", SOON, |_| true);
    romeo.tell(&json!({"command": "room-repeat", "room": room, "repeat": true, "ref": 2}));
    romeo.event("room-rules", SOON, |event| event["repeat"] == true);
    let mark = juliet.mark();
    juliet.send("romeo@forza", "!join balcony", "j-1");
    let hello = juliet.event_after(mark, "message-received", SOON, |event| {
        event["body"]
            .as_str()
            .is_some_and(|body| body.contains("You are in the room balcony"))
    });
    assert!(
        hello.line["body"].as_str().unwrap().contains("(via romeo)"),
        "{}",
        hello.line
    );
    // What is said there comes to her, with who said it; markup is none.
    nurse.tell(&json!({"command": "room-send", "room": room, "body": "Madam! <b>&amp;", "ref": 3}));
    juliet.event_after(mark, "message-received", SOON, |event| {
        event["body"]
            .as_str()
            .is_some_and(|body| body.contains("nurse: Madam! <b>&amp;"))
    });
    // What she says goes there, marked.
    juliet.send("romeo@forza", "Anon, good nurse & <sweet>", "j-2");
    let said = nurse.event("message-received", SOON, |event| {
        event["body"] == "Anon, good nurse & <sweet>"
    });
    assert_eq!(said.line["nick"], "juliet (via romeo)");
    juliet.send("romeo@forza", "!leave", "j-3");
    romeo.event("room-rules", SOON, |event| event["through_us"] == json!([]));
    // From now on she writes to Romeo alone again.
    let mark = romeo.mark();
    juliet.send("romeo@forza", "Good night", "j-4");
    romeo.event_after(mark, "message-received", SOON, |event| {
        event["body"] == "Good night" && event["room"].is_null()
    });
}
