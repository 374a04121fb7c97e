//! What peers say about files.

use std::net::SocketAddr;

use super::ask::{Ask, From};
use crate::event::{Event, File, FileState};
use crate::model::roster::hex;
use crate::model::transfer::{Now, Same, Source, Transfer, Way};
use crate::net::ConnId;
use crate::net::bytestream::own_address;
use crate::node::core::{Core, Timer};
use crate::node::effect::Effect;
use crate::node::store::After;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::wire::stanza::{ErrorKind, StanzaError};
use crate::wire::text::{clean_file_name, clean_line};
use crate::xep::xep0234_jingle_file::{self as jingle, Action};
use crate::xep::{
    Answer, xep0065_socks5 as socks5, xep0066_oob as oob, xep0096_si as si,
    xep0447_file_sharing as file_sharing,
};

/// What becomes of an iq about files.
pub(in crate::node) enum Said {
    /// It is none.
    Nothing,
    /// Answer this.
    Now(Answer),
    /// The answer is the user's, or comes when something has been tried.
    Later,
}

impl Core {
    /// An iq request came in.
    pub(in crate::node) fn on_file_request(
        &mut self,
        conn: ConnId,
        id: &str,
        set: bool,
        payload: &Element,
    ) -> Said {
        let Some(peer) = self.links.get(&conn).and_then(|link| link.peer.clone()) else {
            return Said::Nothing;
        };
        match (&*payload.name, &*payload.ns) {
            ("jingle", ns::JINGLE) if set => {
                Said::Now(match self.on_jingle(conn, &peer, payload) {
                    Ok(()) => Answer::Result(None),
                    Err(error) => Answer::Error(error),
                })
            }
            ("si", ns::SI) if set => match self.on_si(&peer, id, payload) {
                Ok(()) => Said::Later,
                Err(error) => Said::Now(Answer::Error(error)),
            },
            (_, ns::IBB) if set => self.on_band(&peer, id, payload),
            ("query", ns::BYTESTREAMS) if set => self.on_hosts(&peer, id, payload),
            ("query", ns::IQ_OOB) if set => match oob::offered(payload) {
                Some(offer) => match self.on_oob(&peer, offer, Some(id)) {
                    Ok(()) => Said::Later,
                    Err(error) => Said::Now(Answer::Error(error)),
                },
                None => Said::Now(Answer::Error(StanzaError::new("not-acceptable"))),
            },
            _ => Said::Nothing,
        }
    }

    /// A message came in: true if it offers a file, so that its text need not be shown.
    pub(in crate::node) fn on_file_message(&mut self, conn: ConnId, stanza: &Element) -> bool {
        let peer = self.links.get(&conn).and_then(|link| link.peer.clone());
        let offer = file_sharing::offered(stanza)
            .or_else(|| stanza.child("x", ns::OOB).and_then(oob::offered));
        match (peer, offer) {
            (Some(peer), Some(offer)) => self.on_oob(&peer, offer, None).is_ok(),
            _ => false,
        }
    }

    fn on_jingle(
        &mut self,
        conn: ConnId,
        peer: &Jid,
        payload: &Element,
    ) -> Result<(), StanzaError> {
        let (sid, action) = jingle::read(payload)?;
        if let Action::Initiate(offer) = action {
            return self.on_initiate(conn, peer, sid, *offer);
        }
        let ours = self.files.all.by_session(peer, &sid, true);
        let id = match (&action, ours) {
            (Action::Accept { .. } | Action::Replace(_), ours) => ours,
            (_, Some(ours)) => Some(ours),
            (_, None) => self.files.all.by_session(peer, &sid, false),
        };
        // A session that was forgotten, or is another's (XEP-0166 §7.2).
        let id = id.ok_or_else(|| StanzaError::new("item-not-found"))?;
        match action {
            Action::Accept { port } => self.on_accepted_file(&id, port),
            Action::Replace(band) => self.on_replace(&id, band),
            Action::Replaced => Ok(()),
            Action::Pause => self.on_peer_holds(&id),
            Action::Resume => self.on_peer_goes_on(&id),
            Action::Checksum(hash) => self.on_checksum(&id, hash),
            Action::Terminate { reason, text } => self.on_terminated(&id, &reason, text),
            Action::Initiate(_) => Ok(()),
        }
    }

