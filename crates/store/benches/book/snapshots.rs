//! A scope's snapshot taken in, against decompressing and bare encrypted rows.

use rusqlite::params;
use tiexin_domain::Record;
use tiexin_protocol::wire::SnapshotHeader;
use tiexin_protocol::{Chain, Digest};

use crate::made_up::{Dice, mixed};
use crate::{NOW, bare, book, cpu, timed};

pub(crate) fn snapshot(n: usize) {
    let dir = tempfile::tempdir().unwrap();
    let dice = &mut Dice(13);
    let records = mixed(dice, n);
    let mut lines = Vec::new();
    let mut digest = Digest::default();
    for record in &records {
        digest = digest.plus(Digest::of(record));
        serde_json::to_writer(&mut lines, record).unwrap();
        lines.push(b'\n');
    }
    let packed = zstd::encode_all(lines.as_slice(), 3).unwrap();
    println!(
        "snapshot of {n}: {} bytes a record, {:.1} MB packed",
        lines.len() / n,
        packed.len() as f64 / 1e6
    );
    let bare = bare(&dir.path().join("bare.db"));
    let start = cpu();
    let ((), plain) = timed(|| {
        use std::io::BufRead;
        let reader = std::io::BufReader::new(zstd::Decoder::new(packed.as_slice()).unwrap());
        bare.execute_batch("BEGIN").unwrap();
        let mut row = bare.prepare("INSERT INTO row (uuid, body) VALUES (?1, ?2)").unwrap();
        let mut words = bare.prepare("INSERT INTO words (rowid, text) VALUES (?1, ?2)").unwrap();
        let mut spaced = String::new();
        for line in reader.lines() {
            let line = line.unwrap();
            row.execute(params![&line.as_bytes()[7..23], line]).unwrap();
            spaced.clear();
            for c in line.chars().filter(|c| *c >= '\u{3400}') {
                spaced.push(c);
                spaced.push(' ');
            }
            words.execute(params![bare.last_insert_rowid(), spaced]).unwrap();
        }
        bare.execute_batch("COMMIT").unwrap();
    });
    let plain_cpu = cpu() - start;
    let book = book(&dir.path().join("book"));
    let header = SnapshotHeader {
        scope: "340323100".parse().unwrap(),
        generation: dice.id(),
        seq: n as u64,
        view: Vec::new(),
        chain: Chain::default(),
        digest,
        records: n as u64,
    };
    let start = cpu();
    let (_, usable) = timed(|| {
        let reader = zstd::Decoder::new(packed.as_slice()).unwrap();
        let records =
            serde_json::Deserializer::from_reader(std::io::BufReader::new(reader)).into_iter::<Record>();
        book.apply_snapshot(&header, records, &mut |_| true, NOW).unwrap()
    });
    let usable_cpu = cpu() - start;
    let (_, indexed) = timed(|| while book.index_some(10_000).unwrap() > 0 {});
    let whole_cpu = cpu() - start;
    println!("processor seconds: bare {plain_cpu:.2}, usable {usable_cpu:.2}, whole {whole_cpu:.2}");
    let whole = usable + indexed;
    println!(
        "snapshot of {n}: usable {:.2} s, whole {:.2} s; bare {:.2} s; ratios {:.2} (aim 1) and {:.2} (aim 2)",
        usable.as_secs_f64(),
        whole.as_secs_f64(),
        plain.as_secs_f64(),
        usable.as_secs_f64() / plain.as_secs_f64(),
        whole.as_secs_f64() / plain.as_secs_f64()
    );
}
