//! What comes late: a peer that answers again while nobody tries it, and word of what an earlier run has sent.

use balcony::command::Command;
use balcony::disk::store::Op;
use balcony::event::{Event, Message, MessageState};
use balcony::net::{CloseReason, ConnId, Report, Request};
use balcony::node::effect::{Effect, Heard, Input};

use super::alone::Alone;
use super::stage::{MS, SEC, jid};

const OURS: &str = "0b5f4c2e-8a31-4d7c-9e55-3f2b1a6c7d80";

/// How often the network was asked to connect; each attempt fails at once.
fn attempts(alone: &mut Alone) -> usize {
    let dialled: Vec<_> = alone
        .requests
        .iter()
        .filter_map(|request| match request {
            Request::Dial { conn, .. } => Some(*conn),
            _ => None,
        })
        .collect();
    alone.requests.clear();
    for conn in &dialled {
        alone.input(Input::Net(Report::DialFailed {
            conn: *conn,
            error: "nobody listens".to_owned(),
        }));
    }
    dialled.len()
}

fn say(alone: &mut Alone, body: &str) {
    let command = Command::Send {
        to: jid("juliet@pronto"),
        body: body.into(),
        spoiler: None,
    };
    alone.input(Input::Request(command.into()));
    alone.all_stored();
}

#[test]
fn who_writes_does_not_wait_for_the_next_attempt_and_a_script_makes_no_storm() {
    let mut alone = Alone::new();
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    say(&mut alone, "first");
    // It was tried so often that the next time is far away.
    for _ in 0..300 {
        attempts(&mut alone);
        alone.wait(SEC);
    }
    attempts(&mut alone);
    alone.wait(3 * SEC);
    assert_eq!(attempts(&mut alone), 0, "nobody tries for a while");
    say(&mut alone, "are you there?");
    assert_eq!(attempts(&mut alone), 1, "at once");
    // Ten seconds of a script that writes all the time.
    let mut tried = 0;
    for n in 0..100 {
        say(&mut alone, &format!("line {n}"));
        tried += attempts(&mut alone);
        alone.wait(100 * MS);
        tried += attempts(&mut alone);
    }
    assert!((9..=12).contains(&tried), "{tried} attempts in ten seconds");
    // And then it is patient again.
    alone.wait(2 * SEC);
    attempts(&mut alone);
    alone.wait(5 * SEC);
    assert_eq!(attempts(&mut alone), 0);
}

/// What is looked for on the disk.
fn looked_for(alone: &mut Alone) -> Vec<Heard> {
    let effects = std::mem::take(&mut alone.others);
    let heard = effects.into_iter().filter_map(|effect| match effect {
        Effect::FindSent(heard) => Some(*heard),
        _ => None,
    });
    heard.collect()
}

fn kept(to: &str, state: MessageState) -> Message {
    Message {
        id: OURS.to_owned(),
        from: jid("romeo@forza"),
        to: jid(to),
        body: "good night".to_owned(),
        spans: Vec::new(),
        time: super::alone::clock(Default::default()).wall,
        encrypted: false,
        delayed: false,
        state: Some(state),
        reason: None,
        extra: None,
    }
}

/// Juliet says this of a message that the disk has so. What it is said to be then, and what is kept of that.
fn told(word: &str, message: Option<Message>) -> Option<(MessageState, bool)> {
    let mut alone = Alone::new();
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    alone.called(1, "10.0.0.2", "juliet@pronto");
    alone.all_stored();
    alone.hears(1, word);
    for heard in looked_for(&mut alone) {
        let (heard, message) = (Box::new(heard), message.clone().map(Box::new));
        alone.input(Input::FoundSent { heard, message });
    }
    let state = alone.events.iter().find_map(|event| match event {
        Event::MessageState { id, state, .. } if id == OURS => Some(*state),
        _ => None,
    })?;
    let keeps =
        |op: &Op| matches!(op, Op::State { id, state: now, .. } if id == OURS && *now == state);
    let mut ops = alone.commits.iter().flat_map(|(_, ops)| ops);
    Some((state, ops.any(keeps)))
}

