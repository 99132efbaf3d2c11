//! What is being typed is kept, and never gives way to something older.

use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::drafts::{DraftKey, DropDraft, GetDraft, ListDrafts, SaveDraft};

use crate::office::{Office, day};

#[tokio::test]
async fn drafts_are_kept_for_their_writer() {
    let office = Office::township(day(2026, 10, 20)).await;
    let key = || "visit:new".to_owned();
    let keep = |note: &str, over| SaveDraft { key: key(), value: json!({"note": note}), over };
    let first = office.ok(keep("写到一半", None)).await.version;
    let held = office.ok(GetDraft { key: key() }).await.unwrap();
    assert_eq!((held.value, held.version), (json!({"note": "写到一半"}), first));
    // Another window goes on; the first one is behind, and says nothing over it.
    let second = office.ok(keep("又写了一句", Some(first))).await.version;
    for behind in [keep("写到一半，旧的", Some(first)), keep("空的", None)] {
        assert_eq!(office.refused(behind).await.code, ErrorCode::ChangedMeanwhile);
    }
    let drop_it = |only| DropDraft { key: key(), only };
    assert_eq!(office.refused(drop_it(Some(first))).await.code, ErrorCode::ChangedMeanwhile);
    assert_eq!(office.ok(GetDraft { key: key() }).await.unwrap().value, json!({"note": "又写了一句"}));
    office.ok(drop_it(Some(second))).await;
    assert_eq!(office.ok(GetDraft { key: key() }).await, None);
}

#[tokio::test]
async fn drafts_are_listed_each_by_its_own_name() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |_| {}).await;
    let other = office.family("孙有福", |family| (family.file, family.contacts) = (None, None)).await;
    let keys = [
        DraftKey::New { kind: "visit".into(), family: Some(home) },
        DraftKey::New { kind: "visit".into(), family: Some(other) },
        DraftKey::New { kind: "family".into(), family: None },
        DraftKey::Of { kind: "household".into(), id: home },
        DraftKey::New { kind: "contact_pair".into(), family: Some(home) },
        DraftKey::New { kind: "contact_pair".into(), family: Some(other) },
    ];
    for key in &keys {
        let value = json!({"typed": {"persons.0.name": "周", "note": "写到一半"}});
        office.ok(SaveDraft { key: key.to_string(), value, over: None }).await;
    }
    let listed = office.ok(ListDrafts {}).await;
    let mut told: Vec<(String, String)> =
        listed.iter().map(|row| (row.what.clone(), row.about.clone())).collect();
    told.sort();
    let want = [
        ("修改家庭户", "贾文广家"),
        ("登记家庭", "周"),
        ("记一次走访", "孙有福家"),
        ("记一次走访", "贾文广家"),
        ("换联系人", "贾文广家"),
        ("登记联系人", "孙有福家"),
    ];
    let mut want: Vec<(String, String)> = want.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
    want.sort();
    assert_eq!(told, want);
    office.ok(DropDraft { key: keys[0].to_string(), only: None }).await;
    assert_eq!(office.ok(ListDrafts {}).await.len(), 5);
}
