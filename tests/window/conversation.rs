//! What was said: bubbles, states, links, history.

use super::desk::*;

#[test]
fn a_conversation_shows_who_what_when_and_how_far_it_got() {
    let mut model = three();
    receive(&mut model, "anna@pc", "1", "Good morning", -3000);
    receive(&mut model, "anna@pc", "2", "/me waves", -10);
    write(
        &mut model,
        "anna@pc",
        "3",
        "Hello",
        &[MessageState::Sent, MessageState::Delivered],
    );
    write(&mut model, "anna@pc", "4", "Waiting", &[]);
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_label("Anna Kowalska, Available");
    screen.get_by_label_contains("Not encrypted");
    screen.get_by_label("Anna Kowalska, 12:00: Good morning");
    screen.get_by_label("Anna Kowalska, 13:50: /me waves");
    screen.get_by_label("You, 13:55, delivered: Hello");
    screen.get_by_label("You, 13:55, waiting to be sent: Waiting");
}

#[test]
fn what_perhaps_got_lost_can_be_sent_again() {
    let mut model = three();
    write(
        &mut model,
        "anna@pc",
        "m",
        "Did it arrive?",
        &[MessageState::Sent, MessageState::Uncertain],
    );
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_label_contains("perhaps not delivered");
    screen.get_by_label("Send again").click();
    screen.run();
    assert_eq!(screen.state().asked(), [Command::Resend { id: "m".into() }]);
}

#[test]
fn links_open_what_they_show() {
    let mut model = three();
    receive(
        &mut model,
        "anna@pc",
        "1",
        "see https://plan.example/a, and javascript:alert(1)",
        -1,
    );
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    assert_eq!(screen.query_all_by_role(Role::Link).count(), 1);
    screen
        .get_by_role_and_label(Role::Link, "https://plan.example/a")
        .click();
    screen.step();
    let opened = screen.output().platform_output.commands.iter().any(|command| {
        matches!(command, egui::OutputCommand::OpenUrl(url) if url.url == "https://plan.example/a")
    });
    assert!(opened);
}

#[test]
fn a_link_that_hides_its_target_shows_it_below() {
    let mut model = three();
    receive(&mut model, "anna@pc", "1", "your bank", -1);
    let message = &mut model
        .contacts
        .get_mut(&jid("anna@pc"))
        .unwrap()
        .conversation
        .messages[0];
    message.spans = vec![Span {
        start: 0,
        end: 9,
        style: Style::Link("https://evil.example/".into()),
    }];
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    assert_eq!(
        screen
            .query_all_by_role_and_label(Role::Link, "https://evil.example/")
            .count(),
        2,
        "text and target"
    );
}

#[test]
fn what_was_in_sight_is_read_once_and_only_with_the_users_eyes_on_it() {
    let mut model = three();
    receive(&mut model, "anna@pc", "1", "Hi", -2);
    receive(&mut model, "anna@pc", "2", "There?", -1);
    let mut screen = show(model, WIDE);
    screen.state_mut().watched = false;
    open(&mut screen, "anna@pc");
    assert!(screen.state().asked().is_empty());
    screen.state_mut().watched = true;
    screen.run();
    screen.run();
    assert_eq!(
        screen.state().asked(),
        [Command::Displayed { id: "2".into() }]
    );
}

#[test]
fn history_is_asked_for_once_at_the_top_and_what_comes_does_not_move_what_one_reads() {
    let mut model = three();
    for n in 0..60 {
        receive(
            &mut model,
            "anna@pc",
            &format!("m{n}"),
            &format!("message {n}"),
            n - 100,
        );
    }
    model
        .contacts
        .get_mut(&jid("anna@pc"))
        .unwrap()
        .conversation
        .complete = false;
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen.key_press_modifiers(Modifiers::CTRL, Key::Home);
    screen.run();
    screen.run();
    let asked: Vec<Wish> = screen
        .state()
        .wishes
        .iter()
        .filter(|wish| matches!(wish, Wish::Ask(Command::History { .. })))
        .cloned()
        .collect();
    let with = jid("anna@pc");
    assert_eq!(
        asked,
        [Wish::Ask(Command::History {
            with: with.clone(),
            limit: Some(100),
            before: Some("m0".into()),
            after: None,
            around: None,
        })]
    );
    let before = screen
        .get_by_label("Anna Kowalska, 12:21: message 1")
        .rect();
    let mut messages = Vec::new();
    for n in 0..40 {
        receive(
            &mut screen.state_mut().model,
            "bob@pc",
            &format!("o{n}"),
            &format!("older {n}"),
            n - 300,
        );
        messages.push(
            screen.state().model.contacts[&jid("bob@pc")]
                .conversation
                .messages
                .back()
                .unwrap()
                .clone(),
        );
    }
    let page = Event::History {
        with,
        before: Some("m0".into()),
        after: None,
        around: None,
        messages,
        complete: true,
        newest: false,
        reference: None,
    };
    screen.state_mut().model.apply(&page);
    screen.run();
    let after = screen
        .get_by_label("Anna Kowalska, 12:21: message 1")
        .rect();
    assert!(
        (before.top() - after.top()).abs() < 40.0,
        "{before:?} {after:?}"
    );
    screen
        .get_by_label("To the newest message, 60 unread")
        .click();
    screen.run();
    screen.get_by_label("Anna Kowalska, 13:19: message 59");
}

