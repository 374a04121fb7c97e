//! One contact in the list: face, name, time, last line, unread count.

use egui::{Align2, CornerRadius, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::avatar;
use super::drag;
use super::icons::{Icon, focus_ring};
use super::scene::Scene;
use super::text;
use super::theme::{self, size, space};
use super::words::{Speaks, t};
use crate::event::{ChatState, Trust};
use crate::model::Contact;

/// Height of a contact, in points.
pub fn height(ui: &Ui) -> f32 {
    if theme::is_compact(ui) { 46.0 } else { 60.0 }
}

/// What was done to a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Click {
    /// Open the conversation.
    Open,
    /// Make it a favourite, or no longer.
    Favourite,
    /// Invite it to this room, which was dropped on it.
    Invite(String),
}

/// One contact; what was done to it.
pub fn ui(
    ui: &mut Ui,
    place: Rect,
    scene: &Scene<'_>,
    contact: &Contact,
    selected: bool,
    marked: bool,
) -> Option<Click> {
    let palette = theme::palette(ui);
    let face_size = if theme::is_compact(ui) { 32.0 } else { 40.0 };
    let response = ui.interact(
        place,
        Id::unique(("contact", &contact.jid)),
        Sense::click_and_drag(),
    );
    let name = spoken(scene, contact);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &name));
    let card = place.shrink2(vec2(space::S, 1.0));
    // Files hang over it: this is where they would go.
    let aimed = has_files_over(ui, place);
    let ground = if selected && !aimed {
        palette.selected
    } else if response.hovered() || marked || aimed {
        palette.hover
    } else {
        palette.side
    };
    ui.painter()
        .rect_filled(card, CornerRadius::same(theme::ROUND), ground);
    if marked || aimed {
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
        pos2(card.left() + space::S, card.center().y - face_size / 2.0),
        vec2(face_size, face_size),
    );
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
    words_ui(
        ui,
        Rect::from_min_max(pos2(face.right() + space::M, card.top()), card.max),
        scene,
        contact,
    );
    let mut click = response.clicked().then_some(Click::Open);
    if contact.is_online() {
        let person = drag::Person {
            jid: contact.jid.clone(),
            nick: contact.nick.clone(),
        };
        drag::take(ui, &response, person, &contact.nick);
        let fits = |_: &drag::Room| true;
        if let Some(dropped) = drag::drop(ui, &response, card, fits) {
            click = Some(Click::Invite(dropped.room));
        }
    }
    let favourite = scene.model.settings.favourites.contains(&contact.jid);
    response.context_menu(|ui| {
        let words = if favourite {
            t!(ui, "person-favourite-remove")
        } else {
            t!(ui, "person-favourite-add")
        };
        if ui.button(words).clicked() {
            click = Some(Click::Favourite);
            ui.close();
        }
    });
    click
}

/// Whether files are dragged over this place, or were dropped there.
pub fn has_files_over(ui: &Ui, place: Rect) -> bool {
    let place = place.intersect(ui.clip_rect());
    ui.input(|input| {
        let any = !input.raw.hovered_files.is_empty() || !input.raw.dropped_files.is_empty();
        let pointer = input.pointer.latest_pos().filter(|_| any);
        pointer.is_some_and(|pointer| place.contains(pointer))
    })
}

/// Name and time; last line and unread count.
fn words_ui(ui: &Ui, place: Rect, scene: &Scene<'_>, contact: &Contact) {
    let palette = theme::palette(ui);
    let right = place.right() - space::S;
    let (first, second) = (
        place.top() + place.height() * 0.31,
        place.top() + place.height() * 0.69,
    );
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
    let badge = match contact.security.trust {
        Trust::Verified => Some((Icon::Checks, palette.available)),
        Trust::Changed => Some((Icon::Warning, palette.bad)),
        _ => None,
    };
    if badge.is_some() {
        room -= 20.0;
    }
    let name = text::fitted(
        ui,
        &contact.nick,
        theme::bold(size::BODY),
        name_color,
        room - place.left(),
    );
    let width = name.size().x;
    ui.painter().galley(
        pos2(place.left(), first - name.size().y / 2.0),
        name,
        name_color,
    );
    if let Some((icon, color)) = badge {
        let at = pos2(place.left() + width + 12.0, first);
        icon.paint(ui.painter(), at, 14.0, color);
    }
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
    let (line, color) = second_line(scene, contact, palette);
    let line = text::one_line(ui, &line, size::SMALL + 1.0, color, room - place.left());
    ui.painter().galley(
        pos2(place.left(), second - line.size().y / 2.0),
        line,
        color,
    );
}

fn second_line(
    scene: &Scene<'_>,
    contact: &Contact,
    palette: &theme::Palette,
) -> (String, egui::Color32) {
    if contact.typing == ChatState::Composing {
        return (t!(scene, "person-typing"), palette.accent);
    }
    if let Some(last) = &contact.conversation.last {
        let body = text::cut(&last.body, 200);
        let color = if contact.conversation.unread > 0 {
            palette.text
        } else {
            palette.weak
        };
        let line = match (body.strip_prefix("/me "), last.is_own()) {
            (Some(deed), true) => format!("{} {deed}", t!(scene, "you")),
            (Some(deed), false) => format!("{} {deed}", contact.nick),
            (None, true) => t!(scene, "person-said", text = body),
            (None, false) => body.to_owned(),
        };
        return (line, color);
    }
    let status = contact
        .peer
        .as_ref()
        .map(|peer| peer.message.as_str())
        .unwrap_or_default();
    (
        if status.is_empty() {
            avatar::word(scene, contact.show())
        } else {
            status.to_owned()
        },
        palette.weak,
    )
}

/// What a screen reader says.
fn spoken(words: &impl Speaks, contact: &Contact) -> String {
    let presence = avatar::word(words, contact.show());
    let name = &contact.nick;
    match contact.conversation.unread {
        0 => t!(words, "person-spoken", name = name, presence = presence),
        unread => t!(
            words,
            "person-spoken-unread",
            name = name,
            presence = presence,
            count = unread
        ),
    }
}
