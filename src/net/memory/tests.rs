//! The pretend LAN measured against what real ones do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Fault, HostId, Lan, Link, Weather, socket_of};
use crate::net::{CloseReason, ConnId, Report, Request};
use crate::wire::jid::Jid;
use crate::wire::time::Moment;
use crate::wire::txt::Advert;

fn secs(seconds: f64) -> Moment {
    Moment(0) + Duration::from_secs_f64(seconds)
}

fn jid(name: &str) -> Jid {
    Jid::new(name).unwrap()
}

fn advertise(name: &str, message: &str) -> Request {
    let advert = Advert {
        message: message.to_owned(),
        ..Advert::default()
    };
    Request::Advertise {
        jid: jid(name),
        port: 5298,
        advert: Box::new(advert),
    }
}

/// Everything until then, as it comes.
fn until(lan: &mut Lan, moment: Moment) -> Vec<(Moment, HostId, Report)> {
    std::iter::from_fn(|| lan.poll(moment)).collect()
}

fn seen(reports: &[(Moment, HostId, Report)], by: HostId) -> Vec<(Moment, String, String)> {
    let of = |(at, host, report): &(Moment, HostId, Report)| match report {
        Report::Seen(s) if *host == by => Some((*at, s.jid.to_string(), s.advert.message.clone())),
        _ => None,
    };
    reports.iter().filter_map(of).collect()
}

/// Two hosts, Romeo and Juliet, who see each other.
fn pair(seed: u64) -> (Lan, HostId, HostId) {
    let mut lan = Lan::new(seed);
    let romeo = lan.add_host(Moment(0), "forza");
    let juliet = lan.add_host(Moment(0), "pronto");
    lan.perform(Moment(0), romeo, advertise("romeo@forza", ""));
    lan.perform(Moment(0), juliet, advertise("juliet@pronto", ""));
    let reports = until(&mut lan, secs(3.0));
    assert_eq!(seen(&reports, romeo)[0].1, "juliet@pronto");
    assert_eq!(seen(&reports, juliet)[0].1, "romeo@forza");
    assert!(
        seen(&reports, romeo).len() == 1,
        "the second announcement is no news: {reports:?}"
    );
    (lan, romeo, juliet)
}

/// Romeo dials Juliet; the numbers of both ends.
fn connect(lan: &mut Lan, romeo: HostId, juliet: HostId) -> (ConnId, ConnId) {
    let now = lan.now();
    let addresses = lan
        .addresses(juliet)
        .iter()
        .map(|ip| socket_of(*ip, 5298))
        .collect();
    lan.perform(
        now,
        romeo,
        Request::Dial {
            conn: ConnId(2),
            addresses,
        },
    );
    let reports = until(lan, now + Duration::from_millis(100));
    let accepted = reports.iter().find_map(|(_, host, report)| match report {
        Report::Accepted { conn, .. } if *host == juliet => Some(*conn),
        _ => None,
    });
    assert!(reports.iter().any(|(_, host, r)| *host == romeo
        && matches!(
            r,
            Report::Connected {
                conn: ConnId(2),
                ..
            }
        )));
    (ConnId(2), accepted.expect("accepted"))
}

fn received(reports: &[(Moment, HostId, Report)], by: HostId) -> Vec<u8> {
    let of = |(_, host, report): &(Moment, HostId, Report)| match report {
        Report::Received { bytes, .. } if *host == by => Some(bytes.to_vec()),
        _ => None,
    };
    reports.iter().filter_map(of).flatten().collect()
}

fn closed(reports: &[(Moment, HostId, Report)], by: HostId) -> Option<(Moment, CloseReason)> {
    reports.iter().find_map(|(at, host, report)| match report {
        Report::Closed { why, .. } if *host == by => Some((*at, *why)),
        _ => None,
    })
}

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
fn bytes_arrive_whole_and_in_order_in_any_weather() {
    for seed in 0..100 {
        let (mut lan, romeo, juliet) = pair(seed);
        lan.inflict(
            lan.now(),
            Fault::Weather(Weather {
                split: 500,
                ..Weather::bad()
            }),
        );
        let now = lan.now();
        let addresses = lan
            .addresses(juliet)
            .iter()
            .map(|ip| socket_of(*ip, 5298))
            .collect();
        lan.perform(
            now,
            romeo,
            Request::Dial {
                conn: ConnId(2),
                addresses,
            },
        );
        until(&mut lan, now + Duration::from_secs(4));
        let sent: Vec<u8> = (0..600_000u32).map(|n| (n % 251) as u8).collect();
        for piece in sent.chunks(7_001) {
            lan.perform(
                lan.now(),
                romeo,
                Request::Write {
                    conn: ConnId(2),
                    bytes: Bytes::copy_from_slice(piece),
                },
            );
        }
        lan.perform(
            lan.now(),
            romeo,
            Request::Close {
                conn: ConnId(2),
                flush: true,
            },
        );
        let reports = until(&mut lan, secs(60.0));
        assert_eq!(received(&reports, juliet), sent, "seed {seed}");
        assert_eq!(
            closed(&reports, juliet).unwrap().1,
            CloseReason::Eof,
            "seed {seed}"
        );
        assert_eq!(lan.connections(), 0, "seed {seed}");
    }
}

