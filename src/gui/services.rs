//! What the program around the window does for it: looking for faults, starting with the session. The window itself
//! knows only the node.

use std::sync::Arc;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Fine,
    /// Good to know; may explain something.
    Note,
    /// Keeps Balcony from working.
    Fault,
}

/// What one check of `balcony doctor` found. The sentences are English, as a help desk gets them; the
/// window says them in its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check, one word.
    pub check: String,
    /// How bad.
    pub level: Level,
    /// What was found.
    pub finding: String,
    /// What to do about it, a line a step; empty where nothing is to be done.
    pub remedy: String,
}

/// Done outside of the window, on threads of the window's.
pub trait Services: Send + Sync {
    /// Runs all checks; takes some seconds.
    fn examine(&self) -> Vec<Finding>;

    /// The findings as text for a help desk.
    fn report(&self, findings: &[Finding]) -> String;

    /// The folder for copies that are made to be sent; it need not be there.
    fn outgoing(&self) -> std::path::PathBuf;

    /// Whether Balcony starts with the session; `None` where that cannot be set.
    fn autostart(&self) -> Option<bool>;

    /// Sets it.
    ///
    /// # Errors
    /// A sentence, if the file cannot be written.
    fn set_autostart(&self, on: bool) -> Result<(), String>;
}

/// What is known of the surroundings, for the views.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// What the program can do; nothing in tests and in the demo.
    pub services: Option<Arc<dyn Services>>,
    /// Whether it starts with the session; `None` where that cannot be set.
    pub autostart: Option<bool>,
    /// Whether the desktop shows our icon in its tray.
    pub in_tray: bool,
    /// The checks.
    pub checks: Checks,
}

/// How far the checks are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Checks {
    /// Not run yet.
    #[default]
    None,
    /// On their way.
    Running,
    /// Done.
    Done(Vec<Finding>),
}

impl Surroundings {
    /// Whether faults can be looked for.
    pub fn can_examine(&self) -> bool {
        self.services.is_some() || self.checks != Checks::None
    }

    /// What was found to be broken.
    pub fn faults(&self) -> impl Iterator<Item = &Finding> {
        let found = match &self.checks {
            Checks::Done(found) => found.as_slice(),
            Checks::None | Checks::Running => &[],
        };
        found.iter().filter(|finding| finding.level == Level::Fault)
    }
}
