//! Publishing and browsing on one interface, by mdns-sd (RFC 6762, RFC 6763, XEP-0174 §3–5), as long as no crowd is there.
//! None of its types leave.
//!
//! One daemon an *interface*, because mdns-sd publishes an address on every interface whose network it fits, and every
//! `fe80::` address fits every interface: with one daemon for all, peers on one network would be told the addresses
//! of the others. Its polling for address changes is off; [`super::discovery`] is told by the system and tells us.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mdns_sd::{
    IfKind, Receiver, ResolvedService, ServiceDaemon, ServiceEvent, ServiceInfo, TxtProperty,
};
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use super::interfaces::Used;
use super::multicast::is_dialable;
use super::sightings::{OnLink, at_port};
use crate::wire::jid::Jid;
use crate::wire::txt::Advert;

/// The service type (XEP-0174 §3).
const SERVICE: &str = "_presence._tcp.local.";

/// TXT strings in order.
pub(super) type TxtPairs = Vec<(String, Option<Vec<u8>>)>;

/// What browsing tells.
#[derive(Debug)]
pub(super) enum Browsed {
    /// An instance is offered, nothing more is known of it yet.
    Found {
        /// On which interface.
        link: u32,
        /// Who.
        jid: Jid,
    },
    /// An instance's records are complete, or changed.
    Resolved {
        /// On which interface.
        link: u32,
        /// Who.
        jid: Jid,
        /// What.
        seen: Box<OnLink>,
    },
    /// An instance's records are gone.
    Removed {
        /// On which interface.
        link: u32,
        /// Who.
        jid: Jid,
    },
}

impl Browsed {
    /// Of whom, and on which interface.
    pub(super) fn of(&self) -> (u32, &Jid) {
        match self {
            Browsed::Found { link, jid }
            | Browsed::Resolved { link, jid, .. }
            | Browsed::Removed { link, jid } => (*link, jid),
        }
    }
}

/// How mdns-sd looks for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ear {
    /// It asks for them, over and over.
    Asks,
    /// It takes up what is said, and asks nobody.
    Listens,
}

impl Ear {
    fn of(self, daemon: &ServiceDaemon) -> mdns_sd::Result<Receiver<ServiceEvent>> {
        match self {
            Ear::Asks => daemon.browse(SERVICE),
            Ear::Listens => daemon.browse_cache(SERVICE),
        }
    }
}

/// mDNS on one interface, done by mdns-sd.
pub(super) struct Daemon {
    daemon: ServiceDaemon,
    index: u32,
    published: Option<ServiceInfo>,
    ear: watch::Sender<Ear>,
    browser: AbortOnDropHandle<()>,
}

