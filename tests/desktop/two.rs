//! Two windows on one LAN, both used by keyboard and mouse: what one of them does, the other shows.

use std::sync::Arc;

use super::desktop::Desktop;
use super::reader::LIST_ITEM;
use super::window::Window;
use crate::lab::headless::balcony;
use crate::lab::{self, Lab};

/// Of the mouse.
const LEFT: u8 = 1;
const RIGHT: u8 = 3;

struct Two {
    romeo: Window,
    juliet: Window,
    here: Arc<Desktop>,
    there: Arc<Desktop>,
    lab: Lab,
}

fn two() -> Option<Two> {
    lab::or_skip(Desktop::available())?;
    let lab = Lab::new_or_skip()?;
    let (here, there) = (
        Desktop::start(&lab.host("forza")),
        Desktop::start(&lab.host("pronto")),
    );
    let romeo = Window::start(&here, &["--name", "romeo", "--nick", "Romeo"]);
    let juliet = Window::start(&there, &["--name", "juliet", "--nick", "Juliet"]);
    for (window, nick) in [(&romeo, "Juliet"), (&juliet, "Romeo")] {
        window.reads(&format!("{nick} in the list"), |screen| {
            screen.has(LIST_ITEM, nick)
        });
        window.takes_keyboard();
    }
    Some(Two {
        romeo,
        juliet,
        here,
        there,
        lab,
    })
}

#[test]
fn two_windows_chat_answer_react_and_edit() {
    let Some(two) = two() else { return };
    let Two {
        romeo,
        juliet,
        here,
        there,
        ..
    } = &two;
    romeo.opens("jul", "Juliet");
    romeo.says("But soft, what light?");
    // By mouse: the name in the list.
    juliet.presses_at("Romeo", LEFT);
    juliet.focuses("Message to Romeo");
    juliet.reads("the message", |screen| screen.says("But soft, what light?"));

    // An answer, by keys: the newest message, R.
    there.key("ctrl+Up");
    juliet.focuses("Romeo");
    there.key("r");
    juliet.focuses("Message to Romeo");
    juliet.says("Ay me!");
    let quoted = "But soft, what light?";
    romeo.reads("the answer with what it answers", |screen| {
        screen.says("Ay me!")
            && screen
                .0
                .iter()
                .filter(|one| one.name.contains(quoted))
                .count()
                > 1
    });

    // A reaction, by the right mouse button and the menu.
    romeo.presses_at("Ay me!", RIGHT);
    romeo.presses_at("🎉", LEFT);
    juliet.reads("the reaction", |screen| screen.says("🎉"));

    // A mistake, corrected by Up.
    romeo.presses_at("Message to Juliet", LEFT);
    romeo.says("She speeks");
    juliet.reads("the mistake", |screen| screen.says("She speeks"));
    here.key("Up");
    romeo.has_typed("She speeks");
    here.key("ctrl+a");
    romeo.says("She speaks");
    juliet.reads("the correction", |screen| {
        screen.says("She speaks") && !screen.says("She speeks")
    });
    romeo.picture("two-romeo");
    juliet.picture("two-juliet");
}

#[test]
fn a_text_to_several_people_and_a_draft_that_outlives_the_window() {
    let Some(two) = two() else { return };
    let Two {
        romeo,
        juliet,
        here,
        lab,
        ..
    } = &two;
    let mercutio = balcony(&lab.host("verona"), "mercutio")
        .with("--nick", "Mercutio")
        .start();
    romeo.reads("Mercutio in the list", |screen| {
        screen.has(LIST_ITEM, "Mercutio")
    });
    romeo.opens("jul", "Juliet");
    romeo.presses_at("More", LEFT);
    romeo.presses_at("To several people", LEFT);
    romeo.focuses("Message to several people");
    here.types("Supper at eight");
    romeo.has_typed("Supper at eight");
    romeo.presses_at("Send to 2 people", LEFT);
    assert_eq!(
        mercutio.receives("romeo@forza", 1, lab::peer::SOON),
        ["Supper at eight"]
    );
    juliet.presses_at("Romeo", LEFT);
    juliet.reads("the text", |screen| screen.says("Supper at eight"));

    romeo.focuses("Message to Juliet");
    here.types("With love");
    romeo.has_typed("With love");
    romeo.close();
    let again = Window::start(here, &["--name", "romeo", "--nick", "Romeo"]);
    again.takes_keyboard();
    again.opens("jul", "Juliet");
    again.has_typed("With love");
}
