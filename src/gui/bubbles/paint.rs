//! A bubble that was laid out is drawn, and hears what is done to it.

use std::sync::Arc;

use egui::text_selection::LabelSelectionState;
use egui::{CornerRadius, Galley, Id, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{COLUMN, Click, Line, MARK, PAD, Row};
use crate::gui::actions::{self, Act};
use crate::gui::choice::Choice;
use crate::gui::icons::focus_ring;
use crate::gui::links;
use crate::gui::theme::{self, size, space};
use crate::gui::words::t;

impl Row {
    /// Draws it at `place`, whose size is the pane's width and our height.
    pub fn show(mut self, ui: &mut Ui, place: Rect) -> Option<Click> {
        let origin = place.min;
        for line in &self.above {
            line.paint(ui, place);
        }
        let bubble = self.bubble.translate(origin.to_vec2());
        let id = ui.scope_id().with("text");
        self.paint_bubble(ui, bubble);
        let inside = bubble.min + PAD;
        let mut clicked = self.show_inside(ui, inside, id);
        self.show_meta(ui, inside, bubble, id);
        let reactions = std::mem::take(&mut self.reactions);
        let chip = reactions.show(ui, origin + self.reactions_at, id.with("reaction"));
        let message_id = || self.message.id.clone();
        if let Some(emoji) = chip {
            clicked = Some(Click::Act(message_id(), Act::React(emoji)));
        }
        if let Some((words, at)) = &self.below {
            let color = theme::palette(ui).weak;
            ui.painter().galley(origin + *at, words.clone(), color);
        }
        if self.show_failure(ui, origin) {
            clicked = Some(Click::Resend(message_id()));
        }
        self.choose_ui(ui, bubble);
        if let Some(act) = self.bar_ui(ui, bubble, place) {
            clicked = Some(Click::Act(message_id(), act));
        }
        clicked
    }

    fn paint_bubble(&self, ui: &Ui, bubble: Rect) {
        let palette = theme::palette(ui);
        let corner = CornerRadius::same(theme::ROUND + 4);
        let hollow = self.body.is_action
            || self
                .message
                .extra
                .as_ref()
                .is_some_and(|extra| extra.retracted.is_some());
        if hollow {
            let line = Stroke::new(1.0, palette.line);
            ui.painter().rect(
                bubble,
                corner,
                palette.ground,
                line,
                egui::StrokeKind::Inside,
            );
        } else {
            ui.painter().rect_filled(bubble, corner, self.fill);
        }
        if self.found {
            let line = Stroke::new(2.0, palette.accent);
            ui.painter()
                .rect_stroke(bubble, corner, line, egui::StrokeKind::Outside);
        }
        let named = self
            .message
            .extra
            .as_ref()
            .is_some_and(|extra| extra.mentions_me);
        if named {
            let line = Stroke::new(1.5, palette.accent);
            ui.painter()
                .rect_stroke(bubble, corner, line, egui::StrokeKind::Inside);
        }
    }

    fn show_inside(&self, ui: &mut Ui, inside: Pos2, id: Id) -> Option<Click> {
        let palette = theme::palette(ui);
        let mut clicked = None;
        let message_id = || self.message.id.clone();
        if let Some(name) = &self.name {
            ui.painter().galley(inside, name.clone(), palette.text);
        }
        if let Some((words, at)) = &self.mark_line {
            ui.painter()
                .galley(inside + *at, words.clone(), palette.weak);
        }
        if let Some(quoted) = &self.quoted
            && quoted.show(ui, inside, id.with("quote"))
        {
            clicked = quoted.target.clone().map(Click::Jump);
        }
        if let Some((words, cover)) = &self.covered {
            let rect = cover.translate(inside.to_vec2());
            let response = ui.interact(rect, id.with("cover"), Sense::click());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &self.spoken));
            let fill = if response.hovered() {
                palette.selected
            } else {
                palette.hover
            };
            ui.painter().rect_filled(rect, 6.0, fill);
            ui.painter()
                .galley(rect.min + vec2(10.0, 6.0), words.clone(), palette.link);
            focus_ring(ui, &response, rect);
            if response.clicked() {
                clicked = Some(Click::Reveal(message_id()));
            }
            if let Some(act) = actions::context_menu(&response, &self.message, self.rights) {
                clicked = Some(Click::Act(message_id(), act));
            }
            return clicked;
        }
        let text_at = inside + self.body_at;
        self.body.paint_ground(ui, text_at);
        clicked = self.show_text(ui, text_at, id).or(clicked);
        clicked = self.show_links(ui, inside, text_at, id).or(clicked);
        let name = t!(ui, "message-more-spoken");
        if let Some((words, at)) = &self.more
            && link_like(ui, id.with("more"), inside + *at, words, &name).clicked()
        {
            clicked = Some(Click::Unfold(message_id()));
        }
        clicked
    }

    /// The words, to be selected part by part.
    fn show_text(&self, ui: &mut Ui, text_at: Pos2, id: Id) -> Option<Click> {
        let palette = theme::palette(ui);
        let mut clicked = None;
        for (n, part) in self.body.parts.iter().enumerate() {
            let rect = part.rect.translate(text_at.to_vec2());
            let id = if n == 0 { id } else { id.with(("part", n)) };
            let response = ui.interact(rect, id, Sense::click_and_drag() - Sense::FOCUSABLE);
            if n == 0 {
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &self.spoken));
            }
            if part.seen.is_some() {
                // What is selected would come in the order in which it is seen: such a message is selected whole.
                ui.painter()
                    .galley(text_at + part.at, part.galley.clone(), palette.text);
            } else {
                LabelSelectionState::label_text_selection(
                    ui,
                    &response,
                    text_at + part.at,
                    part.galley.clone(),
                    palette.text,
                    Stroke::NONE,
                );
            }
            if let Some(act) = actions::context_menu(&response, &self.message, self.rights) {
                clicked = Some(Click::Act(self.message.id.clone(), act));
            }
            if self.spoiler && n == 0 && response.double_clicked() {
                clicked = Some(Click::Reveal(self.message.id.clone()));
            }
        }
        clicked
    }

    fn show_links(&self, ui: &mut Ui, inside: Pos2, text_at: Pos2, id: Id) -> Option<Click> {
        let mut clicked = None;
        for (n, link) in self.body.links.iter().enumerate() {
            // A link may run over several lines: one widget a line, the first one for the keyboard.
            for (line, rect) in self.body.rects(link).into_iter().enumerate() {
                let sense = if line == 0 {
                    Sense::click()
                } else {
                    Sense::click() - Sense::FOCUSABLE
                };
                let response =
                    ui.interact(rect.translate(text_at.to_vec2()), id.with((n, line)), sense);
                if line == 0 {
                    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &link.target));
                }
                clicked = follow(ui, response, &link.target).or(clicked);
            }
        }
        for (n, (words, at, target)) in self.targets.iter().enumerate() {
            let response = link_like(ui, id.with(("target", n)), inside + *at, words, target);
            clicked = follow(ui, response, target).or(clicked);
        }
        clicked
    }

    fn show_meta(&self, ui: &mut Ui, inside: Pos2, bubble: Rect, id: Id) {
        let palette = theme::palette(ui);
        let at = inside + self.meta_at;
        ui.painter().galley(at, self.meta.clone(), palette.weak);
        if let Some((icon, color)) = self.mark {
            let right = self.meta.size().x + space::XS + MARK / 2.0;
            let center = at + vec2(right, self.meta.size().y / 2.0);
            icon.paint(ui.painter(), center, MARK, color);
        }
        let meta = Rect::from_min_max(at, bubble.max);
        ui.interact(meta, id.with("details"), Sense::hover())
            .on_hover_text(&self.details);
    }

    fn show_failure(&self, ui: &mut Ui, origin: Pos2) -> bool {
        let Some((words, at, action, button)) = &self.failure else {
            return false;
        };
        let place = Rect::from_min_size(origin + *at, words.size());
        let said = ui.interact(place, ui.scope_id().with("failure"), Sense::hover());
        said.widget_info(|| WidgetInfo::labeled(Role::Label, true, words.text()));
        ui.painter()
            .galley(place.min, words.clone(), theme::palette(ui).bad);
        let words = egui::RichText::new(action).size(size::SMALL);
        let button = button.translate(origin.to_vec2());
        ui.put(button, egui::Button::new(words)).clicked()
    }

    /// The frame around the message that the keys are about; it has the keyboard.
    fn choose_ui(&self, ui: &mut Ui, bubble: Rect) {
        let Some(fresh) = self.chosen else { return };
        let sense = Sense::focusable_noninteractive();
        let response = ui.interact(bubble, Choice::widget(), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &self.spoken));
        if fresh {
            response.request_focus();
        }
        let stroke = Stroke::new(2.0, theme::palette(ui).accent);
        ui.painter().rect_stroke(
            bubble.expand(2.0),
            CornerRadius::same(theme::ROUND + 6),
            stroke,
            egui::StrokeKind::Outside,
        );
    }

    /// The bar of icons, while the pointer is near or the keys are about this one.
    fn bar_ui(&self, ui: &mut Ui, bubble: Rect, place: Rect) -> Option<Act> {
        let open = ui.data(|data| data.get_temp::<bool>(bar_id(ui)).unwrap_or_default());
        let near = Rect::from_x_y_ranges(place.x_range(), bubble.y_range());
        let hovered = ui.rect_contains_pointer(near) && !ui.input(|input| input.pointer.any_down());
        if !(hovered || self.chosen.is_some() || open) {
            return None;
        }
        let act = actions::bar_ui(ui, bubble, place, &self.message, self.rights);
        // While its menu is open the pointer is elsewhere.
        let open = egui::Popup::is_any_open(ui.ctx()) && (hovered || open);
        ui.data_mut(|data| data.insert_temp(bar_id(ui), open));
        act
    }
}

