//! Rooms in the window: found, made, spoken in, moderated.

use balcony::command::room::RoomCommand;
use balcony::event::room::{
    Notify, RoomAbout, RoomBanned, RoomEvent, RoomLine, RoomMember, RoomPoll, RoomRules,
    RoomTroubleKind, RoomWhy,
};

use super::desk::*;

const HALL: &str = "hall@room-abcdefgh";

fn member(nick: &str, role: &str, me: bool) -> RoomMember {
    RoomMember {
        nick: nick.into(),
        jid: format!("{nick}@pc"),
        fingerprint: nick.into(),
        affiliation: if role == "moderator" {
            "owner".into()
        } else {
            "none".into()
        },
        role: role.into(),
        here: true,
        me,
    }
}

fn line(id: &str, nick: &str, body: &str) -> RoomLine {
    serde_json::from_value(json!({"id": id, "nick": nick, "body": body, "time": at(0)})).unwrap()
}

fn hall(own: &str) -> Model {
    let mut model = three();
    let about = RoomAbout {
        room: HALL.into(),
        id: "x".repeat(43),
        name: "hall".into(),
        subject: "balconies".into(),
        moderated: true,
        occupants: 3,
        nick: "Alice".into(),
        joined: true,
        ..RoomAbout::default()
    };
    let members = vec![
        member("Alice", own, true),
        member("Bob", "visitor", false),
        member("Carl", "participant", false),
    ];
    model.apply(&Event::Room(RoomEvent::RoomJoined {
        about: Box::new(about),
        members,
        messages: vec![line("1", "Carl", "good morning")],
        complete: true,
        reference: None,
    }));
    model
}

fn asked(screen: &Screen) -> Vec<RoomCommand> {
    let rooms = screen
        .state()
        .asked()
        .into_iter()
        .filter_map(|command| match command {
            Command::Room(command) => Some(command),
            _ => None,
        });
    rooms.collect()
}

fn open(model: Model) -> Screen {
    let mut screen = show(model, WIDE);
    let row = screen.query_all_by_role(Role::Button).find_map(|node| {
        let label = node.accesskit_node().label()?;
        label.starts_with("# hall").then_some(label)
    });
    screen.get_by_label(&row.unwrap()).click();
    screen.run();
    screen
}

#[test]
fn a_room_is_made_and_entered_from_the_page() {
    let mut model = three();
    model.apply(&Event::Room(RoomEvent::Rooms {
        rooms: vec![RoomAbout {
            room: HALL.into(),
            id: "x".repeat(43),
            name: "hall".into(),
            occupants: 2,
            ..RoomAbout::default()
        }],
        reference: None,
    }));
    let mut screen = show(model, WIDE);
    screen.get_by_label("Rooms…").click();
    screen.run();
    screen.get_by_label("Enter hall").click();
    screen.run();
    screen.get_by_label("Name of the room").focus();
    screen.run();
    screen.get_by_label("Name of the room").type_text("garden");
    screen.run();
    screen.get_by_label("Make the room").click();
    screen.run();
    let asked = asked(&screen);
    assert!(
        asked
            .iter()
            .any(|one| matches!(one, RoomCommand::RoomJoin { room, .. } if room.len() == 43)),
        "{asked:?}"
    );
    assert!(
        asked
            .iter()
            .any(|one| matches!(one, RoomCommand::RoomCreate { name, .. } if name == "garden")),
        "{asked:?}"
    );
}

#[test]
fn the_speaker_sees_hands_gives_the_floor_and_announces() {
    let mut model = hall("moderator");
    model.apply(&Event::Room(RoomEvent::RoomHand {
        room: HALL.into(),
        hands: vec!["Bob".into()],
    }));
    let poll = RoomPoll {
        id: "p".into(),
        nick: "Alice".into(),
        question: "tea?".into(),
        answers: vec!["yes".into(), "no".into()],
        votes: vec![2, 1],
        ..RoomPoll::default()
    };
    model.apply(&Event::Room(RoomEvent::RoomPoll {
        room: HALL.into(),
        poll,
    }));
    let mut screen = open(model);
    screen.get_by_label("Give the floor to Bob").click();
    screen.get_by_label("yes: 2");
    screen.get_by_label("Close the poll").click();
    screen.get_by_label("Announcement").click();
    screen.run();
    screen.get_by_label("Write to hall").focus();
    screen.run();
    screen.get_by_label("Write to hall").type_text("break!");
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    let asked = asked(&screen);
    let has = |test: &dyn Fn(&RoomCommand) -> bool| assert!(asked.iter().any(test), "{asked:?}");
    has(
        &|one| matches!(one, RoomCommand::RoomRole { nick, role: Some(role), .. } if nick == "Bob" && role == "participant"),
    );
    has(&|one| matches!(one, RoomCommand::RoomPoll { close: Some(id), .. } if id == "p"));
    has(
        &|one| matches!(one, RoomCommand::RoomSend { body, announcement: true, .. } if body == "break!"),
    );
}

