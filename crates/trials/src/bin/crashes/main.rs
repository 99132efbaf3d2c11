//! kill −9 while saving, importing, restoring and syncing: `docs/crash-proof.md`.
//!
//! `crashes [--rounds N | --minutes N] [--seed N] [saving|importing|restoring|syncing-sqlite|syncing-postgres|
//! together-sqlite|together-postgres …]`;
//! without words, all, 100 rounds each. Programs come from TIEXIN_BIN_DIR, PostgreSQL from
//! TIEXIN_TEST_PG. Ends with 1 at the first fault.

mod images;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use tiexin_testkit::province::Keep;
use tiexin_testkit::window::Trouble;
use tiexin_trials::killed::{Importing, Restoring, Saving, Syncing, Tally, Together};

/// One of the loops.
enum Loop {
    Saving(Saving),
    Importing(Importing),
    Restoring(Restoring),
    Syncing(Box<Syncing>),
    Together(Box<Together>),
}

impl Loop {
    async fn round(&mut self) -> Result<(), Trouble> {
        match self {
            Loop::Saving(work) => work.round().await,
            Loop::Importing(work) => work.round().await,
            Loop::Restoring(work) => work.round().await,
            Loop::Syncing(work) => work.round().await,
            Loop::Together(work) => work.round().await,
        }
    }

    fn tally(&self) -> &Tally {
        match self {
            Loop::Saving(work) => &work.tally,
            Loop::Importing(work) => &work.tally,
            Loop::Restoring(work) => &work.tally,
            Loop::Syncing(work) => &work.tally,
            Loop::Together(work) => &work.tally,
        }
    }
}

struct Wish {
    rounds: u64,
    until: Option<Instant>,
    seed: u64,
    names: Vec<String>,
}

const NAMES: [&str; 7] = [
    "saving",
    "importing",
    "restoring",
    "syncing-sqlite",
    "syncing-postgres",
    "together-sqlite",
    "together-postgres",
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("images", rest)) = words.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return images::images(rest);
    }
    // Invariant: threads can be started.
    tokio::runtime::Runtime::new().expect("a runtime").block_on(kills(words))
}

async fn kills(words: Vec<String>) -> ExitCode {
    let wish = match wish(words.into_iter()) {
        Ok(wish) => wish,
        Err(Trouble(why)) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    println!("seed {}", wish.seed);
    let start = Instant::now();
    let mut loops = BTreeMap::new();
    let outcome = run(&wish, &mut loops).await;
    for (name, work) in &loops {
        println!("{name}: {}", work.tally());
    }
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    let rounds: u64 = loops.values().map(|work| work.tally().rounds).sum();
    match outcome {
        Ok(()) => {
            println!("soak: {rounds} rounds in {minutes:.1} minutes, no fault");
            ExitCode::SUCCESS
        }
        Err(Trouble(why)) => {
            println!("soak: {rounds} rounds in {minutes:.1} minutes, A FAULT: {why}");
            ExitCode::FAILURE
        }
    }
}

fn wish(mut words: impl Iterator<Item = String>) -> Result<Wish, Trouble> {
    let mut wish = Wish { rounds: 100, until: None, seed: fastrand::u64(..), names: Vec::new() };
    while let Some(word) = words.next() {
        let mut number = || {
            let given = words.next().and_then(|word| word.parse::<u64>().ok());
            given.ok_or_else(|| Trouble(format!("{word} wants a number")))
        };
        match word.as_str() {
            "--rounds" => wish.rounds = number()?,
            "--minutes" => wish.until = Some(Instant::now() + Duration::from_secs(number()? * 60)),
            "--seed" => wish.seed = number()?,
            name if NAMES.contains(&name) => wish.names.push(word),
            _ => return Err(Trouble(format!("{word}? known are --rounds, --minutes, --seed and {NAMES:?}"))),
        }
    }
    if wish.names.is_empty() {
        wish.names = NAMES.map(str::to_owned).to_vec();
    }
    Ok(wish)
}

/// With a time to end at, the loops take turns; else each makes all its rounds.
async fn run(wish: &Wish, loops: &mut BTreeMap<String, Loop>) -> Result<(), Trouble> {
    for name in &wish.names {
        let Some(work) = begin(name, wish.seed).await? else { continue };
        let work = loops.entry(name.clone()).or_insert(work);
        if wish.until.is_none() {
            for _ in 0..wish.rounds {
                one(name, work).await?;
            }
        }
    }
    let Some(until) = wish.until else { return Ok(()) };
    while !loops.is_empty() {
        for (name, work) in loops.iter_mut() {
            if Instant::now() > until {
                return Ok(());
            }
            one(name, work).await?;
        }
    }
    Ok(())
}

async fn begin(name: &str, seed: u64) -> Result<Option<Loop>, Trouble> {
    Ok(match name {
        "saving" => Some(Loop::Saving(Saving::begin(seed).await?)),
        "importing" => Some(Loop::Importing(Importing::begin(seed).await?)),
        "restoring" => Some(Loop::Restoring(Restoring::begin(seed).await?)),
        "syncing-sqlite" => Syncing::begin(seed, || Some(Keep::sqlite())).await?.map(syncing),
        "syncing-postgres" => Syncing::begin(seed, Keep::postgres).await?.map(syncing),
        "together-sqlite" => Together::begin(seed, || Some(Keep::sqlite())).await?.map(together),
        _ => Together::begin(seed, Keep::postgres).await?.map(together),
    })
}

fn together(work: Together) -> Loop {
    Loop::Together(Box::new(work))
}

fn syncing(work: Syncing) -> Loop {
    Loop::Syncing(Box::new(work))
}

async fn one(name: &str, work: &mut Loop) -> Result<(), Trouble> {
    work.round()
        .await
        .map_err(|Trouble(why)| Trouble(format!("{name}, round {}: {why}", work.tally().rounds)))?;
    let rounds = work.tally().rounds;
    if rounds.is_multiple_of(10) {
        eprintln!("{name}: {}", work.tally());
    }
    Ok(())
}
