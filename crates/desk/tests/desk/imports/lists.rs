//! A template of every kind: made, filled in, taken in once, taken back.

use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::aid::ReverseAid;
use tiexin_contract::family::RegisterFamily;
use tiexin_contract::import::{
    CellMended, ColumnChoice, FileGiven, ImportBatches, ImportPlan, ImportPreview, MendCells, RunImport,
    Template, UndoImport, UndoPreview,
};
use tiexin_contract::records::{SaveRecord, Unmask};
use tiexin_domain::{Kind, nouns, shape};

use super::{GUYANG, csv, list, preview};
use crate::office::{Office, VILLAGE, day};

/// The template with its example made a row of the office's own.
async fn filled(office: &Office, kind: &str, head: &str) -> ImportPlan {
    let asked = Template { kind: kind.into(), region: GUYANG.0.parse().unwrap(), path: None };
    let made = office.ok(asked).await;
    let file = FileGiven { name: made.name, path: None, base64: made.base64 };
    let empty = office.ok(preview(vec![file])).await;
    let seen = &empty.files[0];
    assert_eq!((seen.kind.as_deref(), seen.rows), (Some(kind), 0), "{kind}: {:?}", seen.refused_file);
    let own = [("序号", "1"), ("户主", head), ("走访人", "周明")];
    let sheet = &seen.sheets[0];
    let cells = own.iter().filter_map(|(name, text)| {
        let column = sheet.columns.iter().find(|column| column.head.trim_end_matches('*') == *name)?;
        Some(CellMended {
            file: seen.file.clone(),
            sheet: Some(sheet.name.clone()),
            row: 2,
            letter: column.letter.clone(),
            text: (*text).to_owned(),
        })
    });
    office.ok(MendCells { plan: empty.plan, cells: cells.collect(), job: None }).await
}

#[tokio::test]
async fn a_template_of_every_kind_is_taken_in_once_and_taken_back() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    office.family("李桂兰", |_| {}).await;
    office.family("赵有田", |family| (family.file, family.contacts) = (None, None)).await;
    let listed = |kind: &&Kind| nouns::shape(kind).is_some_and(|shape| !shape.list.is_empty());
    for kind in Kind::ALL.iter().filter(listed).map(Kind::code) {
        let head = match kind {
            "support_file" => "赵有田",
            "household" => "王建国",
            _ => "李桂兰",
        };
        let before = office.ok(list(kind)).await.total;
        let plan = filled(&office, kind, head).await;
        let told = &plan.files[0];
        assert_eq!((told.rows, told.new, told.refused), (1, 1, 0), "{kind}: {:?}", told.findings);
        let done = office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
        assert_eq!(office.ok(list(kind)).await.total, before + 1, "{kind}");
        let again = filled(&office, kind, head).await;
        assert_eq!(
            (again.files[0].new, again.files[0].unchanged),
            (0, 1),
            "{kind}: {:?}",
            again.files[0].changes
        );
        let stays = u64::from(shape::is_fixed(kind));
        let would = office.ok(UndoPreview { batch: done.batch }).await;
        assert_eq!(would.stays.iter().filter(|row| row.why.contains("冲正")).count() as u64, stays, "{kind}");
        let batches = office.ok(ImportBatches {}).await;
        let fixed = batches.iter().find(|batch| batch.id == done.batch).map(|batch| batch.fixed);
        assert_eq!(
            fixed,
            Some(shape::is_fixed(kind)),
            "{kind}: taking it back is offered where it does something"
        );
        office.ok(UndoImport { batch: done.batch }).await;
        assert_eq!(office.ok(list(kind)).await.total, before + stays, "{kind}");
    }
    let unknown = Template { kind: "merge".into(), region: GUYANG.0.parse().unwrap(), path: None };
    assert_eq!(office.refused(unknown).await.code, ErrorCode::Invalid);
}

