//! `balcony headless` on a host of the lab.

use std::path::{Path, PathBuf};

use super::host::Host;
use super::peer::{Peer, SOON};

/// The program under test.
pub const BALCONY: &str = env!("CARGO_BIN_EXE_balcony");

/// How to start it. [`balcony`] makes one; [`Headless::start`] runs it.
pub struct Headless {
    host: Host,
    name: String,
    data: PathBuf,
    arguments: Vec<String>,
    log: String,
}

/// `balcony headless --name NAME` on that host, with a data folder that belongs to host and name: started again, it is
/// the same installation.
pub fn balcony(host: &Host, name: &str) -> Headless {
    Headless {
        host: host.clone(),
        name: name.to_owned(),
        data: host.folder(&format!("data-{name}")),
        arguments: Vec::new(),
        log: std::env::var("BALCONY_LAB_LOG")
            .unwrap_or_else(|_| "balcony=debug,mdns_sd=info".into()),
    }
}

impl Headless {
    /// Adds an option and its value.
    #[must_use]
    pub fn with(mut self, option: &str, value: &str) -> Headless {
        self.arguments.extend([option.to_owned(), value.to_owned()]);
        self
    }

    /// Another data folder.
    #[must_use]
    pub fn data(mut self, folder: &Path) -> Headless {
        self.data = folder.to_owned();
        self
    }

    /// How much it tells, as `BALCONY_LOG` has it.
    #[must_use]
    pub fn log(mut self, log: &str) -> Headless {
        log.clone_into(&mut self.log);
        self
    }

    /// Starts it and does not wait.
    pub fn spawn(&self) -> Peer {
        let mut command = self.host.command(BALCONY);
        command
            .arg("headless")
            .arg("--data")
            .arg(&self.data)
            .args(["--name", &self.name])
            .args(&self.arguments);
        command.env("BALCONY_LOG", &self.log);
        command.env("NO_COLOR", "1");
        Peer::start(&self.host, &self.name, command)
    }

    /// Starts it and waits until it is on the network.
    pub fn start(&self) -> Peer {
        let peer = self.spawn();
        peer.event("ready", SOON, |_| true);
        peer
    }
}
