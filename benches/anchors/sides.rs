//! The two that are compared, started and driven alike.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::lab::headless::BALCONY;
use crate::lab::peer::{Peer, SOON};
use crate::lab::{Avahi, Host, Lab};
use crate::report::Figures;

/// Balcony or libpurple.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    Balcony,
    Purple,
}

impl Make {
    /// Where its figures go.
    pub fn of(self, figures: &mut Figures) -> &mut Vec<f64> {
        match self {
            Make::Balcony => &mut figures.balcony,
            Make::Purple => &mut figures.purple,
        }
    }
}

/// One LAN with two hosts for each make and one for the crowd.
pub struct Stage {
    hosts: Vec<(Make, [Site; 2])>,
    /// Where a crowd of peers is published from.
    pub crowd: Host,
    /// Few repetitions.
    pub quick: bool,
}

/// A host with what its make needs.
pub struct Site {
    pub host: Host,
    pub avahi: Option<Avahi>,
}

impl Stage {
    /// Avahi runs where libpurple will, as on any desktop.
    pub fn new(purple: bool, quick: bool) -> Stage {
        let lab = Lab::new();
        let mut hosts = vec![(Make::Balcony, ["forza", "pronto"])];
        if purple {
            hosts.push((Make::Purple, ["andante", "adagio"]));
        }
        let site = |make, name| {
            let host = lab.host(name);
            let avahi = (make == Make::Purple).then(|| host.start_avahi());
            Site { host, avahi }
        };
        Stage {
            hosts: hosts
                .into_iter()
                .map(|(make, names)| (make, names.map(|name| site(make, name))))
                .collect(),
            crowd: lab.host("piazza"),
            quick,
        }
    }

    /// Both makes with their two hosts.
    pub fn sides(&self) -> &[(Make, [Site; 2])] {
        &self.hosts
    }

    /// Where Balcony runs.
    pub fn balcony(&self) -> &[Site; 2] {
        &self.hosts[0].1
    }

    /// How often a row is measured.
    pub fn times(&self, usual: usize) -> usize {
        if self.quick { usual.div_ceil(4) } else { usual }
    }

    /// Measures both by turns, so that whatever else the machine does concerns both.
    pub fn by_turns(
        &self,
        times: usize,
        mut measure: impl FnMut(Make, &[Site; 2], usize) -> f64,
    ) -> Figures {
        let mut figures = Figures::default();
        for time in 0..self.times(times) {
            for (make, sites) in &self.hosts {
                make.of(&mut figures).push(measure(*make, sites, time));
            }
        }
        figures
    }

    /// The same for several figures at once.
    pub fn several_by_turns<const N: usize>(
        &self,
        times: usize,
        mut measure: impl FnMut(Make, &[Site; 2], usize) -> [f64; N],
    ) -> [Figures; N] {
        let mut all: [Figures; N] = std::array::from_fn(|_| Figures::default());
        for time in 0..self.times(times) {
            for (make, sites) in &self.hosts {
                for (figures, figure) in all.iter_mut().zip(measure(*make, sites, time)) {
                    make.of(figures).push(figure);
                }
            }
        }
        all
    }
}

/// Starts a program of that make and does not wait. Balcony is the library in a role of this program.
pub fn spawn(make: Make, site: &Site, name: &str) -> Peer {
    if make == Make::Purple {
        return crate::lab::purple::spawn(&site.host, name, &[]);
    }
    let ourselves = std::env::current_exe().expect("our own path");
    let mut command = site.host.command(ourselves);
    command
        .args(["role", "node", "--name", name, "--data"])
        .arg(site.host.folder(&format!("data-{name}")));
    Peer::start(&site.host, name, command)
}

/// The same with the program that users have: for its memory and its idle time.
pub fn spawn_program(make: Make, site: &Site, name: &str) -> Peer {
    if make == Make::Purple {
        return spawn(make, site, name);
    }
    let mut command = site.host.command(BALCONY);
    command
        .args(["headless", "--name", name, "--data"])
        .arg(site.host.folder(&format!("data-{name}")));
    Peer::start(&site.host, name, command)
}

/// Waits until it is on the network.
pub fn ready(peer: &Peer) -> String {
    peer.event("ready", SOON, |_| true);
    peer.jid()
}

/// Two of a make that have found each other.
pub struct Pair {
    pub one: Peer,
    pub other: Peer,
}

impl Pair {
    pub fn start(make: Make, sites: &[Site; 2], names: [&str; 2]) -> Pair {
        let pair = Pair {
            one: spawn(make, &sites[0], names[0]),
            other: spawn(make, &sites[1], names[1]),
        };
        let (one, other) = (ready(&pair.one), ready(&pair.other));
        pair.one.shows(&other, SOON, |_| true);
        pair.other.shows(&one, SOON, |_| true);
        pair
    }

    /// Ends both in order, so that the next row begins on a quiet network.
    pub fn end(self) {
        let jid = self.other.jid();
        self.other.quit();
        self.one.misses(&jid, SOON);
        self.one.quit();
    }
}

/// The time of a line of that kind after `mark`.
pub fn line(peer: &Peer, mark: usize, kind: &str) -> Instant {
    peer.event_after(mark, kind, Duration::from_secs(120), |_| true)
        .at
}

/// Tells it a command of the benchmarks.
pub fn ask(peer: &Peer, command: &str, to: &str, count: usize, body: &str) {
    peer.tell(&json!({"command": command, "to": to, "count": count, "body": body}));
}

/// Milliseconds between two instants.
pub fn ms(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1e3
}

/// Lets the network come to rest: libpurple's Avahi repeats its announcements for some seconds.
pub fn rest(seconds: f64) {
    std::thread::sleep(Duration::from_secs_f64(seconds));
}
