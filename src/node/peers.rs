//! What discovery reports: who comes, changes and goes, their pictures, and our own interfaces.

use std::collections::BTreeSet;
use std::net::IpAddr;

use bytes::Bytes;

use super::core::Core;
use super::effect::Effect;
use crate::disk::store::Op;
use crate::event::{Event, Interface, OfflineReason};
use crate::model::roster::{Change, Seen, hex};
use crate::net::{Request as Net, Sighting};
use crate::wire::jid::Jid;

impl Core {
    pub(super) fn on_seen(&mut self, sighting: Sighting) {
        if sighting.jid == self.wanted {
            // Ourselves, or who has our name already: then we shall be told, and this is who it is.
            self.namesake = Some(sighting);
            return;
        }
        if self.keep_away(&sighting) {
            return;
        }
        let Sighting {
            jid,
            addresses,
            interfaces,
            advert,
            ..
        } = sighting;
        self.rooms.note_ads(&jid, &advert.rooms);
        let change = self.roster.seen(Seen {
            jid: jid.clone(),
            addresses,
            interfaces,
            advert,
        });
        let trust = self.trust_in(&jid);
        if let Some(known) = self.roster.get_mut(&jid) {
            known.trust = trust;
            known.peer.trust = trust;
        }
        self.tell_change(&jid, change);
        self.look_at_hint(&jid);
        self.want_avatar(&jid);
        self.judge_claims();
        if change == Change::Online {
            self.attempts.remove(&jid);
            self.greet(&jid);
        }
        // A new TXT or a new address: whatever waits may have a way now.
        if change != Change::None {
            self.pump(&jid);
        }
    }

    /// Tells the faces about a peer, and remembers what it is called.
    pub(super) fn tell_change(&mut self, jid: &Jid, change: Change) {
        if change == Change::None {
            return;
        }
        let Some(known) = self.roster.get(jid) else {
            return;
        };
        let peer = known.peer.clone();
        if self
            .model
            .contacts
            .get(jid)
            .is_some_and(|contact| contact.nick != peer.nick)
        {
            let avatar = known.advert.phsh.map(|sha1| hex(&sha1)).unwrap_or_default();
            let (nick, seen) = (peer.nick.clone(), self.clock.wall);
            self.ops.push(Op::Contact {
                jid: jid.clone(),
                nick,
                avatar,
                seen,
            });
        }
        self.emit(match change {
            Change::Online => Event::PeerOnline { peer },
            _ => Event::PeerChanged { peer },
        });
    }

    /// With the first message of a conversation, what the other one is called goes to the disk.
    pub(super) fn remember_contact(&mut self, jid: &Jid) {
        let first = self
            .model
            .contacts
            .get(jid)
            .is_none_or(|contact| contact.conversation.last.is_none());
        if !first {
            return;
        }
        if let Some(known) = self.roster.get(jid) {
            let (nick, avatar) = (known.peer.nick.clone(), known.advert.phsh);
            let avatar = avatar.map(|sha1| hex(&sha1)).unwrap_or_default();
            let (jid, seen) = (jid.clone(), self.clock.wall);
            self.ops.push(Op::Contact {
                jid,
                nick,
                avatar,
                seen,
            });
        }
    }

    /// Re-derives a peer after `change` was made to what is known of it, and tells.
    pub(super) fn amend(
        &mut self,
        jid: &Jid,
        change: impl FnOnce(&mut crate::model::roster::Known),
    ) {
        let Some(known) = self.roster.get_mut(jid) else {
            return;
        };
        let picture = known.peer.avatar.clone();
        change(known);
        let shown = match known.refresh(false) {
            // The picture is set by `change` itself, which refresh cannot tell from what was there before.
            Change::None if known.peer.avatar != picture => Change::Changed,
            change => change,
        };
        if known.online {
            self.tell_change(jid, shown);
        }
    }

    pub(super) fn on_gone(&mut self, jid: &Jid, goodbye: bool) {
        self.unwanted.remove(jid);
        if let Some(known) = self.roster.get_mut(jid) {
            known.advertised = false;
            known.verifying = false;
        }
        // An open stream is better evidence than records that ran out.
        if !goodbye && self.active(jid).is_some() {
            return;
        }
        self.offline(
            jid,
            if goodbye {
                OfflineReason::Goodbye
            } else {
                OfflineReason::Expired
            },
        );
    }

