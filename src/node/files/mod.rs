//! Files: what faces ask, what peers say and what the [mover] tells, and what follows from it. The state machine of each
//! transfer is here; the bytes are the mover's.
//!
//! An outgoing file waits until the peer has a stream, is looked at, and offered: by Jingle to Balconies, by SI to
//! libpurple, by an HTTP address to everybody else. An incoming one waits for the user's word, then for its turn. Only
//! between Balconies does it go on by itself after a broken connection, a crash or a restart: whoever sends offers it again
//! under the same session, as often as it takes; and what somebody else offers, too, may go on from there ([same]). What
//! comes from an HTTP server goes on where it was for as long as that serves it.

mod answers;
pub mod ask;
mod band;
mod flow;
pub mod mover;
mod offer;
mod peers;
mod progress;
mod same;
mod users;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::core::{Core, Timer};
use super::effect::Effect;
use crate::disk::store::Op;
use crate::event::{Event, FileState};
use crate::model::transfer::{Expect, Transfer, Transfers, Way};
use crate::net::ConnId;
use crate::net::bytestream::is_link_local;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::key::Fingerprint;
use crate::wire::ns;
use ask::Ask;
pub(super) use peers::Said;

/// What a node starts with.
#[derive(Clone, Debug, Default)]
pub struct FileStart {
    /// Transfers that an earlier life left.
    pub kept: Vec<Transfer>,
    /// Where received files go if nothing else is said.
    pub downloads: PathBuf,
    /// Take every offered file into this folder: a bot's choice.
    pub accept_all: Option<PathBuf>,
}

impl FileStart {
    /// From what the disk has kept.
    pub fn read(values: &std::collections::BTreeMap<String, Value>) -> Vec<Transfer> {
        let ours = values.iter().filter(|(key, _)| key.starts_with(KEY));
        ours.filter_map(|(key, value)| {
            serde_json::from_value(value.clone())
                .inspect_err(
                    |error| tracing::warn!(key, %error, "a transfer does not read; it is left out"),
                )
                .ok()
        })
        .collect()
    }
}

/// The node's files.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) all: Transfers,
    /// Files that a face wants to send and that are looked at for the first time.
    looking: HashMap<String, Looking>,
    downloads: PathBuf,
    accept_all: Option<PathBuf>,
    /// Where the mover listens, once that is known.
    port: u16,
}

/// What is to become of a file that is looked at for the first time.
#[derive(Debug)]
struct Looking {
    to: Jid,
    path: PathBuf,
    /// Of the command.
    reference: Option<Value>,
    /// It is passed on.
    known: Option<PassedOn>,
}

/// What is known of a file that is passed on.
#[derive(Debug)]
struct PassedOn {
    /// As it was offered to us, without the number that it may have here.
    name: String,
    /// What it looked like.
    stamp: Option<String>,
    /// Its hash, if it looks so still.
    sha256: Option<String>,
}

/// Under which keys transfers are kept on the disk.
pub(super) const KEY: &str = "transfer.";
/// An offer or an acceptance that is not even acknowledged after this long is made again.
const UNHEARD: Duration = Duration::from_secs(30);
/// The receiver asks for another attempt this much later than the sender makes it by itself.
const RECEIVER_WAITS: Duration = Duration::from_secs(4);
/// An HTTP address is served for so long.
const HTTP_LASTS: Duration = Duration::from_secs(3600);

impl Files {
    pub(super) fn new(start: FileStart) -> Files {
        Files {
            all: Transfers::restore(start.kept),
            looking: HashMap::new(),
            downloads: start.downloads,
            accept_all: start.accept_all,
            port: 0,
        }
    }

    /// As faces see them.
    pub(super) fn shown(&self) -> std::collections::BTreeMap<String, crate::event::File> {
        let file = |transfer: &Transfer| (transfer.file.transfer.clone(), transfer.file.clone());
        self.all.iter().map(file).collect()
    }
}

