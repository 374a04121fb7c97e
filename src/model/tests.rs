#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan};

use super::*;
use crate::event::{Card, Event, MessageState, Trust};
use MessageState::{Delivered, Displayed, Failed, Queued, Sent, Uncertain};

fn jid(name: &str) -> Jid {
    Jid::new(name).unwrap()
}

fn me() -> Me {
    Me {
        jid: jid("me@here"),
        nick: "Me".into(),
        show: Show::Available,
        message: String::new(),
        avatar: None,
        port: 0,
        fingerprint: None,
        online: false,
    }
}

fn model() -> Model {
    Model::new(me(), Settings::default())
}

fn peer(name: &str, nick: &str) -> Peer {
    Peer {
        jid: jid(name),
        nick: nick.into(),
        show: Show::Available,
        message: String::new(),
        avatar: None,
        trust: Trust::Plaintext,
        addresses: Vec::new(),
        client: String::new(),
        interfaces: Vec::new(),
        chat_states: true,
        idle_since: None,
        card: Card::default(),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + second.seconds()
}

fn message(from: &str, id: &str, second: i64) -> Message {
    Message {
        id: id.into(),
        from: jid(from),
        to: jid("me@here"),
        body: format!("text of {id}"),
        spans: Vec::new(),
        extra: None,
        time: at(second),
        encrypted: false,
        delayed: false,
        state: None,
        reason: None,
    }
}

fn online(model: &mut Model, name: &str, nick: &str) {
    model.apply(&Event::PeerOnline {
        peer: peer(name, nick),
    });
}

fn offline(model: &mut Model, name: &str) {
    model.apply(&Event::PeerOffline {
        jid: jid(name),
        reason: OfflineReason::Goodbye,
    });
}

fn receive(model: &mut Model, from: &str, id: &str, second: i64) {
    model.apply(&Event::MessageReceived {
        message: message(from, id, second),
    });
}

fn state(model: &mut Model, id: &str, state: MessageState) {
    let queued = state == Queued;
    model.apply(&Event::MessageState {
        id: id.into(),
        reference: None,
        to: jid("anna@desk"),
        state,
        reason: matches!(state, Failed | Uncertain).then(|| "why".to_owned()),
        body: queued.then(|| "my text".to_owned()),
        time: queued.then(|| at(50)),
        encrypted: (state == Sent).then_some(true),
        extra: None,
        about: None,
    });
}

fn history(
    model: &mut Model,
    with: &str,
    before: Option<&str>,
    messages: Vec<Message>,
    complete: bool,
) {
    let before = before.map(str::to_owned);
    model.apply(&Event::History {
        with: jid(with),
        before,
        after: None,
        around: None,
        messages,
        complete,
        newest: true,
        reference: None,
    });
}

#[test]
fn what_stands_above_a_message_that_was_seen_was_seen_too() {
    use MessageState::{Delivered, Displayed, Failed, Queued};
    let mut model = model();
    for id in ["1", "2", "3", "4"] {
        state(&mut model, id, Queued);
    }
    for (id, next) in [
        ("1", Delivered),
        ("2", Failed),
        ("3", Delivered),
        ("3", Displayed),
    ] {
        state(&mut model, id, next);
    }
    let contact = model.contacts.values().next().unwrap();
    let states = contact
        .conversation
        .messages
        .iter()
        .map(|message| message.state.unwrap());
    assert_eq!(
        states.collect::<Vec<_>>(),
        [Displayed, Failed, Displayed, Queued]
    );
}

fn contact<'a>(model: &'a Model, name: &str) -> &'a Contact {
    &model.contacts[&jid(name)]
}

fn ids(model: &Model, name: &str) -> Vec<String> {
    contact(model, name)
        .conversation
        .messages
        .iter()
        .map(|message| message.id.clone())
        .collect()
}

#[test]
fn a_peer_comes_changes_and_goes() {
    let mut model = model();
    online(&mut model, "anna@desk", "Anna");
    assert!(contact(&model, "anna@desk").is_online());
    let away = Peer {
        show: Show::Away,
        message: "lunch".into(),
        ..peer("anna@desk", "Anna B")
    };
    model.apply(&Event::PeerChanged { peer: away });
    assert_eq!(contact(&model, "anna@desk").show(), Some(Show::Away));
    assert_eq!(contact(&model, "anna@desk").nick, "Anna B");
    offline(&mut model, "anna@desk");
    assert!(
        model.contacts.is_empty(),
        "nothing was said, so nobody is left in the list"
    );
    offline(&mut model, "anna@desk");
}

