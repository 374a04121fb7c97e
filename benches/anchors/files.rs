//! Files: one large one beside libpurple's, beside the plainest copy that is as safe and beside what cannot be left out, many
//! small ones beside one large, and the memory that it takes. All files lie on a disk of memory, so that the machine's own disk is not what is measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::lab::Host;
use crate::lab::peer::{Peer, SOON};
use crate::report::{Figures, Goal, Report, Row};
use crate::sides::{Make, Pair, Site, Stage, line, ms, ready, rest, spawn_program};

const LARGE: Row = Row {
    name: "200 MiB file: encrypted and compared, beside libpurple's open one",
    unit: "MiB/s",
    goal: Goal::AtLeast(1.0),
};
const RAW: Row = Row {
    name: "200 MiB file, beside a bare copy over rustls with SHA-256",
    unit: "MiB/s",
    goal: Goal::AtLeast(0.85),
};
const LEAST: Row = Row {
    name: "200 MiB file, beside the least that it can cost, spread over two processors",
    unit: "MiB/s",
    // Nobody's goal: below it something copies or waits that did not before.
    goal: Goal::AtLeast(0.7),
};
const MANY: Row = Row {
    name: "10 000 files of 10 kB in a folder, beside one file of that size",
    unit: "MiB/s",
    goal: Goal::AtLeast(0.5),
};
const MEMORY: Row = Row {
    name: "memory over idle while 200 MiB go through, the larger of the two",
    unit: "MiB",
    goal: Goal::Within(20.0),
};

const MIB: u64 = 1 << 20;
const LONG: Duration = Duration::from_secs(120);

pub fn measure(stage: &Stage, report: &mut Report) {
    if report.wants(&[LARGE, RAW, LEAST]) {
        let mut large = Figures::default();
        let mut raw = Figures::default();
        let mut least = Figures::default();
        for time in 0..stage.times(6) {
            for (make, sites) in stage.sides() {
                let rate = one_file(*make, sites, time);
                make.of(&mut large).push(rate);
                if *make == Make::Balcony {
                    raw.balcony.push(rate);
                    raw.purple.push(bare(sites));
                    least.balcony.push(rate);
                    least.purple.push(at_least(sites));
                }
            }
        }
        report.add(LARGE, large);
        report.add(RAW, raw);
        report.add(LEAST, least);
    }
    let balconies = stage.sides().iter().find(|side| side.0 == Make::Balcony);
    let Some((_, sites)) = balconies else { return };
    if report.wants(&[MANY]) {
        let mut figures = Figures::default();
        for time in 0..stage.times(4) {
            figures.balcony.push(folder(sites, time));
            figures.purple.push(sum_of_folder(sites, time));
        }
        report.add(MANY, figures);
    }
    if report.wants(&[MEMORY]) {
        let balcony = (0..stage.times(3)).map(|time| memory(sites, time));
        let purple = Vec::new();
        let balcony = balcony.collect();
        report.add(MEMORY, Figures { balcony, purple });
    }
}

/// A disk of memory on this host, with this file or folder in it.
struct Disk {
    host: Host,
    root: PathBuf,
}

impl Disk {
    fn new(host: &Host, fill: &str) -> Disk {
        let root = host.folder("disk");
        host.sh(&format!(
            "mount -t tmpfs balcony {0}; cd {0}; mkdir received; {fill}",
            root.display()
        ));
        let host = host.clone();
        Disk { host, root }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What still holds it open keeps it until it ends.
        let _ = self
            .host
            .try_sh(&format!("umount -l {}", self.root.display()));
    }
}

/// Random, so that nothing on the way can make less of it.
const FILL_LARGE: &str = "head -c 209715200 /dev/urandom > large";
const FILL_SUM: &str = "head -c 100000000 /dev/urandom > sum";
const FILL_MANY: &str =
    "mkdir many; head -c 100000000 /dev/urandom | split -b 10000 -a 4 -d - many/";

fn one_file(make: Make, sites: &[Site; 2], time: usize) -> f64 {
    let names = [&format!("file-a{time}")[..], &format!("file-b{time}")];
    moved(make, sites, names, FILL_LARGE, "large", 200 * MIB)
}

fn folder(sites: &[Site; 2], time: usize) -> f64 {
    let names = [
        &format!("many-files-a{time}")[..],
        &format!("many-files-b{time}"),
    ];
    moved(Make::Balcony, sites, names, FILL_MANY, "many", 100_000_000)
}

fn sum_of_folder(sites: &[Site; 2], time: usize) -> f64 {
    let names = [&format!("sum-a{time}")[..], &format!("sum-b{time}")];
    moved(Make::Balcony, sites, names, FILL_SUM, "sum", 100_000_000)
}

