//! A province is put back from its backup. Who was enrolled since goes on with the same book and numbers, by the
//! office's word or by a new code; what the office had decided since is done once more; a lost machine stays out.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};
use tiexin_contract::duplicates::MergeRecords;
use tiexin_contract::import::FileGiven;
use tiexin_contract::package::{PackageIn, PackageOut};
use tiexin_contract::quarantine::ListQuarantine;
use tiexin_contract::records::SaveRecord;
use tiexin_contract::sync::Enrol;
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::{StoryDesk, count};
use tiexin_testkit::province::{Keep, Province};

const GUYANG: &str = "340323100";
const VILLAGE: &str = "340323100001";

fn clock() -> Arc<ManualClock> {
    ManualClock::on(NaiveDate::from_ymd_opt(2026, 10, 5).expect("a day"))
}

async fn enrolled(province: &Province, name: &str, role: &str, region: &str) -> StoryDesk {
    let code = province.user(name, role, region).unwrap();
    let desk = StoryDesk::enrolled(clock(), name, &province.url(), &code).await.unwrap();
    assert!(desk.sync().await.unwrap().complete);
    desk
}

async fn household(desk: &StoryDesk, name: &str) {
    let fields = json!({"region": VILLAGE, "head_name": name}).as_object().cloned().unwrap_or_default();
    desk.run(SaveRecord { kind: "household".into(), id: None, version: None, fields }).await.unwrap();
}

/// A round in which hello is said, which a desk does every hour.
async fn an_hour_later(desk: &StoryDesk) -> tiexin_contract::sync::SyncState {
    desk.clock.pass(TimeDelta::minutes(61));
    desk.sync().await.unwrap()
}

fn device_of<'a>(devices: &'a Value, user: &str) -> &'a Value {
    let all = devices.as_array().expect("a list");
    all.iter()
        .find(|one| one["users"] == json!([user]))
        .unwrap_or_else(|| panic!("no device of {user}: {devices}"))
}

/// Puts the file back that `backup --to` wrote, as the documents tell, and serves from it.
fn put_back(province: &mut Province, backup: &str) {
    province.kill();
    let file = province.store().trim_start_matches("sqlite:").to_owned();
    std::fs::copy(backup, &file).unwrap();
    for more in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{file}{more}"));
    }
    province.start_again().unwrap();
}

