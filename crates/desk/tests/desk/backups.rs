//! A backup goes where somebody chose, never into a folder that a slip of the pen made; and it comes back, with the
//! old book kept.

use std::path::Path;

use tiexin_contract::backup::{
    Backup, BackupRestored, FolderKind, GetLastBackup, LastBackup, ListFolders, LookAtBackup, RestoreBackup,
};
use tiexin_contract::book::{AuditTrail, AuditWish};
use tiexin_contract::records::ListRecords;
use tiexin_contract::session::{ChangePassword, GetSession, SignIn, SignOut};
use tiexin_contract::{ErrorCode, Event};
use tiexin_desk::{Desk, DeskConfig};

use crate::office::{Office, PASSWORD, TOWNSHIP, day};

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn inside(path: &Path) -> Backup {
    Backup { path: text(path), inside: true }
}

fn restore(path: &str) -> RestoreBackup {
    RestoreBackup { path: path.into(), name: "wangli".into(), password: PASSWORD.into() }
}

fn households() -> ListRecords {
    crate::office::list("household", TOWNSHIP, 10)
}

fn sign_in(password: &str) -> SignIn {
    SignIn { name: "wangli".into(), password: password.into() }
}

#[tokio::test]
async fn a_backup_is_named_by_its_day_and_says_what_it_is() {
    let office = Office::township(day(2026, 11, 30)).await;
    office.family("张三", |_| {}).await;
    let stick = tempfile::tempdir().unwrap();
    let made = office.ok(inside(stick.path())).await;
    assert_eq!(made.name, "贴心备份-2026-11-30");
    assert_eq!(office.ok(inside(stick.path())).await.name, "贴心备份-2026-11-30-2");
    let seen = office.ok(ListFolders { path: Some(text(stick.path())), ending: None }).await;
    let shown: Vec<_> = seen.folders.iter().map(|one| (one.name.as_str(), one.what)).collect();
    assert_eq!(
        shown,
        [("贴心备份-2026-11-30", FolderKind::Backup), ("贴心备份-2026-11-30-2", FolderKind::Backup)]
    );
    let within = office.refused(inside(Path::new(&made.path))).await;
    assert!(within.message.contains("本身就是一份备份"), "{within:?}");
    let shown = office.ok(LookAtBackup { path: made.path }).await;
    assert_eq!(shown.made_at, Some(tiexin_desk::Clock::now_ms(&*office.clock)));
    assert_eq!(shown.users[0].display_name, "王丽");
    assert_eq!((shown.records, shown.missing, shown.replaces), (Some(4), 0, true));
}

/// A refused one is none.
#[tokio::test]
async fn whoever_keeps_the_machine_reads_when_the_last_backup_was() {
    let office = Office::township(day(2026, 11, 30)).await;
    let stick = tempfile::tempdir().unwrap();
    office.refused(inside(office.folder.path())).await;
    assert_eq!(office.ok(GetLastBackup {}).await, LastBackup { at: None, by: None });
    office.ok(inside(stick.path())).await;
    let at = tiexin_desk::Clock::now_ms(&*office.clock);
    office.clock.set(day(2026, 12, 3).and_hms_opt(9, 0, 0).unwrap());
    office.sign_in_again().await;
    office.family("张三", |_| {}).await;
    assert_eq!(office.ok(GetLastBackup {}).await, LastBackup { at: Some(at), by: Some("王丽".into()) });
}

#[tokio::test]
async fn a_mistyped_place_makes_no_folder() {
    let office = Office::township(day(2026, 11, 30)).await;
    let stick = tempfile::tempdir().unwrap();
    let gone = stick.path().join("拔掉了");
    for (path, code) in [
        ("U盘".to_owned(), ErrorCode::Invalid),
        ("D:\\备份".to_owned(), ErrorCode::Invalid),
        (String::new(), ErrorCode::Invalid),
        (text(&gone), ErrorCode::NotFound),
    ] {
        for inside in [true, false] {
            let path = if inside || path.is_empty() || path == "U盘" {
                path.clone()
            } else {
                format!("{path}/备份")
            };
            let refused = office.refused(Backup { path: path.clone(), inside }).await;
            assert_eq!(refused.code, code, "{path}");
            assert!(
                refused.message.contains("列表里选") || refused.message.contains("列表里选一个"),
                "{refused:?}"
            );
        }
        let listed = office.refused(ListFolders { path: Some(path.clone()), ending: None }).await;
        assert_eq!(listed.code, code, "{path}");
    }
    assert!(!Path::new("U盘").exists() && !gone.exists());
    assert_eq!(stick.path().read_dir().unwrap().count(), 0);
    // Beside the book a backup helps nobody.
    assert_eq!(office.refused(inside(office.folder.path())).await.code, ErrorCode::Invalid);
}

