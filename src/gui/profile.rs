//! Ourselves, at the foot of the list: picture, name, presence; a menu to change them.

use egui::{
    Frame, Key, Margin, Rect, RichText, Role, Sense, TextEdit, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::avatar;
use super::ends;
use super::icons::{Icon, focus_ring};
use super::scene::{Page, Scene, Wish};
use super::text;
use super::theme::{self, size, space};
use super::words::t;
use crate::command::Command;
use crate::event::Show;

/// The foot of the list.
#[derive(Default)]
pub struct Profile {
    /// The text beside the presence, while it is edited.
    message: Option<String>,
}

/// Of all of it, in points.
pub const HEIGHT: f32 = 58.0;

const ALL: [Show; 3] = [Show::Available, Show::Away, Show::Dnd];

impl Profile {
    /// Draws it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, page: Page) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let palette = theme::palette(ui);
        let frame = Frame::new()
            .fill(palette.side)
            .inner_margin(Margin::symmetric(8, 6));
        egui::Panel::bottom("own presence")
            .frame(frame)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let card = |ui: &mut Ui, wishes: &mut Vec<Wish>| self.card_ui(ui, scene, wishes);
                ends::row(ui, "pages", &mut wishes, card, |ui, wishes| {
                    for (icon, name, target) in [
                        (Icon::Files, t!(ui, "own-to-files"), Page::Files),
                        (Icon::Network, t!(ui, "own-to-network"), Page::Network),
                        (Icon::Gear, t!(ui, "own-to-settings"), Page::Settings),
                    ] {
                        if icon.button(ui, &name).clicked() {
                            wishes.push(Wish::Show(if page == target {
                                Page::Talk
                            } else {
                                target
                            }));
                        }
                    }
                });
            });
        wishes
    }

    fn card_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        let palette = theme::palette(ui);
        let me = &scene.model.me;
        let nick = own_nick(scene);
        let show = me.online.then_some(me.show);
        let (place, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), 46.0), Sense::click());
        let word = avatar::word(scene, show);
        let presence = if !me.online {
            t!(scene, "own-no-network")
        } else if me.message.is_empty() {
            word.clone()
        } else {
            me.message.clone()
        };
        let spoken = t!(scene, "own-card", name = nick, presence = word);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
        let ground = if response.hovered() {
            palette.hover
        } else {
            palette.side
        };
        ui.painter()
            .rect_filled(place, f32::from(theme::ROUND), ground);
        focus_ring(ui, &response, place);
        let face = Rect::from_min_size(
            pos2(place.left() + 6.0, place.center().y - 17.0),
            Vec2::splat(34.0),
        );
        avatar::paint(ui, scene.pictures, face, nick, &me.jid, me.avatar.as_ref());
        avatar::presence(ui.painter(), palette, face, show, ground);
        let left = face.right() + space::M;
        let room = place.right() - left - space::XS;
        let name = text::fitted(ui, nick, theme::bold(size::BODY), palette.text, room);
        ui.painter()
            .galley(pos2(left, place.top() + 4.0), name, palette.text);
        let words = text::one_line(ui, &presence, size::SMALL + 0.5, palette.weak, room);
        ui.painter().galley(
            pos2(left, place.bottom() - 5.0 - words.size().y),
            words,
            palette.weak,
        );
        let popup = egui::Popup::from_toggle_button_response(&response)
            .align(egui::RectAlign::TOP_START)
            .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| self.menu_ui(ui, scene, wishes));
        if popup.is_none() {
            self.message = None;
        }
    }

    fn menu_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        ui.set_width(260.0);
        let me = &scene.model.me;
        for show in ALL {
            if choice_ui(ui, show, me.show == show) {
                let message = self.message.take().unwrap_or_else(|| me.message.clone());
                wishes.push(Wish::Ask(Command::Status { show, message }));
                ui.close();
            }
        }
        ui.add_space(space::XS);
        let message = self.message.get_or_insert_with(|| me.message.clone());
        let edit = TextEdit::singleline(message)
            .hint_text(t!(ui, "own-status-hint"))
            .char_limit(200)
            .margin(Margin::symmetric(10, 6))
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        let name = t!(ui, "own-status");
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        if response.lost_focus() && *message != me.message {
            let message = message.clone();
            wishes.push(Wish::Ask(Command::Status {
                show: me.show,
                message,
            }));
            if ui.input(|input| input.key_pressed(Key::Enter)) {
                ui.close();
            }
        }
        ui.separator();
        if ui.button(t!(ui, "own-picture-choose")).clicked() {
            wishes.push(Wish::ChoosePicture);
            ui.close();
        }
        if me.avatar.is_some() && ui.button(t!(ui, "own-picture-remove")).clicked() {
            wishes.push(Wish::Ask(Command::Avatar { path: None }));
            ui.close();
        }
        ui.label(
            RichText::new(me.jid.as_str())
                .size(size::SMALL)
                .color(theme::palette(ui).weak),
        );
    }
}

/// The nick, or the address while there is none.
fn own_nick<'a>(scene: &Scene<'a>) -> &'a str {
    let me = &scene.model.me;
    if me.nick.is_empty() {
        me.jid.user()
    } else {
        &me.nick
    }
}

fn choice_ui(ui: &mut Ui, show: Show, chosen: bool) -> bool {
    let palette = theme::palette(ui);
    let (place, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), space::TARGET), Sense::click());
    let name = avatar::word(ui, Some(show));
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, &name));
    let ground = if response.hovered() || response.has_focus() {
        palette.hover
    } else {
        palette.ground
    };
    ui.painter()
        .rect_filled(place, f32::from(theme::ROUND), ground);
    focus_ring(ui, &response, place);
    avatar::dot(
        ui.painter(),
        palette,
        place.left_center() + vec2(16.0, 0.0),
        6.0,
        Some(show),
        ground,
    );
    let at = place.left_center() + vec2(34.0, 0.0);
    ui.painter().text(
        at,
        egui::Align2::LEFT_CENTER,
        name,
        theme::regular(size::BODY),
        palette.text,
    );
    if chosen {
        Icon::Check.paint(
            ui.painter(),
            place.right_center() - vec2(16.0, 0.0),
            15.0,
            palette.accent,
        );
    }
    response.clicked()
}
