//! The faces that stay: window, terminal, JSON lines. Each starts a node and serves the control socket beside it.

use std::io::IsTerminal;
use std::path::Path;
#[cfg(feature = "gui")]
use std::sync::Arc;

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
    if has_display() {
        return window(args);
    }
    if !std::io::stdin().is_terminal() {
        eprintln!(
            "balcony: neither a display nor a terminal; for scripts there is `balcony headless`"
        );
    }
    terminal(args)
}

/// The window. A second start only brings the first one's to the front.
#[cfg(feature = "gui")]
fn window(mut args: NodeArgs) -> Result<Exit> {
    use balcony::gui;
    use balcony::node::NodeConfig;

    let runtime = runtime()?;
    if runtime
        .block_on(control::show_running(&args.data()?))
        .unwrap_or(false)
    {
        return Ok(Exit::Done);
    }
    // Dropped last: the node must have ended.
    let in_memory = args.move_into_memory()?;
    let data = args.data()?;
    // Who gave a name in the arguments need not be asked for one.
    let named = args.name.is_some() || args.nick.is_some();
    let context = gui::context();
    let options = gui::Options {
        suggested_name: args.name.clone().unwrap_or_default(),
        services: Some(Arc::new(super::services::Program {
            node: args.clone(),
            data: data.clone(),
        })),
        context: Some(context.clone()),
    };
    let config = NodeConfig {
        wait_for_name: !named,
        ..args.clone().config()?
    };
    let (node, ended) = match node::start(config) {
        Ok(started) => started,
        Err(error) => {
            // Who started the program from a menu sees no terminal.
            match gui::tell(&context, &error.to_string(), can_do_without(&error)) {
                Ok(gui::Answer::Close) => {}
                Ok(gui::Answer::KeepNothing) => return Err(start_keeping_nothing().into()),
                Err(error) => tracing::info!(%error, "the error is told in words only"),
            }
            return Err(error.into());
        }
    };
    quit_on_signals(&node)?;
    let mut subscription = runtime.block_on(node.subscribe())?;
    if let Some(session) = &in_memory {
        subscription.model.notice(nothing_kept(session));
    }
    let raised = context;
    let control = serve(&data, &node, Some(Arc::new(move || gui::raise(&raised))));
    let idle = node.clone();
    balcony::host::idle::watch(move |seconds| {
        // A node that is busy for the moment hears of it the next time.
        let told = idle.try_request(balcony::command::Command::Idle { seconds });
        told.is_ok() || !idle.has_ended()
    });
    let shown = gui::run(node.clone(), subscription, options);
    let _ = runtime.block_on(node.request(balcony::command::Command::Quit));
    drop((control, node));
    ended.wait();
    match shown {
        Ok(()) => Ok(Exit::Done),
        Err(error) if std::io::stdin().is_terminal() => {
            eprintln!("balcony: {error}. So here is the chat of the terminal.");
            terminal(args)
        }
        Err(error) => Err(error.context("no window; `balcony terminal` chats without one")),
    }
}

/// Without what cannot be opened a session is still possible, of which nothing is kept.
#[cfg(feature = "gui")]
fn can_do_without(error: &node::StartError) -> bool {
    use balcony::disk::OpenError;

    matches!(error, node::StartError::Disk(why) if !matches!(why, OpenError::InUse { .. }))
}

/// Starts this program anew, since a process can have one window only. Returns if that fails.
#[cfg(feature = "gui")]
fn start_keeping_nothing() -> std::io::Error {
    use std::os::unix::process::CommandExt;

    match std::env::current_exe() {
        Ok(program) => std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .arg("--in-memory")
            .exec(),
        Err(error) => error,
    }
}

/// What the user has to know about a session in memory.
fn nothing_kept(session: &InMemory) -> String {
    let key = if session.has_known_key() {
        ""
    } else {
        " Your key could not be read, so contacts see a new one."
    };
    format!("Nothing of this session is kept: what is said is gone when it ends.{key}")
}

/// SIGTERM and SIGINT end a window as closing it does: with a goodbye, and nothing is left behind.
#[cfg(feature = "gui")]
pub fn quit_on_signals(node: &NodeHandle) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let (runtime, node) = (runtime()?, node.clone());
    let (mut terminate, mut interrupt) = {
        let _within = runtime.enter();
        (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        )
    };
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                // A node that has ended closes the window, too.
                let _ = node.request(balcony::command::Command::Quit).await;
            });
        })?;
    Ok(())
}

/// Whether a window can be shown.
#[cfg(feature = "gui")]
pub fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|key| std::env::var_os(key).is_some_and(|value| !value.is_empty()))
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
fn serve(data: &Path, node: &NodeHandle, raise: Option<Raise>) -> Option<Control> {
    control::start(data, node.clone(), raise)
        .inspect_err(|error| tracing::warn!(%error, "no control socket: other programs cannot use this instance"))
        .ok()
}
