//! Streams to peers: dialling, accepting, and what goes over them. Who is at the other end is judged in `claims`; how
//! streams end stands in `ending`.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;

use super::core::{Core, Timer};
use super::liveness::Watch;
use crate::model::settings::PlaintextPolicy;
use crate::net::{ConnId, Request as Net};
use crate::stream::{Limits, ReadyStream, SendError, Stream, StreamConfig, StreamEvent};
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::key::PublicKey;
use crate::wire::nonza::Condition;
use crate::wire::time::Moment;

/// Towards libpurple our header waits this long after the connect: if its own connection comes in meanwhile, ours ends
/// without a byte and it keeps its queue (it drops it on seeing our header).
const GLARE_PAUSE: Duration = Duration::from_millis(30);
/// Where link-local clients listen if they can (XEP-0174 §9 leaves it free; libpurple and iChat use this one).
const USUAL_PORT: u16 = 5298;

/// The largest stanza that is taken and sent: a body of 1 MiB passes, also with many characters escaped.
const STANZA_BYTES: usize = 4 << 20;

/// What a TLS handshake has shown.
pub(super) struct Secured {
    /// The peer's key, proven.
    pub(super) key: PublicKey,
    /// What only the two ends of this connection know: the short codes that people compare are made of it.
    pub(super) exporter: [u8; 32],
}

/// Stanzas that a peer which promised acks (XEP-0198) may leave without one; then the stream is ended. A burst of messages waits
/// for the other disk for some milliseconds, so this is far above what a burst comes to.
const MOST_UNACKED: usize = 50_000;

/// One connection and its stream.
pub(super) struct Link {
    pub(super) ours: bool,
    /// `None` while TCP is not connected.
    pub(super) stream: Option<Stream>,
    pub(super) peer: Option<Jid>,
    /// The two ends, once TCP is connected.
    pub(super) local: Option<SocketAddr>,
    pub(super) remote: Option<SocketAddr>,
    /// What TLS has shown, once it has.
    pub(super) secured: Option<Secured>,
    /// We went ahead of the peer's answers.
    pub(super) ahead: bool,
    pub(super) ready: Option<ReadyStream>,
    /// When TCP was connected, and when the stream was ready.
    pub(super) open_since: Moment,
    pub(super) ready_since: Moment,
    /// Bytes given to the network, and taken by the kernel.
    pub(super) given: u64,
    pub(super) written: u64,
    /// Output that waits for the end of this turn: one write for all of it.
    pub(super) out: BytesMut,
    /// One entry a stanza that is not acknowledged: the message in it that the outbox waits for, if any.
    pub(super) unacked: VecDeque<Option<String>>,
    /// So many of them the peer has acknowledged, and they were not gone through yet.
    pub(super) acked: usize,
    /// Received messages that wait for the disk.
    pub(super) unstored: u32,
    /// The text in them.
    pub(super) unstored_bytes: usize,
    pub(super) paused: bool,
    /// See [`crate::net::Request::Watch`].
    pub(super) closely: bool,
    /// No new message goes out on it.
    pub(super) closing: bool,
    /// The header's `from`, while it is being judged.
    pub(super) claim: Option<Option<String>>,
    /// The peer said that it goes, not only the stream.
    pub(super) goodbye: bool,
    /// The connection ended and nobody had closed the stream.
    pub(super) broken: bool,
    /// Is anybody there?
    pub(super) watch: Watch,
}

impl Link {
    fn new(ours: bool, peer: Option<Jid>, remote: Option<SocketAddr>) -> Link {
        Link {
            ours,
            stream: None,
            peer,
            local: None,
            remote,
            secured: None,
            ahead: false,
            ready: None,
            open_since: Moment::default(),
            ready_since: Moment::default(),
            given: 0,
            written: 0,
            out: BytesMut::new(),
            unacked: VecDeque::new(),
            acked: 0,
            unstored: 0,
            unstored_bytes: 0,
            paused: false,
            closely: true,
            closing: false,
            claim: None,
            goodbye: false,
            broken: false,
            watch: Watch::default(),
        }
    }

    /// No byte of ours has left on it.
    pub(super) fn is_silent(&self) -> bool {
        self.given == 0 && self.out.is_empty()
    }

    pub(super) fn acks(&self) -> bool {
        self.ready.as_ref().is_some_and(|ready| ready.acks)
    }
}

