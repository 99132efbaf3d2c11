//! A county supervisor's morning: which townships are behind and whom to ring up, what waits for a decision, what the
//! county itself has to do. Never a list of single visits; who wants to see families opens the township.

use chrono::NaiveDate;
use serde_json::json;
use tiexin_contract::family::RecordVisit;
use tiexin_contract::quarantine::{ListQuarantine, Settle};
use tiexin_contract::today::{Today, UnitToday};
use tiexin_desk::ManualClock;
use tiexin_domain::nouns::ContactPair;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_testkit::desks::{self, StoryDesk};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use uuid::Uuid;

const COUNTY: &str = "340323";
const GUYANG: &str = "340323100";
const LIUJI: &str = "340323104";
const VILLAGE: &str = "340323100001";
const FAR_VILLAGE: &str = "340323104001";
const HEADS: [&str; 6] = ["郝一山", "贺二川", "洪三河", "侯四海", "胡五岭", "黄六安"];

on_both_stores!(the_story);

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

async fn enrolled(province: &Province, url: &str, name: &str, role: &str, region: &str) -> StoryDesk {
    let code = province.user(name, role, region).unwrap();
    StoryDesk::enrolled(ManualClock::on(day(10, 20)), name, url, &code).await.unwrap()
}

/// A family, the leader who looks after it, and when it was last seen.
async fn family(
    desk: &StoryDesk,
    village: &str,
    head: &str,
    leader: Option<&str>,
    declined: bool,
    seen: NaiveDate,
) -> Uuid {
    let mut family = desks::family(village, &[head]);
    family.persons[0].relation = Some(Relation::Head);
    family.file.as_mut().unwrap().preference = declined.then_some(ContactPreference::Declined);
    family.contacts = leader.map(|leader| ContactPair {
        region: village.parse().unwrap(),
        household: Uuid::nil(),
        file: Uuid::nil(),
        township_leader: Some(leader.into()),
        village_worker: Some("李村医".into()),
        from: None,
        to: None,
        handover_note: None,
    });
    let home = desk.run(family).await.unwrap().id;
    visited(desk, village, home, head, seen).await;
    home
}

async fn visited(desk: &StoryDesk, village: &str, home: Uuid, head: &str, on: NaiveDate) {
    let mut visit = desks::visit(village.parse().unwrap(), home, head, on, "坐了一会儿");
    visit.contact_reason = Some("本人来电".into());
    desk.run(RecordVisit { id: None, visit }).await.unwrap();
}

async fn synced(desks: &[&StoryDesk]) {
    for desk in desks {
        assert!(desk.sync().await.unwrap().complete);
    }
}

/// The county's page, on which no family stands.
async fn page(county: &StoryDesk) -> Today {
    let page = county.today(COUNTY).await.unwrap();
    assert_eq!((page.due.len(), page.gaps.len(), page.missing.len()), (0, 0, 0));
    let whole = serde_json::to_string(&page).unwrap();
    for head in HEADS {
        assert!(!whole.contains(head), "{whole}");
    }
    page
}

/// Families to be seen, of them seen this month, overdue, the longest, without contacts, whom to ring up.
fn told(unit: &UnitToday) -> (&str, [u64; 3], i64, u64, Option<&str>) {
    let counts = [unit.families, unit.visited, unit.overdue];
    (unit.name.as_str(), counts, unit.longest, unit.without_contact, unit.ring.as_deref())
}

