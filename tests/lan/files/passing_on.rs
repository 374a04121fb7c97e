//! Who has a file passes it on.

use std::fs;

use serde_json::json;

use super::{LONG, Scene, done, offered, sha256, take, written};
use crate::lab::headless::balcony;
use crate::lab::peer::SOON;

#[test]
fn what_came_is_passed_on_after_its_sender_is_gone() {
    let Some(scene) = Scene::new_or_skip() else {
        return;
    };
    let mantua = scene.lab.host("mantua");
    let path = written(&scene.sent.join("letter ü.bin"), 5 << 20);
    // It has a number here, which is nobody else's matter.
    fs::write(scene.received.join("letter ü.bin"), b"mine").unwrap();
    let offer = scene.begin(&path);
    let place = scene.done(&offer, &path);
    assert_eq!(place, scene.received.join("letter ü (1).bin"));
    scene.pair.romeo.kill();
    let benvolio = balcony(&mantua, "benvolio").start();
    let juliet = &scene.pair.juliet;
    juliet.shows("benvolio@mantua", SOON, |_| true);
    let forward = |reference: &str| {
        juliet.tell(&json!({"command": "forward-file", "transfer": offer.theirs,
            "to": "benvolio@mantua", "ref": reference}));
    };
    let mark = benvolio.mark();
    forward("f1");
    let own = juliet
        .event("file-state", SOON, |event| event["ref"] == "f1")
        .line;
    // Known before a byte is read.
    assert_eq!(own["sha256"], json!(sha256(&path)));
    let theirs = offered(&benvolio, mark);
    assert_eq!(theirs["from"], "juliet@pronto");
    assert_eq!(theirs["name"], "letter ü.bin");
    let received = mantua.folder("received");
    take(&benvolio, &theirs, &received);
    let got = done(&benvolio, theirs["transfer"].as_str().unwrap(), LONG);
    assert_eq!(got["sha256"], json!(sha256(&path)));
    done(juliet, own["transfer"].as_str().unwrap(), LONG);

    // What was changed since is passed on as it is now.
    written(&place, 1 << 20);
    let mark = benvolio.mark();
    forward("f2");
    let own = juliet
        .event("file-state", SOON, |event| event["ref"] == "f2")
        .line;
    assert_eq!(own["sha256"], json!(sha256(&place)));
    let theirs = offered(&benvolio, mark);
    take(&benvolio, &theirs, &received);
    let got = done(&benvolio, theirs["transfer"].as_str().unwrap(), LONG);
    assert_eq!(got["sha256"], json!(sha256(&place)));

    // And what is gone is not.
    fs::remove_file(&place).unwrap();
    forward("f3");
    juliet.event("error", SOON, |event| event["ref"] == "f3");
    juliet.tell(
        &json!({"command": "forward-file", "transfer": "x", "to": "benvolio@mantua", "ref": "f4"}),
    );
    juliet.event("error", SOON, |event| event["ref"] == "f4");
}
