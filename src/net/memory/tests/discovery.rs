//! mDNS on the pretend LAN.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::super::{Fault, HostId, Lan, Link, Weather};
use super::{advertise, jid, pair, secs, seen, until};
use crate::net::{Report, Request};
use crate::wire::time::Moment;

#[test]
fn a_late_joiner_hears_of_everybody_and_a_goodbye_takes_a_second() {
    let (mut lan, romeo, _) = pair(1);
    let nurse = lan.add_host(lan.now(), "capulet");
    let reports = until(&mut lan, secs(3.3));
    assert_eq!(seen(&reports, nurse).len(), 2);
    lan.perform(secs(4.0), romeo, Request::Withdraw);
    let reports = until(&mut lan, secs(6.0));
    let (at, _, _) = reports
        .iter()
        .find(|(_, h, r)| *h == nurse && matches!(r, Report::Gone { goodbye: true, .. }))
        .unwrap();
    assert!(*at > secs(5.0) && *at < secs(5.1), "{at:?}");
}

#[test]
fn changes_are_announced_at_most_once_a_second_and_the_last_one_is_seen() {
    let (mut lan, romeo, juliet) = pair(2);
    for n in 0..10 {
        lan.perform(
            lan.now() + Duration::from_millis(10),
            romeo,
            advertise("romeo@forza", &n.to_string()),
        );
        until(&mut lan, secs(3.0) + Duration::from_millis(20 * n));
    }
    let before = lan.now();
    let reports = until(&mut lan, before + Duration::from_secs(5));
    assert_eq!(seen(&reports, juliet).last().unwrap().2, "9");
    assert!(
        seen(&reports, juliet).len() <= 2,
        "{:?}",
        seen(&reports, juliet)
    );
}

#[test]
fn one_name_is_had_by_one_host_whoever_comes_first() {
    for seed in 0..50 {
        let mut lan = Lan::new(seed);
        let hosts: Vec<HostId> = (0..20)
            .map(|n| lan.add_host(Moment(0), &format!("host{n}")))
            .collect();
        for host in &hosts {
            // Upper and lower case are one name (RFC 6762 §16).
            lan.perform(
                Moment(0),
                *host,
                advertise(
                    if host.0 % 2 == 0 {
                        "Romeo@forza"
                    } else {
                        "romeo@FORZA"
                    },
                    "",
                ),
            );
        }
        let reports = until(&mut lan, secs(10.0));
        let count = |wanted: fn(&Report) -> bool| {
            reports
                .iter()
                .filter(|(_, _, report)| wanted(report))
                .count()
        };
        assert_eq!(
            count(|r| matches!(r, Report::Advertised { .. })),
            1,
            "seed {seed}"
        );
        assert_eq!(
            count(|r| matches!(r, Report::NameTaken { .. })),
            19,
            "seed {seed}"
        );
    }
}

#[test]
fn a_healed_partition_leaves_one_owner_of_a_name() {
    for seed in 0..20 {
        let mut lan = Lan::new(seed);
        let (a, b) = (lan.add_host(Moment(0), "a"), lan.add_host(Moment(0), "b"));
        lan.inflict(Moment(0), Fault::Partition(vec![vec![a], vec![b]]));
        lan.perform(Moment(0), a, advertise("romeo@forza", ""));
        lan.perform(Moment(0), b, advertise("romeo@forza", ""));
        let reports = until(&mut lan, secs(20.0));
        assert_eq!(
            reports
                .iter()
                .filter(|(_, _, r)| matches!(r, Report::Advertised { .. }))
                .count(),
            2
        );
        lan.inflict(secs(20.0), Fault::Heal);
        let reports = until(&mut lan, secs(130.0));
        let losers: Vec<HostId> = reports
            .iter()
            .filter(|(_, _, r)| matches!(r, Report::NameTaken { .. }))
            .map(|(_, h, _)| *h)
            .collect();
        assert_eq!(losers, [a], "seed {seed}: the lower claim loses, once");
    }
}

