//! Import, report, figure: the month's work of a township from its ledgers.

use serde_json::{Value, json};

use crate::run::{Desk, expected, ledger};

const FILES: [&str; 4] = ["special-families.xlsx", "members.xls", "services-2026-10.xlsx", "activities.csv"];
const KINDS: [&str; 4] = ["special_families", "members", "services", "activities"];

fn import(desk: &Desk, township: &str, more: &[&str]) -> Value {
    let files: Vec<String> = FILES.iter().map(|file| ledger(township, file)).collect();
    let mut args = vec!["import"];
    args.extend(files.iter().map(String::as_str));
    args.extend(more);
    desk.json(&args)
}

fn total(desk: &Desk, kind: &str) -> u64 {
    desk.json(&["list", kind, "--limit", "1"])["total"].as_u64().unwrap()
}

/// Rows taken from every file are as many as another program counted; each finding has its five parts.
fn check_files(reply: &Value, expected: &Value) {
    let files = reply["files"].as_array().unwrap();
    assert_eq!(files.len(), 4);
    for (file, (name, kind)) in files.iter().zip(FILES.iter().zip(KINDS)) {
        assert_eq!(file["file"], *name);
        assert_eq!(file["kind"], kind);
        let taken = match kind {
            "services" => ["visits_imported", "surveys", "claims", "counselling"]
                .iter()
                .map(|part| expected["services"][*part].as_u64().unwrap())
                .sum(),
            _ => expected[kind]["imported"].as_u64().unwrap(),
        };
        assert_eq!(file["taken"], taken, "{name}");
        let found = file["findings"].as_array().unwrap();
        for finding in found {
            let mut keys: Vec<&String> = finding.as_object().unwrap().keys().collect();
            keys.sort();
            assert_eq!(keys, ["code", "column", "hint", "row", "sheet", "value", "who"]);
        }
        for decisive in expected[kind]["findings"].as_array().into_iter().flatten() {
            let same = |f: &&Value| {
                f["row"] == decisive["row"]
                    && f["code"] == decisive["code"]
                    && (decisive["sheet"].is_null() || f["sheet"] == decisive["sheet"])
            };
            assert!(found.iter().any(|f| same(&f)), "{name}: {decisive}");
        }
    }
}

fn figure(report: &Value, path: &[&str]) -> String {
    let figures = report["figures"].as_array().unwrap();
    let found = figures.iter().find(|f| f["path"] == json!(path));
    found.unwrap_or_else(|| panic!("{path:?} is not in {report}"))["value"].as_str().unwrap().to_owned()
}

fn check_f1(desk: &Desk, region: &str, expected: &Value) {
    let report = desk.json(&["report", "F1", "--month", "2026-10", "--region", region]);
    assert_eq!(report["form"], "F1");
    assert_eq!(report["month"], "2026-10");
    assert_eq!(report["region"], region);
    let f1 = &expected["f1"];
    for (column, units) in
        [("需求调查", &["户", "人"][..]), ("心理健康服务", &["户", "人", "建档(份)", "测评(人)"])]
    {
        for (n, unit) in units.iter().enumerate() {
            assert_eq!(figure(&report, &[column, unit]), f1[column][n].to_string(), "{column} {unit}");
        }
    }
    assert_eq!(figure(&report, &["保险理赔", "金额(元)"]), f1["保险理赔"][1].as_str().unwrap());
    for kind in ["日常走访", "节日看望", "生日陪伴", "住院探望", "突发事件"] {
        for (n, unit) in ["户", "人"].iter().enumerate() {
            assert_eq!(
                figure(&report, &["走访慰问落实", kind, unit]),
                f1[kind][n].to_string(),
                "{kind} {unit}"
            );
        }
    }
    assert_eq!(figure(&report, &["服务活动开展", "场"]), f1["服务活动开展"][0].to_string());
}

