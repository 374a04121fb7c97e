//! Offering files: by Jingle to Balconies, by SI to libpurple, by an HTTP address to everybody else.

use super::ask::{Ask, Gate, Look, Serve};
use super::{HTTP_LASTS, UNHEARD};
use crate::disk::sources::is_same_file;
use crate::event::FileState;
use crate::model::transfer::{Expect, Way, unhex};
use crate::net::ConnId;
use crate::node::core::{Core, Timer};
use crate::node::effect::Effect;
use crate::wire::element::Element;
use crate::wire::jid::Jid;
use crate::wire::ns;
use crate::xep::{
    xep0065_socks5 as socks5, xep0066_oob as oob, xep0096_si as si, xep0234_jingle_file as jingle,
    xep0447_file_sharing as file_sharing,
};

impl Core {
    /// Looked at once more: offers it, if it is what it was.
    pub(super) fn offer_file(&mut self, id: &str, result: Result<Look, String>) {
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
        let before = transfer.stamp.as_deref().unwrap_or_default();
        if transfer.file.bytes > 0 && !is_same_file(before, &look.stamp) {
            return self.fail_file(
                id,
                "the file was changed since it was offered",
                Some("cancel"),
            );
        }
        self.files.port = look.port;
        if transfer.stamp.as_ref() != Some(&look.stamp) {
            transfer.file.sha256 = None;
        }
        if look.sha256.is_some() {
            transfer.file.sha256.clone_from(&look.sha256);
        }
        transfer.stamp = Some(look.stamp.clone());
        (transfer.file.size, transfer.file.folder) = (look.size, look.folder);
        transfer.file.reason = None;
        transfer.now.run += 1;
        transfer.now.said_done = false;
        let peer = transfer.peer().clone();
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
            sha256: transfer.file.sha256.as_deref().and_then(unhex),
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
        let (sid, peer) = (transfer.sid.clone(), transfer.peer().clone());
        let destination = socks5::destination(&sid, self.ourselves.jid.as_str(), peer.as_str());
        self.serve_file(id, Gate::Socks(destination));
        let hosts = socks5::offer(&sid, &self.our_addresses(conn), port);
        let iq = self.send_file_iq(conn, None, hosts);
        self.expect(id, iq, Expect::Connected, super::progress::SI_PATIENCE);
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
        let (file, peer) = (transfer.file.clone(), transfer.peer().clone());
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
        let from = self.addresses_of(transfer.peer());
        let serve = Serve {
            transfer: id.to_owned(),
            run: transfer.now.run,
            path: transfer.file.path.clone().unwrap_or_default(),
            stamp: transfer.stamp.clone().unwrap_or_default(),
            sha256: transfer.file.sha256.clone(),
            gate,
            from: from.iter().map(|address| address.ip()).collect(),
            key: self.key_of(transfer.peer()),
        };
        self.effects
            .push_back(Effect::File(Ask::Serve(Box::new(serve))));
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
