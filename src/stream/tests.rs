#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]
//! Two streams joined end to end.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::wire::ns;
use crate::wire::time::Moment;

fn config(name: &str) -> StreamConfig {
    StreamConfig {
        me: Jid::new(name).unwrap(),
        disco: Arc::new(Element::new("query", ns::DISCO_INFO)),
        id: "id1".into(),
        limits: Limits::default(),
        tls: false,
        ahead: false,
        allow_plaintext: true,
    }
}

const NOW: Moment = Moment(1_000_000);

/// Romeo (initiator) and Juliet (responder), and what each has learnt.
struct Pair {
    ends: [Stream; 2],
    events: [Vec<StreamEvent>; 2],
    now: Moment,
    /// So many writes of each end still arrive.
    arriving: [usize; 2],
}

impl Pair {
    fn new(romeo: StreamConfig, juliet: StreamConfig) -> Pair {
        let peer = juliet.me.clone();
        let ends = [
            Stream::initiator(romeo, peer, NOW),
            Stream::responder(juliet, NOW),
        ];
        Pair {
            ends,
            events: [Vec::new(), Vec::new()],
            now: NOW,
            arriving: [usize::MAX; 2],
        }
    }

    fn pass_on(&mut self, from: usize, bytes: &[u8]) {
        if self.arriving[from] > 0 {
            self.arriving[from] -= 1;
            self.ends[1 - from].handle_bytes(bytes, self.now);
        }
    }

    /// Lets bytes flow until nothing moves; gives how many writes there were.
    fn settle(&mut self) -> usize {
        let mut writes = 0;
        loop {
            let mut moved = false;
            for end in 0..2 {
                while let Some(event) = self.ends[end].poll_event() {
                    moved = true;
                    match &event {
                        StreamEvent::Header { from, .. } => {
                            let peer = Jid::new(from.as_deref().unwrap()).unwrap();
                            self.ends[end].accept(peer, self.now);
                        }
                        StreamEvent::StartTls => {
                            let bytes = self.ends[end].poll_transmit();
                            if let Some(bytes) = bytes {
                                self.pass_on(end, &bytes);
                            }
                            self.ends[end].handle_tls(self.now);
                        }
                        _ => {}
                    }
                    self.events[end].push(event);
                }
                if let Some(bytes) = self.ends[end].poll_transmit() {
                    writes += 1;
                    moved = true;
                    self.pass_on(end, &bytes);
                }
            }
            if !moved {
                return writes;
            }
        }
    }

    fn ready(&self, end: usize) -> &ReadyStream {
        let ready = self.events[end].iter().find_map(|event| match event {
            StreamEvent::Ready(ready) => Some(ready),
            _ => None,
        });
        ready.unwrap_or_else(|| panic!("not ready: {:?}", self.events))
    }

    fn stanzas(&self, end: usize) -> usize {
        self.events[end]
            .iter()
            .filter(|event| matches!(event, StreamEvent::Stanza(_)))
            .count()
    }

    fn acked(&self, end: usize) -> u32 {
        let acked = |event: &StreamEvent| match event {
            StreamEvent::Acked(count) => *count,
            _ => 0,
        };
        self.events[end].iter().map(acked).sum()
    }
}

fn message(body: &str) -> Element {
    Element::new("message", ns::CLIENT).with_child(Element::new("body", ns::CLIENT).with_text(body))
}

#[test]
fn two_of_ours_become_ready_with_acks() {
    let mut pair = Pair::new(config("romeo@forza"), config("juliet@pronto"));
    pair.settle();
    for end in 0..2 {
        let ready = pair.ready(end);
        assert!(ready.acks && !ready.legacy && !ready.secure, "{ready:?}");
    }
    assert_eq!(pair.ready(0).peer.as_str(), "juliet@pronto");
    assert_eq!(pair.ready(1).peer.as_str(), "romeo@forza");
    assert!(pair.ready(0).disco.is_some());
}

