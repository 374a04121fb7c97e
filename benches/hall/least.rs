//! What a hall cannot do without: as many programs on as many hosts, each of which does nothing but receive a message, check its
//! signature, keep it and write a line. No discovery, no encryption, no XML, no room, no runtime. How long one message takes
//! until the last of them has written its line is what these processors need for programs that do not trust whoever
//! passes a message on; an occupant of a server's room need not do that.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use balcony::wire::key::SecretKey;
use tokio::io::AsyncBufReadExt;
use tokio::net::unix::pipe;
use tokio::sync::mpsc;

use crate::facts::{Figures, between};
use crate::lab::{Host, Lab};
use crate::{Options, PAUSE, step};

/// What the programs are called by.
const HUB: &str = "--least-hub";
const MEMBER: &str = "--least-member";
/// Octets of a message's signed part; with its signature as many as a TLS record of the real hall has.
const SIGNED: usize = 472;
const SIGNATURE: usize = 64;
/// Octets of the line that a member writes.
const LINE: usize = 500;
/// Everything here takes fractions of a second.
const LONG: Duration = Duration::from_secs(30);

/// Is this process one of the programs? Then it was, and there is nothing else to do.
pub fn was_one() -> bool {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [HUB, address, members] => hub(address, members.parse().expect("a number")),
        [MEMBER, address, file] => member(address, file),
        _ => return false,
    }
    true
}

fn key() -> SecretKey {
    SecretKey::from_seed(&[7; 32]).expect("a seed")
}

/// Signs a message for each line that it is given, and passes it to all.
fn hub(address: &str, members: usize) {
    let listener = TcpListener::bind(address).expect("an address");
    println!("{}", listener.local_addr().expect("bound"));
    let mut streams: Vec<TcpStream> = (0..members)
        .map(|_| {
            let (stream, _) = listener.accept().expect("a member");
            stream.set_nodelay(true).expect("a stream");
            stream
        })
        .collect();
    println!("all are here");
    for line in std::io::stdin().lock().lines() {
        let mut message = line.expect("a line").into_bytes();
        message.resize(SIGNED, b'.');
        let signature = key().sign(&message);
        message.extend(signature);
        for stream in &mut streams {
            stream.write_all(&message).expect("a member");
        }
    }
}

fn member(address: &str, file: &str) {
    let mut file = std::fs::File::create(file).expect("a file");
    let mut stream = TcpStream::connect(address).expect("the hub");
    let author = key().public();
    let mut message = [0; SIGNED + SIGNATURE];
    let line = format!("{}\n", "x".repeat(LINE));
    while stream.read_exact(&mut message).is_ok() {
        let (text, signature) = message.split_at(SIGNED);
        assert!(author.verify(text, signature), "nobody signed this");
        file.write_all(&message).expect("a disk");
        let mut out = std::io::stdout().lock();
        out.write_all(line.as_bytes()).expect("a reader");
        out.flush().expect("a reader");
    }
}

/// From a message's sending until the last line is there, ms.
pub async fn measure(options: &Options) -> Figures {
    let (people, hosts) = (usize::from(options.people), usize::from(options.hosts));
    let lab = Lab::new();
    let hosts: Vec<Host> = (0..hosts).map(|n| lab.host(&format!("desk{n}"))).collect();
    let program = std::env::current_exe().expect("this program");
    let others = people - 1;
    let mut hub = hosts[0]
        .command(&program)
        .args([HUB, &format!("{}:0", hosts[0].ipv4(1)), &others.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a hub");
    let mut hears = BufReader::new(hub.stdout.take().expect("piped")).lines();
    let mut hears = || hears.next().expect("the hub lives").expect("a line");
    let address = hears();
    let (teller, mut news) = mpsc::unbounded_channel();
    let mut members: Vec<Child> = Vec::new();
    for n in 1..people {
        let host = &hosts[n % hosts.len()];
        let file = host.folder("data").with_extension(n.to_string());
        let mut child = host
            .command(&program)
            .args([MEMBER, &address])
            .arg(file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a member");
        let output = OwnedFd::from(child.stdout.take().expect("piped"));
        members.push(child);
        let output = pipe::Receiver::from_owned_fd(output).expect("a pipe");
        tokio::spawn(listen(output, teller.clone()));
    }
    assert_eq!(hears(), "all are here");
    let mut figures = Figures::default();
    let mut input = hub.stdin.take().expect("piped");
    for n in 0..options.messages {
        tokio::time::sleep(PAUSE).await;
        let begun = Instant::now();
        input
            .write_all(format!("message {n}\n").as_bytes())
            .expect("the hub");
        let mut last = begun;
        for _ in 0..others {
            let next = tokio::time::timeout(LONG, news.recv()).await;
            last = last.max(next.expect("a line in time").expect("a member"));
        }
        figures.0.push(between(begun, last));
    }
    // Whoever reads comes to an end with what it reads.
    drop(input);
    for mut child in members.into_iter().chain([hub]) {
        let _ = child.wait();
    }
    step(&format!(
        "{people} programs that do nothing else: {:.1} ms p50, {:.1} ms p99",
        figures.at(50),
        figures.at(99)
    ));
    figures
}

async fn listen(output: pipe::Receiver, teller: mpsc::UnboundedSender<Instant>) {
    let mut lines = tokio::io::BufReader::new(output).lines();
    while let Ok(Some(_)) = lines.next_line().await {
        if teller.send(Instant::now()).is_err() {
            return;
        }
    }
}
