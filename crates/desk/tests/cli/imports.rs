//! What was imported, and taking it back, in a terminal.

use serde_json::{Value, json};

use crate::run::Desk;

fn case(path: &str) -> String {
    format!("{}/tests/field-cases/{path}", env!("CARGO_MANIFEST_DIR"))
}

fn total(desk: &Desk, kind: &str) -> Value {
    desk.json(&["list", kind])["total"].clone()
}

#[test]
fn an_import_is_listed_and_taken_back_but_for_what_is_needed() {
    let desk = Desk::of("340323104");
    assert_eq!(desk.json(&["imports"]), json!([]));
    desk.json(&["import", &case("18-undo-after-visits/1-families.xlsx")]);
    let imports = desk.json(&["imports"]);
    let one = &imports[0];
    assert_eq!((&one["files"], &one["by"]), (&json!(["1-families.xlsx"]), &json!("王丽丽")));
    assert_eq!((&one["undone"], one["records"].as_u64() > Some(24)), (&json!(false), true), "{one}");
    let id = one["id"].as_str().unwrap();
    let families = desk.json(&["list", "household", "--filter", "head_name=韩广田"]);
    let visit = json!({"household": families["rows"][0]["id"], "date": "2026-10-08", "note": "送去棉被。"});
    desk.fed(&["add", "visit", "--json"], &visit.to_string()).json();

    // Nobody is there to be asked: it is said what would be, and nothing is done.
    let asked = desk.run(&["undo", id]);
    assert_eq!(asked.code, 1, "{}", asked.err);
    assert!(asked.out.contains("会撤下：7 户家庭"), "{}", asked.out);
    assert!(asked.err.contains("没有撤销") && asked.err.contains("--yes"), "{}", asked.err);
    assert_eq!(total(&desk, "household"), 8);

    let done = desk.json(&["undo", id, "--yes"]);
    assert_eq!((&done["id"], &done["undone"], &done["more"]), (&json!(id), &json!(true), &json!(0)));
    assert!(done["goes"].as_array().unwrap().contains(&json!({"label": "家庭户", "count": 7})), "{done}");
    let stays = done["stays"].as_array().unwrap();
    let family = stays.iter().find(|row| row["title"].as_str().unwrap().contains("韩广田家"));
    assert!(family.is_some_and(|row| row["why"].as_str().unwrap().contains("走访")), "{done}");
    assert_eq!((total(&desk, "household"), total(&desk, "visit")), (json!(1), json!(1)));
    assert_eq!(desk.json(&["imports"])[0]["undone"], true);

    desk.run(&["undo", id, "--yes"]).failed(1, "已经撤销过了");
    let redone = desk.json(&["redo", id]);
    assert!(redone["redone"].as_u64() > Some(20) && redone["left"] == 0, "{redone}");
    assert_eq!(total(&desk, "household"), 8);
    desk.run(&["redo", id]).failed(1, "没有撤销过");
    desk.run(&["undo", id, "--yes"]);
    assert!(desk.json(&["imports", id])["files"][0]["findings"].is_array());
    desk.run(&["undo", "01900000-0000-7000-8000-000000000000", "--yes"]).failed(4, "没有这次导入");
    desk.json(&["import", &case("18-undo-after-visits/1-families.xlsx")]);
    assert_eq!(total(&desk, "household"), 8, "read again, it comes back");
    assert_eq!(desk.json(&["verify"])["sound"], true);
}

/// One path that leads nowhere does not stop the others.
#[test]
fn a_file_that_is_not_there_is_told_and_the_others_are_taken() {
    let desk = Desk::of("340323104");
    let there = case("18-undo-after-visits/1-families.xlsx");
    let run = desk.run(&["import", "/nowhere/没有.xlsx", &there, "--json"]);
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(run.err.contains("没有.xlsx"), "{}", run.err);
    assert_eq!(total(&desk, "household"), 8);
    let again = desk.run(&["import", &there]);
    assert!(again.out.contains("写入 0 行（新增 0，补空缺 0）"), "{}", again.out);
    assert!(again.out.contains("原有未变 8 行"), "{}", again.out);
}

/// What is none of the ledgers: an empty sheet to be filled in, and an office's own one by its kind.
#[test]
fn a_list_of_any_kind_is_taken_in_once_and_taken_back() {
    let desk = Desk::of("340323104");
    let out = desk.beside("模板.xlsx");
    desk.json(&["template", "志愿者", "--out", &out]);
    let seen = desk.json(&["import", &out, "--dry-run"]);
    assert_eq!((&seen["files"][0]["kind"], &seen["files"][0]["taken"]), (&json!("volunteer"), &json!(0)));
    desk.run(&["template", "volunteer", "--out", &out]).failed(1, "没有覆盖");
    desk.run(&["template", "附件", "--out", &desk.beside("附件.xlsx")]).failed(6, "没有这一类记录的导入模板");

    let own = desk.beside("名单.csv");
    std::fs::write(
        &own,
        "村,志愿者姓名,志愿服务队,审核状态\n杨湖村,周明,银龄队,已通过\n杨湖村,吴芳,银龄队,很好\n",
    )
    .unwrap();
    let import = ["import", &own, "--kind", "volunteer"];
    let done = desk.json(&import);
    let file = &done["files"][0];
    assert_eq!((&file["new"], &file["refused"]), (&json!(1), &json!(1)), "{done}");
    assert_eq!(
        (&file["findings"][0]["row"], &file["findings"][0]["code"]),
        (&json!(3), &json!("kind_unknown"))
    );
    assert_eq!(desk.json(&import)["files"][0]["unchanged"], 1);
    assert_eq!(total(&desk, "volunteer"), 1);
    let imports = desk.json(&["imports"]);
    let first = imports.as_array().unwrap().iter().find(|one| one["records"] == 1).unwrap();
    desk.json(&["undo", first["id"].as_str().unwrap(), "--yes"]);
    assert_eq!(total(&desk, "volunteer"), 0);
    desk.run(&["import", &own, "--kind", "没有"]).failed(2, "没有这类记录");
}

/// A script goes by the code: what took nothing in is not done, whether it is looked at first or not.
#[test]
fn an_import_that_takes_no_row_is_not_done() {
    let desk = Desk::of("340323104");
    let list = |name: &str, rows: &str| {
        let path = desk.beside(name);
        std::fs::write(&path, format!("村,志愿者姓名,审核状态\n{rows}")).unwrap();
        path
    };
    let wrong = list("不对.csv", "杨湖村,周明,很好\n没有的村,吴芳,已通过\n");
    let empty = desk.beside("空的.xlsx");
    desk.json(&["template", "volunteer", "--out", &empty]);
    for (file, dry, code, why) in [
        (&wrong, false, 1, "2 行全部退回"),
        (&wrong, true, 1, "2 行全部退回"),
        (&empty, false, 1, "没有数据行"),
        (&empty, true, 0, ""),
    ] {
        let words = ["import", file.as_str(), "--kind", "volunteer", "--dry-run"];
        let ended = desk.run(&words[..words.len() - usize::from(!dry)]);
        assert!(ended.code == code && ended.err.contains(why), "{file} {dry}: {} {}", ended.code, ended.err);
    }
    // One row of two files is something.
    let right = list("对的.csv", "杨湖村,周明,已通过\n");
    assert_eq!(desk.run(&["import", &wrong, &right, "--kind", "volunteer"]).code, 0);
    assert_eq!(total(&desk, "volunteer"), json!(1));
}
