//! `balcony doctor`: why do I see nobody? Each check is a finding with its remedy.

mod multicast;
mod network;
mod system;

use anyhow::Result;
use balcony::command::Command;
use balcony::control::Link;
use balcony::node;
use serde::Serialize;

use super::args::{DoctorArgs, NodeArgs};
use super::{Exit, runtime};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Fine,
    /// Good to know; may explain something.
    Note,
    /// Keeps Balcony from working.
    Fault,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check, one word.
    pub check: &'static str,
    /// How bad.
    pub level: Level,
    /// What was found.
    pub finding: String,
    /// What to do about it; empty where nothing is to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}

impl Finding {
    /// As it should be.
    pub fn fine(check: &'static str, finding: impl Into<String>) -> Finding {
        Finding {
            check,
            level: Level::Fine,
            finding: finding.into(),
            remedy: String::new(),
        }
    }

    /// Good to know.
    pub fn note(
        check: &'static str,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding {
            check,
            level: Level::Note,
            finding: finding.into(),
            remedy: remedy.into(),
        }
    }

    /// Broken.
    pub fn fault(
        check: &'static str,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding {
            check,
            level: Level::Fault,
            finding: finding.into(),
            remedy: remedy.into(),
        }
    }
}

/// Runs all checks.
pub fn findings(node: &NodeArgs, data: &std::path::Path) -> Vec<Finding> {
    let mut findings = vec![system::clock()];
    findings.extend(system::data(data));
    findings.extend(network_findings(node, data));
    findings.extend(system::avahi());
    findings.extend(system::firewall());
    findings
}

/// Runs all checks and prints what they found.
pub fn run(args: &DoctorArgs) -> Result<Exit> {
    let mut node = args.node.clone();
    let _in_memory = node.move_into_memory()?;
    let findings = findings(&node, &node.data()?);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        let rows: Vec<Row<'_>> = findings.iter().map(Row::of).collect();
        print!("{}", report(&rows));
    }
    let fault = findings.iter().any(|finding| finding.level == Level::Fault);
    Ok(if fault { Exit::Failed } else { Exit::Done })
}

/// The checks that need a node: the running one, or one of our own.
fn network_findings(args: &NodeArgs, data: &std::path::Path) -> Vec<Finding> {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return vec![Finding::fault("node", format!("cannot start: {error}"), "")],
    };
    match runtime.block_on(Link::to_running(data)) {
        Ok(Some(link)) => {
            let mut findings = vec![Finding::fine(
                "instance",
                "Balcony is running on this data folder; it was asked",
            )];
            findings.extend(network::check(&runtime, link));
            return findings;
        }
        Ok(None) => {}
        Err(error) => {
            let remedy = "quit it and start it again";
            return vec![Finding::fault(
                "instance",
                format!("the running instance does not answer: {error}"),
                remedy,
            )];
        }
    }
    let started = args
        .clone()
        .config()
        .and_then(|config| Ok(node::start(config)?));
    let (node, ended) = match started {
        Ok(started) => started,
        Err(error) => return vec![Finding::fault("node", format!("{error:#}"), "")],
    };
    let findings = match runtime.block_on(Link::to_own(node.clone())) {
        Ok(link) => network::check(&runtime, link),
        Err(error) => vec![Finding::fault(
            "node",
            format!("it ended at once: {error}"),
            "",
        )],
    };
    // It may have ended by itself: then there is nobody left to say goodbye.
    let _ = runtime.block_on(node.request(Command::Quit));
    drop(node);
    ended.wait();
    findings
}

/// A finding as it is shown.
pub struct Row<'a> {
    /// How bad.
    pub level: Level,
    /// Which check.
    pub check: &'a str,
    /// What was found.
    pub finding: &'a str,
    /// What to do, a line a step.
    pub remedy: &'a str,
}

impl Row<'_> {
    fn of(finding: &Finding) -> Row<'_> {
        Row {
            level: finding.level,
            check: finding.check,
            finding: &finding.finding,
            remedy: &finding.remedy,
        }
    }
}

/// What a help desk asks first: which program, on what, when.
#[cfg(feature = "gui")]
pub fn head() -> String {
    let system = rustix::system::uname();
    format!(
        "Balcony {}, {} {} {}, {}",
        super::args::VERSION,
        system.sysname().to_string_lossy(),
        system.release().to_string_lossy(),
        system.machine().to_string_lossy(),
        balcony::host::zone::now().strftime("%Y-%m-%d %H:%M %:z")
    )
}

/// All of them, a line each.
pub fn report(findings: &[Row<'_>]) -> String {
    let mut out = String::new();
    for finding in findings {
        let mark = match finding.level {
            Level::Fine => "ok   ",
            Level::Note => "note ",
            Level::Fault => "FAULT",
        };
        out.push_str(&format!(
            "{mark} {:<10} {}\n",
            finding.check, finding.finding
        ));
        for line in finding.remedy.lines() {
            out.push_str(&format!("      {:<10} → {line}\n", ""));
        }
    }
    let faults = findings
        .iter()
        .filter(|finding| finding.level == Level::Fault)
        .count();
    out.push_str(match faults {
        0 => "\nNo fault was found on this machine. If somebody is still missing: is the other one on the same network,\n\
              and does the network let its guests see each other? (\"AP isolation\", \"client isolation\", guest Wi-Fi)\n",
        1 => "\nOne fault was found.\n",
        _ => "\nFaults were found; the first is often the cause of the others.\n",
    });
    out
}
