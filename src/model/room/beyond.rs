//! The half of [`Room`] that asks beyond the hubs: now and then somebody who passes nothing on, so that not even all hubs
//! together can hide what somebody writes for long, and halves of a hall that hold on to different hubs find each other.
//!
//! Rumour mongering, as replicated databases do (Demers et al., "Epidemic algorithms for replicated database maintenance",
//! 1987): who finds something in that way is curious of a few more.

use std::time::Duration;

use super::engine::Room;
use super::hubs::MESH;
use super::packet::Level;
use crate::wire::jid::Jid;

/// Between two who are asked, and what is added at random. In a hall of three hundred two shake hands each second, then.
const PAUSE: (Duration, Duration) = (Duration::from_secs(120), Duration::from_secs(60));
/// So many more are asked by whoever has found something that the hubs had not told …
const AGAIN: u8 = 2;
/// … each after this, likewise.
const SOON: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(1));

impl Room {
    /// In a room where not everybody is everybody's hub somebody is asked one day.
    pub(super) fn be_curious(&mut self) {
        let many = self.state.present().nth(MESH).is_some();
        if many && self.inside && self.beyond_at.is_none() {
            self.beyond_at = Some(self.clock.now + self.about(PAUSE));
        }
    }

    /// It is time to ask somebody.
    pub(super) fn ask_beyond(&mut self) {
        let others: Vec<Jid> = self
            .state
            .present()
            .map(|(_, occupant)| &occupant.jid)
            .filter(|jid| **jid != self.jid && !self.hub_cache.contains(jid))
            .filter(|jid| self.is_here(jid))
            .cloned()
            .collect();
        self.quick = self.quick.saturating_sub(1);
        let pause = if self.quick > 0 { SOON } else { PAUSE };
        self.beyond_at = Some(self.clock.now + self.about(pause));
        let nth = usize::try_from(self.roll() >> 33).unwrap_or(0);
        let Some(jid) = others.get(nth % others.len().max(1)).cloned() else {
            return;
        };
        if self.peers.get(&jid).is_some_and(|peer| peer.linked) {
            self.send_digest(&jid, Vec::new(), false);
        } else if let Some(peer) = self.peer(&jid) {
            peer.beyond = true;
            self.connect(jid);
        }
    }

    /// A stream stands: was it for this?
    pub(super) fn greet_beyond(&mut self, jid: &Jid) {
        let asked = |peer: &mut super::engine::Peer| std::mem::take(&mut peer.beyond);
        if self.peers.get_mut(jid).is_some_and(asked) {
            self.send_digest(jid, Vec::new(), false);
        }
    }

    /// Somebody has given us what is no news any more.
    pub(super) fn find_beyond(&mut self, from: &Jid) {
        let beyond = self
            .peers
            .get(from)
            .is_some_and(|peer| peer.here == Level::None && peer.there == Level::None);
        if beyond && self.inside && self.quick == 0 {
            self.quick = AGAIN;
            self.beyond_at = Some(self.clock.now + self.about(SOON));
        }
    }

    fn about(&mut self, (least, more): (Duration, Duration)) -> Duration {
        let more = u64::try_from(more.as_millis()).unwrap_or(u64::MAX).max(1);
        least + Duration::from_millis(self.roll() % more)
    }
}
