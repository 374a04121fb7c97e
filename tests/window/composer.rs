//! Where one writes.

use super::desk::*;

#[test]
fn enter_sends_shift_enter_breaks_and_drafts_stay_with_their_contact() {
    let mut screen = show(three(), WIDE);
    open(&mut screen, "anna@pc");
    screen
        .get_by_role(Role::MultilineTextInput)
        .type_text("one");
    screen.run();
    screen.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    screen.run();
    screen
        .get_by_role(Role::MultilineTextInput)
        .type_text("two");
    screen.run();
    open(&mut screen, "bob@pc");
    assert_eq!(
        screen
            .get_by_role(Role::MultilineTextInput)
            .value()
            .as_deref(),
        Some("")
    );
    screen.key_press(Key::Enter);
    screen.run();
    assert!(
        !screen
            .state()
            .asked()
            .iter()
            .any(|command| matches!(command, Command::Send { .. })),
        "nothing to send"
    );
    open(&mut screen, "anna@pc");
    assert_eq!(
        screen
            .get_by_role(Role::MultilineTextInput)
            .value()
            .as_deref(),
        Some("one\ntwo")
    );
    screen.get_by_label("Send (Enter)").click();
    screen.run();
    assert!(screen.state().asked().contains(&Command::Send {
        to: jid("anna@pc"),
        body: "one\ntwo".into(),
        spoiler: None,
    }));
    assert_eq!(
        screen
            .get_by_role(Role::MultilineTextInput)
            .value()
            .as_deref(),
        Some("")
    );
}

#[test]
fn typing_is_told_once_and_its_end_when_leaving() {
    let mut screen = show(three(), WIDE);
    open(&mut screen, "anna@pc");
    for text in ["a", "b", "c"] {
        screen.get_by_role(Role::MultilineTextInput).type_text(text);
        screen.run_steps(2);
    }
    let composing = Command::Typing {
        to: jid("anna@pc"),
        state: ChatState::Composing,
    };
    assert_eq!(screen.state().asked(), std::slice::from_ref(&composing));
    screen.state_mut().window.open(jid("bob@pc"));
    screen.run_steps(3);
    let paused = Command::Typing {
        to: jid("anna@pc"),
        state: ChatState::Paused,
    };
    assert_eq!(screen.state().asked(), [composing, paused]);
}

#[test]
fn typing_is_not_told_when_switched_off_or_not_understood() {
    let mut model = three();
    model.settings.send_typing = false;
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_role(Role::MultilineTextInput).type_text("a");
    screen.run();
    assert!(screen.state().asked().is_empty());
}

#[test]
fn somebody_who_leaves_without_a_word_does_not_take_the_draft_along() {
    let mut screen = show(three(), WIDE);
    open(&mut screen, "anna@pc");
    screen
        .get_by_role(Role::MultilineTextInput)
        .type_text("are you");
    screen.run();
    let gone = Event::PeerOffline {
        jid: jid("anna@pc"),
        reason: OfflineReason::Expired,
    };
    screen.state_mut().model.apply(&gone);
    screen.run();
    assert_eq!(
        screen
            .get_by_role(Role::MultilineTextInput)
            .value()
            .as_deref(),
        Some("are you")
    );
    screen.get_by_label_contains("Anna Kowalska, Not here");
}

#[test]
fn the_plaintext_policy_is_obeyed_with_a_reason() {
    let mut model = three();
    model.settings.plaintext = PlaintextPolicy::SecureOnly;
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    assert!(screen.query_by_role(Role::MultilineTextInput).is_none());
    screen.get_by_label_contains("encrypted conversations only");
    screen.state_mut().model.settings.plaintext = PlaintextPolicy::Ask;
    screen.run();
    screen.get_by_label("Write without encryption").click();
    screen.run();
    let (peer, allow) = (jid("anna@pc"), true);
    let asked = Command::Plaintext {
        peer: peer.clone(),
        allow,
    };
    assert_eq!(screen.state().asked().last(), Some(&asked));
    screen.state_mut().model.apply(&Event::Plaintext {
        peer,
        allowed: true,
        held: 0,
    });
    screen.run();
    screen.get_by_role(Role::MultilineTextInput);
}

#[test]
fn what_is_typed_behind_enter_in_one_frame_is_the_next_text_in_its_order() {
    let mut screen = show(three(), WIDE);
    open(&mut screen, "anna@pc");
    screen
        .get_by_role(Role::MultilineTextInput)
        .type_text("worm");
    screen.run();
    let enter = |pressed| egui::Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let letter = |text: &str| egui::Event::Text(text.to_owned());
    // While a frame took long, somebody typed on.
    let events = &mut screen.input_mut().events;
    events.extend([enter(true), enter(false), letter("/"), letter("m")]);
    screen.step();
    screen.input_mut().events.push(letter("e"));
    screen.step();
    screen.input_mut().events.push(letter(" sighs"));
    screen.step();
    screen.input_mut().events.push(enter(true));
    screen.run();
    let sent: Vec<String> = screen
        .state()
        .asked()
        .iter()
        .filter_map(|command| match command {
            Command::Send { body, .. } => Some(body.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(sent, ["worm", "/me sighs"]);
}

#[test]
fn where_it_is_tight_the_field_has_the_room_and_one_menu_the_rest() {
    let mut screen = show(three(), Vec2::new(240.0, 700.0));
    open(&mut screen, "anna@pc");
    let field = screen.get_by_role(Role::MultilineTextInput).rect();
    assert!(field.width() > 110.0, "{field:?}");
    for button in ["Send a file", "Emoji"] {
        assert!(screen.query_by_label(button).is_none(), "{button}");
    }
    screen.get_by_label("More").click();
    screen.run();
    screen.get_by_label("Emoji");
    screen.get_by_label("Files…").click();
    screen.run();
    let wish = Wish::Attach(jid("anna@pc"), Attachment::Files);
    assert!(screen.state().wishes.contains(&wish));
}
