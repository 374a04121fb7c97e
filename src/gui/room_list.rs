//! Rooms beside contacts, and the page on which one finds, makes and enters them.

use egui::{
    Align2, Frame, Margin, Rect, Response, RichText, Role, ScrollArea, Sense, TextEdit, Ui,
    WidgetInfo, pos2, vec2,
};

use super::drag;
use super::icons::{Icon, focus_ring};
use super::room_entry::{self as entry, Entry};
use super::room_view::ask;
use super::scene::{Page, Scene, Wish};
use super::settings_view::section;
use super::text;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::room::RoomCommand;
use crate::event::room::{Notify, RoomAbout};
use crate::model::Model;
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
    /// More than the first few of our rooms are shown.
    all: bool,
    /// The room that was made here, by name: it is opened as soon as it is there.
    awaited: Option<String>,
    /// The room that is being entered.
    pub(super) entry: Entry,
}

/// Our rooms with this in their name, the latest line first.
pub fn by_latest<'a>(model: &'a Model, wanted: &str) -> Vec<&'a RoomView> {
    let wanted = wanted.trim().to_lowercase();
    let rooms = model.rooms.values();
    let mut rooms: Vec<&RoomView> = rooms
        .filter(|room| room.about.name.to_lowercase().contains(&wanted))
        .collect();
    // What is loaded may end in the past.
    let latest = |room: &RoomView| match room.detached {
        true => room.latest,
        false => room.lines.back().map(|line| line.time),
    };
    rooms.sort_by_cached_key(|room| {
        let name = room.about.name.to_lowercase();
        let latest = std::cmp::Reverse(latest(room));
        (latest, name, room.about.room.clone())
    });
    rooms
}

impl RoomList {
    /// Our rooms in the order in which the list shows them: the latest line first. Of many only the first few, and those in which
    /// something is for us or which are open. With `wanted`, those with this in their name.
    pub fn order<'a>(
        &self,
        scene: &Scene<'a>,
        open: Option<&str>,
        wanted: &str,
    ) -> Vec<&'a RoomView> {
        let mut rooms = by_latest(scene.model, wanted);
        if !self.all && rooms.len() > MOST {
            // What is new, and what is open, is shown whatever its age.
            let matters =
                |room: &&RoomView| room.mentions > 0 || open == Some(room.about.room.as_str());
            let (mut first, rest): (Vec<_>, Vec<_>) =
                rooms.iter().copied().partition(|room| matters(room));
            first.extend(rest);
            first.truncate(MOST);
            rooms.retain(|room| first.iter().any(|kept| kept.about.room == room.about.room));
        }
        rooms
    }

    /// The way to the page, invitations, and our rooms, in the manner of the list below them. `wanted` is what is searched for.
    pub fn list_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        open: Option<&str>,
        page: Page,
        wanted: &str,
    ) -> Vec<Wish> {
        let mut wishes = Vec::new();
        ui.add_space(space::XS);
        let spacing = std::mem::take(&mut ui.spacing_mut().item_spacing.y);
        let words = t!(ui, "rooms-find");
        if flat_ui(
            ui,
            Sign::Icon(Icon::Rooms),
            &words,
            page == Page::Rooms,
            None,
        )
        .clicked()
        {
            self.asked = false;
            wishes.push(Wish::Show(Page::Rooms));
        }
        for invitation in &scene.model.invitations {
            let from = scene.model.contacts.get(&invitation.from);
            let from = from.map_or(invitation.from.as_str(), |contact| &contact.nick);
            let (name, room) = (from, entry::name(&invitation.room));
            let words = t!(ui, "rooms-invited", name = name, room = room);
            let row = flat_ui(ui, Sign::New, &words, false, None);
            // The row may cut it off, and a nick is not an address.
            let (from, room) = (invitation.from.as_str(), &invitation.room);
            let whole = format!("{words}\n{from}, {room}\n{}", invitation.reason);
            if row.on_hover_text(whole.trim_end()).clicked() {
                let room = if invitation.id.is_empty() {
                    &invitation.room
                } else {
                    &invitation.id
                };
                let via = Some(invitation.from.clone());
                wishes.push(self.entry.begin(&invitation.room, room, via));
            }
        }
        if page != Page::Rooms {
            self.entry.ui(ui, scene, &mut wishes);
        }
        let open = open.filter(|_| page == Page::Talk);
        let rooms = self.order(scene, open, wanted);
        self.rows_ui(ui, scene, &rooms, open, &mut wishes);
        self.go_where_awaited(scene, &mut wishes);
        ui.spacing_mut().item_spacing.y = spacing;
        wishes
    }

    fn rows_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        rooms: &[&RoomView],
        open: Option<&str>,
        wishes: &mut Vec<Wish>,
    ) {
        let most = (ui.available_height() * 0.5).max(120.0);
        ScrollArea::vertical()
            .id_salt("rooms")
            .max_height(most)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for room in rooms {
                    let selected = open == Some(room.about.room.as_str());
                    row_ui(ui, room, selected, wishes);
                }
            });
        let all = scene.model.rooms.len();
        if all > MOST && rooms.len() >= MOST {
            let words = match self.all {
                true => t!(ui, "rooms-fewer"),
                false => t!(ui, "rooms-all", count = all),
            };
            if flat_ui(ui, Sign::Icon(Icon::Down), &words, false, None).clicked() {
                self.all = !self.all;
            }
        }
    }

    /// A room that was made here is opened as soon as it is there.
    fn go_where_awaited(&mut self, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        if let Some(awaited) = &self.awaited {
            let is = |about: &RoomAbout| about.joined && about.name == *awaited;
            let came = scene.model.rooms.values().find(|room| is(&room.about));
            if let Some(room) = came {
                wishes.push(Wish::OpenRoom(room.about.room.clone()));
                self.awaited = None;
            }
        }
    }

    /// The page.
    pub fn page_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if !std::mem::replace(&mut self.asked, true) {
            wishes.push(ask(RoomCommand::Rooms));
        }
        self.create_ui(ui, scene, &mut wishes);
        section(ui, &t!(ui, "rooms-here"));
        if scene.model.directory.is_empty() {
            ui.label(RichText::new(t!(ui, "rooms-none")).color(theme::palette(ui).weak));
        }
        self.entry.ui(ui, scene, &mut wishes);
        for about in &scene.model.directory {
            if directory_ui(ui, about, &mut wishes) {
                wishes.push(self.entry.begin(&about.room, &about.id, about.via.clone()));
            }
        }
        if ui.button(t!(ui, "rooms-again")).clicked() {
            self.asked = false;
        }
        wishes
    }

    fn create_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        section(ui, &t!(ui, "rooms-new"));
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
            let name = std::mem::take(&mut self.name).trim().to_owned();
            let known = scene.model.rooms.values();
            self.awaited =
                (!known.clone().any(|room| room.about.name == name)).then(|| name.clone());
            wishes.push(ask(RoomCommand::RoomCreate {
                name,
                nick: None,
                members_only: self.members_only,
                moderated: self.lecture,
            }));
            wishes.push(Wish::Show(Page::Talk));
        }
    }
}

