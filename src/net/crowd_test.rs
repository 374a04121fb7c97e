#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use super::super::looks::CALM;
use super::super::message::Place;
use super::*;

/// What somebody announces, with addresses in front of or behind the rest.
fn announced(name: &str, last: u8) -> Vec<Heard> {
    vec![
        offered(name),
        owner(name, 120),
        told(name, "nick"),
        at(name, last, 120),
    ]
}

fn host(name: &str) -> String {
    let host = name.split('@').next().unwrap();
    format!("{}.local.", host.to_ascii_lowercase())
}

fn offered(name: &str) -> Heard {
    Heard::Offered {
        instance: name.to_owned(),
        ttl: 4500,
    }
}

fn owner(name: &str, ttl: u32) -> Heard {
    Heard::Owner {
        instance: name.to_owned(),
        place: Place::new(&host(name), 5298).unwrap(),
        ttl,
    }
}

fn told(name: &str, nick: &str) -> Heard {
    Heard::Told {
        instance: name.to_owned(),
        txt: vec![("nick".to_owned(), Some(nick.as_bytes().to_vec()))],
    }
}

fn at(name: &str, last: u8, ttl: u32) -> Heard {
    Heard::At {
        host: host(name),
        address: [10, 0, 0, last].into(),
        ttl,
    }
}

fn said(browsed: &[Browsed]) -> Vec<String> {
    let say = |one: &Browsed| match one {
        Browsed::Found { jid, .. } => format!("found {jid}"),
        Browsed::Resolved { jid, seen, .. } => {
            format!("{jid} {} {:?}", seen.advert.nick, seen.addresses)
        }
        Browsed::Removed { jid, .. } => format!("{jid} is gone"),
    };
    browsed.iter().map(say).collect()
}

fn leading(now: Instant) -> Crowd {
    let start = now - 10 * SECOND;
    let mut crowd = Crowd::new("eth0", 2, false, start);
    assert!(crowd.lead(std::iter::empty(), start).is_empty());
    assert_eq!(runs(&mut crowd, now).0.len(), 3, "who is there");
    crowd
}

type Timed<T> = Vec<(Instant, T)>;

