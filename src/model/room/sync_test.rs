//! Whom a member of a hall relies on.

#![allow(clippy::unwrap_used)]

use jiff::Timestamp;

use super::*;
use crate::model::room::body::Role;
use crate::model::room::entry::{Author, Order, RoomId};
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
