//! The element under construction: nesting, namespaces in scope (Namespaces in XML 1.0 §6), and what it costs.

use quick_xml::events::attributes::Attributes;

use super::{XmlLimits, chars, malformed};
use crate::wire::element::{Element, Name, Node};
use crate::wire::nonza::{Condition, StreamError};
use crate::wire::ns;

/// Open elements from the first level inwards.
#[derive(Debug)]
pub(super) struct Tree {
    limits: XmlLimits,
    stack: Vec<Open>,
    /// Namespace declarations in force, the innermost last: the header's, then those of the open elements.
    scope: Vec<(Box<str>, Name)>,
    /// About how much memory the element under construction takes beyond its own bytes.
    cost: usize,
}

#[derive(Debug)]
struct Open {
    element: Element,
    prefix: Option<Box<str>>,
    /// Length of `scope` before this element's declarations.
    outer: usize,
}

/// Declarations that may be in force at once, and bytes of one namespace: with them a lookup has a bound.
const MAX_SCOPE: usize = 128;
const MAX_NAMESPACE: usize = 256;
/// Memory of an element and of an attribute beside its text, roughly.
const ELEMENT_COST: usize = 112;
const ATTRIBUTE_COST: usize = 56;

impl Tree {
    pub(super) fn new(limits: XmlLimits) -> Tree {
        Tree {
            limits,
            stack: Vec::new(),
            scope: Vec::new(),
            cost: 0,
        }
    }

    /// The header was read: its declarations are in force from now on.
    pub(super) fn open(&mut self, scope: Vec<(String, String)>) {
        self.scope = scope
            .iter()
            .map(|(prefix, uri)| (prefix.as_str().into(), namespace(uri)))
            .collect();
    }

    /// Is no first-level element open?
    pub(super) fn is_empty(&self) -> bool {
        self.stack.is_empty()
    }

    /// A start tag, `inside` being what stands between `<` and `>` or `/>`. Gives the first-level element if that is
    /// complete with it.
    pub(super) fn start(
        &mut self,
        inside: &str,
        empty: bool,
    ) -> Result<Option<Element>, StreamError> {
        if self.stack.len() >= self.limits.depth {
            return Err(violation("nested too deeply"));
        }
        if self.stack.is_empty() {
            self.cost = 0;
        }
        let outer = self.scope.len();
        let length = inside.find([' ', '\t', '\n', '\r']).unwrap_or(inside.len());
        let (prefix, local) = qualified(inside.get(..length).unwrap_or_default())?;
        let attrs = if length < inside.len() {
            self.attributes(inside, length)?
        } else {
            Vec::new()
        };
        let ns = self.resolve(prefix.unwrap_or_default())?.clone();
        if let Name::Owned(uri) = &ns {
            self.cost += uri.len();
        }
        self.cost += ELEMENT_COST;
        self.check_cost()?;
        let element = Element {
            name: name(local),
            ns,
            attrs,
            children: Vec::new(),
        };
        if empty {
            self.scope.truncate(outer);
            return Ok(self.attach(element));
        }
        self.stack.push(Open {
            element,
            prefix: prefix.map(Into::into),
            outer,
        });
        Ok(None)
    }

