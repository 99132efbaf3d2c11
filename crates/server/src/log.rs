//! The log: JSON lines on stderr. Routes, codes and times; never what people wrote.

use std::path::{Path, PathBuf};

use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Begins to log. `TIEXIN_LOG` chooses what is told (default `info`), within [`may_be_told`].
pub(crate) fn begin() {
    let filter = EnvFilter::try_from_env("TIEXIN_LOG").unwrap_or_else(|_| {
        EnvFilter::new("info,refinery_core=warn,rusqlite_migration=warn,tokio_postgres=warn")
    });
    let lines = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr);
    let _ = tracing_subscriber::registry().with(filter).with(filter_fn(may_be_told)).with(lines).try_init();
    keep_crashes(
        std::env::var_os("STATE_DIRECTORY").map_or_else(|| PathBuf::from("."), PathBuf::from).as_path(),
    );
}

/// From now on a panic leaves a file in this folder. The message of a panic could hold a row: it is not told.
pub(crate) fn keep_crashes(folder: &Path) {
    tiexin_terminal::crash::keep(folder, "tiexin-server", env!("CARGO_PKG_VERSION"), |place, file| {
        let file = file.map(|file| file.display().to_string()).unwrap_or_default();
        tracing::error!(%place, %file, "the program broke");
    });
}

/// Whatever level is asked for: drivers of databases write the values of a statement into their log, libraries of
/// the line what goes over it. Only this program's own lines are told in full.
fn may_be_told(line: &Metadata<'_>) -> bool {
    let of = |name: &str| line.target() == name || line.target().starts_with(&format!("{name}::"));
    let most = if line.target().starts_with("tiexin") {
        Level::TRACE
    } else if ["tokio_postgres", "postgres", "rusqlite", "rusqlite_migration", "refinery_core"]
        .iter()
        .any(|name| of(name))
    {
        Level::WARN
    } else {
        Level::INFO
    };
    *line.level() <= most
}
