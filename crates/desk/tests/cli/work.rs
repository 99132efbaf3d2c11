//! Recording, finding, looking, hiding; copies and their proof.

use std::path::Path;

use serde_json::{Value, json};

use crate::run::{Desk, PASSWORD, ended, named, under_wine};

fn register(desk: &Desk) -> Value {
    let family = json!({
        "household": {"region": "340323100001", "head_name": "熊国学", "kinds": ["general"], "phone": "19900002580"},
        "persons": [
            {"region": "340323100001", "name": "熊国学", "relation": "head", "id_number": "340399197309166454"},
            {"region": "340323100001", "name": "白梅霞", "relation": "spouse"},
        ],
    });
    let saved = desk.fed(&["add", "family", "--json"], &family.to_string()).json();
    saved["saved"][0]["id"].clone()
}

#[test]
fn a_visit_is_recorded_found_shown_and_hidden() {
    let desk = Desk::of("340323100");
    let household = register(&desk);
    let household = household.as_str().unwrap();

    // Region, head, kind, day and visitor need not be written.
    let visit = json!({"household": household, "date": "2026-10-05", "note": "送去棉被，老人很高兴。"});
    let saved = desk.fed(&["add", "visit", "--json"], &visit.to_string()).json();
    let id = saved["saved"][0]["id"].as_str().unwrap().to_owned();
    let shown = desk.json(&["show", &id, "--history"]);
    assert_eq!(shown["fields"]["head_name"], "熊国学");
    assert_eq!(shown["fields"]["visitors"], json!(["王丽丽"]));
    assert_eq!(shown["region"], "340323100001");
    assert_eq!(shown["history"].as_array().unwrap().len(), 1);

    let hits = desk.json(&["search", "xgx"]);
    let hit = hits.as_array().unwrap().iter().find(|h| h["kind"] == "household").unwrap();
    let mut keys: Vec<&String> = hit.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["id", "kind", "matched", "region", "title"]);
    assert_eq!(hit["id"], household);
    assert_eq!(desk.json(&["search", "没有这个人"]), json!([]));

    let list = desk.json(&["list", "visit", "--region", "340323100", "--filter", "kind=routine"]);
    assert_eq!(list["total"], 1);
    assert_eq!(list["rows"][0]["id"], id.as_str());
    assert_eq!(desk.json(&["list", "visit", "--filter", "date>=2026-11-01"])["total"], 0);

    let edit = json!({"id": id, "needs": "希望有人陪同就医"});
    desk.fed(&["add", "visit", "--json"], &edit.to_string()).json();
    assert_eq!(desk.json(&["show", &id])["fields"]["needs"], "希望有人陪同就医");
    let told = desk.run(&["show", &id]).out;
    assert!(told.contains("  户主：熊国学") && told.contains("  走访类型：日常走访"), "{told}");
    assert!(!told.contains("head_name") && !told.contains("routine"), "{told}");
    let told = desk.run(&["list", "visit", "--columns", "kind,visitors"]).out;
    assert!(told.starts_with("编号\t地区\t名称\t走访类型\t走访人\n"), "{told}");
    assert!(told.contains("\t日常走访\t王丽丽\n"), "{told}");

    let file = desk.beside("名册.xlsx");
    let made = desk.json(&["families", "--out", &file]);
    assert_eq!(named(&made["path"]), Path::new(&file));
    assert!(Path::new(&file).is_file());

    desk.json(&["void", &id, "--reason", "重复登记"]);
    assert_eq!(desk.json(&["list", "visit"])["total"], 0);
    let voided = desk.json(&["list", "visit", "--voided"]);
    assert_eq!((&voided["total"], &voided["rows"][0]["row"]["id"]), (&json!(1), &json!(id)));
    assert_eq!(desk.json(&["search", "xgx", "--voided"])["total"], 0);
    assert_eq!(desk.json(&["search", "熊国学", "--voided"])["rows"][0]["row"]["void"], "重复登记");
    let told = desk.run(&["list", "visit", "--voided"]);
    assert!(told.out.contains("王丽丽：重复登记"), "{}", told.out);
    let back = desk.run(&["unvoid", &id]);
    assert!(back.out.contains("重新计入2026年10月的报表"), "{} {}", back.out, back.err);
    assert_eq!(desk.json(&["list", "visit"])["total"], 1);
    desk.json(&["void", household, "--reason", "迁往外省"]);
    assert_eq!(desk.json(&["list", "visit"])["total"], 0);
    assert_eq!(desk.json(&["list", "household", "--voided"])["total"], 1);
    desk.json(&["unvoid", household]);
    desk.json(&["void", &id, "--reason", "重复登记"]);
    assert_eq!(desk.json(&["list", "visit"])["total"], 0);
    let status = desk.json(&["status"]);
    assert_eq!(status["enrolled"], false);
    assert_eq!((&status["parked"], &status["conflicts"]), (&json!(0), &json!(0)));
    assert_eq!(status["last_full_round"], Value::Null);
    assert!(status["scopes"].is_array() && status["waiting"].as_u64().unwrap() > 0);
    assert_eq!(desk.json(&["verify"])["sound"], true);
}

