//! What a conversation does when something of a message is clicked or its key is pressed, and what stands over it.

use egui::{EventFilter, Key, Modifiers, Ui};

use super::actions::{self, Act, Rights};
use super::broadcast::Broadcasting;
use super::choice::Choice;
use super::composer::Request;
use super::conversation::{Picking, Talk};
use super::dialogs::{Dialog, Outcome};
use super::emoji_picker::Picked;
use super::ends;
use super::icons::Icon;
use super::message_words;
use super::quote;
use super::room_lines;
use super::scene::{Scene, Wish};
use super::theme::{self, space};
use super::words::t;
use crate::command::Command;
use crate::event::Message;
use crate::model::Contact;

/// The chosen message keeps the arrows and Escape.
const KEEP: EventFilter = EventFilter {
    tab: false,
    horizontal_arrows: true,
    vertical_arrows: true,
    escape: true,
};

impl Talk {
    /// Does something with a message.
    pub(super) fn act(
        &mut self,
        ctx: &egui::Context,
        scene: &Scene<'_>,
        contact: &Contact,
        message: &Message,
        act: Act,
        wishes: &mut Vec<Wish>,
    ) {
        let id = message.id.clone();
        match act {
            Act::React(emoji) => {
                let emoji = actions::toggled(message, &emoji);
                wishes.push(Wish::Ask(Command::React { id, emoji }));
            }
            Act::ChooseReaction => {
                self.picker.open();
                self.picking = Some(Picking::Reaction(Box::new(message.clone())));
            }
            Act::Reply => {
                let who = quote::author(scene, &contact.nick, message);
                let words = quote::beginning(scene, message);
                self.composer.reply(&contact.jid, &id, who, words);
            }
            Act::Edit => self.composer.edit(&contact.jid, &id, &message.body),
            Act::Copy => ctx.copy_text(message.body.clone()),
            Act::Forward => self.dialog = Some(Dialog::forward(message)),
            Act::Details => self.dialog = Some(Dialog::Details(Box::new(message.clone()))),
            Act::Delete => self.dialog = Some(Dialog::Delete(Box::new(message.clone()))),
            Act::Retract => self.dialog = Some(Dialog::Retract(Box::new(message.clone()))),
        }
        self.choice.leave();
    }

    /// Shows the text of a spoiler, or hides it again.
    pub(super) fn reveal(&mut self, id: String) {
        if !self.revealed.remove(&id) {
            self.revealed.insert(id);
        }
    }

    /// Goes to a message that was quoted and marks it; it may have to be loaded first.
    pub(super) fn go_back_to(&mut self, contact: &Contact, id: String, wishes: &mut Vec<Wish>) {
        let mut loaded = contact.conversation.messages.iter();
        if loaded.any(|message| message.id == id) {
            self.feed.to_among_others(&id);
            self.choice.to(&id);
        } else {
            wishes.push(Wish::Jump {
                with: contact.jid.clone(),
                id,
                terms: None,
            });
        }
    }

    /// What the field asked for.
    pub(super) fn composer_asks(&mut self, ui: &Ui, scene: &Scene<'_>, contact: &Contact) {
        let messages = &contact.conversation.messages;
        match self.composer.asked() {
            Some(Request::Emoji) => {
                self.picker.open();
                self.picking = Some(Picking::Text);
            }
            Some(Request::EditLast) => {
                let mut ours = messages.iter().rev();
                let allowed = |message: &&Message| {
                    actions::allowed(&Act::Edit, message, rights(scene, contact, message))
                };
                if let Some(last) = ours.find(allowed) {
                    self.composer.edit(&contact.jid, &last.id, &last.body);
                    ui.ctx().request_repaint();
                }
            }
            Some(Request::Broadcast) => {
                self.dialog = Some(Dialog::Broadcast(Broadcasting::default()));
            }
            Some(Request::Choose) => self.choose(contact, -1),
            None => {}
        }
    }