/// What only the family's page shows comes in, and stands in no preview and no finding.
#[tokio::test]
async fn what_a_preview_may_not_show_is_taken_in_all_the_same() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    office.family("赵有田", |family| (family.file, family.contacts) = (None, None)).await;
    let ledger = "户主,家庭类别,孩子的姓名,原因,残疾人证号,家人愿意在纪念日得到问候,发生时间\n赵有田,死亡,小满\u{fffd},车祸,34052419800101001142,是,二月三十日\n";
    let ask = ImportPreview { kind: Some("support_file".into()), ..preview(vec![csv("名单.csv", ledger)]) };
    let plan = office.ok(ask).await;
    let shown = serde_json::to_string(&plan).unwrap();
    assert!(
        !shown.contains("小满") && !shown.contains("车祸") && !shown.contains("34052419800101001142"),
        "{shown}"
    );
    let box_of = |column: &str| {
        let found = plan.files[0].findings.iter().find(|found| found.column == column).unwrap();
        found.written.clone()
    };
    assert_eq!((box_of("发生时间").as_str(), box_of("孩子的姓名").as_str()), ("二月三十日", ""));
    let mended = ledger.replace("二月三十日", "2020-02").replace('\u{fffd}', "");
    let ask =
        ImportPreview { kind: Some("support_file".into()), ..preview(vec![csv("名单.csv", &mended)]) };
    let plan = office.ok(ask).await;
    assert_eq!(plan.files[0].new, 1, "{:?}", plan.files[0].findings);
    office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    let row = office.ok(list("support_file")).await.rows.remove(0);
    let whole = office.desk.call(None, "record.get", json!({"id": row.id})).await.unwrap();
    assert_eq!(whole["fields"]["child_name"], "小满");
}

/// As one that is written in a form, so that the province knows it in another township; and one that was taken back since
/// is told, for nobody would know why the list brings nothing.
#[tokio::test]
async fn a_payment_of_a_list_has_its_number_and_says_that_it_was_taken_back() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let number = "34052419800101001X";
    let numbered = |family: &mut RegisterFamily| {
        family.persons[0].id_number = Some(number.into());
    };
    office.family("李桂兰", numbered).await;
    let ledger = "户主,发放日期,项目,所属年度（期）,发放形式,金额,资金来源\n李桂兰,2026-10-05,困难慰问,2026,现金,500,协会\n";
    let ask = || ImportPreview { kind: Some("aid_entry".into()), ..preview(vec![csv("名单.csv", ledger)]) };
    let plan = office.ok(ask()).await;
    assert_eq!(plan.files[0].new, 1, "{:?}", plan.files[0].findings);
    office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    let id = office.ok(list("aid_entry")).await.rows.remove(0).id;
    let shown = office.ok(Unmask { id, field: "recipient_number".into() }).await;
    assert_eq!(shown.value, number);
    let again = office.ok(ask()).await;
    assert_eq!((again.files[0].new, again.files[0].unchanged), (0, 1));
    assert!(again.files[0].findings.iter().all(|found| !found.hint.contains("冲正")));
    office.ok(ReverseAid { id, reason: "金额不对".into() }).await;
    for text in [ledger.to_owned(), ledger.replace("500", "300")] {
        let file = csv("名单.csv", &text);
        let ask = ImportPreview { kind: Some("aid_entry".into()), ..preview(vec![file]) };
        let told = office.ok(ask).await;
        assert_eq!(told.files[0].new, 0);
        assert!(told.files[0].findings.iter().any(|found| found.hint.contains("冲正了")), "{text}");
    }
}

/// An ID number is one person, whichever family a row or a form names: a list is refused as a save is.
#[tokio::test]
async fn nobody_is_paid_a_second_time_under_another_family() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    office.family("李桂兰", |_| {}).await;
    let other = office.family("赵有田", |family| (family.file, family.contacts) = (None, None)).await;
    let number = "11010519491231002X";
    let row = |head: &str| format!("{head},2026-10-05,大病慰问,2026,钟晓梅,{number},现金,500,协会\n");
    let ask = |rows: String| {
        let columns = "户主,发放日期,项目,所属年度（期）,给谁,受益人身份证号,发放形式,金额,资金来源";
        let file = csv("名单.csv", &format!("{columns}\n{rows}"));
        ImportPreview { kind: Some("aid_entry".into()), ..preview(vec![file]) }
    };
    let plan = office.ok(ask(row("李桂兰") + &row("赵有田"))).await;
    assert_eq!((plan.files[0].new, plan.files[0].refused), (1, 1), "{:?}", plan.files[0].findings);
    office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    let plan = office.ok(ask(row("赵有田"))).await;
    assert_eq!((plan.files[0].new, plan.files[0].refused), (0, 1), "{:?}", plan.files[0].findings);
    assert!(plan.files[0].findings.iter().any(|found| found.hint.contains("已经发过一次")));
    let said = json!({"household": other, "date": "2026-10-06", "programme": "大病慰问", "period": "2026",
        "person": {"name": "钟小梅"}, "recipient_number": number, "form": "card", "amount": "5000",
        "source": "fiscal"});
    let fields = said.as_object().unwrap().clone();
    let again = SaveRecord { kind: "aid_entry".into(), id: None, version: None, fields };
    let told = office.refused(again).await;
    assert!(told.problems.iter().any(|problem| problem.code == "paid_twice"), "{told:?}");
}

