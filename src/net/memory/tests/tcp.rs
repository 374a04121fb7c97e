//! Connections on the pretend LAN.

use std::time::Duration;

use bytes::Bytes;

use super::super::{Fault, HostId, Lan, Link, Weather, pipe, socket_of};
use super::{closed, connect, pair, received, secs, until};
use crate::net::{CloseReason, ConnId, Report, Request};
use crate::wire::time::Moment;

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
    assert_eq!(written, pipe::WINDOW);
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
fn who_gave_up_a_connection_resets_it_when_the_way_is_free_again() {
    for seed in 0..20 {
        let (mut lan, romeo, juliet) = pair(seed);
        let (conn, accepted) = connect(&mut lan, romeo, juliet);
        lan.inflict(lan.now(), Fault::Link(juliet, Link::Silent));
        // Whoever notices first, the other one is not left with half a connection.
        let start = lan.now();
        let first = loop {
            let (_, host, report) = lan.poll(start + Duration::from_secs(8)).unwrap();
            if matches!(report, Report::Closed { .. }) {
                break host;
            }
        };
        let (other, number) = if first == romeo {
            (juliet, accepted)
        } else {
            (romeo, conn)
        };
        lan.inflict(lan.now(), Fault::Link(juliet, Link::Up));
        let bytes = Bytes::from_static(b"anybody there?");
        let conn = number;
        lan.perform(lan.now(), other, Request::Write { conn, bytes });
        let until_then = lan.now() + Duration::from_secs(4);
        let reports = until(&mut lan, until_then);
        assert_eq!(closed(&reports, other).unwrap().1, CloseReason::Reset);
        assert_eq!(lan.connections(), 0);
    }
}