#[test]
fn a_township_from_ledgers_to_form() {
    let desk = Desk::of("340323100");
    let truth = expected("guyang-2026-10");

    let seen = import(&desk, "guyang-2026-10", &["--dry-run"]);
    check_files(&seen, &truth);
    assert_eq!(total(&desk, "household"), 0, "a dry run writes nothing");

    let marked = desk.beside("marked");
    let done = import(&desk, "guyang-2026-10", &["--marked", &marked]);
    check_files(&done, &truth);
    assert!(std::fs::read_dir(&marked).unwrap().count() >= 2);
    check_f1(&desk, "340323100", &truth);

    let (before, visits) = (total(&desk, "member"), total(&desk, "visit"));
    assert_eq!(before, truth["members"]["imported"].as_u64().unwrap());
    import(&desk, "guyang-2026-10", &[]);
    assert_eq!((total(&desk, "member"), total(&desk, "visit")), (before, visits), "twice adds nothing");

    let out = desk.beside("F1.xlsx");
    let report = desk.json(&["report", "f1", "--month", "2026-10", "--out", &out]);
    assert!(std::fs::read(&out).unwrap().starts_with(b"PK"));
    let routine = ["走访慰问落实", "日常走访", "户"];
    let behind = desk.json(&[
        "figure",
        "F1",
        "--month",
        "2026-10",
        "--region",
        "340323100",
        "--cell",
        &routine.join("/"),
    ]);
    assert_eq!(behind["value"], figure(&report, &routine));
    let records = behind["records"].as_array().unwrap();
    assert_eq!(behind["total"], records.len());
    assert!(!records.is_empty() && records.iter().all(|r| r["kind"] == "visit"));

    let verified = desk.json(&["verify"]);
    assert_eq!(verified["sound"], true);
}

#[test]
fn the_county_is_the_sum_of_its_townships() {
    let desk = Desk::of("340323");
    for (township, region) in [("guyang-2026-10", "340323100"), ("liuji-2026-10", "340323104")] {
        let truth = expected(township);
        check_files(&import(&desk, township, &["--region", region]), &truth);
        check_f1(&desk, region, &truth);
    }
    let of = |region| {
        let report = desk.json(&["report", "F1", "--month", "2026-10", "--region", region]);
        figure(&report, &["走访慰问落实", "日常走访", "户"]).parse::<u64>().unwrap()
    };
    assert_eq!(of("340323"), of("340323100") + of("340323104"));
}

#[test]
fn a_file_that_is_no_ledger_is_told_by_name() {
    let desk = Desk::of("340323100");
    let odd = desk.beside("notes.xlsx");
    std::fs::write(&odd, "no spreadsheet").unwrap();
    let ended = desk.run(&["import", &odd, &ledger("guyang-2026-10", "activities.csv"), "--json"]);
    assert_eq!(ended.code, 6);
    assert!(ended.err.contains("notes.xlsx"));
    let files = ended.json_anyhow();
    assert_eq!(files["files"][0]["kind"], Value::Null);
    assert_eq!(files["files"][1]["kind"], "activities");
    assert_eq!(total(&desk, "activity"), 24, "the other file came in");
    desk.run(&["import", "nowhere.xlsx"]).failed(4, "nowhere.xlsx");
}

#[test]
fn a_report_names_the_units_that_are_empty_and_refuses_months_without_one() {
    let desk = Desk::of("340323");
    let township = ["--region", "340323100"];
    import(&desk, "guyang-2026-10", &township);
    let report = desk.json(&["report", "F1", "--month", "2026-10"]);
    let rows = report["rows"].as_array().unwrap();
    let standing = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name}: {rows:?}"));
        (row["standing"].as_str().unwrap(), row["figures"][8]["value"].as_str().unwrap())
    };
    assert_eq!(standing("谷阳镇"), ("figures", "19"));
    assert_eq!(standing("刘集镇"), ("no_records", "0"));
    assert!(report["notes"][1].as_str().unwrap().contains("刘集镇"), "{}", report["notes"]);
    let told = desk.run(&["report", "F1", "--month", "2026-10"]).out;
    assert!(told.contains("\n刘集镇\t0\t") && told.contains("说明：还没有任何数据："), "{told}");

    let villages = [&["report", "F1", "--month", "2026-10", "--by-village"][..], &township].concat();
    let rows = desk.json(&villages)["rows"].as_array().unwrap().clone();
    assert!(rows.iter().any(|row| row["name"] == "东关社区") && rows.len() > 10, "{rows:?}");

    desk.run(&["report", "F1", "--month", "2099-12"]).failed(6, "2099年12月还没有到");
    desk.run(&["report", "F1", "--month", "1999-01"]).failed(6, "1999年1月还没有记录，最早的记录在");
    desk.run(&["figure", "F1", "--month", "1999-01", "--cell", "保险理赔/例"])
        .failed(6, "1999年1月还没有记录");
    desk.run(&["report", "F1", "--month", "2026-10", "--sign", "电话=1"]).failed(2, "表脚没有“电话”这一项");
    let out = desk.beside("F1.xlsx");
    let signed = ["report", "F1", "--month", "2026-10", "--sign", "联系电话=0552-6010000", "--out", &out];
    desk.json(&signed);
    assert!(std::fs::read(&out).unwrap().starts_with(b"PK"));
}
