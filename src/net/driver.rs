//! One open connection: bytes in, bytes out, nothing of what they mean. A task a connection; what the node asks of it
//! goes into a shared [`Conn`] and wakes the task once, however much was asked.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Buf, Bytes};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, Sleep};

use super::tcp::{self, Flight};
use super::{CloseReason, ConnId, Report};

/// The most bytes that may wait for a peer that does not read. The node stops long before; see
/// [`Report::Written`].
pub(super) const MAX_QUEUED: usize = 16 * 1024 * 1024;

/// How much is read at once.
pub(super) const CHUNK: usize = 64 * 1024;

/// How many queued pieces are written with one system call.
const PIECES: usize = 64;

/// How long a close may take to write what is queued and to see the peer's end.
const CLOSING: Duration = Duration::from_secs(5);

/// Room to read into, shared by all connections: it is used only between two instants without waiting.
pub(super) type Scratch = Arc<Mutex<Box<[u8]>>>;

/// Makes the room that all connections share.
pub(super) fn scratch() -> Scratch {
    Arc::new(Mutex::new(vec![0; CHUNK].into()))
}

/// How the node holds on to a connection, also while it is still being dialled.
#[derive(Debug, Default)]
pub(super) struct Conn {
    asked: Mutex<Asked>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Asked {
    /// Not yet taken over by the task.
    queue: Vec<Bytes>,
    /// Bytes in `queue` and with the task.
    queued: usize,
    paused: bool,
    /// `Some(flush)`.
    close: Option<bool>,
}

impl Conn {
    /// Queues bytes. Too many end the connection.
    pub(super) fn write(&self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        let mut asked = self.asked();
        asked.queued = asked.queued.saturating_add(bytes.len());
        asked.queue.push(bytes);
        let first = asked.queue.len() == 1;
        drop(asked);
        if first {
            self.wake.notify_one();
        }
    }

    /// Stops or resumes reading.
    pub(super) fn pause(&self, paused: bool) {
        self.asked().paused = paused;
        self.wake.notify_one();
    }

    /// Ends the connection.
    pub(super) fn close(&self, flush: bool) {
        self.asked().close = Some(flush);
        self.wake.notify_one();
    }

