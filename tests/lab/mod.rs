//! A private LAN for tests and benchmarks: hosts in network namespaces of their own, joined by bridges, with real
//! multicast, real cables to pull and real daemons, and nothing of the machine around it.
//!
//! ```text
//! switch namespace            host namespaces
//!   br-lan1 ──── veth ──────── eth0  "alice"   10.77.1.1  fe80::…
//!      ├──────── veth ──────── eth0  "bob"     10.77.1.2  fe80::…
//!   br-lan2 ──── veth ──────── eth1  "bob"     10.77.2.2  fe80::…
//! ```
//!
//! [`Lab::new`] makes the switch, [`Lab::host`] a host on LAN 1. Several labs run side by side with the same
//! addresses and host names, since they cannot see each other. Everything is removed on drop, after a panic too, and
//! what a killed test process leaves is removed by the next one (see [`namespace`]).
//!
//! Root is not needed where people may make user namespaces; `ip`, `nft`, `tc`, `unshare` and `nsenter` are. Where something
//! is missing a test says `skipped: …` and passes, unless `BALCONY_LAB=required` is set: then it fails.

#![allow(dead_code, reason = "each test program uses its own part of the lab")]

mod avahi;
pub mod headless;
mod host;
pub mod lines;
pub mod namespace;
pub mod peer;
pub mod picture;
pub mod purple;
mod switch;
pub mod tls;

use std::fmt::Display;
use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

pub use avahi::Avahi;
pub use host::Host;
use switch::{Carried, Switch};

/// Begin of the names of our folders under the system's temporary folder; the owner's mark follows.
pub const FOLDER_PREFIX: &str = "balcony-lab-";

/// One private network. See the module's documentation.
pub struct Lab {
    switch: Arc<Switch>,
    hosts: AtomicU8,
}

impl Lab {
    /// An empty network.
    pub fn new() -> Lab {
        Lab {
            switch: Arc::new(Switch::new()),
            hosts: AtomicU8::new(0),
        }
    }

    /// Whether this machine can have labs at all; otherwise what is missing.
    pub fn available() -> Result<(), String> {
        static TRIAL: OnceLock<Result<(), String>> = OnceLock::new();
        TRIAL.get_or_init(try_namespaces).clone()
    }

    /// A new network, or `None` after saying why there is none. Fails where the lab is required.
    pub fn new_or_skip() -> Option<Lab> {
        or_skip(Lab::available())?;
        Some(Lab::new())
    }

    /// A host with that host name, and `eth0` on LAN 1.
    pub fn host(&self, name: &str) -> Host {
        self.host_on(name, 1)
    }

    /// A host with that host name, and `eth0` on LAN number `lan`.
    pub fn host_on(&self, name: &str, lan: u8) -> Host {
        let host = self.bare_host(name);
        host.add_interface("eth0", lan);
        host
    }

    /// A host without any interface but `lo`.
    pub fn bare_host(&self, name: &str) -> Host {
        let number = self.hosts.fetch_add(1, Ordering::Relaxed) + 1;
        Host::new(name, number, Arc::clone(&self.switch))
    }

    /// What the hosts have put on their cables so far.
    pub fn carried(&self) -> Carried {
        self.switch.carried()
    }

    /// Lays a cable between two LANs: from now on they are one.
    pub fn join(&self, one: u8, other: u8) {
        self.switch.join(one, other);
    }

    /// Takes that cable out again.
    pub fn part(&self, one: u8, other: u8) {
        self.switch.part(one, other);
    }
}

/// `Some` if what a test needs is there; otherwise says why the test is skipped, or fails where nothing may be skipped.
pub fn or_skip<T>(means: Result<T, impl Display>) -> Option<T> {
    match means {
        Ok(means) => Some(means),
        Err(why) => {
            let required = std::env::var("BALCONY_LAB").is_ok_and(|value| value == "required");
            assert!(!required, "BALCONY_LAB=required, but: {why}");
            // Past the capture of passing tests' output: a skipped test should be seen.
            let test = std::thread::current().name().unwrap_or("test").to_owned();
            let _ = writeln!(std::io::stderr(), "{test}: skipped: {why}");
            None
        }
    }
}

/// The first of these programs that is missing, as an error.
pub fn need_programs(programs: &[&str]) -> Result<(), String> {
    for program in programs {
        let found = std::env::var_os("PATH").is_some_and(|path| {
            // Daemons live in sbin, which an ordinary PATH leaves out.
            let usual = ["/usr/sbin", "/sbin"].map(std::path::PathBuf::from);
            std::env::split_paths(&path)
                .chain(usual)
                .any(|folder| folder.join(program).is_file())
        });
        if !found {
            return Err(format!("{program} is not installed"));
        }
    }
    Ok(())
}

fn try_namespaces() -> Result<(), String> {
    need_programs(&["ip", "nft", "tc", "unshare", "nsenter", "mount", "hostname"])?;
    let script = "set -eu
        mount -t tmpfs tmpfs /run
        hostname balcony-trial
        ip link add br-trial type bridge
        ip link add name port0 type veth peer name eth0
        ip link set dev port0 master br-trial";
    let output = namespace::unshare(None)
        .args(["sh", "-c", script])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("unshare: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "no network namespaces here: {}",
        complaint.lines().next().unwrap_or("unshare failed")
    ))
}
