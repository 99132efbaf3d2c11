//! The leak hunt: an office with canaries in their proper fields and in notes, then the reply of every command, every file that
//! comes of it and everything that lies on the disk is searched for them. What may carry one says so here, and why; a new
//! command without an answer fails.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use calamine::Reader;
use serde_json::{Value, json};
use tiexin_contract::attachment::AddAttachment;
use tiexin_contract::bulk::{Change, ChangeMany, Chosen};
use tiexin_contract::family::RegisterFamily;
use tiexin_contract::import::{FileGiven, ImportPreview, RunImport};
use tiexin_contract::records::VoidRecord;
use tiexin_contract::session::SignOut;
use tiexin_domain::PartialDate;
use tiexin_domain::nouns::Person;
use tiexin_domain::nouns::person::Relation;
use uuid::Uuid;

use crate::office::{Office, PASSWORD, TOWNSHIP, VILLAGE, day, saved};

const CHILD: &str = "欧阳金丝雀";
const CAUSE: &str = "溺水身亡";
const ID: &str = "34052419800101001X";
const PHONE: &str = "13911112222";
const FILE_PHONE: &str = "13922223333";
const IN_NOTES: &str = "13933334444";
const CARD: &str = "6217857600001234567";
const POLICY: &str = "340399202600777";
/// Of another family, in a ledger.
const CHILD_OF_LEDGER: &str = "夏侯百灵";

const WORDS: &[&str] = &[CHILD, CAUSE, CHILD_OF_LEDGER];
const NUMBERS: &[&str] = &[ID, PHONE, FILE_PHONE, IN_NOTES, CARD, POLICY];
const NONE: &[&str] = &[];

/// What a command is asked, and what its reply may carry.
enum Ask {
    Of(Value),
    /// These canaries may be in the reply: why.
    May(Value, &'static [&'static str]),
    /// Not asked here: why.
    Not(&'static str),
}

/// The ids of what the office recorded.
struct Made {
    office: Office,
    out: tempfile::TempDir,
    home: Uuid,
    visit: Uuid,
    person: Uuid,
    attachment: Uuid,
    plan: Uuid,
    batch: Uuid,
}

impl Made {
    fn path(&self, name: &str) -> String {
        self.out.path().join(name).to_str().unwrap().to_owned()
    }
}

fn note() -> String {
    format!("独子{CHILD}{CAUSE}，邻居电话{IN_NOTES}，一卡通{CARD}")
}

fn family(family: &mut RegisterFamily) {
    let file = family.file.as_mut().unwrap();
    (file.child_name, file.loss_cause) = (Some(CHILD.into()), Some(CAUSE.into()));
    (file.phone, file.policy) = (Some(FILE_PHONE.into()), Some(POLICY.into()));
    file.notes = Some(note());
    family.household.phone = Some(PHONE.into());
    family.household.notes = Some(note());
    family.persons[0].id_number = Some(ID.into());
    let mut child = Person::named(VILLAGE.parse().unwrap(), CHILD);
    child.relation = Some(Relation::Child);
    child.died_on = Some(PartialDate::Day(day(2014, 5, 1)));
    family.persons.push(child);
}

