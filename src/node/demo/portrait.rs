//! Pictures of the people in the demonstration, drawn by rule: a few ellipses each, as small indexed PNG files
//! (PNG §4.1, §10.1; the zlib stream is stored, RFC 1950 and RFC 1951 §3.2.4).

use std::collections::BTreeMap;

/// Pixels a side (XEP-0174 §4 wants small ones).
const SIDE: usize = 64;
/// Samples a pixel and direction, for smooth edges.
const SAMPLES: usize = 4;

type Colour = [u8; 3];

/// How the hair falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hair {
    Short,
    Long,
    /// A friar's: a ring around a bald head.
    Tonsure,
}

/// What somebody looks like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portrait {
    /// Behind, at the top and at the bottom.
    pub(super) sky: (Colour, Colour),
    pub(super) skin: Colour,
    pub(super) hair: Colour,
    pub(super) style: Hair,
    pub(super) dress: Colour,
}

impl Portrait {
    /// The picture as the bytes of a PNG file, below 6 KB.
    pub(super) fn png(&self) -> Vec<u8> {
        let pixels: Vec<Colour> = (0..SIDE * SIDE)
            .map(|at| self.pixel(at % SIDE, at / SIDE))
            .collect();
        let (palette, indices) = index(&pixels);
        encode(&palette, &indices)
    }

    fn pixel(&self, x: usize, y: usize) -> Colour {
        let mut sum = [0_u32; 3];
        for sample in 0..SAMPLES * SAMPLES {
            let within = |n: usize| (n as f32 + 0.5) / SAMPLES as f32;
            let (dx, dy) = (within(sample % SAMPLES), within(sample / SAMPLES));
            let colour = self.at(x as f32 + dx, y as f32 + dy);
            for (sum, part) in sum.iter_mut().zip(colour) {
                *sum += u32::from(part);
            }
        }
        sum.map(|sum| u8::try_from(sum / (SAMPLES * SAMPLES) as u32).unwrap_or(u8::MAX))
    }

    /// The colour at a point: what lies on top of what.
    fn at(&self, x: f32, y: f32) -> Colour {
        let ellipse = |cx: f32, cy: f32, rx: f32, ry: f32| {
            ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) <= 1.0
        };
        let face = ellipse(32.0, 29.0, 11.5, 13.5);
        let eye = ellipse(27.6, 29.0, 1.4, 1.7) || ellipse(36.4, 29.0, 1.4, 1.7);
        let smile = y > 33.5
            && ellipse(32.0, 32.5, 5.0, 4.6)
            && !ellipse(32.0, 31.6, 5.0, 4.2)
            && (x - 32.0).abs() < 4.4;
        let crown = ellipse(32.0, 25.5, 13.5, 13.0);
        let fringe = match self.style {
            Hair::Short => crown && !ellipse(34.0, 31.5, 12.0, 11.5),
            Hair::Long => crown && !ellipse(30.0, 32.0, 12.0, 12.0),
            Hair::Tonsure => crown && y > 21.0 && !ellipse(32.0, 29.0, 10.8, 14.0),
        };
        let behind = self.style == Hair::Long && ellipse(32.0, 34.0, 17.0, 21.0) && y < 50.0;
        let neck = (x - 32.0).abs() < 4.5 && (36.0..50.0).contains(&y);
        let shoulders = ellipse(32.0, 66.0, 24.0, 19.5);
        match () {
            () if fringe => self.hair,
            () if face && eye => [45, 35, 35],
            () if face && smile => [170, 70, 70],
            () if face => self.skin,
            () if neck && ellipse(32.0, 46.0, 4.5, 5.5) => shade(self.skin, 230),
            () if shoulders => self.dress,
            () if neck => shade(self.skin, 230),
            () if behind => shade(self.hair, 225),
            () => mix(self.sky.0, self.sky.1, y / SIDE as f32),
        }
    }
}

/// A darker one: 255 leaves it as it is.
fn shade(colour: Colour, by: u16) -> Colour {
    colour.map(|part| u8::try_from(u16::from(part) * by / 255).unwrap_or(u8::MAX))
}

fn mix(from: Colour, to: Colour, at: f32) -> Colour {
    let mut mixed = from;
    for (part, to) in mixed.iter_mut().zip(to) {
        // In steps of two: the rows of a gradient then share their colours.
        let exact = f32::from(*part) + (f32::from(to) - f32::from(*part)) * at;
        *part = (exact / 2.0) as u8 * 2;
    }
    mixed
}

/// The 256 commonest colours, and for each pixel the nearest of them.
fn index(pixels: &[Colour]) -> (Vec<Colour>, Vec<u8>) {
    let mut counts: BTreeMap<Colour, usize> = BTreeMap::new();
    for pixel in pixels {
        *counts.entry(*pixel).or_default() += 1;
    }
    let mut palette: Vec<(Colour, usize)> = counts.into_iter().collect();
    palette.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    palette.truncate(256);
    let palette: Vec<Colour> = palette.into_iter().map(|(colour, _)| colour).collect();
    let distance = |a: Colour, b: Colour| -> u32 {
        let parts = a.into_iter().zip(b);
        parts.map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    let nearest = |pixel: &Colour| {
        let all = (0_u8..=255).zip(&palette);
        let best = all.min_by_key(|(_, colour)| distance(**colour, *pixel));
        best.map_or(0, |(at, _)| at)
    };
    let indices = pixels.iter().map(nearest).collect();
    (palette, indices)
}

fn encode(palette: &[Colour], indices: &[u8]) -> Vec<u8> {
    let side = (SIDE as u32).to_be_bytes();
    // Eight bits a pixel, by palette, no interlace.
    let header = [&side[..], &side[..], &[8, 3, 0, 0, 0]].concat();
    let rows = indices.chunks(SIDE);
    let filtered: Vec<u8> = rows.flat_map(|row| [&[0], row].concat()).collect();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"PLTE", &palette.concat());
    chunk(&mut png, b"IDAT", &stored(&filtered));
    chunk(&mut png, b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    png.extend(u32::try_from(content.len()).unwrap_or(0).to_be_bytes());
    png.extend(kind);
    png.extend(content);
    png.extend(crc(kind.iter().chain(content)).to_be_bytes());
}

/// A zlib stream of one stored block: at most 65535 bytes.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap_or(0);
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let mut out = vec![0x78, 0x01, 1];
    out.extend(len.to_le_bytes());
    out.extend((!len).to_le_bytes());
    out.extend(bytes);
    out.extend((b << 16 | a).to_be_bytes());
    out
}

/// PNG annex D.
fn crc<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::super::cast;

    #[test]
    fn every_portrait_is_a_picture_that_may_be_served() {
        let portraits = cast::CAST.iter().filter_map(|person| person.portrait);
        for portrait in portraits.chain([cast::ROMEO]) {
            let png = portrait.png();
            assert!(
                png.len() <= crate::disk::avatars::MAX_OWN_BYTES,
                "{} bytes",
                png.len()
            );
            let picture = crate::disk::picture::inspect(&png).unwrap();
            assert_eq!((picture.width, picture.height), (64, 64));
            // Sums as their decoders check them; known from the PNG specification's own empty end chunk.
            assert_eq!(&png[png.len() - 4..], [0xAE, 0x42, 0x60, 0x82]);
        }
    }

    #[cfg(feature = "gui")]
    #[test]
    fn a_decoder_reads_them() {
        let png = cast::ROMEO.png();
        let picture = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(picture.get_pixel(32, 25).0, cast::ROMEO.skin);
    }
}
