//! What happens in a room, as events for faces.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Core, Hosted};
use crate::event::Event;
use crate::event::room::{
    RoomAbout, RoomBanned, RoomEvent, RoomLine, RoomMember, RoomPoll, RoomRules, RoomTroubleKind,
    RoomWhy,
};
use crate::model::room::body::Role;
use crate::model::room::engine::{Happened, Trouble};
use crate::model::room::entry::{Author, EntryId, RoomId};
use crate::model::room::packet::Refusal;
use crate::model::room::state::Occupant;

/// Messages that come with `room-joined`.
const NEWEST: usize = 50;
/// Own messages whose delivery is remembered, a room.
const MAX_DELIVERED: usize = 500;

impl Hosted {
    pub fn name_of(&self, author: Author) -> String {
        let occupant = self.room.state().occupants.get(&author);
        occupant.map_or_else(
            || author.to_string().chars().take(8).collect(),
            |occupant| occupant.nick.clone(),
        )
    }

    /// One thing that was said.
    pub fn line(&self, id: &EntryId) -> Option<RoomLine> {
        let state = self.room.state();
        let said = state.said.get(id)?;
        let order = self.room.log().get(id)?.order();
        let mut reactions: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (who, emoji) in &said.reactions {
            for one in emoji {
                reactions
                    .entry(one.clone())
                    .or_default()
                    .push(self.name_of(*who));
            }
        }
        // A guest whom we pass on is somebody else.
        let own = said.author == self.room.me() && said.guest.is_none();
        let nick = state
            .occupants
            .get(&self.room.me())
            .map(|own| own.nick.clone())
            .unwrap_or_default();
        Some(RoomLine {
            id: id.to_string(),
            nick: match &said.guest {
                Some(guest) => format!("{guest} (via {})", self.name_of(said.author)),
                None => self.name_of(said.author),
            },
            own,
            body: said.text.clone(),
            time: time(said.time),
            announcement: said.announcement,
            reply_to: said.reply_to.map(|id| id.to_string()),
            corrected: said.corrected,
            retracted: said.retracted.map(|by| self.name_of(by)),
            reactions,
            history: false,
            late: false,
            mention: !own && names(&said.text, &nick),
            after: state
                .timeline
                .range(..order)
                .next_back()
                .map(|(_, id)| id.to_string()),
            delivered: self.delivered.get(id).copied(),
        })
    }

    /// The latest lines, oldest first.
    pub fn newest(&self, most: usize) -> Vec<RoomLine> {
        let ids = self.room.state().timeline.values().rev().take(most);
        let mut lines: Vec<RoomLine> = ids.filter_map(|id| self.line(id)).collect();
        lines.reverse();
        lines
    }

    pub fn about(&self) -> RoomAbout {
        let state = self.room.state();
        RoomAbout {
            room: self.room.address(),
            id: self.room.id().to_string(),
            name: state.name.clone(),
            subject: state
                .subject
                .as_ref()
                .map(|(text, _)| text.clone())
                .unwrap_or_default(),
            members_only: state.rules.members_only,
            moderated: state.rules.moderated,
            occupants: u16::try_from(state.here).unwrap_or(u16::MAX),
            nick: state
                .occupants
                .get(&self.room.me())
                .map(|own| own.nick.clone())
                .unwrap_or_default(),
            joined: self.room.is_inside(),
            via: None,
        }
    }

    /// Who may do what, for faces.
    pub fn rules(&self) -> RoomRules {
        let rules = &self.room.state().rules;
        let banned = |who: Author| RoomBanned {
            nick: self.name_of(who),
            fingerprint: who.key().fingerprint().to_string(),
        };
        let mut through_us: Vec<String> = Vec::new();
        through_us.extend(self.guests.iter().map(|guest| guest.nick.clone()));
        through_us.extend(self.repeated.iter().map(|one| one.nick.clone()));
        RoomRules {
            members_only: rules.members_only,
            moderated: rules.moderated,
            banned: rules.banned().map(banned).collect(),
            guests: self.about.guests,
            repeat: self.repeats(),
            through_us,
        }
    }

    /// Was this text not told yet, for a correction? Each reaction to a corrected line changes the line, too.
    fn is_new_text(&mut self, entry: EntryId, text: &str) -> bool {
        if self.corrections.len() >= 500 {
            self.corrections.clear();
        }
        let before = self.corrections.insert(entry, text.to_owned());
        before.as_deref() != Some(text)
    }

    pub fn poll(&self, id: &EntryId) -> Option<RoomPoll> {
        let poll = self.room.state().polls.get(id)?;
        Some(RoomPoll {
            id: id.to_string(),
            nick: self.name_of(poll.by),
            question: poll.question.clone(),
            answers: poll.answers.clone(),
            votes: poll.counts(),
            mine: poll.votes.get(&self.room.me()).copied(),
            closed: poll.closed,
        })
    }
}

