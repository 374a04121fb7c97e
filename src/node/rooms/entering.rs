//! Entering a room, with an end to it: whom nobody lets in is told so, and why, and may try again.

use std::time::Duration;

use super::Core;
use crate::disk::store::Op;
use crate::event::Event;
use crate::event::room::{RoomEvent, RoomWhy};
use crate::model::room::entry::RoomId;
use crate::node::core::Timer;

/// Who is in no room after so long is told, …
const PATIENCE: Duration = Duration::from_secs(20);
/// … and so much longer for each who is on the network: where three hundred come at once, on slow computers, the last of
/// them has to wait for its turn.
const EACH: Duration = Duration::from_millis(100);

impl Core {
    /// From now on somebody waits to be let in.
    pub(super) fn await_entry(&mut self, id: RoomId) {
        let people = self.roster.iter().filter(|known| known.online).count();
        let people = u32::try_from(people).unwrap_or(u32::MAX);
        let due = self.clock.now + PATIENCE + EACH.saturating_mul(people);
        if let Some(hosted) = self.rooms.all.get_mut(&id)
            && !hosted.room.is_inside()
        {
            hosted.enter_due = Some(due);
        }
    }

    /// Nobody has let us in.
    pub(super) fn give_up_entering(&mut self, id: RoomId) {
        let (room, clock) = (self.room_address(id), self.clock);
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        hosted.enter_due = None;
        if hosted.room.is_inside() {
            return;
        }
        let (why, message) = match hosted.room.held().0 {
            0 => (
                RoomWhy::Unreachable,
                format!(
                    "Nobody in the room {room} can be reached. Try again when somebody in it is here."
                ),
            ),
            _ => (
                RoomWhy::NoAnswer,
                format!(
                    "Nobody in the room {room} has let you in: no answer came. Try again later."
                ),
            ),
        };
        hosted.about.inside = false;
        hosted.room.leave(clock);
        let reference = hosted.asked.take();
        self.refuse(room, why, &message);
        self.error(reference, message);
        if !self.forget_unknown(id) {
            self.write_about(id);
        }
    }

    /// A room of which nothing is known, because we were never in, is not remembered; true if it went.
    pub(super) fn forget_unknown(&mut self, id: RoomId) -> bool {
        let unknown = self.rooms.all.get(&id);
        if !unknown.is_some_and(|hosted| hosted.room.log().is_empty()) {
            return false;
        }
        self.rooms.all.remove(&id);
        self.timers.set(Timer::Room(id), None);
        let room = id.to_string();
        self.ops.push(Op::ForgetRoom { room });
        true
    }

    /// Waiting to be let in was given up by hand; true if that is all there was to leave.
    pub(super) fn stop_entering(&mut self, id: RoomId) -> bool {
        let room = self.room_address(id);
        if !self.forget_unknown(id) {
            return false;
        }
        self.emit(Event::Room(RoomEvent::RoomLeft {
            room,
            by: None,
            banned: false,
            reason: String::new(),
            deleted: true,
        }));
        true
    }

    /// Its address; before we know more of it, with the name under which it was advertised.
    pub(super) fn room_address(&self, id: RoomId) -> String {
        let known = self.rooms.all.get(&id);
        match known {
            Some(hosted) if !hosted.room.state().name.is_empty() => hosted.room.address(),
            Some(hosted) => format!("{}@room-{}", hosted.advertised, id.id8()),
            None => format!("@room-{}", id.id8()),
        }
    }
}
