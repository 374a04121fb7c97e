//! The people on this network: search on top, who is here by the latest conversation, who was here below.

use egui::{Align2, Event, Id, Key, Modifiers, Rect, Role, TextEdit, Ui, WidgetInfo, pos2, vec2};

use super::contact_row::{self, Click};
use super::icons::Icon;
use super::keys;
use super::scene::{Scene, Wish};
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::model::Contact;
use crate::wire::jid::Jid;

/// Height of a heading, in points.
const HEADING: f32 = 28.0;

/// The list and its search field.
#[derive(Default)]
pub struct Contacts {
    search: String,
    /// Whom Enter opens, while a search runs or the arrows were used.
    marked: Option<Jid>,
    scroll_to_marked: bool,
    focus_search: bool,
    filter: Filter,
    /// Over whom files hang, or were dropped, in this frame.
    pub(super) files_over: Option<Jid>,
}

/// Which people the list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Filter {
    #[default]
    All,
    Here,
    Unread,
}

impl Filter {
    fn shows(self, contact: &Contact) -> bool {
        match self {
            Filter::All => true,
            Filter::Here => contact.is_online(),
            Filter::Unread => contact.conversation.unread > 0,
        }
    }
}

/// Makes somebody a favourite, or no longer.
pub fn favour(scene: &Scene<'_>, jid: &Jid) -> Wish {
    let mut favourites = scene.model.settings.favourites.clone();
    let before = favourites.len();
    favourites.retain(|one| one != jid);
    if favourites.len() == before {
        favourites.push(jid.clone());
    }
    Wish::Ask(Command::Configure {
        settings: serde_json::json!({ "favourites": favourites }),
    })
}

enum Entry<'a> {
    Heading(String),
    Person(&'a Contact),
}

impl Contacts {
    /// Puts the cursor into the search field, for a new search.
    pub fn start_search(&mut self) {
        self.search.clear();
        self.marked = None;
        self.focus_search = true;
    }

    /// Takes a letter that was typed while nothing had the keyboard.
    pub fn type_ahead(&mut self, scene: &Scene<'_>, text: &str) {
        self.search.push_str(text);
        self.marked = self.first_match(scene);
        self.focus_search = true;
    }

    /// Whether there is something that Escape would clear.
    pub fn is_searching(&self) -> bool {
        !self.search.is_empty() || self.marked.is_some()
    }

    /// The id of the search field.
    pub fn search_id() -> Id {
        Id::unique("search people")
    }

