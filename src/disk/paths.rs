//! Where things are kept: the XDG data folder unless `--data` says otherwise.

use std::path::PathBuf;

/// The data folder when none is given: `$XDG_DATA_HOME/balcony`, normally `~/.local/share/balcony`. `None` if the user
/// has no home.
pub fn data_dir() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "balcony").map(|dirs| dirs.data_dir().to_owned())
}

/// Where received files go when nothing else is said: the desktop's downloads folder if the user has one.
pub fn downloads() -> Option<PathBuf> {
    directories::UserDirs::new()?
        .download_dir()
        .map(std::path::Path::to_owned)
}
