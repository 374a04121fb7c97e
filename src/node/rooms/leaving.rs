//! Leaving a room, and letting go of what is kept of it.

use super::{About, Core};
use crate::disk::store::Op;
use crate::event::Event;
use crate::event::room::RoomEvent;
use crate::model::room::entry::RoomId;
use crate::node::core::Timer;

/// What was said in a room that was left stays on the disk for so long, in seconds: who comes back finds it again.
const GRACE: i64 = 30 * 24 * 3600;

impl Core {
    /// Leaves a room; with `delete`, what is kept of it goes as soon as the others are told. Also of one that was left before.
    pub(super) fn leave_room(&mut self, id: RoomId, delete: bool) {
        if self.stop_entering(id) {
            return;
        }
        let (clock, left) = (self.clock, self.clock.wall.as_second());
        self.see_off_all(id, false);
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        (hosted.about.inside, hosted.about.left) = (false, Some(left));
        (hosted.asked, hosted.enter_due) = (None, None);
        hosted.deleting |= delete;
        hosted.room.leave(clock);
        self.write_about(id);
    }

    /// Was it left so long ago that nobody wants it back? The time of leaving of an older version is not known: it stays.
    pub(super) fn is_past_grace(&self, about: &About) -> bool {
        let now = self.clock.wall.as_second();
        !about.inside && about.left.is_some_and(|left| left < now - GRACE)
    }

    /// A room that is to go goes once our leaving is on its way; true if it went.
    pub(super) fn delete_if_told(&mut self, id: RoomId) -> bool {
        let told = self.rooms.all.get(&id).filter(|hosted| hosted.deleting);
        let Some(hosted) = told.filter(|hosted| hosted.room.is_told()) else {
            return false;
        };
        let room = hosted.room.address();
        self.rooms.all.remove(&id);
        self.rooms.invites.retain(|(_, of, _)| *of != id);
        self.timers.set(Timer::Room(id), None);
        self.ops.push(Op::ForgetRoom {
            room: id.to_string(),
        });
        self.emit(Event::Room(RoomEvent::RoomLeft {
            room,
            by: None,
            banned: false,
            reason: String::new(),
            deleted: true,
        }));
        true
    }
}
