//! Many `balcony headless` processes, watched by one thread: of each line only what is asked of it is read.

use std::collections::HashSet;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStdin, Stdio};
use std::time::{Duration, Instant};

use memchr::memmem;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::unix::pipe;
use tokio::sync::mpsc;

use crate::lab::Host;
use crate::lab::headless::BALCONY;

/// What a process said.
#[derive(Debug)]
pub enum Said {
    Ready {
        jid: String,
    },
    Here {
        jid: String,
    },
    Gone {
        jid: String,
    },
    /// In the room, with so many members and so many messages.
    Joined {
        room: String,
        id: String,
        members: usize,
        lines: usize,
    },
    Members {
        count: usize,
    },
    Line {
        body: String,
    },
    Rooms {
        ids: Vec<String>,
    },
    Error {
        message: String,
    },
    Ended,
}

/// Something that one of them said.
#[derive(Debug)]
pub struct News {
    pub seat: usize,
    pub at: Instant,
    pub said: Said,
}

/// One of them, as far as it has told.
#[derive(Default)]
pub struct Seat {
    pub jid: String,
    pub sees: HashSet<String>,
    pub joined: Option<Instant>,
    pub members: usize,
    pub lines: usize,
    pub knows: bool,
    pub last_error: String,
    pub ended: bool,
}

/// All of them.
pub struct Swarm {
    children: Vec<Child>,
    inputs: Vec<ChildStdin>,
    pub seats: Vec<Seat>,
    news: mpsc::UnboundedReceiver<News>,
    teller: mpsc::UnboundedSender<News>,
}

impl Swarm {
    pub fn new() -> Swarm {
        let (teller, news) = mpsc::unbounded_channel();
        Swarm {
            children: Vec::new(),
            inputs: Vec::new(),
            seats: Vec::new(),
            news,
            teller,
        }
    }

    /// Starts one more on that host.
    pub fn start(&mut self, host: &Host, name: &str) {
        let seat = self.seats.len();
        let complaints = host.folder("log").join(format!("{name}.stderr"));
        let mut command = host.command(BALCONY);
        command
            .arg("headless")
            .arg("--data")
            .arg(host.folder(&format!("data-{name}")))
            .args(["--name", name])
            .env("NO_COLOR", "1")
            .env(
                "BALCONY_LOG",
                std::env::var("BALCONY_LAB_LOG").unwrap_or_else(|_| "warn".into()),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(complaints).expect("a log file"));
        let mut child = command.spawn().expect("balcony");
        self.inputs.push(child.stdin.take().expect("piped"));
        let output = OwnedFd::from(child.stdout.take().expect("piped"));
        self.children.push(child);
        self.seats.push(Seat::default());
        let output = pipe::Receiver::from_owned_fd(output).expect("a pipe");
        tokio::spawn(listen(seat, output, self.teller.clone()));
    }

