//! Search in what was said, to one and in rooms: as you type, the newest first, grouped by conversation and room; Enter or a
//! click leads to the message among its neighbours. The two are asked for apart, and answered when they are.

use egui::{
    Align, Event as Input, Id, Key, Layout, Modifiers, Rect, RichText, Role, TextEdit, Ui,
    WidgetInfo, pos2, vec2,
};

use super::icons::Icon;
use super::keys;
use super::scene::{Scene, Wish};
use super::search_hits::{Found, HEADING, ROW, Whereabouts, group, heading_ui, hit_ui};
use super::theme::{self, space};
use super::words::t;
use crate::command::Command;
use crate::command::room::RoomCommand;
use crate::event::Event;
use crate::event::room::RoomEvent;
use crate::wire::jid::Jid;
use crate::wire::text::Terms;

/// Hits asked for at a time.
const PAGE: u32 = 100;
/// Whose messages can be asked for: people talked with lately, so many, and so much of a name.
const MOST_PEOPLE: usize = 200;
const NAME: usize = 28;

/// What is looked for and what was found.
#[derive(Default)]
pub struct SearchView {
    text: String,
    /// Only in the conversation or room that was open.
    here_only: bool,
    here: Option<Whereabouts>,
    /// Only what this one wrote.
    from: Option<Jid>,
    /// What was said to one, and in rooms.
    messages: Source,
    rooms: Source,
    /// We are in no room: nothing is asked of any.
    roomless: bool,
    hits: Vec<Found>,
    marked: usize,
    scroll_to_marked: bool,
    focus: bool,
}

/// One of the two that are asked.
#[derive(Default)]
struct Source {
    /// What was asked for last, and older than which message.
    asked: Option<(Wanted, Option<String>)>,
    /// What the shown hits are the answer to.
    shown: Option<Wanted>,
    complete: bool,
    /// The oldest of the hits: the next page begins before it.
    oldest: Option<String>,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    text: String,
    place: Option<Whereabouts>,
    from: Option<Jid>,
}

impl Source {
    /// Is this the answer to what was asked for last?
    fn awaits(&self, wanted: &Wanted, before: Option<&String>) -> bool {
        let asked = self.asked.as_ref();
        asked.is_some_and(|(asked, older)| asked == wanted && older.as_ref() == before)
    }

    /// To be asked for this, if it was not yet.
    fn is_news(&mut self, wanted: &Wanted) -> bool {
        let known = self
            .asked
            .as_ref()
            .is_some_and(|(asked, _)| asked == wanted);
        if !known {
            self.asked = Some((wanted.clone(), None));
        }
        !known
    }

    /// To be asked for the next page: older than which one, if there is one.
    fn next(&mut self, wanted: &Wanted) -> Option<String> {
        let oldest = self.oldest.clone().filter(|_| !self.complete);
        // Once.
        let oldest = oldest.filter(|oldest| !self.awaits(wanted, Some(oldest)))?;
        self.asked = Some((wanted.clone(), Some(oldest.clone())));
        Some(oldest)
    }
}

impl SearchView {
    /// Puts the cursor into the field. `with` and `room`: the conversation or the room that is open.
    pub fn start(&mut self, with: Option<&Jid>, room: Option<&str>) {
        self.focus = true;
        let room = room.map(|room| Whereabouts::Room(room.to_owned()));
        self.here = with.cloned().map(Whereabouts::With).or(room);
        self.here_only &= self.here.is_some();
    }

    /// The id of the field.
    pub fn field_id() -> Id {
        Id::unique("search messages")
    }

