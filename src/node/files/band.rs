//! In-band, the way of last resort: a receiver that could not connect, and to which the sender could not connect either,
//! asks for the bytes through the stream. One block is under way in each direction, and the next one is written when the
//! other side has used it: what people say meanwhile waits for one block at most.

use super::ask::{Ask, Fault, From, Gate};
use super::peers::Said;
use super::{Core, UNHEARD};
use crate::event::FileState;
use crate::model::transfer::{Band, Expect, Way};
use crate::net::ConnId;
use crate::node::effect::Effect;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::wire::stanza::StanzaError;
use crate::xep::xep0047_ibb::{self as ibb, Step};
use crate::xep::{Answer, xep0234_jingle_file as jingle};

impl Core {
    /// Asks the sender for the bytes in-band; false if that cannot be.
    pub(super) fn ask_in_band(&mut self, id: &str) -> bool {
        let Some(transfer) = self.files.all.get(id) else {
            return false;
        };
        let (peer, sid) = (transfer.peer().clone(), transfer.sid.clone());
        let incoming = !transfer.file.outgoing && transfer.way == Some(Way::Direct);
        let facts = self.roster.get(&peer).map(|known| &known.facts);
        let knows = facts.is_some_and(|facts| facts.has(ns::JINGLE_IBB) || facts.is_balcony());
        let Some(conn) = self.active(&peer).filter(|_| incoming && knows) else {
            return false;
        };
        let band = self.rng.uuid();
        if let Some(transfer) = self.files.all.get_mut(id) {
            transfer.now.run += 1;
            transfer.now.busy = true;
            transfer.file.state = FileState::Waiting;
            transfer.now.band = Some(Band {
                sid: band.clone(),
                run: transfer.now.run,
                ..Band::default()
            });
        }
        let iq = self.send_file_iq(conn, None, jingle::replace(&sid, &band));
        self.expect(id, iq, Expect::Replaced, UNHEARD);
        true
    }

    /// The receiver wants it in-band.
    pub(super) fn on_replace(&mut self, id: &str, band: String) -> Result<(), StanzaError> {
        let unexpected = || StanzaError::new("unexpected-request");
        let transfer = self.files.all.get_mut(id).ok_or_else(unexpected)?;
        let moving = transfer.file.state == FileState::Running && transfer.is_busy();
        if !transfer.file.outgoing || transfer.way != Some(Way::Direct) || !moving {
            return Err(unexpected());
        }
        transfer.now.run += 1;
        transfer.now.band = Some(Band {
            sid: band.clone(),
            run: transfer.now.run,
            open: true,
            ..Band::default()
        });
        let (peer, sid) = (transfer.peer().clone(), transfer.sid.clone());
        let conn = self.active(&peer).ok_or_else(unexpected)?;
        tracing::info!(id, "no connection for a file: it goes through the stream");
        self.serve_file(id, Gate::Band);
        self.send_file_iq(conn, None, jingle::replaced(&sid, &band));
        let iq = self.send_file_iq(conn, None, ibb::open(&band));
        self.expect(id, iq, Expect::Opened, UNHEARD);
        Ok(())
    }

    /// An iq of a bytestream.
    pub(super) fn on_band(&mut self, peer: &Jid, iq: &str, payload: &Element) -> Said {
        let (sid, step) = match ibb::read(payload) {
            Ok(read) => read,
            Err(error) => return Said::Now(Answer::Error(error)),
        };
        let meant = self.files.all.iter().find(|transfer| {
            let band = transfer.now.band.as_ref();
            transfer.peer() == peer && band.is_some_and(|band| band.sid == sid)
        });
        let Some(id) = meant.map(|transfer| transfer.file.transfer.clone()) else {
            return Said::Now(Answer::Error(StanzaError::new("item-not-found")));
        };
        match step {
            Step::Open => Said::Now(match self.on_band_open(&id) {
                Ok(()) => Answer::Result(None),
                Err(error) => Answer::Error(error),
            }),
            Step::Data { seq, bytes } => self.on_band_data(&id, iq, seq, bytes),
            Step::Close => {
                self.band_broken(&id, "the other side ended it");
                Said::Now(Answer::Result(None))
            }
        }
    }