    fn on_initiate(
        &mut self,
        conn: ConnId,
        peer: &Jid,
        sid: String,
        offer: jingle::Offer,
    ) -> Result<(), StanzaError> {
        let source = Source {
            port: offer.port,
            token: offer.token,
        };
        let Some(id) = self.files.all.by_session(peer, &sid, false) else {
            let secure = self
                .links
                .get(&conn)
                .and_then(|link| link.ready.as_ref())
                .is_some_and(|ready| ready.secure);
            let known = Known {
                way: Way::Direct,
                sid,
                encrypted: secure,
                http: None,
            };
            let file = Offered {
                name: offer.name,
                size: offer.size,
                media_type: offer.media_type,
                folder: offer.folder,
                sha256: offer.sha256,
            };
            let now = Now {
                source: Some(source),
                ..Now::default()
            };
            return self.on_offered(peer, known, file, now).map(drop);
        };
        let Some(transfer) = self.files.all.get_mut(&id) else {
            return Ok(());
        };
        let lead = transfer.same.joined.clone();
        if let Some(lead) = lead.filter(|_| !transfer.file.state.is_over()) {
            self.on_joined_offer(&id, &lead, &offer);
            return Ok(());
        }
        let said = offer.sha256.map(|hash| hex(&hash));
        let known = transfer.same.said.is_some() && said.is_some();
        let same = transfer.file.size == offer.size
            && transfer.file.folder == offer.folder
            && (!known || said == transfer.same.said);
        match transfer.file.state {
            // It was not heard the first time.
            FileState::Done => drop(self.tell_end(&id, "success", None)),
            FileState::Failed => drop(self.tell_end(&id, "decline", None)),
            _ if !same && transfer.file.bytes > 0 => {
                let why = "the file was changed since it was offered";
                if !self.lose_source(&id, why, Some("cancel")) {
                    self.fail_file(&id, why, Some("cancel"));
                }
            }
            FileState::Paused if transfer.held_here => {
                self.say_hold(&id, true);
            }
            state => {
                (transfer.file.size, transfer.file.folder) = (offer.size, offer.folder);
                if said.is_some() {
                    transfer.same.said = said.filter(|_| offer.folder.is_none());
                }
                if transfer.is_busy() {
                    // The sender knows better that the connection is dead.
                    self.stop_file(&id);
                }
                if let Some(transfer) = self.files.all.get_mut(&id) {
                    transfer.now.source = Some(source);
                    if state != FileState::Offered {
                        transfer.file.state = FileState::Waiting;
                    }
                }
                self.tell_file(&id, None);
                if !self.join_same(&id) {
                    self.advance(&id);
                }
            }
        }
        Ok(())
    }

    fn on_accepted_file(&mut self, id: &str, port: Option<u16>) -> Result<(), StanzaError> {
        let state = self.files.all.get(id).map(|known| known.file.state);
        if let Some(FileState::Done | FileState::Failed) = state {
            let done = state == Some(FileState::Done);
            self.tell_end(id, if done { "success" } else { "cancel" }, None);
        }
        let transfer = self
            .files
            .all
            .get_mut(id)
            .filter(|known| known.file.state == FileState::Offered);
        let transfer = transfer.ok_or_else(|| StanzaError::new("unexpected-request"))?;
        transfer.file.state = FileState::Running;
        transfer.now.busy = true;
        transfer.now.iq = None;
        let (run, peer) = (transfer.now.run, transfer.peer().clone());
        self.timers.set(Timer::File(id.to_owned()), None);
        if let Some(port) = port {
            let addresses = self.addresses_at(&peer, port);
            let transfer = id.to_owned();
            self.effects.push_back(Effect::File(Ask::Dial {
                transfer,
                run,
                addresses,
            }));
        }
        self.tell_file(id, None);
        Ok(())
    }