impl std::fmt::Debug for Daemon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Daemon")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl Daemon {
    /// Starts browsing on an interface.
    ///
    /// # Errors
    /// If mdns-sd cannot start its thread.
    pub(super) fn start(used: &Used, browsed: mpsc::Sender<Browsed>) -> mdns_sd::Result<Daemon> {
        let daemon = ServiceDaemon::new()?;
        daemon.disable_interface(IfKind::All)?;
        daemon.enable_interface(both_families(used.index))?;
        daemon.set_ip_check_interval(0)?;
        let events = Ear::Listens.of(&daemon)?;
        let (ear, wanted) = watch::channel(Ear::Listens);
        let browser = browse(daemon.clone(), events, used.clone(), browsed, wanted);
        let browser = AbortOnDropHandle::new(tokio::spawn(browser));
        Ok(Daemon {
            daemon,
            index: used.index,
            published: None,
            ear,
            browser,
        })
    }

    /// How it looks for others from now on.
    pub(super) fn wants(&self, ear: Ear) {
        self.ear
            .send_if_modified(|before| std::mem::replace(before, ear) != ear);
    }

    /// Publishes us, or what changed of us, at once and without asking whether the name is free: whoever calls has
    /// probed (mdns-sd would rename us to a form that XEP-0174 does not know, and probe again for each TXT change).
    ///
    /// # Errors
    /// If a TXT string is longer than 255 bytes, or the daemon is gone.
    pub(super) fn publish(
        &mut self,
        jid: &Jid,
        host: &str,
        port: u16,
        used: &Used,
        txt: &TxtPairs,
    ) -> mdns_sd::Result<()> {
        let addresses: Vec<IpAddr> = used
            .v4
            .map(IpAddr::V4)
            .into_iter()
            .chain(used.v6.map(IpAddr::V6))
            .collect();
        let txt: Vec<TxtProperty> = txt
            .iter()
            .map(|(key, value)| match value {
                Some(value) => TxtProperty::from((key.as_str(), value)),
                None => TxtProperty::from(key.as_str()),
            })
            .collect();
        let mut info =
            ServiceInfo::new(SERVICE, jid.as_str(), host, addresses.as_slice(), port, txt)?;
        info.set_requires_probe(false);
        self.published = Some(info.clone());
        self.daemon.register(info)
    }

    /// Sends what is published once more (RFC 6762 §8.3 asks for two announcements; mdns-sd forgets the second one of
    /// names with capital letters).
    pub(super) fn announce_again(&self) {
        if let Some(info) = &self.published
            && let Err(error) = self.daemon.register(info.clone())
        {
            tracing::debug!(%error, "not announced again");
        }
    }

    /// Says goodbye. Resolves when it is on the wire, 500 ms at most.
    pub(super) fn withdraw(&mut self) -> impl Future<Output = ()> + Send + use<> {
        let gone = self
            .published
            .take()
            .map(|info| self.daemon.unregister(&info.get_fullname().to_lowercase()));
        async move {
            if let Some(Ok(gone)) = gone {
                let _ = tokio::time::timeout(Duration::from_millis(500), gone.recv_async()).await;
            }
        }
    }

    /// Takes up addresses that were added to the interface; with `check`, also looks for addresses that are gone, in a
    /// second, until called without.
    pub(super) fn refresh_addresses(&self, check: bool) {
        let refreshed = self
            .daemon
            .enable_interface(both_families(self.index))
            .and_then(|()| self.daemon.set_ip_check_interval(u32::from(check)));
        if let Err(error) = refreshed {
            tracing::debug!(%error, "addresses not refreshed");
        }
    }

    /// Asks whether an instance's records still stand; if nobody answers, they are removed after `patience`.
    pub(super) fn verify(&self, jid: &Jid, patience: Duration) {
        if let Err(error) = self.daemon.verify(format!("{jid}.{SERVICE}"), patience) {
            tracing::debug!(%error, "not verified");
        }
    }

    /// Ends the daemon, with a goodbye if something is published. Resolves when it has ended, 500 ms at most.
    pub(super) fn stop(self) -> impl Future<Output = ()> + Send + use<> {
        let ended = self.daemon.shutdown();
        async move {
            if let Ok(ended) = ended {
                let _ = tokio::time::timeout(Duration::from_millis(500), ended.recv_async()).await;
            }
        }
    }
}

/// Ends a daemon that another responder has taken over from. Its farewell would take back records that stand: it says one
/// on each interface that it uses, so it is to use none before. What it had seen by then is still told.
pub(super) async fn end_silently(daemon: Daemon) {
    while matches!(
        daemon.daemon.disable_interface(IfKind::All),
        Err(mdns_sd::Error::Again)
    ) {
        tokio::time::sleep(AGAIN).await;
    }
    let ended = loop {
        match daemon.daemon.shutdown() {
            Err(mdns_sd::Error::Again) => tokio::time::sleep(AGAIN).await,
            ended => break ended,
        }
    };
    if let Ok(ended) = ended {
        let _ = ended.recv_async().await;
    }
    daemon.browser.await.ok();
}