/// Runs its timers until then.
fn runs(crowd: &mut Crowd, until: Instant) -> (Timed<Vec<u8>>, Timed<String>) {
    let (mut asked, mut told) = (Vec::new(), Vec::new());
    while let Some(now) = crowd.next().filter(|next| *next <= until) {
        let (questions, browsed) = crowd.tick(now);
        assert!(
            crowd.next().is_none_or(|next| next > now),
            "it stands still"
        );
        asked.extend(
            questions
                .into_iter()
                .map(|question| (now, question.datagram)),
        );
        told.extend(said(&browsed).into_iter().map(|one| (now, one)));
    }
    (asked, told)
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn whoever_announces_itself_is_told_once_and_again_when_it_changes() {
    let now = Instant::now();
    let mut crowd = leading(now);
    let first = crowd.heard(&announced("bob@pc", 7), now);
    assert_eq!(said(&first), ["bob@pc nick [10.0.0.7:5298]"]);
    assert!(
        crowd
            .heard(&announced("BOB@pc", 7), now + SECOND)
            .is_empty()
    );
    let changed = crowd.heard(&[told("bob@pc", "away")], now + SECOND);
    assert_eq!(said(&changed), ["bob@pc away [10.0.0.7:5298]"]);
    let moved = crowd.heard(&[at("bob@pc", 8, 120)], now + SECOND);
    assert_eq!(said(&moved), ["bob@pc away [10.0.0.8:5298]"]);
}

#[test]
fn who_comes_in_pieces_is_asked_for_what_lacks() {
    let now = Instant::now();
    let mut crowd = leading(now);
    assert!(crowd.heard(&[offered("bob@pc")], now).is_empty());
    let (asked, _) = runs(&mut crowd, now + SECOND);
    assert_eq!(asked[0].1, message::ask_instance("bob@pc").unwrap());
    crowd.heard(&[told("bob@pc", "Bob"), owner("bob@pc", 120)], now + SECOND);
    assert!(
        crowd
            .heard(&[at("eve@pc", 9, 120)], now + SECOND)
            .is_empty()
    );
    let last = crowd.heard(&[at("bob@pc", 7, 120)], now + SECOND);
    assert_eq!(said(&last), ["bob@pc Bob [10.0.0.7:5298]"]);

    // Who never says where it is, is forgotten, and nobody was told of it.
    crowd.heard(&[offered("eve@pc")], now + SECOND);
    let (asked, told) = runs(&mut crowd, now + 40 * SECOND);
    assert!(told.is_empty(), "{told:?}");
    assert!((2..=5).contains(&asked.len()), "{}", asked.len());
}

#[test]
fn a_goodbye_counts_after_a_second_unless_it_returns() {
    let now = Instant::now();
    let mut crowd = leading(now);
    let goodbye = |name: &str| {
        vec![Heard::Goodbye {
            instance: name.to_owned(),
        }]
    };
    crowd.heard(&announced("bob@pc", 7), now);
    crowd.heard(&announced("eve@pc", 8), now);
    crowd.heard(&goodbye("bob@pc"), now);
    crowd.heard(&goodbye("eve@pc"), now);
    let back = crowd.heard(&[owner("eve@pc", 120)], now + SECOND / 2);
    assert_eq!(
        said(&back),
        ["eve@pc nick [10.0.0.8:5298]"],
        "though nothing changed"
    );
    let (asked, told) = runs(&mut crowd, now + 10 * SECOND);
    assert_eq!(told, [(now + SECOND, "bob@pc is gone".to_owned())]);
    assert!(asked.is_empty());
}

#[test]
fn records_are_asked_for_before_they_end_and_then_end() {
    let now = Instant::now();
    let mut crowd = leading(now);
    crowd.heard(&announced("bob@pc", 7), now);
    let (asked, told) = runs(&mut crowd, now + 130 * SECOND);
    assert!(asked[0].0 >= now + 84 * SECOND && asked[0].0 < now + 102 * SECOND);
    assert!((2..=5).contains(&asked.len()), "{}", asked.len());
    assert_eq!(told, [(now + 120 * SECOND, "bob@pc is gone".to_owned())]);
}

#[test]
fn what_one_asks_the_others_do_not_ask() {
    let now = Instant::now();
    let mut crowds: Vec<Crowd> = (0..100).map(|_| leading(now)).collect();
    let mut asked = 0;
    crowds.iter_mut().for_each(|crowd| {
        crowd.heard(&announced("bob@pc", 7), now);
    });
    // Everybody hears a question at once. Bob has lost its power, nobody answers.
    while let Some(next) = crowds.iter().filter_map(Crowd::next).min()
        && next < now + 119 * SECOND
    {
        let who = crowds
            .iter()
            .position(|one| one.next() == Some(next))
            .unwrap();
        let (questions, _) = crowds[who].tick(next);
        for question in questions {
            asked += 1;
            let heard = message::read(&question.datagram);
            assert_eq!(heard.len(), 1, "TXT is asked for in the same breath");
            for (n, crowd) in crowds.iter_mut().enumerate() {
                if n != who {
                    crowd.heard(&heard, next);
                }
            }
        }
    }
    assert!((1..30).contains(&asked), "{asked} questions of 100 peers");
}

#[test]
fn whom_all_doubt_at_once_few_ask_for() {
    let now = Instant::now();
    let mut crowds: Vec<Crowd> = (0..50).map(|_| leading(now)).collect();
    let doubted = Jid::new("bob@pc").unwrap();
    for crowd in &mut crowds {
        crowd.heard(&announced("bob@pc", 7), now);
        for n in 0..50 {
            crowd.heard(&announced(&format!("guest{n}@pc"), n), now);
        }
        crowd.verify(&doubted, 3 * SECOND, now + SECOND);
    }
    let asked = Heard::Asked {
        instance: "bob@pc".to_owned(),
    };
    let mut questions = 0;
    let delay = Duration::from_millis(2);
    // What one says the others hear two milliseconds later.
    for step in 0..250 {
        let now = now + SECOND + delay * step;
        let said: usize = crowds
            .iter_mut()
            .map(|crowd| runs(crowd, now).0.len())
            .sum();
        questions += said;
        if said > 0 {
            for crowd in &mut crowds {
                crowd.heard(std::slice::from_ref(&asked), now + delay);
            }
        }
    }
    assert!((1..10).contains(&questions), "{questions} questions");
    // Nobody answers: some ask once more, and then it is gone.
    let (mut again, mut gone) = (0, 0);
    for step in 0..200 {
        let now = now + SECOND + Duration::from_millis(500 + 13 * step);
        let mut said = 0;
        for crowd in &mut crowds {
            let (questions, told) = runs(crowd, now);
            said += questions.len();
            gone += told.len();
        }
        again += said;
        if said > 0 {
            for crowd in &mut crowds {
                crowd.heard(std::slice::from_ref(&asked), now);
            }
        }
    }
    assert!(again > 0, "a lost question is not the end");
    assert_eq!(gone, crowds.len());
}

#[test]
fn whoever_comes_alone_asks_everybody_and_then_those_whom_it_does_not_know() {
    let now = Instant::now();
    let mut crowd = Crowd::new("eth0", 2, false, now);
    let (asked, _) = runs(&mut crowd, now + SECOND);
    assert_eq!(asked.len(), 2, "nobody answers");
    assert!(asked[0].0 < now + SECOND / 20);
    assert!(asked[1].0 < now + SECOND / 5);
    assert_eq!(message::read(&asked[0].1), [Heard::Looked]);
    assert_eq!(message::read(&asked[1].1), [Heard::Looked]);
    crowd.heard(&[Heard::Looked], now + SECOND);
    for n in 0..250u8 {
        let name = format!("somebody-with-a-long-name{n}@pc");
        crowd.heard(&announced(&name, n), now + SECOND);
    }
    crowd.lead(std::iter::empty(), now + SECOND);
    let (asked, _) = runs(&mut crowd, now + 30 * SECOND);
    assert_eq!(asked.len(), 1);
    assert!(
        message::read(&asked[0].1).is_empty(),
        "others cannot rely on it"
    );
    let length = asked[0].1.len();
    assert!(length > 5000 && length < 8900, "{length}");
}

#[test]
fn who_answers_us_alone_is_told_at_once_and_lives_as_long_as_others() {
    let now = Instant::now();
    let mut crowd = Crowd::new("eth0", 2, false, now);
    let first = crowd.next().unwrap();
    let (questions, _) = crowd.tick(first);
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].way, Way::Alone);
    let short =
        |name: &str, last: u8| vec![owner(name, 10), told(name, "nick"), at(name, last, 10)];
    let bob = crowd.answered(short("bob@pc", 7), first);
    assert_eq!(said(&bob), ["bob@pc nick [10.0.0.7:5298]"]);
    let eve = crowd.answered(short("eve@pc", 8), first);
    assert_eq!(said(&eve), ["eve@pc nick [10.0.0.8:5298]"]);
    // Nobody else needs to be troubled; and who is seen elsewhere is looked after there.
    crowd.seen_elsewhere(&Jid::new("eve@pc").unwrap());
    let (asked, told) = runs(&mut crowd, first + 200 * SECOND);
    assert!(asked.is_empty());
    assert_eq!(told, [(first + 120 * SECOND, "bob@pc is gone".to_owned())]);

    // A crowd of them is led at once.
    let mut crowd = Crowd::new("eth0", 2, false, now);
    let (questions, _) = crowd.tick(first.max(crowd.next().unwrap()));
    assert_eq!(questions.len(), 1);
    for n in 0..30u8 {
        crowd.answered(short(&format!("n{n}@pc{n}"), n), first);
    }
    assert!(
        crowd.lead(std::iter::empty(), first).is_empty(),
        "all were told"
    );
    let (asked, told) = runs(&mut crowd, first + 10 * SECOND);
    assert_eq!(asked.len(), 1, "those whom it does not know");
    assert!(told.is_empty());
}

