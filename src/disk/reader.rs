//! The store's second thread: looks things up that take long, while the first goes on keeping.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::store::Ask;

/// Questions that wait at most.
const MOST_WAITING: usize = 64;

/// The thread. It ends when this is gone.
pub struct Reader {
    questions: SyncSender<Ask>,
    thread: JoinHandle<()>,
}

impl Reader {
    /// Starts it with a connection of its own.
    pub fn start(db: Connection) -> io::Result<Reader> {
        let (questions, inbox) = sync_channel(MOST_WAITING);
        let thread = std::thread::Builder::new()
            .name("store-reader".into())
            .spawn(move || run(&db, &inbox))?;
        Ok(Reader { questions, thread })
    }

    /// Hands a question over; one too many is dropped, and whoever asked learns that.
    pub fn ask(&self, ask: Ask) {
        match self.questions.try_send(ask) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    /// Answers what waits, and closes the connection.
    pub fn close(self) {
        drop(self.questions);
        // A panic of it was reported by the panic hook.
        let _ = self.thread.join();
    }
}

fn run(db: &Connection, inbox: &Receiver<Ask>) {
    while let Ok(ask) = inbox.recv() {
        ask(db);
    }
}
