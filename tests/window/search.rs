use balcony::command::Place;
use balcony::command::room::RoomCommand;
use balcony::event::room::{RoomAbout, RoomEvent, RoomHit, RoomLine};

use super::desk::*;

/// A long conversation as the disk has it: everything but the newest is not loaded.
fn past() -> Vec<Message> {
    let mut model = three();
    for n in 0..1000 {
        let body = if n == 500 {
            "the train to Łódź leaves at nine".to_owned()
        } else {
            format!("message {n}")
        };
        receive(&mut model, "anna@pc", &format!("m{n}"), &body, n - 2000);
    }
    let conversation = &model.contacts[&jid("anna@pc")].conversation;
    // The model slides; what it dropped is made again.
    let mut all: Vec<Message> = conversation.messages.iter().cloned().collect();
    let first = all[0].clone();
    let missing = 1000 - all.len();
    for n in (0..missing).rev() {
        let mut message = first.clone();
        message.id = format!("m{n}");
        message.body = format!("message {n}");
        message.time = at(i64::try_from(n).unwrap() - 2000);
        all.insert(0, message);
    }
    all[500].body = "the train to Łódź leaves at nine".into();
    all
}

/// What the node does: answers what was asked for since the last time.
fn serve(screen: &mut Screen, past: &[Message]) {
    let wishes = std::mem::take(&mut screen.state_mut().wishes);
    for wish in wishes {
        let (place, jump) = match &wish {
            Wish::Jump { id, .. } => (Place::Around(id.clone()), true),
            Wish::Newest(_) => (Place::Newest, true),
            Wish::Ask(Command::History {
                before,
                after,
                around,
                ..
            }) => (
                Place::of(before.clone(), after.clone(), around.clone()).unwrap(),
                false,
            ),
            Wish::Ask(Command::Search { text, with, .. }) => {
                let found = past.iter().rev();
                let terms = balcony::wire::text::Terms::parse(text);
                let hits = found
                    .filter(|message| terms.are_in(&message.body))
                    .map(|message| Hit {
                        with: jid("anna@pc"),
                        message: message.clone(),
                    });
                let event = Event::SearchResult {
                    text: text.clone(),
                    with: with.clone(),
                    from: None,
                    before: None,
                    hits: hits.take(100).collect(),
                    complete: true,
                    reference: None,
                };
                screen.state_mut().window.hear(&event);
                continue;
            }
            _ => continue,
        };
        let at = past.iter().position(|message| place.is(&message.id));
        let at = at.unwrap_or(past.len());
        let (start, end) = match place {
            Place::Newest | Place::Before(_) => (at.saturating_sub(100), at),
            Place::After(_) => (at + 1, at + 101),
            Place::Around(_) => (at.saturating_sub(50), at + 50),
        };
        let end = end.min(past.len());
        let mut members = (None, None, None);
        match &place {
            Place::Newest => {}
            Place::Before(id) => members.0 = Some(id.clone()),
            Place::After(id) => members.1 = Some(id.clone()),
            Place::Around(id) => members.2 = Some(id.clone()),
        }
        let model = &mut screen.state_mut().model;
        if jump {
            let contact = model.contacts.get_mut(&jid("anna@pc")).unwrap();
            contact.conversation.jump = Some(place);
        }
        model.apply(&Event::History {
            with: jid("anna@pc"),
            before: members.0,
            after: members.1,
            around: members.2,
            messages: past[start..end].to_vec(),
            complete: start == 0,
            newest: end == past.len(),
            reference: None,
        });
    }
    screen.run();
}

fn before(past: &[Message]) -> Screen {
    let mut model = three();
    model.remember(
        jid("anna@pc"),
        ConversationSummary {
            last: past.last().cloned(),
            unread: 0,
            nick: "Anna Kowalska".into(),
        },
    );
    show(model, WIDE)
}

/// Whether this is a message that reads so.
fn ends(node: &egui_kittest::kittest::AccessKitNode<'_>, text: &str) -> bool {
    let said = node.label().or_else(|| node.value());
    said.is_some_and(|said| said.ends_with(text) && said.contains(", "))
}

