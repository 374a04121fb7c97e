//! A push parser for XML streams (RFC 6120 §4, §11; XML 1.0; Namespaces in XML 1.0): bytes go in however they arrive,
//! a [`Header`], complete first-level elements and the end come out.
//!
//! Feed with [`XmlStream::feed`], then take with [`XmlStream::next`] until it gives `None`. Every byte is looked at
//! once: an element grows as its pieces arrive, and what is kept of an unfinished tag is not scanned again, so that a
//! body of a megabyte costs the same in one chunk, in a thousand or byte by byte. The tags' attributes are read by
//! quick-xml; the cutting into tokens is ours, since its readers want either the whole document or a blocking source.
//!
//! What a peer can make us hold is bounded by [`XmlLimits`]; the first error ends the parser.
//!
//! More tolerant than XML in three places, each with a name in [`super::quirks`]: unescaped characters in the header's
//! attributes, references to forbidden characters, and `]]>` in text. Attributes with a prefix other than `xml:` are
//! left out of the tree, which has no place for their namespace.

mod chars;
mod header;
#[cfg(test)]
mod tests;
mod tree;

pub use header::Header;

use memchr::{memchr, memchr3, memmem};

use super::element::Element;
use super::nonza::{Condition, StreamError};
use header::Parsed;
use tree::Tree;

/// What a peer can make the parser hold.
#[derive(Clone, Copy, Debug)]
pub struct XmlLimits {
    /// Bytes of one first-level element as written.
    pub stanza_bytes: usize,
    /// Nesting; the first-level element counts 1.
    pub depth: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes: usize,
}

/// What comes out.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// The opening tag of the stream.
    Header(Header),
    /// A complete first-level element.
    Element(Element),
    /// The closing tag of the stream. Nothing comes after it.
    End,
}

/// See the module's documentation.
#[derive(Debug)]
pub struct XmlStream {
    limits: XmlLimits,
    phase: Phase,
    /// Not yet consumed from `at` on; an unfinished token at most, once `next` has given `None`.
    buffer: Vec<u8>,
    at: usize,
    /// How far the unfinished token at `at` has been looked at, counted from there.
    looked: usize,
    /// The quote that is open at `looked`, inside a tag.
    quote: Option<u8>,
    /// Bytes of the first-level element under construction that were consumed.
    spent: usize,
    /// All bytes consumed.
    consumed: usize,
    tree: Tree,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing seen.
    Start,
    /// Past the XML declaration.
    Declared,
    /// Past the header.
    Open,
    /// Past the closing tag, or after an error.
    Over,
}

/// What one step of the parser did.
enum Step {
    /// Consumed something, nothing to show for it yet.
    On,
    /// Needs more bytes.
    Starved,
    /// Something is complete.
    Done(Item),
}

impl XmlStream {
    /// The longest header that is taken, in bytes. Names have at most 63 bytes; what libpurple sends has about 160.
    pub const MAX_HEADER: usize = 4096;

    /// A parser for a new stream.
    pub fn new(limits: XmlLimits) -> XmlStream {
        XmlStream {
            limits,
            phase: Phase::Start,
            buffer: Vec::new(),
            at: 0,
            looked: 0,
            quote: None,
            spent: 0,
            consumed: 0,
            tree: Tree::new(limits),
        }
    }

    /// Takes bytes from the peer. Nothing is parsed before [`XmlStream::next`] is called.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.phase != Phase::Over {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next complete item; `None` when more bytes are needed, and always after [`Item::End`] or an error.
    ///
    /// # Errors
    /// The stream error to answer with (RFC 6120 §4.9.3). Nothing comes after it.
    #[allow(clippy::should_implement_trait)] // It is no iterator: None is not the end.
    pub fn next(&mut self) -> Result<Option<Item>, StreamError> {
        loop {
            let step = match self.phase {
                Phase::Over => return Ok(None),
                Phase::Open => self.content(),
                Phase::Start | Phase::Declared => self.prolog(),
            };
            match step {
                Ok(Step::On) => {}
                Ok(Step::Starved) => {
                    self.compact();
                    return Ok(None);
                }
                Ok(Step::Done(item)) => {
                    if item == Item::End {
                        self.finish();
                    }
                    return Ok(Some(item));
                }
                Err(error) => {
                    self.finish();
                    return Err(error);
                }
            }
        }
    }

    /// Bytes consumed in all, for the budget before the stream is ready.
    pub fn consumed(&self) -> usize {
        self.consumed
    }

    /// Bytes fed and not consumed: more than an unfinished token only if `next` was not called to the end.
    pub fn pending(&self) -> usize {
        self.buffer.len().saturating_sub(self.at)
    }

    /// Ends this parser; what it has not consumed belongs to the next stream on the same connection.
    pub fn into_rest(mut self) -> Vec<u8> {
        self.buffer.split_off(self.at.min(self.buffer.len()))
    }