#[test]
fn what_was_given_is_taken_back_once_with_a_reason() {
    let desk = Desk::of("340323100");
    let household = register(&desk);
    let paid = json!({"household": household, "date": "2026-05-01", "programme": "大病慰问", "period": "2026",
        "form": "card", "amount": "5000", "source": "fiscal", "person": "熊国学"});
    let add = || desk.fed(&["add", "aid_entry", "--json"], &paid.to_string());
    let id = add().json()["saved"][0]["id"].as_str().unwrap().to_owned();
    // By name alone, and with the number of the one of the family who has it.
    let number = desk.json(&["show", &id, "--unmask", "recipient_number"]);
    assert_eq!(number["fields"]["recipient_number"], "340399197309166454");
    let again = add();
    assert_eq!(again.code, 6);
    assert_eq!(again.json_anyhow()["refused"][0]["problems"][0]["code"], "paid_twice");
    desk.run(&["void", &id, "--reason", "重复"]).failed(6, "冲正");
    desk.run(&["reverse", &id, "--reason", " "]).failed(2, "请写明冲正的原因");
    let back = desk.json(&["reverse", &id, "--reason", "金额不对"]);
    assert_eq!(back["reverses"], id);
    let shown = desk.json(&["show", back["id"].as_str().unwrap()]);
    assert_eq!((&shown["fields"]["amount"], &shown["fields"]["reverses"]), (&json!("-5000.00"), &json!(id)));
    desk.run(&["reverse", &id, "--reason", "再冲一次"]).failed(6, "已经冲正过");
    // Taken back, it may be paid rightly.
    add().json();
    assert!(desk.run(&["--help"]).out.contains("reverse"));
}

#[test]
fn an_id_number_is_shown_only_when_asked_for() {
    let desk = Desk::of("340323100");
    register(&desk);
    let persons = desk.json(&["list", "person", "--filter", "name=熊国学"]);
    let id = persons["rows"][0]["id"].as_str().unwrap();
    let masked = desk.json(&["show", id]);
    assert_eq!(masked["fields"]["id_number"], "****************54");
    let open = desk.json(&["show", id, "--unmask", "id_number"]);
    assert_eq!(open["fields"]["id_number"], "340399197309166454");
}

#[test]
fn lines_that_are_wrong_wait_and_the_others_are_saved() {
    let desk = Desk::of("340323100");
    let lines = [
        json!({"name": "甲", "phone": "12345"}).to_string(),
        String::new(),
        json!({"name": "乙"}).to_string(),
    ];
    let ended = desk.fed(&["add", "person", "--json"], &lines.join("\n"));
    assert_eq!(ended.code, 6);
    assert!(ended.err.contains("第 1 行"), "{}", ended.err);
    let told = ended.json_anyhow();
    assert_eq!(told["saved"].as_array().unwrap().len(), 1);
    assert_eq!(told["refused"][0]["line"], 1);
    assert_eq!(told["refused"][0]["problems"][0]["field"], "phone");
    desk.fed(&["add", "person"], "{not json").failed(6, "第 1 行");
    desk.fed(&["add", "person"], "").failed(6, "没有内容");
    assert_eq!(desk.json(&["list", "person"])["total"], 1);
}

