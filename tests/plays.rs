//! Protocol tests as plays: `tests/plays/*/*.play`, one file a scene. Each is played as written, again byte by byte, and
//! again with Romeo's bytes cut in two at every place.
//!
//! Juliet is ours (juliet@pronto), Romeo is whoever he claims to be. A line is a comment (`#`) or one of
//!
//! ```text
//! Juliet answers                    she is the responder         Juliet dials romeo@forza   she is the initiator
//! Juliet requires encryption        before either of these       Juliet offers TLS          likewise
//! Juliet goes ahead                 likewise: and does not wait for what he will surely say
//! Juliet takes at most N bytes      likewise: of one stanza
//! Romeo sends <<…>>                 bytes, may span lines        Romeo sends N times <<…>>
//! Romeo hangs up                    end of input
//! Romeo hears <<…>>                 exactly these bytes, and nothing before them
//! Romeo hears nothing
//! Romeo hears error CONDITION       our header if it was not out, the stream error, the closing tag
//! Juliet begins                     what she has to say first is taken
//! Juliet accepts JID · refuses CONDITION · sends <<…>> · cannot send <<…>> · handled N · closes · closes quietly · fails CONDITION ·
//!        holds her header 30ms · dials TLS (the handshake is done)
//! Juliet learns WHAT                the next event: header from A to B [versioned] · start tls · ready JID [legacy] [acks]
//!                                   [secure] · stanza <<…>> · acked N · peer closed · ended [with CONDITION]
//! wait 3s                           time passes (also ms)
//! ```
//!
//! In bytes, `{header}` is our header to romeo@forza as initiator, `{answer}` the responder's, `{plain answer}` the one
//! without version, `{features}` what the responder offers, `{close}` the closing tag, `\xNN` a byte, `{N×TEXT}` a
//! repetition. At the end nothing may be left unheard or unlearnt.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use balcony::stream::{Limits, Stream, StreamConfig, StreamEvent};
use balcony::wire::element::Element;
use balcony::wire::jid::Jid;
use balcony::wire::nonza::{Condition, StreamError};
use balcony::wire::ns;
use balcony::wire::time::Moment;
use balcony::wire::xmlstream::{Item, XmlLimits, XmlStream};

const DISCO: &str = "<query xmlns='http://jabber.org/protocol/disco#info' node='n#v'/>";

/// How Romeo's bytes arrive.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Whole,
    Bytes,
    At(usize),
}

/// A line of a play, with its number.
#[derive(Clone, Debug)]
struct Line {
    number: usize,
    text: String,
}

#[test]
fn every_scene_is_played_to_its_end_however_the_bytes_arrive() {
    let mut scenes = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plays"),
        &mut scenes,
    );
    assert!(scenes.len() > 30, "only {} scenes found", scenes.len());
    let mut failures = Vec::new();
    for path in &scenes {
        let lines = read(path);
        let longest = lines
            .iter()
            .filter_map(sent)
            .map(|bytes| bytes.len())
            .max()
            .unwrap_or(0);
        // Every place in what is short; in what is long (size limits) a few hundred of them.
        let places = (1..longest).step_by(1 + longest / 2000 * 50).map(Cut::At);
        for cut in [Cut::Whole, Cut::Bytes].into_iter().chain(places) {
            let scene = path
                .strip_prefix(env!("CARGO_MANIFEST_DIR"))
                .unwrap()
                .display()
                .to_string();
            let outcome = std::panic::catch_unwind(|| Stage::new(cut).play(&lines));
            if let Err(problem) = outcome {
                let problem = problem
                    .downcast_ref::<String>()
                    .cloned()
                    .unwrap_or_default();
                failures.push(format!("{scene}, {cut:?}: {problem}"));
                break;
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn collect(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|ext| ext == "play") {
            out.push(path);
        }
    }
    out.sort();
}

/// The lines of a play; one that opens `<<` runs on until `>>`.
fn read(path: &Path) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut open = false;
    for (index, text) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
        if open {
            let last = lines.last_mut().unwrap();
            last.text.push('\n');
            last.text.push_str(text);
        } else if !text.trim().is_empty() && !text.starts_with('#') {
            lines.push(Line {
                number: index + 1,
                text: text.trim().to_owned(),
            });
        } else {
            continue;
        }
        let text = &lines.last().unwrap().text;
        open = text.contains("<<") && !text.ends_with(">>");
    }
    assert!(!open, "{}: << without >>", path.display());
    lines
}

