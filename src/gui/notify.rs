//! Desktop notifications: which ones, decided by a rule without I/O, and their showing, on threads of their own so that a
//! slow notification daemon never stops the window.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::event::room::{Notify, RoomEvent, RoomLine};
use crate::event::{Event, File, Message, Show};
use crate::model::Model;
use crate::wire::jid::Jid;

use super::words::{Speaks, t};

/// What comes in within so long after the start is told in one summary.
const SIGN_ON: Duration = Duration::from_secs(5);

/// Our icon for notifications.
const SMALL_ICON: &[u8] = include_bytes!("../../assets/balcony-64.png");

/// Characters of a message that are shown.
const MOST: usize = 200;

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Whose conversation, or which room, a click opens.
    pub about: Option<Jid>,
    /// The first line, plain text.
    pub title: String,
    /// The rest, plain text.
    pub body: String,
    /// The picture of whom it is about.
    pub picture: Option<PathBuf>,
}

/// Decides. Events go in after the model has taken them.
pub struct Rule {
    started: Instant,
    summed_up: bool,
    /// Messages of the first seconds, by sender.
    early: HashMap<Jid, u32>,
}

impl Rule {
    /// At the start of the window.
    pub fn new(now: Instant) -> Rule {
        Rule {
            started: now,
            summed_up: false,
            early: HashMap::new(),
        }
    }

    /// What to show for an event. `watched` is the conversation that the user is looking at.
    pub fn note(
        &mut self,
        words: &impl Speaks,
        event: &Event,
        model: &Model,
        watched: Option<&Jid>,
        now: Instant,
    ) -> Option<Note> {
        if let Event::Attention { from } = event {
            return wanted(model).then(|| Note {
                about: Some(from.clone()),
                title: t!(words, "note-attention", name = nick(model, from)),
                body: String::new(),
                picture: picture(model, from),
            });
        }
        if let Event::Plaintext { peer, held: 1, .. } = event {
            return wanted(model).then(|| Note {
                about: Some(peer.clone()),
                title: t!(words, "note-held", name = nick(model, peer)),
                body: String::new(),
                picture: picture(model, peer),
            });
        }
        if let Event::Room(RoomEvent::RoomMessage { room, line }) = event {
            let seen = watched.is_some_and(|watched| watched.as_str() == room);
            return of_line(words, model, room, line).filter(|_| !seen);
        }
        let message = match event {
            Event::MessageReceived { message } => message,
            event => return of_file(words, event, model).filter(|_| wanted(model)),
        };
        if !wanted(model) || watched == Some(&message.from) {
            return None;
        }
        if now.duration_since(self.started) < SIGN_ON && !self.summed_up {
            *self.early.entry(message.from.clone()).or_default() += 1;
            return None;
        }
        Some(of_message(words, message, model))
    }

    /// When to call [`Rule::summary`].
    pub fn due(&self, now: Instant) -> Option<Duration> {
        (!self.summed_up).then(|| SIGN_ON.saturating_sub(now.duration_since(self.started)))
    }

    /// One word about all that came in while we signed on, once.
    pub fn summary(&mut self, words: &impl Speaks, model: &Model, now: Instant) -> Option<Note> {
        if self.summed_up || now.duration_since(self.started) < SIGN_ON {
            return None;
        }
        self.summed_up = true;
        let early = std::mem::take(&mut self.early);
        let messages: u32 = early.values().sum();
        if messages == 0 || !wanted(model) {
            return None;
        }
        let mut names: Vec<&str> = early.keys().map(|jid| nick(model, jid)).collect();
        names.sort_unstable();
        let name = names.first().copied().unwrap_or_default();
        let title = match (messages, early.len()) {
            (1, _) => t!(words, "note-wrote", name = name),
            (_, 1) => t!(words, "note-many", count = messages, name = name),
            (_, people) => t!(words, "note-many-people", count = messages, people = people),
        };
        let body = if early.len() > 1 {
            names.join(", ")
        } else {
            String::new()
        };
        let about = if early.len() == 1 {
            early.into_keys().next()
        } else {
            None
        };
        Some(Note {
            picture: about.as_ref().and_then(|jid| picture(model, jid)),
            about,
            title,
            body: super::text::cut(&body, MOST).to_owned(),
        })
    }
}

