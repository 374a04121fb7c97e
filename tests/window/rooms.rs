//! Rooms in the window: found, made, spoken in, moderated.

use balcony::command::room::RoomCommand;
use balcony::event::room::{RoomAbout, RoomEvent, RoomLine, RoomMember, RoomPoll};

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

fn open(model: Model, size: Vec2) -> Screen {
    let mut screen = show(model, size);
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
fn the_quick_switcher_goes_to_rooms() {
    let mut screen = show(hall("participant"), WIDE);
    screen.key_press_modifiers(Modifiers::CTRL, Key::K);
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Go to…")
        .type_text("hal");
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    screen.get_by_label("Write to hall");
}

#[test]
fn in_a_narrow_window_nothing_covers_the_name_of_a_room() {
    let screen = open(hall("moderator"), NARROW);
    let name = screen.get_by_role_and_label(Role::Label, "hall").rect();
    for words in ["Leave", "Invite", "Notify: mentions"] {
        let button = screen.get_by_role_and_label(Role::Button, words).rect();
        assert!(!button.intersects(name), "{words}: {button} {name}");
        assert!(
            button.right() <= NARROW.x && button.left() >= 0.0,
            "{words}"
        );
    }
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
    let mut screen = open(model, WIDE);
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
    let mut screen = open(model, WIDE);
    assert!(screen.query_by_label("Write to hall").is_none());
    screen.get_by_label("from the other side");
    screen.get_by_label_contains("came late");
    screen.get_by_label("Raise your hand").click();
    screen.run();
    assert!(
        asked(&screen)
            .iter()
            .any(|one| matches!(one, RoomCommand::RoomHand { up: true, .. }))
    );
}
