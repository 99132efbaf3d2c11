//! A few rounds of what `./dev soak` does for as long as one likes.

use tiexin_testkit::killed::{Importing, Saving, Syncing, Tally};
use tiexin_testkit::province::Keep;
use tiexin_testkit::window::Trouble;

const ROUNDS: u64 = 6;
const SEED: u64 = 20261124;

/// Kills that hit nothing prove nothing.
fn hit(tally: &Tally) {
    println!("{tally}");
    assert_eq!(tally.rounds, ROUNDS);
    assert!(tally.during >= ROUNDS / 2, "too few kills landed in the work: {tally}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_saving() -> Result<(), Trouble> {
    let mut saving = Saving::begin(SEED).await?;
    for _ in 0..ROUNDS {
        saving.round().await?;
    }
    hit(&saving.tally);
    assert!(saving.tally.facts["acknowledged"] > ROUNDS);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_importing() -> Result<(), Trouble> {
    let mut importing = Importing::begin(SEED).await?;
    for _ in 0..ROUNDS {
        importing.round().await?;
    }
    hit(&importing.tally);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_syncing_with_sqlite() -> Result<(), Trouble> {
    while_syncing(|| Some(Keep::sqlite())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn while_syncing_with_postgres() -> Result<(), Trouble> {
    while_syncing(Keep::postgres).await
}

async fn while_syncing(keep: fn() -> Option<Keep>) -> Result<(), Trouble> {
    let Some(mut syncing) = Syncing::begin(SEED, keep).await? else { return Ok(()) };
    for _ in 0..ROUNDS {
        syncing.round().await?;
    }
    hit(&syncing.tally);
    Ok(())
}
