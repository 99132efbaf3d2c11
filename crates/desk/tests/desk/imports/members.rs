//! A register of members: a row that waits, one that is there already, and what an import found.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tiexin_contract::import::{
    CellMended, FileGiven, ImportBatches, ImportFindings, ImportPreview, MendCells, RunImport,
};
use tiexin_contract::records::SaveRecord;
use tiexin_contract::{ErrorCode, Event};

use super::{GUYANG, csv, list, preview};
use crate::office::{Office, day};

/// Two registers of one township, or one typed by hand: nobody becomes a member twice.
#[tokio::test]
async fn whom_somebody_made_a_member_by_hand_the_register_does_not_make_one_again() {
    let office = Office::township(day(2026, 10, 31)).await;
    let number = "34052419800101001X";
    let save = |kind: &str, fields: Value| SaveRecord {
        kind: kind.into(),
        id: None,
        version: None,
        fields: fields.as_object().unwrap().clone(),
    };
    let village = "340323100001";
    let person = json!({"region": village, "name": "张三", "id_number": number});
    let person = office.ok(save("person", person)).await.id;
    let member = json!({"region": village, "name": "张三", "person": person, "structure": "individual"});
    office.ok(save("member", member)).await;
    let register =
        format!("姓名,身份证号,村居,会员类型\n张三,{number},东关社区,个体会员\n李四,,东关社区,个体会员\n");
    let file = FileGiven { name: "会员.csv".into(), path: None, base64: Some(STANDARD.encode(register)) };
    let ask = ImportPreview {
        files: vec![file],
        region: GUYANG.0.parse().unwrap(),
        mapping: Vec::new(),
        kind: None,
        job: None,
    };
    let plan = office.ok(ask).await;
    // Of the person the number was known: what follows from it was taken over when the member was saved.
    let file = &plan.files[0];
    assert_eq!((file.taken, file.new, file.filled), (2, 1, 0));
    office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    assert_eq!(office.ok(list("member")).await.total, 2);
}

/// A row that waits says whose it is, is mended on the screen and taken; the file stays as it is.
#[tokio::test]
async fn a_row_that_waits_is_mended_and_taken() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let ledger = "姓名,身份证号,村居,会员类型,联系电话\n\
        张三,340524198001010011,东关社区,个体会员,19900002580\n\
        李四,,东关社区,个体会员,1381234\n";
    let plan = office.ok(preview(vec![csv("会员.csv", ledger)])).await;
    let waits = plan.files[0].findings.iter().find(|f| f.refused).unwrap();
    assert_eq!(
        (waits.who.as_str(), waits.letter.as_str(), waits.code.as_str()),
        ("张三", "B", "id_checksum")
    );
    // Numbers are masked here as beside the book, and the box in which one is mended begins empty.
    assert_eq!((waits.value.as_str(), waits.written.as_str()), ("****************11", ""));
    let cell = |letter: &str, row, text: &str| CellMended {
        file: "会员.csv".into(),
        sheet: None,
        row,
        letter: letter.into(),
        text: text.into(),
    };
    let job = Some(uuid::Uuid::from_u128(7));
    let mut events = office.desk.subscribe();
    let mended = MendCells { plan: plan.plan, cells: vec![cell("B", 2, "34052419800101001X")], job };
    let again = office.ok(mended).await;
    let of_job = |event: Event| matches!(event, Event::Progress(now) if Some(now.job) == job);
    assert!(std::iter::from_fn(|| events.try_recv().ok()).any(of_job), "how far it is");
    let file = &again.files[0];
    assert_eq!((file.new, file.refused, file.mended), (2, 0, 1));
    let mended = MendCells {
        plan: again.plan,
        cells: vec![cell("B", 2, "34052419800101001X"), cell("E", 3, "")],
        job,
    };
    let last = office.ok(mended).await;
    assert_eq!(last.files[0].mended, 2, "a cell mended twice is one cell");
    assert!(last.files[0].findings.iter().all(|f| f.code != "phone_invalid"));
    let done = office.ok(RunImport { plan: last.plan, take: Vec::new() }).await;
    assert_eq!(done.files[0].new, 2);
    assert_eq!(office.ok(list("member")).await.total, 2);
    // A cell of a preview that is no more.
    let gone = MendCells { plan: uuid::Uuid::from_u128(1), cells: Vec::new(), job: None };
    assert_eq!(office.refused(gone).await.code, ErrorCode::NotFound);
}

/// What an import found stays with it, without any number whole; its rows are told as they were written.
#[tokio::test]
async fn what_an_import_found_stays_with_it() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let ledger =
        "姓名,身份证号,村居,会员类型\n张三,340524198001010011,东关社区,个体会员\n李四,,东关社区,个体会员\n";
    let plan = office.ok(preview(vec![csv("会员.csv", ledger)])).await;
    let done = office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    let batch = office.ok(ImportBatches {}).await.remove(0);
    assert_eq!((batch.rows, batch.findings), (Some(1), 2));
    let found = office.ok(ImportFindings { batch: done.batch }).await;
    let codes: Vec<&str> = found[0].findings.iter().map(|f| f.code.as_str()).collect();
    assert_eq!(codes, ["id_checksum", "id_missing"]);
    let kept = serde_json::to_string(&found).unwrap();
    assert!(!kept.contains("340524198001010011"), "{kept}");
}
