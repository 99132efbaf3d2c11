//! A request about somebody's rights: taken down, accepted, passed on, put off, answered, told to the person, asked about
//! again by another than who handled it, and taken up once more. 今日 tells each step in time; who asked is told to few.

use chrono::NaiveDate;
use serde_json::{Value, json};
use tiexin_contract::records::{GetRecord, ListRecords, RecordHistory, RecordRow, Search};
use tiexin_contract::report::GetReport;
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::StoryDesk;
use tiexin_testkit::province::{Keep, Province};
use uuid::Uuid;

const COUNTY: &str = "340323";
const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";
const NO: &str = "谷阳维字第7号";
const PERSON: &str = "孟庆山";
const FACTS: &str = "社保卡被停用，两个月没有到账";
const AGAINST: &str = "城关营业所";
const WISH: &str = "想知道钱什么时候补";
const PROTECTION: &str = "想要人身安全保护令";

on_both_stores!(the_story);

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

struct Office {
    /// Takes the request down.
    taker: StoryDesk,
    /// A colleague, who asks again afterwards.
    colleague: StoryDesk,
    /// The township's supervisor, who handles it.
    handler: StoryDesk,
    county: StoryDesk,
}

impl Office {
    async fn of(province: &Province) -> Office {
        let desk = async |name: &str, role: &str, region: &str| {
            let code = province.user(name, role, region).unwrap();
            StoryDesk::enrolled(ManualClock::on(day(8, 31)), name, &province.url(), &code).await.unwrap()
        };
        Office {
            taker: desk("fang", "worker", TOWN).await,
            colleague: desk("wu", "worker", TOWN).await,
            handler: desk("li", "supervisor", TOWN).await,
            county: desk("county", "supervisor", COUNTY).await,
        }
    }

    fn all(&self) -> [&StoryDesk; 4] {
        [&self.taker, &self.colleague, &self.handler, &self.county]
    }

    async fn on(&self, day: NaiveDate) {
        for desk in self.all() {
            desk.on(day).await.unwrap();
        }
    }

    /// Somebody edits the case, and everybody hears of it.
    async fn edits(&self, who: &StoryDesk, case: Uuid, fields: Value) -> RecordRow {
        let saved = who.edit("rights_case", case, fields).await.unwrap();
        self.heard_of(who).await;
        saved.row
    }

    async fn heard_of(&self, who: &StoryDesk) {
        assert!(who.sync().await.unwrap().complete);
        for desk in self.all() {
            assert!(desk.sync().await.unwrap().complete);
        }
    }

    /// What the township is told to do on a day, and in how many days; the county never.
    async fn told(&self, on: NaiveDate) -> Vec<(String, i64)> {
        self.on(on).await;
        assert!(self.county.reminded(COUNTY).await.is_empty());
        let mut told = Vec::new();
        for desk in [&self.taker, &self.colleague, &self.handler] {
            let todo = desk.today(TOWN).await.unwrap().todo;
            assert!(!serde_json::to_string(&todo).unwrap().contains(PERSON), "{todo:?}");
            told.push(todo.into_iter().map(|one| (one.rule, one.days_ahead)).collect::<Vec<_>>());
        }
        assert!(told.windows(2).all(|two| two[0] == two[1]), "{told:?}");
        told.remove(0)
    }
}

fn told(rule: &str, days: i64) -> Vec<(String, i64)> {
    vec![(rule.to_owned(), days)]
}

async fn the_story(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let office = Office::of(&province).await;
    office.on(day(9, 1)).await;
    let case = taken_down(&office).await;
    passed_on_and_put_off(&office, case).await;
    answered(&office, case).await;
    asked_again(&office, case).await;
    taken_up_again(&office, case).await;
    counted(&office).await;
    for desk in office.all() {
        assert!(desk.verify().await.sound);
    }
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}

