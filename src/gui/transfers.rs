//! Files on their way: cards in the conversation that they belong to, and a page with all of them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use egui::{Align, Frame, Layout, Margin, Response, RichText, Role, Sense, Ui, WidgetInfo};

use super::dialogs;
use super::photos::{self, Photos};
use super::scene::{Page, Scene, Wish};
use super::theme::{self, size, space};
use super::words::{Speaks, t};
use crate::command::Command;
use crate::event::{File, FileState, Trust};
use crate::model::Contact;
use crate::wire::jid::Jid;

/// How far back the speed is measured.
const MEASURED: Duration = Duration::from_secs(3);
/// The cards in a conversation are scrolled beyond this height.
const TALLEST: f32 = 240.0;
/// Finished files that a conversation shows.
const MOST_FINISHED: usize = 4;

/// What is kept from frame to frame.
#[derive(Default)]
pub struct Transfers {
    meters: HashMap<String, VecDeque<(Instant, u64)>>,
    /// Cards of finished files that were put away in the conversation.
    put_away: HashSet<String>,
    photos: Photos,
    /// The file that is to be passed on, and to whom is being asked.
    forwarding: Option<Forwarding>,
    /// Of the cards in the conversation, as last drawn.
    height: f32,
}

/// A file that somebody else is to have, too.
struct Forwarding {
    transfer: String,
    name: String,
    /// The name that is looked for.
    search: String,
    fresh: bool,
}

