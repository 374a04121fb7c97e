//! What flows on a pretended connection: windows, back-pressure, segments, and their arrival in order.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use sha2::Digest;

use super::queue::Plan;
use super::tcp::{Link, Side};
use super::{HostId, Lan};
use crate::net::{CloseReason, ConnId, Report};
use crate::wire::key::PublicKey;
use crate::wire::time::Moment;

/// Bytes of one direction between the writing and the reading program: socket buffers and wire together.
pub(super) const WINDOW: usize = 256 * 1024;
/// The most that a program reads at once.
const READ: usize = 64 * 1024;
/// A lost segment comes so much later (the least retransmission time of Linux).
const RETRANSMISSION: Duration = Duration::from_millis(200);

/// One end of a connection, with what it sends.
#[derive(Debug)]
pub(super) struct End {
    pub(super) host: HostId,
    pub(super) life: u32,
    pub(super) conn: ConnId,
    pub(super) local: SocketAddr,
    /// The program has it.
    pub(super) open: bool,
    /// The program was told that it is open.
    pub(super) connected: bool,
    /// Closed by the program; the rest and FIN are still to go.
    pub(super) finishing: bool,
    /// The program was killed; the kernel sends the rest.
    pub(super) orphan: bool,
    /// The kernel does not know it any more either.
    pub(super) gone: bool,
    paused: bool,
    /// See [`Request::Watch`].
    pub(super) closely: bool,
    /// The program has asked for TLS, and the other end's key if its half of the pretended handshake is in.
    pub(super) tls: (bool, Option<PublicKey>),
    /// Arrived while paused, and how it ended if it did.
    pub(super) held: VecDeque<Bytes>,
    pub(super) held_bytes: usize,
    held_end: Option<CloseReason>,
    /// Written, not yet taken by the kernel.
    pending: VecDeque<Bytes>,
    /// Taken by the kernel, not yet arrived.
    pub(super) flight: VecDeque<Segment>,
    flight_bytes: usize,
    last_arrival: Moment,
    /// When the newest segment was made: what is written at the same moment may travel with it.
    newest: Moment,
    /// Counts resends: arrivals planned before do not count.
    epoch: u32,
}

/// What travels.
#[derive(Debug)]
pub(super) enum Segment {
    SynAck,
    Data(Bytes),
    /// One half of a pretended TLS handshake.
    Hello(PublicKey),
    Fin,
    Reset,
}

impl End {
    pub(super) fn new(host: HostId, life: u32, conn: ConnId, local: SocketAddr) -> End {
        End {
            host,
            life,
            conn,
            local,
            open: true,
            connected: conn.0 % 2 == 1,
            finishing: false,
            orphan: false,
            gone: false,
            paused: false,
            closely: true,
            tls: (false, None),
            held: VecDeque::new(),
            held_bytes: 0,
            held_end: None,
            pending: VecDeque::new(),
            flight: VecDeque::new(),
            flight_bytes: 0,
            last_arrival: Moment(0),
            newest: Moment(0),
            epoch: 0,
        }
    }

    /// Is a dead host at the other end noticed soon?
    pub(super) fn is_watched(&self) -> bool {
        self.closely || !self.flight.is_empty() || !self.pending.is_empty()
    }

    pub(super) fn discard_pending(&mut self) {
        self.pending.clear();
    }

    pub(super) fn forget_flight(&mut self) {
        self.flight.clear();
        self.flight_bytes = 0;
        self.epoch += 1;
    }
}

impl Lan {
    /// The connection of this host, its number, and which of its ends that is.
    fn link_of(&mut self, id: HostId, conn: ConnId) -> Option<(&mut Link, u64, Side)> {
        let (number, side) = *self.hosts.get(id.0)?.conns.get(&conn)?;
        Some((self.links.get_mut(&number)?, number, side))
    }

    pub(super) fn write(&mut self, id: HostId, conn: ConnId, bytes: Bytes) {
        let Some((link, number, side)) = self.link_of(id, conn) else {
            return;
        };
        if bytes.is_empty() {
            return;
        }
        let end = link.end(side);
        end.pending.push_back(bytes);
        let unnoticed = !end.closely;
        if let Some(ticket) = link.broken.filter(|_| unnoticed) {
            self.plan_death(number, side, ticket, true);
        }
        self.pump(number, side);
    }