    /// Is it between first-level elements, with nothing unfinished? (At STARTTLS nothing may be left over.)
    pub fn idle(&self) -> bool {
        self.pending() == 0 && self.tree.is_empty()
    }

    fn finish(&mut self) {
        self.phase = Phase::Over;
        self.buffer = Vec::new();
        self.at = 0;
        self.tree = Tree::new(self.limits);
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// Consumes `count` bytes: the token at `at` is done with.
    fn advance(&mut self, count: usize) {
        self.at += count;
        self.consumed += count;
        self.looked = 0;
        self.quote = None;
    }

    /// Moves an unfinished token to the front. It came with the last chunk, so that this moves no byte twice.
    fn compact(&mut self) {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        if self.buffer.is_empty() && self.buffer.capacity() > 4096 {
            self.buffer = Vec::new(); // A quiet stream holds no memory for its busiest moment.
        }
    }

    /// Before and in the header.
    fn prolog(&mut self) -> Result<Step, StreamError> {
        let rest = self.rest();
        let skip = rest.iter().take_while(|byte| is_space(**byte)).count();
        if skip > 0 {
            self.phase = Phase::Declared; // An XML declaration would have to be first.
            self.advance(skip);
            return Ok(Step::On);
        }
        match rest {
            [] => Ok(Step::Starved),
            [0xFE, ..] | [0xFF, ..] => Err(Condition::UnsupportedEncoding.into()),
            [0xEF, 0xBB, 0xBF, ..] if self.phase == Phase::Start => {
                self.advance(3);
                Ok(Step::On)
            }
            [0xEF] | [0xEF, 0xBB] if self.phase == Phase::Start => Ok(Step::Starved),
            [b'<', 0, ..] => Err(Condition::UnsupportedEncoding.into()),
            [b'<'] => Ok(Step::Starved),
            [b'<', b'?', ..] => self.declaration(),
            [b'<', b'!', ..] => Err(Condition::RestrictedXml.into()),
            [b'<', ..] => self.header(),
            _ => Err(malformed("expected a stream header")),
        }
    }

    fn declaration(&mut self) -> Result<Step, StreamError> {
        let rest = self.rest();
        let start = b"<?xml";
        if !start.starts_with(rest.get(..start.len()).unwrap_or(rest))
            || self.phase == Phase::Declared
        {
            return Err(Condition::RestrictedXml.into());
        }
        match memmem::find(rest, b"?>") {
            None if rest.len() > 256 => Err(malformed("the XML declaration does not end")),
            None => Ok(Step::Starved),
            Some(end) => {
                header::check_declaration(rest.get(start.len()..end).unwrap_or_default())?;
                self.advance(end + 2);
                self.phase = Phase::Declared;
                Ok(Step::On)
            }
        }
    }

    fn header(&mut self) -> Result<Step, StreamError> {
        // Only a '>' can complete it: no second look at what came before for every byte.
        let rest = self.rest();
        let fresh = rest.get(self.looked..).unwrap_or_default();
        let attempt = if memchr(b'>', fresh).is_some() {
            header::parse(rest)?
        } else {
            Parsed::Unfinished
        };
        match attempt {
            Parsed::Unfinished if rest.len() > Self::MAX_HEADER => Err(StreamError::new(
                Condition::PolicyViolation,
                "the stream header is too long",
            )),
            Parsed::Unfinished => {
                self.looked = rest.len();
                Ok(Step::Starved)
            }
            Parsed::Header {
                header,
                scope,
                length,
            } => {
                self.tree.open(scope);
                self.advance(length);
                self.phase = Phase::Open;
                Ok(Step::Done(Item::Header(header)))
            }
        }
    }

    /// Between the header and the closing tag.
    fn content(&mut self) -> Result<Step, StreamError> {
        let step = match self.rest() {
            [] => Ok(Step::Starved),
            [b'<'] => Ok(Step::Starved),
            [b'<', b'?', ..] => Err(Condition::RestrictedXml.into()),
            [b'<', b'!', ..] => self.cdata(),
            [b'<', b'/', ..] => self.end_tag(),
            [b'<', ..] => self.start_tag(),
            _ => self.text(),
        }?;
        let unfinished = if matches!(step, Step::Starved) {
            self.pending()
        } else {
            0
        };
        if self.spent + unfinished > self.limits.stanza_bytes {
            return Err(StreamError::stanza_too_big());
        }
        if self.tree.is_empty() {
            self.spent = 0;
        }
        Ok(step)
    }

    /// Consumes a token of the element under construction.
    fn spend(&mut self, count: usize) {
        self.advance(count);
        self.spent += count;
    }

    fn start_tag(&mut self) -> Result<Step, StreamError> {
        let Some(end) = self.find_tag_end() else {
            return Ok(Step::Starved);
        };
        let length = end + 1;
        // The budget comes before the work.
        if self.spent + length > self.limits.stanza_bytes {
            return Err(StreamError::stanza_too_big());
        }
        let inside = self
            .buffer
            .get(self.at + 1..self.at + end)
            .unwrap_or_default();
        let (inside, empty) = match inside {
            [inside @ .., b'/'] => (inside, true),
            inside => (inside, false),
        };
        let complete = self.tree.start(utf8(inside)?, empty)?;
        self.spend(length);
        Ok(complete.map_or(Step::On, |element| Step::Done(Item::Element(element))))
    }

    /// The place of the `>` that ends the tag at `at`, from there. Remembers how far it has looked.
    fn find_tag_end(&mut self) -> Option<usize> {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        loop {
            let fresh = rest.get(self.looked..).unwrap_or_default();
            let found = match self.quote {
                Some(quote) => memchr(quote, fresh),
                None => memchr3(b'>', b'"', b'\'', fresh),
            };
            let Some(found) = found else {
                self.looked = rest.len();
                return None;
            };
            let place = self.looked + found;
            self.looked = place + 1;
            match (self.quote, rest.get(place)) {
                (Some(_), _) => self.quote = None,
                (None, Some(b'>')) => return Some(place),
                (None, quote) => self.quote = quote.copied(),
            }
        }
    }

    fn end_tag(&mut self) -> Result<Step, StreamError> {
        let rest = self.rest();
        let Some(end) = memchr(b'>', rest.get(self.looked..).unwrap_or_default()) else {
            self.looked = rest.len();
            return Ok(Step::Starved);
        };
        let end = self.looked + end;
        let name = utf8(
            self.buffer
                .get(self.at + 2..self.at + end)
                .unwrap_or_default(),
        )?;
        let name = name.trim_ascii_end();
        let step = if self.tree.is_empty() {
            if name != "stream:stream" {
                return Err(malformed("a closing tag that nothing opened"));
            }
            Step::Done(Item::End)
        } else {
            self.tree
                .end(name)?
                .map_or(Step::On, |element| Step::Done(Item::Element(element)))
        };
        self.spend(end + 1);
        Ok(step)
    }

    fn cdata(&mut self) -> Result<Step, StreamError> {
        const START: &[u8] = b"<![CDATA[";
        let rest = self.rest();
        if !START.starts_with(rest.get(..START.len()).unwrap_or(rest)) {
            return Err(Condition::RestrictedXml.into());
        }
        let from = self.looked.max(START.len());
        let Some(end) = rest
            .get(from..)
            .and_then(|fresh| memmem::find(fresh, b"]]>"))
        else {
            // The last two bytes may be the beginning of the end.
            self.looked = rest.len().saturating_sub(2);
            return Ok(Step::Starved);
        };
        let end = from + end;
        let text = utf8(
            self.buffer
                .get(self.at + START.len()..self.at + end)
                .unwrap_or_default(),
        )?;
        self.tree.literal(text)?;
        self.spend(end + 3);
        Ok(Step::On)
    }

    /// Character data, as far as it is here: it does not wait for its end.
    fn text(&mut self) -> Result<Step, StreamError> {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let end = memchr(b'<', rest);
        let whole = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let mut fault = false;
        let ready = match std::str::from_utf8(whole) {
            Ok(text) => text,
            // A character that is not yet complete waits.
            Err(error) if end.is_none() && error.error_len().is_none() => {
                utf8(whole.get(..error.valid_up_to()).unwrap_or_default())?
            }
            // What stands before the fault comes first, as it would if it had come alone.
            Err(error) => {
                fault = true;
                utf8(whole.get(..error.valid_up_to()).unwrap_or_default())?
            }
        };
        let ready = if end.is_none() || fault {
            chars::without_unfinished(ready)?
        } else {
            ready
        };
        if ready.is_empty() {
            return if fault {
                Err(malformed("not UTF-8"))
            } else {
                Ok(Step::Starved)
            };
        }
        let length = ready.len();
        if self.tree.is_empty() {
            // Between stanzas only white space may stand: keep-alives (RFC 6120 §4.6.1).
            if !ready.bytes().all(is_space) {
                return Err(Condition::BadFormat.into());
            }
            self.advance(length);
        } else {
            if self.spent + length > self.limits.stanza_bytes {
                return Err(StreamError::stanza_too_big());
            }
            self.tree.text(ready)?;
            self.spend(length);
        }
        Ok(Step::On)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, StreamError> {
    std::str::from_utf8(bytes).map_err(|_| malformed("not UTF-8"))
}

fn malformed(text: &str) -> StreamError {
    StreamError::new(Condition::NotWellFormed, text)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
