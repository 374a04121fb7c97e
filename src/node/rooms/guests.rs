//! Guests: programs without a key that speak XEP-0045 to one member, which passes on what they say under its own name. Off
//! until the member's user lets them in (`room-guests`).

use super::{Core, Hosted};
use crate::event::room::RoomLine;
use crate::model::room::body::{Body, MAX_NICK};
use crate::model::room::entry::{EntryId, RoomId};
use crate::net::ConnId;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::wire::stanza::{self, StanzaError};
use crate::wire::text::{clean_body, clean_name};

/// Guests of one room, at one member.
const MOST: usize = 50;
/// Lines of history for a guest (XEP-0045 §7.2.13).
const HISTORY: usize = 20;

/// A guest.
#[derive(Clone, Debug)]
pub struct Guest {
    conn: ConnId,
    jid: Jid,
    pub(super) nick: String,
    /// Was given the floor.
    pub(super) voice: bool,
}

/// `room@…/Nick` in two.
fn split(to: &str) -> (&str, &str) {
    to.split_once('/').unwrap_or((to, ""))
}

fn item(affiliation: &str, role: &str) -> Element {
    Element::new("item", ns::MUC_USER)
        .with_attr("affiliation", affiliation)
        .with_attr("role", role)
}

fn status(code: &str) -> Element {
    Element::new("status", ns::MUC_USER).with_attr("code", code)
}

fn presence(room: &str, nick: &str, to: &Jid) -> Element {
    Element::new("presence", ns::CLIENT)
        .with_attr("from", format!("{room}/{nick}"))
        .with_attr("to", to.as_str())
}

impl Hosted {
    pub(super) fn is_taken(&self, nick: &str, by: &Jid) -> bool {
        let mut occupants = self.room.state().present();
        let mut repeated = self.repeated.iter();
        occupants.any(|(_, one)| one.nick == nick)
            || repeated.any(|one| one.nick == nick && one.jid != *by)
            || self
                .guests
                .iter()
                .any(|guest| guest.nick == nick && guest.jid != *by)
    }

    /// This entry was written for a guest of ours, under this id and nick.
    pub(super) fn remember_guest(&mut self, entry: EntryId, id: String, nick: String) {
        if self.guest_ids.len() >= 1000 {
            self.guest_ids.clear();
        }
        self.guest_ids.insert(entry, (id, nick));
    }

    /// A line as XEP-0045 has it (§7.4); with its original time if it is from the past.
    fn groupchat(&self, line: &RoomLine, to: &Jid, past: bool) -> Element {
        let room = self.room.address();
        let own = line
            .id
            .parse::<EntryId>()
            .ok()
            .and_then(|id| self.guest_ids.get(&id));
        let (id, nick) = own.map_or((line.id.as_str(), line.nick.as_str()), |(id, nick)| {
            (id, nick)
        });
        let mut message = Element::new("message", ns::CLIENT)
            .with_attr("from", format!("{room}/{nick}"))
            .with_attr("to", to.as_str())
            .with_attr("type", "groupchat")
            .with_attr("id", id)
            .with_child(Element::new("body", ns::CLIENT).with_text(&*line.body))
            .with_child(
                Element::new("stanza-id", ns::SID)
                    .with_attr("by", &*room)
                    .with_attr("id", &*line.id),
            );
        let log = line
            .id
            .parse::<EntryId>()
            .ok()
            .and_then(|id| self.room.log().get(&id));
        if let Some(entry) = log {
            // A guest is somebody else than the member that passes it on.
            let said = self.room.state().said.get(&entry.id);
            let guest = said
                .and_then(|said| said.guest.as_deref())
                .unwrap_or_default();
            let occupant =
                RoomId::of(&entry.author, &format!("{} {guest}", self.room.id())).to_string();
            message.push(Element::new("occupant-id", ns::OCCUPANT_ID).with_attr("id", occupant));
        }
        if past || line.late {
            let stamp = line.time.to_string();
            message.push(
                Element::new("delay", ns::DELAY)
                    .with_attr("from", &*room)
                    .with_attr("stamp", stamp),
            );
        }
        message
    }
}

