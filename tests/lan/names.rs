//! A name that is taken: on this host, on the link, and found out late (XEP-0174 §3: `name-1`, `name-2`, …).

use crate::lab::Lab;
use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON};

/// The name among these that begins with `juliet-1`, and who has it; fails unless exactly one was renamed.
fn renamed<'a>(one: &'a Peer, other: &'a Peer) -> (&'a Peer, &'a Peer) {
    assert_ne!(one.jid(), other.jid());
    if one.jid() == "juliet@pronto" {
        (one, other)
    } else {
        (other, one)
    }
}

/// Both are shown by a third, each gets what is for it, and they talk to each other.
fn all_three_talk(third: &Peer, first: &Peer, second: &Peer) {
    for peer in [first, second] {
        third.shows(&peer.jid(), SOON, |_| true);
        peer.shows(&third.jid(), SOON, |_| true);
        let body = format!("for {}", peer.jid());
        third.send(&peer.jid(), &body, &peer.jid());
        peer.event("message-received", SOON, |event| {
            event["body"] == body.as_str()
        });
        peer.send(&third.jid(), &format!("from {}", peer.jid()), "answer");
        third.event("message-received", SOON, |event| {
            event["from"] == peer.jid().as_str() && event["body"] == format!("from {}", peer.jid())
        });
    }
    first.shows(&second.jid(), SOON, |_| true);
    second.shows(&first.jid(), SOON, |_| true);
    first.send(&second.jid(), "Who are you?", "who");
    second.event("message-received", SOON, |event| {
        event["body"] == "Who are you?"
    });
}

#[test]
fn a_name_that_is_taken_on_the_link() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let romeo = balcony(&lab.host("forza"), "romeo").start();
    // Two machines that nobody gave a name of their own, and two people of the same name.
    let first = balcony(&lab.host("pronto"), "juliet").start();
    romeo.shows("juliet@pronto", SOON, |_| true);
    let second = balcony(&lab.host("pronto"), "juliet").spawn();
    let told = second.event("name-changed", SOON, |_| true).line;
    assert_eq!(
        (told["jid"].as_str(), told["was"].as_str()),
        (Some("juliet-1@pronto"), Some("juliet@pronto"))
    );
    assert_eq!(first.jid(), "juliet@pronto", "who was first keeps the name");
    all_three_talk(&romeo, &first, &second);
}

#[test]
fn a_name_that_is_taken_where_there_is_only_ipv6() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let hosts = [lab.host("forza"), lab.host("pronto"), lab.host("pronto")];
    for host in &hosts {
        host.remove_ipv4("eth0");
    }
    let romeo = balcony(&hosts[0], "romeo").start();
    let first = balcony(&hosts[1], "juliet").start();
    let second = balcony(&hosts[2], "juliet").spawn();
    second.event("ready", SOON, |event| event["jid"] == "juliet-1@pronto");
    all_three_talk(&romeo, &first, &second);
}

#[test]
fn who_was_renamed_is_known_by_all_its_addresses() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let romeo = balcony(&lab.host("forza"), "romeo").start();
    let _first = balcony(&lab.host("pronto"), "juliet").start();
    let second = balcony(&lab.host("pronto"), "juliet").spawn();
    second.event("ready", SOON, |event| event["jid"] == "juliet-1@pronto");
    let ipv6 = second.host.link_local("eth0");
    let ipv4 = second.host.ipv4(1);
    romeo.shows("juliet-1@pronto", SOON, |peer| {
        let addresses = peer["addresses"].to_string();
        addresses.contains(&ipv6) && addresses.contains(&ipv4)
    });
}

#[test]
fn a_name_that_is_taken_on_this_host() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let romeo = balcony(&forza, "romeo").start();
    let first = balcony(&pronto, "juliet").start();
    let second = balcony(&pronto, "juliet")
        .data(&pronto.folder("another"))
        .spawn();
    second.event("ready", SOON, |event| event["jid"] == "juliet-1@pronto");
    let third = balcony(&pronto, "juliet")
        .data(&pronto.folder("a-third"))
        .spawn();
    third.event("name-changed", SOON, |event| {
        event["jid"] == "juliet-2@pronto"
    });
    assert_eq!(first.jid(), "juliet@pronto");
    all_three_talk(&romeo, &first, &second);
    all_three_talk(&romeo, &second, &third);
}

