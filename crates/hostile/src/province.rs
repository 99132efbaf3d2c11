//! What desks send to the province: decoded as at its door, then taken in by a real book.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::DateTime;
use ed25519_dalek::SigningKey;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role};
use tiexin_protocol::statement::Wiped;
use tiexin_protocol::wire::{
    EnrolRequest, HelloRequest, PullRequest, PushRequest, RevokeRequest, TokenRequest,
};
use tiexin_seal::Keys;
use tiexin_server::{Clock, Province, StoreUrl, read_body};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::framed::{flags, on_the_wire};

/// The province's secret; its keys follow from it.
pub(crate) const SECRET: [u8; 32] = [1; 32];
/// The desk that speaks: its number, its incarnation, who works there, its key.
pub(crate) const DEVICE: Uuid = Uuid::from_u128(0x0199_b000_0000_7000_8000_0000_0000_00d1);
pub(crate) const INCARNATION: Uuid = Uuid::from_u128(0x0199_b000_0000_7000_8000_0000_0000_00e1);
pub(crate) const AUTHOR: Uuid = Uuid::from_u128(0x0199_b000_0000_7000_8000_0000_0000_00a1);
pub(crate) const DESK_SEED: [u8; 32] = [1; 32];
pub(crate) const TOWN: &str = "340323100";
pub(crate) const VILLAGE: &str = "340323100001";
/// 2026-10-05 10:00 in China.
pub(crate) const NOW: i64 = 1_791_165_600_000;

pub(crate) fn province_keys() -> Keys {
    // Invariant: keys can be made of any 32 bytes.
    Keys::of_province(&SECRET).expect("keys")
}

/// What runs the province's futures.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
    })
}

/// Where nothing waits for a disk, when there is such a place.
pub(crate) fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("tiexin-fuzz").tempdir_in(scratch()).expect("a folder")
}

fn clock() -> Clock {
    Clock::of(|| DateTime::from_timestamp_millis(NOW).unwrap_or_default())
}

/// A province with one desk of a township, as bytes of its closed book.
fn beginning() -> &'static [u8] {
    static BEGINNING: OnceLock<Vec<u8>> = OnceLock::new();
    BEGINNING.get_or_init(|| {
        let folder = folder();
        let file = folder.path().join("province.db");
        let copy = folder.path().join("copy.db");
        runtime().block_on(begin(&file, &copy)).expect("a province");
        std::fs::read(&copy).expect("its book")
    })
}

async fn begin(file: &Path, copy: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let store = StoreUrl::Sqlite(file.to_owned());
    drop(Province::open(&store, clock()).await?);
    let secret = hex::encode(SECRET);
    let meddle = |sql: &str| -> rusqlite::Result<()> { rusqlite::Connection::open(file)?.execute_batch(sql) };
    meddle(&format!("UPDATE meta SET value = '{secret}' WHERE name = 'secret'"))?;
    let province = Province::open(&store, clock()).await?;
    province.add_user("worker", "专干").await?;
    let grant = |role, region: &str| -> Result<Grant, Box<dyn std::error::Error>> {
        Ok(Grant { role, region: region.parse()?, from: None, to: None })
    };
    province.add_grant("worker", &grant(Role::Worker, TOWN)?).await?;
    province.add_grant("worker", &grant(Role::Supervisor, "340323")?).await?;
    let request = EnrolRequest {
        code: province.enrol_code("worker", 7).await?,
        device: None,
        device_key: hex::encode(SigningKey::from_bytes(&DESK_SEED).verifying_key().as_bytes()),
        device_name: "一号机".into(),
        author: AUTHOR,
        app: "0.1.0".into(),
        person: None,
    };
    let device = province.enrol(&request).await?.device.simple().to_string();
    let wanted = DEVICE.simple();
    meddle(&format!(
        "INSERT INTO device (id, device_key, name, app, enrolled_at)
           SELECT X'{wanted}', device_key, name, app, enrolled_at FROM device WHERE id = X'{device}';
         UPDATE device_author SET device = X'{wanted}' WHERE device = X'{device}';
         DELETE FROM device WHERE id = X'{device}';"
    ))?;
    // What an input may edit, move, merge or bring bytes for.
    let push: PushRequest = serde_json::from_str(include_str!("beginning.json"))?;
    let reply = province.push(&push).await?;
    assert_eq!(reply.acked, push.changes.len() as u64);
    meddle(&format!("UPDATE scope SET generation = X'{}'", Uuid::from_u128(9).simple()))?;
    province.back_up(copy).await?;
    Ok(())
}

