//! Pictures on their way out without what they tell of place, time, camera, program and author. The parts of the file that
//! hold it are left out; the picture itself is not decoded, and not a pixel of it changes.
//!
//! | format | left out | stays |
//! |---|---|---|
//! | JPEG (ITU-T T.81 Annex B) | EXIF and XMP (APP1), IPTC (APP13), comments | which side is up, colour profile |
//! | PNG (W3C PNG third edition §11.3) | `eXIf` `tEXt` `zTXt` `iTXt` `tIME` | everything else |
//! | WebP (RFC 9649 §2.7) | `EXIF` `XMP ` | everything else |
//! | GIF (GIF89a) | comments, application blocks but for loops and colour profiles | everything else |
//!
//! A file that is not what it says, or is broken before its end, is left as it is: its recipient will see that, too.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::photos::MOST_BYTES;

/// How EXIF data in a JPEG begins: its name and two zeros.
const EXIF: [u8; 6] = [0x45, 0x78, 0x69, 0x66, 0, 0];

/// A copy of a picture without traces, in a folder of its own inside of `outgoing` and under the same name; `None` if it is
/// no picture, or has none.
pub fn without(path: &Path, outgoing: &Path) -> Option<PathBuf> {
    let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
    let clean: fn(&[u8]) -> Option<Vec<u8>> = match ending.as_str() {
        "jpg" | "jpeg" | "jpe" | "jfif" => jpeg,
        "png" | "apng" => png,
        "webp" => webp,
        "gif" => gif,
        _ => return None,
    };
    let file = std::fs::File::open(path)
        .ok()
        .filter(|file| file.metadata().is_ok_and(|found| found.is_file()))?;
    let mut bytes = Vec::new();
    // One byte more than is looked into: what is longer is left alone rather than cut.
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).ok()?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_BYTES) {
        return None;
    }
    let clean = clean(&bytes).filter(|clean| *clean != bytes)?;
    let copy = super::outgoing::place(outgoing, path.file_name()?)?;
    std::fs::write(&copy, clean).ok()?;
    Some(copy)
}

fn jpeg(jpeg: &[u8]) -> Option<Vec<u8>> {
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

/// Chunks: length, kind, data, checksum over kind and data. Each stays whole or goes whole.
fn png(png: &[u8]) -> Option<Vec<u8>> {
    const HEAD: &[u8] = b"\x89PNG\r\n\x1a\n";
    let mut rest = png.strip_prefix(HEAD)?;
    let mut out = HEAD.to_vec();
    loop {
        let (length, kind) = (rest.get(..4)?, rest.get(4..8)?);
        let length = usize::try_from(u32::from_be_bytes(length.try_into().ok()?)).ok()?;
        let end = length.checked_add(12)?;
        let chunk = rest.get(..end)?;
        rest = rest.get(end..)?;
        match kind {
            b"eXIf" | b"tEXt" | b"zTXt" | b"iTXt" | b"tIME" => {}
            // What stands behind the end is no part of the picture: it goes.
            b"IEND" => {
                out.extend_from_slice(chunk);
                return Some(out);
            }
            _ => out.extend_from_slice(chunk),
        }
    }
}

/// RIFF chunks: kind, length, data, padded to an even length.
fn webp(webp: &[u8]) -> Option<Vec<u8>> {
    let rest = webp.strip_prefix(b"RIFF")?;
    let told = usize::try_from(u32::from_le_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
    let mut rest = rest.get(4..told.checked_add(4)?)?.strip_prefix(b"WEBP")?;
    let mut kept = b"WEBP".to_vec();
    while !rest.is_empty() {
        let (kind, length) = (rest.get(..4)?, rest.get(4..8)?);
        let length = usize::try_from(u32::from_le_bytes(length.try_into().ok()?)).ok()?;
        let end = length.checked_add(8 + length % 2)?;
        let chunk = rest.get(..end)?;
        rest = rest.get(end..)?;
        match kind {
            b"EXIF" | b"XMP " => {}
            b"VP8X" => {
                let at = kept.len() + 8;
                kept.extend_from_slice(chunk);
                // The flags say what follows: no EXIF (0x08), no XMP (0x04).
                *kept.get_mut(at)? &= !0x0C;
            }
            _ => kept.extend_from_slice(chunk),
        }
    }
    let mut out = b"RIFF".to_vec();
    out.extend_from_slice(&u32::try_from(kept.len()).ok()?.to_le_bytes());
    out.extend(kept);
    Some(out)
}

/// Blocks, of which extensions and pictures consist of sub-blocks with their length before them.
fn gif(gif: &[u8]) -> Option<Vec<u8>> {
    let colours = |flags: u8| match flags & 0x80 {
        0 => 0,
        _ => 3usize << (1 + (flags & 7)),
    };
    if !gif.starts_with(b"GIF87a") && !gif.starts_with(b"GIF89a") {
        return None;
    }
    let mut at = 13 + colours(*gif.get(10)?);
    let mut out = gif.get(..at)?.to_vec();
    loop {
        let begin = at;
        let label = *gif.get(at + 1).unwrap_or(&0);
        match *gif.get(at)? {
            // What stands behind the end is no part of the picture: it goes.
            0x3B => {
                out.push(0x3B);
                return Some(out);
            }
            0x21 => {
                let data = at + 2;
                at = sub_blocks(gif, data)?;
                if keeps(label, gif.get(data..at)?) {
                    out.extend_from_slice(gif.get(begin..at)?);
                }
            }
            0x2C => {
                // Descriptor, its colours, the code size, and the picture.
                let flags = *gif.get(at + 9)?;
                at = sub_blocks(gif, at + 10 + colours(flags) + 1)?;
                out.extend_from_slice(gif.get(begin..at)?);
            }
            _ => return None,
        }
    }
}

/// Where the sub-blocks that begin here end.
fn sub_blocks(gif: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match usize::from(*gif.get(at)?) {
            0 => return Some(at + 1),
            length => at += 1 + length,
        }
    }
}

/// Whether an extension has to do with what is seen: all but comments and what programs put in (XMP among it).
fn keeps(label: u8, data: &[u8]) -> bool {
    match label {
        0xFE => false,
        0xFF => {
            let program = data.get(1..12).unwrap_or_default();
            [&b"NETSCAPE2.0"[..], b"ANIMEXTS1.0", b"ICCRGBG1012"].contains(&program)
        }
        _ => true,
    }
}

#[cfg(test)]
#[path = "traces_test.rs"]
mod tests;
