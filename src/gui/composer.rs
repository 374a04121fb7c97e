//! Where one writes: Enter sends, Shift+Enter breaks the line, a draft is kept for each contact, and the other one is
//! told that we are typing (XEP-0085 §5), not more often than needed.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use egui::{
    Id, Key, KeyboardShortcut, Modifiers, Rect, Role, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use super::icons::Icon;
use super::keys;
use super::scene::{Attachment, Scene, Wish};
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::event::ChatState;
use crate::model::Contact;
use crate::wire::jid::Jid;

/// Without a key for so long one is no longer typing.
const PAUSE: Duration = Duration::from_secs(5);

/// Drafts kept at most; an empty one is forgotten.
const MOST_DRAFTS: usize = 500;

/// The width kept for the buttons: what to send beside a text, and sending.
const BUTTON: f32 = 40.0 + space::TARGET;

/// The field grows up to so many points.
const TALLEST: f32 = 170.0;

/// The longest message, in bytes (as the `send` command has it).
const LONGEST: usize = 1024 * 1024;

/// The field at the foot of a conversation.
#[derive(Default)]
pub struct Composer {
    drafts: HashMap<Jid, String>,
    focus: bool,
    typing: Option<Typing>,
    bottom: f32,
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
        let focused = ui.memory(|memory| memory.has_focus(Self::id()));
        let mut draft = self.drafts.remove(&contact.jid).unwrap_or_default();
        // Before the field is drawn, which would take the key.
        let enter = focused && keys::enter(ui);
        let (changed, clicked) = self.field_ui(ui, contact, &mut draft, &mut wishes);
        if changed && draft.len() > LONGEST {
            draft.truncate(draft.floor_char_boundary(LONGEST));
        }
        let ready = !draft.trim().is_empty();
        if (enter || clicked) && ready {
            let body = draft.trim_end().to_owned();
            draft.clear();
            self.typing = None;
            self.focus = true;
            wishes.push(Wish::Ask(Command::Send {
                to: contact.jid.clone(),
                body,
                spoiler: None,
            }));
        } else if changed {
            self.typed(scene, contact, ready, &mut wishes);
        }
        if !draft.is_empty() && self.drafts.len() < MOST_DRAFTS {
            self.drafts.insert(contact.jid.clone(), draft);
        }
        wishes
    }

    fn field_ui(
        &mut self,
        ui: &mut Ui,
        contact: &Contact,
        draft: &mut String,
        wishes: &mut Vec<Wish>,
    ) -> (bool, bool) {
        let palette = theme::palette(ui);
        let hint = if contact.is_online() {
            t!(ui, "composer-hint", name = contact.nick)
        } else {
            t!(ui, "composer-hint-gone", name = contact.nick)
        };
        let shift_enter = KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter);
        let mut changed = false;
        let mut clicked = false;
        super::fonts::prepare(ui.ctx(), draft);
        let draft_length = draft.chars().count();
        let width = ui.available_width();
        let left = ui.cursor().left();
        // Grows with the text up to some eight lines, then scrolls.
        let scroll = egui::ScrollArea::vertical()
            .id_salt("composer")
            .max_width(width - BUTTON)
            .max_height(TALLEST);
        let field = scroll.show(ui, |ui| {
            let edit = TextEdit::multiline(draft)
                .id(Self::id())
                .hint_text(egui::RichText::new(text_hint(ui, &hint)).color(palette.weak))
                .margin(egui::Margin::symmetric(12, 7))
                .desired_rows(1)
                .desired_width(f32::INFINITY)
                .return_key(shift_enter);
            let response = ui.add(edit);
            let name = t!(ui, "composer-hint", name = contact.nick);
            response.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, &name));
            if std::mem::take(&mut self.focus) {
                response.request_focus();
                keys::cursor_to_end(ui, response.id, draft_length);
            }
            changed = response.changed();
            response.rect.height()
        });
        // The scroll area itself may claim more than the text in it.
        self.bottom = field.inner_rect.top() + field.inner.min(TALLEST);
        let corner = pos2(
            left + width - space::TARGET,
            self.bottom - space::TARGET - 1.0,
        );
        let button = Rect::from_min_size(corner, vec2(space::TARGET, space::TARGET));
        let beside = button.translate(vec2(-space::TARGET - 2.0, 0.0));
        ui.scope_builder(egui::UiBuilder::new().max_rect(beside), |ui| {
            attach_ui(ui, &contact.jid, wishes);
        });
        ui.scope_builder(egui::UiBuilder::new().max_rect(button), |ui| {
            if draft.trim().is_empty() {
                ui.disable();
            }
            clicked = Icon::Send.button(ui, &t!(ui, "composer-send")).clicked();
        });
        (changed, clicked)
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
        let mut wishes = Vec::new();
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

/// What else can be sent.
fn attach_ui(ui: &mut Ui, to: &Jid, wishes: &mut Vec<Wish>) {
    let button = Icon::Clip.button(ui, &t!(ui, "composer-attach"));
    egui::Popup::menu(&button).show(|ui| {
        for (words, what) in [
            (t!(ui, "attach-files"), Attachment::Files),
            (t!(ui, "attach-folder"), Attachment::Folder),
            (t!(ui, "attach-copied"), Attachment::Copied),
        ] {
            if ui.button(words).clicked() {
                wishes.push(Wish::Attach(to.clone(), what));
            }
        }
    });
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
