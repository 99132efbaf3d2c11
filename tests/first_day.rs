//! A township's first day, by the program that a browser opens, from an empty folder: it begins alone, takes in its
//! families' ledger, meets a family that is registered already, changes the contacts of one, visits, takes a visit
//! back and brings it back, hands in the month, and comes back from a copy.

use chrono::NaiveDate;
use serde_json::{Value, json};
use tiexin_contract::backup::{Backup, RestoreBackup};
use tiexin_contract::family::{GetFamily, RecordVisit, RegisterFamily};
use tiexin_contract::import::{FileGiven, ImportPreview, RunImport};
use tiexin_contract::records::{
    EditRecord, GetRecord, RecordRow, RestoreRecord, SaveRecord, Search, VoidRecord,
};
use tiexin_contract::report::{ExportReport, FigureRecords, GetReport, ReportSheet, SignForms};
use tiexin_contract::session::{SetUpStandalone, SignIn};
use tiexin_contract::{Command, ErrorReply};
use tiexin_domain::IdNumber;
use tiexin_domain::nouns::visit::{Presence, VisitKind};
use tiexin_domain::nouns::{PersonRef, Visit};
use tiexin_testkit::desks::{self, PASSWORD, expected, ledgers};
use tiexin_testkit::f1::{self, Row};
use tiexin_testkit::terminal::{Host, Unanswered};
use uuid::Uuid;

const TOWNSHIP: &str = "340323100";
const VILLAGE: &str = "340323100001";
const MONTH: &str = "2026-10";

/// The program on a book of its own.
struct Day {
    host: Host,
    home: tempfile::TempDir,
}

impl Day {
    async fn ok<C: Command>(&self, command: C) -> C::Reply {
        self.host.call(&command).await.unwrap_or_else(|why| panic!("{}: {why:?}", C::NAME))
    }

    async fn refused<C: Command>(&self, command: C) -> ErrorReply {
        match self.host.call(&command).await {
            Err(Unanswered::Refused(error)) => error,
            Err(Unanswered::Lost) => panic!("{} had no answer", C::NAME),
            Ok(_) => panic!("{} was not refused", C::NAME),
        }
    }

    /// A family of the ledger, by its head.
    async fn family(&self, head: &str) -> Uuid {
        let hits = self.ok(Search { text: head.into(), limit: 20, kinds: Vec::new() }).await;
        hits.iter().find_map(|hit| hit.household).unwrap_or_else(|| panic!("no family of {head}: {hits:?}"))
    }

    async fn visit(&self, head: &str, kind: VisitKind, presence: Presence, met: &[&str]) -> Uuid {
        let day = NaiveDate::from_ymd_opt(2026, 10, 30).expect("a day");
        let household = self.family(head).await;
        let visit = desks::visit(VILLAGE.parse().expect("a village"), household, head, day, "一切都好");
        let met = met.iter().map(|name| PersonRef { person: None, name: (*name).into() }).collect();
        self.ok(RecordVisit { id: None, visit: Visit { kind, presence, met, ..visit } }).await.id
    }

    async fn f1(&self) -> ReportSheet {
        self.ok(GetReport::of("F1", MONTH, TOWNSHIP.parse().expect("a township"))).await
    }

