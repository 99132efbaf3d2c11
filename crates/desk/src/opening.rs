//! Opening a desk with all its commands: above the commands, as they are above the desk.

use tiexin_contract::ErrorReply;

use crate::commands;
use crate::config::DeskConfig;
use crate::desk::{Desk, Registry};

impl Desk {
    /// Opens the desk of a folder. Blocks on the disk; needs nobody signed in.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(config: DeskConfig) -> Result<Desk, ErrorReply> {
        Desk::with(config, whole())
    }
}

/// All areas.
fn whole() -> Registry {
    let mut registry = Registry::default();
    commands::register(&mut registry);
    registry
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::desk::Need;

    #[test]
    fn every_command_of_the_contract_has_a_body() {
        let registry = whole();
        let all = tiexin_contract::all_names();
        let known: HashSet<_> = registry.needs().map(|(name, _)| name).collect();
        let missing: Vec<_> = all.iter().filter(|name| !known.contains(*name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert_eq!(known.len(), all.len());
    }

    #[test]
    fn only_first_use_and_sign_in_are_open() {
        let registry = whole();
        let mut open: Vec<_> =
            registry.needs().filter(|(_, need)| *need == Need::Open).map(|(name, _)| name).collect();
        open.sort_unstable();
        assert_eq!(
            open,
            [
                "backup.look",
                "backup.restore",
                "folder.list",
                "job.cancel",
                "region.children",
                "region.get",
                "region.search",
                "session.get",
                "session.lock",
                "session.rescue",
                "session.set_up_enrolled",
                "session.set_up_standalone",
                "session.sign_in",
                "session.sign_out",
            ]
        );
    }
}
