//! `balcony peers`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result};
use balcony::command::{Command, Request};
use balcony::control::Link;
use balcony::event::{Event, Peer, Show};
use balcony::node;
use balcony::terminal::clean;
use balcony::wire::jid::Jid;
use tokio::time::{Instant, timeout_at};

use super::args::PeersArgs;
use super::send::note;
use super::{Exit, runtime};

/// Lists who is here, asking the running instance or looking around alone.
pub fn run(mut args: PeersArgs) -> Result<Exit> {
    let _in_memory = args.node.move_into_memory()?;
    let data = args.node.data()?;
    let runtime = runtime()?;
    let running = runtime
        .block_on(Link::to_running(&data))
        .context("the running instance does not answer")?;
    let here = if let Some(link) = running {
        runtime.block_on(look(link, Duration::from_secs(args.wait.unwrap_or(0))))?
    } else {
        let (node, ended) = node::start(args.node.config()?)?;
        let here = runtime.block_on(async {
            let link = Link::to_own(node.clone()).await?;
            let here = look(link, Duration::from_secs(args.wait.unwrap_or(3))).await;
            let _ = node.request(Command::Quit).await;
            here
        });
        drop(node);
        ended.wait();
        here?
    };
    if args.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&here.values().collect::<Vec<_>>())?
        );
    } else {
        print!("{}", table(&here));
    }
    Ok(Exit::Done)
}

/// Everybody who is here once the node has told all, or after `wait` if that is later.
async fn look(mut link: Link, wait: Duration) -> Result<BTreeMap<Jid, Peer>> {
    let reference = "balcony-peers";
    link.request(Request {
        command: Command::Snapshot,
        reference: Some(reference.into()),
    })
    .await?;
    let begun = Instant::now();
    let (mut here, mut known) = (BTreeMap::new(), false);
    while !known || begun.elapsed() < wait {
        let until = begun
            + if known {
                wait
            } else {
                wait + Duration::from_secs(5)
            };
        let Ok(event) = timeout_at(until, link.next()).await else {
            break;
        };
        let event = event.context("the node has ended")?;
        known |= matches!(&event, Event::Snapshot { reference: Some(answer), .. } if answer == reference);
        note(&mut here, event);
    }
    Ok(here)
}

fn table(here: &BTreeMap<Jid, Peer>) -> String {
    if here.is_empty() {
        return "Nobody else is here. `balcony doctor` tells whether that is for a reason.\n"
            .to_owned();
    }
    let rows: Vec<[String; 4]> = here.values().map(row).collect();
    let head = ["NAME", "ADDRESS", "STATUS", "PROGRAM"].map(str::to_owned);
    let mut out = String::new();
    let wide = |column: usize| {
        let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths = [wide(0), wide(1), wide(2), 0];
    for row in [&head].into_iter().chain(&rows) {
        let line: Vec<_> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        out.push_str(line.join("  ").trim_end());
        out.push('\n');
    }
    out
}

fn row(peer: &Peer) -> [String; 4] {
    let show = match peer.show {
        Show::Available => "available",
        Show::Away => "away",
        Show::Dnd => "do not disturb",
    };
    let message = clean(&peer.message).replace('\n', " ");
    let status = if message.is_empty() {
        show.to_owned()
    } else {
        format!("{show}: {message}")
    };
    [
        clean(&peer.nick),
        clean(peer.jid.as_str()),
        status,
        clean(&peer.client),
    ]
}
