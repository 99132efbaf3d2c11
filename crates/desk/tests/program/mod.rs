//! The program that the tests of the command line and the field cases run.

use std::path::PathBuf;

/// Of TIEXIN_BIN_DIR, where the Windows one answers under Wine, or as built beside this test.
pub(crate) fn under_test() -> PathBuf {
    let folder = std::env::var_os("TIEXIN_BIN_DIR").map(PathBuf::from);
    folder.map_or_else(|| env!("CARGO_BIN_EXE_tiexin-desk").into(), |folder| folder.join("tiexin-desk"))
}
