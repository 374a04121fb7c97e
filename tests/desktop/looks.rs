//! Pictures for people, in light and dark, wide and narrow. Here only: something is drawn in each of them.

use super::{Stage, Window};
use crate::lab::peer::{Peer, SOON};

#[test]
fn every_page_is_drawn() {
    let Some(stage) = Stage::new_or_skip() else {
        return;
    };
    let Stage {
        window,
        desktop,
        juliet,
        ..
    } = &stage;
    let mercutio = stage.joins("mercutio", "Mercutio of Verona, kinsman to the Prince");
    let tybalt = stage.joins("tybalt", "Tybalt 🗡️");
    tybalt.tell(
        &serde_json::json!({"command": "status", "show": "dnd", "message": "Looking for trouble"}),
    );
    mercutio.tell(&serde_json::json!({"command": "status", "show": "away", "message": ""}));
    window.reads("both states", |screen| {
        screen.says("Looking for trouble") || screen.says("Do not disturb")
    });
    window.has_signed_on();
    window.opens("jul", "Juliet");
    conversation(window, juliet);
    mercutio.send(
        "romeo@forza",
        "If love be rough with you, be rough with love; prick love for pricking",
        "m-1",
    );
    window.titled("(1) Balcony");
    // Beside the notifications.
    window.moves_to_corner();
    for (look, colours) in [("light", "Light"), ("dark", "Dark")] {
        window.resize(980, 660);
        desktop.key("ctrl+comma");
        window.presses("Look");
        window.presses(colours);
        window.reads(colours, |screen| {
            screen.named(colours).is_some_and(|radio| radio.checked)
        });
        drawn(window, &format!("{look}-settings"));
        desktop.key("ctrl+n");
        window.reads("the network page", |screen| screen.says("eth0"));
        drawn(window, &format!("{look}-network"));
        desktop.key("ctrl+shift+n");
        window.reads("the findings", |screen| {
            screen.says("eth0: our records are answered")
        });
        drawn(window, &format!("{look}-doctor"));
        window.opens("jul", "Juliet");
        drawn(window, &format!("{look}-conversation"));
        desktop.key("F1");
        window.reads("the keys", |screen| screen.says("These keys"));
        drawn(window, &format!("{look}-keys"));
        desktop.key("Escape");
        window.reads("the keys gone", |screen| !screen.says("These keys"));
        window.presses("You: Romeo");
        window.reads("the menu", |screen| screen.says("Status text"));
        drawn(window, &format!("{look}-presence"));
        desktop.key("Escape");
        window.reads("the menu gone", |screen| !screen.says("Status text"));
        window.resize(420, 660);
        window.opens("jul", "Juliet");
        window.reads("the narrow conversation", |screen| {
            screen.says("Back to the list")
        });
        drawn(window, &format!("{look}-narrow-conversation"));
        desktop.key("ctrl+l");
        window.focuses("Search people");
        drawn(window, &format!("{look}-narrow-list"));
        desktop.key("ctrl+comma");
        window.reads("the settings", |screen| screen.says("Search settings"));
        drawn(window, &format!("{look}-narrow-settings"));
        desktop.key("Escape");
    }
}

fn conversation(window: &Window, juliet: &Peer) {
    let lines = [
        "Good even to my ghostly confessor.",
        "https://www.xmpp.org/extensions/xep-0174.html says how it works",
        "A longer one: my bounty is as boundless as the sea, my love as deep; the more I give to thee, the more I have, \
         for both are infinite. I hear some noise within; dear love, adieu!",
        "🌹❤️👍",
        "one\ntwo\n\nfour",
    ];
    for (number, line) in lines.iter().enumerate() {
        juliet.send("romeo@forza", line, &format!("l-{number}"));
        juliet.reaches(&format!("l-{number}"), &["delivered", "displayed"], SOON);
    }
    window.says("As is the bud bit with an envious worm");
    window.says("/me sighs");
    juliet.receives("romeo@forza", 2, SOON);
    window.reads("his own words", |screen| screen.says("sighs"));
}

fn drawn(window: &Window, name: &str) {
    window.picture(name);
    let shades = window.shades();
    assert!(shades > 16, "{name}: {shades} colours");
}
