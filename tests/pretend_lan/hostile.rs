//! One node and whatever the network may report to it: peers without scruples, and a disk that takes its time.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use balcony::command::Command;
use balcony::disk::store::{Op, Stored};
use balcony::event::{ChatState, Event};
use balcony::model::settings::Settings;
use balcony::net::{ConnId, Report, Request, Sighting};
use balcony::node::core::{Core, Start};
use balcony::node::effect::{Effect, Input};
use balcony::wire::jid::Jid;
use balcony::wire::time::{Clock, Moment};
use balcony::wire::txt::Advert;
use bytes::Bytes;

use super::stage::{MS, SEC, jid};

/// Romeo's node, everything around it by hand.
struct Alone {
    core: Core,
    now: Moment,
    /// Commits that the disk has not answered: their numbers and operations.
    commits: VecDeque<(u64, Vec<Op>)>,
    requests: Vec<Request>,
    events: Vec<Event>,
    others: Vec<Effect>,
}

impl Alone {
    fn new() -> Alone {
        let now = Moment(0);
        let core = Core::new(Start {
            jid: jid("romeo@forza"),
            port: 5298,
            settings: Settings::default(),
            avatar: None,
            conversations: Default::default(),
            outbox: Vec::new(),
            wait_for_name: false,
            seed: [7; 32],
            utc_offset: 0,
            clock: clock(now),
        });
        let mut alone = Alone {
            core,
            now,
            commits: VecDeque::new(),
            requests: Vec::new(),
            events: Vec::new(),
            others: Vec::new(),
        };
        alone.take();
        alone
    }

    fn input(&mut self, input: Input) {
        self.core.handle(clock(self.now), input);
        self.take();
    }

    fn take(&mut self) {
        while let Some(effect) = self.core.poll_effect() {
            match effect {
                Effect::Net(request) => self.requests.push(request),
                Effect::Emit(event) => self.events.push((*event).clone()),
                Effect::Store { seq, ops } => self.commits.push_back((seq, ops)),
                other => self.others.push(other),
            }
        }
    }

    fn wait(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some(at) = self.core.poll_timeout().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.input(Input::Timeout);
        }
        self.now = until;
    }

    /// The disk has kept the oldest commit; these of its operations were there already.
    fn stored(&mut self, duplicates: Vec<usize>) {
        let (seq, _) = self.commits.pop_front().expect("nothing was to be stored");
        self.input(Input::Stored(Stored {
            seq,
            duplicates,
            result: Ok(()),
        }));
    }

    fn all_stored(&mut self) {
        while !self.commits.is_empty() {
            self.stored(Vec::new());
        }
    }

    fn seen(&mut self, who: &Jid, ip: &str, change: impl FnOnce(&mut Advert)) {
        let mut advert = Advert::default();
        change(&mut advert);
        self.input(Input::Net(Report::Seen(Box::new(Sighting {
            jid: who.clone(),
            host: "host.local.".to_owned(),
            port: 5298,
            addresses: vec![SocketAddr::new(ip.parse().unwrap(), 5298)],
            interfaces: vec!["eth0".to_owned()],
            advert,
        }))));
    }

    /// Somebody opens a stream of the old kind from this address.
    fn called(&mut self, conn: u64, ip: &str, who: &str) {
        self.input(Input::Net(Report::Accepted {
            conn: ConnId(conn),
            local: "10.0.0.1:5298".parse().unwrap(),
            remote: SocketAddr::new(ip.parse().unwrap(), 40_000),
        }));
        self.hears(
            conn,
            &format!(
                "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='{who}' to='romeo@forza'>"
            ),
        );
    }

    fn hears(&mut self, conn: u64, xml: &str) {
        self.input(Input::Net(Report::Received {
            conn: ConnId(conn),
            bytes: Bytes::copy_from_slice(xml.as_bytes()),
        }));
    }

    /// What was written to this connection.
    fn said(&self, conn: u64) -> String {
        let written = self.requests.iter().filter_map(|request| match request {
            Request::Write { conn: on, bytes } if on.0 == conn => {
                Some(String::from_utf8_lossy(bytes).into_owned())
            }
            _ => None,
        });
        written.collect()
    }

    fn shown(&self) -> Vec<&str> {
        let bodies = self.events.iter().filter_map(|event| match event {
            Event::MessageReceived { message } => Some(message.body.as_str()),
            _ => None,
        });
        bodies.collect()
    }

    fn online(&self) -> usize {
        let contacts = self.core.model().contacts.values();
        contacts.filter(|contact| contact.is_online()).count()
    }
}

fn clock(now: Moment) -> Clock {
    let wall = jiff::Timestamp::from_microsecond(1_792_800_000_000_000 + now.0 as i64).unwrap();
    Clock { now, wall }
}

