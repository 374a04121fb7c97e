//! Nothing is lost, nothing shown twice, nothing out of order: with kills, losses and both writing at once.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON};
use crate::lab::{Host, Lab};
use crate::{Pair, numbered, send_all, shown_once_in_order};

/// For many messages over a bad line.
const LONG: Duration = Duration::from_secs(90);

#[test]
fn everything_a_person_types_arrives_as_it_was() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair { romeo, juliet, .. } = Pair::on(&lab);
    let long = "Parting is such sweet sorrow ".repeat(36_000);
    assert!(long.len() > 1_000_000 && long.len() < 1 << 20);
    let bodies = [
        "plain",
        " spaces  at both ends and twice between ",
        "two\nlines\n\nand a gap\n",
        "tab\there",
        "<b>not bold</b> & &amp; &#65; ]]> \"quotes\" 'single'",
        "Ünïcödé, 你好, שלום עולם, مرحبا, हिन्दी",
        "🌹👩‍👩‍👧‍👦🇩🇪 e\u{301}",
        "\u{feff}begins with a mark",
        "/me bows",
        long.as_str(),
    ];
    for (number, body) in bodies.iter().enumerate() {
        romeo.send("juliet@pronto", body, &format!("r-{number}"));
        juliet.send("romeo@forza", body, &format!("j-{number}"));
    }
    assert_eq!(juliet.receives("romeo@forza", bodies.len(), LONG), bodies);
    assert_eq!(romeo.receives("juliet@pronto", bodies.len(), LONG), bodies);
    for number in 0..bodies.len() {
        romeo.reaches(&format!("r-{number}"), &["delivered", "displayed"], SOON);
        juliet.reaches(&format!("j-{number}"), &["delivered", "displayed"], SOON);
    }
}

#[test]
fn control_characters_are_left_out_and_what_follows_arrives() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair { romeo, juliet, .. } = Pair::on(&lab);
    romeo.send("juliet@pronto", "be\u{1}fore\u{0}\u{7f}\u{1b}[31m", "c-0");
    romeo.send("juliet@pronto", "after", "c-1");
    let bodies = juliet.receives("romeo@forza", 2, SOON);
    let first: String = bodies[0].chars().filter(|c| !c.is_control()).collect();
    assert_eq!(
        (first.as_str(), bodies[1].as_str()),
        ("before[31m", "after")
    );
    assert!(
        !bodies[0].contains(['\u{0}', '\u{1}', '\u{1b}']),
        "{:?}",
        bodies[0]
    );
}

#[test]
fn a_thousand_crossing_messages_keep_their_order() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair { romeo, juliet, .. } = Pair::on(&lab);
    let bodies = numbered(1000);
    std::thread::scope(|scope| {
        scope.spawn(|| send_all(&romeo, "juliet@pronto", "r", &bodies));
        scope.spawn(|| send_all(&juliet, "romeo@forza", "j", &bodies));
    });
    shown_once_in_order(&juliet, &romeo, &bodies);
    shown_once_in_order(&romeo, &juliet, &bodies);
}

#[test]
fn both_writing_first_at_once_loses_nothing() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let start = |host: &Host, name: &str, number| balcony(host, &format!("{name}{number}")).start();
    let pairs: Vec<(Peer, Peer)> = (0..4)
        .map(|number| {
            (
                start(&forza, "romeo", number),
                start(&pronto, "juliet", number),
            )
        })
        .collect();
    for (romeo, juliet) in &pairs {
        romeo.shows(&juliet.jid(), SOON, |_| true);
        juliet.shows(&romeo.jid(), SOON, |_| true);
    }
    let bodies = numbered(9);
    for (number, body) in bodies.iter().enumerate() {
        // Each time over a new stream. Not more of them: strangers may open twenty in a minute.
        let reference = format!("n-{number}");
        for (romeo, juliet) in &pairs {
            romeo.send(&juliet.jid(), body, &reference);
            juliet.send(&romeo.jid(), body, &reference);
        }
        for (romeo, juliet) in &pairs {
            romeo.reaches(&reference, &["delivered", "displayed"], SOON);
            juliet.reaches(&reference, &["delivered", "displayed"], SOON);
            romeo.tell(&json!({"command": "close", "to": juliet.jid()}));
        }
    }
    for (romeo, juliet) in &pairs {
        shown_once_in_order(juliet, romeo, &bodies);
        shown_once_in_order(romeo, juliet, &bodies);
    }
}

