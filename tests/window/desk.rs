//! What all scenes share: the window over a model, and what it has asked for.

pub use balcony::command::Command;
pub use balcony::event::*;
pub use balcony::gui::avatar::Pictures;
pub use balcony::gui::scene::{Attachment, Scene, Wish};
pub use balcony::gui::services::{Checks, Finding, Level, Services, Surroundings};
pub use balcony::gui::taste::Taste;
pub use balcony::gui::when::Now;
pub use balcony::gui::window::Window;
pub use balcony::gui::words::{Speaks, Words, speak};
pub use balcony::gui::{fonts, theme};
pub use balcony::model::Model;
pub use balcony::model::settings::{PlaintextPolicy, Settings};
pub use balcony::wire::jid::Jid;
pub use balcony::wire::text::{Span, Style};
pub use egui::{Key, Modifiers, Role, Vec2};
pub use egui_kittest::Harness;
pub use egui_kittest::kittest::{NodeT, Queryable};
pub use jiff::{Timestamp, ToSpan};
pub use serde_json::json;

/// The window, what it draws and what it has asked for.
pub struct Desk {
    pub window: Window,
    pub model: Model,
    pub pictures: Pictures,
    pub surroundings: Surroundings,
    pub wishes: Vec<Wish>,
    pub watched: bool,
}

impl Desk {
    pub fn asked(&self) -> Vec<Command> {
        let commands = self.wishes.iter().filter_map(|wish| {
            if let Wish::Ask(command) = wish {
                Some(command.clone())
            } else {
                None
            }
        });
        commands
            .filter(|command| !matches!(command, Command::History { .. } | Command::Draft { .. }))
            .collect()
    }

    /// Drafts that it wanted kept.
    pub fn drafts(&self) -> Vec<(String, String)> {
        let drafts = self.wishes.iter().filter_map(|wish| match wish {
            Wish::Ask(Command::Draft { to, text }) => Some((to.to_string(), text.clone())),
            _ => None,
        });
        drafts.collect()
    }
}

pub type Screen = Harness<'static, Desk>;

pub const WIDE: Vec2 = Vec2::new(980.0, 660.0);
pub const NARROW: Vec2 = Vec2::new(400.0, 660.0);

pub fn show(model: Model, size: Vec2) -> Screen {
    let desk = Desk {
        window: Window::new("Alice"),
        model,
        pictures: Pictures::default(),
        surroundings: Surroundings::default(),
        wishes: Vec::new(),
        watched: true,
    };
    let setup = |ctx: &egui::Context| {
        ctx.set_fonts(fonts::embedded());
        theme::install(ctx);
    };
    let draw = |ui: &mut egui::Ui, desk: &mut Desk| {
        let now = Now::fixed(at(0), ui.words());
        let scene = Scene {
            model: &desk.model,
            now: &now,
            pictures: &desk.pictures,
            surroundings: &desk.surroundings,
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

/// The same in another language and theme.
pub fn show_in(code: &str, theme: egui::ThemePreference, model: Model, size: Vec2) -> Screen {
    let mut screen = show(model, size);
    speak(&screen.ctx, std::sync::Arc::new(Words::of(code)));
    screen.ctx.set_theme(theme);
    screen.run();
    screen
}

pub fn at(minutes: i64) -> Timestamp {
    "2026-11-22T14:00:00Z".parse::<Timestamp>().unwrap() + minutes.minutes()
}

pub fn jid(name: &str) -> Jid {
    Jid::new(name).unwrap()
}

pub fn nobody() -> Model {
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

pub fn peer(name: &str, nick: &str, show: Show) -> Peer {
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

pub fn three() -> Model {
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

pub fn receive(model: &mut Model, from: &str, id: &str, body: &str, minutes: i64) {
    let message = Message {
        id: id.into(),
        from: jid(from),
        to: jid("alice@desk"),
        body: body.into(),
        spans: Vec::new(),
        extra: None,
        time: at(minutes),
        encrypted: false,
        delayed: false,
        state: None,
        reason: None,
    };
    model.apply(&Event::MessageReceived { message });
}

pub fn write(model: &mut Model, to: &str, id: &str, body: &str, states: &[MessageState]) {
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
            extra: None,
            about: None,
        });
    }
}

pub fn open(screen: &mut Screen, name: &str) {
    screen.state_mut().window.open(jid(name));
    screen.run();
}

pub fn configured(screen: &Screen) -> Vec<serde_json::Value> {
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