    /// Everybody in the order of the list: favourites, who is here, who is not; each by the latest conversation.
    pub fn order<'a>(scene: &Scene<'a>) -> Vec<&'a Contact> {
        let favourites = &scene.model.settings.favourites;
        let (mut first, others): (Vec<_>, Vec<_>) = scene
            .model
            .by_recency()
            .into_iter()
            .partition(|contact| favourites.contains(&contact.jid));
        first.extend(others);
        first
    }

    /// What is searched for.
    pub fn wanted(&self) -> &str {
        &self.search
    }

    /// Everybody whom the list shows now, in its order.
    pub fn shown<'a>(&self, scene: &Scene<'a>) -> Vec<&'a Contact> {
        let people = self.entries(scene).into_iter();
        let people = people.filter_map(|entry| match entry {
            Entry::Person(contact) => Some(contact),
            Entry::Heading(..) => None,
        });
        people.collect()
    }

    /// Draws the search field, and the filter beside it.
    pub fn search_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        self.field_ui(ui, scene, &mut wishes);
        wishes
    }

    /// Draws the list; `selected` is the open conversation.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, selected: Option<&Jid>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let entries = self.entries(scene);
        if entries.is_empty() {
            self.empty_ui(ui, scene, &mut wishes);
            return wishes;
        }
        ui.add_space(space::XS);
        egui::ScrollArea::vertical()
            .auto_shrink(false)
            .show_viewport(ui, |ui, viewport| {
                self.rows_ui(ui, viewport, scene, &entries, selected, &mut wishes);
            });
        wishes
    }

    fn entries<'a>(&self, scene: &Scene<'a>) -> Vec<Entry<'a>> {
        let wanted = self.search.trim().to_lowercase();
        let matches = |contact: &&Contact| {
            wanted.is_empty()
                || contact.nick.to_lowercase().contains(&wanted)
                || contact.jid.as_str().to_lowercase().contains(&wanted)
        };
        let favourites = &scene.model.settings.favourites;
        let (first, others): (Vec<_>, Vec<_>) = Self::order(scene)
            .into_iter()
            .filter(matches)
            .filter(|contact| self.filter.shows(contact))
            .partition(|contact| favourites.contains(&contact.jid));
        let (here, gone): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|contact| contact.is_online());
        let mut entries = Vec::with_capacity(first.len() + here.len() + gone.len() + 3);
        if !first.is_empty() {
            let words = t!(scene, "people-favourites", count = first.len());
            entries.push(Entry::Heading(words));
            entries.extend(first.into_iter().map(Entry::Person));
        }
        if !here.is_empty() {
            entries.push(Entry::Heading(t!(scene, "people-here", count = here.len())));
            entries.extend(here.into_iter().map(Entry::Person));
        }
        if !gone.is_empty() {
            entries.push(Entry::Heading(t!(scene, "people-gone", count = gone.len())));
            entries.extend(gone.into_iter().map(Entry::Person));
        }
        entries
    }

    fn field_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        let id = Self::search_id();
        if ui.memory(|memory| memory.has_focus(id)) {
            self.search_keys(ui, scene, wishes);
        }
        let palette = theme::palette(ui);
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(12, 0))
            .show(ui, |ui| {
                let length = self.search.chars().count();
                let name = t!(ui, "people-search");
                let edit = TextEdit::singleline(&mut self.search)
                    .id(id)
                    .event_filter(keys::KEEP_ESCAPE)
                    .hint_text(egui::RichText::new(&name).color(palette.weak))
                    .margin(egui::Margin {
                        left: 32,
                        right: 10,
                        top: 7,
                        bottom: 7,
                    })
                    .desired_width(ui.available_width() - space::TARGET - space::S);
                let (response, filter) = ui
                    .horizontal(|ui| {
                        (
                            ui.add(edit),
                            Icon::Filter.button(ui, &t!(ui, "people-filter")),
                        )
                    })
                    .inner;
                self.filter_ui(ui, &filter);
                response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, &name));
                let lens = pos2(response.rect.left() + 17.0, response.rect.center().y);
                Icon::Search.paint(ui.painter(), lens, 15.0, palette.weak);
                if std::mem::take(&mut self.focus_search) {
                    response.request_focus();
                    keys::cursor_to_end(ui, response.id, length);
                }
                if response.changed() {
                    self.marked = self
                        .first_match(scene)
                        .filter(|_| !self.search.trim().is_empty());
                }
            });
    }

    /// The menu behind the button; a dot on it while not everybody is shown.
    fn filter_ui(&mut self, ui: &Ui, button: &egui::Response) {
        if self.filter != Filter::All {
            let corner = button.rect.right_top() + vec2(-8.0, 8.0);
            ui.painter()
                .circle_filled(corner, 4.0, theme::palette(ui).accent);
        }
        egui::Popup::menu(button).show(|ui| {
            theme::outline_ticks(ui);
            for (filter, words) in [
                (Filter::All, "people-filter-all"),
                (Filter::Here, "people-filter-here"),
                (Filter::Unread, "people-filter-unread"),
            ] {
                if ui.radio(self.filter == filter, t!(ui, words)).clicked() {
                    self.filter = filter;
                    ui.close();
                }
            }
        });
    }

    fn first_match(&self, scene: &Scene<'_>) -> Option<Jid> {
        let first = self.shown(scene).into_iter().next();
        first.map(|contact| contact.jid.clone())
    }

    fn first_room(&self, scene: &Scene<'_>) -> Option<Wish> {
        let wanted = self.search.trim();
        let rooms = super::room_list::by_latest(scene.model, wanted);
        let room = rooms.into_iter().find(|_| !wanted.is_empty())?;
        Some(Wish::OpenRoom(room.about.room.clone()))
    }

    fn search_keys(&mut self, ui: &Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        let key = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let step = isize::from(key(Key::ArrowDown)) - isize::from(key(Key::ArrowUp));
        if step != 0 {
            let entries = self.entries(scene);
            let people: Vec<&Jid> = entries
                .iter()
                .filter_map(|entry| {
                    if let Entry::Person(contact) = entry {
                        Some(&contact.jid)
                    } else {
                        None
                    }
                })
                .collect();
            let at = self
                .marked
                .as_ref()
                .and_then(|jid| people.iter().position(|known| *known == jid));
            let next = at.map_or(0, |at| {
                at.saturating_add_signed(step)
                    .min(people.len().saturating_sub(1))
            });
            self.marked = people.get(next).map(|jid| (*jid).clone());
            self.scroll_to_marked = true;
        }
        self.take_text_before_enter(ui, scene);
        if key(Key::Enter) {
            let person = self.marked.take().or_else(|| self.first_match(scene));
            // A room is named by somebody who finds nobody of that name.
            let found = person.map(Wish::Open).or_else(|| self.first_room(scene));
            if let Some(found) = found {
                self.search.clear();
                wishes.push(found);
            }
        }
        if self.is_searching() && key(Key::Escape) {
            self.search.clear();
            self.marked = None;
        }
    }

    /// Letters and the Enter behind them can come in one frame, when the one before was slow: they belong to the search,
    /// what is behind the Enter does not.
    fn take_text_before_enter(&mut self, ui: &Ui, scene: &Scene<'_>) {
        let enter = |event: &Event| matches!(event, Event::Key { key: Key::Enter, pressed: true, modifiers, .. } if modifiers.is_none());
        let typed = ui.input_mut(|input| {
            let mut before = input.events.iter().position(enter).unwrap_or(0);
            let mut typed = String::new();
            input.events.retain(|event| {
                let taken = before > 0 && matches!(event, Event::Text(_));
                before = before.saturating_sub(1);
                if let (true, Event::Text(text)) = (taken, event) {
                    typed.push_str(text);
                }
                !taken
            });
            typed
        });
        if !typed.is_empty() {
            self.search.push_str(&typed);
            self.marked = self.first_match(scene);
        }
    }

    fn rows_ui(
        &mut self,
        ui: &mut Ui,
        viewport: Rect,
        scene: &Scene<'_>,
        entries: &[Entry<'_>],
        selected: Option<&Jid>,
        wishes: &mut Vec<Wish>,
    ) {
        let origin = ui.max_rect().min;
        let width = ui.available_width();
        let row_height = contact_row::height(ui);
        let mut y = 0.0;
        for entry in entries {
            let height = if matches!(entry, Entry::Heading(..)) {
                HEADING
            } else {
                row_height
            };
            let place = Rect::from_min_size(pos2(origin.x, origin.y + y), vec2(width, height));
            y += height;
            let in_sight =
                y >= viewport.top() - row_height && y - height <= viewport.bottom() + row_height;
            match entry {
                Entry::Heading(words) if in_sight => {
                    let at = pos2(place.left() + space::L, place.center().y + 3.0);
                    let weak = theme::palette(ui).weak;
                    ui.painter().text(
                        at,
                        Align2::LEFT_CENTER,
                        words,
                        theme::bold(size::SMALL),
                        weak,
                    );
                }
                Entry::Heading(..) => {}
                Entry::Person(contact) => {
                    let marked = self.marked.as_ref() == Some(&contact.jid);
                    if marked && self.scroll_to_marked {
                        ui.scroll_to_rect(place, None);
                        self.scroll_to_marked = false;
                    }
                    if !in_sight {
                        continue;
                    }
                    if contact_row::has_files_over(ui, place) {
                        self.files_over = Some(contact.jid.clone());
                    }
                    let is_open = selected == Some(&contact.jid);
                    match contact_row::ui(ui, place, scene, contact, is_open, marked) {
                        Some(Click::Open) => {
                            self.search.clear();
                            self.marked = None;
                            wishes.push(Wish::Open(contact.jid.clone()));
                        }
                        Some(Click::Favourite) => wishes.push(favour(scene, &contact.jid)),
                        Some(Click::Invite(room)) => {
                            wishes.push(super::room_head::invite(&room, &contact.jid));
                        }
                        None => {}
                    }
                }
            }
        }
        ui.allocate_space(vec2(width, y));
    }

    fn empty_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        ui.add_space(space::XL);
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(20, 0))
            .show(ui, |ui| {
                let filtered = self.filter != Filter::All && !scene.model.contacts.is_empty();
                if filtered {
                    ui.vertical_centered(|ui| {
                        let words = t!(ui, "people-filter-none");
                        ui.label(egui::RichText::new(words).font(theme::bold(size::BODY)));
                        if ui.button(t!(ui, "people-filter-all")).clicked() {
                            self.filter = Filter::All;
                        }
                    });
                } else if self.search.trim().is_empty() {
                    nobody_ui(ui, scene, wishes);
                } else if self.first_room(scene).is_none() {
                    ui.vertical_centered(|ui| {
                        ui.label(
                            egui::RichText::new(t!(ui, "people-no-match"))
                                .font(theme::bold(size::BODY)),
                        );
                        ui.weak(t!(ui, "people-no-match-hint"));
                    });
                }
            });
    }
}

/// What to say while nobody is here: what Balcony listens on, and what to do.
fn nobody_ui(ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
    let used: Vec<&str> = scene
        .model
        .interfaces
        .iter()
        .filter(|interface| interface.used)
        .map(|interface| interface.name.as_str())
        .collect();
    ui.vertical_centered(|ui| {
        ui.label(egui::RichText::new(t!(ui, "people-nobody")).font(theme::bold(size::HEADING)));
        if used.is_empty() {
            ui.weak(t!(ui, "people-nobody-offline"));
        } else {
            ui.weak(t!(
                ui,
                "people-nobody-listening",
                interfaces = used.join(", ")
            ));
            for fault in scene.surroundings.faults() {
                super::doctor_view::finding_ui(ui, fault);
            }
            ui.weak(t!(ui, "people-nobody-doctor"));
            if ui.button(t!(ui, "network-to-doctor")).clicked() {
                wishes.push(Wish::Show(super::scene::Page::Doctor));
            }
        }
        ui.add_space(space::S);
        if ui.button(t!(ui, "people-to-network")).clicked() {
            wishes.push(Wish::Show(super::scene::Page::Network));
        }
    });
}
