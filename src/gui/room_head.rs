//! The top of a room: its name and topic, who is in it, and everything that can be done with it.

use egui::{
    Align, Align2, Frame, Key, Layout, Margin, Panel, Popup, Rect, RichText, Role, Sense, TextEdit,
    Ui, WidgetInfo, pos2, vec2,
};

use super::ends;
use super::icons::{Icon, focus_ring};
use super::room_nick::NickDialog;
use super::room_view::ask;
use super::scene::{Scene, Wish};
use super::text;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::room::RoomCommand;
use crate::event::room::Notify;
use crate::model::rooms::RoomView;

/// People offered to be invited.
const MOST: usize = 50;

/// What is open on top of a room.
#[derive(Default)]
pub struct Head {
    /// The topic while it is changed.
    subject: Option<String>,
    /// The field for it was not drawn yet.
    fresh: bool,
    /// What was told of others is shown whole.
    troubles: bool,
    /// So many of them were read.
    read: usize,
    /// Our own name while it is changed.
    nick: Option<NickDialog>,
}

impl Head {
    /// Whether Escape means something here.
    pub fn takes_escape(&self) -> bool {
        self.subject.is_some() || self.nick.is_some()
    }

    /// Our own name in the room is to be another one.
    pub fn change_nick(&mut self, room: &RoomView) {
        self.nick = Some(NickDialog::new(room));
    }

    /// The dialog for our own name; true when it is over.
    pub fn dialog_ui(
        &mut self,
        ctx: &egui::Context,
        room: &RoomView,
        wishes: &mut Vec<Wish>,
    ) -> bool {
        let over = self
            .nick
            .as_mut()
            .is_some_and(|nick| nick.ui(ctx, room, wishes));
        if over {
            self.nick = None;
        }
        over
    }

