//! The log: JSON lines on stderr. Routes, codes and times; never what people wrote.

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
    // The message of a panic could hold a row.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        tracing::error!(%place, "the program broke");
    }));
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
