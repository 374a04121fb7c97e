//! Tab goes through each view in the order in which one reads, and leaves nothing out.

use egui_kittest::kittest::NodeT;

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
    let round = round(screen);
    // The round may begin anywhere: at its first in reading order.
    let jumps: Vec<_> = round
        .iter()
        .zip(round.iter().cycle().skip(1))
        .filter(|(one, next)| !is_read_before(one, next))
        .collect();
    assert!(jumps.len() <= 1, "{what}: it jumps back at {jumps:#?}");
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