/// What is said in a room, as far as the user wants to be told of it.
fn of_line(words: &impl Speaks, model: &Model, room: &str, line: &RoomLine) -> Option<Note> {
    let view = model.rooms.get(room)?;
    let told = match view.notify {
        Notify::All => true,
        Notify::Mentions => line.mention || line.announcement,
        Notify::None => false,
    };
    if !told || line.own || line.history || view.unread == 0 || !wanted(model) {
        return None;
    }
    let body = match model.settings.notification_text {
        true => super::text::cut(&line.body, MOST).to_owned(),
        false => t!(words, "note-new"),
    };
    Some(Note {
        // A room's address has the form of anybody's.
        about: Jid::new(room).ok(),
        title: t!(words, "room-note", name = line.nick, room = view.about.name),
        body,
        picture: None,
    })
}

fn wanted(model: &Model) -> bool {
    model.settings.notifications && model.me.show != Show::Dnd
}

fn nick<'a>(model: &'a Model, jid: &'a Jid) -> &'a str {
    model
        .contacts
        .get(jid)
        .map_or(jid.as_str(), |contact| &contact.nick)
}

fn of_message(words: &impl Speaks, message: &Message, model: &Model) -> Note {
    let name = nick(model, &message.from);
    let body = if model.settings.notification_text {
        let text = message
            .body
            .strip_prefix("/me ")
            .map(|deed| format!("{name} {deed}"));
        super::text::cut(text.as_deref().unwrap_or(&message.body), MOST).to_owned()
    } else {
        t!(words, "note-new")
    };
    Note {
        about: Some(message.from.clone()),
        title: name.to_owned(),
        body,
        picture: picture(model, &message.from),
    }
}

fn picture(model: &Model, jid: &Jid) -> Option<PathBuf> {
    let peer = model.contacts.get(jid)?.peer.as_ref()?;
    peer.avatar.as_ref().map(|avatar| avatar.path.clone())
}

/// Our icon as a file, for daemons that do not find it by its name: written once into the cache folder.
fn own_icon() -> Option<PathBuf> {
    let file = directories::ProjectDirs::from("", "", "balcony")?
        .cache_dir()
        .join("balcony-64.png");
    if !file.exists() {
        std::fs::create_dir_all(file.parent()?).ok()?;
        std::fs::write(&file, SMALL_ICON).ok()?;
    }
    Some(file)
}

/// A file is offered, or is here.
fn of_file(words: &impl Speaks, event: &Event, model: &Model) -> Option<Note> {
    let (file, offered) = match event {
        Event::FileOffered { file, .. } if is_taken(model, file) => return None,
        Event::FileOffered { file, .. } => (file, true),
        Event::FileDone { transfer, path, .. } => {
            path.as_ref()?;
            (model.files.get(transfer)?, false)
        }
        _ => return None,
    };
    let name = nick(model, &file.peer);
    let title = if offered {
        t!(words, "note-file", name = name)
    } else {
        t!(words, "note-file-done", name = name)
    };
    Some(Note {
        about: Some(file.peer.clone()),
        title,
        body: if model.settings.notification_text {
            super::text::cut(&file.name, MOST).to_owned()
        } else {
            String::new()
        },
        picture: picture(model, &file.peer),
    })
}

/// Is it taken without asking? Then the word that it is here is enough.
fn is_taken(model: &Model, file: &File) -> bool {
    let contact = model.contacts.get(&file.peer);
    let limit = contact.and_then(|contact| contact.security.takes_files);
    file.encrypted && file.size > 0 && limit.is_some_and(|limit| file.size <= limit)
}