    /// 户 and 人 of 日常走访 and of 生日陪伴; all other figures are zero.
    async fn month_is(&self, routine: [&str; 2], birthday: [&str; 2]) {
        let sheet = self.f1().await;
        let mut want = vec!["0"; 20];
        want[3] = "0.00";
        want[8..10].copy_from_slice(&routine);
        want[12..14].copy_from_slice(&birthday);
        assert_eq!(sheet.rows.len(), 1);
        assert_eq!(sheet.rows[0].cells.iter().map(|cell| cell.value.as_str()).collect::<Vec<_>>(), want);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_township_s_first_day() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let day = Day { host: Host::start(&home.path().join("book")).expect("the program"), home };
    begins_alone(&day).await;
    takes_in_its_families(&day).await;
    registered_already(&day).await;
    next_contacts(&day).await;

    let routine = day.visit("谭学", VisitKind::Routine, Presence::AtHome, &["谭学", "余英爱"]).await;
    let birthday = day.visit("熊国学", VisitKind::Birthday, Presence::AtHome, &["熊国学"]).await;
    day.visit("廖长", VisitKind::Routine, Presence::Away, &[]).await;
    day.month_is(["1", "2"], ["1", "1"]).await;
    two_windows(&day, routine).await;
    taken_back_and_brought_back(&day, birthday).await;
    hands_in(&day).await;
    comes_back_from_a_copy(&day).await;
}

async fn begins_alone(day: &Day) {
    let setup = |password: &str| SetUpStandalone {
        region: TOWNSHIP.parse().expect("a township"),
        name: "wangli".into(),
        display_name: "王丽".into(),
        password: password.into(),
    };
    assert!(day.refused(setup("1234")).await.about("password").is_some());
    assert!(day.ok(setup(PASSWORD)).await.signed_in.is_some());
    // Nothing is there yet: a month before the book is no table of zeros.
    let asked = GetReport::of("F1", "1999-01", TOWNSHIP.parse().expect("a township"));
    assert!(day.refused(asked).await.about("month").is_some_and(|said| said.contains("1999年1月没有记录")));
}

async fn takes_in_its_families(day: &Day) {
    let ledger = ledgers("guyang-2026-10").remove(0);
    let preview = || ImportPreview {
        files: vec![FileGiven {
            name: "特殊家庭台账.xlsx".into(),
            path: Some(ledger.display().to_string()),
            base64: None,
        }],
        region: TOWNSHIP.parse().expect("a township"),
        mapping: Vec::new(),
    };
    let plan = day.ok(preview()).await;
    assert_eq!(
        Some(plan.files[0].taken),
        expected("guyang-2026-10")["special_families"]["imported"].as_u64()
    );
    assert!(day.ok(RunImport { plan: plan.plan, take: Vec::new() }).await.records > 0);
    // The same file once more has nothing new.
    let plan = day.ok(preview()).await;
    assert_eq!(plan.files[0].unchanged, plan.files[0].taken);
    assert_eq!(day.ok(RunImport { plan: plan.plan, take: Vec::new() }).await.records, 0);
}

/// The number of the ledger's first head: that is said, at its field, and nothing is written.
async fn registered_already(day: &Day) {
    let number = expected("guyang-2026-10")["special_families"]["files"][0]["husband_id"].clone();
    let number = IdNumber::read(number.as_str().unwrap_or_default()).expect("a number").number;
    let mut family: RegisterFamily = desks::family(VILLAGE, &["又登记"]);
    let head = family.persons.remove(0).with_id(&number);
    family.persons.insert(0, head);
    let refused = day.refused(family).await;
    let said = refused.about("persons.0.id_number").unwrap_or_else(|| panic!("{refused:?}"));
    assert!(said.contains("东关社区已经登记过"), "{said}");
    let hits = day.ok(Search { text: "又登记".into(), limit: 5, kinds: Vec::new() }).await;
    assert!(hits.iter().all(|hit| hit.household.is_none()), "{hits:?}");
}

/// The next pair follows on the former one, which stays to be read.
async fn next_contacts(day: &Day) {
    let home = day.family("熊国学").await;
    let before = day.ok(GetFamily { household: home }).await;
    let fields = json!({"household": home, "file": before.files[0].id, "township_leader": "新来的赵镇长",
        "village_worker": "孙村医", "from": "2026-10-20"});
    let fields = fields.as_object().cloned().unwrap_or_default();
    day.ok(SaveRecord { kind: "contact_pair".into(), id: None, version: None, fields }).await;
    let after = day.ok(GetFamily { household: home }).await;
    assert_eq!(after.contacts[0].fields["township_leader"], "新来的赵镇长");
    assert_eq!(after.contacts.len(), before.contacts.len() + 1);
    assert!(!after.gaps.iter().any(|gap| gap.contains("联系人")), "{:?}", after.gaps);
}

/// Two windows opened one family: neither takes back what the other has saved.
async fn two_windows(day: &Day, visit: Uuid) {
    let home = day.family("谭学").await;
    let shown = day.ok(GetRecord { id: home }).await.fields;
    let edit = |field: &str, value: Value| EditRecord {
        id: home,
        fields: [(field.to_owned(), value)].into_iter().collect(),
        seen: shown.iter().filter(|(name, _)| *name == field).map(|(n, v)| (n.clone(), v.clone())).collect(),
    };
    day.ok(edit("current_address", json!("村东三号"))).await;
    day.ok(edit("notes", json!("门口有狗"))).await;
    let now = day.ok(GetRecord { id: home }).await.fields;
    assert_eq!((&now["current_address"], &now["notes"]), (&json!("村东三号"), &json!("门口有狗")));
    let late = edit("current_address", json!("西头二号"));
    assert!(day.refused(late).await.about("current_address").is_some());
    assert!(day.ok(GetRecord { id: visit }).await.void.is_none());
}

/// A visit that was a slip leaves the month; brought back it counts again.
async fn taken_back_and_brought_back(day: &Day, visit: Uuid) {
    day.ok(VoidRecord { id: visit, reason: "记错了一家".into() }).await;
    day.month_is(["1", "2"], ["0", "0"]).await;
    let row: RecordRow = day.ok(GetRecord { id: visit }).await;
    assert_eq!(row.void.as_deref(), Some("记错了一家"));
    day.ok(RestoreRecord { id: visit }).await;
    day.month_is(["1", "2"], ["1", "1"]).await;
    let path = vec!["走访慰问落实".into(), "生日陪伴".into(), "户".into()];
    let region = TOWNSHIP.parse().expect("a township");
    let asked = FigureRecords { form: "F1".into(), month: MONTH.into(), region, path, limit: 10 };
    let behind = day.ok(asked).await;
    assert_eq!((behind.value.as_str(), behind.records[0].id), ("1", visit));
}

/// The form with its figures, who filled it in, and that a family was out once.
async fn hands_in(day: &Day) {
    let signed = [("联系电话".to_owned(), "0552-6010000".to_owned())].into();
    day.ok(SignForms { signed }).await;
    let sheet = day.f1().await;
    assert_eq!(sheet.notes, ["外出未遇的走访不计入（本期 1 次）"]);
    let file = day.home.path().join("月报.xlsx");
    let export = ExportReport {
        form: "F1".into(),
        month: MONTH.into(),
        region: TOWNSHIP.parse().expect("a township"),
        by_village: false,
        path: Some(file.display().to_string()),
    };
    day.ok(export).await;
    let figures = sheet.rows[0].cells.iter().map(|cell| cell.value.parse().unwrap_or(f64::NAN)).collect();
    assert_eq!(Row::exported(&file, "谷阳镇"), Row(figures));
    for text in ["填表人：王丽", "联系电话：0552-6010000", "说明：外出未遇的走访不计入（本期 1 次）"]
    {
        assert!(f1::says(&file, text), "{text}");
    }
}

/// What happened after the copy is gone, the day before it is whole.
async fn comes_back_from_a_copy(day: &Day) {
    let stick = day.home.path().join("stick");
    std::fs::create_dir(&stick).expect("a folder");
    let lost = Backup { path: day.home.path().join("拔掉了").display().to_string(), inside: true };
    day.refused(lost).await;
    assert!(!day.home.path().join("拔掉了").exists(), "a slip of the hand makes no folder");
    let copy = day.ok(Backup { path: stick.display().to_string(), inside: true }).await;
    day.visit("熊国学", VisitKind::Routine, Presence::AtHome, &["熊国学"]).await;
    day.month_is(["2", "3"], ["1", "1"]).await;
    let restore = |password: &str| RestoreBackup {
        path: copy.path.clone(),
        name: "wangli".into(),
        password: password.into(),
    };
    assert!(day.refused(restore("不是这个密码呀")).await.about("password").is_some());
    let restored = day.ok(restore(PASSWORD)).await;
    assert!(restored.aside.is_some_and(|aside| std::path::Path::new(&aside).is_file()), "the book is kept");
    if restored.state.signed_in.is_none() {
        day.ok(SignIn { name: "wangli".into(), password: PASSWORD.into() }).await;
    }
    day.month_is(["1", "2"], ["1", "1"]).await;
}
