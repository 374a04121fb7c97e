//! Keys: pinned at first use, another one refused, followed under another name, compared, blocked.

use balcony::command::Command;
use balcony::event::{
    Cause, Event, Message, MessageState, Security, Trust, Verification, VerificationState,
};
use balcony::net::memory::{Fault, HostId};
use balcony::net::{ConnId, Report, Request};
use balcony::node::effect::Input;
use balcony::node::sim::Sim;
use balcony::node::sim::legacy::Make;
use balcony::wire::jid::Jid;
use balcony::wire::key::SecretKey;
use balcony::wire::txt::Advert;

use super::alone::Alone;
use super::stage::{Lovers, MS, Partner, SEC, fates, heard_from, jid, lovers, story, with_seeds};

fn security(sim: &Sim, host: HostId, of: &Jid) -> Security {
    let contact = sim.model(host).unwrap().contacts.get(of);
    let contact = contact.unwrap_or_else(|| panic!("no {of}: {}", story(sim, host)));
    contact.security.clone()
}

fn messages(sim: &Sim, host: HostId, with: &Jid) -> Vec<Message> {
    let model = sim.model(host).unwrap();
    model.contacts[with]
        .conversation
        .messages
        .iter()
        .cloned()
        .collect()
}

/// They know each other's keys.
fn acquainted(seed: u64) -> Lovers {
    let mut play = lovers(seed, Partner::Ours);
    play.romeo_says("hello");
    play.juliet_says("hello you");
    play.sim.run_for(10 * SEC);
    assert_eq!(
        play.juliet_heard(),
        ["hello"],
        "{}",
        story(&play.sim, play.juliet)
    );
    assert_eq!(
        play.romeo_heard(),
        ["hello you"],
        "{}",
        story(&play.sim, play.romeo)
    );
    play
}

fn close_all(play: &mut Lovers) {
    let to = play.juliet_jid.clone();
    play.sim.command(play.romeo, Command::Close { to });
    play.sim.run_for(5 * SEC);
}

#[test]
fn what_is_said_is_encrypted_and_the_key_is_remembered() {
    with_seeds(20, |seed| {
        let mut play = acquainted(seed);
        for (host, other) in [
            (play.romeo, play.juliet_jid.clone()),
            (play.juliet, play.romeo_jid.clone()),
        ] {
            let all = messages(&play.sim, host, &other);
            assert_eq!(all.len(), 2);
            assert!(
                all.iter().all(|message| message.encrypted),
                "{}",
                story(&play.sim, host)
            );
            let security = security(&play.sim, host, &other);
            assert_eq!((security.trust, security.warning), (Trust::Pinned, None));
            assert!(security.fingerprint.is_some());
        }
        let known = security(&play.sim, play.romeo, &play.juliet_jid).fingerprint;
        play.sim.inflict(Fault::Kill(play.romeo));
        play.sim.run_for(SEC);
        play.sim.inflict(Fault::Restart(play.romeo));
        play.sim.run_for(10 * SEC);
        let again = security(&play.sim, play.romeo, &play.juliet_jid);
        assert_eq!((again.trust, again.fingerprint), (Trust::Pinned, known));
    });
}

