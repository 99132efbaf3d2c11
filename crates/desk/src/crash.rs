//! When the program breaks it writes where, and nothing of what it held.

use std::path::{Path, PathBuf};

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