    /// The node answered, perhaps somebody else.
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::SearchResult {
                text,
                with,
                from,
                before,
                hits,
                complete,
                ..
            } => {
                let wanted = Wanted {
                    text: text.clone(),
                    place: with.clone().map(Whereabouts::With),
                    from: from.clone(),
                };
                let hits: Vec<Found> = hits.iter().cloned().map(Found::Said).collect();
                if self.messages.awaits(&wanted, before.as_ref()) {
                    self.take(wanted, before.is_none(), hits, *complete, false);
                }
            }
            Event::Room(event) => self.hear_of_room(event),
            Event::Deleted { with, id, .. } => self.keep(|hit| match hit {
                Found::InRoom(_) => true,
                Found::Said(hit) => {
                    with.as_ref().is_some_and(|with| *with != hit.with)
                        || id.as_ref().is_some_and(|id| *id != hit.message.id)
                }
            }),
            Event::Expired { before } => {
                self.keep(|hit| hit.is_in_room() || hit.time() >= *before);
            }
            _ => {}
        }
    }

    fn hear_of_room(&mut self, event: &RoomEvent) {
        match event {
            RoomEvent::RoomFound {
                text,
                room,
                from,
                before,
                hits,
                complete,
                ..
            } => {
                let wanted = Wanted {
                    text: text.clone(),
                    place: room.clone().map(Whereabouts::Room),
                    from: from.clone(),
                };
                let hits: Vec<Found> = hits.iter().cloned().map(Found::InRoom).collect();
                if self.rooms.awaits(&wanted, before.as_ref()) {
                    self.take(wanted, before.is_none(), hits, *complete, true);
                }
            }
            RoomEvent::RoomMessage { line, .. } if line.retracted.is_some() => {
                self.keep(|hit| !hit.is_in_room() || hit.id() != line.id);
            }
            RoomEvent::RoomHidden { id, .. } => {
                self.keep(|hit| !hit.is_in_room() || hit.id() != id);
            }
            RoomEvent::RoomLeft { room, .. } => {
                let left = Whereabouts::Room(room.clone());
                self.keep(|hit| hit.place() != left);
            }
            _ => {}
        }
    }

    fn keep(&mut self, test: impl FnMut(&Found) -> bool) {
        self.hits.retain(test);
        self.marked = self.marked.min(self.hits.len().saturating_sub(1));
    }

    /// Takes a page, the first or a further one, of rooms or not.
    fn take(
        &mut self,
        wanted: Wanted,
        first: bool,
        hits: Vec<Found>,
        complete: bool,
        in_rooms: bool,
    ) {
        // The mark stays where the user has put it, whichever of the two answers comes first.
        let marked = self.hits.get(self.marked).filter(|_| self.marked > 0);
        let marked = marked.map(|hit| (hit.place(), hit.id().to_owned()));
        if first {
            self.hits.retain(|hit| hit.is_in_room() != in_rooms);
        }
        let source = match in_rooms {
            true => &mut self.rooms,
            false => &mut self.messages,
        };
        source.oldest = hits.last().map(|hit| hit.id().to_owned());
        (source.complete, source.shown) = (complete, Some(wanted));
        self.hits.extend(hits);
        group(&mut self.hits);
        let is_marked = |hit: &Found| {
            let marked = marked.as_ref();
            marked.is_some_and(|(place, id)| hit.id() == id && hit.place() == *place)
        };
        self.marked = self.hits.iter().position(is_marked).unwrap_or(0);
    }

    /// Draws field and hits.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        self.check_rooms(scene);
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(12, 8))
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    if Icon::Back.button(ui, &t!(ui, "pane-back")).clicked() {
                        wishes.push(Wish::Back);
                    }
                    self.field_ui(ui, &mut wishes);
                });
                ui.horizontal_wrapped(|ui| self.filters_ui(ui, scene));
            });
        self.ask(&mut wishes);
        if self.text.trim().is_empty() {
            hint_ui(ui, &t!(ui, "search-hint"));
        } else if self.hits.is_empty() && self.is_answered() {
            hint_ui(ui, &t!(ui, "search-nothing"));
        } else {
            self.hits_ui(ui, scene, &mut wishes);
        }
        wishes
    }

    /// A room that we are not in any more is not looked through.
    fn check_rooms(&mut self, scene: &Scene<'_>) {
        let mut rooms = scene.model.rooms.values();
        self.roomless = !rooms.any(|room| room.about.joined);
        if let Some(Whereabouts::Room(room)) = &self.here {
            let known = scene.model.rooms.get(room);
            if known.is_none_or(|room| !room.about.joined) {
                (self.here, self.here_only) = (None, false);
            }
        }
    }

    /// In which conversation or room, and by whom.
    fn filters_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        let nick = |jid: &Jid| Whereabouts::With(jid.clone()).name(scene);
        if let Some(here) = &self.here {
            let name = here.name(scene);
            let words = match here {
                Whereabouts::With(_) => t!(ui, "search-here-only", name = name),
                Whereabouts::Room(_) => t!(ui, "search-room-only", name = name),
            };
            ui.checkbox(&mut self.here_only, words);
        }
        let me = &scene.model.me.jid;
        let name_of = |from: &Option<Jid>| match from {
            None => t!(scene, "search-from-anybody"),
            Some(from) if from == me => t!(scene, "search-from-me"),
            Some(from) => nick(from),
        };
        let label = t!(scene, "search-from");
        let chosen = short(&name_of(&self.from));
        let combo = egui::ComboBox::from_id_salt("search from")
            .selected_text(format!("{label} {chosen}"))
            .height(320.0)
            .show_ui(ui, |ui| {
                let talked = |contact: &&&crate::model::Contact| !contact.conversation.is_empty();
                let others = scene.model.by_recency();
                let others = others.iter().filter(talked).take(MOST_PEOPLE);
                let people = others.map(|contact| Some(contact.jid.clone()));
                for from in [None, Some(me.clone())].into_iter().chain(people) {
                    let name = short(&name_of(&from));
                    ui.selectable_value(&mut self.from, from, name);
                }
            });
        let said = format!("{label} {}", name_of(&self.from));
        combo
            .response
            .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &said));
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            text: self.text.clone(),
            place: self.here.clone().filter(|_| self.here_only),
            from: self.from.clone(),
        }
    }

    /// Whether all that were asked have answered.
    fn is_answered(&self) -> bool {
        let wanted = self.wanted();
        let answered = |source: &Source| source.shown.as_ref() == Some(&wanted);
        answered(&self.messages) && answered(&self.rooms)
    }

    /// Asks for what is in the field now, once.
    fn ask(&mut self, wishes: &mut Vec<Wish>) {
        if self.text.trim().is_empty() {
            self.hits.clear();
            (self.messages, self.rooms) = Default::default();
            return;
        }
        let wanted = self.wanted();
        if self.messages.is_news(&wanted) {
            self.ask_messages(&wanted, None, wishes);
        }
        if self.rooms.is_news(&wanted) {
            self.ask_rooms(&wanted, None, wishes);
        }
    }

    fn ask_messages(&mut self, wanted: &Wanted, before: Option<String>, wishes: &mut Vec<Wish>) {
        let with = match &wanted.place {
            None => None,
            Some(Whereabouts::With(with)) => Some(with.clone()),
            Some(Whereabouts::Room(_)) => {
                return self.take(wanted.clone(), true, Vec::new(), true, false);
            }
        };
        wishes.push(Wish::Ask(Command::Search {
            text: wanted.text.clone(),
            with,
            from: wanted.from.clone(),
            limit: Some(PAGE),
            before,
        }));
    }

    fn ask_rooms(&mut self, wanted: &Wanted, before: Option<String>, wishes: &mut Vec<Wish>) {
        let room = match &wanted.place {
            None if !self.roomless => None,
            Some(Whereabouts::Room(room)) => Some(room.clone()),
            None | Some(Whereabouts::With(_)) => {
                return self.take(wanted.clone(), true, Vec::new(), true, true);
            }
        };
        wishes.push(Wish::Ask(Command::Room(RoomCommand::RoomSearch {
            text: wanted.text.clone(),
            room,
            from: wanted.from.clone(),
            limit: Some(PAGE),
            before,
        })));
    }

    /// The next page of both.
    fn ask_more(&mut self, wishes: &mut Vec<Wish>) {
        let wanted = self.wanted();
        if let Some(before) = self.messages.next(&wanted) {
            self.ask_messages(&wanted, Some(before), wishes);
        }
        if let Some(before) = self.rooms.next(&wanted) {
            self.ask_rooms(&wanted, Some(before), wishes);
        }
    }

    fn field_ui(&mut self, ui: &mut Ui, wishes: &mut Vec<Wish>) {
        let id = Self::field_id();
        if ui.memory(|memory| memory.has_focus(id)) {
            self.keys(ui, wishes);
        }
        let palette = theme::palette(ui);
        let (name, length) = (t!(ui, "search-messages"), self.text.chars().count());
        let edit = TextEdit::singleline(&mut self.text)
            .id(id)
            .event_filter(keys::KEEP_ESCAPE)
            .hint_text(RichText::new(&name).color(palette.weak))
            .char_limit(400)
            .margin(egui::Margin {
                left: 32,
                right: 10,
                top: 7,
                bottom: 7,
            })
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, &name));
        let lens = pos2(response.rect.left() + 17.0, response.rect.center().y);
        Icon::Search.paint(ui.painter(), lens, 15.0, palette.weak);
        if std::mem::take(&mut self.focus) {
            response.request_focus();
            keys::cursor_to_end(ui, id, length);
        }
    }

    fn keys(&mut self, ui: &Ui, wishes: &mut Vec<Wish>) {
        let key = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let step = isize::from(key(Key::ArrowDown)) - isize::from(key(Key::ArrowUp));
        if step != 0 {
            let last = self.hits.len().saturating_sub(1);
            self.marked = self.marked.saturating_add_signed(step).min(last);
            self.scroll_to_marked = true;
        }
        // Letters that came in the same frame are not looked for yet: Enter then waits for the next.
        let typed = ui.input(|input| {
            input
                .events
                .iter()
                .any(|event| matches!(event, Input::Text(_)))
        });
        if !typed
            && key(Key::Enter)
            && let Some(hit) = self.hits.get(self.marked)
        {
            wishes.push(hit.jump(&self.text));
        }
        if key(Key::Escape) {
            if self.text.is_empty() {
                wishes.push(Wish::Back);
            }
            self.text.clear();
        }
    }

    fn hits_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        let mut more = false;
        egui::ScrollArea::vertical()
            .auto_shrink(false)
            .id_salt("hits")
            .show_viewport(ui, |ui, viewport| {
                let (origin, width) = (ui.max_rect().min, ui.available_width());
                let terms = |source: &Source| {
                    let shown = source.shown.as_ref();
                    Terms::parse(shown.map_or("", |shown| shown.text.as_str()))
                };
                let (said, in_rooms) = (terms(&self.messages), terms(&self.rooms));
                let (mut y, mut last) = (0.0, None);
                for (index, hit) in self.hits.iter().enumerate() {
                    let of = hit.place();
                    if last.as_ref() != Some(&of) {
                        let place =
                            Rect::from_min_size(pos2(origin.x, origin.y + y), vec2(width, HEADING));
                        heading_ui(ui, place, scene, &of);
                        last = Some(of);
                        y += HEADING;
                    }
                    let terms = match hit.is_in_room() {
                        true => &in_rooms,
                        false => &said,
                    };
                    let place = Rect::from_min_size(pos2(origin.x, origin.y + y), vec2(width, ROW));
                    y += ROW;
                    let marked = index == self.marked;
                    if marked && std::mem::take(&mut self.scroll_to_marked) {
                        ui.scroll_to_rect(place, None);
                    }
                    let in_sight = y >= viewport.top() - ROW && y - ROW <= viewport.bottom() + ROW;
                    if in_sight && hit_ui(ui, place, scene, hit, terms, marked) {
                        wishes.push(hit.jump(&self.text));
                    }
                }
                ui.allocate_space(vec2(width, y));
                let complete = self.messages.complete && self.rooms.complete;
                if !complete && !self.hits.is_empty() {
                    ui.with_layout(Layout::top_down(Align::Center), |ui| {
                        more = ui.button(t!(ui, "search-more")).clicked();
                    });
                }
            });
        if more {
            self.ask_more(wishes);
        }
    }
}

/// A name as it fits into the list of choices.
fn short(name: &str) -> String {
    let cut = super::text::cut(name, NAME);
    let more = if cut.len() < name.len() { "…" } else { "" };
    format!("{cut}{more}")
}

fn hint_ui(ui: &mut Ui, words: &str) {
    ui.add_space(space::XL * 2.0);
    ui.vertical_centered(|ui| ui.label(RichText::new(words).color(theme::palette(ui).weak)));
}