#[test]
fn who_has_a_conversation_stays_when_gone_and_keeps_the_nick() {
    let mut model = model();
    online(&mut model, "anna@desk", "Anna");
    receive(&mut model, "anna@desk", "1", 1);
    offline(&mut model, "anna@desk");
    let anna = contact(&model, "anna@desk");
    assert_eq!(
        (anna.is_online(), anna.gone, anna.nick.as_str()),
        (false, Some(OfflineReason::Goodbye), "Anna")
    );
    online(&mut model, "anna@desk", "Anna");
    assert_eq!(contact(&model, "anna@desk").gone, None);
    assert_eq!(ids(&model, "anna@desk"), ["1"]);
}

#[test]
fn messages_count_as_unread_until_read() {
    let mut model = model();
    for (id, second) in [("1", 1), ("2", 2), ("3", 3)] {
        receive(&mut model, "anna@desk", id, second);
    }
    receive(&mut model, "anna@desk", "2", 2);
    let talk = &contact(&model, "anna@desk").conversation;
    assert_eq!(
        (
            talk.unread,
            talk.first_unread.as_deref(),
            talk.messages.len()
        ),
        (3, Some("1"), 3)
    );
    assert_eq!(model.unread(), 3);
    model.apply(&Event::Read {
        with: jid("anna@desk"),
        id: "2".into(),
    });
    let talk = &contact(&model, "anna@desk").conversation;
    assert_eq!((talk.unread, talk.first_unread.as_deref()), (1, Some("3")));
    model.apply(&Event::Read {
        with: jid("anna@desk"),
        id: "3".into(),
    });
    let talk = &contact(&model, "anna@desk").conversation;
    assert_eq!((talk.unread, talk.first_unread.as_deref()), (0, None));
    model.apply(&Event::Read {
        with: jid("anna@desk"),
        id: "1".into(),
    });
    assert_eq!(
        contact(&model, "anna@desk").conversation.unread,
        0,
        "an older mark takes nothing back"
    );
}

#[test]
fn what_is_kept_for_some_days_only_goes_from_sight_too() {
    let mut model = model();
    online(&mut model, "anna@desk", "Anna");
    for (id, second) in [("1", 1), ("2", 2), ("3", 30)] {
        receive(&mut model, "anna@desk", id, second);
    }
    receive(&mut model, "ben@desk", "4", 5);
    model.apply(&Event::Expired { before: at(10) });
    let talk = &contact(&model, "anna@desk").conversation;
    assert_eq!((talk.unread, talk.first_unread.as_deref()), (1, Some("3")));
    assert_eq!(ids(&model, "anna@desk"), ["3"]);
    assert!(
        !model.contacts.contains_key(&jid("ben@desk")),
        "nobody is here and nothing was said"
    );
    model.apply(&Event::Expired { before: at(60) });
    assert!(contact(&model, "anna@desk").conversation.is_empty());
    assert_eq!(model.unread(), 0);
}

#[test]
fn typing_ends_with_the_message_or_the_peer() {
    let mut model = model();
    online(&mut model, "anna@desk", "Anna");
    let typing = Event::Typing {
        from: jid("anna@desk"),
        state: ChatState::Composing,
    };
    model.apply(&typing);
    assert_eq!(contact(&model, "anna@desk").typing, ChatState::Composing);
    receive(&mut model, "anna@desk", "1", 1);
    assert_eq!(contact(&model, "anna@desk").typing, ChatState::Active);
    model.apply(&typing);
    offline(&mut model, "anna@desk");
    assert_eq!(contact(&model, "anna@desk").typing, ChatState::Active);
    model.apply(&Event::Typing {
        from: jid("nobody@x"),
        state: ChatState::Composing,
    });
    assert_eq!(
        model.contacts.len(),
        1,
        "a stranger's typing makes no contact"
    );
}

