//! One counsellor and one person through ten sessions: one that is late, one with an urgent risk of which those are told
//! who can get in touch, and nobody why; what is agreed at a visit meanwhile; the end, and what the months' reports count.

use chrono::NaiveDate;
use serde_json::{Value, json};
use tiexin_contract::family::{GetFamily, RecordVisit};
use tiexin_contract::records::{Filter, FilterOp, GetRecord, ListRecords};
use tiexin_contract::report::{FigureRecords, GetReport};
use tiexin_contract::today::ReminderKind;
use tiexin_desk::ManualClock;
use tiexin_domain::nouns::ContactPair;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::reminder::Act;
use tiexin_testkit::desks::{self, StoryDesk};
use tiexin_testkit::province::{Keep, Province};
use uuid::Uuid;

const COUNTY: &str = "340323";
const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";
const PERSON: &str = "顾长河";
const SPOUSE: &str = "林秀英";
/// What only the counsellor reads.
const NOTE: &str = "夜里睡不着，说没有盼头";
const GOAL: &str = "陪他把每一天过下去";

on_both_stores!(the_story);

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

struct People {
    /// A worker of the township: no contact of the family.
    counsellor: StoryDesk,
    /// The family's contacts.
    worker: StoryDesk,
    leader: StoryDesk,
    supervisor: StoryDesk,
    county: StoryDesk,
}

impl People {
    async fn of(province: &Province) -> People {
        let desk = async |name: &str, role: &str, region: &str| {
            let code = province.user(name, role, region).unwrap();
            StoryDesk::enrolled(ManualClock::on(day(7, 5)), name, &province.url(), &code).await.unwrap()
        };
        People {
            counsellor: desk("qian", "worker", TOWN).await,
            worker: desk("sun", "worker", VILLAGE).await,
            leader: desk("zhao", "worker", TOWN).await,
            supervisor: desk("li", "supervisor", TOWN).await,
            county: desk("county", "supervisor", COUNTY).await,
        }
    }

    fn all(&self) -> [&StoryDesk; 5] {
        [&self.counsellor, &self.worker, &self.leader, &self.supervisor, &self.county]
    }

    /// A day begins for everybody.
    async fn on(&self, day: NaiveDate) {
        for desk in self.all() {
            desk.on(day).await.unwrap();
        }
    }

    /// What somebody wrote is known to everybody.
    async fn heard_of(&self, who: &StoryDesk) {
        assert!(who.sync().await.unwrap().complete);
        for desk in self.all() {
            assert!(desk.sync().await.unwrap().complete);
        }
    }

    /// A session of the pair on this day.
    async fn session(&self, pair: Uuid, home: Uuid, on: NaiveDate, more: Value) -> Uuid {
        self.on(on).await;
        let mut said = json!({"household": home, "date": on, "person": {"name": PERSON}, "counsellor": "qian",
            "pairing": pair, "paired": true, "mode": "home", "minutes": 60, "session_note": NOTE});
        let more = more.as_object().cloned().unwrap_or_default();
        said.as_object_mut().unwrap().extend(more);
        let id = self.counsellor.record("counselling", said).await.unwrap();
        self.heard_of(&self.counsellor).await;
        id
    }
}

async fn the_story(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let people = People::of(&province).await;
    people.on(day(7, 6)).await;
    let home = registered(&people).await;
    let pair = agreed(&people, home).await;

    let opened = json!({"file_opened": true, "assessed": true, "scale": "PHQ-9", "score": 18});
    people.session(pair, home, day(7, 6), opened).await;
    in_time_and_late(&people, pair, home).await;
    people.session(pair, home, day(8, 11), json!({})).await;
    // Somebody else of the family is talked with once, by no pair.
    people.on(day(8, 12)).await;
    let once =
        json!({"household": home, "date": "2026-08-12", "person": {"name": SPOUSE}, "counsellor": "qian"});
    people.counsellor.record("counselling", once).await.unwrap();

    let session = people.session(pair, home, day(8, 18), json!({"risk": "urgent"})).await;
    in_danger(&people, session).await;
    come_again(&people, pair, home).await;
    people.session(pair, home, day(8, 27), json!({})).await;
    let again = json!({"assessed": true, "scale": "PHQ-9", "score": 6});
    people.session(pair, home, day(9, 3), again).await;
    ended(&people, pair, home).await;
    counted(&people, home).await;
    for desk in people.all() {
        assert!(desk.verify().await.sound);
    }
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}

async fn registered(people: &People) -> Uuid {
    let mut family = desks::family(VILLAGE, &[PERSON, SPOUSE]);
    family.persons[0].relation = Some(Relation::Head);
    family.contacts = Some(ContactPair {
        region: VILLAGE.parse().unwrap(),
        household: Uuid::nil(),
        file: Uuid::nil(),
        township_leader: Some("zhao".into()),
        village_worker: Some("sun".into()),
        from: None,
        to: None,
        handover_note: None,
    });
    people.counsellor.run(family).await.unwrap().id
}

