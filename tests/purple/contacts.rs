//! Finding each other, presence and pictures, in both directions.

use serde_json::json;

use crate::lab::headless::balcony;
use crate::lab::peer::SOON;
use crate::lab::picture;
use crate::lab::purple::{purple, purple_with};
use crate::{Pair, lab_with_purple, purple_host};

#[test]
fn each_finds_the_other_whoever_was_first() {
    let Some(lab) = lab_with_purple() else { return };
    let (pronto, _avahi) = purple_host(&lab, "pronto");
    let forza = lab.host("forza");
    let romeo = balcony(&forza, "romeo").with("--nick", "Romeo M.").start();
    let juliet = purple_with(&pronto, "juliet", &["--nick", "Juliet C."]);
    romeo.shows("juliet@pronto", SOON, |peer| {
        peer["nick"] == "Juliet C." && peer["trust"] == "plaintext"
    });
    juliet.shows("romeo@forza", SOON, |peer| peer["nick"] == "Romeo M.");
    // And one who comes when the libpurple peer has been here for a while.
    let mercutio = balcony(&forza, "mercutio").start();
    mercutio.shows("juliet@pronto", SOON, |_| true);
    juliet.shows("mercutio@forza", SOON, |_| true);
    assert_eq!(juliet.here().len(), 2, "{:?}", juliet.here());
}

#[test]
fn on_one_host_with_its_daemon() {
    let Some(lab) = lab_with_purple() else { return };
    let (pronto, _avahi) = purple_host(&lab, "pronto");
    let juliet = purple(&pronto, "juliet");
    let nurse = balcony(&pronto, "nurse").start();
    nurse.shows("juliet@pronto", SOON, |_| true);
    juliet.shows("nurse@pronto", SOON, |_| true);
    nurse.send("juliet@pronto", "Madam!", "n1");
    assert_eq!(juliet.receives("nurse@pronto", 1, SOON), ["Madam!"]);
    juliet.send("nurse@pronto", "Anon!", "j1");
    assert_eq!(nurse.receives("juliet@pronto", 1, SOON), ["Anon!"]);
    assert_eq!(nurse.jid(), "nurse@pronto");
}

#[test]
fn presence_both_ways() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    for (show, message) in [
        ("dnd", "At the ball"),
        ("away", "Back soon"),
        ("available", "Ünïcödé 🌹 <3 & so on"),
    ] {
        juliet.tell(&json!({"command": "status", "show": show, "message": message}));
        romeo.shows("juliet@pronto", SOON, |peer| {
            peer["show"] == show && peer["message"] == message
        });
        romeo.tell(&json!({"command": "status", "show": show, "message": message}));
        // libpurple shows everything but dnd as available (2.14, seen).
        let as_shown = if show == "dnd" { "dnd" } else { "available" };
        juliet.shows("romeo@forza", SOON, |peer| {
            peer["show"] == as_shown && peer["message"] == message
        });
    }
    romeo.tell(&json!({"command": "status", "show": "available", "message": ""}));
    juliet.shows("romeo@forza", SOON, |peer| {
        peer["message"].as_str().is_none_or(str::is_empty)
    });
}

#[test]
fn pictures_both_ways() {
    let Some(lab) = lab_with_purple() else { return };
    let pair = Pair::on(&lab);
    let (romeo, juliet) = (&pair.balcony, &pair.purple);
    let pictures = romeo.host.folder("pictures");
    let save = |name: &str, bytes: &[u8]| {
        let path = pictures.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    // libpurple sends up to 64 KiB in one datagram.
    for (side, shade) in [(16, 10), (64, 90), (240, 170)] {
        let bytes = picture::png(side, side, shade);
        juliet.tell(&json!({"command": "avatar", "path": save("theirs.png", &bytes)}));
        let shown = romeo.shows("juliet@pronto", SOON, |peer| {
            peer["avatar"]["sha1"] == picture::sha1(&bytes).as_str()
        });
        let saved = std::fs::read(shown["avatar"]["path"].as_str().unwrap()).unwrap();
        assert!(saved == bytes, "the file is not the picture");
    }
    for shade in [30, 220] {
        let bytes = picture::png(32, 32, shade);
        romeo.tell(&json!({"command": "avatar", "path": save("ours.png", &bytes)}));
        juliet.shows("romeo@forza", SOON, |peer| {
            peer["avatar"]["sha1"] == picture::sha1(&bytes).as_str()
        });
    }
    // Who comes later sees both.
    let nurse = balcony(&lab.host("verona"), "nurse").start();
    nurse.shows("juliet@pronto", SOON, |peer| {
        peer["avatar"]["sha1"] == picture::sha1(&picture::png(240, 240, 170)).as_str()
    });
    nurse.shows("romeo@forza", SOON, |peer| {
        peer["avatar"]["sha1"] == picture::sha1(&picture::png(32, 32, 220)).as_str()
    });
    let (mantua, _avahi) = purple_host(&lab, "mantua");
    let balthasar = purple(&mantua, "balthasar");
    balthasar.shows("romeo@forza", SOON, |peer| {
        peer["avatar"]["sha1"] == picture::sha1(&picture::png(32, 32, 220)).as_str()
    });
}

#[test]
fn ipv6_only() {
    let Some(lab) = lab_with_purple() else { return };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    forza.remove_ipv4("eth0");
    pronto.remove_ipv4("eth0");
    let _avahi = pronto.start_avahi();
    Pair::at(forza, &pronto).talk();
}

#[test]
fn several_addresses_on_one_interface() {
    let Some(lab) = lab_with_purple() else { return };
    let forza = lab.host("forza");
    // libpurple takes a stream only from an address that it has resolved, and it resolves one of each family.
    forza.add_address("eth0", "10.77.1.91/24");
    forza.add_address("eth0", "fd00:77::1/64");
    let (pronto, _avahi) = purple_host(&lab, "pronto");
    pronto.add_address("eth0", "10.77.1.92/24");
    Pair::at(forza, &pronto).talk();
}