impl Core {
    /// A stream to this peer is ready: whatever waits for one goes on.
    pub(super) fn files_ready(&mut self, jid: &Jid) {
        for id in self.files.all.with(jid) {
            self.tell_untold(&id);
            let again = self.files.all.get_mut(&id).is_some_and(|transfer| {
                transfer.now.asked &= transfer.is_busy();
                let unanswered = transfer.file.outgoing
                    && transfer.file.state == FileState::Offered
                    && transfer.way == Some(Way::Direct);
                if unanswered {
                    transfer.file.state = FileState::Waiting;
                }
                transfer.is_waiting()
            });
            if again {
                self.advance(&id);
            }
        }
    }

    /// The last stream to this peer is gone. Bytes that are moving go on moving; what was only talked about waits.
    pub(super) fn files_stream_gone(&mut self, jid: &Jid) {
        for id in self.files.all.with(jid) {
            let Some(transfer) = self.files.all.get_mut(&id) else {
                continue;
            };
            if transfer.same.joined.is_some() {
                // It is offered again when there is a stream again.
                transfer.now.source = None;
                transfer.now.asked = false;
                transfer.now.iq = None;
                continue;
            }
            let band = transfer.now.band.as_ref();
            let in_band = band.is_some_and(|band| band.run == transfer.now.run);
            if in_band && transfer.is_busy() {
                self.band_broken(&id, "the connection ended");
                continue;
            }
            let (state, outgoing) = (transfer.file.state, transfer.file.outgoing);
            match (transfer.way, state) {
                (Some(Way::Direct), FileState::Running) if !outgoing => {
                    self.watch_for_silence(&id);
                }
                (_, FileState::Done | FileState::Failed | FileState::Running) => {}
                (Some(Way::Direct), _) => {
                    transfer.now.asked = false;
                    transfer.now.iq = None;
                    if !outgoing && state == FileState::Waiting && transfer.into.is_some() {
                        // Neither our acceptance nor our question may have been heard.
                        transfer.now.busy = false;
                        transfer.now.source = None;
                        transfer.now.resume = true;
                        self.turn_from(&id, false);
                        continue;
                    }
                    if !outgoing && state == FileState::Paused {
                        self.turn_from(&id, false);
                        continue;
                    }
                    if outgoing && state == FileState::Offered {
                        transfer.file.state = FileState::Waiting;
                        self.tell_file(&id, None);
                    }
                }
                // It has forgotten the offer, in whichever direction.
                (Some(Way::Si), FileState::Offered | FileState::Waiting) if !outgoing => {
                    self.fail_file(&id, "the offer was taken back", None);
                }
                (Some(Way::Si), FileState::Offered) => {
                    transfer.now = crate::model::transfer::Now {
                        run: transfer.now.run,
                        ..Default::default()
                    };
                    transfer.file.state = FileState::Waiting;
                    self.tell_file(&id, None);
                }
                _ => {}
            }
        }
    }

    /// Does a file wait for a stream to this peer?
    pub(super) fn files_want(&self, jid: &Jid) -> bool {
        self.files.all.iter().any(|transfer| {
            let wants = transfer.file.outgoing && !transfer.now.asked
                || transfer.now.resume
                || transfer.http.is_some();
            let open = transfer.is_waiting() && wants;
            transfer.peer() == jid && (open || transfer.untold.is_some())
        })
    }

    /// Would the end of the stream to this peer end a file, too?
    pub(super) fn files_hold(&self, jid: &Jid) -> bool {
        self.files.all.iter().any(|transfer| {
            let si = transfer.way == Some(Way::Si) && !transfer.file.state.is_over();
            transfer.peer() == jid && (si || transfer.is_busy())
        })
    }

    /// Takes the next step with a file that waits, if it can be taken.
    pub(super) fn advance(&mut self, id: &str) {
        let Some(transfer) = self
            .files
            .all
            .get(id)
            .filter(|transfer| transfer.is_waiting())
        else {
            return;
        };
        let (peer, outgoing) = (transfer.peer().clone(), transfer.file.outgoing);
        match self.active(&peer) {
            Some(conn) if outgoing => self.look_again(id, &peer, conn),
            Some(conn) => self.begin_incoming(id, conn),
            None if self.turn_from(id, false) => {}
            None => self.pump(&peer),
        }
    }

