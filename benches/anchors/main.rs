//! Balcony and libpurple 2.14 (what Pidgin and Finch are made of) side by side: the same things, on the same private LAN, by turns
//! in one run. Prints each row's medians, their ratio and the goal.
//!
//! ```text
//! cargo bench --bench anchors -- [--only PART-OF-A-ROW'S-NAME]… [--quick] [--json FILE]
//! ```
//!
//! These are measurements, never assertions: machines are noisy, so a ratio of two medians of one run is all that is worth
//! quoting. Messages are sent, answered and counted inside the two programs (`role.rs`, `tests/purple/bench.h`), so that no
//! JSON line is on the way that is measured. What is compared is not equal: libpurple keeps nothing and acknowledges
//! nothing, Balcony's message counts when it is on the receiver's disk, and in a burst when the sender knows it.
//!
//! Root is needed for network namespaces (an ordinary user gets them where user namespaces are allowed); without libpurple
//! Balcony is measured alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot measure stops"
)]

#[path = "../../tests/lab/mod.rs"]
mod lab;

mod crowd;
mod files;
mod keys;
mod least;
mod messages;
mod presence;
mod publish;
mod raw;
mod report;
mod role;
mod sides;
mod store;
mod usage;

use clap::Parser;
use lab::Lab;
use report::Report;
use sides::Stage;

/// Anchors: Balcony beside libpurple.
#[derive(Parser)]
struct Options {
    /// Only rows whose name contains this; may be given again.
    #[arg(long)]
    only: Vec<String>,
    /// Few repetitions: a first look.
    #[arg(long)]
    quick: bool,
    /// Write the figures there.
    #[arg(long)]
    json: Option<std::path::PathBuf>,
    /// What cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, role @ ..] = arguments.as_slice()
        && word == "role"
    {
        return role::run(role);
    }
    let options = Options::parse();
    if let Err(why) = Lab::available() {
        return enter_user_namespace(&why);
    }
    let missing = lab::purple::driver().err();
    if let Some(why) = &missing {
        println!("Balcony alone, since libpurple cannot be measured: {why}\n");
    }
    let mut report = Report::new(&options.only);
    let stage = Stage::new(missing.is_none(), options.quick);
    presence::measure(&stage, &mut report);
    messages::measure(&stage, &mut report);
    keys::measure(&stage, &mut report);
    crowd::measure(&stage, &mut report);
    files::measure(&stage, &mut report);
    usage::measure(&stage, &mut report);
    store::measure(&stage, &mut report);
    print!("\n{report}");
    if let Some(file) = &options.json {
        std::fs::write(file, report.json().to_string()).expect("the file of --json");
    }
}

/// Who is not root is root in a user namespace of its own, where the system allows that.
fn enter_user_namespace(why: &str) {
    const MARK: &str = "BALCONY_BENCH_IN_USER_NAMESPACE";
    let ourselves = std::env::current_exe().expect("our own path");
    let status = if std::env::var_os(MARK).is_some() {
        None
    } else {
        std::process::Command::new("unshare")
            .args(["--user", "--map-root-user"])
            .arg(ourselves)
            .args(std::env::args().skip(1))
            .env(MARK, "1")
            .status()
            .ok()
    };
    if !status.is_some_and(|status| status.success()) {
        println!("Nothing is measured: {why}. Run this as root.");
        if std::env::var_os(MARK).is_some() {
            std::process::exit(1);
        }
    }
}
