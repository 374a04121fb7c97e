//! The window as a person uses it, by role and name, with no display: what is shown for a model, and what is asked for.
#![cfg(feature = "gui")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use balcony::command::Command;
use balcony::event::*;
use balcony::gui::avatar::Pictures;
use balcony::gui::scene::{Scene, Wish};
use balcony::gui::when::Now;
use balcony::gui::window::Window;
use balcony::gui::{fonts, theme};
use balcony::model::Model;
use balcony::model::settings::{PlaintextPolicy, Settings};
use balcony::wire::jid::Jid;
use balcony::wire::text::{Span, Style};
use egui::{Key, Modifiers, Role, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use jiff::{Timestamp, ToSpan};
use serde_json::json;

/// The window, what it draws and what it has asked for.
struct Desk {
    window: Window,
    model: Model,
    pictures: Pictures,
    wishes: Vec<Wish>,
    watched: bool,
}

impl Desk {
    fn asked(&self) -> Vec<Command> {
        let commands = self.wishes.iter().filter_map(|wish| {
            if let Wish::Ask(command) = wish {
                Some(command.clone())
            } else {
                None
            }
        });
        commands
            .filter(|command| !matches!(command, Command::History { .. }))
            .collect()
    }
}

type Screen = Harness<'static, Desk>;

const WIDE: Vec2 = Vec2::new(980.0, 660.0);
const NARROW: Vec2 = Vec2::new(400.0, 660.0);

fn show(model: Model, size: Vec2) -> Screen {
    let desk = Desk {
        window: Window::new("Alice"),
        model,
        pictures: Pictures::default(),
        wishes: Vec::new(),
        watched: true,
    };
    let setup = |ctx: &egui::Context| {
        ctx.set_fonts(fonts::embedded());
        theme::install(ctx);
    };
    let draw = |ui: &mut egui::Ui, desk: &mut Desk| {
        let now = Now::fixed(at(0));
        let scene = Scene {
            model: &desk.model,
            now: &now,
            pictures: &desk.pictures,
        };
        desk.wishes.extend(desk.window.ui(ui, &scene, desk.watched));
    };
    // No CJK or emoji in the embedded fonts.
    let builder = Harness::builder()
        .with_size(size)
        .allow_missing_glyphs()
        .with_context_setup(setup);
    let mut screen = builder.build_ui_state(draw, desk);
    screen.run();
    screen
}

fn at(minutes: i64) -> Timestamp {
    "2026-11-22T14:00:00Z".parse::<Timestamp>().unwrap() + minutes.minutes()
}

fn jid(name: &str) -> Jid {
    Jid::new(name).unwrap()
}

fn nobody() -> Model {
    let me = Me {
        jid: jid("alice@desk"),
        nick: "Alice".into(),
        show: Show::Available,
        message: String::new(),
        avatar: None,
        port: 5298,
        fingerprint: None,
        online: true,
    };
    let mut model = Model::new(
        me,
        Settings {
            nick: "Alice".into(),
            ..Settings::default()
        },
    );
    model.interfaces = vec![
        Interface {
            name: "eth0".into(),
            index: 2,
            addresses: vec!["192.168.1.17".parse().unwrap()],
            used: true,
            reason: String::new(),
        },
        Interface {
            name: "docker0".into(),
            index: 3,
            addresses: Vec::new(),
            used: false,
            reason: "virtual bridge (docker)".into(),
        },
    ];
    model
}

fn peer(name: &str, nick: &str, show: Show) -> Peer {
    Peer {
        jid: jid(name),
        nick: nick.into(),
        show,
        message: String::new(),
        avatar: None,
        trust: Trust::Plaintext,
        addresses: vec!["192.168.1.23:5298".parse().unwrap()],
        client: "Pidgin".into(),
        interfaces: vec!["eth0".into()],
        chat_states: true,
        idle_since: None,
        card: Card::default(),
    }
}

fn three() -> Model {
    let mut model = nobody();
    for (name, nick, show) in [
        ("anna@pc", "Anna Kowalska", Show::Available),
        ("bob@pc", "Bob Baker", Show::Away),
        ("carl@pc", "Carl", Show::Dnd),
    ] {
        model.apply(&Event::PeerOnline {
            peer: peer(name, nick, show),
        });
    }
    model
}

fn receive(model: &mut Model, from: &str, id: &str, body: &str, minutes: i64) {
    let message = Message {
        id: id.into(),
        from: jid(from),
        to: jid("alice@desk"),
        body: body.into(),
        spans: Vec::new(),
        time: at(minutes),
        encrypted: false,
        delayed: false,
        state: None,
        reason: None,
    };
    model.apply(&Event::MessageReceived { message });
}

fn write(model: &mut Model, to: &str, id: &str, body: &str, states: &[MessageState]) {
    for (n, state) in [MessageState::Queued].iter().chain(states).enumerate() {
        model.apply(&Event::MessageState {
            id: id.into(),
            reference: None,
            to: jid(to),
            state: *state,
            reason: (*state == MessageState::Uncertain).then(|| "the cable was pulled".into()),
            body: (n == 0).then(|| body.into()),
            time: (n == 0).then(|| at(-5)),
            encrypted: None,
        });
    }
}

fn open(screen: &mut Screen, name: &str) {
    screen.state_mut().window.open(jid(name));
    screen.run();
}

fn configured(screen: &Screen) -> Vec<serde_json::Value> {
    let settings = |command: Command| {
        if let Command::Configure { settings } = command {
            Some(settings)
        } else {
            None
        }
    };
    screen
        .state()
        .asked()
        .into_iter()
        .filter_map(settings)
        .collect()
}

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
    screen.key_press_modifiers(Modifiers::CTRL, Key::K);
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
    screen.key_press_modifiers(Modifiers::CTRL, Key::F);
    screen.run();
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowDown, Key::ArrowUp] {
        screen.key_press(key);
        screen.run();
    }
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(screen.state().window.in_sight(), Some(&jid("bob@pc")));
    screen.key_press_modifiers(Modifiers::CTRL, Key::K);
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
    screen.key_press_modifiers(Modifiers::CTRL, Key::K);
    screen.run();
    screen.event(egui::Event::Text("ca".into()));
    screen.event(egui::Event::Text("r".into()));
    screen.key_press(Key::Enter);
    screen.run();
    assert_eq!(screen.state().window.in_sight(), Some(&jid("carl@pc")));
    screen.key_press_modifiers(Modifiers::CTRL, Key::K);
    screen.run();
    let search = screen.get_by_role(Role::SearchInput);
    assert_eq!(search.value().as_deref().unwrap_or_default(), "");
}

