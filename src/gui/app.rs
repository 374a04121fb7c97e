//! The window's place on the desktop: takes events in, hands wishes out, keeps title, theme and notifications.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use egui::ViewportCommand;

use super::avatar::{self, Pictures};
use super::inbox::Inbox;
use super::notify::{Desktop, Rule};
use super::scene::{Scene, Wish};
use super::theme;
use super::when::Now;
use super::window::Window;
use super::words::{self, Words, t};
use crate::command::{Command, ExportFormat, Place};
use crate::event::Event;
use crate::model::Model;
use crate::model::settings::Theme;
use crate::node::NodeHandle;
use crate::wire::jid::Jid;

type Chosen = Result<PathBuf, String>;

/// Everything that belongs to the one window.
pub struct App {
    node: NodeHandle,
    model: Model,
    inbox: Inbox,
    window: Window,
    pictures: Pictures,
    rule: Rule,
    /// None where no thread could be started for it.
    desktop: Option<Desktop>,
    /// From the threads that prepare a chosen picture: its file, or a sentence.
    chosen: (Sender<Chosen>, Receiver<Chosen>),
    title: String,
    theme: Option<Theme>,
    words: Arc<Words>,
    /// The setting that they follow.
    language: Option<String>,
    focused: bool,
    ended: bool,
}

impl App {
    /// With a model to start from and the events since.
    pub fn new(
        node: NodeHandle,
        model: Model,
        inbox: Inbox,
        mut window: Window,
        desktop: Option<Desktop>,
    ) -> App {
        let last = model.settings.last_open.clone();
        if let Some(last) = last.filter(|last| model.contacts.contains_key(last)) {
            window.open(last);
        }
        App {
            node,
            model,
            inbox,
            window,
            pictures: Pictures::default(),
            rule: Rule::new(Instant::now()),
            desktop,
            chosen: channel(),
            title: String::new(),
            theme: None,
            words: Arc::new(Words::of("")),
            language: None,
            focused: false,
            ended: false,
        }
    }

    /// Takes in what has happened since the last time, also while the window is hidden.
    fn take_in(&mut self, ctx: &egui::Context) {
        let now = Instant::now();
        loop {
            match self.inbox.next() {
                Ok(Some(event)) => {
                    self.model.apply(&event);
                    self.window.hear(&event);
                    if let Event::Exported { path, messages, .. } = &*event {
                        let path = path.display().to_string();
                        let count = usize::try_from(*messages).unwrap_or(usize::MAX);
                        self.model.notice(t!(
                            self.words,
                            "notice-exported",
                            count = count,
                            path = path
                        ));
                    }
                    let watched = self.window.in_sight().filter(|_| self.focused);
                    let note = self
                        .rule
                        .note(&self.words, &event, &self.model, watched, now);
                    self.show(note);
                }
                Ok(None) => break,
                Err(_) => {
                    self.ended = true;
                    ctx.send_viewport_cmd(ViewportCommand::Close);
                    break;
                }
            }
        }
        let summary = self.rule.summary(&self.words, &self.model, now);
        self.show(summary.filter(|_| !self.focused));
        if let Some(due) = self.rule.due(now) {
            ctx.request_repaint_after(due);
        }
        while let Some(jid) = self.desktop.as_ref().and_then(Desktop::clicked) {
            self.window.open(jid);
            super::raise(ctx);
        }
        while let Ok(chosen) = self.chosen.1.try_recv() {
            match chosen {
                Ok(path) => self.ask(Command::Avatar { path: Some(path) }),
                Err(sentence) => self.model.notice(sentence),
            }
        }
    }

    fn show(&self, note: Option<super::notify::Note>) {
        if let (Some(desktop), Some(note)) = (&self.desktop, note) {
            desktop.show(note);
        }
    }

    fn ask(&mut self, command: Command) {
        if self.node.try_request(command).is_err() && !self.ended {
            self.model.notice(t!(self.words, "notice-busy"));
        }
    }

    fn grant(&mut self, ctx: &egui::Context, wish: Wish) {
        match wish {
            Wish::Ask(command) => self.ask(command),
            Wish::ForgetNotice => {
                self.model.notices.pop_front();
            }
            Wish::ChoosePicture => self.choose_picture(ctx),
            Wish::Shrink(jid) => {
                if let Some(contact) = self.model.contacts.get_mut(&jid) {
                    contact.conversation.shrink();
                }
            }
            Wish::Jump { with, id, .. } => {
                self.load(with, Place::Around(id));
            }
            Wish::Newest(with) => self.load(with, Place::Newest),
            Wish::Export(with) => self.export(with),
            Wish::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            // The window did these itself.
            Wish::OpenRoom(_) | Wish::Open(_) | Wish::Show(_) | Wish::Back => {}
        }
    }

    /// Asks for messages that replace what is loaded of a conversation.
    fn load(&mut self, with: Jid, place: Place) {
        if let Some(contact) = self.model.contacts.get_mut(&with) {
            contact.conversation.jump = Some(place.clone());
        }
        let around = match place {
            Place::Around(id) => Some(id),
            _ => None,
        };
        self.ask(Command::History {
            with,
            limit: Some(100),
            before: None,
            after: None,
            around,
        });
    }

