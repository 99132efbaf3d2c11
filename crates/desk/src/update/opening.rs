//! Opening the book of a desk by the program that runs here.

use tiexin_contract::ErrorReply;
use tiexin_store::UnlockError;

use super::trial;
use crate::config::DeskConfig;

/// Opens a book by `open`, which is told whether this version does so for the first time. What is in the way of the
/// person is told by `tell`.
pub(crate) fn opening<T>(
    config: &DeskConfig,
    open: impl FnOnce(bool) -> Result<T, UnlockError>,
    tell: impl FnOnce(UnlockError) -> ErrorReply,
) -> Result<T, ErrorReply> {
    let version = config.install.as_ref().filter(|install| install.updated).map(|install| install.running);
    trial::opening(&config.data_dir, version, open, tell)
}
