//! Peers without scruples, and a disk that is full or takes its time.

use balcony::command::Command;
use balcony::disk::store::{Op, Stored};
use balcony::event::{ChatState, Event};
use balcony::net::{ConnId, Report, Request};
use balcony::node::effect::Input;
use balcony::wire::time::Moment;
use bytes::Bytes;

use super::alone::{Alone, clock};
use super::stage::{MS, SEC, jid};

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
fn names_that_anybody_may_advertise_do_not_begin_conversations_without_end() {
    let mut alone = Alone::new();
    for n in 0..1100u64 {
        let (who, conn) = (jid(&format!("x{n}@y")), 2 * n + 1);
        alone.seen(&who, "10.0.0.9", |_| {});
        alone.called(conn, "10.0.0.9", who.as_str());
        alone.hears(conn, &message("1", "buy"));
        alone.hears(conn, "</stream:stream>");
        alone.all_stored();
        alone.input(Input::Net(Report::Gone {
            jid: who,
            goodbye: true,
        }));
    }
    assert_eq!(alone.shown().len(), 1024);
    assert!(
        alone.said(2199).contains("resource-constraint"),
        "an answer"
    );
    // Whom we know is heard all the same.
    alone.seen(&jid("x1@y"), "10.0.0.9", |_| {});
    alone.called(9001, "10.0.0.9", "x1@y");
    alone.hears(9001, &message("2", "buy more"));
    alone.all_stored();
    assert_eq!(alone.shown().last(), Some(&"buy more"));
}

#[test]
fn who_promised_to_acknowledge_and_never_does_is_let_go() {
    let mut alone = Alone::new();
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    alone.input(Input::Net(Report::Accepted {
        conn: ConnId(1),
        local: "10.0.0.1:5298".parse().unwrap(),
        remote: "10.0.0.2:40000".parse().unwrap(),
    }));
    alone.hears(
        1,
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='juliet@pronto' \
         to='romeo@forza' version='1.0'><enable xmlns='urn:xmpp:sm:3'/>",
    );
    let asks = "<iq type='get' id='1'><query xmlns='jabber:iq:version'/></iq>".repeat(50);
    let closed = |request: &Request| {
        matches!(
            request,
            Request::Close {
                conn: ConnId(1),
                ..
            }
        )
    };
    let rounds = (1..2000).find(|_| {
        alone.requests.clear();
        alone.hears(1, &asks);
        alone.wait(SEC);
        alone.requests.iter().any(closed)
    });
    assert!(matches!(rounds, Some(990..1010)), "{rounds:?}");
    assert!(alone.said(1).contains("policy-violation"), "an answer");
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
        extra: None,
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
            request: Box::new(balcony::command::Command::Resend { id: old.id.clone() }.into()),
            result: Ok(Some(Box::new(old.clone()))),
        });
    }
    alone.all_stored();
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
            synced: true,
            refused: Vec::new(),
            seq,
            duplicates: Vec::new(),
            result: Err("the disk is full".to_owned()),
        }));
    }
    let resume = |request: &Request| matches!(request, Request::Resume { .. });
    assert!(alone.requests.iter().any(resume));
}

#[test]
fn what_a_full_disk_refused_can_be_sent_again() {
    let mut alone = Alone::new();
    let to = jid("juliet@pronto");
    let body = "wherefore".to_owned();
    alone.input(Input::Request(
        Command::Send {
            to,
            body,
            spoiler: None,
        }
        .into(),
    ));
    let (seq, ops) = alone.commits.pop_front().unwrap();
    alone.input(Input::Stored(Stored {
        synced: true,
        refused: Vec::new(),
        seq,
        duplicates: Vec::new(),
        result: Err("the disk is full".to_owned()),
    }));
    let Some(Op::Message { message, .. }) = ops.first() else {
        panic!("{ops:?}");
    };
    let id = message.id.clone();
    alone.input(Input::Request(Command::Resend { id }.into()));
    let (_, ops) = alone.commits.front().expect("it is kept first");
    assert!(matches!(
        ops.first(),
        Some(Op::Message { outbox: true, .. })
    ));
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    alone.called(1, "10.0.0.2", "juliet@pronto");
    assert!(
        !alone.said(1).contains("wherefore"),
        "not before it is kept"
    );
    alone.all_stored();
    assert!(alone.said(1).contains("<body>wherefore</body>"));
}