    /// The desktop's file dialog, or a file among the downloads where there is none.
    fn export(&mut self, with: Option<Jid>) {
        let (node, words) = (self.node.clone(), self.words.clone());
        let asked = Instant::now();
        let day = Now::system(words.clone()).date(jiff::Timestamp::now());
        let started = std::thread::Builder::new()
            .name("export".into())
            .spawn(move || {
                let name = export_name(with.as_ref(), &day.to_string());
                let dialog = rfd::FileDialog::new()
                    .set_title(t!(words, "export-title"))
                    .add_filter("JSON", &["json"])
                    .add_filter(t!(words, "export-text"), &["txt"])
                    .set_file_name(&name);
                let path = match dialog.save_file() {
                    Some(path) => path,
                    None if asked.elapsed().as_millis() < 250 => downloads().join(name),
                    None => return,
                };
                let text = path.extension().is_some_and(|ending| ending == "txt");
                let format = if text {
                    ExportFormat::Text
                } else {
                    ExportFormat::Json
                };
                let _ = node.try_request(Command::Export { with, format, path });
            });
        if let Err(error) = started {
            let error = error.to_string();
            self.model
                .notice(t!(self.words, "notice-dialog-failed", error = error));
        }
    }

    /// The desktop's file dialog, on a thread of its own: it may stand open for long.
    fn choose_picture(&mut self, ctx: &egui::Context) {
        let (tell, ctx, words) = (self.chosen.0.clone(), ctx.clone(), self.words.clone());
        let asked = Instant::now();
        let started = std::thread::Builder::new()
            .name("picture".into())
            .spawn(move || {
                let dialog = rfd::FileDialog::new()
                    .set_title(t!(words, "picture-choose"))
                    .add_filter(
                        t!(words, "picture-files"),
                        &["png", "jpg", "jpeg", "webp", "gif", "PNG", "JPG", "JPEG"],
                    );
                let answer = match dialog.pick_file() {
                    Some(path) => avatar::prepare(&words, &path),
                    // No person closes a dialog that fast: there was none.
                    None if asked.elapsed().as_millis() < 250 => Err(t!(words, "notice-no-dialog")),
                    None => return,
                };
                let _ = tell.send(answer);
                ctx.request_repaint();
            });
        if let Err(error) = started {
            let error = error.to_string();
            self.model
                .notice(t!(self.words, "notice-dialog-failed", error = error));
        }
    }

    fn dropped(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input(|input| {
            input
                .raw
                .dropped_files
                .first()
                .map(|file| file.path().to_owned())
        });
        if let Some(path) = dropped {
            match avatar::prepare(&self.words, &path) {
                Ok(path) => self.ask(Command::Avatar { path: Some(path) }),
                Err(sentence) => self.model.notice(sentence),
            }
        }
    }

    /// Speaks the language of the settings.
    fn speak(&mut self, ctx: &egui::Context) {
        let wanted = &self.model.settings.language;
        if self.language.as_ref() != Some(wanted) {
            let code = words::choose(wanted, sys_locale::get_locales());
            self.language = Some(wanted.clone());
            self.words = Arc::new(Words::of(code));
            words::speak(ctx, self.words.clone());
        }
    }

    fn dress(&mut self, ctx: &egui::Context) {
        let unread = self.model.unread();
        let title = if unread > 0 {
            format!("({unread}) Balcony")
        } else {
            "Balcony".to_owned()
        };
        if title != self.title {
            self.title.clone_from(&title);
            ctx.send_viewport_cmd(ViewportCommand::Title(title));
        }
        let wanted = self.model.settings.theme;
        if self.theme != Some(wanted) {
            self.theme = Some(wanted);
            theme::choose(ctx, wanted);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        // The raw state: while the window is hidden there is no pass, and `input.focused` stays as it was before.
        self.focused =
            ctx.input(|input| input.raw.focused && input.viewport().visible() != Some(false));
        self.speak(ctx);
        self.take_in(ctx);
        self.dress(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let now = Now::system(self.words.clone());
        let scene = Scene {
            model: &self.model,
            now: &now,
            pictures: &self.pictures,
        };
        let wishes = self.window.ui(ui, &scene, self.focused);
        let ctx = ui.ctx().clone();
        for wish in wishes {
            self.grant(&ctx, wish);
        }
        self.dropped(&ctx);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        let open = self.window.opened();
        if open != self.model.settings.last_open.as_ref() {
            let settings = serde_json::json!({ "last_open": open });
            let _ = self.node.try_request(Command::Configure { settings });
        }
        // A goodbye on the network; if the node has ended already there is nobody to ask.
        let _ = self.node.try_request(Command::Quit);
    }
}

/// A file name for an export: who and when, without what no file may be called.
fn export_name(with: Option<&Jid>, day: &str) -> String {
    let who = with.map_or("all", Jid::as_str);
    let plain = |char: char| {
        if char.is_alphanumeric() || "-_@. ".contains(char) {
            char
        } else {
            '-'
        }
    };
    let who: String = who.chars().map(plain).collect();
    ["balcony", &who, day].join("-") + ".json"
}

fn downloads() -> PathBuf {
    let dirs = directories::UserDirs::new();
    let folder = |dirs: &directories::UserDirs| {
        let downloads = dirs.download_dir().map(std::path::Path::to_owned);
        downloads.unwrap_or_else(|| dirs.home_dir().to_owned())
    };
    dirs.as_ref().map(folder).unwrap_or_default()
}
