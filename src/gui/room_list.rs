//! Rooms beside contacts, and the page on which one finds, makes and enters them.

use egui::{Frame, Margin, RichText, Role, Sense, TextEdit, Ui, WidgetInfo};

use super::room_view::ask;
use super::scene::{Page, Scene, Wish};
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
    /// Our rooms and invitations, and the way to the page.
    pub fn list_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, open: Option<&str>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        Frame::new()
            .inner_margin(Margin::symmetric(12, 4))
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    if ui.button(t!(ui, "rooms-find")).clicked() {
                        self.asked = false;
                        wishes.push(Wish::Show(Page::Rooms));
                    }
                });
                for invitation in &scene.model.invitations {
                    let words = t!(
                        ui,
                        "rooms-invited",
                        name = invitation.from.as_str(),
                        room = invitation.room
                    );
                    if ui.button(words).on_hover_text(&invitation.reason).clicked() {
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
                    if row_ui(ui, room, open == Some(room.about.room.as_str())) {
                        wishes.push(Wish::OpenRoom(room.about.room.clone()));
                    }
                }
            });
        wishes
    }

    /// The page.
    pub fn page_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if !std::mem::replace(&mut self.asked, true) {
            wishes.push(ask(RoomCommand::Rooms));
        }
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
    let text = RichText::new(format!("# {unread}"));
    let text = if room.unread > 0 {
        text.font(theme::bold(size::BODY))
    } else {
        text
    };
    let row = ui.add(egui::Button::selectable(selected, text).sense(Sense::click()));
    row.on_hover_text(&room.about.subject).clicked()
}

fn directory_ui(ui: &mut Ui, about: &RoomAbout, wishes: &mut Vec<Wish>) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&about.name).font(theme::bold(size::BODY)));
        ui.label(t!(ui, "room-people", count = about.occupants));
        if about.members_only {
            ui.label(t!(ui, "rooms-closed"));
        }
        ui.label(RichText::new(&about.subject).color(theme::palette(ui).weak));
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
