//! How a desk is set up. Everything that differs between the window, the terminal and a test is here.

use std::path::PathBuf;
use std::sync::Arc;

use tiexin_sync::Pace;
use tiexin_sync::release::Trusted;

use crate::clock::{Clock, Ids, SystemClock, SystemIds};
use crate::update::Install;

/// How much work a password check costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KdfCost {
    /// For people's books.
    Full,
    /// For tests and the demo: quick and not safe.
    Quick,
}

#[derive(Clone)]
pub struct DeskConfig {
    /// The folder of the book. Made when absent.
    pub data_dir: PathBuf,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// Minutes without a touch until the desk locks; 0: never.
    pub idle_minutes: u32,
    pub kdf: KdfCost,
    /// A demo county: its accounts (`demo-accounts.json` in the folder) stand at the sign-in screen.
    pub demo: bool,
    /// Rounds with the province start by themselves; off in tests that want to say when.
    pub automatic_sync: bool,
    /// How fast the clock runs: as it does, but for trials.
    pub pace: Pace,
    /// Where this program lies, for updates.
    pub install: Option<Install>,
    /// Whose updates are taken.
    pub trusted: Trusted,
}

impl DeskConfig {
    /// A worker's desk with its book in this folder. A folder with `demo-accounts.json` is a demo.
    pub fn at(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        let demo = data_dir.join(DEMO_ACCOUNTS).is_file();
        Self {
            data_dir,
            clock: SystemClock::start(),
            ids: Arc::new(SystemIds),
            idle_minutes: 15,
            kdf: KdfCost::of_this_program(),
            demo,
            automatic_sync: true,
            pace: Pace::REAL,
            install: Install::of_this_program(),
            trusted: Trusted::built_in(),
        }
    }

    /// A desk for a test: quick passwords, no idling, no rounds by itself.
    pub fn quick(data_dir: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        Self { clock, kdf: KdfCost::Quick, idle_minutes: 0, automatic_sync: false, ..Self::at(data_dir) }
    }
}

/// A list of [`tiexin_contract::session::DemoAccount`], written by the demo generator only.
pub const DEMO_ACCOUNTS: &str = "demo-accounts.json";

impl KdfCost {
    /// A program that ships always asks the full price. One that was built for tests is started by them a thousand times,
    /// and takes the quick one where `TIEXIN_QUICK_KEYS` is set.
    fn of_this_program() -> Self {
        #[cfg(debug_assertions)]
        if std::env::var_os("TIEXIN_QUICK_KEYS").is_some() {
            return KdfCost::Quick;
        }
        KdfCost::Full
    }

    pub(crate) fn of_store(self) -> tiexin_store::KdfCost {
        match self {
            KdfCost::Full => tiexin_store::KdfCost::STRONG,
            KdfCost::Quick => tiexin_store::KdfCost::QUICK,
        }
    }
}
