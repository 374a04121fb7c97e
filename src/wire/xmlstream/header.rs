//! The opening tag of a stream and the XML declaration before it (RFC 6120 §4.7, §4.8, §11.4, §11.5).

use memchr::memchr;

use super::{chars, is_space, malformed, utf8};
use crate::wire::nonza::{Condition, StreamError};
use crate::wire::ns;

/// The attributes of a stream header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Who speaks, unchecked. Empty is read as absent (libpurple writes `to=""`).
    pub from: Option<String>,
    /// Who is meant.
    pub to: Option<String>,
    /// The responder's stream id.
    pub id: Option<String>,
    /// The version as it stands there.
    pub version: Option<String>,
}

impl Header {
    /// Does the peer speak XMPP 1.0 or later? Then it takes part in negotiation.
    pub fn versioned(&self) -> bool {
        let major = self
            .version
            .as_deref()
            .and_then(|version| version.split('.').next());
        major
            .and_then(|major| major.trim().parse::<u32>().ok())
            .is_some_and(|major| major >= 1)
    }
}

/// What an attempt to read the header gave.
pub(super) enum Parsed {
    /// Needs more bytes.
    Unfinished,
    /// It is complete.
    Header {
        /// Its attributes.
        header: Header,
        /// The namespaces that it declares, as (prefix, namespace).
        scope: Vec<(String, String)>,
        /// Its length in bytes.
        length: usize,
    },
}

/// Reads the header at the start of `bytes` (which begin with `<`).
///
/// An attribute ends at a quote that another attribute or the tag's end follows, and not at the first one: libpurple
/// writes names with `"`, `<`, `>` and `&` there as they are (quirk `unescaped-header`). For legal XML both are the same.
pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, StreamError> {
    let mut rest = bytes.get(1..).unwrap_or_default();
    let name = take_name(&mut rest)?;
    let mut attributes: Vec<(&str, &[u8])> = Vec::new();
    loop {
        let spaces = skip_space(&mut rest);
        match rest {
            [] => return Ok(Parsed::Unfinished),
            [b'>', ..] => break,
            _ if spaces == 0 || attributes.len() >= 16 => {
                return Err(malformed("the stream header is not XML"));
            }
            _ => {}
        }
        let key = take_name(&mut rest)?;
        skip_space(&mut rest);
        let quote = match rest {
            [] | [b'='] => return Ok(Parsed::Unfinished),
            [b'=', after @ ..] => {
                rest = after;
                skip_space(&mut rest);
                rest.first().copied()
            }
            _ => return Err(malformed("an attribute without a value")),
        };
        let Some(quote) = quote else {
            return Ok(Parsed::Unfinished);
        };
        if quote != b'"' && quote != b'\'' {
            return Err(malformed("an attribute without quotes"));
        }
        rest = rest.get(1..).unwrap_or_default();
        let Some(end) = value_end(rest, quote) else {
            return Ok(Parsed::Unfinished);
        };
        if attributes.iter().any(|(known, _)| *known == key) {
            return Err(malformed("an attribute that stands there twice"));
        }
        attributes.push((key, rest.get(..end).unwrap_or_default()));
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    let length = bytes.len() - rest.len() + 1;
    let (header, scope) = read(name, &attributes)?;
    Ok(Parsed::Header {
        header,
        scope,
        length,
    })
}

/// Sorts the attributes into meaning and namespaces, and checks the latter.
fn read(
    name: &str,
    attributes: &[(&str, &[u8])],
) -> Result<(Header, Vec<(String, String)>), StreamError> {
    let mut header = Header::default();
    let mut scope = Vec::new();
    for (key, value) in attributes {
        let value = chars::lenient_attribute(utf8(value)?);
        let slot = match *key {
            "from" => &mut header.from,
            "to" => &mut header.to,
            "id" => &mut header.id,
            "version" => &mut header.version,
            "xmlns" => {
                scope.push((String::new(), value));
                continue;
            }
            key => {
                if let Some(prefix) = key.strip_prefix("xmlns:") {
                    scope.push((prefix.to_owned(), value));
                }
                continue;
            }
        };
        // Quirk `empty-to`.
        *slot = Some(value).filter(|value| !value.is_empty());
    }
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let uri = |prefix: &str| {
        scope
            .iter()
            .find(|(known, _)| known == prefix)
            .map(|(_, uri)| uri.as_str())
    };
    if uri(prefix) != Some(ns::STREAM) {
        return Err(Condition::InvalidNamespace.into());
    }
    if prefix != "stream" {
        return Err(Condition::BadNamespacePrefix.into());
    }
    if local != "stream" {
        return Err(Condition::BadFormat.into());
    }
    if uri("") != Some(ns::CLIENT) {
        return Err(Condition::InvalidNamespace.into());
    }
    Ok((header, scope))
}

/// The place of the quote that ends the value at the start of `bytes`; `None` if it is not here yet.
fn value_end(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut from = 0;
    loop {
        let place = from + memchr(quote, bytes.get(from..)?)?;
        if ends_value(bytes.get(place + 1..)?)? {
            return Some(place);
        }
        from = place + 1;
    }
}

/// Does what follows a quote say that the value is over: `>`, `/>`, or white space and `>` or `name=`? `None` if that
/// cannot be said yet.
fn ends_value(mut after: &[u8]) -> Option<bool> {
    let spaces = skip_space(&mut after);
    match after {
        [] => return None,
        [b'>', ..] | [b'/', b'>', ..] => return Some(true),
        [b'/'] => return None,
        _ if spaces == 0 => return Some(false),
        _ => {}
    }
    let name = after.iter().take_while(|byte| is_name_byte(**byte)).count();
    after = after.get(name..)?;
    skip_space(&mut after);
    match after {
        [] => None,
        [b'=', ..] => Some(name > 0),
        _ => Some(false),
    }
}

fn take_name<'a>(rest: &mut &'a [u8]) -> Result<&'a str, StreamError> {
    let length = rest.iter().take_while(|byte| is_name_byte(**byte)).count();
    let (name, after) = rest.split_at(length);
    if name.is_empty() {
        return Err(malformed("the stream header is not XML"));
    }
    *rest = after;
    utf8(name)
}

fn skip_space(rest: &mut &[u8]) -> usize {
    let count = rest.iter().take_while(|byte| is_space(**byte)).count();
    *rest = rest.get(count..).unwrap_or_default();
    count
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.') || byte >= 0x80
}

/// Checks what stands between `<?xml` and `?>`: the encoding must be UTF-8 where one is named (RFC 6120 §11.6).
pub(super) fn check_declaration(inside: &[u8]) -> Result<(), StreamError> {
    if !inside.first().is_some_and(|byte| is_space(*byte)) {
        // "<?xml-stylesheet" and the like.
        return Err(Condition::RestrictedXml.into());
    }
    for attribute in quick_xml::events::attributes::Attributes::new(utf8(inside)?, 0) {
        let attribute = attribute.map_err(|_| malformed("the XML declaration is not XML"))?;
        if attribute.key.0 == "encoding" && !attribute.value.eq_ignore_ascii_case("utf-8") {
            return Err(Condition::UnsupportedEncoding.into());
        }
    }
    Ok(())
}
