//! Lists of any kind of record: whose row it is, what a row is compared with, and what a cell is not guessed from.

use serde_json::{Value, json};
use tiexin_domain::Kind;
use tiexin_intake::{LedgerPlan, Mapping, SheetKind};
use uuid::Uuid;

use crate::book::{Book, open, plan_as, planned};
use crate::variations::{SCOPE, codes, found, texts, xlsx};

const OLD: &str = "340323100001";
const NEW: &str = "340323100002";
pub(crate) const HOME: Uuid = Uuid::from_u128(1);
const TWIN: Uuid = Uuid::from_u128(2);
const NUMBER: &str = "34052419800101001X";

pub(crate) fn put(book: &mut Book, id: u128, kind: Kind, mut fields: Value) {
    if fields.get("region").is_none() {
        fields["region"] = json!(NEW);
    }
    book.records.insert(Uuid::from_u128(id), (kind, fields.as_object().cloned().unwrap()));
}

/// Two families of one name; the first has a file and a person with a number.
pub(crate) fn book() -> Book {
    let mut book = Book::default();
    put(&mut book, 1, Kind::Household, json!({"head_name": "李桂兰", "phone": "0552-1111111"}));
    put(&mut book, 2, Kind::Household, json!({"head_name": "李桂兰", "phone": "19900002222"}));
    put(&mut book, 3, Kind::Person, json!({"household": HOME, "name": "李桂兰", "id_number": NUMBER}));
    let file = json!({"household": HOME, "head_name": "李桂兰", "code": "3403231000902", "category": "death", "status": "closed"});
    put(&mut book, 4, Kind::SupportFile, file);
    put(&mut book, 5, Kind::Household, json!({"head_name": "赵有田", "phone": "19900005555"}));
    book
}

const FILE: [&str; 5] = ["户主", "信息编码", "家庭类别", "家人愿意在纪念日得到问候", "签约家庭医生"];

/// On the tab of a template: of a sheet that a ledger would know as well the columns of the noun count.
pub(crate) fn read(book: &Book, kind: &str, rows: &[&[&str]]) -> LedgerPlan {
    let tab = format!("{}导入模板", Kind::from_code(kind).label());
    let workbook = open(&xlsx(&[(tab.as_str(), &|sheet| texts(sheet, 0, rows))]), "名单.xlsx");
    let plan = plan_as(book, (SCOPE, None), &Mapping::default(), &workbook);
    assert!(matches!(plan.sheets[0].kind, Some(SheetKind::Records(_))), "{:?}", plan.sheets[0].kind);
    plan
}

pub(crate) fn made<'p>(plan: &'p LedgerPlan, field: &str) -> &'p Value {
    assert_eq!(plan.groups.len(), 1, "{:?}", plan.findings);
    &plan.groups[0].records[0].fields[field]
}

#[test]
fn people_and_files_lie_where_their_family_lives_now() {
    let mut book = book();
    let moved = |from: &str| json!({"head_name": "赵有田", "moved_from": from, "moved_on": "2026-09-01"});
    put(&mut book, 5, Kind::Household, moved(OLD));
    let home = Uuid::from_u128(5);
    put(
        &mut book,
        6,
        Kind::SupportFile,
        json!({"household": home, "head_name": "赵有田", "status": "active"}),
    );
    let person: &[&[&str]] = &[&["户主", "姓名", "出生日期"], &["赵有田", "赵小田", "2001-02-03"]];
    let pair: &[&[&str]] = &[&["户主", "镇联系人", "从哪天起"], &["赵有田", "孙同志", "2026-01-05"]];
    for (kind, rows) in [("person", person), ("contact_pair", pair)] {
        let plan = read(&book, kind, rows);
        assert_eq!(made(&plan, "region"), NEW, "{kind}: {:?}", plan.findings);
    }
    let survey: &[&[&str]] =
        &[&["户主", "调查日期", "被调查人", "主要需求"], &["赵有田", "2026-08-05", "赵有田", "就医"]];
    // What was done stays where it happened, within what is imported for; from elsewhere nothing came along.
    assert_eq!(made(&read(&book, "need_survey", survey), "region"), OLD);
    put(&mut book, 5, Kind::Household, moved("340323104003"));
    assert_eq!(made(&read(&book, "need_survey", survey), "region"), NEW);
}

