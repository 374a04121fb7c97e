//! What can be done with messages: answers, reactions, corrections, taking back, spoilers, passing on, many at once.

use super::desk::*;
use balcony::command::Recipients;

/// A talk with Anna: hers, and one of ours.
fn talk() -> Screen {
    let mut model = three();
    receive(&mut model, "anna@pc", "a1", "Lunch at one?", -20);
    write(
        &mut model,
        "anna@pc",
        "o1",
        "Yes, at the usal place",
        &[MessageState::Delivered],
    );
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen
}

fn apply(screen: &mut Screen, event: Event) {
    screen.state_mut().model.apply(&event);
    screen.run();
}

/// Chooses the message with so many behind it, by key.
fn choose(screen: &mut Screen, behind: usize) {
    for _ in 0..=behind {
        screen.key_press_modifiers(Modifiers::CTRL, Key::ArrowUp);
        screen.run();
    }
}

#[test]
fn an_answer_is_begun_by_key_and_says_what_it_answers() {
    let mut screen = talk();
    choose(&mut screen, 1);
    screen.key_press(Key::R);
    screen.run();
    screen.get_by_label("Answer to Anna Kowalska: Lunch at one?");
    screen
        .get_by_role(Role::MultilineTextInput)
        .type_text("one it is");
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    let asked = screen.state().asked();
    assert!(
        asked.contains(&Command::Reply {
            id: "a1".into(),
            body: "one it is".into()
        }),
        "{asked:?}"
    );
}

#[test]
fn up_in_an_empty_field_corrects_the_last_message_and_escape_gives_it_up() {
    let mut screen = talk();
    screen.key_press(Key::ArrowUp);
    screen.run();
    screen.get_by_label("Edit message: Yes, at the usal place");
    screen.key_press(Key::Escape);
    screen.run();
    assert!(
        screen
            .query_by_label("Edit message: Yes, at the usal place")
            .is_none()
    );
    assert!(screen.state().window.in_sight().is_some(), "still here");
    screen.key_press(Key::ArrowUp);
    screen.run();
    screen.get_by_role(Role::MultilineTextInput).type_text("!");
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    assert!(screen.state().asked().contains(&Command::Correct {
        id: "o1".into(),
        body: "Yes, at the usal place!".into()
    }));
}

#[test]
fn a_corrected_message_says_so_and_shows_what_it_was() {
    let mut screen = talk();
    apply(
        &mut screen,
        Event::MessageCorrected {
            id: "a1".into(),
            from: jid("anna@pc"),
            with: jid("anna@pc"),
            own: false,
            body: "Lunch at two?".into(),
            spans: Vec::new(),
            time: at(-19),
            reference: None,
        },
    );
    screen.get_by_label_contains("Lunch at two?");
    assert!(screen.query_by_label_contains("Lunch at one?").is_none());
    choose(&mut screen, 1);
    screen.key_press(Key::I);
    screen.run();
    screen.get_by_label("Earlier versions");
    screen.get_by_label("Lunch at one?");
    screen.get_by_label("Close").click();
    screen.run();
    assert!(screen.query_by_label("Earlier versions").is_none());
}

#[test]
fn reactions_are_shown_with_names_and_a_click_on_one_joins_it() {
    let mut screen = talk();
    apply(
        &mut screen,
        Event::MessageReactions {
            id: "o1".into(),
            from: jid("anna@pc"),
            with: jid("anna@pc"),
            own: false,
            emoji: vec!["👍".into()],
            time: at(-1),
            reference: None,
        },
    );
    screen.get_by_label("👍 by Anna Kowalska").click();
    screen.run();
    let asked = screen.state().asked();
    assert!(
        asked.contains(&Command::React {
            id: "o1".into(),
            emoji: vec!["👍".into()]
        }),
        "{asked:?}"
    );
}

#[test]
fn a_reaction_is_searched_by_name() {
    let mut screen = talk();
    choose(&mut screen, 0);
    screen.key_press(Key::S);
    screen.run();
    screen.get_by_label("Search emoji").type_text("tada");
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    assert!(screen.state().asked().contains(&Command::React {
        id: "o1".into(),
        emoji: vec!["🎉".into()]
    }));
}

#[test]
fn what_is_taken_back_leaves_a_stone() {
    let mut screen = talk();
    choose(&mut screen, 0);
    screen.key_press(Key::Delete);
    screen.run();
    screen.get_by_label("Take this message back?");
    screen.get_by_label("Take back").click();
    screen.run();
    let id = "o1".to_owned();
    assert!(screen.state().asked().contains(&Command::Retract { id }));
    apply(
        &mut screen,
        Event::MessageRetracted {
            id: "o1".into(),
            from: jid("alice@desk"),
            with: jid("anna@pc"),
            own: true,
            time: at(0),
            reference: None,
        },
    );
    assert!(screen.query_by_label_contains("usal place").is_none());
    screen.get_by_label_contains("was taken back");
}

