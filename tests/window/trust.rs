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
            takes_files: None,
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
                    why: None,
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

#[test]
fn why_nothing_came_of_a_comparison_is_said_in_the_language_of_the_user() {
    for (language, words) in [
        ("en", "Juliet says that the codes are different"),
        ("de", "Juliet sagt, dass die Zeichen verschieden sind"),
        ("sv", "Juliet säger att koderna är olika"),
    ] {
        let mut model = three();
        let mut juliet = peer("juliet@pronto", "Juliet", Show::Available);
        juliet.trust = Trust::Pinned;
        model.apply(&Event::PeerOnline { peer: juliet });
        model.apply(&Event::Verification {
            peer: jid("juliet@pronto"),
            verification: Verification {
                state: VerificationState::Failed,
                code: None,
                emoji: Vec::new(),
                reason: Some("words for the terminal".into()),
                why: Some(NotVerified::TheyDiffer),
            },
        });
        let mut screen = show_in(language, egui::ThemePreference::Light, model, WIDE);
        open(&mut screen, "juliet@pronto");
        assert!(screen.query_by_label_contains(words).is_some(), "{words}");
    }
}

#[test]
fn who_cannot_encrypt_is_asked_about_above_the_conversation() {
    let mut model = three();
    model.settings.plaintext = PlaintextPolicy::Ask;
    model.apply(&Event::Plaintext {
        peer: jid("bob@pc"),
        allowed: false,
        held: 2,
    });
    let mut screen = show(model, WIDE);
    open(&mut screen, "bob@pc");
    let alert = screen.get_by_role(Role::Alert);
    let words = alert.accesskit_node().label().unwrap();
    assert!(words.contains("2 messages wait"), "{words}");
    // There is no field to write into before the answer.
    assert!(screen.query_by_role(Role::MultilineTextInput).is_none());
    for (button, allow) in [
        ("Delete it, and ask me again", false),
        ("Show it and talk without encryption", true),
    ] {
        screen.get_by_label(button).click();
        screen.run();
        let peer = jid("bob@pc");
        assert_eq!(
            screen.state().asked().last(),
            Some(&Command::Plaintext { peer, allow })
        );
    }
    screen.state_mut().model.apply(&Event::Plaintext {
        peer: jid("bob@pc"),
        allowed: true,
        held: 0,
    });
    screen.run();
    assert!(screen.query_by_role(Role::Alert).is_none());
    screen.get_by_role(Role::MultilineTextInput);
}

fn verified(takes_files: Option<u64>) -> Event {
    Event::TrustChanged {
        peer: jid("juliet@pronto"),
        security: Security {
            trust: Trust::Verified,
            fingerprint: Some(Fingerprint::from_bytes([7; 32])),
            takes_files,
            ..Security::default()
        },
    }
}

#[test]
fn files_of_a_verified_contact_can_always_be_taken_and_of_others_not() {
    const SWITCH: &str = "Take files from Juliet without asking";
    let mut screen = with_juliet(|_| ());
    screen.get_by_label_contains("details of Juliet").click();
    screen.run();
    assert!(
        screen.query_by_label(SWITCH).is_none(),
        "she is not verified"
    );
    screen.state_mut().model.apply(&verified(None));
    screen.run();
    screen.get_by_label(SWITCH).click();
    screen.run();
    let take = |limit| Command::TakeFiles {
        peer: jid("juliet@pronto"),
        limit,
    };
    assert_eq!(screen.state().asked().last(), Some(&take(Some(100 << 20))));
    screen.state_mut().model.apply(&verified(Some(100 << 20)));
    screen.run();
    screen.get_by_label("up to 1.0 GiB each").click();
    screen.run();
    assert_eq!(screen.state().asked().last(), Some(&take(Some(1 << 30))));
    screen.get_by_label(SWITCH).click();
    screen.run();
    assert_eq!(screen.state().asked().last(), Some(&take(None)));
}

#[test]
fn at_an_offer_of_a_verified_contact_all_of_its_kind_are_taken() {
    let offered = |encrypted| Event::FileState {
        file: File {
            transfer: "rose".into(),
            peer: jid("juliet@pronto"),
            outgoing: false,
            name: "rose.png".into(),
            size: 5 << 20,
            media_type: Some("image/png".into()),
            folder: None,
            state: FileState::Offered,
            bytes: 0,
            encrypted,
            path: None,
            source: None,
            sha256: None,
            reason: None,
            time: at(-3),
        },
        reference: None,
    };
    let mut screen = with_juliet(|model| model.apply(&offered(true)));
    assert!(screen.query_by_label("Always from Juliet").is_none());
    screen.state_mut().model.apply(&verified(None));
    screen.run();
    screen.get_by_label("Always from Juliet").click();
    screen.run();
    screen.get_by_label("up to 10.0 MiB each").click();
    screen.run();
    let asked = screen.state().asked();
    let [.., take, accept] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert!(matches!(take, Command::TakeFiles { limit: Some(limit), .. } if *limit == 10 << 20));
    assert!(matches!(accept, Command::AcceptFile { transfer, path: None } if transfer == "rose"));
    // Not by a way on which others can read and write.
    screen.state_mut().model.apply(&offered(false));
    screen.run();
    assert!(screen.query_by_label("Always from Juliet").is_none());
}
