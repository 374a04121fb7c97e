//! The second start, while the first runs and after it has ended.

use super::Stage;
use super::desktop::Desktop;
use super::window::{Window, command};
use crate::lab::headless::balcony;
use crate::lab::peer::SOON;
use crate::lab::{self, Lab};

#[test]
fn history_settings_and_name_are_kept_and_nobody_is_asked_twice() {
    if lab::or_skip(Desktop::available()).is_none() {
        return;
    }
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let juliet = balcony(&pronto, "juliet").with("--nick", "Juliet").start();
    let desktop = Desktop::start(&forza);
    let window = Window::start(&desktop, &[]);
    window.has_keyboard();
    window.focuses("What should others call you?");
    desktop.types("Romeo M.");
    desktop.key("Return");
    juliet.shows("romeo@forza", SOON, |peer| peer["nick"] == "Romeo M.");
    window.opens("jul", "Juliet");
    window.says("O, wilt thou leave me so unsatisfied?");
    juliet.receives("romeo@forza", 1, SOON);
    juliet.send(
        "romeo@forza",
        "What satisfaction canst thou have tonight?",
        "h-1",
    );
    window.reads("the answer", |screen| screen.says("What satisfaction"));
    desktop.key("ctrl+comma");
    window.presses("Look");
    window.presses("Dark");
    window.reads("the dark look as chosen", is_dark);

    let mark = juliet.mark();
    let ended = window.close();
    assert_eq!(ended.code(), Some(0));
    let gone = juliet.event_after(mark, "peer-offline", SOON, |event| {
        event["jid"] == "romeo@forza"
    });
    assert_eq!(gone.line["reason"], "goodbye");
    drop(window);

    juliet.send("romeo@forza", "Three words, dear Romeo", "h-2");
    let window = Window::start(&desktop, &[]);
    juliet.shows("romeo@forza", SOON, |peer| peer["nick"] == "Romeo M.");
    // The conversation that was open is open again, and the desktop gives a new window the keyboard: it is read.
    window.has_keyboard();
    juliet.reaches("h-2", &["displayed"], SOON);
    window.titled("Balcony");
    let screen = window.reads("what was said before and meanwhile", |screen| {
        screen.says("Three words") && screen.says("O, wilt thou leave")
    });
    assert!(screen.says("What satisfaction canst thou"), "{screen}");
    desktop.key("ctrl+comma");
    window.presses("Look");
    window.reads("the dark look as kept", is_dark);

    // No time to save anything.
    drop(window);
    let window = Window::start(&desktop, &[]);
    window.opens("jul", "Juliet");
    window.reads("all of it after a kill", |screen| {
        screen.says("Three words") && screen.says("O, wilt thou leave")
    });
}

fn is_dark(screen: &super::reader::Screen) -> bool {
    screen.named("Dark").is_some_and(|radio| radio.checked)
}

#[test]
fn a_second_start_shows_the_window_that_runs() {
    let Some(stage) = Stage::new_or_skip() else {
        return;
    };
    let Stage {
        window,
        desktop,
        juliet,
        ..
    } = &stage;
    window.minimises();
    let second = command(desktop, &[]).output().expect("balcony");
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(0), "{said}");
    window.has_keyboard();
    window.opens("jul", "Juliet");
    window.says("Still here");
    assert_eq!(juliet.receives("romeo@forza", 1, SOON), ["Still here"]);
    let windows = desktop.xdotool(&["search", "--onlyvisible", "--class", "^balcony$"]);
    assert_eq!(windows.lines().count(), 1, "{windows}");
}
