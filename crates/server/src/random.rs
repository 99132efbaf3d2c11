//! The server's only door to randomness besides ids.

/// Random bytes from the system.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    // Without the system's randomness no key may be made: stopping is the only safe answer.
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
