//! Tab goes through each view in the order in which one reads, and leaves nothing out.

use egui_kittest::kittest::NodeT;

use balcony::event::room;

use super::desk::*;

/// What has the keyboard: its role, its name and its place.
#[derive(Clone, Debug, PartialEq)]
struct Stop {
    role: Role,
    name: String,
    x: f32,
    y: f32,
    height: f32,
}

/// What a person can do something with.
const ROLES: [Role; 9] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::TextInput,
    Role::SearchInput,
    Role::MultilineTextInput,
    Role::Link,
    Role::ComboBox,
    Role::Slider,
];

fn stops(screen: &Screen, focused: bool) -> Vec<Stop> {
    let mut stops = Vec::new();
    let root = screen.root();
    for node in root.children_recursive() {
        let inner = node.accesskit_node();
        let wanted = match focused {
            true => inner.is_focused(),
            false => ROLES.contains(&inner.role()) && !inner.is_disabled(),
        };
        let Some(place) = inner.raw_bounds().filter(|_| wanted) else {
            continue;
        };
        stops.push(Stop {
            role: inner.role(),
            name: inner.label().or(inner.value()).unwrap_or_default(),
            x: place.x0 as f32,
            y: place.y0 as f32,
            height: (place.y1 - place.y0) as f32,
        });
    }
    stops
}

/// All stops of Tab, from the first one round to it again.
fn round(screen: &mut Screen) -> Vec<Stop> {
    let mut round: Vec<Stop> = Vec::new();
    for _ in 0..150 {
        screen.key_press(Key::Tab);
        screen.run();
        let Some(stop) = stops(screen, true).pop() else {
            continue;
        };
        if round.first() == Some(&stop) {
            return round;
        }
        round.push(stop);
    }
    panic!("no end of it: {round:#?}");
}

/// What stands beside each other is read from left to right, else from above; the list before the pane.
fn is_read_before(one: &Stop, other: &Stop) -> bool {
    let pane = |stop: &Stop| stop.x >= 300.0;
    if pane(one) != pane(other) {
        return pane(other);
    }
    let (middle, their) = (one.y + one.height / 2.0, other.y + other.height / 2.0);
    let beside = (middle - their).abs() < one.height.max(other.height) / 2.0;
    match beside {
        true => one.x <= other.x + 1.0,
        false => middle < their,
    }
}

fn check(what: &str, screen: &mut Screen) {
    check_columns(what, screen, 1);
}

/// Each column by itself is read from above; so many of them begin anew.
fn check_columns(what: &str, screen: &mut Screen, columns: usize) {
    let round = round(screen);
    // The round may begin anywhere: at its first in reading order.
    let jumps: Vec<_> = round
        .iter()
        .zip(round.iter().cycle().skip(1))
        .filter(|(one, next)| !is_read_before(one, next))
        .collect();
    assert!(
        jumps.len() <= columns,
        "{what}: it jumps back at {jumps:#?}"
    );
    for stop in stops(screen, false) {
        let reached = |one: &Stop| one.role == stop.role && one.name == stop.name;
        let below = stop.y > 640.0;
        assert!(
            below || round.iter().any(reached),
            "{what}: Tab never comes to {stop:?}; {round:#?}"
        );
    }
}

#[test]
fn tab_goes_in_the_order_in_which_one_reads_and_leaves_nothing_out() {
    let mut model = three();
    receive(&mut model, "anna@pc", "m1", "see https://a.example/x", -9);
    receive(&mut model, "anna@pc", "m2", "and https://b.example/y", -8);
    let mut screen = show(model, WIDE);
    check("nothing open", &mut screen);
    open(&mut screen, "anna@pc");
    check("a conversation", &mut screen);
    for (name, keys) in [
        ("settings", (Modifiers::CTRL, Key::Comma)),
        ("network", (Modifiers::CTRL, Key::N)),
        ("doctor", (Modifiers::CTRL | Modifiers::SHIFT, Key::N)),
        ("search", (Modifiers::CTRL, Key::F)),
    ] {
        screen.key_press_modifiers(keys.0, keys.1);
        screen.run();
        check(name, &mut screen);
    }
}

/// Each section of the settings has its own round.
#[test]
fn tab_goes_through_every_section_of_the_settings() {
    let mut screen = show(three(), Vec2::new(980.0, 900.0));
    screen.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    screen.run();
    for section in [
        "You",
        "What others see",
        "Privacy",
        "File transfer",
        "Messages",
        "Notifications",
        "Presence",
        "Look",
        "Desktop",
        "Network interfaces",
    ] {
        let all = screen.query_all_by_label(section);
        let chip = all.into_iter().find(|node| {
            let role = node.accesskit_node().role();
            matches!(
                role,
                Role::Button | Role::Tab | Role::RadioButton | Role::ListBoxOption
            )
        });
        chip.unwrap_or_else(|| panic!("no {section}")).click();
        screen.run();
        check(section, &mut screen);
    }
}

