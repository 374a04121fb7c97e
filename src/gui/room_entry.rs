//! A room that is being entered: said until we are in it, with the way back; and if nobody lets us in, why, with another try.

use egui::{Frame, Label, Margin, RichText, Ui};

use super::room_view::{ask, why_words};
use super::scene::{Scene, Wish};
use super::theme::{self, space};
use super::words::t;
use crate::command::room::RoomCommand;
use crate::event::Event;
use crate::event::room::{RoomEvent, RoomWhy};
use crate::wire::jid::Jid;

/// What is being entered, if anything is.
#[derive(Default)]
pub struct Entry {
    waiting: Option<Waiting>,
}

struct Waiting {
    /// As people know it.
    name: String,
    /// The end of its address, by which events name it.
    place: String,
    /// How it was asked for.
    room: String,
    via: Option<Jid>,
    /// Why we are not in it.
    why: Option<RoomWhy>,
}

/// The part of a room's address that people know it by.
pub fn name(address: &str) -> &str {
    let name = address.rsplit_once('@').map_or("", |(name, _)| name);
    if name.is_empty() { address } else { name }
}

/// The part of a room's address that is of no other room.
fn place(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(_, place)| place)
}

impl Entry {
    /// Asks to enter the room with this address, under `room` (the address, or its whole id), by way of `via`.
    pub fn begin(&mut self, address: &str, room: &str, via: Option<Jid>) -> Wish {
        let waiting = Waiting {
            name: name(address).to_owned(),
            place: place(address).to_owned(),
            room: room.to_owned(),
            via,
            why: None,
        };
        let wish = waiting.ask();
        self.waiting = Some(waiting);
        wish
    }

    /// What became of it.
    pub fn hear(&mut self, event: &Event) {
        if let Event::Room(RoomEvent::RoomRefused { room, why, .. }) = event
            && let Some(waiting) = &mut self.waiting
            && waiting.is(room)
        {
            waiting.why = Some(*why);
        }
    }

    /// Is it said here that this room was not entered?
    pub fn tells_of(&self, room: &str) -> bool {
        self.waiting
            .as_ref()
            .is_some_and(|waiting| waiting.is(room))
    }

    /// Draws it; goes to the room as soon as we are in.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        let mut rooms = scene.model.rooms.values();
        if let Some(came) =
            rooms.find(|room| room.about.joined && place(&room.about.room) == waiting.place)
        {
            wishes.push(Wish::OpenRoom(came.about.room.clone()));
            self.waiting = None;
            return;
        }
        let words = match waiting.why {
            None => t!(ui, "room-entering", name = waiting.name),
            Some(why) => {
                let reason = why_words(ui, why);
                t!(ui, "room-refused", name = waiting.name, reason = reason)
            }
        };
        let (mut over, palette) = (false, theme::palette(ui));
        let frame = Frame::new()
            .fill(palette.notice)
            .corner_radius(theme::ROUND)
            .outer_margin(Margin::symmetric(8, 4))
            .inner_margin(Margin::symmetric(10, 6));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.add(Label::new(RichText::new(words).color(palette.text)).wrap());
            ui.add_space(space::XS);
            ui.horizontal_wrapped(|ui| {
                if waiting.why.is_some() && ui.button(t!(ui, "room-enter-again")).clicked() {
                    waiting.why = None;
                    wishes.push(waiting.ask());
                }
                if ui.button(t!(ui, "room-cancel")).clicked() {
                    over = true;
                }
            });
        });
        if over && let Some(waiting) = self.waiting.take() {
            // What was not refused is still tried.
            if waiting.why.is_none() {
                wishes.push(ask(RoomCommand::RoomLeave {
                    room: waiting.room,
                    delete: false,
                }));
            }
        }
    }
}

impl Waiting {
    fn ask(&self) -> Wish {
        ask(RoomCommand::RoomJoin {
            room: self.room.clone(),
            nick: None,
            via: self.via.clone(),
        })
    }

    /// By its address, or as it was asked for.
    fn is(&self, room: &str) -> bool {
        room == self.room || place(room) == self.place
    }
}
