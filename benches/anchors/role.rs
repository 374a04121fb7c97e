//! What this program is when it is started by itself on a host of the lab: a Balcony node that is driven like
//! `tests/purple/driver.c` and measures inside, or the publisher of a crowd.

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

use balcony::command::{Command, Request};
use balcony::event::{Event, MessageState};
use balcony::node::{NodeConfig, NodeHandle};
use balcony::wire::jid::Jid;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// `node --name NAME --data DIR`, `crowd COUNT HOST ADDRESS`, `played COUNT HOST ADDRESS tls|plain`, `raw-send FILE -`,
/// `raw-take FILE ADDRESS`, `least-send FILE -` or `least-take FILE ADDRESS`.
pub fn run(arguments: &[String]) {
    match arguments {
        [role, _, name, _, data] if role == "node" => node(name, data),
        [role, count, host, address] if role == "crowd" => {
            crate::crowd::publish(count.parse().expect("a number"), host, address);
        }
        [role, path, _] if role == "raw-send" => crate::raw::send(path.as_ref()),
        [role, place, address] if role == "raw-take" => crate::raw::take(place.as_ref(), address),
        [role, path, _] if role == "least-send" => crate::least::send(path.as_ref()),
        [role, place, address] if role == "least-take" => {
            crate::least::take(place.as_ref(), address);
        }
        [role, count, host, address, tls] if role == "played" => {
            crate::keys::play(
                count.parse().expect("a number"),
                host,
                address,
                tls == "tls",
            );
        }
        other => panic!("no such role: {other:?}"),
    }
}

fn node(name: &str, data: &str) {
    say(&json!({"event": "starting"}));
    let config = NodeConfig {
        data: data.into(),
        user: name.to_owned(),
        machine: None,
        nick: None,
        port: None,
        interfaces: Vec::new(),
        accept_files: None,
        plaintext: None,
        wait_for_name: false,
    };
    let (lines, commands) = mpsc::channel(1024);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let command = serde_json::from_str(&line).expect("JSON");
            if lines.blocking_send(command).is_err() {
                break;
            }
        }
    });
    // As `balcony headless` does it: face and node on one thread.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let node = balcony::node::start_within(config).await;
        let (handle, running) = node.expect("a node");
        let running = tokio::spawn(running);
        let face = tokio::spawn(serve(handle, commands));
        face.await.expect("the face's end");
        running.await.expect("the node's end");
    });
}

/// A face: what the benchmarks ask is done here, everything else goes to the node and comes out as JSON lines.
struct Face {
    node: NodeHandle,
    echoes: bool,
    trip: Option<Trip>,
    still_to_come: u64,
    still_to_be_acknowledged: u64,
}

/// Round trips under way.
struct Trip {
    to: Jid,
    body: String,
    count: usize,
    sent: Instant,
    times: Vec<u128>,
}

async fn serve(node: NodeHandle, mut commands: mpsc::Receiver<Value>) {
    let mut events = node.subscribe().await.expect("a running node").events;
    let mut face = Face {
        node,
        echoes: false,
        trip: None,
        still_to_come: 0,
        still_to_be_acknowledged: 0,
    };
    let mut reading = true;
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => face.on_event(event).await,
                None => return,
            },
            command = commands.recv(), if reading => match command {
                Some(command) => face.on_command(command).await,
                None => {
                    reading = false;
                    face.ask(Command::Quit).await;
                }
            },
        }
    }
}

impl Face {
    async fn ask(&self, command: Command) {
        // A node that has ended has said so.
        let _ = self.node.request(command).await;
    }

    async fn on_command(&mut self, command: Value) {
        let count = command["count"].as_u64().unwrap_or(0);
        let text = |key: &str| command[key].as_str().unwrap_or_default().to_owned();
        let to = || Jid::new(&text("to")).expect("a peer's name");
        match command["command"].as_str() {
            Some("bench-echo") => self.echoes = command["on"] == true,
            Some("bench-count") => self.still_to_come = count,
            Some("bench-burst") => self.burst(to(), count, text("body")),
            Some("bench-rtt") => {
                self.trip = Some(Trip {
                    to: to(),
                    body: text("body"),
                    count: usize::try_from(count).expect("a count"),
                    sent: Instant::now(),
                    times: Vec::new(),
                });
                self.next_trip().await;
            }
            _ => {
                let request: Request = serde_json::from_value(command).expect("a command");
                let _ = self.node.request(request).await;
            }
        }
    }

    /// From a task of its own: whoever asks must go on reading what the node says.
    fn burst(&mut self, to: Jid, count: u64, body: String) {
        self.still_to_be_acknowledged = count;
        say(&json!({"event": "bench-started"}));
        let node = self.node.clone();
        tokio::spawn(async move {
            for _ in 0..count {
                let (to, body) = (to.clone(), body.clone());
                if node
                    .request(Command::Send {
                        to,
                        body,
                        spoiler: None,
                    })
                    .await
                    .is_err()
                {
                    return;
                }
            }
        });
    }

    async fn next_trip(&mut self) {
        if let Some(trip) = &mut self.trip {
            trip.sent = Instant::now();
            let (to, body) = (trip.to.clone(), trip.body.clone());
            self.ask(Command::Send {
                to,
                body,
                spoiler: None,
            })
            .await;
        }
    }

    async fn on_event(&mut self, event: Arc<Event>) {
        match &*event {
            Event::MessageReceived { message } if self.echoes => {
                let (to, body) = (message.from.clone(), message.body.clone());
                self.ask(Command::Send {
                    to,
                    body,
                    spoiler: None,
                })
                .await;
            }
            Event::MessageReceived { message }
                if self
                    .trip
                    .as_ref()
                    .is_some_and(|trip| trip.to == message.from) =>
            {
                self.answered().await;
            }
            Event::MessageReceived { .. } if self.still_to_come > 0 => {
                self.still_to_come -= 1;
                if self.still_to_come == 0 {
                    say(&json!({"event": "bench-received"}));
                }
            }
            Event::MessageState { state, .. } if self.still_to_be_acknowledged > 0 => {
                if *state == MessageState::Delivered {
                    self.still_to_be_acknowledged -= 1;
                    if self.still_to_be_acknowledged == 0 {
                        say(&json!({"event": "bench-acknowledged"}));
                    }
                }
            }
            Event::MessageState { .. } if self.echoes || self.trip.is_some() => {}
            event => say(event),
        }
    }

    async fn answered(&mut self) {
        let Some(trip) = &mut self.trip else { return };
        trip.times.push(trip.sent.elapsed().as_micros());
        if trip.times.len() < trip.count {
            return self.next_trip().await;
        }
        let first = trip.times[0];
        trip.times.sort_unstable();
        let at = |share: usize| trip.times[trip.times.len() * share / 100];
        say(&json!({"event": "bench-rtt", "first": first, "p50": at(50), "p99": at(99)}));
        self.trip = None;
    }
}

/// Prints a line.
pub fn say(line: &impl serde::Serialize) {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, line).expect("stdout");
    out.write_all(b"\n").expect("stdout");
    out.flush().expect("stdout");
}