fn row_ui(ui: &mut Ui, room: &RoomView, selected: bool, wishes: &mut Vec<Wish>) {
    let name = &room.about.name;
    let spoken = match (room.mentions, room.unread) {
        (0, 0) => name.clone(),
        (0, unread) => t!(ui, "rooms-unread", name = name, count = unread),
        (mentions, unread) => t!(
            ui,
            "rooms-mentions",
            name = name,
            count = unread,
            mentions = mentions
        ),
    };
    let sign = match room.unread > 0 && room.notify != Notify::None {
        true => Sign::New,
        false => Sign::Hash,
    };
    let badge = Badge {
        spoken: &spoken,
        room,
    };
    let row = flat_ui(ui, sign, name, selected, Some(badge));
    let card = row.rect.shrink2(vec2(space::S, 1.0));
    if row.clicked() {
        wishes.push(Wish::OpenRoom(room.about.room.clone()));
    }
    if room.about.joined {
        let dragged = drag::Room {
            room: room.about.room.clone(),
            name: name.clone(),
        };
        drag::take(ui, &row, dragged, &format!("# {name}"));
        let inside = |person: &drag::Person| {
            let jid = person.jid.as_str();
            !room.members.iter().any(|member| member.jid == jid)
        };
        if let Some(person) = drag::drop(ui, &row, card, inside) {
            wishes.push(super::room_head::invite(&room.about.room, &person.jid));
        }
    }
    row.context_menu(|ui| {
        theme::outline_ticks(ui);
        for (level, words) in [
            (Notify::All, t!(ui, "room-notify-all")),
            (Notify::Mentions, t!(ui, "room-notify-mentions")),
            (Notify::None, t!(ui, "room-notify-none")),
        ] {
            if ui.radio(level == room.notify, words).clicked() {
                wishes.push(ask(RoomCommand::RoomSeen {
                    room: room.about.room.clone(),
                    notify: Some(level),
                }));
                ui.close();
            }
        }
    });
    if !room.about.subject.is_empty() {
        row.on_hover_text(&room.about.subject);
    }
}

/// What stands at the end of a room's row.
struct Badge<'a> {
    spoken: &'a str,
    room: &'a RoomView,
}

