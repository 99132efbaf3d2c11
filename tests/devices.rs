//! The desks of a county, as somebody who looks after them knows them: one that was away too long, one that was
//! lost, one that retired, one whose worker forgot the password, one that was cloned.

use std::path::Path;

use chrono::{NaiveDate, TimeDelta};
use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::devices::{DeviceShown, DeviceStanding, ListDevices, RescuePassword, RevokeDevice};
use tiexin_contract::import::FileGiven;
use tiexin_contract::package::{PackageIn, PackageOut};
use tiexin_contract::records::SaveRecord;
use tiexin_contract::session::{GetSession, SessionState, SignIn, SignOut};
use tiexin_contract::sync::Enrol;
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::{PASSWORD, StoryDesk};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;

const GUYANG: &str = "340323100";
const VILLAGE: &str = "340323100001";

fn clock() -> std::sync::Arc<ManualClock> {
    ManualClock::on(NaiveDate::from_ymd_opt(2026, 10, 5).unwrap())
}

async fn enrolled(province: &Province, url: &str, name: &str, role: &str, region: &str) -> StoryDesk {
    let code = province.user(name, role, region).unwrap();
    let desk = StoryDesk::enrolled(clock(), name, url, &code).await.unwrap();
    assert!(desk.sync().await.unwrap().complete);
    desk
}

async fn household(desk: &StoryDesk, name: &str) {
    let fields = json!({"region": VILLAGE, "head_name": name}).as_object().cloned().unwrap();
    desk.run(SaveRecord { kind: "household".into(), id: None, version: None, fields }).await.unwrap();
}

async fn signed_in_again(desk: &StoryDesk, name: &str, password: &str) -> SessionState {
    desk.run(SignOut {}).await.unwrap();
    desk.run(SignIn { name: name.into(), password: password.into() }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn away_for_too_long() {
    let province = Province::start(Keep::sqlite()).unwrap();
    let network = Network::to(province.address()).await.unwrap();
    let desk = enrolled(&province, &network.url(), "remote", "worker", GUYANG).await;
    let lease = desk.sync_state().await.lease.expect("a lease");
    assert_eq!((lease.days_left, lease.soon), (30, false));
    network.cut();
    household(&desk, "甲户").await;

    // It is said in good time, and the work goes on.
    desk.clock.pass(TimeDelta::days(24));
    let lease = desk.sync_state().await.lease.expect("a lease");
    assert_eq!((lease.days_left, lease.soon), (6, true));
    assert!(signed_in_again(&desk, "remote", PASSWORD).await.signed_in.is_some());

    // It ends. Whoever is at work ends the work in peace; then the book stays locked.
    desk.clock.pass(TimeDelta::days(7));
    household(&desk, "乙户").await;
    let state = signed_in_again(&desk, "remote", PASSWORD).await;
    assert!(state.signed_in.is_none());
    assert_eq!(state.lease_ended.expect("locked").waiting, 2);
    let refused = desk.run(ListDevices {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::LeaseEnded);
    // A clock set back opens nothing.
    desk.clock.pass(-TimeDelta::days(60));
    assert!(signed_in_again(&desk, "remote", PASSWORD).await.lease_ended.is_some());
    // No line yet: that is said, and nothing is lost.
    assert!(desk.sync().await.unwrap().trouble.is_some());

    // By stick: taken to the province and back.
    let stick = tempfile::tempdir().unwrap();
    let folder = stick.path().to_str().unwrap().to_owned();
    desk.run(PackageOut { to: Some(folder.clone()), part_mib: None }).await.unwrap();
    province.administer(&["package", "take", &folder, "--reply", &folder]).unwrap();
    let file = FileGiven { name: String::new(), path: Some(folder), base64: None };
    let taken = desk.run(PackageIn { files: vec![file] }).await.unwrap();
    assert_eq!(taken.replies[0].settled, 2);
    let state = desk.run(GetSession {}).await.unwrap();
    assert!(state.signed_in.is_some(), "the worker is let in where the book was locked");

    // By line, the next time.
    desk.clock.pass(TimeDelta::days(200));
    assert!(signed_in_again(&desk, "remote", PASSWORD).await.lease_ended.is_some());
    network.restore();
    assert!(desk.sync().await.unwrap().complete);
    assert!(desk.run(GetSession {}).await.unwrap().signed_in.is_some());
    assert_eq!(desk.sync_state().await.lease.unwrap().days_left, 30);
    assert!(desk.verify().await.sound);
}

fn books(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("book.db") || name.starts_with("keyring"))
        .collect()
}

fn of<'a>(rows: &'a [DeviceShown], user: &str) -> &'a DeviceShown {
    rows.iter().find(|row| row.users == [user]).unwrap_or_else(|| panic!("no desk of {user} in {rows:?}"))
}

