//! A sender that lies: a program of its own with the encryption of a Balcony, whose files are not what it offers.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use balcony::wire::element::Element;
use balcony::wire::xmlstream::{Item, XmlLimits, XmlStream};
use balcony::xep::xep0234_jingle_file as jingle;
use rustls::ServerConfig;
use serde_json::json;

use super::{LONG, failed, take};
use crate::lab::Lab;
use crate::lab::headless::balcony;
use crate::lab::peer::SOON;
use crate::lab::tls::{Identity, Tls};
use crate::mallory::{STREAM, hear, play, say};

/// What is wrong with a file: it has this name.
const LIES: [&str; 6] = [
    "another hash before",
    "another hash behind",
    "another size",
    "one more",
    "nothing",
    "fewer bytes",
];
/// So many bytes each of them is said to have.
const SIZE: usize = 300_000;

#[test]
fn a_sender_that_lies_is_found_out_and_nothing_of_it_gets_a_name() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, mantua) = (lab.host("forza"), lab.host("mantua"));
    let liar = play(&mantua, &["liar"]);
    let romeo = balcony(&forza, "romeo").start();
    let address = format!("{}:5298", mantua.ipv4(1));
    romeo.tell(&json!({"command": "connect", "address": address}));
    let received = forza.folder("received");
    let offer = |lie: &str| {
        let offer = romeo.event("file-offered", SOON, |event| event["name"] == lie);
        assert_eq!(offer.line["encrypted"], true);
        take(&romeo, &offer.line, &received);
        offer.line["transfer"].as_str().unwrap().to_owned()
    };
    let names = || -> Vec<String> {
        let all = fs::read_dir(&received).unwrap();
        all.map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    for (lie, word) in LIES.iter().zip([
        "what came is not what was offered",
        "what came is not what was sent",
        "it is not the size that was said",
        "more came than was said",
        "there is nothing in it",
    ]) {
        let why = failed(&romeo, &offer(lie));
        assert!(why.contains(word), "{lie}: {why}");
        // It is told to the sender's program in words, too.
        liar.event("heard", SOON, |event| {
            let text = event["text"].as_str().unwrap();
            text.contains("failed-application") && text.contains(word)
        });
        assert_eq!(names(), [""; 0], "{lie}");
    }
    // A cable may have been pulled: what is there is kept, and goes on when the sender offers it again.
    let less = offer("fewer bytes");
    let waits = romeo.event("file-state", LONG, |event| {
        event["transfer"] == less.as_str()
            && event["state"] == "waiting"
            && event["reason"].is_string()
    });
    let why = waits.line["reason"].as_str().unwrap().to_owned();
    assert!(why.contains("ended in the middle"), "{why}");
    let [part] = &names()[..] else {
        panic!("{:?}", names());
    };
    assert!(part.ends_with(".part"), "{part}");
    romeo.tell(&json!({"command": "cancel-file", "transfer": less}));
    failed(&romeo, &less);
    super::no_parts(&received);
    assert_eq!(names(), [""; 0]);
    romeo.quit();
}

/// The part: whoever comes is offered all of them.
pub fn perform() {
    let config = Identity::new().server();
    let files = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a port");
    let talk = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 5298)).expect("the port");
    let port = files.local_addr().expect("a port").port();
    say(json!({"event": "begun"}));
    let serving = config.clone();
    std::thread::spawn(move || {
        for stream in files.incoming().map_while(Result::ok) {
            // It hangs up when it has found out.
            if let Err(why) = serve(stream, &serving) {
                say(json!({"event": "hung-up", "why": why}));
            }
        }
    });
    let (stream, _) = talk.accept().expect("a connection");
    let ended = converse(stream, &config, port);
    say(json!({"event": "ended", "why": ended.err()}));
}

/// A connection with encryption.
struct Line {
    socket: TcpStream,
    tls: Tls,
    unread: Vec<u8>,
}

impl Line {
    fn answer(socket: TcpStream, config: &Arc<ServerConfig>) -> Result<Line, String> {
        let mut line = Line {
            socket,
            tls: Tls::server(config),
            unread: Vec::new(),
        };
        while line.tls.is_handshaking() {
            line.hear()?;
        }
        Ok(line)
    }

    /// What has come, if anything has; what is to be said goes out.
    fn hear(&mut self) -> Result<(), String> {
        let mut some = vec![0; 1 << 16];
        let count = self.socket.read(&mut some);
        let count = count.map_err(|error| error.to_string())?;
        if count == 0 {
            return Err("the other end has ended".to_owned());
        }
        let opened = self.tls.open(&some[..count])?;
        self.unread.extend(opened);
        self.flush()
    }

