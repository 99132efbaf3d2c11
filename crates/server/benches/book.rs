//! `cargo bench -p tiexin-server`: what the book costs, above HTTP, on both stores (PostgreSQL when
//! `TIEXIN_TEST_PG` is set). Durable commits throughout.

use std::time::{Duration, Instant};

use serde_json::json;
use tiexin_domain::access::{Grant, Role};
use tiexin_protocol::wire::{Cursor, EnrolRequest, PullRequest, PushRequest};
use tiexin_protocol::{Change, ChangeId, PUSH_CHANGES};
use tiexin_server::{Clock, Province, StoreUrl};
use uuid::Uuid;

const RECORDS: usize = 50_000;
const DESKS: usize = 32;
const SMALL_PUSHES: usize = 60;

struct Desk {
    device: Uuid,
    author: Uuid,
    incarnation: Uuid,
    seq: u64,
}

impl Desk {
    async fn enrol(province: &Province, name: &str, region: &str) -> Desk {
        province.add_user(name, name).await.expect("a new user");
        let grant =
            Grant { role: Role::Worker, region: region.parse().expect("a region"), from: None, to: None };
        province.add_grant(name, &grant).await.expect("a grant");
        let mut key = [7u8; 32];
        key[..16].copy_from_slice(Uuid::new_v4().as_bytes());
        let key = ed25519_dalek::SigningKey::from_bytes(&key);
        let request = EnrolRequest {
            code: province.enrol_code(name, 7).await.expect("a code"),
            device: None,
            device_key: hex::encode(key.verifying_key().as_bytes()),
            device_name: name.into(),
            author: Uuid::new_v4(),
            app: "bench".into(),
            person: None,
        };
        let device = province.enrol(&request).await.expect("enrolled").device;
        Desk { device, author: request.author, incarnation: Uuid::new_v4(), seq: 0 }
    }

    /// A household of about 720 bytes.
    fn change(&mut self, town: &str) -> Change {
        self.seq += 1;
        let set = json!({
            "region": format!("{town}001"), "head_name": format!("户主{}", self.seq),
            "kinds": ["general"], "registered_address": "安徽省蚌埠市固镇县谷阳镇某某村民组十二号院东侧第三家",
            "current_address": "安徽省蚌埠市固镇县谷阳镇某某小区三号楼二单元四零一室", "phone": "13900000001",
            "notes": "老两口身体尚可，儿女在外，逢年过节回来，平日由邻居照应；腿脚不便，需要代购药品。".repeat(2),
            "recorded_by": self.author, "recorded_at": "2026-10-05T10:00:00+08:00",
        });
        Change {
            id: ChangeId { device: self.device, incarnation: self.incarnation, seq: self.seq },
            group: Uuid::new_v4(),
            record: Uuid::now_v7(),
            kind: "household".into(),
            scope: town.parse().expect("a town"),
            base: 0,
            set: set.as_object().cloned().unwrap_or_default(),
            void: None,
            author: self.author,
            noted_at: 0,
        }
    }

    fn push_of(&mut self, town: &str, changes: usize) -> PushRequest {
        let changes = (0..changes).map(|_| self.change(town)).collect();
        PushRequest {
            before: None,
            device: self.device,
            incarnation: self.incarnation,
            changes,
            generations: Default::default(),
        }
    }
}

fn say(what: &str, took: Duration, extra: &str) {
    println!("  {what:<44} {:>9.1} ms  {extra}", took.as_secs_f64() * 1000.0);
}

async fn measure(store: &StoreUrl) {
    let province = Province::open(store, Clock::default()).await.expect("the book opens");
    let town = "340323100";
    let mut desk = Desk::enrol(&province, "w", town).await;
    let pushes: Vec<_> = (0..RECORDS / PUSH_CHANGES).map(|_| desk.push_of(town, PUSH_CHANGES)).collect();
    let begun = Instant::now();
    for push in &pushes {
        province.push(push).await.expect("pushed");
    }
    let took = begun.elapsed();
    say(
        "push of 50,000 changes, 500 at a time",
        took,
        &format!("{:.0}/s", RECORDS as f64 / took.as_secs_f64()),
    );

    let begun = Instant::now();
    let bytes = province.snapshot_bytes(desk.device, &town.parse().expect("a town")).await.expect("built");
    say("snapshot of 50,000 records, built", begun.elapsed(), &format!("{} kB", bytes.len() / 1000));
    let begun = Instant::now();
    province.snapshot_bytes(desk.device, &town.parse().expect("a town")).await.expect("taken");
    say("the same, from the shelf", begun.elapsed(), "");
    let begun = Instant::now();
    let plain = zstd::decode_all(&bytes[..]).expect("whole");
    say("  its decompression alone", begun.elapsed(), &format!("{} kB", plain.len() / 1000));

    let mut cursor =
        Cursor { scope: town.parse().expect("a town"), generation: Uuid::nil(), since: 0, view: vec![] };
    let reader = Desk::enrol(&province, "r", town).await;
    let ask = async |cursor: &Cursor| {
        let request = PullRequest {
            device: reader.device,
            incarnation: reader.incarnation,
            cursors: vec![cursor.clone()],
            ..PullRequest::default()
        };
        province.pull(&request).await.expect("pulled")
    };
    cursor.generation = ask(&cursor).await.pages[0].generation;
    let begun = Instant::now();
    while let Some(page) = ask(&cursor).await.pages.first() {
        cursor.since = page.next;
    }
    say("pull of 50,000 entries (parsed again here)", begun.elapsed(), "");
    let begun = Instant::now();
    for _ in 0..1000 {
        ask(&cursor).await;
    }
    say("idle pull", begun.elapsed() / 1000, "");

    let mut desks = Vec::new();
    for n in 0..DESKS {
        let town = format!("34032310{}", n % 10);
        let mut desk = Desk::enrol(&province, &format!("d{n}"), &town).await;
        desks.push((0..SMALL_PUSHES).map(|_| desk.push_of(&town, 10)).collect::<Vec<_>>());
    }
    let begun = Instant::now();
    let tasks: Vec<_> = desks
        .into_iter()
        .map(|pushes| {
            let province = province.clone();
            tokio::spawn(async move {
                for push in &pushes {
                    province.push(push).await.expect("pushed");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a desk ended");
    }
    let took = begun.elapsed();
    let rate = (DESKS * SMALL_PUSHES) as f64 / took.as_secs_f64();
    say(
        "32 desks, 10 townships, pushes of ten",
        took,
        &format!("{rate:.0} pushes/s, {:.0} changes/s", rate * 10.0),
    );
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    println!("SQLite");
    measure(&StoreUrl::Sqlite(folder.path().join("bench.db"))).await;
    let Ok(base) = std::env::var("TIEXIN_TEST_PG") else {
        eprintln!("SKIPPED on PostgreSQL: set TIEXIN_TEST_PG");
        return;
    };
    let schema = format!("b_{}", Uuid::new_v4().simple());
    let (client, connection) =
        tokio_postgres::connect(&base, tokio_postgres::NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(connection);
    client.batch_execute(&format!("CREATE SCHEMA {schema}")).await.expect("a schema");
    println!("PostgreSQL");
    measure(&StoreUrl::Postgres(format!("{base}?options=-csearch_path%3D{schema}"))).await;
    client.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).await.expect("dropped");
}
