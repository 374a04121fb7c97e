//! The faces that stay: window, terminal, JSON lines. Each starts a node and serves the control socket beside it.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context as _, Result};
use balcony::control::{self, Control};
use balcony::disk::memory::InMemory;
use balcony::headless;
use balcony::headless::lines::Raise;
use balcony::node::{self, NodeHandle};
use balcony::terminal;

use super::args::NodeArgs;
use super::{Exit, runtime};

/// `balcony` alone: the window where there is a display, else the line chat.
pub fn default(args: NodeArgs) -> Result<Exit> {
    #[cfg(feature = "gui")]
    if super::window::has_display() {
        return super::window::run(args);
    }
    if !std::io::stdin().is_terminal() {
        eprintln!(
            "balcony: neither a display nor a terminal; for scripts there is `balcony headless`"
        );
    }
    terminal(args)
}

/// What the user has to know about a session in memory.
pub(super) fn nothing_kept(session: &InMemory) -> String {
    let sentence = if session.has_known_key() {
        "Nothing of this session is kept: what is said is gone when it ends."
    } else {
        "Nothing of this session is kept: what is said is gone when it ends. Your key could not be read, so contacts see a new one."
    };
    sentence.to_owned()
}

/// `balcony headless`: for programs, whose answers come fast, the node runs on the thread of the face.
pub fn headless(mut args: NodeArgs) -> Result<Exit> {
    let runtime = runtime()?;
    // Dropped last: the node must have ended.
    let _in_memory = args.move_into_memory()?;
    let data = args.data()?;
    let result = runtime.block_on(async {
        let (node, running) = node::start_within(args.config()?)
            .await
            .inspect_err(|error| say_in_lines(&error.to_string()))?;
        let running = tokio::spawn(running);
        let control = serve(&data, &node, None);
        // A task, too: tokio looks for news of the network before each turn of its main future.
        let face = tokio::spawn(async move { headless::run(&node).await });
        let result = face.await?;
        drop(control);
        running.await?;
        result.context("headless")
    });
    // A thread may still wait for input that never comes.
    runtime.shutdown_background();
    result?;
    Ok(Exit::Done)
}

/// Who reads the lines learns there, too, why there will be none.
fn say_in_lines(message: &str) {
    let event = balcony::event::Event::Error {
        reference: None,
        message: message.to_owned(),
    };
    if let Ok(line) = serde_json::to_string(&event) {
        println!("{line}");
    }
}

/// `balcony terminal`.
pub fn terminal(mut args: NodeArgs) -> Result<Exit> {
    let runtime = runtime()?;
    // Dropped last: the node must have ended.
    let in_memory = args.move_into_memory()?;
    if let Some(session) = &in_memory {
        println!("{}", nothing_kept(session));
    }
    let data = args.data()?;
    let (node, ended) = node::start(args.config()?)?;
    let control = serve(&data, &node, None);
    let result = runtime.block_on(terminal::run(&node));
    drop((control, node));
    ended.wait();
    runtime.shutdown_background();
    result.context("terminal")?;
    Ok(Exit::Done)
}

/// The control socket, which is useful but not needed: without it `send` and `peers` say that an instance runs.
pub(super) fn serve(data: &Path, node: &NodeHandle, raise: Option<Raise>) -> Option<Control> {
    control::start(data, node.clone(), raise)
        .inspect_err(|error| tracing::warn!(%error, "no control socket: other programs cannot use this instance"))
        .ok()
}
