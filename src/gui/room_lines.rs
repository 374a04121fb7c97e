//! What was said in a room, as a conversation: the same bubbles, the same bar, menu and keys, the same field to write in. Only
//! who said it, what may be done with it, and how far it got are told in the room's own way.

use std::collections::VecDeque;

use super::actions::Rights;
use super::scene::Scene;
use super::text;
use super::theme;
use super::words::t;
use crate::event::room::RoomLine;
use crate::event::{Extra, Message, MessageState, Reactions};
use crate::model::Contact;
use crate::model::rooms::RoomView;
use crate::wire::jid::Jid;

/// A line of a room, for its bubble.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What was said.
    pub line: &'a RoomLine,
    /// What may be done with it.
    pub rights: Rights,
}

/// The colour of somebody's name, so that it can be read on this ground.
pub fn name_color(ui: &egui::Ui, nick: &str) -> egui::Color32 {
    let palette = theme::palette(ui);
    let mut color = theme::person(nick);
    for _ in 0..12 {
        if theme::contrast(color, palette.theirs) >= 4.5 {
            break;
        }
        color = color.lerp_to_gamma(palette.text, 0.15);
    }
    color
}

/// Does this contact stand for a room?
pub fn is_room(scene: &Scene<'_>, contact: &Contact) -> bool {
    scene.model.rooms.contains_key(contact.jid.as_str())
}

/// The line behind a message, if `contact` stands for a room.
pub fn line_of<'a>(scene: &Scene<'a>, contact: &Contact, message: &Message) -> Option<Line<'a>> {
    let room = scene.model.rooms.get(contact.jid.as_str())?;
    let line = room.lines.iter().rev().find(|line| line.id == message.id)?;
    Some(Line {
        line,
        rights: Rights::Room {
            speaks: room.may_speak(),
            moderates: is_above(room, line),
        },
    })
}

/// May we take back what this one has said?
fn is_above(room: &RoomView, line: &RoomLine) -> bool {
    let rank = |affiliation: &str| match affiliation {
        "owner" => 2,
        "admin" => 1,
        _ => 0,
    };
    let own = room.me().map_or(0, |me| rank(&me.affiliation));
    let theirs = room.members.iter().find(|one| one.nick == line.nick);
    own > theirs.map_or(0, |one| rank(&one.affiliation))
}

/// A room as a conversation, made anew when the room has changed.
#[derive(Default)]
pub struct Shown {
    lines: VecDeque<RoomLine>,
    contact: Option<Contact>,
}

impl Shown {
    /// As it is now; `None` if its address cannot be one of a conversation, which that of a room always is.
    pub fn contact(&mut self, scene: &Scene<'_>, room: &RoomView) -> Option<&Contact> {
        let jid = Jid::new(&room.about.room).ok()?;
        let known = self.contact.as_ref().is_some_and(|one| one.jid == jid);
        if !known {
            self.contact = Some(Contact::new(jid.clone()));
            self.lines.clear();
        }
        let contact = self.contact.as_mut()?;
        contact.nick.clone_from(&room.about.name);
        let conversation = &mut contact.conversation;
        if !known || self.lines != room.lines {
            self.lines.clone_from(&room.lines);
            let mine = &scene.model.me.jid;
            let message = |line: &RoomLine| as_message(line, &room.about.nick, mine, &jid);
            conversation.messages = room.lines.iter().map(message).collect();
            conversation.last = conversation.messages.back().cloned();
        }
        conversation.unread = room.unread;
        conversation.first_unread.clone_from(&room.first_unread);
        conversation.complete = room.complete;
        conversation.detached = room.detached;
        conversation.jump.clone_from(&room.jump);
        self.contact.as_ref()
    }
}

/// A nick as an address: what is longer than one can be is cut.
fn name(nick: &str) -> Option<Jid> {
    let mut end = nick.len().min(Jid::MAX_BYTES);
    while !nick.is_char_boundary(end) {
        end -= 1;
    }
    Jid::new(nick.get(..end)?).ok()
}

fn as_message(line: &RoomLine, my_nick: &str, mine: &Jid, room: &Jid) -> Message {
    let from = match line.own {
        true => mine.clone(),
        false => name(&line.nick).unwrap_or_else(|| room.clone()),
    };
    let mut reactions: Vec<Reactions> = Vec::new();
    for (emoji, nicks) in &line.reactions {
        for nick in nicks {
            let Some(by) = name(nick) else { continue };
            match reactions.iter_mut().find(|known| known.from == by) {
                Some(known) => known.emoji.push(emoji.clone()),
                None => reactions.push(Reactions {
                    own: nick == my_nick,
                    from: by,
                    emoji: vec![emoji.clone()],
                }),
            }
        }
    }
    let extra = Extra {
        reply_to: line.reply_to.clone(),
        mentions_me: line.mention,
        retracted: line.retracted.as_ref().map(|_| line.time),
        reactions,
        ..Extra::default()
    };
    let state = match line.delivered {
        Some((to, of)) if to >= of => MessageState::Delivered,
        _ => MessageState::Sent,
    };
    Message {
        id: line.id.clone(),
        from,
        to: room.clone(),
        body: line.body.clone(),
        spans: Vec::new(),
        time: line.time,
        encrypted: true,
        delayed: line.late,
        state: line.own.then_some(state),
        reason: None,
        extra: extra.boxed(),
    }
}

/// The time in the corner, and what is special about the line.
pub fn meta_words(scene: &Scene<'_>, line: &RoomLine) -> String {
    let mut words = scene.now.time(line.time);
    if line.late {
        words = t!(scene, "room-late", time = words);
    }
    if line.corrected {
        words = t!(scene, "room-corrected", time = words);
    }
    match line.delivered {
        Some((to, of)) if to < of => {
            t!(
                scene,
                "room-delivered",
                time = words,
                count = to,
                total = of
            )
        }
        _ => words,
    }
}

/// What a screen reader says.
pub fn spoken(scene: &Scene<'_>, line: &RoomLine, message: &Message) -> String {
    let time = meta_words(scene, line);
    let mut text = match &line.retracted {
        Some(by) => t!(scene, "room-retracted", name = by),
        None => text::cut(&message.body, super::body::FOLD).to_owned(),
    };
    if line.announcement {
        text = format!("{}: {text}", t!(scene, "room-announce"));
    }
    let name = match line.own {
        true => t!(scene, "you"),
        false => line.nick.clone(),
    };
    t!(
        scene,
        "message-spoken",
        name = name,
        time = time,
        text = text
    )
}

/// A few lines for the hand that rests on the time.
pub fn details(scene: &Scene<'_>, line: &RoomLine) -> String {
    let mut lines = vec![scene.now.full(line.time)];
    if line.late {
        lines.push(t!(scene, "room-late-explained"));
    }
    if line.corrected {
        lines.push(t!(scene, "room-corrected-explained"));
    }
    match line.delivered {
        Some((to, of)) => {
            lines.push(t!(scene, "room-delivered-to", count = to, total = of));
        }
        None if line.own => lines.push(t!(scene, "room-not-delivered")),
        None => {}
    }
    lines.join("\n")
}