/// MiB a second, from the receiver's word to the file that has its name.
fn moved(
    make: Make,
    sites: &[Site; 2],
    names: [&str; 2],
    fill: &str,
    what: &str,
    bytes: u64,
) -> f64 {
    let from = Disk::new(&sites[0].host, fill);
    let to = Disk::new(&sites[1].host, "");
    let pair = Pair::start(make, sites, names);
    // libpurple takes no stream from who it has only just seen.
    rest(1.5);
    let rate = move_one(&pair, &from.path(what), &to.path("received/it"), bytes);
    pair.end();
    rate
}

fn move_one(pair: &Pair, path: &Path, place: &Path, bytes: u64) -> f64 {
    pair.one
        .tell(&json!({"command": "send-file", "to": pair.other.jid(), "path": path}));
    let offer = pair.other.event("file-offered", SOON, |_| true).line;
    rest(0.5);
    let started = std::time::Instant::now();
    let take = json!({"command": "accept-file", "transfer": offer["transfer"], "path": place});
    pair.other.tell(&take);
    let done = pair.other.event("file-done", LONG, |_| true).at;
    bytes as f64 / MIB as f64 / ms(started, done) * 1e3
}

/// The same file by `raw.rs`, between two processes on the same two hosts.
fn bare(sites: &[Site; 2]) -> f64 {
    played(sites, "raw", |_, client| {
        let started = line(client, 0, "started");
        200.0 / ms(started, line(client, 0, "file-done")) * 1e3
    })
}

/// The same by `least.rs`: what it would be if two processors shared evenly what the two processes spent.
fn at_least(sites: &[Site; 2]) -> f64 {
    played(sites, "least", |server, client| {
        let spent = |peer: &Peer, event| {
            let line = peer.event(event, LONG, |_| true).line;
            line["spent"].as_f64().expect("nanoseconds") / 1e9
        };
        200.0 / ((spent(server, "sent") + spent(client, "file-done")) / 2.0)
    })
}

/// The file between two roles of this program on two hosts; what `measured` says of them.
fn played(sites: &[Site; 2], what: &str, measured: impl Fn(&Peer, &Peer) -> f64) -> f64 {
    let from = Disk::new(&sites[0].host, FILL_LARGE);
    let to = Disk::new(&sites[1].host, "");
    let role = |host: &Host, name: &str, arguments: [&std::ffi::OsStr; 2]| {
        let mut command = host.command(std::env::current_exe().expect("our own path"));
        command.args(["role", name]).args(arguments);
        Peer::start(host, name, command)
    };
    let (path, place) = (from.path("large"), to.path("received/it"));
    let server = role(
        &sites[0].host,
        &format!("{what}-send"),
        [path.as_ref(), "-".as_ref()],
    );
    let port = server.event("listening", SOON, |_| true).line["port"].clone();
    let address = format!("{}:{port}", sites[0].host.ipv4(1));
    let client = role(
        &sites[1].host,
        &format!("{what}-take"),
        [place.as_ref(), address.as_ref()],
    );
    let rate = measured(&server, &client);
    server.end_input();
    client.end_input();
    rate
}

/// The program that users have: the highest that its memory ever was, over what it was before.
fn memory(sites: &[Site; 2], time: usize) -> f64 {
    let from = Disk::new(&sites[0].host, FILL_LARGE);
    let to = Disk::new(&sites[1].host, "");
    let pair = Pair {
        one: spawn_program(Make::Balcony, &sites[0], &format!("memory-a{time}")),
        other: spawn_program(Make::Balcony, &sites[1], &format!("memory-b{time}")),
    };
    let other = ready(&pair.other);
    ready(&pair.one);
    pair.one.shows(&other, SOON, |_| true);
    pair.other.shows(&pair.one.jid(), SOON, |_| true);
    rest(3.0);
    let pids = [pair.one.pid(), pair.other.pid()];
    let before = pids.map(|pid| status(pid, "VmRSS:"));
    move_one(
        &pair,
        &from.path("large"),
        &to.path("received/it"),
        200 * MIB,
    );
    let most = pids.map(|pid| status(pid, "VmHWM:"));
    pair.end();
    most.iter()
        .zip(before)
        .map(|(most, before)| (most - before) / 1024.0)
        .fold(0.0, f64::max)
}

/// In KiB (proc(5)).
fn status(pid: u32, key: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    let figure = line.and_then(|line| line.split_whitespace().next());
    figure
        .and_then(|figure| figure.parse().ok())
        .expect("its memory")
}
