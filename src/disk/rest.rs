//! How a thread rests and is woken. While it does not rest, that costs whoever writes no system call.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// Shared by the one who rests and those who wake it.
#[derive(Debug, Default)]
pub struct Rest {
    rests: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Rest {
    /// It is this thread that rests.
    pub fn is_here(&self) {
        self.thread.get_or_init(std::thread::current);
    }

    /// Something has come; said after it was put where the other one looks.
    pub fn wake(&self) {
        // Either this reads that it rests, or what was put there before is seen by whoever says so.
        if self.rests.swap(false, Ordering::AcqRel)
            && let Some(thread) = self.thread.get()
        {
            thread.unpark();
        }
    }

    /// Rests until something has `come`, or for so long; was it so long?
    pub fn until(&self, most: Duration, come: impl Fn() -> bool) -> bool {
        let end = Instant::now() + most;
        loop {
            self.rests.swap(true, Ordering::AcqRel);
            let left = end.saturating_duration_since(Instant::now());
            if come() || left.is_zero() {
                self.rests.store(false, Ordering::Release);
                return !come();
            }
            std::thread::park_timeout(left);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]

    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn whoever_rests_hears_of_each_thing_that_comes() {
        let (rest, come) = (Arc::new(Rest::default()), Arc::new(AtomicUsize::new(0)));
        let resting = std::thread::spawn({
            let (rest, come) = (rest.clone(), come.clone());
            move || {
                rest.is_here();
                // Each would rest for an hour, were it not woken.
                for seen in 0..10_000 {
                    let news = || come.load(Ordering::Acquire) > seen;
                    assert!(!rest.until(Duration::from_secs(3600), news));
                }
            }
        });
        for n in 0..10_000 {
            come.fetch_add(1, Ordering::AcqRel);
            rest.wake();
            if n % 7 == 0 {
                std::thread::yield_now();
            }
        }
        resting.join().unwrap();
    }

    #[test]
    fn a_rest_ends_by_itself() {
        let rest = Rest::default();
        rest.is_here();
        assert!(rest.until(Duration::from_millis(2), || false));
        assert!(rest.until(Duration::ZERO, || false));
        assert!(!rest.until(Duration::ZERO, || true));
    }
}