fn pair_of(home: Uuid, counsellor: &str, from: NaiveDate) -> Value {
    json!({"household": home, "person": {"name": PERSON}, "counsellor_name": counsellor, "from": from,
        "rhythm_days": "7", "goal": GOAL})
}

/// Who looks after the family for the office does not counsel. Until the person was asked the contacts are told.
async fn agreed(people: &People, home: Uuid) -> Uuid {
    let People { counsellor, worker, leader, supervisor, county } = people;
    let by_contact = counsellor.record("counselling_pair", pair_of(home, "sun", day(7, 6))).await;
    assert!(by_contact.unwrap_err().about("counsellor").is_some());
    let pair = counsellor.record("counselling_pair", pair_of(home, "qian", day(7, 6))).await.unwrap();
    people.heard_of(counsellor).await;
    assert_eq!(worker.reminded(VILLAGE).await, ["pair_unagreed"]);
    assert_eq!(leader.reminded(TOWN).await, ["pair_unagreed"]);
    for (other, region) in [(counsellor, TOWN), (supervisor, TOWN), (county, COUNTY)] {
        assert!(other.reminded(region).await.is_empty());
    }
    counsellor.edit("counselling_pair", pair, json!({"agreed_on": "2026-07-06"})).await.unwrap();
    people.heard_of(counsellor).await;
    assert!(worker.reminded(VILLAGE).await.is_empty());
    pair
}

/// One a week: told two days before, on the day, and as long as it is late.
async fn in_time_and_late(people: &People, pair: Uuid, home: Uuid) {
    let worker = &people.worker;
    for (before, told) in [(day(7, 10), None), (day(7, 11), Some(2)), (day(7, 13), Some(0))] {
        people.on(before).await;
        let todo = worker.today(VILLAGE).await.unwrap().todo;
        assert_eq!(todo.first().map(|one| one.days_ahead), told, "{before}: {todo:?}");
        for one in todo {
            assert_eq!((one.rule.as_str(), one.record, one.household), ("session_due", pair, Some(home)));
            assert_eq!(one.act, Act::Make("counselling".into()));
        }
    }
    for on in [day(7, 13), day(7, 20), day(7, 27)] {
        people.session(pair, home, on, json!({})).await;
        assert!(worker.reminded(VILLAGE).await.is_empty());
    }
    // The fifth would have been on 3 August.
    people.on(day(8, 4)).await;
    for (desk, region) in [(worker, VILLAGE), (&people.leader, TOWN)] {
        let todo = desk.today(region).await.unwrap().todo;
        let told: Vec<_> = todo.iter().map(|one| (one.rule.as_str(), one.days_ahead)).collect();
        assert_eq!(told, [("session_due", -1)]);
    }
    people.session(pair, home, day(8, 4), json!({})).await;
    assert!(worker.reminded(VILLAGE).await.is_empty());
}

/// Both contacts and the township's supervisor are asked to get in touch today; nobody is told why.
async fn in_danger(people: &People, session: Uuid) {
    let People { counsellor, worker, leader, supervisor, county } = people;
    for (desk, region) in [(worker, VILLAGE), (leader, TOWN), (supervisor, TOWN)] {
        let today = desk.today(region).await.unwrap();
        let told: Vec<_> =
            today.todo.iter().map(|one| (one.rule.as_str(), one.record, one.says.as_str())).collect();
        assert_eq!(told, [("risk_urgent", session, "请今天与本人联系")]);
        let whole = serde_json::to_string(&today).unwrap();
        assert!(whole.contains(PERSON) && !whole.contains(NOTE) && !whole.contains("紧急"), "{whole}");
        let record = desk.run(GetRecord { id: session }).await.unwrap();
        assert!(!record.fields.contains_key("risk") && !record.fields.contains_key("session_note"));
        how_somebody_is_is_told_to_nobody(desk, region).await;
    }
    // Another worker of the township, and the county, are told nothing.
    for (desk, region) in [(counsellor, TOWN), (county, COUNTY)] {
        assert!(desk.reminded(region).await.is_empty());
    }

    worker.edit("counselling", session, json!({"contacted_on": "2026-08-18"})).await.unwrap();
    people.heard_of(worker).await;
    for (desk, region) in [(worker, VILLAGE), (leader, TOWN), (supervisor, TOWN)] {
        assert!(desk.reminded(region).await.is_empty());
    }
    // What the counsellor wrote is as it was.
    let own = counsellor.run(GetRecord { id: session }).await.unwrap().fields;
    assert_eq!((&own["risk"], &own["session_note"]), (&json!("urgent"), &json!(NOTE)));
    assert_eq!(own["contacted_on"], "2026-08-18");
}

