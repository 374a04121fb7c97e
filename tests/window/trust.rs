//! Keys in the window: what has happened to a name, comparing, fingerprints, blocking.

use super::desk::*;

fn with_juliet(change: impl FnOnce(&mut Model)) -> Screen {
    let mut model = nobody();
    let mut juliet = peer("juliet@pronto", "Juliet", Show::Available);
    juliet.trust = Trust::Pinned;
    model.apply(&Event::PeerOnline { peer: juliet });
    let security = Security {
        trust: Trust::Pinned,
        fingerprint: Some(Fingerprint::from_bytes([7; 32])),
        ..Security::default()
    };
    let peer = jid("juliet@pronto");
    model.apply(&Event::TrustChanged { peer, security });
    model.me.fingerprint = Some(Fingerprint::from_bytes([9; 32]));
    change(&mut model);
    let mut screen = show(model, WIDE);
    screen.get_by_label_contains("Juliet").click();
    screen.run();
    screen
}

fn changed(was_verified: bool) -> Event {
    Event::TrustChanged {
        peer: jid("juliet@pronto"),
        security: Security {
            trust: Trust::Changed,
            fingerprint: Some(Fingerprint::from_bytes([7; 32])),
            offered: Some(Fingerprint::from_bytes([8; 32])),
            was_verified,
            cause: Some(Cause::OtherKey),
            warning: Some("words for the terminal".into()),
        },
    }
}

#[test]
fn another_key_is_told_above_the_conversation_and_decided_there() {
    let mut screen = with_juliet(|model| model.apply(&changed(false)));
    screen.get_by_role_and_label(
        Role::Alert,
        "Juliet shows another key than before It may be a new computer or another program, or somebody who wants to be taken for them. Nothing is sent and nothing taken until you decide.",
    );
    let peer = jid("juliet@pronto");
    for (button, command) in [
        ("Keep waiting", Command::KeepWaiting { peer: peer.clone() }),
        (
            "It is somebody else",
            Command::SeparateKey { peer: peer.clone() },
        ),
        (
            "Accept the new key",
            Command::AcceptKey { peer: peer.clone() },
        ),
    ] {
        screen.get_by_label(button).click();
        screen.run();
        assert_eq!(screen.state().asked().last(), Some(&command));
    }
}

#[test]
fn the_alarm_is_louder_where_keys_had_been_compared() {
    let screen = with_juliet(|model| model.apply(&changed(true)));
    let told = screen.query_all_by_label_contains("You had compared keys with Juliet");
    assert!(told.count() > 0);
}

#[test]
fn a_code_is_compared() {
    let screen = |state| {
        with_juliet(|model| {
            let emoji = |emoji: &str, name: &str| Emoji {
                emoji: emoji.into(),
                name: name.into(),
            };
            model.apply(&Event::Verification {
                peer: jid("juliet@pronto"),
                verification: Verification {
                    state,
                    code: Some("1234 5678 9012".into()),
                    emoji: vec![emoji("🐶", "dog"), emoji("🚀", "rocket")],
                    reason: None,
                },
            });
        })
    };
    let mut compare = screen(VerificationState::Compare);
    for name in ["dog", "rocket"] {
        assert!(compare.query_by_label(name).is_some(), "{name}");
    }
    assert!(compare.query_by_label_contains("1234 5678 9012").is_some());
    let peer = jid("juliet@pronto");
    for (button, same) in [("It is the same", true), ("It is different", false)] {
        compare.get_by_label(button).click();
        compare.run();
        let command = Command::Confirm {
            peer: peer.clone(),
            same,
        };
        assert_eq!(compare.state().asked().last(), Some(&command));
    }
    let mut done = screen(VerificationState::Verified);
    assert!(done.query_by_label("It is the same").is_none());
    done.get_by_label("Close").click();
    done.run();
    let close = Command::CancelVerification { peer };
    assert_eq!(done.state().asked().last(), Some(&close));
}

#[test]
fn the_details_offer_to_compare_show_the_key_and_block() {
    let mut screen = with_juliet(|_| ());
    screen.get_by_label_contains("details of Juliet").click();
    screen.run();
    assert!(screen.query_by_label_contains("0707 0707").is_some());
    let peer = jid("juliet@pronto");
    for (button, command) in [
        ("Compare keys…", Command::Verify { peer: peer.clone() }),
        ("Block Juliet", Command::Block { peer: peer.clone() }),
    ] {
        screen.get_by_label(button).click();
        screen.run();
        assert_eq!(screen.state().asked().last(), Some(&command));
    }
    screen.get_by_label("My key").click();
    screen.run();
    screen.get_by_role_and_label(Role::Image, "QR code with the link to my key");
}