#[test]
fn a_copy_is_as_good_as_the_book() {
    let desk = Desk::of("340323100");
    let household = register(&desk);
    let photo = desk.beside("院门.jpg");
    let picture = image::RgbImage::from_fn(640, 480, |x, y| image::Rgb([x as u8, y as u8, 90]));
    picture.save(&photo).unwrap();
    let household = household.as_str().unwrap();
    let added = desk.json(&["attach", household, &photo]);
    let id = added["attachments"][0]["id"].as_str().unwrap();
    let copy = desk.beside("copy.tiexin");
    let made = desk.json(&["backup", &copy]);
    // The photo and its small picture.
    assert_eq!((&made["name"], named(&made["path"])), (&json!("copy.tiexin"), copy.clone().into()));
    assert_eq!((&made["attachments"], &made["missing"]), (&json!(2), &json!(0)));

    let put_back = |there: &Desk| {
        let to = there.data();
        let words = ["restore", &copy, "--to", to.to_str().unwrap(), "--yes", "--json"];
        ended(&mut there.command(&words), "")
    };
    let other = Desk::empty();
    let told = put_back(&other).json();
    assert_eq!((&told["attachments"], &told["missing"]), (&json!(2), &json!(0)));
    assert_eq!(other.json(&["list", "person"])["total"], 2);
    let (before, after) = (desk.beside("before.jpg"), other.beside("after.jpg"));
    desk.json(&["export-attachment", id, &before]);
    other.json(&["export-attachment", id, &after]);
    assert_eq!(std::fs::read(before).unwrap(), std::fs::read(after).unwrap());
    assert_eq!(other.json(&["verify"])["sound"], true);

    // Not while a window has the book open.
    if !under_wine() {
        let password = secrecy::SecretString::from(PASSWORD.to_owned());
        let (window, _) = tiexin_store::Book::unlock(&other.data(), "wang", &password, 1).unwrap();
        put_back(&other).failed(1, "请先退出贴心");
        drop(window);
    }
    assert_eq!(other.json(&["list", "person"])["total"], 2);
    // Where the old book lies is said.
    assert_eq!(told["aside"], serde_json::Value::Null, "there was none");
    let aside = named(&put_back(&other).json()["aside"]);
    assert_eq!(aside, other.data().join("book.db.aside-1"));
    assert!(aside.is_file());

    // A stick that lost something says so, and still brings the rest.
    let lost = std::fs::read_dir(format!("{copy}/blobs")).unwrap().next().unwrap().unwrap();
    std::fs::remove_file(lost.path()).unwrap();
    let third = Desk::empty();
    let told = put_back(&third);
    assert!(told.err.contains("有 1 个附件在备份里"), "{}", told.err);
    assert_eq!(told.json()["missing"], 1);
    assert_eq!(third.json(&["list", "person"])["total"], 2);
    let ended_so = third.run(&["verify"]);
    assert_eq!(ended_so.code, 7);
    assert!(ended_so.out.contains("只能从备份里找回"), "{}", ended_so.out);

    std::fs::remove_file(format!("{copy}/keyring.json")).unwrap();
    put_back(&other).failed(4, "没有完整的备份");
    assert_eq!(other.json(&["list", "person"])["total"], 2);
    let to = other.data();
    ended(&mut other.command(&["restore", "nowhere", "--to", to.to_str().unwrap()]), "").failed(4, "nowhere");
}

/// One wrong path, and a live book would give way to the backup of somebody else.
#[test]
fn whose_backup_it_is_is_told_before_a_book_gives_way() {
    let desk = Desk::of("340323100");
    let copy = desk.beside("备份");
    desk.json(&["backup", &copy]);
    register(&desk);
    let to = desk.data();
    let to = to.to_str().unwrap();
    let restore = |more: &[&str]| {
        let words: Vec<&str> =
            ["restore", &copy, "--to", to].into_iter().chain(more.iter().copied()).collect();
        ended(&mut desk.command(&words), "")
    };
    let unasked = restore(&[]);
    unasked.failed(1, "请加上 --yes");
    assert!(unasked.err.contains("（wang）") && unasked.err.contains("记录："), "{}", unasked.err);
    let unasked = restore(&["--json"]);
    assert_eq!((unasked.code, &unasked.json_anyhow()["restored"]), (1, &json!(false)));
    assert_eq!(desk.json(&["list", "person"])["total"], 2, "nothing was replaced");
    let same = ended(&mut desk.command(&["restore", &copy, "--to", &copy, "--yes"]), "");
    same.failed(2, "同一个文件夹");

    let told = restore(&["--yes", "--json"]).json();
    assert_eq!((&told["restored"], &told["backup"]["users"][0]["name"]), (&json!(true), &json!("wang")));
    assert!(told["backup"]["records"].is_u64() && told["backup"]["made_at"].is_string(), "{told}");
    assert_eq!(desk.json(&["list", "person"])["total"], 0);
}