#[test]
fn a_conversation_shows_who_what_when_and_how_far_it_got() {
    let mut model = three();
    receive(&mut model, "anna@pc", "1", "Good morning", -3000);
    receive(&mut model, "anna@pc", "2", "/me waves", -10);
    write(
        &mut model,
        "anna@pc",
        "3",
        "Hello",
        &[MessageState::Sent, MessageState::Delivered],
    );
    write(&mut model, "anna@pc", "4", "Waiting", &[]);
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_label("Anna Kowalska, Available");
    screen.get_by_label_contains("Not encrypted");
    screen.get_by_label("Anna Kowalska, 12:00: Good morning");
    screen.get_by_label("Anna Kowalska, 13:50: /me waves");
    screen.get_by_label("You, 13:55, delivered: Hello");
    screen.get_by_label("You, 13:55, waiting to be sent: Waiting");
}

#[test]
fn what_perhaps_got_lost_can_be_sent_again() {
    let mut model = three();
    write(
        &mut model,
        "anna@pc",
        "m",
        "Did it arrive?",
        &[MessageState::Sent, MessageState::Uncertain],
    );
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_label_contains("perhaps not delivered");
    screen.get_by_label("Send again").click();
    screen.run();
    assert_eq!(screen.state().asked(), [Command::Resend { id: "m".into() }]);
}

