//! Rooms by the keyboard: on the way through conversations, lines chosen together, our own name, waiting to be let in.

use balcony::command::room::RoomCommand;
use balcony::event::room::{RoomAbout, RoomEvent, RoomLine, RoomMember, RoomWhy};

use super::desk::*;

pub fn address(name: &str) -> String {
    format!("{name}@room-abcdefg{}", &name[..1])
}

pub fn line(id: &str, nick: &str, body: &str, minutes: i64) -> RoomLine {
    let own = nick == "Ally";
    serde_json::from_value(
        json!({"id": id, "nick": nick, "body": body, "time": at(minutes), "own": own}),
    )
    .unwrap()
}

fn member(nick: &str, me: bool) -> RoomMember {
    RoomMember {
        nick: nick.into(),
        jid: format!("{nick}@pc"),
        fingerprint: nick.into(),
        affiliation: "none".into(),
        role: "participant".into(),
        here: true,
        me,
    }
}

pub fn enter(model: &mut Model, name: &str, messages: Vec<RoomLine>) {
    let about = RoomAbout {
        room: address(name),
        id: name.repeat(43).chars().take(43).collect(),
        name: name.into(),
        nick: "Ally".into(),
        joined: true,
        ..RoomAbout::default()
    };
    model.apply(&Event::Room(RoomEvent::RoomJoined {
        about: Box::new(about),
        members: vec![member("Ally", true), member("Bob", false)],
        messages,
        complete: true,
        reference: None,
    }));
}

/// Three rooms, in none of which the alphabet is the order, and three people.
fn model() -> Model {
    let mut model = three();
    enter(&mut model, "attic", vec![line("a1", "Bob", "dust", -90)]);
    let after = |before: &str, line: RoomLine| RoomLine {
        after: Some(before.into()),
        ..line
    };
    let said = vec![
        line("h1", "Bob", "good morning", -30),
        after("h1", line("h2", "Ally", "and to you", -20)),
        after("h2", line("h3", "Bob", "tea?", -10)),
    ];
    enter(&mut model, "hall", said);
    enter(&mut model, "garden", vec![line("g1", "Bob", "roses", -60)]);
    model
}

fn asked(screen: &Screen) -> Vec<RoomCommand> {
    let asked = screen.state().asked().into_iter();
    let asked = asked.filter_map(|command| match command {
        Command::Room(command) => Some(command),
        _ => None,
    });
    asked
        .filter(|one| !matches!(one, RoomCommand::RoomSeen { .. }))
        .collect()
}

/// Where one is: the room, or the person.
fn place(screen: &Screen) -> String {
    let window = &screen.state().window;
    let person = window.in_sight().map(|jid| jid.to_string());
    let room = window.room_in_sight().map(str::to_owned);
    room.or(person).unwrap_or_default()
}

/// The rows of the list, from above, as they open.
fn rows(screen: &Screen) -> Vec<String> {
    let rooms = screen.query_all_by_role(Role::Button).filter_map(|node| {
        let label = node.accesskit_node().label()?;
        let name = label.strip_prefix("# ")?.to_owned();
        Some((node.rect().top(), address(&name)))
    });
    let people = screen.query_all_by_role(Role::ListItem).filter_map(|node| {
        let label = node.accesskit_node().label()?;
        let name = label.split([' ', ',']).next()?.to_lowercase();
        Some((node.rect().top(), format!("{name}@pc")))
    });
    let mut rows: Vec<(f32, String)> = rooms.chain(people).collect();
    rows.sort_by(|one, other| one.0.total_cmp(&other.0));
    rows.into_iter().map(|(_, name)| name).collect()
}

fn press(screen: &mut Screen, modifiers: Modifiers, key: Key) {
    screen.key_press_modifiers(modifiers, key);
    screen.run();
}

#[test]
fn the_keys_walk_through_rooms_and_people_as_the_list_shows_them() {
    let mut screen = show(model(), WIDE);
    let rows = rows(&screen);
    assert_eq!(rows.len(), 6, "{rows:?}");
    assert_eq!(
        rows[..3],
        ["hall", "garden", "attic"].map(address),
        "the latest line first"
    );
    let mut seen = Vec::new();
    for _ in 0..6 {
        press(&mut screen, Modifiers::ALT, Key::ArrowDown);
        seen.push(place(&screen));
    }
    assert_eq!(seen, rows);
    // Round, and back again.
    press(&mut screen, Modifiers::CTRL, Key::Tab);
    assert_eq!(place(&screen), rows[0]);
    for want in rows.iter().rev() {
        press(&mut screen, Modifiers::ALT, Key::ArrowUp);
        assert_eq!(&place(&screen), want);
    }
}

