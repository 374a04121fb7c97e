//! A host of the lab: a machine with a name, interfaces, addresses and cables that can be pulled.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::Mutex;

use super::avahi::Avahi;
use super::namespace::Namespace;
use super::switch::Switch;

/// A host. Cloning gives another handle to the same host; it is gone with the last handle.
#[derive(Clone)]
pub struct Host {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    number: u8,
    namespace: Namespace,
    switch: Arc<Switch>,
    /// Interface and the LAN that it is plugged into.
    cables: Mutex<Vec<(String, u8)>>,
}

impl Host {
    /// Called by [`super::Lab`]; `number` is the last part of its IPv4 addresses.
    pub fn new(name: &str, number: u8, switch: Arc<Switch>) -> Host {
        let namespace = Namespace::new(name, Some(&switch.namespace));
        Host {
            inner: Arc::new(Inner {
                name: name.to_owned(),
                number,
                namespace,
                switch,
                cables: Mutex::default(),
            }),
        }
    }

    /// Its host name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// A folder on this host's disk, made if need be.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.inner
            .switch
            .folder(&format!("{}-{}/{name}", self.inner.number, self.inner.name))
    }

    /// A command that will run on this host, with a home folder of its own.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.inner.namespace.command(program);
        let home = self.folder("home");
        command
            .env("HOME", &home)
            .env("XDG_RUNTIME_DIR", self.folder("runtime"))
            .current_dir(home);
        for variable in [
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
        ] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs a shell script on this host as root and returns what it printed; panics if it fails.
    pub fn sh(&self, script: &str) -> String {
        self.inner.namespace.sh(script)
    }

    /// Like [`Host::sh`], but a failure is a result.
    pub fn try_sh(&self, script: &str) -> Result<String, String> {
        self.inner.namespace.try_sh(script)
    }

    /// Plugs a new interface into a LAN. Its IPv4 address is [`Host::ipv4`], its IPv6 one link-local.
    pub fn add_interface(&self, interface: &str, lan: u8) {
        self.inner.switch.lay_cable(
            &self.port(interface),
            lan,
            self.inner.namespace.pid(),
            interface,
        );
        self.cables().push((interface.to_owned(), lan));
        self.sh(&format!(
            "ip addr add {}/24 dev {interface}; ip link set dev {interface} up",
            self.ipv4(lan)
        ));
    }

    /// The IPv4 address that this host gets on a LAN.
    pub fn ipv4(&self, lan: u8) -> String {
        format!("10.77.{lan}.{}", self.inner.number)
    }

    /// The link-local IPv6 address of an interface, without scope.
    pub fn link_local(&self, interface: &str) -> String {
        let listed = self.sh(&format!(
            "ip -6 -brief addr show dev {interface} scope link"
        ));
        let address = listed
            .split_whitespace()
            .find(|word| word.starts_with("fe80:"))
            .expect("a link-local address");
        address.split('/').next().expect("an address").to_owned()
    }

    /// One more address, such as `10.77.1.99/24` or `fd00:77::9/64`.
    pub fn add_address(&self, interface: &str, address: &str) {
        self.sh(&format!("ip addr add {address} dev {interface}"));
    }

    /// Takes an address away.
    pub fn remove_address(&self, interface: &str, address: &str) {
        self.sh(&format!("ip addr del {address} dev {interface}"));
    }

    /// What DHCP does when it hands out another lease: the old IPv4 addresses go, a new one comes.
    pub fn change_ipv4(&self, interface: &str, address: &str) {
        self.sh(&format!(
            "ip -4 addr flush dev {interface}; ip addr add {address} dev {interface}"
        ));
    }

    /// Leaves only IPv6 on an interface.
    pub fn remove_ipv4(&self, interface: &str) {
        self.sh(&format!("ip -4 addr flush dev {interface}"));
    }

    /// Leaves only IPv4 on an interface.
    pub fn remove_ipv6(&self, interface: &str) {
        self.sh(&format!(
            "echo 1 > /proc/sys/net/ipv6/conf/{interface}/disable_ipv6"
        ));
    }

    /// Pulls the cable out at the host: the interface loses its carrier.
    pub fn pull_cable(&self, interface: &str) {
        self.inner
            .switch
            .namespace
            .sh(&format!("ip link set dev {} down", self.port(interface)));
    }

    /// Plugs it in again.
    pub fn plug_cable(&self, interface: &str) {
        self.inner
            .switch
            .namespace
            .sh(&format!("ip link set dev {} up", self.port(interface)));
    }

    /// Pulls a cable somewhere beyond the switch: the host keeps its carrier and notices nothing.
    pub fn cut_uplink(&self, interface: &str) {
        self.inner.switch.namespace.sh(&format!(
            "ip link set dev {} nomaster",
            self.port(interface)
        ));
    }

    /// Undoes [`Host::cut_uplink`].
    pub fn mend_uplink(&self, interface: &str) {
        let bridge = self.inner.switch.bridge(self.lan(interface));
        self.inner.switch.namespace.sh(&format!(
            "ip link set dev {} master {bridge}",
            self.port(interface)
        ));
    }

    /// Somebody replugs the far end of the cable into another LAN: the host keeps its carrier and its address and notices
    /// nothing. [`Host::mend_uplink`] puts it back.
    pub fn replug_uplink(&self, interface: &str, lan: u8) {
        let bridge = self.inner.switch.bridge(lan);
        self.inner.switch.namespace.sh(&format!(
            "ip link set dev {} master {bridge}",
            self.port(interface)
        ));
    }

    /// Switches the interface off on the host itself, as a user does in the network menu.
    pub fn disable(&self, interface: &str) {
        self.sh(&format!("ip link set dev {interface} down"));
    }

    /// Switches it on again.
    pub fn enable(&self, interface: &str) {
        self.sh(&format!("ip link set dev {interface} up"));
    }

    /// Loses that share of the frames in each direction, at random; 0 ends it.
    pub fn lose_percent(&self, interface: &str, percent: u8) {
        let port = self.port(interface);
        // The comparison must be one that can fail, says nft.
        let permille = (u16::from(percent) * 10).min(999);
        for (namespace, device) in [
            (&self.inner.namespace, interface),
            (&self.inner.switch.namespace, port.as_str()),
        ] {
            let table = format!("loss-{device}");
            let rule = format!(
                "table netdev {table}\n delete table netdev {table}\n table netdev {table} {{\n chain in {{\n \
                 type filter hook ingress device \"{device}\" priority 0\n \
                 numgen random mod 1000 < {permille} drop\n }}\n }}\n"
            );
            namespace.sh(&format!("nft -f - <<'END'\n{rule}END"));
        }
    }

    /// Makes the link that slow in each direction, such as `1mbit`.
    pub fn slow_link(&self, interface: &str, rate: &str) {
        let shape = |device: &str| {
            format!("tc qdisc replace dev {device} root tbf rate {rate} burst 32k latency 200ms")
        };
        self.sh(&shape(interface));
        self.inner
            .switch
            .namespace
            .sh(&shape(&self.port(interface)));
    }

    /// Starts a D-Bus and an avahi-daemon of this host's own, and waits until they answer.
    pub fn start_avahi(&self) -> Avahi {
        Avahi::start(self)
    }

    /// What a machine that runs containers has: bridges with addresses, and the host's end of a container's cable.
    /// Returns the container; its `eth0` is plugged into `docker0`.
    pub fn add_containers(&self) -> Host {
        let container = Host::new("container", 200, Arc::clone(&self.inner.switch));
        self.sh(&format!(
            "ip link add name docker0 type bridge mcast_snooping 0
            ip addr add 172.17.0.1/16 dev docker0
            ip link set dev docker0 up
            ip link add name br-5c0ffee1cafe type bridge
            ip addr add 172.18.0.1/16 dev br-5c0ffee1cafe
            ip link set dev br-5c0ffee1cafe up
            ip link add name veth5c0ffee type veth peer name eth0 netns {}
            ip link set dev veth5c0ffee master docker0 up",
            container.inner.namespace.pid()
        ));
        container.sh("ip addr add 172.17.0.2/16 dev eth0; ip link set dev eth0 up");
        container
    }

    /// The switch's end of an interface's cable.
    fn port(&self, interface: &str) -> String {
        format!("h{}-{interface}", self.inner.number)
    }

    fn lan(&self, interface: &str) -> u8 {
        self.cables()
            .iter()
            .find(|(name, _)| name == interface)
            .map_or(1, |(_, lan)| *lan)
    }

    fn cables(&self) -> std::sync::MutexGuard<'_, Vec<(String, u8)>> {
        self.inner
            .cables
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
    }
}