    pub(super) fn pause(&mut self, id: HostId, conn: ConnId) {
        if let Some((link, _, side)) = self.link_of(id, conn) {
            link.end(side).paused = true;
        }
    }

    pub(super) fn watch(&mut self, id: HostId, conn: ConnId, closely: bool) {
        if let Some((link, _, side)) = self.link_of(id, conn) {
            link.end(side).closely = closely;
        }
    }

    pub(super) fn resume(&mut self, id: HostId, conn: ConnId) {
        let Some((link, number, side)) = self.link_of(id, conn) else {
            return;
        };
        let end = link.end(side);
        end.paused = false;
        end.held_bytes = 0;
        let held = std::mem::take(&mut end.held);
        let ended = end.held_end.take();
        for bytes in held {
            self.tell(id, Report::Received { conn, bytes });
        }
        if let Some(why) = ended {
            self.end_with(number, side, why);
        }
        self.pump(number, side.other());
        self.tidy(number);
    }

    /// A handshake in pretence: each end says its key behind what it wrote before, and whoever knows both is secured. What
    /// crosses is not encrypted; what matters here is the order of things, and who is who.
    pub(super) fn start_tls(&mut self, id: HostId, conn: ConnId) {
        let host = self.hosts.get(id.0);
        let Some((number, side)) = host.and_then(|host| host.conns.get(&conn)).copied() else {
            return;
        };
        let Some(key) = host.and_then(|host| host.lie.or(host.key)) else {
            let error = "there is no key".to_owned();
            self.tell(id, Report::TlsFailed { conn, error });
            return self.close(id, conn, false);
        };
        if let Some(link) = self.links.get_mut(&number) {
            link.end(side).tls.0 = true;
        }
        self.send_segment(number, side, Segment::Hello(key));
        self.secure(number, side);
    }

    fn greeted(&mut self, number: u64, side: Side, key: PublicKey) {
        if let Some(link) = self.links.get_mut(&number) {
            link.end(side).tls.1 = Some(key);
        }
        self.secure(number, side);
    }

