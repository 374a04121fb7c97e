//! The face of a person: the picture that it published, or its initials on the colour of its address, with the mark of its
//! presence. And the making of our own picture from a file.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use egui::{
    Align2, Color32, ColorImage, Painter, Pos2, Rect, Stroke, TextureHandle, TextureOptions, Ui,
    Vec2, pos2, vec2,
};
use image::{DynamicImage, ImageFormat, ImageReader, Limits, imageops::FilterType};
use unicode_segmentation::UnicodeSegmentation;

use super::theme;
use super::words::{Speaks, t};
use crate::event::{Avatar, Show};
use crate::wire::jid::Jid;

/// Pictures of people on the graphics card, by hash. What cannot be read is remembered too, and not tried again.
#[derive(Default)]
pub struct Pictures {
    loaded: RefCell<HashMap<String, Option<TextureHandle>>>,
}

impl Pictures {
    /// Kept at most; then all are dropped and those in sight loaded anew.
    const MOST: usize = 500;

    fn get(&self, ui: &Ui, avatar: &Avatar) -> Option<TextureHandle> {
        let mut loaded = self.loaded.borrow_mut();
        if let Some(known) = loaded.get(&avatar.sha1) {
            return known.clone();
        }
        if loaded.len() >= Self::MOST {
            loaded.clear();
        }
        let texture = read(&avatar.path).map(|picture| {
            let picture = square(&picture, 96).to_rgba8();
            let size = [picture.width() as usize, picture.height() as usize];
            let pixels = ColorImage::from_rgba_unmultiplied(size, picture.as_raw());
            ui.ctx().load_texture(
                format!("avatar {}", avatar.sha1),
                pixels,
                TextureOptions::LINEAR,
            )
        });
        loaded.insert(avatar.sha1.clone(), texture.clone());
        texture
    }
}

/// Reads a picture of bounded size: peers choose what stands in the file.
fn read(path: &Path) -> Option<DynamicImage> {
    decode(
        ImageReader::open(path).ok()?.with_guessed_format().ok()?,
        4096,
    )
}

fn decode<R: std::io::BufRead + std::io::Seek>(
    mut reader: ImageReader<R>,
    side: u32,
) -> Option<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(side);
    limits.max_image_height = Some(side);
    limits.max_alloc = Some(256 * 1024 * 1024);
    reader.limits(limits);
    reader.decode().ok()
}

/// The middle square, scaled.
fn square(picture: &DynamicImage, side: u32) -> DynamicImage {
    let least = picture.width().min(picture.height());
    let (x, y) = (
        (picture.width() - least) / 2,
        (picture.height() - least) / 2,
    );
    picture
        .crop_imm(x, y, least, least)
        .resize_exact(side, side, FilterType::Lanczos3)
}

/// Reads a chosen picture, scaled down to what can be shown and cut.
///
/// # Errors
/// A sentence for people, if it is no picture that can be read.
pub fn open(words: &impl Speaks, chosen: &Path) -> Result<DynamicImage, String> {
    let name = chosen.file_name().unwrap_or_default().to_string_lossy();
    let reader = ImageReader::open(chosen).and_then(ImageReader::with_guessed_format);
    let reader = reader.map_err(|error| {
        t!(
            words,
            "picture-unreadable",
            file = name,
            error = error.to_string()
        )
    })?;
    let picture = decode(reader, 16384).ok_or_else(|| t!(words, "picture-unknown", file = name))?;
    let large = picture.width().max(picture.height()) > 1024;
    Ok(if large {
        picture.resize(1024, 1024, FilterType::Triangle)
    } else {
        picture
    })
}

/// Makes of a picture what others get to see: its middle square at 64 × 64, at most 8 KB (XEP-0174 §4 wants small ones), in
/// a file of its own.
///
/// # Errors
/// A sentence for people, if it cannot be made small enough or written.
pub fn finish(words: &impl Speaks, picture: &DynamicImage) -> Result<PathBuf, String> {
    let bytes = encode(&square(picture, 64)).ok_or_else(|| t!(words, "picture-too-large"))?;
    let path = std::env::temp_dir().join(format!("balcony-picture-{}", uuid::Uuid::new_v4()));
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path);
    let written = written.and_then(|mut file| std::io::Write::write_all(&mut file, &bytes));
    written.map_err(|error| t!(words, "picture-not-stored", error = error.to_string()))?;
    Ok(path)
}

fn encode(picture: &DynamicImage) -> Option<Vec<u8>> {
    const MOST: usize = 8 * 1024;
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .ok()?;
    let mut quality = 90;
    while bytes.len() > MOST && quality >= 30 {
        bytes.clear();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
        picture.to_rgb8().write_with_encoder(encoder).ok()?;
        quality -= 15;
    }
    (bytes.len() <= MOST).then_some(bytes)
}