#[test]
fn links_open_what_they_show() {
    let mut model = three();
    receive(
        &mut model,
        "anna@pc",
        "1",
        "see https://plan.example/a, and javascript:alert(1)",
        -1,
    );
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    assert_eq!(screen.query_all_by_role(Role::Link).count(), 1);
    screen
        .get_by_role_and_label(Role::Link, "https://plan.example/a")
        .click();
    screen.step();
    let opened = screen.output().platform_output.commands.iter().any(|command| {
        matches!(command, egui::OutputCommand::OpenUrl(url) if url.url == "https://plan.example/a")
    });
    assert!(opened);
}

#[test]
fn a_link_that_hides_its_target_shows_it_below() {
    let mut model = three();
    receive(&mut model, "anna@pc", "1", "your bank", -1);
    let message = &mut model
        .contacts
        .get_mut(&jid("anna@pc"))
        .unwrap()
        .conversation
        .messages[0];
    message.spans = vec![Span {
        start: 0,
        end: 9,
        style: Style::Link("https://evil.example/".into()),
    }];
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    assert_eq!(
        screen
            .query_all_by_role_and_label(Role::Link, "https://evil.example/")
            .count(),
        2,
        "text and target"
    );
}

#[test]
fn enter_sends_shift_enter_breaks_and_drafts_stay_with_their_contact() {
    let mut screen = show(three(), WIDE);
    open(&mut screen, "anna@pc");
    screen
        .get_by_role(Role::MultilineTextInput)
        .type_text("one");
    screen.run();
    screen.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    screen.run();
    screen
        .get_by_role(Role::MultilineTextInput)
        .type_text("two");
    screen.run();
    open(&mut screen, "bob@pc");
    assert_eq!(
        screen
            .get_by_role(Role::MultilineTextInput)
            .value()
            .as_deref(),
        Some("")
    );
    screen.key_press(Key::Enter);
    screen.run();
    assert!(
        !screen
            .state()
            .asked()
            .iter()
            .any(|command| matches!(command, Command::Send { .. })),
        "nothing to send"
    );
    open(&mut screen, "anna@pc");
    assert_eq!(
        screen
            .get_by_role(Role::MultilineTextInput)
            .value()
            .as_deref(),
        Some("one\ntwo")
    );
    screen.get_by_label("Send (Enter)").click();
    screen.run();
    assert!(screen.state().asked().contains(&Command::Send {
        to: jid("anna@pc"),
        body: "one\ntwo".into()
    }));
    assert_eq!(
        screen
            .get_by_role(Role::MultilineTextInput)
            .value()
            .as_deref(),
        Some("")
    );
}

#[test]
fn typing_is_told_once_and_its_end_when_leaving() {
    let mut screen = show(three(), WIDE);
    open(&mut screen, "anna@pc");
    for text in ["a", "b", "c"] {
        screen.get_by_role(Role::MultilineTextInput).type_text(text);
        screen.run_steps(2);
    }
    let composing = Command::Typing {
        to: jid("anna@pc"),
        state: ChatState::Composing,
    };
    assert_eq!(screen.state().asked(), std::slice::from_ref(&composing));
    screen.state_mut().window.open(jid("bob@pc"));
    screen.run_steps(3);
    let paused = Command::Typing {
        to: jid("anna@pc"),
        state: ChatState::Paused,
    };
    assert_eq!(screen.state().asked(), [composing, paused]);
}

#[test]
fn typing_is_not_told_when_switched_off_or_not_understood() {
    let mut model = three();
    model.settings.send_typing = false;
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_role(Role::MultilineTextInput).type_text("a");
    screen.run();
    assert!(screen.state().asked().is_empty());
}

#[test]
fn who_types_is_shown_while_it_lasts() {
    let mut model = three();
    model.apply(&Event::Typing {
        from: jid("anna@pc"),
        state: ChatState::Composing,
    });
    let mut screen = show(model, WIDE);
    screen.state_mut().window.open(jid("anna@pc"));
    screen.run_steps(3);
    screen.get_by_label("Anna Kowalska is typing");
    receive(&mut screen.state_mut().model, "anna@pc", "1", "Hi", 0);
    screen.run();
    assert!(screen.query_by_label("Anna Kowalska is typing").is_none());
}