    /// Resolves when the node closes; for whoever dials.
    pub(super) async fn closed(&self) {
        while self.asked().close.is_none() {
            self.wake.notified().await;
        }
        self.wake.notify_one();
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a connection to its end. Reports [`Report::Closed`] unless the node closed it.
pub(super) async fn run(
    id: ConnId,
    stream: TcpStream,
    conn: Arc<Conn>,
    reports: mpsc::Sender<Report>,
    scratch: Scratch,
) {
    let mut driver = Driver {
        id,
        stream,
        conn,
        reports,
        scratch,
        queue: VecDeque::new(),
        written: 0,
        readable: false,
        look: Box::pin(tokio::time::sleep(Duration::ZERO)),
        watching: false,
    };
    match driver.work().await {
        End::Asked { flush: true } => driver.finish().await,
        End::Asked { flush: false } => tcp::reset_on_close(&driver.stream),
        End::Happened(why) => {
            driver.report_written().await;
            let _ = driver.reports.send(Report::Closed { conn: id, why }).await;
        }
    }
}

struct Driver {
    id: ConnId,
    stream: TcpStream,
    conn: Arc<Conn>,
    reports: mpsc::Sender<Report>,
    scratch: Scratch,
    queue: VecDeque<Bytes>,
    /// Bytes that the kernel has and the node has not been told of.
    written: usize,
    /// Something is there to be read, as soon as there is room for a report.
    readable: bool,
    /// The next look at what is in flight, if `watching`.
    look: Pin<Box<Sleep>>,
    watching: bool,
}

enum End {
    Asked { flush: bool },
    Happened(CloseReason),
}

impl Driver {
    async fn work(&mut self) -> End {
        loop {
            let paused = match self.take_over() {
                Ok(paused) => paused,
                Err(end) => return end,
            };
            if let Err(error) = self.write_some() {
                return End::Happened(reason(&error));
            }
            self.try_report_written();
            tokio::select! {
                biased;
                () = self.conn.wake.notified() => {}
                permit = self.reports.reserve(), if self.written > 0 || (self.readable && !paused) => {
                    let Ok(permit) = permit else {
                        return End::Asked { flush: false }; // Nobody listens any more.
                    };
                    if self.written > 0 {
                        permit.send(Report::Written { conn: self.id, bytes: std::mem::take(&mut self.written) });
                    } else {
                        match read_some(&self.stream, &self.scratch) {
                            Ok(Some(bytes)) => permit.send(Report::Received { conn: self.id, bytes }),
                            Ok(None) => self.readable = false,
                            Err(why) => return End::Happened(why),
                        }
                    }
                }
                ready = self.stream.readable(), if !paused && !self.readable => match ready {
                    Ok(()) => self.readable = true,
                    Err(error) => return End::Happened(reason(&error)),
                },
                () = self.look.as_mut(), if self.watching => {
                    self.watching = false;
                    match tcp::flight(&self.stream) {
                        Flight::Lost => return End::Happened(CloseReason::Unreachable),
                        Flight::Flying => watch(&mut self.look, &mut self.watching),
                        Flight::Landed => {}
                    }
                }
                ready = self.stream.writable(), if !self.queue.is_empty() => {
                    if let Err(error) = ready {
                        return End::Happened(reason(&error));
                    }
                }
            }
        }
    }

    /// Takes what was asked since the last time; says whether reading is paused.
    fn take_over(&mut self) -> Result<bool, End> {
        let mut asked = self.conn.asked();
        self.queue.extend(asked.queue.drain(..));
        if let Some(flush) = asked.close {
            return Err(End::Asked { flush });
        }
        if asked.queued > MAX_QUEUED {
            tracing::warn!(
                conn = self.id.0,
                queued = asked.queued,
                "the peer does not read, connection dropped"
            );
            return Err(End::Happened(CloseReason::Error));
        }
        Ok(asked.paused)
    }

    /// Writes until the kernel takes no more.
    fn write_some(&mut self) -> io::Result<()> {
        let before = self.written;
        let result = write_queue(&self.stream, &mut self.queue, &mut self.written);
        let taken = self.written - before;
        if taken > 0 {
            let mut asked = self.conn.asked();
            asked.queued = asked.queued.saturating_sub(taken);
            drop(asked);
            watch(&mut self.look, &mut self.watching);
        }
        result
    }

    fn try_report_written(&mut self) {
        if self.written > 0
            && self
                .reports
                .try_send(Report::Written {
                    conn: self.id,
                    bytes: self.written,
                })
                .is_ok()
        {
            self.written = 0;
        }
    }

    async fn report_written(&mut self) {
        if self.written > 0 {
            let _ = self
                .reports
                .send(Report::Written {
                    conn: self.id,
                    bytes: self.written,
                })
                .await;
        }
    }

    /// Writes what is queued, sends FIN and reads to the peer's end, so that nothing of ours is lost to a reset.
    async fn finish(&mut self) {
        let closing = async {
            while !self.queue.is_empty() {
                self.stream.writable().await?;
                write_queue(&self.stream, &mut self.queue, &mut self.written)?;
            }
            SockRef::from(&self.stream).shutdown(std::net::Shutdown::Write)?;
            loop {
                self.stream.readable().await?;
                if read_some(&self.stream, &self.scratch).is_err() {
                    return io::Result::Ok(());
                }
            }
        };
        if tokio::time::timeout(CLOSING, closing).await.is_err() {
            tracing::debug!(
                conn = self.id.0,
                "the peer did not end the connection in time"
            );
        }
    }
}

/// Looks at what is in flight in a while. One timer however much is written.
fn watch(look: &mut Pin<Box<Sleep>>, watching: &mut bool) {
    if !*watching {
        *watching = true;
        look.as_mut().reset(Instant::now() + tcp::LOOK_EVERY);
    }
}

fn write_queue(
    stream: &TcpStream,
    queue: &mut VecDeque<Bytes>,
    written: &mut usize,
) -> io::Result<()> {
    while !queue.is_empty() {
        let mut pieces = [IoSlice::new(&[]); PIECES];
        for (piece, bytes) in pieces.iter_mut().zip(queue.iter()) {
            *piece = IoSlice::new(bytes);
        }
        let count = queue.len().min(PIECES);
        match stream.try_write_vectored(pieces.get(..count).unwrap_or_default()) {
            Ok(taken) => {
                *written += taken;
                advance(queue, taken);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn advance(queue: &mut VecDeque<Bytes>, mut taken: usize) {
    while let Some(first) = queue.front_mut() {
        if first.len() > taken {
            first.advance(taken);
            return;
        }
        taken -= first.len();
        queue.pop_front();
    }
}

/// What is there to be read, `None` if nothing.
fn read_some(stream: &TcpStream, scratch: &Scratch) -> Result<Option<Bytes>, CloseReason> {
    let mut scratch = scratch.lock().unwrap_or_else(PoisonError::into_inner);
    match stream.try_read(&mut scratch) {
        Ok(0) => Err(CloseReason::Eof),
        Ok(count) => Ok(scratch.get(..count).map(Bytes::copy_from_slice)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(reason(&error)),
    }
}

fn reason(error: &io::Error) -> CloseReason {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            CloseReason::Reset
        }
        ErrorKind::TimedOut
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown => CloseReason::Unreachable,
        _ => CloseReason::Error,
    }
}
