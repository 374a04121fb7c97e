//! Interfaces and addresses: several, changing, virtual, none.

use serde_json::{Value, json};

use crate::lab::headless::balcony;
use crate::lab::peer::{Peer, SOON};
use crate::lab::{Host, Lab};
use crate::{Pair, numbered, send_all, shown_once_in_order};

/// The interface of that name in the `network` event, as said last.
fn interface(peer: &Peer, name: &str, test: impl Fn(&Value) -> bool) -> Value {
    peer.until(&format!("the interface {name}"), SOON, |seen, _| {
        let network = seen
            .iter()
            .rev()
            .find(|seen| seen.line["event"] == "network")?;
        let all = network.line["interfaces"].as_array()?;
        all.iter()
            .find(|interface| interface["name"] == name && test(interface))
            .cloned()
    })
}

#[test]
fn two_interfaces_are_one_contact_and_one_may_fail() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    forza.add_interface("eth1", 2);
    pronto.add_interface("eth1", 2);
    let pair = Pair::at(forza, pronto);
    pair.talk();
    pair.romeo.shows("juliet@pronto", SOON, |peer| {
        peer["interfaces"]
            .as_array()
            .is_some_and(|all| all.len() == 2)
    });
    assert_eq!(pair.romeo.here().len(), 1, "{:?}", pair.romeo.here());
    for cable in ["eth0", "eth1"] {
        // Whichever of the two the stream goes over, one of these turns cuts it.
        pair.pronto.pull_cable(cable);
        pair.romeo
            .send("juliet@pronto", &format!("without {cable}"), cable);
        pair.juliet.event("message-received", SOON, |event| {
            event["body"] == format!("without {cable}")
        });
        pair.romeo.reaches(cable, &["delivered", "displayed"], SOON);
        pair.pronto.plug_cable(cable);
        pair.romeo.shows("juliet@pronto", SOON * 2, |peer| {
            peer["interfaces"]
                .as_array()
                .is_some_and(|all| all.len() == 2)
        });
    }
    assert_eq!(pair.juliet.jid(), "juliet@pronto", "nobody was renamed");
    assert_eq!(
        pair.juliet.bodies_from("romeo@forza").len(),
        3,
        "one word at first and one a cable"
    );
}

#[test]
fn two_interfaces_on_the_same_lan_are_one_contact() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    // A laptop in its dock, with its Wi-Fi on: the same LAN twice.
    pronto.add_interface("wlan0", 1);
    pronto.change_ipv4("wlan0", "10.77.1.102/24");
    let pair = Pair::at(forza, pronto);
    pair.talk();
    assert_eq!(pair.romeo.here().len(), 1, "{:?}", pair.romeo.here());
    assert_eq!(
        pair.juliet.here().len(),
        1,
        "not herself through the other interface: {:?}",
        pair.juliet.here()
    );
    assert_eq!(
        pair.juliet.jid(),
        "juliet@pronto",
        "she was not in conflict with herself"
    );
}

/// Juliet's address changes while they talk; returns the pair after a message each way over the new one.
fn address_changes(lab: &Lab, prepare: fn(&Host)) {
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    prepare(&forza);
    prepare(&pronto);
    let pair = Pair::at(forza, pronto);
    pair.talk();
    let bodies = numbered(20);
    send_all(&pair.romeo, "juliet@pronto", "r", &bodies[..10]);
    pair.pronto.change_ipv4("eth0", "10.77.1.99/24");
    send_all(&pair.romeo, "juliet@pronto", "r2", &bodies[10..]);
    send_all(&pair.juliet, "romeo@forza", "j", &bodies);
    shown_once_in_order(&pair.juliet, &pair.romeo, &bodies);
    shown_once_in_order(&pair.romeo, &pair.juliet, &bodies);
    pair.romeo.shows("juliet@pronto", SOON, |peer| {
        let addresses = peer["addresses"].to_string();
        addresses.contains("10.77.1.99") && !addresses.contains("10.77.1.2:")
    });
    assert_eq!(pair.juliet.jid(), "juliet@pronto", "nobody was renamed");
}

#[test]
fn an_address_changes_mid_conversation() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    address_changes(&lab, |_| {});
}

#[test]
fn the_only_address_changes_mid_conversation() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    address_changes(&lab, |host| host.remove_ipv6("eth0"));
}

#[test]
fn ipv6_only() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    forza.remove_ipv4("eth0");
    pronto.remove_ipv4("eth0");
    let pair = Pair::at(forza, pronto);
    pair.talk();
    let addresses = pair.romeo.here()["juliet@pronto"]["addresses"].to_string();
    assert!(
        addresses.contains("fe80:") && !addresses.contains("10.77."),
        "{addresses}"
    );
}

