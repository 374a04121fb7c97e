//! Who is in a room, who takes part through us, who was sent out for good, and what a moderator may do about it.

use egui::{RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use super::avatar;
use super::icons::focus_ring;
use super::room_view::ask;
use super::scene::{Scene, Wish};
use super::text;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::room::RoomCommand;
use crate::event::Show;
use crate::event::room::{RoomBanned, RoomMember};
use crate::model::rooms::RoomView;
use crate::wire::jid::Jid;

/// A row is so high, in points.
const ROW: f32 = 38.0;

/// The list; true if our own name in it was clicked.
pub fn ui(ui: &mut Ui, scene: &Scene<'_>, room: &RoomView, wishes: &mut Vec<Wish>) -> bool {
    let mut own = false;
    let mut members: Vec<&RoomMember> = room.members.iter().collect();
    members.sort_by_key(|one| (one.role != "moderator", !one.here, one.nick.to_lowercase()));
    ScrollArea::vertical()
        .id_salt("room people")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            // Only those in sight are drawn: a hall has hundreds.
            let top = ui.cursor().top();
            let clip = ui.clip_rect();
            for (n, member) in members.iter().enumerate() {
                let y = top + n as f32 * (ROW + 1.0);
                if y + ROW < clip.top() - ROW || y > clip.bottom() + ROW {
                    ui.allocate_space(vec2(ui.available_width(), ROW));
                } else {
                    own |= member_ui(ui, scene, room, member, wishes);
                }
            }
            through_ui(ui, room, wishes);
            banned_ui(ui, room, wishes);
        });
    own
}

fn heading(ui: &mut Ui, words: String) {
    ui.add_space(space::M);
    let weak = theme::palette(ui).weak;
    ui.label(
        RichText::new(words)
            .font(theme::bold(size::SMALL))
            .color(weak),
    );
}

fn rank_words(ui: &Ui, member: &RoomMember) -> String {
    match (member.affiliation.as_str(), member.role.as_str()) {
        ("owner", _) => t!(ui, "room-owner"),
        ("admin", _) => t!(ui, "room-admin"),
        (_, "visitor") => t!(ui, "room-visitor"),
        ("member", _) => t!(ui, "room-member"),
        _ => String::new(),
    }
}

