//! What a frame of the window costs the processor: everything that the window does but the painting itself, which is the
//! graphics card's. A list of 300 people, a conversation of 100 000 messages that is scrolled through, and a storm of
//! presence, all at once; the same list and conversation while files move; then one that is scrolled out of a million
//! messages on the disk, of which the window has at most 2000 at a time. `cargo bench --bench frames`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

#[cfg(feature = "gui")]
#[allow(dead_code, unused_imports, reason = "the scenes need more of it")]
#[path = "../tests/window/desk.rs"]
mod desk;

#[cfg(feature = "gui")]
fn main() {
    window::measure();
}

#[cfg(not(feature = "gui"))]
fn main() {
    println!("there is no window in this build");
}

#[cfg(feature = "gui")]
mod window {
    use std::collections::HashSet;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use balcony::command::Place;
    use balcony::disk::store::Store;
    use rusqlite::{Connection, params};

    use super::desk::*;

    const PEOPLE: usize = 300;
    const MESSAGES: usize = 100_000;
    const STORED: usize = 1_000_000;
    const FRAMES: usize = 1200;
    /// As many as move bytes at a time.
    const FILES: usize = 8;
    const FILE_SIZE: u64 = 4 << 30;
    /// The node tells of each every 150 ms.
    const FRAMES_A_TELL: usize = 9;
    /// At 60 frames a second.
    const CHANGES_A_SECOND: usize = 50;

