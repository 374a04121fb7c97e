//! The people on this network: search on top, who is here by the latest conversation, who was here below.

use egui::{
    Align2, CornerRadius, Id, Key, Modifiers, Rect, Role, Sense, TextEdit, Ui, WidgetInfo, pos2,
    vec2,
};

use super::avatar;
use super::icons::{Icon, focus_ring};
use super::keys;
use super::scene::{Scene, Wish};
use super::text;
use super::theme::{self, size, space};
use crate::event::ChatState;
use crate::model::Contact;
use crate::wire::jid::Jid;

/// Height of a contact and of a heading, in points.
const ROW: f32 = 60.0;
const HEADING: f32 = 28.0;
const FACE: f32 = 40.0;

/// The list and its search field.
#[derive(Default)]
pub struct Contacts {
    search: String,
    /// Whom Enter opens, while a search runs or the arrows were used.
    marked: Option<Jid>,
    scroll_to_marked: bool,
    focus_search: bool,
}

enum Entry<'a> {
    Heading(&'static str, usize),
    Person(&'a Contact),
}

impl Contacts {
    /// Puts the cursor into the search field.
    pub fn start_search(&mut self) {
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

    /// Whom the list shows before and after somebody, for the keys that walk through conversations.
    pub fn neighbour(scene: &Scene<'_>, of: Option<&Jid>, step: isize) -> Option<Jid> {
        let people = scene.model.by_recency();
        let length = isize::try_from(people.len())
            .ok()
            .filter(|length| *length > 0)?;
        let at = of.and_then(|jid| people.iter().position(|contact| contact.jid == *jid));
        let next = at
            .and_then(|at| isize::try_from(at).ok())
            .map_or(0, |at| (at + step).rem_euclid(length));
        people
            .get(usize::try_from(next).ok()?)
            .map(|contact| contact.jid.clone())
    }

    /// Draws search and list; `selected` is the open conversation.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, selected: Option<&Jid>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        self.search_ui(ui, scene, &mut wishes);
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
        let people = scene.model.by_recency();
        let (here, gone): (Vec<_>, Vec<_>) = people
            .into_iter()
            .filter(matches)
            .partition(|contact| contact.is_online());
        let mut entries = Vec::with_capacity(here.len() + gone.len() + 2);
        for (name, group) in [("Here now", here), ("Not here", gone)] {
            if !group.is_empty() {
                entries.push(Entry::Heading(name, group.len()));
                entries.extend(group.into_iter().map(Entry::Person));
            }
        }
        entries
    }

    fn search_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        let id = Self::search_id();
        if ui.memory(|memory| memory.has_focus(id)) {
            self.search_keys(ui, scene, wishes);
        }
        let palette = theme::palette(ui);
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(12, 0))
            .show(ui, |ui| {
                let length = self.search.chars().count();
                let edit = TextEdit::singleline(&mut self.search)
                    .id(id)
                    .event_filter(keys::KEEP_ESCAPE)
                    .hint_text(egui::RichText::new("Search people").color(palette.weak))
                    .margin(egui::Margin {
                        left: 32,
                        right: 10,
                        top: 7,
                        bottom: 7,
                    })
                    .desired_width(f32::INFINITY);
                let response = ui.add(edit);
                response
                    .widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, "Search people"));
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

    fn first_match(&self, scene: &Scene<'_>) -> Option<Jid> {
        self.entries(scene).iter().find_map(|entry| match entry {
            Entry::Person(contact) => Some(contact.jid.clone()),
            Entry::Heading(..) => None,
        })
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
        if key(Key::Enter)
            && let Some(jid) = self.marked.take().or_else(|| self.first_match(scene))
        {
            self.search.clear();
            wishes.push(Wish::Open(jid));
        }
        if self.is_searching() && key(Key::Escape) {
            self.search.clear();
            self.marked = None;
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
        let mut y = 0.0;
        for entry in entries {
            let height = if matches!(entry, Entry::Heading(..)) {
                HEADING
            } else {
                ROW
            };
            let place = Rect::from_min_size(pos2(origin.x, origin.y + y), vec2(width, height));
            y += height;
            let in_sight = y >= viewport.top() - ROW && y - height <= viewport.bottom() + ROW;
            match entry {
                Entry::Heading(name, count) if in_sight => {
                    let at = pos2(place.left() + space::L, place.center().y + 3.0);
                    let words = format!("{name} · {count}");
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
                    if in_sight
                        && row_ui(
                            ui,
                            place,
                            scene,
                            contact,
                            selected == Some(&contact.jid),
                            marked,
                        )
                    {
                        self.search.clear();
                        self.marked = None;
                        wishes.push(Wish::Open(contact.jid.clone()));
                    }
                }
            }
        }
        ui.allocate_space(vec2(width, y));
    }

    fn empty_ui(&self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        ui.add_space(space::XL);
        egui::Frame::new().inner_margin(egui::Margin::symmetric(20, 0)).show(ui, |ui| {
            if self.search.trim().is_empty() {
                nobody_ui(ui, scene, wishes);
            } else {
                ui.vertical_centered(|ui| {
                    ui.label(egui::RichText::new("Nobody of that name").font(theme::bold(size::BODY)));
                    ui.weak("Search looks at names and addresses of people who are here, or with whom you have talked.");
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
        ui.label(egui::RichText::new("Nobody here yet").font(theme::bold(size::HEADING)));
        if used.is_empty() {
            ui.weak("This computer has no network connection that Balcony can use. Connect it to a network, or see which interfaces were left out and why.");
        } else {
            ui.weak(format!(
                "People on the same network appear here by themselves, within a second. Balcony listens on {}.",
                used.join(", ")
            ));
            ui.weak("Somebody should be here? Run “balcony doctor” in a terminal: it tells what is in the way.");
        }
        ui.add_space(space::S);
        if ui.button("Network…").clicked() {
            wishes.push(Wish::Show(super::scene::Page::Network));
        }
    });
}

/// One contact; true if it was clicked.
fn row_ui(
    ui: &mut Ui,
    place: Rect,
    scene: &Scene<'_>,
    contact: &Contact,
    selected: bool,
    marked: bool,
) -> bool {
    let palette = theme::palette(ui);
    let response = ui.interact(place, Id::unique(("contact", &contact.jid)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, spoken(contact)));
    let card = place.shrink2(vec2(space::S, 1.0));
    let ground = if selected {
        palette.selected
    } else if response.hovered() || marked {
        palette.hover
    } else {
        palette.side
    };
    ui.painter()
        .rect_filled(card, CornerRadius::same(theme::ROUND), ground);
    if marked {
        let stroke = egui::Stroke::new(1.5, palette.accent);
        ui.painter().rect_stroke(
            card,
            CornerRadius::same(theme::ROUND),
            stroke,
            egui::StrokeKind::Inside,
        );
    }
    focus_ring(ui, &response, card);
    let face = Rect::from_min_size(
        pos2(card.left() + space::S, card.center().y - FACE / 2.0),
        vec2(FACE, FACE),
    );
    let picture = contact.peer.as_ref().and_then(|peer| peer.avatar.as_ref());
    avatar::paint(ui, scene.pictures, face, &contact.nick, picture);
    avatar::presence(ui.painter(), palette, face, contact.show(), ground);
    words_ui(
        ui,
        Rect::from_min_max(pos2(face.right() + space::M, card.top()), card.max),
        scene,
        contact,
    );
    response.clicked()
}

/// Name and time; last line and unread count.
fn words_ui(ui: &Ui, place: Rect, scene: &Scene<'_>, contact: &Contact) {
    let palette = theme::palette(ui);
    let right = place.right() - space::S;
    let (first, second) = (place.top() + 18.0, place.top() + 40.0);
    let unread = contact.conversation.unread;
    let mut room = right;
    if let Some(time) = contact.last_time() {
        let color = if unread > 0 {
            palette.accent
        } else {
            palette.weak
        };
        let words = scene.now.brief(time);
        let rect = ui.painter().text(
            pos2(right, first),
            Align2::RIGHT_CENTER,
            words,
            theme::regular(size::SMALL),
            color,
        );
        room = rect.left() - space::S;
    }
    let name_color = if contact.is_online() {
        palette.text
    } else {
        palette.weak
    };
    let name = text::fitted(
        ui,
        &contact.nick,
        theme::bold(size::BODY),
        name_color,
        room - place.left(),
    );
    ui.painter().galley(
        pos2(place.left(), first - name.size().y / 2.0),
        name,
        name_color,
    );
    let mut room = right;
    if unread > 0 {
        let words = if unread > 99 {
            "99+".to_owned()
        } else {
            unread.to_string()
        };
        let words = ui
            .painter()
            .layout_no_wrap(words, theme::bold(size::SMALL), palette.on_accent);
        let width = (words.size().x + 10.0).max(20.0);
        let badge = Rect::from_min_size(pos2(right - width, second - 10.0), vec2(width, 20.0));
        ui.painter().rect_filled(badge, 10.0, palette.accent);
        ui.painter().galley(
            badge.center() - words.size() / 2.0,
            words,
            palette.on_accent,
        );
        room = badge.left() - space::S;
    }
    let (line, color) = second_line(contact, palette);
    let line = text::one_line(ui, &line, size::SMALL + 1.0, color, room - place.left());
    ui.painter().galley(
        pos2(place.left(), second - line.size().y / 2.0),
        line,
        color,
    );
}

fn second_line(contact: &Contact, palette: &theme::Palette) -> (String, egui::Color32) {
    if contact.typing == ChatState::Composing {
        return ("is typing…".into(), palette.accent);
    }
    if let Some(last) = &contact.conversation.last {
        let own = if last.is_own() { "You: " } else { "" };
        let body = text::cut(&last.body, 200);
        let color = if contact.conversation.unread > 0 {
            palette.text
        } else {
            palette.weak
        };
        let deed = body.strip_prefix("/me ").map(|deed| {
            format!(
                "{} {deed}",
                if last.is_own() { "You" } else { &contact.nick }
            )
        });
        return (deed.unwrap_or_else(|| format!("{own}{body}")), color);
    }
    let status = contact
        .peer
        .as_ref()
        .map(|peer| peer.message.as_str())
        .unwrap_or_default();
    (
        if status.is_empty() {
            avatar::word(contact.show()).to_owned()
        } else {
            status.to_owned()
        },
        palette.weak,
    )
}

/// What a screen reader says.
fn spoken(contact: &Contact) -> String {
    let mut words = format!("{}, {}", contact.nick, avatar::word(contact.show()));
    match contact.conversation.unread {
        0 => {}
        1 => words += ", 1 unread message",
        unread => words += &format!(", {unread} unread messages"),
    }
    words
}
