//! Many peers at once, published by one process with mdns-sd, and the time until all are shown.

use std::time::Duration;

use crate::lab::Host;
use crate::lab::peer::Peer;
pub use crate::publish::publish;
use crate::report::{Goal, Report, Row};
use crate::sides::{Make, Site, Stage, line, ms, ready, rest, spawn};

/// Both wait for the same three probes and the announcement behind them.
const FIFTY: Row = Row {
    name: "50 peers appear at once, all shown",
    unit: "ms",
    goal: Goal::AtMost(1.05),
};
const MANY: Row = Row {
    name: "300 peers appear at once, all shown",
    unit: "ms",
    goal: Goal::Within(1500.0),
};

pub fn measure(stage: &Stage, report: &mut Report) {
    for (row, count, times) in [(FIFTY, 50, 6), (MANY, 300, 4)] {
        if report.wants(&[row]) {
            let figures = stage.by_turns(times, |make, sites, time| {
                shown(make, &sites[0], &stage.crowd, count, time)
            });
            report.add(row, figures);
        }
    }
}

/// From the first announcement that the publisher makes; its probing is before that for both.
fn shown(make: Make, site: &Site, from: &Host, count: usize, time: usize) -> f64 {
    let observer = spawn(make, site, &format!("observer-{count}-{time}"));
    ready(&observer);
    rest(1.5);
    let crowd = appear(from, count);
    let started = line(&crowd, 0, "starting");
    let last = all_shown(&observer, count);
    let took = ms(started, last);
    crowd.quit();
    observer.until("an empty list", Duration::from_secs(30), |_, here| {
        here.is_empty().then_some(())
    });
    observer.quit();
    took
}

/// When the last of the crowd was shown.
pub fn all_shown(observer: &Peer, count: usize) -> std::time::Instant {
    observer.until("everybody", Duration::from_secs(60), |seen, here| {
        (here.len() >= count).then(|| {
            seen.iter()
                .rev()
                .find(|seen| seen.line["event"] == "peer-online")
                .expect("who is here has appeared")
                .at
        })
    })
}

/// Starts the process that publishes them.
pub fn appear(host: &Host, count: usize) -> Peer {
    let ourselves = std::env::current_exe().expect("our own path");
    let mut command = host.command(ourselves);
    command.args([
        "role",
        "crowd",
        &count.to_string(),
        host.name(),
        &host.ipv4(1),
    ]);
    Peer::start(host, "crowd", command)
}