fn message(id: &str, body: &str) -> String {
    format!("<message type='chat' id='{id}'><body>{body}</body></message>")
}

#[test]
fn strangers_whom_nobody_advertises_are_a_few_at_once() {
    let mut alone = Alone::new();
    for n in 0..300u64 {
        alone.called(2 * n + 1, &format!("10.1.{}.9", n / 8), &format!("x{n}@y"));
    }
    alone.wait(2 * SEC);
    assert_eq!(alone.online(), 32);
    assert!(alone.said(599).contains("resource-constraint"), "an answer");
    // Who is advertised finds a place all the same.
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    alone.called(9001, "10.0.0.2", "juliet@pronto");
    alone.hears(9001, &message("1", "my lord?"));
    alone.all_stored();
    assert_eq!(alone.shown(), ["my lord?"]);
    // And where one goes, the next may come.
    alone.input(Input::Net(Report::Closed {
        conn: ConnId(1),
        why: balcony::net::CloseReason::Eof,
    }));
    alone.called(9003, "10.9.0.1", "late@y");
    alone.wait(2 * SEC);
    assert_eq!(alone.online(), 33, "32 strangers and juliet");
}

#[test]
fn conversations_that_strangers_begin_wait_for_the_reader() {
    let mut alone = Alone::new();
    let mut conn = 1;
    let mut stranger = |alone: &mut Alone, n: usize| {
        conn += 2;
        alone.called(conn, &format!("10.1.{}.9", n % 200), &format!("x{n}@y"));
        alone.wait(2 * SEC);
        alone.hears(conn, &message("1", &format!("buy {n}")));
        alone.all_stored();
        alone.hears(conn, "</stream:stream>");
        alone.wait(5 * SEC);
    };
    for n in 0..400 {
        stranger(&mut alone, n);
    }
    assert_eq!(alone.core.model().contacts.len(), 256);
    // Who has been read makes room; who has a conversation already is heard in any case.
    let read = alone.core.model().contacts[&jid("x3@y")]
        .conversation
        .last
        .clone()
        .unwrap();
    stranger(&mut alone, 5);
    assert_eq!(alone.shown().last(), Some(&"buy 5"));
    alone.input(Input::Request(Command::Displayed { id: read.id }.into()));
    stranger(&mut alone, 1000);
    assert_eq!(alone.shown().last(), Some(&"buy 1000"));
}

#[test]
fn a_claim_is_judged_in_time_however_much_is_announced() {
    let mut alone = Alone::new();
    alone.called(1, "10.0.0.9", "tybalt@verona");
    for n in 0..30 {
        alone.seen(&jid("loud@host"), "10.0.0.3", |advert| {
            advert.message = format!("{n}");
        });
        alone.wait(100 * MS);
    }
    assert!(
        alone.said(1).contains("from='romeo@forza'") || alone.online() == 2,
        "no answer"
    );
    assert_eq!(alone.online(), 2);
}

#[test]
fn a_picture_that_is_none_is_asked_for_once() {
    use sha1::Digest;
    let mut alone = Alone::new();
    let image = Bytes::from_static(b"no picture at all");
    let sha1: [u8; 20] = sha1::Sha1::digest(&image).into();
    let who = jid("eve@pc");
    alone.seen(&who, "10.0.0.2", |advert| advert.phsh = Some(sha1));
    let asked = |alone: &Alone| {
        let fetch = |request: &&Request| matches!(request, Request::FetchAvatar { .. });
        alone.requests.iter().filter(fetch).count()
    };
    alone.input(Input::AvatarFile { sha1, path: None });
    assert_eq!(asked(&alone), 1);
    for _ in 0..5 {
        alone.input(Input::Net(Report::AvatarFetched {
            jid: who.clone(),
            image: image.clone(),
        }));
        // It cannot be saved, because it is no picture.
        alone.input(Input::AvatarFile { sha1, path: None });
    }
    assert_eq!(asked(&alone), 1);
}

#[test]
fn a_second_copy_is_not_confirmed_before_the_first_is_on_disk() {
    let mut alone = Alone::new();
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    for conn in [1, 3] {
        alone.input(Input::Net(Report::Accepted {
            conn: ConnId(conn),
            local: "10.0.0.1:5298".parse().unwrap(),
            remote: "10.0.0.2:40000".parse().unwrap(),
        }));
        alone.hears(conn, "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='juliet@pronto' to='romeo@forza' version='1.0'>");
        alone.hears(conn, "<message type='chat' id='m1' from='juliet@pronto'><body>once</body><request xmlns='urn:xmpp:receipts'/></message>");
        if conn == 1 {
            alone.input(Input::Net(Report::Closed {
                conn: ConnId(1),
                why: balcony::net::CloseReason::Reset,
            }));
        }
    }
    assert!(
        !alone.said(3).contains("<received"),
        "nothing is on disk yet"
    );
    while let Some((_, ops)) = alone.commits.front() {
        let copies = |op: &Op| matches!(op, Op::Message { .. });
        let second = !alone.shown().is_empty() && ops.iter().any(copies);
        let at = ops.iter().position(copies).filter(|_| second);
        alone.stored(at.into_iter().collect());
    }
    assert_eq!(alone.shown(), ["once"]);
    assert!(alone.said(3).contains("<received"), "{}", alone.said(3));
}

