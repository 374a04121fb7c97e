//! The window as its user has it, from the first start on: the real program on an X server, with a window manager, a
//! session bus, a notification daemon and assistive technology, on a host of the lab, and `balcony headless` on others.
//!
//! Keys and clicks go in through the X server. What came of them is read where it matters: from what the other person's
//! program says, from the notification daemon, from the window's title, and from what a screen reader would say. Pixels
//! are looked at only to see that there are some; pictures for people are left in `target/desktop-shots/`.
#![cfg(feature = "gui")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[allow(unused_imports, reason = "the lab offers more than the window needs")]
#[path = "../lab/mod.rs"]
mod lab;

mod desktop;
mod first_start;
mod gallery;
mod handing;
mod idle;
mod lecture;
mod looks;
mod notifications;
mod reader;
mod restart;
mod tray;
mod trust;
mod two;
mod window;
mod writing;

use std::sync::Arc;

use desktop::Desktop;
use lab::Lab;
use lab::headless::balcony;
use lab::peer::{Peer, SOON};
use reader::LIST_ITEM;
use window::Window;

/// Romeo at his desktop on the host forza, past the first start, and Juliet on the host pronto. They see each other.
struct Stage {
    window: Window,
    desktop: Arc<Desktop>,
    juliet: Peer,
    lab: Lab,
}

impl Stage {
    fn new_or_skip() -> Option<Stage> {
        lab::or_skip(Desktop::available())?;
        let lab = Lab::new_or_skip()?;
        let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
        let desktop = Desktop::start(&forza);
        let juliet = balcony(&pronto, "juliet").with("--nick", "Juliet").start();
        let window = Window::start(&desktop, &["--name", "romeo", "--nick", "Romeo"]);
        juliet.shows("romeo@forza", SOON, |peer| peer["nick"] == "Romeo");
        window.reads("Juliet in the list", |screen| {
            screen.has(LIST_ITEM, "Juliet")
        });
        Some(Stage {
            window,
            desktop,
            juliet,
            lab,
        })
    }

    /// One more person, on a host of her own, whom the window shows.
    fn joins(&self, name: &str, nick: &str) -> Peer {
        let peer = balcony(&self.lab.host(&format!("{name}-pc")), name)
            .with("--nick", nick)
            .start();
        self.window.reads(&format!("{nick} in the list"), |screen| {
            screen.has(LIST_ITEM, nick)
        });
        peer.shows("romeo@forza", SOON, |_| true);
        peer
    }
}
