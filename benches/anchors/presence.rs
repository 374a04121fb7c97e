//! Who appears, changes and goes.

use serde_json::json;

use crate::lab::peer::SOON;
use crate::report::{Goal, Report, Row};
use crate::sides::{Make, Pair, Site, Stage, line, ms, ready, rest, spawn};

const SHOWN: Row = Row {
    name: "B starts, A shows B",
    unit: "ms",
    goal: Goal::AtMost(1.05),
};
const SHOWS: Row = Row {
    name: "B starts, B shows A",
    unit: "ms",
    goal: Goal::Within(60.0),
};
const STATUS: Row = Row {
    name: "status change, no stream",
    unit: "ms",
    goal: Goal::AtMost(0.02),
};
const STATUS_STREAM: Row = Row {
    name: "status change, stream open",
    unit: "ms",
    goal: Goal::AtMost(0.02),
};
const SIGN_OFF: Row = Row {
    name: "sign-off, no stream",
    unit: "ms",
    goal: Goal::AtMost(1.05),
};
const SIGN_OFF_STREAM: Row = Row {
    name: "sign-off, stream open",
    unit: "ms",
    goal: Goal::AtMost(0.1),
};

pub fn measure(stage: &Stage, report: &mut Report) {
    if report.wants(&[SHOWN, SHOWS]) {
        let [shown, shows] = stage.several_by_turns(6, appear);
        report.add(SHOWN, shown);
        report.add(SHOWS, shows);
    }
    for (talk, status, sign_off) in [
        (false, STATUS, SIGN_OFF),
        (true, STATUS_STREAM, SIGN_OFF_STREAM),
    ] {
        if report.wants(&[status, sign_off]) {
            let [changed, gone] = stage.several_by_turns(6, |make, sites, time| {
                change_and_go(make, sites, time, talk)
            });
            report.add(status, changed);
            report.add(sign_off, gone);
        }
    }
}

/// From the moment when B signs on: the loading of the programs is not compared.
fn appear(make: Make, sites: &[Site; 2], time: usize) -> [f64; 2] {
    let one = spawn(make, &sites[0], "appear-a");
    let here = ready(&one);
    // Past its own announcements: it has been here for a while.
    rest(4.0);
    let other = spawn(make, &sites[1], &format!("appear-b{time}"));
    let started = line(&other, 0, "starting");
    let jid = ready(&other);
    one.shows(&jid, SOON, |_| true);
    other.shows(&here, SOON, |_| true);
    let shown = one.event("peer-online", SOON, |event| {
        event["peer"]["jid"] == jid.as_str()
    });
    let shows = other.event("peer-online", SOON, |event| {
        event["peer"]["jid"] == here.as_str()
    });
    let figures = [ms(started, shown.at), ms(started, shows.at)];
    Pair { one, other }.end();
    figures
}

fn change_and_go(make: Make, sites: &[Site; 2], time: usize, talk: bool) -> [f64; 2] {
    let name = format!("change-{}{time}", if talk { "s" } else { "n" });
    let pair = Pair::start(make, sites, ["change-a", &name]);
    let Pair { one, other } = &pair;
    if talk {
        // libpurple takes no stream from who it has only just seen.
        rest(1.5);
        one.send(&other.jid(), "are you there?", "talk");
        other.event("message-received", SOON, |_| true);
    }
    rest(3.0);
    let (jid, mark, asked) = (other.jid(), one.mark(), std::time::Instant::now());
    other.tell(&json!({"command": "status", "show": "dnd", "message": "not now"}));
    let changed = one.event_after(mark, "peer-changed", SOON, |event| {
        event["peer"]["jid"] == jid.as_str() && event["peer"]["show"] == "dnd"
    });
    let status = ms(asked, changed.at);
    rest(3.0);
    let (mark, asked) = (one.mark(), std::time::Instant::now());
    other.tell(&json!({"command": "quit"}));
    let gone = one.event_after(mark, "peer-offline", SOON, |event| {
        event["jid"] == jid.as_str()
    });
    let sign_off = ms(asked, gone.at);
    other.end_input();
    one.quit();
    [status, sign_off]
}
