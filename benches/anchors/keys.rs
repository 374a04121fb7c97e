//! What encryption costs, and what it gives: the handshake, the first message, many handshakes at once, and old friends who
//! are greeted before mDNS has done its probing.
//!
//! The first three are measured against a peer that is played here, once with TLS and once without: the same few lines answer
//! in both cases, so that the difference is the encryption and nothing else. (No Balcony can be told not to encrypt.)

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mdns_sd::{ServiceDaemon, ServiceInfo};
use rustls::ServerConfig;
use serde_json::json;

use crate::lab::Host;
use crate::lab::peer::{Peer, SOON};
use crate::lab::tls::{Identity, Tls};
use crate::report::{Figures, Goal, Report, Row};
use crate::sides::{Make, Pair, Site, Stage, ask, line, ms, ready, rest, spawn};
use crate::usage::{TICKS_A_SECOND, cpu_ticks};

const HANDSHAKE: Row = Row {
    name: "TLS, SASL and restarts, beyond TCP and plaintext XMPP",
    unit: "ms",
    goal: Goal::Within(2.0),
};
const TLS_ALONE: Row = Row {
    name: "of it, until TLS is done",
    unit: "ms",
    goal: Goal::Within(2.0),
};
const FIRST: Row = Row {
    name: "first message and echo, encrypted beside plaintext",
    unit: "ms",
    goal: Goal::AtMost(4.0),
};
/// In plaintext, as libpurple writes: against the same played peer.
const FIRST_PLAIN: Row = Row {
    name: "first message and its echo in plaintext",
    unit: "ms",
    goal: Goal::AtMost(1.0),
};
const AT_ONCE: Row = Row {
    name: "300 handshakes and messages at once, CPU",
    unit: "s",
    goal: Goal::Within(1.0),
};
const GREETED: Row = Row {
    name: "B starts, known to A, A shows B",
    unit: "ms",
    goal: Goal::AtMost(0.35),
};

const MANY: usize = 300;
const FIRST_PORT: u16 = 7000;

pub fn measure(stage: &Stage, report: &mut Report) {
    if report.wants(&[HANDSHAKE, TLS_ALONE, FIRST]) {
        let [handshake, tls, first] = first(stage);
        report.add(HANDSHAKE, handshake);
        report.add(TLS_ALONE, tls);
        report.add(FIRST, first);
    }
    if report.wants(&[FIRST_PLAIN]) {
        let figures = stage.by_turns(8, |make, sites, time| match make {
            Make::Balcony => first_to_played(stage, false, 100 + time).echoed,
            Make::Purple => crate::messages::first(make, sites, 100 + time),
        });
        report.add(FIRST_PLAIN, figures);
    }
    if report.wants(&[AT_ONCE]) {
        let times = stage.times(4);
        let figures = (0..times).map(|time| at_once(stage, time)).collect();
        report.add(AT_ONCE, alone(figures));
    }
    if report.wants(&[GREETED]) {
        report.add(GREETED, stage.by_turns(6, greeted));
    }
}

fn alone(balcony: Vec<f64>) -> Figures {
    Figures {
        balcony,
        ..Figures::default()
    }
}

/// With TLS and without by turns. Of the third row the second column is plaintext.
fn first(stage: &Stage) -> [Figures; 3] {
    let mut rows: [Figures; 3] = Default::default();
    for time in 0..stage.times(12) {
        let [plain, encrypted] = [false, true].map(|tls| first_to_played(stage, tls, time));
        rows[0]
            .balcony
            .push(encrypted.to_message - plain.to_message);
        rows[1].balcony.push(encrypted.to_tls);
        rows[2].balcony.push(encrypted.echoed);
        rows[2].purple.push(plain.echoed);
    }
    rows
}

/// Milliseconds, by the clock of the one who answers but for the last.
struct First {
    to_tls: f64,
    to_message: f64,
    echoed: f64,
}

