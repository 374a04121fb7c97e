//! Other clients' HTML to text and spans, and the form that libpurple reads (XEP-0071 §7).
//!
//! Nothing active survives: no images, styles, scripts or frames; of links only the allowed schemes, with the target
//! kept beside the text.

use super::{MAX_BODY, Span, Style, clean_body, safe_target};
use crate::wire::element::{Element, Node};
use crate::wire::ns::XHTML;

/// The most spans of one message; text beyond them stays plain.
const MAX_SPANS: usize = 1024;
/// Deeper nesting is left out. Streams refuse it long before.
const MAX_DEPTH: usize = 64;

/// The text of an `<html/>` or `<body/>` element with what is kept of its formatting. Empty if there is none.
pub fn from_html(html: &Element) -> (String, Vec<Span>) {
    let mut reader = Reader::default();
    reader.element(html, 0);
    reader.finish()
}

/// The `<html/>` child without which libpurple takes our plain body for HTML: `<b>` typed by our user would turn bold
/// and newlines would vanish.
pub fn to_purple_html(text: &str) -> Element {
    let mut font = Element::new("font", XHTML);
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            font.push(Element::new("br", XHTML));
        }
        if !line.is_empty() {
            font = font.with_text(line);
        }
    }
    Element::new("html", XHTML).with_child(Element::new("body", XHTML).with_child(font))
}

#[derive(Default)]
struct Reader {
    text: String,
    spans: Vec<Span>,
    /// Inside `<pre/>`: whitespace stands as it is.
    verbatim: bool,
}

impl Reader {
    fn element(&mut self, element: &Element, depth: usize) {
        if depth > MAX_DEPTH || self.text.len() > MAX_BODY {
            return;
        }
        match &*element.name {
            "script" | "style" | "head" | "title" | "object" | "iframe" | "template"
            | "noscript" | "svg" | "math" => return,
            "br" => return self.text.push('\n'),
            "hr" => return self.block(|reader| reader.text.push_str("———")),
            "img" => return self.characters(element.attr("alt").unwrap_or_default()),
            _ => {}
        }
        let start = self.text.len();
        match &*element.name {
            "p" | "div" | "ul" | "ol" | "dl" | "table" | "tr" | "h1" | "h2" | "h3" | "h4"
            | "h5" | "h6" => {
                self.block(|reader| reader.children(element, depth));
            }
            "pre" => {
                let outer = std::mem::replace(&mut self.verbatim, true);
                self.block(|reader| reader.children(element, depth));
                self.verbatim = outer;
            }
            "li" => self.block(|reader| {
                reader.text.push_str("• ");
                reader.children(element, depth);
            }),
            "blockquote" => self.block(|reader| {
                reader.text.push_str("> ");
                reader.children(element, depth);
            }),
            _ => self.children(element, depth),
        }
        self.style(element, start);
    }

    fn children(&mut self, element: &Element, depth: usize) {
        for child in &element.children {
            match child {
                Node::Element(child) => self.element(child, depth + 1),
                Node::Text(text) => self.characters(text),
            }
        }
    }

    /// On lines of its own.
    fn block(&mut self, content: impl FnOnce(&mut Reader)) {
        self.fresh_line();
        let before = self.text.len();
        content(self);
        if self.text.len() > before {
            self.text.push(BLOCK_END);
        }
    }

    /// A block's end breaks the line only if something follows.
    fn fresh_line(&mut self) {
        if self.text.ends_with(BLOCK_END) {
            return;
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push(BLOCK_END);
        }
    }