#[test]
fn of_two_hosts_with_one_name_the_one_that_said_so_lately_has_it() {
    let now = Instant::now();
    let mut crowd = Crowd::new("eth0", 2, false, now);
    crowd.heard(&announced("bob@pc", 7), now);
    let bob = Jid::new("bob@pc").unwrap();
    let heard = crowd.lead(std::iter::empty(), now);
    let [Browsed::Resolved { seen, .. }] = heard.as_slice() else {
        panic!("{heard:?}");
    };
    assert!(crowd.otherwise(&bob, seen, now).is_none());
    let [mut host, mut words] = [OnLink::clone(seen), OnLink::clone(seen)];
    host.host = "another.local.".to_owned();
    words.advert.nick = "Another".to_owned();
    for other in [host, words] {
        let said = crowd.otherwise(&bob, &other, now + SECOND);
        assert_eq!(said.as_ref(), Some(&**seen));
        let later = now + 5 * SECOND;
        assert!(crowd.otherwise(&bob, &other, later).is_none());
    }
    let mut fewer = OnLink::clone(seen);
    let lost = fewer.addresses.remove(0);
    let found = crowd.otherwise(&bob, &fewer, now).unwrap();
    assert!(found.addresses.contains(&lost), "{found:?}");
    let goodbye = Heard::Goodbye {
        instance: "bob@pc".to_owned(),
    };
    crowd.heard(&[goodbye], now);
    assert!(crowd.said(&bob, now).is_none(), "it goes");
    crowd.heard(&announced("bob@pc", 7), now);
    assert!(crowd.said(&bob, now).is_some(), "it is here all the same");
}