fn loaded(screen: &Screen) -> usize {
    let contact = &screen.state().model.contacts[&jid("anna@pc")];
    contact.conversation.messages.len()
}

#[test]
fn what_is_typed_is_found_and_enter_leads_to_it_among_its_neighbours() {
    let past = past();
    let mut screen = before(&past);
    screen.key_press_modifiers(Modifiers::CTRL, Key::F);
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Search messages")
        .type_text("lodz tra");
    screen.run();
    serve(&mut screen, &past);
    let hit = |node: &egui_kittest::Node<'_>| {
        let label = node.accesskit_node().label();
        label.is_some_and(|label| {
            label.contains("Anna Kowalska, ") && label.ends_with("the train to Łódź leaves at nine")
        })
    };
    assert_eq!(
        screen.query_all_by_role(Role::Button).filter(hit).count(),
        1
    );
    screen.key_press(Key::Enter);
    screen.run();
    serve(&mut screen, &past);
    screen.run();
    let found = screen.get_by(|node| ends(node, ": the train to Łódź leaves at nine"));
    let (top, bottom) = (found.rect().top(), found.rect().bottom());
    assert!(
        top > 60.0 && bottom < 600.0,
        "in sight, not at an edge: {top} {bottom}"
    );
    for neighbour in ["message 499", "message 501"] {
        screen.get_by(|node| ends(node, &format!(": {neighbour}")));
    }
    screen.get_by_label("To the newest message").click();
    screen.run();
    serve(&mut screen, &past);
    screen.run();
    screen.get_by(|node| ends(node, ": message 999"));
}

#[test]
fn nothing_found_is_said_and_escape_clears_and_then_leaves() {
    let past = past();
    let mut screen = before(&past);
    open(&mut screen, "anna@pc");
    serve(&mut screen, &past);
    screen.key_press_modifiers(Modifiers::CTRL, Key::F);
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Search messages")
        .type_text("zzz");
    screen.run();
    serve(&mut screen, &past);
    screen.get_by_label("Nobody said that here.");
    screen.get_by_label("Only with Anna Kowalska");
    screen.key_press(Key::Escape);
    screen.run();
    assert!(screen.query_by_label("Nobody said that here.").is_none());
    screen.key_press(Key::Escape);
    screen.run();
    screen.get_by(|node| ends(node, ": message 999"));
}

#[test]
fn scrolling_to_the_beginning_and_back_shows_everything_once_and_keeps_little() {
    let past: Vec<Message> = (0..6)
        .flat_map(|round| {
            past().into_iter().map(move |mut message| {
                message.id = format!("{round}-{}", message.id);
                message.body = format!("{round} {}", message.body);
                message
            })
        })
        .collect();
    let mut screen = before(&past);
    open(&mut screen, "anna@pc");
    serve(&mut screen, &past);
    let mut most = 0;
    for _ in 0..500 {
        screen.key_press_modifiers(Modifiers::CTRL, Key::Home);
        screen.run();
        serve(&mut screen, &past);
        most = most.max(loaded(&screen));
        if screen.state().model.contacts[&jid("anna@pc")]
            .conversation
            .complete
        {
            break;
        }
    }
    screen.key_press_modifiers(Modifiers::CTRL, Key::Home);
    screen.run();
    screen.get_by(|node| ends(node, ": 0 message 0"));
    assert!(most <= 2100, "{most} messages in memory");
    // Down again, a loaded part at a time.
    for _ in 0..500 {
        let conversation = &screen.state().model.contacts[&jid("anna@pc")].conversation;
        if !conversation.detached {
            break;
        }
        screen.key_press_modifiers(Modifiers::CTRL, Key::End);
        screen.run();
        serve(&mut screen, &past);
        most = most.max(loaded(&screen));
        let ids: Vec<&str> = screen.state().model.contacts[&jid("anna@pc")]
            .conversation
            .messages
            .iter()
            .map(|message| message.id.as_str())
            .collect();
        let start = past
            .iter()
            .position(|message| message.id == ids[0])
            .unwrap();
        let expected: Vec<&str> = past[start..start + ids.len()]
            .iter()
            .map(|message| message.id.as_str())
            .collect();
        assert_eq!(ids, expected, "without a gap and without a double");
    }
    screen.key_press_modifiers(Modifiers::CTRL, Key::End);
    screen.run();
    screen.get_by(|node| ends(node, ": 5 message 999"));
    assert!(most <= 2100, "{most} messages in memory");
}

