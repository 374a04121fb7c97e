//! The reactions to a message, as a row of small buttons at the foot of its bubble.

use std::sync::Arc;

use egui::{Galley, Id, Pos2, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, vec2};

use super::icons::focus_ring;
use super::theme::{self, size, space};
use super::words::t;
use crate::event::Message;

/// More different ones than that are not shown.
const MOST: usize = 12;
const HEIGHT: f32 = 24.0;

/// Reactions laid out.
#[derive(Default)]
pub struct Chips {
    chips: Vec<Chip>,
    /// Of all.
    pub size: Vec2,
}

struct Chip {
    words: Arc<Galley>,
    rect: Rect,
    emoji: String,
    own: bool,
    spoken: String,
}

impl Chips {
    /// Lays them out for a width. `nick` names the other one.
    pub fn new(ui: &Ui, message: &Message, nick: &str, width: f32) -> Chips {
        let mut chips = Chips::default();
        let Some(extra) = message.extra.as_ref() else {
            return chips;
        };
        let palette = theme::palette(ui);
        let mut at = Vec2::ZERO;
        for (emoji, own, others) in gathered(extra, message, nick).into_iter().take(MOST) {
            super::fonts::prepare(ui.ctx(), &emoji);
            let count = others.len() + usize::from(own);
            let mut label = egui::text::LayoutJob::simple_singleline(
                emoji.clone(),
                super::fonts::emoji(size::BODY),
                palette.text,
            );
            if count > 1 {
                let format = egui::TextFormat::simple(theme::regular(size::BODY), palette.text);
                label.append(&format!(" {count}"), 0.0, format);
            }
            let words = ui.painter().layout_job(label);
            let extent = vec2(words.size().x + 14.0, HEIGHT);
            if at.x > 0.0 && at.x + extent.x > width {
                at = vec2(0.0, at.y + HEIGHT + space::XS);
            }
            let rect = Rect::from_min_size(at.to_pos2(), extent);
            at.x += extent.x + space::XS;
            chips.size.x = chips.size.x.max(rect.right());
            chips.size.y = rect.bottom();
            let mut names = others;
            if own {
                names.insert(0, t!(ui, "you"));
            }
            let names = names.join(", ");
            chips.chips.push(Chip {
                words,
                rect,
                spoken: t!(ui, "reaction-by", emoji = emoji, names = names),
                emoji,
                own,
            });
        }
        chips
    }

    /// Draws them; gives the one that was clicked.
    pub fn show(self, ui: &mut Ui, origin: Pos2, id: Id) -> Option<String> {
        let palette = theme::palette(ui);
        let mut clicked = None;
        for chip in self.chips {
            let rect = chip.rect.translate(origin.to_vec2());
            let response = ui.interact(rect, id.with(&chip.emoji), Sense::click());
            response
                .widget_info(|| WidgetInfo::selected(Role::Button, true, chip.own, &chip.spoken));
            let (fill, line) = if chip.own {
                (palette.selected, palette.accent)
            } else {
                (palette.ground, palette.line)
            };
            let line = if response.hovered() {
                palette.accent
            } else {
                line
            };
            ui.painter().rect(
                rect,
                HEIGHT / 2.0,
                fill,
                Stroke::new(1.0, line),
                egui::StrokeKind::Inside,
            );
            let at = rect.center() - chip.words.size() / 2.0;
            ui.painter().galley(at, chip.words, palette.text);
            focus_ring(ui, &response, rect);
            if response.on_hover_text(&chip.spoken).clicked() {
                clicked = Some(chip.emoji);
            }
        }
        clicked
    }
}

/// Each emoji once: whether it is ours, and who else chose it.
fn gathered(
    extra: &crate::event::Extra,
    message: &Message,
    nick: &str,
) -> Vec<(String, bool, Vec<String>)> {
    let mut all: Vec<(String, bool, Vec<String>)> = Vec::new();
    for one in &extra.reactions {
        for emoji in &one.emoji {
            let at = match all.iter().position(|(known, ..)| known == emoji) {
                Some(at) => at,
                None => {
                    all.push((emoji.clone(), false, Vec::new()));
                    all.len() - 1
                }
            };
            let Some((_, own, others)) = all.get_mut(at) else {
                continue;
            };
            if one.own {
                *own = true;
            } else if one.from == *message.with() {
                others.push(nick.to_owned());
            } else {
                others.push(one.from.as_str().to_owned());
            }
        }
    }
    all
}
