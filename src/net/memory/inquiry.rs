//! Questions about one instance: do its records stand (RFC 6762 §10.4), and what does it look like (NULL records,
//! XEP-0174 §12)?

use std::time::Duration;

use bytes::Bytes;
use sha1::{Digest, Sha1};

use super::host::Wanted;
use super::queue::Plan;
use super::{HostId, Lan, NameId};
use crate::net::Report;
use crate::wire::jid::Jid;

impl Lan {
    pub(super) fn start_verify(&mut self, id: HostId, jid: &Jid) {
        let name = self.name_id(jid.as_str());
        let ticket = self.number();
        if let Some(host) = self.hosts.get_mut(id.0) {
            // A second request while one is under way shares its answer.
            if host.verifying.contains_key(&name) {
                return;
            }
            host.verifying.insert(name, (ticket, jid.clone()));
            self.verify(id, name, ticket, 0);
        }
    }

    /// Asks three times, a second apart; then the records are taken for dead and dropped (RFC 6762 §10.4).
    pub(super) fn verify(&mut self, id: HostId, name: NameId, ticket: u64, turn: u32) {
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        if host
            .verifying
            .get(&name)
            .is_none_or(|(current, _)| *current != ticket)
        {
            return;
        }
        if turn == 3 {
            if let Some((_, jid)) = host.verifying.remove(&name) {
                self.tell(id, Report::Verified { jid, alive: false });
            }
            self.drop_cached(id, name, false);
            return;
        }
        for from in self.holders_of(name) {
            let announced = self
                .hosts
                .get(from.0)
                .is_some_and(|host| host.announced().is_some());
            if from == id || !announced || !self.reaches(id, from) {
                continue;
            }
            for there in self.datagram() {
                for back in self.datagram() {
                    self.plan(
                        there + back,
                        Plan::Confirm {
                            host: id,
                            name,
                            ticket,
                            from,
                        },
                    );
                }
            }
        }
        self.plan(
            Duration::from_secs(1),
            Plan::Verify {
                host: id,
                name,
                ticket,
                turn: turn + 1,
            },
        );
    }

    pub(super) fn confirm(&mut self, id: HostId, name: NameId, ticket: u64, from: HostId) {
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        if host
            .verifying
            .get(&name)
            .is_none_or(|(current, _)| *current != ticket)
        {
            return;
        }
        let life = host.life;
        if let Some((_, jid)) = host.verifying.remove(&name) {
            self.hear_answer(id, life, from);
            self.tell(id, Report::Verified { jid, alive: true });
        }
    }

    pub(super) fn serve_picture(&mut self, id: HostId, image: Option<Bytes>) {
        if let Some(host) = self.hosts.get_mut(id.0) {
            host.picture = image.map(|image| {
                let hash = Sha1::digest(&image).into();
                (image, hash)
            });
        }
    }

    pub(super) fn start_fetch(&mut self, id: HostId, jid: &Jid, sha1: [u8; 20]) {
        let name = self.name_id(jid.as_str());
        let ticket = self.number();
        if let Some(host) = self.hosts.get_mut(id.0) {
            host.fetching.insert(
                name,
                Wanted {
                    ticket,
                    sha1,
                    jid: jid.clone(),
                },
            );
            self.fetch(id, name, ticket, 0);
        }
    }

    pub(super) fn cancel_fetch(&mut self, id: HostId, jid: &Jid) {
        let name = self.name_id(jid.as_str());
        if let Some(host) = self.hosts.get_mut(id.0) {
            host.fetching.remove(&name);
        }
    }

    /// Asks after 0, 1, 3 and 7 seconds and gives up after 11.
    pub(super) fn fetch(&mut self, id: HostId, name: NameId, ticket: u64, turn: u32) {
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        if host
            .fetching
            .get(&name)
            .is_none_or(|wanted| wanted.ticket != ticket)
        {
            return;
        }
        if turn == 4 {
            if let Some(wanted) = host.fetching.remove(&name) {
                self.tell(id, Report::AvatarFailed { jid: wanted.jid });
            }
            return;
        }
        for from in self.holders_of(name).into_iter().filter(|from| *from != id) {
            if self.reaches(id, from) {
                for there in self.datagram() {
                    for back in self.datagram() {
                        self.plan(
                            there + back,
                            Plan::Picture {
                                host: id,
                                name,
                                ticket,
                                from,
                            },
                        );
                    }
                }
            }
        }
        let pause = Duration::from_secs(1 << turn.min(2));
        self.plan(
            pause,
            Plan::Fetch {
                host: id,
                name,
                ticket,
                turn: turn + 1,
            },
        );
    }

    pub(super) fn picture(&mut self, id: HostId, name: NameId, ticket: u64, from: HostId) {
        let Some(owner) = self
            .hosts
            .get(from.0)
            .filter(|owner| owner.publication.as_ref().is_some_and(|p| p.name == name))
        else {
            return;
        };
        let Some((image, hash)) = owner.picture.clone() else {
            return;
        };
        let Some(host) = self.hosts.get_mut(id.0) else {
            return;
        };
        if host
            .fetching
            .get(&name)
            .is_some_and(|wanted| wanted.ticket == ticket && wanted.sha1 == hash)
            && let Some(wanted) = host.fetching.remove(&name)
        {
            self.tell(
                id,
                Report::AvatarFetched {
                    jid: wanted.jid,
                    image,
                },
            );
        }
    }
}