#[test]
fn a_code_or_a_whole_number_goes_before_a_name_and_a_tail() {
    let head = ["户主", "户主电话", "户主身份证号", "信息编码", "调查日期", "被调查人", "主要需求"];
    for (tail, number, code, home) in [
        ("2222", NUMBER, "", Some(HOME)),
        ("2222", "", "3403231000902", Some(HOME)),
        ("2222", "", "", Some(TWIN)),
        (NUMBER, "", "", Some(HOME)),
        ("05521111111", "", "", Some(HOME)),
        ("0552-1111111", "", "", Some(HOME)),
        ("", "", "", None),
    ] {
        let row = ["李桂兰", tail, number, code, "2026-10-05", "李桂兰", "就医"];
        let plan = read(&book(), "need_survey", &[&head, &row]);
        let of = plan.groups.first().map(|group| group.records[0].fields["household"].clone());
        assert_eq!(of, home.map(|home| json!(home)), "{tail} {number} {code}: {:?}", plan.findings);
    }
    // A list that names no head has the tail too.
    let rows: &[&[&str]] =
        &[&["被调查人", "户主电话", "调查日期", "主要需求"], &["李桂兰", "2222", "2026-10-05", "就医"]];
    assert_eq!(made(&read(&book(), "need_survey", rows), "household"), &json!(TWIN));
    // The row's own code or number names the family as well.
    let rows: &[&[&str]] = &[&FILE, &["李桂兰", "3403231000902", "死亡", "是", "钱医生"]];
    let plan = read(&book(), "support_file", rows);
    assert_eq!((plan.rows.filled, plan.rows.refused), (1, 0), "{:?}", plan.findings);
    let rows: &[&[&str]] = &[&FILE, &["赵有田", "3403231000902", "死亡", "是", "钱医生"]];
    assert_eq!(codes(&read(&book(), "support_file", rows)), [found(2, "family_unclear")]);
}

#[test]
fn two_of_one_name_are_told_and_not_guessed() {
    let mut book = book();
    put(&mut book, 6, Kind::Person, json!({"household": Uuid::from_u128(5), "name": "赵小田"}));
    put(&mut book, 7, Kind::Person, json!({"household": Uuid::from_u128(5), "name": "赵小田"}));
    let survey: &[&[&str]] =
        &[&["户主", "调查日期", "被调查人", "主要需求"], &["赵有田", "2026-08-05", "赵小田", "就医"]];
    let plan = read(&book, "need_survey", survey);
    assert_eq!(codes(&plan), [found(2, "matched_by_name")]);
    assert_eq!(made(&plan, "persons"), &json!([{"name": "赵小田"}]));
    // Neither of two that have both left is taken for the row's.
    for id in [6, 7] {
        let gone = json!({"household": Uuid::from_u128(5), "name": "赵小田", "died_on": "2020"});
        put(&mut book, id, Kind::Person, gone);
    }
    let person: &[&[&str]] = &[&["户主", "姓名", "电话"], &["赵有田", "赵小田", "19900007777"]];
    assert_eq!(codes(&read(&book, "person", person)), [found(2, "family_unclear")]);
    // A head and somebody else of that name, in a column that names no heads.
    put(&mut book, 8, Kind::Person, json!({"household": HOME, "name": "赵有田"}));
    let survey: &[&[&str]] = &[&["被调查人", "调查日期", "主要需求"], &["赵有田", "2026-08-05", "就医"]];
    assert_eq!(codes(&read(&book, "need_survey", survey)), [found(2, "household_unknown")]);
}

#[test]
fn a_name_alone_is_no_proof_of_a_person() {
    let mut book = book();
    put(&mut book, 6, Kind::Person, json!({"household": Uuid::from_u128(5), "name": "赵小田"}));
    let rows: &[&[&str]] = &[&["村", "姓名", "电话"], &["孟庄社区", "赵小田", "19900007777"]];
    let plan = read(&book, "person", rows);
    assert_eq!((plan.rows.filled, codes(&plan)), (1, vec![found(2, "matched_by_name")]));
    let rows: &[&[&str]] =
        &[&["村", "户主", "姓名", "电话"], &["孟庄社区", "赵有田", "赵小田", "19900007777"]];
    assert!(read(&book, "person", rows).findings.is_empty());
}

#[test]
fn a_row_of_numbers_beside_a_name_is_no_numbering_of_columns() {
    let rows: &[&[&str]] = &[
        &["序号", "活动名称", "参加人数", "发放资料", "开始时间"],
        &["1", "2", "3", "4", "5"],
        &["1", "义诊", "2", "3", ""],
    ];
    let plan = read(&book(), "activity", rows);
    assert_eq!((plan.data_rows, plan.rows.refused), (1, 1), "{:?}", plan.findings);
}

