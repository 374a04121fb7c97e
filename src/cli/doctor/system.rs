//! Checks of the machine: clock, data folder, Avahi, firewall.

use std::fs;
use std::path::Path;
use std::process::Command;

use balcony::disk::DataLock;
use jiff::Timestamp;

use super::Finding;

/// Less free space than this is a fault, and less than this a note.
const FAULT_BYTES: u64 = 20 << 20;
const NOTE_BYTES: u64 = 200 << 20;

/// Is the date one on which this program can be running?
pub fn clock() -> Finding {
    let now = Timestamp::now();
    let year = now.to_zoned(jiff::tz::TimeZone::UTC).year();
    if (2025..2100).contains(&year) {
        Finding::fine("clock", format!("{}", now.strftime("%Y-%m-%d %H:%M UTC")))
    } else {
        Finding::fault(
            "clock",
            format!("the clock says {year}: messages would carry wrong times"),
            "set the clock: sudo timedatectl set-ntp true",
        )
    }
}

/// Can the folder be written, and is there room?
pub fn data(dir: &Path) -> Vec<Finding> {
    let shown = dir.display();
    let running = DataLock::holder(dir);
    let probe = dir.join(".doctor");
    let written = fs::create_dir_all(dir)
        .and_then(|()| fs::write(&probe, b"balcony"))
        .and_then(|()| fs::remove_file(&probe));
    let mut findings = vec![match written {
        Ok(()) => Finding::fine("data", format!("{shown} can be written")),
        Err(error) => Finding::fault(
            "data",
            format!("{shown} cannot be written: {error}"),
            "make it writable, or choose another folder with --data DIR",
        ),
    }];
    if let Some(pid) = running {
        findings.push(Finding::note(
            "instance",
            format!("process {pid} is using this data folder"),
            "",
        ));
    }
    if let Ok(disk) = rustix::fs::statvfs(dir) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let text = format!("{} MiB are free in it", free >> 20);
        let remedy = "free some space: messages that cannot be kept are not sent";
        findings.push(match free {
            0..FAULT_BYTES => Finding::fault("space", text, remedy),
            FAULT_BYTES..NOTE_BYTES => Finding::note("space", text, remedy),
            _ => Finding::fine("space", text),
        });
    }
    findings
}

/// Is the other mDNS service here? We get on with it.
pub fn avahi() -> Option<Finding> {
    let here = Path::new("/run/avahi-daemon/pid").exists() || is_running("avahi-daemon");
    here.then(|| {
        Finding::fine(
            "avahi",
            "avahi-daemon runs beside us; both share the mDNS port",
        )
    })
}

/// Which firewalls are active, and what they would have to let in.
pub fn firewall() -> Vec<Finding> {
    let mut findings = Vec::new();
    let allowed = |text: &str| text.contains("5353");
    let ufw = fs::read_to_string("/etc/ufw/ufw.conf")
        .is_ok_and(|conf| conf.lines().any(|line| line.trim() == "ENABLED=yes"));
    if ufw {
        let rules = fs::read_to_string("/etc/ufw/user.rules").unwrap_or_default();
        findings.push(hint(
            "ufw",
            allowed(&rules),
            "sudo ufw allow 5353/udp\nsudo ufw allow 5298/tcp",
        ));
    }
    if is_running("firewalld") {
        let services = output("firewall-cmd", &["--list-all"]);
        let known = services
            .as_deref()
            .is_some_and(|text| text.contains("mdns") || allowed(text));
        let remedy = "sudo firewall-cmd --permanent --add-service=mdns\nsudo firewall-cmd --permanent --add-port=5298/tcp\n\
                      sudo firewall-cmd --reload";
        findings.push(hint("firewalld", known, remedy));
    }
    if !ufw
        && !is_running("firewalld")
        && let Some(rules) = output("nft", &["list", "ruleset"])
        && drops_input(&rules)
    {
        let remedy =
            "in the input chain, before the drop:\nudp dport 5353 accept\ntcp dport 5298 accept";
        findings.push(hint("nftables", allowed(&rules), remedy));
    }
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    findings.extend(within_windows(&kernel));
    findings
}

/// Where the kernel is that of the Windows Subsystem for Linux, the firewall of Windows stands before it, and its usual
/// network keeps multicast out.
fn within_windows(kernel: &str) -> Option<Finding> {
    let finding = "this Linux runs inside Windows: Windows Defender Firewall stands before it, and unless its network is \
                   mirrored no multicast comes in";
    let rule = |name: &str, protocol: &str, port: u16| {
        format!(
            "New-NetFirewallHyperVRule -Name {name} -DisplayName {name} -Direction Inbound \
             -VMCreatorId '{{40E0AC32-46A5-438A-A0B2-2B479E8F2E90}}' -Protocol {protocol} -LocalPorts {port}"
        )
    };
    let remedy = format!(
        "in %UserProfile%\\.wslconfig, below [wsl2]: networkingMode=mirrored\nthen, in PowerShell as administrator:\n{}\n{}",
        rule("mDNS", "UDP", 5353),
        rule("Balcony", "TCP", 5298)
    );
    let windows = kernel.to_lowercase().contains("microsoft");
    windows.then(|| Finding::note("firewall", finding, remedy))
}

/// Does a base chain of the input hook drop what no rule lets in?
fn drops_input(rules: &str) -> bool {
    rules.lines().any(|line| {
        line.contains("hook input")
            && (line.contains("policy drop") || line.contains("policy reject"))
    })
}

fn hint(name: &str, known: bool, remedy: &str) -> Finding {
    if known {
        return Finding::fine(
            "firewall",
            format!("{name} is active and has a rule for mDNS (UDP port 5353)"),
        );
    }
    let finding = format!(
        "{name} is active: it may keep out mDNS (UDP port 5353) and connections (the TCP port above); no rule for mDNS was seen"
    );
    Finding::note("firewall", finding, remedy)
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Is a process of this name there? (Linux; elsewhere nothing is found.)
fn is_running(name: &str) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else {
        return false;
    };
    processes.flatten().any(|process| {
        fs::read_to_string(process.path().join("comm")).is_ok_and(|comm| comm.trim() == name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linux_inside_windows_is_known_by_its_kernel() {
        assert!(within_windows("5.15.153.1-microsoft-standard-WSL2").is_some());
        assert!(within_windows("6.1.0-18-amd64").is_none());
    }

    #[test]
    fn only_an_input_chain_that_drops_counts() {
        assert!(drops_input(
            "chain input {\n  type filter hook input priority filter; policy drop;"
        ));
        assert!(!drops_input(
            "type filter hook input priority 0; policy accept;\n type filter hook forward priority 0; policy drop;"
        ));
    }
}
