//! What faces ask of rooms.

use serde_json::Value;

use super::{About, Core, Hosted, MAX_ROOMS};
use crate::command::Place;
use crate::command::room::RoomCommand;
use crate::event::Event;
use crate::event::room::{RoomAbout, RoomEvent, RoomWhy};
use crate::model::room::body::{Body, Role};
use crate::model::room::engine::{Room, WriteError};
use crate::model::room::entry::{Author, EntryId, RoomId};
use crate::wire::jid::Jid;
use crate::wire::text::clean_name;

pub(super) type Done = Result<(), String>;

impl Core {
    pub(in crate::node) fn on_room_command(
        &mut self,
        command: RoomCommand,
        reference: Option<Value>,
    ) {
        let room = command.room().map(str::to_owned);
        match self.do_room_command(command, reference.clone()) {
            Ok(true) => self.done(reference),
            Ok(false) => {}
            Err(why) => {
                if let (Some(room), Some(reason)) = (room, why_of(&why)) {
                    self.refuse(room, reason, &why);
                }
                self.error(reference, why);
            }
        }
    }

    /// True: nothing else answers.
    fn do_room_command(
        &mut self,
        command: RoomCommand,
        reference: Option<Value>,
    ) -> Result<bool, String> {
        match command {
            RoomCommand::RoomCreate {
                name,
                nick,
                members_only,
                moderated,
            } => {
                self.create_room(&name, nick, members_only, moderated, reference)?;
                return Ok(false);
            }
            RoomCommand::RoomJoin { room, nick, via } => {
                if let Err((why, message)) = self.join_room(&room, nick, via, reference) {
                    self.refuse(room, why, &message);
                    return Err(message);
                }
                return Ok(false);
            }
            RoomCommand::RoomHistory {
                room,
                before,
                after,
                around,
                limit,
            } => {
                let place = Place::of(before, after, around);
                let place = place.ok_or("Only one of before, after and around.")?;
                self.room_history(&room, place, limit, reference)?;
                return Ok(false);
            }
            RoomCommand::Rooms => {
                self.list_rooms(reference);
                return Ok(false);
            }
            RoomCommand::RoomSearch {
                text,
                room,
                from,
                limit,
                before,
            } => {
                let wanted = super::search::Wanted {
                    text,
                    room,
                    from,
                    before,
                    limit: limit.unwrap_or(50),
                };
                self.search_rooms(wanted, reference)?;
                return Ok(false);
            }
            RoomCommand::RoomLeave { room, delete } => {
                let id = self.find_room(&room)?;
                self.leave_room(id, delete);
            }
            RoomCommand::RoomRepeat { room, repeat } => {
                let id = self.find_room(&room)?;
                self.repeat(id, repeat)?;
            }
            RoomCommand::RoomMembersOnly { room, members_only } => {
                let (id, clock) = (self.find_room(&room)?, self.clock);
                let room = &mut self.hosted(id)?.room;
                let written = room.set_members_only(clock, members_only);
                written.map_err(|why| sentence(&why))?;
            }
            RoomCommand::RoomSend {
                room,
                body,
                reply_to,
                announcement,
            } => {
                let text =
                    crate::wire::text::outgoing_body(&body).map_err(|why| why.to_string())?;
                let reply_to = reply_to.map(|id| entry(&id)).transpose()?;
                let body = if announcement {
                    Body::Announcement { text }
                } else {
                    Body::Message {
                        text,
                        reply_to,
                        guest: None,
                    }
                };
                self.write_in(&room, body)?;
            }
            RoomCommand::RoomCorrect { room, id, body } => {
                let text =
                    crate::wire::text::outgoing_body(&body).map_err(|why| why.to_string())?;
                self.write_in(
                    &room,
                    Body::Correction {
                        target: entry(&id)?,
                        text,
                    },
                )?;
            }
            RoomCommand::RoomRetract { room, id } => {
                self.write_in(
                    &room,
                    Body::Retraction {
                        target: entry(&id)?,
                        reason: None,
                    },
                )?;
            }
            RoomCommand::RoomReact { room, id, emoji } => {
                self.write_in(
                    &room,
                    Body::Reaction {
                        target: entry(&id)?,
                        emoji,
                    },
                )?;
            }
            RoomCommand::RoomInvite { room, to, reason } => {
                let id = self.find_room(&room)?;
                self.invite(id, &to, &reason);
            }
            RoomCommand::RoomGuests { room, guests } => {
                let id = self.find_room(&room)?;
                self.let_guests_in(id, guests);
            }
            RoomCommand::RoomRole {
                room,
                nick,
                affiliation,
                role,
                reason,
            } => {
                self.change_role(
                    &room,
                    &nick,
                    affiliation.as_deref(),
                    role.as_deref(),
                    reason,
                )?;
            }
            RoomCommand::RoomBan {
                room,
                nick,
                reason,
                ban,
            } => {
                let (id, target) = self.find_member(&room, &nick)?;
                let clock = self.clock;
                let room = &mut self.hosted(id)?.room;
                let written = if ban {
                    room.ban(clock, target, reason)
                } else {
                    room.write(clock, Body::Unban { target })
                };
                written.map_err(|why| sentence(&why))?;
            }
            RoomCommand::RoomSubject { room, subject } => {
                self.write_in(&room, Body::Subject { text: subject })?
            }
            RoomCommand::RoomModerated { room, moderated } => {
                let (id, clock) = (self.find_room(&room)?, self.clock);
                self.hosted(id)?
                    .room
                    .set_moderated(clock, moderated)
                    .map_err(|why| sentence(&why))?;
            }
            RoomCommand::RoomPoll {
                room,
                question,
                answers,
                close,
            } => {
                let body = match close {
                    Some(poll) => {
                        let (id, poll) = (self.find_room(&room)?, entry(&poll)?);
                        let known = self.hosted(id)?.room.state().polls.get(&poll);
                        let result = known.map(|poll| poll.counts()).unwrap_or_default();
                        Body::PollClosed { poll, result }
                    }
                    None => Body::Poll { question, answers },
                };
                self.write_in(&room, body)?;
            }
            RoomCommand::RoomVote { room, poll, answer } => {
                self.write_in(
                    &room,
                    Body::Vote {
                        poll: entry(&poll)?,
                        answer,
                    },
                )?;
            }
            RoomCommand::RoomHand { room, up } => self.write_in(&room, Body::Hand { up })?,
            RoomCommand::RoomNick { room, nick } => {
                let (id, clock) = (self.find_room(&room)?, self.clock);
                let nick = clean_name(&nick);
                if nick.is_empty() || nick.len() > 64 {
                    return Err("a nick in a room has 1 to 64 bytes".into());
                }
                let hosted = self.hosted(id)?;
                hosted
                    .room
                    .set_nick(clock, &nick)
                    .map_err(|why| sentence(&why))?;
                hosted.about.nick = nick;
                self.keep_about(id);
            }
            RoomCommand::RoomSeen { room, notify } => {
                let id = self.find_room(&room)?;
                let hosted = self.hosted(id)?;
                hosted.about.notify = notify.unwrap_or(hosted.about.notify);
                let (room, notify) = (hosted.room.address(), hosted.about.notify);
                self.write_about(id);
                self.emit(Event::Room(RoomEvent::RoomSeen { room, notify }));
            }
        }
        Ok(true)
    }

