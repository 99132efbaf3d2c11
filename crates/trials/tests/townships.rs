//! Ledgers as offices keep them, many habits in one file: figures are right, or a finding tells why not.
//! `./dev soak` tries more of them.

use tiexin_trials::habits::{Run, Tally, habits_of};

/// About a third of a second each.
const TOWNSHIPS: u64 = 150;

async fn hold(seeds: std::ops::Range<u64>) {
    let mut tally = Tally::default();
    for seed in seeds {
        tally.add(Run { seed, habits: habits_of(seed) }).await;
    }
    println!("{tally}");
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
}

/// Each habit alone, then some together.
#[tokio::test]
async fn figures_are_right_or_a_finding_tells() {
    hold(0..TOWNSHIPS / 2).await;
}

#[tokio::test]
async fn also_where_many_habits_meet() {
    hold(TOWNSHIPS / 2..TOWNSHIPS).await;
}