#[test]
fn under_another_key_nothing_is_sent_and_nothing_taken() {
    with_seeds(30, |seed| {
        let mut play = acquainted(seed);
        close_all(&mut play);
        let other = SecretKey::from_seed(&[66; 32]).unwrap().public();
        play.sim.inflict(Fault::Lie(play.juliet, Some(other)));
        play.romeo_says("for her only");
        play.juliet_says("trust me");
        play.sim.run_for(60 * SEC);
        assert_eq!(play.juliet_heard(), ["hello"]);
        assert_eq!(
            play.romeo_heard(),
            ["hello you"],
            "{}",
            story(&play.sim, play.romeo)
        );
        let now = security(&play.sim, play.romeo, &play.juliet_jid);
        assert_eq!(
            (now.trust, now.cause),
            (Trust::Changed, Some(Cause::OtherKey))
        );
        assert_eq!(now.offered, Some(other.fingerprint()));
        assert!(now.warning.is_some());
        let fate = fates(&play.sim, play.romeo).last().cloned().unwrap();
        assert_eq!(fate, ("for her only".to_owned(), MessageState::Queued));
        // It was somebody else, and she is back: nothing had to be decided.
        play.sim.inflict(Fault::Lie(play.juliet, None));
        play.sim.run_for(120 * SEC);
        assert_eq!(
            play.juliet_heard(),
            ["hello", "for her only"],
            "{}",
            story(&play.sim, play.romeo)
        );
        let now = security(&play.sim, play.romeo, &play.juliet_jid);
        assert_eq!((now.trust, now.warning), (Trust::Pinned, None));
    });
}

/// She has set up her computer anew: the same name, another key. `decide`: what he says to that.
fn anew(seed: u64, decide: Command) -> (Lovers, HostId) {
    let mut play = acquainted(seed);
    play.sim.inflict(Fault::PowerOff(play.juliet));
    play.sim.run_for(200 * SEC);
    let new = play.sim.node(&play.juliet_jid.clone());
    play.sim.run_for(10 * SEC);
    play.romeo_says("is it you?");
    play.sim.run_for(40 * SEC);
    let now = security(&play.sim, play.romeo, &play.juliet_jid);
    assert_eq!(
        now.trust,
        Trust::Changed,
        "{}",
        story(&play.sim, play.romeo)
    );
    assert!(heard_from(&play.sim, new, &play.romeo_jid).is_empty());
    play.sim.command(play.romeo, decide);
    play.sim.run_for(60 * SEC);
    (play, new)
}

#[test]
fn a_new_key_can_be_accepted() {
    with_seeds(10, |seed| {
        let peer = jid(if seed.is_multiple_of(2) {
            "juliet@pronto"
        } else {
            "romeo@pronto"
        });
        let (play, new) = anew(seed, Command::AcceptKey { peer });
        let heard = heard_from(&play.sim, new, &play.romeo_jid);
        assert_eq!(heard, ["is it you?"], "{}", story(&play.sim, play.romeo));
        let now = security(&play.sim, play.romeo, &play.juliet_jid);
        assert_eq!((now.trust, now.warning), (Trust::Pinned, None));
        let own = play.sim.model(new).unwrap().me.fingerprint;
        assert_eq!(now.fingerprint, own);
    });
}

#[test]
fn a_new_key_can_be_somebody_else() {
    with_seeds(10, |seed| {
        let peer = jid(if seed.is_multiple_of(2) {
            "juliet@pronto"
        } else {
            "romeo@pronto"
        });
        let (mut play, new) = anew(seed, Command::SeparateKey { peer });
        assert!(
            heard_from(&play.sim, new, &play.romeo_jid).is_empty(),
            "it was for the first one"
        );
        let model = play.sim.model(play.romeo).unwrap();
        let aside: Vec<_> = model
            .contacts
            .values()
            .filter(|contact| contact.conversation.last.is_some())
            .collect();
        assert_eq!(aside.len(), 1, "{}", story(&play.sim, play.romeo));
        assert_ne!(aside[0].jid, play.juliet_jid);
        assert_eq!(aside[0].security.trust, Trust::Pinned);
        play.romeo_says("who are you?");
        play.sim.run_for(20 * SEC);
        assert_eq!(
            heard_from(&play.sim, new, &play.romeo_jid),
            ["who are you?"]
        );
    });
}