/// What Romeo sends in this line.
fn sent(line: &Line) -> Option<Vec<u8>> {
    let rest = line.text.strip_prefix("Romeo sends ")?;
    let (head, quoted) = rest.split_once("<<").expect("Romeo sends <<…>>");
    let times = head
        .trim()
        .strip_suffix(" times")
        .map_or(1, |count| count.parse().unwrap());
    Some(bytes(quoted.strip_suffix(">>").unwrap()).repeat(times))
}

/// The text between `<<` and `>>` with its abbreviations written out.
fn bytes(text: &str) -> Vec<u8> {
    let stream = "<?xml version='1.0' encoding='UTF-8'?><stream:stream xmlns='jabber:client' \
                  xmlns:stream='http://etherx.jabber.org/streams'";
    let names = "from='juliet@pronto' to='romeo@forza'";
    let features = "<stream:features><sm xmlns='urn:xmpp:sm:3'/><limits xmlns='urn:xmpp:stream-limits:0'>\
                    <max-bytes>65536</max-bytes></limits>";
    let text = text
        .replace("{header}", &format!("{stream} {names} version='1.0'>"))
        .replace(
            "{answer}",
            &format!("{stream} id='i-d' {names} version='1.0'>"),
        )
        .replace("{plain answer}", &format!("{stream} {names}>"))
        .replace(
            "{features}",
            &format!("{features}{DISCO}</stream:features>"),
        )
        .replace("{close}", "</stream:stream>");
    let mut out = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['\\', '{']) {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let special = &rest[at..];
        if let Some(hex) = special.strip_prefix("\\x") {
            out.push(u8::from_str_radix(&hex[..2], 16).unwrap());
            rest = &hex[2..];
        } else if let Some(line_end) = special.strip_prefix("\\n") {
            out.push(b'\n');
            rest = line_end;
        } else {
            let (inside, after) = special[1..].split_once('}').expect("{N×TEXT}");
            let (count, repeated) = inside.split_once('×').expect("{N×TEXT}");
            out.extend(bytes(repeated).repeat(count.parse().unwrap()));
            rest = after;
        }
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

struct Stage {
    cut: Cut,
    config: StreamConfig,
    juliet: Option<Stream>,
    now: Moment,
    /// What Juliet has sent and Romeo not yet heard; all that he has heard.
    unheard: Vec<u8>,
    heard: Vec<u8>,
    learnt: std::collections::VecDeque<StreamEvent>,
}

impl Stage {
    fn new(cut: Cut) -> Stage {
        let config = StreamConfig {
            me: Jid::new("juliet@pronto").unwrap(),
            disco: Arc::new(element(DISCO)),
            id: "i-d".into(),
            limits: Limits {
                stanza_bytes: 64 << 10,
                ..Limits::default()
            },
            tls: false,
            ahead: false,
            allow_plaintext: true,
        };
        let (unheard, heard, learnt) = Default::default();
        Stage {
            cut,
            config,
            juliet: None,
            now: Moment(5_000_000),
            unheard,
            heard,
            learnt,
        }
    }

    fn play(mut self, lines: &[Line]) {
        for line in lines {
            let number = line.number;
            if let Err(problem) = self.line(line) {
                panic!("line {number}: {}\n  {problem}", line.text);
            }
        }
        assert!(
            self.unheard.is_empty(),
            "unheard at the end: {}",
            String::from_utf8_lossy(&self.unheard)
        );
        assert!(
            self.learnt.is_empty(),
            "unlearnt at the end: {:?}",
            self.learnt
        );
    }

    fn line(&mut self, line: &Line) -> Result<(), String> {
        if let Some(bytes) = sent(line) {
            for piece in self.pieces(&bytes) {
                let now = self.now;
                self.with(|juliet| juliet.handle_bytes(piece, now));
            }
            return Ok(());
        }
        let text = line.text.as_str();
        if let Some(what) = text.strip_prefix("Romeo hears ") {
            return self.hears(what);
        }
        if let Some(what) = text.strip_prefix("Juliet learns ") {
            let event = self.learnt.pop_front().ok_or("she learnt nothing more")?;
            return same(describe(&event), normal(what));
        }
        if let Some(span) = text.strip_prefix("wait ") {
            self.wait(span);
            return Ok(());
        }
        if text == "Romeo hangs up" {
            let now = self.now;
            self.with(|juliet| juliet.handle_eof(now));
            return Ok(());
        }
        self.command(text.strip_prefix("Juliet ").ok_or("who?")?)
    }

    fn pieces<'a>(&self, bytes: &'a [u8]) -> Vec<&'a [u8]> {
        match self.cut {
            Cut::Bytes => bytes.chunks(1).collect(),
            Cut::At(at) if at < bytes.len() => vec![&bytes[..at], &bytes[at..]],
            Cut::Whole | Cut::At(_) => vec![bytes],
        }
    }

    fn with(&mut self, act: impl FnOnce(&mut Stream)) {
        let juliet = self.juliet.as_mut().expect("Juliet answers or dials first");
        act(juliet);
        self.learnt
            .extend(std::iter::from_fn(|| juliet.poll_event()));
        while let Some(bytes) = juliet.poll_transmit() {
            self.unheard.extend_from_slice(&bytes);
        }
    }

    fn wait(&mut self, span: &str) {
        let span = match span.strip_suffix("ms") {
            Some(millis) => Duration::from_millis(millis.parse().unwrap()),
            None => Duration::from_secs(span.strip_suffix('s').unwrap().parse().unwrap()),
        };
        let until = self.now + span;
        while let Some(next) = self
            .juliet
            .as_ref()
            .and_then(Stream::poll_timeout)
            .filter(|next| *next <= until)
        {
            self.now = self.now.max(next);
            let now = self.now;
            self.with(|juliet| juliet.handle_timeout(now));
        }
        self.now = until;
    }

    fn command(&mut self, words: &str) -> Result<(), String> {
        let now = self.now;
        let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
        match (verb, rest) {
            ("requires", "encryption") => self.config.allow_plaintext = false,
            ("offers", "TLS") => self.config.tls = true,
            ("goes", "ahead") => {
                self.config.tls = true;
                self.config.ahead = true;
            }
            ("takes", most) => {
                let most = most
                    .strip_prefix("at most ")
                    .and_then(|most| most.strip_suffix(" bytes"))
                    .ok_or("how many?")?;
                self.config.limits.stanza_bytes = most.parse().unwrap();
            }
            ("answers", _) => self.juliet = Some(Stream::responder(self.config.clone(), now)),
            ("dials", "TLS") => self.with(|juliet| juliet.handle_tls(now)),
            ("dials", peer) => {
                let peer = Jid::new(peer).ok();
                self.juliet = Some(Stream::initiator(self.config.clone(), peer, now));
            }
            // Before she is on stage her first bytes are not taken.
            ("holds", rest) => {
                let millis = rest
                    .strip_prefix("her header ")
                    .and_then(|span| span.strip_suffix("ms"))
                    .ok_or("how long?")?;
                let until = now + Duration::from_millis(millis.parse().unwrap());
                self.with(|juliet| juliet.hold_header(until));
            }
            ("begins", _) => self.with(|_| {}),
            ("accepts", peer) => self.with(|juliet| juliet.accept(Jid::new(peer).unwrap(), now)),
            ("refuses", what) => self.with(|juliet| juliet.refuse(condition(what).into())),
            ("fails", what) => self.with(|juliet| juliet.fail(condition(what).into())),
            ("closes", "quietly") => self.with(|juliet| juliet.close_quietly(now)),
            ("closes", _) => self.with(|juliet| juliet.close(now)),
            ("handled", count) => self.with(|juliet| juliet.handled(count.parse().unwrap())),
            ("sends" | "cannot", quoted) => {
                let quoted = quoted.strip_prefix("send ").unwrap_or(quoted);
                let stanza = element(
                    quoted
                        .strip_prefix("<<")
                        .and_then(|text| text.strip_suffix(">>"))
                        .ok_or("what?")?,
                );
                let mut outcome = Ok(());
                self.with(|juliet| outcome = juliet.send(&stanza));
                if outcome.is_ok() != (verb == "sends") {
                    return Err(format!("{outcome:?}"));
                }
            }
            _ => return Err("no such line".to_owned()),
        }
        Ok(())
    }

    fn hears(&mut self, what: &str) -> Result<(), String> {
        let said = std::mem::take(&mut self.unheard);
        let first = self.heard.is_empty();
        self.heard.extend_from_slice(&said);
        let said = String::from_utf8_lossy(&said).into_owned();
        if what == "nothing" {
            return same(said, String::new());
        }
        if let Some(condition) = what.strip_prefix("error ") {
            let (before, error) = said
                .split_once("<stream:error>")
                .ok_or(format!("no error in {said:?}"))?;
            let header_ok = if first {
                before.starts_with("<?xml") && before.contains("<stream:stream ")
            } else {
                before.is_empty()
            };
            let (name, app) = condition.split_once(" with ").unwrap_or((condition, ""));
            let expected = format!("<{name} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>");
            let ok = header_ok
                && error.starts_with(&expected)
                && error.ends_with("</stream:error></stream:stream>")
                && (app.is_empty() || error.contains(&format!("<{app} ")));
            return if ok {
                Ok(())
            } else {
                Err(format!("he hears {said}"))
            };
        }
        let expected = bytes(
            what.strip_prefix("<<")
                .and_then(|text| text.strip_suffix(">>"))
                .ok_or("hears what?")?,
        );
        same(said, String::from_utf8_lossy(&expected).into_owned())
    }
}

