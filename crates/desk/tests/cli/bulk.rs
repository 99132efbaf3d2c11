//! Many records at once, and filters under a name.

use serde_json::{Value, json};

use crate::run::Desk;

fn volunteers(desk: &Desk) -> Vec<String> {
    let lines = ["李芳", "王强", "赵红"]
        .map(|name| json!({"region": "340323100001", "name": name, "approval": "pending"}).to_string());
    let saved = desk.fed(&["add", "volunteer", "--json"], &lines.join("\n")).json();
    let ids = saved["saved"].as_array().unwrap().iter();
    ids.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn many_records_are_set_and_made_void_and_taken_back() {
    let desk = Desk::of("340323100");
    let ids = volunteers(&desk);
    let team = |id: &str| desk.json(&["show", id])["fields"]["team"].clone();
    desk.run(&["set", "volunteer", "team", "一队"]).failed(2, "--all");
    desk.run(&["set", "volunteer", "name", "甲", "--all"]).failed(2, "不能批量修改");
    let would = desk.json(&["set", "志愿者", "服务队", "一队", "--all", "--dry-run"]);
    assert_eq!(
        (&would["changed"], &would["batch"], &would["dry_run"]),
        (&json!(3), &Value::Null, &json!(true))
    );
    assert_eq!(team(&ids[0]), Value::Null);
    let done = desk.json(&["set", "volunteer", "team", "一队", "--filter", "name~芳"]);
    assert_eq!((&done["changed"], &done["refused"]), (&json!(1), &json!([])));
    let mut keys: Vec<&String> = done.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["batch", "changed", "dry_run", "overwritten", "refused", "same", "with"]);
    assert_eq!((team(&ids[0]), team(&ids[1])), (json!("一队"), Value::Null));
    let all = desk.json(&["set", "volunteer", "team", "二队", "--all"]);
    assert_eq!((&all["changed"], &all["overwritten"]), (&json!(3), &json!(1)));
    let nowhere = "01900000-0000-7000-8000-000000000000";
    let some = desk.run(&["set", "volunteer", "team", "三队", "--ids", &ids[1], nowhere, "--json"]);
    assert_eq!(some.code, 6);
    let told = some.json_anyhow();
    assert_eq!((&told["changed"], &told["refused"][0]["id"]), (&json!(1), &json!(nowhere)));
    assert!(told["refused"][0]["why"].as_str().unwrap().contains("没有找到"));

    // A region beside them would be passed over.
    desk.run(&["set", "volunteer", "team", "四队", "--region", "340323100", "--ids", &ids[1]])
        .failed(2, "--region");

    desk.json(&["undo", told["batch"].as_str().unwrap(), "--yes"]);
    desk.json(&["undo", all["batch"].as_str().unwrap(), "--yes"]);
    assert_eq!((team(&ids[0]), team(&ids[1])), (json!("一队"), Value::Null));
    let asked = desk.run(&["imports"]);
    assert!(asked.out.contains("批量修改：志愿者 服务队") && asked.out.contains("已撤销"), "{}", asked.out);

    desk.run(&["void", &ids[0], "--all", "--reason", "演练"]).failed(2, "--kind");
    desk.run(&["void", &ids[0], "--region", "340323100", "--reason", "演练"]).failed(2, "--kind");
    let void = desk.json(&["void", "--kind", "volunteer", "--filter", "team!", "--reason", "演练"]);
    assert_eq!(void["changed"], 2);
    assert_eq!(desk.json(&["list", "volunteer"])["total"], 1);
    desk.json(&["undo", void["batch"].as_str().unwrap(), "--yes"]);
    assert_eq!(desk.json(&["list", "volunteer"])["total"], 3);

    // Of which there is none, nothing is done; where all is so already, that is what was wanted.
    let none = desk.run(&["set", "volunteer", "team", "一队", "--filter", "name~没有这人"]);
    assert!(none.code == 1 && none.err.contains("没有符合条件"), "{} {}", none.code, none.err);
    assert_eq!(desk.json(&["set", "volunteer", "team", "一队", "--ids", &ids[0]])["same"], 1);

    // Somebody wrote over it since: there is nothing to take back, and that is no success.
    let late = desk.json(&["set", "volunteer", "team", "五队", "--ids", &ids[2]]);
    let edit = json!({"id": ids[2], "team": "六队"});
    desk.fed(&["add", "volunteer", "--json"], &edit.to_string()).json();
    let vain = desk.run(&["undo", late["batch"].as_str().unwrap(), "--yes"]);
    assert_eq!(vain.code, 1, "{}", vain.err);
    assert!(vain.err.contains("没有可以撤销的内容") && vain.out.contains("后来有人改过"), "{}", vain.out);
    assert_eq!(team(&ids[2]), json!("六队"));

    // A slip of the pen must not mean everybody.
    desk.run(&["void", "--kind", "volunteer", "--filter", "nmae!", "--reason", "演练"])
        .failed(6, "请写 name");
    desk.run(&["set", "volunteer", "team", "七队", "--filter", "nmae=李"]).failed(6, "nmae");
    desk.run(&["list", "volunteer", "--sort", "nmae"]).failed(6, "nmae");
    desk.run(&["views", "volunteer", "--save", "错的", "--filter", "nmae!"]).failed(6, "nmae");
    desk.run(&["list", "volunteer", "--filter", "approval=很好"]).failed(6, "已通过");
    assert_eq!(desk.json(&["list", "volunteer", "--filter", "approval=待审核"])["total"], 3);
    assert_eq!(desk.json(&["list", "volunteer"])["total"], 3);
    assert_eq!(desk.json(&["verify"])["sound"], true);
}

#[test]
fn a_filter_is_kept_under_a_name() {
    let desk = Desk::of("340323100");
    volunteers(&desk);
    let views = desk.json(&["views", "volunteer"]);
    assert_eq!((&views[0]["name"], &views[0]["built_in"]), (&json!("本月新增"), &json!(true)));
    assert_eq!(desk.json(&["list", "volunteer", "--view", "本月新增"])["total"], 3);
    assert_eq!(desk.json(&["list", "volunteer", "--filter", "recorded_at@去年"])["total"], 0);
    let kept = desk.json(&[
        "views",
        "volunteer",
        "--save",
        "姓李的",
        "--filter",
        "name~李",
        "--sort",
        "-name",
        "--pin",
    ]);
    assert_eq!(
        (&kept[0]["name"], &kept[0]["pinned"], &kept[0]["sort"]["descending"]),
        (&json!("姓李的"), &json!(true), &json!(true))
    );
    assert_eq!(desk.json(&["list", "volunteer", "--view", "姓李的"])["total"], 1);
    let both = ["list", "volunteer", "--view", "姓李的", "--filter", "name~红"];
    assert_eq!(desk.json(&both)["total"], 0);
    assert_eq!(desk.json(&["set", "volunteer", "team", "一队", "--view", "姓李的"])["changed"], 1);
    desk.json(&["views", "volunteer", "--drop", "姓李的"]);
    desk.run(&["list", "volunteer", "--view", "姓李的"]).failed(4, "没有这个常用筛选");
    desk.run(&["list", "volunteer", "--filter", "recorded_at@什么"]).failed(6, "看不懂");
}