    /// An end tag with this name. Gives the first-level element if that is complete with it.
    pub(super) fn end(&mut self, qname: &str) -> Result<Option<Element>, StreamError> {
        let Some(open) = self.stack.pop() else {
            return Err(malformed("a closing tag that nothing opened"));
        };
        let (prefix, local) = match qname.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, qname),
        };
        if open.element.name != local || open.prefix.as_deref() != prefix {
            return Err(malformed("a closing tag that does not match"));
        }
        self.scope.truncate(open.outer);
        Ok(self.attach(open.element))
    }

    /// Character data of the innermost open element, as written.
    pub(super) fn text(&mut self, text: &str) -> Result<(), StreamError> {
        match self.stack.last_mut() {
            Some(open) => append(&mut open.element, |out| chars::text_into(out, text)),
            None => Err(Condition::BadFormat.into()),
        }
    }

    /// The content of a CDATA section in the innermost open element.
    pub(super) fn literal(&mut self, text: &str) -> Result<(), StreamError> {
        match self.stack.last_mut() {
            Some(open) => append(&mut open.element, |out| chars::literal_into(out, text)),
            None => Err(Condition::BadFormat.into()),
        }
    }

    /// Puts a complete element where it belongs: into its parent, or out.
    fn attach(&mut self, element: Element) -> Option<Element> {
        match self.stack.last_mut() {
            Some(parent) => {
                parent.element.push(element);
                None
            }
            None => Some(element),
        }
    }

    /// The attributes of a tag; namespace declarations go into the scope.
    fn attributes(
        &mut self,
        inside: &str,
        name_length: usize,
    ) -> Result<Vec<(Name, String)>, StreamError> {
        let mut attrs = Vec::new();
        let mut prefixes: Vec<&str> = Vec::new();
        for (count, attribute) in Attributes::new(inside, name_length).enumerate() {
            let attribute = attribute.map_err(|_| malformed("attributes that are not XML"))?;
            if count >= self.limits.attributes {
                return Err(violation("too many attributes"));
            }
            self.cost += ATTRIBUTE_COST;
            let key = attribute.key.0;
            let value = chars::attribute(&attribute.value)?;
            match qualified(key)? {
                (None, "xmlns") => self.declare("", &value)?,
                (Some("xmlns"), _) if value.is_empty() => {
                    return Err(malformed("a prefix for no namespace"));
                }
                (Some("xmlns"), prefix) => self.declare(prefix, &value)?,
                (None, local) => attrs.push((name(local), value)),
                (Some("xml"), _) => attrs.push((name(key), value)),
                (Some(_), _) => prefixes.extend(key.split(':').next()),
            }
        }
        for prefix in prefixes {
            self.resolve(prefix)?;
        }
        Ok(attrs)
    }

    fn declare(&mut self, prefix: &str, uri: &str) -> Result<(), StreamError> {
        if self.scope.len() >= MAX_SCOPE || uri.len() > MAX_NAMESPACE {
            return Err(violation("too many or too long namespaces"));
        }
        self.scope.push((prefix.into(), namespace(uri)));
        Ok(())
    }

    fn resolve(&self, prefix: &str) -> Result<&Name, StreamError> {
        const NONE: &Name = &Name::Borrowed("");
        const XML: &Name = &Name::Borrowed(ns::XML);
        match self
            .scope
            .iter()
            .rev()
            .find(|(known, _)| **known == *prefix)
        {
            Some((_, uri)) => Ok(uri),
            None if prefix.is_empty() => Ok(NONE),
            None if prefix == "xml" => Ok(XML),
            None => Err(malformed("a prefix that nothing declares")),
        }
    }

    /// Many tiny elements take far more memory than bytes on the wire: that is bounded too.
    fn check_cost(&self) -> Result<(), StreamError> {
        let most = self
            .limits
            .stanza_bytes
            .saturating_mul(16)
            .clamp(1 << 20, 16 << 20);
        if self.cost > most {
            Err(StreamError::stanza_too_big())
        } else {
            Ok(())
        }
    }
}

/// Appends to the text at the end of an element's children: pieces around references become one. Text of nothing but
/// forbidden characters leaves no child.
fn append(
    element: &mut Element,
    write: impl FnOnce(&mut String) -> Result<(), StreamError>,
) -> Result<(), StreamError> {
    if let Some(Node::Text(text)) = element.children.last_mut() {
        return write(text);
    }
    let mut text = String::new();
    write(&mut text)?;
    if !text.is_empty() {
        element.children.push(Node::Text(text));
    }
    Ok(())
}

/// Splits a qualified name and checks it: letters, digits, `.`, `-`, `_` and anything beyond ASCII, no digit first.
fn qualified(qname: &str) -> Result<(Option<&str>, &str), StreamError> {
    let (prefix, local) = match qname.split_once(':') {
        Some((prefix, local)) => (Some(prefix), local),
        None => (None, qname),
    };
    if prefix.is_none_or(is_name) && is_name(local) {
        Ok((prefix, local))
    } else {
        Err(malformed("a name that XML forbids"))
    }
}

fn is_name(name: &str) -> bool {
    let starts = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80;
    name.bytes().next().is_some_and(starts)
        && name
            .bytes()
            .all(|byte| starts(byte) || byte.is_ascii_digit() || byte == b'-' || byte == b'.')
}

fn namespace(uri: &str) -> Name {
    match ns::known(uri) {
        Some(known) => Name::Borrowed(known),
        None => Name::Owned(uri.to_owned()),
    }
}

/// A name without a copy, where it is one of those that nearly every stanza has.
fn name(name: &str) -> Name {
    macro_rules! common {
        ($($known:literal)*) => {
            match name {
                $($known => Name::Borrowed($known),)*
                other => Name::Owned(other.to_owned()),
            }
        };
    }
    common!(
        "message" "body" "from" "to" "type" "id" "html" "x" "font" "span" "style" "br" "p" "a" "href" "composing"
        "active" "paused" "inactive" "gone" "request" "received" "origin-id" "delay" "stamp" "thread" "markable"
        "displayed" "iq" "query" "node" "identity" "category" "name" "feature" "var" "error" "code" "text" "presence"
        "show" "status" "priority" "c" "hash" "ver" "nick" "idle" "since" "h" "r" "enable" "enabled" "xml:lang"
        "ping" "xmlns"
    )
}

fn violation(text: &str) -> StreamError {
    StreamError::new(Condition::PolicyViolation, text)
}
