//! A D-Bus and an avahi-daemon of a host's own, as a Linux desktop has them. libpurple cannot do without.

use std::fs::{self, File};
use std::process::{Child, Stdio};
use std::time::Duration;

use super::host::Host;
use super::peer::poll;
use super::{namespace, need_programs};

/// Open to every process of the host: the tests are not about D-Bus policies.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow receive_sender="*" eavesdrop="true"/>
  </policy>
</busconfig>
"#;

/// Debian's defaults; the host name is the namespace's.
const DAEMON: &str = "[server]
use-ipv4=yes
use-ipv6=yes
ratelimit-interval-usec=1000000
ratelimit-burst=1000
[publish]
publish-hinfo=no
publish-workstation=no
";

/// The two daemons; ended on drop.
pub struct Avahi {
    bus: Child,
    daemon: Child,
    /// Keeps the host until its daemons are gone.
    _host: Host,
}

impl Avahi {
    /// What is missing to start it.
    pub fn available() -> Result<(), String> {
        need_programs(&["avahi-daemon", "dbus-daemon", "dbus-send"])?;
        // It gives its folder to a user of its own, who does not exist in a user namespace.
        if namespace::is_root() {
            Ok(())
        } else {
            Err("avahi-daemon needs root".to_owned())
        }
    }

    /// See [`Host::start_avahi`].
    pub fn start(host: &Host) -> Avahi {
        let folder = host.folder("avahi");
        let (bus_file, daemon_file) = (folder.join("bus.conf"), folder.join("avahi-daemon.conf"));
        fs::write(&bus_file, BUS).expect("bus.conf");
        fs::write(&daemon_file, DAEMON).expect("avahi-daemon.conf");
        host.sh("mkdir -p /run/dbus /run/avahi-daemon");
        let log = |name: &str| File::create(folder.join(name)).expect("a log file");
        let bus = host
            .command("dbus-daemon")
            .arg(format!("--config-file={}", bus_file.display()))
            .args(["--nofork", "--nopidfile"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log("bus.log"))
            .spawn()
            .expect("dbus-daemon");
        poll("the bus", Duration::from_secs(10), || {
            host.try_sh("test -S /run/dbus/system_bus_socket").ok()
        });
        let daemon = host
            .command("avahi-daemon")
            .args(["--no-drop-root", "--no-chroot", "--no-rlimits", "--file"])
            .arg(&daemon_file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log("avahi.log"))
            .spawn()
            .expect("avahi-daemon");
        // 2 is AVAHI_SERVER_RUNNING: its host name has been probed for and is announced.
        let state = "dbus-send --system --print-reply=literal --dest=org.freedesktop.Avahi \
                     / org.freedesktop.Avahi.Server.GetState";
        poll("avahi-daemon", Duration::from_secs(20), || {
            host.try_sh(state)
                .ok()
                .filter(|answer| answer.trim() == "int32 2")
        });
        Avahi {
            bus,
            daemon,
            _host: host.clone(),
        }
    }

    /// The daemon's process id, to kill it or stop it.
    pub fn pid(&self) -> u32 {
        self.daemon.id()
    }

    /// The process id of its D-Bus.
    pub fn bus_pid(&self) -> u32 {
        self.bus.id()
    }

    /// Kills the mDNS daemon so that it cannot say goodbye for anybody, as a power cut does.
    pub fn kill(&mut self) {
        end(&mut self.daemon);
    }

    /// Ends the mDNS daemon in order: it says goodbye for all its services.
    pub fn stop(&mut self) {
        namespace::signal(self.daemon.id(), rustix::process::Signal::TERM);
        let _ = self.daemon.wait();
    }
}

impl Drop for Avahi {
    fn drop(&mut self) {
        end(&mut self.daemon);
        end(&mut self.bus);
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
