//! Known-wrong variants, one line each, that the simulator must find: they show that it can fail.
//!
//! Without the feature `sim` the question is answered at compile time and nothing of them is left.

/// Whether the named bug is planted in this process (`TIEXIN_PLANTED`).
#[cfg(feature = "sim")]
pub fn planted(bug: &str) -> bool {
    static NAME: std::sync::LazyLock<Option<String>> =
        std::sync::LazyLock::new(|| std::env::var("TIEXIN_PLANTED").ok());
    NAME.as_deref() == Some(bug)
}

/// Never.
#[cfg(not(feature = "sim"))]
#[inline(always)]
pub const fn planted(_: &str) -> bool {
    false
}
