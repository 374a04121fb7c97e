//! What was said in a room before: a page of it, older than a line, newer, or around it.

use std::ops::Bound;
use std::time::Duration;

use serde_json::Value;

use super::commands::{Done, entry};
use super::{Core, Hosted};
use crate::command::Place;
use crate::event::Event;
use crate::event::room::{RoomEvent, RoomLine};
use crate::model::room::entry::{EntryId, Order, RoomId};
use crate::wire::time::Moment;

/// Who was asked for older messages and does not answer within this has none.
const HISTORY_PAUSE: Duration = Duration::from_secs(5);

/// A page that others are asked for, because it is not here.
pub(super) struct Awaited {
    reference: Option<Value>,
    place: Place,
    limit: u16,
    /// Nobody has answered that by then.
    due: Moment,
}

impl Core {
    pub(super) fn room_history(
        &mut self,
        room: &str,
        place: Place,
        limit: Option<u16>,
        reference: Option<Value>,
    ) -> Done {
        let (id, clock) = (self.find_room(room)?, self.clock);
        let limit = limit.unwrap_or(50).clamp(1, 500);
        let hosted = self.hosted(id)?;
        let many = usize::from(limit);
        let (messages, newest) = match &place {
            Place::Newest => (hosted.older(None, many), true),
            Place::Before(line) => {
                let before = hosted.order_of(line)?;
                (hosted.older(Some(before), many), false)
            }
            Place::After(line) => hosted.newer(hosted.order_of(line)?, many),
            Place::Around(line) => hosted.around(line, many),
        };
        let older = matches!(place, Place::Newest | Place::Before(_));
        if older && messages.len() < many && hosted.room.page(clock, limit) {
            hosted.awaited = Some(Awaited {
                reference,
                place,
                limit,
                due: clock.now + HISTORY_PAUSE,
            });
            return Ok(());
        }
        let first = messages.first().map(|line| line.after.is_none());
        let complete = first.unwrap_or(older) && hosted.room.log().horizon == 0;
        self.tell_history(id, place, messages, (complete, newest), reference);
        Ok(())
    }

    /// Older entries came in, or nobody has any, or answers: the oldest lines that there are now.
    pub(super) fn answer_history(&mut self, id: RoomId, complete: bool) {
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        let Some(awaited) = hosted.awaited.take() else {
            return;
        };
        let timeline = hosted.room.state().timeline.values();
        let ids: Vec<EntryId> = timeline.take(usize::from(awaited.limit)).copied().collect();
        let messages = ids.iter().filter_map(|id| hosted.line(id)).collect();
        let newest = awaited.place == Place::Newest;
        self.tell_history(
            id,
            awaited.place,
            messages,
            (complete, newest),
            awaited.reference,
        );
    }

    fn tell_history(
        &mut self,
        id: RoomId,
        place: Place,
        messages: Vec<RoomLine>,
        (complete, newest): (bool, bool),
        reference: Option<Value>,
    ) {
        let (mut before, mut after, mut around) = (None, None, None);
        match place {
            Place::Newest => {}
            Place::Before(id) => before = Some(id),
            Place::After(id) => after = Some(id),
            Place::Around(id) => around = Some(id),
        }
        let room = self.room_address(id);
        self.emit(Event::Room(RoomEvent::RoomHistory {
            room,
            before,
            after,
            around,
            messages,
            complete,
            newest,
            reference,
        }));
    }
}

impl Hosted {
    /// Until when the answer to those who ask for older lines may wait for others.
    pub(super) fn history_due(&self) -> Option<Moment> {
        self.awaited.as_ref().map(|awaited| awaited.due)
    }

    fn order_of(&self, line: &str) -> Result<Order, String> {
        let found = self.room.log().get(&entry(line)?);
        let order = found.map(|entry| entry.order());
        order.ok_or_else(|| "there is no such message".to_owned())
    }

    /// So many lines before a place, or the newest, oldest first.
    fn older(&self, before: Option<Order>, many: usize) -> Vec<RoomLine> {
        let end = before.map_or(Bound::Unbounded, Bound::Excluded);
        let ids = self.room.state().timeline.range((Bound::Unbounded, end));
        let ids = ids.rev().take(many);
        let mut lines: Vec<RoomLine> = ids.filter_map(|(_, id)| self.line(id)).collect();
        lines.reverse();
        lines
    }

    /// So many lines behind a place, oldest first, and whether the newest is among them.
    fn newer(&self, after: Order, many: usize) -> (Vec<RoomLine>, bool) {
        let begin = Bound::Excluded(after);
        let mut ids = self.room.state().timeline.range((begin, Bound::Unbounded));
        let next = ids.by_ref().take(many);
        let lines = next.filter_map(|(_, id)| self.line(id)).collect();
        (lines, ids.next().is_none())
    }

    /// A line with those before and behind it; the newest if it is not here any more.
    fn around(&self, line: &str, many: usize) -> (Vec<RoomLine>, bool) {
        let Ok(order) = self.order_of(line) else {
            return (self.older(None, many), true);
        };
        let half = many / 2;
        let mut lines = self.older(Some(order), half);
        lines.extend(entry(line).ok().and_then(|id| self.line(&id)));
        let (newer, newest) = self.newer(order, many - half);
        lines.extend(newer);
        (lines, newest)
    }
}
