//! PostgreSQL is killed under the load of several desks: it starts again, or its replica takes its place.

use std::time::Instant;

use tiexin_testkit::cluster::Cluster;
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::township::Township;
use tiexin_testkit::window::Trouble;
use tokio::task::block_in_place;

const DESKS: usize = 4;
/// Changes that are told between two blows.
const SOME: u64 = 40;

async fn township(store: String) -> Result<Township, Trouble> {
    let keep = Keep::Postgres(store, tempfile::tempdir().expect("a temporary folder"));
    Township::begin(Province::start(keep)?, DESKS).await
}

fn say(story: &str, town: &Township, begun: Instant) {
    let seconds = begun.elapsed().as_secs_f64();
    println!("{story}: {} saves, {} rounds broke off, {seconds:.1} s", town.saved(), town.broken());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_started_again() -> Result<(), Trouble> {
    let begun = Instant::now();
    let Some(cluster) = Cluster::begin(&[])? else { return Ok(()) };
    let town = township(cluster.url()).await?;
    let work = town.work();
    for _ in 0..4 {
        town.told_more(SOME).await?;
        block_in_place(|| cluster.kill().and_then(|()| cluster.start()))?;
    }
    town.told_more(SOME).await?;
    town.stop(work).await?;
    town.ends_well().await?;
    assert!(town.broken() > 0, "nobody noticed");
    say("killed four times", &town, begun);
    Ok(())
}

/// The replica has every commit before a desk hears of it: the server finds it by itself, nobody loses anything.
#[tokio::test(flavor = "multi_thread")]
async fn killed_and_its_synchronous_replica_promoted() -> Result<(), Trouble> {
    let begun = Instant::now();
    let Some(primary) = Cluster::begin(&[])? else { return Ok(()) };
    let replica = primary.replica(&[])?;
    primary.set("synchronous_standby_names = '*'")?;
    let in_step = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
    primary.until(in_step, "1")?;
    let town = township(primary.url_with(&replica)).await?;
    let work = town.work();
    town.told_more(2 * SOME).await?;
    block_in_place(|| primary.kill())?;
    let told = town.told();
    block_in_place(|| replica.promote())?;
    let there: u64 = replica.ask("SELECT count(*) FROM log")?.parse().unwrap_or_default();
    assert!(there >= told, "{told} were told, the replica has {there}");
    town.told_more(2 * SOME).await?;
    town.stop(work).await?;
    town.ends_well().await?;
    assert!(town.broken() > 0, "nobody noticed");
    say("synchronous replica promoted", &town, begun);
    Ok(())
}

/// The replica lacks the last commits, which desks were told are taken: the desks bring them back.
#[tokio::test(flavor = "multi_thread")]
async fn killed_and_a_replica_promoted_that_lacks_the_last_commits() -> Result<(), Trouble> {
    let begun = Instant::now();
    let Some(primary) = Cluster::begin(&[])? else { return Ok(()) };
    let replica = primary.replica(&[])?;
    let mut town = township(primary.url_with(&replica)).await?;
    let work = town.work();
    town.told_more(SOME).await?;
    // What the replica holds counts as a backup.
    town.province.administer(&["backup", "--begin"])?;
    let position = primary.ask("SELECT pg_current_wal_lsn()")?;
    replica.until(&format!("SELECT pg_last_wal_replay_lsn() >= '{position}'"), "t")?;
    town.province.administer(&["backup", "--end"])?;
    town.told_more(SOME).await?;
    replica.set("primary_conninfo = ''")?;
    primary.until("SELECT count(*) FROM pg_stat_replication", "0")?;
    town.told_more(2 * SOME).await?;
    block_in_place(|| primary.kill())?;
    let told = town.told();
    // As docs/server.md tells: no server before `restored`.
    town.province.kill();
    block_in_place(|| replica.promote())?;
    let there: u64 = replica.ask("SELECT count(*) FROM log")?.parse().unwrap_or_default();
    assert!(there < told, "the replica lacks nothing: {there} of {told}");
    town.province.administer(&["restored"])?;
    town.province.start_again()?;
    town.told_more(2 * SOME).await?;
    town.stop(work).await?;
    town.ends_well().await?;
    println!("the replica lacked {} of {told}", told - there);
    say("asynchronous replica promoted", &town, begun);
    Ok(())
}
