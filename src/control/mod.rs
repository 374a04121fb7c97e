//! Floor 4: the control socket of a running instance: `control.sock` in the data folder (mode 0600 in a folder of mode
//! 0700), carrying the same JSON lines as `balcony headless`, so that `balcony send`, `balcony peers` and a second
//! start use the instance that runs. At most 16 clients at a time.

mod link;

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::headless::lines::{self, Raise};
use crate::node::NodeHandle;
pub use link::{Link, show_running};

/// Clients at a time.
const MAX_CLIENTS: usize = 16;

/// The socket of the instance that uses this data folder.
pub fn path(data: &Path) -> PathBuf {
    data.join("control.sock")
}

/// A served socket. It goes when this value does.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    _stop: DropGuard,
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Serves the socket on a thread of its own. Call only while the node runs on this data folder: its lock is what makes
/// a socket that is already there a left-over. `raise` shows the window, if there is one.
///
/// # Errors
/// If the socket cannot be made: the folder's path is too long for one (about 90 bytes), or its disk has no sockets.
pub fn start(data: &Path, node: NodeHandle, raise: Option<Raise>) -> io::Result<Control> {
    let path = path(data);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = std::os::unix::net::UnixListener::bind(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let stop = CancellationToken::new();
    let control = Control {
        path,
        _stop: stop.clone().drop_guard(),
    };
    std::thread::Builder::new()
        .name("control".into())
        .spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = stop.cancelled() => {}
                    result = serve(listener, node, raise) => if let Err(error) = result {
                        tracing::warn!(%error, "the control socket is no longer served");
                    },
                }
            });
        })?;
    Ok(control)
}

async fn serve(
    listener: std::os::unix::net::UnixListener,
    node: NodeHandle,
    raise: Option<Raise>,
) -> io::Result<()> {
    let listener = UnixListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(MAX_CLIENTS));
    loop {
        let (client, _) = listener.accept().await?;
        let ours = client
            .peer_cred()
            .is_ok_and(|peer| peer.uid() == rustix::process::getuid().as_raw());
        let place = places.clone().try_acquire_owned();
        let (node, raise) = (node.clone(), raise.clone());
        tokio::spawn(async move {
            match place {
                _ if !ours => {}
                Ok(_place) => one(client, &node, raise.as_ref()).await,
                Err(_) => full(client).await,
            }
        });
    }
}

/// Serves one client until it or the node goes.
async fn one(mut client: UnixStream, node: &NodeHandle, raise: Option<&Raise>) {
    let Ok(subscription) = node.subscribe().await else {
        return;
    };
    let (input, output) = client.split();
    let (complain, complaints) = lines::complaints();
    tokio::select! {
        // Both end the conversation: the client has said all that it wants, or listens no more.
        () = lines::read(node, input, &complain, raise) => {}
        result = lines::write(subscription, complaints, output) => if let Err(error) = result {
            tracing::debug!(%error, "a client of the control socket went away");
        },
    }
}

async fn full(mut client: UnixStream) {
    let word = "{\"event\":\"error\",\"message\":\"too many programs use the control socket; try again later\"}\n";
    let _ = client.write_all(word.as_bytes()).await;
}