fn same(is: String, expected: String) -> Result<(), String> {
    if is == expected {
        Ok(())
    } else {
        Err(format!("is       {is}\n  expected {expected}"))
    }
}

fn describe(event: &StreamEvent) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "nobody".to_owned());
    match event {
        StreamEvent::Header {
            from,
            to,
            versioned,
        } => {
            let versioned = if *versioned { " versioned" } else { "" };
            format!("header from {} to {}{versioned}", name(from), name(to))
        }
        StreamEvent::StartTls => "start tls".to_owned(),
        StreamEvent::Unencrypted => "unencrypted".to_owned(),
        StreamEvent::Ready(ready) => {
            let mut text = format!("ready {}", ready.peer);
            for (is, word) in [
                (ready.legacy, " legacy"),
                (ready.acks, " acks"),
                (ready.secure, " secure"),
            ] {
                text.push_str(if is { word } else { "" });
            }
            text
        }
        StreamEvent::Stanza(stanza) => format!("stanza <<{}>>", stanza.to_xml(ns::CLIENT)),
        StreamEvent::Acked(count) => format!("acked {count}"),
        StreamEvent::PeerClosed => "peer closed".to_owned(),
        StreamEvent::Ended(None) => "ended".to_owned(),
        StreamEvent::Ended(Some(StreamError { condition, .. })) => {
            format!("ended with {condition}")
        }
    }
}

/// An expected event; a stanza in it is written the way that ours are.
fn normal(what: &str) -> String {
    match what
        .strip_prefix("stanza <<")
        .and_then(|text| text.strip_suffix(">>"))
    {
        Some(xml) => format!(
            "stanza <<{}>>",
            element(&String::from_utf8(bytes(xml)).unwrap()).to_xml(ns::CLIENT)
        ),
        None => what.to_owned(),
    }
}

fn condition(name: &str) -> Condition {
    *Condition::ALL
        .iter()
        .find(|condition| condition.name() == name)
        .expect("a stream error condition")
}

fn element(xml: &str) -> Element {
    let mut parser = XmlStream::new(XmlLimits {
        stanza_bytes: 1 << 20,
        depth: 32,
        attributes: 64,
    });
    parser.feed(&bytes("{header}"));
    parser.feed(xml.as_bytes());
    parser.next().unwrap();
    match parser.next().unwrap() {
        Some(Item::Element(element)) => element,
        other => panic!("{xml} is {other:?}"),
    }
}