#[test]
fn what_was_in_sight_is_read_once_and_only_with_the_users_eyes_on_it() {
    let mut model = three();
    receive(&mut model, "anna@pc", "1", "Hi", -2);
    receive(&mut model, "anna@pc", "2", "There?", -1);
    let mut screen = show(model, WIDE);
    screen.state_mut().watched = false;
    open(&mut screen, "anna@pc");
    assert!(screen.state().asked().is_empty());
    screen.state_mut().watched = true;
    screen.run();
    screen.run();
    assert_eq!(
        screen.state().asked(),
        [Command::Displayed { id: "2".into() }]
    );
}

#[test]
fn history_is_asked_for_once_at_the_top_and_what_comes_does_not_move_what_one_reads() {
    let mut model = three();
    for n in 0..60 {
        receive(
            &mut model,
            "anna@pc",
            &format!("m{n}"),
            &format!("message {n}"),
            n - 100,
        );
    }
    model
        .contacts
        .get_mut(&jid("anna@pc"))
        .unwrap()
        .conversation
        .complete = false;
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen.key_press_modifiers(Modifiers::CTRL, Key::Home);
    screen.run();
    screen.run();
    let asked: Vec<Wish> = screen
        .state()
        .wishes
        .iter()
        .filter(|wish| matches!(wish, Wish::Ask(Command::History { .. })))
        .cloned()
        .collect();
    let with = jid("anna@pc");
    assert_eq!(
        asked,
        [Wish::Ask(Command::History {
            with: with.clone(),
            limit: Some(100),
            before: Some("m0".into())
        })]
    );
    let before = screen
        .get_by_label("Anna Kowalska, 12:21: message 1")
        .rect();
    let mut messages = Vec::new();
    for n in 0..40 {
        receive(
            &mut screen.state_mut().model,
            "bob@pc",
            &format!("o{n}"),
            &format!("older {n}"),
            n - 300,
        );
        messages.push(
            screen.state().model.contacts[&jid("bob@pc")]
                .conversation
                .messages
                .back()
                .unwrap()
                .clone(),
        );
    }
    let page = Event::History {
        with,
        before: Some("m0".into()),
        messages,
        complete: true,
        reference: None,
    };
    screen.state_mut().model.apply(&page);
    screen.run();
    let after = screen
        .get_by_label("Anna Kowalska, 12:21: message 1")
        .rect();
    assert!(
        (before.top() - after.top()).abs() < 40.0,
        "{before:?} {after:?}"
    );
    screen
        .get_by_label("To the newest message, 60 unread")
        .click();
    screen.run();
    screen.get_by_label("Anna Kowalska, 13:19: message 59");
}

#[test]
fn a_hundred_thousand_messages_cost_what_is_in_sight() {
    let mut model = three();
    receive(&mut model, "anna@pc", "first", "x", -1);
    let one = model.contacts[&jid("anna@pc")].conversation.messages[0].clone();
    let talk = &mut model
        .contacts
        .get_mut(&jid("anna@pc"))
        .unwrap()
        .conversation;
    let many = (0..100_000).map(|n| Message {
        id: format!("m{n}"),
        body: format!("line {n} ").repeat(n % 20 + 1),
        ..one.clone()
    });
    talk.messages = many.collect();
    talk.last = talk.messages.back().cloned();
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    let drawn = screen.query_all_by_label_contains("line ").count();
    assert!((3..80).contains(&drawn), "{drawn} messages drawn");
    screen.get_by_label_contains("line 99999");
    screen.key_press_modifiers(Modifiers::CTRL, Key::Home);
    screen.run();
    screen.get_by_label_contains("13:59: line 0");
}

#[test]
fn long_messages_are_folded_and_unfold() {
    let mut model = three();
    receive(
        &mut model,
        "anna@pc",
        "1",
        &format!("{}THE END", "word ".repeat(2000)),
        -1,
    );
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    let tall = screen
        .get_by_label_contains("Anna Kowalska, 13:59")
        .rect()
        .height();
    screen.get_by_label("Show more of this message").click();
    screen.run();
    assert!(
        screen
            .get_by_label_contains("Anna Kowalska, 13:59")
            .rect()
            .height()
            > 2.0 * tall
    );
    assert!(screen.query_by_label("Show more of this message").is_none());
}

