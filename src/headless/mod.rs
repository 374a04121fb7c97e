//! Floor 4: JSON lines on stdin and stdout, for bots, scripts and tests: [`crate::command::Request`]s in, one a line,
//! [`crate::event::Event`]s out. Bad lines get an `error` event and change nothing; the end of input is a clean quit.

pub mod lines;
mod stdio;

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::command::Command;
use crate::node::{NodeEnded, NodeHandle};
pub use stdio::{stdin, stdout};

/// How long the events after `quit` are still written, should nobody read them.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Serves stdin and stdout until the input ends, stdout is closed, SIGINT or SIGTERM comes, or the node ends. The node
/// is told to quit in any case, and what it still says is written.
///
/// # Errors
/// If the node had ended before, or this is no place where signals can be received.
pub async fn run(node: &NodeHandle) -> std::io::Result<()> {
    let subscription = node.subscribe().await.map_err(std::io::Error::other)?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (complain, complaints) = lines::complaints();
    let read = async {
        lines::read(node, stdin(), &complain, None).await;
        quit(node).await;
        std::future::pending::<()>().await;
    };
    let write = lines::write(subscription, complaints, stdout());
    tokio::pin!(read, write);
    let written = tokio::select! {
        written = &mut write => Some(written),
        () = read => None, // never: it waits for the writer
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
    };
    match written {
        Some(Ok(())) => {} // the node has ended
        Some(Err(error)) => {
            tracing::info!(%error, "nobody reads our output any more");
            quit(node).await;
        }
        None => {
            quit(node).await;
            let _ = tokio::time::timeout(LAST_WORDS, write).await;
        }
    }
    Ok(())
}

async fn quit(node: &NodeHandle) {
    if node.request(Command::Quit).await == Err(NodeEnded) {
        tracing::debug!("the node has ended already");
    }
}
