//! `balcony` where there is a display: the window, with a node that starts while it opens.

use std::io::IsTerminal;
use std::os::unix::process::CommandExt;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use balcony::control::{self, Control};
use balcony::disk::OpenError;
use balcony::gui::{self, NotShown};
use balcony::node::{self, NodeConfig, NodeHandle, StartError};
use tokio::signal::unix::{SignalKind, signal};

use super::args::NodeArgs;
use super::faces::{nothing_kept, serve, terminal};
use super::{Exit, runtime};

/// The window. A second start only brings the first one's to the front.
pub fn run(mut args: NodeArgs) -> Result<Exit> {
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
    // Neither the node nor the driver of the screen waits for the other: both start at the same time.
    let starting = Starting::begin(args.clone(), context)?;
    let begun = starting.clone();
    let notice = in_memory.as_ref().map(nothing_kept);
    let bring = move || {
        let (node, mut subscription) = begun.wait().map_err(|error| gui::NotStarted {
            can_do_without: can_do_without(&error),
            error,
        })?;
        if let Some(notice) = notice {
            subscription.model.notice(notice);
        }
        Ok((node, subscription))
    };
    let shown = gui::run_while(&settings, bring, options);
    if let Some(up) = starting.end() {
        let _ = runtime.block_on(up.node.request(balcony::command::Command::Quit));
        drop((up.control, up.node));
        up.ended.wait();
    }
    match shown {
        Ok(()) => Ok(Exit::Done),
        Err(NotShown::Node(_, gui::Answer::KeepNothing)) => Err(start_keeping_nothing().into()),
        Err(NotShown::Node(error, gui::Answer::Close)) => Err(error),
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
#[derive(Clone)]
struct Starting(Arc<Mutex<Progress>>);

enum Progress {
    Begun(std::thread::JoinHandle<Result<(Up, node::Subscription)>>),
    Up(Up),
    Over,
}

/// A node that runs for the window, and what serves beside it.
struct Up {
    node: NodeHandle,
    ended: node::Ended,
    control: Option<Control>,
}

impl Starting {
    fn begin(args: NodeArgs, context: egui::Context) -> Result<Starting> {
        let thread = std::thread::Builder::new().name("start".into());
        let begun = thread.spawn(move || bring_up(args, context))?;
        Ok(Starting(Arc::new(Mutex::new(Progress::Begun(begun)))))
    }

    /// Waits until it is up. Once.
    fn wait(&self) -> Result<(NodeHandle, node::Subscription)> {
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *progress, Progress::Over) {
            Progress::Up(up) => Some(up),
            _ => None,
        }
    }
}

fn bring_up(args: NodeArgs, context: egui::Context) -> Result<(Up, node::Subscription)> {
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

/// Without what cannot be opened a session is still possible, of which nothing is kept.
fn can_do_without(error: &anyhow::Error) -> bool {
    let why = error.downcast_ref();
    matches!(why, Some(StartError::Disk(why)) if !matches!(why, OpenError::InUse { .. }))
}

/// Starts this program anew, since a process can have one window only. Returns if that fails.
fn start_keeping_nothing() -> std::io::Error {
    match std::env::current_exe() {
        Ok(program) => std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .arg("--in-memory")
            .exec(),
        Err(error) => error,
    }
}

/// SIGTERM and SIGINT end a window as closing it does: with a goodbye, and nothing is left behind.
pub fn quit_on_signals(node: &NodeHandle) -> std::io::Result<()> {
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
pub fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|key| std::env::var_os(key).is_some_and(|value| !value.is_empty()))
}
