//! Real libpurple (Pidgin, Finch) on a host of the lab: builds `tests/purple/driver.c` and runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::avahi::Avahi;
use super::host::Host;
use super::need_programs;
use super::peer::{Peer, SOON};

const SOURCES: [(&str, &str); 9] = [
    ("bench.c", include_str!("../purple/bench.c")),
    ("bench.h", include_str!("../purple/bench.h")),
    ("driver.c", include_str!("../purple/driver.c")),
    ("files.c", include_str!("../purple/files.c")),
    ("files.h", include_str!("../purple/files.h")),
    ("json.c", include_str!("../purple/json.c")),
    ("json.h", include_str!("../purple/json.h")),
    ("watch.c", include_str!("../purple/watch.c")),
    ("watch.h", include_str!("../purple/watch.h")),
];

/// The driver, built on first use; or what is missing.
pub fn driver() -> Result<PathBuf, String> {
    static DRIVER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    DRIVER.get_or_init(build).clone()
}

/// A libpurple client that is signed on. The host needs a running avahi-daemon.
pub fn purple(host: &Host, name: &str) -> Peer {
    purple_with(host, name, &[])
}

/// Like [`purple`], with more options of the driver.
pub fn purple_with(host: &Host, name: &str, options: &[&str]) -> Peer {
    let peer = spawn(host, name, options);
    peer.event("ready", SOON, |_| true);
    peer
}

/// Starts it and does not wait.
pub fn spawn(host: &Host, name: &str, options: &[&str]) -> Peer {
    let mut command = host.command(driver().expect("asked before"));
    command
        .arg("--data")
        .arg(host.folder(&format!("purple-{name}")))
        .args(["--name", name])
        .args(options);
    if let Some(debug) = std::env::var_os("PURPLE_DEBUG") {
        command.env("PURPLE_DEBUG", debug);
    }
    // libpurple's own messages are compared as text.
    command.env("LC_ALL", "C.UTF-8");
    Peer::start(host, name, command)
}

fn build() -> Result<PathBuf, String> {
    Avahi::available()?;
    need_programs(&["gcc", "pkg-config"])?;
    let run = |command: &mut Command| {
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(|error| error.to_string())?;
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(complaint)
        }
    };
    let flags = run(Command::new("pkg-config").args(["--cflags", "--libs", "purple >= 2.14"]))
        .map_err(|_| "libpurple 2.14 with its headers is not installed".to_owned())?;
    let plugins = run(Command::new("pkg-config").args(["--variable=plugindir", "purple"]))?;
    if !Path::new(plugins.trim()).join("libbonjour.so").exists() {
        return Err("libpurple's Bonjour protocol is not installed".to_owned());
    }
    let folder =
        tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).map_err(|error| error.to_string())?;
    for (name, text) in SOURCES {
        fs::write(folder.path().join(name), text).map_err(|error| error.to_string())?;
    }
    let built = folder.path().join("driver");
    let mut gcc = Command::new("gcc");
    gcc.args([
        "-std=c11",
        "-D_GNU_SOURCE",
        "-Wall",
        "-Wextra",
        "-O2",
        "driver.c",
        "bench.c",
        "files.c",
        "json.c",
        "watch.c",
        "-o",
        "driver",
        // Its send(2) is found by libpurple's plugins before the C library's.
        "-rdynamic",
    ]);
    run(gcc
        .args(flags.split_whitespace())
        .current_dir(folder.path()))
    .map_err(|error| format!("gcc: {error}"))?;
    // Into place in one step: another test program may be running the old one.
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("purple-driver");
    fs::rename(built, &place).map_err(|error| error.to_string())?;
    Ok(place)
}
