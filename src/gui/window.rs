//! What is in the window: the list, the large pane, and the ways between them. It reads the model and gives back wishes;
//! it knows neither the node nor the desktop, so that tests can run it without either.

use egui::{CentralPanel, Frame, Key, Margin, Modifiers, Panel, RichText, Ui, vec2};

use super::composer::Composer;
use super::contacts::{self, Contacts};
use super::conversation::Talk;
use super::crop::Crop;
use super::doctor_view::DoctorView;
use super::first_run::FirstRun;
use super::icons::Icon;
use super::keys::{self, Act};
use super::network_view::NetworkView;
use super::profile::{self, Profile};
use super::room_list::RoomList;
use super::room_view::RoomPane;
use super::scene::{Page, Scene, Wish};
use super::search_view::SearchView;
use super::settings_view::SettingsView;
use super::switcher::{Outcome, Switcher};
use super::theme::{self, size, space};
use super::words::{Speaks, t};
use crate::event::Event;
use crate::model::Contact;
use crate::wire::jid::Jid;

/// All views and what is open.
pub struct Window {
    page: Page,
    selected: Option<Jid>,
    /// The open contact as last seen: somebody who goes away unspoken to leaves the model, but not the open pane.
    last_known: Option<Contact>,
    first_run: FirstRun,
    contacts: Contacts,
    talk: Talk,
    profile: Profile,
    settings: SettingsView,
    network: NetworkView,
    /// The open room; then nobody is selected.
    room: Option<String>,
    rooms: RoomList,
    room_pane: RoomPane,
    search: SearchView,
    doctor: DoctorView,
    key_map: bool,
    switcher: Option<Switcher>,
    /// What had the keyboard before the map or the switcher; and whether it gets it back now.
    before: Option<egui::Id>,
    give_back: bool,
    crop: Option<Crop>,
    icon: Option<egui::TextureHandle>,
}

impl Window {
    /// Nothing open. `suggested` is the name that the first start proposes.
    pub fn new(suggested: &str) -> Window {
        Window {
            page: Page::Talk,
            selected: None,
            last_known: None,
            first_run: FirstRun::new(suggested),
            contacts: Contacts::default(),
            talk: Talk::default(),
            profile: Profile::default(),
            settings: SettingsView::default(),
            network: NetworkView::default(),
            room: None,
            rooms: RoomList::default(),
            room_pane: RoomPane::default(),
            search: SearchView::default(),
            doctor: DoctorView::default(),
            key_map: false,
            switcher: None,
            before: None,
            give_back: false,
            crop: None,
            icon: None,
        }
    }

    /// Shows our icon on the first page.
    pub fn set_icon(&mut self, icon: egui::TextureHandle) {
        self.icon = Some(icon);
    }

    /// With whom the conversation is that is in sight.
    pub fn in_sight(&self) -> Option<&Jid> {
        self.selected.as_ref().filter(|_| self.page == Page::Talk)
    }

    /// The room that is in sight.
    pub fn room_in_sight(&self) -> Option<&str> {
        self.room.as_deref().filter(|_| self.page == Page::Talk)
    }

    /// Opens a room, with the cursor in the field.
    pub fn open_room(&mut self, room: &str) {
        (self.page, self.selected) = (Page::Talk, None);
        self.room = Some(room.to_owned());
        self.room_pane.enter();
    }

    /// With whom the conversation is that was opened last, in sight or not.
    pub fn opened(&self) -> Option<&Jid> {
        self.selected.as_ref()
    }

    /// An answer came that a view has asked for.
    pub fn hear(&mut self, event: &Event) {
        self.search.hear(event);
        self.rooms.entry.hear(event);
    }

    /// Does the window say by itself that this room was not entered?
    pub fn tells_of_room(&self, room: &str) -> bool {
        self.rooms.entry.tells_of(room)
    }

    /// What is to be asked of the node before the window ends: drafts to keep.
    pub fn leave(&mut self) -> Vec<Wish> {
        self.talk.composer.unkept()
    }

    /// Opens a conversation, with the cursor in the field.
    pub fn open(&mut self, jid: Jid) {
        self.page = Page::Talk;
        self.selected = Some(jid);
        self.room = None;
        self.talk.composer.focus();
    }

