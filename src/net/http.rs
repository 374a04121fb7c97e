//! HTTP as far as files need it (RFC 9112): one request for a file or the rest of one, and its answer, both ways.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use super::bytestream::SILENCE;
use crate::wire::validator::Validator;

/// The longest head of a request or an answer.
const LONGEST_HEAD: usize = 8 << 10;

/// An HTTP request, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Only the head is wanted.
    pub head_only: bool,
    /// What is asked for.
    pub path: String,
    /// The first byte that is wanted (`Range: bytes=N-`).
    pub from: Option<u64>,
    /// The rest is wanted only of what has this validator, else all of it (`If-Range`).
    pub of: Option<String>,
}

/// Reads a request for a file.
///
/// # Errors
/// If it is none, or its head is too long.
pub fn asked(stream: &mut impl Read) -> io::Result<Asked> {
    let bad = || io::Error::from(ErrorKind::InvalidData);
    let (first, fields) = head(stream)?;
    let mut words = first.split(' ');
    let head_only = match words.next() {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => return Err(bad()),
    };
    let path = words
        .next()
        .filter(|path| path.starts_with('/'))
        .ok_or_else(bad)?;
    let field = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let from = field("range").and_then(|value| {
        value
            .strip_prefix("bytes=")?
            .strip_suffix('-')?
            .parse()
            .ok()
    });
    Ok(Asked {
        head_only,
        path: path.to_owned(),
        from,
        of: field("if-range").map(str::to_owned),
    })
}

/// Asks for a file from its `from`th byte on; for all of it, if it is not the one of `known` any more (RFC 9110 §13.1.5).
///
/// # Errors
/// Of the connection.
pub fn ask(
    stream: &mut TcpStream,
    host: SocketAddr,
    path: &str,
    from: u64,
    known: Option<&Validator>,
) -> io::Result<()> {
    let mut range = match from {
        0 => String::new(),
        from => format!("Range: bytes={from}-\r\n"),
    };
    if let Some(known) = known.filter(|known| from > 0 && known.is_strong()) {
        range.push_str(&format!("If-Range: {}\r\n", known.as_str()));
    }
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Balcony\r\nAccept: */*\r\nAccept-Encoding: identity\r\n{range}Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())
}

/// An answer to [`ask`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The first byte of the file that comes.
    pub from: u64,
    /// How many bytes follow, where told.
    pub length: Option<u64>,
    /// The file is wrapped in AppleSingle, whole.
    pub apple_single: bool,
    /// What tells this file from what may be there later, where told.
    pub validator: Option<Validator>,
}

/// Reads the head of the answer to [`ask`]. A redirect is an error: whoever it names is not who offered the file.
///
/// # Errors
/// If it is anything but 200 or 206, or the length is not plain.
pub fn answered(stream: &mut impl Read) -> io::Result<Answered> {
    let refuse = |why: &str| io::Error::new(ErrorKind::InvalidData, why.to_owned());
    let (first, fields) = head(stream)?;
    let field = |wanted: &str| {
        fields
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
    };
    let code = first.split(' ').nth(1).unwrap_or_default();
    if field("transfer-encoding").is_some_and(|coding| coding != "identity") {
        return Err(refuse(
            "the other program sends the file in a form that is not understood",
        ));
    }
    let apple_single = match field("content-encoding")
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        None | Some("" | "identity") => false,
        Some("applesingle") => true,
        Some(_) => {
            return Err(refuse(
                "the other program sends the file in a form that is not understood",
            ));
        }
    };
    let from = match code {
        "200" => 0,
        "206" => field("content-range")
            .and_then(|range| {
                range
                    .strip_prefix("bytes ")?
                    .split('-')
                    .next()?
                    .parse()
                    .ok()
            })
            .ok_or_else(|| refuse("the other program does not say which part it sends"))?,
        code if code.starts_with('3') => {
            return Err(refuse(
                "the file was said to be on another computer: refused",
            ));
        }
        "404" | "410" => return Err(refuse("the file is no longer offered")),
        _ => return Err(refuse("the other program does not give the file")),
    };
    Ok(Answered {
        from,
        apple_single,
        validator: Validator::of(field("etag"), field("last-modified"), field("date")),
        length: field("content-length").and_then(|length| length.parse().ok()),
    })
}

/// First line and fields, names in lower case; reads not one byte more, and not for ever.
fn head(stream: &mut impl Read) -> io::Result<(String, Vec<(String, String)>)> {
    let mut head = Vec::new();
    let mut byte = [0; 1];
    let began = Instant::now();
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        if head.len() >= LONGEST_HEAD {
            return Err(ErrorKind::InvalidData.into());
        }
        if began.elapsed() > SILENCE {
            return Err(ErrorKind::TimedOut.into());
        }
        if stream.read(&mut byte)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    let field = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    };
    Ok((first, lines.filter_map(field).collect()))
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
    fn a_request_for_a_part_of_a_file() {
        let asked = |text: &str| asked(&mut text.as_bytes());
        assert_eq!(
            asked("GET /r/x HTTP/1.1\r\nHost: a\r\nRANGE: bytes=7-\r\nIf-Range: \"x\"\r\n\r\n")
                .unwrap(),
            Asked {
                head_only: false,
                path: "/r/x".into(),
                from: Some(7),
                of: Some("\"x\"".into()),
            }
        );
        assert!(asked("POST /r/x HTTP/1.1\r\n\r\n").is_err());
        assert!(asked("GET r/x HTTP/1.1\r\n\r\n").is_err());
        assert!(asked(&format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(9000))).is_err());
    }

    #[test]
    fn an_answer_from_elsewhere_is_refused() {
        let answered = |text: &str| answered(&mut text.as_bytes());
        assert_eq!(
            answered("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n").unwrap(),
            Answered {
                from: 0,
                length: Some(5),
                apple_single: false,
                validator: None,
            }
        );
        assert_eq!(
            answered(
                "HTTP/1.1 206 Part\r\nContent-Range: bytes 7-9/10\r\nContent-Length: 3\r\n\r\n"
            )
            .unwrap(),
            Answered {
                from: 7,
                length: Some(3),
                apple_single: false,
                validator: None,
            }
        );
        for bad in [
            "HTTP/1.1 302 Found\r\nLocation: http://10.0.0.9/\r\n\r\n",
            "HTTP/1.1 404 None\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 206 Part\r\n\r\n",
            "no HTTP",
        ] {
            assert!(answered(bad).is_err(), "{bad}");
        }
    }
}