#[test]
fn two_of_a_name_who_start_at_the_same_moment() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let romeo = balcony(&lab.host("forza"), "romeo").start();
    let hosts = [lab.host("pronto"), lab.host("pronto")];
    let [one, other] = hosts.map(|host| balcony(&host, "juliet").spawn());
    romeo.shows("juliet@pronto", SOON, |_| true);
    romeo.shows("juliet-1@pronto", SOON, |_| true);
    for peer in [&one, &other] {
        peer.event("ready", SOON, |_| true);
    }
    let (first, second) = renamed(&one, &other);
    assert_eq!(second.jid(), "juliet-1@pronto");
    all_three_talk(&romeo, first, second);
}

/// Two LANs that do not know of each other, each with a juliet@pronto and somebody who sees her.
struct Halves {
    lab: Lab,
    romeo: Peer,
    nurse: Peer,
    one: Peer,
    other: Peer,
}

impl Halves {
    fn new_or_skip() -> Option<Halves> {
        let lab = Lab::new_or_skip()?;
        let romeo = balcony(&lab.host_on("forza", 1), "romeo").start();
        let one = balcony(&lab.host_on("pronto", 1), "juliet").start();
        let halves = [lab.host_on("pronto", 2), lab.host_on("verona", 2)];
        for (number, host) in halves.iter().enumerate() {
            // Two halves of what was planned as one network.
            host.change_ipv4("eth0", &format!("10.77.1.{}/24", 20 + number));
        }
        let other = balcony(&halves[0], "juliet").start();
        let nurse = balcony(&halves[1], "nurse").start();
        romeo.shows("juliet@pronto", SOON, |_| true);
        nurse.shows("juliet@pronto", SOON, |_| true);
        assert_eq!(
            (one.jid(), other.jid()),
            ("juliet@pronto".to_owned(), "juliet@pronto".to_owned())
        );
        lab.join(1, 2);
        Some(Halves {
            lab,
            romeo,
            nurse,
            one,
            other,
        })
    }

    /// Exactly one was renamed, and all can talk.
    fn are_one(&self) {
        let (romeo, nurse) = (&self.romeo, &self.nurse);
        romeo.shows("juliet-1@pronto", SOON * 3, |_| true);
        nurse.shows("juliet-1@pronto", SOON, |_| true);
        romeo.shows("nurse@verona", SOON, |_| true);
        let (first, second) = renamed(&self.one, &self.other);
        let told = second.event("name-changed", SOON, |_| true).line;
        assert_eq!(told["jid"], "juliet-1@pronto");
        all_three_talk(romeo, first, second);
        all_three_talk(nurse, first, second);
    }
}

#[test]
fn a_name_that_turns_out_to_be_taken_when_two_lans_become_one() {
    let Some(halves) = Halves::new_or_skip() else {
        return;
    };
    // Nobody announces anything by itself for a long time: what a person does next brings it out.
    for (number, peer) in [&halves.one, &halves.other].into_iter().enumerate() {
        peer.tell(&serde_json::json!({"command": "status", "show": "available", "message": format!("Number {number}")}));
    }
    halves.are_one();
}

#[test]
fn a_name_that_turns_out_to_be_taken_when_anybody_new_is_heard() {
    let Some(halves) = Halves::new_or_skip() else {
        return;
    };
    // Some device, which says nothing of interest by multicast DNS. Records would live for a minute and a half.
    halves.lab.host("printer").sh(
        "ip route add 224.0.0.0/4 dev eth0; bash -c 'printf %012d 0 > /dev/udp/224.0.0.251/5353'",
    );
    let renamed_in_time = [&halves.romeo, &halves.nurse];
    for peer in renamed_in_time {
        peer.shows("juliet-1@pronto", SOON, |_| true);
    }
    halves.are_one();
}