#[test]
fn one_message_is_forgotten_here_and_the_others_stay() {
    let mut screen = talk();
    choose(&mut screen, 1);
    screen.key_press(Key::D);
    screen.run();
    screen.get_by_label("Delete this message here?");
    screen.get_by_label("Cancel").click();
    screen.run();
    let forgets = |command: &Command| matches!(command, Command::Delete { .. });
    assert!(!screen.state().asked().iter().any(forgets));
    choose(&mut screen, 1);
    screen.key_press(Key::D);
    screen.run();
    screen.get_by_label("Delete here").click();
    screen.run();
    let with = jid("anna@pc");
    let forget = Command::Delete {
        id: Some("a1".into()),
        with: Some(with.clone()),
        everything: false,
    };
    assert!(screen.state().asked().contains(&forget));
    let conversation = &screen.state().model.contacts[&with].conversation;
    let last = conversation.messages.back().cloned().map(Box::new);
    apply(
        &mut screen,
        Event::Deleted {
            with: Some(with),
            id: Some("a1".into()),
            last,
            reference: None,
        },
    );
    assert!(screen.query_by_label_contains("Lunch at one?").is_none());
    screen.get_by_label_contains("usal place");
}

#[test]
fn a_spoiler_is_hidden_until_it_is_asked_for() {
    let mut screen = talk();
    let mut message = screen.state().model.contacts[&jid("anna@pc")]
        .conversation
        .messages[0]
        .clone();
    message.id = "a2".into();
    message.body = "They marry.".into();
    message.extra = Extra {
        spoiler: Some("the end".into()),
        ..Extra::default()
    }
    .boxed();
    apply(&mut screen, Event::MessageReceived { message });
    assert!(screen.query_by_label_contains("They marry.").is_none());
    screen.get_by_label_contains("hidden, the end").click();
    screen.run();
    screen.get_by_label_contains("They marry.");
}

#[test]
fn an_answer_shows_what_it_answers_and_leads_there() {
    let mut screen = talk();
    let mut message = screen.state().model.contacts[&jid("anna@pc")]
        .conversation
        .messages[0]
        .clone();
    message.id = "a2".into();
    message.body = "Which one?".into();
    message.extra = Extra {
        reply_to: Some("o1".into()),
        quote: Some(Quote {
            from: jid("anna@pc"),
            body: "forged words".into(),
        }),
        ..Extra::default()
    }
    .boxed();
    apply(&mut screen, Event::MessageReceived { message });
    assert!(
        screen.query_by_label_contains("forged words").is_none(),
        "what is here counts, not what comes with the answer"
    );
    screen
        .get_by_label("Answer to You: Yes, at the usal place")
        .click();
    screen.run();
}

#[test]
fn a_message_is_passed_on_below_the_name_of_who_said_it() {
    let mut screen = talk();
    choose(&mut screen, 1);
    screen.key_press(Key::F);
    screen.run();
    screen.get_by_label("Forward to Carl").click();
    screen.run();
    assert!(screen.state().asked().contains(&Command::Send {
        to: jid("carl@pc"),
        body: "Anna Kowalska wrote:\n> Lunch at one?".into(),
        spoiler: None,
    }));
    assert_eq!(screen.state().window.in_sight(), Some(&jid("carl@pc")));
}

#[test]
fn one_text_goes_to_those_who_are_chosen() {
    let mut screen = talk();
    screen.get_by_label("More").click();
    screen.run();
    screen.get_by_label("To several people…").click();
    screen.run();
    screen
        .get_by_label("Message to several people")
        .type_text("Fire drill at two");
    screen.run();
    screen.get_by_label("Carl").click();
    screen.run();
    screen.get_by_label("Send to 2 people").click();
    screen.run();
    let asked = screen.state().asked();
    let to = asked.iter().find_map(|command| match command {
        Command::Broadcast { body, to } if body == "Fire drill at two" => Some(to.clone()),
        _ => None,
    });
    let Some(Recipients::Chosen(mut to)) = to else {
        panic!("{asked:?}")
    };
    to.sort();
    assert_eq!(to, [jid("anna@pc"), jid("bob@pc")]);
}

#[test]
fn a_shortcode_becomes_its_emoji() {
    let mut screen = talk();
    let field = screen.get_by_role(Role::MultilineTextInput);
    field.type_text("well :tada:");
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    assert!(screen.state().asked().contains(&Command::Send {
        to: jid("anna@pc"),
        body: "well 🎉".into(),
        spoiler: None,
    }));
}

#[test]
fn a_beginning_is_completed_with_tab() {
    let mut screen = talk();
    screen
        .get_by_role(Role::MultilineTextInput)
        .type_text("so :turt");
    screen.run();
    screen.run();
    screen.get_by_label(":turtle:");
    screen.key_press(Key::Tab);
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    let asked = screen.state().asked();
    assert!(
        asked.contains(&Command::Send {
            to: jid("anna@pc"),
            body: "so 🐢".into(),
            spoiler: None,
        }),
        "{asked:?}"
    );
}