    fn on_peer_holds(&mut self, id: &str) -> Result<(), StanzaError> {
        let Some(transfer) = self.files.all.get(id) else {
            return Ok(());
        };
        if transfer.file.state.is_over() || transfer.held_here {
            return Ok(());
        }
        if transfer.same.joined.is_some() {
            // It is no source until it is offered again.
            if let Some(transfer) = self.files.all.get_mut(id) {
                transfer.now.source = None;
            }
            return Ok(());
        }
        self.stop_file(id);
        self.timers.set(Timer::File(id.to_owned()), None);
        if let Some(transfer) = self.files.all.get_mut(id) {
            transfer.file.state = FileState::Paused;
            transfer.same.says_source = false;
            transfer.file.reason = Some("paused by the other side".to_owned());
        }
        self.tell_file(id, None);
        self.turn_from(id, false);
        self.advance_waiting();
        Ok(())
    }

    fn on_peer_goes_on(&mut self, id: &str) -> Result<(), StanzaError> {
        let Some(transfer) = self.files.all.get(id) else {
            return Ok(());
        };
        match transfer.file.state {
            // The receiver died between its word on the connection and its own disk.
            FileState::Done if transfer.file.outgoing => drop(self.tell_end(id, "success", None)),
            FileState::Done => {}
            FileState::Failed => drop(self.tell_end(id, "cancel", None)),
            state if !transfer.file.outgoing => {
                if state == FileState::Paused {
                    self.await_offer(id);
                }
            }
            // An offer is under way on this stream.
            _ if transfer.now.asked
                && !transfer.is_busy()
                && transfer.file.state != FileState::Paused => {}
            _ => {
                self.stop_file(id);
                self.release_file(id);
            }
        }
        Ok(())
    }

    /// The sender is about to offer again what was held back here or there.
    fn await_offer(&mut self, id: &str) {
        if let Some(transfer) = self.files.all.get_mut(id) {
            transfer.file.state = FileState::Waiting;
            transfer.file.reason = None;
            transfer.held_here = false;
            transfer.now.source = None;
        }
        self.tell_file(id, None);
    }

    fn on_terminated(
        &mut self,
        id: &str,
        reason: &str,
        text: Option<String>,
    ) -> Result<(), StanzaError> {
        let Some(transfer) = self
            .files
            .all
            .get(id)
            .filter(|known| !known.file.state.is_over())
        else {
            return Ok(());
        };
        let (outgoing, busy) = (transfer.file.outgoing, transfer.is_busy());
        let sha256 = transfer.file.sha256.clone();
        let (taken, running) = (
            transfer.into.is_some(),
            transfer.file.state == FileState::Running,
        );
        let joined = transfer.same.joined.is_some();
        if !outgoing && (reason != "success" || joined) {
            let why = why_ended(reason, text.clone());
            if joined {
                self.joined_withdrawn(id, &why);
                return Ok(());
            }
            if taken && self.lose_source(id, &why, None) {
                return Ok(());
            }
        }
        match reason {
            // Its word on the connection itself is on its way; or it has the file from somebody else, and never comes.
            "success" if outgoing && busy => {
                if let Some(transfer) = self.files.all.get_mut(id) {
                    transfer.now.said_done = true;
                }
                let at = self.after(super::RECEIVER_WAITS);
                self.timers.set(Timer::File(id.to_owned()), at);
            }
            "success" if outgoing => self.file_done(id, None, None, sha256),
            // We have said on the connection that it is whole, and then forgot that we did. If it is moving just now, that
            // goes its own way.
            "success" if running => {}
            "success" if taken => self.found_done(id),
            "decline" => self.fail_file(id, "declined", None),
            "cancel" if outgoing => self.fail_file(id, "the receiver cancelled it", None),
            _ => self.fail_file(id, &why_ended(reason, text), None),
        }
        Ok(())
    }

