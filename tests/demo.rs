//! The demonstration as a face sees it: people, a past, pictures, an answer, and nothing left behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::time::Duration;

use balcony::command::Command;
use balcony::event::{Event, Message, MessageState, Show};
use balcony::model::Model;
use balcony::node::{self, NodeHandle, Subscription};
use balcony::wire::jid::Jid;

const JULIET: &str = "juliet@capulet";

/// Applies events until one satisfies `wanted` together with the model after it.
async fn until<T>(
    face: &mut Subscription,
    what: &str,
    wanted: impl Fn(&Event, &Model) -> Option<T>,
) -> T {
    let look = async {
        loop {
            let event = face.events.recv().await.expect("the node has ended");
            face.model.apply(&event);
            if let Some(found) = wanted(&event, &face.model) {
                return found;
            }
        }
    };
    // Far more than it takes: what is waited for is the condition.
    tokio::time::timeout(Duration::from_secs(60), look)
        .await
        .unwrap_or_else(|_| panic!("waited for {what} in vain"))
}

fn jid(name: &str) -> Jid {
    Jid::new(name).unwrap()
}

async fn page(node: &NodeHandle, face: &mut Subscription, before: Option<String>) -> Vec<Message> {
    let with = jid("benvolio@montague-annex");
    let limit = Some(30);
    let wanted = before.clone();
    let history = Command::History {
        with,
        limit,
        before,
        after: None,
        around: None,
    };
    node.request(history).await.unwrap();
    until(face, "a page of history", |event, _| match event {
        Event::History {
            messages, before, ..
        } if *before == wanted => Some(messages.clone()),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_first_look_shows_people_and_what_was_said() {
    let (node, ended) = node::demo().unwrap();
    let mut face = node.subscribe().await.unwrap();
    let here = |name: &str| face.model.contacts[&jid(name)].peer.clone();
    assert_eq!(face.model.me.nick, "Romeo");
    assert_eq!(here(JULIET).expect("Juliet is here").nick, "Juliet");
    assert_eq!(here("rosaline@theatre").unwrap().show, Show::Dnd);
    assert_eq!(here("laurence@cell").unwrap().show, Show::Away);
    assert!(!here("nurse@capulet-house").unwrap().chat_states);
    assert!(here("paris@mantua").is_none(), "Paris comes later");
    assert_eq!(
        face.model.contacts[&jid("tybalt@capulet-east")].nick,
        "Tybalt"
    );
    assert!(face.model.unread() >= 4);

    let newest = page(&node, &mut face, None).await;
    let older = page(&node, &mut face, Some(newest[0].id.clone())).await;
    assert_eq!(newest.len(), 30);
    assert_eq!(older[0].body, "Shall we play? I begin: e4");
    assert!(older.last().unwrap().time <= newest[0].time);

    node.request(Command::Quit).await.unwrap();
    drop(node);
    ended.wait();
}

#[tokio::test]
async fn juliet_reads_what_is_written_and_answers_and_nothing_stays_behind() {
    let (node, ended) = node::demo().unwrap();
    let mut face = node.subscribe().await.unwrap();
    let body = "Hello Juliet! Can you hear me?".to_owned();
    let to = jid(JULIET);
    node.request(Command::Send {
        to,
        body,
        spoiler: None,
    })
    .await
    .unwrap();
    until(&mut face, "the receipt", |event, _| {
        let delivered = matches!(event, Event::MessageState { to, state: MessageState::Delivered, .. } if to.as_str() == JULIET);
        delivered.then_some(())
    })
    .await;
    let answer = until(&mut face, "Juliet's answer", |event, _| match event {
        Event::MessageReceived { message } if message.body.contains("Hello Romeo") => {
            Some(message.from.clone())
        }
        _ => None,
    })
    .await;
    assert_eq!(answer.as_str(), JULIET);

    let picture = |model: &Model| {
        let juliet = model.contacts.get(&jid(JULIET))?.peer.clone()?;
        Some(juliet.avatar?.path)
    };
    let picture = picture(&face.model).expect("Juliet has a picture");
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
    let folder = picture.parent().unwrap().parent().unwrap().to_owned();
    assert!(folder.starts_with(std::env::temp_dir()));

    node.request(Command::Quit).await.unwrap();
    drop(node);
    ended.wait();
    assert!(!folder.exists(), "{} stays behind", folder.display());
}

#[tokio::test]
async fn who_comes_late_gets_what_waited() {
    let (node, ended) = node::demo().unwrap();
    let mut face = node.subscribe().await.unwrap();
    let state = until(&mut face, "Paris", |event, model| {
        let Event::MessageState { to, state, .. } = event else {
            return None;
        };
        let here = model.contacts.get(to)?.is_online();
        (to.as_str() == "paris@mantua" && *state == MessageState::Delivered).then_some(here)
    })
    .await;
    assert!(state);
    // Every handle gone is an end, too.
    drop((node, face));
    ended.wait();
}