    fn secure(&mut self, number: u64, side: Side) {
        let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) else {
            return;
        };
        let (true, Some(key), true) = (end.tls.0, end.tls.1, end.open) else {
            return;
        };
        let (host, conn) = (end.host, end.conn);
        // The same at both ends, and different on each connection.
        let exporter = sha2::Sha256::digest(number.to_be_bytes()).into();
        self.tell(
            host,
            Report::Secured {
                conn,
                key,
                exporter,
            },
        );
    }

    /// Moves what was written into the window as far as there is room.
    pub(super) fn pump(&mut self, number: u64, side: Side) {
        loop {
            let (split, join) = (
                self.rng.chance(self.weather.split),
                self.rng.chance(self.weather.split),
            );
            let cut = self.rng.index(READ);
            let now = self.now;
            let Some(link) = self.links.get_mut(&number) else {
                return;
            };
            let (end, peer) = link.ends(side);
            let room = WINDOW
                .saturating_sub(end.flight_bytes + peer.held_bytes)
                .min(READ);
            let Some(mut bytes) = end.pending.pop_front() else {
                break;
            };
            if room == 0 {
                end.pending.push_front(bytes);
                return;
            }
            let most = if split && bytes.len() > 1 {
                1 + cut % (bytes.len() - 1)
            } else {
                bytes.len()
            }
            .min(room);
            if most < bytes.len() {
                end.pending.push_front(bytes.split_off(most));
            }
            let taken = bytes.len();
            end.flight_bytes += taken;
            let (host, conn, open) = (end.host, end.conn, end.open);
            match end.flight.back_mut() {
                Some(Segment::Data(last))
                    if join && end.newest == now && last.len() + taken <= READ =>
                {
                    let mut joined = BytesMut::from(&last[..]);
                    joined.extend_from_slice(&bytes);
                    *last = joined.freeze();
                }
                _ => self.send_segment(number, side, Segment::Data(bytes)),
            }
            if open {
                self.tell(host, Report::Written { conn, bytes: taken });
            }
        }
        let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) else {
            return;
        };
        if end.finishing {
            end.finishing = false;
            self.send_segment(number, side, Segment::Fin);
        }
    }

    /// Sends a segment behind those that are on their way.
    pub(super) fn send_segment(&mut self, number: u64, side: Side, segment: Segment) {
        let mut delay = self.latency();
        if self.rng.chance(self.weather.loss) {
            delay += RETRANSMISSION;
        }
        let now = self.now;
        let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) else {
            return;
        };
        let bandwidth = self.hosts.get(end.host.0).and_then(|host| host.bandwidth);
        let serialised = match (&segment, bandwidth) {
            (Segment::Data(bytes), Some(rate)) if rate > 0 => Duration::from_micros(
                u64::try_from(bytes.len())
                    .unwrap_or(0)
                    .saturating_mul(1_000_000)
                    / rate,
            ),
            _ => Duration::ZERO,
        };
        let at = (now + delay).max(end.last_arrival) + serialised;
        end.last_arrival = at;
        end.newest = now;
        end.flight.push_back(segment);
        let epoch = end.epoch;
        self.queue.push(
            at,
            Plan::Arrive {
                link: number,
                side,
                epoch,
            },
        );
    }

    /// The cable is back: everything under way is sent again.
    pub(super) fn resend(&mut self, number: u64, side: Side) {
        let delay = self.rng.span(&(RETRANSMISSION..RETRANSMISSION * 8));
        let now = self.now;
        let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) else {
            return;
        };
        end.epoch += 1;
        end.last_arrival = now + delay;
        let (epoch, count) = (end.epoch, end.flight.len());
        for _ in 0..count {
            self.plan(
                delay,
                Plan::Arrive {
                    link: number,
                    side,
                    epoch,
                },
            );
        }
    }

    pub(super) fn arrive(&mut self, number: u64, side: Side, epoch: u32) {
        if !self.passes(number) {
            return; // Sent again when the way is free, or given up.
        }
        let Some(link) = self.links.get_mut(&number) else {
            return;
        };
        let end = link.end(side);
        if end.epoch != epoch {
            return;
        }
        match end.flight.pop_front() {
            Some(Segment::Data(bytes)) => {
                end.flight_bytes -= bytes.len();
                self.take_in(number, side.other(), bytes);
                self.pump(number, side);
            }
            Some(Segment::Hello(key)) => self.greeted(number, side.other(), key),
            Some(Segment::SynAck) => self.connected(number, side.other()),
            Some(Segment::Fin) => self.take_end(number, side.other(), CloseReason::Eof),
            Some(Segment::Reset) => self.take_end(number, side.other(), CloseReason::Reset),
            None => {}
        }
        self.tidy(number);
    }

    fn connected(&mut self, number: u64, side: Side) {
        let Some(link) = self.links.get_mut(&number) else {
            return;
        };
        let (end, peer) = link.ends(side);
        if end.open {
            end.connected = true;
            let report = Report::Connected {
                conn: end.conn,
                local: end.local,
                remote: peer.local,
            };
            let host = end.host;
            self.tell(host, report);
        }
    }

    fn take_in(&mut self, number: u64, side: Side, bytes: Bytes) {
        let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) else {
            return;
        };
        if !end.open {
            // A program that closed reads on until the end and throws away; a killed one has a kernel that resets.
            if end.orphan || end.gone {
                self.send_segment(number, side, Segment::Reset);
            }
        } else if end.paused {
            end.held_bytes += bytes.len();
            end.held.push_back(bytes);
        } else {
            let (host, conn) = (end.host, end.conn);
            self.tell(host, Report::Received { conn, bytes });
        }
    }

    fn take_end(&mut self, number: u64, side: Side, why: CloseReason) {
        let Some(end) = self.links.get_mut(&number).map(|link| link.end(side)) else {
            return;
        };
        if end.open && end.paused && !end.held.is_empty() {
            end.held_end = Some(why);
            return;
        }
        if why == CloseReason::Reset {
            end.finishing = false;
            end.discard_pending();
        }
        self.end_with(number, side, why);
    }
}
