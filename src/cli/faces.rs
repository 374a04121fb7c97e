//! The faces that stay: window, terminal, JSON lines. Each starts a node and serves the control socket beside it.

use std::io::IsTerminal;
use std::path::Path;
#[cfg(feature = "gui")]
use std::sync::Arc;

use anyhow::{Context as _, Result};
use balcony::control::{self, Control};
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
fn window(args: NodeArgs) -> Result<Exit> {
    use balcony::gui::{self, NotShown};

    let data = args.data()?;
    let runtime = runtime()?;
    if runtime
        .block_on(control::show_running(&data))
        .unwrap_or(false)
    {
        return Ok(Exit::Done);
    }
    let context = gui::context();
    let options = gui::Options {
        suggested_name: args.name.clone().unwrap_or_default(),
        services: Some(Arc::new(super::services::Program {
            node: args.clone(),
            data: data.clone(),
        })),
        context: Some(context.clone()),
    };
    let settings = balcony::disk::store::peek(&data).unwrap_or_default();
    // The node and the driver of the screen take about as long as each other: they start at the same time.
    let starting = Starting::begin(args.clone(), context)?;
    let begun = starting.clone();
    let shown = gui::run_while(&settings, move || begun.wait(), options);
    if let Some(up) = starting.end() {
        let _ = runtime.block_on(up.node.request(balcony::command::Command::Quit));
        drop((up.control, up.node));
        up.ended.wait();
    }
    match shown {
        Ok(()) => Ok(Exit::Done),
        Err(NotShown::Node(error)) => Err(error),
        Err(NotShown::Window(error)) if std::io::stdin().is_terminal() => {
            eprintln!("balcony: {error}. So here is the chat of the terminal.");
            terminal(args)
        }
        Err(NotShown::Window(error)) => {
            Err(error.context("no window; `balcony terminal` chats without one"))
        }
    }
}

/// A node that is started on a thread of its own while the window opens.
#[cfg(feature = "gui")]
#[derive(Clone)]
struct Starting(Arc<std::sync::Mutex<Progress>>);

#[cfg(feature = "gui")]
enum Progress {
    Begun(std::thread::JoinHandle<Result<(Up, node::Subscription)>>),
    Up(Up),
    Over,
}

/// A node that runs for the window, and what serves beside it.
#[cfg(feature = "gui")]
struct Up {
    node: NodeHandle,
    ended: node::Ended,
    control: Option<Control>,
}

#[cfg(feature = "gui")]
impl Starting {
    fn begin(args: NodeArgs, context: egui::Context) -> Result<Starting> {
        let thread = std::thread::Builder::new().name("start".into());
        let begun = thread.spawn(move || bring_up(args, context))?;
        Ok(Starting(Arc::new(std::sync::Mutex::new(Progress::Begun(
            begun,
        )))))
    }

    /// Waits until it is up. Once.
    fn wait(&self) -> Result<(NodeHandle, node::Subscription)> {
        let mut progress = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        let thread = match std::mem::replace(&mut *progress, Progress::Over) {
            Progress::Begun(thread) => thread,
            other => {
                *progress = other;
                anyhow::bail!("the node has been started already");
            }
        };
        let joined = thread.join();
        let (up, subscription) =
            joined.map_err(|_| anyhow::anyhow!("the node failed while it started"))??;
        let node = up.node.clone();
        *progress = Progress::Up(up);
        Ok((node, subscription))
    }

    /// What is to be ended, if it came that far.
    fn end(self) -> Option<Up> {
        // A window that could not be opened has not waited.
        let _ = self.wait();
        let mut progress = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        match std::mem::replace(&mut *progress, Progress::Over) {
            Progress::Up(up) => Some(up),
            _ => None,
        }
    }
}

#[cfg(feature = "gui")]
fn bring_up(args: NodeArgs, context: egui::Context) -> Result<(Up, node::Subscription)> {
    use balcony::gui;
    use balcony::node::NodeConfig;

    let data = args.data()?;
    // Who gave a name in the arguments need not be asked for one.
    let named = args.name.is_some() || args.nick.is_some();
    let config = NodeConfig {
        wait_for_name: !named,
        ..args.config()?
    };
    let (node, ended) = node::start(config)?;
    quit_on_signals(&node)?;
    let subscription = runtime()?.block_on(node.subscribe())?;
    let control = serve(&data, &node, Some(Arc::new(move || gui::raise(&context))));
    let idle = node.clone();
    balcony::host::idle::watch(move |seconds| {
        // A node that is busy for the moment hears of it the next time.
        let told = idle.try_request(balcony::command::Command::Idle { seconds });
        told.is_ok() || !idle.has_ended()
    });
    let up = Up {
        node,
        ended,
        control,
    };
    Ok((up, subscription))
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
pub fn headless(args: NodeArgs) -> Result<Exit> {
    let runtime = runtime()?;
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
pub fn terminal(args: NodeArgs) -> Result<Exit> {
    let runtime = runtime()?;
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
