//! Who is here: appearing, changing, leaving.

use serde_json::json;

use crate::Pair;
use crate::lab::headless::balcony;
use crate::lab::peer::SOON;
use crate::lab::{Avahi, Lab, or_skip};

#[test]
fn two_who_have_never_met_see_each_other() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let romeo = balcony(&lab.host("forza"), "romeo")
        .with("--nick", "Romeo Montague")
        .start();
    assert_eq!(romeo.jid(), "romeo@forza");
    let juliet = balcony(&lab.host("pronto"), "juliet").start();
    assert_eq!(juliet.jid(), "juliet@pronto");
    // Who was here first sees the newcomer, and the newcomer sees who was here.
    romeo.shows("juliet@pronto", SOON, |peer| peer["show"] == "available");
    juliet.shows("romeo@forza", SOON, |peer| peer["nick"] == "Romeo Montague");
    assert_eq!(
        romeo.here().len(),
        1,
        "nobody else, and not himself: {:?}",
        romeo.here()
    );
    assert_eq!(
        juliet.here().len(),
        1,
        "nobody else, and not herself: {:?}",
        juliet.here()
    );
}

#[test]
fn a_status_change_is_seen() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair { romeo, juliet, .. } = Pair::on(&lab);
    for (show, message) in [
        ("away", "At the ball"),
        ("dnd", "Asleep 💤 <zzz> & so on"),
        ("available", ""),
    ] {
        juliet.tell(&json!({"command": "status", "show": show, "message": message}));
        romeo.shows("juliet@pronto", SOON, |peer| {
            peer["show"] == show && peer["message"] == message
        });
    }
    // The last of several in a row is what stays.
    for number in 0..20 {
        let show = if number % 2 == 0 { "dnd" } else { "available" };
        romeo.tell(
            &json!({"command": "status", "show": show, "message": format!("verse {number}")}),
        );
    }
    juliet.shows("romeo@forza", SOON, |peer| {
        peer["message"] == "verse 19" && peer["show"] == "available"
    });
}

#[test]
fn a_goodbye_is_seen_and_so_is_the_return() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    let status = pair.juliet.quit();
    assert!(status.success(), "{status}\n{}", pair.juliet.story());
    let offline = pair.romeo.event("peer-offline", SOON, |event| {
        event["jid"] == "juliet@pronto"
    });
    assert_eq!(offline.line["reason"], "goodbye");
    let juliet = balcony(&pair.pronto, "juliet").start();
    pair.romeo.shows("juliet@pronto", SOON, |_| true);
    juliet.shows("romeo@forza", SOON, |_| true);
    juliet.send("romeo@forza", "Romeo, Romeo!", "back");
    assert_eq!(
        pair.romeo.receives("juliet@pronto", 1, SOON),
        ["Romeo, Romeo!"]
    );
}

#[test]
fn the_end_of_input_is_a_goodbye_too() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let pair = Pair::on(&lab);
    assert!(pair.juliet.end_input().success(), "{}", pair.juliet.story());
    let offline = pair.romeo.event("peer-offline", SOON, |event| {
        event["jid"] == "juliet@pronto"
    });
    assert_eq!(offline.line["reason"], "goodbye");
}

#[test]
fn pictures_are_fetched_changed_and_removed() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Pair {
        forza,
        romeo,
        juliet,
        ..
    } = Pair::on(&lab);
    for shade in [40, 200] {
        let picture = crate::lab::picture::png(16, 16, shade);
        let path = forza.folder("pictures").join(format!("{shade}.png"));
        std::fs::write(&path, &picture).unwrap();
        romeo.tell(&json!({"command": "avatar", "path": path}));
        // What is published may be a smaller version; it must be what the other one gets.
        let me = romeo.until("my own picture", SOON, |seen, _| {
            let last = seen.iter().rev().find(|seen| seen.line["event"] == "me")?;
            let sha1 = last.line["me"]["avatar"]["sha1"].as_str()?;
            (shade == 40
                || sha1 != crate::lab::picture::sha1(&crate::lab::picture::png(16, 16, 40)))
            .then(|| sha1.to_owned())
        });
        let shown = juliet.shows("romeo@forza", SOON, |peer| {
            peer["avatar"]["sha1"] == me.as_str()
        });
        let saved = std::fs::read(shown["avatar"]["path"].as_str().unwrap()).unwrap();
        assert_eq!(crate::lab::picture::sha1(&saved), me);
    }
    romeo.tell(&json!({"command": "avatar", "path": null}));
    juliet.shows("romeo@forza", SOON, |peer| peer["avatar"].is_null());
}

#[test]
fn several_people_on_one_host_see_each_other_and_are_seen() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let names = ["romeo", "mercutio", "benvolio"];
    let friends = names.map(|name| balcony(&forza, name).start());
    let juliet = balcony(&pronto, "juliet").start();
    for friend in &friends {
        for name in names.iter().filter(|name| **name != friend.name()) {
            friend.shows(&format!("{name}@forza"), SOON, |_| true);
        }
        friend.shows("juliet@pronto", SOON, |_| true);
        juliet.shows(&friend.jid(), SOON, |_| true);
    }
    // Each has a port of its own, and gets its own messages.
    for friend in &friends {
        juliet.send(
            &friend.jid(),
            &format!("To {}", friend.name()),
            friend.name(),
        );
        assert_eq!(
            friend.receives("juliet@pronto", 1, SOON),
            [format!("To {}", friend.name())]
        );
    }
    let [romeo, mercutio, _] = &friends;
    romeo.send("mercutio@forza", "Peace, peace", "peace");
    assert_eq!(mercutio.receives("romeo@forza", 1, SOON), ["Peace, peace"]);
}

#[test]
fn it_works_beside_an_avahi_daemon() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let Some(()) = or_skip(Avahi::available()) else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let _forza_avahi = forza.start_avahi();
    let _pronto_avahi = pronto.start_avahi();
    let pair = Pair::at(forza, pronto);
    pair.talk();
    pair.juliet
        .tell(&json!({"command": "status", "show": "dnd", "message": "Busy"}));
    pair.romeo
        .shows("juliet@pronto", SOON, |peer| peer["show"] == "dnd");
    assert!(pair.romeo.quit().success());
    let offline = pair
        .juliet
        .event("peer-offline", SOON, |event| event["jid"] == "romeo@forza");
    assert_eq!(offline.line["reason"], "goodbye");
    // Nobody was renamed: the daemon's host name and ours are the same host's.
    assert_eq!(pair.juliet.jid(), "juliet@pronto");
}