    pub(super) fn hosted(&mut self, id: RoomId) -> Result<&mut Hosted, String> {
        self.rooms
            .all
            .get_mut(&id)
            .ok_or_else(|| "there is no such room here".to_owned())
    }

    /// By address or id.
    pub(super) fn find_room(&self, room: &str) -> Result<RoomId, String> {
        let is = |id: &&RoomId| self.room_address(**id) == room || id.to_string() == room;
        let found = self.rooms.all.keys().find(is);
        found
            .copied()
            .ok_or_else(|| format!("you are in no room {room}"))
    }

    fn find_member(&self, room: &str, nick: &str) -> Result<(RoomId, Author), String> {
        let id = self.find_room(room)?;
        let who = self
            .rooms
            .all
            .get(&id)
            .and_then(|hosted| hosted.room.state().by_nick(nick));
        Ok((
            id,
            who.ok_or_else(|| format!("nobody in {room} is called {nick}"))?,
        ))
    }

    fn write_in(&mut self, room: &str, body: Body) -> Done {
        let (id, clock) = (self.find_room(room)?, self.clock);
        if matches!(Body::read(&body.write()), Body::Unknown(_)) {
            return Err("this is too long for a room, or empty".into());
        }
        self.hosted(id)?
            .room
            .write(clock, body)
            .map(|_| ())
            .map_err(|why| sentence(&why))
    }

