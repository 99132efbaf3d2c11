//! Signing in and out, waiting after mistakes, idling, users of this PC.

use base64::Engine;
use chrono::TimeDelta;
use tiexin_contract::ErrorCode;
use tiexin_contract::Event;
use tiexin_contract::book::{AuditTrail, AuditWish, Touch};
use tiexin_contract::import::FileGiven;
use tiexin_contract::records::ListRecords;
use tiexin_contract::session::{
    AddLocalUser, ChangePassword, GetSession, LockDesk, SetUpEnrolled, SignIn, SignOut,
};
use tiexin_desk::{Desk, DeskConfig};

use crate::office::{Office, PASSWORD, TOWNSHIP, VILLAGE, day, set_up};

fn sign_in(password: &str) -> SignIn {
    SignIn { name: "wangli".into(), password: password.into() }
}

/// Waits until the last who read in the book has let it go, and has taken its log away: he holds this lock until then.
async fn closed(office: &Office) {
    let lock = std::fs::File::open(office.folder.path().join("book.lock")).unwrap();
    tokio::task::spawn_blocking(move || lock.lock()).await.unwrap().unwrap();
}

fn list() -> ListRecords {
    crate::office::list("household", TOWNSHIP, 10)
}

#[tokio::test]
async fn a_township_begins_alone() {
    let office = Office::fresh(day(2026, 10, 20));
    assert!(office.ok(GetSession {}).await.needs_setup);
    assert_eq!(office.refused(list()).await.code, ErrorCode::SignedOut);
    let state = office.ok(set_up(TOWNSHIP)).await;
    let me = state.signed_in.unwrap();
    assert_eq!((me.home.as_str(), me.home_name.as_str()), (TOWNSHIP, "谷阳镇"));
    assert!(me.can_write && !me.can_settle && !me.can_audit && !me.enrolled);
    assert!(!state.needs_setup);
    assert_eq!(state.users[0].display_name, "王丽");
    assert_eq!(office.refused(set_up(TOWNSHIP)).await.code, ErrorCode::Invalid);
    assert!(office.ok(SignOut {}).await.signed_in.is_none());
    assert_eq!(office.refused(list()).await.code, ErrorCode::SignedOut);
    assert!(office.ok(sign_in(PASSWORD)).await.signed_in.is_some());
    assert_eq!(office.ok(list()).await.total, 0);
}

/// The empty book in its place says where the former one is, not that all was handed to the province.
#[tokio::test]
async fn a_book_that_was_moved_aside_is_told_of_at_each_sign_in() {
    let office = Office::township(day(2026, 10, 20)).await;
    assert_eq!(office.ok(GetSession {}).await.book_trouble, None);
    office.ok(SignOut {}).await;
    closed(&office).await;
    std::fs::write(office.folder.path().join("book.db"), vec![7; 8192]).unwrap();
    let aside = office.refused(sign_in(PASSWORD)).await;
    assert!(aside.code == ErrorCode::Disk && aside.message.contains("已改名"), "{aside:?}");
    for _ in 0..2 {
        let told = office.ok(sign_in(PASSWORD)).await.book_trouble.expect("told");
        assert!(told.contains("book.db.aside-1") && told.contains("从备份恢复"), "{told}");
        assert_eq!(office.refused(list()).await.message, told);
        office.ok(SignOut {}).await;
    }
}

/// The key file was taken away: that is said at once, not after somebody has filled in the first-use form.
#[tokio::test]
async fn a_book_without_its_key_file_is_told_and_none_is_begun_over_it() {
    let office = Office::township(day(2026, 10, 20)).await;
    office.ok(SignOut {}).await;
    let (keyring, away) = (office.folder.path().join("keyring.json"), tempfile::tempdir().unwrap());
    let kept = away.path().join("keyring.json");
    std::fs::copy(&keyring, &kept).unwrap();
    std::fs::remove_file(&keyring).unwrap();
    let state = office.ok(GetSession {}).await;
    let told = state.book_trouble.expect("told");
    assert!(state.needs_setup && told.contains("keyring.json") && told.contains("备份"), "{told}");
    assert_eq!(office.refused(set_up(TOWNSHIP)).await.message, told);
    assert!(!keyring.exists(), "nothing was made");
    std::fs::copy(&kept, &keyring).unwrap();
    let state = office.ok(sign_in(PASSWORD)).await;
    assert!(state.signed_in.is_some() && state.book_trouble.is_none());
}

#[tokio::test]
async fn a_county_begins_with_a_supervisor() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    let me = office.ok(GetSession {}).await.signed_in.unwrap();
    assert!(me.can_write && me.can_settle && me.can_audit);
}

#[tokio::test]
async fn bad_names_passwords_and_regions_are_told_beside_their_fields() {
    let office = Office::fresh(day(2026, 10, 20));
    let mut wish = set_up("349999");
    wish.name = " ".into();
    wish.password = "短".into();
    let error = office.refused(wish).await;
    for field in ["name", "password", "region"] {
        assert!(error.about(field).is_some(), "{field}");
    }
    assert!(office.ok(GetSession {}).await.needs_setup);
}