#[test]
fn who_listens_raises_a_hand_votes_and_cannot_write() {
    let mut model = hall("visitor");
    let late = RoomLine {
        late: true,
        after: None,
        ..line("0", "Bob", "from the other side")
    };
    model.apply(&Event::Room(RoomEvent::RoomMessage {
        room: HALL.into(),
        line: Box::new(late),
    }));
    let mut screen = open(model);
    assert!(screen.query_by_label("Write to hall").is_none());
    screen.get_by_label_contains("came late: from the other side");
    screen.get_by_label("Raise your hand").click();
    screen.run();
    assert!(
        asked(&screen)
            .iter()
            .any(|one| matches!(one, RoomCommand::RoomHand { up: true, .. }))
    );
}

fn tell(screen: &mut Screen, event: RoomEvent) {
    screen.state_mut().model.apply(&Event::Room(event));
    screen.run();
}

fn hear(model: &mut Model, line: RoomLine) {
    let room = HALL.into();
    let line = Box::new(line);
    model.apply(&Event::Room(RoomEvent::RoomMessage { room, line }));
}

fn has(screen: &Screen, test: impl Fn(&RoomCommand) -> bool) {
    let asked = asked(screen);
    assert!(asked.iter().any(test), "{asked:?}");
}

fn type_into(screen: &mut Screen, text: &str) {
    screen.get_by_label("Write to hall").focus();
    screen.run();
    screen.get_by_label("Write to hall").type_text(text);
    screen.run();
}

/// The menu of a line, by its beginning.
fn menu_of(screen: &mut Screen, line: &str) {
    screen.get_by_label_contains(line).click_secondary();
    screen.run();
}

#[test]
fn a_line_is_answered_reacted_to_corrected_and_taken_back_like_any_message() {
    let mut model = hall("moderator");
    hear(
        &mut model,
        RoomLine {
            own: true,
            delivered: Some((1, 2)),
            after: Some("1".into()),
            ..line("2", "Alice", "a *bold* wrod")
        },
    );
    let mut screen = open(model);
    screen.get_by_label_contains("delivered to 1 of 2: a *bold* wrod");
    menu_of(&mut screen, ": good morning");
    // One in the bar beside the line, one in the menu.
    let reply = screen.query_all_by_label_contains("Reply").next();
    reply.unwrap().click();
    screen.run();
    type_into(&mut screen, "and to you");
    screen.key_press(Key::Enter);
    screen.run();
    has(
        &screen,
        |one| matches!(one, RoomCommand::RoomSend { body, reply_to: Some(id), .. } if body == "and to you" && id == "1"),
    );
    menu_of(&mut screen, ": good morning");
    screen.get_by_label("👍").click();
    screen.run();
    has(
        &screen,
        |one| matches!(one, RoomCommand::RoomReact { id, emoji, .. } if id == "1" && emoji == &["👍"]),
    );
    // Up in the empty field: the last one of ours is changed.
    screen.get_by_label("Write to hall").focus();
    screen.run();
    screen.key_press(Key::ArrowUp);
    screen.run();
    type_into(&mut screen, "!");
    screen.key_press(Key::Enter);
    screen.run();
    has(
        &screen,
        |one| matches!(one, RoomCommand::RoomCorrect { id, body, .. } if id == "2" && body.contains("wrod") && body.contains('!')),
    );
    // A moderator takes back what Carl has said.
    menu_of(&mut screen, ": good morning");
    screen.get_by_label_contains("Take back").click();
    screen.run();
    screen.get_by_label("Take back").click();
    screen.run();
    has(
        &screen,
        |one| matches!(one, RoomCommand::RoomRetract { id, .. } if id == "1"),
    );
    tell(
        &mut screen,
        RoomEvent::RoomMessage {
            room: HALL.into(),
            line: Box::new(RoomLine {
                body: String::new(),
                retracted: Some("Alice".into()),
                ..line("1", "Carl", "")
            }),
        },
    );
    screen.get_by_label_contains("Taken back by Alice");
}

