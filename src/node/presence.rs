//! Presence and typing over ready streams (XEP-0246 §4, XEP-0085).

use super::core::Core;
use crate::event::{ChatState, Event, Show};
use crate::net::ConnId;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::xep::{Outgoing, Presence};

impl Core {
    /// Tells the peer what the user does, over an open stream only: typing opens none.
    pub(super) fn send_typing(&mut self, to: &Jid, state: ChatState) {
        let Some(conn) = self.active(to) else { return };
        if !self.model.settings.send_typing {
            return;
        }
        let outgoing = Outgoing {
            chat_state: Some(state),
            ..Outgoing::bare(self.rng.uuid(), self.clock.wall)
        };
        let stanza = self.compose(conn, to, &outgoing);
        if !stanza.children.is_empty() {
            self.tell_peer(conn, &stanza);
        }
    }

    pub(super) fn stop_typing(&mut self, jid: &Jid) {
        let typing = self
            .model
            .contacts
            .get(jid)
            .is_some_and(|contact| contact.typing == ChatState::Composing);
        if typing {
            self.emit(Event::Typing {
                from: jid.clone(),
                state: ChatState::Paused,
            });
        }
    }

    /// Our presence on a stream of our kind (XEP-0246 §4).
    pub(super) fn send_presence(&mut self, conn: ConnId) {
        let Some(link) = self.links.get(&conn) else {
            return;
        };
        let (Some(ready), Some(to), false) = (&link.ready, link.peer.clone(), link.closing) else {
            return;
        };
        if ready.legacy {
            return;
        }
        let (me, publish) = (&self.model.me, &self.model.settings.publish);
        let presence = Presence {
            show: if publish.status {
                me.show
            } else {
                Show::Available
            },
            message: if publish.message {
                me.message.clone()
            } else {
                String::new()
            },
            nick: if publish.nick {
                me.nick.clone()
            } else {
                String::new()
            },
            idle_since: self.ourselves.idle_since,
        };
        let mut stanza = Element::new("presence", ns::CLIENT)
            .with_attr("from", self.ourselves.jid.as_str())
            .with_attr("to", to.as_str());
        let show = match presence.show {
            Show::Available => None,
            Show::Away => Some("away"),
            Show::Dnd => Some("dnd"),
        };
        if let Some(show) = show {
            stanza.push(Element::new("show", ns::CLIENT).with_text(show));
        }
        if !presence.message.is_empty() {
            stanza.push(Element::new("status", ns::CLIENT).with_text(presence.message.clone()));
        }
        self.with_extensions(conn, |extension, cx| {
            extension.announce(cx, &presence, &mut stanza);
            None::<()>
        });
        self.tell_peer(conn, &stanza);
    }

    pub(super) fn on_presence(&mut self, conn: ConnId, stanza: &Element) {
        let Some(from) = self.links.get(&conn).and_then(|link| link.peer.clone()) else {
            return;
        };
        let presence = match stanza.attr("type") {
            None => {
                let text = |name: &str| {
                    stanza
                        .child(name, ns::CLIENT)
                        .map(Element::text)
                        .unwrap_or_default()
                };
                let mut presence = Presence {
                    show: match text("show").as_str() {
                        "away" | "xa" => Show::Away,
                        "dnd" => Show::Dnd,
                        _ => Show::Available,
                    },
                    message: crate::wire::text::clean_line(&text("status")),
                    nick: String::new(),
                    idle_since: None,
                };
                self.with_extensions(conn, |extension, cx| {
                    extension.present(cx, stanza, &mut presence);
                    None::<()>
                });
                Some(presence)
            }
            Some("unavailable") => None,
            Some(_) => return,
        };
        let caps = stanza.child("c", ns::CAPS).and_then(|caps| {
            let part = |name| caps.attr(name).map(str::to_owned);
            Some((part("node")?, part("ver")?, part("hash")?))
        });
        self.amend(&from, |known| {
            known.presence = presence;
            if !known.advertised && caps.is_some() {
                known.facts.caps = caps;
            }
        });
        // What waited for that.
        self.pump(&from);
    }
}
