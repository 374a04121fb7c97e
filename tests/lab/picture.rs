//! Small pictures made here, so that no test needs an image library or a file.

/// A square of noise in shades of grey around `shade`, as PNG. Noise does not shrink: width × height bytes and some.
pub fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let mut rows = Vec::new();
    let mut noise = u32::from(shade) + 1;
    for _ in 0..height {
        rows.extend([0]); // this row is not filtered
        for _ in 0..width {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            rows.push(shade.wrapping_add((noise >> 24) as u8 / 4));
        }
    }
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 0, 0, 0, 0]); // eight bits of grey
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut picture, b"IHDR", &header);
    chunk(&mut picture, b"IDAT", &stored_zlib(&rows));
    chunk(&mut picture, b"IEND", &[]);
    picture
}

/// SHA-1 as lower-case hex, as in `phsh`.
pub fn sha1(bytes: &[u8]) -> String {
    use sha1::Digest;
    sha1::Sha1::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn chunk(picture: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    picture.extend((content.len() as u32).to_be_bytes());
    let start = picture.len();
    picture.extend(kind);
    picture.extend(content);
    let sum = crc32(&picture[start..]);
    picture.extend(sum.to_be_bytes());
}

/// zlib's form (RFC 1950) with stored blocks only.
fn stored_zlib(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = content.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        out.push(u8::from(blocks.peek().is_none()));
        out.extend((block.len() as u16).to_le_bytes());
        out.extend((!(block.len() as u16)).to_le_bytes());
        out.extend(block);
    }
    let (a, b) = content.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    })
}
