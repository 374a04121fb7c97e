//! Programs of somebody in the middle, and one that listens on the wire. They run on hosts of the lab: this test program is
//! started there again with its part in [`PART`], and says what it saw by JSON lines.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::time::Duration;

use serde_json::json;

use crate::lab::Host;
use crate::lab::peer::{Peer, SOON};

/// The environment variable that says what to play.
const PART: &str = "BALCONY_PART";

/// The beginning of a stream's header.
pub const STREAM: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'";

/// Starts a part on a host; it has begun when this returns.
pub fn play(host: &Host, part: &[&str]) -> Peer {
    let program = std::env::current_exe().expect("this program");
    let mut command = host.command(program);
    command.args([
        "--exact",
        "mallory::play_the_part",
        "--nocapture",
        "--test-threads=1",
    ]);
    command.env(PART, part.join(" "));
    let peer = Peer::start(host, part[0], command);
    peer.event("begun", SOON, |_| true);
    peer
}

pub fn say(line: serde_json::Value) {
    // Whole lines: the test harness writes to the same output.
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "\n{line}");
    let _ = out.flush();
}

/// Not a test but the stage door: without a part it has nothing to do.
#[test]
fn play_the_part() {
    let Ok(part) = std::env::var(PART) else {
        return;
    };
    let words: Vec<&str> = part.split(' ').collect();
    match words[..] {
        ["sniff", file] => sniff(file),
        ["pretend", how] => pretend(how),
        ["relay", to] => relay(to),
        ["inject", to] => inject(to),
        ["liar"] => crate::files::liar::perform(),
        ["ear", own] => crate::ear::perform(own),
        ["between", ..] => crate::between::perform(&words[1..]),
        _ => panic!("no such part: {part}"),
    }
}

/// Writes every TCP frame of this host to a file.
fn sniff(file: &str) {
    let every = 0x0003_u16.to_be();
    let socket = socket2::Socket::new(
        socket2::Domain::PACKET,
        socket2::Type::RAW,
        Some(socket2::Protocol::from(i32::from(every))),
    )
    .expect("a packet socket");
    let _ = socket.set_recv_buffer_size(8 << 20);
    assert!(socket.as_raw_fd() > 0);
    let mut out = std::fs::File::create(file).expect("the file");
    say(json!({"event": "begun"}));
    let mut frame = vec![0; 1 << 16];
    let mut socket = socket;
    while let Ok(count) = socket.read(&mut frame) {
        let frame = &frame[..count];
        let tcp = match frame.get(12..14) {
            Some([0x08, 0x00]) => frame.get(23) == Some(&6),
            Some([0x86, 0xdd]) => frame.get(20) == Some(&6),
            _ => false,
        };
        if tcp && out.write_all(frame).is_err() {
            return;
        }
    }
}

/// Answers on the usual port as juliet@pronto, and tells what it was sent.
fn pretend(how: &str) {
    let listener = TcpListener::bind("0.0.0.0:5298").expect("the port");
    say(json!({"event": "begun"}));
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        let _ = stream.set_read_timeout(Some(Duration::from_secs(3)));
        let mut all = Vec::new();
        hear(&mut stream, &mut all, b"version='1.0'>");
        let features = match how {
            "strips" => "<stream:features/>",
            "old" => "",
            _ => {
                "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
            }
        };
        let version = if how == "old" { "" } else { " version='1.0'" };
        let header = format!("{STREAM} from='juliet@pronto' to='romeo@forza'{version}>{features}");
        let _ = stream.write_all(header.as_bytes());
        if how == "tls12" {
            hear(&mut stream, &mut all, b"xmpp-tls'/>");
            let _ = stream.write_all(b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
            hear(&mut stream, &mut all, &[0x16, 0x03]);
            // A ServerHello of TLS 1.2: no supported_versions, ECDHE_ECDSA_WITH_AES_128_GCM_SHA256.
            let mut hello = vec![3, 3];
            hello.extend([7; 32]);
            hello.extend([0, 0xc0, 0x2b, 0]);
            let length = hello.len() as u8;
            let mut record = vec![22, 3, 3, 0, length + 4, 2, 0, 0, length];
            record.extend(hello);
            let _ = stream.write_all(&record);
        }
        hear(&mut stream, &mut all, b"nothing that ever comes");
        say(json!({"event": "took", "text": String::from_utf8_lossy(&all)}));
    }
}

/// Reads until `end` stands in what was read, or nothing more comes.
pub fn hear(stream: &mut TcpStream, all: &mut Vec<u8>, end: &[u8]) {
    let mut some = [0; 4096];
    while !all.windows(end.len()).any(|part| part == end) {
        match stream.read(&mut some) {
            Ok(0) | Err(_) => return,
            Ok(count) => all.extend_from_slice(&some[..count]),
        }
    }
}

/// Passes one connection on, both ways and untouched; then says all that came from the one who connected once more, to the
/// same other end.
fn relay(to: &str) {
    let listener = TcpListener::bind("0.0.0.0:5298").expect("the port");
    say(json!({"event": "begun"}));
    let (mut near, _) = listener.accept().expect("a connection");
    let mut far = TcpStream::connect(to).expect("the other end");
    let (mut back_from, mut back_to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
    let back = std::thread::spawn(move || {
        let _ = std::io::copy(&mut back_from, &mut back_to);
        let _ = back_to.shutdown(Shutdown::Write);
    });
    let mut recorded = Vec::new();
    let mut some = [0; 4096];
    while let Ok(count) = near.read(&mut some) {
        if count == 0 {
            break;
        }
        recorded.extend_from_slice(&some[..count]);
        if far.write_all(&some[..count]).is_err() {
            break;
        }
    }
    let _ = far.shutdown(Shutdown::Write);
    let _ = back.join();
    let mut again = TcpStream::connect(to).expect("the other end");
    let _ = again.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = again.write_all(&recorded);
    let mut answer = Vec::new();
    hear(&mut again, &mut answer, b"nothing that ever comes");
    say(
        json!({"event": "replayed", "bytes": recorded.len(), "answer": String::from_utf8_lossy(&answer)}),
    );
}

/// Says a stanza as romeo@forza before anything is encrypted.
fn inject(to: &str) {
    let mut stream = TcpStream::connect(to).expect("the other end");
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    say(json!({"event": "begun"}));
    let message = "<message from='romeo@forza' to='juliet@pronto' type='chat' id='1'><body>injected</body></message>";
    let words = format!("{STREAM} from='romeo@forza' to='juliet@pronto' version='1.0'>{message}");
    let _ = stream.write_all(words.as_bytes());
    let mut answer = Vec::new();
    hear(&mut stream, &mut answer, b"</stream:stream>");
    say(json!({"event": "answered", "text": String::from_utf8_lossy(&answer)}));
}
