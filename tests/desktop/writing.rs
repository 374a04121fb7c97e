//! The field at the foot of a conversation.

use super::Stage;
use crate::lab::peer::SOON;

#[test]
fn lines_break_with_shift_and_each_contact_keeps_its_draft() {
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
    window.opens("jul", "Juliet");
    desktop.types("With love's light wings");
    desktop.key("shift+Return");
    desktop.types("did I o'er-perch these walls");
    desktop.key("Return");
    assert_eq!(
        juliet.receives("romeo@forza", 1, SOON),
        ["With love's light wings\ndid I o'er-perch these walls"]
    );
    window.has_typed("");

    // Now each knows of the other that it takes such notices.
    desktop.types("I would I were");
    window.has_typed("I would I were");
    juliet.event("typing", SOON, |event| {
        event["from"] == "romeo@forza" && event["state"] == "composing"
    });
    window.opens("merc", "Mercutio");
    window.has_typed("");
    window.says("I fear, too early");
    assert_eq!(
        mercutio.receives("romeo@forza", 1, SOON),
        ["I fear, too early"]
    );
    window.opens("jul", "Juliet");
    window.has_typed("I would I were");
    window.says(" thy bird");
    assert_eq!(
        juliet.receives("romeo@forza", 2, SOON)[1],
        "I would I were thy bird"
    );
    assert_eq!(mercutio.bodies_from("romeo@forza").len(), 1);
}