#[test]
fn a_reader_who_pauses_holds_the_writer_up() {
    let (mut lan, romeo, juliet) = pair(6);
    let (conn, accepted) = connect(&mut lan, romeo, juliet);
    lan.perform(lan.now(), juliet, Request::Pause { conn: accepted });
    lan.perform(
        lan.now(),
        romeo,
        Request::Write {
            conn,
            bytes: vec![1; 5_000_000].into(),
        },
    );
    let reports = until(&mut lan, secs(10.0));
    let written: usize = reports
        .iter()
        .map(|(_, _, r)| {
            if let Report::Written { bytes, .. } = r {
                *bytes
            } else {
                0
            }
        })
        .sum();
    assert_eq!(written, super::pipe::WINDOW);
    assert!(received(&reports, juliet).is_empty());
    lan.perform(secs(10.0), juliet, Request::Resume { conn: accepted });
    let reports = until(&mut lan, secs(20.0));
    assert_eq!(received(&reports, juliet).len(), 5_000_000);
}

#[test]
fn every_way_a_connection_ends_is_told_as_it_is() {
    let ending = |fault: &dyn Fn(&mut Lan, HostId)| {
        let (mut lan, romeo, juliet) = pair(7);
        connect(&mut lan, romeo, juliet);
        let start = lan.now();
        fault(&mut lan, juliet);
        let reports = until(&mut lan, start + Duration::from_secs(30));
        let (at, why) = closed(&reports, romeo).expect("told");
        assert_eq!(lan.connections(), 0);
        (at.since(start).as_secs_f64(), why)
    };
    let (after, why) = ending(&|lan, juliet| lan.inflict(lan.now(), Fault::Kill(juliet)));
    assert!(
        after < 0.1 && why == CloseReason::Eof,
        "killed: {after} {why:?}"
    );
    let (after, why) = ending(&|lan, juliet| lan.inflict(lan.now(), Fault::PowerOff(juliet)));
    assert!(
        (6.0..7.0).contains(&after) && why == CloseReason::Unreachable,
        "power off: {after} {why:?}"
    );
    let (after, why) =
        ending(&|lan, juliet| lan.inflict(lan.now(), Fault::Link(juliet, Link::Silent)));
    assert!(
        (6.0..7.0).contains(&after) && why == CloseReason::Unreachable,
        "cable: {after} {why:?}"
    );
    let (after, why) = ending(&|lan, juliet| {
        lan.inflict(lan.now(), Fault::PowerOff(juliet));
        lan.schedule(lan.now() + Duration::from_secs(2), Fault::Restart(juliet));
    });
    assert!(
        (2.0..4.5).contains(&after) && why == CloseReason::Reset,
        "restarted: {after} {why:?}"
    );
    let other = "10.9.9.9".parse().unwrap();
    let (after, why) =
        ending(&|lan, juliet| lan.inflict(lan.now(), Fault::Addresses(juliet, vec![other])));
    assert!(
        (6.0..7.0).contains(&after) && why == CloseReason::Unreachable,
        "moved: {after} {why:?}"
    );
}

#[test]
fn a_short_break_loses_nothing() {
    let (mut lan, romeo, juliet) = pair(8);
    let (conn, _) = connect(&mut lan, romeo, juliet);
    lan.inflict(lan.now(), Fault::Link(juliet, Link::Silent));
    lan.perform(
        lan.now(),
        romeo,
        Request::Write {
            conn,
            bytes: Bytes::from_static(b"soft, what light"),
        },
    );
    lan.schedule(
        lan.now() + Duration::from_secs(3),
        Fault::Link(juliet, Link::Up),
    );
    let reports = until(&mut lan, secs(30.0));
    assert_eq!(received(&reports, juliet), b"soft, what light");
    assert!(closed(&reports, romeo).is_none());
}

#[test]
fn dials_fail_as_they_do_in_life() {
    let (mut lan, romeo, juliet) = pair(9);
    let failure = |reports: &[(Moment, HostId, Report)]| {
        reports.iter().find_map(|(_, _, r)| {
            if let Report::DialFailed { error, .. } = r {
                Some(error.clone())
            } else {
                None
            }
        })
    };
    lan.listen(juliet, None);
    lan.perform(
        lan.now(),
        romeo,
        Request::DialName {
            conn: ConnId(2),
            address: "pronto.local:5298".into(),
        },
    );
    assert_eq!(
        failure(&until(&mut lan, secs(4.0))).unwrap(),
        "connection refused"
    );
    lan.perform(
        lan.now(),
        romeo,
        Request::DialName {
            conn: ConnId(4),
            address: "elsinore:5298".into(),
        },
    );
    assert_eq!(
        failure(&until(&mut lan, secs(5.0))).unwrap(),
        "elsinore: no such host"
    );
    lan.inflict(lan.now(), Fault::PowerOff(juliet));
    lan.perform(
        lan.now(),
        romeo,
        Request::DialName {
            conn: ConnId(6),
            address: "10.174.0.2:5298".into(),
        },
    );
    assert_eq!(failure(&until(&mut lan, secs(15.0))).unwrap(), "timed out");
    // One dead address costs a head start, not the dial.
    lan.inflict(lan.now(), Fault::Restart(juliet));
    lan.listen(juliet, Some(5298));
    let addresses = vec![
        "10.3.3.3:5298".parse().unwrap(),
        "10.174.0.2:5298".parse().unwrap(),
    ];
    lan.perform(
        lan.now(),
        romeo,
        Request::Dial {
            conn: ConnId(8),
            addresses,
        },
    );
    let start = lan.now();
    let reports = until(&mut lan, start + Duration::from_secs(1));
    assert!(reports.iter().any(|(_, _, r)| matches!(
        r,
        Report::Connected {
            conn: ConnId(8),
            ..
        }
    )));
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
