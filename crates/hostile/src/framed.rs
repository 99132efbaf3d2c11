//! How an input travels.

/// The first byte's flags, and the rest.
pub(crate) fn flags(input: &[u8]) -> Option<(u8, &[u8])> {
    input.split_first().map(|(flags, rest)| (*flags, rest))
}

/// Compressed as a peer would, or left as raw bytes of the wire.
pub(crate) fn on_the_wire(raw: bool, bytes: &[u8]) -> Vec<u8> {
    if raw { bytes.to_vec() } else { zstd::bulk::compress(bytes, 1).unwrap_or_default() }
}