impl Core {
    /// The stream to send to this peer on, if one is ready.
    pub(super) fn active(&self, jid: &Jid) -> Option<ConnId> {
        let usable = |conn: &&ConnId| {
            self.links
                .get(conn)
                .is_some_and(|link| link.ready.is_some() && !link.closing)
        };
        self.by_peer.get(jid)?.iter().rev().find(usable).copied()
    }

    /// Opens a stream to a peer unless one is being opened.
    pub(super) fn dial(&mut self, jid: &Jid) {
        let opening = self.by_peer.get(jid).is_some_and(|conns| {
            conns.iter().any(|conn| {
                self.links
                    .get(conn)
                    .is_some_and(|link| link.ready.is_none() && !link.closing)
            })
        });
        let addresses = self
            .roster
            .get(jid)
            .map(|known| known.peer.addresses.clone())
            .unwrap_or_default();
        if opening || addresses.is_empty() || self.quitting {
            return;
        }
        let conn = self.new_conn(Some(jid.clone()));
        self.ask(Net::Dial { conn, addresses });
    }

    /// Opens a stream to wherever the user said.
    pub(super) fn dial_name(&mut self, address: String) {
        let conn = self.new_conn(None);
        self.ask(Net::DialName { conn, address });
    }

    fn new_conn(&mut self, peer: Option<Jid>) -> ConnId {
        let conn = ConnId(self.next_conn);
        self.next_conn += 2;
        if let Some(jid) = &peer {
            self.by_peer.entry(jid.clone()).or_default().push(conn);
        }
        self.links.insert(conn, Link::new(true, peer, None));
        conn
    }

    /// For a stream to this peer, or from somebody unknown.
    fn config(&mut self, peer: Option<&Jid>) -> StreamConfig {
        let ahead = peer
            .and_then(|jid| self.roster.get(jid))
            .is_some_and(|known| known.advert.tlsfp.is_some() && !known.step_by_step);
        StreamConfig {
            me: self.ourselves.jid.clone(),
            disco: self.disco.clone(),
            id: self.rng.uuid(),
            limits: Limits {
                stanza_bytes: STANZA_BYTES,
                ..Limits::default()
            },
            tls: true,
            ahead,
            // Whether anything is said to others is the settings' business: see `forbidden`.
            allow_plaintext: match peer {
                Some(jid) => !self.must_encrypt(jid),
                None => self.model.settings.plaintext != PlaintextPolicy::SecureOnly,
            },
        }
    }

    pub(super) fn on_connected(&mut self, conn: ConnId, local: SocketAddr, remote: SocketAddr) {
        let peer = self.links.get(&conn).and_then(|link| link.peer.clone());
        let config = self.config(peer.as_ref());
        let (now, mut libpurple) = (self.clock.now, false);
        let Some(link) = self.links.get_mut(&conn) else {
            return self.ask(Net::Close { conn, flush: false });
        };
        link.local = Some(local);
        link.remote = Some(remote);
        link.open_since = now;
        link.ahead = config.ahead;
        let mut stream = Stream::initiator(config, link.peer.clone(), now);
        if let Some(known) = link.peer.as_ref().and_then(|jid| self.roster.get(jid)) {
            libpurple = known.facts.libpurple;
        }
        if libpurple {
            stream.hold_header(now + GLARE_PAUSE);
        }
        link.stream = Some(stream);
        self.dirty.push(conn);
    }

    pub(super) fn on_accepted(&mut self, conn: ConnId, local: SocketAddr, remote: SocketAddr) {
        if self.quitting {
            return self.ask(Net::Close { conn, flush: false });
        }
        let mut link = Link::new(false, None, Some(remote));
        link.local = Some(local);
        link.open_since = self.clock.now;
        link.stream = Some(Stream::responder(self.config(None), self.clock.now));
        self.links.insert(conn, link);
        self.yield_to(remote);
        self.dirty.push(conn);
    }

    pub(super) fn on_received(&mut self, conn: ConnId, bytes: &[u8]) {
        let now = self.clock.now;
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        link.watch.heard(now);
        let Some(stream) = &mut link.stream else {
            return;
        };
        stream.handle_bytes(bytes, now);
        self.dirty.push(conn);
        self.drain_events(conn);
    }

