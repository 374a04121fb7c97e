//! A room: who and what is in it on top, what was said, polls and raised hands, the field to write in.

use egui::{
    Align, CentralPanel, Frame, Key, Layout, Margin, Panel, RichText, Role, ScrollArea, TextEdit,
    Ui, WidgetInfo,
};

use super::fonts;
use super::icons::Icon;
use super::keys;
use super::room_people;
use super::scene::{Scene, Wish};
use super::text;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::command::room::RoomCommand;
use crate::event::room::{Notify, RoomLine, RoomPoll};
use crate::model::rooms::RoomView;

/// What is typed and open in rooms.
#[derive(Default)]
pub struct RoomPane {
    room: String,
    draft: String,
    announce: bool,
    people: bool,
    subject: Option<String>,
    poll: Option<(String, String)>,
    focus: bool,
}

/// A wish for a room.
pub fn ask(command: RoomCommand) -> Wish {
    Wish::Ask(Command::Room(command))
}

impl RoomPane {
    /// The cursor goes to the field.
    pub fn focus(&mut self) {
        self.focus = true;
    }

    /// Draws it. `watched`: the window has the keyboard, so that what is shown is seen.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        address: &str,
        watched: bool,
    ) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if self.room != address {
            *self = RoomPane {
                room: address.to_owned(),
                people: self.people,
                focus: true,
                ..RoomPane::default()
            };
        }
        let Some(room) = scene.model.rooms.get(address) else {
            wishes.push(Wish::Back);
            return wishes;
        };
        if watched && room.unread > 0 {
            wishes.push(ask(RoomCommand::RoomSeen {
                room: address.to_owned(),
                notify: None,
            }));
        }
        self.header_ui(ui, scene, room, &mut wishes);
        if self.people {
            let frame = Frame::new()
                .fill(theme::palette(ui).side)
                .inner_margin(Margin::same(8));
            Panel::right("room people")
                .frame(frame)
                .default_size(210.0)
                .show(ui, |ui| room_people::ui(ui, room, &mut wishes));
        }
        self.foot_ui(ui, room, &mut wishes);
        CentralPanel::no_frame().show(ui, |ui| lines_ui(ui, scene, room, &mut wishes));
        wishes
    }

    fn header_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        room: &RoomView,
        wishes: &mut Vec<Wish>,
    ) {
        let palette = theme::palette(ui);
        let address = room.about.room.clone();
        let frame = Frame::new().inner_margin(Margin::symmetric(10, 6));
        Panel::top("room header").frame(frame).show(ui, |ui| {
            ui.horizontal(|ui| {
                if Icon::Back.button(ui, &t!(ui, "pane-back")).clicked() {
                    wishes.push(Wish::Back);
                }
                ui.vertical(|ui| {
                    ui.label(RichText::new(&room.about.name).font(theme::bold(size::HEADING)));
                    self.subject_ui(ui, room, wishes);
                });
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.button(t!(ui, "room-leave")).clicked() {
                        wishes.push(ask(RoomCommand::RoomLeave {
                            room: address.clone(),
                        }));
                        wishes.push(Wish::Back);
                    }
                    let people = t!(ui, "room-people", count = room.members.len());
                    ui.toggle_value(&mut self.people, people);
                    notify_ui(ui, room, wishes);
                    invite_ui(ui, scene, room, wishes);
                    if room.moderates() && ui.button(t!(ui, "room-poll-new")).clicked() {
                        self.poll = Some(Default::default());
                    }
                });
            });
            if let Some(trouble) = room.troubles.back().filter(|_| room.moderates()) {
                ui.label(RichText::new(trouble).color(palette.bad));
            }
        });
    }

    fn subject_ui(&mut self, ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
        let may = room.moderates() || !room.about.moderated && room.may_speak();
        let Some(subject) = &mut self.subject else {
            let none = t!(ui, "room-subject-none");
            let shown = if room.about.subject.is_empty() {
                &none
            } else {
                &room.about.subject
            };
            let label = ui.add(
                egui::Label::new(RichText::new(shown).color(theme::palette(ui).weak))
                    .truncate()
                    .sense(egui::Sense::click()),
            );
            if may && label.on_hover_text(t!(ui, "room-subject-change")).clicked() {
                self.subject = Some(room.about.subject.clone());
            }
            return;
        };
        let name = t!(ui, "room-subject");
        let field = ui.add(
            TextEdit::singleline(subject)
                .desired_width(240.0)
                .char_limit(500),
        );
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        if !field.has_focus() && !field.lost_focus() {
            field.request_focus();
        }
        if field.lost_focus() {
            if ui.input(|input| input.key_pressed(Key::Enter)) && *subject != room.about.subject {
                let (room, subject) = (room.about.room.clone(), subject.clone());
                wishes.push(ask(RoomCommand::RoomSubject { room, subject }));
            }
            self.subject = None;
        }
    }

    fn foot_ui(&mut self, ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
        let palette = theme::palette(ui);
        let frame = Frame::new()
            .fill(palette.ground)
            .inner_margin(Margin::symmetric(12, 8));
        Panel::bottom("room foot").frame(frame).show(ui, |ui| {
            hands_ui(ui, room, wishes);
            for poll in room.polls.iter().rev().take(1) {
                poll_ui(ui, room, poll, wishes);
            }
            self.new_poll_ui(ui, room, wishes);
            if let Some(out) = &room.out {
                ui.label(RichText::new(t!(ui, "room-out", text = out)).color(palette.bad));
                return;
            }
            if !room.about.joined {
                ui.label(RichText::new(t!(ui, "room-not-in")).color(palette.weak));
                return;
            }
            let me = room.about.nick.clone();
            if room.about.moderated && !room.moderates() {
                ui.horizontal(|ui| {
                    let up = room.hands.contains(&me);
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
                        ui.label(RichText::new(t!(ui, "room-listening")).color(palette.weak));
                    }
                });
            }
            if room.may_speak() {
                self.field_ui(ui, room, wishes);
            }
        });
    }

    fn field_ui(&mut self, ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
        complete_ui(ui, room, &mut self.draft);
        ui.horizontal(|ui| {
            if room.moderates() {
                ui.checkbox(&mut self.announce, t!(ui, "room-announce"));
            }
            let name = t!(ui, "room-write", name = room.about.name);
            let id = egui::Id::unique("room field");
            let enter = ui.memory(|memory| memory.has_focus(id)) && keys::enter(ui);
            let field = ui.add(
                TextEdit::multiline(&mut self.draft)
                    .id(id)
                    .hint_text(&name)
                    .desired_rows(1)
                    .char_limit(16_000)
                    .margin(Margin::symmetric(10, 7))
                    .desired_width(ui.available_width() - 44.0),
            );
            field.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, &name));
            if std::mem::take(&mut self.focus) {
                field.request_focus();
            }
            let send = Icon::Send.button(ui, &t!(ui, "room-send")).clicked();
            if (send || enter) && !self.draft.trim().is_empty() {
                wishes.push(ask(RoomCommand::RoomSend {
                    room: room.about.room.clone(),
                    body: std::mem::take(&mut self.draft).trim().to_owned(),
                    reply_to: None,
                    announcement: std::mem::take(&mut self.announce),
                }));
                self.focus = true;
            }
        });
    }

    fn new_poll_ui(&mut self, ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
        let Some((question, answers)) = &mut self.poll else {
            return;
        };
        let name = t!(ui, "room-poll-question");
        let field = ui.add(
            TextEdit::singleline(question)
                .hint_text(&name)
                .desired_width(f32::INFINITY)
                .char_limit(500),
        );
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        let name = t!(ui, "room-poll-answers");
        let field = ui.add(
            TextEdit::multiline(answers)
                .hint_text(&name)
                .desired_rows(3)
                .desired_width(f32::INFINITY),
        );
        field.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, &name));
        let list: Vec<String> = answers
            .lines()
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .map(str::to_owned)
            .collect();
        let ready = !question.trim().is_empty() && (2..=10).contains(&list.len());
        let mut done = false;
        ui.horizontal(|ui| {
            if ui
                .add_enabled(ready, egui::Button::new(t!(ui, "room-poll-ask")))
                .clicked()
            {
                let (room, question) = (room.about.room.clone(), question.trim().to_owned());
                wishes.push(ask(RoomCommand::RoomPoll {
                    room,
                    question,
                    answers: list,
                    close: None,
                }));
                done = true;
            }
            done |= ui.button(t!(ui, "room-cancel")).clicked();
        });
        if done {
            self.poll = None;
        }
    }
}