    /// Puts a file beside the text of a conversation.
    pub fn attach(&mut self, to: Jid, path: std::path::PathBuf) {
        self.talk.composer.attach(&to, path);
    }

    /// Files were dropped: onto a person in the list, to them; onto a conversation, to who is in it; anywhere else, a
    /// picture of ourselves.
    fn dropped(&mut self, ui: &Ui) -> Option<Wish> {
        let over = self.contacts.files_over.take();
        let paths: Vec<std::path::PathBuf> = ui.input(|input| {
            let files = input.raw.dropped_files.iter();
            files.map(|file| file.path().to_owned()).collect()
        });
        let first = paths.first()?.clone();
        match over.or_else(|| self.in_sight().cloned()) {
            Some(to) => Some(Wish::SendFiles(to, paths)),
            None => Some(Wish::UsePicture(first)),
        }
    }

    /// Asks which part of a picture is to be our face.
    pub fn crop(&mut self, picture: image::DynamicImage) {
        self.crop = Some(Crop::new(picture));
    }

    /// Draws everything into `ui`. `watched`: the window has the keyboard.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, watched: bool) -> Vec<Wish> {
        if scene.model.settings.nick.is_empty() {
            let frame = Frame::new().fill(theme::palette(ui).ground);
            return CentralPanel::no_frame()
                .frame(frame)
                .show(ui, |ui| self.first_run.ui(ui, self.icon.as_ref()))
                .inner;
        }
        let narrow = ui.available_width() <= theme::NARROW;
        let give_back = std::mem::take(&mut self.give_back);
        let mut wishes = self.shortcuts(ui, scene);
        let nothing_open = self.selected.is_none() && self.room.is_none();
        let list_alone = narrow && nothing_open && self.page == Page::Talk;
        if list_alone {
            CentralPanel::no_frame().show(ui, |ui| wishes.extend(self.list_ui(ui, scene, true)));
        } else {
            if !narrow {
                let frame = Frame::new().fill(theme::palette(ui).side);
                let list = Panel::left("people")
                    .frame(frame)
                    .resizable(true)
                    .default_size(300.0)
                    .size_range(220.0..=420.0);
                list.show(ui, |ui| wishes.extend(self.list_ui(ui, scene, false)));
            }
            let frame = Frame::new().fill(theme::palette(ui).ground);
            CentralPanel::no_frame().frame(frame).show(ui, |ui| {
                notice_ui(ui, scene, &mut wishes);
                wishes.extend(self.pane_ui(ui, scene, watched, narrow));
            });
        }
        wishes.extend(
            self.talk
                .composer
                .tick(ui.ctx(), self.in_sight().cloned().as_ref()),
        );
        if let Some(switcher) = &mut self.switcher {
            match switcher.ui(ui.ctx(), scene) {
                Outcome::Open => {}
                Outcome::Closed => {
                    self.switcher = None;
                    self.give_back = true;
                    ui.ctx().request_repaint();
                }
                Outcome::Go(wish) => {
                    self.switcher = None;
                    wishes.push(wish);
                }
            }
        }
        if let Some(crop) = &mut self.crop {
            let (more, done) = crop.ui(ui.ctx());
            wishes.extend(more);
            if done {
                self.crop = None;
            }
        }
        if let Some(wish) = self.dropped(ui) {
            if let Wish::SendFiles(to, _) = &wish {
                wishes.push(Wish::Open(to.clone()));
            }
            wishes.push(wish);
        }
        let asked = wishes.len();
        wishes.retain(|wish| !self.fulfil(wish));
        if give_back && let Some(before) = self.before.take() {
            ui.memory_mut(|memory| memory.request_focus(before));
        }
        let closed = self.key_map && keys::map_ui(ui.ctx());
        if closed || wishes.len() < asked {
            self.key_map &= !closed;
            // In the next frame: in this one the map still keeps the keyboard from what is below it.
            self.give_back |= closed;
            ui.ctx().request_repaint();
        }
        wishes
    }

    fn list_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, alone: bool) -> Vec<Wish> {
        let rect = ui.max_rect();
        ui.painter().rect_filled(rect, 0.0, theme::palette(ui).side);
        let mut wishes = Vec::new();
        // What is at the foot comes last, also for Tab.
        let border = (rect.bottom() - profile::HEIGHT).max(rect.top());
        let part = |y: std::ops::RangeInclusive<f32>, salt: &str| {
            let place = egui::Rect::from_x_y_ranges(rect.x_range(), y);
            egui::UiBuilder::new().max_rect(place).id_salt(salt)
        };
        ui.scope_builder(part(rect.top()..=border, "list"), |ui| {
            if alone {
                notice_ui(ui, scene, &mut wishes);
            }
            ui.add_space(space::M);
            wishes.extend(self.contacts.search_ui(ui, scene));
            let room = self.room.as_deref();
            let wanted = self.contacts.wanted();
            wishes.extend(self.rooms.list_ui(ui, scene, room, self.page, wanted));
            wishes.extend(self.contacts.ui(ui, scene, self.selected.as_ref()));
        });
        ui.scope_builder(part(border..=rect.bottom(), "foot"), |ui| {
            wishes.extend(self.profile.ui(ui, scene, self.page));
        });
        wishes
    }

    fn pane_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        watched: bool,
        narrow: bool,
    ) -> Vec<Wish> {
        match self.page {
            Page::Talk => self.talk_ui(ui, scene, watched, narrow),
            Page::Settings => {
                let view = &mut self.settings;
                page_ui(ui, &t!(ui, "settings-title"), |ui| view.ui(ui, scene))
            }
            Page::Search => self.search.ui(ui, scene),
            Page::Rooms => {
                let view = &mut self.rooms;
                page_ui(ui, &t!(ui, "rooms-title"), |ui| view.page_ui(ui, scene))
            }
            Page::Files => {
                let view = &mut self.talk.transfers;
                page_ui(ui, &t!(ui, "files-title"), |ui| view.page_ui(ui, scene))
            }
            Page::Network => {
                let view = &mut self.network;
                page_ui(ui, &t!(ui, "network-title"), |ui| view.ui(ui, scene))
            }
            Page::Doctor => {
                let view = &mut self.doctor;
                page_ui(ui, &t!(ui, "doctor-title"), |ui| view.ui(ui, scene))
            }
        }
    }

    fn talk_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        watched: bool,
        narrow: bool,
    ) -> Vec<Wish> {
        if let Some(room) = self.room.clone() {
            return self.room_pane.ui(ui, scene, &room, watched, narrow);
        }
        let Some(jid) = &self.selected else {
            hint_ui(ui, scene, self.icon.as_ref());
            return Vec::new();
        };
        let contact = match (scene.model.contacts.get(jid), self.last_known.take()) {
            (Some(contact), _) => head(contact),
            (None, Some(known)) if known.jid == *jid => Contact {
                peer: None,
                ..known
            },
            (None, _) => Contact::new(jid.clone()),
        };
        let wishes = match scene.model.contacts.get(jid) {
            Some(known) => self.talk.ui(ui, scene, known, watched, narrow),
            None => self.talk.ui(ui, scene, &contact, watched, narrow),
        };
        self.last_known = Some(contact);
        wishes
    }

    /// Does what concerns only the window; true if nothing is left to do.
    fn fulfil(&mut self, wish: &Wish) -> bool {
        match wish {
            Wish::Open(jid) => self.open(jid.clone()),
            Wish::OpenRoom(room) => self.open_room(room),
            Wish::Show(page) => {
                self.page = *page;
                self.network.enter();
                if *page == Page::Search {
                    self.search
                        .start(self.selected.as_ref(), self.room.as_deref());
                }
            }
            Wish::Jump { with, id, terms } => {
                self.open(with.clone());
                self.talk.jump(id, terms.as_deref());
                return false;
            }
            Wish::JumpInRoom { room, id, terms } => {
                if self.room_in_sight() != Some(room) {
                    self.open_room(room);
                }
                self.room_pane.jump(id, terms.as_deref());
                return false;
            }
            Wish::Back => self.back(),
            Wish::Ask(_)
            | Wish::ForgetNotice
            | Wish::ChoosePicture
            | Wish::Attach(..)
            | Wish::SendFiles(..)
            | Wish::PastePicture(..)
            | Wish::Discard(_)
            | Wish::UsePicture(_)
            | Wish::SaveElsewhere(_)
            | Wish::ChooseDownloads
            | Wish::AcceptInto(_)
            | Wish::OpenPath(_)
            | Wish::Shrink(_)
            | Wish::Newest(_)
            | Wish::Export(_)
            | Wish::Examine
            | Wish::Autostart(_)
            | Wish::Quit => return false,
        }
        true
    }

    fn back(&mut self) {
        if self.page == Page::Talk {
            (self.selected, self.room) = (None, None);
            self.contacts.start_search();
        } else {
            self.page = Page::Talk;
            if self.room.is_some() {
                self.room_pane.enter();
            }
            self.talk.composer.focus();
        }
    }

    fn shortcuts(&mut self, ui: &Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for act in keys::pressed(ui) {
            match act {
                Act::Search => {
                    if ui.available_width() <= theme::NARROW {
                        self.page = Page::Talk;
                        self.selected = None;
                    }
                    self.contacts.start_search();
                }
                Act::Next | Act::Previous => {
                    wishes.extend(self.neighbour(scene, act == Act::Next));
                }
                Act::Find => wishes.push(Wish::Show(Page::Search)),
                Act::Switch => {
                    self.before = ui.memory(egui::Memory::focused);
                    self.switcher = Some(Switcher::default());
                }
                Act::Favourite => {
                    wishes.extend(self.in_sight().map(|jid| contacts::favour(scene, jid)));
                }
                Act::Doctor => wishes.push(Wish::Show(Page::Doctor)),
                Act::Settings => wishes.push(Wish::Show(Page::Settings)),
                Act::Network => wishes.push(Wish::Show(Page::Network)),
                Act::KeyMap => {
                    self.key_map = !self.key_map;
                    if self.key_map {
                        self.before = ui.memory(egui::Memory::focused);
                    }
                    self.give_back = !self.key_map;
                }
                Act::Quit => wishes.push(Wish::Quit),
                Act::Back => wishes.push(Wish::Back),
            }
        }
        self.loose_keys(ui, scene, &mut wishes);
        if self.selected.is_none() || self.page != Page::Talk {
            wishes.extend(self.talk.leave());
        }
        wishes
    }

    /// The conversation below or above the open one, in the order of the list: rooms, then people.
    fn neighbour(&self, scene: &Scene<'_>, next: bool) -> Option<Wish> {
        let open = self.room.as_deref();
        let rooms = self.rooms.order(scene, open, self.contacts.wanted());
        let rooms = rooms.iter().map(|room| room.about.room.clone());
        let people = self.contacts.shown(scene).into_iter();
        let people = people.map(|contact| Wish::Open(contact.jid.clone()));
        let all: Vec<Wish> = rooms.map(Wish::OpenRoom).chain(people).collect();
        let open = match (&self.room, &self.selected) {
            (Some(room), _) => Some(Wish::OpenRoom(room.clone())),
            (None, jid) => jid.clone().map(Wish::Open),
        };
        let at = open.and_then(|open| all.iter().position(|one| *one == open));
        let to = match (at, next) {
            (None, _) => 0,
            (Some(at), true) => (at + 1) % all.len(),
            (Some(at), false) => at.checked_sub(1).unwrap_or(all.len() - 1),
        };
        all.get(to).cloned()
    }

    /// Escape, and letters typed while nothing has the keyboard.
    fn loose_keys(&mut self, ui: &Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        let busy = self.key_map
            || self.switcher.is_some()
            || self.crop.is_some()
            || egui::Popup::is_any_open(ui.ctx());
        let focused = ui.memory(egui::Memory::focused);
        let searching = focused == Some(Contacts::search_id());
        if busy {
            return;
        }
        // The search takes the key itself while there is something to clear.
        let idle_search = searching && !self.contacts.is_searching();
        // An answer or a change is given up first.
        if self
            .in_sight()
            .is_some_and(|open| self.talk.takes_escape(open))
            || self.room_in_sight().is_some() && self.room_pane.takes_escape()
        {
            return;
        }
        if (focused.is_none() || focused == Some(Composer::id()) || idle_search)
            && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
        {
            wishes.push(Wish::Back);
        }
        if focused.is_some() {
            return;
        }
        let typed = ui.input_mut(|input| {
            let mut typed = String::new();
            input.events.retain(|event| {
                let egui::Event::Text(text) = event else {
                    return true;
                };
                typed.push_str(text);
                false
            });
            typed
        });
        let down = ui.input(|input| input.key_pressed(Key::ArrowDown));
        match self.in_sight().cloned() {
            Some(open) if !typed.is_empty() => self.talk.composer.type_ahead(&open, &typed),
            None if self.room_in_sight().is_some() && !typed.is_empty() => {
                self.room_pane.type_ahead(&typed);
            }
            None if self.page == Page::Talk && self.room.is_none() && !typed.trim().is_empty() => {
                self.contacts.type_ahead(scene, &typed);
            }
            _ if down && self.page == Page::Talk => self.contacts.start_search(),
            _ => {}
        }
    }
}

