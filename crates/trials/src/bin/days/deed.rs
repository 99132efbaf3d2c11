//! What may happen to a desk, and in which order it is tried first.

/// What may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deed {
    Work,
    Photo,
    Colleague,
    Quiet,
    IdleLock,
    Sleep,
    NetworkLost,
    LinesGoSilent,
    ServerRestarts,
    ClockSet,
    DeskKilled,
}

/// In this order first, so that a short run has seen each; then as the dice fall.
pub(crate) const DEEDS: [Deed; 11] = [
    Deed::Work,
    Deed::Photo,
    Deed::ServerRestarts,
    Deed::NetworkLost,
    Deed::Sleep,
    Deed::ClockSet,
    Deed::LinesGoSilent,
    Deed::Colleague,
    Deed::DeskKilled,
    Deed::Quiet,
    Deed::IdleLock,
];
