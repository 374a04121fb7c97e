//! Rooms as faces show them: changed by [`RoomEvent`]s only.

mod pages;

use std::collections::VecDeque;

use jiff::Timestamp;

use super::Model;
use crate::command::Place;
use crate::event::room::{
    Notify, RoomAbout, RoomEvent, RoomLine, RoomMember, RoomPoll, RoomRules, RoomTroubleKind,
    RoomWhy,
};
use crate::wire::jid::Jid;

/// One room that we are in, or were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoomView {
    /// What it is.
    pub about: RoomAbout,
    /// Who is in it.
    pub members: Vec<RoomMember>,
    /// What was said, in the room's order; at most [`RoomView::WINDOW`] unless the user asks for more.
    pub lines: VecDeque<RoomLine>,
    /// Nothing older is to be had.
    pub complete: bool,
    /// Newer lines exist than the newest of `lines`: the user went to a place in the past.
    pub detached: bool,
    /// Where the face wants to go: the next `room-history` for this place replaces what is loaded.
    pub jump: Option<Place>,
    /// When the latest line was written, also if it is not loaded.
    pub latest: Option<Timestamp>,
    /// Not seen yet.
    pub unread: u32,
    /// The first of these: where the "new" line goes.
    pub first_unread: Option<String>,
    /// Of these, such as name us, and announcements.
    pub mentions: u32,
    /// What is told.
    pub notify: Notify,
    /// Polls that are not over, and the last one that is; the latest last.
    pub polls: Vec<RoomPoll>,
    /// Raised hands, the longest first.
    pub hands: Vec<String>,
    /// Why we are out, if we were sent.
    pub out: Option<String>,
    /// What who moderates should know, the latest last.
    pub troubles: VecDeque<Trouble>,
    /// How often such a thing was told.
    pub troubles_told: usize,
    /// Who may do what, and who takes part through us.
    pub rules: RoomRules,
    /// Why the last thing that we wanted was not done; until something of ours is.
    pub problem: Option<RoomWhy>,
    /// How often that happened.
    pub problems: u32,
}

/// What somebody in a room does wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// What.
    pub kind: RoomTroubleKind,
    /// Who: a nick, or an address.
    pub who: String,
    /// So often.
    pub times: u32,
    /// The last time was the so-manieth of all such things in the room.
    pub nth: usize,
}

/// Somebody asks us to come.
#[derive(Clone, Debug, PartialEq)]
pub struct Invitation {
    /// The room's address.
    pub room: String,
    /// Its id; its address will not do where nobody advertises it.
    pub id: String,
    /// Who.
    pub from: Jid,
    /// Why.
    pub reason: String,
}

impl RoomView {
    /// Lines kept, unless the user scrolls back.
    pub const WINDOW: usize = 1000;
    /// Lines kept while the user scrolls: so many around the place.
    pub const MOST: usize = 2000;
    const MAX_POLLS: usize = 20;
    const MAX_TROUBLES: usize = 20;

    /// Ourselves in it.
    pub fn me(&self) -> Option<&RoomMember> {
        self.members.iter().find(|member| member.me)
    }

    /// May we moderate?
    pub fn moderates(&self) -> bool {
        self.me().is_some_and(|me| me.role == "moderator")
    }

    /// May we speak?
    pub fn may_speak(&self) -> bool {
        self.about.joined && self.me().is_none_or(|me| me.role != "visitor")
    }

    fn put(&mut self, line: &RoomLine) {
        self.latest = self.latest.max(Some(line.time));
        if let Some(known) = self.lines.iter_mut().find(|known| known.id == line.id) {
            let (late, delivered) = (known.late, known.delivered);
            *known = line.clone();
            known.late |= late;
            known.delivered = known.delivered.or(delivered);
            return;
        }
        self.insert(line);
        if line.own && !line.history {
            self.problem = None;
        }
        if !line.own && !line.history {
            if self.unread == 0 {
                self.first_unread = Some(line.id.clone());
            }
            self.unread += 1;
            self.mentions += u32::from(line.mention || line.announcement);
        }
    }

    /// Puts a new line where it belongs. One never makes them more than [`RoomView::WINDOW`], or than they were.
    fn insert(&mut self, line: &RoomLine) {
        let bound = self.lines.len().max(Self::WINDOW);
        let Some(at) = self.place_of(line) else {
            return;
        };
        self.lines.insert(at, line.clone());
        while self.lines.len() > bound {
            self.lines.pop_front();
            self.complete = false;
        }
    }

