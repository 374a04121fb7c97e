//! Many peers at once, published by one process with mdns-sd, and the time until all are shown.

use std::time::Duration;

use mdns_sd::{ServiceDaemon, ServiceInfo};

use crate::lab::Host;
use crate::lab::peer::Peer;
use crate::report::{Goal, Report, Row};
use crate::sides::{Make, Site, Stage, line, ms, ready, rest, spawn};

const FIFTY: Row = Row {
    name: "50 peers appear at once, all shown",
    unit: "ms",
    goal: Goal::AtMost(1.0),
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

/// The role of that process: publishes until its input ends.
pub fn publish(count: usize, host: &str, address: &str) {
    let daemon = ServiceDaemon::new().expect("mDNS");
    println!("{{\"event\":\"starting\"}}");
    for number in 0..count {
        let port = 6000 + u16::try_from(number).expect("a port");
        let txt = [
            ("txtvers", "1".to_owned()),
            ("port.p2pj", port.to_string()),
            ("status", "avail".to_owned()),
            ("node", "https://example.org/crowd".to_owned()),
            ("nick", format!("Somebody {number}")),
        ];
        let info = ServiceInfo::new(
            "_presence._tcp.local.",
            &format!("crowd{number}@{host}"),
            &format!("{host}.local."),
            address,
            port,
            &txt[..],
        )
        .expect("a service");
        // Its queue is short: it may have to catch up.
        while let Err(mdns_sd::Error::Again) = daemon.register(info.clone()) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let mut line = String::new();
    while std::io::stdin().read_line(&mut line).unwrap_or(0) > 0 {
        if line.contains("quit") {
            break;
        }
        line.clear();
    }
    // Its goodbyes leave before it answers.
    if let Ok(ended) = daemon.shutdown() {
        let _ = ended.recv_timeout(Duration::from_secs(5));
    }
}
