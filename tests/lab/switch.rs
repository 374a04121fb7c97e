//! The middle of a lab: a namespace with one bridge a LAN, and the far end of every cable.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::FOLDER_PREFIX;
use super::namespace::{Namespace, owner};

/// Frames from hosts, each counted once however many it reaches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Carried {
    /// So many.
    pub packets: u64,
    /// With so many octets.
    pub octets: u64,
}

/// The bridges, and the lab's folder.
pub struct Switch {
    pub namespace: Namespace,
    folder: tempfile::TempDir,
    lans: Mutex<Vec<u8>>,
}

impl Switch {
    /// No LAN yet.
    pub fn new() -> Switch {
        let prefix = format!("{FOLDER_PREFIX}{}-", owner());
        let folder = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir()
            .expect("a temporary folder");
        Switch {
            namespace: Namespace::new("switch", None),
            folder,
            lans: Mutex::new(Vec::new()),
        }
    }

    /// A folder of this lab, made if need be, gone with the lab.
    pub fn folder(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(&path).expect("a folder in the lab's folder");
        path
    }

    /// The lab's folder.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The bridge of a LAN, made if need be.
    pub fn bridge(&self, lan: u8) -> String {
        let bridge = format!("br-lan{lan}");
        let mut lans = self
            .lans
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        if !lans.contains(&lan) {
            lans.push(lan);
            // Without a querier on the LAN, multicast snooping would only add its own timers.
            self.namespace.sh(&format!(
                "ip link add name {bridge} type bridge mcast_snooping 0
                echo 1 > /proc/sys/net/ipv6/conf/{bridge}/disable_ipv6
                ip link set dev {bridge} up"
            ));
        }
        bridge
    }

    /// Lays a cable from this LAN to the namespace of that process, where it becomes `interface`.
    pub fn lay_cable(&self, port: &str, lan: u8, pid: u32, interface: &str) {
        let bridge = self.bridge(lan);
        self.namespace.sh(&format!(
            "ip link add name {port} type veth peer name {interface} netns {pid}
            echo 1 > /proc/sys/net/ipv6/conf/{port}/disable_ipv6
            ip link set dev {port} master {bridge} up"
        ));
    }

    /// What the hosts have put on their cables so far, by the counters of the switch's ports.
    pub fn carried(&self) -> Carried {
        let mut all = Carried::default();
        for line in self.namespace.sh("cat /proc/net/dev").lines() {
            let Some((port, counters)) = line.split_once(':') else {
                continue;
            };
            // Octets and packets that came in, first (proc(5)).
            let mut numbers = counters
                .split_whitespace()
                .map_while(|word| word.parse::<u64>().ok());
            if port.trim().starts_with('h') && port.contains('-') {
                all.octets += numbers.next().unwrap_or(0);
                all.packets += numbers.next().unwrap_or(0);
            }
        }
        all
    }

    /// Lays a cable between two LANs.
    pub fn join(&self, one: u8, other: u8) {
        let (first, second) = (self.bridge(one), self.bridge(other));
        self.namespace.sh(&format!(
            "ip link add name j{one}-{other} type veth peer name j{other}-{one}
            ip link set dev j{one}-{other} master {first} up
            ip link set dev j{other}-{one} master {second} up"
        ));
    }

    /// Takes that cable out.
    pub fn part(&self, one: u8, other: u8) {
        self.namespace
            .sh(&format!("ip link del dev j{one}-{other}"));
    }
}
