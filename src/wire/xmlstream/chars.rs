//! Characters and references (XML 1.0 §2.2, §2.11, §3.3.3, §4.1).

use memchr::{memchr, memchr2, memchr3, memrchr};

use super::malformed;
use crate::wire::element::is_xml_char;
use crate::wire::nonza::{Condition, StreamError};

/// The longest reference between `&` and `;` that is waited for: `#x10FFFF` with some zeros.
const MAX_REFERENCE: usize = 16;

/// Text that has not ended, without what cannot be decided yet at its end: an open reference, a carriage return.
pub(super) fn without_unfinished(text: &str) -> Result<&str, StreamError> {
    if let Some(at) = memrchr(b'&', text.as_bytes()) {
        let open = text.get(at + 1..).unwrap_or_default();
        if memchr(b';', open.as_bytes()).is_none() {
            if open.len() > MAX_REFERENCE {
                return Err(malformed("'&' that begins no reference"));
            }
            return Ok(text.get(..at).unwrap_or_default());
        }
    }
    Ok(text.strip_suffix('\r').unwrap_or(text))
}

/// Appends character data: references resolved, line ends made `\n`.
pub(super) fn text_into(out: &mut String, mut text: &str) -> Result<(), StreamError> {
    while let Some(at) = memchr2(b'&', b'\r', text.as_bytes()) {
        let (plain, special) = text.split_at(at);
        push_checked(out, plain)?;
        text = match special.strip_prefix('\r') {
            Some(rest) => {
                out.push('\n');
                rest.strip_prefix('\n').unwrap_or(rest)
            }
            None => reference_into(out, special)?,
        };
    }
    push_checked(out, text)
}

/// Appends CDATA: line ends made `\n`, nothing else.
pub(super) fn literal_into(out: &mut String, mut text: &str) -> Result<(), StreamError> {
    check(text)?;
    while let Some(at) = memchr(b'\r', text.as_bytes()) {
        let (plain, special) = text.split_at(at);
        out.push_str(plain);
        out.push('\n');
        let rest = special.strip_prefix('\r').unwrap_or(special);
        text = rest.strip_prefix('\n').unwrap_or(rest);
    }
    out.push_str(text);
    Ok(())
}

/// An attribute's value: references resolved, white space made spaces.
pub(super) fn attribute(mut value: &str) -> Result<String, StreamError> {
    check(value)?;
    if memchr(b'<', value.as_bytes()).is_some() {
        return Err(malformed("'<' in an attribute"));
    }
    let mut out = String::with_capacity(value.len());
    while let Some(at) = next_special(value.as_bytes()) {
        let (plain, special) = value.split_at(at);
        out.push_str(plain);
        if special.starts_with('&') {
            value = reference_into(&mut out, special)?;
        } else {
            out.push(' ');
            value = special
                .strip_prefix("\r\n")
                .unwrap_or_else(|| special.get(1..).unwrap_or_default());
        }
    }
    out.push_str(value);
    Ok(out)
}

/// An attribute's value in a stream header, where `&` may be just that: libpurple does not escape there.
pub(super) fn lenient_attribute(mut value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    while let Some(at) = memchr(b'&', value.as_bytes()) {
        let (plain, special) = value.split_at(at);
        out.push_str(plain);
        value = reference_into(&mut out, special).unwrap_or_else(|_| {
            out.push('&');
            special.get(1..).unwrap_or_default()
        });
    }
    out.push_str(value);
    out.retain(is_xml_char);
    out
}

fn next_special(value: &[u8]) -> Option<usize> {
    let reference = memchr(b'&', value);
    let space = memchr3(b'\t', b'\n', b'\r', value);
    match (reference, space) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Appends the character that the reference at the start of `text` stands for; gives what follows it. A reference to a
/// character that XML forbids stands for nothing (quirk `forbidden-reference`).
fn reference_into<'a>(out: &mut String, text: &'a str) -> Result<&'a str, StreamError> {
    let inside = text.strip_prefix('&').unwrap_or(text);
    let Some(end) = memchr(b';', inside.as_bytes()).filter(|end| *end <= MAX_REFERENCE) else {
        return Err(malformed("'&' that begins no reference"));
    };
    let (name, rest) = inside.split_at(end);
    let character = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        name => match name.strip_prefix('#') {
            Some(number) => numeric(number)?,
            None if name.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                return Err(Condition::RestrictedXml.into());
            }
            None => return Err(malformed("'&' that begins no reference")),
        },
    };
    out.extend(character);
    Ok(rest.strip_prefix(';').unwrap_or(rest))
}

fn numeric(number: &str) -> Result<Option<char>, StreamError> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(malformed("a reference that is no number"));
    }
    // Too large for a number is too large for a character as well.
    let code = u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
    Ok(char::from_u32(code).filter(|c| is_xml_char(*c)))
}

fn push_checked(out: &mut String, text: &str) -> Result<(), StreamError> {
    check(text)?;
    out.push_str(text);
    Ok(())
}

/// Are all characters legal in XML 1.0?
fn check(text: &str) -> Result<(), StreamError> {
    // One pass over the bytes for what is rare, then a closer look: 0xEF begins U+FFFE and U+FFFF, and much else.
    let suspicious = text
        .bytes()
        .fold(false, |seen, byte| seen | (byte < 0x20) | (byte == 0xEF));
    if suspicious && !text.chars().all(is_xml_char) {
        return Err(malformed("a character that XML forbids"));
    }
    Ok(())
}
