//! A conversation: who it is on top, what was said, who is typing, and the field to write in.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use egui::{Align2, Id, OpenUrl, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::body::FOLD;
use super::bubbles::{self, Click, Place, Row};
use super::choice::Choice;
use super::composer::Composer;
use super::dialogs::Dialog;
use super::emoji_picker::Picker;
use super::feed::Feed;
use super::header;
use super::icons::Icon;
use super::links;
use super::room_lines;
use super::scene::{Scene, Wish};
use super::selection::Selection;
use super::theme::{self, size, space};
use super::transfers::Transfers;
use super::words::{Speaks, t};
use crate::command::Command;
use crate::event::{ChatState, Trust};
use crate::model::settings::PlaintextPolicy;
use crate::model::{Contact, Conversation};
use crate::wire::jid::Jid;
use crate::wire::text::Terms;

/// Messages asked for at a time.
const PAGE: u32 = 100;

/// What an emoji is chosen for.
pub(super) enum Picking {
    /// For the field.
    Text,
    /// As a reaction to this message.
    Reaction(Box<crate::event::Message>),
}

/// The typing sign goes away by itself if its end got lost.
const TYPING_SECONDS: u64 = 60;

/// The large pane.
#[derive(Default)]
pub struct Talk {
    /// Where one writes; keeps the drafts of all.
    pub composer: Composer,
    /// Files on their way.
    pub transfers: Transfers,
    pub(super) open: Option<Jid>,
    pub(super) feed: Feed,
    /// Where the "new" line stands while this conversation is open.
    first_new: Option<String>,
    /// The page of history that is on its way: the message it is to join, or none for the newest page.
    asked: Option<Option<String>>,
    /// The same for newer ones, where the newest are not loaded.
    asked_newer: Option<String>,
    /// The message to go to as soon as it is loaded.
    target: Option<String>,
    /// The message that was searched for, and the words.
    found: Option<(String, Terms)>,
    /// Where the user was in conversations that were left.
    places: HashMap<Jid, String>,
    /// Of long messages: how much is shown.
    unfolded: HashMap<String, usize>,
    /// Spoilers whose text was asked for.
    pub(super) revealed: HashSet<String>,
    /// The message that the keys are about.
    pub(super) choice: Choice,
    /// Messages that are chosen together.
    pub(super) selection: Selection,
    /// What is asked or shown over the conversation.
    pub(super) dialog: Option<Dialog>,
    pub(super) picker: Picker,
    /// What the emoji is for that is being chosen.
    pub(super) picking: Option<Picking>,
    /// The newest message that we have said to have seen.
    seen: Option<String>,
    /// Of the field and the typing sign, as last drawn.
    pub(super) foot_height: f32,
    typing_since: Option<Instant>,
}

impl Talk {
    /// Changes to the conversation with `contact`: to its first unread message, else to the end.
    pub(super) fn enter(&mut self, contact: &Contact, wishes: &mut Vec<Wish>) {
        wishes.extend(self.leave());
        let target = self.target.take();
        *self = Talk {
            composer: std::mem::take(&mut self.composer),
            picker: std::mem::take(&mut self.picker),
            transfers: std::mem::take(&mut self.transfers),
            foot_height: self.foot_height,
            places: std::mem::take(&mut self.places),
            found: self.found.take().filter(|_| target.is_some()),
            target,
            open: Some(contact.jid.clone()),
            ..Talk::default()
        };
        self.first_new
            .clone_from(&contact.conversation.first_unread);
        let place = self.places.remove(&contact.jid);
        if let Some(first_new) = &self.first_new {
            self.feed.to(first_new);
        } else if self.target.is_none()
            && let Some(id) = place
        {
            // As it was when the user left it.
            self.target = Some(id.clone());
            wishes.push(Wish::Jump {
                with: contact.jid.clone(),
                id,
                terms: None,
            });
        }
        self.composer.focus();
    }

    /// No conversation is shown any more.
    pub fn leave(&mut self) -> Vec<Wish> {
        let Some(left) = self.open.take() else {
            return Vec::new();
        };
        match self.feed.place() {
            Some(place) => {
                self.places.insert(left.clone(), place.to_owned());
            }
            None => {
                self.places.remove(&left);
            }
        }
        vec![Wish::Shrink(left)]
    }

    /// Goes to a message once it is loaded, and marks words in it.
    pub fn jump(&mut self, id: &str, terms: Option<&str>) {
        self.target = Some(id.to_owned());
        self.found = terms.map(|terms| (id.to_owned(), Terms::parse(terms)));
    }

