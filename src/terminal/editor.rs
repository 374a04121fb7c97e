//! The line being typed, without I/O: bytes of the keyboard in, a text with a cursor out.

use unicode_segmentation::UnicodeSegmentation;

/// The longest line that is taken, and how many of them are remembered.
const MAX_LINE: usize = 1 << 20;
const MAX_HISTORY: usize = 200;

/// What a byte led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Nothing, or a change of the line.
    Nothing,
    /// Enter: the line, which is now empty.
    Line(String),
    /// Tab: complete what stands before the cursor.
    Complete,
    /// Ctrl+D on an empty line.
    End,
}

/// A line with a cursor and the lines before it. Input: [`Editor::byte`], [`Editor::set`]. Output: [`Editor::text`],
/// [`Editor::cursor`].
#[derive(Debug, Default)]
pub struct Editor {
    text: String,
    cursor: usize,
    history: Vec<String>,
    /// Steps back in the history; what was being typed waits in `draft`.
    back: usize,
    draft: String,
    /// A character or an escape sequence that is not yet whole.
    partial: Vec<u8>,
    /// Inside a bracketed paste: line ends are text.
    pasting: bool,
}

impl Editor {
    /// The line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cursor, a byte offset into the line.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Replaces the line; the cursor goes to its end.
    pub fn set(&mut self, text: String) {
        self.cursor = text.len();
        self.text = text;
    }

    /// A byte came from the keyboard.
    pub fn byte(&mut self, byte: u8) -> Typed {
        if self.partial.first() == Some(&0x1b) {
            if byte >= 0x20 {
                self.escape(byte);
                return Typed::Nothing;
            }
            self.partial.clear(); // a control character breaks it off (ECMA-48 §5.4)
        }
        match byte {
            0x1b => self.partial = vec![byte],
            b'\r' | b'\n' if self.pasting => self.insert('\n'),
            b'\r' | b'\n' => return self.enter(),
            b'\t' if !self.pasting => return Typed::Complete,
            0x04 if self.text.is_empty() => return Typed::End,
            0..0x20 | 0x7f => self.control(byte),
            _ => self.character(byte),
        }
        Typed::Nothing
    }

    fn control(&mut self, byte: u8) {
        match byte {
            0x01 => self.cursor = 0,
            0x02 => self.cursor = self.left(),
            0x04 => drop(self.text.drain(self.cursor..self.right())),
            0x05 => self.cursor = self.text.len(),
            0x06 => self.cursor = self.right(),
            0x08 | 0x7f => self.cut(self.left()),
            0x0b => self.text.truncate(self.cursor),
            0x0e => self.recall(self.back.saturating_sub(1)),
            0x10 => self.recall(self.back + 1),
            0x15 => self.cut(0),
            0x17 => {
                let before = self.text.get(..self.cursor).unwrap_or_default().trim_end();
                self.cut(before.rfind(char::is_whitespace).map_or(0, |at| at + 1));
            }
            _ => {}
        }
    }

    /// The terminal's keys (ECMA-48 CSI and SS3 as xterm sends them). An unknown sequence is dropped; of an overlong one
    /// the end is waited for.
    fn escape(&mut self, byte: u8) {
        if self.partial.len() > 16 {
            self.partial.pop();
        }
        self.partial.push(byte);
        let [_, kind, rest @ ..] = self.partial.as_slice() else {
            return;
        };
        let whole = match (kind, rest) {
            (b'[' | b'O', []) => false,
            (b'[', [.., last]) => (0x40..=0x7e).contains(last),
            _ => true,
        };
        if !whole {
            return;
        }
        match self.partial.get(1..).unwrap_or_default() {
            b"[A" | b"OA" => self.recall(self.back + 1),
            b"[B" | b"OB" => self.recall(self.back.saturating_sub(1)),
            b"[C" | b"OC" => self.cursor = self.right(),
            b"[D" | b"OD" => self.cursor = self.left(),
            b"[H" | b"OH" | b"[1~" | b"[7~" => self.cursor = 0,
            b"[F" | b"OF" | b"[4~" | b"[8~" => self.cursor = self.text.len(),
            b"[3~" => drop(self.text.drain(self.cursor..self.right())),
            b"[200~" => self.pasting = true,
            b"[201~" => self.pasting = false,
            _ => {}
        }
        self.partial.clear();
    }

