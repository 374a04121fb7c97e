//! The page Network.

use super::desk::*;

#[test]
fn an_address_can_be_typed() {
    let mut screen = show(three(), Vec2::new(980.0, 1200.0));
    screen.get_by_label("Network").click();
    screen.run();
    screen.get_by_label_contains("anna@pc · 192.168.1.23:5298 · eth0 · Pidgin");
    let field = screen.get_by_role_and_label(Role::TextInput, "Address to connect to");
    field.focus();
    screen.run();
    screen
        .get_by_role_and_label(Role::TextInput, "Address to connect to")
        .type_text("10.0.0.7:5299");
    screen.run();
    screen.get_by_label("Connect").click();
    screen.run();
    assert_eq!(
        screen.state().asked(),
        [Command::Connect {
            address: "10.0.0.7:5299".into()
        }]
    );
}
