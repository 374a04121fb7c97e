//! Where one writes: Enter sends, Shift+Enter breaks the line, a draft is kept for each contact, and the other one is
//! told that we are typing (XEP-0085 §5), not more often than needed.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use egui::{
    Id, Key, KeyboardShortcut, Modifiers, Rect, Role, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use super::aim::{self, Aim};
use super::attached::Attached;
use super::bidi;
use super::completion::Completion;
use super::emoji;
use super::icons::Icon;
use super::keys;
use super::scene::{Attachment, Scene, Wish};
use super::theme::{self, size, space};
use super::words::{Speaks, t};
use crate::command::Command;
use crate::event::ChatState;
use crate::model::Contact;
use crate::wire::jid::Jid;

/// Without a key for so long one is no longer typing.
const PAUSE: Duration = Duration::from_secs(5);

/// A draft is kept on the disk when nothing was added to it for so long.
const KEEP_AFTER: Duration = Duration::from_secs(2);

/// Drafts kept at most; an empty one is forgotten.
const MOST_DRAFTS: usize = 500;

/// The buttons beside the field, …
const BUTTONS: f32 = 4.0;
/// … in a room, where files and the rest do not go, and where there is no place for more: then one of the two has the
/// others in its menu.
const FEW_BUTTONS: f32 = 2.0;
/// Less than so many points leave no place for words beside all buttons.
const TIGHT: f32 = 300.0;

/// The field grows up to so many points.
const TALLEST: f32 = 170.0;

/// The longest message, in bytes (as the `send` command has it).
const LONGEST: usize = 1024 * 1024;

/// The field at the foot of a conversation.
#[derive(Default)]
pub struct Composer {
    drafts: HashMap<Jid, String>,
    /// Drafts as the disk has them, or was asked to have them; none of them was changed by somebody else since.
    kept: HashMap<Jid, String>,
    /// When the last key was pressed in the draft of whom is open.
    written: Option<Instant>,
    aims: HashMap<Jid, Aim>,
    /// The next message is to be hidden until it is asked for; with this hint.
    spoilers: HashMap<Jid, String>,
    attached: Attached,
    completion: Completion,
    asked: Option<Request>,
    knock: bool,
    focus: bool,
    /// What was typed behind an Enter in the same frame: for the next text.
    rest: Vec<egui::Event>,
    typing: Option<Typing>,
    bottom: f32,
    /// It is the field of a room.
    pub(super) room: Option<RoomField>,
}

/// What is different in the field of a room.
pub struct RoomField {
    /// What stands in it while it is empty, and its name.
    pub hint: String,
    /// Who can be named.
    pub nicks: Vec<String>,
}

/// What the field wants done elsewhere in the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Choose an emoji to put into the text.
    Emoji,
    /// Change the last message of ours.
    EditLast,
    /// Write to several people.
    Broadcast,
    /// Choose a message by key.
    Choose,
}

/// To whom we said that we are typing, and when the last key was.
struct Typing {
    to: Jid,
    key: Instant,
}

impl Composer {
    /// The id of the field.
    pub fn id() -> Id {
        Id::unique("message to write")
    }

    /// Puts the cursor into the field.
    pub fn focus(&mut self) {
        self.focus = true;
    }

    /// Where the field ends, as last drawn.
    pub fn bottom(&self) -> f32 {
        self.bottom
    }

    /// Takes a letter that was typed while nothing had the keyboard.
    pub fn type_ahead(&mut self, jid: &Jid, text: &str) {
        self.drafts.entry(jid.clone()).or_default().push_str(text);
        self.focus = true;
    }

    /// Puts a file beside the text, to be looked at before it is sent.
    pub fn attach(&mut self, jid: &Jid, path: std::path::PathBuf) {
        self.attached.add(jid, path);
        self.focus = true;
    }