async fn made() -> Made {
    // Who looks after the county reads the audit, too.
    let office = Office::of("340323", day(2026, 10, 20)).await;
    let out = tempfile::tempdir().unwrap();
    let home = office.family("韩广田", family).await;
    let visit = json!({"household": home, "date": "2026-10-19", "kind": "routine", "visitors": ["王丽"],
        "note": note(), "needs": note(), "met": [{"name": "韩广田"}]});
    let kept = saved(&office, "visit", visit.clone()).await;
    let void = saved(&office, "visit", visit).await;
    office.ok(VoidRecord { id: void, reason: format!("写成了{CHILD}的事") }).await;
    let survey = json!({"household": home, "date": "2026-10-18", "persons": [{"name": "韩广田"}], "needs": ["陪伴"],
        "notes": note()});
    saved(&office, "need_survey", survey).await;
    let claim = json!({"household": home, "insured": {"name": CHILD}, "paid_on": "2014-05-20",
        "amount": "300.00", "policy": POLICY, "notes": note()});
    saved(&office, "insurance_claim", claim).await;
    saved(
        &office,
        "member",
        json!({"region": VILLAGE, "name": "孙有福", "notes": format!("电话{IN_NOTES}")}),
    )
    .await;
    let activity = json!({"region": TOWNSHIP, "name": "讲座", "start": "2026-10-10T09:00:00", "project": "health",
        "summary": format!("联系人{IN_NOTES}")});
    saved(&office, "activity", activity).await;
    let pixel = image::DynamicImage::new_rgb8(60, 40);
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixel.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    let file = FileGiven {
        name: format!("{CHILD}.jpg"),
        path: None,
        base64: Some(STANDARD.encode(bytes.into_inner())),
    };
    let said = Some(format!("门口，电话{IN_NOTES}"));
    let added = office.ok(AddAttachment { owner: kept, file, what: None, taken_at: None, note: said }).await;
    let draft = json!({"key": format!("visit:{kept}"), "value": {"note": note()}});
    office.desk.call(None, "draft.save", draft).await.unwrap();
    let ledger = format!(
        "信息编码,男方姓名,男方身份证,村居,家庭类别,子女姓名,原因,联系电话,备注\n\
         34032310000017,贾文广,340399197309166454,东关社区,死亡,{CHILD_OF_LEDGER},{CAUSE},{PHONE},{CHILD_OF_LEDGER}走后 {CARD}\n\
         34032310000018,熊国学,340399197309160000,东关社区,死亡,{CHILD_OF_LEDGER},{CAUSE},{PHONE},{CHILD_OF_LEDGER}走后\n"
    );
    let file =
        FileGiven { name: "特殊家庭.csv".into(), path: None, base64: Some(STANDARD.encode(ledger)) };
    let preview = ImportPreview {
        files: vec![file],
        region: TOWNSHIP.parse().unwrap(),
        mapping: Vec::new(),
        kind: None,
        job: None,
    };
    let first = office.ok(preview.clone()).await;
    let batch = office.ok(RunImport { plan: first.plan, take: Vec::new() }).await.batch;
    let plan = office.ok(preview).await.plan;
    let page = office.ok(tiexin_contract::family::GetFamily { household: home }).await;
    let person = page.persons.iter().find(|row| row.title == "韩广田").unwrap().id;
    Made { office, out, home, visit: kept, person, attachment: added.id, plan, batch }
}

