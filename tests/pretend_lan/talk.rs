//! What is said about earlier messages: corrections, retractions, reactions, answers. Both sides come to see the same,
//! whatever crashes in between.

use balcony::command::{Command, Recipients};
use balcony::event::{Event, Message, MessageState};
use balcony::net::memory::{Fault, HostId};
use balcony::node::effect::Input;
use balcony::node::sim::Sim;
use balcony::node::sim::legacy::Make;
use balcony::wire::jid::Jid;

use super::alone::Alone;
use super::stage::{Lovers, MS, Partner, SEC, fates, jid, lovers, story, with_seeds};

/// What a conversation looks like on this disk: text, old texts, taken back, who reacts with what.
fn seen(sim: &mut Sim, host: HostId, with: &Jid) -> Vec<String> {
    let disk = sim.disk(host).unwrap();
    let messages = disk.conversations.get(with).map_or(&[][..], Vec::as_slice);
    messages.iter().map(line).collect()
}

fn line(message: &Message) -> String {
    let extra = message.extra.as_deref().cloned().unwrap_or_default();
    let old: Vec<_> = extra.versions.iter().map(|old| old.body.as_str()).collect();
    let mut reactions: Vec<_> = extra
        .reactions
        .iter()
        .map(|one| format!("{}:{}", one.from, one.emoji.concat()))
        .collect();
    reactions.sort();
    format!(
        "{} was {old:?} {} {reactions:?} re {:?}",
        message.body,
        extra.retracted.is_some(),
        extra.reply_to
    )
}

/// The ids of what this disk holds, of ours or of the other's.
fn ids(sim: &mut Sim, host: HostId, own: bool) -> Vec<String> {
    let disk = sim.disk(host).unwrap();
    let messages = disk.conversations.values().flatten();
    let of = messages.filter(|message| message.is_own() == own && !is_retracted(message));
    of.map(|message| message.id.clone()).collect()
}

fn is_retracted(message: &Message) -> bool {
    let extra = message.extra.as_ref();
    extra.is_some_and(|extra| extra.retracted.is_some())
}

/// Romeo writes, corrects, takes back, reacts and answers at random.
fn romeo_acts(play: &mut Lovers, n: usize) {
    let own = ids(&mut play.sim, play.romeo, true);
    let theirs = ids(&mut play.sim, play.romeo, false);
    let own = own.get(play.rng.index(own.len().max(1))).cloned();
    let theirs = theirs.get(play.rng.index(theirs.len().max(1))).cloned();
    let command = match (play.rng.index(8), own, theirs) {
        (0 | 1, Some(id), _) => Command::Correct {
            id,
            body: format!("{n} corrected"),
        },
        (2, Some(id), _) => Command::Retract { id },
        (3, Some(id), _) | (4, _, Some(id)) => Command::React {
            id,
            emoji: [["👍"].as_slice(), &["🐢", "👋"], &[]][play.rng.index(3)]
                .iter()
                .map(|&one| one.to_owned())
                .collect(),
        },
        (5, _, Some(id)) => Command::Reply {
            id,
            body: format!("{n} answer"),
        },
        _ => Command::Send {
            to: play.juliet_jid.clone(),
            body: format!("{n}"),
            spoiler: None,
        },
    };
    play.sim.command(play.romeo, command);
}