    fn choose(&mut self, contact: &Contact, by: isize) {
        match self.choice.step(&contact.conversation.messages, by) {
            Some(id) => self.feed.into_sight(&id),
            None => self.composer.focus(),
        }
    }

    /// The keys of the chosen message.
    pub(super) fn choose_keys(
        &mut self,
        ui: &Ui,
        scene: &Scene<'_>,
        contact: &Contact,
        wishes: &mut Vec<Wish>,
    ) {
        let (Some(id), fresh) = self.choice.drawn() else {
            return;
        };
        let widget = Choice::widget();
        if !fresh && !ui.memory(|memory| memory.has_focus(widget)) {
            // The keyboard went elsewhere; the mark of a jump stays until then.
            let elsewhere = ui.memory(|memory| memory.focused().is_some());
            if elsewhere {
                self.choice.leave();
            }
            return;
        }
        ui.memory_mut(|memory| memory.set_focus_lock_filter(widget, KEEP));
        // First those with Shift, which would be taken for the ones without.
        let (further_up, further_down) = ui.input_mut(|input| {
            let up = input.consume_key(Modifiers::SHIFT, Key::ArrowUp);
            (up, input.consume_key(Modifiers::SHIFT, Key::ArrowDown))
        });
        let (up, down, leave) = ui.input_mut(|input| {
            let up = input.consume_key(Modifiers::NONE, Key::ArrowUp)
                || input.consume_key(Modifiers::CTRL, Key::ArrowUp);
            let down = input.consume_key(Modifiers::NONE, Key::ArrowDown)
                || input.consume_key(Modifiers::CTRL, Key::ArrowDown);
            (up, down, input.consume_key(Modifiers::NONE, Key::Escape))
        });
        if leave {
            self.choice.leave();
            self.composer.focus();
        } else if up || down {
            self.selection.clear();
            self.choose(contact, if up { -1 } else { 1 });
        } else if further_up || further_down {
            let messages = &contact.conversation.messages;
            // Not past the newest, where the keys go back to the field.
            let last = messages.back().is_some_and(|newest| newest.id == id);
            if further_up || !last {
                self.choose(contact, if further_up { -1 } else { 1 });
                if let (Some(now), _) = self.choice.now() {
                    self.selection.extend(&id, now);
                }
            }
        }
        let mut messages = contact.conversation.messages.iter().rev();
        if let Some(message) = messages.find(|message| message.id == id)
            && let Some(act) = actions::pressed(ui, message, rights(scene, contact, message))
        {
            self.act(ui.ctx(), scene, contact, message, act, wishes);
        }
    }

    /// Copying and leaving what is selected. Before the field is drawn, which would take the keys.
    pub(super) fn selection_keys(&mut self, ui: &Ui, scene: &Scene<'_>, contact: &Contact) {
        let messages = &contact.conversation.messages;
        let range = self.selection.range(messages);
        let chosen = ui.memory(|memory| memory.has_focus(Choice::widget()));
        if range.is_none() && !(chosen && self.choice.is_made()) {
            return;
        }
        let (copy, leave) = ui.input_mut(|input| {
            let before = input.events.len();
            let copies = |event: &egui::Event| matches!(event, egui::Event::Copy);
            input.events.retain(|event| !copies(event));
            let copy = input.events.len() < before;
            let leave = range.is_some() && input.consume_key(Modifiers::NONE, Key::Escape);
            (copy, leave)
        });
        if copy && range.is_some() {
            self.copy_selection(ui.ctx(), scene, contact);
        } else if copy && let (Some(id), _) = self.choice.now() {
            let mut messages = messages.iter().rev();
            if let Some(message) = messages.find(|message| message.id == *id) {
                ui.ctx().copy_text(message.body.clone());
            }
        }
        if leave {
            self.selection.clear();
            self.choice.leave();
            self.composer.focus();
        }
    }