    /// Draws it; true if everybody is to be asked something.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        room: &RoomView,
        narrow: bool,
        people: &mut bool,
        wishes: &mut Vec<Wish>,
    ) -> bool {
        let mut poll = false;
        let palette = theme::palette(ui);
        let frame = Frame::new()
            .fill(palette.ground)
            .inner_margin(Margin::symmetric(if narrow { 6 } else { 16 }, 8));
        Panel::top("room header").frame(frame).show(ui, |ui| {
            let room_for = vec2(ui.available_width(), 42.0);
            ui.allocate_ui_with_layout(room_for, Layout::left_to_right(Align::Center), |ui| {
                if narrow
                    && Icon::Back
                        .button(ui, &t!(ui, "pane-back-to-list"))
                        .clicked()
                {
                    wishes.push(Wish::Back);
                }
                sign_ui(ui, room);
                ui.add_space(space::XS);
                let mut state = (&mut *self, &mut *wishes);
                ends::row(
                    ui,
                    "head",
                    &mut state,
                    |ui, (head, wishes)| head.name_ui(ui, room, wishes),
                    |ui, (head, wishes)| {
                        people_ui(ui, room, people);
                        poll = head.menu_ui(ui, scene, room, wishes);
                    },
                );
            });
            self.troubles_ui(ui, room);
        });
        poll
    }

    fn name_ui(&mut self, ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
        let palette = theme::palette(ui);
        let place = ui.available_rect_before_wrap();
        let place = Rect::from_center_size(place.center(), vec2(place.width(), 42.0));
        let name = text::fitted(
            ui,
            &room.about.name,
            theme::bold(size::HEADING - 1.0),
            palette.text,
            place.width(),
        );
        ui.painter().galley(place.left_top(), name, palette.text);
        let heading = ui.interact(
            place.with_max_y(place.top() + 22.0),
            ui.scope_id().with("name"),
            Sense::hover(),
        );
        heading.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &room.about.name));
        let below = Rect::from_min_max(pos2(place.left(), place.top() + 23.0), place.max);
        if self.subject.is_some() {
            self.edit_ui(ui, below, room, wishes);
            return;
        }
        let none = t!(ui, "room-subject-none");
        let shown = match room.about.subject.as_str() {
            "" => &none,
            subject => subject,
        };
        let words = text::one_line(ui, shown, size::SMALL + 0.5, palette.weak, below.width());
        let may = may_set_subject(room);
        let sense = if may { Sense::click() } else { Sense::hover() };
        let rect = Rect::from_min_size(below.min, words.size());
        let label = ui.interact(rect, ui.scope_id().with("subject"), sense);
        let role = if may { Role::Button } else { Role::Label };
        label.widget_info(|| WidgetInfo::labeled(role, true, shown));
        focus_ring(ui, &label, rect.expand(2.0));
        ui.painter().galley(rect.min, words, palette.weak);
        let hint = match may {
            true => format!("{shown}\n{}", t!(ui, "room-subject-change")),
            false => shown.to_owned(),
        };
        if label.on_hover_text(hint).clicked() {
            self.change_subject(room);
        }
    }

    fn change_subject(&mut self, room: &RoomView) {
        self.subject = Some(room.about.subject.clone());
        self.fresh = true;
    }

    fn edit_ui(&mut self, ui: &mut Ui, place: Rect, room: &RoomView, wishes: &mut Vec<Wish>) {
        let Some(subject) = &mut self.subject else {
            return;
        };
        let name = t!(ui, "room-subject");
        let width = place.width().min(420.0);
        let place = Rect::from_min_size(place.min - vec2(0.0, 3.0), vec2(width, 24.0));
        let edit = TextEdit::singleline(subject)
            .char_limit(500)
            .margin(Margin::symmetric(6, 2))
            .event_filter(super::keys::KEEP_ESCAPE);
        let field = ui.put(place, edit);
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        if std::mem::take(&mut self.fresh) {
            field.request_focus();
            return;
        }
        let (enter, escape) = ui.input(|input| {
            (
                input.key_pressed(Key::Enter),
                input.key_pressed(Key::Escape),
            )
        });
        if enter && *subject != room.about.subject {
            let (room, subject) = (room.about.room.clone(), subject.trim().to_owned());
            wishes.push(ask(RoomCommand::RoomSubject { room, subject }));
        }
        if enter || escape || !field.has_focus() {
            self.subject = None;
        }
    }

    /// Everything else.
    fn menu_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        room: &RoomView,
        wishes: &mut Vec<Wish>,
    ) -> bool {
        let mut poll = false;
        let button = Icon::More.button(ui, &t!(ui, "room-more"));
        let behavior = egui::PopupCloseBehavior::CloseOnClickOutside;
        Popup::menu(&button).close_behavior(behavior).show(|ui| {
            ui.set_min_width(250.0);
            if room.about.joined {
                invite_ui(ui, scene, room, wishes);
                if may_set_subject(room) && ui.button(t!(ui, "room-subject-set")).clicked() {
                    self.change_subject(room);
                    ui.close();
                }
                if ui.button(t!(ui, "room-nick-set")).clicked() {
                    self.change_nick(room);
                    ui.close();
                }
                if room.moderates() && ui.button(t!(ui, "room-poll-new")).clicked() {
                    poll = true;
                    ui.close();
                }
                ui.separator();
                ui.scope(|ui| {
                    theme::outline_ticks(ui);
                    notify_ui(ui, room, wishes);
                    ui.separator();
                    rules_ui(ui, room, wishes);
                });
                ui.separator();
            }
            leave_ui(ui, room, wishes);
        });
        poll
    }

    /// What who moderates should know of others: the newest, and the rest on demand.
    fn troubles_ui(&mut self, ui: &mut Ui, room: &RoomView) {
        let seen = room.troubles_seen(self.read);
        if !room.moderates() || seen.is_empty() {
            return;
        }
        let palette = theme::palette(ui);
        ui.add_space(space::XS);
        let frame = Frame::new()
            .fill(palette.notice)
            .corner_radius(theme::ROUND)
            .inner_margin(Margin::symmetric(8, 4));
        frame.show(ui, |ui| {
            let words_ui = |ui: &mut Ui, head: &mut Head| {
                ui.vertical(|ui| {
                    let shown = if head.troubles { seen.len() } else { 1 };
                    for trouble in seen.iter().rev().take(shown) {
                        let words = trouble_words(ui, trouble);
                        let words = RichText::new(words).color(palette.text);
                        ui.add(egui::Label::new(words).wrap());
                    }
                });
            };
            ends::row(ui, "troubles", self, words_ui, |ui, head| {
                let more = seen.len() - 1;
                let words = match head.troubles {
                    true => t!(ui, "room-trouble-less"),
                    false => t!(ui, "room-trouble-more", count = more),
                };
                if more > 0 && ui.button(words).clicked() {
                    head.troubles = !head.troubles;
                }
                let read = t!(ui, "room-trouble-read");
                if Icon::Close.button(ui, &read).clicked() {
                    head.read = room.troubles_told;
                    head.troubles = false;
                }
            });
        });
    }
}

fn trouble_words(ui: &Ui, trouble: &crate::model::rooms::Trouble) -> String {
    use crate::event::room::RoomTroubleKind::{Flood, Forged, Fork, Withheld};
    let who = &trouble.who;
    let words = match trouble.kind {
        Fork => t!(ui, "room-trouble-fork", name = who),
        Forged => t!(ui, "room-trouble-forged", name = who),
        Flood => t!(ui, "room-trouble-flood", name = who),
        Withheld => t!(ui, "room-trouble-withheld", name = who),
    };
    match trouble.times {
        0 | 1 => words,
        times => format!("{words} ({times}×)"),
    }
}

fn may_set_subject(room: &RoomView) -> bool {
    room.about.joined && (room.moderates() || !room.about.moderated && room.may_speak())
}