/// Somebody without the messages.
fn head(contact: &Contact) -> Contact {
    Contact {
        nick: contact.nick.clone(),
        peer: contact.peer.clone(),
        gone: contact.gone,
        ..Contact::new(contact.jid.clone())
    }
}

/// A page with a title and a way back, scrolled as a whole, no wider than reads well.
fn page_ui(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui) -> Vec<Wish>) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let frame = Frame::new().inner_margin(Margin::symmetric(10, 8));
    Panel::top("page header").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            if Icon::Back.button(ui, &t!(ui, "pane-back")).clicked() {
                wishes.push(Wish::Back);
            }
            ui.label(RichText::new(title).font(theme::bold(size::HEADING)));
        });
    });
    egui::ScrollArea::vertical()
        .id_salt(title)
        .auto_shrink(false)
        .show(ui, |ui| {
            let width = ui.available_width();
            let column = (width - 2.0 * space::XL).clamp(100.0, 600.0);
            let margin = ((width - column) / 2.0).clamp(0.0, 120.0);
            ui.horizontal_top(|ui| {
                ui.add_space(margin);
                ui.vertical(|ui| {
                    ui.set_width(column);
                    ui.add_space(space::S);
                    wishes.extend(content(ui));
                    ui.add_space(space::XL);
                });
            });
        });
    wishes
}