#[test]
fn a_line_that_loses_every_fifth_frame() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    pair.pronto.lose_percent("eth0", 20);
    let bodies = numbered(100);
    send_all(&pair.romeo, "juliet@pronto", "r", &bodies);
    send_all(&pair.juliet, "romeo@forza", "j", &bodies);
    pair.juliet.receives("romeo@forza", 100, LONG);
    pair.romeo.receives("juliet@pronto", 100, LONG);
    pair.pronto.lose_percent("eth0", 0);
    shown_once_in_order(&pair.juliet, &pair.romeo, &bodies);
    shown_once_in_order(&pair.romeo, &pair.juliet, &bodies);
}

#[test]
fn a_slow_line_carries_a_long_message_and_nobody_is_declared_dead() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    pair.talk();
    pair.pronto.slow_link("eth0", "1mbit");
    let mark = (pair.romeo.mark(), pair.juliet.mark());
    // About twelve seconds of line: longer than the promise to find out who is gone.
    let long = "O, swear not by the moon ".repeat(40_000);
    pair.romeo.send("juliet@pronto", &long, "long");
    let body = pair
        .juliet
        .event("message-received", LONG, |event| {
            event["body"].as_str().unwrap().len() > 100
        })
        .line;
    assert_eq!(body["body"], long.as_str());
    pair.romeo
        .reaches("long", &["delivered", "displayed"], LONG);
    for (peer, mark) in [(&pair.romeo, mark.0), (&pair.juliet, mark.1)] {
        let gone = peer
            .seen()
            .split_off(mark)
            .into_iter()
            .find(|seen| seen.line["event"] == "peer-offline");
        assert!(gone.is_none(), "{}: {gone:?}", peer.name());
    }
}

#[test]
fn killed_in_the_middle_of_it_all_on_either_side() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let mut pair = Pair::on(&lab);
    pair.talk();
    let bodies = numbered(200);
    let mut accepted = 0;
    for (round, chunk) in bodies.chunks(50).enumerate() {
        send_all(
            &pair.romeo,
            "juliet@pronto",
            &format!("round-{round}"),
            chunk,
        );
        if round % 2 == 0 {
            // The receiver dies with some of them shown, at a different point each time.
            pair.juliet.until("some", LONG, |seen, _| {
                (crate::lab::lines::bodies_from(seen, "romeo@forza").len() > 3 * round)
                    .then_some(())
            });
            pair.juliet.kill();
            pair.juliet = balcony(&pair.pronto, "juliet").start();
        } else {
            // The sender dies when it has said that it has them all.
            for number in 0..chunk.len() {
                pair.romeo.event("message-state", LONG, |event| {
                    event["ref"] == format!("round-{round}-{number}")
                });
            }
            pair.romeo.kill();
            pair.romeo = balcony(&pair.forza, "romeo").start();
        }
        accepted += chunk.len();
    }
    pair.romeo.send("juliet@pronto", "the end", "fence");
    pair.juliet
        .event("message-received", LONG, |event| event["body"] == "the end");
    // What the receiver's user sees: the conversation, from disk.
    pair.juliet
        .tell(&json!({"command": "history", "with": "romeo@forza", "limit": 1000, "ref": "all"}));
    let history = pair
        .juliet
        .event("history", SOON, |event| event["ref"] == "all")
        .line;
    let shown: Vec<_> = history["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|message| message["from"] == "romeo@forza")
        .collect();
    let ids: BTreeSet<_> = shown
        .iter()
        .map(|message| message["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), shown.len(), "an id is there twice");
    let texts: Vec<_> = shown
        .iter()
        .map(|message| message["body"].as_str().unwrap())
        .filter(|body| body.starts_with("line"))
        .collect();
    assert_eq!(texts, bodies[..accepted]);
}
