//! What the administrator of a computer says about the settings: a file that only an administrator can write, read once at
//! the start.
//!
//! ```toml
//! # /etc/balcony/policy.toml
//! [defaults]              # what a user has who has chosen nothing else
//! away_after_minutes = 5
//!
//! [locked]                # what nobody can change; the window shows it as locked
//! plaintext = "secure-only"
//! publish = { email = false, jid = false }
//! ```
//!
//! The names are those of [`Settings`] as the `settings` event has them. A file that cannot be read or has a name or a value
//! that does not fit stops the start: to go on without a policy would be to ignore it.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::model::settings::Settings;

/// The file, on systems that have `/etc`.
pub const PATH: &str = "/etc/balcony/policy.toml";

/// The largest file that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// A policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    defaults: Map<String, Value>,
    locked: Map<String, Value>,
}

/// Why a policy cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file is there, but cannot be read.
    #[error("the policy {0} cannot be read: {1}")]
    Read(PathBuf, io::Error),
    /// It says something that is no setting.
    #[error("the policy {0} cannot be followed: {1}")]
    Wrong(PathBuf, String),
}

impl Policy {
    /// Reads the file; no file is no policy.
    ///
    /// # Errors
    /// If it is there and cannot be read or followed.
    pub fn read(path: &Path) -> Result<Policy, PolicyError> {
        let wrong = |why: String| PolicyError::Wrong(path.to_owned(), why);
        let size = match std::fs::metadata(path) {
            Ok(data) => data.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Policy::default()),
            Err(error) => return Err(PolicyError::Read(path.to_owned(), error)),
        };
        if size > LONGEST {
            return Err(wrong(format!("it has more than {LONGEST} bytes")));
        }
        let text = std::fs::read_to_string(path)
            .map_err(|error| PolicyError::Read(path.to_owned(), error))?;
        Policy::parse(&text).map_err(wrong)
    }

    /// Reads its text.
    ///
    /// # Errors
    /// A sentence, if it cannot be followed.
    pub fn parse(text: &str) -> Result<Policy, String> {
        let all: Map<String, Value> = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut policy = Policy::default();
        for (name, part) in all {
            let Value::Object(part) = part else {
                return Err(format!("\"{name}\" is no table"));
            };
            match name.as_str() {
                "defaults" => policy.defaults = part,
                "locked" => policy.locked = part,
                _ => return Err(format!("there are [defaults] and [locked], not [{name}]")),
            }
        }
        let mut tried = object(&Settings::default());
        for part in [&policy.defaults, &policy.locked] {
            merge(&mut tried, part)?;
        }
        serde_json::from_value::<Settings>(Value::Object(tried))
            .map_err(|error| error.to_string())?;
        Ok(policy)
    }

    /// The settings of a user: the defaults where it has chosen nothing (`chosen` has the members that it has), and what is
    /// locked.
    pub fn apply(&self, settings: Settings, chosen: impl Fn(&str) -> bool) -> Settings {
        let mut all = object(&settings);
        let mut defaults = self.defaults.clone();
        defaults.retain(|name, _| !chosen(name));
        // Both were tried when the policy was read; what the user has fits by its type.
        let _ = merge(&mut all, &defaults);
        let _ = merge(&mut all, &self.locked);
        let mut settings = serde_json::from_value(Value::Object(all)).unwrap_or(settings);
        settings.locked = self.locked.keys().cloned().collect();
        settings
    }
}

fn object(settings: &Settings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(all)) => all,
        _ => Map::new(),
    }
}

fn merge(all: &mut Map<String, Value>, part: &Map<String, Value>) -> Result<(), String> {
    for (name, value) in part {
        match (all.get_mut(name), value) {
            (None, _) => return Err(format!("there is no setting \"{name}\"")),
            (Some(Value::Object(inside)), Value::Object(part)) => merge(inside, part)?,
            (Some(slot), value) => slot.clone_from(value),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::settings::{PlaintextPolicy, Theme};

    const TEXT: &str = "
        [defaults]
        away_after_minutes = 5
        theme = \"dark\"
        [locked]
        plaintext = \"secure-only\"
        publish = { avatar = false }
    ";

    #[test]
    fn defaults_yield_to_the_user_and_locks_do_not() {
        let policy = Policy::parse(TEXT).unwrap();
        let user = Settings {
            theme: Theme::Light,
            plaintext: PlaintextPolicy::Allow,
            ..Settings::default()
        };
        let settings = policy.apply(user, |name| name == "theme" || name == "plaintext");
        assert_eq!(settings.theme, Theme::Light, "the user has chosen");
        assert_eq!(settings.away_after_minutes, 5);
        assert_eq!(settings.plaintext, PlaintextPolicy::SecureOnly);
        assert!(!settings.publish.avatar && settings.publish.nick);
        assert_eq!(settings.locked, ["plaintext", "publish"]);
    }

    #[test]
    fn what_is_no_setting_is_refused_with_its_name() {
        for (text, word) in [
            ("[locked]\nplaintex = \"ask\"", "plaintex"),
            ("[locked]\nplaintext = \"perhaps\"", "perhaps"),
            ("[rules]\nx = 1", "rules"),
            ("theme = \"dark\"", "theme"),
            ("[defaults", "TOML"),
        ] {
            let why = Policy::parse(text).unwrap_err();
            assert!(why.contains(word), "{text}: {why}");
        }
    }

    #[test]
    fn no_file_is_no_policy_and_an_unreadable_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        assert_eq!(Policy::read(&path).unwrap(), Policy::default());
        std::fs::write(&path, "nonsense").unwrap();
        let why = Policy::read(&path).unwrap_err().to_string();
        assert!(why.contains("policy.toml"), "{why}");
    }
}
