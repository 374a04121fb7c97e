//! Somebody shows another key: what the user sees, and how it is decided without a mouse.

use super::Stage;
use crate::lab::headless::balcony;
use crate::lab::peer::SOON;

/// More presses of Tab than there are things to go to.
const MOST_TABS: usize = 80;

#[test]
fn another_key_is_seen_and_decided_with_the_keyboard() {
    let Some(stage) = Stage::new_or_skip() else {
        return;
    };
    let Stage {
        window,
        desktop,
        juliet,
        ..
    } = &stage;
    window.opens("jul", "Juliet");
    window.says("a rose by any other name");
    juliet.receives("romeo@forza", 1, SOON);
    window.reads("the lock", |screen| screen.says("Encrypted"));
    // She has set up her computer anew.
    let pronto = juliet.host.clone();
    juliet.quit();
    let anew = balcony(&pronto, "juliet").data(&pronto.folder("data-anew"));
    let anew = anew.with("--nick", "Juliet").start();
    anew.shows("romeo@forza", SOON, |_| true);
    window.says("is it you?");
    window.reads("the alarm", |screen| {
        screen.says("key than before") && screen.says("Nothing is sent")
    });
    window.picture("keys-changed");
    assert!(anew.bodies_from("romeo@forza").is_empty());
    // Nothing is decided by what one types anyway.
    desktop.key("Return");
    desktop.key("Escape");
    window.reads("the alarm still", |screen| screen.says("Nothing is sent"));
    assert!(anew.bodies_from("romeo@forza").is_empty());
    let accept = "Accept the new key";
    let reached = (0..MOST_TABS).any(|_| {
        desktop.key("Tab");
        let screen = window.screen();
        screen
            .focus()
            .is_some_and(|focus| focus.starts_with(accept))
    });
    assert!(reached, "{accept} cannot be reached: {}", window.screen());
    desktop.key("Return");
    assert_eq!(anew.receives("romeo@forza", 1, SOON), ["is it you?"]);
    window.reads("no alarm any more", |screen| {
        !screen.says("Nothing is sent")
    });
}
