//! How cost grows with the length of the log. The log is made by SQL; the records stay as they are, so that whatever
//! grows, grows with the log.

use std::time::{Duration, Instant};

use tiexin_domain::RegionCode;
use tiexin_testkit::province::{Keep, Province};
use tokio_postgres::Client;

use crate::device::Device;
use crate::line::Line;
use crate::tally::{Tally, quantile};
use crate::{connect, crowd};

const TOWNS: usize = 1_000;
/// Records of a township.
const RECORDS: u64 = 500;
/// Desks that measure, each in a township of its own; every other one reads one village only.
const DESKS: usize = 40;
/// Entries that a small delta brings.
const DELTA: u64 = 20;
const TIMES: usize = 10;
/// Numbers of every township's log that one INSERT brings.
const BATCH: u64 = 200;
const FIRST: u64 = 1_000_000;

const WHAT: [&str; 5] = [
    "hello",
    "pull with nothing new",
    "pull of 20 entries, with the digest",
    "snapshot of a township",
    "push of ten",
];
type Costs = [Duration; 5];

pub(crate) async fn measure(keep: Keep, entries: u64) {
    let url = keep.store();
    Province::run(&keep, &["migrate"]).expect("tables");
    let place = |number: usize| {
        let town = crowd::town(number);
        let village = RegionCode::new(format!("{town}001")).expect("12 digits");
        if number.is_multiple_of(2) { town } else { village }
    };
    let mut devices = crowd::enrol(&url, (0..DESKS).map(place)).await;
    let client = connect(&url).await;
    records(&client).await;
    let mut province = Province::start(keep).expect("a server");
    let mut log = 0;
    let mut first: Option<Costs> = None;
    let sizes =
        std::iter::successors(Some(FIRST), |size| Some(size * 10)).take_while(|size| *size <= entries);
    for size in sizes {
        let begun = Instant::now();
        while log < size / TOWNS as u64 {
            append(&client).await;
            log += BATCH;
        }
        client.batch_execute("VACUUM ANALYZE").await.expect("tidied");
        client.batch_execute("SELECT sum(length(record)) FROM record").await.expect("read");
        let made = begun.elapsed().as_secs_f64();
        println!("\n== a log of {size} entries, {} ({made:.0} s)", bytes(&client).await);
        devices.iter_mut().for_each(Device::begin_anew);
        // Once for the database's caches; the server, which keeps snapshots, is another one afterwards.
        round(&mut devices, &province, 1).await;
        province.kill_and_restart().expect("a server");
        let costs = round(&mut devices, &province, TIMES).await;
        let base = *first.get_or_insert(costs);
        for ((what, cost), base) in WHAT.iter().zip(costs).zip(base) {
            let ratio = cost.as_secs_f64() / base.as_secs_f64();
            println!("  {what:<38} p50 {:>8.2} ms   {ratio:.2}× of 1,000,000", cost.as_secs_f64() * 1e3);
        }
    }
}

/// What each costs, half of the times.
async fn round(devices: &mut [Device], province: &Province, times: usize) -> Costs {
    let tally = Tally::default();
    let mut took: [Vec<Duration>; 5] = Default::default();
    for device in devices {
        device.server = province.address();
        let mut line = device.open().await.expect("a connection");
        device.prove(&mut line).await.expect("a token");
        for turn in 0..times {
            let begun = Instant::now();
            device.hello(&mut line).await.expect("hello");
            took[0].push(begun.elapsed());
            device.pull(&mut line, &tally).await.expect("the newest");
            let begun = Instant::now();
            device.pull(&mut line, &tally).await.expect("nothing");
            took[1].push(begun.elapsed());
            device.forget(DELTA);
            let begun = Instant::now();
            device.pull(&mut line, &tally).await.expect("a delta");
            took[2].push(begun.elapsed());
            if turn == 0 {
                let begun = Instant::now();
                snapshot(device, &mut line).await;
                took[3].push(begun.elapsed());
            }
            device.save();
            let begun = Instant::now();
            device.push(&mut line, &tally).await.expect("taken");
            took[4].push(begun.elapsed());
        }
    }
    took.map(|mut times| {
        times.sort_unstable();
        quantile(&times, 0.5)
    })
}

async fn snapshot(device: &Device, line: &mut Line) {
    let path = format!("/v1/snapshot/{}", device.town);
    let bytes = line.get(&path, &device.token).await.expect("a snapshot");
    assert!(bytes.len() > 1_000, "a snapshot of {} bytes", bytes.len());
}

/// The townships and their records, of ten villages each.
async fn records(client: &Client) {
    let towns: Vec<String> = (0..TOWNS).map(|number| crowd::town(number).to_string()).collect();
    let scopes = "INSERT INTO scope (id, generation, head, chain, digest)
        SELECT id, gen_random_uuid(), 0, sha256(''), sha256('') FROM unnest($1::text[]) AS t (id) ON CONFLICT DO NOTHING";
    client.execute(scopes, &[&towns]).await.expect("scopes");
    client
        .batch_execute(&format!(
            r#"INSERT INTO record (scope, id, kind, region, version, record, origins)
               SELECT scope, id, 'visit', region, 1 + n,
                 '{{"fields":{{"date":"2026-11-05","head_name":"户主","note":"上门走访，了解近况：身体平稳，按时服药，冬季取暖已备好。",'
                 || '"region":"' || region || '"}},"id":"' || id || '","kind":"visit","scope":"' || scope || '","version":' || 1 + n || '}}',
                 '[{{"s":' || 1 + n || ',"d":"{nil}","i":"{nil}","a":"{nil}","f":["date","head_name","note","region"]}}]'
               FROM (SELECT s.id AS scope, n, md5(s.id || ':' || n)::uuid AS id,
                            s.id || lpad((n % 10 + 1)::text, 3, '0') AS region
                     FROM scope AS s CROSS JOIN generate_series(0, {}) AS n) AS r;
               INSERT INTO region_digest (scope, region, digest, records)
               SELECT scope, region, sha256(''), count(*) FROM record GROUP BY 1, 2"#,
            RECORDS - 1,
            nil = uuid::Uuid::nil(),
        ))
        .await
        .expect("records");
}

/// Some more entries for every township, as they would come: one township after the other.
async fn append(client: &Client) {
    client
        .batch_execute(&format!(
            r#"INSERT INTO log (scope, seq, commit_end, device, incarnation, own, echo, record, region, entry, chain)
               SELECT scope, seq, seq, '{nil}', '{nil}', seq, false, record, scope || lpad((n % 10 + 1)::text, 3, '0'),
                 '{{"author":"{nil}","kind":"visit","noted_at":0,"origin":{{"device":"{nil}","incarnation":"{nil}","seq":' || seq
                 || '}},"record":"' || record || '","seq":' || seq
                 || ',"set":{{"note":"上门走访，了解近况：身体平稳，按时服药，冬季取暖已备好。"}}}}',
                 sha256(int8send(seq))
               FROM (SELECT s.id AS scope, s.head + n AS seq, n, md5(s.id || ':' || n % {RECORDS})::uuid AS record
                     FROM generate_series(1, {BATCH}) AS n CROSS JOIN scope AS s) AS r
               ORDER BY n, scope;
               UPDATE scope SET head = head + {BATCH}"#,
            nil = uuid::Uuid::nil(),
        ))
        .await
        .expect("entries");
}

async fn bytes(client: &Client) -> String {
    let size = "SELECT pg_size_pretty(pg_total_relation_size('log'))";
    client.query_one(size, &[]).await.expect("a size").get(0)
}
