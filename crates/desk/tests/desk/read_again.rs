//! A ledger read again at the desk: one cell is one choice, and what was voided comes back only by choice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiexin_contract::import::{FileGiven, ImportPlan, ImportPreview, MarkedCopy, RunImport};
use tiexin_contract::records::{ListRecords, RecordRow, Unmask, VoidRecord};

use crate::office::{Office, day};

const REGION: &str = "340323100";
const HEAD: &str = "村,信息编码,类别,男方姓名,男方身份证,女方姓名,女方身份证,联系电话\n";
const FAMILY: &str =
    "东关社区,3403231000901,死亡,熊国学,340399197309166454,白梅霞,340399196512210428,19900002580\n";

async fn preview(office: &Office, rows: &str) -> ImportPlan {
    let base64 = Some(STANDARD.encode(format!("{HEAD}{rows}")));
    let file = FileGiven { name: "特殊家庭.csv".into(), path: None, base64 };
    office
        .ok(ImportPreview {
            files: vec![file],
            region: REGION.parse().unwrap(),
            mapping: Vec::new(),
            kind: None,
            job: None,
        })
        .await
}

async fn all(office: &Office, kind: &str) -> Vec<RecordRow> {
    let ask: ListRecords = crate::office::list(kind, REGION, 100);
    office.ok(ask).await.rows
}

async fn phone(office: &Office, kind: &str) -> String {
    let id = all(office, kind).await[0].id;
    office.ok(Unmask { id, field: "phone".into() }).await.value
}

async fn with_family() -> Office {
    let office = Office::township(day(2026, 10, 20)).await;
    let plan = preview(&office, FAMILY).await;
    office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    office
}

#[tokio::test]
async fn one_cell_is_one_choice() {
    let office = with_family().await;
    let mended = FAMILY.replace("19900002580", "19900002581");
    let plan = preview(&office, &mended).await;
    let file = &plan.files[0];
    assert_eq!((file.differs, file.changes.len()), (1, 1), "{:?}", file.changes);
    let change = &file.changes[0];
    assert!(change.old.is_some() && !change.new.contains("19900002581"), "masked as lists mask: {change:?}");
    // Left: nothing is written.
    office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    assert_eq!(phone(&office, "household").await, "19900002580");
    // Taken: the household and its file alike.
    let plan = preview(&office, &mended).await;
    let done = office.ok(RunImport { plan: plan.plan, take: vec![plan.files[0].changes[0].number] }).await;
    assert!(done.files[0].changes[0].taken);
    assert_eq!(phone(&office, "household").await, "19900002581");
    assert_eq!(phone(&office, "support_file").await, "19900002581");
    assert_eq!(preview(&office, &mended).await.files[0].unchanged, 1);
}

#[tokio::test]
async fn a_voided_family_comes_back_only_by_choice() {
    let office = with_family().await;
    let id = all(&office, "household").await[0].id;
    office.ok(VoidRecord { id, reason: "重复登记".into() }).await;
    let plan = preview(&office, FAMILY).await;
    let file = &plan.files[0];
    assert_eq!((file.taken, file.new, file.differs), (1, 0, 1));
    assert!(file.findings[0].hint.contains("重复登记"), "{:?}", file.findings);
    assert_eq!(file.changes[0].new, "恢复");
    office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
    assert!(all(&office, "household").await.is_empty());
    let plan = preview(&office, FAMILY).await;
    office.ok(RunImport { plan: plan.plan, take: vec![plan.files[0].changes[0].number] }).await;
    let counts = [all(&office, "household").await.len(), all(&office, "person").await.len()];
    assert_eq!((counts, all(&office, "support_file").await.len()), ([1, 2], 1));
}

#[tokio::test]
async fn a_marked_copy_says_what_was_done_only_afterwards() {
    let office = Office::township(day(2026, 10, 20)).await;
    let plan = preview(&office, FAMILY).await;
    let folder = tempfile::tempdir().unwrap();
    let mut words = Vec::new();
    for name in ["before.xlsx", "after.xlsx"] {
        let path = folder.path().join(name);
        let copy = MarkedCopy {
            plan: plan.plan,
            file: "特殊家庭.csv".into(),
            path: Some(path.to_string_lossy().into()),
        };
        office.ok(copy).await;
        let book = tiexin_intake::read(&std::fs::read(&path).unwrap(), name, &Default::default()).unwrap();
        let texts: String =
            book.sheets[0].rows.iter().flat_map(|row| row.cells.iter().map(|c| c.shown())).collect();
        words.push(texts);
        if name == "before.xlsx" {
            office.ok(RunImport { plan: plan.plan, take: Vec::new() }).await;
        }
    }
    assert!(words[0].contains("可以导入") && !words[0].contains("已导入"), "{}", words[0]);
    assert!(words[1].contains("已导入"), "{}", words[1]);
}