#[test]
fn acks_come_when_the_stanzas_are_on_disk_and_not_before() {
    let mut pair = Pair::new(config("romeo@forza"), config("juliet@pronto"));
    pair.settle();
    for count in 0..100 {
        pair.ends[0].send(&message(&format!("{count}"))).unwrap();
    }
    assert_eq!(
        pair.settle(),
        1,
        "a hundred messages and the request leave in one write, unanswered yet"
    );
    assert_eq!((pair.stanzas(1), pair.acked(0)), (100, 0));
    pair.ends[1].handled(60);
    pair.settle();
    assert_eq!(pair.acked(0), 0);
    pair.now = pair.ends[1].poll_timeout().unwrap();
    pair.ends[1].handle_timeout(pair.now);
    pair.settle();
    assert_eq!(pair.acked(0), 60, "a second later it tells what it has");
    pair.ends[1].handled(40);
    pair.settle();
    assert_eq!(pair.acked(0), 100, "and the rest unasked");
}

#[test]
fn closing_presents_what_was_under_way_and_acknowledges_it() {
    let mut pair = Pair::new(config("romeo@forza"), config("juliet@pronto"));
    pair.settle();
    pair.ends[0].close(pair.now);
    pair.ends[1].send(&message("wait")).unwrap();
    pair.settle();
    assert_eq!(pair.stanzas(0), 1);
    for end in 0..2 {
        assert_eq!(pair.events[end].last(), Some(&StreamEvent::Ended(None)));
    }
}

#[test]
fn tls_and_sasl_lead_to_a_secure_stream() {
    let secure = |name| StreamConfig {
        tls: true,
        allow_plaintext: false,
        ..config(name)
    };
    let mut pair = Pair::new(secure("romeo@forza"), secure("juliet@pronto"));
    pair.settle();
    for end in 0..2 {
        let ready = pair.ready(end);
        assert!(ready.acks && ready.secure, "{ready:?}");
    }
}

#[test]
fn who_has_encrypted_and_falls_silent_is_not_taken_for_an_old_program() {
    let secure = |name| StreamConfig {
        tls: true,
        ..config(name)
    };
    let mut done = 0;
    for (who, writes) in (0..2).flat_map(|who| (1..8).map(move |writes| (who, writes))) {
        let mut pair = Pair::new(secure("romeo@forza"), secure("juliet@pronto"));
        pair.arriving[who] = writes;
        pair.settle();
        for end in 0..2 {
            pair.ends[end].handle_timeout(NOW + Duration::from_secs(6));
        }
        pair.settle();
        for event in pair.events.iter().flatten() {
            if let StreamEvent::Ready(ready) = event {
                assert!(ready.acks || !ready.secure, "{who} {writes}: {ready:?}");
                done += usize::from(ready.secure);
            }
        }
    }
    assert!(done > 0, "it comes to encryption");
}

proptest::proptest! {
    #[test]
    fn no_bytes_bring_a_stream_out_of_step(
        initiator in proptest::bool::ANY,
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..12),
    ) {
        let mut stream = match initiator {
            true => Stream::initiator(config("juliet@pronto"), Jid::new("romeo@forza").unwrap(), NOW),
            false => Stream::responder(config("juliet@pronto"), NOW),
        };
        let (mut ready, mut ended, mut out) = (0, 0, String::new());
        for piece in pieces {
            stream.handle_bytes(piece.as_bytes(), NOW);
            while let Some(event) = stream.poll_event() {
                assert_eq!(ended, 0, "{event:?} after the end");
                match event {
                    StreamEvent::Header { .. } => stream.accept(Jid::new("romeo@forza").unwrap(), NOW),
                    StreamEvent::Ready(_) => ready += 1,
                    StreamEvent::Stanza(stanza) => {
                        assert_eq!((ready, stanza.attr("from")), (1, Some("romeo@forza")));
                    }
                    StreamEvent::Ended(_) => ended += 1,
                    _ => {}
                }
            }
            out.extend(stream.poll_transmit().map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()));
        }
        // Whatever came, what we said is one stream: a header if anything, one closing tag at most, and that last.
        assert!(out.is_empty() || out.starts_with("<?xml"));
        assert!(out.matches("<stream:stream ").count() <= 1);
        assert!(out.find("</stream:stream>").is_none_or(|at| out[at..].len() == "</stream:stream>".len()), "{out}");
    }
}