    /// The sender knows that a file arrived of which our disk does not know it: the program ended in between.
    fn found_done(&mut self, id: &str) {
        self.stop_file(id);
        self.file_done(id, None, None, None);
        if let Some(transfer) = self.files.all.get_mut(id) {
            let folder = transfer.into.clone().unwrap_or_default();
            let reason = format!(
                "the sender says that it arrived: look in {}",
                folder.display()
            );
            transfer.file.reason = Some(reason);
            // What would have helped to find it is not needed any more.
            let name = transfer.file.name.clone();
            self.afters.push(After::FileKept {
                transfer: id.to_owned(),
                folder,
                name,
            });
        }
        self.tell_file(id, None);
    }

    /// Tells the peer that a session is over, in whatever words its way has.
    /// Gives the id of the iq, where it is one that is answered.
    pub(super) fn tell_end(
        &mut self,
        id: &str,
        reason: &'static str,
        text: Option<&str>,
    ) -> Option<String> {
        let transfer = self.files.all.get_mut(id)?;
        let (way, sid, peer) = (transfer.way, transfer.sid.clone(), transfer.peer().clone());
        let offer_iq = transfer.now.offer_iq.take();
        let conn = self.active(&peer)?;
        match (way, offer_iq) {
            (Some(Way::Direct), _) => {
                let text = text.filter(|_| reason == "failed-application");
                let end = jingle::terminate(&sid, reason, text);
                return Some(self.send_file_iq(conn, None, end));
            }
            (Some(Way::Si), Some(iq)) => {
                self.answer_file_iq(conn, &iq, "error", si::decline().to_element());
            }
            (Some(Way::Oob), Some(iq)) if reason == "success" => {
                let result = Element::new("iq", ns::CLIENT)
                    .with_attr("type", "result")
                    .with_attr("id", iq);
                let result = self.addressed(conn, result);
                self.tell_peer(conn, &result);
            }
            (Some(Way::Oob), Some(iq)) => {
                // XEP-0066 §2: not-acceptable if declined, item-not-found if it could not be had.
                let declined = reason == "decline";
                let error = StanzaError::new(if declined {
                    "not-acceptable"
                } else {
                    "item-not-found"
                });
                self.answer_file_iq(conn, &iq, "error", error.to_element());
            }
            _ => {}
        }
        None
    }

    fn on_si(&mut self, peer: &Jid, iq: &str, payload: &Element) -> Result<(), StanzaError> {
        let offer = si::offered(payload)?;
        let known = Known {
            way: Way::Si,
            sid: offer.sid,
            encrypted: false,
            http: None,
        };
        let file = Offered {
            name: offer.name,
            size: offer.size,
            media_type: offer.media_type,
            folder: None,
            sha256: None,
        };
        let now = Now {
            offer_iq: Some(iq.to_owned()),
            ..Now::default()
        };
        self.on_offered(peer, known, file, now).map(drop)
    }

    fn on_hosts(&mut self, peer: &Jid, iq: &str, payload: &Element) -> Said {
        let not_found = || Said::Now(Answer::error(ErrorKind::Cancel, "item-not-found"));
        let Some((sid, hosts)) = socks5::hosts(payload) else {
            return Said::Now(Answer::Error(StanzaError::new("bad-request")));
        };
        let expected = |transfer: &&Transfer| {
            transfer.peer() == peer
                && transfer.sid == sid
                && transfer.way == Some(Way::Si)
                && !transfer.file.outgoing
                && transfer.is_busy()
                && transfer.file.state == FileState::Waiting
        };
        let Some(id) = self
            .files
            .all
            .iter()
            .find(expected)
            .map(|known| known.file.transfer.clone())
        else {
            return not_found();
        };
        let own = self.addresses_of(peer);
        let hosts: Vec<_> = hosts
            .into_iter()
            .filter_map(|host| Some((host.clone(), own_address(host.address, host.port, &own)?)))
            .collect();
        if hosts.is_empty() {
            self.fail_file(
                &id,
                "the file was said to be on another computer: refused",
                None,
            );
            return not_found();
        }
        let destination = socks5::destination(&sid, peer.as_str(), self.ourselves.jid.as_str());
        if let Some(transfer) = self.files.all.get_mut(&id) {
            transfer.now.hosts_iq = Some(iq.to_owned());
        }
        self.fetch_file(&id, From::Socks { hosts, destination });
        Said::Later
    }

