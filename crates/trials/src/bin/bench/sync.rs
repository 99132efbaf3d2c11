//! First sync, push, a small delta, an idle round: time and bytes, against PostgreSQL.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use secrecy::SecretString;
use tempfile::TempDir;
use tiexin_domain::Fields;
use tiexin_protocol::wire::Joining;
use tiexin_store::{Book, By, KdfCost, NewUser, Save, Source};
use tiexin_sync::{EnrolWish, HttpProvince, ProvinceAddress, RoundReport, device_key, enrol, run_round};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use uuid::Uuid;

use crate::bare::Bare;
use crate::figures::{Figures, Job};
use crate::{mixed, row, timed};

/// Records of the small and of the large township.
pub(crate) const FEW: u64 = 10_000;
pub(crate) const MANY: u64 = 50_000;
/// One-field edits among the many.
pub(crate) const EDITS: u64 = 200;

const SAME_ROWS: &str = "the same rows from a bare client";
const NOW: i64 = 1_793_000_000_000;

struct Desk {
    book: Book,
    user: Uuid,
    province: HttpProvince,
    _dir: TempDir,
}

impl Desk {
    async fn enrolled(province: &Province, network: &Network) -> Desk {
        let dir = tempfile::tempdir().expect("a folder");
        let user = Uuid::new_v4();
        let first = NewUser {
            id: user,
            name: "bench".into(),
            display_name: "bench".into(),
            password: SecretString::from("bench-password"),
        };
        let (book, _) = Book::create(dir.path(), first, KdfCost::QUICK, NOW).expect("a new book");
        let address = ProvinceAddress::read(&network.url(), None).expect("an address");
        let wish = EnrolWish {
            address: address.clone(),
            authority: None,
            code: province.code("bench").expect("a code"),
            author: user,
            device_name: "bench".into(),
        };
        let person = Joining { name: "bench".into(), display_name: "bench".into() };
        enrol(&book, wish, person).await.expect("enrolled");
        let device = book.device().expect("a device");
        let key = device_key(&device.key_seed);
        let province = HttpProvince::new(&address, device.id.map(|id| (id, key))).expect("a client");
        Desk { book, user, province, _dir: dir }
    }

    fn save(&self, from: u64, count: u64) {
        let source =
            Source { batch: Uuid::new_v4(), label: "bench".into(), signed: Fields::new(), told: None };
        let records = mixed::records(from, count);
        let rows = mixed::batch(&records);
        self.book.save_batch(&source, &rows, self.user, NOW, &mut |_, _| true).expect("saved");
    }

    async fn round(&self) -> (RoundReport, Duration) {
        let start = Instant::now();
        let report = run_round(&self.book, &self.province, NOW, &|_, _| {}).await.expect("a round");
        (report, start.elapsed())
    }

    fn index_all(&self) {
        while self.book.index_some(5_000).expect("indexed") > 0 {}
    }
}

/// The persons whose health is noted anew.
pub(crate) fn edited() -> impl Iterator<Item = Uuid> {
    (0..EDITS).flat_map(|n| mixed::records(n * (MANY / EDITS) / 20 * 20 + 4, 1)).map(|save| save.id)
}

/// Measures and prints; none without a PostgreSQL to measure on.
pub(crate) async fn measure() -> Option<Figures> {
    let keep = Keep::postgres()?;
    let store = keep.store();
    println!("\n== sync, PostgreSQL-backed server");
    let mut figures = Figures::default();
    let province = Province::start(keep).expect("a server");
    province.user("bench", "worker", "340323100").expect("a user");
    let network = Network::to(province.address()).await.expect("a network");
    let a = Desk::enrolled(&province, &network).await;
    a.round().await;
    let mut bare = Bare::begin(&store, "340323100").await.expect("bare tables");

    for (upto, label, job) in [(FEW, "10,000", Job::FirstFew), (MANY, "50,000", Job::FirstMany)] {
        let have = if upto == FEW { 0 } else { FEW };
        a.save(have, upto - have);
        let before = network.bytes();
        let (report, took) = a.round().await;
        assert_eq!(report.pushed, upto - have);
        let bytes = network.bytes() - before;
        let rows = bare.follow().await.expect("the same rows");
        if have == 0 {
            figures.add(Job::Push, (took, bytes));
            row("push of 10,000 offline changes", took, Some((SAME_ROWS, rows)));
            kilobytes(bytes);
        }
        let limit = bare_insert(&a.book, upto);
        // Once unmeasured, so that the server's snapshot is cached as it would be in an office.
        Desk::enrolled(&province, &network).await.round().await;
        let b = Desk::enrolled(&province, &network).await;
        let before = network.bytes();
        let (report, usable) = b.round().await;
        let bytes = network.bytes() - before;
        assert_eq!(report.loaded, upto);
        let ((), indexing) = timed(|| b.index_all());
        let told = Some(("decompress + insert + full text", limit));
        row(&format!("first sync of {label}: usable"), usable, told);
        row(&format!("first sync of {label}: whole"), usable + indexing, Some(("the same", limit)));
        kilobytes(bytes);
        figures.add(job, (usable + indexing, bytes));
        if upto == MANY {
            delta((&a, &b), &network, &mut bare, &mut figures).await;
        }
    }
    Some(figures)
}