#[test]
fn what_nobody_waits_for_is_not_asked_about_until_there_is_much_of_it() {
    let mut pair = Pair::new(config("romeo@forza"), config("juliet@pronto"));
    pair.settle();
    for n in 1..64 {
        pair.ends[0].mention(&message("in passing")).unwrap();
        assert_eq!(pair.settle(), 1, "nobody answers number {n}");
    }
    pair.ends[0].mention(&message("in passing")).unwrap();
    pair.settle();
    pair.ends[1].handled(64);
    pair.settle();
    assert_eq!(pair.acked(0), 64);
    // Whoever waits for something learns of what was said before it, too.
    pair.ends[0].mention(&message("in passing")).unwrap();
    pair.ends[0].send(&message("well?")).unwrap();
    pair.settle();
    pair.ends[1].handled(2);
    pair.settle();
    assert_eq!(pair.acked(0), 66);
}

const PIECES: &[&str] = &[
    "<?xml version='1.0'?>",
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='romeo@forza'>",
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='romeo@forza' version='1.0'>",
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='romeo@forza' version='1.0'>",
    "<stream:features/>",
    "<stream:features><sm xmlns='urn:xmpp:sm:3'/></stream:features>",
    "<enable xmlns='urn:xmpp:sm:3'/>",
    "<enabled xmlns='urn:xmpp:sm:3'/>",
    "<r xmlns='urn:xmpp:sm:3'/>",
    "<a xmlns='urn:xmpp:sm:3' h='0'/>",
    "<message/>",
    "<message from='romeo@forza'><body>x</body></message>",
    "<message from='tybalt@verona'/>",
    "<iq from='romeo@forza' type='get'/>",
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>",
    "<x xmlns='urn:example'/>",
    "<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
    "<mess",
    "<!--",
    " ",
    "</stream:stream>",
];

#[test]
fn a_body_of_a_mebibyte_passes_whatever_stands_in_it() {
    let mut pair = Pair::new(config("romeo@forza"), config("juliet@pronto"));
    pair.settle();
    let body = "&".repeat(1 << 20);
    pair.ends[0].send(&message(&body)).unwrap();
    pair.settle();
    let Some(StreamEvent::Stanza(stanza)) = pair.events[1].last() else {
        panic!("no stanza: {:?}", pair.events[1].len());
    };
    assert_eq!(stanza.child("body", ns::CLIENT).unwrap().text(), body);
}

#[test]
fn plaintext_behind_starttls_is_never_taken_for_encrypted() {
    let secure = StreamConfig {
        tls: true,
        ..config("juliet@pronto")
    };
    let header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='romeo@forza' version='1.0'>";
    let starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    let message = "<message><body>smuggled</body></message>";
    for apart in [false, true] {
        let now = Moment(0);
        let mut stream = Stream::responder(secure.clone(), now);
        stream.handle_bytes(header.as_bytes(), now);
        stream.accept(Jid::new("romeo@forza").unwrap(), now);
        if apart {
            stream.handle_bytes(starttls.as_bytes(), now);
            stream.handle_bytes(message.as_bytes(), now);
            stream.handle_tls(now);
            stream.handle_bytes(header.as_bytes(), now);
        } else {
            stream.handle_bytes(format!("{starttls}{message}").as_bytes(), now);
        }
        let mut seen = Vec::new();
        while let Some(event) = stream.poll_event() {
            seen.push(event);
        }
        assert!(
            !seen
                .iter()
                .any(|event| matches!(event, StreamEvent::Stanza(_))),
            "{seen:?}"
        );
        assert_eq!(stream.is_ended(), !apart);
    }
}

