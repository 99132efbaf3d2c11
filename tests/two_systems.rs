//! A book that is carried between two computers: the program under test makes it, this process works on it and gives
//! it back, and each restores what the other has backed up. `./dev test windows` has the Windows program on one side
//! and Linux on the other.

use std::path::Path;

use serde_json::{Value, json};
use tiexin_contract::backup::{Backup, RestoreBackup};
use tiexin_contract::book::Verify;
use tiexin_contract::records::Search;
use tiexin_contract::session::SignIn;
use tiexin_desk::{Desk, DeskConfig, ManualClock};
use tiexin_testkit::desks::{self, PASSWORD, count, expected, ledgers};
use tiexin_testkit::terminal::told;

const TOWNSHIP: &str = "340323100";
const LEDGERS: &str = "guyang-2026-10";

/// The book in this folder, opened here.
async fn opened(data: &Path) -> Desk {
    let clock = ManualClock::on(chrono::Local::now().date_naive());
    let desk = Desk::open(DeskConfig::quick(data, clock)).expect("the book opens");
    desk.run(SignIn { name: "wang".into(), password: PASSWORD.into() }).await.expect("the password fits");
    desk
}

async fn sound(desk: &Desk) {
    let report = desk.run(Verify {}).await.expect("verify runs");
    assert!(report.sound, "{:?}", report.faults);
}

/// How many the program finds by a name.
fn found(data: &Path, name: &str) -> usize {
    told(data, &["search", name], None).expect("search runs").as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_goes_there_and_back() {
    let home = tempfile::tempdir().expect("a folder");
    let book = home.path().join("台账");
    let words = ["--user", "wang", "init", "--standalone", "--region", TOWNSHIP, "--display-name", "王丽丽"];
    told(&book, &words, None).expect("a book is made");
    let files: Vec<String> = ledgers(LEDGERS).iter().map(|file| file.display().to_string()).collect();
    let import = [&["import"], &files.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat();
    told(&book, &import, None).expect("the ledgers are taken in");

    // There: all of it is read, and added to.
    let desk = opened(&book).await;
    sound(&desk).await;
    let expected = expected(LEDGERS);
    for (kind, want) in [
        ("support_file", &expected["special_families"]["imported"]),
        ("member", &expected["members"]["imported"]),
        ("visit", &expected["services"]["visits_imported"]),
        ("activity", &expected["activities"]["imported"]),
    ] {
        let seen = count(&desk, kind, TOWNSHIP).await.expect("a list");
        assert_eq!(&Value::from(seen), want, "{kind}");
    }
    let family = desks::family(&format!("{TOWNSHIP}001"), &["欧阳过河", "欧阳过河妻"]);
    desk.run(family).await.expect("a family is registered");
    let there = home.path().join("那边的备份");
    let copy = Backup { path: there.display().to_string(), inside: false };
    desk.run(copy).await.expect("a backup is made");
    drop(desk);

    // And back.
    assert!(found(&book, "欧阳过河") > 0);
    let household = json!({"region": format!("{TOWNSHIP}001"), "head_name": "回来的户"});
    told(&book, &["add", "household"], Some(&household.to_string())).expect("a household is added");
    assert_eq!(told(&book, &["verify"], None).expect("verify runs")["sound"], true);
    let here = home.path().join("这边的备份");
    told(&book, &["backup", &here.display().to_string()], None).expect("a backup is made");

    // Each restores the other's.
    let restored = home.path().join("恢复");
    let restore = ["restore", &there.display().to_string(), "--to", &restored.display().to_string()];
    told(&restored, &restore, None).expect("it is restored");
    assert!(found(&restored, "欧阳过河") > 0);
    assert_eq!(found(&restored, "回来的户"), 0, "it was added after that backup");
    let desk = opened(&restored).await;
    let restore =
        RestoreBackup { path: here.display().to_string(), name: "wang".into(), password: PASSWORD.into() };
    desk.run(restore).await.expect("it is restored");
    desk.run(SignIn { name: "wang".into(), password: PASSWORD.into() }).await.expect("the password fits");
    let hits = desk.run(Search { text: "回来的户".into(), limit: 5, kinds: Vec::new() }).await;
    assert!(!hits.expect("search runs").is_empty());
    sound(&desk).await;
}
