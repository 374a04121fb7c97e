#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::net::{Ipv4Addr, Ipv6Addr};

use hickory_proto::op::{self, Message, OpCode};
use hickory_proto::rr::rdata::PTR;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use proptest::prelude::*;

use super::super::message::{self, Place};
use super::*;

const SERVICE: &str = "_presence._tcp.local.";
const TYPES: &str = "_services._dns-sd._udp.local.";
const HOST: &str = "forza-1a2b.local.";
const V4: Ipv4Addr = Ipv4Addr::new(10, 77, 1, 1);
const V6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);

fn me() -> Name {
    message::instance_name("romeo@forza").unwrap()
}

fn records(nick: &str) -> Records {
    at(nick, Some(V4), Some(V6))
}

fn at(nick: &str, v4: Option<Ipv4Addr>, v6: Option<Ipv6Addr>) -> Records {
    let txt = vec![("nick".to_owned(), Some(nick.as_bytes().to_vec()))];
    Records::new("romeo@forza", (HOST, 5298), &txt, (v4, v6)).unwrap()
}

/// One who was published a while ago.
fn settled() -> (Responder, Instant) {
    let start = Instant::now();
    let mut responder = Responder::default();
    assert_eq!(responder.publish(records("Romeo"), start).len(), 2);
    assert_eq!(responder.next(), Some(start + AGAIN));
    assert_eq!(responder.tick(start + AGAIN).len(), 2);
    assert_eq!(responder.next(), None);
    (responder, start + AGAIN * 10)
}

fn peer() -> SocketAddr {
    "10.77.1.2:5353".parse().unwrap()
}

fn peer_v6() -> SocketAddr {
    "[fe80::2%3]:5353".parse().unwrap()
}

fn plain() -> SocketAddr {
    "10.77.1.2:40000".parse().unwrap()
}

fn question(name: &str, kind: RecordType) -> op::Query {
    op::Query::query(Name::from_ascii(name).unwrap(), kind)
}

fn mine(kind: RecordType) -> op::Query {
    op::Query::query(me(), kind)
}

fn unicast(mut question: op::Query) -> op::Query {
    question.set_mdns_unicast_response(true);
    question
}

/// A datagram as it comes from the network, and what is understood of it.
fn query(questions: &[op::Query], change: impl FnOnce(&mut Message)) -> Query {
    let mut message = Message::new(77, op::MessageType::Query, OpCode::Query);
    message.add_queries(questions.iter().cloned());
    change(&mut message);
    let datagram = message.to_vec().unwrap();
    let (_, query) = message::understand(&datagram);
    query.unwrap().with_known(&datagram)
}

fn ask(questions: &[op::Query]) -> Query {
    query(questions, |_| {})
}

fn offer(ttl: u32) -> Record {
    Record::from_rdata(
        Name::from_ascii(SERVICE).unwrap(),
        ttl,
        RData::PTR(PTR(me())),
    )
}

/// The types of an answer, answers before additional records.
fn types(answer: &Answer) -> (Vec<RecordType>, Vec<RecordType>) {
    let message = Message::from_vec(&answer.datagram).unwrap();
    let types = |records: &[Record]| records.iter().map(Record::record_type).collect();
    (types(&message.answers), types(&message.additionals))
}

/// What is said of it when its time comes, and to whom.
fn later(responder: &mut Responder) -> Option<Answer> {
    let mut answers = responder.tick(responder.next()?);
    assert!(answers.len() < 2);
    answers.pop()
}

use RecordType::{A, AAAA, ANY, HINFO, NSEC, NULL, SRV, TXT};
const PTR_TYPE: RecordType = RecordType::PTR;