    /// Where among those that are loaded; `None` if it belongs behind them and something between is not loaded.
    fn place_of(&self, line: &RoomLine) -> Option<usize> {
        let behind = |test: &dyn Fn(&RoomLine) -> bool| self.lines.iter().rposition(test);
        let at = match &line.after {
            None => Some(0),
            Some(after) => behind(&|known| known.id == *after).map(|at| at + 1),
        };
        // One that joins nothing here goes by its time.
        let by_time = || behind(&|known| known.time <= line.time).map_or(0, |at| at + 1);
        let at = at.unwrap_or_else(by_time);
        (!self.detached || at < self.lines.len()).then_some(at)
    }

    /// What of it was told after the first `read` things.
    pub fn troubles_seen(&self, read: usize) -> Vec<&Trouble> {
        let new = self.troubles.iter().filter(|one| one.nth > read);
        new.collect()
    }

    /// The same of the same one is told once, with how often.
    fn trouble(&mut self, kind: RoomTroubleKind, who: &str) {
        self.troubles_told += 1;
        let known = |one: &Trouble| one.kind == kind && one.who == who;
        let before = self.troubles.iter().position(known);
        let before = before.and_then(|at| self.troubles.remove(at));
        self.troubles.push_back(Trouble {
            kind,
            who: who.to_owned(),
            times: before.map_or(0, |one| one.times) + 1,
            nth: self.troubles_told,
        });
        if self.troubles.len() > Self::MAX_TROUBLES {
            self.troubles.pop_front();
        }
    }

    fn poll(&mut self, poll: &RoomPoll) {
        match self.polls.iter_mut().find(|known| known.id == poll.id) {
            Some(known) => *known = poll.clone(),
            None => self.polls.push(poll.clone()),
        }
        if self.polls.len() > Self::MAX_POLLS {
            self.polls.remove(0);
        }
    }
}

impl Model {
    /// Unread messages of rooms that are to be told.
    pub fn rooms_unread(&self) -> u32 {
        let told = |room: &RoomView| match room.notify {
            Notify::All => room.unread,
            Notify::Mentions => room.mentions,
            Notify::None => 0,
        };
        self.rooms
            .values()
            .fold(0, |sum, room| sum.saturating_add(told(room)))
    }

    pub(super) fn apply_room(&mut self, event: &RoomEvent) {
        match event {
            RoomEvent::RoomJoined {
                about,
                members,
                messages,
                complete,
                ..
            } => {
                self.invitations
                    .retain(|one| one.room != about.room && one.id != about.id);
                let room = self.rooms.entry(about.room.clone()).or_default();
                room.about = (**about).clone();
                room.members.clone_from(members);
                room.out = None;
                (room.rules.moderated, room.rules.members_only) =
                    (about.moderated, about.members_only);
                if std::mem::take(&mut room.detached) {
                    room.lines.clear();
                    room.complete = false;
                }
                room.complete |= complete;
                for line in messages {
                    room.put(&as_history(line));
                }
            }
            RoomEvent::RoomLeft {
                room,
                by,
                banned,
                reason,
                deleted,
            } => {
                if *deleted {
                    self.rooms.remove(room);
                    return;
                }
                let Some(view) = self.rooms.get_mut(room) else {
                    return;
                };
                view.about.joined = false;
                match by {
                    None => drop(self.rooms.remove(room)),
                    Some(by) => {
                        let how = if *banned { "banned" } else { "kicked" };
                        view.out = Some(format!("{how} by {by} {reason}").trim_end().to_owned());
                    }
                }
            }
            RoomEvent::RoomInvited {
                room,
                id,
                from,
                reason,
            } => {
                self.invitations.retain(|one| one.room != *room);
                self.invitations.push_back(Invitation {
                    room: room.clone(),
                    id: id.clone(),
                    from: from.clone(),
                    reason: reason.clone(),
                });
                if self.invitations.len() > Self::MAX_NOTICES {
                    self.invitations.pop_front();
                }
            }
            RoomEvent::Rooms { rooms, .. } => self.directory.clone_from(rooms),
            // What was looked for is the concern of the face that asked.
            RoomEvent::RoomFound { .. } => {}
            RoomEvent::RoomRefused { room, message, .. } => {
                // A face says it in words of its own; the `error` that follows need not be shown.
                self.told = Some(message.clone());
                if let Some(view) = self.rooms.get_mut(room) {
                    view.apply(event);
                }
            }
            RoomEvent::RoomMessage { room, .. }
            | RoomEvent::RoomRules { room, .. }
            | RoomEvent::RoomHidden { room, .. }
            | RoomEvent::RoomMembers { room, .. }
            | RoomEvent::RoomSubject { room, .. }
            | RoomEvent::RoomRole { room, .. }
            | RoomEvent::RoomPoll { room, .. }
            | RoomEvent::RoomHand { room, .. }
            | RoomEvent::RoomDelivered { room, .. }
            | RoomEvent::RoomTrouble { room, .. }
            | RoomEvent::RoomHistory { room, .. }
            | RoomEvent::RoomSeen { room, .. } => {
                if let Some(view) = self.rooms.get_mut(room) {
                    view.apply(event);
                }
            }
        }
    }
}

