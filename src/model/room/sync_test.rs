//! Whom a member of a hall relies on, and whom it blames.

#![allow(clippy::unwrap_used)]

use jiff::Timestamp;

use super::*;
use crate::model::room::body::Role;
use crate::model::room::engine::{Happened, Trouble};
use crate::model::room::entry::{Author, Order, RoomId};
use crate::model::room::log::Head;
use crate::model::room::state::Occupant;
use crate::wire::key::SecretKey;

const NOW: Moment = Moment(100_000_000);

fn jid(n: u8) -> Jid {
    Jid::new(&format!("p{n}@hall")).unwrap()
}

/// A member of a hall whose hubs are the first three.
fn member() -> Room {
    let clock = Clock {
        now: NOW,
        wall: Timestamp::UNIX_EPOCH,
    };
    let key = SecretKey::from_seed(&[1; 32]).unwrap();
    let me = Jid::new("me@hall").unwrap();
    let mut room = Room::join(RoomId::default(), key, me, "me", &[], 1, clock);
    for n in 0..20 {
        let since = Order {
            clock: u64::from(n),
            ..Order::default()
        };
        let occupant = Occupant {
            nick: String::new(),
            wanted: String::new(),
            wanted_since: Order::default(),
            jid: jid(n),
            joined: true,
            steady: true,
            since,
            role: Role::None,
            voice: true,
            hand: None,
        };
        room.state.occupants.insert(Author([n; 32]), occupant);
        room.peer(&jid(n)).unwrap().present = true;
    }
    room
}

#[test]
fn who_failed_us_is_relied_on_rather_than_who_cannot_be_reached() {
    let mut room = member();
    let later = Some(NOW + SHUN);
    for n in [0, 1] {
        let peer = room.peer(&jid(n)).unwrap();
        (peer.linked, peer.shunned) = (true, later);
    }
    let primary = |room: &Room| room.targets().1.first().cloned().unwrap();
    let (who, level) = primary(&room);
    assert!(who != jid(2) && level == Level::Primary, "{who} {level:?}");
    // Who will not serve us is no help, and whoever never failed is the best.
    room.peer(&who).unwrap().refused = later;
    assert_eq!(primary(&room).0, jid(if who == jid(0) { 1 } else { 0 }));
    room.peer(&jid(2)).unwrap().linked = true;
    assert_eq!(primary(&room).0, jid(2));
}

/// Somebody has so many entries of one chain that nobody else wrote.
fn head(seq: u32) -> Head {
    Head {
        author: [9; 8],
        incarnation: 1,
        seq,
        id: [7; 8],
        frozen: false,
    }
}

fn digest(seq: u32) -> Packet {
    Packet::Digest {
        heads: vec![head(seq)],
        root: [0; 8],
        served: 0,
        reply: false,
    }
}

/// How often is the moderator told of withholding, when the first hub is suspected three times and says this each time,
/// that many seconds later?
fn told_of(says: &Packet, later: u64) -> usize {
    let mut room = member();
    room.peer(&jid(0)).unwrap().linked = true;
    let mut told = 0;
    for time in 0..3 {
        let at = |seconds| Clock {
            now: NOW + Duration::from_secs(100 * time + seconds),
            wall: Timestamp::UNIX_EPOCH,
        };
        room.clock = at(0);
        room.suspect(&jid(0), &[head(3)]);
        room.handle_packet(at(later), &jid(0), Author::default(), says.clone());
        while let Some(output) = room.poll_output() {
            let withheld = Output::Happened(Happened::Trouble(Trouble::Withheld(String::new())));
            told += usize::from(output == withheld);
        }
    }
    told
}

#[test]
fn who_says_that_it_has_what_it_did_not_give_is_told_of_and_nobody_else() {
    assert_eq!(told_of(&digest(3), 1), 1);
    assert_eq!(told_of(&digest(4), 1), 1);
    // It lacks it, too.
    assert_eq!(told_of(&digest(2), 1), 0);
    assert_eq!(told_of(&digest(0), 1), 0);
    // Whoever talks on and does not answer has something to hide; a cable that is out does not talk.
    let other = Packet::Page {
        before: Order::default(),
        limit: 1,
    };
    assert_eq!(told_of(&other, 30), 0);
    assert_eq!(told_of(&other, 70), 1);
}