#[tokio::test]
async fn the_disks_and_the_own_folders_are_offered() {
    let office = Office::fresh(day(2026, 11, 30));
    let roots = office.ok(ListFolders { path: None, ending: None }).await;
    assert!(roots.folders.iter().any(|one| one.what == FolderKind::Disk));
    assert!(roots.folders.iter().all(|one| Path::new(&one.path).is_dir()));
    // Down and up again.
    let parent = tempfile::tempdir().unwrap();
    for name in ["乙", "甲", ".hidden"] {
        std::fs::create_dir(parent.path().join(name)).unwrap();
    }
    std::fs::write(parent.path().join("不是文件夹.txt"), "").unwrap();
    let listed = office.ok(ListFolders { path: Some(text(parent.path())), ending: None }).await;
    assert_eq!(listed.folders.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["乙", "甲"]);
    let below = office.ok(ListFolders { path: Some(listed.folders[0].path.clone()), ending: None }).await;
    assert_eq!(below.up.as_deref(), Some(text(parent.path()).as_str()));
    assert!(below.folders.is_empty() && !below.backup);
}

#[tokio::test]
async fn files_of_an_ending_are_listed_after_the_folders() {
    let office = Office::fresh(day(2026, 11, 30));
    let stick = tempfile::tempdir().unwrap();
    std::fs::create_dir(stick.path().join("贴心更新")).unwrap();
    for name in ["a.txu", "B.TXU", "c.txt"] {
        std::fs::write(stick.path().join(name), "").unwrap();
    }
    let list = |path: &Path| ListFolders { path: Some(text(path)), ending: Some("txu".into()) };
    let listed = office.ok(list(stick.path())).await;
    let shown: Vec<_> = listed.folders.iter().map(|one| (one.name.as_str(), one.what)).collect();
    assert_eq!(
        shown,
        [("贴心更新", FolderKind::Folder), ("B.TXU", FolderKind::File), ("a.txu", FolderKind::File)]
    );
    // The path of a file, as somebody types it.
    let file = stick.path().join("a.txu");
    let typed = office.ok(list(&file)).await;
    assert_eq!((typed.path, typed.up), (Some(text(&file)), Some(text(stick.path()))));
    assert_eq!(typed.folders.len(), 1);
    assert!(office.refused(list(&stick.path().join("c.txt"))).await.message.contains("文件夹"));
}

#[tokio::test]
async fn a_restore_from_the_screen_keeps_the_old_book_and_says_where() {
    let office = Office::township(day(2026, 11, 30)).await;
    office.family("张三", |_| {}).await;
    let stick = tempfile::tempdir().unwrap();
    let made = office.ok(inside(stick.path())).await;
    office.family("李四", |_| {}).await;
    office.ok(ChangePassword { old: PASSWORD.into(), new: "后来换的另一个密码".into() }).await;
    let mut events = office.desk.subscribe();

    // The password of that time opens it, not the one of today; a wrong one changes nothing, not even the session.
    let later = RestoreBackup { password: "后来换的另一个密码".into(), ..restore(&made.path) };
    assert!(office.refused(later).await.about("password").is_some());
    assert_eq!(office.ok(households()).await.total, 2);

    let BackupRestored { state, missing, aside, .. } = office.ok(restore(&made.path)).await;
    assert!(state.signed_in.is_none() && missing == 0);
    let aside = aside.expect("there was a book");
    assert!(Path::new(&aside).is_file(), "and there it is");
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        told.push(event);
    }
    assert!(told.contains(&Event::SignedOut));
    assert!(told.iter().any(|event| matches!(event, Event::Progress(progress) if progress.finished)));
    office.ok(sign_in(PASSWORD)).await;
    assert_eq!(office.ok(households()).await.total, 1);
}