    /// Draws the conversation with `contact`. `watched`: the window has the user's eyes. `narrow`: there is no list
    /// beside it, so a way back is needed.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        contact: &Contact,
        watched: bool,
        narrow: bool,
    ) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if self.open.as_ref() != Some(&contact.jid) {
            self.enter(contact, &mut wishes);
        }
        self.selection_keys(ui, scene, contact);
        wishes.extend(header::ui(ui, scene, contact, narrow));
        super::trust_view::panels_ui(ui, scene, contact, &mut wishes);
        wishes.extend(self.transfers.strip_ui(ui, scene, &contact.jid));
        // In the order in which one reads, which is that of Tab: how high the foot is follows from the last pass.
        let pane = ui.available_rect_before_wrap();
        let rest = pane.with_max_y((pane.bottom() - self.foot_height).max(pane.top()));
        ui.scope_builder(egui::UiBuilder::new().max_rect(rest), |ui| {
            self.messages_ui(ui, scene, contact, &mut wishes);
        });
        let mut foot = ui.new_child(egui::UiBuilder::new().max_rect(pane).id_salt("foot pane"));
        self.foot_ui(&mut foot, scene, contact, &mut wishes);
        self.over_ui(ui.ctx(), scene, contact, &mut wishes);
        if watched {
            self.mark_read(&contact.conversation, &mut wishes);
        }
        wishes
    }

    /// The foot of the pane.
    pub(super) fn foot_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        contact: &Contact,
        wishes: &mut Vec<Wish>,
    ) -> f32 {
        let pane = ui.available_rect_before_wrap();
        // As wide as the messages.
        let margin = ((pane.width() - bubbles::COLUMN) / 2.0).max(0.0);
        let left = pane.left() + margin + space::L;
        let right = pane.right() - margin - space::M;
        // Open downwards, so that the field takes the height that it wants; where that begins follows from the last pass.
        let place = Rect::from_min_max(
            pos2(left, pane.bottom() - self.foot_height),
            pos2(right, pane.bottom() + 400.0),
        );
        let mut foot = ui.new_child(egui::UiBuilder::new().max_rect(place).id_salt("foot"));
        foot.set_clip_rect(pane.intersect(ui.clip_rect()));
        self.typing_ui(&mut foot, contact);
        let obstacle = self.obstacle(&mut foot, scene, contact, wishes);
        let asked = self
            .composer
            .ui(&mut foot, scene, contact, obstacle.as_deref());
        self.composer_asks(ui, scene, contact);
        if asked.iter().any(|wish| {
            matches!(
                wish,
                Wish::Ask(Command::Send { .. } | Command::Reply { .. })
            )
        }) {
            self.go_to_newest(contact, wishes);
            self.first_new = None;
        }
        wishes.extend(asked);
        let height = self.composer.bottom() - foot.min_rect().top() + space::M;
        if (height - self.foot_height).abs() > 0.5 {
            self.foot_height = height;
            ui.ctx().request_discard("the composer changed its height");
        }
        pane.bottom() - self.foot_height
    }

    /// Why nothing can be written here, or a question before it can.
    fn obstacle(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        contact: &Contact,
        wishes: &mut Vec<Wish>,
    ) -> Option<String> {
        let plain = contact
            .peer
            .as_ref()
            .is_some_and(|peer| peer.trust == Trust::Plaintext);
        let said = scene.model.plaintext.get(&contact.jid);
        let said = said.copied().unwrap_or_default();
        match scene.model.settings.plaintext {
            PlaintextPolicy::SecureOnly if plain => Some(t!(ui, "talk-secure-only")),
            // The question with what waits stands above the conversation.
            PlaintextPolicy::Ask if said.held > 0 => Some(t!(ui, "talk-ask-plaintext")),
            PlaintextPolicy::Ask if plain && !said.allowed => {
                if ui.button(t!(ui, "talk-write-plaintext")).clicked() {
                    wishes.push(Wish::Ask(Command::Plaintext {
                        peer: contact.jid.clone(),
                        allow: true,
                    }));
                    self.composer.focus();
                }
                Some(t!(ui, "talk-ask-plaintext"))
            }
            _ => None,
        }
    }

    /// A slot of fixed height, so that nothing moves when the sign comes and goes.
    fn typing_ui(&mut self, ui: &mut Ui, contact: &Contact) {
        let (slot, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
        if contact.typing != ChatState::Composing {
            self.typing_since = None;
            return;
        }
        let since = self.typing_since.get_or_insert_with(Instant::now).elapsed();
        if since.as_secs() >= TYPING_SECONDS {
            return;
        }
        let palette = theme::palette(ui);
        // Three dots, one after the other, at a leisurely three changes a second.
        let still = theme::is_still(ui);
        let step = if still {
            3
        } else {
            since.as_millis() / 330 % 4
        };
        for dot in 0..3_u8 {
            let color = if step == u128::from(dot) {
                palette.accent
            } else {
                palette.weak.gamma_multiply(0.6)
            };
            ui.painter().circle_filled(
                slot.left_center() + vec2(4.0 + 8.0 * f32::from(dot), 0.0),
                2.5,
                color,
            );
        }
        let words = t!(ui, "talk-typing", name = contact.nick);
        let response = ui.interact(slot, Id::unique("typing"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &words));
        let words =
            super::text::sentence(ui, &words, size::SMALL, palette.weak, slot.width() - 40.0);
        ui.painter().galley(
            slot.left_center() + vec2(30.0, -words.size().y / 2.0),
            words,
            palette.weak,
        );
        if !still {
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_millis(330));
        }
    }

    pub(super) fn messages_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        contact: &Contact,
        wishes: &mut Vec<Wish>,
    ) {
        let conversation = &contact.conversation;
        let pane = ui.available_rect_before_wrap();
        self.load(conversation, &contact.jid, wishes);
        // Found out when messages came while nobody looked.
        if self.first_new.is_none() && conversation.unread > 0 && !self.feed.is_at_end() {
            self.first_new.clone_from(&conversation.first_unread);
        }
        if conversation.messages.is_empty() {
            let _ = ui.allocate_rect(pane, Sense::hover());
            if conversation.is_empty() {
                empty_ui(ui, pane, scene, contact);
            }
            return;
        }
        let is_target = |message: &crate::event::Message| Some(&message.id) == self.target.as_ref();
        if conversation.jump.is_none() && conversation.messages.iter().any(is_target) {
            self.feed
                .to_among_others(&self.target.take().unwrap_or_default());
        }
        let intro = match room_lines::is_room(scene, contact) {
            true if conversation.complete => t!(ui, "room-begins"),
            _ => beginning(scene, conversation),
        };
        let found = &self.found;
        let (first_new, unfolded, revealed) = (&self.first_new, &self.unfolded, &self.revealed);
        let (chosen, fresh) = self.choice.now();
        let messages = &conversation.messages;
        let mut row = |ui: &mut Ui, index: usize| {
            let message = messages.get(index)?;
            let place = Place {
                before: index.checked_sub(1).and_then(|before| messages.get(before)),
                first_new: first_new.as_ref() == Some(&message.id),
                intro: (index == 0).then_some(&intro),
                unfolded: unfolded.get(&message.id).copied().unwrap_or(FOLD),
                origin: message
                    .extra
                    .as_ref()
                    .and_then(|extra| extra.reply_to.as_ref())
                    .and_then(|id| messages.iter().rev().find(|known| known.id == *id)),
                revealed: revealed.contains(&message.id),
                chosen: chosen
                    .filter(|chosen| **chosen == message.id)
                    .map(|_| fresh),
                found: found
                    .as_ref()
                    .filter(|(id, _)| *id == message.id)
                    .map(|(_, terms)| terms),
                room: room_lines::line_of(scene, contact, message),
            };
            let nick = place.room.map_or(&contact.nick, |room| &room.line.nick);
            Some(Row::new(ui, scene, nick, message, place))
        };
        let selection = &mut self.selection;
        let detached = conversation.detached;
        match self.feed.ui(ui, messages, detached, selection, &mut row) {
            Some(Click::Resend(id)) => wishes.push(Wish::Ask(Command::Resend { id })),
            Some(Click::Unfold(id)) => *self.unfolded.entry(id).or_insert(FOLD) += 10 * FOLD,
            Some(Click::Reveal(id)) => self.reveal(id),
            Some(Click::Jump(id)) => self.go_back_to(contact, id, wishes),
            Some(Click::Follow(target)) if links::is_deceptive(&target) => {
                self.dialog = Some(Dialog::Link(target));
            }
            Some(Click::Follow(target)) => ui.ctx().open_url(OpenUrl::new_tab(target)),
            Some(Click::Act(id, act)) => {
                if let Some(message) = messages.iter().rev().find(|known| known.id == id) {
                    self.act(ui.ctx(), scene, contact, message, act, wishes);
                }
            }
            None => {}
        }
        self.choose_keys(ui, scene, contact, wishes);
        self.newest_button_ui(ui, pane, contact, wishes);
        self.selection_ui(ui, pane, scene, contact);
    }

    /// The end of the list, which may have to be loaded.
    fn go_to_newest(&mut self, contact: &Contact, wishes: &mut Vec<Wish>) {
        self.feed.to_end();
        self.target = None;
        if contact.conversation.detached {
            wishes.push(Wish::Newest(contact.jid.clone()));
        }
    }

    /// Asks for the newest page if none is loaded, for an older one when the top is near, and for a newer one when the foot
    /// is near and the newest are not loaded; once each.
    fn load(&mut self, conversation: &Conversation, with: &Jid, wishes: &mut Vec<Wish>) {
        if conversation.jump.is_some() {
            return;
        }
        self.load_newer(conversation, with, wishes);
        let oldest = conversation.oldest_id().map(str::to_owned);
        let missing = oldest.is_none() && conversation.last.is_some();
        let near = oldest.is_some() && self.feed.is_near_start();
        // What was asked for is there, or was dropped again on the way down.
        if self.asked.as_ref() != Some(&oldest) {
            self.asked = None;
        }
        if conversation.complete || !(missing || near) || self.asked.is_some() {
            return;
        }
        self.asked = Some(oldest.clone());
        wishes.push(Wish::Ask(Command::History {
            with: with.clone(),
            limit: Some(PAGE),
            before: oldest,
            after: None,
            around: None,
        }));
    }

    fn load_newer(&mut self, conversation: &Conversation, with: &Jid, wishes: &mut Vec<Wish>) {
        let newest = conversation.newest_id();
        if self.asked_newer.as_deref() != newest {
            self.asked_newer = None;
        }
        let near = self.feed.is_near_end(conversation.messages.len());
        let Some(newest) = newest.filter(|_| near && self.asked_newer.is_none()) else {
            return;
        };
        self.asked_newer = Some(newest.to_owned());
        wishes.push(Wish::Ask(Command::History {
            with: with.clone(),
            limit: Some(PAGE),
            before: None,
            after: Some(newest.to_owned()),
            around: None,
        }));
    }

    fn newest_button_ui(
        &mut self,
        ui: &mut Ui,
        pane: Rect,
        contact: &Contact,
        wishes: &mut Vec<Wish>,
    ) {
        let conversation = &contact.conversation;
        if self.feed.is_at_end() && !conversation.detached {
            return;
        }
        let palette = theme::palette(ui);
        let rect = Rect::from_center_size(
            pos2(pane.right() - 40.0, pane.bottom() - 28.0),
            vec2(38.0, 38.0),
        );
        let response = ui.interact(rect, Id::unique("to the newest"), Sense::click());
        let name = match conversation.unread {
            0 => t!(ui, "talk-to-newest"),
            unread => t!(ui, "talk-to-newest-unread", count = unread),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let fill = if response.hovered() {
            palette.selected
        } else {
            palette.side
        };
        ui.painter().circle(
            rect.center(),
            19.0,
            fill,
            egui::Stroke::new(1.0, palette.line),
        );
        Icon::Down.paint(
            ui.painter(),
            rect.center() + vec2(0.0, 1.0),
            17.0,
            palette.text,
        );
        if response.has_focus() {
            ui.painter()
                .circle_stroke(rect.center(), 19.0, egui::Stroke::new(2.0, palette.accent));
        }
        if conversation.unread > 0 {
            let badge = Rect::from_center_size(rect.center_top(), vec2(24.0, 18.0));
            ui.painter().rect_filled(badge, 9.0, palette.accent);
            let font = theme::bold(size::SMALL);
            ui.painter().text(
                badge.center(),
                Align2::CENTER_CENTER,
                conversation.unread.min(99),
                font,
                palette.on_accent,
            );
        }
        if response.on_hover_text(name).clicked() {
            self.go_to_newest(contact, wishes);
        }
    }

    /// Everything down to the newest message has been in sight.
    pub(super) fn mark_read(&mut self, conversation: &Conversation, wishes: &mut Vec<Wish>) {
        if conversation.unread == 0 || conversation.detached || !self.feed.is_at_end() {
            return;
        }
        let Some(newest) = conversation
            .messages
            .iter()
            .rev()
            .find(|message| !message.is_own())
        else {
            return;
        };
        if self.seen.as_ref() != Some(&newest.id) {
            self.seen = Some(newest.id.clone());
            wishes.push(Wish::Ask(Command::Displayed {
                id: newest.id.clone(),
            }));
        }
    }
}

fn beginning(words: &impl Speaks, conversation: &Conversation) -> String {
    if conversation.complete {
        t!(words, "talk-begins")
    } else {
        t!(words, "talk-loading")
    }
}

fn empty_ui(ui: &Ui, pane: Rect, scene: &Scene<'_>, contact: &Contact) {
    let palette = theme::palette(ui);
    let words = if room_lines::is_room(scene, contact) {
        t!(ui, "room-empty")
    } else if contact.is_online() {
        t!(ui, "talk-empty", name = contact.nick)
    } else {
        t!(ui, "talk-empty-gone", name = contact.nick)
    };
    let words = super::text::wrapped(
        ui,
        &words,
        size::BODY,
        palette.weak,
        (pane.width() - 2.0 * space::XL).max(80.0),
    );
    let at = pane.center() - words.size() / 2.0;
    // Line by line in the middle, as the hint beside the list is.
    let mut job = (*words.job).clone();
    job.halign = egui::Align::Center;
    let words = ui.painter().layout_job(job);
    let at = egui::pos2(pane.center().x, at.y);
    ui.painter().galley(at, words, palette.weak);
}
