//! The ledgers of two real townships through the desk, and the figures they give.

mod contacts;
mod lists;
mod members;
mod others;

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tiexin_contract::import::{
    CancelJob, FileGiven, ImportBatches, ImportDone, ImportFindings, ImportPlan, ImportPreview, MarkedCopy,
    RedoImport, RunImport, UndoImport,
};
use tiexin_contract::records::{ListRecords, RecordHistory, SaveRecord};
use tiexin_contract::report::{ExportReport, FigureRecords, GetReport, ListForms, ReportSheet};
use tiexin_contract::{ErrorCode, Event};

use crate::office::{Office, day};

const COUNTY: &str = "340323";
const GUYANG: (&str, &str) = ("340323100", "guyang-2026-10");
const LIUJI: (&str, &str) = ("340323104", "liuji-2026-10");

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/ledgers").join(name)
}

fn expected(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder(name).join("expected.json")).unwrap()).unwrap()
}

fn given(name: &str, file: &str) -> FileGiven {
    let path = folder(name).join(file);
    FileGiven { name: file.into(), path: Some(path.to_string_lossy().into()), base64: None }
}

/// Services first on purpose: the families they speak of come in the same preview.
fn all_files((region, name): (&str, &str)) -> ImportPreview {
    let files = ["services-2026-10.xlsx", "activities.csv", "members.xls", "special-families.xlsx"];
    ImportPreview {
        files: files.map(|file| given(name, file)).to_vec(),
        region: region.parse().unwrap(),
        mapping: vec![],
        kind: None,
        job: None,
    }
}

async fn import(office: &Office, township: (&str, &str)) -> (ImportPlan, ImportDone) {
    let plan = office.ok(all_files(township)).await;
    let done = office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    (plan, done)
}

fn list(kind: &str) -> ListRecords {
    crate::office::list(kind, GUYANG.0, 1)
}

async fn sheet(office: &Office, form: &str, region: &str) -> ReportSheet {
    office.ok(GetReport::of(form, "2026-10", region.parse().unwrap())).await
}

fn value(sheet: &ReportSheet, region: &str, path: &[&str]) -> String {
    let row = sheet.rows.iter().find(|row| row.region.as_str() == region).unwrap();
    let cell = row.cells.iter().find(|cell| cell.path.iter().map(String::as_str).eq(path.iter().copied()));
    cell.unwrap_or_else(|| panic!("{path:?} of {:?}", row.cells)).value.clone()
}