/// Nicks that begin like the word after the last `@`.
fn complete_ui(ui: &mut Ui, room: &RoomView, draft: &mut String) {
    let Some((head, begun)) = draft
        .rsplit_once('@')
        .map(|(head, begun)| (head.to_owned(), begun.to_lowercase()))
    else {
        return;
    };
    let fits = |nick: &&str| {
        begun.len() < 40 && nick.to_lowercase().starts_with(&begun) && nick.to_lowercase() != begun
    };
    let nicks: Vec<&str> = room
        .members
        .iter()
        .map(|one| one.nick.as_str())
        .filter(fits)
        .take(6)
        .collect();
    if nicks.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        for nick in &nicks {
            if ui.button(format!("@{nick}")).clicked() {
                *draft = format!("{head}@{nick} ");
            }
        }
    });
}

/// Whoever is here and not in the room can be asked to come.
fn invite_ui(ui: &mut Ui, scene: &Scene<'_>, room: &RoomView, wishes: &mut Vec<Wish>) {
    let inside = |jid: &str| room.members.iter().any(|member| member.jid == jid);
    let people = scene.model.by_recency().into_iter();
    let people = people.filter(|contact| contact.is_online() && !inside(contact.jid.as_str()));
    ui.menu_button(t!(ui, "room-invite"), |ui| {
        for contact in people.take(30) {
            if ui.button(&contact.nick).clicked() {
                wishes.push(ask(RoomCommand::RoomInvite {
                    room: room.about.room.clone(),
                    to: contact.jid.clone(),
                    reason: String::new(),
                }));
                ui.close();
            }
        }
    });
}