fn kilobytes(bytes: u64) {
    println!("{:<46} {:>10.1} kB", "  on the wire", bytes as f64 / 1e3);
}

async fn delta((a, b): (&Desk, &Desk), network: &Network, bare: &mut Bare, figures: &mut Figures) {
    for id in edited() {
        let record = a.book.get(id).expect("readable").expect("there");
        let mut fields = record.fields;
        fields.insert("health".into(), "一般".into());
        let save = Save { id, kind: record.kind, fields, void: None };
        let by = By { author: a.user, now_ms: NOW, group: Uuid::new_v4() };
        a.book.save_group(&[save], &by).expect("saved");
    }
    let before = network.bytes();
    let (report, pushing) = a.round().await;
    assert_eq!(report.pushed, EDITS);
    let rows = bare.follow().await.expect("the same rows");
    let pushed = network.bytes() - before;
    let before = network.bytes();
    let (report, pulling) = b.round().await;
    assert_eq!(report.pulled, EDITS);
    let pulled = network.bytes() - before;
    figures.add(Job::PushEdits, (pushing, pushed));
    figures.add(Job::PullEdits, (pulling, pulled));
    row("200 one-field edits among 50,000: push", pushing, Some((SAME_ROWS, rows)));
    kilobytes(pushed);
    row("200 one-field edits among 50,000: pull", pulling, None);
    kilobytes(pulled);
    let before = (network.bytes(), b.province.traffic());
    let (_, idle) = b.round().await;
    let after = (network.bytes(), b.province.traffic());
    figures.add(Job::Idle, (idle, after.0 - before.0));
    row("a round with nothing to do", idle, None);
    println!(
        "{:<46} {:>10} requests, {} bytes of bodies, {} with HTTP heads",
        "",
        after.1.1 - before.1.1,
        after.1.0 - before.1.0,
        after.0 - before.0
    );
}

/// The bare counterpart: the same records as zstd-compressed JSON lines, decompressed, parsed and put into
/// a bare encrypted table with a full-text index of spaced Han characters, one transaction.
fn bare_insert(book: &Book, count: u64) -> Duration {
    let mut lines = Vec::new();
    for save in mixed::records(0, count) {
        let record = book.get(save.id).expect("readable").expect("there");
        serde_json::to_writer(&mut lines, &record).expect("JSON");
        lines.push(b'\n');
    }
    let packed = zstd::bulk::compress(&lines, 3).expect("packed");
    let dir = tempfile::tempdir().expect("a folder");
    let ((), took) = timed(|| insert_all(dir.path(), &packed));
    took
}

fn insert_all(dir: &Path, packed: &[u8]) {
    use std::io::BufRead;
    let mut db = Connection::open(dir.join("bare.db")).expect("opens");
    db.execute_batch(
        "PRAGMA key = \"x'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'\";
         PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
         CREATE TABLE record (n INTEGER PRIMARY KEY, id TEXT, kind TEXT, version INTEGER, fields TEXT);
         CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='unicode61');",
    )
    .expect("tables");
    let tx = db.transaction().expect("begins");
    {
        let mut insert = tx.prepare("INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5)").expect("prepares");
        let mut index = tx.prepare("INSERT INTO words (rowid, text) VALUES (?1, ?2)").expect("prepares");
        let reader = std::io::BufReader::new(zstd::Decoder::new(packed).expect("a stream"));
        for (n, line) in reader.lines().enumerate() {
            let line = line.expect("a line");
            let record: tiexin_domain::Record = serde_json::from_str(&line).expect("a record");
            let fields = serde_json::to_string(&record.fields).expect("JSON");
            let n = i64::try_from(n).expect("small");
            let version = i64::try_from(record.version).expect("small");
            insert.execute((n, record.id.to_string(), &record.kind, version, &fields)).expect("inserts");
            index.execute((n, spaced(&record))).expect("inserts");
        }
    }
    tx.commit().expect("commits");
}

fn spaced(record: &tiexin_domain::Record) -> String {
    let mut out = String::new();
    for text in ["name", "head_name", "note", "notes", "summary", "current_address"]
        .iter()
        .filter_map(|f| record.text(f))
    {
        for c in text.chars() {
            out.push(c);
            if !c.is_ascii() {
                out.push(' ');
            }
        }
    }
    out
}