#[test]
fn global_and_link_local_and_ipv4_at_once() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    forza.add_address("eth0", "fd00:77::1/64");
    pronto.add_address("eth0", "fd00:77::2/64");
    pronto.add_address("eth0", "10.77.1.52/24");
    let pair = Pair::at(forza, pronto);
    pair.talk();
    assert_eq!(pair.romeo.here().len(), 1);
}

#[test]
fn ipv6_and_ipv4_hosts_that_share_only_one_of_them() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    forza.remove_ipv6("eth0");
    // Juliet has both; her IPv6 addresses are dead to Romeo and must cost him nothing but a moment.
    let pair = Pair::at(forza, pronto);
    pair.talk();
}

#[test]
fn virtual_interfaces_are_left_out_listed_and_can_be_put_back() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    let container = forza.add_containers();
    let boxed = balcony(&container, "boxed").start();
    let pair = Pair::at(forza, pronto);
    for (name, used) in [
        ("eth0", true),
        ("docker0", false),
        ("br-5c0ffee1cafe", false),
        ("veth5c0ffee", false),
    ] {
        let listed = interface(&pair.romeo, name, |_| true);
        assert_eq!(listed["used"], used, "{listed}");
        assert!(
            used || listed["reason"]
                .as_str()
                .is_some_and(|reason| !reason.is_empty()),
            "{listed}"
        );
    }
    pair.talk();
    assert!(
        !pair.romeo.here().contains_key("boxed@container"),
        "{:?}",
        pair.romeo.here()
    );
    let seen = pair.juliet.here()["romeo@forza"]["addresses"].to_string();
    assert!(
        !seen.contains("172.1"),
        "a container's address is of no use to others: {seen}"
    );

    pair.romeo.tell(&json!({"command": "configure", "settings": {"interfaces": {"include": ["docker0"]}}, "ref": "set"}));
    interface(&pair.romeo, "docker0", |interface| {
        interface["used"] == true
    });
    pair.romeo.shows("boxed@container", SOON, |_| true);
    boxed.shows("romeo@forza", SOON, |_| true);
    boxed.send("romeo@forza", "Let me out", "boxed");
    assert_eq!(
        pair.romeo.receives("boxed@container", 1, SOON),
        ["Let me out"]
    );
    pair.romeo.shows("juliet@pronto", SOON, |_| true);
}

#[test]
fn only_the_interfaces_that_were_asked_for() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.host("forza"), lab.host("pronto"));
    forza.add_interface("eth1", 2);
    let tybalt = balcony(&lab.host_on("verona", 2), "tybalt").start();
    let romeo = balcony(&forza, "romeo").with("--interface", "eth0").start();
    let juliet = balcony(&pronto, "juliet").start();
    romeo.shows("juliet@pronto", SOON, |_| true);
    juliet.shows("romeo@forza", SOON, |_| true);
    assert_eq!(interface(&romeo, "eth1", |_| true)["used"], false);
    assert!(tybalt.here().is_empty(), "{:?}", tybalt.here());
    assert_eq!(romeo.here().len(), 1, "{:?}", romeo.here());
}

#[test]
fn a_network_that_comes_later() {
    let Some(lab) = Lab::new_or_skip() else {
        return;
    };
    let (forza, pronto) = (lab.bare_host("forza"), lab.host("pronto"));
    let juliet = balcony(&pronto, "juliet").start();
    // Started in the train, with no network at all.
    let romeo = balcony(&forza, "romeo").spawn();
    romeo.send("juliet@pronto", "Anybody?", "early");
    romeo.reaches("early", &["queued"], SOON);
    forza.add_interface("eth0", 1);
    romeo.shows("juliet@pronto", SOON, |_| true);
    juliet.shows("romeo@forza", SOON, |_| true);
    assert_eq!(juliet.receives("romeo@forza", 1, SOON), ["Anybody?"]);
    // And another one, on another LAN.
    let tybalt = balcony(&lab.host_on("verona", 2), "tybalt").start();
    forza.add_interface("eth1", 2);
    romeo.shows("tybalt@verona", SOON, |_| true);
    tybalt.shows("romeo@forza", SOON, |_| true);
    tybalt.send("romeo@forza", "Thou art a villain", "villain");
    assert_eq!(
        romeo.receives("tybalt@verona", 1, SOON),
        ["Thou art a villain"]
    );
}
