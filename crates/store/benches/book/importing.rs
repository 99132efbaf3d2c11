//! A register of 3,000 rows written as one batch, against its bare text in encrypted rows with full text.

use std::time::Duration;

use rusqlite::params;
use serde_json::json;
use tiexin_domain::Fields;
use tiexin_store::{BatchSave, Fill, Source};
use uuid::Uuid;

use crate::made_up::{Dice, fields, person};
use crate::{NOW, bare, book, cpu, timed};

const ROWS: usize = 3_000;
const RUNS: usize = 5;

/// A person and a member, as a row of the register makes them.
type Row = [(Uuid, &'static str, Fields); 2];

pub(crate) fn importing() {
    let dice = &mut Dice(17);
    let rows: Vec<Row> = (0..ROWS).map(|_| row(dice)).collect();
    let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
    let start = cpu();
    for _ in 0..RUNS {
        ours = ours.min(batch(&rows, dice));
    }
    let ours_cpu = cpu() - start;
    for _ in 0..RUNS {
        theirs = theirs.min(bare_rows(&rows));
    }
    let theirs_cpu = cpu() - start - ours_cpu;
    println!(
        "batch of {ROWS} rows, {} records: {:.1} ms; bare rows {:.1} ms; ratio {:.2}, best of {RUNS}; of processor time, a new book included, {:.2}",
        ROWS * 2,
        ours.as_secs_f64() * 1e3,
        theirs.as_secs_f64() * 1e3,
        ours.as_secs_f64() / theirs.as_secs_f64(),
        ours_cpu / theirs_cpu
    );
}

fn row(dice: &mut Dice) -> Row {
    let (mut of_person, ..) = person(dice);
    of_person.remove("household");
    let (one, other) = (dice.id(), dice.id());
    let member =
        fields(json!({"region": of_person["region"], "name": of_person["name"], "person": one.to_string(),
        "sex": "male", "structure": "individual", "residence": "resident", "group": "第三会员小组",
        "joined": "2019-05-29", "tags": ["childbearing"], "notes": dice.sentence(10)}));
    [(one, "person", of_person), (other, "member", member)]
}

fn batch(rows: &[Row], dice: &mut Dice) -> Duration {
    let dir = tempfile::tempdir().unwrap();
    let book = book(&dir.path().join("book"));
    let signed =
        fields(json!({"recorded_by": "王专干", "recorded_by_id": dice.id().to_string(), "recorded_at": NOW}));
    let source = Source { batch: dice.id(), label: "bench".into(), signed, told: None };
    let batch: Vec<BatchSave<'_>> = rows
        .iter()
        .map(|row| BatchSave {
            group: dice.id(),
            records: row
                .iter()
                .map(|(id, kind, fields)| Fill { id: *id, kind, fields, over: tiexin_store::Over::Lacking })
                .collect(),
        })
        .collect();
    let (outcome, took) =
        timed(|| book.save_batch(&source, &batch, Uuid::from_u128(1), NOW, &mut |_, _| true).unwrap());
    assert_eq!(outcome.created, 2 * ROWS as u64);
    took
}

fn bare_rows(rows: &[Row]) -> Duration {
    let dir = tempfile::tempdir().unwrap();
    let bare = bare(&dir.path().join("bare.db"));
    let bodies: Vec<(&Uuid, String)> =
        rows.iter().flatten().map(|(id, _, fields)| (id, serde_json::to_string(fields).unwrap())).collect();
    let ((), took) = timed(|| {
        bare.execute_batch("BEGIN").unwrap();
        let mut row = bare.prepare("INSERT INTO row (uuid, body) VALUES (?1, ?2)").unwrap();
        let mut words = bare.prepare("INSERT INTO words (rowid, text) VALUES (?1, ?2)").unwrap();
        let mut spaced = String::new();
        for (id, body) in &bodies {
            row.execute(params![id.as_bytes(), body]).unwrap();
            spaced.clear();
            for c in body.chars().filter(|c| *c >= '\u{3400}') {
                spaced.extend([c, ' ']);
            }
            words.execute(params![bare.last_insert_rowid(), spaced]).unwrap();
        }
        bare.execute_batch("COMMIT").unwrap();
    });
    took
}
