use super::*;
use serde_json::{Value, json};

fn f1() -> Form {
    Forms::built_in().get("F1").unwrap().clone()
}

fn head<'a>(form: &'a Form, text: &str) -> Vec<&'a HeadCell> {
    form.heads.iter().filter(|h| h.text == text).collect()
}

fn at(h: &HeadCell) -> (u32, u32, u32, u32) {
    (h.row, h.column, h.row_span, h.column_span)
}

#[test]
fn the_forms_of_the_house_load() {
    let forms = Forms::built_in();
    let all: Vec<(&str, usize)> = forms.iter().map(|f| (f.title.as_str(), f.columns.len())).collect();
    assert_eq!(all, [("暖心活动月报", 20), ("会员管理分析表", 10), ("项目工作分析表", 15)]);
    assert_eq!(forms.get("F3").unwrap().period, Period::None);
    let f4 = forms.get("F4").unwrap();
    assert!(f4.column(&["权益维护".into(), "活动次数".into()]).is_some());
    assert!(f4.column(&["权益维护".into(), "服务人数".into()]).is_none());
}

#[test]
fn every_file_in_assets_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/forms");
    let mut names: Vec<String> = json_files(&folder).unwrap().into_iter().map(|(name, _)| name).collect();
    names.retain(|name| name != MEASURES);
    assert_eq!(names, BUILT_IN.map(|(name, _)| name.to_owned()));
}

#[test]
fn heads_are_merged_as_on_the_printed_form() {
    let form = f1();
    assert_eq!(form.head_rows, 3);
    assert_eq!(at(head(&form, "单位")[0]), (0, 0, 3, 1));
    // A shallow group is stretched so that its 户 and 人 stand beside all others.
    assert_eq!(at(head(&form, "需求调查")[0]), (0, 1, 2, 2));
    assert_eq!(at(head(&form, "心理健康服务")[0]), (0, 5, 2, 4));
    assert_eq!(at(head(&form, "走访慰问落实")[0]), (0, 9, 1, 10));
    assert_eq!(at(head(&form, "节日看望")[0]), (1, 11, 1, 2));
    assert!(head(&form, "户").iter().all(|h| h.row == 2 && h.row_span == 1));
    assert_eq!(form.columns[18].path, ["服务活动开展", "场"]);
    covers_once(&form);
    Forms::built_in().iter().for_each(covers_once);
}

/// Every cell of the head belongs to exactly one merged cell.
fn covers_once(form: &Form) {
    let columns = form.columns.len() as u32 + 1;
    for row in 0..form.head_rows {
        for column in 0..columns {
            let owners = form.heads.iter().filter(|h| {
                (h.row..h.row + h.row_span).contains(&row)
                    && (h.column..h.column + h.column_span).contains(&column)
            });
            assert_eq!(owners.count(), 1, "{} {row},{column}", form.code);
        }
    }
}

fn made_up() -> Value {
    json!({
        "code": "F90", "title": "试用表", "period": "month", "label": "单位",
        "unit_line": ["填报单位：{unit}"], "foot": ["填表人"],
        "measures": [{"name": "mine", "of": "visit", "where": {"kind": ["festival", "birthday"]}, "count": "records"}],
        "columns": [
            {"text": "走访", "children": [{"text": "次", "measure": "mine"}]},
            {"text": "理赔", "measure": "claim.amount"}
        ]
    })
}

fn load(files: &[(&str, String)]) -> (Forms, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let (forms, faults) = Forms::load(folder.path());
    (forms, faults.iter().map(ToString::to_string).collect())
}

#[test]
fn an_administrator_adds_a_form_by_a_file() {
    let (forms, faults) = load(&[("mine.json", format!("\u{feff}{}", made_up()))]);
    assert_eq!(faults, [""; 0]);
    let form = forms.get("F90").unwrap();
    assert_eq!(at(head(form, "理赔")[0]), (0, 2, 2, 1));
    assert_eq!(form.columns[0].measure.wanted["kind"].len(), 2);
    assert!(forms.get("F1").is_some());
    assert!(Forms::load(Path::new("/no/such/folder")).1.is_empty());
}

#[test]
fn a_file_changes_a_built_in_form_and_its_measures() {
    let mut f1: Value = serde_json::from_str(BUILT_IN[0].1).unwrap();
    f1["title"] = "暖心活动情况表".into();
    let measures = json!([{"name": "claim.records", "of": "insurance_claim", "count": "households"}]);
    let (forms, faults) = load(&[("F1.json", f1.to_string()), ("measures.json", measures.to_string())]);
    assert_eq!(faults, [""; 0]);
    assert_eq!(forms.get("F1").unwrap().title, "暖心活动情况表");
    let claims = forms.get("F1").unwrap().column(&["保险理赔".into(), "例".into()]).unwrap();
    assert_eq!(claims.measure.count, crate::Count::Households);
}

#[test]
fn a_faulty_file_is_told_and_takes_no_other_form_away() {
    type Change = fn(&mut Value);
    let cases: &[(Change, &str)] = &[
        (|f| f["columns"][1]["measure"] = "no.such".into(), "表头“理赔”用到的指标“no.such”没有定义"),
        (|f| f["columns"][0]["children"] = json!([]), "表头“走访”下面没有列"),
        (|f| f["columns"][0]["measure"] = "mine".into(), "既有指标（measure）又有下级"),
        (|f| f["columns"][1] = json!({"text": "理赔"}), "表头“理赔”没有指标"),
        (|f| f["columns"][1]["text"] = "走访".into(), "表头“走访”出现了两次"),
        (|f| f["columns"][0]["children"][0]["text"] = " ".into(), "表头“走访”下面有一格没有文字"),
        (|f| f["columns"] = json!([]), "没有列（columns）"),
        (|f| f["title"] = "".into(), "缺表名（title）"),
        (|f| f["period"] = "week".into(), "统计期（period）“week”不认识"),
        (|f| f["code"] = "../F1".into(), "表号（code）只能用字母"),
        (|f| f["measures"][0]["of"] = "visits".into(), "指标“mine”统计的记录类别“visits”不存在"),
        (|f| f["measures"][0]["count"] = "people".into(), "指标“mine”的计数方式“people”不认识"),
        (|f| f["measures"][0]["where"] = json!({"a'b": "x"}), "指标“mine”的条件字段“a'b”写法不对"),
        (|f| f["measures"][0]["where"] = json!({"kind": 3}), "指标“mine”的条件“kind”应为文字"),
    ];
    for (change, message) in cases {
        let mut form = made_up();
        change(&mut form);
        let (forms, faults) = load(&[("bad.json", form.to_string())]);
        assert_eq!(faults.len(), 1, "{message}");
        assert!(faults[0].starts_with("表样文件 bad.json：") && faults[0].contains(message), "{}", faults[0]);
        assert!(forms.get("F90").is_none() && forms.get("F1").is_some());
    }
    let (forms, faults) = load(&[("a.json", "{\"code\": ".into()), ("b.json", made_up().to_string())]);
    assert!(faults[0].contains("第 1 行"), "{}", faults[0]);
    assert!(forms.get("F90").is_some());
}
