//! The command line as data.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use balcony::disk::memory::InMemory;
use balcony::disk::paths;
use balcony::host;
use balcony::model::settings::PlaintextPolicy;
use balcony::node::NodeConfig;

const EXAMPLES: &str = "\
Examples:
  balcony                                  the window; in a terminal without a display, the line chat
  balcony --name romeo --nick 'Romeo M.'   be called romeo@this-machine, shown to others as Romeo M.
  balcony peers                            who is here
  balcony send Juliet 'Lunch?'             send one message, say whether it arrived
  uptime | balcony send juliet@pronto -    send what stands on standard input
  balcony export --text all.txt            what was said, in a file
  balcony send Juliet --file rose.png      send a file, say how far it is and whether it arrived
  balcony doctor                           why do I see nobody?

Exit codes: 0 done, 1 it failed (the reason is on stderr), 2 wrong arguments,
3 nobody or more than one is called so (send), 4 not known to have arrived (send).";

/// The version, with the commit where it is known: see `assets/build.rs`.
pub const VERSION: &str = if env!("BALCONY_COMMIT").is_empty() {
    env!("CARGO_PKG_VERSION")
} else {
    concat!(env!("CARGO_PKG_VERSION"), " (", env!("BALCONY_COMMIT"), ")")
};

/// A messenger for everyone on the same network: no server, no account, no internet.
#[derive(Debug, Parser)]
#[command(version = VERSION, about, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// More notes on stderr: -v, -vv, -vvv (or BALCONY_LOG=balcony=debug)
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
    #[command(flatten)]
    pub node: NodeArgs,
    #[command(subcommand)]
    pub sub: Option<Sub>,
}

/// The faces and tools.
#[derive(Debug, Subcommand)]
pub enum Sub {
    /// Chat by JSON lines on stdin and stdout: for bots, scripts and tests
    #[command(after_help = HEADLESS)]
    Headless(NodeArgs),
    /// Chat in this terminal
    #[command(after_help = "Type /help there for what it knows.")]
    Terminal(NodeArgs),
    /// Send one message or files and say what became of them
    #[command(after_help = SEND)]
    Send(SendArgs),
    /// List who is here
    #[command(
        after_help = "Uses the instance that runs on the data folder, if there is one; otherwise looks around by itself for --wait seconds."
    )]
    Peers(PeersArgs),
    /// Find out why I see nobody: interfaces, multicast, port, firewall, each with the remedy
    #[command(after_help = "Exit code 0 if all is well, 1 if a fault was found.")]
    Doctor(DoctorArgs),
    /// Write what was said to a file, as JSON or as text
    #[command(after_help = EXPORT)]
    Export(ExportArgs),
    /// Look around among pretended people: the window, or the line chat without a display
    #[command(after_help = "Nothing goes to the network, and nothing of yours is read or kept.")]
    Demo(DemoArgs),
    /// Write man pages, shell completions and icons into a folder, for packages
    #[command(hide = true)]
    Generate {
        /// The folder; made if it is not there
        folder: PathBuf,
    },
}

