//! Settings and our own presence.

use super::desk::*;

#[test]
fn every_settings_switch_asks_for_its_own_change() {
    for (label, change) in [
        (
            "Publish mail addresses",
            json!({ "publish": { "nick": true, "status": true, "message": true, "avatar": true, "name": false, "email": true, "jid": false, "fingerprint": true, "anything": true } }),
        ),
        (
            "Invisible: see others without being shown",
            json!({ "publish": { "nick": true, "status": true, "message": true, "avatar": true, "name": false, "email": false, "jid": false, "fingerprint": true, "anything": false } }),
        ),
        (
            "Private mode: no key, no names",
            json!({ "publish": { "nick": false, "status": true, "message": false, "avatar": false, "name": false, "email": false, "jid": false, "fingerprint": false, "anything": true } }),
        ),
        (
            "Ask before the first message",
            json!({ "plaintext": "ask" }),
        ),
        (
            "Tell others when I am typing",
            json!({ "send_typing": false }),
        ),
        (
            "Show notifications for new messages",
            json!({ "notifications": false }),
        ),
        (
            "Show the text in them",
            json!({ "notification_text": false }),
        ),
        (
            "Let the desktop play its sound with them",
            json!({ "notification_sound": true }),
        ),
        (
            "Send pictures with what they tell of place, time and camera",
            json!({ "keep_traces": true }),
        ),
        ("Dark", json!({ "theme": "dark" })),
        ("Compact", json!({ "density": "compact" })),
        ("Reduce motion", json!({ "reduced_motion": true })),
        ("Show an icon in the tray", json!({ "tray": false })),
        (
            "docker0",
            json!({ "interfaces": { "only": [], "include": ["docker0"], "exclude": [] } }),
        ),
        (
            "eth0",
            json!({ "interfaces": { "only": [], "include": [], "exclude": ["eth0"] } }),
        ),
    ] {
        let mut screen = show(nobody(), Vec2::new(980.0, 1600.0));
        screen.key_press_modifiers(Modifiers::CTRL, Key::Comma);
        screen.run();
        let search = screen.get_by_role_and_label(Role::SearchInput, "Search settings");
        search.focus();
        screen.run();
        let words = if label.ends_with('0') {
            "interfaces"
        } else {
            label
        };
        screen
            .get_by_role_and_label(Role::SearchInput, "Search settings")
            .type_text(words);
        screen.run();
        screen.get_by_label(label).click();
        screen.run();
        assert_eq!(configured(&screen), [change], "{label}");
    }
}

#[test]
fn a_name_is_changed_when_the_field_is_left() {
    let mut screen = show(nobody(), Vec2::new(980.0, 1600.0));
    screen.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    screen.run();
    let field = screen.get_by_role_and_label(Role::TextInput, "Name");
    field.focus();
    screen.run();
    screen
        .get_by_role_and_label(Role::TextInput, "Name")
        .type_text(" B");
    screen.run();
    assert!(configured(&screen).is_empty(), "not at every letter");
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(configured(&screen), [json!({ "nick": "Alice B" })]);
}

#[test]
fn the_folder_for_received_files_is_typed_chosen_or_the_desktops() {
    let mut model = nobody();
    model.settings.downloads = "/home/alice/in".into();
    let mut screen = show(model, WIDE);
    screen.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    screen.run();
    screen
        .get_by_role_and_label(Role::Button, "File transfer")
        .click();
    screen.run();
    const FIELD: &str = "Received files go to";
    // The second would be another folder at each start.
    for (folder, typed, change) in [
        (
            "/home/alice/in",
            "/new",
            Some(json!({ "downloads": "/home/alice/in/new" })),
        ),
        ("", "relative", None),
    ] {
        screen.state_mut().model.settings.downloads = folder.into();
        screen.run();
        let before = configured(&screen).len();
        screen.get_by_role_and_label(Role::TextInput, FIELD).focus();
        screen.run();
        screen
            .get_by_role_and_label(Role::TextInput, FIELD)
            .type_text(typed);
        screen.run();
        screen.key_press(Key::Enter);
        screen.run();
        assert_eq!(configured(&screen).get(before), change.as_ref());
    }
    screen.state_mut().model.settings.downloads = "/home/alice/in".into();
    screen.run();
    screen.get_by_label("Choose a folder…").click();
    screen.run();
    assert!(screen.state().wishes.contains(&Wish::ChooseDownloads));
    screen.get_by_label("The desktop's folder").click();
    screen.run();
    assert_eq!(
        configured(&screen).last(),
        Some(&json!({ "downloads": "" }))
    );
}