#[test]
fn who_listens_cannot_take_back_what_others_say() {
    let mut screen = open(hall("visitor"));
    menu_of(&mut screen, ": good morning");
    assert!(screen.query_by_label_contains("Take back").is_none());
    assert!(screen.query_by_label_contains("Reply").is_none());
    screen.get_by_label_contains("Copy text");
}

#[test]
fn somebody_is_named_by_the_keyboard() {
    let mut screen = open(hall("moderator"));
    type_into(&mut screen, "hello @");
    screen.get_by_label("@Bob");
    screen.get_by_label("@Carl");
    assert!(screen.query_by_label("@Alice").is_none(), "that is us");
    screen.key_press(Key::ArrowDown);
    screen.run();
    screen.key_press(Key::Tab);
    screen.run();
    type_into(&mut screen, "tea?");
    screen.key_press(Key::Enter);
    screen.run();
    has(
        &screen,
        |one| matches!(one, RoomCommand::RoomSend { body, .. } if body == "hello @Carl tea?"),
    );
}

#[test]
fn what_a_busy_room_did_not_take_is_in_the_field_again() {
    let mut screen = open(hall("moderator"));
    type_into(&mut screen, "much at once");
    screen.key_press(Key::Enter);
    screen.run();
    tell(
        &mut screen,
        RoomEvent::RoomRefused {
            room: HALL.into(),
            why: RoomWhy::Busy,
            message: "The room is busy: wait a moment.".into(),
        },
    );
    let message = "The room is busy: wait a moment.".to_owned();
    let error = Event::Error {
        reference: None,
        message,
    };
    screen.state_mut().model.apply(&error);
    screen.run();
    assert!(screen.state().model.notices.is_empty(), "said twice");
    screen.get_by_label("The room is busy. Wait a moment, then send again.");
    let field = screen
        .get_by_label("Write to hall")
        .accesskit_node()
        .value();
    assert_eq!(field.as_deref(), Some("much at once"));
}

#[test]
fn a_moderator_lets_in_again_and_switches_what_the_room_is() {
    let mut model = hall("moderator");
    let rules = RoomRules {
        moderated: true,
        banned: vec![RoomBanned {
            nick: "Tybalt".into(),
            fingerprint: "f".into(),
        }],
        through_us: vec!["Juliet".into()],
        ..RoomRules::default()
    };
    let room = || HALL.to_owned();
    model.apply(&Event::Room(RoomEvent::RoomRules {
        room: room(),
        rules,
    }));
    let mut screen = open(model);
    screen.get_by_label("3 people").click();
    screen.run();
    screen.get_by_label("Let Tybalt in again").click();
    screen.run();
    has(
        &screen,
        |one| matches!(one, RoomCommand::RoomBan { nick, ban: false, .. } if nick == "Tybalt"),
    );
    screen.get_by_label("Juliet");
    screen.get_by_label("More about this room").click();
    screen.run();
    for switch in [
        "Lecture: only who has the floor speaks",
        "Members only",
        "Let guests in through me",
        "Let Pidgin in through me",
        "Tell everything",
    ] {
        screen.get_by_label(switch).click();
        screen.run();
    }
    has(&screen, |one| {
        matches!(
            one,
            RoomCommand::RoomModerated {
                moderated: false,
                ..
            }
        )
    });
    has(&screen, |one| {
        matches!(
            one,
            RoomCommand::RoomMembersOnly {
                members_only: true,
                ..
            }
        )
    });
    has(&screen, |one| {
        matches!(one, RoomCommand::RoomGuests { guests: true, .. })
    });
    has(&screen, |one| {
        matches!(one, RoomCommand::RoomRepeat { repeat: true, .. })
    });
    has(&screen, |one| {
        matches!(
            one,
            RoomCommand::RoomSeen {
                notify: Some(Notify::All),
                ..
            }
        )
    });
    screen.get_by_label("Leave").click();
    screen.run();
    has(&screen, |one| {
        matches!(one, RoomCommand::RoomLeave { delete: false, .. })
    });
}

