//! All connections of a node: accepted ones get odd numbers here, dialled ones come with even numbers from the node.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::driver::{self, Conn, Scratch};
use super::interfaces::{self, Link, Used};
use super::listen::Admission;
use super::tls::Credentials;
use super::{ConnId, Report, dial, entropy, tcp};
use crate::wire::key::SecretKey;

/// The interfaces as they are now, for those who dial and accept.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// All of them.
    pub links: Vec<Link>,
    /// Those that are used.
    pub used: Vec<Used>,
}

/// A clonable handle on all connections.
#[derive(Clone, Debug)]
pub(super) struct Connections(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    open: Mutex<HashMap<ConnId, Arc<Conn>>>,
    admission: Mutex<Admission>,
    next_accepted: AtomicU64,
    reports: mpsc::Sender<Report>,
    scratch: Scratch,
    credentials: Option<Credentials>,
    tasks: TaskTracker,
    surroundings: Mutex<Surroundings>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connections {
    /// None yet.
    pub(super) fn new(reports: mpsc::Sender<Report>, key: Option<&SecretKey>) -> Connections {
        let credentials = key.and_then(|key| match Credentials::new(key) {
            Ok(credentials) => Some(credentials),
            Err(error) => {
                tracing::error!(error, "no certificate could be made");
                None
            }
        });
        Connections(Arc::new(Shared {
            open: Mutex::default(),
            admission: Mutex::default(),
            next_accepted: AtomicU64::new(1),
            reports,
            scratch: driver::scratch(),
            credentials,
            tasks: TaskTracker::new(),
            surroundings: Mutex::default(),
        }))
    }

    /// The interfaces have changed.
    pub(super) fn set_surroundings(&self, surroundings: Surroundings) {
        *lock(&self.0.surroundings) = surroundings;
    }

    /// The index of an interface by name.
    pub(super) fn interface_index(&self, name: &str) -> Option<u32> {
        lock(&self.0.surroundings)
            .links
            .iter()
            .find(|link| link.name == name)
            .map(|link| link.index)
    }

    /// See [`super::Request::Write`].
    pub(super) fn write(&self, id: ConnId, bytes: Bytes) {
        self.with(id, |conn| conn.write(bytes));
    }

    /// See [`super::Request::StartTls`].
    pub(super) fn start_tls(&self, id: ConnId, client: bool) {
        let credentials = self.0.credentials.as_ref();
        let tls = match credentials.map(|credentials| credentials.begin(client)) {
            Some(Ok(tls)) => Ok(tls),
            Some(Err(error)) => Err(error),
            None => Err("there is no key".to_owned()),
        };
        self.with(id, |conn| conn.start_tls(tls));
    }

    /// See [`super::Request::Pause`].
    pub(super) fn pause(&self, id: ConnId, paused: bool) {
        self.with(id, |conn| conn.pause(paused));
    }

    /// See [`super::Request::Watch`].
    pub(super) fn watch(&self, id: ConnId, closely: bool) {
        self.with(id, |conn| conn.watch(closely));
    }

    /// See [`super::Request::Close`].
    pub(super) fn close(&self, id: ConnId, flush: bool) {
        if let Some(conn) = lock(&self.0.open).remove(&id) {
            conn.close(flush);
        }
    }

    fn with(&self, id: ConnId, act: impl FnOnce(&Conn)) {
        if let Some(conn) = lock(&self.0.open).get(&id) {
            act(conn);
        }
    }

    /// See [`super::Request::Dial`]; the addresses may still have to be found out.
    pub(super) fn dial(
        &self,
        id: ConnId,
        addresses: impl Future<Output = Result<Vec<SocketAddr>, String>> + Send + 'static,
    ) {
        entropy::gather();
        let conn = Arc::new(Conn::default());
        if lock(&self.0.open).insert(id, conn.clone()).is_some() {
            tracing::error!(conn = id.0, "a connection number was used twice");
        }
        let this = self.clone();
        self.0.tasks.spawn(async move {
            let opened = tokio::select! {
                opened = this.open(addresses) => opened,
                () = conn.closed() => return, // The node has changed its mind.
            };
            match opened {
                Ok((stream, local, remote)) => {
                    this.run(
                        id,
                        stream,
                        conn,
                        Report::Connected {
                            conn: id,
                            local,
                            remote,
                        },
                    )
                    .await;
                }
                Err(error) => {
                    this.forget(id, &conn);
                    let _ = this
                        .0
                        .reports
                        .send(Report::DialFailed { conn: id, error })
                        .await;
                }
            }
        });
    }

    async fn open(
        &self,
        addresses: impl Future<Output = Result<Vec<SocketAddr>, String>>,
    ) -> Result<(TcpStream, SocketAddr, SocketAddr), String> {
        let source_for = |target| interfaces::source_for(&lock(&self.0.surroundings).used, target);
        let stream = dial::connect(&addresses.await?, source_for).await?;
        let ends = stream
            .local_addr()
            .and_then(|local| Ok((local, stream.peer_addr()?)));
        let (local, remote) = ends.map_err(|error| error.to_string())?;
        Ok((stream, local, remote))
    }

    /// Accepts for ever. Whoever has too many connections is let go without a word.
    pub(super) async fn accept(self, listener: TcpListener) {
        loop {
            let (stream, remote) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // A peer that is gone already, or no file descriptor left: that may pass.
                    tracing::warn!(%error, "connection not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let own = interfaces::is_own(&lock(&self.0.surroundings).links, remote.ip());
            if let Err(why) = lock(&self.0.admission).admit(remote.ip(), own, Instant::now()) {
                tracing::warn!(%remote, why, "connection refused");
                continue;
            }
            self.welcome(stream, remote);
        }
    }

    fn welcome(&self, stream: TcpStream, remote: SocketAddr) {
        let id = ConnId(self.0.next_accepted.fetch_add(2, Ordering::Relaxed));
        let conn = Arc::new(Conn::default());
        lock(&self.0.open).insert(id, conn.clone());
        let admitted = Admitted {
            connections: self.clone(),
            ip: remote.ip(),
        };
        self.0.tasks.spawn(async move {
            let local = stream.local_addr().unwrap_or(remote);
            let report = Report::Accepted {
                conn: id,
                local,
                remote,
            };
            admitted.connections.run(id, stream, conn, report).await;
        });
    }

    async fn run(&self, id: ConnId, stream: TcpStream, conn: Arc<Conn>, opened: Report) {
        tcp::configure(&stream);
        if self.0.reports.send(opened).await.is_ok() {
            driver::run(
                id,
                stream,
                conn.clone(),
                self.0.reports.clone(),
                self.0.scratch.clone(),
            )
            .await;
        }
        self.forget(id, &conn);
    }

    fn forget(&self, id: ConnId, conn: &Arc<Conn>) {
        let mut open = lock(&self.0.open);
        if open.get(&id).is_some_and(|known| Arc::ptr_eq(known, conn)) {
            open.remove(&id);
        }
    }

    /// Ends all connections, writing what is queued. Resolves when they have ended, `patience` at most.
    pub(super) async fn shut_down(&self, patience: Duration) {
        for (_, conn) in lock(&self.0.open).drain() {
            conn.close(true);
        }
        self.0.tasks.close();
        let _ = tokio::time::timeout(patience, self.0.tasks.wait()).await;
    }
}

/// A place that is given back however the task ends.
struct Admitted {
    connections: Connections,
    ip: IpAddr,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        lock(&self.connections.0.admission).left(self.ip);
    }
}
