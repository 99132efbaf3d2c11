//! A story about a family becomes a case that betrays nobody: written in the township, refused once for the village's name
//! that was left in it, mended, put into the base. Who may not know whose story it is never reads it.

use chrono::NaiveDate;
use serde_json::{Value, json};
use tiexin_contract::ErrorReply;
use tiexin_contract::records::{GetRecord, RecordHistory, SaveRecord, Search};
use tiexin_desk::ManualClock;
use tiexin_domain::record::Fields;
use tiexin_testkit::desks::{StoryDesk, count, family};
use tiexin_testkit::province::{Keep, Province};
use uuid::Uuid;

const COUNTY: &str = "340323";
const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";
const OTHER_TOWN: &str = "340323104";
/// Of the family: who may not know reads none of them.
const THEIRS: [&str; 4] = ["贾文广", "于桂兰", "小宝", "2014-05-03"];

on_both_stores!(the_story);

async fn desk(province: &Province, name: &str, role: &str, region: &str) -> StoryDesk {
    let code = province.user(name, role, region).unwrap();
    let clock = ManualClock::on(NaiveDate::from_ymd_opt(2026, 10, 20).unwrap());
    StoryDesk::enrolled(clock, name, &province.url(), &code).await.unwrap()
}

async fn saved(desk: &StoryDesk, kind: &str, value: Value) -> Result<Uuid, ErrorReply> {
    let fields: Fields = value.as_object().cloned().unwrap();
    Ok(desk.run(SaveRecord { kind: kind.into(), id: None, version: None, fields }).await?.id)
}

/// Everything that the desk tells of the record.
async fn told(desk: &StoryDesk, id: Uuid) -> String {
    let row = desk.run(GetRecord { id }).await.unwrap();
    let history = desk.run(RecordHistory { id }).await.unwrap();
    format!("{} {}", serde_json::to_string(&row).unwrap(), serde_json::to_string(&history).unwrap())
}

async fn the_story(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let writer = desk(&province, "writer", "worker", TOWN).await;
    let colleague = desk(&province, "colleague", "worker", TOWN).await;
    let chief = desk(&province, "chief", "supervisor", COUNTY).await;
    let elsewhere = desk(&province, "elsewhere", "worker", OTHER_TOWN).await;

    // A family, and its story while it is fresh.
    let mut register = family(VILLAGE, &["贾文广", "于桂兰"]);
    let file = register.file.as_mut().unwrap();
    file.child_name = Some("贾小宝".into());
    file.loss_date = Some("2014-05-03".to_owned().try_into().unwrap());
    let home = writer.run(register).await.unwrap().id;
    let draft = json!({"region": TOWN, "name": "老两口又笑了", "key_task": "family_support", "author": "writer",
        "written_on": "2026-10-01", "background": "东关社区一对失去独生子女的夫妇，2014年起很少出门。",
        "practice": "志愿者每周上门两次。", "effect": "他们参加了社区的合唱队。", "source": home});
    let case = saved(&writer, "case", draft).await.unwrap();
    for desk in [&writer, &colleague, &chief, &elsewhere] {
        assert!(desk.sync().await.unwrap().complete);
    }

    // The colleague reads the story and not whose it is. The village was overlooked.
    let read = told(&colleague, case).await;
    assert!(read.contains("很少出门") && !read.contains(&home.to_string()), "{read}");
    assert!(THEIRS.iter().all(|word| !read.contains(word)), "{read}");
    let step = json!({"deidentified_by": "colleague", "deidentified_on": "2026-10-20"});
    let refused = colleague.edit("case", case, step.clone()).await.unwrap_err();
    let word = refused.about("background").unwrap_or_default();
    assert!(word.contains("“东关社区”（村组、住址）") && word.contains("背景"), "{refused:?}");
    // Who wrote it does not look through it alone.
    let alone = json!({"background": "一对失去独生子女的夫妇，2014年起很少出门。", "deidentified_by": "writer",
        "deidentified_on": "2026-10-20"});
    let refused = writer.edit("case", case, alone).await.unwrap_err();
    assert!(
        refused.about("deidentified_by").is_some() && refused.about("background").is_none(),
        "{refused:?}"
    );
    let mut mended = step;
    mended["background"] = json!("谷阳镇一对失去独生子女的夫妇，2014年起很少出门。");
    colleague.edit("case", case, mended).await.unwrap();
    colleague.sync().await.unwrap();

    // The chief sees whose it is, and that they agreed; the case comes into the base.
    chief.sync().await.unwrap();
    let read = told(&chief, case).await;
    assert!(read.contains("贾文广家") && read.contains("谷阳镇一对"), "{read}");
    let entered = json!({"consent_on": "2026-10-20", "recommended_on": "2026-10-20", "rating": "平均九十分",
        "entered_on": "2026-10-20"});
    chief.edit("case", case, entered).await.unwrap();
    // What was let pass once is looked at again with each word that is added.
    let again = json!({"lesson": "于桂兰说，日子要往前看。"});
    let refused = chief.edit("case", case, again).await.unwrap_err();
    assert!(refused.about("lesson").is_some_and(|word| word.contains("“于桂兰”")), "{refused:?}");
    for desk in [&chief, &writer, &colleague, &elsewhere] {
        let state = desk.sync().await.unwrap();
        assert_eq!((state.waiting, state.parked, state.conflicts), (0, 0, 0));
    }

    // Everybody who has the township has the same case; nobody else has it.
    for desk in [&writer, &colleague, &chief] {
        let row = desk.run(GetRecord { id: case }).await.unwrap();
        assert_eq!(row.fields["entered_on"], "2026-10-20");
        assert_eq!(row.fields.contains_key("source"), row.fields.contains_key("source_name"));
        assert_eq!(count(&desk.desk, "case", TOWN).await.unwrap(), 1);
        assert!(desk.verify().await.sound);
    }
    let read = told(&colleague, case).await;
    assert!(THEIRS.iter().all(|word| !read.contains(word)) && !read.contains(&home.to_string()), "{read}");
    // The family's name leads to the family, for everybody, and never to the case.
    let named = Search { text: "贾文广".into(), limit: 20, kinds: vec!["case".into()] };
    assert!(chief.run(named).await.unwrap().is_empty());
    assert!(elsewhere.run(GetRecord { id: case }).await.is_err());
    assert_eq!(count(&elsewhere.desk, "case", OTHER_TOWN).await.unwrap(), 0);
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}
