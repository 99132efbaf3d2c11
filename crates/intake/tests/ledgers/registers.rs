//! More of how offices differ: other registers, columns mapped by hand, several ledgers in one book.

use rust_xlsxwriter::{ExcelDateTime, Format};
use serde_json::json;
use tiexin_domain::Kind;
use tiexin_intake::{Choice, LedgerKind, Mapping, SheetKind, fields_of};
use uuid::Uuid;

use crate::book::{Book, open, plan_with, planned, text};
use crate::variations::{SCOPE, codes, found, of, texts, township, xlsx};

#[test]
fn members_of_other_kinds_and_unicode_text() {
    let tab = "谷阳镇会员花名册\n姓名\t性别\t证件号码\t会员类别\t重点对象\t手机\t志愿者\t入会年月\t村居\t学历\n\
        谷阳超市\t\t\t团体会员\t\t0552-6012345\t否\t2019.5\t东关\t\n\
        洪玲桂\t男\t34039919770627626X\t个体会员、流动人口\t留守妇女、青少年\t无\t√\t2020\t东关社区\t高中\n\
        李四\t男\t\t荣誉会员\t\t\t\t\t东关社区\t\n";
    let bytes: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(tab.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let plan = planned(&Book::default(), SCOPE, &bytes, "x.txt");
    assert_eq!(codes(&plan), [found(4, "sex_mismatch"), found(5, "kind_unknown"), found(5, "id_missing")]);
    let members = of(&plan, Kind::Member);
    assert_eq!((&members[0]["structure"], members[0].get("person")), (&json!("unit"), None));
    assert_eq!(
        (&members[1]["structure"], &members[1]["residence"]),
        (&json!("individual"), &json!("floating"))
    );
    assert_eq!((&members[1]["sex"], &members[1]["joined"]), (&json!("female"), &json!("2020")));
    assert_eq!(members[1]["notes"], "学历：高中");
    assert_eq!(of(&plan, Kind::Volunteer).len(), 1);
}

#[test]
fn activities_with_real_dates_and_bare_times() {
    let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let time = Format::new().set_num_format("hh:mm");
    let bytes = xlsx(&[("活动", &|s| {
        texts(
            s,
            0,
            &[
                &["2026年10月活动登记表"],
                &["活动主题", "活动类别", "活动时间", "结束时间", "参与人次", "资料份数", "经费（元）", "村"],
            ],
        );
        texts(
            s,
            2,
            &[
                &["义诊", "健康服务", "", "", "35人次", "50份", "1,200.50", "东关社区"],
                &["座谈", "青少年青春健康", "10月12日下午3点", "17:00", "百余人"],
                &["比赛", "文体", "10.13"],
            ],
        );
        s.write_datetime_with_format(2, 2, ExcelDateTime::from_ymd(2026, 10, 12).unwrap(), &date).unwrap();
        s.write_datetime_with_format(2, 3, ExcelDateTime::from_hms(11, 30, 0).unwrap(), &time).unwrap();
        s.write_number(4, 4, 20).unwrap();
    })]);
    let plan = planned(&Book::default(), SCOPE, &bytes, "x.xlsx");
    assert_eq!(
        codes(&plan),
        [
            found(4, "village_missing"),
            found(4, "number_invalid"),
            found(5, "village_missing"),
            found(5, "kind_unknown")
        ]
    );
    let activity = of(&plan, Kind::Activity)[0];
    assert_eq!(
        (&activity["start"], &activity["end"]),
        (&json!("2026-10-12T00:00:00"), &json!("2026-10-12T11:30:00"))
    );
    assert_eq!(
        (&activity["headcount"], &activity["handouts"], &activity["money"]),
        (&json!(35), &json!(50), &json!("1200.50"))
    );
    assert_eq!(activity["region"], "340323100001");
}

#[test]
fn columns_mapped_by_hand_are_kept() {
    let csv = "事主,证号,挂靠,属性,密级,说法\n雷素珍,34039919770627626X,东关社区,个体会员,内部,好\n";
    let workbook = open(csv.as_bytes(), "x.csv");
    let book = Book::default();
    let plan = plan_with(&book, SCOPE, &Mapping::default(), &workbook);
    assert_eq!(plan.kind, None);
    let mut mapping = Mapping::default();
    for (head, code) in [("事主", "name"), ("证号", "id"), ("挂靠", "village"), ("属性", "type")] {
        assert!(fields_of(SheetKind::Members).iter().any(|f| f.code == code));
        mapping.set(SheetKind::Members, head, Choice::Field(code.into()));
    }
    mapping.set(SheetKind::Members, "密级", Choice::Ignore);
    let kept = serde_json::to_string(&mapping).unwrap();
    let mapping: Mapping = serde_json::from_str(&kept).unwrap();
    let plan = plan_with(&book, SCOPE, &mapping, &workbook);
    assert_eq!((plan.kind, plan.rows.taken()), (Some(LedgerKind::Members), 1));
    let member = of(&plan, Kind::Member)[0];
    assert_eq!((&member["structure"], &member["notes"]), (&json!("individual"), &json!("说法：好")));
    let ignored: Vec<_> =
        plan.sheets[0].columns.iter().filter(|c| c.ignored).map(|c| c.head.as_str()).collect();
    assert_eq!(ignored, ["密级"]);
}

#[test]
fn a_workbook_of_several_ledgers_is_planned_in_the_right_order() {
    let bytes = xlsx(&[
        ("填表说明", &|s| texts(s, 0, &[&["请如实填写"], &["一、日期写到日"]])),
        ("走访", &|s| {
            texts(
                s,
                0,
                &[
                    &["日期", "信息编码", "走访类型", "走访人"],
                    &["2026-10-05", "3403231000001", "日常", "康梅"],
                ],
            )
        }),
        ("特殊家庭", &|s| {
            let rows: [&[&str]; 2] = [
                &["村", "信息编码", "家庭类别", "父亲姓名", "父亲身份证"],
                &["东关社区", "3403231000001", "死亡", "熊国学", "340399197309166454"],
            ];
            texts(s, 0, &rows);
        }),
    ]);
    let plan = planned(&Book::default(), SCOPE, &bytes, "x.xlsx");
    assert_eq!((plan.rows.taken(), plan.rows.refused), (2, 0));
    assert_eq!(plan.groups[0].sheet.as_deref(), Some("特殊家庭"));
    assert_eq!(plan.sheets[0].kind, None);
}

#[test]
fn a_county_keeps_several_townships_in_one_book() {
    let rows: &[&[&str]] = &[
        &["乡镇", "村", "家庭类别", "父亲姓名", "父亲身份证", "联系人", "镇联系人", "村联系人"],
        &["谷阳镇", "东关社区", "死亡", "熊国学", "340399197309166454", "甲", "乙", "丙"],
        &["刘集镇", "杨湖村", "死亡", "廖长", "340399195010212031", "甲", "乙", "丙"],
        &["刘集镇", "东关社区", "死亡", "谭学", "340399194808127173", "甲", "乙", "丙"],
    ];
    let bytes = xlsx(&[("全县", &|s| texts(s, 0, rows))]);
    let plan = planned(&Book::default(), "340323", &bytes, "x.xlsx");
    assert_eq!(codes(&plan), [found(4, "region_unknown")]);
    let regions: Vec<_> = of(&plan, Kind::SupportFile).iter().map(|f| text(f, "region")).collect();
    assert_eq!(regions, ["340323100001", "340323104200"]);
    let township = planned(&Book::default(), "340323104", &bytes, "x.xlsx");
    assert_eq!((township.rows.taken(), township.rows.refused), (1, 2));
}

#[test]
fn a_code_that_names_another_family_is_not_believed() {
    let book = township();
    let csv = "日期,信息编码,户主,走访类型,走访人\n2026-10-05,3403231000001,白梅霞,日常,康梅\n2026-10-05,3403231000002,熊国学,日常,康梅\n";
    let plan = planned(&book, SCOPE, csv.as_bytes(), "走访.csv");
    assert_eq!((plan.rows.taken(), codes(&plan)), (1, vec![found(3, "household_unknown")]));
    let elsewhere = planned(&book, "340323104", csv.as_bytes(), "走访.csv");
    assert_eq!((elsewhere.rows.taken(), elsewhere.rows.refused), (0, 2));
}

/// Typed by hand, or from a list of volunteers: nobody is registered twice, but for who was not approved or has left.
#[test]
fn a_volunteer_whom_the_book_has_is_not_registered_again() {
    const NUMBER: &str = "34052419800101001X";
    let mut book = Book::default();
    let mut put = |id: u128, kind: Kind, mut fields: serde_json::Value| {
        fields["region"] = json!("340323100001");
        book.records.insert(Uuid::from_u128(id), (kind, fields.as_object().cloned().unwrap()));
    };
    put(1, Kind::Person, json!({"name": "张三", "id_number": NUMBER}));
    put(2, Kind::Volunteer, json!({"name": "张三", "approval": "pending", "person": Uuid::from_u128(1)}));
    put(3, Kind::Volunteer, json!({"name": "李四", "approval": "approved"}));
    put(4, Kind::Volunteer, json!({"name": "王五", "approval": "declined"}));
    put(5, Kind::Volunteer, json!({"name": "赵六", "approval": "approved", "left": "2025-06"}));
    let csv = format!(
        "姓名,身份证号,村居,会员类型,是否志愿者\n张三,{NUMBER},东关社区,个体会员,是\n\
         李四,,东关社区,个体会员,是\n王五,,东关社区,个体会员,是\n赵六,,东关社区,个体会员,是\n"
    );
    let plan = planned(&book, SCOPE, csv.as_bytes(), "会员.csv");
    assert_eq!((plan.rows.new, plan.rows.refused), (4, 0), "{:?}", plan.findings);
    let made: Vec<String> = of(&plan, Kind::Volunteer).into_iter().map(|made| text(made, "name")).collect();
    assert_eq!(made, ["王五", "赵六"]);
    assert!(codes(&plan).contains(&found(3, "matched_by_name")), "{:?}", plan.findings);
    book.write(&plan);
    let again = planned(&book, SCOPE, csv.as_bytes(), "会员.csv");
    assert_eq!(again.rows.unchanged, 4, "{:?}", again.changes);
}