fn notify_ui(ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
    let levels = [
        (Notify::All, t!(ui, "room-notify-all")),
        (Notify::Mentions, t!(ui, "room-notify-mentions")),
        (Notify::None, t!(ui, "room-notify-none")),
    ];
    let now = levels
        .iter()
        .find(|(level, _)| *level == room.notify)
        .map(|(_, words)| words.clone())
        .unwrap_or_default();
    ui.menu_button(now, |ui| {
        for (level, words) in levels {
            if ui.selectable_label(level == room.notify, words).clicked() {
                wishes.push(ask(RoomCommand::RoomSeen {
                    room: room.about.room.clone(),
                    notify: Some(level),
                }));
                ui.close();
            }
        }
    });
}

/// Raised hands: who moderates gives the floor to one and takes it back.
fn hands_ui(ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
    if room.hands.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(
            RichText::new(t!(ui, "room-hands", count = room.hands.len()))
                .font(theme::bold(size::BODY)),
        );
        for nick in room.hands.iter().take(20) {
            ui.label(nick);
            if room.moderates() && ui.button(t!(ui, "room-give-floor", name = nick)).clicked() {
                wishes.push(ask(RoomCommand::RoomRole {
                    room: room.about.room.clone(),
                    nick: nick.clone(),
                    affiliation: None,
                    role: Some("participant".into()),
                    reason: String::new(),
                }));
            }
        }
    });
}

fn poll_ui(ui: &mut Ui, room: &RoomView, poll: &RoomPoll, wishes: &mut Vec<Wish>) {
    let palette = theme::palette(ui);
    let total: u32 = poll.votes.iter().sum();
    Frame::new()
        .fill(palette.side)
        .corner_radius(theme::ROUND)
        .inner_margin(Margin::same(10))
        .show(ui, |ui| {
            ui.label(RichText::new(&poll.question).font(theme::bold(size::BODY)));
            for (at, (answer, votes)) in (0u8..).zip(poll.answers.iter().zip(&poll.votes)) {
                let share = if total == 0 {
                    0.0
                } else {
                    *votes as f32 / total as f32
                };
                let words = t!(ui, "room-poll-answer", name = answer, count = *votes);
                ui.horizontal(|ui| {
                    let chosen = poll.mine == Some(at);
                    let radio = ui.add_enabled(
                        !poll.closed && room.about.joined,
                        egui::RadioButton::new(chosen, &words),
                    );
                    if radio.clicked() {
                        wishes.push(ask(RoomCommand::RoomVote {
                            room: room.about.room.clone(),
                            poll: poll.id.clone(),
                            answer: at,
                        }));
                    }
                    ui.add(
                        egui::ProgressBar::new(share)
                            .desired_width(ui.available_width().min(220.0))
                            .desired_height(8.0),
                    );
                });
            }
            ui.horizontal(|ui| {
                if poll.closed {
                    ui.label(
                        RichText::new(t!(ui, "room-poll-closed", count = total))
                            .color(palette.weak),
                    );
                } else if (poll.nick == room.about.nick || room.moderates())
                    && ui.button(t!(ui, "room-poll-close")).clicked()
                {
                    wishes.push(ask(RoomCommand::RoomPoll {
                        room: room.about.room.clone(),
                        question: String::new(),
                        answers: Vec::new(),
                        close: Some(poll.id.clone()),
                    }));
                }
            });
        });
    ui.add_space(space::S);
}