#[test]
fn who_only_listens_has_no_switches_of_the_room() {
    let mut screen = open(hall("visitor"));
    screen.get_by_label("More about this room").click();
    screen.run();
    screen.get_by_label("Let guests in through me");
    assert!(screen.query_by_label("Members only").is_none());
    assert!(screen.query_by_label("Let Pidgin in through me").is_none());
}

#[test]
fn what_others_do_wrong_is_told_to_who_moderates_once_with_how_often() {
    let trouble = |who: &str| RoomEvent::RoomTrouble {
        room: HALL.into(),
        message: String::new(),
        kind: RoomTroubleKind::Flood,
        who: who.into(),
    };
    let mut screen = open(hall("moderator"));
    tell(&mut screen, trouble("Bob"));
    tell(&mut screen, trouble("Bob"));
    tell(&mut screen, trouble("Carl"));
    screen.get_by_label_contains("Carl writes more than a room can carry");
    assert!(screen.query_by_label_contains("Bob writes more").is_none());
    screen.get_by_label("1 more").click();
    screen.run();
    screen.get_by_label_contains("taken later. (2×)");
    screen.get_by_label("Read").click();
    screen.run();
    assert!(screen.query_by_label_contains("writes more").is_none());
    let mut screen = open(hall("visitor"));
    tell(&mut screen, trouble("Bob"));
    assert!(screen.query_by_label_contains("writes more").is_none());
}

#[test]
fn many_rooms_are_there_on_demand_and_what_names_us_at_once() {
    let mut model = three();
    for n in 0..12 {
        let about = RoomAbout {
            room: format!("r{n}@room-abcdefgh"),
            name: format!("room {n}"),
            joined: true,
            ..RoomAbout::default()
        };
        model.apply(&Event::Room(RoomEvent::RoomJoined {
            about: Box::new(about),
            members: Vec::new(),
            messages: Vec::new(),
            complete: true,
            reference: None,
        }));
    }
    let mention = RoomLine {
        mention: true,
        ..line("1", "Bob", "Alice?")
    };
    // The one that would be cut off.
    let old = RoomLine {
        time: at(-10_000),
        ..mention
    };
    model.apply(&Event::Room(RoomEvent::RoomMessage {
        room: "r9@room-abcdefgh".into(),
        line: Box::new(old),
    }));
    let mut screen = show(model, WIDE);
    screen.get_by_label("# room 9, 1 new, 1 for you");
    let shown = |screen: &Screen| screen.query_all_by_label_contains("# room").count();
    assert_eq!(shown(&screen), 8);
    screen.get_by_label("All 12 rooms").click();
    screen.run();
    assert!(shown(&screen) >= 12);
    screen.get_by_label("Fewer rooms");
}

#[test]
fn somebody_is_invited_by_being_dropped_on_a_room_and_a_room_on_somebody() {
    let mut model = hall("moderator");
    model.apply(&Event::PeerOnline {
        peer: peer("dora@pc", "Dora", Show::Available),
    });
    let mut screen = show(model, WIDE);
    let center = |screen: &Screen, label: &str| {
        let node = screen.get_by_label_contains(label);
        node.rect().center()
    };
    let (room, dora) = (center(&screen, "# hall"), center(&screen, "Dora"));
    for (from, to) in [(dora, room), (room, dora)] {
        screen.hover_at(from);
        screen.run();
        screen.drag_at(from);
        screen.run();
        screen.hover_at(from + (to - from) / 2.0);
        screen.run();
        screen.hover_at(to);
        screen.run();
        screen.drop_at(to);
        screen.run();
    }
    let invited = asked(&screen).into_iter().filter(|one| matches!(one, RoomCommand::RoomInvite { room, to, .. } if room == HALL && to.as_str() == "dora@pc"));
    assert_eq!(invited.count(), 2);
}

#[test]
fn older_lines_are_asked_for_where_there_are_any_and_only_there() {
    let history = |screen: &Screen| {
        let older = asked(screen).into_iter();
        older
            .filter(|one| matches!(one, RoomCommand::RoomHistory { .. }))
            .count()
    };
    let screen = open(hall("moderator"));
    assert_eq!(history(&screen), 0, "it began with these");
    let mut model = hall("moderator");
    model.rooms.get_mut(HALL).unwrap().complete = false;
    let screen = open(model);
    assert_eq!(history(&screen), 1, "once");
}