#[test]
fn who_was_encrypted_does_not_fall_back_to_plaintext_unseen() {
    with_seeds(20, |seed| {
        let mut play = acquainted(seed);
        play.sim.inflict(Fault::PowerOff(play.juliet));
        play.sim.run_for(200 * SEC);
        let pidgin = play.sim.legacy(Make::Libpurple, &play.juliet_jid.clone());
        play.sim.run_for(10 * SEC);
        let to = play.romeo_jid.clone();
        play.sim.say(pidgin, &to, "it is me");
        play.romeo_says("secret");
        play.sim.run_for(40 * SEC);
        assert_eq!(
            play.romeo_heard(),
            ["hello you"],
            "{}",
            story(&play.sim, play.romeo)
        );
        assert!(heard_from(&play.sim, pidgin, &play.romeo_jid).is_empty());
        let now = security(&play.sim, play.romeo, &play.juliet_jid);
        assert_eq!(
            (now.trust, now.cause),
            (Trust::Changed, Some(Cause::NoEncryption))
        );
        let peer = play.juliet_jid.clone();
        play.sim.command(play.romeo, Command::AcceptKey { peer });
        play.sim.run_for(60 * SEC);
        assert_eq!(heard_from(&play.sim, pidgin, &play.romeo_jid), ["secret"]);
        let now = security(&play.sim, play.romeo, &play.juliet_jid);
        assert_eq!(now.trust, Trust::Plaintext);
        assert!(
            !messages(&play.sim, play.romeo, &play.juliet_jid)
                .last()
                .unwrap()
                .encrypted
        );
    });
}

/// Two networks become one, and the Juliet he knows has to take another name.
#[test]
fn a_known_key_under_a_new_name_keeps_its_conversation() {
    with_seeds(20, |seed| {
        let mut sim = Sim::new(seed);
        let (one, other) = (
            sim.node(&jid("juliet@pronto")),
            sim.node(&jid("juliet@pronto")),
        );
        let romeo = sim.node(&jid("romeo@forza"));
        sim.inflict(Fault::Partition(vec![vec![one, romeo], vec![other]]));
        sim.run_for(5 * SEC);
        sim.say(romeo, &jid("juliet@pronto"), "before");
        sim.run_for(5 * SEC);
        assert_eq!(sim.heard(one).len(), 1, "{}", story(&sim, romeo));
        let key = sim.model(one).unwrap().me.fingerprint;
        sim.inflict(Fault::Heal);
        sim.run_for(60 * SEC);
        let name = sim.model(one).unwrap().me.jid.clone();
        sim.say(one, &jid("romeo@forza"), "it is still me");
        sim.run_for(20 * SEC);
        let model = sim.model(romeo).unwrap();
        let contact = &model.contacts[&name];
        let bodies: Vec<&str> = sim_bodies(&sim, romeo, &name);
        assert_eq!(contact.security.fingerprint, key, "{}", story(&sim, romeo));
        assert_eq!(contact.security.trust, Trust::Pinned);
        if name != jid("juliet@pronto") {
            let moved = |(_, event): &(_, std::sync::Arc<Event>)| matches!(&**event, Event::ContactMoved { to, .. } if *to == name);
            assert!(
                sim.events(romeo).iter().any(moved),
                "{}",
                story(&sim, romeo)
            );
        }
        assert_eq!(
            bodies,
            ["before", "it is still me"],
            "{}",
            story(&sim, romeo)
        );
    });
}

/// What the disk of this node has with somebody.
fn sim_bodies<'a>(sim: &'a Sim, host: HostId, with: &Jid) -> Vec<&'a str> {
    let disk = sim.disk_of(host).unwrap();
    let all = disk.conversations.get(with).map_or(&[][..], Vec::as_slice);
    all.iter().map(|message| message.body.as_str()).collect()
}

fn last(sim: &Sim, host: HostId, of: &Jid) -> Verification {
    let contact = &sim.model(host).unwrap().contacts[of];
    contact
        .verification
        .clone()
        .unwrap_or_else(|| panic!("{}", story(sim, host)))
}