/// A program that counts its ids from one after each start.
#[test]
fn another_text_under_an_old_id_is_another_message() {
    let mut alone = Alone::new();
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    for (conn, body) in [(1, "first life"), (3, "second life")] {
        alone.called(conn, "10.0.0.2", "juliet@pronto");
        alone.hears(conn, &message("1", body));
        alone.all_stored();
        alone.input(Input::Net(Report::Closed {
            conn: ConnId(conn),
            why: balcony::net::CloseReason::Reset,
        }));
    }
    assert_eq!(alone.shown(), ["first life", "second life"]);
}

#[test]
fn big_messages_that_wait_for_the_disk_stop_the_reading() {
    let mut alone = Alone::new();
    alone.seen(&jid("eve@pc"), "10.0.0.2", |_| {});
    alone.called(1, "10.0.0.2", "eve@pc");
    let body = "x".repeat(1 << 20);
    let paused = |alone: &Alone| {
        let pause = |request: &Request| matches!(request, Request::Pause { .. });
        alone.requests.iter().any(pause)
    };
    let mut taken = 0;
    while !paused(&alone) {
        alone.hears(1, &message(&taken.to_string(), &body));
        taken += 1;
        assert!(taken < 40, "{taken} MiB are held");
    }
    alone.all_stored();
    assert!(
        matches!(alone.requests.last(), Some(Request::Resume { .. })),
        "read on"
    );
    assert_eq!(alone.shown().len(), taken);
    // What is shown is kept in memory up to a few megabytes; the rest is on disk.
    for more in 0..60 {
        alone.hears(1, &message(&format!("more{more}"), &body));
        alone.all_stored();
    }
    let contact = &alone.core.model().contacts[&jid("eve@pc")];
    let held: usize = contact
        .conversation
        .messages
        .iter()
        .map(|m| m.body.len())
        .sum();
    assert!(
        held <= 16 << 20,
        "{held} bytes are held of one conversation"
    );
}

#[test]
fn typing_is_told_when_it_changes() {
    let mut alone = Alone::new();
    alone.seen(&jid("eve@pc"), "10.0.0.2", |_| {});
    alone.called(1, "10.0.0.2", "eve@pc");
    for _ in 0..50 {
        alone.hears(1, "<message type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
    }
    let told = alone.events.iter().filter(|event| {
        matches!(
            event,
            Event::Typing {
                state: ChatState::Composing,
                ..
            }
        )
    });
    assert_eq!(told.count(), 1);
}

#[test]
fn sent_again_twice_goes_out_once() {
    let mut alone = Alone::new();
    let mut old = balcony::event::Message {
        id: "m1".to_owned(),
        from: jid("romeo@forza"),
        to: jid("juliet@pronto"),
        body: "once".to_owned(),
        spans: Vec::new(),
        time: clock(Moment(0)).wall,
        encrypted: false,
        delayed: false,
        state: Some(balcony::event::MessageState::Failed),
        reason: None,
    };
    old.delayed = true;
    // An impatient double click, before the disk has answered the first.
    for _ in 0..2 {
        alone.input(Input::FoundMessage {
            reference: None,
            result: Ok(Some(Box::new(old.clone()))),
        });
    }
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    alone.called(1, "10.0.0.2", "juliet@pronto");
    assert_eq!(
        alone.said(1).matches("<body>once</body>").count(),
        1,
        "{}",
        alone.said(1)
    );
}

#[test]
fn after_a_full_disk_who_was_stopped_is_read_again() {
    let mut alone = Alone::new();
    alone.seen(&jid("eve@pc"), "10.0.0.2", |_| {});
    alone.called(1, "10.0.0.2", "eve@pc");
    let body = "x".repeat(1 << 20);
    let stopped = |alone: &Alone| {
        let pause = |request: &Request| matches!(request, Request::Pause { .. });
        alone.requests.iter().any(pause)
    };
    while !stopped(&alone) {
        alone.hears(1, &message("1", &body));
    }
    while let Some((seq, _)) = alone.commits.pop_front() {
        alone.input(Input::Stored(Stored {
            seq,
            duplicates: Vec::new(),
            result: Err("the disk is full".to_owned()),
        }));
    }
    let resume = |request: &Request| matches!(request, Request::Resume { .. });
    assert!(alone.requests.iter().any(resume));
}
