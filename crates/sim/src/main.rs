//! The seeded simulator: real books, the real server's core, a network and machines that fail.
//!
//! `sim run` plays seeds; `sim replay SEED` plays one again and tells its history, shrunk to what still
//! fails; `sim soak MINUTES` goes on until the time is over; `sim bugs` plants every known bug in turn and
//! prints how many seeds it took to find it. See `docs/sync-proof.md`.

mod check;
mod line;
mod run;
mod step;
mod tally;
mod world;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

/// The simulator of the sync protocol.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    job: Job,
    /// Steps of one history.
    #[arg(long, global = true, default_value_t = 200)]
    steps: usize,
    /// Histories played at the same time.
    #[arg(long, global = true, default_value_t = std::thread::available_parallelism().map_or(2, usize::from))]
    threads: usize,
}

#[derive(Subcommand)]
enum Job {
    /// Plays seeds FROM, FROM+1 …
    Run {
        #[arg(long, default_value_t = 1)]
        from: u64,
        #[arg(long, default_value_t = 2000)]
        seeds: u64,
    },
    /// Plays one seed and tells its history; a failing one is shrunk.
    Replay { seed: u64 },
    /// Plays seeds that nobody has played until the time is over.
    Soak { minutes: u64 },
    /// Plants each known bug in turn, in a process of its own; every one must be found.
    Bugs {
        /// Seeds to try at most for each.
        #[arg(long, default_value_t = 400)]
        most: u64,
        /// Only these.
        only: Vec<String>,
    },
    /// Looks for the bug that is planted in this process; prints the seed that finds it.
    #[command(hide = true)]
    Find { most: u64 },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let begun = Instant::now();
    match cli.job {
        Job::Run { from, seeds } => run::many(from, seeds, cli.steps, cli.threads, None, begun),
        Job::Soak { minutes } => {
            let from = 1_000_000 + u64::from(std::process::id()) * 100_000;
            let end = begun + Duration::from_secs(minutes * 60);
            run::many(from, u64::MAX - from, cli.steps, cli.threads, Some(end), begun)
        }
        Job::Replay { seed } => run::replay(seed, cli.steps),
        Job::Find { most } => run::find(most, cli.steps),
        Job::Bugs { most, only } => run::bugs(most, &only, cli.steps, cli.threads),
    }
}
