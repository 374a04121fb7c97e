//! libpurple with libpurple: proves the lab and the driver, and shows what is libpurple's own doing.

use std::time::Duration;

use serde_json::json;

use crate::lab::peer::SOON;
use crate::lab::purple::purple;
use crate::{lab_with_purple, purple_host};

#[test]
fn libpurple_meets_libpurple() {
    let Some(lab) = lab_with_purple() else { return };
    let (forza, _forza_avahi) = purple_host(&lab, "forza");
    let (pronto, _pronto_avahi) = purple_host(&lab, "pronto");
    let romeo = purple(&forza, "romeo");
    let juliet = purple(&pronto, "juliet");
    assert_eq!(romeo.jid(), "romeo@forza");
    romeo.shows("juliet@pronto", SOON, |peer| peer["show"] == "available");
    juliet.shows("romeo@forza", SOON, |_| true);

    juliet.tell(&json!({"command": "status", "show": "dnd", "message": "At the ball"}));
    romeo.shows("juliet@pronto", SOON, |peer| {
        peer["show"] == "dnd" && peer["message"] == "At the ball"
    });

    romeo.send("juliet@pronto", "But soft!\n1 < 2 & \"3\" 🌹", "r1");
    assert_eq!(romeo.reaches("r1", &["sent", "failed"], SOON), "sent");
    let bodies = juliet.receives("romeo@forza", 1, SOON);
    assert_eq!(bodies, ["But soft!\n1 < 2 & \"3\" 🌹"]);
    juliet.send("romeo@forza", "Ay me", "j1");
    assert_eq!(romeo.receives("juliet@pronto", 1, SOON), ["Ay me"]);

    for (number, body) in crate::messages::TYPED.iter().enumerate() {
        romeo.send("juliet@pronto", body, "typed");
        // The first line was another one.
        assert_eq!(
            juliet
                .receives("romeo@forza", number + 2, SOON)
                .last()
                .unwrap(),
            body
        );
    }

    romeo.send("nobody@nowhere", "lost", "r2");
    assert_eq!(romeo.reaches("r2", &["sent", "failed"], SOON), "failed");

    let started = std::time::Instant::now();
    juliet.kill();
    romeo.misses("juliet@pronto", Duration::from_secs(10));
    eprintln!(
        "libpurple shows a killed libpurple as gone after {:?}",
        started.elapsed()
    );
}
