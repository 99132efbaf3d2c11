//! Files that were named on the command line.

use std::path::Path;

use zeroize::Zeroizing;

use crate::error::{Error, Result, unread};

/// The text of a file, in whichever code an editor saved it; it may be a key.
pub(super) fn text_of(file: &Path) -> Result<Zeroizing<String>> {
    let bytes = Zeroizing::new(std::fs::read(file).map_err(unread(file))?);
    let text = tiexin_terminal::text(&bytes).map(Zeroizing::new);
    text.map_err(|e| Error::Config(format!("{}：{e}", file.display())))
}