impl Core {
    /// A presence to a room (XEP-0045 §7.1, §7.14); false if it is none.
    pub(in crate::node) fn on_guest_presence(&mut self, conn: ConnId, stanza: &Element) -> bool {
        let (room, nick) = split(stanza.attr("to").unwrap_or(""));
        let Some(id) = self.room_by_address(room) else {
            return false;
        };
        let Some(jid) = self.links.get(&conn).and_then(|link| link.peer.clone()) else {
            return true;
        };
        if stanza.attr("type") == Some("unavailable") {
            self.see_off(id, conn, "none", &["110"]);
            return true;
        }
        if stanza.attr("type").is_some() {
            return true;
        }
        let nick = clean_name(nick);
        let Some(hosted) = self.rooms.all.get(&id) else {
            return true;
        };
        let known = hosted.guests.iter().any(|guest| guest.conn == conn);
        let condition = if !hosted.about.guests || !hosted.room.is_inside() {
            Some("forbidden")
        } else if nick.is_empty() || nick.len() > MAX_NICK {
            Some("jid-malformed")
        } else if hosted.is_taken(&nick, &jid) {
            Some("conflict")
        } else if hosted.guests.len() >= MOST {
            Some("service-unavailable")
        } else {
            None
        };
        match condition {
            Some(condition) => {
                let reply = stanza::reply_error(stanza, &StanzaError::new(condition));
                if let Some(mut reply) = reply {
                    reply.set_attr("from", format!("{room}/{nick}"));
                    self.tell_peer(conn, &reply);
                }
            }
            None if known => {}
            None => {
                let voice = false;
                self.welcome(
                    id,
                    Guest {
                        conn,
                        jid,
                        nick,
                        voice,
                    },
                );
                self.tell_rules(id);
            }
        }
        true
    }

    /// In the order of XEP-0045 §7.1: who is there, itself, what was said, the subject.
    fn welcome(&mut self, id: RoomId, guest: Guest) {
        let members = self.members_of(id);
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        let room = hosted.room.address();
        let mut stanzas = Vec::new();
        for member in &members {
            let x = Element::new("x", ns::MUC_USER)
                .with_child(item(&member.affiliation, &member.role).with_attr("jid", &*member.jid));
            stanzas.push(presence(&room, &member.nick, &guest.jid).with_child(x));
        }
        for other in &hosted.guests {
            let x = Element::new("x", ns::MUC_USER)
                .with_child(item("none", "participant").with_attr("jid", other.jid.as_str()));
            stanzas.push(presence(&room, &other.nick, &guest.jid).with_child(x));
        }
        let x = Element::new("x", ns::MUC_USER)
            .with_child(item("none", "participant").with_attr("jid", guest.jid.as_str()))
            .with_child(status("100"))
            .with_child(status("110"));
        stanzas.push(presence(&room, &guest.nick, &guest.jid).with_child(x));
        stanzas.extend(
            hosted
                .newest(HISTORY)
                .iter()
                .map(|line| hosted.groupchat(line, &guest.jid, true)),
        );
        let (subject, by) = hosted.room.state().subject.clone().unwrap_or_default();
        let by = hosted.name_of(by);
        stanzas.push(
            Element::new("message", ns::CLIENT)
                .with_attr(
                    "from",
                    if subject.is_empty() {
                        room.clone()
                    } else {
                        format!("{room}/{by}")
                    },
                )
                .with_attr("to", guest.jid.as_str())
                .with_attr("type", "groupchat")
                .with_child(Element::new("subject", ns::CLIENT).with_text(subject)),
        );
        let conn = guest.conn;
        hosted.guests.push(guest);
        for stanza in stanzas {
            self.tell_peer(conn, &stanza);
        }
    }

