//! Our stdin and stdout without threads between: a line in or out costs one system call, not two changes of thread.
//!
//! The descriptors are shared with whoever started us, so they are never made non-blocking. Instead we wait until the
//! kernel says ready, ask again with `poll(2)`, and write no more than a ready pipe is sure to take (`PIPE_BUF`, pipe(7)).
//! What cannot be waited for (files, `/dev/null`) goes the usual way by a thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};

/// A ready pipe takes so much without blocking.
const PIPE_BUF: usize = 4096;

/// Our input. Call within a runtime.
pub fn stdin() -> Box<dyn AsyncRead + Send + Unpin> {
    match ready_fd(io::stdin().as_fd(), Interest::READABLE) {
        Ok(input) => Box::new(Input(input)),
        Err(_) => Box::new(tokio::io::stdin()),
    }
}

/// Our output. Call within a runtime.
pub fn stdout() -> Box<dyn AsyncWrite + Send + Unpin> {
    match ready_fd(io::stdout().as_fd(), Interest::WRITABLE) {
        Ok(output) => Box::new(Output(output)),
        Err(_) => Box::new(tokio::io::stdout()),
    }
}

#[expect(
    deprecated,
    reason = "its successor is an unsafe fn, for types that may close their descriptor; OwnedFd does not"
)]
fn ready_fd(fd: BorrowedFd<'_>, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(fd.try_clone_to_owned()?, interest)
}

struct Input(AsyncFd<OwnedFd>);

impl AsyncRead for Input {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut guard = ready!(self.0.poll_read_ready(cx))?;
            if !is_ready(self.0.get_ref(), PollFlags::IN)? {
                guard.clear_ready();
                continue;
            }
            match rustix::io::read(self.0.get_ref(), buffer.initialize_unfilled()) {
                Ok(count) => {
                    buffer.advance(count);
                    return Poll::Ready(Ok(()));
                }
                Err(rustix::io::Errno::AGAIN) => guard.clear_ready(),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Poll::Ready(Err(error.into())),
            }
        }
    }
}

struct Output(AsyncFd<OwnedFd>);

impl AsyncWrite for Output {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            let mut guard = ready!(self.0.poll_write_ready(cx))?;
            if !is_ready(self.0.get_ref(), PollFlags::OUT)? {
                guard.clear_ready();
                continue;
            }
            let some = bytes.get(..PIPE_BUF).unwrap_or(bytes);
            match rustix::io::write(self.0.get_ref(), some) {
                Ok(count) => return Poll::Ready(Ok(count)),
                Err(rustix::io::Errno::AGAIN) => guard.clear_ready(),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Poll::Ready(Err(error.into())),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Asks the kernel now: readiness that was reported earlier may have been used up by another process. Also true when the
/// other end is gone, which the read or write then tells.
fn is_ready(fd: &OwnedFd, wanted: PollFlags) -> io::Result<bool> {
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    loop {
        let mut fds = [PollFd::new(fd, wanted)];
        match poll(&mut fds, Some(&now)) {
            Ok(count) => return Ok(count > 0),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
