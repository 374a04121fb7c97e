//! The other end: how `balcony send` and `balcony peers` speak to a node, a running one by its socket or one of their
//! own, without telling the difference.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use crate::command::Request;
use crate::event::Event;
use crate::headless::lines::{self, Lines};
use crate::node::NodeHandle;

/// A conversation with a node: first what it knows as events, then every event.
#[derive(Debug)]
pub struct Link(Kind);

#[derive(Debug)]
enum Kind {
    Own {
        node: NodeHandle,
        known: VecDeque<Event>,
        events: mpsc::Receiver<Arc<Event>>,
    },
    Running {
        input: Lines<OwnedReadHalf>,
        output: OwnedWriteHalf,
    },
}

impl Link {
    /// To the instance that runs on this data folder; `None` if none does.
    ///
    /// # Errors
    /// If there is one, but it cannot be spoken to.
    pub async fn to_running(data: &Path) -> io::Result<Option<Link>> {
        match UnixStream::connect(super::path(data)).await {
            Ok(stream) => {
                let (input, output) = stream.into_split();
                Ok(Some(Link(Kind::Running {
                    input: Lines::new(input),
                    output,
                })))
            }
            // No socket, or one that a killed instance left behind.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
                ) =>
            {
                Ok(None)
            }
            // The path is no folder, or too long for a socket: then none is served there either.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// To a node of our own.
    ///
    /// # Errors
    /// If it has ended.
    pub async fn to_own(node: NodeHandle) -> io::Result<Link> {
        let subscription = node.subscribe().await.map_err(io::Error::other)?;
        let known = lines::greeting(&subscription.model).into();
        Ok(Link(Kind::Own {
            node,
            known,
            events: subscription.events,
        }))
    }

    /// Asks for something.
    ///
    /// # Errors
    /// If the node has ended.
    pub async fn request(&mut self, request: impl Into<Request>) -> io::Result<()> {
        let request = request.into();
        match &mut self.0 {
            Kind::Own { node, .. } => node.request(request).await.map_err(io::Error::other),
            Kind::Running { output, .. } => {
                let mut line = serde_json::to_vec(&request)?;
                line.push(b'\n');
                output.write_all(&line).await
            }
        }
    }

    /// The next event; `None` when the node has ended. May be cancelled: nothing is lost.
    pub async fn next(&mut self) -> Option<Event> {
        match &mut self.0 {
            Kind::Own { known, events, .. } => match known.pop_front() {
                Some(event) => Some(event),
                None => events.recv().await.map(|event| Event::clone(&event)),
            },
            Kind::Running { input, .. } => loop {
                let line = input.next().await.ok()??;
                // Events of a newer instance that we do not know are passed over.
                if let Some(event) = line
                    .ok()
                    .and_then(|line| serde_json::from_slice(&line).ok())
                {
                    return Some(event);
                }
            },
        }
    }
}

/// Asks the instance that runs on this data folder to show its window. `Ok(true)` if it did, `Ok(false)` if none runs or
/// it has no window.
///
/// # Errors
/// If there is one, but it cannot be spoken to.
pub async fn show_running(data: &Path) -> io::Result<bool> {
    let Some(Link(Kind::Running {
        mut input,
        mut output,
    })) = Link::to_running(data).await?
    else {
        return Ok(false);
    };
    output
        .write_all(b"{\"command\":\"show\",\"ref\":\"show\"}\n")
        .await?;
    let answer = async {
        while let Ok(Some(line)) = input.next().await {
            match line
                .ok()
                .and_then(|line| serde_json::from_slice(&line).ok())
            {
                Some(Event::Done { reference }) if reference == "show" => return true,
                Some(Event::Error {
                    reference: Some(reference),
                    ..
                }) if reference == "show" => return false,
                _ => {}
            }
        }
        false
    };
    Ok(tokio::time::timeout(Duration::from_secs(3), answer)
        .await
        .unwrap_or(false))
}
