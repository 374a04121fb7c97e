//! A room: who and what is in it on top, polls and raised hands below that, what was said, the field to write in. What was
//! said is shown as in a conversation with one person, and by the same code; see [`super::room_lines`].

use egui::{CentralPanel, Context, Frame, Margin, Panel, Rect, RichText, Ui, pos2};

use super::bubbles;
use super::composer::RoomField;
use super::conversation::Talk;
use super::room_board::Board;
use super::room_head::Head;
use super::room_lines::Shown;
use super::room_people;
use super::scene::{Scene, Wish};
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::command::room::RoomCommand;
use crate::event::room::RoomWhy;
use crate::model::Contact;
use crate::model::rooms::RoomView;
use crate::wire::jid::Jid;

/// Lines asked for at a time.
const PAGE: u16 = 100;

/// What is typed and open in rooms.
#[derive(Default)]
pub struct RoomPane {
    room: String,
    talk: Talk,
    shown: Shown,
    head: Head,
    board: Board,
    announce: bool,
    people: bool,
    /// What was sent last, until it stands there: it comes back to the field if the room does not take it.
    sent: Option<String>,
    problems: u32,
    /// A room in which nothing is shown was asked once whether there is anything older.
    asked: bool,
    /// The room that was open before.
    left: Option<Jid>,
    /// Of what stands above the field, as last drawn.
    above: f32,
}

/// A wish for a room.
pub fn ask(command: RoomCommand) -> Wish {
    Wish::Ask(Command::Room(command))
}

/// Why a room did not do it.
pub fn why_words(ui: &impl super::words::Speaks, why: RoomWhy) -> String {
    match why {
        RoomWhy::Busy => t!(ui, "room-why-busy"),
        RoomWhy::NotAllowed => t!(ui, "room-why-not-allowed"),
        RoomWhy::TooLong => t!(ui, "room-why-too-long"),
        RoomWhy::NotIn => t!(ui, "room-not-in"),
        RoomWhy::MembersOnly => t!(ui, "room-why-members-only"),
        RoomWhy::Banned => t!(ui, "room-why-banned"),
        RoomWhy::Unreachable => t!(ui, "room-why-unreachable"),
        RoomWhy::NoAnswer => t!(ui, "room-why-no-answer"),
        RoomWhy::TooMany => t!(ui, "room-why-too-many"),
    }
}

impl RoomPane {
    /// It was opened: the cursor goes to the field, the lines to what is new.
    pub fn enter(&mut self) {
        self.left = self.talk.open.clone().or(self.left.take());
        // The place is remembered for the next time.
        let _ = self.talk.leave();
        self.talk.composer.focus();
    }

    /// Goes to a line once it is loaded, and marks words in it. Call it after [`RoomPane::enter`].
    pub fn jump(&mut self, id: &str, terms: Option<&str>) {
        self.talk.jump(id, terms);
    }

    /// Whether Escape means something here, before it leads out of the room.
    pub fn takes_escape(&self) -> bool {
        let open = self.talk.open.as_ref();
        open.is_some_and(|open| self.talk.takes_escape(open)) || self.head.takes_escape()
    }

    /// Takes letters that were typed while nothing had the keyboard.
    pub fn type_ahead(&mut self, text: &str) {
        if let Some(open) = self.talk.open.clone() {
            self.talk.composer.type_ahead(&open, text);
        }
    }