    /// A turn is free: those that wait for one.
    fn advance_waiting(&mut self) {
        let waiting: Vec<String> = self
            .files
            .all
            .iter()
            .filter(|transfer| transfer.is_waiting() && !transfer.file.outgoing)
            .map(|transfer| transfer.file.transfer.clone())
            .collect();
        for id in waiting {
            self.advance(&id);
        }
    }

    fn look_again(&mut self, id: &str, peer: &Jid, conn: ConnId) {
        if !self.begin_offer(id, peer, conn) {
            return;
        }
        let path = self.files.all.get(id).and_then(|it| it.file.path.clone());
        self.effects.push_back(Effect::File(Ask::Look {
            transfer: id.to_owned(),
            path: path.unwrap_or_default(),
        }));
    }

    /// Whether it may be offered to this peer now, and is not yet.
    fn begin_offer(&mut self, id: &str, peer: &Jid, conn: ConnId) -> bool {
        if let Some(reason) = self.forbidden(peer, conn) {
            self.fail_file(id, &reason, None);
            return false;
        }
        let transfer = self.files.all.get_mut(id);
        transfer.is_some_and(|transfer| !std::mem::replace(&mut transfer.now.asked, true))
    }

    /// Tells the peer that it is over: now, or when there is a stream again.
    fn end_session(&mut self, id: &str, tell: &'static str, reason: &str) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        let peer = transfer.peer().clone();
        if transfer.way == Some(Way::Direct) {
            transfer.untold = Some(tell.to_owned());
            self.tell_untold(id);
            if self.active(&peer).is_none() {
                self.pump(&peer);
            }
        } else {
            self.tell_end(id, tell, Some(reason));
        }
    }

    /// Says what the peer has not heard yet of how a session ended.
    fn tell_untold(&mut self, id: &str) {
        let Some(transfer) = self.files.all.get(id) else {
            return;
        };
        let word = match transfer.untold.as_deref() {
            Some("decline") => "decline",
            Some("success") => "success",
            Some("failed-application") => "failed-application",
            Some(_) => "cancel",
            None => return,
        };
        let reason = transfer.file.reason.clone();
        let sent = self.tell_end(id, word, reason.as_deref());
        if let Some((iq, transfer)) = sent.zip(self.files.all.get_mut(id)) {
            transfer.now.iq = Some((iq, Expect::Ended));
        }
    }

    /// What is known of it, to the disk.
    fn keep_file(&mut self, id: &str) {
        let value = self.files.all.get(id).map(serde_json::to_value);
        if let Some(Ok(value)) = value {
            self.ops.push(Op::Setting {
                key: format!("{KEY}{id}"),
                value,
            });
        }
    }

    /// The state of a file, to the faces and to the disk. `reference`: of the command that began it.
    fn tell_file(&mut self, id: &str, reference: Option<Value>) {
        let Some(transfer) = self.files.all.get(id) else {
            return;
        };
        let file = transfer.file.clone();
        self.keep_file(id);
        self.emit(Event::FileState { file, reference });
    }

    /// Takes a new one into the list.
    fn add_file(&mut self, transfer: Transfer) {
        for gone in self.files.all.insert(transfer) {
            self.ops.push(Op::Setting {
                key: format!("{KEY}{gone}"),
                value: Value::Null,
            });
            self.emit(Event::FileForgotten { transfer: gone });
        }
    }

    /// It will not come through. `tell`: what the peer is told, a reason of XEP-0166 §7.4.
    fn fail_file(&mut self, id: &str, reason: &str, tell: Option<&'static str>) {
        let Some(transfer) = self
            .files
            .all
            .get_mut(id)
            .filter(|known| !known.file.state.is_over())
        else {
            return;
        };
        if transfer.same.joined.is_none() && !transfer.file.outgoing {
            self.bring_home(id);
        }
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        transfer.file.state = FileState::Failed;
        transfer.file.reason = Some(reason.to_owned());
        transfer.now.run += 1;
        transfer.now.busy = false;
        transfer.now.iq = None;
        let part = transfer
            .into
            .clone()
            .map(|into| (into, transfer.file.name.clone()));
        let remove = part.filter(|_| !transfer.file.outgoing);
        self.effects.push_back(Effect::File(Ask::Stop {
            transfer: id.to_owned(),
            remove,
        }));
        self.timers.set(Timer::File(id.to_owned()), None);
        let gone = self.files.all.get(id).is_some_and(|known| known.same.gone);
        if let Some(tell) = tell.filter(|_| !gone) {
            self.end_session(id, tell, reason);
        }
        self.tell_file(id, None);
        self.emit(Event::FileFailed {
            transfer: id.to_owned(),
            reason: reason.to_owned(),
        });
        self.part_from(id);
        self.advance_waiting();
    }

