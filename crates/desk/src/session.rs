//! Who is at the desk: sign-in, idling, the open book.

use tiexin_contract::ErrorReply;

use crate::config::DeskConfig;

pub(crate) struct Sessions;

impl Sessions {
    pub(crate) fn open(config: &DeskConfig) -> Result<Sessions, ErrorReply> {
        std::fs::create_dir_all(&config.data_dir).map_err(|_| crate::errors::internal())?;
        Ok(Sessions)
    }
}
