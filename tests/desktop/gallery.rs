//! Every view of the demonstration, opened as its user does: what is on it is read, and a picture of it is left for people.
//! The pictures in `assets/views` are such ones.

use std::sync::Arc;

use super::desktop::Desktop;
use super::lab::{self, Lab};
use super::reader::{LIST_ITEM, Screen};
use super::window::Window;

/// A window with the demonstration in it.
struct Gallery {
    window: Window,
    desktop: Arc<Desktop>,
    _lab: Lab,
}

impl Gallery {
    fn new_or_skip() -> Option<Gallery> {
        lab::or_skip(Desktop::available())?;
        let lab = Lab::new_or_skip()?;
        let desktop = Desktop::start(&lab.host("forza"));
        let window = Window::demo(&desktop);
        window.resize(1100, 720);
        window.reads("the people", |screen| screen.has(LIST_ITEM, "Juliet"));
        Some(Gallery {
            window,
            desktop,
            _lab: lab,
        })
    }

    /// Reads what the view has, and leaves a picture of it.
    fn shows(&self, name: &str, what: impl Fn(&Screen) -> bool) {
        self.window.reads(&format!("the view “{name}”"), what);
        // Out of the way of what is drawn under the pointer.
        let id = self.window.id();
        self.desktop
            .xdotool(&["mousemove", "--window", id, "700", "2"]);
        self.window.picture(&format!("view-{name}"));
    }

    /// Goes to whatever is called so, by the quick switcher.
    fn goes_to(&self, part: &str) {
        self.desktop.key("ctrl+k");
        self.window.focuses("Go to…");
        self.desktop.types(part);
        self.window.has_typed(part);
        self.desktop.key("Return");
    }
}

#[test]
fn every_view_is_there_to_be_looked_at() {
    let Some(gallery) = Gallery::new_or_skip() else {
        return;
    };
    let Gallery {
        window, desktop, ..
    } = &gallery;
    window.opens("jul", "Juliet");
    gallery.shows("conversation", |screen| screen.says("edited"));
    window.presses("Emoji");
    gallery.shows("emoji", |screen| screen.says("Search emoji"));
    desktop.key("Escape");
    window.presses("Encrypted: details of Juliet");
    gallery.shows("contact", |screen| screen.says("Compare"));
    desktop.key("Escape");
    desktop.key("ctrl+f");
    window.focuses("Search");
    desktop.types("lunch");
    gallery.shows("search", |screen| screen.says("Only one hour of"));
    desktop.key("Escape");
    desktop.key("ctrl+k");
    window.focuses("Go to…");
    desktop.types("r");
    window.has_typed("r");
    gallery.shows("switcher", |screen| screen.says("Rosaline"));
    desktop.key("Escape");
    gallery.goes_to("picnic");
    gallery.shows("room", |screen| screen.says("Write to picnic"));
    gallery.goes_to("Rooms");
    gallery.shows("rooms", |screen| screen.says("Make the room"));
    desktop.key("ctrl+n");
    gallery.shows("network", |screen| {
        screen.says("lan0") || screen.says("used")
    });
    desktop.key("ctrl+comma");
    gallery.shows("settings", |screen| screen.says("Search settings"));
    desktop.key("Escape");
    desktop.key("F1");
    gallery.shows("keys", |screen| screen.says("These keys"));
    desktop.key("Escape");
}
