//! What the desktop does with files for us: dialogs, the clipboard's picture, other programs. Each on a thread of its own:
//! a dialog may stand open for long.

use std::path::{Path, PathBuf};
use std::process::{Command as Program, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use egui::Context;

use super::photos;
use super::scene::Attachment;
use super::words::{Words, t};
use crate::command::Command;
use crate::wire::jid::Jid;

/// What came of an errand: something to ask the node, or a sentence.
type Done = Result<Command, String>;

/// Errands under way.
pub struct Errands(Sender<Done>, Receiver<Done>);

impl Default for Errands {
    fn default() -> Errands {
        let (tell, done) = channel();
        Errands(tell, done)
    }
}

impl Errands {
    /// What came of one, once each.
    pub fn done(&self) -> Option<Done> {
        self.1.try_recv().ok()
    }

    /// Sends these. Photos leave without what they tell of place, time and camera.
    pub fn send(&self, ctx: &Context, to: Jid, paths: Vec<PathBuf>) {
        self.start(ctx, move |tell| {
            for path in paths {
                let path = photos::without_traces(&path).unwrap_or(path);
                tell(Ok(Command::SendFile {
                    to: to.clone(),
                    path,
                }));
            }
        });
    }

    /// Lets the user choose what to send, and sends it.
    pub fn attach(&self, ctx: &Context, words: &Arc<Words>, to: Jid, what: Attachment) {
        if what == Attachment::Copied {
            return self.send_copied(ctx, words, to);
        }
        let words = words.clone();
        self.start(ctx, move |tell| {
            let asked = Instant::now();
            let dialog = rfd::FileDialog::new().set_title(t!(words, "attach-choose"));
            let chosen = match what {
                Attachment::Folder => dialog.pick_folder().map(|folder| vec![folder]),
                _ => dialog.pick_files(),
            };
            for path in or_no_dialog(&words, asked, chosen, tell).unwrap_or_default() {
                let path = photos::without_traces(&path).unwrap_or(path);
                tell(Ok(Command::SendFile {
                    to: to.clone(),
                    path,
                }));
            }
        });
    }

    /// Lets the user choose a folder, and takes an offered file into it.
    pub fn accept_into(&self, ctx: &Context, words: &Arc<Words>, transfer: String) {
        let words = words.clone();
        self.start(ctx, move |tell| {
            let asked = Instant::now();
            let dialog = rfd::FileDialog::new().set_title(t!(words, "files-choose-folder"));
            if let Some(folder) = or_no_dialog(&words, asked, dialog.pick_folder(), tell) {
                let path = Some(folder);
                tell(Ok(Command::AcceptFile { transfer, path }));
            }
        });
    }

    /// Opens a file or folder with the desktop's program for it.
    pub fn open(&self, words: &Arc<Words>, path: PathBuf) {
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
                let _ = self.0.send(Err(sentence));
            }
        }
    }

    fn send_copied(&self, ctx: &Context, words: &Arc<Words>, to: Jid) {
        let words = words.clone();
        self.start(ctx, move |tell| {
            tell(match copied_picture() {
                Some(path) => Ok(Command::SendFile { to, path }),
                None => Err(t!(words, "attach-nothing-copied")),
            });
        });
    }

    fn start(&self, ctx: &Context, errand: impl FnOnce(&dyn Fn(Done)) + Send + 'static) {
        let (tell, ctx) = (self.0.clone(), ctx.clone());
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
            let _ = self.0.send(Err(error.to_string()));
        }
    }
}

/// No person closes a dialog within a quarter of a second: there was none.
fn or_no_dialog<T>(
    words: &Arc<Words>,
    asked: Instant,
    chosen: Option<T>,
    tell: &dyn Fn(Done),
) -> Option<T> {
    if chosen.is_none() && asked.elapsed().as_millis() < 250 {
        tell(Err(t!(words, "notice-no-dialog")));
    }
    chosen
}

/// The picture that was copied last, as a file.
fn copied_picture() -> Option<PathBuf> {
    let copied = arboard::Clipboard::new().ok()?.get_image().ok()?;
    let (width, height) = (
        u32::try_from(copied.width).ok()?,
        u32::try_from(copied.height).ok()?,
    );
    let picture = image::RgbaImage::from_raw(width, height, copied.bytes.into_owned())?;
    let folder = std::env::temp_dir().join(format!("balcony-picture-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).ok()?;
    let path = folder.join(named(&jiff::Zoned::now()));
    written(&picture, &path).then_some(path)
}

fn named(now: &jiff::Zoned) -> String {
    now.strftime("picture-%Y-%m-%d-%H%M%S.png").to_string()
}

fn written(picture: &image::RgbaImage, path: &Path) -> bool {
    picture
        .save_with_format(path, image::ImageFormat::Png)
        .is_ok()
}
