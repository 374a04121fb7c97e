//! Whether the desktop has a dialog for files: by its portal (`org.freedesktop.portal.FileChooser`), or by `zenity`, which is
//! what is used without one. Where neither is there a dialog would be over at once, as if somebody had closed it; so it is
//! asked before, and said.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use zbus::blocking::connection;
use zbus::zvariant::OwnedValue;

/// A portal that is started first may take its time. One that does not come up would keep the user waiting for two minutes.
const PATIENCE: Duration = Duration::from_secs(8);

/// Waits for the desktop's answer, seconds at most: not for the window's own thread.
pub fn is_offered() -> bool {
    let by_portal = portal_version().inspect_err(|error| {
        tracing::debug!(%error, "no desktop portal has a dialog for files");
    });
    by_portal.is_ok_and(|version| version > 0)
        || has_program(&std::env::var_os("PATH").unwrap_or_default(), "zenity")
}

fn portal_version() -> zbus::Result<u32> {
    let bus = connection::Builder::session()?
        .method_timeout(PATIENCE)
        .build()?;
    let answer = bus.call_method(
        Some("org.freedesktop.portal.Desktop"),
        "/org/freedesktop/portal/desktop",
        Some("org.freedesktop.DBus.Properties"),
        "Get",
        &("org.freedesktop.portal.FileChooser", "version"),
    )?;
    let version: OwnedValue = answer.body().deserialize()?;
    Ok(version.try_into()?)
}

fn has_program(path: &OsStr, name: &str) -> bool {
    std::env::split_paths(path).any(|folder| {
        let found = folder.join(name).metadata();
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]

    use super::*;

    #[test]
    fn a_program_is_one_that_can_be_started() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = std::env::join_paths([first.path(), second.path()]).unwrap();
        let zenity = second.path().join("zenity");
        assert!(!has_program(&path, "zenity"));
        std::fs::write(&zenity, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&zenity, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(!has_program(&path, "zenity"), "a text, not a program");
        std::fs::set_permissions(&zenity, PermissionsExt::from_mode(0o755)).unwrap();
        assert!(has_program(&path, "zenity"));
    }
}
