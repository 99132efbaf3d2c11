//! PostgreSQL is killed under the load of several desks: it starts again, or its replica takes its place.

use std::collections::BTreeMap;
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

/// The replica has every commit before a desk hears of it: the server finds it by itself, nobody loses anything, and
/// nobody reads anew what it has read.
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
    let loads = snapshots(&town).await?;
    block_in_place(|| primary.kill())?;
    let told = town.told();
    block_in_place(|| replica.promote())?;
    let there: u64 = replica.ask("SELECT count(*) FROM log")?.parse().unwrap_or_default();
    assert!(there >= told, "{told} were told, the replica has {there}");
    town.told_more(2 * SOME).await?;
    town.stop(work).await?;
    town.ends_well().await?;
    assert_eq!(restored(&replica)?, 1, "the promotion was noticed, once");
    assert_eq!(snapshots(&town).await?, loads, "nobody begins anew");
    say("synchronous replica promoted", &town, begun);
    Ok(())
}

/// The replica lacks the last commits, which desks were told are taken. None of them was told that they are safe: the
/// desks bring them back, and the office has nothing to do but to promote it.
#[tokio::test(flavor = "multi_thread")]
async fn killed_and_a_replica_promoted_that_lacks_the_last_commits() -> Result<(), Trouble> {
    let begun = Instant::now();
    let Some(primary) = Cluster::begin(&["cluster_name = 'db1'"])? else { return Ok(()) };
    let replica = primary.replica(&["cluster_name = 'db2'"])?;
    let town = township(primary.url_with(&replica)).await?;
    for name in ["db1", "db2"] {
        town.province.administer(&["replica", "add", name])?;
    }
    let work = town.work();
    town.told_more(SOME).await?;
    safe_up_to(&primary, heard(&primary)?)?;
    assert_eq!(health(&town).await?, (200, "ok\n".into()));

    // It receives, but does not replay.
    replica.ask("SELECT pg_wal_replay_pause()")?;
    replica.until("SELECT pg_get_wal_replay_pause_state()", "paused")?;
    let shown = heard(&replica)?;
    block_in_place(|| answered(&primary, shown + SOME))?;
    holds_what_is_safe(&replica, &primary)?;
    assert_eq!(heard(&replica)?, shown, "it lags");
    replica.ask("SELECT pg_wal_replay_resume()")?;
    safe_up_to(&primary, heard(&primary)?)?;

    // It is cut off.
    replica.set("primary_conninfo = ''")?;
    primary.until("SELECT count(*) FROM pg_stat_replication", "0")?;
    let shown = heard(&primary)?;
    block_in_place(|| answered(&primary, shown + SOME))?;
    town.told_more(SOME).await?;
    assert_eq!(health(&town).await?, (503, "replica db2 is not connected\n".into()));
    assert!(figure(&town, "tiexin_durable_behind_changes").await? >= SOME);
    assert_eq!(figure(&town, "tiexin_replica_follows{replica=\"db2\"}").await?, 0);
    holds_what_is_safe(&replica, &primary)?;
    let taken = heard(&primary)?;
    block_in_place(|| primary.kill())?;
    // Before anybody brings it more.
    let there = heard(&replica)?;
    block_in_place(|| replica.promote())?;
    assert!(there + SOME <= taken, "the replica lacks too little: it has {there} of {taken}");

    town.told_more(2 * SOME).await?;
    let kept = "SELECT coalesce(sum(durable), 0) FROM replicated";
    let before = replica.ask(kept)?;
    // Until there is another replica nothing more is safe.
    town.told_more(SOME).await?;
    assert_eq!(replica.ask(kept)?, before);
    let third = block_in_place(|| replica.replica(&["cluster_name = 'db1'"]))?;
    safe_up_to(&replica, heard(&replica)?)?;
    holds_what_is_safe(&third, &replica)?;
    town.stop(work).await?;
    town.ends_well().await?;
    assert_eq!(restored(&replica)?, 1, "the promotion was noticed, once");
    println!("the replica lacked {} of {taken}", taken - there);
    say("asynchronous replica promoted", &town, begun);
    Ok(())
}

/// Changes of all desks that were answered.
fn heard(cluster: &Cluster) -> Result<u64, Trouble> {
    Ok(cluster.ask("SELECT coalesce(sum(acked), 0) FROM incarnation")?.parse().unwrap_or_default())
}

/// Waits until so many were answered.
fn answered(primary: &Cluster, changes: u64) -> Result<(), Trouble> {
    primary.until(&format!("SELECT coalesce(sum(acked), 0) >= {changes} FROM incarnation"), "t")
}

/// Waits until so many are safe.
fn safe_up_to(primary: &Cluster, changes: u64) -> Result<(), Trouble> {
    primary.until(&format!("SELECT coalesce(sum(durable), 0) >= {changes} FROM replicated"), "t")
}

/// No desk was told that something is safe which the replica would not have, were it promoted now.
fn holds_what_is_safe(replica: &Cluster, primary: &Cluster) -> Result<(), Trouble> {
    let rows = |cluster: &Cluster, sql: &str| -> Result<BTreeMap<String, u64>, Trouble> {
        let said = cluster.ask(sql)?;
        let row = |line: &str| {
            let (desk, seq) = line.split_once('|')?;
            Some((desk.to_owned(), seq.parse().ok()?))
        };
        Ok(said.lines().filter_map(row).collect())
    };
    let safe = rows(primary, "SELECT device::text || incarnation, durable FROM replicated")?;
    let there = rows(replica, "SELECT device::text || incarnation, acked FROM incarnation")?;
    assert_eq!(safe.len(), DESKS);
    for (desk, seq) in safe {
        assert!(there.get(&desk).is_some_and(|acked| *acked >= seq), "{seq} of a desk: {there:?}");
    }
    Ok(())
}

/// How often it was noticed that the database went on from another line.
fn restored(cluster: &Cluster) -> Result<u64, Trouble> {
    let notes = "SELECT count(*) FROM audit WHERE book = 'province' AND act = 'restored'";
    Ok(cluster.ask(notes)?.parse().unwrap_or_default())
}

async fn get(town: &Township, path: &str) -> Result<(u16, String), Trouble> {
    let trouble = |e: reqwest::Error| Trouble(e.to_string());
    let reply = reqwest::get(format!("{}{path}", town.province.url())).await.map_err(trouble)?;
    Ok((reply.status().as_u16(), reply.text().await.map_err(trouble)?))
}

async fn health(town: &Township) -> Result<(u16, String), Trouble> {
    get(town, "/health/safe").await
}

async fn figure(town: &Township, name: &str) -> Result<u64, Trouble> {
    let (_, figures) = get(town, "/metrics").await?;
    let line = figures.lines().find_map(|line| line.strip_prefix(name));
    let value = line.and_then(|value| value.trim().parse::<f64>().ok());
    value.map(|value| value as u64).ok_or_else(|| Trouble(format!("no {name} in {figures}")))
}

/// Snapshots that desks have fetched.
async fn snapshots(town: &Township) -> Result<u64, Trouble> {
    let (_, figures) = get(town, "/metrics").await?;
    let loads = figures
        .lines()
        .filter(|line| line.starts_with("tiexin_requests_total") && line.contains("/v1/snapshot"));
    let counts = loads.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok());
    Ok(counts.sum())
}
