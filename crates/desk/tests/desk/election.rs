//! 换届: one council ends and the next one begins, all of it or nothing; taken back as one.

use serde_json::{Value, json};
use tiexin_contract::ErrorCode;
use tiexin_contract::election::ElectCouncil;
use tiexin_contract::import::{ImportBatches, RedoImport, UndoImport, UndoPreview};
use tiexin_contract::records::{GetRecord, RecordHistory, SaveRecord, VoidRecord};
use tiexin_domain::PartialDate;
use uuid::Uuid;

use crate::office::{Office, TOWNSHIP, day, fields, list, saved};

/// A township's association with a president, a secretary and a clerk, and the meeting of the 15th.
struct House {
    office: Office,
    id: Uuid,
    meeting: Uuid,
    president: Uuid,
}

async fn meeting(office: &Office, of: Uuid, on: &str) -> Uuid {
    let said =
        json!({"region": TOWNSHIP, "name": "第五次会员代表大会", "kind": "election", "date": on, "of": of});
    saved(office, "meeting", said).await
}

impl House {
    async fn new() -> House {
        let office = Office::township(day(2026, 10, 20)).await;
        let said =
            json!({"region": TOWNSHIP, "name": "谷阳镇计生协", "kind": "association", "founded": "1998"});
        let id = saved(&office, "organisation", said).await;
        let mut posts = Vec::new();
        for (name, post, staffing) in [
            ("张三", "president", "in_quota"),
            ("李四", "secretary", "part_time"),
            ("王小红", "full_time", "part_time"),
        ] {
            let said = json!({"region": TOWNSHIP, "name": name, "organisation": id, "post": post,
                "staffing": staffing, "from": "2023-10"});
            posts.push(saved(&office, "post", said).await);
        }
        let meeting = meeting(&office, id, "2026-10-15").await;
        House { office, id, meeting, president: posts[0] }
    }

    fn election(&self, council: Value) -> ElectCouncil {
        let council = council.as_array().unwrap().iter().cloned().map(fields).collect();
        let until = Some(PartialDate::Day(day(2029, 10, 15)));
        ElectCouncil { organisation: self.id, meeting: self.meeting, until, council, dry_run: false }
    }

    fn next(&self) -> ElectCouncil {
        self.election(json!([
            {"post": "会长", "name": "赵六"},
            {"post": "secretary", "name": "李四"},
            {"post": "council", "name": "孙七", "staffing": "volunteer"},
        ]))
    }

    /// Who holds which post and does not end with an election, by name.
    async fn standing(&self) -> Vec<String> {
        let mut standing = Vec::new();
        for row in self.office.ok(list("post", TOWNSHIP, 50)).await.rows {
            let row = self.office.ok(GetRecord { id: row.id }).await;
            if !row.fields.contains_key("why_ended") {
                standing.push(format!("{} {}", row.title, row.fields["from"].as_str().unwrap()));
            }
        }
        standing.sort();
        standing
    }

    async fn field(&self, id: Uuid, field: &str) -> Value {
        self.office.ok(GetRecord { id }).await.fields.get(field).cloned().unwrap_or_default()
    }
}

const FORMER: [&str; 3] = ["张三 会长 2023-10", "李四 秘书长 2023-10", "王小红 专职 2023-10"];
const NEXT: [&str; 4] =
    ["孙七 理事 2026-10-15", "李四 秘书长 2026-10-15", "王小红 专职 2023-10", "赵六 会长 2026-10-15"];

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_council_follows_another_in_one_step_and_back() {
    let house = House::new().await;
    let office = &house.office;
    let would = office.ok(ElectCouncil { dry_run: true, ..house.next() }).await;
    let ended: Vec<&str> = would.ended.iter().map(String::as_str).collect();
    assert_eq!((would.batch, sorted(&ended)), (None, sorted(&["张三 会长", "李四 秘书长"])));
    assert_eq!(would.begun, ["赵六 会长", "李四 秘书长", "孙七 理事"]);
    assert_eq!(house.standing().await, sorted(&FORMER), "nothing was done");

    let batch = office.ok(house.next()).await.batch.unwrap();
    assert_eq!(house.standing().await, sorted(&NEXT));
    let former = office.ok(GetRecord { id: house.president }).await.fields;
    assert_eq!((&former["until"], &former["why_ended"]), (&json!("2026-10-15"), &json!("term")));
    assert_eq!(house.field(house.id, "last_election").await, "2026-10-15");
    let rows = office.ok(list("post", TOWNSHIP, 50)).await.rows;
    let new = rows.iter().find(|row| row.title.starts_with("赵六")).unwrap().id;
    let new = office.ok(GetRecord { id: new }).await.fields;
    assert_eq!((&new["until"], &new["by"]), (&json!("2029-10-15"), &json!(house.meeting)));
    assert_eq!(
        (&new["by_name"], &new["organisation_name"]),
        (&json!("2026-10-15 第五次会员代表大会"), &json!("谷阳镇计生协"))
    );
    assert_eq!(new["staffing"], json!("in_quota"), "as the president before");
    let history = office.ok(RecordHistory { id: house.president }).await;
    assert_eq!((history[0].act.as_str(), history[0].import.as_deref()), ("换届", Some("换届：谷阳镇计生协")));
    let batches = office.ok(ImportBatches {}).await;
    assert_eq!((batches.len(), batches[0].id, batches[0].records), (1, batch, 6));

    office.ok(UndoImport { batch }).await;
    assert_eq!(house.standing().await, sorted(&FORMER));
    assert_eq!(house.field(house.id, "last_election").await, Value::Null);
    assert_eq!(office.ok(RedoImport { batch }).await.redone, 6);
    assert_eq!(house.standing().await, sorted(&NEXT));
}

