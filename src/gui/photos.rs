//! Small pictures of image files: decoded on a thread of their own, within limits, upright as their EXIF says.
//!
//! And photos on their way out without what they tell of place, time and camera: the segments of a JPEG that hold it are
//! left out, the picture itself is not touched.

use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use crate::event::{File, FileState};

/// The largest file that is looked into.
const MOST_BYTES: u64 = 64 << 20;
/// The largest picture that is decoded, a side.
const MOST_PIXELS: u32 = 16_384;
/// Memory for decoding.
const MOST_MEMORY: u64 = 256 << 20;
/// A small picture's longer side.
const SMALL: u32 = 192;
/// How EXIF data in a JPEG begins: its name and two zeros.
const EXIF: [u8; 6] = [0x45, 0x78, 0x69, 0x66, 0, 0];
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
        while let Ok((path, image)) = self.news.1.try_recv() {
            let name = path.display().to_string();
            let texture = image.map(|image| ctx.load_texture(name, image, TextureOptions::LINEAR));
            self.made.insert(path, texture);
        }
        let here = file.outgoing || file.state == FileState::Done;
        let image = file
            .media_type
            .as_ref()
            .is_some_and(|kind| kind.starts_with("image/"));
        let path = file
            .path
            .as_ref()
            .filter(|_| here && image && file.size <= MOST_BYTES)?;
        if let Some(made) = self.made.get(path) {
            return made.clone();
        }
        if self.made.len() >= MOST {
            self.made.clear();
        }
        self.made.insert(path.clone(), None);
        let (tell, path, ctx) = (self.news.0.clone(), path.clone(), ctx.clone());
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
    let file = std::fs::File::open(path)
        .ok()
        .filter(|file| file.metadata().is_ok_and(|found| found.is_file()))?;
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

/// A copy of a photo without what it tells of place, time and camera, in a folder of its own under the same name; `None`
/// if it is no JPEG, or has nothing of that.
pub fn without_traces(path: &Path) -> Option<PathBuf> {
    let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
    let file = std::fs::File::open(path)
        .ok()
        .filter(|_| matches!(ending.as_str(), "jpg" | "jpeg"))?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    let clean = cleaned(&bytes).filter(|clean| clean.len() != bytes.len())?;
    let folder = std::env::temp_dir().join(format!("balcony-photo-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).ok()?;
    let copy = folder.join(path.file_name()?);
    std::fs::write(&copy, clean).ok()?;
    Some(copy)
}

/// A JPEG (ITU-T T.81 Annex B) without EXIF, XMP, IPTC and comments; only which side is up stays.
fn cleaned(jpeg: &[u8]) -> Option<Vec<u8>> {
    let mut rest = jpeg.strip_prefix(&[0xFF, 0xD8])?;
    let mut out = vec![0xFF, 0xD8];
    let mut kept = Vec::new();
    let mut upright = 1;
    loop {
        let &[0xFF, marker, high, low, ..] = rest else {
            return None;
        };
        let length = 2 + usize::from(u16::from_be_bytes([high, low]));
        // The picture itself begins: all that follows stays.
        if marker == 0xDA {
            break;
        }
        let segment = rest
            .get(..length)
            .filter(|_| (0xC0..0xFF).contains(&marker))?;
        rest = rest.get(length..)?;
        match marker {
            0xE1 => upright = orientation(segment.get(4..)?).unwrap_or(upright),
            0xED | 0xFE => {}
            _ => kept.extend_from_slice(segment),
        }
    }
    if (2..=8).contains(&upright) {
        // EXIF with one entry: Orientation (0x0112), SHORT, 1 value.
        out.extend_from_slice(&[0xFF, 0xE1, 0, 34]);
        out.extend_from_slice(&EXIF);
        out.extend_from_slice(&[
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0,
        ]);
        out.extend_from_slice(&[upright, 0, 0, 0, 0, 0, 0]);
    }
    out.extend(kept);
    out.extend_from_slice(rest);
    Some(out)
}

/// Which side is up, out of the first directory of EXIF data.
fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.strip_prefix(&EXIF)?;
    let little = tiff.starts_with(b"II");
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at + 2)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long = |at: usize| {
        let bytes: [u8; 4] = tiff.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(if little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
        .ok()
    };
    let directory = long(4).filter(|at| *at < tiff.len())?;
    let count = usize::from(short(directory)?);
    (0..count)
        .map(|entry| directory + 2 + entry * 12)
        .find(|at| short(*at) == Some(0x0112))
        .and_then(|at| u8::try_from(short(at + 8)?).ok())
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

    /// A JPEG with EXIF that says "turned by 90°" and a place, and with a comment.
    fn photo() -> Vec<u8> {
        let mut plain = Vec::new();
        let picture =
            image::RgbImage::from_fn(40, 20, |x, y| image::Rgb([x as u8 * 6, y as u8 * 12, 90]));
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut plain, 90);
        encoder.encode_image(&picture).unwrap();
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0GPS 59.33 N 18.07 E".to_vec();
        let mut photo = plain[..2].to_vec();
        for (marker, body) in [(0xE1, &mut exif), (0xFE, &mut b"taken by Ann".to_vec())] {
            photo.extend([0xFF, marker]);
            photo.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
            photo.append(body);
        }
        photo.extend(&plain[2..]);
        photo
    }

    #[test]
    fn a_photo_leaves_without_its_place_and_stays_upright() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rose.JPG");
        std::fs::write(&path, photo()).unwrap();
        let copy = without_traces(&path).unwrap();
        assert_eq!(copy.file_name(), path.file_name());
        let clean = std::fs::read(&copy).unwrap();
        std::fs::remove_dir_all(copy.parent().unwrap()).unwrap();
        let has = |word: &[u8]| clean.windows(word.len()).any(|part| part == word);
        assert!(!has(b"GPS") && !has(b"Ann"));
        std::fs::write(&path, &clean).unwrap();
        // 40 × 20, turned: twice as high as wide.
        let small = small(&path).unwrap();
        assert!(small.size[1] > small.size[0], "{:?}", small.size);
        assert_eq!(
            cleaned(&clean).unwrap(),
            clean,
            "what is clean stays as it is"
        );
    }

    #[test]
    fn what_is_broken_or_hostile_is_left_alone() {
        for bytes in [
            b"".as_slice(),
            b"\xFF\xD8",
            b"\xFF\xD8\xFF\xE1\xFF\xFF",
            b"\xFF\xD8\xFF\x00\0\x02",
            b"GIF89a",
        ] {
            assert_eq!(cleaned(bytes), None);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.png");
        std::fs::write(&path, b"\x89PNG\r\n\x1a\nnot really").unwrap();
        assert!(small(&path).is_none());
        let mut cut = photo();
        cut.truncate(60);
        assert_eq!(cleaned(&cut), None);
    }
}
