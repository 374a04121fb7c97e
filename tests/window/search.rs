use balcony::command::Place;

use super::desk::*;

/// A long conversation as the disk has it: everything but the newest is not loaded.
fn past() -> Vec<Message> {
    let mut model = three();
    for n in 0..1000 {
        let body = if n == 500 {
            "the train to Łódź leaves at nine".to_owned()
        } else {
            format!("message {n}")
        };
        receive(&mut model, "anna@pc", &format!("m{n}"), &body, n - 2000);
    }
    let conversation = &model.contacts[&jid("anna@pc")].conversation;
    // The model slides; what it dropped is made again.
    let mut all: Vec<Message> = conversation.messages.iter().cloned().collect();
    let first = all[0].clone();
    let missing = 1000 - all.len();
    for n in (0..missing).rev() {
        let mut message = first.clone();
        message.id = format!("m{n}");
        message.body = format!("message {n}");
        message.time = at(i64::try_from(n).unwrap() - 2000);
        all.insert(0, message);
    }
    all[500].body = "the train to Łódź leaves at nine".into();
    all
}

/// What the node does: answers what was asked for since the last time.
fn serve(screen: &mut Screen, past: &[Message]) {
    let wishes = std::mem::take(&mut screen.state_mut().wishes);
    for wish in wishes {
        let (place, jump) = match &wish {
            Wish::Jump { id, .. } => (Place::Around(id.clone()), true),
            Wish::Newest(_) => (Place::Newest, true),
            Wish::Ask(Command::History {
                before,
                after,
                around,
                ..
            }) => (
                Place::of(before.clone(), after.clone(), around.clone()).unwrap(),
                false,
            ),
            Wish::Ask(Command::Search { text, with, .. }) => {
                let found = past.iter().rev();
                let terms = balcony::wire::text::Terms::parse(text);
                let hits = found
                    .filter(|message| terms.are_in(&message.body))
                    .map(|message| Hit {
                        with: jid("anna@pc"),
                        message: message.clone(),
                    });
                let event = Event::SearchResult {
                    text: text.clone(),
                    with: with.clone(),
                    from: None,
                    before: None,
                    hits: hits.take(100).collect(),
                    complete: true,
                    reference: None,
                };
                screen.state_mut().window.hear(&event);
                continue;
            }
            _ => continue,
        };
        let at = past.iter().position(|message| place.is(&message.id));
        let at = at.unwrap_or(past.len());
        let (start, end) = match place {
            Place::Newest | Place::Before(_) => (at.saturating_sub(100), at),
            Place::After(_) => (at + 1, at + 101),
            Place::Around(_) => (at.saturating_sub(50), at + 50),
        };
        let end = end.min(past.len());
        let mut members = (None, None, None);
        match &place {
            Place::Newest => {}
            Place::Before(id) => members.0 = Some(id.clone()),
            Place::After(id) => members.1 = Some(id.clone()),
            Place::Around(id) => members.2 = Some(id.clone()),
        }
        let model = &mut screen.state_mut().model;
        if jump {
            let contact = model.contacts.get_mut(&jid("anna@pc")).unwrap();
            contact.conversation.jump = Some(place);
        }
        model.apply(&Event::History {
            with: jid("anna@pc"),
            before: members.0,
            after: members.1,
            around: members.2,
            messages: past[start..end].to_vec(),
            complete: start == 0,
            newest: end == past.len(),
            reference: None,
        });
    }
    screen.run();
}

fn before(past: &[Message]) -> Screen {
    let mut model = three();
    model.remember(
        jid("anna@pc"),
        ConversationSummary {
            last: past.last().cloned(),
            unread: 0,
            nick: "Anna Kowalska".into(),
        },
    );
    show(model, WIDE)
}

/// Whether this is a message that reads so.
fn ends(node: &egui_kittest::kittest::AccessKitNode<'_>, text: &str) -> bool {
    let said = node.label().or_else(|| node.value());
    said.is_some_and(|said| said.ends_with(text) && said.contains(", "))
}

fn loaded(screen: &Screen) -> usize {
    let contact = &screen.state().model.contacts[&jid("anna@pc")];
    contact.conversation.messages.len()
}

#[test]
fn what_is_typed_is_found_and_enter_leads_to_it_among_its_neighbours() {
    let past = past();
    let mut screen = before(&past);
    screen.key_press_modifiers(Modifiers::CTRL, Key::F);
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Search messages")
        .type_text("lodz tra");
    screen.run();
    serve(&mut screen, &past);
    let hit = |node: &egui_kittest::Node<'_>| {
        let label = node.accesskit_node().label();
        label.is_some_and(|label| {
            label.contains("Anna Kowalska, ") && label.ends_with("the train to Łódź leaves at nine")
        })
    };
    assert_eq!(
        screen.query_all_by_role(Role::Button).filter(hit).count(),
        1
    );
    screen.key_press(Key::Enter);
    screen.run();
    serve(&mut screen, &past);
    screen.run();
    let found = screen.get_by(|node| ends(node, ": the train to Łódź leaves at nine"));
    let (top, bottom) = (found.rect().top(), found.rect().bottom());
    assert!(
        top > 60.0 && bottom < 600.0,
        "in sight, not at an edge: {top} {bottom}"
    );
    for neighbour in ["message 499", "message 501"] {
        screen.get_by(|node| ends(node, &format!(": {neighbour}")));
    }
    screen.get_by_label("To the newest message").click();
    screen.run();
    serve(&mut screen, &past);
    screen.run();
    screen.get_by(|node| ends(node, ": message 999"));
}

