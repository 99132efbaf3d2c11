//! Import of the 3,000-row roster: reading and planning, and writing, against bare calamine.

use std::time::{Duration, Instant};

use tiexin_contract::import::{FileGiven, ImportPreview, RunImport};
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::{StoryDesk, ledgers};

use crate::{row, timed};

pub(crate) async fn measure() {
    println!("\n== import of the 3,000-row member ledger (.xls)");
    let path = ledgers("guyang-2026-10").into_iter().find(|p| p.ends_with("members.xls")).expect("a roster");
    let bare = (0..5).map(|_| bare_read(&path)).min().expect("some");
    let day = chrono::NaiveDate::from_ymd_opt(2026, 10, 31).expect("a day");
    let desk = StoryDesk::alone(ManualClock::on(day), "bench", "340323100").await.expect("a desk");
    let preview = || ImportPreview {
        files: vec![FileGiven {
            name: "members.xls".into(),
            path: Some(path.to_string_lossy().into_owned()),
            base64: None,
        }],
        region: "340323100".parse().expect("a code"),
        mapping: Vec::new(),
    };
    desk.run(preview()).await.expect("a plan");
    let start = Instant::now();
    let plan = desk.run(preview()).await.expect("a plan");
    let planning = start.elapsed();
    let start = Instant::now();
    let done = desk.run(RunImport { plan: plan.plan }).await.expect("imported");
    let writing = start.elapsed();
    assert_eq!(done.files[0].rows, 3_000);
    row("read, recognise, check, plan", planning, Some(("bare calamine", bare)));
    row("write (people, members, volunteers, audit …)", writing, Some(("bare calamine", bare)));
    row("the whole import", planning + writing, Some(("bare calamine", bare)));
    println!("{:<46} {:>10} records", "  written", done.records);
}

fn bare_read(path: &std::path::Path) -> Duration {
    use calamine::Reader;
    let (cells, took) = timed(|| {
        let mut book = calamine::open_workbook_auto(path).expect("opens");
        book.worksheet_range_at(0).expect("a sheet").expect("readable").cells().count()
    });
    assert!(cells > 3_000 * 10);
    took
}
