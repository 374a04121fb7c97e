//! Which part of a chosen picture becomes our face: drag it, make it larger or smaller, take it.

use egui::{
    Color32, EventFilter, Id, Key, Pos2, Rect, RichText, Role, Sense, Stroke, TextureHandle, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};
use image::DynamicImage;

use super::avatar;
use super::scene::Wish;
use super::theme::{self, size, space};
use super::words::{Speaks, t};
use crate::command::Command;

/// The side of what is shown, in points.
const SHOWN: f32 = 240.0;

/// How much closer one can get.
const CLOSEST: f32 = 8.0;

/// A picture and the square of it that is taken.
pub struct Crop {
    picture: DynamicImage,
    texture: Option<TextureHandle>,
    /// Of the square, in pixels of the picture.
    center: Pos2,
    zoom: f32,
    /// It has had the keyboard.
    begun: bool,
    /// Why it could not be taken.
    error: Option<String>,
}

impl Crop {
    /// Begins with the largest square in the middle.
    pub fn new(picture: DynamicImage) -> Crop {
        let center = pos2(picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
        Crop {
            picture,
            texture: None,
            center,
            zoom: 1.0,
            begun: false,
            error: None,
        }
    }

    fn side(&self) -> f32 {
        self.picture.width().min(self.picture.height()) as f32 / self.zoom
    }

    /// The square, always within the picture.
    fn square(&mut self) -> Rect {
        let half = self.side() / 2.0;
        let (width, height) = (self.picture.width() as f32, self.picture.height() as f32);
        self.center.x = self.center.x.clamp(half, (width - half).max(half));
        self.center.y = self.center.y.clamp(half, (height - half).max(half));
        Rect::from_center_size(self.center, Vec2::splat(2.0 * half))
    }

    /// Draws it over the window; the wishes, and whether it is done with.
    pub fn ui(&mut self, ctx: &egui::Context) -> (Vec<Wish>, bool) {
        let mut wishes = Vec::new();
        let mut done = false;
        let modal = theme::modal(ctx, Id::unique("crop")).show(ctx, |ui| {
            ui.set_width(SHOWN);
            ui.label(RichText::new(t!(ui, "crop-title")).font(theme::bold(size::HEADING)));
            ui.add_space(space::XS);
            self.picture_ui(ui);
            ui.add_space(space::XS);
            let name = t!(ui, "crop-zoom");
            let slider = egui::Slider::new(&mut self.zoom, 1.0..=CLOSEST)
                .logarithmic(true)
                .show_value(false);
            ui.spacing_mut().slider_width = SHOWN;
            let response = ui.scope(|ui| {
                // The rail would be as light as the ground.
                let palette = theme::palette(ui);
                ui.visuals_mut().widgets.inactive.bg_fill = palette.line;
                ui.visuals_mut().selection.bg_fill = palette.accent;
                ui.add(slider.trailing_fill(true))
            });
            let response = response.inner;
            response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, &name));
            let hint = RichText::new(t!(ui, "crop-hint"));
            ui.add(egui::Label::new(hint.size(size::SMALL).color(theme::palette(ui).weak)).wrap());
            if let Some(error) = &self.error {
                ui.colored_label(theme::palette(ui).bad, error);
            }
            ui.add_space(space::XS);
            ui.horizontal(|ui| {
                if ui.button(t!(ui, "crop-use")).clicked() {
                    match self.finish(ui) {
                        Ok(wish) => {
                            wishes.push(wish);
                            done = true;
                        }
                        Err(error) => self.error = Some(error),
                    }
                }
                done |= ui.button(t!(ui, "crop-cancel")).clicked();
            });
        });
        done |= modal.should_close();
        (wishes, done)
    }

    fn picture_ui(&mut self, ui: &mut Ui) {
        let (place, response) = ui.allocate_exact_size(Vec2::splat(SHOWN), Sense::click_and_drag());
        let name = t!(ui, "crop-picture");
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        if !std::mem::replace(&mut self.begun, true) {
            response.request_focus();
        }
        let scale = self.side() / SHOWN;
        self.center -= response.drag_delta() * scale;
        // The arrows are for the picture, not for the next button.
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        if response.has_focus() {
            let key = |key: Key| ui.input(|input| f32::from(u8::from(input.key_pressed(key))));
            let step = vec2(
                key(Key::ArrowRight) - key(Key::ArrowLeft),
                key(Key::ArrowDown) - key(Key::ArrowUp),
            );
            self.center += step * self.side() / 20.0;
        }
        if response.hovered() {
            let turned =
                ui.input(|input| input.smooth_scroll_delta.y / 200.0 + input.zoom_delta() - 1.0);
            self.zoom = (self.zoom * (1.0 + turned)).clamp(1.0, CLOSEST);
        }
        let square = self.square();
        let (width, height) = (self.picture.width() as f32, self.picture.height() as f32);
        let uv = Rect::from_min_max(
            pos2(square.left() / width, square.top() / height),
            pos2(square.right() / width, square.bottom() / height),
        );
        let texture = self.texture.get_or_insert_with(|| load(ui, &self.picture));
        egui::Image::new(&*texture).uv(uv).paint_at(ui, place);
        // What others see is round: what is beyond the ring lies in the shadow.
        let palette = theme::palette(ui);
        let beyond = SHOWN * (std::f32::consts::SQRT_2 - 1.0) / 2.0;
        let shadow = Stroke::new(beyond, Color32::from_black_alpha(140));
        ui.painter().with_clip_rect(place).circle_stroke(
            place.center(),
            (SHOWN + beyond) / 2.0,
            shadow,
        );
        let ring = Stroke::new(2.0, palette.accent);
        ui.painter()
            .circle_stroke(place.center(), SHOWN / 2.0 - 1.0, ring);
        super::icons::focus_ring(ui, &response, place);
    }

    fn finish(&mut self, words: &impl Speaks) -> Result<Wish, String> {
        let square = self.square();
        let part = self.picture.crop_imm(
            square.left() as u32,
            square.top() as u32,
            (square.width() as u32).max(1),
            (square.height() as u32).max(1),
        );
        let path = avatar::finish(words, &part)?;
        Ok(Wish::Ask(Command::Avatar { path: Some(path) }))
    }
}

fn load(ui: &Ui, picture: &DynamicImage) -> TextureHandle {
    let pixels = picture.to_rgba8();
    let size = [pixels.width() as usize, pixels.height() as usize];
    let pixels = egui::ColorImage::from_rgba_unmultiplied(size, pixels.as_raw());
    ui.ctx()
        .load_texture("crop", pixels, egui::TextureOptions::LINEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_stays_within_the_picture() {
        let mut crop = Crop::new(DynamicImage::new_rgb8(400, 100));
        assert_eq!(
            crop.square(),
            Rect::from_min_size(pos2(150.0, 0.0), vec2(100.0, 100.0))
        );
        crop.center = pos2(-50.0, 1000.0);
        assert_eq!(crop.square().left_top(), pos2(0.0, 0.0));
        crop.zoom = 4.0;
        crop.center = pos2(1000.0, 1000.0);
        assert_eq!(
            crop.square(),
            Rect::from_min_size(pos2(375.0, 75.0), vec2(25.0, 25.0))
        );
    }
}
