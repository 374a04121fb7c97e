//! Several messages together, drafts over a restart, texts from right to left.

use super::desk::*;

fn talk() -> Screen {
    let mut model = three();
    receive(&mut model, "anna@pc", "m1", "first", -1500);
    receive(&mut model, "anna@pc", "m2", "second", -9);
    write(
        &mut model,
        "anna@pc",
        "o1",
        "my own",
        &[MessageState::Delivered],
    );
    receive(&mut model, "anna@pc", "m3", "/me laughs", -3);
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen
}

fn copied(screen: &Screen) -> Option<String> {
    screen
        .output()
        .platform_output
        .commands
        .iter()
        .find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
}

/// Copies, and gives what was copied in that frame.
fn copy(screen: &mut Screen) -> Option<String> {
    screen.event(egui::Event::Copy);
    screen.step();
    copied(screen)
}

fn place(screen: &Screen, words: &str) -> egui::Pos2 {
    screen.get_by_label_contains(words).rect().center()
}

fn button(pos: egui::Pos2, pressed: bool) -> egui::Event {
    egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

fn drag(screen: &mut Screen, from: egui::Pos2, to: egui::Pos2) {
    screen.event(egui::Event::PointerMoved(from));
    screen.step();
    screen.event(button(from, true));
    screen.step();
    for part in 1..=4 {
        screen.event(egui::Event::PointerMoved(from.lerp(to, part as f32 / 4.0)));
        screen.step();
    }
    screen.event(button(to, false));
    screen.step();
}

const ALL: &str = "21 November 2026
[13:00] Anna Kowalska: first

22 November 2026
[13:51] Anna Kowalska: second
[13:55] Alice: my own
[13:57] * Anna Kowalska laughs";

#[test]
fn dragging_over_messages_selects_them_whole_and_copies_names_and_times() {
    let mut screen = talk();
    let (from, to) = (place(&screen, "first"), place(&screen, "laughs"));
    drag(&mut screen, from, to);
    screen.get_by_label("4 messages selected");
    assert_eq!(copy(&mut screen).as_deref(), Some(ALL));
    // Upwards it is the same.
    drag(&mut screen, to, from);
    assert_eq!(copy(&mut screen).as_deref(), Some(ALL));
    screen.get_by_label("Copy").click();
    screen.run();
    assert!(screen.query_by_label("4 messages selected").is_none());
    drag(&mut screen, from, to);
    screen.key_press(Key::Escape);
    screen.run();
    assert!(screen.query_by_label("4 messages selected").is_none());
    assert!(
        screen.state().window.in_sight().is_some(),
        "Escape gave up the selection, not the conversation"
    );
}

#[test]
fn within_one_message_a_part_of_it_is_selected() {
    let mut screen = talk();
    let middle = place(&screen, "second");
    drag(&mut screen, middle - egui::vec2(200.0, 0.0), middle);
    let text = screen.get_by_label_contains("second").rect();
    drag(&mut screen, text.left_center(), text.right_center());
    assert!(screen.query_by_label_contains("selected").is_none());
    assert_eq!(copy(&mut screen).as_deref(), Some("second"));
}

#[test]
fn the_keyboard_selects_and_copies_too() {
    let mut screen = talk();
    screen.key_press_modifiers(Modifiers::CTRL, Key::ArrowUp);
    screen.run();
    assert_eq!(copy(&mut screen).as_deref(), Some("/me laughs"));
    for _ in 0..3 {
        screen.key_press_modifiers(Modifiers::SHIFT, Key::ArrowUp);
        screen.run();
    }
    assert_eq!(copy(&mut screen).as_deref(), Some(ALL));
    screen.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    screen.run();
    screen.get_by_label("3 messages selected");
}

#[test]
fn a_draft_is_kept_when_it_is_left_and_is_there_after_a_restart() {
    let mut model = three();
    model.apply(&Event::Draft {
        with: jid("bob@pc"),
        text: "half a thought".into(),
    });
    let mut screen = show(model, WIDE);
    open(&mut screen, "bob@pc");
    let typed = |screen: &Screen| screen.get_by_role(Role::MultilineTextInput).value();
    assert_eq!(typed(&screen).as_deref(), Some("half a thought"));
    screen.get_by_role(Role::MultilineTextInput).type_text("!");
    screen.run();
    open(&mut screen, "anna@pc");
    let kept = |text: &str| ("bob@pc".to_owned(), text.to_owned());
    assert_eq!(screen.state().drafts(), [kept("half a thought!")]);
    // What is sent is no draft any more.
    open(&mut screen, "bob@pc");
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(screen.state().drafts().last(), Some(&kept("")));
    // The end of the window takes the last words along.
    screen
        .get_by_role(Role::MultilineTextInput)
        .type_text("and");
    screen.run();
    let last = screen.state_mut().window.leave();
    let to = jid("bob@pc");
    assert_eq!(
        last,
        [Wish::Ask(Command::Draft {
            to,
            text: "and".into()
        })]
    );
}

#[test]
fn what_is_written_from_right_to_left_is_read_and_copied_in_its_order() {
    let mut model = three();
    let text = "שלום עולם, זה https://a.example/x ועוד";
    receive(&mut model, "anna@pc", "m1", text, -9);
    receive(&mut model, "bob@pc", "m1", "مرحبا بالعالم", -8);
    let mut screen = show(model, NARROW);
    open(&mut screen, "anna@pc");
    let place = screen.get_by_label_contains("שלום").rect();
    let link = screen.get_all_by_role(Role::Link).next().unwrap().rect();
    assert!(place.contains_rect(link.shrink(1.0)), "{place:?} {link:?}");
    // Such a message is selected whole: a part of it would come in disorder.
    drag(
        &mut screen,
        place.left_center() + egui::vec2(4.0, 0.0),
        place.right_center(),
    );
    assert_eq!(copy(&mut screen).as_deref(), Some(text));
}