#[test]
fn both_sides_come_to_see_the_same_whatever_crashes() {
    with_seeds(60, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        play.juliet_says("hello");
        play.juliet_says("are you there?");
        play.sim.run_for(SEC);
        let mut down: Option<HostId> = None;
        for n in 0..40 {
            romeo_acts(&mut play, n);
            play.a_moment(150 * MS);
            match down.take() {
                Some(host) => play.sim.inflict(Fault::Restart(host)),
                None if play.rng.chance(150) => {
                    let host = [play.romeo, play.juliet][play.rng.index(2)];
                    // A power cut may take what its user said some milliseconds ago: for that there is the storm.
                    play.sim
                        .inflict(if play.rng.chance(500) || host == play.romeo {
                            Fault::Kill(host)
                        } else {
                            Fault::PowerOff(host)
                        });
                    down = Some(host);
                }
                None => {}
            }
        }
        play.sim.inflict(Fault::Restart(play.romeo));
        play.sim.inflict(Fault::Restart(play.juliet));
        play.sim.run_for(240 * SEC);
        let (romeo, juliet) = (play.romeo, play.juliet);
        let his = seen(&mut play.sim, romeo, &play.juliet_jid);
        let hers = seen(&mut play.sim, juliet, &play.romeo_jid);
        // Hers may lie elsewhere among his: only the order of one sender is promised.
        let (mut his, mut hers) = (his, hers);
        his.retain(|line| !line.starts_with("hello") && !line.starts_with("are you"));
        let hers_of_juliet: Vec<_> = hers
            .iter()
            .filter(|line| line.starts_with("hello") || line.starts_with("are you"))
            .cloned()
            .collect();
        hers.retain(|line| !hers_of_juliet.contains(line));
        // What was taken back before it left is nowhere but with him.
        let gone = |line: &String| line.starts_with(" was []") && line.contains("true");
        his.retain(|line| !gone(line));
        hers.retain(|line| !gone(line));
        assert_eq!(his, hers, "{}", story(&play.sim, romeo));
    });
}

#[test]
fn corrections_go_out_in_order_with_the_messages_when_somebody_comes_back() {
    with_seeds(20, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        play.sim.inflict(Fault::PowerOff(play.juliet));
        play.sim.run_for(20 * SEC);
        play.romeo_says("one");
        play.sim.run_for(SEC);
        let id = ids(&mut play.sim, play.romeo, true)[0].clone();
        for body in ["two", "three"] {
            let id = id.clone();
            let body = body.to_owned();
            play.sim.command(play.romeo, Command::Correct { id, body });
        }
        play.romeo_says("four");
        play.sim.run_for(SEC);
        play.sim.inflict(Fault::Kill(play.romeo));
        play.sim.inflict(Fault::Restart(play.romeo));
        play.sim.inflict(Fault::Restart(play.juliet));
        play.sim.run_for(120 * SEC);
        let (juliet, with) = (play.juliet, play.romeo_jid.clone());
        let lines = seen(&mut play.sim, juliet, &with);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines[0].starts_with("three was [\"one\", \"two\"]"),
            "{lines:?}"
        );
        assert_eq!(play.juliet_heard(), ["one", "four"]);
    });
}

#[test]
fn what_nobody_has_yet_is_taken_back_without_a_trace() {
    with_seeds(10, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        play.sim.inflict(Fault::PowerOff(play.juliet));
        play.sim.run_for(30 * SEC);
        play.romeo_says("I hate you");
        play.romeo_says("hello");
        play.sim.run_for(SEC);
        let id = ids(&mut play.sim, play.romeo, true)[0].clone();
        play.sim.command(play.romeo, Command::Retract { id });
        play.sim.run_for(SEC);
        play.sim.inflict(Fault::Restart(play.juliet));
        play.sim.run_for(120 * SEC);
        assert_eq!(
            play.juliet_heard(),
            ["hello"],
            "{}",
            story(&play.sim, play.romeo)
        );
    });
}

/// Pidgin and iChat: a corrected text comes as a new one, nothing comes that would be nonsense, and Romeo is told.
#[test]
fn old_programs_get_what_a_person_would_write() {
    for make in [Make::Libpurple, Make::IChat] {
        with_seeds(3, |seed| {
            let mut play = lovers(seed, Partner::Other(make));
            play.romeo_says("helo");
            play.sim.run_for(20 * SEC);
            let id = ids(&mut play.sim, play.romeo, true)[0].clone();
            let body = "hello".to_owned();
            let emoji = vec!["👍".to_owned()];
            for command in [
                Command::Correct {
                    id: id.clone(),
                    body,
                },
                Command::React {
                    id: id.clone(),
                    emoji,
                },
                Command::Reply {
                    id: id.clone(),
                    body: "well".to_owned(),
                },
                Command::Retract { id: id.clone() },
            ] {
                play.sim.command(play.romeo, command);
                play.sim.run_for(20 * SEC);
            }
            assert_eq!(
                play.juliet_heard(),
                ["helo", "* hello", "> hello\nwell"],
                "{}",
                story(&play.sim, play.romeo)
            );
            let failed = |(_, event): &&(_, std::sync::Arc<Event>)| matches!(&**event, Event::MessageState { about: Some(about), state: MessageState::Failed, .. } if *about == id);
            let told = play.sim.events(play.romeo).iter().filter(failed).count();
            assert_eq!(
                told, 2,
                "the reaction and the retraction are not seen there"
            );
            let disk = play.sim.disk(play.romeo).unwrap();
            assert!(disk.outbox.is_empty(), "{:?}", disk.outbox);
        });
    }
}