    /// Stops what goes on for a file; what is there of it stays.
    fn stop_file(&mut self, id: &str) {
        if let Some(transfer) = self.files.all.get_mut(id) {
            transfer.now.run += 1;
            transfer.now.busy = false;
            transfer.now.iq = None;
        }
        self.effects.push_back(Effect::File(Ask::Stop {
            transfer: id.to_owned(),
            remove: None,
        }));
    }

    /// Where this peer is known to be: connections to anywhere else are not made for its sake.
    fn addresses_of(&self, jid: &Jid) -> Vec<SocketAddr> {
        let remote = self
            .active(jid)
            .and_then(|conn| self.links.get(&conn)?.remote);
        let known = self
            .roster
            .get(jid)
            .map(|known| known.peer.addresses.clone());
        let mut all: Vec<SocketAddr> = remote.into_iter().collect();
        all.extend(known.unwrap_or_default());
        all
    }

    /// The same, each once, with that port.
    fn addresses_at(&self, jid: &Jid, port: u16) -> Vec<SocketAddr> {
        let mut addresses = self.addresses_of(jid);
        addresses
            .iter_mut()
            .for_each(|address| address.set_port(port));
        let mut seen = std::collections::HashSet::new();
        addresses.retain(|address| seen.insert(*address));
        addresses
    }

    /// The key at the other end of the stream to this peer, if that is encrypted: files travel between the same two.
    fn key_of(&self, jid: &Jid) -> Option<Fingerprint> {
        let link = self.links.get(&self.active(jid)?)?;
        let secure = link.ready.as_ref().is_some_and(|ready| ready.secure);
        let secured = link.secured.as_ref().filter(|_| secure)?;
        Some(secured.key.fingerprint())
    }

    /// Our addresses as this peer may reach them, the likeliest first: that of the stream, then the others of a kind that
    /// it has, too.
    fn our_addresses(&self, conn: ConnId) -> Vec<IpAddr> {
        let local = self.links.get(&conn).and_then(|link| link.local);
        let mut all: Vec<IpAddr> = local
            .iter()
            .map(|local| local.ip().to_canonical())
            .collect();
        all.extend(
            self.our_ips
                .iter()
                .filter(|ip| crate::net::bytestream::is_tellable(**ip)),
        );
        // IPv4 before IPv6, and what only means something on one interface last: libpurple cannot use it.
        all.sort_by_key(|ip| (is_link_local(ip), ip.is_ipv6()));
        all.dedup();
        let mut seen = std::collections::HashSet::new();
        all.retain(|ip| seen.insert(*ip));
        all
    }

    /// Sends an iq about a file; gives its id.
    fn send_file_iq(&mut self, conn: ConnId, id: Option<&str>, payload: Element) -> String {
        let id = id.map_or_else(|| self.rng.uuid(), str::to_owned);
        let iq = crate::wire::stanza::Iq::request(&id, true, payload);
        let iq = self.addressed(conn, iq);
        self.tell_peer(conn, &iq);
        id
    }

    /// The late answer to an iq about a file.
    fn answer_file_iq(&mut self, conn: ConnId, id: &str, kind: &'static str, payload: Element) {
        let iq = Element::new("iq", ns::CLIENT)
            .with_attr("type", kind)
            .with_attr("id", id)
            .with_child(payload);
        let iq = self.addressed(conn, iq);
        self.tell_peer(conn, &iq);
    }

    fn addressed(&self, conn: ConnId, stanza: Element) -> Element {
        let to = self.links.get(&conn).and_then(|link| link.peer.clone());
        let stanza = stanza.with_attr("from", self.ourselves.jid.as_str());
        match to {
            Some(to) => stanza.with_attr("to", to.as_str()),
            None => stanza,
        }
    }
}
