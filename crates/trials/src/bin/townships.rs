//! Random townships whose ledgers are kept as offices keep them: `townships [--count 500] [--from 0]`, or one of them
//! again by what a failure prints: `townships --seed 7 --habits NumberDate+Csv`. `--write DIR` leaves its files there.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use tiexin_trials::habits::{Run, Tally, Township, habits_of, trial};

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let word =
        |name: &str| words.iter().position(|word| word == name).and_then(|at| words.get(at + 1)).cloned();
    let number =
        |name: &str, otherwise: u64| word(name).map_or(otherwise, |text| text.parse().expect("a number"));
    if let Some(seed) = word("--seed").map(|seed| seed.parse().expect("a number")) {
        let habits = word("--habits").map_or_else(|| habits_of(seed), |names| names.parse().expect("habits"));
        return again(Run { seed, habits }, word("--write").map(PathBuf::from)).await;
    }
    let begin = Instant::now();
    let mut tally = Tally::default();
    let from = number("--from", 0);
    for seed in from..from + number("--count", 500) {
        tally.add(Run { seed, habits: habits_of(seed) }).await;
    }
    println!("{tally}in {:.1} s", begin.elapsed().as_secs_f64());
    let never = tally.never_met();
    if !never.is_empty() {
        let never: Vec<String> =
            never.iter().map(|(one, other)| format!("{}+{}", one.name(), other.name())).collect();
        println!("{} pairs never met: {}", never.len(), never.join(" "));
    }
    if tally.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn again(run: Run, folder: Option<PathBuf>) -> ExitCode {
    if let Some(folder) = folder {
        std::fs::create_dir_all(&folder).expect("a folder");
        let town = Township::random(run.seed, run.habits);
        for (at, file) in town.files.iter().enumerate() {
            std::fs::write(folder.join(format!("{at}-{}", file.name)), &file.bytes).expect("a file");
        }
        println!("{:#?}", town.steps);
    }
    let verdict = trial(run).await;
    println!("{verdict:#?}");
    if verdict.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