    pub fn pids(&self) -> impl Iterator<Item = u32> + '_ {
        self.children.iter().map(Child::id)
    }

    /// Gives one of them a command.
    pub fn tell(&mut self, seat: usize, command: &Value) {
        let line = format!("{command}\n");
        self.inputs[seat]
            .write_all(line.as_bytes())
            .expect("its input");
    }

    /// Takes in what is said until `done`, which looks at the latest news and all seats.
    pub async fn until(
        &mut self,
        what: &str,
        within: Duration,
        done: impl FnMut(&News, &mut [Seat]) -> bool,
    ) -> Instant {
        match self.may_see(within, done).await {
            Some(at) => at,
            None => panic!("{what}: not within {within:?}; {}", self.story()),
        }
    }

    /// The same for what may fail to happen.
    pub async fn may_see(
        &mut self,
        within: Duration,
        mut done: impl FnMut(&News, &mut [Seat]) -> bool,
    ) -> Option<Instant> {
        let deadline = tokio::time::Instant::now() + within;
        loop {
            let news = tokio::time::timeout_at(deadline, self.news.recv()).await;
            let news = news.ok().flatten()?;
            self.note(&news);
            if done(&news, &mut self.seats) {
                return Some(news.at);
            }
        }
    }

    /// Lets time go by, and takes in what is said.
    pub async fn rest(&mut self, time: Duration) {
        let end = tokio::time::Instant::now() + time;
        while let Ok(Some(news)) = tokio::time::timeout_at(end, self.news.recv()).await {
            self.note(&news);
        }
    }

    fn note(&mut self, news: &News) {
        let seat = &mut self.seats[news.seat];
        match &news.said {
            Said::Ready { jid } => seat.jid.clone_from(jid),
            Said::Here { jid } => drop(seat.sees.insert(jid.clone())),
            Said::Gone { jid } => drop(seat.sees.remove(jid)),
            Said::Joined { members, lines, .. } => {
                seat.joined = Some(news.at);
                (seat.members, seat.lines) = (*members, *lines);
            }
            Said::Members { count } => seat.members = *count,
            Said::Line { .. } => seat.lines += 1,
            Said::Error { message } => seat.last_error.clone_from(message),
            Said::Ended => seat.ended = true,
            Said::Rooms { .. } => {}
        }
    }

    fn story(&self) -> String {
        let count =
            |test: &dyn Fn(&Seat) -> bool| self.seats.iter().filter(|seat| test(seat)).count();
        let mut sees: Vec<usize> = self.seats.iter().map(|seat| seat.sees.len()).collect();
        sees.sort_unstable();
        let mut members: Vec<usize> = self.seats.iter().map(|seat| seat.members).collect();
        members.sort_unstable();
        let mut lines: Vec<usize> = self.seats.iter().map(|seat| seat.lines).collect();
        lines.sort_unstable();
        let errors: HashSet<&str> = self
            .seats
            .iter()
            .map(|seat| seat.last_error.as_str())
            .collect();
        format!(
            "{} processes, {} ended, {} are ready, {} know the room, {} are in it; they see {sees:?}, list {members:?} members, have {lines:?} lines; errors {errors:?}",
            self.seats.len(),
            count(&|seat| seat.ended),
            count(&|seat| !seat.jid.is_empty()),
            count(&|seat| seat.knows),
            count(&|seat| seat.joined.is_some()),
        )
    }

    /// Ends them all: asked first, since 300 goodbyes are part of the picture.
    pub fn end(&mut self) {
        self.inputs.clear();
        let deadline = Instant::now() + Duration::from_secs(20);
        for child in &mut self.children {
            while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

impl Drop for Swarm {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

async fn listen(seat: usize, output: pipe::Receiver, teller: mpsc::UnboundedSender<News>) {
    let mut output = BufReader::with_capacity(64 << 10, output);
    let mut line = Vec::new();
    while output
        .read_until(b'\n', &mut line)
        .await
        .is_ok_and(|read| read > 0)
    {
        let at = Instant::now();
        if let Some(said) = understand(&line) {
            let _ = teller.send(News { seat, at, said });
        }
        line.clear();
    }
    let said = Said::Ended;
    let _ = teller.send(News {
        seat,
        at: Instant::now(),
        said,
    });
}

/// A line begins with its event; the rest is looked at only where it is wanted.
fn understand(line: &[u8]) -> Option<Said> {
    let rest = line.strip_prefix(b"{\"event\":\"")?;
    let end = memchr::memchr(b'"', rest)?;
    let said = match &rest[..end] {
        b"ready" => Said::Ready {
            jid: text(rest, "jid")?,
        },
        b"peer-online" | b"peer-changed" => Said::Here {
            jid: text(rest, "jid")?,
        },
        b"peer-offline" => Said::Gone {
            jid: text(rest, "jid")?,
        },
        b"room-joined" => Said::Joined {
            room: text(rest, "room")?,
            id: text(rest, "id")?,
            members: count(rest, "fingerprint"),
            lines: count(rest, "body"),
        },
        b"room-members" => Said::Members {
            count: count(rest, "fingerprint"),
        },
        b"room-message" => Said::Line {
            body: text(rest, "body")?,
        },
        b"rooms" => {
            let line: Value = serde_json::from_slice(line).ok()?;
            let ids = line["rooms"]
                .as_array()?
                .iter()
                .filter_map(|room| room["id"].as_str());
            Said::Rooms {
                ids: ids.map(str::to_owned).collect(),
            }
        }
        b"error" => Said::Error {
            message: String::from_utf8_lossy(rest).into_owned(),
        },
        _ => return None,
    };
    Some(said)
}

fn text(line: &[u8], key: &str) -> Option<String> {
    let key = format!("\"{key}\":\"");
    let from = memmem::find(line, key.as_bytes())? + key.len();
    let end = memchr::memchr(b'"', &line[from..])?;
    Some(String::from_utf8_lossy(&line[from..from + end]).into_owned())
}

fn count(line: &[u8], key: &str) -> usize {
    memmem::find_iter(line, format!("\"{key}\":").as_bytes()).count()
}