fn bar_id(ui: &Ui) -> Id {
    ui.scope_id().with("bar open")
}

impl Line {
    fn paint(&self, ui: &Ui, place: Rect) {
        let words = Rect::from_center_size(
            pos2(
                place.center().x,
                place.top() + self.y + self.words.size().y / 2.0,
            ),
            self.words.size(),
        );
        ui.painter()
            .galley(words.min, self.words.clone(), self.color);
        if self.ruled {
            let stroke = Stroke::new(1.0, self.color.gamma_multiply(0.35));
            let column = place.width().min(COLUMN) / 2.0 - space::L;
            let (left, right) = (place.center().x - column, place.center().x + column);
            ui.painter()
                .hline(left..=words.left() - space::M, words.center().y, stroke);
            ui.painter()
                .hline(words.right() + space::M..=right, words.center().y, stroke);
        }
    }
}

fn follow(ui: &Ui, response: egui::Response, target: &str) -> Option<Click> {
    let response = response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_text(target);
    focus_ring(ui, &response, response.rect.expand(2.0));
    let clicked = response.clicked() && links::may_open(target);
    clicked.then(|| Click::Follow(target.to_owned()))
}

fn link_like(ui: &mut Ui, id: Id, at: Pos2, words: &Arc<Galley>, name: &str) -> egui::Response {
    let response = ui.interact(Rect::from_min_size(at, words.size()), id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, name));
    ui.painter()
        .galley(at, words.clone(), theme::palette(ui).link);
    focus_ring(ui, &response, response.rect.expand(2.0));
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