    /// Draws it. `watched`: the window has the keyboard, so that what is shown is seen. `narrow`: there is no list beside it.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        address: &str,
        watched: bool,
        narrow: bool,
    ) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let Some(room) = scene.model.rooms.get(address) else {
            wishes.push(Wish::Back);
            return wishes;
        };
        if self.room != address {
            self.room = address.to_owned();
            (self.head, self.board) = Default::default();
            (self.announce, self.sent, self.asked) = (false, None, false);
            self.problems = room.problems;
        }
        if let Some(left) = self.left.take().filter(|left| left.as_str() != address) {
            wishes.push(Wish::Shrink(left));
            self.asked = false;
        }
        let mut shown = std::mem::take(&mut self.shown);
        if let Some(contact) = shown.contact(scene, room) {
            self.room_ui(ui, scene, room, contact, (watched, narrow), &mut wishes);
        }
        self.shown = shown;
        wishes
    }

    fn room_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        room: &RoomView,
        contact: &Contact,
        (watched, narrow): (bool, bool),
        wishes: &mut Vec<Wish>,
    ) {
        self.take_back(room, &contact.jid);
        let poll = self
            .head
            .ui(ui, scene, room, narrow, &mut self.people, wishes);
        if poll {
            self.board.ask_everybody();
        }
        if self.people && narrow {
            let frame = Frame::new()
                .fill(theme::palette(ui).side)
                .inner_margin(Margin::same(8));
            let shown = CentralPanel::no_frame()
                .frame(frame)
                .show(ui, |ui| room_people::ui(ui, scene, room, wishes));
            self.nick_ui(ui.ctx(), room, shown.inner, wishes);
            return;
        }
        let mut own = false;
        if self.people {
            let frame = Frame::new()
                .fill(theme::palette(ui).side)
                .inner_margin(Margin::same(8));
            Panel::right("room people")
                .frame(frame)
                .default_size(230.0)
                .size_range(180.0..=360.0)
                .show(ui, |ui| own = room_people::ui(ui, scene, room, wishes));
        }
        self.board.ui(ui, room, wishes);
        CentralPanel::no_frame().show(ui, |ui| {
            self.talk_ui(ui, scene, room, contact, watched, wishes);
        });
        self.nick_ui(ui.ctx(), room, own, wishes);
    }

    /// The dialog for our own name, which a click on it opens.
    fn nick_ui(&mut self, ctx: &Context, room: &RoomView, own: bool, wishes: &mut Vec<Wish>) {
        if own {
            self.head.change_nick(room);
        }
        if self.head.dialog_ui(ctx, room, wishes) {
            self.talk.composer.focus();
            ctx.request_repaint();
        }
    }

    /// The lines, and what stands below them.
    fn talk_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        room: &RoomView,
        contact: &Contact,
        watched: bool,
        wishes: &mut Vec<Wish>,
    ) {
        let mut asked = Vec::new();
        if self.talk.open.as_ref() != Some(&contact.jid) {
            self.talk.enter(contact, &mut asked);
        }
        self.ask_once(room, wishes);
        self.talk.selection_keys(ui, scene, contact);
        let pane = ui.available_rect_before_wrap();
        // In the order in which one reads: how high what stands below is follows from the last pass.
        let speaks = room.may_speak() && room.out.is_none();
        let foot = match speaks {
            true => pane.bottom() - self.talk.foot_height,
            false => pane.bottom(),
        };
        let rest = pane.with_max_y((foot - self.above).max(pane.top()));
        ui.scope_builder(egui::UiBuilder::new().max_rect(rest), |ui| {
            self.talk.messages_ui(ui, scene, contact, &mut asked);
        });
        self.above_ui(ui, room, pane.with_max_y(foot), wishes);
        if speaks {
            self.talk.composer.room = Some(RoomField {
                hint: t!(ui, "room-write", name = room.about.name),
                nicks: nicks(room),
            });
            let place = egui::UiBuilder::new().max_rect(pane).id_salt("foot pane");
            let mut below = ui.new_child(place);
            self.talk.foot_ui(&mut below, scene, contact, &mut asked);
        }
        self.talk.over_ui(ui.ctx(), scene, contact, &mut asked);
        if watched {
            self.talk.mark_read(&contact.conversation, &mut asked);
        }
        for wish in asked {
            wishes.extend(self.for_the_room(room, &contact.jid, wish));
        }
    }

    /// Nothing is shown, and there may be something older.
    fn ask_once(&mut self, room: &RoomView, wishes: &mut Vec<Wish>) {
        if room.about.joined && room.lines.is_empty() && !room.complete && !self.asked {
            self.asked = true;
            wishes.push(ask(RoomCommand::RoomHistory {
                room: room.about.room.clone(),
                before: None,
                after: None,
                around: None,
                limit: Some(PAGE),
            }));
        }
    }

    /// Directly above the field: what may be done beside writing, and why something was not done.
    fn above_ui(&mut self, ui: &mut Ui, room: &RoomView, pane: Rect, wishes: &mut Vec<Wish>) {
        let margin = ((pane.width() - bubbles::COLUMN) / 2.0).max(0.0);
        let place = Rect::from_min_max(
            pos2(pane.left() + margin + space::L, pane.bottom() - self.above),
            pos2(pane.right() - margin - space::L, pane.bottom() + 200.0),
        );
        let mut above = ui.new_child(egui::UiBuilder::new().max_rect(place).id_salt("room above"));
        above.set_clip_rect(pane.expand2(egui::vec2(0.0, 8.0)));
        let top = above.min_rect().top();
        self.standing_ui(&mut above, room);
        if !room.about.joined || room.about.moderated || room.moderates() {
            above.horizontal_wrapped(|ui| self.acts_ui(ui, room, wishes));
        }
        let height = above.min_rect().bottom() - top;
        let height = if height > 1.0 {
            height + space::XS
        } else {
            0.0
        };
        if (height - self.above).abs() > 0.5 {
            self.above = height;
            ui.ctx()
                .request_discard("what stands above the field changed its height");
        }
    }

    /// Where one stands in the room, if not just in it.
    fn standing_ui(&mut self, ui: &mut Ui, room: &RoomView) {
        let palette = theme::palette(ui);
        let (words, color) = if let Some(out) = &room.out {
            (t!(ui, "room-out", text = out), palette.bad)
        } else if let Some(why) = room.problem {
            (why_words(ui, why), palette.bad)
        } else if !room.about.joined {
            (t!(ui, "room-not-in"), palette.weak)
        } else {
            return;
        };
        ui.add(egui::Label::new(RichText::new(words).color(color)).wrap());
    }

    fn acts_ui(&mut self, ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
        if !room.about.joined {
            if room.out.is_none()
                && ui
                    .button(t!(ui, "rooms-join", name = room.about.name))
                    .clicked()
            {
                wishes.push(ask(RoomCommand::RoomJoin {
                    room: room.about.id.clone(),
                    nick: None,
                    via: None,
                }));
            }
            return;
        }
        if room.about.moderated && !room.moderates() {
            let up = room.hands.contains(&room.about.nick);
            let words = if up {
                t!(ui, "room-hand-down")
            } else {
                t!(ui, "room-hand-up")
            };
            if ui.button(words).clicked() {
                wishes.push(ask(RoomCommand::RoomHand {
                    room: room.about.room.clone(),
                    up: !up,
                }));
            }
            if !room.may_speak() {
                let weak = theme::palette(ui).weak;
                ui.label(RichText::new(t!(ui, "room-listening")).color(weak));
            }
        }
        if room.moderates() {
            let words = RichText::new(t!(ui, "room-announce")).size(size::SMALL + 1.0);
            ui.checkbox(&mut self.announce, words)
                .on_hover_text(t!(ui, "room-announce-explained"));
        }
    }

    /// What the room did not take stands in the field again.
    fn take_back(&mut self, room: &RoomView, jid: &Jid) {
        let newest = room.lines.iter().rev().take(5);
        let there = |sent: &String| newest.clone().any(|line| line.own && line.body == *sent);
        if self.sent.as_ref().is_some_and(there) {
            self.sent = None;
        }
        if self.problems != room.problems {
            self.problems = room.problems;
            if let Some(sent) = self.sent.take() {
                self.talk.composer.put_back(jid, &sent);
            }
        }
    }

    /// What was wished of a conversation, as a wish of the room that is shown as one.
    fn for_the_room(&mut self, view: &RoomView, jid: &Jid, wish: Wish) -> Option<Wish> {
        let room = view.about.room.clone();
        let mine = |id: &String| view.lines.iter().any(|line| line.id == *id);
        let command = match wish {
            Wish::Ask(Command::Send { to, body, .. }) if to == *jid => {
                self.sent = Some(body.trim().to_owned());
                RoomCommand::RoomSend {
                    room,
                    body: body.trim().to_owned(),
                    reply_to: None,
                    announcement: std::mem::take(&mut self.announce),
                }
            }
            Wish::Ask(Command::Reply { id, body }) if mine(&id) => {
                self.sent = Some(body.trim().to_owned());
                RoomCommand::RoomSend {
                    room,
                    body: body.trim().to_owned(),
                    reply_to: Some(id),
                    announcement: false,
                }
            }
            Wish::Ask(Command::Correct { id, body }) if mine(&id) => {
                RoomCommand::RoomCorrect { room, id, body }
            }
            Wish::Ask(Command::Retract { id }) if mine(&id) => {
                RoomCommand::RoomRetract { room, id }
            }
            Wish::Ask(Command::React { id, emoji }) if mine(&id) => {
                RoomCommand::RoomReact { room, id, emoji }
            }
            Wish::Ask(Command::History {
                with,
                before,
                after,
                around,
                ..
            }) if with == *jid => RoomCommand::RoomHistory {
                room,
                before,
                after,
                around,
                limit: Some(PAGE),
            },
            Wish::Ask(Command::Displayed { .. }) => RoomCommand::RoomSeen { room, notify: None },
            Wish::Jump { with, id, .. } if with == *jid => {
                self.talk.jump(&id, None);
                if mine(&id) {
                    return None;
                }
                return Some(Wish::JumpInRoom {
                    room,
                    id,
                    terms: None,
                });
            }
            // It was told when the room was left.
            Wish::Shrink(_) => return None,
            other => return Some(other),
        };
        Some(ask(command))
    }
}

/// Whom one can name: everybody but ourselves.
fn nicks(room: &RoomView) -> Vec<String> {
    let others = room.members.iter().filter(|one| !one.me);
    others.map(|one| one.nick.clone()).collect()
}