impl RoomView {
    fn apply(&mut self, event: &RoomEvent) {
        match event {
            RoomEvent::RoomMessage { line, .. } => self.put(line),
            RoomEvent::RoomHidden { id, .. } => self.lines.retain(|line| line.id != *id),
            RoomEvent::RoomMembers { members, .. } => {
                self.members.clone_from(members);
                self.about.occupants = u16::try_from(members.len()).unwrap_or(u16::MAX);
                if let Some(me) = members.iter().find(|member| member.me) {
                    self.about.nick.clone_from(&me.nick);
                }
            }
            RoomEvent::RoomSubject { subject, .. } => self.about.subject.clone_from(subject),
            RoomEvent::RoomRules { rules, .. } => {
                (self.about.moderated, self.about.members_only) =
                    (rules.moderated, rules.members_only);
                self.rules.clone_from(rules);
            }
            RoomEvent::RoomRefused { why, .. } => {
                self.problem = Some(*why);
                self.problems = self.problems.wrapping_add(1);
            }
            RoomEvent::RoomRole { member, .. } => {
                if let Some(known) = self
                    .members
                    .iter_mut()
                    .find(|known| known.fingerprint == member.fingerprint)
                {
                    *known = member.clone();
                }
            }
            RoomEvent::RoomPoll { poll, .. } => self.poll(poll),
            RoomEvent::RoomHand { hands, .. } => self.hands.clone_from(hands),
            RoomEvent::RoomDelivered {
                id, delivered, of, ..
            } => {
                if let Some(line) = self.lines.iter_mut().find(|line| line.id == *id) {
                    line.delivered = Some((*delivered, *of));
                }
            }
            RoomEvent::RoomTrouble { kind, who, .. } => self.trouble(*kind, who),
            RoomEvent::RoomHistory {
                before,
                after,
                around,
                messages,
                complete,
                newest,
                ..
            } => {
                let place = Place::of(before.clone(), after.clone(), around.clone());
                self.page(&place.unwrap_or_default(), messages, *complete, *newest);
            }
            RoomEvent::RoomSeen { notify, .. } => {
                (self.notify, self.unread, self.mentions) = (*notify, 0, 0);
                self.first_unread = None;
            }
            _ => {}
        }
    }
}

/// A line that nobody is told of.
fn as_history(line: &RoomLine) -> RoomLine {
    RoomLine {
        history: true,
        ..line.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    pub(super) fn line(id: &str, after: Option<&str>, second: i64) -> RoomLine {
        RoomLine {
            id: id.into(),
            nick: "romeo".into(),
            own: false,
            body: id.into(),
            time: jiff::Timestamp::from_second(second).unwrap_or_default(),
            announcement: false,
            reply_to: None,
            corrected: false,
            retracted: None,
            reactions: Default::default(),
            history: false,
            late: false,
            mention: false,
            after: after.map(str::to_owned),
            delivered: None,
        }
    }

    #[test]
    fn a_late_line_takes_its_place_and_counts_as_unread() {
        let mut room = RoomView::default();
        room.put(&line("a", None, 1));
        room.put(&line("c", Some("a"), 3));
        room.put(&RoomLine {
            late: true,
            mention: true,
            ..line("b", Some("a"), 9)
        });
        let ids: Vec<&str> = room.lines.iter().map(|line| line.id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        assert_eq!((room.unread, room.mentions), (3, 1));
        // Changed, it stays where it is and late.
        room.put(&RoomLine {
            corrected: true,
            ..line("b", Some("a"), 9)
        });
        assert!(room.lines[1].late && room.lines[1].corrected);
        assert_eq!(room.unread, 3);
    }
}
