//! The real network: mDNS and TCP behind [`Request`] and [`Report`].
//!
//! [`Lan::start`] within a tokio runtime (one thread is enough); [`Lan::perform`] never waits; what happens comes
//! through the channel that `start` returns. Who does not read it is waited for: connections are then not read either.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;

use super::connections::Connections;
use super::dial::{self, Typed};
use super::discovery::{self, Ask};
use super::listen::{self, ListenError};
use super::{Report, Request};
use crate::model::settings::InterfaceChoice;
use crate::wire::key::SecretKey;

/// How many reports may wait for the node.
const REPORTS: usize = 256;

/// How long the last bytes and the goodbye may take.
const LEAVING: Duration = Duration::from_secs(2);

/// How to be on the network.
#[derive(Clone, Debug, Default)]
pub struct LanConfig {
    /// Accept connections on this port and no other; `None`: 5298, or any free one if that is taken.
    pub port: Option<u16>,
    /// The name of this computer, from which the host name of our address records is made.
    pub host: String,
    /// Which interfaces to use.
    pub interfaces: InterfaceChoice,
    /// Our key, for TLS; `None`: every handshake fails.
    pub key: Option<SecretKey>,
}

/// The network as the node holds it.
#[derive(Debug)]
pub struct Lan {
    port: u16,
    connections: Connections,
    ask: mpsc::UnboundedSender<Ask>,
    _acceptors: Vec<AbortOnDropHandle<()>>,
    discovery: AbortOnDropHandle<()>,
}

impl Lan {
    /// Listens, and begins to look for peers. Nothing is published before [`Request::Advertise`].
    ///
    /// # Errors
    /// If there is no port to listen on.
    pub async fn start(config: LanConfig) -> Result<(Lan, mpsc::Receiver<Report>), ListenError> {
        let (reports, reported) = mpsc::channel(REPORTS);
        let listeners = listen::listen(config.port)?;
        let connections = Connections::new(reports.clone(), config.key.as_ref());
        let accept =
            |listener| AbortOnDropHandle::new(tokio::spawn(connections.clone().accept(listener)));
        let acceptors = listeners.sockets.into_iter().map(accept).collect();
        let (ask, asked) = mpsc::unbounded_channel();
        let host = discovery::host_name(&config.host);
        let discovery =
            discovery::run(host, config.interfaces, connections.clone(), asked, reports);
        let discovery = AbortOnDropHandle::new(tokio::spawn(discovery));
        Ok((
            Lan {
                port: listeners.port,
                connections,
                ask,
                _acceptors: acceptors,
                discovery,
            },
            reported,
        ))
    }

    /// The port on which connections are accepted: the one to advertise.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Does, or begins to do, what is asked.
    pub fn perform(&self, request: Request) {
        match request {
            Request::Write { conn, bytes } => self.connections.write(conn, bytes),
            Request::StartTls { conn, client } => self.connections.start_tls(conn, client),
            Request::Pause { conn } => self.connections.pause(conn, true),
            Request::Resume { conn } => self.connections.pause(conn, false),
            Request::Watch { conn, closely } => self.connections.watch(conn, closely),
            Request::Close { conn, flush } => self.connections.close(conn, flush),
            Request::Dial { conn, addresses } => self
                .connections
                .dial(conn, std::future::ready(Ok(addresses))),
            Request::DialName { conn, address } => {
                let typed = dial::parse(&address, |name| self.connections.interface_index(name));
                self.connections
                    .dial(conn, resolve(typed, self.ask.clone()));
            }
            discovery => self.tell(Ask::Request(discovery)),
        }
    }

    fn tell(&self, ask: Ask) {
        if self.ask.send(ask).is_err() {
            tracing::error!("discovery has ended");
        }
    }

    /// Says goodbye and ends all connections, writing what is queued. Resolves when that is done, two seconds at most.
    /// Go on reading the reports meanwhile, or drop them: a full channel would hold things up.
    pub async fn shutdown(self) {
        let (done, said) = oneshot::channel();
        self.tell(Ask::Leave(done));
        tokio::join!(self.connections.shut_down(LEAVING), async {
            let _ = tokio::time::timeout(LEAVING, said).await;
        });
        drop(self.discovery);
    }
}

/// The addresses of what a person typed. Names under `.local` are asked for by mDNS first, for a system without
/// nss-mdns; all others only of the system.
async fn resolve(
    typed: Result<Typed, String>,
    ask: mpsc::UnboundedSender<Ask>,
) -> Result<Vec<SocketAddr>, String> {
    let (host, port) = match typed? {
        Typed::Address(address) => return Ok(vec![address]),
        Typed::Name { host, port } => (host, port),
    };
    if host.to_ascii_lowercase().ends_with(".local") {
        let (answer, answered) = oneshot::channel();
        let asked = ask.send(Ask::Host {
            host: host.clone(),
            answer,
        });
        if asked.is_ok()
            && let Ok(mut found) = answered.await
            && !found.is_empty()
        {
            found.iter_mut().for_each(|address| address.set_port(port));
            return Ok(found);
        }
    }
    dial::look_up(&host, port).await
}

#[cfg(test)]
#[path = "lan_test.rs"]
mod tests;
