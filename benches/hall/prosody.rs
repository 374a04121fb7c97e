//! Prosody, with a configuration of its own in a folder of its own, on loopback.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The host that its users are on.
pub const HOST: &str = "hall.example";
/// The room.
pub const ROOM: &str = "hall@rooms.hall.example";

/// Says what is missing.
pub fn available() -> Result<(), String> {
    crate::lab::need_programs(&["prosody"])
}

/// A running server. It ends, and its folder goes, with this value.
pub struct Prosody {
    child: Child,
    pub address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Prosody {
    /// Starts it and waits until it listens.
    pub fn start() -> Prosody {
        let folder = tempfile::Builder::new()
            .prefix("balcony-prosody-")
            .tempdir()
            .expect("a folder");
        let port = free_port();
        let at = folder.path().display().to_string();
        let settings = folder.path().join("prosody.cfg.lua");
        // Plain and anonymous: what is compared is the fan-out, and this is the server at its fastest.
        fs::write(
            &settings,
            format!(
                "run_as_root = true
pidfile = \"{at}/prosody.pid\"
data_path = \"{at}\"
log = {{ error = \"{at}/prosody.log\" }}
interfaces = {{ \"127.0.0.1\" }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{}}
s2s_ports = {{}}
modules_enabled = {{ \"saslauth\" }}
modules_disabled = {{ \"s2s\", \"offline\", \"tls\" }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
storage = \"memory\"
network_backend = \"epoll\"
VirtualHost \"{HOST}\"
    authentication = \"anonymous\"
Component \"rooms.{HOST}\" \"muc\"
    muc_room_locking = false
    max_history_messages = 50
    muc_room_default_history_length = 50
"
            ),
        )
        .expect("its configuration");
        let mut command = Command::new("prosody");
        command
            .arg("--config")
            .arg(&settings)
            .arg("-F")
            .env(crate::lab::namespace::OWNER, crate::lab::namespace::owner())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("stderr")).expect("a log file"));
        let child = command.spawn().expect("prosody");
        let mut prosody = Prosody {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            folder,
        };
        prosody.wait();
        prosody
    }

    fn wait(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(self.address).is_err() {
            let ended = !matches!(self.child.try_wait(), Ok(None));
            let said =
                |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
            assert!(
                !ended && Instant::now() < deadline,
                "prosody does not listen: {}{}",
                said("stderr"),
                said("prosody.log")
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Prosody {
    fn drop(&mut self) {
        crate::lab::namespace::signal(self.child.id(), rustix::process::Signal::TERM);
        let deadline = Instant::now() + Duration::from_secs(3);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("an address").port()
}
