//! A small XML element tree: what a stanza is made of once it has been parsed, or before it is written.

use std::borrow::Cow;
use std::fmt;

/// A namespace or a name: a constant of ours, or a string from the wire.
pub type Name = Cow<'static, str>;

/// One element with its attributes and children. Prefixes are not kept: the namespace is resolved at parsing, and
/// writing declares a default namespace wherever it changes from parent to child.
#[derive(Clone, PartialEq, Eq)]
pub struct Element {
    /// The local name.
    pub name: Name,
    /// The namespace, empty if none.
    pub ns: Name,
    /// Attributes in document order. A namespaced attribute (`xml:lang`) keeps its prefixed name.
    pub attrs: Vec<(Name, String)>,
    /// Children in document order.
    pub children: Vec<Node>,
}

/// A child of an [`Element`].
#[derive(Clone, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Character data, unescaped.
    Text(String),
}

impl Element {
    /// An element without attributes or children.
    pub fn new(name: impl Into<Name>, ns: impl Into<Name>) -> Element {
        Element {
            name: name.into(),
            ns: ns.into(),
            attrs: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Adds or replaces an attribute.
    #[must_use]
    pub fn with_attr(mut self, name: impl Into<Name>, value: impl Into<String>) -> Element {
        self.set_attr(name, value);
        self
    }

    /// Appends a child element.
    #[must_use]
    pub fn with_child(mut self, child: Element) -> Element {
        self.children.push(Node::Element(child));
        self
    }

    /// Appends character data.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Element {
        self.children.push(Node::Text(text.into()));
        self
    }

    /// Adds or replaces an attribute in place.
    pub fn set_attr(&mut self, name: impl Into<Name>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        match self.attrs.iter_mut().find(|(n, _)| *n == name) {
            Some(slot) => slot.1 = value,
            None => self.attrs.push((name, value)),
        }
    }

    /// Appends a child element in place.
    pub fn push(&mut self, child: Element) {
        self.children.push(Node::Element(child));
    }

    /// Is this element `name` in namespace `ns`?
    pub fn is(&self, name: &str, ns: &str) -> bool {
        self.name == name && self.ns == ns
    }

    /// The value of an attribute.
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attrs
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The child elements in document order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child element of that name and namespace.
    pub fn child(&self, name: &str, ns: &str) -> Option<&Element> {
        self.elements().find(|element| element.is(name, ns))
    }

    /// The character data of this element itself, its children's not included.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for node in &self.children {
            if let Node::Text(part) = node {
                text.push_str(part);
            }
        }
        text
    }

    /// Writes the element as XML. `default_ns` is the default namespace in force where it will stand (for a stanza on
    /// a stream: `jabber:client`), so that it is declared only where it changes. Characters that XML 1.0 forbids are
    /// left out.
    pub fn write(&self, out: &mut String, default_ns: &str) {
        out.push('<');
        out.push_str(&self.name);
        if self.ns != default_ns {
            out.push_str(" xmlns='");
            escape_into(out, &self.ns, true);
            out.push('\'');
        }
        for (name, value) in &self.attrs {
            out.push(' ');
            out.push_str(name);
            out.push_str("='");
            escape_into(out, value, true);
            out.push('\'');
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(out, &self.ns),
                Node::Text(text) => escape_into(out, text, false),
            }
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }

    /// The element as XML where the default namespace is `default_ns`; see [`Element::write`].
    pub fn to_xml(&self, default_ns: &str) -> String {
        let mut out = String::with_capacity(256);
        self.write(&mut out, default_ns);
        out
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_xml(""))
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Element(element) => element.fmt(f),
            Node::Text(text) => text.fmt(f),
        }
    }
}

/// May this character stand in an XML 1.0 document (XML 1.0 §2.2)?
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Appends `text` escaped for XML. Forbidden characters are left out; a carriage return, and in attributes also tab
/// and newline, are written as references so that they survive normalisation (XML 1.0 §2.11, §3.3.3).
pub fn escape_into(out: &mut String, text: &str, attribute: bool) {
    let mut rest = text;
    // Copies runs between the few characters that need care: most text has none.
    while let Some(at) = rest.find(|c| needs_care(c, attribute)) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') => out.push_str("&quot;"),
            Some('\'') => out.push_str("&apos;"),
            Some('\r') => out.push_str("&#xD;"),
            Some('\n') => out.push_str("&#xA;"),
            Some('\t') => out.push_str("&#x9;"),
            _ => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

fn needs_care(c: char, attribute: bool) -> bool {
    match c {
        '&' | '<' | '>' | '\r' => true,
        '"' | '\'' | '\n' | '\t' => attribute,
        c => !is_xml_char(c),
    }
}
