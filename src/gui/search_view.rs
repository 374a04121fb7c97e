//! Search in what was said: as you type, the newest first, grouped by conversation; Enter or a click leads to the message
//! among its neighbours.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Event as Input, Id, Key, Layout, Modifiers, Rect, RichText, Role, Sense, TextEdit, Ui,
    WidgetInfo, pos2, vec2,
};

use super::icons::{Icon, focus_ring};
use super::keys;
use super::scene::{Scene, Wish};
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::event::{Event, Hit};
use crate::wire::jid::Jid;
use crate::wire::text::Terms;

/// Hits asked for at a time.
const PAGE: u32 = 100;
/// Height of a hit and of a heading, in points.
const ROW: f32 = 48.0;
const HEADING: f32 = 34.0;
/// Characters shown before the first place, so that it is in sight in a long message.
const BEFORE: usize = 24;
/// Characters shown in all.
const SHOWN: usize = 300;

/// Whose messages can be asked for: people talked with lately, so many, and so much of a name.
const MOST_PEOPLE: usize = 200;
const NAME: usize = 28;

/// What is looked for and what was found.
#[derive(Default)]
pub struct SearchView {
    text: String,
    /// Only in the conversation that was open.
    here_only: bool,
    here: Option<Jid>,
    /// Only what this one wrote.
    from: Option<Jid>,
    /// What was asked for last, and older than which message.
    asked: Option<(Wanted, Option<String>)>,
    /// What the shown hits are the answer to.
    shown: Option<Wanted>,
    hits: Vec<Hit>,
    complete: bool,
    /// The oldest of the hits: the next page begins before it.
    oldest: Option<String>,
    marked: usize,
    scroll_to_marked: bool,
    focus: bool,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    text: String,
    with: Option<Jid>,
    from: Option<Jid>,
}

