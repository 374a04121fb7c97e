//! Arguments → face. What each subcommand does stands in a file of its own; exit codes are the same for all: see
//! [`Exit`] and the end of `--help`.

mod args;
mod demo;
mod doctor;
mod export;
mod faces;
mod generate;
mod peers;
mod send;
mod send_file;
#[cfg(feature = "gui")]
mod services;
#[cfg(feature = "gui")]
mod window;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Sub};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Done.
    Done = 0,
    /// Something is wrong: the data folder, the network, a fault that `doctor` found.
    Failed = 1,
    // 2: wrong arguments, by clap.
    /// `send`: nobody here is called so, or several are.
    Nobody = 3,
    /// `send`: the message is kept, but it is not known to have arrived.
    Unconfirmed = 4,
}

/// Reads the arguments and runs the face.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    log(cli.verbose);
    balcony::host::descriptors::ask_for_more();
    let result = match cli.sub {
        None => faces::default(cli.node),
        Some(Sub::Headless(node)) => faces::headless(node),
        Some(Sub::Terminal(node)) => faces::terminal(node),
        Some(Sub::Send(send)) => send::run(send),
        Some(Sub::Peers(peers)) => peers::run(peers),
        Some(Sub::Doctor(doctor)) => doctor::run(&doctor),
        Some(Sub::Export(export)) => export::run(export),
        Some(Sub::Demo(demo)) => demo::run(&demo),
        Some(Sub::Generate { folder }) => generate::run(&folder),
    };
    let exit = result.unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "balcony: {error:#}");
        Exit::Failed
    });
    ExitCode::from(exit as u8)
}

/// Notes for whoever looks for a fault go to stderr: warnings, more with `-v`, or as `BALCONY_LOG` says.
fn log(verbose: u8) {
    let ours = match verbose {
        0 => "balcony=warn",
        1 => "balcony=info",
        2 => "balcony=debug",
        _ => "trace",
    };
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("BALCONY_LOG").unwrap_or_else(|_| ours.into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

/// A runtime for a face; the node has its own, or is spawned on this one.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
