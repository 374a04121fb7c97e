//! What the mover tells, and deadlines.

use std::time::Duration;

use super::ask::{Ask, Fault, Fetch, From, Gate, Look, Serve, Told};
use super::{HTTP_LASTS, RECEIVER_WAITS, UNHEARD};
use crate::event::{Event, FileState};
use crate::model::transfer::{Expect, Source, Way};
use crate::net::ConnId;
use crate::node::core::{Core, Timer};
use crate::node::effect::Effect;
use crate::node::store::After;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::xep::{
    xep0065_socks5 as socks5, xep0066_oob as oob, xep0096_si as si, xep0234_jingle_file as jingle,
    xep0447_file_sharing as file_sharing,
};

/// Quirk `withdrawn-in-silence`: how long a sender may take to tell its hosts.
const SI_PATIENCE: Duration = Duration::from_secs(40);

impl Core {
    /// The mover tells something.
    pub(in crate::node) fn on_file_told(&mut self, told: Told) {
        match told {
            Told::Listening { port } => self.files.port = port,
            Told::Block {
                transfer,
                run,
                bytes,
            } => self.band_block(&transfer, run, &bytes),
            Told::Taken { transfer, run } => self.band_taken(&transfer, run),
            Told::Looked { transfer, result } if self.files.looking.contains_key(&transfer) => {
                self.begin_outgoing(&transfer, result);
            }
            Told::Looked { transfer, result } => self.offer_file(&transfer, result),
            Told::Connected {
                transfer,
                run,
                host,
            } if self.is_news_of(&transfer, run) => {
                self.say_connected(&transfer, &host);
            }
            Told::Progress {
                transfer,
                run,
                bytes,
            } if self.is_news_of(&transfer, run) => {
                self.on_file_progress(&transfer, bytes);
            }
            Told::Sent {
                transfer,
                run,
                sha256,
            } if self.is_news_of(&transfer, run) => {
                self.file_done(&transfer, None, None, sha256);
            }
            Told::Received {
                transfer,
                run,
                path,
                size,
                sha256,
            } if self.is_news_of(&transfer, run) => {
                self.file_done(&transfer, Some(path), Some(size), sha256);
            }
            Told::Broken {
                transfer,
                run,
                fault,
            } if self.is_news_of(&transfer, run) => {
                self.file_broken(&transfer, fault);
            }
            _ => {}
        }
    }

    /// Not of an earlier attempt.
    fn is_news_of(&self, id: &str, run: u32) -> bool {
        self.files
            .all
            .get(id)
            .is_some_and(|transfer| transfer.now.run == run && !transfer.file.state.is_over())
    }

    /// Looked at once more: offers it, if it is what it was.
    fn offer_file(&mut self, id: &str, result: Result<Look, String>) {
        let Some(transfer) = self
            .files
            .all
            .get_mut(id)
            .filter(|known| known.is_waiting())
        else {
            return;
        };
        let look = match result {
            Ok(look) => look,
            Err(why) => return self.fail_file(id, &why, Some("cancel")),
        };
        if transfer.file.bytes > 0 && transfer.stamp.as_ref() != Some(&look.stamp) {
            return self.fail_file(
                id,
                "the file was changed since it was offered",
                Some("cancel"),
            );
        }
        self.files.port = look.port;
        transfer.stamp = Some(look.stamp.clone());
        (transfer.file.size, transfer.file.folder) = (look.size, look.folder);
        transfer.file.reason = None;
        transfer.now.run += 1;
        let peer = transfer.file.peer.clone();
        let Some(conn) = self.active(&peer) else {
            if let Some(transfer) = self.files.all.get_mut(id) {
                transfer.now.asked = false;
            }
            return self.pump(&peer);
        };
        let way = self.way_to(&peer, conn);
        if let Err(why) = fits(way, &look) {
            return self.fail_file(id, why, None);
        }
        let secure = self
            .links
            .get(&conn)
            .and_then(|link| link.ready.as_ref())
            .is_some_and(|ready| ready.secure);
        if let Some(transfer) = self.files.all.get_mut(id) {
            transfer.way = Some(way);
            transfer.file.encrypted = way == Way::Direct && secure;
            transfer.file.state = FileState::Offered;
        }
        match way {
            Way::Direct => self.offer_direct(id, conn, &look),
            Way::Si => self.offer_si(id, conn),
            Way::Oob => self.offer_oob(id, conn, &look),
        }
        self.tell_file(id, None);
    }