fn lines_ui(ui: &mut Ui, scene: &Scene<'_>, room: &RoomView, wishes: &mut Vec<Wish>) {
    let area = ScrollArea::vertical()
        .id_salt(("room", &room.about.room))
        .auto_shrink(false)
        .stick_to_bottom(true);
    area.show(ui, |ui| {
        Frame::new()
            .inner_margin(Margin::symmetric(14, 8))
            .show(ui, |ui| {
                if !room.complete && room.about.joined && ui.button(t!(ui, "room-older")).clicked()
                {
                    wishes.push(ask(RoomCommand::RoomHistory {
                        room: room.about.room.clone(),
                        before: room.lines.front().map(|line| line.id.clone()),
                        limit: None,
                    }));
                }
                for line in &room.lines {
                    line_ui(ui, scene, room, line, wishes);
                }
            });
    });
}

fn line_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    room: &RoomView,
    line: &RoomLine,
    wishes: &mut Vec<Wish>,
) {
    let palette = theme::palette(ui);
    let mut frame = Frame::new()
        .inner_margin(Margin::symmetric(8, 3))
        .corner_radius(theme::ROUND);
    if line.announcement {
        frame = frame.fill(palette.notice);
    }
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.label(
                RichText::new(&line.nick)
                    .font(theme::bold(size::BODY))
                    .color(theme::person(&line.nick)),
            );
            let mut words = scene.now.time(line.time);
            if line.late {
                words = t!(ui, "room-late", time = words);
            }
            if line.corrected {
                words = t!(ui, "room-corrected", time = words);
            }
            if let Some((to, of)) = line.delivered {
                words = t!(ui, "room-delivered", time = words, count = to, total = of);
            }
            ui.label(RichText::new(words).size(size::SMALL).color(palette.weak));
        });
        match &line.retracted {
            Some(by) => ui.label(
                RichText::new(t!(ui, "room-retracted", name = by))
                    .italics()
                    .color(palette.weak),
            ),
            None => {
                let font = if line.mention {
                    theme::bold(size::BODY)
                } else {
                    theme::regular(size::BODY)
                };
                fonts::prepare(ui.ctx(), &line.body);
                let text = text::with_emoji(&line.body, font, palette.text);
                ui.add(egui::Label::new(text).wrap().selectable(true))
            }
        };
        if !line.reactions.is_empty() {
            let all: Vec<String> = line
                .reactions
                .iter()
                .map(|(emoji, who)| format!("{emoji} {}", who.len()))
                .collect();
            let all = all.join("  ");
            fonts::prepare(ui.ctx(), &all);
            ui.label(text::with_emoji(
                &all,
                theme::regular(size::SMALL),
                palette.text,
            ));
        }
    });
    let may = room.about.joined && line.retracted.is_none() && (line.own || room.moderates());
    shown
        .response
        .interact(egui::Sense::click())
        .context_menu(|ui| {
            if may && ui.button(t!(ui, "room-retract")).clicked() {
                wishes.push(ask(RoomCommand::RoomRetract {
                    room: room.about.room.clone(),
                    id: line.id.clone(),
                }));
                ui.close();
            }
            if ui.button(t!(ui, "room-copy")).clicked() {
                ui.ctx().copy_text(line.body.clone());
                ui.close();
            }
        });
}