#[tokio::test]
async fn mistakes_slow_down_then_lock() {
    let office = Office::township(day(2026, 10, 20)).await;
    office.ok(SignOut {}).await;
    let first = office.refused(sign_in("不是这个密码呀")).await;
    assert_eq!(first.code, ErrorCode::WrongPassword);
    let wait = first.wait_seconds.unwrap();
    assert_eq!(office.refused(sign_in(PASSWORD)).await.code, ErrorCode::LockedOut);
    office.clock.pass(TimeDelta::seconds(wait as i64));
    let unknown = office.refused(SignIn { name: "nobody".into(), password: PASSWORD.into() }).await;
    assert_eq!(unknown.code, ErrorCode::WrongPassword);
    for _ in 0..8 {
        office.clock.pass(TimeDelta::minutes(2));
        office.refused(sign_in("不是这个密码呀")).await;
    }
    office.clock.pass(TimeDelta::minutes(5));
    assert_eq!(office.refused(sign_in(PASSWORD)).await.code, ErrorCode::LockedOut);
    office.clock.pass(TimeDelta::minutes(15));
    assert!(office.ok(sign_in(PASSWORD)).await.signed_in.is_some());
}

#[tokio::test]
async fn an_untouched_desk_locks_itself() {
    let office = Office::township(day(2026, 10, 20)).await;
    office.ok(SignOut {}).await;
    let config =
        DeskConfig { idle_minutes: 10, ..DeskConfig::quick(office.folder.path(), office.clock.clone()) };
    let desk = Desk::open(config).unwrap();
    let mut events = desk.subscribe();
    desk.run(sign_in(PASSWORD)).await.unwrap();
    office.clock.pass(TimeDelta::minutes(9));
    desk.run(Touch {}).await.unwrap();
    office.clock.pass(TimeDelta::minutes(9));
    assert_eq!(desk.run(list()).await.unwrap().total, 0);
    office.clock.pass(TimeDelta::minutes(2));
    assert_eq!(desk.run(list()).await.unwrap_err().code, ErrorCode::SignedOut);
    assert_eq!(events.try_recv().unwrap(), Event::SignedOut);
    let state = desk.run(GetSession {}).await.unwrap();
    assert!(state.signed_in.is_none());
    assert_eq!(state.locked.map(|user| user.name).as_deref(), Some("wangli"));
}

#[tokio::test]
async fn who_locks_the_desk_is_expected_back_and_who_signs_out_is_not() {
    let office = Office::of("340323", day(2026, 10, 20)).await;
    for _ in 0..2 {
        let state = office.ok(LockDesk {}).await;
        assert!(state.signed_in.is_none());
        assert_eq!(state.locked.map(|user| user.display_name).as_deref(), Some("王丽"));
    }
    assert_eq!(office.refused(list()).await.code, ErrorCode::SignedOut);
    assert_eq!(office.ok(sign_in(PASSWORD)).await.locked, None);
    let audit = office.ok(AuditTrail { before: None, limit: 10, only: AuditWish::default() }).await;
    assert!(audit.iter().any(|row| row.act == "锁定"), "{audit:?}");
    assert_eq!(office.ok(SignOut {}).await.locked, None);
    assert_eq!(office.ok(LockDesk {}).await.locked, None, "nobody was there");
}

#[tokio::test]
async fn passwords_change_and_colleagues_join() {
    let office = Office::township(day(2026, 10, 20)).await;
    let change = |old: &str, new: &str| ChangePassword { old: old.into(), new: new.into() };
    assert!(office.refused(change(PASSWORD, "wangli")).await.about("new").is_some());
    assert_eq!(
        office.refused(change("不是这个密码呀", "新的密码也很长很长")).await.code,
        ErrorCode::WrongPassword
    );
    office.clock.pass(TimeDelta::minutes(1));
    office.ok(change(PASSWORD, "新的密码也很长很长")).await;
    let colleague = |region: &str| AddLocalUser {
        name: "zhangsan".into(),
        display_name: "张三".into(),
        password: "另一个够长的密码".into(),
        region: Some(region.parse().unwrap()),
        code: None,
    };
    assert_eq!(office.refused(colleague("340323104")).await.code, ErrorCode::NoRight);
    let state = office.ok(colleague(VILLAGE)).await;
    assert_eq!(state.users.len(), 2);
    assert!(office.refused(colleague(VILLAGE)).await.about("name").is_some());
    office.ok(SignOut {}).await;
    let state = office.ok(SignIn { name: "zhangsan".into(), password: "另一个够长的密码".into() }).await;
    assert_eq!(state.signed_in.unwrap().home.as_str(), VILLAGE);
    office.ok(SignOut {}).await;
    assert!(office.ok(sign_in("新的密码也很长很长")).await.signed_in.is_some());
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_told_at_its_field_and_nothing_is_begun() {
    let office = Office::fresh(day(2026, 10, 20));
    let with = |text: &str| SetUpEnrolled {
        server: "https://province.example".into(),
        code: "one".into(),
        name: "wangli".into(),
        display_name: "王丽".into(),
        password: PASSWORD.into(),
        authority: Some(FileGiven {
            name: "ca.crt".into(),
            path: None,
            base64: Some(base64::engine::general_purpose::STANDARD.encode(text)),
        }),
    };
    for text in ["什么都不是", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"] {
        let refused = office.refused(with(text)).await;
        assert!(refused.about("authority").is_some_and(|said| said.contains("证书")), "{refused:?}");
        assert!(office.ok(GetSession {}).await.needs_setup);
    }
}