fn number(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn f1_equals(sheet: &ReportSheet, region: &str, f1: &Value) {
    let of = |path: &[&str]| value(sheet, region, path);
    let want = |name: &str, nth: usize| number(&f1[name][nth]);
    assert_eq!(of(&["需求调查", "户"]), want("需求调查", 0));
    assert_eq!(of(&["需求调查", "人"]), want("需求调查", 1));
    assert_eq!(of(&["保险理赔", "例"]), want("保险理赔", 0));
    assert_eq!(of(&["保险理赔", "金额(元)"]), want("保险理赔", 1));
    for (nth, head) in ["户", "人", "建档(份)", "测评(人)"].into_iter().enumerate() {
        assert_eq!(of(&["心理健康服务", head]), want("心理健康服务", nth), "{head}");
    }
    for kind in ["日常走访", "节日看望", "生日陪伴", "住院探望", "突发事件"] {
        assert_eq!(of(&["走访慰问落实", kind, "户"]), want(kind, 0), "{kind}");
        assert_eq!(of(&["走访慰问落实", kind, "人"]), want(kind, 1), "{kind}");
    }
    assert_eq!(of(&["服务活动开展", "场"]), want("服务活动开展", 0));
    assert_eq!(of(&["服务活动开展", "人"]), want("服务活动开展", 1));
}

#[tokio::test]
async fn both_townships_give_the_expected_figures() {
    let office = Office::of(COUNTY, day(2026, 10, 31)).await;
    for township in [GUYANG, LIUJI] {
        let want = expected(township.1);
        let (plan, done) = import(&office, township).await;
        for file in &plan.files {
            let kind = file.kind.as_deref().unwrap_or_else(|| panic!("{file:?}"));
            let taken = if kind == "services" { None } else { want[kind]["imported"].as_u64() };
            assert!(taken.is_none_or(|taken| taken == file.taken), "{kind}: {} {:?}", file.taken, taken);
        }
        assert!(done.records > 3_000);
        let f1 = sheet(&office, "F1", township.0).await;
        f1_equals(&f1, township.0, &want["f1"]);
        let f3 = sheet(&office, "F3", township.0).await;
        for (name, count) in want["members"]["f3"].as_object().unwrap() {
            let cell =
                f3.rows[0].cells.iter().find(|c| c.path.last().is_some_and(|p| p.contains(name.as_str())));
            assert_eq!(cell.unwrap_or_else(|| panic!("{name}")).value, count.to_string(), "{name}");
        }
        let f4 = sheet(&office, "F4", township.0).await;
        for (project, counts) in want["activities"]["f4"].as_object().unwrap() {
            let of = |head: &str| {
                let cells = &f4.rows[0].cells;
                cells.iter().find(|c| c.path == [project.as_str(), head]).map(|c| c.value.clone())
            };
            assert_eq!(of("活动次数"), Some(counts[0].to_string()), "{project}");
            assert!(of("服务人数").is_none_or(|people| people == number(&counts[1])), "{project}");
        }
    }
    let county = sheet(&office, "F1", COUNTY).await;
    let path = ["走访慰问落实", "日常走访", "户"];
    assert_eq!(value(&county, GUYANG.0, &path), "19");
    assert_eq!(value(&county, COUNTY, &path), "40");
    assert!(county.rows.last().unwrap().total);
    behind_a_figure(&office, &path).await;
    exported(&office).await;
}

async fn behind_a_figure(office: &Office, path: &[&str]) {
    let behind = office
        .ok(FigureRecords {
            form: "F1".into(),
            month: "2026-10".into(),
            region: GUYANG.0.parse().unwrap(),
            path: path.iter().map(|p| (*p).to_owned()).collect(),
            limit: 500,
        })
        .await;
    let homes: std::collections::HashSet<_> =
        behind.records.iter().map(|row| row.fields["household"].to_string()).collect();
    assert_eq!((behind.value.as_str(), homes.len()), ("19", 19));
    assert_eq!(behind.total, behind.records.len() as u64);
}

async fn exported(office: &Office) {
    assert!(office.ok(ListForms {}).await.iter().any(|form| form.code == "F1"));
    let ask = |path| ExportReport {
        form: "F1".into(),
        month: "2026-10".into(),
        region: COUNTY.parse().unwrap(),
        by_village: false,
        path,
    };
    let bytes = office.ok(ask(None)).await.base64.unwrap();
    assert!(bytes.starts_with("UEsD"), "a zip in base64");
    let path = office.folder.path().join("月报.xlsx").to_string_lossy().into_owned();
    assert_eq!(office.ok(ask(Some(path.clone()))).await.path, Some(path));
}

#[tokio::test]
async fn the_same_ledger_twice_adds_nothing_and_can_be_taken_back() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let (_, first) = import(&office, GUYANG).await;
    let (plan, second) = import(&office, GUYANG).await;
    assert_eq!(second.records, 0);
    for file in &plan.files {
        assert_eq!(file.unchanged, file.taken, "{}", file.file);
    }
    let batches = office.ok(ImportBatches {}).await;
    let batch = batches.iter().find(|batch| batch.id == first.batch).unwrap();
    assert_eq!((batch.files.len(), batch.by.as_str(), batch.undone), (4, "王丽", false));
    office.ok(UndoImport { batch: first.batch }).await;
    assert_eq!(office.refused(UndoImport { batch: first.batch }).await.code, ErrorCode::NotFound);
    for kind in ["household", "person", "member", "visit", "activity"] {
        assert_eq!(office.ok(list(kind)).await.total, 0, "{kind}");
    }
}