    /// Spaces stand as they are, for libpurple writes text as typed; line breaks in the source are layout and count as
    /// one space, or none at the start of a line.
    fn characters(&mut self, text: &str) {
        let room = MAX_BODY.saturating_sub(self.text.len());
        // Piece by piece, so that the spans still fit.
        let text = &*clean_body(super::cut(text, room));
        if self.verbatim {
            return self.text.extend(text.chars().filter(|c| *c != BLOCK_END));
        }
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let blank = rest
                .find(|c: char| !matches!(c, ' ' | '\n' | '\r' | '\t'))
                .unwrap_or(rest.len());
            if blank > 0 {
                let (run, tail) = rest.split_at(blank);
                let at_line_start = self.text.is_empty() || self.text.ends_with(['\n', BLOCK_END]);
                match run.contains(['\n', '\r']) {
                    true if at_line_start => {}
                    true => self.text.push(' '),
                    false => self.text.push_str(run),
                }
                rest = tail;
            } else {
                self.text.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
    }

    /// The span or spans that the element gives to what it held.
    fn style(&mut self, element: &Element, start: usize) {
        let end = self.text.trim_end_matches(BLOCK_END).len();
        let start = start
            + self.text.get(start..).map_or(0, |held| {
                held.len() - held.trim_start_matches(BLOCK_END).len()
            });
        if start >= end {
            return;
        }
        let mut styles = css(element.attr("style").unwrap_or_default());
        match &*element.name {
            "b" | "strong" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "th" => {
                styles.push(Style::Bold)
            }
            "i" | "em" | "cite" | "var" => styles.push(Style::Italic),
            "u" | "ins" => styles.push(Style::Underline),
            "s" | "strike" | "del" => styles.push(Style::Strike),
            "code" | "tt" | "kbd" | "samp" | "pre" => styles.push(Style::Code),
            "a" => styles.extend(self.link(element, start, end)),
            _ => {}
        }
        for style in styles {
            if self.spans.len() < MAX_SPANS {
                self.spans.push(Span { start, end, style });
            }
        }
    }

    /// A link whose text says its target needs no span: the face finds it in the text.
    fn link(&self, element: &Element, start: usize, end: usize) -> Option<Style> {
        let target = element.attr("href")?.trim();
        let text = self.text.get(start..end)?.trim();
        let same = target.trim_end_matches('/') == text.trim_end_matches('/');
        (safe_target(target) && !same).then(|| Style::Link(target.to_owned()))
    }

    /// Block ends become newlines (same width in bytes, so that spans still fit); the last ones go.
    fn finish(self) -> (String, Vec<Span>) {
        let text = self.text.replace(BLOCK_END, "\n");
        let kept = text.trim_end_matches('\n').len();
        let text = super::cut(&text, kept).to_owned();
        let mut spans = self.spans;
        for span in &mut spans {
            span.end = span.end.min(kept);
        }
        spans.retain(|span| span.start < span.end);
        spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        (text, spans)
    }
}

/// Marks the end of a block until we know whether anything follows; never in a cleaned text.
const BLOCK_END: char = '\u{1}';

/// What is kept of an inline style: libpurple writes `font-weight: bold;`, `font-style: italic`, `text-decoration`.
fn css(style: &str) -> Vec<Style> {
    let mut styles = Vec::new();
    for declaration in style.split(';').take(32) {
        let Some((property, value)) = declaration.split_once(':') else {
            continue;
        };
        let value = value.trim().to_ascii_lowercase();
        match property.trim().to_ascii_lowercase().as_str() {
            "font-weight"
                if value.starts_with("bold")
                    || value.parse::<u16>().is_ok_and(|weight| weight >= 600) =>
            {
                styles.push(Style::Bold);
            }
            "font-style" if value == "italic" || value == "oblique" => styles.push(Style::Italic),
            "font-family" if value.contains("monospace") => styles.push(Style::Code),
            "text-decoration" => {
                styles.extend(value.contains("underline").then_some(Style::Underline));
                styles.extend(value.contains("line-through").then_some(Style::Strike));
            }
            _ => {}
        }
    }
    styles
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

    fn el(name: &'static str) -> Element {
        Element::new(name, XHTML)
    }

    fn styled(text: &str, spans: &[Span]) -> Vec<(String, Style)> {
        spans
            .iter()
            .map(|span| (text[span.start..span.end].to_owned(), span.style.clone()))
            .collect()
    }

    #[test]
    fn pidgins_bold_and_line_break_survive() {
        let bold = el("span")
            .with_attr("style", "font-weight: bold;")
            .with_text("two");
        let font = el("font")
            .with_text("one  ")
            .with_child(bold)
            .with_child(el("br"))
            .with_text("<three> & ü");
        let (text, spans) = from_html(&el("html").with_child(el("body").with_child(font)));
        assert_eq!(text, "one  two\n<three> & ü");
        assert_eq!(styled(&text, &spans), [("two".to_owned(), Style::Bold)]);
    }

    #[test]
    fn paragraphs_and_lists_become_lines() {
        let list = el("ul")
            .with_child(el("li").with_text("eggs"))
            .with_child(el("li").with_text("milk"));
        let body = el("body")
            .with_child(el("p").with_text("\n  buy:\n"))
            .with_text("\n ")
            .with_child(list)
            .with_text("\n");
        assert_eq!(from_html(&body).0, "buy: \n• eggs\n• milk");
    }

    #[test]
    fn a_link_keeps_its_target_only_if_the_text_hides_it() {
        let link = |href: &str, text: &str| {
            let (text, spans) =
                from_html(&el("body").with_child(el("a").with_attr("href", href).with_text(text)));
            styled(&text, &spans)
        };
        let target = "https://evil.example/".to_owned();
        assert_eq!(
            link(&target, "your bank"),
            [("your bank".to_owned(), Style::Link(target.clone()))]
        );
        assert_eq!(link(&target, "https://evil.example"), []);
        assert_eq!(link("javascript:alert(1)", "click"), []);
        assert_eq!(link("file:///etc/passwd", "click"), []);
    }

    #[test]
    fn nothing_active_is_read() {
        let body = el("body")
            .with_child(el("script").with_text("alert(1)"))
            .with_child(el("style").with_text("* {}"))
            .with_child(
                el("img")
                    .with_attr("src", "http://spy.example/")
                    .with_attr("alt", "a cat"),
            )
            .with_text("!");
        assert_eq!(from_html(&body), ("a cat!".to_owned(), vec![]));
    }

    #[test]
    fn what_deceives_or_drives_a_terminal_is_left_out_and_spans_still_fit() {
        let body = el("body")
            .with_text("a\u{1}\u{1B}[2J\u{202E}b")
            .with_child(el("b").with_text("bo\u{7}ld"));
        let (text, spans) = from_html(&body);
        assert_eq!(text, "a[2Jbbold");
        assert_eq!(styled(&text, &spans), [("bold".to_owned(), Style::Bold)]);
    }

    #[test]
    fn nesting_and_spans_are_bounded() {
        let mut deep = el("b").with_text("core");
        for _ in 0..500 {
            deep = el("b").with_child(deep);
        }
        assert_eq!(from_html(&deep).0, "");
        let mut wide = el("body");
        for _ in 0..5000 {
            wide.push(el("i").with_text("x"));
        }
        let (text, spans) = from_html(&wide);
        assert_eq!((text.len(), spans.len()), (5000, MAX_SPANS));
    }

    #[test]
    fn our_text_reaches_libpurple_letter_by_letter() {
        let typed = "1 <b> 2 & \"3\"\n\nlast  line";
        let html = to_purple_html(typed);
        assert_eq!(
            html.to_xml("jabber:client"),
            "<html xmlns='http://www.w3.org/1999/xhtml'><body><font>1 &lt;b&gt; 2 &amp; \"3\"<br/><br/>last  line</font></body></html>"
        );
        assert_eq!(from_html(&html), (typed.to_owned(), vec![]));
    }
}