#[test]
fn rooms_are_found_like_people_by_part_of_a_name() {
    let mut screen = show(model(), WIDE);
    press(&mut screen, Modifiers::CTRL, Key::K);
    let options: Vec<String> = screen
        .query_all_by_role(Role::ListBoxOption)
        .filter_map(|node| node.accesskit_node().label())
        .collect();
    assert_eq!(options[..3], ["# hall", "# garden", "# attic"]);
    assert_eq!(options.len(), 6, "and the people: {options:?}");
    press(&mut screen, Modifiers::NONE, Key::ArrowDown);
    press(&mut screen, Modifiers::NONE, Key::Enter);
    assert_eq!(place(&screen), address("garden"));
    // In the list's own search, too: only what matches stays, and Enter goes there.
    press(&mut screen, Modifiers::CTRL, Key::L);
    let search = screen.get_by_role(Role::SearchInput);
    search.type_text("att");
    screen.run();
    assert_eq!(rows(&screen), [address("attic")]);
    assert!(screen.query_by_label("Nobody of that name").is_none());
    press(&mut screen, Modifiers::NONE, Key::Enter);
    assert_eq!(place(&screen), address("attic"));
}

#[test]
fn lines_of_a_room_are_selected_by_the_keyboard_and_copied_with_their_names() {
    let mut screen = show(model(), WIDE);
    press(&mut screen, Modifiers::ALT, Key::ArrowDown);
    press(&mut screen, Modifiers::CTRL, Key::ArrowUp);
    press(&mut screen, Modifiers::SHIFT, Key::ArrowUp);
    press(&mut screen, Modifiers::SHIFT, Key::ArrowUp);
    screen.get_by_label("3 messages selected");
    screen.event(egui::Event::Copy);
    screen.step();
    let copied =
        screen
            .output()
            .platform_output
            .commands
            .iter()
            .find_map(|command| match command {
                egui::OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            });
    // Under the names of this room, not of the room or of our profile.
    assert_eq!(
        copied.as_deref(),
        Some(
            "22 November 2026\n[13:30] Bob: good morning\n[13:40] Ally: and to you\n[13:50] Bob: tea?"
        )
    );
    press(&mut screen, Modifiers::NONE, Key::Escape);
    assert!(screen.query_by_label("3 messages selected").is_none());
    assert_eq!(place(&screen), address("hall"), "it gave up the selection");
    let field = screen.get_by_label("Write to hall");
    assert!(field.is_focused());
    // One by itself, as it stands there.
    press(&mut screen, Modifiers::CTRL, Key::ArrowUp);
    screen.event(egui::Event::Copy);
    screen.step();
    let commands = &screen.output().platform_output.commands;
    assert!(
        commands.contains(&egui::OutputCommand::CopyText("tea?".into())),
        "{commands:?}"
    );
}

#[test]
fn ones_own_name_in_a_room_is_changed_from_the_menu_and_from_the_list_of_people() {
    let mut screen = show(model(), WIDE);
    press(&mut screen, Modifiers::ALT, Key::ArrowDown);
    screen.get_by_label("More about this room").click();
    screen.run();
    screen.get_by_label("Change your name here…").click();
    screen.run();
    let field = screen.get_by_role_and_label(Role::TextInput, "Your name in hall");
    assert!(field.is_focused());
    assert_eq!(field.value().as_deref(), Some("Ally"));
    // Escape changes nothing and leads back to where one writes.
    press(&mut screen, Modifiers::NONE, Key::Escape);
    assert!(screen.query_by_label("Your name in hall").is_none());
    assert!(screen.get_by_label("Write to hall").is_focused());
    assert_eq!(asked(&screen), []);

    screen.get_by_label("2 people").click();
    screen.run();
    screen.get_by_label("Ally · You").click();
    screen.run();
    let field = || Role::TextInput;
    for _ in 0..4 {
        press(&mut screen, Modifiers::NONE, Key::Backspace);
    }
    screen
        .get_by_role_and_label(field(), "Your name in hall")
        .type_text("Bob");
    screen.run();
    screen.get_by_label_contains("a number is put behind yours");
    press(&mut screen, Modifiers::NONE, Key::Backspace);
    press(&mut screen, Modifiers::NONE, Key::Enter);
    let nick = RoomCommand::RoomNick {
        room: address("hall"),
        nick: "Bo".into(),
    };
    assert_eq!(asked(&screen), [nick]);
    assert!(screen.query_by_label("Your name in hall").is_none());
}

