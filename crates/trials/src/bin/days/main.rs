//! Three days of a desk that is kept open, in an hour: `docs/sync-proof.md`.
//!
//! `days [--minutes N] [--seed N]`; 60 minutes are three days, a shorter run is as many hours less. A real server and
//! a real desk, each a process of its own; the desk's clock and waits run 72 times as fast. All along the indicator is
//! asked, and held against what the province has. Programs come from TIEXIN_BIN_DIR. Ends with 1 at the first fault.

mod clock;
mod deed;
mod life;
mod seat;
mod truth;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clock::SPEED;
use deed::DEEDS;
use life::Life;
use tiexin_testkit::window::Trouble;

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let told = match words.split_first() {
        Some((first, rest)) if first == "desk" => seat::be_the_desk(rest).await,
        _ => run(&words).await,
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(Trouble(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(words: &[String]) -> Result<(), Trouble> {
    let (mut minutes, mut seed) = (60, fastrand::u64(..1_000_000));
    for pair in words.chunks(2) {
        match pair {
            [name, value] if name == "--minutes" => minutes = number(value)?,
            [name, value] if name == "--seed" => seed = number(value)?,
            other => return Err(Trouble(format!("usage: days [--minutes N] [--seed N], not {other:?}"))),
        }
    }
    println!("seed {seed}");
    let (begun, long) = (Instant::now(), Duration::from_secs(minutes * 60));
    let mut life = Life::begin(seed).await?;
    let mut first = DEEDS.iter();
    while begun.elapsed() < long {
        let deed = first.next().copied().unwrap_or_else(|| life.any());
        life.happens(deed).await?;
    }
    for (deed, (times, longest)) in &life.tally {
        let desk_minutes = longest.as_secs_f32() * SPEED as f32 / 60.0;
        println!("{deed:?}: {times}, in sync again after at most {desk_minutes:.0} minutes of the desk");
    }
    let (looks, claims) = (life.truth.looks, life.truth.claims);
    let families = life.end().await?;
    let hours = begun.elapsed().as_secs_f32() * SPEED as f32 / 3600.0;
    println!(
        "{hours:.1} hours of the desk, {families} families, {looks} looks, {claims} of them in sync: all true"
    );
    Ok(())
}

fn number(text: &str) -> Result<u64, Trouble> {
    text.parse().map_err(|_| Trouble(format!("{text} is no number")))
}