/// Draws a face into a circle.
pub fn paint(
    ui: &Ui,
    pictures: &Pictures,
    rect: Rect,
    nick: &str,
    jid: &Jid,
    avatar: Option<&Avatar>,
) {
    match avatar.and_then(|avatar| pictures.get(ui, avatar)) {
        Some(texture) => {
            egui::Image::new(&texture)
                .corner_radius(rect.width() / 2.0)
                .paint_at(ui, rect);
        }
        None => {
            ui.painter().circle_filled(
                rect.center(),
                rect.width() / 2.0,
                theme::person(jid.as_str()),
            );
            let font = theme::bold(rect.width() * 0.38);
            ui.painter().text(
                rect.center(),
                Align2::CENTER_CENTER,
                initials(nick),
                font,
                Color32::WHITE,
            );
        }
    }
}

/// The first letters of the first and the last word; an emoji stands for itself.
fn initials(nick: &str) -> String {
    let first = |word: &str| {
        word.graphemes(true)
            .next()
            .unwrap_or_default()
            .to_uppercase()
    };
    let words: Vec<&str> = nick
        .split(|c: char| c.is_whitespace() || matches!(c, '@' | '.' | '-' | '_'))
        .filter(|word| !word.is_empty())
        .collect();
    match words.as_slice() {
        [] => "?".into(),
        [only] => first(only),
        [one, .., last] if last.chars().next().is_some_and(char::is_alphabetic) => {
            first(one) + &first(last)
        }
        [one, ..] => first(one),
    }
}

/// Draws the mark of presence at the lower right of a face, told by its shape as well as by its colour: a disc, a disc
/// with the hands of a clock, a disc with a bar, a ring.
pub fn presence(
    painter: &Painter,
    palette: &theme::Palette,
    face: Rect,
    show: Option<Show>,
    ground: Color32,
) {
    let radius = (face.width() * 0.15).max(4.5);
    let center = face.center() + vec2(1.0, 1.0) * (face.width() * 0.5 * 0.74);
    painter.circle_filled(center, radius + 2.0, ground);
    dot(painter, palette, center, radius, show, ground);
}

/// The mark of presence alone.
pub fn dot(
    painter: &Painter,
    palette: &theme::Palette,
    center: Pos2,
    radius: f32,
    show: Option<Show>,
    ground: Color32,
) {
    let cut = Stroke::new(radius * 0.36, ground);
    let hand = |dx: f32, dy: f32| pos2(center.x + dx * radius, center.y + dy * radius);
    match show {
        Some(Show::Available) => {
            painter.circle_filled(center, radius, palette.available);
        }
        Some(Show::Away) => {
            painter.circle_filled(center, radius, palette.away);
            painter.line_segment([hand(0.0, -0.62), hand(0.0, 0.08)], cut);
            painter.line_segment([hand(0.0, 0.0), hand(0.48, 0.34)], cut);
        }
        Some(Show::Dnd) => {
            painter.circle_filled(center, radius, palette.dnd);
            painter.line_segment(
                [hand(-0.58, 0.0), hand(0.58, 0.0)],
                Stroke::new(radius * 0.44, ground),
            );
        }
        None => {
            painter.circle_filled(center, radius, ground);
            painter.circle_stroke(center, radius - 0.8, Stroke::new(1.6, palette.weak));
        }
    }
}

/// The word for it.
pub fn word(words: &impl Speaks, show: Option<Show>) -> String {
    match show {
        Some(Show::Available) => t!(words, "presence-available"),
        Some(Show::Away) => t!(words, "presence-away"),
        Some(Show::Dnd) => t!(words, "presence-dnd"),
        None => t!(words, "presence-offline"),
    }
}

/// A face of this size at the cursor, without a click.
pub fn place(ui: &mut Ui, size: f32) -> Rect {
    ui.allocate_exact_size(Vec2::splat(size), egui::Sense::hover())
        .0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gui::words::Words;
    use std::sync::Arc;

    #[test]
    fn initials_are_what_people_expect() {
        for (nick, letters) in [
            ("Anna Kowalska", "AK"),
            ("bob", "B"),
            ("Jean Luc Picard", "JP"),
            ("łukasz@pc", "ŁP"),
            ("李小龍", "李"),
            ("Bob (2)", "B"),
            ("", "?"),
            ("👩‍🚀 Zoe", "👩‍🚀Z"),
        ] {
            assert_eq!(initials(nick), letters, "{nick}");
        }
    }

    #[test]
    fn a_chosen_picture_becomes_small_and_anything_else_a_clear_word() {
        let folder = tempfile::tempdir().unwrap();
        let words = Arc::new(Words::of("en"));
        let large = folder.path().join("large.png");
        let noise = image::RgbImage::from_fn(900, 500, |x, y| {
            image::Rgb([(x * 7 + y * 13) as u8, (x * y) as u8, (x ^ y) as u8])
        });
        noise.save(&large).unwrap();
        let small = finish(&words, &open(&words, &large).unwrap()).unwrap();
        let bytes = std::fs::read(&small).unwrap();
        std::fs::remove_file(small).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (64, 64));
        assert!(bytes.len() <= 8192);
        let text = folder.path().join("notes.txt");
        std::fs::write(&text, "hello").unwrap();
        assert!(open(&words, &text).unwrap_err().contains("notes.txt"));
        assert!(
            open(&words, &folder.path().join("none.png"))
                .unwrap_err()
                .contains("cannot be read")
        );
    }
}
