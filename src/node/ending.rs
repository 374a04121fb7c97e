//! How streams end: in order, with an error, by the connection, or because nobody uses them (XEP-0174 §7).

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use super::core::{Core, Timer};
use crate::event::OfflineReason;
use crate::net::{CloseReason, ConnId, Request as Net};
use crate::wire::jid::Jid;
use crate::wire::nonza::{Condition, StreamError};

/// A stream without a stanza for so long is closed; the next message opens another.
const IDLE_AFTER: Duration = Duration::from_secs(600);

impl Core {
    pub(super) fn on_closed(&mut self, conn: ConnId, why: CloseReason) {
        let now = self.clock.now;
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        let (peer, orderly) = (link.peer.clone(), link.closing);
        link.broken = !orderly;
        if why == CloseReason::Eof
            && let Some(stream) = link.stream.as_mut()
        {
            // What was complete is still shown; usually the stream ends with it.
            stream.handle_eof(now);
            self.drain_events(conn);
        }
        self.drop_link(conn, false);
        let Some(jid) = peer else { return };
        if why == CloseReason::Unreachable && self.active(&jid).is_none() {
            self.offline(&jid, OfflineReason::Unreachable);
        }
        if !orderly {
            self.verify(&jid);
        }
    }

    /// The interfaces of these addresses are gone: what hangs on them is dead, however long TCP may hope.
    pub(super) fn lose_addresses(&mut self, lost: &BTreeSet<IpAddr>) {
        let dead: Vec<ConnId> = self
            .links
            .iter()
            .filter(|(_, link)| {
                let local = link.local.map(|local| local.ip().to_canonical());
                local.is_some_and(|local| lost.contains(&local))
            })
            .map(|(conn, _)| *conn)
            .collect();
        for conn in dead {
            self.on_closed(conn, CloseReason::Unreachable);
        }
    }

    pub(super) fn on_ended(&mut self, conn: ConnId, error: Option<StreamError>) {
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        let gone = error
            .as_ref()
            .is_some_and(|error| error.condition == Condition::SystemShutdown);
        link.goodbye = gone && !self.quitting;
        let (peer, goodbye) = (link.peer.clone(), link.goodbye);
        if let Some(error) = error {
            tracing::info!(peer = ?peer, %error, "a stream ended with an error");
            // Whatever was wrong (a full disk over there) is wrong for a while.
            if let Some(jid) = &peer {
                self.retry_later(jid);
            }
        }
        self.flush_link(conn);
        self.drop_link(conn, true);
        if let (Some(jid), true) = (peer, goodbye) {
            self.offline(&jid, OfflineReason::Goodbye);
        }
    }

    /// Ends a stream in order; what still arrives is shown.
    pub(super) fn close_link(&mut self, conn: ConnId) {
        let now = self.clock.now;
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        link.closing = true;
        match &mut link.stream {
            Some(stream) => stream.close_quietly(now),
            None => return self.drop_link(conn, false),
        }
        self.dirty.push(conn);
        self.drain_events(conn);
    }

    /// Ends a stream with an error.
    pub(super) fn fail_link(&mut self, conn: ConnId, condition: Condition) {
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        link.closing = true;
        let Some(stream) = &mut link.stream else {
            return self.drop_link(conn, false);
        };
        let error = StreamError::from(condition);
        match link.claim.take() {
            Some(_) => stream.refuse(error),
            None => stream.fail(error),
        }
        self.dirty.push(conn);
        self.drain_events(conn);
    }

    /// The connection is over: TCP is closed and what was on its way is settled.
    pub(super) fn drop_link(&mut self, conn: ConnId, flush: bool) {
        self.go_through_all_acks(conn);
        let Some(link) = self.links.get(&conn) else {
            return;
        };
        let peer = link.peer.clone();
        let reason = if link.broken {
            OfflineReason::Unreachable
        } else {
            OfflineReason::Goodbye
        };
        if link.ahead
            && link.ready.is_none()
            && let Some(known) = peer.as_ref().and_then(|jid| self.roster.get_mut(jid))
        {
            known.step_by_step = true;
        }
        self.abandon_iqs_of(conn);
        self.rooms.links_changed = true;
        self.forget_guest(conn);
        self.links.remove(&conn);
        for timer in [
            Timer::Stream(conn),
            Timer::Judge(conn),
            Timer::Idle(conn),
            Timer::Life(conn),
        ] {
            self.timers.set(timer, None);
        }
        self.ask(Net::Close { conn, flush });
        let Some(jid) = peer else { return };
        self.forget_conn(&jid, conn);
        if self.active(&jid).is_none() {
            self.stream_is_gone(&jid, reason);
        }
        self.comparison_lost(&jid, conn);
        self.lost(&jid, conn);
        self.pump(&jid);
    }

    /// What was known by the stream only goes with it.
    fn stream_is_gone(&mut self, jid: &Jid, reason: OfflineReason) {
        self.amend(jid, |known| known.presence = None);
        self.stop_typing(jid);
        self.files_stream_gone(jid);
        let unlisted = self
            .roster
            .get(jid)
            .is_some_and(|known| known.online && !known.advertised);
        if unlisted {
            self.offline(jid, reason);
        }
    }

    pub(super) fn forget_conn(&mut self, jid: &Jid, conn: ConnId) {
        if let Some(conns) = self.by_peer.get_mut(jid) {
            conns.retain(|other| *other != conn);
            if conns.is_empty() {
                self.by_peer.remove(jid);
            }
        }
    }

    /// The stream is in use: the idle clock starts again.
    pub(super) fn touch(&mut self, conn: ConnId) {
        let at = self.after(IDLE_AFTER);
        self.timers.set(Timer::Idle(conn), at);
    }

    pub(super) fn on_idle_timeout(&mut self, conn: ConnId) {
        let Some(link) = self.links.get(&conn) else {
            return;
        };
        let waiting = link
            .peer
            .as_ref()
            .and_then(|jid| self.outboxes.get(jid))
            .is_some_and(|out| !out.is_empty());
        let files = link.peer.as_ref().is_some_and(|jid| self.files_hold(jid));
        let rooms = link.peer.as_ref().is_some_and(|jid| self.rooms_use(jid));
        if waiting || files || rooms {
            return self.touch(conn);
        }
        self.close_link(conn);
    }
}
