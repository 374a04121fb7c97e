//! Narrow and wide, the ways between the views, keys and notices.

use super::desk::*;

#[test]
fn a_narrow_window_shows_one_pane_with_a_way_back() {
    let mut screen = show(three(), NARROW);
    assert!(screen.query_by_role(Role::MultilineTextInput).is_none());
    screen.get_by_label("Anna Kowalska, Available").click();
    screen.run();
    assert_eq!(screen.query_all_by_role(Role::ListItem).count(), 0);
    screen.get_by_role(Role::MultilineTextInput);
    screen.get_by_label("Back to the list (Esc)").click();
    screen.run();
    assert_eq!(screen.query_all_by_role(Role::ListItem).count(), 3);
    screen.get_by_label("Bob Baker, Away").click();
    screen.run();
    screen.key_press(Key::Escape);
    screen.run();
    assert_eq!(screen.query_all_by_role(Role::ListItem).count(), 3);
}

#[test]
fn a_wide_window_shows_list_and_conversation() {
    let mut screen = show(three(), WIDE);
    screen.get_by_label("Choose somebody to write to");
    open(&mut screen, "anna@pc");
    assert_eq!(screen.query_all_by_role(Role::ListItem).count(), 3);
    assert!(screen.query_by_label("Back to the list (Esc)").is_none());
}

#[test]
fn the_keys_walk_through_conversations_and_quit() {
    let mut screen = show(three(), WIDE);
    for (modifiers, key, open) in [
        (Modifiers::ALT, Key::ArrowDown, "anna@pc"),
        (Modifiers::ALT, Key::ArrowDown, "bob@pc"),
        (Modifiers::CTRL, Key::Tab, "carl@pc"),
        (Modifiers::CTRL, Key::Tab, "anna@pc"),
        (Modifiers::ALT, Key::ArrowUp, "carl@pc"),
        (Modifiers::CTRL | Modifiers::SHIFT, Key::Tab, "bob@pc"),
    ] {
        screen.key_press_modifiers(modifiers, key);
        screen.run();
        assert_eq!(screen.state().window.in_sight(), Some(&jid(open)));
    }
    screen.key_press_modifiers(Modifiers::CTRL, Key::Q);
    screen.run();
    assert!(screen.state().wishes.contains(&Wish::Quit));
}

#[test]
fn the_keyboard_map_is_under_f1() {
    let mut screen = show(three(), WIDE);
    screen.key_press(Key::F1);
    screen.run();
    screen.get_by_label("New line");
    screen.key_press(Key::Escape);
    screen.run();
    assert!(screen.query_by_label("New line").is_none());
}

#[test]
fn notices_are_shown_until_dismissed() {
    let mut model = three();
    model.notice("The disk is full.".into());
    let mut screen = show(model, WIDE);
    screen.get_by_label("The disk is full.");
    screen.get_by_label("Dismiss").click();
    screen.run();
    assert_eq!(screen.state().wishes, [Wish::ForgetNotice]);
}

#[test]
fn the_keys_for_the_pages_lead_to_them() {
    let mut screen = show(three(), WIDE);
    for (modifiers, key, title) in [
        (
            Modifiers::CTRL | Modifiers::SHIFT,
            Key::N,
            "What is in the way",
        ),
        (Modifiers::CTRL, Key::N, "Network"),
        (Modifiers::CTRL, Key::Comma, "Settings"),
    ] {
        screen.key_press_modifiers(modifiers, key);
        screen.run();
        assert!(
            screen.query_by_role_and_label(Role::Label, title).is_some(),
            "{title}"
        );
    }
}
