//! Files in the line chat: what is typed about them, and what is said of them.

use std::path::PathBuf;

use super::commands::Wish;
use super::screen::Style;
use super::show::{clean, name};
use crate::command::Command;
use crate::event::{Event, File, FileState};
use crate::model::Model;
use crate::wire::jid::Jid;

/// Reads a command about files; `to` is whom a file goes to.
pub fn read(model: &Model, to: Option<&Jid>, command: &str, rest: &str) -> Wish {
    match (command, to) {
        ("files", _) => Wish::Say(list(model)),
        ("send", None) => Wish::Say("To whom? /who shows who is here, /to NAME chooses.".into()),
        ("send", Some(_)) if rest.is_empty() => Wish::Say("Which one? /send rose.png".into()),
        ("send", Some(to)) => Wish::Ask(Command::SendFile {
            to: to.clone(),
            path: path(rest),
        }),
        ("forward", None) => Wish::Say("To whom? /to NAME chooses.".into()),
        ("forward", Some(to)) => match newest(model, rest, here) {
            Some(transfer) => Wish::Ask(Command::ForwardFile {
                transfer,
                to: to.clone(),
            }),
            None => Wish::Say("No such file has come. /files shows them.".into()),
        },
        ("take", _) => match newest(model, rest, offered) {
            Some(transfer) => Wish::Ask(Command::AcceptFile {
                transfer,
                path: None,
            }),
            None => Wish::Say("No such file is offered to you. /files shows them.".into()),
        },
        ("pause", _) => match newest(model, rest, moving) {
            Some(transfer) => Wish::Ask(Command::PauseFile { transfer }),
            None => Wish::Say("No such file is moving. /files shows them.".into()),
        },
        ("resume", _) => match newest(model, rest, held) {
            Some(transfer) => Wish::Ask(Command::ResumeFile { transfer }),
            None => Wish::Say("No such file is paused. /files shows them.".into()),
        },
        (_, _) => {
            let wanted = if command == "decline" { offered } else { open };
            match newest(model, rest, wanted) {
                Some(transfer) => Wish::Ask(Command::CancelFile { transfer }),
                None => Wish::Say("There is no such file on its way. /files shows them.".into()),
            }
        }
    }
}

fn offered(file: &File) -> bool {
    !file.outgoing && file.state == FileState::Offered
}

fn here(file: &File) -> bool {
    !file.outgoing && file.state == FileState::Done
}

fn moving(file: &File) -> bool {
    matches!(file.state, FileState::Running | FileState::Waiting)
}

fn held(file: &File) -> bool {
    file.state == FileState::Paused
}

fn open(file: &File) -> bool {
    !file.state.is_over()
}

fn newest(model: &Model, called: &str, wanted: fn(&File) -> bool) -> Option<String> {
    let meant = |file: &&File| wanted(file) && (called.is_empty() || file.name.starts_with(called));
    let newest = model
        .files
        .values()
        .filter(meant)
        .max_by_key(|file| file.time)?;
    Some(newest.transfer.clone())
}

/// As typed, from the folder in which we were started; `~` is the home folder.
fn path(typed: &str) -> PathBuf {
    let home = directories::UserDirs::new();
    let path = match (typed.strip_prefix("~/"), &home) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => PathBuf::from(typed),
    };
    std::path::absolute(&path).unwrap_or(path)
}

fn list(model: &Model) -> String {
    let mut files: Vec<&File> = model.files.values().collect();
    files.sort_by_key(|file| file.time);
    let lines: Vec<String> = files.into_iter().map(|file| line(model, file)).collect();
    if lines.is_empty() {
        return "No file is on its way.".into();
    }
    lines.join("\n")
}

