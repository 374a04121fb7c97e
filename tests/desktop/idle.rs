//! Nothing happens: nothing is done.

use std::sync::Arc;
use std::time::Duration;

use super::desktop::Desktop;
use super::window::Window;
use crate::lab::headless::balcony;
use crate::lab::peer::SOON;
use crate::lab::{self, Lab};

#[test]
fn an_open_window_costs_nothing_while_nothing_happens() {
    if lab::or_skip(Desktop::available()).is_none() {
        return;
    }
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let juliet = balcony(&pronto, "juliet").with("--nick", "Juliet").start();
    let desktop = Arc::new(Desktop::start_plain(&forza));
    let window = Window::start(&desktop, &["--name", "romeo", "--nick", "Romeo"]);
    juliet.shows("romeo@forza", SOON, |_| true);
    window.takes_keyboard();
    desktop.types("jul");
    desktop.key("Return");
    window.has_signed_on();
    // A message on the screen, the cursor in the field.
    juliet.send("romeo@forza", "Good night", "n-1");
    juliet.reaches("n-1", &["delivered", "displayed"], SOON);

    // The quietest of three: announcements and what a busy machine does to us settle meanwhile.
    let spent: Vec<u64> = (0..3)
        .map(|_| {
            let before = window.ticks();
            std::thread::sleep(Duration::from_secs(20));
            window.ticks() - before
        })
        .take_while({
            let mut quiet = false;
            move |ticks| !std::mem::replace(&mut quiet, *ticks <= 2)
        })
        .collect();
    println!("clock ticks in 20 s with the window open: {spent:?}");
    let least = spent.iter().min().expect("one at least");
    assert!(
        *least <= 20,
        "{spent:?} ticks of 10 ms in 20 s: it draws without end"
    );
}
