//! Who is in a room, and what a moderator may do about it.

use egui::{RichText, ScrollArea, Ui};

use super::room_view::ask;
use super::scene::Wish;
use super::theme;
use super::words::t;
use crate::command::room::RoomCommand;
use crate::event::room::RoomMember;
use crate::model::rooms::RoomView;

/// The list.
pub fn ui(ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
    let mut members: Vec<&RoomMember> = room.members.iter().collect();
    members.sort_by_key(|one| (one.role != "moderator", !one.here, one.nick.to_lowercase()));
    ScrollArea::vertical()
        .id_salt("room people")
        .auto_shrink(false)
        .show(ui, |ui| {
            for member in members {
                member_ui(ui, room, member, wishes);
            }
        });
}

fn member_ui(ui: &mut Ui, room: &RoomView, member: &RoomMember, wishes: &mut Vec<Wish>) {
    let palette = theme::palette(ui);
    let color = if member.here {
        palette.text
    } else {
        palette.weak
    };
    let what = match (member.affiliation.as_str(), member.role.as_str()) {
        ("owner", _) => t!(ui, "room-owner"),
        ("admin", _) => t!(ui, "room-admin"),
        (_, "visitor") => t!(ui, "room-visitor"),
        ("member", _) => t!(ui, "room-member"),
        _ => String::new(),
    };
    let words = if what.is_empty() {
        member.nick.clone()
    } else {
        format!("{} · {what}", member.nick)
    };
    if member.me || !room.moderates() {
        ui.label(RichText::new(words).color(color))
            .on_hover_text(&member.jid);
        return;
    }
    ui.menu_button(RichText::new(words).color(color), |ui| {
        ui.label(RichText::new(&member.jid).color(palette.weak));
        let mut role =
            |ui: &mut Ui, words: String, affiliation: Option<&str>, role: Option<&str>| {
                if ui.button(words).clicked() {
                    wishes.push(ask(RoomCommand::RoomRole {
                        room: room.about.room.clone(),
                        nick: member.nick.clone(),
                        affiliation: affiliation.map(str::to_owned),
                        role: role.map(str::to_owned),
                        reason: String::new(),
                    }));
                    ui.close();
                }
            };
        if room.about.moderated {
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
        if member.affiliation == "none" {
            role(ui, t!(ui, "room-make-member"), Some("member"), None);
        }
        role(ui, t!(ui, "room-kick"), None, Some("none"));
        if ui.button(t!(ui, "room-ban")).clicked() {
            wishes.push(ask(RoomCommand::RoomBan {
                room: room.about.room.clone(),
                nick: member.nick.clone(),
                reason: String::new(),
                ban: true,
            }));
            ui.close();
        }
    });
}