impl SearchView {
    /// Puts the cursor into the field. `here`: the conversation that is open.
    pub fn start(&mut self, here: Option<&Jid>) {
        self.focus = true;
        self.here = here.cloned();
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
                    with: with.clone(),
                    from: from.clone(),
                };
                let asked = self.asked.as_ref();
                if asked.is_none_or(|asked| asked.0 != wanted || asked.1 != *before) {
                    return;
                }
                if before.is_none() {
                    self.hits.clear();
                    self.marked = 0;
                }
                self.oldest = hits.last().map(|hit| hit.message.id.clone());
                self.hits.extend(hits.iter().cloned());
                group(&mut self.hits);
                self.complete = *complete;
                self.shown = Some(wanted);
            }
            Event::Deleted { with, id, .. } => self.hits.retain(|hit| {
                with.as_ref().is_some_and(|with| *with != hit.with)
                    || id.as_ref().is_some_and(|id| *id != hit.message.id)
            }),
            Event::Expired { before } => self.hits.retain(|hit| hit.message.time >= *before),
            _ => {}
        }
    }

    /// Draws field and hits.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
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
        } else if self.hits.is_empty() && self.shown.as_ref() == Some(&self.wanted()) {
            hint_ui(ui, &t!(ui, "search-nothing"));
        } else {
            self.hits_ui(ui, scene, &mut wishes);
        }
        wishes
    }

    /// In which conversation, and by whom.
    fn filters_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        let nick = |jid: &Jid| {
            let known = scene.model.contacts.get(jid);
            known.map_or_else(|| jid.to_string(), |contact| contact.nick.clone())
        };
        if let Some(here) = &self.here {
            let name = nick(here);
            ui.checkbox(&mut self.here_only, t!(ui, "search-here-only", name = name));
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
            with: self.here.clone().filter(|_| self.here_only),
            from: self.from.clone(),
        }
    }

    /// Asks for what is in the field now, once.
    fn ask(&mut self, wishes: &mut Vec<Wish>) {
        if self.text.trim().is_empty() {
            self.hits.clear();
            (self.asked, self.shown) = (None, None);
            return;
        }
        let wanted = self.wanted();
        let asked = self.asked.as_ref();
        if asked.is_none_or(|(asked, _)| *asked != wanted) {
            self.ask_for(wanted, None, wishes);
        }
    }

    fn ask_for(&mut self, wanted: Wanted, before: Option<String>, wishes: &mut Vec<Wish>) {
        self.asked = Some((wanted.clone(), before.clone()));
        wishes.push(Wish::Ask(Command::Search {
            text: wanted.text,
            with: wanted.with,
            from: wanted.from,
            limit: Some(PAGE),
            before,
        }));
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
            wishes.push(self.jump_to(hit));
        }
        if key(Key::Escape) {
            if self.text.is_empty() {
                wishes.push(Wish::Back);
            }
            self.text.clear();
        }
    }

    fn jump_to(&self, hit: &Hit) -> Wish {
        Wish::Jump {
            with: hit.with.clone(),
            id: hit.message.id.clone(),
            terms: Some(self.text.clone()),
        }
    }

    fn hits_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        let mut more = false;
        egui::ScrollArea::vertical()
            .auto_shrink(false)
            .id_salt("hits")
            .show_viewport(ui, |ui, viewport| {
                let (origin, width) = (ui.max_rect().min, ui.available_width());
                let shown = self.shown.as_ref();
                let terms = Terms::parse(shown.map_or("", |shown| shown.text.as_str()));
                let (mut y, mut with) = (0.0, None);
                for (index, hit) in self.hits.iter().enumerate() {
                    if with != Some(&hit.with) {
                        with = Some(&hit.with);
                        let place =
                            Rect::from_min_size(pos2(origin.x, origin.y + y), vec2(width, HEADING));
                        heading_ui(ui, place, scene, &hit.with);
                        y += HEADING;
                    }
                    let place = Rect::from_min_size(pos2(origin.x, origin.y + y), vec2(width, ROW));
                    y += ROW;
                    let marked = index == self.marked;
                    if marked && std::mem::take(&mut self.scroll_to_marked) {
                        ui.scroll_to_rect(place, None);
                    }
                    let in_sight = y >= viewport.top() - ROW && y - ROW <= viewport.bottom() + ROW;
                    if in_sight && hit_ui(ui, place, scene, hit, &terms, marked) {
                        wishes.push(self.jump_to(hit));
                    }
                }
                ui.allocate_space(vec2(width, y));
                if !self.complete && !self.hits.is_empty() {
                    ui.with_layout(Layout::top_down(Align::Center), |ui| {
                        more = ui.button(t!(ui, "search-more")).clicked();
                    });
                }
            });
        if more && let Some(oldest) = self.oldest.clone() {
            let wanted = self.wanted();
            self.ask_for(wanted, Some(oldest), wishes);
        }
    }
}

/// A name as it fits into the list of choices.
fn short(name: &str) -> String {
    let cut = super::text::cut(name, NAME);
    let more = if cut.len() < name.len() { "…" } else { "" };
    format!("{cut}{more}")
}

/// Hits of one conversation together, in the order of the newest of each.
fn group(hits: &mut [Hit]) {
    let mut order: Vec<Jid> = Vec::new();
    for hit in hits.iter() {
        if !order.contains(&hit.with) {
            order.push(hit.with.clone());
        }
    }
    hits.sort_by_key(|hit| order.iter().position(|with| *with == hit.with));
}

fn hint_ui(ui: &mut Ui, words: &str) {
    ui.add_space(space::XL * 2.0);
    ui.vertical_centered(|ui| ui.label(RichText::new(words).color(theme::palette(ui).weak)));
}

fn heading_ui(ui: &Ui, place: Rect, scene: &Scene<'_>, with: &Jid) {
    let palette = theme::palette(ui);
    let name = scene
        .model
        .contacts
        .get(with)
        .map_or(with.as_str(), |contact| contact.nick.as_str());
    let words = super::text::fitted(
        ui,
        name,
        theme::bold(size::SMALL),
        palette.weak,
        place.width() - 2.0 * space::L,
    );
    ui.painter().galley(
        pos2(
            place.left() + space::L,
            place.bottom() - words.size().y - 4.0,
        ),
        words,
        palette.weak,
    );
}