    fn wanted_nick(&self, nick: Option<String>) -> String {
        let own = || match self.ourselves.nick.is_empty() {
            true => self.ourselves.jid.user().to_owned(),
            false => self.ourselves.nick.clone(),
        };
        let nick = clean_name(&nick.unwrap_or_else(own));
        crate::wire::text::cut(&nick, 60).to_owned()
    }

    fn create_room(
        &mut self,
        name: &str,
        nick: Option<String>,
        members_only: bool,
        moderated: bool,
        reference: Option<Value>,
    ) -> Done {
        let name = clean_name(name);
        if name.is_empty() || name.len() > 64 || name.contains('@') {
            return Err("a room's name has 1 to 64 bytes and no @".into());
        }
        self.room_for_one_more()?;
        let nick = self.wanted_nick(nick);
        let (nonce, seed) = (self.rng.uuid(), self.rng.bits());
        let (key, jid) = (self.key.clone(), self.ourselves.jid.clone());
        let room = Room::found(
            key,
            jid,
            &nick,
            &name,
            members_only,
            moderated,
            nonce,
            seed,
            self.clock,
        );
        let room = room.map_err(|why| sentence(&why))?;
        self.host(room, nick, None, reference);
        Ok(())
    }

    fn room_for_one_more(&self) -> Done {
        if self.rooms.all.len() < MAX_ROOMS {
            Ok(())
        } else {
            Err(format!("you remember {MAX_ROOMS} rooms already"))
        }
    }

    fn host(&mut self, room: Room, nick: String, via: Option<Jid>, asked: Option<Value>) {
        let id = room.id();
        let about = About {
            nick,
            inside: true,
            contacts: via.into_iter().collect(),
            ..About::default()
        };
        let kept = serde_json::to_value(&about).unwrap_or_default();
        self.ops.push(crate::disk::store::Op::Room {
            room: id.to_string(),
            about: kept,
        });
        let mut hosted = Hosted::new(room, about);
        hosted.asked = asked;
        self.rooms.all.insert(id, hosted);
        self.introduce(id);
    }

    fn join_room(
        &mut self,
        room: &str,
        nick: Option<String>,
        via: Option<Jid>,
        reference: Option<Value>,
    ) -> Result<(), (RoomWhy, String)> {
        let nick = self.wanted_nick(nick);
        let known = self.find_room(room).ok();
        if let Some((id, hosted)) = known.and_then(|id| Some((id, self.rooms.all.get_mut(&id)?))) {
            (hosted.asked, hosted.about.inside) = (reference, true);
            if hosted.room.is_inside() {
                self.entered(id);
            } else {
                hosted.room.enter(self.clock);
                self.await_entry(id);
                self.write_about(id);
            }
            return Ok(());
        }
        self.room_for_one_more()
            .map_err(|why| (RoomWhy::TooMany, why))?;
        let advertised = |ad: &crate::wire::room_ad::RoomAd| {
            ad.id == room
                || ad
                    .id
                    .parse::<RoomId>()
                    .is_ok_and(|id| format!("{}@room-{}", ad.name, id.id8()) == room)
        };
        let mut from: Vec<(Jid, crate::wire::room_ad::RoomAd)> = Vec::new();
        for (jid, ads) in &self.rooms.ads {
            let ads = ads.iter().filter(|ad| advertised(ad));
            from.extend(ads.map(|ad| (jid.clone(), ad.clone())));
        }
        let name = from.first().map(|(_, ad)| ad.name.clone());
        let id = from.first().map_or(room, |(_, ad)| ad.id.as_str());
        let id: RoomId = id.parse().map_err(|_| {
            let why = format!("no room {room} is advertised here, and this is no id of one");
            (RoomWhy::Unreachable, why)
        })?;
        let mut contacts: Vec<Jid> = via.into_iter().collect();
        contacts.extend(from.into_iter().map(|(jid, _)| jid));
        if contacts.is_empty() {
            let why = format!("nobody here is known to be in {room}: say whom to ask (via)");
            return Err((RoomWhy::Unreachable, why));
        }
        let (key, jid, seed) = (
            self.key.clone(),
            self.ourselves.jid.clone(),
            self.rng.bits(),
        );
        let room = Room::join(id, key, jid, &nick, &contacts, seed, self.clock);
        self.host(room, nick, contacts.into_iter().next(), reference);
        if let Some(hosted) = self.rooms.all.get_mut(&id) {
            hosted.advertised = name.unwrap_or_default();
        }
        self.await_entry(id);
        Ok(())
    }

