//! Questions and answers (RFC 6120 §8.2.3): routing requests to the extensions, one answer for the unknown, and the
//! answers to our own.

use std::collections::HashMap;
use std::time::Duration;

use super::core::{Core, Timer};
use super::files::Said;
use crate::net::ConnId;
use crate::wire::element::Element;
use crate::wire::stanza::{self, Iq, StanzaError};
use crate::wire::time::Moment;
use crate::xep::{Answer, Cx, Extension, Output};

/// Answers that take longer do not come (some peers answer nothing at all).
const PATIENCE: Duration = Duration::from_secs(20);

/// Unanswered questions of ours, all streams together (100 outstanding).
const MOST: usize = 100;

/// Questions that wait for their answer.
#[derive(Debug, Default)]
pub(super) struct Iqs {
    open: HashMap<(ConnId, String), Open>,
}

#[derive(Debug)]
struct Open {
    extension: usize,
    token: u32,
    until: Moment,
}

impl Iqs {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }
}

impl Core {
    /// An iq came in.
    pub(super) fn on_iq(&mut self, conn: ConnId, stanza: &Element) {
        let answer = match Iq::parse(stanza) {
            Ok(Iq::Request { id, set, payload }) => {
                match self.on_file_request(conn, id, set, payload) {
                    Said::Nothing => self.request_answer(conn, set, payload),
                    Said::Now(answer) => answer,
                    Said::Later => return,
                }
            }
            Ok(Iq::Result { id, payload }) => return self.on_answer(conn, id, Ok(payload)),
            Ok(Iq::Error { id }) => {
                return self.on_answer(conn, id, Err(StanzaError::parse(stanza)));
            }
            Err(error) => Answer::Error(error),
        };
        let reply = match answer {
            Answer::Result(payload) => Some(stanza::reply_result(stanza, payload)),
            Answer::Error(error) => stanza::reply_error(stanza, &error),
        };
        if let Some(reply) = reply {
            self.tell_peer(conn, &reply);
        }
    }

    /// What an extension says; the one answer to what none of them knows.
    fn request_answer(&mut self, conn: ConnId, set: bool, payload: &Element) -> Answer {
        self.with_extensions(conn, |extension, cx| extension.request(cx, set, payload))
            .unwrap_or_else(|| Answer::Error(StanzaError::new("service-unavailable")))
    }

    fn on_answer(&mut self, conn: ConnId, id: &str, answer: Result<Option<&Element>, StanzaError>) {
        if self.on_file_answer(conn, id, &answer) {
            return;
        }
        if let Some(open) = self.iqs.open.remove(&(conn, id.to_owned())) {
            self.give_answer(conn, &open, answer);
        }
    }

    fn give_answer(
        &mut self,
        conn: ConnId,
        open: &Open,
        answer: Result<Option<&Element>, StanzaError>,
    ) {
        let mut answer = Some(answer);
        let mut at = 0;
        self.with_extensions(conn, |extension, cx| {
            if at == open.extension
                && let Some(answer) = answer.take()
            {
                extension.answered(cx, open.token, answer);
            }
            at += 1;
            None::<()>
        });
    }

    /// Calls each extension until one says `Some`, then performs what they asked for.
    pub(super) fn with_extensions<T>(
        &mut self,
        conn: ConnId,
        mut call: impl FnMut(&mut dyn Extension, &mut Cx<'_>) -> Option<T>,
    ) -> Option<T> {
        let jid = self.links.get(&conn).and_then(|link| link.peer.clone())?;
        let peer = &self.roster.get(&jid)?.facts;
        let mut outputs: Vec<(usize, Vec<Output>)> = Vec::new();
        let mut found = None;
        for (at, extension) in self.extensions.iter_mut().enumerate() {
            let mut out = Vec::new();
            let mut cx = Cx {
                clock: self.clock,
                me: &self.ourselves,
                peer,
                out: &mut out,
            };
            found = call(extension.as_mut(), &mut cx);
            if !out.is_empty() {
                outputs.push((at, out));
            }
            if found.is_some() {
                break;
            }
        }
        for (at, out) in outputs {
            for output in out {
                self.perform_output(conn, at, output);
            }
        }
        found
    }

    fn perform_output(&mut self, conn: ConnId, extension: usize, output: Output) {
        let Some(jid) = self.links.get(&conn).and_then(|link| link.peer.clone()) else {
            return;
        };
        match output {
            Output::Ask {
                set,
                payload,
                token,
            } => self.ask_peer(conn, extension, set, payload, token),
            Output::Emit(event) => self.emit(event),
            Output::Features(features) => {
                self.amend(&jid, |known| known.facts.features = Some(features))
            }
            Output::Client(client) => self.amend(&jid, |known| known.client = Some(client)),
        }
    }

    fn ask_peer(
        &mut self,
        conn: ConnId,
        extension: usize,
        set: bool,
        payload: Element,
        token: u32,
    ) {
        let to = self.links.get(&conn).and_then(|link| link.peer.clone());
        let (Some(to), true) = (to, self.iqs.open.len() < MOST) else {
            return;
        };
        let id = self.rng.uuid();
        let iq = Iq::request(&id, set, payload)
            .with_attr("from", self.ourselves.jid.as_str())
            .with_attr("to", to.as_str());
        let until = self.clock.now + PATIENCE;
        self.iqs.open.insert(
            (conn, id),
            Open {
                extension,
                token,
                until,
            },
        );
        self.timers.set(
            Timer::Iq,
            self.iqs.open.values().map(|open| open.until).min(),
        );
        self.tell_peer(conn, &iq);
    }

    pub(super) fn on_iq_timeout(&mut self) {
        let now = self.clock.now;
        self.abandon_iqs(|_, open| open.until <= now);
    }

    /// The stream is gone, and with it the answers.
    pub(super) fn abandon_iqs_of(&mut self, conn: ConnId) {
        self.abandon_iqs(|on, _| on == conn);
    }

    fn abandon_iqs(&mut self, lost: impl Fn(ConnId, &Open) -> bool) {
        let gone: Vec<_> = self
            .iqs
            .open
            .iter()
            .filter(|((on, _), open)| lost(*on, open))
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            if let Some(open) = self.iqs.open.remove(&key) {
                self.give_answer(key.0, &open, Err(StanzaError::new("remote-server-timeout")));
            }
        }
        self.timers.set(
            Timer::Iq,
            self.iqs.open.values().map(|open| open.until).min(),
        );
    }
}