#[test]
fn tab_goes_through_rooms_and_files() {
    let mut model = three();
    super::room_keys::enter(
        &mut model,
        "hall",
        vec![super::room_keys::line(
            "h1",
            "Bob",
            "see https://a.example/x",
            -9,
        )],
    );
    let room = super::room_keys::address("hall");
    model.apply(&Event::Room(room::RoomEvent::RoomPoll {
        room: room.clone(),
        poll: room::RoomPoll {
            id: "p".into(),
            nick: "Ally".into(),
            question: "tea?".into(),
            answers: vec!["yes".into(), "no".into()],
            votes: vec![1, 0],
            ..room::RoomPoll::default()
        },
    }));
    model.apply(&Event::Room(room::RoomEvent::Rooms {
        rooms: vec![room::RoomAbout {
            room: super::room_keys::address("attic"),
            id: "a".repeat(43),
            name: "attic".into(),
            via: Some(jid("bob@pc")),
            ..room::RoomAbout::default()
        }],
        reference: None,
    }));
    model.apply(&Event::FileState {
        file: super::files::a_file("plan", false, FileState::Offered),
        reference: None,
    });
    let mut screen = show(model, WIDE);
    screen.state_mut().window.open_room(&room);
    screen.run();
    check("a room", &mut screen);
    screen.get_by_label("2 people").click();
    screen.run();
    // The people, the border that can be moved, the room.
    check_columns("a room and its people", &mut screen, 3);
    screen.get_by_label("Rooms…").click();
    screen.run();
    check("the page of rooms", &mut screen);
    screen.get_by_label("Enter attic").click();
    screen.run();
    check("waiting to be let in", &mut screen);
    screen.get_by_label("Files").click();
    screen.run();
    screen.get_by_label("plan.pdf");
    check("files", &mut screen);
}

/// The stops of Tab in a dialog: it does not lead out of it.
fn in_dialog(what: &str, screen: &mut Screen, inside: egui::Rect) {
    let round = round(screen);
    assert!(!round.is_empty(), "{what}: nothing has the keyboard");
    for stop in &round {
        let middle = egui::pos2(stop.x + 1.0, stop.y + stop.height / 2.0);
        assert!(inside.contains(middle), "{what}: Tab leads out to {stop:?}");
    }
    let jumps: Vec<_> = round
        .iter()
        .zip(round.iter().cycle().skip(1))
        .filter(|(one, next)| {
            let (middle, their) = (one.y + one.height / 2.0, next.y + next.height / 2.0);
            let beside = (middle - their).abs() < one.height.max(next.height) / 2.0;
            match beside {
                true => one.x > next.x + 1.0,
                false => middle > their,
            }
        })
        .collect();
    assert!(jumps.len() <= 1, "{what}: it jumps back at {jumps:#?}");
}

/// The rows of a list in which one chooses.
fn options(screen: &Screen) -> Vec<Stop> {
    let all = screen.query_all_by_role(Role::ListBoxOption);
    let stop = |node: egui_kittest::Node<'_>| Stop {
        role: Role::ListBoxOption,
        name: node.accesskit_node().label().unwrap_or_default(),
        x: node.rect().left(),
        y: node.rect().top(),
        height: node.rect().height(),
    };
    all.map(stop).collect()
}

/// Where a dialog is: around what was not there before.
fn around(what: &str, new: &[Stop]) -> egui::Rect {
    let mut place = egui::Rect::NOTHING;
    for stop in new {
        place.extend_with(egui::pos2(stop.x, stop.y));
        place.extend_with(egui::pos2(stop.x + 40.0, stop.y + stop.height));
    }
    assert!(place.is_positive(), "{what}: no dialog");
    place.expand(8.0)
}

fn dialog(what: &str, screen: &mut Screen, field: &str, open: impl Fn(&mut Screen)) {
    screen.get_by_label(field).focus();
    screen.run();
    let before = stops(screen, false);
    open(screen);
    screen.run();
    // The bar beside a message comes and goes with the pointer.
    let bar = ["React", "Reply", "Edit", "More actions"];
    let mut new = stops(screen, false);
    new.extend(options(screen));
    new.retain(|stop| !before.contains(stop) && !bar.contains(&stop.name.as_str()));
    in_dialog(what, screen, around(what, &new));
    screen.key_press(Key::Escape);
    screen.run();
    let left = stops(screen, false);
    assert!(
        !left.iter().any(|stop| new.contains(stop)),
        "{what}: Escape does not close it"
    );
    assert!(
        screen.get_by_label(field).is_focused(),
        "{what}: the keyboard does not go back: {:?}",
        stops(screen, true)
    );
}

#[test]
fn tab_stays_in_a_dialog_escape_closes_it_and_the_keyboard_goes_back() {
    let mut model = three();
    receive(&mut model, "anna@pc", "m1", "hello", -9);
    write(
        &mut model,
        "anna@pc",
        "o1",
        "mine",
        &[MessageState::Delivered],
    );
    super::room_keys::enter(&mut model, "hall", Vec::new());
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    let field = "Message to Anna Kowalska";
    let chosen = |key: Key| {
        move |screen: &mut Screen| {
            screen.key_press_modifiers(Modifiers::CTRL, Key::ArrowUp);
            screen.run();
            screen.key_press(key);
        }
    };
    for (what, key) in [
        ("details", Key::I),
        ("forward", Key::F),
        ("delete", Key::D),
        ("take back", Key::Delete),
        ("reaction", Key::S),
    ] {
        dialog(what, &mut screen, field, chosen(key));
    }
    dialog("to several", &mut screen, field, |screen| {
        screen.get_by_label("More").click();
        screen.run();
        screen.get_by_label("To several people…").click();
    });
    dialog("go to", &mut screen, field, |screen| {
        screen.key_press_modifiers(Modifiers::CTRL, Key::K);
    });
    dialog("the keys", &mut screen, field, |screen| {
        screen.key_press(Key::F1);
    });
    screen
        .state_mut()
        .window
        .open_room(&super::room_keys::address("hall"));
    screen.run();
    dialog("name in a room", &mut screen, "Write to hall", |screen| {
        screen.get_by_label("More about this room").click();
        screen.run();
        screen.get_by_label("Change your name here…").click();
    });
}
