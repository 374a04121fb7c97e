//! Small pictures of image files: decoded on a thread of their own, within limits, upright as their EXIF says.

use std::collections::HashMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use egui::{
    ColorImage, Context, Rect, Response, Role, Sense, TextureHandle, TextureOptions, Ui, Vec2,
    WidgetInfo,
};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::theme;
use crate::event::{File, FileState};

/// The largest file that is looked into.
pub(super) const MOST_BYTES: u64 = 64 << 20;
/// The largest picture that is decoded, a side.
const MOST_PIXELS: u32 = 16_384;
/// Memory for decoding.
const MOST_MEMORY: u64 = 256 << 20;
/// A small picture's longer side.
const SMALL: u32 = 192;
/// Small pictures kept.
const MOST: usize = 64;

/// Of which file, if it is one that can be shown.
type Made = (PathBuf, Option<ColorImage>);

/// How far a small picture has come.
#[derive(Clone)]
enum Photo {
    Making,
    Made(TextureHandle),
    /// The file is no picture, or a broken one.
    Never,
}

/// Small pictures, made as they are needed.
pub struct Photos {
    photos: HashMap<PathBuf, Photo>,
    news: (Sender<Made>, Receiver<Made>),
}

impl Default for Photos {
    fn default() -> Photos {
        Photos {
            photos: HashMap::new(),
            news: channel(),
        }
    }
}

impl Photos {
    /// Draws the small picture of a file in a place of this size, which is kept for it while it is being made: nothing beside
    /// it moves under the pointer. `None`, and no place, for what is no picture. Those who do not see it hear `name`.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        path: &Path,
        name: &str,
        size: Vec2,
        sense: Sense,
    ) -> Option<Response> {
        let photo = self.at(ui.ctx(), path);
        if let Photo::Never = photo {
            return None;
        }
        let (place, response) = ui.allocate_exact_size(size, sense);
        if let Photo::Made(texture) = photo {
            let image = egui::Image::new(&texture);
            let fitting = image.calc_size(place.size(), Some(texture.size_vec2()));
            image.paint_at(ui, Rect::from_center_size(place.center(), fitting));
        } else {
            let fill = theme::palette(ui).side;
            ui.painter().rect_filled(place, 4.0, fill);
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
        Some(response)
    }

    fn at(&mut self, ctx: &Context, path: &Path) -> Photo {
        while let Ok((path, image)) = self.news.1.try_recv() {
            let name = path.display().to_string();
            let photo = image.map_or(Photo::Never, |image| {
                Photo::Made(ctx.load_texture(name, image, TextureOptions::LINEAR))
            });
            self.photos.insert(path, photo);
        }
        if let Some(photo) = self.photos.get(path) {
            return photo.clone();
        }
        if self.photos.len() >= MOST {
            self.photos.clear();
        }
        let photo = if is_picture(path) {
            self.make(ctx, path)
        } else {
            Photo::Never
        };
        self.photos.insert(path.to_owned(), photo.clone());
        photo
    }

    fn make(&self, ctx: &Context, path: &Path) -> Photo {
        let (tell, path, ctx) = (self.news.0.clone(), path.to_owned(), ctx.clone());
        let started = std::thread::Builder::new()
            .name("photo".into())
            .spawn(move || {
                let image = small(&path);
                // The window has closed: nobody wants it any more.
                let _ = tell.send((path, image));
                ctx.request_repaint();
            });
        match started {
            Ok(_) => Photo::Making,
            Err(error) => {
                tracing::info!(%error, "no small picture could be made");
                Photo::Never
            }
        }
    }
}

/// The path of a file that is here and says to be an image.
pub fn image_of(file: &File) -> Option<&Path> {
    let here = file.outgoing || file.state == FileState::Done;
    let image = file
        .media_type
        .as_ref()
        .is_some_and(|kind| kind.starts_with("image/"));
    let path = file.path.as_deref();
    path.filter(|_| here && image && file.size <= MOST_BYTES)
}

/// By its name: nothing is read for it.
fn is_picture(path: &Path) -> bool {
    ImageFormat::from_path(path).is_ok_and(|format| format.reading_enabled())
}

fn small(path: &Path) -> Option<ColorImage> {
    let file = std::fs::File::open(path).ok().filter(|file| {
        file.metadata()
            .is_ok_and(|found| found.is_file() && found.len() <= MOST_BYTES)
    })?;
    let mut reader = ImageReader::new(BufReader::new(file))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS);
    limits.max_image_height = Some(MOST_PIXELS);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let upright = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder)
        .ok()?
        .thumbnail(SMALL, SMALL);
    if let Some(upright) = upright {
        picture.apply_orientation(upright);
    }
    let rgba = picture.to_rgba8();
    let size = [rgba.width() as usize, rgba.height() as usize];
    Some(ColorImage::from_rgba_unmultiplied(size, rgba.as_raw()))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]

    use super::*;

    #[test]
    fn what_is_broken_makes_no_small_picture() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.png");
        std::fs::write(&path, b"\x89PNG\r\n\x1a\nnot really").unwrap();
        assert!(small(&path).is_none());
    }
}