#[test]
fn whoever_looks_gets_all_a_little_later() {
    let (mut responder, now) = settled();
    let look = ask(&[question("_Presence._TCP.local.", PTR_TYPE)]);
    assert!(responder.asked(&look, peer(), now).is_empty());
    let due = responder.next().unwrap();
    assert!(due >= now + SHARED.0 && due <= now + SHARED.0 + SHARED.1);
    // Who asks meanwhile, too, does not move it.
    responder.asked(&look, peer(), due);
    assert_eq!(responder.next(), Some(due));
    let answer = later(&mut responder).unwrap();
    assert_eq!(answer.to, To::Group(Family::V4));
    assert_eq!(types(&answer), (vec![PTR_TYPE], vec![SRV, TXT, A, AAAA]));
    let message = Message::from_vec(&answer.datagram).unwrap();
    assert_eq!((message.metadata.id, message.queries.len()), (0, 0));
    assert!(message.metadata.authoritative);
    let flags = message.answers.iter().chain(&message.additionals);
    let flags: Vec<(u32, bool)> = flags.map(|it| (it.ttl, it.mdns_cache_flush)).collect();
    assert_eq!(
        flags,
        [
            (4500, false),
            (120, true),
            (4500, true),
            (120, true),
            (120, true)
        ]
    );
    // Where IPv6 is spoken it was not heard.
    responder.asked(&look, peer_v6(), due);
    assert_eq!(later(&mut responder).unwrap().to, To::Group(Family::V6));
}

#[test]
fn what_only_we_have_is_said_at_once() {
    let (mut responder, mut now) = settled();
    let mut said = |questions: &[op::Query]| {
        now += GAP;
        let answers = responder.asked(&ask(questions), peer(), now);
        assert_eq!(responder.next(), None);
        let [answer] = answers.as_slice() else {
            panic!("{questions:?}: {answers:?}");
        };
        types(answer)
    };
    assert_eq!(said(&[mine(SRV)]), (vec![SRV], vec![A, AAAA]));
    assert_eq!(said(&[mine(TXT)]), (vec![TXT], vec![]));
    assert_eq!(said(&[mine(ANY)]), (vec![SRV, TXT], vec![A, AAAA]));
    assert_eq!(
        said(&[mine(SRV), mine(TXT)]),
        (vec![SRV, TXT], vec![A, AAAA])
    );
    assert_eq!(said(&[question(HOST, A)]), (vec![A], vec![AAAA]));
    assert_eq!(
        said(&[question("FORZA-1A2B.Local.", AAAA)]),
        (vec![AAAA], vec![A])
    );
    assert_eq!(said(&[question(HOST, ANY)]), (vec![A, AAAA], vec![]));
    // What there is not is said, too.
    assert_eq!(said(&[mine(HINFO)]), (vec![NSEC], vec![]));
    assert_eq!(said(&[question(HOST, HINFO)]), (vec![NSEC], vec![]));
}

#[test]
fn what_is_not_ours_is_not_answered() {
    let (mut responder, now) = settled();
    for question in [
        op::Query::query(message::instance_name("juliet@forza").unwrap(), SRV),
        question("pronto.local.", A),
        question("_http._tcp.local.", PTR_TYPE),
        question(SERVICE, SRV),
        // A picture is the other responder's.
        mine(NULL),
    ] {
        assert!(responder.asked(&ask(&[question]), peer(), now).is_empty());
    }
    let mut chaos = mine(SRV);
    chaos.set_query_class(hickory_proto::rr::DNSClass::CH);
    assert!(responder.asked(&ask(&[chaos]), peer(), now).is_empty());
    assert_eq!(responder.next(), None);
    // With somebody else's question beside it, others answer, too.
    let both = [mine(SRV), question("pronto.local.", A)];
    assert!(responder.asked(&ask(&both), peer(), now).is_empty());
    assert_eq!(types(&later(&mut responder).unwrap()).0, [SRV]);
}

#[test]
fn who_has_no_ipv6_says_so() {
    let start = Instant::now();
    let mut responder = Responder::default();
    responder.publish(at("Romeo", Some(V4), None), start);
    let now = start + GAP;
    responder.tick(now);
    let now = now + GAP;
    let said = responder.asked(&ask(&[question(HOST, A)]), peer(), now);
    assert_eq!(types(&said[0]), (vec![A], vec![NSEC]));
    let said = responder.asked(&ask(&[question(HOST, AAAA)]), peer(), now + GAP);
    assert_eq!(types(&said[0]), (vec![NSEC], vec![]));
    let message = Message::from_vec(&said[0].datagram).unwrap();
    let RData::Unknown { code: NSEC, rdata } = &message.answers[0].data else {
        panic!("{message:?}");
    };
    // The next name, block 0, one byte, type 1.
    let mut content = b"\x0aforza-1a2b\x05local\0".to_vec();
    content.extend([0, 1, 0x40]);
    assert_eq!(rdata.anything, content);
}

