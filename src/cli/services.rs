//! What the program does for its window: the checks of `balcony doctor`, and starting with the session.

use std::path::PathBuf;

use balcony::gui::services::{self, Services};
use balcony::host::autostart;

use super::args::NodeArgs;
use super::doctor::{self, Level, Row};

/// For the window of one node.
pub struct Program {
    /// The arguments that it was started with.
    pub node: NodeArgs,
    /// Its data folder.
    pub data: PathBuf,
}

impl Services for Program {
    fn examine(&self) -> Vec<services::Finding> {
        let finding = |found: doctor::Finding| services::Finding {
            check: found.check.to_owned(),
            level: match found.level {
                Level::Fine => services::Level::Fine,
                Level::Note => services::Level::Note,
                Level::Fault => services::Level::Fault,
            },
            finding: found.finding,
            remedy: found.remedy,
        };
        doctor::findings(&self.node, &self.data)
            .into_iter()
            .map(finding)
            .collect()
    }

    fn report(&self, findings: &[services::Finding]) -> String {
        let rows: Vec<Row<'_>> = findings
            .iter()
            .map(|found| Row {
                level: match found.level {
                    services::Level::Fine => Level::Fine,
                    services::Level::Note => Level::Note,
                    services::Level::Fault => Level::Fault,
                },
                check: &found.check,
                finding: &found.finding,
                remedy: &found.remedy,
            })
            .collect();
        format!("{}\n{}", doctor::head(), doctor::report(&rows))
    }

    fn outgoing(&self) -> PathBuf {
        self.data.join("outgoing")
    }

    fn autostart(&self) -> Option<bool> {
        autostart::is_on()
    }

    fn set_autostart(&self, on: bool) -> Result<(), String> {
        let data = self.node.data.as_ref().map(|_| self.data.clone());
        let arguments: Vec<String> = data
            .into_iter()
            .flat_map(|data| ["--data".to_owned(), data.to_string_lossy().into_owned()])
            .collect();
        autostart::set(on, &arguments)
            .map_err(|error| format!("The autostart file could not be changed: {error}."))
    }
}