    /// What a guest says; false if it is not for a room.
    pub(super) fn on_guest_message(&mut self, conn: ConnId, stanza: &Element) -> bool {
        let (room, _) = split(stanza.attr("to").unwrap_or(""));
        let Some(id) = self
            .room_by_address(room)
            .filter(|_| stanza.attr("type") == Some("groupchat"))
        else {
            return false;
        };
        let clock = self.clock;
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return true;
        };
        let guest = hosted
            .guests
            .iter()
            .find(|guest| guest.conn == conn)
            .cloned();
        let text = stanza
            .child("body", ns::CLIENT)
            .map(|body| clean_body(&body.text()));
        let text = text
            .filter(|text| !text.is_empty() && text.len() <= crate::model::room::body::MAX_TEXT);
        let silent = |guest: &Guest| !hosted.hears_through_us(guest.voice);
        let written = match (guest, text) {
            (Some(guest), Some(_)) if silent(&guest) => {
                Err(crate::model::room::engine::WriteError::NotAllowed)
            }
            (Some(guest), Some(text)) => {
                let body = Body::Message {
                    text,
                    reply_to: None,
                    guest: Some(guest.nick.clone()),
                };
                hosted.room.write(clock, body).map(|entry| {
                    let given = stanza
                        .attr("id")
                        .filter(|id| !id.is_empty() && id.len() <= 256);
                    let original = given.map_or_else(|| entry.to_string(), str::to_owned);
                    hosted.remember_guest(entry, original, guest.nick);
                })
            }
            (Some(_), None) => Ok(()), // Not a text: nothing to pass on.
            (None, _) => Err(crate::model::room::engine::WriteError::NotIn),
        };
        if written.is_err()
            && let Some(mut reply) =
                stanza::reply_error(stanza, &StanzaError::new("not-acceptable"))
        {
            reply.set_attr("from", room);
            self.tell_peer(conn, &reply);
        }
        true
    }

    /// Something was said: guests hear it.
    pub(super) fn tell_guests(&mut self, id: RoomId, line: &RoomLine) {
        let Some(hosted) = self.rooms.all.get(&id) else {
            return;
        };
        let stanzas: Vec<(ConnId, Element)> = hosted
            .guests
            .iter()
            .map(|guest| (guest.conn, hosted.groupchat(line, &guest.jid, false)))
            .collect();
        for (conn, stanza) in stanzas {
            self.tell_peer(conn, &stanza);
        }
    }

    /// A guest goes or is sent: it is told why (§8.2: 307), and the others see it gone.
    fn see_off(&mut self, id: RoomId, conn: ConnId, affiliation: &str, codes: &[&str]) {
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        let Some(at) = hosted.guests.iter().position(|guest| guest.conn == conn) else {
            return;
        };
        let gone = hosted.guests.remove(at);
        let room = hosted.room.address();
        let mut x = Element::new("x", ns::MUC_USER).with_child(item(affiliation, "none"));
        for code in codes {
            x.push(status(code));
        }
        let stanza = presence(&room, &gone.nick, &gone.jid)
            .with_attr("type", "unavailable")
            .with_child(x);
        let others: Vec<(ConnId, Jid)> = hosted
            .guests
            .iter()
            .map(|guest| (guest.conn, guest.jid.clone()))
            .collect();
        self.tell_peer(gone.conn, &stanza);
        self.rooms.rules_changed.insert(id);
        for (conn, jid) in others {
            let x = Element::new("x", ns::MUC_USER).with_child(item(affiliation, "none"));
            let stanza = presence(&room, &gone.nick, &jid)
                .with_attr("type", "unavailable")
                .with_child(x);
            self.tell_peer(conn, &stanza);
        }
    }

    /// Sends a guest of ours out; false if there is none of this nick.
    pub(super) fn kick_guest(&mut self, id: RoomId, nick: &str) -> bool {
        let Some(hosted) = self.rooms.all.get(&id) else {
            return false;
        };
        let Some(conn) = hosted
            .guests
            .iter()
            .find(|guest| guest.nick == nick)
            .map(|guest| guest.conn)
        else {
            return false;
        };
        self.see_off(id, conn, "none", &["307", "110"]);
        true
    }

    /// No guests any more, or from now on.
    pub(super) fn let_guests_in(&mut self, id: RoomId, open: bool) {
        let Some(hosted) = self.rooms.all.get_mut(&id) else {
            return;
        };
        hosted.about.guests = open;
        self.write_about(id);
        self.see_off_all(id, open);
        self.tell_rules(id);
    }

    /// All guests go, unless `open`.
    pub(super) fn see_off_all(&mut self, id: RoomId, open: bool) {
        let Some(hosted) = self.rooms.all.get(&id) else {
            return;
        };
        let conns: Vec<ConnId> = hosted.guests.iter().map(|guest| guest.conn).collect();
        for conn in conns.into_iter().filter(|_| !open) {
            self.see_off(id, conn, "none", &["332", "110"]);
        }
    }

    /// A stream is gone, and the guest on it.
    pub(in crate::node) fn forget_guest(&mut self, conn: ConnId) {
        for (id, hosted) in &mut self.rooms.all {
            let before = hosted.guests.len();
            hosted.guests.retain(|guest| guest.conn != conn);
            if hosted.guests.len() < before {
                self.rooms.rules_changed.insert(*id);
            }
        }
    }

    /// Questions about rooms (XEP-0045 §6): to a room what it is, to us which rooms there are.
    pub(in crate::node) fn on_room_iq(&mut self, conn: ConnId, stanza: &Element) -> bool {
        if stanza.attr("type") != Some("get") {
            return false;
        }
        let (room, _) = split(stanza.attr("to").unwrap_or(""));
        let to_room = self.room_by_address(room);
        let mut answer = None;
        if let (Some(id), Some(_)) = (to_room, stanza.child("query", ns::DISCO_INFO)) {
            answer = self.rooms.all.get(&id).map(about_room);
        } else if stanza
            .child("query", ns::DISCO_ITEMS)
            .is_some_and(|query| query.attr("node").is_none())
        {
            let mut query = Element::new("query", ns::DISCO_ITEMS);
            let open = self
                .rooms
                .all
                .values()
                .filter(|hosted| hosted.room.is_inside() && to_room.is_none());
            for hosted in open {
                let item =
                    Element::new("item", ns::DISCO_ITEMS).with_attr("jid", hosted.room.address());
                query.push(item.with_attr("name", &*hosted.room.state().name));
            }
            answer = Some(query);
        }
        let Some(answer) = answer else { return false };
        let mut reply = stanza::reply_result(stanza, Some(answer));
        if to_room.is_some() {
            reply.set_attr("from", room);
        }
        self.tell_peer(conn, &reply);
        true
    }

    fn room_by_address(&self, address: &str) -> Option<RoomId> {
        self.rooms
            .all
            .iter()
            .find(|(_, hosted)| hosted.room.has_address(address))
            .map(|(id, _)| *id)
    }
}

fn about_room(hosted: &Hosted) -> Element {
    let state = hosted.room.state();
    let identity = Element::new("identity", ns::DISCO_INFO)
        .with_attr("category", "conference")
        .with_attr("type", "text")
        .with_attr("name", &*state.name);
    let mut query = Element::new("query", ns::DISCO_INFO).with_child(identity);
    let features = [
        ns::MUC,
        ns::SID,
        ns::OCCUPANT_ID,
        "muc_persistent",
        "muc_nonanonymous",
        if state.rules.moderated {
            "muc_moderated"
        } else {
            "muc_unmoderated"
        },
        if state.rules.members_only {
            "muc_membersonly"
        } else {
            "muc_open"
        },
    ];
    for feature in features {
        query.push(Element::new("feature", ns::DISCO_INFO).with_attr("var", feature));
    }
    query
}
