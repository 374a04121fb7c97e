//! The people in the list, and finding them.

use super::desk::*;

#[test]
fn the_list_tells_who_is_here_how_and_what_is_unread() {
    let mut model = three();
    receive(&mut model, "carl@pc", "1", "Slides?", -3);
    receive(&mut model, "carl@pc", "2", "Found them", -2);
    receive(&mut model, "gone@pc", "3", "Bye", -60);
    let screen = show(model, WIDE);
    let names: Vec<String> = screen
        .query_all_by_role(Role::ListItem)
        .filter_map(|node| node.accesskit_node().label())
        .collect();
    assert_eq!(
        names,
        [
            "Carl, Do not disturb, 2 unread messages",
            "Anna Kowalska, Available",
            "Bob Baker, Away",
            "gone@pc, Offline, 1 unread message",
        ]
    );
}

#[test]
fn part_of_a_name_and_enter_opens_the_conversation_and_one_writes() {
    let mut screen = show(three(), WIDE);
    screen.key_press_modifiers(Modifiers::CTRL, Key::L);
    screen.run();
    screen.get_by_role(Role::SearchInput).type_text("bak");
    screen.run();
    assert_eq!(screen.query_all_by_role(Role::ListItem).count(), 1);
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(screen.state().window.in_sight(), Some(&jid("bob@pc")));
    let field = screen.get_by_role(Role::MultilineTextInput);
    assert!(field.is_focused());
    field.type_text("hi Bob");
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    let sent = Command::Send {
        to: jid("bob@pc"),
        body: "hi Bob".into(),
        spoiler: None,
    };
    assert!(
        screen.state().asked().contains(&sent),
        "{:?}",
        screen.state().asked()
    );
    assert_eq!(
        screen.query_all_by_role(Role::ListItem).count(),
        3,
        "the search is over"
    );
}

#[test]
fn the_arrows_choose_in_the_search_and_escape_ends_it() {
    let mut screen = show(three(), WIDE);
    screen.key_press_modifiers(Modifiers::CTRL, Key::K);
    screen.run();
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowDown, Key::ArrowUp] {
        screen.key_press(key);
        screen.run();
    }
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(screen.state().window.in_sight(), Some(&jid("bob@pc")));
    screen.key_press_modifiers(Modifiers::CTRL, Key::L);
    screen.run();
    screen
        .get_by_role(Role::SearchInput)
        .type_text("nobody like that");
    screen.run();
    screen.get_by_label("Nobody of that name");
    screen.key_press(Key::Escape);
    screen.run();
    assert_eq!(screen.query_all_by_role(Role::ListItem).count(), 3);
}

#[test]
fn letters_typed_anywhere_go_to_the_search() {
    let mut screen = show(three(), WIDE);
    for letter in ["c", "a"] {
        screen.event(egui::Event::Text(letter.into()));
        screen.run();
    }
    let search = screen.get_by_role(Role::SearchInput);
    assert!(search.is_focused());
    assert_eq!(search.value().as_deref(), Some("ca"), "no letter is lost");
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(screen.state().window.in_sight(), Some(&jid("carl@pc")));
}

#[test]
fn letters_and_enter_that_come_in_one_frame_are_one_search_and_the_next_begins_empty() {
    let mut screen = show(three(), WIDE);
    screen.key_press_modifiers(Modifiers::CTRL, Key::L);
    screen.run();
    screen.event(egui::Event::Text("ca".into()));
    screen.event(egui::Event::Text("r".into()));
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(screen.state().window.in_sight(), Some(&jid("carl@pc")));
    screen.key_press_modifiers(Modifiers::CTRL, Key::L);
    screen.run();
    let search = screen.get_by_role(Role::SearchInput);
    assert_eq!(search.value().as_deref().unwrap_or_default(), "");
}

#[test]
fn an_empty_network_says_what_to_do() {
    let mut screen = show(nobody(), WIDE);
    screen.get_by_label("Nobody here yet");
    screen.get_by_label_contains("listens on eth0");
    screen.get_by_label("Look for faults");
    screen.get_by_label("Network…").click();
    screen.run();
    screen.get_by_label_contains("virtual bridge (docker)");
    let mut model = nobody();
    model.interfaces.clear();
    show(model, WIDE).get_by_label_contains("no network connection");
}

