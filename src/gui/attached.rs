//! What was pasted and is not sent yet: small pictures and names above the field, each of which can be taken out again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use egui::{Frame, Key, Margin, Modifiers, RichText, Sense, Ui, vec2};

use super::errands;
use super::icons::Icon;
use super::photos::Photos;
use super::scene::Wish;
use super::theme::{self, size, space};
use super::transfers;
use super::words::t;
use crate::wire::jid::Jid;

/// Waiting for one conversation at most.
const MOST: usize = 50;

/// What waits to be sent, by conversation.
#[derive(Default)]
pub struct Attached {
    files: HashMap<Jid, Vec<Item>>,
    photos: Photos,
}

struct Item {
    path: PathBuf,
    name: String,
    /// In bytes; `None` for a folder.
    size: Option<u64>,
}

impl Attached {
    /// One more.
    pub fn add(&mut self, to: &Jid, path: PathBuf) {
        let files = self.files.entry(to.clone()).or_default();
        if files.len() >= MOST || files.iter().any(|item| item.path == path) {
            return;
        }
        let size = std::fs::metadata(&path)
            .ok()
            .filter(std::fs::Metadata::is_file)
            .map(|found| found.len());
        let name = path.file_name().unwrap_or_default();
        files.push(Item {
            name: name.to_string_lossy().into_owned(),
            path,
            size,
        });
    }

    /// Whether something waits.
    pub fn is_empty(&self, to: &Jid) -> bool {
        self.files.get(to).is_none_or(Vec::is_empty)
    }

    /// All that waits, to be sent now.
    pub fn take(&mut self, to: &Jid) -> Option<Wish> {
        let files = self.files.remove(to).filter(|files| !files.is_empty())?;
        let paths = files.into_iter().map(|item| item.path).collect();
        Some(Wish::SendFiles(to.clone(), paths))
    }

    /// Takes what is pasted if it is a picture or files, before the field takes it for text.
    pub fn paste(&mut self, ui: &Ui, to: &Jid, wishes: &mut Vec<Wish>) {
        let mut files = Vec::new();
        ui.input_mut(|input| {
            input.events.retain(|event| match event {
                egui::Event::PasteImage(picture) => {
                    wishes.push(Wish::PastePicture(to.clone(), picture.clone()));
                    false
                }
                egui::Event::Paste(text) => match pasted_files(text) {
                    Some(paths) => {
                        files.extend(paths);
                        false
                    }
                    None => true,
                },
                _ => true,
            });
        });
        for path in files {
            self.add(to, path);
        }
    }

    /// Draws what waits. `escape`: that key takes the last one out.
    pub fn ui(&mut self, ui: &mut Ui, to: &Jid, escape: bool) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let Some(files) = self.files.get_mut(to).filter(|files| !files.is_empty()) else {
            return wishes;
        };
        let mut out = None;
        ui.label(
            RichText::new(t!(ui, "attached-hint"))
                .size(size::SMALL)
                .color(theme::palette(ui).weak),
        );
        egui::ScrollArea::vertical()
            .id_salt("attached")
            .max_height(150.0)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    for (at, item) in files.iter().enumerate() {
                        if item_ui(ui, &mut self.photos, item) {
                            out = Some(at);
                        }
                    }
                });
            });
        ui.add_space(space::XS);
        let pressed =
            |ui: &Ui| ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if escape && pressed(ui) {
            out = files.len().checked_sub(1);
        }
        if let Some(at) = out {
            wishes.push(Wish::Discard(files.remove(at).path));
        }
        wishes
    }
}

/// True if it is to be taken out.
fn item_ui(ui: &mut Ui, photos: &mut Photos, item: &Item) -> bool {
    let palette = theme::palette(ui);
    let frame = Frame::new()
        .fill(palette.side)
        .corner_radius(8.0)
        .inner_margin(Margin::symmetric(8, 6));
    frame
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let size = vec2(96.0, 64.0);
                photos.ui(ui, &item.path, &item.name, size, Sense::hover());
                ui.vertical(|ui| {
                    ui.set_max_width(170.0);
                    super::fonts::prepare(ui.ctx(), &item.name);
                    ui.add(
                        egui::Label::new(
                            RichText::new(&item.name).font(theme::bold(size::SMALL + 1.0)),
                        )
                        .truncate(),
                    );
                    let words = match item.size {
                        Some(size) => transfers::bytes(ui, size),
                        None => t!(ui, "attached-folder"),
                    };
                    ui.label(RichText::new(words).size(size::SMALL).color(palette.weak));
                });
                Icon::Close
                    .button(ui, &t!(ui, "attached-remove", name = item.name))
                    .clicked()
            })
            .inner
        })
        .inner
}

/// The files that a pasted text stands for: addresses of files (RFC 8089) that are there; or paths, if the desktop says that
/// files were copied and not the text.
fn pasted_files(text: &str) -> Option<Vec<PathBuf>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.collect();
    if lines.is_empty() || lines.len() > MOST {
        return None;
    }
    let there = |path: PathBuf| path.exists().then_some(path);
    let named: Option<Vec<PathBuf>> = lines
        .iter()
        .map(|line| of_uri(line).and_then(there))
        .collect();
    if named.is_some() {
        return named;
    }
    let paths = lines
        .iter()
        .all(|line| Path::new(line).is_absolute() && Path::new(line).exists());
    errands::copied_files().filter(|_| paths)
}

fn of_uri(uri: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    let path = uri.strip_prefix("file://")?;
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let value = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(value).ok()?);
    }
    let path = PathBuf::from(std::ffi::OsString::from_vec(bytes));
    path.is_absolute().then_some(path)
}
