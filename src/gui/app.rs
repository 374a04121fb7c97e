//! The window's place on the desktop: takes events in, hands wishes out, keeps title, theme and notifications.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use egui::ViewportCommand;
use image::DynamicImage;
use serde_json::json;

use super::avatar::{self, Pictures};
use super::errands::{Done, Errands};
use super::file_dialog;
use super::inbox::Inbox;
use super::notify::{Desktop, Rule};
use super::room_view::why_words;
use super::scene::{Scene, Wish};
use super::services::{Checks, Finding, Services, Surroundings};
use super::taste::{Taste, Watched};
use super::theme;
use super::tray::{Click, Look, Tray};
use super::when::Now;
use super::window::Window;
use super::words::{self, Words, t};
use super::x11::DragPointer;
use crate::command::{Command, ExportFormat, Place};
use crate::event::Event;
use crate::event::room::RoomEvent;
use crate::model::Model;
use crate::model::settings::Settings;
use crate::node::NodeHandle;
use crate::wire::jid::Jid;

type Chosen = Result<DynamicImage, String>;

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
    /// From the threads that prepare a chosen picture: the picture, or a sentence.
    chosen: (Sender<Chosen>, Receiver<Chosen>),
    /// Dialogs and programs for files.
    errands: Errands,
    title: String,
    /// What the desktop wants of all programs.
    taste: Watched,
    /// The settings as last applied to the look, and the desktop's.
    look: Option<(Settings, Taste)>,
    /// Of everything in the window, in percent, as asked for or as the settings had it.
    zoom: u16,
    /// In points at 100 %.
    size: (u16, u16),
    surroundings: Surroundings,
    /// None while it is switched off.
    tray: Option<(Tray, Look)>,
    hidden: bool,
    quitting: bool,
    found: (Sender<Vec<Finding>>, Receiver<Vec<Finding>>),
    words: Arc<Words>,
    /// The setting that they follow.
    language: Option<String>,
    focused: bool,
    ended: bool,
    pointer: DragPointer,
}

impl App {
    /// With a model to start from and the events since.
    pub fn new(
        node: NodeHandle,
        model: Model,
        inbox: Inbox,
        mut window: Window,
        desktop: Option<Desktop>,
        taste: Watched,
        services: Option<Arc<dyn Services>>,
    ) -> App {
        let last = model.settings.last_open.clone();
        if let Some(last) = last.filter(|last| model.contacts.contains_key(last)) {
            window.open(last);
        }
        let outgoing = services.as_ref().map(|services| services.outgoing());
        let errands = Errands::new(outgoing.unwrap_or_else(a_folder_of_no_node));
        errands.tidy(&model);
        let (zoom, size) = (model.settings.zoom_percent, model.settings.window_size);
        let surroundings = Surroundings {
            autostart: services.as_ref().and_then(|services| services.autostart()),
            services,
            ..Surroundings::default()
        };
        App {
            node,
            model,
            inbox,
            window,
            pictures: Pictures::default(),
            rule: Rule::new(Instant::now()),
            desktop,
            chosen: channel(),
            errands,
            title: String::new(),
            taste,
            look: None,
            zoom,
            size,
            surroundings,
            tray: None,
            hidden: false,
            quitting: false,
            found: channel(),
            words: Arc::new(Words::of("")),
            language: None,
            focused: false,
            ended: false,
            pointer: DragPointer::default(),
        }
    }