    /// What was not taken stands in the field again, before what was written since.
    pub fn put_back(&mut self, jid: &Jid, text: &str) {
        let draft = self.drafts.entry(jid.clone()).or_default();
        if !draft.is_empty() {
            draft.insert(0, '\n');
        }
        draft.insert_str(0, text);
        self.focus = true;
    }

    /// The text will be an answer to a message.
    pub fn reply(&mut self, jid: &Jid, id: &str, who: String, words: String) {
        let id = id.to_owned();
        self.give_up(jid);
        self.aims.insert(jid.clone(), Aim::Reply { id, who, words });
        self.focus = true;
    }

    /// The text will be the new one of this message of ours, and begins as the old one.
    pub fn edit(&mut self, jid: &Jid, id: &str, body: &str) {
        self.give_up(jid);
        let id = id.to_owned();
        let draft = self.drafts.remove(jid).unwrap_or_default();
        let words = super::text::cut(body, 200).to_owned();
        self.drafts.insert(jid.clone(), body.to_owned());
        self.aims
            .insert(jid.clone(), Aim::Edit { id, draft, words });
        self.focus = true;
    }

    /// No answer and no change after all: the draft of before comes back. False if it was neither.
    pub fn give_up(&mut self, jid: &Jid) -> bool {
        match self.aims.remove(jid) {
            Some(Aim::Edit { draft, .. }) => drop(self.drafts.insert(jid.clone(), draft)),
            Some(Aim::Reply { .. }) => {}
            None => return self.spoilers.remove(jid).is_some(),
        }
        self.focus = true;
        true
    }

    /// Whether Escape means something here.
    pub fn takes_escape(&self, jid: &Jid) -> bool {
        self.completion.is_open()
            || self.aims.contains_key(jid)
            || self.spoilers.contains_key(jid)
            || !self.attached.is_empty(jid)
    }

    /// Puts an emoji where the cursor is.
    pub fn insert(&mut self, ctx: &egui::Context, jid: &Jid, emoji: &str) {
        let draft = self.drafts.entry(jid.clone()).or_default();
        let at = keys::cursor_of(ctx, Self::id()).unwrap_or(usize::MAX);
        let byte = byte_of(draft, at);
        draft.insert_str(byte, emoji);
        let at = draft.get(..byte).map_or(0, |head| head.chars().count());
        self.place_cursor(ctx, at + emoji.chars().count());
    }

    fn place_cursor(&mut self, ctx: &egui::Context, at: usize) {
        keys::cursor_at(ctx, Self::id(), at);
        ctx.memory_mut(|memory| memory.request_focus(Self::id()));
    }

    /// What the field wants done elsewhere, once.
    pub fn asked(&mut self) -> Option<Request> {
        self.asked.take()
    }

    /// What was written and not sent.
    pub fn draft(&self, jid: &Jid) -> &str {
        self.drafts.get(jid).map_or("", String::as_str)
    }