/// The large pane while no conversation is open.
fn hint_ui(ui: &mut Ui, scene: &Scene<'_>, icon: Option<&egui::TextureHandle>) {
    let palette = theme::palette(ui);
    ui.add_space((ui.available_height() * 0.34).max(0.0));
    ui.vertical_centered(|ui| {
        // No wider than reads well, and never at the very edge.
        ui.set_max_width((ui.available_width() - 2.0 * space::XL).clamp(100.0, 440.0));
        if let Some(icon) = icon {
            ui.add(
                egui::Image::new(icon)
                    .fit_to_exact_size(vec2(56.0, 56.0))
                    .alt_text("Balcony"),
            );
            ui.add_space(space::S);
        }
        if scene.model.contacts.is_empty() {
            ui.label(RichText::new(t!(ui, "pane-quiet")).font(theme::bold(size::HEADING)));
            ui.label(RichText::new(t!(ui, "pane-quiet-hint")).color(palette.weak));
        } else {
            ui.label(RichText::new(t!(ui, "pane-choose")).font(theme::bold(size::HEADING)));
            ui.label(RichText::new(t!(ui, "pane-choose-hint")).color(palette.weak));
        }
    });
}

/// The oldest thing that the user should know, as a quiet bar.
fn notice_ui(ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
    let Some(notice) = scene.model.notices.front() else {
        return;
    };
    let palette = theme::palette(ui);
    let said = ui.words().said(notice).into_owned();
    Frame::new()
        .fill(palette.notice)
        .inner_margin(Margin::symmetric(12, 4))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(18.0, 18.0), egui::Sense::hover());
                Icon::Info.paint(ui.painter(), rect.center(), 17.0, palette.text);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if Icon::Close.button(ui, &t!(ui, "notice-dismiss")).clicked() {
                        wishes.push(Wish::ForgetNotice);
                    }
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        ui.add(egui::Label::new(RichText::new(said).color(palette.text)).wrap());
                    });
                });
            });
        });
}