    /// How files go to this peer.
    fn way_to(&self, peer: &Jid, conn: ConnId) -> Way {
        let Some(facts) = self.roster.get(peer).map(|known| &known.facts) else {
            return Way::Oob;
        };
        let legacy = self
            .links
            .get(&conn)
            .and_then(|link| link.ready.as_ref())
            .is_none_or(|ready| ready.legacy);
        match () {
            () if !legacy && (facts.has(ns::TLS_TCP) || facts.is_balcony()) => Way::Direct,
            () if facts.libpurple => Way::Si,
            () => Way::Oob,
        }
    }

    fn offer_direct(&mut self, id: &str, conn: ConnId, look: &Look) {
        self.serve_file(id, Gate::Token(look.token));
        let Some(transfer) = self.files.all.get(id) else {
            return;
        };
        let offer = jingle::Offer {
            name: transfer.file.name.clone(),
            size: look.size,
            media_type: look.media_type.clone(),
            folder: look.folder,
            token: look.token,
            port: look.port,
        };
        let offer = jingle::initiate(&transfer.sid, self.ourselves.jid.as_str(), &offer);
        let iq = self.send_file_iq(conn, None, offer);
        self.expect(id, iq, Expect::Offered, UNHEARD);
    }

    fn offer_si(&mut self, id: &str, conn: ConnId) {
        let Some(transfer) = self.files.all.get(id) else {
            return;
        };
        let (sid, file) = (transfer.sid.clone(), &transfer.file);
        let offer = si::offer(&sid, &file.name, file.size, file.media_type.as_deref());
        let iq = self.send_file_iq(conn, Some(&sid), offer);
        if let Some(transfer) = self.files.all.get_mut(id) {
            // The other user may take hours.
            transfer.now.iq = Some((iq, Expect::Offered));
        }
    }