#[test]
fn known_answers_are_not_said_again() {
    let (mut responder, now) = settled();
    let look = |ttl| {
        query(&[question(SERVICE, PTR_TYPE)], |message| {
            message.add_answer(offer(ttl));
        })
    };
    responder.asked(&look(2250), peer(), now);
    assert_eq!(responder.next(), None, "known for half its time");
    let other = RData::PTR(PTR(Name::from_ascii("x._presence._tcp.local.").unwrap()));
    let others = query(&[question(SERVICE, PTR_TYPE)], |message| {
        let service = Name::from_ascii(SERVICE).unwrap();
        message.add_answer(Record::from_rdata(service, 4500, other));
    });
    responder.asked(&others, peer(), now);
    assert!(later(&mut responder).is_some(), "somebody else is known");
    responder.asked(&look(2249), peer(), now + GAP * 2);
    assert!(later(&mut responder).is_some(), "soon forgotten");
}

#[test]
fn a_list_of_known_answers_may_go_on() {
    let (mut responder, now) = settled();
    let look = query(&[question(SERVICE, PTR_TYPE)], |it| {
        it.metadata.truncation = true
    });
    let rest = query(&[], |message| {
        message.add_answer(offer(4500));
    });
    responder.asked(&look, peer(), now);
    let due = responder.next().unwrap();
    assert!(due >= now + MORE.0 && due <= now + MORE.0 + MORE.1);
    let other = "10.77.1.3:5353".parse().unwrap();
    responder.asked(&rest, other, now);
    assert_eq!(responder.next(), Some(due), "somebody else's list");
    responder.asked(&rest, peer(), now);
    assert_eq!(responder.next(), None, "known after all");
    responder.asked(&look, peer(), now);
    assert_eq!(types(&later(&mut responder).unwrap()).0, [PTR_TYPE]);
    // Of very many only some are waited for.
    let now = now + GAP * 2;
    for port in 0..1000u32 {
        let from = SocketAddr::from((Ipv4Addr::from(port), PORT));
        responder.asked(&look, from, now);
    }
    assert_eq!(responder.waiting.len(), MOST_WITH_MORE);
    assert!(responder.next().unwrap() <= now + SHARED.0 + SHARED.1);
}

#[test]
fn nothing_is_said_to_all_twice_in_a_second() {
    let (mut responder, now) = settled();
    let asked = ask(&[mine(SRV)]);
    assert_eq!(responder.asked(&asked, peer(), now).len(), 1);
    let soon = now + GAP - Duration::from_millis(1);
    assert!(responder.asked(&asked, peer(), soon).is_empty());
    // What went along was said, too.
    let address = ask(&[question(HOST, A)]);
    assert!(responder.asked(&address, peer(), soon).is_empty());
    assert_eq!(responder.asked(&asked, peer_v6(), soon).len(), 1);
    assert_eq!(responder.asked(&asked, peer(), now + GAP).len(), 1);
}

#[test]
fn a_flood_is_answered_once_a_second() {
    let (mut responder, start) = settled();
    let asked = [ask(&[mine(ANY)]), ask(&[question(SERVICE, PTR_TYPE)])];
    let (mut said, mut alone) = (0, 0);
    for step in 0..20_000u32 {
        let now = start + Duration::from_millis(1) * (step / 2);
        let mut answers = responder.asked(&asked[step as usize % 2], peer(), now);
        if responder.next().is_some_and(|due| due <= now) {
            answers.extend(responder.tick(now));
        }
        said += answers.len();
        alone += responder.asked(&asked[1], plain(), now).len();
    }
    assert!(said <= 40, "{said} in 10 s");
    let most = (ALONE.0 + 10 * ALONE.1) as usize;
    assert!((1000..=most).contains(&alone), "{alone} in 10 s");
}

