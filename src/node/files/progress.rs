//! What the mover tells, and deadlines.

use std::net::SocketAddr;
use std::time::Duration;

use super::ask::{Ask, Fault, Fetch, From, Told};
use super::{RECEIVER_WAITS, UNHEARD};
use crate::event::{Event, FileState};
use crate::model::transfer::{Expect, Source, Way};
use crate::net::ConnId;
use crate::net::bytestream::own_address;
use crate::node::core::{Core, Timer};
use crate::node::effect::Effect;
use crate::node::store::After;
use crate::xep::{xep0065_socks5 as socks5, xep0096_si as si, xep0234_jingle_file as jingle};

/// Quirk `withdrawn-in-silence`: how long a sender may take to tell its hosts.
pub(super) const SI_PATIENCE: Duration = Duration::from_secs(40);

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
            Told::Hashed {
                transfer,
                run,
                sha256,
            } if self.is_news_of(&transfer, run) => {
                self.on_file_hashed(&transfer, sha256);
            }
            Told::Connected {
                transfer,
                run,
                host,
            } if self.is_news_of(&transfer, run) => {
                self.say_connected(&transfer, &host);
            }
            Told::Listed {
                transfer,
                run,
                entries,
                size,
            } if self.is_news_of(&transfer, run) => {
                self.on_file_listed(&transfer, entries, size);
            }
            Told::Sized {
                transfer,
                run,
                size,
            } if self.is_news_of(&transfer, run) => {
                self.on_file_sized(&transfer, size);
            }
            Told::FromStart {
                transfer,
                run,
                changed,
            } if self.is_news_of(&transfer, run) => {
                if let Some(known) = self.files.all.get_mut(&transfer) {
                    let why = match changed {
                        true => "the file was changed meanwhile: it comes from the beginning",
                        false => "the other program gives it only from the beginning",
                    };
                    known.file.reason = Some(why.to_owned());
                    known.file.bytes = 0;
                }
                self.tell_file(&transfer, None);
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
                stamp,
            } if self.is_news_of(&transfer, run) => {
                if let Some(known) = self.files.all.get_mut(&transfer) {
                    known.stamp = stamp;
                }
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
                if let Some((address, path)) = transfer.http.clone() {
                    self.fetch_http(id, address, path);
                }
            }
        }
    }

    /// From where it was offered, or, if its sender has moved since, from where that is now: never from a third computer.
    fn fetch_http(&mut self, id: &str, offered: SocketAddr, path: String) {
        let Some(peer) = self.files.all.get(id).map(|known| known.peer().clone()) else {
            return;
        };
        let here = own_address(offered.ip(), offered.port(), &self.addresses_of(&peer));
        let moved = || self.addresses_at(&peer, offered.port()).first().copied();
        match here.or_else(moved) {
            Some(address) => self.fetch_file(id, From::Http { address, path }),
            None => self.fail_file(id, "it is not known where the sender is", None),
        }
    }

    /// The sender lets us in.
    pub(super) fn fetch_direct(&mut self, id: &str) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        let Some(Source { port, token }) = transfer.now.source.take() else {
            // Where it was is not known any more: its sender is asked.
            transfer.now.busy = false;
            let at = self.after(RECEIVER_WAITS);
            return self.timers.set(Timer::File(id.to_owned()), at);
        };
        let peer = transfer.peer().clone();
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
        // The reason may say how it came to its source; which one that is, is told beside it.
        if std::mem::take(&mut transfer.same.says_source) {
            transfer.file.reason = None;
        }
        let fetch = Fetch {
            transfer: id.to_owned(),
            run: transfer.now.run,
            folder: transfer.into.clone().unwrap_or_default(),
            name: transfer.file.name.clone(),
            size: transfer.file.size,
            sha256: transfer.same.said.clone(),
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
        let (iq, peer) = (transfer.now.hosts_iq.take(), transfer.peer().clone());
        if let (Some(iq), Some(conn)) = (iq, self.active(&peer)) {
            self.answer_file_iq(conn, &iq, "result", socks5::used(host));
        }
    }

    /// Of a folder that comes over HTTP it is known now what is in it.
    fn on_file_listed(&mut self, id: &str, entries: u64, size: u64) {
        if let Some(transfer) = self.files.all.get_mut(id) {
            transfer.file.folder = Some(entries);
            if transfer.file.size == 0 {
                transfer.file.size = size;
            }
            self.tell_file(id, None);
        }
    }

    /// Of a file that comes over HTTP its size is known now.
    fn on_file_sized(&mut self, id: &str, size: u64) {
        if let Some(transfer) = self.files.all.get_mut(id)
            && transfer.file.size == 0
        {
            transfer.file.size = size;
            self.tell_file(id, None);
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
        self.watch_for_silence(id);
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
        self.joined_done(id);
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
                transfer.same.says_source = false;
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
                self.turn_from(id, false);
                self.advance_waiting();
            }
            Fault::Wrong(why) if direct && !transfer.file.outgoing => {
                self.file_is_wrong(id, &why);
            }
            // An HTTP address can be asked for the rest as well.
            Fault::Stuck(why)
                if direct || (transfer.way == Some(Way::Oob) && !transfer.file.outgoing) =>
            {
                self.hold_file(id, Some(why));
            }
            Fault::Passing(why)
            | Fault::Unreachable(why)
            | Fault::Stuck(why)
            | Fault::Wrong(why)
            | Fault::Final(why) => {
                if direct && self.lose_source(id, &why, Some("failed-application")) {
                    return;
                }
                let Some(transfer) = self.files.all.get_mut(id) else {
                    return;
                };
                if let (Some(iq), Some(conn)) = (transfer.now.hosts_iq.take(), {
                    let peer = transfer.peer().clone();
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
        if std::mem::take(&mut transfer.now.said_done) && transfer.is_busy() {
            let sha256 = transfer.file.sha256.clone();
            self.stop_file(id);
            return self.file_done(id, None, None, sha256);
        }
        if transfer.same.joined.is_none() && self.turn_from(id, true) {
            return;
        }
        let Some(transfer) = self.files.all.get_mut(id) else {
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