#[test]
fn nothing_found_is_said_and_escape_clears_and_then_leaves() {
    let past = past();
    let mut screen = before(&past);
    open(&mut screen, "anna@pc");
    serve(&mut screen, &past);
    screen.key_press_modifiers(Modifiers::CTRL, Key::F);
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Search messages")
        .type_text("zzz");
    screen.run();
    serve(&mut screen, &past);
    screen.get_by_label("Nobody said that here.");
    screen.get_by_label("Only with Anna Kowalska");
    screen.key_press(Key::Escape);
    screen.run();
    assert!(screen.query_by_label("Nobody said that here.").is_none());
    screen.key_press(Key::Escape);
    screen.run();
    screen.get_by(|node| ends(node, ": message 999"));
}

#[test]
fn scrolling_to_the_beginning_and_back_shows_everything_once_and_keeps_little() {
    let past: Vec<Message> = (0..6)
        .flat_map(|round| {
            past().into_iter().map(move |mut message| {
                message.id = format!("{round}-{}", message.id);
                message.body = format!("{round} {}", message.body);
                message
            })
        })
        .collect();
    let mut screen = before(&past);
    open(&mut screen, "anna@pc");
    serve(&mut screen, &past);
    let mut most = 0;
    for _ in 0..500 {
        screen.key_press_modifiers(Modifiers::CTRL, Key::Home);
        screen.run();
        serve(&mut screen, &past);
        most = most.max(loaded(&screen));
        if screen.state().model.contacts[&jid("anna@pc")]
            .conversation
            .complete
        {
            break;
        }
    }
    screen.key_press_modifiers(Modifiers::CTRL, Key::Home);
    screen.run();
    screen.get_by(|node| ends(node, ": 0 message 0"));
    assert!(most <= 2100, "{most} messages in memory");
    // Down again, a loaded part at a time.
    for _ in 0..500 {
        let conversation = &screen.state().model.contacts[&jid("anna@pc")].conversation;
        if !conversation.detached {
            break;
        }
        screen.key_press_modifiers(Modifiers::CTRL, Key::End);
        screen.run();
        serve(&mut screen, &past);
        most = most.max(loaded(&screen));
        let ids: Vec<&str> = screen.state().model.contacts[&jid("anna@pc")]
            .conversation
            .messages
            .iter()
            .map(|message| message.id.as_str())
            .collect();
        let start = past
            .iter()
            .position(|message| message.id == ids[0])
            .unwrap();
        let expected: Vec<&str> = past[start..start + ids.len()]
            .iter()
            .map(|message| message.id.as_str())
            .collect();
        assert_eq!(ids, expected, "without a gap and without a double");
    }
    screen.key_press_modifiers(Modifiers::CTRL, Key::End);
    screen.run();
    screen.get_by(|node| ends(node, ": 5 message 999"));
    assert!(most <= 2100, "{most} messages in memory");
}

#[test]
fn a_conversation_that_was_left_in_its_past_is_found_there_again() {
    let past = past();
    let mut screen = before(&past);
    open(&mut screen, "anna@pc");
    serve(&mut screen, &past);
    for _ in 0..8 {
        screen.key_press(Key::PageUp);
        screen.run();
    }
    serve(&mut screen, &past);
    let shown = |screen: &Screen| -> Vec<String> {
        let labels = screen
            .query_all_by_role(Role::Label)
            .filter_map(|node| node.accesskit_node().value());
        labels
            .filter(|label| label.contains(": message "))
            .collect()
    };
    let here = shown(&screen);
    assert!(
        !here.iter().any(|label| label.ends_with("message 999")),
        "{here:?}"
    );
    open(&mut screen, "bob@pc");
    open(&mut screen, "anna@pc");
    serve(&mut screen, &past);
    screen.run();
    let there = shown(&screen);
    assert!(
        here.iter().any(|label| there.contains(label)),
        "{here:?} {there:?}"
    );
}

#[test]
fn a_conversation_is_deleted_after_a_second_question() {
    let past = past();
    let mut screen = before(&past);
    open(&mut screen, "anna@pc");
    screen.get_by_label("More about this conversation").click();
    screen.run();
    screen.get_by_label_contains("Delete conversation").click();
    screen.run();
    assert!(screen.state().asked().is_empty());
    screen.get_by_label("Delete now").click();
    screen.run();
    let command = Command::Delete {
        id: None,
        with: Some(jid("anna@pc")),
        everything: false,
    };
    assert_eq!(screen.state().asked(), [command]);
}

#[test]
fn only_what_one_person_wrote_is_found_if_so_chosen() {
    let past = past();
    let mut screen = before(&past);
    screen.key_press_modifiers(Modifiers::CTRL, Key::F);
    screen.run();
    screen
        .get_by_role_and_label(Role::SearchInput, "Search messages")
        .type_text("train");
    screen.run();
    serve(&mut screen, &past);
    screen
        .get_by_role_and_label(Role::ComboBox, "From: anybody")
        .click();
    screen.run();
    screen.get_by_label("you").click();
    screen.run();
    let asked = screen.state().wishes.iter().find_map(|wish| match wish {
        Wish::Ask(Command::Search { text, from, .. }) => Some((text.clone(), from.clone())),
        _ => None,
    });
    let me = screen.state().model.me.jid.clone();
    assert_eq!(asked, Some(("train".into(), Some(me))));
}