#[test]
fn whoever_is_told_and_ends_while_others_are_heard_is_told_to_be_gone() {
    let now = Instant::now();
    let mut crowd = Crowd::new("eth0", 2, false, now);
    crowd.answered(announced("bob@pc", 7), now);
    let gone = crowd.heard(&announced("eve@pc", 8), now + 121 * SECOND);
    assert_eq!(said(&gone), ["bob@pc is gone"]);
}

#[test]
fn in_a_rush_everybody_is_asked_when_it_is_calm_and_again_as_long_as_that_brings_news() {
    let now = Instant::now();
    let mut crowd = Crowd::new("eth0", 2, false, now);
    for n in 0..30u8 {
        crowd.heard(&announced(&format!("n{n}@pc{n}"), n), now);
    }
    crowd.lead(std::iter::empty(), now);
    let (asked, _) = runs(&mut crowd, now + SECOND);
    assert_eq!(asked.len(), 1, "others come, too");
    for n in 30..60u8 {
        crowd.heard(&announced(&format!("n{n}@pc{n}"), n), now + SECOND);
    }
    let (asked, _) = runs(&mut crowd, now + 5 * SECOND);
    assert_eq!(asked.len(), 1);
    assert_eq!(message::read(&asked[0].1), [Heard::Looked]);
    let looked = asked[0].0;
    assert!(looked >= now + SECOND + CALM, "it was not calm yet");
    crowd.heard(&[Heard::Looked], looked);
    crowd.heard(&announced("bob@pc", 7), looked + SECOND / 10);
    let (asked, _) = runs(&mut crowd, looked + 5 * SECOND);
    assert_eq!(asked.len(), 1, "that brought news");
    let looked = asked[0].0;
    crowd.heard(&[Heard::Looked], looked);
    crowd.heard(&announced("bob@pc", 7), looked + SECOND / 10);
    let (asked, _) = runs(&mut crowd, looked + 60 * SECOND);
    assert!(asked.is_empty());
}

#[test]
fn it_listens_before_it_leads_and_forgets_nobody_who_was_seen_elsewhere() {
    let now = Instant::now();
    let mut crowd = Crowd::new("eth0", 2, false, now);
    assert!(crowd.heard(&announced("bob@pc", 7), now).is_empty());
    let (asked, _) = runs(&mut crowd, now + SECOND);
    assert_eq!(asked.len(), 2, "who is there");
    assert_eq!(crowd.next(), None, "it sleeps");
    let eve = OnLink {
        interface: "eth0".to_owned(),
        host: "eve.local.".to_owned(),
        port: 1,
        addresses: vec!["10.0.0.9:1".parse().unwrap()],
        advert: Advert::default(),
    };
    let known = [(Jid::new("eve@pc").unwrap(), eve)];
    let all = crowd.lead(known.into_iter(), now + SECOND);
    assert_eq!(said(&all), ["bob@pc nick [10.0.0.7:5298]"]);
    let (_, told) = runs(&mut crowd, now + 121 * SECOND);
    assert_eq!(
        told,
        [
            (now + 120 * SECOND, "bob@pc is gone".to_owned()),
            (now + 121 * SECOND, "eve@pc is gone".to_owned())
        ]
    );
}

#[test]
fn when_it_scatters_only_those_are_left_to_it_whom_nobody_else_sees() {
    let now = Instant::now();
    let mut crowd = leading(now);
    for name in ["bob@pc", "eve@pc"] {
        crowd.heard(&announced(name, 7), now);
    }
    assert!(crowd.is_scattered());
    crowd.scatter();
    crowd.seen_elsewhere(&Jid::new("bob@pc").unwrap());
    let (asked, told) = runs(&mut crowd, now + 200 * SECOND);
    assert!(asked.is_empty());
    assert_eq!(told, [(now + 120 * SECOND, "eve@pc is gone".to_owned())]);
    assert!(
        crowd
            .heard(&announced("zoe@pc", 9), now + 200 * SECOND)
            .is_empty()
    );
    assert_eq!(crowd.next(), None);
}

#[test]
fn names_are_kept_up_to_a_bound() {
    let now = Instant::now();
    let mut crowd = leading(now);
    let names = (0..3 * MAX_PEERS).map(|n| owner(&format!("n{n}@pc"), 120));
    crowd.heard(&names.collect::<Vec<_>>(), now);
    assert_eq!(crowd.members.len(), MAX_PEERS);
    assert_eq!(crowd.due.len(), MAX_PEERS);
    assert!(crowd.hosts.len() <= MAX_PEERS);
    let (asked, _) = runs(&mut crowd, now + 500 * SECOND);
    assert!(asked.len() <= MAX_PEERS * 5);
    assert!(crowd.members.is_empty() && crowd.due.is_empty() && crowd.hosts.is_empty());
}