async fn the_story(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let line = Network::to(province.address()).await.unwrap();
    let guyang = enrolled(&province, &province.url(), "guyang", "worker", GUYANG).await;
    let liuji = enrolled(&province, &province.url(), "liuji", "worker", LIUJI).await;
    // Reads the county, works in the township.
    let helper = enrolled(&province, &line.url(), "helper", "auditor", COUNTY).await;
    let right = |act: &str| {
        let words = ["grant", act, "--user", "helper", "--role", "worker", "--region", GUYANG];
        province.administer(&words).unwrap();
    };
    right("add");
    let county = enrolled(&province, &province.url(), "county", "supervisor", COUNTY).await;

    let [first, second, third, fourth, fifth, sixth] = HEADS;
    family(&guyang, VILLAGE, second, Some("赵镇长"), false, day(8, 11)).await;
    family(&guyang, VILLAGE, first, Some("赵镇长"), false, day(8, 1)).await;
    let third_home = family(&guyang, VILLAGE, third, Some("钱主任"), false, day(9, 10)).await;
    family(&guyang, VILLAGE, fourth, None, true, day(1, 1)).await;
    let fifth_home = family(&guyang, VILLAGE, fifth, None, false, day(10, 10)).await;
    family(&liuji, FAR_VILLAGE, sixth, Some("孙镇长"), false, day(10, 18)).await;
    // The village's own work, of which the county makes no list.
    let request = |region: &str| json!({"region": region, "matter": "medical", "asked_on": "2026-10-04", "anonymous": true});
    guyang.record("rights_case", request(VILLAGE)).await.unwrap();
    let wish =
        json!({"household": third_home, "date": "2026-07-01", "person": {"name": third}, "wish": "一辆轮椅"});
    guyang.record("wish", wish).await.unwrap();
    // And the county's.
    county.record("rights_case", request(COUNTY)).await.unwrap();
    let post = json!({"region": COUNTY, "name": "甲", "organisation_name": "固镇县计生协", "post": "president",
        "staffing": "part_time", "from": "2021-12-01", "until": "2026-12-01"});
    county.record("post", post).await.unwrap();
    synced(&[&guyang, &liuji, &helper, &county]).await;

    // The helper's right ends while the helper is away: what was recorded meanwhile waits for who may decide.
    line.cut();
    visited(&helper, VILLAGE, fifth_home, fifth, day(10, 19)).await;
    right("end");
    line.restore();
    helper.sync().await.unwrap();
    assert_eq!(helper.sync_state().await.parked, 1);

    the_morning(&county).await;
    the_township(&county).await;
    let waiting = county.run(ListQuarantine { region: None }).await.unwrap().items;
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    county.run(Settle { id: waiting[0].id, choice: Choice::Adopt, note: None }).await.unwrap();
    // Whom the supervisor rang up has the third family visited.
    visited(&guyang, VILLAGE, third_home, third, day(10, 20)).await;
    synced(&[&county, &guyang]).await;
    the_next_morning(&county).await;
    for desk in [&guyang, &liuji, &county] {
        desk.sync().await.unwrap();
        assert!(desk.verify().await.sound);
    }
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}

/// By hand, thirty days being the rule: the first was seen 80 days ago, the second 70, the third 40; so three are overdue,
/// by 50 days at most, two of them 赵镇长's. The fifth was seen this month and has no contacts. The one that declined is
/// nobody's.
async fn the_morning(county: &StoryDesk) {
    county.on(day(10, 20)).await.unwrap();
    assert_eq!(county.sync_state().await.to_settle, 1, "what waits for a decision");
    let page = page(county).await;
    assert_eq!(told(&page.units[0]), ("谷阳镇", [4, 1, 3], 50, 1, Some("赵镇长")));
    let far = page.units.iter().find(|unit| unit.region.as_str() == LIUJI).unwrap();
    assert_eq!(told(far), ("刘集镇", [1, 1, 0], 0, 0, None));
    let others = page.units.iter().filter(|unit| ![GUYANG, LIUJI].contains(&unit.region.as_str()));
    assert!(others.clone().count() > 5);
    assert!(others.clone().all(|unit| told(unit).1 == [0; 3] && unit.ring.is_none()));
    // What is the county's own, who waits first.
    let rules: Vec<_> = page.todo.iter().map(|one| (one.rule.as_str(), one.days_ahead)).collect();
    assert_eq!(rules, [("rights_due", -1), ("term_ends", 42)]);
    let month = &page.month;
    assert_eq!((month.planned, month.visited), (5, 2));
    let shares: Vec<_> =
        month.coverage.iter().map(|one| (one.name.as_str(), one.visited, one.families)).collect();
    assert_eq!(shares, [("谷阳镇", 1, 4), ("刘集镇", 1, 1)]);
    let contacts = page.covered.contacts;
    assert_eq!((contacts.covered, contacts.of), (4, 5));
}

/// Who looks into the township sees its families, the longest overdue first.
async fn the_township(county: &StoryDesk) {
    let page = county.today(GUYANG).await.unwrap();
    let due: Vec<_> = page.due.iter().map(|one| (one.name.as_str(), one.overdue_days)).collect();
    assert_eq!(due, [(HEADS[0], 50), (HEADS[1], 40), (HEADS[2], 10)]);
    assert!(page.units.is_empty() && page.due_total == 3);
}

/// Another day: the third was seen, the fifth once more by what was adopted; the first two wait a day longer.
async fn the_next_morning(county: &StoryDesk) {
    county.on(day(10, 21)).await.unwrap();
    assert_eq!(county.sync_state().await.to_settle, 0);
    let page = page(county).await;
    assert_eq!(told(&page.units[0]), ("谷阳镇", [4, 2, 2], 51, 1, Some("赵镇长")));
    assert_eq!((page.month.planned, page.month.visited), (5, 3));
    let visits = page.month.figures.iter().find(|figure| figure.label == "走访（次）").unwrap();
    // The fifth on the 10th and, adopted, on the 19th; the third on the 20th; the far one on the 18th.
    assert_eq!(visits.this_month, 4);
}