    pub(super) fn on_stream_timeout(&mut self, conn: ConnId) {
        let now = self.clock.now;
        let Some(stream) = self
            .links
            .get_mut(&conn)
            .and_then(|link| link.stream.as_mut())
        else {
            return;
        };
        stream.handle_timeout(now);
        self.dirty.push(conn);
        self.drain_events(conn);
    }

    pub(super) fn drain_events(&mut self, conn: ConnId) {
        while let Some(event) = self
            .links
            .get_mut(&conn)
            .and_then(|link| link.stream.as_mut())
            .and_then(Stream::poll_event)
        {
            match event {
                StreamEvent::Header { from, .. } => {
                    if let Some(link) = self.links.get_mut(&conn) {
                        link.claim = Some(from);
                    }
                    self.judge(conn, false);
                }
                StreamEvent::Ready(ready) => self.on_ready(conn, ready),
                StreamEvent::Stanza(stanza) => self.on_stanza(conn, &stanza),
                StreamEvent::Acked(count) => self.on_acked(conn, count),
                StreamEvent::StartTls => self.begin_tls(conn),
                StreamEvent::Unencrypted => self.on_unencrypted(conn),
                StreamEvent::PeerClosed => {
                    if let Some(link) = self.links.get_mut(&conn) {
                        link.closing = true;
                    }
                }
                StreamEvent::Ended(error) => self.on_ended(conn, error),
            }
        }
    }

    fn on_ready(&mut self, conn: ConnId, ready: ReadyStream) {
        let jid = ready.peer.clone();
        if !self.is_admitted(conn, &ready) {
            return;
        }
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        // Where it listens, if nobody tells: where we reached it, or the usual port of the host that reached us.
        let ours = link.ours;
        let remote = link.remote.map(|mut remote| {
            if !ours {
                remote.set_port(USUAL_PORT);
            }
            remote
        });
        let known_peer = link.peer.clone();
        link.peer = Some(jid.clone());
        link.ready = Some(ready.clone());
        link.ready_since = self.clock.now;
        if known_peer.as_ref() != Some(&jid) {
            if let Some(old) = known_peer {
                self.forget_conn(&old, conn);
            }
            self.by_peer.entry(jid.clone()).or_default().push(conn);
        }
        if self.roster.get(&jid).is_none_or(|known| !known.online)
            && let Some(remote) = remote
        {
            let change = self.roster.met(&jid, remote);
            self.tell_change(&jid, change);
        }
        let contact = self
            .model
            .contacts
            .get(&jid)
            .is_some_and(|contact| contact.conversation.last.is_some());
        let features = ready.disco.as_ref().map(crate::xep::xep0115_caps::offered);
        self.amend(&jid, |known| {
            known.facts.legacy = ready.legacy;
            known.facts.acks = ready.acks;
            known.facts.contact = contact;
            if features.is_some() {
                known.facts.features = features;
            }
        });
        self.on_trusted(conn, &jid);
        self.resolve_glare(&jid, conn);
        self.drop_silent(&jid, conn);
        if !ready.legacy {
            self.with_extensions(conn, |extension, cx| {
                extension.ready(cx);
                None::<()>
            });
            self.send_presence(conn);
        }
        self.rooms.links_changed = true;
        self.resume_comparison(&jid, conn);
        self.touch(conn);
        self.pump(&jid);
        self.repeated_ready(&jid);
        self.files_ready(&jid);
    }

    /// A stream to this peer is ready: connections of ours to it that have not said a byte are not needed any more, and
    /// libpurple would take a second header for a reason to drop the first stream.
    fn drop_silent(&mut self, jid: &Jid, ready: ConnId) {
        let conns = self.by_peer.get(jid).cloned().unwrap_or_default();
        for conn in conns.into_iter().filter(|conn| *conn != ready) {
            if self
                .links
                .get(&conn)
                .is_some_and(|link| link.ours && link.is_silent())
            {
                self.drop_link(conn, false);
            }
        }
    }

    pub(super) fn on_dial_failed(&mut self, conn: ConnId, error: &str) {
        let Some(link) = self.links.remove(&conn) else {
            return;
        };
        match link.peer {
            Some(jid) => {
                tracing::info!(%jid, error, "cannot connect");
                self.forget_conn(&jid, conn);
                self.verify(&jid);
                self.retry_later(&jid);
            }
            None => self.error(None, format!("Could not connect: {error}")),
        }
    }

