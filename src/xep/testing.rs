//! A stream between us and one peer as an extension sees it, for the tests at the foot of each file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use super::*;
use crate::wire::time::Moment;

/// What is compared with and passed to an extension. Change `me`, `peer` and `clock` first.
pub struct Scene {
    pub clock: Clock,
    pub me: Ourselves,
    pub peer: PeerFacts,
    pub out: Vec<Output>,
}

impl Default for Scene {
    /// We are `juliet@pronto` and tell everything; the peer is `romeo@forza`, speaks version 1.0 and told no features.
    fn default() -> Scene {
        let disco = disco_info();
        let caps_node = xep0115_caps::caps_node(&caps_ver(&disco));
        let me = Ourselves {
            jid: Jid::new("juliet@pronto").unwrap(),
            disco,
            caps_node,
            idle_since: None,
            utc_offset: 3600,
            nick: "Juliet".into(),
            tell: true,
            send_typing: true,
            show: Show::Available,
        };
        let peer = PeerFacts {
            jid: Jid::new("romeo@forza").unwrap(),
            nick: String::new(),
            legacy: false,
            libpurple: false,
            features: None,
            caps: None,
            contact: false,
            acks: false,
        };
        let wall = "2026-11-22T12:00:00Z".parse().unwrap();
        Scene {
            clock: Clock {
                now: Moment(0),
                wall,
            },
            me,
            peer,
            out: Vec::new(),
        }
    }
}

impl Scene {
    pub fn with<T>(&mut self, act: impl FnOnce(&mut Cx<'_>) -> T) -> T {
        act(&mut Cx {
            clock: self.clock,
            me: &self.me,
            peer: &self.peer,
            out: &mut self.out,
        })
    }

    /// The peer is known to speak these.
    pub fn speaking(mut self, features: &[&str]) -> Scene {
        self.peer.features = Some(features.iter().map(|&feature| feature.to_owned()).collect());
        self
    }

    pub fn request(
        &mut self,
        extension: &mut dyn Extension,
        set: bool,
        payload: &Element,
    ) -> Option<Answer> {
        self.with(|cx| extension.request(cx, set, payload))
    }

    /// The payload of the result of a get; `None` if it was an error, empty or not for this extension.
    pub fn ask(&mut self, extension: &mut dyn Extension, payload: Element) -> Option<Element> {
        match self.request(extension, false, &payload) {
            Some(Answer::Result(payload)) => payload,
            _ => None,
        }
    }

    pub fn ready(&mut self, extension: &mut dyn Extension) {
        self.with(|cx| extension.ready(cx));
    }

    pub fn answered(
        &mut self,
        extension: &mut dyn Extension,
        token: u32,
        answer: Result<Option<&Element>, StanzaError>,
    ) {
        self.with(|cx| extension.answered(cx, token, answer));
    }

    /// A message comes in.
    pub fn receive(&mut self, extension: &mut dyn Extension, stanza: &Element) -> Incoming {
        let mut message = Incoming::read(stanza);
        self.with(|cx| extension.receive(cx, stanza, &mut message));
        message
    }

    /// A message of ours leaves.
    pub fn compose(&mut self, extension: &mut dyn Extension, message: &Outgoing) -> Element {
        let mut stanza = Element::new("message", "jabber:client");
        self.with(|cx| extension.compose(cx, message, &mut stanza));
        stanza
    }

    /// A presence of ours leaves.
    pub fn announce(&mut self, extension: &mut dyn Extension) -> Element {
        let presence = Presence {
            nick: self.me.nick.clone(),
            idle_since: self.me.idle_since,
            ..Presence::default()
        };
        let mut stanza = Element::new("presence", "jabber:client");
        self.with(|cx| extension.announce(cx, &presence, &mut stanza));
        stanza
    }

    /// A presence comes in.
    pub fn present(&mut self, extension: &mut dyn Extension, stanza: &Element) -> Presence {
        let mut presence = Presence::default();
        self.with(|cx| extension.present(cx, stanza, &mut presence));
        presence
    }
}

/// A message of a peer as it stands on the wire, with this text.
pub fn said(body: &str) -> Element {
    let message = Element::new("message", "jabber:client").with_attr("type", "chat");
    message.with_child(Element::new("body", "jabber:client").with_text(body))
}

/// A message of ours with this text.
pub fn saying(body: &str) -> Outgoing {
    Outgoing {
        body: Some(body.to_owned()),
        ..nothing()
    }
}

/// Something of ours about the message `m1`.
pub fn about(change: crate::event::Change) -> Outgoing {
    let target = "m1".to_owned();
    Outgoing {
        about: Some(Box::new(About { target, change })),
        ..nothing()
    }
}

/// What our user does, and no text.
pub fn state(state: ChatState) -> Outgoing {
    Outgoing {
        chat_state: Some(state),
        ..nothing()
    }
}

/// A receipt of ours for this id.
pub fn receipt(id: &str) -> Outgoing {
    Outgoing {
        receipt_for: Some(id.to_owned()),
        ..nothing()
    }
}

fn nothing() -> Outgoing {
    Outgoing::bare("b2f1".into(), "2026-11-22T11:00:00Z".parse().unwrap())
}