    /// Draws the field for `contact`. `obstacle` says why nothing can be written.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        contact: &Contact,
        obstacle: Option<&str>,
    ) -> Vec<Wish> {
        let mut wishes = Vec::new();
        if let Some(why) = obstacle {
            ui.horizontal(|ui| {
                Icon::Lock.paint(
                    ui.painter(),
                    ui.cursor().left_center() + vec2(8.0, 0.0),
                    15.0,
                    theme::palette(ui).weak,
                );
                ui.add_space(24.0);
                ui.add(
                    egui::Label::new(egui::RichText::new(why).color(theme::palette(ui).weak))
                        .wrap(),
                );
            });
            self.bottom = ui.min_rect().bottom();
            return wishes;
        }
        let jid = &contact.jid;
        self.aim_ui(ui, jid);
        let focused = ui.memory(|memory| memory.has_focus(Self::id()));
        if focused {
            self.attached.paste(ui, jid, &mut wishes);
        }
        let escape = focused && !self.completion.is_open();
        let taken_out = self.attached.ui(ui, jid, escape);
        // One goes on writing.
        self.focus |= !taken_out.is_empty();
        wishes.extend(taken_out);
        let rest = std::mem::take(&mut self.rest);
        if focused {
            ui.input_mut(|input| drop(input.events.splice(0..0, rest)));
        }
        self.recall(scene, jid);
        let mut draft = self.drafts.remove(jid).unwrap_or_default();
        // Before the field is drawn, which would take the keys.
        let completed = focused && self.complete(ui, &mut draft);
        if focused {
            self.field_keys(ui, jid, &mut draft);
        }
        let enter = focused && !completed && keys::enter_first(ui, &mut self.rest);
        let (mut changed, clicked) = self.field_ui(ui, contact, &mut draft, &mut wishes);
        changed |= completed | self.close_code(ui, changed, &mut draft);
        if changed && draft.len() > LONGEST {
            draft.truncate(draft.floor_char_boundary(LONGEST));
        }
        if changed {
            self.written = Some(Instant::now());
        }
        let ready = !draft.trim().is_empty();
        if enter || clicked {
            wishes.extend(self.attached.take(jid));
        }
        if (enter || clicked) && ready {
            let body = draft.trim_end().to_owned();
            draft.clear();
            self.typing = None;
            self.focus = true;
            // It is no draft any more: that is kept at once.
            self.written = None;
            wishes.push(Wish::Ask(self.command(jid, body, &mut draft)));
        } else if changed {
            self.typed(scene, contact, ready, &mut wishes);
        }
        if std::mem::take(&mut self.knock) {
            let to = jid.clone();
            wishes.push(Wish::Ask(Command::Attention { to }));
        }
        if !draft.is_empty() && self.drafts.len() < MOST_DRAFTS {
            self.drafts.insert(contact.jid.clone(), draft);
        }
        wishes
    }

    /// Takes up what an earlier run has kept, once.
    fn recall(&mut self, scene: &Scene<'_>, jid: &Jid) {
        if self.kept.contains_key(jid) {
            return;
        }
        let kept = scene.model.drafts.get(jid).cloned().unwrap_or_default();
        if !kept.is_empty() && !self.drafts.contains_key(jid) {
            self.drafts.insert(jid.clone(), kept.clone());
            self.focus = true;
        }
        self.kept.insert(jid.clone(), kept);
    }

    /// Has drafts kept that were changed: when one is left, and when its writer pauses.
    fn keep_drafts(&mut self, ctx: &egui::Context, open: Option<&Jid>) -> Vec<Wish> {
        let mut due = true;
        if let Some(written) = self.written {
            let since = written.elapsed();
            due = since >= KEEP_AFTER;
            if due {
                self.written = None;
            } else {
                ctx.request_repaint_after(KEEP_AFTER.saturating_sub(since));
            }
        }
        self.changed_drafts(|jid| due || open != Some(jid))
    }

    /// All that is not kept yet, for the end of the window.
    pub fn unkept(&mut self) -> Vec<Wish> {
        self.changed_drafts(|_| true)
    }

    fn changed_drafts(&mut self, wanted: impl Fn(&Jid) -> bool) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let (drafts, aims) = (&self.drafts, &self.aims);
        for (jid, kept) in self.kept.iter_mut().filter(|(jid, _)| wanted(jid)) {
            // While a message is changed, the draft of before waits behind it.
            let now = match aims.get(jid) {
                Some(Aim::Edit { draft, .. }) => draft,
                _ => drafts.get(jid).map_or("", String::as_str),
            };
            if now != kept {
                now.clone_into(kept);
                let (to, text) = (jid.clone(), now.to_owned());
                wishes.push(Wish::Ask(Command::Draft { to, text }));
            }
        }
        wishes
    }

    /// What the text is sent as.
    fn command(&mut self, jid: &Jid, body: String, next: &mut String) -> Command {
        match self.aims.remove(jid) {
            Some(Aim::Reply { id, .. }) => Command::Reply { id, body },
            Some(Aim::Edit { id, draft, .. }) => {
                *next = draft;
                Command::Correct { id, body }
            }
            None => Command::Send {
                to: jid.clone(),
                body,
                spoiler: self.spoilers.remove(jid),
            },
        }
    }

    /// What stands above the field: that it is an answer, a change, a spoiler.
    fn aim_ui(&mut self, ui: &mut Ui, jid: &Jid) {
        if let Some(aim) = self.aims.get(jid)
            && aim::ui(ui, aim)
        {
            self.give_up(jid);
        }
        if let Some(hint) = self.spoilers.get_mut(jid)
            && aim::spoiler_ui(ui, hint)
        {
            self.spoilers.remove(jid);
        }
    }

    /// Keys with another meaning while nothing is written, and Escape.
    fn field_keys(&mut self, ui: &Ui, jid: &Jid, draft: &mut String) {
        let empty = draft.is_empty();
        let (up, choose, escape) = ui.input_mut(|input| {
            let up = empty && input.consume_key(Modifiers::NONE, Key::ArrowUp);
            let choose = input.consume_key(Modifiers::CTRL, Key::ArrowUp);
            let escape = (self.aims.contains_key(jid) || self.spoilers.contains_key(jid))
                && input.consume_key(Modifiers::NONE, Key::Escape);
            (up, choose, escape)
        });
        if escape {
            let edited = matches!(self.aims.get(jid), Some(Aim::Edit { .. }));
            self.give_up(jid);
            if edited {
                *draft = self.drafts.remove(jid).unwrap_or_default();
            }
        }
        if up {
            self.asked = Some(Request::EditLast);
        } else if choose {
            self.asked = Some(Request::Choose);
        }
    }

    /// Takes what the list of emoji has chosen; true if it changed the text.
    fn complete(&mut self, ui: &Ui, draft: &mut String) -> bool {
        let Some(cursor) = keys::cursor_of(ui.ctx(), Self::id()) else {
            return false;
        };
        let cursor = byte_of(draft, cursor);
        let nicks = self.room.as_ref().map_or(&[][..], |room| &room.nicks);
        let Some((range, taken)) = self.completion.keys(ui, draft, cursor, nicks) else {
            return false;
        };
        self.replace(ui, draft, range, &taken);
        true
    }

    /// A shortcode whose last colon was just typed becomes its emoji.
    fn close_code(&mut self, ui: &Ui, changed: bool, draft: &mut String) -> bool {
        let cursor = keys::cursor_of(ui.ctx(), Self::id()).filter(|_| changed);
        let closed = cursor
            .and_then(|cursor| emoji::closed(ui.words().code(), draft, byte_of(draft, cursor)));
        let Some((range, emoji)) = closed else {
            return false;
        };
        self.replace(ui, draft, range, emoji);
        true
    }

    fn replace(&mut self, ui: &Ui, draft: &mut String, range: std::ops::Range<usize>, emoji: &str) {
        if draft.get(range.clone()).is_none() {
            return;
        }
        let at = draft
            .get(..range.start)
            .map_or(0, |head| head.chars().count());
        draft.replace_range(range, emoji);
        self.place_cursor(ui.ctx(), at + emoji.chars().count());
        ui.ctx().request_repaint();
    }

    fn field_ui(
        &mut self,
        ui: &mut Ui,
        contact: &Contact,
        draft: &mut String,
        wishes: &mut Vec<Wish>,
    ) -> (bool, bool) {
        let palette = theme::palette(ui);
        let hint = match &self.room {
            Some(room) => room.hint.clone(),
            None if contact.is_online() => t!(ui, "composer-hint", name = contact.nick),
            None => t!(ui, "composer-hint-gone", name = contact.nick),
        };
        let width = ui.available_width();
        let tight = width < TIGHT && self.room.is_none();
        let buttons = match tight || self.room.is_some() {
            true => FEW_BUTTONS,
            false => BUTTONS,
        };
        let shift_enter = KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter);
        let mut changed = false;
        let mut clicked = false;
        super::fonts::prepare(ui.ctx(), draft);
        let draft_length = draft.chars().count();
        let left = ui.cursor().left();
        let turned = bidi::is_needed(draft);
        if turned {
            reading_ui(ui, draft, width - buttons * space::TARGET - space::S);
        }
        // Grows with the text up to some eight lines, then scrolls.
        let scroll = egui::ScrollArea::vertical()
            .id_salt("composer")
            .max_width(width - buttons * space::TARGET - space::S)
            .max_height(TALLEST);
        let field = scroll.show(ui, |ui| {
            let edit = TextEdit::multiline(draft)
                .id(Self::id())
                .hint_text(super::text::shown(&text_hint(ui, &hint), palette.weak))
                .margin(egui::Margin::symmetric(12, 7))
                .desired_rows(1)
                .desired_width(f32::INFINITY)
                .event_filter(egui::EventFilter {
                    tab: self.completion.is_open(),
                    escape: self.takes_escape(&contact.jid),
                    ..keys::KEEP_ESCAPE
                })
                .return_key(shift_enter);
            let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
                let format = egui::TextFormat::simple(theme::regular(size::BODY), palette.text);
                bidi::written(ui, text.as_str(), &format, width)
            };
            let edit = match turned {
                true => edit.layouter(&mut layouter),
                false => edit,
            };
            let focus = std::mem::take(&mut self.focus);
            if focus {
                // Before what is typed in this frame comes in.
                keys::cursor_to_end(ui, Self::id(), draft_length);
            }
            let response = ui.add(edit);
            let name = match &self.room {
                Some(room) => room.hint.clone(),
                None => t!(ui, "composer-hint", name = contact.nick),
            };
            response.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, &name));
            if focus {
                response.request_focus();
            }
            changed = response.changed();
            response.rect.height()
        });
        // The scroll area itself may claim more than the text in it.
        self.bottom = field.inner_rect.top() + field.inner.min(TALLEST);
        if let Some(taken) = self.completion.ui(ui, field.inner_rect) {
            let cursor = keys::cursor_of(ui.ctx(), Self::id()).unwrap_or(usize::MAX);
            if let Some(range) = self.completion.range(byte_of(draft, cursor)) {
                self.replace(ui, draft, range, &taken);
                changed = true;
            }
        }
        let corner = pos2(
            left + width - buttons * space::TARGET,
            self.bottom - space::TARGET - 1.0,
        );
        let place = Rect::from_min_size(corner, vec2(buttons * space::TARGET, space::TARGET));
        let builder = egui::UiBuilder::new()
            .max_rect(place)
            .layout(egui::Layout::left_to_right(egui::Align::Center));
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            if self.room.is_none() {
                self.more_ui(ui, contact, tight, wishes);
            }
            if self.room.is_none() && !tight {
                let button = Icon::Clip.button(ui, &t!(ui, "composer-attach"));
                egui::Popup::menu(&button).show(|ui| attach_ui(ui, &contact.jid, wishes));
            }
            if !tight && Icon::Smile.button(ui, &t!(ui, "composer-emoji")).clicked() {
                self.asked = Some(Request::Emoji);
            }
            if draft.trim().is_empty() && self.attached.is_empty(&contact.jid) {
                ui.disable();
            }
            clicked = Icon::Send.button(ui, &t!(ui, "composer-send")).clicked();
        });
        (changed, clicked)
    }

    /// What else can be said, and everything that has no button where it is tight.
    fn more_ui(&mut self, ui: &mut Ui, contact: &Contact, tight: bool, wishes: &mut Vec<Wish>) {
        let button = Icon::More.button(ui, &t!(ui, "composer-more"));
        egui::Popup::menu(&button).show(|ui| {
            if tight {
                if ui.button(t!(ui, "composer-emoji")).clicked() {
                    self.asked = Some(Request::Emoji);
                    ui.close();
                }
                attach_ui(ui, &contact.jid, wishes);
                ui.separator();
            }
            if ui.button(t!(ui, "composer-spoiler")).clicked() {
                self.spoilers.insert(contact.jid.clone(), String::new());
                self.focus = true;
                ui.close();
            }
            let knock = egui::Button::new(t!(ui, "composer-attention"));
            if ui.add_enabled(contact.is_online(), knock).clicked() {
                self.knock = true;
                ui.close();
            }
            if ui.button(t!(ui, "composer-broadcast")).clicked() {
                self.asked = Some(Request::Broadcast);
                ui.close();
            }
        });
    }

    fn typed(&mut self, scene: &Scene<'_>, contact: &Contact, ready: bool, wishes: &mut Vec<Wish>) {
        if !scene.model.settings.send_typing
            || !contact.peer.as_ref().is_some_and(|peer| peer.chat_states)
        {
            return;
        }
        if !ready {
            self.stop(ChatState::Active, wishes);
            return;
        }
        let known = self
            .typing
            .as_ref()
            .is_some_and(|typing| typing.to == contact.jid);
        if !known {
            self.stop(ChatState::Paused, wishes);
            wishes.push(notice(&contact.jid, ChatState::Composing));
        }
        self.typing = Some(Typing {
            to: contact.jid.clone(),
            key: Instant::now(),
        });
    }

    fn stop(&mut self, state: ChatState, wishes: &mut Vec<Wish>) {
        if let Some(typing) = self.typing.take() {
            wishes.push(notice(&typing.to, state));
        }
    }

    /// To be called each frame: tells the other one when the typing paused, or the conversation was left.
    pub fn tick(&mut self, ctx: &egui::Context, open: Option<&Jid>) -> Vec<Wish> {
        let mut wishes = self.keep_drafts(ctx, open);
        let Some(typing) = &self.typing else {
            return wishes;
        };
        let since = typing.key.elapsed();
        if open != Some(&typing.to) || since >= PAUSE {
            self.stop(ChatState::Paused, &mut wishes);
        } else {
            ctx.request_repaint_after(PAUSE.saturating_sub(since) + Duration::from_millis(20));
        }
        wishes
    }
}