#[test]
fn a_conversation_that_was_left_in_its_past_is_found_there_again() {
    let past = past();
    let mut screen = before(&past);
    open(&mut screen, "anna@pc");
    serve(&mut screen, &past);
    for _ in 0..8 {
        screen.key_press(Key::PageUp);
        screen.run();
    }
    serve(&mut screen, &past);
    let shown = |screen: &Screen| -> Vec<String> {
        let labels = screen
            .query_all_by_role(Role::Label)
            .filter_map(|node| node.accesskit_node().value());
        labels
            .filter(|label| label.contains(": message "))
            .collect()
    };
    let here = shown(&screen);
    assert!(
        !here.iter().any(|label| label.ends_with("message 999")),
        "{here:?}"
    );
    open(&mut screen, "bob@pc");
    open(&mut screen, "anna@pc");
    serve(&mut screen, &past);
    screen.run();
    let there = shown(&screen);
    assert!(
        here.iter().any(|label| there.contains(label)),
        "{here:?} {there:?}"
    );
}

#[test]
fn a_conversation_is_deleted_after_a_second_question() {
    let past = past();
    let mut screen = before(&past);
    open(&mut screen, "anna@pc");
    screen.get_by_label("More about this conversation").click();
    screen.run();
    screen.get_by_label_contains("Delete conversation").click();
    screen.run();
    assert!(screen.state().asked().is_empty());
    screen.get_by_label("Delete now").click();
    screen.run();
    let command = Command::Delete {
        id: None,
        with: Some(jid("anna@pc")),
        everything: false,
    };
    assert_eq!(screen.state().asked(), [command]);
}

#[test]
fn only_what_one_person_wrote_is_found_if_so_chosen() {
    let past = past();
    let mut screen = before(&past);
    screen.key_press_modifiers(Modifiers::CTRL, Key::F);
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Search messages")
        .type_text("train");
    screen.run();
    serve(&mut screen, &past);
    screen
        .get_by_role_and_label(Role::ComboBox, "From: anybody")
        .click();
    screen.run();
    screen.get_by_label("you").click();
    screen.run();
    let asked = screen.state().wishes.iter().find_map(|wish| match wish {
        Wish::Ask(Command::Search { text, from, .. }) => Some((text.clone(), from.clone())),
        _ => None,
    });
    let me = screen.state().model.me.jid.clone();
    assert_eq!(asked, Some(("train".into(), Some(me))));
}

const HALL: &str = "hall@room-abcdefgh";

/// What was said in a room: only the newest are loaded, and one far back has the words.
fn said_in_hall() -> Vec<RoomLine> {
    let line = |n: i64| {
        let body = match n {
            300 => "the ship to Åbo".to_owned(),
            _ => format!("line {n}"),
        };
        let after = (n > 0).then(|| format!("l{}", n - 1));
        let line = json!({"id": format!("l{n}"), "nick": "Dora", "body": body, "time": at(n - 3000), "after": after});
        serde_json::from_value(line).unwrap()
    };
    (0..1000).map(line).collect()
}

fn with_hall(lines: &[RoomLine]) -> Model {
    let mut model = three();
    receive(&mut model, "anna@pc", "m1", "my ship is here", -4000);
    let about = RoomAbout {
        room: HALL.into(),
        id: "x".repeat(43),
        name: "hall".into(),
        nick: "Alice".into(),
        joined: true,
        ..RoomAbout::default()
    };
    model.apply(&Event::Room(RoomEvent::RoomJoined {
        about: Box::new(about),
        members: Vec::new(),
        messages: lines[950..].to_vec(),
        complete: false,
        reference: None,
    }));
    model
}