const HEADLESS: &str = "\
Every line is one JSON object. End of input is a clean quit, as are SIGINT and SIGTERM.
  in   {\"command\":\"send\",\"to\":\"juliet@pronto\",\"body\":\"Hello\",\"ref\":1}
  out  {\"event\":\"message-state\",\"id\":\"…\",\"ref\":1,\"to\":\"juliet@pronto\",\"state\":\"sent\"}
A line that cannot be used gets an \"error\" event (with its \"ref\") and changes nothing; it may have 1.5 MiB.";

const SEND: &str = "\
TO is a full name (juliet@pronto) or what the list shows (Juliet), if only one is called so.
Goes through the instance that runs on the data folder, if there is one; otherwise comes to the
network by itself, sends, and leaves.

Exit codes: 0 the recipient's program has it (or, where programs do not confirm: it was written and
the connection held), 1 it failed, 2 wrong arguments, 3 nobody or more than one is called so,
4 not known to have arrived within --wait seconds; a running instance keeps trying. Files are waited
for as long as they move; alone, until they are through or refused.";

const EXPORT: &str = "\
Goes through the instance that runs on the data folder, if there is one; otherwise reads the folder
by itself, without coming to the network. A file that exists is not overwritten.";

/// How to be on the network.
#[derive(Clone, Debug, Default, Args)]
pub struct NodeArgs {
    /// Where history, settings and pictures are kept [default: ~/.local/share/balcony]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keep nothing: history, settings and pictures are in memory and go with the session. The key of the data folder is
    /// used if it can be read, so that contacts know you
    #[arg(long)]
    pub in_memory: bool,
    /// User part of the name on the network [default: the account's name]
    #[arg(long, value_name = "USER")]
    pub name: Option<String>,
    /// Machine part of the name on the network, ASCII [default: the host name]
    #[arg(long)]
    pub machine: Option<String>,
    /// The name that others see [default: as set before]
    #[arg(long)]
    pub nick: Option<String>,
    /// TCP port to listen on [default: 5298, else any free one]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// Use only this network interface; may be repeated
    #[arg(long = "interface", value_name = "IFACE")]
    pub interfaces: Vec<String>,
    /// Take every file that is offered into this folder, without asking: for bots
    #[arg(long, value_name = "DIR")]
    pub accept_files: Option<PathBuf>,
    /// What to do about peers that cannot encrypt [default: as set before]
    #[arg(long, value_parser = plaintext())]
    pub plaintext: Option<PlaintextPolicy>,
}

/// Arguments of `send`.
#[derive(Debug, Args)]
pub struct SendArgs {
    /// To whom: a full name or a shown one
    pub to: String,
    /// The text; - reads it from standard input
    #[arg(required_unless_present = "files")]
    pub text: Option<String>,
    /// Send this file or folder, too; may be repeated. Ctrl+C cancels what is not through
    #[arg(long = "file", value_name = "PATH")]
    pub files: Vec<PathBuf>,
    /// Wait so many seconds for the recipient to be seen, and again for the message to arrive
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub wait: u64,
    #[command(flatten)]
    pub node: NodeArgs,
}

/// Arguments of `peers`.
#[derive(Debug, Args)]
pub struct PeersArgs {
    /// As one JSON array, with everything that is known of each
    #[arg(long)]
    pub json: bool,
    /// Look around for so many seconds [default: 3, or 0 where an instance runs]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub wait: Option<u64>,
    #[command(flatten)]
    pub node: NodeArgs,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The file to write; - for standard output
    pub file: PathBuf,
    /// Only the conversation with this one: a full name, such as juliet@pronto
    #[arg(long, value_name = "NAME")]
    pub with: Option<String>,
    /// As text for people instead of JSON
    #[arg(long)]
    pub text: bool,
    /// Where history is kept [default: ~/.local/share/balcony]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The line chat, also where there is a display
    #[arg(long)]
    pub terminal: bool,
    /// The JSON lines
    #[arg(long, conflicts_with = "terminal")]
    pub headless: bool,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// As one JSON array
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub node: NodeArgs,
}

impl NodeArgs {
    /// The data folder.
    pub fn data(&self) -> anyhow::Result<PathBuf> {
        let data = self.data.clone().or_else(paths::data_dir);
        data.context("there is no home folder to keep things in; say where with --data DIR")
    }

    /// If nothing is to be kept: the folder in memory, which these arguments then name.
    ///
    /// # Errors
    /// If there is no such place.
    pub fn move_into_memory(&mut self) -> anyhow::Result<Option<InMemory>> {
        if !std::mem::take(&mut self.in_memory) {
            return Ok(None);
        }
        let session = InMemory::make(self.data().ok().as_deref())
            .context("there is no place in memory that may be written (neither $XDG_RUNTIME_DIR nor /dev/shm)")?;
        self.data = Some(session.path().to_owned());
        Ok(Some(session))
    }

    /// The configuration of a node.
    pub fn config(self) -> anyhow::Result<NodeConfig> {
        Ok(NodeConfig {
            data: self.data()?,
            user: self.name.unwrap_or_else(host::user_name),
            machine: self.machine,
            nick: self.nick,
            port: self.port,
            wait_for_name: false,
            interfaces: self.interfaces,
            accept_files: self.accept_files,
            plaintext: self.plaintext,
        })
    }
}

fn plaintext() -> impl TypedValueParser<Value = PlaintextPolicy> {
    PossibleValuesParser::new(["allow", "ask", "secure-only"]).map(|word| match word.as_str() {
        "ask" => PlaintextPolicy::Ask,
        "secure-only" => PlaintextPolicy::SecureOnly,
        _ => PlaintextPolicy::Allow,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