/// Part of a name in the quick switcher, and Enter.
fn goes_to(screen: &mut Screen, typed: &str) {
    screen.key_press_modifiers(Modifiers::CTRL, Key::K);
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Go to…")
        .type_text(typed);
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
}

#[test]
fn the_quick_switcher_goes_to_people_and_pages() {
    let mut screen = show(three(), WIDE);
    screen.key_press_modifiers(Modifiers::CTRL, Key::K);
    screen.run();
    let field = screen.get_by_role_and_label(Role::SearchInput, "Go to…");
    assert!(field.is_focused());
    field.type_text("ca");
    screen.run();
    assert_eq!(screen.query_all_by_role(Role::ListBoxOption).count(), 1);
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(screen.state().window.in_sight(), Some(&jid("carl@pc")));

    screen.key_press_modifiers(Modifiers::CTRL, Key::K);
    screen.run();
    screen.key_press(Key::ArrowDown);
    screen.run();
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(screen.state().window.in_sight(), Some(&jid("bob@pc")));

    goes_to(&mut screen, "sett");
    screen.get_by_role_and_label(Role::SearchInput, "Search settings");

    for (typed, there) in [("file", "No file is on its way."), ("room", "A new room")] {
        goes_to(&mut screen, typed);
        screen.get_by_label_contains(there);
    }

    screen.key_press_modifiers(Modifiers::CTRL, Key::K);
    screen.run();
    screen.key_press(Key::Escape);
    screen.run();
    assert!(screen.query_by_label("Go to…").is_none());
}

#[test]
fn favourites_come_first_also_when_they_are_away() {
    let mut model = three();
    receive(&mut model, "gone@pc", "3", "Bye", -60);
    model.settings.favourites = vec![jid("gone@pc"), jid("carl@pc")];
    let mut screen = show(model, WIDE);
    let names: Vec<String> = screen
        .query_all_by_role(Role::ListItem)
        .filter_map(|node| node.accesskit_node().label())
        .map(|name| name.split(',').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["Carl", "gone@pc", "Anna Kowalska", "Bob Baker"]);
    open(&mut screen, "anna@pc");
    screen.key_press_modifiers(Modifiers::CTRL, Key::D);
    screen.run();
    assert_eq!(
        configured(&screen),
        [json!({ "favourites": ["gone@pc", "carl@pc", "anna@pc"] })]
    );
}

#[test]
fn the_list_can_be_filtered() {
    let mut model = three();
    receive(&mut model, "gone@pc", "3", "Bye", -60);
    let mut screen = show(model, WIDE);
    for (choice, count) in [
        ("With unread messages", 1),
        ("Who is here", 3),
        ("Everybody", 4),
    ] {
        screen.get_by_label("Choose whom the list shows").click();
        screen.run();
        screen
            .get_by_role_and_label(Role::RadioButton, choice)
            .click();
        screen.run();
        assert_eq!(
            screen.query_all_by_role(Role::ListItem).count(),
            count,
            "{choice}"
        );
    }
}

#[test]
fn compact_rows_are_lower() {
    let tall = show(three(), WIDE)
        .get_by_label("Carl, Do not disturb")
        .rect();
    let mut model = three();
    model.settings.density = balcony::model::settings::Density::Compact;
    let settings = model.settings.clone();
    let mut screen = show(model, WIDE);
    theme::choose(&screen.ctx, &settings, Taste::default());
    screen.run();
    let low = screen.get_by_label("Carl, Do not disturb").rect();
    assert!(low.height() < tall.height() - 8.0 && low.height() >= 24.0);
}

#[test]
fn the_switcher_offers_first_what_begins_with_what_was_typed() {
    let mut model = three();
    // Carl was talked to last, and there is an “a” in him too.
    receive(&mut model, "carl@pc", "1", "hello", -1);
    for (typed, wanted) in [("a", "anna@pc"), ("k", "anna@pc"), ("c", "carl@pc")] {
        let mut screen = show(model.clone(), WIDE);
        goes_to(&mut screen, typed);
        assert_eq!(
            screen.state().window.in_sight(),
            Some(&jid(wanted)),
            "{typed}"
        );
    }
}