#[tokio::test]
async fn findings_come_with_a_marked_copy_and_progress() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let mut events = office.desk.subscribe();
    let plan = office.ok(all_files(GUYANG)).await;
    let families = plan.files.iter().find(|f| f.kind.as_deref() == Some("special_families")).unwrap();
    let found: Vec<(u32, &str)> = families.findings.iter().map(|f| (f.row, f.code.as_str())).collect();
    for want in expected(GUYANG.1)["special_families"]["findings"].as_array().unwrap() {
        let (row, code) = (want["row"].as_u64().unwrap() as u32, want["code"].as_str().unwrap());
        assert!(found.contains(&(row, code)), "{row} {code}");
    }
    assert!(families.sheets[0].columns.len() > 5 && !families.sheets[0].sample.is_empty());
    assert!(plan.fields.iter().any(|sheet| sheet.sheet_kind == "visits"));
    let copy = MarkedCopy { plan: plan.plan, file: families.file.clone(), path: None };
    assert!(office.ok(copy).await.base64.is_some());
    office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    let mut progress = Vec::new();
    let mut kinds = Vec::new();
    while let Ok(event) = events.try_recv() {
        match event {
            Event::Progress(step) => progress.push(step),
            Event::Changed { kinds: changed } => kinds.extend(changed),
            _ => {}
        }
    }
    assert!(progress.iter().all(|step| step.job == plan.plan));
    assert!(progress.last().unwrap().finished);
    assert!(kinds.contains(&"visit".to_owned()));
}

#[tokio::test]
async fn what_is_no_ledger_is_told_beside_its_name() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let mut preview = all_files(GUYANG);
    preview.files = vec![
        FileGiven { name: "照片.xlsx".into(), path: None, base64: Some("aGVsbG8=".into()) },
        FileGiven { name: "没有.xlsx".into(), path: Some("/nowhere/没有.xlsx".into()), base64: None },
        given(GUYANG.1, "activities.csv"),
    ];
    let plan = office.ok(preview).await;
    assert!(plan.files[0].refused_file.is_some() && plan.files[1].refused_file.is_some());
    assert_eq!(plan.files[2].taken, 24);
    let done = office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    assert_eq!(done.records, 24);
    let gone = RunImport { plan: uuid::Uuid::from_u128(1), take: Vec::new() };
    assert_eq!(office.refused(gone).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_cancelled_import_leaves_nothing() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let mut preview = all_files(GUYANG);
    preview.files = vec![given(GUYANG.1, "members.xls")];
    let plan = office.ok(preview).await;
    let mut events = office.desk.subscribe();
    let desk = office.desk.clone();
    let running =
        tokio::spawn(async move { desk.run(RunImport { plan: plan.plan, take: Vec::new() }).await });
    while !matches!(events.recv().await.unwrap(), Event::Progress(step) if step.label == "正在写入") {}
    office.ok(CancelJob { job: plan.plan }).await;
    assert_eq!(running.await.unwrap().unwrap_err().code, ErrorCode::Cancelled);
    assert!(office.ok(ImportBatches {}).await.is_empty());
    assert_eq!(office.ok(list("member")).await.total, 0);
    // The preview is still there: the worker may think better of it.
    assert!(office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await.records > 2_000);
}

fn csv(name: &str, text: &str) -> FileGiven {
    FileGiven { name: name.into(), path: None, base64: Some(STANDARD.encode(text)) }
}

fn preview(files: Vec<FileGiven>) -> ImportPreview {
    ImportPreview { files, region: GUYANG.0.parse().unwrap(), mapping: Vec::new(), kind: None, job: None }
}

/// The examples of columns are of whichever family comes first: nothing of its child, no number whole; and what is
/// kept of an import says nothing of a child either.
#[tokio::test]
async fn examples_hide_what_lists_hide_and_nothing_of_a_child_is_kept() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let (plan, done) = import(&office, GUYANG).await;
    let file = plan.files.iter().find(|file| file.kind.as_deref() == Some("special_families")).unwrap();
    let sheet = file.sheets.iter().find(|sheet| !sheet.sample.is_empty()).unwrap();
    let of = |code: &str| sheet.columns.iter().position(|c| c.field.as_deref() == Some(code)).unwrap();
    let first = &expected(GUYANG.1)["special_families"]["files"][0];
    assert!(sheet.sample.iter().all(|row| !row[of("loss_date")].contains("20")), "{:?}", sheet.sample);
    let samples = format!("{:?}", sheet.sample);
    for number in [&first["husband_id"], &first["wife_id"]].into_iter().filter_map(Value::as_str) {
        assert!(!samples.contains(number), "{samples}");
    }
    let mine = |c: &&tiexin_contract::import::FindingRow| c.letter == sheet.columns[of("loss_date")].letter;
    assert!(file.findings.iter().filter(mine).any(|found| !found.value.is_empty()), "told in the preview");
    let kept = office.ok(ImportFindings { batch: done.batch }).await;
    let kept = kept.iter().find(|one| one.file == file.file).unwrap();
    assert!(kept.findings.iter().filter(mine).count() > 0);
    assert!(kept.findings.iter().filter(mine).all(|found| !found.value.contains("20")));
    let told = kept.findings.iter().filter(mine).any(|found| found.value == "（有内容，这里不显示）");
    assert!(told, "what is not shown is told as empty");
}

