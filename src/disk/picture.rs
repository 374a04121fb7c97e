//! What kind of picture these bytes are and how large, read from the header without decoding anything.

/// The widest and highest that a picture may be.
pub const MAX_SIDE: u32 = 1024;

/// The kinds of pictures that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 4] = [Kind::Png, Kind::Jpeg, Kind::Gif, Kind::Webp];

    /// The end of its files' names.
    pub const fn suffix(self) -> &'static str {
        match self {
            Kind::Png => "png",
            Kind::Jpeg => "jpg",
            Kind::Gif => "gif",
            Kind::Webp => "webp",
        }
    }
}

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The kind.
    pub kind: Kind,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// Why these bytes are no picture for us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// No kind that we take.
    #[error("this is no PNG, JPEG, GIF or WebP picture")]
    Unknown,
    /// The header ends too early or makes no sense.
    #[error("the picture is damaged")]
    Damaged,
    /// Too wide, too high, or empty.
    #[error("the picture is {width}×{height}; between 1×1 and {MAX_SIDE}×{MAX_SIDE} are allowed")]
    Size {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
}

/// Reads the header.
///
/// # Errors
/// See [`PictureError`].
pub fn inspect(bytes: &[u8]) -> Result<Picture, PictureError> {
    let (kind, size) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        (Kind::Png, png(bytes))
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        (Kind::Jpeg, jpeg(bytes))
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        (Kind::Gif, gif(bytes))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        (Kind::Webp, webp(bytes))
    } else {
        return Err(PictureError::Unknown);
    };
    let (width, height) = size.ok_or(PictureError::Damaged)?;
    if (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height) {
        Ok(Picture {
            kind,
            width,
            height,
        })
    } else {
        Err(PictureError::Size { width, height })
    }
}

/// The IHDR chunk is the first one (PNG §11.2.1).
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    Some((number(16)?, number(20)?))
}

/// The logical screen (GIF89a §18).
fn gif(bytes: &[u8]) -> Option<(u32, u32)> {
    Some((u32::from(little(bytes, 6)?), u32::from(little(bytes, 8)?)))
}

/// The first frame header (ITU T.81 §B.2.2), looked for segment by segment.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        (*bytes.get(at)? == 0xff).then_some(())?;
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xff => at += 1, // fill
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let (height, width) = (big(bytes, at + 5)?, big(bytes, at + 7)?);
                return Some((u32::from(width), u32::from(height)));
            }
            0xd9 | 0xda => return None,
            0x01 | 0xd0..=0xd7 => at += 2,
            _ => at += 2 + usize::from(big(bytes, at + 2)?).max(2),
        }
    }
}

/// The first chunk: extended, lossless or lossy (RFC 9649 §2.5–2.7).
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => {
            let side = |at: usize| {
                Some(u32::from(little(bytes, at)?) + (u32::from(*bytes.get(at + 2)?) << 16) + 1)
            };
            Some((side(24)?, side(27)?))
        }
        b"VP8L" => {
            (*bytes.get(20)? == 0x2f).then_some(())?;
            let bits = u32::from(little(bytes, 21)?) | u32::from(little(bytes, 23)?) << 16;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " => {
            (bytes.get(23..26)? == b"\x9d\x01\x2a").then_some(())?;
            Some((
                u32::from(little(bytes, 26)? & 0x3fff),
                u32::from(little(bytes, 28)? & 0x3fff),
            ))
        }
        _ => None,
    }
}

fn little(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn big(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]
    use super::*;

    /// The head of a PNG of this size.
    pub fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        bytes
    }

    fn size(bytes: &[u8]) -> (Kind, u32, u32) {
        let picture = inspect(bytes).unwrap();
        (picture.kind, picture.width, picture.height)
    }

    #[test]
    fn sizes_are_read_from_each_kind_of_header() {
        assert_eq!(size(&png(64, 48)), (Kind::Png, 64, 48));
        assert_eq!(size(b"GIF89a\x40\x00\x30\x00\0\0\0"), (Kind::Gif, 64, 48));
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x11\x08\x00\x30\x00\x40\x03";
        assert_eq!(size(jpeg), (Kind::Jpeg, 64, 48));
        let webp = |chunk: &[u8]| [b"RIFF\0\0\0\0WEBP".as_slice(), chunk].concat();
        assert_eq!(
            size(&webp(b"VP8X\x0a\0\0\0\0\0\0\0\x3f\0\0\x2f\0\0")),
            (Kind::Webp, 64, 48)
        );
        let bits = (63_u32 | 47 << 14).to_le_bytes();
        assert_eq!(
            size(&webp(&[b"VP8L\0\0\0\0\x2f", bits.as_slice()].concat())),
            (Kind::Webp, 64, 48)
        );
        assert_eq!(
            size(&webp(b"VP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x40\x00\x30\x00")),
            (Kind::Webp, 64, 48)
        );
    }

    #[test]
    fn bombs_and_cut_off_headers_are_refused() {
        assert_eq!(
            inspect(&png(1025, 1)),
            Err(PictureError::Size {
                width: 1025,
                height: 1
            })
        );
        assert_eq!(
            inspect(&png(0, 1)),
            Err(PictureError::Size {
                width: 0,
                height: 1
            })
        );
        assert_eq!(inspect(b"<svg/>"), Err(PictureError::Unknown));
        for whole in [
            png(64, 48),
            b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x30\x00\x40".to_vec(),
        ] {
            for end in 0..whole.len() - 5 {
                assert!(inspect(&whole[..end]).is_err(), "cut off at {end}");
            }
        }
    }
}