/// Who asked, what happened and against whom is for who took it down, and from the supervisor up.
async fn taken_down(office: &Office) -> Uuid {
    let said = json!({"region": VILLAGE, "no": NO, "matter": "support", "asked_on": "2026-09-01", "came_by": "call",
        "person": {"name": PERSON}, "wish": WISH, "facts": FACTS, "against": AGAINST});
    let case = office.taker.record("rights_case", said).await.unwrap();
    // Somebody in danger, of whom no list tells.
    let danger = json!({"region": VILLAGE, "matter": "violence", "asked_on": "2026-09-01", "anonymous": true,
        "urgent": true, "wish": PROTECTION});
    let danger = office.taker.record("rights_case", danger).await.unwrap();
    office.heard_of(&office.taker).await;
    for (desk, reads) in
        [(&office.taker, true), (&office.colleague, false), (&office.handler, true), (&office.county, true)]
    {
        let list = ListRecords::of("rights_case", TOWN.parse().unwrap(), 10);
        let page = desk.run(list).await.unwrap();
        let mut titles: Vec<&str> = page.rows.iter().map(|row| row.title.as_str()).collect();
        titles.sort_unstable();
        assert_eq!(titles, ["2026-09-01 权益维护", "谷阳维字第7号 权益维护"]);
        let listed = serde_json::to_string(&page).unwrap();
        let own = desk.run(GetRecord { id: case }).await.unwrap().fields;
        for (field, word) in [("person", PERSON), ("facts", FACTS), ("against", AGAINST), ("wish", WISH)] {
            assert!(!listed.contains(word), "{listed}");
            assert_eq!(own.contains_key(field), reads, "{field}");
        }
        // That there is a case is told, and how far it is; neither its page nor its history says that it is one of violence.
        let page = desk.run(GetRecord { id: danger }).await.unwrap();
        let history = desk.run(RecordHistory { id: danger }).await.unwrap();
        let told = serde_json::to_string(&(&page, &history)).unwrap();
        for word in [PROTECTION, "violence", "家庭暴力", "紧急"] {
            assert!(reads || !told.contains(word), "{word}: {told}");
        }
        assert_eq!((told.contains(PROTECTION), page.fields.contains_key("urgent")), (reads, reads));
        assert!(!listed.contains("urgent") && !listed.contains("violence"), "{listed}");
        let found = Search { text: PERSON.into(), limit: 10, kinds: Vec::new() };
        assert!(desk.run(found).await.unwrap().is_empty());
    }
    // Who took it down and the supervisor are told the same day that it waits; nobody else is.
    for (desk, tells) in [(&office.taker, true), (&office.colleague, false), (&office.handler, true)] {
        let now = desk.reminded(TOWN).await.contains(&"rights_unaccepted".to_owned());
        assert_eq!(now, tells);
    }
    let passed_on = json!({"accepted_on": "2026-09-01", "handler": "li", "due": "2026-09-01", "result": "referred",
        "closed_on": "2026-09-01"});
    assert!(office.edits(&office.handler, danger, passed_on).await.gaps.is_empty());
    case
}

/// Fifteen days, on the day that was set; put off with a reason, on the new one.
async fn passed_on_and_put_off(office: &Office, case: Uuid) {
    office.on(day(9, 2)).await;
    let accepted = json!({"accepted_on": "2026-09-02", "handler": "li", "due": "2026-09-16"});
    assert!(office.edits(&office.handler, case, accepted).await.gaps.is_empty());
    office.on(day(9, 5)).await;
    let half = office.edits(&office.handler, case, json!({"referred_to": "司法所"})).await;
    assert_eq!(half.gaps.iter().map(|gap| gap.field.as_str()).collect::<Vec<_>>(), ["referred_on"]);
    let whole = json!({"referred_on": "2026-09-05", "referred_due": "2026-09-12"});
    assert!(office.edits(&office.handler, case, whole).await.gaps.is_empty());

    assert!(office.told(day(9, 12)).await.is_empty());
    assert_eq!(office.told(day(9, 13)).await, told("rights_due_set", 3));
    let put_off = json!({"due": "2026-09-26", "extended_why": "等营业所回函"});
    office.edits(&office.handler, case, put_off).await;
    assert!(office.told(day(9, 17)).await.is_empty());
    assert_eq!(office.told(day(9, 23)).await, told("rights_due_set", 3));
}

