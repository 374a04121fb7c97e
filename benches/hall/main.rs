//! A lecture hall: hundreds of real `balcony headless` processes on one bridge, all of whom see each other and one moderated
//! room, and beside them, in the same run, Prosody's MUC with as many occupants.
//!
//! ```text
//! cargo bench --no-default-features --bench hall -- [--people 300] [--hosts 30] [--messages 100] [--skip-prosody] [--markdown]
//! ```
//!
//! These are measurements, never assertions. It needs root (network namespaces, and the counters of their bridge), about 25 MiB
//! of memory a process, and some minutes; every wait has an end, and whatever was started ends with it. Without Prosody
//! (`apt-get install prosody`) Balcony is measured alone.
//!
//! What is compared is not equal: Prosody's occupants are 300 plain connections of one client program on loopback, and its
//! messages are kept in one memory; Balcony's are 300 programs which decrypt each message, check its signature, put it on
//! their own disk and write it as a JSON line. Both share this machine's processors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot measure stops"
)]

#[allow(unused_imports, reason = "the lab offers more than a hall needs")]
#[path = "../../tests/lab/mod.rs"]
mod lab;

mod facts;
mod hall;
mod least;
mod muc;
mod prosody;
mod swarm;
mod table;

use clap::Parser;

/// A lecture hall of real processes, beside Prosody.
#[derive(Parser, Clone)]
pub struct Options {
    /// Members of the room.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u16).range(4..=1000))]
    people: u16,
    /// Hosts (network namespaces) that they share.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u8).range(2..=200))]
    hosts: u8,
    /// Announcements, each after the one before has reached everybody.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(4..=1000))]
    messages: u16,
    /// Seconds over which the idle traffic is counted, after as many of rest.
    #[arg(long, default_value_t = 60)]
    idle: u64,
    /// Balcony alone.
    #[arg(long)]
    skip_prosody: bool,
    /// Prosody alone.
    #[arg(long)]
    skip_balcony: bool,
    /// Print the table as Markdown.
    #[arg(long)]
    markdown: bool,
    /// What cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// Announcements that another speaker makes after them.
    fn remarks(&self) -> usize {
        usize::from(self.messages) / 4
    }

    /// Messages that a late joiner is given.
    fn history(&self) -> usize {
        HISTORY.min(usize::from(self.messages) + self.remarks())
    }
}

/// Late joiners, one after the other.
const LATE: usize = 5;
/// Messages that a late joiner is given where so many were said.
const HISTORY: usize = 50;
/// Between two announcements, from the last member's having one.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(150);

fn main() {
    if least::was_one() {
        return;
    }
    let options = Options::parse();
    if !lab::namespace::is_root() {
        println!("Nothing is measured: this needs root, for network namespaces and a bridge.");
        std::process::exit(1);
    }
    if let Err(why) = lab::Lab::available() {
        println!("Nothing is measured: {why}.");
        std::process::exit(1);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let muc = if options.skip_prosody {
            None
        } else {
            match prosody::available() {
                Ok(()) => Some(muc::measure(&options).await),
                Err(why) => {
                    println!("Prosody is not measured: {why}");
                    None
                }
            }
        };
        let hall = if options.skip_balcony {
            None
        } else {
            Some(hall::measure(&options).await)
        };
        let least = least::measure(&options).await;
        table::print(&options, hall.as_ref(), muc.as_ref(), &least);
    });
}

/// Says on stderr how far it is.
pub fn step(what: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{what}");
}