#[test]
fn two_users_of_one_desk() {
    let desk = Desk::of("340323100");
    let mut add =
        desk.command(&["user", "add", "li", "--display-name", "李志强", "--region", "340323100001"]);
    let added =
        ended(add.env("TIEXIN_PASSWORD", PASSWORD).env("TIEXIN_NEW_PASSWORD", "another-password-2"), "");
    assert_eq!(added.code, 0, "{}", added.err);
    desk.run(&["status"]).failed(2, "--user");
    let mut status = desk.command(&["--user", "li", "status", "--json"]);
    let told = ended(status.env("TIEXIN_PASSWORD", "another-password-2"), "").json();
    assert_eq!(told["enrolled"], false);
    let users = ended(&mut desk.command(&["user", "list", "--json"]), "").json();
    assert_eq!(users.as_array().unwrap().len(), 2);
}

#[test]
fn several_runs_at_once_on_one_book() {
    let desk = Desk::of("340323100");
    let runs: Vec<_> = (0..6)
        .map(|n| {
            let mut command = desk.command(&["add", "person", "--json"]);
            command.env("TIEXIN_PASSWORD", PASSWORD);
            std::thread::spawn(move || ended(&mut command, &json!({"name": format!("第{n}人")}).to_string()))
        })
        .collect();
    for run in runs {
        run.join().unwrap().json();
    }
    assert_eq!(desk.json(&["list", "person"])["total"], 6);
    assert_eq!(desk.json(&["verify"])["sound"], true);
}

#[test]
fn the_fields_of_a_kind_are_told_by_help() {
    let desk = Desk::empty();
    let told = desk.run(&["add", "visit", "--help"]);
    assert_eq!(told.code, 0, "{}", told.err);
    for words in
        ["* household\t家庭\t记录编号", "kind\t走访类型\t可选：routine 日常走访", "note\t走访情况\t文字"]
    {
        assert!(told.out.contains(words), "{words} in {}", told.out);
    }
    let json = desk.json(&["add", "走访", "--help"]);
    assert_eq!(json["kind"], "visit");
    assert!(json["fields"].as_array().unwrap().iter().any(|field| field["field"] == "presence"));
    assert!(desk.run(&["add", "family", "--help"]).out.contains("add person --help"));
    desk.run(&["add", "dragon", "--help"]).failed(2, "没有这类记录");
    assert!(desk.run(&["add", "--help"]).out.contains("add visit --help"));
    // No field goes by its code alone.
    let made = desk.run(&["add", "--help"]).out;
    for kind in
        tiexin_domain::Kind::ALL.iter().map(tiexin_domain::Kind::code).filter(|kind| made.contains(kind))
    {
        let json = desk.json(&["add", kind, "--help"]);
        for field in json["fields"].as_array().unwrap() {
            assert_ne!(field["field"], field["label"], "{kind}");
        }
    }
    assert!(!desk.data().exists(), "help makes no book");
}

#[test]
fn a_family_s_people_are_where_the_family_is() {
    let desk = Desk::of("340323100");
    let family = json!({
        "household": {"region": "340323100001", "head_name": "熊国学"},
        "persons": [{"name": "熊国学", "relation": "head"}, {"name": "白梅霞", "relation": "spouse"}],
        "file": {"category": "death", "status": "active"},
        "contacts": {"village_worker": "郑村干"},
    });
    desk.fed(&["add", "family", "--json"], &family.to_string()).json();
    let persons = desk.json(&["list", "person"]);
    assert_eq!(persons["total"], 2);
    assert_eq!(persons["rows"][0]["region"], "340323100001");
    assert_eq!(desk.json(&["list", "support_file"])["rows"][0]["fields"]["head_name"], "熊国学");
}

#[test]
fn the_shape_of_every_kind_is_told_without_a_book() {
    let desk = Desk::empty();
    let told = desk.json(&["shape"]);
    let kinds: Vec<&str> =
        told.as_array().unwrap().iter().map(|kind| kind["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, tiexin_domain::Kind::ALL.iter().map(tiexin_domain::Kind::code).collect::<Vec<_>>());
    let person = desk.json(&["shape", "person"]);
    let field = |name: &str| {
        let fields = person[0]["fields"].as_array().unwrap();
        fields.iter().find(|field| field["name"] == name).unwrap().clone()
    };
    assert_eq!(
        field("id_number"),
        json!({"name": "id_number", "label": "身份证号", "type": "text", "required": false, "mask": "number",
            "audience": "everyone", "merge": "sensitive"})
    );
    let of_child = |fields: &serde_json::Value| {
        let hidden = fields.as_array().unwrap().iter().filter(|field| field["audience"] == "family_page");
        hidden.map(|field| field["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of_child(&desk.json(&["shape", "support_file"])[0]["fields"]), ["child_name", "loss_cause"]);
    assert!(desk.run(&["shape", "会员"]).out.contains("姓名或单位名称"));
    assert!(!desk.data().exists(), "it makes no book");
}