    fn character(&mut self, byte: u8) {
        self.partial.push(byte);
        match std::str::from_utf8(&self.partial) {
            Ok(text) => {
                if let Some(character) = text.chars().next() {
                    self.insert(character);
                }
                self.partial.clear();
            }
            Err(error) if error.error_len().is_some() => self.partial.clear(),
            Err(_) => {}
        }
    }

    fn insert(&mut self, character: char) {
        if self.text.len() < MAX_LINE {
            self.text.insert(self.cursor, character);
            self.cursor += character.len_utf8();
        }
    }

    fn enter(&mut self) -> Typed {
        let line = std::mem::take(&mut self.text);
        (self.cursor, self.back) = (0, 0);
        if !line.trim().is_empty() && self.history.last() != Some(&line) {
            self.history.push(line.clone());
            if self.history.len() > MAX_HISTORY {
                self.history.remove(0);
            }
        }
        Typed::Line(line)
    }

    fn recall(&mut self, back: usize) {
        if back > self.history.len() || back == self.back {
            return;
        }
        if self.back == 0 {
            self.draft = std::mem::take(&mut self.text);
        }
        self.back = back;
        let line = match back {
            0 => std::mem::take(&mut self.draft),
            back => self
                .history
                .iter()
                .rev()
                .nth(back - 1)
                .cloned()
                .unwrap_or_default(),
        };
        self.set(line);
    }

    /// Removes what stands between here and the cursor.
    fn cut(&mut self, from: usize) {
        self.text.drain(from..self.cursor);
        self.cursor = from;
    }

    /// Where the character before the cursor begins.
    fn left(&self) -> usize {
        let before = self.text.get(..self.cursor).unwrap_or_default();
        before
            .grapheme_indices(true)
            .next_back()
            .map_or(0, |(at, _)| at)
    }

    /// Where the character under the cursor ends.
    fn right(&self) -> usize {
        let after = self.text.get(self.cursor..).unwrap_or_default();
        self.cursor + after.graphemes(true).next().map_or(0, str::len)
    }
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

    fn typed(keys: &[u8]) -> (Editor, Vec<Typed>) {
        let mut editor = Editor::default();
        let all = keys
            .iter()
            .map(|&byte| editor.byte(byte))
            .filter(|typed| *typed != Typed::Nothing)
            .collect();
        (editor, all)
    }

    #[test]
    fn keys_move_and_change_whole_characters() {
        let (editor, _) = typed("naïve 👩‍👩‍👧x\x7f\x7f\x1b[D\x1b[D\x1b[3~\x01«\x05»".as_bytes());
        assert_eq!(editor.text(), "«naïv »");
        let (editor, _) = typed(b"one two  three\x17\x17\x1b[Hzero ");
        assert_eq!(editor.text(), "zero one ");
        assert_eq!(editor.cursor(), 5);
    }

    #[test]
    fn the_arrow_up_recalls_and_down_returns_to_the_draft() {
        let (editor, lines) = typed(b"first\rsecond\rdraft\x1b[A\x1b[A\x1b[A");
        assert_eq!(
            lines,
            [Typed::Line("first".into()), Typed::Line("second".into())]
        );
        assert_eq!(editor.text(), "first");
        let (editor, _) = typed(b"first\rdraft\x1b[A\x1b[B");
        assert_eq!(editor.text(), "draft");
    }

    #[test]
    fn a_paste_is_one_message() {
        let (_, lines) = typed(b"\x1b[200~a\rb\tc\x1b[201~\r");
        assert_eq!(lines, [Typed::Line("a\nbc".into())]);
    }

    #[test]
    fn noise_harms_nothing() {
        let (editor, _) =
            typed(b"\xff\xc3\x28ok\x1b[99;99;99;99;99;99;99;99z\x1bq\x00\x04\x10\x0e");
        assert_eq!(editor.text(), "ok");
        assert_eq!(typed(b"\x04").1, [Typed::End]);
    }
}
