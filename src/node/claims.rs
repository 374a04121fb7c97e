//! Whom we take the other end of a stream for, and which of two streams with one peer stays (XEP-0174 §5).

use std::net::SocketAddr;
use std::time::Duration;

use super::core::{Core, Timer};
use super::links::Link;
use crate::net::ConnId;
use crate::wire::jid::Jid;
use crate::wire::nonza::Condition;

/// A claim that discovery has not confirmed yet waits this long for it: the two races are ours to lose.
const JUDGE_AFTER: Duration = Duration::from_millis(1000);
/// Streams of peers that nobody advertises, all together: an address and a name cost them nothing.
const MOST_STRANGERS: usize = 32;
/// Conversations that such peers began and nobody has read: as long as there are so many, nobody begins another.
const MOST_UNREAD_STRANGERS: usize = 256;
/// Unread conversations with which no peer begins another: on a network anybody may advertise any name.
const MOST_UNREAD: usize = 1024;

impl Core {
    /// A libpurple peer connects to us while our own connection to it has not said a byte: ours gives way, so that it
    /// never sees two headers (it would drop what it has queued).
    pub(super) fn yield_to(&mut self, remote: SocketAddr) {
        let gives_way = |link: &Link| {
            link.ours
                && link.is_silent()
                && link
                    .peer
                    .as_ref()
                    .and_then(|jid| self.roster.get(jid))
                    .is_some_and(|known| {
                        known.facts.libpurple && known.owns(remote.ip(), &self.our_ips)
                    })
        };
        let conns: Vec<_> = self
            .links
            .iter()
            .filter(|(_, link)| gives_way(link))
            .map(|(conn, _)| *conn)
            .collect();
        for conn in conns {
            self.drop_link(conn, false);
        }
    }

    /// Whom do we take the other end for? `last`: discovery has had its time, decide now.
    pub(super) fn judge(&mut self, conn: ConnId, last: bool) {
        let Some(link) = self.links.get(&conn) else {
            return;
        };
        let (Some(claim), Some(remote)) = (link.claim.clone(), link.remote) else {
            return;
        };
        let claimed = claim.as_deref().and_then(|from| Jid::new(from).ok());
        let verdict = match claim {
            Some(from) => self.judge_name(&from, remote, last),
            None => self.judge_address(remote, last),
        };
        let now = self.clock.now;
        match verdict {
            None => {
                // Counted from the claim, not from the last thing that was announced meanwhile.
                if self.timers.get(&Timer::Judge(conn)).is_none() {
                    let at = self.after(JUDGE_AFTER);
                    self.timers.set(Timer::Judge(conn), at);
                    // Maybe we have heard of one address family only, and it dialled by the other: this asks for both.
                    if let Some(jid) = claimed {
                        self.verify(&jid);
                    }
                }
            }
            Some(Ok(jid)) if self.book.is_blocked(&jid, self.hint(&jid)) => {
                self.timers.set(Timer::Judge(conn), None);
                self.fail_link(conn, Condition::PolicyViolation);
            }
            Some(Ok(jid)) => {
                let encrypted = self.must_encrypt(&jid);
                self.timers.set(Timer::Judge(conn), None);
                self.by_peer.entry(jid.clone()).or_default().push(conn);
                if let Some(link) = self.links.get_mut(&conn) {
                    link.claim = None;
                    link.peer = Some(jid.clone());
                    if let Some(stream) = &mut link.stream {
                        if encrypted {
                            stream.require_encryption();
                        }
                        stream.accept(jid, now);
                    }
                }
                self.dirty.push(conn);
                self.drain_events(conn);
            }
            Some(Err(condition)) => {
                self.timers.set(Timer::Judge(conn), None);
                self.fail_link(conn, condition);
            }
        }
    }

    /// Discovery has learnt something: claims that wait may be decided.
    pub(super) fn judge_claims(&mut self) {
        let waiting: Vec<_> = self
            .links
            .iter()
            .filter(|(_, link)| link.claim.is_some())
            .map(|(conn, _)| *conn)
            .collect();
        for conn in waiting {
            self.judge(conn, false);
        }
    }

    fn judge_name(
        &self,
        from: &str,
        remote: SocketAddr,
        last: bool,
    ) -> Option<Result<Jid, Condition>> {
        let Ok(jid) = Jid::new(from) else {
            return Some(Err(Condition::InvalidFrom));
        };
        if jid == self.wanted {
            return Some(Err(Condition::InvalidFrom));
        }
        let known = self.roster.get(&jid);
        let owns = known.is_some_and(|known| known.owns(remote.ip(), &self.our_ips));
        let advertised = known.is_some_and(|known| known.advertised);
        match (advertised, owns) {
            (true, true) if self.may_begin_another(&jid, MOST_UNREAD, |_| true) => Some(Ok(jid)),
            (true, true) => Some(Err(Condition::ResourceConstraint)),
            // It will have to prove its key, wherever it comes from.
            _ if self.book.pinned(&jid).is_some() => Some(Ok(jid)),
            // Somebody else has that name here: a name alone is no proof.
            (true, false) => last.then_some(Err(Condition::InvalidFrom)),
            // Nobody advertises it: a network without multicast, or an address typed by hand.
            (false, known) => (known || last).then(|| {
                if self.has_room_for_stranger(&jid) {
                    Ok(jid)
                } else {
                    Err(Condition::ResourceConstraint)
                }
            }),
        }
    }