    pub(super) fn on_written(&mut self, conn: ConnId, bytes: usize) {
        let now = self.clock.now;
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        link.written += bytes as u64;
        let (written, peer) = (link.written, link.peer.clone());
        let Some(jid) = peer else { return };
        if let Some(outbox) = self.outboxes.get_mut(&jid) {
            outbox.written(conn.0, written, now);
            self.resettle(&jid);
        }
        let on_the_way = self
            .links
            .get(&conn)
            .map_or(0, |link| link.given.saturating_sub(link.written));
        self.on_room_written(&jid, on_the_way);
        self.pump(&jid);
    }

    /// Gives a stanza to a stream; false if it did not take it. `message`: the outbox waits for it under this id.
    pub(super) fn send_stanza(
        &mut self,
        conn: ConnId,
        stanza: &Element,
        message: Option<String>,
    ) -> Result<(), SendError> {
        let Some(link) = self.links.get_mut(&conn) else {
            return Err(SendError::NotReady);
        };
        let acks = link.acks();
        if acks && link.unacked.len() >= MOST_UNACKED {
            tracing::warn!(peer = ?link.peer, "acknowledges nothing, the stream is ended");
            self.fail_link(conn, Condition::PolicyViolation);
            return Err(SendError::NotReady);
        }
        let Some(stream) = &mut link.stream else {
            return Err(SendError::NotReady);
        };
        match message {
            Some(_) => stream.send(stanza)?,
            None => stream.mention(stanza)?,
        }
        if acks {
            link.unacked.push_back(message);
        } else if message.is_some() {
            self.await_life(conn);
        }
        self.dirty.push(conn);
        Ok(())
    }

    /// For stanzas that are of no more use once the stream is gone: presence, typing, answers.
    pub(super) fn tell_peer(&mut self, conn: ConnId, stanza: &Element) {
        if let Err(error) = self.send_stanza(conn, stanza, None) {
            tracing::debug!(%error, "not sent");
        }
    }

    /// Takes what the stream has to say into the link's output; how many bytes there are in all by now.
    pub(super) fn collect(&mut self, conn: ConnId) -> u64 {
        let Some(link) = self.links.get_mut(&conn) else {
            return 0;
        };
        while let Some(bytes) = link.stream.as_mut().and_then(Stream::poll_transmit) {
            link.out.extend_from_slice(&bytes);
        }
        link.given + link.out.len() as u64
    }

    pub(super) fn flush_links(&mut self) {
        // In the order in which they were spoken to: who passes on to others is told first.
        while !self.dirty.is_empty() {
            for conn in std::mem::take(&mut self.dirty) {
                self.drain_events(conn);
                self.flush_link(conn);
            }
        }
    }

    pub(super) fn flush_link(&mut self, conn: ConnId) {
        self.collect(conn);
        let Some(link) = self.links.get_mut(&conn) else {
            return;
        };
        let out = std::mem::take(&mut link.out).freeze();
        link.given += out.len() as u64;
        let timeout = link.stream.as_ref().and_then(Stream::poll_timeout);
        self.timers.set(Timer::Stream(conn), timeout);
        if !out.is_empty() {
            self.ask(Net::Write { conn, bytes: out });
        }
    }

    pub(super) fn handled(&mut self, conn: ConnId, count: u32) {
        let Some(stream) = self
            .links
            .get_mut(&conn)
            .and_then(|link| link.stream.as_mut())
        else {
            return;
        };
        stream.handled(count);
        self.dirty.push(conn);
    }

    /// Will the peer tell what it got, by acks (XEP-0198) or receipts (XEP-0184), and does it drop what it has already?
    /// Then nothing is believed to have arrived before it says so, and what was lost is sent again.
    pub(super) fn confirms(&self, conn: ConnId) -> bool {
        let Some(link) = self.links.get(&conn) else {
            return false;
        };
        let legacy = link.ready.as_ref().is_none_or(|ready| ready.legacy);
        let peer = link.peer.as_ref();
        link.acks() || (!legacy && peer.is_some_and(|jid| self.gives_receipts(jid)))
    }

    /// Does the peer know receipts, as far as it has said?
    pub(super) fn gives_receipts(&self, jid: &Jid) -> bool {
        self.roster.get(jid).is_some_and(|known| {
            known.facts.has(crate::wire::ns::RECEIPTS) || known.facts.is_balcony()
        })
    }

    pub(super) fn has_acks(&self, conn: ConnId) -> bool {
        self.links.get(&conn).is_some_and(Link::acks)
    }
}
