//! The first random numbers for TLS.

use std::sync::Once;

/// The cryptographic library gathers its first random numbers from the processor's jitter, which takes some tens of
/// milliseconds of computing, for each process once. They are gathered beside everything else and before anybody needs them: when we
/// begin to connect, or when others learn that they can connect to us. Not at the start, where people wait for the window.
pub(super) fn gather() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        // Without a thread for it, the first handshake does it.
        let _ = std::thread::Builder::new()
            .name("entropy".into())
            .spawn(|| {
                if aws_lc_rs::rand::fill(&mut [0]).is_err() {
                    tracing::error!("no random numbers for TLS");
                }
            });
    });
}