#[test]
fn two_people_compare_their_keys() {
    with_seeds(30, |seed| {
        let mut play = lovers(seed, Partner::Ours);
        if play.rng.chance(500) {
            play.romeo_says("shall we?");
            play.sim.run_for(3 * SEC);
        }
        let (romeo, juliet) = (play.romeo, play.juliet);
        let (r, j) = (play.romeo_jid.clone(), play.juliet_jid.clone());
        play.sim.command(romeo, Command::Verify { peer: j.clone() });
        if play.rng.chance(300) {
            play.a_moment(2 * MS);
            play.sim
                .command(juliet, Command::Verify { peer: r.clone() });
        }
        play.sim.run_for(5 * SEC);
        let (his, hers) = (last(&play.sim, romeo, &j), last(&play.sim, juliet, &r));
        assert_eq!(
            his.state,
            VerificationState::Compare,
            "{}",
            story(&play.sim, romeo)
        );
        assert_eq!(
            hers.state,
            VerificationState::Compare,
            "{}",
            story(&play.sim, juliet)
        );
        assert_eq!((&his.emoji, &his.code), (&hers.emoji, &hers.code));
        assert_eq!(his.emoji.len(), 7);
        play.sim.command(
            romeo,
            Command::Confirm {
                peer: j.clone(),
                same: true,
            },
        );
        play.sim.run_for(SEC);
        assert_eq!(
            last(&play.sim, romeo, &j).state,
            VerificationState::Confirmed
        );
        assert_eq!(
            last(&play.sim, juliet, &r).state,
            VerificationState::TheyConfirmed
        );
        assert_eq!(
            security(&play.sim, romeo, &j).trust,
            Trust::Pinned,
            "both must say so"
        );
        play.sim.command(
            juliet,
            Command::Confirm {
                peer: r.clone(),
                same: true,
            },
        );
        play.sim.run_for(SEC);
        for (host, other) in [(romeo, &j), (juliet, &r)] {
            assert_eq!(
                last(&play.sim, host, other).state,
                VerificationState::Verified
            );
            assert_eq!(security(&play.sim, host, other).trust, Trust::Verified);
        }
        play.sim.inflict(Fault::Kill(romeo));
        play.sim.run_for(SEC);
        play.sim.inflict(Fault::Restart(romeo));
        play.sim.run_for(10 * SEC);
        assert_eq!(security(&play.sim, romeo, &j).trust, Trust::Verified);
    });
}

#[test]
fn codes_that_differ_stop_everything() {
    with_seeds(20, |seed| {
        let mut play = acquainted(seed);
        let (r, j) = (play.romeo_jid.clone(), play.juliet_jid.clone());
        play.sim
            .command(play.romeo, Command::Verify { peer: j.clone() });
        play.sim.run_for(3 * SEC);
        play.sim.command(
            play.romeo,
            Command::Confirm {
                peer: j.clone(),
                same: false,
            },
        );
        play.sim.run_for(3 * SEC);
        assert_eq!(
            last(&play.sim, play.juliet, &r).state,
            VerificationState::Failed
        );
        let now = security(&play.sim, play.romeo, &j);
        assert_eq!(
            (now.trust, now.cause),
            (Trust::Changed, Some(Cause::CodesDiffer))
        );
        play.romeo_says("not to be sent");
        play.juliet_says("not to be taken");
        play.sim.run_for(40 * SEC);
        assert_eq!(play.juliet_heard(), ["hello"]);
        assert_eq!(play.romeo_heard(), ["hello you"]);
        // Also after a restart, whoever was killed.
        for host in [play.romeo, play.juliet] {
            play.sim.inflict(Fault::Kill(host));
            play.sim.run_for(SEC);
            play.sim.inflict(Fault::Restart(host));
            play.sim.run_for(20 * SEC);
            let now = security(&play.sim, play.romeo, &j);
            assert_eq!(
                (now.trust, now.cause),
                (Trust::Changed, Some(Cause::CodesDiffer)),
                "{}",
                story(&play.sim, play.romeo)
            );
            assert!(now.warning.is_some());
        }
        play.juliet_says("not to be taken either");
        play.sim.run_for(40 * SEC);
        assert_eq!(play.juliet_heard(), ["hello"]);
        assert_eq!(play.romeo_heard(), ["hello you"]);
        // She was told, and is as careful as he is.
        let now = security(&play.sim, play.juliet, &r);
        assert_eq!(
            (now.trust, now.cause),
            (Trust::Changed, Some(Cause::CodesDiffer)),
            "{}",
            story(&play.sim, play.juliet)
        );
        // He had misread them, and both say so.
        play.sim
            .command(play.romeo, Command::AcceptKey { peer: j.clone() });
        play.sim.run_for(60 * SEC);
        assert_eq!(play.juliet_heard(), ["hello"]);
        play.sim
            .command(play.juliet, Command::AcceptKey { peer: r.clone() });
        play.sim.run_for(60 * SEC);
        assert_eq!(
            play.juliet_heard(),
            ["hello", "not to be sent"],
            "{}",
            story(&play.sim, play.romeo)
        );
    });
}