#[tokio::test]
async fn what_is_wrong_with_one_holds_back_all() {
    let house = House::new().await;
    let office = &house.office;
    let ahead = meeting(office, house.id, "2026-10-25").await;
    let other = json!({"region": TOWNSHIP, "name": "别的协会", "kind": "npo"});
    let other = saved(office, "organisation", other).await;
    let of_another = meeting(office, other, "2026-10-15").await;
    for (election, field) in [
        (house.election(json!([])), "council"),
        (
            house.election(json!([{"post": "会长", "name": "赵六"}, {"post": "会长", "name": "孙七"}])),
            "council.1.from",
        ),
        (
            house.election(json!([{"post": "会长", "name": "赵六"}, {"post": "专职", "name": "孙七"}])),
            "council.1.post",
        ),
        (house.election(json!([{"post": "会长"}])), "council.0.name"),
        (house.election(json!([{"post": "会长", "name": "赵六", "team": "一队"}])), "council.0.team"),
        (ElectCouncil { meeting: ahead, ..house.next() }, "meeting"),
        (ElectCouncil { meeting: of_another, ..house.next() }, "meeting"),
        (ElectCouncil { meeting: house.id, ..house.next() }, "meeting"),
    ] {
        let refused = office.refused(election).await;
        assert!(refused.about(field).is_some(), "{field}: {refused:?}");
    }
    assert_eq!(house.standing().await, sorted(&FORMER));
    assert!(office.ok(ImportBatches {}).await.is_empty());
}

/// Whoever was elected has resigned since: half an undo would leave two presidents.
#[tokio::test]
async fn an_election_of_which_a_post_was_written_since_is_not_taken_back() {
    let house = House::new().await;
    let office = &house.office;
    let batch = office.ok(house.next()).await.batch.unwrap();
    let rows = office.ok(list("post", TOWNSHIP, 50)).await.rows;
    let new = rows.iter().find(|row| row.title.starts_with("赵六")).unwrap().id;
    let resigned = fields(json!({"until": "2026-10-18", "why_ended": "resigned"}));
    office.ok(SaveRecord { kind: "post".into(), id: Some(new), version: None, fields: resigned }).await;
    let plan = office.ok(UndoPreview { batch }).await;
    assert_eq!((plan.goes.len(), plan.back.len(), plan.stays.len()), (0, 0, 1));
    assert_eq!(office.refused(UndoImport { batch }).await.code, ErrorCode::ChangedMeanwhile);
    assert_eq!(house.field(house.president, "until").await, "2026-10-15");
}

/// A post that was given since would stand beside the former council.
#[tokio::test]
async fn an_election_is_not_taken_back_under_a_post_that_began_since() {
    let house = House::new().await;
    let office = &house.office;
    let batch = office.ok(house.next()).await.batch.unwrap();
    let said = json!({"region": TOWNSHIP, "name": "周八", "organisation": house.id, "post": "council",
        "staffing": "part_time", "from": "2026-10-18"});
    let since = saved(office, "post", said).await;
    assert_eq!(office.refused(UndoImport { batch }).await.code, ErrorCode::ChangedMeanwhile);
    assert_eq!(house.field(house.president, "until").await, "2026-10-15");
    office.ok(VoidRecord { id: since, reason: "重新换届".into() }).await;
    office.ok(UndoImport { batch }).await;
    assert_eq!(house.standing().await, sorted(&FORMER));
}

/// What was there before the election stood beside the former council too, from whichever day it is; and whoever is
/// appointed stands beside any council.
#[tokio::test]
async fn a_post_that_begins_later_and_was_there_before_holds_no_undo_back() {
    let house = House::new().await;
    let office = &house.office;
    let post = |name: &str, post: &str| {
        json!({"region": TOWNSHIP, "name": name, "organisation": house.id, "post": post,
            "staffing": "part_time", "from": "2026-11-25"})
    };
    let before = saved(office, "post", post("吴九", "supervisor")).await;
    let batch = office.ok(house.next()).await.batch.unwrap();
    saved(office, "post", post("郑十", "full_time")).await;
    // What is written beside it makes no other post of it.
    let change = |said: Value| SaveRecord {
        kind: "post".into(),
        id: Some(before),
        version: None,
        fields: fields(said),
    };
    office.ok(change(json!({"by_name": "任命文件"}))).await;
    office.ok(UndoImport { batch }).await;
    let more = ["吴九 监事 2026-11-25", "郑十 专职 2026-11-25"];
    let former: Vec<&str> = FORMER.iter().chain(&more).copied().collect();
    assert_eq!(house.standing().await, sorted(&former));
    // Made another post since, it is one that was given since.
    office.ok(RedoImport { batch }).await;
    office.ok(change(json!({"post": "vice"}))).await;
    assert_eq!(office.refused(UndoImport { batch }).await.code, ErrorCode::ChangedMeanwhile);
}
