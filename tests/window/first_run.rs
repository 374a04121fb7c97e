//! The first start.

use super::desk::*;

#[test]
fn the_first_start_asks_for_a_name_and_nothing_else() {
    let mut model = nobody();
    model.settings.nick = String::new();
    let mut screen = show(model, WIDE);
    let field = screen.get_by_role(Role::TextInput);
    assert!(field.is_focused(), "one can type at once");
    assert_eq!(screen.query_all_by_role(Role::TextInput).count(), 1);
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(
        configured(&screen),
        [json!({ "nick": "Alice" })],
        "Enter takes the suggestion"
    );
}

#[test]
fn typing_replaces_the_suggested_name_and_an_empty_one_is_not_taken() {
    let mut model = nobody();
    model.settings.nick = String::new();
    let mut screen = show(model, NARROW);
    screen.get_by_role(Role::TextInput).type_text("Zoë");
    screen.run();
    screen
        .get_by_role_and_label(Role::Button, "Start chatting")
        .click();
    screen.run();
    assert_eq!(configured(&screen), [json!({ "nick": "Zoë" })]);

    let mut model = nobody();
    model.settings.nick = String::new();
    let mut screen = show(model, WIDE);
    screen.get_by_role(Role::TextInput).type_text("  ");
    screen.key_press(Key::Enter);
    screen.run();
    assert!(configured(&screen).is_empty());
}
