//! What the program leaves behind for those who mend it: where it broke, what it was doing. Never a
//! word of what it held.

use std::path::Path;
use std::time::UNIX_EPOCH;

use tiexin_contract::session::CrashTold;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::log::may_be_told;

/// From now on a panic leaves a file in `folder`; see [`tiexin_terminal::crash`].
pub fn write_crash_files(folder: &Path) {
    tiexin_terminal::crash::keep(folder, "tiexin", env!("CARGO_PKG_VERSION"), |place, file| {
        tracing::error!(%place, "the program broke");
        tiexin_terminal::crash::say(place, file);
    });
}

/// When the program broke last, and where that is written.
pub(crate) fn last_crash(folder: &Path) -> Option<CrashTold> {
    let crash = tiexin_terminal::crash::newest(folder)?;
    let at = crash.at.duration_since(UNIX_EPOCH).ok()?;
    Some(CrashTold {
        at: i64::try_from(at.as_millis()).ok()?,
        path: crash.path.to_string_lossy().into_owned(),
    })
}

/// More than half a year of days (Cybersecurity Law: six months at least).
const DAYS_KEPT: usize = 200;

/// Writes the log to `logs/` in `folder`, a file a day. `TIEXIN_LOG` chooses what is told. Does nothing
/// when the process logs somewhere already or the folder cannot be written.
pub fn write_logs(folder: &Path) {
    let logs = folder.join("logs");
    // Before old files are cleared: of a folder that is not there the library tells in English.
    if std::fs::create_dir_all(&logs).is_err() {
        return;
    }
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("tiexin")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(logs);
    let Ok(files) = files else { return };
    let filter = EnvFilter::try_from_env("TIEXIN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(files);
    let _ = tracing_subscriber::registry().with(filter).with(filter_fn(may_be_told)).with(lines).try_init();
}