    fn on_band_open(&mut self, id: &str) -> Result<(), StanzaError> {
        let unexpected = || StanzaError::new("unexpected-request");
        let transfer = self.files.all.get_mut(id).ok_or_else(unexpected)?;
        let run = transfer.now.run;
        let band = transfer.now.band.as_mut().ok_or_else(unexpected)?;
        let waits = transfer.file.state == FileState::Waiting && !transfer.file.outgoing;
        if band.open || band.run != run || !waits {
            return Err(unexpected());
        }
        band.open = true;
        transfer.now.iq = None;
        self.fetch_file(id, From::Band);
        Ok(())
    }

    fn on_band_data(&mut self, id: &str, iq: &str, seq: u16, bytes: Vec<u8>) -> Said {
        let band = self.files.all.get_mut(id);
        let band = band.and_then(|transfer| transfer.now.band.as_mut());
        let Some(band) = band.filter(|band| band.open) else {
            return Said::Now(Answer::Error(StanzaError::new("unexpected-request")));
        };
        if band.heard != seq || band.owed.is_some() {
            self.band_broken(id, "what came through the stream was not in order");
            return Said::Now(Answer::Error(StanzaError::new("unexpected-request")));
        }
        band.heard = seq.wrapping_add(1);
        band.owed = Some(iq.to_owned());
        let (transfer, run) = (id.to_owned(), band.run);
        self.effects.push_back(Effect::File(Ask::Block {
            transfer,
            run,
            bytes,
        }));
        Said::Later
    }

    /// The mover has used a block: the peer may send the next.
    pub(super) fn band_taken(&mut self, id: &str, run: u32) {
        let Some((conn, band)) = self.band_of(id, run) else {
            return;
        };
        let Some(iq) = band.owed.take() else { return };
        let result = Element::new("iq", ns::CLIENT)
            .with_attr("type", "result")
            .with_attr("id", iq);
        let result = self.addressed(conn, result);
        self.allow_stanza(conn);
        self.tell_peer(conn, &result);
    }

    /// The mover has a block for the peer.
    pub(super) fn band_block(&mut self, id: &str, run: u32, bytes: &[u8]) {
        let Some((conn, band)) = self.band_of(id, run) else {
            return;
        };
        let (sid, seq) = (band.sid.clone(), band.sent);
        band.sent = seq.wrapping_add(1);
        self.allow_stanza(conn);
        let iq = self.send_file_iq(conn, None, ibb::data(&sid, seq, bytes));
        if let Some((_, band)) = self.band_of(id, run) {
            band.under_way = Some(iq);
        }
    }

    /// The answer to a block of ours; false if it is none.
    pub(super) fn on_band_answer(&mut self, peer: &Jid, iq: &str, taken: bool) -> bool {
        let meant = self.files.all.iter().find(|transfer| {
            let band = transfer.now.band.as_ref();
            let ours = band.is_some_and(|band| band.under_way.as_deref() == Some(iq));
            transfer.peer() == peer && ours
        });
        let Some(id) = meant.map(|transfer| transfer.file.transfer.clone()) else {
            return false;
        };
        let band = self.files.all.get_mut(&id);
        let Some(band) = band.and_then(|transfer| transfer.now.band.as_mut()) else {
            return false;
        };
        band.under_way = None;
        if taken {
            let (transfer, run) = (id, band.run);
            self.effects
                .push_back(Effect::File(Ask::Taken { transfer, run }));
        } else {
            self.band_broken(&id, "the other side takes no more of it");
        }
        true
    }

    /// The stream, or the peer's will, has ended it; it may go on later.
    pub(super) fn band_broken(&mut self, id: &str, why: &str) {
        let Some(transfer) = self.files.all.get_mut(id) else {
            return;
        };
        let band = transfer.now.band.take();
        let current = band.is_some_and(|band| band.run == transfer.now.run);
        if current && !transfer.file.state.is_over() {
            self.stop_file(id);
            self.file_broken(id, Fault::Passing(why.to_owned()));
        }
    }

    fn band_of(&mut self, id: &str, run: u32) -> Option<(ConnId, &mut Band)> {
        let peer = self.files.all.get(id)?.peer().clone();
        let conn = self.active(&peer)?;
        let band = self.files.all.get_mut(id)?.now.band.as_mut()?;
        (band.open && band.run == run).then_some((conn, band))
    }

    /// One iq more than others may is to come on this stream.
    fn allow_stanza(&mut self, conn: ConnId) {
        let stream = self.links.get_mut(&conn);
        if let Some(stream) = stream.and_then(|link| link.stream.as_mut()) {
            stream.allow(1);
        }
    }
}