/// Somebody in the middle who was found out shows another key for a while, none, and then the first again.
#[test]
fn codes_that_differ_are_not_forgotten_over_what_comes_after() {
    with_seeds(10, |seed| {
        let mut play = acquainted(seed);
        let j = play.juliet_jid.clone();
        let verify = Command::Verify { peer: j.clone() };
        play.sim.command(play.romeo, verify);
        play.sim.run_for(3 * SEC);
        let differ = Command::Confirm {
            peer: j.clone(),
            same: false,
        };
        play.sim.command(play.romeo, differ);
        play.sim.run_for(3 * SEC);
        play.romeo_says("not to be sent");
        let other = SecretKey::from_seed(&[66; 32]).unwrap().public();
        for key in [Some(other), None] {
            play.sim.inflict(Fault::Lie(play.juliet, key));
            play.juliet_says("trust me");
            play.sim.run_for(60 * SEC);
            let now = security(&play.sim, play.romeo, &j);
            assert_eq!(
                (now.trust, now.cause),
                (Trust::Changed, Some(Cause::CodesDiffer)),
                "{}",
                story(&play.sim, play.romeo)
            );
        }
        assert_eq!(play.juliet_heard(), ["hello"]);
        assert_eq!(play.romeo_heard(), ["hello you"]);
        // They compare the fingerprints instead: the right ones decide it.
        let r = play.romeo_jid.clone();
        for (host, other, peer) in [(play.romeo, play.juliet, &j), (play.juliet, play.romeo, &r)] {
            let key = play.sim.model(other).unwrap().me.fingerprint.unwrap();
            let trust = Command::Trust {
                peer: peer.clone(),
                fingerprint: key.to_string(),
            };
            play.sim.command(host, trust);
        }
        play.sim.run_for(120 * SEC);
        assert_eq!(security(&play.sim, play.romeo, &j).trust, Trust::Verified);
        assert_eq!(play.juliet_heard(), ["hello", "not to be sent"]);
    });
}

#[test]
fn a_comparison_that_nobody_answers_ends_and_too_many_are_refused() {
    with_seeds(5, |seed| {
        let mut play = acquainted(seed);
        let j = play.juliet_jid.clone();
        for _ in 0..10 {
            play.sim
                .command(play.romeo, Command::Verify { peer: j.clone() });
            play.sim.run_for(SEC);
            play.sim
                .command(play.romeo, Command::CancelVerification { peer: j.clone() });
        }
        let refused = |(_, event): &(_, std::sync::Arc<Event>)| matches!(&**event, Event::Error { message, .. } if message.contains("too often"));
        assert!(play.sim.events(play.romeo).iter().any(refused));
        play.sim.run_for(700 * SEC);
        play.sim
            .command(play.romeo, Command::Verify { peer: j.clone() });
        play.sim.run_for(400 * SEC);
        assert_eq!(
            last(&play.sim, play.romeo, &j).state,
            VerificationState::Failed
        );
    });
}

