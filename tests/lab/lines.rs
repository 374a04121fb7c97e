//! What a chat program has said so far: its lines with the time of their arrival, and who is here by them.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Instant;

use serde_json::{Value, json};

/// One line that the program wrote.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When it arrived here.
    pub at: Instant,
    /// The object.
    pub line: Value,
}

/// The lines, and a bell that rings with every new one.
#[derive(Default)]
pub struct Output {
    pub lines: Mutex<Lines>,
    pub news: Condvar,
}

/// See [`Output`].
#[derive(Default)]
pub struct Lines {
    /// In the order of arrival.
    pub seen: Vec<Seen>,
    /// Who is here by the events so far, by JID.
    pub here: BTreeMap<String, Value>,
    /// The program has closed its output.
    pub ended: bool,
}

impl Output {
    /// Reads to the end; for a thread of its own.
    pub fn fill(&self, stdout: impl BufRead) {
        for line in stdout.lines().map_while(Result::ok) {
            let at = Instant::now();
            let line = serde_json::from_str(&line)
                .unwrap_or_else(|error| json!({"not json": line, "why": error.to_string()}));
            let mut lines = lock(&self.lines);
            match line["event"].as_str() {
                Some("peer-online" | "peer-changed") => {
                    let jid = line["peer"]["jid"].as_str().unwrap_or_default().to_owned();
                    lines.here.insert(jid, line["peer"].clone());
                }
                Some("peer-offline") => {
                    lines.here.remove(line["jid"].as_str().unwrap_or_default());
                }
                _ => {}
            }
            lines.seen.push(Seen { at, line });
            self.news.notify_all();
        }
        lock(&self.lines).ended = true;
        self.news.notify_all();
    }
}

/// The bodies of the messages from that peer among these lines.
pub fn bodies_from(seen: &[Seen], jid: &str) -> Vec<String> {
    let ours = seen
        .iter()
        .filter(|seen| seen.line["event"] == "message-received" && seen.line["from"] == jid);
    ours.map(|seen| seen.line["body"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The state of the message sent with that reference, as said last.
pub fn state_of(seen: &[Seen], reference: &str) -> Option<String> {
    let last = seen
        .iter()
        .rev()
        .find(|seen| seen.line["event"] == "message-state" && seen.line["ref"] == reference)?;
    last.line["state"].as_str().map(str::to_owned)
}

/// A poisoned lock is still a lock: the panic that poisoned it is reported where it was.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poison| poison.into_inner())
}