    pub fn measure() {
        let what = format!(
            "{PEOPLE} people, {MESSAGES} messages scrolled, {CHANGES_A_SECOND} changes a second"
        );
        let times = frames(crowd(), 90.0, |model, _, frame| {
            let begun = Instant::now();
            storm(model, frame);
            begun.elapsed()
        });
        report(&what, times);
        let what = format!("{FILES} files on their way, {MESSAGES} messages scrolled");
        let times = frames(with_files(), 90.0, |model, _, frame| {
            let begun = Instant::now();
            progress(model, frame);
            begun.elapsed()
        });
        report(&what, times);
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (store, ..) = Store::open(folder.path()).unwrap();
            store.close().await;
        });
        fill(&folder.path().join("balcony.db"));
        let opened = runtime.block_on(async { Store::open(folder.path()).unwrap() });
        let (store, loaded, _synced) = opened;
        let mut model = people();
        // As at a start: the last message of each conversation is known, and none is loaded.
        for (with, summary) in loaded.conversations {
            model.remember(with, summary);
        }
        let mut pages = Pages::default();
        let times = frames(model, 600.0, |model, wishes, _| {
            let mut taking_in = Duration::ZERO;
            // What the node does on its own thread is not counted; that the window takes its answer in, is.
            for wish in wishes {
                let Wish::Ask(Command::History {
                    with,
                    limit,
                    before,
                    after,
                    around,
                }) = wish
                else {
                    continue;
                };
                let place = Place::of(before.clone(), after.clone(), around.clone());
                let limit = limit.unwrap_or(100);
                let page = store.history(with.clone(), limit, place.unwrap_or_default());
                let page = runtime.block_on(page).unwrap();
                pages.take(&page.messages);
                let answer = Event::History {
                    with: with.clone(),
                    before: before.clone(),
                    after: after.clone(),
                    around: around.clone(),
                    messages: page.messages,
                    complete: page.complete,
                    newest: page.newest,
                    reference: None,
                };
                let begun = Instant::now();
                model.apply(&answer);
                taking_in += begun.elapsed();
            }
            taking_in
        });
        assert!(pages.count >= 20, "this scrolls through nothing: {pages:?}");
        let loaded = format!(
            "a conversation of {STORED} stored messages scrolled, {} pages of {} different messages loaded, {} back",
            pages.count,
            pages.seen.len(),
            pages.back(),
        );
        report(&loaded, times);
    }

    /// What was loaded of the stored conversation.
    #[derive(Debug, Default)]
    struct Pages {
        count: usize,
        seen: HashSet<String>,
    }

    impl Pages {
        fn take(&mut self, messages: &[Message]) {
            self.count += 1;
            let ids = messages.iter().map(|message| message.id.clone());
            self.seen.extend(ids);
        }

        /// How far from the newest message the oldest of them is.
        fn back(&self) -> usize {
            let number = |id: &String| id.strip_prefix('m')?.parse::<usize>().ok();
            let oldest = self.seen.iter().filter_map(number).min();
            STORED - oldest.unwrap_or(STORED)
        }
    }

    /// Draws them all; `before` a frame the model changes, with what the last frame asked for, and says
    /// how long that took.
    fn frames(
        mut model: Model,
        speed: f32,
        mut before: impl FnMut(&mut Model, &[Wish], usize) -> Duration,
    ) -> Vec<Duration> {
        let ctx = egui::Context::default();
        ctx.set_fonts(fonts::embedded());
        theme::install(&ctx);
        ctx.enable_accesskit();
        let words = Arc::new(Words::of("en"));
        let mut window = Window::new("Alice");
        window.open(jid("person0@pc"));
        let (pictures, surroundings) = (Pictures::default(), Surroundings::default());
        let now = Now::fixed(at(0), words);
        let mut times = Vec::new();
        let mut wishes = Vec::new();
        for frame in 0..FRAMES {
            let changed = before(&mut model, &wishes, frame);
            wishes.clear();
            let input = wheel(frame, speed);
            let begun = Instant::now();
            let mut output = ctx.run_ui(input, |ui| {
                let scene = Scene {
                    model: &model,
                    now: &now,
                    pictures: &pictures,
                    surroundings: &surroundings,
                };
                wishes.extend(window.ui(ui, &scene, true));
            });
            let meshes = ctx.tessellate(output.shapes, output.pixels_per_point);
            std::hint::black_box(meshes);
            // Nobody paints it.
            output.textures_delta.clear();
            // The first frames make glyphs and caches, as the first moment after the start does.
            if frame >= 60 {
                times.push(changed + begun.elapsed());
            }
            // Textures are the graphics card's.
            output.textures_delta.clear();
        }
        times
    }

    fn report(what: &str, mut times: Vec<Duration>) {
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "frame, {what}: p50 {:.2} ms, p99 {:.2} ms, most {:.2} ms (goal: p99 at most 8 ms)",
            ms(at(0.5)),
            ms(at(0.99)),
            ms(at(1.0))
        );
    }

    /// A million messages with one person.
    fn fill(path: &std::path::Path) {
        let mut db = Connection::open(path).unwrap();
        db.pragma_update(None, "synchronous", "OFF").unwrap();
        let transaction = db.transaction().unwrap();
        let known = "INSERT OR IGNORE INTO contacts (jid) VALUES ('person0@pc')";
        transaction.execute(known, []).unwrap();
        for n in 0..STORED {
            let mut insert = transaction
                .prepare_cached(
                    "INSERT INTO messages (peer, from_me, id, author, addressee, body, time, encrypted, delayed, read)
                     VALUES ('person0@pc', 0, ?1, 'person0@pc', 'alice@desk', ?2, ?3, 0, 0, 1)",
                )
                .unwrap();
            let body = format!("line {n} with some words in it ").repeat(n % 9 + 1);
            let time = i64::try_from(n).unwrap() * 60_000_000;
            insert
                .execute(params![format!("m{n}"), body, time])
                .unwrap();
        }
        transaction.commit().unwrap();
    }

    fn people() -> Model {
        let mut model = nobody();
        for n in 0..PEOPLE {
            let show = [Show::Available, Show::Away, Show::Dnd][n % 3];
            let peer = peer(
                &format!("person{n}@pc"),
                &format!("Person Number {n}"),
                show,
            );
            model.apply(&Event::PeerOnline { peer });
        }
        model
    }

    fn crowd() -> Model {
        let mut model = people();
        receive(&mut model, "person0@pc", "first", "x", -1);
        let talk = &mut model
            .contacts
            .get_mut(&jid("person0@pc"))
            .unwrap()
            .conversation;
        let one = talk.messages[0].clone();
        talk.messages = (0..MESSAGES)
            .map(|n| Message {
                id: format!("m{n}"),
                body: format!("line {n} with some words in it ").repeat(n % 9 + 1),
                ..one.clone()
            })
            .collect();
        talk.last = talk.messages.back().cloned();
        model
    }

    /// The crowd, and files that move in both directions.
    fn with_files() -> Model {
        let mut model = crowd();
        for n in 0..FILES {
            let file = File {
                transfer: format!("file{n}"),
                peer: jid("person0@pc"),
                outgoing: n % 2 == 0,
                name: format!("file {n}.bin"),
                size: FILE_SIZE,
                media_type: None,
                folder: None,
                state: FileState::Running,
                bytes: 0,
                encrypted: true,
                path: None,
                source: None,
                sha256: None,
                reason: None,
                time: at(-3),
            };
            let reference = None;
            model.apply(&Event::FileState { file, reference });
        }
        model
    }

    fn progress(model: &mut Model, frame: usize) {
        for n in (0..FILES).filter(|n| (frame + n).is_multiple_of(FRAMES_A_TELL)) {
            model.apply(&Event::FileProgress {
                transfer: format!("file{n}"),
                bytes: frame as u64 * (FILE_SIZE / FRAMES as u64),
                size: FILE_SIZE,
            });
        }
    }

    /// Somebody changes its presence, fifty times a second.
    fn storm(model: &mut Model, frame: usize) {
        if frame * CHANGES_A_SECOND / 60 == (frame + 1) * CHANGES_A_SECOND / 60 {
            return;
        }
        let n = frame * 37 % PEOPLE;
        let show = [Show::Away, Show::Dnd, Show::Available][frame % 3];
        let peer = peer(
            &format!("person{n}@pc"),
            &format!("Person Number {n}"),
            show,
        );
        model.apply(&Event::PeerChanged { peer });
    }

    /// The pointer over the messages, the wheel turning.
    fn wheel(frame: usize, speed: f32) -> egui::RawInput {
        let mut input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, WIDE)),
            time: Some(frame as f64 / 60.0),
            focused: true,
            ..egui::RawInput::default()
        };
        input
            .events
            .push(egui::Event::PointerMoved(egui::pos2(640.0, 300.0)));
        input.events.push(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(
                0.0,
                if frame % 400 < 300 {
                    speed
                } else {
                    -1.8 * speed
                },
            ),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        });
        input
    }
}
