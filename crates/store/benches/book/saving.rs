//! One visit saved and durable, against one bare durable commit.

use rusqlite::params;
use tiexin_store::{By, Save};
use uuid::Uuid;

use crate::made_up::{Dice, household, visit};
use crate::{NOW, Times, bare, book, import, save_one, timed};

pub(crate) fn saving() {
    let dir = tempfile::tempdir().unwrap();
    let dice = &mut Dice(7);
    let book = book(&dir.path().join("book"));
    let bare = bare(&dir.path().join("bare.db"));
    let homes: Vec<Uuid> = (0..2_000).map(|_| dice.id()).collect();
    let mut all: Vec<Save> = homes.iter().map(|id| save_one(*id, "household", household(dice))).collect();
    all.extend((0..20_000).map(|i| save_one(dice.id(), "visit", visit(dice, homes[i % 2_000], 40))));
    let (_, took) = timed(|| import(&book, all, dice));
    println!("import of 22,000 records in 3 batches: {:.2} s", took.as_secs_f64());
    book.checkpoint().unwrap();
    let (mut ours, mut theirs) = (Times(Vec::new()), Times(Vec::new()));
    for i in 0..3_000 {
        let one = save_one(dice.id(), "visit", visit(dice, homes[i % 2_000], 40));
        let body = serde_json::to_string(&one.fields).unwrap();
        let id = one.id;
        let ((), took) = timed(|| {
            bare.execute("INSERT INTO record VALUES (?1, ?2)", params![id.as_bytes(), body])
                .map(drop)
                .unwrap();
        });
        theirs.0.push(took);
        let by = By { author: Uuid::from_u128(1), now_ms: NOW, group: dice.id() };
        let (_, took) = timed(|| book.save_group(&[one], &by).unwrap());
        ours.0.push(took);
    }
    println!(
        "save one visit: p50 {:.3} ms, p99 {:.3} ms, worst {:.3} ms; bare durable commit p50 {:.3} ms, p99 {:.3} ms; p50 ratio {:.2} (aim 2), p99/p50 {:.1} (aim 10)",
        ours.at(0.5),
        ours.at(0.99),
        ours.at(1.0),
        theirs.at(0.5),
        theirs.at(0.99),
        ours.at(0.5) / theirs.at(0.5),
        ours.at(0.99) / ours.at(0.5)
    );
}