#[test]
fn who_has_gone_is_said_and_can_still_be_written_to() {
    let mut model = three();
    receive(&mut model, "anna@pc", "1", "Bye", -1);
    model.apply(&Event::PeerOffline {
        jid: jid("anna@pc"),
        reason: OfflineReason::Goodbye,
    });
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    screen.get_by_label_contains("Signed off");
    screen.get_by_role(Role::MultilineTextInput);
}

#[test]
fn somebody_who_leaves_without_a_word_does_not_take_the_draft_along() {
    let mut screen = show(three(), WIDE);
    open(&mut screen, "anna@pc");
    screen
        .get_by_role(Role::MultilineTextInput)
        .type_text("are you");
    screen.run();
    let gone = Event::PeerOffline {
        jid: jid("anna@pc"),
        reason: OfflineReason::Expired,
    };
    screen.state_mut().model.apply(&gone);
    screen.run();
    assert_eq!(
        screen
            .get_by_role(Role::MultilineTextInput)
            .value()
            .as_deref(),
        Some("are you")
    );
    screen.get_by_label_contains("Anna Kowalska, Not here");
}

#[test]
fn the_plaintext_policy_is_obeyed_with_a_reason() {
    let mut model = three();
    model.settings.plaintext = PlaintextPolicy::SecureOnly;
    let mut screen = show(model, WIDE);
    open(&mut screen, "anna@pc");
    assert!(screen.query_by_role(Role::MultilineTextInput).is_none());
    screen.get_by_label_contains("encrypted conversations only");
    screen.state_mut().model.settings.plaintext = PlaintextPolicy::Ask;
    screen.run();
    screen.get_by_label("Write without encryption").click();
    screen.run();
    screen.get_by_role(Role::MultilineTextInput);
}

#[test]
fn every_settings_switch_asks_for_its_own_change() {
    for (label, change) in [
        (
            "Publish mail addresses",
            json!({ "publish": { "nick": true, "status": true, "message": true, "avatar": true, "name": false, "email": true, "jid": false } }),
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
        ("Dark", json!({ "theme": "dark" })),
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
fn an_empty_network_says_what_to_do() {
    let mut screen = show(nobody(), WIDE);
    screen.get_by_label("Nobody here yet");
    screen.get_by_label_contains("listens on eth0");
    screen.get_by_label_contains("balcony doctor");
    screen.get_by_label("Network…").click();
    screen.run();
    screen.get_by_label_contains("virtual bridge (docker)");
    let mut model = nobody();
    model.interfaces.clear();
    show(model, WIDE).get_by_label_contains("no network connection");
}

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
fn strange_names_and_texts_fit_in_light_and_dark_wide_and_narrow() {
    for size in [
        WIDE,
        NARROW,
        Vec2::new(320.0, 360.0),
        Vec2::new(2400.0, 1400.0),
    ] {
        for dark in [false, true] {
            let mut model = three();
            let long = "Professor Doctor Maximiliana von und zu Hohenlohe-Schillingsfürst the Third of Her Name";
            model.apply(&Event::PeerOnline {
                peer: peer("odd@pc", long, Show::Available),
            });
            for (n, body) in [
                "\n\n\n",
                "שלום https://x.example עולם",
                "日本語 👩‍🚀",
                "",
                "/me ",
                &"x".repeat(9000),
                "a\u{301}\u{202e}b",
            ]
            .iter()
            .enumerate()
            {
                receive(&mut model, "odd@pc", &format!("s{n}"), body, -1);
            }
            let mut screen = show(model, size);
            let theme = if dark {
                egui::ThemePreference::Dark
            } else {
                egui::ThemePreference::Light
            };
            screen.state_mut().window.open(jid("odd@pc"));
            screen.run();
            screen.ctx.set_theme(theme);
            screen.run();
            screen.key_press_modifiers(Modifiers::CTRL, Key::Home);
            screen.run();
            for node in screen.query_all_by_role(Role::Label) {
                let rect = node.rect();
                assert!(
                    rect.left() >= -1.0 && rect.right() <= size.x + 1.0,
                    "{size:?}: {rect:?}"
                );
            }
        }
    }
}