    fn on_oob(
        &mut self,
        peer: &Jid,
        offer: oob::Offer,
        iq: Option<&str>,
    ) -> Result<(), StanzaError> {
        let own = self.addresses_of(peer);
        let address = own_address(offer.host, offer.port, &own);
        // On a third computer: a link in a message, and no file.
        let address = address.ok_or_else(|| StanzaError::new("not-acceptable"))?;
        let known = Known {
            way: Way::Oob,
            sid: self.rng.uuid(),
            encrypted: false,
            http: Some((address, offer.path)),
        };
        let file = Offered {
            name: offer.name,
            size: offer.size.unwrap_or(0),
            media_type: offer.media_type.filter(|_| !offer.folder),
            // What is in it is listed at its address.
            folder: offer.folder.then_some(0),
            sha256: None,
        };
        let now = Now {
            offer_iq: iq.map(str::to_owned),
            ..Now::default()
        };
        self.on_offered(peer, known, file, now).map(drop)
    }

    /// A file that was not known is offered.
    fn on_offered(
        &mut self,
        peer: &Jid,
        known: Known,
        offered: Offered,
        now: Now,
    ) -> Result<String, StanzaError> {
        if !self.files.all.has_room(Some(peer)) {
            return Err(StanzaError::with_text(
                "resource-constraint",
                "too many files are offered",
            ));
        }
        let id = self.rng.uuid();
        let file = File {
            transfer: id.clone(),
            peer: peer.clone(),
            outgoing: false,
            name: clean_file_name(&offered.name),
            size: offered.size,
            media_type: offered
                .media_type
                .map(|kind| clean_line(&kind))
                .filter(|kind| kind.len() <= 100),
            folder: offered.folder,
            state: FileState::Offered,
            bytes: 0,
            encrypted: known.encrypted,
            path: None,
            source: None,
            sha256: None,
            reason: None,
            time: self.clock.wall,
        };
        let said = offered.sha256.filter(|_| offered.folder.is_none());
        self.add_file(Transfer {
            file,
            way: Some(known.way),
            sid: known.sid,
            http: known.http,
            stamp: None,
            into: None,
            held_here: false,
            untold: None,
            same: Same {
                said: said.map(|hash| hex(&hash)),
                ..Same::default()
            },
            now,
        });
        if !self.join_same(&id) {
            self.ask_for(&id);
        }
        Ok(id)
    }

    /// A file is offered: our user is asked, unless it was said before what to do with it.
    pub(super) fn ask_for(&mut self, id: &str) {
        let Some(transfer) = self.files.all.get(id) else {
            return;
        };
        let file = transfer.file.clone();
        let (peer, size, encrypted) = (file.peer.clone(), file.size, file.encrypted);
        self.emit(Event::FileOffered {
            from: peer.clone(),
            file,
        });
        // A bot's choice; or this verified contact's files are always taken.
        let all = self.files.accept_all.clone();
        if all.is_some() || (encrypted && self.takes_file(&peer, size)) {
            if let Err(why) = self.accept_file(id, all) {
                tracing::warn!(why, "an offered file could not be taken");
            }
        } else {
            self.tell_file(id, None);
        }
    }
}

/// Why a sender ended it, for people.
fn why_ended(reason: &str, text: Option<String>) -> String {
    match text.filter(|text| !text.is_empty()) {
        _ if reason == "decline" => "declined".to_owned(),
        _ if reason == "cancel" => "the sender cancelled it".to_owned(),
        Some(text) => text,
        None => format!("the other side ended it ({})", clean_line(reason)),
    }
}

/// How a file was offered.
struct Known {
    way: Way,
    sid: String,
    encrypted: bool,
    /// Where it is served over HTTP.
    http: Option<(SocketAddr, String)>,
}

/// What was offered.
struct Offered {
    name: String,
    size: u64,
    media_type: Option<String>,
    folder: Option<u64>,
    /// Of the whole, as the sender says.
    sha256: Option<[u8; 32]>,
}