fn member_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    room: &RoomView,
    member: &RoomMember,
    wishes: &mut Vec<Wish>,
) -> bool {
    let palette = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let what = rank_words(ui, member);
    let name = match (member.me, what.is_empty()) {
        (true, _) => format!("{} · {}", member.nick, t!(ui, "you")),
        (false, true) => member.nick.clone(),
        (false, false) => format!("{} · {what}", member.nick),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let ground = if response.hovered() {
        palette.hover
    } else {
        palette.side
    };
    ui.painter()
        .rect_filled(rect, f32::from(theme::ROUND), ground);
    focus_ring(ui, &response, rect);
    let face = egui::Rect::from_center_size(rect.left_center() + vec2(19.0, 0.0), vec2(28.0, 28.0));
    let contact = Jid::new(&member.jid)
        .ok()
        .and_then(|jid| scene.model.contacts.get(&jid));
    let peer = contact.and_then(|one| one.peer.as_ref());
    if let Ok(jid) = Jid::new(&member.jid) {
        let picture = match member.me {
            true => scene.model.me.avatar.as_ref(),
            false => peer.and_then(|peer| peer.avatar.as_ref()),
        };
        avatar::paint(ui, scene.pictures, face, &member.nick, &jid, picture);
    }
    let show = match member.me {
        true => Some(scene.model.me.show),
        false => peer
            .map(|peer| peer.show)
            .or(member.here.then_some(Show::Available)),
    };
    avatar::presence(ui.painter(), palette, face, show, ground);
    let left = face.right() + space::S;
    let width = rect.right() - space::XS - left;
    let color = if member.here {
        palette.text
    } else {
        palette.weak
    };
    let nick = text::fitted(
        ui,
        &member.nick,
        theme::regular(size::BODY - 0.5),
        color,
        width,
    );
    let below = if member.me { t!(ui, "you") } else { what };
    let height = nick.size().y;
    let top = match below.is_empty() {
        true => rect.center().y - height / 2.0,
        false => rect.center().y - height + 2.0,
    };
    ui.painter().galley(egui::pos2(left, top), nick, color);
    if !below.is_empty() {
        let words = text::one_line(ui, &below, size::SMALL, palette.weak, width);
        let at = egui::pos2(left, rect.center().y + 2.0);
        ui.painter().galley(at, words, palette.weak);
    }
    if member.me {
        let hint = format!("{}\n{}", member.jid, t!(ui, "room-nick-set"));
        return response.on_hover_text(hint).clicked() && room.about.joined;
    }
    let response = response.on_hover_text(&member.jid);
    egui::Popup::menu(&response).show(|ui| menu_ui(ui, room, member, contact.is_some(), wishes));
    false
}

fn menu_ui(ui: &mut Ui, room: &RoomView, member: &RoomMember, known: bool, wishes: &mut Vec<Wish>) {
    let weak = theme::palette(ui).weak;
    ui.label(RichText::new(&member.jid).color(weak));
    if known
        && ui.button(t!(ui, "room-write-alone")).clicked()
        && let Ok(jid) = Jid::new(&member.jid)
    {
        wishes.push(Wish::Open(jid));
        ui.close();
    }
    if !room.moderates() {
        return;
    }
    let mut role = |ui: &mut Ui, words: String, affiliation: Option<&str>, role: Option<&str>| {
        if ui.button(words).clicked() {
            wishes.push(change(room, &member.nick, affiliation, role));
            ui.close();
        }
    };
    if room.about.moderated && member.affiliation != "owner" && member.affiliation != "admin" {
        match member.role.as_str() {
            "visitor" => role(ui, t!(ui, "room-voice-give"), None, Some("participant")),
            _ => role(ui, t!(ui, "room-voice-take"), None, Some("visitor")),
        }
    }
    if room.me().is_some_and(|me| me.affiliation == "owner") {
        match member.affiliation.as_str() {
            "admin" => {
                role(ui, t!(ui, "room-make-owner"), Some("owner"), None);
                role(ui, t!(ui, "room-demote"), Some("none"), None);
            }
            "owner" => role(ui, t!(ui, "room-demote"), Some("none"), None),
            _ => role(ui, t!(ui, "room-make-admin"), Some("admin"), None),
        }
    }
    match member.affiliation.as_str() {
        "none" => role(ui, t!(ui, "room-make-member"), Some("member"), None),
        "member" => role(ui, t!(ui, "room-member-no-more"), Some("none"), None),
        _ => {}
    }
    role(ui, t!(ui, "room-kick"), None, Some("none"));
    ui.menu_button(t!(ui, "room-ban"), |ui| {
        ui.set_max_width(240.0);
        let words = t!(ui, "room-ban-explained", name = member.nick);
        text::in_menu(ui, &words);
        if ui.button(t!(ui, "room-ban-really")).clicked() {
            wishes.push(ban(room, &member.nick, true));
            ui.close_kind(egui::UiKind::Menu);
            ui.close();
        }
    });
}

fn change(room: &RoomView, nick: &str, affiliation: Option<&str>, role: Option<&str>) -> Wish {
    ask(RoomCommand::RoomRole {
        room: room.about.room.clone(),
        nick: nick.to_owned(),
        affiliation: affiliation.map(str::to_owned),
        role: role.map(str::to_owned),
        reason: String::new(),
    })
}

fn ban(room: &RoomView, nick: &str, ban: bool) -> Wish {
    ask(RoomCommand::RoomBan {
        room: room.about.room.clone(),
        nick: nick.to_owned(),
        reason: String::new(),
        ban,
    })
}

/// Those whose words our own program passes on.
fn through_ui(ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
    let all = &room.rules.through_us;
    if all.is_empty() {
        return;
    }
    heading(ui, t!(ui, "room-through-us", count = all.len()));
    for nick in all {
        ui.menu_button(nick, |ui| {
            if room.about.moderated {
                let words = [
                    (t!(ui, "room-voice-give"), "participant"),
                    (t!(ui, "room-voice-take"), "visitor"),
                ];
                for (words, role) in words {
                    if ui.button(words).clicked() {
                        wishes.push(change(room, nick, None, Some(role)));
                        ui.close();
                    }
                }
            }
            if ui.button(t!(ui, "room-kick")).clicked() {
                wishes.push(change(room, nick, None, Some("none")));
                ui.close();
            }
        });
    }
}

/// Those who may not come back, and the way back for them.
fn banned_ui(ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
    let all = &room.rules.banned;
    if all.is_empty() || !room.moderates() {
        return;
    }
    heading(ui, t!(ui, "room-banned", count = all.len()));
    for RoomBanned { nick, fingerprint } in all {
        ui.horizontal_wrapped(|ui| {
            ui.label(nick).on_hover_text(fingerprint);
            let button = ui.button(t!(ui, "room-unban"));
            let spoken = t!(ui, "room-unban-who", name = nick);
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
            if button.clicked() {
                wishes.push(ban(room, nick, false));
            }
        });
    }
}
