//! What a search has found: rows of messages and of lines of rooms, under the names of where they were said.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use jiff::Timestamp;

use super::icons::focus_ring;
use super::scene::{Scene, Wish};
use super::theme::{self, size, space};
use super::words::t;
use crate::event::Hit;
use crate::event::room::RoomHit;
use crate::wire::jid::Jid;
use crate::wire::text::Terms;

/// Height of a hit and of a heading, in points.
pub const ROW: f32 = 48.0;
pub const HEADING: f32 = 34.0;
/// Characters shown before the first place, so that it is in sight in a long message.
const BEFORE: usize = 24;
/// Characters shown in all.
const SHOWN: usize = 300;

/// Where something was said.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Whereabouts {
    /// To this one, or by it.
    With(Jid),
    /// In the room with this address.
    Room(String),
}

impl Whereabouts {
    /// What it is called.
    pub fn name(&self, scene: &Scene<'_>) -> String {
        match self {
            Whereabouts::With(jid) => {
                let known = scene.model.contacts.get(jid);
                known.map_or_else(|| jid.to_string(), |contact| contact.nick.clone())
            }
            Whereabouts::Room(room) => {
                let known = scene.model.rooms.get(room);
                known.map_or_else(|| room.clone(), |room| room.about.name.clone())
            }
        }
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A message.
    Said(Hit),
    /// A line of a room.
    InRoom(RoomHit),
}

impl Found {
    /// Where it was said.
    pub fn place(&self) -> Whereabouts {
        match self {
            Found::Said(hit) => Whereabouts::With(hit.with.clone()),
            Found::InRoom(hit) => Whereabouts::Room(hit.room.clone()),
        }
    }

    /// Its id, which is one of its kind.
    pub fn id(&self) -> &str {
        match self {
            Found::Said(hit) => &hit.message.id,
            Found::InRoom(hit) => &hit.line.id,
        }
    }

    /// Is it a line of a room?
    pub fn is_in_room(&self) -> bool {
        matches!(self, Found::InRoom(_))
    }

    /// When it was said.
    pub fn time(&self) -> Timestamp {
        match self {
            Found::Said(hit) => hit.message.time,
            Found::InRoom(hit) => hit.line.time,
        }
    }

    fn body(&self) -> &str {
        match self {
            Found::Said(hit) => &hit.message.body,
            Found::InRoom(hit) => &hit.line.body,
        }
    }

    /// Who has said it.
    fn who(&self, scene: &Scene<'_>) -> String {
        match self {
            Found::Said(hit) if hit.message.is_own() => t!(scene, "you"),
            Found::Said(hit) => Whereabouts::With(hit.message.from.clone()).name(scene),
            Found::InRoom(hit) if hit.line.own => t!(scene, "you"),
            Found::InRoom(hit) => hit.line.nick.clone(),
        }
    }

    /// Leads there, with these words marked.
    pub fn jump(&self, terms: &str) -> Wish {
        let terms = Some(terms.to_owned());
        match self {
            Found::Said(hit) => Wish::Jump {
                with: hit.with.clone(),
                id: hit.message.id.clone(),
                terms,
            },
            Found::InRoom(hit) => Wish::JumpInRoom {
                room: hit.room.clone(),
                id: hit.line.id.clone(),
                terms,
            },
        }
    }
}

/// Hits of one conversation or room together, in the order of the newest of each.
pub fn group(hits: &mut [Found]) {
    let mut newest: std::collections::HashMap<Whereabouts, Timestamp> = Default::default();
    for hit in hits.iter() {
        let time = newest.entry(hit.place()).or_insert(Timestamp::MIN);
        *time = hit.time().max(*time);
    }
    hits.sort_by_cached_key(|hit| {
        let place = hit.place();
        let name = match &place {
            Whereabouts::With(jid) => jid.to_string(),
            Whereabouts::Room(room) => room.clone(),
        };
        (std::cmp::Reverse(newest.get(&place).copied()), name)
    });
}

/// Where the hits below it were said. A room has the sign that it has in the list.
pub fn heading_ui(ui: &Ui, place: Rect, scene: &Scene<'_>, of: &Whereabouts) {
    let palette = theme::palette(ui);
    let name = match of {
        Whereabouts::With(_) => of.name(scene),
        Whereabouts::Room(_) => format!("# {}", of.name(scene)),
    };
    let room = place.width() - 2.0 * space::L;
    let font = theme::bold(size::SMALL);
    let words = super::text::fitted(ui, &name, font, palette.weak, room);
    let at = pos2(
        place.left() + space::L,
        place.bottom() - words.size().y - 4.0,
    );
    let response = ui.interact(place, Id::unique(("hits of", of)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    ui.painter().galley(at, words, palette.weak);
}

/// One row; true if it was clicked.
pub fn hit_ui(
    ui: &mut Ui,
    place: Rect,
    scene: &Scene<'_>,
    hit: &Found,
    terms: &Terms,
    marked: bool,
) -> bool {
    let palette = theme::palette(ui);
    let id = Id::unique(("hit", &hit.place(), hit.id()));
    let response = ui.interact(place, id, Sense::click());
    let who = hit.who(scene);
    let time = scene.now.brief(hit.time());
    let (snippet, places) = snippet(hit.body(), terms);
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
