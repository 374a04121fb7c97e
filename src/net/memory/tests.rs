//! The pretend LAN measured against what real ones do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod discovery;
mod tcp;

use std::time::Duration;

use super::{HostId, Lan, socket_of};
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