fn tell(screen: &mut Screen, event: RoomEvent) {
    let event = Event::Room(event);
    let desk = screen.state_mut();
    desk.model.apply(&event);
    desk.window.hear(&event);
    screen.run();
}

#[test]
fn who_waits_to_be_let_in_sees_it_and_why_not_and_tries_again_or_cancels() {
    for size in [WIDE, NARROW] {
        let mut model = three();
        let about = RoomAbout {
            room: address("hall"),
            id: "x".repeat(43),
            name: "hall".into(),
            occupants: 2,
            via: Some(jid("bob@pc")),
            ..RoomAbout::default()
        };
        let rooms = vec![about];
        model.apply(&Event::Room(RoomEvent::Rooms {
            rooms,
            reference: None,
        }));
        let mut screen = show(model, size);
        screen.get_by_label("Rooms…").click();
        screen.run();
        screen.get_by_label("Enter hall").click();
        screen.run();
        screen.get_by_label("Entering hall…");
        let join = |asked: &[RoomCommand]| {
            let is = |one: &&RoomCommand| matches!(one, RoomCommand::RoomJoin { room, via: Some(via), .. } if room.len() == 43 && via.as_str() == "bob@pc");
            asked.iter().filter(is).count()
        };
        assert_eq!(join(&asked(&screen)), 1);
        let refused = || RoomEvent::RoomRefused {
            room: address("hall"),
            why: RoomWhy::Unreachable,
            message: "Nobody in the room hall can be reached.".into(),
        };
        tell(&mut screen, refused());
        screen.get_by_label_contains("hall: Nobody in this room can be reached");
        assert!(screen.state().window.tells_of_room(&address("hall")));
        screen.get_by_label("Try again").click();
        screen.run();
        assert_eq!(join(&asked(&screen)), 2);
        screen.get_by_label("Entering hall…");
        // Once more, and it is enough.
        tell(&mut screen, refused());
        screen.get_by_label("Cancel").click();
        screen.run();
        assert!(screen.query_by_label_contains("can be reached").is_none());
        let left = |asked: &[RoomCommand]| {
            let is = |one: &&RoomCommand| matches!(one, RoomCommand::RoomLeave { .. });
            asked.iter().filter(is).count()
        };
        assert_eq!(left(&asked(&screen)), 0, "there is nothing to leave");
        // While it is tried, it is left.
        screen.get_by_label("Enter hall").click();
        screen.run();
        screen.get_by_label("Cancel").click();
        screen.run();
        assert_eq!(left(&asked(&screen)), 1);
        assert!(screen.query_by_label("Entering hall…").is_none());
        // Let in, one is there.
        screen.get_by_label("Enter hall").click();
        screen.run();
        let desk = screen.state_mut();
        enter(&mut desk.model, "hall", Vec::new());
        screen.run();
        assert_eq!(place(&screen), address("hall"));
        assert!(screen.query_by_label("Entering hall…").is_none());
    }
}

#[test]
fn an_invitation_names_people_and_rooms_as_one_knows_them() {
    let mut model = three();
    model.apply(&Event::Room(RoomEvent::RoomInvited {
        room: address("attic"),
        id: "a".repeat(43),
        from: jid("anna@pc"),
        reason: "tea".into(),
    }));
    let mut screen = show(model, WIDE);
    screen
        .get_by_label("# Anna Kowalska invites you to attic: enter")
        .click();
    screen.run();
    screen.get_by_label("Entering attic…");
    let join = RoomCommand::RoomJoin {
        room: "a".repeat(43),
        nick: None,
        via: Some(jid("anna@pc")),
    };
    assert_eq!(asked(&screen), [join]);
}
