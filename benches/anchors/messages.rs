//! Messages: the first one, the round trip, many, and a long one.

use crate::lab::peer::SOON;
use crate::report::{Goal, Report, Row};
use crate::sides::{Make, Pair, Site, Stage, ask, line, ms, rest};
use serde_json::json;

const FIRST: Row = Row {
    name: "first message and its echo, no stream yet",
    unit: "ms",
    // Ours is encrypted; in plaintext it is measured among the keys.
    goal: Goal::AtMost(4.0),
};
const P50: Row = Row {
    name: "round trip of 1000, p50",
    unit: "µs",
    goal: Goal::AtMost(1.0),
};
const P99: Row = Row {
    name: "round trip of 1000, p99",
    unit: "µs",
    goal: Goal::AtMost(1.0),
};
const RATE: Row = Row {
    name: "10 000 messages, shown",
    unit: "msg/s",
    goal: Goal::AtLeast(1.0),
};
const ACKNOWLEDGED: Row = Row {
    name: "10 000 messages, shown and acknowledged",
    unit: "msg/s",
    goal: Goal::AtLeast(1.0),
};
const LONG: Row = Row {
    name: "a body of 1 MB",
    unit: "ms",
    goal: Goal::AtMost(1.0),
};

const TEXT: &str = "But soft, what light through yonder window breaks?";
const MANY: usize = 10_000;

pub fn measure(stage: &Stage, report: &mut Report) {
    if report.wants(&[FIRST]) {
        report.add(FIRST, stage.by_turns(8, first));
    }
    if report.wants(&[P50, P99]) {
        let [p50, p99] = stage.several_by_turns(8, round_trip);
        report.add(P50, p50);
        report.add(P99, p99);
    }
    if report.wants(&[RATE, ACKNOWLEDGED]) {
        let [shown, acknowledged] = stage.several_by_turns(6, many);
        report.add(RATE, shown);
        report.add(ACKNOWLEDGED, acknowledged);
    }
    if report.wants(&[LONG]) {
        report.add(LONG, stage.by_turns(6, long));
    }
}

/// A pair of which the second answers every message with its text.
fn with_echo(make: Make, sites: &[Site; 2], row: &str, time: usize) -> (Pair, String) {
    let pair = Pair::start(
        make,
        sites,
        [&format!("{row}-a{time}"), &format!("{row}-b{time}")],
    );
    pair.other
        .tell(&json!({"command": "bench-echo", "on": true}));
    // So that it is obeyed before the first message can come.
    pair.other.tell(&json!({"command": "snapshot"}));
    pair.other.event("snapshot", SOON, |_| true);
    let to = pair.other.jid();
    rest(1.5);
    (pair, to)
}

/// Milliseconds.
pub fn first(make: Make, sites: &[Site; 2], time: usize) -> f64 {
    let (pair, to) = with_echo(make, sites, "first", time);
    ask(&pair.one, "bench-rtt", &to, 1, TEXT);
    let told = pair.one.event("bench-rtt", SOON, |_| true);
    let first = told.line["first"].as_f64().expect("microseconds");
    pair.end();
    first / 1e3
}

fn round_trip(make: Make, sites: &[Site; 2], time: usize) -> [f64; 2] {
    let (pair, to) = with_echo(make, sites, "trip", time);
    // The stream opens, and whatever is made at first use is made.
    ask(&pair.one, "bench-rtt", &to, 50, TEXT);
    line(&pair.one, 0, "bench-rtt");
    rest(0.5);
    let mark = pair.one.mark();
    ask(&pair.one, "bench-rtt", &to, 1000, TEXT);
    let told = pair.one.event_after(mark, "bench-rtt", SOON, |_| true);
    let figure = |key: &str| told.line[key].as_f64().expect("microseconds");
    let figures = [figure("p50"), figure("p99")];
    pair.end();
    figures
}

fn open_stream(pair: &Pair) -> String {
    let to = pair.other.jid();
    // libpurple takes no stream from who it has only just seen.
    rest(1.5);
    pair.one.send(&to, "are you there?", "talk");
    pair.other.event("message-received", SOON, |_| true);
    rest(0.5);
    to
}

fn expect(peer: &crate::lab::peer::Peer, count: usize) {
    peer.tell(&json!({"command": "bench-count", "count": count}));
    peer.tell(&json!({"command": "snapshot"}));
    peer.event("snapshot", SOON, |_| true);
}

fn many(make: Make, sites: &[Site; 2], time: usize) -> [f64; 2] {
    let pair = Pair::start(
        make,
        sites,
        [&format!("many-a{time}"), &format!("many-b{time}")],
    );
    let to = open_stream(&pair);
    expect(&pair.other, MANY);
    ask(&pair.one, "bench-burst", &to, MANY, TEXT);
    let started = line(&pair.one, 0, "bench-started");
    let received = line(&pair.other, 0, "bench-received");
    // Where nothing is acknowledged there is nothing to wait for.
    let acknowledged = match make {
        Make::Balcony => line(&pair.one, 0, "bench-acknowledged").max(received),
        Make::Purple => received,
    };
    let rate = |until| MANY as f64 / ms(started, until) * 1e3;
    let figures = [rate(received), rate(acknowledged)];
    pair.end();
    figures
}

fn long(make: Make, sites: &[Site; 2], time: usize) -> f64 {
    let pair = Pair::start(
        make,
        sites,
        [&format!("long-a{time}"), &format!("long-b{time}")],
    );
    let to = open_stream(&pair);
    expect(&pair.other, 1);
    let body = TEXT.repeat(1_000_000 / TEXT.len());
    ask(&pair.one, "bench-burst", &to, 1, &body);
    let started = line(&pair.one, 0, "bench-started");
    let took = ms(started, line(&pair.other, 0, "bench-received"));
    pair.end();
    took
}
