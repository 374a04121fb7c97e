//! What stands between a room's head and its lines: the queue of raised hands, who has the floor, polls.

use std::collections::BTreeSet;

use egui::{
    Align, Frame, Layout, Margin, Panel, RichText, Role, ScrollArea, Sense, TextEdit, Ui,
    WidgetInfo, vec2,
};

use super::fonts;
use super::icons::{Icon, focus_ring};
use super::room_lines::name_color;
use super::room_view::ask;
use super::scene::Wish;
use super::text;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::room::RoomCommand;
use crate::event::room::RoomPoll;
use crate::model::rooms::RoomView;

/// Hands and speakers shown; of the others is told how many there are.
const MOST: usize = 12;
/// An answer is so high, in points.
const ANSWER: f32 = 26.0;

/// What is open there.
#[derive(Default)]
pub struct Board {
    /// The question and the answers that are being written.
    poll: Option<(String, String)>,
    fresh: bool,
    /// Polls that were put away.
    hidden: BTreeSet<String>,
}

impl Board {
    /// A new question is to be written.
    pub fn ask_everybody(&mut self) {
        self.poll.get_or_insert_default();
        self.fresh = true;
    }

    /// Draws it, if there is anything.
    pub fn ui(&mut self, ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
        let mut polls: Vec<&RoomPoll> = room
            .polls
            .iter()
            .rev()
            .filter(|poll| !self.hidden.contains(&poll.id))
            .collect();
        // What one can still take part in stands first.
        polls.sort_by_key(|poll| poll.closed);
        let speakers = speakers(room);
        if room.hands.is_empty() && speakers.is_empty() && polls.is_empty() && self.poll.is_none() {
            return;
        }
        let palette = theme::palette(ui);
        let frame = Frame::new()
            .fill(palette.ground)
            .inner_margin(Margin::symmetric(16, 4));
        let most = ui.available_height() * 0.45;
        Panel::top("room board").frame(frame).show(ui, |ui| {
            let area = ScrollArea::vertical().max_height(most);
            // A panel is no higher than what was in it before: it has to be asked for more.
            area.min_scrolled_height(most).show(ui, |ui| {
                // What is being written first: however many hands are up, it is in sight with its buttons.
                self.new_poll_ui(ui, room, wishes);
                hands_ui(ui, room, wishes);
                speakers_ui(ui, room, &speakers, wishes);
                for poll in polls {
                    self.poll_ui(ui, room, poll, wishes);
                }
            });
        });
    }