#[test]
fn whoever_probes_for_our_name_hears_of_it_at_once() {
    let (mut responder, now) = settled();
    let place = Place::new("pronto.local.", 5298).unwrap();
    let probe = message::probe("ROMEO@forza", &place, &[]).unwrap();
    let probe = message::understand(&probe).1.unwrap();
    let said = responder.asked(&probe, peer(), now);
    assert_eq!(types(&said[0]), (vec![SRV, TXT], vec![A, AAAA]));
    assert_eq!(said[0].to, To::Group(Family::V4));
    assert!(responder.asked(&probe, peer(), now).is_empty());
    let now = now + DEFENCE_GAP;
    assert_eq!(responder.asked(&probe, peer(), now).len(), 1);
    // Who asked for an answer of its own gets that at least.
    let place = RData::TXT(message::text(&[]));
    let alone = query(&[unicast(mine(ANY))], |message| {
        message.add_authority(Record::from_rdata(me(), 120, place));
    });
    assert_eq!(
        responder.asked(&alone, peer(), now)[0].to,
        To::Alone(peer())
    );
}

#[test]
fn what_all_have_heard_lately_is_said_to_who_asks() {
    let (mut responder, now) = settled();
    let asked = ask(&[unicast(mine(SRV))]);
    let said = responder.asked(&asked, peer(), now);
    assert_eq!(said[0].to, To::Alone(peer()));
    let message = Message::from_vec(&said[0].datagram).unwrap();
    assert_eq!((message.queries.len(), message.answers[0].ttl), (0, 120));
    // A quarter of its time ago.
    let now = now + Duration::from_secs(30);
    let said = responder.asked(&asked, peer(), now);
    assert_eq!(said[0].to, To::Group(Family::V4));
}

#[test]
fn plain_dns_is_answered_in_its_own_words() {
    let (mut responder, now) = settled();
    let questions = [unicast(question(SERVICE, PTR_TYPE))];
    let said = responder.asked(&ask(&questions), plain(), now);
    assert_eq!(said[0].to, To::Alone(plain()));
    assert_eq!(types(&said[0]), (vec![PTR_TYPE], vec![SRV, TXT, A, AAAA]));
    let message = Message::from_vec(&said[0].datagram).unwrap();
    assert_eq!(message.metadata.id, 77);
    assert_eq!(message.queries, [question(SERVICE, PTR_TYPE)]);
    let records = message.answers.iter().chain(&message.additionals);
    for record in records {
        assert_eq!((record.ttl, record.mdns_cache_flush), (10, false));
    }
    let known = query(&questions, |message| {
        message.add_answer(offer(4500));
    });
    assert!(responder.asked(&known, plain(), now).is_empty());
    assert_eq!(responder.next(), None);
}

#[test]
fn what_another_says_need_not_be_said_again() {
    let (mut responder, now) = settled();
    let listed = |ttl| [Heard::Listed { ttl }];
    let look = ask(&[question(TYPES, PTR_TYPE)]);
    responder.asked(&look, peer(), now);
    responder.overheard(&listed(4500), peer_v6());
    responder.overheard(&listed(100), peer());
    assert_eq!(types(&later(&mut responder).unwrap()).0, [PTR_TYPE]);
    responder.asked(&look, peer(), now + GAP * 2);
    responder.overheard(&listed(4500), peer());
    assert_eq!(later(&mut responder), None);
    // The answer to that question is heard as such.
    let answer = responder.asked(&look, plain(), now).pop().unwrap();
    assert_eq!(message::read(&answer.datagram), [Heard::Listed { ttl: 10 }]);
}

