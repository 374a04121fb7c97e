//! One open connection: bytes in, bytes out, nothing of what they mean. A task a connection; what the node asks of it
//! goes into a shared [`Conn`] and wakes the task once, however much was asked.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{Buf, Bytes};
use socket2::SockRef;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, Sleep};

use super::tcp::{self, Flight};
use super::tls::Tls;
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

/// Something to be done in order.
#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    /// From here on everything is encrypted; or why it cannot be.
    Tls(Box<Result<Tls, String>>),
}

#[derive(Debug, Default)]
struct Asked {
    /// Not yet taken over by the task.
    queue: Vec<Piece>,
    /// Bytes in `queue` and with the task.
    queued: usize,
    paused: bool,
    /// To be watched, closely or not, from now on.
    watch: Option<bool>,
    /// `Some(flush)`.
    close: Option<bool>,
}

impl Conn {
    /// Queues bytes. Too many end the connection.
    pub(super) fn write(&self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        self.push(bytes.len(), Piece::Bytes(bytes));
    }

    /// Encrypts what comes after what was written so far.
    pub(super) fn start_tls(&self, tls: Result<Tls, String>) {
        self.push(0, Piece::Tls(Box::new(tls)));
    }

    fn push(&self, size: usize, piece: Piece) {
        let mut asked = self.asked();
        asked.queued = asked.queued.saturating_add(size);
        asked.queue.push(piece);
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

    /// See [`super::Request::Watch`].
    pub(super) fn watch(&self, closely: bool) {
        self.asked().watch = Some(closely);
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
        wire: Wire::default(),
        written: 0,
        readable: false,
        look: Box::pin(tokio::time::sleep(Duration::ZERO)),
        looks: false,
    };
    match driver.work().await {
        End::Asked { flush: true } => driver.finish().await,
        End::Asked { flush: false } => tcp::reset_on_close(&driver.stream),
        End::Happened(why) => {
            driver.report_written().await;
            let _ = driver.reports.send(Report::Closed { conn: id, why }).await;
        }
        End::Untrue(error) => {
            // The other end may learn why, if it reads on.
            let _ = driver.write_some();
            let _ = driver
                .reports
                .send(Report::TlsFailed { conn: id, error })
                .await;
        }
    }
}

struct Driver {
    id: ConnId,
    stream: TcpStream,
    conn: Arc<Conn>,
    reports: mpsc::Sender<Report>,
    scratch: Scratch,
    wire: Wire,
    /// Bytes that the kernel has and the node has not been told of, as the node counts them.
    written: usize,
    /// Something is there to be read, as soon as there is room for a report.
    readable: bool,
    /// The next look at what is in flight, if `looks`.
    look: Pin<Box<Sleep>>,
    looks: bool,
}

enum End {
    Asked {
        flush: bool,
    },
    Happened(CloseReason),
    /// What came is no TLS, or not untouched.
    Untrue(String),
}

/// What goes to the wire and comes from it, encrypted or not.
#[derive(Default)]
struct Wire {
    /// As it goes to the wire.
    queue: VecDeque<Bytes>,
    tls: Option<Box<Secure>>,
    /// What was read and the node has not been told of; nothing more is read before.
    news: VecDeque<Report>,
}

impl Wire {
    /// Brings what was asked into the form in which it goes to the wire.
    fn add(&mut self, pieces: Vec<Piece>) -> Result<(), String> {
        for piece in pieces {
            match piece {
                Piece::Bytes(bytes) => match &mut self.tls {
                    None => self.queue.push_back(bytes),
                    Some(secure) => {
                        secure.tls.seal(&bytes)?;
                        self.gather(bytes.len());
                    }
                },
                Piece::Tls(tls) => {
                    let before: usize = self.queue.iter().map(Bytes::len).sum();
                    let ledger = [(before, before)].into_iter().filter(|(wire, _)| *wire > 0);
                    self.tls = Some(Box::new(Secure {
                        tls: (*tls)?,
                        ledger: ledger.collect(),
                    }));
                    self.gather(0);
                }
            }
        }
        Ok(())
    }

    /// Queues what TLS has for the wire; `plain` bytes of the node's are in it.
    fn gather(&mut self, plain: usize) {
        let Some(secure) = &mut self.tls else { return };
        let sealed = secure.tls.outgoing();
        secure
            .ledger
            .push_back((sealed.as_ref().map_or(0, Bytes::len), plain));
        self.queue.extend(sealed);
    }