#[test]
fn what_a_row_says_is_compared_though_it_is_what_an_empty_cell_means() {
    let mut book = Book::default();
    put(&mut book, 1, Kind::Volunteer, json!({"name": "周明", "approval": "approved"}));
    put(&mut book, 2, Kind::Household, json!({"head_name": "赵有田"}));
    let file = json!({"household": Uuid::from_u128(2), "head_name": "赵有田", "category": "death", "status": "closed", "anniversary": true});
    put(&mut book, 3, Kind::SupportFile, file);
    let rows = |approval: &str| {
        read(&book, "volunteer", &[&["村", "姓名", "审核"], &["孟庄社区", "周明", approval]])
    };
    let (said, left) = (rows("待审核"), rows(""));
    assert_eq!((said.rows.differs, said.rows.unchanged), (1, 0), "{:?}", said.findings);
    assert_eq!((left.rows.differs, left.rows.unchanged), (0, 1), "{:?}", left.findings);
    let head = ["户主", "家庭类别", "台账状态", "家人愿意在纪念日得到问候"];
    let plan = read(&book, "support_file", &[&head, &["赵有田", "死亡", "在册", "否"]]);
    let differs: Vec<&str> = plan.changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(differs, ["anniversary", "status"], "{:?}", plan.findings);
}

#[test]
fn a_flag_that_says_neither_is_told() {
    let head = ["户主", "征集日期", "谁的心愿", "心愿", "已公布"];
    for (text, published, told) in [
        ("√", true, false),
        ("Y", true, false),
        ("否", false, false),
        ("不详", false, false),
        ("待定", false, true),
    ] {
        let plan = read(&book(), "wish", &[&head, &["赵有田", "2026-10-05", "赵有田", "一辆轮椅", text]]);
        assert_eq!(plan.rows.new, 1, "{text}: {:?}", plan.findings);
        let fields = &plan.groups[0].records[0].fields;
        assert_eq!(fields.get("published"), published.then_some(&json!(true)), "{text}");
        let expected = if told { vec![found(2, "cell_left_out")] } else { Vec::new() };
        assert_eq!(codes(&plan), expected, "{text}");
        assert_eq!(Value::Object((**fields).clone()).to_string().contains("待定"), told, "{text}");
    }
}

#[test]
fn a_title_tells_the_year_of_what_was_done_alone() {
    let rows: &[&[&str]] = &[
        &["2026年10月人员名单"],
        &["户主", "姓名", "出生日期"],
        &["赵有田", "赵小田", "3月5日"],
        &["赵有田", "赵大田", "2001.3.5"],
    ];
    let plan = read(&book(), "person", rows);
    assert_eq!((plan.rows.new, plan.findings.len()), (1, 1), "{:?}", plan.findings);
    assert_eq!(made(&plan, "birth"), "2001-03-05");
    let rows: &[&[&str]] =
        &[&["户主", "调查日期", "被调查人", "主要需求"], &["赵有田", "10月5日", "赵有田", "就医"]];
    let plan = read(&book(), "need_survey", rows);
    assert_eq!(plan.notices.iter().map(|told| told.code.as_str()).collect::<Vec<_>>(), ["year_guessed"]);
    let rows: &[&[&str]] =
        &[&["活动名称", "开始时间", "举办地", "所属项目"], &["义诊", "10月5日 9:00", "孟庄社区", "健康服务"]];
    let plan = read(&book(), "activity", rows);
    assert_eq!(plan.notices.iter().map(|told| told.code.as_str()).collect::<Vec<_>>(), ["year_guessed"]);
}

#[test]
fn what_a_cell_says_besides_names_is_not_dropped() {
    let head = ["户主", "调查日期", "被调查人", "主要需求"];
    let survey =
        |persons: &str| read(&book(), "need_survey", &[&head, &["赵有田", "2026-10-05", persons, "就医"]]);
    let counted = survey("赵有田等3人");
    assert_eq!(codes(&counted), [found(2, "names_counted")]);
    let noted = survey("赵有田（左腿有伤）");
    assert!(codes(&noted).is_empty());
    assert!(made(&noted, "notes").as_str().unwrap().contains("左腿有伤"));
}

