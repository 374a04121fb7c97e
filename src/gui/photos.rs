//! Small pictures of image files: decoded on a thread of their own, within limits, upright as their EXIF says.

use std::collections::HashMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

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

/// Small pictures, made as they are needed.
pub struct Photos {
    made: HashMap<PathBuf, Option<TextureHandle>>,
    news: (Sender<Made>, Receiver<Made>),
}

impl Default for Photos {
    fn default() -> Photos {
        Photos {
            made: HashMap::new(),
            news: channel(),
        }
    }
}

impl Photos {
    /// The small picture of a file that is here and says to be an image; `None` while it is being made, and for others.
    pub fn of(&mut self, ctx: &Context, file: &File) -> Option<TextureHandle> {
        let here = file.outgoing || file.state == FileState::Done;
        let image = file
            .media_type
            .as_ref()
            .is_some_and(|kind| kind.starts_with("image/"));
        let path = file
            .path
            .as_ref()
            .filter(|_| here && image && file.size <= MOST_BYTES)?;
        self.at(ctx, path)
    }

    /// The same of whatever file; `None` also if it is no picture.
    pub fn at(&mut self, ctx: &Context, path: &Path) -> Option<TextureHandle> {
        while let Ok((path, image)) = self.news.1.try_recv() {
            let name = path.display().to_string();
            let texture = image.map(|image| ctx.load_texture(name, image, TextureOptions::LINEAR));
            self.made.insert(path, texture);
        }
        if let Some(made) = self.made.get(path) {
            return made.clone();
        }
        if self.made.len() >= MOST {
            self.made.clear();
        }
        self.made.insert(path.to_owned(), None);
        let (tell, path, ctx) = (self.news.0.clone(), path.to_owned(), ctx.clone());
        let started = std::thread::Builder::new()
            .name("photo".into())
            .spawn(move || {
                let image = small(&path);
                // The window has closed: nobody wants it any more.
                let _ = tell.send((path, image));
                ctx.request_repaint();
            });
        if let Err(error) = started {
            tracing::info!(%error, "no small picture could be made");
        }
        None
    }
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