async fn the_supervisor_looks_after_the_desks(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let url = province.url();
    let lost = enrolled(&province, &url, "lost", "worker", GUYANG).await;
    let old = enrolled(&province, &url, "old", "worker", VILLAGE).await;
    let elsewhere = enrolled(&province, &url, "elsewhere", "worker", "340323104").await;
    let chief = enrolled(&province, &url, "chief", "supervisor", GUYANG).await;
    household(&old, "最后一户").await;

    assert_eq!(lost.run(ListDevices {}).await.unwrap_err().code, ErrorCode::NoRight);
    assert!(chief.run(GetSession {}).await.unwrap().signed_in.unwrap().can_devices);
    let rows = chief.run(ListDevices {}).await.unwrap();
    assert_eq!(rows.len(), 3, "not the other township's: {rows:?}");
    assert!(of(&rows, "chief").own && !of(&rows, "chief").may_revoke);
    let (a, b) = (of(&rows, "lost").clone(), of(&rows, "old").clone());
    assert_eq!((a.waiting, a.standing, a.places.len()), (Some(0), DeviceStanding::InUse, 1));
    assert!(a.lease_until.is_some() && a.last_seen.is_some() && !a.app.is_empty());

    // Not without the name of the machine.
    let wish = |row: &DeviceShown, lost: bool, name: &str| RevokeDevice {
        device: row.id,
        lost,
        typed_name: name.into(),
        both: false,
    };
    let slip = chief.run(wish(&a, true, "另一台")).await.unwrap_err();
    assert!(slip.about("typed_name").is_some());
    chief.run(wish(&a, true, &a.name)).await.unwrap();
    let rows = chief.run(wish(&b, false, &b.name)).await.unwrap();
    assert_eq!(of(&rows, "lost").standing, DeviceStanding::Revoked);
    assert_eq!(of(&rows, "old").standing, DeviceStanding::Retiring);

    // The lost one hears it as soon as it speaks.
    std::fs::write(lost.dir.path().join("别的文件.txt"), "不归贴心管").unwrap();
    assert_eq!(lost.sync().await.unwrap_err().code, ErrorCode::Wiped);
    assert_eq!(books(lost.dir.path()), Vec::<String>::new());
    assert!(lost.dir.path().join("别的文件.txt").is_file());
    let state = lost.run(GetSession {}).await.unwrap();
    assert!(state.needs_setup && state.wiped.expect("it is said").lost);
    // The one that retires hands over first.
    old.clock.pass(TimeDelta::hours(2));
    assert_eq!(old.sync().await.unwrap_err().code, ErrorCode::Wiped);
    assert_eq!(books(old.dir.path()), Vec::<String>::new());
    assert!(chief.sync().await.unwrap().complete);
    chief.household("最后一户").await;
    let rows = chief.run(ListDevices {}).await.unwrap();
    for name in ["lost", "old"] {
        assert_eq!(of(&rows, name).standing, DeviceStanding::Wiped, "{name} has said that it is done");
    }
    assert!(elsewhere.sync().await.unwrap().complete);
    assert_eq!(province.administer(&["verify"]).unwrap()["broken"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn looked_after_on_sqlite() {
    the_supervisor_looks_after_the_desks(Keep::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looked_after_on_postgres() {
    if let Some(keep) = Keep::postgres() {
        the_supervisor_looks_after_the_desks(keep).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password() {
    // The private half never lies at the server; only its owner brings it, for one act.
    let safe = tempfile::tempdir().unwrap();
    let private = safe.path().join("escrow.key").to_str().unwrap().to_owned();
    let keep = Keep::sqlite();
    let made = Province::run(&keep, &["escrow", "keygen", "--out", &private]).unwrap();
    let public = made["public"].as_str().unwrap().to_owned();
    let province = Province::start_with(keep, &["--escrow", &public]).unwrap();
    let desk = enrolled(&province, &province.url(), "wang", "worker", GUYANG).await;
    household(&desk, "没上传的一户").await;
    desk.run(SignOut {}).await.unwrap();

    let devices = province.administer(&["device", "list"]).unwrap();
    let device = devices[0]["id"].as_str().unwrap();
    let file = safe.path().join("救援").to_str().unwrap().to_owned();
    let words =
        ["escrow", "rescue", "--device", device, "--user", "wang", "--identity", &private, "--out", &file];
    let code = province.administer(&words).unwrap()["code"].as_str().unwrap().to_owned();
    drop(province);

    let given = FileGiven { name: "救援".into(), path: Some(file), base64: None };
    let wish = |code: &str| RescuePassword {
        file: given.clone(),
        code: code.into(),
        password: "这回我一定记得住".into(),
    };
    assert!(desk.run(wish("AAAA-AAAA-AAAA-AAAA-AAAA")).await.unwrap_err().about("code").is_some());
    let stranger = StoryDesk::alone(clock(), "li", GUYANG).await.unwrap();
    assert_eq!(stranger.run(wish(&code)).await.unwrap_err().code, ErrorCode::FileRefused);
    let rescued = desk.run(wish(&code.to_lowercase())).await.unwrap();
    assert_eq!(rescued.name, "wang");
    let old = desk.run(SignIn { name: "wang".into(), password: PASSWORD.into() }).await;
    assert_eq!(old.unwrap_err().code, ErrorCode::WrongPassword);
    desk.clock.pass(TimeDelta::minutes(1));
    let state = desk.run(SignIn { name: "wang".into(), password: "这回我一定记得住".into() }).await.unwrap();
    assert!(state.signed_in.is_some());
    assert_eq!(desk.sync_state().await.waiting, 1, "the work that was locked out is there");
    desk.household("没上传的一户").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_desks_of_one_disk_image() {
    let province = Province::start(Keep::sqlite()).unwrap();
    let first = enrolled(&province, &province.url(), "wang", "worker", GUYANG).await;
    let chief = enrolled(&province, &province.url(), "chief", "supervisor", GUYANG).await;
    household(&first, "甲户").await;
    first.sync().await.unwrap();
    first.run(SignOut {}).await.unwrap();
    let second = first.cloned(clock());
    let sign_in = || SignIn { name: "wang".into(), password: PASSWORD.into() };
    first.run(sign_in()).await.unwrap();
    second.run(sign_in()).await.unwrap();
    household(&first, "乙户").await;
    first.sync().await.unwrap();
    household(&second, "丙户").await;
    second.sync().await.unwrap();
    for desk in [&first, &second, &first, &second] {
        desk.clock.pass(TimeDelta::hours(2));
        desk.sync().await.unwrap();
    }
    for desk in [&first, &second] {
        let told = desk.sync_state().await.notices;
        assert!(told.len() == 1 && told[0].contains("另一台电脑"), "{told:?}");
        for name in ["甲户", "乙户", "丙户"] {
            desk.household(name).await;
        }
    }
    let rows = chief.run(ListDevices {}).await.unwrap();
    assert!(of(&rows, "wang").copied_at.is_some());
    assert!(of(&rows, "chief").copied_at.is_none());

    // Shutting it out would destroy both: that is said before it.
    let copied = of(&rows, "wang");
    let wish = RevokeDevice { device: copied.id, lost: false, typed_name: copied.name.clone(), both: false };
    let refused = chief.run(wish).await.unwrap_err();
    assert!(refused.message.contains("两台电脑共用"), "{}", refused.message);
    let device = copied.id.to_string();
    let warned = province.administer(&["device", "revoke", &device, "--retired"]).unwrap_err();
    assert!(warned.to_string().contains("两台电脑共用"), "{warned}");

    // The copy cannot become a device of its own: no code is spent on it, and an empty folder takes it.
    let code = province.code("wang").unwrap();
    let again = Enrol { server: province.url(), code: code.clone(), authority: None };
    let refused = second.run(again).await.unwrap_err();
    assert!(refused.message.contains("接入码没有用掉"), "{}", refused.message);
    let third = StoryDesk::enrolled(clock(), "wang", &province.url(), &code).await.unwrap();
    assert!(third.sync().await.unwrap().complete);
    for name in ["甲户", "乙户", "丙户"] {
        third.household(name).await;
    }
    let rows = chief.run(ListDevices {}).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.users == ["wang"]).count(), 2, "{rows:?}");
}