#[test]
fn a_number_that_leads_to_nobody_is_told() {
    let head = ["户主", "户主身份证号", "调查日期", "被调查人", "主要需求"];
    for number in ["11010519491231002X", "110105194912310021"] {
        let plan =
            read(&book(), "need_survey", &[&head, &["赵有田", number, "2026-10-05", "赵有田", "就医"]]);
        assert_eq!((plan.rows.new, codes(&plan)), (1, vec![found(2, "matched_by_name")]), "{number}");
    }
    // Another number than the one that is there: a second person of the name, or a slip.
    let rows: &[&[&str]] =
        &[&["户主", "户主电话", "姓名", "身份证号"], &["李桂兰", "1111", "李桂兰", "11010519491231002X"]];
    assert_eq!(codes(&read(&book(), "person", rows)), [found(2, "maybe_known")]);
}

/// Whether it is that number, or another record, is an answer: the caller bounds how often it is given.
#[test]
fn a_number_that_tells_two_apart_is_a_guess_of_the_books() {
    const OTHER: &str = "34052419800102071X";
    let guessed = |plan: &LedgerPlan| -> Vec<(Uuid, String)> {
        plan.guesses.iter().map(|guess| (guess.record, guess.field.clone())).collect()
    };
    let of_person = [(Uuid::from_u128(3), "id_number".to_owned())];
    let head = ["户主", "户主电话", "户主身份证号", "调查日期", "被调查人", "主要需求"];
    for (tail, number) in [("551X", ""), ("", OTHER)] {
        let row = ["李桂兰", tail, number, "2026-10-05", "李桂兰", "就医"];
        let plan = read(&book(), "need_survey", &[&head, &row]);
        assert_eq!(guessed(&plan), of_person, "{tail} {number}: {:?}", plan.findings);
    }
    let families = format!("男方姓名,男方身份证号,村居,家庭类别\n李桂兰,{OTHER},孟庄社区,死亡\n");
    assert_eq!(guessed(&planned(&book(), SCOPE, families.as_bytes(), "特殊家庭.csv")), of_person);
    let mut book = book();
    let claim = json!({"household": Uuid::from_u128(5), "head_name": "赵有田", "insured": {"name": "赵有田"},
        "paid_on": "2026-10-05", "amount": "300.00", "policy": "6200000000000012"});
    put(&mut book, 7, Kind::InsuranceClaim, claim);
    let head = ["户主", "被保险人", "理赔日期", "理赔金额", "保险单号"];
    let claims = |policy: &str| {
        let row = ["赵有田", "赵有田", "2026-10-05", "300", policy];
        read(&book, "insurance_claim", &[&head, &row])
    };
    assert_eq!(guessed(&claims("6200000000990012")), [(Uuid::from_u128(7), "policy".to_owned())]);
    // The number itself is no guess.
    assert!(claims("6200000000000012").guesses.is_empty());
}

#[test]
fn whom_a_row_is_about_is_of_its_family_or_it_is_told() {
    let mut book = book();
    put(&mut book, 6, Kind::Person, json!({"household": Uuid::from_u128(5), "name": "赵小田"}));
    put(&mut book, 7, Kind::Person, json!({"household": HOME, "name": "钱红"}));
    let lists: [(&str, &[&str], &[&str]); 4] = [
        ("wish", &["户主", "谁的心愿", "征集日期", "心愿"], &["2026-10-05", "一辆轮椅"]),
        ("insurance_claim", &["户主", "被保险人", "理赔日期", "理赔金额"], &["2026-10-05", "300"]),
        ("counselling", &["户主", "服务对象", "服务日期", "咨询师"], &["2026-10-05", "李老师"]),
        ("need_survey", &["户主", "被调查人", "调查日期", "主要需求"], &["2026-10-05", "就医"]),
    ];
    for (kind, head, rest) in lists {
        // A name alone may be anybody's whom the book does not have.
        for (name, told) in [("赵小田", false), ("孙远", false), ("钱红", true)] {
            let row = [&["赵有田", name][..], rest].concat();
            let plan = read(&book, kind, &[head, &row]);
            let codes = codes(&plan);
            assert_eq!(codes == [found(2, "met_other")], told, "{kind} {name}: {codes:?}");
            assert_eq!((codes.is_empty(), plan.rows.new), (!told, 1), "{kind} {name}: {codes:?}");
        }
    }
}

