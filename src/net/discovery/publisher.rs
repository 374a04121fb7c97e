//! Who answers for us on an interface: mdns-sd, or, where a crowd is, a responder of our own ([`crate::net::responder`]).
//! The one takes over from the other in silence: others see no end of our records, and no new beginning.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::claim::Claim;
use super::station::{Phase, Station};
use crate::net::mdns::{self, Browsed, Daemon, Ear};
use crate::net::multicast::Overheard;
use crate::net::records::Records;
use crate::net::responder::{self, Answer, Responder};

/// See the module.
#[derive(Debug)]
pub(super) enum Publisher {
    /// mdns-sd, which looks for others as well; none if it could not be started.
    MdnsSd(Option<Box<Daemon>>),
    /// We ourselves; who is there is told by [`crate::net::crowd`].
    Ours(Box<Responder>),
}

impl Publisher {
    /// mdns-sd, where it answers.
    pub(super) fn daemon(&self) -> Option<&Daemon> {
        match self {
            Publisher::MdnsSd(daemon) => daemon.as_deref(),
            Publisher::Ours(_) => None,
        }
    }

    /// When our own responder has something to do.
    pub(super) fn next(&self) -> Option<Instant> {
        match self {
            Publisher::MdnsSd(_) => None,
            Publisher::Ours(responder) => responder.next(),
        }
    }
}

impl Station {
    /// Publishes the claim as it is now. Whoever calls has probed.
    pub(super) fn publish(
        &mut self,
        claim: &Claim,
        host: &str,
        now: Instant,
    ) -> Result<(), String> {
        match &mut self.publisher {
            Publisher::MdnsSd(None) => Ok(()), // That was said when it could not be started.
            Publisher::MdnsSd(Some(daemon)) => daemon
                .publish(&claim.jid, host, claim.port, &self.used, &claim.txt)
                .map_err(|error| error.to_string()),
            Publisher::Ours(responder) => {
                let records = records(claim, host, &self.used).ok_or("a text is too long")?;
                let announcement = responder.publish(records, now);
                self.send(announcement);
                Ok(())
            }
        }
    }

    /// Says what is published once more; our own responder does so unasked.
    pub(super) fn announce_again(&self) {
        if let Some(daemon) = self.publisher.daemon() {
            daemon.announce_again();
        }
    }

    /// Says goodbye. It is said in its own time; only leaving has to wait for it.
    pub(super) fn withdraw(&mut self, now: Instant) {
        self.phase = Phase::Idle;
        match &mut self.publisher {
            Publisher::MdnsSd(None) => {}
            Publisher::MdnsSd(Some(daemon)) => drop(daemon.withdraw()),
            Publisher::Ours(responder) => {
                let goodbye = responder.withdraw(now);
                self.send(goodbye);
            }
        }
    }

    /// Says goodbye twice, and ends the daemon.
    pub(super) async fn leave(mut self) {
        let published = self.phase == Phase::Published;
        match self.publisher {
            Publisher::MdnsSd(None) => {}
            Publisher::MdnsSd(Some(mut daemon)) => {
                daemon.withdraw().await;
                if published {
                    // mdns-sd says it a second time 120 ms later, for whoever missed the first.
                    tokio::time::sleep(Duration::from_millis(150)).await;
                }
                daemon.stop().await;
            }
            Publisher::Ours(_) => {
                self.withdraw(Instant::now());
                if let Some(again) = self.publisher.next() {
                    tokio::time::sleep_until(again.into()).await;
                    self.answer_due(Instant::now());
                }
            }
        }
    }

    /// What was heard may be a question for our records, or answer one.
    pub(super) fn answer(&mut self, overheard: &Overheard, now: Instant) {
        let Publisher::Ours(responder) = &mut self.publisher else {
            return;
        };
        if !overheard.to_us {
            responder.overheard(&overheard.heard, overheard.from);
        }
        if let Some(query) = &overheard.query {
            let answers = responder.asked(query, overheard.from, now);
            self.send(answers);
        }
    }

    /// What our own responder has to say by now.
    pub(super) fn answer_due(&mut self, now: Instant) {
        if let Publisher::Ours(responder) = &mut self.publisher
            && responder.next().is_some_and(|due| due <= now)
        {
            let answers = responder.tick(now);
            self.send(answers);
        }
    }

    /// From now on we answer ourselves, and mdns-sd ends. `announced`: when it was told last what to publish, which it may not
    /// have said twice yet.
    pub(super) fn answer_ourselves(
        &mut self,
        claim: Option<&Claim>,
        host: &str,
        announced: Option<Instant>,
        now: Instant,
    ) {
        let mut responder = Box::<Responder>::default();
        if self.phase == Phase::Published
            && let Some(records) = claim.and_then(|claim| records(claim, host, &self.used))
        {
            let again = announced.map(|announced| announced + responder::AGAIN);
            responder.take_over(records, again.filter(|again| *again > now));
        }
        let before = std::mem::replace(&mut self.publisher, Publisher::Ours(responder));
        self.send(None);
        if let Publisher::MdnsSd(Some(daemon)) = before {
            tokio::spawn(mdns::end_silently(*daemon));
        }
    }

    /// From now on mdns-sd answers, and looks for others. False if it cannot be started: then all stays as it is.
    pub(super) fn leave_it_to_mdns_sd(
        &mut self,
        claim: Option<&Claim>,
        host: &str,
        browsed: &mpsc::Sender<Browsed>,
        now: Instant,
    ) -> bool {
        let daemon = Daemon::start(&self.used, browsed.clone());
        let Ok(daemon) = daemon.inspect_err(|error| tracing::warn!(%error, "mdns-sd not started"))
        else {
            return false;
        };
        daemon.wants(Ear::Asks);
        self.publisher = Publisher::MdnsSd(Some(Box::new(daemon)));
        if let Some(multicast) = &self.multicast {
            multicast.answer_for(None);
        }
        if self.phase == Phase::Published
            && let Some(claim) = claim
            && let Err(error) = self.publish(claim, host, now)
        {
            tracing::warn!(%error, "not published again");
        }
        true
    }

    /// Sends answers of our own responder, and has the sockets pass on what is for it.
    fn send(&self, answers: impl IntoIterator<Item = Answer>) {
        if let Publisher::Ours(responder) = &self.publisher
            && let Some(multicast) = &self.multicast
        {
            multicast.answer_for(responder.names());
            for answer in answers {
                multicast.answer(&answer);
            }
        }
    }
}

fn records(claim: &Claim, host: &str, used: &crate::net::interfaces::Used) -> Option<Records> {
    Records::new(
        claim.jid.as_str(),
        (host, claim.port),
        &claim.txt,
        (used.v4, used.v6),
    )
}