    /// What was read, for the node; what comes in addition waits in `news`.
    fn open(&mut self, conn: ConnId, bytes: Bytes) -> Result<Option<Report>, String> {
        let Some(secure) = &mut self.tls else {
            return Ok(Some(Report::Received { conn, bytes }));
        };
        let taken = secure.tls.take(&bytes);
        self.gather(0);
        let taken = taken?;
        let secured = taken.secured.map(|(key, exporter)| Report::Secured {
            conn,
            key,
            exporter,
        });
        let received = (!taken.plaintext.is_empty()).then(|| Report::Received {
            conn,
            bytes: taken.plaintext.into(),
        });
        self.news.extend(secured.into_iter().chain(received));
        Ok(self.news.pop_front())
    }
}

/// TLS on this connection, and which bytes on the wire stand for how many of the node's.
struct Secure {
    tls: Tls,
    ledger: VecDeque<(usize, usize)>,
}

impl Secure {
    /// So many bytes went to the wire: how many of the node's are gone with them.
    fn settle(&mut self, mut sent: usize) -> usize {
        let mut whole = 0;
        while let Some((wire, plain)) = self.ledger.front_mut() {
            if *wire > sent {
                *wire -= sent;
                break;
            }
            sent -= *wire;
            whole += *plain;
            self.ledger.pop_front();
        }
        whole
    }
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
                permit = self.reports.reserve(), if self.written > 0 || !self.wire.news.is_empty() || (self.readable && !paused) => {
                    let Ok(permit) = permit else {
                        return End::Asked { flush: false }; // Nobody listens any more.
                    };
                    if self.written > 0 {
                        permit.send(Report::Written { conn: self.id, bytes: std::mem::take(&mut self.written) });
                    } else if let Some(news) = self.wire.news.pop_front() {
                        permit.send(news);
                    } else {
                        let (read, more) = match read_some(&mut self.stream, &self.scratch) {
                            Ok(read) => read,
                            Err(why) => return End::Happened(why),
                        };
                        self.readable = more;
                        match read.map(|bytes| self.wire.open(self.id, bytes)).transpose() {
                            Ok(Some(Some(report))) => permit.send(report),
                            Ok(_) => {}
                            Err(error) => return End::Untrue(error),
                        }
                    }
                }
                ready = self.stream.readable(), if !paused && !self.readable => match ready {
                    Ok(()) => self.readable = true,
                    Err(error) => return End::Happened(reason(&error)),
                },
                () = self.look.as_mut(), if self.looks => {
                    self.looks = false;
                    match tcp::flight(&self.stream) {
                        Flight::Lost => return End::Happened(CloseReason::Unreachable),
                        Flight::Flying => look_soon(&mut self.look, &mut self.looks),
                        Flight::Landed => {}
                    }
                }
                ready = self.stream.writable(), if !self.wire.queue.is_empty() => {
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
        if !asked.queue.is_empty() {
            let pieces = std::mem::take(&mut asked.queue);
            drop(asked);
            self.wire.add(pieces).map_err(End::Untrue)?;
            asked = self.conn.asked();
        }
        if let Some(closely) = asked.watch.take() {
            tcp::watch(&self.stream, closely);
        }
        if let Some(flush) = asked.close {
            drop(asked);
            if let Some(secure) = self.wire.tls.as_mut().filter(|_| flush) {
                secure.tls.finish();
                self.wire.gather(0);
            }
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
        let mut sent = 0;
        let result = write_queue(&self.stream, &mut self.wire.queue, &mut sent);
        let taken = match &mut self.wire.tls {
            Some(secure) => secure.settle(sent),
            None => sent,
        };
        self.written += taken;
        if sent > 0 {
            let mut asked = self.conn.asked();
            asked.queued = asked.queued.saturating_sub(taken);
            drop(asked);
            look_soon(&mut self.look, &mut self.looks);
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
            while !self.wire.queue.is_empty() {
                self.stream.writable().await?;
                write_queue(&self.stream, &mut self.wire.queue, &mut self.written)?;
            }
            SockRef::from(&self.stream).shutdown(std::net::Shutdown::Write)?;
            loop {
                self.stream.readable().await?;
                if read_some(&mut self.stream, &self.scratch).is_err() {
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
fn look_soon(look: &mut Pin<Box<Sleep>>, looks: &mut bool) {
    if !*looks {
        *looks = true;
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

/// What is there to be read, `None` if nothing; and whether there may be more. By `poll_read`, which after a short read takes
/// the socket for empty and does not ask the kernel once more.
fn read_some(
    stream: &mut TcpStream,
    scratch: &Scratch,
) -> Result<(Option<Bytes>, bool), CloseReason> {
    let mut scratch = scratch.lock().unwrap_or_else(PoisonError::into_inner);
    let mut room = ReadBuf::new(&mut scratch);
    // Nobody is to be woken: who waits does so for `readable`.
    let mut context = Context::from_waker(Waker::noop());
    match Pin::new(stream).poll_read(&mut context, &mut room) {
        Poll::Pending => Ok((None, false)),
        Poll::Ready(Ok(())) if room.filled().is_empty() => Err(CloseReason::Eof),
        Poll::Ready(Ok(())) => {
            let more = room.remaining() == 0;
            Ok((Some(Bytes::copy_from_slice(room.filled())), more))
        }
        Poll::Ready(Err(error)) => Err(reason(&error)),
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
