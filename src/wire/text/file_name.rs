//! A file name from the wire as it may stand in a folder of ours: one component, visible, of bounded length.

use super::clean::{cut, unseen};

/// The most bytes of a name: file systems take 255, and " (12)" and a mark for what is unfinished must fit behind it.
pub const MAX_FILE_NAME: usize = 200;

/// Names that mean devices on some systems, whatever their ending.
const RESERVED: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];

/// What of a peer's file name may be used: the last component, without characters that steer the display, that a file
/// system or a shell of another system takes for something else, without a leading dot (nothing hidden comes from
/// outside) and without the ends that some systems drop; at most [`MAX_FILE_NAME`] bytes, the ending kept. Never empty.
pub fn clean_file_name(name: &str) -> String {
    // A hostile megabyte need not be looked at whole.
    let tail = name.get(name.ceil_char_boundary(name.len().saturating_sub(4096))..);
    let last = tail
        .unwrap_or_default()
        .rsplit(['/', '\\'])
        .find(|part| !part.trim().is_empty() && *part != "..")
        .unwrap_or_default();
    let visible: String = last
        .chars()
        .filter(|c| !unseen(*c))
        .map(|c| match c {
            ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\0' => '_',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let plain = visible
        .trim()
        .trim_start_matches('.')
        .trim_end_matches(['.', ' ']);
    let name = shorten(plain.trim());
    if name.is_empty() {
        return "file".to_owned();
    }
    if is_reserved(&name) {
        return format!("_{name}");
    }
    name
}

/// The deepest path in a folder.
const DEEPEST: usize = 64;

/// A relative path of a folder's file that stays in the folder: every component is the name of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanPath(Vec<String>);

impl CleanPath {
    /// The path that a peer says, each component cleaned, none left out.
    ///
    /// `None` if there is nothing in it, or it is too deep.
    pub fn of(parts: &[String]) -> Option<CleanPath> {
        let usable = !parts.is_empty() && parts.len() <= DEEPEST;
        usable.then(|| CleanPath(parts.iter().map(|part| clean_file_name(part)).collect()))
    }

    /// A path that was one before and was kept somewhere; `None` if it is none any more.
    pub fn kept(parts: Vec<String>) -> Option<CleanPath> {
        let is_name = |part: &String| {
            !matches!(part.as_str(), "" | "." | "..") && !part.contains(['/', '\0'])
        };
        let usable = !parts.is_empty() && parts.len() <= DEEPEST && parts.iter().all(is_name);
        usable.then_some(CleanPath(parts))
    }

    /// Its components.
    pub fn parts(&self) -> &[String] {
        &self.0
    }

    /// The folders above, and the name.
    pub fn split(&self) -> (&[String], &str) {
        self.0
            .split_last()
            .map_or((&[], ""), |(last, above)| (above, last))
    }

    /// The same with a number behind the name and before its ending.
    #[must_use]
    pub fn numbered(&self, number: u32) -> CleanPath {
        let (above, last) = self.split();
        let (stem, ending) = split_ending(last);
        let mut parts = above.to_vec();
        parts.push(format!("{stem} ({number}){ending}"));
        CleanPath(parts)
    }

    /// With slashes between.
    pub fn joined(&self) -> String {
        self.0.join("/")
    }
}

/// The name and its ending with the dot, for numbers between them: "photo", ".jpg". A name like ".x" has no ending.
pub fn split_ending(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= 16 => name.split_at(at),
        _ => (name, ""),
    }
}

fn shorten(name: &str) -> String {
    if name.len() <= MAX_FILE_NAME {
        return name.to_owned();
    }
    let (stem, ending) = split_ending(name);
    let stem = cut(stem, MAX_FILE_NAME - ending.len()).trim_end();
    format!("{stem}{ending}")
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim();
    let upper = stem.to_ascii_uppercase();
    RESERVED
        .iter()
        .any(|reserved| match upper.strip_prefix(reserved) {
            Some("") => true,
            Some(number) => {
                matches!(*reserved, "COM" | "LPT")
                    && number.len() == 1
                    && number.chars().all(|c| c.is_ascii_digit())
            }
            None => false,
        })
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
    fn a_name_never_leaves_its_folder() {
        for (wire, ours) in [
            ("../../etc/x y&z.txt", "x y&z.txt"),
            ("/etc/passwd", "passwd"),
            ("C:\\Windows\\win.ini", "win.ini"),
            ("C:evil.exe", "C_evil.exe"),
            ("..", "file"),
            ("../..", "file"),
            (".", "file"),
            ("", "file"),
            ("dir/", "dir"),
            (".bashrc", "bashrc"),
            ("...", "file"),
            ("\u{202E}gpj.exe", "gpj.exe"),
            ("a\u{0}b\nc\u{7}.txt", "abc.txt"),
            ("trailing. . ", "trailing"),
            ("NUL", "_NUL"),
            ("nul.txt", "_nul.txt"),
            ("com7.log", "_com7.log"),
            ("comma.log", "comma.log"),
            ("console", "console"),
            ("Füße und 文件.pdf", "Füße und 文件.pdf"),
            ("קובץ.txt", "קובץ.txt"),
        ] {
            assert_eq!(clean_file_name(wire), ours, "{wire:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = clean_file_name(&format!("{}.tar", "ü".repeat(300)));
        assert!(
            name.len() <= MAX_FILE_NAME && name.ends_with("ü.tar"),
            "{name}"
        );
        let endless = clean_file_name(&"x".repeat(5_000_000));
        assert_eq!(endless.len(), MAX_FILE_NAME);
        let odd = clean_file_name(&format!("a.{}", "b".repeat(255)));
        assert_eq!(odd.len(), MAX_FILE_NAME);
    }

    #[test]
    fn a_path_in_a_folder_is_cleaned_part_by_part() {
        let path = |parts: &[&str]| {
            let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            CleanPath::of(&parts)
        };
        let clean = path(&["a", "..", "b/c.txt"]).unwrap();
        assert_eq!(clean.joined(), "a/file/c.txt");
        assert_eq!(clean.numbered(2).joined(), "a/file/c (2).txt");
        assert_eq!(CleanPath::kept(clean.parts().to_vec()), Some(clean));
        for part in ["", ".", "..", "a/b", "\0"] {
            assert_eq!(CleanPath::kept(vec!["x".into(), part.into()]), None);
        }
        assert_eq!(path(&[]), None);
        assert_eq!(path(&["x"; 65]), None);
    }
}
