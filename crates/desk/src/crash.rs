//! What the program leaves behind for those who mend it: where it broke, what it was doing. Never a
//! word of what it held.

use std::path::{Path, PathBuf};

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::log::may_be_told;

/// From now on a panic leaves `crash-<ms>.txt` in `folder`: version, place in the source, thread. The
/// message is left out, it could hold a person's data; the default report on stderr goes with it.
pub fn write_crash_files(folder: &Path) {
    let folder: PathBuf = folder.to_owned();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
        let thread = std::thread::current().name().unwrap_or("-").to_owned();
        let text = format!("tiexin {}\nat {place}\nthread {thread}\n", env!("CARGO_PKG_VERSION"));
        let ms = chrono::Utc::now().timestamp_millis();
        // Nothing more can be done here when the disk refuses too.
        let _ = std::fs::write(folder.join(format!("crash-{ms}.txt")), &text);
        tracing::error!(%place, "the program broke");
        eprintln!("程序出错（{place}），已保存的数据不受影响。");
    }));
}

/// More than half a year of days (Cybersecurity Law: six months at least).
const DAYS_KEPT: usize = 200;

/// Writes the log to `logs/` in `folder`, a file a day. `TIEXIN_LOG` chooses what is told. Does nothing
/// when the process logs somewhere already or the folder cannot be written.
pub fn write_logs(folder: &Path) {
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("tiexin")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(folder.join("logs"));
    let Ok(files) = files else { return };
    let filter = EnvFilter::try_from_env("TIEXIN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(files);
    let _ = tracing_subscriber::registry().with(filter).with(filter_fn(may_be_told)).with(lines).try_init();
}
