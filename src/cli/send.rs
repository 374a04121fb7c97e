//! `balcony send TO TEXT`, and files with it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use balcony::command::{Command, Request};
use balcony::control::Link;
use balcony::event::{Event, MessageState, Peer};
use balcony::node;
use balcony::wire::jid::Jid;
use tokio::time::{Instant, timeout_at};

use super::args::SendArgs;
use super::{Exit, runtime, send_file};

/// Our own reference, to know our answers by.
const REF: &str = "balcony-send";
/// A shown name is looked up this long after we came to the network ourselves: a second one of that name may come.
const SETTLE: Duration = Duration::from_millis(1500);

/// Sends through the running instance, or alone.
pub fn run(mut args: SendArgs) -> Result<Exit> {
    let _in_memory = args.node.move_into_memory()?;
    let text = match &args.text {
        Some(words) => Some(text(words)?),
        None => None,
    };
    let what = (text, args.files.as_slice());
    let data = args.node.data()?;
    let runtime = runtime()?;
    let running = runtime
        .block_on(Link::to_running(&data))
        .context("the running instance does not answer")?;
    let wait = Duration::from_secs(args.wait);
    if let Some(link) = running {
        return runtime.block_on(send(link, &args.to, what, wait, Duration::ZERO, Some(wait)));
    }
    let (node, ended) = node::start(args.node.config()?)?;
    let exit = runtime.block_on(async {
        let link = Link::to_own(node.clone()).await?;
        let exit = send(link, &args.to, what, wait, SETTLE.min(wait), None).await;
        let _ = node.request(Command::Quit).await;
        exit
    });
    drop(node);
    ended.wait();
    exit
}

fn text(argument: &str) -> Result<String> {
    let mut text = argument.to_owned();
    if argument == "-" {
        text.clear();
        let most = 1 << 20;
        std::io::stdin()
            .take(most + 1)
            .read_to_string(&mut text)
            .context("standard input cannot be read as text")?;
        if text.len() as u64 > most {
            bail!("the text is longer than 1 MiB");
        }
        text.truncate(text.trim_end_matches('\n').len());
    }
    if text.is_empty() {
        bail!("there is no text to send");
    }
    Ok(text)
}

async fn send(
    mut link: Link,
    to: &str,
    (text, files): (Option<String>, &[PathBuf]),
    wait: Duration,
    settle: Duration,
    patience: Option<Duration>,
) -> Result<Exit> {
    let peer = match find(&mut link, to, wait, settle).await? {
        Ok(peer) => peer,
        Err(why) => {
            eprintln!("balcony: {why}");
            return Ok(Exit::Nobody);
        }
    };
    let name = if peer.nick == peer.jid.as_str() {
        peer.nick
    } else {
        format!("{} ({})", peer.nick, peer.jid)
    };
    let mut exit = Exit::Done;
    if let Some(body) = text {
        let command = Command::Send {
            to: peer.jid.clone(),
            body,
            spoiler: None,
        };
        link.request(Request {
            command,
            reference: Some(REF.into()),
        })
        .await?;
        exit = follow(&mut link, &name, wait).await?;
    }
    if files.is_empty() {
        return Ok(exit);
    }
    match send_file::run(&mut link, &peer.jid, &name, files, patience).await? {
        Exit::Done => Ok(exit),
        other => Ok(other),
    }
}

/// Waits for the recipient to be here.
async fn find(
    link: &mut Link,
    to: &str,
    wait: Duration,
    settle: Duration,
) -> Result<Result<Peer, String>> {
    link.request(Request {
        command: Command::Snapshot,
        reference: Some(REF.into()),
    })
    .await?;
    let mut here = BTreeMap::new();
    let begun = Instant::now();
    let (mut known, mut until) = (false, begun + settle);
    loop {
        let exact = here.values().find(|peer: &&Peer| peer.jid.as_str() == to);
        if let Some(peer) = exact {
            return Ok(Ok(peer.clone()));
        }
        match matching(&here, to).as_slice() {
            [peer] if known && Instant::now() >= begun + settle => return Ok(Ok((*peer).clone())),
            [_, _, ..] if known => return Ok(Err(several(to, &matching(&here, to)))),
            _ if Instant::now() >= begun + wait && known => {
                return Ok(Err(format!(
                    "nobody called \"{to}\" is here. `balcony peers` shows who is"
                )));
            }
            _ => {}
        }
        match timeout_at(until, link.next()).await {
            Ok(None) => bail!("the node has ended"),
            Ok(Some(event)) => {
                known |= matches!(&event, Event::Snapshot { reference: Some(reference), .. } if reference == REF);
                note(&mut here, event);
            }
            Err(_) => until = begun + wait.max(Duration::from_millis(50)),
        }
        if known && Instant::now() >= begun + settle {
            until = begun + wait;
        }
    }
}

/// Keeps the list of who is here.
pub fn note(here: &mut BTreeMap<Jid, Peer>, event: Event) {
    match event {
        Event::PeerOnline { peer } | Event::PeerChanged { peer } => {
            drop(here.insert(peer.jid.clone(), peer))
        }
        Event::PeerOffline { jid, .. } => drop(here.remove(&jid)),
        Event::Snapshot { peers, .. } => {
            here.extend(peers.into_iter().map(|peer| (peer.jid.clone(), peer)))
        }
        _ => {}
    }
}

fn matching<'a>(here: &'a BTreeMap<Jid, Peer>, to: &str) -> Vec<&'a Peer> {
    let to = to.to_lowercase();
    let called =
        |peer: &&Peer| peer.nick.to_lowercase() == to || peer.jid.as_str().to_lowercase() == to;
    here.values().filter(called).collect()
}

fn several(to: &str, peers: &[&Peer]) -> String {
    let names: Vec<_> = peers.iter().map(|peer| peer.jid.as_str()).collect();
    format!(
        "several are called \"{to}\": {}. Use one of these names",
        names.join(", ")
    )
}

/// Says what becomes of the message.
async fn follow(link: &mut Link, name: &str, wait: Duration) -> Result<Exit> {
    let until = Instant::now() + wait;
    let (mut ours, mut last) = (None, MessageState::Queued);
    while let Ok(event) = timeout_at(until, link.next()).await {
        match event.context("the node has ended")? {
            Event::Error {
                reference: Some(reference),
                message,
            } if reference == REF => bail!(message),
            Event::MessageState {
                id,
                reference,
                state,
                reason,
                ..
            } if reference.as_ref().is_some_and(|reference| reference == REF)
                || ours.as_ref() == Some(&id) =>
            {
                let why = reason
                    .map(|reason| format!(": {reason}"))
                    .unwrap_or_default();
                match state {
                    MessageState::Delivered | MessageState::Displayed => {
                        println!("delivered to {name}");
                        return Ok(Exit::Done);
                    }
                    MessageState::Failed => bail!("not sent to {name}{why}"),
                    MessageState::Uncertain => {
                        eprintln!(
                            "balcony: sent to {name}, but the connection broke{why}: it may not have arrived"
                        );
                        return Ok(Exit::Unconfirmed);
                    }
                    MessageState::Queued | MessageState::Sent => last = state,
                }
                ours = Some(id);
            }
            _ => {}
        }
    }
    Ok(match last {
        MessageState::Sent => {
            println!("sent to {name}");
            Exit::Done
        }
        _ => {
            eprintln!(
                "balcony: {name} was not reached in time; the message is kept and goes out when both are here again"
            );
            Exit::Unconfirmed
        }
    })
}
