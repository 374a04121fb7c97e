//! Questions and answers about one message, over the conversation: everything that is known of it, to whom to pass it on,
//! whether to take it back, whether to open a link that may deceive.

use egui::{Id, RichText, Ui};

use super::broadcast::Broadcasting;
use super::links;
use super::message_words::state_words;
use super::quote;
use super::scene::{Scene, Wish};
use super::text;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::command::room::RoomCommand;
use crate::event::Message;
use crate::model::Contact;
use crate::wire::jid::Jid;

/// People offered at a time.
const MOST_PEOPLE: usize = 30;

/// Rooms offered at a time.
const MOST_ROOMS: usize = 10;

/// What is asked or shown.
pub enum Dialog {
    /// Everything about this message.
    Details(Box<Message>),
    /// To whom this is passed on.
    Forward {
        /// The message.
        message: Box<Message>,
        /// The name that is looked for.
        search: String,
        /// Nothing was typed yet.
        fresh: bool,
    },
    /// Is this message to be taken back?
    Retract(Box<Message>),
    /// Is this message to be forgotten here?
    Delete(Box<Message>),
    /// Is this link to be opened?
    Link(String),
    /// One text to several people.
    Broadcast(Broadcasting),
}

/// What became of it in this frame.
pub enum Outcome {
    /// It stays.
    Open,
    /// It is over; with what is wished for.
    Over(Vec<Wish>),
}

impl Dialog {
    /// A dialog about to whom `message` is passed on.
    pub fn forward(message: &Message) -> Dialog {
        Dialog::Forward {
            message: Box::new(message.clone()),
            search: String::new(),
            fresh: true,
        }
    }

    /// Draws it.
    pub fn ui(&mut self, ctx: &egui::Context, scene: &Scene<'_>, contact: &Contact) -> Outcome {
        let mut outcome = Outcome::Open;
        let modal = theme::modal(ctx, Id::unique("dialog")).show(ctx, |ui| {
            ui.set_width(420.0_f32.min(ctx.content_rect().width() - 60.0));
            let over = match self {
                Dialog::Details(message) => details_ui(ui, scene, contact, message),
                Dialog::Forward {
                    message,
                    search,
                    fresh,
                } => forward_ui(ui, scene, contact, message, search, fresh),
                Dialog::Retract(message) => retract_ui(ui, message),
                Dialog::Delete(message) => delete_ui(ui, contact, message),
                Dialog::Link(target) => link_ui(ui, target),
                Dialog::Broadcast(broadcasting) => broadcasting.ui(ui, scene),
            };
            if let Some(wishes) = over {
                outcome = Outcome::Over(wishes);
            }
        });
        match outcome {
            Outcome::Open if modal.should_close() => Outcome::Over(Vec::new()),
            outcome => outcome,
        }
    }
}

/// The heading of a dialog.
pub fn title(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(words).font(theme::bold(size::HEADING)));
    ui.add_space(space::S);
}

fn retract_ui(ui: &mut Ui, message: &Message) -> Option<Vec<Wish>> {
    title(ui, &t!(ui, "retract-title"));
    ui.label(t!(ui, "retract-explained"));
    ui.add_space(space::M);
    let mut over = None;
    ui.horizontal(|ui| {
        if ui.button(t!(ui, "act-retract")).clicked() {
            let id = message.id.clone();
            over = Some(vec![Wish::Ask(Command::Retract { id })]);
        }
        if ui.button(t!(ui, "dialog-cancel")).clicked() {
            over = Some(Vec::new());
        }
    });
    over
}

fn delete_ui(ui: &mut Ui, contact: &Contact, message: &Message) -> Option<Vec<Wish>> {
    title(ui, &t!(ui, "delete-title"));
    ui.label(RichText::new(quote::beginning(ui, message)).color(theme::palette(ui).weak));
    ui.add_space(space::S);
    ui.label(t!(ui, "delete-explained", name = contact.nick));
    ui.add_space(space::M);
    let mut over = None;
    ui.horizontal(|ui| {
        if ui.button(t!(ui, "delete-really")).clicked() {
            over = Some(vec![Wish::Ask(Command::Delete {
                id: Some(message.id.clone()),
                with: Some(contact.jid.clone()),
                everything: false,
            })]);
        }
        if ui.button(t!(ui, "dialog-cancel")).clicked() {
            over = Some(Vec::new());
        }
    });
    over
}

