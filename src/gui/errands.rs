//! What the desktop does with files for us: dialogs, the clipboard's picture, other programs. Each on a thread of its own:
//! a dialog may stand open for long.

use std::path::{Path, PathBuf};
use std::process::{Command as Program, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use egui::Context;

use super::scene::Attachment;
use super::words::{Words, t};
use super::{file_dialog, outgoing, traces};
use crate::command::Command;
use crate::event::Event;
use crate::host::zone;
use crate::model::Model;
use crate::wire::jid::Jid;

/// What came of an errand.
pub enum Done {
    /// Something to ask the node.
    Ask(Command),
    /// A file to be looked at before it is sent.
    Attach(Jid, PathBuf),
    /// A sentence for the user.
    Say(String),
}

/// Errands under way.
pub struct Errands {
    tell: Sender<Done>,
    done: Receiver<Done>,
    /// Where copies are made that are to be sent.
    outgoing: PathBuf,
}

impl Errands {
    /// None yet. `outgoing`: see [`super::outgoing`].
    pub fn new(outgoing: PathBuf) -> Errands {
        let (tell, done) = channel();
        Errands {
            tell,
            done,
            outgoing,
        }
    }

    /// What came of one, once each.
    pub fn done(&self) -> Option<Done> {
        self.done.try_recv().ok()
    }

    /// Removes the copies that an earlier life has left and nobody needs.
    pub fn tidy(&self, model: &Model) {
        outgoing::tidy(&self.outgoing, model.files.values());
    }

    /// A copy is removed when its transfer needs it no longer. To be told before the model is.
    pub fn hear(&self, event: &Event, model: &Model) {
        let file = match event {
            Event::FileState { file, .. } if file.outgoing && !outgoing::is_needed(file) => file,
            Event::FileForgotten { transfer } => match model.files.get(transfer) {
                Some(file) => file,
                None => return,
            },
            _ => return,
        };
        if let Some(path) = &file.path {
            outgoing::remove(&self.outgoing, path);
        }
    }

    /// A copy is not sent after all.
    pub fn discard(&self, copy: PathBuf) {
        outgoing::remove(&self.outgoing, &copy);
    }

    /// Sends these. Pictures leave without what they tell of place, time and camera, unless the user keeps that.
    pub fn send(&self, ctx: &Context, to: Jid, paths: Vec<PathBuf>, keep: bool) {
        let outgoing = self.outgoing.clone();
        self.start(ctx, move |tell| {
            for path in paths {
                send_one(&to, path, keep, &outgoing, tell);
            }
        });
    }

    /// Lets the user choose what to send, and sends it; what was copied is looked at first.
    pub fn attach(&self, ctx: &Context, words: &Arc<Words>, to: Jid, what: Attachment, keep: bool) {
        if what == Attachment::Copied {
            return self.attach_copied(ctx, words, to);
        }
        let (words, outgoing) = (words.clone(), self.outgoing.clone());
        self.start(ctx, move |tell| {
            if no_dialog(&words, "notice-no-dialog-send", tell) {
                return;
            }
            let dialog = rfd::FileDialog::new().set_title(t!(words, "attach-choose"));
            let chosen = match what {
                Attachment::Folder => dialog.pick_folder().map(|folder| vec![folder]),
                _ => dialog.pick_files(),
            };
            for path in chosen.unwrap_or_default() {
                send_one(&to, path, keep, &outgoing, tell);
            }
        });
    }

    /// Makes a file of a pasted picture, to be looked at before it is sent.
    pub fn pasted(
        &self,
        ctx: &Context,
        words: &Arc<Words>,
        to: Jid,
        picture: Arc<egui::ColorImage>,
    ) {
        let (words, outgoing) = (words.clone(), self.outgoing.clone());
        self.start(ctx, move |tell| {
            let [width, height] = picture.size.map(u32::try_from);
            let pixels = picture
                .pixels
                .iter()
                .flat_map(egui::Color32::to_srgba_unmultiplied);
            let image = width.ok().zip(height.ok()).and_then(|(width, height)| {
                image::RgbaImage::from_raw(width, height, pixels.collect())
            });
            let path = image.and_then(|image| as_file(&image, &outgoing));
            tell(match path {
                Some(path) => Done::Attach(to, path),
                None => Done::Say(t!(words, "attach-nothing-copied")),
            });
        });
    }

    /// Lets the user choose a name and a folder for a copy of a received file.
    pub fn save_elsewhere(&self, ctx: &Context, words: &Arc<Words>, path: PathBuf) {
        let words = words.clone();
        self.start(ctx, move |tell| {
            if no_dialog(&words, "notice-no-dialog-save", tell) {
                return;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let dialog = rfd::FileDialog::new()
                .set_title(t!(words, "files-save-title"))
                .set_file_name(name);
            let Some(to) = dialog.save_file() else {
                return;
            };
            let shown = to.display().to_string();
            tell(Done::Say(match saved(&path, &to) {
                Ok(()) => t!(words, "files-saved", path = shown),
                Err(error) => t!(words, "files-not-saved", error = error.to_string()),
            }));
        });
    }

    /// Lets the user choose where received files go.
    pub fn choose_downloads(&self, ctx: &Context, words: &Arc<Words>) {
        let words = words.clone();
        self.start(ctx, move |tell| {
            if no_dialog(&words, "notice-no-dialog-folder", tell) {
                return;
            }
            let dialog = rfd::FileDialog::new().set_title(t!(words, "settings-downloads"));
            if let Some(folder) = dialog.pick_folder() {
                let settings = serde_json::json!({ "downloads": folder.to_string_lossy() });
                tell(Done::Ask(Command::Configure { settings }));
            }
        });
    }

    /// Lets the user choose a folder, and takes an offered file into it.
    pub fn accept_into(&self, ctx: &Context, words: &Arc<Words>, transfer: String) {
        let words = words.clone();
        self.start(ctx, move |tell| {
            if no_dialog(&words, "notice-no-dialog-take", tell) {
                return;
            }
            let dialog = rfd::FileDialog::new().set_title(t!(words, "files-choose-folder"));
            if let Some(folder) = dialog.pick_folder() {
                let path = Some(folder);
                tell(Done::Ask(Command::AcceptFile { transfer, path }));
            }
        });
    }

    /// Opens a file or folder with the desktop's program for it.
    pub fn open(&self, words: &Arc<Words>, path: PathBuf) {
        if !path.exists() {
            let _ = self.tell.send(Done::Say(t!(words, "files-gone")));
            return;
        }
        let opened = Program::new("xdg-open")
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match opened {
            // It ends soon, having told another program; somebody must hear of that.
            Ok(mut program) => drop(std::thread::spawn(move || program.wait())),
            Err(error) => {
                let sentence = t!(words, "files-not-opened", error = error.to_string());
                // We hold the other end.
                let _ = self.tell.send(Done::Say(sentence));
            }
        }
    }

    fn attach_copied(&self, ctx: &Context, words: &Arc<Words>, to: Jid) {
        let (words, outgoing) = (words.clone(), self.outgoing.clone());
        self.start(ctx, move |tell| match copied(&outgoing) {
            Some(paths) => {
                for path in paths {
                    tell(Done::Attach(to.clone(), path));
                }
            }
            None => tell(Done::Say(t!(words, "attach-nothing-copied"))),
        });
    }

    fn start(&self, ctx: &Context, errand: impl FnOnce(&dyn Fn(Done)) + Send + 'static) {
        let (tell, ctx) = (self.tell.clone(), ctx.clone());
        let started = std::thread::Builder::new()
            .name("errand".into())
            .spawn(move || {
                errand(&|done| {
                    // The window has closed: nobody wants it any more.
                    let _ = tell.send(done);
                    ctx.request_repaint();
                });
            });
        if let Err(error) = started {
            let _ = self.tell.send(Done::Say(error.to_string()));
        }
    }
}

/// Says what else can be done where the desktop has no dialog for files.
fn no_dialog(words: &Arc<Words>, instead: &str, tell: &dyn Fn(Done)) -> bool {
    let offered = file_dialog::is_offered();
    if !offered {
        tell(Done::Say(words.get(instead)));
    }
    !offered
}

fn send_one(to: &Jid, path: PathBuf, keep: bool, outgoing: &Path, tell: &dyn Fn(Done)) {
    let clean = (!keep).then(|| traces::without(&path, outgoing)).flatten();
    if clean.is_some() {
        // A pasted picture was a copy already.
        outgoing::remove(outgoing, &path);
    }
    tell(Done::Ask(Command::SendFile {
        to: to.clone(),
        path: clean.unwrap_or(path),
    }));
}

/// Files that were copied in the desktop's file manager, if what was copied last is that.
pub fn copied_files() -> Option<Vec<PathBuf>> {
    let files = arboard::Clipboard::new().ok()?.get().file_list().ok()?;
    Some(files).filter(|files| !files.is_empty())
}

/// The files that were copied last, or the picture as a file.
fn copied(outgoing: &Path) -> Option<Vec<PathBuf>> {
    if let Some(files) = copied_files() {
        return Some(files);
    }
    let copied = arboard::Clipboard::new().ok()?.get_image().ok()?;
    let (width, height) = (
        u32::try_from(copied.width).ok()?,
        u32::try_from(copied.height).ok()?,
    );
    let picture = image::RgbaImage::from_raw(width, height, copied.bytes.into_owned())?;
    Some(vec![as_file(&picture, outgoing)?])
}

fn as_file(picture: &image::RgbaImage, outgoing: &Path) -> Option<PathBuf> {
    let name = zone::now().strftime("picture-%Y-%m-%d-%H%M%S.png");
    let path = outgoing::place(outgoing, name.to_string().as_ref())?;
    let written = picture.save_with_format(&path, image::ImageFormat::Png);
    written.is_ok().then_some(path)
}

/// A copy of a file under a name that the user has chosen. It has its name when it is whole.
fn saved(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.canonicalize().ok() == to.canonicalize().ok().filter(|to| to.exists()) {
        return Ok(()); // Onto itself.
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let copied = std::fs::copy(from, &part).and_then(|_| std::fs::rename(&part, to));
    if copied.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    copied
}