#[test]
fn a_hundred_thousand_messages_cost_what_is_in_sight() {
    let mut model = three();
    receive(&mut model, "anna@pc", "first", "x", -1);
    let one = model.contacts[&jid("anna@pc")].conversation.messages[0].clone();
    let talk = &mut model
        .contacts
        .get_mut(&jid("anna@pc"))
        .unwrap()
        .conversation;
    let many = (0..100_000).map(|n| Message {
        id: format!("m{n}"),
        body: format!("line {n} ").repeat(n % 20 + 1),
        ..one.clone()
    });
    talk.messages = many.collect();
    talk.last = talk.messages.back().cloned();
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    let drawn = screen.query_all_by_label_contains("line ").count();
    assert!((3..80).contains(&drawn), "{drawn} messages drawn");
    screen.get_by_label_contains("line 99999");
    screen.key_press_modifiers(Modifiers::CTRL, Key::Home);
    screen.run();
    screen.get_by_label_contains("13:59: line 0");
}

#[test]
fn long_messages_are_folded_and_unfold() {
    let mut model = three();
    receive(
        &mut model,
        "anna@pc",
        "1",
        &format!("{}THE END", "word ".repeat(2000)),
        -1,
    );
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    let tall = screen
        .get_by_label_contains("Anna Kowalska, 13:59")
        .rect()
        .height();
    screen.get_by_label("Show more of this message").click();
    screen.run();
    assert!(
        screen
            .get_by_label_contains("Anna Kowalska, 13:59")
            .rect()
            .height()
            > 2.0 * tall
    );
    assert!(screen.query_by_label("Show more of this message").is_none());
}

#[test]
fn who_has_gone_is_said_and_can_still_be_written_to() {
    let mut model = three();
    receive(&mut model, "anna@pc", "1", "Bye", -1);
    model.apply(&Event::PeerOffline {
        jid: jid("anna@pc"),
        reason: OfflineReason::Goodbye,
    });
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_label_contains("Signed off");
    screen.get_by_role(Role::MultilineTextInput);
}

#[test]
fn who_types_is_shown_while_it_lasts() {
    let mut model = three();
    model.apply(&Event::Typing {
        from: jid("anna@pc"),
        state: ChatState::Composing,
    });
    let mut screen = show(model, WIDE);
    screen.state_mut().window.open(jid("anna@pc"));
    screen.run_steps(3);
    screen.get_by_label("Anna Kowalska is typing");
    receive(&mut screen.state_mut().model, "anna@pc", "1", "Hi", 0);
    screen.run();
    assert!(screen.query_by_label("Anna Kowalska is typing").is_none());
}

#[test]
fn strange_names_and_texts_fit_in_light_and_dark_wide_and_narrow() {
    for size in [
        WIDE,
        NARROW,
        Vec2::new(320.0, 360.0),
        Vec2::new(2400.0, 1400.0),
    ] {
        for dark in [false, true] {
            let mut model = three();
            let long = "Professor Doctor Maximiliana von und zu Hohenlohe-Schillingsfürst the Third of Her Name";
            model.apply(&Event::PeerOnline {
                peer: peer("odd@pc", long, Show::Available),
            });
            for (n, body) in [
                "\n\n\n",
                "שלום https://x.example עולם",
                "日本語 👩‍🚀",
                "",
                "/me ",
                &"x".repeat(9000),
                "a\u{301}\u{202e}b",
            ]
            .iter()
            .enumerate()
            {
                receive(&mut model, "odd@pc", &format!("s{n}"), body, -1);
            }
            let mut screen = show(model, size);
            let theme = if dark {
                egui::ThemePreference::Dark
            } else {
                egui::ThemePreference::Light
            };
            screen.state_mut().window.open(jid("odd@pc"));
            screen.run();
            screen.ctx.set_theme(theme);
            screen.run();
            screen.key_press_modifiers(Modifiers::CTRL, Key::Home);
            screen.run();
            for node in screen.query_all_by_role(Role::Label) {
                let rect = node.rect();
                assert!(
                    rect.left() >= -1.0 && rect.right() <= size.x + 1.0,
                    "{size:?}: {rect:?}"
                );
            }
        }
    }
}

#[test]
fn why_a_message_failed_is_read_in_a_very_narrow_window_too() {
    for (width, beside) in [(235.0, false), (330.0, true), (700.0, true)] {
        let mut model = three();
        write(&mut model, "anna@pc", "1", "Hi", &[MessageState::Uncertain]);
        let mut screen = show_in(
            "de",
            egui::ThemePreference::Light,
            model,
            Vec2::new(width, 600.0),
        );
        open(&mut screen, "anna@pc");
        let words = screen.get_by_label_contains("the cable was pulled").rect();
        let button = screen
            .get_by_role_and_label(Role::Button, "Erneut senden")
            .rect();
        for one in [words, button] {
            assert!(
                one.left() >= 0.0 && one.right() <= width,
                "{one:?} in {width}"
            );
        }
        assert!(!words.intersects(button), "{words:?} {button:?}");
        assert_eq!(
            words.right() < button.left(),
            beside,
            "{words:?} {button:?} in {width}"
        );
    }
}
