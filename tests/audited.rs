//! Who looked at which number: told to the province with the next sync, and read by those who look after the region.

use chrono::NaiveDate;
use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::book::{AuditTrail, AuditWish, RegionAudit};
use tiexin_contract::records::{SaveRecord, Unmask};
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::StoryDesk;
use tiexin_testkit::province::{Keep, Province};

const VILLAGE: &str = "340323100001";

fn clock() -> std::sync::Arc<ManualClock> {
    ManualClock::on(NaiveDate::from_ymd_opt(2026, 10, 5).unwrap())
}

async fn desk(province: &Province, name: &str, display: &str, role: &str, region: &str) -> StoryDesk {
    province.administer(&["user", "add", name, "--display", display]).unwrap();
    province.administer(&["grant", "add", "--user", name, "--role", role, "--region", region]).unwrap();
    let code = province.code(name).unwrap();
    let desk = StoryDesk::enrolled(clock(), name, &province.url(), &code).await.unwrap();
    assert!(desk.sync().await.unwrap().complete);
    desk
}

async fn who_looked_at_the_number(keep: Keep) {
    let mut province = Province::start(keep).unwrap();
    let worker = desk(&province, "zhou", "周小兰", "worker", VILLAGE).await;
    let chief = desk(&province, "wu", "吴主任", "supervisor", "340323100").await;
    let fields = json!({"region": VILLAGE, "head_name": "金百合"}).as_object().cloned().unwrap();
    let home = SaveRecord { kind: "household".into(), id: None, version: None, fields };
    let home = worker.run(home).await.unwrap();
    let fields =
        json!({"region": VILLAGE, "household": home.id, "name": "金百合", "id_number": "34052419800101001X"});
    let fields = fields.as_object().cloned().unwrap();
    let person = SaveRecord { kind: "person".into(), id: None, version: None, fields };
    let person = worker.run(person).await.unwrap();
    worker.sync().await.unwrap();
    worker.run(Unmask { id: person.id, field: "id_number".into() }).await.unwrap();
    // The line breaks, and the server dies: it is told when both are there again.
    province.kill();
    assert!(worker.sync().await.unwrap().trouble.is_some());
    province.start_again().unwrap();
    worker.sync().await.unwrap();

    chief.sync().await.unwrap();
    let page = chief.run(RegionAudit { before: None, only: AuditWish::default() }).await.unwrap();
    let looked = page.rows.iter().find(|row| row.act == "查看完整号码").expect("who looked");
    assert_eq!(looked.actor, "周小兰");
    assert_eq!(looked.title.as_deref(), Some("金百合"), "whose number, not 人员");
    assert_eq!(looked.record, Some(person.id));
    assert_eq!(looked.fields, ["身份证号"]);
    assert!(looked.device.is_some() && looked.place.as_deref().is_some_and(|place| place.contains("东关")));
    assert!(page.rows.iter().any(|row| row.act == "登记" && row.actor == "周小兰"));
    assert!(
        page.rows.iter().any(|row| row.actor == "吴主任"),
        "the supervisor's own desk is one of the region's"
    );
    assert_eq!(page.before, None);
    only_some(&chief, page.rows.len()).await;
    // Told once, however often it syncs.
    let many = page.rows.len();
    worker.sync().await.unwrap();
    let again = chief.run(RegionAudit { before: None, only: AuditWish::default() }).await.unwrap();
    let signs_in = again.rows.len() - many;
    assert!(signs_in <= 2, "{signs_in}");
    assert_eq!(again.rows.iter().filter(|row| row.act == "查看完整号码").count(), 1);

    let refused = worker.run(RegionAudit { before: None, only: AuditWish::default() }).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoRight);
    // On the supervisor's own computer a look names whose number it was, too.
    chief.run(Unmask { id: person.id, field: "id_number".into() }).await.unwrap();
    let own = chief.run(AuditTrail { before: None, limit: 1, only: AuditWish::default() }).await.unwrap();
    assert_eq!((own[0].title.as_deref(), own[0].actor.as_str()), (Some("金百合"), "吴主任"));
    let listed = province.administer(&["audit", "list", "--user", "zhou", "--act", "unmask"]).unwrap();
    assert_eq!(listed["lines"].as_array().unwrap().len(), 1);
    assert_eq!(listed["lines"][0]["person"], "周小兰");
    assert!(!listed.to_string().contains("34052419800101001X"));
}

/// Narrowed to a person and a deed, and to days.
async fn only_some(chief: &StoryDesk, all: usize) {
    let rows = async |only: AuditWish| {
        let page = chief.run(RegionAudit { before: None, only }).await.unwrap();
        assert_eq!(page.before, None);
        page.rows
    };
    let looked =
        AuditWish {
            person: Some("周".into()), deed: Some("查看完整号码".into()), ..AuditWish::default()
        };
    let looked = rows(looked).await;
    assert_eq!(looked.iter().map(|row| row.actor.as_str()).collect::<Vec<_>>(), ["周小兰"]);
    let day = NaiveDate::from_ymd_opt(2026, 10, 5);
    assert!(rows(AuditWish { from: day, to: day, ..AuditWish::default() }).await.len() >= all);
    let later = AuditWish { from: day.and_then(|day| day.succ_opt()), ..AuditWish::default() };
    assert_eq!(rows(later).await, []);
}

on_both_stores!(who_looked_at_the_number);
