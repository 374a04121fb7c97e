//! Icons, drawn from lines so that they are sharp at every zoom and need no font. Each fits a square.

use egui::{
    Color32, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::theme::{self, space};

/// A picture of a few lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are what is drawn")]
pub enum Icon {
    Back,
    Check,
    Checks,
    Clock,
    Clip,
    Close,
    Down,
    Edit,
    Filter,
    Files,
    Gear,
    Info,
    Lock,
    More,
    Network,
    Open,
    Reply,
    Rooms,
    Search,
    Send,
    Smile,
    Warning,
}

impl Icon {
    /// Draws it into the square around `center`.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        let stroke = Stroke::new((size / 10.0).max(1.3), color);
        // From a grid of 16 × 16 to the place.
        let at = |x: f32, y: f32| center + vec2(x - 8.0, y - 8.0) * (size / 16.0);
        let line = |points: &[(f32, f32)]| {
            painter.add(Shape::line(
                points.iter().map(|(x, y)| at(*x, *y)).collect(),
                stroke,
            ));
        };
        let ring = |x: f32, y: f32, r: f32| {
            painter.circle_stroke(at(x, y), r * size / 16.0, stroke);
        };
        let dot = |x: f32, y: f32| {
            painter.circle_filled(at(x, y), size / 14.0, color);
        };
        match self {
            Icon::Back => line(&[(10.0, 3.0), (5.0, 8.0), (10.0, 13.0)]),
            Icon::Check => line(&[(3.0, 8.5), (6.5, 12.0), (13.0, 4.5)]),
            Icon::Checks => {
                line(&[(0.5, 8.5), (4.0, 12.0), (10.5, 4.5)]);
                line(&[(7.5, 11.5), (8.5, 12.0), (15.5, 4.5)]);
            }
            Icon::Clock => {
                ring(8.0, 8.0, 6.0);
                line(&[(8.0, 4.5), (8.0, 8.0), (10.5, 9.5)]);
            }
            Icon::Clip => line(&[
                (13.0, 7.0),
                (7.5, 12.5),
                (5.0, 13.2),
                (3.2, 12.3),
                (2.8, 10.2),
                (3.8, 8.4),
                (9.5, 2.8),
                (11.6, 2.6),
                (12.6, 4.4),
                (11.8, 6.0),
                (7.0, 10.6),
                (5.8, 10.4),
                (5.9, 9.2),
                (10.0, 5.2),
            ]),
            Icon::Files => {
                line(&[(5.0, 2.5), (5.0, 10.5), (2.5, 8.0)]);
                line(&[(5.0, 10.5), (7.5, 8.0)]);
                line(&[(11.0, 10.5), (11.0, 2.5), (8.5, 5.0)]);
                line(&[(11.0, 2.5), (13.5, 5.0)]);
                line(&[(2.0, 13.5), (14.0, 13.5)]);
            }
            Icon::Close => {
                line(&[(4.0, 4.0), (12.0, 12.0)]);
                line(&[(12.0, 4.0), (4.0, 12.0)]);
            }
            Icon::Down => line(&[(3.0, 6.0), (8.0, 11.0), (13.0, 6.0)]),
            Icon::Edit => {
                line(&[
                    (3.0, 13.0),
                    (3.6, 10.2),
                    (11.0, 2.8),
                    (13.2, 5.0),
                    (5.8, 12.4),
                    (3.0, 13.0),
                ]);
                line(&[(9.5, 4.3), (11.7, 6.5)]);
            }
            Icon::Reply => {
                line(&[(6.0, 4.0), (2.5, 7.5), (6.0, 11.0)]);
                line(&[(2.5, 7.5), (9.5, 7.5), (12.5, 9.0), (13.5, 12.5)]);
            }
            Icon::Smile => {
                ring(8.0, 8.0, 6.3);
                dot(5.8, 6.5);
                dot(10.2, 6.5);
                line(&[
                    (4.9, 9.6),
                    (6.3, 11.2),
                    (8.0, 11.7),
                    (9.7, 11.2),
                    (11.1, 9.6),
                ]);
            }
            Icon::Filter => {
                line(&[(2.5, 4.0), (13.5, 4.0)]);
                line(&[(5.0, 8.0), (11.0, 8.0)]);
                line(&[(7.0, 12.0), (9.0, 12.0)]);
            }
            Icon::Gear => gear(painter, center, size, stroke),
            Icon::Info => {
                ring(8.0, 8.0, 6.5);
                line(&[(8.0, 7.5), (8.0, 11.5)]);
                dot(8.0, 4.8);
            }
            Icon::Lock | Icon::Open => {
                let body = Rect::from_two_pos(at(3.5, 7.5), at(12.5, 14.0));
                painter.rect_stroke(body, size / 12.0, stroke, egui::StrokeKind::Middle);
                let left = if self == Icon::Open { 5.5 } else { 7.5 };
                line(&[
                    (5.5, left),
                    (5.5, 5.0),
                    (6.3, 3.0),
                    (8.0, 2.2),
                    (9.7, 3.0),
                    (10.5, 5.0),
                ]);
                if self == Icon::Lock {
                    line(&[(10.5, 5.0), (10.5, 7.5)]);
                } else {
                    line(&[(5.5, 5.0), (5.5, 7.5)]);
                }
            }
            Icon::More => {
                for y in [3.5, 8.0, 12.5] {
                    painter.circle_filled(at(8.0, y), size / 11.0, color);
                }
            }
            Icon::Network => {
                for (x, y) in [(8.0, 3.5), (3.5, 12.5), (12.5, 12.5)] {
                    ring(x, y, 2.0);
                }
                line(&[(7.1, 5.4), (4.4, 10.7)]);
                line(&[(8.9, 5.4), (11.6, 10.7)]);
                line(&[(5.5, 12.5), (10.5, 12.5)]);
            }
            Icon::Rooms => {
                ring(6.0, 5.3, 2.6);
                line(&[(1.3, 13.3), (1.8, 11.3), (3.4, 10.2), (6.0, 9.9)]);
                line(&[(6.0, 9.9), (8.6, 10.2), (10.2, 11.3), (10.7, 13.3)]);
                line(&[(10.2, 2.9), (11.7, 3.1), (12.7, 4.3), (12.6, 6.0)]);
                line(&[(12.6, 6.0), (11.7, 7.3), (10.2, 7.7)]);
                line(&[(12.4, 10.2), (14.2, 11.3), (14.7, 13.3)]);
            }
            Icon::Search => {
                ring(7.0, 7.0, 4.5);
                line(&[(10.3, 10.3), (14.0, 14.0)]);
            }
            Icon::Send => {
                let points = vec![at(2.0, 3.0), at(14.5, 8.0), at(2.0, 13.0), at(4.5, 8.0)];
                painter.add(Shape::closed_line(points, stroke));
                line(&[(4.5, 8.0), (9.5, 8.0)]);
            }
            Icon::Warning => {
                line(&[
                    (8.0, 2.0),
                    (14.5, 13.5),
                    (1.5, 13.5),
                    (8.0, 2.0),
                    (9.0, 3.8),
                ]);
                line(&[(8.0, 6.5), (8.0, 9.5)]);
                dot(8.0, 11.6);
            }
        }
    }

    /// A button that shows only the icon; its name is read out and shown on hover.
    pub fn button(self, ui: &mut Ui, name: &str) -> Response {
        self.button_of(ui, name, ui.is_enabled())
    }

    fn button_of(self, ui: &mut Ui, name: &str, enabled: bool) -> Response {
        let palette = theme::palette(ui);
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(space::TARGET), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, enabled, name));
        let lit = response.hovered() || response.has_focus();
        if lit {
            ui.painter()
                .rect_filled(rect, f32::from(theme::ROUND), palette.hover);
        }
        focus_ring(ui, &response, rect);
        self.paint(
            ui.painter(),
            rect.center(),
            18.0,
            if lit { palette.text } else { palette.weak },
        );
        response.on_hover_text(name)
    }
}

/// The mark of the keyboard's place, for widgets that we draw ourselves.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        let stroke = Stroke::new(2.0, theme::palette(ui).accent);
        ui.painter().rect_stroke(
            rect,
            f32::from(theme::ROUND),
            stroke,
            egui::StrokeKind::Inside,
        );
    }
}

fn gear(painter: &Painter, center: Pos2, size: f32, stroke: Stroke) {
    let unit = size / 16.0;
    let (inner, outer) = (4.6 * unit, 6.8 * unit);
    let teeth = 8;
    let mut points = Vec::new();
    for step in 0..teeth * 4 {
        let angle = std::f32::consts::TAU * (step as f32 + 0.5) / (teeth as f32 * 4.0);
        let radius = if step % 4 < 2 { outer } else { inner };
        points.push(pos2(
            center.x + radius * angle.cos(),
            center.y + radius * angle.sin(),
        ));
    }
    painter.add(Shape::closed_line(points, stroke));
    painter.circle_stroke(center, 2.0 * unit, stroke);
}
