//! What goes wrong is told in Chinese, with a code that a script can act on.

use std::io::Read;
use std::process::Stdio;

use crate::run::{Desk, PASSWORD, ended};

#[test]
fn help_is_in_chinese_for_every_command() {
    let desk = Desk::empty();
    let commands = [
        "init", "enrol", "user", "import", "add", "list", "show", "search", "void", "report", "figure",
        "sync", "status", "verify", "backup", "restore", "serve", "demo",
    ];
    let whole = desk.run(&["--help"]);
    assert_eq!(whole.code, 0);
    for command in commands {
        assert!(whole.out.contains(command), "{command}");
        let help = desk.run(&[command, "--help"]);
        assert_eq!(help.code, 0, "{command}");
        assert!(help.out.contains("用法：tiexin-desk"), "{}", help.out);
        for english in ["Usage", "Options", "Commands", "Arguments", "Print help", "[default", "[env"] {
            assert!(!help.out.contains(english), "{command}: {english} in {}", help.out);
        }
    }
    assert!(!desk.data().exists(), "help makes no book");
}

#[test]
fn words_that_are_wrong() {
    let desk = Desk::empty();
    desk.run(&["fly"]).failed(2, "没有这个命令：fly");
    desk.run(&["show"]).failed(2, "缺少");
    desk.run(&["show", "not-an-id"]).failed(2, "内容不对");
    desk.run(&["list", "visit", "--colour"]).failed(2, "--colour");
    desk.run(&["list", "dragons"]).failed(2, "没有这类记录");
    desk.run(&["list", "visit", "--filter", "nonsense"]).failed(2, "条件写法不对");
    desk.run(&["report", "F1", "--month", "10"]).failed(2, "月份写法不对");
    desk.run(&["status"]).failed(4, "还没有台账");
    let id = "00000000-0000-7000-8000-000000000000";
    desk.run(&["device", "revoke", id, "--lost", "--retired"]).failed(2, "不能和");
    desk.run(&["list", "visit", "--limit", "many"]).failed(2, "的内容不对：many");
    desk.run(&["statsu"]).failed(2, "是不是想写 status");
}

/// `| head` has what it wants.
#[test]
fn a_reader_who_went_away_is_no_error() {
    let desk = Desk::of("340323100");
    for words in [&["list", "visit", "--json"][..], &["user", "list"], &["--help"]] {
        let mut child = desk
            .command(words)
            .env("TIEXIN_PASSWORD", PASSWORD)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        child.wait().unwrap();
        assert_eq!(said, "", "{words:?}");
    }
}

#[test]
fn hours_of_a_name_alone_are_told_to_be_nobodys() {
    let desk = Desk::of("340323100");
    let one = r#"{"region":"340323100001","name":"王小梅","approval":"approved"}"#;
    desk.fed(&["add", "volunteer", "--json"], &format!("{one}\n{one}\n")).json();
    let hours = r#"{"volunteer_name":"王小梅","date":"2025-10-05","minutes":"2小时","what":"activity"}"#;
    let told = desk.fed(&["add", "service_hours", "--json"], hours);
    assert!(told.code == 0 && told.err.contains("没有对到登记的志愿者"), "{}", told.err);
    assert_eq!(told.json()["saved"][0]["notes"].as_array().unwrap().len(), 1);
    let by_name = r#"{"volunteer":"王小梅","date":"2025-10-05","minutes":"2小时","what":"activity"}"#;
    desk.fed(&["add", "service_hours"], by_name).failed(6, "有几条登记都是这个名称");
}

/// The row beside it is registered all the same.
#[test]
fn a_field_that_does_not_exist() {
    let desk = Desk::of("340323100");
    let rows = "{\"head_name\":\"王有才\",\"note\":\"老宅还留着\"}\n{\"head_name\":\"孙小梅\"}\n";
    let told = desk.fed(&["add", "household", "--json"], rows);
    assert_eq!(told.code, 6, "{}", told.err);
    assert!(told.err.contains("没有“note”这一栏"), "{}", told.err);
    assert_eq!(told.json_anyhow()["saved"].as_array().unwrap().len(), 1);
    let family = r#"{"household":{"region":"340323100001","head_name":"王有才"},"persons":[{"name":"王有才","birth_date":"1970"}]}"#;
    let told = desk.fed(&["add", "family"], family);
    assert!(told.code == 6 && told.err.contains("没有“birth_date”这一栏"), "{}", told.err);
}

#[test]
fn a_region_that_does_not_exist() {
    let desk = Desk::empty();
    for code in ["999999", "34032310a", "340323199"] {
        let ended = desk.run(&["init", "--standalone", "--region", code, "--user", "wang"]);
        ended.failed(4, &format!("没有代码为 {code} 的地区"));
    }
    desk.run(&["status"]).failed(4, "还没有台账");
    let desk = Desk::of("340323100");
    desk.run(&["list", "visit", "--region", "110000"]).failed(4, "110000");
}

#[test]
fn passwords_come_by_environment_or_descriptor_only() {
    let desk = Desk::of("340323100");
    // No terminal, no variable: it asks for neither and says so.
    ended(&mut desk.command(&["status"]), "").failed(2, "没有得到密码");
    let by_descriptor = ended(&mut desk.command(&["status", "--password-fd", "0"]), &format!("{PASSWORD}\n"));
    assert_eq!(by_descriptor.code, 0, "{}", by_descriptor.err);
    ended(&mut desk.command(&["status", "--password-fd", "9"]), "").failed(2, "9");
    let refused = desk.run(&["status", "--password", PASSWORD]);
    assert_eq!(refused.code, 2);
    let wrong = || ended(desk.command(&["status"]).env("TIEXIN_PASSWORD", "wrong-password"), "");
    wrong().failed(3, "密码");
    // And again at once: it asks for patience, with the same code.
    wrong().failed(3, "密码");
}

#[test]
fn a_book_is_never_made_over_another() {
    let desk = Desk::of("340323100");
    let again = ["init", "--standalone", "--region", "340323104", "--user", "li"];
    desk.run(&again).failed(1, "已经有台账");
    let weak = Desk::empty();
    let mut short = weak.command(&["init", "--standalone", "--region", "340323100", "--user", "wang"]);
    ended(short.env("TIEXIN_PASSWORD", "1234"), "").failed(6, "密码");
    desk.run(&["report", "F99", "--month", "2026-10"]).failed(4, "没有这张表");
    // Of an empty book there is a report of this month only.
    let month = (chrono::Utc::now() + chrono::TimeDelta::hours(8)).format("%Y-%m").to_string();
    let cell = ["figure", "F1", "--month", &month, "--cell", "走访慰问落实/没有这栏"];
    desk.run(&cell).failed(4, "走访慰问落实/日常走访/户");
    desk.run(&["show", "00000000-0000-7000-8000-000000000000"]).failed(4, "");
    desk.run(&["sync"]).failed(1, "还没有加入省平台");
}

#[test]
fn a_province_that_does_not_answer() {
    let desk = Desk::of("340323100");
    // Port 9 of this machine: nobody listens.
    desk.run(&["enrol", "--server", "http://127.0.0.1:9", "--code", "ABCD-EFGH"]).failed(5, "连不上省平台");
    let status = desk.json(&["status"]);
    assert_eq!(status["enrolled"], false);
}