/// It has as many places as a number that is masked, and is none.
#[tokio::test]
async fn a_day_that_does_not_exist_is_shown_to_who_mends_it() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    for written in ["2020-02-30", "2020-13-05"] {
        let ledger = format!("村,志愿者姓名,通过时间\n东关社区,周明,{written}\n");
        let ask =
            ImportPreview { kind: Some("volunteer".into()), ..preview(vec![csv("名单.csv", &ledger)]) };
        let plan = office.ok(ask).await;
        let found = plan.files[0].findings.iter().find(|found| found.column == "通过时间");
        let found = found.unwrap_or_else(|| panic!("{written}: {:?}", plan.files[0].findings));
        assert_eq!((found.value.as_str(), found.written.as_str()), (written, written));
    }
}

/// What the office typed by hand is known again: the list fills what was lacking and tells what differs.
#[tokio::test]
async fn a_list_is_compared_with_what_was_typed_by_hand() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let fields = json!({"region": VILLAGE, "name": "周明", "approval": "approved", "team": "银龄队"});
    let fields = fields.as_object().cloned().unwrap();
    office.ok(SaveRecord { kind: "volunteer".into(), id: None, version: None, fields }).await;
    let ledger = "村,志愿者姓名,志愿服务队,特长\n东关社区,周明,青年队,理发\n";
    let ask = ImportPreview { kind: Some("volunteer".into()), ..preview(vec![csv("名单.csv", ledger)]) };
    let plan = office.ok(ask).await;
    let told: Vec<_> =
        plan.files[0].changes.iter().map(|c| (c.field_label.as_str(), c.old.is_some())).collect();
    assert_eq!(told, [("特长", false), ("服务队", true)]);
    let take = plan.files[0].changes.iter().map(|change| change.number).collect();
    office.ok(RunImport { plan: plan.plan, take }).await;
    let rows = office.ok(list("volunteer")).await.rows;
    assert_eq!((rows.len(), &rows[0].fields["team"]), (1, &json!("青年队")));
    assert_eq!(rows[0].fields["approval"], "approved");
}

/// What a column is was perhaps the mistake for which an import was given up.
#[tokio::test]
async fn columns_are_remembered_of_what_was_written_alone() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let ledger = "村,志愿者姓名,甲栏\n东关社区,周明,银龄队\n";
    let ask = |mapping: Vec<ColumnChoice>| ImportPreview {
        kind: Some("volunteer".into()),
        mapping,
        ..preview(vec![csv("名单.csv", ledger)])
    };
    let choice = ColumnChoice {
        sheet_kind: "list:volunteer".into(),
        head: "甲栏".into(),
        field: Some("volunteer.team_id".into()),
    };
    let taken = |plan: &ImportPlan| {
        let column = plan.files[0].sheets[0].columns.iter().find(|column| column.head == "甲栏").unwrap();
        column.field.clone()
    };
    let chosen = office.ok(ask(vec![choice])).await;
    assert_eq!(taken(&chosen).as_deref(), Some("volunteer.team_id"));
    assert_eq!(taken(&office.ok(ask(Vec::new())).await), None, "it was only looked at");
    // Mending a cell goes on with what was chosen.
    let cell = CellMended {
        file: "名单.csv".into(),
        sheet: None,
        row: 2,
        letter: "B".into(),
        text: "周小明".into(),
    };
    let mended = office.ok(MendCells { plan: chosen.plan, cells: vec![cell], job: None }).await;
    assert_eq!(taken(&mended).as_deref(), Some("volunteer.team_id"));
    office.ok(RunImport { plan: mended.plan, take: Vec::new() }).await;
    assert_eq!(taken(&office.ok(ask(Vec::new())).await).as_deref(), Some("volunteer.team_id"));
}
