//! The bare counterpart: what PostgreSQL alone does of the same, with nothing around it.
//!
//! A transaction locks a scope's row, moves its head by ten and appends ten rows to its log; the second kind also
//! writes the ten records and the ten verdicts, which no server with our promises can leave out. As many connections
//! as the server's pool has, each one transaction after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};
use uuid::Uuid;

use crate::connect;

const CHANGES: usize = 10;

/// As many as the server's pool.
fn connections() -> usize {
    (std::thread::available_parallelism().map_or(4, usize::from) * 16).clamp(32, 64)
}

/// Transactions a second: (log alone, log with records and verdicts).
pub(crate) async fn measure(url: &str, towns: usize, time: Duration) -> (f64, f64) {
    let client = connect(url).await;
    client
        .batch_execute(&format!(
            "CREATE TABLE bare_scope (id text COLLATE \"C\" PRIMARY KEY, head bigint NOT NULL) WITH (fillfactor = 40);
             CREATE TABLE bare_log (scope text COLLATE \"C\" NOT NULL, seq bigint NOT NULL, entry text NOT NULL,
                                    PRIMARY KEY (scope, seq));
             CREATE TABLE bare_record (scope text COLLATE \"C\" NOT NULL, id uuid NOT NULL, record text NOT NULL,
                                       PRIMARY KEY (scope, id));
             CREATE TABLE bare_verdict (device uuid NOT NULL, own bigint NOT NULL, verdict text NOT NULL,
                                        PRIMARY KEY (device, own));
             INSERT INTO bare_scope SELECT 'town' || n, 0 FROM generate_series(0, {}) AS n",
            towns - 1
        ))
        .await
        .expect("bare tables");
    // Rows as long as the server's own.
    let long = client.query_one("SELECT avg(length(entry))::int FROM log", &[]).await.expect("a log");
    let length: Option<i32> = long.get(0);
    let entry = "走访 ".repeat(usize::try_from(length.unwrap_or(600)).unwrap_or(600) / 3);
    let log = run(url, towns, time, &entry, false).await;
    let whole = run(url, towns, time, &entry, true).await;
    let drop = "DROP TABLE bare_scope, bare_log, bare_record, bare_verdict";
    client.batch_execute(drop).await.expect("dropped");
    (log, whole)
}

async fn run(url: &str, towns: usize, time: Duration, entry: &str, whole: bool) -> f64 {
    let done = Arc::new(AtomicU64::new(0));
    let mut lines = Vec::new();
    for _ in 0..connections() {
        lines.push(Bare::connect(url).await.expect("PostgreSQL answers"));
    }
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for mut line in lines {
        let (done, entries) = (done.clone(), vec![entry.to_owned(); CHANGES]);
        tasks.spawn(async move {
            while begun.elapsed() < time {
                let town = format!("town{}", fastrand::usize(..towns));
                line.push(&town, &entries, whole).await.expect("committed");
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    tasks.join_all().await;
    done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

struct Bare {
    client: Client,
    lock: Statement,
    log: Statement,
    record: Statement,
    verdict: Statement,
}

impl Bare {
    async fn connect(url: &str) -> Result<Bare, Error> {
        let client = connect(url).await;
        let lock = "UPDATE bare_scope SET head = head + 10 WHERE id = $1 RETURNING head";
        let log = "INSERT INTO bare_log SELECT $1, seq, entry FROM unnest($2::bigint[], $3::text[]) AS r (seq, entry)";
        let record = "INSERT INTO bare_record SELECT $1, id, record FROM unnest($2::uuid[], $3::text[]) AS r (id, record)
                      ON CONFLICT (scope, id) DO UPDATE SET record = excluded.record";
        let verdict = "INSERT INTO bare_verdict SELECT $1, own, '{\"verdict\":\"applied\"}' FROM unnest($2::bigint[]) AS r (own)";
        Ok(Bare {
            lock: client.prepare(lock).await?,
            log: client.prepare(log).await?,
            record: client.prepare(record).await?,
            verdict: client.prepare(verdict).await?,
            client,
        })
    }

    async fn push(&mut self, town: &str, entries: &[String], whole: bool) -> Result<(), Error> {
        let tx = self.client.transaction().await?;
        let head: i64 = tx.query_one(&self.lock, &[&town]).await?.get(0);
        let seqs: Vec<i64> = (head - 9..=head).collect();
        if whole {
            let ids: Vec<Uuid> = seqs.iter().map(|_| Uuid::now_v7()).collect();
            let device = Uuid::now_v7();
            let log: [&(dyn ToSql + Sync); 3] = [&town, &seqs, &entries];
            let record: [&(dyn ToSql + Sync); 3] = [&town, &ids, &entries];
            let verdict: [&(dyn ToSql + Sync); 2] = [&device, &seqs];
            futures::try_join!(
                tx.execute(&self.log, &log),
                tx.execute(&self.record, &record),
                tx.execute(&self.verdict, &verdict),
            )?;
        } else {
            tx.execute(&self.log, &[&town, &seqs, &entries]).await?;
        }
        tx.commit().await
    }
}
