#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use super::*;

fn jid(name: &str) -> Jid {
    Jid::new(name).unwrap()
}

fn on(interface: &str, host: &str, port: u16, addresses: &[&str]) -> OnLink {
    OnLink {
        interface: interface.to_owned(),
        host: host.to_owned(),
        port,
        addresses: addresses
            .iter()
            .map(|address| address.parse().unwrap())
            .collect(),
        advert: Advert::default(),
    }
}

fn reports(sightings: &mut Sightings) -> Vec<Report> {
    let mut reports = Vec::new();
    while sightings.has_due() {
        reports.extend(sightings.next_report());
    }
    reports
}

#[test]
fn one_entry_a_name_over_all_interfaces() {
    let mut sightings = Sightings::default();
    sightings.resolved(
        &jid("bob@pc"),
        2,
        on(
            "eth0",
            "pc.local.",
            5298,
            &["[fe80::1%2]:5298", "10.0.0.1:5298"],
        ),
    );
    sightings.resolved(
        &jid("bob@pc"),
        3,
        on(
            "wlan0",
            "pc.local.",
            5298,
            &["[fe80::1%3]:5298", "10.0.0.1:5298"],
        ),
    );
    let [Report::Seen(sighting)] = &reports(&mut sightings)[..] else {
        panic!("one report")
    };
    let addresses: Vec<String> = sighting
        .addresses
        .iter()
        .map(SocketAddr::to_string)
        .collect();
    assert_eq!(
        addresses,
        ["10.0.0.1:5298", "[fe80::1%2]:5298", "[fe80::1%3]:5298"]
    );
    assert_eq!(sighting.interfaces, ["eth0", "wlan0"]);
    sightings.removed(&jid("bob@pc"), 2);
    let [Report::Seen(sighting)] = &reports(&mut sightings)[..] else {
        panic!("still here on wlan0")
    };
    assert_eq!(sighting.interfaces, ["wlan0"]);
    sightings.link_lost(3);
    assert_eq!(
        reports(&mut sightings),
        [Report::Gone {
            jid: jid("bob@pc"),
            goodbye: false
        }]
    );
}

#[test]
fn a_goodbye_is_reported_at_once_and_once() {
    let mut sightings = Sightings::default();
    let bob = jid("bob@pc");
    sightings.resolved(&bob, 2, on("eth0", "pc.local.", 5298, &["10.0.0.1:5298"]));
    reports(&mut sightings);
    sightings.said_goodbye("bob@pc", 2);
    assert_eq!(
        reports(&mut sightings),
        [Report::Gone {
            jid: bob.clone(),
            goodbye: true
        }]
    );
    sightings.removed(&bob, 2);
    assert!(reports(&mut sightings).is_empty());
    assert!(!sightings.is_here(&bob));
}

#[test]
fn whoever_takes_back_the_goodbye_is_here_again() {
    let mut sightings = Sightings::default();
    sightings.resolved(
        &jid("bob@pc"),
        2,
        on("eth0", "pc.local.", 5298, &["10.0.0.1:5298"]),
    );
    reports(&mut sightings);
    sightings.said_goodbye("bob@pc", 2);
    sightings.offered("bob@pc", 2);
    assert!(
        reports(&mut sightings).is_empty(),
        "back before anybody was told"
    );
    sightings.said_goodbye("bob@pc", 2);
    reports(&mut sightings);
    sightings.offered("bob@pc", 2);
    assert!(matches!(&reports(&mut sightings)[..], [Report::Seen(_)]));
}

#[test]
fn our_own_instance_is_not_a_peer() {
    let mut sightings = Sightings::default();
    sightings.set_own(Some(jid("Me@pc")));
    sightings.resolved(
        &jid("me@pc"),
        2,
        on("eth0", "pc.local.", 5298, &["10.0.0.1:5298"]),
    );
    assert!(reports(&mut sightings).is_empty());
    sightings.set_own(Some(jid("me-1@pc")));
    assert!(
        matches!(&reports(&mut sightings)[..], [Report::Seen(_)]),
        "the one that took our name is a peer"
    );
}

#[test]
fn a_crowd_is_cut_off() {
    let mut sightings = Sightings::default();
    let crowd: Vec<bool> = (0..MAX_PEERS + 2)
        .map(|n| {
            sightings.resolved(
                &jid(&format!("p{n}@pc")),
                2,
                on("eth0", "pc.local.", 1, &["10.0.0.1:1"]),
            )
        })
        .collect();
    assert_eq!(crowd.iter().filter(|said| !**said).count(), 1, "said once");
    assert_eq!(reports(&mut sightings).len(), MAX_PEERS);
}

#[test]
fn repeated_news_are_no_news() {
    let mut sightings = Sightings::default();
    let seen = || on("eth0", "pc.local.", 5298, &["10.0.0.1:5298"]);
    sightings.resolved(&jid("bob@pc"), 2, seen());
    reports(&mut sightings);
    sightings.resolved(&jid("bob@pc"), 2, seen());
    assert!(reports(&mut sightings).is_empty());
}

#[test]
fn each_keeps_the_next_few_of_the_ring_fresh_and_all_are_kept_fresh() {
    let names = ["anna@pc", "bob@pc", "carl@pc", "dora@pc", "emil@pc"];
    let mut asked: BTreeMap<Jid, usize> = BTreeMap::new();
    for own in names {
        let mut sightings = Sightings::default();
        sightings.set_own(Some(jid(own)));
        for name in names {
            sightings.resolved(
                &jid(name),
                2,
                on("eth0", "pc.local.", 5298, &["10.0.0.2:5298"]),
            );
        }
        let next = sightings.next_in_ring(2);
        assert_eq!(next.len(), 2, "{own}");
        assert!(!next.contains(&jid(own)), "{own} asks itself");
        for one in next {
            *asked.entry(one).or_default() += 1;
        }
    }
    assert_eq!(asked.len(), names.len());
    assert!(asked.values().all(|times| *times == 2), "{asked:?}");
    // Nobody is asked for by who is not on the network, and who has gone is not asked for.
    let mut sightings = Sightings::default();
    sightings.resolved(
        &jid("bob@pc"),
        2,
        on("eth0", "pc.local.", 5298, &["10.0.0.2:5298"]),
    );
    assert!(sightings.next_in_ring(2).is_empty());
    sightings.set_own(Some(jid("anna@pc")));
    assert_eq!(sightings.next_in_ring(2), [jid("bob@pc")]);
    sightings.removed(&jid("bob@pc"), 2);
    assert!(sightings.next_in_ring(2).is_empty());
}