/// It is done when the person was told, not before.
async fn answered(office: &Office, case: Uuid) {
    office.on(day(9, 25)).await;
    let answer =
        json!({"referred_answer": "已补发，卡已换好", "result": "mediated", "closed_on": "2026-09-25"});
    let row = office.edits(&office.handler, case, answer).await;
    assert_eq!(row.gaps.iter().map(|gap| gap.field.as_str()).collect::<Vec<_>>(), ["told_on"]);
    assert_eq!(office.told(day(9, 25)).await, told("rights_untold", 0));
    assert_eq!(office.told(day(9, 27)).await, told("rights_untold", -2));
    let heard = json!({"told_on": "2026-09-27", "satisfied": "mostly"});
    assert!(office.edits(&office.handler, case, heard).await.gaps.is_empty());
    assert!(office.told(day(9, 28)).await.is_empty());
}

/// Fifteen days after it was closed, by another than who handled it.
async fn asked_again(office: &Office, case: Uuid) {
    assert!(office.told(day(10, 9)).await.is_empty());
    assert_eq!(office.told(day(10, 10)).await, told("rights_revisit", 0));
    let by_handler = json!({"revisited_on": "2026-10-10", "revisited_by": "li"});
    let row = office.edits(&office.handler, case, by_handler).await;
    assert_eq!(row.gaps.iter().map(|gap| gap.field.as_str()).collect::<Vec<_>>(), ["revisited_by"]);
    let row = office.edits(&office.colleague, case, json!({"revisited_by": "wu"})).await;
    assert!(row.gaps.is_empty());
    assert!(office.told(day(10, 11)).await.is_empty());
}

/// It was not paid after all: the same case under the same number.
async fn taken_up_again(office: &Office, case: Uuid) {
    office.on(day(10, 20)).await;
    let open = json!({"closed_on": null, "result": null, "told_on": null, "satisfied": null, "revisited_on": null,
        "revisited_by": null, "due": "2026-10-30"});
    assert!(office.edits(&office.taker, case, open).await.gaps.is_empty());
    assert!(office.told(day(10, 26)).await.is_empty());
    assert_eq!(office.told(day(10, 27)).await, told("rights_due_set", 3));
    office.on(day(10, 28)).await;
    let done = json!({"result": "satisfied", "closed_on": "2026-10-28", "told_on": "2026-10-28", "satisfied": "yes"});
    let row = office.edits(&office.handler, case, done).await;
    assert!(row.gaps.is_empty());
    assert_eq!(row.title, "谷阳维字第7号 权益维护");
    assert!(office.told(day(10, 28)).await.is_empty());
}

/// By hand: of September there are two cases and one talk about rights, and F4 counts the talk.
async fn counted(office: &Office) {
    let rights = async |month: &str| {
        let sheet = office.county.run(GetReport::of("F4", month, TOWN.parse().unwrap())).await.unwrap();
        let cell = sheet.rows[0].cells.iter().find(|cell| cell.path == ["权益维护", "活动次数"]);
        cell.expect("the column").value.clone()
    };
    assert_eq!(rights("2026-09").await, "0");
    let talk = json!({"region": TOWN, "name": "法律讲座", "project": "rights", "start": "2026-09-20T09:00:00",
        "headcount": 21, "summary": "讲了继承和赡养"});
    office.taker.record("activity", talk).await.unwrap();
    office.heard_of(&office.taker).await;
    assert_eq!((rights("2026-09").await, rights("2026-10").await), ("1".into(), "0".into()));
}
