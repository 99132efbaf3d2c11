//! A ledger names other contacts than the book.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiexin_contract::family::{FamilyPage, GetFamily};
use tiexin_contract::import::{
    FileGiven, ImportDone, ImportPlan, ImportPreview, RedoImport, RunImport, UndoImport,
};
use tiexin_contract::records::SaveRecord;
use uuid::Uuid;

use crate::office::{Office, TOWNSHIP, day, fields, list};

async fn preview(office: &Office, leader: &str, worker: &str) -> ImportPlan {
    let ledger = format!(
        "信息编码,男方姓名,村居,家庭类别,镇联系人,村联系人\n34032310000017,贾文广,东关社区,死亡,{leader},{worker}\n"
    );
    let file =
        FileGiven { name: "特殊家庭.csv".into(), path: None, base64: Some(STANDARD.encode(ledger)) };
    let ask = ImportPreview {
        files: vec![file],
        region: TOWNSHIP.parse().unwrap(),
        mapping: Vec::new(),
        kind: None,
        job: None,
    };
    let plan = office.ok(ask).await;
    assert_eq!(plan.files[0].refused, 0, "{:?}", plan.files[0]);
    plan
}

/// Takes all that the ledger says otherwise than the book.
async fn import(office: &Office, leader: &str, worker: &str) -> ImportDone {
    let plan = preview(office, leader, worker).await;
    let take = plan.files[0].changes.iter().map(|change| change.number).collect();
    office.ok(RunImport { plan: plan.plan, take }).await
}

async fn page(office: &Office) -> FamilyPage {
    let home: Uuid = office.ok(list("household", TOWNSHIP, 10)).await.rows[0].id;
    office.ok(GetFamily { household: home }).await
}

fn pairs(page: &FamilyPage) -> Vec<String> {
    let word = |row: &tiexin_contract::records::RecordRow, field: &str| {
        row.fields.get(field).and_then(|value| value.as_str()).unwrap_or("-").to_owned()
    };
    let told = |row| {
        let [leader, worker] = ["township_leader", "village_worker"].map(|field| word(row, field));
        format!("{leader} {worker} {} {}", word(row, "from"), word(row, "to"))
    };
    page.contacts.iter().map(told).collect()
}

/// As 换联系人 does it: the former pair ends the day before and stays; taking the import back gives it back.
#[tokio::test]
async fn contacts_taken_from_a_ledger_follow_on_the_former() {
    let office = Office::township(day(2026, 10, 20)).await;
    import(&office, "赵镇长", "李村医").await;
    assert_eq!(pairs(&page(&office).await), ["赵镇长 李村医 - -"]);
    office.clock.set(day(2026, 11, 3).and_hms_opt(9, 0, 0).unwrap());
    office.sign_in_again().await;
    let next = import(&office, "赵镇长", "孙村医").await;
    let after = ["赵镇长 孙村医 2026-11-03 -", "赵镇长 李村医 - 2026-11-02"];
    assert_eq!(pairs(&page(&office).await), after);
    // The same ledger once more has nothing to say.
    import(&office, "赵镇长", "孙村医").await;
    assert_eq!(pairs(&page(&office).await), after);
    office.ok(UndoImport { batch: next.batch }).await;
    assert_eq!(pairs(&page(&office).await), ["赵镇长 李村医 - -"]);
    office.ok(RedoImport { batch: next.batch }).await;
    assert_eq!(pairs(&page(&office).await), after);
    // A name that was put right on the same day is a correction, not another pair.
    import(&office, "赵镇长", "孙大夫").await;
    assert_eq!(pairs(&page(&office).await), ["赵镇长 孙大夫 2026-11-03 -", after[1]]);
}

/// Who begins later looks after nobody yet: the ledger is beside the pair in force, and the line says of which family.
#[tokio::test]
async fn a_ledger_is_beside_the_contacts_in_force() {
    let office = Office::township(day(2026, 10, 20)).await;
    import(&office, "赵镇长", "李村医").await;
    let family = page(&office).await;
    let later = serde_json::json!({"household": family.household.id, "file": family.files[0].id,
        "township_leader": "赵镇长", "village_worker": "钱村医", "from": "2026-12-01"});
    let later = SaveRecord { kind: "contact_pair".into(), id: None, version: None, fields: fields(later) };
    office.ok(later).await;
    let now = ["赵镇长 李村医 - 2026-11-30", "赵镇长 钱村医 2026-12-01 -"];
    assert_eq!(pairs(&page(&office).await), now);
    let same = preview(&office, "赵镇长", "李村医").await;
    assert!(same.files[0].changes.is_empty(), "{:?}", same.files[0].changes);
    let other = preview(&office, "赵镇长", "孙村医").await;
    let told: Vec<_> = other.files[0]
        .changes
        .iter()
        .map(|change| (change.title.as_str(), change.old.as_deref(), change.new.as_str()))
        .collect();
    assert_eq!(told, [("贾文广家 · 赵镇长、李村医", Some("李村医"), "孙村医")]);
    import(&office, "赵镇长", "孙村医").await;
    let after = ["赵镇长 孙村医 2026-10-20 2026-11-30", now[1], "赵镇长 李村医 - 2026-10-19"];
    assert_eq!(pairs(&page(&office).await), after);
}
