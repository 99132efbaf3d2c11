//! A county's week, as its supervisor lives it: who has not reported, a family that moves while its worker is out of
//! reach, two windows on one record, a family registered twice, a machine that is lost, the province put back from
//! Monday's backup.

use std::path::Path;

use chrono::NaiveDate;
use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::devices::{DeviceShown, DeviceStanding, ListDevices, RevokeDevice};
use tiexin_contract::duplicates::{ListDuplicates, MergeRecords};
use tiexin_contract::family::{GetFamily, MoveFamily, RecordVisit};
use tiexin_contract::records::{GetRecord, SaveRecord};
use tiexin_contract::report::{GetReport, ReportRow, UnitStanding};
use tiexin_desk::ManualClock;
use tiexin_domain::IdNumber;
use tiexin_domain::nouns::person::Relation;
use tiexin_testkit::desks::{self, StoryDesk};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use uuid::Uuid;

const GUYANG: &str = "340323100";
const LIUJI: &str = "340323104";
const COUNTY: &str = "340323";
const VILLAGE: &str = "340323100001";
const NEW_VILLAGE: &str = "340323104001";

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, d).unwrap()
}

async fn enrolled(province: &Province, url: &str, name: &str, role: &str, region: &str) -> StoryDesk {
    let code = province.user(name, role, region).unwrap();
    StoryDesk::enrolled(ManualClock::on(day(31)), name, url, &code).await.unwrap()
}

/// A family whose head has this ID number.
async fn family(desk: &StoryDesk, village: &str, head: &str, number: Option<&str>) -> Uuid {
    let mut family = desks::family(village, &[head]);
    if let Some(number) = number {
        let head = family.persons.remove(0).with_id(&IdNumber::read(number).unwrap().number);
        family.persons.insert(0, head);
    }
    family.persons[0].relation = Some(Relation::Head);
    desk.run(family).await.unwrap().id
}

async fn visit(desk: &StoryDesk, village: &str, household: Uuid, head: &str, note: &str) -> Uuid {
    let visit = desks::visit(village.parse().unwrap(), household, head, day(30), note);
    desk.run(RecordVisit { id: None, visit }).await.unwrap().id
}

async fn synced(desks: &[&StoryDesk]) {
    for desk in desks {
        assert!(desk.sync().await.unwrap().complete);
    }
}