/// What the node and the program do about rooms; what else was asked for is given back.
fn serve_rooms(screen: &mut Screen, lines: &[RoomLine]) -> Vec<Wish> {
    let (wishes, mut rest) = (std::mem::take(&mut screen.state_mut().wishes), Vec::new());
    for wish in wishes {
        let asked = match wish {
            Wish::JumpInRoom { room, id, .. } => {
                let view = screen.state_mut().model.rooms.get_mut(&room).unwrap();
                view.go_to(Place::Around(id))
            }
            Wish::Newest(room) => {
                let view = screen
                    .state_mut()
                    .model
                    .rooms
                    .get_mut(room.as_str())
                    .unwrap();
                view.go_to(Place::Newest)
            }
            Wish::Ask(Command::Room(asked)) => Some(asked),
            other => {
                rest.push(other);
                continue;
            }
        };
        let event = match asked {
            Some(RoomCommand::RoomSearch {
                text,
                room,
                from,
                before,
                ..
            }) => {
                let terms = balcony::wire::text::Terms::parse(&text);
                let found = lines.iter().rev().filter(|line| terms.are_in(&line.body));
                let hits = found.cloned().map(|line| RoomHit {
                    room: HALL.into(),
                    line,
                });
                RoomEvent::RoomFound {
                    hits: hits.collect(),
                    complete: true,
                    reference: None,
                    text,
                    room,
                    from,
                    before,
                }
            }
            Some(RoomCommand::RoomHistory {
                before,
                after,
                around,
                ..
            }) => {
                let place = Place::of(before.clone(), after.clone(), around.clone()).unwrap();
                let at = lines.iter().position(|line| place.is(&line.id));
                let at = at.unwrap_or(lines.len());
                let (start, end) = match place {
                    Place::Newest | Place::Before(_) => (at.saturating_sub(100), at),
                    Place::After(_) => (at + 1, at + 101),
                    Place::Around(_) => (at.saturating_sub(50), at + 50),
                };
                let end = end.min(lines.len());
                RoomEvent::RoomHistory {
                    room: HALL.into(),
                    before,
                    after,
                    around,
                    messages: lines[start..end].to_vec(),
                    complete: start == 0,
                    newest: end == lines.len(),
                    reference: None,
                }
            }
            _ => continue,
        };
        let event = Event::Room(event);
        screen.state_mut().model.apply(&event);
        screen.state_mut().window.hear(&event);
    }
    screen.run();
    rest
}

fn look_for(screen: &mut Screen, words: &str) {
    screen.key_press_modifiers(Modifiers::CTRL, Key::F);
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Search messages")
        .type_text(words);
    screen.run();
}

#[test]
fn what_was_said_in_a_room_is_found_under_its_name_and_enter_leads_to_the_line() {
    let lines = said_in_hall();
    let mut screen = show(with_hall(&lines), WIDE);
    look_for(&mut screen, "ship abo");
    serve_rooms(&mut screen, &lines);
    let hit = |node: &egui_kittest::Node<'_>| {
        let label = node.accesskit_node().label();
        label.is_some_and(|label| label.starts_with("Dora, ") && label.ends_with("the ship to Åbo"))
    };
    let row = screen.query_all_by_role(Role::Button).find(hit).unwrap();
    let row = row.rect();
    // Below the room's name with the sign that it has in the list.
    let headings = screen.query_all_by_label("# hall");
    let heading = headings
        .map(|node| node.rect())
        .find(|heading| heading.bottom() <= row.top() + 1.0 && heading.left() + 1.0 >= row.left());
    assert!(heading.is_some());
    screen.key_press(Key::Enter);
    screen.run();
    for _ in 0..3 {
        serve_rooms(&mut screen, &lines);
        screen.run();
    }
    let found = screen.get_by(|node| ends(node, ": the ship to Åbo"));
    let (top, bottom) = (found.rect().top(), found.rect().bottom());
    assert!(
        top > 60.0 && bottom < 600.0,
        "in sight, not at an edge: {top} {bottom}"
    );
    for neighbour in ["line 299", "line 301"] {
        screen.get_by(|node| ends(node, &format!(": {neighbour}")));
    }
    screen.get_by_label("Write to hall");
    screen.get_by_label("To the newest message").click();
    screen.run();
    for _ in 0..3 {
        serve_rooms(&mut screen, &lines);
        screen.run();
    }
    screen.get_by(|node| ends(node, ": line 999"));
}

