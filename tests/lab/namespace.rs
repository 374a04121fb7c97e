//! One set of Linux namespaces (network, mounts, host name), kept alive by a shell that waits at the end of a pipe.
//!
//! Nothing here has a name in the system: when the shell ends, because we drop it or because the test process was
//! killed and the pipe closed, the kernel takes the namespace with every interface in it. What would outlive that are
//! the programs that run inside; they carry [`OWNER`] in their environment, and [`end_orphans`] finds them by it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Once;

/// Environment variable of every program that the lab starts: whose it is, as `pid-starttime` of the test process.
pub const OWNER: &str = "BALCONY_LAB_OWNER";

/// Namespaces of a host, or of the switch between the hosts.
pub struct Namespace {
    holder: Child,
    /// Closing it ends the holder.
    _pipe: Option<ChildStdin>,
}

impl Namespace {
    /// New namespaces with that host name, `lo` up, and a `/run` of their own. Cables can be laid between those with
    /// the same `owner`, which is the lab's switch; the switch itself has none.
    pub fn new(hostname: &str, owner: Option<&Namespace>) -> Namespace {
        end_orphans();
        let script = format!(
            "set -eu
            mount -t tmpfs tmpfs /run
            hostname {hostname}
            # Addresses are usable at once: nobody else is on this LAN, so there are no duplicates to detect.
            echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
            ip link set lo up
            echo up
            exec cat > /dev/null"
        );
        let mut unshare = unshare(owner);
        let mut holder = unshare
            .args(["sh", "-c", &script])
            .env(OWNER, self::owner())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare");
        let pipe = holder.stdin.take();
        let mut line = String::new();
        let stdout = holder.stdout.take().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the holder's first line");
        assert_eq!(
            line.trim(),
            "up",
            "namespaces for {hostname} could not be set up"
        );
        Namespace {
            holder,
            _pipe: pipe,
        }
    }

    /// The process that keeps the namespaces, for `ip link … netns PID`.
    pub fn pid(&self) -> u32 {
        self.holder.id()
    }

    /// A command that will run inside. The process started by it is the program itself: its pid can be signalled.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("nsenter");
        command.args([
            "--target",
            &self.pid().to_string(),
            "--net",
            "--mount",
            "--uts",
        ]);
        command
            .args(into_user_namespace())
            .arg("--")
            .arg(program.as_ref())
            .env(OWNER, owner());
        // Nothing of the machine around us: no desktop, no bus.
        for variable in [
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "DBUS_SESSION_BUS_ADDRESS",
            "DBUS_SYSTEM_BUS_ADDRESS",
        ] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs a shell script inside and returns what it printed; panics with its complaint if it fails.
    pub fn sh(&self, script: &str) -> String {
        self.try_sh(script)
            .unwrap_or_else(|error| panic!("in the lab: {script}: {error}"))
    }

    /// Like [`Namespace::sh`], but a failure is a result.
    pub fn try_sh(&self, script: &str) -> Result<String, String> {
        let output = self
            .command("sh")
            .args(["-euc", script])
            .stdin(Stdio::null())
            .output()
            .expect("nsenter");
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// The command that makes namespaces and runs in them what is added to it. Without root they belong to a user namespace,
/// one for a lab: that of its switch.
pub fn unshare(owner: Option<&Namespace>) -> Command {
    let new = ["--net", "--mount", "--uts"];
    match owner {
        Some(owner) if !is_root() => {
            let mut command = Command::new("nsenter");
            let pid = owner.pid().to_string();
            command.args(["--target", &pid]).args(into_user_namespace());
            command.args(["--", "unshare"]).args(new);
            command
        }
        _ => {
            let mut command = Command::new("unshare");
            if !is_root() {
                command.args(["--user", "--map-root-user"]);
            }
            command.args(new);
            command
        }
    }
}

fn into_user_namespace() -> &'static [&'static str] {
    if is_root() {
        &[]
    } else {
        &["--user", "--preserve-credentials"]
    }
}

/// Whether we are root on this machine.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Ourselves, so that a later process with the same pid is not taken for us.
pub fn owner() -> String {
    let pid = std::process::id();
    format!("{pid}-{}", start_time(pid).expect("our own start time"))
}

/// Field 22 of `/proc/PID/stat`: when the process started, in clock ticks since boot.
fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name, in parentheses, may hold anything; what follows is regular.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19)?.parse().ok()
}

/// Is the test process that this mark names still running?
pub fn is_alive(owner: &str) -> bool {
    let Some((pid, started)) = owner.split_once('-') else {
        return true;
    };
    let (Ok(pid), Ok(started)) = (pid.parse(), started.parse::<u64>()) else {
        return true;
    };
    start_time(pid) == Some(started)
}

/// Sends a signal to one process; one that has ended already is no error.
pub fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .expect("a process id");
    let _ = rustix::process::kill_process(pid, signal);
}

/// Kills programs of earlier test processes that are gone (killed before they could tidy up), and removes their
/// folders. Once a process.
fn end_orphans() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let mark = format!("{OWNER}=");
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(pid) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<u32>().ok())
            else {
                continue;
            };
            let Ok(environment) = fs::read(entry.path().join("environ")) else {
                continue;
            };
            let orphan = environment.split(|byte| *byte == 0).any(|variable| {
                let variable = String::from_utf8_lossy(variable);
                variable
                    .strip_prefix(&mark)
                    .is_some_and(|owner| !is_alive(owner))
            });
            if orphan {
                signal(pid, rustix::process::Signal::KILL);
            }
        }
        for entry in fs::read_dir(std::env::temp_dir())
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(rest) = name.strip_prefix(super::FOLDER_PREFIX) else {
                continue;
            };
            let owner = rest.rsplit_once('-').map_or(rest, |(owner, _)| owner);
            if !is_alive(owner) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    });
}
