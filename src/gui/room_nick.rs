//! Another name for ourselves in a room.

use egui::{Context, Id, Key, Label, RichText, Role, TextEdit, WidgetInfo};

use super::keys;
use super::room_view::ask;
use super::scene::Wish;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::room::RoomCommand;
use crate::model::rooms::RoomView;

/// Characters of a name.
const MOST: usize = 60;

/// The dialog, with what was typed.
pub struct NickDialog {
    nick: String,
    fresh: bool,
}

impl NickDialog {
    /// Begins with the name as it is.
    pub fn new(room: &RoomView) -> NickDialog {
        NickDialog {
            nick: room.about.nick.clone(),
            fresh: true,
        }
    }

    /// Draws it over the window; true if it is over.
    pub fn ui(&mut self, ctx: &Context, room: &RoomView, wishes: &mut Vec<Wish>) -> bool {
        let modal = theme::modal(ctx, Id::unique("room nick")).show(ctx, |ui| {
            ui.set_width(340.0_f32.min(ctx.content_rect().width() - 60.0));
            let title = t!(ui, "room-nick-title", name = room.about.name);
            ui.add(Label::new(RichText::new(&title).font(theme::bold(size::HEADING))).wrap());
            ui.add_space(space::XS);
            let enter = keys::enter(ui);
            let edit = TextEdit::singleline(&mut self.nick)
                .char_limit(MOST)
                .margin(egui::Margin::symmetric(8, 6))
                .event_filter(keys::KEEP_ESCAPE)
                .desired_width(f32::INFINITY);
            let field = ui.add(edit);
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &title));
            if std::mem::take(&mut self.fresh) {
                field.request_focus();
                keys::cursor_to_end(ui, field.id, self.nick.chars().count());
            }
            let nick = self.nick.trim();
            let weak = theme::palette(ui).weak;
            let hint = match room.members.iter().any(|one| !one.me && one.nick == nick) {
                true => t!(ui, "room-nick-taken"),
                false => t!(ui, "room-nick-explained"),
            };
            ui.add(Label::new(RichText::new(hint).size(size::SMALL).color(weak)).wrap());
            ui.add_space(space::S);
            let ready = !nick.is_empty();
            let mut over = false;
            ui.horizontal(|ui| {
                let change = egui::Button::new(t!(ui, "room-nick-change"));
                let clicked = ui.add_enabled(ready, change).clicked();
                if (clicked || enter) && ready {
                    over = true;
                    if nick != room.about.nick {
                        wishes.push(ask(RoomCommand::RoomNick {
                            room: room.about.room.clone(),
                            nick: nick.to_owned(),
                        }));
                    }
                }
                over |= ui.button(t!(ui, "room-cancel")).clicked();
            });
            over || ui.input(|input| input.key_pressed(Key::Escape))
        });
        modal.inner || modal.should_close()
    }
}