    /// May a peer that nobody advertises have a stream? One with whom there is a conversation may begin no new one.
    fn has_room_for_stranger(&self, jid: &Jid) -> bool {
        let listed = |jid: &Jid| self.roster.get(jid).is_some_and(|known| known.advertised);
        let streams = self.links.values().filter(|link| {
            let peer = link.peer.as_ref();
            !link.ours && peer.is_some_and(|peer| peer != jid && !listed(peer))
        });
        if streams.count() >= MOST_STRANGERS {
            return false;
        }
        self.may_begin_another(jid, MOST_UNREAD_STRANGERS, |jid| !listed(jid))
    }

    /// Has this peer a conversation with us, or are there fewer than `most` unread ones of those that `count`?
    fn may_begin_another(&self, jid: &Jid, most: usize, count: impl Fn(&Jid) -> bool) -> bool {
        let contacts = &self.model.contacts;
        let known = contacts
            .get(jid)
            .is_some_and(|contact| contact.conversation.last.is_some());
        let unread = contacts
            .values()
            .filter(|contact| contact.conversation.unread > 0 && count(&contact.jid));
        known || unread.count() < most
    }

    /// iChat says no name: who is at this address?
    fn judge_address(&self, remote: SocketAddr, last: bool) -> Option<Result<Jid, Condition>> {
        let mut there = self
            .roster
            .iter()
            .filter(|known| known.online && known.owns(remote.ip(), &self.our_ips));
        match (there.next(), there.next()) {
            (Some(known), None) => Some(Ok(known.peer.jid.clone())),
            _ => last.then_some(Err(Condition::InvalidFrom)),
        }
    }

    /// Has the peer opened this stream while ours to it was under way, with our header in it? libpurple keeps the stream
    /// whose header it reads last. That is ours: had it read our header first, it would not have opened its own. So its own
    /// dies as soon as it has read ours, and what is written to it now may be lost.
    pub(super) fn is_overtaken(&self, jid: &Jid, conn: ConnId) -> bool {
        let theirs = self.links.get(&conn).is_some_and(|link| !link.ours);
        theirs
            && self.is_libpurple(jid)
            && self.by_peer.get(jid).into_iter().flatten().any(|other| {
                self.links.get(other).is_some_and(|link| {
                    link.ours
                        && link.stream.is_some()
                        && link.ready.is_none()
                        && !link.closing
                        && !link.is_silent()
                })
            })
    }

    fn is_libpurple(&self, jid: &Jid) -> bool {
        self.roster
            .get(jid)
            .is_some_and(|known| known.facts.libpurple)
    }

    /// Two streams with one peer: with a legacy peer the newer wins, where libpurple counts as [`Core::is_overtaken`] says;
    /// among ours the one that the lower key
    /// opened (in plaintext: the lower name), and of two by the same side the newer. The side that opened the loser
    /// ends it in order, so nothing on it is lost.
    pub(super) fn resolve_glare(&mut self, jid: &Jid, newer: ConnId) {
        let Some(new) = self.links.get(&newer) else {
            return;
        };
        let (legacy, new_ours, new_since) = (
            new.ready.as_ref().is_some_and(|ready| ready.legacy),
            new.ours,
            new.open_since,
        );
        let libpurple = self.is_libpurple(jid);
        let older: Vec<_> = self
            .by_peer
            .get(jid)
            .into_iter()
            .flatten()
            .copied()
            .filter(|conn| *conn != newer)
            .filter_map(|conn| self.links.get(&conn).map(|link| (conn, link)))
            .filter(|(_, link)| link.ready.is_some() && !link.closing)
            .map(|(conn, link)| (conn, link.ours, link.ready_since))
            .collect();
        // Between two of ours the keys decide: names may differ in what each side takes them for.
        let key = self
            .links
            .get(&newer)
            .and_then(|link| link.secured.as_ref());
        let we_are_lower = match key {
            Some(secured) => self.key.fingerprint() < secured.key.fingerprint(),
            None => self.ourselves.jid < *jid,
        };
        for (old, old_ours, old_ready) in older {
            let overtaken = libpurple && old_ours && !new_ours && old_ready >= new_since;
            let loser = if overtaken {
                newer
            } else if legacy || old_ours == new_ours || new_ours == we_are_lower {
                old
            } else {
                newer
            };
            if legacy || self.links.get(&loser).is_some_and(|link| link.ours) {
                self.close_link(loser);
            } else if loser == old && old_ours == new_ours {
                self.fail_link(loser, Condition::Conflict);
            } else if let Some(link) = self.links.get_mut(&loser) {
                link.closing = true;
            }
        }
    }
}