impl Transfers {
    /// The files of a conversation that are on their way or came lately, the oldest on top.
    pub fn strip_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, with: &Jid) -> Vec<Wish> {
        let mut files: Vec<&File> = scene
            .model
            .files
            .values()
            .filter(|file| file.peer == *with && !self.put_away.contains(&file.transfer))
            .collect();
        files.sort_by_key(|file| (file.state.is_over(), file.time));
        let over = files.iter().filter(|file| file.state.is_over()).count();
        let mut surplus = over.saturating_sub(MOST_FINISHED);
        files.retain(|file| {
            let drop = file.state.is_over() && surplus > 0;
            surplus -= usize::from(drop);
            !drop
        });
        let mut wishes = Vec::new();
        self.forwarding_ui(ui.ctx(), scene, &mut wishes);
        if files.is_empty() {
            return wishes;
        }
        let frame = Frame::new()
            .fill(theme::palette(ui).side)
            .inner_margin(Margin::symmetric(16, 6));
        // As high as its content, which is known after it was drawn once.
        let before = self.height;
        egui::Panel::top("files of the conversation")
            .frame(frame)
            .exact_size(before.clamp(60.0, TALLEST) + 12.0)
            .show(ui, |ui| {
                let scroll = egui::ScrollArea::vertical()
                    .id_salt("files")
                    .auto_shrink(false);
                let shown = scroll.show(ui, |ui| {
                    for file in files {
                        self.card_ui(ui, scene, file, true, &mut wishes);
                    }
                });
                self.height = shown.content_size.y;
            });
        if (self.height - before).abs() > 0.5 {
            ui.ctx().request_discard("the files changed their height");
        }
        wishes
    }

    /// The page with all files, the newest on top.
    pub fn page_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        self.forwarding_ui(ui.ctx(), scene, &mut wishes);
        let mut files: Vec<&File> = scene.model.files.values().collect();
        files.sort_by_key(|file| std::cmp::Reverse((!file.state.is_over(), file.time)));
        if files.is_empty() {
            let weak = theme::palette(ui).weak;
            ui.add(egui::Label::new(RichText::new(t!(ui, "files-none")).color(weak)).wrap());
        }
        for file in files {
            self.card_ui(ui, scene, file, false, &mut wishes);
            ui.add_space(space::XS);
        }
        wishes
    }

    /// Asks to whom a file is to be passed on.
    fn forwarding_ui(&mut self, ctx: &egui::Context, scene: &Scene<'_>, wishes: &mut Vec<Wish>) {
        let Some(forwarding) = &mut self.forwarding else {
            return;
        };
        let modal = theme::modal(ctx, egui::Id::unique("pass a file on")).show(ctx, |ui| {
            ui.set_width(420.0_f32.min(ctx.content_rect().width() - 60.0));
            dialogs::title(ui, &t!(ui, "forward-title"));
            let name = RichText::new(&forwarding.name).color(theme::palette(ui).weak);
            ui.add(egui::Label::new(name).truncate());
            ui.add_space(space::S);
            let Forwarding { search, fresh, .. } = forwarding;
            dialogs::person_ui(ui, scene, search, fresh)
        });
        let over = modal.inner.is_some() || modal.should_close();
        if let Some(to) = modal.inner {
            let transfer = forwarding.transfer.clone();
            wishes.push(Wish::Ask(Command::ForwardFile {
                transfer,
                to: to.clone(),
            }));
            wishes.push(Wish::Open(to));
        }
        if over {
            self.forwarding = None;
        }
    }

    fn card_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        file: &File,
        in_talk: bool,
        wishes: &mut Vec<Wish>,
    ) {
        let palette = theme::palette(ui);
        // Each on the other ground than what is around it.
        let fill = if in_talk {
            palette.ground
        } else {
            palette.side
        };
        let frame = Frame::new()
            .fill(fill)
            .corner_radius(8.0)
            .inner_margin(Margin::symmetric(12, 8));
        ui.push_id(&file.transfer, |ui| {
            frame.show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    let image = photos::image_of(file).and_then(|path| {
                        let size = egui::vec2(96.0, 72.0);
                        self.photos
                            .ui(ui, path, &file.name, size, egui::Sense::click())
                    });
                    if let (Some(image), Some(path)) = (image, &file.path)
                        && image.clicked()
                    {
                        wishes.push(Wish::OpenPath(path.clone()));
                    }
                    ui.vertical(|ui| self.words_ui(ui, scene, file, in_talk, wishes));
                });
            });
        });
        ui.add_space(space::XS);
    }

    fn words_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        file: &File,
        in_talk: bool,
        wishes: &mut Vec<Wish>,
    ) {
        let palette = theme::palette(ui);
        ui.set_width(ui.available_width());
        // A label of its own: a name may run from right to left.
        if !in_talk {
            peer_ui(ui, scene, file, wishes);
        }
        super::fonts::prepare(ui.ctx(), &file.name);
        let name = RichText::new(&file.name).font(theme::bold(size::BODY));
        ui.add(egui::Label::new(name).truncate());
        let plain = !file.encrypted && !file.state.is_over();
        let mut words = self.state_words(scene, file);
        if let Some(source) = file.source.as_ref().filter(|_| !file.state.is_over()) {
            let nick = scene.model.contacts.get(source);
            let nick = nick.map_or(source.as_str(), |contact| contact.nick.as_str());
            words += &format!(" · {}", t!(ui, "files-source", name = nick));
        }
        let words = RichText::new(words).size(size::SMALL + 0.5);
        let color = match file.state {
            FileState::Failed => palette.bad,
            _ => palette.weak,
        };
        ui.add(egui::Label::new(words.color(color)).wrap());
        if plain && file.state != FileState::Waiting {
            let words = RichText::new(t!(ui, "files-plaintext")).size(size::SMALL + 0.5);
            ui.add(egui::Label::new(words.color(palette.away)).wrap());
        }
        if matches!(file.state, FileState::Running | FileState::Paused) && file.size > 0 {
            let share = (file.bytes as f32 / file.size as f32).min(1.0);
            let bar = bar_ui(ui, share, file.state == FileState::Running);
            let percent = f64::from(share * 100.0);
            let spoken = t!(ui, "files-progress", name = file.name);
            bar.widget_info(|| WidgetInfo {
                value: Some(percent),
                ..WidgetInfo::labeled(Role::ProgressIndicator, true, &spoken)
            });
        }
        ui.with_layout(
            Layout::left_to_right(Align::Min).with_main_wrap(true),
            |ui| {
                buttons_ui(ui, file, wishes);
                let has = file.state == FileState::Done && !file.outgoing && file.path.is_some();
                if has && ui.button(t!(ui, "files-forward")).clicked() {
                    self.forwarding = Some(Forwarding {
                        transfer: file.transfer.clone(),
                        name: file.name.clone(),
                        search: String::new(),
                        fresh: true,
                    });
                }
                let contact = scene.model.contacts.get(&file.peer);
                if let Some(contact) = contact.filter(|contact| may_always(contact, file)) {
                    super::trust_view::always_ui(ui, contact, &file.transfer, wishes);
                }
                if in_talk && file.state.is_over() && ui.button(t!(ui, "files-put-away")).clicked()
                {
                    self.put_away.insert(file.transfer.clone());
                }
                if in_talk && ui.button(t!(ui, "files-all")).clicked() {
                    wishes.push(Wish::Show(Page::Files));
                }
            },
        );
    }

    fn state_words(&mut self, speaks: &impl Speaks, file: &File) -> String {
        let size = bytes(speaks, file.size);
        let size = match file.folder {
            // iChat tells it later.
            Some(0) => t!(speaks, "files-folder-unknown", size = size),
            Some(count) => t!(speaks, "files-folder", size = size, count = count),
            None if is_audio(file) => t!(speaks, "files-audio", size = size),
            None => size,
        };
        let state = match file.state {
            FileState::Waiting if file.outgoing => t!(speaks, "files-waiting-out"),
            FileState::Waiting => t!(speaks, "files-waiting-in"),
            FileState::Offered if file.outgoing => t!(speaks, "files-offered-out"),
            FileState::Offered => t!(speaks, "files-offered-in"),
            FileState::Running => self.speed_words(speaks, file),
            FileState::Paused if file.bytes > 0 => {
                let through = bytes(speaks, file.bytes);
                t!(speaks, "files-paused-at", through = through)
            }
            FileState::Paused => t!(speaks, "files-paused"),
            FileState::Done if file.outgoing => t!(speaks, "files-done-out"),
            FileState::Done => t!(speaks, "files-done-in"),
            FileState::Failed if file.outgoing => t!(speaks, "files-failed"),
            FileState::Failed => t!(speaks, "files-failed-in"),
        };
        let mut words = format!("{size} · {state}");
        if let Some(reason) = &file.reason {
            words += &format!(" · {}", speaks.words().said(reason));
        }
        words
    }

    fn speed_words(&mut self, speaks: &impl Speaks, file: &File) -> String {
        let now = Instant::now();
        let meter = self.meters.entry(file.transfer.clone()).or_default();
        if meter.back().is_none_or(|(_, bytes)| *bytes != file.bytes) {
            meter.push_back((now, file.bytes));
        }
        while meter.len() > 2
            && meter
                .front()
                .is_some_and(|(at, _)| now.duration_since(*at) > MEASURED)
        {
            meter.pop_front();
        }
        let through = bytes(speaks, file.bytes);
        let (Some(first), Some(last)) = (meter.front(), meter.back()) else {
            return t!(speaks, "files-through", through = through);
        };
        let span = last.0.duration_since(first.0).as_secs_f64();
        let moved = last.1.saturating_sub(first.1);
        if span < 0.3 || moved == 0 {
            return t!(speaks, "files-through", through = through);
        }
        let a_second = moved as f64 / span;
        let left = file.size.saturating_sub(file.bytes) as f64 / a_second;
        let speed = bytes(speaks, a_second as u64);
        let left = match left as u64 {
            seconds @ ..90 => t!(speaks, "files-seconds", count = seconds + 1),
            seconds => t!(speaks, "files-minutes", count = seconds.div_ceil(60)),
        };
        t!(
            speaks,
            "files-speed",
            through = through,
            speed = speed,
            left = left
        )
    }
}