/// Every desk agrees with the province, digest by digest, and the province with itself.
async fn all_agree(province: &Province, desks: &[&StoryDesk]) {
    let digests = province.digests().unwrap();
    for desk in desks {
        let state = an_hour_later(desk).await;
        assert!(state.complete && state.waiting == 0 && state.parked == 0, "{state:?}");
        for scope in state.scopes {
            let (head, digest) = &digests[scope.scope.as_str()];
            assert_eq!((scope.sequence, &scope.digest, scope.agreed), (*head, digest, true));
        }
    }
    assert_eq!(province.administer(&["verify"]).unwrap()["broken"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn desks_enrolled_after_the_backup_go_on() {
    let mut province = Province::start(Keep::sqlite()).unwrap();
    let chief = enrolled(&province, "chief", "supervisor", GUYANG).await;
    let lost = enrolled(&province, "lost", "worker", GUYANG).await;
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("province.backup").display().to_string();
    province.administer(&["backup", "--to", &backup]).unwrap();

    // After the backup: two desks join and work, a machine is lost, and somebody hears of it.
    let li = enrolled(&province, "li", "worker", GUYANG).await;
    let wu = enrolled(&province, "wu", "worker", GUYANG).await;
    household(&li, "甲户").await;
    household(&wu, "乙户").await;
    assert!(li.sync().await.unwrap().complete && wu.sync().await.unwrap().complete);
    let devices = province.administer(&["device", "list"]).unwrap();
    let lost_id = device_of(&devices, "lost")["id"].as_str().unwrap().to_owned();
    let li_id = device_of(&devices, "li")["id"].clone();
    let wu_id = device_of(&devices, "wu")["id"].clone();
    province.administer(&["device", "revoke", &lost_id, "--lost", "--yes"]).unwrap();
    assert!(an_hour_later(&chief).await.complete);

    put_back(&mut province, &backup);
    household(&li, "丙户").await;
    household(&wu, "丁户").await;

    // The lost machine is let in by nobody once another desk was there.
    an_hour_later(&chief).await;
    let devices = province.administer(&["device", "list"]).unwrap();
    assert_eq!(device_of(&devices, "lost")["state"], "停用");
    lost.clock.pass(TimeDelta::minutes(61));
    let gone = lost.sync().await.unwrap_err();
    assert_eq!(gone.code, tiexin_contract::ErrorCode::Wiped);

    // A desk that the province does not know says what is to be done, keeps everything, and is listed.
    let state = li.sync().await.unwrap();
    assert!(state.trouble.as_deref().is_some_and(|why| why.contains("管理员确认")), "{state:?}");
    assert!(!state.enrol_again && state.waiting > 0);
    let listed = province.administer(&["restored", "list"]).unwrap();
    let told = |listed: &Value, what: &str| {
        listed.as_array().unwrap().iter().filter(|one| one["what"] == what).count()
    };
    assert_eq!(
        (told(&listed, "user"), told(&listed, "grant"), told(&listed, "device")),
        (1, 1, 1),
        "{listed}"
    );

    // One is taken back on the office's word, without a code; the other with a new one, as any desk joins.
    province.administer(&["restored", "redo"]).unwrap();
    assert_eq!(province.administer(&["restored", "list"]).unwrap(), json!([]));
    assert!(li.sync().await.unwrap().complete);
    let code = province.user("wu", "worker", GUYANG).unwrap();
    wu.run(Enrol { server: province.url(), code, authority: None }).await.unwrap();
    assert!(wu.sync().await.unwrap().complete);
    let devices = province.administer(&["device", "list"]).unwrap();
    assert_eq!((&device_of(&devices, "li")["id"], &device_of(&devices, "wu")["id"]), (&li_id, &wu_id));

    // All work is there, once.
    an_hour_later(&chief).await;
    all_agree(&province, &[&chief, &li, &wu]).await;
    for name in ["甲户", "乙户", "丙户", "丁户"] {
        chief.household(name).await;
    }
    let records = province.administer(&["verify"]).unwrap()["records"].clone();
    assert_eq!(records, 4, "nothing twice");
}

/// What others told after the backup goes from a desk that had read it, and the desk says so until it is back.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_after_a_restore_is_told() {
    let mut province = Province::start(Keep::sqlite()).unwrap();
    let a = enrolled(&province, "a", "worker", GUYANG).await;
    let c = enrolled(&province, "c", "worker", GUYANG).await;
    household(&a, "甲户").await;
    assert!(a.sync().await.unwrap().complete && c.sync().await.unwrap().complete);
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("province.backup").display().to_string();
    province.administer(&["backup", "--to", &backup]).unwrap();
    household(&c, "乙户").await;
    assert!(c.sync().await.unwrap().complete && a.sync().await.unwrap().complete);
    let devices = province.administer(&["device", "list"]).unwrap();
    let c_id = device_of(&devices, "c")["id"].as_str().unwrap().to_owned();
    // It is to retire, and is not destroyed: only the backup of tomorrow will hold what it told.
    province.administer(&["device", "revoke", &c_id, "--retired", "--yes"]).unwrap();
    let state = an_hour_later(&c).await;
    assert!(state.notices.iter().any(|told| told.contains("下一次备份")), "{:?}", state.notices);

    put_back(&mut province, &backup);
    let state = an_hour_later(&a).await;
    assert!(state.notices.iter().any(|told| told.contains("1 条登记")), "{:?}", state.notices);
    assert_eq!(families(&a).await, 1);
    an_hour_later(&c).await;
    let state = an_hour_later(&a).await;
    assert!(state.notices.is_empty() && families(&a).await == 2, "{:?}", state.notices);
}

/// A desk of an older program was never told how it stands: it asks for a code, and the screen offers the form.
#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_was_told_nothing_asks_for_a_code() {
    let mut province = Province::start(Keep::sqlite()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("province.backup").display().to_string();
    province.administer(&["backup", "--to", &backup]).unwrap();
    let code = province.user("li", "worker", GUYANG).unwrap();
    // Joined, and away before the first round.
    let li = StoryDesk::enrolled(clock(), "li", &province.url(), &code).await.unwrap();
    household(&li, "甲户").await;
    put_back(&mut province, &backup);
    let state = li.sync().await.unwrap();
    assert!(state.enrol_again && state.waiting == 1, "{state:?}");
    assert!(state.trouble.as_deref().is_some_and(|why| why.contains("接入码")), "{state:?}");
    let code = province.user("li", "worker", GUYANG).unwrap();
    li.run(Enrol { server: province.url(), code, authority: None }).await.unwrap();
    let state = li.sync().await.unwrap();
    assert!(state.complete && !state.enrol_again, "{state:?}");
    all_agree(&province, &[&li]).await;
}

/// No line, or none that reaches the province: what it was told travels with its package.
#[tokio::test(flavor = "multi_thread")]
async fn a_desk_without_a_line_is_taken_back_by_its_package() {
    let mut province = Province::start(Keep::sqlite()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("province.backup").display().to_string();
    province.administer(&["backup", "--to", &backup]).unwrap();
    let li = enrolled(&province, "li", "worker", GUYANG).await;
    put_back(&mut province, &backup);
    household(&li, "甲户").await;
    let stick = folder.path().join("stick").display().to_string();
    std::fs::create_dir(&stick).unwrap();
    li.run(PackageOut { to: Some(stick.clone()), part_mib: None }).await.unwrap();
    let take = ["package", "take", &stick, "--reply", &stick];
    assert!(province.administer(&take).is_err(), "nobody is let in by it");
    let listed = province.administer(&["restored", "list"]).unwrap();
    assert!(listed.to_string().contains("\"what\":\"device\""), "{listed}");
    province.administer(&["restored", "redo"]).unwrap();
    province.administer(&take).unwrap();
    let file = FileGiven { name: String::new(), path: Some(stick), base64: None };
    let taken = li.run(PackageIn { files: vec![file] }).await.unwrap();
    assert_eq!(taken.replies[0].settled, 1);
    all_agree(&province, &[&li]).await;
}

/// Families that are shown.
async fn families(desk: &StoryDesk) -> u64 {
    count(&desk.desk, "household", GUYANG).await.unwrap()
}

/// Two registrations of one family were merged after the backup, and the desk that had registered one of them is the
/// last to come back: the merge waits for it, and is done without being asked once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_waits_for_the_registration_that_is_not_back_yet() {
    let mut province = Province::start(Keep::sqlite()).unwrap();
    let chief = enrolled(&province, "chief", "supervisor", GUYANG).await;
    let li = enrolled(&province, "li", "worker", GUYANG).await;
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("province.backup").display().to_string();
    province.administer(&["backup", "--to", &backup]).unwrap();

    household(&li, "甲户").await;
    household(&chief, "乙户").await;
    assert!(li.sync().await.unwrap().complete && chief.sync().await.unwrap().complete);
    let merge = MergeRecords {
        stays: chief.household("乙户").await,
        gives_way: chief.household("甲户").await,
        take: Vec::new(),
        money: Vec::new(),
    };
    chief.run(merge).await.unwrap();
    assert!(chief.sync().await.unwrap().complete);
    assert_eq!(families(&chief).await, 1);

    put_back(&mut province, &backup);
    let state = an_hour_later(&chief).await;
    assert!(state.waiting == 0 && state.parked > 0, "{state:?}");
    let waits = chief.run(ListQuarantine { region: None }).await.unwrap().items;
    assert!(!waits.is_empty() && waits.iter().all(|one| one.message.contains("还没有回来")), "{waits:?}");
    // Once more changes nothing: it still waits.
    assert!(an_hour_later(&chief).await.parked > 0);

    assert!(an_hour_later(&li).await.complete);
    assert_eq!(families(&li).await, 2);
    an_hour_later(&chief).await;
    all_agree(&province, &[&chief, &li]).await;
    assert_eq!((families(&chief).await, families(&li).await), (1, 1));
    let left = chief.run(ListQuarantine { region: None }).await.unwrap();
    assert!(left.items.is_empty() && left.answers.is_empty(), "{left:?}");
}