/// Runs with a province that stands where the beginning left it; what was done to it stays sound.
pub(crate) fn with_province<T>(work: impl AsyncFnOnce(&Province) -> T) -> T {
    let folder = folder();
    let file = folder.path().join("province.db");
    std::fs::write(&file, beginning()).expect("room in memory");
    runtime().block_on(async {
        let province = Province::open(&StoreUrl::Sqlite(file), clock()).await.expect("the beginning opens");
        let done = work(&province).await;
        let mut broken = province.verify().await.expect("the book is readable").broken;
        // What a desk bears witness of may be a lie: that is noted, and for people to look at.
        broken.retain(|found| found.code != "witness_disagrees");
        assert!(broken.is_empty(), "the book is broken: {broken:?}");
        done
    })
}

/// `POST /v1/push`.
pub(crate) fn push(input: &[u8]) {
    let Some((flags, rest)) = flags(input) else { return };
    let body = on_the_wire(flags & 1 == 1, rest);
    let Ok(request) = read_body::<PushRequest>(&body, true) else { return };
    if request.changes.is_empty() {
        return;
    }
    with_province(async |province| {
        let Ok(first) = province.push(&request).await else { return };
        // I3: once more changes nothing and says the same.
        let again = province.push(&request).await.expect("a replay is taken");
        assert_eq!(again.acked, first.acked);
        for told in &first.verdicts {
            let same = again.verdicts.iter().find(|other| other.seq == told.seq);
            assert_eq!(same.map(|other| &other.verdict), Some(&told.verdict));
        }
        look(province).await;
    });
}

/// What is there is read the ways in which desks read it.
async fn look(province: &Province) {
    let scope: RegionCode = TOWN.parse().expect("a region");
    let asking = HelloRequest {
        device: DEVICE,
        incarnation: INCARNATION,
        protocol: tiexin_protocol::PROTOCOL,
        ..HelloRequest::default()
    };
    let hello = province.hello(&asking).await.expect("hello");
    let cursors = hello.scopes.into_iter().map(|head| tiexin_protocol::wire::Cursor {
        scope: head.scope,
        generation: head.generation,
        since: 0,
        view: head.view,
    });
    let request = PullRequest {
        device: DEVICE,
        incarnation: INCARNATION,
        cursors: cursors.collect(),
        quarantine: Some(String::new()),
        refused: Vec::new(),
    };
    province.pull(&request).await.expect("what was taken in can be read");
    province.snapshot_bytes(DEVICE, &scope).await.expect("a snapshot");
    province.quarantine(DEVICE, &scope).await.expect("the quarantine");
}

/// Whatever else a desk asks.
pub(crate) fn asked(input: &[u8]) {
    let Some((flags, rest)) = flags(input) else { return };
    let body = on_the_wire(flags & 1 == 1, rest);
    // Most nonsense is turned away before a book is opened.
    macro_rules! ask {
        ($shape:ty, $province:ident, $request:ident, $answer:expr) => {{
            let Ok($request) = read_body::<$shape>(&body, true) else { return };
            with_province(async |$province| drop($answer.await))
        }};
    }
    match flags >> 1 {
        0 => ask!(HelloRequest, province, request, province.hello(&request)),
        1 => ask!(PullRequest, province, request, province.pull(&request)),
        2 => ask!(TokenRequest, province, request, province.token(&request)),
        3 => ask!(EnrolRequest, province, request, province.enrol(&request)),
        4 => ask!(Wiped, province, request, province.wiped(&request)),
        _ => ask!(RevokeRequest, province, request, province.revoke_for(DEVICE, DEVICE, &request)),
    }
}