/// The body of a notification is markup (Desktop Notifications 1.2, "Markup"): what people write is none.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A path as a URI (RFC 8089), every byte escaped that might mean something.
fn file_uri(path: &Path) -> String {
    let mut uri = String::from("file://");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(*byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// Shows notes and hears of clicks on them.
pub struct Desktop {
    notes: Sender<(Note, bool)>,
    clicks: Receiver<Jid>,
}

impl Desktop {
    /// Starts the thread that shows them; it ends with this.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn open(ctx: egui::Context) -> std::io::Result<Desktop> {
        let (notes, work) = channel::<(Note, bool)>();
        let (tell, clicks) = channel();
        std::thread::Builder::new()
            .name("notifications".into())
            .spawn(move || {
                let shown = Shown::default();
                for (note, sound) in work {
                    if let Err(error) = shown.show(note, sound, &tell, &ctx) {
                        tracing::info!(%error, "no desktop notification could be shown");
                    }
                }
            })?;
        Ok(Desktop { notes, clicks })
    }

    /// Shows one, with the desktop's sound for a message or without any; one of the same contact is replaced.
    pub fn show(&self, note: Note, sound: bool) {
        // The thread ends only with us.
        let _ = self.notes.send((note, sound));
    }

    /// Whose notification was clicked.
    pub fn clicked(&self) -> Option<Jid> {
        self.clicks.try_recv().ok()
    }
}

/// The daemon's number of the notification of each contact; one waits for a click on each.
#[derive(Default)]
struct Shown {
    numbers: Arc<Mutex<HashMap<Option<Jid>, u32>>>,
}

impl Shown {
    fn show(
        &self,
        note: Note,
        sound: bool,
        tell: &Sender<Jid>,
        ctx: &egui::Context,
    ) -> Result<(), notify_rust::error::Error> {
        let known = self
            .numbers
            .lock()
            .ok()
            .and_then(|numbers| numbers.get(&note.about).copied());
        let mut notification = notify_rust::Notification::new();
        notification
            .appname("Balcony")
            .icon("balcony")
            .summary(&note.title)
            .body(&escape(&note.body))
            .hint(notify_rust::Hint::Category("im.received".into()))
            .hint(notify_rust::Hint::DesktopEntry("balcony".into()))
            .hint(sound_hint(sound))
            .action("default", &t!(ctx, "note-open"));
        // A file, because not every daemon knows a theme, and none knows ours before it is installed.
        if let Some(file) = note.picture.clone().or_else(own_icon) {
            notification.hint(notify_rust::Hint::ImagePath(file_uri(&file)));
        }
        // Replacing it would be less of a flicker, but then its clicks go to a connection that nobody listens on.
        if let Some(number) = known {
            close(number);
        }
        let handle = notification.show()?;
        let number = handle.id();
        if let Ok(mut numbers) = self.numbers.lock() {
            numbers.insert(note.about.clone(), handle.id());
        }
        let (numbers, tell, ctx) = (self.numbers.clone(), tell.clone(), ctx.clone());
        let waiting = std::thread::Builder::new()
            .name("notification".into())
            .spawn(move || {
                handle.wait_for_action(|action| {
                    if action != "__closed"
                        && let Some(jid) = note.about.clone()
                    {
                        let _ = tell.send(jid);
                        ctx.request_repaint();
                    }
                });
                if let Ok(mut numbers) = numbers.lock()
                    && numbers.get(&note.about) == Some(&number)
                {
                    numbers.remove(&note.about);
                }
            });
        if let Err(error) = waiting {
            tracing::info!(%error, "clicks on a notification are not heard");
        }
        Ok(())
    }
}

/// Which sound the desktop plays: the one that its sound theme has for a new message (Sound Naming Specification), or none, also
/// where the daemon would have one of its own.
fn sound_hint(sound: bool) -> notify_rust::Hint {
    match sound {
        true => notify_rust::Hint::SoundName("message-new-instant".into()),
        false => notify_rust::Hint::SuppressSound(true),
    }
}

/// Takes a notification back; its waiting thread hears of that and ends.
fn close(number: u32) {
    let name = "org.freedesktop.Notifications";
    let path = "/org/freedesktop/Notifications";
    let closed = zbus::blocking::Connection::session().and_then(|bus| {
        bus.call_method(
            Some(name),
            path,
            Some(name),
            "CloseNotification",
            &(number,),
        )
    });
    if let Err(error) = closed {
        tracing::debug!(%error, "a notification was not taken back");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::Me;
    use crate::model::settings::Settings;

    fn english() -> std::sync::Arc<crate::gui::words::Words> {
        std::sync::Arc::new(crate::gui::words::Words::of("en"))
    }

    fn model() -> Model {
        let me = Me {
            jid: Jid::new("me@here").unwrap(),
            nick: "Me".into(),
            show: Show::Available,
            message: String::new(),
            avatar: None,
            port: 5298,
            fingerprint: None,
            online: true,
        };
        Model::new(me, Settings::default())
    }

    fn message(from: &str, body: &str) -> Event {
        Event::MessageReceived {
            message: Message {
                id: body.into(),
                from: Jid::new(from).unwrap(),
                to: Jid::new("me@here").unwrap(),
                body: body.into(),
                spans: Vec::new(),
                extra: None,
                time: jiff::Timestamp::UNIX_EPOCH,
                encrypted: false,
                delayed: false,
                state: None,
                reason: None,
            },
        }
    }

    #[test]
    fn what_is_looked_at_makes_no_noise_and_dnd_and_the_switch_are_obeyed() {
        let start = Instant::now();
        let later = start + Duration::from_secs(60);
        let mut rule = Rule::new(start);
        let mut model = model();
        let anna = Jid::new("anna@x").unwrap();
        assert_eq!(rule.summary(&english(), &model, later), None);
        let note = rule
            .note(&english(), &message("anna@x", "hi"), &model, None, later)
            .unwrap();
        assert_eq!(
            (note.about.as_ref(), note.body.as_str()),
            (Some(&anna), "hi")
        );
        assert_eq!(
            rule.note(
                &english(),
                &message("anna@x", "hi"),
                &model,
                Some(&anna),
                later
            ),
            None
        );
        model.settings.notification_text = false;
        assert_eq!(
            rule.note(
                &english(),
                &message("anna@x", "secret"),
                &model,
                None,
                later
            )
            .unwrap()
            .body,
            "New message"
        );
        model.me.show = Show::Dnd;
        assert_eq!(
            rule.note(&english(), &message("anna@x", "hi"), &model, None, later),
            None
        );
        model.me.show = Show::Away;
        model.settings.notifications = false;
        assert_eq!(
            rule.note(&english(), &message("anna@x", "hi"), &model, None, later),
            None
        );
    }

    #[test]
    fn the_first_seconds_are_told_in_one() {
        let start = Instant::now();
        let mut rule = Rule::new(start);
        let model = model();
        for (from, body) in [("anna@x", "1"), ("anna@x", "2"), ("bob@x", "3")] {
            assert_eq!(
                rule.note(&english(), &message(from, body), &model, None, start),
                None
            );
        }
        assert_eq!(rule.summary(&english(), &model, start), None);
        let note = rule.summary(&english(), &model, start + SIGN_ON).unwrap();
        assert_eq!(
            (note.title.as_str(), note.body.as_str()),
            ("3 messages from 2 people", "anna@x, bob@x")
        );
        assert_eq!(
            (
                rule.summary(&english(), &model, start + SIGN_ON),
                rule.due(start + SIGN_ON)
            ),
            (None, None)
        );
    }

    #[test]
    fn a_file_of_any_name_is_a_uri() {
        assert_eq!(
            file_uri(Path::new("/a b/ü#.png")),
            "file:///a%20b/%C3%BC%23.png"
        );
    }

    #[test]
    fn what_people_write_is_no_markup() {
        assert_eq!(escape("<b>a & b</b>"), "&lt;b&gt;a &amp; b&lt;/b&gt;");
    }
}