    fn change_role(
        &mut self,
        room: &str,
        nick: &str,
        affiliation: Option<&str>,
        role: Option<&str>,
        reason: String,
    ) -> Done {
        let id = self.find_room(room)?;
        let done = match role {
            Some("none") => self.kick_guest(id, nick) || self.kick_repeated(id, nick),
            Some("participant") => self.voice_through(id, nick, true),
            Some("visitor") => self.voice_through(id, nick, false),
            _ => false,
        };
        if done {
            return Ok(());
        }
        let (id, target) = self.find_member(room, nick)?;
        let clock = self.clock;
        let room = &mut self.hosted(id)?.room;
        let to = match affiliation {
            None => None,
            Some("owner") => Some(Role::Owner),
            Some("admin") => Some(Role::Admin),
            Some("member") => Some(Role::Member),
            Some("none") => Some(Role::None),
            Some(other) => {
                return Err(format!(
                    "{other} is no affiliation: owner, admin, member or none"
                ));
            }
        };
        if let Some(to) = to {
            room.set_role(clock, target, to)
                .map_err(|why| sentence(&why))?;
        }
        match role {
            None => {}
            Some("participant") => drop(
                room.set_voice(clock, target, true)
                    .map_err(|why| sentence(&why))?,
            ),
            Some("visitor") => drop(
                room.set_voice(clock, target, false)
                    .map_err(|why| sentence(&why))?,
            ),
            Some("none") => drop(
                room.write(clock, Body::Kick { target, reason })
                    .map_err(|why| sentence(&why))?,
            ),
            Some(other) => return Err(format!("{other} is no role: participant, visitor or none")),
        }
        Ok(())
    }

    fn list_rooms(&mut self, reference: Option<Value>) {
        let mut rooms: Vec<RoomAbout> = self.rooms.all.values().map(Hosted::about).collect();
        for (jid, ads) in &self.rooms.ads {
            for ad in ads {
                let Ok(id) = ad.id.parse::<RoomId>() else {
                    continue;
                };
                if rooms.iter().any(|known| known.id == ad.id) {
                    continue;
                }
                rooms.push(RoomAbout {
                    room: format!("{}@room-{}", ad.name, id.id8()),
                    id: ad.id.clone(),
                    name: ad.name.clone(),
                    subject: ad.subject.clone(),
                    members_only: ad.members_only,
                    moderated: ad.moderated,
                    occupants: ad.members,
                    nick: String::new(),
                    joined: false,
                    via: Some(jid.clone()),
                });
            }
        }
        self.emit(Event::Room(RoomEvent::Rooms { rooms, reference }));
    }
}

pub(super) fn entry(id: &str) -> Result<EntryId, String> {
    id.parse()
        .map_err(|_| format!("{id} is no message of a room"))
}

/// Why a room did not do it, if it is the room that did not.
fn why_of(words: &str) -> Option<RoomWhy> {
    let all = [
        (WriteError::Busy, RoomWhy::Busy),
        (WriteError::NotAllowed, RoomWhy::NotAllowed),
        (WriteError::TooLong, RoomWhy::TooLong),
        (WriteError::NotIn, RoomWhy::NotIn),
    ];
    let found = all.iter().find(|(why, _)| sentence(why) == words);
    found.map(|(_, reason)| *reason)
}

pub(super) fn sentence(why: &WriteError) -> String {
    let mut text = why.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text.push('.');
    text
}