    /// Takes in what has happened since the last time, also while the window is hidden.
    fn take_in(&mut self, ctx: &egui::Context) {
        let now = Instant::now();
        loop {
            match self.inbox.next() {
                Ok(Some(event)) => {
                    self.errands.hear(&event, &self.model);
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
                    self.refused(&event);
                    let room = self.window.room_in_sight();
                    let room = room.and_then(|room| Jid::new(room).ok());
                    let watched = self.window.in_sight().or(room.as_ref());
                    let watched = watched.filter(|_| self.focused);
                    let note = self
                        .rule
                        .note(&self.words, &event, &self.model, watched, now);
                    self.show(note);
                    if let Event::Attention { from } = &*event {
                        self.called(ctx, from);
                    }
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
            match self.model.rooms.contains_key(jid.as_str()) {
                true => self.window.open_room(jid.as_str()),
                false => self.window.open(jid),
            }
            self.raise(ctx);
        }
        while let Ok(found) = self.found.1.try_recv() {
            self.surroundings.checks = Checks::Done(found);
        }
        while let Some(done) = self.errands.done() {
            match done {
                Done::Ask(command) => self.ask(command),
                Done::Attach(to, path) => self.window.attach(to, path),
                Done::Say(sentence) => self.model.notice(sentence),
            }
        }
        while let Ok(chosen) = self.chosen.1.try_recv() {
            match chosen {
                Ok(picture) => self.window.crop(picture),
                Err(sentence) => self.model.notice(sentence),
            }
        }
    }

    /// A room that is not shown did not let us in: said in the user's language. One that is shown says it itself.
    fn refused(&mut self, event: &Event) {
        if let Event::Room(RoomEvent::RoomRefused { room, why, .. }) = event
            && !self.model.rooms.contains_key(room)
            && !self.window.tells_of_room(room)
        {
            let name = room.split('@').next().unwrap_or(room);
            let why = why_words(&self.words, *why);
            let words = t!(self.words, "room-refused", name = name, reason = why);
            self.model.notice(words);
        }
    }

    /// Somebody knocks: the window asks the desktop to be noticed, and says who it is.
    fn called(&mut self, ctx: &egui::Context, from: &crate::wire::jid::Jid) {
        let kind = egui::UserAttentionType::Critical;
        ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(kind));
        let contact = self.model.contacts.get(from);
        let name = contact.map_or(from.as_str(), |contact| &contact.nick);
        let words = t!(self.words, "note-attention", name = name);
        self.model.notice(words);
    }

    fn show(&self, note: Option<super::notify::Note>) {
        if let (Some(desktop), Some(note)) = (&self.desktop, note) {
            desktop.show(note, self.model.settings.notification_sound);
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
            Wish::Examine => self.examine(ctx),
            Wish::Autostart(on) => self.autostart(on),
            Wish::Attach(to, what) => {
                let keep = self.model.settings.keep_traces;
                self.errands.attach(ctx, &self.words, to, what, keep);
            }
            Wish::SendFiles(to, paths) => {
                let keep = self.model.settings.keep_traces;
                self.errands.send(ctx, to, paths, keep);
            }
            Wish::PastePicture(to, picture) => {
                self.errands.pasted(ctx, &self.words, to, picture);
            }
            Wish::Discard(copy) => self.errands.discard(copy),
            Wish::UsePicture(path) => match avatar::open(&self.words, &path) {
                Ok(picture) => self.window.crop(picture),
                Err(sentence) => self.model.notice(sentence),
            },
            Wish::SaveElsewhere(path) => self.errands.save_elsewhere(ctx, &self.words, path),
            Wish::ChooseDownloads => self.errands.choose_downloads(ctx, &self.words),
            Wish::AcceptInto(transfer) => self.errands.accept_into(ctx, &self.words, transfer),
            Wish::OpenPath(path) => self.errands.open(&self.words, path),
            Wish::Shrink(jid) => {
                if let Some(contact) = self.model.contacts.get_mut(&jid) {
                    contact.conversation.shrink();
                }
                if let Some(room) = self.model.rooms.get_mut(jid.as_str()) {
                    room.shrink();
                }
            }
            Wish::Jump { with, id, .. } => {
                self.load(with, Place::Around(id));
            }
            Wish::JumpInRoom { room, id, .. } => self.load_in_room(room, Place::Around(id)),
            Wish::Newest(with) if self.model.rooms.contains_key(with.as_str()) => {
                self.load_in_room(with.as_str().to_owned(), Place::Newest);
            }
            Wish::Newest(with) => self.load(with, Place::Newest),
            Wish::Export(with) => self.export(with),
            Wish::Quit => self.quit(ctx),
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

    /// Asks for lines that replace what is loaded of a room, unless the wanted one is among them.
    fn load_in_room(&mut self, room: String, place: Place) {
        let Some(view) = self.model.rooms.get_mut(&room) else {
            return;
        };
        if let Some(jump) = view.go_to(place) {
            self.ask(Command::Room(jump));
        }
    }

    /// The desktop's file dialog, or a file among the downloads where there is none.
    fn export(&mut self, with: Option<Jid>) {
        let (node, words) = (self.node.clone(), self.words.clone());
        let day = Now::system(words.clone()).date(jiff::Timestamp::now());
        let started = std::thread::Builder::new()
            .name("export".into())
            .spawn(move || {
                let name = export_name(with.as_ref(), &day.to_string());
                let offered = file_dialog::is_offered();
                let dialog = rfd::FileDialog::new()
                    .set_title(t!(words, "export-title"))
                    .add_filter("JSON", &["json"])
                    .add_filter(t!(words, "export-text"), &["txt"])
                    .set_file_name(&name);
                let path = match offered.then(|| dialog.save_file()) {
                    Some(Some(path)) => path,
                    Some(None) => return,
                    None => downloads().join(name),
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
        let started = std::thread::Builder::new()
            .name("picture".into())
            .spawn(move || {
                let dialog = rfd::FileDialog::new()
                    .set_title(t!(words, "picture-choose"))
                    .add_filter(
                        t!(words, "picture-files"),
                        &["png", "jpg", "jpeg", "webp", "gif", "PNG", "JPG", "JPEG"],
                    );
                let answer = match file_dialog::is_offered().then(|| dialog.pick_file()) {
                    Some(Some(path)) => avatar::open(&words, &path),
                    Some(None) => return,
                    None => Err(t!(words, "notice-no-dialog-picture")),
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

    fn quit(&mut self, ctx: &egui::Context) {
        self.quitting = true;
        ctx.send_viewport_cmd(ViewportCommand::Close);
    }

    /// Keeps the icon in the tray as the settings and the model have it, and does what was chosen there.
    fn mind_tray(&mut self, ctx: &egui::Context) {
        if !self.model.settings.tray {
            self.tray = None;
            self.surroundings.in_tray = false;
            return;
        }
        let me = &self.model.me;
        let look = Look {
            unread: self.model.unread(),
            show: me.online.then_some(me.show),
            words: self.words.clone(),
        };
        match &mut self.tray {
            Some((tray, shown)) if *shown != look => {
                tray.show(look.clone());
                *shown = look;
            }
            Some(_) => {}
            None => {
                self.tray = Tray::open(ctx.clone(), look.clone())
                    .inspect_err(|error| tracing::info!(%error, "no tray icon"))
                    .ok()
                    .map(|tray| (tray, look));
            }
        }
        let Some((tray, _)) = &self.tray else { return };
        self.surroundings.in_tray = tray.is_shown();
        let clicks: Vec<Click> = std::iter::from_fn(|| tray.clicked()).collect();
        for click in clicks {
            match click {
                Click::Toggle if self.focused && !self.hidden => self.hide(ctx),
                Click::Toggle => self.raise(ctx),
                Click::Quit => self.quit(ctx),
                Click::Show(show) => {
                    let message = self.model.me.message.clone();
                    self.ask(Command::Status { show, message });
                }
            }
        }
    }

    /// Away, but not gone: where there is an icon to come back by.
    fn hide(&mut self, ctx: &egui::Context) {
        self.hidden = true;
        ctx.send_viewport_cmd(ViewportCommand::Visible(false));
    }

    fn raise(&mut self, ctx: &egui::Context) {
        self.hidden = false;
        super::raise(ctx);
    }

    /// The window's own button closes it; whether that ends the program is the user's choice.
    fn closing(&mut self, ctx: &egui::Context) {
        let asked = ctx.input(|input| input.viewport().close_requested());
        let stay = self.model.settings.close_to_tray && self.surroundings.in_tray;
        if asked && stay && !self.quitting && !self.ended {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.hide(ctx);
        }
    }

    /// Runs the checks on a thread of their own: they wait for answers from the network.
    fn examine(&mut self, ctx: &egui::Context) {
        let Some(services) = self.surroundings.services.clone() else {
            return;
        };
        if self.surroundings.checks == Checks::Running {
            return;
        }
        self.surroundings.checks = Checks::Running;
        let (tell, ctx) = (self.found.0.clone(), ctx.clone());
        let started = std::thread::Builder::new()
            .name("doctor".into())
            .spawn(move || {
                let _ = tell.send(services.examine());
                ctx.request_repaint();
            });
        if started.is_err() {
            self.surroundings.checks = Checks::None;
        }
    }

    fn autostart(&mut self, on: bool) {
        if let Some(services) = &self.surroundings.services {
            if let Err(sentence) = services.set_autostart(on) {
                self.model.notice(sentence);
            }
            self.surroundings.autostart = services.autostart();
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
        let (settings, taste) = (&self.model.settings, self.taste.now());
        let shown = |(look, old): &(Settings, Taste)| look == settings && *old == taste;
        if !self.look.as_ref().is_some_and(shown) {
            theme::choose(ctx, settings, taste);
            let before = self.look.replace((settings.clone(), taste));
            if before.is_some_and(|(before, _)| before.zoom_percent != settings.zoom_percent) {
                self.zoom = settings.zoom_percent;
                ctx.set_zoom_factor(f32::from(self.zoom) / 100.0);
            }
        }
        self.follow_zoom(ctx);
        let (inner, maximized) =
            ctx.input(|input| (input.content_rect().size(), input.viewport().maximized));
        if maximized != Some(true) {
            let side = |points: f32| (points * ctx.zoom_factor()).round() as u16;
            self.size = (side(inner.x), side(inner.y));
        }
    }

    /// Remembers what the keys for larger and smaller did.
    fn follow_zoom(&mut self, ctx: &egui::Context) {
        let now = (ctx.zoom_factor() * 100.0).round() as u16;
        if now != self.zoom {
            let (least, most) = (*Settings::ZOOM.start(), *Settings::ZOOM.end());
            self.zoom = now.clamp(least, most);
            if self.zoom != now {
                ctx.set_zoom_factor(f32::from(self.zoom) / 100.0);
            }
            let settings = json!({ "zoom_percent": self.zoom });
            self.ask(Command::Configure { settings });
        }
    }
}

impl eframe::App for App {
    fn raw_input_hook(&mut self, ctx: &egui::Context, input: &mut egui::RawInput) {
        self.pointer.follow(ctx, input);
    }

    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        // The raw state: while the window is hidden there is no pass, and `input.focused` stays as it was before.
        self.focused =
            ctx.input(|input| input.raw.focused && input.viewport().visible() != Some(false));
        self.speak(ctx);
        self.take_in(ctx);
        self.mind_tray(ctx);
        self.closing(ctx);
        self.dress(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let now = Now::system(self.words.clone());
        let scene = Scene {
            model: &self.model,
            now: &now,
            pictures: &self.pictures,
            surroundings: &self.surroundings,
        };
        let wishes = self.window.ui(ui, &scene, self.focused);
        let ctx = ui.ctx().clone();
        for wish in wishes {
            self.grant(&ctx, wish);
        }
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        for wish in self.window.leave() {
            if let Wish::Ask(command) = wish {
                let _ = self.node.try_request(command);
            }
        }
        let open = self.window.opened();
        if open != self.model.settings.last_open.as_ref() {
            let settings = serde_json::json!({ "last_open": open });
            let _ = self.node.try_request(Command::Configure { settings });
        }
        if self.size != self.model.settings.window_size && self.size.0 > 0 {
            let settings = json!({ "window_size": self.size });
            let _ = self.node.try_request(Command::Configure { settings });
        }
        if self.surroundings.services.is_none() {
            // Nobody comes back to it.
            let _ = std::fs::remove_dir_all(a_folder_of_no_node());
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

/// For windows without a node of their own: the demo.
fn a_folder_of_no_node() -> PathBuf {
    std::env::temp_dir().join(format!("balcony-outgoing-{}", std::process::id()))
}

fn downloads() -> PathBuf {
    let dirs = directories::UserDirs::new();
    let folder = |dirs: &directories::UserDirs| {
        let downloads = dirs.download_dir().map(std::path::Path::to_owned);
        downloads.unwrap_or_else(|| dirs.home_dir().to_owned())
    };
    dirs.as_ref().map(folder).unwrap_or_default()
}