fn link_ui(ui: &mut Ui, target: &str) -> Option<Vec<Wish>> {
    title(ui, &t!(ui, "link-title"));
    ui.label(t!(ui, "link-explained"));
    ui.add_space(space::S);
    if let Some(host) = links::host(target) {
        ui.label(RichText::new(&host).font(theme::bold(size::BODY + 1.0)));
        // Letters that look like others are told apart by what the network calls the host.
        let plain = links::plain_host(&host);
        if plain != host {
            ui.label(RichText::new(plain).monospace().weak());
        }
    }
    ui.add(egui::Label::new(RichText::new(target).size(size::SMALL).weak()).wrap());
    ui.add_space(space::M);
    let mut over = None;
    ui.horizontal(|ui| {
        if ui.button(t!(ui, "link-open")).clicked() {
            ui.ctx().open_url(egui::OpenUrl::new_tab(target));
            over = Some(Vec::new());
        }
        if ui.button(t!(ui, "link-copy")).clicked() {
            ui.ctx().copy_text(target.to_owned());
            over = Some(Vec::new());
        }
        if ui.button(t!(ui, "dialog-cancel")).clicked() {
            over = Some(Vec::new());
        }
    });
    over
}

fn forward_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    contact: &Contact,
    message: &Message,
    search: &mut String,
    fresh: &mut bool,
) -> Option<Vec<Wish>> {
    title(ui, &t!(ui, "forward-title"));
    let words = quote::beginning(ui, message);
    ui.label(RichText::new(words).color(theme::palette(ui).weak));
    ui.add_space(space::S);
    let to = receiver_ui(ui, scene, search, fresh)?;
    Some(forward(scene, contact, message, to))
}

/// To whom something is passed on.
enum Receiver {
    Person(Jid),
    /// By address.
    Room(String),
}

/// Asks for somebody, or a room in which we may speak; `fresh` until the name that is looked for was drawn once.
fn receiver_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    search: &mut String,
    fresh: &mut bool,
) -> Option<Receiver> {
    let wanted = search_ui(ui, search, fresh, t!(ui, "forward-search"));
    let rooms: Vec<_> = super::room_list::by_latest(scene.model, &wanted)
        .into_iter()
        .filter(|room| room.may_speak() && room.out.is_none())
        .take(MOST_ROOMS)
        .collect();
    let people = people(scene, &wanted);
    let mut chosen = None;
    choices(ui, rooms.is_empty() && people.is_empty(), |ui| {
        for room in rooms {
            if choice_ui(ui, &format!("# {}", room.about.name)) {
                chosen = Some(Receiver::Room(room.about.room.clone()));
            }
        }
        for person in people {
            if choice_ui(ui, &person.nick) {
                chosen = Some(Receiver::Person(person.jid.clone()));
            }
        }
    });
    chosen
}

/// Asks for one of the people; `fresh` until the name that is looked for was drawn once.
pub fn person_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    search: &mut String,
    fresh: &mut bool,
) -> Option<Jid> {
    let wanted = search_ui(ui, search, fresh, t!(ui, "forward-search-people"));
    let people = people(scene, &wanted);
    let mut chosen = None;
    choices(ui, people.is_empty(), |ui| {
        for person in people {
            if choice_ui(ui, &person.nick) {
                chosen = Some(person.jid.clone());
            }
        }
    });
    chosen
}

/// The field for a part of a name; gives it back in small letters.
fn search_ui(ui: &mut Ui, search: &mut String, fresh: &mut bool, name: String) -> String {
    let field = egui::TextEdit::singleline(search)
        .hint_text(name.clone())
        .desired_width(f32::INFINITY);
    let response = ui.add(field);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, &name));
    if std::mem::take(fresh) {
        response.request_focus();
    }
    search.trim().to_lowercase()
}

fn people<'a>(scene: &Scene<'a>, wanted: &str) -> Vec<&'a Contact> {
    let fits = |contact: &&Contact| contact.nick.to_lowercase().contains(wanted);
    let people = scene.model.by_recency().into_iter();
    people.filter(fits).take(MOST_PEOPLE).collect()
}

fn choices(ui: &mut Ui, none: bool, rows: impl FnOnce(&mut Ui)) {
    if none {
        ui.add_space(space::S);
        ui.label(RichText::new(t!(ui, "forward-nobody")).color(theme::palette(ui).weak));
    }
    list(260.0).show(ui, rows);
}

/// What is scrolled in a dialog. A dialog that was low before, because little was in it, would leave it no room otherwise.
pub fn list(most: f32) -> egui::ScrollArea {
    egui::ScrollArea::vertical()
        .max_height(most)
        .min_scrolled_height(most)
}

