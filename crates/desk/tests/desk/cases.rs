//! Cases: a story is written about a family, and shown to others when nobody is recognised in it.

use serde_json::{Value, json};
use tiexin_contract::family::GetFamily;
use tiexin_contract::records::{GetRecord, RecordHistory, SaveRecord, Search};
use tiexin_contract::today::GetToday;
use tiexin_domain::access::Role;
use tiexin_store::{By, Save};
use uuid::Uuid;

use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields, list};
use crate::waiting::grants;

fn save(id: Option<Uuid>, value: Value) -> SaveRecord {
    SaveRecord { kind: "case".into(), id, version: None, fields: fields(value) }
}

fn case(home: Uuid) -> Value {
    json!({"region": TOWNSHIP, "name": "一户家庭的新生活", "key_task": "family_support", "author": "王丽",
        "written_on": "2026-08-01", "background": "住在东关社区的贾文广夫妇，电话19900002580",
        "practice": "每周上门", "effect": "笑容多了", "source": home})
}

#[tokio::test]
async fn what_betrays_a_family_is_told_and_refused_until_it_is_rewritten() {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("贾文广", |family| {
        family.household.registered_address = Some("谷阳镇东关社区3组".into());
        family.file.as_mut().unwrap().child_name = Some("贾小宝".into());
    });
    let home = home.await;
    let id = office.ok(save(None, case(home))).await.id;
    // A draft may say it; on no list does it stand, and no search answers to it.
    let listed = serde_json::to_string(&office.ok(list("case", TOWNSHIP, 10)).await).unwrap();
    assert!(listed.contains("新生活") && !listed.contains("贾文广"), "{listed}");
    let hits = office.ok(Search { text: "贾文广".into(), limit: 20, kinds: vec!["case".into()] }).await;
    assert!(hits.is_empty(), "{hits:?}");
    let hits = office.ok(Search { text: "新生活".into(), limit: 20, kinds: Vec::new() }).await;
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [id]);

    let step = json!({"deidentified_by": "李专干", "deidentified_on": "2026-10-19"});
    let with = |said: Value| {
        let mut all = fields(step.clone());
        all.extend(fields(said));
        save(Some(id), Value::Object(all))
    };
    let told = async |said: Value, field: &str, words: &[&str]| {
        let refused = office.refused(with(said)).await;
        let word = refused.about(field).unwrap_or_default().to_owned();
        assert!(words.iter().all(|one| word.contains(one)), "{field}: {refused:?}");
    };
    // The first that is found wrong with a field is told beside it: numbers, then words.
    told(json!({}), "background", &["80”"]).await;
    told(json!({"background": "住在东关社区的贾文广夫妇"}), "background", &["“东关社区”", "“贾文广”"]).await;
    let plain = "一对失去独生子女的夫妇";
    told(json!({"background": plain, "effect": "小宝的房间收拾好了"}), "effect", &["“小宝”（姓名）"]).await;
    told(json!({"background": plain, "need": "三组路远"}), "need", &["“三组”"]).await;
    told(json!({"background": plain, "deidentified_by": "王丽"}), "deidentified_by", &["撰写人以外"]).await;
    // Nothing was saved, nothing altered.
    let seen = office.ok(GetRecord { id }).await.fields;
    assert!(!seen.contains_key("deidentified_on") && seen["background"].as_str().unwrap().contains("贾文广"));

    office.ok(with(json!({"background": plain}))).await;
    let refused = office.refused(save(Some(id), json!({"name": "贾文广的故事"}))).await;
    assert!(refused.about("name").is_some_and(|word| word.contains("“贾文广”")), "{refused:?}");
    office.ok(save(Some(id), json!({"recommended_on": "2026-10-20", "consent_on": "2026-10-20"}))).await;
    let row = office.ok(GetRecord { id }).await;
    assert_eq!((row.gaps.len(), &row.fields["source_name"]), (0, &json!("贾文广家")));
    // The family's page does not lead to it: who may not read the source learns nothing there.
    let page = serde_json::to_string(&office.ok(GetFamily { household: home }).await).unwrap();
    assert!(!page.contains(&id.to_string()));
}

/// Two families of one name: the name beside the reference did not change, only the reference did.
#[tokio::test]
async fn a_history_tells_a_worker_of_no_source() {
    let office = Office::township(day(2026, 10, 20)).await;
    let first = office.family("贾文广", |_| {}).await;
    let second = office.family("贾文广", |family| family.contacts = None).await;
    let id = Uuid::from_u128(4);
    behind(&office, move |book| {
        for (nth, home) in [(1, first), (2, second)] {
            let by =
                By { author: Uuid::from_u128(0xA17), now_ms: nth, group: Uuid::from_u128(9 + nth as u128) };
            let mut fields = fields(case(home));
            fields.insert("source_name".into(), json!("贾文广家"));
            fields.insert("background".into(), json!("一对夫妇"));
            fields.insert("recorded_by_id".into(), json!(Uuid::from_u128(0xA17)));
            book.save_group(&[Save { id, kind: "case".into(), fields, void: None }], &by).unwrap();
        }
    })
    .await;
    let told = async || serde_json::to_string(&office.ok(RecordHistory { id }).await).unwrap();
    grants(&office, &[(Role::Supervisor, TOWNSHIP)]).await;
    let whole = told().await;
    assert!(whole.contains("来源家庭") && whole.contains("贾文广家"), "{whole}");
    grants(&office, &[(Role::Worker, TOWNSHIP)]).await;
    let whole = told().await;
    assert!(whole.contains("来源家庭") && !whole.contains("贾文广"), "{whole}");
    let row = serde_json::to_string(&office.ok(GetRecord { id }).await).unwrap();
    assert!(!row.contains("贾文广") && !row.contains(&second.to_string()), "{row}");
}

#[tokio::test]
async fn a_case_that_nobody_rates_and_an_old_consent_are_told_on_today() {
    let office = Office::township(day(2026, 10, 20)).await;
    let rules = async |region: &str| {
        let page = office.ok(GetToday { region: region.parse().unwrap() }).await;
        page.todo.into_iter().map(|one| one.rule).collect::<Vec<_>>()
    };
    let told = |said: Value| {
        let mut all =
            fields(json!({"region": TOWNSHIP, "name": "村里的食堂", "key_task": "rights", "author": "王丽",
            "written_on": "2023-08-01", "of_nobody": true, "deidentified_by": "李专干",
            "deidentified_on": "2023-08-02", "recommended_on": "2026-09-01"}));
        all.extend(fields(said));
        Value::Object(all)
    };
    let id = office.ok(save(None, told(json!({})))).await.id;
    assert_eq!(rules(TOWNSHIP).await, ["case_unrated"]);
    assert!(rules(VILLAGE).await.is_empty(), "papers are the township's");
    let entered = json!({"rating": "良好", "entered_on": "2026-10-01", "consent_on": "2023-10-25"});
    office.ok(save(Some(id), entered)).await;
    assert_eq!(rules(TOWNSHIP).await, ["case_consent_old"]);
    office.ok(save(Some(id), json!({"withdrawn_on": "2026-10-20", "why_withdrawn": "不愿意了"}))).await;
    assert!(rules(TOWNSHIP).await.is_empty());
}