#[test]
fn presence_and_its_text_are_set_from_the_foot_of_the_list() {
    let mut screen = show(nobody(), WIDE);
    screen.get_by_label_contains("Change presence").click();
    screen.run();
    screen
        .get_by_role_and_label(Role::TextInput, "Status text")
        .focus();
    screen.run();
    screen
        .get_by_role_and_label(Role::TextInput, "Status text")
        .type_text("lunch");
    screen.run();
    screen
        .get_by_role_and_label(Role::RadioButton, "Away")
        .click();
    screen.run();
    assert!(
        screen.state().asked().contains(&Command::Status {
            show: Show::Away,
            message: "lunch".into()
        }),
        "{:?}",
        screen.state().asked()
    );
}

#[test]
fn a_section_at_a_time_and_the_search_looks_in_all() {
    let mut screen = show(nobody(), WIDE);
    screen.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    screen.run();
    screen.get_by_role_and_label(Role::TextInput, "Name");
    assert!(screen.query_by_label("Dark").is_none());
    screen.get_by_role_and_label(Role::Button, "Look").click();
    screen.run();
    screen.get_by_label("Dark");
    assert!(
        screen
            .query_by_role_and_label(Role::TextInput, "Name")
            .is_none()
    );
    screen
        .get_by_role_and_label(Role::SearchInput, "Search settings")
        .focus();
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Search settings")
        .type_text("no such thing");
    screen.run();
    screen.get_by_label("No setting like that");
    screen.key_press(Key::Escape);
    screen.run();
    screen.get_by_label("Dark");
}

#[test]
fn what_an_administrator_has_locked_is_said_and_cannot_be_changed() {
    let mut model = nobody();
    model.settings.locked = vec!["theme".into()];
    let mut screen = show(model, WIDE);
    screen.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    screen.run();
    screen.get_by_role_and_label(Role::Button, "Look").click();
    screen.run();
    screen.get_by_label("Set by your administrator");
    screen.get_by_label("Dark").click();
    screen.run();
    assert!(configured(&screen).is_empty());
}

#[test]
fn a_chosen_picture_is_cut_and_taken_or_not() {
    let picture = image::DynamicImage::new_rgb8(300, 200);
    let mut screen = show(nobody(), WIDE);
    screen.state_mut().window.crop(picture.clone());
    screen.run();
    screen.get_by_label("Cancel").click();
    screen.run();
    assert!(screen.state().asked().is_empty());
    screen.state_mut().window.crop(picture);
    screen.run();
    let part = "Part of the picture that is taken";
    assert!(screen.get_by_label(part).is_focused());
    for key in [Key::ArrowRight, Key::ArrowDown] {
        screen.key_press(key);
        screen.run();
        assert!(screen.get_by_label(part).is_focused(), "{key:?} moves it");
    }
    screen.get_by_label("Use this picture").click();
    screen.run();
    let asked = screen.state().asked();
    let [Command::Avatar { path: Some(path) }] = &asked[..] else {
        panic!("{asked:?}");
    };
    let taken = image::open(path)
        .or_else(|_| image::load_from_memory(&std::fs::read(path).unwrap()))
        .unwrap();
    std::fs::remove_file(path).unwrap();
    assert_eq!((taken.width(), taken.height()), (64, 64));
    assert!(screen.query_by_label("Cancel").is_none());
}