/// With whom it is, which leads to the conversation.
fn peer_ui(ui: &mut Ui, scene: &Scene<'_>, file: &File, wishes: &mut Vec<Wish>) {
    let nick = scene.model.contacts.get(&file.peer);
    let nick = nick.map_or(file.peer.as_str(), |contact| contact.nick.as_str());
    let words = if file.outgoing {
        t!(ui, "files-to", name = nick)
    } else {
        t!(ui, "files-from", name = nick)
    };
    let words = RichText::new(words).font(theme::bold(size::SMALL + 0.5));
    if ui.link(words).clicked() {
        wishes.push(Wish::Open(file.peer.clone()));
    }
}

/// Can it be said here that files like this one are always to be taken?
fn may_always(contact: &Contact, file: &File) -> bool {
    file.state == FileState::Offered
        && !file.outgoing
        && file.encrypted
        && contact.security.trust == Trust::Verified
        && contact.security.takes_files.is_none()
}

/// Whether it is something to listen to.
fn is_audio(file: &File) -> bool {
    let kind = file.media_type.as_deref().unwrap_or_default();
    let ending = file.name.rsplit('.').next().unwrap_or_default();
    kind.starts_with("audio/")
        || ["ogg", "oga", "opus", "wav", "mp3", "flac", "m4a"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
}

/// How much is through: the accent while it moves, grey while it is held.
fn bar_ui(ui: &mut Ui, share: f32, moves: bool) -> Response {
    let palette = theme::palette(ui);
    let size = egui::vec2(ui.available_width(), 6.0);
    let (place, response) = ui.allocate_exact_size(size, Sense::hover());
    let through = place.with_max_x(place.left() + place.width() * share);
    let color = if moves {
        palette.accent
    } else {
        palette.outline
    };
    ui.painter().rect_filled(place, 3.0, palette.line);
    ui.painter().rect_filled(through, 3.0, color);
    response
}

fn buttons_ui(ui: &mut Ui, file: &File, wishes: &mut Vec<Wish>) {
    let transfer = file.transfer.clone();
    let mut ask = |ui: &mut Ui, key: &str, command: Command| {
        if ui.button(ui.words().get(key)).clicked() {
            wishes.push(Wish::Ask(command));
        }
    };
    match file.state {
        FileState::Offered if !file.outgoing => {
            let accept = Command::AcceptFile {
                transfer: transfer.clone(),
                path: None,
            };
            ask(ui, "files-accept", accept);
            ask(
                ui,
                "files-decline",
                Command::CancelFile {
                    transfer: transfer.clone(),
                },
            );
            if ui.button(t!(ui, "files-accept-into")).clicked() {
                wishes.push(Wish::AcceptInto(transfer));
            }
        }
        FileState::Running => {
            ask(
                ui,
                "files-pause",
                Command::PauseFile {
                    transfer: transfer.clone(),
                },
            );
            ask(ui, "files-cancel", Command::CancelFile { transfer });
        }
        FileState::Waiting | FileState::Offered => {
            ask(ui, "files-cancel", Command::CancelFile { transfer });
        }
        FileState::Paused => {
            ask(
                ui,
                "files-resume",
                Command::ResumeFile {
                    transfer: transfer.clone(),
                },
            );
            ask(ui, "files-cancel", Command::CancelFile { transfer });
        }
        FileState::Failed if file.outgoing => {
            ask(ui, "files-again", Command::ResumeFile { transfer });
        }
        FileState::Done if !file.outgoing => {
            let Some(path) = &file.path else { return };
            let open = if is_audio(file) {
                t!(ui, "files-play")
            } else {
                t!(ui, "files-open")
            };
            if ui.button(open).clicked() {
                wishes.push(Wish::OpenPath(path.clone()));
            }
            if file.folder.is_none() && ui.button(t!(ui, "files-save-elsewhere")).clicked() {
                wishes.push(Wish::SaveElsewhere(path.clone()));
            }
            if let (true, Some(folder)) = (ui.button(t!(ui, "files-show")).clicked(), path.parent())
            {
                wishes.push(Wish::OpenPath(folder.to_owned()));
            }
        }
        FileState::Done | FileState::Failed => {}
    }
}

/// A number of bytes for people.
pub fn bytes(speaks: &impl Speaks, bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = (u128::from(bytes) * 10 / u128::from(unit)).to_string();
        let (whole, tenth) = tenths.split_at(tenths.len() - 1);
        let whole = if whole.is_empty() { "0" } else { whole };
        t!(speaks, "number-with-tenths", whole = whole, tenth = tenth)
    };
    match bytes {
        ..1024 => t!(speaks, "size-bytes", count = bytes),
        1024..1_048_576 => t!(speaks, "size-kib", number = tenths(1 << 10)),
        1_048_576..1_073_741_824 => t!(speaks, "size-mib", number = tenths(1 << 20)),
        _ => t!(speaks, "size-gib", number = tenths(1 << 30)),
    }
}