#[test]
fn own_messages_go_forward_only() {
    let mut model = model();
    state(&mut model, "m", Queued);
    let talk = &contact(&model, "anna@desk").conversation;
    assert_eq!(
        (talk.messages[0].body.as_str(), talk.unread),
        ("my text", 0)
    );
    assert!(talk.messages[0].is_own() && talk.messages[0].from == jid("me@here"));
    for (news, shown) in [
        (Sent, Sent),
        (Queued, Sent),
        (Displayed, Displayed),
        (Delivered, Displayed),
        (Failed, Displayed),
    ] {
        state(&mut model, "m", news);
        assert_eq!(
            contact(&model, "anna@desk").conversation.messages[0].state,
            Some(shown)
        );
        assert_eq!(
            contact(&model, "anna@desk")
                .conversation
                .last
                .as_ref()
                .unwrap()
                .state,
            Some(shown)
        );
    }
    assert!(contact(&model, "anna@desk").conversation.messages[0].encrypted);
    assert_eq!(
        ids(&model, "anna@desk"),
        ["m"],
        "the second 'queued' is the same message"
    );
}

#[test]
fn an_uncertain_message_can_be_sent_again() {
    let mut model = model();
    for news in [Queued, Sent, Uncertain] {
        state(&mut model, "m", news);
    }
    let reason = |model: &Model| {
        contact(model, "anna@desk").conversation.messages[0]
            .reason
            .clone()
    };
    assert_eq!(reason(&model).as_deref(), Some("why"));
    state(&mut model, "m", Queued);
    assert_eq!(reason(&model), None);
    state(&mut model, "m", Delivered);
    assert_eq!(
        contact(&model, "anna@desk").conversation.messages[0].state,
        Some(Delivered)
    );
}

#[test]
fn the_window_is_bounded_and_says_that_more_exists() {
    let mut model = model();
    for n in 0..(Conversation::WINDOW as i64 + 30) {
        receive(&mut model, "anna@desk", &n.to_string(), n);
    }
    let talk = &contact(&model, "anna@desk").conversation;
    assert_eq!(talk.messages.len(), Conversation::WINDOW);
    assert_eq!(talk.oldest_id(), Some("30"));
    assert!(!talk.complete);
}

#[test]
fn history_goes_in_front_once_and_only_where_it_joins() {
    let mut model = model();
    model.remember(
        jid("anna@desk"),
        ConversationSummary {
            last: Some(message("anna@desk", "9", 9)),
            unread: 2,
            nick: "Anna".into(),
        },
    );
    assert_eq!(contact(&model, "anna@desk").nick, "Anna");
    let page = |from: i64, to: i64| {
        (from..=to)
            .map(|n| message("anna@desk", &n.to_string(), n))
            .collect::<Vec<_>>()
    };
    history(&mut model, "anna@desk", None, page(7, 9), false);
    assert_eq!(ids(&model, "anna@desk"), ["7", "8", "9"]);
    assert_eq!(
        contact(&model, "anna@desk")
            .conversation
            .first_unread
            .as_deref(),
        Some("8")
    );
    history(&mut model, "anna@desk", Some("7"), page(5, 6), false);
    history(&mut model, "anna@desk", Some("7"), page(5, 6), false);
    history(&mut model, "anna@desk", Some("3"), page(1, 2), true);
    assert_eq!(ids(&model, "anna@desk"), ["5", "6", "7", "8", "9"]);
    assert!(!contact(&model, "anna@desk").conversation.complete);
    history(&mut model, "anna@desk", Some("5"), page(1, 4), true);
    assert_eq!(contact(&model, "anna@desk").conversation.messages.len(), 9);
    assert!(contact(&model, "anna@desk").conversation.complete);
    receive(&mut model, "anna@desk", "10", 10);
    assert_eq!(
        contact(&model, "anna@desk")
            .conversation
            .last
            .as_ref()
            .unwrap()
            .id,
        "10"
    );
}

#[test]
fn a_live_message_before_the_history_is_not_lost() {
    let mut model = model();
    let last = Some(message("anna@desk", "1", 1));
    model.remember(
        jid("anna@desk"),
        ConversationSummary {
            last,
            unread: 0,
            nick: String::new(),
        },
    );
    receive(&mut model, "anna@desk", "2", 2);
    assert!(
        ids(&model, "anna@desk").is_empty(),
        "there may be more between; the newest page tells"
    );
    history(
        &mut model,
        "anna@desk",
        None,
        vec![message("anna@desk", "1", 1)],
        true,
    );
    assert_eq!(ids(&model, "anna@desk"), ["1", "2"]);
    assert_eq!(
        contact(&model, "anna@desk")
            .conversation
            .first_unread
            .as_deref(),
        Some("2")
    );
}

