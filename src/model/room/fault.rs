//! Errors to be put into an engine on purpose, so that the simulator can show that each of its checks would find one. Builds
//! without debug assertions do not have them: there [`Room::seed_fault`](super::engine::Room::seed_fault) does nothing.

/// What an engine does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does not ask for what it hears that it lacks.
    ForgetsToAsk,
    /// It shows what is said in the order in which it came.
    OrderOfArrival,
    /// What comes late is applied as if it were the last.
    LateIsLast,
    /// Roles stay as they were when the room began.
    OldRoles,
    /// Who is banned or has no voice is heard all the same.
    HearsAll,
    /// It says that an entry is delivered as soon as it is on its own disk.
    DeliveredAtOnce,
    /// Of two entries in one place it keeps the first and says nothing.
    IgnoresForks,
    /// It does not show what comes late.
    HidesLate,
    /// It subscribes to everybody.
    HoldsOnToAll,
    /// It passes everything on to everybody.
    PassesOnToAll,
    /// It passes on nothing that others wrote, whoever asks.
    Withholds,
    /// It draws random numbers that do not come from its seed.
    OtherDice,
}

#[cfg(debug_assertions)]
static OTHER_DICE: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// Different each time.
pub(super) fn other_dice() -> u64 {
    #[cfg(debug_assertions)]
    return OTHER_DICE.fetch_add(0x9e37_79b9, std::sync::atomic::Ordering::Relaxed);
    #[cfg(not(debug_assertions))]
    return 0;
}
