//! What the office's lists say is true, and their reader may go away.

use std::io::Read;
use std::process::Stdio;

use serde_json::{Value, json};
use tiexin_domain::access::{Grant, Role};
use tiexin_server::Province;

use crate::command_line::{command, json as office};
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, Place, TOWN, grant, person, region};

on_both_stores!(
    what_has_not_begun_is_counted_nowhere,
    a_grant_that_was_ended_says_from_when_it_is_not_in_force,
    a_table_that_is_read_twice_gives_nothing_twice,
    a_reader_who_went_away_is_no_error,
    one_grant_is_ended_and_no_other,
    the_office_reads_what_it_did,
);

fn told(place: &Place, words: &[&str]) -> String {
    let done = command(place, words).output().unwrap();
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The programs go by the computer's clock.
async fn province_of_today(place: &Place) -> Province {
    Province::open(&place.store, tiexin_server::Clock::default()).await.unwrap()
}

async fn what_has_not_begun_is_counted_nowhere(place: Place) {
    let province = province_of_today(&place).await;
    let later = province.today() + chrono::Days::new(30);
    let to_come = Grant { from: Some(later), ..grant(Role::Worker, OTHER_TOWN) };
    person(&province, "wang", &[to_come, grant(Role::Worker, TOWN)]).await;
    let here = person(&province, "here", &[grant(Role::Supervisor, TOWN)]).await;
    let there = person(&province, "there", &[grant(Role::Supervisor, OTHER_TOWN)]).await;
    let seen = async |desk: &crate::desk::Desk| {
        let rows = province.devices_for(desk.device, desk.author).await.unwrap();
        rows.into_iter().find(|row| row.users == ["wang"])
    };
    let row = seen(&here).await.unwrap();
    assert_eq!((row.regions, row.may_revoke), (vec![region(TOWN)], true));
    assert_eq!(seen(&there).await, None);
    let listed = office(&place, &["device", "list"]);
    let wang = listed.as_array().unwrap().iter().find(|row| row["users"] == json!(["wang"])).unwrap();
    assert_eq!(wang["regions"], json!([TOWN]));
}

async fn a_grant_that_was_ended_says_from_when_it_is_not_in_force(place: Place) {
    office(&place, &["migrate"]);
    office(&place, &["user", "add", "wang"]);
    let today = province_of_today(&place).await.today().to_string();
    let right = ["--user", "wang", "--role", "worker", "--region", TOWN];
    office(&place, &[&["grant", "add"], &right[..]].concat());
    let ends = told(&place, &[&["grant", "end"], &right[..], &["--to", "2099-12-31"]].concat());
    assert!(ends.contains("到 2099-12-31 止") && !ends.contains("已终止"), "{ends}");
    assert!(told(&place, &["grant", "list"]).contains("2099-12-31\t在用"));
    assert!(told(&place, &[&["grant", "end"], &right[..]].concat()).contains("已终止"));
    let listed = told(&place, &["grant", "list"]);
    assert!(listed.contains(&format!("{today} 起失效\t已终止")), "{listed}");
    assert_eq!(office(&place, &["grant", "list"])[0]["ended_from"], today);
}

async fn a_table_that_is_read_twice_gives_nothing_twice(place: Place) {
    office(&place, &["migrate"]);
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("人员.csv");
    let rows = "登录名,姓名,角色,地区\nwang,王丽丽,专干,340323100\nwang,王丽丽,专干,340323100\n";
    std::fs::write(&table, rows).unwrap();
    let read = ["user", "import", table.to_str().unwrap()];
    let done = command(&place, &read).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("第 3 行与第 2 行相同"), "{said}");
    let grants = || office(&place, &["grant", "list"]).as_array().unwrap().clone();
    assert_eq!(grants().len(), 1);
    let again = office(&place, &read);
    assert_eq!((&again["users"], &again["grants"], &again["known"]), (&json!(0), &json!(0), &json!(1)));
    // Whose right has ended does not get it back by the table.
    office(&place, &["grant", "end", "--user", "wang", "--role", "worker", "--region", TOWN]);
    let again = office(&place, &read);
    assert!(again["notes"][0].as_str().unwrap().contains("没有恢复"), "{again}");
    assert_eq!(grants().iter().map(|one: &Value| &one["state"]).collect::<Vec<_>>(), ["ended"]);
}

async fn a_reader_who_went_away_is_no_error(place: Place) {
    office(&place, &["migrate"]);
    office(&place, &["user", "add", "wang"]);
    for words in
        [&["user", "list"][..], &["user", "list", "--json"], &["audit", "list", "--json"], &["--help"]]
    {
        let mut child = command(&place, words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        child.wait().unwrap();
        assert_eq!(said, "", "{words:?}");
    }
}

async fn one_grant_is_ended_and_no_other(place: Place) {
    office(&place, &["migrate"]);
    office(&place, &["user", "add", "wang"]);
    let right = ["--user", "wang", "--role", "专干", "--region", TOWN];
    let say = |words: &[&'static str], more: &[&'static str]| [words, &right[..], more].concat();
    office(&place, &say(&["grant", "add"], &["--to", "2098-12-31"]));
    office(&place, &say(&["grant", "add"], &["--from", "2099-01-01"]));
    let refused = |words: &[&str]| {
        let done = command(&place, words).output().unwrap();
        assert_eq!(done.status.code(), Some(1));
        String::from_utf8(done.stderr).unwrap()
    };
    let longer = refused(&say(&["grant", "end"], &["--to", "2098-12-31"]));
    assert!(longer.contains("本来就到"), "{longer}");
    let longer = refused(&say(&["grant", "end"], &["--to", "2100-12-31"]));
    assert!(longer.contains("--from 2099-01-01"), "{longer}");
    let said = told(&place, &say(&["grant", "end"], &[]));
    assert!(said.contains("已终止") && said.contains("2099-01-01 起）没有动"), "{said}");
    let states = || {
        let listed = office(&place, &["grant", "list"]);
        listed.as_array().unwrap().iter().map(|one| one["state"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(states(), ["ended", "to_come"]);
    assert!(refused(&say(&["grant", "end"], &[])).contains("--from"));
    office(&place, &say(&["grant", "end"], &["--from", "2099-01-01"]));
    assert_eq!(states(), ["ended", "ended"]);
}

async fn the_office_reads_what_it_did(place: Place) {
    office(&place, &["migrate"]);
    office(&place, &["user", "add", "wang", "--display", "王丽丽"]);
    office(&place, &["user", "add", "li"]);
    let right = ["--user", "wang", "--role", "worker", "--region", TOWN];
    office(&place, &[&["grant", "add"], &right[..]].concat());
    office(&place, &[&["grant", "end"], &right[..]].concat());
    office(&place, &["user", "disable", "li"]);
    office(&place, &["backup", "--begin"]);
    let all = told(&place, &["audit", "office"]);
    let deeds: Vec<&str> = all.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    assert_eq!(deeds, ["备份开始", "停用用户", "终止授权", "新增授权", "新增用户", "新增用户"]);
    let wangs = told(&place, &["audit", "office", "--user", "wang"]);
    assert!(
        wangs.lines().count() == 3 && wangs.contains("王丽丽") && wangs.contains("专干 谷阳镇"),
        "{wangs}"
    );
    assert!(told(&place, &["audit", "office", "--to", "2020-01-01"]).contains("没有"));
    assert_eq!(office(&place, &["audit", "office", "--user", "li"])[0]["act"], "user_disabled");
}