#[test]
fn what_scrolling_back_has_loaded_can_be_dropped() {
    let mut model = model();
    receive(&mut model, "anna@desk", "live", 5000);
    contact(&model, "anna@desk");
    model
        .contacts
        .get_mut(&jid("anna@desk"))
        .unwrap()
        .conversation
        .complete = false;
    let old = (0..1000)
        .map(|n| message("anna@desk", &n.to_string(), n))
        .collect();
    history(&mut model, "anna@desk", Some("live"), old, true);
    receive(&mut model, "anna@desk", "live2", 5001);
    let talk = &mut model
        .contacts
        .get_mut(&jid("anna@desk"))
        .unwrap()
        .conversation;
    assert_eq!(talk.messages.len(), 1001, "as long as it was");
    talk.shrink();
    assert_eq!(
        (talk.messages.len(), talk.complete),
        (Conversation::WINDOW, false)
    );
}

#[test]
fn our_name_was_taken() {
    let mut model = model();
    model.apply(&Event::NameChanged {
        jid: jid("me-1@here"),
        was: jid("me@here"),
    });
    assert_eq!(model.me.jid, jid("me-1@here"));
    assert!(model.notices[0].contains("me-1@here") && model.notices[0].contains("taken"));
}

#[test]
fn notices_are_bounded_and_answers_are_none() {
    let mut model = model();
    for n in 0..50 {
        model.apply(&Event::Error {
            reference: None,
            message: format!("error {n}"),
        });
    }
    model.apply(&Event::Error {
        reference: Some(7.into()),
        message: "for the one who asked".into(),
    });
    assert_eq!(model.notices.len(), Model::MAX_NOTICES);
    assert_eq!(model.notices.back().unwrap(), "error 49");
}

#[test]
fn a_snapshot_replaces_what_was_known() {
    let mut model = model();
    online(&mut model, "gone@desk", "Gone");
    online(&mut model, "anna@desk", "Anna");
    receive(&mut model, "anna@desk", "1", 1);
    receive(&mut model, "bob@desk", "b", 1);
    let conversations = BTreeMap::from([
        (
            jid("anna@desk"),
            ConversationSummary {
                last: Some(message("anna@desk", "1", 1)),
                unread: 0,
                nick: "Anna".into(),
            },
        ),
        (
            jid("bob@desk"),
            ConversationSummary {
                last: Some(message("bob@desk", "b9", 9)),
                unread: 4,
                nick: "Bob".into(),
            },
        ),
    ]);
    let peers = vec![peer("new@desk", "New")];
    model.apply(&Event::Snapshot {
        me: me(),
        peers,
        interfaces: Vec::new(),
        conversations,
        files: Vec::new(),
        reference: None,
    });
    assert_eq!(model.contacts.len(), 3);
    assert!(contact(&model, "new@desk").is_online() && !contact(&model, "anna@desk").is_online());
    assert_eq!(
        ids(&model, "anna@desk"),
        ["1"],
        "nothing missed, nothing to load again"
    );
    assert!(
        ids(&model, "bob@desk").is_empty(),
        "something was missed: load again"
    );
    assert_eq!(contact(&model, "bob@desk").conversation.unread, 4);
}

#[test]
fn the_list_has_who_is_here_first_and_the_latest_on_top() {
    let mut model = model();
    for (name, nick) in [("z@x", "Zoe"), ("a@x", "Anna"), ("b@x", "bob")] {
        online(&mut model, name, nick);
    }
    receive(&mut model, "b@x", "1", 10);
    receive(&mut model, "off@x", "2", 99);
    let order: Vec<&str> = model
        .by_recency()
        .iter()
        .map(|contact| contact.jid.as_str())
        .collect();
    assert_eq!(order, ["b@x", "a@x", "z@x", "off@x"]);
}

#[test]
fn what_is_known_is_never_taken_back() {
    let all = [Queued, Sent, Delivered, Displayed, Failed, Uncertain];
    let to = |from: MessageState| {
        all.into_iter()
            .filter(|next| from.may_become(*next))
            .collect::<Vec<_>>()
    };
    assert_eq!(to(Queued), [Sent, Delivered, Displayed, Failed, Uncertain]);
    assert_eq!(to(Sent), [Delivered, Displayed, Failed, Uncertain]);
    assert_eq!(to(Delivered), [Displayed]);
    assert_eq!(to(Displayed), []);
    assert_eq!(to(Uncertain), [Queued, Sent, Delivered, Displayed, Failed]);
}