/// Does this text name this nick, as a word of its own?
fn names(text: &str, nick: &str) -> bool {
    let (text, nick) = (text.to_lowercase(), nick.to_lowercase());
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !nick.is_empty()
        && text.match_indices(&nick).any(|(at, found)| {
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            let after = text
                .get(at + found.len()..)
                .and_then(|tail| tail.chars().next());
            !word(before) && !word(after)
        })
}

fn time(millis: u64) -> Timestamp {
    i64::try_from(millis)
        .ok()
        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

impl Core {
    pub(super) fn on_happened(&mut self, id: RoomId, happened: Happened) {
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        let room = hosted.room.address();
        let event = match happened {
            Happened::Entered => return self.entered(id),
            Happened::Said {
                id: entry,
                history,
                late,
            } => {
                let Some(mut line) = hosted.line(&entry) else {
                    return;
                };
                (line.history, line.late) = (history, late);
                self.tell_guests(id, &line);
                self.tell_repeated(id, entry, &line);
                RoomEvent::RoomMessage {
                    room,
                    line: Box::new(line),
                }
            }
            Happened::Changed(entry) => match hosted.line(&entry) {
                Some(mut line) => {
                    line.history = true;
                    self.tell_correction(id, entry, &line);
                    RoomEvent::RoomMessage {
                        room,
                        line: Box::new(line),
                    }
                }
                None => RoomEvent::RoomHidden {
                    room,
                    id: entry.to_string(),
                },
            },
            Happened::Members => {
                hosted.tell_members_soon(self.clock.now);
                return;
            }
            Happened::Rules => return self.tell_rules(id),
            Happened::Subject => {
                let (subject, by) = hosted.room.state().subject.clone().unwrap_or_default();
                RoomEvent::RoomSubject {
                    room,
                    subject,
                    nick: hosted.name_of(by),
                }
            }
            Happened::Poll(poll) => match hosted.poll(&poll) {
                Some(poll) => RoomEvent::RoomPoll { room, poll },
                None => return,
            },
            Happened::Hands => {
                let hands = hosted
                    .room
                    .state()
                    .hands()
                    .into_iter()
                    .map(|who| hosted.name_of(who))
                    .collect();
                RoomEvent::RoomHand { room, hands }
            }
            Happened::Delivered { id: entry, to, of } => {
                if hosted.delivered.len() >= MAX_DELIVERED {
                    hosted.delivered.clear();
                }
                hosted.delivered.insert(entry, (to, of));
                if hosted.line(&entry).is_none() {
                    return;
                }
                RoomEvent::RoomDelivered {
                    room,
                    id: entry.to_string(),
                    delivered: to,
                    of,
                }
            }
            Happened::Out { by, banned, reason } => {
                hosted.about.inside = false;
                hosted.about.left = Some(self.clock.wall.as_second());
                let by = by.map(|by| hosted.name_of(by));
                let reason = crate::wire::text::clean_line(&reason);
                self.write_about(id);
                RoomEvent::RoomLeft {
                    room,
                    by,
                    banned,
                    reason,
                    deleted: false,
                }
            }
            Happened::Trouble(trouble) => {
                let message = trouble.to_string();
                tracing::info!(%room, message);
                let (kind, who) = match trouble {
                    Trouble::Fork(who) => (RoomTroubleKind::Fork, who),
                    Trouble::Forged(who) => (RoomTroubleKind::Forged, who),
                    Trouble::Flood(who) => (RoomTroubleKind::Flood, who),
                    Trouble::Withheld(who) => (RoomTroubleKind::Withheld, who),
                };
                RoomEvent::RoomTrouble {
                    room,
                    message,
                    kind,
                    who,
                }
            }
            Happened::Refused(why) => return self.refused(id, why),
            Happened::Older { complete } => return self.answer_history(id, complete),
        };
        self.emit(Event::Room(event));
    }

    pub(super) fn entered(&mut self, id: RoomId) {
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        (hosted.about.inside, hosted.about.left) = (true, None);
        hosted.enter_due = None;
        hosted.settled = Some(self.clock.now + super::AD_SETTLE);
        let reference = hosted.asked.take();
        self.keep_about(id);
        // That we are in again outlives us, too.
        self.write_about(id);
        // Ourselves among them, although that entry may be on its way to the disk.
        let members = self.members_of(id);
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        hosted.members.clone_from(&members);
        hosted.tell_members_soon(self.clock.now);
        let event = RoomEvent::RoomJoined {
            about: Box::new(RoomAbout {
                joined: true,
                ..hosted.about()
            }),
            members,
            messages: hosted.newest(NEWEST),
            complete: hosted.room.log().horizon == 0
                && hosted.room.state().timeline.len() <= NEWEST,
            reference,
        };
        self.emit(Event::Room(event));
        self.tell_rules(id);
        let Some(hosted) = self.rooms.all.get(&id) else {
            return;
        };
        let open = hosted
            .room
            .state()
            .poll_order
            .iter()
            .filter_map(|poll| hosted.poll(poll))
            .filter(|poll| !poll.closed);
        let (open, room): (Vec<RoomPoll>, String) = (open.collect(), hosted.room.address());
        for poll in open {
            self.emit(Event::Room(RoomEvent::RoomPoll {
                room: room.clone(),
                poll,
            }));
        }
    }

    fn refused(&mut self, id: RoomId, why: Refusal) {
        let name = self.room_address(id);
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        let message = match why {
            Refusal::Busy => format!(
                "The room {name} is busy: too many people, or too much at once. Try again later."
            ),
            Refusal::MembersOnly => {
                format!("The room {name} is for members only. Ask somebody in it to invite you.")
            }
            Refusal::Banned => {
                format!("You were sent out of the room {name} and may not come back.")
            }
            Refusal::Unknown => return,
        };
        let reference = hosted.asked.take();
        let why = match why {
            Refusal::MembersOnly => RoomWhy::MembersOnly,
            Refusal::Banned => RoomWhy::Banned,
            Refusal::Busy | Refusal::Unknown => RoomWhy::Busy,
        };
        hosted.enter_due = None;
        self.refuse(name, why, &message);
        self.error(reference, message);
        self.forget_unknown(id);
    }

    /// Something was not done in a room: for faces that say it in words of their own.
    pub(super) fn refuse(&mut self, room: String, why: RoomWhy, message: &str) {
        let message = message.to_owned();
        self.emit(Event::Room(RoomEvent::RoomRefused { room, why, message }));
    }

    /// A correction of what was said just now, for who sees only words.
    fn tell_correction(&mut self, id: RoomId, entry: EntryId, line: &RoomLine) {
        let recent = self.clock.wall.as_second() - line.time.as_second() < 600;
        let known = self.rooms.all.get_mut(&id).is_some_and(|hosted| {
            !line.corrected || line.retracted.is_some() || !hosted.is_new_text(entry, &line.body)
        });
        if recent && !known {
            self.tell_repeated(id, entry, line);
        }
    }

    /// Everybody who is in the room.
    pub(super) fn members_of(&self, id: RoomId) -> Vec<RoomMember> {
        let Some(hosted) = self.rooms.all.get(&id) else {
            return Vec::new();
        };
        let member = |(author, one): (&Author, &Occupant)| {
            let me = *author == hosted.room.me();
            RoomMember {
                nick: one.nick.clone(),
                jid: one.jid.as_str().to_owned(),
                fingerprint: author.key().fingerprint().to_string(),
                affiliation: affiliation(one.role).to_owned(),
                role: role(one).to_owned(),
                here: me
                    || self
                        .model
                        .contacts
                        .get(&one.jid)
                        .is_some_and(|contact| contact.is_online()),
                me,
            }
        };
        hosted.room.state().present().map(member).collect()
    }

    /// Who is in the room, and what has changed of what they may.
    pub(super) fn tell_members(&mut self, id: RoomId) {
        let members = self.members_of(id);
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        let room = hosted.room.address();
        let before = std::mem::replace(&mut hosted.members, members.clone());
        if before == members || !hosted.room.is_inside() {
            return;
        }
        let old: BTreeMap<&str, &RoomMember> = before
            .iter()
            .map(|one| (one.fingerprint.as_str(), one))
            .collect();
        let changed = |one: &&RoomMember| {
            old.get(one.fingerprint.as_str())
                .is_some_and(|old| (&old.affiliation, &old.role) != (&one.affiliation, &one.role))
        };
        let changed: Vec<RoomMember> = members.iter().filter(changed).cloned().collect();
        self.emit(Event::Room(RoomEvent::RoomMembers {
            room: room.clone(),
            members,
        }));
        for member in changed {
            self.emit(Event::Room(RoomEvent::RoomRole {
                room: room.clone(),
                member,
            }));
        }
    }
}

pub(super) fn affiliation(role: Role) -> &'static str {
    match role {
        Role::Founder | Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Member => "member",
        Role::None => "none",
        Role::Outcast => "outcast",
    }
}

fn role(one: &Occupant) -> &'static str {
    match one.role {
        Role::Founder | Role::Owner | Role::Admin => "moderator",
        _ if one.voice => "participant",
        _ => "visitor",
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_nick_is_named_as_a_word() {
        assert!(names("Ann, are you there?", "ann"));
        assert!(names("ask @Ann", "Ann"));
        assert!(!names("Anna is here", "Ann"));
        assert!(!names("", ""));
    }
}
