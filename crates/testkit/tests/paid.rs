//! Somebody who moved is paid in two townships that do not see each other: the second payment waits for a person, told in
//! words; once the first is taken back, the second may be made.

use chrono::NaiveDate;
use serde_json::{Value, json};
use tiexin_contract::aid::ReverseAid;
use tiexin_contract::quarantine::ListQuarantine;
use tiexin_contract::records::{GetRecord, SaveRecord};
use tiexin_desk::ManualClock;
use tiexin_domain::Grant;
use tiexin_server::{Config, Running, StoreUrl, spawn};
use tiexin_testkit::desks::StoryDesk;
use uuid::Uuid;

const NUMBER: &str = "11010519491231002X";

async fn worker(running: &Running, name: &str, town: &str) -> StoryDesk {
    running.province.add_user(name, name).await.unwrap();
    let role = tiexin_domain::Role::Worker;
    let grant = Grant { role, region: town.parse().unwrap(), from: None, to: None };
    running.province.add_grant(name, &grant).await.unwrap();
    let code = running.province.enrol_code(name, 7).await.unwrap();
    let clock = ManualClock::on(NaiveDate::from_ymd_opt(2026, 10, 6).unwrap());
    let desk = StoryDesk::enrolled(clock, name, &running.url, &code).await.unwrap();
    desk.sync().await.unwrap();
    desk
}

async fn saved(desk: &StoryDesk, kind: &str, said: Value) -> Uuid {
    let fields = said.as_object().unwrap().clone();
    let save = SaveRecord { kind: kind.into(), id: None, version: None, fields };
    desk.run(save).await.unwrap_or_else(|error| panic!("{kind}: {error:?}")).id
}

/// The same person's family, as each township registered it.
async fn family(desk: &StoryDesk, village: &str) -> Uuid {
    let home = saved(desk, "household", json!({"region": village, "head_name": "钟户主"})).await;
    let head = json!({"region": village, "household": home, "name": "钟户主", "relation": "head",
        "id_number": NUMBER});
    saved(desk, "person", head).await;
    home
}

fn payment(home: Uuid) -> Value {
    json!({"household": home, "date": "2026-10-05", "programme": "困难慰问", "period": "2026", "form": "cash",
        "amount": "500.00", "source": "association", "signed_by": "钟户主"})
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moved_is_paid_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = StoreUrl::Sqlite(folder.path().join("province.db"));
    let running = spawn(Config::loopback(store)).await.unwrap();
    let here = worker(&running, "王甲", "340323100").await;
    let there = worker(&running, "李乙", "340323104").await;
    let old_home = family(&here, "340323100001").await;
    let first = saved(&here, "aid_entry", payment(old_home)).await;
    // At one desk the second is refused at once.
    let fields = payment(old_home).as_object().unwrap().clone();
    let again = SaveRecord { kind: "aid_entry".into(), id: None, version: None, fields };
    assert!(here.run(again).await.unwrap_err().problems.iter().any(|told| told.code == "paid_twice"));
    assert_eq!(here.sync().await.unwrap().parked, 0);

    // Elsewhere nobody knows of it until it is told.
    let new_home = family(&there, "340323104001").await;
    let second = saved(&there, "aid_entry", payment(new_home)).await;
    assert_eq!(there.sync().await.unwrap().parked, 1);
    let waits = there.run(ListQuarantine { region: None }).await.unwrap().items;
    let [item] = &waits[..] else { panic!("one thing waits, not {waits:?}") };
    assert_eq!((item.code.as_str(), item.parts[0].record), ("rule_broken", second));
    assert!(item.message.contains("别的乡镇") && !item.message.contains(NUMBER), "{}", item.message);

    // 冲正, and then it may be paid there.
    let nothing = here.run(ReverseAid { id: first, reason: " ".into() }).await.unwrap_err();
    assert!(nothing.problems.iter().any(|told| told.field == "reason"), "{nothing:?}");
    let back = here.run(ReverseAid { id: first, reason: "已迁往刘集".into() }).await.unwrap();
    assert_eq!(
        (&back.row.fields["amount"], &back.row.fields["reverses"]),
        (&json!("-500.00"), &json!(first))
    );
    assert!(here.run(ReverseAid { id: first, reason: "再冲一次".into() }).await.is_err());
    assert!(here.run(ReverseAid { id: back.id, reason: "冲掉冲正".into() }).await.is_err());
    assert_eq!(here.run(GetRecord { id: first }).await.unwrap().fields["amount"], "500.00");
    assert_eq!(here.sync().await.unwrap().parked, 0);
    let third = saved(&there, "aid_entry", payment(new_home)).await;
    there.sync().await.unwrap();
    assert!(there.run(GetRecord { id: third }).await.unwrap().version > 0);
    for desk in [&here, &there] {
        let report = desk.verify().await;
        assert!(report.faults.is_empty(), "{report:?}");
    }
    assert!(running.province.verify().await.unwrap().broken.is_empty());
}
