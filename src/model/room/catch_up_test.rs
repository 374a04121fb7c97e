//! What a long answer is made of.

#![allow(clippy::unwrap_used)]

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
