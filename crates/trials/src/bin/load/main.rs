//! A county's desks all at once, against real servers and a real PostgreSQL, on this machine.
//!
//! `load [pushes|office|back|storm|bare|verify|scale …] [--devices N] [--townships N] [--servers N] [--entries N]`;
//! without words, all but `scale`. Build in release. PostgreSQL comes from TIEXIN_TEST_PG, the server from
//! TIEXIN_BIN_DIR (`./dev load` sets both). What the figures mean is in `docs/load.md`.

mod bare;
mod burst;
mod crowd;
mod device;
mod ending;
mod line;
mod scale;
mod tally;
mod usage;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tiexin_testkit::province::{Keep, Province};
use tokio_postgres::{Client, NoTls};

use burst::{Arrival, Round};
use tally::Tally;
use usage::{Cast, Usage};

/// Lines of the scenario in which desks push without a pause.
const LINES: usize = 64;
/// What a server keeps open besides desks: its pool, its listener, its files.
const OTHER_FILES: usize = 500;
/// Townships in which a second desk looks for what the first told.
const WATCHED: usize = 50;

struct Words {
    scenarios: Vec<String>,
    devices: usize,
    townships: usize,
    servers: usize,
    entries: u64,
    /// Over how long the desks of an office-hours burst, and those that come back with jitter, are spread.
    window: Duration,
}

impl Words {
    fn read() -> Words {
        let mut words = Words {
            scenarios: Vec::new(),
            devices: 20_000,
            townships: 1_000,
            servers: 1,
            entries: 10_000_000,
            window: Duration::from_secs(40),
        };
        let mut given = std::env::args().skip(1);
        while let Some(word) = given.next() {
            let mut number =
                || given.next().and_then(|n| n.replace('_', "").parse::<u64>().ok()).expect("a number");
            match word.as_str() {
                "--devices" => words.devices = number() as usize,
                "--townships" => words.townships = number() as usize,
                "--servers" => words.servers = number() as usize,
                "--entries" => words.entries = number(),
                "--window" => words.window = Duration::from_secs(number()),
                _ => words.scenarios.push(word),
            }
        }
        words
    }

    fn wants(&self, scenario: &str) -> bool {
        self.scenarios.is_empty() || self.scenarios.iter().any(|word| word == scenario)
    }
}

#[tokio::main]
async fn main() {
    let words = Words::read();
    let Some(keep) = Keep::postgres() else { return };
    if words.scenarios.iter().any(|word| word == "scale") {
        scale::measure(keep, words.entries).await;
    } else {
        load(keep, &words).await;
    }
}

async fn load(keep: Keep, words: &Words) {
    let url = keep.store();
    let mut devices = {
        Province::run(&keep, &["migrate"]).expect("tables");
        crowd::enrol(&url, (0..words.devices).map(|number| crowd::town(number % words.townships))).await
    };
    let again =
        (1..words.servers).map(|_| Keep::Postgres(url.clone(), tempfile::tempdir().expect("a folder")));
    let keeps = std::iter::once(keep).chain(again.collect::<Vec<_>>());
    let servers: Vec<Province> = keeps.map(|keep| Province::start(keep).expect("a server")).collect();
    let addresses: Vec<SocketAddr> = servers.iter().map(Province::address).collect();
    let cast =
        Cast { servers: servers.iter().map(Province::pid).collect(), postmaster: postmaster(&url).await };
    // This program holds one end of each connection, the servers the others.
    let connections = usage::open_files().saturating_sub(OTHER_FILES).min(words.devices);
    println!(
        "{} servers; at most {connections} connections at once (open files allowed: {})",
        servers.len(),
        usage::open_files()
    );
    devices = crowd::arrive(devices, &addresses).await;

    if words.wants("pushes") {
        println!("\n== pushes of ten changes and nothing else, {LINES} lines without a pause");
        let before = cast.usage();
        let (back, tally, took) = burst::pushes(devices, LINES, words.window).await;
        devices = back;
        told(&cast, &before, &tally, took);
    }
    if words.wants("bare") {
        println!("\n== bare PostgreSQL: the scope-locked transaction of ten changes");
        let (log, whole) = bare::measure(&url, words.townships, Duration::from_secs(8)).await;
        println!("  the log alone                     {log:.0} a second, {:.0} changes a second", log * 10.0);
        println!(
            "  with records and verdicts         {whole:.0} a second, {:.0} changes a second",
            whole * 10.0
        );
    }
    let round = Round {
        arrival: Arrival::Within(words.window),
        was_away: false,
        watched: WATCHED.min(words.townships),
        connections,
    };
    let scenarios = [
        ("office", "office hours: within {window} each desk connects, pushes ten changes and pulls", round),
        (
            "back",
            "after an outage, with jitter: within {window} each proves its key, says hello, pushes ten, pulls",
            Round { was_away: true, ..round },
        ),
        (
            "storm",
            "after an outage, without jitter: the same, all at once",
            Round { was_away: true, arrival: Arrival::AtOnce, ..round },
        ),
    ];
    for (name, what, round) in scenarios {
        if words.wants(name) {
            println!("\n== {}", what.replace("{window}", &format!("{} s", words.window.as_secs())));
            let before = cast.usage();
            let (back, tally, took) = burst::play(devices, round).await;
            devices = back;
            told(&cast, &before, &tally, took);
            println!("  unseen     {} pushes in watched townships", tally.unseen());
        }
    }
    ending::check(&url, &devices).await;
    if words.wants("verify") {
        ending::verify(&servers[0]);
    }
}

fn told(cast: &Cast, before: &Usage, tally: &Arc<Tally>, took: Duration) {
    println!("  ended after {:.1} s, {} failures", took.as_secs_f64(), tally.failures());
    tally.print(took);
    cast.print_since(before);
}

/// A connection besides the servers'.
async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(connection);
    client
}

async fn postmaster(url: &str) -> u32 {
    let row = connect(url).await.query_one("SELECT pg_backend_pid()", &[]).await.expect("a backend");
    usage::parent(row.get::<_, i32>(0).unsigned_abs()).expect("a postmaster on this machine")
}
