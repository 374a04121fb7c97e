//! `balcony demo`: a face on a pretend LAN. No data folder, no control socket, no network.

use anyhow::{Context as _, Result};
use balcony::{headless, node, terminal};

use super::args::DemoArgs;
use super::{Exit, runtime};

/// The window where there is a display, else the line chat; or the JSON lines if asked for.
pub fn run(args: &DemoArgs) -> Result<Exit> {
    #[cfg(feature = "gui")]
    if !args.headless && !args.terminal && super::window::has_display() {
        return window();
    }
    let runtime = runtime()?;
    let (node, ended) = node::demo()?;
    let result = if args.headless {
        runtime.block_on(headless::run(&node))
    } else {
        runtime.block_on(terminal::run(&node))
    };
    drop(node);
    ended.wait();
    // A thread may still wait for input that never comes.
    runtime.shutdown_background();
    result.context("demo")?;
    Ok(Exit::Done)
}

#[cfg(feature = "gui")]
fn window() -> Result<Exit> {
    use balcony::command::Command;
    use balcony::gui;

    let runtime = runtime()?;
    let (node, ended) = node::demo()?;
    super::window::quit_on_signals(&node)?;
    let subscription = runtime.block_on(node.subscribe())?;
    let shown = gui::run(node.clone(), subscription, gui::Options::default());
    let _ = runtime.block_on(node.request(Command::Quit));
    drop(node);
    ended.wait();
    shown.context("no window; `balcony demo --terminal` does without one")?;
    Ok(Exit::Done)
}