#[test]
fn going_ahead_takes_three_turns_and_falls_back_by_ending() {
    let secure = |name| StreamConfig {
        tls: true,
        allow_plaintext: false,
        ..config(name)
    };
    let ahead = StreamConfig {
        ahead: true,
        ..secure("romeo@forza")
    };
    let mut pair = Pair::new(ahead.clone(), secure("juliet@pronto"));
    pair.settle();
    for end in 0..2 {
        let ready = pair.ready(end);
        assert!(ready.acks && ready.secure, "{ready:?}");
    }
    // Somebody who does not know what is said to him ends it, and nothing was told.
    let mut pair = Pair::new(ahead, config("juliet@pronto"));
    pair.settle();
    for end in 0..2 {
        assert!(pair.ends[end].is_ended());
        assert!(
            !pair.events[end]
                .iter()
                .any(|event| matches!(event, StreamEvent::Ready(_)))
        );
    }
}

fn cases(usual: u32) -> proptest::prelude::ProptestConfig {
    let count = std::env::var("BALCONY_CASES").ok();
    proptest::prelude::ProptestConfig {
        failure_persistence: None,
        ..proptest::prelude::ProptestConfig::with_cases(
            count.and_then(|text| text.parse().ok()).unwrap_or(usual),
        )
    }
}

proptest::proptest! {
    #![proptest_config(cases(1000))]

    /// Whatever comes in whatever order and in whatever pieces: where encryption is required nothing is ready, and no
    /// stanza seen, before it is there; where it is not, nothing is called encrypted that is not, and what has been agreed
    /// on is not gone back on; and nothing is written between the agreement and the end of the handshake.
    #[test]
    fn no_bytes_lead_around_the_encryption(
        initiator in proptest::bool::ANY,
        ahead in proptest::bool::ANY,
        required in proptest::bool::weighted(0.7),
        pieces in proptest::collection::vec(proptest::sample::select(SECURE_PIECES), 0..16),
        cut in 1usize..200,
        handshakes in proptest::collection::vec(proptest::bool::ANY, 4),
    ) {
        let config = StreamConfig {
            tls: true,
            allow_plaintext: !required,
            ahead,
            ..config("juliet@pronto")
        };
        let romeo = Jid::new("romeo@forza").unwrap();
        let mut stream = match initiator {
            true => Stream::initiator(config, romeo.clone(), NOW),
            false => Stream::responder(config, NOW),
        };
        let (mut secured, mut shaking, mut ready) = (false, false, false);
        let mut handshakes = handshakes.into_iter();
        for piece in pieces {
            for part in piece.as_bytes().chunks(cut) {
                stream.handle_bytes(part, NOW);
                while let Some(event) = stream.poll_event() {
                    match event {
                        StreamEvent::Header { .. } => stream.accept(romeo.clone(), NOW),
                        StreamEvent::StartTls => {
                            let _ = stream.poll_transmit();
                            shaking = true;
                        }
                        StreamEvent::Ready(agreed) => {
                            assert_eq!(secured, agreed.secure);
                            assert!(secured || !(required || shaking));
                            ready = true;
                        }
                        StreamEvent::Stanza(_) => assert!(ready),
                        _ => {}
                    }
                }
                if shaking && !secured {
                    assert_eq!(stream.poll_transmit(), None);
                    if handshakes.next().unwrap_or(true) {
                        stream.handle_tls(NOW);
                        secured = true;
                    }
                } else {
                    let _ = stream.poll_transmit();
                }
            }
        }
    }
}

const SECURE_PIECES: &[&str] = &[
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='romeo@forza'>",
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='romeo@forza' version='1.0'>",
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='romeo@forza' version='1.0'>",
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='romeo@forza' version='1.0'>",
    "<stream:features/>",
    "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
    "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
    "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms></stream:features>",
    "<stream:features><sm xmlns='urn:xmpp:sm:3'/></stream:features>",
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>",
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AHJvbWVvAHI=</auth>",
    "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
    "<enable xmlns='urn:xmpp:sm:3'/>",
    "<enabled xmlns='urn:xmpp:sm:3'/>",
    "<message from='romeo@forza'><body>hi</body></message>",
    "</stream:stream>",
];
