//! `balcony send TO --file PATH…`: says how far they are, and cancels them on Ctrl+C.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use balcony::command::{Command, Request};
use balcony::control::Link;
use balcony::event::{Event, File, FileState};
use balcony::wire::jid::Jid;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use super::Exit;

/// Our own reference, to know our answers by.
const REF: &str = "balcony-send-file";

/// Sends them and follows them. `patience`: how long they may wait for an answer before a running instance is left alone
/// with them; `None`: as long as it takes, because there is nobody else who would go on.
pub async fn run(
    link: &mut Link,
    to: &Jid,
    name: &str,
    paths: &[PathBuf],
    patience: Option<Duration>,
) -> Result<Exit> {
    for path in paths {
        // A running instance stands in another folder.
        let path = std::path::absolute(path)?;
        let command = Command::SendFile {
            to: to.clone(),
            path,
        };
        link.request(Request {
            command,
            reference: Some(REF.into()),
        })
        .await?;
    }
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    let far = Instant::now() + Duration::from_secs(86_400 * 365);
    let mut until = patience.map_or(far, |patience| Instant::now() + patience);
    let mut failed = 0;
    while files.len() + failed < paths.len() || files.values().any(|file| !file.state.is_over()) {
        tokio::select! {
            event = link.next() => {
                let event = event.context("the node has ended")?;
                if follow(&mut files, &mut failed, name, event)
                    && let Some(patience) = patience
                {
                    until = Instant::now() + patience;
                }
            }
            _ = interrupt.recv() => {
                cancel(link, &files).await?;
                bail!("cancelled");
            }
            () = sleep_until(until) => {
                eprintln!("balcony: {name} has not taken everything yet; what is left goes on in the running instance");
                return Ok(Exit::Unconfirmed);
            }
        }
    }
    let bad = failed
        + files
            .values()
            .filter(|file| file.state == FileState::Failed)
            .count();
    if bad > 0 {
        bail!("{bad} of {} did not get through to {name}", paths.len());
    }
    Ok(Exit::Done)
}

/// Takes in what happened; true if it moved one of ours.
fn follow(
    files: &mut BTreeMap<String, File>,
    failed: &mut usize,
    name: &str,
    event: Event,
) -> bool {
    match event {
        Event::FileState { file, reference } => {
            let ours = reference.is_some_and(|reference| reference == REF);
            if !ours && !files.contains_key(&file.transfer) {
                return false;
            }
            match (file.state, &file.reason) {
                (FileState::Done, _) => println!("{} is with {name}", file.name),
                (FileState::Failed, Some(why)) => eprintln!("balcony: {}: {why}", file.name),
                (FileState::Offered, _) if !file.encrypted => {
                    eprintln!(
                        "{} is offered to {name}; it would travel unencrypted",
                        file.name
                    );
                }
                (FileState::Offered, _) => eprintln!("{} is offered to {name}", file.name),
                _ => {}
            }
            files.insert(file.transfer.clone(), file);
            true
        }
        Event::FileProgress {
            transfer,
            bytes,
            size,
        } => {
            let Some(file) = files.get_mut(&transfer) else {
                return false;
            };
            file.bytes = bytes;
            if std::io::stderr().is_terminal() && size > 0 {
                let percent = u128::from(bytes) * 100 / u128::from(size);
                eprint!("\r{}: {percent} % of {} MiB ", file.name, size >> 20);
                if bytes == size {
                    eprintln!();
                }
            }
            true
        }
        Event::Error {
            reference: Some(reference),
            message,
        } if reference == REF => {
            eprintln!("balcony: {message}");
            *failed += 1;
            true
        }
        _ => false,
    }
}

async fn cancel(link: &mut Link, files: &BTreeMap<String, File>) -> Result<()> {
    let open: Vec<&File> = files
        .values()
        .filter(|file| !file.state.is_over())
        .collect();
    for file in &open {
        let command = Command::CancelFile {
            transfer: file.transfer.clone(),
        };
        let reference = Some(file.transfer.clone().into());
        link.request(Request { command, reference }).await?;
    }
    // Until the node says that it has told the other side; it does at once.
    let mut left = open.len();
    let end = Instant::now() + Duration::from_secs(2);
    while left > 0 {
        match tokio::time::timeout_at(end, link.next()).await {
            Ok(Some(Event::Done { .. })) => left -= 1,
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => break,
        }
    }
    Ok(())
}
