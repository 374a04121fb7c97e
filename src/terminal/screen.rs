//! The terminal: lines above, the line being typed below. Plain lines if it is none.

use std::io::{self, IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use unicode_segmentation::UnicodeSegmentation;

use super::editor::Editor;
use super::show::clean;

/// Where lines go.
pub struct Screen {
    /// The terminal's own way, to be restored at the end; `None` if there is none.
    before: Option<Termios>,
    width: usize,
    style: Style,
    /// The prompt as it stands there now.
    shown: String,
}

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// May escape sequences be written?
    pub colour: bool,
}

impl Screen {
    /// Takes the terminal, if stdin and stdout are one.
    pub fn new() -> io::Result<Screen> {
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        let colour = io::stdout().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let before = if terminal {
            Some(tcgetattr(io::stdin())?)
        } else {
            None
        };
        let mut screen = Screen {
            before,
            width: 80,
            style: Style { colour },
            shown: String::new(),
        };
        screen.resume()?;
        Ok(screen)
    }

    /// Is there a person?
    pub fn is_terminal(&self) -> bool {
        self.before.is_some()
    }

    /// Colours, or none.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Takes the terminal (again): keys one by one and unechoed, Ctrl+C and Ctrl+Z as ever, pastes marked as such.
    pub fn resume(&mut self) -> io::Result<()> {
        let Some(before) = &self.before else {
            return Ok(());
        };
        let mut raw = before.clone();
        raw.local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN);
        tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
        self.shown.clear();
        self.resize();
        self.put("\x1b[?2004h")
    }

    /// Gives the terminal back as it was.
    pub fn leave(&mut self) {
        if let Some(before) = self.before.take() {
            let _ = self.put("\r\x1b[K\x1b[?2004l");
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &before);
        }
    }

    /// The window has another size.
    pub fn resize(&mut self) {
        let columns = tcgetwinsize(io::stdout()).map_or(0, |size| usize::from(size.ws_col));
        self.width = if columns < 20 { 80 } else { columns };
        self.shown.clear();
    }

    /// Writes lines above the prompt.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.shown.clear();
        let clear = if self.is_terminal() { "\r\x1b[K" } else { "" };
        self.put(&format!("{clear}{text}\n"))
    }

    /// Draws the line being typed, if it is not there already.
    pub fn prompt(&mut self, to: &str, editor: &Editor) -> io::Result<()> {
        if !self.is_terminal() {
            return Ok(());
        }
        let to = if to.is_empty() {
            "> ".to_owned()
        } else {
            format!("{} ❯ ", shorten(to, self.width / 3))
        };
        let room = self.width.saturating_sub(width(&to) + 1);
        let (before, after) = editor
            .text()
            .split_at_checked(editor.cursor())
            .unwrap_or((editor.text(), ""));
        let before = keep_end(&visible(before), room);
        let after = shorten(&visible(after), room.saturating_sub(width(&before)));
        let back = match width(&after) {
            0 => String::new(),
            columns => format!("\x1b[{columns}D"),
        };
        let line = format!("\r\x1b[K{}{before}{after}{back}", self.style.bold(&to));
        if line != self.shown {
            self.put(&line)?;
            self.shown = line;
        }
        Ok(())
    }

    fn put(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Style {
    /// Heavier.
    pub fn bold(self, text: &str) -> String {
        self.sgr("1", text)
    }

    /// Less conspicuous.
    pub fn dim(self, text: &str) -> String {
        self.sgr("2", text)
    }

    /// Something is wrong.
    pub fn alarm(self, text: &str) -> String {
        self.sgr("31", text)
    }

    /// A person's name, in a colour that stays the same.
    pub fn name(self, key: &str, text: &str) -> String {
        let sum = key
            .bytes()
            .fold(5381_u32, |sum, byte| sum.wrapping_mul(33) ^ u32::from(byte));
        let colours = ["1;31", "1;32", "1;33", "1;34", "1;35", "1;36"];
        let colour = colours
            .iter()
            .cycle()
            .nth((sum % 6) as usize)
            .unwrap_or(&"1");
        self.sgr(colour, text)
    }

    fn sgr(self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The text in one line.
fn visible(text: &str) -> String {
    clean(text).replace('\n', "⏎")
}

/// Columns that a text takes: East Asian wide characters and emoji two, joined and combining ones none of their own.
fn width(text: &str) -> usize {
    text.graphemes(true).map(columns).sum()
}

fn columns(grapheme: &str) -> usize {
    let first = grapheme.chars().next().map_or(0, u32::from);
    let wide = matches!(first, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f
        | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd);
    if wide || grapheme.contains('\u{fe0f}') {
        2
    } else {
        1
    }
}

/// The beginning that fits.
fn shorten(text: &str, room: usize) -> String {
    let mut used = 0;
    text.graphemes(true)
        .take_while(|grapheme| {
            used += columns(grapheme);
            used <= room
        })
        .collect()
}

/// The end that fits.
fn keep_end(text: &str, room: usize) -> String {
    let mut used = 0;
    let kept: Vec<&str> = text
        .graphemes(true)
        .rev()
        .take_while(|grapheme| {
            used += columns(grapheme);
            used <= room
        })
        .collect();
    kept.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(width("aé漢👩‍👩‍👧"), 6);
        assert_eq!(shorten("漢字", 3), "漢");
        assert_eq!(keep_end("漢字x", 3), "字x");
    }
}