/// The book changed between preview and writing: what is told is what was written.
#[tokio::test]
async fn what_is_told_is_what_was_written() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let ledger = "姓名,村居,会员类型\n张三,东关社区,个体会员\n李四,东关社区,个体会员\n";
    let first = office.ok(preview(vec![csv("会员.csv", ledger)])).await;
    let second = office.ok(preview(vec![csv("会员.csv", ledger)])).await;
    let done = office.ok(RunImport { plan: first.plan, take: Vec::new() }).await;
    assert_eq!((done.files[0].new, done.files[0].unchanged), (2, 0));
    let done = office.ok(RunImport { plan: second.plan, take: Vec::new() }).await;
    assert_eq!((done.files[0].new, done.files[0].unchanged, done.records), (0, 2, 0));
}

/// An import that was taken back comes back by one press, and its figures with it.
#[tokio::test]
async fn an_import_that_was_taken_back_is_brought_back() {
    let office = Office::of(GUYANG.0, day(2026, 10, 31)).await;
    let (plan, first) = import(&office, GUYANG).await;
    assert_eq!(office.refused(RedoImport { batch: first.batch }).await.code, ErrorCode::NotFound);
    office.ok(UndoImport { batch: first.batch }).await;
    // What was taken back is not imported: the marked copy says so.
    let file = plan.files.iter().find(|f| f.kind.as_deref() == Some("special_families")).unwrap();
    let copy = MarkedCopy { plan: plan.plan, file: file.file.clone(), path: None };
    let copy = STANDARD.decode(office.ok(copy).await.base64.unwrap()).unwrap();
    let read = tiexin_intake::read(&copy, "标注.xlsx", &tiexin_intake::Limits::default()).unwrap();
    let cells = read.sheets.iter().flat_map(|sheet| &sheet.rows).flat_map(|row| &row.cells);
    assert!(cells.clone().any(|cell| cell.shown().starts_with("可以导入")));
    assert!(!cells.clone().any(|cell| cell.shown().starts_with("已导入")));
    let done = office.ok(RedoImport { batch: first.batch }).await;
    assert_eq!((done.redone, done.left), (first.records, 0));
    let f1 = sheet(&office, "F1", GUYANG.0).await;
    f1_equals(&f1, GUYANG.0, &expected(GUYANG.1)["f1"]);
    office.ok(UndoImport { batch: first.batch }).await;
    assert_eq!(office.ok(list("household")).await.total, 0);
}

/// Whoever asks where a record came from reads the file's name, also for what an import only filled.
#[tokio::test]
async fn the_history_says_which_file_it_came_from() {
    let office = Office::of(COUNTY, day(2026, 10, 31)).await;
    let ask = ImportPreview {
        files: vec![given(GUYANG.1, "activities.csv")],
        region: GUYANG.0.parse().unwrap(),
        mapping: vec![],
        kind: None,
        job: None,
    };
    let plan = office.ok(ask).await;
    office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    let one = office.ok(list("activity")).await.rows.remove(0);
    let edit = SaveRecord {
        kind: "activity".into(),
        id: Some(one.id),
        version: None,
        fields: crate::office::fields(json!({"summary": "到场的人很多"})),
    };
    office.ok(edit).await;
    let history = office.ok(RecordHistory { id: one.id }).await;
    let told: Vec<(&str, Option<&str>)> =
        history.iter().map(|entry| (entry.act.as_str(), entry.import.as_deref())).collect();
    assert_eq!(told, [("修改", None), ("导入", Some("activities.csv"))]);
}