#[test]
fn one_text_goes_to_everybody_and_is_counted() {
    with_seeds(5, |seed| {
        let mut sim = Sim::new(seed);
        let names = ["romeo@a", "juliet@b", "paris@c", "nurse@d"].map(jid);
        let hosts: Vec<_> = names.iter().map(|name| sim.node(name)).collect();
        sim.run_for(10 * SEC);
        let body = "lunch?".to_owned();
        let to: Recipients = serde_json::from_str("\"all\"").unwrap();
        let everybody = Command::Broadcast { body, to };
        sim.command(hosts[0], everybody.clone());
        sim.command(hosts[0], everybody);
        sim.run_for(20 * SEC);
        for host in &hosts[1..] {
            let disk = sim.disk(*host).unwrap();
            let got = &disk.conversations[&names[0]];
            assert_eq!(got.len(), 1, "the second came too soon");
            let mark = got[0].extra.as_ref().unwrap().broadcast.clone().unwrap();
            assert_eq!((mark.people, mark.id), (3, None));
        }
        let last = sim
            .events(hosts[0])
            .iter()
            .rev()
            .find_map(|(_, event)| match &**event {
                Event::BroadcastState { progress, .. } => Some(*progress),
                _ => None,
            });
        assert_eq!(last.map(|last| (last.people, last.delivered)), Some((3, 3)));
    });
}

#[test]
fn a_correction_that_comes_before_its_message_is_made_when_that_comes() {
    let mut alone = Alone::new();
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    alone.called(1, "10.0.0.2", "juliet@pronto");
    alone.hears(1, "<message type='chat' id='c1' from='juliet@pronto'><body>hello</body><replace id='m1' xmlns='urn:xmpp:message-correct:0'/><request xmlns='urn:xmpp:receipts'/></message>");
    alone.hears(1, "<message type='chat' id='m1' from='juliet@pronto'><body>helo</body><request xmlns='urn:xmpp:receipts'/></message>");
    alone.all_stored();
    let contact = &alone.core.model().contacts[&jid("juliet@pronto")];
    let messages = &contact.conversation.messages;
    assert_eq!((messages.len(), messages[0].body.as_str()), (1, "hello"));
    let order: Vec<_> = alone
        .events
        .iter()
        .filter_map(|event| match event {
            Event::MessageReceived { .. } => Some("received"),
            Event::MessageCorrected { .. } => Some("corrected"),
            _ => None,
        })
        .collect();
    assert_eq!(order, ["corrected", "received", "corrected"]);
}

#[test]
fn nobody_changes_the_words_of_another() {
    let mut alone = Alone::new();
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    let mine = Command::Send {
        to: jid("juliet@pronto"),
        body: "mine".into(),
        spoiler: None,
    };
    alone.input(Input::Request(mine.into()));
    alone.called(1, "10.0.0.2", "juliet@pronto");
    alone.all_stored();
    let id = alone.core.model().contacts[&jid("juliet@pronto")]
        .conversation
        .messages[0]
        .id
        .clone();
    alone.hears(1, &format!("<message type='chat' from='juliet@pronto'><body>forged</body><replace id='{id}' xmlns='urn:xmpp:message-correct:0'/></message>"));
    alone.hears(1, &format!("<message type='chat' from='juliet@pronto'><retract id='{id}' xmlns='urn:xmpp:message-retract:1'/></message>"));
    alone.all_stored();
    let contact = &alone.core.model().contacts[&jid("juliet@pronto")];
    let message = &contact.conversation.messages[0];
    assert_eq!((message.body.as_str(), &message.extra), ("mine", &None));
}