fn line(model: &Model, file: &File) -> String {
    let way = if file.outgoing { "to" } else { "from" };
    let state = match file.state {
        FileState::Waiting => "waits".to_owned(),
        FileState::Offered if file.outgoing => "waits for an answer".to_owned(),
        FileState::Offered => "offered: /take or /decline".to_owned(),
        FileState::Running if file.size > 0 => {
            format!("{} %", u128::from(file.bytes) * 100 / u128::from(file.size))
        }
        FileState::Running => "moving".to_owned(),
        FileState::Paused => "paused: /resume or /cancel".to_owned(),
        FileState::Done => "done".to_owned(),
        FileState::Failed => "failed".to_owned(),
    };
    let source = file
        .source
        .as_ref()
        .filter(|_| !file.state.is_over())
        .map(|source| format!(", now from {}", name(model, source)))
        .unwrap_or_default();
    let why = file
        .reason
        .as_ref()
        .map(|why| format!(" ({})", clean(why)))
        .unwrap_or_default();
    format!(
        "{} {way} {}, {}: {state}{source}{why}",
        clean(&file.name),
        name(model, &file.peer),
        size(file.size)
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        ..10_240 => format!("{bytes} bytes"),
        10_240..10_485_760 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

/// What an event about a file says, seen from the model before it; nothing if it needs no words.
pub fn event(model: &Model, event: &Event, style: Style) -> Option<String> {
    let known = |transfer: &String| model.files.get(transfer);
    match event {
        Event::FileOffered { from, file } => {
            let open = if file.encrypted {
                ""
            } else {
                ", not encrypted"
            };
            Some(style.bold(&format!(
                "{} offers you {} ({}{open}). /take or /decline",
                name(model, from),
                clean(&file.name),
                size(file.size)
            )))
        }
        Event::FileState { file, .. } if file.outgoing && file.state == FileState::Offered => {
            let open = if file.encrypted {
                ""
            } else {
                ", not encrypted"
            };
            let text = format!(
                "{} is offered to {}{open}",
                clean(&file.name),
                name(model, &file.peer)
            );
            Some(style.dim(&text))
        }
        Event::FileState { file, .. } if !file.outgoing => {
            let before = known(&file.transfer);
            let text = match (&file.source, before) {
                (Some(source), Some(before)) if before.source != file.source => {
                    format!("{} goes on from {}", clean(&file.name), name(model, source))
                }
                (None, None) if file.state == FileState::Waiting => format!(
                    "{} offers {}, too: it is on its way already",
                    name(model, &file.peer),
                    clean(&file.name)
                ),
                _ => return None,
            };
            Some(style.dim(&text))
        }
        Event::FileDone { transfer, path, .. } => {
            let file = known(transfer)?;
            Some(match path {
                Some(path) => format!(
                    "{} is here: {}",
                    clean(&file.name),
                    clean(&path.display().to_string())
                ),
                None => format!("{} is with {}", clean(&file.name), name(model, &file.peer)),
            })
        }
        Event::FileFailed { transfer, reason } => {
            let file = known(transfer)?;
            Some(style.alarm(&format!("{}: {}", clean(&file.name), clean(reason))))
        }
        _ => None,
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
    use crate::event::{Me, Show};
    use crate::model::settings::Settings;

    fn jid(name: &str) -> Jid {
        Jid::new(name).unwrap()
    }

    fn a_model() -> Model {
        let me = Me {
            jid: jid("me@here"),
            nick: String::new(),
            show: Show::Available,
            message: String::new(),
            avatar: None,
            port: 0,
            fingerprint: None,
            online: true,
        };
        Model::new(me, Settings::default())
    }

    fn a_file(transfer: &str, name: &str, outgoing: bool, state: FileState) -> File {
        File {
            transfer: transfer.into(),
            peer: jid("romeo@forza"),
            outgoing,
            name: name.into(),
            size: 1,
            media_type: None,
            folder: None,
            state,
            bytes: 1,
            encrypted: true,
            path: None,
            source: None,
            sha256: None,
            reason: None,
            time: jiff::Timestamp::from_second(0).unwrap(),
        }
    }

    #[test]
    fn the_newest_file_that_came_is_passed_on_or_the_one_that_is_named() {
        let mut model = a_model();
        let to = jid("juliet@pronto");
        let forward = |model: &Model, rest: &str| read(model, Some(&to), "forward", rest);
        assert!(matches!(forward(&model, ""), Wish::Say(_)));
        for (number, (name, outgoing, state)) in [
            ("rose.png", false, FileState::Done),
            ("plan.pdf", false, FileState::Done),
            ("late.txt", false, FileState::Running),
            ("mine.txt", true, FileState::Done),
        ]
        .into_iter()
        .enumerate()
        {
            let mut file = a_file(&format!("t{number}"), name, outgoing, state);
            file.time = jiff::Timestamp::from_second(number as i64).unwrap();
            model.files.insert(file.transfer.clone(), file);
        }
        for (rest, transfer) in [("", "t1"), ("rose", "t0")] {
            let asked = Command::ForwardFile {
                transfer: transfer.into(),
                to: to.clone(),
            };
            assert_eq!(forward(&model, rest), Wish::Ask(asked));
        }
        assert!(matches!(forward(&model, "late"), Wish::Say(_)));
        assert!(matches!(read(&model, None, "forward", ""), Wish::Say(_)));
    }

    #[test]
    fn what_moves_is_paused_and_goes_on_and_where_it_comes_from_is_said() {
        let mut model = a_model();
        let mut file = a_file("t", "rose.png", false, FileState::Running);
        model.files.insert("t".into(), file.clone());
        let ask = |model: &Model, word: &str| read(model, None, word, "rose");
        let transfer = || "t".to_owned();
        let paused = Command::PauseFile {
            transfer: transfer(),
        };
        assert_eq!(ask(&model, "pause"), Wish::Ask(paused));
        assert!(matches!(ask(&model, "resume"), Wish::Say(_)));
        file.source = Some(Jid::new("benvolio@mantua").unwrap());
        let moved = Event::FileState {
            file: file.clone(),
            reference: None,
        };
        let style = Style { colour: false };
        let said = event(&model, &moved, style).unwrap();
        assert!(said.contains("goes on from benvolio@mantua"), "{said}");
        file.state = FileState::Paused;
        model.files.insert("t".into(), file);
        assert!(list(&model).contains("now from benvolio@mantua"));
        let resumed = Command::ResumeFile {
            transfer: transfer(),
        };
        assert_eq!(ask(&model, "resume"), Wish::Ask(resumed));
        assert_eq!(event(&model, &moved, style), None, "nothing new");
    }
}
