//! A program that stands still, on a stream without acks (XEP-0198), is found by a ping while something is outstanding to it.

use std::time::Duration;

use balcony::command::Command;
use balcony::event::{Event, MessageState};
use balcony::net::{ConnId, Report, Request};
use balcony::node::effect::Input;

use super::alone::Alone;
use super::stage::{MS, SEC, jid};

const CONN: u64 = 41;

/// Juliet's program has opened a stream to us. It knows these features, and no acks.
struct Talk {
    alone: Alone,
    /// Bytes of what we said to it that were looked at, and that its kernel has.
    seen: usize,
    written: usize,
}

fn talk(features: &[&str]) -> Talk {
    let mut alone = Alone::new();
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    alone.input(Input::Net(Report::Accepted {
        conn: ConnId(CONN),
        local: "10.0.0.1:5298".parse().unwrap(),
        remote: "10.0.0.2:40000".parse().unwrap(),
    }));
    alone.hears(
        CONN,
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' from='juliet@pronto' to='romeo@forza'>",
    );
    let mut talk = Talk {
        alone,
        seen: 0,
        written: 0,
    };
    let features: String = features
        .iter()
        .map(|feature| format!("<feature var='{feature}'/>"))
        .collect();
    // Whatever it is asked, it says what it can.
    talk.alone
        .hears(CONN, "<presence from='juliet@pronto' to='romeo@forza'/>");
    let asked = talk.news();
    let id = asked
        .split("<iq")
        .skip(1)
        .find(|iq| iq.contains("disco#info"))
        .and_then(|iq| iq.split("id='").nth(1)?.split('\'').next())
        .unwrap_or_else(|| panic!("it is not asked what it can: {asked}"))
        .to_owned();
    talk.alone.hears(
        CONN,
        &format!(
            "<iq type='result' id='{id}' from='juliet@pronto' to='romeo@forza'><query xmlns='http://jabber.org/protocol/disco#info'><identity category='client' type='pc'/>{features}</query></iq>"
        ),
    );
    talk.alone.all_stored();
    talk.taken();
    talk.news();
    talk
}

impl Talk {
    /// What we said since the last look.
    fn news(&mut self) -> String {
        let all = self.alone.said(CONN);
        let new = all[self.seen..].to_owned();
        self.seen = all.len();
        new
    }

    /// Its kernel takes all that we write, whatever it does itself.
    fn taken(&mut self) {
        let all = self.alone.said(CONN).len();
        let bytes = all - std::mem::replace(&mut self.written, all);
        let conn = ConnId(CONN);
        self.alone
            .input(Input::Net(Report::Written { conn, bytes }));
    }

    fn says(&mut self, body: &str) {
        let send = Command::Send {
            to: jid("juliet@pronto"),
            body: body.into(),
            spoiler: None,
        };
        self.alone.input(Input::Request(send.into()));
        self.alone.all_stored();
        self.taken();
    }

    /// The pings in what was said since the last look, with the time from `from` on in which they came.
    fn pings_within(&mut self, span: Duration) -> Vec<Duration> {
        let mut pings = Vec::new();
        let mut passed = Duration::ZERO;
        while passed < span {
            self.alone.wait(100 * MS);
            passed += 100 * MS;
            if self.news().contains("urn:xmpp:ping") {
                pings.push(passed);
            }
            self.taken();
        }
        pings
    }

    fn is_closed(&self) -> bool {
        let mut requests = self.alone.requests.iter();
        requests.any(|request| matches!(request, Request::Close { conn, .. } if conn.0 == CONN))
    }

    fn last_state(&self) -> Option<MessageState> {
        let mut states = self.alone.events.iter().rev();
        states.find_map(|event| match event {
            Event::MessageState { state, .. } => Some(*state),
            _ => None,
        })
    }
}

const RECEIPTS: &str = "urn:xmpp:receipts";
const PING: &str = "urn:xmpp:ping";

#[test]
fn a_program_that_stands_still_is_found_within_ten_seconds_and_its_message_waits() {
    let mut talk = talk(&[RECEIPTS, PING]);
    // An idle stream is left alone, however long.
    assert_eq!(talk.pings_within(120 * SEC), [] as [Duration; 0]);
    talk.says("art thou there?");
    let pings = talk.pings_within(9 * SEC - 100 * MS);
    assert_eq!(pings.len(), 1, "{pings:?}");
    assert!(!talk.is_closed(), "an answer is given its time");
    talk.alone.wait(SEC);
    assert!(talk.is_closed(), "ten seconds are over");
    talk.alone.all_stored();
    assert_eq!(
        talk.last_state(),
        Some(MessageState::Queued),
        "nothing is lost"
    );
}

#[test]
fn who_is_heard_keeps_its_stream_and_is_asked_ever_more_seldom() {
    let mut talk = talk(&[RECEIPTS, PING]);
    talk.says("art thou there?");
    let mut pings = 0;
    for _ in 0..6000 {
        talk.alone.wait(100 * MS);
        let new = talk.news();
        if new.contains(PING) {
            pings += 1;
            // Any answer will do.
            talk.alone
                .hears(CONN, "<iq type='error' id='x' from='juliet@pronto'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
        }
        talk.taken();
    }
    assert!(!talk.is_closed());
    assert!((5..16).contains(&pings), "{pings} pings in ten minutes");
    // Once it has confirmed, it is left alone.
    let id = talk.alone.events.iter().find_map(|event| match event {
        Event::MessageState { id, .. } => Some(id.clone()),
        _ => None,
    });
    let receipt = format!(
        "<message from='juliet@pronto' to='romeo@forza'><received xmlns='{RECEIPTS}' id='{}'/></message>",
        id.unwrap()
    );
    talk.alone.hears(CONN, &receipt);
    talk.alone.all_stored();
    assert_eq!(talk.last_state(), Some(MessageState::Delivered));
    assert_eq!(talk.pings_within(300 * SEC), [] as [Duration; 0]);
}

#[test]
fn who_does_not_know_pings_is_not_asked_and_not_given_up() {
    let mut talk = talk(&[RECEIPTS]);
    talk.says("art thou there?");
    assert_eq!(talk.pings_within(60 * SEC), [] as [Duration; 0]);
    assert!(!talk.is_closed());
}