/// A crowd of corrections to nothing costs a bounded amount, and the peer stays welcome.
#[test]
fn words_about_nothing_are_bounded() {
    let mut alone = Alone::new();
    alone.seen(&jid("juliet@pronto"), "10.0.0.2", |_| {});
    alone.called(1, "10.0.0.2", "juliet@pronto");
    for n in 0..1000 {
        alone.wait(25 * MS);
        alone.hears(1, &format!("<message type='chat' from='juliet@pronto'><body>{}</body><replace id='m{n}' xmlns='urn:xmpp:message-correct:0'/></message>", "x".repeat(1000)));
        alone.all_stored();
    }
    alone.hears(
        1,
        "<message type='chat' from='juliet@pronto'><body>hi</body></message>",
    );
    alone.all_stored();
    assert_eq!(alone.shown(), ["hi"]);
}

#[test]
fn a_knock_is_heard_once_in_thirty_seconds() {
    with_seeds(3, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        play.romeo_says("hello?");
        play.sim.run_for(5 * SEC);
        let to = play.juliet_jid.clone();
        for _ in 0..3 {
            play.sim
                .command(play.romeo, Command::Attention { to: to.clone() });
            play.sim.run_for(5 * SEC);
        }
        play.sim.run_for(30 * SEC);
        play.sim.command(play.romeo, Command::Attention { to });
        play.sim.run_for(5 * SEC);
        let knock =
            |(_, event): &&(_, std::sync::Arc<Event>)| matches!(&**event, Event::Attention { .. });
        let heard = play.sim.events(play.juliet).iter().filter(knock).count();
        assert_eq!(heard, 2);
        let errors = play.sim.events(play.romeo).iter();
        let errors = errors.filter(|(_, event)| matches!(&**event, Event::Error { .. }));
        assert_eq!(errors.count(), 2, "he is told that it was too soon");
        assert!(!fates(&play.sim, play.romeo).is_empty());
    });
}

#[test]
fn a_draft_is_kept_until_it_is_emptied_or_its_conversation_is_deleted() {
    use balcony::disk::store::Op;

    let mut alone = Alone::new();
    let mut kept: std::collections::BTreeMap<String, serde_json::Value> = Default::default();
    let mut ask = |alone: &mut Alone, command: Command| {
        alone.input(Input::Request(command.into()));
        while let Some((_, ops)) = alone.commits.front().cloned() {
            for op in ops {
                if let Op::Setting { key, value } = op {
                    kept.insert(key, value);
                }
            }
            alone.stored(Vec::new());
        }
        kept.retain(|_, value| !value.is_null());
        kept.keys().cloned().collect::<Vec<_>>()
    };
    let draft = |to: &str, text: &str| Command::Draft {
        to: jid(to),
        text: text.into(),
    };
    let (juliet, nurse) = ("draft:juliet@pronto", "draft:nurse@hall");
    assert_eq!(ask(&mut alone, draft("juliet@pronto", "But so")), [juliet]);
    assert_eq!(
        ask(&mut alone, draft("juliet@pronto", "But soft")),
        [juliet]
    );
    assert_eq!(
        ask(&mut alone, draft("nurse@hall", "Six plates")),
        [juliet, nurse]
    );
    let drafts = &alone.core.model().drafts;
    assert_eq!(drafts[&jid("juliet@pronto")], "But soft");
    let delete = Command::Delete {
        id: None,
        with: Some(jid("nurse@hall")),
        everything: false,
    };
    // What was to follow the conversation goes with it.
    ask(&mut alone, delete);
    assert_eq!(ask(&mut alone, draft("juliet@pronto", "")), [""; 0]);
    assert!(alone.core.model().drafts.is_empty());
    let long = "x".repeat(1024 * 1024 + 1);
    assert_eq!(ask(&mut alone, draft("juliet@pronto", &long)), [""; 0]);
    assert!(matches!(alone.events.last(), Some(Event::Error { .. })));
}