    fn say(&mut self, words: &[u8]) -> Result<(), String> {
        for part in words.chunks(1 << 14) {
            self.tls.seal(part);
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), String> {
        let out = self.tls.outgoing();
        let written = self.socket.write_all(&out);
        written.map_err(|error| error.to_string())
    }
}

fn converse(mut socket: TcpStream, config: &Arc<ServerConfig>, port: u16) -> Result<(), String> {
    let header = format!("{STREAM} from='liar@mantua' to='romeo@forza' version='1.0'>");
    let mut all = Vec::new();
    hear(&mut socket, &mut all, b"version='1.0'>");
    let offers =
        "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>";
    let plain = |mut socket: &TcpStream, words: &str| {
        let written = socket.write_all(words.as_bytes());
        written.map_err(|error| error.to_string())
    };
    plain(&socket, &format!("{header}{offers}"))?;
    hear(&mut socket, &mut all, b"xmpp-tls'/>");
    plain(
        &socket,
        "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    )?;
    let mut line = Line::answer(socket, config)?;
    line.say(format!("{header}<stream:features/>").as_bytes())?;
    let mut stream = XmlStream::new(XmlLimits {
        stanza_bytes: 64 * 1024,
        depth: 32,
        attributes: 64,
    });
    let mut offered = false;
    loop {
        stream.feed(&std::mem::take(&mut line.unread));
        while let Some(item) = stream.next().map_err(|error| format!("{error:?}"))? {
            let Item::Element(stanza) = item else {
                continue;
            };
            say(json!({"event": "heard", "text": stanza.to_xml("jabber:client")}));
            if matches!(stanza.attr("type"), Some("get" | "set")) {
                let id = stanza.attr("id").unwrap_or_default();
                line.say(format!("<iq type='result' id='{id}'/>").as_bytes())?;
            }
            if !std::mem::replace(&mut offered, true) {
                for number in 0..LIES.len() {
                    line.say(offer(number, port).as_bytes())?;
                }
            }
        }
        line.hear()?;
    }
}

fn content(number: usize) -> Vec<u8> {
    vec![u8::try_from(number).expect("few"); SIZE]
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes)
        .as_ref()
        .try_into()
        .expect("32 bytes")
}

fn offer(number: usize, port: u16) -> String {
    let lie = LIES[number];
    let true_hash = sha256(&content(number));
    let offer = jingle::Offer {
        name: lie.to_owned(),
        size: SIZE as u64,
        media_type: None,
        folder: None,
        sha256: match lie {
            "another hash before" => Some([7; 32]),
            "another hash behind" => None,
            _ => Some(true_hash),
        },
        token: [u8::try_from(number).expect("few"); 32],
        port,
    };
    let offer = jingle::initiate(&format!("lie-{number}"), "liar@mantua", &offer);
    Element::new("iq", "jabber:client")
        .with_attr("type", "set")
        .with_attr("id", format!("offer-{number}"))
        .with_attr("from", "liar@mantua")
        .with_attr("to", "romeo@forza")
        .with_child(offer)
        .to_xml("jabber:client")
}

/// Says which lie is wanted by its token, and tells it.
fn serve(socket: TcpStream, config: &Arc<ServerConfig>) -> Result<(), String> {
    let mut line = Line::answer(socket, config)?;
    // A mark, the token, how many entries and bytes are there, their hash.
    while line.unread.len() < 2 + 32 + 8 + 8 + 32 {
        line.hear()?;
    }
    let number = usize::from(line.unread[2]);
    let bytes = content(number);
    let entry = |size: usize, bytes: &[u8], hash: [u8; 32]| {
        let head = json!({"path": [LIES[number]], "size": size, "from": 0}).to_string();
        let length = u32::try_from(head.len()).expect("short").to_be_bytes();
        [&length[..], head.as_bytes(), bytes, &hash].concat()
    };
    let whole = entry(SIZE, &bytes, sha256(&bytes));
    let end = [0; 4];
    let said = match LIES[number] {
        "another hash behind" => [entry(SIZE, &bytes, [7; 32]), end.to_vec()].concat(),
        "another size" => {
            let longer = [&bytes[..], b"more"].concat();
            let hash = sha256(&longer);
            [entry(SIZE + 4, &longer, hash), end.to_vec()].concat()
        }
        "one more" => [whole.clone(), whole, end.to_vec()].concat(),
        "nothing" => end.to_vec(),
        "fewer bytes" => whole[..SIZE / 2].to_vec(),
        _ => [whole, end.to_vec()].concat(),
    };
    line.say(&said)?;
    let shut = line.socket.shutdown(Shutdown::Write);
    shut.map_err(|error| error.to_string())?;
    // Its word on it, or its end.
    line.hear()
}