#[test]
fn a_change_is_said_at_once_and_once_more() {
    let (mut responder, now) = settled();
    let said = responder.publish(records("Mercutio"), now);
    let families = [Family::V4, Family::V6].map(To::Group);
    assert_eq!([said[0].to, said[1].to], families);
    assert_eq!(types(&said[0]), (vec![PTR_TYPE, SRV, TXT, A, AAAA], vec![]));
    assert!(message::read(&said[0].datagram).contains(&Heard::Told {
        instance: "romeo@forza".to_owned(),
        txt: vec![("nick".to_owned(), Some(b"Mercutio".to_vec()))],
    }));
    let asked = ask(&[mine(TXT)]);
    assert!(responder.asked(&asked, peer(), now).is_empty(), "just said");
    assert_eq!(responder.next(), Some(now + AGAIN));
    assert_eq!(responder.tick(now + AGAIN), said);
    assert_eq!(responder.next(), None);
    // What did not change was said a moment ago.
    let now = now + AGAIN + Duration::from_millis(200);
    let said = responder.publish(records("Benvolio"), now);
    assert_eq!(types(&said[0]), (vec![TXT], vec![]));
    assert_eq!(types(&responder.tick(now + AGAIN)[0]).0.len(), 5);
}

#[test]
fn a_goodbye_is_said_twice_and_nothing_after_it() {
    let (mut responder, now) = settled();
    responder.asked(&ask(&[question(SERVICE, PTR_TYPE)]), peer(), now);
    let said = responder.withdraw(now).unwrap();
    assert_eq!(said.to, To::All);
    let message = Message::from_vec(&said.datagram).unwrap();
    let ttls: Vec<u32> = message.answers.iter().map(|it| it.ttl).collect();
    assert_eq!(types(&said).0, [PTR_TYPE, SRV, TXT, A, AAAA]);
    assert_eq!(ttls, [0; 5]);
    assert!(responder.asked(&ask(&[mine(SRV)]), peer(), now).is_empty());
    assert_eq!(responder.next(), Some(now + FAREWELL));
    assert_eq!(later(&mut responder), Some(said));
    assert_eq!((responder.next(), responder.withdraw(now)), (None, None));
    // Whoever comes back within that time does not say goodbye any more.
    responder.publish(records("Romeo"), now);
    responder.withdraw(now);
    responder.publish(records("Romeo"), now);
    assert_eq!(responder.next(), Some(now + AGAIN));
}

#[test]
fn what_another_responder_has_published_is_taken_over_in_silence() {
    let now = Instant::now();
    let mut responder = Responder::default();
    responder.take_over(records("Romeo"), None);
    assert_eq!(responder.next(), None);
    assert_eq!(responder.asked(&ask(&[mine(SRV)]), peer(), now).len(), 1);
    responder.take_over(records("Romeo"), Some(now));
    let said = responder.tick(now);
    assert_eq!(said.len(), 2);
    // But for the SRV record and the addresses, which were said at this moment.
    assert_eq!(types(&said[0]).0, [PTR_TYPE, TXT]);
    assert_eq!(types(&said[1]).0.len(), 5);
}

proptest! {
    #[test]
    fn nothing_that_a_peer_sends_does_harm(
        tail in prop::collection::vec(any::<u8>(), 0..200),
        (place, byte) in (0usize..60, any::<u8>()),
        port in prop_oneof![Just(PORT), any::<u16>()],
        start in 0usize..3,
    ) {
        let (mut responder, now) = settled();
        let begin = [
            Vec::new(),
            ask_everything(),
            message::ask_everybody(["romeo@forza"].into_iter()).unwrap(),
        ];
        let mut datagram = [begin[start].clone(), tail].concat();
        if let Some(at) = datagram.get_mut(place) {
            *at = byte;
        }
        if let (heard, Some(query)) = message::understand(&datagram) {
            let from = SocketAddr::from((V4, port));
            responder.overheard(&heard, from);
            responder.asked(&query.with_known(&datagram), from, now);
            if let Some(next) = responder.next() {
                responder.tick(next);
            }
            prop_assert_eq!(responder.next(), None);
        }
    }
}

fn ask_everything() -> Vec<u8> {
    let mut message = Message::new(0, op::MessageType::Query, OpCode::Query);
    message.add_query(mine(ANY));
    message.add_query(unicast(question(SERVICE, ANY)));
    message.add_query(question(HOST, ANY));
    message.to_vec().unwrap()
}