#[test]
fn a_link_that_may_deceive_is_shown_before_it_opens() {
    let mut model = three();
    receive(
        &mut model,
        "anna@pc",
        "a1",
        "see https://bank.example@evil.example/login",
        -3,
    );
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen
        .get_by_label("https://bank.example@evil.example/login")
        .click();
    screen.run();
    screen.get_by_label("Look twice at this link");
    screen.get_by_label("evil.example");
}

#[test]
fn styled_text_is_read_out_as_it_was_written() {
    let mut model = three();
    receive(
        &mut model,
        "anna@pc",
        "a1",
        "> quoted\n*bold* and `code`\n```\nlet x = 1;\n```\nend",
        -3,
    );
    let mut screen = show(model, NARROW);
    open(&mut screen, "anna@pc");
    screen.get_by_label_contains("*bold* and `code`");
}

#[test]
fn the_bar_beside_a_message_covers_nothing_of_it() {
    let long = "my bounty is as boundless as the sea, my love as deep ".repeat(5);
    for width in [400.0, 420.0, 600.0, 660.0, 1000.0] {
        let mut model = three();
        receive(&mut model, "anna@pc", "a1", "Ok", -20);
        receive(&mut model, "anna@pc", "a2", &long, -19);
        for (id, body) in [("o1", "Yes."), ("o2", long.as_str())] {
            write(&mut model, "anna@pc", id, body, &[MessageState::Delivered]);
        }
        let mut screen = show(model, Vec2::new(width, 660.0));
        open(&mut screen, "anna@pc");
        for n in 0..4 {
            screen.key_press_modifiers(Modifiers::CTRL, Key::ArrowUp);
            screen.run();
            let chosen = screen
                .query_all_by_role(Role::ListItem)
                .find(|item| item.is_focused())
                .expect("the chosen message")
                .rect();
            let menu = screen.get_by_label("More actions").rect();
            let overlap = menu.intersect(chosen);
            assert!(
                overlap.width() <= 0.0 || overlap.height() <= 0.0,
                "{width} wide, message {n}: {menu:?} over {chosen:?}"
            );
            assert!(menu.left() >= 0.0 && menu.right() <= width, "{menu:?}");
        }
    }
}

#[test]
fn a_message_is_passed_on_to_a_room_too() {
    let mut screen = talk();
    super::room_keys::enter(&mut screen.state_mut().model, "hall", Vec::new());
    super::room_keys::enter(&mut screen.state_mut().model, "attic", Vec::new());
    let left = super::room_keys::address("attic");
    let attic = screen.state_mut().model.rooms.get_mut(&left).unwrap();
    attic.about.joined = false;
    choose(&mut screen, 1);
    screen.key_press(Key::F);
    screen.run();
    assert!(
        screen.query_by_label("Forward to # attic").is_none(),
        "we are not in it"
    );
    screen
        .get_by_role_and_label(Role::SearchInput, "Name of a person or a room")
        .type_text("nobody at all");
    screen.run();
    screen.get_by_label("Nobody of this name.");
    screen.key_press(Key::Escape);
    screen.run();
    choose(&mut screen, 1);
    screen.key_press(Key::F);
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Name of a person or a room")
        .type_text("HAL");
    screen.run();
    assert!(screen.query_by_label("Forward to Carl").is_none());
    screen.get_by_label("Forward to # hall").click();
    screen.run();
    let hall = super::room_keys::address("hall");
    let asked = screen.state().asked();
    let sent = Command::Room(balcony::command::room::RoomCommand::RoomSend {
        room: hall.clone(),
        body: "Anna Kowalska wrote:\n> Lunch at one?".into(),
        reply_to: None,
        announcement: false,
    });
    assert!(asked.contains(&sent), "{asked:?}");
    let window = &screen.state().window;
    assert_eq!(window.room_in_sight(), Some(hall.as_str()));
}

#[test]
fn a_long_list_in_a_dialog_is_whole_also_after_a_short_dialog() {
    let mut model = three();
    receive(&mut model, "anna@pc", "a1", "Lunch at one?", -20);
    let mut screen = show(model, NARROW);
    open(&mut screen, "anna@pc");
    choose(&mut screen, 0);
    screen.key_press(Key::D);
    screen.run();
    screen.get_by_label("Delete this message here?");
    screen.key_press(Key::Escape);
    screen.run();
    choose(&mut screen, 0);
    screen.key_press(Key::F);
    screen.run();
    screen.get_by_label("Forward to Carl").click();
    screen.run();
    assert_eq!(screen.state().window.in_sight(), Some(&jid("carl@pc")));
}
