//! What is a worker's own: what the next record begins with, and what was done here.

use serde_json::json;
use tiexin_contract::mine::{BeginRecord, MyDeeds};
use tiexin_contract::records::{EditRecord, SaveRecord, VoidRecord};
use tiexin_contract::session::{AddLocalUser, SignIn, SignOut};
use tiexin_domain::Fields;
use uuid::Uuid;

use crate::office::{Office, TOWNSHIP, day, fields};

const COLLEAGUE: &str = "另一个够长的密码";

async fn meeting(office: &Office, name: &str, kind: &str) -> Uuid {
    let fields = fields(json!({
        "region": TOWNSHIP, "name": name, "kind": kind, "date": "2026-10-10", "place": "镇政府二楼",
        "present": [{"name": "贾文广"}], "topics": ["议题"], "minutes": "纪要",
    }));
    office.ok(SaveRecord { kind: "meeting".into(), id: None, version: None, fields }).await.id
}

async fn begun(office: &Office, like: Option<Uuid>) -> Option<Fields> {
    office.ok(BeginRecord { kind: "meeting".into(), like }).await.map(|begun| begun.fields)
}

async fn colleague(office: &Office) {
    let colleague = AddLocalUser {
        name: "zhangsan".into(),
        display_name: "张三".into(),
        password: COLLEAGUE.into(),
        region: Some(TOWNSHIP.parse().unwrap()),
        code: None,
    };
    office.ok(colleague).await;
    office.ok(SignOut {}).await;
    office.ok(SignIn { name: "zhangsan".into(), password: COLLEAGUE.into() }).await;
}

#[tokio::test]
async fn the_next_record_begins_as_the_last_one_of_the_same_worker() {
    let office = Office::township(day(2026, 10, 20)).await;
    assert_eq!(begun(&office, None).await, None);
    let first = meeting(&office, "第一次", "joint").await;
    let last = meeting(&office, "第二次", "standing").await;
    let usual = json!({"kind": "standing", "place": "镇政府二楼"});
    assert_eq!(begun(&office, None).await, Some(fields(usual)));
    // Whoever chooses one takes over more of it, but no day, no name and nothing that was noted.
    let chosen = json!({"kind": "joint", "place": "镇政府二楼", "present": [{"name": "贾文广"}]});
    assert_eq!(begun(&office, Some(first)).await, Some(fields(chosen)));
    // Of another kind nothing is taken over.
    let other = BeginRecord { kind: "service".into(), like: Some(first) };
    assert_eq!(office.ok(other).await, None);
    office.ok(VoidRecord { id: last, reason: "重复".into() }).await;
    assert_eq!(begun(&office, None).await.unwrap()["kind"], "joint");
    colleague(&office).await;
    assert_eq!(begun(&office, None).await, None, "what a colleague said is no beginning");
}

#[tokio::test]
async fn what_i_did_is_told_to_me_alone() {
    let office = Office::township(day(2026, 10, 20)).await;
    let id = meeting(&office, "第一次", "joint").await;
    let edit = fields(json!({"place": "会议室"}));
    let seen = fields(json!({"place": "镇政府二楼"}));
    office.ok(EditRecord { id, fields: edit, seen }).await;
    let gone = meeting(&office, "记错的", "joint").await;
    office.ok(VoidRecord { id: gone, reason: "重复".into() }).await;
    let ask = |from, to| MyDeeds { from, to };
    let mine = office.ok(ask(day(2026, 10, 1), day(2026, 10, 31))).await;
    // Made and mended on these days: once, as made.
    assert_eq!((mine.total, mine.deeds.len(), mine.tally.len()), (1, 1, 1));
    assert_eq!((mine.tally[0].kind.as_str(), mine.tally[0].made, mine.tally[0].mended), ("meeting", 1, 0));
    assert_eq!((mine.deeds[0].record, mine.deeds[0].date), (id, day(2026, 10, 20)));
    assert_eq!(mine.deeds[0].title, "2026-10-10 第一次");
    assert_eq!(office.ok(ask(day(2026, 10, 1), day(2026, 10, 19))).await.total, 0);
    colleague(&office).await;
    assert_eq!(office.ok(ask(day(2026, 10, 1), day(2026, 10, 31))).await.total, 0);
}