#[test]
fn nothing_is_seen_or_heard_of_who_is_blocked() {
    with_seeds(20, |seed| {
        let mut play = acquainted(seed);
        let j = play.juliet_jid.clone();
        play.sim
            .command(play.romeo, Command::Block { peer: j.clone() });
        play.sim.run_for(2 * SEC);
        play.juliet_says("do you hear me?");
        play.sim.run_for(30 * SEC);
        assert_eq!(play.romeo_heard(), ["hello you"]);
        let model = play.sim.model(play.romeo).unwrap();
        assert!(
            !model.contacts[&j].is_online(),
            "{}",
            story(&play.sim, play.romeo)
        );
        assert_eq!(model.blocked_names, std::slice::from_ref(&j));
        play.romeo_says("and I do not write by mistake");
        play.sim.run_for(SEC);
        assert_eq!(fates(&play.sim, play.romeo).len(), 1);
        // Also after a restart.
        play.sim.inflict(Fault::Kill(play.romeo));
        play.sim.run_for(SEC);
        play.sim.inflict(Fault::Restart(play.romeo));
        play.sim.run_for(10 * SEC);
        assert_eq!(
            play.romeo_heard(),
            ["hello you"],
            "{}",
            story(&play.sim, play.romeo)
        );
        let unblock = Command::Unblock {
            peer: Some(j.clone()),
            fingerprint: None,
        };
        play.sim.command(play.romeo, unblock);
        play.sim.run_for(90 * SEC);
        let model = play.sim.model(play.romeo).unwrap();
        assert!(
            model.contacts[&j].is_online(),
            "{}",
            story(&play.sim, play.romeo)
        );
        assert_eq!(
            play.romeo_heard(),
            ["hello you", "do you hear me?"],
            "{}",
            story(&play.sim, play.romeo)
        );
    });
}

#[test]
fn a_fingerprint_that_was_given_by_another_way_verifies_or_is_refused() {
    with_seeds(3, |seed| {
        let mut play = acquainted(seed);
        let j = play.juliet_jid.clone();
        let own = play.sim.model(play.juliet).unwrap().me.fingerprint.unwrap();
        let wrong = SecretKey::from_seed(&[66; 32]).unwrap().fingerprint();
        let trust = |fingerprint: String| Command::Trust {
            peer: j.clone(),
            fingerprint,
        };
        play.sim.command(play.romeo, trust(wrong.to_string()));
        play.sim.run_for(SEC);
        assert_eq!(security(&play.sim, play.romeo, &j).trust, Trust::Pinned);
        play.sim
            .command(play.romeo, trust(balcony::model::trust::link(&j, &own)));
        play.sim.run_for(SEC);
        assert_eq!(security(&play.sim, play.romeo, &j).trust, Trust::Verified);
    });
}

#[test]
fn invisible_is_not_seen_and_can_write_all_the_same() {
    with_seeds(10, |seed| {
        let mut play = acquainted(seed);
        let hide = |anything: bool| Command::Configure {
            settings: serde_json::json!({ "publish": { "anything": anything } }),
        };
        close_all(&mut play);
        play.sim.command(play.romeo, hide(false));
        play.sim.run_for(10 * SEC);
        let (r, j) = (play.romeo_jid.clone(), play.juliet_jid.clone());
        assert!(!play.sim.model(play.juliet).unwrap().contacts[&r].is_online());
        assert!(play.sim.model(play.romeo).unwrap().contacts[&j].is_online());
        play.romeo_says("psst");
        play.sim.run_for(10 * SEC);
        assert_eq!(
            play.juliet_heard(),
            ["hello", "psst"],
            "{}",
            story(&play.sim, play.juliet)
        );
        play.sim.command(play.romeo, hide(true));
        play.sim.run_for(10 * SEC);
        assert!(play.sim.model(play.juliet).unwrap().contacts[&r].is_online());
        assert!(play.sim.model(play.romeo).unwrap().me.online);
    });
}

