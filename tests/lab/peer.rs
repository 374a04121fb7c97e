//! A chat program on a host of the lab, driven by JSON lines: `balcony headless` and the libpurple driver alike.
//!
//! Lines go in by [`Peer::tell`]; every line that comes out is kept with the time of its arrival. Nothing here sleeps
//! in place of a condition: [`Peer::until`] looks again whenever a line has come, and fails at its deadline with the
//! last lines and the program's own complaints.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::host::Host;
use super::lines::{Output, Seen, bodies_from, lock, state_of};
use super::namespace::signal;

/// Generous: for what must happen but has no promise of its own, on a machine with two busy cores.
pub const SOON: Duration = Duration::from_secs(20);

/// A running program.
pub struct Peer {
    name: String,
    pid: u32,
    child: Mutex<Child>,
    lines_in: Mutex<Option<Sender<String>>>,
    output: Arc<Output>,
    complaints: PathBuf,
    /// Keeps the host while the program runs.
    pub host: Host,
}

impl Peer {
    /// Starts it on that host; `name` is for failures and the log.
    pub fn start(host: &Host, name: &str, mut command: Command) -> Peer {
        let complaints = host
            .folder("log")
            .join(format!("{name}-{}.stderr", next_number()));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&complaints).expect("a log file"))
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (lines_in, to_write) = channel::<String>();
        let mut stdin = child.stdin.take().expect("piped");
        // A thread of its own: a program that does not read must not stop the test that watches it.
        std::thread::spawn(move || {
            for line in to_write {
                if stdin
                    .write_all(line.as_bytes())
                    .and_then(|()| stdin.flush())
                    .is_err()
                {
                    break;
                }
            }
        });
        let output = Arc::new(Output::default());
        let stdout = child.stdout.take().expect("piped");
        let writer = Arc::clone(&output);
        std::thread::spawn(move || writer.fill(BufReader::new(stdout)));
        Peer {
            name: name.to_owned(),
            pid: child.id(),
            child: Mutex::new(child),
            lines_in: Mutex::new(Some(lines_in)),
            output,
            complaints,
            host: host.clone(),
        }
    }

    /// The name given at the start.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The instance name that it said last, at `ready` or in `name-changed`.
    pub fn jid(&self) -> String {
        let ours = |seen: &Seen| match seen.line["event"].as_str() {
            Some("ready" | "name-changed") => seen.line["jid"].as_str().map(str::to_owned),
            _ => None,
        };
        self.seen()
            .iter()
            .rev()
            .find_map(ours)
            .unwrap_or_else(|| panic!("{} was never ready", self.name))
    }

    /// Gives it a command.
    pub fn tell(&self, command: &Value) {
        self.tell_raw(&command.to_string());
    }

    /// Gives it a line, whatever that is.
    pub fn tell_raw(&self, line: &str) {
        if let Some(lines_in) = lock(&self.lines_in).as_ref() {
            // An error means that the program has ended; what it was expected to say will be missed.
            let _ = lines_in.send(format!("{line}\n"));
        }
    }

    /// Tells it to send a text, with that reference.
    pub fn send(&self, to: &str, body: &str, reference: &str) {
        self.tell(&json!({"command": "send", "to": to, "body": body, "ref": reference}));
    }

    /// All lines so far.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.output.lines).seen.clone()
    }

    /// How many lines have come so far: a point in time for [`Peer::event_after`].
    pub fn mark(&self) -> usize {
        lock(&self.output.lines).seen.len()
    }

    /// Waits until `look` finds something in what was said so far; it is asked again after every line.
    pub fn until<T>(
        &self,
        what: &str,
        within: Duration,
        mut look: impl FnMut(&[Seen], &BTreeMap<String, Value>) -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + within;
        let mut lines = lock(&self.output.lines);
        loop {
            if let Some(found) = look(&lines.seen, &lines.here) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || lines.ended {
                let why = if lines.ended {
                    "it ended".to_owned()
                } else {
                    format!("not within {within:?}")
                };
                drop(lines);
                // What it said is told when it is dropped.
                panic!("{}: waiting for {what}: {why}", self.name);
            }
            lines = self
                .output
                .news
                .wait_timeout(lines, left)
                .unwrap_or_else(|poison| poison.into_inner())
                .0;
        }
    }

    /// Waits for an event of that kind that `test` accepts, also one that has come already.
    pub fn event(&self, kind: &str, within: Duration, test: impl Fn(&Value) -> bool) -> Seen {
        self.event_after(0, kind, within, test)
    }

    /// Waits for such an event after a [`Peer::mark`].
    pub fn event_after(
        &self,
        mark: usize,
        kind: &str,
        within: Duration,
        test: impl Fn(&Value) -> bool,
    ) -> Seen {
        self.until(kind, within, |seen, _| {
            seen.iter()
                .skip(mark)
                .find(|seen| seen.line["event"] == kind && test(&seen.line))
                .cloned()
        })
    }

    /// Waits until it shows that peer as here, and as `test` wants it.
    pub fn shows(&self, jid: &str, within: Duration, test: impl Fn(&Value) -> bool) -> Value {
        self.until(&format!("{jid} as a contact"), within, |_, here| {
            here.get(jid).filter(|peer| test(peer)).cloned()
        })
    }

    /// Waits until it shows that peer no more.
    pub fn misses(&self, jid: &str, within: Duration) {
        self.until(&format!("{jid} to be gone"), within, |_, here| {
            (!here.contains_key(jid)).then_some(())
        });
    }

    /// Who is here by its events so far.
    pub fn here(&self) -> BTreeMap<String, Value> {
        lock(&self.output.lines).here.clone()
    }

    /// The bodies of all messages from that peer so far, in order.
    pub fn bodies_from(&self, jid: &str) -> Vec<String> {
        bodies_from(&lock(&self.output.lines).seen, jid)
    }

    /// Waits until that many messages from that peer are shown.
    pub fn receives(&self, jid: &str, count: usize, within: Duration) -> Vec<String> {
        self.until(
            &format!("{count} messages from {jid}"),
            within,
            |seen, _| {
                let bodies = bodies_from(seen, jid);
                (bodies.len() >= count).then_some(bodies)
            },
        )
    }

    /// The state of the message sent with that reference, as said last.
    pub fn state_of(&self, reference: &str) -> Option<String> {
        state_of(&lock(&self.output.lines).seen, reference)
    }

    /// Waits until the message with that reference is in one of these states, and says in which.
    pub fn reaches(&self, reference: &str, states: &[&str], within: Duration) -> String {
        self.until(
            &format!("{reference} to be {states:?}"),
            within,
            |seen, _| state_of(seen, reference).filter(|state| states.contains(&state.as_str())),
        )
    }

    /// SIGKILL: no goodbye, no saving.
    pub fn kill(&self) {
        let mut child = lock(&self.child);
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Everything that it said in this life, after its end.
    pub fn last_words(&self) -> Vec<Seen> {
        let mut lines = lock(&self.output.lines);
        while !lines.ended {
            lines = self
                .output
                .news
                .wait(lines)
                .unwrap_or_else(|poison| poison.into_inner());
        }
        lines.seen.clone()
    }

    /// SIGSTOP: it hangs, the kernel still answers for it.
    pub fn freeze(&self) {
        signal(self.pid, Signal::STOP);
    }

    /// SIGCONT.
    pub fn thaw(&self) {
        signal(self.pid, Signal::CONT);
    }

    /// Tells it to quit and waits for its end, which must come in time.
    pub fn quit(&self) -> ExitStatus {
        self.tell(&json!({"command": "quit"}));
        self.end_input()
    }

    /// Ends its input and waits for its end, which must come in time.
    pub fn end_input(&self) -> ExitStatus {
        lock(&self.lines_in).take();
        let status = poll(&format!("the end of {}", self.name), SOON, || {
            lock(&self.child).try_wait().expect("wait")
        });
        // What it said at the end should be there when this returns.
        poll("the end of its output", SOON, || {
            lock(&self.output.lines).ended.then_some(())
        });
        status
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        matches!(lock(&self.child).try_wait(), Ok(None))
    }

    /// What it wrote to stderr.
    pub fn complaints(&self) -> String {
        fs::read_to_string(&self.complaints).unwrap_or_default()
    }

    /// The last lines and the program's complaints, for a failure.
    pub fn story(&self) -> String {
        let lines = lock(&self.output.lines);
        let mut story = format!("last lines of {}:\n", self.name);
        for seen in lines.seen.iter().skip(lines.seen.len().saturating_sub(40)) {
            let line: String = seen.line.to_string().chars().take(300).collect();
            let _ = writeln!(
                story,
                "  {:>8.3} s ago {line}",
                seen.at.elapsed().as_secs_f64()
            );
        }
        let _ = writeln!(story, "here: {}", json!(lines.here));
        let complaints = self.complaints();
        let from = complaints.lines().count().saturating_sub(60);
        let _ = writeln!(story, "stderr:");
        for line in complaints.lines().skip(from) {
            let _ = writeln!(story, "  {line}");
        }
        story
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.story());
        }
        self.kill();
    }
}

/// Asks again every few milliseconds until there is an answer; for what nothing reports by itself.
pub fn poll<T>(what: &str, within: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}: not within {within:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn next_number() -> usize {
    static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(1);
    NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}