    /// Marks a peer as gone.
    pub(super) fn offline(&mut self, jid: &Jid, reason: OfflineReason) {
        self.ask(Net::CancelAvatar { jid: jid.clone() });
        if let Some(known) = self.roster.get_mut(jid) {
            known.wanted_avatar = None;
        }
        if self.roster.gone(jid, reason) {
            self.emit(Event::PeerOffline {
                jid: jid.clone(),
                reason,
            });
        }
    }

    /// Asks the network whether a peer is still there.
    pub(super) fn verify(&mut self, jid: &Jid) {
        if self.roster.get(jid).is_some_and(|known| known.advertised) {
            self.ask_anew(jid);
        }
    }

    /// Asks for a peer's records, also if they are gone.
    pub(super) fn ask_anew(&mut self, jid: &Jid) {
        if let Some(known) = self.roster.get_mut(jid)
            && !std::mem::replace(&mut known.verifying, true)
        {
            self.ask(Net::Verify { jid: jid.clone() });
        }
    }

    pub(super) fn on_verified(&mut self, jid: &Jid, alive: bool) {
        let Some(known) = self.roster.get_mut(jid) else {
            return;
        };
        known.verifying = false;
        if !alive {
            if self.active(jid).is_none() {
                self.offline(jid, OfflineReason::Unreachable);
            }
            return;
        }
        if !std::mem::replace(&mut known.online, true) {
            known.refresh(true);
            self.attempts.remove(jid);
            self.tell_change(jid, Change::Online);
            self.want_avatar(jid);
        }
        self.pump(jid);
    }

    pub(super) fn want_avatar(&mut self, jid: &Jid) {
        let Some(known) = self.roster.get_mut(jid) else {
            return;
        };
        if let Some(sha1) = known.missing_avatar() {
            known.wanted_avatar = Some(sha1);
            known.avatar_asked = false;
            self.effects.push_back(Effect::FindAvatar { sha1 });
        }
    }

    /// A picture is on the disk, or it is not: then everybody who shows that hash is asked for it, once.
    pub(super) fn on_avatar_file(&mut self, sha1: [u8; 20], path: Option<std::path::PathBuf>) {
        let wanting: Vec<Jid> = self
            .roster
            .iter()
            .filter(|known| known.wanted_avatar == Some(sha1))
            .map(|known| known.peer.jid.clone())
            .collect();
        for jid in wanting {
            match &path {
                Some(path) => self.amend(&jid, |known| {
                    known.set_avatar(sha1, path.clone());
                }),
                None => self.fetch_avatar(jid, sha1),
            }
        }
    }

    fn fetch_avatar(&mut self, jid: Jid, sha1: [u8; 20]) {
        if let Some(known) = self.roster.get_mut(&jid)
            && !std::mem::replace(&mut known.avatar_asked, true)
        {
            self.ask(Net::FetchAvatar { jid, sha1 });
        }
    }

    pub(super) fn on_avatar_fetched(&mut self, jid: &Jid, image: Bytes) {
        use sha1::Digest;
        let sha1: [u8; 20] = sha1::Sha1::digest(&image).into();
        let wanted = self.roster.get(jid).and_then(|known| known.wanted_avatar);
        if wanted == Some(sha1) {
            self.effects.push_back(Effect::SaveAvatar { sha1, image });
        }
    }

    /// `wanted_avatar` stays as it is: the picture is asked for again when the peer shows another one or comes back.
    pub(super) fn on_avatar_failed(&mut self, jid: &Jid) {
        tracing::debug!(%jid, "the picture could not be had");
    }

    pub(super) fn on_interfaces(&mut self, interfaces: Vec<Interface>) {
        // Not a mere change of address: that the peers are told, and TCP finds out by itself.
        let still = |name: &str| interfaces.iter().any(|new| new.used && new.name == name);
        let before = &self.model.interfaces;
        let lost: BTreeSet<IpAddr> = before
            .iter()
            .filter(|interface| interface.used && !still(&interface.name))
            .flat_map(|interface| &interface.addresses)
            .map(|ip| ip.to_canonical())
            .collect();
        self.our_ips = interfaces
            .iter()
            .flat_map(|interface| &interface.addresses)
            .map(|ip| ip.to_canonical())
            .collect();
        let used = interfaces.iter().any(|interface| interface.used);
        self.emit(Event::Network { interfaces });
        if !used && self.model.me.online {
            let mut me = self.model.me.clone();
            me.online = false;
            self.emit(Event::Me { me });
        }
        self.lose_addresses(&lost);
    }
}
