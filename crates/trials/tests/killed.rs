//! A few rounds of what `./dev soak` does for as long as one likes.

use tiexin_testkit::province::Keep;
use tiexin_testkit::window::Trouble;
use tiexin_trials::killed::{Importing, Restoring, Saving, Syncing, Tally, Together};

/// Rounds at least, and kills at least that landed in the work.
const ROUNDS: u64 = 4;
const HITS: u64 = 3;
/// Where a kill lands depends on the machine; the aim learns, so this is far more than is needed.
const PATIENCE: u64 = 60;
const SEED: u64 = 20261124;

/// Kills that hit nothing prove nothing.
fn enough(tally: &Tally) -> bool {
    assert!(tally.rounds < PATIENCE, "too few kills landed in the work: {tally}");
    let enough = tally.rounds >= ROUNDS && tally.during >= HITS;
    if enough {
        println!("{tally}");
    }
    enough
}

#[tokio::test(flavor = "multi_thread")]
async fn while_saving() -> Result<(), Trouble> {
    let mut saving = Saving::begin(SEED).await?;
    while !enough(&saving.tally) || saving.tally.facts["acknowledged"] == 0 {
        saving.round().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_importing() -> Result<(), Trouble> {
    let mut importing = Importing::begin(SEED).await?;
    while !enough(&importing.tally) {
        importing.round().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_restoring() -> Result<(), Trouble> {
    let mut restoring = Restoring::begin(SEED).await?;
    while !enough(&restoring.tally) {
        restoring.round().await?;
    }
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
    while !enough(&syncing.tally) {
        syncing.round().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_desk_and_province_work_together() -> Result<(), Trouble> {
    let Some(mut together) = Together::begin(SEED, || Some(Keep::sqlite())).await? else { return Ok(()) };
    while !enough(&together.tally) {
        together.round().await?;
    }
    Ok(())
}