fn first_to_played(stage: &Stage, tls: bool, time: usize) -> First {
    let site = &stage.balcony()[0];
    let node = spawn(Make::Balcony, site, &format!("first-{tls}-{time}"));
    ready(&node);
    let played = appear(&stage.crowd, 1, tls);
    let to = format!("played0@{}", stage.crowd.name());
    node.shows(&to, SOON, |_| true);
    rest(1.5);
    ask(&node, "bench-rtt", &to, 1, "But soft");
    let echoed = node.event("bench-rtt", SOON, |_| true);
    let told = played.event("message", SOON, |_| true).line;
    let figure = |key: &str| told[key].as_f64().unwrap_or_default() / 1e3;
    let first = First {
        to_tls: figure("tls"),
        to_message: figure("message"),
        echoed: echoed.line["first"].as_f64().expect("microseconds") / 1e3,
    };
    played.quit();
    node.misses(&to, SOON);
    node.quit();
    first
}

/// Everybody gets a message from one who has no stream to anybody: what its process has used until all have it.
fn at_once(stage: &Stage, time: usize) -> f64 {
    let site = &stage.balcony()[0];
    let node = spawn(Make::Balcony, site, &format!("at-once-{time}"));
    ready(&node);
    let played = appear(&stage.crowd, MANY, true);
    crate::crowd::all_shown(&node, MANY);
    rest(3.0);
    let before = cpu_ticks(node.pid());
    node.tell(&json!({"command": "broadcast", "to": "all", "body": "Good morning"}));
    played.event("all", Duration::from_secs(60), |_| true);
    let used = (cpu_ticks(node.pid()) - before) as f64 / TICKS_A_SECOND;
    played.quit();
    node.quit();
    used
}

/// They have talked; the second goes, and comes back.
fn greeted(make: Make, sites: &[Site; 2], time: usize) -> f64 {
    let name = format!("greet-b{time}");
    let Pair { one, other } = Pair::start(make, sites, ["greet-a", &name]);
    // libpurple takes no stream from who it has only just seen.
    rest(1.5);
    let jid = other.jid();
    one.send(&jid, "are you there?", "talk");
    other.event("message-received", SOON, |_| true);
    rest(1.0);
    other.quit();
    one.misses(&jid, SOON);
    rest(3.0);
    let mark = one.mark();
    let other = spawn(make, &sites[1], &name);
    let started = line(&other, 0, "starting");
    let shown = one.event_after(mark, "peer-online", SOON, |event| {
        event["peer"]["jid"] == jid.as_str()
    });
    let figure = ms(started, shown.at);
    ready(&other);
    Pair { one, other }.end();
    figure
}

/// Starts the process that plays so many peers.
fn appear(host: &Host, count: usize, tls: bool) -> Peer {
    let ourselves = std::env::current_exe().expect("our own path");
    let mut command = host.command(ourselves);
    let tls = if tls { "tls" } else { "plain" };
    command.args([
        "role",
        "played",
        &count.to_string(),
        host.name(),
        &host.ipv4(1),
        tls,
    ]);
    Peer::start(host, "played", command)
}

/// The role of that process: answers until its input ends.
pub fn play(count: usize, host: &str, address: &str, tls: bool) {
    let daemon = ServiceDaemon::new().expect("mDNS");
    println!("{{\"event\":\"starting\"}}");
    let reached = Arc::new(AtomicUsize::new(0));
    for number in 0..count {
        let identity = tls.then(Identity::new);
        let port = FIRST_PORT + u16::try_from(number).expect("a port");
        let name = format!("played{number}@{host}");
        let listener = TcpListener::bind(("0.0.0.0", port)).expect("a port");
        let config = identity.as_ref().map(Identity::server);
        publish(&daemon, &name, host, address, port, identity.as_ref());
        let reached = reached.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (name, config, reached) = (name.clone(), config.clone(), reached.clone());
                let told = move |first: serde_json::Value| {
                    println!("{first}");
                    if reached.fetch_add(1, Ordering::SeqCst) + 1 == count {
                        println!("{{\"event\":\"all\"}}");
                    }
                };
                std::thread::spawn(move || Answer::new(stream, config).run(&name, told));
            }
        });
    }
    let mut line = String::new();
    while std::io::stdin().read_line(&mut line).unwrap_or(0) > 0 && !line.contains("quit") {
        line.clear();
    }
    // Its goodbyes leave before it answers.
    if let Ok(ended) = daemon.shutdown() {
        let _ = ended.recv_timeout(Duration::from_secs(5));
    }
}

