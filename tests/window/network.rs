//! The page Network.

use super::desk::*;

#[test]
fn an_address_can_be_typed() {
    let mut screen = show(three(), Vec2::new(980.0, 1200.0));
    screen.get_by_label("Network").click();
    screen.run();
    for fact in ["anna@pc", "Pidgin"] {
        assert!(screen.query_all_by_label(fact).count() > 0, "{fact}");
    }
    let field = screen.get_by_role_and_label(Role::TextInput, "Address to connect to");
    field.focus();
    screen.run();
    screen
        .get_by_role_and_label(Role::TextInput, "Address to connect to")
        .type_text("10.0.0.7:5299");
    screen.run();
    screen.get_by_label("Connect").click();
    screen.run();
    let asked = screen.state().asked();
    let connect = Command::Connect {
        address: "10.0.0.7:5299".into(),
    };
    assert!(asked.contains(&connect), "{asked:?}");
}

#[test]
fn latencies_are_measured_when_the_page_opens_and_shown() {
    let mut screen = show(three(), Vec2::new(980.0, 1600.0));
    screen.get_by_label("Network").click();
    screen.run();
    let pings = |screen: &Screen| {
        let is_ping = |command: &Command| matches!(command, Command::Ping { .. });
        screen
            .state()
            .asked()
            .iter()
            .filter(|one| is_ping(one))
            .count()
    };
    assert_eq!(pings(&screen), 3, "one each, once");
    screen.state_mut().model.apply(&Event::Latency {
        jid: jid("anna@pc"),
        micros: 1234,
    });
    screen.run();
    screen.get_by_label("1.2 ms");
    screen.get_by_label("Measure latency").click();
    screen.run();
    assert_eq!(pings(&screen), 6);
}

#[test]
fn the_checks_run_when_their_page_opens_and_say_what_to_do() {
    struct Sick;
    impl Services for Sick {
        fn outgoing(&self) -> std::path::PathBuf {
            std::env::temp_dir()
        }

        fn examine(&self) -> Vec<Finding> {
            Vec::new()
        }
        fn report(&self, findings: &[Finding]) -> String {
            format!("{} findings", findings.len())
        }
        fn autostart(&self) -> Option<bool> {
            None
        }
        fn set_autostart(&self, _on: bool) -> Result<(), String> {
            Ok(())
        }
    }
    let mut screen = show(nobody(), WIDE);
    screen.state_mut().surroundings.services = Some(std::sync::Arc::new(Sick));
    screen.get_by_label("Look for faults").click();
    screen.run();
    let asked = |screen: &Screen| {
        let wishes = &screen.state().wishes;
        wishes.iter().filter(|wish| **wish == Wish::Examine).count()
    };
    assert_eq!(asked(&screen), 1);
    let fault = Finding {
        check: "multicast".into(),
        level: Level::Fault,
        finding: "eth0: what we send does not come back".into(),
        remedy: "let UDP port 5353 in".into(),
    };
    screen.state_mut().surroundings.checks = Checks::Done(vec![fault]);
    screen.run();
    screen.get_by_label("One fault was found.");
    assert_eq!(
        screen
            .query_all_by_label("eth0: what we send does not come back")
            .count(),
        2,
        "on the page, and beside the empty list"
    );
    screen.get_by_label("Copy as text").click();
    screen.step();
    let copied = screen.output().platform_output.commands.iter().any(
        |command| matches!(command, egui::OutputCommand::CopyText(text) if text == "1 findings"),
    );
    assert!(copied);
    screen.get_by_label("Check again").click();
    screen.run();
    assert_eq!(asked(&screen), 2);
}

#[test]
fn why_an_interface_is_left_out_is_said_in_the_language_of_the_user() {
    let mut model = nobody();
    let reason = |model: &mut Model, words: &str| model.interfaces[1].reason = words.into();
    for (code, words) in [
        ("en", "left out · virtual network of containers"),
        ("de", "ausgelassen · virtuelles Netz von Containern"),
        ("sv", "utelämnat · virtuellt nätverk för containrar"),
    ] {
        reason(&mut model, "virtual network of containers");
        let mut screen = show_in(code, egui::ThemePreference::Dark, model.clone(), WIDE);
        screen.key_press_modifiers(Modifiers::CTRL, Key::N);
        screen.run();
        screen.get_by_label_contains(words);
    }
    // What is not known here is said as it came.
    reason(&mut model, "a reason from tomorrow");
    let mut screen = show_in("de", egui::ThemePreference::Dark, model, WIDE);
    screen.key_press_modifiers(Modifiers::CTRL, Key::N);
    screen.run();
    screen.get_by_label_contains("ausgelassen · a reason from tomorrow");
}