    /// Puts what is selected into the clipboard: one message as it is, several with who said them and when.
    fn copy_selection(&self, ctx: &egui::Context, scene: &Scene<'_>, contact: &Contact) {
        let messages = &contact.conversation.messages;
        let Some(range) = self.selection.range(messages) else {
            return;
        };
        let text = message_words::transcript(scene, &contact.nick, messages.range(range));
        ctx.copy_text(text);
    }

    /// What can be done with several messages, above them: the newest are seldom there.
    pub(super) fn selection_ui(
        &mut self,
        ui: &mut Ui,
        pane: egui::Rect,
        scene: &Scene<'_>,
        contact: &Contact,
    ) {
        let Some(range) = self.selection.range(&contact.conversation.messages) else {
            return;
        };
        let words = t!(ui, "selection-count", count = range.clone().count());
        let copy = t!(ui, "selection-copy");
        let palette = theme::palette(ui);
        let width = 400.0_f32.min(pane.width() - 2.0 * space::L);
        let place = egui::Rect::from_center_size(
            egui::pos2(pane.center().x, pane.top() + 30.0),
            egui::vec2(width, space::TARGET + 8.0),
        );
        let line = egui::Stroke::new(1.0, palette.line);
        let inside = egui::StrokeKind::Inside;
        ui.painter()
            .rect(place, theme::ROUND, palette.side, line, inside);
        let builder = egui::UiBuilder::new()
            .max_rect(place.shrink2(egui::vec2(space::M, 4.0)))
            .id_salt("selection");
        let mut foot = ui.new_child(builder);
        let count = |ui: &mut Ui, _: &mut Talk| drop(ui.add(egui::Label::new(words).truncate()));
        ends::row(&mut foot, "selection", self, count, |ui, talk| {
            let copied = ui.button(copy).clicked();
            if copied {
                talk.copy_selection(ui.ctx(), scene, contact);
            }
            let left = Icon::Close.button(ui, &t!(ui, "selection-leave")).clicked();
            if copied || left {
                talk.selection.clear();
                talk.composer.focus();
            }
        });
    }

    /// Whether Escape means something here, before it leads out of the conversation.
    pub fn takes_escape(&self, open: &crate::wire::jid::Jid) -> bool {
        self.choice.is_made()
            || self.selection.is_made()
            || self.dialog.is_some()
            || self.picking.is_some()
            || self.composer.takes_escape(open)
    }

    /// The picker and the dialogs.
    pub(super) fn over_ui(
        &mut self,
        ctx: &egui::Context,
        scene: &Scene<'_>,
        contact: &Contact,
        wishes: &mut Vec<Wish>,
    ) {
        if let Some(picking) = self.picking.take() {
            match (self.picker.ui(ctx), picking) {
                (Picked::Nothing, picking) => self.picking = Some(picking),
                (Picked::Closed, _) => self.composer.focus(),
                (Picked::Emoji(emoji), Picking::Text) => {
                    self.composer.insert(ctx, &contact.jid, emoji);
                }
                (Picked::Emoji(emoji), Picking::Reaction(message)) => {
                    let id = message.id.clone();
                    let emoji = actions::toggled(&message, emoji);
                    wishes.push(Wish::Ask(Command::React { id, emoji }));
                    self.composer.focus();
                }
            }
        }
        if let Some(mut dialog) = self.dialog.take() {
            match dialog.ui(ctx, scene, contact) {
                Outcome::Open => self.dialog = Some(dialog),
                Outcome::Over(asked) => {
                    wishes.extend(asked);
                    // In the next frame: in this one the dialog still keeps the focus from what is below it.
                    self.composer.focus();
                    ctx.request_repaint();
                }
            }
        }
    }
}

/// What may be done with a message of this conversation, or of the room that is shown as one.
fn rights(scene: &Scene<'_>, contact: &Contact, message: &Message) -> Rights {
    let line = room_lines::line_of(scene, contact, message);
    line.map_or(Rights::Talk, |line| line.rights)
}