impl Badge<'_> {
    /// Draws it; gives where it begins.
    fn paint(&self, ui: &Ui, card: Rect) -> f32 {
        let palette = theme::palette(ui);
        let (unread, mentions) = (self.room.unread, self.room.mentions);
        let right = card.right() - space::S;
        let center = card.center().y;
        if unread == 0 {
            if self.room.notify != Notify::None {
                return right;
            }
            let words = text::one_line(ui, &t!(ui, "rooms-muted"), size::SMALL, palette.weak, 80.0);
            let at = pos2(right - words.size().x, center - words.size().y / 2.0);
            ui.painter().galley(at, words, palette.weak);
            return at.x - space::XS;
        }
        let loud = match self.room.notify {
            Notify::All => true,
            Notify::Mentions => mentions > 0,
            Notify::None => false,
        };
        let words = match mentions {
            0 => unread.min(999).to_string(),
            _ => format!("@ {}", unread.min(999)),
        };
        let (fill, color) = match loud {
            true => (palette.accent, palette.on_accent),
            false => (palette.line, palette.text),
        };
        let words = ui
            .painter()
            .layout_no_wrap(words, theme::bold(size::SMALL), color);
        let width = (words.size().x + 12.0).max(20.0);
        let pill = Rect::from_min_size(pos2(right - width, center - 9.0), vec2(width, 18.0));
        ui.painter().rect_filled(pill, 9.0, fill);
        ui.painter()
            .galley(pill.center() - words.size() / 2.0, words, color);
        pill.left() - space::XS
    }
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
fn flat_ui(
    ui: &mut Ui,
    sign: Sign,
    words: &str,
    selected: bool,
    badge: Option<Badge<'_>>,
) -> Response {
    let palette = theme::palette(ui);
    let (height, face) = if theme::is_compact(ui) {
        (30.0, 32.0)
    } else {
        (36.0, 40.0)
    };
    let size = vec2(ui.available_width(), height);
    let (place, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let said = badge.as_ref().map_or(words, |badge| badge.spoken);
    let spoken = match sign {
        Sign::Icon(_) => said.to_owned(),
        Sign::Hash | Sign::New => format!("# {said}"),
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
    let end = badge.map_or(card.right() - space::S, |badge| badge.paint(ui, card));
    let room = end - left;
    let words = text::fitted(ui, words, font, palette.text, room);
    let at = pos2(left, card.center().y - words.size().y / 2.0);
    ui.painter().galley(at, words, palette.text);
    response
}

/// A room of this network; true if it is to be entered.
fn directory_ui(ui: &mut Ui, about: &RoomAbout, wishes: &mut Vec<Wish>) -> bool {
    let palette = theme::palette(ui);
    let frame = Frame::new()
        .fill(palette.side)
        .corner_radius(theme::ROUND)
        .inner_margin(Margin::symmetric(12, 8));
    let enter = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.horizontal_wrapped(|ui| {
            let room = ui.available_width();
            let name = text::fitted(ui, &about.name, theme::bold(size::BODY), palette.text, room);
            ui.label(name)
                .widget_info(|| WidgetInfo::labeled(Role::Label, true, &about.name));
            let weak = |words: String| RichText::new(words).color(palette.weak);
            ui.label(weak(t!(ui, "room-people", count = about.occupants)));
            if about.members_only {
                ui.label(weak(t!(ui, "rooms-closed")));
            }
        });
        if !about.subject.is_empty() {
            super::fonts::prepare(ui.ctx(), &about.subject);
            let subject = RichText::new(&about.subject).color(palette.weak);
            ui.add(egui::Label::new(subject).wrap());
        }
        ui.add_space(space::XS);
        ui.horizontal_wrapped(|ui| directory_acts_ui(ui, about, wishes))
            .inner
    });
    enter.inner
}

fn directory_acts_ui(ui: &mut Ui, about: &RoomAbout, wishes: &mut Vec<Wish>) -> bool {
    if about.joined {
        if text::button(ui, &t!(ui, "rooms-open", name = about.name)).clicked() {
            wishes.push(Wish::OpenRoom(about.room.clone()));
        }
        return false;
    }
    let enter = text::button(ui, &t!(ui, "rooms-join", name = about.name)).clicked();
    // One that we were in: what was said is still here.
    if about.via.is_none() {
        let button = ui.button(t!(ui, "rooms-forget", name = about.name));
        if button
            .on_hover_text(t!(ui, "room-delete-explained"))
            .clicked()
        {
            wishes.push(ask(RoomCommand::RoomLeave {
                room: about.id.clone(),
                delete: true,
            }));
            wishes.push(ask(RoomCommand::Rooms));
        }
    }
    enter
}