/// How a text with letters from right to left will be read: the field has it in the order in which it is written.
fn reading_ui(ui: &mut Ui, draft: &str, width: f32) {
    let weak = theme::palette(ui).weak;
    let shown = super::text::cut_lines(super::text::cut(draft, 600), 4);
    let words = super::text::wrapped(ui, shown, size::BODY, weak, width);
    let room = vec2(width, words.size().y + space::XS);
    let (place, _) = ui.allocate_exact_size(room, egui::Sense::hover());
    let right = place.right() - words.size().x;
    ui.painter().galley(pos2(right, place.top()), words, weak);
}

/// Where a character of a text begins.
fn byte_of(text: &str, at: usize) -> usize {
    text.char_indices()
        .nth(at)
        .map_or(text.len(), |(byte, _)| byte)
}

/// What else can be sent: the entries of a menu.
fn attach_ui(ui: &mut Ui, to: &Jid, wishes: &mut Vec<Wish>) {
    for (words, what) in [
        (t!(ui, "attach-files"), Attachment::Files),
        (t!(ui, "attach-folder"), Attachment::Folder),
        (t!(ui, "attach-copied"), Attachment::Copied),
    ] {
        if ui.button(words).clicked() {
            wishes.push(Wish::Attach(to.clone(), what));
        }
    }
}

fn notice(to: &Jid, state: ChatState) -> Wish {
    Wish::Ask(Command::Typing {
        to: to.clone(),
        state,
    })
}

/// Cut to the width of the field, so that a long name makes no second line.
fn text_hint(ui: &Ui, hint: &str) -> String {
    let room = ((ui.available_width() - 2.0 * space::XL) / (size::BODY * 0.55)).max(8.0) as usize;
    let cut = super::text::cut(hint, room);
    if cut.len() < hint.len() {
        format!("{cut}…")
    } else {
        hint.to_owned()
    }
}
