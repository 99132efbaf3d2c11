//! The figures of `docs/performance.md`: each beside a bare counterpart measured in the same run.
//!
//! `bench [sync|peers|import|window …]`; without words, all but the peers. Build in release. PostgreSQL comes from
//! TIEXIN_TEST_PG, the programs from TIEXIN_BIN_DIR (`./dev bench` sets both).

mod bare;
mod figures;
mod import;
mod mixed;
mod peers;
mod process;
mod sync;
mod window;

use std::time::{Duration, Instant};

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|w| !w.starts_with('-')).collect();
    let wanted = |name: &str| words.is_empty() || words.iter().any(|w| w == name);
    let peers = words.iter().any(|w| w == "peers");
    if wanted("sync") || peers {
        let ours = sync::measure().await;
        if let Some(ours) = ours.filter(|_| peers) {
            peers::measure(&ours).await;
        }
    }
    if wanted("import") {
        import::measure().await;
    }
    if wanted("window") {
        window::measure().await;
    }
}

/// One line: what, how long, and the ratio to its bare counterpart.
fn row(what: &str, took: Duration, bare: Option<(&str, Duration)>) {
    let ms = took.as_secs_f64() * 1e3;
    match bare {
        Some((name, bare)) => {
            let ratio = took.as_secs_f64() / bare.as_secs_f64();
            println!(
                "{what:<46} {ms:>10.1} ms   {ratio:>5.2}× of {name} ({:.1} ms)",
                bare.as_secs_f64() * 1e3
            );
        }
        None => println!("{what:<46} {ms:>10.1} ms"),
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}