/// Neither the scale nor the score of a session stands on a list, and no filter asks for them.
async fn how_somebody_is_is_told_to_nobody(desk: &StoryDesk, region: &str) {
    let columns = ["person", "assessed", "scale", "score"].map(str::to_owned).to_vec();
    let list =
        ListRecords { columns: Some(columns), ..ListRecords::of("counselling", region.parse().unwrap(), 50) };
    let page = desk.run(list.clone()).await.unwrap();
    assert!(page.rows.iter().any(|row| row.fields.get("assessed") == Some(&json!(true))), "{page:?}");
    for row in &page.rows {
        assert!(!row.fields.contains_key("scale") && !row.fields.contains_key("score"), "{row:?}");
        let own = desk.run(GetRecord { id: row.id }).await.unwrap();
        assert!(!own.fields.contains_key("scale") && !own.fields.contains_key("score"), "{own:?}");
    }
    let scored = Filter { field: "score".into(), op: FilterOp::From, value: json!(1) };
    assert!(desk.run(ListRecords { filters: vec![scored], ..list }).await.is_err());
}

/// The worker goes there and agrees on a day; the counsellor comes sooner than by the week.
async fn come_again(people: &People, pair: Uuid, home: Uuid) {
    let worker = &people.worker;
    let agreed = async || {
        let reminders = worker.today(VILLAGE).await.unwrap().reminders;
        let agreed = reminders.into_iter().find(|one| one.kind == ReminderKind::FollowUp);
        agreed.map(|one| (one.date, one.household))
    };
    let went = async |on: NaiveDate, again: Option<NaiveDate>| {
        people.on(on).await;
        let mut visit = desks::visit(VILLAGE.parse().unwrap(), home, PERSON, on, "坐了一上午");
        visit.follow_up = again;
        worker.run(RecordVisit { id: None, visit }).await.unwrap();
        people.heard_of(worker).await;
    };
    went(day(8, 19), Some(day(8, 26))).await;
    assert_eq!(agreed().await, Some((day(8, 26), Some(home))));
    people.session(pair, home, day(8, 20), json!({"referred_to": "县医院心理门诊"})).await;
    people.on(day(8, 25)).await;
    assert_eq!(
        agreed().await,
        Some((day(8, 26), Some(home))),
        "a session is not the visit that was promised"
    );
    went(day(8, 26), None).await;
    assert_eq!(agreed().await, None);
}

/// With the pair its rhythm ends. The next one begins after it.
async fn ended(people: &People, pair: Uuid, home: Uuid) {
    let People { counsellor, worker, .. } = people;
    let end = json!({"to": "2026-09-03", "ended_why": "reached"});
    counsellor.edit("counselling_pair", pair, end).await.unwrap();
    people.heard_of(counsellor).await;
    // A week after the last session.
    people.on(day(9, 10)).await;
    assert!(worker.reminded(VILLAGE).await.is_empty());
    let twice = counsellor.record("counselling_pair", pair_of(home, "zhou", day(9, 3))).await;
    assert!(twice.unwrap_err().about("from").is_some());
    counsellor.record("counselling_pair", pair_of(home, "zhou", day(9, 10))).await.unwrap();
    people.heard_of(counsellor).await;
}

/// By hand. July: four sessions with one person, a file opened, one assessment. August: five with him (4, 11, 18, 20, 27)
/// and one with her (12). September: one with him, and an assessment. The household is one all the time.
async fn counted(people: &People, home: Uuid) {
    let county = &people.county;
    for (month, figures) in [
        ("2026-07", ["1", "1", "1", "1"]),
        ("2026-08", ["1", "2", "0", "0"]),
        ("2026-09", ["1", "1", "0", "1"]),
    ] {
        let sheet = county.run(GetReport::of("F1", month, TOWN.parse().unwrap())).await.unwrap();
        let told = ["户", "人", "建档(份)", "测评(人)"].map(|what| {
            let cell = sheet.rows[0].cells.iter().find(|cell| cell.path == ["心理健康服务", what]);
            cell.unwrap_or_else(|| panic!("{what}")).value.clone()
        });
        assert_eq!(told, figures, "{month}");
    }
    let behind = FigureRecords {
        form: "F1".into(),
        month: "2026-08".into(),
        region: TOWN.parse().unwrap(),
        path: vec!["心理健康服务".into(), "户".into()],
        limit: 50,
    };
    assert_eq!(county.run(behind).await.unwrap().total, 6);

    // The family's page tells that it happens, and not what is said.
    let page = people.worker.run(GetFamily { household: home }).await.unwrap();
    let of = |kind: &str| page.timeline.iter().filter(|row| row.kind == kind).count();
    // Ten sessions and the one with her; two visits.
    assert_eq!((of("counselling"), of("visit")), (11, 2));
    let whole = serde_json::to_string(&page).unwrap();
    assert!(!whole.contains(NOTE) && !whole.contains(GOAL), "{whole}");
}
