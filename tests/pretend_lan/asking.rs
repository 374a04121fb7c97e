//! What is not done without asking: talking to somebody who cannot encrypt, and taking files.

use balcony::command::Command;
use balcony::event::{Event, FileState, Trust};
use balcony::model::Unencrypted;
use balcony::net::memory::{Fault, HostId};
use balcony::node::sim::Sim;
use balcony::node::sim::legacy::Make;
use balcony::wire::jid::Jid;
use balcony::wire::key::SecretKey;

use super::stage::{Lovers, Partner, SEC, fates, lovers, story, with_seeds};

fn said(sim: &Sim, host: HostId, of: &Jid) -> Unencrypted {
    let model = sim.model(host).unwrap();
    model.plaintext.get(of).copied().unwrap_or_default()
}

/// Romeo is asked before he talks to somebody who cannot encrypt.
fn asking(seed: u64) -> Lovers {
    let make = match seed % 3 {
        0 => Make::Libpurple,
        1 => Make::IChat,
        _ => Make::Salut,
    };
    let mut play = lovers(seed, Partner::Other(make));
    let settings = serde_json::json!({ "plaintext": "ask" });
    play.sim
        .command(play.romeo, Command::Configure { settings });
    play.sim.run_for(SEC);
    play
}

fn restart(play: &mut Lovers) {
    play.sim.inflict(Fault::Kill(play.romeo));
    play.sim.run_for(SEC);
    play.sim.inflict(Fault::Restart(play.romeo));
    play.sim.run_for(10 * SEC);
}

#[test]
fn what_somebody_writes_who_cannot_encrypt_waits_for_the_users_word() {
    with_seeds(30, |seed| {
        let mut play = asking(seed);
        let (romeo, j) = (play.romeo, play.juliet_jid.clone());
        play.juliet_says("do you hear me?");
        play.juliet_says("I cannot say it twice");
        play.sim.run_for(10 * SEC);
        assert!(play.romeo_heard().is_empty(), "{}", story(&play.sim, romeo));
        let waits = said(&play.sim, romeo, &j);
        assert_eq!(
            (waits.allowed, waits.held),
            (false, 2),
            "{}",
            story(&play.sim, romeo)
        );
        // It is there after a crash, too.
        restart(&mut play);
        assert_eq!(
            said(&play.sim, romeo, &j).held,
            2,
            "{}",
            story(&play.sim, romeo)
        );
        assert!(play.romeo_heard().is_empty());
        let peer = j.clone();
        play.sim
            .command(romeo, Command::Plaintext { peer, allow: true });
        play.sim.run_for(SEC);
        let both = ["do you hear me?", "I cannot say it twice"];
        assert_eq!(play.romeo_heard(), both, "{}", story(&play.sim, romeo));
        let now = said(&play.sim, romeo, &j);
        assert_eq!((now.allowed, now.held), (true, 0));
        // From now on they talk, also after another start.
        restart(&mut play);
        play.romeo_says("I hear");
        play.sim.run_for(30 * SEC);
        assert_eq!(
            play.juliet_heard(),
            ["I hear"],
            "{}",
            story(&play.sim, romeo)
        );
        play.juliet_says("at last");
        play.sim.run_for(10 * SEC);
        assert_eq!(play.romeo_heard().last().unwrap(), "at last");
    });
}

#[test]
fn who_says_no_is_asked_again_and_who_asks_no_more_sees_all() {
    with_seeds(15, |seed| {
        let mut play = asking(seed);
        let (romeo, j) = (play.romeo, play.juliet_jid.clone());
        play.juliet_says("not wanted");
        play.sim.run_for(10 * SEC);
        let peer = j.clone();
        play.sim
            .command(romeo, Command::Plaintext { peer, allow: false });
        play.sim.run_for(SEC);
        assert_eq!(said(&play.sim, romeo, &j), Unencrypted::default());
        play.juliet_says("once more");
        play.sim.run_for(10 * SEC);
        assert_eq!(
            said(&play.sim, romeo, &j).held,
            1,
            "{}",
            story(&play.sim, romeo)
        );
        assert!(play.romeo_heard().is_empty());
        // What the user writes before the answer waits for it as a failed message, with the reason.
        play.romeo_says("too early");
        play.sim.run_for(10 * SEC);
        let fate = fates(&play.sim, romeo);
        assert_eq!(fate.last().unwrap().1, balcony::event::MessageState::Failed);
        assert!(play.juliet_heard().is_empty());
        let settings = serde_json::json!({ "plaintext": "allow" });
        play.sim.command(romeo, Command::Configure { settings });
        play.sim.run_for(SEC);
        assert_eq!(
            play.romeo_heard(),
            ["once more"],
            "{}",
            story(&play.sim, romeo)
        );
        assert_eq!(said(&play.sim, romeo, &j), Unencrypted::default());
    });
}

