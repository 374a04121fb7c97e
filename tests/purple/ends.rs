//! Leaving and returning, in order and by kill -9, of either side.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::lab::headless::balcony;
use crate::lab::peer::{SOON, poll};
use crate::lab::purple::purple;
use crate::{Pair, lab_with_purple};

#[test]
fn libpurple_signs_off_and_returns() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    pair.talk();
    // It may crash at that (it does in one of two runs, with libpurple peers too); it has said goodbye before.
    pair.purple.tell(&json!({"command": "quit"}));
    pair.balcony.misses("juliet@pronto", SOON);
    poll("the end of libpurple", SOON, || {
        (!pair.purple.is_running()).then_some(())
    });

    // Written while she is away: it waits for her.
    pair.balcony
        .send("juliet@pronto", "Wilt thou be gone?", "away");
    pair.balcony.reaches("away", &["queued"], SOON);
    let juliet = purple(&pair.pronto, "juliet");
    assert_eq!(
        juliet.receives("romeo@forza", 1, SOON),
        ["Wilt thou be gone?"]
    );
    assert_eq!(
        pair.balcony
            .reaches("away", &["sent", "failed", "uncertain"], SOON),
        "sent"
    );
    juliet.shows("romeo@forza", SOON, |_| true);
    juliet.send("romeo@forza", "It is not yet near day", "back");
    pair.balcony.event("message-received", SOON, |event| {
        event["body"] == "It is not yet near day"
    });
}

#[test]
fn balcony_quits_and_returns() {
    let Some(lab) = lab_with_purple() else { return };
    let mut pair = Pair::on(&lab);
    for turn in 1..=3 {
        pair.talk();
        let status = pair.balcony.quit();
        assert!(status.success(), "{status}\n{}", pair.balcony.story());
        pair.purple.misses("romeo@forza", SOON);
        pair.balcony = balcony(&pair.forza, "romeo").start();
        pair.purple.shows("romeo@forza", SOON, |_| true);
        pair.balcony.shows("juliet@pronto", SOON, |_| true);
        pair.purple.send(
            "romeo@forza",
            &format!("turn {turn}"),
            &format!("turn-{turn}"),
        );
        pair.balcony.event("message-received", SOON, |event| {
            event["body"] == format!("turn {turn}")
        });
    }
}

#[test]
fn libpurple_is_killed_and_returns() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    pair.talk();
    // Its daemon notices and says goodbye for it.
    pair.purple.kill();
    pair.balcony.misses("juliet@pronto", SOON);
    let juliet = purple(&pair.pronto, "juliet");
    pair.balcony.shows("juliet@pronto", SOON, |_| true);
    juliet.shows("romeo@forza", SOON, |_| true);
    pair.balcony.send("juliet@pronto", "Art thou there?", "r");
    juliet.receives("romeo@forza", 1, SOON);
    juliet.send("romeo@forza", "I am", "j");
    pair.balcony
        .event("message-received", SOON, |event| event["body"] == "I am");
}

#[test]
fn libpurple_and_its_daemon_are_killed() {
    let Some(lab) = lab_with_purple() else { return };
    let mut pair = Pair::on(&lab);
    pair.talk();
    let since = Instant::now();
    pair.avahi.as_mut().expect("libpurple's").kill();
    pair.purple.kill();
    let offline = pair.balcony.event("peer-offline", SOON, |event| {
        event["jid"] == "juliet@pronto"
    });
    let after = offline.at.duration_since(since);
    assert!(
        after <= Duration::from_secs(10),
        "shown as here for {after:?}"
    );
}

#[test]
fn libpurple_loses_its_power() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    pair.talk();
    // It answers no ping while it lives, so it is its daemon that is asked.
    let since = Instant::now();
    pair.pronto.cut_uplink("eth0");
    let offline = pair.balcony.event("peer-offline", SOON, |event| {
        event["jid"] == "juliet@pronto"
    });
    let after = offline.at.duration_since(since);
    assert!(
        after <= Duration::from_secs(10),
        "shown as here for {after:?}"
    );
    assert_ne!(offline.line["reason"], "goodbye");
    // Her messages wait until the line is back, and then come once.
    pair.balcony.send("juliet@pronto", "Hist, Juliet!", "waits");
    pair.pronto.mend_uplink("eth0");
    pair.balcony.shows("juliet@pronto", SOON * 3, |_| true);
    pair.purple.event("message-received", SOON * 3, |event| {
        event["body"] == "Hist, Juliet!"
    });
    pair.balcony.send("juliet@pronto", "the end", "fence");
    pair.purple
        .event("message-received", SOON, |event| event["body"] == "the end");
    let times = pair
        .purple
        .bodies_from("romeo@forza")
        .iter()
        .filter(|body| *body == "Hist, Juliet!")
        .count();
    assert_eq!(times, 1);
}

#[test]
fn an_idle_libpurple_is_not_taken_for_dead() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    pair.talk();
    // Longer than the ten seconds in which the dead are found out: nothing may happen in it.
    std::thread::sleep(Duration::from_secs(15));
    pair.talk();
    let offline = pair
        .balcony
        .seen()
        .into_iter()
        .find(|seen| seen.line["event"] == "peer-offline");
    assert!(offline.is_none(), "{offline:?}");
    assert!(pair.purple.here().contains_key("romeo@forza"));
}

#[test]
fn balcony_is_killed_and_returns() {
    let Some(lab) = lab_with_purple() else { return };
    let mut pair = Pair::on(&lab);
    pair.talk();
    pair.balcony.kill();
    pair.balcony = balcony(&pair.forza, "romeo").start();
    assert_eq!(
        pair.balcony.jid(),
        "romeo@forza",
        "its own old records are no conflict"
    );
    pair.balcony.shows("juliet@pronto", SOON, |_| true);
    pair.balcony.send("juliet@pronto", "I am back", "r");
    pair.purple.event("message-received", SOON, |event| {
        event["body"] == "I am back"
    });
    pair.purple.send("romeo@forza", "Good", "j");
    pair.balcony
        .event("message-received", SOON, |event| event["body"] == "Good");
}