/// F1 of the county: a township's row.
async fn reported(chief: &StoryDesk, township: &str) -> ReportRow {
    let sheet = chief.run(GetReport::of("F1", "2026-10", COUNTY.parse().unwrap())).await.unwrap();
    sheet.rows.into_iter().find(|row| row.label == township).unwrap_or_else(|| panic!("no row of {township}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_county_s_week() {
    let mut province = Province::start(Keep::sqlite()).unwrap();
    let line = Network::to(province.address()).await.unwrap();
    let guyang = enrolled(&province, &line.url(), "guyang", "worker", GUYANG).await;
    let helper = enrolled(&province, &province.url(), "helper", "worker", GUYANG).await;
    let liuji = enrolled(&province, &province.url(), "liuji", "worker", LIUJI).await;
    let chief = enrolled(&province, &province.url(), "chief", "supervisor", COUNTY).await;
    let everybody = [&guyang, &helper, &liuji, &chief];

    let home = who_has_not_reported(&guyang, &liuji, &chief).await;
    registered_twice(&line, &guyang, &helper, &chief).await;
    synced(&everybody).await;
    let backup = tempfile::tempdir().unwrap();
    let monday = backup.path().join("monday.db");
    province.administer(&["backup", "--to", monday.to_str().unwrap()]).unwrap();

    two_windows(&guyang, home).await;
    a_family_moves(&line, &guyang, &liuji, &chief, home).await;
    merged(&guyang, &helper, &chief).await;
    a_machine_is_lost(&helper, &chief).await;
    synced(&[&guyang, &liuji, &chief]).await;
    put_back(&mut province, &monday, &[&guyang, &liuji, &chief]).await;
}

/// Every township has a row; what never came is told apart from what has nothing to tell.
async fn who_has_not_reported(guyang: &StoryDesk, liuji: &StoryDesk, chief: &StoryDesk) -> Uuid {
    let home = family(guyang, VILLAGE, "钟户主", None).await;
    visit(guyang, VILLAGE, home, "钟户主", "一切都好").await;
    synced(&[guyang, chief]).await;
    assert_eq!(reported(chief, "谷阳镇").await.cells[8].value, "1");
    let missing = reported(chief, "刘集镇").await;
    assert_eq!(
        (missing.standing, missing.hint.as_deref()),
        (UnitStanding::NeverSent, Some("没有报来过数据"))
    );
    family(liuji, NEW_VILLAGE, "刘户主", None).await;
    synced(&[liuji, chief]).await;
    assert_eq!(reported(chief, "刘集镇").await.standing, UnitStanding::Nothing);
    home
}

/// What one window did not touch it does not write back over what the other has saved.
async fn two_windows(guyang: &StoryDesk, home: Uuid) {
    let shown = guyang.run(GetRecord { id: home }).await.unwrap();
    let save = |fields: serde_json::Value| SaveRecord {
        kind: "household".into(),
        id: Some(home),
        version: Some(shown.version),
        fields: fields.as_object().cloned().unwrap(),
    };
    guyang.run(save(json!({"current_address": "村东三号"}))).await.unwrap();
    guyang.run(save(json!({"phone": "19900002580"}))).await.unwrap();
    let both = guyang.run(GetFamily { household: home }).await.unwrap().household.fields;
    assert_eq!((&both["current_address"], &both["phone"]), (&json!("村东三号"), &json!("199****2580")));
    synced(&[guyang]).await;
}

/// The county moves a family while its old worker is out of reach.
async fn a_family_moves(
    line: &Network,
    guyang: &StoryDesk,
    liuji: &StoryDesk,
    chief: &StoryDesk,
    home: Uuid,
) {
    synced(&[guyang, chief]).await;
    line.cut();
    chief
        .run(MoveFamily {
            household: home,
            region: NEW_VILLAGE.parse().unwrap(),
            address: Some("新村 3 号".into()),
            on: None,
            why: Some("随女儿居住".into()),
            handover: None,
        })
        .await
        .unwrap();
    synced(&[chief, liuji]).await;
    let page = liuji.run(GetFamily { household: home }).await.unwrap();
    assert_eq!(page.household.fields["current_address"], "新村 3 号");
    line.restore();
    synced(&[guyang]).await;
    assert_eq!(guyang.run(GetFamily { household: home }).await.unwrap_err().code, ErrorCode::NotFound);
    // The visit was made at the old place; the new one has a family and nothing to report yet.
    assert_eq!(reported(chief, "谷阳镇").await.cells[8].value, "1");
    assert_eq!(reported(chief, "刘集镇").await.standing, UnitStanding::Nothing);
}

/// Two workers of one township register the same family, neither of them with a line.
async fn registered_twice(line: &Network, guyang: &StoryDesk, helper: &StoryDesk, chief: &StoryDesk) {
    const NUMBER: &str = "34052419800101001X";
    line.cut();
    family(guyang, VILLAGE, "贾文广", Some(NUMBER)).await;
    line.restore();
    family(helper, VILLAGE, "贾文广", Some(NUMBER)).await;
    for desk in [helper, guyang, chief] {
        desk.sync().await.unwrap();
    }
}

/// The county puts the two together, and all three desks show one family.
async fn merged(guyang: &StoryDesk, helper: &StoryDesk, chief: &StoryDesk) {
    let told = chief.run(ListDuplicates { region: None, household: None }).await.unwrap();
    let pair = told.pairs.iter().find(|pair| pair.kind == "household").expect("the family, twice");
    let (stays, gives_way) = (pair.one.id, pair.other.id);
    let merging = MergeRecords { stays, gives_way, take: Vec::new(), money: Vec::new() };
    chief.run(merging).await.unwrap();
    for desk in [chief, guyang, helper] {
        desk.sync().await.unwrap();
    }
    for desk in [guyang, helper, chief] {
        assert!(desk.run(GetRecord { id: gives_way }).await.unwrap().void.is_some());
        assert!(desk.run(GetFamily { household: stays }).await.unwrap().household.void.is_none());
    }
}

fn of<'a>(rows: &'a [DeviceShown], user: &str) -> &'a DeviceShown {
    rows.iter().find(|row| row.users.iter().any(|name| name == user)).expect("a device")
}

/// The helper's machine is stolen: its book is destroyed as soon as it speaks.
async fn a_machine_is_lost(helper: &StoryDesk, chief: &StoryDesk) {
    let rows = chief.run(ListDevices {}).await.unwrap();
    let lost = of(&rows, "helper");
    let revoke = RevokeDevice { device: lost.id, lost: true, typed_name: lost.name.clone(), both: false };
    chief.run(revoke).await.unwrap();
    assert_eq!(helper.sync().await.unwrap_err().code, ErrorCode::Wiped);
    let rows = chief.run(ListDevices {}).await.unwrap();
    assert_eq!(of(&rows, "helper").standing, DeviceStanding::Wiped);
}

/// The province's disk dies on Friday, and Monday's backup is all that there is: the desks bring back the rest. What only
/// the stolen machine had told since Monday would be gone; its registration is older.
async fn put_back(province: &mut Province, monday: &Path, desks: &[&StoryDesk]) {
    let before = province.digests().unwrap();
    province.put_back(monday).unwrap();
    assert_ne!(province.digests().unwrap(), before, "the backup lacks the week");
    // Twice: what one desk brings the others read.
    for desk in desks.iter().chain(desks) {
        desk.sync().await.unwrap();
    }
    synced(desks).await;
    let digest = |all: &std::collections::BTreeMap<String, (u64, String)>| -> Vec<String> {
        [GUYANG, LIUJI].iter().map(|township| all[*township].1.clone()).collect()
    };
    assert_eq!(digest(&province.digests().unwrap()), digest(&before), "nothing of the week is missing");
    for desk in desks {
        assert!(desk.verify().await.sound);
        assert!(desk.sync_state().await.scopes.iter().all(|scope| scope.agreed));
    }
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}
