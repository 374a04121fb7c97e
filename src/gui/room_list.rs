//! Rooms beside contacts, and the page on which one finds, makes and enters them.

use egui::{Align2, Response, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};

use super::icons::{Icon, focus_ring};
use super::room_view::ask;
use super::scene::{Page, Scene, Wish};
use super::text;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::room::RoomCommand;
use crate::event::room::RoomAbout;
use crate::model::rooms::RoomView;

/// Rooms in the list, above the people; the rest is on the page.
const MOST: usize = 8;

/// What is typed on the page.
#[derive(Default)]
pub struct RoomList {
    name: String,
    members_only: bool,
    lecture: bool,
    asked: bool,
}

impl RoomList {
    /// The way to the page, invitations, and our rooms, in the manner of the list below them.
    pub fn list_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        open: Option<&str>,
        page: Page,
    ) -> Vec<Wish> {
        let mut wishes = Vec::new();
        ui.add_space(space::XS);
        let spacing = std::mem::take(&mut ui.spacing_mut().item_spacing.y);
        let words = t!(ui, "rooms-find");
        if flat_ui(ui, Sign::Icon(Icon::Rooms), &words, page == Page::Rooms).clicked() {
            self.asked = false;
            wishes.push(Wish::Show(Page::Rooms));
        }
        for invitation in &scene.model.invitations {
            let words = t!(
                ui,
                "rooms-invited",
                name = invitation.from.as_str(),
                room = invitation.room
            );
            let row = flat_ui(ui, Sign::New, &words, false);
            // The row may cut it off.
            let whole = format!("{words}\n{}", invitation.reason);
            if row.on_hover_text(whole.trim_end()).clicked() {
                let room = if invitation.id.is_empty() {
                    &invitation.room
                } else {
                    &invitation.id
                };
                wishes.push(ask(RoomCommand::RoomJoin {
                    room: room.clone(),
                    nick: None,
                    via: Some(invitation.from.clone()),
                }));
            }
        }
        for room in scene.model.rooms.values().take(MOST) {
            let selected = page == Page::Talk && open == Some(room.about.room.as_str());
            if row_ui(ui, room, selected) {
                wishes.push(Wish::OpenRoom(room.about.room.clone()));
            }
        }
        ui.spacing_mut().item_spacing.y = spacing;
        wishes
    }

    /// The page.
    pub fn page_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if !std::mem::replace(&mut self.asked, true) {
            wishes.push(ask(RoomCommand::Rooms));
        }
        ui.add_space(space::M);
        self.create_ui(ui, &mut wishes);
        ui.add_space(space::L);
        ui.label(RichText::new(t!(ui, "rooms-here")).font(theme::bold(size::BODY)));
        if scene.model.directory.is_empty() {
            ui.label(RichText::new(t!(ui, "rooms-none")).color(theme::palette(ui).weak));
        }
        for about in &scene.model.directory {
            directory_ui(ui, about, &mut wishes);
        }
        if ui.button(t!(ui, "rooms-again")).clicked() {
            self.asked = false;
        }
        wishes
    }

    fn create_ui(&mut self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        ui.label(RichText::new(t!(ui, "rooms-new")).font(theme::bold(size::BODY)));
        let name = t!(ui, "rooms-name");
        let field = ui.add(
            TextEdit::singleline(&mut self.name)
                .hint_text(&name)
                .char_limit(60),
        );
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        ui.checkbox(&mut self.members_only, t!(ui, "rooms-members-only"));
        ui.checkbox(&mut self.lecture, t!(ui, "rooms-lecture"));
        let ready = !self.name.trim().is_empty() && !self.name.contains('@');
        if ui
            .add_enabled(ready, egui::Button::new(t!(ui, "rooms-create")))
            .clicked()
        {
            wishes.push(ask(RoomCommand::RoomCreate {
                name: std::mem::take(&mut self.name).trim().to_owned(),
                nick: None,
                members_only: self.members_only,
                moderated: self.lecture,
            }));
            wishes.push(Wish::Show(Page::Talk));
        }
    }
}

fn row_ui(ui: &mut Ui, room: &RoomView, selected: bool) -> bool {
    let unread = match (room.mentions, room.unread) {
        (0, 0) => room.about.name.clone(),
        (0, unread) => t!(ui, "rooms-unread", name = room.about.name, count = unread),
        (mentions, unread) => t!(
            ui,
            "rooms-mentions",
            name = room.about.name,
            count = unread,
            mentions = mentions
        ),
    };
    let sign = if room.unread > 0 {
        Sign::New
    } else {
        Sign::Hash
    };
    let row = flat_ui(ui, sign, &unread, selected);
    if room.about.subject.is_empty() {
        return row.clicked();
    }
    row.on_hover_text(&room.about.subject).clicked()
}

/// What stands where the faces of people stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Icon(Icon),
    /// Of a room.
    Hash,
    /// Of a room with something new: its words are strong.
    New,
}

/// A row as wide as the list, in line with faces and names.
fn flat_ui(ui: &mut Ui, sign: Sign, words: &str, selected: bool) -> Response {
    let palette = theme::palette(ui);
    let (height, face) = if theme::is_compact(ui) {
        (30.0, 32.0)
    } else {
        (36.0, 40.0)
    };
    let size = vec2(ui.available_width(), height);
    let (place, response) = ui.allocate_exact_size(size, Sense::click());
    let spoken = match sign {
        Sign::Icon(_) => words.to_owned(),
        Sign::Hash | Sign::New => format!("# {words}"),
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &spoken));
    let card = place.shrink2(vec2(space::S, 1.0));
    let ground = if selected {
        palette.selected
    } else if response.hovered() {
        palette.hover
    } else {
        palette.side
    };
    let round = f32::from(theme::ROUND);
    ui.painter().rect_filled(card, round, ground);
    focus_ring(ui, &response, card);
    let middle = pos2(card.left() + space::S + face / 2.0, card.center().y);
    let strong = sign == Sign::New;
    if let Sign::Icon(icon) = sign {
        icon.paint(ui.painter(), middle, 18.0, palette.weak);
    } else {
        let color = if strong { palette.accent } else { palette.weak };
        let font = theme::bold(size::HEADING);
        ui.painter()
            .text(middle, Align2::CENTER_CENTER, "#", font, color);
    }
    let font = if strong {
        theme::bold(size::BODY)
    } else {
        theme::regular(size::BODY)
    };
    let left = middle.x + face / 2.0 + space::M;
    let room = card.right() - space::S - left;
    let words = text::fitted(ui, words, font, palette.text, room);
    let at = pos2(left, card.center().y - words.size().y / 2.0);
    ui.painter().galley(at, words, palette.text);
    response
}

fn directory_ui(ui: &mut Ui, about: &RoomAbout, wishes: &mut Vec<Wish>) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&about.name).font(theme::bold(size::BODY)));
        ui.label(t!(ui, "room-people", count = about.occupants));
        if about.members_only {
            ui.label(t!(ui, "rooms-closed"));
        }
        // An empty label would put what follows back to the row's beginning.
        if !about.subject.is_empty() {
            ui.label(RichText::new(&about.subject).color(theme::palette(ui).weak));
        }
        if about.joined {
            if ui.button(t!(ui, "rooms-open", name = about.name)).clicked() {
                wishes.push(Wish::OpenRoom(about.room.clone()));
            }
        } else if ui.button(t!(ui, "rooms-join", name = about.name)).clicked() {
            wishes.push(ask(RoomCommand::RoomJoin {
                room: about.id.clone(),
                nick: None,
                via: about.via.clone(),
            }));
        }
    });
}
