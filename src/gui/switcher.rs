//! The quick switcher under Ctrl+K: part of a name, Enter, and one is there: a person, or a page of the window.

use egui::{Id, Key, Modifiers, RichText, Role, TextEdit, Ui, WidgetInfo, vec2};

use super::avatar;
use super::contacts::Contacts;
use super::icons::Icon;
use super::keys;
use super::room_list as rooms;
use super::scene::{Page, Scene, Wish};
use super::text;
use super::theme::{self, size, space};
use super::words::t;
use crate::model::Contact;
use crate::model::rooms::RoomView;

/// Rows that are shown.
const MOST: usize = 8;

/// The pages that can be gone to, with the keys of their names.
const PAGES: [(Page, Icon, &str); 6] = [
    (Page::Search, Icon::Search, "search-messages"),
    (Page::Rooms, Icon::Rooms, "rooms-title"),
    (Page::Files, Icon::Files, "files-title"),
    (Page::Settings, Icon::Gear, "settings-title"),
    (Page::Network, Icon::Network, "network-title"),
    (Page::Doctor, Icon::Info, "doctor-title"),
];

/// Open, with what was typed.
#[derive(Default)]
pub struct Switcher {
    text: String,
    at: usize,
    focused: bool,
}

/// Where one can go.
enum Target<'a> {
    Person(&'a Contact),
    Room(&'a RoomView),
    Page(Page, Icon, String),
}

/// What became of it in one frame.
pub enum Outcome {
    /// Still open.
    Open,
    /// Closed without a choice.
    Closed,
    /// Chosen.
    Go(Wish),
}

impl Switcher {
    /// Draws it over the window.
    pub fn ui(&mut self, ctx: &egui::Context, scene: &Scene<'_>) -> Outcome {
        let mut outcome = Outcome::Open;
        let modal = theme::modal(ctx, Id::unique("switcher")).show(ctx, |ui| {
            ui.set_width(440.0_f32.min(ctx.content_rect().width() - 60.0));
            // As many rows as without a search: the list does not jump while one types.
            ui.set_min_height((MOST as f32 + 1.0) * (space::TARGET + space::XS) + space::M);
            let before = self.text.clone();
            self.field_ui(ui);
            if self.text != before {
                self.at = 0;
            }
            let found = self.found(scene);
            self.at = self.at.min(found.len().saturating_sub(1));
            if found.is_empty() {
                ui.weak(t!(ui, "switcher-nothing"));
            }
            let enter = keys::enter(ui);
            for (n, target) in found.iter().enumerate() {
                let clicked = row_ui(ui, scene, target, n == self.at);
                if clicked || (enter && n == self.at) {
                    outcome = Outcome::Go(match target {
                        Target::Person(contact) => Wish::Open(contact.jid.clone()),
                        Target::Room(room) => Wish::OpenRoom(room.about.room.clone()),
                        Target::Page(page, ..) => Wish::Show(*page),
                    });
                }
            }
        });
        if modal.should_close() && matches!(outcome, Outcome::Open) {
            outcome = Outcome::Closed;
        }
        outcome
    }

    fn field_ui(&mut self, ui: &mut Ui) {
        let key = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if key(Key::ArrowDown) {
            self.at += 1;
        }
        if key(Key::ArrowUp) {
            self.at = self.at.saturating_sub(1);
        }
        let name = t!(ui, "switcher-title");
        let edit = TextEdit::singleline(&mut self.text)
            .id(Id::unique("switcher text"))
            .hint_text(RichText::new(&name).color(theme::palette(ui).weak))
            .margin(egui::Margin::symmetric(12, 8))
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, &name));
        if !std::mem::replace(&mut self.focused, true) {
            response.request_focus();
        }
    }

    fn found<'a>(&self, scene: &Scene<'a>) -> Vec<Target<'a>> {
        let wanted = self.text.trim().to_lowercase();
        let people = Contacts::order(scene).into_iter().filter(|contact| {
            contact.nick.to_lowercase().contains(&wanted)
                || contact.jid.as_str().to_lowercase().contains(&wanted)
        });
        let pages = PAGES.iter().filter_map(|(page, icon, key)| {
            let name = t!(scene, key);
            let matches = !wanted.is_empty() && name.to_lowercase().contains(&wanted);
            matches.then_some(Target::Page(*page, *icon, name))
        });
        let rooms = rooms::by_latest(scene.model, &wanted);
        // Without a word typed both have their place.
        let most = if wanted.is_empty() { MOST / 2 } else { MOST };
        let rooms = rooms.into_iter().take(most).map(Target::Room);
        let people = people.map(Target::Person);
        let mut found: Vec<Target<'_>> = rooms.chain(people).chain(pages).collect();
        // Stable: among equals rooms, then who was talked to last.
        found.sort_by_key(|target| target.distance(&wanted));
        found.truncate(MOST);
        found
    }
}

impl Target<'_> {
    /// How far what was typed is from the beginning of the name: 0 at it, 1 at the beginning of a word, 2 within one, 3 if it
    /// is in the address only.
    fn distance(&self, wanted: &str) -> u8 {
        let name = match self {
            Target::Person(contact) => &contact.nick,
            Target::Room(room) => &room.about.name,
            Target::Page(_, _, name) => name,
        };
        let name = name.to_lowercase();
        let begins = |(at, _): (usize, &str)| {
            let before = name.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|c| !c.is_alphanumeric())
        };
        match name.find(wanted) {
            Some(0) => 0,
            Some(_) if name.match_indices(wanted).any(begins) => 1,
            Some(_) => 2,
            None => 3,
        }
    }
}

fn row_ui(ui: &mut Ui, scene: &Scene<'_>, target: &Target<'_>, marked: bool) -> bool {
    let palette = theme::palette(ui);
    let height = space::TARGET + space::XS;
    let (place, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::click());
    let name = match target {
        Target::Person(contact) => t!(
            scene,
            "person-spoken",
            name = contact.nick,
            presence = avatar::word(scene, contact.show())
        ),
        Target::Room(room) => format!("# {}", room.about.name),
        Target::Page(_, _, name) => name.clone(),
    };
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, marked, &name));
    let ground = if marked {
        palette.selected
    } else if response.hovered() {
        palette.hover
    } else {
        palette.ground
    };
    ui.painter()
        .rect_filled(place, f32::from(theme::ROUND), ground);
    let face =
        egui::Rect::from_center_size(place.left_center() + vec2(22.0, 0.0), vec2(26.0, 26.0));
    let shown = match target {
        Target::Person(contact) => {
            let picture = contact.peer.as_ref().and_then(|peer| peer.avatar.as_ref());
            avatar::paint(
                ui,
                scene.pictures,
                face,
                &contact.nick,
                &contact.jid,
                picture,
            );
            avatar::presence(ui.painter(), palette, face, contact.show(), ground);
            &contact.nick
        }
        Target::Room(room) => {
            let (align, font) = (egui::Align2::CENTER_CENTER, theme::bold(size::HEADING));
            ui.painter()
                .text(face.center(), align, "#", font, palette.weak);
            &room.about.name
        }
        Target::Page(_, icon, name) => {
            icon.paint(ui.painter(), face.center(), 18.0, palette.weak);
            name
        }
    };
    let room = place.width() - 60.0;
    let words = text::fitted(ui, shown, theme::regular(size::BODY), palette.text, room);
    let at = place.left_center() + vec2(46.0, -words.size().y / 2.0);
    ui.painter().galley(at, words, palette.text);
    response.clicked()
}
