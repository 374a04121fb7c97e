//! Who leaves without a word is found out within ten seconds by whoever has a stream to them, and nothing that was written
//! meanwhile is lost.

use std::time::{Duration, Instant};

use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON};
use crate::lab::{Host, Lab};
use crate::{Pair, numbered, send_all, shown_once_in_order};

/// The promise.
const FOUND_OUT: Duration = Duration::from_secs(10);

/// Fails unless `by` shows `jid` as gone, and not by a goodbye, within the promise counted from `since`.
fn found_out(by: &Peer, jid: &str, since: Instant) {
    let offline = by.event("peer-offline", FOUND_OUT + SOON, |event| {
        event["jid"] == jid
    });
    let after = offline.at.duration_since(since);
    assert_ne!(offline.line["reason"], "goodbye", "{}", offline.line);
    assert!(
        after <= FOUND_OUT,
        "{jid} was shown as here for {after:?} after it vanished\n{}",
        by.story()
    );
}

#[test]
fn a_killed_program_is_found_out_and_returns() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    pair.talk();
    let since = Instant::now();
    pair.juliet.kill();
    found_out(&pair.romeo, "juliet@pronto", since);

    let bodies = numbered(10);
    send_all(&pair.romeo, "juliet@pronto", "while-away", &bodies);
    let juliet = balcony(&pair.pronto, "juliet").start();
    pair.romeo.shows("juliet@pronto", SOON, |_| true);
    shown_once_in_order(&juliet, &pair.romeo, &bodies);
    pair.romeo
        .reaches("while-away-9", &["delivered", "displayed"], SOON);
}

#[test]
fn a_powered_off_host_is_found_out() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    pair.talk();
    // No FIN, no RST, no goodbye: the host is simply not there any more.
    let since = Instant::now();
    pair.pronto.cut_uplink("eth0");
    pair.juliet.kill();
    found_out(&pair.romeo, "juliet@pronto", since);
}

/// A cable that is out for a while, in one of the ways in which cables are out.
fn a_cable_is_out(pull: fn(&Host), plug: fn(&Host)) {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    pair.talk();
    let mark = (pair.romeo.mark(), pair.juliet.mark());
    let since = Instant::now();
    pull(&pair.pronto);
    // The first half goes out before anybody knows, the rest when everybody does.
    let (to_juliet, to_romeo) = (numbered(20), numbered(20));
    send_all(&pair.romeo, "juliet@pronto", "early", &to_juliet[..10]);
    send_all(&pair.juliet, "romeo@forza", "early", &to_romeo[..10]);
    found_out(&pair.romeo, "juliet@pronto", since);
    found_out(&pair.juliet, "romeo@forza", since);
    send_all(&pair.romeo, "juliet@pronto", "late", &to_juliet[10..]);
    send_all(&pair.juliet, "romeo@forza", "late", &to_romeo[10..]);

    plug(&pair.pronto);
    for (peer, other, mark) in [
        (&pair.romeo, "juliet@pronto", mark.0),
        (&pair.juliet, "romeo@forza", mark.1),
    ] {
        peer.event_after(mark, "peer-online", SOON * 2, |event| {
            event["peer"]["jid"] == other
        });
    }
    shown_once_in_order(&pair.juliet, &pair.romeo, &to_juliet);
    shown_once_in_order(&pair.romeo, &pair.juliet, &to_romeo);
    for peer in [&pair.romeo, &pair.juliet] {
        for reference in ["early-0", "early-9", "late-0", "late-9"] {
            peer.reaches(reference, &["delivered", "displayed"], SOON);
        }
    }
    assert_eq!(pair.juliet.jid(), "juliet@pronto", "nobody was renamed");
    assert_eq!(pair.romeo.jid(), "romeo@forza", "nobody was renamed");
}

#[test]
fn a_cable_pulled_at_the_host() {
    a_cable_is_out(
        |host| host.pull_cable("eth0"),
        |host| host.plug_cable("eth0"),
    );
}

#[test]
fn a_cable_pulled_beyond_the_switch() {
    a_cable_is_out(
        |host| host.cut_uplink("eth0"),
        |host| host.mend_uplink("eth0"),
    );
}

#[test]
fn an_interface_switched_off_by_the_user() {
    a_cable_is_out(|host| host.disable("eth0"), |host| host.enable("eth0"));
}

#[test]
fn a_cable_that_is_out_for_a_moment_is_no_event() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    pair.talk();
    let bodies = numbered(30);
    for (number, body) in bodies.iter().enumerate() {
        if number % 10 == 5 {
            pair.pronto.cut_uplink("eth0");
        }
        pair.romeo
            .send("juliet@pronto", body, &format!("m-{number}"));
        if number % 10 == 5 {
            pair.pronto.mend_uplink("eth0");
        }
    }
    shown_once_in_order(&pair.juliet, &pair.romeo, &bodies);
}