fn publish(
    daemon: &ServiceDaemon,
    name: &str,
    host: &str,
    address: &str,
    port: u16,
    key: Option<&Identity>,
) {
    let mut txt = vec![
        ("txtvers", "1".to_owned()),
        ("port.p2pj", port.to_string()),
        ("status", "avail".to_owned()),
    ];
    if let Some(key) = key {
        txt.push(("tlsfp", key.public().fingerprint().to_string()));
    }
    let info = ServiceInfo::new(
        "_presence._tcp.local.",
        name,
        &format!("{host}.local."),
        address,
        port,
        &txt[..],
    );
    let info = info.expect("a service");
    // Its queue is short: it may have to catch up.
    while let Err(mdns_sd::Error::Again) = daemon.register(info.clone()) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// One stream that a Balcony has opened, answered as XEP-0174 and PROTOCOL want it, and no more than that.
struct Answer {
    socket: TcpStream,
    config: Option<Arc<ServerConfig>>,
    tls: Option<Tls>,
    heard: String,
}

impl Answer {
    fn new(socket: TcpStream, config: Option<Arc<ServerConfig>>) -> Answer {
        let _ = socket.set_nodelay(true);
        Answer {
            socket,
            config,
            tls: None,
            heard: String::new(),
        }
    }

    fn run(mut self, name: &str, told: impl FnOnce(serde_json::Value)) -> Option<()> {
        let accepted = Instant::now();
        let since = || u64::try_from(accepted.elapsed().as_micros()).unwrap_or(u64::MAX);
        let opening = self.hear("version='1.0'>")?;
        let peer = opening
            .split("from='")
            .nth(1)?
            .split('\'')
            .next()?
            .to_owned();
        let header = format!(
            "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
             xmlns:stream='http://etherx.jabber.org/streams' id='1' from='{name}' to='{peer}' version='1.0'>"
        );
        let mut until_tls = None;
        if let Some(config) = self.config.clone() {
            self.say(&format!(
                "{header}<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
            ))?;
            self.hear("xmpp-tls'/>")?;
            self.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")?;
            self.heard.clear();
            self.tls = Some(Tls::server(&config));
            while self.tls.as_ref()?.is_handshaking() {
                self.read()?;
            }
            until_tls = Some(since());
            self.hear("version='1.0'>")?;
            self.say(&format!(
                "{header}<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\
                 <mechanism>EXTERNAL</mechanism></mechanisms></stream:features>"
            ))?;
            self.hear("</auth>")?;
            self.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")?;
            self.hear("version='1.0'>")?;
        }
        self.say(&format!("{header}<stream:features/>"))?;
        let mut told = Some(told);
        loop {
            let stanza = self.hear("</message>")?;
            let Some(body) = stanza.split("<body>").nth(1) else {
                continue;
            };
            if let Some(told) = told.take() {
                told(json!({"event": "message", "tls": until_tls, "message": since()}));
            }
            let body = body.split("</body>").next()?;
            self.say(&format!(
                "<message from='{name}' to='{peer}' type='chat'><body>{body}</body></message>"
            ))?;
        }
    }

    /// What was said up to and with this.
    fn hear(&mut self, end: &str) -> Option<String> {
        loop {
            if let Some(at) = self.heard.find(end) {
                let rest = self.heard.split_off(at + end.len());
                return Some(std::mem::replace(&mut self.heard, rest));
            }
            self.read()?;
        }
    }

    fn read(&mut self) -> Option<()> {
        let mut some = [0; 16 * 1024];
        let count = self
            .socket
            .read(&mut some)
            .ok()
            .filter(|count| *count > 0)?;
        let words = match &mut self.tls {
            Some(tls) => tls.open(&some[..count]).ok()?,
            None => some[..count].to_vec(),
        };
        self.heard.push_str(&String::from_utf8(words).ok()?);
        self.flush()
    }

    fn say(&mut self, words: &str) -> Option<()> {
        match &mut self.tls {
            Some(tls) => tls.seal(words.as_bytes()),
            None => self.socket.write_all(words.as_bytes()).ok()?,
        }
        self.flush()
    }

    fn flush(&mut self) -> Option<()> {
        if let Some(tls) = &mut self.tls {
            let out = tls.outgoing();
            if !out.is_empty() {
                self.socket.write_all(&out).ok()?;
            }
        }
        Some(())
    }
}
