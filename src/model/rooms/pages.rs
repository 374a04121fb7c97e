//! The loaded part of what was said in a room: a window on it, moved by `room-history`. As a rule it is at the newest end.

use super::{RoomView, as_history};
use crate::command::Place;
use crate::command::room::RoomCommand;
use crate::event::room::RoomLine;

impl RoomView {
    /// Goes to a place: gives what is to be asked, unless it is loaded.
    pub fn go_to(&mut self, place: Place) -> Option<RoomCommand> {
        let around = match &place {
            Place::Around(id) => Some(id.clone()),
            _ => None,
        };
        if self.lines.iter().any(|line| place.is(&line.id)) {
            self.jump = None;
            return None;
        }
        self.jump = Some(place);
        Some(RoomCommand::RoomHistory {
            room: self.about.room.clone(),
            before: None,
            after: None,
            around,
            limit: Some(100),
        })
    }

    /// Drops what a look at the past has loaded. For when the user leaves the room.
    pub fn shrink(&mut self) {
        self.jump = None;
        if std::mem::take(&mut self.detached) {
            self.lines.clear();
            self.complete = false;
        }
        while self.lines.len() > Self::WINDOW {
            self.lines.pop_front();
            self.complete = false;
        }
    }

    /// A page of lines: where it joins what is loaded it is added, where the face wants to go it replaces that.
    pub(super) fn page(
        &mut self,
        place: &Place,
        messages: &[RoomLine],
        complete: bool,
        newest: bool,
    ) {
        let goes = self.jump.as_ref() == Some(place);
        if goes {
            self.jump = None;
            self.lines.clear();
            (self.complete, self.detached) = (complete, false);
        }
        let joins = |end: Option<&RoomLine>| end.is_some_and(|line| place.is(&line.id));
        match place {
            Place::Around(_) if !goes => return,
            Place::After(_) if !self.detached || !joins(self.lines.back()) => return,
            // Between these and the newest page something may be missing.
            Place::Newest if self.detached => return,
            Place::Before(_) if self.detached && !joins(self.lines.front()) => return,
            _ => {}
        }
        if matches!(place, Place::Around(_) | Place::After(_)) {
            self.lines.extend(messages.iter().cloned());
            self.detached = !newest;
            while self.lines.len() > Self::MOST {
                self.lines.pop_front();
                self.complete = false;
            }
            return;
        }
        self.put_older(messages);
        self.complete |= complete;
        while self.lines.len() > Self::MOST {
            self.lines.pop_back();
            self.detached = true;
        }
    }

    /// Older lines, which the user asked for: they do not push out each other.
    fn put_older(&mut self, messages: &[RoomLine]) {
        for line in messages.iter().rev() {
            let joins = self.lines.front().is_none_or(|first| {
                let after = first.after.as_deref();
                after.is_none_or(|after| after == line.id)
            });
            let known = self.lines.iter().any(|known| known.id == line.id);
            match self.place_of(line) {
                _ if known => self.put(&as_history(line)),
                _ if joins => self.lines.push_front(as_history(line)),
                Some(at) => self.lines.insert(at, as_history(line)),
                None => {}
            }
            self.latest = self.latest.max(Some(line.time));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::line;
    use super::*;

    fn page(from: i64, to: i64) -> Vec<RoomLine> {
        let name = |n: i64| format!("l{n}");
        let one = |n: i64| line(&name(n), (n > 0).then(|| name(n - 1)).as_deref(), n);
        (from..to).map(one).collect()
    }

    fn ids(room: &RoomView) -> (&str, &str, usize) {
        let first = room.lines.front().map_or("", |line| line.id.as_str());
        let last = room.lines.back().map_or("", |line| line.id.as_str());
        (first, last, room.lines.len())
    }

    #[test]
    fn a_place_far_back_is_gone_to_and_the_way_to_the_newest_is_without_a_gap() {
        let mut room = RoomView::default();
        for line in page(5000, 6000) {
            room.put(&as_history(&line));
        }
        let around = Place::Around("l300".into());
        // Somebody else's answer.
        room.page(&around, &page(250, 350), false, false);
        assert_eq!(ids(&room), ("l5000", "l5999", 1000));
        room.jump = Some(around.clone());
        room.page(&around, &page(250, 350), false, false);
        assert_eq!(ids(&room), ("l250", "l349", 100));
        assert!(room.detached && room.jump.is_none() && !room.complete);
        // What is said now is not loaded, but counts.
        room.put(&line("now", Some("l5999"), 7000));
        assert_eq!((ids(&room), room.unread), (("l250", "l349", 100), 1));
        assert_eq!(room.latest, jiff::Timestamp::from_second(7000).ok());
        room.page(&Place::Before("l250".into()), &page(0, 250), true, false);
        assert_eq!(ids(&room), ("l0", "l349", 350));
        assert!(room.complete);
        // Newer ones, until there are no more; the oldest go.
        for from in (350..6000).step_by(500) {
            let place = Place::After(format!("l{}", from - 1));
            let to = (from + 500).min(6000);
            room.page(&place, &page(from, to), false, to == 6000);
            assert!(room.lines.len() <= RoomView::MOST);
        }
        assert_eq!(ids(&room), ("l4000", "l5999", 2000));
        assert!(!room.detached && !room.complete);
        room.shrink();
        assert_eq!(ids(&room), ("l5000", "l5999", 1000));
    }

    #[test]
    fn who_scrolls_back_keeps_what_was_loaded_before() {
        let mut room = RoomView::default();
        for line in page(3000, 4000) {
            room.put(&as_history(&line));
        }
        for to in (500..=3000).rev().step_by(500) {
            let place = Place::Before(format!("l{to}"));
            room.page(&place, &page(to - 500, to), to == 500, false);
        }
        assert_eq!(ids(&room), ("l0", "l1999", 2000));
        assert!(room.detached && room.complete);
    }
}
