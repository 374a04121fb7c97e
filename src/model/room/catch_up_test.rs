//! What a long answer is made of.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use jiff::Timestamp;

use super::*;
use crate::model::room::body::Body;
use crate::wire::key::SecretKey;
use crate::wire::time::Clock;

fn clock(seconds: u64) -> Clock {
    Clock {
        now: Moment(seconds * 1_000_000),
        wall: Timestamp::UNIX_EPOCH,
    }
}

/// Somebody's room with so many messages, and its entries.
fn talk(messages: u64) -> (Room, Vec<Arc<[u8]>>) {
    let key = SecretKey::from_seed(&[1; 32]).unwrap();
    let jid = Jid::new("romeo@verona").unwrap();
    let nonce = "nonce".to_owned();
    let mut room =
        Room::found(key, jid, "Romeo", "hall", false, false, nonce, 1, clock(1)).unwrap();
    for n in 0..messages {
        let text = format!("line {n}");
        let body = Body::Message {
            text,
            reply_to: None,
            guest: None,
        };
        room.write(clock(2 + n), body).unwrap();
    }
    let entries = room.log().ordered().map(|entry| entry.octets().clone());
    let entries = entries.collect();
    (room, entries)
}

fn joiner(of: &Room) -> Room {
    let key = SecretKey::from_seed(&[2; 32]).unwrap();
    let jid = Jid::new("juliet@verona").unwrap();
    Room::join(of.id(), key, jid, "Juliet", &[], 2, clock(500))
}

fn asks(room: &mut Room, hub: &Jid) {
    room.handle_linked(clock(500), hub);
    room.note_asked(hub);
}

fn answer(entries: Vec<Arc<[u8]>>) -> Packet {
    Packet::Entries {
        start: None,
        reply: true,
        whole: true,
        entries,
    }
}

#[test]
fn of_a_long_answer_what_is_forged_or_damaged_is_refused_and_the_rest_is_taken() {
    let (room, entries) = talk(100);
    let count = entries.len();
    let hub = Jid::new("hub@verona").unwrap();
    let mut juliet = joiner(&room);
    let damaged = |octets: &Arc<[u8]>, at: usize| {
        let mut octets = octets.to_vec();
        *octets.get_mut(at).unwrap() ^= 1;
        Arc::from(octets)
    };
    let mut mixed = Vec::new();
    for octets in &entries {
        mixed.push(damaged(octets, octets.len() - 1));
        mixed.push(octets.clone());
    }
    mixed.push(damaged(entries.last().unwrap(), 0));
    asks(&mut juliet, &hub);
    juliet.handle_packet(clock(500), &hub, Author::default(), answer(mixed));
    let log = juliet.log();
    for octets in &entries {
        let id = Entry::read_unchecked(octets).unwrap().id;
        assert!(log.get(&id).is_some());
    }
    // And her own coming in.
    assert_eq!(log.len(), count + 1);
    assert_eq!(juliet.refused, count as u64 + 1);
    // The same once more is nothing new, and nobody's fault.
    juliet.handle_packet(clock(501), &hub, Author::default(), answer(entries));
    assert_eq!(
        (juliet.log().len(), juliet.refused),
        (count + 1, count as u64 + 1)
    );
}

/// Everything that is told to this one from here on, once what we wrote is on disk.
fn told(room: &mut Room, to: &Jid) -> Vec<Packet> {
    let mut told = Vec::new();
    for _ in 0..2 {
        let mut kept = 0;
        while let Some(output) = room.poll_output() {
            match output {
                Output::Keep(_) => kept += 1,
                Output::Send { to: who, packet } if who == *to => told.push(packet),
                _ => {}
            }
        }
        room.handle_kept(clock(600), kept);
    }
    told
}

#[test]
fn whoever_is_banned_is_told_that_and_no_more_whatever_it_listens_to() {
    let (mut room, _) = talk(1);
    let (tybalt, key) = (Jid::new("tybalt@verona").unwrap(), Author([9; 32]));
    let listens = Packet::Subscribe {
        author: key,
        level: Level::Primary,
        since: Since::Clock(0),
        vector: Vec::new(),
    };
    room.handle_packet(clock(500), &tybalt, key, listens);
    told(&mut room, &tybalt);
    let say = |room: &mut Room, text: &str| {
        let body = Body::Message {
            text: text.into(),
            reply_to: None,
            guest: None,
        };
        room.write(clock(600), body).unwrap();
    };
    say(&mut room, "good morrow");
    assert_eq!(told(&mut room, &tybalt).len(), 1);
    room.ban(clock(600), key, "a quarrel".into()).unwrap();
    let last = told(&mut room, &tybalt);
    assert!(matches!(&last[..], [Packet::Entries { entries, .. }] if entries.len() == 1));
    say(&mut room, "he is gone");
    assert_eq!(told(&mut room, &tybalt), []);
}