#[test]
fn records_run_out_unless_verified_before() {
    let (mut lan, romeo, juliet) = pair(3);
    lan.inflict(secs(5.0), Fault::Link(juliet, Link::Silent));
    lan.perform(
        secs(6.0),
        romeo,
        Request::Verify {
            jid: jid("juliet@pronto"),
        },
    );
    let reports = until(&mut lan, secs(10.0));
    assert!(reports.iter().any(|(at, h, r)| *h == romeo
        && matches!(r, Report::Verified { alive: false, .. })
        && *at >= secs(9.0)));
    assert!(
        reports
            .iter()
            .any(|(_, h, r)| *h == romeo && matches!(r, Report::Gone { goodbye: false, .. }))
    );
    // Juliet noticed nothing and did not ask: two minutes after the last word of Romeo.
    let reports = until(&mut lan, secs(200.0));
    let (at, _, _) = reports
        .iter()
        .find(|(_, h, r)| *h == juliet && matches!(r, Report::Gone { goodbye: false, .. }))
        .unwrap();
    assert!(*at > secs(100.0) && *at < secs(130.0), "{at:?}");
    lan.inflict(secs(201.0), Fault::Link(juliet, Link::Up));
    lan.perform(
        secs(202.0),
        romeo,
        Request::Verify {
            jid: jid("juliet@pronto"),
        },
    );
    let reports = until(&mut lan, secs(203.0));
    assert!(
        reports
            .iter()
            .any(|(_, h, r)| *h == romeo && matches!(r, Report::Verified { alive: true, .. }))
    );
    assert_eq!(
        seen(&reports, romeo).len(),
        1,
        "back in sight with the confirmation"
    );
}

#[test]
fn records_of_who_is_here_never_run_out() {
    let (mut lan, _, _) = pair(4);
    lan.inflict(
        lan.now(),
        Fault::Weather(Weather {
            loss: 100,
            ..Weather::default()
        }),
    );
    let reports = until(&mut lan, secs(1800.0));
    assert!(
        !reports
            .iter()
            .any(|(_, _, r)| matches!(r, Report::Gone { .. })),
        "{reports:?}"
    );
}

#[test]
fn pictures_travel_only_with_the_right_hash() {
    use sha1::{Digest, Sha1};
    let (mut lan, romeo, juliet) = pair(5);
    let image = Bytes::from_static(b"a rose");
    lan.perform(
        secs(3.0),
        juliet,
        Request::ServeAvatar {
            jid: jid("juliet@pronto"),
            image: Some(image.clone()),
        },
    );
    let fetch = |sha1| Request::FetchAvatar {
        jid: jid("juliet@pronto"),
        sha1,
    };
    lan.perform(secs(3.0), romeo, fetch(Sha1::digest(&image).into()));
    let reports = until(&mut lan, secs(4.0));
    assert!(
        reports.iter().any(
            |(_, _, r)| matches!(r, Report::AvatarFetched { image: got, .. } if *got == image)
        )
    );
    lan.perform(secs(4.0), romeo, fetch([7; 20]));
    let reports = until(&mut lan, secs(20.0));
    assert!(
        reports
            .iter()
            .any(|(_, _, r)| matches!(r, Report::AvatarFailed { .. }))
    );
}

#[test]
fn equal_seeds_give_equal_runs_and_tables_do_not_grow() {
    let run = |seed: u64| {
        let mut lan = Lan::new(seed);
        for n in 0..40 {
            let host = lan.add_host(Moment(0), &format!("host{n}"));
            lan.perform(Moment(0), host, advertise(&format!("user{n}@host{n}"), ""));
        }
        lan.schedule_troubles(seed, secs(5.0), secs(60.0), 30);
        let mut sizes = Vec::new();
        for minute in 1..=10 {
            until(&mut lan, secs(f64::from(minute) * 200.0));
            sizes.push(lan.table_sizes());
        }
        assert!(sizes[9] <= sizes[2] + 50, "{sizes:?}");
        (lan.trace_hash(), lan.delivered())
    };
    assert_eq!(run(17), run(17));
    assert_ne!(run(17), run(18));
}

#[test]
fn three_hundred_hosts_all_see_each_other() {
    let begun = Instant::now();
    let mut lan = Lan::new(300);
    lan.inflict(Moment(0), Fault::Weather(Weather::bad()));
    for n in 0..300 {
        let host = lan.add_host(Moment(0), &format!("host{n}"));
        lan.perform(Moment(0), host, advertise(&format!("user{n}@host{n}"), ""));
    }
    let mut sightings = 0;
    while let Some((_, _, report)) = lan.poll(secs(70.0)) {
        sightings += usize::from(matches!(report, Report::Seen(_)));
    }
    assert_eq!(sightings, 300 * 299);
    println!("300 hosts, 70 s of their time in {:?}", begun.elapsed());
}