/// One message that was found; true if it was clicked.
fn hit_ui(
    ui: &mut Ui,
    place: Rect,
    scene: &Scene<'_>,
    hit: &Hit,
    terms: &Terms,
    marked: bool,
) -> bool {
    let palette = theme::palette(ui);
    let message = &hit.message;
    let response = ui.interact(
        place,
        Id::unique(("hit", &hit.with, &message.id)),
        Sense::click(),
    );
    let who = if message.is_own() {
        t!(scene, "you")
    } else {
        let known = scene.model.contacts.get(&message.from);
        known.map_or_else(|| message.from.to_string(), |contact| contact.nick.clone())
    };
    let time = scene.now.brief(message.time);
    let (snippet, places) = snippet(&message.body, terms);
    let spoken = t!(
        scene,
        "search-hit-spoken",
        name = who,
        time = time,
        text = snippet
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let inside = place.shrink2(vec2(space::S, 1.0));
    if marked || response.hovered() {
        let fill = if marked {
            palette.selected
        } else {
            palette.hover
        };
        ui.painter()
            .rect_filled(inside, f32::from(theme::ROUND), fill);
    }
    focus_ring(ui, &response, inside);
    let time = super::text::one_line(ui, &time, size::SMALL, palette.weak, 120.0);
    let right = place.right() - space::L;
    let left = place.left() + space::L;
    let top = place.top() + 6.0;
    let room = (right - left - time.size().x - space::M).max(40.0);
    ui.painter()
        .galley(pos2(right - time.size().x, top), time, palette.weak);
    let who = super::text::one_line(ui, &who, size::SMALL, palette.weak, room);
    ui.painter().galley(pos2(left, top), who, palette.weak);
    let words = line(ui, &snippet, &places, right - left);
    ui.painter()
        .galley(pos2(left, top + 17.0), words, palette.text);
    response.clicked()
}

/// The part of a text where the words stand, in one line, and where they are in it.
fn snippet(body: &str, terms: &Terms) -> (String, Vec<Range<usize>>) {
    // A megabyte is not looked through in each frame.
    let most = body
        .char_indices()
        .nth(20_000)
        .map_or(body.len(), |(at, _)| at);
    let body = body.get(..most).unwrap_or(body);
    let first = terms.places(body).first().map_or(0, |place| place.start);
    let before = body.get(..first).unwrap_or_default();
    let start = before
        .char_indices()
        .rev()
        .nth(BEFORE)
        .map_or(0, |(at, _)| at);
    let rest = body.get(start..).unwrap_or_default();
    let end = rest
        .char_indices()
        .nth(SHOWN)
        .map_or(rest.len(), |(at, _)| at);
    let cut = rest
        .get(..end)
        .unwrap_or_default()
        .replace(['\n', '\r', '\t'], " ");
    let text = if start > 0 { format!("…{cut}") } else { cut };
    let places = terms.places(&text);
    (text, places)
}

fn line(ui: &Ui, text: &str, places: &[Range<usize>], width: f32) -> std::sync::Arc<egui::Galley> {
    let palette = theme::palette(ui);
    super::fonts::prepare(ui.ctx(), text);
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let plain = TextFormat {
        font_id: theme::regular(size::BODY),
        color: palette.text,
        ..TextFormat::default()
    };
    let found = TextFormat {
        font_id: theme::bold(size::BODY),
        color: palette.accent,
        ..TextFormat::default()
    };
    let mut at = 0;
    for place in places {
        job.append(
            text.get(at..place.start).unwrap_or_default(),
            0.0,
            plain.clone(),
        );
        job.append(
            text.get(place.clone()).unwrap_or_default(),
            0.0,
            found.clone(),
        );
        at = place.end;
    }
    job.append(text.get(at..).unwrap_or_default(), 0.0, plain);
    ui.painter().layout_job(job)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_shows_the_place_also_deep_in_a_long_text() {
        let body = ["x ".repeat(900), "needle".to_owned(), " y".repeat(900)].join("\n");
        let (text, places) = snippet(&body, &Terms::parse("needle"));
        assert!(text.starts_with('…') && !text.contains('\n') && text.chars().count() <= SHOWN + 1);
        assert_eq!(&text[places[0].clone()], "needle");
        assert_eq!(snippet("short", &Terms::parse("no")).0, "short");
    }
}
