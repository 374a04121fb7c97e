//! Starting with the desktop's session: a file in the user's autostart folder (XDG Desktop Application Autostart 0.5).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The file; `None` if the user has no home.
fn file() -> Option<PathBuf> {
    let dirs = directories::BaseDirs::new()?;
    Some(dirs.config_dir().join("autostart/balcony.desktop"))
}

/// Whether Balcony starts with the session; `None` where that cannot be set.
pub fn is_on() -> Option<bool> {
    let text = fs::read_to_string(file()?).unwrap_or_default();
    let hidden = text.lines().any(|line| line.trim() == "Hidden=true");
    Some(!text.is_empty() && !hidden)
}

/// Sets it: this program, with these arguments.
///
/// # Errors
/// If the file cannot be written or removed.
pub fn set(on: bool, arguments: &[String]) -> io::Result<()> {
    let file = file().ok_or(io::ErrorKind::NotFound)?;
    if !on {
        return match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, entry(&std::env::current_exe()?, arguments))
}

fn entry(program: &Path, arguments: &[String]) -> String {
    let program = program.to_string_lossy();
    let exec: Vec<String> = std::iter::once(program.as_ref())
        .chain(arguments.iter().map(String::as_str))
        .map(quoted)
        .collect();
    format!(
        "[Desktop Entry]\nType=Application\nName=Balcony\nIcon=balcony\nExec={}\nTerminal=false\n",
        exec.join(" ")
    )
}

/// An argument as `Exec` has it (Desktop Entry Specification 1.5, "The Exec key"): quoted, `"`, `` ` ``, `$` and `\` with a
/// backslash, which as a string value is written twice; `%` doubled.
fn quoted(argument: &str) -> String {
    let mut out = String::from("\"");
    for c in argument.chars() {
        match c {
            '"' | '`' | '$' => out.extend(['\\', '\\', c]),
            '\\' => out.push_str("\\\\\\\\"),
            '%' => out.push_str("%%"),
            '\n' | '\r' | '\0' => {}
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_started_is_this_program_whatever_its_path() {
        let arguments = ["--data".to_owned(), "/home/a b/100%".to_owned()];
        let text = entry(Path::new("/opt/My \"$x\"/balcony"), &arguments);
        let exec = text.lines().find(|line| line.starts_with("Exec="));
        assert_eq!(
            exec,
            Some(r#"Exec="/opt/My \\"\\$x\\"/balcony" "--data" "/home/a b/100%%""#)
        );
        assert!(text.starts_with("[Desktop Entry]\nType=Application\n"));
    }
}