fn both_families(index: u32) -> Vec<IfKind> {
    vec![IfKind::IndexV4(index), IfKind::IndexV6(index)]
}

/// Between attempts to have the daemon's ear.
const AGAIN: Duration = Duration::from_millis(100);

/// Passes on what browsing tells, while it is wanted. mdns-sd's channel holds 1000 events and is closed when it is full,
/// so nothing is computed here; and if it was closed all the same, browsing begins anew.
async fn browse(
    daemon: ServiceDaemon,
    mut events: Receiver<ServiceEvent>,
    used: Used,
    browsed: mpsc::Sender<Browsed>,
    mut wanted: watch::Receiver<Ear>,
) {
    loop {
        let changed = loop {
            let event = tokio::select! {
                event = events.recv_async() => event,
                changed = wanted.changed() => match changed {
                    Ok(()) => break true,
                    Err(_) => return,
                },
            };
            let Ok(event) = event else { break false };
            if let Some(event) = translate(event, &used)
                && browsed.send(event).await.is_err()
            {
                return;
            }
        };
        if !changed {
            tokio::time::sleep(AGAIN).await;
        }
        let ear = *wanted.borrow_and_update();
        events = loop {
            match ear.of(&daemon) {
                Ok(again) => break again,
                Err(mdns_sd::Error::Again) => tokio::time::sleep(AGAIN).await,
                Err(_) => return, // The daemon has ended.
            }
        };
    }
}

fn translate(event: ServiceEvent, used: &Used) -> Option<Browsed> {
    let link = used.index;
    match event {
        ServiceEvent::ServiceFound(_, name) => Some(Browsed::Found {
            link,
            jid: instance(&name)?,
        }),
        ServiceEvent::ServiceRemoved(_, name) => Some(Browsed::Removed {
            link,
            jid: instance(&name)?,
        }),
        ServiceEvent::ServiceResolved(service) => {
            let seen = Box::new(on_link(&service, used)?);
            Some(Browsed::Resolved {
                link,
                jid: instance(&service.fullname)?,
                seen,
            })
        }
        _ => None,
    }
}

fn on_link(service: &ResolvedService, used: &Used) -> Option<OnLink> {
    let addresses: Vec<SocketAddr> = service
        .addresses
        .iter()
        .filter(|ip| is_dialable(ip.to_ip_addr(), used.loopback))
        .map(|ip| at_port(ip.to_ip_addr(), service.port, used.index))
        .collect();
    if addresses.is_empty() || service.port == 0 {
        return None;
    }
    Some(OnLink {
        interface: used.name.clone(),
        host: service.host.clone(),
        port: service.port,
        addresses,
        advert: Advert::from_txt(
            service
                .txt_properties
                .iter()
                .map(|property| (property.key(), property.val())),
        ),
    })
}

/// The instance of a full name. Names that are no legal JID (control characters) are nobody we can talk to.
fn instance(fullname: &str) -> Option<Jid> {
    let cut = fullname.len().checked_sub(SERVICE.len() + 1)?;
    let (instance, service) = fullname.split_at_checked(cut)?;
    service
        .strip_prefix('.')
        .filter(|service| service.eq_ignore_ascii_case(SERVICE))?;
    Jid::new(instance).ok()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs
    )]

    use super::*;

    #[test]
    fn instance_names_may_hold_anything() {
        let name = |full: &str| instance(full).map(|jid| jid.to_string());
        assert_eq!(
            name("bob@pc._presence._tcp.local.").as_deref(),
            Some("bob@pc")
        );
        assert_eq!(
            name("j. doe jr.@pc._Presence._TCP.local.").as_deref(),
            Some("j. doe jr.@pc")
        );
        assert_eq!(name("._presence._tcp.local."), None);
        assert_eq!(name("_presence._tcp.local."), None);
        assert_eq!(name("bob@pc._http._tcp.local."), None);
        assert_eq!(name("ä._tcp.local."), None);
    }
}