#[test]
fn what_waits_for_an_answer_is_bounded_and_what_is_too_much_is_refused() {
    with_seeds(3, |seed| {
        let mut play = asking(3 * seed);
        let (romeo, j) = (play.romeo, play.juliet_jid.clone());
        for number in 0..300 {
            play.juliet_says(&format!("line {number}"));
            play.sim.run_for(SEC);
        }
        let held = said(&play.sim, romeo, &j).held;
        assert_eq!(held, 200, "{}", story(&play.sim, romeo));
        assert!(play.romeo_heard().is_empty());
    });
}

/// They have compared keys, and she takes his files.
fn trusting(seed: u64, limit: u64) -> Lovers {
    let mut play = lovers(seed, Partner::Ours);
    play.romeo_says("hello");
    play.sim.run_for(5 * SEC);
    let r = play.romeo_jid.clone();
    let peer = r.clone();
    let take = |limit| Command::TakeFiles {
        peer: peer.clone(),
        limit,
    };
    play.sim.command(play.juliet, take(Some(limit)));
    play.sim.run_for(SEC);
    let refused = |(_, event): &(_, std::sync::Arc<Event>)| matches!(&**event, Event::Error { message, .. } if message.contains("Compare keys"));
    assert!(
        play.sim.events(play.juliet).iter().any(refused),
        "not from who is not verified"
    );
    let key = play.sim.model(play.romeo).unwrap().me.fingerprint.unwrap();
    let fingerprint = key.to_string();
    play.sim.command(
        play.juliet,
        Command::Trust {
            peer: r,
            fingerprint,
        },
    );
    play.sim.run_for(SEC);
    play.sim.command(play.juliet, take(Some(limit)));
    play.sim.run_for(SEC);
    assert_eq!(
        limit_of(&play),
        Some(limit),
        "{}",
        story(&play.sim, play.juliet)
    );
    play
}

fn limit_of(play: &Lovers) -> Option<u64> {
    let model = play.sim.model(play.juliet).unwrap();
    model.contacts[&play.romeo_jid].security.takes_files
}

fn offer(play: &mut Lovers, name: &str, bytes: usize) {
    let path = std::path::PathBuf::from(format!("/home/{name}"));
    let disk = play.sim.disk(play.romeo).unwrap();
    disk.files.insert(path.clone(), vec![0; bytes].into());
    let to = play.juliet_jid.clone();
    play.sim.command(play.romeo, Command::SendFile { to, path });
    play.sim.run_for(20 * SEC);
}

fn state_of(play: &Lovers, name: &str) -> Option<FileState> {
    let files = &play.sim.model(play.juliet).unwrap().files;
    let file = files
        .values()
        .find(|file| !file.outgoing && file.name == name);
    file.map(|file| file.state)
}

#[test]
fn files_of_a_verified_contact_are_taken_up_to_a_size_until_the_key_is_in_doubt() {
    with_seeds(20, |seed| {
        let mut play = trusting(seed, 1000);
        offer(&mut play, "small", 1000);
        offer(&mut play, "large", 1001);
        assert_eq!(
            state_of(&play, "small"),
            Some(FileState::Done),
            "{}",
            story(&play.sim, play.juliet)
        );
        assert_eq!(state_of(&play, "large"), Some(FileState::Offered));
        // Also after a restart.
        play.sim.inflict(Fault::Kill(play.juliet));
        play.sim.run_for(SEC);
        play.sim.inflict(Fault::Restart(play.juliet));
        play.sim.run_for(20 * SEC);
        assert_eq!(
            limit_of(&play),
            Some(1000),
            "{}",
            story(&play.sim, play.juliet)
        );
        offer(&mut play, "again", 10);
        assert_eq!(
            state_of(&play, "again"),
            Some(FileState::Done),
            "{}",
            story(&play.sim, play.juliet)
        );
        // Somebody shows another key under the name: it is over, also when it was nobody.
        let to = play.juliet_jid.clone();
        let other = SecretKey::from_seed(&[66; 32]).unwrap().public();
        play.sim.inflict(Fault::Lie(play.romeo, Some(other)));
        play.sim.command(play.romeo, Command::Close { to });
        play.sim.run_for(5 * SEC);
        play.romeo_says("it is me");
        play.sim.run_for(20 * SEC);
        assert_eq!(limit_of(&play), None, "{}", story(&play.sim, play.juliet));
        play.sim.inflict(Fault::Lie(play.romeo, None));
        play.sim.run_for(120 * SEC);
        let model = play.sim.model(play.juliet).unwrap();
        let security = &model.contacts[&play.romeo_jid].security;
        assert_eq!(
            (security.trust, security.takes_files),
            (Trust::Verified, None)
        );
        offer(&mut play, "later", 10);
        assert_eq!(
            state_of(&play, "later"),
            Some(FileState::Offered),
            "{}",
            story(&play.sim, play.juliet)
        );
    });
}
