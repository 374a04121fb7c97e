//! Packets of rooms in stanzas, and invitations (XEP-0249).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Core, MAX_INVITES, TOO_SLOW};
use crate::event::Event;
use crate::event::room::RoomEvent;
use crate::model::room::body::Role;
use crate::model::room::entry::{Author, RoomId};
use crate::model::room::packet::{MAX_PACKET, Packet, Refusal};
use crate::net::ConnId;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::wire::text::clean_line;

impl Core {
    /// The encrypted stream to this peer, if there is one.
    pub(in crate::node) fn secure_stream(&self, jid: &Jid) -> Option<ConnId> {
        let conn = self.active(jid)?;
        self.links.get(&conn)?.secured.as_ref().map(|_| conn)
    }

    pub(super) fn send_packet(&mut self, room: RoomId, to: &Jid, packet: &Packet) {
        let clock = self.clock;
        let Some(conn) = self.secure_stream(to) else {
            self.rooms.links_changed = true;
            return;
        };
        let end = self.collect(conn);
        let on_the_way = self
            .links
            .get(&conn)
            .map_or(0, |link| end.saturating_sub(link.written));
        if on_the_way > TOO_SLOW && matches!(packet, Packet::Entries { .. }) {
            if self.rooms.slow.insert(to.clone())
                && let Some(hosted) = self.rooms.all.get_mut(&room)
            {
                hosted.room.handle_slow(clock, to, true);
            }
            return;
        }
        let octets = STANDARD.encode(packet.write(room));
        let stanza = Element::new("message", ns::CLIENT)
            .with_attr("from", self.ourselves.jid.as_str())
            .with_attr("to", to.as_str())
            .with_child(Element::new("room", ns::ROOM).with_text(octets));
        self.tell_peer(conn, &stanza);
        if matches!(packet, Packet::Subscribe { .. }) {
            self.watch_in_rooms(to);
        }
    }

    /// A message that is about a room, if it is one; true if nobody else need look at it.
    pub(in crate::node) fn on_room_stanza(&mut self, conn: ConnId, stanza: &Element) -> bool {
        if self.on_guest_message(conn, stanza) {
            return true;
        }
        if let Some(invitation) = stanza.child("x", ns::CONFERENCE) {
            self.on_invitation(conn, stanza, invitation);
            return true;
        }
        let Some(room) = stanza.child("room", ns::ROOM) else {
            return false;
        };
        let link = self.links.get(&conn);
        let key = link
            .and_then(|link| link.secured.as_ref())
            .map(|secured| Author::from(secured.key));
        let peer = link.and_then(|link| link.peer.clone());
        let (Some(key), Some(peer)) = (key, peer) else {
            return true;
        };
        let text = room.text();
        let octets = if text.len() <= MAX_PACKET * 4 / 3 + 4 {
            STANDARD.decode(text.trim()).ok()
        } else {
            None
        };
        match octets.and_then(|octets| Packet::read(&octets)) {
            Some((id, packet)) => self.on_packet(&peer, key, id, packet),
            None => tracing::info!(%peer, "a packet of a room cannot be read"),
        }
        true
    }

    fn on_packet(&mut self, peer: &Jid, key: Author, id: RoomId, packet: Packet) {
        // Who asks for a room is who the stream says it is.
        if let Packet::Subscribe { author, .. } = &packet
            && *author != key
        {
            tracing::info!(%peer, "asks for a room under another key");
            return;
        }
        // A stream that has just become ready is told first: what comes on it belongs to it.
        self.tell_streams();
        let clock = self.clock;
        let subscribes = matches!(packet, Packet::Subscribe { .. });
        match self.rooms.all.get_mut(&id) {
            Some(hosted) => {
                hosted.room.handle_packet(clock, peer, key, packet);
                if subscribes {
                    self.watch_in_rooms(peer);
                }
            }
            None if matches!(packet, Packet::Refused(_)) => {}
            None => self.send_packet(id, peer, &Packet::Refused(Refusal::Unknown)),
        }
    }

    /// Asks somebody to come.
    pub(super) fn invite(&mut self, id: RoomId, to: &Jid, reason: &str) {
        let Some(hosted) = self.rooms.all.get(&id) else {
            return;
        };
        let mut x = Element::new("x", ns::CONFERENCE).with_attr("jid", hosted.room.address());
        if !reason.is_empty() {
            x.set_attr("reason", reason);
        }
        let stanza = Element::new("message", ns::CLIENT)
            .with_attr("from", self.ourselves.jid.as_str())
            .with_attr("to", to.as_str())
            .with_child(x)
            .with_child(Element::new("room", ns::ROOM).with_attr("id", id.to_string()));
        if self.rooms.invites.len() >= MAX_INVITES {
            self.rooms.invites.pop_front();
        }
        self.rooms.invites.push_back((to.clone(), id, stanza));
        match self.secure_stream(to) {
            Some(_) => self.send_invites(),
            None => self.dial(to),
        }
    }

    /// Those for whom there is a stream by now; in a room for members they become one.
    pub(super) fn send_invites(&mut self) {
        for (to, id, stanza) in std::mem::take(&mut self.rooms.invites) {
            let Some(conn) = self.secure_stream(&to) else {
                self.rooms.invites.push_back((to, id, stanza));
                continue;
            };
            let key = self
                .links
                .get(&conn)
                .and_then(|link| link.secured.as_ref())
                .map(|secured| Author::from(secured.key));
            let clock = self.clock;
            if let (Some(hosted), Some(key)) = (self.rooms.all.get_mut(&id), key) {
                let rules = &hosted.room.state().rules;
                if rules.members_only && rules.role(key) < Role::Member {
                    // If we may not, the invitation says so little that it does no harm.
                    let _ = hosted.room.set_role(clock, key, Role::Member);
                }
            }
            self.tell_peer(conn, &stanza);
        }
    }

    fn on_invitation(&mut self, conn: ConnId, stanza: &Element, invitation: &Element) {
        let from = self.links.get(&conn).and_then(|link| link.peer.clone());
        let id = stanza
            .child("room", ns::ROOM)
            .and_then(|room| room.attr("id"));
        let room = invitation
            .attr("jid")
            .map(clean_line)
            .filter(|room| !room.is_empty() && room.len() <= 255);
        let (Some(from), Some(room)) = (from, room) else {
            return;
        };
        let id = id
            .and_then(|id| id.parse::<RoomId>().ok())
            .map(|id| id.to_string())
            .unwrap_or_default();
        let reason = invitation
            .attr("reason")
            .map(clean_line)
            .unwrap_or_default();
        let reason = crate::wire::text::cut(&reason, 1024).to_owned();
        self.emit(Event::Room(RoomEvent::RoomInvited {
            room,
            id,
            from,
            reason,
        }));
    }
}
