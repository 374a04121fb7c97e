//! Somebody who stands between two hosts for good: on either side it has the other's name, and keys of its own. It announces
//! itself by mDNS, ends the encryption of each stream and makes a new one, and can take part in a comparison of keys. What it
//! could read it tells as `read`; what was refused, as `refused`.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use balcony::model::sas::{Comparison, Ends, Step, Word};
use balcony::wire::xmlstream::{Item, XmlLimits, XmlStream};
use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};
use serde_json::json;

use crate::lab::Host;
use crate::lab::peer::Peer;
use crate::lab::tls::{Identity, Tls};
use crate::mallory::{STREAM, play, say};

/// Who stands on one side, as the other side is to see them.
pub struct Side<'a> {
    /// Whose name it takes.
    pub name: &'a str,
    /// Where that is believed.
    pub interface: &'a str,
    /// The address there.
    pub own: &'a str,
    /// Where the real one is.
    pub real: &'a str,
}

/// How it goes about it.
#[derive(Clone, Copy)]
pub struct Manner {
    /// Whether its records announce its keys, or none.
    pub announces: bool,
    /// Whether it compares keys with each of them by itself, or passes the words on.
    pub compares: bool,
}

/// Starts it: two programs, one a side. Both have begun when this returns.
pub fn stand(host: &Host, sides: [Side<'_>; 2], manner: Manner) -> [Peer; 2] {
    let folder = host.folder("keys");
    let files = [folder.join("0.pem"), folder.join("1.pem")];
    for file in &files {
        if !file.exists() {
            Identity::new().save(file);
        }
    }
    let start = |near: usize| {
        let side = &sides[near];
        let told = |yes: bool| if yes { "yes" } else { "no" };
        let part = [
            "between",
            side.name,
            side.interface,
            side.own,
            side.real,
            files[near].to_str().unwrap(),
            files[1 - near].to_str().unwrap(),
            told(manner.announces),
            told(manner.compares),
        ];
        play(host, &part)
    };
    [start(0), start(1)]
}

/// The part: takes `name` on that interface, and passes on what comes to where the real one is, as the other.
pub fn perform(words: &[&str]) {
    let [name, interface, own, real, near, far, announces, compares] = words else {
        panic!("{words:?}");
    };
    let (near, far) = (
        Identity::load(Path::new(near)),
        Identity::load(Path::new(far)),
    );
    let listener = TcpListener::bind((*own, 5298)).expect("the port");
    announce(name, interface, own, (*announces == "yes").then_some(&near));
    say(json!({"event": "begun"}));
    let server = near.server();
    let client = far.client();
    for stream in listener.incoming().map_while(Result::ok) {
        let (server, client) = (server.clone(), client.clone());
        let (own_keys, real) = ([near.public(), far.public()], format!("{real}:5298"));
        let compares = *compares == "yes";
        std::thread::spawn(move || {
            let Ok(other) = TcpStream::connect(&real) else {
                return;
            };
            let made = move || [Tls::server(&server), Tls::client(&client)];
            Middle {
                sockets: [stream, other],
                tls: None,
                own_keys,
                compares,
                comparisons: [None, None],
                unread: [String::new(), String::new()],
            }
            .run(&made);
        });
    }
}

/// Says it again and again, and asks nobody whether the name is free.
fn announce(name: &str, interface: &str, own: &str, key: Option<&Identity>) {
    let daemon = ServiceDaemon::new().expect("mDNS");
    daemon.disable_interface(IfKind::All).expect("mDNS");
    let interface = IfKind::Name(interface.to_owned());
    daemon.enable_interface(interface).expect("mDNS");
    let mut txt = vec![
        ("txtvers", "1".to_owned()),
        ("port.p2pj", "5298".to_owned()),
        ("status", "avail".to_owned()),
    ];
    if let Some(key) = key {
        txt.push(("tlsfp", key.public().fingerprint().to_string()));
    }
    let machine = name.split('@').nth(1).expect("user@machine");
    let info = ServiceInfo::new(
        "_presence._tcp.local.",
        name,
        &format!("{machine}.local."),
        own,
        5298,
        &txt[..],
    );
    let mut info = info.expect("a service");
    info.set_requires_probe(false);
    std::thread::spawn(move || {
        loop {
            // Its queue may be full: the next time, then.
            let _ = daemon.register(info.clone());
            std::thread::sleep(Duration::from_secs(1));
        }
    });
}

/// One stream, taken apart and put together again. Side 0 is who dialled, side 1 the one whom it wanted.
struct Middle {
    sockets: [TcpStream; 2],
    tls: Option<[Tls; 2]>,
    own_keys: [balcony::wire::key::PublicKey; 2],
    compares: bool,
    comparisons: [Option<Comparison>; 2],
    unread: [String; 2],
}

impl Middle {
    fn run(mut self, encrypt: &dyn Fn() -> [Tls; 2]) {
        let (heard, hear) = channel();
        for side in 0..2 {
            let socket = self.sockets[side].try_clone().expect("a socket");
            let heard = heard.clone();
            std::thread::spawn(move || listen(socket, side, &heard));
        }
        drop(heard);
        for (side, bytes) in hear {
            let fine = !bytes.is_empty() && self.take(side, &bytes, encrypt).is_ok();
            if !fine {
                break;
            }
        }
        for socket in &self.sockets {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    fn take(
        &mut self,
        side: usize,
        bytes: &[u8],
        encrypt: &dyn Fn() -> [Tls; 2],
    ) -> Result<(), String> {
        if let Some(tls) = &mut self.tls {
            let words = tls[side].open(bytes);
            let words = words.map(|words| String::from_utf8_lossy(&words).into_owned());
            // Its answer to what it does not like, too.
            self.flush(side)?;
            return self.pass(side, &words?);
        }
        let mut socket = &self.sockets[1 - side];
        let written = socket.write_all(bytes);
        written.map_err(|error| error.to_string())?;
        if side == 1 && contains(bytes, "<proceed") {
            self.tls = Some(encrypt());
            self.flush(1)?;
        }
        Ok(())
    }

    /// What one of them said goes to the other, but for what was meant to find us out.
    fn pass(&mut self, side: usize, words: &str) -> Result<(), String> {
        if words.is_empty() {
            return Ok(());
        }
        say(json!({"event": "read", "from": side, "text": words}));
        if words.contains("policy-violation") {
            say(json!({"event": "refused", "by": side}));
        }
        self.unread[side].push_str(words);
        let mut out = String::new();
        if self.compares {
            while let Some((before, sas, after)) = split(&self.unread[side]) {
                out.push_str(&before);
                out.push_str(&self.compare(side, &sas));
                self.unread[side] = after;
            }
        }
        // A word that is not all here yet waits.
        let whole = self.unread[side].find("<sas ").filter(|_| self.compares);
        let rest = self.unread[side].split_off(whole.unwrap_or(self.unread[side].len()));
        out.push_str(&std::mem::replace(&mut self.unread[side], rest));
        if let Some(tls) = &mut self.tls {
            tls[1 - side].seal(out.as_bytes());
        }
        self.flush(1 - side)
    }

    /// Takes a word of one comparison; gives the word of the other that takes its place.
    fn compare(&mut self, side: usize, sas: &str) -> String {
        let word = read(sas);
        let ends = |middle: &Middle, side: usize| {
            let (theirs, exporter) = middle.tls.as_ref().expect("TLS")[side].proof();
            Ends {
                own: middle.own_keys[side],
                theirs,
                exporter,
            }
        };
        let said = match word {
            Word::Start(commit) => {
                let (answering, _) = Comparison::answer(ends(self, side), [11; 32], commit);
                let (beginning, start) = Comparison::start(ends(self, 1 - side), [12; 32]);
                self.comparisons[side] = Some(answering);
                self.comparisons[1 - side] = Some(beginning);
                start
            }
            // Whoever answered us gets our own nonce revealed; whoever asked gets our own nonce for an answer.
            Word::Nonce(_) => {
                self.hear(side, word);
                Word::Nonce([11; 32])
            }
            Word::Reveal(_) => {
                self.hear(side, word);
                Word::Reveal([12; 32])
            }
            word => word,
        };
        text(&said)
    }

    fn hear(&mut self, side: usize, word: Word) {
        if let Some(comparison) = &mut self.comparisons[side]
            && let Step::Show(code, _) = comparison.hear(word)
        {
            say(json!({"event": "code", "with": side, "code": code.digits()}));
        }
    }

    fn flush(&mut self, side: usize) -> Result<(), String> {
        let Some(tls) = &mut self.tls else {
            return Ok(());
        };
        let out = tls[side].outgoing();
        let mut socket = &self.sockets[side];
        socket.write_all(&out).map_err(|error| error.to_string())
    }
}

fn listen(mut socket: TcpStream, side: usize, heard: &Sender<(usize, Vec<u8>)>) {
    let mut some = vec![0; 1 << 16];
    loop {
        let count = socket.read(&mut some).unwrap_or(0);
        if heard.send((side, some[..count].to_vec())).is_err() || count == 0 {
            return;
        }
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

/// What stands before, in and behind the first word of a comparison.
fn split(text: &str) -> Option<(String, String, String)> {
    let start = text.find("<sas ")?;
    let end = start + text[start..].find("</sas>")? + "</sas>".len();
    Some((
        text[..start].into(),
        text[start..end].into(),
        text[end..].into(),
    ))
}

fn read(sas: &str) -> Word {
    let mut stream = XmlStream::new(XmlLimits {
        stanza_bytes: 64 * 1024,
        depth: 8,
        attributes: 16,
    });
    let words = format!("{STREAM}><message>{sas}</message>");
    stream.feed(words.as_bytes());
    while let Some(item) = stream.next().expect("XML") {
        if let Item::Element(message) = item {
            return Word::read(&message).expect("a word of a comparison");
        }
    }
    panic!("no word of a comparison: {sas}");
}

fn text(word: &Word) -> String {
    word.element().to_xml("jabber:client")
}
