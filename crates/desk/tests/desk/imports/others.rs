//! What a colleague wrote for themselves: an import neither reads it, nor tells of it, nor writes over it.

use serde_json::{Value, json};
use tiexin_contract::import::{FilePlan, ImportPreview, RunImport};
use tiexin_contract::records::{GetRecord, SaveRecord};
use tiexin_contract::session::{AddLocalUser, SignIn, SignOut};

use super::{GUYANG, csv, preview};
use crate::office::{Office, PASSWORD, VILLAGE, day, fields};

const THEIR_PASSWORD: &str = "另一个够长的密码";

async fn colleague(office: &Office) {
    let colleague = AddLocalUser {
        name: "sunmei".into(),
        display_name: "孙梅".into(),
        password: THEIR_PASSWORD.into(),
        region: Some(GUYANG.0.parse().unwrap()),
        code: None,
    };
    office.ok(colleague).await;
    office.ok(SignOut {}).await;
    office.ok(SignIn { name: "sunmei".into(), password: THEIR_PASSWORD.into() }).await;
}

fn ledger(note: &str) -> ImportPreview {
    let text = format!("户主,服务对象,服务日期,谈话记录\n贾文广,贾文广,2026-10-19,{note}\n");
    ImportPreview { kind: Some("counselling".into()), ..preview(vec![csv("谈话.csv", &text)]) }
}

/// All that a preview says, but for the preview's own number.
fn told(file: &FilePlan) -> Value {
    serde_json::to_value(file).unwrap()
}

#[tokio::test]
async fn a_session_note_is_not_written_over_and_no_guess_of_it_is_answered() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let home = office.family("贾文广", |_| {}).await;
    let talk = json!({"household": home, "person": {"name": "贾文广"}, "date": "2026-10-19", "session_note": "想搬家"});
    let save = SaveRecord { kind: "counselling".into(), id: None, version: None, fields: fields(talk) };
    let saved = office.ok(save).await;
    colleague(&office).await;
    let (right, wrong) = (office.ok(ledger("想搬家")).await, office.ok(ledger("想离婚")).await);
    assert_eq!(told(&right.files[0]), told(&wrong.files[0]));
    let found = &wrong.files[0].findings;
    assert_eq!(found.iter().filter(|one| one.code == "author_only").count(), 1, "{found:?}");
    let take = (0..100).collect();
    office.ok(RunImport { plan: wrong.plan, take }).await;
    office.ok(SignOut {}).await;
    office.ok(SignIn { name: "wangli".into(), password: PASSWORD.into() }).await;
    assert_eq!(office.ok(GetRecord { id: saved.id }).await.fields["session_note"], "想搬家");
    // The author's own note is compared as anything else.
    let own = office.ok(ledger("想离婚")).await;
    assert_eq!(
        (own.files[0].differs, own.files[0].findings.iter().any(|one| one.code == "author_only")),
        (1, false)
    );
}

/// A second row of the same file answers no guess either.
#[tokio::test]
async fn a_row_that_repeats_another_answers_no_guess() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let home = office.family("贾文广", |_| {}).await;
    let talk = json!({"household": home, "person": {"name": "贾文广"}, "date": "2026-10-19", "session_note": "想搬家"});
    let save = SaveRecord { kind: "counselling".into(), id: None, version: None, fields: fields(talk) };
    office.ok(save).await;
    colleague(&office).await;
    let twice = |note: &str| {
        let row = "贾文广,贾文广,2026-10-19";
        let text = format!("户主,服务对象,服务日期,谈话记录\n{row},别的\n{row},{note}\n");
        ImportPreview { kind: Some("counselling".into()), ..preview(vec![csv("谈话.csv", &text)]) }
    };
    let (right, wrong) = (office.ok(twice("想搬家")).await, office.ok(twice("想离婚")).await);
    assert_eq!(told(&right.files[0]), told(&wrong.files[0]));
}

/// Of a masked number an import answers no more guesses than a search does.
#[tokio::test]
async fn guesses_of_a_masked_number_are_bounded() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let person = json!({"region": VILLAGE, "name": "周明", "phone": "19000000004"});
    let save = SaveRecord { kind: "person".into(), id: None, version: None, fields: fields(person) };
    office.ok(save).await;
    let guesses = |numbers: std::ops::Range<u32>| {
        let rows: String = numbers.map(|n| format!("周明,东关社区,190{n:04}0004\n")).collect();
        let text = format!("姓名,村,联系电话\n{rows}");
        ImportPreview { kind: Some("person".into()), ..preview(vec![csv("人员.csv", &text)]) }
    };
    assert!(office.refused(guesses(1..62)).await.message.contains("60"));
    office.ok(guesses(1..31)).await;
    // The same once more asks nothing new.
    office.ok(guesses(1..31)).await;
    office.ok(guesses(31..61)).await;
    assert!(office.refused(guesses(61..62)).await.message.contains("60"));
}
