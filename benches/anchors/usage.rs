//! What it costs to be there: memory with 50 contacts, and the processor while nothing happens.

use std::fs;

use crate::crowd;
use crate::report::{Goal, Report, Row};
use crate::sides::{Make, Site, Stage, ready, rest, spawn_program};

const RSS: Row = Row {
    name: "memory with 50 contacts, RSS",
    unit: "MiB",
    goal: Goal::AtMost(0.4),
};
const PSS: Row = Row {
    name: "memory with 50 contacts, PSS",
    unit: "MiB",
    goal: Goal::AtMost(0.4),
};
const IDLE: Row = Row {
    name: "CPU in 20 s of nothing, 50 contacts",
    unit: "s",
    goal: Goal::Within(0.0),
};

/// Linux tells processes of a hundredth of a second, whatever its own clock does (proc(5), `USER_HZ`).
pub const TICKS_A_SECOND: f64 = 100.0;

pub fn measure(stage: &Stage, report: &mut Report) {
    if !report.wants(&[RSS, PSS, IDLE]) {
        return;
    }
    let [rss, pss, idle] =
        stage.several_by_turns(2, |make, sites, time| present(stage, make, &sites[0], time));
    report.add(RSS, rss);
    report.add(PSS, pss);
    report.add(IDLE, idle);
}

/// The program that users have, and with libpurple the daemons that it cannot do without.
fn present(stage: &Stage, make: Make, site: &Site, time: usize) -> [f64; 3] {
    let observer = spawn_program(make, site, &format!("present-{time}"));
    ready(&observer);
    let crowd = crowd::appear(&stage.crowd, 50);
    crowd::all_shown(&observer, 50);
    // Announcements are repeated and caches settle.
    rest(10.0);
    let mut pids = vec![observer.pid()];
    if let Some(avahi) = &site.avahi {
        pids.extend([avahi.pid(), avahi.bus_pid()]);
    }
    let memory = |key| pids.iter().map(|pid| kilobytes(*pid, key)).sum::<f64>() / 1024.0;
    let ticks = || pids.iter().map(|pid| cpu_ticks(*pid)).sum::<u64>();
    let (rss, pss, before) = (memory("Rss:"), memory("Pss:"), ticks());
    rest(20.0);
    let idle = (ticks() - before) as f64 / TICKS_A_SECOND;
    crowd.quit();
    observer.quit();
    [rss, pss, idle]
}

fn kilobytes(pid: u32, key: &str) -> f64 {
    fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))
        .expect("a running process")
        .lines()
        .find_map(|line| {
            line.strip_prefix(key)?
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        })
        .expect("its memory")
}

/// Fields 14 and 15 of `/proc/PID/stat`.
pub fn cpu_ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a running process");
    let (_, rest) = stat.rsplit_once(')').expect("its name");
    let fields: Vec<&str> = rest.split_whitespace().collect();
    [fields[11], fields[12]]
        .iter()
        .map(|field| field.parse::<u64>().expect("ticks"))
        .sum()
}