/// He is shown to her while his name is still being probed for, and she sees him go when the stream does.
#[test]
fn old_friends_are_greeted_at_the_start() {
    with_seeds(20, |seed| {
        let mut play = acquainted(seed);
        play.sim.command(play.romeo, Command::Quit);
        play.sim.run_for(10 * SEC);
        let (r, romeo, juliet) = (play.romeo_jid.clone(), play.romeo, play.juliet);
        assert!(!play.sim.model(juliet).unwrap().contacts[&r].is_online());
        play.sim.inflict(Fault::Restart(romeo));
        assert!(
            play.sim
                .run_until(300 * MS, MS, |sim| sim.model(juliet).unwrap().contacts[&r]
                    .is_online()),
            "{}",
            story(&play.sim, juliet)
        );
        assert!(
            !play.sim.model(romeo).unwrap().me.online,
            "before he is announced"
        );
        play.sim.run_for(5 * SEC);
        play.sim.command(romeo, Command::Quit);
        assert!(play.sim.run_until(SEC, MS, |sim| {
            !sim.model(juliet).unwrap().contacts[&r].is_online()
        }));
    });
}

/// Juliet calls, and encrypts with this key.
fn calls_encrypted(alone: &mut Alone, conn: u64, ip: &str, key: &SecretKey) {
    let header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='juliet@pronto' to='romeo@forza' version='1.0'>";
    alone.input(Input::Net(Report::Accepted {
        conn: ConnId(conn),
        local: "10.0.0.1:5298".parse().unwrap(),
        remote: format!("{ip}:40000").parse().unwrap(),
    }));
    alone.hears(conn, header);
    alone.hears(conn, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    alone.input(Input::Net(Report::Secured {
        conn: ConnId(conn),
        key: key.public(),
        exporter: [0; 32],
    }));
    alone.hears(conn, header);
    alone.hears(
        conn,
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>",
    );
    alone.hears(conn, header);
    alone.hears(conn, "<presence/>");
}

#[test]
fn whoever_shows_the_pinned_key_has_its_records_asked_for_if_they_say_another() {
    let keys = [8, 9].map(|seed| SecretKey::from_seed(&[seed; 32]).unwrap());
    let [hers, others] = keys;
    let juliet = jid("juliet@pronto");
    let mut alone = Alone::new();
    let announced = |key: &SecretKey| {
        let fingerprint = key.public().fingerprint();
        move |advert: &mut Advert| advert.tlsfp = Some(fingerprint)
    };
    alone.seen(&juliet, "10.0.0.2", announced(&hers));
    calls_encrypted(&mut alone, 1, "10.0.0.2", &hers);
    let trust = |alone: &Alone| alone.core.model().contacts[&juliet].security.trust;
    assert_eq!(trust(&alone), Trust::Pinned);
    alone.hears(1, "</stream:stream>");
    // Somebody takes her name, and what they say ends.
    alone.seen(&juliet, "10.0.0.3", announced(&others));
    assert_eq!(trust(&alone), Trust::Changed);
    alone.input(Input::Net(Report::Gone {
        jid: juliet.clone(),
        goodbye: false,
    }));
    for conn in [3, 5] {
        alone.requests.clear();
        calls_encrypted(&mut alone, conn, "10.0.0.2", &hers);
        let asked = Request::Verify {
            jid: juliet.clone(),
        };
        assert!(alone.requests.contains(&asked), "{:?}", alone.requests);
        alone.input(Input::Net(Report::Verified {
            jid: juliet.clone(),
            alive: false,
        }));
    }
    // Her answer.
    alone.seen(&juliet, "10.0.0.2", announced(&hers));
    assert_eq!(trust(&alone), Trust::Pinned);
    alone.requests.clear();
    calls_encrypted(&mut alone, 7, "10.0.0.2", &hers);
    let verifies = |request: &Request| matches!(request, Request::Verify { .. });
    assert!(!alone.requests.iter().any(verifies));
}
