//! Rooms in virtual time: many members, each with the engine of the real node and a pretended disk, on a network that delays,
//! splits, dies silently and forgets. `BALCONY_SEEDS=5000 cargo test --test rooms` plays more of each scene, `BALCONY_SEED=17` one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod checks;
mod faults;
mod hostile;
mod seeded;
mod speed;
mod world;

/// Plays a scene with several seeds. One that fails says how to see it again.
fn with_seeds(usual: u64, play: impl Fn(u64)) {
    let number = |name| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse::<u64>().ok())
    };
    let seeds = match (number("BALCONY_SEED"), number("BALCONY_SEEDS")) {
        (Some(seed), _) => seed..seed + 1,
        (None, Some(count)) => 0..count,
        (None, None) => 0..usual,
    };
    for seed in seeds {
        let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| play(seed)));
        if let Err(panic) = played {
            let scene = std::thread::current().name().unwrap_or("").to_owned();
            eprintln!("replay with: BALCONY_SEED={seed} cargo test --test rooms {scene}");
            std::panic::resume_unwind(panic);
        }
    }
}