/// What stands where the face of a person stands.
fn sign_ui(ui: &mut Ui, room: &RoomView) {
    let (rect, _) = ui.allocate_exact_size(vec2(40.0, 40.0), Sense::hover());
    let color = theme::person(&room.about.room);
    ui.painter().circle_filled(rect.center(), 20.0, color);
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        "#",
        theme::bold(19.0),
        egui::Color32::WHITE,
    );
}

fn people_ui(ui: &mut Ui, room: &RoomView, people: &mut bool) {
    let words = t!(ui, "room-people", count = room.members.len());
    let words = RichText::new(words).size(size::SMALL + 1.0);
    ui.toggle_value(people, words)
        .on_hover_text(t!(ui, "room-people-explained"));
}

/// Whoever is here and not in the room can be asked to come.
fn invite_ui(ui: &mut Ui, scene: &Scene<'_>, room: &RoomView, wishes: &mut Vec<Wish>) {
    let inside = |jid: &str| room.members.iter().any(|member| member.jid == jid);
    let people = scene.model.by_recency().into_iter();
    let mut people = people
        .filter(|contact| contact.is_online() && !inside(contact.jid.as_str()))
        .take(MOST)
        .peekable();
    ui.menu_button(t!(ui, "room-invite"), |ui| {
        if people.peek().is_none() {
            let weak = theme::palette(ui).weak;
            ui.label(RichText::new(t!(ui, "room-invite-nobody")).color(weak));
        }
        egui::ScrollArea::vertical()
            .max_height(320.0)
            .show(ui, |ui| {
                for contact in people {
                    if text::button(ui, &contact.nick).clicked() {
                        wishes.push(invite(&room.about.room, &contact.jid));
                        ui.close();
                    }
                }
            });
    });
}

/// The wish to ask somebody to come.
pub fn invite(room: &str, to: &crate::wire::jid::Jid) -> Wish {
    ask(RoomCommand::RoomInvite {
        room: room.to_owned(),
        to: to.clone(),
        reason: String::new(),
    })
}

fn notify_ui(ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
    for (level, words) in [
        (Notify::All, t!(ui, "room-notify-all")),
        (Notify::Mentions, t!(ui, "room-notify-mentions")),
        (Notify::None, t!(ui, "room-notify-none")),
    ] {
        if ui.radio(level == room.notify, words).clicked() {
            wishes.push(ask(RoomCommand::RoomSeen {
                room: room.about.room.clone(),
                notify: Some(level),
            }));
        }
    }
}

/// Switches: of the room, for who moderates, and of our own program.
fn rules_ui(ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
    let address = || room.about.room.clone();
    let switch = |ui: &mut Ui, on: bool, words: String, hint: String| {
        let mut on = on;
        let changed = ui.checkbox(&mut on, words).on_hover_text(hint).changed();
        changed.then_some(on)
    };
    let rules = &room.rules;
    if room.moderates() {
        let (words, hint) = (t!(ui, "room-moderated"), t!(ui, "room-moderated-explained"));
        if let Some(moderated) = switch(ui, rules.moderated, words, hint) {
            let room = address();
            wishes.push(ask(RoomCommand::RoomModerated { room, moderated }));
        }
        let words = t!(ui, "room-members-only");
        let hint = t!(ui, "room-members-only-explained");
        if let Some(members_only) = switch(ui, rules.members_only, words, hint) {
            let room = address();
            wishes.push(ask(RoomCommand::RoomMembersOnly { room, members_only }));
        }
    }
    let (words, hint) = (t!(ui, "room-guests"), t!(ui, "room-guests-explained"));
    if let Some(guests) = switch(ui, rules.guests, words, hint) {
        let room = address();
        wishes.push(ask(RoomCommand::RoomGuests { room, guests }));
    }
    if room.moderates() {
        let (words, hint) = (t!(ui, "room-repeat"), t!(ui, "room-repeat-explained"));
        if let Some(repeat) = switch(ui, rules.repeat, words, hint) {
            let room = address();
            wishes.push(ask(RoomCommand::RoomRepeat { room, repeat }));
        }
    }
}

fn leave_ui(ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
    let mut leave = |ui: &mut Ui, delete: bool| {
        wishes.push(ask(RoomCommand::RoomLeave {
            room: room.about.room.clone(),
            delete,
        }));
        wishes.push(Wish::Back);
        ui.close_kind(egui::UiKind::Menu);
        ui.close();
    };
    if room.about.joined {
        let button = ui.button(t!(ui, "room-leave"));
        if button
            .on_hover_text(t!(ui, "room-leave-explained"))
            .clicked()
        {
            leave(ui, false);
        }
    }
    ui.menu_button(t!(ui, "room-delete"), |ui| {
        ui.set_max_width(260.0);
        text::in_menu(ui, &t!(ui, "room-delete-explained"));
        if ui.button(t!(ui, "room-delete-really")).clicked() {
            leave(ui, true);
        }
    });
}