#[test]
fn the_room_is_readable_in_every_language_and_width() {
    for (code, write) in [
        ("en", "Write to hall"),
        ("de", "An hall schreiben"),
        ("sv", "Skriv till hall"),
    ] {
        for (size, theme) in [
            (WIDE, egui::ThemePreference::Dark),
            (NARROW, egui::ThemePreference::Light),
        ] {
            let mut screen = show_in(code, theme, hall("moderator"), size);
            screen.state_mut().window.open_room(HALL);
            screen.run();
            let field = screen.get_by_label(write).rect();
            assert!(
                field.right() <= size.x && field.width() > 100.0,
                "{code} {field:?}"
            );
        }
    }
}

#[test]
fn a_long_name_in_the_queue_stays_in_the_window_with_its_button() {
    let long = "Alexander Ferdinand von Hohenstein-Weizsäcker";
    let mut model = hall("moderator");
    model.apply(&Event::Room(RoomEvent::RoomHand {
        room: HALL.into(),
        hands: vec!["Bob".into(), long.into()],
    }));
    let mut screen = show(model, NARROW);
    screen.state_mut().window.open_room(HALL);
    screen.run();
    let place = |label: &str| screen.get_by_label(label).rect();
    let give = format!("Give the floor to {long}");
    for label in [format!("2. {long}"), give, "Give the floor to Bob".into()] {
        let rect = place(&label);
        assert!(
            rect.left() >= 0.0 && rect.right() <= NARROW.x,
            "{label} {rect:?}"
        );
    }
    assert!(place("1. Bob").bottom() < place(&format!("2. {long}")).bottom());
}

#[test]
fn a_poll_that_runs_stands_above_one_that_is_over() {
    let mut model = hall("moderator");
    for (id, question, closed) in [("p", "tea?", false), ("q", "milk?", true)] {
        model.apply(&Event::Room(RoomEvent::RoomPoll {
            room: HALL.into(),
            poll: RoomPoll {
                id: id.into(),
                nick: "Carl".into(),
                question: question.into(),
                answers: vec!["yes".into(), "no".into()],
                votes: vec![2, 1],
                closed,
                ..RoomPoll::default()
            },
        }));
    }
    let screen = open(model);
    let top = |question: &str| screen.get_by_label(question).rect().top();
    assert!(top("tea?") < top("milk?"));
}

#[test]
fn the_form_for_a_poll_is_in_sight_however_many_hands_are_up() {
    let mut model = hall("moderator");
    model.apply(&Event::Room(RoomEvent::RoomHand {
        room: HALL.into(),
        hands: vec!["Bob".into()],
    }));
    let mut screen = open(model);
    screen.get_by_label("More about this room").click();
    screen.run();
    screen.get_by_label("Ask everybody").click();
    screen.run();
    let top = |label: &str| screen.get_by_label(label).rect().top();
    assert!(top("Ask") < top("Give the floor to Bob"));
}

/// WCAG 2.2, 2.5.8.
#[test]
fn nothing_to_click_in_a_room_is_lower_than_24_points() {
    let mut model = hall("moderator");
    for event in [
        RoomEvent::RoomHand {
            room: HALL.into(),
            hands: vec!["Bob".into()],
        },
        RoomEvent::RoomPoll {
            room: HALL.into(),
            poll: RoomPoll {
                id: "p".into(),
                nick: "Alice".into(),
                question: "tea?".into(),
                answers: vec!["yes".into(), "no".into()],
                votes: vec![2, 1],
                ..RoomPoll::default()
            },
        },
        RoomEvent::RoomRules {
            room: HALL.into(),
            rules: RoomRules {
                banned: vec![RoomBanned {
                    nick: "Tybalt".into(),
                    fingerprint: "t".into(),
                }],
                ..RoomRules::default()
            },
        },
    ] {
        model.apply(&Event::Room(event));
    }
    let mut screen = open(model);
    screen.get_by_label_contains("3 people").click();
    screen.run();
    screen.get_by_label("Close the poll");
    for button in screen.query_all_by_role(Role::Button) {
        let label = button.accesskit_node().label().unwrap_or_default();
        // The topic is changed by the menu too.
        let height = button.rect().height();
        assert!(height >= 24.0 || label == "balconies", "{height}: {label}");
    }
}