fn choice_ui(ui: &mut Ui, name: &str) -> bool {
    let words = t!(ui, "forward-to", name = name);
    let button = egui::Button::new(text::shown(name, egui::Color32::PLACEHOLDER))
        .truncate()
        .min_size(egui::vec2(ui.available_width(), space::TARGET));
    let response = ui.add(button);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &words));
    response.clicked()
}

/// The text as a quotation below who said it: every program shows that as it is meant.
fn forward(scene: &Scene<'_>, contact: &Contact, message: &Message, to: Receiver) -> Vec<Wish> {
    let author = if message.is_own() {
        scene.my_name()
    } else {
        quote::author(scene, &contact.nick, message)
    };
    let quoted: Vec<String> = message
        .body
        .lines()
        .map(|line| format!("> {line}"))
        .collect();
    let body = format!(
        "{}\n{}",
        t!(scene, "forward-wrote", name = author),
        quoted.join("\n")
    );
    match to {
        Receiver::Person(to) => vec![
            Wish::Ask(Command::Send {
                to: to.clone(),
                body,
                spoiler: None,
            }),
            Wish::Open(to),
        ],
        Receiver::Room(room) => vec![
            Wish::Ask(Command::Room(RoomCommand::RoomSend {
                room: room.clone(),
                body,
                reply_to: None,
                announcement: false,
            })),
            Wish::OpenRoom(room),
        ],
    }
}

fn details_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    contact: &Contact,
    message: &Message,
) -> Option<Vec<Wish>> {
    title(ui, &t!(ui, "details-title"));
    let mut rows: Vec<(String, String)> = vec![
        (
            t!(ui, "details-from"),
            with_address(&quote::author(scene, &contact.nick, message), &message.from),
        ),
        (t!(ui, "details-to"), message.to.as_str().to_owned()),
        (t!(ui, "details-written"), scene.now.full(message.time)),
    ];
    let extra = message.extra.as_deref().cloned().unwrap_or_default();
    if let Some(edited) = extra.edited {
        rows.push((t!(ui, "details-edited"), scene.now.full(edited)));
    }
    if let Some(retracted) = extra.retracted {
        rows.push((t!(ui, "details-retracted"), scene.now.full(retracted)));
    }
    if let Some(state) = message.state {
        let state = text::capital(&state_words(scene, state));
        rows.push((t!(ui, "details-state"), state));
    }
    rows.push((
        t!(ui, "details-way"),
        if message.encrypted {
            t!(ui, "message-encrypted")
        } else {
            t!(ui, "message-plaintext")
        },
    ));
    if let Some(peer) = &contact.peer {
        let addresses: Vec<String> = peer.addresses.iter().map(ToString::to_string).collect();
        rows.push((t!(ui, "details-addresses"), addresses.join(", ")));
    }
    // In letters of one width, so that they stand on one line.
    let mut marks = Vec::new();
    if let Some(key) = contact.security.fingerprint {
        marks.push((t!(ui, "details-key"), key.to_string()));
    }
    marks.push((t!(ui, "details-id"), message.id.clone()));
    let most = ui.ctx().content_rect().height() - 200.0;
    list(most.clamp(120.0, 480.0)).show(ui, |ui| {
        let weak = theme::palette(ui).weak;
        for (name, value) in &rows {
            ui.label(RichText::new(name).size(size::SMALL).color(weak));
            ui.add(egui::Label::new(value).wrap().selectable(true));
            ui.add_space(space::XS);
        }
        for (name, value) in &marks {
            ui.label(RichText::new(name).size(size::SMALL).color(weak));
            let value = RichText::new(value).monospace().size(size::SMALL);
            ui.add(egui::Label::new(value).wrap().selectable(true));
            ui.add_space(space::XS);
        }
        if !extra.versions.is_empty() {
            ui.add_space(space::M);
            let words = t!(ui, "details-versions");
            ui.label(RichText::new(words).font(theme::bold(size::BODY)));
        }
        for old in extra.versions.iter().rev() {
            ui.add_space(space::XS);
            let time = scene.now.full(old.time);
            ui.label(
                RichText::new(time)
                    .size(size::SMALL)
                    .color(theme::palette(ui).weak),
            );
            let words = text::cut(&old.body, 2000);
            ui.add(egui::Label::new(words).wrap().selectable(true));
        }
    });
    ui.add_space(space::M);
    ui.button(t!(ui, "dialog-close")).clicked().then(Vec::new)
}

fn with_address(name: &str, jid: &Jid) -> String {
    if name == jid.as_str() {
        name.to_owned()
    } else {
        format!("{name} ({jid})")
    }
}
