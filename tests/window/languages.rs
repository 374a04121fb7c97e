//! Every language of the window.

use super::desk::*;
use egui::ThemePreference::{Dark, Light};

#[test]
fn the_list_the_conversation_and_the_notices_speak_german_and_swedish() {
    for (code, person, said, unread) in [
        (
            "de",
            "Anna Kowalska, Verfügbar",
            "Du, 13:55, zugestellt: Hej",
            "Carl, Bitte nicht stören, 2 ungelesene Nachrichten",
        ),
        (
            "sv",
            "Anna Kowalska, Tillgänglig",
            "Du, 13:55, levererat: Hej",
            "Carl, Stör ej, 2 olästa meddelanden",
        ),
    ] {
        let mut model = three();
        let delivered = [MessageState::Sent, MessageState::Delivered];
        write(&mut model, "anna@pc", "1", "Hej", &delivered);
        receive(&mut model, "carl@pc", "2", "a", -4);
        receive(&mut model, "carl@pc", "3", "b", -3);
        let mut screen = show_in(code, Light, model, WIDE);
        screen.get_by_label(person);
        screen.get_by_label(unread);
        open(&mut screen, "anna@pc");
        screen.get_by_label(said);
    }
}

#[test]
fn the_language_is_chosen_in_the_settings() {
    let mut screen = show(nobody(), Vec2::new(980.0, 1600.0));
    screen.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    screen.run();
    screen.get_by_role_and_label(Role::Button, "Look").click();
    screen.run();
    screen
        .get_by_role_and_label(Role::ComboBox, "Language")
        .click();
    screen.run();
    screen.get_by_label("Svenska").click();
    screen.run();
    assert_eq!(configured(&screen), [json!({ "language": "sv" })]);
}

/// Every page in every language: no message is asked for that is not there or lacks a variable (a debug build stops at
/// both), and nothing stands outside of the window.
#[test]
fn every_page_can_be_drawn_in_every_language_theme_and_width() {
    for code in ["en", "de", "sv"] {
        for theme in [Light, Dark] {
            for size in [WIDE, NARROW] {
                let mut unnamed = nobody();
                unnamed.settings.nick = String::new();
                show_in(code, theme, unnamed, size);
                show_in(code, theme, nobody(), size);
                let mut model = three();
                receive(&mut model, "anna@pc", "1", &"long ".repeat(2000), -4);
                write(
                    &mut model,
                    "anna@pc",
                    "2",
                    "Hej",
                    &[MessageState::Uncertain],
                );
                write(&mut model, "gone@pc", "3", "Hej", &[MessageState::Failed]);
                let mut screen = show_in(code, theme, model, size);
                for name in ["anna@pc", "bob@pc", "gone@pc"] {
                    open(&mut screen, name);
                }
                for (modifiers, key) in [
                    (Modifiers::CTRL, Key::Comma),
                    (Modifiers::CTRL, Key::N),
                    (Modifiers::CTRL | Modifiers::SHIFT, Key::N),
                    (Modifiers::CTRL, Key::K),
                    (Modifiers::NONE, Key::F1),
                ] {
                    screen.key_press_modifiers(modifiers, key);
                    screen.run();
                    for role in [Role::Button, Role::CheckBox, Role::TextInput] {
                        for node in screen.query_all_by_role(role) {
                            let rect = node.rect();
                            assert!(
                                rect.left() >= -1.0 && rect.right() <= size.x + 1.0,
                                "{code} {size:?} {key:?}: {:?} at {rect:?}",
                                node.accesskit_node().label()
                            );
                        }
                    }
                }
            }
        }
    }
}

/// Everything that the node may say: of a message, of a file, by itself, and of the network.
#[test]
fn what_the_node_says_is_said_in_the_language_of_the_user() {
    use super::files::a_file;
    use balcony::event::FileState;
    use balcony::gui::services::{Checks, Finding, Level};
    for (code, unsure, silent, full, back) in [
        (
            "de",
            "die Verbindung endete, bevor klar war",
            "lange kam nichts mehr",
            "Nachrichten können nicht gespeichert werden: der Datenträger ist voll",
            "eth0: was wir senden, kommt nicht zurück",
        ),
        (
            "sv",
            "anslutningen bröts innan det gick att veta",
            "inget kom på länge",
            "Meddelanden kan inte sparas: disken är full",
            "eth0: det vi skickar kommer inte tillbaka",
        ),
    ] {
        let mut model = three();
        write(&mut model, "anna@pc", "1", "Hej", &[]);
        model.apply(&Event::MessageState {
            id: "1".into(),
            reference: None,
            to: jid("anna@pc"),
            state: MessageState::Uncertain,
            reason: Some(
                "the connection ended before it could be told whether this arrived".into(),
            ),
            body: None,
            time: None,
            encrypted: None,
            extra: None,
            about: None,
        });
        let mut file = a_file("slides", false, FileState::Failed);
        file.reason = Some("nothing came for a long time".into());
        model.apply(&Event::FileState {
            file,
            reference: None,
        });
        model.apply(&Event::Error {
            reference: None,
            message: "Messages cannot be kept: the disk is full: nothing more can be kept until some space is freed"
                .into(),
        });
        let mut screen = show_in(code, Light, model, WIDE);
        screen.get_by_label_contains(full);
        open(&mut screen, "anna@pc");
        screen.get_by_label_contains(unsure);
        screen.get_by_label_contains(silent);

        let mut screen = show_in(code, Light, nobody(), WIDE);
        screen.state_mut().surroundings.checks = Checks::Done(vec![Finding {
            check: "multicast".into(),
            level: Level::Fault,
            finding: "eth0: what we send does not come back".into(),
            remedy: "look at the firewall: UDP port 5353 must be let in".into(),
        }]);
        screen.run();
        screen.get_by_label_contains(back);
    }
}
