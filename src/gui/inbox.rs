//! Events on their way from the node to the window: a thread of its own reads them promptly and wakes the window, which
//! otherwise sleeps. No lock is shared with the node.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use crate::event::Event;

/// Where the window finds what has happened since it last looked.
pub struct Inbox {
    events: Receiver<Arc<Event>>,
}

impl Inbox {
    /// Waiting at most; beyond that the node waits for the window, as it does for every face.
    const MOST: usize = 16 * 1024;

    /// Starts the thread. It ends with the node, or with the window.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn open(
        mut events: tokio::sync::mpsc::Receiver<Arc<Event>>,
        ctx: egui::Context,
    ) -> std::io::Result<Inbox> {
        let (sender, receiver) = sync_channel(Self::MOST);
        std::thread::Builder::new()
            .name("window-inbox".into())
            .spawn(move || {
                while let Some(event) = events.blocking_recv() {
                    if sender.send(event).is_err() {
                        break;
                    }
                    ctx.request_repaint();
                }
                drop(sender);
                // The node has ended: the window finds its inbox closed and closes too.
                ctx.request_repaint();
            })?;
        Ok(Inbox { events: receiver })
    }

    /// The next event; `Err` if the node has ended.
    pub fn next(&self) -> Result<Option<Arc<Event>>, crate::node::NodeEnded> {
        use std::sync::mpsc::TryRecvError;
        match self.events.try_recv() {
            Ok(event) => Ok(Some(event)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(crate::node::NodeEnded),
        }
    }
}