#[test]
fn a_receipt_for_what_an_earlier_run_has_sent_is_believed_from_whom_it_was_sent_to() {
    let receipt = format!(
        "<message from='juliet@pronto'><received xmlns='urn:xmpp:receipts' id='{OURS}'/></message>"
    );
    let delivered = Some((MessageState::Delivered, true));
    let uncertain = kept("juliet@pronto", MessageState::Uncertain);
    assert_eq!(told(&receipt, Some(uncertain)), delivered);
    let sent = kept("juliet@pronto", MessageState::Sent);
    assert_eq!(told(&receipt, Some(sent)), delivered);
    // What is known already is not told again, and nobody speaks for another.
    let displayed = kept("juliet@pronto", MessageState::Displayed);
    assert_eq!(told(&receipt, Some(displayed)), None);
    let to_another = kept("nurse@verona", MessageState::Uncertain);
    assert_eq!(told(&receipt, Some(to_another)), None);
    assert_eq!(told(&receipt, None), None);
}

#[test]
fn an_error_for_what_an_earlier_run_has_sent_is_shown() {
    let error = format!(
        "<message from='juliet@pronto' type='error' id='{OURS}'><error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
    );
    let uncertain = kept("juliet@pronto", MessageState::Uncertain);
    let failed = Some((MessageState::Failed, true));
    assert_eq!(told(&error, Some(uncertain)), failed);
    let delivered = kept("juliet@pronto", MessageState::Delivered);
    assert_eq!(told(&error, Some(delivered)), None);
}

#[test]
fn receipts_for_anything_cost_a_bounded_number_of_looks() {
    let mut alone = Alone::new();
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    alone.called(1, "10.0.0.2", "juliet@pronto");
    alone.all_stored();
    for n in 0..1000 {
        let ids = [
            format!("purple{n}"),
            format!("0B5F4C2E-8A31-4D7C-9E55-{n:012X}"),
            format!("0b5f4c2e-8a31-1d7c-9e55-{n:012x}"),
        ];
        for id in ids {
            alone.hears(1, &format!("<message from='juliet@pronto'><received xmlns='urn:xmpp:receipts' id='{id}'/></message>"));
        }
    }
    assert_eq!(looked_for(&mut alone), [], "ids that are not ours");
    for n in 0..1000 {
        alone.hears(1, &format!("<message from='juliet@pronto'><received xmlns='urn:xmpp:receipts' id='0b5f4c2e-8a31-4d7c-9e55-{n:012x}'/></message>"));
    }
    let asked = looked_for(&mut alone);
    assert_eq!(asked.len(), 100);
    for heard in asked {
        let heard = Box::new(heard);
        let message = None;
        alone.input(Input::FoundSent { heard, message });
    }
    alone.hears(1, &format!("<message from='juliet@pronto'><received xmlns='urn:xmpp:receipts' id='{OURS}'/></message>"));
    assert_eq!(looked_for(&mut alone).len(), 1, "and then again");
}

#[test]
fn what_arrived_after_all_is_not_sent_again() {
    for receipt in [false, true] {
        let mut alone = Alone::new();
        alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
        alone.called(1, "10.0.0.2", "juliet@pronto");
        say(&mut alone, "good night");
        alone.input(Input::Net(Report::Closed {
            conn: ConnId(1),
            why: CloseReason::Reset,
        }));
        alone.all_stored();
        let uncertain = |event: &Event| match event {
            Event::MessageState { id, state, .. } if *state == MessageState::Uncertain => {
                Some(id.clone())
            }
            _ => None,
        };
        let id = alone.events.iter().find_map(uncertain).unwrap();
        alone.called(2, "10.0.0.2", "juliet@pronto");
        if receipt {
            alone.hears(2, &format!("<message from='juliet@pronto'><received xmlns='urn:xmpp:receipts' id='{id}'/></message>"));
        }
        alone.input(Input::Request(Command::Resend { id: id.clone() }.into()));
        alone.all_stored();
        let again = alone.said(2).matches("good night").count();
        assert_eq!(again > 0, !receipt, "with a receipt: {receipt}");
    }
}
