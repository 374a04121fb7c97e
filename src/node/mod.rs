//! Floor 3: the node joins rules and services. `core` is sans-IO: [`Input`] in, [`Effect`]s out; `run` is the loop that
//! performs effects on the real network and disk; `sim` performs them on the pretend LAN; `demo` lets people watch that.

mod alertness;
mod broadcasts;
mod chat;
mod claims;
mod commands;
pub mod core;
mod delivery;
mod demo;
pub mod drafts;
pub mod effect;
mod ending;
mod faces;
pub mod files;
mod former;
mod heard_late;
mod history;
mod iq;
mod late;
mod links;
mod liveness;
mod naming;
mod peers;
mod plain;
mod presence;
pub mod random;
mod recent;
mod rooms;
mod run;
pub mod sim;
mod store;
mod talk;
mod timers;
mod trust;
mod verification;

pub use demo::demo;
pub use naming::usable_name;
pub use run::{Ended, StartError, start, start_within};

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::command::Request;
use crate::event::Event;
use crate::model::Model;

/// How a face holds on to a running node. Cheap to clone; the node ends when told to by `quit` or when every handle is
/// gone.
#[derive(Clone, Debug)]
pub struct NodeHandle {
    /// Commands, bounded: a face that floods waits.
    pub(crate) requests: mpsc::Sender<ToNode>,
}

/// What a handle sends.
#[derive(Debug)]
pub(crate) enum ToNode {
    /// A command; answers with the caller's `ref` go to all faces.
    Request(Request),
    /// A new face.
    Subscribe(tokio::sync::oneshot::Sender<Subscription>),
}

/// A face's view: the model as it was when it joined, and every event since.
#[derive(Debug)]
pub struct Subscription {
    /// Apply `events` to this.
    pub model: Model,
    /// Bounded (4096). The node waits for a face that does not read, so read promptly and on a thread or task of its
    /// own; drop it to leave.
    pub events: mpsc::Receiver<Arc<Event>>,
}

/// The node has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node has ended")]
pub struct NodeEnded;

impl NodeHandle {
    /// Asks for something. Waits while the node is busy.
    ///
    /// # Errors
    /// If the node has ended.
    pub async fn request(&self, request: impl Into<Request>) -> Result<(), NodeEnded> {
        self.requests
            .send(ToNode::Request(request.into()))
            .await
            .map_err(|_| NodeEnded)
    }

    /// The same from a thread that is not part of a runtime (the window's).
    ///
    /// # Errors
    /// If the node has ended, or is so busy that 1024 commands wait.
    pub fn try_request(&self, request: impl Into<Request>) -> Result<(), NodeEnded> {
        self.requests
            .try_send(ToNode::Request(request.into()))
            .map_err(|_| NodeEnded)
    }

    /// Has the node ended?
    pub fn has_ended(&self) -> bool {
        self.requests.is_closed()
    }

    /// Joins as a face.
    ///
    /// # Errors
    /// If the node has ended.
    pub async fn subscribe(&self) -> Result<Subscription, NodeEnded> {
        let (tell, told) = tokio::sync::oneshot::channel();
        self.requests
            .send(ToNode::Subscribe(tell))
            .await
            .map_err(|_| NodeEnded)?;
        told.await.map_err(|_| NodeEnded)
    }
}

/// How a node is to be started.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// Where the database, pictures and the lock are.
    pub data: PathBuf,
    /// User part of the instance name; a free one is found if it is taken.
    pub user: String,
    /// Machine part; the host name if `None`.
    pub machine: Option<String>,
    /// Nick to start with; kept from last time if `None`.
    pub nick: Option<String>,
    /// First port to try; 5298 and then any free one if `None`.
    pub port: Option<u16>,
    /// Publish nothing before the user has said a name: for faces that ask for one at the first start.
    pub wait_for_name: bool,
    /// Only these interfaces, for this run.
    pub interfaces: Vec<String>,
    /// Take every offered file into this folder: for bots.
    pub accept_files: Option<PathBuf>,
    /// For this run, instead of the setting.
    pub plaintext: Option<crate::model::settings::PlaintextPolicy>,
}

/// Is this name of a setting one under which the node keeps something for its next life that it reads itself?
fn is_kept_value(key: &str) -> bool {
    plain::Plain::owns(key)
        || former::Former::owns(key)
        || key == trust::TAKING
        || key.starts_with(crate::disk::broadcasts::KEY)
}
