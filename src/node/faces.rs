//! The faces that listen to a node, and how an event reaches all of them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::Subscription;
use crate::event::Event;
use crate::model::Model;

/// A face that reads nothing for so long is dropped.
const PATIENCE: Duration = Duration::from_secs(20);

/// The faces of one node.
#[derive(Debug, Default)]
pub(super) struct Faces(Vec<mpsc::Sender<Arc<Event>>>);

impl Faces {
    /// A new face joins and gets the model as it is now.
    pub(super) fn join(&mut self, model: &Model, tell: oneshot::Sender<Subscription>) {
        let (face, events) = mpsc::channel(4096);
        let subscription = Subscription {
            model: model.clone(),
            events,
        };
        if tell.send(subscription).is_ok() {
            self.0.push(face);
        }
    }

    /// To every face. A face that is behind is waited for: what a peer sends is then not read either, so nothing piles
    /// up. One that does not read at all is let go.
    pub(super) async fn emit(&mut self, event: Arc<Event>) {
        let mut at = 0;
        while let Some(face) = self.0.get(at) {
            let sent = match face.try_send(event.clone()) {
                Ok(()) => true,
                Err(mpsc::error::TrySendError::Closed(_)) => false,
                Err(mpsc::error::TrySendError::Full(event)) => {
                    let patient = tokio::time::timeout(PATIENCE, face.send(event)).await;
                    matches!(patient, Ok(Ok(())))
                }
            };
            if sent {
                at += 1;
            } else {
                self.0.swap_remove(at);
            }
        }
    }
}