    /// The receiver has taken what was offered by SI: where it can be had.
    pub(super) fn offer_hosts(&mut self, id: &str, conn: ConnId, port: u16) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        transfer.now.busy = true;
        let (sid, peer) = (transfer.sid.clone(), transfer.file.peer.clone());
        let destination = socks5::destination(&sid, self.ourselves.jid.as_str(), peer.as_str());
        self.serve_file(id, Gate::Socks(destination));
        let hosts = socks5::offer(&sid, &self.our_addresses(conn), port);
        let iq = self.send_file_iq(conn, None, hosts);
        self.expect(id, iq, Expect::Connected, SI_PATIENCE);
    }

    fn offer_oob(&mut self, id: &str, conn: ConnId, look: &Look) {
        let Some(address) = self.our_addresses(conn).first().copied() else {
            return self.fail_file(
                id,
                "there is no address that the other program could use",
                None,
            );
        };
        let Some(transfer) = self.files.all.get(id) else {
            return;
        };
        let (file, peer) = (transfer.file.clone(), transfer.file.peer.clone());
        let secret: String = crate::model::roster::hex(look.token.get(..16).unwrap_or_default());
        let path = format!("/{secret}/{}", oob::encode(&file.name));
        let host = std::net::SocketAddr::new(address, look.port);
        let url = format!("http://{host}{path}");
        self.serve_file(id, Gate::Http(path));
        let message = Element::new("message", ns::CLIENT)
            .with_attr("to", peer.as_str())
            .with_attr("from", self.ourselves.jid.as_str())
            .with_attr("type", "chat")
            .with_attr("id", file.transfer.clone())
            .with_child(Element::new("body", ns::CLIENT).with_text(url.clone()))
            .with_child(file_sharing::offer(
                &url,
                &file.name,
                file.size,
                file.media_type.as_deref(),
            ))
            .with_child(oob::offer(&url, file.size, file.media_type.as_deref()));
        self.tell_peer(conn, &message);
        let at = self.after(HTTP_LASTS);
        self.timers.set(Timer::File(id.to_owned()), at);
    }

    pub(super) fn serve_file(&mut self, id: &str, gate: Gate) {
        let Some(transfer) = self.files.all.get(id) else {
            return;
        };
        let from = self.addresses_of(&transfer.file.peer);
        let serve = Serve {
            transfer: id.to_owned(),
            run: transfer.now.run,
            path: transfer.file.path.clone().unwrap_or_default(),
            stamp: transfer.stamp.clone().unwrap_or_default(),
            gate,
            from: from.iter().map(|address| address.ip()).collect(),
            key: self.key_of(&transfer.file.peer),
        };
        self.effects
            .push_back(Effect::File(Ask::Serve(Box::new(serve))));
    }

    /// An iq about a file is to be answered.
    pub(super) fn expect(&mut self, id: &str, iq: String, expect: Expect, within: Duration) {
        if let Some(transfer) = self.files.all.get_mut(id) {
            transfer.now.iq = Some((iq, expect));
        }
        let at = self.after(within);
        self.timers.set(Timer::File(id.to_owned()), at);
    }

    /// An accepted file: begins, if it is its turn and it is known where it is.
    pub(super) fn begin_incoming(&mut self, id: &str, conn: ConnId) {
        let turn = self.files.all.has_turn();
        let Some(transfer) = self
            .files
            .all
            .get_mut(id)
            .filter(|known| known.into.is_some())
        else {
            return;
        };
        if transfer.way == Some(Way::Direct) && transfer.now.source.is_none() {
            if std::mem::take(&mut transfer.now.resume) {
                self.say_hold(id, false);
            }
            return;
        }
        if !turn {
            return;
        }
        transfer.now.busy = true;
        transfer.now.run += 1;
        match transfer.way {
            Some(Way::Direct) => {
                let us = self.ourselves.jid.as_str();
                let accept = jingle::accept(&transfer.sid, us, self.files.port);
                let iq = self.send_file_iq(conn, None, accept);
                self.expect(id, iq, Expect::Accepted, UNHEARD);
            }
            Some(Way::Si) => {
                let iq = transfer.now.offer_iq.take().unwrap_or_default();
                self.answer_file_iq(conn, &iq, "result", si::accept());
                let at = self.after(SI_PATIENCE);
                self.timers.set(Timer::File(id.to_owned()), at);
            }
            _ => {
                if let Some(Source::Http(address, path)) = transfer.now.source.clone() {
                    self.fetch_file(id, From::Http { address, path });
                }
            }
        }
    }

    /// The sender lets us in.
    pub(super) fn fetch_direct(&mut self, id: &str) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        let Some(Source::Direct(port, token)) = transfer.now.source.take() else {
            return;
        };
        let peer = transfer.file.peer.clone();
        let addresses = self.addresses_at(&peer, port);
        let key = self.key_of(&peer);
        self.fetch_file(
            id,
            From::Direct {
                addresses,
                token,
                key,
            },
        );
    }

    pub(super) fn fetch_file(&mut self, id: &str, from: From) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        transfer.file.state = FileState::Running;
        transfer.now.busy = true;
        let fetch = Fetch {
            transfer: id.to_owned(),
            run: transfer.now.run,
            folder: transfer.into.clone().unwrap_or_default(),
            name: transfer.file.name.clone(),
            size: transfer.file.size,
            entries: transfer.file.folder,
            from,
        };
        self.timers.set(Timer::File(id.to_owned()), None);
        self.effects
            .push_back(Effect::File(Ask::Fetch(Box::new(fetch))));
        self.tell_file(id, None);
    }

    fn say_connected(&mut self, id: &str, host: &str) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        let (iq, peer) = (transfer.now.hosts_iq.take(), transfer.file.peer.clone());
        if let (Some(iq), Some(conn)) = (iq, self.active(&peer)) {
            self.answer_file_iq(conn, &iq, "result", socks5::used(host));
        }
    }

    fn on_file_progress(&mut self, id: &str, bytes: u64) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        if bytes > 0 {
            transfer.now.broken = 0;
        }
        transfer.file.bytes = bytes;
        let size = transfer.file.size;
        if transfer.file.state != FileState::Running {
            transfer.file.state = FileState::Running;
            transfer.now.busy = true;
            self.timers.set(Timer::File(id.to_owned()), None);
            self.tell_file(id, None);
        }
        self.emit(Event::FileProgress {
            transfer: id.to_owned(),
            bytes,
            size,
        });
    }

    pub(super) fn file_done(
        &mut self,
        id: &str,
        path: Option<std::path::PathBuf>,
        size: Option<u64>,
        sha256: Option<String>,
    ) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        let received = path.is_some();
        let folder = transfer.into.clone().filter(|_| received);
        let name = transfer.file.name.clone();
        transfer.file.state = FileState::Done;
        transfer.file.size = size.unwrap_or(transfer.file.size);
        transfer.file.bytes = transfer.file.size;
        transfer.file.sha256 = sha256.clone().or(transfer.file.sha256.take());
        transfer.file.reason = None;
        transfer.now.run += 1;
        transfer.now.busy = false;
        transfer.now.iq = None;
        if received {
            transfer.file.path.clone_from(&path);
            self.tell_end(id, "success", None);
        }
        let sha256 = self
            .files
            .all
            .get(id)
            .and_then(|transfer| transfer.file.sha256.clone());
        self.timers.set(Timer::File(id.to_owned()), None);
        self.tell_file(id, None);
        if let Some(folder) = folder {
            let transfer = id.to_owned();
            self.afters.push(After::FileKept {
                transfer,
                folder,
                name,
            });
        }
        self.emit(Event::FileDone {
            transfer: id.to_owned(),
            path,
            sha256,
        });
        self.advance_waiting();
    }

    pub(super) fn file_broken(&mut self, id: &str, fault: Fault) {
        let Some(transfer) = self.files.all.get(id) else {
            return;
        };
        let direct = transfer.way == Some(Way::Direct);
        tracing::info!(id, ?fault, "an attempt to move a file broke");
        let fault = match fault {
            Fault::Unreachable(_) if self.ask_in_band(id) => return,
            Fault::Unreachable(why) => Fault::Passing(why),
            fault => fault,
        };
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        match fault {
            Fault::Passing(why) if direct => {
                transfer.file.state = FileState::Waiting;
                transfer.file.reason = Some(why);
                transfer.now.busy = false;
                transfer.now.asked = false;
                transfer.now.iq = None;
                transfer.now.source = None;
                transfer.now.broken += 1;
                let seconds = 1u64 << transfer.now.broken.min(5);
                let outgoing = transfer.file.outgoing;
                let pause = Duration::from_millis(seconds.min(30) * 500);
                let pause = if outgoing {
                    pause
                } else {
                    pause + RECEIVER_WAITS
                };
                let at = self.after(pause);
                self.timers.set(Timer::File(id.to_owned()), at);
                self.tell_file(id, None);
                self.advance_waiting();
            }
            Fault::Stuck(why) if direct => self.hold_file(id, Some(why)),
            Fault::Passing(why)
            | Fault::Unreachable(why)
            | Fault::Stuck(why)
            | Fault::Final(why) => {
                if let (Some(iq), Some(conn)) = (transfer.now.hosts_iq.take(), {
                    let peer = transfer.file.peer.clone();
                    self.active(&peer)
                }) {
                    let error = crate::wire::stanza::StanzaError::new("item-not-found");
                    self.answer_file_iq(conn, &iq, "error", error.to_element());
                }
                self.fail_file(id, &why, Some("failed-application"));
            }
        }
    }

    /// A deadline of a file has come.
    pub(in crate::node) fn on_file_timeout(&mut self, id: &str) {
        let Some(transfer) = self
            .files
            .all
            .get_mut(id)
            .filter(|known| !known.file.state.is_over())
        else {
            return;
        };
        let unheard = transfer.now.iq.take().is_some();
        match (transfer.way, transfer.file.outgoing) {
            (Some(Way::Oob), true) => self.fail_file(id, "it was not fetched within an hour", None),
            (Some(Way::Si), true) => self.fail_file(id, "the other program did not go on", None),
            (Some(Way::Si), false) => self.fail_file(id, "the offer was taken back", None),
            (_, outgoing) => {
                if transfer.file.state == FileState::Paused {
                    return;
                }
                if unheard {
                    transfer.file.state = FileState::Waiting;
                    transfer.now.busy = false;
                    transfer.now.source = None;
                }
                transfer.now.asked = false;
                transfer.now.resume = !outgoing && transfer.now.source.is_none();
                self.advance(id);
            }
        }
    }
}

/// Can it go this way at all?
fn fits(way: Way, look: &Look) -> Result<(), &'static str> {
    match way {
        Way::Direct => Ok(()),
        _ if look.folder.is_some() => {
            Err("the other program takes no folders: pack it into one file and send that")
        }
        // Quirk `si-size-int`.
        Way::Si if look.size > si::MAX_SIZE => {
            Err("the other program takes no files of 2 GiB and more")
        }
        // Quirk `si-empty`.
        Way::Si if look.size == 0 => Err("the other program takes no empty files"),
        _ => Ok(()),
    }
}
