#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use image::ImageFormat;
use proptest::prelude::*;

use super::*;

/// What must not leave.
const PLACE: &[u8] = b"GPS 59.33 N 18.07 E";

fn picture() -> image::DynamicImage {
    let pixel = |x: u32, y: u32| image::Rgb([x as u8 * 6, y as u8 * 12, 90]);
    image::DynamicImage::from(image::RgbImage::from_fn(40, 20, pixel))
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// With EXIF that says "turned by 90°" and a place, and with a comment.
fn a_jpeg() -> Vec<u8> {
    let plain = encoded(ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0".to_vec();
    exif.extend(PLACE);
    let mut photo = plain[..2].to_vec();
    for (marker, body) in [(0xE1, &mut exif), (0xFE, &mut b"taken by Ann".to_vec())] {
        photo.extend([0xFF, marker]);
        photo.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
        photo.append(body);
    }
    photo.extend(&plain[2..]);
    photo
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(data);
    // Nobody looks at the sum of a chunk that is left out.
    chunk.extend([0; 4]);
    chunk
}

fn a_png() -> Vec<u8> {
    let plain = encoded(ImageFormat::Png);
    let (head, rest) = plain.split_at(33);
    let mut png = head.to_vec();
    for kind in [b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"] {
        png.extend(chunk(kind, PLACE));
    }
    png.extend(rest);
    png.extend(PLACE);
    png
}

fn a_webp() -> Vec<u8> {
    let plain = encoded(ImageFormat::WebP);
    let mut inside = b"WEBPVP8X\x0a\0\0\0".to_vec();
    inside.extend([0x0C, 0, 0, 0, 39, 0, 0, 19, 0, 0]);
    inside.extend(&plain[12..]);
    for kind in [b"EXIF", b"XMP "] {
        inside.extend(kind);
        inside.extend(u32::try_from(PLACE.len()).unwrap().to_le_bytes());
        inside.extend(PLACE);
        inside.push(0);
    }
    let mut webp = b"RIFF".to_vec();
    webp.extend(u32::try_from(inside.len()).unwrap().to_le_bytes());
    webp.extend(inside);
    webp
}

fn a_gif() -> Vec<u8> {
    let plain = encoded(ImageFormat::Gif);
    let colours = match plain[10] & 0x80 {
        0 => 0,
        _ => 3usize << (1 + (plain[10] & 7)),
    };
    let (head, rest) = plain.split_at(13 + colours);
    let mut gif = head.to_vec();
    let length = u8::try_from(PLACE.len()).unwrap();
    gif.extend([0x21, 0xFE, length]);
    gif.extend(PLACE);
    gif.push(0);
    for (program, data) in [(b"XMP DataXMP", PLACE), (b"NETSCAPE2.0", &[1, 0, 0][..])] {
        gif.extend([0x21, 0xFF, 11]);
        gif.extend(program);
        gif.push(u8::try_from(data.len()).unwrap());
        gif.extend(data);
        gif.push(0);
    }
    gif.extend(rest);
    gif.extend(PLACE);
    gif
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

#[test]
fn pictures_leave_without_their_place_and_are_the_same_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let outgoing = folder.path().join("outgoing");
    for (name, bytes, format) in [
        ("rose.JPG", a_jpeg(), ImageFormat::Jpeg),
        ("rose.png", a_png(), ImageFormat::Png),
        ("rose.WebP", a_webp(), ImageFormat::WebP),
        ("rose.gif", a_gif(), ImageFormat::Gif),
    ] {
        assert!(has(&bytes, PLACE));
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let copy = without(&path, &outgoing).unwrap();
        assert_eq!(copy.file_name(), path.file_name());
        let clean = std::fs::read(&copy).unwrap();
        assert!(!has(&clean, PLACE) && !has(&clean, b"Ann"), "{name}");
        let before = image::load_from_memory_with_format(&bytes, format).unwrap();
        let after = image::load_from_memory_with_format(&clean, format).unwrap();
        assert_eq!(before.to_rgba8(), after.to_rgba8(), "{name}");
        // What is clean stays as it is, and needs no copy.
        std::fs::write(&path, &clean).unwrap();
        assert_eq!(without(&path, &outgoing), None, "{name}");
    }
    assert!(
        has(&gif(&a_gif()).unwrap(), b"NETSCAPE2.0"),
        "it goes on looping"
    );
}

#[test]
fn a_turned_photo_stays_turned() {
    let clean = jpeg(&a_jpeg()).unwrap();
    assert_eq!(orientation(&clean[6..]), Some(6));
    assert_eq!(jpeg(&clean).unwrap(), clean);
}

#[test]
fn what_is_broken_or_something_else_is_left_alone() {
    for clean in [jpeg, png, webp, gif] {
        for bytes in [
            b"".as_slice(),
            b"\xFF\xD8",
            b"\xFF\xD8\xFF\xE1\xFF\xFF",
            b"\xFF\xD8\xFF\x00\0\x02",
            b"GIF89a",
            b"GIF89a\x01\0\x01\0\x80\0\0",
            b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT",
            b"RIFF\xff\xff\xff\xffWEBPVP8X",
        ] {
            assert_eq!(clean(bytes), None);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    std::fs::write(&path, a_png()).unwrap();
    assert_eq!(
        without(&path, folder.path()),
        None,
        "it is no picture by its name"
    );
    let path = folder.path().join("letter.png");
    std::fs::write(&path, b"not really").unwrap();
    assert_eq!(without(&path, folder.path()), None);
}

proptest! {
    #[test]
    fn no_damage_breaks_it(
        which in 0usize..4,
        at in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = [a_jpeg, a_png, a_webp, a_gif][which]();
        for (at, byte) in at {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        for clean in [jpeg, png, webp, gif] {
            if let Some(clean) = clean(&bytes) {
                prop_assert!(clean.len() <= bytes.len() + 36);
            }
        }
    }
}