/// How each command is asked. The office stands alone: what speaks with a province is hunted in `tests/`.
fn ask(name: &str, made: &Made) -> Ask {
    use Ask::{May, Not, Of};
    let region = json!({ "region": TOWNSHIP });
    let month = json!({"region": TOWNSHIP, "form": "F1", "month": "2026-10"});
    let with = |mut value: Value, more: Value| {
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        value
    };
    let list = json!({"kind": "visit", "region": TOWNSHIP, "limit": 50,
        "columns": ["note", "needs", "met", "head_name", "visitors"]});
    match name {
        "record.list" => Of(list),
        "record.export" => {
            let columns = json!([["note", "情况"], ["needs", "需求"], ["met", "见到"], ["title", "走访"]]);
            Of(json!({"list": list, "columns": columns, "path": made.path("visits.xlsx")}))
        }
        "record.change_many" => {
            let change = Change::Void { reason: "重复".into() };
            let chosen = Chosen::Ids(vec![made.home, made.visit]);
            let job = Uuid::from_u128(1);
            let many =
                ChangeMany { job, kind: "household".into(), chosen, change, dry_run: true, agreed: None };
            Of(serde_json::to_value(many).unwrap())
        }
        "record.get" => May(json!({"id": made.visit}), WORDS),
        "record.history" | "record.void_effect" => Of(json!({ "id": made.visit })),
        "record.unmask" => May(json!({"id": made.person, "field": "id_number"}), &[ID]),
        "record.voided" => Of(with(region, json!({"limit": 50}))),
        "search" => Of(json!({"text": "韩广田", "limit": 50})),
        "family.get" => May(json!({ "household": made.home }), WORDS),
        // What the family's own page tells; of a person hunted in pasts.rs, too.
        "past.get" => May(json!({"of": made.home, "most": 100}), WORDS),
        // The register is for going there: whole telephones of the family, and who may write only.
        "family.export" => Of(with(region, json!({ "path": made.path("register.xlsx") }))),
        "visit.start" => Of(json!({ "household": made.home })),
        "visit.same" => Of(json!({"household": made.home, "date": "2026-10-19", "kind": "routine"})),
        "visit.festivals" => Of(json!({"day": "2026-10-20"})),
        "today.get" => Of(region),
        "record.begin" => Of(json!({"kind": "visit", "like": made.visit})),
        "mine.deeds" => Of(json!({"from": "2026-10-01", "to": "2026-10-31"})),
        "report.get" => Of(month),
        "report.figure" => Of(with(month, json!({"path": ["需求调查", "户"], "limit": 50}))),
        "report.export" => Of(with(month, json!({ "path": made.path("report.xlsx") }))),
        "import.batches" | "report.forms" | "sync.state" | "session.get" | "update.show" | "draft.list"
        | "duplicates.list" | "quarantine.list" | "book.last_backup" | "book.machine"
        | "book.preferences" | "book.verify" | "session.touch" | "view.list" => Of(json!({})),
        "view.counts" => Of(region),
        "import.template" => Of(with(region, json!({"kind": "visit", "path": made.path("template.xlsx")}))),
        "import.findings" | "import.undo_preview" => Of(json!({ "batch": made.batch })),
        // The office's own ledger, with the findings written beside: as whole as it came.
        "import.marked_copy" => {
            Of(json!({"plan": made.plan, "file": "特殊家庭.csv", "path": made.path("marked.xlsx")}))
        }
        // One writes on where one left: the own draft.
        "draft.get" => {
            May(json!({ "key": format!("visit:{}", made.visit) }), &[CHILD, CAUSE, IN_NOTES, CARD])
        }
        "attachment.list" => Of(json!({ "owner": made.visit })),
        "attachment.open" => Of(json!({ "id": made.attachment })),
        "attachment.export" => Of(json!({"id": made.attachment, "path": made.path("photo.jpg")})),
        "book.audit" => Of(json!({"limit": 1000})),
        "book.backup" => Of(json!({ "path": made.path("backup") })),
        "folder.list" => Of(json!({ "path": made.path("") })),
        "region.children" => Of(json!({ "of": TOWNSHIP })),
        "region.search" => Of(json!({"text": "东关", "limit": 5})),
        "aid.programmes" => Of(json!({ "region": TOWNSHIP })),
        "region.get" => Of(json!({ "code": VILLAGE })),
        "quarantine.gave_way" => Of(json!({})),
        "import.preview" | "import.run" | "draft.save" | "family.register" | "record.save"
        | "record.void" | "attachment.add" => {
            Not("asked when the office is made; their replies are these pages")
        }
        "record.edit"
        | "record.restore"
        | "visit.record"
        | "family.move"
        | "council.elect"
        | "aid.reverse"
        | "import.mend"
        | "import.undo"
        | "import.redo"
        | "duplicates.merge"
        | "duplicates.undo"
        | "duplicates.differ"
        | "draft.drop"
        | "quarantine.settle"
        | "quarantine.settle_many"
        | "quarantine.put_away"
        | "quarantine.put_back" => {
            Not("changes what lies there and answers with a row of the own page, with titles, or with counts")
        }
        "volunteer.hours" => Not("answers with minutes"),
        "activity.attendance" | "activity.attend" | "activity.unattend" => {
            Not("tell who signed in, by name and village: attendance.rs asks them")
        }
        "duplicates.compare" | "quarantine.again" | "quarantine.unmask" => {
            Not("asked in places.rs and of what a person has written or unmasks")
        }
        "job.cancel"
        | "report.sign"
        | "view.save"
        | "view.pin"
        | "view.drop"
        | "book.set_preferences"
        | "book.bind_machine"
        | "book.release_machine"
        | "session.sign_in"
        | "session.sign_out"
        | "session.lock"
        | "session.set_up_standalone"
        | "session.set_up_enrolled"
        | "session.add_user"
        | "session.change_password"
        | "session.rescue"
        | "backup.look"
        | "backup.restore"
        | "update.ask"
        | "update.fetch"
        | "update.take"
        | "update.apply"
        | "update.back" => Not("about users, machines and copies: no record is in its question or its reply"),
        "package.out" | "package.in" | "package.carry" | "devices.list" | "devices.revoke" | "sync.now"
        | "sync.enrol" | "book.region_audit" => Not("speaks with a province, which this office has not"),
        other => panic!("{other}: what may its reply tell? Ask it here, or say why not"),
    }
}