/// A county's first user may look at the audit.
#[tokio::test]
async fn the_audit_of_the_book_that_came_back_knows_of_it() {
    let office = Office::of("340323", day(2026, 11, 30)).await;
    let stick = tempfile::tempdir().unwrap();
    let made = office.ok(inside(stick.path())).await;
    office.ok(restore(&made.path)).await;
    office.ok(sign_in(PASSWORD)).await;
    let acts: Vec<String> = office
        .ok(AuditTrail { before: None, limit: 10, only: AuditWish::default() })
        .await
        .into_iter()
        .map(|row| format!("{} {}", row.actor, row.act))
        .collect();
    assert!(acts.contains(&"王丽 从备份恢复".to_owned()), "{acts:?}");
}

#[tokio::test]
async fn a_new_machine_begins_with_a_backup() {
    let office = Office::township(day(2026, 11, 30)).await;
    office.family("张三", |_| {}).await;
    let stick = tempfile::tempdir().unwrap();
    let made = office.ok(inside(stick.path())).await;
    let new = Office::fresh(day(2026, 12, 1));
    assert!(!new.ok(LookAtBackup { path: made.path.clone() }).await.replaces);
    let refused = new.refused(RestoreBackup { name: "li".into(), ..restore(&made.path) }).await;
    assert!(refused.about("password").is_some());
    assert!(new.ok(GetSession {}).await.needs_setup, "nothing was begun");
    let done = new.ok(restore(&made.path)).await;
    assert_eq!(done.aside, None);
    assert!(!done.state.needs_setup);
    new.ok(sign_in(PASSWORD)).await;
    assert_eq!(new.ok(households()).await.total, 1);
}

#[tokio::test]
async fn a_folder_that_is_no_backup_is_refused_before_anybody_is_signed_out() {
    let office = Office::township(day(2026, 11, 30)).await;
    let other = tempfile::tempdir().unwrap();
    for refused in [
        office.refused(LookAtBackup { path: text(other.path()) }).await,
        office.refused(restore(&text(other.path()))).await,
    ] {
        assert_eq!(refused.code, ErrorCode::NotFound);
        assert!(refused.message.contains("没有完整的备份"));
    }
    assert!(office.ok(GetSession {}).await.signed_in.is_some());
}

/// Another window has the book open, too: nothing is put in its place.
/// The folder of the book in use has a book and keys, as a backup has: it would be replaced by itself.
#[tokio::test]
async fn the_book_in_use_is_no_backup() {
    let office = Office::township(day(2026, 11, 30)).await;
    let own = text(office.folder.path());
    assert!(office.refused(LookAtBackup { path: own.clone() }).await.message.contains("正在用的台账"));
    assert!(office.refused(restore(&own)).await.message.contains("正在用的台账"));
    assert_eq!(office.ok(households()).await.total, 0);
}

#[tokio::test]
async fn a_book_that_another_window_has_open_is_not_replaced() {
    let office = Office::township(day(2026, 11, 30)).await;
    let stick = tempfile::tempdir().unwrap();
    let made = office.ok(inside(stick.path())).await;
    let second = Desk::open(DeskConfig::quick(office.folder.path(), office.clock.clone())).unwrap();
    second.run(sign_in(PASSWORD)).await.unwrap();
    let refused = office.refused(restore(&made.path)).await;
    assert!(refused.message.contains("正在使用中"), "{refused:?}");
    assert_eq!(second.run(households()).await.unwrap().total, 0, "the other one goes on");
    second.run(SignOut {}).await.unwrap();
    office.ok(restore(&made.path)).await;
}

#[tokio::test]
async fn the_sign_in_screen_knows_whether_a_book_stands_alone() {
    let office = Office::fresh(day(2026, 11, 30));
    assert_eq!(office.ok(GetSession {}).await.joined, None);
    office.ok(crate::office::set_up(TOWNSHIP)).await;
    office.ok(SignOut {}).await;
    assert_eq!(office.ok(GetSession {}).await.joined, Some(false));
}