    fn poll_ui(&mut self, ui: &mut Ui, room: &RoomView, poll: &RoomPoll, wishes: &mut Vec<Wish>) {
        let palette = theme::palette(ui);
        let total: u32 = poll.votes.iter().sum();
        let frame = Frame::new()
            .fill(palette.side)
            .corner_radius(theme::ROUND)
            .inner_margin(Margin::same(10));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width().min(560.0));
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                if poll.closed && Icon::Close.button(ui, &t!(ui, "room-poll-hide")).clicked() {
                    self.hidden.insert(poll.id.clone());
                }
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    let words = RichText::new(&poll.question).font(theme::bold(size::BODY));
                    fonts::prepare(ui.ctx(), &poll.question);
                    ui.add(egui::Label::new(words).wrap());
                });
            });
            for (at, (answer, votes)) in (0u8..).zip(poll.answers.iter().zip(&poll.votes)) {
                if answer_ui(ui, room, poll, at, (answer, *votes), total) {
                    wishes.push(ask(RoomCommand::RoomVote {
                        room: room.about.room.clone(),
                        poll: poll.id.clone(),
                        answer: at,
                    }));
                }
            }
            ui.horizontal(|ui| {
                let words = if poll.closed {
                    t!(ui, "room-poll-closed", count = total)
                } else {
                    t!(ui, "room-poll-open", name = poll.nick, count = total)
                };
                ui.label(RichText::new(words).size(size::SMALL).color(palette.weak));
                let may = poll.nick == room.about.nick || room.moderates();
                if !poll.closed && may && ui.button(t!(ui, "room-poll-close")).clicked() {
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

    fn new_poll_ui(&mut self, ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
        let Some((question, answers)) = &mut self.poll else {
            return;
        };
        // Beside the bar of what is scrolled, not below it.
        let width = (ui.available_width() - space::M).min(560.0);
        ui.add_space(space::XS);
        let title = RichText::new(t!(ui, "room-poll-new")).font(theme::bold(size::BODY));
        ui.label(title);
        let name = t!(ui, "room-poll-question");
        let field = ui.add(
            TextEdit::singleline(question)
                .hint_text(&name)
                .desired_width(width)
                .char_limit(500),
        );
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        if std::mem::take(&mut self.fresh) {
            field.request_focus();
        }
        let name = t!(ui, "room-poll-answers");
        let field = ui.add(
            TextEdit::multiline(answers)
                .hint_text(&name)
                .desired_rows(3)
                .desired_width(width),
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
            let button = egui::Button::new(t!(ui, "room-poll-ask"));
            if ui.add_enabled(ready, button).clicked() {
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
        ui.add_space(space::S);
        if done {
            self.poll = None;
        }
    }
}

/// One answer: a bar as long as its share, the words on it, the votes at its end. True if it was chosen.
fn answer_ui(
    ui: &mut Ui,
    room: &RoomView,
    poll: &RoomPoll,
    at: u8,
    (answer, votes): (&str, u32),
    total: u32,
) -> bool {
    let palette = theme::palette(ui);
    let open = !poll.closed && room.about.joined;
    let sense = if open { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ANSWER), sense);
    let chosen = poll.mine == Some(at);
    let words = t!(ui, "room-poll-answer", name = answer, count = votes);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, open, chosen, &words));
    let round = f32::from(theme::ROUND);
    let line = egui::Stroke::new(
        if chosen { 1.5 } else { 1.0 },
        if chosen || response.hovered() && open {
            palette.accent
        } else {
            palette.line
        },
    );
    ui.painter().rect_filled(rect, round, palette.ground);
    let share = match total {
        0 => 0.0,
        total => votes as f32 / total as f32,
    };
    if share > 0.0 {
        let bar = rect.with_max_x(rect.left() + rect.width() * share);
        ui.painter().rect_filled(bar, round, palette.selected);
    }
    ui.painter()
        .rect_stroke(rect, round, line, egui::StrokeKind::Inside);
    let left = rect.left_center() + vec2(space::S + 8.0, 0.0);
    ui.painter()
        .circle_stroke(left, 6.0, egui::Stroke::new(1.3, palette.weak));
    if chosen {
        ui.painter().circle_filled(left, 3.5, palette.accent);
    }
    let count = text::one_line(ui, &votes.to_string(), size::BODY - 1.0, palette.text, 60.0);
    let room_for = rect.width() - 3.0 * space::L - 16.0 - count.size().x;
    fonts::prepare(ui.ctx(), answer);
    let label = text::one_line(ui, answer, size::BODY - 0.5, palette.text, room_for);
    let at = left + vec2(16.0, -label.size().y / 2.0);
    ui.painter().galley(at, label, palette.text);
    let end = rect.right_center() - vec2(space::M + count.size().x, count.size().y / 2.0);
    ui.painter().galley(end, count, palette.text);
    focus_ring(ui, &response, rect);
    response.on_hover_text(answer).clicked() && !chosen
}

/// Who has the floor in a lecture and is no moderator.
fn speakers(room: &RoomView) -> Vec<&str> {
    if !room.about.moderated {
        return Vec::new();
    }
    let speaks = room.members.iter().filter(|one| one.role == "participant");
    speaks.map(|one| one.nick.as_str()).collect()
}

fn floor(room: &RoomView, nick: &str, role: &str) -> Wish {
    ask(RoomCommand::RoomRole {
        room: room.about.room.clone(),
        nick: nick.to_owned(),
        affiliation: None,
        role: Some(role.to_owned()),
        reason: String::new(),
    })
}

/// Raised hands, the longest first: who moderates gives the floor to one.
fn hands_ui(ui: &mut Ui, room: &RoomView, wishes: &mut Vec<Wish>) {
    if room.hands.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let words = t!(ui, "room-hands", count = room.hands.len());
        ui.label(RichText::new(words).font(theme::bold(size::BODY - 0.5)));
        for (n, nick) in room.hands.iter().take(MOST).enumerate() {
            chip_ui(ui, &format!("{}. {nick}", n + 1), nick, |ui| {
                let spoken = t!(ui, "room-give-floor", name = nick);
                if room.moderates() && Icon::Check.button(ui, &spoken).clicked() {
                    wishes.push(floor(room, nick, "participant"));
                }
            });
        }
        more_ui(ui, room.hands.len());
    });
}

/// Who speaks, and taking the floor back.
fn speakers_ui(ui: &mut Ui, room: &RoomView, speakers: &[&str], wishes: &mut Vec<Wish>) {
    if speakers.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let words = RichText::new(t!(ui, "room-speaking")).font(theme::bold(size::BODY - 0.5));
        ui.label(words);
        for nick in speakers.iter().take(MOST) {
            chip_ui(ui, nick, nick, |ui| {
                let spoken = t!(ui, "room-take-floor", name = *nick);
                if room.moderates() && Icon::Close.button(ui, &spoken).clicked() {
                    wishes.push(floor(room, nick, "visitor"));
                }
            });
        }
        more_ui(ui, speakers.len());
    });
}

/// Somebody's name, and what can be done; in the next line if this one has no room for it.
fn chip_ui(ui: &mut Ui, words: &str, nick: &str, content: impl FnOnce(&mut Ui)) {
    let palette = theme::palette(ui);
    let height = space::TARGET;
    let (font, color) = (theme::regular(size::BODY), name_color(ui, nick));
    let beside = height + 2.0 * space::L;
    let most = (ui.max_rect().width() - beside).clamp(60.0, 320.0);
    let name = text::fitted(ui, words, font, color, most);
    if ui.available_size_before_wrap().x < name.size().x + beside {
        ui.end_row();
    }
    let frame = Frame::new()
        .fill(palette.side)
        .corner_radius(height / 2.0)
        .inner_margin(Margin::symmetric(8, 0));
    // A line of its own height, so that all stand in line, with a button or without.
    frame.show(ui, |ui| {
        let layout = Layout::left_to_right(Align::Center);
        ui.allocate_ui_with_layout(vec2(0.0, height), layout, |ui| {
            ui.set_min_height(height);
            ui.label(name)
                .widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
            content(ui);
        });
    });
}

fn more_ui(ui: &mut Ui, all: usize) {
    if all > MOST {
        let weak = theme::palette(ui).weak;
        ui.label(RichText::new(t!(ui, "room-and-more", count = all - MOST)).color(weak));
    }
}
