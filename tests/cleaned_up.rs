//! A township's members are cleaned up: who moved, died, wished to leave or cannot be reached any more leaves on a day
//! and for a reason; who was registered twice is one person and one member. Nothing is deleted, and the month before
//! stands as it was.

use chrono::NaiveDate;
use serde_json::{Value, json};
use tiexin_contract::attendance::{Attend, Attended};
use tiexin_contract::duplicates::{ListDuplicates, MergeRecords};
use tiexin_contract::records::{ListRecords, VoidRecord};
use tiexin_contract::report::GetReport;
use tiexin_contract::voided::ListVoided;
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::StoryDesk;
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use uuid::Uuid;

const COUNTY: &str = "340323";
const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";
/// Whom two colleagues register.
const TWICE: &str = "金小妹";
const NUMBER: &str = "340524198001010028";

on_both_stores!(the_story);

/// Members, named; the columns of F3 in their order.
type Figures = [&'static str; 10];

/// By hand. Nine registrations: 何、施、严 and twice 金 are women, 吕、张、孔 men, one is a unit. 张 is away from home, the other
/// seven persons live here. 严 is young.
const BEFORE: Figures = ["9", "3", "5", "8", "1", "1", "7", "0", "0", "1"];
/// September once 金 is one: one woman less, one who lives here less.
const SEPTEMBER: Figures = ["8", "3", "4", "7", "1", "1", "6", "0", "0", "1"];
/// October: 吕、施、张、孔 have left. 何、严、金 remain, and the unit.
const OCTOBER: Figures = ["4", "0", "3", "3", "1", "0", "3", "0", "0", "1"];

async fn enrolled(province: &Province, url: &str, name: &str, role: &str, region: &str) -> StoryDesk {
    let code = province.user(name, role, region).unwrap();
    let today = ManualClock::on(NaiveDate::from_ymd_opt(2026, 10, 20).unwrap());
    StoryDesk::enrolled(today, name, url, &code).await.unwrap()
}

async fn synced(desks: &[&StoryDesk]) {
    for desk in desks {
        assert!(desk.sync().await.unwrap().complete);
    }
}

async fn member(desk: &StoryDesk, name: &str, sex: &str, more: Value) -> Uuid {
    let mut said = json!({"region": VILLAGE, "name": name, "structure": "individual", "residence": "resident",
        "sex": sex, "joined": "2020"});
    said.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    desk.record("member", said).await.unwrap()
}

async fn f3(county: &StoryDesk, month: &str) -> Vec<String> {
    let sheet = county.run(GetReport::of("F3", month, TOWN.parse().unwrap())).await.unwrap();
    sheet.rows[0].cells.iter().map(|cell| cell.value.clone()).collect()
}

async fn members(desk: &StoryDesk) -> Vec<(Uuid, String)> {
    let list = ListRecords::of("member", TOWN.parse().unwrap(), 50);
    let rows = desk.run(list).await.unwrap().rows;
    rows.into_iter().map(|row| (row.id, row.title)).collect()
}

async fn the_story(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let line = Network::to(province.address()).await.unwrap();
    let keeper = enrolled(&province, &line.url(), "fang", "worker", TOWN).await;
    let helper = enrolled(&province, &province.url(), "wu", "worker", TOWN).await;
    let county = enrolled(&province, &province.url(), "county", "supervisor", COUNTY).await;
    let everybody = [&keeper, &helper, &county];

    member(&keeper, "何秀兰", "female", json!({})).await;
    let moved = member(&keeper, "吕志强", "male", json!({})).await;
    let died = member(&keeper, "施桂芝", "female", json!({})).await;
    let wished = member(&keeper, "张建国", "male", json!({"residence": "floating"})).await;
    let lost = member(&keeper, "孔令华", "male", json!({})).await;
    member(&keeper, "严丽", "female", json!({"tags": ["youth"]})).await;
    let unit = json!({"region": VILLAGE, "name": "华光合作社", "structure": "unit", "joined": "2020"});
    keeper.record("member", unit).await.unwrap();
    synced(&everybody).await;
    // Neither hears of the other.
    line.cut();
    for desk in [&keeper, &helper] {
        member(desk, TWICE, "female", json!({"id_number": NUMBER})).await;
    }
    line.restore();
    synced(&[&helper, &keeper, &county, &helper]).await;
    assert_eq!(f3(&county, "2026-09").await, BEFORE);

    one_of_two(&keeper, &county).await;
    for (who, left, why) in [
        (moved, "2026-10-12", "moved"),
        (died, "2026-10-05", "died"),
        (wished, "2026-10-15", "own_wish"),
        // 失联: for two years nobody has reached him.
        (lost, "2026-10-20", "cleared"),
    ] {
        // Half of it is a gap.
        let half = keeper.edit("member", who, json!({"left_why": why})).await.unwrap().row;
        assert_eq!(half.gaps.iter().map(|gap| gap.field.as_str()).collect::<Vec<_>>(), ["left"]);
        let whole = keeper.edit("member", who, json!({"left": left})).await.unwrap().row;
        assert!(whole.gaps.is_empty(), "{:?}", whole.gaps);
    }
    synced(&[&keeper, &helper, &county]).await;
    assert_eq!(f3(&county, "2026-10").await, OCTOBER);
    assert_eq!(f3(&county, "2026-09").await, SEPTEMBER);

    nothing_is_deleted(&helper).await;
    signed_in(&keeper).await;
    for desk in everybody {
        desk.sync().await.unwrap();
        assert!(desk.verify().await.sound);
    }
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}

/// The county says that the two are one person; of the two memberships the township makes the second void.
async fn one_of_two(keeper: &StoryDesk, county: &StoryDesk) {
    let mut found = county.run(ListDuplicates { region: None, household: None }).await.unwrap().pairs;
    assert_eq!(found.len(), 1, "{found:?}");
    let pair = found.remove(0);
    assert_eq!((pair.kind.as_str(), pair.reason.as_str()), ("person", "身份证号相同"));
    let merging =
        MergeRecords { stays: pair.one.id, gives_way: pair.other.id, take: Vec::new(), money: Vec::new() };
    let merged = county.run(merging).await.unwrap();
    assert_eq!((merged.turned, merged.left), (1, 0), "the second membership is the same person's");
    synced(&[county, keeper]).await;
    let twice: Vec<Uuid> =
        members(keeper).await.into_iter().filter(|(_, name)| name == TWICE).map(|(id, _)| id).collect();
    assert_eq!(twice.len(), 2);
    keeper.run(VoidRecord { id: twice[1], reason: "同一人登记了两次".into() }).await.unwrap();
    // Nor can she come in a third time.
    let again = json!({"region": VILLAGE, "name": TWICE, "structure": "individual", "id_number": NUMBER,
        "joined": "2026-10"});
    let refused = keeper.record("member", again).await.unwrap_err();
    assert!(refused.about("joined").is_some(), "{refused:?}");
}

/// Who left is on the list with a day and a reason; the second registration among what was made void.
async fn nothing_is_deleted(helper: &StoryDesk) {
    assert_eq!(members(helper).await.len(), 8);
    let region = TOWN.parse().unwrap();
    let void = ListVoided { region, kind: Some("member".into()), text: None, skip: 0, limit: 10 };
    let void = helper.run(void).await.unwrap();
    let told: Vec<_> =
        void.rows.iter().map(|one| (one.row.title.as_str(), one.row.void.as_deref())).collect();
    assert_eq!(told, [(TWICE, Some("同一人登记了两次"))]);
}

/// At the next activity only those are known who remain.
async fn signed_in(keeper: &StoryDesk) {
    let said =
        json!({"region": TOWN, "name": "健康讲座", "project": "health", "start": "2026-10-20T09:00:00"});
    let activity = keeper.record("activity", said).await.unwrap();
    let typed = async |name: &str| keeper.run(Attend { activity, typed: name.into() }).await.unwrap();
    for gone in ["吕志强", "施桂芝", "张建国", "孔令华", "华光合作社"] {
        assert_eq!(typed(gone).await, Attended::Nobody, "{gone}");
    }
    for (count, stays) in (1..).zip(["何秀兰", "严丽", TWICE]) {
        let told = typed(stays).await;
        assert!(matches!(told, Attended::Signed { count: by_now, .. } if by_now == count), "{told:?}");
    }
}
