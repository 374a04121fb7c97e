//! `balcony generate DIR` (hidden): the man pages, shell completions and icons of this very program, for packages.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use super::Exit;
use super::args::Cli;

/// Writes `man/*.1`, `completions/*` and `icons/hicolor` into a folder.
pub fn run(folder: &Path) -> Result<Exit> {
    let mut program = Cli::command();
    program.build();
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    for folder in [&man, &completions] {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    manual(&program, "balcony", &man)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut Cli::command(), "balcony", &completions)?;
    }
    #[cfg(feature = "gui")]
    balcony::gui::write_icons(&folder.join("icons/hicolor"))?;
    Ok(Exit::Done)
}

/// One page for the program and one for each subcommand that is not hidden.
fn manual(command: &Command, name: &str, folder: &Path) -> io::Result<()> {
    let page = clap_mangen::Man::new(command.clone())
        .title(name)
        .manual("Balcony");
    let mut text = Vec::new();
    page.render(&mut text)?;
    fs::write(folder.join(format!("{name}.1")), text)?;
    for sub in command.get_subcommands() {
        if !sub.is_hide_set() && sub.get_name() != "help" {
            manual(sub, &format!("{name}-{}", sub.get_name()), folder)?;
        }
    }
    Ok(())
}
