//! What a frame of the window costs the processor: everything that the window does but the painting itself, which is the
//! graphics card's. A list of 300 people, a conversation of 100 000 messages that is scrolled through, and a storm of
//! presence, all at once. `cargo bench --bench frames`.
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
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::desk::*;

    const PEOPLE: usize = 300;
    const MESSAGES: usize = 100_000;
    const FRAMES: usize = 1200;
    /// At 60 frames a second.
    const CHANGES_A_SECOND: usize = 50;

    pub fn measure() {
        let mut model = crowd();
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
        for frame in 0..FRAMES {
            storm(&mut model, frame);
            let input = wheel(frame);
            let begun = Instant::now();
            let output = ctx.run_ui(input, |ui| {
                let scene = Scene {
                    model: &model,
                    now: &now,
                    pictures: &pictures,
                    surroundings: &surroundings,
                };
                window.ui(ui, &scene, true);
            });
            let meshes = ctx.tessellate(output.shapes, output.pixels_per_point);
            std::hint::black_box(meshes);
            // The first frames make glyphs and caches, as the first moment after the start does.
            if frame >= 60 {
                times.push(begun.elapsed());
            }
        }
        report(times);
    }

    fn report(mut times: Vec<Duration>) {
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "frame, {PEOPLE} people, {MESSAGES} messages scrolled, {CHANGES_A_SECOND} changes a second: \
             p50 {:.2} ms, p99 {:.2} ms, most {:.2} ms (goal: p99 at most 8 ms)",
            ms(at(0.5)),
            ms(at(0.99)),
            ms(at(1.0))
        );
    }

    fn crowd() -> Model {
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
    fn wheel(frame: usize) -> egui::RawInput {
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
            delta: egui::vec2(0.0, if frame % 400 < 300 { 90.0 } else { -160.0 }),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        });
        input
    }
}
