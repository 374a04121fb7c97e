//! What libpurple shows of what it does not know: the words that a person would have written, and nothing else.

use serde_json::json;

use crate::lab::peer::SOON;
use crate::{Pair, lab_with_purple};

#[test]
fn answers_and_corrections_are_readable_and_the_rest_is_not_sent() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    juliet.send("romeo@forza", "Wherefore art thou\nRomeo?", "j-1");
    let asked = romeo.event("message-received", SOON, |_| true).line;
    let asked = asked["id"].as_str().unwrap();
    romeo.tell(&json!({"command": "reply", "id": asked, "body": "Call me but love", "ref": "r-1"}));
    juliet.receives("romeo@forza", 1, SOON);
    let state = romeo
        .event("message-state", SOON, |event| event["ref"] == "r-1")
        .line;
    let id = state["id"].as_str().unwrap();
    romeo
        .tell(&json!({"command": "correct", "id": id, "body": "Call me but <love>", "ref": "r-2"}));
    juliet.receives("romeo@forza", 2, SOON);
    romeo.tell(&json!({"command": "react", "id": asked, "emoji": ["🌹"], "ref": "r-3"}));
    romeo.reaches("r-3", &["failed"], SOON);
    romeo.tell(&json!({"command": "retract", "id": id, "ref": "r-4"}));
    romeo.reaches("r-4", &["failed"], SOON);
    romeo.tell(&json!({"command": "broadcast", "body": "lunch?", "to": ["juliet@pronto"]}));
    juliet.receives("romeo@forza", 3, SOON);
    romeo.tell(&json!({"command": "send", "to": "juliet@pronto", "body": "they die", "spoiler": "the end"}));
    assert_eq!(
        juliet.receives("romeo@forza", 4, SOON),
        [
            "> Wherefore art thou\n> Romeo?\nCall me but love",
            "* Call me but <love>",
            "[to 1 person] lunch?",
            "(spoiler: the end)\n\n\n\nthey die",
        ]
    );
}
