//! Two real processes on a real network: answers, corrections, reactions, taking back, a knock, one text to many; also over
//! the end of a process in between.

use serde_json::json;

use crate::Pair;
use crate::lab::Lab;
use crate::lab::headless::balcony;
use crate::lab::peer::SOON;

#[test]
fn what_is_said_about_a_message_reaches_the_other_side() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.romeo, &pair.juliet);
    romeo.send("juliet@pronto", "She speeks", "r-1");
    let got = juliet.event("message-received", SOON, |_| true).line;
    let id = got["id"].as_str().unwrap().to_owned();

    juliet.tell(&json!({"command": "reply", "id": id, "body": "Who?", "ref": "j-1"}));
    let answer = romeo.event("message-received", SOON, |_| true).line;
    assert_eq!(
        (&answer["body"], &answer["reply_to"]),
        (&json!("Who?"), &json!(id))
    );

    juliet.tell(&json!({"command": "react", "id": id, "emoji": ["🌹", "👂"]}));
    let reactions = romeo.event("message-reactions", SOON, |_| true).line;
    assert_eq!(reactions["emoji"], json!(["🌹", "👂"]));
    assert_eq!(
        (&reactions["id"], &reactions["from"]),
        (&json!(id), &json!("juliet@pronto"))
    );

    romeo.tell(&json!({"command": "correct", "id": id, "body": "She speaks", "ref": "r-2"}));
    let corrected = juliet.event("message-corrected", SOON, |_| true).line;
    assert_eq!(
        (&corrected["id"], &corrected["body"]),
        (&json!(id), &json!("She speaks"))
    );
    romeo.reaches("r-2", &["delivered"], SOON);

    juliet.tell(&json!({"command": "displayed", "id": id}));
    romeo.event("message-state", SOON, |event| {
        event["id"] == json!(id) && event["state"] == "displayed"
    });

    romeo.tell(&json!({"command": "attention", "to": "juliet@pronto"}));
    juliet.event("attention", SOON, |event| event["from"] == "romeo@forza");

    romeo.tell(&json!({"command": "retract", "id": id}));
    juliet.event("message-retracted", SOON, |event| event["id"] == json!(id));

    juliet.tell(&json!({"command": "history", "with": "romeo@forza", "ref": "h"}));
    let history = juliet
        .event("history", SOON, |event| event["ref"] == "h")
        .line;
    let first = &history["messages"][0];
    assert_eq!(first["body"], "");
    assert!(first["retracted"].is_string(), "{first}");
}

#[test]
fn a_correction_waits_for_who_is_away_behind_the_message_that_it_corrects() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    let romeo = &pair.romeo;
    pair.juliet.kill();
    romeo.send("juliet@pronto", "helo", "r-1");
    let queued = romeo
        .event("message-state", SOON, |event| event["ref"] == "r-1")
        .line;
    let id = queued["id"].as_str().unwrap().to_owned();
    romeo.tell(&json!({"command": "correct", "id": id, "body": "hello", "ref": "r-2"}));
    romeo.event("message-corrected", SOON, |_| true);
    let juliet = balcony(&pair.pronto, "juliet").start();
    let corrected = juliet.event("message-corrected", SOON * 3, |_| true).line;
    assert_eq!(
        (&corrected["id"], &corrected["body"]),
        (&json!(id), &json!("hello"))
    );
    juliet.tell(&json!({"command": "history", "with": "romeo@forza", "ref": "h"}));
    let history = juliet
        .event("history", SOON, |event| event["ref"] == "h")
        .line;
    let messages = history["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 1, "{history}");
    assert_eq!(messages[0]["body"], "hello");
    assert_eq!(messages[0]["versions"][0]["body"], "helo");
}

#[test]
fn one_text_to_all_is_marked_and_counted() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    let nurse = balcony(&pair.pronto, "nurse").start();
    pair.romeo.shows("nurse@pronto", SOON, |_| true);
    pair.romeo
        .tell(&json!({"command": "broadcast", "body": "lunch?", "to": "all"}));
    for peer in [&pair.juliet, &nurse] {
        let got = peer.event("message-received", SOON, |_| true).line;
        assert_eq!(
            (&got["body"], &got["broadcast"]["people"]),
            (&json!("lunch?"), &json!(2))
        );
    }
    pair.romeo.event("broadcast-state", SOON, |event| {
        event["people"] == 2 && event["delivered"] == 2
    });
}