#[test]
fn conversations_and_rooms_stand_below_each_other_and_one_room_can_be_chosen() {
    let lines = said_in_hall();
    let mut screen = show(with_hall(&lines), WIDE);
    screen.state_mut().window.open_room(HALL);
    screen.run();
    serve_rooms(&mut screen, &lines);
    look_for(&mut screen, "ship");
    let wishes = serve_rooms(&mut screen, &lines);
    assert!(
        wishes
            .iter()
            .any(|wish| matches!(wish, Wish::Ask(Command::Search { with: None, .. }))),
        "{wishes:?}"
    );
    let message = &screen.state().model.contacts[&jid("anna@pc")]
        .conversation
        .messages[0];
    let event = Event::SearchResult {
        text: "ship".into(),
        with: None,
        from: None,
        before: None,
        hits: vec![Hit {
            with: jid("anna@pc"),
            message: message.clone(),
        }],
        complete: true,
        reference: None,
    };
    screen.state_mut().window.hear(&event);
    screen.run();
    // The room's line is the newer one.
    let top = |screen: &Screen, words: &str| {
        let ends = |node: &egui_kittest::Node<'_>| {
            let label = node.accesskit_node().label();
            label.is_some_and(|label| label.ends_with(words))
        };
        let row = screen.query_all_by_role(Role::Button).find(ends);
        row.map(|row| row.rect().top())
    };
    let (room, anna) = (
        top(&screen, ": the ship to Åbo").unwrap(),
        top(&screen, ": my ship is here").unwrap(),
    );
    assert!(room < anna, "{room} {anna}");
    screen.get_by_label("Only in hall").click();
    screen.run();
    let asked: Vec<Command> = screen.state().asked();
    let only = |command: &Command| matches!(command, Command::Room(RoomCommand::RoomSearch { room: Some(room), .. }) if room == HALL);
    assert!(asked.iter().any(only), "{asked:?}");
    assert!(
        !asked
            .iter()
            .any(|one| matches!(one, Command::Search { .. }))
    );
    serve_rooms(&mut screen, &lines);
    assert!(top(&screen, ": my ship is here").is_none());
    assert!(top(&screen, ": the ship to Åbo").is_some());
}

#[test]
fn more_is_asked_of_both_and_only_of_who_has_more() {
    let lines = said_in_hall();
    let mut screen = show(with_hall(&lines), WIDE);
    look_for(&mut screen, "line");
    screen.state_mut().wishes.clear();
    let found = |complete: bool, before: Option<&str>, part: &[RoomLine]| {
        let hits = part.iter().rev().cloned();
        let hits = hits.map(|line| RoomHit {
            room: HALL.into(),
            line,
        });
        Event::Room(RoomEvent::RoomFound {
            text: "line".into(),
            room: None,
            from: None,
            before: before.map(str::to_owned),
            hits: hits.collect(),
            complete,
            reference: None,
        })
    };
    let nothing = Event::SearchResult {
        text: "line".into(),
        with: None,
        from: None,
        before: None,
        hits: Vec::new(),
        complete: true,
        reference: None,
    };
    screen.state_mut().window.hear(&nothing);
    screen.run();
    assert!(screen.query_by_label("Nobody said that here.").is_none());
    let first = found(false, None, &lines[998..]);
    screen.state_mut().window.hear(&first);
    screen.run();
    screen.get_by_label("Show older ones").click();
    screen.run();
    let asked = screen.state().asked();
    let [Command::Room(RoomCommand::RoomSearch { before, .. })] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(before.as_deref(), Some("l998"));
    let second = found(true, Some("l998"), &lines[996..998]);
    screen.state_mut().window.hear(&second);
    screen.run();
    for n in 996..1000 {
        screen.get_by(|node| ends(node, &format!(": line {n}")));
    }
    assert!(screen.query_by_label("Show older ones").is_none());
}