fn searched(of: &str, text: &str, may: &[&str]) {
    for canary in WORDS.iter().chain(NUMBERS).filter(|canary| !may.contains(canary)) {
        assert!(!text.contains(canary), "{of} tells {canary}: {text}");
    }
}

/// Every file below a folder.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_in(&path)) } else { files.push(path) }
    }
    files
}

/// What can be read in a file: the cells of a workbook, the bytes of any other.
fn readable(path: &Path) -> String {
    if path.extension().is_none_or(|ending| ending != "xlsx") {
        return String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    }
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let sheets = book.worksheets();
    sheets.iter().flat_map(|(_, sheet)| sheet.rows().flatten()).map(|cell| format!("{cell} ")).collect()
}

#[tokio::test]
async fn no_reply_and_no_file_tells_a_canary_that_it_may_not() {
    let made = made().await;
    let mut events = made.office.desk.subscribe();
    for name in tiexin_contract::all_names() {
        let (args, may) = match ask(name, &made) {
            Ask::Of(args) => (args, NONE),
            Ask::May(args, may) => (args, may),
            Ask::Not(why) => {
                assert!(!why.is_empty(), "{name}");
                continue;
            }
        };
        let reply = made.office.desk.call(None, name, args).await;
        let reply = reply.unwrap_or_else(|error| panic!("{name}: {error:?}")).to_string();
        searched(name, &reply, may);
        // What it may carry is there: the hunt looks where canaries live.
        if matches!(name, "family.get" | "past.get" | "record.get") {
            assert!(reply.contains(CHILD) && reply.contains(CAUSE), "{name}: {reply}");
        }
    }
    while let Ok(event) = events.try_recv() {
        searched("an event", &serde_json::to_string(&event).unwrap(), NONE);
    }
    let register = readable(Path::new(&made.path("register.xlsx")));
    assert!(register.contains(PHONE) && register.contains("韩广田"), "{register}");
    for path in files_in(made.out.path()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        searched("the name of a file", &path.to_string_lossy(), NONE);
        match name.as_str() {
            "register.xlsx" => searched(&name, &register, &[PHONE, FILE_PHONE]),
            "marked.xlsx" => {
                let text = readable(&path);
                assert!(text.contains(CHILD_OF_LEDGER), "{text}");
                searched(&name, &text, &[CHILD_OF_LEDGER, CAUSE, PHONE, CARD]);
            }
            _ => searched(&name, &readable(&path), NONE),
        }
    }
    // What lies on the disk of the office is encrypted, drafts and pictures too.
    made.office.ok(SignOut {}).await;
    let lying = files_in(made.office.folder.path());
    assert!(lying.iter().any(|path| path.ends_with("book.db")), "{lying:?}");
    for path in lying {
        let text = readable(&path);
        searched(&path.to_string_lossy(), &text, NONE);
        assert!(!text.contains(PASSWORD), "{path:?}");
    }
}

/// The preview of a ledger, and what is refused of it.
#[tokio::test]
async fn a_preview_tells_neither_the_child_nor_the_number() {
    let made = made().await;
    let head = "信息编码,男方姓名,男方身份证,村居,家庭类别,子女姓名,原因,联系电话,备注";
    let row = format!(
        "34032310000020,孙有福,{ID}1,东关社区,死亡,{CHILD},{CAUSE},12345,{}",
        note().replace('，', "；")
    );
    let base64 = Some(STANDARD.encode(format!("{head}\n{row}\n")));
    let file = FileGiven { name: "特殊家庭.csv".into(), path: None, base64 };
    let ask = ImportPreview {
        files: vec![file],
        region: TOWNSHIP.parse().unwrap(),
        mapping: Vec::new(),
        kind: None,
        job: None,
    };
    let plan = made.office.ok(ask).await;
    assert!(!plan.files[0].findings.is_empty());
    let mut told = serde_json::to_value(&plan).unwrap();
    // The one cell that a person mends is given to be mended, as it stands in the file.
    for finding in told["files"][0]["findings"].as_array_mut().unwrap() {
        finding.as_object_mut().unwrap().remove("written");
    }
    searched("a preview", &told.to_string(), NONE);
}