#[test]
fn the_head_of_a_household_of_a_list_is_one_of_its_people() {
    let mut book = book();
    let rows: &[&[&str]] = &[
        &["户主", "村", "现居住地址"],
        &["钱守田", "东关社区", "三组12号"],
        &["孙老栓（已故）", "东关社区", "四组1号"],
        &["赵有田", "孟庄社区", "七组5号"],
    ];
    let first = read(&book, "household", rows);
    assert_eq!((first.rows.new, first.rows.filled), (2, 1), "{:?}", first.findings);
    let kinds: Vec<usize> = first.groups.iter().map(|group| group.records.len()).collect();
    assert_eq!(kinds, [2, 2, 1], "of a family that stands the book knows the people");
    for (group, name, died) in [(0, "钱守田", false), (1, "孙老栓", true)] {
        let [home, head] = &first.groups[group].records[..] else { panic!("{name}") };
        assert_eq!((&home.kind, &head.kind), (&Kind::Household, &Kind::Person));
        assert_eq!((&home.fields["head"], &head.fields["household"]), (&json!(head.id), &json!(home.id)));
        assert_eq!((&head.fields["name"], &head.fields["relation"]), (&json!(name), &json!("head")));
        assert_eq!(head.fields.contains_key("deceased"), died, "{name}");
    }
    book.write(&first);
    let again = read(&book, "household", rows);
    assert_eq!((again.rows.unchanged, again.groups.len()), (3, 0), "{:?}", again.changes);
    // A list of the people tells more of the same person.
    let people: &[&[&str]] = &[&["户主", "姓名", "身份证号"], &["钱守田", "钱守田", "11010519491231002X"]];
    let told = read(&book, "person", people);
    assert_eq!((told.rows.filled, told.rows.new), (1, 0), "{:?}", told.findings);
}

#[test]
fn what_a_row_names_is_the_one_record_near_it_or_a_name() {
    let mut book = book();
    let mut volunteer = |id: u128, region: &str, name: &str| {
        let fields = json!({"region": region, "name": name, "approval": "approved"});
        put(&mut book, id, Kind::Volunteer, fields);
    };
    volunteer(7, OLD, "王小梅");
    volunteer(8, NEW, "李小兰");
    volunteer(9, OLD, "李小兰");
    let head = ["户主", "征集日期", "谁的心愿", "心愿", "认领人"];
    for (text, claimer, told) in [
        ("王小梅", Some(json!(Uuid::from_u128(7))), Vec::new()),
        ("镇爱心超市", None, Vec::new()),
        ("李小兰", None, vec![found(2, "reference_unclear")]),
    ] {
        let plan = read(&book, "wish", &[&head, &["赵有田", "2026-10-05", "赵有田", "一辆轮椅", text]]);
        assert_eq!((plan.rows.new, codes(&plan)), (1, told), "{text}");
        let fields = &plan.groups[0].records[0].fields;
        assert_eq!((fields.get("claimer"), &fields["claimed_by"]), (claimer.as_ref(), &json!(text)));
    }
    // Hours hang on their volunteer: that nobody bears the name is told, as that two do.
    let head = ["志愿者", "村", "服务日期", "服务时长", "做了什么"];
    for (name, known, told) in [
        ("王小梅", true, Vec::new()),
        ("查无此人", false, vec![found(2, "reference_unclear")]),
        ("李小兰", false, vec![found(2, "reference_unclear")]),
    ] {
        let row = [name, "孟庄社区", "2026-10-05", "2小时", "活动"];
        let plan = read(&book, "service_hours", &[&head, &row]);
        assert_eq!((plan.rows.new, codes(&plan)), (1, told), "{name}");
        let fields = &plan.groups[0].records[0].fields;
        assert_eq!((fields.contains_key("volunteer"), &fields["volunteer_name"]), (known, &json!(name)));
    }
    let head = ["户主", "征集日期", "谁的心愿", "心愿", "认领人"];
    // Whose name is taken in the place of another's is of that record.
    let rows: [&[&str]; 2] = [&head, &["赵有田", "2026-10-05", "赵有田", "一辆轮椅", "王小梅"]];
    let plan = read(&book, "wish", &rows);
    let made = &plan.groups[0].records[0];
    let mut there = Value::Object((*made.fields).clone());
    (there["claimer"], there["claimed_by"]) = (json!(Uuid::from_u128(8)), json!("李小兰"));
    book.records.insert(made.id, (Kind::Wish, there.as_object().cloned().unwrap()));
    let plan = read(&book, "wish", &rows);
    let changes: Vec<(&str, &Value, &str)> =
        plan.changes.iter().map(|one| (one.field.as_str(), &one.new, one.letter.as_str())).collect();
    let mei = json!(Uuid::from_u128(7));
    assert_eq!(changes, [("claimer", &mei, "E"), ("claimed_by", &json!("王小梅"), "E")]);
}
